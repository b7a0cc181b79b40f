"""The mpmath second opinion: NUMERIC at best, REFUTED for wrong formulas and inequalities, tables of values."""

import pytest

from symland.checks.highprec import (
    check_derivatives_numeric,
    check_inequality,
    derivative_table,
    inequality_table,
)
from symland.errors import UsageError
from symland.evidence import Label
from symland.language import statements as S
from symland.language import terms as T
from symland.language.trace import Assignment
from tests import linear_network as net

A, B = T.matrix("A", "d", "d"), T.matrix("B", "d", "d")
n = T.number
DIMS = {"n": 2, "m": 3}


@pytest.mark.parametrize("digits", [20, 50])
def test_right_formulas(digits):
    evidence = check_derivatives_numeric(net.loss(3), net.gradients(3), net.blocks(3), DIMS, digits=digits, trials=1)
    assert evidence.label is Label.NUMERIC
    assert evidence.scope == f"{digits} digits; n = 2, m = 3"


def test_an_inverse_by_differences():
    minus = T.Inverse(A) * T.Inverse(A)
    evidence = check_derivatives_numeric(T.Trace(T.Inverse(A)), {A: -minus.T}, {}, {"d": 2}, digits=30)
    assert evidence.label is Label.NUMERIC
    assert float(evidence.details.rpartition(" ")[2]) < 1e-28  # of order h^2


@pytest.mark.parametrize("factor", [n(2), n(-1), n(10**12 + 1, 10**12)])
def test_wrong_gradients(factor):
    gradients = {net.layer(1): factor * net.gradient(2, 1)}
    evidence = check_derivatives_numeric(net.loss(2), gradients, {}, DIMS)
    assert evidence.label is Label.REFUTED
    assert "gradient W1" in evidence.claim and evidence.witness.left != evidence.witness.right


def test_wrong_hessian_blocks():
    blocks = {(net.layer(2), net.layer(1)): net.lower_block(2, 2, 1, commutation=False)}
    assert check_derivatives_numeric(net.loss(2), {}, blocks, DIMS).label is Label.REFUTED


def test_a_table_has_a_row_for_each_formula_and_sample():
    rows = derivative_table(net.loss(2), net.gradients(2), net.blocks(2), DIMS, digits=30, trials=2)
    assert [r.sample for r in rows] == [1] * 6 + [2] * 6
    assert rows[0].what == "gradient W1" and rows[2].what == "Hessian block W1 W1"
    assert len(str(rows[0].left)) <= 34
    assert all(set(r.point) == {"W1", "W2", "X", "Y"} for r in rows)


def test_scalar_letters():
    w = T.scalar("w")
    loss = (w**2 - n(2)) ** 2
    assert check_derivatives_numeric(loss, {w: 4 * w * (w**2 - n(2))}, {}, {}).label is Label.NUMERIC
    assert check_derivatives_numeric(loss, {w: 4 * (w**2 - n(2))}, {}, {}).label is Label.REFUTED


# -- inequalities ---------------------------------------------------------------------------------------------
r = T.scalar("r")
BALL = [S.UB(A, r**2)]
MODEL = [Assignment("above", r, A)]


def bounded(factor):
    return S.Le(factor * T.SquaredNorm(A * B), r**2 * T.SquaredNorm(B))


def test_inequalities():
    evidence = check_inequality(bounded(n(1)), BALL, MODEL)
    assert evidence.label is Label.NUMERIC and evidence.scope == "50 digits; 40 samples"
    assert "least relative slack 0.0e+00" in evidence.details  # the equality case is among the samples
    assert check_inequality(bounded(n(101, 100)), BALL, MODEL).label is Label.REFUTED


def test_an_equality_is_not_a_strict_inequality():
    trace = S.Lt(T.Trace(A * B), T.Trace(B * A))
    assert check_inequality(trace).label is Label.UNDECIDED


def test_hypotheses_that_hold_nowhere():
    evidence = check_inequality(bounded(n(1)), [S.Lt(T.SquaredNorm(A), n(0))])
    assert evidence.label is Label.UNDECIDED and "no sample" in evidence.details


def test_only_inequalities():
    with pytest.raises(UsageError, match="not an inequality"):
        check_inequality(S.Eq(A, B))


def test_the_table_of_an_inequality():
    rows = inequality_table(bounded(n(1)), BALL, MODEL, digits=20, trials=7)
    assert len(rows) == 7 and all(row.left <= row.right for row in rows)
    assert all({"A", "B", "r"} <= set(row.point) for row in rows)
    assert all(1 <= row.dims["d"] <= 3 for row in rows)
