"""The network with one hidden layer: activations, and Theorem 6.1 (gradient and Hessian), square and rectangular."""

from fractions import Fraction
from functools import cache

import flint
import numpy as np
import pytest

import symland as sl
from symland.checks.highprec import check_derivatives_numeric
from symland.checks.modular import check_equation, check_modular
from symland.checks.steps import check_steps
from symland.errors import StepRejected, UsageError
from symland.evaluate.derivatives import gradient_at
from symland.evaluate.derivatives import hessian_at as hessian_of_jets
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.terms import Evaluation
from symland.evidence import Label
from symland.landscape.hidden.activations import ACTIVATIONS, GENERIC, SLOPE, Activation, activation
from symland.landscape.hidden.network import HiddenDerivatives, HiddenNetwork, hidden_network
from symland.landscape.library import derivatives
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import walk
from symland.proof.kernel import replay
from tests.jax_terms import Arrays

RING = Rationals()
A = 0.3  # the slope of the leaky activations
POINTS = np.array([-5.0, -2.0, -0.7, -0.1, 0.1, 0.4, 1.3, 2.5, 6.0])
EXPECTED = {  # s, its range, a lower bound of s', whether there is an inverse
    "leaky_relu": (lambda z: np.where(z > 0, z, A * z), (-np.inf, np.inf), A, True),
    "tanh": (np.tanh, (-1, 1), None, True),
    "sinh": (np.sinh, (-np.inf, np.inf), 1, True),
    "softplus": (lambda z: np.log1p(np.exp(z)), (0, np.inf), None, True),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), (0, 1), None, True),
    "cubic": (lambda z: z + z**3, (-np.inf, np.inf), 1, False),
    "leaky softplus": (lambda z: A * z + (1 - A) * np.log1p(np.exp(z)), (-np.inf, np.inf), A, False),
}
RANGES = {(-np.inf, np.inf): "all", (0, np.inf): "positive", (0, 1): "(0,1)", (-1, 1): "(-1,1)"}


def values(term, z):
    """The values of a term in the matrix Z, at these numbers."""
    letters = {Z: z.reshape(1, -1), SLOPE: A}
    return np.reshape(Arrays(np, letters, {"d": 1, "m": len(z)}).value(term), -1)


Z = T.matrix("Z", "d", "m")


# -- the activations -------------------------------------------------------------------------------------------------
def test_the_table_is_complete():
    assert set(ACTIVATIONS) == set(EXPECTED) and activation() is GENERIC
    assert [name for name, row in ACTIVATIONS.items() if not row.is_smooth] == ["leaky_relu"]
    assert all(row.increasing for row in ACTIVATIONS.values()) and not GENERIC.increasing


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_the_functions_they_are_called(name):
    """Against numpy: values, central differences, the range, the least slope, the inverse."""
    row, (s, ends, least, has_inverse) = activation(name), EXPECTED[name]
    assert np.allclose(values(row.value(Z), POINTS), s(POINTS))
    h = 1e-5
    slope = (s(POINTS + h) - s(POINTS - h)) / (2 * h)
    assert np.allclose(values(row.slope(Z), POINTS), slope, rtol=1e-6)
    h = 1e-4
    curvature = (s(POINTS + h) - 2 * s(POINTS) + s(POINTS - h)) / h**2
    found = values(row.curvature(Z), POINTS) if row.curvature else 0 * POINTS
    assert np.allclose(found, curvature, rtol=1e-4, atol=1e-5)
    assert row.range == RANGES[ends] and row.is_onto == (ends == (-np.inf, np.inf))
    far = s(np.array([-40.0, 40.0]))
    assert all(abs(x - end) < 1e-9 if np.isfinite(end) else abs(x) > 10 for x, end in zip(far, ends, strict=True))
    if least is None:
        assert row.least_slope is None
    else:
        assert values(row.least_slope, POINTS) == pytest.approx(least) and min(slope) >= least - 1e-9
    assert (row.inverse is not None) == has_inverse
    if row.inverse is not None:
        assert np.allclose(values(row.inverse(row.value(Z)), POINTS[1:-1]), POINTS[1:-1])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("z + z^3", "cubic"), ("z+z^3", "cubic"), ("tanh(z)", "tanh"),
        ("a z + (1-a) softplus", "leaky softplus"), ("a z + (1-a) softplus(z)", "leaky softplus"),
    ],
)  # fmt: skip
def test_activations_by_formula(text, name):
    assert activation(text) is ACTIVATIONS[name]


