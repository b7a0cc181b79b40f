"""The test vectors of section 10 and the counterexamples of section 9 for the deep linear network, exactly, through the
public formulas."""

from fractions import Fraction
from functools import cache

import flint
import pytest

import symland as sl
from symland.checks.inertia import Inertia, inertia
from symland.evaluate.derivatives import gradient_at
from symland.evaluate.derivatives import hessian_at as hessian_of_jets
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.statements import holds
from symland.evaluate.terms import Evaluation, evaluate
from symland.landscape.products.derivatives import Derivatives

RING = Rationals()


@cache
def formulas(layers):
    """Loss, gradients, Hessian and H of the network with this many layers."""
    problem = sl.network("linear", layers=layers)
    made = Derivatives(sl.minimizers(problem).network)
    return problem, [g.result for g in made.gradients], made.hessian.result, sl.hessian_at(problem).matrix


def matrix(rows):
    return RING.from_rows(rows if isinstance(rows, list) else [[rows]])


def at(x, y, *weights, **scalars):
    """X, Y and W_1, ..., W_L by their rows, or by numbers for d = 1; scalars and families of scalars by name."""
    x, y = matrix(x), matrix(y)
    more = {}
    for name, v in scalars.items():
        as_list = {i: RING.number(Fraction(e)) for i, e in enumerate(v, 1)} if isinstance(v, list) else None
        more[name] = as_list or RING.number(Fraction(v))
    letters = {"X": x, "Y": y, "W": {i: matrix(w) for i, w in enumerate(weights, 1)}, **more}
    return point({"d": x.nrows(), "m": x.ncols()}, letters, {"L": len(weights)})


class Values:
    """Everything the formulas say at a point, compared with jets of the loss."""

    def __init__(self, where):
        problem, gradients, hessian, factor = formulas(where.indices["L"])
        here = Evaluation(where, RING)
        self.loss = here.value(problem.loss)
        self.least = here.value(sl.minimizers(problem).value)
        self.gradient = [e for g in gradients for e in RING.entries(RING.vec(here.value(g)))]
        self.hessian, self.factor = here.value(hessian), here.value(factor)
        jets = [gradient_at(problem.loss, w, here) for w in problem.letters]
        assert self.gradient == [e for g in jets for e in RING.entries(RING.vec(g))]
        assert self.hessian == hessian_of_jets(problem.loss, problem.letters, here)

    @property
    def rows(self):
        return [[self.hessian[i, j] for j in range(self.hessian.ncols())] for i in range(self.hessian.nrows())]

    @property
    def square(self):
        return sum(e * e for e in self.gradient)

    @property
    def eigenvalues(self):
        """The spectrum, if it is rational."""
        q, out = self.hessian.charpoly(), []
        for factor, times in q.factor()[1]:
            assert factor.degree() == 1, "an eigenvalue is irrational"
            out += [-factor.coeffs()[0] / factor.coeffs()[1]] * times
        return sorted(map(int, out), reverse=True)

    @property
    def sharp(self):
        """1/(2 lambda_+), lambda_+ the smallest positive eigenvalue."""
        return Fraction(1, 2 * min(e for e in self.eigenvalues if e > 0))


def rational(value):
    return Fraction(int(value.p), int(value.q))


def constant(region, where):
    """lambda of a region; where.letters has tau, r, t, s by name."""
    return rational(evaluate(sl.gradient_dominance(sl.network("linear"), region).lambda_, where, RING))


def classical(tau, sigma, layers):
    return constant("half ball", at(1, 1, *[1] * layers, tau=tau, s=sigma))


def weighted(taus, radii, sigma):
    return constant("ball", at(1, 1, *[1] * len(taus), tau=taus, r=radii, s=sigma))


# -- section 10 ------------------------------------------------------------------------------------------------
def test_t1a():
    v = Values(at(1, 6, 2, 3))
    assert v.loss == v.least == 0 and v.rows == [[9, 6], [6, 4]] and v.eigenvalues == [13, 0]
    assert v.hessian == v.factor.transpose() * v.factor and v.sharp == Fraction(1, 26)
    assert classical(tau=2, sigma=1, layers=2) == Fraction(1, 4)
    assert weighted([2, 3], [1, 1], 1) == Fraction(1, 10)
    assert weighted([2, 3], [0, 0], 1) == Fraction(1, 26) == v.sharp


