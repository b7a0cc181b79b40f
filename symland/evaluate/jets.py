"""Jets: values with infinitesimals eps_0, eps_1, ... whose squares vanish.

A jet over a ring is a dict from sets of infinitesimals (as bit masks) to values of the ring: `{0: a, 1: v}` is
a + eps_0 v. Evaluating a term at w + eps v gives its value and its directional derivative, exactly and as it is in a
neighborhood of w; derivatives nest by using a new infinitesimal for each (Griewank and Walther, *Evaluating
Derivatives*, chapter 13).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from fractions import Fraction
from typing import Any

from symland.errors import UndefinedHere
from symland.evaluate.rings import Ring, Size, Value

Jet = dict[int, Value]


class Jets(Ring):
    """Jets over a ring in `count` infinitesimals.

    >>> from symland.evaluate.rings import Rationals
    >>> ring = Jets(Rationals(), 1)
    >>> x = {0: Rationals().number(3), 1: Rationals().number(1)}
    >>> ring.multiply(x, x)
    {0: 9, 1: 6}
    """

    def __init__(self, base: Ring, count: int) -> None:
        self.base = base
        self.count = count
        self.name = f"jets over {base.name}"

    @classmethod
    def above(cls, ring: Ring) -> Jets:
        """The jets with one more infinitesimal than the ring has; a value of the ring is lifted by `lift`."""
        return cls(ring.base, ring.count + 1) if isinstance(ring, Jets) else cls(ring, 1)

    def precision(self) -> AbstractContextManager[Any]:
        return self.base.precision()

    def lift(self, a: Value) -> Jet:
        return a if isinstance(a, dict) else {0: a}

    def shifted(self, a: Value, direction: Value, bit: int | None = None) -> Jet:
        """a + eps direction, for the infinitesimal with this number, or for the last one."""
        eps = 1 << (self.count - 1 if bit is None else bit)
        return {**self.lift(a), **{mask | eps: v for mask, v in self.lift(direction).items()}}

    def coefficient(self, a: Jet, like: Ring) -> Value:
        """The coefficient of the last infinitesimal, as a value of the ring below."""
        eps = 1 << (self.count - 1)
        out = {mask ^ eps: v for mask, v in a.items() if mask & eps}
        if not out:
            size = self.size(a)
            out = {0: self.base.zero(*size) if size else self.base.number(0)}
        return self.padded(out) if isinstance(like, Jets) else out[0]

    def padded(self, a: Jet) -> Jet:
        """The jet with its standard part written out, so that its size can be read from it."""
        if 0 not in a:
            size = self.base.size(next(iter(a.values())))
            a = {0: self.base.zero(*size) if size else self.base.number(0), **a}
        return a

    def _each(self, f: Callable[[Value], Value], a: Jet) -> Jet:
        return {mask: f(v) for mask, v in a.items()}

    # -- the ring -------------------------------------------------------------------------------------------
    def number(self, q: Fraction | int) -> Jet:
        return {0: self.base.number(q)}

    def matrix(self, rows: int, columns: int, entries: Sequence[Jet]) -> Jet:
        nil = self.base.number(0)
        masks = sorted({mask for e in entries for mask in e} | {0})
        return {mask: self.base.matrix(rows, columns, [e.get(mask, nil) for e in entries]) for mask in masks}

    def entries(self, a: Jet) -> list[Jet]:
        parts = {mask: self.base.entries(v) for mask, v in a.items()}
        return [{mask: part[i] for mask, part in parts.items()} for i in range(len(parts[0]))]

    def size(self, a: Jet) -> Size:
        return self.base.size(a[0])

    def add(self, a: Jet, b: Jet) -> Jet:
        out = dict(a)
        for mask, v in b.items():
            out[mask] = self.base.add(out[mask], v) if mask in out else v
        return out

    def _bilinear(self, f: Callable[[Value, Value], Value], a: Jet, b: Jet) -> Jet:
        out: Jet = {}
        for s, u in a.items():
            for t, v in b.items():
                if not s & t:
                    w = f(u, v)
                    out[s | t] = self.base.add(out[s | t], w) if s | t in out else w
        return out

    def multiply(self, a: Jet, b: Jet) -> Jet:
        return self._bilinear(self.base.multiply, a, b)

    def scale(self, s: Jet, a: Jet) -> Jet:
        return self._bilinear(self.base.scale, s, a)

    def kronecker(self, a: Jet, b: Jet) -> Jet:
        return self._bilinear(self.base.kronecker, a, b)

    def hadamard(self, a: Jet, b: Jet) -> Jet:
        return self._bilinear(self.base.hadamard, a, b)

    def inner(self, a: Jet, b: Jet) -> Jet:
        return self._bilinear(self.base.inner, a, b)

    def transpose(self, a: Jet) -> Jet:
        return self._each(self.base.transpose, a)

    def vec(self, a: Jet) -> Jet:
        return self._each(self.base.vec, a)

    def trace(self, a: Jet) -> Jet:
        return self._each(self.base.trace, a)

    def permutation(self, columns: Sequence[int]) -> Jet:
        return {0: self.base.permutation(columns)}

    def zero(self, rows: int, columns: int) -> Jet:
        return {0: self.base.zero(rows, columns)}

    def inverse(self, a: Jet) -> Jet:
        return self._inverted(a, self.base.inverse(a[0]))

    def reciprocal(self, a: Jet) -> Jet:
        return self._inverted(a, self.base.reciprocal(a[0]))

    def _inverted(self, a: Jet, first: Value) -> Jet:
        """b = a_0^{-1} - a_0^{-1} N b with N = a - a_0: after one round for each infinitesimal it is exact."""
        start = {0: first}
        small = {mask: self.base.multiply(self._minus(first), v) for mask, v in a.items() if mask}
        out: Jet = start
        for _ in range(self.count if small else 0):
            out = self.add(start, self.multiply(small, out))
        return out

    def determinant(self, a: Jet) -> Jet:
        """det(A + N) = det(A) exp(t) with t = tr(M) - tr(M^2)/2 + ..., M = A^{-1} N, both series finite because N is
        infinitesimal. Without divisions where A is singular."""
        if len(a) == 1:
            return {0: self.base.determinant(a[0])}
        try:
            first = self.base.inverse(a[0])
        except UndefinedHere:
            without_division: Jet = super().determinant(a)
            return without_division
        small = {mask: self.base.multiply(first, v) for mask, v in a.items() if mask}
        power, exponent = small, self.trace(small)
        for k in range(2, self.count + 1):
            power = self.multiply(power, small)
            exponent = self.add(exponent, self.multiply(self.number(Fraction((-1) ** (k + 1), k)), self.trace(power)))
        term = out = {0: self.base.determinant(a[0])}
        for k in range(1, self.count + 1):
            term = self.multiply(self.number(Fraction(1, k)), self.multiply(term, exponent))
            out = self.add(out, term)
        return out

    def _minus(self, a: Value) -> Value:
        minus = self.base.number(-1)
        return self.base.scale(minus, a) if self.base.size(a) else self.base.multiply(minus, a)

    def pseudoinverse(self, a: Jet) -> Jet:
        """At full rank the formulas (A^T A)^{-1} A^T or A^T (A A^T)^{-1} hold in a neighborhood. At lower rank the
        pseudoinverse is not continuous, so only a constant has one."""
        if len(a) == 1:
            return {0: self.base.pseudoinverse(a[0])}
        t = self.transpose(a)
        rows, columns = self.size(a)
        try:
            if rows <= columns:
                return self.multiply(t, self.inverse(self.multiply(a, t)))
            return self.multiply(self.inverse(self.multiply(t, a)), t)
        except UndefinedHere:
            raise UndefinedHere("the derivative of the pseudoinverse of a matrix that is not of full rank") from None
