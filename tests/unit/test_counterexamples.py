"""The counterexamples: every fact holds, false facts are refused, and losses with their derivatives are those that
SymPy finds by differentiating the loss written out here."""

import re
from fractions import Fraction

import pytest
import sympy

from symland.checks.steps import check_steps
from symland.errors import CheckFailed, UsageError
from symland.evaluate.point import point
from symland.evaluate.terms import Evaluation
from symland.evidence import Label
from symland.landscape.counterexamples import hidden, instances, linear
from symland.landscape.counterexamples.catalog import BY_NETWORK, corrections_of, counterexample, counterexamples_of
from symland.landscape.counterexamples.corrections import CORRECTIONS
from symland.landscape.counterexamples.facts import Follows, Holds, InertiaIs, RankIs, SpectrumIs
from symland.landscape.counterexamples.instances import Instance, Loss
from symland.landscape.counterexamples.networks import linear as linear_loss
from symland.landscape.counterexamples.networks import residual as residual_loss
from symland.landscape.counterexamples.objects import Case, Counterexample
from symland.landscape.counterexamples.proofs import descent_step, range_obstruction
from symland.landscape.counterexamples.residual import translated
from symland.landscape.hidden.network import HiddenDerivatives, hidden_network
from symland.landscape.products.derivatives import Derivatives
from symland.landscape.products.networks import linear_network, residual_network
from symland.report.markup import marked

ALL = [c for examples in BY_NETWORK.values() for c in examples]
LOSSES = {f"{c.name}-{k}": case.at for c in ALL for k, case in enumerate(c.cases, 1) if case.at.loss is not None}


def losses(chosen):
    """Parameters for the instances with a loss that are chosen by their name and themselves."""
    return pytest.mark.parametrize("at", [pytest.param(at, id=n) for n, at in LOSSES.items() if chosen(n, at)])


RATIONAL = Instance({"A": [[2, 1], [1, 2]], "v": [[1], [1]]}, definitions={"s": "tr(A)"})
FREE = Instance({"A": [["t", 1]]}, letters=("t",))
BALL = Instance({"x": "exp(1)"}, balls=True)


@pytest.mark.parametrize("c", ALL, ids=lambda c: c.name)
def test_every_fact_holds(c):
    evidence = c.verify()
    assert len(evidence.parts) == sum(len(case.facts) for case in c.cases) > 0
    assert evidence.label is (Label.EXACT if all(case.at.letters for case in c.cases) else Label.CERTIFIED)
    assert repr(c).startswith(c.name) and "\n" not in repr(c)


# -- the losses, and their derivatives by SymPy -----------------------------------------------------------------------
def entry(x):
    return sympy.sympify(x.replace("^", "**")) if isinstance(x, str) else sympy.Rational(x.numerator, x.denominator)


def entrywise(s):
    return lambda z, at: z.applyfunc(s)


def leaky(z, at):
    """Linear with the slopes at the point."""
    there = rows(at.data["W1"]) * rows(at.data["X"])
    slopes = there.applyfunc(lambda x: 1 if x > 0 else sympy.Rational(1, 2))
    return sympy.matrix_multiply_elementwise(slopes, z)


ACTIVATIONS = {
    hidden.CUBIC: entrywise(lambda z: z + z**3),
    hidden.MIXED: entrywise(lambda z: z + z**2 + z**3),
    hidden.CUBE: entrywise(lambda z: z**3),
    hidden.TANH: entrywise(sympy.tanh),
    hidden.LEAKY: leaky,
    hidden.PATTERN: lambda z, at: sympy.matrix_multiply_elementwise(rows(at.data["P"]), z),
}


def rows(value):
    return sympy.Matrix([[entry(x) for x in cells] for cells in value])


def written_out(at):
    """The loss in symbols for the entries of the variables, the symbols in the order of vec, and the point."""
    d = at.dims["d"]
    layers = [sympy.Matrix(d, d, lambda i, j, w=w: sympy.Symbol(f"{w}_{i}{j}")) for w in at.loss.variables]
    X, Y = rows(at.data["X"]), rows(at.data["Y"])
    if at.loss in ACTIVATIONS:
        outputs = layers[1] * ACTIVATIONS[at.loss](layers[0] * X, at)
    else:
        shift = sympy.eye(d) if at.loss.variables[0] == "A1" else sympy.zeros(d, d)
        outputs = X
        for w in layers:
            outputs = (w + shift) * outputs
    symbols = [list(w.T) for w in layers]
    there = [x for name in at.loss.variables for x in rows(at.data[name])]
    point = dict(zip([s for w in layers for s in w], there, strict=True))
    return sum(e**2 for e in outputs - Y) / 2, symbols, point


