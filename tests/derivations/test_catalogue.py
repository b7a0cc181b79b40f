"""Every file of `derivations/`: what symland derives is what the file expects, proved equal by the kernel, and the
second checker and derivatives of the loss alone agree."""

from pathlib import Path

import pytest

import symland as sl
from symland.calculus.facts import says
from symland.calculus.prover import Prover, pruned
from symland.checks.explicit import check_derivatives
from symland.checks.highprec import check_derivatives_numeric
from symland.checks.steps import check_steps
from symland.evaluate.derivatives import hessian_at
from symland.evaluate.point import point as at_letters
from symland.evaluate.rings import Rationals
from symland.evaluate.terms import Evaluation
from symland.landscape.candidates.stationary import equations_of
from symland.language import statements as S
from symland.language import terms as T
from symland.language.facts import restricts
from symland.language.nodes import Node, walk
from symland.language.notation import show
from symland.report import status as board

FOLDER = Path(__file__).parents[2] / "derivations"
CATALOGUE = {path.stem: board.load(path) for path in sorted(FOLDER.glob("*.py"))}
PROBLEMS = {name: entry for name, entry in CATALOGUE.items() if hasattr(entry, "PROBLEM")}
CLAIMS = [(name, claim) for name, entry in PROBLEMS.items() for claim in board.claims_of(entry)]
TABLES = [(name, row) for name, e in CATALOGUE.items() if hasattr(e, "TABLE") for row in e.TABLE]
EVERY = CLAIMS + [(f"{name}({row.number})", claim) for name, row in TABLES for claim in row.claims]
SIZES = {"p": 2, "n": 2, "m": 3, "k": 1, "q": 2, "r": 1, "d": 2, "N": 3, "n0": 2, "n1": 1, "n2": 2, "n3": 1}
SMALLER = {"log_barrier": {"m": 1}}  # where all of many arguments are positive at few points only
TRIALS = 15  # samples of the second checker for each trace

MADE = {}


def derive(claim):
    """The derivation of a claim, each made once."""
    key = (claim.kind, claim.of, claim.letters, tuple(claim.assuming.items()))
    if key not in MADE:
        MADE[key] = board.derive(claim)
    return MADE[key]


def named(claims):
    """Parameters with readable names."""
    return [
        pytest.param(name, claim, id="-".join([name, claim.kind, *map(str, claim.letters)])) for name, claim in claims
    ]


def prove_equal(a, b):
    """Replays `b = a`."""
    p = Prover({})
    id = p.refl(b)
    return p.statement(p.turn(id, (1,), a))


@pytest.mark.parametrize(("name", "claim"), named(EVERY))
def test_derived_as_expected(name, claim):
    made = derive(claim)
    kind = {"gradient": S.Grad, "hessian": S.Hess, "jacobian": S.Jac}[claim.kind]
    said = made.theorem.statement
    if isinstance(said, S.Eq):  # over symmetric or diagonal matrices: D(f; w, V) = <G, V>
        assert claim.kind == "gradient" and said.args[0].args[:2] == (claim.of, *claim.letters)
    else:
        assert said is kind(claim.of, *claim.letters, made.result)
    assert says(said) is made.result
    assert sl.check(made, methods=["kernel"]).label is sl.Label.PROVED
    if board.status_of(claim)[0] == board.PROVED:
        result = claim.then(made.result) if claim.then else made.result
        assert board.prove_expected(claim, made).args == (result, claim.expected)


@pytest.mark.parametrize(("name", "claim"), named(EVERY))
def test_second_checker(name, claim):
    assert check_steps(derive(claim).trace, trials=TRIALS).label is sl.Label.CERTIFIED


# Answers that are longer than the formula of the source: it uses a theorem about inverses, or a special notation.
LONGER = {f"cookbook({number})" for number in (51, 52, 55, 56, 58, 62, 120, 142)}


@pytest.mark.parametrize(("name", "claim"), named([(n, c) for n, c in EVERY if n not in LONGER and c.then is None]))
def test_no_longer_than_by_hand(name, claim):
    assert len(show(derive(claim).result)) <= 1.15 * len(show(claim.expected))


def is_polynomial(term):
    """Whether the loss is a polynomial in the entries of its letters."""
    kinds = (T.Elementwise, T.Reciprocal, T.Inverse, T.Determinant, T.LogDeterminant)
    return not any(isinstance(n, kinds) for n in walk(term))


@pytest.mark.parametrize("name", [n for n in PROBLEMS if n not in ("deep_linear", "_template")])
def test_expected_entry_by_entry(name):
    """The formulas of the file against derivatives of the loss alone."""
    entry = PROBLEMS[name]
    loss, letters, gradients = entry.PROBLEM.loss, entry.PROBLEM.letters, entry.EXPECTED["gradient"]
    blocks = entry.EXPECTED["hessian"]
    assert set(gradients) == set(letters)
    sizes = {**SIZES, **SMALLER.get(name, {})}
    wrong = {w: g + w for w, g in gradients.items()}
    if is_polynomial(loss):
        assert check_derivatives(loss, letters, gradients, blocks, sizes).label is sl.Label.EXACT
        assert check_derivatives(loss, letters, wrong, {}, sizes).label is sl.Label.REFUTED
    else:
        assert check_derivatives_numeric(loss, gradients, blocks, sizes, digits=20).label is sl.Label.NUMERIC
        assert check_derivatives_numeric(loss, wrong, {}, sizes, digits=20).label is sl.Label.REFUTED


