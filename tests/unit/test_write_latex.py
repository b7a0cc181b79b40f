"""LaTeX of terms, statements and layouts: what each formula must look like, written by hand."""

import pytest

from symland.errors import NoRule, UsageError
from symland.language import algebra
from symland.language import statements as S
from symland.language import terms as T
from symland.language.catalog import NODE_CLASSES
from symland.language.index import Dim, Index
from symland.language.nodes import Node
from symland.write import layout as B
from symland.write.latex import to_latex
from symland.write.typesetter import rule

d, m = Dim.of("d"), Dim.of("m")
L, l, k = (Index.var(v) for v in "Llk")
A, B_, C, V = (T.matrix(n, "d", "d") for n in "ABCV")
X, Y = T.matrix("X", "d", "m"), T.matrix("Y", "d", "m")
W = T.family("W", "d", "d")
n = Dim.member("n", Index.var("_"))
N = T.family("N", n, Dim.member("n", Index.var("_") - 1))
t = T.family("t", facts=["nonnegative"])
a, b, c, r = (T.scalar(x) for x in "abcr")
E = T.Chain(W, L, Index.of(1)) * X - Y
Wl, Wk = W[l], W[k]
x = T.matrix("x", "d", 1)
I = T.Identity(d)


def el(name, term, *parameters):
    return T.Elementwise(name, term, *parameters)


def chain(top, bottom):
    return T.Chain(W, Index.of(top), Index.of(bottom))


def total(var, low, high, body):
    return T.BoundedSum.over(var, low, high, body)


def prod(var, low, high, body):
    return T.BoundedProduct.over(var, low, high, body)


