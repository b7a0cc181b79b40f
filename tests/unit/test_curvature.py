"""Theorem 4.3 and 5.1: form, range, kernel and definiteness of H^T H at the minimizers of both networks."""

import json
from functools import cache
from random import Random

import pytest

from symland.checks.inertia import Inertia, inertia
from symland.checks.steps import check_steps
from symland.errors import StepRejected, UsageError
from symland.evaluate.point import point
from symland.evaluate.terms import evaluate
from symland.evidence import Label
from symland.landscape.at_minimizers.curvature import Curvature
from symland.landscape.at_minimizers.second_derivative import Line
from symland.landscape.products.networks import linear_network
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.proof.kernel import replay
from symland.read.json import parse_trace
from symland.write.json import trace_json
from tests.curvature_points import BY_HAND, MAKE, RING, at_a_minimizer, claim, with_last_step
from tests.deep_linear import L, i, l

d, m = Dim.of("d"), Dim.of("m")
V, G, Z = T.family("V", d, d), T.family("G", d, d), T.matrix("Z", d, d)
NIL, EYE = T.Zero(d, d), T.Identity(d)
u, v = T.matrix("u", d, 1), T.matrix("v", d, 1)
DEEP = (
    "product rule", "second derivative", "jacobian", "second order", "semidefinite", "range", "kernel", "kernel form",
    "kernel converse", "kernel unique",
    "not definite", "not definite, length", "not definite, zero",
)  # fmt: skip
FLAT = ("one layer", "one layer, definite", "one layer, degenerate")
EVERY = [(network, name) for network in MAKE for name in DEEP + FLAT]


@cache
def curvature(network, layers=None):
    return Curvature(MAKE[network](layers))


def result(network, name):
    return curvature(network).result(name)


def total(body, lo=1, hi=L, var="i"):
    return T.BoundedSum.over(var, lo, hi, body)


def every(statement, lo=1, hi=L):
    return S.ForAll.over("i", lo, hi, statement)


def expected(network):
    """Name -> statement, hypotheses; written out from the specification."""
    n = BY_HAND[network]
    f, x = n.factor, n.X
    gram, j = x * x.T, Index.var("j")
    dP = total(n.chain(L, i + 1) * V[i] * n.chain(i - 1, 1))
    form = total(total(T.Inner(T.Vec(V[i]), n.jacobian(i).T * n.jacobian(j) * T.Vec(V[j])), var="j"))
    orbit = S.Eq(V[i], G[i] * f(i) - f(i) * G[i - 1])
    recursion = every(S.Eq(G[i], (V[i] + f(i) * G[i - 1]) * T.Inverse(f(i))))
    factors, start = every(S.Invertible(f(i))), S.Eq(G[0], NIL)
    above, below = n.chain(L, l + 1), n.chain(l - 1, 1)
    unmoved = every(S.Eq(G[i] * f(i) - f(i) * G[i - 1], NIL))
    some, two = S.at_least(L, 1), S.at_least(L, 2)
    vector = {S.Eq(V[1], f(1)), S.Eq(V[2], -f(2)), every(S.Eq(V[i], NIL), 3), two}
    w = n.layer(1)
    loss = T.number(1, 2) * T.SquaredNorm(f(1) * x - n.Y)
    curved, s = T.Kronecker(gram, EYE), T.scalar("s")
    free = T.matrix("V", d, d)
    t = T.scalar("t")

    def line(top, bottom):
        return T.OrderedProduct.over("j", bottom, top, f(j) + t * V[j])

    def along(a):
        return T.D(a, t, T.number(1))

    point = line(L, 1)
    slope = total(T.product(line(L, i + 1), V[i], line(i - 1, 1)))
    on_line = T.number(1, 2) * T.SquaredNorm(point * x - n.Y)
    return {
        "product rule": (S.Eq(along(point), slope), {some}),
        "second derivative": (S.Eq(along(along(on_line)), T.SquaredNorm(slope * x)), {n.solves(point), some}),
        "jacobian": (S.Eq(total(n.jacobian(i) * T.Vec(V[i])), T.Vec(dP * x)), {some}),
        "second order": (S.Eq(form, T.SquaredNorm(dP * x)), {some}),
        "semidefinite": (S.Le(T.number(0), form), {some}),
        "range": (
            S.Eq(n.jacobian(l) * T.Vec(T.Inverse(above) * Z * T.Inverse(below)), T.Vec(Z * x)),
            {every(S.Invertible(f(i)), l + 1), every(S.Invertible(f(i)), 1, l - 1), *n.inside.values()},
        ),
        "kernel": (S.Eq(dP, NIL), {every(orbit), start, S.Eq(G[L], NIL), some}),
        "kernel form": (every(orbit), {factors, recursion}),
        "kernel converse": (
            S.Eq(G[L], NIL),
            {S.Invertible(gram), factors, S.Eq(dP * x, T.Zero(d, m)), start, recursion, some},
        ),
        "kernel unique": (every(S.Eq(G[i], NIL), 0), {factors, start, unmoved}),
        "not definite": (S.Eq(dP, NIL), vector),
        "not definite, length": (
            S.Eq(total(T.SquaredNorm(V[i])), T.SquaredNorm(f(1)) + T.SquaredNorm(f(2))), vector
        ),
        "not definite, zero": (S.Eq(dP, NIL), {S.Eq(f(2), NIL), every(S.Eq(V[i], NIL), 2), two}),
        "one layer": (S.Hess(loss, w, w, curved), set()),
        "one layer, definite": (
            S.Le(s**2 * T.SquaredNorm(free), T.Inner(T.Vec(free), curved * T.Vec(free))), {S.LB(x.T, EYE, s**2)}
        ),
        "one layer, degenerate": (
            S.Eq(curved * T.Vec(u * v.T), T.Zero(d * d, Dim.of(1))), {S.Eq(x.T * v, T.Zero(m, Dim.of(1)))}
        ),
    }  # fmt: skip


