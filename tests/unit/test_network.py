"""The network normal form: identities of matrix calculus it proves, and wrong ones it keeps apart.

Sources of the identities: Magnus and Neudecker, *Matrix Differential Calculus*, chapters 2 and 3; Petersen and
Pedersen, *The Matrix Cookbook*; Horn and Johnson, *Topics in Matrix Analysis*, chapter 5.
"""

import pytest

from symland.errors import SymlandError
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.statements import Eq
from symland.proof.normal_form import words as W
from symland.proof.normal_form.network import Networks

ONE, k, m, n = (Dim.of(x) for x in (1, "k", "m", "n"))
L = Index.var("L")


def mat(name, rows="n", columns="n"):
    return T.matrix(name, rows, columns)


def f(a, name="sigma"):
    return T.Elementwise(name, a)


def unit(size, i):
    return T.UnitVector(size, Index.of(i))


vec, kron, K, Diag, diag, tr, inner, norm = (
    T.Vec,
    T.Kronecker,
    T.Commutation,
    T.DiagonalMatrix,
    T.Diagonal,
    T.Trace,
    T.Inner,
    T.SquaredNorm,
)
had, I, ones, inv = T.hadamard, T.Identity, T.Ones, T.Inverse
Psi = T.DiagonalSelection
A, B, C = mat("A", "m", "n"), mat("B", "m", "n"), mat("C", "m", "n")
M, N, S = mat("M"), mat("N"), mat("S")
P, Q, R = mat("P", "n", "k"), mat("Q", "k", "m"), mat("R", "k", "k")
x, y, u, v = mat("x", "n", 1), mat("y", "n", 1), mat("u", "m", 1), mat("v", "m", 1)
a11, b11 = mat("a", 1, 1), mat("b", 1, 1)
R1 = mat("R1", "n", "k")
X = T.matrix("X", m * n, "k")  # its rows are one wire
z = T.matrix("z", m * n, 1)
s, t = T.scalar("s"), T.scalar("t")
F = T.family("W", "n", "n")
w = T.family("t")


def members(kind, term):
    return kind.over("i", 1, 3, term)