TERMS = [
    # letters
    (T.scalar("a"), "a"),
    (T.scalar("W12"), "W_{12}"),
    (T.scalar("tau"), r"\tau"),
    (T.scalar("sigma_X"), r"\sigma_{X}"),
    (T.scalar("lambda_min"), r"\lambda_{\mathrm{min}}"),
    (T.scalar("x_1_k"), "x_{1,k}"),
    (T.scalar("theta0"), r"\theta_{0}"),
    (T.scalar("Ws"), r"\mathrm{Ws}"),
    (T.scalar("a_"), r"\mathrm{a\_}"),
    (W[3], "W_{3}"),
    (W[l - 1], "W_{l-1}"),
    (W[L.plus(l, -2)], "W_{L-2l}"),
    (T.Member(T.family("W1", "d", "d"), l), "W_{1,l}"),
    (chain(L, l + 1), "W_{L:l+1}"),
    (chain(l - 1, 1), "W_{l-1:1}"),
    (chain(Index.of(0).plus(l, -1).plus(L), 1), "W_{L-l:1}"),
    # constants
    (T.Zero(d, m), "0"),
    (I, "I_{d}"),
    (T.Identity(d + m), "I_{d+m}"),
    (T.Identity(d * d * 2), "I_{2d^{2}}"),
    (T.Identity(d * m), "I_{dm}"),
    (T.Commutation(d, m), "K_{d,m}"),
    (T.Commutation(*N[l].shape), "K_{n_{l},n_{l-1}}"),
    (T.number(-1, 2), r"-\tfrac{1}{2}"),
    (T.IndexScalar(l + 1) * a, "(l + 1) a"),
    (T.IndexScalar(l.plus(l)) * a, "2 l a"),
    (T.DimScalar(d * d) * a, "d^{2} a"),
    (T.DimScalar(d) ** 2, "d^{2}"),
    (T.DimScalar(d * m) ** 2, "(d m)^{2}"),
    (T.IndexScalar(-l) + a, "(-l) + a"),
    # sums and signs
    (A + B_, "A + B"),
    (A - B_, "A - B"),
    (A - (B_ + C), "A - (B + C)"),
    (-(A + B_), "-(A + B)"),
    (-A, "-A"),
    (-A * B_, "(-A) B"),
    (-(A * B_), "-A B"),
    (A - 2 * B_, "A - 2 B"),
    (A - T.number(3, 2) * B_, r"A - \tfrac{3}{2} B"),
    (T.Scale(T.number(-1), T.Scale(T.number(-2), A)), "-(-2 A)"),
    (a - 1, "a - 1"),
    (-a * b, "-a b"),
    (T.Sum(T.number(-1), a), "-1 + a"),
    # products
    ((A + B_) * C, "(A + B) C"),
    (A * (B_ + C), "A (B + C)"),
    (a * (b + c), "a (b + c)"),
    ((a + b) * A, "(a + b) A"),
    (2 * A * B_, "(2 A) B"),
    (2 * (A * B_), "2 A B"),
    (2 * (a * A), "2 (a A)"),
    (A * (2 * B_), "A (2 B)"),
    (A * T.Zero(d, d), r"A \cdot 0"),
    (T.Zero(d, d) * A, "0 A"),
    (a * 3, r"a \cdot 3"),
    (T.Product(T.number(2), T.number(3), a), r"2 \cdot 3 a"),
    (T.number(2) * T.Reciprocal(a), r"2 \cdot \frac{1}{a}"),
    (T.Reciprocal(a + b) * c, r"\frac{1}{a + b} c"),
    (T.Product(a, T.number(-2)), "a (-2)"),
    (a * T.number(1, 2), r"a \cdot \tfrac{1}{2}"),
    # bounded sums and products
    (total("i", 1, L, t["i"]), r"\sum_{i=1}^{L} t_{i}"),
    (total("i", 1, L, t["i"] + a), r"\sum_{i=1}^{L} (t_{i} + a)"),
    (a * total("i", 1, L, t["i"]), r"a \sum_{i=1}^{L} t_{i}"),
    (total("i", 1, L, t["i"]) * a, r"\Bigl(\sum_{i=1}^{L} t_{i}\Bigr) a"),
    (total("i", 1, L, t["i"]) ** 2, r"\Bigl(\sum_{i=1}^{L} t_{i}\Bigr)^{2}"),
    ((a * total("i", 1, L, t["i"])) * A, r"\Bigl(a \sum_{i=1}^{L} t_{i}\Bigr) A"),
    (total("i", 1, L, a * t["i"]), r"\sum_{i=1}^{L} a t_{i}"),
    (total("i", 1, L, total("j", 1, "i", t["j"])), r"\sum_{i=1}^{L} \sum_{j=1}^{i} t_{j}"),
    (total("i", 1, L, -t["i"]), r"\sum_{i=1}^{L} (-t_{i})"),
    (prod("i", 1, l - 1, t["i"] ** 2), r"\prod_{i=1}^{l-1} t_{i}^{2}"),
    (prod("i", 1, L, a * t["i"]), r"\prod_{i=1}^{L} (a t_{i})"),
    (prod("i", 1, L, total("j", 1, "i", a)), r"\prod_{i=1}^{L} \Bigl(\sum_{j=1}^{i} a\Bigr)"),
    (prod("i", 1, L, prod("j", 1, "i", a)), r"\prod_{i=1}^{L} \prod_{j=1}^{i} a"),
    (prod("i", 1, L, t["i"]) * prod("i", 1, L, a), r"\Bigl(\prod_{i=1}^{L} t_{i}\Bigr) \prod_{i=1}^{L} a"),
    (total("k", 1, L, T.IndexScalar(Index.var("k")) * T.scalar("i")), r"\sum_{j=1}^{L} j i"),
    # scripts
    (A.T, r"A^{\top}"),
    ((A * B_).T, r"(A B)^{\top}"),
    (A.T.T, r"(A^{\top})^{\top}"),
    (Wl.T, r"W_{l}^{\top}"),
    (chain(L, l + 1).T, r"W_{L:l+1}^{\top}"),
    (T.Inverse(A), "A^{-1}"),
    (T.Inverse(A).T, r"(A^{-1})^{\top}"),
    (T.Inverse(X * X.T), r"(X X^{\top})^{-1}"),
    (Y * T.Pseudoinverse(X), r"Y X^{\dagger}"),
    (a**2, "a^{2}"),
    ((a + b) ** 2, "(a + b)^{2}"),
    ((a * b) ** 2, "(a b)^{2}"),
    ((a**2) ** 2, "(a^{2})^{2}"),
    (T.number(1, 2) ** 2, r"(\tfrac{1}{2})^{2}"),
    (a ** (L - 1), "a^{L-1}"),
    (T.Reciprocal(a) ** 2, r"\Bigl(\frac{1}{a}\Bigr)^{2}"),
    (a * T.number(2) ** k, r"a \cdot 2^{k}"),
    # functions and norms
    (T.Trace(A * B_), r"\operatorname{tr}(A B)"),
    (T.Trace(A) ** 2, r"\operatorname{tr}(A)^{2}"),
    (T.Trace(A * (B_ + C)), r"\operatorname{tr}\bigl(A (B + C)\bigr)"),
    (T.SquaredNorm(E), r"\lVert W_{L:1} X - Y \rVert_{F}^{2}"),
    (T.SquaredNorm((A + B_) * X), r"\lVert (A + B) X \rVert_{F}^{2}"),
    (T.SquaredNorm(X) ** 2, r"(\lVert X \rVert_{F}^{2})^{2}"),
    (T.number(1, 2) * T.SquaredNorm(X), r"\tfrac{1}{2} \lVert X \rVert_{F}^{2}"),
    (T.Inner(A * B_, C + A), r"\langle A B, C + A \rangle"),
    (T.Vec(A).T, r"\operatorname{vec}(A)^{\top}"),
    (T.Kronecker(A, B_) * T.Vec(V), r"(A \otimes B) \operatorname{vec}(V)"),
    (T.Kronecker(A * B_, 2 * C), r"A B \otimes 2 C"),
    (2 * T.Kronecker(A, B_), r"2 (A \otimes B)"),
    (-T.Kronecker(A, B_), r"-A \otimes B"),
    (T.Kronecker(-A, B_), r"(-A) \otimes B"),
    (T.Kronecker(A + B_, T.Kronecker(A, C)), r"(A + B) \otimes (A \otimes C)"),
    (T.Kronecker(A, B_).T, r"(A \otimes B)^{\top}"),
    (T.block([[A, B_ + C], [C, T.Zero(d, d)]]), r"\begin{pmatrix} A & B + C \\ C & 0 \end{pmatrix}"),
    # entry by entry
    (T.hadamard(A, B_), r"A \odot B"),
    (T.hadamard(A, B_, C), r"A \odot B \odot C"),
    (T.hadamard(A * B_, A + C), r"(A B) \odot (A + C)"),
    (T.hadamard(A, el("reciprocal", B_)), r"A \oslash B"),
    (T.hadamard(A, B_, el("reciprocal", B_ * C)), r"A \odot B \oslash (B C)"),
    (T.hadamard(el("reciprocal", A), B_), r"A^{\odot-1} \odot B"),
    (T.hadamard(el("reciprocal", A), el("reciprocal", B_)), r"A^{\odot-1} \oslash B"),
    (2 * T.hadamard(A, B_), r"2 (A \odot B)"),
    (-T.hadamard(A, B_), r"-A \odot B"),
    (T.hadamard(-A, B_), r"(-A) \odot B"),
    (A - T.hadamard(B_, C), r"A - B \odot C"),
    (T.hadamard(A, B_).T * C, r"(A \odot B)^{\top} C"),
    (T.Kronecker(T.hadamard(A, B_), C), r"(A \odot B) \otimes C"),
    (T.hadamard(A, T.Kronecker(T.Identity(Dim.of(1)), C)), r"A \odot (I_{1} \otimes C)"),
    (T.HadamardPower(A, k), r"A^{\odot k}"),
    (T.HadamardPower(A, Index.of(2)), r"A^{\odot 2}"),
    (T.HadamardPower(A * B_, k + 1), r"(A B)^{\odot(k+1)}"),
    (el("reciprocal", A), r"A^{\odot-1}"),
    (el("sqrt", A), r"A^{\odot 1/2}"),
    (el("pow", A, T.number(-3, 2)), r"A^{\odot-3/2}"),
    (el("pow", A, a), r"A^{\odot a}"),
    (el("pow", A, a + b), r"A^{\odot(a+b)}"),
    (el("sin", A), r"\sin(A)"),
    (el("arctan", A * B_), r"\arctan(A B)"),
    (el("relu", Wl * X), r"\operatorname{relu}(W_{l} X)"),
    (el("leaky_relu", A, a), r"\operatorname{lrelu}_{a}(A)"),
    (el("leaky_relu", a, T.number(1, 10)), r"\operatorname{lrelu}_{1/10}(a)"),
    (el("abs", A), r"\operatorname{abs}(A)"),
    (el("sigma", A * B_), "s(A B)"),
    (el("sigma'", A), r"s^{\prime}(A)"),
    (el("sigma''", a), r"s^{\prime\prime}(a)"),
    (el("phi'", A), r"\phi^{\prime}(A)"),
    (el("act", A), r"\mathrm{act}(A)"),
    (T.hadamard(el("sigma'", A), B_ * C), r"s^{\prime}(A) \odot (B C)"),
    (T.Ones(d, Dim.of(1)), r"\mathbf{1}_{d}"),
    (T.Ones(d, m), r"\mathbf{1}_{d\times m}"),
    (a * T.Ones(d, m), r"a \mathbf{1}_{d\times m}"),
    (T.entries_sum(X), r"\mathbf{1}^{\top} X \mathbf{1}"),
    (T.entries_sum(A + B_), r"\mathbf{1}^{\top} (A + B) \mathbf{1}"),
    (T.entries_sum(x), r"\mathbf{1}^{\top} x"),
    (T.entries_sum(X) ** 2, r"(\mathbf{1}^{\top} X \mathbf{1})^{2}"),
    (T.UnitVector(d, k), "e_{k}"),
    (A * T.UnitVector(d, Index.of(2)), "A e_{2}"),
    (T.entry(A, Index.of(1), k), "A_{1k}"),
    (T.entry(A, k, l) ** 2, "A_{kl}^{2}"),
    (T.entry(A, k - 1, Index.of(12)), "A_{k-1,12}"),
    (T.entry(Wl, k, k), "(W_{l})_{kk}"),
    (T.entry(A * B_, k, l), "(A B)_{kl}"),
    (T.entry(x, k, Index.of(1)), "x_{k}"),
    (T.Trace(A * T.UnitVector(d, k) * T.UnitVector(d, k).T), r"\operatorname{tr}(A e_{k} e_{k}^{\top})"),
    (T.Diagonal(A), r"\operatorname{diag}(A)"),
    (T.DiagonalMatrix(x), r"\operatorname{Diag}(x)"),
    (T.DiagonalSelection(d) * T.Vec(A), r"\Psi_{d} \operatorname{vec}(A)"),
    (T.Unvec(d, m, T.Vec(X)), r"\operatorname{vec}_{d,m}^{-1}\bigl(\operatorname{vec}(X)\bigr)"),
    (T.Vec(a), "a"),
    # scalars, determinants, powers, 1 x 1 matrices
    (el("exp", -a), r"\exp(-a)"),
    (el("sqrt", a + b), r"\sqrt{a + b}"),
    (el("sqrt", a) ** 2, r"(\sqrt{a})^{2}"),
    (el("abs", a - b), r"\lvert a - b \rvert"),
    (el("abs", a) ** 2, r"\lvert a \rvert^{2}"),
    (el("pow", a, T.number(3, 2)), "a^{3/2}"),
    (el("pow", a + b, c), "(a + b)^{c}"),
    (el("log", a * b), r"\log(a b)"),
    (T.norm(A), r"\lVert A \rVert_{F}"),
    (T.norm(A) ** 2, r"(\lVert A \rVert_{F})^{2}"),
    (T.Reciprocal(T.norm(A)) * A, r"\frac{1}{\lVert A \rVert_{F}} A"),
    (T.OperatorNorm(A * B_) ** 2, r"\lVert A B \rVert_{2}^{2}"),
    (T.Determinant(A * B_), r"\det(A B)"),
    (T.LogDeterminant(A), r"\log\lvert \det A \rvert"),
    (T.LogDeterminant(A.T), r"\log\lvert \det(A^{\top}) \rvert"),
    (T.LogDeterminant(X * X.T), r"\log\lvert \det(X X^{\top}) \rvert"),
    (a - T.LogDeterminant(A) ** 2, r"a - (\log\lvert \det A \rvert)^{2}"),
    (T.MatrixPower(A, k), "A^{k}"),
    (T.MatrixPower(A + B_, k + 1).T, r"\bigl((A + B)^{k+1}\bigr)^{\top}"),
    (T.Trace(x.T * A * x), r"x^{\top} A x"),
    (T.Trace(x.T * x) ** 2, r"(x^{\top} x)^{2}"),
    (a * T.Trace(x.T * x), r"a x^{\top} x"),
    (T.Trace(x.T * x) * a, r"(x^{\top} x) a"),
    (T.Trace(x.T * x) * A, r"(x^{\top} x) A"),
    (a - T.Trace(x.T * x), r"a - x^{\top} x"),
    (T.Trace(x.T * x - x.T * A * x) * a, r"(x^{\top} x - x^{\top} A x) a"),
    (T.Reciprocal(1 + el("exp", -T.Trace(x.T * A * x))), r"\frac{1}{1 + \exp(-x^{\top} A x)}"),
    (total("i", 1, L, W["i"]) * X, r"\Bigl(\sum_{i=1}^{L} W_{i}\Bigr) X"),
    (A * total("i", 1, L, W["i"] * X), r"A \sum_{i=1}^{L} W_{i} X"),
    (total("i", 1, L, W["i"] + A), r"\sum_{i=1}^{L} (W_{i} + A)"),
    (T.OrderedProduct.over("i", 1, L, I + W["i"]), r"\prod_{i=L}^{1} (I_{d} + W_{i})"),
    # derivatives
    (T.D(A, Wl, V), r"\mathrm{D}_{W_{l}} A \, [V]"),
    (T.D(A * X, Wl, V), r"\mathrm{D}_{W_{l}} (A X) \, [V]"),
    (A * T.D(A, Wl, V) * X, r"A \mathrm{D}_{W_{l}} A \, [V] X"),
    (T.D(A, Wl, V).T, r"\bigl(\mathrm{D}_{W_{l}} A \, [V]\bigr)^{\top}"),
    (T.D(T.D(a, Wl, V), Wk, C), r"\mathrm{D}_{W_{k}} \bigl(\mathrm{D}_{W_{l}} a \, [V]\bigr) \, [C]"),
]

