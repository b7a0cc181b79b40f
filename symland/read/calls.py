"""What functions mean: `inv`, `tr`, `norm2`, `sum`, `vector(1)`, `sigma(A)` and the others, one row each."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from fractions import Fraction
from functools import partial
from typing import Any

from symland.language import terms as T
from symland.language.functions import FUNCTIONS
from symland.language.index import Dim
from symland.read.declarations import FUNCTION, dim_of
from symland.read.elaborate import Clash, Elaborator, Value
from symland.read.operations import kronecker, reciprocal
from symland.read.shapes import ONE
from symland.read.syntax import Piece

Handler = Callable[[Elaborator, Piece], Value]

ALIASES = {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "logistic": "sigmoid", "ln": "log", "trace": "tr",
    "I": "eye", "Diag": "diag",
}  # fmt: skip
# Names that stand for any smooth function where a bracket follows them.
GENERIC = ("sigma", "phi", "psi", "rho", "f", "g", "h", "s", "act", "activation")
SIZES = {
    "eye": (0,), "I": (0,), "ones": (0, 1), "zeros": (0, 1), "K": (0, 1), "Psi": (0,), "unit": (0,), "unvec": (1, 2),
}  # which arguments are dimensions # fmt: skip
INDICES = {"unit": (1,)}  # and which are indices
HANDLERS: dict[str, tuple[Handler, tuple[int, ...]]] = {}


def handles(*names: str, takes: tuple[int, ...] = (1,)) -> Callable[[Handler], Handler]:
    """Registers what these functions mean, and how many arguments they take."""

    def register(handler: Handler) -> Handler:
        for name in names:
            HANDLERS[name] = (handler, takes)
        return handler

    return register


def is_function(name: str) -> bool:
    """Whether the name, of more than one letter, is a function that everybody knows."""
    return len(name) > 1 and (name in HANDLERS or name in FUNCTIONS or name in ALIASES)


def read_call(e: Elaborator, p: Piece) -> Value:
    """The value of a function call."""
    written, signs = p.value
    name = written.rstrip("'")
    at = Piece("name", (), name, p.start, p.start + len(written))
    letter = e.setting.letters.get(name)
    taken = (letter is not None and letter.kind != FUNCTION) or e.is_index(name) or name in e.setting.families
    if taken and not (name == "K" and len(p.parts) == 2):  # K(m, n) is no product, so K may be a letter beside it
        raise e.source.fault_at(f"{name} is a letter, not a function", at, hint=f"write {name}*(...) for a product")
    generic = (letter is not None and not taken) or (name in GENERIC and name not in HANDLERS)
    if not generic:
        name = ALIASES.get(name, name)
    if written.endswith("'") and not generic:
        raise e.source.fault_at(f"{written} is no function", at, hint="write a product of a transpose as A'*(...)")
    if name in e.kinds and generic:
        raise e.source.fault_at(f"{name} is a function here, and a letter elsewhere", at, hint="rename one of them")
    if ";" in signs and name != "D":
        raise e.source.fault_at(f"arguments of {written} are separated by commas", p)
    if generic:
        _arguments(e, p, written, (1,))
        return elementwise(e, p, written)
    if name in HANDLERS:
        handler, takes = HANDLERS[name]
        _arguments(e, p, written, takes)
        return handler(e, p)
    if name in FUNCTIONS:
        _arguments(e, p, written, (1 + FUNCTIONS[name].parameters,))
        return elementwise(e, p, name)
    known = [*HANDLERS, *FUNCTIONS, *ALIASES, *GENERIC]
    near = get_close_matches(name, known)
    hint = f"perhaps {', '.join(near)}; " if near else ""
    raise e.source.fault_at(f"there is no function {written}", at, hint + f"or declare it: {name}: elementwise")


def _arguments(e: Elaborator, p: Piece, name: str, takes: tuple[int, ...]) -> None:
    if len(p.parts) not in takes:
        words = " or ".join(map(str, takes))
        plural = "" if takes == (1,) else "s"
        raise e.source.fault_at(f"{name} takes {words} argument{plural}, not {len(p.parts)}", p)


def elementwise(e: Elaborator, p: Piece, name: str) -> Value:
    """f(A) entry by entry, or f(s)."""
    a, *parameters = map(e.read, p.parts)
    if a.is_unit:
        a = e.scalar(a, "")
    numbers = [e.scalar(v, f"a parameter of {name} is a scalar") for v in parameters]
    if not a.is_scalar and a.shape[1] != ONE and name in ("exp", "log", "sqrt", "sin", "cos", "pow"):
        e.note(f"{name} of a matrix is taken entry by entry: it is not the matrix function")
    if name == "reciprocal":
        return reciprocal(e, p, a)
    return e.value(p, a.shape, partial(T.Elementwise, name), a, *numbers)


@handles("log")
def _log(e: Elaborator, p: Piece) -> Value:
    """log(det(A)) is one term."""
    inner = p.parts[0].bare()
    if inner.kind == "call" and inner.value[0] == "abs" and len(inner.parts) == 1:
        inner = inner.parts[0].bare()
    if inner.kind == "call" and inner.value[0] == "det" and len(inner.parts) == 1:
        return _of_square(e, p, inner.parts[0], "det", T.LogDeterminant, ())
    return elementwise(e, p, "log")


# -- functions of a matrix -------------------------------------------------------------------------------------------
def _of_square(e: Elaborator, p: Piece, argument: Piece, name: str, cls: Any, shape: Any = None) -> Value:
    a = e.square(e.read(argument), f"{name} needs a square matrix")
    return e.value(p, a.shape if shape is None else shape, cls, a)


@handles("inv")
def _inverse(e: Elaborator, p: Piece) -> Value:
    a = e.operand(p.parts[0])
    if a.is_scalar:
        return reciprocal(e, p, a)
    return e.value(p, e.square(a, "inv needs a square matrix").shape, T.Inverse, a)


@handles("tr")
def _trace(e: Elaborator, p: Piece) -> Value:
    a = e.operand(p.parts[0])
    return a if a.is_scalar else e.value(p, (), T.Trace, e.square(a, "tr needs a square matrix"))


@handles("det")
def _determinant(e: Elaborator, p: Piece) -> Value:
    return _of_square(e, p, p.parts[0], "det", T.Determinant, ())


@handles("logdet")
def _log_determinant(e: Elaborator, p: Piece) -> Value:
    return _of_square(e, p, p.parts[0], "logdet", T.LogDeterminant, ())


@handles("pinv")
def _pseudoinverse(e: Elaborator, p: Piece) -> Value:
    a = e.matrix(e.read(p.parts[0]), "pinv needs a matrix")
    return e.value(p, (a.shape[1], a.shape[0]), T.Pseudoinverse, a)


@handles("transpose")
def _transpose(e: Elaborator, p: Piece) -> Value:
    a = e.operand(p.parts[0])
    return a if a.is_scalar else e.value(p, (a.shape[1], a.shape[0]), T.Transpose, a)


@handles("norm1")
def _norm1(e: Elaborator, p: Piece) -> Value:
    a = e.operand(p.parts[0])
    size = e.value(p, a.shape, partial(T.Elementwise, "abs"), a)
    return size if a.is_scalar else e.value(p, (), T.entries_sum, size)


@handles("norm2")
def _norm2(e: Elaborator, p: Piece) -> Value:
    a = e.operand(p.parts[0])
    return e.value(p, (), partial(T.Elementwise, "abs") if a.is_scalar else T.norm, a)


@handles("opnorm")
def _operator_norm(e: Elaborator, p: Piece) -> Value:
    return e.value(p, (), T.OperatorNorm, e.matrix(e.read(p.parts[0]), "opnorm needs a matrix"))


@handles("diag")
def _diagonal(e: Elaborator, p: Piece) -> Value:
    """Of a column the diagonal matrix, of a square matrix its diagonal."""
    a = e.matrix(e.read(p.parts[0]), "diag needs a column or a square matrix")
    if a.shape[1] == ONE:
        return e.value(p, (a.shape[0], a.shape[0]), T.DiagonalMatrix, a)
    a = e.square(a, "diag needs a column or a square matrix")
    return e.value(p, (a.shape[0], ONE), T.Diagonal, a)


@handles("vec")
def _vec(e: Elaborator, p: Piece) -> Value:
    a = e.operand(p.parts[0])
    return e.value(p, (ONE if a.is_scalar else e.unifier.product(a.shape[1], a.shape[0]), ONE), T.Vec, a)


@handles("unvec", takes=(3,))
def _unvec(e: Elaborator, p: Piece) -> Value:
    v = e.matrix(e.read(p.parts[0]), "unvec needs a column")
    m, n = size(e, p.parts[1]), size(e, p.parts[2])
    if not e.unifier.equal_shapes(v.shape, (e.unifier.product(n, m), ONE), (v,)):
        raise Clash(f"unvec needs a column of {n * m} entries", v)
    return e.value(p, (m, n), lambda t: T.Unvec(m, n, t), v)


@handles("kron", takes=(2,))
def _kron(e: Elaborator, p: Piece) -> Value:
    a, b = (e.matrix(e.read(q), "kron needs two matrices") for q in p.parts)
    return kronecker(e, p, a, b)


@handles("inner", takes=(2,))
def _inner(e: Elaborator, p: Piece) -> Value:
    return e.read(Piece("inner", p.parts, None, p.start, p.end))


@handles("D", takes=(3,))
def _derivative(e: Elaborator, p: Piece) -> Value:
    """D(t; w, v)."""
    if p.value[1] != (";", ","):
        raise e.source.fault_at("a directional derivative is written D(t; w, v)", p)
    t, w, v = map(e.read, p.parts)
    if p.parts[1].kind not in ("name", "subscript"):
        raise e.source.fault_at("differentiation is with respect to a letter", p.parts[1])
    e.same(w, v, "the direction needs the shape of the variable")
    return e.value(p, t.shape, T.D, t, w, v)


# -- sums over entries and indices -----------------------------------------------------------------------------------
@handles("sum", takes=(1, 3))
def _sum(e: Elaborator, p: Piece) -> Value:
    """sum(A) of all entries, or sum(i, lo..hi, t)."""
    if len(p.parts) == 3:
        return _bounded(e, p)
    a = e.operand(p.parts[0])
    return e.scalar(a, "") if a.is_scalar or a.is_unit else e.value(p, (), T.entries_sum, a)


@handles("prod", takes=(3,))
def _bounded(e: Elaborator, p: Piece) -> Value:
    name, limits, body = p.parts
    if name.kind != "name" or limits.kind != "range":
        raise e.source.fault_at(f"this is written {p.value[0]}(i, 1..n, t)", p)
    if name.value in e.setting.letters or name.value in e.kinds or name.value in e.setting.dims:
        raise e.source.fault_at(f"{name.value} is an index here, and something else elsewhere", name)
    first, last = map(e.index, limits.parts)
    with e.binding(name.value):
        t = e.read(body)
    if p.value[0] == "sum":
        return e.value(p, t.shape, partial(T.BoundedSum.over, name.value, first, last), t)
    if t.is_scalar or t.is_unit:
        return e.value(p, (), partial(T.BoundedProduct.over, name.value, first, last), e.scalar(t, ""))
    e.falling(limits, *limits.parts)
    rows, columns = t.shape
    if not any(d.variables for d in t.shape):
        e.square(t, "the factors cannot be multiplied with each other")
    shape = (rows.substitute({}, {name.value: first}), columns.substitute({}, {name.value: last}))
    return e.value(p, shape, partial(T.OrderedProduct.over, name.value, last, first), t)


# -- constants -------------------------------------------------------------------------------------------------------
def size(e: Elaborator, p: Piece) -> Dim:
    """An argument that is a dimension."""
    out = dim_of(e.source, p)
    for name, index in out.atoms:
        if name in e.setting.letters or name in e.kinds or e.is_index(name):
            raise e.source.fault_at(f"{name} is a dimension here, and something else elsewhere", p)
        if index is not None and not all(map(e.is_index, index.variables)):
            raise e.source.fault_at(f"{index} is not an index here", p)
    return out


@handles("eye")
def _identity(e: Elaborator, p: Piece) -> Value:
    n = size(e, p.parts[0])
    return e.value(p, (n, n), partial(T.Identity, n))


@handles("ones", "zeros", takes=(1, 2))
def _ones(e: Elaborator, p: Piece) -> Value:
    rows, columns = size(e, p.parts[0]), size(e, p.parts[1]) if len(p.parts) == 2 else ONE
    return e.ones(p, (rows, columns), Fraction(1 if p.value[0] == "ones" else 0))


@handles("vector", "matrix")
def _constant(e: Elaborator, p: Piece) -> Value:
    """The column, or the matrix, with this scalar in every entry; its shape is inferred."""
    s = e.scalar(e.read(p.parts[0]), f"{p.value[0]} takes a scalar")
    shape = (e.unifier.unknown(), ONE if p.value[0] == "vector" else e.unifier.unknown())
    if s.number is not None:
        return e.ones(p, shape, s.number)
    return e.value(p, shape, T.Scale, s, e.ones(p, shape))


@handles("K", takes=(2,))
def _commutation(e: Elaborator, p: Piece) -> Value:
    m, n = size(e, p.parts[0]), size(e, p.parts[1])
    return e.value(p, (e.unifier.product(m, n), e.unifier.product(n, m)), partial(T.Commutation, m, n))


@handles("Psi")
def _selection(e: Elaborator, p: Piece) -> Value:
    n = size(e, p.parts[0])
    return e.value(p, (n, n * n), partial(T.DiagonalSelection, n))


@handles("unit", takes=(2,))
def _unit(e: Elaborator, p: Piece) -> Value:
    n, i = size(e, p.parts[0]), e.index(p.parts[1])
    return e.value(p, (n, ONE), partial(T.UnitVector, n, i))
