"""Nodes as layouts: one function for each class of node.

A rule returns a layout and how strongly it binds. A part that binds more weakly than its place demands is put in
parentheses, so what is printed can be read in one way only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum
from functools import singledispatch
from itertools import chain, count
from typing import NamedTuple, Union, cast

from symland.errors import NoRule
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import Binder, Node
from symland.language.notation import BOUND_NAMES, bound_name, split_sign, used_names
from symland.write.layout import (
    Function,
    Layout,
    Letter,
    Row,
    Script,
    Sign,
    Space,
    Words,
    apply,
    big,
    comma,
    fence,
    frac,
    is_decorated,
    juxtapose,
    matrix,
    name,
    norm,
    number,
    relation,
    row,
    signed_sum,
    sub,
    sup,
)

Names = Mapping[str, Union[str, Layout]]


class Strength(IntEnum):
    """How strongly a layout binds, weakest first. `OPEN` is a product that ends in a bounded sum or product."""

    RELATION, SUM, KRONECKER, OPEN, SCALED, PRODUCT, POWER, ATOM = range(8)


RELATION, SUM, KRONECKER, OPEN, SCALED, PRODUCT, POWER, ATOM = Strength


class Box(NamedTuple):
    """A layout and how strongly it binds."""

    layout: Layout
    strength: Strength


def typeset(node: Node, abbreviations: Mapping[Node, str] | None = None, names: Names | None = None) -> Layout:
    """The layout of a node. `abbreviations` names sub-expressions; `names` says how a name is set, as a layout or as
    another name: `{"Ws": "W*"}`.

    Raises NoRule for a class of node without a rule.

    >>> W = T.matrix("W", "d", "d")
    >>> typeset(W * W) == juxtapose(name("W"), name("W"))
    True
    """
    return Typesetter(abbreviations or {}, names or {}).at(node, RELATION)


def set_index(e: Index) -> Layout:
    """The layout of an index expression.

    >>> set_index(Index.var("l") - 1) == row("l", "-", 1)
    True
    """
    return Typesetter({}, {}).index(e).layout


def set_dim(d: Dim) -> Layout:
    """The layout of a dimension.

    >>> set_dim(Dim.of("d") * Dim.of("d")) == sup("d", 2)
    True
    """
    return Typesetter({}, {}).dim(d).layout


class Typesetter:
    """What the rules share: the chosen names, and parentheses."""

    def __init__(self, abbreviations: Mapping[Node, str], names: Names) -> None:
        self.abbreviations = abbreviations
        self.names = names

    def box(self, node: Node) -> Box:
        short = self.abbreviations.get(node)
        return _rule(node, self) if short is None else self.name(short)

    def at(self, node: Node, strength: Strength) -> Layout:
        """The layout of the node, in parentheses where it binds more weakly than `strength`."""
        box = self.box(node)
        return fence(box.layout) if box.strength < strength else box.layout

    def plain(self, node: Node) -> Layout:
        """The layout of the node where delimiters or commas surround it."""
        return self.at(node, RELATION)

    def signed(self, node: Node) -> tuple[bool, Layout]:
        """Whether the node is subtracted in a sum, and what is added or subtracted."""
        negative, rest = (False, node) if node in self.abbreviations else split_sign(node)
        return negative, self.at(rest, KRONECKER)

    def raised(self, node: Node, exponent: Layout) -> Box:
        return Box(sup(self.at(node, ATOM), exponent), POWER)

    def name(self, text: str) -> Box:
        chosen = self.names.get(text, text)
        layout = name(chosen) if isinstance(chosen, str) else chosen
        busy = isinstance(layout, Row) or (isinstance(layout, Script) and layout.sup is not None)
        return Box(layout, POWER if busy else ATOM)

    def member(self, text: str, below: Layout) -> Box:
        base = self.name(text)
        return Box(sub(base.layout, below), base.strength)

    def index(self, e: Index) -> Box:
        """Positive terms first: `b-a`."""
        ordered = sorted(e.coefficients, key=lambda item: item[1] < 0)
        terms = [(c < 0, self._multiple(abs(c), self.name(v).layout)) for v, c in ordered]
        if e.constant or not terms:
            terms.append((e.constant < 0, number(abs(e.constant))))
        return self._sum(terms, ATOM if all(c == 1 for _, c in e.coefficients) else PRODUCT)

    def dim(self, d: Dim) -> Box:
        terms, strength = [], ATOM
        for monomial, c in d:
            powers = []
            for atom in dict.fromkeys(monomial):
                base = self.name(atom[0]) if atom[1] is None else self.member(atom[0], self.index(atom[1]).layout)
                times = monomial.count(atom)
                powers.append(base.layout if times == 1 else sup(base.layout, times))
                strength = POWER if times > 1 else strength
            if len(powers) > 1 or (powers and abs(c) != 1):
                strength = PRODUCT
            terms.append((c < 0, self._multiple(abs(c), *powers)))
        return self._sum(terms, strength)

    @staticmethod
    def _multiple(c: int, *factors: Layout) -> Layout:
        return juxtapose(*([number(c)] if c != 1 or not factors else []), *factors)

    @staticmethod
    def _sum(terms: list[tuple[bool, Layout]], strength: Strength) -> Box:
        return Box(signed_sum(terms), SUM if len(terms) > 1 or terms[0][0] else strength)


@singledispatch
def _rule(node: Node, p: Typesetter) -> Box:
    raise NoRule(f"{type(node).__name__} has no typesetting rule", node=node, module=__name__)


# --- letters and constants -------------------------------------------------------------------------------------------


@_rule.register
def _(node: T.Symbol, p: Typesetter) -> Box:
    return p.name(node.name)


@_rule.register
def _(node: T.Member, p: Typesetter) -> Box:
    return p.member(node.name, p.index(node.index).layout)


@_rule.register
def _(node: T.Chain, p: Typesetter) -> Box:
    return p.member(node.name, row(p.index(node.top).layout, ":", p.index(node.bottom).layout))


@_rule.register
def _(node: T.Zero, p: Typesetter) -> Box:
    return Box(number(0), ATOM)


@_rule.register
def _(node: T.Identity, p: Typesetter) -> Box:
    return Box(sub("I", p.dim(node.args[0]).layout), ATOM)


@_rule.register
def _(node: T.Commutation, p: Typesetter) -> Box:
    return Box(sub("K", comma(*(p.dim(d).layout for d in node.args))), ATOM)


@_rule.register
def _(node: T.Number, p: Typesetter) -> Box:
    return Box(number(node.value), SUM if node.value < 0 else ATOM if node.value.denominator == 1 else POWER)


@_rule.register
def _(node: T.IndexScalar, p: Typesetter) -> Box:
    return p.index(node.args[0])


@_rule.register
def _(node: T.DimScalar, p: Typesetter) -> Box:
    return p.dim(node.args[0])


# --- sums and products -----------------------------------------------------------------------------------------------


@_rule.register
def _(node: T.Sum, p: Typesetter) -> Box:
    return Box(signed_sum([p.signed(t) for t in node.args]), SUM)


@_rule.register
def _(node: T.Product, p: Typesetter) -> Box:
    if split_sign(node)[0]:
        return Box(signed_sum([p.signed(node)]), SUM)
    last = p.box(node.args[-1])
    end = last.layout if last.strength == OPEN else p.at(node.args[-1], PRODUCT)
    factors = [p.at(t, PRODUCT) for t in node.args[:-1]]
    return Box(juxtapose(*factors, end), OPEN if last.strength == OPEN else PRODUCT)


@_rule.register
def _(node: T.Scale, p: Typesetter) -> Box:
    if split_sign(node)[0]:
        return Box(signed_sum([p.signed(node)]), SUM)
    return Box(juxtapose(*(p.at(t, PRODUCT) for t in node.args)), SCALED)


@_rule.register
def _(node: T.BoundedSum, p: Typesetter) -> Box:
    return _bounded("∑", node, p, OPEN)


@_rule.register
def _(node: T.BoundedProduct, p: Typesetter) -> Box:
    return _bounded("∏", node, p, POWER)


def _bounded(sign: str, node: Binder, p: Typesetter, strength: Strength) -> Box:
    """The body of a product is a single factor or another bounded product."""
    var = bound_name(node)
    body = node.at(Index.var(var))
    inside = p.box(body).layout if type(body) is type(node) else p.at(body, strength)
    return Box(big(sign, p.name(var).layout, p.index(node.lo).layout, p.index(node.hi).layout, inside), OPEN)


@_rule.register
def _(node: T.Kronecker, p: Typesetter) -> Box:
    a, b = (p.at(t, SCALED) for t in node.args)
    return Box(row(a, "⊗", b), KRONECKER)


@_rule.register
def _(node: T.Block, p: Typesetter) -> Box:
    return Box(matrix([[p.plain(b) for b in cells] for cells in node.grid]), ATOM)


# --- powers, norms, functions ----------------------------------------------------------------------------------------


@_rule.register
def _(node: T.Power, p: Typesetter) -> Box:
    return p.raised(node.args[0], p.index(node.args[1]).layout)


@_rule.register
def _(node: T.Reciprocal, p: Typesetter) -> Box:
    return Box(frac(1, p.plain(node.args[0])), POWER)


@_rule.register
def _(node: T.Transpose, p: Typesetter) -> Box:
    inner = p.box(node.args[0]).layout
    return Box(sup(inner, "⊤"), POWER) if is_decorated(inner) else p.raised(node.args[0], Sign("⊤"))


@_rule.register
def _(node: T.Inverse, p: Typesetter) -> Box:
    return p.raised(node.args[0], number(-1))


@_rule.register
def _(node: T.Pseudoinverse, p: Typesetter) -> Box:
    return p.raised(node.args[0], Sign("†"))


@_rule.register
def _(node: T.Trace, p: Typesetter) -> Box:
    return Box(apply("tr", p.plain(node.args[0])), ATOM)


@_rule.register
def _(node: T.Vec, p: Typesetter) -> Box:
    return Box(apply("vec", p.plain(node.args[0])), ATOM)


@_rule.register
def _(node: T.SquaredNorm, p: Typesetter) -> Box:
    return Box(sup(norm(p.plain(node.args[0]), "F"), 2), POWER)


@_rule.register
def _(node: T.Inner, p: Typesetter) -> Box:
    return Box(fence(comma(*(p.plain(t) for t in node.args)), "<>"), ATOM)


@_rule.register
def _(node: T.D, p: Typesetter) -> Box:
    t, letter, direction = node.args
    derivative = sub(Letter("D", upright=True), p.plain(letter))
    return Box(row(derivative, p.at(t, ATOM), Space(3), fence(p.plain(direction), "[]")), PRODUCT)


# --- statements ------------------------------------------------------------------------------------------------------


@_rule.register(S.Eq)
@_rule.register(S.Le)
@_rule.register(S.Lt)
def _(node: Node, p: Typesetter) -> Box:
    sign = {S.Eq: "=", S.Le: "<=", S.Lt: "<"}[type(node)]
    return Box(relation(p.plain(node.args[0]), sign, p.plain(node.args[1])), RELATION)


def _bound(t: Node, p: Typesetter) -> Layout:
    """The layout of t where t is the root of t^2: in bars unless the letters say that it is not negative."""
    return p.plain(t) if _nonnegative(t) else fence(p.plain(t), "||")


def _nonnegative(t: Node) -> bool:
    match t:
        case T.Symbol():
            return bool(t.facts & {"nonnegative", "positive"})
        case T.Member():
            return bool(t.family.facts & {"nonnegative", "positive"})
        case T.Number():
            return t.value >= 0
        case T.Sum() | T.Product():
            return all(map(_nonnegative, t.args))
        case T.BoundedSum() | T.BoundedProduct():
            return _nonnegative(t.args[2])
        case T.Power():
            return t.args[1].value in (0, 2, 4) or _nonnegative(t.args[0])
    return isinstance(t, T.SquaredNorm)


def _unused(names: tuple[str, ...], node: Node, p: Typesetter) -> Iterator[str]:
    """The names, then numbered ones, without those that the node and the abbreviations use."""
    used = used_names(node) | set(p.abbreviations.values())
    return (x for x in chain(names, (f"{names[0]}{k}" for k in count(1))) if x not in used)


def _root(c: Node) -> Node | None:
    """t for c = t^2."""
    return c.args[0] if isinstance(c, T.Power) and c.args[1].value == 2 else None


@_rule.register
def _(node: S.LB, p: Typesetter) -> Box:
    a, b, c = node.args
    t = _root(c)
    if t is not None and isinstance(b, T.Identity) and a.shape[0] == a.shape[1]:
        least = apply(sub("sigma", Function("min")), p.plain(a))
        return Box(relation(least, ">=", _bound(t, p)), RELATION)
    v = name(next(_unused(("v", "u", "x", "z"), node, p)))
    left = sup(norm(v if isinstance(b, T.Identity) else juxtapose(p.at(b, PRODUCT), v)), 2)
    right = sup(norm(juxtapose(p.at(a, PRODUCT), v)), 2)
    if c is not T.number(1):
        left = juxtapose(p.at(c, PRODUCT), left)
    return Box(row(relation(left, "<=", right), Words(" for all "), v), RELATION)


@_rule.register
def _(node: S.UB, p: Typesetter) -> Box:
    a, c = node.args
    t, spectral = _root(c), norm(p.plain(a), 2)
    if t is not None:
        return Box(relation(spectral, "<=", _bound(t, p)), RELATION)
    return Box(relation(sup(spectral, 2), "<=", p.plain(c)), RELATION)


@_rule.register
def _(node: S.Psd, p: Typesetter) -> Box:
    return Box(relation(p.plain(node.args[0]), "⪰", 0), RELATION)


@_rule.register
def _(node: S.Invertible, p: Typesetter) -> Box:
    return Box(row(p.plain(node.args[0]), Words(" invertible")), RELATION)


@_rule.register
def _(node: S.Entries, p: Typesetter) -> Box:
    low, a, high = node.args
    unused = _unused(BOUND_NAMES, node, p)
    i, j = name(next(unused)), name(next(unused))
    inner = p.box(a)
    letter = inner.layout if isinstance(inner.layout, Letter) else fence(inner.layout)
    every = row(Words(" for all "), comma(i, j))
    return Box(row(relation(p.plain(low), "<=", sub(letter, row(i, j)), "<=", p.plain(high)), every), RELATION)


@_rule.register
def _(node: S.Rank, p: Typesetter) -> Box:
    return Box(relation(apply("rank", p.plain(node.args[0])), "=", p.plain(node.args[1])), RELATION)


@_rule.register
def _(node: S.Grad, p: Typesetter) -> Box:
    f, letter, gradient = node.args
    return Box(relation(row(sub("∇", p.plain(letter)), p.at(f, POWER)), "=", p.plain(gradient)), RELATION)


@_rule.register
def _(node: S.Hess, p: Typesetter) -> Box:
    f, w, u, hessian = node.args
    nabla = sup(sub("∇", juxtapose(p.plain(w), p.plain(u))), 2)
    return Box(relation(row(nabla, p.at(f, POWER)), "=", p.plain(hessian)), RELATION)


@_rule.register
def _(node: S.ForAll, p: Typesetter) -> Box:
    var = bound_name(node)
    low, high = p.index(node.lo).layout, p.index(node.hi).layout
    span = fence(relation(low, "<=", p.name(var).layout, "<=", high))
    return Box(row(p.plain(node.at(Index.var(var))), Space(18), span), RELATION)


@_rule.register
def _(node: S.NonNeg, p: Typesetter) -> Box:
    c = node.index.constant
    left = Index.make({v: n for v, n in node.index.coefficients if n > 0}, max(c, 0))
    right = Index.make({v: -n for v, n in node.index.coefficients if n < 0}, max(-c, 0))
    return Box(relation(p.index(left).layout, ">=", p.index(right).layout), RELATION)
