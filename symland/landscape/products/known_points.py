"""The global minimizers of the linear and residual networks in closed form, and what is cited about them.

Source: Theorem 4.2 and Proposition 5.3 of the specification, after Zhou and Liang.
"""

from __future__ import annotations

from typing import cast

from symland.calculus.simplify import tidy
from symland.landscape.minimizer_set import PointFamily
from symland.landscape.products.closed_form import ClosedForm, inverse, l
from symland.landscape.products.least_squares import ONE, LeastSquares
from symland.landscape.products.networks import ResidualNetwork
from symland.landscape.products.roots import power
from symland.landscape.result import Assumed
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.terms import Term
from symland.language.trace import Assignment

LEE = "Lee, Introduction to Smooth Manifolds, 2nd ed., ch. 5 (graphs of smooth functions)"
HALL = "Hall, Lie Groups, Lie Algebras, and Representations, 2nd ed., ch. 1 (components of matrix groups)"
HORN = "Horn and Johnson, Matrix Analysis, 2nd ed."
SYMMETRY = "$F_l -> G_l F_l G_{l-1}^{-1}$ for the factors $F_l$, with $G_l$ invertible and $G_0 = G_L = I$"


def families(least: LeastSquares) -> tuple[PointFamily, ...]:
    """The families of global minimizers of a network with square layers."""
    made = (orbit(least), one_layer(least))
    return (*made, equal_layers(least)) if isinstance(least.network, ResidualNetwork) else made


def orbit(least: LeastSquares) -> PointFamily:
    """F[l] = C[l] C[l-1]^{-1} with C[0] = I and C[L] = M; for an explicit depth written out."""
    n, form = least.network, ClosedForm(least)
    c, m, depth = form.C, form.M, n.depth.value
    given = {"M solves": least.solves(m), "M invertible": cast(S.Statement, S.Invertible(m))}
    model: tuple[Assignment, ...] = (least.data_for(m),)
    if depth is None:
        parameters: tuple[Term, ...] = (c[l], m)
        point = {n.layer(l): form.layer(l)}
        ends = {"start": form.family["start"], "end": S.equal(c[n.depth], m)}
        given |= {**ends, "C invertible": form.closed["C invertible"]}
        model = (Assignment("set", c[0], form.eye), Assignment("set", c[n.depth], m), *model)
    else:
        inner = tuple(cast(Term, c[i]) for i in range(1, depth))
        tops, bottoms = (*inner, m), (None, *inner)
        factors = (up if down is None else up * inverse(down) for up, down in zip(tops, bottoms, strict=True))
        point = {n.layer(Index.of(i)): n.layer_for(f) for i, f in enumerate(factors, 1)}
        parameters = (*inner, m)
        given |= {f"C{i} invertible": cast(S.Statement, S.Invertible(x)) for i, x in enumerate(inner, 1)}
    d = cast(Term, T.DimScalar(n.width(ONE)))
    size = tidy(T.product(cast(Term, T.IndexScalar(n.depth - 1)), d**2))
    return PointFamily("orbit", "the orbit of a solution M", point, parameters, given, SYMMETRY, size, model)


def one_layer(least: LeastSquares) -> PointFamily:
    """F[1] = Y X^+ and the other factors the identity: it needs no hypothesis about the data."""
    n, two = least.network, Index.of(2)
    eye = n.layer_for(cast(Term, T.Identity(n.width(ONE))))
    given = {"other layers": S.at_least(l, two)} if n.depth.value is None else {}
    others = (l,) if n.depth.value is None else tuple(Index.of(i) for i in range(2, n.depth.value + 1))
    point = {n.layer(ONE): n.layer_for(least.best), **{n.layer(i): eye for i in others}}
    return PointFamily("one_layer", "the least-squares solution as one factor", point, hypotheses=given)


def equal_layers(least: LeastSquares) -> PointFamily:
    """A[l] = R - I for every layer, where R^L solves the normal equation."""
    n = least.network
    root = T.matrix("R", *n.layer(ONE).shape)
    every = (l,) if n.depth.value is None else tuple(Index.of(i) for i in range(1, n.depth.value + 1))
    point = {n.layer(i): n.layer_for(root) for i in every}
    solution = power(root, n.depth)
    given, model = {"root solves": least.solves(solution)}, (least.data_for(solution),)
    return PointFamily("equal_layers", "equal layers from a root of a solution", point, (root,), given, model=model)


