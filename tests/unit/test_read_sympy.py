"""SymPy expressions as terms: what each one is read as, that terms come back as they were, and what is refused."""

import pytest
import sympy
from sympy import (
    Abs,
    BlockMatrix,
    Determinant,
    Function,
    HadamardPower,
    HadamardProduct,
    Identity,
    Inverse,
    KroneckerProduct,
    Lambda,
    MatPow,
    Matrix,
    MatrixSymbol,
    Max,
    Min,
    OneMatrix,
    Piecewise,
    Product,
    Rational,
    Sum,
    Symbol,
    Trace,
    ZeroMatrix,
    cos,
    exp,
    log,
    sin,
    sqrt,
    symbols,
    tanh,
)
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.dotproduct import DotProduct

from symland.errors import NoRule, ShapeError, UsageError
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.read.sympy import from_sympy
from symland.read.sympy_reader import Reader, matrix_rule, scalar_rule
from symland.write import sympy_matrices as own
from symland.write.sympy import to_sympy

n, m, i, j, k, a, b, z = symbols("n m i j k a b z")
q = Symbol("q", integer=True)
p = Symbol("p", positive=True)
X, Y, A, C = MatrixSymbol("X", n, m), MatrixSymbol("Y", n, m), MatrixSymbol("A", n, n), MatrixSymbol("C", n, n)
x, y, w, v = (MatrixSymbol(name, size, 1) for name, size in (("x", n), ("y", n), ("w", m), ("v", 1)))
f = Function("sigma")
t = sympy.IndexedBase("t")
rows, columns = (i, 0, n - 1), (j, 0, m - 1)
square = (j, 0, n - 1)

N, M = Dim.of("n"), Dim.of("m")
ONE = Dim.of(1)
X_, Y_, A_, C_ = T.matrix("X", "n", "m"), T.matrix("Y", "n", "m"), T.matrix("A", "n", "n"), T.matrix("C", "n", "n")
x_, y_, w_, v_ = (T.matrix(name, size, 1) for name, size in (("x", "n"), ("y", "n"), ("w", "m"), ("v", 1)))
a_, b_, p_ = T.scalar("a"), T.scalar("b"), T.scalar("p", "positive")
index = Index.var


def el(name, term, *parameters):
    return T.Elementwise(name, term, *parameters)


def ones(rows, columns=ONE):
    return T.Ones(rows, columns)