EQUAL = {
    # what words and traces know
    "(A B)' = B' A'": ((A * P).T, P.T * A.T),
    "tr(A B C) = tr(B C A)": (tr(A * P * Q), tr(P * Q * A)),
    "|A + B|^2": (norm(A + B), norm(A) + 2 * inner(A, B) + norm(B)),
    "tr(I) = n": (tr(I(n)), T.DimScalar(n)),
    "(s + t)^3": ((s + t) ** 3, s**3 + 3 * s * s * t + 3 * s * t * t + t**3),
    "chain": (T.Chain(F, L + 1, L), F[L + 1] * F[L]),
    "empty chain": (T.Chain(F, L - 1, L), I(n)),
    "bounded sum": (members(T.BoundedSum, w["i"]), w[1] + w[2] + w[3]),
    "bounded product": (members(T.BoundedProduct, w["i"]), w[3] * w[2] * w[1]),
    "bounded sum of matrices": (members(T.BoundedSum, F["i"] * x), (F[1] + F[2] + F[3]) * x),
    "index scalar": (T.IndexScalar(L + 1) * s, s * T.IndexScalar(L) + s),
    # a 1 x 1 matrix is the scalar in it
    "y (x' A x) = tr(x' A x) y": (y * (x.T * N * x), tr(x.T * N * x) * y),
    "x' y = y' x": (x.T * y, y.T * x),
    "x x' y = (y' x) x": (x * x.T * y, x * (y.T * x)),
    "[s] t = [s t]": (t * vec(s), vec(s * t)),
    "a b = b a": (a11 * b11, b11 * a11),
    "det of 1 x 1": (T.Determinant(a11), tr(a11)),
    "inverse of 1 x 1": (inv(vec(s)), vec(T.Reciprocal(s))),
    # vec and Kronecker products
    "vec(A X B) = (B' (x) A) vec X": (vec(A * P * Q), kron(Q.T, A) * vec(P)),
    "vec(a b') = b (x) a": (vec(u * x.T), kron(x, u)),
    "(A (x) B)(C (x) D) = AC (x) BD": (kron(A, Q) * kron(P, B), kron(A * P, Q * B)),
    "(A (x) B)' = A' (x) B'": (kron(A, Q).T, kron(A.T, Q.T)),
    "A (x) (B (x) C) = (A (x) B) (x) C": (kron(A, kron(P, Q)), kron(kron(A, P), Q)),
    "tr(A (x) B) = tr A tr B": (tr(kron(N, R)), tr(N) * tr(R)),
    "I (x) I = I": (kron(I(m), I(n)), I(m * n)),
    "vec' vec = tr": (tr(vec(A).T * vec(B)), tr(A.T * B)),
    "vec of a vector": (vec(x), x),
    "vec of a row": (vec(x.T), x),
    "unvec vec": (T.Unvec(m, n, vec(A)), A),
    "vec unvec, one wire": (vec(T.Unvec(m, n, z)), z),
    "unvec((B' (x) A) vec X) = A X B": (T.Unvec(n, k, kron(P.T, A.T) * vec(A)), A.T * A * P),
    "A (x) a = (A (x) I)(I (x) a)": (kron(A, u), kron(A, I(m)) * kron(I(n), u)),
    "one wire and two": (tr(X.T * kron(u, P)), tr(kron(u, P).T * X)),
    "one wire and two, inserted": (X.T * I(m * n) * z, X.T * kron(I(n), I(m)) * z),
    # commutation
    "K vec A = vec A'": (K(m, n) * vec(A), vec(A.T)),
    "K' = K inverse": (K(m, n).T, K(n, m)),
    "K K' = I": (K(m, n) * K(n, m), I(m * n)),
    "K (A (x) B) K = B (x) A": (K(k, m) * kron(A, Q) * K(n, m), kron(Q, A)),
    "K with 1": (K(m, ONE), I(m)),
    "K (a (x) b)": (K(m, n) * kron(x, u), kron(u, x)),
    "tr K = n": (tr(K(n, n)), T.DimScalar(n)),
    "tr(K (A (x) B)) = tr(A B)": (tr(K(n, n) * kron(M, N)), tr(M * N)),
    # Hadamard
    "A .* B = B .* A": (had(A, B), had(B, A)),
    "(A .* B)' = A' .* B'": (had(A, B).T, had(A.T, B.T)),
    "<A .* B, C> = <A, B .* C>": (inner(had(A, B), C), inner(A, had(B, C))),
    "vec(A .* B) = Diag(vec A) vec B": (vec(had(A, B)), Diag(vec(A)) * vec(B)),
    "diag(A Diag(x) B') = (A .* B) x": (diag(A * Diag(x) * B.T), had(A, B) * x),
    "1' (A .* B) 1 = tr(A' B)": (T.entries_sum(had(A, B)), tr(A.T * B)),
    "A .* ones = A": (had(A, ones(m, n)), A),
    "Diag(u) A Diag(x) = (u x') .* A": (Diag(u) * A * Diag(x), had(u * x.T, A)),
    "(a b') .* (c d') = (a .* c)(b .* d)'": (had(u * x.T, v * y.T), had(u, v) * had(x, y).T),
    "(A (x) B) .* (C (x) D)": (had(kron(A, M), kron(B, N)), kron(had(A, B), had(M, N))),
    "x .* y = Diag(x) y": (had(x, y), Diag(x) * y),
    "A .^ 2": (T.HadamardPower(A, Index.of(2)), had(A, A)),
    "A .^ 0": (T.HadamardPower(A, Index.of(0)), ones(m, n)),
    "A .* (B + C)": (had(A, B + C), had(A, B) + had(A, C)),
    "x' (A .* B) y = tr(Diag(x) A Diag(y) B')": (tr(u.T * had(A, B) * x), tr(Diag(u) * A * Diag(x) * B.T)),
    "(A .* B) of Kronecker rows": (had(A, B), Psi(m) * kron(A, B) * Psi(n).T),
    # diagonals
    "diag(A) = Psi vec A": (diag(N), Psi(n) * vec(N)),
    "Psi' x = vec Diag(x)": (Psi(n).T * x, vec(Diag(x))),
    "Psi Psi' = I": (Psi(n) * Psi(n).T, I(n)),
    "Psi K = Psi": (Psi(n) * K(n, n), Psi(n)),
    "Psi (a (x) b) = a .* b": (Psi(n) * kron(x, y), had(x, y)),
    "Diag(diag A) = A .* I": (Diag(diag(N)), had(N, I(n))),
    "diag(Diag x) = x": (diag(Diag(x)), x),
    "diag(A') = diag(A)": (diag(N.T), diag(N)),
    "diag(a b') = a .* b": (diag(x * y.T), had(x, y)),
    "tr(Diag(x)) = sum": (tr(Diag(x)), T.entries_sum(x)),
    "Diag(x) 1 = x": (Diag(x) * ones(n, ONE), x),
    "Diag(x)' = Diag(x)": (Diag(x).T, Diag(x)),
    "Diag(x) Diag(y)": (Diag(x) * Diag(y), Diag(had(x, y))),
    "Diag(1) = I": (Diag(ones(n, ONE)), I(n)),
    "Diag(x) (x) Diag(u)": (kron(Diag(x), Diag(u)), Diag(kron(x, u))),
    "diag(A B) = (A .* B') 1": (diag(A * B.T), had(A, B) * ones(n, ONE)),
    "1' 1 = n": (tr(ones(ONE, n) * ones(n, ONE)), T.DimScalar(n)),
    "sum(A) = 1' A 1": (T.entries_sum(A), tr(ones(ONE, m) * A * ones(n, ONE))),
    "sum(A .^ 2) = |A|^2": (T.entries_sum(T.HadamardPower(A, Index.of(2))), norm(A)),
    "ones = 1 1'": (ones(m, n), ones(m, ONE) * ones(ONE, n)),
    # functions
    "f(A)' = f(A')": (f(A).T, f(A.T)),
    "f(vec A) = vec f(A)": (f(vec(A)), vec(f(A))),
    "f(unvec z) = unvec f(z)": (f(T.Unvec(m, n, z)), T.Unvec(m, n, f(z))),
    "f(z + vec A) = vec f(unvec z + A)": (f(z + vec(A)), vec(f(T.Unvec(m, n, z) + A))),
    "f(K vec A) = K f(vec A)": (f(K(m, n) * vec(A)), K(m, n) * f(vec(A))),
    "f(S)' = f(S), S = A + A'": (f(N + N.T).T, f(N + N.T)),
    "f(x x') symmetric": (tr(M * f(x * x.T)), tr(f(x * x.T) * M.T)),
    "f(A B) = f((B' A')')": (f(A * P), f((P.T * A.T).T)),
    "f(A + B) = f(B + A)": (f(A + B), f(B + A)),
    "f(x 1') = f(x) 1'": (f(x * ones(ONE, k)), f(x) * ones(ONE, k)),
    "f(0) is constant": (f(T.Zero(m, n)), f(T.number(0)) * ones(m, n)),
    "f(s ones) is constant": (f(s * ones(m, n)), f(s) * ones(m, n)),
    "f(A (x) B)": (f(kron(A, Q)), K(m, k) * f(kron(Q, A)) * K(m, n)),
    "f(Diag(x)) Diag": (f(Diag(x)).T, f(Diag(x))),
    "<f(Z), V X> = <f(Z) X', V>": (inner(f(A * P), A * P), inner(f(A * P) * P.T, A)),
    "diag f(A) = f(diag A)": (f(diag(N)), f(had(N, I(n)) * ones(n, ONE))),
    "1 ./ (s 1)": (f(s * ones(m, n), "reciprocal"), T.Reciprocal(s) * ones(m, n)),
    "1 / (2 s t) = 1/2 1/s 1/t": (T.Reciprocal(2 * s * t), T.number(1, 2) * T.Reciprocal(s) * T.Reciprocal(t)),
    "1 ./ (s A) = 1/s 1 ./ A": (f(s * A, "reciprocal"), T.Reciprocal(s) * f(A, "reciprocal")),
    "1 ./ ones = ones": (f(ones(m, n), "reciprocal"), ones(m, n)),
    "sqrt(s t) = sqrt(t s)": (f(s * t, "sqrt"), f(t * s, "sqrt")),
    "pow with parameters": (T.Elementwise("pow", A.T, s + t).T, T.Elementwise("pow", A, t + s)),
    "A .^ L": (T.HadamardPower(A.T, L).T, T.HadamardPower(A, L)),
    "s ^ L": (T.Power(s * t, L), T.Power(t * s, L)),
    # inverse and determinant
    "inv(A')": (inv(N.T), inv(N).T),
    "inv of a symmetric": (inv(N + N.T).T, inv(N.T + N)),
    "tr inv(A') = tr inv(A)": (tr(inv(N.T)), tr(inv(N))),
    "det(A') = det(A)": (T.Determinant(N.T), T.Determinant(N)),
    "logdet(A')": (T.LogDeterminant(M.T * N), T.LogDeterminant(N.T * M)),
    "opnorm(A')": (T.OperatorNorm(A.T), T.OperatorNorm(A)),
    "pinv(A')": (T.Pseudoinverse(A.T), T.Pseudoinverse(A).T),
    "inv of what vec writes in two ways": (inv(I(m * n) + kron(I(n), I(m))), inv(2 * I(m * n))),
    "A^3": (T.MatrixPower(N, Index.of(3)), N * N * N),
    "A^0": (T.MatrixPower(N, Index.of(0)), I(n)),
    "(A')^L": (T.MatrixPower(N.T, L), T.MatrixPower(N, L).T),
    # unit vectors and blocks
    "e1' e1 = 1": (tr(unit(n, 1).T * unit(n, 1)), T.number(1)),
    "e1' e2 = 0": (tr(unit(n, 1).T * unit(n, 2)), T.number(0)),
    "(A .* B)[i, j]": (T.entry(had(A, B), L, L + 1), T.entry(A, L, L + 1) * T.entry(B, L, L + 1)),
    "(a b')[i, j]": (T.entry(u * x.T, L, L), T.entry(u, L, Index.of(1)) * T.entry(x, L, Index.of(1))),
    "A'[i, j] = A[j, i]": (T.entry(A.T, L, L + 1), T.entry(A, L + 1, L)),
    "x .* e_i": (had(x, unit(n, L)), tr(x.T * unit(n, L)) * unit(n, L)),
    "[A B] [C; D] = A C + B D": (T.block([[A, B]]) * T.block([[P], [R1]]), A * P + B * R1),
    "[A B]' = [A'; B']": (T.block([[A, B]]).T, T.block([[A.T], [B.T]])),
    "|[A B]|^2": (norm(T.block([[A, B]])), norm(A) + norm(B)),
    "block product": (
        T.block([[M, N], [N, S]]) * T.block([[x], [y]]),
        T.block([[M * x + N * y], [N * x + S * y]]),
    ),
    "one block": (T.block([[A]]), A),
}

