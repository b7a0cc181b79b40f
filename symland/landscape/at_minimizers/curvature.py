"""The Hessian H^T H at the minimizers of a network: what is proved of its form, range, kernel and definiteness.

Source: Theorem 4.3 of the specification, after Zhou and Liang; Theorem 5.1 says that it holds for residual networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from symland.landscape.at_minimizers.definiteness import Definiteness
from symland.landscape.at_minimizers.hessian_kernel import HessianKernel
from symland.landscape.at_minimizers.quadratic_form import QuadraticForm
from symland.landscape.at_minimizers.second_derivative import SecondDerivative
from symland.landscape.products.networks import Network
from symland.landscape.result import Assumed, Result, at_depth
from symland.landscape.theorems import Theorems

STRANG = "Strang, Introduction to Linear Algebra, 5th ed., sec. 3.5"
RANK = (
    "If at a global minimizer at most one factor is singular, the range of $H$ is that of $Z -> Z X$: the Hessian has "
    "rank $d rank(X)$ and nullity $L d^2 - d rank(X)$. If moreover none is and $X$ has full row rank, the kernel is "
    "described by $G_1, ..., G_{L-1}$ without repetition: nullity $(L - 1) d^2$, rank $d^2$."
)


@dataclass(frozen=True)
class Curvature(Theorems):
    """What the Hessian is at the minimizers of a network of any depth, all layers d x d.

    For an explicit depth the results are the instances at that depth. Raises UsageError for rectangular layers.

    >>> from symland.landscape.products.networks import linear_network
    >>> kernel = Curvature(linear_network()).result("kernel")
    >>> print(kernel.theorem.statement, sorted(kernel.theorem.hypotheses))
    sum(i, 1..L, W[L..i+1]*V[i]*W[i-1..1]) = 0 ['L >= 1', 'directions', 'end', 'start']
    """

    network: Network

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """Lines; the form of H^T H, the range of H; the kernel; definiteness for two layers or more, and for one."""
        general, depth = self.network.general, self.network.depth.value
        definiteness = Definiteness(general)
        parts = (SecondDerivative(general), QuadraticForm(general), HessianKernel(general))
        deep = tuple(r for part in parts for r in part.results)
        if depth is None:
            return deep + definiteness.results + definiteness.of_one_layer
        deep += definiteness.results if depth > 1 else ()
        flat = definiteness.of_one_layer if depth == 1 else ()
        return tuple(at_depth(r, self.network.depth) for r in deep) + flat

    @property
    def assumed(self) -> tuple[Assumed, ...]:
        """The dimensions that follow by counting."""
        return (Assumed("rank", "rank and nullity of the Hessian", RANK, STRANG),)
