"""The networks by name, and what is known at their minimizers: the entry points of the landscape layer."""

from __future__ import annotations

from dataclasses import replace

from symland.errors import NoRule, UsageError
from symland.landscape.derivatives import Derivatives
from symland.landscape.dominance import REGIONS, Dominance, GradientDominance
from symland.landscape.hessian_at import HessianAtMinimizer
from symland.landscape.minimizers import ProductMinimizers
from symland.landscape.neighborhood import in_ball, in_half_ball
from symland.landscape.networks import LinearNetwork, ResidualNetwork, linear_network, residual_network
from symland.language.problem import Problem

NETWORKS = {
    "linear": "deep linear network, 1/2 |W_L ... W_1 X - Y|_F^2",
    "residual": "residual network, 1/2 |(I + A_L) ... (I + A_1) X - Y|_F^2",
}
REPORTS = ("linear",)  # the networks with a report of their own


def network(
    name: str, layers: int | None = None, activation: str | None = None, rectangular: bool = False
) -> Problem:
    """The problem of a network, with `layers` layers or symbolic depth L: "linear" (`1/2 |W_L ... W_1 X - Y|_F^2`) or
    "residual" (`1/2 |(I + A_L) ... (I + A_1) X - Y|_F^2`).

    Layers are d x d with X, Y of shape d x m; `rectangular` ones of the linear network are n[l] x n[l-1]. Raises
    UsageError for an unknown network, fewer layers than one, or an activation or widths where there are none.

    >>> network("linear", layers=2).loss
    1/2*norm2(W2*W1*X - Y)^2
    >>> network("residual").loss
    1/2*norm2(prod(i, L..1, I(d) + A[i])*X - Y)^2
    """
    net = _network(name, layers, rectangular)
    if activation is not None:
        raise UsageError(f"the {net.title} has no activation", hint="leave the activation out")
    return replace(net.problem, minimizers=ProductMinimizers(net)) if isinstance(net, LinearNetwork) else net.problem


def derivatives(name: str, layers: int | None = None, rectangular: bool = False) -> Derivatives:
    """Gradient and Hessian blocks of a network: for symbolic depth, and for `layers` layers written out.

    >>> derivatives("residual").gradient.result
    prod(i, L..l+1, I(d) + A[i])'*(prod(i, L..1, I(d) + A[i])*X - Y)*X'*prod(i, l-1..1, I(d) + A[i])'
    """
    return Derivatives(_network(name, layers, rectangular))


def _network(name: str, layers: int | None, rectangular: bool) -> LinearNetwork | ResidualNetwork:
    if name not in NETWORKS:
        raise UsageError(f"there is no network {name!r}", hint="the networks are: " + ", ".join(NETWORKS))
    if name == "linear":
        return linear_network(layers, rectangular)
    if rectangular:
        raise UsageError("the layers of the residual network are square", hint="leave `rectangular` out")
    return residual_network(layers)


def minimizers(problem: Problem) -> ProductMinimizers:
    """The global minimizers of a problem: value, condition, and the theorems about them, each proved by replay.

    Source: Theorem 4.2 after Zhou and Liang. Raises NoRule for a problem whose minimizers are not known.

    >>> minimizers(network("linear")).condition
    W[L..1]*X*X' = Y*X'
    """
    if not isinstance(problem.minimizers, ProductMinimizers):
        raise NoRule(f"the global minimizers of {problem.name!r} are not known", hint='use network("linear")')
    return problem.minimizers


def hessian_at(problem: Problem, minimizer: ProductMinimizers | None = None) -> HessianAtMinimizer:
    """The Hessian at every global minimizer: H^T H with H explicit (Theorem 4.3).

    >>> for result in hessian_at(network("linear")).results:
    ...     print(result.title)
    the Hessian block at global minimizers is H_l^T H_k (l > k)
    the Hessian block at global minimizers is H_l^T H_k (l = k)
    the Hessian block at global minimizers is H_l^T H_k (l < k)
    """
    return HessianAtMinimizer(minimizer or minimizers(problem))


def gradient_dominance(problem: Problem, region: str | None = None) -> GradientDominance:
    """Gradient dominance `f - f* <= lambda |grad f|^2` with an explicit constant on a region, proved by replay.

    `region` is "singular values" (the default: sigma_min(W[k]) >= t[k] for all k, Theorem 4.5), "ball" (the spectral
    distance of W[k] from Ws[k] is at most r[k] <= tau[k] <= sigma_min(Ws[k]), Theorem 4.6) or "half ball" (the
    classical constant, all r[k] = tau/2). For square layers.

    >>> gradient_dominance(network("linear"), "half ball").lambda_
    1/(2*L*(1/2*tau)^(2*L-2)*s^2)
    """
    build = {"singular values": Dominance.on_region, "ball": in_ball, "half ball": in_half_ball}
    region = region or "singular values"
    if region not in build:
        raise UsageError(f"there is no region {region!r}", hint="the regions are: " + ", ".join(REGIONS))
    return build[region](Dominance(minimizers(problem)))