def cited(least: LeastSquares) -> tuple[Assumed, ...]:
    """What is cited about the global minimizers of a network with square layers."""
    return (*GENERAL, *RESIDUAL) if isinstance(least.network, ResidualNetwork) else GENERAL


GENERAL = (
    Assumed(
        "rank_condition",
        "the rank condition gives a minimizer with invertible factors",
        "If $rank(Y X^T) = rank(X)$, then $Y X^+$ is injective on the column space of $X$, because its rank is that of "
        "$X$. So $M = Y X^+ + Z (I - X X^+)$ is invertible for some $Z$: let $Z$ map the orthogonal complement of the "
        "column space of $X$ one to one onto a complement of the column space of $Y X^+$. The family of $M$ then has "
        "global minimizers with invertible factors.",
        f"{HORN}, sec. 0.4 (rank)",
    ),
    Assumed(
        "manifold",
        "the set of all global minimizers for invertible $X X^T$ and $Y X^T$",
        "Let $X X^T$ and $Y X^T$ be invertible and $M = Y X^T (X X^T)^{-1}$. The set of the global minimizers is "
        "closed: it is where the product of the factors, which is continuous, is $M$. The last factor is $M (F_{L-1} ⋯ "
        "F_1)^{-1}$, a smooth function of the others, which are arbitrary invertible matrices: the set is an embedded "
        "manifold of dimension $(L - 1) d^2$. It has $2^{L-1}$ connected components, as the invertible matrices have "
        "two, those with positive and those with negative determinant.",
        f"{LEE}; {HALL}",
    ),
    Assumed(
        "rank_deficient_data",
        "the minimizers with invertible factors where $X$ does not have full row rank",
        "If $rank(Y X^T) = rank(X) = r < d$, the minimizers with invertible factors are the families of all invertible "
        "$M = Y X^+ + Z (I - X X^+)$, one orbit for each $M$. They form a manifold of dimension "
        "$(L - 1) d^2 + d (d - r)$, the second term counting the parameters of $M$.",
        LEE,
    ),
    Assumed(
        "singular_solution",
        "several orbits where the solution is singular",
        "If $X X^T$ is invertible, $M = Y X^T (X X^T)^{-1}$ singular and $L >= 2$, every global minimizer has a "
        "singular factor. With $M$ as factor number $l$ and the identity as the others there are at least $L$ "
        "different orbits, as the symmetry keeps the ranks of the factors. So the global minimizers are not one orbit.",
        f"{HORN}, sec. 0.4 (rank)",
    ),
)
RESIDUAL = (
    Assumed(
        "determinant",
        "small residuals need a positive determinant",
        "If a global minimizer has $||A_l||_2 < 1$ for every layer and $X X^T$ is invertible, then "
        "$M = Y X^T (X X^T)^{-1}$ has a positive determinant: $det(I + t A_l)$ is continuous in $t$, not zero for "
        "$0 <= t <= 1$, and 1 at $t = 0$.",
        f"{HORN}, sec. 5.6 (matrix norms)",
    ),
    Assumed(
        "positive_root",
        "equal layers for a positive definite solution",
        "If $M$ is symmetric and positive definite with eigenvalues $sigma_i$, it has a positive definite root $R$, "
        "$R^L = M$, and $||R - I||$ is the largest absolute value of $sigma_i^{1/L} - 1$.",
        f"{HORN}, sec. 7.2 (roots of positive semidefinite matrices)",
    ),
    Assumed(
        "polar_roots",
        "two kinds of layers for a positive determinant",
        "If $det M > 0$ and $L = 2 k$, the polar decomposition of $M$ has a rotation on the left and on the right a "
        "positive definite matrix with eigenvalues $sigma_i$. So $M = Q^k S^k$ with the positive definite root $S$ of "
        "the latter and the root $Q$ of the rotation that turns each invariant plane by $phi/k$ where the rotation "
        "turns it by $phi$, $-pi <= phi <= pi$. They give layers of norm at most the largest of the absolute values of "
        "$sigma_i^{1/k} - 1$ and $2 sin(pi/L)$.",
        f"{HORN}, sec. 7.3 (polar decomposition) and sec. 2.5 (real orthogonal matrices)",
    ),
)
