"""Theorems 4.2 and 5.1: each statement about global minimizers is the one of the specification, from its hypotheses
alone."""

from dataclasses import replace
from fractions import Fraction

import pytest

import symland as sl
from symland.calculus.prover import Prover
from symland.checks.modular import check_equation
from symland.checks.steps import check_steps
from symland.errors import NoRule, ShapeError, StepRejected, UsageError
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.statements import holds
from symland.evaluate.terms import evaluate
from symland.evidence import Label
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Substitution
from symland.language.trace import Step, Trace
from symland.proof.kernel import replay
from symland.report.markup import marked
from tests.deep_linear import DEPTH, HALF, RECTANGULAR, RESIDUAL, SQUARE, L, Network, every, eye, k, l

NETWORKS = {"square": SQUARE, "residual": RESIDUAL, "rectangular": RECTANGULAR}
PROBLEMS = {
    "square": sl.network("linear"),
    "residual": sl.network("residual"),
    "rectangular": sl.network("linear", rectangular=True),
}
RESULTS = {name: sl.minimizers(problem).results for name, problem in PROBLEMS.items()}
EVERY = [(shape, r) for shape, results in RESULTS.items() for r in results]
IDS = [f"{r.name}, {shape}" for shape, r in EVERY]
i, j, n = (Index.var(v) for v in "ijn")
ORDER = {"L >= 1", "l >= 1", "L >= l", "L >= l+1", "k >= 1"}  # order facts say where a statement has a meaning
DEFINED = {  # what says where the inverses in a statement have a meaning
    ("family_point", "C invertible"), ("orbit", "C invertible"), ("whole", "A1"), ("closed_form", "A2"),
    ("closed_form", "normal equation"),
    ("transitive", "A2"), ("transitive", "normal equation"), ("transitive_invertible", "normal equation"),
}  # fmt: skip


def for_all(low, high, statement):
    """all i in low..high: statement."""
    return S.ForAll.over("i", low, high, statement)


def expected(net: Network) -> dict[str, tuple[str, S.Statement, dict[str, S.Statement]]]:
    """Name -> source, statement, hypotheses."""
    normal, is_least = {"normal": net.normal}, S.Eq(net.loss, net.minimum)
    z = T.matrix("Z", net.width(L), net.width(Index.of(0)))
    neighbors = {"l >= 1": S.at_least(l, 1), "L >= l+1": S.at_least(L, l + 1)}
    conserved = S.Eq(net.factor(l + 1).T * net.gradient(l + 1), net.gradient(l) * net.factor(l).T)
    out = {
        "lower_bound": ("Theorem 4.2.1", S.Le(net.minimum, net.loss), {}),
        "value": ("Theorem 4.2.2", is_least, normal),
        "normal": ("Theorem 4.2.2", net.normal, {"minimum": is_least}),
        "product": ("Theorem 4.2.2", net.product_form(net.P), normal),
        "product_converse": ("Theorem 4.2.2", net.normal, {"form": net.product_form(z)}),
        "stationary": (
            "Theorem 4.2.2", S.Grad(net.loss, net.layer(l), T.Zero(*net.layer(l).shape)), {**normal, **net.inside},
        ),
        "conservation": ("4.1a", conserved, neighbors),
    }  # fmt: skip
    if net is not RECTANGULAR:
        out |= closed_form(net, is_least) | orbit(net)
    if net is RESIDUAL:
        out |= roots(net)
    return out


