"""Lower bounds of a loss: by a sum of squares about a point, or because every part of it is nonnegative."""

from __future__ import annotations

from typing import Any, cast

from symland.calculus.positivity import shown_to_hold
from symland.calculus.prover import Prover
from symland.calculus.simplify import tidy
from symland.landscape.candidates.stationary import (
    ZERO,
    AtPoint,
    Point,
    as_square,
    equations_of,
    half_power,
    is_even,
    norm_of,
)
from symland.language import statements as S
from symland.language import terms as T
from symland.language.facts import hypotheses_of
from symland.language.index import Index
from symland.language.nodes import walk
from symland.language.statements import Statement
from symland.language.terms import Term

Found = tuple[Prover, str] | None


def lower_bound(point: Point, value: Term) -> Found:
    """The prover and the step `value <= loss` for all values of the letters; None if no bound is found."""
    facts = {name: h for w in point.where if isinstance(w, T.Symbol) for name, h in hypotheses_of(w).items()}
    given = {**point.given, **facts}
    return _of_squares(point, value, given) or (_of_signs(point.loss, given) if value is ZERO else None)


def _of_signs(loss: Term, given: dict[str, Statement]) -> Found:
    """0 <= loss, by the signs of its parts."""
    prover = Prover(given, "b")
    tree = nonnegative_tree(prover, loss)
    return None if tree is None else (prover, prover.pos(ZERO, loss, tree))


def _of_squares(point: Point, value: Term, given: dict[str, Statement]) -> Found:
    """By a sum of squares: with loss = sum c |A|^2 + rest, the rest without the variables, and A* the value of A at the
    point, loss - value = sum c |A - A*|^2 where the normal equations make the mixed terms vanish.

    Source: the least-squares bound, Penrose 1955.
    """
    parts = point.loss.args if isinstance(point.loss, T.Sum) else (point.loss,)
    squares = [as_square(part) for part in parts if not set(walk(part)).isdisjoint(point.where)]
    if None in squares:
        return None
    fixed = AtPoint(point)
    prover = Prover(given, "b")
    pieces, total = [], []
    for c, a in cast("list[tuple[Term, Term]]", squares):
        weight = nonnegative_tree(prover, c)
        if weight is None:
            return None
        difference = a if value is ZERO else tidy(a - fixed.term(a))
        pieces.append({"product": [weight, {"square": difference}]})
        total.append(T.product(c, _squared(difference)))
    rules = equations_of(prover, given, [point.loss, *point.where.values(), value])
    using = rules.difference(point.loss, tidy(T.total(value, *total)))
    if using is None:
        return None
    return prover, prover.pos(value, point.loss, {"sum": pieces}, using)


def nonnegative_tree(prover: Prover, c: Term) -> dict[str, Any] | None:
    """A certificate that a scalar is nonnegative, as an entry of a `pos` step."""
    if isinstance(c, T.Number):
        return {"rational": c.value} if c.value >= 0 else None
    if (a := norm_of(c)) is not None:
        return {"square": a}
    if isinstance(c, T.Power) and is_even(c.args[1]):
        return {"square": half_power(c)}
    if isinstance(c, T.Inner) and isinstance(c.args[0], T.Ones):
        entries = tidy(c.args[1])
        if isinstance(entries, T.HadamardPower) and is_even(entries.args[1]):
            root = half_power(entries)
            norm = prover.pos(ZERO, cast(Term, T.SquaredNorm(root)), {"square": root})
            return {"theorem": prover.turn(norm, (1,), c)}
    for name, h in prover.hypotheses.items():
        if isinstance(h, (S.Le, S.Lt)) and h.args == (ZERO, c):
            return {"theorem": prover.hyp(name)}
    step = shown_to_hold(prover, cast(Statement, S.Lt(ZERO, c)))
    if step:
        return {"theorem": step}
    if isinstance(c, (T.Sum, T.Product)):
        kind, parts = "sum" if isinstance(c, T.Sum) else "product", c.args
    elif isinstance(c, T.Power) and (c.args[1].value or 0) > 0:
        kind, parts = "product", (c.args[0],) * c.args[1].value
    else:
        return None
    trees = [nonnegative_tree(prover, cast(Term, part)) for part in parts]
    return None if None in trees else {kind: trees}


def _squared(a: Term) -> Term:
    return cast(Term, T.SquaredNorm(a) if a.is_matrix else T.Power(a, Index.of(2)))
