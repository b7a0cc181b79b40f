"""The Matrix Cookbook, chapter 2: its equations 33 to 144 as claims about gradients, Jacobians and Hessians.

Source: Petersen and Pedersen, The Matrix Cookbook, version of November 15, 2012. Conventions: a gradient has the shape
of its variable; a rule for a differential, such as d(XY) = (dX) Y + X dY, is the vectorized Jacobian in each letter,
vec dF = J vec dX; a derivative by one entry X_ij is the entry (i, j) of the gradient, or the column of the Jacobian.
A function Y(x) of a scalar is sigma(x A + B) entry by entry with any smooth sigma: with A = 1 1^T and entries of B
that lie apart this is any smooth Y near a point. Letters are real and without structure, unless a note says more.

Numbers are counted in the order of the text; they agree with citations of (33) to (46), (49), (69), (103), (117), (119)
and (142) elsewhere.
"""

import symland as sl
from symland.language.statements import Invertible
from symland.language.terms import (
    BoundedSum,
    Commutation,
    Determinant,
    DiagonalMatrix,
    Elementwise,
    HadamardPower,
    Identity,
    IndexScalar,
    Inverse,
    Kronecker,
    LogDeterminant,
    MatrixPower,
    Ones,
    Pseudoinverse,
    Reciprocal,
    Trace,
    UnitVector,
    Vec,
    Zero,
    entries_sum,
    entry,
    hadamard,
    norm,
)
from symland.report.status import Claim, Row

TITLE = "Matrix Cookbook, equations 33 to 144"

n, m, p, q = sl.dims("n m p q")
i, j, k, l = (sl.Index.var(name) for name in "ijkl")
r = i - 1
two = sl.Index.of(2)
square = {name: sl.matrix(name, n, n) for name in "ABCDX"}
A, B, C, D, X = square.values()
S = sl.matrix("X", n, n, "symmetric", "invertible")  # a symmetric X
SD = sl.matrix("X", n, n, "diagonal")
M, N = sl.matrix("X", m, n), sl.matrix("Y", p, q)  # rectangular
a, b, c, x, s = (sl.matrix(name, n, 1) for name in "abcxs")
t, u = sl.scalar("t"), sl.scalar("u")
W = sl.matrix("W", n, n, "symmetric")
QM, QW = sl.matrix("C", m, m), sl.matrix("C", m, m, "symmetric")  # square, of the height of M
inverse = Inverse(X)


def gradient(number, loss, letter, expected, note="", **more):
    """A row that claims a gradient."""
    return Row(number, (Claim("gradient", loss, (letter,), expected, **more),), note)


def jacobian(number, function, letter, expected, note="", **more):
    """A row that claims a vectorized Jacobian."""
    return Row(number, (Claim("jacobian", function, (letter,), expected, **more),), note)


def differential(number, function, note="", **letters):
    """A row that claims the Jacobian in every letter: letter=(symbol, J)."""
    return Row(number, tuple(Claim("jacobian", function, (w,), jac) for w, jac in letters.values()), note)


def gradients(number, letter, expected, *losses, note=""):
    """A row that claims one gradient for several losses."""
    return Row(number, tuple(Claim("gradient", f, (letter,), expected) for f in losses), note)


def uncovered(number, why):
    """A row that symland does not cover."""
    return Row(number, (), uncovered=why)


# -- proofs that need more than a normal form: multiples of equations about inverses --------------------------------
def cancels(prover, side, matrix):
    """inv(A) A = I ("left") or A inv(A) = I ("right"), of an A that is invertible by hypothesis."""
    name = next((key for key, h in prover.hypotheses.items() if h is Invertible(matrix)), "")
    return prover.apply(f"inverse_{side}", [prover.hyp(name)], A=matrix)


def transposed(eq, times=None, left=None, right=None):
    """A multiple of the transposed equation."""
    given = {"times": times, "left": left, "right": right}
    return {"eq": eq, "transpose": True, **{key: value for key, value in given.items() if value is not None}}


