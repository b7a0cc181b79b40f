"""Theorems 6.3 and 6.4: each statement about the minimizers of the network with one hidden layer, its hypotheses."""

from dataclasses import replace
from functools import cache

import pytest

import symland as sl
from symland.checks.steps import check_steps
from symland.errors import NoRule, UsageError
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.statements import holds
from symland.evaluate.terms import evaluate
from symland.evidence import Label
from symland.landscape.hidden.activations import ACTIVATIONS, SLOPE, activation
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import walk
from symland.language.trace import Assignment
from symland.proof.rules.registry import ROWS
from symland.report.markup import marked
from tests.hidden_claims import row_label, verdict

NAMES = [None, *ACTIVATIONS]
CASES = [(name, wide) for name in NAMES for wide in (False, True)]
IDS = [f"{name or 'sigma'}, {'rectangular' if wide else 'square'}" for name, wide in CASES]
RING = Rationals()
HALF = T.number(1, 2)


@cache
def minimizers(name=None, wide=False):
    return sl.minimizers(sl.network("hidden", activation=name, rectangular=wide))


def inverse(a):
    return T.Inverse(a)


def pinv(a):
    return T.Pseudoinverse(a)


def eye(a):
    return T.Identity(a.shape[1])


def zero(a):
    return T.Zero(*a.shape)


class Data:
    """The letters of the specification, W1: q x n, W2: p x q, X: n x m, Y: p x m."""

    def __init__(self, name, wide, samples="m"):
        n, q, p = "nqp" if wide else "ddd"
        self.act = activation(name)
        self.w1, self.w2 = T.matrix("W1", q, n), T.matrix("W2", p, q)
        self.x, self.y = T.matrix("X", n, samples), T.matrix("Y", p, samples)
        self.c, self.z, self.t = T.matrix("C", p, q), T.matrix("N", q, n), T.matrix("T", q, samples)
        self.v = T.matrix("M", q, n)
        self.s = self.act.value(self.w1 * self.x)
        self.e = self.w2 * self.s - self.y
        self.g = HALF * T.SquaredNorm(self.e)
        self.interpolation, self.least = S.Eq(self.e, zero(self.y)), S.Eq(self.g, T.number(0))
        self.full_rank = S.Eq(pinv(self.x) * self.x, eye(self.x))


