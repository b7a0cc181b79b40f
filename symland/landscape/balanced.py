"""Balanced minimizers, `F[l+1]^T F[l+1] = F[l] F[l]^T` for the factors F[l]: powers, spectrum, and what keeps them.

Source: Theorem 4.4 of the specification, after Zhou and Liang.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from symland.errors import UsageError
from symland.landscape.balanced_eigenvectors import BalancedEigenvectors
from symland.landscape.balanced_products import BalancedProducts
from symland.landscape.networks import Network
from symland.landscape.orthogonal_action import OrthogonalAction
from symland.landscape.result import Assumed, Result, at_depth
from symland.landscape.theorems import Theorems

HORN = "Horn and Johnson, Matrix Analysis, 2nd ed., sec. 7.2 and 7.3"
SPECTRUM = (
    "Let $M = U diag(s_1, ..., s_d) V^T$ be invertible and $X X^T = V diag(xi_1^2, ..., xi_d^2) V^T$ with all "
    "$xi_j > 0$. Every factor has the singular values $s_i^{1/L}$, and the vectors $(X^T v_j) (x) u_i$ are "
    "orthogonal and span the range of $H H^T$. So the nonzero eigenvalues of the Hessian are, for all $i, j$, "
    "$xi_j^2$ times the sum of $p^{L-l} q^{l-1}$ over all layers, with $p = s_i^{2/L}$ and $q = s_j^{2/L}$; and 0 "
    "has multiplicity $(L - 1) d^2$."
)
ONE_ORBIT = "Two balanced points with one invertible product differ by orthogonal matrices between the layers."


@dataclass(frozen=True)
class Balanced(Theorems):
    """What holds at the balanced minimizers of a network of any depth, all layers d x d.

    For an explicit depth the results are the instances at that depth. Raises UsageError for rectangular layers.

    >>> from symland.landscape.networks import linear_network
    >>> Balanced(linear_network()).result("product, left").theorem.statement
    W[L..1]*W[L..1]' = (W[L]*W[L]')^L
    """

    network: Network

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """Products as powers; H H^T, its eigenvectors and the Hessian's, eigenvalues; the orthogonal action."""
        general, depth = self.network.general, self.network.depth
        products = BalancedProducts(general)
        results = products.results + BalancedEigenvectors(products).results + OrthogonalAction(general).results
        return results if depth.value is None else tuple(at_depth(r, depth) for r in results)

    @property
    def assumed(self) -> tuple[Assumed, ...]:
        """What rests on the singular value decomposition."""
        spectrum = Assumed("spectrum", "the whole spectrum at a balanced minimizer", SPECTRUM, HORN)
        orbit = Assumed("one orbit", "balanced minimizers of one product", ONE_ORBIT, HORN)
        return spectrum, orbit


def spectrum(layers: int, singular_values: Sequence[Any], data: Sequence[Any]) -> dict[Any, int]:
    """The eigenvalues of the Hessian at a balanced minimizer with multiplicities, largest first, as SymPy numbers.

    `singular_values` are those of M = U diag(s) V^T, `data` those of X, with X X^T = V diag(xi^2) V^T: for each i and j
    the eigenvalue xi[j]^2 sum_l s[i]^(2(L-l)/L) s[j]^(2(l-1)/L), and (L - 1) d^2 times 0. All are positive integers,
    fractions or SymPy numbers. Raises UsageError for others, and for lists of different length. Source: Theorem 4.4.

    >>> spectrum(3, [8, 1], [1, 1])
    {48: 1, 21: 2, 3: 1, 0: 8}
    """
    import sympy

    if isinstance(layers, bool) or not isinstance(layers, int) or layers < 1:
        raise UsageError(f"a network has at least one layer, not {layers!r}")
    s, xi = ([_positive(value) for value in values] for values in (singular_values, data))
    if not s or len(s) != len(xi):
        raise UsageError(
            f"{len(s)} singular values of M and {len(xi)} of X", hint="M is d x d and X has rank d: give d of each"
        )
    counts: dict[Any, int] = {}
    for a in s:
        for b, x in zip(s, xi, strict=True):
            powers = (
                a ** sympy.Rational(2 * (layers - l), layers) * b ** sympy.Rational(2 * (l - 1), layers)
                for l in range(1, layers + 1)
            )
            value = sympy.expand(x**2 * sympy.Add(*powers))
            counts[value] = counts.get(value, 0) + 1
    out = {value: counts[value] for value in sorted(counts, reverse=True)}
    return {**out, sympy.Integer(0): (layers - 1) * len(s) ** 2} if layers > 1 else out


def _positive(value: Any) -> Any:
    """The number as a SymPy number."""
    import sympy

    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        value = sympy.Rational(value.numerator, value.denominator)
    if not (isinstance(value, sympy.Expr) and value.is_number and not value.has(sympy.Float) and value.is_positive):
        raise UsageError(
            f"{value!r} is not an exact positive number", hint="use ints, Fractions or SymPy numbers such as sqrt(2)"
        )
    return value
