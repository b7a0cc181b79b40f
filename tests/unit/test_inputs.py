"""The public functions of the calculus: the same answer for a term, a SymPy expression and text, and clear refusals."""

import pytest
import sympy

import symland as sl
from symland.calculus.prover import Prover
from symland.inputs import as_input, derivatives
from symland.language import statements as S
from symland.language import terms as T

m, n, k = sl.dims("m n k")
A, x, b = sl.matrix("A", m, n), sl.matrix("x", n, 1), sl.matrix("b", m, 1)
LEAST_SQUARES = sl.norm2(A * x - b)


def proved_equal(a, b):
    p = Prover({})
    return p.statement(p.equate(a, b)) is S.Eq(a, b)


def sympy_least_squares():
    rows, columns = sympy.symbols("m n")
    matrix, column = sympy.MatrixSymbol("A", rows, columns), sympy.MatrixSymbol("x", columns, 1)
    gap = matrix * column - sympy.MatrixSymbol("b", rows, 1)
    return sympy.Trace(gap.T * gap), column


def test_three_kinds_of_input_give_one_gradient():
    expected = 2 * (A.T * (A * x - b))
    loss, letter = sympy_least_squares()
    for made in (
        sl.gradient(LEAST_SQUARES, x),
        sl.gradient(LEAST_SQUARES, "x"),
        sl.gradient("norm2(A*x - b)^2", "x"),
        sl.gradient("norm2(A*x - b)^2", x),
        sl.gradient(loss, letter),
    ):
        assert proved_equal(made.result, expected)
        assert made.theorem.statement.args[1] is x


def test_a_one_by_one_product_is_the_scalar_in_it():
    assert sl.gradient(x.T * x, x).result is 2 * x
    column = sympy.MatrixSymbol("x", sympy.Symbol("n"), 1)
    assert sl.gradient(column.T * column, column).result is 2 * x


def test_what_was_inferred_is_said():
    made = sl.gradient("1/2*norm2(W2*W1*X - Y)^2", "W1")
    assert made.notes[0] == "inferred: W2: m x n, W1: n x p, X: p x q, Y: m x q"
    assert sl.gradient("norm2(A*x)^2", "x", shapes={"A": "m n", "x": "n"}).notes == ()
    assert sl.gradient("norm2(A*x)^2", "x", shapes="A: m x n, x: n").notes == ()


def test_facts_are_declared():
    made = sl.gradient("x'*S*x", "x", shapes={"S": "n n symmetric"})
    assert repr(made.result) == "2*S*x"
    assert list(made.theorem.hypotheses) == ["symmetric(S)"]
    assert repr(sl.gradient("x'*S*x", "x").result) == "(S + S')*x"


ASSUMED = {
    "invertible(A)": ("tr(inv(A)*B)", "A", S.Invertible),
    "0 < s": ("log(s)*tr(A)", "s", S.Lt),
    "s > 0": ("log(s)*tr(A)", "s", S.Lt),
    "positive(A)": ("sum(log(A))", "A", S.Positive),
    "nonzero(A)": ("sum(abs(A))", "A", S.Nonzero),
}


@pytest.mark.parametrize("text", ASSUMED)
def test_hypotheses_as_text(text):
    loss, letter, kind = ASSUMED[text]
    made = sl.gradient(loss, letter, assuming=[text])
    (hypothesis,) = made.theorem.hypotheses.values()
    assert isinstance(hypothesis, kind)
    named = sl.gradient(loss, letter, assuming={"given": text})
    assert list(named.theorem.hypotheses) == ["given"]


def test_an_order_fact_as_text():
    made = sl.gradient("tr(A^k)", "A", shapes={"k": "index"}, assuming="k >= 2")
    assert list(made.theorem.hypotheses.values()) == [S.at_least("k", 2)]


