"""A proved statement about a problem: theorem, trace, where it comes from, and how it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symland.evidence import Evidence, Label
from symland.language.nodes import Node
from symland.language.trace import Trace
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
