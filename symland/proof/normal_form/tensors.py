"""Sums of products of tensors, and what may be done with them: the algebra behind `network`. Part of the trusted base.

A form is a sum of `coefficient * monomial * open parts`. It has a tuple of wires for its rows and one for its columns,
the last running fastest, as Kronecker products and vec have it; a wire of dimension 1 says nothing and is left
out. A connected part without free wires is a scalar, one factor of the monomial; a closed wire without legs is its
dimension. Every operation keeps the value, in all dimensions, of what is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from itertools import permutations, product
from math import factorial, prod
from typing import Any, NamedTuple

from symland.proof.normal_form.graphs import Axis, Graph, Legs, Numbers, Part
from symland.proof.normal_form.labelling import Work, canonical
from symland.proof.normal_form.words import MAX_DEGREE, MAX_NUMBER, Coefficient, Monomial, TooLarge, add

Piece = tuple[Legs, int]  # the free wires that are the ports of a part, and the number of the part
Key = tuple[Monomial, tuple[Piece, ...]]
Terms = dict[Key, Coefficient]

MAX_ORDERS = 24  # orders of the legs of one argument that are compared


class Form(NamedTuple):
    """A matrix or scalar: the types of its row and column wires, and the terms, which number these wires in turn."""

    rows: Axis
    columns: Axis
    terms: Terms

    @property
    def axes(self) -> Axis:
        return self.rows + self.columns


class Tensors(Numbers):
    """Forms over one numbering of atoms, dimensions and parts."""

    def __init__(self) -> None:
        super().__init__()
        self._labelled: dict[Part, int] = {}
        self._parts: dict[int, Part] = {}
        self._symmetries: dict[int, tuple[Legs, ...]] = {}
        self._work = Work()

    # -- forms -------------------------------------------------------------------------------------------------
    def checked(self, form: Form) -> Form:
        """The form itself, unless it is too large."""
        self._work.spend(len(form.terms))
        for (monomial, pieces), c in form.terms.items():
            if max(abs(c.numerator), c.denominator) > MAX_NUMBER or len(monomial) + len(pieces) > MAX_DEGREE:
                raise TooLarge("the normal form has too many factors or digits")
        return form

    def single(self, label: int, rows: Axis, columns: Axis) -> Form:
        """The atom whose legs are the wires of the rows and columns."""
        g = Graph()
        legs = [g.wire(kind) for kind in rows + columns]
        g.atoms.append((label, tuple(legs)))
        return self.finished(g, legs[: len(rows)], legs[len(rows) :])

    def finished(self, g: Graph, rows: Sequence[int], columns: Sequence[int]) -> Form:
        """The form of a graph with these free wires."""
        out: Terms = {}
        self.finish(out, g, [*rows, *columns], (), 1)
        return Form(tuple([g.types[w] for w in rows]), tuple([g.types[w] for w in columns]), out)

    def finish(self, out: Terms, g: Graph, ports: list[int], monomial: Monomial, c: Coefficient) -> None:
        """out += c * monomial * graph."""
        self._work.spend(len(g.types) + len(g.atoms) + 5)
        if any(label in self.embeddings for label, _ in g.atoms) and not g.simplify(ports, self):
            return
        self._work.spend(g.steps * len(g.atoms))
        numbers, pieces, loops = list(monomial), [], []
        for part, slots in g.parts(ports):
            if not part.types:
                numbers.append(part.atoms[0][0])
            elif slots:
                pieces.append((slots, self.part(part)))
            elif part.atoms:
                numbers.append(self.part(part))
            else:
                loops.append(part.types[0])
        key = tuple(sorted(numbers)), tuple(sorted(pieces))
        if not loops:
            return add(out, {key: c})
        for dims, e in self.polynomial(self.size(loops)).items():
            add(out, {(tuple(sorted(key[0] + dims)), key[1]): c * e})

    def part(self, part: Part) -> int:
        """The number of a part, the same for isomorphic ones."""
        number = self._labelled.get(part)
        if number is None:
            found = canonical(part, self._symmetries, self._work)
            number = self._labelled[part] = self.atom(found)
            self._parts[number] = found
        return number

    # -- operations ----------------------------------------------------------------------------------------------
    def renumbered(self, terms: Terms, new: Sequence[int]) -> Terms:
        """The terms with free wire k called new[k]."""
        out: Terms = {}
        for (monomial, pieces), c in terms.items():
            self._work.spend(len(pieces) + 1)
            add(out, {(monomial, tuple(sorted([self._moved(piece, new) for piece in pieces]))): c})
        return out

    def _moved(self, piece: Piece, new: Sequence[int]) -> Piece:
        slots, number = piece
        named = [new[s] for s in slots]
        order = sorted(range(len(named)), key=named.__getitem__)
        if order != list(range(len(named))):
            part = self._parts[number]
            number = self.part(part._replace(ports=tuple([part.ports[i] for i in order])))
        return tuple([named[i] for i in order]), number

    def transposed(self, a: Form) -> Form:
        """A^T."""
        r, c = len(a.rows), len(a.columns)
        return Form(a.columns, a.rows, self.renumbered(a.terms, [*range(c, c + r), *range(c)]))

    def put(self, g: Graph, a: Form, key: Key) -> tuple[list[int], list[int]]:
        """The row and column wires of one term, put into a graph."""
        wires = [g.wire(kind) for kind in a.axes]
        for slots, number in key[1]:
            g.place(self._parts[number], [wires[s] for s in slots])
        return wires[: len(a.rows)], wires[len(a.rows) :]

    def fuse(self, g: Graph, wires: list[int]) -> int:
        """One wire whose index is that of all these, the last running fastest."""
        if len(wires) == 1:
            return wires[0]
        kinds = tuple([g.types[w] for w in wires])
        (kind,) = self.axis(self.size(kinds))
        w = g.wire(kind)
        g.atoms.append((self.split(kinds), (w, *wires)))
        return w

    def glue(self, g: Graph, u: list[int], v: list[int]) -> list[int]:
        """One index instead of two: the wires left."""
        out, i, j = [], 0, 0
        for m, n in self.groups(tuple([g.types[w] for w in u]), tuple([g.types[w] for w in v])):
            x, y = self.fuse(g, u[i : i + m]), self.fuse(g, v[j : j + n])
            g.merge(x, y)
            out.append(x)
            i, j = i + m, j + n
        return out

    def merged(self, a: Axis, b: Axis) -> Axis:
        """The wires that are left where these are glued."""
        out: Axis = ()
        i = 0
        for m, _ in self.groups(a, b):
            out += self.axis(self.size(a[i : i + m]))
            i += m
        return out

    def mapped(self, a: Form, rows: Axis, columns: Axis, wiring: Callable[..., tuple[list[int], list[int]]]) -> Form:
        """Each term of the form with its wires joined anew: `wiring(graph, rows, columns)` are the new free wires."""
        out: Terms = {}
        for key, c in a.terms.items():
            g = Graph()
            r, k = wiring(g, *self.put(g, a, key))
            self.finish(out, g, r + k, key[0], c)
        return Form(rows, columns, out)

    def joined(self, a: Form, b: Form, rows: Axis, columns: Axis, wiring: Callable[..., Any]) -> Form:
        """The product of each term of a and each of b: `wiring(graph, rows, columns, rows, columns)`."""
        out: Terms = {}
        for x, c in a.terms.items():
            for y, e in b.terms.items():
                g = Graph()
                r, k = wiring(g, *self.put(g, a, x), *self.put(g, b, y))
                self.finish(out, g, r + k, x[0] + y[0], c * e)
        return self.checked(Form(rows, columns, out))

    def regroup(self, a: Form, rows: Axis, columns: Axis) -> Form:
        """The same matrix with these wires."""
        if (a.rows, a.columns) == (rows, columns):
            return a

        def side(g: Graph, wires: list[int], kinds: Axis) -> list[int]:
            if tuple([g.types[w] for w in wires]) == kinds:
                return wires
            new = [g.wire(kind) for kind in kinds]
            self.glue(g, wires, new)
            return new

        return self.mapped(a, rows, columns, lambda g, r, k: (side(g, r, rows), side(g, k, columns)))

    def total(self, forms: Sequence[Form]) -> Form:
        """The sum of matrices."""
        rows = reduce(self.merged, [f.rows for f in forms])
        columns = reduce(self.merged, [f.columns for f in forms])
        out: Terms = {}
        for f in forms:
            add(out, self.regroup(f, rows, columns).terms)
        return Form(rows, columns, out)

    def product(self, a: Form, b: Form) -> Form:
        """A B."""

        def wiring(g: Graph, r: list[int], k: list[int], s: list[int], m: list[int]) -> tuple[list[int], list[int]]:
            self.glue(g, k, s)
            return r, m

        return self.joined(a, b, a.rows, b.columns, wiring) if a.columns or b.rows else self.kronecker(a, b)

    def hadamard(self, a: Form, b: Form) -> Form:
        """A .* B."""
        rows, columns = self.merged(a.rows, b.rows), self.merged(a.columns, b.columns)
        return self.joined(a, b, rows, columns, lambda g, r, k, s, m: (self.glue(g, r, s), self.glue(g, k, m)))

    def inner(self, a: Form, b: Form) -> Form:
        """<A, B>."""

        def wiring(g: Graph, r: list[int], k: list[int], s: list[int], m: list[int]) -> tuple[list[int], list[int]]:
            self.glue(g, r, s)
            self.glue(g, k, m)
            return [], []

        return self.joined(a, b, (), (), wiring)

    def kronecker(self, a: Form, b: Form) -> Form:
        """A (x) B, and s A of a scalar s."""
        r, k, s, m = len(a.rows), len(a.columns), len(b.rows), len(b.columns)
        left = self.renumbered(a.terms, [*range(r), *range(r + s, r + s + k)])
        right = self.renumbered(b.terms, [*range(r, r + s), *range(r + s + k, r + s + k + m)])
        out: Terms = {}
        for x, c in left.items():
            for y, e in right.items():
                self._work.spend(len(x[0]) + len(y[0]) + 1)
                add(out, {(tuple(sorted(x[0] + y[0])), tuple(sorted(x[1] + y[1]))): c * e})
        return self.checked(Form(a.rows + b.rows, a.columns + b.columns, out))

    def opened(self, a: Form) -> Form:
        """The same matrix, with each wire that some term writes as several wires written so."""
        a = self.regroup(a, self.merged_all(a.rows), self.merged_all(a.columns))
        while True:
            splits = [self._split(a, s) for s in range(len(a.axes))]
            if not any(splits):
                return a
            r = len(a.rows)
            rows, columns = (
                tuple([k for kind, s in zip(axis, found, strict=True) for k in s or (kind,)])
                for axis, found in ((a.rows, splits[:r]), (a.columns, splits[r:]))
            )
            a = self.regroup(a, rows, columns)

    def merged_all(self, axis: Axis) -> Axis:
        """One wire for all of an axis."""
        return self.axis(self.size(axis))

    def _kinds(self, label: int) -> Axis:
        """The types of the wires that an embedding writes one wire as; () of other atoms."""
        return self.embeddings[label].split if label in self.embeddings else ()

    def _split(self, a: Form, slot: int) -> Axis:
        """The types of the wires that some term writes this free wire as; () if none does."""
        found = {
            x
            for _, pieces in a.terms
            for slots, number in pieces
            if slot in slots
            for x, legs in self._parts[number].atoms
            if self._kinds(x) and legs[0] == self._parts[number].ports[slots.index(slot)]
        }
        return self._kinds(min(found)) if found else ()

    def _closing(self, a: Form) -> Legs:
        """Free wires that each term has only as the parts of one wire, which is not free; () if there are none."""
        found: list[set[tuple[int, Legs]]] = []
        for _, pieces in a.terms:
            found.append(set())
            for slots, number in pieces:
                _, atoms, ports = self._parts[number]
                for x, (_, *rest) in [atom for atom in atoms if self._kinds(atom[0])]:
                    once = all(sum(legs.count(v) for _, legs in atoms) == ports.count(v) == 1 for v in rest)
                    if once:
                        found[-1].add((x, tuple([slots[ports.index(v)] for v in rest])))
        for x, chosen in sorted(set().union(*found)):
            terms = zip(a.terms, found, strict=True)
            if all((x, chosen) in here or all(self._loose(s, key) for s in chosen) for key, here in terms):
                return chosen
        return ()

    def entrywise(self, name: Any, a: Form) -> Form:
        """f(A) entry by entry, with the wires of A or such as are the same to it."""
        return self._entrywise(name, self.opened(a) if a.axes else a)

    def _entrywise(self, name: Any, a: Form) -> Form:
        chosen = self._closing(a)
        if not chosen:
            return self._function_atom(name, a)
        rest = [s for s in range(len(a.axes)) if s not in chosen]
        whole = tuple([a.axes[s] for s in rest]) + self.axis(self.size(a.axes[s] for s in chosen))

        def close(g: Graph, r: list[int], k: list[int]) -> tuple[list[int], list[int]]:
            return [(r + k)[s] for s in rest] + [self.fuse(g, [(r + k)[s] for s in chosen])], []

        def reopen(g: Graph, r: list[int], k: list[int]) -> tuple[list[int], list[int]]:
            fresh = [g.wire(a.axes[s]) for s in chosen]
            g.merge(self.fuse(g, fresh), r[-1])
            wires = [w for _, w in sorted(zip([*rest, *chosen], [*r[:-1], *fresh], strict=True))]
            return wires[: len(a.rows)], wires[len(a.rows) :]

        closed = self.mapped(a, whole, (), close)
        return self.mapped(self._entrywise(name, closed), a.rows, a.columns, reopen)

    def _function_atom(self, name: Any, a: Form) -> Form:
        """An atom on the wires that A depends on, in an order that the form of A fixes."""
        n = len(a.axes)
        kept = [s for s in range(n) if not all(self._loose(s, key) for key in a.terms)]
        reduced = {(m, tuple([p for p in pieces if p[0][0] in kept])): c for (m, pieces), c in a.terms.items()}
        kinds = [a.axes[s] for s in kept]
        first = sorted(range(len(kept)), key=kinds.__getitem__)
        orders = [first]
        if prod(factorial(kinds.count(k)) for k in set(kinds)) <= MAX_ORDERS:
            runs = [[i for i in first if kinds[i] == k] for k in sorted(set(kinds))]
            orders = [[i for run in chosen for i in run] for chosen in product(*map(permutations, runs))]
        found = []
        for order in orders:
            new = [0] * n
            for place, i in enumerate(order):
                new[kept[i]] = place
            found.append((_items(self.renumbered(reduced, new)), order))
        least, best = min(found)
        label = self.atom(("entrywise", name, tuple([kinds[i] for i in best]), least))
        group = tuple([tuple([best.index(i) for i in order]) for items, order in found if items == least])
        if len(group) > 1:
            self._symmetries[label] = group
        g = Graph()
        wires = [g.wire(kind) for kind in a.axes]
        g.atoms.append((label, tuple([wires[kept[i]] for i in best])))
        return self.finished(g, wires[: len(a.rows)], wires[len(a.rows) :])

    def is_ones(self, a: Form) -> bool:
        """Whether all the free wires of a form with one term, which is no multiple, are on no atom."""
        return all(self._loose(s, key) for s in range(len(a.axes)) for key in a.terms)

    def _loose(self, slot: int, key: Key) -> bool:
        """Whether a free wire of a term is on no atom, and free only once."""
        return any(slots == (slot,) and not self._parts[number].atoms for slots, number in key[1])

    def function(self, name: Any, a: Form, flipped: bool = False, scalar: bool = False) -> Form:
        """f(A) with f(A^T) = f(A)^T, of the shape of A, or of A^T if `flipped`: named by the form of A or A^T."""
        b = self.transposed(a)
        given = (a.rows, a.columns, _items(a.terms))
        least, swap = min((given, False), ((b.rows, b.columns, _items(b.terms)), True))
        label = self.atom(("function", name, *least))
        if scalar:
            return self.single(label, (), ())
        if a.axes and given[:2] == (b.rows, b.columns) and given[2] == _items(b.terms):
            self._symmetries[label] = ((0, 1), (1, 0))
        out = self.single(label, *(least[1::-1] if flipped else least[:2]))
        return self.transposed(out) if swap else out


def _items(terms: Terms) -> tuple[tuple[Key, Coefficient], ...]:
    return tuple(sorted(terms.items()))
