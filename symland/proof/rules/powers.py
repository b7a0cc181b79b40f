"""Rows about powers of a matrix, and about sums of matrices over an index."""

from __future__ import annotations

from symland.language.statements import Eq, NonNeg
from symland.language.terms import BoundedSum, MatrixPower, Scale, Term, Vec
from symland.proof.rules.letters import SQUARE, A, F, M, i, ia, ib
from symland.proof.rules.row import Row, rows

NOT_TOO_SHORT = (NonNeg(ib - ia + 1),)


def _sum(body: Term) -> Term:
    out: Term = BoundedSum.over("i", ia, ib, body)
    return out


TABLE = rows(
    Row(
        "matrix_power_next",
        Eq(MatrixPower(SQUARE, ia + 1), SQUARE * MatrixPower(SQUARE, ia)),
        side=(NonNeg(ia),),
        reason="take one factor off the power",
    ),
    Row(
        "sum_vec",
        Eq(_sum(Vec(M[i])), Vec(_sum(M[i]))),
        side=NOT_TOO_SHORT,
        reason="vec is linear",
    ),
    Row(
        "sum_multiples",
        Eq(_sum(Scale(F[i], A)), Scale(_sum(F[i]), A)),
        side=NOT_TOO_SHORT,
        reason="take a constant factor out of the sum",
    ),
)
