"""What is cited about the minimizers of the network with one hidden layer: that there are some, and what set they form.

Source: Theorems 6.3 and 6.4 and section 6.5 of the specification, after Zhou and Liang.
"""

from __future__ import annotations

from symland.landscape.hidden.activations import EVERYWHERE, POSITIVE, SYMMETRIC_INTERVAL, UNIT_INTERVAL
from symland.landscape.hidden.network import HiddenNetwork
from symland.landscape.result import Assumed

LEE = "Lee, Introduction to Smooth Manifolds, 2nd ed., Proposition 5.4 (graphs of smooth functions)"
ZHOU = "Zhou and Liang, arXiv:1710.06910"
INSTANCES = "counterexamples: two samples with the same input; tanh with one unit and X = Y = (1, 2)"
HORN = "Horn and Johnson, Matrix Analysis, 2nd ed., sec. 0.4 (rank)"
ATTAINED = (
    "If $X$ has full column rank and $s$ increases strictly, the least loss is 0 and attained, for every $Y$: there "
    "are $u != v$ with $s(u) + (m - 1) s(v) != 0$, and since $m <= d$ the first $m$ columns of the identity are a "
    "matrix $P$ of different unit vectors. So for $T$ with the entry $u$ where $P$ is 1 and $v$ where it is 0, $s(T)$ "
    "has rank $m$, and $W_1 = T X^+$, $W_2 = Y s(T)^+$ is a minimizer."
)
SOLVABLE = "Let $X$ have full column rank: for every $T$ there is $W_1$ with $W_1 X = T$. "
NONE = (
    "Whether there is an invertible $C$ with the entries of $C^{-1} Y$ among the values of $s$ depends on $s$ and $Y$."
)
EXISTENCE = {
    None: NONE,
    EVERYWHERE: "Every number is a value of $s$, so there is $T$ with $C s(T) = Y$ for every invertible $C$.",
    SYMMETRIC_INTERVAL: (
        "The values of $s$ are the numbers between $-1$ and 1. For every $Y$ there is $T$ with $C s(T) = Y$ for "
        "$C = t I$ with $t$ larger than every entry of $Y$ in absolute value."
    ),
    POSITIVE: (
        "The values of $s$ are the positive numbers. There is an invertible $C$ with $C s(T) = Y$ for some $T$ if a "
        "vector $r$ has $r^T Y > 0$ in every entry: let the rows of $C^{-1}$ be $r^T + epsilon r_i^T$ with $epsilon$ "
        "small and $r_1, ..., r_d$ such that they are independent. For invertible $Y$ there is such an $r$."
    ),
    UNIT_INTERVAL: (
        "The values of $s$ are the numbers between 0 and 1. There is an invertible $C$ with $C s(T) = Y$ for some $T$ "
        "if a vector $r$ has $r^T Y > 0$ in every entry: let the rows of $C^{-1}$ be small multiples of "
        "$r^T + epsilon r_i^T$ with $epsilon$ small and $r_1, ..., r_d$ such that they are independent. For invertible "
        "$Y$ there is such an $r$."
    ),
}
MANIFOLD = (
    "If $X$ has full column rank and $s$ is continuously differentiable with positive derivative, the minimizers with "
    "invertible $W_2$, where there are any, are a graph over an open set of pairs $(C, N (I - X X^+))$: an embedded "
    "manifold of dimension $2 d^2 - d m$, which is $d^2$ for $m = d$."
)
MORE_SAMPLES = (
    "For $m > d$ no closed form is given. The infimum of the loss may be positive, and it may be attained nowhere. "
    "Only data that some $(W_1, W_2)$ interpolates are covered."
)
MORE_SAMPLES_RECTANGULAR = (
    "For $m > n$ no closed form is given. There, and for $m > q$, the infimum of the loss may be positive, and it may "
    "be attained nowhere. Only data that some $(W_1, W_2)$ interpolates are covered."
)


def assumed(network: HiddenNetwork) -> tuple[Assumed, ...]:
    """What is cited about the minimizers of this network."""
    name = "more samples than inputs"
    if network.rectangular:
        return (Assumed(name, "more samples than inputs or hidden units", MORE_SAMPLES_RECTANGULAR, INSTANCES),)
    more = Assumed(name, name, MORE_SAMPLES, INSTANCES)
    values = SOLVABLE + EXISTENCE[network.activation.range]
    made = [
        Assumed("attained for all data", "the value 0 is attained for all data", ATTAINED, f"{HORN}; after {ZHOU}"),
        Assumed("existence", "minimizers with invertible $W_2$", values, f"after {ZHOU}"),
        more,
    ]
    if network.activation.is_smooth:
        made.append(Assumed("manifold", "the set of minimizers", MANIFOLD, LEE))
    return tuple(made)
