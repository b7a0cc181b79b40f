"""Polynomials in variables and in values of functions: sigma(p), for a polynomial p, is a variable of its own.

Nothing is known about a function here but that equal arguments give equal values. So an identity that holds in this
ring holds for the function itself. The converse is true of generic functions only: tanh' = 1 - tanh^2 is a relation
between values.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from symland.errors import Undecided
from symland.evaluate.dense import Cleared, Polynomials
from symland.evaluate.rings import Value
from symland.language.functions import is_generic


class Application(NamedTuple):
    """A function at polynomials: its argument, followed by its parameters."""

    function: str
    arguments: tuple[Cleared, ...]


class FreeFunctions(Polynomials):
    """Polynomials with rational coefficients in the variables named and in at most `room` values of functions."""

    def __init__(self, variables: Sequence[str], room: int = 0) -> None:
        names = set(variables)
        spare = (f"f{k}" for k in range(room + len(names)))
        super().__init__([*variables, *[name for name in spare if name not in names][:room]])
        self.letters = len(variables)  # the variables that are no values of functions
        self.applications: list[Application] = []
        self._places: dict[Any, int] = {}

    def applied(self, function: str, arguments: Sequence[Cleared]) -> Cleared:
        """The value of a function. Raises Undecided where there is no room for another one."""
        key = (function, *(_key(a) for a in arguments))
        if key not in self._places:
            if self.letters + len(self.applications) == len(self.variables):
                raise Undecided(f"too many values of functions: {len(self.applications)}")
            self._places[key] = self.letters + len(self.applications)
            self.applications.append(Application(function, tuple(arguments)))
        return Cleared(self.context.gen(self._places[key]), 1)

    def occurring(self, polynomial: Any) -> list[int]:
        """The places, among the variables, of the values of functions in an integer polynomial."""
        if not self.applications:
            return []
        degrees = polynomial.degrees()[self.letters : self.letters + len(self.applications)]
        return [self.letters + k for k, degree in enumerate(degrees) if degree > 0]

    def application(self, place: int) -> Application:
        """What the variable at this place is the value of."""
        return self.applications[place - self.letters]

    @property
    def related(self) -> tuple[str, ...]:
        """The functions among those applied whose values are not independent of each other."""
        return tuple(dict.fromkeys(a.function for a in self.applications if not is_generic(a.function)))


def _key(polynomial: Value) -> Any:
    return tuple(
        (tuple(map(int, m)), Fraction(int(c), polynomial.denominator)) for m, c in polynomial.numerators.terms()
    )