STATEMENTS = [
    (S.Eq(A * B_, C), "A B = C"),
    (S.Le(a, b + c), r"a \le b + c"),
    (S.Lt(T.number(0), a), "0 < a"),
    (S.LB(A, B_, c), r"c \lVert B v \rVert^{2} \le \lVert A v \rVert^{2} \text{ for all } v"),
    (S.LB(A + B_, V, T.number(1)), r"\lVert V v \rVert^{2} \le \lVert (A + B) v \rVert^{2} \text{ for all } v"),
    (S.LB(A, B_, a + b), r"(a + b) \lVert B v \rVert^{2} \le \lVert A v \rVert^{2} \text{ for all } v"),
    (S.LB(A, I, c), r"c \lVert v \rVert^{2} \le \lVert A v \rVert^{2} \text{ for all } v"),
    (S.LB(A, I, T.scalar("v")), r"v \lVert u \rVert^{2} \le \lVert A u \rVert^{2} \text{ for all } u"),
    (S.LB(Wl, I, t[l] ** 2), r"\sigma_{\min}(W_{l}) \ge t_{l}"),
    (S.LB(A * B_, I, (t[1] * t[2]) ** 2), r"\sigma_{\min}(A B) \ge t_{1} t_{2}"),
    (S.LB(A, I, a**2), r"\sigma_{\min}(A) \ge \lvert a \rvert"),
    (S.LB(A, I, (t[1] - t[2]) ** 2), r"\sigma_{\min}(A) \ge \lvert t_{1} - t_{2} \rvert"),
    (S.LB(A, I, a**3), r"a^{3} \lVert v \rVert^{2} \le \lVert A v \rVert^{2} \text{ for all } v"),
    (
        S.LB(X, T.Identity(m), t[1] ** 2),
        r"t_{1}^{2} \lVert v \rVert^{2} \le \lVert X v \rVert^{2} \text{ for all } v",
    ),
    (S.UB(X, c), r"\lVert X \rVert_{2}^{2} \le c"),
    (S.UB(X, T.scalar("r", "positive") ** 2), r"\lVert X \rVert_{2} \le r"),
    (S.UB(X, r**2), r"\lVert X \rVert_{2} \le \lvert r \rvert"),
    (S.Psd(A - B_), r"A - B \succeq 0"),
    (S.Invertible(A), r"A \text{ invertible}"),
    (S.Rank(X, T.DimScalar(d)), r"\operatorname{rank}(X) = d"),
    (S.Entries(a, X, b), r"a \le X_{ij} \le b \text{ for all } i, j"),
    (S.Entries(a, Wl, b), r"a \le (W_{l})_{ij} \le b \text{ for all } i, j"),
    (S.Entries(T.scalar("i"), A * X, b), r"i \le (A X)_{jk} \le b \text{ for all } j, k"),
    (S.Grad(a, Wl, A.T), r"\nabla_{W_{l}} a = A^{\top}"),
    (S.Grad(a + b, Wl, A), r"\nabla_{W_{l}} (a + b) = A"),
    (S.Hess(a, Wl, Wk, T.Kronecker(A, B_)), r"\nabla_{W_{l}W_{k}}^{2} a = A \otimes B"),
    (S.ForAll.over("k", 1, L, S.Invertible(Wk)), r"W_{i} \text{ invertible} \quad (1 \le i \le L)"),
    (S.at_least(l, 1), r"l \ge 1"),
    (S.at_least(L, l + 1), r"L \ge l + 1"),
    (S.NonNeg(L - 1 - l), r"L \ge l + 1"),
    (S.NonNeg(-l + 3), r"3 \ge l"),
    (S.Positive(A * X), r"A X > 0 \text{ entrywise}"),
    (S.Nonzero(a + b), r"a + b \ne 0"),
    (S.Nonzero(X), r"X_{ij} \ne 0 \text{ for all } i, j"),
    (S.Nonzero(A * X), r"(A X)_{ij} \ne 0 \text{ for all } i, j"),
    (S.LB(A, I, T.norm(X) ** 2), r"\sigma_{\min}(A) \ge \lVert X \rVert_{F}"),
    (S.LB(A, I, T.OperatorNorm(X) ** 2), r"\sigma_{\min}(A) \ge \lVert X \rVert_{2}"),
    (S.LB(A, I, el("sin", a) ** 2), r"\sigma_{\min}(A) \ge \lvert \sin(a) \rvert"),
    (
        S.Jac(A * X, A, T.Kronecker(X.T, I)),
        r"\frac{\partial \operatorname{vec}(A X)}{\partial \operatorname{vec}(A)^{\top}} = X^{\top} \otimes I_{d}",
    ),
    (S.Jac(A * x, x, A), r"\frac{\partial (A x)}{\partial x^{\top}} = A"),
    (S.Jac(a * x, a, x), r"\frac{\partial (a x)}{\partial a} = x"),
    (S.Jac(b, a, T.Vec(2 * a)), r"\frac{\partial b}{\partial a} = 2 a"),
]


