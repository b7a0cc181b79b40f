"""The Hessian H^T H at the minimizers of a network is never positive definite for two layers or more; and for one layer
it is exactly for data of full row rank.

Source: Theorem 4.3 of the specification.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

from symland.calculus.depth import split
from symland.calculus.hessian import hessian_step
from symland.calculus.prover import LEFT, RIGHT, Prover
from symland.landscape.products.directions import Directions, l, size
from symland.landscape.products.layer_sums import every, factored_left, summed, total, within
from symland.landscape.products.least_squares import ONE, Model, Proof
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Lambda
from symland.language.terms import Term
from symland.language.trace import Assignment

TWO, THREE = Index.of(2), Index.of(3)

SOURCE = "Theorem 4.3"


@dataclass(frozen=True)
class Definiteness(Directions):
    """Directions in the kernel for two layers or more, one of which is not zero; and the Hessian for one layer."""

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """For two layers or more; one statement, one result."""
        proofs = {
            "not definite": ("a direction in the kernel of $H$, for two layers or more", self._not_definite),
            "not definite, length": ("that direction is zero only where two factors are", self._length),
            "not definite, zero": ("directions in the kernel of $H$ where the second factor vanishes", self._zero),
        }
        return tuple(self.proved(name, title, SOURCE, proof()) for name, (title, proof) in proofs.items())

    @cached_property
    def of_one_layer(self) -> tuple[Result, ...]:
        """For one layer."""
        proofs = {
            "one layer": ("one layer: the Hessian is $(X X^T) (x) I$", self._one_layer),
            "one layer, definite": ("one layer: the eigenvalues of the Hessian are at least $s^2$", self._definite),
            "one layer, degenerate": ("one layer: directions in the kernel where $X^T v = 0$", self._degenerate),
        }
        results = (self.proved(name, title, SOURCE, proof()) for name, (title, proof) in proofs.items())
        return tuple(replace(r, depth="1") for r in results)

    # -- two layers or more ----------------------------------------------------------------------------------

    def _none_from(self, lo: Index) -> S.Statement:
        """V[l] = 0 for l >= lo."""
        return every(l, lo, self.network.depth, S.equal(self.V[l], self.zero))

    def _rest_vanishes(self, p: Prover, lo: Index) -> str:
        """The step that the derivative along V has no part in the layers from lo on, where V vanishes."""
        net = self.network
        within(p, l, lo, net.depth)
        sides = {"left": net.chain(net.depth, l + 1), "right": net.chain(l - 1, ONE)}
        each = p.ring(self.image(l), self.zero * self.image(l), [{"eq": p.all_at(p.hyp("others"), l), **sides}])
        id = summed(p, each, l, lo, net.depth)
        id = p.rewrite_by(id, RIGHT, factored_left(p, l, lo, net.depth, self.zero, self.image(l)))
        return p.turn(id, RIGHT, self.zero)

    @cached_property
    def two_layers(self) -> dict[str, S.Statement]:
        """L >= 2."""
        return {"L >= 2": S.at_least(self.network.depth, 2)}

    @cached_property
    def kernel_vector(self) -> dict[str, S.Statement]:
        """V[1] = F[1], V[2] = -F[2], and 0 elsewhere."""
        f, v = self.network.factor, self.V
        first, second = S.equal(v[1], f(ONE)), S.equal(v[2], -f(TWO))
        return {"first": first, "second": second, "others": self._none_from(THREE), **self.two_layers}

    @cached_property
    def kernel_vector_model(self) -> Model:
        net, v = self.network, self.V
        others = Assignment("set", v[l], self.zero, over=(str(l), THREE, net.depth))
        return (Assignment("set", v[1], net.factor(ONE)), Assignment("set", v[2], -net.factor(TWO)), others)

    def _not_definite(self) -> Proof:
        net = self.network
        p = Prover(self.kernel_vector)
        parts = split(p, p.refl(self.derivative), RIGHT, TWO)
        first, above = net.factor(ONE), net.chain(net.depth, THREE)
        id = p.equate(
            self.derivative, self.zero,
            [
                {"eq": parts},
                {"eq": self._rest_vanishes(p, THREE)},
                {"eq": p.hyp("first"), "left": net.chain(net.depth, TWO)},
                {"eq": p.hyp("second"), "left": above, "right": first},
                {"eq": self.row(p, "bottom", net.depth, TWO), "right": first},
            ],
        )  # fmt: skip
        return p, id, self.kernel_vector_model

    def _length(self) -> Proof:
        net, v = self.network, self.V
        p = Prover(self.kernel_vector)
        whole = total(l, ONE, net.depth, size(v[l]))
        parts = split(p, p.refl(whole), RIGHT, TWO)
        within(p, l, THREE, net.depth)
        using = [{"eq": p.all_at(p.hyp("others"), l), "with": v[l]}]
        each = p.ring(size(v[l]), T.number(0) * size(v[l]), using)
        rest = summed(p, each, l, THREE, net.depth)
        families, ends = {"F": Lambda(str(l), size(v[l]))}, {"a": THREE, "b": net.depth}
        rest = p.rewrite(rest, RIGHT, "sum_factor", c=T.number(0), families=families, indices=ends)
        first, second = (net.factor(i) for i in (ONE, TWO))
        id = p.ring(
            whole, size(first) + size(second),
            [
                {"eq": parts},
                {"eq": rest},
                {"eq": p.hyp("first"), "with": v[1] + first},
                {"eq": p.hyp("second"), "with": v[2] - second},
            ],
        )  # fmt: skip
        return p, id, self.kernel_vector_model

    def _zero(self) -> Proof:
        net = self.network
        gone = S.equal(net.factor(TWO), self.zero)
        p = Prover({"second": gone, "others": self._none_from(TWO), **self.two_layers})
        parts = split(p, p.refl(self.derivative), RIGHT, ONE)
        id = p.equate(
            self.derivative, self.zero,
            [
                {"eq": parts},
                {"eq": self._rest_vanishes(p, TWO)},
                {"eq": self.row(p, "bottom", net.depth, TWO), "right": self.V[1]},
                {"eq": p.hyp("second"), "left": net.chain(net.depth, THREE), "right": self.V[1]},
            ],
        )  # fmt: skip
        model = (
            Assignment("set", net.layer(TWO), net.layer_for(self.zero)),
            Assignment("set", self.V[l], self.zero, over=(str(l), TWO, net.depth)),
        )
        return p, id, model

    # -- one layer -------------------------------------------------------------------------------------------
    @cached_property
    def curvature(self) -> Term:
        """X X^T (x) I."""
        return cast(Term, T.Kronecker(self.network.X * self.network.X.T, self.eye))

    def _one_layer(self) -> Proof:
        problem = replace(self.network, depth=ONE).problem
        (w,) = problem.letters
        p = Prover({})
        id = hessian_step(p, problem.loss, w, w)
        return p, p.turn(id, (3,), self.curvature), ()

    def _definite(self) -> Proof:
        x, v, s = self.network.X, T.matrix("V", *self.zero.shape), T.scalar("s")
        column = cast(Term, T.Vec(v))
        p = Prover({"bound": cast(S.Statement, S.LB(x.T, self.eye, s**2))})
        id = p.apply("lb_apply_identity", [p.hyp("bound")], A=x.T, c=s**2, M=v.T)
        id = p.turn(id, LEFT, s**2 * cast(Term, T.SquaredNorm(v)))
        id = p.turn(id, RIGHT, cast(Term, T.Inner(column, self.curvature * column)))
        return p, id, (Assignment("below", s, x.T),)

    def _degenerate(self) -> Proof:
        x = self.network.X
        d, one = self.eye.shape[0], 1
        u, v, z = (T.matrix(name, d, one) for name in "uvz")
        p = Prover({"null vector": S.equal(x.T * v, cast(Term, T.Zero(x.shape[1], v.shape[1])))})
        id = p.equate(self.curvature * cast(Term, T.Vec(u * v.T)), cast(Term, T.Vec(u * (x.T * v).T * x.T)))
        using = [{"eq": p.hyp("null vector"), "transpose": True, "left": u, "right": x.T}]
        id = p.turn(id, (*RIGHT, 0), self.zero, using)
        id = p.turn(id, RIGHT, cast(Term, T.Zero(*p.statement(id).args[1].shape)))
        return p, id, (Assignment("set", v, z - x * cast(Term, T.Pseudoinverse(x)) * z),)
