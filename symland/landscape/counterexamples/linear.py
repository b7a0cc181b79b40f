"""Counterexamples for the deep linear network `h = 1/2 |W_L ... W_1 X - Y|^2`."""

from __future__ import annotations

from symland.landscape.counterexamples.facts import Follows, InertiaIs, RankIs, SpectrumIs
from symland.landscape.counterexamples.facts import Holds as H
from symland.landscape.counterexamples.instances import Instance, Matrix
from symland.landscape.counterexamples.networks import linear
from symland.landscape.counterexamples.objects import Case, Counterexample
from symland.landscape.counterexamples.proofs import descent_step

IDENTITY: Matrix = [[1, 0], [0, 1]]
FIRST: Matrix = [[1, 0], [0, 0]]  # diag(1, 0)
SECOND: Matrix = [[0, 0], [0, 1]]
NIL: Matrix = [[0, 0], [0, 0]]
CRITICAL = (H("G1 = 0"), H("G2 = 0"))
LEAST = "1/2*norm2(Y - Y*pinv(X)*X)^2"  # the least loss, Theorem 4.2.1


def _at(X: Matrix, Y: Matrix, *layers: Matrix, letters: tuple[str, ...] = (), **definitions: str) -> Instance:
    """The network with these data and layers, the layer nearest to the data first."""
    data = {"X": X, "Y": Y, **{f"W{l}": w for l, w in enumerate(layers, 1)}}
    return Instance(data, linear(len(layers)), {"d": len(X), "m": len(X[0])}, definitions, letters)


def _step(k: int) -> dict[str, str]:
    """A step of gradient descent with step size 1/10 on 1/2 (a b - 1)^2."""
    return {
        f"a{k + 1}": f"a{k} - (a{k}*b{k} - 1)*b{k}/10",
        f"b{k + 1}": f"b{k} - (a{k}*b{k} - 1)*a{k}/10",
    }


TWO_SINGULAR_LAYERS = Counterexample(
    "two-singular-layers", "linear", "No gradient dominance where two layers are singular",
    "Gradient dominance holds in a neighborhood of every global minimizer.",
    "A2",
    "With $Y = 0$ the point $W_1 = W_2 = 0$ is a global minimizer, and along $W_1 = W_2 = t$ the ratio of the loss to "
    "the square of its gradient is $1/{4 t^2}$: no constant serves near the minimizer. One singular layer does no "
    "harm, as the second case shows.",
    (
        Case(
            _at([[1]], [[0]], [["t"]], [["t"]], letters=("t",)),
            (H("h = t^4/2"), H("norm2(G1)^2 + norm2(G2)^2 = 2*t^6"), H("h = (norm2(G1)^2 + norm2(G2)^2)/(4*t^2)")),
            "Both layers are $t$.",
        ),
        Case(
            _at([[1]], [[0]], [["u"]], [["1 + v"]], letters=("u", "v")),
            (H("h = norm2(G1)^2/(2*(1 + v)^2)"),),
            "Near $W_1 = 0$, $W_2 = 1$, where one layer alone is singular, the ratio is bounded.",
        ),
    ),
    "CE1; Theorem 4.6",
)  # fmt: skip

SINGULAR_LAYERS_OF_RANK_ONE = Counterexample(
    "singular-layers-of-rank-one", "linear", "No gradient dominance although the Hessian does not vanish",
    "Gradient dominance holds near every global minimizer at which the Hessian is not zero.",
    "A4",
    "At $t = 0$ both layers and their product have rank 1, and $1 != 1 + 1 - 2$: the kernel of $W_2$ is not in the "
    "column space of $W_1$. Where both layers have the diagonal entries 1 and $t$, the ratio of the loss to the "
    "square of its gradient is $1/{4 t^2}$.",
    (
        Case(
            _at(IDENTITY, FIRST, [[1, 0], [0, "t"]], [[1, 0], [0, "t"]], letters=("t",)),
            (H("h = t^4/2"), H("norm2(G1)^2 + norm2(G2)^2 = 2*t^6")),
        ),
        Case(
            _at(IDENTITY, FIRST, FIRST, FIRST),
            (H("h = 0"), RankIs("W1", 1), RankIs("W2", 1), RankIs("W2*W1", 1), SpectrumIs("H", {2: 1, 1: 2, 0: 5})),
            "The minimizer itself.",
        ),
    ),
    "Theorem 4.8",
)  # fmt: skip