DIFFERENT = {
    "vec A and vec A'": (vec(N), vec(N.T)),
    "K dropped": (kron(M, N) * K(n, n), kron(M, N)),
    "K vec A = vec A": (K(n, n) * vec(N), vec(N)),
    "Kronecker factors exchanged": (kron(M, N), kron(N, M)),
    "vec(A X B) with A (x) B": (vec(M * N * S), kron(M, S) * vec(N)),
    "vec(A X B) with B (x) A": (vec(M * N * S), kron(S, M) * vec(N)),
    "diag(A B) = diag A .* diag B": (diag(M * N), had(diag(M), diag(N))),
    "A .* B = A B": (had(M, N), M * N),
    "tr(A .* B) = tr(A B)": (tr(had(M, N)), tr(M * N)),
    "tr(A B) = tr(A' B)": (tr(M * N), tr(M.T * N)),
    "tr(A B C) = tr(A C B)": (tr(M * N * S), tr(M * S * N)),
    "A .* I = A": (had(N, I(n)), N),
    "Diag(x) A = A Diag(x)": (Diag(x) * N, N * Diag(x)),
    "x y' = y x'": (x * y.T, y * x.T),
    "f(A)' = f(A)": (f(N).T, f(N)),
    "f(A + B) = f(A) + f(B)": (f(A + B), f(A) + f(B)),
    "f(2 A) = 2 f(A)": (f(2 * A), 2 * f(A)),
    "f(A B) = f(A) f(B)": (f(M * N), f(M) * f(N)),
    "f and f'": (f(A), f(A, "sigma'")),
    "f and g": (f(A), f(A, "tau")),
    "s(Z) and s(Z')": (f(M * N), f((M * N).T)),
    "f(A (x) B) = f(A) (x) f(B)": (f(kron(A, Q)), kron(f(A), f(Q))),
    "f(Diag x) = Diag f(x)": (f(Diag(x)), Diag(f(x))),
    "f(x y') symmetric": (f(x * y.T).T, f(x * y.T)),
    "f(0) = 0": (f(T.Zero(m, n)), T.Zero(m, n)),
    "f(s) = s": (f(s), s),
    "1/(s + t) = 1/s + 1/t": (T.Reciprocal(s + t), T.Reciprocal(s) + T.Reciprocal(t)),
    "s 1/s = 1": (s * T.Reciprocal(s), T.number(1)),
    "1/(1/s) = s": (T.Reciprocal(T.Reciprocal(s)), s),
    "1 ./ (A B) = 1 ./ A 1 ./ B": (f(M * N, "reciprocal"), f(M, "reciprocal") * f(N, "reciprocal")),
    "1 ./ A = inv A": (f(M, "reciprocal"), inv(M)),
    "parameters": (T.Elementwise("pow", A, s), T.Elementwise("pow", A, t)),
    "function and parameter exchanged": (T.Elementwise("pow", s, t), T.Elementwise("pow", t, s)),
    "A .^ 2 = A A": (T.HadamardPower(N, Index.of(2)), N * N),
    "A .^ L and A .^ (L + 1)": (T.HadamardPower(A, L), T.HadamardPower(A, L + 1)),
    "A^L and A .^ L": (T.MatrixPower(N, L), T.HadamardPower(N, L)),
    "s^L and s^(L + 1)": (T.Power(s, L), T.Power(s, L + 1)),
    "A^L and A^(L + 1)": (T.MatrixPower(N, L), T.MatrixPower(N, L + 1)),
    "logdet and opnorm": (T.LogDeterminant(N), T.OperatorNorm(N)),
    "det and logdet": (T.Determinant(N), T.LogDeterminant(N)),
    "det(0) of two sizes": (T.Determinant(T.Zero(n, n)), T.Determinant(T.Zero(m, m))),
    "inv and pinv": (inv(N), T.Pseudoinverse(N)),
    "inv(A)' = inv(A)": (inv(N).T, inv(N)),
    "inv(A B) = inv A inv B": (inv(M * N), inv(M) * inv(N)),
    "m and n": (tr(I(m)), tr(I(n))),
    "ones' ones = 1": (tr(ones(ONE, n) * ones(n, ONE)), T.number(1)),
    "Psi' Psi = I": (Psi(n).T * Psi(n), I(n * n)),
    "x (x) y = y (x) x": (kron(x, y), kron(y, x)),
    "unvec by rows": (T.Unvec(n, n, vec(N.T)), N),
    "one wire split in two ways": (kron(u, x).T * z, kron(x, u).T * z),
    "unvec of one wire, two ways": (T.Unvec(m, n, z).T, T.Unvec(n, m, z)),
    "e_i' e_i out of range": (tr(unit(n, L).T * unit(n, L)), T.number(1)),
    "e_2' e_2 where n may be 1": (tr(unit(n, 2).T * unit(n, 2)), T.number(1)),
    "e_2 of 5 is no e_2 of n": (norm(kron(unit(n, 2), unit(Dim.of(5), 2))), T.number(1)),
    "e_i' e_j": (tr(unit(n, L).T * unit(n, L + 1)), tr(unit(n, L).T * unit(n, Index.var("j")))),
    "A[i, j] = A[j, i]": (T.entry(N, L, L + 1), T.entry(N, L + 1, L)),
    "[A B] = [B A]": (T.block([[A, B]]), T.block([[B, A]])),
    "[A B] [C; D] crossed": (T.block([[M, N]]) * T.block([[M], [S]]), M * S + N * M),
    "derivatives are atoms": (T.D(N * N, N, M), N * M),
    "symmetric is a hypothesis": (T.matrix("S", "n", "n", "symmetric").T, T.matrix("S", "n", "n", "symmetric")),
    "one-sided chains": (T.Chain(F, L, Index.of(1)), T.Chain(F, L + 1, Index.of(1))),
}


