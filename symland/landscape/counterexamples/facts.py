"""Facts about an instance, each of which is checked there: CheckFailed where one is false."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

import flint

from symland.checks.inertia import Inertia, inertia
from symland.checks.spectrum import spectrum
from symland.errors import CheckFailed, UsageError
from symland.evidence import Evidence, Witness
from symland.landscape.counterexamples.instances import Instance
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T


@dataclass(frozen=True)
class Fact(ABC):
    """Something that holds at an instance."""

    @abstractmethod
    def failure(self, at: Instance) -> Witness | None:
        """None if the fact holds at the instance, otherwise both values."""

    @abstractmethod
    def claim(self, at: Instance) -> str:
        """The fact as text."""

    def statement(self, at: Instance) -> S.Statement | None:
        """The fact as a statement for typesetting, where it is one."""
        return None

    @property
    @abstractmethod
    def method(self) -> str:
        """How it is checked."""

    def check(self, at: Instance) -> Evidence:
        """Evidence of the fact: CERTIFIED, or EXACT where letters stay free. Raises CheckFailed if it is false."""
        witness = self.failure(at)
        if witness is not None:
            verdict = "is not certain" if at.balls else "is false"
            raise CheckFailed(
                f"{self.claim(at)} {verdict} here: {witness.left} against {witness.right}", witness=witness
            )
        return Evidence(at.label, self.claim(at), self.method, at.scope)


def _witness(at: Instance, left: Any, right: Any, note: str = "") -> Witness:
    return Witness(dict(at.dims), {name: at.values[name] for name in at.data}, left, right, note)


@dataclass(frozen=True)
class Holds(Fact):
    """A statement in the letters of the instance: `H*v = 0`, `det(M) < 0`, `invertible(W1)`, `psd(H)`.

    Where letters stay free only an equation can be decided; with balls, only an inequality.
    """

    text: str

    method = "evaluation in an exact or enclosing arithmetic"

    def statement(self, at: Instance) -> S.Statement:
        return at.statement(self.text)

    def claim(self, at: Instance) -> str:
        return self.text

    def failure(self, at: Instance) -> Witness | None:
        found = at.judge(self.text)
        return None if found.holds else _witness(at, found.left, found.right, found.note)


class _Rational(Fact):
    """A fact that is decided for rational matrices alone."""

    def rational(self, at: Instance, text: str) -> Any:
        value = at.evaluation.value(at.term(text))
        if not isinstance(value, flint.fmpq_mat):
            raise UsageError(f"{text} is no matrix of rational numbers here", hint="give its letters rational values")
        return value


@dataclass(frozen=True)
class RankIs(_Rational):
    """The rank of a term."""

    text: str
    rank: int

    method = "Gauss elimination in rational numbers"

    def claim(self, at: Instance) -> str:
        return f"rank({self.text}) = {self.rank}"

    def statement(self, at: Instance) -> S.Statement:
        return cast(S.Statement, S.Rank(at.term(self.text), T.number(self.rank)))

    def failure(self, at: Instance) -> Witness | None:
        found = self.rational(at, self.text).rank()
        return None if found == self.rank else _witness(at, found, self.rank, "ranks")


@dataclass(frozen=True)
class InertiaIs(_Rational):
    """The numbers of positive, negative and zero eigenvalues of a symmetric term."""

    text: str
    positive: int
    negative: int
    zero: int

    method = "characteristic polynomial and Descartes' rule of signs"

    def claim(self, at: Instance) -> str:
        return f"{self.text} has {self.positive} positive, {self.negative} negative, {self.zero} zero eigenvalues"

    def failure(self, at: Instance) -> Witness | None:
        found, claimed = inertia(self.rational(at, self.text)), Inertia(self.positive, self.negative, self.zero)
        return None if found == claimed else _witness(at, tuple(found), tuple(claimed), "inertia")


@dataclass(frozen=True)
class SpectrumIs(_Rational):
    """The eigenvalues of a symmetric term with their multiplicities, all rational."""

    text: str
    eigenvalues: Mapping[int | Fraction, int]

    method = "factors of the characteristic polynomial"

    def claim(self, at: Instance) -> str:
        values = ", ".join(f"{v}" + (f" ({n} times)" if n > 1 else "") for v, n in self.eigenvalues.items())
        return f"the eigenvalues of {self.text} are {values}"

    def failure(self, at: Instance) -> Witness | None:
        found = spectrum(self.rational(at, self.text))
        if dict(found.eigenvalues) == self.eigenvalues:
            return None
        return _witness(at, found, dict(self.eigenvalues), "spectra")


@dataclass(frozen=True)
class Follows(Fact):
    """A proved statement, about all matrices and not this instance alone."""

    prove: Callable[[], Result]

    __match_args__ = ("result",)
    method = "kernel replay"

    @property
    def result(self) -> Result:
        return self.prove()

    def claim(self, at: Instance) -> str:
        return self.result.title

    def statement(self, at: Instance) -> S.Statement:
        return self.result.theorem.statement

    def failure(self, at: Instance) -> Witness | None:
        return None

    def check(self, at: Instance) -> Evidence:
        """PROVED: a `Result` holds what the kernel replayed."""
        return self.result.evidence
