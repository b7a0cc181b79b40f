"""Sums over the layers of a network in proofs: term by term, one term taken off, a constant factor taken out."""

from __future__ import annotations

from typing import cast

from symland.calculus.depth import split
from symland.calculus.prover import RIGHT, Prover
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Lambda
from symland.language.terms import Term


def total(var: Index, lo: Index, hi: Index, body: Term) -> Term:
    """sum(var, lo..hi, body)."""
    return cast(Term, T.BoundedSum.over(str(var), lo, hi, body))


def every(var: Index, lo: Index, hi: Index, statement: S.Statement) -> S.Statement:
    """all var in lo..hi: the statement."""
    return cast(S.Statement, S.ForAll.over(str(var), lo, hi, statement))


def within(p: Prover, var: Index, lo: Index, hi: Index) -> dict[str, str]:
    """The order facts lo <= var <= hi, assumed; their names as a step about this range cites them."""
    facts = {"low": S.at_least(var, lo), "high": S.at_least(hi, var)}
    return {key: p.assume(repr(fact), fact) for key, fact in facts.items()}


def summed(p: Prover, id: str, var: Index, lo: Index, hi: Index) -> str:
    """From u = v for every var in lo..hi, the equation of the sums."""
    facts = within(p, var, lo, hi)
    return p.emit("sum_mono", {"from": id, "var": str(var), "lo": lo, "hi": hi, **facts, "binder": "sum"})


def last_term(p: Prover, var: Index, lo: Index, hi: Index, body: Term) -> str:
    """The step that a sum of matrices or scalars is the sum without its last term, plus this term; lo <= hi."""
    id = split(p, p.refl(total(var, lo, hi, body)), RIGHT, hi)
    left, last, _ = p.statement(id).args[1].args
    return p.turn(id, RIGHT, left + last)


def factored_left(p: Prover, var: Index, lo: Index, hi: Index, factor: Term, body: Term) -> str:
    """The step `sum(factor * body) = factor * sum(body)`."""
    dims = {"r": body.shape[1]}
    return p.apply("sum_factor_left", A=factor, families={"M": _of(var, body)}, indices=_ends(lo, hi), dims=dims)


def factored_right(p: Prover, var: Index, lo: Index, hi: Index, body: Term, factor: Term) -> str:
    """The step `sum(body * factor) = sum(body) * factor`."""
    dims = {"p": body.shape[0]}
    return p.apply("sum_factor_right", B=factor, families={"M": _of(var, body)}, indices=_ends(lo, hi), dims=dims)


def _of(var: Index, body: Term) -> Lambda:
    return Lambda(str(var), body)


def _ends(lo: Index, hi: Index) -> dict[str, Index]:
    return {"a": lo, "b": hi}