def closed_form(net, is_least):
    """The family, and that every minimizer is in it."""
    d = net.width(L)
    c, t, m, z, r = (*(T.family(x, d, d) for x in "CT"), *(T.matrix(x, d, d) for x in "MZ"), T.scalar("r"))
    first = S.Eq(net.layer(1), net.layer_of(net.Y * T.Pseudoinverse(net.X)))
    other = T.Zero(d, d) if net.residual else eye()
    links = {"links": every(S.Eq(net.factor(i) * c[i - 1], c[i]))}
    start = {"start": S.Eq(c[0], eye())}
    second = {"start of T": S.Eq(t[0], eye()), "links of T": every(S.Eq(net.factor(i) * t[i - 1], t[i]))}
    solved = {"end": S.Eq(c[L], m), "M": net.solves(m)}
    inverse, full = T.Inverse, {"normal": net.normal, "A2": S.Invertible(net.Y * net.X.T)}
    invertible = every(S.Invertible(net.factor(i)))
    point = every(S.Eq(net.layer(i), net.layer_of(c[i] * inverse(c[i - 1]))))
    partial = S.Eq(net.factor(i), net.chain(i, 1) * inverse(net.chain(i - 1, 1)))
    gram = net.X * net.X.T
    whole = S.Eq(net.P, net.Y * net.X.T * inverse(gram))
    rank = {"normal": net.normal, "factors": invertible, "rank": S.Rank(net.X, r), **DEPTH}
    family, arbitrary = {**start, **links, **DEPTH}, {"C": every(S.Invertible(c[i]))}
    below, above = (for_all(*ends, S.Invertible(net.factor(i))) for ends in ((1, l - 1), (l + 1, L)))
    critical = {"critical": S.Eq(net.gradient(l), T.Zero(d, d)), "below": below, "above": above, **net.inside}
    same = S.Eq(net.layer(i), other)
    one_factor = {"layer": S.Eq(net.layer(l), net.layer_of(m)), "M": net.solves(m),
                  "below": for_all(1, l - 1, same), "above": for_all(l + 1, L, same)}  # fmt: skip
    source, before_last = "Theorem 4.2.4", {"C": for_all(0, L - 1, S.Invertible(c[i]))}
    return {
        "attained": ("Theorem 4.2.1", is_least,
                     {"first": first, "others": for_all(2, L, S.Eq(net.layer(i), other)), **DEPTH}),
        "family": (source, is_least, family | solved),
        "orbit": (source, is_least, {**start, **solved, "point": point, **before_last, **DEPTH}),
        "needs_A2": ("Theorem 4.2.3", full["A2"],
                     {"normal": net.normal, "factors": invertible, "A1": S.Invertible(gram), **DEPTH}),
        "position": ("Theorem 4.2.6", is_least, {**one_factor, **net.inside}),
        "family_point": (source, links["links"], {"point": point, **before_last}),
        "family_invertible": (source, invertible, {**links, **arbitrary}),
        "family_solution": ("Theorem 4.2.5", is_least, {**family, "end": S.Eq(c[L], net.solution(z))}),
        "invertible": (source, invertible, full),
        "whole": (source, whole, {"normal": net.normal, "A1": S.Invertible(gram)}),
        "closed_form": (source, every(partial), full),
        "partial_invertible": (source, every(S.Invertible(net.chain(i, 1))), full),
        "unique": (source, for_all(0, L, S.Eq(c[i], t[i])), {**start, **links, **second}),
        "rank": ("Theorem 4.2.3", S.Rank(net.Y * net.X.T, r), rank),
        "critical": ("Corollary 4.5a", net.normal, critical),
    }  # fmt: skip


def orbit(net):
    """The action of G[1], ..., G[L-1], from the point to the other one."""
    there, g = net.other, T.family("G", net.width(L), net.width(L))
    moves = every(S.Eq(g[i] * net.factor(i), there.factor(i) * g[i - 1]))
    fixes = every(S.Eq(g[i] * net.factor(i), net.factor(i) * g[i - 1]))
    invertible = {x: every(S.Invertible(x.factor(i))) for x in (net, there)}
    carrier = {x: S.Eq(g[x], there.chain(x, 1) * T.Inverse(net.chain(x, 1))) for x in (Index.of(0), i, L)}
    start, end = S.Eq(g[0], eye()), S.Eq(g[L], eye())
    normal, a2 = {"normal": net.normal}, {"A2": S.Invertible(net.Y * net.X.T)}
    r = T.scalar("r")
    both = {**normal, "other": there.normal, **a2}
    all_invertible = every(S.Invertible(g[i]))
    found = {
        "action": (S.Eq(net.loss, there.loss), {"moves": moves, "start": start, "end": end, **DEPTH}),
        "action_invertible": (invertible[there], {"moves": moves, "factors": invertible[net], "G": all_invertible}),
        "action_rank": (
            S.Rank(there.factor(l), r),
            {"moves": moves, "G": for_all(0, L, S.Invertible(g[i])), "rank": S.Rank(net.factor(l), r), **net.inside},
        ),
        "transitive": (moves, {"G": for_all(0, L, carrier[i]), **normal, **a2}),
        "transitive_start": (start, {"G": carrier[Index.of(0)]}),
        "transitive_end": (end, {"G": carrier[L], **both}),
        "transitive_invertible": (all_invertible, {"G": every(carrier[i]), **both}),
        "free": (for_all(0, L, S.Eq(g[i], eye())), {"fixes": fixes, "factors": invertible[net], "start": start}),
    }
    return {name: ("Theorem 4.2.4", *what) for name, what in found.items()}


