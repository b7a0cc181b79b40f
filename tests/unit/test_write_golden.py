"""The formulas that reports consist of, as golden files; they compile in one document and are proper MathML."""

import subprocess
from xml.etree import ElementTree

import pytest
import sympy

from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.write import layout as B
from symland.write.entries import set_matrix
from symland.write.latex import to_latex
from symland.write.mathml import NAMESPACE, to_mathml
from symland.write.typeset import typeset

d, m = Dim.of("d"), Dim.of("m")
L, l, k = (Index.var(v) for v in "Llk")
X, Y = T.matrix("X", "d", "m"), T.matrix("Y", "d", "m")
W, A = T.family("W", "d", "d"), T.family("A", "d", "d")
V = T.family("V", "d", "d")
t = T.family("t", facts=["nonnegative"])
s, h, hs = T.scalar("s", "positive"), T.scalar("h"), T.scalar("hs")
names = {"hs": "h*", "Ws": "W*"}


def chain(top, bottom):
    return T.Chain(W, Index.of(top), Index.of(bottom))


def inputs(i):
    return chain(i - 1, 1) * X


E = chain(L, 1) * X - Y
loss = T.number(1, 2) * T.SquaredNorm(E)
short = {E: "E", loss: "h"}
gradient = chain(L, l + 1).T * E * X.T * chain(l - 1, 1).T
block = T.Kronecker(inputs(l) * inputs(k).T, chain(L, l + 1).T * chain(L, k + 1)) + T.Commutation(d, d) * T.Kronecker(
    chain(L, l + 1).T * E * inputs(k).T, chain(l - 1, k + 1)
)
others = T.BoundedProduct.over("i", l + 1, L, t["i"] ** 2) * T.BoundedProduct.over("i", 1, l - 1, t["i"] ** 2)
dominance = S.Le(
    h - hs,
    T.Reciprocal(2 * s**2 * T.BoundedSum.over("l", 1, L, others))
    * T.BoundedSum.over("l", 1, L, T.SquaredNorm(gradient)),
)
star = T.family("Ws", "d", "d")
I = T.Identity(d)
w11, w12 = sympy.symbols("w_1_1 w_1_2")

x, y, w = T.matrix("x", "m", 1), T.matrix("y", "m", 1), T.matrix("w", "d", 1)


def el(name, term, *parameters):
    return T.Elementwise(name, term, *parameters)


pre = W[1] * X
hidden = W[2] * el("sigma", pre) - Y

