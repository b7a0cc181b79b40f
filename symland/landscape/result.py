"""A proved statement about a problem: theorem, trace, where it comes from, and how it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from symland.calculus.prover import Prover
from symland.evidence import Evidence, Label
from symland.language.index import Index
from symland.language.nodes import Node, Substitution
from symland.language.statements import NonNeg, Statement
from symland.language.terms import Term
from symland.language.trace import Assignment, Trace
from symland.proof.kernel import replay
from symland.proof.theorem import Theorem, check_theorem


@dataclass(frozen=True)
class Result:
    """One statement, one label. `title` says what it is, `source` names the theorem in the literature."""

    name: str
    title: str
    theorem: Theorem
    trace: Trace
    source: str = ""
    abbreviations: Mapping[Node, str] = field(default_factory=dict)
    depth: str = "all"
    dims: str = "all"

    def __post_init__(self) -> None:
        check_theorem(self.theorem)

    @property
    def evidence(self) -> Evidence:
        """PROVED, with everything the proof rests on."""
        hypotheses = tuple(f"{n}: {h!r}" for n, h in self.theorem.hypotheses.items())
        return Evidence(
            Label.PROVED, self.title, f"kernel replay of {self.theorem.steps} steps",
            scope=f"dims: {self.dims}, depth: {self.depth}", hypotheses=hypotheses, analysis=self.theorem.analysis,
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"{self.title}: {self.theorem!r}  [PROVED]"


def at_depth(result: Result, depth: Index, variable: str = "L") -> Result:
    """The result for an explicit depth, the value of this index variable: the theorem for all of them, its instance."""
    general, sub = result.trace, Substitution(indices={variable: depth})
    if all(sub.apply(s) is s for s in (result.theorem.statement, *result.theorem.hypotheses.values())):
        return result
    p = Prover(general.hypotheses, prefix="i")
    for step in general.steps:
        p.kernel.judge(step)
        p.steps.append(step)
    for name, old in result.theorem.hypotheses.items():
        new = cast(Statement, sub.apply(old))
        if new is not old:
            p.assume(repr(new) if isinstance(new, NonNeg) else f"{name} ({variable} = {depth})", new)
    id = p.spec(general.theorems[result.name], indices={variable: depth})
    p.display.append((id, f"the theorem for every depth, at {variable} = {depth}"))
    trace = p.trace({result.name: id}, tuple(_instance(line, sub) for line in general.model))
    abbreviations = {sub.apply(node): name for node, name in result.abbreviations.items()}
    theorem = replay(trace)[result.name]
    return replace(result, theorem=theorem, trace=trace, abbreviations=abbreviations, depth=str(depth))


def _instance(line: Assignment, sub: Substitution) -> Assignment:
    """The line of a model under a substitution."""
    target, value, base = (
        None if t is None else cast(Term, sub.apply(t)) for t in (line.target, line.value, line.base)
    )
    over = line.over and (line.over[0], sub.index(line.over[1]), sub.index(line.over[2]))
    return Assignment(line.kind, cast(Term, target), cast(Term, value), base, over)


@dataclass(frozen=True)
class Assumed:
    """A statement that is cited and not proved here, in words (report markup): what a proof would need that symland
    does not have, topology for one. `source` is the citation."""

    name: str
    title: str
    statement: str
    source: str

    @property
    def evidence(self) -> Evidence:
        """ASSUMED, with the citation."""
        return Evidence(Label.ASSUMED, self.title, f"cited: {self.source}")
