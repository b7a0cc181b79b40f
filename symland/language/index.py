"""Index expressions and dimensions: the integers that shapes, layers and depths are written in.

An `Index` is an integer-affine expression in index variables, `l - 1` or `L`. A `Dim` is a polynomial with integer
coefficients in dimension symbols `d` and members `n[l]` of dimension families: products come from Kronecker
products and vec, sums from block matrices. Both are immutable values with a canonical form, so equality is `==`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from symland.errors import UsageError

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
FUNCTION_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*'*\Z")  # sigma'' is the second derivative of sigma
PLACE = "_"  # the index variable in the declared shape of a family


def check_name(name: str) -> str:
    """`name` itself, if it is a name: a letter, then letters, digits, underscores. No primes: A' is a transpose."""
    if not isinstance(name, str) or not NAME.match(name):
        raise UsageError(f"{name!r} is not a name", hint="a letter first, then letters, digits or underscores")
    return name


class Index(tuple[tuple[tuple[str, int], ...], int]):
    """An integer-affine expression `sum c_i v_i + c` in index variables."""

    __slots__ = ()

    @staticmethod
    def make(coefficients: Mapping[str, int], constant: int = 0) -> Index:
        """The expression with these coefficients; zero coefficients vanish."""
        return Index((tuple(sorted((v, c) for v, c in coefficients.items() if c)), constant))

    @staticmethod
    def var(name: str) -> Index:
        """The index variable `name`."""
        return Index((((name, 1),), 0))

    @staticmethod
    def is_valid(e: object) -> bool:
        """Whether e is an index expression in canonical form, integers only: what terms and certificates take."""
        if type(e) is not Index or len(e) != 2 or type(e[0]) is not tuple or type(e[1]) is not int:
            return False
        pairs = all(type(p) is tuple and len(p) == 2 and type(p[0]) is str and type(p[1]) is int for p in e[0])
        return pairs and e == Index.make(dict(e[0]), e[1])

    @staticmethod
    def of(value: IndexLike) -> Index:
        """`value` as an index expression: an int is a constant, a string a variable."""
        if isinstance(value, Index):
            return value
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            raise UsageError(f"{value!r} is not an index expression")
        return Index(((), value)) if isinstance(value, int) else Index.var(check_name(value))

    @property
    def coefficients(self) -> tuple[tuple[str, int], ...]:
        return self[0]

    @property
    def constant(self) -> int:
        return self[1]

    @property
    def value(self) -> int | None:
        """The integer, if the expression is one."""
        return None if self[0] else self[1]

    @property
    def variables(self) -> frozenset[str]:
        return frozenset(v for v, _ in self[0])

    def plus(self, other: IndexLike, times: int = 1) -> Index:
        """`self + times * other`."""
        other = Index.of(other)
        if not other[0]:
            return Index((self[0], self[1] + times * other[1]))
        out = dict(self[0])
        for v, c in other[0]:
            out[v] = out.get(v, 0) + times * c
        return Index.make(out, self[1] + times * other[1])

    def __add__(self, other: IndexLike) -> Index:  # type: ignore[override]
        return self.plus(other)

    def __radd__(self, other: IndexLike) -> Index:
        return Index.of(other).plus(self)

    def __sub__(self, other: IndexLike) -> Index:
        return self.plus(other, -1)

    def __rsub__(self, other: IndexLike) -> Index:
        return Index.of(other).plus(self, -1)

    def __neg__(self) -> Index:
        return Index.of(0).plus(self, -1)

    def substitute(self, values: Mapping[str, Index]) -> Index:
        """The expression with variables replaced by index expressions."""
        if not any(v in values for v, _ in self[0]):
            return self
        out = Index(((), self[1]))
        for v, c in self[0]:
            out = out.plus(values.get(v) or Index.var(v), c)
        return out

    def __str__(self) -> str:
        parts: list[str] = []
        for v, c in self[0]:
            size = v if abs(c) == 1 else f"{abs(c)}*{v}"
            parts.append(("-" if c < 0 else "+" if parts else "") + size)
        if self[1] or not parts:
            parts.append(f"{self[1]:+d}" if parts else str(self[1]))
        return "".join(parts)

    __repr__ = __str__


IndexLike = Index | int | str

Atom = tuple[str, Index | None]  # a dimension symbol ("d", None) or a member ("n", index)
Monomial = tuple[Atom, ...]
DimFamily = tuple[str, "Dim"]  # what a dimension family may be replaced by: (variable, dimension in that variable)


def _atom_key(atom: Atom) -> tuple[str, tuple[tuple[str, int], ...], int]:
    return (atom[0], atom[1][0], atom[1][1]) if atom[1] is not None else (atom[0], (), -(10**9))


