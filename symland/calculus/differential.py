"""The differential: every `D(t; w, v)` in a statement is pushed to the letters, one named rule at a time.

One function per node class says which rule applies; a class without a function is refused with `NoRule`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any, cast

from symland.calculus.prover import Path, Prover, at, no_rule
from symland.errors import AssumptionMissing
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Node
from symland.language.statements import NonNeg
from symland.language.terms import Term

Apply = Callable[[Prover, str, Path], str]


def push(prover: Prover, id: str, root: Path) -> str:
    """The statement with no derivative left at or below `root`."""
    while True:
        path = find_derivative(at(prover.statement(id), root))
        if path is None:
            return id
        id = push_once(prover, id, root + path)


def find_derivative(t: Node) -> Path | None:
    """The path of the first innermost derivative in the term, or None."""
    for i, a in enumerate(t.args):
        if isinstance(a, Node):
            below = find_derivative(a)
            if below is not None:
                return (i, *below)
    return () if isinstance(t, T.D) else None


def push_once(prover: Prover, id: str, path: Path) -> str:
    """One rule applied to the derivative at the path."""
    node: T.D = at(prover.statement(id), path)
    t, w, v = node.args
    if t is w:
        return prover.rewrite(id, path, "d_self", w=w, v=v)
    if prover.is_free_of(w, t):
        if t.is_scalar:
            return prover.rewrite(id, path, "d_constant_scalar", c=t, w=w, v=v)
        return prover.rewrite(id, path, "d_constant", A=t, w=w, v=v)
    return _rule(t, prover, id, path, w, v)


@singledispatch
def _rule(t: Node, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    raise no_rule(t, "the derivative")


@_rule.register
def _(t: T.Sum, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    first, rest = t.args[0], T.total(*t.args[1:])
    if t.is_scalar:
        return prover.rewrite(id, path, "d_sum_scalar", a=first, b=rest, w=w, v=v)
    return prover.rewrite(id, path, "d_sum", A=first, B=rest, w=w, v=v)


@_rule.register
def _(t: T.Product, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    first, rest = t.args[0], T.product(*t.args[1:])
    if not t.is_scalar:
        return prover.rewrite(id, path, "d_product", A=first, B=rest, w=w, v=v)
    if prover.is_free_of(w, first):
        return prover.rewrite(id, path, "d_multiple", c=first, a=rest, w=w, v=v)
    return prover.rewrite(id, path, "d_product_scalar", a=first, b=rest, w=w, v=v)


@_rule.register
def _(t: T.Scale, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    return prover.rewrite(id, path, "d_scale", c=t.args[0], A=t.args[1], w=w, v=v)


def _unary(row: str) -> Callable[..., str]:
    def rule(t: Node, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
        return prover.rewrite(id, path, row, A=t.args[0], w=w, v=v)

    return rule


for _cls, _row in ((T.Transpose, "d_transpose"), (T.Trace, "d_trace"), (T.SquaredNorm, "d_norm")):
    _rule.register(_cls, _unary(_row))


@_rule.register
def _(t: T.Inner, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    return prover.rewrite(id, path, "d_inner", A=t.args[0], B=t.args[1], w=w, v=v)


@_rule.register
def _(t: T.Power, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    if t.args[1].value == 0:
        return prover.turn(id, (*path, 0), T.number(1))
    return prover.rewrite(id, path, "d_power", c=t.args[0], indices={"a": t.args[1]}, w=w, v=v)


@_rule.register
def _(t: T.Inverse, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    from symland.language.statements import Invertible

    premise = _hypothesis(prover, Invertible(t.args[0]))
    return prover.rewrite(id, path, "d_inverse", [premise], A=t.args[0], w=w, v=v)


@_rule.register
def _(t: T.Reciprocal, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    from symland.language.statements import Lt

    premise = _hypothesis(prover, Lt(T.number(0), t.args[0]))
    return prover.rewrite(id, path, "d_reciprocal", [premise], c=t.args[0], w=w, v=v)


@_rule.register
def _(t: T.Chain, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    if not isinstance(w, T.Member):
        raise no_rule(t, f"the derivative with respect to {w!r}")
    return prover.rewrite_by(id, path, chain_derivative(prover, t, w, v))


def chain_derivative(prover: Prover, t: T.Chain, w: T.Member, v: Term) -> str:
    """The id of `D(W[b..a]; W[l], V) = W[b..l+1] V W[l-1..a]`.

    Proved once with the ends a, b free, under a <= l <= b, and instantiated. Source: the rule PROD.
    """
    x, l = t.family, w.index
    names = prover.lemma_indices()
    a, b = (Index.var(n) for n in names)
    prover.assume(f"{l} >= {a}", NonNeg(l - a))
    prover.assume(f"{b} >= {l}", NonNeg(b - l))
    general = cast(Term, T.Chain(x, b, a))
    id = prover.refl(cast(Term, T.D(general, w, v)))
    id = prover.rewrite(id, (1, 0), "chain_split", families={"X": x}, indices={"a": a, "b": b, "l": l})
    id = push(prover, id, (1,))
    id = prover.turn(id, (1,), T.product(cast(Term, T.Chain(x, b, l + 1)), v, cast(Term, T.Chain(x, l - 1, a))))
    return prover.spec(id, indices={names[0]: t.bottom, names[1]: t.top})


def _hypothesis(prover: Prover, wanted: Any) -> str:
    """The step that cites a hypothesis with this statement."""
    for name, h in prover.hypotheses.items():
        if h is wanted:
            return prover.hyp(name)
    raise AssumptionMissing(f"the derivative needs {wanted!r}", expected=wanted)
