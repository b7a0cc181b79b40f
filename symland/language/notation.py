"""The surface notation: how nodes read in text, in messages and in `repr`.

`show(node)` prints the notation of `symland derive` and of trace displays: `W[L..1]*X - Y`, `'` for the transpose,
`(x)` for Kronecker, `norm2(A)^2` for the squared Frobenius norm. Abbreviations name sub-expressions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from functools import singledispatch
from itertools import chain, count
from typing import cast

from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index, shape_text
from symland.language.nodes import Binder, Node, walk

SUM, HADAMARD, PRODUCT, POWER, ATOM = range(5)  # binding strength, weakest first

CALLS = {
    T.Determinant: "det", T.LogDeterminant: "logdet", T.OperatorNorm: "opnorm", T.Diagonal: "diag",
    T.DiagonalMatrix: "diag", T.DiagonalSelection: "Psi", T.UnitVector: "unit",
}  # fmt: skip

BOUND_NAMES = ("i", "j", "k", "p", "q", "r")


def names_in(*nodes: Node) -> set[str]:
    """The names of letters, functions, dimensions and indices in the nodes, as they are printed."""
    used: set[str] = set()
    for n in chain.from_iterable(map(walk, nodes)):
        used |= n.free_indices
        if isinstance(n, (T.Symbol, T.Member, T.Chain)):
            used |= {n.name, repr(n)}
        if isinstance(n, T.Elementwise):
            used.add(n.function.rstrip("'"))
        dims = n.shape if isinstance(n, T.Symbol) else [d for d in n.args if isinstance(d, Dim)]
        used.update(name for d in dims for name, _ in d.atoms)
    return used


def unused_names(node: Node, preferred: tuple[str, ...] = BOUND_NAMES, taken: Collection[str] = ()) -> Iterator[str]:
    """Names that neither the node nor `taken` uses: the preferred ones, then numbered ones."""
    used = {*taken, *names_in(node)}
    return (name for name in chain(preferred, (f"{preferred[0]}{k}" for k in count(1))) if name not in used)


def bound_name(node: Binder) -> str:
    """A readable name for the bound variable that is not used inside."""
    return next(unused_names(node))


def split_sign(t: Node) -> tuple[bool, Node]:
    """Whether the term carries a minus sign in front, and the term without it."""
    if isinstance(t, T.Scale):
        negative, s = split_sign(t.args[0])
        if negative:
            return True, t.args[1] if s is T.number(1) else T.Scale(s, t.args[1])
    if isinstance(t, T.Number) and t.value < 0:
        return True, T.number(-t.value.numerator, t.value.denominator)
    if isinstance(t, T.Product) and t.is_scalar:
        negative, first = split_sign(t.args[0])
        if negative:
            rest = t.args[1:]
            return True, T.product(*rest) if first is T.number(1) else T.flat(T.Product, first, *rest)
    return False, t


def show(node: Node, abbreviations: Mapping[Node, str] | None = None) -> str:
    """The node in surface notation."""
    return _Printer(abbreviations or {}).text(node, SUM)


class _Printer:
    def __init__(self, names: Mapping[Node, str]) -> None:
        self.names = names

    def text(self, node: Node, strength: int) -> str:
        name = self.names.get(node)
        if name is not None:
            return name
        out, own = _show(node, self)
        return f"({out})" if own < strength else out

    def call(self, name: str, *parts: object) -> tuple[str, int]:
        return f"{name}({', '.join(self.text(p, SUM) if isinstance(p, Node) else str(p) for p in parts)})", ATOM

    def join(self, sign: str, parts: tuple[Node, ...], strength: int) -> str:
        return sign.join(self.text(p, strength) for p in parts)


@singledispatch
def _show(node: Node, p: _Printer) -> tuple[str, int]:
    return p.call(type(node).__name__, *node.args)


def with_named_sums(node: T.Sum, names: Collection[Node]) -> tuple[Node, ...]:
    """The terms of a sum, those of a sum with a name taken together."""
    terms = list(node.args)
    for part in names:
        if isinstance(part, T.Sum) and part is not node and all(t in terms for t in part.args):
            place = min(terms.index(t) for t in part.args)
            terms = [*(t for t in terms[:place] if t not in part.args), part, *(
                t for t in terms[place:] if t not in part.args
            )]  # fmt: skip
    return tuple(terms)


def fraction_text(q: Fraction) -> str:
    """p or p/q."""
    return str(q.numerator) if q.denominator == 1 else f"{q.numerator}/{q.denominator}"


@_show.register
def _(node: T.Symbol, p: _Printer) -> tuple[str, int]:
    return node.name, ATOM


@_show.register
def _(node: T.Member, p: _Printer) -> tuple[str, int]:
    return f"{node.name}[{node.index}]" if node.index.value is None else f"{node.name}{node.index}", ATOM


@_show.register
def _(node: T.Chain, p: _Printer) -> tuple[str, int]:
    return f"{node.name}[{node.top}..{node.bottom}]", ATOM


@_show.register
def _(node: T.Zero, p: _Printer) -> tuple[str, int]:
    return "0", ATOM


@_show.register
def _(node: T.Identity, p: _Printer) -> tuple[str, int]:
    return f"I({node.args[0]})", ATOM


@_show.register
def _(node: T.Number, p: _Printer) -> tuple[str, int]:
    q = node.value
    return fraction_text(q), SUM if q < 0 else PRODUCT if q.denominator != 1 else ATOM


@_show.register(T.IndexScalar)
@_show.register(T.DimScalar)
def _(node: Node, p: _Printer) -> tuple[str, int]:
    out = str(node.args[0])
    return out, ATOM if out.isalnum() else SUM


@_show.register
def _(node: T.Sum, p: _Printer) -> tuple[str, int]:
    """A sum that has a name is one term in a longer one."""
    out = ""
    for t in with_named_sums(node, p.names):
        negative, rest = (False, t) if t in p.names else split_sign(t)
        sign = (" - " if out else "-") if negative else (" + " if out else "")
        out += sign + p.text(rest, HADAMARD if negative or out else SUM)
    return out, SUM


@_show.register
def _(node: T.Product, p: _Printer) -> tuple[str, int]:
    """Reciprocal factors of a scalar stand below a bar."""
    negative, rest = split_sign(node)
    if negative:
        return "-" + p.text(rest, PRODUCT), SUM
    below: list[Node] = [d for t in node.args if (d := _denominator(t, p)) is not None]
    if not below:
        return p.join("*", node.args, PRODUCT), PRODUCT
    above = tuple(t for t in node.args if _denominator(t, p) is None)
    if above and isinstance(above[0], T.Number):
        q = above[0].value
        above = ((T.number(q.numerator),) if q.numerator != 1 else ()) + above[1:]
        below = ([T.number(q.denominator)] if q.denominator != 1 else []) + below
    bottom = f"({p.join('*', tuple(below), PRODUCT)})" if len(below) > 1 else p.text(below[0], POWER)
    return f"{p.join('*', above, PRODUCT) or '1'}/{bottom}", PRODUCT


def _denominator(t: Node, p: _Printer) -> Node | None:
    """s for 1/s, and s^k for (1/s)^k."""
    if t in p.names:
        return None
    if isinstance(t, T.Power) and isinstance(t.args[0], T.Reciprocal) and t.args[0] not in p.names:
        return cast(Node, T.Power(t.args[0].args[0], t.args[1]))
    return cast(Node, t.args[0]) if isinstance(t, T.Reciprocal) else None


@_show.register
def _(node: T.Scale, p: _Printer) -> tuple[str, int]:
    negative, rest = split_sign(node)
    if negative:
        return "-" + p.text(rest, PRODUCT), SUM
    return p.join("*", node.args, PRODUCT), PRODUCT


@_show.register(T.BoundedSum)
@_show.register(T.BoundedProduct)
@_show.register(T.OrderedProduct)
@_show.register(S.ForAll)
def _(node: Binder, p: _Printer) -> tuple[str, int]:
    var = bound_name(node)
    body = p.text(node.at(Index.var(var)), SUM)
    if isinstance(node, S.ForAll):
        return f"all {var} in {node.lo}..{node.hi}: {body}", SUM
    if isinstance(node, T.OrderedProduct):
        return f"prod({var}, {node.hi}..{node.lo}, {body})", ATOM
    word = "sum" if isinstance(node, T.BoundedSum) else "prod"
    return f"{word}({var}, {node.lo}..{node.hi}, {body})", ATOM


@_show.register
def _(node: T.Power, p: _Printer) -> tuple[str, int]:
    below = _denominator(node, p)
    if below is not None:
        return f"1/{p.text(below, POWER)}", PRODUCT
    base, k = node.args
    if isinstance(base, T.SquaredNorm) and k.value and base not in p.names:
        return f"{p.call('norm2', *base.args)[0]}^{2 * k.value}", POWER
    e = str(k)
    return f"{p.text(node.args[0], ATOM)}^{e if e.isalnum() else f'({e})'}", POWER


@_show.register
def _(node: T.Reciprocal, p: _Printer) -> tuple[str, int]:
    return f"1/{p.text(node.args[0], POWER)}", PRODUCT


@_show.register
def _(node: T.Transpose, p: _Printer) -> tuple[str, int]:
    return f"{p.text(node.args[0], ATOM)}'", ATOM


@_show.register
def _(node: T.Inverse, p: _Printer) -> tuple[str, int]:
    return p.call("inv", *node.args)


@_show.register
def _(node: T.Pseudoinverse, p: _Printer) -> tuple[str, int]:
    return p.call("pinv", *node.args)


@_show.register
def _(node: T.Trace, p: _Printer) -> tuple[str, int]:
    """A matrix element as `A[i, j]`; the trace of a 1 x 1 matrix as that matrix."""
    element = T.is_entry(node)
    if element is not None:
        return f"{p.text(element[0], ATOM)}[{element[1]}, {element[2]}]", ATOM
    if node.args[0].shape == (Dim.of(1), Dim.of(1)):
        return p.text(node.args[0], SUM), HADAMARD if not isinstance(node.args[0], T.Sum) else SUM
    return p.call("tr", *node.args)


@_show.register(T.Determinant)
@_show.register(T.LogDeterminant)
@_show.register(T.OperatorNorm)
@_show.register(T.Diagonal)
@_show.register(T.DiagonalMatrix)
@_show.register(T.DiagonalSelection)
@_show.register(T.UnitVector)
def _(node: Node, p: _Printer) -> tuple[str, int]:
    return p.call(CALLS[type(node)], *node.args)


@_show.register
def _(node: T.Ones, p: _Printer) -> tuple[str, int]:
    rows, columns = node.args
    return p.call("ones", rows) if columns == Dim.of(1) else p.call("ones", rows, columns)


@_show.register
def _(node: T.Unvec, p: _Printer) -> tuple[str, int]:
    return p.call("unvec", node.args[2], *node.args[:2])


@_show.register
def _(node: T.Hadamard, p: _Printer) -> tuple[str, int]:
    """Reciprocal factors stand behind `./`."""
    out = ""
    for t in node.args:
        below = _divisor(t, p)
        if below is not None:
            out = f"{out or '1'} ./ {p.text(below, POWER)}"
        else:
            out += (" .* " if out else "") + p.text(t, POWER)
    return out, HADAMARD


def _divisor(t: Node, p: _Printer) -> Node | None:
    """B for 1 ./ B, and B.^k for (1 ./ B).^k."""
    if t in p.names:
        return None
    if isinstance(t, T.HadamardPower) and t.args[0] not in p.names:
        below = _divisor(t.args[0], p) if isinstance(t.args[0], T.Elementwise) else None
        return None if below is None else cast(Node, T.HadamardPower(below, t.args[1]))
    return t.argument if isinstance(t, T.Elementwise) and t.function == "reciprocal" else None


@_show.register(T.HadamardPower)
@_show.register(T.MatrixPower)
def _(node: Node, p: _Printer) -> tuple[str, int]:
    below = _divisor(node, p)
    if below is not None:
        return f"1 ./ {p.text(below, POWER)}", HADAMARD
    e = str(node.args[1])
    sign = ".^" if isinstance(node, T.HadamardPower) else "^"
    return f"{p.text(node.args[0], ATOM)}{sign}{e if e.isalnum() else f'({e})'}", POWER


@_show.register
def _(node: T.Elementwise, p: _Printer) -> tuple[str, int]:
    if node.function == "reciprocal":
        return f"1 ./ {p.text(node.argument, POWER)}", HADAMARD
    if node.function == "pow":
        sign = ".^" if node.is_matrix else "^"
        return f"{p.text(node.argument, ATOM)}{sign}{p.text(node.parameters[0], ATOM)}", POWER
    if node.function == "sqrt" and isinstance(node.argument, T.SquaredNorm) and node.argument not in p.names:
        return p.call("norm2", *node.argument.args)
    return p.call(node.function, *node.args[1:])


@_show.register
def _(node: T.SquaredNorm, p: _Printer) -> tuple[str, int]:
    return p.call("norm2", *node.args)[0] + "^2", POWER


@_show.register
def _(node: T.Inner, p: _Printer) -> tuple[str, int]:
    if isinstance(node.args[0], T.Ones) and node.args[0] not in p.names:
        return p.call("sum", node.args[1])
    return f"<{p.text(node.args[0], SUM)}, {p.text(node.args[1], SUM)}>", ATOM


@_show.register
def _(node: T.Kronecker, p: _Printer) -> tuple[str, int]:
    return f"{p.text(node.args[0], POWER)} (x) {p.text(node.args[1], POWER)}", SUM


@_show.register
def _(node: T.Vec, p: _Printer) -> tuple[str, int]:
    if node.args[0].is_scalar:
        return f"[{p.text(node.args[0], SUM)}]", ATOM
    return p.call("vec", *node.args)


@_show.register
def _(node: T.Commutation, p: _Printer) -> tuple[str, int]:
    return p.call("K", *node.args)


@_show.register
def _(node: T.Block, p: _Printer) -> tuple[str, int]:
    return "[" + "; ".join(", ".join(p.text(b, SUM) for b in row) for row in node.grid) + "]", ATOM


@_show.register
def _(node: T.D, p: _Printer) -> tuple[str, int]:
    t, w, v = (p.text(a, SUM) for a in node.args)
    return f"D({t}; {w}, {v})", ATOM


@_show.register(S.Eq)
@_show.register(S.Le)
@_show.register(S.Lt)
def _(node: Node, p: _Printer) -> tuple[str, int]:
    sign = {S.Eq: "=", S.Le: "<=", S.Lt: "<"}[type(node)]
    return f"{p.text(node.args[0], SUM)} {sign} {p.text(node.args[1], SUM)}", SUM


@_show.register
def _(node: S.Psd, p: _Printer) -> tuple[str, int]:
    return p.call("psd", *node.args)


@_show.register
def _(node: S.Invertible, p: _Printer) -> tuple[str, int]:
    return p.call("invertible", *node.args)


@_show.register
def _(node: S.Rank, p: _Printer) -> tuple[str, int]:
    return f"rank({p.text(node.args[0], SUM)}) = {p.text(node.args[1], SUM)}", SUM


@_show.register(S.Positive)
@_show.register(S.Nonzero)
@_show.register(S.Jac)
@_show.register(S.Grad)
@_show.register(S.Hess)
@_show.register(S.Entries)
def _(node: Node, p: _Printer) -> tuple[str, int]:
    return p.call(type(node).__name__.lower(), *node.args)


@_show.register
def _(node: S.NonNeg, p: _Printer) -> tuple[str, int]:
    e = node.index
    left = {v: c for v, c in e.coefficients if c > 0}
    right = {v: -c for v, c in e.coefficients if c < 0}
    c = e.constant
    return f"{Index.make(left, max(c, 0))} >= {Index.make(right, max(-c, 0))}", SUM


def declaration(letter: Node) -> str:
    """A letter with its shape: `W: d x d`."""
    return f"{show(letter)}: {shape_text(letter.shape)}"
