"""Rows about vec (columns stacked), the Kronecker product and the commutation matrix."""

from __future__ import annotations

from symland.language.statements import Eq
from symland.language.terms import Commutation, Inner, Kronecker, Scale, Vec, Zero, matrix
from symland.proof.rules.letters import AFTER, ALIKE, A, c, identity, p, q, r, s
from symland.proof.rules.row import Row, rows

MAGNUS = "Magnus and Neudecker, Matrix Differential Calculus, ch. 2 and 3"
MIDDLE = matrix("X", "q", "r")
B = matrix("B", "r", "s")
INNER = matrix("X", "r", "s")
C = matrix("C", "q", "k")
E = matrix("E", "s", "l")

TABLE = rows(
    Row(
        "inner_vec",
        Eq(Inner(A, ALIKE), Inner(Vec(A), Vec(ALIKE))),
        reason="the trace inner product is that of the vecs",
        citation=MAGNUS,
    ),
    Row("vec_sum", Eq(Vec(A + ALIKE), Vec(A) + Vec(ALIKE)), reason="vec is linear"),
    Row("vec_scale", Eq(Vec(c * A), Scale(c, Vec(A))), reason="vec is linear"),
    Row(
        "vec_product",
        Eq(Vec(A * MIDDLE * B), Kronecker(B.T, A) * Vec(MIDDLE)),
        reason="vec(AXB) = (B^T (x) A) vec X",
        citation=MAGNUS,
    ),
    Row(
        "vec_left",
        Eq(Vec(A * AFTER), Kronecker(identity(r), A) * Vec(AFTER)),
        reason="vec(AX) = (I (x) A) vec X",
        citation=MAGNUS,
    ),
    Row(
        "vec_right",
        Eq(Vec(A * AFTER), Kronecker(AFTER.T, identity(p)) * Vec(A)),
        reason="vec(XB) = (B^T (x) I) vec X",
        citation=MAGNUS,
    ),
    Row("vec_identity", Eq(Vec(A), Kronecker(identity(q), identity(p)) * Vec(A)), reason="vec X = (I (x) I) vec X"),
    Row(
        "vec_outer",
        Eq(Vec(Scale(Inner(B, INNER), A)), Vec(A) * Vec(B).T * Vec(INNER)),
        reason="vec(<B, X> A) = vec A vec(B)^T vec X",
    ),
    Row(
        "vec_transpose",
        Eq(Vec(A.T), Commutation(p, q) * Vec(A)),
        reason="definition of the commutation matrix",
        citation=MAGNUS,
    ),
    Row(
        "kron_mix",
        Eq(Kronecker(A, B) * Kronecker(C, E), Kronecker(A * C, B * E)),
        reason="mixed product rule",
        citation=MAGNUS,
    ),
    Row("kron_zero", Eq(Kronecker(Zero(p, q), B), Zero(p * r, q * s)), reason="a Kronecker product with zero is zero"),
    Row(
        "kron_zero_right",
        Eq(Kronecker(B, Zero(p, q)), Zero(r * p, s * q)),
        reason="a Kronecker product with zero is zero",
    ),
    Row(
        "kron_transpose",
        Eq(Kronecker(A, B).T, Kronecker(A.T, B.T)),
        reason="transpose of a Kronecker product",
        citation=MAGNUS,
    ),
    Row(
        "commute",
        Eq(Commutation(r, p) * Kronecker(A, B), Kronecker(B, A) * Commutation(s, q)),
        reason="K (A (x) B) = (B (x) A) K",
        citation=MAGNUS,
    ),
    Row(
        "commutation_transpose",
        Eq(Commutation(p, q).T, Commutation(q, p)),
        reason="the transpose of K_{m,n} is K_{n,m}",
        citation=MAGNUS,
    ),
    Row(
        "commutation_inverse",
        Eq(Commutation(p, q) * Commutation(q, p), identity(p * q)),
        reason="K_{n,m} inverts K_{m,n}",
        citation=MAGNUS,
    ),
)