class Dim(tuple[tuple[Monomial, int], ...]):
    """A dimension: a polynomial in dimension symbols and members of dimension families."""

    __slots__ = ()

    @staticmethod
    def make(terms: Mapping[Monomial, int]) -> Dim:
        """The polynomial with these coefficients, in canonical order."""
        items = [(m, c) for m, c in terms.items() if c]
        return Dim(tuple(sorted(items, key=lambda item: tuple(_atom_key(a) for a in item[0]))))

    @staticmethod
    def is_valid(d: object) -> bool:
        """Whether d is a dimension in canonical form with positive integer coefficients, so that it is at least 1."""
        if type(d) is not Dim or not d or any(type(item) is not tuple or len(item) != 2 for item in d):
            return False
        for monomial, c in d:
            if type(monomial) is not tuple or type(c) is not int or c < 1:
                return False
            for atom in monomial:
                if type(atom) is not tuple or len(atom) != 2 or type(atom[0]) is not str:
                    return False
                if atom[1] is not None and not Index.is_valid(atom[1]):
                    return False
            if list(monomial) != sorted(monomial, key=_atom_key):
                return False
        return d == Dim.make(dict(d))

    @staticmethod
    def symbol(name: str) -> Dim:
        """The dimension symbol `name`."""
        return Dim((((((name, None)),), 1),))

    @staticmethod
    def member(name: str, index: IndexLike) -> Dim:
        """The member `name[index]` of a dimension family."""
        return Dim((((((name, Index.of(index))),), 1),))

    @staticmethod
    def of(value: DimLike) -> Dim:
        """`value` as a dimension: a positive int or the name of a dimension symbol."""
        if isinstance(value, Dim):
            return value
        if isinstance(value, str):
            return Dim.symbol(check_name(value))
        if isinstance(value, bool) or not isinstance(value, int):
            raise UsageError(f"{value!r} is not a dimension")
        if value < 1:
            raise UsageError(f"a dimension is at least 1, not {value}")
        return Dim((((), value),))

    @property
    def value(self) -> int | None:
        """The integer, if the dimension is one."""
        return self[0][1] if len(self) == 1 and self[0][0] == () else None

    @property
    def atoms(self) -> frozenset[Atom]:
        return frozenset(a for m, _ in self for a in m)

    @property
    def variables(self) -> frozenset[str]:
        """The index variables that occur in the dimension."""
        return frozenset(v for m, _ in self for _, i in m if i is not None for v in i.variables)

    def __add__(self, other: DimLike) -> Dim:  # type: ignore[override]
        out = dict(self)
        for m, c in Dim.of(other):
            out[m] = out.get(m, 0) + c
        return Dim.make(out)

    def __mul__(self, other: DimLike) -> Dim:  # type: ignore[override]
        out: dict[Monomial, int] = {}
        for m, c in self:
            for n, e in Dim.of(other):
                key = tuple(sorted(m + n, key=_atom_key))
                out[key] = out.get(key, 0) + c * e
        return Dim.make(out)

    def replace_atoms(self, value: Callable[[Atom], Dim]) -> Dim:
        """The polynomial with every atom replaced."""
        if len(self) == 1 and len(self[0][0]) == 1 and self[0][1] == 1:
            return value(self[0][0][0])
        out: dict[Monomial, int] = {}
        for m, c in self:
            part = Dim((((), c),))
            for a in m:
                part = part * value(a)
            for n, e in part:
                out[n] = out.get(n, 0) + e
        return Dim.make(out)

    def substitute(self, dims: Mapping[str, Dim | DimFamily], indices: Mapping[str, Index]) -> Dim:
        """The dimension with dimension symbols, families and index variables replaced."""

        def value(atom: Atom) -> Dim:
            name, index = atom
            if index is not None:
                index = index.substitute(indices)
            new = dims.get(name)
            if new is None:
                return Dim((((((name, index)),), 1),))
            if isinstance(new, Dim):
                if index is not None:
                    raise UsageError(f"{name} is a family of dimensions, not a single one")
                return new
            if index is None:
                raise UsageError(f"{name} is a single dimension, not a family")
            return new[1].substitute({}, {new[0]: index})

        return self.replace_atoms(value)

    def __str__(self) -> str:
        return "+".join(
            "*".join(([str(c)] if c != 1 or not m else []) + [a if i is None else f"{a}[{i}]" for a, i in m])
            for m, c in self
        )

    __repr__ = __str__


DimLike = Dim | int | str
Shape = tuple[Dim, ...]  # () for a scalar, (rows, columns) for a matrix


def dims(names: str) -> Dim | tuple[Dim, ...]:
    """The dimension symbols with these names: `d, m = dims("d m")`.

    >>> dims("d m")
    (d, m)
    """
    out = tuple(Dim.of(n) for n in names.replace(",", " ").split())
    return out[0] if len(out) == 1 else out


def shape_text(shape: Iterable[Dim]) -> str:
    """A shape for people: `d x m`, or `scalar`."""
    return " x ".join(str(d) for d in shape) or "scalar"
