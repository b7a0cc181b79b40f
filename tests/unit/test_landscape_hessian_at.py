"""Theorem 4.3: the Hessian at the points of the normal equation is H^T H, positive semidefinite, never definite for
L >= 2; rank and kernel are those of the specification."""

from random import Random

import pytest

import symland as sl
from symland.checks.explicit import check_at_minimizer, check_derivatives, residual_data
from symland.checks.inertia import Inertia, check_positive_definite, inertia, kernel_vector
from symland.checks.steps import check_steps
from symland.evaluate.derivatives import hessian_at as hessian_of_jets
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.terms import Evaluation, evaluate
from symland.evidence import Label
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.trace import Step, Trace
from tests.deep_linear import RECTANGULAR, SQUARE, k, l

NETWORKS = {"square": SQUARE, "rectangular": RECTANGULAR}
CASES = {"l > k": (k, S.at_least(l, k + 1)), "l = k": (l, None), "l < k": (k, S.at_least(k, l + 1))}
RING = Rationals()


def at_minimizers(shape="square", layers=None):
    return sl.hessian_at(sl.network("linear", layers=layers, rectangular=shape == "rectangular"))


RESULTS = [(shape, case, r) for shape in NETWORKS for case, r in zip(CASES, at_minimizers(shape).results, strict=True)]
IDS = [f"{case}, {shape}" for shape, case, _ in RESULTS]


@pytest.mark.parametrize(("shape", "case", "result"), RESULTS, ids=IDS)
def test_the_theorem_is_the_one_of_the_specification(shape, case, result):
    n, (column, order) = NETWORKS[shape], CASES[case]
    square = n.jacobian(l).T * n.jacobian(column)
    assert result.theorem.statement is S.Hess(n.loss, n.layer(l), n.layer(column), square)
    needed = {*n.inside.values()} if order is None else {n.normal, order, *n.both_inside.values()}
    assert set(result.theorem.hypotheses.values()) == needed
    assert result.source == "Theorem 4.3" and result.theorem.analysis == () and case in result.title
    assert result.evidence.label is Label.PROVED


@pytest.mark.parametrize(("shape", "case", "result"), RESULTS, ids=IDS)
def test_the_second_checker_exercises_every_step(shape, case, result):
    evidence = check_steps(result.trace, trials=30)
    assert evidence.label is Label.CERTIFIED and evidence.details.startswith("each step exercised at least")


@pytest.mark.parametrize(("shape", "case", "result"), RESULTS, ids=IDS)
def test_false_statements_are_refuted(shape, case, result):
    """Without the normal equation; one percent more; the blocks of two layers confused; Kronecker factors swapped."""
    loss, w, u, square = result.theorem.statement.args
    n, column = NETWORKS[shape], CASES[case][0]
    hypotheses = dict(result.theorem.hypotheses)

    def verdict(statement, deps):
        trace = Trace(hypotheses, (Step("s1", "said", statement, tuple(deps), {}),), {"t": "s1"}, result.trace.model)
        return check_steps(trace, trials=240).label

    if "normal equation" in hypotheses:
        rest = [h for h in hypotheses if h != "normal equation"]
        assert verdict(result.theorem.statement, rest) is Label.REFUTED
    swapped = [T.Kronecker(*reversed(n.jacobian(i).args)) for i in (l, column)]
    false = [T.number(101, 100) * square, swapped[0].T * swapped[1]]
    if case != "l = k" and shape == "square":
        false.append(n.jacobian(k).T * n.jacobian(k))
    for formula in false if shape == "square" else false[:1]:
        assert verdict(S.Hess(loss, w, u, formula), hypotheses) is Label.REFUTED, formula


@pytest.mark.parametrize(("layers", "d", "m"), [(1, 2, 3), (2, 2, 2), (3, 1, 2), (3, 2, 2)])
def test_it_is_the_entrywise_hessian_at_every_minimizer(layers, d, m):
    """As an identity of polynomials: with residual 0, and with a residual that does not vanish."""
    h = at_minimizers(layers=layers)
    problem, dims = h.network.problem, {"d": d, "m": m}
    letters = problem.letters
    product = T.product(*reversed(letters))
    exact = [(SQUARE.Y, product * SQUARE.X)]
    residual = residual_data(SQUARE.X, SQUARE.Y, product)
    square, more = h.matrix.T * h.matrix, {"d": d, "m": d + 1, "q": 1}
    assert check_at_minimizer(problem.loss, letters, square, dims, exact).label is Label.EXACT
    assert check_at_minimizer(problem.loss, letters, square, more, residual).label is Label.EXACT
    # wrong: H with the layers in the other order, H H^T for H^T H, a point that is no minimizer
    if layers > 1:
        flipped = T.block([list(reversed(h.matrix.grid[0]))])
        for wrong, at in ((flipped.T * flipped, exact), (square, [(SQUARE.Y, product * SQUARE.X + SQUARE.Y)])):
            assert check_at_minimizer(problem.loss, letters, wrong, dims, at).label is Label.REFUTED
        assert check_derivatives(problem.loss, letters, {}, square, dims).label is Label.REFUTED


def test_the_curvature_of_a_bottleneck_does_not_vanish():
    """Widths 2, 1, 2 with X = I, Y = diag(2, 1): at the global minimizer W1 = (2, 0), W2 = (1, 0)^T the Hessian is not
    H^T H, because the normal equation fails there."""
    letters = {"X": RING.identity(2), "Y": RING.from_rows([[2, 0], [0, 1]])}
    weights = {1: RING.from_rows([[2, 0]]), 2: RING.from_rows([[1], [0]])}
    at = point({"n": {0: 2, 1: 1, 2: 2}, "m": 2}, {**letters, "W": weights})
    h = at_minimizers("rectangular", 2)
    problem = h.network.problem
    found = hessian_of_jets(problem.loss, problem.letters, Evaluation(at, RING))
    assert inertia(found).negative == 0  # a minimizer
    assert found != evaluate(h.matrix.T * h.matrix, at, RING)


