"""Differentiation rows: `D(t; w, v)` for every node that is differentiable, with its domain as a premise."""

from __future__ import annotations

from symland.language.statements import Eq, Invertible, NonNeg, Nonzero
from symland.language.terms import (
    BoundedSum,
    Determinant,
    Diagonal,
    DiagonalMatrix,
    HadamardPower,
    IndexScalar,
    Inner,
    Inverse,
    Kronecker,
    LogDeterminant,
    MatrixPower,
    Power,
    Reciprocal,
    Scale,
    SquaredNorm,
    Trace,
    Unvec,
    Vec,
    Zero,
    block,
    hadamard,
    matrix,
    number,
)
from symland.language.trace import Assignment
from symland.proof.rules.letters import AFTER, ALIKE, SQUARE, A, D, F, M, a, b, c, i, ia, ib, p, q, r, s, v, w
from symland.proof.rules.row import Free, Row, rows

MAGNUS = "Magnus and Neudecker, Matrix Differential Calculus, ch. 8"
OTHER = matrix("B", r, s)
COLUMN, LONG = matrix("A", p, 1), matrix("A", q * p, 1)
STEP = matrix("B", p, p)

LARGEST_GRID = 3


def _block_row(rows_: int, columns: int) -> Row:
    """The row for a block matrix with so many rows and columns of blocks, each of its own height and width."""
    heights, widths = "abc"[:rows_], "xyz"[:columns]
    grid = [[matrix(f"A{h}{k}", f"n{h}", f"n{k}") for k in widths] for h in heights]
    return Row(
        f"d_block_{rows_}_{columns}",
        Eq(D(block(grid)), block([[D(b) for b in line] for line in grid])),
        reason="differentiate block by block",
    )