NOT_SURJECTIVE = Counterexample(
    "jacobian-not-onto", "linear", "Gradient dominance although the Jacobian is not onto",
    "Gradient dominance near a minimizer needs a Jacobian of full row rank.",
    "",
    "The Hessian has rank 3, so the Jacobian does not have the row rank 4. Still gradient dominance holds near the "
    "minimizer: $0 = 1 + 1 - 2$ is the criterion for two layers. The reason is the identity of the second case for "
    "$P = W_2 W_1$ and arbitrary layers: near the minimizer the entry that the Jacobian does not reach is small "
    "compared with the others.",
    (
        Case(
            _at(IDENTITY, NIL, SECOND, FIRST),
            (
                H("h = 0"), SpectrumIs("H", {2: 1, 1: 2, 0: 5}), RankIs("H", 3),
                RankIs("W1", 1), RankIs("W2", 1), RankIs("W2*W1", 0),
            ),
        ),
        Case(
            Instance(
                {"W1": [["p", "q"], ["r", "s"]], "W2": [["a", "b"], ["c", "e"]], "x": [[1], [0]], "y": [[0], [1]]},
                definitions={"P": "W2*W1"}, letters=("a", "b", "c", "e", "p", "q", "r", "s"),
            ),
            (H("a*s*(y'*P*x) = c*s*(x'*P*x) + a*r*(y'*P*y) - c*r*(x'*P*y)"),),
            "Where $a$ and $s$ are near 1 and $c$ and $r$ near 0, the entry of $P$ in the second row and first column "
            "is a combination of the others with small coefficients.",
        ),
    ),
    "CE14; Theorem 4.8",
    (
        "Rebjock and Boumal, Mathematical Programming, 2025: gradient dominance near the minimizer, with the limiting "
        "constant 1/2",
    ),
)  # fmt: skip

RANK_DEFICIENT_DATA = Counterexample(
    "rank-deficient-data", "linear", "Gradient dominance although X is rank deficient",
    "Gradient dominance needs data of full row rank, as its constant is infinite for $sigma_min(X) = 0$.",
    "",
    "The smallest singular value of $X$ is 0, but the constant needs only the smallest nonzero one, which is 1. At "
    "$W_1 = W_2 = I$ it gives $1/4$, and there it is attained.",
    (
        Case(
            _at(FIRST, [[2, 0], [0, 0]], IDENTITY, IDENTITY),
            (
                RankIs("X", 1), SpectrumIs("X*X'", {1: 1, 0: 1}), H(f"{LEAST} = 0"),
                H("h = 1/2"), H("h = (norm2(G1)^2 + norm2(G2)^2)/4"),
            ),
        ),
    ),
    "CE2; Theorem 4.5",
)  # fmt: skip

NOT_DEFINITE = Counterexample(
    "not-definite", "linear", "The Hessian is not positive definite",
    "The Hessian at a global minimizer is positive definite.",
    "",
    "The vector $v$ is in the kernel of the Hessian: along this direction the product of the layers does not change "
    "to first order.",
    (
        Case(
            Instance(
                {"X": [[1]], "Y": [[1]], "W1": [[1]], "W2": [[1]], "v": [[1], [-1]]}, linear(2), {"d": 1, "m": 1}
            ),
            (H("h = 0"), *CRITICAL, H("H*v = 0"), SpectrumIs("H", {2: 1, 0: 1})),
        ),
    ),
    "CE3; Theorem 4.3",
)  # fmt: skip