def cofactors_of(det):
    """X^-T X^T = I, times det(X)."""
    return lambda prover, result: [transposed(cancels(prover, "right", X), det)]


def split_inverse(prover, result):
    """det(A X B) times the transpose of B inv(A X B) A = inv(X)."""
    whole = A * X * B
    det, middle = Determinant(whole), B * Inverse(whole) * A
    by_x, by_a = cancels(prover, "left", X), cancels(prover, "left", A)
    return [
        transposed(by_x, -det, left=middle.T),
        transposed(by_a, -det, left=(X * middle).T, right=inverse.T),
        transposed(cancels(prover, "right", whole), det, left=A.T, right=(inverse * Inverse(A)).T),
        transposed(by_a, det, right=inverse.T),
    ]


def square_form(prover, result):
    """det(X^T A X) times A X inv(X^T A X) = inv(X)^T and its mirror image."""
    whole = X.T * A * X
    det, over = Determinant(whole), Inverse(whole)
    by_x = cancels(prover, "right", X)
    return [
        transposed(by_x, -det, right=A * X * over),
        {"eq": cancels(prover, "right", whole), "times": det, "left": inverse.T},
        transposed(by_x, -det, right=(over * X.T * A).T),
        transposed(cancels(prover, "left", whole), det, left=inverse.T),
    ]


def pseudoinverse(prover, result):
    """2 times the transpose of pinv(X) = inv(X^T X) X^T, from the Penrose equations."""
    gram, over = M.T * M, Inverse(M.T * M)
    two_ = sl.number(2)
    return [
        transposed(cancels(prover, "left", gram), two_, left=Pseudoinverse(M).T),
        transposed(prover.apply("penrose_left", A=M), two_, right=M * over.T),
        {"eq": prover.apply("penrose_outer", A=M), "times": -two_, "right": over.T},
    ]


def pseudoinverse_of_rows(prover, result):
    """2 times pinv(Z)^T = inv(Z Z^T) Z, from the Penrose equations."""
    gram, over = M * M.T, Inverse(M * M.T)
    two_ = sl.number(2)
    return [
        {"eq": cancels(prover, "left", gram), "times": -two_, "right": Pseudoinverse(M).T},
        {"eq": prover.apply("penrose_right", A=M), "times": two_, "left": over * M},
        {"eq": prover.apply("penrose_outer", A=M), "times": two_, "left": over},
    ]


def double_inverse(prover, result):
    """-det(inv(X)) times the transpose of inv(X) inv(inv(X)) inv(X) = inv(X)."""
    return [transposed(cancels(prover, "right", inverse), -Determinant(inverse), left=inverse.T)]


def term_by_term(expected):
    """The bounded sum that was derived equals the one expected, because each of its terms does."""

    def because(prover, result):
        low, high = prover.assume("1 <= i", sl.at_least(i, 1)), prover.assume("i <= k", sl.at_least(k, i))
        each = prover.equate(result.at(i), expected.at(i))
        terms = {"var": "i", "lo": result.lo, "hi": result.hi, "low": low, "high": high}
        return [{"eq": prover.emit("sum_mono", {"from": each, "binder": "sum", **terms})}]

    return because


def structured(g):
    """The Cookbook's derivative by a symmetric matrix from the projection: G + G^T - G .* I."""
    return 2 * g - hadamard(g, Identity(n))


def powers(body):
    """sum over r from 0 to k - 1, counted by i = r + 1 from 1 to k."""
    return BoundedSum.over("i", 1, k, body)