@pytest.mark.parametrize(("node", "expected"), TERMS + STATEMENTS, ids=lambda value: repr(value))
def test_latex(node, expected):
    assert to_latex(node) == expected


def test_the_tables_cover_every_class():
    """A rule for each class of node, and an example of each."""
    missing = [name for name, cls in NODE_CLASSES.items() if rule.dispatch(cls) is rule.dispatch(Node)]
    assert not missing
    used = {type(node) for node, _ in TERMS + STATEMENTS}
    inside = {type(child) for node, _ in TERMS + STATEMENTS for child in node.children}
    assert set(NODE_CLASSES.values()) <= used | inside


def test_an_unknown_class_is_refused():
    class Mystery(algebra.OfMatrix):
        __slots__ = ()

        def _shape(self):
            return self._matrix()

    with pytest.raises(NoRule, match="Mystery has no typesetting rule"):
        to_latex(A * Mystery(A))


def test_abbreviations_and_names():
    loss = T.number(1, 2) * T.SquaredNorm(E)
    gradient = chain(L, l + 1).T * E * X.T * chain(l - 1, 1).T
    short = {E: "E", loss: "h"}
    expected = r"\nabla_{W_{l}} h = W_{L:l+1}^{\top} E X^{\top} W_{l-1:1}^{\top}"
    assert to_latex(S.Grad(loss, Wl, gradient), short) == expected
    assert to_latex(-E, short) == "-E"
    assert to_latex(E.T * T.matrix("Ms", "d", "d"), {E: "E1"}, {"Ms": "M*"}) == r"E_{1}^{\top} M^{\ast}"
    star = T.family("Ws", "d", "d")
    names = {"Ws": "W*", "E": B.Accent("bar", B.name("E"))}
    assert to_latex(star[l], names=names) == r"W_{l}^{\ast}"
    assert to_latex(star[l].T, names=names) == r"W_{l}^{\ast\top}"
    assert to_latex(T.Inverse(star[l]), names=names) == r"(W_{l}^{\ast})^{-1}"
    assert to_latex(2 * E, {E: "E"}, names) == r"2 \bar{E}"
    assert to_latex(T.Inverse(A + B_), {A + B_: "S*"}) == r"(S^{\ast})^{-1}"
    assert to_latex(T.hadamard(A, el("reciprocal", B_)), {el("reciprocal", B_): "R"}) == r"A \odot R"
    assert to_latex(T.entries_sum(X), {T.Ones(d, m): "J"}) == r"\langle J, X \rangle"
    assert to_latex(T.norm(X), {T.SquaredNorm(X): "q"}) == r"\sqrt{q}"
    assert to_latex(el("sigma'", A), names={"sigma": "rho"}) == r"\rho^{\prime}(A)"
    assert to_latex(el("pow", a, T.number(1, 2)), {T.number(1, 2): "p"}) == "a^{p}"