@pytest.mark.parametrize("name", EQUAL)
def test_equal(name):
    a, b = EQUAL[name]
    assert not Networks().difference(a, b)
    assert not Networks().difference(b, a)


@pytest.mark.parametrize("name", EQUAL)
def test_equal_in_an_expression(name):
    a, b = EQUAL[name]
    if a.is_scalar:
        assert not Networks().difference(f(a * t) * s, s * f(t * b))
    else:
        assert not Networks().difference(tr(f(a) * f(b).T), norm(f(b)))


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name):
    a, b = DIFFERENT[name]
    assert Networks().difference(a, b)
    shared = Networks()
    assert shared.difference(a, b) and shared.difference(b, a)


def test_the_difference_is_what_it_says():
    networks = Networks()
    rest = networks.difference(2 * A + B, A + B)
    assert rest == networks.matrix(A)
    rest.clear()
    assert networks.matrix(A)


def test_forms_add_and_multiply_as_those_of_words_do():
    networks, e = Networks(), Eq(M * N, N * M)
    rest = networks.difference(tr(S * M * N), tr(S * N * M))
    W.add(rest, networks.scalar(inner(S.T, e.args[0] - e.args[1])), -1)
    assert not rest
    product = W.multiply(networks.scalar(s + 1), networks.scalar(s - 1))
    W.add(product, networks.scalar(s * s), -1)
    assert product == W.constant(T.number(-1).value)


