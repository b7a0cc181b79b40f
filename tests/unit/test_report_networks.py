"""The reports on the three networks: sections, labels, proofs, matrices, and that they compile."""

import re
import xml.etree.ElementTree as ET

import pytest

from symland.errors import CheckFailed
from symland.evidence import Evidence, Label
from symland.landscape.hidden.network import hidden_network
from symland.landscape.products.networks import residual_network
from symland.landscape.result import Assumed
from symland.report import crosschecks
from symland.report.document import Align, Badge, Emphasis, Items, MatrixBlock, Paragraph, Ref, Steps, Table
from symland.report.hidden import HiddenReport, hidden_report
from symland.report.html import to_html
from symland.report.listings import ledger
from symland.report.pdf import compile_tex, overfull
from symland.report.products import product_report
from symland.report.tex import Writer, to_tex
from symland.write.latex import to_latex

SAMPLES = (4, 40)  # of the second checker: enough for every proof, and fast
PRODUCT = [
    "conventions", "labels", "problem", "section-gradient", "section-hessian", "minimizers", "hessian-at", "balanced",
    "dominance", "explicit-matrices", "crosschecks", "needed", "corrections", "ledger",
]  # fmt: skip
HIDDEN = [s for s in PRODUCT if s not in ("balanced", "dominance")]
BLOCKS = ("hessian-lower", "hessian-diagonal", "hessian-upper")


@pytest.fixture(scope="module", autouse=True)
def quick():
    with pytest.MonkeyPatch.context() as m:
        m.setattr(crosschecks, "STEP_SAMPLES", SAMPLES)
        yield


@pytest.fixture(scope="module")
def reports(quick):
    return {
        "linear": product_report(layers=3),
        "residual": product_report(residual_network()),
        "hidden": hidden_report(),
    }


NAMES = pytest.mark.parametrize("name", ["linear", "residual", "hidden"])


def by_label(document, label):
    return next(s for s in document.statements if s.label == label)


def test_the_sections(reports):
    linear = list(PRODUCT)
    linear.insert(linear.index("minimizers"), "instances")
    linear.insert(linear.index("dominance"), "two-layers")
    expected = {"linear": linear, "residual": PRODUCT, "hidden": HIDDEN}
    assert {name: [s.label for s in d.sections] for name, d in reports.items()} == expected


@NAMES
def test_every_statement_has_the_label_that_it_earned(reports, name):
    kinds = {}
    for s in reports[name].statements:
        kinds.setdefault(s.evidence.label, []).append(s)
    assert set(kinds) <= {Label.PROVED, Label.EXACT, Label.CERTIFIED, Label.ASSUMED}
    explicit = {"explicit", "explicit-minimizer"}
    assert explicit <= {s.label for s in kinds[Label.EXACT]}
    for label in (Label.EXACT, Label.CERTIFIED):
        others = {s.kind for s in kinds.get(label, ()) if s.label not in explicit}
        assert others <= {"Counterexample", "Example"}


@NAMES
def test_what_is_cited_names_its_source_and_has_no_proof(reports, name):
    cited = [s for s in reports[name].statements if s.evidence.label is Label.ASSUMED]
    assert cited
    for s in cited:
        assert isinstance(s.body[-1], Paragraph) and s.body[-1].parts[0] == "Source: " and not s.proof


@NAMES
def test_sources_are_published(reports, name):
    """No document of this project is cited."""
    assert "specification" not in to_tex(reports[name])


@NAMES
def test_no_hypothesis_has_the_name_of_a_letter(reports, name):
    """`by X` would cite the matrix."""
    named = {p.text for s in reports[name].statements for h in s.hypotheses for p in h[:1] if isinstance(p, Emphasis)}
    assert len(named) > 8 and not {n for n in named if len(n) == 1}


def test_one_hypothesis_with_two_forms_is_listed_with_both(reports):
    """The ball of the general radii and that of half the smallest singular value."""
    (problem,) = (s for s in reports["linear"].sections if s.label == "problem")
    rows = next(b for b in problem.blocks if isinstance(b, Table)).rows
    names = [cells[0][0].text if cells[0] else "" for cells in rows]
    assert names[names.index("ball") + 1] == "" and len({cells[1] for cells in rows}) == len(rows)


@pytest.mark.parametrize(("name", "label"), [("linear", "minimizers-manifold"), ("hidden", "cited-manifold")])
def test_the_dimension_of_a_family_names_the_statement_that_is_cited(reports, name, label):
    (section,) = (s for s in reports[name].sections if s.label == "minimizers")
    items = [parts for b in section.blocks if isinstance(b, Items) for parts in b.items]
    sizes = [parts for parts in items if str(parts[0]).startswith("dimension")]
    assert sizes and all(Ref(label) in parts for parts in sizes)
    assert by_label(reports[name], label).evidence.label is Label.ASSUMED


@NAMES
def test_every_theorem_shows_its_proof(reports, name):
    for s in reports[name].statements:
        if s.evidence.label is Label.PROVED and s.kind not in ("Corollary", "Counterexample"):
            assert any(isinstance(b, (Align, Steps)) for b in s.proof), s.label