POSITIVE_LEAST_LOSS = Counterexample(
    "positive-least-loss", "linear", "A minimizer with a positive residual",
    "The least loss is 0.",
    "",
    "There are more samples than $X$ has rows, and no $P$ has $P X = Y$: the least loss is 1. The residual is "
    "orthogonal to the data, so the Hessian is still $H^T H$ for the Jacobian $H$.",
    (
        Case(
            _at(
                [[1, 0, 0], [0, 1, 0]], [[2, 0, 1], [0, 3, -1]], IDENTITY, [[2, 0], [0, 3]],
                J="[kron(X', W2), kron((W1*X)', eye(2))]",
            ),
            (
                H("h = 1"), H(f"{LEAST} = 1"), *CRITICAL, H("(W2*W1*X - Y)*X' = 0"), H("H = J'*J"),
                SpectrumIs("H", {5: 2, 10: 2, 0: 4}), SpectrumIs("X'*X", {1: 2, 0: 1}),
            ),
        ),
    ),
    "T3a; Theorems 4.2.1 and 4.3",
)  # fmt: skip

MINIMIZERS_NEARBY = Counterexample(
    "minimizers-nearby", "linear", "Regularity fails in every full neighborhood of a minimizer",
    "Near a minimizer the regularity condition holds with the minimizer itself as reference.",
    "",
    "All points $(t, 1/t)$ are minimizers. There the gradient is zero, so the left side of the regularity condition "
    "for the reference $(1, 1)$ is zero, and the right side is positive for $t != 1$, however near to 1.",
    (
        Case(
            _at([[1]], [[1]], [["t"]], [["1/t"]], letters=("t",)),
            (H("h = 0"), *CRITICAL, H("norm2(W1 - 1)^2 + norm2(W2 - 1)^2 = (t - 1)^2*(1 + 1/t^2)")),
        ),
    ),
    "CE4; U12",
)  # fmt: skip

CONE_NOT_INVARIANT = Counterexample(
    "cone-not-invariant", "linear", "Gradient descent leaves the cone of regularity",
    "Regularity with a fixed minimizer as reference gives convergence to that minimizer.",
    "",
    "For the loss $1/2 (a b - 1)^2$ and $e = a b - 1$, a step of size $c$ multiplies $a^2 - b^2$ by $1 - c^2 e^2$, "
    "and $e$ by the factor of the second equation. From $a = 11/10$, $b = 1$ with $c = 1/10$ the factor of $e$ stays "
    "between 0 and 81/100: above 0 as $a^2 + b^2 <= 9/4$ where $a^2 - b^2 <= 21/100$ and $e <= 1/10$, and below "
    "81/100 by the identity of the second case. So the sum of all $e^2$ is below 3/100, and $a^2 - b^2$ never falls "
    "below 1/5. The limit is not $(1, 1)$, where it is 0. At the start the ratio of $a + b - 2$ to the distance from "
    "$(1, 1)$ is 1; after 60 steps it is below 38/1000.",
    (
        Case(
            Instance(
                {"X": [[1]], "Y": [[1]], "W1": [["a"]], "W2": [["b"]]}, linear(2), {"d": 1, "m": 1},
                {"e": "a*b - 1", "V1": "W1 - c*G1", "V2": "W2 - c*G2"}, ("a", "b", "c"),
            ),
            (
                H("norm2(V1)^2 - norm2(V2)^2 = (1 - c^2*e^2)*(a^2 - b^2)"),
                H("tr(V2*V1) - 1 = (1 - c*(a^2 + b^2) + c^2*e*a*b)*e"),
            ),
            "One step, for all layers and step sizes.",
        ),
        Case(
            Instance({"e": "a*b - 1"}, letters=("a", "b")),
            (
                H("81/100 - (1 - (a^2 + b^2)/10 + e*a*b/100) = (a - b)^2/10 + (1 + e*(19 - e))/100"),
                H("(a^2 + b^2)^2 = (a^2 - b^2)^2 + 4*(1 + e)^2"),
            ),
            "The factor of $e$ for the step size 1/10, from above and from below.",
        ),
        Case(
            Instance(
                {"a0": "11/10", "b0": 1},
                definitions={name: text for k in range(60) for name, text in _step(k).items()}, balls=True,
            ),
            (
                H("1/5 < a60^2 - b60^2"), H("0 < a60*b60 - 1"), H("a60*b60 - 1 < 1/10^5"),
                H("(a60 + b60 - 2)^2 < (38/1000)^2*((a60 - 1)^2 + (b60 - 1)^2)"),
            ),
            "Sixty steps from $(11/10, 1)$ with the step size 1/10.",
        ),
    ),
    "CE5; U9",
)  # fmt: skip