@pytest.mark.parametrize("name", ["relu6", "", "sigma", "tan", 3, True])
def test_unknown_activations(name):
    with pytest.raises(UsageError, match="there is no activation") as e:
        sl.network("hidden", activation=name)
    assert all(known in e.value.hint for known in ACTIVATIONS)


def test_what_networks_do_not_have():
    for layers in (1, 2, 3):
        with pytest.raises(UsageError, match="two layers") as e:
            sl.network("hidden", layers=layers)
        assert "leave the layers out" in e.value.hint
    for name in ("linear", "residual"):
        with pytest.raises(UsageError, match="no activation"):
            sl.network(name, activation="tanh")


# -- Theorem 6.1 -----------------------------------------------------------------------------------------------------
NAMES = [None, *ACTIVATIONS]
CASES = [(name, rectangular) for name in NAMES for rectangular in (False, True)]
IDS = [f"{name or 'sigma'}, {'rectangular' if r else 'square'}" for name, r in CASES]


@cache
def made(name=None, rectangular=False) -> HiddenDerivatives:
    return derivatives("hidden", rectangular=rectangular, activation=name)


def test_the_problem():
    problem = sl.network("hidden")
    w1, w2, x, y = T.matrix("W1", "d", "d"), T.matrix("W2", "d", "d"), T.matrix("X", "d", "m"), T.matrix("Y", "d", "m")
    e = w2 * T.Elementwise("sigma", w1 * x) - y
    assert problem.loss is T.number(1, 2) * T.SquaredNorm(e)
    assert problem.letters == (w1, w2) and problem.data == (x, y) and problem.definitions["E"] is e
    assert repr(sl.network("hidden", activation="cubic").loss) == "1/2*norm2(W2*(W1*X + (W1*X).^3) - Y)^2"
    wide = sl.network("hidden", rectangular=True)
    shapes = [t.shape for t in (*wide.letters, *wide.data)]
    p, q, n, m = (Dim.of(s) for s in "pqnm")
    assert shapes == [(q, n), (p, q), (n, m), (p, m)]


class Theorem:
    """Theorem 6.1 as it is printed, for generic widths."""

    def __init__(self, net):
        self.w1, self.w2 = net.letters
        x = net.X
        (p, q), m = self.w2.shape, x.shape[1]
        z = self.w1 * x
        s, slope = net.activation.value(z), net.activation.slope(z)
        e = self.w2 * s - net.Y
        diagonal, eye = T.DiagonalMatrix(T.Vec(slope)), T.Identity(q)
        j1 = T.Kronecker(T.Identity(m), self.w2) * diagonal * T.Kronecker(x.T, eye)
        j2 = T.Kronecker(s.T, T.Identity(p))
        flip = T.Commutation(p, q).T
        self.residual = flip * T.Kronecker(e, eye) * diagonal * T.Kronecker(x.T, eye)
        bent = net.activation.curvature
        self.eleven = j1.T * j1
        if bent is not None:
            inside = T.DiagonalMatrix(T.Vec(T.hadamard(bent(z), self.w2.T * e)))
            self.eleven = self.eleven + T.Kronecker(x, eye) * inside * T.Kronecker(x.T, eye)
        self.gauss_newton = j2.T * j1
        self.gradients = (T.hadamard(self.w2.T * e, slope) * x.T, e * s.T)
        twentyone = self.gauss_newton + self.residual
        self.blocks = {
            (1, 1): self.eleven, (2, 2): T.Kronecker(s * s.T, T.Identity(p)),
            (2, 1): twentyone, (1, 2): twentyone.T,
        }  # fmt: skip


def proved_equal(a, b):
    """The statement a = b, by the kernel's normal form."""
    from symland.calculus.prover import Prover

    return Prover({}).equate(a, b)


@pytest.mark.parametrize(("name", "rectangular"), CASES, ids=IDS)
def test_gradient_and_hessian_are_those_of_the_theorem(name, rectangular):
    found, problem = made(name, rectangular), sl.network("hidden", activation=name, rectangular=rectangular)
    theorem = Theorem(hidden_network(name, rectangular))
    kinks = {S.Nonzero(theorem.w1 * problem.data[0])} if name == "leaky_relu" else set()
    for g, w, formula in zip(found.gradients, problem.letters, theorem.gradients, strict=True):
        assert g.theorem.statement is S.Grad(problem.loss, w, g.result) and g.result is formula
        assert set(g.theorem.hypotheses.values()) <= kinks and g.theorem.analysis == ()
    for (i, j), b in found.blocks.items():
        w, u = problem.letters[i - 1], problem.letters[j - 1]
        assert b.theorem.statement is S.Hess(problem.loss, w, u, b.result)
        assert set(b.theorem.hypotheses.values()) <= kinks and b.theorem.analysis == ()
        assert proved_equal(b.result, theorem.blocks[i, j])
    assert set(replay(found.proof)) == {f"hessian {i} {j}" for i, j in found.blocks}
    assert set(replay(found.gradients_proof)) == {"gradient 1", "gradient 2"}


