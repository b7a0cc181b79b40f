"""Counterexamples and corrections as statements, and that a false fact stops the report."""

import re
from dataclasses import replace

import pytest

from symland.errors import CheckFailed
from symland.evidence import Label
from symland.landscape.counterexamples.catalog import corrections_of, counterexample, counterexamples_of
from symland.landscape.counterexamples.facts import Holds
from symland.landscape.products.networks import linear_network, residual_network
from symland.report.counterexamples import corrections_section, needed_section, stated
from symland.report.document import Document
from symland.report.examples import balanced_example
from symland.report.tex import Writer, to_tex


def tex(statement):
    return Writer(Document("", (), ())).blocks(statement.body)


def test_data_facts_and_words():
    text = tex(stated(counterexample("not-definite"), "h"))
    for piece in (r"X = 1", r"\nabla^{2} h v = 0", r"has the eigenvalues $2$, $0$", "This is false"):
        assert piece in text
    assert "CE3" not in text and "Theorem" not in text


def test_the_loss_has_the_letter_of_its_network():
    assert r"\nabla_{W_{1}} g" in tex(stated(counterexample("surviving-curvature"), "g"))


def test_the_jacobian_is_written_as_in_the_theorems():
    """H, where it is defined and where it occurs; J stands for nothing else."""
    text = tex(stated(counterexample("surviving-curvature"), "g"))
    assert r"H = \begin{pmatrix}" in text and r"H^{\top} H = B" in text and not re.search("J[ ^]", text)


def test_the_scope_is_said_case_by_case():
    """Sizes once where all cases have the same."""
    assert counterexample("not-attained").scope == "case by case: all u, w; all u; one instance"
    assert counterexample("surviving-curvature").scope == "d = 1, m = 3; case by case: all t; one instance"
    assert counterexample("kink").scope == "d = 2, m = 2; all t"


def test_a_false_fact_stops_the_report():
    c = counterexample("not-definite")
    wrong = replace(c, cases=(replace(c.cases[0], facts=(Holds("h = 1"),)),))
    with pytest.raises(CheckFailed, match="false"):
        stated(wrong, "h")


@pytest.mark.parametrize("network", ["linear", "residual", "hidden"])
def test_every_counterexample_stands_in_one_section(network):
    found = counterexamples_of(network)
    sections = needed_section(found, "h"), corrections_section(found, corrections_of(network), "h")
    made = Document("", (), sections)
    assert {s.label for s in made.statements} == {c.name for c in found}
    assert {s.evidence.label for s in made.statements} <= {Label.CERTIFIED, Label.EXACT, Label.PROVED}
    assert r"\emph{Said:}" in to_tex(made)


@pytest.mark.parametrize(("network", "loss"), [(linear_network(), "h"), (residual_network(), "f")])
def test_the_closed_form_of_a_balanced_spectrum(network, loss):
    """T6: 32, 20, 5, 2, and four times 0."""
    made = balanced_example(network, loss)
    assert made.evidence.label is Label.CERTIFIED
    assert rf"$\nabla^{{2}} {loss}$ has the eigenvalues $32$, $20$, $5$, $2$, $0$ (4 times)" in tex(made)
