"""What counterexamples rest on for all dimensions, proved."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import cast

from symland.calculus.prover import Prover
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.terms import Term, matrix
from symland.language.trace import Assignment
from symland.proof.kernel import replay


@cache
def range_obstruction() -> Result:
    """`W2 S = Y`, `Y c = 0` and W2 invertible give `S c = 0`, whatever the hidden layer S is.

    >>> range_obstruction().theorem
    invertible, interpolates, relation |- S*c = 0
    """
    w, y, s, a, c = (
        matrix("W2", "d", "d"), matrix("Y", "d", "m"), matrix("S", "d", "m"), matrix("A", "d", "m"), matrix("c", "m", 1)
    )  # fmt: skip
    zero = cast(Term, T.Zero(*(y * c).shape))
    p = Prover(
        {
            "invertible": cast(S.Statement, S.Invertible(w)),
            "interpolates": S.equal(w * s, y),
            "relation": S.equal(y * c, zero),
        }
    )
    inverse = cast(Term, T.Inverse(w))
    cancels = p.apply("inverse_left", [p.hyp("invertible")], A=w)
    id = p.ring(s * c, zero, [
        {"eq": cancels, "right": s * c, "times": T.number(-1)},
        {"eq": p.hyp("interpolates"), "left": inverse, "right": c},
        {"eq": p.hyp("relation"), "left": inverse},
    ])  # fmt: skip
    model = (
        Assignment("set", s, a - a * c * cast(Term, T.Inverse(c.T * c)) * c.T),
        Assignment("set", y, w * s),
    )
    title = "if W2 is invertible, W2 S = Y and Y c = 0, then S c = 0"
    return _result(p, id, "range obstruction", title, "Theorem 6.4", model)


@cache
def descent_step() -> Result:
    """How a step of size c of gradient descent for two layers changes `W2^T W2 - W1 W1^T`: only by terms in c^2. The
    gradients are `W2^T Q` and `Q W1^T` with Q = E X^T.

    >>> len(descent_step().theorem.hypotheses)
    0
    """
    w1, w2, q = (matrix(name, "d", "d") for name in ("W1", "W2", "Q"))
    c = T.scalar("c")
    g1, g2 = w2.T * q, q * w1.T
    v1, v2 = w1 - c * g1, w2 - c * g2
    p = Prover({})
    id = p.ring(v2.T * v2 - v1 * v1.T, w2.T * w2 - w1 * w1.T + c**2 * (g2.T * g2 - g1 * g1.T))
    title = "a step of size c changes W2^T W2 - W1 W1^T by c^2 (G2^T G2 - G1 G1^T)"
    return _result(p, id, "descent step", title, "4.1a")


def _result(p: Prover, id: str, name: str, title: str, source: str, model: Sequence[Assignment] = ()) -> Result:
    trace = p.trace({name: id}, model)
    return Result(name, title, replay(trace)[name], trace, source)
