"""The square loss of a product P of factors against data: its least value, and the normal equation.

Everything here holds for whatever matrix P is: P enters as the product of a network. Source: Theorem 4.2, 1 and 2, of
the specification, after Zhou and Liang; the least-squares facts are the rule NE (Penrose).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from symland.calculus.prover import Prover
from symland.landscape.products.networks import Network
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Node
from symland.language.terms import Term
from symland.language.trace import Assignment
from symland.proof.kernel import replay

ONE = Index.of(1)
HALF, MINUS = T.number(1, 2), T.number(-1)
NORMAL = "normal equation"

Model = tuple[Assignment, ...]
Proof = tuple[Prover, str, Model]


@dataclass(frozen=True)
class LeastSquares:
    """The terms and steps about `h = 1/2 |P X - Y|_F^2`, for P the product of a network."""

    network: Network

    @cached_property
    def best(self) -> Term:
        """Y X^+, the least-squares solution of smallest norm."""
        return self.network.Y * cast(Term, T.Pseudoinverse(self.network.X))

    @cached_property
    def residual(self) -> Term:
        """R = Y X^+ X - Y, the residual at every global minimizer."""
        return self.network.Y * cast(Term, T.Pseudoinverse(self.network.X)) * self.network.X - self.network.Y

    @cached_property
    def value(self) -> Term:
        """h* = 1/2 |R|_F^2."""
        return HALF * cast(Term, T.SquaredNorm(self.residual))

    def solves(self, solution: Term) -> S.Statement:
        """The normal equation for this solution: solution X X^T = Y X^T."""
        n = self.network
        return S.equal(solution * n.X * n.X.T, n.Y * n.X.T)

    def solution(self, free: Term) -> Term:
        """Y X^+ + free (I - X X^+): what solves the normal equation."""
        x = self.network.X
        away = cast(Term, T.Identity(x.shape[0])) - x * cast(Term, T.Pseudoinverse(x))
        return self.best + free * away

    @cached_property
    def condition(self) -> S.Statement:
        """P X X^T = Y X^T."""
        return self.solves(self.network.product)

    @cached_property
    def gap(self) -> Term:
        """P - Y X^+."""
        return self.network.product - self.best

    def gradient(self, l: Index) -> Term:
        """The gradient with respect to layer l: (F[L]*...*F[l+1])^T E X^T (F[l-1]*...*F[1])^T, F the factors."""
        n = self.network
        return n.chain(n.depth, l + 1).T * n.residual * n.X.T * n.chain(l - 1, ONE).T

    @cached_property
    def abbreviations(self) -> dict[Node, str]:
        return {self.network.residual: "E", self.value: "h*", self.network.loss: "h"}

    def proved(self, name: str, title: str, source: str, proof: Proof) -> Result:
        """The result that the proof ends in."""
        prover, theorem, model = proof
        trace = prover.trace({name: theorem}, model)
        return Result(name, title, replay(trace)[name], trace, source, self.abbreviations)

    # -- models ----------------------------------------------------------------------------------------------
    def data_for(self, solution: Term) -> Assignment:
        """Y := solution X + Z (I - X^+ X), data for which this matrix solves the normal equation."""
        n = self.network
        z, pinv = T.matrix("Z", n.width(n.depth), "m"), cast(Term, T.Pseudoinverse(n.X))
        return Assignment("set", n.Y, solution * n.X + (z - z * pinv * n.X))

    @cached_property
    def solved(self) -> Model:
        """A model of the normal equation: layers and X free, Y chosen for their product."""
        return (self.data_for(self.network.product),)

    # -- steps -----------------------------------------------------------------------------------------------
    def residual_normal(self, p: Prover) -> str:
        """The step `R X^T = 0`."""
        n = self.network
        outer, right = (p.apply(row, A=n.X) for row in ("penrose_outer", "penrose_right"))
        zero = cast(Term, T.Zero(n.Y.shape[0], n.X.shape[0]))
        return p.ring(
            self.residual * n.X.T, zero,
            [{"eq": outer, "transpose": True, "left": n.Y}, {"eq": right, "left": n.Y, "right": n.X.T, "times": MINUS}],
        )  # fmt: skip

    def value_step(self, p: Prover, condition: str) -> str:
        """The step `h = h*` from a step that says the normal equation."""
        normal = self.residual_normal(p)
        half = {"with": self.gap, "times": HALF}
        return p.ring(self.network.loss, self.value, [{"eq": condition, **half}, {"eq": normal, **half}])

    def minimum_step(self, p: Prover, product: str, solves: str) -> str:
        """The step `h = h*`, from steps that say P = A and A X X^T = Y X^T."""
        x, (lhs, rhs) = self.network.X, self.condition.args
        normal = p.ring(lhs, rhs, [{"eq": product, "right": x * x.T}, {"eq": solves}])
        return self.value_step(p, normal)

    def solution_step(self, p: Prover, form: str, free: Term) -> str:
        """The step `A X X^T = Y X^T` from a step that says A = Y X^+ + free (I - X X^+)."""
        x, solution = self.network.X, p.statement(form).args[0]
        outer, normal = p.apply("penrose_outer", A=x), self.residual_normal(p)
        lhs, rhs = self.solves(solution).args
        return p.ring(
            lhs, rhs,
            [
                {"eq": form, "right": x * x.T},
                {"eq": normal},
                {"eq": outer, "left": free, "right": x.T, "times": MINUS},
            ],
        )  # fmt: skip

    # -- proofs ----------------------------------------------------------------------------------------------
    def prove_lower_bound(self) -> Proof:
        """h* <= h."""
        p = Prover({})
        return p, self.bound_step(p), ()

    def bound_step(self, p: Prover) -> str:
        """The step `h* <= h`."""
        normal = self.residual_normal(p)
        tree = {"product": [{"rational": HALF.args[0]}, {"square": self.gap * self.network.X}]}
        return p.pos(self.value, self.network.loss, tree, [{"eq": normal, "with": self.gap}])

    def prove_value(self) -> Proof:
        """The normal equation gives h = h*."""
        p = Prover({NORMAL: self.condition})
        return p, self.value_step(p, p.hyp(NORMAL)), self.solved

    def prove_normal(self) -> Proof:
        """h = h* gives the normal equation."""
        n = self.network
        p = Prover({"minimum": S.equal(n.loss, self.value)})
        least, normal = p.hyp("minimum"), self.residual_normal(p)
        off = self.gap * n.X
        square = p.ring(
            cast(Term, T.SquaredNorm(off)), T.number(0),
            [{"eq": least, "times": T.number(2)}, {"eq": normal, "with": self.gap, "times": T.number(-2)}],
        )  # fmt: skip
        vanishes = p.apply("norm_zero", [square], A=off)
        lhs, rhs = self.condition.args
        return p, p.ring(lhs, rhs, [{"eq": vanishes, "right": n.X.T}, {"eq": normal}]), self.solved

    def prove_form(self) -> Proof:
        """The normal equation gives P = Y X^+ + P (I - X X^+)."""
        n = self.network
        p = Prover({NORMAL: self.condition})
        x, pinv, prod, y = n.X, cast(Term, T.Pseudoinverse(n.X)), n.product, n.Y
        inner, right = p.apply("penrose_inner", A=x), p.apply("penrose_right", A=x)
        id = p.ring(
            prod, self.solution(prod),
            [
                {"eq": inner, "left": prod * x, "times": MINUS},
                {"eq": right, "left": prod * x, "right": pinv, "times": MINUS},
                {"eq": p.hyp(NORMAL), "right": pinv.T * pinv},
                {"eq": right, "left": y, "right": pinv},
                {"eq": inner, "left": y},
            ],
        )  # fmt: skip
        return p, id, self.solved

    def prove_form_converse(self) -> Proof:
        """P = Y X^+ + Z (I - X X^+) gives the normal equation."""
        n = self.network
        z = T.matrix("Z", n.width(n.depth), n.X.shape[0])
        p = Prover({"form of the product": S.equal(n.product, self.solution(z))})
        id = self.solution_step(p, p.hyp("form of the product"), z)
        return p, id, (*self.solved, Assignment("set", z, n.product))
