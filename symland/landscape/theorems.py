"""What a part of the theory is to its users: proved statements by name, and what is cited beside them."""

from __future__ import annotations

from abc import ABC, abstractmethod

from symland.errors import UsageError
from symland.landscape.result import Assumed, Result


class Theorems(ABC):
    """A collection of statements, each with its label."""

    @property
    @abstractmethod
    def results(self) -> tuple[Result, ...]:
        """Every statement that is proved, each on its own."""

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