EQUATIONS = [
    (f"{name}({row.number})", claim)
    for name, row in TABLES
    for claim in row.claims
    if claim.kind != "jacobian" and claim.then is None and not restricts(claim.letters[0])  # in every direction
]
INSIDE = {**SIZES, "i": 1, "j": 2, "k": 2, "l": 1}  # numbers of entries, and an exponent
SMALLER["cookbook(56)"] = {"m": 2}  # X X^T is invertible for a wide X


@pytest.mark.parametrize(("name", "claim"), named(EQUATIONS))
def test_equation_against_differences(name, claim):
    """The formula of the table against central differences of the loss."""

    def numeric(expected):
        gradients = {} if claim.kind == "hessian" else {claim.letters[0]: expected}
        blocks = {claim.letters: expected} if claim.kind == "hessian" else {}
        sizes = {**INSIDE, **SMALLER.get(name, {})}
        return check_derivatives_numeric(claim.of, gradients, blocks, sizes, digits=20).label

    assert numeric(claim.expected) is sl.Label.NUMERIC
    assert numeric(2 * claim.expected) is sl.Label.REFUTED


def edited(node, change):
    """The node with each of its sub-terms changed in turn, where the change applies and shapes still fit."""
    new = change(node)
    if new is not None:
        yield new
    for k, child in enumerate(node.args):
        if isinstance(child, T.Term):
            for other in edited(child, change):
                try:
                    yield node.make(*(other if j == k else a for j, a in enumerate(node.args)))
                except sl.SymlandError:
                    continue


def without_transpose(node):
    return node.args[0] if isinstance(node, T.Transpose) and node.shape == node.args[0].shape else None


def swapped(node):
    if isinstance(node, T.Kronecker) and node.args[0].shape == node.args[1].shape:
        return T.Kronecker(*node.args[::-1])
    return None


def without_commutation(node):
    return T.Identity(node.shape[0]) if isinstance(node, T.Commutation) else None


def without_function(node):
    return node.argument if isinstance(node, T.Elementwise) else None


@pytest.mark.parametrize(("name", "claim"), named(EVERY))
def test_a_wrong_expectation_is_refused(name, claim):
    """A lost factor or sign, a dropped transpose, swapped factors: refused, or the formula is the same."""
    made = derive(claim)
    nothing = isinstance(claim.expected, T.Zero)
    for factor in () if nothing else (2, -1):
        with pytest.raises(sl.StepRejected, match="remain"):
            board.prove_expected(claim._replace(expected=factor * claim.expected), made)
    for change in (without_transpose, swapped, without_commutation, without_function):
        for wrong in edited(claim.expected, change):
            mutant = claim._replace(expected=wrong)
            try:
                board.prove_expected(mutant, made)
            except sl.StepRejected:
                continue
            assert board.evaluate_expected(mutant, made) is sl.Label.CERTIFIED, wrong


def test_edits_are_made():
    """The changes reach what they are for, and one of a dropped transpose is refuted by numbers, too."""
    entry = PROBLEMS["two_layers"]
    block = entry.EXPECTED["hessian"][entry.B, entry.A]
    assert len(list(edited(block, without_commutation))) == 1
    gradient = PROBLEMS["residual_two"].EXPECTED["gradient"][PROBLEMS["residual_two"].A1]
    wrong = list(edited(gradient, without_transpose))
    assert len(wrong) == 1
    claim = board.Claim("gradient", PROBLEMS["residual_two"].PROBLEM.loss, (PROBLEMS["residual_two"].A1,), wrong[0])
    assert board.evaluate_expected(claim, derive(claim)) is sl.Label.REFUTED
    assert board.status_of(claim)[0] == board.WRONG
    assert isinstance(claim.expected, Node)


# -- proposed minimizers and other critical points ----------------------------------------------------------------
def points_of(entry):
    """The points of a file by name: the minimizers that it declares, and other critical points."""
    declared = entry.PROBLEM.minimizers
    minimizers = [declared] if isinstance(declared, sl.PointFamily) else []
    return {family.name: family for family in [*minimizers, *getattr(entry, "POINTS", ())]}


POINTS = [(name, point) for name, entry in PROBLEMS.items() for point in entry.EXPECTED.get("points", ())]
FOUND = {}


def candidate_of(name, point):
    """The candidate of a point of a file, each made once."""
    if (name, point) not in FOUND:
        entry = PROBLEMS[name]
        FOUND[name, point] = sl.candidate(entry.PROBLEM, at=points_of(entry)[point])
    return FOUND[name, point]


def test_every_point_is_expected():
    for entry in PROBLEMS.values():
        assert set(points_of(entry)) == set(entry.EXPECTED.get("points", ()))
    assert len(POINTS) >= 8


