"""Cancellation: `s/s` and `A ./ A` in a result, where a hypothesis or a row says that nothing is divided by zero."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, cast

from symland.calculus.positivity import shown_to_hold
from symland.calculus.prover import Path, Prover, at
from symland.calculus.simplify import entrywise_product, is_reciprocal, scalar_product, split_scalar, tidy
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Binder, Node, walk
from symland.language.statements import Nonzero, Statement
from symland.language.terms import Term

ONE = Index.of(1)


class Pair(NamedTuple):
    """A factor that stands above and below: where the product is, the factor, and what else is in the product."""

    path: Path
    factor: Term
    rest: Term


def cancelled(prover: Prover, id: str, path: Path) -> str:
    """The statement with the term at the path cancelled as far as the divisors are known not to vanish, and tidy."""
    term = at(prover.statement(id), path)
    if not any(isinstance(n, T.Reciprocal) or is_reciprocal(n) for n in walk(term)):
        return id
    while True:
        for pair in _pairs(at(prover.statement(id), path)):
            premise = shown_to_hold(prover, cast(Statement, Nonzero(pair.factor)))
            if premise is not None:
                id = _cancel(prover, id, path, pair, premise)
                break
        else:
            return id
        id = prover.turn(id, path, tidy(at(prover.statement(id), path)))


def _cancel(prover: Prover, id: str, path: Path, pair: Pair, premise: str) -> str:
    """The statement with one pair replaced by one."""
    place, c = (*path, *pair.path), pair.factor
    if isinstance(at(prover.statement(id), place), T.Reciprocal):
        return prover.rewrite(id, place, "reciprocal_twice", [premise], c=c)
    if c.is_scalar:
        id = prover.turn(id, place, T.product(c, cast(Term, T.Reciprocal(c)), pair.rest))
        return prover.rewrite(id, place, "reciprocal_nonzero", [premise], segment=(0, 2), c=c)
    below = cast(Term, T.Elementwise("reciprocal", c))
    if isinstance(at(prover.statement(id), place), T.Inner):
        id = prover.turn(id, place, cast(Term, T.Inner(T.hadamard(c, below), pair.rest)))
        return prover.rewrite(id, (*place, 0), "entrywise_reciprocal", [premise], A=c)
    id = prover.turn(id, place, T.hadamard(c, below, pair.rest))
    return prover.rewrite(id, place, "entrywise_reciprocal", [premise], segment=(0, 2), A=c)


def _pairs(t: Node, here: Path = ()) -> Iterator[Pair]:
    """The pairs in a term that stand under no binder."""
    if isinstance(t, Binder):
        return
    if isinstance(t, T.Reciprocal) and isinstance(t.args[0], T.Reciprocal):
        yield Pair(here, t.args[0].args[0], T.number(1))
    if isinstance(t, (T.Product, T.Hadamard, T.Inner)):
        pair = _pair(cast(Term, t))
        if pair is not None:
            yield Pair(here, *pair)
    for i, a in enumerate(t.args):
        if isinstance(a, Node):
            yield from _pairs(a, (*here, i))


def _pair(t: Term) -> tuple[Term, Term] | None:
    """A factor above and below in a product of scalars, an entrywise product, or an inner product as the sum of the
    entries of one; and the rest, which is not empty."""
    if isinstance(t, T.Product) and not t.is_scalar:
        return None
    parts = t.args
    if isinstance(t, T.Inner):
        sides = [split_scalar(a) for a in t.args]
        if any(c is not T.number(1) for c, _ in sides):
            return None
        parts = tuple(f for _, a in sides for f in (a.args if isinstance(a, T.Hadamard) else (a,)))
    powers = _powers(parts)
    for base, k in powers.items():
        below = cast(Term, T.Reciprocal(base) if base.is_scalar else T.Elementwise("reciprocal", base))
        least = (k.value or 0) and (powers.get(below, Index.of(0)).value or 0)
        if least > 0:
            rest = {**powers, base: k - 1, below: powers[below] - 1}
            factors = [_power(b, e) for b, e in rest.items() if e != Index.of(0)]
            if t.is_scalar and not isinstance(t, T.Inner):
                return base, scalar_product(*factors) if factors else T.number(1)
            return base, entrywise_product(*factors) if factors else cast(Term, T.Ones(*base.shape))
    return None


def _powers(parts: tuple[Term, ...]) -> dict[Term, Index]:
    out: dict[Term, Index] = {}
    for f in parts:
        base, k = f.args if isinstance(f, (T.Power, T.HadamardPower)) else (f, ONE)
        out[base] = out.get(base, Index.of(0)) + k
    return out


def _power(base: Term, k: Index) -> Term:
    if k == ONE:
        return base
    return cast(Term, T.Power(base, k) if base.is_scalar else T.HadamardPower(base, k))
