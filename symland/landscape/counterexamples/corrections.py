"""What is often said of the landscapes of the three networks, and what holds."""

from __future__ import annotations

from symland.landscape.counterexamples.objects import Correction


def _both(*names: str) -> tuple[str, ...]:
    """The counterexamples for the deep linear network, and those that they are for the residual network."""
    return (*names, *(f"residual-{name}" for name in names))


CORRECTIONS = (
    Correction(
        "definite",
        "The Hessian at a global minimizer is positive definite.",
        "It is positive semidefinite. For a linear or residual network with $L >= 2$ layers it is never definite: at a "
        "minimizer with invertible layers and $X$ of full row rank its kernel is the tangent space of the orbit, of "
        "dimension $(L - 1) d^2$. For the network with a hidden layer, rank $X = m$, $W_2$ invertible and an "
        "activation with a positive derivative, the kernel has dimension $2 d^2 - d m$; with $m >= 2 d$ samples that "
        "can be interpolated the Hessian may be positive definite.",
        (*_both("not-definite"), "hidden-not-definite", "hidden-definite"),
        "Theorems 4.3 and 6.6",
    ),
    Correction(
        "square",
        "The Hessian at a global minimizer is $H^T H$ for the Jacobian $H$ of the outputs.",
        "For the linear and the residual network this holds at every global minimizer, even where the least loss is "
        "positive. For the network with a hidden layer it needs conditions on the residual; where rank $X = m$ and the "
        "activation has a positive derivative it holds exactly where the residual is 0.",
        (*_both("positive-least-loss"), "surviving-curvature", "piecewise-linear"),
        "Theorems 4.3 and 6.2",
    ),
    Correction(
        "least-loss",
        "The least loss is 0.",
        "For the linear and the residual network it is $1/2 ||Y (I - X^+ X)||^2$, which is positive in general for "
        "more samples than rank $X$. For the network with a hidden layer and a strictly increasing, continuous "
        "activation it is 0 where rank $X = m$; otherwise it may be positive, and the infimum need not be attained.",
        (*_both("positive-least-loss"), "equal-columns", "constant-activation", "not-attained"),
        "Theorems 4.2.1 and 6.3",
    ),
    Correction(
        "full-rank",
        "Every global minimizer has layers of full rank.",
        "This holds where $X$ has full row rank and $Y X^T$ is invertible. Minimizers with layers of full rank exist "
        "exactly if rank $Y X^T$ = rank $X$; where that is below $d$ there are others beside them. In the residual "
        "network it is $I + A_l$ that has full rank. In the network with a hidden layer neither layer need have it.",
        (
            *_both("two-orbits", "no-full-rank-minimizer", "singular-minimizer"),
            "zero-layers",
            "singular-output-layer",
            "singular-input-layer",
        ),
        "Theorem 4.2",
    ),
    Correction(
        "one-orbit",
        "All global minimizers are equivalent under a change of basis between the layers.",
        "This holds where $X$ has full row rank and $Y X^T$ is invertible; otherwise there is, for $L >= 2$ layers, "
        "more than one orbit. For the network with a hidden layer the members of the family agree on the samples, and "
        "in general nowhere else.",
        (*_both("two-orbits", "singular-minimizer"), "different-functions"),
        "Theorems 4.2.4, 4.2.6 and 6.4",
    ),
    Correction(
        "rank-for-dominance",
        "Gradient dominance needs layers of full rank.",
        "It holds near points where at most one layer is singular. For two layers and $X$ of full row rank it holds "
        "near a global minimizer exactly if rank $M = r_1 + r_2 - d$ for the ranks $r_1$, $r_2$ of the layers and "
        "their product $M$.",
        _both("two-singular-layers", "singular-layers-of-rank-one", "jacobian-not-onto"),
        "Theorems 4.6 and 4.8",
    ),
    Correction(
        "onto-for-dominance",
        "Gradient dominance near a minimizer needs a Jacobian that is onto.",
        "That suffices and is not necessary: it also holds where the minimizers near the point form a manifold whose "
        "tangent space is the kernel of the Hessian.",
        _both("jacobian-not-onto"),
        "Theorem 4.8",
    ),
    Correction(
        "rank-deficient-data",
        "Gradient dominance fails where $X$ is rank deficient, as the constant contains $sigma_min(X)$.",
        "The smallest nonzero singular value of $X$ takes its place, and nothing is assumed of the rank of $X$; for $X "
        "= 0$ every point is a minimizer. For more samples than rows the smallest eigenvalue of $X^T X$ is 0 in any "
        "case.",
        _both("rank-deficient-data", "positive-least-loss"),
        "Theorem 4.5",
    ),
    Correction(
        "neighborhood",
        "Gradient dominance is a property of a small neighborhood of a minimizer.",
        "It holds on every region in which the singular values of the layers are bounded away from 0, or, for the "
        "residual network, $||A_l||_2 <= a < 1$, whether or not there is a minimizer in it. For the network with a "
        "hidden layer, rank $X = m$, it holds where the singular values of $W_2$ and the slopes of the activation are "
        "bounded away from 0. On the whole space it fails for $L >= 2$ layers and $X != 0$, and in general for the "
        "network with a hidden layer.",
        (
            *_both("two-singular-layers", "saddle-at-zero", "zero-hessian"),
            "negative-determinant",
            "too-few-layers",
            "boundary-of-region",
            "hidden-saddle",
        ),
        "Theorems 4.5, 5.2 and 6.7",
    ),
    Correction(
        "critical-points",
        "Every critical point is a global minimizer.",
        "For the linear and the residual network this holds where at most one layer is singular, and for the network "
        "with a hidden layer, rank $X = m$, where $W_2$ is invertible and the slopes of the activation are positive. "
        "Elsewhere a critical point may be a saddle, in deep networks even one with zero Hessian.",
        (*_both("saddle-at-zero", "zero-hessian"), "boundary-of-region", "hidden-saddle"),
        "Corollary 4.5a and Theorem 6.7",
    ),
    Correction(
        "fixed-reference",
        "Near a minimizer regularity with this minimizer as reference holds, and gives convergence to it.",
        "For $L >= 2$ layers there are other minimizers in every neighborhood, so with a fixed reference it holds in a "
        "cone only, which gradient descent may leave. Convergence, to some minimizer, follows from gradient dominance, "
        "or from regularity with the nearest minimizer as reference.",
        _both("minimizers-nearby", "cone-not-invariant"),
        "U5, U7, U9 and U12",
    ),
    Correction(
        "small-layers",
        "A residual network has a minimizer with small layers.",
        "For $X$ of full row rank, $||A_l||_2 < 1$ for all layers of a minimizer is possible only if $det M > 0$, and "
        "then it may take many layers.",
        ("negative-determinant", "too-few-layers"),
        "Proposition 5.3",
    ),
    Correction(
        "input-layer",
        "For the network with a hidden layer, gradient dominance needs an invertible $W_1$.",
        "The rank of $W_1$ is irrelevant. What suffices is rank $X = m$, $W_2$ invertible and a positive derivative of "
        "the activation at the entries of $W_1 X$; or rank $s(W_1 X) = m$.",
        ("singular-input-layer", "both-summands-vanish", "flat-activation"),
        "Theorem 6.7",
    ),
    Correction(
        "onto-activation",
        "The least loss 0 of the network with a hidden layer is attained only if the activation is onto.",
        "Where rank $X = m$ a strictly increasing, continuous activation suffices. Its range matters for which output "
        "layers occur in a minimizer: all invertible ones if it is onto.",
        ("bounded-activation", "range-obstruction"),
        "Theorems 6.3 and 6.4",
    ),
    Correction(
        "smoothness",
        "The loss of the network with a hidden layer has a Hessian at its minimizers.",
        "For leaky ReLU a minimizer may be at a kink, where there is none. Gradient dominance does not need it.",
        ("kink",),
        "Theorem 6.7",
    ),
    Correction(
        "entrywise-lipschitz",
        "An entrywise function with Lipschitz constant 1 does not increase distances in the spectral norm.",
        "This holds in the Frobenius norm, not in the spectral norm.",
        ("not-spectrally-lipschitz",),
        "Theorem 6.7",
    ),
    Correction(
        "balanced",
        "Balanced minimizers are the best conditioned ones, with the largest smallest positive eigenvalue.",
        "Their spectrum has a closed form where $X X^T$ and $M$ are aligned. For one unit and $M != 0$ the positive "
        "eigenvalue is smallest at the balanced minimizers.",
        _both("not-balanced", "not-aligned"),
        "Theorem 4.4",
    ),
    Correction(
        "constant",
        "The classical constant of gradient dominance is the best one.",
        "Near a minimizer the best one tends to $1/{2 lambda_+}$ for the smallest positive eigenvalue $lambda_+$ of "
        "the Hessian wherever the kernel of the Hessian is the tangent space of the minimizers. At a balanced "
        "minimizer with white data the classical constant is $4^{L-1}$ times that, and at other minimizers with "
        "invertible layers it is at least that many times as large.",
        _both("constant-not-sharp"),
        "Proposition 4.7",
    ),
    Correction(
        "conservation",
        "Gradient descent conserves the difference $W_{l+1}^T W_{l+1} - W_l W_l^T$.",
        "The gradient flow does, for the linear and the residual network; a step of gradient descent changes it by a "
        "term of second order in the step size.",
        _both("not-conserved"),
        "4.1a",
    ),
)
