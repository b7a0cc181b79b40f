"""Random shape-correct scalar losses over all terms.

`Losses` builds one from a function that picks among options: the `random.choice` of a seeded generator, or a draw of
hypothesis, which then shrinks towards the first option of each choice. So the first options are the simplest.
"""

from hypothesis import strategies as st

from symland.language import terms as T
from symland.language.functions import COSINE, FUNCTIONS, INSIDE, POSITIVE
from symland.language.index import Dim, Index

SIZES = {"n": 2, "m": 3}
SIDES = ("n", "m", 1)
GENERIC = ("sigma", "rho")
FUNCTION_NAMES = (*sorted(FUNCTIONS), *GENERIC)
EXPONENTS = (T.number(1, 2), T.number(-3, 2), T.number(3), T.scalar("c"))
FAMILY = T.family("W", "n", "n")
TWO = Index.of(2)
UNARY = ("transpose", "negative", "scaled", "function", "function", "hadamard_power", "quotient", "unvec", "ones_times")
BINARY = ("sum", "difference", "product", "product", "product", "hadamard", "hadamard", "matrix_sum")
SQUARE = ("inverse", "inverse", "matrix_power", "chain", "ordered_product", "symmetric")
SCALAR_KINDS = (
    "norm2", "trace", "inner", "norm", "entries_sum", "letter", "number", "entry", "sum_of_scalars",
    "difference_of_scalars", "product_of_scalars", "quotient_of_scalars", "power", "determinant", "log_determinant",
    "function_of_scalar", "function_of_scalar", "kronecker", "kronecker_trace", "kronecker_vec", "commutation",
    "selection", "block", "block_inverse", "quadratic", "scalar_sum", "scalar_product", "scalar_vec", "entry_of_letter",
)  # fmt: skip
DENSE = (
    "norm2", "trace", "inner", "norm", "entries_sum", "entry", "determinant", "log_determinant", "kronecker",
    "kronecker_trace", "kronecker_vec", "commutation", "selection", "block", "block_inverse", "quadratic", "scalar_sum",
    "scalar_product", "scalar_vec", "product_of_scalars", "quotient_of_scalars", "power", "function_of_scalar",
    "sum_of_scalars", "difference_of_scalars",
)  # fmt: skip


def letters(rows, columns):
    """The letters of a shape."""
    return [T.matrix(f"{name}{rows}{columns}", rows, columns) for name in "AB"]