STRICT_SADDLE = Counterexample(
    "saddle-at-zero", "linear", "A critical point that is no minimizer",
    "Every critical point is a global minimizer.",
    "A4",
    "At $W_1 = W_2 = 0$, where two layers are singular, the gradient vanishes and the Hessian has a negative "
    "eigenvalue. With at most one singular layer a critical point is a global minimizer.",
    (
        Case(
            _at([[1]], [[1]], [[0]], [[0]]),
            (*CRITICAL, H("h = 1/2"), H(f"{LEAST} = 0"), SpectrumIs("H", {1: 1, -1: 1})),
        ),
    ),
    "CE13; Corollary 4.5a",
)  # fmt: skip

ZERO_HESSIAN = Counterexample(
    "zero-hessian", "linear", "A critical point with zero Hessian that is no minimizer",
    "A critical point with a positive semidefinite Hessian is a local minimizer, and gradient dominance holds near it.",
    "A4",
    "For three layers the gradient and the Hessian vanish at zero, and along $W_1 = W_2 = W_3 = t$ the loss is "
    "$1/2 (t^3 - 1)^2$, which is smaller for every $t$ between 0 and 1. A critical point with a loss above the least "
    "rules gradient dominance out.",
    (
        Case(
            _at([[1]], [[1]], [[0]], [[0]], [[0]]),
            (*CRITICAL, H("G3 = 0"), H("H = 0"), H("h = 1/2"), H(f"{LEAST} = 0")),
        ),
        Case(_at([[1]], [[1]], [["t"]], [["t"]], [["t"]], letters=("t",)), (H("h = (t^3 - 1)^2/2"),)),
    ),
    "CE13",
)  # fmt: skip

TWO_ORBITS = Counterexample(
    "two-orbits", "linear", "The minimizers are more than one orbit",
    "All global minimizers are $W_1 = C$, $W_2 = M C^{-1}$ with $C$ invertible, and all layers of a minimizer are "
    "invertible.",
    "A2",
    "The matrix $M = Y X^T (X X^T)^{-1}$ has rank 1. Both points are global minimizers; the ranks of their first "
    "layers differ, and a change of basis between the layers does not change ranks. No minimizer has two invertible "
    "layers, as the product of the layers is $M$.",
    (
        Case(
            _at(IDENTITY, FIRST, FIRST, IDENTITY, M="Y*X'*inv(X*X')"),
            (RankIs("X", 2), RankIs("M", 1), H("W2*W1 = M"), H("h = 0"), RankIs("W1", 1), RankIs("W2", 2)),
        ),
        Case(
            _at(IDENTITY, FIRST, IDENTITY, FIRST, M="Y*X'*inv(X*X')"),
            (H("W2*W1 = M"), H("h = 0"), RankIs("W1", 2), RankIs("W2", 1)),
        ),
    ),
    "Theorems 4.2.4 and 4.2.6",
)  # fmt: skip

