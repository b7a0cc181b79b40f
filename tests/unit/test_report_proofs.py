"""Proofs in lines: what they say is what the trace says, and what is cited was proved from no more."""

import pytest

from symland.landscape.at_minimizers.hessian_at import HessianAtMinimizer
from symland.landscape.products.derivatives import Derivatives
from symland.landscape.products.dominance import Dominance
from symland.landscape.products.minimizers import ProductMinimizers
from symland.landscape.products.neighborhood import in_ball, in_half_ball
from symland.landscape.products.networks import linear_network
from symland.report.document import Ref
from symland.report.notation import Notation
from symland.report.proofs import Known, citations, proof_lines

NETWORK = linear_network()
MINIMIZERS = ProductMinimizers(NETWORK)
PLAIN = Notation()


def results():
    d = Dominance(MINIMIZERS)
    found = [*MINIMIZERS.results, *HessianAtMinimizer(MINIMIZERS).results]
    return found + [r for g in (d.on_region(), in_ball(d), in_half_ball(d)) for r in (g.inequality, g.result)]


RESULTS = results()


def text(parts):
    return "".join(p if isinstance(p, str) else getattr(p, "text", getattr(p, "label", "?")) for p in parts)


@pytest.mark.parametrize("result", RESULTS, ids=lambda r: r.name)
def test_lines_are_steps_and_end_in_the_theorem(result):
    lines = proof_lines(result.trace, result.name, PLAIN)
    claimed = {s.out for s in result.trace.steps}
    assert all(line.statement in claimed for line in lines)
    assert lines[-1].statement is result.theorem.statement
    assert all(line.reason for line in lines)


@pytest.mark.parametrize("result", RESULTS, ids=lambda r: r.name)
def test_numbers_refer_to_earlier_lines(result):
    for number, line in enumerate(proof_lines(result.trace, result.name, PLAIN), 1):
        cited = [
            int(p[1:-1]) for p in text(line.reason).replace(",", " ").split() if p.startswith("(") and p[1:-1].isdigit()
        ]
        assert all(c < number for c in cited)


@pytest.mark.parametrize("result", RESULTS, ids=lambda r: r.name)
def test_every_hypothesis_but_order_facts_is_named(result):
    from symland.language.statements import NonNeg

    said = " ".join(text(line.reason) for line in proof_lines(result.trace, result.name, PLAIN))
    for name, h in result.theorem.hypotheses.items():
        if not isinstance(h, NonNeg):
            assert name.replace(">=", "≥").replace("<=", "≤") in said


def test_what_is_known_is_cited():
    stationary = MINIMIZERS.result("stationary")
    gradient = Derivatives(NETWORK).gradient.theorem
    lines = proof_lines(stationary.trace, "stationary", PLAIN, [Known(gradient, "gradient")])
    assert lines[0].reason == (Ref("gradient"),)
    assert len(lines) == 2
    assert len(proof_lines(stationary.trace, "stationary", PLAIN)) > 2


def test_a_theorem_that_needs_more_is_not_cited():
    """`attained` and `value` say the same from different hypotheses: neither may stand in for the other."""
    attained, value, necessary = (MINIMIZERS.result(n) for n in ("attained", "value", "normal"))
    assert attained.theorem.statement is value.theorem.statement
    for known in (attained, necessary):
        lines = proof_lines(value.trace, "value", PLAIN, [Known(known.theorem, "known")])
        assert not any(isinstance(p, Ref) for line in lines for p in line.reason)


def test_a_theorem_does_not_cite_itself():
    value = MINIMIZERS.result("value")
    lines = proof_lines(value.trace, "value", PLAIN, [Known(value.theorem, "value")])
    assert not any(isinstance(p, Ref) for line in lines for p in line.reason)


def test_squares_are_written_out():
    lines = proof_lines(MINIMIZERS.result("lower_bound").trace, "lower_bound", PLAIN)
    assert text(lines[-1].reason).startswith("the difference is ")


@pytest.mark.parametrize("result", RESULTS, ids=lambda r: r.name)
def test_citations_are_all_that_the_kernel_counts(result):
    """Every step is cited by another one or is the theorem: the reader misses no role."""
    cited = {id for s in result.trace.steps for _, id in citations(s)}
    assert {s.id for s in result.trace.steps} - cited <= set(result.trace.theorems.values())