# -- the theorems ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("network", "name"), EVERY)
def test_the_theorem_is_the_one_of_the_specification(network, name):
    found = result(network, name)
    statement, hypotheses = expected(network)[name]
    assert found.theorem.statement is statement
    assert set(found.theorem.hypotheses.values()) == hypotheses
    assert found.source == "Theorem 4.3" and found.theorem.analysis == ()
    assert found.evidence.label is Label.PROVED and found.depth == ("1" if name in FLAT else "all")


def test_nothing_is_missing():
    for network in MAKE:
        assert [r.name for r in curvature(network).results] == [*DEEP, *FLAT]


@pytest.mark.parametrize(("network", "name"), EVERY)
def test_the_second_checker_exercises_every_step(network, name):
    evidence = check_steps(result(network, name).trace, trials=60)
    assert evidence.label is Label.CERTIFIED
    assert evidence.details.startswith("each step exercised at least") and " 0 times" not in evidence.details


def test_explicit_depths_are_instances():
    for network in MAKE:
        assert [r.name for r in curvature(network, 1).results] == [*DEEP[:10], *FLAT]
        three = curvature(network, 3)
        assert [(r.name, r.depth) for r in three.results] == [(name, "3") for name in DEEP]
        kernel = three.result("kernel").theorem.statement.args[0]
        n = BY_HAND[network]
        assert kernel is total(n.chain(3, i + 1) * V[i] * n.chain(i - 1, 1), hi=3)
        for name in ("second derivative", "kernel converse"):
            assert check_steps(three.result(name).trace, trials=60).label is Label.CERTIFIED


def test_rectangular_layers_are_refused():
    with pytest.raises(UsageError, match="square layers"):
        _ = Curvature(linear_network(rectangular=True)).results
    with pytest.raises(UsageError, match="no result 'kernels'"):
        curvature("linear").result("kernels")
    with pytest.raises(UsageError, match="depend on t"):
        Line(L, "W", linear_network()).layer_for(EYE)


