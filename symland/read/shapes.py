"""Inference of shapes: dimensions with unknowns, made equal by unification.

An unknown is a dimension symbol whose name starts with `?`. An unknown stands for a size that is free, so it never
becomes 1: a column is a column because its letter is one, or because it is declared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, count

from symland.language.index import Atom, Dim, Monomial, Shape

ONE = Dim.of(1)
COLUMN_NAMES = ("n", "m", "p", "q", "r", "k", "d", "t", "u", "v")  # in this order, if one size is unknown
NAMES = ("m", "n", *COLUMN_NAMES[2:])  # if there are several


def unknowns_of(dim: Dim) -> Iterator[str]:
    """The names of the unknowns in a dimension, from left to right."""
    return (name for monomial, _ in dim for name, _ in monomial if name.startswith("?"))


class Unifier:
    """Equations between dimensions, solved as they come; those with products of unknowns wait for the end."""

    def __init__(self) -> None:
        self._known: dict[str, Dim] = {}
        self._count = 0
        self._products: list[tuple[Dim, tuple[Dim, ...]]] = []
        self.waiting: list[tuple[Dim, Dim, object]] = []
        self.matched: list[object] = []  # the places of equations that were solved factor by factor

    def unknown(self) -> Dim:
        """A new unknown."""
        self._count += 1
        return Dim.symbol(f"?{self._count}")

    def dim(self, d: Dim) -> Dim:
        """The dimension with all solved unknowns replaced."""
        start, name = d, _single(d)
        while any(n in self._known for n in unknowns_of(d)):
            d = d.replace_atoms(self._value)
        if name is not None and d is not start:
            self._known[name] = d
        return d

    def shape(self, shape: Shape) -> Shape:
        return tuple(self.dim(d) for d in shape)

    def product(self, *factors: Dim) -> Dim:
        """The product of sizes, as of a Kronecker product; their order matters where nothing else decides."""
        out = factors[0]
        for d in factors[1:]:
            out = out * d
        self._products.append((out, factors))
        return out

    def _value(self, atom: Atom) -> Dim:
        name, index = atom
        known = self._known.get(name) if index is None else None
        return known if known is not None else Dim((((atom,), 1),))

    def equal(self, a: Dim, b: Dim, place: object = None) -> bool:
        """Makes two dimensions equal; False where they cannot be, and then nothing has changed."""
        a, b = self.dim(a), self.dim(b)
        if a == b:
            return True
        for x, y in ((b, a), (a, b)) if _age(b) >= _age(a) else ((a, b), (b, a)):  # the younger one is replaced
            name = _single(x)
            if name is not None:
                if y == ONE or name in unknowns_of(y):
                    return False
                self._known[name] = y
                return True
        if not any(unknowns_of(a)) and not any(unknowns_of(b)):
            return False
        self.waiting.append((a, b, place))
        return True

    def equal_shapes(self, a: Shape, b: Shape, place: object = None) -> bool:
        """Makes two shapes equal; False where they cannot be."""
        return len(a) == len(b) and all(self.equal(x, y, place) for x, y in zip(a, b, strict=True))

    def solve(self) -> tuple[Dim, Dim, object] | None:
        """Solves the waiting equations; the first one that fails, or that leaves a choice."""
        while self.waiting:
            before = len(self.waiting)
            todo, self.waiting = self.waiting, []
            for a, b, place in todo:
                a, b = _cancelled(self.dim(a), self.dim(b))
                if not self.equal(a, b, place):
                    return a, b, place
            if len(self.waiting) >= before and not self._match():
                return self.waiting[0]
        return None

    def _match(self) -> bool:
        """Makes the factors of one waiting equation equal, one by one: kron(A, B)*vec(X) has X of shape q x n."""
        factors = {self.dim(d): parts for d, parts in self._products}
        for k, (a, b, place) in enumerate(self.waiting):
            left, right = ([*_opened(self.dim(d), factors)] for d in (a, b))
            if 1 < len(left) == len(right) and all(self.equal(x, y) for x, y in zip(left, right, strict=True)):
                del self.waiting[k]
                self.matched.append(place)
                return True
        return False


def _age(d: Dim) -> int:
    """The number of an unknown; 0 for other dimensions."""
    name = _single(d)
    return int(name[1:]) if name is not None else 0


def _opened(d: Dim, factors: dict[Dim, tuple[Dim, ...]]) -> Iterator[Dim]:
    """The factors of a product in their order."""
    if d in factors:
        for part in factors[d]:
            yield from _opened(part, {k: v for k, v in factors.items() if k != d})
    else:
        yield d


def _single(d: Dim) -> str | None:
    """The unknown, if the dimension is one."""
    if len(d) == 1 and d[0][1] == 1 and len(d[0][0]) == 1 and d[0][0][0][0].startswith("?"):
        return d[0][0][0][0]
    return None


def _cancelled(a: Dim, b: Dim) -> tuple[Dim, Dim]:
    """Two products without their common factors."""
    if len(a) != 1 or len(b) != 1 or a[0][1] != b[0][1]:
        return a, b
    left, right = list(a[0][0]), list(b[0][0])
    for atom in a[0][0]:
        if atom in right:
            left.remove(atom)
            right.remove(atom)
    return _product(tuple(left)), _product(tuple(right))


def _product(monomial: Monomial) -> Dim:
    return Dim.make({monomial: 1})


def readable_names(dims: Iterable[Dim], taken: Iterable[str]) -> dict[str, Dim]:
    """Names for the unknowns in these dimensions, in order of appearance: m, n, p, ..., and n for a single one."""
    unknowns = list(dict.fromkeys(name for d in dims for name in unknowns_of(d)))
    used = set(taken)
    preferred = COLUMN_NAMES if len(unknowns) == 1 else NAMES
    names = (n for n in chain(preferred, (f"n{k}" for k in count(1))) if n not in used)
    return {u: Dim.symbol(next(names)) for u in unknowns}


def named(d: Dim, names: dict[str, Dim]) -> Dim:
    """The dimension with its unknowns named."""
    return d.replace_atoms(lambda atom: names.get(atom[0]) or Dim((((atom,), 1),))) if any(unknowns_of(d)) else d
