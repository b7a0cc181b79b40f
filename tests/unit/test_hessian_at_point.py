"""The Hessian at one rational point: exact numbers, and what is no minimizer."""

import json
from fractions import Fraction

import numpy as np
import pytest

import symland as sl
import symland.landscape.at_minimizers.hessian_at_point as module
from symland.errors import UndefinedHere
from symland.evaluate.rings import Rationals
from symland.landscape.hidden.network import hidden_network
from symland.language import terms as T

RING = Rationals()
LINEAR = sl.network("linear")
EYE = [[1, 0], [0, 1]]
T3 = {"X": [[1, 0, 0], [0, 1, 0]], "Y": [[2, 0, 1], [0, 3, -1]]}
T3A = {**T3, "W1": EYE, "W2": [[2, 0], [0, 3]]}


def hidden(activation):
    return sl.network("hidden", activation=activation)


def scalar(**values):
    return {name: [[v]] for name, v in values.items()}


def test_everything_at_a_minimizer():
    found = sl.hessian_at(LINEAR, at=T3A)
    assert found.loss == 1 and found.evidence.label is sl.Label.CERTIFIED
    assert found.spectrum.eigenvalues == ((10, 2), (5, 2), (0, 4))
    assert found.inertia == (4, 0, 4) and found.rank == 4 and len(found.kernel) == 4
    assert all(not any((found.matrix * v).entries()) for v in found.kernel)
    assert found.rows[0][0] == 4 and len(found.rows) == 8
    assert repr(found) == (
        "Hessian of deep linear network, 2 layers, 8 x 8, eigenvalues 10 (2 times), 5 (2 times), 0 (4 times): "
        "a global minimizer: the loss is 1, its least value  [CERTIFIED]"
    )
    data = json.loads(json.dumps(found.to_json()))
    assert data["rank"] == 4 and data["loss"] == "1" and len(data["kernel"]) == 4
    assert found._repr_latex_().startswith("$")


def test_a_depth_that_is_written_out():
    for problem in (LINEAR, sl.network("linear", layers=2)):
        assert sl.hessian_at(problem, at=T3A).rank == 4
    with pytest.raises(sl.UsageError, match="no letter 'W3'"):
        sl.hessian_at(sl.network("linear", layers=2), at={**T3A, "W3": EYE})


# -- not a minimizer ------------------------------------------------------------------------------------------------
def slope_at(error):
    """The slope of the loss in the directions of the witness, here by the definition of D at the witness."""
    return sum(
        (-x * x for name, g in error.point.items() if name.startswith("V,") for x in g.entries()), RING.number(0)
    )


def test_a_gradient_that_does_not_vanish():
    """T1b: the gradient is (-8, -4), of squared length 80."""
    with pytest.raises(sl.NotAMinimizer, match=r"W1 it is \[\[-8\]\]; with respect to W2 it is \[\[-4\]\]") as caught:
        sl.hessian_at(LINEAR, at=scalar(W1=1, W2=2, X=1, Y=6))
    w = caught.value.witness
    assert w.left == -80 == slope_at(w) and w.right == 0
    assert w.point["V, direction of W1"] == RING.from_rows([[8]]) and w.point["Y"] == RING.from_rows([[6]])


def test_negative_curvature():
    """At W = 0 the Hessian of 1/2 (w2 w1 - 6)^2 is [[0, -6], [-6, 0]]."""
    with pytest.raises(sl.NotAMinimizer, match="v'Hv = -12") as caught:
        sl.hessian_at(LINEAR, at=scalar(W1=0, W2=0, X=1, Y=6))
    assert caught.value.witness.left == -12 and "saddle" in caught.value.hint
    v = caught.value.witness.point["v"].entries()
    assert -6 * 2 * v[0] * v[1] == -12


def test_a_saddle_of_higher_order():
    """CE13: three layers at W = 0, gradient and Hessian zero."""
    with pytest.raises(sl.NotAMinimizer, match="the loss is 18, its least value is 0") as caught:
        sl.hessian_at(LINEAR, at=scalar(W1=0, W2=0, W3=0, X=1, Y=6))
    assert caught.value.witness.left == -18


