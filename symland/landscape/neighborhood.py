"""Gradient dominance near a point W*: Theorem 4.6 and the classical constant, as instances of the region form.

The bound of every layer, `sigma_min(W[k]) >= tau[k] - r[k]`, is the rule WEYL; the region theorem is then
specialized to t[k] := tau[k] - r[k]. W* need not be a minimizer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from symland.calculus.prover import RIGHT, Prover
from symland.landscape.chains import ZERO
from symland.landscape.dominance import ONE, TWO, Dominance, GradientDominance, k, l
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Lambda
from symland.language.terms import Term
from symland.language.trace import Assignment

HALF = T.number(1, 2)


def center(dominance: Dominance, i: Index) -> Term:
    """W*[i], written Ws[i]."""
    d = dominance.network.X.shape[0]
    return cast(Term, T.family("Ws", d, d)[i])


def every_layer(dominance: Dominance, statement: S.Statement) -> S.Statement:
    """all k in 1..L: statement."""
    return cast(S.Statement, S.ForAll.over("k", 1, dominance.network.depth, statement))


def ball(dominance: Dominance, tau: Term, r: Term) -> dict[str, S.Statement]:
    """sigma_min(W*[k]) >= tau and |W[k] - W*[k]|_2 <= r for every layer k, and the data."""
    n, here = dominance.network, center(dominance, k)
    return {
        "center": every_layer(dominance, S.LB(here, T.Identity(n.X.shape[0]), tau**2)),
        "ball": every_layer(dominance, S.UB(n.layer(k) - here, r**2)),
        "layers": dominance.layers,
        "data": dominance.data,
        **n.order,
    }


def moved(d: Dominance, p: Prover, tau: Term, r: Term, t: Term, small: Callable[[], tuple[str, str]]) -> str:
    """The region inequality with t[k] := t = tau - r; `small` gives the steps 0 <= r and r <= tau at layer k."""
    total = d.inequality(p)
    here, layer = center(d, k), d.network.layer(k)
    low, high = (p.assume(repr(f), f) for f in (S.at_least(k, 1), S.at_least(d.network.depth, k)))
    premises = [*(p.all_at(p.hyp(name), k) for name in ("center", "ball")), *small()]
    id = p.apply("weyl", premises, A=here, B=layer - here, a=tau, b=r)
    p.display.append((id, "Weyl: singular values move by at most the norm of the change"))
    id = p.turn(p.turn(id, (0,), layer), (2,), t**2)
    every = p.emit("forall", {"from": id, "var": "k", "lo": ONE, "hi": d.network.depth, "low": low, "high": high})
    id = p.spec(total, discharge={"layers": {"theorem": every}}, families={d.bound.name: Lambda("k", t)})
    p.display.append((id, "the region form with these bounds"))
    return id


def in_ball(d: Dominance) -> GradientDominance:
    """Theorem 4.6: sigma_min(W*[k]) >= tau[k] and |W[k] - W*[k]|_2 <= r[k] <= tau[k] give lambda =
    1/(2 s^2 sum_l prod_{k != l} (tau[k] - r[k])^2) where that is positive."""
    tau, r = T.family("tau"), T.family("r")
    facts = ball(d, tau[k], r[k])
    facts["radius >= 0"] = every_layer(d, S.Le(ZERO, r[k]))
    facts["radius <= tau"] = every_layer(d, S.Le(r[k], tau[k]))
    p = Prover(facts)

    def small() -> tuple[str, str]:
        return p.all_at(p.hyp("radius >= 0"), k), p.all_at(p.hyp("radius <= tau"), k)

    total = moved(d, p, tau[k], r[k], tau[k] - r[k], small)
    factor = T.product(TWO, d.s**2, p.statement(total).args[0].args[-1])
    p.assume("positive", cast(S.Statement, S.Lt(ZERO, factor)))
    over = ("k", ONE, d.network.depth)
    step = cast(Term, T.family("Delta", *d.network.layer(k).shape)[k])
    here, layer = center(d, k), d.network.layer(k)
    model = (
        *d.data_model,
        Assignment("set", layer, here + T.number(1, 100) * step, over=over),
        Assignment("below", tau[k], here, over=over),
        Assignment("above", r[k], layer - here, over=over),
    )
    return d.finish("ball", "Theorem 4.6", p, total, factor, p.hyp("positive"), model)


def in_half_ball(d: Dominance) -> GradientDominance:
    """Theorem 4.6 (ii): tau[k] = tau > 0, |W[k] - W*[k]|_2 <= tau/2 and s > 0 give the classical constant
    lambda = 1/(2 L (tau/2)^(2(L-1)) s^2)."""
    n = d.network
    tau = T.scalar("tau")
    half = HALF * tau
    p = Prover({**ball(d, tau, half), "tau > 0": S.Lt(ZERO, tau), "s > 0": S.Lt(ZERO, d.s)})

    def small() -> tuple[str, str]:
        tree = {"product": [{"rational": HALF.args[0]}, {"theorem": p.hyp("tau > 0")}]}
        return p.pos(ZERO, half, tree), p.pos(half, tau, tree)

    total = moved(d, p, tau, half, half, small)
    sum_at = (0, len(p.statement(total).args[0].args) - 1)
    total = p.rewrite_by(total, sum_at, equal_products(d, p, half))
    depth, power = cast(Term, T.IndexScalar(n.depth)), half ** (n.depth + n.depth - 2)
    total = p.turn(total, (0,), T.product(TWO, depth, power, d.s**2, d.gap))
    factor = T.product(TWO, depth, power, d.s**2)
    start = T.matrix("A", *n.layer(k).shape)
    over = ("k", ONE, n.depth)
    model = (
        *d.data_model,
        Assignment("below", tau, start),
        Assignment("set", center(d, k), start, over=over),
        Assignment("set", n.layer(k), center(d, k) + half * cast(Term, T.Identity(n.X.shape[0])), over=over),
    )
    return d.finish("half ball", "Theorem 4.6 (ii)", p, total, factor, positive(p, n.depth, half, d.s), model)


def equal_products(d: Dominance, p: Prover, t: Term) -> str:
    """`sum_l prod_{k != l} t^2 = L t^(2(L-1))`."""
    depth = d.network.depth
    low, high = (p.assume(repr(f), f) for f in (S.at_least(l, 1), S.at_least(depth, l)))
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
