"""The closed form of the global minimizers: F[l] = C[l] C[l-1]^{-1} for the factors F[l], with C[0] = I and C[L] = M.

Under `A2: invertible(Y X^T)` every global minimizer is of this form, with C[l] the product of the first l factors; and
whatever invertible C[1], ..., C[L-1] are put in gives a global minimizer. Source: Theorem 4.2, 3 to 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from symland.calculus.prover import RIGHT, Prover
from symland.landscape.products.chains import (
    chain_identity,
    chain_invertible,
    for_all,
    induct,
    layer_facts,
    range_facts,
    unfold,
)
from symland.landscape.products.least_squares import MINUS, NORMAL, ONE, LeastSquares, Model, Proof
from symland.landscape.products.networks import Network
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Family
from symland.language.terms import Term
from symland.language.trace import Assignment

ZERO, k, l = Index.of(0), Index.var("n"), Index.var("l")


def inverse(a: Term) -> Term:
    """a^{-1}."""
    return cast(Term, T.Inverse(a))


@dataclass(frozen=True)
class ClosedForm:
    """The proofs about the closed form; square layers, symbolic depth."""

    least: LeastSquares

    @property
    def network(self) -> Network:
        return self.least.network

    @cached_property
    def eye(self) -> Term:
        return cast(Term, T.Identity(self.network.width(ONE)))

    def letters(self, name: str) -> Family:
        """Square matrices by index."""
        return T.family(name, *self.eye.shape)

    @cached_property
    def C(self) -> Family:
        return self.letters("C")

    @cached_property
    def M(self) -> Term:
        """A solution of the normal equation."""
        return T.matrix("M", *self.eye.shape)

    @cached_property
    def A1(self) -> S.Statement:
        """X has full row rank."""
        x = self.network.X
        return cast(S.Statement, S.Invertible(x * x.T))

    @cached_property
    def A2(self) -> S.Statement:
        """Y X^T is invertible."""
        return cast(S.Statement, S.Invertible(self.network.Y * self.network.X.T))

    def every(self, statement: S.Statement, lo: Index = ONE, hi: Index | None = None) -> S.Statement:
        """all l in lo..hi: statement."""
        return cast(S.Statement, S.ForAll.over("l", lo, self.network.depth if hi is None else hi, statement))

    def links(self, c: Family) -> S.Statement:
        """F[l] C[l-1] = C[l] for every layer."""
        return self.every(S.equal(self.network.factor(l) * c[l - 1], c[l]))

    @cached_property
    def point(self) -> S.Statement:
        """F[l] = C[l] C[l-1]^{-1} for every layer."""
        return self.every(S.equal(self.network.layer(l), self.layer(l)))

    def layer(self, l: Index) -> Term:
        """What layer l is in the closed form."""
        return self.network.layer_for(self.C[l] * inverse(self.C[l - 1]))

    @cached_property
    def family(self) -> dict[str, S.Statement]:
        """C[0] = I, and C[l] = F[l] C[l-1] for every layer."""
        return {"start": S.equal(self.C[0], self.eye), "links": self.links(self.C)}

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """One statement, one result."""
        proofs = {
            "family": ("the orbit family attains the value h*", "Theorem 4.2.4", self._attains),
            "orbit": ("the closed form attains the value h*", "Theorem 4.2.4", self._orbit),
            "family_point": ("the closed form is a point of the family", "Theorem 4.2.4", self._point),
            "family_invertible": ("its factors are invertible if C is", "Theorem 4.2.4", self._family_invertible),
            "family_solution": ("the family of any solution attains the value h*", "Theorem 4.2.5", self._any_solution),
            "invertible": ("if A2 holds, a minimizer has invertible factors", "Theorem 4.2.4", self._invertible),
            "whole": ("if A1 holds, all global minimizers have one product", "Theorem 4.2.4", self._whole),
            "closed_form": ("if A2 holds, every minimizer has the closed form", "Theorem 4.2.4", self._closed_form),
            "partial_invertible": ("if A2 holds, its partial products are invertible", "Theorem 4.2.4", self._partial),
            "unique": ("the closed form of a point is unique", "Theorem 4.2.4", self._unique),
            "needs_A2": ("if A1 holds, minimizers with invertible factors need A2", "Theorem 4.2.3", self._needs_A2),
            "rank": ("minimizers with invertible factors need $rank(Y X^T) = rank(X)$", "Theorem 4.2.3", self._rank),
            "position": ("a solution as any one factor attains the value h*", "Theorem 4.2.6", self._position),
        }  # fmt: skip
        return tuple(self.least.proved(name, title, source, proof()) for name, (title, source, proof) in proofs.items())

    # -- models ----------------------------------------------------------------------------------------------
    @cached_property
    def points_model(self) -> Model:
        """C[0] := I, the other C[l] free, and the layers of the closed form."""
        return (
            Assignment("set", self.C[0], self.eye),
            Assignment("set", self.network.layer(l), self.layer(l), over=("l", ONE, self.network.depth)),
        )

    # -- the family ------------------------------------------------------------------------------------------
    def products(self, p: Prover, c: Family, start: str, links: str) -> str:
        """The step `F[n]*...*F[1] = C[n]` for 0 <= n <= L, from the hypotheses that C starts at I and is linked."""
        n, phi = self.network, f"phi: {c.name}"
        facts = range_facts(p, k, ZERO, n.depth)
        p.assume(phi, S.equal(n.chain(k, ONE), c[k]))
        base = unfold(p, n, p.refl(n.chain(ZERO, ONE)), RIGHT, "empty", indices={"a": ONE})
        base = p.rewrite_by(base, RIGHT, p.hyp(start), reverse=True)
        step = unfold(p, n, p.refl(n.chain(k + 1, ONE)), RIGHT, "top", indices={"b": k + 1, "a": ONE})
        step = p.rewrite_by(step, (1, 1), p.hyp(phi))
        step = p.rewrite_by(step, RIGHT, p.all_at(p.hyp(links), k + 1))
        return induct(p, base, step, phi, k, ZERO, n.depth, facts)

    def _attaining(self, end: Term) -> tuple[Prover, str]:
        """A prover with the family of this end, and the step `P = end`."""
        n = self.network
        p = Prover({**self.family, "end": S.equal(self.C[n.depth], end), **n.order})
        every = self.products(p, self.C, "start", "links")
        return p, p.rewrite_by(p.spec(every, indices={str(k): n.depth}), RIGHT, p.hyp("end"))

    def _attains(self) -> Proof:
        m = self.M
        p, whole = self._attaining(m)
        p.assume("M solves", self.least.solves(m))
        model = (*self.points_model, Assignment("set", m, self.C[self.network.depth]), self.least.data_for(m))
        return p, self.least.minimum_step(p, whole, p.hyp("M solves")), model

    def _orbit(self) -> Proof:
        """The same for F[l] = C[l] C[l-1]^{-1}."""
        p, every, model = self._attains()
        for name, statement in self.closed.items():
            p.assume(name, statement)
        return p, p.spec(every, discharge={"links": {"theorem": self.links_step(p)}}), model

    def _any_solution(self) -> Proof:
        n, z = self.network, T.matrix("Z", *self.eye.shape)
        p, whole = self._attaining(self.least.solution(z))
        normal = self.least.solution_step(p, whole, z)
        start, layers = self.points_model
        model = (start, Assignment("set", self.C[n.depth], self.least.solution(z)), layers)
        return p, self.least.value_step(p, normal), model

    @property
    def closed(self) -> dict[str, S.Statement]:
        """F[l] = C[l] C[l-1]^{-1} for every layer, with C[0], ..., C[L-1] invertible."""
        invertible = self.every(S.Invertible(self.C[l]), ZERO, self.network.depth - 1)
        return {"point": self.point, "C invertible": invertible}

    def _point(self) -> Proof:
        p = Prover(self.closed)
        return p, self.links_step(p), self.points_model

    def links_step(self, p: Prover) -> str:
        """The step `F[l] C[l-1] = C[l]` for every layer, from the hypotheses `closed`."""
        n, c = self.network, self.C
        layer_facts(p, n, l)
        here = p.all_at(p.hyp("point"), l)
        cancels = p.apply("inverse_left", [p.all_at(p.hyp("C invertible"), l - 1)], A=c[l - 1])
        id = p.ring(n.factor(l) * c[l - 1], c[l], [{"eq": here, "right": c[l - 1]}, {"eq": cancels, "left": c[l]}])
        return for_all(p, id, l, ONE, n.depth)

    def _family_invertible(self) -> Proof:
        n, c = self.network, self.C
        p = Prover({"links": self.links(c), "C invertible": self.every(S.Invertible(c[l]))})
        layer_facts(p, n, l)
        link = p.all_at(p.hyp("links"), l)
        id = p.rewrite_by(p.all_at(p.hyp("C invertible"), l), (0,), link, reverse=True)
        id = p.apply("invertible_left", [id], A=n.factor(l), B=c[l - 1])
        return p, for_all(p, id, l, ONE, n.depth), self.points_model

    # -- every minimizer -------------------------------------------------------------------------------------
    def product_invertible(self, p: Prover, normal: str = NORMAL) -> str:
        """The step `invertible(P)`, from the hypotheses `normal`, the normal equation, and A2."""
        x = self.network.X
        id = p.rewrite_by(p.hyp("A2"), (0,), p.hyp(normal), reverse=True)
        return p.apply("invertible_left", [id], A=self.network.product, B=x * x.T)

    def split_invertible(self, p: Prover, l: Index, normal: str = NORMAL) -> str:
        """The step `invertible(F[L]*...*F[l+1]*F[l]*F[l-1]*...*F[1])`."""
        layer_facts(p, self.network, l)
        ends = {"b": self.network.depth, "l": l, "a": ONE}
        return unfold(p, self.network, self.product_invertible(p, normal), (0,), "split", indices=ends)

    def factor_invertible(self, p: Prover, l: Index) -> str:
        """The step `invertible(F[l])`."""
        n = self.network
        low, here = n.chain(l - 1, ONE), n.factor(l)
        id = p.apply("invertible_right", [self.split_invertible(p, l)], A=n.chain(n.depth, l + 1), B=here * low)
        return p.apply("invertible_left", [id], A=here, B=low)

    def partial_invertible(self, p: Prover, l: Index, normal: str = NORMAL) -> str:
        """The step `invertible(F[l]*...*F[1])`, for 1 <= l <= L."""
        n = self.network
        above, below = n.chain(n.depth, l + 1), n.factor(l) * n.chain(l - 1, ONE)
        id = p.apply("invertible_right", [self.split_invertible(p, l, normal)], A=above, B=below)
        return unfold(p, n, id, (0,), "top", reverse=True, indices={"b": l, "a": ONE})

    def below_invertible(self, p: Prover, l: Index) -> str:
        """The step `invertible(F[l-1]*...*F[1])`, for 1 <= l <= L."""
        n = self.network
        above = n.chain(n.depth, l + 1) * n.factor(l)
        return p.apply("invertible_right", [self.split_invertible(p, l)], A=above, B=n.chain(l - 1, ONE))

    def _full_rank(self) -> Prover:
        return Prover({NORMAL: self.least.condition, "A2": self.A2})

    def _invertible(self) -> Proof:
        p = self._full_rank()
        return p, for_all(p, self.factor_invertible(p, l), l, ONE, self.network.depth), self.least.solved

    def _partial(self) -> Proof:
        p = self._full_rank()
        return p, for_all(p, self.partial_invertible(p, l), l, ONE, self.network.depth), self.least.solved

    def _whole(self) -> Proof:
        """P = Y X^T (X X^T)^{-1}."""
        n = self.network
        p = Prover({NORMAL: self.least.condition, "A1": self.A1})
        return p, self.whole_step(p, n.product, p.hyp(NORMAL), p.hyp("A1")), self.least.solved

    def gram_invertible(self, p: Prover) -> str:
        """The step `invertible(X X^T)`, from the hypotheses NORMAL and A2."""
        x = self.network.X
        id = p.rewrite_by(p.hyp("A2"), (0,), p.hyp(NORMAL), reverse=True)
        return p.apply("invertible_right", [id], A=self.network.product, B=x * x.T)

    def whole_step(self, p: Prover, product: Term, normal: str, invertible: str) -> str:
        """The step `P = Y X^T (X X^T)^{-1}` from the normal equation for P and a step that says A1."""
        n = self.network
        gram = n.X * n.X.T
        cancels = p.apply("inverse_right", [invertible], A=gram)
        return p.ring(
            product, n.Y * n.X.T * inverse(gram),
            [{"eq": cancels, "left": product, "times": MINUS}, {"eq": normal, "right": inverse(gram)}],
        )  # fmt: skip

    def _closed_form(self) -> Proof:
        n = self.network
        p = self._full_rank()
        here, low = n.chain(l, ONE), n.chain(l - 1, ONE)
        cancels = p.apply("inverse_right", [self.below_invertible(p, l)], A=low)
        id = unfold(p, n, p.refl(here), RIGHT, "top", indices={"b": l, "a": ONE})
        id = p.ring(
            n.factor(l), here * inverse(low),
            [{"eq": id, "right": inverse(low), "times": MINUS}, {"eq": cancels, "left": n.factor(l), "times": MINUS}],
        )  # fmt: skip
        return p, for_all(p, id, l, ONE, n.depth), self.least.solved

    def _unique(self) -> Proof:
        """Two families of one point agree."""
        n, c, other = self.network, self.C, self.letters("T")
        p = Prover({**self.family, "other start": S.equal(other[0], self.eye), "other links": self.links(other)})
        first = self.products(p, c, "start", "links")
        second = self.products(p, other, "other start", "other links")
        id = p.rewrite_by(second, (0,), first)
        at = ("l", ONE, n.depth)
        model = [
            line
            for f in (c, other)
            for line in (
                Assignment("set", f[0], self.eye),
                Assignment("set", f[l], n.factor(l) * f[l - 1], over=at),
            )
        ]
        return p, for_all(p, id, k, ZERO, n.depth), tuple(model)

    # -- what full rank needs --------------------------------------------------------------------------------
    def full_product(self, p: Prover) -> str:
        """The step `invertible(P)`, from the hypothesis `factors`: all factors are invertible."""
        n = self.network
        return p.spec(chain_invertible(p, n, "factors", ONE, n.depth), indices={str(k): n.depth})

    @property
    def full_rank_point(self) -> dict[str, S.Statement]:
        """A minimizer with invertible factors."""
        invertible = self.every(S.Invertible(self.network.factor(l)))
        return {NORMAL: self.least.condition, "factors": invertible, **self.network.order}

    def _needs_A2(self) -> Proof:
        n = self.network
        p = Prover({**self.full_rank_point, "A1": self.A1})
        premises = [self.full_product(p), p.hyp("A1")]
        id = p.apply("invertible_product", premises, A=n.product, B=n.X * n.X.T)
        return p, p.rewrite_by(id, (0,), p.hyp(NORMAL)), self.least.solved

    def _rank(self) -> Proof:
        """Y X^T has the rank of X."""
        n, r = self.network, T.scalar("r")
        p = Prover({**self.full_rank_point, "rank": S.Rank(n.X, r)})
        gram = p.apply("rank_gram", [p.hyp("rank")], A=n.X, c=r)
        id = p.apply("rank_invertible", [self.full_product(p), gram], A=n.product, B=n.X * n.X.T, c=r)
        x = T.matrix("column", n.X.shape[0], 1) * T.matrix("row", 1, n.X.shape[1])
        model = (Assignment("set", n.X, x), Assignment("set", r, T.number(1)), *self.least.solved)
        return p, p.rewrite_by(id, (0,), p.hyp(NORMAL)), model

    def _position(self) -> Proof:
        """Factor l is M, the others are the identity."""
        n, m = self.network, self.M
        i = Index.var("k")
        others = {"below": (ONE, l - 1), "above": (l + 1, n.depth)}
        same = S.equal(n.layer(i), n.layer_for(self.eye))
        p = Prover({"layer": S.equal(n.layer(l), n.layer_for(m)), "M solves": self.least.solves(m)})
        layer_facts(p, n, l)
        ones = {}
        for name, (lo, hi) in others.items():
            p.assume(name, cast(S.Statement, S.ForAll.over(str(i), lo, hi, same)))
            ones[name] = p.spec(chain_identity(p, n, name, lo, hi), indices={str(k): hi})
        id = unfold(p, n, p.refl(n.product), RIGHT, "split", indices={"b": n.depth, "l": l, "a": ONE})
        below = n.chain(l - 1, ONE)
        id = p.turn(
            id, RIGHT, m,
            [
                {"eq": ones["above"], "right": n.factor(l) * below},
                {"eq": ones["below"], "left": n.factor(l)},
                {"eq": p.hyp("layer")},
            ],
        )  # fmt: skip
        line = Assignment("set", n.layer(i), n.layer_for(self.eye), over=(str(i), ONE, n.depth))
        model = (line, Assignment("set", n.layer(l), n.layer_for(m)), self.least.data_for(m))
        return p, self.least.minimum_step(p, id, p.hyp("M solves")), model
