"""Honest proofs of every kind, to be spoiled. A new kind of theorem is one more function in CATALOGUE."""

from collections.abc import Callable
from functools import cache

from symland.calculus.gradient import gradient
from symland.calculus.hessian import hessian_block
from symland.landscape.library import derivatives, gradient_dominance, hessian_at, minimizers, network
from symland.language import terms as T
from symland.language.statements import at_least
from symland.language.trace import Trace
from tests import linear_network as net

ORDERS = {
    "l > k": {"l > k": at_least("l", net.Index.var("k") + 1)},
    "l = k": {},
    "l < k": {"l < k": at_least("k", net.Index.var("l") + 1)},
}


@cache
def linear():
    return network("linear")


def deep_gradient() -> Trace:
    return gradient(net.loss("L"), net.layer("l")).trace


def block_of(order: str) -> Callable[[], Trace]:
    """The Hessian block of layers l and k of the deep linear network, for one order of l and k."""

    def build() -> Trace:
        other = net.layer("l" if order == "l = k" else "k")
        return hessian_block(net.loss("L"), net.layer("l"), other, ORDERS[order], commute=order == "l > k").trace

    return build


def explicit_gradient() -> Trace:
    problem = network("linear", layers=2)
    return gradient(problem.loss, problem.letters[0]).trace


def residual_gradient() -> Trace:
    return derivatives("residual").gradient.trace


def residual_block(order: str) -> Callable[[], Trace]:
    return lambda: derivatives("residual").blocks[order].trace


def weight_decay() -> Trace:
    """Of the sum of |W[i]|^2 over the layers and of a sum whose terms all contain the letter."""
    i, w = net.Index.var("i"), net.layer("l")
    squares = T.BoundedSum.over("i", 1, "L", T.SquaredNorm(net.layer(i)))
    multiples = T.BoundedSum.over("i", 1, "k", T.family("s")["i"] * T.SquaredNorm(w))
    return gradient(squares + multiples, w).trace


def minimizer_theorem(name: str, of: str = "linear") -> Callable[[], Trace]:
    return lambda: minimizers(network(of)).result(name).trace


def block_at_minimizer(number: int) -> Callable[[], Trace]:
    return lambda: hessian_at(linear()).results[number].trace


def dominance(region: str, of: str = "linear") -> Callable[[], Trace]:
    return lambda: gradient_dominance(network(of), region).result.trace


def critical_points() -> Trace:
    return gradient_dominance(network("residual"), "small residuals").critical.trace


CATALOGUE: dict[str, Callable[[], Trace]] = {
    "gradient": deep_gradient,
    **{f"Hessian block, {order}": block_of(order) for order in ORDERS},
    "gradient, two layers": explicit_gradient,
    "residual gradient": residual_gradient,
    "residual Hessian block, l > k": residual_block("l > k"),
    "weight decay": weight_decay,
    **{
        f"minimizers, {name}": minimizer_theorem(name)
        for name in ("lower_bound", "attained", "value", "product", "product_converse", "stationary", "family")
    },
    **{
        f"residual minimizers, {name}": minimizer_theorem(name, "residual")
        for name in ("closed_form", "unique", "rank", "action", "transitive", "free", "critical", "two_roots")
    },
    "Hessian at a minimizer": block_at_minimizer(0),
    "dominance": dominance("singular values"),
    "dominance in a ball": dominance("ball"),
    "dominance for small residuals": dominance("small residuals", "residual"),
    "critical points with small residuals": critical_points,
}


@cache
def honest(name: str) -> Trace:
    """The trace of an entry of the catalogue."""
    return CATALOGUE[name]()