@losses(lambda name, at: not name.startswith("residual-"))
def test_loss_gradient_and_hessian_are_those_of_sympy(at):
    loss, symbols, point = written_out(at)

    def there(x):
        return sympy.expand(x.subs(point))

    def same(x, name, i=0, j=0):
        return sympy.cancel(there(x) - sympy.nsimplify(at.matrix(name)[i][j])) == 0

    assert same(loss, "h")
    for k, names in enumerate(symbols, 1):
        d = at.dims["d"]
        assert all(same(loss.diff(s), f"G{k}", n % d, n // d) for n, s in enumerate(names))
    flat = [s for names in symbols for s in names]
    first = [loss.diff(s) for s in flat]
    assert all(same(f.diff(s), "H", i, j) for i, f in enumerate(first) for j, s in enumerate(flat))


NETWORKS = {
    **{linear_loss(k): Derivatives(linear_network(k)) for k in (1, 2, 3)},
    **{residual_loss(k): Derivatives(residual_network(k)) for k in (1, 2, 3)},
    hidden.CUBIC: HiddenDerivatives(hidden_network("cubic")),
    hidden.TANH: HiddenDerivatives(hidden_network("tanh")),
}


@losses(lambda name, at: at.loss in NETWORKS)
def test_the_theorems_of_the_networks_give_the_same_hessian(at):
    """The proved formulas of the networks, which the instances do not use."""
    letters = dict(at.values)
    for name in ("A", "W"):
        letters[name] = {int(w[1:]): at.values[w] for w in at.loss.variables if w[0] == name}
    derived = NETWORKS[at.loss]
    there = Evaluation(point(at.dims, letters), at.ring)
    assert there.value(derived.hessian.result) == at.values["H"]
    for k, gradient in enumerate(derived.gradients, 1):
        assert there.value(gradient.result) == at.values[f"G{k}"]


def test_vectors_of_the_specification():
    """T9, T7a, T3a and T10, and the matrix of CE11."""
    at = hidden.SURVIVING_CURVATURE.cases[1].at
    assert at.matrix("h") == [[Fraction(221, 10000)]]
    assert at.matrix("H") == [[Fraction(289901, 25), 4472], [4472, 1726]]
    assert hidden.NOT_DEFINITE.cases[0].at.matrix("H") == [[144, 24], [24, 4]]
    assert linear.POSITIVE_LEAST_LOSS.cases[0].at.matrix("h") == [[1]]
    assert hidden.SINGULAR_INPUT.cases[0].at.matrix("S") == [[2, 10], [10, 68]]
    hessian = sympy.Matrix(linear.NOT_SURJECTIVE.cases[0].at.matrix("H"))
    assert hessian.eigenvals() == {2: 1, 1: 2, 0: 5}


def test_definite_hessian_by_hand():
    """d = 1, m = 2, s = z + z^3 at W = (1, 1): J has the columns (1 + 3, 2 (1 + 12)) and (2, 10)."""
    J = sympy.Matrix([[4, 2], [26, 10]])
    assert hidden.DEFINITE.cases[0].at.matrix("H") == (J.T * J).tolist()


def test_the_cone_is_left_by_descent_in_plain_numbers():
    a, b = Fraction(11, 10), Fraction(1)
    for _ in range(60):
        e = a * b - 1
        a, b = (Fraction(round(x * 10**40), 10**40) for x in (a - e * b / 10, b - e * a / 10))
    at = linear.CONE_NOT_INVARIANT.cases[2].at
    for name, value in (("a60", a), ("b60", b)):
        assert abs(float(at.values[name].mid()) - float(value)) < 1e-15
    assert float(a) == pytest.approx(1.05378, abs=1e-5) and float(b) == pytest.approx(0.94895, abs=1e-5)


@pytest.mark.parametrize("c", linear.LINEAR, ids=lambda c: c.name)
def test_a_translation_changes_no_derivative(c):
    for case, moved in zip(c.cases, translated(c).cases, strict=True):
        names = [n for n in case.at.values if n[0] in "hGHW"]
        assert all(case.at.matrix(n) == moved.at.matrix(n) for n in names)


@pytest.mark.parametrize(
    ("prove", "said", "hypotheses"),
    [
        (range_obstruction, "S*c = 0", {"invertible", "interpolates", "relation"}),
        (
            descent_step,
            "(W2 - c*Q*W1')'*(W2 - c*Q*W1') - (W1 - c*W2'*Q)*(W1 - c*W2'*Q)'"
            " = W2'*W2 - W1*W1' + c^2*((Q*W1')'*Q*W1' - W2'*Q*(W2'*Q)')",
            set(),
        ),
    ],
)
def test_what_holds_for_all_dimensions_is_proved_and_every_step_is_exercised(prove, said, hypotheses):
    result = prove()
    assert result.evidence.label is Label.PROVED and not result.theorem.analysis
    assert set(result.theorem.hypotheses) == hypotheses
    assert check_steps(result.trace).label is Label.CERTIFIED
    fact = Follows(prove)
    assert fact.check(RATIONAL).label is Label.PROVED
    assert repr(fact.statement(RATIONAL)) == said


# -- what is false is refused -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("at", "fact"),
    [
        (RATIONAL, Holds("A*v = 2*v")),
        (RATIONAL, Holds("s < 4")),
        (RATIONAL, Holds("psd(-A)")),
        (FREE, Holds("A*A' = t^2")),
        (BALL, Holds("x < 27/10")),
        (BALL, Holds("x < x")),
        (RATIONAL, RankIs("A", 1)),
        (RATIONAL, InertiaIs("A", 1, 1, 0)),
        (RATIONAL, SpectrumIs("A", {3: 2})),
        (RATIONAL, SpectrumIs("A", {3: 1, 1: 1, 0: 1})),
    ],
    ids=str,
)
def test_a_false_fact_is_refused(at, fact):
    with pytest.raises(CheckFailed) as e:
        fact.check(at)
    assert e.value.witness is not None and fact.claim(at) in str(e.value)
    false = Counterexample("false", "linear", "t", "c", "", "w", (Case(at, (fact,)),))
    with pytest.raises(CheckFailed):
        false.verify()


@pytest.mark.parametrize(
    ("at", "fact"),
    [
        (RATIONAL, Holds("A*v = 3*v")),
        (RATIONAL, SpectrumIs("A", {3: 1, 1: 1})),
        (RATIONAL, InertiaIs("A", 2, 0, 0)),
        (FREE, Holds("A*A' = t^2 + 1")),
        (BALL, Holds("27/10 < x")),
    ],
    ids=str,
)
def test_the_true_ones_beside_them_are_not(at, fact):
    assert fact.check(at).label is at.label


@pytest.mark.parametrize(
    ("at", "fact"),
    [
        (FREE, Holds("0 < t^2")),
        (BALL, Holds("x = x")),
        (FREE, RankIs("A", 1)),
        (RATIONAL, RankIs("s", 1)),
    ],
    ids=str,
)
def test_what_an_arithmetic_cannot_decide_is_refused_as_such(at, fact):
    with pytest.raises(UsageError, match=r"cannot be decided|no matrix of rational numbers"):
        fact.check(at)


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("not-definite", InertiaIs("H", 2, 0, 0)),
        ("hidden-not-definite", InertiaIs("H", 2, 0, 0)),
        ("positive-least-loss", Holds("h = 0")),
        ("no-full-rank-minimizer", RankIs("Y*X'", 1)),
        ("singular-minimizer", RankIs("H", 4)),
        ("larger-kernel", RankIs("H", 4)),
        ("smaller-rank", RankIs("H", 4)),
        ("not-balanced", SpectrumIs("H", {17: 1, 0: 1})),
        ("not-aligned", Holds("tr(H) = 124")),
        ("not-aligned", Holds("tr(H) = 76")),
        ("without-commutation", Holds("H = Q")),
        ("surviving-curvature", Holds("H = J'*J")),
        ("piecewise-linear", Holds("H = J'*J")),
        ("two-singular-layers", Holds("h = norm2(G1)^2 + norm2(G2)^2")),
        ("singular-input-layer", RankIs("H", 3)),
        ("jacobian-not-onto", RankIs("H", 4)),
        ("hidden-saddle", InertiaIs("H", 2, 0, 0)),
        ("zero-hessian", Holds("h = 0")),
        ("not-spectrally-lipschitz", Holds("(3/2)^2 < 2")),
    ],
)
def test_the_claim_itself_fails_in_the_case(name, fact):
    with pytest.raises(CheckFailed):
        fact.check(counterexample(name).cases[0].at)