positive = {"k >= 1": sl.at_least(k, 1)}
invertibles = {f"invertible({w.name})": Invertible(w) for w in (A, B, X)}
det = Determinant(X)
squared = powers(MatrixPower(X, r).T * MatrixPower(X, k) * (b * a.T + a * b.T) * MatrixPower(X, k - 1 - r).T)
traced = powers((MatrixPower(X, k - 1 - r) * A * MatrixPower(X, r)).T)
Y = Elementwise("sigma", t * A + B)
dY = hadamard(Elementwise("sigma'", t * A + B), A)
ddY = hadamard(Elementwise("sigma''", t * A + B), HadamardPower(A, two))
iY = Inverse(Y)
ei, ej, ek, el = (UnitVector(n, index) for index in (i, j, k, l))
mi, mj = UnitVector(m, i), UnitVector(m, j)
aff, bff = B * x + b, D * x + sl.matrix("d", n, 1)
gap = x - A * s
gram = M.T * QW * M
over = Inverse(gram)
shift = sl.matrix("A", n, n, "symmetric") + gram
H, F = sl.matrix("B", m, m, "symmetric"), sl.matrix("B", n, p)
first, second = Elementwise("sigma", A * x), Elementwise("rho", B * x)
slope1, slope2 = DiagonalMatrix(Elementwise("sigma'", A * x)) * A, DiagonalMatrix(Elementwise("rho'", B * x)) * B
P, V = sl.matrix("P", p, m), sl.matrix("V", n, q)
CPV = sl.matrix("C", p, q)
top, bottom = sl.norm2(A * x), sl.norm2(B * x)
R = Reciprocal(bottom)
distance = norm(x - a)
ARBITRARY = "a rule for any function, not the derivative of an expression"
EIGEN = "the language has no eigenvalues and eigenvectors"
COMPLEX = "letters are real"

