"""Counterexamples for the network with one hidden nonlinear layer, `g = 1/2 |W_2 s(W_1 X) - Y|^2`.

Where s is transcendental, a letter u stands for a value of s: what holds for all u holds for all weights.
"""

from __future__ import annotations

from fractions import Fraction

from symland.landscape.counterexamples.facts import Follows, InertiaIs, RankIs, SpectrumIs
from symland.landscape.counterexamples.facts import Holds as H
from symland.landscape.counterexamples.instances import Instance, Loss, Matrix
from symland.landscape.counterexamples.linear import CRITICAL, FIRST, IDENTITY
from symland.landscape.counterexamples.networks import hidden
from symland.landscape.counterexamples.objects import Case, Counterexample
from symland.landscape.counterexamples.proofs import range_obstruction

CUBIC = hidden("Z + Z.^3")
MIXED = hidden("Z + Z.^2 + Z.^3")
CUBE = hidden("Z.^3")
TANH = hidden("tanh(Z)")
LEAKY = hidden("leaky_relu(Z, 1/2)")
PATTERN = hidden("P .* Z", P="d m")
HALF = Fraction(1, 2)
JACOBIAN = "[kron(eye({m}), W2)*diag(vec(D))*kron(X', eye({d})), kron(S', eye({d}))]"


def _at(
    loss: Loss, X: Matrix, Y: Matrix, W1: Matrix, W2: Matrix, letters: tuple[str, ...] = (), **definitions: str
) -> Instance:
    dims = {"d": len(X), "m": len(X[0])}
    return Instance({"X": X, "Y": Y, "W1": W1, "W2": W2}, loss, dims, definitions, letters)


NOT_DEFINITE = Counterexample(
    "hidden-not-definite", "hidden", "The Hessian is not positive definite",
    "The Hessian at a global minimizer is positive definite.",
    "",
    "For $s(z) = z + z^3$ and as many samples as units the kernel of the Hessian has dimension $d^2 = 1$.",
    (Case(_at(CUBIC, [[1]], [[6]], [[1]], [[3]]), (H("h = 0"), *CRITICAL, SpectrumIs("H", {148: 1, 0: 1}))),),
    "T7a; Theorem 6.6",
)  # fmt: skip

DEFINITE = Counterexample(
    "hidden-definite", "hidden", "A positive definite Hessian, with many samples",
    "The Hessian at a global minimizer of the network with a hidden layer is never positive definite.",
    "A3",
    "For $s(z) = z + z^3$ and twice as many samples as units, realizable, the Jacobian may be injective. For leaky "
    "ReLU it never is: scaling a unit up and its outgoing weights down does not change the loss.",
    (
        Case(
            _at(CUBIC, [[1, 2]], [[2, 10]], [[1]], [[1]]),
            (H("h = 0"), *CRITICAL, H("det(H) = 144"), H("tr(H) = 796"), InertiaIs("H", 2, 0, 0)),
            "The function $s(z) = z + z^3$.",
        ),
        Case(
            Instance(
                {"X": [[1, -1]], "Y": [[1, -HALF]], "W1": [[1]], "W2": [[1]], "v": [[1], [-1]]}, LEAKY, {"d": 1, "m": 2}
            ),
            (H("h = 0"), H("H*v = 0"), RankIs("H", 1)),
            "Leaky ReLU with the slope 1/2.",
        ),
    ),
    "Theorem 6.6",
)  # fmt: skip

