"""A canonical labelling of connected graphs of atoms on wires. Part of the trusted base.

A `Part` is a connected graph written with its wires numbered: all it says is true under every numbering, so that two
equal parts are one tensor, whatever search chose the numbers. The search only decides whether isomorphic graphs get
one numbering: a walk for paths and cycles; otherwise color refinement, and where that does not tell two wires apart,
one of them is singled out. Of wires that give the same labelled graph, one is followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from symland.proof.normal_form.graphs import Atom, Legs, Part
from symland.proof.normal_form.words import TooLarge

Symmetries = Mapping[int, tuple[Legs, ...]]  # of an atom: the orders of its legs that do not change the tensor

MAX_WORK = 1_000_000  # legs looked at for one question
MAX_DEPTH = 100  # wires singled out one after another


class Work:
    """Counts what is done, and refuses to go on without end."""

    def __init__(self) -> None:
        self.left = MAX_WORK

    def spend(self, amount: int) -> None:
        self.left -= amount
        if self.left < 0:
            raise TooLarge("the networks are too large or too symmetric")


def canonical(part: Part, symmetries: Symmetries, work: Work) -> Part:
    """The part with its wires in an order that isomorphic parts share."""
    return _Labelling(part, symmetries, work).result()


class _Labelling:
    """The search for a canonical order of the wires of one part."""

    def __init__(self, part: Part, symmetries: Symmetries, work: Work) -> None:
        self.part = part
        self.symmetries = symmetries
        self.work = work

    def result(self) -> Part:
        types, atoms, ports = self.part
        self.work.spend(len(types) + len(atoms) + len(ports))
        order = [0] if len(types) == 1 else self._walk()
        if order is None:
            order = list(dict.fromkeys(ports))
            rest = [w for w in range(len(types)) if w not in set(order)]
            order += self._arrange(atoms, rest, {w: i for i, w in enumerate(order)}, False, 0)
        names = {w: i for i, w in enumerate(order)}
        return Part(tuple([types[w] for w in order]), self._encode(atoms, names), tuple([names[w] for w in ports]))

    def _legs(self, label: int, legs: Legs) -> Legs:
        """The least of the orders of legs that mean the same."""
        group = self.symmetries.get(label)
        return min([tuple([legs[i] for i in g]) for g in group]) if group else legs

    def _place(self, label: int, position: int) -> int:
        """The number of a leg, the same for legs that a symmetry exchanges."""
        group = self.symmetries.get(label)
        return min([g.index(position) for g in group]) if group else position

    def _encode(self, atoms: Iterable[Atom], names: Mapping[int, int]) -> tuple[Atom, ...]:
        return tuple(sorted([(label, self._legs(label, tuple([names[w] for w in legs]))) for label, legs in atoms]))

    # -- paths and cycles --------------------------------------------------------------------------------------
    def _walk(self) -> list[int] | None:
        """The order along a path or a cycle of atoms with at most two legs; None for other graphs."""
        types, atoms, ports = self.part
        uses: list[list[tuple[int, int]]] = [[] for _ in types]
        for i, (_, legs) in enumerate(atoms):
            if len(legs) > 2:
                return None
            for k, w in enumerate(legs):
                uses[w].append((i, k))
        if any(len(u) + ports.count(w) > 2 for w, u in enumerate(uses)):
            return None
        ends = [w for w, u in enumerate(uses) if sum(len(atoms[i][1]) == 2 for i, _ in u) == 1]
        if not ends:
            return self._cycle(uses)
        if ports:
            return self._follow(min(ends, key=lambda w: ports.index(w) if w in ports else len(ports)), uses)[0]
        return min((self._follow(w, uses) for w in ends), key=lambda found: found[1])[0]

    def _follow(self, start: int, uses: list[list[tuple[int, int]]]) -> tuple[list[int], list[tuple[int, int]]]:
        """The wires and the atoms with their first legs, on the way from a wire through its last use first."""
        atoms, order, seen, used = self.part.atoms, [start], list[tuple[int, int]](), set[int]()
        w = start
        while True:
            steps = sorted([(len(atoms[i][1]), i, k) for i, k in uses[w] if i not in used])
            if not steps:
                return order, seen
            for size, i, k in steps:
                label, legs = atoms[i]
                used.add(i)
                seen.append((label, self._place(label, k)))
                if size == 2:
                    w = legs[1 - k]
                    break
            else:
                return order, seen
            if w == start:
                return order, seen
            order.append(w)

    def _cycle(self, uses: list[list[tuple[int, int]]]) -> list[int]:
        """The order along a cycle: the least of all rotations, in both directions."""
        order, seen = self._follow(0, uses)
        atoms = self.part.atoms
        other = {label: tuple(self._place(label, k) for k in (1, 0)) for label, legs in atoms}
        back = [(label, other[label][k]) for label, k in reversed(seen)]
        n = len(order)
        self.work.spend(n * n // 8)
        forward = min((seen[i:] + seen[:i], i) for i in range(n))
        backward = min((back[i:] + back[:i], i) for i in range(n))
        if forward[0] <= backward[0]:
            return order[forward[1] :] + order[: forward[1]]
        flipped = [order[0], *reversed(order[1:])]
        return flipped[backward[1] :] + flipped[: backward[1]]

    # -- other graphs ------------------------------------------------------------------------------------------
    def _arrange(
        self, atoms: Sequence[Atom], free: list[int], names: dict[int, int], greedy: bool, depth: int
    ) -> list[int]:
        """The order of the free wires, the others having names: what hangs together only by names is ordered apart."""
        found = []
        for inside, wires in _pieces(atoms, free):
            order = self._order(inside, wires, names, greedy, depth)
            local = {**names, **{w: len(names) + i for i, w in enumerate(order)}}
            found.append((self._encode(inside, local), order))
        return [w for _, order in sorted(found) for w in order]

    def _order(self, atoms: list[Atom], free: list[int], names: dict[int, int], greedy: bool, depth: int) -> list[int]:
        """The order of the free wires of one piece; canonical unless greedy."""
        if len(free) == 1:
            return free
        if depth > MAX_DEPTH:
            raise TooLarge("the network is too symmetric")
        cells = self._refine(atoms, free, names)
        single = [cell[0] for cell in cells if len(cell) == 1]
        if single:
            return self._after(single, atoms, free, names, greedy, depth)
        cell = min(cells, key=len)
        if greedy:
            return self._after(cell[:1], atoms, free, names, True, depth)
        tried: set[tuple[Atom, ...]] = set()
        best: tuple[tuple[Atom, ...], list[int]] | None = None
        for w in cell:
            probe = self._key(self._after([w], atoms, free, names, True, depth), atoms, names)
            if probe in tried:  # an isomorphism takes a wire that was tried to this one
                continue
            tried.add(probe)
            order = self._after([w], atoms, free, names, False, depth)
            key = self._key(order, atoms, names)
            if best is None or key < best[0]:
                best = (key, order)
        return best[1] if best else free

    def _key(self, order: list[int], atoms: list[Atom], names: dict[int, int]) -> tuple[Atom, ...]:
        return self._encode(atoms, {**names, **{w: len(names) + i for i, w in enumerate(order)}})

    def _after(
        self, first: list[int], atoms: list[Atom], free: list[int], names: dict[int, int], greedy: bool, depth: int
    ) -> list[int]:
        """These wires, and then the others."""
        known = {**names, **{w: len(names) + i for i, w in enumerate(first)}}
        rest = [w for w in free if w not in known]
        return first + self._arrange(atoms, rest, known, greedy, depth + 1)

    def _refine(self, atoms: list[Atom], free: list[int], names: dict[int, int]) -> list[list[int]]:
        """The free wires by color, in order of colors: wires of one color have neighbors of the same colors."""
        color = _ranks({w: self.part.types[w] for w in free})
        count = 0
        places = [[self._place(label, k) for k in range(len(legs))] for label, legs in atoms]
        while len(set(color.values())) > count:
            count = len(set(color.values()))
            self.work.spend(2 * len(atoms) + len(free))
            shown = {w: -1 - n for w, n in names.items()} | color
            seen = [(label, self._legs(label, tuple([shown[w] for w in legs]))) for label, legs in atoms]
            rank = {s: i for i, s in enumerate(sorted(set(seen)))}
            around: dict[int, list[tuple[int, int]]] = {w: [] for w in free}
            for s, (_, legs), at in zip(seen, atoms, places, strict=True):
                for k, w in zip(at, legs, strict=True):
                    if w in around:
                        around[w].append((rank[s], k))
            color = _ranks({w: (color[w], sorted(around[w])) for w in free})
        cells: list[list[int]] = [[] for _ in range(count)]
        for w in free:
            cells[color[w]].append(w)
        return cells


def _ranks(values: Mapping[int, Any]) -> dict[int, int]:
    """The place of each value among the different values."""
    out: dict[int, int] = {}
    last, rank = None, -1
    for value, w in sorted([(v, w) for w, v in values.items()]):
        if rank < 0 or value != last:
            last, rank = value, rank + 1
        out[w] = rank
    return out


def _pieces(atoms: Sequence[Atom], free: list[int]) -> list[tuple[list[Atom], list[int]]]:
    """The connected pieces of the graph of the free wires, with the atoms that have a leg on them."""
    group = {w: w for w in free}

    def top(w: int) -> int:
        while group[w] != w:
            group[w] = group[group[w]]
            w = group[w]
        return w

    kept = [(atom, [w for w in atom[1] if w in group]) for atom in atoms]
    kept = [(atom, legs) for atom, legs in kept if legs]
    for _, legs in kept:
        for w in legs[1:]:
            group[top(w)] = top(legs[0])
    out: dict[int, tuple[list[Atom], list[int]]] = {}
    for w in free:
        out.setdefault(top(w), ([], []))[1].append(w)
    for atom, legs in kept:
        out[top(legs[0])][0].append(atom)
    return list(out.values())