def roots(net):
    """Proposition 5.3 (ii) and (iii)."""
    d = net.width(L)
    r, s, q, a = (*(T.matrix(x, d, d) for x in "RSQ"), T.scalar("a"))
    power = T.MatrixPower
    equal = every(S.Eq(net.layer(i), r - eye()))
    halves = {
        "first": for_all(1, k, S.Eq(net.layer(i), s - eye())),
        "second": for_all(k + 1, k + k, S.Eq(net.layer(i), q - eye())),
        "roots": net.solves(power(q, k) * power(s, k)), "k >= 1": S.at_least(k, 1),
    }  # fmt: skip
    loss = HALF * T.SquaredNorm(net.chain(k + k, 1) * net.X - net.Y)
    small = every(S.UB(net.layer(i), a**2))
    return {
        "root": ("Proposition 5.3 (ii)", S.Eq(net.loss, net.minimum),
                 {"roots": equal, "solves": net.solves(power(r, L)), **DEPTH}),
        "root_small": ("Proposition 5.3 (ii)", small, {"roots": equal, "near": S.UB(r - eye(), a**2)}),
        "two_roots": ("Proposition 5.3 (iii)", S.Eq(loss, net.minimum), halves),
    }  # fmt: skip


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
    depth = "2k" if result.name == "two_roots" else "all"
    assert result.evidence.label is Label.PROVED and result.evidence.scope == f"dims: all, depth: {depth}"


@pytest.mark.parametrize(("shape", "result"), EVERY, ids=IDS)
def test_the_second_checker_exercises_every_step(shape, result):
    evidence = check_steps(result.trace, trials=60)
    assert evidence.label is Label.CERTIFIED
    assert evidence.details.startswith("each step exercised at least") and " 0 times" not in evidence.details


def data_of_the_other_point(net, model):
    """The last lines of the model, with both points free and the data made for the other one."""
    *carriers, data = model[-2:]
    return (*carriers, data._replace(value=Substitution(families={net.W.name: net.other.W}).apply(data.value)))


@pytest.mark.parametrize(("shape", "result"), EVERY, ids=IDS)
def test_every_hypothesis_is_needed(shape, result):
    for name in set(result.theorem.hypotheses) - ORDER:
        trace = step_alone(result, without=name)
        if (result.name, name) == ("transitive_end", "normal equation"):
            trace = replace(trace, model=data_of_the_other_point(NETWORKS[shape], trace.model))
        evidence = check_steps(trace, trials=2000)
        if (result.name, name) in DEFINED:
            assert evidence.label is Label.CERTIFIED, name
        else:
            assert evidence.label is Label.REFUTED, name


def falsified(statement: S.Statement, layer: T.Term) -> S.Statement:
    """A loss one percent larger, the order turned round, one side of an equation doubled, a gradient that is not 0, a
    matrix less its half or its first column, a rank or norm that is too small."""
    if isinstance(statement, S.ForAll):
        return S.ForAll.over(statement.var, statement.lo, statement.hi, falsified(statement.args[2], layer))
    if isinstance(statement, S.Grad):
        return S.Grad(statement.args[0], statement.args[1], layer)
    if isinstance(statement, S.Le):
        return S.Le(*reversed(statement.args))
    if isinstance(statement, S.Invertible):
        return S.Invertible(T.Zero(*statement.args[0].shape) * statement.args[0])
    if isinstance(statement, S.Rank):
        return S.Rank(statement.args[0], statement.args[1] + 1)
    if isinstance(statement, S.UB):
        return S.UB(statement.args[0], T.number(99, 100) * statement.args[1])
    times = T.number(101, 100) if statement.args[0].is_scalar else T.number(2)
    return S.Eq(statement.args[0], times * statement.args[1])


