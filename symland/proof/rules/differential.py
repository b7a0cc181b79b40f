"""Differentiation rows: `D(t; w, v)` for every node that is differentiable, with its domain as a premise."""

from __future__ import annotations

from symland.language.statements import Eq, Invertible, Lt, NonNeg
from symland.language.terms import (
    IndexScalar,
    Inner,
    Inverse,
    Power,
    Reciprocal,
    Scale,
    SquaredNorm,
    Trace,
    Zero,
    number,
)
from symland.proof.rules.letters import AFTER, ALIKE, SQUARE, A, D, a, b, c, ia, p, q, v, w
from symland.proof.rules.row import Free, Row, rows

MAGNUS = "Magnus and Neudecker, Matrix Differential Calculus, ch. 8"

TABLE = rows(
    Row("d_self", Eq(D(w), v), reason="the variable itself"),
    Row("d_constant", Eq(D(A), Zero(p, q)), side=(Free(w, A),), reason="does not depend on the variable"),
    Row("d_constant_scalar", Eq(D(c), number(0)), side=(Free(w, c),), reason="does not depend on the variable"),
    Row("d_sum", Eq(D(A + ALIKE), D(A) + D(ALIKE)), reason="sum rule", citation=MAGNUS),
    Row("d_sum_scalar", Eq(D(a + b), D(a) + D(b)), reason="sum rule", citation=MAGNUS),
    Row("d_product", Eq(D(A * AFTER), D(A) * AFTER + A * D(AFTER)), reason="product rule", citation=MAGNUS),
    Row("d_product_scalar", Eq(D(a * b), D(a) * b + a * D(b)), reason="product rule", citation=MAGNUS),
    Row("d_multiple", Eq(D(c * a), c * D(a)), side=(Free(w, c),), reason="constant factor"),
    Row("d_scale", Eq(D(c * A), Scale(D(c), A) + Scale(c, D(A))), reason="product rule", citation=MAGNUS),
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
        "d_reciprocal",
        Eq(D(Reciprocal(c)), number(-1) * Reciprocal(c) * Reciprocal(c) * D(c)),
        premises=(Lt(number(0), c),),
        reason="quotient rule",
    ),
)