TABLE = (
    # 2 differentials
    jacobian(33, A, X, Zero(n * n, n * n)),
    differential(34, u * M, X=(M, u * Identity(m * n))),
    differential(35, A + B, A=(A, Identity(n * n)), B=(B, Identity(n * n))),
    gradient(36, Trace(X), X, Identity(n)),
    differential(37, M * V, X=(M, Kronecker(V.T, Identity(m))), V=(V, Kronecker(Identity(q), M))),
    differential(38, hadamard(A, B), A=(A, DiagonalMatrix(Vec(B))), B=(B, DiagonalMatrix(Vec(A)))),
    differential(
        39,
        Kronecker(M, N),
        "vec(X (x) Y) = (I (x) K (x) I) (vec X (x) vec Y), Magnus and Neudecker, theorem 3.10",
        X=(
            M,
            Kronecker(Kronecker(Identity(n), Commutation(q, m)), Identity(p)) * Kronecker(Identity(m * n), Vec(N)),
        ),
        Y=(
            N,
            Kronecker(Kronecker(Identity(n), Commutation(q, m)), Identity(p)) * Kronecker(Vec(M), Identity(p * q)),
        ),
    ),
    jacobian(40, inverse, X, -Kronecker(inverse.T, inverse)),
    gradient(41, det, X, det * inverse.T, "adj(X) is written det(X) X^-1, so X is invertible here"),
    gradient(42, det, X, det * inverse.T),
    gradient(43, LogDeterminant(X), X, inverse.T),
    jacobian(44, M.T, M, Commutation(m, n)),
    uncovered(45, COMPLEX),
    # 2.1 determinants
    gradient(46, Determinant(Y), t, Determinant(Y) * Trace(iY * dY)),
    gradient(47, det, X, det * Identity(n), then=lambda g: g * X.T, because=cofactors_of(det)),
    Row(
        48,
        (
            Claim(
                "hessian",
                Determinant(Y),
                (t, t),
                Vec(Determinant(Y) * (Trace(iY * ddY) + Trace(iY * dY) ** 2 - Trace(iY * dY * iY * dY))),
            ),
        ),
    ),
    gradient(49, det, X, det * inverse.T),
    gradient(50, det, X, det * Identity(n), then=lambda g: g * X.T, because=cofactors_of(det)),
    gradient(
        51,
        Determinant(A * X * B),
        X,
        Determinant(A * X * B) * inverse.T,
        "A, X and B square and invertible",
        assuming=invertibles,
        because=split_inverse,
    ),
    gradient(
        52,
        Determinant(X.T * A * X),
        X,
        2 * Determinant(X.T * A * X) * inverse.T,
        assuming={key: invertibles[key] for key in ("invertible(X)",)},
        because=square_form,
    ),
    gradient(53, Determinant(gram), M, 2 * Determinant(gram) * QW * M * over, "A symmetric, called C here"),
    gradient(
        54,
        Determinant(M.T * QM * M),
        M,
        Determinant(M.T * QM * M) * (QM * M * Inverse(M.T * QM * M) + QM.T * M * Inverse(M.T * QM.T * M)),
    ),
    gradient(55, LogDeterminant(M.T * M), M, 2 * Pseudoinverse(M).T, "X^T X invertible", because=pseudoinverse),
    gradient(
        56,
        -LogDeterminant(M * M.T),
        M,
        -2 * Pseudoinverse(M).T,
        "in the letter Z = X^+, where X = Z^+ and det(X^T X) det(Z Z^T) = 1",
        because=pseudoinverse_of_rows,
    ),
    gradient(57, LogDeterminant(X), X, inverse.T, "LogDeterminant is log |det|"),
    gradient(
        58,
        Determinant(MatrixPower(X, k)),
        X,
        IndexScalar(k) * Determinant(MatrixPower(X, k)) * inverse.T,
        assuming=positive,
    ),
    # 2.2 inverses
    jacobian(59, iY, t, Vec(-iY * dY * iY)),
    gradient(60, entry(inverse, k, l), X, -inverse.T * ek * el.T * inverse.T),
    gradient(61, Trace(a.T * inverse * b), X, -inverse.T * a * b.T * inverse.T),
    gradient(62, Determinant(inverse), X, -Determinant(inverse) * inverse.T, because=double_inverse),
    gradient(63, Trace(A * inverse * B), X, -(inverse * B * A * inverse).T),
    gradient(64, Trace(Inverse(X + A)), X, -(Inverse(X + A) * Inverse(X + A)).T),
    # 2.3 eigenvalues
    gradient(65, Trace(X), X, Identity(n), "the sum of the eigenvalues as the trace"),
    gradient(66, det, X, det * inverse.T, "the product of the eigenvalues as the determinant, X invertible"),
    uncovered(67, EIGEN),
    uncovered(68, EIGEN),
    # 2.4 vectors and matrices
    gradients(69, x, a, Trace(x.T * a), Trace(a.T * x)),
    gradient(70, Trace(c.T * V * sl.matrix("b", q, 1)), V, c * sl.matrix("b", q, 1).T),
    gradient(71, Trace(a.T * X.T * b), X, b * a.T),
    gradients(72, X, a * a.T, Trace(a.T * X * a), Trace(a.T * X.T * a)),
    jacobian(73, M, M, Identity(m * n), "J^ij is the column of the identity that belongs to X_ij"),
    gradient(74, entry(M * A, i, j), M, mi * (A * ej).T),
    gradient(75, entry(M.T * QM, i, j), M, QM * mj * ei.T),
    gradient(76, entries_sum(M) ** 2, M, 2 * entries_sum(M) * Ones(m, n)),
    gradient(77, Trace(b.T * M.T * M * c), M, M * (b * c.T + c * b.T)),
    gradient(78, Trace(aff.T * C * bff), x, B.T * C * bff + D.T * C.T * aff),
    gradient(79, entry(M.T * QM * M, k, l), M, QM * M * el * ek.T + QM.T * M * ek * el.T),
    jacobian(
        80,
        M.T * QM * M,
        M,
        Kronecker(Identity(n), M.T * QM) + Kronecker((QM * M).T, Identity(n)) * Commutation(m, n),
    ),
    gradient(81, Trace(x.T * B * x), x, (B + B.T) * x),
    gradient(82, Trace(b.T * M.T * QM * M * c), M, QM.T * M * b * c.T + QM * M * c * b.T),
    gradient(83, Trace((X * b + c).T * D * (X * b + c)), X, (D + D.T) * (X * b + c) * b.T),
    gradient(84, Trace(gap.T * W * gap), s, -2 * A.T * W * gap, "W symmetric"),
    gradient(85, Trace((x - s).T * W * (x - s)), x, 2 * W * (x - s), "W symmetric"),
    gradient(86, Trace((x - s).T * W * (x - s)), s, -2 * W * (x - s), "W symmetric"),
    gradient(87, Trace(gap.T * W * gap), x, 2 * W * gap, "W symmetric"),
    gradient(88, Trace(gap.T * W * gap), A, -2 * W * gap * s.T, "W symmetric"),
    uncovered(89, COMPLEX),
    jacobian(
        90,
        MatrixPower(X, k),
        X,
        powers(Kronecker(MatrixPower(X, k - 1 - r).T, MatrixPower(X, r))),
        assuming=positive,
    ),
    gradient(
        91,
        Trace(a.T * MatrixPower(X, k) * b),
        X,
        powers(MatrixPower(X, r).T * a * b.T * MatrixPower(X, k - 1 - r).T),
        assuming=positive,
    ),
    gradient(
        92,
        Trace(a.T * MatrixPower(X, k).T * MatrixPower(X, k) * b),
        X,
        squared,
        "the book prints the first of the two terms transposed, which is wrong already for exponent 1, see (77)",
        assuming=positive,
        because=term_by_term(squared),
    ),
    gradient(
        93,
        Trace(first.T * C * second),
        x,
        slope1.T * C * second + slope2.T * C.T * first,
        "s = sigma(A x), r = rho(B x): at a point, any vectors with any Jacobians; the matrix between is called C",
    ),
    gradient(94, top * R, x, 2 * R * (A.T * A * x) - 2 * top * R**2 * (B.T * B * x)),
    gradient(
        95,
        Trace(x.T * A.T * A * x) * Reciprocal(Trace(x.T * B.T * B * x)),
        x,
        2 * Reciprocal(Trace(x.T * B.T * B * x)) * (A.T * A * x)
        - 2 * Trace(x.T * A.T * A * x) * Reciprocal(Trace(x.T * B.T * B * x)) ** 2 * (B.T * B * x),
        "the first denominator is printed without a transpose",
    ),
    uncovered(96, "the definition of f in (97) and (98)"),
    gradient(97, Trace(x.T * A * x) + Trace(b.T * x), x, (A + A.T) * x + b),
    Row(98, (Claim("hessian", Trace(x.T * A * x) + Trace(b.T * x), (x, x), A + A.T),)),
    # 2.5 traces
    gradient(99, Trace(X), X, Identity(n)),
    gradient(100, Trace(M * sl.matrix("A", n, m)), M, sl.matrix("A", n, m).T),
    gradient(101, Trace(P * M * sl.matrix("B", n, p)), M, P.T * sl.matrix("B", n, p).T),
    gradient(102, Trace(V.T * M.T * sl.matrix("B", m, q)), M, sl.matrix("B", m, q) * V.T, "A is called V^T here"),
    gradient(103, Trace(M.T * sl.matrix("A", m, n)), M, sl.matrix("A", m, n)),
    gradient(104, Trace(sl.matrix("A", m, n) * M.T), M, sl.matrix("A", m, n)),
    gradient(105, Trace(Kronecker(QM, X)), X, Trace(QM) * Identity(n), "A is called C here"),
    gradient(106, Trace(X * X), X, 2 * X.T),
    gradient(107, Trace(X * X * B), X, (X * B + B * X).T),
    gradient(108, Trace(M.T * QM * M), M, QM * M + QM.T * M, "B is called C here, also in the next two"),
    gradient(109, Trace(QM * M * M.T), M, QM * M + QM.T * M),
    gradient(110, Trace(M * M.T * QM), M, QM * M + QM.T * M),
    gradient(111, Trace(M * B * M.T), M, M * B.T + M * B),
    gradient(112, Trace(B * M.T * M), M, M * B.T + M * B),
    gradient(113, Trace(M.T * M * B), M, M * B.T + M * B),
    gradient(114, Trace(A * X * B * X), X, A.T * X.T * B.T + B.T * X.T * A.T),
    gradients(115, M, 2 * M, Trace(M.T * M), Trace(M * M.T)),
    gradient(116, Trace(F.T * M.T * QM * M * F), M, QM.T * M * F * F.T + QM * M * F * F.T),
    gradient(117, Trace(X.T * B * X * C), X, B * X * C + B.T * X * C.T),
    gradient(118, Trace(A * X * B * X.T * C), X, A.T * C.T * X * B.T + C * A * X * B),
    gradient(
        119, Trace((P * M * V + CPV) * (P * M * V + CPV).T), M, 2 * P.T * (P * M * V + CPV) * V.T, "A, B are P, V here"
    ),
    gradients(120, X, 2 * Trace(X) * Identity(n), Trace(Kronecker(X, X)), Trace(X) * Trace(X)),
    gradient(121, Trace(MatrixPower(X, k)), X, IndexScalar(k) * MatrixPower(X, k - 1).T, assuming=positive),
    gradient(
        122,
        Trace(A * MatrixPower(X, k)),
        X,
        traced,
        "the sum in the other order, k - 1 - r for r",
        assuming=positive,
        because=term_by_term(traced),
    ),
    gradient(
        123,
        Trace(F.T * M.T * QM * M * M.T * QM * M * F),
        M,
        QM * M * M.T * QM * M * F * F.T
        + QM.T * M * F * F.T * M.T * QM.T * M
        + QM * M * F * F.T * M.T * QM * M
        + QM.T * M * M.T * QM.T * M * F * F.T,
    ),
    gradient(124, Trace(A * inverse * B), X, -inverse.T * A.T * B.T * inverse.T),
    gradient(125, Trace(over * A), M, -(QW * M * over) * (A + A.T) * over, "C symmetric"),
    gradient(
        126,
        Trace(over * (M.T * H * M)),
        M,
        -2 * QW * M * over * M.T * H * M * over + 2 * H * M * over,
        "B and C symmetric",
    ),
    gradient(
        127,
        Trace(Inverse(shift) * (M.T * H * M)),
        M,
        -2 * QW * M * Inverse(shift) * M.T * H * M * Inverse(shift) + 2 * H * M * Inverse(shift),
        "B, C and also A symmetric, which the book does not say",
    ),
    uncovered(128, "the language has no sine of a matrix (its power series, not entry by entry)"),
    # 2.6 and 2.7 norms
    gradient(129, distance, x, Reciprocal(distance) * (x - a), "x is not a"),
    jacobian(
        130,
        Reciprocal(distance) * (x - a),
        x,
        Reciprocal(distance) * Identity(n) - Reciprocal(distance) ** 3 * ((x - a) * (x - a).T),
        "x is not a",
    ),
    gradients(131, x, 2 * x, sl.norm2(x), Trace(x.T * x)),
    gradients(132, M, 2 * M, sl.norm2(M), Trace(M * M.T)),
    # 2.8 structured matrices
    uncovered(133, ARBITRARY),
    uncovered(134, "the definition of a structure matrix"),
    uncovered(135, ARBITRARY),
    uncovered(136, ARBITRARY),
    uncovered(137, ARBITRARY),
    uncovered(138, ARBITRARY + "; (139) to (141) apply it"),
    gradient(
        139,
        Trace(A * S),
        S,
        A + A.T - hadamard(A, Identity(n)),
        "X symmetric: our gradient is the projection G, the book's derivative by the entries on and below the diagonal"
        " is 2 G - G .* I",
        then=structured,
    ),
    gradient(
        140,
        Determinant(S),
        S,
        Determinant(S) * (2 * Inverse(S) - hadamard(Inverse(S), Identity(n))),
        "2 G - G .* I, as in (139)",
        then=structured,
    ),
    gradient(
        141,
        LogDeterminant(S),
        S,
        2 * Inverse(S) - hadamard(Inverse(S), Identity(n)),
        "2 G - G .* I, as in (139)",
        then=structured,
    ),
    gradient(142, Trace(A * SD), SD, hadamard(A, Identity(n)), "X diagonal"),
    uncovered(143, "the language has no Toeplitz matrices"),
    uncovered(144, "the language has no Toeplitz matrices"),
)
