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
    assert check_steps(made.trace, trials=60).label is sl.Label.CERTIFIED


@pytest.mark.parametrize(("name", "pair"), BLOCKS, ids=str)
def test_hessian_block(name, pair):
    entry = CATALOGUE[name]
    assuming = getattr(entry, "ASSUMING", {}) if pair[0] is not pair[1] else {}
    made = sl.hessian_block(entry.PROBLEM.loss, *pair, assuming, commute=True)
    expected = entry.EXPECTED["hessian"][pair]
    assert made.theorem.statement is S.Hess(entry.PROBLEM.loss, *pair, made.result)
    if pair[0] is not pair[1] or "symmetric" not in name:  # U U': K stands on the other side there, see the check below
        assert prove_equal(made.result, expected).args == (expected, made.result)
    assert check_steps(made.trace, trials=60).label is sl.Label.CERTIFIED


@pytest.mark.parametrize("name", [n for n in CATALOGUE if n not in ("deep_linear", "_template")])
def test_expected_entry_by_entry(name):
    """The formulas of the file against derivatives of the loss alone."""
    from symland.checks.explicit import check_derivatives

    entry = CATALOGUE[name]
    dims = {"p": 2, "n": 2, "m": 3, "k": 1, "q": 2, "r": 1}
    evidence = check_derivatives(
        entry.PROBLEM.loss, entry.PROBLEM.letters, entry.EXPECTED["gradient"], entry.EXPECTED["hessian"], dims
    )
    assert evidence.label is sl.Label.EXACT


@pytest.mark.parametrize(("name", "letter"), GRADIENTS, ids=str)
def test_a_wrong_expectation_is_refused(name, letter):
    entry = CATALOGUE[name]
    made = sl.gradient(entry.PROBLEM.loss, letter)
    with pytest.raises(sl.StepRejected, match="terms remain"):
        prove_equal(made.result, 2 * entry.EXPECTED["gradient"][letter])
