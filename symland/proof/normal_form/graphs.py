"""Graphs of atoms on wires while they are put together, and the numbers their atoms go by. Part of the trusted base.

A graph stands for a product of tensors. Every atom has legs, every leg lies on a wire, and a wire is an index that all
its legs share. A wire that is a port is a free index; any other is summed over its dimension.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any, NamedTuple

from symland.errors import SymlandError
from symland.language.index import Dim, Index
from symland.proof.normal_form.words import Coefficient, Monomial

Legs = tuple[int, ...]  # wires
Atom = tuple[int, Legs]  # the number of a tensor, and its legs
Axis = tuple[int, ...]  # the types of wires: numbers of their dimensions


class Part(NamedTuple):
    """A connected graph: the types of its wires, its atoms in order, and the wires that are its ports."""

    types: tuple[int, ...]
    atoms: tuple[Atom, ...]
    ports: Legs


class Embedding(NamedTuple):
    """An atom on legs (w, a, b, ...) that is 1 where w = g(a, b, ...) and 0 elsewhere, g a partial injective function.

    `total`: g is defined everywhere; `split`: g numbers the tuples of indices of these types, the last running fastest,
    so that every w is a value. Two of one family whose positions differ have no value in common.
    """

    family: Any
    position: Index
    total: bool
    split: Axis = ()

    def misses(self, other: Embedding) -> bool:
        """Whether the two certainly have no value in common."""
        return self.family == other.family and (self.position - other.position).value not in (None, 0)


class Numbers:
    """Numbers of atoms, dimensions and parts; they mean nothing outside the object."""

    def __init__(self) -> None:
        self.embeddings: dict[int, Embedding] = {}
        self._numbers: dict[Any, int] = {}
        self._dims: dict[int, Dim] = {}
        self._groups: dict[tuple[Axis, Axis], list[tuple[int, int]]] = {}

    def atom(self, key: Any) -> int:
        """The number of an atom, a dimension or a part."""
        return self._numbers.setdefault(key, len(self._numbers))

    def axis(self, *dims: Dim) -> Axis:
        """The types of wires of these dimensions; a dimension 1 has none."""
        numbers = [(self.atom(("dimension", d)), d) for d in dims if d.value != 1]
        self._dims.update(numbers)
        return tuple([n for n, _ in numbers])

    def size(self, axis: Iterable[int]) -> Dim:
        """The product of the dimensions of wires."""
        return reduce(Dim.__mul__, [self._dims[n] for n in axis], Dim.of(1))

    def polynomial(self, d: Dim) -> dict[Monomial, Coefficient]:
        """A dimension as a number."""
        return {tuple(sorted([self.atom(("dim", a)) for a in atoms])): c for atoms, c in d}

    def embedding(self, family: Any, position: Index, total: bool) -> int:
        """The number of an embedding."""
        label = self.atom(("embedding", family, position))
        self.embeddings[label] = Embedding(family, position, total)
        return label

    def split(self, kinds: Axis) -> int:
        """The number of the embedding that writes one index as several."""
        label = self.atom(("split", kinds))
        self.embeddings[label] = Embedding("split", Index.of(0), True, kinds)
        return label

    def groups(self, a: Axis, b: Axis) -> list[tuple[int, int]]:
        """How many wires of a and of b have one product of dimensions, group by group, in shortest groups."""
        out = self._groups.get((a, b))
        if out is None:
            out, i, j = [], 0, 0
            for m, n in ((m, n) for m in range(1, len(a) + 1) for n in range(1, len(b) + 1)):
                if m > i and n > j and self.size(a[i:m]) == self.size(b[j:n]):
                    out.append((m - i, n - j))
                    i, j = m, n
            if (i, j) != (len(a), len(b)):
                raise SymlandError("two rows of wires have different dimensions")
            self._groups[a, b] = out
        return out


class Graph:
    """A product of tensors while it is put together."""

    def __init__(self) -> None:
        self.types: list[int] = []
        self.atoms: list[Atom] = []
        self.steps = 0  # of simplification
        self._same: list[int] = []
        self._gone: set[int] = set()

    def wire(self, kind: int) -> int:
        """A new wire of this type."""
        self.types.append(kind)
        self._same.append(len(self._same))
        return len(self._same) - 1

    def find(self, w: int) -> int:
        """The wire that w has become."""
        while self._same[w] != w:
            w = self._same[w]
        return w

    def merge(self, u: int, v: int) -> None:
        """One index instead of two."""
        u, v = self.find(u), self.find(v)
        if self.types[u] != self.types[v]:
            raise SymlandError("two wires of different dimensions cannot be one")
        self._same[max(u, v)] = min(u, v)

    def place(self, part: Part, wires: Sequence[int]) -> None:
        """A copy of the part, with its ports on these wires."""
        at: dict[int, int] = {}
        for port, w in zip(part.ports, wires, strict=True):
            if self.types[w] != part.types[port]:
                raise SymlandError("a wire of another dimension than the port")
            if port in at:
                self.merge(at[port], w)
            at.setdefault(port, w)
        for w, kind in enumerate(part.types):
            if w not in at:
                at[w] = self.wire(kind)
        for label, legs in part.atoms:
            self.atoms.append((label, tuple([at[w] for w in legs])))

    def simplify(self, ports: list[int], numbers: Numbers) -> bool:
        """Removes embeddings that say nothing; whether the graph is not zero. Ports may get new wires."""
        while self._refine(numbers) or self._step(ports, numbers.embeddings):
            self.steps += 1
        return self._pin(ports, numbers.embeddings)

    def _refine(self, numbers: Numbers) -> bool:
        """Writes a wire as the finest wires it is written as, in one step; whether there was any."""
        self.atoms = [(label, tuple([self.find(w) for w in legs])) for label, legs in self.atoms]
        known = numbers.embeddings
        first: dict[int, int] = {}
        splits = [(x, i) for i, (x, _) in enumerate(self.atoms) if x in known and known[x].split]
        for _, i in sorted(splits):
            first.setdefault(self.atoms[i][1][0], i)
        for x, i in splits:
            w, *fine = self.atoms[i][1]
            nested = [k for k, v in enumerate(fine) if v in first]
            if nested:
                k = nested[0]
                fine[k : k + 1] = self.atoms[first[fine[k]]][1][1:]
                self.atoms[i] = (numbers.split(tuple([self.types[v] for v in fine])), (w, *fine))
                return True
            other = list(self.atoms[first[w]][1][1:])
            groups = numbers.groups(tuple([self.types[v] for v in fine]), tuple([self.types[v] for v in other]))
            if x == self.atoms[first[w]][0] or any(m > 1 and n > 1 for m, n in groups):
                continue
            del self.atoms[i]
            for m, n in groups:
                if m == n:
                    self.merge(fine[0], other[0])
                else:
                    coarse, parts = (fine[0], other[:n]) if m == 1 else (other[0], fine[:m])
                    self.atoms.append((numbers.split(tuple([self.types[p] for p in parts])), (coarse, *parts)))
                fine, other = fine[m:], other[n:]
            return True
        return False

    def _uses(self, ports: list[int]) -> dict[int, list[tuple[int, int]]]:
        """Where each wire is used: atom and leg; atom -1 is a port."""
        self.atoms = [(label, tuple([self.find(w) for w in legs])) for label, legs in self.atoms]
        uses: dict[int, list[tuple[int, int]]] = {}
        for i, (_, legs) in enumerate(self.atoms):
            for k, w in enumerate(legs):
                uses.setdefault(w, []).append((i, k))
        for k, w in enumerate(ports):
            uses.setdefault(self.find(w), []).append((-1, k))
        return uses

    def _step(self, ports: list[int], embeddings: dict[int, Embedding]) -> bool:
        """One simplification; whether there was any."""
        uses = self._uses(ports)
        by_value: dict[Atom, int] = {}
        by_argument: dict[Atom, int] = {}
        for i, (label, (w, *rest)) in ((i, a) for i, a in enumerate(self.atoms) if a[0] in embeddings):
            g, arguments = embeddings[label], tuple(rest)
            if len(uses[w]) == 1 and g.total:  # the sum over w of [w = g(..)] is 1
                self._gone.add(w)
            elif g.split and all(len(uses[a]) == 1 for a in rest):
                self._gone.update(rest)  # and so is the sum over a, b, ...
            else:
                twin = by_value.setdefault((label, (w,)), i)
                if twin == i and arguments:
                    twin = by_argument.setdefault((label, arguments), i)
                if twin == i:
                    continue
                for u, v in zip(self.atoms[twin][1], (w, *rest), strict=True):  # injective, and single-valued
                    self.merge(u, v)
            del self.atoms[i]
            return True
        return False

    def _pin(self, ports: list[int], embeddings: dict[int, Embedding]) -> bool:
        """Where the only embedding of a wire fixes it, each use gets a wire of its own; False if two disagree."""
        for w, used in list(self._uses(ports).items()):
            values = [i for i, k in used if i >= 0 and k == 0 and self.atoms[i][0] in embeddings]
            found = [embeddings[self.atoms[i][0]] for i in values]
            if any(g.misses(h) for g in found for h in found):
                return False
            if len(values) != 1 or len(self.atoms[values[0]][1]) > 1:
                continue
            for i, k in [u for u in used if u[0] != values[0]][1:]:
                fresh = self.wire(self.types[w])
                self.atoms.append((self.atoms[values[0]][0], (fresh,)))
                if i < 0:
                    ports[k] = fresh
                else:
                    label, legs = self.atoms[i]
                    self.atoms[i] = (label, (*legs[:k], fresh, *legs[k + 1 :]))
        return True

    def parts(self, ports: Sequence[int]) -> Iterable[tuple[Part, Legs]]:
        """The connected parts as they stand, each with the numbers of its ports among `ports`."""
        roots = [self.find(w) for w in ports]
        atoms = [(label, [self.find(w) for w in legs]) for label, legs in self.atoms]
        group = list(range(len(self.types)))

        def top(w: int) -> int:
            while group[w] != w:
                group[w] = group[group[w]]
                w = group[w]
            return w

        for _, legs in atoms:
            for w in legs[1:]:
                group[top(w)] = top(legs[0])
        wires: dict[int, dict[int, int]] = {}
        for w in range(len(self.types)):
            if self._same[w] == w and w not in self._gone:
                names = wires.setdefault(top(w), {})
                names[w] = len(names)
        inside: dict[int, list[Atom]] = {g: [] for g in wires}
        for label, legs in atoms:
            if legs:
                names = wires[top(legs[0])]
                inside[top(legs[0])].append((label, tuple([names[w] for w in legs])))
            else:
                yield Part((), ((label, ()),), ()), ()
        slots: dict[int, list[int]] = {g: [] for g in wires}
        for k, w in enumerate(roots):
            slots[top(w)].append(k)
        for g, names in wires.items():
            seen = tuple([names[roots[k]] for k in slots[g]])
            yield Part(tuple([self.types[w] for w in names]), tuple(inside[g]), seen), tuple(slots[g])
