"""Theorems 5.1 and 5.2 and Corollary 4.5a: the Hessian at the minimizers of the residual network, gradient dominance
near a point and for small residuals, critical points; what is attained, what is needed, and what is false."""

from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest

import symland as sl
from symland.checks.explicit import check_at_minimizer
from symland.checks.inertia import Inertia, inertia
from symland.checks.modular import check_equation
from symland.checks.steps import check_steps
from symland.errors import StepRejected, UsageError
from symland.evaluate.derivatives import gradient_at
from symland.evaluate.derivatives import hessian_at as hessian_of_jets
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.statements import holds
from symland.evaluate.terms import Evaluation, evaluate
from symland.evidence import Label
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.trace import Step, Trace
from symland.proof.kernel import replay
from tests.deep_linear import (
    DATA,
    NIL,
    RESIDUAL,
    SQUARE,
    L,
    ball,
    classical_factor,
    dominance,
    every,
    half_ball,
    i,
    k,
    l,
    layer_bound,
    region,
    region_factor,
    s,
    shrunk,
    squared_gradient,
)

RING = Rationals()
ONE = T.number(1)
a = T.family("a")
SMALL = {
    "residuals": every(S.UB(RESIDUAL.layer(i), T.Member(a, i) ** 2)),
    "bounds >= 0": every(S.Le(NIL, T.Member(a, i))),
    "bounds <= 1": every(S.Le(T.Member(a, i), ONE)),
    **DATA,
}
FACTORS = {
    "singular values": region_factor(layer_bound),
    "ball": region_factor(shrunk),
    "half ball": classical_factor(),
    "small residuals": region_factor(lambda at: ONE - T.Member(a, at)),
}
REGIONS = {
    "singular values": region(RESIDUAL),
    "ball": ball(RESIDUAL),
    "half ball": half_ball(RESIDUAL),
    "small residuals": SMALL,
}
SOURCES = ("Theorem 4.5", "Theorem 4.6", "Theorem 4.6 (ii)", "Theorem 5.2 (ii)")
POSITIVE = {name: S.Lt(NIL, f) for name, f in FACTORS.items()} | {"half ball": S.Lt(NIL, s)}
CASES = {"l > k": (k, S.at_least(l, k + 1)), "l = k": (l, None), "l < k": (k, S.at_least(k, l + 1))}


@cache
def found(name, network="residual"):
    return sl.gradient_dominance(sl.network(network), name)


# -- the Hessian at the minimizers -----------------------------------------------------------------------------------
@pytest.mark.parametrize("case", CASES)
def test_the_hessian_at_the_minimizers(case):
    column, order = CASES[case]
    result = sl.hessian_at(sl.network("residual")).results[list(CASES).index(case)]
    square = RESIDUAL.jacobian(l).T * RESIDUAL.jacobian(column)
    assert result.theorem.statement is S.Hess(RESIDUAL.loss, RESIDUAL.layer(l), RESIDUAL.layer(column), square)
    needed = {*RESIDUAL.inside.values()} if order is None else {RESIDUAL.normal, order, *RESIDUAL.both_inside.values()}
    assert set(result.theorem.hypotheses.values()) == needed and result.theorem.analysis == ()
    assert check_steps(result.trace, trials=30).label is Label.CERTIFIED
    flipped = T.Kronecker(*reversed(RESIDUAL.jacobian(l).args)).T * RESIDUAL.jacobian(column)
    for wrong in (T.number(101, 100) * square, flipped):
        false = S.Hess(*result.theorem.statement.args[:3], wrong)
        step = Step("s1", "said", false, tuple(result.theorem.hypotheses), {})
        trace = Trace(dict(result.theorem.hypotheses), (step,), {"t": "s1"}, result.trace.model)
        assert check_steps(trace, trials=240).label is Label.REFUTED


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_hessian_at_the_minimizers_entry_by_entry(layers):
    h = sl.hessian_at(sl.network("residual", layers=layers))
    problem, product = h.network.problem, T.OrderedProduct.over("j", 1, layers, RESIDUAL.factor(Index.var("j")))
    exact = [(RESIDUAL.Y, product * RESIDUAL.X)]
    square, dims = h.matrix.T * h.matrix, {"d": 2 if layers < 3 else 1, "m": 2}
    assert check_at_minimizer(problem.loss, problem.letters, square, dims, exact).label is Label.EXACT
    if layers > 1:
        wrong = T.block([list(reversed(h.matrix.grid[0]))])
        assert check_at_minimizer(problem.loss, problem.letters, wrong.T * wrong, dims, exact).label is Label.REFUTED


def test_the_zero_residual_is_a_minimizer_of_full_rank():
    """X = Y = I, all A = 0: the Hessian has rank d^2, although all layers are zero."""
    problem = sl.network("residual", layers=3)
    zero, eye = RING.zero(2, 2), RING.identity(2)
    at = Evaluation(point({"d": 2, "m": 2}, {"X": eye, "Y": eye, "A": {1: zero, 2: zero, 3: zero}}), RING)
    assert inertia(hessian_of_jets(problem.loss, problem.letters, at)) == Inertia(4, 0, 8)


