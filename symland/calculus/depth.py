"""Symbolic depth: the derivative of products and sums over an index, such as `prod(i, L..1, I + A[i])` with respect to
one of the letters A[l].

A product or sum is split where the letter stands, and the rest does not contain it, which the kernel sees by order
facts. A sum all of whose terms contain the letter is differentiated term by term.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from symland.calculus.adjoint import coefficient, gradient_of_linear
from symland.calculus.differential import push
from symland.calculus.linear import Sandwich, contains, linear_terms
from symland.calculus.prover import RIGHT, Path, Prover, at
from symland.calculus.simplify import add, scale, split_number, tidy
from symland.errors import AssumptionMissing, NoRule
from symland.language import terms as T
from symland.language.index import PLACE, Dim, Index
from symland.language.nodes import Binder, Family, Lambda, Node, walk
from symland.language.notation import bound_name, unused_names
from symland.language.statements import ForAll, NonNeg, entries_of
from symland.language.terms import Term
from symland.proof.scope import is_closed


def ranges(node: Node, family: Family) -> list[tuple[Index, Index]]:
    """low..high for every chain of the family in the node, and for every member at the variable of a binder."""
    out = []
    for n in walk(node):
        if isinstance(n, T.Chain) and n.family == family:
            out.append((n.bottom, n.top))
        if isinstance(n, Binder):
            out.extend((n.lo + shift, n.hi + shift) for shift in shifts(n, family))
    return [(low, high) for low, high in out if is_closed(low.variables | high.variables)]


def shifts(binder: Binder, family: Family) -> list[int]:
    """The constants c for which the member at i + c occurs in the body, i the variable of the binder."""
    here = [n.index for n in walk(binder.args[2]) if isinstance(n, T.Member) and n.family == family]
    found = {(index - Index.var(binder.var)).value for index in here}
    return sorted(c for c in found if c is not None)


def assume_inside(prover: Prover, node: Node, w: T.Member) -> None:
    """Adds that the letter's index lies in the ranges of its family, except in those that it is known to miss."""
    for low, high in ranges(node, w.family):
        if not (_known(prover, low - w.index - 1) or _known(prover, w.index - high - 1)):
            for e in (NonNeg(w.index - low), NonNeg(high - w.index)):
                prover.assume(repr(e), e)


def may_be_inside(node: Node, w: T.Member) -> bool:
    """Whether a range of the letter's family in the node is not known to miss its index."""
    gaps = [(w.index - low, high - w.index) for low, high in ranges(node, w.family)]
    return any(all(g.value is None or g.value >= 0 for g in pair) for pair in gaps)


def binder_derivative(prover: Prover, id: str, path: Path) -> str:
    """One step towards the derivative, at the path, of a product or sum over an index."""
    t, w, v = at(prover.statement(id), path).args
    place = _place(prover, t, w)
    if isinstance(t, T.OrderedProduct) and place is not None and len(shifts(t, w.family)) == 1:
        return prover.rewrite_by(id, path, product_derivative(prover, t, w, v, place))
    if place is not None:
        return split(prover, id, (*path, 0), place)
    if isinstance(t, T.BoundedSum):
        return prover.rewrite_by(id, path, sum_derivative(prover, t, w, v))
    raise NoRule(
        f"no rule for the derivative of {t!r} with respect to {w!r}: it has to be known which factor contains it",
        node=t,
        module="symland.calculus.depth",
    )


def _place(prover: Prover, t: Binder, w: Term) -> Index | None:
    """The index of a factor or term that contains the letter, as a member at the variable of the binder."""
    if not isinstance(w, T.Member):
        return None
    for c in shifts(t, w.family):
        place = w.index - c
        if _known(prover, place - t.lo) and _known(prover, t.hi - place):
            return place
    return None


def _known(prover: Prover, e: Index) -> bool:
    try:
        prover.nonneg(e)
    except AssumptionMissing:
        return False
    return True


def split(prover: Prover, id: str, path: Path, place: Index) -> str:
    """The product or sum at the path split at one factor or term."""
    t: Any = at(prover.statement(id), path)
    indices = {"a": t.lo, "b": t.hi, "l": place}
    if isinstance(t, T.OrderedProduct):
        dims: Any = {"n": (PLACE, t.rows_at(Index.var(PLACE)))}
        return prover.rewrite(id, path, "ordered_split", families={"X": members(t)}, indices=indices, dims=dims)
    if t.is_matrix:
        dims = dict(zip("pq", t.shape, strict=True))
        return prover.rewrite(id, path, "sum_split_matrix", families={"M": members(t)}, indices=indices, dims=dims)
    row = "sum_split" if isinstance(t, T.BoundedSum) else "product_split"
    return prover.rewrite(id, path, row, families={"F": members(t)}, indices=indices)


