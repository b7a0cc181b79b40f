"""Theorem 4.8 and CE14: the linear network with two layers near a minimizer at which gradient dominance fails, and near
one at which it holds although H is not onto."""

from dataclasses import replace
from fractions import Fraction

import flint
import pytest

from symland.checks.inertia import Inertia, inertia
from symland.checks.steps import check_steps
from symland.errors import StepRejected
from symland.evaluate.point import point
from symland.evaluate.terms import evaluate
from symland.evidence import Label
from symland.landscape.at_minimizers.two_layers import TwoLayers
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim
from symland.language.trace import Assignment
from symland.proof.kernel import replay
from tests.curvature_points import RING, at_a_minimizer, claim, diagonal, with_last_step

CURVE = TwoLayers()
d, one = Dim.of("d"), Dim.of(1)
W, X, Y = T.family("W", d, d), T.matrix("X", d, "m"), T.matrix("Y", d, "m")
M1, M2 = T.matrix("M1", d, d), T.matrix("M2", d, d)
a, b, u, w = (T.matrix(name, d, 1) for name in "abuw")
t = T.scalar("t")
HALF, NIL, EYE = T.number(1, 2), T.Zero(d, one), T.Identity(d)
SIZE, AB, GRAM = T.SquaredNorm, T.Inner(a, b), X * X.T
LOSS = HALF * SIZE(W[2] * W[1] * X - Y)
GAP = LOSS - HALF * SIZE(M2 * M1 * X - Y)
E = W[2] * W[1] * X - Y
SQUARED = SIZE(W[2].T * E * X.T) + SIZE(E * X.T * W[1].T)
WEIGHT = T.Inner(w, GRAM * w)
STEEP = SIZE(u) * SIZE(a) * SIZE(w.T * GRAM) + WEIGHT**2 * SIZE(b)
KERNELS = {S.Eq(M2 * b, NIL), S.Eq(a.T * M1, T.Zero(one, d))}
AT = {S.Eq(W[1], M1 + t * (b * w.T)), S.Eq(W[2], M2 + t * (u * a.T)), S.Eq(M2 * M1 * GRAM, Y * X.T), *KERNELS}
LEFT, RIGHT = S.Eq(u.T * M2, T.Zero(one, d)), S.Eq(M1 * GRAM * w, NIL)


def expected(cube=3, fourth=4):
    """Name -> statement, hypotheses; written out from the specification."""
    size = SIZE(w.T * X)
    return {
        "product": (S.Eq((M2 + t * (u * a.T)) * (M1 + t * (b * w.T)), M2 * M1 + t**2 * AB * (u * w.T)), KERNELS),
        "gradient 1": (S.Grad(LOSS, W[1], t**cube * AB * SIZE(u) * (a * w.T * GRAM)), {*AT, LEFT}),
        "gradient 2": (S.Grad(LOSS, W[2], t**cube * AB * WEIGHT * (u * b.T)), {*AT, RIGHT}),
        "gap": (S.Eq(GAP, HALF * t**fourth * AB**2 * SIZE(u) * size), AT),
        "squared gradient": (S.Eq(SQUARED, t ** (2 * cube) * AB**2 * SIZE(u) * STEEP), {*AT, LEFT, RIGHT}),
        "ratio": (S.Eq(2 * t ** (6 - fourth) * STEEP * GAP, size * SQUARED), {*AT, LEFT, RIGHT}),
    }


NAMES = list(expected())


@pytest.mark.parametrize("name", NAMES)
def test_the_theorem_is_the_one_of_the_specification(name):
    found, (statement, hypotheses) = CURVE.result(name), expected()[name]
    assert found.theorem.statement is statement
    assert set(found.theorem.hypotheses.values()) == hypotheses
    assert found.source == "Theorem 4.8" and found.depth == "2" and found.theorem.analysis == ()
    assert found.evidence.label is Label.PROVED


def test_nothing_is_missing():
    assert [r.name for r in CURVE.results] == NAMES
    assert [x.evidence.label for x in CURVE.assumed] == [Label.ASSUMED] * 3


@pytest.mark.parametrize("name", NAMES)
def test_the_second_checker_exercises_every_step(name):
    evidence = check_steps(CURVE.result(name).trace, trials=60)
    assert evidence.label is Label.CERTIFIED
    assert evidence.details.startswith("each step exercised at least") and " 0 times" not in evidence.details