NO_FULL_RANK = Counterexample(
    "no-full-rank-minimizer", "linear", "No minimizer with layers of full rank",
    "There is a global minimizer with invertible layers.",
    "A2'",
    "The product $P$ of the layers of a minimizer satisfies $P X X^T = Y X^T$. Here the right side is 0 and $X X^T != "
    "0$, so $P$ is singular, and so is one of the layers. The rank of $Y X^T$ is smaller than that of $X$.",
    (
        Case(
            _at(FIRST, SECOND, SECOND, IDENTITY),
            (H("Y*X' = 0"), RankIs("X", 1), H("h = 1/2"), H(f"{LEAST} = 1/2"), H("W2*W1*X*X' = Y*X'"), RankIs("W1", 1)),
        ),
    ),
    "Theorem 4.2.3",
)  # fmt: skip

SINGULAR_MINIMIZER = Counterexample(
    "singular-minimizer", "linear", "A minimizer with a singular layer beside one with invertible layers",
    "If a minimizer with invertible layers exists, then every minimizer has invertible layers, and the product of the "
    "layers is the same for all of them.",
    "A1",
    "Here rank $Y X^T$ = rank $X$ = 1, so a minimizer with invertible layers exists. But $X$ does not have full row "
    "rank: the product of the layers is free on the complement of the column space of $X$, and may be singular there.",
    (
        Case(
            _at(FIRST, FIRST, IDENTITY, IDENTITY),
            (RankIs("X", 1), RankIs("Y*X'", 1), H("h = 0"), RankIs("W1", 2), RankIs("W2", 2)),
        ),
        Case(_at(FIRST, FIRST, FIRST, IDENTITY), (H("h = 0"), RankIs("W1", 1), H("W2*W1 = X"))),
        Case(
            _at(FIRST, FIRST, [[1, "t"], [0, "s"]], IDENTITY, letters=("s", "t")),
            (H("h = 0"),),
            "A minimizer for all $s$ and $t$.",
        ),
    ),
    "Theorems 4.2.4 and 4.2.5",
)  # fmt: skip

LARGER_KERNEL = Counterexample(
    "larger-kernel", "linear", "The kernel of the Hessian is larger than the tangent space of the orbit",
    "At a minimizer with invertible layers the Hessian has rank $d^2$, and its kernel is the tangent space of the "
    "orbit.",
    "A1",
    "The rank of the Hessian is $d rank X = 2$ and not 4. The change $v$ of the first layer alone is in the kernel: it "
    "acts on the complement of the column space of $X$. Tangent vectors of the orbit at $W_1 = W_2 = I$ have the form "
    "$(G, -G)$, and $v$ has not.",
    (
        Case(
            Instance(
                {
                    "X": FIRST, "Y": FIRST, "W1": IDENTITY, "W2": IDENTITY,
                    "v": [[0], [0], [1], [0], [0], [0], [0], [0]],
                },
                linear(2), {"d": 2, "m": 2},
            ),
            (H("h = 0"), RankIs("X", 1), RankIs("H", 2), H("H*v = 0"), InertiaIs("H", 2, 0, 6)),
        ),
    ),
    "Theorem 4.3",
)  # fmt: skip

SMALLER_RANK = Counterexample(
    "smaller-rank", "linear", "The Hessian has smaller rank where two layers are singular",
    "The rank of the Hessian at a global minimizer is $d rank X$.",
    "A4",
    "Two layers are singular. The rank of the Hessian is 3 in the first case and 0 in the second, instead of 4.",
    (
        Case(_at(IDENTITY, NIL, SECOND, FIRST), (H("h = 0"), RankIs("X", 2), RankIs("H", 3))),
        Case(_at(IDENTITY, NIL, NIL, NIL), (H("h = 0"), H("H = 0"))),
    ),
    "Theorem 4.3",
)  # fmt: skip

