"""Documents as one HTML file: MathML, a style sheet inside, no script, nothing loaded from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import assert_never
from xml.sax.saxutils import escape as escape_xml
from xml.sax.saxutils import quoteattr

from symland.report.document import (
    Align,
    Badge,
    Block,
    Code,
    Display,
    Document,
    Emphasis,
    Formulas,
    Inline,
    Items,
    Ledger,
    Legend,
    Line,
    MatrixBlock,
    Note,
    Paragraph,
    Parts,
    Ref,
    Section,
    Statement,
    Step,
    Steps,
    Table,
)
from symland.report.listings import COLORS, ledger, legend, split_relations
from symland.report.measure import Delimiter, Piece, break_lines, runs, width
from symland.report.templates import template
from symland.write.layout import FENCES, Layout, row
from symland.write.mathml import NAMESPACE, to_mathml

FORMULA_WIDTH = 40.0  # em, of a displayed formula on a wide screen
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OPENING = re.compile(r"<math[^>]*>")
_SIGN_FIRST = re.compile(r"(?:<mrow>)*<mo>")
ALIGNMENT = {"l": "left", "c": "center", "r": "figure", "p": "text"}


def escape(text: str) -> str:
    """The text as HTML and XML print it; characters that XML forbids are shown as a replacement character.

    >>> escape("a < b & c")
    'a &lt; b &amp; c'
    """
    return escape_xml(_NOT_XML.sub("\ufffd", text))


def to_html(document: Document) -> str:
    """The document as the text of an HTML file."""
    writer = Writer(document)
    return template("page.html.j2").render(
        title=escape(document.title),
        abstract=writer.parts(document.abstract),
        contents=[{"label": s.label, "title": escape(s.title)} for s in document.sections],
        labels=[{"name": label.value.lower(), "color": COLORS[label]} for label in document.labels],
        style=template("style.css").render(),
        body="\n".join(map(writer.section, document.sections)),
    )


class Writer:
    """Writes the parts of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def section(self, section: Section) -> str:
        number = self.document.numbers[section.label].split()[1]
        head = f'<h2><span class="number">{number}</span> {escape(section.title)}</h2>'
        return "\n".join([f'<section id="{section.label}">', head, *map(self.block, section.blocks), "</section>"])

    # -- running text ----------------------------------------------------------------------------------------
    def parts(self, parts: Parts) -> str:
        return "".join(map(self.inline, parts))

    def inline(self, part: Inline) -> str:
        match part:
            case str():
                return escape(part)
            case Ref(label):
                return f'<a href="#{label}">{escape(self.document.numbers[label])}</a>'
            case Code(text):
                return f"<code>{escape(text)}</code>"
            case Emphasis(text):
                return f"<em>{escape(text)}</em>"
            case Badge(label, scope):
                title = quoteattr(f"{label.value}: {label.meaning}")
                after = f' <span class="scope">{escape(scope)}</span>' if scope else ""
                return f'<abbr class="badge {label.value.lower()}" title={title}>{label.value}</abbr>{after}'
        return to_mathml(part)

    # -- blocks ----------------------------------------------------------------------------------------------
    def block(self, block: Block) -> str:
        match block:
            case Paragraph(parts):
                return f"<p>{self.parts(parts)}</p>"
            case Display(formula):
                return self.display(formula)
            case Formulas(formulas):
                return self.grid([split_relations(f) for f in formulas])
            case Align(left, lines):
                return self.align(left, lines)
            case Steps(steps):
                return self.steps(steps)
            case MatrixBlock(left, entries):
                return _box(to_mathml(row(left, "=", entries), display=True))
            case Items(items, ordered):
                return self.items(items, ordered)
            case Table():
                return self.table(block)
            case Statement():
                return self.statement(block)
            case Note(title, parts):
                return f'<aside class="note"><p><strong>{escape(title)}.</strong> {self.parts(parts)}</p></aside>'
            case Legend():
                return self.items(legend(self.document), False)
            case Ledger():
                return self.table(ledger(self.document))
            case _:
                assert_never(block)

    def items(self, items: Sequence[Parts], ordered: bool) -> str:
        tag = "ol" if ordered else "ul"
        return "\n".join([f"<{tag}>", *(f"<li>{self.parts(parts)}</li>" for parts in items), f"</{tag}>"])

    def statement(self, s: Statement) -> str:
        number = escape(self.document.numbers[s.label])
        badge = self.inline(Badge(s.evidence.label, s.evidence.scope))
        head = f'<h3><span class="number">{number}.</span> {self.parts(s.title)} {badge}</h3>'
        out = [f'<article class="statement" id="{s.label}">', head]
        if s.hypotheses:
            given = "; ".join(map(self.parts, s.hypotheses))
            out.append(f'<p class="hypotheses"><em>Hypotheses:</em> {given}. Then</p>')
        out += map(self.block, s.body)
        if s.proof:
            out += [
                '<details class="proof" open="open"><summary>Proof</summary>',
                *map(self.block, s.proof),
                "</details>",
            ]
        return "\n".join([*out, "</article>"])

    # -- formulas --------------------------------------------------------------------------------------------
    def display(self, formula: Layout) -> str:
        if width(formula) <= FORMULA_WIDTH:
            return _box(to_mathml(formula, display=True))
        left, lines = split_relations(formula)
        if lines:
            return self.align(left, lines)
        pieces = break_lines(formula, FORMULA_WIDTH, FORMULA_WIDTH - 2)
        return _box("".join(_piece(p, k > 0) for k, p in enumerate(pieces)))

    def align(self, left: Layout, lines: Sequence[Line]) -> str:
        return self.grid([(left, lines)])

    def grid(self, chains: Sequence[tuple[Layout, Sequence[Line]]]) -> str:
        """A grid of three columns: left sides, right sides, reasons. A long left side stands alone."""
        alone = any(width(left) > 0.28 * FORMULA_WIDTH for left, _ in chains)
        out = [f'<div class="steps{" alone" if alone else ""}">']
        for left, lines in chains:
            head = f'<div class="left">{to_mathml(left)}</div>'
            if alone or not lines:
                out.append(head)
            for k, line in enumerate(lines):
                if not alone:
                    out.append('<div class="left"></div>' if k else head)
                room = FORMULA_WIDTH - (2 if alone else width(left))
                pieces = break_lines(row(line.sign, line.right), room, room - 2)
                formula = "".join(_piece(p, j > 0) for j, p in enumerate(pieces))
                out.append(f'<div class="right">{formula}</div>')
                out.append(f'<div class="reason">{self.parts(line.reason)}</div>')
        return "\n".join([*out, "</div>"])

    def steps(self, steps: Sequence[Step]) -> str:
        """A grid of three columns: numbers, formulas, reasons."""
        out = ['<div class="steps numbered">']
        for number, step in enumerate(steps, 1):
            pieces = break_lines(step.formula, FORMULA_WIDTH, FORMULA_WIDTH - 2)
            formula = "".join(_piece(p, j > 0) for j, p in enumerate(pieces))
            out.append(f'<div class="left">({number})</div>')
            out.append(f'<div class="right">{formula}</div>')
            out.append(f'<div class="reason">{self.parts(step.reason)}</div>')
        return "\n".join([*out, "</div>"])

    # -- tables ----------------------------------------------------------------------------------------------
    def table(self, table: Table) -> str:
        names = [ALIGNMENT[c] for c in table.columns]
        plain = ["".join(p for p in cells if isinstance(p, str)) for cells in table.header]

        def cells(tag: str, parts: Sequence[Parts], **extra: str) -> str:
            return "".join(
                f'<{tag} class="{n}"{extra.get("scope", "")} data-name={quoteattr(h)}>{self.parts(c)}</{tag}>'
                for n, h, c in zip(names, plain, parts, strict=True)
            )

        caption = f"<caption>{self.parts(table.caption)}</caption>" if table.caption else ""
        head = f"<thead><tr>{cells('th', table.header, scope=' scope=' + quoteattr('col'))}</tr></thead>"
        body = "\n".join(f"<tr>{cells('td', r)}</tr>" for r in table.rows)
        name = ' class="stacked"' if "p" in table.columns else ""
        inside = f"<table{name}>{caption}{head}\n<tbody>\n{body}\n</tbody></table>"
        return f'<div class="scroll" role="region" aria-label="Table" tabindex="0">{inside}</div>'


def _box(formula: str) -> str:
    return f'<div class="formula">{formula}</div>'


def _piece(piece: Piece, later: bool) -> str:
    """One line of a broken formula: delimiters may be without their partners, and a sign in front stands between two
    terms."""
    inside = "".join(_delimiter(p) if isinstance(p, Delimiter) else _bare(to_mathml(p)) for p in runs(piece))
    name = ' class="later"' if later else ""
    if later:
        inside = inside.replace("<mo>", '<mo form="infix">', 1) if _SIGN_FIRST.match(inside) else inside
    return f'<math xmlns="{NAMESPACE}" display="block"{name}><mrow>{inside}</mrow></math>'


def _bare(math: str) -> str:
    return _OPENING.sub("", math).removesuffix("</math>")


def _delimiter(d: Delimiter) -> str:
    form = "prefix" if d.opening else "postfix"
    size = f' minsize="{(1, 1.2, 1.6, 2.2)[d.size]}em"' if d.size else ""
    stretchy = "true" if d.size else "false"
    text = FENCES[d.kind][2 if d.opening else 3]
    return f'<mo fence="true" form="{form}" stretchy="{stretchy}" symmetric="true"{size}>{text}</mo>'
