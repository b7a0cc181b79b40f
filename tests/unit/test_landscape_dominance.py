"""Theorems 4.5 and 4.6: gradient dominance on three regions, its hypotheses, its constants, where they are attained."""

from fractions import Fraction
from functools import cache

import pytest

import symland as sl
from symland.checks.highprec import check_inequality, inequality_table
from symland.checks.modular import check_equation
from symland.checks.steps import check_steps
from symland.errors import UsageError
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.statements import holds
from symland.evaluate.terms import evaluate
from symland.evidence import Label
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.trace import Assignment
from tests.deep_linear import (
    BALL,
    HALF_BALL,
    NIL,
    REGION,
    SQUARE,
    L,
    classical_factor,
    dominance,
    layer_bound,
    region_factor,
    s,
    shrunk,
    squared_gradient,
)

RING = Rationals()
HALF_POSITIVE = {"s > 0": S.Lt(NIL, s)}
FACTORS = {
    "singular values": region_factor(layer_bound),
    "ball": region_factor(shrunk),
    "half ball": classical_factor(),
}
POSITIVE = {name: {"positive": S.Lt(NIL, f)} for name, f in FACTORS.items()} | {"half ball": HALF_POSITIVE}
REGIONS = {"singular values": REGION, "ball": BALL, "half ball": HALF_BALL}
SOURCES = {"singular values": "Theorem 4.5", "ball": "Theorem 4.6", "half ball": "Theorem 4.6 (ii)"}


@cache
def found(region):
    return sl.gradient_dominance(sl.network("linear"), region)


@pytest.mark.parametrize("region", REGIONS)
def test_the_theorem_is_the_one_of_the_specification(region):
    made = found(region)
    assert made.lambda_ is T.Reciprocal(FACTORS[region])
    assert made.theorem.statement is dominance(made.lambda_)
    assert set(made.region.values()) == {*REGIONS[region].values(), *POSITIVE[region].values()}
    assert made.result.source == SOURCES[region] and made.theorem.analysis == ()
    assert made.result.evidence.label is Label.PROVED and made.region_name == region


@pytest.mark.parametrize("region", REGIONS)
def test_the_inequality_before_division(region):
    """factor (h - h*) <= |grad h|^2, from the region alone: nothing has to be positive but tau."""
    theorem = found(region).inequality.theorem
    left, right = theorem.statement.args
    assert right is squared_gradient() and isinstance(theorem.statement, S.Le)
    product = FACTORS[region] * (SQUARE.loss - SQUARE.minimum)
    for depth in (1, 2, 3):
        assert check_equation(left, product, {"d": 2, "m": 3, "L": depth}).label is Label.SAMPLED
    assert set(theorem.hypotheses.values()) == set(REGIONS[region].values()) and theorem.analysis == ()


@pytest.mark.parametrize("region", REGIONS)
def test_the_gradients_in_it_are_gradients(region):
    theorem = found(region).gradient.theorem
    i = Index.var("l")
    assert theorem.statement is S.Grad(SQUARE.loss, SQUARE.layer(i), SQUARE.gradient(i))
    assert set(theorem.hypotheses.values()) == set(SQUARE.inside.values()) and theorem.analysis == ()


@pytest.mark.parametrize("region", REGIONS)
def test_the_second_checker_exercises_every_step(region):
    for result in found(region).results if region == "ball" else found(region).results[1:]:  # one gradient for all
        evidence = check_steps(result.trace, trials=240)
        assert evidence.label is Label.CERTIFIED
        assert evidence.details.startswith("each step exercised at least"), evidence.details


# -- equality: X = sigma I, W_k = t_k I (Proposition 4.7) ------------------------------------------------------
def scalar_matrix(value, d):
    return RING.from_rows([[Fraction(value) if i == j else 0 for j in range(d)] for i in range(d)])


def setting(d, x, y, weights, **scalars):
    """W_k = weights[k-1] I, X = x I, Y = y (an entry matrix of ones), and scalars or families of scalars by name."""
    values = {}
    for name, value in scalars.items():
        number = [RING.number(Fraction(v)) for v in (value if isinstance(value, list) else [value])]
        values[name] = dict(enumerate(number, 1)) if isinstance(value, list) else number[0]
    ones = RING.from_rows([[y] * d] * d)
    letters = {"X": scalar_matrix(x, d), "Y": ones, "W": {i: scalar_matrix(w, d) for i, w in enumerate(weights, 1)}}
    for name in ("Ws",):
        if name in values:
            letters[name] = {i: scalar_matrix(w, d) for i, w in enumerate(scalars[name], 1)}
            del values[name]
    return point({"d": d, "m": d}, {**letters, **both_taus(values)}, {"L": len(weights)})