EXAMPLES = [
    # letters and constants
    (X, X_),
    (MatrixSymbol("W_1", 2, 3), T.matrix("W_1", 2, 3)),
    (MatrixSymbol("B", n + 1, 2 * n * m**2), T.matrix("B", N + 1, N * M * M * 2)),
    (a, a_),
    (p, p_),
    (Symbol("s", nonnegative=True), T.scalar("s", "nonnegative")),
    (Symbol("r", real=True), T.scalar("r")),
    (Rational(-3, 4), T.number(-3, 4)),
    (sympy.E, el("exp", T.number(1))),
    (q, T.IndexScalar(index("q"))),
    (Symbol("d", integer=True, positive=True) * a, a_ * T.DimScalar(Dim.of("d"))),
    ((n + 1) * Trace(A), T.DimScalar(N + 1) * T.Trace(A_)),
    (ZeroMatrix(2, 3), T.Zero(Dim.of(2), Dim.of(3))),
    (Identity(n), T.Identity(N)),
    (OneMatrix(n, m), ones(N, M)),
    (sympy.eye(2), T.Identity(Dim.of(2))),
    (Matrix([[0, 0]]), T.Zero(ONE, Dim.of(2))),
    (sympy.ones(2, 1), ones(Dim.of(2))),
    (Matrix([[1, a], [2, 0]]), T.block([[T.Vec(T.number(1)), T.Vec(a_)], [T.Vec(T.number(2)), T.Vec(T.number(0))]])),
    (Matrix([[5]]), T.Vec(T.number(5))),
    (t[i] * t[2], T.family("t")[2] * T.family("t")[index("i")]),
    # matrices
    (X + Y, X_ + Y_),
    (X - Y, X_ - Y_),
    (-X - Y, -X_ - Y_),
    (2 * X / 3, T.number(2, 3) * X_),
    (a * A * X, a_ * (A_ * X_)),
    (Trace(A) * X, T.Trace(A_) * X_),
    (X.T, X_.T),
    (sympy.Adjoint(X), X_.T),
    (sympy.Transpose(sympy.Transpose(X)), X_),
    (A**2, T.MatrixPower(A_, Index.of(2))),
    (A**-1, T.Inverse(A_)),
    (Inverse(A), T.Inverse(A_)),
    (A**-3, T.MatrixPower(T.Inverse(A_), Index.of(3))),
    (A**k, T.MatrixPower(A_, index("k"))),
    (A ** (-k), T.MatrixPower(T.Inverse(A_), index("k"))),
    (MatPow(A, 0), T.Identity(N)),
    (MatPow(A, 1), A_),
    (KroneckerProduct(A, X, C), T.Kronecker(T.Kronecker(A_, X_), C_)),
    (HadamardProduct(X, Y), T.hadamard(X_, Y_)),
    (HadamardPower(X, 3), T.HadamardPower(X_, Index.of(3))),
    (HadamardPower(X, q), T.HadamardPower(X_, index("q"))),
    (HadamardPower(X, -2), el("reciprocal", T.HadamardPower(X_, Index.of(2)))),
    (HadamardPower(X, Rational(-1, 2)), el("reciprocal", el("sqrt", X_))),
    (HadamardPower(X, a), el("pow", X_, a_)),
    (BlockMatrix([[A, X], [X.T, Identity(m)]]), T.block([[A_, X_], [X_.T, T.Identity(M)]])),
    (sympy.BlockDiagMatrix(A, C), T.block([[A_, T.Zero(N, N)], [T.Zero(N, N), C_]])),
    (DiagMatrix(x), T.DiagonalMatrix(x_)),
    (DiagMatrix(x.T), T.DiagonalMatrix(x_)),
    (DiagonalOf(A), T.Diagonal(A_)),
    (DiagonalMatrix(A), T.DiagonalMatrix(T.Diagonal(A_))),
    (own.Vec(X), T.Vec(X_)),
    (own.Unvec(n, m, own.Vec(X)), T.Unvec(N, M, T.Vec(X_))),
    (own.CommutationMatrix(n, m), T.Commutation(N, M)),
    (own.DiagonalSelectionMatrix(n), T.DiagonalSelection(N)),
    (own.UnitVector(n, k), T.UnitVector(N, index("k") + 1)),
    # elementwise functions
    (X.applyfunc(sin), el("sin", X_)),
    (X.applyfunc(lambda e: e), X_),
    (X.applyfunc(lambda e: 7), T.number(7) * ones(N, M)),
    (X.applyfunc(lambda e: e**2 + 1), T.HadamardPower(X_, Index.of(2)) + ones(N, M)),
    (X.applyfunc(lambda e: a * sin(e) * Trace(A)), (a_ * T.Trace(A_)) * el("sin", X_)),
    (X.applyfunc(lambda e: e * exp(e)), T.hadamard(X_, el("exp", X_))),
    (X.applyfunc(lambda e: Max(0, e)), el("relu", X_)),
    (X.applyfunc(lambda e: Min(0, e)), -el("relu", -X_)),
    (X.applyfunc(lambda e: 1 / (1 + exp(-e))), el("sigmoid", X_)),
    (X.applyfunc(lambda e: log(1 + exp(e))), el("softplus", X_)),
    (X.applyfunc(lambda e: Piecewise((e, e > 0), (e / 10, True))), el("leaky_relu", X_, T.number(1, 10))),
    (X.applyfunc(lambda e: Piecewise((a * e, e < 0), (e, True))), el("leaky_relu", X_, a_)),
    (X.applyfunc(lambda e: Piecewise((e, e >= 0), (0, True))), el("relu", X_)),
    (X.applyfunc(lambda e: 2**e), el("exp", el("log", T.number(2)) * X_)),
    (X.applyfunc(lambda e: e**a), el("pow", X_, a_)),
    (X.applyfunc(f), el("sigma", X_)),
    (X.applyfunc(Lambda(z, f(z).diff(z))), el("sigma'", X_)),
    (X.applyfunc(Lambda(z, f(z).diff(z, 2))), el("sigma''", X_)),
    (X.applyfunc(Lambda(z, f(2 * z).diff(z))), T.number(2) * el("sigma'", 2 * X_)),
    ((A * x).applyfunc(tanh).T * y, el("tanh", x_.T * A_.T) * y_),  # SymPy transposes inside
    (X.applyfunc(lambda e: Piecewise((2 * e - 1, e > Rational(1, 2)), (0, True))), el("relu", 2 * X_ - ones(N, M))),
    # a variable of a Lambda is a name of its own, also where it is the name of something else
    (X.applyfunc(Lambda(q, q + 1)) * q, T.IndexScalar(index("q")) * (X_ + ones(N, M))),
    # scalars
    (a**3, a_**3),
    (a**-2, T.Reciprocal(a_**2)),
    (sqrt(a), el("sqrt", a_)),
    (1 / sqrt(a), T.Reciprocal(el("sqrt", a_))),
    (a ** Rational(3, 2), el("pow", a_, T.number(3, 2))),
    (a**b, el("pow", a_, b_)),
    (a**q, T.Power(a_, index("q"))),
    (a ** (-q), T.Reciprocal(T.Power(a_, index("q")))),
    (2**a, el("pow", T.number(2), a_)),
    (exp(a), el("exp", a_)),
    (sympy.atan(a), el("arctan", a_)),
    (Abs(a), el("abs", a_)),
    (sympy.Heaviside(a), el("step", a_)),
    (Piecewise((a, a > 0), (-a, True)), el("abs", a_)),
    (sympy.sec(a), T.Reciprocal(el("cos", a_))),
    (f(a).diff(a), el("sigma'", a_)),
    (Function("relu")(a), el("relu", a_)),
    (log(1 + exp(-a)), el("softplus", -a_)),
    # functions of matrices
    (Trace(A), T.Trace(A_)),
    (Trace(A.T * A), T.SquaredNorm(A_)),
    (Trace(X * X.T), T.SquaredNorm(X_)),
    (Trace((A * x - y).T * (A * x - y)), T.SquaredNorm(A_ * x_ - y_)),
    (Trace(OneMatrix(m, n) * X), T.entries_sum(X_)),
    (sqrt(Trace(X.T * X)), T.norm(X_)),
    (Determinant(A), T.Determinant(A_)),
    (log(Determinant(A)), T.LogDeterminant(A_)),
    (log(Abs(Determinant(A))), T.LogDeterminant(A_)),
    (log(2 * Determinant(A)), el("log", 2 * T.Determinant(A_))),
    (DotProduct(x, y), T.Inner(x_, y_)),
    # 1 x 1 matrices
    (x.T * A * x, x_.T * A_ * x_),
    ((x.T * A * y)[0, 0], T.Trace(x_.T * A_ * y_)),
    (Trace(x.T * A * y), T.Trace(x_.T * A_ * y_)),
    (exp(x.T * A * y), el("exp", T.Trace(x_.T * A_ * y_))),
    (sqrt(x.T * x), T.Vec(T.norm(x_))),
    (v[0, 0], T.Trace(v_)),
    # entries and sums over them
    (X[0, 1], T.entry(X_, Index.of(1), Index.of(2))),
    (X[i, j], T.entry(X_, index("i") + 1, index("j") + 1)),
    (Sum(X[i, j], rows, columns), T.entries_sum(X_)),
    (Sum(X[i, j] ** 2, rows, columns), T.SquaredNorm(X_)),
    (Sum(X[i, j] ** 2, columns, rows), T.SquaredNorm(X_)),
    (Sum(Sum(X[i, j] ** 2, rows), columns), T.SquaredNorm(X_)),
    (Sum(X[j, i], (j, 0, n - 1), (i, 0, m - 1)), T.entries_sum(X_)),
    (Sum((X[i, j] - Y[i, j]) ** 2, rows, columns), T.SquaredNorm(X_ - Y_)),
    (Sum(X[i, j] * Y[i, j], rows, columns), T.Inner(X_, Y_)),
    (Sum(3 * X[i, j] + 1, rows, columns), 3 * T.entries_sum(X_) + T.product(T.DimScalar(N), T.DimScalar(M))),
    (Sum(A[i, i], rows), T.Trace(A_)),
    (Sum(A[i, j] * C[j, i], rows, square), T.Trace(A_ * C_)),
    (Sum(x[i, 0] * y[j, 0], rows, square), T.entries_sum(x_) * T.entries_sum(y_)),
    (Sum(X[i, j] * w[j, 0], rows, columns), T.entries_sum(X_ * w_)),
    (Sum(A[i, i] ** 2, rows), T.SquaredNorm(T.Diagonal(A_))),
    (Sum(exp(X[i, j]) * x[i, 0], rows, columns), T.entries_sum(T.hadamard(x_ * ones(M).T, el("exp", X_)))),
    (Sum(exp(X[i, j]) * w[j, 0], rows, columns), T.entries_sum(T.hadamard(ones(N) * w_.T, el("exp", X_)))),
    (Sum(cos(X[i, 2]), rows), T.entries_sum(el("cos", X_ * T.UnitVector(M, Index.of(3))))),
    (Sum((X * w)[i, 0] ** 2, rows), T.SquaredNorm(X_ * w_)),
    (
        Sum(log(1 + exp(-y[i, 0] * (X * w)[i, 0])), rows),
        T.entries_sum(el("softplus", -T.hadamard(X_ * w_, y_))),
    ),
    (
        Sum(log(Sum(exp(X[i, j]), columns)), rows),
        T.entries_sum(el("log", el("exp", X_) * ones(M))),
    ),
    (log(Sum(exp(x[i, 0]), rows)), el("log", T.entries_sum(el("exp", x_)))),
    (Sum(t[i] ** 2, (i, 1, k)), T.BoundedSum.over("i", 1, "k", T.family("t")[index("i")] ** 2)),
    (
        Sum(Trace(A**i * own.UnitVector(n, i) * x.T), (i, 1, k)),
        T.BoundedSum.over("i", 1, "k", T.Trace(T.MatrixPower(A_, index("i")) * T.UnitVector(N, index("i") + 1) * x_.T)),
    ),
    # a bound variable is a name of its own
    (a * Sum(X[a, j], (a, 0, n - 1), columns), a_ * T.entries_sum(X_)),
    (a * Sum(t[a], (a, 1, k)), a_ * T.BoundedSum.over("i", 1, "k", T.family("t")[index("i")])),
    (
        i * Sum(t[i], (i, 1, k)) * t[i],
        T.IndexScalar(index("i"))
        * T.BoundedSum.over("j", 1, "k", T.family("t")[index("j")])
        * T.family("t")[index("i")],
    ),
    (Product(t[i], (i, 1, k)), T.BoundedProduct.over("i", 1, "k", T.family("t")[index("i")])),
    (
        Sum(t[i] * t[j], (i, 1, j), (j, 1, k)),
        T.BoundedSum.over(
            "j", 1, "k", T.BoundedSum.over("i", 1, "j", T.family("t")[index("i")] * T.family("t")[index("j")])
        ),
    ),
    (
        Sum(x[i, 0], (i, 0, 2)),
        T.BoundedSum.over("i", 0, 2, T.entry(x_, index("i") + 1, Index.of(1))),
    ),
]