def members(t: Binder) -> Lambda:
    """The body as what takes the place of a family of letters."""
    var = bound_name(t)
    return Lambda(var, t.at(Index.var(var)))


def product_derivative(prover: Prover, t: T.OrderedProduct, w: T.Member, v: Term, place: Index) -> str:
    """The id of `D(prod(i, b..a, A(i)); w, v) = prod(i, b..p+1, A(i)) D(A(p); w, v) prod(i, p-1..a, A(i))`, where the
    factor A(p) alone contains w.

    Proved once with the ends a, b free, under a <= p <= b, and instantiated. Source: the rule PROD.
    """
    names = prover.lemma_indices()
    a, b = (Index.var(n) for n in names)
    prover.assume(f"{place} >= {a}", NonNeg(place - a))
    prover.assume(f"{b} >= {place}", NonNeg(b - place))
    var, body = members(t)
    id = prover.refl(cast(Term, T.D(T.OrderedProduct.over(var, a, b, body), w, v)))
    id = split(prover, id, (*RIGHT, 0), place)
    id = push(prover, id, RIGHT)
    id = prover.turn(id, RIGHT, tidy(at(prover.statement(id), RIGHT)))
    return prover.spec(id, indices={names[0]: t.lo, names[1]: t.hi})


def sum_derivative(prover: Prover, t: T.BoundedSum, w: Term, v: Term) -> str:
    """The id of `D(sum(i, a..b, s(i)); w, v) = <sum(i, a..b, G(i)), v>`, where `D(s(i); w, v) = <G(i), v>`; for a
    scalar letter the right side is v times the sum of the slopes. For matrices s(i) it is `unvec(sum(i, a..b, J(i)) vec
    v)`, where `D(s(i); w, v) = unvec(J(i) vec v)`."""
    i, facts = _index_of_terms(prover, t, w, v)
    body = cast(Term, t.at(i))
    each = prover.refl(cast(Term, T.D(body, w, v)))
    each = sums_as_maps(prover, push(prover, each, RIGHT), v) if v.is_matrix else push(prover, each, RIGHT)
    each = _for_all_terms(prover, each, t, str(i), set(facts.values()))
    each = collect_sum(prover, _tidied(prover, each), t, i, facts, v)
    id = prover.refl(cast(Term, T.D(t, w, v)))
    row, letter = ("d_bounded_sum_matrix", "M") if t.is_matrix else ("d_bounded_sum", "F")
    families, indices = {letter: Lambda(str(i), body)}, {"a": t.lo, "b": t.hi}
    id = prover.rewrite(id, RIGHT, row, families=families, indices=indices, dims=_dims("pq", t), w=w, v=v)
    return prover.rewrite_by(id, RIGHT, each)


def sums_as_maps(prover: Prover, id: str, v: Term) -> str:
    """The statement with every sum on its right side that contains the direction v as one linear map of v."""
    while True:
        path = _sum_with(at(prover.statement(id), RIGHT), v)
        if path is None:
            return id
        id = prover.rewrite_by(id, RIGHT + path, linear_sum(prover, at(prover.statement(id), RIGHT + path), v))


def sums_as_gradients(prover: Prover, id: str, v: Term) -> str:
    """The statement, whose right side is a scalar linear in the direction v, with `<sum(i, a..b, G(i)), v>` for what
    contains a sum of matrices with v in them."""
    form = cast(Term, at(prover.statement(id), RIGHT))
    sums = list(dict.fromkeys(t for _, t in _sums(form) if contains(t, v)))
    if not sums:
        return id
    none: dict[Node, Term] = {t: cast(Term, T.Zero(*t.shape)) for t in sums}
    parts = []
    for t in sums:
        letter = T.matrix(next(unused_names(form, ("M", "N"))), *t.shape)
        parts.append(gradient_of_linear(tidy(_replaced(form, {**none, t: letter})), letter))
    rest = tidy(_replaced(form, none))
    terms = [cast(Term, T.Inner(g, t)) for g, t in zip(parts, sums, strict=True)]
    id = prover.turn(id, RIGHT, T.total(*terms, rest) if contains(rest, v) else T.total(*terms))
    for k, (g, t) in enumerate(zip(parts, sums, strict=True)):
        path: Path = RIGHT + ((k,) if isinstance(at(prover.statement(id), RIGHT), T.Sum) else ())
        i, facts = _index_of_terms(prover, t, v, g)
        families, indices = {"M": Lambda(str(i), t.at(i))}, {"a": t.lo, "b": t.hi}
        id = prover.rewrite(id, path, "inner_sum", A=g, families=families, indices=indices)
        inside = cast(T.BoundedSum, at(prover.statement(id), path))
        each = _tidied(prover, prover.refl(cast(Term, inside.at(i))))
        id = prover.rewrite_by(id, path, collect_sum(prover, each, inside, i, facts, v))
    return id


