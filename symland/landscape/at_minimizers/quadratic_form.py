"""The quadratic form of the Hessian H^T H at the minimizers of a network of any depth, and the range of H.

Source: Theorem 4.3 of the specification.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from symland.calculus.prover import RIGHT, Prover
from symland.landscape.products.chains import BOUND, chain_invertible
from symland.landscape.products.directions import Directions, k, l, size
from symland.landscape.products.layer_sums import every, factored_right, summed, total, within
from symland.landscape.products.least_squares import ONE, Proof
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Lambda
from symland.language.terms import Term

SOURCE = "Theorem 4.3"


@dataclass(frozen=True)
class QuadraticForm(Directions):
    """The form is the square of the derivative of P X along V; one layer whose neighbors are invertible gives all of
    the range of H."""

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """One statement, one result."""
        proofs = {
            "jacobian": ("$H vec(V)$ is the vec of the derivative of $P X$ along $V$", self._jacobian),
            "second order": ("the quadratic form of $H^T H$ is the square of that derivative", self._second_order),
            "semidefinite": ("$H^T H$ is positive semidefinite", self._semidefinite),
            "range": ("one layer gives the whole range of $H$, if all others are invertible", self._range),
        }
        return tuple(self.proved(name, title, SOURCE, proof()) for name, (title, proof) in proofs.items())

    @cached_property
    def form(self) -> Term:
        """sum_l sum_k vec(V[l])^T H[l]^T H[k] vec(V[k])."""
        depth = self.network.depth
        return total(l, ONE, depth, total(k, ONE, depth, self._entry(l, k)))

    def _entry(self, row: Index, column: Index) -> Term:
        v = self.V
        square = self.block(row).T * self.block(column)
        return cast(Term, T.Inner(T.Vec(v[row]), square * T.Vec(v[column])))

    def _jacobian(self) -> Proof:
        net, x = self.network, self.network.X
        p = Prover(net.order)
        each = p.equate(self.block(l) * cast(Term, T.Vec(self.V[l])), cast(Term, T.Vec(self.image(l) * x)))
        id = summed(p, each, l, ONE, net.depth)
        families = {"M": Lambda(str(l), self.image(l) * x)}
        dims = dict(zip("pq", x.shape, strict=True))
        id = p.rewrite(id, RIGHT, "sum_vec", families=families, indices={"a": ONE, "b": net.depth}, dims=dims)
        id = p.rewrite_by(id, (*RIGHT, 0), factored_right(p, l, ONE, net.depth, self.image(l), x))
        return p, id, ()

    def _second_order(self) -> Proof:
        p = Prover(self.network.order)
        return p, self._square(p), ()

    def _square(self, p: Prover) -> str:
        """The step `form = |derivative X|^2`."""
        depth, x = self.network.depth, self.network.X
        here, there = self.image(l) * x, self.image(k) * x
        whole = factored_right(p, k, ONE, depth, self.image(k), x)
        ends = {"a": ONE, "b": depth}
        id = p.equate(self._entry(l, k), cast(Term, T.Inner(here, there)))
        id = summed(p, id, k, ONE, depth)
        families = {"M": Lambda(str(k), there)}
        id = p.rewrite(id, RIGHT, "inner_sum", reverse=True, A=here, families=families, indices=ends)
        id = p.rewrite_by(id, (*RIGHT, 1), whole)
        id = summed(p, id, l, ONE, depth)
        families = {"M": Lambda(str(l), here)}
        id = p.rewrite(id, RIGHT, "sum_inner", families=families, B=self.derivative * x, indices=ends)
        id = p.rewrite_by(id, (*RIGHT, 0), whole)
        return p.turn(id, RIGHT, size(self.derivative * x))

    def _semidefinite(self) -> Proof:
        p = Prover(self.network.order)
        square = {"square": self.derivative * self.network.X}
        return p, p.pos(T.number(0), self.form, square, [{"eq": self._square(p)}]), ()

    def _range(self) -> Proof:
        net, x = self.network, self.network.X
        above, below = net.chain(net.depth, l + 1), net.chain(l - 1, ONE)
        z, factor = T.matrix("Z", *self.zero.shape), cast(S.Statement, S.Invertible(net.factor(k)))
        p = Prover({"factors above": every(k, l + 1, net.depth, factor), "factors below": every(k, ONE, l - 1, factor)})
        within(p, l, ONE, net.depth)
        first = p.spec(chain_invertible(p, net, "factors below", ONE, l - 1), indices={str(BOUND): l - 1})
        second = p.spec(chain_invertible(p, net, "factors above", l + 1, net.depth), indices={str(BOUND): net.depth})
        v = cast(Term, T.Inverse(above)) * z * cast(Term, T.Inverse(below))
        id = p.equate(self.block(l) * cast(Term, T.Vec(v)), cast(Term, T.Vec(above * v * below * x)))
        using = [
            {"eq": p.apply("inverse_right", [second], A=above), "right": z * cast(Term, T.Inverse(below)) * below * x},
            {"eq": p.apply("inverse_left", [first], A=below), "left": z, "right": x},
        ]
        return p, p.turn(id, (*RIGHT, 0), z * x, using), ()