@pytest.mark.parametrize(("expression", "expected"), EXAMPLES, ids=lambda value: str(value))
def test_example(expression, expected):
    found = from_sympy(expression)
    assert found is expected or same_by_order(found, expected), f"{found!r}, not {expected!r}"


def same_by_order(found, expected):
    """SymPy sorts factors and terms of scalars; the order of those is not what the table pins."""
    return unordered(found) == unordered(expected)


def unordered(term):
    commutes = isinstance(term, (T.Sum, T.Hadamard)) or (isinstance(term, T.Product) and term.is_scalar)
    args = [unordered(x) if isinstance(x, T.Term) else repr(x) for x in term.args]
    return (type(term).__name__, tuple(sorted(args, key=repr) if commutes else args))


def test_the_comparison_of_examples_tells_terms_apart():
    assert not same_by_order(A_ * C_, C_ * A_)
    assert not same_by_order(a_ - b_, b_ - a_)
    assert not same_by_order(T.Scale(a_, A_), T.Scale(a_, C_))
    assert same_by_order(a_ * b_, b_ * a_)


# --- round trips -----------------------------------------------------------------------------------------------------

ROUND = [
    X_ * w_ - y_,
    a_ * (A_ * X_),
    T.Kronecker(A_, X_) * T.Vec(w_ * x_.T),
    T.Inverse(A_) * x_,
    T.hadamard(X_, el("reciprocal", Y_)),
    T.HadamardPower(X_, Index.of(3)),
    T.MatrixPower(A_, index("k")),
    T.DiagonalMatrix(x_) * T.DiagonalMatrix(T.Diagonal(A_)),
    T.DiagonalSelection(N) * T.Vec(A_),
    T.Unvec(N, M, T.Vec(X_)),
    T.Commutation(N, M),
    T.UnitVector(N, Index.of(2)),
    T.entry(A_ * C_, index("i"), Index.of(3)),
    T.block([[A_, X_], [X_.T, T.Zero(M, M)]]),
    T.Vec(a_),
    T.norm(X_),
    T.entries_sum(X_),
    T.SquaredNorm(X_ * w_ - y_),
    T.Determinant(A_) ** 2,
    T.LogDeterminant(A_),
    T.Trace(x_.T * A_ * y_),
    T.Reciprocal(T.Trace(A_)),
    T.BoundedSum.over("i", 1, "k", T.family("t")[index("i")]),
    el("leaky_relu", X_, a_),
    el("pow", a_, b_),
    el("pow", X_, T.number(3, 2)),
    el("sigma", X_ * w_),
    el("sigma''", X_),
    el("phi'", T.Trace(A_)),
    *(el(name, X_) for name in ("sin", "tan", "exp", "arctan", "arccos", "sigmoid", "softplus", "relu", "step", "abs")),
    *(el(name, X_) for name in ("sign", "sqrt", "log", "reciprocal", "cosh", "tanh")),
    *(el(name, T.Trace(A_)) for name in ("sigmoid", "softplus", "relu", "log", "sqrt", "sign", "arcsin")),
]