@NAMES
def test_every_hypothesis_of_a_theorem_is_printed(reports, name):
    """One entry for each hypothesis that the evidence lists, and a line of the ledger for each statement."""
    for s in reports[name].statements:
        if s.proof:
            assert len(s.hypotheses) == len(s.evidence.hypotheses)
    assert len(ledger(reports[name]).rows) == len(reports[name].statements)


@NAMES
def test_hypotheses_have_models(reports, name):
    for s in reports[name].statements:
        if s.proof and s.evidence.hypotheses:
            assert s.evidence.model, s.label


@NAMES
def test_every_proof_was_exercised_by_the_second_checker(reports, name):
    (section,) = (s for s in reports[name].sections if s.label == "crosschecks")
    steps = section.blocks[1]
    checked = {p.label for cells in steps.rows for p in cells[0] if isinstance(p, Ref)}
    assert {s.label for s in reports[name].statements if s.proof} == checked
    assert {cells[1][0].label for cells in steps.rows} == {Label.CERTIFIED}


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("linear", ("gradient", *BLOCKS)),
        ("residual", ("gradient", *BLOCKS)),
        ("hidden", ("gradient", "gradient-2", "hessian-1-1", "hessian-2-1", "hessian-1-2", "hessian-2-2")),
    ],
)
def test_the_steps_of_gradient_and_hessian_are_an_align(reports, name, labels):
    for label in labels:
        (steps,) = by_label(reports[name], label).proof
        assert isinstance(steps, Align)
        assert len(steps.lines) >= 4
        assert all(line.sign == "=" and line.reason for line in steps.lines)


@NAMES
def test_the_explicit_matrices(reports, name):
    general, there = (by_label(reports[name], label) for label in ("explicit", "explicit-minimizer"))
    matrices = [b.matrix for b in general.body if isinstance(b, MatrixBlock)]
    assert [(len(m.rows), len(m.rows[0])) for m in matrices] == [(2, 2), (2, 2), (4, 4), (4, 4), (4, 4)]
    vanishing = ("e_{", "r_{") if name == "hidden" else (r"\gamma_{",)
    shown = "".join(to_latex(b.matrix) for b in there.body if isinstance(b, MatrixBlock))
    assert not any(letter in shown for letter in vanishing)


def test_products_of_the_residual_network_stay_factored(reports):
    """They are read as P_{b:a} in every derivation, and the conventions say what that is."""
    made = reports["residual"]
    assert r"P_{b:a} = (I + A_{b}) (I + A_{b-1}) \cdots (I + A_{a})" in to_tex(made)
    writer = Writer(made)
    for label in ("gradient", *BLOCKS, "normal", "closed-form"):
        s = by_label(made, label)
        text = writer.blocks((*s.body, *s.proof))
        assert r"\prod" not in text
    assert "P_{L:1}" in writer.blocks(by_label(made, "normal").body)


def test_the_names_of_the_hidden_network(reports):
    tex = to_tex(reports["hidden"])
    assert r"\nabla_{W_{1}} g = \bigl((W_{2}^{\top} E) \odot D\bigr) X^{\top}" in tex
    assert r"\nabla_{W_{2}} g = E S_{Z}^{\top}" in tex
    assert r"\nabla_{W_{2}W_{1}}^{2} g = J_{2}^{\top} J_{1}" in tex


@NAMES
def test_html_is_well_formed_and_names_no_machine(reports, name):
    html = to_html(reports[name])
    ET.fromstring(html.replace("<!DOCTYPE html>", "", 1))
    for text in (html, to_tex(reports[name])):
        assert not re.search(r"/work/|/home/|/tmp/|\d{4}-\d\d-\d\d", text)


@pytest.mark.tex
@NAMES
def test_the_report_compiles_without_overfull_lines(reports, name):
    pdf, log = compile_tex(to_tex(reports[name]))
    assert pdf.startswith(b"%PDF")
    assert overfull(log) == []
    assert "LaTeX Warning: Reference" not in log


@pytest.mark.parametrize("activation", ["leaky_relu", "cubic", "softplus"])
def test_derivatives_for_an_activation(activation):
    """Kinks are hypotheses, a polynomial is checked exactly, and the title says which activation it is."""
    made = HiddenReport(2, 3, network=hidden_network(activation))
    assert activation.replace("_", " ") in made.title
    gradient = made.gradient().blocks[1]
    made.hessian()
    assert bool(gradient.hypotheses) == (activation == "leaky_relu")
    badges = {p.label for b in made.crosschecks().blocks if isinstance(b, Table) for p in _inlines(b)}
    assert {Label.EXACT, Label.NUMERIC} <= badges


def _inlines(table):
    return (p for cells in table.rows for parts in cells for p in parts if isinstance(p, Badge))


def test_a_citation_is_never_stronger_than_assumed():
    made = HiddenReport(2, 3, network=hidden_network())
    s = made.cited(Assumed("counted", "rank and nullity", "The rank is $d m$.", "a book"))
    assert s.evidence.label is Label.ASSUMED and not s.proof


def test_a_refuted_check_stops_the_report():
    with pytest.raises(CheckFailed, match="some claim"):
        crosschecks.passed(Evidence(Label.REFUTED, "some claim", "m"))