@pytest.mark.parametrize(("shape", "result"), EVERY, ids=IDS)
def test_a_false_statement_of_the_same_hypotheses_is_refuted(shape, result):
    false = falsified(result.theorem.statement, T.Member(NETWORKS[shape].W, l))
    assert check_steps(step_alone(result)).label is Label.CERTIFIED
    assert check_steps(step_alone(result, statement=false)).label is Label.REFUTED


# -- the public values -----------------------------------------------------------------------------------------
def test_value_and_condition():
    for shape, net in NETWORKS.items():
        found = sl.minimizers(PROBLEMS[shape])
        assert found.value is net.minimum and found.condition is net.normal


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
@pytest.mark.parametrize("shape", ["square", "residual"])
def test_explicit_depth(shape, layers):
    problem = sl.network("linear" if shape == "square" else shape, layers=layers)
    found, net = sl.minimizers(problem), NETWORKS[shape]
    assert len(problem.letters) == layers and found.value is SQUARE.minimum
    for result in found.results:
        said = (result.theorem.statement, *result.theorem.hypotheses.values())
        assert not any("L" in s.free_indices for s in said) and result.theorem.analysis == ()
    at_depth = {"L": Index.of(layers)}
    general = {r.name: r for r in RESULTS[shape]}
    for result in found.results:
        if result.name != "two_roots":
            instance = general[result.name].theorem.statement
            assert result.theorem.statement is Substitution(indices=at_depth).apply(instance) and result.name in general
    assert ("two_roots" in {r.name for r in found.results}) is (shape == "residual" and layers % 2 == 0)
    letters = [net.factor(Index.of(i)) for i in range(layers, 0, -1)]
    assert problem.loss is HALF * T.SquaredNorm(T.product(*letters, SQUARE.X) - SQUARE.Y)


@pytest.mark.parametrize("result", sl.minimizers(sl.network("residual", layers=2)).results, ids=lambda r: r.name)
def test_an_explicit_depth_is_exercised(result):
    assert check_steps(result.trace, trials=120).label is Label.CERTIFIED
    assert result.evidence.scope == "dims: all, depth: 2" or result.name == "transitive_start"


# -- families and what is cited ----------------------------------------------------------------------------------
def test_families():
    for shape in ("square", "residual"):
        net, found = NETWORKS[shape], sl.minimizers(PROBLEMS[shape])
        c, m = T.family("C", "d", "d"), T.matrix("M", "d", "d")
        orbit = found.families[0]
        assert orbit.point == {net.layer(l): net.layer_of(c[l] * T.Inverse(c[l - 1]))}
        given = {net.solves(m), S.Invertible(m), S.Eq(c[0], eye()), S.Eq(c[L], m)}
        assert set(orbit.hypotheses.values()) == {*given, for_all(0, L - 1, S.Invertible(c[i]))}
        assert repr(orbit.dimension) == "(L-1)*d^2" and "free" not in orbit.title
        assert [f.name for f in found.families][2:] == (["equal_layers"] if net.residual else [])
    assert sl.minimizers(PROBLEMS["rectangular"]).families == ()
    assert sl.minimizers(PROBLEMS["rectangular"]).assumed == ()