@pytest.mark.parametrize("term", ROUND, ids=repr)
def test_round_trip(term):
    assert same_by_order(from_sympy(to_sympy(term)), term)


# --- refusals --------------------------------------------------------------------------------------------------------

REFUSED = [
    (sympy.pi * X, "cannot read Pi pi: numbers are rational\n  try: a letter in its place"),
    (sympy.I * a, "ImaginaryUnit"),
    (sympy.oo * Trace(A), "Infinity"),
    (sympy.erf(a), "cannot read erf"),
    (exp(A), "a matrix stands where a scalar is needed"),
    (A ** Rational(1, 2), "integer powers"),
    (A**n, "cannot be an index"),
    (X[n - 1, 0], "cannot be an index"),
    (A[:2, :2], "MatrixSlice"),
    (sympy.FunctionMatrix(2, 2, Lambda((i, j), i + j)), "FunctionMatrix"),
    (X.T.diff(X), "cannot read"),
    (Max(a, b), "maximum or minimum of 0"),
    (Piecewise((a, a > 1), (-a, True)), "only x for x > 0"),
    (Piecewise((a, a > 0), (a**2, True)), "only x for x > 0"),
    (Function("g")(a, b), "one argument"),
    (Function("leaky_relu")(a), "no other function's"),
    (sympy.Derivative(sin(a), a), "only derivatives of an undefined function"),
    (sympy.Eq(a, b), "Equality"),
    (sympy.true, "BooleanTrue"),
    (sympy.factorial(a), "factorial"),
    (own.DuplicationMatrix(n), "DuplicationMatrix"),
    (X.applyfunc(lambda e: Trace(e * A)), "depends on the entry"),
    (X.applyfunc(Lambda(i, x[i, 0])), "cannot be an index"),
    (X.applyfunc(lambda e: e**e), "depends on the entry"),
    (X.applyfunc(lambda e: Sum(e * t[i], (i, 1, 3))), "a sum of functions of an entry"),
    (X.applyfunc(lambda e: a**e), "not known to be positive"),
    (Sum(X[i, j], (i, 0, n - 2), columns), "cannot be an index"),
    (Sum(X[i, i], rows), "cannot be an index"),
    (Sum(x[i + 1, 0], (i, 0, n - 2)), "cannot be an index"),
    (Sum(exp(A[i, j] + A[j, k] + A[k, i]), rows, square, (k, 0, n - 1)), "three or more indices"),
    (Sum(exp(Sum(x[k, 0], (k, 0, 1)) * y[i, 0]) * sin(Sum(A[i, k], (k, 0, 1))), rows), "some rows or columns only"),
    (Sum(exp(Sum(sin(A[i, k] + C[k, j]), (k, 0, n - 1))), rows, square), "no product of matrices"),
    (Sum(t[i], (i, 3, 1)), "negative length"),
    (t[i * j], "integer-affine"),
    (sympy.IndexedBase("u")[i, j], "one index"),
    (HadamardPower(2, X), "the base is a matrix"),
]