NOT_BALANCED = Counterexample(
    "not-balanced", "linear", "The spectrum at a minimizer that is not balanced",
    "For $X = 1$ the nonzero eigenvalue of the Hessian of one unit with two layers is $2 |M|$: the spectrum depends on "
    "the product of the layers alone.",
    "a balanced minimizer",
    "For one unit and $M = 4$ the balanced minimizer has the eigenvalue $2 M = 8$; the minimizer $(1, 4)$ has 17. "
    "Balanced minimizers are the flattest ones, not the sharpest.",
    (
        Case(
            _at([[1]], [[4]], [[2]], [[2]]),
            (H("h = 0"), H("W2'*W2 = W1*W1'"), SpectrumIs("H", {8: 1, 0: 1})),
            "Balanced.",
        ),
        Case(_at([[1]], [[4]], [[1]], [[4]]), (H("h = 0"), SpectrumIs("H", {17: 1, 0: 1})), "Not balanced."),
    ),
    "Theorem 4.4",
)  # fmt: skip

NOT_ALIGNED = Counterexample(
    "not-aligned", "linear", "The spectrum where the data are not aligned with the product",
    "At a balanced minimizer of two layers the nonzero eigenvalues are $xi_j (sigma_i + sigma_j)$ for the "
    "eigenvalues $xi_j$ of $X X^T$ and the singular values $sigma_i$ of $M$.",
    "aligned data",
    "The layers are balanced and $M$ is diagonal with the entries 4 and 1, but $X X^T$, with the eigenvalues 9 and 1, "
    "is not diagonal. The formula would give the trace $9 ⋅ 13 + 1 ⋅ 7 = 124$ or $1 ⋅ 13 + 9 ⋅ 7 = 76$; it is 100.",
    (
        Case(
            _at([[2, 1], [1, 2]], [[8, 4], [1, 2]], [[2, 0], [0, 1]], [[2, 0], [0, 1]]),
            (H("h = 0"), H("W2'*W2 = W1*W1'"), SpectrumIs("X*X'", {9: 1, 1: 1}), RankIs("H", 4), H("tr(H) = 100")),
        ),
    ),
    "Theorem 4.4",
)  # fmt: skip

NOT_CONSERVED = Counterexample(
    "not-conserved", "linear", "Gradient descent does not conserve the difference of the layers",
    "$W_2^T W_2 - W_1 W_1^T$ is constant along gradient descent, as it is along the gradient flow.",
    "",
    "The gradients satisfy $W_2^T grad_2 h = grad_1 h W_1^T$, which makes the difference constant along the flow. A "
    "step of gradient descent of size $c$ multiplies it by $1 - c^2 e^2$, for one unit, $X = Y = 1$ and $e = a b - "
    "1$.",
    (
        Case(
            Instance(
                {"X": [[1]], "Y": [[1]], "W1": [["a"]], "W2": [["b"]]}, linear(2), {"d": 1, "m": 1},
                {"e": "a*b - 1", "V1": "W1 - c*G1", "V2": "W2 - c*G2"}, ("a", "b", "c"),
            ),
            (
                Follows(descent_step), H("W2'*G2 = G1*W1'"),
                H("norm2(V2)^2 - norm2(V1)^2 = (1 - c^2*e^2)*(norm2(W2)^2 - norm2(W1)^2)"),
            ),
        ),
    ),
    "Theorem 4.1a",
)  # fmt: skip