def expected(name, wide):
    """Name -> source, statement, hypotheses."""
    d, s = Data(name, wide), Data(name, wide, "m" if wide else "d")
    st = d.act.value(d.t)
    j, u, v = T.matrix("P", *d.t.shape), T.scalar("u"), T.scalar("v")
    two = d.act.value(u * j + v * (T.Ones(*j.shape) - j))
    high, low = d.act.value(u), d.act.value(v)
    pattern = [
        S.Eq(T.hadamard(j, j), j), S.Eq(j.T * j, eye(j)), S.Nonzero(high - low),
        S.Nonzero(high - low + T.DimScalar(Dim.of("m")) * low),
    ]  # fmt: skip
    i_x = eye(d.x.T) - d.x * pinv(d.x)
    values = S.Eq(d.c * st, d.y)
    out = {
        "lower_bound": ("6.3", S.Le(T.number(0), d.g), []),
        "residual": ("6.3", d.interpolation, [d.least]),
        "value": ("6.3", d.least, [d.interpolation]),
        "stationary 1": ("6.3", S.Grad(d.g, d.w1, zero(d.w1)), [d.interpolation]),
        "stationary 2": ("6.3", S.Grad(d.g, d.w2, zero(d.w2)), [d.interpolation]),
        "attained": ("6.3", d.least, [
            d.full_rank, S.Eq(pinv(st) * st, eye(st)), S.Eq(d.w1, d.t * pinv(d.x)), S.Eq(d.w2, d.y * pinv(st))]),
        "rank": ("6.3", S.Eq(pinv(two) * two, eye(two)), pattern),
        "family": ("6.4", d.least, [
            d.full_rank, values, S.Eq(d.w1, d.t * pinv(d.x) + d.z * i_x), S.Eq(d.w2, d.c)]),
        "fit": ("6.4", S.Eq(d.w2 * d.s, d.y), [d.least]),
        "form": ("6.4", S.Eq(d.w1, d.w1 * d.x * pinv(d.x) + d.w1 * i_x), []),
    }  # fmt: skip
    if name == "leaky_relu":  # the gradient in W1 exists where there is no kink
        pattern += [S.Nonzero(u), S.Nonzero(v)]
        kinks = S.Nonzero(d.w1 * d.x)
        out["stationary 1"][2].append(kinks)
        v = T.matrix("v", d.w1.shape[0], 1)
        before, after = T.DiagonalMatrix(v), T.DiagonalMatrix(T.Elementwise("reciprocal", v))
        rescaled = d.w2 * after * d.act.value(before * d.w1 * d.x)
        out["rescaling"] = "6.6", S.Eq(rescaled, d.w2 * d.s), [S.Positive(v), kinks]
    if wide:
        return out
    at_v = d.act.value(d.v * d.x)
    second = S.Invertible(d.w2)
    unique = [d.interpolation, S.Eq(d.w2 * at_v - d.y, zero(d.y)), second]
    if name in (None, "leaky softplus"):
        g = T.matrix("G", *d.t.shape)
        unique += [S.Eq(at_v - d.s, T.hadamard(g, d.v * d.x - d.w1 * d.x)), S.Nonzero(g)]
    if name == "leaky_relu":
        unique += [S.Lt(T.number(0), SLOPE), S.Nonzero(d.w1 * d.x), S.Nonzero(d.v * d.x)]
    square = S.Eq(s.c * s.act.value(s.t), s.y)
    letter = T.matrix("S", "d", "d")
    out |= {
        "hidden": ("6.4", S.Eq(d.s, inverse(d.w2) * d.y), [d.interpolation, second]),
        "unique": ("6.4", S.Eq(d.v * d.x, d.w1 * d.x), unique),
        "family, m = d": ("6.4", s.least, [
            S.Invertible(s.x), square, S.Eq(s.w1, s.t * inverse(s.x)), S.Eq(s.w2, s.c)]),
        "form, m = d": ("6.4", S.Eq(s.w1, s.w1 * s.x * inverse(s.x)), [S.Invertible(s.x)]),
        "inverse, m = d": ("6.4", S.Eq(s.w2 * s.s * inverse(s.y), eye(s.y)), [s.interpolation, S.Invertible(s.y)]),
        "invertible, m = d": ("6.4", second, [S.Eq(s.w2 * letter, s.y), S.Invertible(s.y)]),
    }  # fmt: skip
    if name == "leaky_relu":
        t = T.Elementwise("leaky_relu", inverse(d.c) * d.y, T.Reciprocal(SLOPE))
        given = [S.Invertible(d.c), S.Nonzero(inverse(d.c) * d.y), S.Lt(T.number(0), SLOPE)]
        out["closed form"] = "6.4", S.Eq(d.c * d.act.value(t), d.y), given
    if name in (None, "softplus", "sigmoid"):
        letter, sums = T.matrix("S", "d", "m"), T.Ones(Dim.of(1), Dim.of("d"))
        given = [S.Eq(d.w2 * letter, d.y), second, S.Positive(letter)]
        out["range"] = "6.4 (iii)", S.Positive(sums * inverse(d.w2) * d.y), given
    if name in ("softplus", "sigmoid"):
        out["positive"] = "6.4 (iii)", S.Positive(d.s), []
    return out


@pytest.mark.parametrize(("name", "wide"), CASES, ids=IDS)
def test_the_theorems_are_those_of_the_specification(name, wide):
    results, wanted = minimizers(name, wide).results, expected(name, wide)
    assert sorted(r.name for r in results) == sorted(wanted)
    for r in results:
        source, statement, hypotheses = wanted[r.name]
        assert r.theorem.statement is statement, r.name
        assert set(r.theorem.hypotheses.values()) == set(hypotheses), r.name
        assert r.source == f"Theorem {source}" and r.theorem.analysis == ()
        assert r.evidence.label is Label.PROVED
        assert r.evidence.scope.startswith("dims: m = d" if r.name.endswith("m = d") else "dims: all")


