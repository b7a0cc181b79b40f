"""How statements are typeset: one rule for each class of node."""

from __future__ import annotations

from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import Node
from symland.language.notation import bound_name, unused_names
from symland.write.layout import (
    Function,
    Layout,
    Letter,
    Space,
    Words,
    apply,
    comma,
    fence,
    frac,
    juxtapose,
    name,
    norm,
    relation,
    row,
    sub,
    sup,
)
from symland.write.typesetter import POWER, PRODUCT, RELATION, Box, Typesetter, rule


@rule.register(S.Eq)
@rule.register(S.Le)
@rule.register(S.Lt)
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
        case T.Elementwise():
            return t.function in ("abs", "exp", "relu", "sigmoid", "softplus", "sqrt", "step")
    return isinstance(t, (T.SquaredNorm, T.OperatorNorm))


def _root(c: Node) -> Node | None:
    """t for c = t^2."""
    return c.args[0] if isinstance(c, T.Power) and c.args[1].value == 2 else None


@rule.register
def _(node: S.LB, p: Typesetter) -> Box:
    a, b, c = node.args
    t = _root(c)
    if t is not None and isinstance(b, T.Identity) and a.shape[0] == a.shape[1]:
        least = apply(sub("sigma", Function("min")), p.plain(a))
        return Box(relation(least, ">=", _bound(t, p)), RELATION)
    v = name(next(unused_names(node, ("v", "u", "x", "z"), p.abbreviations.values())))
    left = sup(norm(v if isinstance(b, T.Identity) else juxtapose(p.at(b, PRODUCT), v)), 2)
    right = sup(norm(juxtapose(p.at(a, PRODUCT), v)), 2)
    if c is not T.number(1):
        left = juxtapose(p.at(c, PRODUCT), left)
    return Box(row(relation(left, "<=", right), Words(" for all "), v), RELATION)


@rule.register
def _(node: S.UB, p: Typesetter) -> Box:
    a, c = node.args
    t, spectral = _root(c), norm(p.plain(a), 2)
    if t is not None:
        return Box(relation(spectral, "<=", _bound(t, p)), RELATION)
    return Box(relation(sup(spectral, 2), "<=", p.plain(c)), RELATION)


@rule.register
def _(node: S.Psd, p: Typesetter) -> Box:
    return Box(relation(p.plain(node.args[0]), "⪰", 0), RELATION)


@rule.register
def _(node: S.Invertible, p: Typesetter) -> Box:
    return Box(row(p.plain(node.args[0]), Words(" invertible")), RELATION)


def _entry(node: Node, a: Node, p: Typesetter) -> tuple[Layout, Layout]:
    """An entry of a, and the words "for all i, j"."""
    unused = unused_names(node, taken=p.abbreviations.values())
    i, j = name(next(unused)), name(next(unused))
    inner = p.box(a)
    letter = inner.layout if isinstance(inner.layout, Letter) else fence(inner.layout)
    return sub(letter, row(i, j)), row(Words(" for all "), comma(i, j))


@rule.register
def _(node: S.Entries, p: Typesetter) -> Box:
    low, a, high = node.args
    entry, every = _entry(node, a, p)
    return Box(row(relation(p.plain(low), "<=", entry, "<=", p.plain(high)), every), RELATION)


@rule.register
def _(node: S.Positive, p: Typesetter) -> Box:
    return Box(row(relation(p.plain(node.args[0]), ">", 0), Words(" entrywise")), RELATION)


@rule.register
def _(node: S.Nonzero, p: Typesetter) -> Box:
    (a,) = node.args
    if a.is_scalar:
        return Box(relation(p.plain(a), "!=", 0), RELATION)
    entry, every = _entry(node, a, p)
    return Box(row(relation(entry, "!=", 0), every), RELATION)


@rule.register
def _(node: S.Rank, p: Typesetter) -> Box:
    return Box(relation(apply("rank", p.plain(node.args[0])), "=", p.plain(node.args[1])), RELATION)


@rule.register
def _(node: S.Grad, p: Typesetter) -> Box:
    f, letter, gradient = node.args
    return Box(relation(row(sub("∇", p.plain(letter)), p.at(f, POWER)), "=", p.plain(gradient)), RELATION)


@rule.register
def _(node: S.Jac, p: Typesetter) -> Box:
    """The partial derivatives of vec(F), one column for each entry of the letter."""
    f, letter, jacobian = node.args
    below = _stacked(letter, p) if letter.is_scalar else sup(_stacked(letter, p), "⊤")
    return Box(relation(frac(row("∂", _stacked(f, p)), row("∂", below)), "=", p.plain(jacobian)), RELATION)


def _stacked(t: Node, p: Typesetter) -> Layout:
    """vec(t); a scalar or a column is itself."""
    return p.at(t, POWER) if t.is_scalar or t.shape[1] == Dim.of(1) else apply("vec", p.plain(t))


@rule.register
def _(node: S.Hess, p: Typesetter) -> Box:
    f, w, u, hessian = node.args
    nabla = sup(sub("∇", juxtapose(p.plain(w), p.plain(u))), 2)
    return Box(relation(row(nabla, p.at(f, POWER)), "=", p.plain(hessian)), RELATION)


@rule.register
def _(node: S.ForAll, p: Typesetter) -> Box:
    var = bound_name(node)
    low, high = p.index(node.lo).layout, p.index(node.hi).layout
    span = fence(relation(low, "<=", p.name(var).layout, "<=", high))
    return Box(row(p.plain(node.at(Index.var(var))), Space(18), span), RELATION)


@rule.register
def _(node: S.NonNeg, p: Typesetter) -> Box:
    c = node.index.constant
    left = Index.make({v: n for v, n in node.index.coefficients if n > 0}, max(c, 0))
    right = Index.make({v: -n for v, n in node.index.coefficients if n < 0}, max(-c, 0))
    return Box(relation(p.index(left).layout, ">=", p.index(right).layout), RELATION)
