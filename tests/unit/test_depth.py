"""Ordered products, and sums and products over an index: what they are, their rows, and their derivatives."""

from fractions import Fraction

import pytest

import symland as sl
from symland.calculus.differential import push
from symland.calculus.prover import RIGHT, Prover
from symland.checks.modular import check_equation
from symland.checks.steps import check_steps
from symland.errors import NoRule, ShapeError, UndefinedHere, UsageError
from symland.evaluate.dense import Reals
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.terms import evaluate
from symland.evidence import Label
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import Lambda, Substitution, walk
from symland.language.notation import show
from symland.language.trace import Step, Trace
from symland.proof.kernel import replay
from symland.proof.rules.registry import ROWS
from symland.read.json import parse_trace
from symland.write.json import to_json
from symland.write.latex import to_latex

L, l, k, i, j, a, b = (Index.var(name) for name in "Llkijab")
d = Dim.of("d")
A, B = (T.family(name, "d", "d") for name in "AB")
W, V, X = (T.matrix(name, "d", "d") for name in "WVX")
t = T.family("t")
EYE = T.Identity(d)
n = Dim.member("n", Index.var("_"))
LAYERS = T.family("W", n, Dim.member("n", Index.var("_") - 1))
INSIDE = {"l >= 1": S.at_least(l, 1), "L >= l": S.at_least(L, l)}


def over(cls, lo, hi, body):
    return cls.over("i", lo, hi, body)


def factors(lo, hi):
    return over(T.OrderedProduct, lo, hi, EYE + A[i])


def squares(lo, hi):
    return over(T.BoundedSum, lo, hi, T.SquaredNorm(A[i]))


# -- the term --------------------------------------------------------------------------------------------------------
def test_shapes():
    product = over(T.OrderedProduct, l + 1, L, LAYERS[i])
    assert product.shape == (Dim.member("n", L), Dim.member("n", l))
    assert over(T.OrderedProduct, l, l - 1, LAYERS[i]).shape == (Dim.member("n", l - 1), Dim.member("n", l - 1))
    assert (product * T.matrix("X", Dim.member("n", l), "m")).shape == (Dim.member("n", L), Dim.of("m"))
    with pytest.raises(ShapeError, match="columns of a factor are not the rows of the one below it"):
        over(T.OrderedProduct, 1, L, LAYERS[i].T)
    with pytest.raises(ShapeError, match="columns of a factor"):
        over(T.OrderedProduct, 1, L, T.matrix("X", "d", "m"))
    with pytest.raises(ShapeError, match="negative length"):
        factors(3, 1)


def test_the_name_of_the_variable_does_not_matter():
    assert T.OrderedProduct.over("j", 1, L, EYE + A[j]) is factors(1, L)
    assert factors(1, L) is not factors(2, L) and factors(1, L).free_indices == {"L"}


def test_as_text_and_latex():
    assert show(factors(l + 1, L)) == "prod(i, L..l+1, I(d) + A[i])"
    assert to_latex(factors(1, L) * X) == r"\Bigl(\prod_{i=L}^{1} (I_{d} + A_{i})\Bigr) X"
    assert show(factors(1, l - 1).T) == "prod(i, l-1..1, I(d) + A[i])'"


def test_in_a_file():
    p = Prover({})
    trace = p.trace({"same": p.refl(factors(1, L).T)})
    assert parse_trace(to_json(trace)).steps[0].out is S.Eq(factors(1, L).T, factors(1, L).T)


def test_its_value():
    # (I + A2)(I + A1) = [[3, 1], [0, 3]] [[2, 1], [0, 2]] = [[6, 5], [0, 6]]
    ring = Rationals()
    members = {m: ring.from_rows([[m, 1], [0, m]]) for m in range(1, 5)}

    def value(top, bottom):
        return evaluate(factors(bottom, top), point({"d": 2}, {"A": members}), ring)

    assert value(2, 1) == ring.from_rows([[6, 5], [0, 6]])
    assert value(1, 1) == ring.from_rows([[2, 1], [0, 2]])
    assert value(2, 3) == ring.identity(2)
    with pytest.raises(UndefinedHere, match="negative length"):
        evaluate(factors(b, a), point({"d": 2}, {}, {"a": 1, "b": 3}), ring)