@pytest.mark.parametrize("name", ["linear", "residual"])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_every_point_of_a_family_is_a_minimizer(name, layers):
    """At rational points: the data are made so that the family's solution solves the normal equation."""
    problem, ring = sl.network(name, layers=layers), Rationals()
    found, letters = sl.minimizers(problem), problem.letters
    x = ring.from_rows([[1, 2, 0], [0, 1, 1]])
    free = {i: ring.from_rows([[1, i], [1, i + 1]]) for i in range(1, layers + 1)}
    solution = {"orbit": ring.from_rows([[2, 1], [1, 1]]), "equal_layers": ring.from_rows([[1, 1], [0, 1]])}
    for family in found.families:
        root = solution.get(family.name, ring.from_rows([[1, 1], [3, 5]]))
        product = root
        for _ in range(layers - 1 if family.name == "equal_layers" else 0):
            product = product * root
        data = {"X": x, "Y": product * x, "M": root, "R": root, "C": free}
        at = point({"d": 2, "m": 3}, data)
        assert set(family.point) == set(letters) and all(holds(h, at) for h in family.hypotheses.values())
        weights = {w.index.value: evaluate(t, at, ring) for w, t in family.point.items()}
        at = point({"d": 2, "m": 3}, {**data, letters[0].name: weights})
        assert evaluate(problem.loss, at, ring) == evaluate(found.value, at, ring) == 0


def test_what_is_cited_says_so():
    for name, count in (("linear", 4), ("residual", 7)):
        cited = sl.minimizers(sl.network(name)).assumed
        assert len(cited) == count
        for claim in cited:
            assert claim.evidence.label is Label.ASSUMED and claim.source and marked(claim.statement)


# -- false variants ----------------------------------------------------------------------------------------------
C = T.family("C", "d", "d")
G = T.family("G", "d", "d")


@pytest.mark.parametrize("shape", ["square", "residual"])
@pytest.mark.parametrize(
    ("name", "replaced"),
    [
        ("family", {"start": S.Eq(C[0], 2 * eye())}),
        ("family_solution", {"start": S.Eq(C[0], -eye())}),
        ("action", {"start": S.Eq(G[0], 2 * eye())}),
        ("action", {"end": S.Eq(G[L], -eye())}),
        ("unique", {"start": S.Eq(C[0], 2 * eye())}),
        ("free", {"start": S.Eq(G[0], 2 * eye())}),
    ],
    ids=str,
)
def test_false_variants_are_refuted_where_they_can_hold(shape, name, replaced):
    """The hypothesis changed, and the model with it."""
    result = next(r for r in RESULTS[shape] if r.name == name)
    (statement,) = replaced.values()
    letter, value = statement.args
    model = [line._replace(value=value) if line.target is letter else line for line in result.trace.model]
    hypotheses = {**result.theorem.hypotheses, **replaced}
    step = Step("s1", "said", result.theorem.statement, tuple(hypotheses), {})
    evidence = check_steps(Trace(hypotheses, (step,), {"t": "s1"}, tuple(model)), trials=2000)
    assert evidence.label is Label.REFUTED


@pytest.mark.parametrize(("shape", "result"), EVERY, ids=IDS)
def test_a_trace_with_another_last_step_is_rejected(shape, result):
    """The kernel does not take the false statement for the theorem, whatever the steps before it are."""
    false = falsified(result.theorem.statement, T.Member(NETWORKS[shape].W, l))
    last = result.trace.theorems[result.name]
    steps = tuple(s._replace(out=false) if s.id == last else s for s in result.trace.steps)
    with pytest.raises(StepRejected):
        replay(replace(result.trace, steps=steps))


def test_a_trace_without_a_hypothesis_is_rejected():
    for _, result in EVERY:
        for name in set(result.theorem.hypotheses) - ORDER:
            rest = {n: h for n, h in result.trace.hypotheses.items() if n != name}
            with pytest.raises(StepRejected):
                replay(replace(result.trace, hypotheses=rest))


def test_rectangular_factors_of_an_invertible_matrix_are_refused():
    """A B = 1 with A = (1, 0) and B = (1, 0)^T: neither factor is square, and the rule does not apply."""
    a, b = T.matrix("A", "p", "q"), T.matrix("B", "q", "p")
    for row in ("invertible_left", "invertible_right"):
        p = Prover({"product": S.Invertible(a * b)})
        with pytest.raises((StepRejected, ShapeError)):
            p.apply(row, [p.hyp("product")], A=a, B=b)