# -- gradient dominance ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "source"), list(zip(REGIONS, SOURCES, strict=True)))
def test_the_theorem_is_the_one_of_the_specification(name, source):
    made = found(name)
    assert made.lambda_ is T.Reciprocal(FACTORS[name])
    assert made.theorem.statement is dominance(made.lambda_, RESIDUAL)
    assert set(made.region.values()) == {*REGIONS[name].values(), POSITIVE[name]}
    assert made.result.source == source and made.theorem.analysis == ()
    left, right = made.inequality.theorem.statement.args
    assert right is squared_gradient(RESIDUAL)
    product = FACTORS[name] * (RESIDUAL.loss - RESIDUAL.minimum)
    assert check_equation(left, product, {"d": 2, "m": 3, "L": 3}).label is Label.SAMPLED
    assert made.gradient.theorem.statement is S.Grad(RESIDUAL.loss, RESIDUAL.layer(l), RESIDUAL.gradient(l))


@pytest.mark.parametrize("name", REGIONS)
def test_the_second_checker_exercises_every_step(name):
    for result in found(name).results if name == "ball" else found(name).results[1:]:
        evidence = check_steps(result.trace, trials=240)
        assert evidence.label is Label.CERTIFIED
        assert evidence.details.startswith("each step exercised at least"), evidence.details


def scalar_matrix(value, d):
    return RING.from_rows([[Fraction(value) if x == y else 0 for y in range(d)] for x in range(d)])


def setting(factors, d=1, x=1, y=7, **scalars):
    """A_k = (factors[k-1] - 1) I, X = x I, all entries of Y are y; scalars and families of scalars by name; the factors
    of As by `center`."""
    letters = {"X": scalar_matrix(x, d), "Y": RING.from_rows([[y] * d] * d)}
    letters["A"] = {n: scalar_matrix(Fraction(f) - 1, d) for n, f in enumerate(factors, 1)}
    center = scalars.pop("center", factors)
    letters["As"] = {n: scalar_matrix(Fraction(f) - 1, d) for n, f in enumerate(center, 1)}
    for name, value in scalars.items():
        numbers = [RING.number(Fraction(v)) for v in (value if isinstance(value, list) else [value])]
        letters[name] = dict(enumerate(numbers, 1)) if isinstance(value, list) else numbers[0]
    return point({"d": d, "m": d}, letters, {"L": len(factors)})


ATTAINED = [
    ("singular values", [2, 3], {"t": [2, 3]}),
    ("ball", [2, 1], {"tau": [3, 2], "r": [1, 1], "center": [3, 2]}),
    ("half ball", [1, 1, 1], {"tau": 2, "center": [2, 2, 2]}),
    ("small residuals", [Fraction(1, 2), Fraction(2, 3)], {"a": [Fraction(1, 2), Fraction(1, 3)]}),
    ("small residuals", [Fraction(3, 4)] * 4, {"a": [Fraction(1, 4)] * 4}),
    ("small residuals", [1], {"a": [0]}),
]


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize(("name", "factors", "scalars"), ATTAINED, ids=str)
def test_the_constants_are_attained_and_one_percent_more_is_false(name, factors, scalars, d):
    """X = sigma I and A_k = -a I (Theorem 5.2), and the like for the other regions."""
    made, at = found(name), setting(factors, d=d, x=2, s=2, **scalars)
    assert all(holds(h, at) for h in made.region.values())
    left, right = (evaluate(side, at, RING) for side in made.theorem.statement.args)
    assert left == right > 0
    assert not holds(dominance(T.number(99, 100) * made.lambda_, RESIDUAL), at)


NEEDED = [
    ("singular values", "layers", [1, 0], {"t": [1, 1]}),
    ("ball", "center", [Fraction(1, 2)] * 2, {"tau": [2, 2], "r": [1, 1], "center": [1, 1]}),
    ("ball", "ball", [Fraction(1, 2)] * 2, {"tau": [2, 2], "r": [1, 1], "center": [2, 2]}),
    ("half ball", "center", [Fraction(1, 2)] * 2, {"tau": 2, "center": [1, 1]}),
    ("half ball", "ball", [Fraction(1, 2)] * 2, {"tau": 2, "center": [2, 2]}),
    ("small residuals", "residuals", [Fraction(1, 4)] * 2, {"a": [Fraction(1, 2)] * 2}),
    ("small residuals", "bounds >= 0", [1, 1], {"a": [-1, -1]}),
    ("small residuals", "bounds <= 1", [Fraction(1, 4)] * 2, {"a": [3, 3]}),
    ("small residuals", "data", [1, 1], {"a": [0, 0], "s": 10}),
]