def model_of_all_but(hypothesis):
    """Points at which every hypothesis holds, but for this one."""

    def off(name, vector):
        return EYE if f"vector {name}" == hypothesis else EYE - vector * T.Pseudoinverse(vector)

    free = [T.matrix(name, d, d) for name in ("F1", "F2")]
    lines = {
        "M1": (M1, off("a", a) * free[0] * off("w", GRAM * w)),
        "M2": (M2, off("u", u) * free[1] * off("b", b)),
        "first": (W[1], M1 + t * (b * w.T)),
        "second": (W[2], M2 + t * (u * a.T)),
        "normal equation": (Y, M2 * M1 * X),
    }
    return tuple(Assignment("set", *line) for name, line in lines.items() if name != hypothesis)


@pytest.mark.parametrize(("name", "hypothesis"), [(n, h) for n in NAMES for h in CURVE.result(n).theorem.hypotheses])
def test_every_hypothesis_is_needed(name, hypothesis):
    found = CURVE.result(name)
    trace = claim(found, found.theorem.statement, without=hypothesis)
    evidence = check_steps(replace(trace, model=model_of_all_but(hypothesis)), trials=600)
    assert evidence.label is Label.REFUTED


@pytest.mark.parametrize("name", NAMES[1:])
def test_a_wrong_power_of_the_parameter_is_refused(name):
    """t^2 in the gradients, t^3 in the gap: by the second checker, and by the kernel as the last step of the proof."""
    found, (wrong, _) = CURVE.result(name), expected(cube=2, fourth=3)[name]
    assert check_steps(claim(found, wrong), trials=240).label is Label.REFUTED
    with pytest.raises(StepRejected):
        replay(with_last_step(found.trace, out=wrong))


def test_a_transposed_change_of_the_product_is_refuted():
    statement = S.Eq((M2 + t * (u * a.T)) * (M1 + t * (b * w.T)), M2 * M1 + t**2 * AB * (w * u.T))
    assert check_steps(claim(CURVE.result("product"), statement), trials=240).label is Label.REFUTED


# -- numbers ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("step", [Fraction(1, 2), Fraction(1, 10)])
def test_the_ratio_grows_along_the_curve(step):
    """M1 = M2 = diag(1, 0), X = I, all four vectors (0, 1): h - h* = t^4/2, |grad h|^2 = 2 t^6, ratio 1/(4 t^2)."""
    first = diagonal(1, step)
    letters = {"W": {1: first, 2: first}, "X": RING.identity(2), "Y": diagonal(1, 0)}
    letters |= {"M1": diagonal(1, 0), "M2": diagonal(1, 0)}
    at = point({"d": 2, "m": 2}, letters)
    gap, squared = evaluate(GAP, at, RING), evaluate(SQUARED, at, RING)
    assert gap == RING.number(step**4 / 2) and squared == RING.number(2 * step**6)
    assert gap / squared == RING.number(1 / (4 * step**2))


def test_ce14_gradient_dominance_although_h_is_not_onto():
    """W1 = diag(0, 1), W2 = diag(1, 0), X = I, Y = 0: the eigenvalues of the Hessian are 2, 1, 1 and five times 0; the
    kernel has dimension d^2 + (d - r1)(d - r2) = 5, where 4 would be that of an H that is onto."""
    _, hessian = at_a_minimizer("linear", [diagonal(0, 1), diagonal(1, 0)], RING.identity(2))
    x = flint.fmpq_poly([0, 1])
    assert hessian.charpoly() == x**5 * (x - 1) ** 2 * (x - 2)
    assert inertia(hessian) == Inertia(3, 0, 5)


def test_the_curve_starts_where_the_kernel_is_larger():
    """At M1 = M2 = diag(1, 0): rank M = 1 is not r1 + r2 - d = 0; the kernel of the Hessian has dimension 5, and the
    minimizers near it do not fill it: (0, 1) (0, 1)^T in both layers is a direction of it that leaves them."""
    _, hessian = at_a_minimizer("linear", [diagonal(1, 0), diagonal(1, 0)], RING.identity(2))
    assert inertia(hessian) == Inertia(3, 0, 5)
    leaving = RING.matrix(8, 1, [RING.number(x) for x in (0, 0, 0, 1, 0, 0, 0, 1)])
    assert not any(RING.entries(hessian * leaving))