class Losses:
    """Terms built from choices. `pick` returns one of a sequence of options."""

    def __init__(self, pick):
        self.pick = pick

    def loss(self, depth):
        """A scalar that has a matrix in it, unless depth is 0."""
        return self._scalar(DENSE, depth)

    def scalar(self, depth):
        return self._scalar(SCALAR_KINDS if depth > 0 else ("letter", "entry_of_letter", "number"), depth)

    def _scalar(self, kinds, depth):
        return getattr(self, self.pick(kinds))(depth - 1)

    def matrix(self, rows, columns, depth):
        """A matrix term of this shape."""
        if depth <= 0 or self.pick(range(8)) == 0:
            return self.pick(letters(rows, columns))
        kinds = UNARY + BINARY
        if rows == columns:
            kinds += SQUARE
            kinds += () if rows == 1 else ("diagonal_matrix", "identity_plus")
        else:
            kinds += ("outer", "kronecker_factors") if 1 in (rows, columns) else ("outer",)
        if columns == 1 and rows != 1:
            kinds += ("diagonal", "diagonal", "unit")
        return getattr(self, self.pick(kinds))(rows, columns, depth - 1)

    def side(self):
        return self.pick(SIDES)

    # -- matrices ------------------------------------------------------------------------------------------------
    def transpose(self, rows, columns, depth):
        return self.matrix(columns, rows, depth).T

    def negative(self, rows, columns, depth):
        return -self.matrix(rows, columns, depth)

    def scaled(self, rows, columns, depth):
        return self.scalar(depth) * self.matrix(rows, columns, depth)

    def function(self, rows, columns, depth):
        return self._function(self.matrix(rows, columns, depth))

    def _function(self, argument):
        """A function of a scalar or a matrix, which is often moved into the domain of the function."""
        name = self.pick(FUNCTION_NAMES)
        if self.pick((True, False, True)):
            argument = self._inside(name, argument)
        if name == "reciprocal" and argument.is_scalar:
            return T.Reciprocal(argument)
        parameters = {"pow": EXPONENTS, "leaky_relu": (T.number(1, 4), T.scalar("c"))}
        return T.Elementwise(name, argument, *([self.pick(parameters[name])] if name in parameters else []))

    def _inside(self, name, argument):
        domain = FUNCTIONS[name].domain if name in FUNCTIONS else ""
        one = T.number(1) if argument.is_scalar else T.Ones(*argument.shape)
        square = argument**2 if argument.is_scalar else T.HadamardPower(argument, TWO)
        if domain == POSITIVE:
            return self.pick((square + one, T.Elementwise("exp", argument)))
        if domain in (INSIDE, COSINE):
            return T.number(1, 2) * T.Elementwise("tanh", argument)
        return square + one if name == "reciprocal" else argument

    def hadamard_power(self, rows, columns, depth):
        return T.HadamardPower(self.matrix(rows, columns, depth), Index.of(self.pick((2, 3, 1))))

    def quotient(self, rows, columns, depth):
        divisor = self._inside("reciprocal", self.matrix(rows, columns, depth))
        return T.hadamard(self.matrix(rows, columns, depth), T.Elementwise("reciprocal", divisor))

    def unvec(self, rows, columns, depth):
        return T.Unvec(Dim.of(rows), Dim.of(columns), T.Vec(self.matrix(rows, columns, depth)))

    def ones_times(self, rows, columns, depth):
        return T.product(T.Ones(Dim.of(rows), Dim.of(1)), self.matrix(1, columns, depth))

    def sum(self, rows, columns, depth):
        return self.matrix(rows, columns, depth) + self.matrix(rows, columns, depth)

    def difference(self, rows, columns, depth):
        return self.matrix(rows, columns, depth) - self.matrix(rows, columns, depth)

    def product(self, rows, columns, depth):
        inner = self.side()
        return T.product(self.matrix(rows, inner, depth), self.matrix(inner, columns, depth))

    def hadamard(self, rows, columns, depth):
        return T.hadamard(self.matrix(rows, columns, depth), self.matrix(rows, columns, depth))

    def matrix_sum(self, rows, columns, depth):
        """A sum over i of i-th columns times i-th rows."""
        i, n = Index.var("i"), Dim.of("n")
        left, right = self.matrix(rows, "n", depth), self.matrix("n", columns, depth)
        body = T.product(left, T.UnitVector(n, i), T.UnitVector(n, i).T, right)
        return T.BoundedSum.over("i", 1, 2, body)

    def inverse(self, rows, columns, depth):
        return T.Inverse(self.matrix(rows, columns, depth))

    def matrix_power(self, rows, columns, depth):
        return T.MatrixPower(self.matrix(rows, columns, depth), Index.of(self.pick((2, 3))))

    def chain(self, rows, columns, depth):
        """A product of members of the family of n x n matrices, or for another shape a symmetric product."""
        if rows != "n":
            return self.symmetric(rows, columns, depth)
        return T.product(T.Chain(FAMILY, TWO, Index.of(1)), self.matrix(rows, columns, depth))

    def ordered_product(self, rows, columns, depth):
        """(W[2] + I) (W[1] + I) a, or for another shape a symmetric product."""
        if rows != "n":
            return self.symmetric(rows, columns, depth)
        factor = FAMILY[Index.var("i")] + T.Identity(Dim.of("n"))
        return T.product(T.OrderedProduct.over("i", 1, 2, factor), self.matrix(rows, columns, depth))

    def symmetric(self, rows, columns, depth):
        a = self.matrix(rows, self.side(), depth)
        return T.product(a, a.T)

    def diagonal_matrix(self, rows, columns, depth):
        return T.DiagonalMatrix(self.matrix(rows, 1, depth))

    def identity_plus(self, rows, columns, depth):
        return T.Identity(Dim.of(rows)) + self.matrix(rows, columns, depth)

    def outer(self, rows, columns, depth):
        return T.product(self.matrix(rows, 1, depth), self.matrix(1, columns, depth))

    def kronecker_factors(self, rows, columns, depth):
        return T.Kronecker(self.matrix(1, 1, depth), self.matrix(rows, columns, depth))

    def diagonal(self, rows, columns, depth):
        return T.Diagonal(self.matrix(rows, rows, depth))

    def unit(self, rows, columns, depth):
        return T.product(self.matrix(rows, "n", depth), T.UnitVector(Dim.of("n"), Index.of(self.pick((1, 2)))))

    # -- scalars -------------------------------------------------------------------------------------------------
    def letter(self, depth):
        return T.scalar(self.pick("ce"))

    def number(self, depth):
        number = T.number(self.pick((1, 2, 3, -1, -2)), self.pick((1, 2, 3)))
        return self.pick((number, number, number, T.DimScalar(Dim.of("m"))))

    def entry_of_letter(self, depth):
        return T.entry(self.pick(letters("n", "m")), Index.of(self.pick((1, 2))), Index.of(self.pick((1, 2, 3))))

    def norm2(self, depth):
        return T.SquaredNorm(self.matrix(self.side(), self.side(), depth))

    def norm(self, depth):
        return T.norm(self.matrix(self.side(), self.side(), depth))

    def trace(self, depth):
        rows = self.side()
        return T.Trace(self.matrix(rows, rows, depth))

    def inner(self, depth):
        rows, columns = self.side(), self.side()
        return T.Inner(self.matrix(rows, columns, depth), self.matrix(rows, columns, depth))

    def entries_sum(self, depth):
        return T.entries_sum(self.matrix(self.side(), self.side(), depth))

    def entry(self, depth):
        return T.entry(self.matrix("n", "m", depth), Index.of(self.pick((1, 2))), Index.of(self.pick((1, 2, 3))))

    def quadratic(self, depth):
        x = self.matrix("n", 1, depth)
        return T.Trace(T.product(x.T, self.matrix("n", "n", depth), x))

    def sum_of_scalars(self, depth):
        return self.loss(depth) + self.scalar(depth) if depth > 0 else self.entry_of_letter(0)

    def difference_of_scalars(self, depth):
        return self.scalar(depth) - self.loss(depth) if depth > 0 else self.entry_of_letter(0)

    def product_of_scalars(self, depth):
        return self.loss(depth) * self.scalar(depth) if depth > 0 else self.entry_of_letter(0) * self.scalar(0)

    def quotient_of_scalars(self, depth):
        return self.scalar(depth) / self._inside("reciprocal", self.trace(depth))

    def power(self, depth):
        return self.trace(depth) ** self.pick((2, 3, 1))

    def determinant(self, depth):
        rows = self.side()
        return T.Determinant(self.matrix(rows, rows, depth))

    def log_determinant(self, depth):
        rows = self.side()
        return T.LogDeterminant(self.matrix(rows, rows, depth))

    def function_of_scalar(self, depth):
        return self._function(self.loss(depth) if depth > 0 else self.entry_of_letter(0))

    def kronecker(self, depth):
        return T.SquaredNorm(T.Kronecker(self.matrix("n", self.side(), depth), self.matrix("m", 1, depth)))

    def kronecker_trace(self, depth):
        return T.Trace(T.Kronecker(self.matrix("n", "n", depth), self.matrix("m", "m", depth)))

    def kronecker_vec(self, depth):
        """<vec(c), (b^T (x) a) vec(x)>."""
        a, x, b = self.matrix("m", "n", depth), self.matrix("n", "m", depth), self.matrix("m", "n", depth)
        image = T.product(T.Kronecker(b.T, a), T.Vec(x))
        return T.Inner(T.Vec(self.matrix("m", "n", depth)), image)

    def commutation(self, depth):
        a, b = self.matrix("n", "m", depth), self.matrix("m", "n", depth)
        return T.Inner(T.product(T.Commutation(Dim.of("n"), Dim.of("m")), T.Vec(a)), T.Vec(b))

    def selection(self, depth):
        a, v = self.matrix("m", "m", depth), self.matrix("m", 1, depth)
        return T.Inner(T.product(T.DiagonalSelection(Dim.of("m")), T.Vec(a)), v)

    def block(self, depth):
        """|[a, b; c, d]|^2 with zeros for one of them."""
        top = [self.matrix("n", "n", depth), self.matrix("n", 1, depth)]
        zero = T.Zero(Dim.of("m"), Dim.of("n"))
        return T.SquaredNorm(T.block([top, [zero, self.matrix("m", 1, depth)]]) * self._column(depth))

    def _column(self, depth):
        return T.block([[self.matrix("n", 1, depth)], [self.matrix(1, 1, depth)]])

    def block_inverse(self, depth):
        """The log-determinant, or the trace of the inverse, of a block matrix."""
        b = self.matrix("n", 1, depth)
        square = T.block([[self.matrix("n", "n", depth), b], [b.T, self.matrix(1, 1, depth)]])
        return self.pick((T.LogDeterminant, lambda a: T.Trace(T.Inverse(a)), T.Determinant))(square)

    def scalar_sum(self, depth):
        i = Index.var("i")
        return T.BoundedSum.over("i", 1, 2, T.IndexScalar(i) * T.entry(self.matrix("n", "n", depth), i, i) ** 2)

    def scalar_product(self, depth):
        """tr(W[1]) tr(W[2]), or with functions of the members."""
        member = FAMILY[Index.var("i")]
        factor = self.pick((member, T.Elementwise("exp", member), T.HadamardPower(member, TWO)))
        return T.BoundedProduct.over("i", 1, 2, T.Trace(factor))

    def scalar_vec(self, depth):
        return T.Trace(T.product(T.Vec(self.scalar(depth)), self.matrix(1, 1, depth)))


@st.composite
def losses(draw, depth):
    """A random loss."""
    return Losses(lambda options: draw(st.sampled_from(options))).loss(depth)
