"""Nodes as SymPy expressions; `sympy_matrices` has the matrix expressions that SymPy lacks.

Names: a letter `W3` of a family becomes `MatrixSymbol("W3")`, one with a symbolic index `MatrixSymbol("W[l]")`, and a
chain of symbolic length `MatrixSymbol("W[L..1]")`: SymPy does not see the index in such a name and cannot substitute
it. Scalar families and families of dimensions become `Indexed`, `t[l]`. Matrix expressions are left unevaluated.
Entries are counted from 0, as SymPy does. `log |det A|` becomes `log(Determinant(A))`, the same where det A > 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import singledispatch
from types import MappingProxyType
from typing import Any

import sympy
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixElement

from symland.errors import NoRule
from symland.language import statements as S
from symland.language import terms as T
from symland.language.functions import is_generic
from symland.language.index import Dim, Index
from symland.language.nodes import Binder, Node, walk
from symland.language.notation import bound_name
from symland.write.sympy_matrices import CommutationMatrix, DiagonalSelectionMatrix, UnitVector, Unvec, Vec


def to_sympy(node: Node) -> Any:
    """The SymPy expression, or the equation or inequality, that a node stands for.

    Raises NoRule for what SymPy has no counterpart of: pseudoinverses, spectral norms, derivatives of undetermined
    terms, statements other than `=`, `<=` and `<`, and bounded sums of symbolic length over matrices.

    >>> A = T.matrix("A", "d", "m")
    >>> to_sympy(T.Trace(A.T * A))
    Trace(A.T*A)
    """
    return _rule(node)


def dim_to_sympy(d: Dim) -> Any:
    """The dimension as a SymPy polynomial in positive integers.

    >>> dim_to_sympy(Dim.of("d") * Dim.of("m"))
    d*m
    """
    return sympy.Add(*(sympy.Mul(c, *(_dim_atom(*atom) for atom in monomial)) for monomial, c in d))


def _dim_atom(name: str, index: Index | None) -> Any:
    if index is None:
        return sympy.Symbol(name, integer=True, positive=True)
    return sympy.IndexedBase(name, integer=True, positive=True)[index_to_sympy(index)]


def index_to_sympy(e: Index) -> Any:
    """The index expression in SymPy integers.

    >>> index_to_sympy(Index.var("l") - 1)
    l - 1
    """
    return sympy.Add(e.constant, *(c * sympy.Symbol(v, integer=True) for v, c in e.coefficients))


def _matrix_symbol(name: str, node: Node) -> Any:
    return sympy.MatrixSymbol(name, *map(dim_to_sympy, node.shape))


def _assumptions(facts: frozenset[str]) -> dict[str, bool]:
    return {"real": True} | {fact: True for fact in sorted(facts & {"positive", "nonnegative"})}


@singledispatch
def _rule(node: Node) -> Any:
    raise NoRule(f"{type(node).__name__} has no counterpart in SymPy", node=node, module=__name__)


@_rule.register
def _(node: T.Symbol) -> Any:
    return _matrix_symbol(node.name, node) if node.is_matrix else sympy.Symbol(node.name, **_assumptions(node.facts))


@_rule.register
def _(node: T.Member) -> Any:
    if node.is_scalar:
        return sympy.IndexedBase(node.name, **_assumptions(node.family.facts))[index_to_sympy(node.index)]
    return _matrix_symbol(repr(node), node)


@_rule.register
def _(node: T.Chain) -> Any:
    length = node.length.value
    if length is None:
        return _matrix_symbol(repr(node), node)
    if length == 0:
        return sympy.Identity(dim_to_sympy(node.shape[0]))
    return sympy.MatMul(*(_rule(node.family[node.top - k]) for k in range(length)))


@_rule.register
def _(node: T.Zero) -> Any:
    return sympy.ZeroMatrix(*map(dim_to_sympy, node.shape))


@_rule.register
def _(node: T.Identity) -> Any:
    return sympy.Identity(dim_to_sympy(node.shape[0]))


@_rule.register
def _(node: T.Commutation) -> Any:
    return CommutationMatrix(*map(dim_to_sympy, node.args))


@_rule.register
def _(node: T.Ones) -> Any:
    return sympy.OneMatrix(*map(dim_to_sympy, node.args))


@_rule.register
def _(node: T.UnitVector) -> Any:
    n, i = node.args
    return UnitVector(dim_to_sympy(n), index_to_sympy(i - 1))


@_rule.register
def _(node: T.DiagonalSelection) -> Any:
    return DiagonalSelectionMatrix(dim_to_sympy(node.args[0]))


@_rule.register
def _(node: T.Number) -> Any:
    return sympy.Rational(node.value.numerator, node.value.denominator)


@_rule.register
def _(node: T.IndexScalar) -> Any:
    return index_to_sympy(node.args[0])


@_rule.register
def _(node: T.DimScalar) -> Any:
    return dim_to_sympy(node.args[0])


@_rule.register
def _(node: T.Sum) -> Any:
    return (sympy.Add if node.is_scalar else sympy.MatAdd)(*map(_rule, node.args))


@_rule.register(T.Product)
@_rule.register(T.Scale)
def _(node: Node) -> Any:
    return (sympy.Mul if node.is_scalar else sympy.MatMul)(*map(_rule, node.args))


@_rule.register
def _(node: T.BoundedSum) -> Any:
    return _bounded(node, sympy.Sum, sympy.Add)


@_rule.register
def _(node: T.BoundedProduct) -> Any:
    return _bounded(node, sympy.Product, sympy.Mul)


@_rule.register
def _(node: T.OrderedProduct) -> Any:
    length = node.length.value
    if length is None:
        raise NoRule(
            "a product of symbolic length has no counterpart in SymPy", node=node, hint="choose the ends of the range"
        )
    if length == 0:
        return sympy.Identity(dim_to_sympy(node.shape[0]))
    return sympy.MatMul(*(_rule(node.at(node.hi - k)) for k in range(length)))


def _bounded(node: Binder, symbolic: Any, literal: Any) -> Any:
    """Written out where the length is literal; otherwise the bound variable must not hide in the name of a matrix."""
    length = (node.hi - node.lo + 1).value
    if length is not None:
        if length < 0:
            raise NoRule(f"the range {node.lo}..{node.hi} has negative length", node=node, module=__name__)
        if node.is_matrix:
            zero = sympy.ZeroMatrix(*map(dim_to_sympy, node.shape))
            return sympy.MatAdd(*(_rule(node.at(node.lo + k)) for k in range(length))) if length else zero
        return literal(*(_rule(node.at(node.lo + k)) for k in range(length)))
    if node.is_matrix:
        raise NoRule(
            "a bounded sum of matrices has no counterpart in SymPy", node=node, hint="choose the ends of the range"
        )
    var = bound_name(node)
    body = node.at(Index.var(var))
    for n in walk(body):
        if isinstance(n, (T.Member, T.Chain)) and n.is_matrix and var in n.free_indices:
            raise NoRule(
                f"a bounded sum or product over the matrices {n!r} has no counterpart in SymPy",
                node=node,
                hint="choose a number of layers",
            )
    return symbolic(_rule(body), (sympy.Symbol(var, integer=True), *map(index_to_sympy, (node.lo, node.hi))))


@_rule.register
def _(node: T.Power) -> Any:
    return sympy.Pow(_rule(node.args[0]), index_to_sympy(node.args[1]))


@_rule.register
def _(node: T.Reciprocal) -> Any:
    return sympy.Pow(_rule(node.args[0]), -1)


@_rule.register
def _(node: T.Transpose) -> Any:
    return sympy.Transpose(_rule(node.args[0]))


@_rule.register
def _(node: T.Inverse) -> Any:
    return sympy.Inverse(_rule(node.args[0]))


@_rule.register
def _(node: T.MatrixPower) -> Any:
    return sympy.MatPow(_rule(node.args[0]), index_to_sympy(node.args[1]))


@_rule.register
def _(node: T.Trace) -> Any:
    element = T.is_entry(node)
    if element is not None:
        a, i, j = element
        return MatrixElement(_rule(a), index_to_sympy(i - 1), index_to_sympy(j - 1))
    return sympy.Trace(_rule(node.args[0]))


@_rule.register
def _(node: T.Determinant) -> Any:
    return sympy.Determinant(_rule(node.args[0]))


@_rule.register
def _(node: T.LogDeterminant) -> Any:
    return sympy.log(sympy.Abs(sympy.Determinant(_rule(node.args[0]))))


@_rule.register
def _(node: T.SquaredNorm) -> Any:
    return _inner(node.args[0], node.args[0])


@_rule.register
def _(node: T.Inner) -> Any:
    return _inner(*node.args)


def _inner(a: Node, b: Node) -> Any:
    return sympy.Trace(sympy.MatMul(sympy.Transpose(_rule(a)), _rule(b)))


@_rule.register
def _(node: T.Kronecker) -> Any:
    return sympy.KroneckerProduct(*map(_rule, node.args))


@_rule.register
def _(node: T.Vec) -> Any:
    a = _rule(node.args[0])
    return sympy.ImmutableMatrix([[a]]) if node.args[0].is_scalar else Vec(a)


@_rule.register
def _(node: T.Unvec) -> Any:
    m, n, column = node.args
    return Unvec(dim_to_sympy(m), dim_to_sympy(n), _rule(column))


@_rule.register
def _(node: T.Diagonal) -> Any:
    return DiagonalOf(_rule(node.args[0]))


@_rule.register
def _(node: T.DiagonalMatrix) -> Any:
    return DiagMatrix(_rule(node.args[0]))


@_rule.register
def _(node: T.Hadamard) -> Any:
    return sympy.HadamardProduct(*map(_rule, node.args))


@_rule.register
def _(node: T.HadamardPower) -> Any:
    return sympy.HadamardPower(_rule(node.args[0]), index_to_sympy(node.args[1]))


FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        **{f.__name__: f for f in (sympy.sin, sympy.cos, sympy.tan, sympy.exp, sympy.log, sympy.sqrt, sympy.sign)},
        **{f.__name__: f for f in (sympy.sinh, sympy.cosh, sympy.tanh)},
        "arctan": sympy.atan,
        "arcsin": sympy.asin,
        "arccos": sympy.acos,
        "abs": sympy.Abs,
        "step": sympy.Heaviside,
        "relu": lambda x: sympy.Max(0, x),
        "leaky_relu": lambda x, slope: sympy.Piecewise((x, x > 0), (slope * x, True)),
        "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
        "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
        "reciprocal": lambda x: 1 / x,
        "pow": lambda x, exponent: x**exponent,
    }
)


@_rule.register
def _(node: T.Elementwise) -> Any:
    a, parameters = _rule(node.argument), [_rule(t) for t in node.parameters]

    def applied(x: Any) -> Any:
        return function_at(node.function, x, *parameters)

    if node.is_scalar:
        return applied(a)
    if a.shape == (1, 1):
        return sympy.ImmutableMatrix([[applied(MatrixElement(a, 0, 0))]])
    x = sympy.Dummy("x", real=True)
    return ElementwiseApplyFunction(sympy.Lambda(x, applied(x)), a)


def function_at(name: str, x: Any, *parameters: Any) -> Any:
    """The function of this name at a scalar of SymPy."""
    return _generic(name, x) if is_generic(name) else FUNCTIONS[name](x, *parameters)


def _generic(name: str, x: Any) -> Any:
    """The undefined function, or a derivative of it, at x."""
    stem = name.rstrip("'")
    order = len(name) - len(stem)
    if not order:
        return sympy.Function(stem)(x)
    y = sympy.Dummy("y", real=True)
    return sympy.Subs(sympy.Derivative(sympy.Function(stem)(y), (y, order)), y, x)


@_rule.register
def _(node: T.Block) -> Any:
    return sympy.BlockMatrix([[_rule(b) for b in cells] for cells in node.grid])


@_rule.register(S.Eq)
@_rule.register(S.Le)
@_rule.register(S.Lt)
def _(node: Node) -> Any:
    relation = {S.Eq: sympy.Eq, S.Le: sympy.Le, S.Lt: sympy.Lt}[type(node)]
    return relation(*map(_rule, node.args), evaluate=False)