def both_taus(values):
    """The scalar tau and the family tau have one name and different keys."""
    out = dict(values)
    if "taus" in out:
        out["tau"] = {**out.pop("taus"), None: out["tau"]} if "tau" in out else out.pop("taus")
    return out


def equality_point(d, taus, radius, sigma=2):
    """W*_k = tau_k I, W_k = (tau_k - radius) I, X = sigma I: the bound holds with equality whatever Y is."""
    weights = [Fraction(v) - radius for v in taus]
    one = Fraction(2 * radius)  # for the half ball the radius is tau/2
    radii = [radius] * len(taus)
    return setting(d, sigma, 7, weights, s=sigma, t=weights, taus=list(taus), tau=one, r=radii, Ws=list(taus))


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize("taus", [[3], [2, 3], [2, 3, 5], [4, 4, 4, 4]])
@pytest.mark.parametrize("region", ["singular values", "ball"])
def test_equality_and_one_percent_more(region, taus, d):
    made, at = found(region), equality_point(d, taus, radius=1)
    assert all(holds(h, at) for h in made.region.values())
    left, right = (evaluate(side, at, RING) for side in made.theorem.statement.args)
    assert left == right > 0
    assert not holds(dominance(T.number(99, 100) * made.lambda_), at)


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_the_classical_constant_is_attained_and_one_percent_more_is_not(depth, d):
    made, at = found("half ball"), equality_point(d, [2] * depth, radius=1)
    assert all(holds(h, at) for h in made.region.values())
    left, right = (evaluate(side, at, RING) for side in made.theorem.statement.args)
    assert left == right > 0
    assert not holds(dominance(T.number(99, 100) * made.lambda_), at)