TABLE = rows(
    *(_block_row(m, n) for m in range(1, LARGEST_GRID + 1) for n in range(1, LARGEST_GRID + 1)),
    Row("d_self", Eq(D(w), v), reason="the variable itself"),
    Row("d_constant", Eq(D(A), Zero(p, q)), side=(Free(w, A),), reason="does not depend on the variable"),
    Row("d_constant_scalar", Eq(D(c), number(0)), side=(Free(w, c),), reason="does not depend on the variable"),
    Row("d_sum", Eq(D(A + ALIKE), D(A) + D(ALIKE)), reason="sum rule", citation=MAGNUS),
    Row("d_sum_scalar", Eq(D(a + b), D(a) + D(b)), reason="sum rule", citation=MAGNUS),
    Row("d_product", Eq(D(A * AFTER), D(A) * AFTER + A * D(AFTER)), reason="product rule", citation=MAGNUS),
    Row("d_product_scalar", Eq(D(a * b), D(a) * b + a * D(b)), reason="product rule", citation=MAGNUS),
    Row("d_multiple", Eq(D(c * a), c * D(a)), side=(Free(w, c),), reason="constant factor"),
    Row("d_scale", Eq(D(c * A), Scale(D(c), A) + Scale(c, D(A))), reason="product rule", citation=MAGNUS),
    # constant terms and factors
    Row("d_sum_left", Eq(D(A + ALIKE), D(ALIKE)), side=(Free(w, A),), reason="constant term"),
    Row("d_sum_right", Eq(D(A + ALIKE), D(A)), side=(Free(w, ALIKE),), reason="constant term"),
    Row("d_sum_scalar_left", Eq(D(a + b), D(b)), side=(Free(w, a),), reason="constant term"),
    Row("d_sum_scalar_right", Eq(D(a + b), D(a)), side=(Free(w, b),), reason="constant term"),
    Row("d_product_left", Eq(D(A * AFTER), A * D(AFTER)), side=(Free(w, A),), reason="constant factor"),
    Row("d_product_right", Eq(D(A * AFTER), D(A) * AFTER), side=(Free(w, AFTER),), reason="constant factor"),
    Row("d_multiple_right", Eq(D(a * c), D(a) * c), side=(Free(w, c),), reason="constant factor"),
    Row("d_scale_left", Eq(D(c * A), Scale(c, D(A))), side=(Free(w, c),), reason="constant factor"),
    Row("d_scale_right", Eq(D(c * A), Scale(D(c), A)), side=(Free(w, A),), reason="constant factor"),
    Row("d_inner_left", Eq(D(Inner(A, ALIKE)), Inner(A, D(ALIKE))), side=(Free(w, A),), reason="constant factor"),
    Row("d_inner_right", Eq(D(Inner(A, ALIKE)), Inner(D(A), ALIKE)), side=(Free(w, ALIKE),), reason="constant factor"),
    Row(
        "d_hadamard_left",
        Eq(D(hadamard(A, ALIKE)), hadamard(A, D(ALIKE))),
        side=(Free(w, A),),
        reason="constant factor",
    ),
    Row(
        "d_hadamard_right",
        Eq(D(hadamard(A, ALIKE)), hadamard(D(A), ALIKE)),
        side=(Free(w, ALIKE),),
        reason="constant factor",
    ),
    Row(
        "d_kronecker_left",
        Eq(D(Kronecker(A, OTHER)), Kronecker(A, D(OTHER))),
        side=(Free(w, A),),
        reason="constant factor",
    ),
    Row(
        "d_kronecker_right",
        Eq(D(Kronecker(A, OTHER)), Kronecker(D(A), OTHER)),
        side=(Free(w, OTHER),),
        reason="constant factor",
    ),
    Row("d_transpose", Eq(D(A.T), D(A).T), reason="transposition is linear", citation=MAGNUS),
    Row("d_trace", Eq(D(Trace(SQUARE)), Trace(D(SQUARE))), reason="the trace is linear", citation=MAGNUS),
    Row(
        "d_inner",
        Eq(D(Inner(A, ALIKE)), Inner(D(A), ALIKE) + Inner(A, D(ALIKE))),
        reason="product rule",
        citation=MAGNUS,
    ),
    Row(
        "d_norm",
        Eq(D(SquaredNorm(A)), number(2) * Inner(A, D(A))),
        reason="differential of a squared norm",
        citation=MAGNUS,
    ),
    Row(
        "d_inverse",
        Eq(D(Inverse(SQUARE)), -(Inverse(SQUARE) * D(SQUARE) * Inverse(SQUARE))),
        premises=(Invertible(SQUARE),),
        reason="differential of an inverse",
        citation=MAGNUS,
    ),
    Row(
        "d_power",
        Eq(D(Power(c, ia)), IndexScalar(ia) * Power(c, ia - 1) * D(c)),
        side=(NonNeg(ia - 1),),
        reason="power rule",
    ),
    Row(
        "d_reciprocal_scalar",
        Eq(D(Reciprocal(c)), number(-1) * Reciprocal(c) * Reciprocal(c) * D(c)),
        premises=(Nonzero(c),),
        reason="quotient rule",
    ),
    # entrywise products, diagonals and shapes
    Row(
        "d_hadamard",
        Eq(D(hadamard(A, ALIKE)), hadamard(D(A), ALIKE) + hadamard(A, D(ALIKE))),
        reason="product rule",
        citation=MAGNUS,
    ),
    Row(
        "d_hadamard_power",
        Eq(D(HadamardPower(A, ia)), Scale(IndexScalar(ia), hadamard(HadamardPower(A, ia - 1), D(A)))),
        side=(NonNeg(ia - 1),),
        reason="power rule",
    ),
    Row("d_diagonal", Eq(D(Diagonal(SQUARE)), Diagonal(D(SQUARE))), reason="taking the diagonal is linear"),
    Row("d_diagonal_matrix", Eq(D(DiagonalMatrix(COLUMN)), DiagonalMatrix(D(COLUMN))), reason="Diag is linear"),
    Row("d_vec", Eq(D(Vec(A)), Vec(D(A))), reason="vec is linear", citation=MAGNUS),
    Row("d_vec_scalar", Eq(D(Vec(a)), Vec(D(a))), reason="vec is linear"),
    Row("d_unvec", Eq(D(Unvec(p, q, LONG)), Unvec(p, q, D(LONG))), reason="the inverse of vec is linear"),
    Row(
        "d_kronecker",
        Eq(D(Kronecker(A, OTHER)), Kronecker(D(A), OTHER) + Kronecker(A, D(OTHER))),
        reason="product rule",
        citation=MAGNUS,
    ),
    # determinants and powers
    Row(
        "d_determinant",
        Eq(D(Determinant(SQUARE)), Determinant(SQUARE) * Trace(Inverse(SQUARE) * D(SQUARE))),
        premises=(Invertible(SQUARE),),
        reason="differential of a determinant",
        citation=MAGNUS,
    ),
    Row(
        "d_logdet",
        Eq(D(LogDeterminant(SQUARE)), Trace(Inverse(SQUARE) * D(SQUARE))),
        premises=(Invertible(SQUARE),),
        reason="differential of a log-determinant",
        citation=MAGNUS,
    ),
    Row(
        "d_matrix_power",
        Eq(
            D(MatrixPower(SQUARE, ia)),
            BoundedSum.over("i", 1, ia, MatrixPower(SQUARE, i - 1) * STEP * MatrixPower(SQUARE, ia - i)),
        ),
        premises=(Eq(D(SQUARE), STEP),),
        side=(NonNeg(ia),),
        reason="product rule for a power of a matrix",
        citation=MAGNUS,
        model=(Assignment("set", STEP, D(SQUARE)),),
    ),
    Row(
        "d_trace_power",
        Eq(D(Trace(MatrixPower(SQUARE, ia))), IndexScalar(ia) * Trace(MatrixPower(SQUARE, ia - 1) * D(SQUARE))),
        side=(NonNeg(ia - 1),),
        reason="differential of the trace of a power",
        citation=MAGNUS,
    ),
    # sums
    Row(
        "d_bounded_sum",
        Eq(D(BoundedSum.over("i", ia, ib, F[i])), BoundedSum.over("i", ia, ib, D(F[i]))),
        side=(NonNeg(ib - ia + 1),),
        reason="sum rule",
        citation=MAGNUS,
    ),
    Row(
        "d_bounded_sum_matrix",
        Eq(D(BoundedSum.over("i", ia, ib, M[i])), BoundedSum.over("i", ia, ib, D(M[i]))),
        side=(NonNeg(ib - ia + 1),),
        reason="sum rule",
        citation=MAGNUS,
    ),
)
