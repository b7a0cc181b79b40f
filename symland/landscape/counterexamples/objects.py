"""Counterexamples, and corrections of what is often said."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from symland.evidence import Evidence, weakest
from symland.landscape.counterexamples.facts import Fact
from symland.landscape.counterexamples.instances import Instance


@dataclass(frozen=True)
class Case:
    """An instance with what holds there. `words` says, as report markup, what that means."""

    at: Instance
    facts: tuple[Fact, ...]
    words: str = ""

    @cached_property
    def evidence(self) -> tuple[Evidence, ...]:
        """Evidence of each fact. Raises CheckFailed if one is false."""
        return tuple(fact.check(self.at) for fact in self.facts)


@dataclass(frozen=True)
class Counterexample:
    """Exact cases in which a claim fails, or in which the conclusion of a theorem fails without one of its assumptions.

    `drops` names that assumption (A1, A2, ...), empty where a claim fails as it stands. `claim` is what fails and
    `words` why it does, as report markup; `rests_on` cites what is used beyond the facts of the cases.
    """

    name: str
    network: str  # linear, residual or hidden
    title: str
    claim: str
    drops: str
    words: str
    cases: tuple[Case, ...]
    source: str = ""
    rests_on: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """For which dimensions and letters this speaks, case by case where they differ."""
        scopes = [case.at.scope for case in self.cases]
        if len(set(scopes)) == 1:
            return scopes[0]
        if len({case.at.sizes for case in self.cases}) > 1:
            return "case by case: " + "; ".join(scope.replace("; ", ", ") for scope in scopes)
        cases = "case by case: " + "; ".join(case.at.extent for case in self.cases)
        return "; ".join(filter(None, (self.cases[0].at.sizes, cases)))

    @cached_property
    def evidence(self) -> Evidence:
        """The weakest label that its facts earn. Raises CheckFailed if a fact is false."""
        parts = tuple(e for case in self.cases for e in case.evidence)
        return Evidence(
            weakest(parts), f"{self.name}: {self.title}", "every fact checked", self.scope, f"{len(parts)} facts",
            analysis=self.rests_on, parts=parts,
        )  # fmt: skip

    def verify(self) -> Evidence:
        """The evidence, with every fact checked. Raises CheckFailed if a fact is false."""
        return self.evidence

    def __repr__(self) -> str:
        dropped = f", without {self.drops}" if self.drops else ""
        return f"{self.name} ({self.network}{dropped}): {self.title}"


@dataclass(frozen=True)
class Correction:
    """What is often said, what holds instead, the counterexamples by name, and the theorem that holds."""

    name: str
    said: str
    holds: str
    counterexamples: tuple[str, ...]
    where: str

    def __repr__(self) -> str:
        return f"{self.name}: see {', '.join(self.counterexamples) or self.where}"
