"""The second derivative of the loss of a network along a line through a global minimizer, for every depth.

The quadratic form of the Hessian, without blocks: on the line every factor is F[l] + t V[l], and t is differentiated.
Source: Theorem 4.3 of the specification.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn, cast

from symland.calculus.differential import push, push_once
from symland.calculus.prover import RIGHT, Path, Prover
from symland.errors import UsageError
from symland.landscape.products.chains import BOUND, induct, range_facts
from symland.landscape.products.directions import MINUS, Directions, size
from symland.landscape.products.least_squares import NORMAL, ONE, LeastSquares, Proof
from symland.landscape.products.networks import Network
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import PLACE, Index
from symland.language.nodes import Lambda
from symland.language.terms import Term

SOURCE = "Theorem 4.3"
ZERO, n = Index.of(0), BOUND
t, UNIT = T.scalar("t"), T.number(1)


def along(a: Term) -> Term:
    """The derivative with respect to t."""
    return cast(Term, T.D(a, t, UNIT))


@dataclass(frozen=True)
class Line(Network):
    """The points `F[l] + t V[l]` of a network with factors F[l], for all t."""

    base: Network

    title = "line"
    rows = "ordered"
    reading = "prod(i, b..a, M) = M(b)*...*M(a) for the factors M(i) = F[i] + t V[i], the identity for b = a - 1"

    def factor(self, l: Index) -> Term:
        """F[l] + t V[l]."""
        return T.total(self.base.factor(l), t * Directions(self.base).V[l])

    def layer_for(self, factor: Term) -> NoReturn:
        raise UsageError("the factors on a line depend on t: no layer is found from one of them")

    @property
    def bindings(self) -> dict[str, Any]:
        place = Index.var(PLACE)
        return {"families": {"X": Lambda("i", self.factor(Index.var("i")))}, "dims": {"n": (PLACE, self.width(place))}}

    def chain(self, top: Index, bottom: Index) -> Term:
        """prod(i, top..bottom, F[i] + t V[i])."""
        return cast(Term, T.OrderedProduct.over("i", bottom, top, self.factor(Index.var("i"))))


@dataclass(frozen=True)
class SecondDerivative:
    """The second derivative with respect to t is the square of the derivative of P X along V, wherever the point on the
    line is a global minimizer."""

    network: Network

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """One statement, one result."""
        proofs = {
            "product rule": ("the derivative of $P$ along $V$", self._product_rule),
            "second derivative": ("the second derivative of the loss along $V$, at a minimizer", self._second),
        }
        made = self.here.proved
        return tuple(made(name, title, SOURCE, proof()) for name, (title, proof) in proofs.items())

    @cached_property
    def here(self) -> Directions:
        """Directions at a point of the line."""
        net = self.network
        return Directions(Line(net.depth, net.letter, net))

    def _product_rule(self) -> Proof:
        p = Prover(self.network.order)
        return p, self._product_step(p), ()

    def _product_step(self, p: Prover) -> str:
        """The step `D(P; t) = sum_l P[L..l+1] V[l] P[l-1..1]`, by induction on the number of factors. Source: the rule
        PROD."""
        d, net = self.here, self.here.network

        def claim(top: Index) -> S.Statement:
            return S.equal(along(net.chain(top, ONE)), d.derivative_to(top))

        facts = range_facts(p, n, ZERO, net.depth)
        p.assume("phi: product rule", claim(n))
        base = p.refl(along(net.chain(ZERO, ONE)))
        base = push_once(p, p.turn(base, (*RIGHT, 0), d.eye), RIGHT)
        base = p.turn(base, RIGHT, d.derivative_to(ZERO))
        step = p.rewrite_by(p.refl(along(net.chain(n + 1, ONE))), (*RIGHT, 0), d.row(p, "top", n + 1, ONE))
        step = p.rewrite(step, RIGHT, "d_product", A=net.factor(n + 1), B=net.chain(n, ONE), w=t, v=UNIT)
        step = push(p, step, (*RIGHT, 0, 0))
        step = p.rewrite_by(step, (*RIGHT, 1, 1), p.hyp("phi: product rule"))
        rule = {"eq": d.product_rule(p, n), "times": MINUS}
        step = p.turn(step, RIGHT, d.derivative_to(n + 1), [rule])
        id = induct(p, base, step, "phi: product rule", n, ZERO, net.depth, facts)
        return p.spec(id, indices={str(n): net.depth})

    def _second(self) -> Proof:
        d, net = self.here, self.here.network
        least = LeastSquares(net)
        p = Prover({NORMAL: least.condition, **net.order})
        slope, x = along(net.product), net.X
        first = push_once(p, p.refl(along(net.loss)), RIGHT)
        first = push_once(p, first, (*RIGHT, 1))
        first = self._of_residual(p, first, (*RIGHT, 2, 1))
        first = p.turn(first, RIGHT, cast(Term, T.Inner(net.residual, slope * x)))
        id = p.rewrite_by(p.refl(along(along(net.loss))), (*RIGHT, 0), first)
        id = push_once(p, id, RIGHT)
        id = self._of_residual(p, id, (*RIGHT, 0, 0))
        id = push_once(p, id, (*RIGHT, 1, 1))
        using = [
            {"eq": p.hyp(NORMAL), "with": along(slope)},
            {"eq": self._product_step(p), "right": x, "with": (slope + d.derivative) * x},
        ]
        return p, p.turn(id, RIGHT, size(d.derivative * x), using), least.solved

    def _of_residual(self, p: Prover, id: str, path: Path) -> str:
        """The derivative of E = P X - Y at the path as that of P, times X."""
        return push_once(p, push_once(p, id, path), path)
