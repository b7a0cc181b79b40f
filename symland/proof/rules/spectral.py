"""Rows about singular values, as bounds of |A v|^2 for all v: no square roots."""

from __future__ import annotations

from symland.language.statements import LB, UB, Le
from symland.language.terms import SquaredNorm, Term, matrix, number, scalar
from symland.language.trace import Assignment
from symland.proof.rules.letters import AFTER, ALIKE, SQUARE, A, a, b, c, e, identity, p, q, r
from symland.proof.rules.row import Row, rows

HORN = "Horn and Johnson, Matrix Analysis, 2nd ed., sec. 7.3"
ZERO = number(0)
OTHER = matrix("B", "k", "q")
M = matrix("M", "q", "r")
ROOT, ROOT2 = scalar("root"), scalar("root2")


def _bound(target: Term, of: Term, base: Term | None = None, root: Term = ROOT) -> tuple[Assignment, Assignment]:
    """A model: target := root^2 with root^2 |base v|^2 <= |of v|^2."""
    return Assignment("below", root, of, base), Assignment("set", target, root * root)


TABLE = rows(
    Row("lb_identity", LB(identity(p), identity(p), number(1)), reason="the identity preserves norms"),
    Row(
        "lb_product",
        LB(A * AFTER, identity(r), c * e),
        premises=(Le(ZERO, c), LB(A, identity(q), c), LB(AFTER, identity(r), e)),
        reason="smallest singular values multiply (columns)",
        citation=HORN,
        model=(*_bound(c, A), *_bound(e, AFTER, root=ROOT2)),
    ),
    Row(
        "lb_apply",
        Le(c * SquaredNorm(OTHER * M), SquaredNorm(A * M)),
        premises=(LB(A, OTHER, c),),
        reason="a bound for all vectors is one for all columns",
        model=_bound(c, A, OTHER),
    ),
    Row(
        "lb_apply_identity",
        Le(c * SquaredNorm(M), SquaredNorm(A * M)),
        premises=(LB(A, identity(q), c),),
        reason="a bound for all vectors is one for all columns",
        model=_bound(c, A),
    ),
    Row(
        "lb_transpose",
        LB(SQUARE.T, identity(p), c),
        premises=(LB(SQUARE, identity(p), c),),
        reason="a square matrix and its transpose have the same singular values",
        citation=HORN,
        model=_bound(c, SQUARE),
    ),
    Row(
        "lb_weaken",
        LB(A, OTHER, e),
        premises=(LB(A, OTHER, c), Le(e, c)),
        reason="a smaller bound",
        model=(*_bound(c, A, OTHER), Assignment("set", e, c - b * b)),
    ),
    Row(
        "weyl",
        LB(A + ALIKE, identity(q), (a - b) ** 2),
        premises=(LB(A, identity(q), a**2), UB(ALIKE, b**2), Le(ZERO, b), Le(b, a)),
        reason="Weyl: singular values move by at most the norm of the change",
        citation=HORN,
        model=(
            Assignment("set", A, number(5) * A),
            Assignment("below", a, A),
            Assignment("set", ALIKE, number(1, 9) * ALIKE),
            Assignment("above", b, ALIKE),
        ),
    ),
)
