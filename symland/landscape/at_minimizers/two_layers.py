"""The linear network with two layers: where gradient dominance holds near a global minimizer, completely.

Source: Theorem 4.8 of the specification. At a minimizer (M1, M2), with X of full row rank, gradient dominance holds
near it exactly if ker M2 lies in the range of M1. Where it does not, there is a curve on which the gap vanishes with
the fourth power of its parameter and the squared gradient with the sixth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

from symland.calculus.gradient import gradient_step
from symland.calculus.prover import Prover
from symland.landscape.products.directions import MINUS, size
from symland.landscape.products.least_squares import HALF, LeastSquares, Model, Proof
from symland.landscape.products.networks import LinearNetwork, linear_network
from symland.landscape.result import Assumed, Result
from symland.landscape.theorems import Theorems
from symland.language import statements as S
from symland.language import terms as T
from symland.language.terms import Term
from symland.language.trace import Assignment

SOURCE = "Theorem 4.8"
TWO = T.number(2)
MATSAGLIA = "Matsaglia and Styan, Equalities and inequalities for ranks of matrices, 1974 (Sylvester's inequality)"
LEE = (
    "Lee, Introduction to Smooth Manifolds, 2nd ed., ch. 4 and 5; Rebjock and Boumal, Fast convergence to non-isolated "
    "minima: four equivalent conditions for C2 functions, Mathematical Programming, 2025"
)

NO_DOMINANCE = (
    "If $X$ has full row rank and the kernel of $M_2$ is not in the range of $M_1$, there are $a, b, u, w$ as the "
    "theorems on the curve ask for, with $<<a, b>> != 0$, $u != 0$ and $w^T X != 0$. So no constant serves in any "
    "neighborhood of the minimizer."
)
RANKS = (
    "The kernel of $M_2$ is in the range of $M_1$ exactly if $rank(M_2 M_1) = r_1 + r_2 - d$, where $r_1, r_2$ "
    "are the ranks of $M_1, M_2$: equality in Sylvester's inequality."
)
DOMINANCE = (
    "If $X$ has full row rank and the kernel of $M_2$ is in the range of $M_1$, gradient dominance holds near the "
    "minimizer, with the sharp limiting constant $1/{2 lambda}$, $lambda$ the least positive eigenvalue of the "
    "Hessian. The minimizers near it form a manifold of dimension $d^2 + (d - r_1) (d - r_2)$, the nullity of the "
    "Hessian, where $r_1, r_2$ are the ranks of $M_1, M_2$."
)


def vanishes(a: Term) -> S.Statement:
    """a = 0."""
    return S.equal(a, cast(Term, T.Zero(*a.shape)))


@dataclass(frozen=True)
class TwoLayers(Theorems):
    """The curve `W1 = M1 + t b w^T, W2 = M2 + t u a^T` from a minimizer (M1, M2), for vectors with `M2 b = 0`,
    `a^T M1 = 0`, `u^T M2 = 0` and `M1 X X^T w = 0`. If ker M2 is not in the range of M1 there are such with a^T b != 0,
    none of them zero.

    >>> TwoLayers().result("product").theorem.statement
    (M2 + t*u*a')*(M1 + t*b*w') = M2*M1 + t^2*<a, b>*u*w'
    """

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """What happens along the curve; one statement, one result."""
        proofs: dict[str, tuple[str, Callable[[], Proof]]] = {
            "product": ("the product along the curve", self._product),
            "gradient 1": ("the gradient with respect to $W_1$ along the curve", lambda: self._gradient(0)),
            "gradient 2": ("the gradient with respect to $W_2$ along the curve", lambda: self._gradient(1)),
            "gap": ("the gap along the curve", self._gap),
            "squared gradient": ("the squared gradient along the curve", self._squared_gradient),
            "ratio": ("where the gradient is not 0, the gap over its square is a multiple of $t^{-2}$", self._ratio),
        }
        made = LeastSquares(self.network).proved
        return tuple(replace(made(name, title, SOURCE, proof()), depth="2") for name, (title, proof) in proofs.items())

    # -- terms -----------------------------------------------------------------------------------------------
    @property
    def network(self) -> LinearNetwork:
        return linear_network(2)

    @cached_property
    def layers(self) -> tuple[Term, Term]:
        """W1 and W2."""
        first, second = self.network.problem.letters
        return first, second

    @cached_property
    def minimizer(self) -> tuple[Term, Term]:
        """M1 and M2."""
        shape = self.layers[0].shape
        return T.matrix("M1", *shape), T.matrix("M2", *shape)

    def _vector(self, name: str) -> Term:
        return T.matrix(name, self.layers[0].shape[0], 1)

    @cached_property
    def vectors(self) -> tuple[Term, Term, Term, Term]:
        """a, b, u and w."""
        a, b, u, w = map(self._vector, "abuw")
        return a, b, u, w

    @cached_property
    def t(self) -> Term:
        """The parameter of the curve."""
        return T.scalar("t")

    @cached_property
    def point(self) -> tuple[Term, Term]:
        """M1 + t b w^T and M2 + t u a^T."""
        (a, b, u, w), (first, second) = self.vectors, self.minimizer
        return first + self.t * (b * w.T), second + self.t * (u * a.T)

    @cached_property
    def overlap(self) -> Term:
        """<a, b>."""
        a, b, _, _ = self.vectors
        return cast(Term, T.Inner(a, b))

    @cached_property
    def change(self) -> Term:
        """t^2 <a, b> u w^T: how the product changes along the curve."""
        _, _, u, w = self.vectors
        return self.t**2 * self.overlap * (u * w.T)

    @cached_property
    def gram(self) -> Term:
        """X X^T."""
        return self.network.X * self.network.X.T

    @cached_property
    def residual(self) -> Term:
        """W2 W1 X - Y."""
        first, second = self.layers
        return second * first * self.network.X - self.network.Y

    @cached_property
    def least_residual(self) -> Term:
        """M2 M1 X - Y."""
        first, second = self.minimizer
        return second * first * self.network.X - self.network.Y

    @cached_property
    def gradients(self) -> tuple[Term, Term]:
        """t^3 <a, b> |u|^2 a w^T X X^T and t^3 <a, b> <w, X X^T w> u b^T."""
        a, b, u, w = self.vectors
        cube = self.t**3 * self.overlap
        return cube * size(u) * (a * w.T * self.gram), cube * self.weight * (u * b.T)

    @cached_property
    def slopes(self) -> tuple[Term, Term]:
        """The gradients W2^T (W2 W1 X - Y) X^T and (W2 W1 X - Y) X^T W1^T."""
        (first, second), square = self.layers, self.residual * self.network.X.T
        return second.T * square, square * first.T

    @cached_property
    def squared_gradient(self) -> Term:
        """|grad h|^2."""
        first, second = self.slopes
        return size(first) + size(second)

    @cached_property
    def weight(self) -> Term:
        """<w, X X^T w>."""
        w = self.vectors[3]
        return cast(Term, T.Inner(w, self.gram * w))

    @cached_property
    def gap(self) -> Term:
        """h(W1, W2) - h(M1, M2)."""
        return self.network.problem.loss - HALF * size(self.least_residual)

    @cached_property
    def steepness(self) -> Term:
        """|u|^2 |a|^2 |w^T X X^T|^2 + <w, X X^T w>^2 |b|^2: the squared gradient is t^6 <a, b>^2 |u|^2 times this."""
        a, b, u, w = self.vectors
        return size(u) * size(a) * size(w.T * self.gram) + self.weight**2 * size(b)

    # -- hypotheses ------------------------------------------------------------------------------------------
    @cached_property
    def kernels(self) -> dict[str, S.Statement]:
        """M2 b = 0 and a^T M1 = 0: what the product along the curve needs."""
        (a, b, _, _), (first, second) = self.vectors, self.minimizer
        return {"vector b": vanishes(second * b), "vector a": vanishes(a.T * first)}

    @cached_property
    def more_kernels(self) -> dict[str, S.Statement]:
        """u^T M2 = 0 and M1 X X^T w = 0: what makes the gradients small."""
        (_, _, u, w), (first, second) = self.vectors, self.minimizer
        return {"vector u": vanishes(u.T * second), "vector w": vanishes(first * self.gram * w)}

    @cached_property
    def curve(self) -> dict[str, S.Statement]:
        """W1 and W2 are on the curve from a global minimizer."""
        (w1, w2), (first, second), (m1, m2) = self.layers, self.point, self.minimizer
        normal = S.equal(m2 * m1 * self.gram, self.network.Y * self.network.X.T)
        return {"first": S.equal(w1, first), "second": S.equal(w2, second), "normal equation": normal, **self.kernels}

    @cached_property
    def model(self) -> Model:
        """M1 and M2 free but for what a, b, u and w forbid; data of which they are a minimizer."""
        net, (a, b, u, w), (first, second) = self.network, self.vectors, self.minimizer

        def without(left: Term, name: str, right: Term) -> Term:
            """A free matrix, projected off two vectors."""
            eye, free = cast(Term, T.Identity(left.shape[0])), T.matrix(name, *first.shape)
            on_left, on_right = (v * cast(Term, T.Pseudoinverse(v)) for v in (left, right))
            return (eye - on_left) * free * (eye - on_right)

        return (
            Assignment("set", first, without(a, "F1", self.gram * w)),
            Assignment("set", second, without(u, "F2", b)),
            *(Assignment("set", *pair) for pair in zip(self.layers, self.point, strict=True)),
            LeastSquares(net).data_for(second * first),
        )

    # -- proofs ----------------------------------------------------------------------------------------------
    def _product(self) -> Proof:
        p = Prover(self.kernels)
        return p, self._product_step(p), self.model

    def _product_step(self, p: Prover) -> str:
        """The step `(M2 + t u a^T) (M1 + t b w^T) = M2 M1 + t^2 <a, b> u w^T`."""
        (first, second), (m1, m2), (_, _, u, w) = self.point, self.minimizer, self.vectors
        kernels: list[dict[str, Any]] = [
            {"eq": p.hyp("vector b"), "times": self.t, "right": w.T},
            {"eq": p.hyp("vector a"), "times": self.t, "left": u},
        ]
        return p.equate(second * first, m2 * m1 + self.change, kernels)

    def _moved(self, p: Prover) -> str:
        """The step `W2 W1 = M2 M1 + t^2 <a, b> u w^T`."""
        (w1, w2), (m1, m2) = self.layers, self.minimizer
        using: list[dict[str, Any]] = [
            {"eq": p.hyp("second"), "right": w1},
            {"eq": p.hyp("first"), "left": self.point[1]},
            {"eq": self._product_step(p)},
        ]
        return p.equate(w2 * w1, m2 * m1 + self.change, using)

    def _slope(self, p: Prover, layer: int) -> list[dict[str, Any]]:
        """What turns the gradient with respect to W1 (0) or W2 (1) into the one along the curve."""
        (first, second), (_, _, u, w), square = self.point, self.vectors, self.residual * self.network.X.T
        using: list[dict[str, Any]] = [{"eq": self._moved(p), "right": self.gram}, {"eq": p.hyp("normal equation")}]
        moved = p.equate(square, self.change * self.gram, using)
        scale = self.t**2 * self.overlap
        if layer == 0:
            return [
                {"eq": p.hyp("second"), "transpose": True, "right": square},
                {"eq": moved, "left": second.T},
                {"eq": p.hyp("vector u"), "transpose": True, "times": scale, "right": w.T * self.gram},
            ]
        return [
            {"eq": p.hyp("first"), "transpose": True, "left": square},
            {"eq": moved, "right": first.T},
            {"eq": p.hyp("vector w"), "transpose": True, "times": scale, "left": u},
        ]

    def _gradient(self, layer: int) -> Proof:
        kernel = ("vector u", "vector w")[layer]
        p = Prover({**self.curve, kernel: self.more_kernels[kernel]})
        id = gradient_step(p, self.network.problem.loss, self.layers[layer])
        return p, p.turn(id, (2,), self.gradients[layer], self._slope(p, layer)), self.model

    def _gap(self) -> Proof:
        p = Prover(self.curve)
        return p, self._gap_step(p), self.model

    def _gap_step(self, p: Prover) -> str:
        """The step `gap = t^4/2 <a, b>^2 |u|^2 |w^T X|^2`."""
        x, (_, _, u, w) = self.network.X, self.vectors
        together = self.residual + self.least_residual + self.change * x
        return p.equate(
            self.gap, HALF * self.t**4 * self.overlap**2 * size(u) * size(w.T * x),
            [
                {"eq": self._moved(p), "right": x, "with": together, "times": HALF},
                {"eq": p.hyp("normal equation"), "with": self.change},
            ],
        )  # fmt: skip

    def _squared_gradient(self) -> Proof:
        p = Prover({**self.curve, **self.more_kernels})
        return p, self._squared_step(p), self.model

    def _squared_step(self, p: Prover) -> str:
        """The step `|grad h|^2 = t^6 <a, b>^2 |u|^2 steepness`."""
        using: list[dict[str, Any]] = []
        for layer, (here, along) in enumerate(zip(self.slopes, self.gradients, strict=True)):
            using.append({"eq": p.equate(here, along, self._slope(p, layer)), "with": here + along})
        _, _, u, _ = self.vectors
        return p.equate(self.squared_gradient, self.t**6 * self.overlap**2 * size(u) * self.steepness, using)

    def _ratio(self) -> Proof:
        p = Prover({**self.curve, **self.more_kernels})
        factor, weight = TWO * self.t**2 * self.steepness, size(self.vectors[3].T * self.network.X)
        using: list[dict[str, Any]] = [
            {"eq": self._gap_step(p), "times": factor},
            {"eq": self._squared_step(p), "times": MINUS * weight},
        ]
        return p, p.equate(factor * self.gap, weight * self.squared_gradient, using), self.model

    # -- what is cited ---------------------------------------------------------------------------------------
    @property
    def assumed(self) -> tuple[Assumed, ...]:
        """The classification itself: what rests on ranks and on manifolds."""
        return (
            Assumed("no gradient dominance", "where ker $M_2$ is not in the range of $M_1$", NO_DOMINANCE, MATSAGLIA),
            Assumed("ranks", "the condition by ranks", RANKS, MATSAGLIA),
            Assumed("gradient dominance", "where ker $M_2$ is in the range of $M_1$", DOMINANCE, LEE),
        )