HALF_TAU = T.number(1, 2) * T.scalar("tau")
LENGTH = T.IndexScalar(L)
WRONG = {  # 1/constant, and tau/2 at the equality point where it is too good
    "L + 1": (T.product(T.number(2), T.IndexScalar(L + 1), HALF_TAU ** (L + L - 2), s**2), 2),
    "exponent 2L": (T.product(T.number(2), LENGTH, HALF_TAU ** (L + L), s**2), 2),
    "exponent L": (T.product(T.number(2), LENGTH, HALF_TAU**L, s**2), Fraction(1, 4)),
    "exponent L - 1": (T.product(T.number(2), LENGTH, HALF_TAU ** (L - 1), s**2), Fraction(1, 4)),
    "tau for tau/2": (T.product(T.number(2), LENGTH, T.scalar("tau") ** (L + L - 2), s**2), 2),
    "sigma": (T.product(T.number(2), LENGTH, HALF_TAU ** (L + L - 2), s), Fraction(1, 4)),
    "sigma^3": (T.product(T.number(2), LENGTH, HALF_TAU ** (L + L - 2), s**3), 2),
    "3 for 2": (T.product(T.number(3), LENGTH, HALF_TAU ** (L + L - 2), s**2), 2),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_classical_constants(name):
    factor, half = WRONG[name]
    at = equality_point(1, [2 * half] * 3, radius=half, sigma=half)
    assert all(holds(h, at) for h in found("half ball").region.values())
    assert holds(found("half ball").theorem.statement, at) and not holds(dominance(T.Reciprocal(factor)), at)


EVERY = ("k", Index.of(1), L)
X_IS_SCALAR = Assignment("set", SQUARE.X, T.scalar("g") * T.Identity(SQUARE.X.shape[0]))


def equality_model():
    """X = g I (square data), W_k = c_k I, s and t_k their sizes: Proposition 4.7."""
    layer = SQUARE.layer(Index.var("k"))
    c = T.family("c")[Index.var("k")]
    return (
        Assignment("set", layer, c * T.Identity(layer.shape[0]), over=EVERY),
        Assignment("below", s, SQUARE.X * SQUARE.X.T, SQUARE.X.T),
        Assignment("below", layer_bound(Index.var("k")), layer, over=EVERY),
    )


def test_sampling_refutes_one_percent_more():
    """The check of inequalities reaches the equality case by its own samples."""
    made = found("singular values")
    hypotheses = list(made.region.values())
    right = check_inequality(made.theorem.statement, hypotheses, equality_model(), digits=30, trials=30)
    assert right.label is Label.NUMERIC
    wrong = dominance(T.number(99, 100) * made.lambda_)
    evidence = check_inequality(wrong, hypotheses, equality_model(), digits=30, trials=30)
    assert evidence.label is Label.REFUTED and evidence.witness.left > evidence.witness.right


@pytest.mark.parametrize("region", REGIONS)
def test_sampling_on_the_models_of_the_traces(region):
    made = found(region)
    rows = inequality_table(made.theorem.statement, list(made.region.values()), made.result.trace.model, 30, 12)
    assert len(rows) >= 5 and all(r.left <= r.right or r.difference < 1e-25 for r in rows)


# -- every hypothesis is needed --------------------------------------------------------------------------------
LONELY = dict(s=1, t=[1, 1], taus=[2, 2], tau=2, r=[1, 1], Ws=[2, 2])
NEEDED = [
    ("singular values", "layers", [1, 0], {}),
    ("singular values", "data", [1, 1], {"s": 10}),
    ("ball", "center", [Fraction(1, 2)] * 2, {"Ws": [1, 1]}),
    ("ball", "ball", [Fraction(1, 2)] * 2, {}),
    ("ball", "data", [1, 1], {"s": 10}),
    ("ball", "radius >= 0", [1, 1], {"r": [-1, -1]}),
    ("ball", "radius <= tau", [Fraction(1, 10)] * 2, {"r": [4, 4], "taus": [1, 1], "Ws": [1, 1]}),
    ("half ball", "center", [Fraction(1, 2)] * 2, {"Ws": [1, 1]}),
    ("half ball", "ball", [Fraction(1, 2)] * 2, {}),
    ("half ball", "data", [1, 1], {"s": 10}),
]


@pytest.mark.parametrize(("region", "dropped", "weights", "changed"), NEEDED)
def test_every_hypothesis_is_needed(region, dropped, weights, changed):
    """A point where all hypotheses but one hold and the conclusion fails (d = 1, X = 1, Y = 7)."""
    made, at = found(region), setting(1, 1, 7, weights, **{**LONELY, **changed})
    assert [name for name, h in made.region.items() if not holds(h, at)] == [dropped]
    assert not holds(made.theorem.statement, at)


def test_no_constant_where_nothing_is_positive():
    """CE13: at W = 0, L >= 2, the gradient vanishes and h > h*; the region allows t = 0 only, and "positive" fails."""
    made, at = found("singular values"), setting(2, 1, 3, [0, 0], s=1, t=[0, 0])
    assert evaluate(SQUARE.loss - SQUARE.minimum, at, RING) > 0 and evaluate(squared_gradient(), at, RING) == 0
    assert [name for name, h in made.region.items() if not holds(h, at)] == ["positive"]


# -- refusals and public details -------------------------------------------------------------------------------
def test_refusals():
    problem = sl.network("linear")
    with pytest.raises(UsageError, match="no region 'nowhere'") as e:
        sl.gradient_dominance(problem, "nowhere")
    assert all(name in e.value.hint for name in REGIONS)
    with pytest.raises(UsageError, match="square layers"):
        sl.gradient_dominance(sl.network("linear", rectangular=True))


def test_the_default_is_the_region_of_singular_values():
    assert sl.gradient_dominance(sl.network("linear")).theorem.statement is found("singular values").theorem.statement


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("layers", [1, 2, 3, 7])
def test_explicit_depth(layers, region):
    made = sl.gradient_dominance(sl.network("linear", layers=layers), region)
    assert "L" not in made.theorem.statement.free_indices and made.theorem.analysis == ()
    at = equality_point(1, [2] * layers, radius=1)
    assert evaluate(made.lambda_, at, RING) == evaluate(found(region).lambda_, at, RING)
    left, right = (evaluate(side, at, RING) for side in made.theorem.statement.args)
    assert left == right > 0


def test_one_line_of_repr():
    for region in REGIONS:
        text = repr(found(region))
        assert "\n" not in text and region in text and "[PROVED]" in text
