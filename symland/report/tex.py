"""Documents as stand-alone LaTeX, for the amsart class and a small TeX installation."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Sequence
from typing import assert_never

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
from symland.report.listings import COLORS, column_groups, ledger, legend, length, shares, split_relations
from symland.report.measure import Delimiter, Piece, break_lines, columns, runs, width
from symland.report.templates import template
from symland.write.latex import SIZES, to_latex
from symland.write.layout import FENCES, GREEK, SIGNS, Layout, Matrix, matrix, sub
from symland.write.layout import comma as indices

TEXT_WIDTH = 45.5  # em: 160 mm at 10 points
INDENT = 1.5  # of displayed formulas
SIGN_WIDTH = 1.33
NUMBER_WIDTH = 2.8
PARENTHESES = 1.75  # of a matrix
NOTE_WIDTH = 9.0  # of (columns 1 to 4)
SIZES_OF_MATRICES = (  # em that fit where one does at full size (scripts shrink less than letters), and the command
    (1.0, ""), (1.06, r"\small"), (1.14, r"\footnotesize"),
)  # fmt: skip
GAP, TIGHT_GAP = 1.0, 0.6  # em between the columns of a matrix
COLUMN_GAP, SMALL = 1.2, 0.85  # em between the columns of a table, and the size of a small one

_ASCII = {c: "\\" + c for c in "#$%&_{}"} | {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}", "`": r"\textasciigrave{}",
}  # fmt: skip
_GREEK = {character: name for name, character in GREEK.items()}
_QUOTES = "‘’“”–—…"


def escape(text: str) -> str:
    r"""The text as LaTeX prints it; a character that the fonts do not have is printed by its number.

    >>> escape("50 % of {x_1}")
    '50 \\% of \\{x\\_1\\}'
    """
    return "".join(map(_character, text)).replace("--", "-{}-")


def _character(c: str) -> str:
    if c in _ASCII:
        return _ASCII[c]
    if c in "\t\n\r":
        return " "
    if " " <= c <= "~":
        return c
    if c == "\u00a0":
        return "~"
    if c in SIGNS or c in _GREEK:
        return rf"\ensuremath{{{SIGNS[c] if c in SIGNS else chr(92) + _GREEK[c]}}}"
    if c in _QUOTES or (c < "\u0180" and unicodedata.category(c)[0] == "L"):
        return c
    return rf"\texttt{{U+{ord(c):04X}}}"


def to_tex(document: Document) -> str:
    """The document as the text of a `.tex` file."""
    writer = Writer(document)
    kinds = dict.fromkeys(s.kind for s in document.statements)
    return template("article.tex.j2").render(
        title=escape(document.title),
        pdftitle=escape(document.title),
        abstract=writer.parts(document.abstract),
        labels=[{"name": label.value.lower(), "color": COLORS[label]} for label in document.labels],
        kinds=[{"environment": k.lower(), "name": k} for k in kinds if k != "Theorem"],
        body="\n\n".join(map(writer.section, document.sections)),
    )


class Writer:
    """Writes the parts of one document."""

    def __init__(self, document: Document, text_width: float = TEXT_WIDTH, reason: str = r"\reason{") -> None:
        self.document = document
        self.text_width = text_width
        self.reason = reason

    def section(self, section: Section) -> str:
        head = rf"\room\section{{{escape(section.title)}}}\label{{{section.label}}}"
        return f"{head}\n\n{self.blocks(section.blocks)}"

    def blocks(self, blocks: Sequence[Block]) -> str:
        """The blocks one after another; a formula belongs to the paragraph in front of it."""
        out = ""
        for k, block in enumerate(blocks):
            text = self.block(block)
            if k and isinstance(blocks[k - 1], (Display, Align, MatrixBlock)) and _goes_on(block):
                text = "\\noindent " + text
            tied = k and isinstance(blocks[k - 1], Paragraph) and text.startswith(("\\[", "\\begin{align*}"))
            out += ("\n" if tied else "\n\n" if k else "") + text
        return out

    # -- running text ----------------------------------------------------------------------------------------
    def parts(self, parts: Parts) -> str:
        return _fill("".join(map(self.inline, parts)))

    def inline(self, part: Inline) -> str:
        match part:
            case str():
                return escape(part)
            case Ref(label):
                kind, number = self.document.numbers[label].split()
                return rf"\hyperref[{label}]{{{kind}~\ref*{{{label}}}}}" if number else ""
            case Code(text):
                return rf"\texttt{{{escape(text)}}}"
            case Emphasis(text):
                return rf"\emph{{{escape(text)}}}"
            case Badge(label, scope):
                return rf"\badge{{{label.value.lower()}}}{{{label.value}}}{{{escape(scope)}}}"
        return f"${to_latex(part)}$"

    # -- blocks ----------------------------------------------------------------------------------------------
    def block(self, block: Block) -> str:
        match block:
            case Paragraph(parts):
                return self.parts(parts)
            case Display(formula):
                return self.display(formula)
            case Formulas(formulas):
                return _aligned([x for f in formulas for x in self.relation(*split_relations(f))])
            case Align(left, lines):
                return self.align(left, lines)
            case Steps(steps):
                return self.steps(steps)
            case MatrixBlock(left, entries):
                return self.matrix(left, entries)
            case Items(items, ordered):
                return self.items(items, ordered)
            case Table():
                return self.table(block)
            case Statement():
                return self.statement(block)
            case Note(title, parts):
                return f"\\begin{{note}}{{{escape(title)}}}\n{self.parts(parts)}\n\\end{{note}}"
            case Legend():
                return self.items(legend(self.document), False)
            case Ledger():
                return self.table(ledger(self.document))
            case _:
                assert_never(block)

    def items(self, items: Sequence[Parts], ordered: bool) -> str:
        kind = "enumerate" if ordered else "itemize"
        lines = (f"\\item {self.parts(parts)}" for parts in items)
        return "\n".join([f"\\begin{{{kind}}}", *lines, f"\\end{{{kind}}}"])

    def statement(self, s: Statement) -> str:
        environment = s.kind.lower()
        badge = self.inline(Badge(s.evidence.label, s.evidence.scope))
        out = [f"\\begin{{{environment}}}[{{{self.parts(s.title)}}}]\\label{{{s.label}}}\n{badge}"]
        if s.hypotheses:
            out.append(f"\\hypotheses{{{'; '.join(map(self.parts, s.hypotheses))}}}")
        elif isinstance(s.body[0], Paragraph):
            out.append(r"\par\nopagebreak\noindent")
        out.append(self.blocks(s.body))
        out.append(f"\\end{{{environment}}}")
        if s.proof:
            out += ["\\begin{proof}", _with_box(self.blocks(s.proof)), "\\end{proof}"]
        return "\n".join(out)

    # -- formulas --------------------------------------------------------------------------------------------
    def display(self, formula: Layout) -> str:
        if width(formula) <= self.text_width - INDENT:
            return f"\\[\n  {to_latex(formula)}\n\\]"
        left, lines = split_relations(formula)
        if lines:
            return self.align(left, lines)
        pieces = break_lines(formula, self.text_width - INDENT, self.text_width - INDENT - 2)
        return _aligned([f"& {_piece(p)}" if k == 0 else rf"&\qquad {_piece(p)}" for k, p in enumerate(pieces)])

    def align(self, left: Layout, lines: Sequence[Line]) -> str:
        return _aligned(self.relation(left, lines))

    def relation(self, left: Layout, lines: Sequence[Line]) -> list[str]:
        """The lines of a chain of relations; the left side stands alone where it takes too much of the line."""
        if not lines:
            return [f"& {to_latex(left)}"]
        room = self.text_width - INDENT - SIGN_WIDTH
        alone = width(left) > 0.28 * self.text_width and any(width(line.right) > room - width(left) for line in lines)
        room -= 2 if alone else width(left)
        whole = self.text_width - INDENT
        heads = break_lines(left, whole, whole - 2) if alone else []
        out = [(r"&\qquad " if k else "& ") + _piece(piece) for k, piece in enumerate(heads)]
        for k, line in enumerate(lines):
            head = "" if alone or k else to_latex(left) + " "
            pieces = break_lines(line.right, room, room - 2)
            for j, piece in enumerate(pieces):
                start = r"&\qquad\qquad " if j and alone else r"&\qquad " if alone or j else f"{head}&"
                sign = SIGNS[line.sign] + " " if j == 0 else ""
                out.append(start + sign + _piece(piece))
            if line.reason:
                out[-1] += self._reason(line.reason)
        return out

    def steps(self, steps: Sequence[Step]) -> str:
        """Numbered lines, flush left, with the reasons at the right margin."""
        out = []
        room = self.text_width - INDENT - NUMBER_WIDTH
        for number, step in enumerate(steps, 1):
            for k, piece in enumerate(break_lines(step.formula, room, room - 2)):
                out.append(rf"&\qquad {_piece(piece)}" if k else rf"({number})\quad & {_piece(piece)}")
            out[-1] += self._reason(step.reason)
        return _aligned(out)

    def _reason(self, parts: Parts) -> str:
        """A reason as a tag; a very long one in lines of its own."""
        text = self.cell(parts)
        if length(parts) > (self.text_width - 3) / SMALL:
            text = rf"\parbox[t]{{{self.text_width - 8:.0f}em}}{{\raggedleft {text}}}"
        return f" {self.reason}{text}}}"

    def matrix(self, left: Layout, entries: Matrix) -> str:
        """Whole where it fits, smaller if need be, or below its name; else in groups of columns; else by entries."""
        head = width(left) + SIGN_WIDTH
        widths = columns(entries)
        for scale, command in SIZES_OF_MATRICES:
            gap = GAP if scale == 1 else TIGHT_GAP
            body = sum(widths) + gap * (len(widths) - 1) + PARENTHESES
            if head + body <= (self.text_width - INDENT) * scale:
                return _sized(command, f"{to_latex(left)} = {to_latex(entries)}")
        scale, command = SIZES_OF_MATRICES[-1]
        room = self.text_width * scale - PARENTHESES
        if sum(widths) + TIGHT_GAP * (len(widths) - 1) <= room:
            return f"\\[\n  {to_latex(left)} =\n\\]\n" + _sized(command, r"\hspace{-\mathindent}" + to_latex(entries))
        groups = column_groups(widths, room - INDENT - head - NOTE_WIDTH, TIGHT_GAP)
        if not groups:
            return self.entries(left, entries)
        out = []
        for a, b in groups:
            part = matrix(cells[a:b] for cells in entries.rows)
            which = f"columns {a + 1} to {b}" if b > a + 1 else f"column {b}"
            out.append(_sized(command, rf"{to_latex(left)} = {to_latex(part)} \quad \text{{({which})}}"))
        return "\n".join(out)

    def entries(self, left: Layout, entries: Matrix) -> str:
        out = []
        for i, cells in enumerate(entries.rows, 1):
            for j, cell in enumerate(cells, 1):
                out.append(self.align(sub(left, indices(i, j)), [Line("=", cell)]))
        return "\n".join(out)

    # -- tables ----------------------------------------------------------------------------------------------
    def table(self, table: Table) -> str:
        breaks = "p" in table.columns
        room = self.text_width / (SMALL if table.small else 1)
        gaps = COLUMN_GAP / (SMALL if table.small else 1) * (len(table.columns) - 1)
        spec = "".join(
            c if not w else rf">{{\raggedright\arraybackslash}}p{{{w:.1f}em}}"
            for c, w in zip(table.columns, shares(table, room - gaps - 1), strict=True)
        )
        head = " & ".join(rf"\textbf{{{self.cell(c)}}}" if c else "" for c in table.header)
        body = [" & ".join(map(self.cell, cells)) + r" \\" for cells in table.rows]
        caption = rf"\noindent\textit{{{self.parts(table.caption)}}}\nopagebreak" if table.caption else ""
        start, end = ("longtable", "longtable") if breaks or len(body) > 10 else ("tabular", "tabular")
        lines = [rf"\begin{{{start}}}{{@{{}}{spec}@{{}}}}", r"\toprule", head + r" \\", r"\midrule"]
        if start == "longtable":
            lines += [r"\endhead", r"\bottomrule", r"\endlastfoot"]
        lines += [*body] if start == "longtable" else [*body, r"\bottomrule"]
        inside = "\n".join([*lines, rf"\end{{{end}}}"])
        if start == "tabular":
            inside = f"\\begin{{center}}\n{inside}\n\\end{{center}}"
        inside = f"{caption}\n{inside}" if caption else inside
        return f"{{\\footnotesize\n{inside}\n}}" if table.small else inside

    def cell(self, parts: Parts) -> str:
        return "".join(map(self.inline, parts))


def _goes_on(block: Block) -> bool:
    """Whether the block is a paragraph that begins in the middle of a sentence."""
    first = block.parts[0] if isinstance(block, Paragraph) else ""
    return isinstance(first, str) and first[:1].islower()


def _with_box(proof: str) -> str:
    """The proof with its end mark beside the last reason, where it ends with one."""
    end = "}\n\\end{align*}"
    if not proof.endswith(end):
        return proof
    return proof.removesuffix(end) + "\\quad\\openbox" + end + "\n\\let\\qed\\relax"


def _fill(text: str) -> str:
    """The source on lines of readable length; a line break in TeX is a space."""
    return textwrap.fill(text, 110, break_long_words=False, break_on_hyphens=False)


def _sized(command: str, formula: str) -> str:
    display = f"\\[\n  {formula}\n\\]"
    return f"{{{command}\\setlength{{\\arraycolsep}}{{3pt}}\n{display}\n}}" if command else display


def _aligned(lines: Sequence[str]) -> str:
    return "\\begin{align*}\n  " + " \\\\\n  ".join(lines) + "\n\\end{align*}"


def _piece(piece: Piece) -> str:
    """One line of a broken formula: delimiters may be without their partners."""
    out = ""
    for p in runs(piece):
        word = _delimiter(p) if isinstance(p, Delimiter) else to_latex(p)
        out += (" " if re.search(r"\\[A-Za-z]+\Z", out) and word[0].isalnum() else "") + word
    return out.rstrip()


def _delimiter(d: Delimiter) -> str:
    text = FENCES[d.kind][0 if d.opening else 1]
    text = (rf"\{SIZES[d.size]}{'l' if d.opening else 'r'}{text}") if d.size else text
    return text + " " if text[-1].isalpha() else text
