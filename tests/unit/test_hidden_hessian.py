"""Theorems 6.2 and 6.6: the Hessian of the network with one hidden layer where it interpolates, and exactly when it is
H^T H; its kernel, its range, and its spectrum."""

from fractions import Fraction
from functools import cache

import flint
import pytest

import symland as sl
from symland.checks.inertia import Inertia, inertia
from symland.checks.steps import check_steps
from symland.errors import UsageError
from symland.evaluate.derivatives import hessian_at as hessian_of_jets
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.statements import holds
from symland.evaluate.terms import Evaluation, evaluate
from symland.evidence import Label
from symland.landscape.hidden.activations import ACTIVATIONS, SLOPE, activation
from symland.landscape.hidden.hessian import HiddenHessianAt
from symland.landscape.hidden.minimizers import HiddenMinimizers
from symland.landscape.hidden.network import HiddenNetwork
from symland.language import statements as S
from symland.language import terms as T
from symland.language.nodes import walk
from symland.report.markup import marked
from tests.hidden_claims import verdict
from tests.unit.test_hidden import MIXED

NAMES = [None, *ACTIVATIONS]
CASES = [(name, wide) for name in NAMES for wide in (False, True)]
IDS = [f"{name or 'sigma'}, {'rectangular' if wide else 'square'}" for name, wide in CASES]
RING = Rationals()
KNOWN_SLOPES = {"tanh", "sinh", "softplus", "sigmoid", "cubic"}  # s' > 0 is a rule row


@cache
def at_minimizers(name=None, wide=False) -> HiddenHessianAt:
    return sl.hessian_at(sl.network("hidden", activation=name, rectangular=wide))


class Data:
    """The letters of the specification, W1: q x n, W2: p x q, X: n x m, Y: p x m."""

    def __init__(self, name, wide=False, samples="m"):
        self.n, self.q, self.p = "nqp" if wide else "ddd"
        self.m = samples
        self.act = activation(name)
        self.w1, self.w2 = T.matrix("W1", self.q, self.n), T.matrix("W2", self.p, self.q)
        self.x, self.y = T.matrix("X", self.n, samples), T.matrix("Y", self.p, samples)
        self.z = self.w1 * self.x
        self.s, self.d = self.act.value(self.z), self.act.slope(self.z)
        self.e = self.w2 * self.s - self.y
        self.g = T.number(1, 2) * T.SquaredNorm(self.e)
        self.v1, self.v2 = T.matrix("V1", self.q, self.n), T.matrix("V2", self.p, self.q)
        self.interpolation = S.Eq(self.e, zero(self.y))
        self.full_rank = S.Eq(T.Pseudoinverse(self.x) * self.x, T.Identity(self.x.shape[1]))
        over_x, eye_q, eye_p = T.Kronecker(self.x.T, eye(self.w1.T)), eye(self.w2), eye(self.w2.T)
        slopes = T.DiagonalMatrix(T.Vec(self.d)) * over_x
        self.j = {1: T.Kronecker(eye(self.x), self.w2) * slopes, 2: T.Kronecker(self.s.T, eye_p)}
        self.term21 = T.Commutation(eye_q.shape[0], eye_p.shape[0]) * T.Kronecker(self.e, eye_q) * slopes
        self.moved = self.w2 * T.hadamard(self.d, self.v1 * self.x) + self.v2 * self.s
        self.moved_vec = self.image(self.v1, self.v2)

    def image(self, v1, v2):
        return self.j[1] * T.Vec(v1) + self.j[2] * T.Vec(v2)

    def over(self, a):
        return T.hadamard(a, T.Elementwise("reciprocal", self.d))


def eye(a):
    return T.Identity(a.shape[1])


def zero(a):
    return T.Zero(*a.shape)


def inverse(a):
    return T.Inverse(a)


def slopes_of(name, d):
    """The hypotheses that D has no zero entry."""
    if name in KNOWN_SLOPES:
        return []
    if name is None:
        return [S.Nonzero(d.d)]
    a = S.Lt(T.number(0), SLOPE)
    return [a, S.Nonzero(d.z)] if name == "leaky_relu" else [a, S.Lt(T.number(0), 1 - SLOPE)]


