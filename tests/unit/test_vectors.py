"""The test vectors of section 10 of the specification that are numbers at a point: loss, gradient, Hessian,
characteristic polynomial and eigenvalues, exactly, by symland's formulas and by jets of the loss.

The expected values are typed from the specification. `test_landscape_vectors` has the constants of the deep linear
network.
"""

from fractions import Fraction
from functools import cache

import pytest

import symland as sl
from symland.checks.explicit import check_hessian_block
from symland.checks.spectrum import spectrum
from symland.evaluate.derivatives import gradient_at
from symland.evaluate.derivatives import hessian_at as hessian_of_jets
from symland.evaluate.point import point
from symland.evaluate.rational import rational, rational_rows
from symland.evaluate.rings import Rationals
from symland.evaluate.terms import Evaluation
from symland.landscape.library import derivatives
from symland.language import terms as T
from symland.language.terms import Identity

RING = Rationals()
EYE, HALF = [[1, 0], [0, 1]], Fraction(1, 2)


@cache
def linear(layers):
    made = derivatives("linear", layers)
    return sl.network("linear", layers=layers), [g.result for g in made.gradients], made.hessian.result


@cache
def residual(layers):
    made = derivatives("residual", layers)
    return sl.network("residual", layers=layers), [g.result for g in made.gradients], made.hessian.result


def formulas(problem):
    """A problem with the formulas that symland derives for it."""
    made = sl.hessian(problem.loss, problem.letters)
    return problem, [sl.gradient(problem.loss, w).result for w in problem.letters], made.result


@cache
def hidden(activation):
    made = derivatives("hidden", activation=activation)
    return sl.network("hidden", activation=activation), [g.result for g in made.gradients], made.hessian.result


@cache
def with_quadratic_term():
    """CE6: s(z) = z + z^2 + z^3."""
    d, m = sl.dims("d m")
    w1, w2, x, y = sl.matrix("W1", d, d), sl.matrix("W2", d, d), sl.matrix("X", d, m), sl.matrix("Y", d, m)
    z = w1 * x
    s = z + T.HadamardPower(z, sl.Index.of(2)) + T.HadamardPower(z, sl.Index.of(3))
    return formulas(sl.Problem("CE6", sl.number(1, 2) * sl.norm2(w2 * s - y), (w1, w2), data=(x, y)))


@cache
def tied():
    """12.7: 1/2 |W^T W X - X|_F^2."""
    d, m = sl.dims("d m")
    w, x = sl.matrix("W", d, d), sl.matrix("X", d, m)
    return formulas(sl.Problem("tied", sl.number(1, 2) * sl.norm2(w.T * w * x - x), (w,), data=(x,)))


class At:
    """Loss, gradient and Hessian of a problem at a point, by the formulas; compared with jets of the loss."""

    def __init__(self, made, **letters):
        self.problem, gradients, hessian = made
        self.given = {name: [[v]] if isinstance(v, int) and name != "a" else v for name, v in letters.items()}
        values = {n: rational_rows(v) if isinstance(v, list) else rational(v) for n, v in self.given.items()}
        x = values["X"]
        named = dict(values)
        for family in ("W", "A"):  # the letters of the product networks are members of families
            members = {int(n[1:]): v for n, v in values.items() if n[0] == family and n[1:].isdigit()}
            if members and any(isinstance(w, T.Member) for w in self.problem.letters):
                named = {n: v for n, v in named.items() if n[0] != family} | {family: members}
        here = Evaluation(point({"d": x.nrows(), "m": x.ncols()}, named), RING)
        self.loss = here.value(self.problem.loss)
        self.gradient = [e for g in gradients for e in RING.entries(RING.vec(here.value(g)))]
        self.hessian = here.value(hessian)
        jets = [gradient_at(self.problem.loss, w, here) for w in self.problem.letters]
        assert self.gradient == [e for g in jets for e in RING.entries(RING.vec(g))]
        assert self.hessian == hessian_of_jets(self.problem.loss, self.problem.letters, here)
        self.spectrum = spectrum(self.hessian)

    @property
    def rows(self):
        return [[self.hessian[i, j] for j in range(self.hessian.ncols())] for i in range(self.hessian.nrows())]

    @property
    def square(self):
        return sum(e * e for e in self.gradient)

    @property
    def eigenvalues(self):
        return [v for v, times in self.spectrum.eigenvalues for _ in range(times)]

    @property
    def sharp(self):
        """lambda_sharp = 1/(2 lambda_+)."""
        return 1 / (2 * self.spectrum.smallest_positive)

    @property
    def characteristic(self):
        """The coefficients of the characteristic polynomial, from the highest."""
        return [int(c) for c in reversed(self.hessian.charpoly().coeffs())]

    def is_minimizer(self):
        """The point is a global minimizer, by `hessian_at`, which gives the same Hessian."""
        found = sl.hessian_at(self.problem, at=self.given)
        assert found.matrix == self.hessian and rational(found.loss) == self.loss and not any(self.gradient)
        return found.evidence.label is sl.Label.CERTIFIED

    def is_refused(self):
        with pytest.raises(sl.NotAMinimizer):
            sl.hessian_at(self.problem, at=self.given)
        return True


