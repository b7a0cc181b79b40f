"""Conditions that hold by themselves: `0 < sum(exp(x))`, `positive(ones(m) + exp(A))`. A bounded search over the rows
about positive entries and positive scalars; what it does not find becomes a hypothesis."""

from __future__ import annotations

from typing import cast

from symland.calculus.prover import Prover
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.statements import Lt, Nonzero, Positive, Statement
from symland.language.terms import Term
from symland.proof.rules.positive import EVERYWHERE

ZERO, TWO = T.number(0), Index.of(2)


def shown_to_hold(prover: Prover, wanted: Statement) -> str | None:
    """The step that proves `0 < s`, `positive(A)`, `nonzero(a)`, from the hypotheses and the rows; None if the search
    finds none."""
    for name, h in prover.hypotheses.items():
        if h is wanted:
            return prover.hyp(name)
    if isinstance(wanted, Lt) and wanted.args[0] is ZERO:
        return _scalar(prover, wanted.args[1])
    if isinstance(wanted, Positive):
        return _matrix(prover, wanted.args[0])
    if isinstance(wanted, Nonzero):
        x = wanted.args[0]
        premise = shown_to_hold(prover, Lt(ZERO, x) if x.is_scalar else Positive(x))
        if premise is not None:
            letter = {"c": x} if x.is_scalar else {"A": x}
            return prover.apply("nonzero_positive" if x.is_scalar else "nonzero_positive_entries", [premise], **letter)
    return None


def _matrix(prover: Prover, a: Term) -> str | None:
    if isinstance(a, T.Ones):
        return prover.apply("ones_positive", dims={"p": a.shape[0], "q": a.shape[1]})
    if isinstance(a, T.Elementwise) and a.function in EVERYWHERE:
        return prover.apply(f"{a.function}_positive", A=a.argument)
    if isinstance(a, T.Sum):
        return _sum(prover, a)
    if isinstance(a, T.Scale):
        scalar, matrix = shown_to_hold(prover, Lt(ZERO, a.args[0])), shown_to_hold(prover, Positive(a.args[1]))
        if scalar and matrix:
            return prover.apply("positive_scale", [scalar, matrix], c=a.args[0], A=a.args[1])
        return None
    if isinstance(a, (T.Hadamard, T.Product)):
        first, rest = a.args[0], T.flat(type(a), *a.args[1:])
        left, right = shown_to_hold(prover, Positive(first)), shown_to_hold(prover, Positive(rest))
        if left and right:
            row = "positive_hadamard" if isinstance(a, T.Hadamard) else "positive_product"
            return prover.apply(row, [left, right], A=first, B=rest)
        return None
    rows = {T.Transpose: "positive_transpose", T.Diagonal: "positive_diagonal"}
    reciprocal = isinstance(a, T.Elementwise) and a.function == "reciprocal"
    named = "positive_reciprocal" if reciprocal else rows.get(type(a))
    if named is None:
        return None
    inner = cast(Term, a.args[1 if reciprocal else 0])
    premise = shown_to_hold(prover, Positive(inner))
    return prover.apply(named, [premise], A=inner) if premise else None


def _sum(prover: Prover, a: T.Sum) -> str | None:
    """Positive terms, and after the first one squares."""
    done = cast(Term, a.args[0])
    step: str | None = shown_to_hold(prover, Positive(done))
    for t in a.args[1:]:
        if step is None:
            break
        if isinstance(t, T.HadamardPower) and t.args[1] == TWO:
            step = prover.apply("positive_square", [step], A=done, B=t.args[0])
        else:
            premise = shown_to_hold(prover, Positive(t))
            step = prover.apply("positive_sum", [step, premise], A=done, B=t) if premise else None
        done = done + t
    return step


def _scalar(prover: Prover, s: Term) -> str | None:
    if isinstance(s, T.Number):
        return _number(prover, s)
    if isinstance(s, T.DimScalar):
        ones = cast(Term, T.Ones(s.args[0], Dim.of(1)))
        total = prover.apply("positive_total", [cast(str, _matrix(prover, ones))], A=ones)
        return prover.turn(total, (1,), s)
    if isinstance(s, T.Elementwise) and s.function in EVERYWHERE:
        return prover.apply(f"{s.function}_positive_scalar", a=s.argument)
    if isinstance(s, T.Inner) and isinstance(s.args[0], T.Ones):
        premise = shown_to_hold(prover, Positive(s.args[1]))
        return prover.apply("positive_total", [premise], A=s.args[1]) if premise else None
    if isinstance(s, T.Reciprocal):
        premise = shown_to_hold(prover, Lt(ZERO, s.args[0]))
        return prover.apply("reciprocal_positive", [premise], c=s.args[0]) if premise else None
    if isinstance(s, T.Power) and (s.args[1].value or 0) > 0:
        premise = shown_to_hold(prover, Lt(ZERO, s.args[0]))
        return prover.apply("power_positive", [premise], c=s.args[0], indices={"a": s.args[1]}) if premise else None
    if isinstance(s, (T.Sum, T.Product)):
        first, rest = s.args[0], T.flat(type(s), *s.args[1:])
        left = shown_to_hold(prover, Lt(ZERO, first))
        right = shown_to_hold(prover, Lt(ZERO, rest)) if isinstance(s, T.Product) else _nonnegative(prover, rest)
        if left and right:
            row = "product_positive" if isinstance(s, T.Product) else "sum_positive"
            return prover.apply(row, [left, right], a=first, b=rest)
    return None


def _nonnegative(prover: Prover, s: Term) -> str | None:
    """The step that proves 0 <= s."""
    if isinstance(s, T.SquaredNorm):
        return prover.apply("norm_nonnegative", A=s.args[0])
    if isinstance(s, T.Power) and s.args[1] == TWO:
        return prover.pos(ZERO, s, {"square": s.args[0]})
    positive = shown_to_hold(prover, cast(Statement, Lt(ZERO, s)))
    return prover.pos(ZERO, s, {"theorem": positive}) if positive else None


def _number(prover: Prover, s: T.Number) -> str | None:
    """0 < p/q, since 0 < 1 <= p, and the same of q."""
    if s.value <= 0:
        return None
    top, bottom = (_whole(prover, n) for n in (s.value.numerator, s.value.denominator))
    if s.value.denominator == 1:
        return top
    q = T.number(s.value.denominator)
    below = prover.apply("reciprocal_positive", [bottom], c=q)
    p = T.number(s.value.numerator)
    both = prover.apply("product_positive", [top, below], a=p, b=T.Reciprocal(q))
    inverse = prover.apply("reciprocal", [bottom], c=q)
    cofactor = {"eq": inverse, "times": s}
    return prover.turn(both, (1,), s, [cofactor])


def _whole(prover: Prover, n: int) -> str:
    one = prover.apply("one_positive")
    if n == 1:
        return one
    rest = T.number(n - 1)
    least = prover.pos(ZERO, rest, {"rational": rest.args[0]})
    both = prover.apply("sum_positive", [one, least], a=T.number(1), b=rest)
    return prover.turn(both, (1,), T.number(n))
