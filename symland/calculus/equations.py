"""Consequences of equations between matrices: a bounded search for cofactors, so that `ring` and `network` prove them.

Equations u = v become rules of `calculus.rewriting`, and the equations of inverses and pseudoinverses with them. Only
proposals: a normal form of the kernel checks every use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, cast

from symland.calculus.consequences import consequences, entrywise_tidy, values_of_functions
from symland.calculus.factoring import polished
from symland.calculus.prover import Path, Prover, at
from symland.calculus.rewriting import (
    MAX_ROUNDS,
    Key,
    Monomial,
    Multiple,
    Poly,
    Rule,
    Rules,
    Word,
    accumulate,
    combination,
    divides,
    flipped,
    marks,
    order,
    put,
    turned,
    without,
)
from symland.calculus.simplify import add, multiply, scalar_product, scale, tidy
from symland.errors import StepRejected
from symland.language import statements as S
from symland.language import terms as T
from symland.language.nodes import Binder, Node
from symland.language.notation import show
from symland.language.terms import Term
from symland.proof.normal_form.words import Coefficient, Words

MAX_RELATIONS = 600  # between the monomials of a scalar
POLYNOMIAL = (T.Sum, T.Product, T.Scale, T.Transpose, T.Trace, T.Inner, T.SquaredNorm, T.Power)


class _Relation(NamedTuple):
    """A scalar polynomial that is zero: `rest` times the multiples of equations, under a trace with `after`."""

    of: Equations
    poly: Poly
    multiples: tuple[Multiple, ...]
    after: Word
    rest: Monomial

    def cofactors(self, c: Fraction) -> list[dict[str, Any]]:
        """c times the polynomial, as entries of a `ring` step."""
        return [self.of.traced(m, self.after, self.rest, c) for m in self.multiples]


class _Readable(Words):
    """Words that know what each atom stands for."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[Any] = []

    def atom(self, key: Any) -> int:
        number = super().atom(key)
        if number == len(self.keys):
            self.keys.append(key)
        return number


