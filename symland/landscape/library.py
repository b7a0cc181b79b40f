"""The networks by name, and what is known at their minimizers: the entry points of the landscape layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast, overload

from symland.errors import NoRule, UsageError
from symland.landscape.at_minimizers.explicit_hessian import ExplicitHessian, explicit_hessian
from symland.landscape.at_minimizers.hessian_at import HessianAtMinimizer
from symland.landscape.at_minimizers.hessian_at_point import HessianAtPoint, hessian_at_point
from symland.landscape.hidden.hessian import HiddenHessianAt
from symland.landscape.hidden.minimizers import HiddenMinimizers
from symland.landscape.hidden.network import HiddenDerivatives, HiddenNetwork, hidden_network
from symland.landscape.products.derivatives import Derivatives
from symland.landscape.products.dominance import REGIONS, Dominance, GradientDominance
from symland.landscape.products.minimizers import ProductMinimizers
from symland.landscape.products.neighborhood import in_ball, in_half_ball, near_identity
from symland.landscape.products.networks import LinearNetwork, ResidualNetwork, linear_network, residual_network
from symland.language.problem import Layers, Problem, Variable

NETWORKS = {
    "linear": "deep linear network, 1/2 |W_L ... W_1 X - Y|_F^2",
    "residual": "residual network, 1/2 |(I + A_L) ... (I + A_1) X - Y|_F^2",
    "hidden": "network with one hidden layer, 1/2 |W_2 s(W_1 X) - Y|_F^2",
}
OWN = "leave them out, or give minimizers(problem)"
REPORTS = ("linear", "residual", "hidden")  # the networks with a report of their own


def network(name: str, layers: int | None = None, activation: str | None = None, rectangular: bool = False) -> Problem:
    """The problem of a network, with `layers` layers or symbolic depth L: "linear" (`1/2 |W_L ... W_1 X - Y|_F^2`) or
    "residual" (`1/2 |(I + A_L) ... (I + A_1) X - Y|_F^2`); or "hidden" (`1/2 |W_2 s(W_1 X) - Y|_F^2`) with a generic
    smooth s or the `activation` of this name.

    Layers are d x d with X, Y of shape d x m; `rectangular` ones of the linear network are n[l] x n[l-1], and with a
    hidden layer W1 is q x n and W2 is p x q. Raises UsageError for an unknown network or activation, fewer layers than
    one, or an activation, widths or a number of layers where there are none.

    >>> network("linear", layers=2).loss
    1/2*norm2(W2*W1*X - Y)^2
    >>> network("residual").loss
    1/2*norm2(prod(i, L..1, I(d) + A[i])*X - Y)^2
    >>> network("hidden", activation="tanh").loss
    1/2*norm2(W2*tanh(W1*X) - Y)^2
    """
    net = _network(name, layers, activation, rectangular)
    known = HiddenMinimizers(net) if isinstance(net, HiddenNetwork) else ProductMinimizers(net)
    return replace(net.problem, minimizers=known)


def derivatives(
    name: str, layers: int | None = None, rectangular: bool = False, activation: str | None = None
) -> Derivatives | HiddenDerivatives:
    """Gradient and Hessian blocks of a network: for symbolic depth, and for `layers` layers written out.

    >>> derivatives("residual").gradient.result
    prod(i, L..l+1, I(d) + A[i])'*(prod(i, L..1, I(d) + A[i])*X - Y)*X'*prod(i, l-1..1, I(d) + A[i])'
    >>> derivatives("hidden", activation="sinh").gradients[0].result
    ((W2'*(W2*sinh(W1*X) - Y)) .* cosh(W1*X))*X'
    """
    net = _network(name, layers, activation, rectangular)
    return HiddenDerivatives(net) if isinstance(net, HiddenNetwork) else Derivatives(net)


def _network(
    name: str, layers: int | None, activation: str | None, rectangular: bool
) -> LinearNetwork | ResidualNetwork | HiddenNetwork:
    if name not in NETWORKS:
        raise UsageError(f"there is no network {name!r}", hint="the networks are: " + ", ".join(NETWORKS))
    if name == "hidden":
        if layers is not None:
            raise UsageError(
                "a network with one hidden layer always has two layers of weights", hint="leave the layers out"
            )
        return hidden_network(activation, rectangular)
    if name == "residual" and rectangular:
        raise UsageError("the layers of the residual network are square", hint="leave `rectangular` out")
    net = linear_network(layers, rectangular) if name == "linear" else residual_network(layers)
    if activation is not None:
        raise UsageError(f"the {net.title} has no activation", hint="leave the activation out")
    return net


def minimizers(problem: Problem) -> ProductMinimizers | HiddenMinimizers:
    """The global minimizers of a problem, with a hidden layer those of value 0: value, closed forms, and the theorems
    about them, each proved by replay.

    Source: Theorems 4.2, 5.1, 6.3 and 6.4 after Zhou and Liang. Raises NoRule for a problem whose minimizers are not
    known.

    >>> minimizers(network("linear")).condition
    W[L..1]*X*X' = Y*X'
    >>> minimizers(network("hidden")).result("fit").theorem.statement
    W2*sigma(W1*X) = Y
    """
    if isinstance(problem.minimizers, (ProductMinimizers, HiddenMinimizers)):
        return cast(ProductMinimizers | HiddenMinimizers, _with_minimizers(problem, problem.minimizers).minimizers)
    raise NoRule(
        f"the global minimizers of {problem.name!r} are not known",
        hint="use network(...): " + ", ".join(NETWORKS),
    )


@overload
def hessian_at(
    problem: Problem, minimizer: ProductMinimizers | HiddenMinimizers | None = None
) -> HessianAtMinimizer | HiddenHessianAt: ...
@overload
def hessian_at(
    problem: Problem, minimizer: ProductMinimizers | HiddenMinimizers | None = None, *, dims: Mapping[str, Any]
) -> ExplicitHessian: ...
@overload
def hessian_at(
    problem: Problem, minimizer: ProductMinimizers | HiddenMinimizers | None = None, *, at: Mapping[str, Any]
) -> HessianAtPoint: ...
def hessian_at(
    problem: Problem,
    minimizer: ProductMinimizers | HiddenMinimizers | None = None,
    dims: Mapping[str, Any] | None = None,
    at: Mapping[str, Any] | None = None,
) -> HessianAtMinimizer | HiddenHessianAt | ExplicitHessian | HessianAtPoint:
    """The Hessian at every global minimizer, with a hidden layer at those of value 0: H^T H with H explicit (Theorems
    4.3 and 6.6). For rectangular layers, at the points of the normal equation.

    With `dims`, such as `{"d": 2, "m": 3}` (and L where the depth is symbolic), entry by entry at these dimensions:
    for a product network where the normal equation holds, for any other loss 1/2 |F - Y|_F^2 where F = Y. With `at`,
    rational matrices for the layers and the data, the exact numbers at that point: Hessian, spectrum, inertia, rank and
    kernel; NotAMinimizer if it is none. `minimizer`, those of a network, says which network it is whose loss a person
    wrote; UsageError for those of another one.

    >>> for result in hessian_at(network("linear")).results:
    ...     print(result.title)
    the Hessian block at global minimizers is H_l^T H_k (l > k)
    the Hessian block at global minimizers is H_l^T H_k (l = k)
    the Hessian block at global minimizers is H_l^T H_k (l < k)
    >>> hessian_at(network("linear"), dims={"d": 1, "m": 2, "L": 2}).matrix
    Matrix([
    [   S_11*W2_11**2, S_11*W1_11*W2_11],
    [S_11*W1_11*W2_11,    S_11*W1_11**2]])
    >>> hessian_at(network("linear"), at={"W1": [[2]], "W2": [[3]], "X": [[1]], "Y": [[6]]}).spectrum
    13, 0
    """
    given = problem.minimizers if minimizer is None else minimizer
    if minimizer is not None or isinstance(given, (ProductMinimizers, HiddenMinimizers)):
        problem = _with_minimizers(problem, given)
    if dims is not None and at is not None:
        raise UsageError("both dims and at are given", hint="the dimensions of a point are those of its matrices")
    if dims is not None:
        return explicit_hessian(problem, dims)
    if at is not None:
        return hessian_at_point(problem, at)
    known = minimizers(problem)
    return HiddenHessianAt(known) if isinstance(known, HiddenMinimizers) else HessianAtMinimizer(known)


def _with_minimizers(problem: Problem, known: ProductMinimizers | HiddenMinimizers) -> Problem:
    """The problem with these minimizers. Raises UsageError unless they are those of its own loss."""
    if not isinstance(known, (ProductMinimizers, HiddenMinimizers)):
        raise UsageError(f"{known!r} is no set of minimizers of {problem.name!r}", hint=OWN)
    other = known.network.problem
    if other.loss is not problem.loss or _letters(other) != _letters(problem):
        sizes = " of other sizes" if repr(other) == repr(problem) else ""
        raise UsageError(f"the minimizers are those of {other!r}{sizes}, not of {problem!r}", hint=OWN)
    return replace(problem, minimizers=known)


def _letters(problem: Problem) -> tuple[Variable, ...]:
    """The letters, listed where they can be."""
    symbolic = any(isinstance(v, Layers) and v.hi.value is None for v in problem.variables)
    return problem.variables if symbolic else problem.letters


def gradient_dominance(problem: Problem, region: str | None = None) -> GradientDominance:
    """Gradient dominance `f - f* <= lambda |grad f|^2` with an explicit constant on a region, proved by replay.

    `region` is "singular values" (the default: sigma_min(W[k]) >= t[k] for all k, Theorem 4.5), "ball" (the spectral
    distance of W[k] from Ws[k] is at most r[k] <= tau[k] <= sigma_min(Ws[k]), Theorem 4.6) or "half ball" (the
    classical constant, all r[k] = tau/2). For a residual network the singular values are those of I + A[k], the
    distance is that of A[k] from As[k], and there is "small residuals" (|A[k]| <= a[k] <= 1, Theorem 5.2). For square
    layers. `.critical` says that every critical point in the region is a global minimizer.

    >>> gradient_dominance(network("linear"), "half ball").lambda_
    1/(2*L*(1/2*tau)^(2*L-2)*s^2)
    >>> gradient_dominance(network("residual"), "small residuals").lambda_
    1/(2*s^2*sum(i, 1..L, prod(j, i+1..L, (1 - a[j])^2)*prod(j, 1..i-1, (1 - a[j])^2)))
    """
    build = {
        "singular values": Dominance.on_region,
        "ball": in_ball,
        "half ball": in_half_ball,
        "small residuals": near_identity,
    }
    region = region or "singular values"
    if region not in build:
        raise UsageError(f"there is no region {region!r}", hint="the regions are: " + ", ".join(REGIONS))
    known = minimizers(problem)
    if isinstance(known, HiddenMinimizers):
        raise NoRule(f"gradient dominance of the {known.network.title} is not covered", hint="use another network")
    made, depth = build[region](Dominance(known.general)), known.network.depth
    return made if depth.value is None else made.at_depth(depth)
