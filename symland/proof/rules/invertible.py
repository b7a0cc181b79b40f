"""Rows about invertible matrices, and about ranks."""

from __future__ import annotations

from symland.language.statements import Invertible, Rank
from symland.language.terms import Inverse, Term, matrix, number, scalar
from symland.language.trace import Assignment
from symland.proof.rules.letters import SQUARE, A, identity, p
from symland.proof.rules.row import Row, rows

HORN = "Horn and Johnson, Matrix Analysis, 2nd ed., sec. 0.4 and 0.5"
OTHER = matrix("B", "p", "p")
BESIDE = matrix("B", "p", "q")
TALL, SQUARE_AFTER = matrix("A", "q", "p"), matrix("B", "p", "p")
RANK = scalar("c")


def _of_rank_one(target: Term) -> tuple[Assignment, Assignment]:
    """A model: the letter is a column times a row."""
    rows, columns = target.shape
    outer = matrix("column", rows, 1) * matrix("row", 1, columns)
    return Assignment("set", target, outer), Assignment("set", RANK, number(1))


TABLE = rows(
    Row("invertible_identity", Invertible(identity(p)), reason="the identity is its own inverse"),
    Row(
        "invertible_product",
        Invertible(SQUARE * OTHER),
        premises=(Invertible(SQUARE), Invertible(OTHER)),
        reason="a product of invertible matrices is invertible",
        citation=HORN,
    ),
    Row(
        "invertible_left",
        Invertible(SQUARE),
        premises=(Invertible(SQUARE * OTHER),),
        reason="a square factor of an invertible matrix is invertible",
        citation=HORN,
    ),
    Row(
        "invertible_right",
        Invertible(OTHER),
        premises=(Invertible(SQUARE * OTHER),),
        reason="a square factor of an invertible matrix is invertible",
        citation=HORN,
    ),
    Row(
        "invertible_inverse",
        Invertible(Inverse(SQUARE)),
        premises=(Invertible(SQUARE),),
        reason="an inverse is invertible",
    ),
    Row(
        "rank_invertible",
        Rank(SQUARE * BESIDE, RANK),
        premises=(Invertible(SQUARE), Rank(BESIDE, RANK)),
        reason="an invertible factor keeps the rank",
        citation=HORN,
        model=_of_rank_one(BESIDE),
    ),
    Row(
        "rank_cancel",
        Rank(TALL, RANK),
        premises=(Invertible(SQUARE_AFTER), Rank(TALL * SQUARE_AFTER, RANK)),
        reason="an invertible factor keeps the rank",
        citation=HORN,
        model=_of_rank_one(TALL),
    ),
    Row(
        "rank_gram",
        Rank(A * A.T, RANK),
        premises=(Rank(A, RANK),),
        reason="a real matrix times its transpose has its rank",
        citation=HORN,
        model=_of_rank_one(A),
    ),
)