# -- deep linear ------------------------------------------------------------------------------------------------
def test_t1a():
    v = At(linear(2), W1=2, W2=3, X=1, Y=6)
    assert v.loss == 0 and v.rows == [[9, 6], [6, 4]] and v.eigenvalues == [13, 0]
    assert v.sharp == Fraction(1, 26) and v.is_minimizer()


def test_t1b():
    v = At(linear(2), W1=1, W2=2, X=1, Y=6)
    assert v.loss == 8 and v.gradient == [-8, -4] and v.square == 80 and v.rows == [[4, -2], [-2, 1]]
    assert v.loss / v.square == rational(Fraction(1, 10)) and v.is_refused()


def test_t2a():
    v = At(linear(3), W1=2, W2=2, W3=2, X=1, Y=8)
    assert v.rows == [[16] * 3] * 3 and v.eigenvalues == [48, 0, 0]
    assert v.sharp == Fraction(1, 96) and v.is_minimizer()


def test_t2b():
    v = At(linear(3), W1=1, W2=1, W3=1, X=1, Y=8)
    assert v.loss == rational(Fraction(49, 2)) and v.gradient == [-7] * 3
    assert v.rows == [[1 if i == j else -6 for j in range(3)] for i in range(3)] and v.eigenvalues == [7, 7, -11]
    assert v.loss / v.square == rational(Fraction(1, 6)) and v.is_refused()


X3, Y3 = [[1, 0, 0], [0, 1, 0]], [[2, 0, 1], [0, 3, -1]]


def test_t3a():
    v = At(linear(2), W1=EYE, W2=[[2, 0], [0, 3]], X=X3, Y=Y3)
    assert v.loss == 1 and v.eigenvalues == [10, 10, 5, 5, 0, 0, 0, 0] and v.sharp == Fraction(1, 10)
    assert v.is_minimizer()


def test_t3b():
    v = At(linear(2), W1=[[1, 1], [0, 1]], W2=[[1, 0], [2, 1]], X=X3, Y=Y3)
    assert v.loss == 4 and v.gradient == [3, 2, 1, 0, 0, 2, 1, 0] and v.square == 19
    assert v.rows == [
        [5, 2, 0, 0, 0, 4, 0, 0],
        [2, 1, 0, 0, 0, 1, -1, 2],
        [0, 0, 5, 2, 2, 2, 1, 2],
        [0, 0, 2, 1, 0, 1, 1, 1],
        [0, 0, 2, 0, 2, 0, 1, 0],
        [4, 1, 2, 1, 0, 2, 0, 1],
        [0, -1, 1, 1, 1, 0, 1, 0],
        [0, 2, 2, 1, 0, 1, 0, 1],
    ]
    expected = [1, -18, 83, 34, -569, 115, 952, -66, -292]
    assert v.characteristic == expected and v.is_refused()
    (factor,) = v.spectrum.characteristic  # irreducible: no eigenvalue is rational
    assert list(reversed(factor.coefficients)) == expected


def test_t5():
    w = [[2, 0], [0, 1]]
    v = At(linear(3), W1=w, W2=w, W3=w, X=EYE, Y=[[8, 0], [0, 1]])
    assert v.eigenvalues == [48, 21, 21, 3] + 8 * [0] and v.sharp == Fraction(1, 6) and v.is_minimizer()


def test_t6():
    w = [[2, 0], [0, 1]]
    v = At(linear(2), W1=w, W2=w, X=[[2, 0], [0, 1]], Y=[[8, 0], [0, 1]])
    assert v.eigenvalues == [32, 20, 5, 2] + 4 * [0] and v.is_minimizer()


def test_t10():
    v = At(linear(2), W1=[[0, 0], [0, 1]], W2=[[1, 0], [0, 0]], X=EYE, Y=[[0, 0], [0, 0]])
    assert v.eigenvalues == [2, 1, 1, 0, 0, 0, 0, 0] and v.sharp == HALF
    assert v.spectrum.inertia.zero == 5 and v.is_minimizer()


