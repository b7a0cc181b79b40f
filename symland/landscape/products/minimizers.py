"""The global minimizers of the deep linear and the residual network, for every depth.

A minimizer is not substituted: it is the letter of the layers under hypotheses. Source: Theorems 4.2 and 5.1 of the
specification, after Zhou and Liang.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

from symland.calculus.gradient import gradient_step
from symland.calculus.prover import RIGHT, Prover
from symland.landscape.minimizer_set import MinimizerSet, PointFamily
from symland.landscape.products.chains import BOUND, chain_identity, unfold
from symland.landscape.products.closed_form import ClosedForm
from symland.landscape.products.gradients import Gradients
from symland.landscape.products.known_points import cited, families
from symland.landscape.products.least_squares import NORMAL as NORMAL
from symland.landscape.products.least_squares import ONE, LeastSquares, Proof
from symland.landscape.products.networks import Network, ResidualNetwork
from symland.landscape.products.orbit import Orbit
from symland.landscape.products.roots import Roots
from symland.landscape.result import Assumed, Result, at_depth
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.terms import Term
from symland.language.trace import Assignment

TWO = Index.of(2)


@dataclass(frozen=True)
class ProductMinimizers(LeastSquares, MinimizerSet):
    """The global minimizers of a network `h = 1/2 |P X - Y|_F^2`, P the product of its factors.

    `value` is h* = 1/2 |Y X^+ X - Y|_F^2, a lower bound for all widths. For square layers it is attained, and a point
    is a global minimizer exactly where `condition`, the normal equation P X X^T = Y X^T, holds. For rectangular layers
    the normal equation is sufficient; a bottleneck can make it unsolvable.

    >>> from symland.landscape.products.networks import residual_network
    >>> found = ProductMinimizers(residual_network())
    >>> found.result("closed_form").theorem.statement
    all i in 1..L: I(d) + A[i] = prod(j, i..1, I(d) + A[j])*inv(prod(j, i-1..1, I(d) + A[j]))
    >>> [family.name for family in found.families]
    ['orbit', 'one_layer', 'equal_layers']
    """

    network: Network

    @property
    def points(self) -> str:
        """What the points of the normal equation are called: for rectangular layers there may be other minimizers."""
        return "global minimizers" if self.network.square else "points of the normal equation"

    @cached_property
    def general(self) -> ProductMinimizers:
        """Those of the same network with symbolic depth."""
        return replace(self, network=self.network.general)

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """Every statement about the minimizers, each proved on its own; for an explicit depth, its instance."""
        roots = Roots(self).results if isinstance(self.network, ResidualNetwork) else ()
        if self.network.depth.value is None:
            return (*self._results, *roots)
        return (*(at_depth(r, self.network.depth) for r in self.general._results), *roots)

    @property
    def families(self) -> tuple[PointFamily, ...]:
        """Global minimizers in closed form, for square layers."""
        return families(self) if self.network.square else ()

    @property
    def assumed(self) -> tuple[Assumed, ...]:
        """What is cited: existence of full-rank minimizers, manifolds, roots."""
        return cited(self) if self.network.square else ()

    @property
    def _results(self) -> tuple[Result, ...]:
        """The results for symbolic depth."""
        proofs: dict[str, tuple[str, str, Callable[[], Proof]]] = {
            "lower_bound": ("h* is a lower bound of the loss", "Theorem 4.2.1", self.prove_lower_bound),
            "attained": ("the value h* is attained", "Theorem 4.2.1", self._attained),
            "value": ("the normal equation gives the value h*", "Theorem 4.2.2", self.prove_value),
            "normal": ("the value h* gives the normal equation", "Theorem 4.2.2", self.prove_normal),
            "product": ("the normal equation gives the form of the product", "Theorem 4.2.2", self.prove_form),
            "product_converse": ("that form gives the normal equation", "Theorem 4.2.2", self.prove_form_converse),
            "stationary": (f"{self.points} are stationary", "Theorem 4.2.2", self._stationary),
        }
        if not self.network.square:
            del proofs["attained"]
        made = tuple(self.proved(name, title, source, proof()) for name, (title, source, proof) in proofs.items())
        gradients = Gradients(self).results
        if not self.network.square:
            return (*made, *gradients)
        form = ClosedForm(self)
        return (*made, *form.results, *Orbit(form).results, *gradients)

    # -- proofs ----------------------------------------------------------------------------------------------
    def _stationary(self) -> Proof:
        n = self.network
        l = Index.var("l")
        w = n.layer(l)
        p = Prover({NORMAL: self.condition})
        id = gradient_step(p, n.loss, w)
        left, right = n.chain(n.depth, l + 1).T, n.chain(l - 1, ONE).T
        id = p.turn(id, (2,), cast(Term, T.Zero(*w.shape)), [{"eq": p.hyp(NORMAL), "left": left, "right": right}])
        return p, id, self.solved

    def _attained(self) -> Proof:
        """The first factor Y X^+, the others the identity."""
        n, l = self.network, Index.var("l")
        eye = cast(Term, T.Identity(n.X.shape[0]))
        first, others = n.layer_for(self.best), n.layer_for(eye)
        p = Prover(
            {
                "first layer": S.equal(n.layer(ONE), first),
                "other layers": S.ForAll.over("l", TWO, n.depth, S.equal(n.layer(l), others)),
                **n.order,
            }
        )
        top = p.spec(chain_identity(p, n, "other layers", TWO, n.depth), indices={str(BOUND): n.depth})
        id = p.refl(n.product)
        id = unfold(p, n, id, RIGHT, "bottom", indices={"b": n.depth, "a": ONE})
        id = p.turn(id, RIGHT, self.best, [
            {"eq": top, "right": n.factor(ONE)}, {"eq": p.hyp("first layer")},
        ])  # fmt: skip
        value = p.rewrite_by(p.refl(n.loss), (1, 1, 0, 0, 0), id)
        model = (
            Assignment("set", n.layer(ONE), first),
            Assignment("set", n.layer(l), others, over=("l", TWO, n.depth)),
        )
        return p, value, model
