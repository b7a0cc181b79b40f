"""The report on the deep linear network, and on a loss that a person states."""

import re
import xml.etree.ElementTree as ET

import pytest

from symland.errors import CheckFailed, UsageError
from symland.evidence import Evidence, Label
from symland.landscape.derivatives import Derivatives
from symland.landscape.networks import linear_network
from symland.language import terms as T
from symland.language.problem import Problem
from symland.report import crosschecks
from symland.report.build import report
from symland.report.document import Align, Document, MatrixBlock, Steps
from symland.report.html import to_html
from symland.report.linear import linear_report
from symland.report.listings import ledger
from symland.report.loss import loss_report
from symland.report.paste import derivation_latex
from symland.report.pdf import compile_tex, overfull
from symland.report.tex import to_tex

SAMPLES = 12  # of the second checker: enough for most proofs, and fast


@pytest.fixture(scope="module")
def quick():
    with pytest.MonkeyPatch.context() as m:
        m.setattr(crosschecks, "STEP_SAMPLES", SAMPLES)
        yield


@pytest.fixture(scope="module")
def linear(quick):
    return linear_report(layers=3)


def by_label(document, label):
    return next(s for s in document.statements if s.label == label)


def test_the_sections(linear):
    assert [s.label for s in linear.sections] == [
        "conventions", "labels", "problem", "section-gradient", "section-hessian", "instances", "minimizers",
        "hessian-at",
        "dominance", "explicit-matrices", "crosschecks", "examples", "ledger",
    ]  # fmt: skip


def test_every_statement_has_its_label(linear):
    labels = {s.label: s.evidence.label for s in linear.statements}
    proved = {label for label, earned in labels.items() if earned is Label.PROVED}
    assert set(labels) - proved == {"explicit", "explicit-minimizer", "example-residual", "not-definite", "no-constant"}
    assert labels["explicit"] is labels["explicit-minimizer"] is labels["no-constant"] is Label.EXACT
    assert labels["not-definite"] is Label.REFUTED
    assert labels["example-residual"] is Label.CERTIFIED


def test_every_theorem_shows_its_proof(linear):
    for s in linear.statements:
        if s.evidence.label is Label.PROVED and s.kind != "Corollary":
            assert any(isinstance(b, (Align, Steps)) for b in s.proof), s.label


def test_every_hypothesis_of_a_theorem_is_printed(linear):
    """One entry for each hypothesis that the evidence lists, and in the ledger too."""
    for s in linear.statements:
        if s.evidence.label is Label.PROVED:
            assert len(s.hypotheses) == len(s.evidence.hypotheses)
    assert len(ledger(linear).rows) == len(linear.statements)


def test_hypotheses_have_models_or_say_that_none_is_known(linear):
    for s in linear.statements:
        if s.evidence.label is Label.PROVED and s.evidence.hypotheses:
            assert s.evidence.model


def test_the_steps_of_gradient_and_hessian_are_an_align(linear):
    for label in ("gradient", "hessian-lower", "hessian-diagonal", "hessian-upper"):
        (steps,) = by_label(linear, label).proof
        assert isinstance(steps, Align)
        assert len(steps.lines) >= 4
        assert all(line.sign == "=" and line.reason for line in steps.lines)


def test_the_explicit_matrices(linear):
    general, there = (by_label(linear, label) for label in ("explicit", "explicit-minimizer"))
    sizes = [(len(b.matrix.rows), len(b.matrix.rows[0])) for b in general.body if isinstance(b, MatrixBlock)]
    assert sizes == [(2, 2), (2, 2), (4, 4), (4, 4), (4, 4)]
    assert "g_{" not in "".join(to_tex_of(there))


def to_tex_of(statement):
    from symland.write.latex import to_latex

    return [to_latex(b.matrix) for b in statement.body if isinstance(b, MatrixBlock)]


def test_html_is_well_formed_and_names_no_machine(linear):
    html = to_html(linear)
    ET.fromstring(html.replace("<!DOCTYPE html>", "", 1))
    for text in (html, to_tex(linear)):
        assert not re.search(r"/work/|/home/|/tmp/|\d{4}-\d\d-\d\d", text)


@pytest.mark.tex
@pytest.mark.parametrize("layers", [None, 3])
def test_the_report_compiles_without_overfull_lines(quick, linear, layers):
    pdf, log = compile_tex(to_tex(linear if layers else linear_report()))
    assert pdf.startswith(b"%PDF")
    assert overfull(log) == []
    assert "LaTeX Warning: Reference" not in log


def test_a_refuted_check_stops_the_report():
    with pytest.raises(CheckFailed, match="some claim"):
        crosschecks.passed(Evidence(Label.REFUTED, "some claim", "m"))


# -- a loss that a person states -------------------------------------------------------------------------------------

A, B, M = T.matrix("A", "p", "n"), T.matrix("B", "n", "q"), T.matrix("M", "p", "q")
E = A * B - M
LOSS = T.number(1, 2) * T.SquaredNorm(E)
FACTORIZATION = Problem("matrix factorization", LOSS, (A, B), data=(M,), definitions={"E": E}, source="folklore")


def test_a_stated_loss(quick):
    made = loss_report(FACTORIZATION)
    assert isinstance(made, Document)
    assert [s.label for s in made.statements] == [
        "gradient-1",
        "gradient-2",
        "hessian-1-1",
        "hessian-2-1",
        "hessian-2-2",
    ]
    assert all(s.evidence.label is Label.PROVED for s in made.statements)
    tex = to_tex(made)
    assert r"\nabla_{A} f = E B^{\top}" in tex
    assert "folklore" in tex
    ET.fromstring(to_html(made).replace("<!DOCTYPE html>", "", 1))


@pytest.mark.tex
def test_a_stated_loss_compiles(quick):
    assert overfull(compile_tex(to_tex(loss_report(FACTORIZATION)))[1]) == []


def test_a_symbolic_list_of_letters_is_refused(quick, tmp_path):
    from dataclasses import replace

    symbolic = replace(linear_network().problem, minimizers=None)
    with pytest.raises(UsageError, match="depth is symbolic"):
        report(symbolic, tmp_path / "new", ("html",))
    assert not (tmp_path / "new").exists()


# -- to paste --------------------------------------------------------------------------------------------------------


@pytest.mark.tex
@pytest.mark.parametrize(("layers", "rectangular"), [(None, False), (2, False), (2, True)])
def test_pasted_derivations_compile(layers, rectangular):
    text = derivation_latex(Derivatives(linear_network(layers, rectangular)), layers, hessian=True)
    head = r"\documentclass[reqno]{amsart}\usepackage{amsmath,amssymb}\begin{document}"
    _, log = compile_tex(f"{head}\n{text}\\end{{document}}\n")
    assert overfull(log, 5.0) == []


def test_pasted_derivations_say_what_the_names_mean():
    text = derivation_latex(Derivatives(linear_network()), None)
    assert "%   B_{l} = W_{L:l+1}" in text
    assert "%   U_{l} = W_{l-1:1} X" in text
    assert text.count(r"\begin{align*}") == text.count(r"\end{align*}") == 2