SURVIVING_CURVATURE = Counterexample(
    "surviving-curvature", "hidden", "The curvature of the activation survives at a critical point",
    "The Hessian at a minimizer is $H^T H$ for the Jacobian $H$ of the outputs.",
    "E0",
    "There are more samples than units, and $s(z) = z + z^2 + z^3$, which is strictly increasing. The residual is $t "
    "(17, -12, 3)$; the gradient vanishes, and the Hessian differs from $H^T H$ by $4 t$ in the first entry. For $t = "
    "1/100$ it is positive definite, so the point is a strict local minimizer.",
    (
        Case(
            Instance(
                {
                    "X": [[1, 2, 3]], "Y": [["3 - 17*t", "14 + 12*t", "39 - 3*t"]], "W1": [[1]], "W2": [[1]],
                    "R": [["17*t", "-12*t", "3*t"]], "B": [[11596, 4472], [4472, 1726]], "Q": [["4*t", 0], [0, 0]],
                },
                MIXED, {"d": 1, "m": 3},
                {
                    "S": "W1*X + (W1*X).^2 + (W1*X).^3", "D": "ones(1, 3) + 2*(W1*X) + 3*(W1*X).^2",
                    "J": JACOBIAN.format(d=1, m=3),
                },
                ("t",),
            ),
            (H("W2*S - Y = R"), *CRITICAL, H("J'*J = B"), H("H = B + Q")),
        ),
        Case(
            _at(
                MIXED, [[1, 2, 3]], [["3 - 17/100", "14 + 12/100", "39 - 3/100"]], [[1]], [[1]],
            ),
            (H("h = 221/10000"), *CRITICAL, InertiaIs("H", 2, 0, 0)),
            "The point for $t = 1/100$.",
        ),
    ),
    "CE6, T9; Theorem 6.2",
)  # fmt: skip

VANISHING_CURVATURE = Counterexample(
    "vanishing-curvature", "hidden", "The curvature of the activation cancels although the residual is not zero",
    "For $s' > 0$ the Hessian at a critical point is $H^T H$ only where the residual is 0.",
    "A3",
    "For $s(z) = z + z^3$ and one unit $s''(z) z^2$ is a combination of $s(z)$ and $z s'(z)$, to which the residual is "
    "orthogonal at a critical point: the curvature cancels, although the residual is $(5, -4, 1)$.",
    (
        Case(
            Instance(
                {"X": [[1, 2, 3]], "Y": [[-3, 14, 29]], "W1": [[1]], "W2": [[1]]}, CUBIC, {"d": 1, "m": 3},
                {
                    "S": "W1*X + (W1*X).^3", "D": "ones(1, 3) + 3*(W1*X).^2", "J": JACOBIAN.format(d=1, m=3),
                },
            ),
            (H("h = 21"), *CRITICAL, H("H = J'*J"), RankIs("X", 1)),
        ),
    ),
    "Theorem 6.2",
)  # fmt: skip

PIECEWISE_LINEAR = Counterexample(
    "piecewise-linear", "hidden", "The Hessian has further terms although the activation is piecewise linear",
    "For a piecewise linear activation the Hessian at a minimizer is $H^T H$.",
    "E0",
    "For leaky ReLU with the slope 1/2 the second derivatives of the activation vanish, but the residual is not "
    "orthogonal to the data weighted with the slopes $u$ of the first unit. The gradient is 0; the Hessian has six "
    "positive eigenvalues and two zero ones, those of the rescalings of the two units, along which the loss is "
    "constant: a local minimizer.",
    (
        Case(
            Instance(
                {
                    "X": [[-1, 0, 2, 1], [0, 2, 0, -1]], "Y": [[0, 4, 3, 0], [1, 0, 0, 1]],
                    "W1": [[-1, 1], [2, 1]], "W2": [[1, 1], [0, 0]],
                    "D": [[1, 1, HALF, HALF], [HALF, 1, 1, 1]], "u": [[1], [1], [HALF], [HALF]],
                    "v": [[-1], [0], [1], [0], [-1], [0], [0], [0]], "w": [[0], [2], [0], [1], [0], [0], [-1], [0]],
                },
                LEAKY, {"d": 2, "m": 4},
                {"S": "D .* (W1*X)", "E": "W2*S - Y", "J": JACOBIAN.format(d=2, m=4)},
            ),
            (
                H("S = leaky_relu(W1*X, 1/2)"), H("h = 1"), *CRITICAL, H("0 < norm2(E*diag(u)*X')^2"),
                H("0 < norm2(H - J'*J)^2"), InertiaIs("H", 6, 0, 2), H("H*v = 0"), H("H*w = 0"),
            ),
        ),
    ),
    "Theorem 6.2",
)  # fmt: skip

