"""The symmetry of a network: G[l] F[l] = F*[l] G[l-1] for two points with factors F and F*, with G[0] = G[L] = I.

It keeps the loss, so it acts on the global minimizers; under `A2: invertible(Y X^T)` it carries any of them to any
other one, by G[l] = F*[l]*...*F*[1] (F[l]*...*F[1])^{-1}, and only the identity fixes one. Source: Theorem 4.2.4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from symland.calculus.prover import RIGHT, Prover
from symland.landscape.products.chains import for_all, induct, layer_facts, range_facts, unfold
from symland.landscape.products.closed_form import ZERO, ClosedForm, inverse, k, l
from symland.landscape.products.least_squares import MINUS, NORMAL, ONE, LeastSquares, Model, Proof
from symland.landscape.products.networks import Network
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Family
from symland.language.terms import Term
from symland.language.trace import Assignment

OTHER = "normal equation of the other point"


@dataclass(frozen=True)
class Orbit:
    """The proofs about the symmetry; square layers, symbolic depth."""

    form: ClosedForm

    @property
    def network(self) -> Network:
        return self.form.network

    @cached_property
    def G(self) -> Family:
        return self.form.letters("G")

    @cached_property
    def other(self) -> LeastSquares:
        """The second point."""
        return replace(self.form.least, network=self.network.other)

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """One statement, one result."""
        proofs = {
            "action": ("the symmetry keeps the loss", self._keeps_loss),
            "action_invertible": ("the symmetry keeps invertible factors", self._keeps_invertible),
            "action_rank": ("the symmetry keeps the rank of each factor", self._keeps_rank),
            "transitive": ("if A2 holds, the symmetry carries one minimizer to the other", self._transitive),
            "transitive_start": ("it is the identity before the first layer", self._start),
            "transitive_end": ("it is the identity after the last layer", self._end),
            "transitive_invertible": ("its matrices are invertible", self._carrier_invertible),
            "free": ("only the identity fixes a point with invertible factors", self._free),
        }
        proved = self.form.least.proved
        return tuple(proved(name, title, "Theorem 4.2.4", proof()) for name, (title, proof) in proofs.items())

    # -- hypotheses and models -------------------------------------------------------------------------------
    def moves(self, target: Network) -> S.Statement:
        """G[l] F[l] = F*[l] G[l-1] for every layer, F* the factors of the target."""
        g = self.G
        return self.form.every(S.equal(g[l] * self.network.factor(l), target.factor(l) * g[l - 1]))

    @cached_property
    def start(self) -> S.Statement:
        return S.equal(self.G[0], self.form.eye)

    @cached_property
    def end(self) -> S.Statement:
        return S.equal(self.G[self.network.depth], self.form.eye)

    def carrier(self, l: Index) -> Term:
        """F*[l]*...*F*[1] (F[l]*...*F[1])^{-1}."""
        return self.network.other.chain(l, ONE) * inverse(self.network.chain(l, ONE))

    def carriers(self, lo: Index) -> S.Statement:
        """What G[l] is for two minimizers."""
        return self.form.every(S.equal(self.G[l], self.carrier(l)), lo)

    def moved(self, g: Family) -> Model:
        """The other point as the first one moved by invertible matrices that are the identity at both ends."""
        n = self.network
        layer = n.other.layer_for(g[l] * n.factor(l) * inverse(g[l - 1]))
        ends = (Assignment("set", g[i], self.form.eye) for i in (ZERO, n.depth))
        return (*ends, Assignment("set", n.other.layer(l), layer, over=("l", ONE, n.depth)))

    @cached_property
    def carried(self) -> Model:
        """Two minimizers, and the matrices that carry one to the other."""
        carriers = Assignment("set", self.G[l], self.carrier(l), over=("l", ZERO, self.network.depth))
        return (*self.moved(self.form.letters("B")), carriers, *self.form.least.solved)

    def two_minimizers(self, *names: str) -> dict[str, S.Statement]:
        """The hypotheses of these names about two minimizers."""
        least = self.form.least
        given = {NORMAL: least.condition, OTHER: self.other.condition, "A2": self.form.A2}
        return {name: given[name] for name in names}

    # -- the action ------------------------------------------------------------------------------------------
    def _keeps_loss(self) -> Proof:
        n, g, there = self.network, self.G, self.network.other
        p = Prover({"moves": self.moves(there), "start": self.start, "end": self.end, **n.order})
        facts = range_facts(p, k, ZERO, n.depth)
        here, other = n.chain(k, ONE), there.chain(k, ONE)
        p.assume("phi", S.equal(g[k] * here, other * g[0]))
        base = p.ring(g[0] * self.form.eye, self.form.eye * g[0])
        base = unfold(p, n, base, (0, 1), "empty", reverse=True, indices={"a": ONE})
        base = unfold(p, there, base, (1, 0), "empty", reverse=True, indices={"a": ONE})
        move = p.all_at(p.hyp("moves"), k + 1)
        step = p.ring(
            g[k + 1] * n.factor(k + 1) * here, there.factor(k + 1) * other * g[0],
            [{"eq": move, "right": here}, {"eq": p.hyp("phi"), "left": there.factor(k + 1)}],
        )  # fmt: skip
        ends = {"a": ONE, "b": k + 1}
        step = unfold(p, n, step, (0,), "top", reverse=True, segment=(1, 3), indices=ends)
        step = unfold(p, there, step, (1,), "top", reverse=True, segment=(0, 2), indices=ends)
        whole = p.spec(induct(p, base, step, "phi", k, ZERO, n.depth, facts), indices={str(k): n.depth})
        same = p.ring(
            n.product, there.product,
            [
                {"eq": whole},
                {"eq": p.hyp("end"), "right": n.product, "times": MINUS},
                {"eq": p.hyp("start"), "left": there.product},
            ],
        )  # fmt: skip
        return p, p.rewrite_by(p.refl(n.loss), (1, 1, 0, 0, 0), same), self.moved(g)

    def _keeps_invertible(self) -> Proof:
        n, g, there = self.network, self.G, self.network.other
        invertible = {"factors": self.form.every(S.Invertible(n.factor(l)))}
        p = Prover({"moves": self.moves(there), **invertible, "G invertible": self.form.every(S.Invertible(g[l]))})
        layer_facts(p, n, l)
        premises = [p.all_at(p.hyp(name), l) for name in ("G invertible", "factors")]
        id = p.apply("invertible_product", premises, A=g[l], B=n.factor(l))
        id = p.rewrite_by(id, (0,), p.all_at(p.hyp("moves"), l))
        id = p.apply("invertible_left", [id], A=there.factor(l), B=g[l - 1])
        return p, for_all(p, id, l, ONE, n.depth), self.moved(g)

    def _keeps_rank(self) -> Proof:
        n, g, there, r = self.network, self.G, self.network.other, T.scalar("r")
        invertible = self.form.every(S.Invertible(g[l]), ZERO)
        p = Prover({"moves": self.moves(there), "G invertible": invertible, "rank": S.Rank(n.factor(l), r)})
        layer_facts(p, n, l)
        here, below = (p.all_at(p.hyp("G invertible"), i) for i in (l, l - 1))
        id = p.apply("rank_invertible", [here, p.hyp("rank")], A=g[l], B=n.factor(l), c=r)
        id = p.rewrite_by(id, (0,), p.all_at(p.hyp("moves"), l))
        id = p.apply("rank_cancel", [below, id], A=there.factor(l), B=g[l - 1], c=r)
        outer = T.matrix("column", self.form.eye.shape[0], 1) * T.matrix("row", 1, self.form.eye.shape[1])
        rank_one = (Assignment("set", n.layer(l), n.layer_for(outer)), Assignment("set", r, T.number(1)))
        return p, id, (*rank_one, *self.moved(g))

    # -- transitive ------------------------------------------------------------------------------------------
    def _transitive(self) -> Proof:
        """G[l] F[l] = F*[l] G[l-1]."""
        n, g, there = self.network, self.G, self.network.other
        p = Prover({"carrier": self.carriers(ZERO), **self.two_minimizers(NORMAL, "A2")})
        high, low, low_there = n.chain(l, ONE), n.chain(l - 1, ONE), there.chain(l - 1, ONE)
        cancels = p.apply("inverse_left", [self.form.partial_invertible(p, l)], A=high)
        cancels_low = p.apply("inverse_right", [self.form.below_invertible(p, l)], A=low)
        split = unfold(p, n, p.refl(high), RIGHT, "top", indices={"a": ONE, "b": l})
        split_there = unfold(p, there, p.refl(there.chain(l, ONE)), RIGHT, "top", indices={"a": ONE, "b": l})
        here, below = (p.all_at(p.hyp("carrier"), i) for i in (l, l - 1))
        up = there.chain(l, ONE)
        id = p.ring(
            g[l] * n.factor(l), there.factor(l) * g[l - 1],
            [
                {"eq": here, "right": n.factor(l)},
                {"eq": cancels_low, "left": up * inverse(high) * n.factor(l), "times": MINUS},
                {"eq": split, "left": up * inverse(high), "right": inverse(low), "times": MINUS},
                {"eq": cancels, "left": up, "right": inverse(low)},
                {"eq": split_there, "right": inverse(low)},
                {"eq": below, "left": there.factor(l), "times": MINUS},
            ],
        )  # fmt: skip
        p.display.append((id, f"the factor of {low_there!r} cancels"))
        return p, for_all(p, id, l, ONE, n.depth), self.carried

    def _start(self) -> Proof:
        """G[0] = I."""
        n, eye, there = self.network, self.form.eye, self.network.other
        p = Prover({"carrier": S.equal(self.G[0], self.carrier(ZERO))})
        cancels = p.apply("inverse_right", [p.apply("invertible_identity", dims={"p": eye.shape[0]})], A=eye)
        id = unfold(p, there, p.hyp("carrier"), (1, 0), "empty", indices={"a": ONE})
        id = unfold(p, n, id, (1, 1, 0), "empty", indices={"a": ONE})
        return p, p.turn(id, RIGHT, eye, [{"eq": cancels}]), self.carried

    def _end(self) -> Proof:
        """G[L] = I."""
        n, there = self.network, self.network.other
        last = S.equal(self.G[n.depth], self.carrier(n.depth))
        p = Prover({"carrier": last, **self.two_minimizers(NORMAL, OTHER, "A2")})
        cancels = p.apply("inverse_right", [self.form.product_invertible(p)], A=n.product)
        gram = self.form.gram_invertible(p)
        here = self.form.whole_step(p, n.product, p.hyp(NORMAL), gram)
        other = self.form.whole_step(p, there.product, p.hyp(OTHER), gram)
        turned = inverse(n.product)
        id = p.turn(
            p.hyp("carrier"), RIGHT, self.form.eye,
            [{"eq": other, "right": turned}, {"eq": here, "right": turned, "times": MINUS}, {"eq": cancels}],
        )  # fmt: skip
        return p, id, self.carried

    def _carrier_invertible(self) -> Proof:
        n, there = self.network, self.network.other
        p = Prover({"carrier": self.carriers(ONE), **self.two_minimizers(NORMAL, OTHER, "A2")})
        here = p.apply("invertible_inverse", [self.form.partial_invertible(p, l)], A=n.chain(l, ONE))
        up = replace(self.form, least=self.other).partial_invertible(p, l, OTHER)
        id = p.apply("invertible_product", [up, here], A=there.chain(l, ONE), B=inverse(n.chain(l, ONE)))
        id = p.rewrite_by(id, (0,), p.all_at(p.hyp("carrier"), l), reverse=True)
        return p, for_all(p, id, l, ONE, n.depth), self.carried

    # -- free ------------------------------------------------------------------------------------------------
    def _free(self) -> Proof:
        """G[n] = I for every n."""
        n, g, eye = self.network, self.G, self.form.eye
        invertible = self.form.every(S.Invertible(n.factor(l)))
        p = Prover({"fixes": self.moves(n), "factors": invertible, "start": self.start})
        facts = range_facts(p, k, ZERO, n.depth)
        p.assume("phi", S.equal(g[k], eye))
        here = n.factor(k + 1)
        cancels = p.apply("inverse_right", [p.all_at(p.hyp("factors"), k + 1)], A=here)
        step = p.ring(
            g[k + 1], eye,
            [
                {"eq": cancels, "left": g[k + 1], "times": MINUS},
                {"eq": p.all_at(p.hyp("fixes"), k + 1), "right": inverse(here)},
                {"eq": p.hyp("phi"), "left": here, "right": inverse(here)},
                {"eq": cancels},
            ],
        )  # fmt: skip
        every = induct(p, p.hyp("start"), step, "phi", k, ZERO, n.depth, facts)
        fixed = n.factor(l) * g[l - 1] * inverse(n.factor(l))
        model = (Assignment("set", g[0], eye), Assignment("set", g[l], fixed, over=("l", ONE, n.depth)))
        return p, for_all(p, every, k, ZERO, n.depth), model
