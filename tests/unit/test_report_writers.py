"""The LaTeX and HTML writers: every kind of block, hostile text, and what a browser and TeX make of it."""

import re
import xml.etree.ElementTree as ET

import pytest

from symland.evidence import Evidence, Label
from symland.report.document import Document, Section, Statement, paragraph
from symland.report.html import escape as escape_html
from symland.report.html import to_html
from symland.report.markup import formula
from symland.report.pdf import compile_tex, overfull, to_pdf
from symland.report.tex import escape as escape_tex
from symland.report.tex import to_tex
from symland.write.layout import SIGNS
from tests.report_sample import NASTY, sample


def body(tex):
    return tex[tex.index(r"\maketitle") :]


def main(html):
    return html[html.index("<header>") :]


def test_golden_tex(golden):
    golden("report_sample.tex", body(to_tex(sample())))


def test_golden_html(golden):
    golden("report_sample.html", main(to_html(sample())))


def test_the_same_document_gives_the_same_bytes():
    assert to_tex(sample()) == to_tex(sample())
    assert to_html(sample()) == to_html(sample())


# -- text ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("50 % of {x_1}", r"50 \% of \{x\_1\}"),
        (r"a\b", r"a\textbackslash{}b"),
        ("~^|<>", r"\textasciitilde{}\textasciicircum{}\textbar{}\textless{}\textgreater{}"),
        ("--quiet", "-{}-quiet"),
        ("λ ≤ 2", r"\ensuremath{\lambda} \ensuremath{\le} 2"),
        ("naïve", "naïve"),
        ("☃", r"\texttt{U+2603}"),
        ("a\nb\tc", "a b c"),
        ("\u00a0", "~"),
    ],
)
def test_text_is_escaped_for_tex(text, tex):
    assert escape_tex(text) == tex


def test_every_sign_can_stand_in_text():
    for character in SIGNS:
        assert escape_tex(character)


@pytest.mark.parametrize(
    ("text", "html"),
    [("a < b & c > d", "a &lt; b &amp; c &gt; d"), ("<script>", "&lt;script&gt;"), ("a\x00b\x1b", "a\ufffdb\ufffd")],
)
def test_text_is_escaped_for_html(text, html):
    assert escape_html(text) == html


def test_hostile_text_everywhere():
    """Titles, abstracts, scopes, hypotheses, table cells and badges are text like any other."""
    bad = "<b>&\"'{}%$#\\x_^~"
    s = Statement(
        "Theorem", (bad,), "x", (paragraph(bad),), Evidence(Label.PROVED, bad, bad, bad, bad, (bad,), (bad,), bad)
    )
    made = Document(bad, (bad,), (Section(bad, "s", (s,)),))
    ET.fromstring(without_doctype(to_html(made)))
    assert "<b>" not in main(to_html(made))
    assert bad not in to_tex(made)


# -- html ------------------------------------------------------------------------------------------------------------


def without_doctype(html):
    return html.replace("<!DOCTYPE html>", "", 1)


def test_html_is_one_self_contained_file():
    html = to_html(sample())
    root = ET.fromstring(without_doctype(html))
    names = {element.tag.split("}")[-1] for element in root.iter()}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "form"}
    assert not re.search(r"url\(|@import|\bsrc=|\bon[a-z]+=", html)
    addresses = set(re.findall(r'(?:href|xmlns)="([^"#][^"]*)"', html))
    assert addresses <= {"http://www.w3.org/1999/xhtml", "http://www.w3.org/1998/Math/MathML"}


def test_every_reference_has_a_target():
    root = ET.fromstring(without_doctype(to_html(sample())))
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert {e.get("href")[1:] for e in root.iter() if e.get("href")} <= set(ids)


def test_badges_explain_themselves():
    html = to_html(sample())
    for label in sample().labels:
        assert f'title="{label.value}: {label.meaning}"' in html
    assert html.count(">PROVED</abbr>") == 3  # beside the statement, in the legend, in the ledger


def test_a_sign_in_front_of_a_line_stands_between_terms():
    html = to_html(sample())
    assert re.search(r'class="later"><mrow>(<mrow>)*<mo form="infix">\+', html)


# -- tex -------------------------------------------------------------------------------------------------------------


@pytest.mark.tex
def test_the_sample_compiles_without_overfull_lines():
    tex = to_tex(sample())
    pdf, log = compile_tex(tex)
    assert pdf.startswith(b"%PDF")
    assert overfull(log) == []
    assert "undefined" not in log.lower().replace("undefined on input line 0", "")


@pytest.mark.tex
def test_pdf_bytes_repeat():
    tex = to_tex(Document("t", (), (Section("S", "s", (paragraph("text ", formula("x")),)),)))
    assert to_pdf(tex) == to_pdf(tex)


def test_labels_of_statements_are_never_changed():
    for label in Label:
        s = Statement("Example", ("T",), "x", (paragraph("b"),), Evidence(label, "c", "m"))
        made = Document("t", (), (Section("S", "s", (s,)),))
        assert f"{{{label.value}}}" in to_tex(made)
        others = [other for other in Label if other is not label]
        assert not any(f"{{{other.value}}}" in to_tex(made) or f">{other.value}<" in to_html(made) for other in others)


def test_nasty_text_of_the_sample_is_there():
    assert escape_html(NASTY) in to_html(sample())