def test_one_entry_that_is_wrong():
    """T3a with one entry changed is no minimizer; neither is the right point for other data."""
    with pytest.raises(sl.NotAMinimizer):
        sl.hessian_at(LINEAR, at={**T3A, "W2": [[2, 0], [0, Fraction(301, 100)]]})
    with pytest.raises(sl.NotAMinimizer):
        sl.hessian_at(LINEAR, at={**T3A, "Y": [[2, 0, 1], [1, 3, -1]]})


def test_the_residual_network():
    problem = sl.network("residual")
    at = {"A1": [[1, 0], [0, 0]], "A2": [[0, 1], [0, 1]], "X": EYE, "Y": [[2, 1], [0, 2]]}
    found = sl.hessian_at(problem, at=at)
    assert found.evidence.label is sl.Label.CERTIFIED and found.inertia == (4, 0, 4)
    with pytest.raises(sl.NotAMinimizer):
        sl.hessian_at(problem, at={**at, "A2": [[0, 1], [0, 2]]})


def test_bottlenecks_are_undecided():
    """n = (2, 1, 2), X = I, Y = diag(2, 1): the best product of rank one is diag(2, 0), of loss 1/2 (Eckart and Young);
    that it is best is not decided here. diag(0, 1) is a saddle."""
    problem = sl.network("linear", layers=2, rectangular=True)
    data = {"X": EYE, "Y": [[2, 0], [0, 1]]}
    found = sl.hessian_at(problem, at={**data, "W1": [[1, 0]], "W2": [[2], [0]]})
    assert found.evidence.label is sl.Label.UNDECIDED and found.loss == Fraction(1, 2)
    with pytest.raises(sl.NotAMinimizer, match="v'Hv"):
        sl.hessian_at(problem, at={**data, "W1": [[0, 1]], "W2": [[0], [1]]})


def test_a_hidden_layer():
    for problem in (hidden("cubic"), hidden_network("cubic").problem):
        found = sl.hessian_at(problem, at=scalar(W1=1, W2=3, X=1, Y=6))  # T7a
        assert found.rows == [[144, 24], [24, 4]] and found.evidence.label is sl.Label.CERTIFIED


def test_a_point_of_which_the_least_value_is_not_known():
    """T9: a critical point with a residual, positive definite."""
    x, y = [[1, 2, 3]], [[3 - Fraction(17, 100), 14 + Fraction(12, 100), 39 - Fraction(3, 100)]]
    w1, w2, data = sl.matrix("W1", 1, 1), sl.matrix("W2", 1, 1), sl.matrix("X", 1, "m")
    z, target = w1 * data, sl.matrix("Y", 1, "m")
    s = z + T.HadamardPower(z, sl.Index.of(2)) + T.HadamardPower(z, sl.Index.of(3))
    problem = sl.Problem("CE6", sl.number(1, 2) * sl.norm2(w2 * s - target), (w1, w2), data=(data, target))
    found = sl.hessian_at(problem, at={"W1": [[1]], "W2": [[1]], "X": x, "Y": y})
    assert found.evidence.label is sl.Label.UNDECIDED and found.inertia == (2, 0, 0) and found.kernel == ()


def test_losses_that_are_no_squares():
    w = sl.matrix("W", 2, 2)
    trace = sl.Problem("trace", T.Trace(w.T * w), (w,))
    found = sl.hessian_at(trace, at={"W": [[0, 0], [0, 0]]})
    assert found.evidence.label is sl.Label.UNDECIDED and found.spectrum.eigenvalues == ((2, 4),)
    x = sl.matrix("X", 2, 2)
    tied = sl.Problem("tied", sl.number(1, 2) * sl.norm2(w.T * w * x - x), (w,), data=(x,))
    found = sl.hessian_at(tied, at={"W": EYE, "X": EYE})  # section 12.7: eigenvalues 2(1 + 1) and zeros
    assert found.evidence.label is sl.Label.CERTIFIED and found.spectrum.eigenvalues == ((4, 3), (0, 1))
    minus = sl.Problem("minus", sl.number(-1) * sl.norm2(w), (w,))
    with pytest.raises(sl.NotAMinimizer, match="v'Hv = -2"):
        sl.hessian_at(minus, at={"W": [[0, 0], [0, 0]]})