COMMUTATION = Counterexample(
    "without-commutation", "linear", "The Hessian block needs the commutation matrix",
    "The block of the Hessian for layers 2 and 1 is $W_1 X X^T (x) W_2 + E X^T (x) I$.",
    "",
    "The second term, the curvature of the product, belongs to $Delta_1$ transposed: it carries the commutation "
    "matrix $K$. At this point, which is no minimizer, the Hessian with $K$ is $N$ and that without is $Q$.",
    (
        Case(
            _at(
                [[1, 0, 0], [0, 1, 0]], [[2, 0, 1], [0, 3, -1]], [[1, 1], [0, 1]], [[1, 0], [2, 1]],
                E="W2*W1*X - Y", U="W1*X",
                N="[kron(X*X', W2'*W2), (kron(U*X', W2) + K(2, 2)*kron(E*X', eye(2)))'; "
                "kron(U*X', W2) + K(2, 2)*kron(E*X', eye(2)), kron(U*U', eye(2))]",
                Q="[kron(X*X', W2'*W2), (kron(U*X', W2) + kron(E*X', eye(2)))'; "
                "kron(U*X', W2) + kron(E*X', eye(2)), kron(U*U', eye(2))]",
            ),
            (H("h = 4"), H("norm2(G1)^2 + norm2(G2)^2 = 19"), H("H = N"), H("0 < norm2(H - Q)^2")),
        ),
    ),
    "T3b; Theorem 4.1",
)  # fmt: skip

ONE_LAYER = Counterexample(
    "one-layer", "linear", "A positive definite Hessian, for one layer",
    "The Hessian at a global minimizer is never positive definite.",
    "a second layer",
    "For $L = 1$ the Hessian is $X X^T (x) I$: positive definite if $X$ has full row rank, and only then.",
    (
        Case(_at(IDENTITY, SECOND, SECOND), (H("h = 0"), SpectrumIs("H", {1: 4})), "Full row rank."),
        Case(_at(FIRST, FIRST, IDENTITY), (H("h = 0"), SpectrumIs("H", {1: 2, 0: 2})), "Rank 1."),
    ),
    "Theorem 4.3",
)  # fmt: skip

CONSTANT_NOT_SHARP = Counterexample(
    "constant-not-sharp", "linear", "The classical constant of gradient dominance is not the best one",
    "Near a minimizer gradient dominance holds with no smaller constant than $1/{2 L (tau/2)^{2(L-1)} "
    "sigma_min(X)^2}$.",
    "",
    "The layers are 2 and 3, so $tau = 2$ and the classical constant is 1/4. The only positive eigenvalue of the "
    "Hessian is 13, so near the minimizer every constant above 1/26 serves.",
    (Case(_at([[1]], [[6]], [[2]], [[3]]), (H("h = 0"), *CRITICAL, SpectrumIs("H", {13: 1, 0: 1}))),),
    "T1a; Proposition 4.7",
    (
        "Rebjock and Boumal, Mathematical Programming, 2025: the limiting constant is 1/(2 lambda) for the smallest "
        "positive eigenvalue lambda",
    ),
)  # fmt: skip

RECTANGULAR_FACTORS = Counterexample(
    "rectangular-factors", "linear", "Smallest singular values of rectangular factors do not multiply",
    "The smallest singular value of a product is at least the product of those of its factors.",
    "square factors",
    "Each factor has the single singular value 1, and the product is 0. The claim needs bounds $|A v| >= c |v|$ for "
    "all $v$, which a matrix with more columns than rows never has.",
    (Case(Instance({"A": [[1, 0]], "B": [[0], [1]]}), (H("A*A' = 1"), H("B'*B = 1"), H("A*B = 0"))),),
    "4.5",
)  # fmt: skip

LINEAR = (
    TWO_SINGULAR_LAYERS, SINGULAR_LAYERS_OF_RANK_ONE, NOT_SURJECTIVE, RANK_DEFICIENT_DATA, NOT_DEFINITE,
    POSITIVE_LEAST_LOSS, MINIMIZERS_NEARBY, CONE_NOT_INVARIANT, STRICT_SADDLE, ZERO_HESSIAN, TWO_ORBITS, NO_FULL_RANK,
    SINGULAR_MINIMIZER, LARGER_KERNEL, SMALLER_RANK, NOT_BALANCED, NOT_ALIGNED,
    NOT_CONSERVED, COMMUTATION, ONE_LAYER, CONSTANT_NOT_SHARP, RECTANGULAR_FACTORS,
)  # fmt: skip