def test_t1b():
    v = Values(at(1, 6, 1, 2))
    assert v.loss == 8 and v.gradient == [-8, -4] and v.square == 80
    assert v.rows == [[4, -2], [-2, 1]]
    assert v.loss / v.square == flint.fmpq(1, 10)  # equality: the point is on the boundary of the ball of T1a
    theorem = sl.gradient_dominance(sl.network("linear"), "ball").theorem
    scalars = {"tau": [2, 3], "r": [1, 1], "s": 1}
    here = at(1, 6, 1, 2, **scalars)
    here.letters.update({("Ws", 1): matrix(2), ("Ws", 2): matrix(3)})
    assert all(holds(h, here) for h in theorem.hypotheses.values())
    left, right = (evaluate(side, here, RING) for side in theorem.statement.args)
    assert left == right == 8


def test_t2a():
    v = Values(at(1, 8, 2, 2, 2))
    assert v.loss == 0 and v.rows == [[16] * 3] * 3 and v.eigenvalues == [48, 0, 0]
    assert v.sharp == Fraction(1, 96) and classical(tau=2, sigma=1, layers=3) == Fraction(1, 6) == 16 * v.sharp


def test_t2b():
    v = Values(at(1, 8, 1, 1, 1))
    assert v.loss == flint.fmpq(49, 2) and v.gradient == [-7, -7, -7] and v.square == 147
    assert v.rows == [[1, -6, -6], [-6, 1, -6], [-6, -6, 1]] and v.eigenvalues == [7, 7, -11]
    assert v.loss / v.square == flint.fmpq(1, 6)  # equality in the classical bound of T2a, at radius tau/2


X3, Y3 = [[1, 0, 0], [0, 1, 0]], [[2, 0, 1], [0, 3, -1]]


def test_t3a():
    v = Values(at(X3, Y3, [[1, 0], [0, 1]], [[2, 0], [0, 3]]))
    assert v.loss == v.least == 1 and not any(v.gradient)
    assert v.eigenvalues == [10, 10, 5, 5, 0, 0, 0, 0] and v.sharp == Fraction(1, 10)
    assert v.hessian == v.factor.transpose() * v.factor


def test_t3b():
    v = Values(at(X3, Y3, [[1, 1], [0, 1]], [[1, 0], [2, 1]]))
    assert v.loss == 4 and v.least == 1 and v.gradient == [3, 2, 1, 0, 0, 2, 1, 0] and v.square == 19
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
    coefficients = list(map(int, v.hessian.charpoly().coeffs()))
    assert coefficients == [-292, -66, 952, 115, -569, 34, 83, -18, 1]
    assert v.hessian != v.factor.transpose() * v.factor  # away from the minimizers curvature survives


def test_t5():
    w = [[2, 0], [0, 1]]
    v = Values(at([[1, 0], [0, 1]], [[8, 0], [0, 1]], w, w, w))
    assert v.loss == 0 and v.eigenvalues == [48, 21, 21, 3] + 8 * [0] and v.sharp == Fraction(1, 6)
    assert classical(tau=1, sigma=1, layers=3) == Fraction(8, 3) == 16 * v.sharp
    assert v.eigenvalues[:4] == balanced([8, 1], [1, 1], 3)


def test_t6():
    w = [[2, 0], [0, 1]]
    v = Values(at([[2, 0], [0, 1]], [[8, 0], [0, 1]], w, w))
    assert v.loss == 0 and v.eigenvalues == [32, 20, 5, 2] + 4 * [0]
    assert v.eigenvalues[:4] == balanced([4, 1], [2, 1], 2)


