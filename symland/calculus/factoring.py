"""The last touch to a result: common factors pulled out of a sum of matrices, `X'*s - X'*y` becomes `X'*(s - y)`, and
rows or columns scaled by diagonal matrices. Only proposals: a normal form proves the new term equal."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from symland.calculus.simplify import (
    UNIT,
    add,
    entrywise_product,
    multiply,
    scalar_product,
    scale,
    split_number,
    split_scalar,
    tidy,
    times_number,
    transpose,
)
from symland.language import terms as T
from symland.language.nodes import Binder
from symland.language.notation import show
from symland.language.terms import Term

CLOSED = (
    Binder, T.Elementwise, T.Reciprocal, T.Inverse, T.Determinant, T.LogDeterminant, T.MatrixPower, T.OperatorNorm,
)  # fmt: skip


def polished(t: Term) -> Term:
    """The matrix as an author would leave it: the shortest of what the simplifications here find."""
    t = tidy(t)
    if not t.is_matrix:
        return t
    found = [factored(_scaled(tidy(inside))) for inside in (_entry_factored(t), _entry_factored(_opened(t)))]
    return min(found, key=lambda x: len(show(x)))


def _inside(t: Term, change: Callable[[Term], Term]) -> Term:
    """The term changed at every matrix sum or entrywise product inside that stands under no binder and in no function:
    arguments stay as they were written."""
    if isinstance(t, CLOSED):
        return t
    new = cast(Term, t.make(*(_inside(a, change) if isinstance(a, Term) else a for a in t.args)))
    return change(new) if new.is_matrix else new


def _opened(t: Term) -> Term:
    """Entrywise products with sums that contain ones multiplied out: y .* (1 - s) is y - y .* s."""

    def change(x: Term) -> Term:
        if not isinstance(x, T.Hadamard):
            return x
        for k, f in enumerate(x.args):
            if isinstance(f, T.Sum) and any(isinstance(split_scalar(a)[1], T.Ones) for a in f.args):
                rest = (*x.args[:k], *x.args[k + 1 :])
                return add(*(change(entrywise_product(*rest, a)) for a in f.args))
        return x

    return tidy(_inside(t, change))


def _entry_factored(t: Term) -> Term:
    """Common factors of entrywise products pulled out of sums of them."""

    def change(x: Term) -> Term:
        if not isinstance(x, T.Sum):
            return x
        terms = [split_scalar(a) for a in x.args]
        factors = [list(a.args) if isinstance(a, T.Hadamard) else [a] for _, a in terms]
        common = [f for f in factors[0] if all(f in other for other in factors[1:])]
        if not common or isinstance(common[0], T.Product):
            return x
        rest = [[f for f in some if f not in common] for some in factors]
        ones = cast(Term, T.Ones(*x.shape))
        inner = [scale(c, entrywise_product(*some) if some else ones) for (c, _), some in zip(terms, rest, strict=True)]
        return entrywise_product(*common, add(*inner))

    return _inside(t, change)


def polished_matrix(product: Term) -> Term:
    """A product H vec(U) with H polished."""
    return T.product(polished(T.product(*product.args[:-1])), product.args[-1])


def _scaled(t: Term) -> Term:
    """Hadamard products with (c*ones') or (ones*r) as diag(c)*A and A*diag(r'), inside, but in no function."""
    if isinstance(t, CLOSED):
        return t
    t = cast(Term, t.make(*(_scaled(a) if isinstance(a, Term) else a for a in t.args)))
    if not isinstance(t, T.Hadamard):
        return t
    sides = [_broadcast(a) for a in t.args]
    rest = [a for a, side in zip(t.args, sides, strict=True) if side is None]
    if not rest or len(rest) == len(t.args):
        return t
    left, right = ([v for side in sides if side is not None and side[0] is first for v in side[1:]] for first in (1, 0))
    before = [tidy(T.DiagonalMatrix(entrywise_product(*left)))] if left else []
    after = [tidy(T.DiagonalMatrix(entrywise_product(*right)))] if right else []
    return multiply(*before, T.hadamard(*rest), *after)


def _broadcast(t: Term) -> tuple[int, Term] | None:
    """(1, c) for a column c times a row of ones, (0, r') for a column of ones times a row r."""
    if not isinstance(t, T.Product) or UNIT in t.shape:
        return None
    first, last = t.args[0], t.args[-1]
    if isinstance(last, T.Ones) and last.shape[0] == UNIT:
        return 1, T.product(*t.args[:-1])
    if isinstance(first, T.Ones) and first.shape[1] == UNIT:
        return 0, transpose(T.product(*t.args[1:]))
    return None


def factored(t: Term) -> Term:
    """The matrix with common outer factors of its terms pulled out, and diagonal matrices added up. Columns on the left
    and rows on the right are left alone: u*v' + v*u' is to look symmetric."""
    if isinstance(t, T.Scale):
        return scale(t.args[0], common_number(factored(t.args[1])))
    if isinstance(t, T.Transpose):
        return factored(t.args[0]).T
    if not isinstance(t, T.Sum) or not t.is_matrix:
        return t
    t = T.total(*(factored(a) if isinstance(split_scalar(a)[1], T.Sum) else a for a in t.args))
    c, t = _common_scalar(cast(T.Sum, t))
    if c is not T.number(1):
        return scale(c, factored(t))
    t = _diagonals(cast(T.Sum, t))
    if not isinstance(t, T.Sum):
        return t
    best = max((_group(t.args, side) for side in (0, -1)), key=lambda g: len(g[1]))
    common, members, side = best
    if len(members) < 2:
        return t
    inner = common_number(factored(add(*(_without(m, side, len(common)) for m in members))))
    c, inner = split_scalar(inner)
    joined = multiply(*common, inner) if side == 0 else multiply(inner, *common)
    whole = scale(c, joined)
    rest = [a for a in t.args if a not in members]
    place = t.args.index(members[0])
    parts = [*t.args[:place], whole, *[a for a in t.args[place:] if a in rest]]
    parts = [a for a in parts if a in rest or a is whole]
    return factored(add(*parts)) if len(parts) > 1 else whole


def _factors(t: Term) -> tuple[Term, ...]:
    """The matrix factors of a term, without the scalar in front."""
    body = split_scalar(t)[1]
    return tuple(body.args) if isinstance(body, T.Product) else (body,)


def _group(terms: tuple[Term, ...], side: int) -> tuple[tuple[Term, ...], list[Term], int]:
    """The outer factors on this side that most terms share, and these terms."""
    groups: dict[tuple[Term, ...], list[Term]] = {}
    for t in terms:
        factors = _factors(t)
        outer = factors[side : side + 1] if side == 0 else factors[side:]
        alone = outer[0].shape[1 if side == 0 else 0] == UNIT and t.shape[1 if side == 0 else 0] != UNIT
        if alone:  # a column on the left or a row on the right goes only with what stands beside it
            outer = factors[:2] if side == 0 else factors[-2:]
        if len(factors) > len(outer):
            groups.setdefault(outer, []).append(t)
    common = max(groups, key=lambda f: len(groups[f]), default=())
    return common, groups.get(common, []), side


def _without(t: Term, side: int, count: int) -> Term:
    """The term without so many of its outer factors on this side."""
    c = split_scalar(t)[0]
    factors = _factors(t)
    return scale(c, multiply(*(factors[count:] if side == 0 else factors[:-count])))


def _diagonals(t: T.Sum) -> Term:
    """Diagonal matrices of vecs or columns added up: diag(a) + diag(b) = diag(a + b)."""
    diagonal = [a for a in t.args if isinstance(split_scalar(a)[1], T.DiagonalMatrix)]
    if len(diagonal) < 2:
        return t
    insides = [(split_scalar(a)[0], split_scalar(a)[1].args[0]) for a in diagonal]
    if all(isinstance(v, T.Vec) for _, v in insides) and len({v.args[0].shape for _, v in insides}) == 1:
        inside = cast(Term, T.Vec(add(*(scale(c, v.args[0]) for c, v in insides))))
    else:
        inside = add(*(scale(c, v) for c, v in insides))
    first = t.args.index(diagonal[0])
    rest = [a for a in t.args if a not in diagonal]
    kept = sum(a in rest for a in t.args[:first])
    return add(*rest[:kept], tidy(T.DiagonalMatrix(inside)), *rest[kept:])


def _common_scalar(t: T.Sum) -> tuple[Term, Term]:
    """Scalar letters and expressions that all terms are multiplied by, and the sum without them."""
    scalars = [split_scalar(a)[0] for a in t.args]
    factors = [list(c.args) if isinstance(c, T.Product) else [c] for c in scalars]
    common = [f for f in factors[0] if not isinstance(f, T.Number) and all(f in other for other in factors[1:])]
    if not common:
        return T.number(1), t
    terms = []
    for some, a in zip(factors, t.args, strict=True):
        left = [f for f in some if f not in common]
        terms.append(scale(scalar_product(*left) if left else T.number(1), split_scalar(a)[1]))
    return scalar_product(*common), add(*terms)


def common_number(t: Term) -> Term:
    """A sum all of whose terms have one number in front, with this number pulled out."""
    if not isinstance(t, T.Sum):
        return t
    numbers = {split_number(a)[0] for a in t.args}
    if len(numbers) != 1 or numbers == {1}:
        return t
    (value,) = numbers
    return times_number(value, add(*(split_number(a)[1] for a in t.args)))