@pytest.mark.parametrize("name", NAMES)
def test_the_main_line_ends_in_the_result(name):
    """Every line is an equation, the first is about the loss, and the last contains the result."""
    found = made(name)
    for d in (*found.gradients, *found.blocks.values()):
        first, last = d.steps[0].statement, d.steps[-1].statement
        assert all(isinstance(line.statement, S.Eq) for line in d.steps)
        assert first.args[0] is last.args[0] and found.problem.loss in walk(first.args[0])
        inside = last.args[1]
        image = inside.args[0] if inside.args[0] is d.result else T.product(*inside.args[1].args[:-1])
        assert image is d.result
    assert repr(found.gradients[0]).startswith("gradient with respect to W1: ((W2'*E) .* ")
    assert repr(found.gradients[1]).startswith("gradient with respect to W2: E*S'  [PROVED, ")


@pytest.mark.parametrize("rectangular", [False, True])
def test_wrong_formulas_are_refused(rectangular):
    """Without K; with the transposed K; without the residual; with another sign; Kronecker factors swapped."""
    found, theorem = made("cubic", rectangular), Theorem(hidden_network("cubic", rectangular))
    right, inside = found.blocks[2, 1].result, theorem.residual
    q, p = theorem.w2.shape[::-1]
    wrong = {
        "no residual": theorem.gauss_newton, "sign": theorem.gauss_newton - inside,
        "no second derivative": theorem.gauss_newton + 2 * inside,
        "K transposed": theorem.gauss_newton + T.Commutation(p, q) * T.product(*inside.args[1:]),
    }  # fmt: skip
    if not rectangular:
        wrong["no K"] = theorem.gauss_newton + T.product(*inside.args[1:])
        del wrong["K transposed"]  # K is symmetric for square layers
    dims = {"d": 2, "m": 3} if not rectangular else {"p": 2, "q": 3, "n": 2, "m": 2}
    for name, formula in wrong.items():
        with pytest.raises(StepRejected, match="terms remain"):
            proved_equal(right, formula)
        assert check_equation(right, formula, dims).label is Label.REFUTED, name
    with pytest.raises(StepRejected, match="terms remain"):
        proved_equal(found.blocks[1, 1].result, found.blocks[1, 1].result.args[0])


@pytest.mark.parametrize("name", [None, "leaky_relu", "cubic"])
def test_every_step_passes_the_second_checker(name):
    for trace in (made(name).gradients_proof, made(name, name is None).proof):
        evidence = check_steps(trace, trials=12)
        assert evidence.label is Label.CERTIFIED and "0 times" not in evidence.details


SECOND_OPINIONS = {
    "cubic": (check_modular, Label.SAMPLED),
    "leaky_relu": (check_derivatives_numeric, Label.NUMERIC),
    "sinh": (check_derivatives_numeric, Label.NUMERIC),
}


@pytest.mark.parametrize("name", SECOND_OPINIONS)
@pytest.mark.parametrize("dims", [{"d": 2, "m": 3}, {"p": 2, "q": 3, "n": 2, "m": 2}], ids=["square", "rectangular"])
def test_derivatives_of_the_loss_alone_agree(name, dims):
    found, (check, label) = made(name, "p" in dims), SECOND_OPINIONS[name]
    letters = found.problem.letters
    gradients = {w: g.result for w, g in zip(letters, found.gradients, strict=True)}
    blocks = {(letters[i - 1], letters[j - 1]): b.result for (i, j), b in found.blocks.items()}
    assert check(found.problem.loss, gradients, blocks, dims).label is label
    blocks[letters[1], letters[0]] = 2 * blocks[letters[1], letters[0]]
    assert check(found.problem.loss, gradients, blocks, dims).label is Label.REFUTED


