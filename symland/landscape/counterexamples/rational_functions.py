"""Rational functions of a few letters with rational coefficients, as an arithmetic for the evaluator."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from sympy import QQ
from sympy.polys.fields import FracField

from symland.errors import NoRule, UndefinedHere
from symland.evaluate.dense import DenseRing
from symland.evaluate.rings import Value


class RationalFunctions(DenseRing):
    """The field of rational functions in the letters named: an equation that holds in it holds for all values of the
    letters at which both sides have one. Inverses of matrices are not computed.

    >>> ring = RationalFunctions(["t"])
    >>> t = ring.letter("t")
    >>> t * ring.reciprocal(t + ring.number(1)) + ring.reciprocal(t + ring.number(1))
    1
    """

    def __init__(self, letters: Sequence[str]) -> None:
        self.field = FracField(list(letters), QQ)
        self._letters = dict(zip(letters, self.field.gens, strict=True))
        self.name = "rational functions of " + ", ".join(letters)

    def letter(self, name: str) -> Value:
        """The letter as a scalar."""
        return self._letters[name]

    def number(self, q: Fraction | int) -> Value:
        return self.field.ground_new(QQ(int(q.numerator), int(q.denominator)))

    def reciprocal(self, a: Value) -> Value:
        if not a:
            raise UndefinedHere("division by zero")
        return 1 / a

    def inverse(self, a: Value) -> Value:
        raise NoRule(f"no inverses of matrices in {self.name}", module=__name__, hint="write the inverse out")

    def pseudoinverse(self, a: Value) -> Value:
        raise NoRule(f"no pseudoinverses in {self.name}", module=__name__, hint="write the pseudoinverse out")