FORMULAS = {
    "loss": typeset(S.Eq(h, loss)),
    "error": typeset(S.Eq(T.matrix("E", "d", "m"), E)),
    "gradient": typeset(S.Grad(loss, W[l], gradient), short),
    "hessian_block": typeset(S.Hess(loss, W[l], W[k], block), short),
    "dominance": typeset(dominance, {E: "E"}, names),
    "derivative_of_chain": typeset(
        S.Eq(T.D(chain(L, 1) * X, W[l], V[l]), chain(L, l + 1) * V[l] * chain(l - 1, 1) * X), short
    ),
    "second_derivative": typeset(T.D(T.D(loss, W[l], V[l]), W[k], V[k]), short),
    "vectorized": typeset(S.Eq(T.Vec(W[2] * V[1] * X), T.Kronecker(X.T, W[2]) * T.Vec(V[1]))),
    "commutation": typeset(S.Eq(T.Commutation(d, Dim.of("m")) * T.Vec(X), T.Vec(X.T))),
    "region": typeset(S.ForAll.over("k", 1, L, S.LB(W[k], I, t[k] ** 2))),
    "lower_bound": typeset(S.LB(W[2] * W[1], W[1], t[1] ** 2)),
    "residual": typeset(T.SquaredNorm((I + A[2]) * (I + A[1]) * X - Y)),
    "conservation": typeset(T.Trace(W[l + 1].T * W[l + 1] - W[l] * W[l].T) ** 2),
    "minimizer": typeset(S.Eq(star[2] * star[1], Y * T.Pseudoinverse(X)), names=names),
    "inverse": typeset(S.Eq(T.Inverse(X * X.T) * (X * X.T), I)),
    "block_matrix": typeset(T.block([[chain(2, 1), T.Zero(d, d)], [W[1].T, T.Inverse(W[2])]])),
    "order": typeset(S.at_least(L, l + 1)),
    "rank": typeset(S.Rank(T.Kronecker(X, I), T.DimScalar(d * d))),
    "hadamard": typeset(
        S.Eq(
            T.hadamard(pre, A[1] * X, el("reciprocal", Y + X)),
            T.HadamardPower(X, k) - el("pow", el("reciprocal", X), T.number(3, 2)),
        )
    ),
    "backpropagation": typeset(
        S.Grad(T.number(1, 2) * T.SquaredNorm(hidden), W[1], T.hadamard(W[2].T * hidden, el("sigma'", pre)) * X.T),
        {hidden: "E"},
    ),
    "activations": typeset(
        el("relu", W[2] * el("leaky_relu", el("tanh", pre), T.number(1, 10)))
        + el("act''", X)
        - el("sqrt", el("abs", X))
    ),
    "logistic": typeset(
        T.entries_sum(el("log", T.Ones(m, Dim.of(1)) + el("exp", -T.hadamard(y, X.T * w))))
        + T.number(1, 2) * T.SquaredNorm(w)
    ),
    "gaussian": typeset(
        T.number(1, 2) * T.LogDeterminant(T.MatrixPower(W[1], k)) - T.number(1, 2) * T.Trace(w.T * T.Inverse(W[1]) * w)
    ),
    "scalar_functions": typeset(
        T.Reciprocal(1 + el("exp", -s)) + el("pow", s, T.number(-1, 2)) * el("sqrt", s + 1) - el("abs", h - hs) ** 2
    ),
    "norms": typeset(S.Le(T.norm(X * Y.T), T.OperatorNorm(X) * T.norm(Y) ** 2 + T.Determinant(W[1]))),
    "entries": typeset(S.Eq(T.entry(W[2] * W[1], k, l), T.entry(x, k, Index.of(1)) * T.entry(X, L - 1, Index.of(12)))),
    "ones_and_units": typeset(S.Eq(T.Ones(d, m) * x, T.UnitVector(d, k) * T.Trace(x.T * T.Ones(m, Dim.of(1))))),
    "diagonals": typeset(
        S.Eq(T.DiagonalSelection(d) * T.Vec(T.DiagonalMatrix(w)), T.Diagonal(T.Unvec(d, d, T.Vec(W[1]))))
    ),
    "jacobian": typeset(
        S.Jac(
            el("sigma", pre),
            W[1],
            T.DiagonalMatrix(T.Vec(el("sigma'", pre))) * T.Kronecker(X.T, I),
        )
    ),
    "jacobian_of_column": typeset(S.Jac(T.hadamard(w, w), w, T.DiagonalMatrix(2 * w))),
    "positive": typeset(S.Positive(X * X.T)),
    "nonzero": typeset(S.ForAll.over("k", 1, L, S.Nonzero(W[k]))),
    "matrix_sum": typeset(T.BoundedSum.over("i", 1, L, W["i"] * X) + T.OrderedProduct.over("i", 1, L, I + A["i"]) * X),
    "hand_made": B.relation(
        B.row(B.sup(B.sub("∇", B.juxtapose(B.name("W"), B.name("W"))), 2), B.apply(B.name("f"), "W*")),
        "=",
        B.matrix([[B.sup("H", "⊤"), "⋯"], [B.frac(1, "mu"), B.Root(B.name("ell"))]]),
        "⪰",
        0,
    ),
    "explicit": set_matrix(sympy.Matrix([[w11**2 + 1, -w11 * w12 / 2], [-w11 * w12 / 2, (w11 + w12) ** 2]])),
    "wide": set_matrix(sympy.eye(12)),
    "signs": B.row(*(B.Sign(c) for c in B.SIGNS)),
    "letters": B.row(*(B.name(g) for g in B.GREEK)),
    "fences": B.row(*(B.fence(B.fence(B.Root(B.Accent("hat", B.name("x")))), kind) for kind in B.FENCES)),
    "words": B.row("A", B.Words(" is 100% of {a_b} ~ #1 \\ "), "x", B.Space(18), B.Accent("tilde", B.name("y"))),
}

CHILDREN = {"msub": 2, "msup": 2, "msubsup": 3, "munderover": 3, "mfrac": 2, "mover": 2}
ELEMENTS = {*CHILDREN, "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "msqrt", "mtable", "mtr", "mtd"}


@pytest.mark.parametrize("name", FORMULAS)
def test_latex(name, golden):
    golden(f"latex/{name}.tex", to_latex(FORMULAS[name]) + "\n")


@pytest.mark.parametrize("name", FORMULAS)
def test_mathml(name, golden):
    text = to_mathml(FORMULAS[name], display=True)
    for element in ElementTree.fromstring(text).iter():
        tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
        assert tag in ELEMENTS
        assert len(element) == CHILDREN.get(tag, len(element))
        assert bool(element.text) == (tag in ("mi", "mn", "mo", "mtext"))
    golden(f"mathml/{name}.xml", text + "\n")


@pytest.mark.tex
def test_all_formulas_compile_in_one_document(tmp_path):
    head = r"\documentclass{article}\usepackage{amsmath,amssymb}\begin{document}"
    body = "".join(f"\\[{to_latex(f)}\\]\n" for f in FORMULAS.values())
    (tmp_path / "all.tex").write_text(f"{head}\n{body}\\end{{document}}\n")
    command = ["latexmk", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]
