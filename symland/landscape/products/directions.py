"""Directions at a point of a network, and what H does with them: `H vec V = vec((sum_l P[L..l+1] V[l] P[l-1..1]) X)`.

P[b..a] is the product of the factors b, ..., a, and H = [H[1], ..., H[L]] the Jacobian of P X, so that the Hessian at a
minimizer is H^T H.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from symland.calculus.prover import RIGHT, Prover
from symland.errors import UsageError
from symland.landscape.at_minimizers.hessian_at import HessianAtMinimizer
from symland.landscape.products.layer_sums import factored_left, last_term, summed, total, within
from symland.landscape.products.least_squares import ONE, LeastSquares, Proof
from symland.landscape.products.minimizers import ProductMinimizers
from symland.landscape.products.networks import Network
from symland.landscape.result import Result
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Family
from symland.language.terms import Term

l, k = Index.var("l"), Index.var("k")
MINUS = T.number(-1)


def size(a: Term) -> Term:
    """|a|^2, the sum of the squares of the entries."""
    return cast(Term, T.SquaredNorm(a))


@dataclass(frozen=True)
class Directions:
    """Directions of a network with square layers: a matrix V[l] for each layer."""

    network: Network

    def __post_init__(self) -> None:
        if not self.network.square:
            raise UsageError(
                "kernel, range and spectrum are described for square layers", hint="use a network without rectangular"
            )

    @cached_property
    def V(self) -> Family:
        """A direction."""
        return self.letters("V")

    def letters(self, name: str, facts: Sequence[str] = ()) -> Family:
        """Matrices of the shape of a layer, by index."""
        return T.family(name, *self.zero.shape, facts=facts)

    @cached_property
    def zero(self) -> Term:
        """The zero matrix of the shape of a layer."""
        d = self.network.width(ONE)
        return cast(Term, T.Zero(d, d))

    @cached_property
    def eye(self) -> Term:
        """The identity matrix of the shape of a layer."""
        return cast(Term, T.Identity(self.network.width(ONE)))

    def block(self, at: Index) -> Term:
        """H[l] = (X^T P[l-1..1]^T) (x) P[L..l+1]."""
        return HessianAtMinimizer(ProductMinimizers(self.network)).factor(at)

    def image(self, at: Index, top: Index | None = None) -> Term:
        """P[top..l+1] V[l] P[l-1..1]: how P[top..1] changes with layer l; top is L if it is left out."""
        n = self.network
        return T.product(n.chain(n.depth if top is None else top, at + 1), self.V[at], n.chain(at - 1, ONE))

    @cached_property
    def derivative(self) -> Term:
        """The derivative of P along V."""
        return self.derivative_to(self.network.depth)

    def derivative_to(self, top: Index) -> Term:
        """The derivative of P[top..1] along V."""
        return total(l, ONE, top, self.image(l, top))

    def product_rule(self, p: Prover, n: Index) -> str:
        """The step that the derivative of P[n+1..1] is F[n+1] times that of P[n..1], plus V[n+1] P[n..1], for n >= 0; F
        are the factors."""
        net, whole = self.network, self.derivative_to(n + 1)
        last = last_term(p, l, ONE, n + 1, self.image(l, n + 1))
        within(p, l, ONE, n)
        each = p.refl(self.image(l, n + 1))
        each = p.rewrite_by(each, (*RIGHT, 0), self.row(p, "top", n + 1, l + 1))
        rest = summed(p, each, l, ONE, n)
        rest = p.rewrite_by(rest, RIGHT, factored_left(p, l, ONE, n, net.factor(n + 1), self.image(l, n)))
        parts = net.factor(n + 1) * self.derivative_to(n), self.V[n + 1] * net.chain(n, ONE)
        return p.equate(whole, T.total(*parts), [{"eq": last}, {"eq": rest}])

    def row(self, p: Prover, ending: str, top: Index, bottom: Index) -> str:
        """The step of a row about the product top..bottom: its `ending` is split, top, bottom or empty."""
        n = self.network
        return p.apply(f"{n.rows}_{ending}", **n.bindings, indices={"a": bottom, "b": top})

    def proved(self, name: str, title: str, source: str, proof: Proof) -> Result:
        """The result that the proof ends in."""
        return LeastSquares(self.network).proved(name, title, source, proof)