@pytest.mark.parametrize("c", ALL, ids=lambda c: c.name)
def test_the_facts_do_not_hold_for_other_weights(c):
    """With one entry of the first layer changed, some fact of each rational case fails."""
    for case in c.cases:
        at, layer = case.at, next((n for n in case.at.data if n in ("W1", "A1")), "")
        if at.letters or at.balls or at.loss is None:
            continue
        first, *rest = at.data[layer]
        moved = {**at.data, layer: [[first[0] + Fraction(1, 3), *first[1:]], *rest]}
        other = Instance(moved, at.loss, at.dims, at.definitions)
        assert any(fact.failure(other) is not None for fact in case.facts)


@pytest.mark.parametrize("part", ["gradients", "hessian"])
def test_a_wrong_formula_is_found_by_the_derivatives_of_the_loss(monkeypatch, part):
    right = instances._derivatives(linear_loss(2))
    wrong = right._replace(
        **{part: tuple(2 * g for g in right.gradients) if part == "gradients" else 2 * right.hessian}
    )
    monkeypatch.setattr(instances, "_derivatives", lambda loss: wrong)
    at = Instance({"X": [[1]], "Y": [[3]], "W1": [[1]], "W2": [[1]]}, linear_loss(2), {"d": 1, "m": 1})
    with pytest.raises(CheckFailed, match="the formula for the"):
        at.matrix("H")