@pytest.mark.parametrize("name", ["tanh", "leaky softplus"])
def test_derivatives_agree_with_jax(name):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    found, s = made(name, True), {
        "tanh": jnp.tanh, "leaky softplus": lambda z: A * z + (1 - A) * jax.nn.softplus(z),
    }[name]  # fmt: skip
    p, q, n, m = 2, 3, 2, 4
    rng = np.random.default_rng(7)
    w1, w2, x, y = (rng.normal(size=size) for size in ((q, n), (p, q), (n, m), (p, m)))

    def loss(v):
        first, second = v[: q * n].reshape(n, q).T, v[q * n :].reshape(q, p).T
        return 0.5 * jnp.sum((second @ s(first @ x) - y) ** 2)

    at = np.concatenate([w1.T.reshape(-1), w2.T.reshape(-1)])
    sizes = {"p": p, "q": q, "n": n, "m": m}
    letters = dict(zip((*found.problem.letters, *found.problem.data, SLOPE), (w1, w2, x, y, A), strict=True))
    here = Arrays(np, letters, sizes)
    gradient = np.concatenate([here.value(g.result).T.reshape(-1) for g in found.gradients])
    hessian = np.block([[here.value(found.blocks[i, j].result) for j in (1, 2)] for i in (1, 2)])
    assert np.allclose(gradient, jax.grad(loss)(at)) and np.allclose(hessian, jax.hessian(loss)(at))


# -- test vectors ----------------------------------------------------------------------------------------------------
def square_plus_cube(z):
    return z + T.HadamardPower(z, Index.of(2)) + T.HadamardPower(z, Index.of(3))


MIXED = Activation(
    "mixed", "z + z^2 + z^3", square_plus_cube,
    lambda z: T.Ones(*z.shape) + 2 * z + 3 * T.HadamardPower(z, Index.of(2)),
    lambda z: 2 * T.Ones(*z.shape) + 6 * z,
)  # fmt: skip


def at_point(network, x, y, w1, w2, **more):
    """Loss, gradient and Hessian by the formulas at a point, and the jets of the loss agree."""
    letters = {k: RING.from_rows(v) for k, v in (("X", x), ("Y", y), ("W1", w1), ("W2", w2))}
    letters |= {k: RING.number(Fraction(v)) for k, v in more.items()}
    here = Evaluation(point({"d": len(x), "m": len(x[0])}, letters), RING)
    found = HiddenDerivatives(network)
    gradient = [c for g in found.gradients for c in here.value(T.Vec(g.result)).entries()]
    hessian = here.value(found.hessian.result)
    assert hessian == hessian_of_jets(network.loss, network.letters, here)
    jets = [c for w in network.letters for c in gradient_at(network.loss, w, here).transpose().entries()]
    assert gradient == jets
    return here.value(network.loss), gradient, hessian


def rows(matrix):
    return [list(map(Fraction, map(str, r))) for r in matrix.tolist()]


def test_t7_one_dimension():
    loss, gradient, hessian = at_point(hidden_network("cubic"), [[1]], [[6]], [[1]], [[3]])
    assert loss == 0 and not any(gradient) and rows(hessian) == [[144, 24], [24, 4]]
    loss, gradient, hessian = at_point(hidden_network("cubic"), [[1]], [[6]], [[1]], [[1]])
    assert loss == 8 and gradient == [-16, -8] and rows(hessian) == [[-8, -8], [-8, 4]]


def test_t7e_two_dimensions():
    loss, gradient, hessian = at_point(
        hidden_network("cubic"), [[1, 0], [1, 1]], [[2, 0], [0, 10]], [[1, 0], [-2, 2]], [[1, 0], [0, 1]]
    )
    x = flint.fmpq_poly([0, 1])
    expected = x**4 * (x**2 - 275 * x + 1445) * (x**2 - 137 * x + 3620)
    assert loss == 0 and not any(gradient) and hessian.charpoly() == expected


def test_t8_leaky_relu():
    network = hidden_network("leaky_relu")
    one = [[1, 0], [0, 1]]
    loss, gradient, hessian = at_point(network, one, [[2, -1], [1, 2]], [[2, -2], [1, 2]], one, a=Fraction(1, 2))
    x = flint.fmpq_poly([0, 1])
    assert loss == 0 and not any(gradient)
    assert hessian.charpoly() == x**4 * (x - 6) ** 3 * (x - flint.fmpq(21, 4))


def test_t9_curvature_survives():
    e = Fraction(1, 100)
    y = [[3 - 17 * e, 14 + 12 * e, 39 - 3 * e]]
    loss, gradient, hessian = at_point(HiddenNetwork(MIXED), [[1, 2, 3]], y, [[1]], [[1]])
    assert loss == flint.fmpq(221, 10000) and not any(gradient)
    assert rows(hessian) == [[Fraction(289901, 25), 4472], [4472, 1726]]
