"""What is known of the global minimizers of a problem: families of points, and one statement, one label each."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from symland.landscape.theorems import Theorems
from symland.language.statements import Statement
from symland.language.terms import Term
from symland.language.trace import Assignment


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
    model: tuple[Assignment, ...] = ()  # how to choose letters so that the hypotheses hold, where that is not obvious

    def __repr__(self) -> str:
        where = f" where {', '.join(repr(h) for h in self.hypotheses.values())}" if self.hypotheses else ""
        return ", ".join(f"{w!r} = {t!r}" for w, t in self.point.items()) + where


class MinimizerSet(Theorems):
    """The global minimizers of a problem: the least value, closed forms, and the theorems about them."""

    @property
    @abstractmethod
    def value(self) -> Term:
        """The least value of the loss."""

    @property
    def families(self) -> tuple[PointFamily, ...]:
        """Minimizers in closed form."""
        return ()