def expected(name):
    """Statements and hypotheses of the theorems that are not about blocks, for square layers."""
    d, s = Data(name), Data(name, samples="d")
    pinv_x, slopes = T.Pseudoinverse(d.x), slopes_of(name, d)
    second, u = S.Invertible(d.w2), T.matrix("U", "d", "m")
    kernel = -(s.over(inverse(s.w2) * s.v2 * s.s) * inverse(s.x))
    unit = -(s.over(inverse(s.w2) * eye(s.w2) * s.s) * inverse(s.x))
    square = [S.Invertible(s.x), second, *slopes_of(name, s)]
    c, omega, q = T.scalar("c"), T.scalar("omega"), T.matrix("Q", "d", "d")
    gram = c**2 * omega**2 * (d.x.T * d.x) + d.s.T * d.s
    out = {
        "only": (d.interpolation, [d.full_rank, S.Eq(d.term21, zero(d.term21)), *slopes]),
        "image": (S.Eq(d.moved_vec, T.Vec(d.moved)), []),
        "range 2": (S.Eq(d.j[2] * T.Vec(u * T.Pseudoinverse(d.s)), T.Vec(u)),
                    [S.Eq(T.Pseudoinverse(d.s) * d.s, eye(d.s))]),
        "range 1": (S.Eq(d.j[1] * T.Vec(d.v1), T.Vec(u)),
                    [d.full_rank, second, S.Eq(d.v1, d.over(inverse(d.w2) * u) * pinv_x), *slopes]),
        "kernel, m = d": (S.Eq(s.v1, kernel), [S.Eq(s.moved_vec, zero(s.moved_vec)), *square]),
        "kernel converse, m = d": (S.Eq(s.moved_vec, zero(s.moved_vec)), [S.Eq(s.v1, kernel), *square]),
        "kernel vector, m = d": (S.Eq(s.image(s.v1, eye(s.w2)), zero(s.moved_vec)), [S.Eq(s.v1, unit), *square]),
        "spectrum": (S.Eq(d.j[1] * d.j[1].T + d.j[2] * d.j[2].T, T.Kronecker(gram, eye(q))),
                     [S.Eq(d.w2, omega * q), S.Eq(q * q.T, eye(q)), S.Eq(d.d, c * T.Ones(*d.d.shape))]),
    }  # fmt: skip
    if name == "leaky_relu":
        diag = T.DiagonalMatrix(T.matrix("v", "d", 1))
        turned = d.image(diag * d.w1, -(d.w2 * diag))
        out["rescaling"] = S.Eq(turned, zero(turned)), [S.Nonzero(d.z)]
    return out


# -- the theorems ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", NAMES)
def test_the_theorems_are_those_of_the_specification(name):
    for key, (statement, hypotheses) in expected(name).items():
        r = at_minimizers(name).result(key)
        assert r.theorem.statement is statement, key
        assert set(r.theorem.hypotheses.values()) == set(hypotheses), key
        assert r.theorem.analysis == () and r.evidence.label is Label.PROVED and marked(r.title)


