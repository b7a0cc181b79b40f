"""Honest proofs, spoiled in one place: each is refused, or proves the same theorem.

The files of the mutants are written anew, so that their hashes fit and the kernel has to find the fault. The numbers of
mutants are no evidence of soundness; the attack list is (`test_attack_*`).
"""

import json
from random import Random

import pytest

from symland.checks.steps import check_steps
from symland.errors import ParseError, StepRejected
from symland.evidence import Label
from symland.language.statements import Eq
from symland.language.trace import Step, Trace
from symland.proof.kernel import replay
from symland.read.json import parse_trace
from symland.write.json import content_hash, to_json, trace_json
from tests.reject.catalogue import CATALOGUE, honest
from tests.reject.mutate import SPOILS, edit_json

SEEDS = 2
EDITS = 40


def theorems(trace):
    return {name: (t.statement, dict(t.hypotheses)) for name, t in replay(trace).items()}


def same_value(a, b):
    """Whether two terms are equal wherever the second checker looks."""
    if a is b:
        return True
    question = Trace({}, (Step("s", "ring", Eq(a, b), (), {}),), {"equal": "s"})
    return a.shape == b.shape and check_steps(question, trials=20).label is Label.CERTIFIED


def same(found, wanted):
    """Equal hypotheses and statements; a statement may be written in other words, as 2 a for a 2."""
    if found == wanted:
        return True
    if found.keys() != wanted.keys():
        return False
    for name, (statement, hypotheses) in found.items():
        other, others = wanted[name]
        if hypotheses != others or type(statement) is not type(other):
            return False
        if not all(same_value(a, b) for a, b in zip(statement.args, other.args, strict=True)):
            return False
    return True


@pytest.mark.parametrize("name", CATALOGUE)
def test_honest_proofs_are_accepted(name):
    trace = honest(name)
    assert theorems(parse_trace(to_json(trace))) == theorems(trace)


@pytest.mark.parametrize("spoil", SPOILS, ids=lambda s: s.__name__)
def test_spoiled_proofs(spoil):
    refused = 0
    for name in CATALOGUE:
        trace = honest(name)
        for seed in range(SEEDS):
            mutant = spoil(Random(f"{name} {spoil.__name__} {seed}"), trace)
            if mutant is None:
                continue
            try:
                found = theorems(parse_trace(to_json(mutant)))
            except (StepRejected, ParseError):
                refused += 1
                continue
            assert same(found, theorems(trace)), f"{name}: {spoil.__name__} with seed {seed} gives another theorem"
    assert refused > 0, "no mutant was refused: the test shows nothing"


@pytest.mark.parametrize("name", CATALOGUE)
def test_edited_files(name):
    # An edit of the node table may turn a proof into one about other letters: a theorem, but not the same one. It is
    # then verified by the second checker.
    trace = honest(name)
    data = trace_json(trace)
    wanted = theorems(trace)
    for seed in range(EDITS):
        edited = edit_json(Random(f"{name} {seed}"), data)
        edited["sha256"] = content_hash(edited)
        try:
            mutant = parse_trace(json.dumps(edited))
            found = theorems(mutant)
        except (StepRejected, ParseError):
            continue
        if found != wanted:
            assert edited["nodes"] != data["nodes"] or edited["families"] != data["families"], f"{name} {seed}"
            assert check_steps(mutant, trials=40).label is Label.CERTIFIED, f"{name} {seed}"


@pytest.mark.parametrize("name", ["gradient", "dominance"])
def test_two_faults_do_not_cancel(name):
    trace = honest(name)
    for seed in range(40):
        rng = Random(f"{name} twice {seed}")
        mutant = trace
        for spoil in rng.sample(SPOILS, 2):
            mutant = spoil(rng, mutant) or mutant
        try:
            found = theorems(parse_trace(to_json(mutant)))
        except (StepRejected, ParseError):
            continue
        assert same(found, theorems(trace)), f"{name}: seed {seed} gives another theorem"
