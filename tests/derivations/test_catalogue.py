"""Every file of `derivations/`: what symland derives is what the file expects, proved equal by the kernel (the
transpose of a commutation matrix by its rule), and the second checker agrees."""

import importlib.util
from pathlib import Path

import pytest

import symland as sl
from symland.calculus.prover import Prover
from symland.checks.steps import check_steps
from symland.language import statements as S
from symland.language import terms as T
from symland.language.nodes import walk

FOLDER = Path(__file__).parents[2] / "derivations"


def load(path):
    spec = importlib.util.spec_from_file_location(f"derivations_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CATALOGUE = {path.stem: load(path) for path in sorted(FOLDER.glob("*.py"))}
GRADIENTS = [(name, w) for name, entry in CATALOGUE.items() for w in entry.EXPECTED["gradient"]]
BLOCKS = [(name, pair) for name, entry in CATALOGUE.items() for pair in entry.EXPECTED["hessian"]]


def prove_equal(a, b):
    """Replays `a = b`: by ring, over the rules for K' and for Kronecker products that meet there."""
    p = Prover({})
    rules = []
    for n in (n for root in (a, b) for n in walk(root)):
        if isinstance(n, T.Transpose) and isinstance(n.args[0], T.Commutation):
            rules.append(
                p.emit("apply", p.instance("commutation_transpose", dims=dict(zip("pq", n.args[0].args, strict=True))))
            )
    id = p.refl(b)
    for rule in rules:
        left = p.statement(rule).args[0]
        for path in paths(b, left):
            id = p.rewrite_by(id, (1, *path), rule)
    id = p.turn(id, (1,), a)
    return p.statement(id)


def paths(node, wanted, here=()):
    if node is wanted:
        yield here
    for i, child in enumerate(node.args):
        if isinstance(child, T.Term):
            yield from paths(child, wanted, (*here, i))


@pytest.mark.parametrize(("name", "letter"), GRADIENTS, ids=str)
def test_gradient(name, letter):
    entry = CATALOGUE[name]
    made = sl.gradient(entry.PROBLEM.loss, letter)
    assert made.theorem.statement is S.Grad(entry.PROBLEM.loss, letter, made.result)
    assert prove_equal(made.result, entry.EXPECTED["gradient"][letter]).args == (
        entry.EXPECTED["gradient"][letter],
        made.result,
    )
    assert sl.check(made, methods=["kernel"]).label is sl.Label.PROVED
    assert check_steps(made.trace, trials=60).label is sl.Label.CERTIFIED


@pytest.mark.parametrize(("name", "pair"), BLOCKS, ids=str)
def test_hessian_block(name, pair):
    entry = CATALOGUE[name]
    assuming = getattr(entry, "ASSUMING", {}) if pair[0] is not pair[1] else {}
    made = sl.hessian_block(entry.PROBLEM.loss, *pair, assuming, commute=pair[0] is not pair[1])
    expected = entry.EXPECTED["hessian"][pair]
    assert made.theorem.statement is S.Hess(entry.PROBLEM.loss, *pair, made.result)
    assert prove_equal(made.result, expected).args == (expected, made.result)
    assert sl.check(made, methods=["kernel"]).label is sl.Label.PROVED
    assert check_steps(made.trace, trials=60).label is sl.Label.CERTIFIED


@pytest.mark.parametrize("name", [n for n in CATALOGUE if n not in ("deep_linear", "_template")])
def test_expected_entry_by_entry(name):
    """The formulas of the file against derivatives of the loss alone."""
    from symland.checks.explicit import check_derivatives

    entry = CATALOGUE[name]
    dims = {"p": 2, "n": 2, "m": 3, "k": 1, "q": 2, "r": 1}
    loss, letters, gradients = entry.PROBLEM.loss, entry.PROBLEM.letters, entry.EXPECTED["gradient"]
    assert set(gradients) == set(letters)
    evidence = check_derivatives(loss, letters, gradients, entry.EXPECTED["hessian"], dims)
    assert evidence.label is sl.Label.EXACT
    wrong = {w: g + w for w, g in gradients.items()}
    assert check_derivatives(loss, letters, wrong, {}, dims).label is sl.Label.REFUTED


@pytest.mark.parametrize(("name", "letter"), GRADIENTS, ids=str)
def test_a_wrong_expectation_is_refused(name, letter):
    entry = CATALOGUE[name]
    made = sl.gradient(entry.PROBLEM.loss, letter)
    with pytest.raises(sl.StepRejected, match="terms remain"):
        prove_equal(made.result, 2 * entry.EXPECTED["gradient"][letter])


# -- at the minimizers, for the entries that say something about them ---------------------------------------------
LANDSCAPES = {name: entry for name, entry in CATALOGUE.items() if "minimum" in entry.EXPECTED}


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