SAMPLED = [(name, wide) for name, wide in CASES if not wide or name in (None, "leaky_relu")]


@pytest.mark.parametrize(("name", "wide"), SAMPLED, ids=[f"{n or 'sigma'}, {w}" for n, w in SAMPLED])
def test_the_second_checker_exercises_every_theorem(name, wide):
    for r in minimizers(name, wide).results:
        evidence = check_steps(r.trace, trials=60)
        assert evidence.label is Label.CERTIFIED, (r.name, evidence.details)


def has_values(h, others):
    """Whether the hypothesis says where the rest has a value: kinks and slopes of leaky ReLU, inverses that occur."""
    inverses = {n.args[0] for o in others for n in walk(o) if isinstance(n, T.Inverse)}
    return isinstance(h, (S.Nonzero, S.Lt)) or (isinstance(h, S.Invertible) and h.args[0] in inverses)


@pytest.mark.parametrize("name", ["cubic", "leaky_relu"])
def test_every_hypothesis_is_needed(name):
    """For functions that are exact over the rationals. That P has entries 0 and 1 is seen for s = z + z^3."""
    for r in minimizers(name).results:
        assert verdict(r) is Label.CERTIFIED, r.name
        if (name, r.name) == ("leaky_relu", "rank"):
            continue
        for hypothesis, h in r.theorem.hypotheses.items():
            if not has_values(h, (r.theorem.statement, *r.theorem.hypotheses.values())):
                assert verdict(r, without=hypothesis, trials=3000) is Label.REFUTED, (r.name, hypothesis)


def test_false_statements_are_refuted():
    for r in minimizers("cubic").results:
        statement = r.theorem.statement
        if isinstance(statement, S.Le):
            false = S.Lt(*reversed(statement.args))
        elif isinstance(statement, S.Grad):
            false = S.Grad(*statement.args[:2], statement.args[1])
        elif isinstance(statement, S.Eq) and statement.args[0].is_scalar:
            false = S.Eq(statement.args[0], T.number(1))
        elif isinstance(statement, S.Eq):
            false = S.Eq(statement.args[0], 2 * statement.args[0] + T.Ones(*statement.args[0].shape))
        else:
            false = S.Eq(statement.args[0], T.Identity(statement.args[0].shape[0]))
        assert verdict(r, statement=false) is Label.REFUTED, r.name


def test_w2_does_not_determine_w1():
    """Only W1 X: N with N X = 0 may be added to W1."""
    r, d = minimizers("cubic").result("unique"), Data("cubic", False)
    assert verdict(r, statement=S.Eq(d.v, d.w1)) is Label.REFUTED


# -- families, and what is cited ---------------------------------------------------------------------------------------
def test_families():
    d, s = Data("tanh", False), Data("tanh", False, "d")
    general, square = minimizers("tanh").families
    i_x = eye(d.x.T) - d.x * pinv(d.x)
    assert general.point == {d.w1: d.t * pinv(d.x) + d.z * i_x, d.w2: d.c}
    assert square.point == {s.w1: s.t * inverse(s.x), s.w2: s.c}
    for family, data in ((general, d), (square, s)):
        assert S.Eq(data.c * data.act.value(data.t), data.y) in family.hypotheses.values()
        assert S.Invertible(data.c) in family.hypotheses.values()
    for dims, sizes in (({"d": 3, "m": 2}, (12, 9)), ({"d": 4, "m": 4}, (16, 16))):
        found = [evaluate(f.dimension, point(dims, {}), RING) for f in (general, square)]
        assert found == [RING.number(x) for x in sizes]
    (wide,) = minimizers("tanh", True).families
    assert not any(isinstance(h, S.Invertible) for h in wide.hypotheses.values()) and wide.dimension is None


@pytest.mark.parametrize("name", NAMES)
def test_what_is_cited_is_assumed(name):
    for wide in (False, True):
        cited = minimizers(name, wide).assumed
        assert all(a.evidence.label is Label.ASSUMED and a.source for a in cited)
        assert all(marked(text) for a in cited for text in (a.title, a.statement))
        assert ("manifold" in {a.name for a in cited}) is (not wide and name != "leaky_relu")
    for r in minimizers(name).results:
        assert marked(r.title)