def test_a_hessian_that_is_not_h_t_h_is_found_out(monkeypatch):
    monkeypatch.setattr(module, "hessian_by_jets", lambda loss, letters, here: RING.identity(2))
    with pytest.raises(sl.CheckFailed, match="not H'H"):
        sl.hessian_at(LINEAR, at=scalar(W1=2, W2=3, X=1, Y=6))


# -- bad input --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"Y": None}, sl.UsageError, "no value for Y"),
        ({"W1": None}, sl.UsageError, "no value for W1"),
        ({"W1": None, "W2": None}, sl.UsageError, "no layer is given: W1"),
        ({"Q": EYE}, sl.UsageError, "no letter 'Q'"),
        ({3: EYE}, sl.UsageError, "no letter 3"),
        ({"W2": [[2.5, 0], [0, 3]]}, sl.UsageError, "W2: 2.5 is not a rational number"),
        ({"W2": [["2", 0], [0, 3]]}, sl.UsageError, "W2: '2' is not a rational number"),
        ({"W2": [[2, 0], [3]]}, sl.UsageError, "W2: the rows of the matrix have the lengths 2, 1"),
        ({"W2": [[2, 0]]}, sl.ShapeError, "W2 is d x d"),
        ({"W1": [[1]]}, sl.ShapeError, "d x"),
        ({"X": [[1, 0], [0, 1]]}, sl.ShapeError, "m"),
        ({"X": 4}, sl.UsageError, "X: 4 is not a matrix"),
        ({"W1": []}, sl.UsageError, "W1: the matrix has no entries"),
        ({"W2": [[10**400, 0], [0, 3]]}, sl.UsageError, "digits"),
    ],
    ids=lambda v: str(v)[:40],
)
def test_points_that_do_not_fit(changes, error, message):
    at = {name: v for name, v in {**T3A, **changes}.items() if v is not None}
    with pytest.raises(error, match=message):
        sl.hessian_at(LINEAR, at=at)


@pytest.mark.parametrize("at", [7, [EYE], "W1", None])
def test_what_is_no_point(at):
    if at is not None:
        with pytest.raises(sl.UsageError, match="by letter"):
            sl.hessian_at(sl.network("linear", layers=1), at=at)


def test_integers_of_numpy_are_exact():
    at = {name: np.array(v) for name, v in T3A.items()}
    assert sl.hessian_at(LINEAR, at=at).rank == 4


def test_functions_without_rational_values():
    """The exact arithmetic has free values for tanh: they would be wrong numbers."""
    with pytest.raises(sl.NoRule, match="without exact rational values"):
        sl.hessian_at(hidden("tanh"), at={"W1": EYE, "W2": EYE, "X": EYE, "Y": EYE})


def test_a_kink():
    """CE12: leaky ReLU at X = Y = W1 = W2 = I has z_ij = 0."""
    with pytest.raises(UndefinedHere, match="leaky_relu has no value at 0"):
        at = {"W1": EYE, "W2": EYE, "X": EYE, "Y": EYE, "a": Fraction(1, 2)}
        sl.hessian_at(hidden("leaky_relu"), at=at)


def test_hypotheses_of_the_problem():
    """The leaky ReLU has a slope between 0 and 1."""
    at = {"W1": [[2, -2], [1, 2]], "W2": EYE, "X": EYE, "Y": [[2, -1], [1, 2]], "a": Fraction(1, 2)}
    assert sl.hessian_at(hidden("leaky_relu"), at=at).rank == 4
    with pytest.raises(sl.UsageError, match=r"assumes a < 1: .* fails here"):
        sl.hessian_at(hidden("leaky_relu"), at={**at, "a": 2})
    with pytest.raises(sl.UsageError, match="no value for a"):
        sl.hessian_at(hidden("leaky_relu"), at={name: v for name, v in at.items() if name != "a"})


