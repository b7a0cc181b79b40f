"""Gradient dominance of the deep linear and the residual network, with explicit constants, for every depth and size.

Region form (Theorem 4.5), neighborhood form (Theorem 4.6) and the classical constant
`1/(2 L (tau/2)^(2(L-1)) sigma_min(X)^2)` as its special case. Everything is replayed from the loss; no analysis row is
used. Bounds are squared: `LB(F[k], I, t[k]^2)` says sigma_min(F[k]) >= t[k] for the factor F[k] of layer k, and
`LB(X X^T, X^T, s^2)` says that s is at most the smallest nonzero singular value of X.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

from symland.calculus.gradient import direction, linear_form
from symland.calculus.prover import RIGHT, Prover
from symland.errors import UsageError
from symland.landscape.products.chains import (
    ZERO,
    between,
    chain_bounds,
    layer_facts,
    product_of_squares,
    products_nonnegative,
)
from symland.landscape.products.least_squares import Model
from symland.landscape.products.minimizers import ProductMinimizers
from symland.landscape.products.networks import Network
from symland.landscape.result import Result, at_depth
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Family, Lambda, Substitution
from symland.language.terms import Term
from symland.language.trace import Assignment
from symland.proof.theorem import Theorem

ONE, l, k = Index.of(1), Index.var("l"), Index.var("k")
TWO = T.number(2)
REGIONS = {
    "singular values": "where every layer has singular values bounded below",
    "ball": "near a point",
    "half ball": "within half the smallest singular value of a point, with the classical constant",
    "small residuals": "where every layer is small",
}


@dataclass(frozen=True)
class GradientDominance:
    """`h - h* <= lambda |grad h|^2` on a region.

    `lambda_` is the constant, `region` its hypotheses, `gradient` the theorem that says what the gradients in it are,
    `critical` that every critical point in the region is a global minimizer.
    """

    minimizers: ProductMinimizers
    region_name: str
    lambda_: Term
    result: Result
    gradient: Result
    inequality: Result
    critical: Result

    @property
    def theorem(self) -> Theorem:
        return self.result.theorem

    @property
    def region(self) -> Mapping[str, S.Statement]:
        """The hypotheses that describe the region and the data."""
        return self.result.theorem.hypotheses

    @property
    def results(self) -> tuple[Result, ...]:
        return (self.gradient, self.inequality, self.result, self.critical)

    def at_depth(self, depth: Index) -> GradientDominance:
        """The same for an explicit depth."""
        network = replace(self.minimizers.network, depth=depth)
        constant = cast(Term, Substitution(indices={"L": depth}).apply(self.lambda_))
        results = (at_depth(r, depth) for r in (self.result, self.gradient, self.inequality, self.critical))
        return GradientDominance(replace(self.minimizers, network=network), self.region_name, constant, *results)

    def __repr__(self) -> str:
        return f"gradient dominance on the region '{self.region_name}' with lambda = {self.lambda_!r}  [PROVED]"


@dataclass(frozen=True)
class Dominance:
    """The proofs of gradient dominance for one network; square layers."""

    minimizers: ProductMinimizers

    def __post_init__(self) -> None:
        if not self.network.square:
            raise UsageError(
                "gradient dominance is proved for square layers", hint="use network(...) without rectangular"
            )

    @property
    def network(self) -> Network:
        return self.minimizers.network

    @cached_property
    def bound(self) -> Family:
        """t[k], a lower bound of the smallest singular value of the factor of layer k."""
        return T.family("t")

    @cached_property
    def s(self) -> Term:
        """A lower bound of the smallest nonzero singular value of X."""
        return T.scalar("s")

    @cached_property
    def gap(self) -> Term:
        """h - h*."""
        return self.network.loss - self.minimizers.value

    def gradient(self, i: Index) -> Term:
        """grad h with respect to layer i."""
        return self.minimizers.gradient(i)

    def products(self, i: Index) -> Term:
        """The product of t[k]^2 over all layers k but i."""
        above = product_of_squares(self.bound, self.network.depth, i + 1)
        return above * product_of_squares(self.bound, i - 1, ONE)

    @cached_property
    def sum_of_products(self) -> Term:
        """sum over l of the product of t[k]^2 over k != l."""
        return cast(Term, T.BoundedSum.over("l", 1, self.network.depth, self.products(l)))

    @cached_property
    def squared_gradient(self) -> Term:
        """|grad h|^2, summed over the layers."""
        norm = cast(Term, T.SquaredNorm(self.gradient(l)))
        return cast(Term, T.BoundedSum.over("l", 1, self.network.depth, norm))

    @cached_property
    def data(self) -> S.Statement:
        """s^2 |X^T v|^2 <= |X X^T v|^2 for all v."""
        x = self.network.X
        return cast(S.Statement, S.LB(x * x.T, x.T, self.s**2))

    @cached_property
    def layers(self) -> S.Statement:
        """sigma_min(F[k]) >= t[k] for every layer."""
        return self.every_layer(self.at_least(self.network.factor(k), self.bound["k"]))

    def every_layer(self, statement: S.Statement) -> S.Statement:
        """all k in 1..L: statement."""
        return cast(S.Statement, S.ForAll.over("k", 1, self.network.depth, statement))

    def at_least(self, a: Term, bound: Term) -> S.Statement:
        """sigma_min(a) >= bound."""
        return cast(S.Statement, S.LB(a, T.Identity(a.shape[1]), bound**2))

    # -- the region form -------------------------------------------------------------------------------------
    def inequality(self, p: Prover) -> str:
        """The step `2 s^2 (h - h*) sum_l prod_{k != l} t[k]^2 <= sum_l |grad_l h|^2` (Theorem 4.5 without division),
        from the hypotheses `layers` and `data` of the prover."""
        n, m = self.network, self.minimizers
        bounds = chain_bounds(p, n, self.bound, "layers")
        nonnegative = products_nonnegative(p, self.bound, n.depth)
        layer_facts(p, n, l)
        upper, lower = (n.depth, l + 1), (l - 1, ONE)
        c1, c2 = (product_of_squares(self.bound, *r) for r in (upper, lower))
        c1_pos, c2_pos = (between(p, nonnegative, *r) for r in (upper, lower))
        left, right = n.chain(*upper), n.chain(*lower)
        left_bound = p.apply("lb_transpose", [between(p, bounds, *upper)], A=left, c=c1)
        right_bound = between(p, bounds, *lower)
        q, gap, x = n.residual * n.X.T, m.gap, n.X
        i1 = p.apply("lb_apply_identity", [left_bound], A=left.T, c=c1, M=q * right.T)
        i2 = p.apply("lb_apply_identity", [right_bound], A=right, c=c2, M=q.T)
        i3 = p.apply("lb_apply", [p.hyp("data")], A=x * x.T, B=x.T, c=self.s**2, M=gap.T)
        normal = m.residual_normal(p)
        moved = p.ring(q, gap * x * x.T, [{"eq": normal}])
        square = p.rewrite_by(p.refl(cast(Term, T.SquaredNorm(q))), (1, 0), moved)
        split = p.ring(
            cast(Term, T.SquaredNorm(n.residual)),
            cast(Term, T.SquaredNorm(m.residual)) + cast(Term, T.SquaredNorm(gap * x)),
            [{"eq": normal, "with": gap, "times": TWO}],
        )  # fmt: skip
        layer = p.pos(
            TWO * self.s**2 * self.gap * (c1 * c2), cast(Term, T.SquaredNorm(self.gradient(l))),
            {
                "sum": [
                    {"theorem": i1},
                    {"product": [{"theorem": c1_pos}, {"theorem": i2}]},
                    {"product": [{"theorem": c1_pos}, {"theorem": c2_pos}, {"theorem": i3}]},
                ]
            },
            [{"eq": square, "times": c1 * c2}, {"eq": split, "times": T.number(-1) * self.s**2 * c1 * c2}],
        )  # fmt: skip
        p.display.append((layer, "one layer: smallest singular values of the factors, then of X"))
        total = p.emit(
            "sum_mono", {"from": layer, "binder": "sum", "var": "l", "lo": ONE, "hi": n.depth,
                           "low": repr(S.at_least(l, 1)), "high": repr(S.at_least(n.depth, l))},
        )  # fmt: skip
        p.display.append((total, "sum over the layers"))
        body = Lambda("j", self.products(Index.var("j")))
        constant = TWO * self.s**2 * self.gap
        return p.rewrite(total, (0,), "sum_factor", c=constant, families={"F": body}, indices={"a": ONE, "b": n.depth})

    def divide(self, p: Prover, total: str, factor: Term, positive: str) -> str:
        """The step `h - h* <= (1/factor) |grad h|^2`, from `total`, which says factor (h - h*) <= |grad h|^2, and from
        0 < factor."""
        squared_gradient = p.statement(total).args[1]
        one = p.apply("reciprocal", [positive], c=factor)
        sign = p.apply("reciprocal_positive", [positive], c=factor)
        id = p.pos(
            self.gap, cast(Term, T.Reciprocal(factor)) * squared_gradient,
            {"product": [{"theorem": sign}, {"theorem": total}]}, [{"eq": one, "times": self.gap}],
        )  # fmt: skip
        p.display.append((id, "divide by the positive constant"))
        return id

    @cached_property
    def gradient_result(self) -> Result:
        """grad(h, W[l], G[l]) for every layer, or A[l]."""
        n = self.network
        facts = (S.at_least(l, 1), S.at_least(n.depth, l))
        p = Prover({repr(f): f for f in facts})
        w = n.layer(l)
        id = linear_form(p, n.loss, w, direction("V", w, n.loss))
        id = p.emit(
            "identify", {"from": p.turn(id, RIGHT, cast(Term, T.Inner(self.gradient(l), direction("V", w, n.loss))))}
        )
        return self.minimizers.proved("gradient", "the gradient with respect to each layer", "Theorem 4.1", (p, id, ()))

    def critical(self, p: Prover, dominance: str) -> str:
        """The step `h = h*`, from gradient dominance and the hypothesis that all gradients vanish."""
        m, depth = self.minimizers, self.network.depth
        norm, zero = cast(Term, T.SquaredNorm(self.gradient(l))), T.number(0)
        p.assume("critical", self.every_layer(S.equal(self.gradient(k), T.Zero(*self.gradient(k).shape))))
        low, high = layer_facts(p, self.network, l)
        vanishes = p.all_at(p.hyp("critical"), l)
        id = p.turn(p.rewrite_by(p.refl(norm), (1, 0), vanishes), RIGHT, zero)
        over = {"binder": "sum", "var": "l", "lo": ONE, "hi": depth, "low": low, "high": high}
        id = p.emit("sum_mono", {"from": id, **over})
        id = p.rewrite(id, RIGHT, "sum_constant", c=zero, indices={"a": ONE, "b": depth})
        id = p.rewrite_by(dominance, (1, 1), p.turn(id, RIGHT, zero))
        upper = p.pos(self.network.loss, m.value, {"theorem": id})
        return p.apply("le_antisymmetric", [upper, m.bound_step(p)], a=self.network.loss, b=m.value)

    @cached_property
    def region_model(self) -> Model:
        """X, Y, W free; s and t[k] rational bounds of singular values."""
        n = self.network
        return (*self.data_model, Assignment("below", self.bound["k"], n.factor(k), over=("k", ONE, n.depth)))

    @property
    def minimizing(self) -> Assignment:
        """Data for which the layers are a global minimizer."""
        return self.minimizers.data_for(self.network.product)

    @cached_property
    def data_model(self) -> Model:
        x = self.network.X
        return (Assignment("below", self.s, x * x.T, x.T),)

    def finish(
        self, region: str, source: str, p: Prover, total: str, factor: Term, positive: str, model: Model
    ) -> GradientDominance:
        """Gradient dominance with lambda = 1/factor, from the inequality before division."""
        where, proved = REGIONS[region], self.minimizers.proved
        first = proved(
            f"inequality, {region}", f"gradient dominance {where}, before division", source, (p, total, model)
        )
        id = self.divide(p, total, factor, positive)
        result = proved(f"dominance, {region}", f"gradient dominance {where}", source, (p, id, model))
        title = "every critical point in the region is a global minimizer"
        critical = proved(f"critical, {region}", title, source, (p, self.critical(p, id), (*model, self.minimizing)))
        constant = cast(Term, T.Reciprocal(factor))
        return GradientDominance(self.minimizers, region, constant, result, self.gradient_result, first, critical)

    def on_region(self) -> GradientDominance:
        """Theorem 4.5: sigma_min(F[k]) >= t[k] gives lambda = 1/(2 s^2 sum_l prod_{k != l} t[k]^2), where positive."""
        p = Prover({"layers": self.layers, "data": self.data, **self.network.order})
        total = self.inequality(p)
        factor = TWO * self.s**2 * self.sum_of_products
        p.assume("positive", cast(S.Statement, S.Lt(ZERO, factor)))
        return self.finish("singular values", "Theorem 4.5", p, total, factor, p.hyp("positive"), self.region_model)
