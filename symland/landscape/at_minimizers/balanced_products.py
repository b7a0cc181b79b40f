"""Products of balanced factors, `F[l+1]^T F[l+1] = F[l] F[l]^T`: with their transposes they are powers, of F[L] F[L]^T
above and of F[1]^T F[1] below a layer.

Source: Theorem 4.4 of the specification.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from symland.calculus.prover import Prover
from symland.landscape.products.chains import BOUND, induct, range_facts
from symland.landscape.products.directions import MINUS, Directions, k, l
from symland.landscape.products.layer_sums import every, within
from symland.landscape.products.least_squares import ONE, Model, Proof
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Family
from symland.language.terms import Term
from symland.language.trace import Assignment

SOURCE = "Theorem 4.4"
ZERO, n = Index.of(0), BOUND


def power(a: Term, exponent: Index) -> Term:
    """a^exponent of a square matrix."""
    return cast(Term, T.MatrixPower(a, exponent))


def equation(p: Prover, claim: S.Statement, using: Iterable[Mapping[str, Any]] = ()) -> str:
    """The step that says this equation, by words and traces from the equations cited."""
    left, right = claim.args
    return p.ring(left, right, using)


SIMILAR = (
    "$F_l^T F_l Q = Q F_1^T F_1$ for the product $Q$ below layer $l$: where $Q$ is invertible, both factors have the "
    "same singular values"
)


@dataclass(frozen=True)
class BalancedProducts(Directions):
    """The products above and below a layer of a balanced point."""

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """One statement, one result."""
        proofs = {
            "above": ("the product above a layer with its transpose is a power", self._above),
            "below": ("the transpose of the product below a layer with it is a power", self._below),
            "similar": (SIMILAR, self._similar),
            "product, left": ("$P P^T$ is a power", self._whole_left),
            "product, right": ("$P^T P$ is a power", self._whole_right),
        }
        return tuple(self.proved(name, title, SOURCE, proof()) for name, (title, proof) in proofs.items())

    @cached_property
    def left(self) -> Term:
        """F[L] F[L]^T."""
        last = self.network.factor(self.network.depth)
        return last * last.T

    @cached_property
    def right(self) -> Term:
        """F[1]^T F[1]."""
        first = self.network.factor(ONE)
        return first.T * first

    def balance(self, at: Index) -> S.Statement:
        """F[l+1]^T F[l+1] = F[l] F[l]^T."""
        f, above = self.network.factor(at), self.network.factor(at + 1)
        return S.equal(above.T * above, f * f.T)

    @cached_property
    def balanced(self) -> dict[str, S.Statement]:
        """The condition, for all neighboring layers."""
        depth = self.network.depth
        return {"balanced": every(l, ONE, depth - 1, self.balance(l)), **self.network.order}

    @cached_property
    def model(self) -> Model:
        """F[l] := O[l] Q O[l-1]^T for orthogonal O[l] and a symmetric Q."""
        return (self.balanced_layer(T.matrix("Q", *self.zero.shape, "symmetric")),)

    @cached_property
    def rotations(self) -> Family:
        """Orthogonal matrices, for models only."""
        return self.letters("O", facts=("orthogonal",))

    def balanced_layer(self, middle: Term) -> Assignment:
        """The line of a model that sets F[l] := O[l] middle O[l-1]^T."""
        net, o = self.network, self.rotations
        return Assignment("set", net.layer(l), net.layer_for(o[l] * middle * o[l - 1].T), over=(str(l), ONE, net.depth))

    # -- above a layer ---------------------------------------------------------------------------------------
    def _above(self) -> Proof:
        p = Prover(self.balanced)
        return p, self.above(p, l), self.model

    def above(self, p: Prover, at: Index) -> str:
        """The step `P[L..l+1] P[L..l+1]^T = (F[L] F[L]^T)^(L-l)` for 0 <= l <= L."""
        depth = self.network.depth
        if at.value is None:
            within(p, at, ZERO, depth)
        return p.spec(self._left_powers(p), indices={str(n): depth - at})

    def _left_commutes(self, p: Prover) -> str:
        """The step `P[L..L-k+1] F[L-k] F[L-k]^T = F[L] F[L]^T P[L..L-k+1]` for 0 <= k < L, by induction on k."""
        net, depth = self.network, self.network.depth

        def claim(i: Index) -> S.Statement:
            f, chain = net.factor(depth - i), net.chain(depth, depth - i + 1)
            return S.equal(chain * f * f.T, self.left * chain)

        facts = range_facts(p, k, ZERO, depth - 1)
        p.assume("phi: commutes above", claim(k))
        f, chain = net.factor(depth - k), net.chain(depth, depth - k)
        lower = self.row(p, "bottom", depth, depth - k)
        step = equation(p, claim(k + 1),
            [
                {"eq": p.all_at(p.hyp("balanced"), depth - k - 1), "left": chain, "times": MINUS},
                {"eq": lower, "right": f.T * f},
                {"eq": p.hyp("phi: commutes above"), "right": f},
                {"eq": lower, "left": self.left, "times": MINUS},
            ],
        )  # fmt: skip
        base = equation(p, claim(ZERO))
        return induct(p, base, step, "phi: commutes above", k, ZERO, depth - 1, facts)

    def _left_powers(self, p: Prover) -> str:
        """The step `P[L..L-n+1] P[L..L-n+1]^T = (F[L] F[L]^T)^n` for 0 <= n <= L, by induction on n."""
        net, depth = self.network, self.network.depth

        def claim(i: Index) -> S.Statement:
            chain = net.chain(depth, depth - i + 1)
            return S.equal(chain * chain.T, power(self.left, i))

        commutes = self._left_commutes(p)
        facts = range_facts(p, n, ZERO, depth)
        p.assume("phi: above", claim(n))
        f, chain = net.factor(depth - n), net.chain(depth, depth - n + 1)
        lower = self.row(p, "bottom", depth, depth - n)
        step = equation(p, claim(n + 1),
            [
                {"eq": lower, "right": net.chain(depth, depth - n).T},
                {"eq": lower, "transpose": True, "left": chain * f},
                {"eq": p.spec(commutes, indices={str(k): n}), "right": chain.T},
                {"eq": p.hyp("phi: above"), "left": self.left},
                {"eq": p.apply("matrix_power_next", A=self.left, indices={"a": n}), "times": MINUS},
            ],
        )  # fmt: skip
        base = p.equate(*claim(ZERO).args)
        return induct(p, base, step, "phi: above", n, ZERO, depth, facts)

    # -- below a layer ---------------------------------------------------------------------------------------
    def _below(self) -> Proof:
        p = Prover(self.balanced)
        within(p, l, ONE, self.network.depth + 1)
        return p, self.below(p, l), self.model

    def below(self, p: Prover, at: Index) -> str:
        """The step `P[l-1..1]^T P[l-1..1] = (F[1]^T F[1])^(l-1)` for 1 <= l <= L + 1."""
        return p.spec(self._right_powers(p), indices={str(n): at - 1})

    def _right_commutes(self, p: Prover) -> str:
        """The step `F[k+1]^T F[k+1] P[k..1] = P[k..1] F[1]^T F[1]` for 0 <= k < L, by induction on k."""
        net, depth = self.network, self.network.depth

        def claim(i: Index) -> S.Statement:
            f, chain = net.factor(i + 1), net.chain(i, ONE)
            return S.equal(f.T * f * chain, chain * self.right)

        facts = range_facts(p, k, ZERO, depth - 1)
        p.assume("phi: commutes below", claim(k))
        f, chain = net.factor(k + 1), net.chain(k + 1, ONE)
        upper = self.row(p, "top", k + 1, ONE)
        step = equation(p, claim(k + 1),
            [
                {"eq": p.all_at(p.hyp("balanced"), k + 1), "right": chain},
                {"eq": upper, "left": f * f.T},
                {"eq": p.hyp("phi: commutes below"), "left": f},
                {"eq": upper, "right": self.right, "times": MINUS},
            ],
        )  # fmt: skip
        base = equation(p, claim(ZERO))
        return induct(p, base, step, "phi: commutes below", k, ZERO, depth - 1, facts)

    def _right_powers(self, p: Prover) -> str:
        """The step `P[n..1]^T P[n..1] = (F[1]^T F[1])^n` for 0 <= n <= L, by induction on n."""
        net, depth = self.network, self.network.depth

        def claim(i: Index) -> S.Statement:
            chain = net.chain(i, ONE)
            return S.equal(chain.T * chain, power(self.right, i))

        commutes = self._right_commutes(p)
        facts = range_facts(p, n, ZERO, depth)
        p.assume("phi: below", claim(n))
        f, chain = net.factor(n + 1), net.chain(n, ONE)
        upper = self.row(p, "top", n + 1, ONE)
        step = equation(p, claim(n + 1),
            [
                {"eq": upper, "left": net.chain(n + 1, ONE).T},
                {"eq": upper, "transpose": True, "right": f * chain},
                {"eq": p.spec(commutes, indices={str(k): n}), "transpose": True, "right": chain},
                {"eq": p.hyp("phi: below"), "left": self.right},
                {"eq": p.apply("matrix_power_next", A=self.right, indices={"a": n}), "times": MINUS},
            ],
        )  # fmt: skip
        base = p.equate(*claim(ZERO).args)
        return induct(p, base, step, "phi: below", n, ZERO, depth, facts)

    def _similar(self) -> Proof:
        p = Prover(self.balanced)
        within(p, l, ONE, self.network.depth)
        return p, p.spec(self._right_commutes(p), indices={str(k): l - 1}), self.model

    # -- the whole product -----------------------------------------------------------------------------------
    def _whole_left(self) -> Proof:
        p = Prover(self.balanced)
        return p, self.above(p, ZERO), self.model

    def _whole_right(self) -> Proof:
        p = Prover(self.balanced)
        return p, self.below(p, self.network.depth + 1), self.model