# -- names and words --------------------------------------------------------------------------------------------------
def test_names_are_labels_and_unique():
    names = [c.name for c in ALL]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z][a-z0-9-]*", n) for n in names)
    assert all(c.network == network for network, examples in BY_NETWORK.items() for c in examples)


def test_corrections_name_counterexamples_that_exist():
    names = {c.name for c in ALL}
    assert all(set(c.counterexamples) <= names for c in CORRECTIONS)
    assert all(c in CORRECTIONS for network in BY_NETWORK for c in corrections_of(network))
    assert len({c.name for c in CORRECTIONS}) == len(CORRECTIONS)


@pytest.mark.parametrize("network", BY_NETWORK)
def test_every_network_has_each_topic(network):
    """The topics of the mission's row 13."""
    topics = {"definite", "full-rank", "square", "least-loss", "neighborhood", "critical-points", "one-orbit"}
    assert topics <= {c.name for c in corrections_of(network)}
    assert {c.drops for c in counterexamples_of(network)} > {""}


@pytest.mark.parametrize("c", ALL, ids=lambda c: c.name)
def test_words_are_markup(c):
    for text in (c.claim, c.words, c.drops, *(case.words for case in c.cases)):
        assert marked(text) or not text
    assert "$" not in c.title and "{" not in c.title


@pytest.mark.parametrize("c", CORRECTIONS, ids=lambda c: c.name)
def test_corrections_are_markup(c):
    assert all(marked(text) for text in (c.said, c.holds, c.where))


@pytest.mark.parametrize(("get", "name"), [(counterexample, "not-definit"), (counterexamples_of, "convolutional")])
def test_unknown_names_are_refused(get, name):
    with pytest.raises(UsageError, match=f"there is no .*{name}") as e:
        get(name)
    assert e.value.hint


def test_a_loss_is_text():
    assert linear_loss(3) == Loss(
        "1/2*norm2(W3*W2*W1*X - Y)^2",
        (("W1", "d d"), ("W2", "d d"), ("W3", "d d"), ("X", "d m"), ("Y", "d m")),
        ("W1", "W2", "W3"),
    )
