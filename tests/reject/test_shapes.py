"""Terms and statements that do not fit together cannot be built: each is a ShapeError, or a UsageError for a value of
the wrong kind. The kernel relies on that: a statement it compares has a meaning."""

from fractions import Fraction

import pytest

from symland.errors import ShapeError, UsageError
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import Binder, Family, Lambda, Substitution
from tests.reject.letters import ONE, ZERO, A, F, H, L, W, X, a, b, c, d, k, l, p, q, t
from tests.reject.letters import S as DIRECTION

TRUE = S.Eq(ONE, ONE)
FLAT = Family("flat", (Dim.of("d"), Dim.of("m")))
GROWING = Family("growing", (Dim.member("n", Index.var("_")), Dim.of("d")))
ILL_SHAPED = {
    "sum of different shapes": lambda: T.Sum(W, X),
    "sum of a scalar and a matrix": lambda: T.Sum(a, A),
    "sum of statements": lambda: T.Sum(TRUE, TRUE),
    "sum of one": lambda: T.Sum(a),
    "sum of none": lambda: T.Sum(),
    "sum in a sum": lambda: T.Sum(a, T.Sum(a, b)),
    "product of the wrong sides": lambda: T.Product(X, W),
    "product of a scalar and a matrix": lambda: T.Product(a, A),
    "product of a matrix and a scalar": lambda: T.Product(A, a),
    "product of statements": lambda: T.Product(A, TRUE),
    "product of one": lambda: T.Product(A),
    "product of none": lambda: T.Product(),
    "product in a product": lambda: T.Product(A, T.Product(A, A)),
    "multiple by a matrix": lambda: T.Scale(A, A),
    "multiple of a scalar": lambda: T.Scale(a, b),
    "multiple of a statement": lambda: T.Scale(a, TRUE),
    "bounded sum of growing matrices": lambda: T.BoundedSum.over("i", 1, L, GROWING[Index.var("i")]),
    "bounded sum of statements": lambda: T.BoundedSum.over("i", 1, L, TRUE),
    "bounded product of matrices": lambda: T.BoundedProduct.over("i", 1, L, A),
    "bounded product of statements": lambda: T.BoundedProduct.over("i", 1, L, TRUE),
    "power of a matrix": lambda: T.Power(A, Index.of(2)),
    "negative power": lambda: T.Power(a, Index.of(-1)),
    "reciprocal of a matrix": lambda: T.Reciprocal(A),
    "transpose of a scalar": lambda: T.Transpose(a),
    "transpose of a statement": lambda: T.Transpose(TRUE),
    "inverse of a rectangular matrix": lambda: T.Inverse(W),
    "inverse of a scalar": lambda: T.Inverse(a),
    "pseudoinverse of a scalar": lambda: T.Pseudoinverse(a),
    "trace of a rectangular matrix": lambda: T.Trace(W),
    "norm of a scalar": lambda: T.SquaredNorm(a),
    "vec of a statement": lambda: T.Vec(TRUE),
    "entrywise product of different shapes": lambda: T.Hadamard(W, X),
    "entrywise product of scalars": lambda: T.Hadamard(a, b),
    "entrywise product in an entrywise product": lambda: T.Hadamard(A, T.Hadamard(A, A)),
    "entrywise product of one": lambda: T.Hadamard(A),
    "entrywise power of a scalar": lambda: T.HadamardPower(a, Index.of(2)),
    "negative entrywise power": lambda: T.HadamardPower(A, Index.of(-1)),
    "power of a matrix that is not square": lambda: T.MatrixPower(X, Index.of(2)),
    "negative power of a matrix": lambda: T.MatrixPower(A, Index.of(-1)),
    "function of a statement": lambda: T.Elementwise("sin", TRUE),
    "function with a matrix parameter": lambda: T.Elementwise("pow", A, A),
    "derivative of a known function by name": lambda: T.Elementwise("sin'", A),
    "diagonal of a matrix that is not square": lambda: T.Diagonal(X),
    "diagonal matrix of a matrix": lambda: T.DiagonalMatrix(A),
    "unvec of another length": lambda: T.Unvec(Dim.of("d"), Dim.of("m"), T.Vec(A)),
    "unit vector number zero": lambda: T.UnitVector(Dim.of("d"), Index.of(0)),
    "unit vector beyond the last": lambda: T.UnitVector(Dim.of(2), Index.of(3)),
    "determinant of a matrix that is not square": lambda: T.Determinant(X),
    "log-determinant of a scalar": lambda: T.LogDeterminant(a),
    "positive scalar as a matrix": lambda: S.Positive(a),
    "nonzero statement": lambda: S.Nonzero(TRUE),
    "Jacobian transposed": lambda: S.Jac(X, A, T.Kronecker(X, A)),
    "Jacobian with respect to a product": lambda: S.Jac(A, A * A, T.Kronecker(A, A)),
    "inner product of different shapes": lambda: T.Inner(W, W.T),
    "inner product of scalars": lambda: T.Inner(a, b),
    "Kronecker product with a scalar": lambda: T.Kronecker(a, A),
    "Kronecker product with a scalar on the right": lambda: T.Kronecker(A, a),
    "chain of letters that do not follow each other": lambda: T.Chain(FLAT, L, Index.of(1)),
    "chain of scalars": lambda: T.Chain(t, L, Index.of(1)),
    "chain of negative length": lambda: T.Chain(F, l, l + 2),
    "block rows of different heights": lambda: T.Block(2, W, A),
    "block columns of different widths": lambda: T.Block(1, W, A),
    "block of scalars": lambda: T.Block(1, a),
    "block of a scalar beside a matrix": lambda: T.Block(2, A, a),
    "derivative with respect to a product": lambda: T.D(a, W * X, W * X),
    "derivative with respect to a number": lambda: T.D(a, ONE, ONE),
    "derivative in a direction of another shape": lambda: T.D(a, W, X),
    "derivative in the direction of a statement": lambda: T.D(a, W, TRUE),
    "derivative of a statement": lambda: T.D(TRUE, W, W),
    "equation between different shapes": lambda: S.Eq(W, X),
    "equation between statements": lambda: S.Eq(TRUE, TRUE),
    "inequality between matrices": lambda: S.Le(A, A),
    "strict inequality between matrices": lambda: S.Lt(A, A),
    "inequality with a matrix": lambda: S.Le(ZERO, A),
    "bound of matrices with different columns": lambda: S.LB(W, X, c),
    "bound of a scalar": lambda: S.LB(a, A, c),
    "bound against a scalar": lambda: S.LB(A, a, c),
    "bound by a matrix": lambda: S.LB(A, A, A),
    "upper bound of a scalar": lambda: S.UB(a, c),
    "upper bound by a matrix": lambda: S.UB(A, A),
    "psd rectangle": lambda: S.Psd(W),
    "psd scalar": lambda: S.Psd(a),
    "invertible rectangle": lambda: S.Invertible(W),
    "invertible scalar": lambda: S.Invertible(a),
    "entries of a scalar": lambda: S.Entries(a, b, c),
    "entries between matrices": lambda: S.Entries(A, A, A),
    "rank of a scalar": lambda: S.Rank(a, b),
    "rank that is a matrix": lambda: S.Rank(A, A),
    "gradient of a matrix": lambda: S.Grad(A, A, A),
    "gradient with respect to a product": lambda: S.Grad(a, W * X, W * X),
    "gradient of another shape": lambda: S.Grad(a, W, W.T),
    "Hessian of a matrix": lambda: S.Hess(A, W, W, T.Zero(p * q, p * q)),
    "Hessian with respect to a product": lambda: S.Hess(a, W * X, W, T.Zero(p * q, p * q)),
    "Hessian with respect to a scalar": lambda: S.Hess(a, c, W, T.Zero(p * q, p * q)),
    "Hessian of the wrong size": lambda: S.Hess(a, W, A, T.Zero(p * q, p * q)),
    "Hessian that is a scalar": lambda: S.Hess(a, W, W, b),
    "all of a term": lambda: S.ForAll.over("k", 1, L, a),
}  # fmt: skip


