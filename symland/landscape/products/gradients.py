"""The gradients of a network at a point: the conservation identity, and what makes a critical point a minimizer.

Source: 4.1a and Corollary 4.5a of the specification; conservation after Arora, Cohen and Hazan, On the optimization of
deep networks, 2018.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from symland.calculus.prover import RIGHT, Prover
from symland.landscape.products.chains import BOUND, chain_invertible, layer_facts, unfold
from symland.landscape.products.least_squares import MINUS, ONE, LeastSquares, Proof
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.terms import Term

k, l = Index.var("k"), Index.var("l")


@dataclass(frozen=True)
class Gradients:
    """The proofs about gradients, for symbolic depth."""

    least: LeastSquares

    @property
    def results(self) -> tuple[Result, ...]:
        """Conservation; for square layers, critical points."""
        n, proved = self.least.network, self.least.proved
        made = [proved("conservation", "gradients of neighboring layers", "4.1a", self._conservation())]
        if n.square:
            title = "a critical point with invertible other factors is a global minimizer"
            made.append(proved("critical", title, "Corollary 4.5a", self._critical()))
        return tuple(made)

    def _conservation(self) -> Proof:
        """F[l+1]^T grad_{l+1} = grad_l F[l]^T for 1 <= l < L."""
        n = self.least.network
        p = Prover({"l >= 1": S.at_least(l, 1), "L >= l+1": S.at_least(n.depth, l + 1)})
        above = unfold(p, n, p.refl(n.chain(n.depth, l + 1)), RIGHT, "bottom", indices={"b": n.depth, "a": l + 1})
        below = unfold(p, n, p.refl(n.chain(l, ONE)), RIGHT, "top", indices={"b": l, "a": ONE})
        error = n.residual * n.X.T
        left = n.factor(l + 1).T * n.chain(n.depth, l + 2).T * error
        right = error * n.chain(l - 1, ONE).T * n.factor(l).T
        id = p.ring(
            n.factor(l + 1).T * self.least.gradient(l + 1), self.least.gradient(l) * n.factor(l).T,
            [
                {"eq": below, "transpose": True, "left": left},
                {"eq": above, "transpose": True, "right": right, "times": MINUS},
            ],
        )  # fmt: skip
        return p, id, ()

    def _critical(self) -> Proof:
        """grad_l = 0 gives the normal equation where all factors but number l are invertible."""
        n = self.least.network
        zero = cast(Term, T.Zero(*n.layer(l).shape))
        others = {"below": (ONE, l - 1), "above": (l + 1, n.depth)}
        p = Prover({"critical": S.equal(self.least.gradient(l), zero)})
        layer_facts(p, n, l)
        products = {}
        for name, (lo, hi) in others.items():
            p.assume(name, S.ForAll.over("k", lo, hi, S.Invertible(n.factor(k))))
            products[name] = p.spec(chain_invertible(p, n, name, lo, hi), indices={str(BOUND): hi})
        above, below = n.chain(n.depth, l + 1), n.chain(l - 1, ONE)
        right = p.apply("inverse_right", [products["above"]], A=above)
        left = p.apply("inverse_left", [products["below"]], A=below)
        error, up, down = n.residual * n.X.T, cast(Term, T.Inverse(above)).T, cast(Term, T.Inverse(below)).T
        lhs, rhs = self.least.condition.args
        id = p.ring(
            lhs, rhs,
            [
                {"eq": right, "transpose": True, "right": error, "times": MINUS},
                {"eq": left, "transpose": True, "left": up * above.T * error, "times": MINUS},
                {"eq": p.hyp("critical"), "left": up, "right": down},
            ],
        )  # fmt: skip
        return p, id, self.least.solved