def test_the_order_of_its_factors():
    ring = Rationals()
    left, right = ring.from_rows([[1, 1], [0, 1]]), ring.from_rows([[1, 0], [1, 1]])
    found = evaluate(over(T.OrderedProduct, 1, 2, A[i]), point({"d": 2}, {"A": {2: left, 1: right}}), ring)
    assert found == ring.from_rows([[2, 1], [1, 1]])  # not [[1, 1], [1, 2]]


# -- rows: formulas that depend on the index in the place of letters, and wrong rows ---------------------------------
def with_formulas(row):
    """The row with formulas in the place of its families: the factors of a residual network, and terms that depend on
    the variable of a derivative."""
    inner = T.Inner(T.family("G", "j", "k")["h"], T.matrix("w", "j", "k"))
    families = {"X": Lambda("h", EYE + A["h"]), "F": Lambda("h", t["h"] * inner * inner + inner)}
    for node in (n for n in walk(row.conclusion) if isinstance(n, T.Member) and n.name == "M"):
        factor = inner if row.name.startswith("d_") else t["h"]
        families["M"] = Lambda("h", factor * T.family("P", *node.shape)["h"])
    used = {name: families[name] for name in families if name in row.names["families"]}
    return Substitution(families=used, dims={"n": ("_", d)} if "X" in used else {}).apply(row.conclusion)


def label(conclusion, side):
    hypotheses = {f"side {m}": h for m, h in enumerate(side)}
    step = Step("s1", "apply", conclusion, tuple(hypotheses), {})
    return check_steps(Trace(hypotheses, (step,), {"row": "s1"}), trials=150).label


NEW = [
    "ordered_split", "ordered_top", "ordered_bottom", "ordered_empty", "sum_split", "sum_split_matrix", "sum_inner",
    "sum_factor_matrix", "sum_factor_right", "sum_factor_left", "sum_linear_map", "product_split", "d_bounded_sum",
    "d_bounded_sum_matrix",
]  # fmt: skip


@pytest.mark.parametrize("name", NEW)
def test_rows_hold_for_formulas(name):
    assert label(with_formulas(ROWS[name]), ROWS[name].side) is Label.CERTIFIED


def terms(lo, hi):
    return over(T.BoundedSum, lo, hi, t[i])


def matrices(lo, hi):
    return over(T.BoundedSum, lo, hi, A[i])


def at(index):
    return EYE + A[index]