def test_letters_with_facts():
    s, w = sl.matrix("S", "d", "d", "symmetric"), sl.matrix("W", "d", "d")
    over = sl.Problem("symmetric", sl.norm2(s * w), (s,), data=(w,))
    with pytest.raises(sl.NoRule, match="symmetric"):
        sl.hessian_at(over, at={"S": EYE, "W": EYE})
    given = sl.Problem("given", sl.norm2(s * w), (w,), data=(s,))
    assert sl.hessian_at(given, at={"S": EYE, "W": [[0, 0], [0, 0]]}).inertia == (4, 0, 0)
    tiny = Fraction(1, 10**12)
    with pytest.raises(sl.UsageError, match="declared symmetric"):
        sl.hessian_at(given, at={"S": [[1, tiny], [0, 1]], "W": EYE})


# -- long numbers ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("long", ["10**5000", "1/10**5000", "1/10**300"])
def test_entries_that_are_too_long_are_refused(long):
    numerator, _, denominator = long.rpartition("/")
    base, _, exponent = denominator.partition("**")
    value = Fraction(int(base) ** int(exponent))
    value = 1 / value if numerator else value
    for name in ("W1", "Y"):
        with pytest.raises(sl.UsageError, match=f"{name} has entries of more than 300 digits"):
            sl.hessian_at(LINEAR, at={**scalar(W1=1, W2=2, X=1, Y=2), name: [[value]]})


def test_eigenvalues_beyond_the_floats_can_be_shown():
    """H = (w2 x, w1 x) with x = 10^200 and w = (10^100, 1): H'H has the trace x^2 (10^200 + 1)."""
    found = sl.hessian_at(LINEAR, at=scalar(W1=1, W2=10**80, X=10**190, Y=10**270))
    assert found.spectrum.eigenvalues[0][0] == 10**380 * (10**160 + 1)
    assert "eigenvalues about 1.00000e+540, 0:" in repr(found) and "540" in found.spectrum._repr_latex_()
    assert json.loads(json.dumps(found.to_json()))["hessian"][0][0] == str(10**540)
    two = {"W1": [[10**100, 1], [1, 1]], "W2": [[10**100, 0], [3, 1]], "X": [[10**90, 0], [0, 1]]}
    irrational = sl.hessian_at(LINEAR, at={**two, "Y": [[10**290, 10**100], [(3 * 10**100 + 1) * 10**90, 4]]})
    assert "near 2.00000e+380" in repr(irrational) and json.dumps(irrational.to_json())


def test_a_loss_with_many_digits():
    """The layers 1/3^200, ..., 1/31^200: their product has a denominator of more than 2000 digits."""
    layers = {f"W{i}": [[Fraction(1, p**200)]] for i, p in enumerate((3, 5, 7, 11, 13, 17, 19, 23, 29, 31), 1)}
    with pytest.raises(sl.NotAMinimizer, match=r"the loss is about 0\.500000 and its") as caught:
        sl.hessian_at(LINEAR, at={**layers, "X": [[1]], "Y": [[1]]})
    assert len(str(caught.value)) < 1000 and str(caught.value.witness.left)


def test_a_hessian_that_is_too_long_is_refused():
    """The layers 0 and 1/p^200: the gradient vanishes, and the Hessian has a denominator of more than 4000 digits."""
    primes = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31)
    layers = {f"W{i}": [[Fraction(1, p**200)]] for i, p in enumerate(primes, 1)}
    with pytest.raises(sl.UsageError, match=r"numbers of \d+ digits"):
        sl.hessian_at(LINEAR, at={**layers, "W11": [[0]], "X": [[1]], "Y": [[0]]})