def _replaced(t: Node, new: Mapping[Node, Term]) -> Term:
    """The node with these parts replaced, wherever they stand under no binder."""
    if t in new:
        return new[t]
    if isinstance(t, Binder):
        return cast(Term, t)
    return cast(Term, t.make(*(_replaced(a, new) if isinstance(a, Node) else a for a in t.args)))


def numbers_out(prover: Prover, id: str, path: Path) -> str:
    """The statement with numbers taken out of the sums below the path."""
    while True:
        found = _sums(at(prover.statement(id), path))
        places = [p for p, t in found if split_number(cast(Term, t.at(Index.var(bound_name(t)))))[0] != 1]
        if not places:
            return id
        place = places[0]
        t = at(prover.statement(id), path + place)
        i, facts = _index_of_terms(prover, t)
        value, rest = split_number(cast(Term, t.at(i)))
        c = cast(Term, T.Number(value))
        each = prover.turn(prover.refl(cast(Term, t.at(i))), RIGHT, T.times(c, rest))
        each = prover.emit("sum_mono", {"from": each, "var": str(i), "lo": t.lo, "hi": t.hi, **facts, "binder": "sum"})
        letter, row = ("M", "sum_factor_matrix") if t.is_matrix else ("F", "sum_factor")
        dims = _dims("pq", t) if t.is_matrix else {}
        families, indices = {letter: Lambda(str(i), rest)}, {"a": t.lo, "b": t.hi}
        each = prover.rewrite(each, RIGHT, row, families=families, indices=indices, dims=dims, c=c)
        id = prover.rewrite_by(id, path + place, each)


def _sum_with(t: Node, v: Term) -> Path | None:
    """The path of a sum that contains the letter."""
    return next((path for path, s in _sums(t) if contains(s, v)), None)


def _sums(t: Node, here: Path = ()) -> Iterator[tuple[Path, T.BoundedSum]]:
    """The sums below a node that stand under no binder, with their paths."""
    if isinstance(t, T.BoundedSum):
        yield here, t
    elif not isinstance(t, Binder):
        for k, a in enumerate(t.args):
            if isinstance(a, Node):
                yield from _sums(a, (*here, k))


def linear_sum(prover: Prover, t: T.BoundedSum, v: Term) -> str:
    """The id of `sum(i, a..b, M(i)) = unvec(sum(i, a..b, J(i)) vec v)`, for matrices M(i) that are linear in v."""
    i, facts = _index_of_terms(prover, t, v)
    return collect_sum(prover, _tidied(prover, prover.refl(cast(Term, t.at(i)))), t, i, facts, v)


def _tidied(prover: Prover, id: str) -> str:
    return prover.turn(id, RIGHT, tidy(at(prover.statement(id), RIGHT)))


def collect_sum(prover: Prover, each: str, t: T.BoundedSum, i: Index, facts: Mapping[str, str], v: Term) -> str:
    """From `u(i) = s(i)` for every term, with s(i) linear in v, the sum of all u(i) as one linear map of v."""
    var, found = str(i), _applied(at(prover.statement(each), RIGHT), v)
    each = prover.turn(each, RIGHT, found.term)
    each = prover.emit("sum_mono", {"from": each, "var": var, "lo": t.lo, "hi": t.hi, **facts, "binder": "sum"})
    bindings: dict[str, Any] = {
        "families": {"F" if found.slope.is_scalar else "M": Lambda(var, found.slope)},
        "indices": {"a": t.lo, "b": t.hi},
        "dims": found.dims,
        found.letter: found.argument,
    }
    return prover.rewrite(each, RIGHT, found.row, **bindings)


class _Applied(NamedTuple):
    """A term as a linear map, its slope, of an argument; the row that takes the argument out of a sum of such terms,
    its name there, and what the dimensions of the row stand for."""

    row: str
    term: Term
    slope: Term
    letter: str
    argument: Term
    dims: dict[str, Dim]