# -- rank, kernel, definiteness --------------------------------------------------------------------------------
def random_matrix(rng, rows, columns):
    return RING.from_rows([[rng.randint(-3, 3) for _ in range(columns)] for _ in range(rows)])


def invertible(rng, d):
    while True:
        a = random_matrix(rng, d, d)
        if a.rank() == d:
            return a


def hessian_and_point(layers, weights, x, y):
    h = at_minimizers(layers=layers)
    d, m = x.nrows(), x.ncols()
    at = point({"d": d, "m": m}, {"X": x, "Y": y, "W": dict(enumerate(weights, 1))})
    hessian = hessian_of_jets(h.network.problem.loss, h.network.problem.letters, Evaluation(at, RING))
    assert hessian == evaluate(h.matrix.T * h.matrix, at, RING)
    return h, at, hessian


def product_of(weights):
    out = weights[0]
    for w in weights[1:]:
        out = w * out
    return out


@pytest.mark.parametrize(("layers", "d", "m"), [(1, 2, 3), (2, 2, 3), (3, 2, 2), (2, 3, 3)])
def test_rank_and_kernel_at_full_rank(layers, d, m):
    """A1 and all W invertible: rank d^2, and the kernel is {G_l W_l - W_l G_{l-1}}, G_0 = G_L = 0."""
    rng = Random(layers * 100 + d)
    x = random_matrix(rng, d, m)
    while x.rank() < d:
        x = random_matrix(rng, d, m)
    weights = [invertible(rng, d) for _ in range(layers)]
    h, at, hessian = hessian_and_point(layers, weights, x, product_of(weights) * x)
    assert inertia(hessian) == Inertia(d * d, 0, (layers - 1) * d * d)
    nil = RING.zero(d, d)
    for _ in range(3):
        g = [nil, *(random_matrix(rng, d, d) for _ in range(layers - 1)), nil]
        delta = [g[i + 1] * w - w * g[i] for i, w in enumerate(weights)]
        column = RING.matrix(layers * d * d, 1, [e for a in delta for e in RING.entries(RING.vec(a))])
        assert not any(RING.entries(hessian * column))
        assert not any(RING.entries(evaluate(h.matrix, at, RING) * column))


@pytest.mark.parametrize("singular", [1, 2])
def test_rank_with_one_singular_factor(singular):
    """A4: rank H = d rank X, here with rank X = 1."""
    weights = [RING.from_rows([[1, 2], [0, 1]]), RING.from_rows([[1, 1], [2, 1]])]
    weights[singular - 1] = RING.from_rows([[1, 2], [2, 4]])
    x = RING.from_rows([[1, 0], [0, 0]])
    *_, hessian = hessian_and_point(2, weights, x, product_of(weights) * x)
    assert inertia(hessian) == Inertia(2, 0, 6)


def test_ce3_positive_definite_is_refuted_with_a_kernel_vector():
    """CE3: L = 2, d = 1, X = Y = 1 at (1, 1): the Hessian is [[1, 1], [1, 1]]."""
    one = RING.from_rows([[1]])
    h, at, hessian = hessian_and_point(2, [one, one], one, one)
    assert hessian == RING.from_rows([[1, 1], [1, 1]])
    evidence = check_positive_definite(hessian, "the Hessian at a global minimizer is positive definite")
    assert evidence.label is Label.REFUTED and "kernel vector" in evidence.witness.note
    v = evidence.witness.point["v"]
    assert any(RING.entries(v)) and not any(RING.entries(evaluate(h.matrix, at, RING) * v))
    assert list(map(int, RING.entries(v))) == [1, -1] and evidence.witness.left == 0


@pytest.mark.parametrize("layers", [2, 3, 4])
def test_never_positive_definite_for_two_layers_or_more(layers):
    rng = Random(layers)
    weights = [invertible(rng, 2) for _ in range(layers)]
    x = RING.from_rows([[1, 2, 0], [0, 1, 1]])
    *_, hessian = hessian_and_point(layers, weights, x, product_of(weights) * x)
    assert check_positive_definite(hessian).label is Label.REFUTED
    assert not any(RING.entries(hessian * kernel_vector(hessian)))


def test_one_layer_is_positive_definite_exactly_with_full_row_rank():
    for rows, label in (([[1, 2, 0], [0, 1, 1]], Label.CERTIFIED), ([[1, 2, 0], [2, 4, 0]], Label.REFUTED)):
        x = RING.from_rows(rows)
        w = RING.from_rows([[1, 2], [0, 3]])
        *_, hessian = hessian_and_point(1, [w], x, w * x)
        assert hessian == RING.kronecker(x * x.transpose(), RING.identity(2))
        assert check_positive_definite(hessian).label is label


def test_the_matrix_of_an_explicit_depth():
    """H = [(X^T) (x) W3 W2, (X^T W1^T) (x) W3, (X^T W1^T W2^T) (x) I]."""
    x, eye = SQUARE.X, T.Identity(SQUARE.width(Index.of(0)))
    w1, w2, w3 = (SQUARE.layer(i) for i in (1, 2, 3))
    blocks = [T.Kronecker(x.T, w3 * w2), T.Kronecker(x.T * w1.T, w3), T.Kronecker(x.T * w1.T * w2.T, eye)]
    assert at_minimizers(layers=3).matrix is T.block([blocks])
    assert at_minimizers().factor(l) is SQUARE.jacobian(l)
