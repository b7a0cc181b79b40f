"""Minimizers of the residual network with few different layers: roots of a solution M of the normal equation.

All factors are R with R^L = M; or, for L = 2k, the first k factors are S and the others Q with Q^k S^k = M. Their
layers R - I are small for large depth, so that the region of Theorem 5.2 contains them. Source: Proposition 5.3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

from symland.calculus.prover import RIGHT, Prover
from symland.landscape.products.chains import BOUND, for_all, induct, layer_facts, range_facts, unfold
from symland.landscape.products.least_squares import ONE, LeastSquares, Proof
from symland.landscape.products.networks import Network
from symland.landscape.result import Result, at_depth
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.terms import Term
from symland.language.trace import Assignment

k, l, ZERO = Index.var("k"), Index.var("l"), Index.of(0)


def power(a: Term, exponent: Index) -> Term:
    """a^exponent."""
    return cast(Term, T.MatrixPower(a, exponent))


@dataclass(frozen=True)
class Roots:
    """The proofs about roots; square layers."""

    least: LeastSquares

    @property
    def network(self) -> Network:
        return self.least.network

    def letter(self, name: str) -> Term:
        """A square matrix of the size of the layers."""
        return T.matrix(name, *self.network.layer(ONE).shape)

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """One statement, one result; for an explicit depth its instances, those of two halves for an even one."""
        depth = self.network.depth
        if depth.value is not None:
            general = Roots(replace(self.least, network=self.network.general))
            made = [at_depth(r, depth) for r in general._equal_results]
            if depth.value % 2 == 0:
                half = at_depth(general._halves_result, Index.of(depth.value // 2), "k")
                made.append(replace(half, depth=str(depth)))
            return tuple(made)
        return (*self._equal_results, self._halves_result)

    @property
    def _equal_results(self) -> tuple[Result, Result]:
        proved, source = self.least.proved, "Proposition 5.3 (ii)"
        return (
            proved("root", "equal layers from a root of a solution", source, self._equal()),
            proved("root_small", "they are small where the root is near the identity", source, self._small()),
        )

    @property
    def _halves_result(self) -> Result:
        title = "two kinds of layers from two roots"
        made = self.doubled.proved("two_roots", title, "Proposition 5.3 (iii)", self._halves())
        return replace(made, depth="2k")

    @cached_property
    def doubled(self) -> LeastSquares:
        """The same for the network of depth 2k."""
        return replace(self.least, network=replace(self.network, depth=k + k))

    def layers(self, root: Term, lo: Index, hi: Index) -> S.Statement:
        """The factors lo, ..., hi are the root."""
        equal = S.equal(self.network.layer(l), self.network.layer_for(root))
        return cast(S.Statement, S.ForAll.over("l", lo, hi, equal))

    def set_layers(self, root: Term, lo: Index, hi: Index) -> Assignment:
        """The layers lo, ..., hi of a model."""
        return Assignment("set", self.network.layer(l), self.network.layer_for(root), over=("l", lo, hi))

    # -- steps -----------------------------------------------------------------------------------------------
    def powers(self, p: Prover, root: Term, layers: str, lo: Index, hi: Index) -> str:
        """The step `F[n]*...*F[lo] = root^(n-lo+1)` for lo - 1 <= n <= hi, from the hypothesis about the layers."""
        net, n, phi = self.network, BOUND, f"phi: {layers}"
        facts = range_facts(p, n, lo - 1, hi)
        p.assume(phi, S.equal(net.chain(n, lo), power(root, n - lo + 1)))
        base = unfold(p, net, p.refl(net.chain(lo - 1, lo)), RIGHT, "empty", indices={"a": lo})
        base = p.turn(base, RIGHT, power(root, ZERO))
        step = unfold(p, net, p.refl(net.chain(n + 1, lo)), RIGHT, "top", indices={"a": lo, "b": n + 1})
        here = p.all_at(p.hyp(layers), n + 1)
        product = p.ring(
            net.factor(n + 1) * net.chain(n, lo), root * power(root, n - lo + 1),
            [{"eq": here, "right": net.chain(n, lo)}, {"eq": p.hyp(phi), "left": root}],
        )  # fmt: skip
        step = p.rewrite_by(step, RIGHT, product)
        step = p.rewrite(step, RIGHT, "matrix_power_next", reverse=True, A=root, indices={"a": n - lo + 1})
        return induct(p, base, step, phi, n, lo - 1, hi, facts)

    # -- proofs ----------------------------------------------------------------------------------------------
    def _equal(self) -> Proof:
        n, root = self.network, self.letter("R")
        solution = power(root, n.depth)
        p = Prover({"roots": self.layers(root, ONE, n.depth), "root solves": self.least.solves(solution), **n.order})
        product = p.spec(self.powers(p, root, "roots", ONE, n.depth), indices={str(BOUND): n.depth})
        model = (self.set_layers(root, ONE, n.depth), self.least.data_for(solution))
        return p, self.least.minimum_step(p, product, p.hyp("root solves")), model

    def _small(self) -> Proof:
        n, root, a = self.network, self.letter("R"), T.scalar("a")
        layer = n.layer_for(root)
        p = Prover({"roots": self.layers(root, ONE, n.depth), "near": S.UB(layer, a**2)})
        layer_facts(p, n, l)
        id = p.rewrite_by(p.hyp("near"), (0,), p.all_at(p.hyp("roots"), l), reverse=True)
        model = (Assignment("above", a, layer), self.set_layers(root, ONE, n.depth))
        return p, for_all(p, id, l, ONE, n.depth), model

    def _halves(self) -> Proof:
        """Depth 2k: the first k factors are S, the others Q, and Q^k S^k solves the normal equation."""
        least, n = self.doubled, self.doubled.network
        first, second = self.letter("S"), self.letter("Q")
        solution = power(second, k) * power(first, k)
        p = Prover(
            {
                "first roots": self.layers(first, ONE, k),
                "second roots": self.layers(second, k + 1, k + k),
                "roots solve": least.solves(solution),
                "k >= 1": S.at_least(k, 1),
            }
        )
        lower = p.spec(self.powers(p, first, "first roots", ONE, k), indices={str(BOUND): k})
        upper = p.spec(self.powers(p, second, "second roots", k + 1, k + k), indices={str(BOUND): k + k})
        id = unfold(p, n, p.refl(n.product), RIGHT, "split", indices={"b": k + k, "l": k, "a": ONE})
        id = unfold(p, n, id, RIGHT, "top", segment=(1, 3), reverse=True, indices={"b": k, "a": ONE})
        id = p.rewrite_by(p.rewrite_by(id, (1, 0), upper), (1, 1), lower)
        halves = (self.set_layers(first, ONE, k), self.set_layers(second, k + 1, k + k))
        return p, least.minimum_step(p, id, p.hyp("roots solve")), (*halves, least.data_for(solution))