@pytest.mark.parametrize(("name", "dropped", "factors", "scalars"), NEEDED)
def test_every_hypothesis_is_needed(name, dropped, factors, scalars):
    """A point where all hypotheses but one hold and the conclusion fails; a_k = 3 is the region with a_k > 1."""
    made, at = found(name), setting(factors, **{"s": 1, **scalars})
    assert [x for x, h in made.region.items() if not holds(h, at)] == [dropped]
    assert not holds(made.theorem.statement, at)


def test_the_region_has_no_minimizer_for_a_negative_determinant():
    """CE9: d = 1, X = 1, Y = -1. For |A| <= 1 the loss is at least 1/2; the least value 0 is taken at A = -2 only."""
    problem = sl.network("residual", layers=1)
    for factor in (Fraction(1, 100), 1, Fraction(199, 100), 0, -1):
        at = setting([factor], y=-1, s=1, a=[1])
        loss = evaluate(problem.loss, at, RING)
        inside = holds(REGIONS["small residuals"]["residuals"], at)
        assert inside is (factor >= 0) and (loss == 0) is (factor == -1)
        assert not inside or loss >= RING.number(Fraction(1, 2))
    least = sl.minimizers(problem).value
    assert evaluate(least, setting([1], y=-1), RING) == 0


def test_there_are_no_small_residuals_in_a_linear_network():
    with pytest.raises(UsageError, match="deep linear network has no residuals") as e:
        sl.gradient_dominance(sl.network("linear"), "small residuals")
    assert "ball" in e.value.hint


@pytest.mark.parametrize("name", REGIONS)
@pytest.mark.parametrize("layers", [1, 2, 5, 64])
def test_explicit_depth(layers, name):
    made = sl.gradient_dominance(sl.network("residual", layers=layers), name)
    assert made.minimizers.network.depth.value == layers
    for result in made.results:
        said = (result.theorem.statement, *result.theorem.hypotheses.values())
        assert not any("L" in x.free_indices for x in said) and result.theorem.analysis == ()
    scalars = {"tau": [4] * layers, "r": [2] * layers, "center": [4] * layers, "t": [2] * layers, "s": 1}
    if name == "half ball":
        scalars["tau"] = 4
    factor = [2] * layers
    if name == "small residuals":
        factor, scalars["a"] = [Fraction(1, 2)] * layers, [Fraction(1, 2)] * layers
    at = setting(factor, **scalars)
    left, right = (evaluate(side, at, RING) for side in made.theorem.statement.args)
    assert left == right and evaluate(made.lambda_, at, RING) == evaluate(found(name).lambda_, at, RING)


# -- critical points -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("network", "net"), [("linear", SQUARE), ("residual", RESIDUAL)])
@pytest.mark.parametrize("name", REGIONS)
def test_critical_points_in_the_region_are_global_minimizers(name, network, net):
    if name == "small residuals" and network == "linear":
        return
    made = found(name, network)
    theorem, d = made.critical.theorem, net.width(L)
    assert theorem.statement is S.Eq(net.loss, net.minimum) and theorem.analysis == ()
    vanishing = every(S.Eq(net.gradient(i), T.Zero(d, d)))
    assert set(theorem.hypotheses.values()) == {*made.region.values(), vanishing}
    assert made.critical.evidence.label is Label.PROVED
    assert check_steps(made.critical.trace, trials=240).label is Label.CERTIFIED


def test_a_critical_point_outside_of_every_region():
    """The saddle F = 0, L = 2: no bound is positive there, and the value is not the least one."""
    made, at = found("small residuals"), setting([0, 0], s=1, a=[1, 1])
    assert all(evaluate(g, at, RING) == RING.zero(1, 1) for g in (RESIDUAL.gradient(Index.of(n)) for n in (1, 2)))
    failing = [name for name, h in made.critical.theorem.hypotheses.items() if not holds(h, at)]
    assert failing == ["positive"] and not holds(made.critical.theorem.statement, at)
    problem = sl.network("residual", layers=2)
    jets = [gradient_at(problem.loss, w, Evaluation(at, RING)) for w in problem.letters]
    assert jets == [RING.zero(1, 1)] * 2


def test_edited_traces_are_rejected():
    """One percent more; 1 + a[k] for 1 - a[k]; the region with a[k] <= 2."""
    made = found("small residuals")
    trace, last = made.result.trace, made.result.trace.theorems[made.result.name]
    for false in (
        dominance(T.number(99, 100) * made.lambda_, RESIDUAL),
        dominance(T.Reciprocal(region_factor(lambda at: ONE + T.Member(a, at))), RESIDUAL),
    ):
        steps = tuple(x._replace(out=false) if x.id == last else x for x in trace.steps)
        with pytest.raises(StepRejected):
            replay(replace(trace, steps=steps))
    wider = {**trace.hypotheses, "bounds <= 1": every(S.Le(T.Member(a, i), T.number(2)))}
    with pytest.raises(StepRejected):
        replay(replace(trace, hypotheses=wider))
