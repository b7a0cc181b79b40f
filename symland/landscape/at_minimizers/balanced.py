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
from symland.evaluate.rational import shown_text
from symland.landscape.at_minimizers.balanced_eigenvectors import BalancedEigenvectors
from symland.landscape.at_minimizers.balanced_products import BalancedProducts
from symland.landscape.at_minimizers.orthogonal_action import OrthogonalAction
from symland.landscape.at_minimizers.radicals import Powers, Radicals, Sum, power, powers_of, product
from symland.landscape.products.networks import Network
from symland.landscape.result import Assumed, Result, at_depth
from symland.landscape.theorems import Theorems

MOST_TERMS, MOST_BITS = 100_000, 500
HORN = "Horn and Johnson, Matrix Analysis, 2nd ed., sec. 7.2 and 7.3"
SPECTRUM = (
    "Let a global minimizer be balanced, let the product of its factors be invertible, with the singular values "
    "$sigma_i$ and the singular vectors $u_i$ on the left and $v_i$ on the right, and let the data be aligned: $X X^T "
    "v_j = xi_j v_j$ for every $j$, with $xi_j > 0$. Every factor has the singular values $sigma_i^{1/L}$, and the "
    "vectors $(X^T v_j) (x) u_i$ are orthogonal and span the range of $H H^T$. So the nonzero eigenvalues of the "
    "Hessian are, for all $i, j$, $xi_j$ times the sum of $p^{L-l} q^{l-1}$ over all layers $l$, with $p = "
    "sigma_i^{2/L}$ and $q = sigma_j^{2/L}$; and 0 has multiplicity $(L - 1) d^2$."
)
ONE_ORBIT = "Two balanced points with one invertible product differ by orthogonal matrices between the layers."


@dataclass(frozen=True)
class Balanced(Theorems):
    """What holds at the balanced minimizers of a network of any depth, all layers d x d.

    For an explicit depth the results are the instances at that depth. Raises UsageError for rectangular layers.

    >>> from symland.landscape.products.networks import linear_network
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
        spectrum = Assumed("spectrum", "the whole spectrum at a balanced minimizer, for aligned data", SPECTRUM, HORN)
        orbit = Assumed("one orbit", "balanced minimizers of one product", ONE_ORBIT, HORN)
        return spectrum, orbit


def spectrum(layers: int, singular_values: Sequence[Any], data: Sequence[Any]) -> dict[Any, int]:
    """The eigenvalues of the Hessian at a balanced minimizer with multiplicities, largest first, as SymPy numbers.

    `singular_values` are those of M = U diag(s) V^T, `data` those of X, with X X^T = V diag(x^2) V^T: for each i and j
    the eigenvalue x[j]^2 sum_l s[i]^(2(L-l)/L) s[j]^(2(l-1)/L), and (L - 1) d^2 times 0. All are positive integers,
    fractions, or SymPy numbers that are products of rational powers of these, such as 2*sqrt(3); equal eigenvalues are
    then found exactly. Raises UsageError for others, for lists of different length, and for a sum of more than 100000
    terms in all. Source: Theorem 4.4.

    >>> spectrum(3, [8, 1], [1, 1])
    {48: 1, 21: 2, 3: 1, 0: 8}
    """
    import sympy

    if isinstance(layers, bool) or not isinstance(layers, int) or layers < 1:
        raise UsageError(f"a network has at least one layer, not {layers!r}")
    s, x = _numbers("singular values of M", singular_values), _numbers("singular values of X", data)
    if not s or len(s) != len(x):
        raise UsageError(
            f"{len(s)} singular values of M and {len(x)} of X", hint="M is d x d and X has rank d: give d of each"
        )
    if layers * len(s) ** 2 > MOST_TERMS:
        raise UsageError(
            f"{len(s)} x {len(s)} sums of {shown_text(layers)} terms",
            hint=f"choose fewer layers or singular values: at most {MOST_TERMS} terms in all",
        )
    ring = Radicals(n for powers in (*s, *x) for n in powers)
    counts: dict[Sum, int] = {}
    for a in s:
        for b, c in zip(s, x, strict=True):
            value = ring.sum(
                product((power(c, Fraction(2)), power(a, Fraction(2 * (layers - l), layers)),
                         power(b, Fraction(2 * (l - 1), layers))))
                for l in range(1, layers + 1)
            )  # fmt: skip
            counts[value] = counts.get(value, 0) + 1
    out = {ring.to_sympy(value): counts[value] for value in ring.descending(list(counts))}
    return {**out, sympy.Integer(0): (layers - 1) * len(s) ** 2} if layers > 1 else out


def _numbers(name: str, values: Any) -> list[Powers]:
    """Positive numbers as products of rational powers of integers."""
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise UsageError(f"the {name} are a list of numbers, not {values!r}", hint="for example [2, 1]")
    return [_positive(value) for value in values]


def _positive(value: Any) -> Powers:
    """A positive number as a product of rational powers of integers."""
    import sympy

    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        value = sympy.Rational(value.numerator, value.denominator)
    if isinstance(value, sympy.Rational) and max(int(value.p).bit_length(), int(value.q).bit_length()) > MOST_BITS:
        raise UsageError(f"a number of more than {MOST_BITS} bits", hint="round or scale it")
    powers = powers_of(value)
    if powers is None:
        raise UsageError(
            f"{value!r} is not an exact positive number, or not a product of powers",
            hint="use ints, Fractions, or products of rational powers of them in SymPy, such as 2*sqrt(3)",
        )
    return powers
