"""Common factors pulled out of a sum of matrices: `X'*s - X'*y` becomes `X'*(s - y)`. Only proposals: a normal form
proves the new term equal."""

from __future__ import annotations

from typing import cast

from symland.calculus.simplify import UNIT, add, multiply, scale, split_number, split_scalar, tidy, times_number
from symland.language import terms as T
from symland.language.terms import Term


def factored(t: Term) -> Term:
    """The matrix with common outer factors of its terms pulled out, and diagonal matrices added up. Columns on the left
    and rows on the right are left alone: u*v' + v*u' is to look symmetric."""
    if isinstance(t, T.Scale):
        return scale(t.args[0], factored(t.args[1]))
    if isinstance(t, T.Transpose):
        return factored(t.args[0]).T
    if not isinstance(t, T.Sum) or not t.is_matrix:
        return t
    t = T.total(*(factored(a) if isinstance(split_scalar(a)[1], T.Sum) else a for a in t.args))
    t = _diagonals(cast(T.Sum, t))
    if not isinstance(t, T.Sum):
        return t
    best = max((_group(t.args, side) for side in (0, -1)), key=lambda g: len(g[1]))
    common, members, side = best
    if len(members) < 2 or common is None:
        return t
    inner = common_number(factored(add(*(_without(m, side) for m in members))))
    c, inner = split_scalar(inner)
    joined = multiply(common, inner) if side == 0 else multiply(inner, common)
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


def _group(terms: tuple[Term, ...], side: int) -> tuple[Term | None, list[Term], int]:
    """The outer factor on this side that most terms share, and these terms."""
    groups: dict[Term, list[Term]] = {}
    for t in terms:
        factors = _factors(t)
        outer = factors[side]
        alone = outer.shape[1 if side == 0 else 0] == UNIT  # a column on the left, a row on the right
        if len(factors) > 1 and not (alone and t.shape[1 if side == 0 else 0] != UNIT):
            groups.setdefault(outer, []).append(t)
    common = max(groups, key=lambda f: len(groups[f]), default=None)
    return common, groups[common] if common is not None else [], side


def _without(t: Term, side: int) -> Term:
    """The term without its outer factor on this side."""
    c = split_scalar(t)[0]
    factors = _factors(t)
    return scale(c, multiply(*(factors[1:] if side == 0 else factors[:-1])))


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


def common_number(t: Term) -> Term:
    """A sum all of whose terms have one number in front, with this number pulled out."""
    if not isinstance(t, T.Sum):
        return t
    numbers = {split_number(a)[0] for a in t.args}
    if len(numbers) != 1 or numbers == {1}:
        return t
    (value,) = numbers
    return times_number(value, add(*(split_number(a)[1] for a in t.args)))


