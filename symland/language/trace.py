"""A trace: a proof as data. Nothing here judges; `proof.kernel` replays a trace, `checks.steps` evaluates it.

Each step states the theorem it claims, `deps |- out`, where `deps` names hypotheses of the trace. The other
entries of a step are in `data`; which ones a step kind takes is written in `proof.kernel`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from symland.language.index import Index
from symland.language.statements import Statement
from symland.language.terms import Term


class Step(NamedTuple):
    """One step: its name, its kind, the statement it claims, the hypotheses it rests on, and its certificates."""

    id: str
    by: str
    out: Statement
    deps: tuple[str, ...]
    data: Mapping[str, Any]


class Assignment(NamedTuple):
    """One line of a model: how to choose a letter so that the hypotheses hold. Nothing trusts it.

    kind "set": target := value. kind "below": a rational target t >= 0 with t^2 |base v|^2 <= |value v|^2 for all v.
    kind "above": a rational target t >= 0 with |value|_2 <= t. With `over` = (i, lo, hi) it is repeated for every i.
    Letters that no line mentions are free.
    """

    kind: str
    target: Term
    value: Term
    base: Term | None = None
    over: tuple[str, Index, Index] | None = None


@dataclass(frozen=True)
class Trace:
    """Named hypotheses, steps, the steps that are its theorems, and for people and the second checker: a model of
    the hypotheses, and for display the main line of the derivation as (step, reason) pairs."""

    hypotheses: Mapping[str, Statement]
    steps: tuple[Step, ...]
    theorems: Mapping[str, str]
    model: tuple[Assignment, ...] = ()
    display: tuple[tuple[str, str], ...] = field(default=())