def test_matrices_of_one_shape_are_comparable_however_they_were_made():
    networks = Networks()
    rest = networks.difference(vec(A) + z, z)
    W.add(rest, networks.matrix(vec(A)), -1)
    assert not rest


def test_two_shapes_have_no_difference():
    for a, b in ((A, A.T), (s, vec(s)), (Eq(s, t), Eq(s, t))):
        with pytest.raises(SymlandError):
            Networks().difference(a, b)


SHAPES = ["X d m", "W1 h d", "W2 k h", "Y k m", "V h d", "U h d"]


def hidden_layer_hessian():
    """The second derivative of 1/2 |W2 s(W1 X) - Y|^2 in directions V, U of W1, and the vectorized formula for it."""
    X, W1, W2, Y, V, U = (mat(*text.split()) for text in SHAPES)
    Z, h, cols = W1 * X, Dim.of("h"), Dim.of("m")
    E, first, second = W2 * f(Z) - Y, f(Z, "sigma'"), f(Z, "sigma''")
    bilinear = inner(W2 * had(first, V * X), W2 * had(first, U * X)) + inner(E, W2 * had(second, V * X, U * X))
    moved = kron(X.T, I(h))
    jacobian = Diag(vec(first)) * moved
    middle = Diag(vec(had(W2.T * E, second)))
    matrix = jacobian.T * kron(I(cols), W2.T * W2) * jacobian + kron(X, I(h)) * middle * moved
    return bilinear, tr(vec(V).T * matrix * vec(U))


def test_a_hessian():
    bilinear, vectorized = hidden_layer_hessian()
    assert not Networks().difference(bilinear, vectorized)
