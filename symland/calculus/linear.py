"""Linear maps as data: a matrix that is linear in a letter U, as a sum of chains of simple maps applied to U.

Each simple map (a link) knows its value on a matrix and its matrix on vecs, so that a chain gives the vectorized map in
Kronecker form. Only proposals: the kernel's normal forms compare them with what they came from.
Source of the matrices: Magnus and Neudecker, *Matrix Differential Calculus*, chapters 2 and 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from symland.calculus.prover import no_rule
from symland.calculus.simplify import (
    ONE,
    add,
    entrywise_product,
    is_scalar_matrix,
    kronecker,
    multiply,
    scalar_product,
    scale,
    split_scalar,
    tidy,
    transpose,
)
from symland.language import terms as T
from symland.language.index import Dim
from symland.language.nodes import Node, walk
from symland.language.terms import Term

UNIT = Dim.of(1)
Shape = tuple[Dim, Dim]


class Sandwich(NamedTuple):
    """M -> left M right."""

    left: Term
    right: Term

    def shape(self, of: Shape) -> Shape:
        return (self.left.shape[0], self.right.shape[1])

    def value(self, m: Term) -> Term:
        return multiply(self.left, m, self.right)

    def matrix(self, of: Shape) -> Term:
        return kronecker(transpose(self.right), self.left)


class Flip(NamedTuple):
    """M -> M^T."""

    def shape(self, of: Shape) -> Shape:
        return of[::-1]

    def value(self, m: Term) -> Term:
        return transpose(m)

    def matrix(self, of: Shape) -> Term:
        return cast(Term, T.Identity(of[0] * of[1]) if UNIT in of else T.Commutation(*of))


class Weight(NamedTuple):
    """M -> by .* M."""

    by: Term

    def shape(self, of: Shape) -> Shape:
        return of

    def value(self, m: Term) -> Term:
        return entrywise_product(self.by, m)

    def matrix(self, of: Shape) -> Term:
        return cast(Term, T.DiagonalMatrix(tidy(T.Vec(self.by))))


class ToDiagonal(NamedTuple):
    """v -> Diag(v)."""

    def shape(self, of: Shape) -> Shape:
        return (of[0], of[0])

    def value(self, m: Term) -> Term:
        return tidy(T.DiagonalMatrix(m))

    def matrix(self, of: Shape) -> Term:
        return cast(Term, T.DiagonalSelection(of[0])).T


class FromDiagonal(NamedTuple):
    """M -> diag(M)."""

    def shape(self, of: Shape) -> Shape:
        return (of[0], UNIT)

    def value(self, m: Term) -> Term:
        return tidy(T.Diagonal(m))

    def matrix(self, of: Shape) -> Term:
        return cast(Term, T.DiagonalSelection(of[0]))


class Stack(NamedTuple):
    """M -> vec(M)."""

    def shape(self, of: Shape) -> Shape:
        return (of[1] * of[0], UNIT)

    def value(self, m: Term) -> Term:
        return tidy(T.Vec(m))

    def matrix(self, of: Shape) -> Term:
        return cast(Term, T.Identity(of[0] * of[1]))


class Unstack(NamedTuple):
    """v -> the matrix with these dimensions whose vec is v."""

    rows: Dim
    columns: Dim

    def shape(self, of: Shape) -> Shape:
        return (self.rows, self.columns)

    def value(self, m: Term) -> Term:
        return cast(Term, T.Unvec(self.rows, self.columns, m))

    def matrix(self, of: Shape) -> Term:
        return cast(Term, T.Identity(of[0] * of[1]))


class Tensor(NamedTuple):
    """M -> by (x) M, or M (x) by."""

    by: Term
    by_first: bool

    def shape(self, of: Shape) -> Shape:
        return (self.by.shape[0] * of[0], self.by.shape[1] * of[1])

    def value(self, m: Term) -> Term:
        return cast(Term, T.Kronecker(self.by, m) if self.by_first else T.Kronecker(m, self.by))

    def matrix(self, of: Shape) -> Term:
        """vec(A (x) B) = (I_n (x) K_{q,m} (x) I_p)(vec A (x) vec B) for A of shape m x n and B of shape p x q."""
        (m, n), (p, q) = (self.by.shape, of) if self.by_first else (of, self.by.shape)
        shuffle = kronecker(kronecker(T.Identity(n), cast(Term, T.Commutation(q, m))), T.Identity(p))
        column, eye = tidy(T.Vec(self.by)), cast(Term, T.Identity(of[0] * of[1]))
        return multiply(shuffle, kronecker(column, eye) if self.by_first else kronecker(eye, column))


class Outer(NamedTuple):
    """M -> <against, M> times."""

    against: Term
    times: Term

    def shape(self, of: Shape) -> Shape:
        return cast(Shape, self.times.shape)

    def value(self, m: Term) -> Term:
        return cast(Term, T.Scale(T.Inner(self.against, m), self.times))

    def matrix(self, of: Shape) -> Term:
        return multiply(tidy(T.Vec(self.times)), transpose(tidy(T.Vec(self.against))))


Link = Sandwich | Flip | Weight | ToDiagonal | FromDiagonal | Stack | Unstack | Tensor | Outer


class LinearTerm(NamedTuple):
    """coefficient times the links, applied in order to a letter."""

    coefficient: Term
    links: tuple[Link, ...]

    def value(self, u: Term) -> Term:
        """The term, written out at u."""
        m = u
        for link in self.links:
            m = link.value(m)
        return m if self.coefficient is ONE else cast(Term, T.Scale(self.coefficient, m))

    def matrix(self, of: Shape, commute: bool = False) -> Term:
        """The matrix of the map on vecs; `commute` writes a commutation matrix to the left of all that can stand
        behind it."""
        factors: list[Term] = []
        for link in self._flipped_last() if commute else self.links:
            factors.insert(0, link.matrix(of))
            of = link.shape(of)
        return scale(self.coefficient, multiply(*factors) if factors else T.Identity(of[0] * of[1]))

    def _flipped_last(self) -> tuple[Link, ...]:
        """The links with a transposition in front moved to the end, where everything behind it can be transposed."""
        if not (len(self.links) > 1 and isinstance(self.links[0], Flip)):
            return self.links
        out: list[Link] = []
        for link in self.links[1:]:
            if isinstance(link, Sandwich):
                out.append(Sandwich(transpose(link.right), transpose(link.left)))
            elif isinstance(link, Weight):
                out.append(Weight(transpose(link.by)))
            else:
                return self.links
        return (*out, Flip())

    @property
    def rank(self) -> int:
        """Terms without a transpose come first, then those of rank one."""
        return 2 if any(isinstance(x, Flip) for x in self.links) else int(any(isinstance(x, Outer) for x in self.links))


def contains(t: Node, letter: Node) -> bool:
    """Whether the letter occurs in the term."""
    return any(n is letter for n in walk(t))


def linear_terms(m: Term, u: Term) -> list[LinearTerm]:
    """The terms of a matrix that is linear in the matrix letter u; terms that differ in one factor are merged. Raises
    NoRule for a matrix that is not linear in u, as far as can be seen."""
    return sorted(merge([_for_column(t, u.shape) for t in _terms(m, u)], u.shape), key=lambda t: t.rank)


def _terms(m: Term, u: Term) -> list[LinearTerm]:
    if not contains(m, u):
        return []
    if m is u:
        return [LinearTerm(ONE, ())]
    if isinstance(m, T.Sum):
        return [t for s in m.args for t in _terms(s, u)]
    if isinstance(m, T.Scale):
        s, a = m.args
        if contains(s, u) and not contains(a, u):
            from symland.calculus.adjoint import gradient_of_linear

            return [LinearTerm(ONE, (Outer(gradient_of_linear(s, u), a),))]
        if not contains(s, u):
            return [t._replace(coefficient=scalar_product(s, t.coefficient)) for t in _terms(a, u)]
    if isinstance(m, T.Vec) and m.args[0].is_scalar:
        return _terms(cast(Term, T.Scale(m.args[0], T.Identity(UNIT))), u)
    if isinstance(m, T.Block):
        parts = [(m.args[1 + k], sandwich) for k, sandwich in enumerate(block_places(m)) if contains(m.args[1 + k], u)]
        return [t._replace(links=then(t.links, s, u.shape)) for a, s in parts for t in _terms(a, u)]
    inside = [i for i, a in enumerate(m.args) if isinstance(a, Node) and contains(a, u)]
    if len(inside) == 1 and not isinstance(m, T.Scale):
        link = _link(m, inside[0])
        if link is not None:
            inner = m.args[inside[0]]
            return [t._replace(links=then(t.links, link, u.shape)) for t in _terms(inner, u)]
    raise no_rule(m, "reading a linear map")


def block_places(m: T.Block) -> list[Sandwich]:
    """How each block of a block matrix stands in it: [A, B] = A*[I, 0] + B*[0, I]."""
    heights, widths = [line[0].shape[0] for line in m.grid], [b.shape[1] for b in m.grid[0]]
    left = [_strip(heights, i, upright=True) for i in range(len(heights))]
    right = [_strip(widths, j, upright=False) for j in range(len(widths))]
    return [Sandwich(e, f) for e in left for f in right]


def _strip(sizes: Sequence[Dim], i: int, upright: bool) -> Term:
    """Strip number i of an identity that is cut into strips of these sizes: [0; I; 0] upright, or [0, I, 0]."""
    n = sizes[i]
    blocks = [T.Identity(d) if k == i else T.Zero(*((d, n) if upright else (n, d))) for k, d in enumerate(sizes)]
    if len(blocks) == 1:
        return cast(Term, blocks[0])
    return T.block([[b] for b in blocks] if upright else [blocks])


def _link(m: Term, i: int) -> Link | None:
    """What the node does to its argument number i."""
    a = m.args
    if isinstance(m, T.Product):
        left = multiply(*a[:i]) if i else cast(Term, T.Identity(m.shape[0]))
        right = multiply(*a[i + 1 :]) if a[i + 1 :] else cast(Term, T.Identity(m.shape[1]))
        return Sandwich(left, right)
    if isinstance(m, T.Transpose):
        return Flip()
    if isinstance(m, T.Hadamard):
        return Weight(entrywise_product(*a[:i], *a[i + 1 :]))
    if isinstance(m, T.Diagonal):
        return FromDiagonal()
    if isinstance(m, T.DiagonalMatrix):
        return ToDiagonal()
    if isinstance(m, T.Vec):
        return Stack()
    if isinstance(m, T.Unvec):
        return Unstack(a[0], a[1])
    if isinstance(m, T.Kronecker):
        return Tensor(a[1 - i], i == 1)
    return None


def shape_after(links: tuple[Link, ...], of: Shape) -> Shape:
    """The shape of what the links make of a matrix of this shape."""
    for link in links:
        of = link.shape(of)
    return of


def then(links: tuple[Link, ...], link: Link, of: Shape) -> tuple[Link, ...]:
    """The links followed by one more, in a form in which equal maps look alike as often as is easily possible."""
    before, last = links[:-1], links[-1] if links else None
    here = shape_after(links, of)
    if isinstance(last, Outer):
        return (*before, Outer(last.against, link.value(last.times)))
    if isinstance(link, Weight) and UNIT in here:  # on a column it is a diagonal matrix, which merges with products
        if here[1] == UNIT:
            return then(links, Sandwich(tidy(T.DiagonalMatrix(link.by)), cast(Term, T.Identity(UNIT))), of)
        eye = cast(Term, T.Identity(UNIT))
        return then(links, Sandwich(eye, tidy(T.DiagonalMatrix(transpose(link.by)))), of)
    if isinstance(link, Weight) and isinstance(last, Weight):
        return (*before, Weight(entrywise_product(link.by, last.by)))
    if isinstance(link, Sandwich) and isinstance(last, Sandwich):
        return (*before, Sandwich(multiply(link.left, last.left), multiply(last.right, link.right)))
    if isinstance(link, FromDiagonal) and isinstance(last, Flip):
        return then(before, link, of)
    if isinstance(link, FromDiagonal) and isinstance(last, ToDiagonal):
        return before
    if isinstance(link, Stack) and here[1] == UNIT:
        return links
    if isinstance(link, Flip):
        if isinstance(last, Flip):
            return before
        if isinstance(last, ToDiagonal):
            return links
        if isinstance(last, Sandwich):
            turned = Sandwich(transpose(last.right), transpose(last.left))
            return then(then(before, link, of), turned, of)
        if isinstance(last, Weight):
            return then(then(before, link, of), Weight(transpose(last.by)), of)
    return (*links, link)


def _for_column(t: LinearTerm, of: Shape) -> LinearTerm:
    """For a column z: L z^T R is L R^T z if R is a column, and 1 x 1 factors are scalars."""
    c, links = t
    if len(links) > 1 and isinstance(links[0], Flip) and isinstance(links[1], Sandwich) and of[1] == UNIT:
        left, right = links[1]
        if left.shape[1] == UNIT and right.shape[1] == UNIT:
            links = (Sandwich(multiply(left, transpose(right)), cast(Term, T.Identity(UNIT))), *links[2:])
    out: list[Link] = []
    for link in links:
        if isinstance(link, Sandwich):
            parts = []
            for side in link:
                s, rest = split_scalar(side)
                if is_scalar_matrix(rest):
                    s, rest = scalar_product(s, tidy(T.Trace(rest))), cast(Term, T.Identity(UNIT))
                c = scalar_product(c, s)
                parts.append(rest)
            link = Sandwich(*parts)
            if all(isinstance(p, T.Identity) for p in parts):
                continue
        out.append(link)
    return LinearTerm(c, tuple(out))


Slot = tuple[int, str]


def _with_sandwich(t: LinearTerm, of: Shape) -> LinearTerm:
    """The letter itself as I U I, so that it can be added to A U B."""
    eyes = Sandwich(*(cast(Term, T.Identity(d)) for d in of))
    return t if t.links else t._replace(links=(eyes,))


def merge(terms: list[LinearTerm], of: Shape) -> list[LinearTerm]:
    """Terms that differ in one factor of one link, added: first those with equal right factors. Terms of rank one stay,
    so that u*v' + v*u' looks symmetric."""
    if any(t.links and isinstance(t.links[0], Sandwich) for t in terms):
        terms = [_with_sandwich(t, of) for t in terms]
    for field in ("right", "left", "by"):
        places = sorted({(i, field) for t in terms for i, x in enumerate(t.links) if hasattr(x, field)}, reverse=True)
        for place in places:
            terms = _merge_at(terms, place)
    return terms


def _merge_at(terms: list[LinearTerm], place: Slot) -> list[LinearTerm]:
    """Adds up the terms that agree but for this factor. `right` groups by equal right factors, so the left is added."""
    i, field = place
    added = {"right": "left", "left": "right"}.get(field, field)
    groups: dict[object, list[LinearTerm]] = {}
    for n, t in enumerate(terms):
        link = t.links[i] if i < len(t.links) else None
        if link is None or not hasattr(link, added):
            groups[n] = [t]
            continue
        rest = tuple(x for name, x in zip(link._fields, link, strict=True) if name != added)
        others = tuple((type(x), x) for x in (*t.links[:i], *t.links[i + 1 :]))  # tuples alone do not say their class
        groups.setdefault((len(t.links), type(link), rest, others), []).append(t)
    out = []
    for group in groups.values():
        if len(group) == 1:
            out.append(group[0])
            continue
        total = add(*(scale(t.coefficient, getattr(t.links[i], added)) for t in group))
        c, total = split_scalar(total)
        if not isinstance(total, T.Zero):
            first = group[0].links
            link = cast(Any, first[i])._replace(**{added: total})
            same = isinstance(link, Sandwich) and all(isinstance(x, T.Identity) for x in link)
            out.append(LinearTerm(c, (*first[:i], *(() if same else (link,)), *first[i + 1 :])))
    return out
