"""Theorem 4.2: each statement about global minimizers is the one of the specification, from its hypotheses alone."""

from fractions import Fraction

import pytest

import symland as sl
from symland.checks.modular import check_equation
from symland.checks.steps import check_steps
from symland.errors import NoRule, UsageError
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.statements import holds
from symland.evaluate.terms import evaluate
from symland.evidence import Label
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.trace import Step, Trace
from tests.deep_linear import DEPTH, HALF, RECTANGULAR, SQUARE, L, Network, l

NETWORKS = {"square": SQUARE, "rectangular": RECTANGULAR}
RESULTS = {name: sl.minimizers(sl.network("linear", rectangular=name == "rectangular")).results for name in NETWORKS}
EVERY = [(shape, r) for shape, results in RESULTS.items() for r in results]
IDS = [f"{r.name}, {shape}" for shape, r in EVERY]
ORDER = {"L >= 1", "l >= 1", "L >= l"}  # order facts say where a statement has a meaning


def expected(n: Network) -> dict[str, tuple[str, S.Statement, dict[str, S.Statement]]]:
    """Name -> source, statement, hypotheses."""
    normal, is_least = {"normal": n.normal}, S.Eq(n.loss, n.minimum)
    z = T.matrix("Z", n.width(L), n.width(Index.of(0)))
    out = {
        "lower_bound": ("Theorem 4.2.1", S.Le(n.minimum, n.loss), {}),
        "value": ("Theorem 4.2.2", is_least, normal),
        "normal": ("Theorem 4.2.2", n.normal, {"minimum": is_least}),
        "product": ("Theorem 4.2.2", n.product_form(n.P), normal),
        "product_converse": ("Theorem 4.2.2", n.normal, {"form": n.product_form(z)}),
        "stationary": ("Theorem 4.2.2", S.Grad(n.loss, n.layer(l), T.Zero(*n.layer(l).shape)), {**normal, **n.inside}),
    }
    if n is SQUARE:
        d = n.width(L)
        c, m, i = T.family("C", d, d), T.matrix("M", d, d), Index.var("i")
        first = S.Eq(n.layer(1), n.Y * T.Pseudoinverse(n.X))
        others = S.ForAll.over("i", 2, L, S.Eq(n.layer(i), T.Identity(d)))
        links = S.ForAll.over("i", 1, L, S.Eq(n.layer(i) * c[i - 1], c[i]))
        ends = {"start": S.Eq(c[0], T.Identity(d)), "end": S.Eq(c[L], m), "M": S.Eq(m * n.X * n.X.T, n.Y * n.X.T)}
        out["attained"] = ("Theorem 4.2.1", is_least, {"first": first, "others": others, **DEPTH})
        out["family"] = ("Theorem 4.2.4", is_least, {"links": links, **ends, **DEPTH})
    return out


def step_alone(result: Result, without: str = "", statement: S.Statement | None = None) -> Trace:
    """The theorem as a single claim, without one hypothesis or with another statement."""
    deps = tuple(name for name in result.theorem.hypotheses if name != without)
    step = Step("s1", "said", statement or result.theorem.statement, deps, {})
    return Trace(dict(result.theorem.hypotheses), (step,), {"theorem": "s1"}, result.trace.model)


@pytest.mark.parametrize("shape", NETWORKS)
def test_nothing_is_missing(shape):
    assert {r.name for r in RESULTS[shape]} == set(expected(NETWORKS[shape]))


@pytest.mark.parametrize(("shape", "result"), EVERY, ids=IDS)
def test_the_theorem_is_the_one_of_the_specification(shape, result):
    source, statement, hypotheses = expected(NETWORKS[shape])[result.name]
    assert result.theorem.statement is statement
    assert set(result.theorem.hypotheses.values()) == set(hypotheses.values())
    assert len(result.theorem.hypotheses) == len(hypotheses)
    assert result.source == source and result.theorem.analysis == ()
    assert result.evidence.label is Label.PROVED and result.evidence.scope == "dims: all, depth: all"


@pytest.mark.parametrize(("shape", "result"), EVERY, ids=IDS)
def test_the_second_checker_exercises_every_step(shape, result):
    evidence = check_steps(result.trace, trials=60)
    assert evidence.label is Label.CERTIFIED
    assert evidence.details.startswith("each step exercised at least") and " 0 times" not in evidence.details


@pytest.mark.parametrize(("shape", "result"), EVERY, ids=IDS)
def test_every_hypothesis_is_needed(shape, result):
    for name in set(result.theorem.hypotheses) - ORDER:
        assert check_steps(step_alone(result, without=name), trials=2000).label is Label.REFUTED, name


@pytest.mark.parametrize(("shape", "result"), EVERY, ids=IDS)
def test_a_false_statement_of_the_same_hypotheses_is_refuted(shape, result):
    """A loss one percent larger, the order turned round, one side of an equation doubled, a gradient that is not 0."""
    statement = result.theorem.statement
    if isinstance(statement, S.Grad):
        false = S.Grad(statement.args[0], statement.args[1], T.Member(NETWORKS[shape].W, l))
    elif isinstance(statement, S.Le):
        false = S.Le(*reversed(statement.args))
    elif statement.args[0].is_scalar:
        false = S.Eq(statement.args[0], T.number(101, 100) * statement.args[1])
    else:
        false = S.Eq(statement.args[0], 2 * statement.args[1])
    assert check_steps(step_alone(result)).label is Label.CERTIFIED
    assert check_steps(step_alone(result, statement=false)).label is Label.REFUTED