# -- residual -------------------------------------------------------------------------------------------------------
def test_t4():
    zero = [[0, 0], [0, 0]]
    v = At(residual(2), A1=zero, A2=zero, X=EYE, Y=[[2, 1], [0, 1]])
    assert v.loss == 1 and v.gradient == [-1, 0, -1, 0, -1, 0, -1, 0]
    assert v.spectrum.characteristic_text == "x^2*(x - 3)*(x - 2)^2*(x - 1)^2*(x + 1)"
    assert v.loss / v.square == rational(Fraction(1, 4)) and v.is_refused()


# -- one hidden layer -----------------------------------------------------------------------------------------------
def test_t7a():
    v = At(hidden("cubic"), W1=1, W2=3, X=1, Y=6)
    assert v.loss == 0 and v.rows == [[144, 24], [24, 4]] and v.eigenvalues == [148, 0]
    assert v.sharp == Fraction(1, 296) and v.is_minimizer()


def test_t7b():
    v = At(hidden("cubic"), W1=1, W2=1, X=1, Y=6)
    assert v.loss == 8 and v.gradient == [-16, -8] and v.rows == [[-8, -8], [-8, 4]]
    assert v.eigenvalues == [8, -12] and v.is_refused()


def test_t7e():
    v = At(hidden("cubic"), W1=[[1, 0], [-2, 2]], W2=EYE, X=[[1, 0], [1, 1]], Y=[[2, 0], [0, 10]])
    assert v.loss == 0 and not any(v.gradient)
    assert {(f.coefficients, f.multiplicity) for f in v.spectrum.characteristic} == {
        ((0, 1), 4),
        ((1445, -275, 1), 1),
        ((3620, -137, 1), 1),
    }
    assert v.is_minimizer()


def test_t8():
    v = At(hidden("leaky_relu"), W1=[[2, -2], [1, 2]], W2=EYE, X=EYE, Y=[[2, -1], [1, 2]], a=HALF)
    assert v.loss == 0 and v.eigenvalues == [6, 6, 6, Fraction(21, 4), 0, 0, 0, 0]
    assert v.sharp == Fraction(2, 21) and v.is_minimizer()


def test_t9():
    e = Fraction(1, 100)
    target = [[3 - 17 * e, 14 + 12 * e, 39 - 3 * e]]
    v = At(with_quadratic_term(), W1=1, W2=1, X=[[1, 2, 3]], Y=target)
    assert v.loss == rational(Fraction(221, 10000)) and not any(v.gradient)
    assert v.rows == [[rational(Fraction(289901, 25)), 4472], [4472, 1726]]
    gauss = rational_rows([[11596, 4472], [4472, 1726]])
    assert gauss.det() == 15912 and v.hessian - gauss == rational_rows([[4 * e, 0], [0, 0]])  # CE6
    assert v.spectrum.inertia == (2, 0, 0)


# -- the tied autoencoder -----------------------------------------------------------------------------------------
def test_t13():
    v = At(tied(), W=2, X=1)
    assert v.loss == rational(Fraction(9, 2)) and v.gradient == [12]
    assert v.loss / v.square == rational(Fraction(1, 32)) and v.is_refused()


# -- they can fail --------------------------------------------------------------------------------------------------
def test_another_point_has_other_numbers():
    """T3a with the layers exchanged has the same product and another Hessian."""
    v = At(linear(2), W1=[[2, 0], [0, 3]], W2=EYE, X=X3, Y=Y3)
    assert v.is_minimizer() and v.loss == 1
    assert v.rows != At(linear(2), W1=EYE, W2=[[2, 0], [0, 3]], X=X3, Y=Y3).rows


def test_the_hessian_without_k_is_refuted():
    """T4 with K replaced by the identity: not the Hessian, and not even symmetric in that place."""
    problem, _, _ = residual(2)
    a1, a2 = problem.letters
    d = a1.shape[0]
    one = Identity(d)
    e = (one + a2) * (one + a1) * problem.data[0] - problem.data[1]
    x = problem.data[0]
    block = T.Kronecker((one + a1) * x * x.T, one + a2) + T.Kronecker(e * x.T, one)
    assert check_hessian_block(problem.loss, a2, a1, block, {"d": 2, "m": 2}).label is sl.Label.REFUTED
    right = T.Kronecker((one + a1) * x * x.T, one + a2) + T.Commutation(d, d) * T.Kronecker(e * x.T, one)
    assert check_hessian_block(problem.loss, a2, a1, right, {"d": 2, "m": 2}).label is sl.Label.EXACT