def test_theorems_survive_their_files():
    for network in MAKE:
        for found in curvature(network).results:
            trace = parse_trace(json.dumps(trace_json(found.trace)))
            assert replay(trace)[found.name].statement is found.theorem.statement


def test_what_is_counted_is_assumed():
    (rank,) = curvature("linear").assumed
    assert rank.evidence.label is Label.ASSUMED and "Strang" in rank.source


# -- what has to be refused ------------------------------------------------------------------------------------
NEEDED = [
    ("second derivative", "normal equation"),
    ("kernel", "directions"), ("kernel", "start"), ("kernel", "end"), ("kernel form", "recursion"),
    ("kernel converse", "A1"), ("kernel converse", "kernel"), ("kernel converse", "start"),
    ("kernel converse", "recursion"), ("kernel unique", "factors"), ("kernel unique", "start"),
    ("kernel unique", "unmoved"), ("not definite", "first"), ("not definite", "second"), ("not definite", "others"),
    ("not definite, length", "others"), ("not definite, zero", "second"), ("not definite, zero", "others"),
    ("one layer, definite", "bound"), ("one layer, degenerate", "null vector"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "hypothesis"), NEEDED)
@pytest.mark.parametrize("network", MAKE)
def test_every_hypothesis_is_needed(network, name, hypothesis):
    found = result(network, name)
    assert check_steps(claim(found, found.theorem.statement), trials=240).label is Label.CERTIFIED
    evidence = check_steps(claim(found, found.theorem.statement, without=hypothesis), trials=2000)
    assert evidence.label is Label.REFUTED


def false_statements(network):
    """Name -> wrong variants."""
    n = BY_HAND[network]
    f, x = n.factor, n.X
    right = {name: statement for name, (statement, _) in expected(network).items()}
    dP = right["kernel"].args[0]
    wrong_way = total(n.chain(i - 1, 1) * V[i] * n.chain(L, i + 1))
    swapped = T.Kronecker(EYE, x * x.T)
    return {
        "product rule": [S.Eq(right["product rule"].args[0], dP)],
        "second derivative": [
            S.Eq(right["second derivative"].args[0], T.SquaredNorm(dP * x)),
            S.Eq(right["second derivative"].args[0], 2 * right["second derivative"].args[1]),
        ],
        "jacobian": [S.Eq(right["jacobian"].args[0], T.Vec(wrong_way * x))],
        "second order": [
            S.Eq(right["second order"].args[0], T.SquaredNorm(dP)),
            S.Eq(right["second order"].args[0], total(T.SquaredNorm(n.chain(L, i + 1) * V[i] * n.chain(i - 1, 1) * x))),
        ],
        "semidefinite": [S.Le(*reversed(right["semidefinite"].args)), S.Lt(*right["semidefinite"].args)],
        "range": [S.Eq(right["range"].args[0], T.Vec(2 * Z * x))],
        "kernel": [S.Eq(total(n.chain(L, i) * V[i] * n.chain(i - 1, 1)), NIL), S.Eq(V[1], NIL)],
        "kernel form": [
            every(S.Eq(V[i], G[i] * f(i) + f(i) * G[i - 1])), every(S.Eq(V[i], f(i) * G[i] - G[i - 1] * f(i)))
        ],
        "kernel converse": [S.Eq(G[1], NIL)],
        "kernel unique": [every(S.Eq(G[i + 1], NIL), 0)],
        "not definite": [every(S.Eq(V[i], NIL)), S.Eq(dP, n.P)],
        "not definite, length": [S.Eq(right["not definite, length"].args[0], T.SquaredNorm(f(1)))],
        "not definite, zero": [S.Eq(V[1], NIL)],
        "one layer": [S.Hess(*right["one layer"].args[:3], swapped)],
        "one layer, definite": [S.Le(T.number(101, 100) * right["one layer, definite"].args[0], T.number(0))],
        "one layer, degenerate": [S.Eq(T.Kronecker(x * x.T, EYE) * T.Vec(v * u.T), T.Zero(d * d, Dim.of(1)))],
    }  # fmt: skip


