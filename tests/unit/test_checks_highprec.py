"""The mpmath second opinion: NUMERIC at best, REFUTED for wrong formulas and inequalities, tables of values."""

import pytest

from symland.checks.highprec import (
    _Differences,
    check_derivatives_numeric,
    check_inequality,
    derivative_table,
    inequality_table,
)
from symland.checks.sampling import Sample, stream
from symland.errors import UndefinedHere, UsageError
from symland.evaluate.dense import Reals
from symland.evaluate.rings import Rationals
from symland.evidence import Label
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
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


# -- right formulas where differences are hard to trust ---------------------------------------------------------
def test_a_sample_on_a_pole_refutes_nothing():
    """The matrix A that is drawn first is singular, and the loss holds the inverse of its square."""
    rows, columns = Dim.of("n"), Dim.of("m")
    a, g = T.matrix("A", rows, rows), T.matrix("G", columns, rows)
    kernel = T.HadamardPower((T.matrix("S", rows, rows, "symmetric") - T.Identity(rows)).T, Index.of(2))
    square = T.MatrixPower(a.T, Index.of(2))
    loss = T.Trace(T.hadamard(square + g.T * g + T.Inverse(square), kernel))
    nothing = T.Zero(rows * rows, rows * columns)  # no summand has both letters
    for digits in (15, 50):
        evidence = check_derivatives_numeric(loss, {}, {(a, g): nothing}, DIMS, digits)
        assert evidence.label is Label.NUMERIC
    something = T.Ones(rows * rows, rows * columns)
    assert check_derivatives_numeric(loss, {}, {(a, g): something}, DIMS, 15).label is Label.REFUTED


@pytest.mark.parametrize("rows", [[[1, 2], [2, 4]], [[1, 0], [0, 0]]])
def test_near_a_pole_there_is_no_value(rows):
    singular, small = Reals(40).from_rows(rows), Reals(40).number(1) / 10**8
    near = Reals(40).add(singular, small * Reals(40).identity(2))
    margin = Reals(40, 1)
    assert Reals(40).inverse(near)
    for call in (lambda: margin.inverse(near), lambda: margin.inverse(singular), lambda: margin.reciprocal(small)):
        with pytest.raises(UndefinedHere):
            call()


s, t = T.scalar("s"), T.scalar("t")
HARD = {
    "cancellation": (n(10**70) * T.SquaredNorm(B) + T.Trace(A), A, T.Identity(Dim.of("d"))),
    "fast": (T.Elementwise("sin", n(10**30) * s), s, n(10**30) * T.Elementwise("cos", n(10**30) * s)),
    "steep": (T.Elementwise("exp", n(200) * s * s), s, n(400) * s * T.Elementwise("exp", n(200) * s * s)),
}


@pytest.mark.parametrize("name", HARD)
def test_a_disagreement_is_confirmed_with_more_digits(name):
    loss, letter, right = HARD[name]
    assert check_derivatives_numeric(loss, {letter: right}, {}, {"d": 2}, 15).label is Label.NUMERIC
    for wrong in (n(2) * right, n(-1) * right, n(10**6 + 1, 10**6) * right):
        assert check_derivatives_numeric(loss, {letter: wrong}, {}, {"d": 2}, 15).label is Label.REFUTED


def test_a_loss_without_values_is_no_counterexample():
    x = T.matrix("x", "d", 1)
    with pytest.raises(UndefinedHere):
        check_derivatives_numeric(T.Trace(T.Inverse(x * x.T)), {x: x}, {}, {"d": 2}, 15)
    huge = n(10**900) * T.SquaredNorm(B)
    for loss in (huge + T.Trace(A), huge + T.Trace(A) - huge):  # at 520 digits the trace is lost
        with pytest.raises(UndefinedHere, match="do not settle"):
            check_derivatives_numeric(loss, {A: T.Identity(Dim.of("d"))}, {}, {"d": 2}, 15)


def at_zero(loss, digits=40):
    """Differences of a loss in s, with s = 0 as the sample."""
    sample = Sample(stream([loss]), {})
    sample.letters[("s", None), ()] = Rationals().number(0)
    return _Differences(loss, sample, Reals(digits))


def test_kinks_are_seen_by_the_slopes_on_both_sides():
    """Central differences settle at kinks: on 0 for |s|, on 1/2 for relu, on 0 for the spectral norm of s I."""
    one = [(s, Rationals().number(1))]
    assert at_zero(s**2 + s).is_smooth(one) and at_zero(T.Elementwise("exp", s)).is_smooth(one)
    assert at_zero(s**2).is_smooth(one * 2)
    for kink in (T.Elementwise("abs", s), T.Elementwise("relu", s), T.OperatorNorm(s * T.Identity(Dim.of(2)))):
        assert not at_zero(kink).is_smooth(one)
        assert not at_zero(kink).is_smooth(one * 2)
    with pytest.raises(UndefinedHere):
        at_zero(T.Reciprocal(s**2))


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


def test_an_inequality_fails_with_more_digits_too():
    """At 20 digits 10^30 s + t - 10^30 s is not t."""
    far = n(10**30) * s
    evidence = check_inequality(S.Le((far + t) - far, t), digits=20)
    assert evidence.label is Label.UNDECIDED and "change with the digits" in evidence.details
    assert check_inequality(S.Le((far + t) - far + n(1), t), digits=20).label is Label.REFUTED