def _applied(form: Term, v: Term) -> _Applied:
    """A term that is linear in v as such a map."""
    used, shape = contains(form, v), v.shape or form.shape
    nil = cast(Term, T.Zero(*shape)) if shape else T.number(0)
    if v.is_scalar:
        slope = coefficient(form, v) if used else nil
        row = "sum_factor_matrix" if form.is_matrix else "sum_factor"
        return _Applied(row, T.times(v, slope), slope, "c", v, _dims("pq", slope))
    if form.is_scalar:
        slope = gradient_of_linear(form, v) if used else nil
        return _Applied("sum_inner", cast(Term, T.Inner(slope, v)), slope, "B", v, _dims("pq", slope))
    terms = linear_terms(form, v) if used else []
    if len(terms) == 1 and all(isinstance(x, Sandwich) for x in terms[0].links[:1]) and len(terms[0].links) < 2:
        c, links = terms[0]
        left, right = cast(Sandwich, links[0]) if links else (T.Identity(n) for n in v.shape)
        if isinstance(right, T.Identity):
            slope = scale(c, left)
            return _Applied("sum_factor_right", T.product(slope, v), slope, "B", v, _dims("pq", slope))
        if isinstance(left, T.Identity):
            slope = scale(c, right)
            return _Applied("sum_factor_left", T.product(v, slope), slope, "A", v, _dims("qr", slope))
    blocks = [x.matrix(v.shape) for x in terms]
    slope = tidy(add(*blocks)) if blocks else cast(Term, T.Zero(entries_of(form), entries_of(v)))
    column = cast(Term, T.Vec(v))
    term = cast(Term, T.Unvec(*form.shape, T.product(slope, column)))
    return _Applied("sum_linear_map", term, slope, "B", column, _dims("pq", form))


def _dims(names: str, t: Term) -> dict[str, Dim]:
    return dict(zip(names, t.shape, strict=False))


def _index_of_terms(prover: Prover, t: Binder, *letters: Term) -> tuple[Index, dict[str, str]]:
    """A new index for the terms of a sum, and the names of the order facts of its range."""
    if not _known(prover, t.hi - t.lo + 1):
        fact = NonNeg(t.hi - t.lo + 1)
        prover.assume(repr(fact), fact)
    i = Index.var(_unused_index(prover, t, *letters))
    bounds = {"low": NonNeg(i - t.lo), "high": NonNeg(t.hi - i)}
    return i, {key: prover.assume(repr(e), e) for key, e in bounds.items()}


def _for_all_terms(prover: Prover, id: str, t: Binder, var: str, bounds: set[str]) -> str:
    """The statement with every condition on one term, such as invertible(A[i]), as an instance of the condition on all
    terms."""
    discharge = {}
    for name in sorted(prover.deps(id) - bounds):
        condition = prover.hypotheses[name]
        if var in condition.free_indices:
            everywhere = ForAll.over(var, t.lo, t.hi, condition)
            instance = prover.all_at(prover.hyp(prover.assume(repr(everywhere), everywhere)), Index.var(var))
            discharge[name] = {"theorem": instance}
    return prover.spec(id, discharge) if discharge else id


def _unused_index(prover: Prover, *nodes: Node) -> str:
    """A name for an index that neither the nodes nor a hypothesis uses."""
    taken = {x for h in prover.hypotheses.values() for x in h.free_indices}
    taken |= {x for n in nodes for x in n.free_indices}
    return next(unused_names(nodes[0], taken=taken))


def unfolded(prover: Prover, term: Term) -> str:
    """The id of `term = tidy term`, with its products of literal length written out; empty if it is tidy already.

    Proved with letters for the factors of ordered products and instantiated: products of sums are not multiplied out.
    """
    bodies = {n.args[2]: n for n in _ordered_products(term) if n.rows_at(Index.var(PLACE)).variables <= {PLACE}}
    names = unused_names(term, ("B", "C", "F", "G", "H"))
    letters = {body: _letters(name, product) for (body, product), name in zip(bodies.items(), names, strict=False)}
    id = prover.tidied(cast(Term, _with_letters(term, letters)))
    if not id or not letters:
        return id
    return prover.spec(id, families={letters[body].name: members(product) for body, product in bodies.items()})


def _ordered_products(node: Node) -> list[T.OrderedProduct]:
    """The ordered products in the node that stand under no other binder."""
    if isinstance(node, Binder):
        return [node] if isinstance(node, T.OrderedProduct) else []
    return [p for c in node.children for p in _ordered_products(c)]


def _letters(name: str, product: T.OrderedProduct) -> Family:
    """A family of letters of the shapes of the factors."""
    place = Index.var(PLACE)
    return Family(name, (product.rows_at(place), product.rows_at(place - 1)))


def _with_letters(node: Node, letters: Mapping[Node, Family]) -> Node:
    """The node with letters for the factors of its ordered products."""
    if isinstance(node, T.OrderedProduct) and node.args[2] in letters:
        return cast(Node, T.OrderedProduct.over("i", node.lo, node.hi, letters[node.args[2]]["i"]))
    if isinstance(node, Binder):
        return node
    return cast(Node, node.make(*(_with_letters(a, letters) if isinstance(a, Node) else a for a in node.args)))