@pytest.mark.parametrize(("name", "wide"), CASES, ids=IDS)
def test_the_blocks(name, wide):
    d, at = Data(name, wide), at_minimizers(name, wide)
    letters = {1: d.w1, 2: d.w2}
    kinks = {S.Nonzero(d.z)} if name == "leaky_relu" else set()
    assert at.factor(1) is d.j[1] and at.factor(2) is d.j[2] and at.matrix is T.block([[d.j[1], d.j[2]]])
    for i in (1, 2):
        for j in (1, 2):
            square = d.j[i].T * d.j[j]
            r = at.result(f"hessian {i} {j}").theorem
            assert r.statement is S.Hess(d.g, letters[i], letters[j], square)
            assert set(r.hypotheses.values()) <= kinks | {d.interpolation} and r.analysis == ()
    r = at.result("split 2 1").theorem
    assert r.statement is S.Hess(d.g, d.w2, d.w1, d.j[2].T * d.j[1] + d.term21)
    assert set(r.hypotheses.values()) <= kinks
    r = at.result("exactly 2 1").theorem
    assert r.statement is S.Hess(d.g, d.w2, d.w1, d.j[2].T * d.j[1])
    assert set(r.hypotheses.values()) - kinks == {S.Eq(d.term21, zero(d.term21))}
    v = T.matrix("v", d.q, 1)
    unit = d.e * T.DiagonalMatrix(d.d.T * v) * d.x.T
    assert at.result("units 2 1").theorem.statement is S.Eq(unit, zero(unit))
    names = {r.name for r in at.results}
    assert ("split 1 1" in names) is (name != "leaky_relu") and "split 2 2" not in names
    if name != "leaky_relu":
        inside = T.hadamard(d.act.curvature(d.z), d.w2.T * d.e)
        unit = d.x * T.DiagonalMatrix(inside.T * v) * d.x.T
        assert at.result("units 1 1").theorem.statement is S.Eq(unit, zero(unit))


@pytest.mark.parametrize("name", [None, "leaky_relu", "cubic"])
def test_the_second_checker_exercises_every_theorem(name):
    for r in at_minimizers(name).results:
        evidence = check_steps(r.trace, trials=24)
        assert evidence.label is Label.CERTIFIED, (r.name, evidence.details)


@pytest.mark.parametrize("name", ["tanh", "sinh", "softplus", "sigmoid", "leaky softplus"])
def test_the_second_checker_exercises_what_rests_on_slopes(name):
    for key in ("only", "range 1", "kernel, m = d", "kernel converse, m = d", "spectrum"):
        evidence = check_steps(at_minimizers(name).result(key).trace, trials=30)
        assert evidence.label is Label.CERTIFIED, (key, evidence.details)


def test_rectangular_layers_pass_the_second_checker():
    for key in ("hessian 2 1", "split 2 1", "only", "image", "semidefinite", "range 2"):
        evidence = check_steps(at_minimizers("cubic", True).result(key).trace, trials=30)
        assert evidence.label is Label.CERTIFIED, (key, evidence.details)


@pytest.mark.parametrize(
    "key", ["hessian 1 2", "only", "range 1", "kernel, m = d", "kernel converse, m = d", "spectrum"]
)
def test_every_hypothesis_is_needed(key):
    """For s = z + z^3, but for inverses that the statement or another hypothesis contains."""
    r = at_minimizers("cubic").result(key)
    assert verdict(r) is Label.CERTIFIED
    inside = [n for o in (r.theorem.statement, *r.theorem.hypotheses.values()) for n in walk(o)]
    for name, h in r.theorem.hypotheses.items():
        if not (isinstance(h, S.Invertible) and T.Inverse(h.args[0]) in inside):
            assert verdict(r, without=name, trials=3000) is Label.REFUTED, name


def test_false_statements_are_refuted():
    """Positive definite; Kronecker factors swapped; J1 without the slopes; a kernel without the division by D."""
    at, s, d = at_minimizers("cubic"), Data("cubic", samples="d"), Data("cubic")
    swapped = T.Kronecker(eye(d.w2.T), d.s.T).T * T.Kronecker(eye(d.w2.T), d.s.T)
    assert verdict(at.result("hessian 2 2"), statement=S.Hess(d.g, d.w2, d.w2, swapped)) is Label.REFUTED
    flat = T.Kronecker(d.x.T, d.w2)
    assert verdict(at.result("hessian 1 1"), statement=S.Hess(d.g, d.w1, d.w1, flat.T * flat)) is Label.REFUTED
    undivided = -(inverse(s.w2) * s.v2 * s.s * inverse(s.x))
    assert verdict(at.result("kernel, m = d"), statement=S.Eq(s.v1, undivided)) is Label.REFUTED
    positive = S.Lt(T.number(0), T.SquaredNorm(s.image(s.v1, eye(s.w2))))
    assert verdict(at.result("kernel vector, m = d"), statement=positive) is Label.REFUTED
    one_more = at.result("spectrum").theorem.statement
    doubled = S.Eq(one_more.args[0], 2 * one_more.args[1])
    assert verdict(at.result("spectrum"), statement=doubled) is Label.REFUTED