@pytest.mark.parametrize(("network", "name"), EVERY)
def test_false_statements_of_the_same_hypotheses_are_refuted(network, name):
    found = result(network, name)
    for statement in false_statements(network)[name]:
        evidence = check_steps(claim(found, statement), trials=600)
        assert evidence.label is Label.REFUTED, statement


@pytest.mark.parametrize(("network", "name"), EVERY)
def test_the_kernel_refuses_another_conclusion_and_a_lost_hypothesis(network, name):
    trace = result(network, name).trace
    deps = trace.steps[-1].deps
    changes = [{"out": statement} for statement in false_statements(network)[name]]
    changes += [{"deps": tuple(x for x in deps if x != dep)} for dep in deps]
    for change in changes:
        with pytest.raises(StepRejected):
            replay(with_last_step(trace, **change))


# -- numbers ---------------------------------------------------------------------------------------------------
def random_matrix(rng, rows, columns):
    return RING.from_rows([[rng.randint(-3, 3) for _ in range(columns)] for _ in range(rows)])


def invertible(rng, size):
    while True:
        a = random_matrix(rng, size, size)
        if a.rank() == size:
            return a


def column(matrices):
    entries = [e for a in matrices for e in RING.entries(RING.vec(a))]
    return RING.matrix(len(entries), 1, entries)


@pytest.mark.parametrize(("layers", "size", "samples"), [(2, 2, 3), (3, 2, 2), (4, 1, 2)])
@pytest.mark.parametrize("network", MAKE)
def test_the_kernel_is_the_one_of_the_orbit(network, layers, size, samples):
    """Dimension (L-1) d^2, and G_l F_l - F_l G_{l-1} with G_0 = G_L = 0 inside, in exact numbers."""
    rng = Random(10 * layers + size)
    x = random_matrix(rng, size, samples)
    while x.rank() < size:
        x = random_matrix(rng, size, samples)
    factors = [invertible(rng, size) for _ in range(layers)]
    _, hessian = at_a_minimizer(network, factors, x)
    assert inertia(hessian) == Inertia(size**2, 0, (layers - 1) * size**2)
    nil = RING.zero(size, size)
    g = [nil, *(random_matrix(rng, size, size) for _ in range(layers - 1)), nil]
    moved = [g[j + 1] * f - f * g[j] for j, f in enumerate(factors)]
    assert any(RING.entries(column(moved))) and not any(RING.entries(hessian * column(moved)))
    first = column([factors[0], -factors[1], *[nil] * (layers - 2)])
    assert not any(RING.entries(hessian * first))


@pytest.mark.parametrize("network", MAKE)
def test_the_quadratic_form_is_the_square_of_the_derivative(network):
    """At a minimizer, for a random direction; the statement's own terms evaluated, and the Hessian of jets."""
    rng = Random(7)
    factors, x = [invertible(rng, 2) for _ in range(3)], random_matrix(rng, 2, 2)
    letters, hessian = at_a_minimizer(network, factors, x)
    v1, v2, v3 = directions = [random_matrix(rng, 2, 2) for _ in range(3)]
    f1, f2, f3 = factors
    derivative = f3 * f2 * v1 + f3 * v2 * f1 + v3 * f2 * f1
    value = sum(e * e for e in RING.entries(derivative * x))
    assert (column(directions).transpose() * hessian * column(directions))[0, 0] == value
    at = point({"d": 2, "m": 2}, {**letters, "V": dict(enumerate(directions, 1))})
    left, right = curvature(network, 3).result("second order").theorem.statement.args
    assert evaluate(left, at, RING) == evaluate(right, at, RING) == value


@pytest.mark.parametrize("network", MAKE)
def test_any_first_layer_is_in_the_kernel_where_the_second_factor_vanishes(network):
    rng = Random(3)
    nil = RING.zero(2, 2)
    _, hessian = at_a_minimizer(network, [random_matrix(rng, 2, 2), nil, random_matrix(rng, 2, 2)], RING.identity(2))
    assert not any(RING.entries(hessian * column([random_matrix(rng, 2, 2), nil, nil])))
