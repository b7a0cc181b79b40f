"""What is known of the global minimizers of a problem: families of points, and one statement, one label each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from symland.errors import UsageError
from symland.landscape.result import Assumed, Result
from symland.language.statements import Statement
from symland.language.terms import Term


@dataclass(frozen=True)
class PointFamily:
    """Points of the parameter space with free parameters: `point` says what each letter is there, as long as the
    `hypotheses` hold.

    `symmetry` is the group that acts on the family, in words; `dimension` how many numbers describe a point of it,
    a scalar term in the sizes. A family of depth L has a member of a family of letters, such as W[l], for its letter.
    """

    name: str
    title: str
    point: Mapping[Term, Term]
    parameters: tuple[Term, ...] = ()
    hypotheses: Mapping[str, Statement] = field(default_factory=dict)
    symmetry: str = ""
    dimension: Term | None = None

    def __repr__(self) -> str:
        where = f" where {', '.join(repr(h) for h in self.hypotheses.values())}" if self.hypotheses else ""
        return ", ".join(f"{w!r} = {t!r}" for w, t in self.point.items()) + where


class MinimizerSet(ABC):
    """The global minimizers of a problem: the least value, closed forms, and the theorems about them."""

    @property
    @abstractmethod
    def value(self) -> Term:
        """The least value of the loss."""

    @property
    @abstractmethod
    def results(self) -> tuple[Result, ...]:
        """Every statement that is proved, each on its own."""

    @property
    def families(self) -> tuple[PointFamily, ...]:
        """Minimizers in closed form."""
        return ()

    @property
    def assumed(self) -> tuple[Assumed, ...]:
        """What is cited and not proved."""
        return ()

    def result(self, name: str) -> Result:
        """The result of this name."""
        for r in self.results:
            if r.name == name:
                return r
        raise UsageError(f"there is no result {name!r}", hint="one of " + ", ".join(r.name for r in self.results))
