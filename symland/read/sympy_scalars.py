"""How scalar expressions of SymPy are read, as scalars and entry by entry: one rule for each class."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

import sympy
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.dotproduct import DotProduct
from sympy.matrices.expressions.matexpr import MatrixElement

from symland.errors import UsageError
from symland.language import terms as T
from symland.language.functions import FUNCTIONS
from symland.read.sympy_reader import ONE, Reader, letter_name, number, ordered, refuse, scalar_rule, trace, transposed

INEQUALITIES = (sympy.StrictGreaterThan, sympy.GreaterThan, sympy.StrictLessThan, sympy.LessThan)
ONLY_SLOPES = "only x for x > 0 and a fixed multiple of x otherwise can be read"
HALF = sympy.Rational(1, 2)
MAX_DIGITS = 100  # characters of a decimal number
NAMES = {
    sympy.sin: "sin", sympy.cos: "cos", sympy.tan: "tan", sympy.exp: "exp", sympy.sinh: "sinh", sympy.cosh: "cosh",
    sympy.tanh: "tanh", sympy.asin: "arcsin", sympy.acos: "arccos", sympy.atan: "arctan", sympy.Abs: "abs",
    sympy.sign: "sign", sympy.Heaviside: "step",
}  # fmt: skip


def apply(name: str, a: T.Term, *parameters: T.Term) -> T.Term:
    """f(a), entry by entry for a matrix."""
    return cast(T.Term, T.Elementwise(name, a, *parameters))


def facts_of(e: Any) -> list[str]:
    """What the assumptions of a symbol say in symland. Raises UsageError for one that is not a real number."""
    if e.is_commutative is False:
        raise UsageError(f"{e} does not commute", hint="matrices are sympy.MatrixSymbol(name, rows, columns)")
    if e.is_extended_real is False:
        raise UsageError(f"{e} is not real", hint="symland has real letters only")
    return ["positive"] if e.is_positive else ["nonnegative"] if e.is_nonnegative else []


# --- letters and numbers ---------------------------------------------------------------------------------------------


@scalar_rule.register
def _(e: sympy.Symbol, r: Reader) -> T.Term:
    return T.scalar(letter_name(e), *facts_of(e))


@scalar_rule.register
def _(e: sympy.Indexed, r: Reader) -> T.Term:
    """A member of a family of scalars, or of dimensions."""
    if len(e.indices) != 1:
        raise refuse(e, "families have one index", "a matrix is sympy.MatrixSymbol(name, rows, columns)")
    if e.is_integer and e.is_positive:
        return cast(T.Term, T.DimScalar(r.dim(e)))
    family = T.family(letter_name(e.base.label), facts=facts_of(e))
    return cast(T.Term, family[r.index(e.indices[0])])


@scalar_rule.register
def _(e: sympy.Rational, r: Reader) -> T.Term:
    return number(e)


@scalar_rule.register
def _(e: sympy.Float, r: Reader) -> T.Term:
    """The decimal number that SymPy prints: 0.1 is 1/10, as in text."""
    text = str(e)
    if not e.is_finite or len(text) > MAX_DIGITS:
        raise UsageError(f"{text[:40]} is not a number that can be read exactly", hint="sympy.Rational(1, 2)")
    return cast(T.Term, T.Number(Fraction(text)))


@scalar_rule.register(sympy.core.numbers.Exp1)
def _(e: Any, r: Reader) -> T.Term:
    return apply("exp", T.number(1))


@scalar_rule.register
def _(e: sympy.NumberSymbol, r: Reader) -> T.Term:
    raise refuse(e, "numbers are rational", "a letter in its place, sympy.Symbol('c', positive=True)")


# --- sums, products, powers ------------------------------------------------------------------------------------------


@scalar_rule.register
def _(e: sympy.Add, r: Reader) -> T.Term:
    terms = e.as_ordered_terms()
    return T.total(*map(r.scalar, ordered(terms, [bool(t.as_coeff_Mul()[0].is_negative) for t in terms])))


@scalar_rule.register
def _(e: sympy.Mul, r: Reader) -> T.Term:
    return r.product(e.args)


@scalar_rule.register
def _(e: sympy.Pow, r: Reader) -> T.Term:
    base, exponent = e.args
    if base is sympy.S.Exp1:
        return apply("exp", r.scalar(exponent))
    if exponent == -1 and (u := _exponent_of_one_plus(base)) is not None:
        return apply("sigmoid", r.scalar(-u))
    if r.shape and r.is_constant(base):
        if not base.is_positive:
            raise refuse(e, "the base is not known to be positive")
        return apply("exp", r.product([sympy.log(base, evaluate=False), exponent]))
    return power_of(r.scalar(base), exponent, r)


def power_of(a: T.Term, exponent: Any, r: Reader) -> T.Term:
    """a to a power that is a number, an index expression or a scalar, entry by entry for a matrix."""
    if exponent.is_Integer or (exponent.is_integer and r.is_index(exponent)):
        if exponent.could_extract_minus_sign():
            return r.reciprocal(power_of(a, -exponent, r))
        return a if exponent == 1 else r.power(a, r.index(exponent))
    if exponent == HALF:
        return apply("sqrt", a)
    if exponent == -HALF:
        return r.reciprocal(apply("sqrt", a))
    return apply("pow", a, r.constant(exponent))


def _exponent_of_one_plus(e: Any) -> Any:
    """u for e = 1 + exp(u)."""
    if isinstance(e, sympy.Add) and len(e.args) == 2 and e.args[0] == 1 and isinstance(e.args[1], sympy.exp):
        return e.args[1].args[0]
    return None


# --- functions -------------------------------------------------------------------------------------------------------


@scalar_rule.register
def _(e: sympy.Function, r: Reader) -> T.Term:
    name = NAMES.get(e.func)
    if name is None or len(e.args) != (2 if name == "step" else 1):
        raise refuse(e)
    return apply(name, r.scalar(e.args[0]))


@scalar_rule.register
def _(e: sympy.log, r: Reader) -> T.Term:
    """The logarithm of a determinant, or of its absolute value, is a term of its own."""
    (a,) = e.args
    inner = a.args[0] if isinstance(a, sympy.Abs) else a
    if isinstance(inner, sympy.Determinant):
        return cast(T.Term, T.LogDeterminant(r.matrix(inner.arg)))
    u = _exponent_of_one_plus(a)
    return apply("log", r.scalar(a)) if u is None else apply("softplus", r.scalar(u))


@scalar_rule.register(sympy.cot)
@scalar_rule.register(sympy.sec)
@scalar_rule.register(sympy.csc)
def _(e: Any, r: Reader) -> T.Term:
    (x,) = e.args
    if isinstance(e, sympy.cot):
        return r.product([sympy.cos(x), 1 / sympy.sin(x)])
    return r.scalar(1 / (sympy.cos(x) if isinstance(e, sympy.sec) else sympy.sin(x)))


@scalar_rule.register(sympy.Max)
@scalar_rule.register(sympy.Min)
def _(e: Any, r: Reader) -> T.Term:
    """max(0, x) = relu(x) and min(0, x) = -relu(-x)."""
    rest = [a for a in e.args if a != 0]
    if len(rest) != 1:
        raise refuse(e, "only the maximum or minimum of 0 and one expression can be read")
    if isinstance(e, sympy.Max):
        return apply("relu", r.scalar(rest[0]))
    return T.negate(apply("relu", r.scalar(-rest[0])))


@scalar_rule.register
def _(e: sympy.Piecewise, r: Reader) -> T.Term:
    """x for x > 0 and c x otherwise: relu for c = 0, or leaky relu."""
    if len(e.args) == 2 and e.args[1].cond == sympy.true and isinstance(e.args[0].cond, INEQUALITIES):
        (first, condition), (second, _) = e.args
        holds = condition.gts - condition.lts
        for above, below, sign in ((first, second, 1), (second, first, -1)):
            ratio = sympy.cancel(sign * holds / above) if above != 0 else sympy.S.Zero
            if ratio.is_number and ratio.is_positive:
                return _two_slopes(e, above, sympy.cancel(below / above), r)
    raise refuse(e, ONLY_SLOPES)


def _two_slopes(e: Any, x: Any, slope: Any, r: Reader) -> T.Term:
    """x where x > 0, else the slope times x."""
    if slope == 0 or slope == -1:
        return apply("abs" if slope else "relu", r.scalar(x))
    if slope.free_symbols & x.free_symbols:
        raise refuse(e, ONLY_SLOPES)
    return apply("leaky_relu", r.scalar(x), r.constant(slope))


@scalar_rule.register
def _(e: AppliedUndef, r: Reader) -> T.Term:
    """An undefined function is a generic one; with the name of a known function it is that one."""
    return _generic(e, 0, e.args[0], r)


def _generic(e: Any, order: int, at: Any, r: Reader) -> T.Term:
    name = letter_name(e.func) if hasattr(e.func, "name") else str(e.func)
    known = name in FUNCTIONS and (order or FUNCTIONS[name].parameters or name == "reciprocal")
    if len(e.args) != 1 or known:
        raise refuse(e, "a generic function takes one argument, and a name that is no other function's")
    return apply(name + "'" * order, r.scalar(at))


@scalar_rule.register
def _(e: sympy.Derivative, r: Reader) -> T.Term:
    return _derivative(e, e.variables[0], r)


@scalar_rule.register
def _(e: sympy.Subs, r: Reader) -> T.Term:
    if not isinstance(e.expr, sympy.Derivative) or len(e.variables) != 1 or e.expr.variables[0] != e.variables[0]:
        raise refuse(e, "only a derivative of an undefined function may stand here", "expression.doit()")
    return _derivative(e.expr, e.point[0], r)


def _derivative(e: Any, at: Any, r: Reader) -> T.Term:
    """f', f'', ... of an undefined function at a place."""
    x = e.variables[0]
    if not isinstance(e.expr, AppliedUndef) or e.expr.args != (x,) or set(e.variables) != {x}:
        raise refuse(e, "only derivatives of an undefined function can be read", "expression.doit()")
    return _generic(e.expr, len(e.variables), at, r)


# --- functions of matrices -------------------------------------------------------------------------------------------


@scalar_rule.register
def _(e: sympy.Trace, r: Reader) -> T.Term:
    return trace(r.matrix(e.arg))


@scalar_rule.register
def _(e: sympy.Determinant, r: Reader) -> T.Term:
    return cast(T.Term, T.Determinant(r.matrix(e.arg)))


@scalar_rule.register
def _(e: DotProduct, r: Reader) -> T.Term:
    a, b = (r.matrix(x) for x in e.args)
    return cast(T.Term, T.Inner(*(transposed(x) if x.shape[0] == ONE else x for x in (a, b))))


@scalar_rule.register
def _(e: MatrixElement, r: Reader) -> T.Term:
    """SymPy counts entries from 0, symland from 1."""
    a = r.matrix(e.parent)
    if a.shape == (ONE, ONE):
        return trace(a)
    i, j = map(r.index, e.indices)
    return T.entry(a, i + 1, j + 1)
