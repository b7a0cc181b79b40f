"""All critical points of the two-layer linear loss (12.1): both directions proved, and wrong statements refused."""

import pytest

import symland as sl
from symland.calculus.prover import Prover
from symland.checks.steps import check_steps
from symland.evidence import Label
from symland.landscape.candidates.stationary import equations_of
from symland.landscape.products.bottleneck import CriticalPoints
from symland.language import statements as S
from symland.language import terms as T

POINTS = CriticalPoints()
NAMES = [r.name for r in POINTS.results]


def test_the_statements():
    """As 12.1 of the specification has them."""
    said = {r.name: r.theorem.statement for r in POINTS.results}
    A1, A2, X, Y = POINTS.A1, POINTS.A2, POINTS.X, POINTS.Y
    P, Sigma = A2 * T.Pseudoinverse(A2), Y * T.Pseudoinverse(X) * X * Y.T
    loss = sl.number(1, 2) * sl.norm2(A2 * A1 * X - Y)
    assert said["commutes"] is S.Eq(P * Sigma, Sigma * P)
    assert said["value"] is S.Eq(loss, sl.number(1, 2) * (sl.norm2(Y) - T.Trace(P * Sigma)))
    for w in (A1, A2):
        assert said[f"critical in {w!r}"] is S.Grad(loss, w, T.Zero(*w.shape))
        assert said[f"invariant subspace, {w!r}"] is S.Grad(loss, w, T.Zero(*w.shape))
    assert "condition on Z" in POINTS.result("critical in A2").theorem.hypotheses
    assert POINTS.result("product").theorem.analysis == ()
    assert {a.evidence.label for a in POINTS.assumed} == {Label.ASSUMED}


@pytest.mark.parametrize("name", NAMES)
def test_proved_and_exercised(name):
    result = POINTS.result(name)
    assert sl.check(result, methods=["kernel"]).label is Label.PROVED
    assert check_steps(result.trace, trials=120).label is Label.CERTIFIED


def test_wrong_statements_are_not_proved():
    rules = equations_of(Prover(POINTS.critical), POINTS.critical, [POINTS.covariance, POINTS.projector])
    one = {"gradient of A1 vanishes": POINTS.critical["gradient of A1 vanishes"]}
    half = equations_of(Prover(one), one, [POINTS.covariance, POINTS.projector])
    P, Sigma = POINTS.projector, POINTS.covariance
    assert rules.prove(P * Sigma, Sigma * P) is not None
    assert half.prove(P * Sigma, Sigma * P) is None
    assert rules.prove(P * Sigma, Sigma) is None
    assert rules.prove(POINTS.loss, sl.number(1, 2) * sl.norm2(POINTS.Y)) is None