RESIDUALS = {"a": "w*u - 1", "b": "2*w*u/(1 + u^2) - 2"}

NOT_ATTAINED = Counterexample(
    "not-attained", "hidden", "The infimum is not attained",
    "For a strictly increasing, continuous $s$ the loss has a global minimizer.",
    "A3",
    "Let $s$ be the hyperbolic tangent, with one unit and $X = Y = (1, 2)$. For $u = s(W_1)$ and $w = W_2$ the hidden "
    "layer is $s(W_1 X) = (u, {2 u}/{1 + u^2})$, with residuals $a$ and $b$. If both were 0, then $u = 0$ by the "
    "first equation, and $a = -1$: the loss is positive everywhere. With $w = 1/u$ it tends to 0 as $u -> 0$.",
    (
        Case(
            Instance({}, definitions=RESIDUALS, letters=("u", "w")),
            (H("2*a - (1 + u^2)*b = 2*u^2"),),
            "All weights.",
        ),
        Case(
            Instance({"w": "1/u"}, definitions=RESIDUALS, letters=("u",)),
            (H("(a^2 + b^2)/2 = 2*u^4/(1 + u^2)^2"),),
            "The weights with $w = 1/u$.",
        ),
        Case(
            Instance(
                {"X": [[1, 2]], "W1": [["1/1000"]], "W2": [[1000]]},
                definitions={"g": "1/2*norm2(W2*tanh(W1*X) - X)^2"}, balls=True,
            ),
            (H("0 < g"), H("g < 1/10^11")),
            "The weights 1/1000 and 1000.",
        ),
    ),
    "CE7; 6.5", ("tanh(2 z) = 2 tanh(z)/(1 + tanh(z)^2)",),
)  # fmt: skip

RANGE = Counterexample(
    "range-obstruction", "hidden", "Only singular output layers where the activation is positive",
    "Where rank $X = m$ there is, for every $Y$, a global minimizer with $W_2$ invertible.",
    "a surjective activation",
    "Let $s$ be softplus, or another function with positive values, and let the columns of $Y$ have the sum 0. If "
    "$W_2$ were invertible and $W_2 s(W_1 X) = Y$, then the columns of $s(W_1 X)$ would have the sum 0 as well, but "
    "all entries are positive. With $W_2$ singular the least loss 0 is attained: $S$ is a matrix of values of "
    "softplus.",
    (
        Case(
            Instance(
                {"Y": [[1, -1], [1, -1]], "S": [[2, 1], [1, 2]], "W2": [[1, -1], [1, -1]], "c": [[1], [1]]}
            ),
            (
                Follows(range_obstruction), H("Y*c = 0"), H("W2*S = Y"), H("positive(S)"), H("positive(S*c)"),
                RankIs("W2", 1),
            ),
            "The hidden layer $S$ and the output layer.",
        ),
        Case(
            Instance(
                {
                    "S": [[2, 1], [1, 2]],
                    "W1": [["log(exp(2) - 1)", "log(exp(1) - 1)"], ["log(exp(1) - 1)", "log(exp(2) - 1)"]],
                },
                balls=True,
            ),
            (H("norm2(softplus(W1) - S)^2 < 1/10^50"),),
            "The first layer, for $X = I$.",
        ),
    ),
    "CE8; Theorem 6.4", ("softplus maps the real numbers onto the positive ones, with the inverse log(exp(y) - 1)",),
)  # fmt: skip