LOSS = over(T.BoundedSum, a, b, T.SquaredNorm(A[i] * W))
TERM = T.SquaredNorm(A[i] * W)
WRONG = {
    "the factor twice": S.Eq(factors(a, b), factors(l, b) * at(l) * factors(a, l - 1)),
    "the factor lost": S.Eq(factors(a, b), factors(l + 1, b) * factors(a, l - 1)),
    "upside down": S.Eq(factors(a, b), factors(a, l - 1) * at(l) * factors(l + 1, b)),
    "the top at the bottom": S.Eq(factors(a, b), factors(a, b - 1) * at(b)),
    "the bottom at the top": S.Eq(factors(a, b), at(a) * factors(a + 1, b)),
    "empty is a factor": S.Eq(factors(a, a - 1), at(a)),
    "empty is zero": S.Eq(factors(a, a - 1), T.Zero(d, d)),
    "a term twice": S.Eq(terms(a, b), terms(a, l) + t[l] + terms(l + 1, b)),
    "a term lost": S.Eq(matrices(a, b), matrices(a, l - 1) + matrices(l + 1, b)),
    "a factor on the other side": S.Eq(over(T.BoundedSum, a, b, A[i] * W), W * matrices(a, b)),
    "a factor taken out twice": S.Eq(over(T.BoundedSum, a, b, A[i] * W), matrices(a, b) * W * W),
    "one inner product": S.Eq(over(T.BoundedSum, a, b, T.Inner(A[i], W)), T.Inner(A[a], W)),
    "one derivative": S.Eq(T.D(LOSS, W, V), T.D(T.SquaredNorm(A[a] * W), W, V)),
    "one derivative lost": S.Eq(T.D(LOSS, W, V), over(T.BoundedSum, a + 1, b, T.D(TERM, W, V))),
    "derivatives multiplied": S.Eq(T.D(LOSS, W, V), over(T.BoundedProduct, a, b, T.D(TERM, W, V))),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_rows_are_refuted(name):
    assert label(WRONG[name], (S.NonNeg(b - l), S.NonNeg(l - a))) is Label.REFUTED


# -- the product differential ----------------------------------------------------------------------------------------
def derivative(term, w, v, hypotheses):
    """The proved statement D(term; w, v) = ..., all derivatives pushed, and its trace."""
    p = Prover(hypotheses)
    id = push(p, p.refl(T.D(term, w, v)), RIGHT)
    trace = p.trace({"theorem": id})
    return replay(trace)["theorem"], trace


def test_the_product_differential():
    theorem, trace = derivative(factors(1, L), A[l], V, INSIDE)
    assert theorem.statement is S.Eq(T.D(factors(1, L), A[l], V), factors(l + 1, L) * V * factors(1, l - 1))
    assert set(theorem.hypotheses.values()) == set(INSIDE.values()) and not theorem.analysis
    assert "ordered_split" in theorem.rows
    assert check_steps(trace, trials=80).label is Label.CERTIFIED


def test_it_is_proved_once_for_all_ends():
    """Two products with other ends: the lemma is one, its instances are two."""
    term = T.Trace(factors(1, L)) + T.Trace(factors(0, L + 3))
    _, trace = derivative(term, A[l], V, INSIDE)
    assert sum(s.data.get("row") == "ordered_split" for s in trace.steps) == 1
    assert sum(s.by == "spec" for s in trace.steps) == 2
    assert check_steps(trace, trials=60).label is Label.CERTIFIED


@pytest.mark.parametrize(
    ("body", "inner"),
    [
        (B[i] * A[i] * B[i - 1], B[l] * V * B[l - 1]),
        (A[i].T, V.T),
        (A[i - 1] + EYE, V),
        (T.number(2) * (A[i] * A[i]), T.number(2) * (V * A[l] + A[l] * V)),
    ],
    ids=str,
)
def test_other_factors(body, inner):
    shift = 1 if body is A[i - 1] + EYE else 0
    facts = {"low": S.at_least(l, 1), "high": S.at_least(L, l + 1)}
    theorem, trace = derivative(over(T.OrderedProduct, 1, L, body), A[l], V, facts)
    place = l + shift
    upper, lower = over(T.OrderedProduct, place + 1, L, body), over(T.OrderedProduct, 1, place - 1, body)
    p = Prover({})
    assert p.statement(p.ring(theorem.statement.args[1], upper * inner * lower))
    assert check_steps(trace, trials=60).label is Label.CERTIFIED


def test_factors_that_share_a_letter():
    """W[i+1] W[i]: two factors contain the letter; the split goes on in what is left."""
    term = T.Trace(over(T.OrderedProduct, 1, L, A[i + 1] * A[i]))
    _, trace = derivative(term, A[l], V, {"low": S.at_least(l, 2), "high": S.at_least(L, l)})
    assert check_steps(trace, trials=60).label is Label.CERTIFIED
    made = sl.gradient(term, A[l])
    for depth, at in ((3, 2), (4, 3)):
        explicit = sl.gradient(T.Trace(T.product(*(A[m + 1] * A[m] for m in range(depth, 0, -1)))), A[at])
        place = {"d": 2, "L": depth, "l": at}
        assert check_equation(made.result, explicit.result, place, trials=1).label is Label.SAMPLED


def test_a_factor_out_of_range_is_constant():
    theorem, _ = derivative(factors(l + 1, L), A[l], V, {})
    assert theorem.statement.args[1] is T.Zero(d, d) and not theorem.hypotheses
    theorem, _ = derivative(factors(1, k), A[l], V, {"o": S.at_least(l, k + 1)})
    assert theorem.statement.args[1] is T.Zero(d, d)


def test_products_without_a_rule():
    with pytest.raises(NoRule, match="which factor contains it") as e:  # whether l is among 1..k is not known
        derivative(factors(1, k), A[l], V, {"o": S.at_least(l, 1)})
    assert e.value.node is factors(1, k)
    with pytest.raises(NoRule, match="which factor contains it"):
        sl.gradient(T.Trace(over(T.OrderedProduct, 1, L, W * A[i])), W)
    with pytest.raises(NoRule, match="which factor contains it"):
        sl.gradient(over(T.BoundedProduct, 1, L, T.Trace(W * A[i])), W)


# -- sums ------------------------------------------------------------------------------------------------------------
def network(w):
    return T.number(1, 2) * T.SquaredNorm(T.Chain(w, L, Index.of(1)) * T.matrix("X", w.shape_at(Index.of(0))[0], "m")
                                          - T.matrix("Y", w.shape_at(L)[0], "m"))  # fmt: skip


@pytest.mark.parametrize("w", [T.family("W", "d", "d"), LAYERS], ids=["square", "rectangular"])
def test_weight_decay(w):
    """The gradient of 1/2 |W[L..1] X - Y|^2 + c sum |W[i]|^2 is that of the network plus 2 c W[l]."""
    c = T.scalar("c")
    penalty = c * over(T.BoundedSum, 1, L, T.SquaredNorm(w[i]))
    plain, made = sl.gradient(network(w), w[l]), sl.gradient(network(w) + penalty, w[l])
    assert made.result is plain.result + T.number(2) * c * w[l]
    assert set(made.theorem.hypotheses.values()) == set(INSIDE.values())
    assert check_steps(made.trace, trials=60).label is Label.CERTIFIED
    cases = {"l > k": S.at_least(l, k + 1), "l < k": S.at_least(k, l + 1)}
    for name, order in cases.items():
        with_penalty = sl.hessian_block(network(w) + penalty, w[l], w[k], {name: order})
        assert with_penalty.result is sl.hessian_block(network(w), w[l], w[k], {name: order}).result
        assert check_steps(with_penalty.trace, trials=40).label is Label.CERTIFIED
    diagonal = sl.hessian_block(network(w) + penalty, w[l], w[l])
    size = T.Identity(w.shape_at(l)[1] * w.shape_at(l)[0])
    assert diagonal.result is sl.hessian_block(network(w), w[l], w[l]).result + T.number(2) * c * size


def test_a_product_of_scalars():
    made = sl.gradient(over(T.BoundedProduct, 1, L, T.Trace(A[i])), A[l])
    others = over(T.BoundedProduct, 1, l - 1, T.Trace(A[i])) * over(T.BoundedProduct, l + 1, L, T.Trace(A[i]))
    assert check_equation(made.result, others * EYE, {"d": 2, "L": 4, "l": 2}, trials=2).label is Label.SAMPLED
    assert check_steps(made.trace, trials=60).label is Label.CERTIFIED


def test_neighbors():
    """sum |A[i+1]' A[i+1] - A[i] A[i]'|^2: the letter stands in two terms."""
    gap = T.SquaredNorm(A[i + 1].T * A[i + 1] - A[i] * A[i].T)
    made = sl.gradient(over(T.BoundedSum, 1, L - 1, gap), A[l])
    below, above = (A[m + 1].T * A[m + 1] - A[m] * A[m].T for m in (l - 1, l))
    expected = T.number(4) * (A[l] * below) - T.number(4) * (above * A[l])
    assert check_equation(made.result, expected, {"d": 2, "L": 4, "l": 2}, trials=2).label is Label.SAMPLED
    assert check_equation(made.result, -expected, {"d": 2, "L": 4, "l": 2}, trials=2).label is Label.REFUTED
    inside = {S.at_least(l, 2), S.at_least(L - 1, l)}
    assert inside <= set(made.theorem.hypotheses.values()) <= inside | set(INSIDE.values())
    assert check_steps(made.trace, trials=40).label is Label.CERTIFIED


def test_every_term_contains_the_letter():
    loss = over(T.BoundedSum, 1, L, T.SquaredNorm(A[i] * W - B[i]))
    made = sl.gradient(loss, W)
    assert made.result is T.number(2) * over(T.BoundedSum, 1, L, A[i].T * (A[i] * W - B[i]))
    assert set(made.theorem.hypotheses.values()) == {S.NonNeg(L)}
    assert {"d_bounded_sum", "sum_inner"} <= set(made.theorem.rows)
    assert check_steps(made.trace, trials=60).label is Label.CERTIFIED
    nested = over(T.BoundedSum, 1, L, T.BoundedSum.over("j", 1, i, t[j] * T.SquaredNorm(A[i] * W)))
    made = sl.gradient(nested, W)
    inner = over(T.BoundedSum, 1, L, T.BoundedSum.over("j", 1, i, T.number(2) * t[j] * (A[i].T * A[i] * W)))
    assert check_equation(made.result, inner, {"d": 2, "L": 3}, trials=2).label is Label.SAMPLED
    assert check_steps(made.trace, trials=60).label is Label.CERTIFIED


def test_the_letter_beside_the_members_of_its_family():
    """sum |A[i] A[l]|^2: the letter is one of the members in one term, and a factor in all."""
    made = sl.gradient(over(T.BoundedSum, 1, L, T.SquaredNorm(A[i] * A[l])), A[l])
    for depth, at in ((3, 2), (2, 1)):
        explicit = sl.gradient(T.total(*(T.SquaredNorm(A[m] * A[at]) for m in range(1, depth + 1))), A[at])
        place = {"d": 2, "L": depth, "l": at}
        assert check_equation(made.result, explicit.result, place, trials=2).label is Label.SAMPLED
    assert check_steps(made.trace, trials=60).label is Label.CERTIFIED


f, x = T.family("f", "d", 1), T.matrix("x", "d", 1)
MAPS = {
    "factors on the left": (A[i] * W, lambda n: A[n] * W),
    "factors on the right": (T.number(2) * (W * A[i]), lambda n: T.number(2) * (W * A[n])),
    "factors on both sides": (A[i] * W * B[i] + W, lambda n: A[n] * W * B[n] + W),
    "transposed": (W.T * A[i], lambda n: W.T * A[n]),
    "multiples": (t[i] * W, lambda n: t[n] * W),
    "quadratic": (W * A[i] * W, lambda n: W * A[n] * W),
    "nothing of the letter": (A[i] * B[i], lambda n: A[n] * B[n]),
}


@pytest.mark.parametrize("name", MAPS)
def test_sums_of_matrices(name):
    """|sum_i M_i(W) - X|^2 + tr W: gradient and Hessian are those of the sum written out."""
    body, explicit = MAPS[name]

    def loss(total):
        return T.SquaredNorm(total - X) + T.Trace(W)

    summed = loss(over(T.BoundedSum, 1, L, body))
    written = loss(T.total(*(explicit(m) for m in range(1, 4))))
    for ask in (sl.gradient, lambda f, w: sl.hessian_block(f, w, w)):
        made, direct = ask(summed, W), ask(written, W)
        here = {"d": 2, "L": 3}
        assert check_equation(made.result, direct.result, here, trials=2).label is Label.SAMPLED
        wrong = direct.result + T.Identity(direct.result.shape[0])
        assert check_equation(made.result, wrong, here, trials=2).label is Label.REFUTED
        assert check_steps(made.trace, trials=20, depths=(1, 2)).label is Label.CERTIFIED


def test_sums_of_matrices_as_people_read_them():
    gradient = sl.gradient(T.SquaredNorm(over(T.BoundedSum, 1, L, A[i] * W) - X), W).result
    total = over(T.BoundedSum, 1, L, A[i])
    assert gradient is T.number(2) * (total.T * (over(T.BoundedSum, 1, L, A[i] * W) - X))


def test_a_sum_over_data():
    """sum_i softplus(f_i' x): the losses of logistic regression, one term for each point."""
    margin = T.Trace(f[i].T * x)
    loss = over(T.BoundedSum, 1, L, T.Elementwise("softplus", margin))
    slope = T.Elementwise("sigmoid", margin)
    assert sl.gradient(loss, x).result is over(T.BoundedSum, 1, L, slope * f[i])
    made = sl.hessian_block(loss, x, x)
    assert set(made.theorem.hypotheses.values()) == {S.NonNeg(L)}
    written = T.total(*(T.Elementwise("softplus", T.Trace(f[m].T * x)) for m in (1, 2, 3)))
    direct = sl.hessian_block(written, x, x).result
    ring = Reals(60)
    values = {m: ring.from_rows([[m], [1 - m]]) for m in (1, 2, 3)}
    here = point({"d": 2}, {"f": values, "x": ring.from_rows([[Fraction(1, 3)], [Fraction(-1, 5)]])}, {"L": 3})
    gap = evaluate(made.result - direct, here, ring)
    assert all(abs(g) < 1e-40 for g in ring.entries(gap))
    assert any(abs(g) > 0.1 for g in ring.entries(evaluate(direct, here, ring)))


def test_a_power_of_symbolic_exponent():
    made = sl.gradient(T.SquaredNorm(T.MatrixPower(W, k) * B[1]), W)
    direct = sl.gradient(T.SquaredNorm(W * W * W * B[1]), W)
    assert check_equation(made.result, direct.result, {"d": 2, "k": 3}, trials=2).label is Label.SAMPLED
    assert check_steps(made.trace, trials=30).label is Label.CERTIFIED


def test_a_condition_on_every_term():
    made = sl.gradient(over(T.BoundedSum, 1, L, T.LogDeterminant(A[i] * W)), W)
    everywhere = S.ForAll.over("i", 1, L, S.Invertible(A[i] * W))
    assert set(made.theorem.hypotheses.values()) == {S.NonNeg(L), everywhere}
    expected = over(T.BoundedSum, 1, L, A[i].T * T.Inverse(A[i] * W).T)
    assert made.result is expected
    assert check_steps(made.trace, trials=60).label is Label.CERTIFIED


def test_a_scalar_letter():
    x = T.scalar("x")
    made = sl.gradient(over(T.BoundedSum, 1, L, t[i] * x * x + t[i]), x)
    expected = over(T.BoundedSum, 1, L, T.number(2) * t[i] * x)
    assert check_equation(made.result, expected, {"L": 3}, trials=2).label is Label.SAMPLED
    assert check_steps(made.trace, trials=60).label is Label.CERTIFIED


def test_ranges_are_not_assumed_against_what_is_known():
    """l > L is known: the sum does not contain A[l], and l <= L is not assumed besides."""
    made = sl.gradient(squares(1, L) + T.Trace(A[l]), A[l], {"out": S.at_least(l, L + 1)})
    assert made.result is EYE
    assert set(made.theorem.hypotheses.values()) == {S.at_least(l, L + 1)}


def test_what_the_loss_does_not_contain():
    assert sl.gradient(squares(1, 3), A[2]).result is T.number(2) * A[2]
    with pytest.raises(UsageError, match="A5 does not occur"):
        sl.gradient(squares(1, 3), A[5])