class Equations:
    """Equations that a prover has shown, at work as rules. `ids` are steps that say equations, or that matrices are
    invertible or positive semidefinite, or that scalars are not zero. Inverses, pseudoinverses and reciprocals that
    occur in them or in `terms` bring their own equations, inverses and reciprocals where a hypothesis or a step says
    that there is one."""

    def __init__(self, prover: Prover, ids: Iterable[str] = (), terms: Iterable[Node] = ()) -> None:
        self.prover = prover
        self.words = _Readable()
        self.system = Rules()
        ids = list(dict.fromkeys(ids))
        nodes = [prover.statement(id) for id in ids] + list(terms)
        known = {prover.statement(id): id for id in ids}
        for name, h in prover.hypotheses.items():
            if isinstance(h, S.Invertible) and h not in known:
                known[h] = prover.hyp(name)
        equations = [entrywise_tidy(prover, id) for id in ids if isinstance(prover.statement(id), S.Eq)]
        for id in [*equations, *consequences(prover, nodes, known)]:
            self._enter(id)
        self.system.complete()

    # -- rules -----------------------------------------------------------------------------------------------
    def _enter(self, id: str) -> None:
        u, v = self.prover.statement(id).args
        if u.is_scalar:
            poly: Poly = {(m, ()): c for m, c in self.words.difference(u, v).items()}
            self._add_scalar(poly, Multiple(Fraction(1), (), (), id, False, ()))
            return
        poly = self.words.difference(u, v)
        self.system.add(poly, (Multiple(Fraction(1), (), (), id, False, ()),))
        back = {(m, flipped(w)): c for (m, w), c in poly.items()}
        if back != poly:
            self.system.add(back, (Multiple(Fraction(1), (), (), id, True, ()),))

    def _add_scalar(self, poly: Poly, multiple: Multiple) -> None:
        lead = max(poly, key=order, default=None)
        if lead is not None and lead[0]:
            c = Fraction(poly[lead])
            monic: Poly = {k: e / c for k, e in poly.items()}
            self.system.scalars.append(Rule(lead, monic, (multiple._replace(times=1 / c),)))

    # -- normal forms ----------------------------------------------------------------------------------------
    def _reduced_scalar(self, poly: Poly) -> tuple[Poly, list[dict[str, Any]]]:
        """A scalar polynomial under the rules, where they make its monomials smaller, and cofactors."""
        todo, out, used = dict(poly), dict[Key, Coefficient](), list[tuple[_Relation, Fraction]]()
        for _ in range(MAX_ROUNDS):
            if not todo:
                break
            key = max(todo, key=self._size)
            relation = next((r for r in self._relations(key) if self._is_smaller(r.poly, key)), None)
            if relation is None:
                out[key] = todo.pop(key)
                continue
            c = Fraction(todo[key]) / relation.poly[key]
            accumulate(todo, relation.poly, -c, (), (), ())
            used.append((relation, c))
        return {**out, **todo}, [entry for r, c in used for entry in r.cofactors(c)]

    def _vanishing(self, poly: Poly) -> list[dict[str, Any]] | None:
        """Cofactors that show a scalar polynomial to be zero, by linear algebra over what the rules say of its
        monomials and of those that they lead to; None if that does not suffice."""
        relations, seen, frontier = list[_Relation](), set[Key](), list(poly)
        while frontier and len(relations) < MAX_RELATIONS:
            key = frontier.pop(0)
            if key in seen:
                continue
            seen.add(key)
            for relation in self._relations(key):
                relations.append(relation)
                frontier.extend(k for k in relation.poly if k not in seen)
        found = combination(poly, [r.poly for r in relations])
        if found is None:
            return None
        return [entry for r, c in zip(relations, found, strict=True) if c for entry in r.cofactors(c)]

    def _is_smaller(self, poly: Poly, key: Key) -> bool:
        """Whether the polynomial has the monomial, and no other one that is not smaller."""
        return key in poly and all(self._size(k) < self._size(key) for k in poly if k != key)

    def _size(self, key: Key) -> tuple[int, tuple[Word, ...], Monomial]:
        """An order on scalar monomials: the letters under traces first."""
        keys = [self.words.keys[a] for a in key[0]]
        traced = sorted((k[1] for k in keys if isinstance(k, tuple) and k[0] == "trace"), reverse=True)
        return (sum(map(len, traced)) + len(keys) - len(traced), tuple(traced), key[0])

    def _relations(self, key: Key) -> Iterator[_Relation]:
        """What the rules say of a scalar monomial: polynomials that contain it and are zero."""
        for rule in self.system.scalars:
            if divides(rule.lead[0], key[0]):
                rest = without(key[0], rule.lead[0])
                poly: Poly = {}
                accumulate(poly, rule.poly, Fraction(1), rest, (), ())
                yield _Relation(self, poly, rule.multiples, (), rest)
        for atom in key[0]:
            trace = self.words.keys[atom]
            if not (isinstance(trace, tuple) and trace[0] == "trace"):
                continue
            others = without(key[0], (atom,))
            for word in turned(trace[1]):
                for rule in self.system.rules:
                    m, w = rule.lead
                    if word[: len(w)] == w and divides(m, others):
                        rest, after = without(others, m), word[len(w) :]
                        poly = {}
                        for (mono, v), e in rule.poly.items():
                            for traced, f in self._trace_of((*v, *after), word).items():
                                put(poly, (tuple(sorted((*rest, *mono, *traced))), ()), e * f)
                        if poly:
                            yield _Relation(self, poly, rule.multiples, after, rest)

    def _trace_of(self, word: Word, like: Word) -> dict[Monomial, Coefficient]:
        """The trace of a word as a scalar; for the empty word the dimension at which `like` begins."""
        if word:
            return {(self.words.atom(("trace", self.words.cyclic(word))),): 1}
        n = self._letter(like[0]).shape[0]
        return dict(self.words.scalar(cast(Node, T.DimScalar(n))))

    def traced(self, m: Multiple, after: Word, rest: Monomial, c: Fraction) -> dict[str, Any]:
        """c rest tr(multiple after) as a cofactor, since tr(gap W) = <W^T, gap>; for a scalar equation c rest times
        it."""
        u = self.prover.statement(m.equation).args[0]
        times = self.scalar_term({(tuple(sorted((*rest, *m.monomial))), ()): c * m.times})
        entry: dict[str, Any] = {"eq": m.equation, "times": times}
        if u.is_matrix:
            weight = flipped((*m.right, *after, *m.left))
            entry["with"] = self._word(weight, *(u.shape[::-1] if m.flipped else u.shape))
            if m.flipped:
                entry["transpose"] = True
        return entry

    # -- terms -----------------------------------------------------------------------------------------------
    def _letter(self, code: int) -> Term:
        key = self.words.keys[code // 2]
        if isinstance(key, Node):
            term = cast(Term, key)
        elif key[0] == "kron":
            _, v, w, (a, b) = key
            term = cast(Term, T.Kronecker(self._word(v, *a), self._word(w, *b)))
        else:
            term = cast(Term, T.Vec(self._word(key[1], *key[2])))
        return term.T if code % 2 else term

    def _word(self, word: Word, rows: Any, columns: Any) -> Term:
        if not word:
            return cast(Term, T.Identity(rows))
        return T.product(*(self._letter(code) for code in word))

    def _scalar_atom(self, number: int) -> Term:
        key = self.words.keys[number]
        if isinstance(key, Node):
            return cast(Term, key)
        if key[0] == "dim":
            from symland.language.index import Dim

            name, index = key[1]
            return cast(Term, T.DimScalar(Dim.of(name) if index is None else Dim.member(name, index)))
        if key[0] == "index":
            from symland.language.index import Index

            return cast(Term, T.IndexScalar(Index.var(key[1])))
        word = key[1]
        half, odd = divmod(len(word), 2)
        if not odd and word[half:] == flipped(word[:half]):
            back = word[half:]
            return cast(Term, T.SquaredNorm(self._word(min(back, flipped(back), key=marks), None, None)))
        return cast(Term, T.Trace(self._word(word, None, None)))

    def scalar_term(self, poly: Poly) -> Term:
        """The scalar with the normal form."""
        parts = [
            scalar_product(cast(Term, T.Number(Fraction(c))), *(self._scalar_atom(a) for a in m))
            for (m, _), c in poly.items()
        ]
        return add(*parts) if parts else T.number(0)

    def term(self, poly: Poly, shape: Any) -> Term:
        """The matrix of this shape with the normal form."""
        if not poly:
            return cast(Term, T.Zero(*shape))
        return add(*(scale(self.scalar_term({(m, ()): c}), self._word(w, *shape)) for (m, w), c in poly.items()))

    def _cofactors(self, used: Iterable[Multiple], shape: Any) -> list[dict[str, Any]]:
        """The multiples as entries of a `ring` step between matrices of this shape."""
        out = []
        for m in used:
            entry: dict[str, Any] = {"eq": m.equation}
            if self.prover.statement(m.equation).args[0].is_scalar:
                out.append({**entry, "times": self.term({(m.monomial, m.left + m.right): m.times}, shape)})
                continue
            if m.flipped:
                entry["transpose"] = True
            if m.left:
                entry["left"] = self._word(m.left, None, None)
            if m.right:
                entry["right"] = self._word(m.right, None, None)
            times = self.scalar_term({(m.monomial, ()): m.times})
            out.append({**entry, "times": times} if times is not T.number(1) else entry)
        return out

    # -- what a caller uses ----------------------------------------------------------------------------------
    def normal(self, term: Term) -> tuple[Term, list[dict[str, Any]]]:
        """The term with as many rules used as possible, and cofactors for a step that says so; the same matrix where no
        rule applies."""
        if term.is_scalar:
            poly, using = self._reduced_scalar({(m, ()): c for m, c in self.words.scalar(term).items()})
            return self.scalar_term(poly), using
        reduced, used = self.system.reduced(self.words.matrix(term))
        return (self.term(reduced, term.shape), self._cofactors(used, term.shape)) if used else (term, [])

    def difference(self, a: Term, b: Term) -> list[dict[str, Any]] | None:
        """Cofactors that prove a = b as words and traces; None if none were found."""
        if a.is_scalar:
            return self._vanishing({(m, ()): c for m, c in self.words.difference(a, b).items()})
        reduced, used = self.system.reduced(self.words.difference(a, b))
        return None if reduced else self._cofactors(used, a.shape)

    def prove(self, a: Term, b: Term) -> str | None:
        """The step that says a = b; None if no cofactors were found."""
        using = self.difference(a, b)
        return None if using is None else self.prover.ring(a, b, using)

    def simplify(self, id: str, path: Path) -> str:
        """The statement with the term at the path as small as the rules make it: inside functions, norms, entrywise and
        Kronecker products first, then as a whole."""
        term = at(self.prover.statement(id), path)
        if isinstance(term, Binder) or not isinstance(term, Term):
            return id
        for place in reversed(list(_inside(term))):
            id = self.simplify(id, (*path, *place))
        id = values_of_functions(self.prover, id, path)
        term = at(self.prover.statement(id), path)
        new, using = self.normal(term)
        if term.is_matrix or len(show(new)) < len(show(term)):
            id = self._turned(id, path, new, using)
        return self._turned(id, path, _finished(at(self.prover.statement(id), path)), ())

    def expand(self, id: str, path: Path) -> str:
        """The statement with the matrix at the path written out as a sum of products, Kronecker products multiplied
        factor by factor, so that rules apply."""
        term = at(self.prover.statement(id), path)
        return self._turned(id, path, _mixed_products(tidy(self.term(self.words.matrix(term), term.shape))), ())

    def _turned(self, id: str, path: Path, new: Term, using: Sequence[Mapping[str, Any]]) -> str:
        """The statement with the new term at the path; as it was where no normal form shows that the two are equal."""
        try:
            return self.prover.turn(id, path, new, using)
        except StepRejected:
            return id

    def prove_contradiction(self) -> str | None:
        """The step that says I = 0, which no matrix fulfills; None if the equations do not give it."""
        rule = self.system.contradiction
        if rule is None:
            return None
        first = rule.multiples[0]
        rows = self.prover.statement(first.equation).args[0].shape[1 if first.flipped else 0]
        if first.left:
            rows = self._letter(first.left[0]).shape[0]
        eye, zero = cast(Term, T.Identity(rows)), cast(Term, T.Zero(rows, rows))
        return self.prover.ring(eye, zero, self._cofactors(rule.multiples, eye.shape))


def _inside(term: Node, here: Path = ()) -> Iterator[Path]:
    """Where parts stand that are simplified by themselves: arguments of what is no polynomial in matrices, and the
    matrices in a scalar."""
    if isinstance(term, (T.Inverse, T.Pseudoinverse)):
        return
    for k, a in enumerate(term.args):
        if isinstance(a, Term):
            if isinstance(term, POLYNOMIAL) and a.is_scalar == term.is_scalar:
                yield from _inside(a, (*here, k))
            elif not isinstance(a, T.Number):
                yield (*here, k)


def _mixed_products(t: Term) -> Term:
    """The sum of products with (A (x) B)(C (x) D) = (A*C) (x) (B*D) used in each."""
    if isinstance(t, (T.Sum, T.Scale)):
        return cast(Term, t.make(*(_mixed_products(a) if a.is_matrix else a for a in t.args)))
    if not isinstance(t, T.Product):
        return t
    out: list[Term] = []
    for f in t.args:
        before = out[-1] if out else None
        if isinstance(before, T.Kronecker) and isinstance(f, T.Kronecker):
            (a, b), (c, d) = before.args, f.args
            if a.shape[1] == c.shape[0] and b.shape[1] == d.shape[0]:
                out[-1] = cast(Term, T.Kronecker(multiply(a, c), multiply(b, d)))
                continue
        out.append(f)
    return T.product(*out)


def _finished(term: Term) -> Term:
    return polished(term) if term.is_matrix else tidy(term)