def test_lookup():
    problem = sl.network("hidden", activation="sinh")
    found = sl.minimizers(problem)
    assert found.value is T.number(0) and problem.minimizers == found
    with pytest.raises(UsageError, match="there is no result") as e:
        found.result("nothing")
    assert "lower_bound" in e.value.hint
    with pytest.raises(NoRule, match="gradient dominance"):
        sl.gradient_dominance(problem)


# -- points ------------------------------------------------------------------------------------------------------------
def at(x, y, w1, w2):
    letters = {k: RING.from_rows(v) for k, v in (("X", x), ("Y", y), ("W1", w1), ("W2", w2))}
    return point({"d": len(x), "m": len(x[0])}, letters)


def test_ce11_the_rank_of_w1_is_irrelevant():
    """s = z + z^3, W1 singular, s(W1 X) with determinant 36: with W2 = I and Y = s(W1 X) all theorems apply."""
    one, x, w1 = [[1, 0], [0, 1]], [[1, 2], [0, 1]], [[1, 0], [2, 0]]
    where = at(x, [[2, 10], [10, 68]], w1, one)
    m = minimizers("cubic")
    assert evaluate(m.network.loss, where, RING) == 0 and holds(m.result("hidden").theorem.statement, where)
    assert evaluate(m.network.S, where, RING) == RING.from_rows([[2, 10], [10, 68]])
    assert not holds(S.Invertible(m.network.W1), where) and holds(S.Invertible(m.square.S), where)


# -- rows --------------------------------------------------------------------------------------------------------------
WRONG = {
    "leaky_relu_inverse": "the same slope twice", "leaky_relu_outside": "the same slope twice",
    "leaky_relu_pieces": "the slopes exchanged", "leaky_relu_rows": "factors of any sign",
    "leaky_relu_slope_positive": "any slope", "function_pattern": "any matrix", "cube_pattern": "any matrix",
    "one_plus_square_positive": "any multiple", "tanh_slope_positive": "two squares",
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG, ids=lambda name: f"{name}: {WRONG[name]}")
def test_wrong_rows_are_refuted(name):
    row, c = ROWS[name], T.scalar("c")
    a = T.matrix("A", "p", "q")
    ones = T.Ones(*a.shape)
    twice = T.Elementwise("leaky_relu", T.Elementwise("leaky_relu", a, c), c)
    exchanged = T.hadamard(ones + (c - 1) * T.Elementwise("step", a), a)
    wrong = {
        "leaky_relu_inverse": replace(row, conclusion=S.Eq(twice, a)),
        "leaky_relu_outside": replace(row, conclusion=S.Eq(twice, a)),
        "leaky_relu_pieces": replace(row, conclusion=S.Eq(row.conclusion.args[0], exchanged)),
        "leaky_relu_slope_positive": replace(row, premises=row.premises[1:], model=()),
        "leaky_relu_rows": replace(row, premises=row.premises[1:], model=()),
        "function_pattern": replace(row, premises=(), model=()),
        "cube_pattern": replace(row, premises=(), model=()),
        "one_plus_square_positive": replace(row, premises=(), model=()),
        "tanh_slope_positive": replace(row, conclusion=S.Positive(
            ones - 2 * T.HadamardPower(T.Elementwise("tanh", a), Index.of(2)))),
    }[name]  # fmt: skip
    assert row_label(wrong) is Label.REFUTED


def test_only_increasing_functions_are_injective():
    """A row for a function that is not would be refuted: relu, with A and B negative."""
    assert not {f"{f}_injective" for f in ("relu", "abs", "cosh", "sin", "leaky_relu")} & set(ROWS)
    row, (a, b) = ROWS["tanh_injective"], (T.matrix(x, "p", "q") for x in "AB")
    relu = replace(
        row, premises=(S.Eq(T.Elementwise("relu", a), T.Elementwise("relu", b)),), model=(Assignment("set", b, 2 * a),)
    )
    assert row_label(relu) is Label.REFUTED