BOUNDED = Counterexample(
    "bounded-activation", "hidden", "Not every output layer belongs to a minimizer where the activation is bounded",
    "Where rank $X = m$ there is, for every invertible $C$, a global minimizer with $W_2 = C$.",
    "a surjective activation",
    "Let $s$ be the hyperbolic tangent, $X = 1$, $Y = 2$, $W_2 = 1$ and $u = s(W_1)$. As $u < 1$, the loss is above "
    "1/2 by the equation. With $W_2 = 4$ the loss is 0 where $u = 1/2$.",
    (
        Case(
            Instance({}, definitions={"g": "(u - 2)^2/2"}, letters=("u",)),
            (H("g = 1/2 + (1 - u)*(3 - u)/2"),),
            "The output layer 1.",
        ),
        Case(Instance({"u": HALF}), (H("(4*u - 2)^2/2 = 0"),), "The output layer 4."),
    ),
    "Theorem 6.4", ("tanh maps the real numbers onto the interval from -1 to 1",),
)  # fmt: skip

EQUAL_COLUMNS = Counterexample(
    "equal-columns", "hidden", "A positive least loss where two samples have one input",
    "For a strictly increasing, continuous $s$ the least loss is 0 for every $Y$.",
    "A3",
    "The two columns of $X$ are equal, those of $Y$ are not. Whatever the activation, the outputs for both samples "
    "are the same number $c$, and the loss is at least 1/4.",
    (
        Case(Instance({"X": [[1, 1]], "Y": [[0, 1]]}), (RankIs("X", 1),), "Rank 1, and two samples."),
        Case(
            Instance({"Y": [[0, 1]], "o": [[1, 1]]}, letters=("c",)),
            (H("1/2*norm2(c*o - Y)^2 = 1/4 + (c - 1/2)^2"),),
            "All outputs.",
        ),
    ),
    "Theorem 6.3",
)  # fmt: skip

CONSTANT_ACTIVATION = Counterexample(
    "constant-activation", "hidden", "A positive least loss for a constant activation",
    "Where rank $X = m$ the least loss is 0.",
    "S1",
    "A constant activation is increasing, not strictly. All columns of the output are equal, with entries $p$ and "
    "$q$: the loss is at least 1/4.",
    (
        Case(
            Instance({"X": IDENTITY, "Y": [[0, 1], [0, 0]], "O": [["p", "p"], ["q", "q"]]}, letters=("p", "q")),
            (H("1/2*norm2(O - Y)^2 = 1/4 + (p - 1/2)^2 + q^2"),),
            "All outputs $O$.",
        ),
    ),
    "Theorem 6.3",
)  # fmt: skip

SINGULAR_OUTPUT = Counterexample(
    "singular-output-layer", "hidden", "Minimizers with a singular output layer",
    "All minimizers of value 0 have an invertible output layer, and for an injective $s$ it determines $W_1 X$.",
    "$Y$ invertible",
    "For $s(z) = z + z^3$ and the singular $Y$ the second unit has no outgoing weights, so its incoming ones, "
    "$p$ and $q$, are free. For $Y$ invertible, and so as many samples as units, every minimizer of value 0 has an "
    "invertible $W_2$.",
    (
        Case(
            _at(CUBIC, IDENTITY, [[2, 0], [0, 0]], [[1, 0], ["p", "q"]], FIRST, letters=("p", "q")),
            (H("h = 0"),),
            "A minimizer for all $p$ and $q$.",
        ),
        Case(_at(CUBIC, IDENTITY, [[2, 0], [0, 0]], FIRST, IDENTITY), (H("h = 0"), RankIs("W2", 2))),
    ),
    "Theorem 6.4",
)  # fmt: skip

