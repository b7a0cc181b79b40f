"""How terms are typeset: one rule for each class of node."""

from __future__ import annotations

from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Binder
from symland.language.notation import bound_name, split_sign
from symland.write.layout import (
    Letter,
    Sign,
    Space,
    apply,
    big,
    comma,
    fence,
    frac,
    is_decorated,
    juxtapose,
    matrix,
    norm,
    number,
    row,
    signed_sum,
    sub,
    sup,
)
from symland.write.set_entrywise import ONE, set_element, set_entries_sum, set_log_determinant
from symland.write.typesetter import ATOM, KRONECKER, OPEN, POWER, PRODUCT, SCALED, SUM, Box, Strength, Typesetter, rule

# --- letters and constants -------------------------------------------------------------------------------------------


@rule.register
def _(node: T.Symbol, p: Typesetter) -> Box:
    return p.name(node.name)


@rule.register
def _(node: T.Member, p: Typesetter) -> Box:
    return p.member(node.name, p.index(node.index).layout)


@rule.register
def _(node: T.Chain, p: Typesetter) -> Box:
    return p.member(node.name, row(p.index(node.top).layout, ":", p.index(node.bottom).layout))


@rule.register
def _(node: T.Zero, p: Typesetter) -> Box:
    return Box(number(0), ATOM)


@rule.register
def _(node: T.Identity, p: Typesetter) -> Box:
    return Box(sub("I", p.dim(node.args[0]).layout), ATOM)


@rule.register
def _(node: T.Commutation, p: Typesetter) -> Box:
    return Box(sub("K", comma(*(p.dim(d).layout for d in node.args))), ATOM)


@rule.register
def _(node: T.Number, p: Typesetter) -> Box:
    return Box(number(node.value), SUM if node.value < 0 else ATOM if node.value.denominator == 1 else POWER)


@rule.register
def _(node: T.IndexScalar, p: Typesetter) -> Box:
    return p.index(node.args[0])


@rule.register
def _(node: T.DimScalar, p: Typesetter) -> Box:
    return p.dim(node.args[0])


# --- sums and products -----------------------------------------------------------------------------------------------


@rule.register
def _(node: T.Sum, p: Typesetter) -> Box:
    return Box(signed_sum([p.signed(t) for t in node.args]), SUM)


@rule.register
def _(node: T.Product, p: Typesetter) -> Box:
    if split_sign(node)[0]:
        return Box(signed_sum([p.signed(node)]), SUM)
    last = p.box(node.args[-1])
    end = last.layout if last.strength == OPEN else p.at(node.args[-1], PRODUCT)
    factors = [p.at(t, PRODUCT) for t in node.args[:-1]]
    return Box(juxtapose(*factors, end), OPEN if last.strength == OPEN else PRODUCT)


@rule.register
def _(node: T.Scale, p: Typesetter) -> Box:
    if split_sign(node)[0]:
        return Box(signed_sum([p.signed(node)]), SUM)
    return Box(juxtapose(*(p.at(t, PRODUCT) for t in node.args)), SCALED)


@rule.register
def _(node: T.BoundedSum, p: Typesetter) -> Box:
    return _bounded("∑", node, p, OPEN)


@rule.register
def _(node: T.BoundedProduct, p: Typesetter) -> Box:
    return _bounded("∏", node, p, POWER)


@rule.register
def _(node: T.OrderedProduct, p: Typesetter) -> Box:
    """The index runs downward, as the factors stand."""
    return _bounded("∏", node, p, POWER, (node.hi, node.lo))


def _bounded(
    sign: str, node: Binder, p: Typesetter, strength: Strength, ends: tuple[Index, Index] | None = None
) -> Box:
    """The body of a product is a single factor or another bounded product."""
    var = bound_name(node)
    body = node.at(Index.var(var))
    inside = p.box(body).layout if type(body) is type(node) else p.at(body, strength)
    first, last = (p.index(e).layout for e in ends or (node.lo, node.hi))
    return Box(big(sign, p.name(var).layout, first, last, inside), OPEN)


@rule.register
def _(node: T.Kronecker, p: Typesetter) -> Box:
    a, b = (p.at(t, SCALED) for t in node.args)
    return Box(row(a, "⊗", b), KRONECKER)


@rule.register
def _(node: T.Block, p: Typesetter) -> Box:
    return Box(matrix([[p.plain(b) for b in cells] for cells in node.grid]), ATOM)


# --- powers, norms, functions ----------------------------------------------------------------------------------------


@rule.register
def _(node: T.Power, p: Typesetter) -> Box:
    return p.raised(node.args[0], p.index(node.args[1]).layout)


@rule.register
def _(node: T.Reciprocal, p: Typesetter) -> Box:
    return Box(frac(1, p.plain(node.args[0])), POWER)


@rule.register
def _(node: T.Transpose, p: Typesetter) -> Box:
    inner = p.box(node.args[0]).layout
    return Box(sup(inner, "⊤"), POWER) if is_decorated(inner) else p.raised(node.args[0], Sign("⊤"))


@rule.register
def _(node: T.Inverse, p: Typesetter) -> Box:
    return p.raised(node.args[0], number(-1))


@rule.register
def _(node: T.Pseudoinverse, p: Typesetter) -> Box:
    return p.raised(node.args[0], Sign("†"))


@rule.register
def _(node: T.MatrixPower, p: Typesetter) -> Box:
    return p.raised(node.args[0], p.index(node.args[1]).layout)


@rule.register
def _(node: T.Trace, p: Typesetter) -> Box:
    """An entry as an entry, the trace of a 1 x 1 matrix as that matrix."""
    element = T.is_entry(node)
    if element is not None:
        return set_element(*element, p)
    inner = p.box(node.args[0])
    if node.args[0].shape != (ONE, ONE):
        return Box(apply("tr", inner.layout), ATOM)
    return Box(inner.layout, inner.strength if inner.strength >= POWER else min(inner.strength, OPEN))


@rule.register
def _(node: T.Determinant, p: Typesetter) -> Box:
    return Box(apply("det", p.plain(node.args[0])), ATOM)


@rule.register
def _(node: T.LogDeterminant, p: Typesetter) -> Box:
    return set_log_determinant(node.args[0], p)


@rule.register
def _(node: T.Vec, p: Typesetter) -> Box:
    """A scalar as a 1 x 1 matrix is set as the scalar."""
    return p.box(node.args[0]) if node.args[0].is_scalar else Box(apply("vec", p.plain(node.args[0])), ATOM)


@rule.register
def _(node: T.OperatorNorm, p: Typesetter) -> Box:
    return Box(norm(p.plain(node.args[0]), 2), ATOM)


@rule.register
def _(node: T.SquaredNorm, p: Typesetter) -> Box:
    return Box(sup(norm(p.plain(node.args[0]), "F"), 2), POWER)


@rule.register
def _(node: T.Inner, p: Typesetter) -> Box:
    if isinstance(node.args[0], T.Ones) and node.args[0] not in p.abbreviations:
        return set_entries_sum(node.args[1], p)
    return Box(fence(comma(*(p.plain(t) for t in node.args)), "<>"), ATOM)


@rule.register
def _(node: T.D, p: Typesetter) -> Box:
    t, letter, direction = node.args
    derivative = sub(Letter("D", upright=True), p.plain(letter))
    return Box(row(derivative, p.at(t, ATOM), Space(3), fence(p.plain(direction), "[]")), PRODUCT)