@pytest.mark.parametrize("name", ILL_SHAPED)
def test_ill_shaped(name):
    with pytest.raises(ShapeError):
        ILL_SHAPED[name]()


WRONG_KIND = {
    "function without its parameter": lambda: T.Elementwise("pow", A),
    "function with too many arguments": lambda: T.Elementwise("sin", A, a),
    "generic function with a parameter": lambda: T.Elementwise("sigma", A, a),
    "reciprocal of a scalar as a function": lambda: T.Elementwise("reciprocal", a),
    "a node of plain values": lambda: T.Transpose("A"),
    "a node with too many arguments": lambda: T.Transpose(A, A),
    "a number that is a float": lambda: T.Number(0.123),
    "a number that is a string": lambda: T.Number("1/2"),
    "a number that is true": lambda: T.as_term(True),
    "a float as a term": lambda: T.as_term(0.3),
    "an index that is a string": lambda: T.IndexScalar("l"),
    "an index that is a float": lambda: Index.of(0.5),
    "an index that is true": lambda: Index.of(True),
    "an index without a name": lambda: Index.of("2l"),
    "a dimension that is zero": lambda: Dim.of(0),
    "a dimension that is negative": lambda: Dim.of(-1),
    "a dimension that is a float": lambda: Dim.of(2.0),
    "a dimension that is true": lambda: Dim.of(True),
    "a dimension without a name": lambda: Dim.of("#0"),
    "a name with a blank": lambda: T.matrix("A B", 2, 2),
    "a name of a bound variable": lambda: T.Symbol("#0", (), frozenset()),
    "facts that are a tuple": lambda: T.Symbol("A", (), ("symmetric",)),
    "a shape of one dimension": lambda: T.Symbol("A", (d,), frozenset()),
    "a shape of plain integers": lambda: T.Symbol("A", (2, 2), frozenset()),
    "a family of vectors": lambda: T.family("v", "d"),
    "a family with a shape of its own index": lambda: Family("v", (Dim.member("n", l), d)),
    "a family with a shape of one dimension": lambda: Family("v", (d,)),
    "a member of a name": lambda: T.Member("W", l),
    "a block of no columns": lambda: T.Block(0, A),
    "a block of half a row": lambda: T.Block(2, A, A, A),
    "a block that is empty": lambda: T.Block(1),
    "block rows of different lengths": lambda: T.block([[A], [A, A]]),
    "a bound variable in its own range": lambda: Binder.over.__func__(T.BoundedSum, "k", 1, k, t[k]),
    "a bound variable that is taken": lambda: T.BoundedSum.over("k", 1, L, t[k] * t[Index.var("#0")]),
    "a family of dimensions as a single one": lambda: Dim.member("n", l).substitute({"n": d}, {}),
    "a single dimension as a family": lambda: d.substitute({"d": ("_", d)}, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_KIND)
def test_wrong_kind(name):
    with pytest.raises(UsageError):
        WRONG_KIND[name]()


@pytest.mark.parametrize(
    ("node", "subst"),
    [
        (W * X, {"symbols": {"W": X}}),
        (a * b, {"symbols": {"a": A}}),
        (A, {"symbols": {"A": DIRECTION * T.matrix("B", d, "m")}}),
        (H, {"families": {"W": FLAT}}),
        (H, {"families": {"W": Lambda("j", A)}}),
        (t[l], {"families": {"t": Lambda("j", A)}}),
        (T.Chain(F, L, l), {"families": {"W": FLAT}}),
    ],
)
def test_replacements_of_another_shape(node, subst):
    with pytest.raises(ShapeError):
        Substitution(**subst).apply(node)


def test_a_chain_needs_letters():
    formula = Lambda("j", T.Member(F, Index.var("j")))
    with pytest.raises(Exception, match="needs a family of letters, not a formula"):
        Substitution(families={"W": formula}).apply(T.Chain(F, L, l))


def test_equal_nodes_are_one_object_and_different_ones_are_not():
    assert T.Number(Fraction(2, 4)) is T.Number(Fraction(1, 2))
    assert T.BoundedSum.over("i", 1, L, t["i"]) is T.BoundedSum.over("j", 1, L, t["j"])
    assert T.Sum(a, b) is not T.Sum(b, a)
    assert T.matrix("A", d, d) is not T.matrix("A", d, d, "symmetric")
    assert T.Symbol("n", (), frozenset()) is not T.DimScalar(Dim.of("n"))


def test_nodes_are_immutable():
    for name in ("args", "shape", "facts", "other"):
        with pytest.raises(AttributeError):
            setattr(A, name, ())
    with pytest.raises(AttributeError):
        del A.args