FLAT_ACTIVATION = Counterexample(
    "flat-activation", "hidden", "The Hessian has smaller rank where the activation is flat",
    "For a strictly increasing activation, rank $X = m$ and $W_2$ invertible the Hessian at an interpolating minimizer "
    "has rank $d m$.",
    "S2",
    "For $s(z) = z^3$, which is strictly increasing with $s'(0) = 0$, the Hessian at $W_1 = 0$, $W_2 = 1$ is zero. "
    "Along $W_1 = t$ the ratio of the loss to the square of its gradient is at least $1/{20 t^4}$ for $0 < t < 1$, so "
    "gradient dominance fails as well.",
    (
        Case(_at(CUBE, [[1]], [[0]], [[0]], [[1]]), (H("h = 0"), H("H = 0"))),
        Case(
            _at(CUBE, [[1]], [[0]], [["t"]], [[1]], letters=("t",)),
            (H("h = t^6/2"), H("norm2(G1)^2 + norm2(G2)^2 = t^10*(9 + t^2)")),
            "The weights $W_1 = t$.",
        ),
    ),
    "Theorem 6.6",
)  # fmt: skip

BOTH_SUMMANDS_VANISH = Counterexample(
    "both-summands-vanish", "hidden", "No gradient dominance where the output layer and the hidden layer vanish",
    "For $s' > 0$ and rank $X = m$ gradient dominance holds in a neighborhood of every global minimizer.",
    "$W_2$ invertible or rank $s(W_1 X) = m$",
    "For $s(z) = z + z^3$ and $Y = 0$ the point $W_1 = W_2 = 0$ is a global minimizer. Along $W_1 = W_2 = t$ the "
    "ratio of the loss to the square of its gradient has no bound as $t -> 0$.",
    (
        Case(
            _at(CUBIC, [[1]], [[0]], [["t"]], [["t"]], letters=("t",)),
            (
                H("h = t^4*(1 + t^2)^2/2"),
                H("norm2(G1)^2 + norm2(G2)^2 = 2*t^2*((1 + 3*t^2)^2 + (1 + t^2)^2)*h"),
            ),
        ),
        Case(_at(CUBIC, [[1]], [[0]], [[0]], [[0]]), (H("h = 0"), H("H = 0")), "The minimizer itself."),
    ),
    "Theorem 6.7",
)  # fmt: skip

SADDLE = Counterexample(
    "hidden-saddle", "hidden", "A critical point that is no minimizer",
    "For $s' > 0$ and rank $X = m$ every critical point is a global minimizer.",
    "$W_2$ invertible or rank $s(W_1 X) = m$",
    "Let $s$ be the hyperbolic tangent. For $X = Y = 1$ the gradient vanishes at $W_1 = W_2 = 0$, where the loss is "
    "1/2; it is 0 where $W_2 = 1/u$ for $u = s(W_1) != 0$. There is no gradient dominance on the whole space.",
    (
        Case(
            _at(TANH, [[1]], [[1]], [[0]], [[0]]), (*CRITICAL, H("h = 1/2"), SpectrumIs("H", {1: 1, -1: 1}))
        ),
        Case(
            Instance({"w": "1/u"}, definitions={"g": "(w*u - 1)^2/2"}, letters=("u",)),
            (H("g = 0"),),
            "The weights with $W_2 = 1/u$.",
        ),
    ),
    "CE15; Theorem 6.7",
)  # fmt: skip

SINGULAR_INPUT = Counterexample(
    "singular-input-layer", "hidden", "Full rank of the Hessian although the input layer is singular",
    "Gradient dominance needs an invertible $W_1$.",
    "",
    "For $s(z) = z + z^3$ the matrix $s(W_1 X)$ is invertible although $W_1$ has rank 1. The Hessian at this "
    "interpolating minimizer has the full rank $d m = 4$, so the Jacobian is onto.",
    (
        Case(
            Instance(
                {
                    "X": [[1, 2], [0, 1]], "Y": [[2, 10], [10, 68]], "W1": [[1, 0], [2, 0]], "W2": IDENTITY,
                },
                CUBIC, {"d": 2, "m": 2}, {"S": "W1*X + (W1*X).^3"},
            ),
            (RankIs("W1", 1), H("S = Y"), H("det(S) = 36"), H("h = 0"), *CRITICAL, RankIs("H", 4), H("psd(H)")),
        ),
    ),
    "CE11; Theorem 6.7",
)  # fmt: skip