LAYOUTS = [
    (B.row(B.sup(B.sub("∇", B.juxtapose(B.name("W"), B.name("U"))), 2), "f"), r"\nabla_{WU}^{2} f"),
    (B.row("x", "|->", B.apply("f", "x")), r"x \mapsto \operatorname{f}(x)"),
    (B.relation("h", "<=", B.frac(1, "mu"), "<", 3), r"h \le \frac{1}{\mu} < 3"),
    (B.matrix([[1, "a"], [B.number(-2), 0]]), r"\begin{pmatrix} 1 & a \\ -2 & 0 \end{pmatrix}"),
    (B.matrix([[0] * 11]), r"\left(\begin{array}{@{}*{11}{c}@{}} " + " & ".join("0" * 11) + r" \end{array}\right)"),
    (B.fence(B.matrix([[1]]), "norm"), r"\left\lVert \begin{pmatrix} 1 \end{pmatrix} \right\rVert"),
    (B.fence(B.comma("a", "b", "c"), "{}"), r"\{a, b, c\}"),
    (B.fence(B.fence(B.fence(B.fence("a")))), r"\biggl(\Bigl(\bigl((a)\bigr)\Bigr)\biggr)"),
    (B.fence(B.frac(1, "a"), "<>"), r"\Bigl\langle \frac{1}{a}\Bigr\rangle"),
    (B.big("∑", "i", 1, "L", B.sub("x", "i")), r"\sum_{i=1}^{L} x_{i}"),
    (B.Root(B.name("mu")), r"\sqrt{\mu}"),
    (B.Words("100% of a_b"), r"\text{100\% of a\_b}"),
    (B.row("a", B.Space(18), "b", B.Space(7), "c"), r"a \quad b \mspace{7mu} c"),
    (B.norm("v"), r"\lVert v \rVert"),
    (B.norm("A", 2), r"\lVert A \rVert_{2}"),
    (B.sub("W", B.row("l", "-", "tau", "l")), r"W_{l-\tau l}"),
    (B.Script(B.frac("a", "b"), None, B.number(2)), r"{\frac{a}{b}}^{2}"),
    (B.apply(B.name("s"), "z"), "s(z)"),
    (B.apply("max", "a", "b"), r"\max(a, b)"),
    (B.row("A", "∈", B.sup("ℝ", B.row("d", "×", "m"))), r"A \in \mathbb{R}^{d\times m}"),
]


@pytest.mark.parametrize(("layout", "expected"), LAYOUTS, ids=[expected for _, expected in LAYOUTS])
def test_latex_of_layouts(layout, expected):
    assert to_latex(layout) == expected


def test_layouts_refuse_what_they_do_not_know():
    with pytest.raises(UsageError, match="not a pair of delimiters"):
        B.fence("a", "((")
    with pytest.raises(UsageError, match="is not a sign"):
        B.relation("a", "b", "c")
