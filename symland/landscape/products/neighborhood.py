"""Gradient dominance near a point and near the identity: Theorems 4.6 and 5.2, as instances of the region form.

The bound of every factor, `sigma_min(F[k]) >= tau[k] - r[k]`, is the rule WEYL; the region theorem is then
specialized to t[k] := tau[k] - r[k]. The point need not be a minimizer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from symland.calculus.prover import RIGHT, Prover
from symland.errors import UsageError
from symland.landscape.products.chains import ZERO, for_all, layer_facts
from symland.landscape.products.dominance import ONE, TWO, Dominance, GradientDominance, k, l
from symland.landscape.products.networks import ResidualNetwork
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Lambda
from symland.language.terms import Term
from symland.language.trace import Assignment

HALF, UNIT = T.number(1, 2), T.number(1)

Premises = Callable[[], list[str]]


def ball(d: Dominance, tau: Term, r: Term) -> dict[str, S.Statement]:
    """sigma_min(F*[k]) >= tau and |W[k] - W*[k]|_2 <= r for every layer k, and the data; A for W in a residual network,
    and F are the factors."""
    n = d.network
    return {
        "center": d.every_layer(d.at_least(n.other.factor(k), tau)),
        "ball": d.every_layer(S.UB(n.layer(k) - n.other.layer(k), r**2)),
        "layers": d.layers,
        "data": d.data,
        **n.order,
    }


def moved(d: Dominance, p: Prover, base: Term, tau: Term, r: Term, t: Term, premises: Premises) -> str:
    """The region inequality with t[k] := t = tau - r, where each factor is `base` and a change of norm r at most;
    `premises` gives the steps LB(base, I, tau^2), UB(change, r^2), 0 <= r and r <= tau at layer k."""
    n, total = d.network, d.inequality(p)
    layer_facts(p, n, k)
    bounds = premises()
    change = p.statement(bounds[1]).args[0]
    id = p.apply("weyl", bounds, A=base, B=change, a=tau, b=r)
    p.display.append((id, "Weyl: singular values move by at most the norm of the change"))
    id = p.turn(p.turn(id, (0,), n.factor(k)), (2,), t**2)
    every = for_all(p, id, k, ONE, n.depth)
    id = p.spec(total, discharge={"layers": {"theorem": every}}, families={d.bound.name: Lambda("k", t)})
    p.display.append((id, "the region form with these bounds"))
    return id


def by_layers(d: Dominance, p: Prover, total: str) -> tuple[Term, str]:
    """2 s^2 times the sum of products of the inequality, and the hypothesis that it is positive."""
    factor = T.product(TWO, d.s**2, p.statement(total).args[0].args[-1])
    p.assume("positive", S.Lt(ZERO, factor))
    return factor, p.hyp("positive")


def in_ball(d: Dominance) -> GradientDominance:
    """Theorem 4.6: sigma_min(F*[k]) >= tau[k] and |W[k] - W*[k]|_2 <= r[k] <= tau[k] give lambda =
    1/(2 s^2 sum_l prod_{k != l} (tau[k] - r[k])^2) where that is positive."""
    n, tau, r = d.network, T.family("tau"), T.family("r")
    facts = ball(d, tau[k], r[k])
    facts["radius >= 0"] = d.every_layer(S.Le(ZERO, r[k]))
    facts["radius <= tau"] = d.every_layer(S.Le(r[k], tau[k]))
    p = Prover(facts)

    def premises() -> list[str]:
        return [p.all_at(p.hyp(name), k) for name in ("center", "ball", "radius >= 0", "radius <= tau")]

    total = moved(d, p, n.other.factor(k), tau[k], r[k], tau[k] - r[k], premises)
    factor, positive = by_layers(d, p, total)
    over = ("k", ONE, n.depth)
    here, layer = n.other.layer(k), n.layer(k)
    step = cast(Term, T.family("Delta", *layer.shape)[k])
    model = (
        *d.data_model,
        Assignment("set", layer, here + T.number(1, 100) * step, over=over),
        Assignment("below", tau[k], n.other.factor(k), over=over),
        Assignment("above", r[k], layer - here, over=over),
    )
    return d.finish("ball", "Theorem 4.6", p, total, factor, positive, model)


def near_identity(d: Dominance) -> GradientDominance:
    """Theorem 5.2 (ii), for a residual network: |A[k]|_2 <= a[k] <= 1 gives lambda =
    1/(2 s^2 sum_l prod_{k != l} (1 - a[k])^2) where that is positive. No minimizer is needed."""
    n, a = d.network, T.family("a")
    if not isinstance(n, ResidualNetwork):
        raise UsageError(
            f"the {n.title} has no residuals to be small", hint='the region "ball" is about layers near given ones'
        )
    p = Prover(
        {
            "residuals": d.every_layer(S.UB(n.layer(k), a[k] ** 2)),
            "bounds >= 0": d.every_layer(S.Le(ZERO, a[k])),
            "bounds <= 1": d.every_layer(S.Le(a[k], UNIT)),
            "layers": d.layers,
            "data": d.data,
            **n.order,
        }
    )
    eye = cast(Term, T.Identity(n.width(k)))

    def premises() -> list[str]:
        identity = p.turn(p.apply("lb_identity", dims={"p": n.width(k)}), (2,), UNIT**2)
        return [identity, *(p.all_at(p.hyp(name), k) for name in ("residuals", "bounds >= 0", "bounds <= 1"))]

    total = moved(d, p, eye, UNIT, a[k], UNIT - a[k], premises)
    factor, positive = by_layers(d, p, total)
    over = ("k", ONE, n.depth)
    model = (
        *d.data_model,
        Assignment("set", n.layer(k), T.number(1, 20) * n.layer(k), over=over),
        Assignment("above", a[k], n.layer(k), over=over),
    )
    return d.finish("small residuals", "Theorem 5.2 (ii)", p, total, factor, positive, model)


def in_half_ball(d: Dominance) -> GradientDominance:
    """Theorem 4.6 (ii): tau[k] = tau > 0, |W[k] - W*[k]|_2 <= tau/2 and s > 0 give the classical constant
    lambda = 1/(2 L (tau/2)^(2(L-1)) s^2)."""
    n = d.network
    tau = T.scalar("tau")
    half = HALF * tau
    p = Prover({**ball(d, tau, half), "tau > 0": S.Lt(ZERO, tau), "s > 0": S.Lt(ZERO, d.s)})

    def premises() -> list[str]:
        tree = {"product": [{"rational": HALF.args[0]}, {"theorem": p.hyp("tau > 0")}]}
        bounds = [p.all_at(p.hyp(name), k) for name in ("center", "ball")]
        return [*bounds, p.pos(ZERO, half, tree), p.pos(half, tau, tree)]

    total = moved(d, p, n.other.factor(k), tau, half, half, premises)
    sum_at = (0, len(p.statement(total).args[0].args) - 1)
    total = p.rewrite_by(total, sum_at, equal_products(d, p, half))
    depth, power = cast(Term, T.IndexScalar(n.depth)), half ** (n.depth + n.depth - 2)
    total = p.turn(total, (0,), T.product(TWO, depth, power, d.s**2, d.gap))
    factor = T.product(TWO, depth, power, d.s**2)
    start = T.matrix("Start", *n.layer(k).shape)
    over = ("k", ONE, n.depth)
    model = (
        *d.data_model,
        Assignment("below", tau, start),
        Assignment("set", n.other.layer(k), n.layer_for(start), over=over),
        Assignment("set", n.layer(k), n.other.layer(k) + half * cast(Term, T.Identity(n.width(k))), over=over),
    )
    return d.finish("half ball", "Theorem 4.6 (ii)", p, total, factor, positive(p, n.depth, half, d.s), model)


def equal_products(d: Dominance, p: Prover, t: Term) -> str:
    """`sum_l prod_{k != l} t^2 = L t^(2(L-1))`."""
    depth = d.network.depth
    low, high = layer_facts(p, d.network, l)
    square = t**2
    above, below = (T.BoundedProduct.over("i", lo, hi, square) for lo, hi in ((l + 1, depth), (ONE, l - 1)))
    id = p.refl(above * below)
    id = p.rewrite(id, (1, 0), "product_constant", c=square, indices={"a": l + 1, "b": depth})
    id = p.rewrite(id, (1, 1), "product_constant", c=square, indices={"a": ONE, "b": l - 1})
    id = p.rewrite(id, RIGHT, "power_add", c=square, indices={"a": depth - l, "b": l - 1})
    id = p.rewrite(id, RIGHT, "power_square", c=t, indices={"a": depth - 1})
    id = p.emit("sum_mono", {"from": id, "binder": "sum", "var": "l", "lo": ONE, "hi": depth, "low": low, "high": high})
    return p.rewrite(id, RIGHT, "sum_constant", c=t ** (depth + depth - 2), indices={"a": ONE, "b": depth})


def positive(p: Prover, depth: Index, half: Term, s: Term) -> str:
    """`0 < 2 L (tau/2)^(2(L-1)) s^2`."""
    two = p.turn(p.apply("index_positive", indices={"a": Index.of(2)}), (1,), TWO)
    length = p.apply("index_positive", indices={"a": depth})
    one_half = p.turn(
        p.apply("reciprocal_positive", [two], c=TWO),
        (1,),
        HALF,
        [{"eq": p.apply("reciprocal", [two], c=TWO), "times": HALF}],
    )
    base = p.apply("product_positive", [one_half, p.hyp("tau > 0")], a=HALF, b=half.args[1])
    power = p.apply("power_positive", [base], c=half, indices={"a": depth + depth - 2})
    square = p.apply("power_positive", [p.hyp("s > 0")], c=s, indices={"a": Index.of(2)})
    id, value = square, s**2
    for step, factor in ((power, half ** (depth + depth - 2)), (length, cast(Term, T.IndexScalar(depth))), (two, TWO)):
        id = p.apply("product_positive", [step, id], a=factor, b=value)
        value = factor * value
    return id