KINK = Counterexample(
    "kink", "hidden", "A minimizer at a kink of the activation",
    "The loss is twice differentiable at its minimizers of value 0.",
    "S3",
    "For leaky ReLU with the slope 1/2 and $X = Y = W_1 = W_2 = I$ the loss is 0, and two arguments of the activation "
    "are 0. If the entry of $W_1$ in the first row and second column is $t$, the loss is $t^2/2$ for $t >= 0$ and "
    "$t^2/8$ for $t <= 0$: the second derivatives from the two sides differ. Gradient dominance needs no second "
    "derivatives and holds.",
    tuple(
        Case(
            Instance(
                {
                    "X": IDENTITY, "Y": IDENTITY, "W1": [[1, "t"], [0, 1]], "W2": IDENTITY,
                    "P": [[1, slope], [1, 1]],
                },
                PATTERN, {"d": 2, "m": 2}, letters=("t",),
            ),
            (H(f"h = {value}"),),
            words,
        )
        for slope, value, words in ((1, "t^2/2", "The slope for $t >= 0$."), (HALF, "t^2/8", "The slope for $t <= 0$."))
    ),
    "CE12; Theorem 6.7",
)  # fmt: skip

NOT_SPECTRALLY_LIPSCHITZ = Counterexample(
    "not-spectrally-lipschitz", "hidden", "Entrywise maps do not keep the Lipschitz constant in the spectral norm",
    "If $s$ is Lipschitz with constant 1 and $s(0) = 0$, then $||s(Z)||_2 <= ||Z||_2$ in the spectral norm.",
    "",
    "For leaky ReLU with the slope 1/2 the spectral norm of $Z$ is the square root of 2, and $s(Z)$ has the "
    "eigenvalue 3/2, which is larger. In the Frobenius norm the claim holds.",
    (
        Case(
            Instance({"Z": [[1, 1], [1, -1]], "v": [[2], [1]]}, definitions={"S": "leaky_relu(Z, 1/2)"}),
            (H("Z'*Z = 2*eye(2)"), H("S*v = 3/2*v"), SpectrumIs("S", {Fraction(3, 2): 1, -1: 1}), H("2 < (3/2)^2")),
        ),
    ),
    "CE10",
)  # fmt: skip

DIFFERENT_FUNCTIONS = Counterexample(
    "different-functions", "hidden", "Equivalent minimizers are different functions",
    "Global minimizers that belong to one family represent the same function.",
    "",
    "For $s(z) = z + z^3$ both minimizers have the output 10 for the only sample 1. For the input 2 their outputs are "
    "68 and 50. For the linear networks minimizers of one orbit represent the same function.",
    tuple(
        Case(
            _at(CUBIC, [[1]], [[10]], [[w1]], [[w2]], output="W2*(2*W1 + (2*W1).^3)"),
            (H("h = 0"), H(f"tr(output) = {value}")),
        )
        for w1, w2, value in ((2, 1, 68), (1, 5, 50))
    ),
    "Theorem 6.4",
)  # fmt: skip

HIDDEN = (
    NOT_DEFINITE, DEFINITE, SURVIVING_CURVATURE, VANISHING_CURVATURE, PIECEWISE_LINEAR, NOT_ATTAINED, RANGE, BOUNDED,
    EQUAL_COLUMNS, CONSTANT_ACTIVATION, SINGULAR_OUTPUT, FLAT_ACTIVATION, BOTH_SUMMANDS_VANISH, SADDLE, SINGULAR_INPUT,
    KINK, NOT_SPECTRALLY_LIPSCHITZ, DIFFERENT_FUNCTIONS,
)  # fmt: skip
