"""Rows about positive entries: what makes logarithms, roots and reciprocals exist without further hypotheses."""

from __future__ import annotations

from symland.language.index import Index
from symland.language.statements import Le, Lt, Nonzero, Positive
from symland.language.terms import (
    Diagonal,
    Elementwise,
    HadamardPower,
    Inner,
    Ones,
    Scale,
    SquaredNorm,
    Term,
    hadamard,
    number,
)
from symland.language.trace import Assignment
from symland.proof.rules.letters import AFTER, ALIKE, SQUARE, A, a, c, p, q
from symland.proof.rules.row import Row, rows

ZERO, TWO = number(0), Index.of(2)
EVERYWHERE = ("exp", "cosh", "sigmoid", "softplus")  # functions with positive values
OLVER = "Olver et al., NIST Handbook of Mathematical Functions, ch. 4"


def _positive(letter: Term) -> tuple[Assignment, ...]:
    """A model: the letter is made positive."""
    return (Assignment("set", letter, HadamardPower(letter, TWO) + Ones(*letter.shape)),)


POSITIVE_C = (Assignment("set", c, a * a + 1),)

TABLE = rows(
    *(Row(f"{f}_positive", Positive(Elementwise(f, A)), reason=f"{f} is positive", citation=OLVER) for f in EVERYWHERE),
    *(
        Row(f"{f}_positive_scalar", Lt(ZERO, Elementwise(f, a)), reason=f"{f} is positive", citation=OLVER)
        for f in EVERYWHERE
    ),
    Row("one_positive", Lt(ZERO, number(1)), reason="one is positive"),
    Row("ones_positive", Positive(Ones(p, q)), reason="one is positive"),
    Row(
        "positive_sum",
        Positive(A + ALIKE),
        premises=(Positive(A), Positive(ALIKE)),
        reason="a sum of positive numbers is positive",
        model=(*_positive(A), *_positive(ALIKE)),
    ),
    Row(
        "positive_hadamard",
        Positive(hadamard(A, ALIKE)),
        premises=(Positive(A), Positive(ALIKE)),
        reason="a product of positive numbers is positive",
        model=(*_positive(A), *_positive(ALIKE)),
    ),
    Row(
        "positive_product",
        Positive(A * AFTER),
        premises=(Positive(A), Positive(AFTER)),
        reason="sums of products of positive numbers are positive",
        model=(*_positive(A), *_positive(AFTER)),
    ),
    Row(
        "positive_scale",
        Positive(Scale(c, A)),
        premises=(Lt(ZERO, c), Positive(A)),
        reason="a product of positive numbers is positive",
        model=(*POSITIVE_C, *_positive(A)),
    ),
    Row(
        "positive_transpose",
        Positive(A.T),
        premises=(Positive(A),),
        reason="the transpose has the same entries",
        model=_positive(A),
    ),
    Row(
        "positive_diagonal",
        Positive(Diagonal(SQUARE)),
        premises=(Positive(SQUARE),),
        reason="the diagonal has some of the entries",
        model=_positive(SQUARE),
    ),
    Row(
        "positive_reciprocal",
        Positive(Elementwise("reciprocal", A)),
        premises=(Positive(A),),
        reason="the reciprocal of a positive number is positive",
        model=_positive(A),
    ),
    Row(
        "positive_square",
        Positive(A + HadamardPower(ALIKE, TWO)),
        premises=(Positive(A),),
        reason="a positive number plus a square is positive",
        model=_positive(A),
    ),
    Row(
        "positive_total",
        Lt(ZERO, Inner(Ones(p, q), A)),
        premises=(Positive(A),),
        reason="a sum of positive numbers is positive",
        model=_positive(A),
    ),
    Row("norm_nonnegative", Le(ZERO, SquaredNorm(A)), reason="a sum of squares is not negative"),
    Row(
        "nonzero_positive_entries",
        Nonzero(A),
        premises=(Positive(A),),
        reason="a positive number is not zero",
        model=_positive(A),
    ),
)