MISUSED = [
    ("x + 1", "not a SymPy expression"),
    (3, "not a SymPy expression"),
    (None, "not a SymPy expression"),
    (sympy.Float("1e-300", 200) * a, "not a number that can be read exactly"),
    (to_sympy(T.family("W", "d", "d")[index("l")]), "no name that symland can write"),
    (MatrixSymbol("A b", 2, 2), "no name that symland can write"),
    (Symbol(r"\alpha"), "no name that symland can write"),
    (MatrixSymbol("X", Symbol("n_{1}"), 2), "no name that symland can write"),
    (Symbol("a") + Symbol("a", positive=True), "two different symbols have the name a"),
    (Symbol("x") * Trace(x * x.T), "two different symbols have the name x"),
    (Trace(MatrixSymbol("B", 2, 2)) + Trace(MatrixSymbol("B", 3, 3)), "two different symbols have the name B"),
    (sympy.Dummy("a") + a, "two different symbols have the name a"),
    (Symbol("u", imaginary=True), "is not real"),
    (Symbol("u", commutative=False), "does not commute"),
]


@pytest.mark.parametrize(("expression", "why"), REFUSED, ids=lambda value: str(value))
def test_refused(expression, why):
    with pytest.raises(NoRule, match=why):
        from_sympy(expression)