# -- the public values -----------------------------------------------------------------------------------------
def test_value_and_condition():
    for shape, n in NETWORKS.items():
        found = sl.minimizers(sl.network("linear", rectangular=shape == "rectangular"))
        assert found.value is n.minimum and found.condition is n.normal


def test_the_value_is_that_of_the_specification():
    """h* = 1/2 |Y (I - X^+ X)|^2, also where X has no full rank, and it is not 0 for m > d."""
    value, ring = sl.minimizers(sl.network("linear")).value, Rationals()
    x, y = SQUARE.X, SQUARE.Y
    other = HALF * T.SquaredNorm(y * (T.Identity(x.shape[1]) - T.Pseudoinverse(x) * x))
    assert check_equation(value, other, {"d": 3, "m": 5, "L": 1}).label is Label.SAMPLED
    data = {
        "T3a": ([[1, 0, 0], [0, 1, 0]], [[2, 0, 1], [0, 3, -1]], 1),
        "rank one": ([[1, 2, 0], [2, 4, 0]], [[0, 0, 1], [5, 10, 0]], Fraction(1, 2)),
        "X = 0": ([[0, 0, 0], [0, 0, 0]], [[1, 0, 0], [0, 2, 0]], Fraction(5, 2)),
        "interpolation": ([[1, 0, 0], [0, 1, 0]], [[7, 1, 0], [2, 3, 0]], 0),
    }
    for name, (a, b, least) in data.items():
        at = point({"d": 2, "m": 3}, {"X": ring.from_rows(a), "Y": ring.from_rows(b)})
        assert evaluate(value, at, ring) == evaluate(other, at, ring) == ring.number(Fraction(least)), name


def test_both_directions_at_points():
    """Test vectors T3a and T3b: the first is a global minimizer with nonzero residual, the second is not."""
    ring = Rationals()
    data = {"X": ring.from_rows([[1, 0, 0], [0, 1, 0]]), "Y": ring.from_rows([[2, 0, 1], [0, 3, -1]])}
    minimizer = {1: ring.from_rows([[1, 0], [0, 1]]), 2: ring.from_rows([[2, 0], [0, 3]])}
    other = {1: ring.from_rows([[1, 1], [0, 1]]), 2: ring.from_rows([[1, 0], [2, 1]])}
    is_least = S.Eq(SQUARE.loss, SQUARE.minimum)
    for weights, least in ((minimizer, True), (other, False)):
        at = point({"d": 2, "m": 3}, {**data, "W": weights}, {"L": 2})
        assert holds(SQUARE.normal, at) is holds(is_least, at) is least
        assert holds(S.Le(SQUARE.minimum, SQUARE.loss), at)


def test_a_bottleneck_has_minimizers_off_the_normal_equation():
    """L = 2 of widths 2, 1, 2 with X = I, Y = diag(2, 1): by Eckart and Young the best W2 W1 is diag(2, 0), so the
    normal equation fails at the global minimizers, whose value 1/2 is above the bound 0. No title may call the points
    of the normal equation the global minimizers of a rectangular network."""
    ring = Rationals()
    letters = {"X": ring.identity(2), "Y": ring.from_rows([[2, 0], [0, 1]])}
    best = {1: ring.from_rows([[2, 0]]), 2: ring.from_rows([[1], [0]])}
    at = point({"n": {0: 2, 1: 1, 2: 2}, "m": 2}, {**letters, "W": best}, {"L": 2})
    assert evaluate(RECTANGULAR.loss, at, ring) == ring.number(Fraction(1, 2))
    assert evaluate(RECTANGULAR.minimum, at, ring) == 0 and not holds(RECTANGULAR.normal, at)
    problem = sl.network("linear", rectangular=True)
    results = (*sl.minimizers(problem).results, *sl.hessian_at(problem).results)
    claims = [r.title for r in results if "normal" in r.theorem.hypotheses or "normal equation" in r.theorem.hypotheses]
    assert claims and not [title for title in claims if "global minimizer" in title]


def test_refusals():
    d = sl.dims("d")
    w = sl.matrix("W", d, d)
    problem = sl.Problem("least squares", sl.norm2(w), (w,))
    for ask in (sl.minimizers, sl.hessian_at, sl.gradient_dominance):
        with pytest.raises(NoRule, match="global minimizers of 'least squares' are not known") as e:
            ask(problem)
        assert "network" in e.value.hint
    for layers in (0, -1, True, 2.0, "2", 65):
        with pytest.raises(UsageError, match="layer"):
            sl.network("linear", layers=layers)
    with pytest.raises(UsageError, match="no network 'lineal'") as e:
        sl.network("lineal")
    assert "linear" in e.value.hint
    with pytest.raises(UsageError, match="activation"):
        sl.network("linear", activation="tanh")


@pytest.mark.parametrize("layers", [1, 2, 3, 64])
def test_explicit_depth(layers):
    problem = sl.network("linear", layers=layers)
    found = sl.minimizers(problem)
    assert len(problem.letters) == layers and found.value is SQUARE.minimum
    for result in found.results:
        assert "L" not in result.theorem.statement.free_indices and result.theorem.analysis == ()
    letters = [T.Member(SQUARE.W, Index.of(i)) for i in range(layers, 0, -1)]
    assert problem.loss is HALF * T.SquaredNorm(T.product(*letters, SQUARE.X) - SQUARE.Y)