def balanced(singular, data, layers):
    """Theorem 4.4: xi_j^2 sum_l s_i^(2(L-l)/L) s_j^(2(l-1)/L), for s_i that are L-th powers."""
    roots = [round(v ** (1 / layers)) for v in singular]
    assert [r**layers for r in roots] == singular
    pairs = [(i, j) for i in range(len(roots)) for j in range(len(roots))]
    terms = [
        data[j] ** 2 * sum(roots[i] ** (2 * (layers - l)) * roots[j] ** (2 * (l - 1)) for l in range(1, layers + 1))
        for i, j in pairs
    ]
    return sorted(terms, reverse=True)


def test_t10_gradient_dominance_without_surjective_h():
    """CE14: W1 = diag(0, 1), W2 = diag(1, 0), X = I, Y = 0."""
    v = Values(at([[1, 0], [0, 1]], [[0, 0], [0, 0]], [[0, 0], [0, 1]], [[1, 0], [0, 0]]))
    assert v.loss == 0 and v.eigenvalues == [2, 1, 1, 0, 0, 0, 0, 0] and v.sharp == Fraction(1, 2)
    assert inertia(v.hessian) == Inertia(3, 0, 5)


# -- section 9 -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("a", [Fraction(1, 10), Fraction(1, 1000)])
def test_ce1_no_constant_near_a_singular_product(a):
    """L = 2, d = 1, X = 1, Y = 0: the ratio at (a, a) is 1/(4 a^2), which is lambda at t = (a, a)."""
    v = Values(at(1, 0, a, a))
    ratio = rational(v.loss / v.square)
    assert ratio == 1 / (4 * a**2) == constant("singular values", at(1, 0, a, a, t=[a, a], s=1))


def test_ce1_one_invertible_factor_is_enough():
    """At (0, 1) gradient dominance does hold: near it sigma(W2) >= 1/2 alone gives lambda = 2."""
    where = at(1, 0, Fraction(1, 7), Fraction(1, 2), t=[0, Fraction(1, 2)], s=1)
    theorem = sl.gradient_dominance(sl.network("linear")).theorem
    assert all(holds(h, where) for h in theorem.hypotheses.values()) and holds(theorem.statement, where)
    assert constant("singular values", where) == 2


def test_ce2_rank_deficient_data():
    """X = diag(1, 0): sigma_min(X) = 0, and gradient dominance holds with sigma_+(X) = 1."""
    theorem = sl.gradient_dominance(sl.network("linear")).theorem
    x, one = [[1, 0], [0, 0]], [[1, 0], [0, 1]]
    for s, inside in ((1, True), (Fraction(101, 100), False)):
        where = at(x, [[3, 1], [0, 2]], one, one, t=[1, 1], s=s)
        assert holds(theorem.hypotheses["data"], where) is inside
        assert all(holds(h, where) for name, h in theorem.hypotheses.items() if name != "data")
        assert holds(theorem.statement, where) is inside  # an equality case: s = 101/100 is one percent too good


def test_ce3_not_positive_definite():
    v = Values(at(1, 1, 1, 1))
    assert v.rows == [[1, 1], [1, 1]] and inertia(v.hessian) == Inertia(1, 0, 1)


def test_ce13_zero_is_critical_and_no_minimizer():
    for layers in (2, 3):
        v = Values(at([[1, 0], [0, 1]], [[1, 2], [3, 4]], *[[[0, 0], [0, 0]]] * layers))
        assert not any(v.gradient) and v.loss == 15 > v.least == 0
        assert (inertia(v.hessian) == Inertia(0, 0, 12)) is (layers == 3)
        if layers == 2:
            assert inertia(v.hessian).negative > 0


# -- scaling ---------------------------------------------------------------------------------------------------
def test_constants_scale_with_the_data():
    """X -> c X multiplies 1/lambda by c^2; tau -> c tau multiplies it by c^(2(L-1)) (section 1.2)."""
    for layers in (1, 2, 4):
        base = classical(2, 3, layers)
        assert classical(2, 6, layers) == base / 4 and classical(6, 3, layers) == base / 3 ** (2 * layers - 2)
        assert weighted([5] * layers, [2] * layers, 3) == Fraction(1, 2 * 9 * layers * 3 ** (2 * layers - 2))


def test_one_layer_has_no_condition_on_the_weights():
    assert classical(tau=7, sigma=2, layers=1) == Fraction(1, 8) == weighted([7], [3], 2)