# -- numbers -----------------------------------------------------------------------------------------------------------
def where(x, w1, w2, y=None, act="cubic", **more):
    letters = {k: RING.from_rows(v) for k, v in (("X", x), ("W1", w1), ("W2", w2))}
    letters |= {k: RING.number(Fraction(v)) for k, v in more.items()}
    dims, m = {"d": len(x), "m": len(x[0])}, at_minimizers(act)
    free = point(dims, letters)
    letters["Y"] = RING.from_rows(y) if y else evaluate(m.network.W2 * m.network.S, free, RING)
    return point(dims, letters)


def test_rank_and_kernel():
    """rank H = d m and dim ker H = 2 d^2 - d m under A3 with W2 invertible; less where both conditions fail."""
    at = at_minimizers("cubic")
    for x, w1, w2, positive in (
        ([[1, 0], [1, 1]], [[1, 0], [-2, 2]], [[1, 0], [0, 1]], 4),
        ([[1], [2]], [[0, 1], [1, 1]], [[1, 2], [0, 1]], 2),
        ([[1], [2]], [[0, 0], [0, 0]], [[1, 0], [0, 0]], 1),
    ):
        here = where(x, w1, w2)
        square = evaluate(at.matrix.T * at.matrix, here, RING)
        assert square == hessian_of_jets(at.network.loss, at.network.letters, Evaluation(here, RING))
        assert inertia(square) == Inertia(positive, 0, 8 - positive)


def test_t7e_and_t8():
    x = flint.fmpq_poly([0, 1])
    at = at_minimizers("cubic")
    here = where([[1, 0], [1, 1]], [[1, 0], [-2, 2]], [[1, 0], [0, 1]], [[2, 0], [0, 10]])
    found = evaluate(at.matrix.T * at.matrix, here, RING).charpoly()
    assert found == x**4 * (x**2 - 275 * x + 1445) * (x**2 - 137 * x + 3620)
    at, one = at_minimizers("leaky_relu"), [[1, 0], [0, 1]]
    here = where(one, [[2, -2], [1, 2]], one, [[2, -1], [1, 2]], "leaky_relu", a=Fraction(1, 2))
    found = evaluate(at.matrix.T * at.matrix, here, RING).charpoly()
    assert found == x**4 * (x - 6) ** 3 * (x - flint.fmpq(21, 4))


def test_ce6_the_condition_fails_with_a_residual():
    """s = z + z^2 + z^3, d = 1, m = 3: the gradient vanishes, and the Hessian is J^T J + diag(4 e, 0)."""
    e = Fraction(1, 100)
    at = HiddenHessianAt(HiddenMinimizers(HiddenNetwork(MIXED)))
    letters = {"X": [[1, 2, 3]], "Y": [[3 - 17 * e, 14 + 12 * e, 39 - 3 * e]], "W1": [[1]], "W2": [[1]]}
    here = point({"d": 1, "m": 3}, {k: RING.from_rows(v) for k, v in letters.items()})
    square = evaluate(at.matrix.T * at.matrix, here, RING)
    assert square == RING.from_rows([[11596, 4472], [4472, 1726]])
    terms = [evaluate(at.network.curvature(i, j), here, RING) for i, j in ((1, 1), (2, 1))]
    assert terms == [RING.from_rows([[4 * e]]), RING.from_rows([[0]])]
    assert not holds(at.result("exactly 1 1").theorem.statement, here)
    assert holds(at.result("exactly 2 1").theorem.statement, here)
    assert holds(at.result("split 1 1").theorem.statement, here)


def test_lookup():
    with pytest.raises(UsageError, match="there is no result"):
        at_minimizers("tanh").result("nothing")
    assert [a.name for a in at_minimizers("tanh").assumed] == ["rank", "definite"]
    assert [a.name for a in at_minimizers("tanh", True).assumed] == ["definite"]
    assert all(marked(a.statement) for a in at_minimizers("tanh").assumed)