REFUSED = {
    "a number": (lambda: sl.gradient(3, x), sl.UsageError, "3 is not an expression"),
    "shapes for a term": (lambda: sl.gradient(LEAST_SQUARES, x, shapes={"A": "m n"}), sl.UsageError, "for text"),
    "another letter": (lambda: sl.gradient("norm2(A*x)^2", "y"), sl.UsageError, "no letter y"),
    "a family for a letter": (lambda: sl.gradient("norm2(W[L..1])^2", "W"), sl.UsageError, "family"),
    "a matrix": (lambda: sl.gradient("A*B", "A"), sl.ShapeError, "a scalar is needed"),
    "no statement": (lambda: sl.gradient("tr(A)", "A", assuming="A"), sl.ParseError, "is not a statement"),
    "two relations": (lambda: sl.gradient("tr(A)", "A", assuming="0 < a < 1"), sl.ParseError, "is not a statement"),
    "an assumption that is none": (lambda: sl.gradient("tr(A)", "A", assuming=[3]), sl.UsageError, "not a statement"),
    "an assumption that is a number": (lambda: sl.gradient("tr(A)", "A", assuming=3), sl.UsageError, "not a statement"),
    "a constant": (lambda: derivatives("3"), sl.UsageError, "constant"),
    "a letter of a constant": (lambda: sl.gradient("3", "W"), sl.UsageError, "constant"),
    "a letter of a term without letters": (lambda: sl.gradient(T.number(3), "W"), sl.UsageError, "constant"),
    "no budget": (lambda: derivatives("norm2(A)^2", budget_s="x"), sl.UsageError, "number of seconds"),
    "a negative budget": (lambda: sl.candidate("norm2(A)^2", at="A = 0", budget_s=-1), sl.UsageError, "seconds"),
    "a point of nothing": (lambda: sl.candidate("norm2(A)^2", at={}), sl.UsageError, "says of no letter"),
    "an empty point": (lambda: sl.candidate("norm2(A)^2", at=""), sl.ParseError, "no letter"),
    "a point of a constant": (lambda: sl.candidate("3", at="W = A"), sl.UsageError, "constant"),
    "code": (lambda: sl.gradient("__import__('os')", "x"), sl.ParseError, "line 1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name):
    call, error, text = REFUSED[name]
    with pytest.raises(error, match=text):
        call()


def test_derivatives_of_all_letters():
    made = derivatives("1/2*norm2(A*x - b)^2", second=True)
    assert [repr(d.theorem.statement.args[1]) for d in made.gradients] == ["A", "x", "b"]
    assert set(made.hessian.blocks) == {(i, j) for i in range(3) for j in range(3)}
    assert made.definitions == {"E": as_input("A*x - b", {"A": "m n", "x": "n", "b": "m"}).term}
    assert len(made.trace.theorems) == 12


# -- what released SymPy answers wrongly -------------------------------------------------------------------------
p, q, r = sympy.symbols("p q r")
E3 = sympy.MatrixSymbol("E", 3, 3)
D, U, V = sympy.MatrixSymbol("D", p, q), sympy.MatrixSymbol("U", p, r), sympy.MatrixSymbol("V", r, q)
B, X = sympy.MatrixSymbol("B", p, p), sympy.MatrixSymbol("X", p, p)
D_, U_, V_ = T.matrix("D", "p", "q"), T.matrix("U", "p", "r"), T.matrix("V", "r", "q")
E_, X_ = T.matrix("E", 3, 3), T.matrix("X", "p", "p")
I3 = T.Identity(E_.shape[0])


def squared(a):
    return sympy.Trace(a.T * a)


SYMPY_ISSUES = {  # the issue: the loss, the variable, and the gradient, by hand
    "26585, a sum of two norms": (0.5 * squared(D - U * V) + 0.5 * squared(U), U, (U_ * V_ - D_) * V_.T + U_),
    "26585, a constant norm": (0.5 * squared(D - U * V) + 0.5 * squared(D), U, (U_ * V_ - D_) * V_.T),
    "27406, a sum of traces": (sympy.Trace(X.T * X) + sympy.Trace(B.T * B), X, 2 * X_),
    "26561, a constant added": (sympy.Trace(E3) ** 2 + 1, E3, 2 * T.Trace(E_) * I3),
    "26561, a trace plus one": (sympy.Trace(E3) + 1, E3, I3),
    "25118, an invariant minus three": (sympy.Trace(E3.T * E3) - 3, E3, 2 * E_),
    "30527, the square of a trace": (
        sympy.Trace(sympy.Identity(3) - E3) ** 2, E3, -2 * (T.number(3) - T.Trace(E_)) * I3,
    ),
    "15136, a power in a trace": (
        sympy.Trace(X**2 * B), X, (X_ * T.matrix("B", "p", "p") + T.matrix("B", "p", "p") * X_).T,
    ),
    "24725, an offset": (sympy.Trace(U.T * U) + sympy.Symbol("c"), U, 2 * U_),
    "log-determinants": (sympy.log(sympy.Determinant(X)), X, T.Inverse(X_).T),
}  # fmt: skip


@pytest.mark.parametrize("issue", SYMPY_ISSUES)
def test_sympy_issues(issue):
    loss, letter, expected = SYMPY_ISSUES[issue]
    made = sl.gradient(loss, letter)
    assert proved_equal(made.result, expected)
    assert not proved_equal_or_refused(made.result, 2 * expected)


def proved_equal_or_refused(a, b):
    try:
        return proved_equal(a, b)
    except sl.StepRejected:
        return False


def test_elementwise_functions_of_unequal_widths():
    """W2*sigma(W1*X): SymPy's answer has the wrong shape or none."""
    widths = sympy.symbols("a b c d")
    W2, W1 = sympy.MatrixSymbol("W2", *widths[:2]), sympy.MatrixSymbol("W1", *widths[1:3])
    data = sympy.MatrixSymbol("X", *widths[2:])
    out = W2 * (W1 * data).applyfunc(sympy.Function("sigma"))
    made = sl.gradient(squared(out) / 2, W1)
    w2, w1, given = T.matrix("W2", "a", "b"), T.matrix("W1", "b", "c"), T.matrix("X", "c", "d")
    s, slope = (T.Elementwise(f, w1 * given) for f in ("sigma", "sigma'"))
    assert made.result.shape == w1.shape
    assert proved_equal(made.result, T.hadamard(w2.T * w2 * s, slope) * given.T)