@pytest.mark.parametrize(("name", "point"), POINTS)
def test_claims_about_a_point(name, point):
    found, expected = candidate_of(name, point), PROBLEMS[name].EXPECTED["points"][point]
    labels = {c.name: c.evidence.label.value for c in found.claims}
    assert {claim: labels[claim] for claim in expected["claims"]} == expected["claims"]
    blocks = {r.theorem.statement.args[1:3]: r.theorem.statement.args[3] for r in found.claim("Hessian").results}
    for pair, block in expected["hessian"].items():
        prove_equal(blocks[pair], block)
        if not isinstance(block, T.Zero):
            with pytest.raises(sl.StepRejected):
                prove_equal(blocks[pair], 2 * block)
    assert sl.check(found.trace, methods=["kernel"]).label is sl.Label.PROVED


@pytest.mark.parametrize(("name", "point"), POINTS)
def test_value_at_a_point(name, point):
    """The value is the expected one where the hypotheses of the point hold, and twice that is not."""
    found, expected = candidate_of(name, point), PROBLEMS[name].EXPECTED["points"][point]["value"]

    def says(value):
        rules = equations_of(Prover(found.point.given), found.point.given, [value, found.value])
        return rules.prove(found.value, value) is not None

    assert says(expected)
    assert expected is sl.number(0) or not says(2 * expected)


@pytest.mark.parametrize(("name", "point"), POINTS)
def test_theorems_about_a_point_are_exercised(name, point):
    """The theorems in one trace; of the wide layer, whose Hessian is slow in balls, those about gradient and value."""
    found = candidate_of(name, point)
    named = [r for r in found.results if name != "wide_layer" or "H" not in r.name]
    trace = found.trace
    some = pruned(trace, {r.name: trace.theorems[r.name] for r in named})
    assert check_steps(some, trials=TRIALS if named == list(found.results) else 6).label is sl.Label.CERTIFIED


SPECTRA = [(n, p) for n, p in POINTS if "spectrum" in PROBLEMS[n].EXPECTED["points"][p]]


@pytest.mark.parametrize(("name", "point"), SPECTRA)
def test_spectrum_at_a_point(name, point):
    """The characteristic polynomial of the Hessian at the exact letters has exactly the expected roots."""
    entry = PROBLEMS[name]
    letters, expected = entry.EXPECTED["points"][point]["spectrum"]
    ring = Rationals()
    values = {n: ring.from_rows(rows) for n, rows in letters.items()}
    sizes = {}
    for symbol in {n for n in walk(entry.PROBLEM.loss) if isinstance(n, T.Symbol)}:
        for dim, size in zip(symbol.shape, ring.size(values[symbol.name]), strict=True):
            sizes[str(dim)] = size
    matrix = hessian_at(entry.PROBLEM.loss, entry.PROBLEM.letters, Evaluation(at_letters(sizes, values), ring))
    found = matrix.charpoly()
    x = type(found)([0, 1])
    product = type(found)([1])
    for root, multiplicity in expected.items():
        product *= (x - root) ** multiplicity
    assert found == product


# -- at the minimizers, for the entries that say something about them ---------------------------------------------
LANDSCAPES = {name: entry for name, entry in PROBLEMS.items() if "minimum" in entry.EXPECTED}


@pytest.mark.parametrize("name", LANDSCAPES)
def test_minimum_and_normal_equation(name):
    entry = LANDSCAPES[name]
    found = sl.minimizers(entry.PROBLEM)
    assert prove_equal(found.value, entry.EXPECTED["minimum"]) is not None
    assert found.condition is entry.EXPECTED["normal equation"]
    assert {r.evidence.label for r in found.results} == {sl.Label.PROVED}
    with pytest.raises(sl.StepRejected):
        prove_equal(found.value, 2 * entry.EXPECTED["minimum"])


@pytest.mark.parametrize("name", LANDSCAPES)
def test_hessian_at_a_minimizer(name):
    """Every block is H_l^T H_k with the expected factors."""
    entry = LANDSCAPES[name]
    factors = entry.EXPECTED["factors"]
    for result in sl.hessian_at(entry.PROBLEM).results:
        _, w, u, formula = result.theorem.statement.args
        assert formula is factors[w].T * factors[u]
        assert sl.check(result, methods=["kernel"]).label is sl.Label.PROVED and result.theorem.analysis == ()


CONSTANTS = [(name, region) for name, entry in LANDSCAPES.items() for region in entry.EXPECTED["lambda"]]


@pytest.mark.parametrize(("name", "region"), CONSTANTS, ids=str)
def test_gradient_dominance(name, region):
    """The constant is the expected one, and the theorem says h - h* <= lambda |grad h|^2."""
    entry = LANDSCAPES[name]
    found, expected = sl.gradient_dominance(entry.SQUARE, region), entry.EXPECTED["lambda"][region]
    assert found.lambda_ is expected
    left, right = found.theorem.statement.args
    assert left is entry.SQUARE.loss - sl.minimizers(entry.SQUARE).value and right.args[0] is expected
    assert sl.check(found, methods=["kernel"]).label is sl.Label.PROVED and found.theorem.analysis == ()