@pytest.mark.parametrize(("expression", "why"), MISUSED, ids=lambda value: str(value))
def test_misused(expression, why):
    with pytest.raises(UsageError, match=why):
        from_sympy(expression)


def test_shapes_that_sympy_does_not_check():
    with pytest.raises(ShapeError):
        from_sympy(sympy.MatMul(x.T, x) * A)
    with pytest.raises(ShapeError, match="square"):
        from_sympy(DiagonalOf(X))


def test_deep_expressions_are_refused_or_read():
    deep = a
    for _ in range(3000):
        deep = sin(deep, evaluate=False)
    with pytest.raises(UsageError, match="nested too deeply"):
        from_sympy(deep)


def test_a_matrix_of_entries_is_too_large():
    with pytest.raises(NoRule, match="between 1 and"):
        from_sympy(sympy.zeros(101, 100))


def test_a_class_without_a_rule_is_refused():
    class Mystery(sympy.MatrixExpr):
        shape = (n, n)

    class Riddle(sympy.Expr):
        pass

    for expression, rule in ((Mystery(n), matrix_rule), (Riddle(), scalar_rule)):
        with pytest.raises(NoRule, match=f"cannot read {type(expression).__name__}"):
            rule(expression, Reader.__new__(Reader))
        with pytest.raises(NoRule, match=f"cannot read {type(expression).__name__}"):
            from_sympy(expression)
