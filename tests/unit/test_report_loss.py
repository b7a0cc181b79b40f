"""The report on a loss that a person states, with and without a proposed minimizer, and derivations to paste."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from symland.errors import UsageError
from symland.evidence import Label
from symland.landscape.products.derivatives import Derivatives
from symland.landscape.products.networks import linear_network, residual_network
from symland.language import terms as T
from symland.language.problem import Problem
from symland.proposals import candidate, problem_of
from symland.read.problem_file import ProblemTexts
from symland.report import crosschecks
from symland.report.build import report
from symland.report.document import Document, Paragraph
from symland.report.html import to_html
from symland.report.loss import loss_report
from symland.report.paste import derivation_latex
from symland.report.pdf import compile_tex, overfull
from symland.report.proposed import value
from symland.report.tex import to_tex
from symland.write.latex import to_latex

A, B, M = T.matrix("A", "p", "n"), T.matrix("B", "n", "q"), T.matrix("M", "p", "q")
E = A * B - M
LOSS = T.number(1, 2) * T.SquaredNorm(E)
FACTORIZATION = Problem("matrix factorization", LOSS, (A, B), data=(M,), definitions={"E": E}, source="folklore")


@pytest.fixture(scope="module", autouse=True)
def quick():
    with pytest.MonkeyPatch.context() as m:
        m.setattr(crosschecks, "STEP_SAMPLES", (4, 40))
        yield


def proposed(loss, at, assuming=None, shapes=None):
    made = candidate(loss, ["W1", "W2"], at=at, assuming=assuming, shapes=shapes)
    return Problem("proposed", made.point.loss, tuple(made.point.where), minimizers=made)


TWO = "1/2*norm2(W2*W1*X - Y)^2"
SHAPES = {"W1": "d d", "W2": "d d", "X": "d m", "Y": "d m"}


def test_a_stated_loss():
    made = loss_report(FACTORIZATION)
    assert isinstance(made, Document)
    labels = ["gradient-1", "gradient-2", "hessian-1-1", "hessian-2-1", "hessian-2-2"]
    assert [s.label for s in made.statements] == labels
    assert all(s.evidence.label is Label.PROVED for s in made.statements)
    tex = to_tex(made)
    assert r"\nabla_{A} f = E B^{\top}" in tex
    assert "folklore" in tex
    ET.fromstring(to_html(made).replace("<!DOCTYPE html>", "", 1))


@pytest.mark.tex
def test_a_stated_loss_compiles():
    assert overfull(compile_tex(to_tex(loss_report(FACTORIZATION)))[1]) == []


def test_a_loss_of_scalars_and_columns():
    """Directions of derivatives are numbers where the variables are."""
    a, b, x = T.scalar("a"), T.scalar("b"), T.matrix("x", "n", 1)
    loss = T.number(1, 2) * a * a + a * b + T.SquaredNorm(b * x)
    made = loss_report(Problem("scalars", loss, (a, b, x)), dim=1)
    assert [s.evidence.label for s in made.statements] == [Label.PROVED] * 9
    tex = to_tex(made)
    assert r"\nabla_{a} f = a + b" in tex and r"\nabla_{x} f" in tex


def test_a_method_without_an_opinion_is_named_with_its_reason():
    made = loss_report(Problem("fit", T.SquaredNorm(T.Elementwise("tanh", A)), (A,)))
    said = [p for b in made.sections[-2].blocks if isinstance(b, Paragraph) for p in b.parts if isinstance(p, str)]
    assert any(s.startswith("No opinion: prime field jets") for s in said)


def test_a_symbolic_list_of_letters_is_refused(tmp_path):
    symbolic = replace(linear_network().problem, minimizers=None)
    with pytest.raises(UsageError, match="depth is symbolic"):
        report(symbolic, tmp_path / "new", ("html",))
    assert not (tmp_path / "new").exists()


def test_the_claims_about_a_minimizer():
    made = loss_report(proposed(TWO, "W1 = C, W2 = M*inv(C)", "Y*X' = M*X*X'"))
    claims = {s.label: s.evidence.label for s in made.statements if s.label.startswith("claim-")}
    assert claims.pop("claim-curvature") is Label.CERTIFIED
    assert set(claims.values()) == {Label.PROVED}
    assert {"claim-stationary-1", "claim-stationary-2", "claim-value-1", "claim-global-minimum-1"} <= set(claims)
    tex = to_tex(made)
    assert r"f = \tfrac{1}{2} \lVert M X - Y\rVert_{F}^{2}" in tex.replace("M X - Y \\rVert", "M X - Y\\rVert")
    assert "As a global minimizer the point is" in tex
    ET.fromstring(to_html(made).replace("<!DOCTYPE html>", "", 1))


def test_a_saddle_is_refuted_with_its_witness():
    """At zero the loss of two layers is stationary, and not least: both values are printed."""
    made = loss_report(proposed(TWO, "W1 = 0, W2 = 0", shapes=SHAPES))
    claims = {s.label: s for s in made.statements if s.label.startswith("claim-")}
    refuted = claims["claim-global-minimum"]
    assert refuted.evidence.label is Label.REFUTED and refuted.evidence.witness is not None
    assert len(refuted.body) >= 5
    assert claims["claim-stationary-1"].evidence.label is Label.PROVED
    assert r"\badge{refuted}" in to_tex(made)


def test_a_declared_point_has_its_claims():
    """A problem whose minimizers are a point, as `read_problem` makes it, and not yet a candidate."""
    given = problem_of(ProblemTexts(TWO, ("W1", "W2"), assume=("Y*X' = M*X*X'",), at="W1 = C, W2 = M*inv(C)"))
    made = loss_report(given)
    claims = {s.label: s for s in made.statements if s.label.startswith("claim-")}
    assert claims["claim-global-minimum-1"].evidence.label is Label.PROVED
    assert claims["claim-curvature"].kind == "Claim"
    assert " A proposed minimizer is judged." in made.abstract


def test_what_is_not_proved_is_a_claim_and_no_theorem():
    made = loss_report(proposed(TWO, "W1 = 0, W2 = 0", shapes=SHAPES))
    unproved = [s for s in made.statements if s.evidence.label is not Label.PROVED]
    assert unproved and all(s.kind == "Claim" for s in unproved)
    assert r"\newtheorem{claim}[theorem]{Claim}" in to_tex(made)


@pytest.mark.tex
@pytest.mark.parametrize(
    "problem",
    [proposed(TWO, "W1 = C, W2 = M*inv(C)", "Y*X' = M*X*X'"), proposed(TWO, "W1 = 0, W2 = 0", shapes=SHAPES)],
    ids=["minimizer", "saddle"],
)
def test_reports_with_claims_compile(problem):
    assert overfull(compile_tex(to_tex(loss_report(problem)))[1]) == []


def test_values_of_witnesses():
    import flint

    assert to_latex(value(flint.fmpq(1, 2))) == r"\tfrac{1}{2}"
    assert to_latex(value(flint.fmpq_mat([[3]]))) == "3"
    assert to_latex(value(flint.fmpq_mat([[1, 2]]))) == r"\begin{pmatrix} 1 & 2 \end{pmatrix}"


# -- to paste --------------------------------------------------------------------------------------------------------


@pytest.mark.tex
@pytest.mark.parametrize(
    "network", [linear_network(), linear_network(2), linear_network(2, True), residual_network(), residual_network(2)]
)
def test_pasted_derivations_compile(network):
    text = derivation_latex(Derivatives(network), network.depth.value, hessian=True)
    head = r"\documentclass[reqno]{amsart}\usepackage{amsmath,amssymb}\begin{document}"
    _, log = compile_tex(f"{head}\n{text}\\end{{document}}\n")
    assert overfull(log, 5.0) == []


@pytest.mark.parametrize(
    ("network", "meanings"),
    [
        (linear_network(), ("B_{l} = W_{L:l+1}", "U_{l} = W_{l-1:1} X")),
        (residual_network(), ("B_{l} = P_{L:l+1}", r"P_{b:a} = (I_{d} + A_{b}) \cdots (I_{d} + A_{a})")),
    ],
)
def test_pasted_derivations_say_what_the_names_mean(network, meanings):
    text = derivation_latex(Derivatives(network), None)
    assert all(f"%   {meaning}" in text for meaning in meanings)
    assert text.count(r"\begin{align*}") == text.count(r"\end{align*}") == 2
