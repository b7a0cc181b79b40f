"""Documents as trees that know neither TeX nor HTML: sections of paragraphs, formulas, statements, tables.

Text is plain text: the writers escape it. Formulas are layouts (`symland.write.layout`). A statement carries the
evidence it was given; nothing here makes or changes a label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, get_args

from symland.errors import UsageError
from symland.evidence import Evidence, Label
from symland.write.layout import Layout, Matrix


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to the section or statement with this label."""

    label: str


@dataclass(frozen=True, slots=True)
class Code:
    """Text as a user types it: a command, a name."""

    text: str


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Text that is set off, as a word that is being defined."""

    text: str


@dataclass(frozen=True, slots=True)
class Badge:
    """The label of a statement, with its scope."""

    label: Label
    scope: str = ""


Inline = str | Layout | Ref | Code | Emphasis | Badge
Parts = tuple[Inline, ...]


class Line(NamedTuple):
    """One line of a calculation: a sign, what stands on its right, and why."""

    sign: str
    right: Layout
    reason: Parts = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text with formulas."""

    parts: Parts


@dataclass(frozen=True, slots=True)
class Display:
    """A formula on lines of its own."""

    formula: Layout


@dataclass(frozen=True, slots=True)
class Formulas:
    """Relations below each other, their signs in one column."""

    formulas: tuple[Layout, ...]


@dataclass(frozen=True, slots=True)
class Align:
    """A calculation: the left side once, then one line for each step."""

    left: Layout
    lines: tuple[Line, ...]


class Step(NamedTuple):
    """One numbered line of a proof: what it says, and why."""

    formula: Layout
    reason: Parts = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """The numbered lines of a proof; reasons refer to them as (1), (2), ..."""

    lines: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class MatrixBlock:
    """An explicit matrix, `left = matrix`: set smaller, or in groups of columns, where it is wide."""

    left: Layout
    matrix: Matrix


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Parts, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `columns` has one letter for each column: l, c, r, or p for a column whose text breaks."""

    header: tuple[Parts, ...]
    rows: tuple[tuple[Parts, ...], ...]
    columns: str
    caption: Parts = ()
    small: bool = False

    def __post_init__(self) -> None:
        n = len(self.columns)
        if set(self.columns) - set("lcrp") or any(len(cells) != n for cells in (self.header, *self.rows)):
            raise UsageError(
                f"a table with columns {self.columns!r} needs {n} cells in every row, and letters l, c, r, p"
            )


@dataclass(frozen=True, slots=True)
class Statement:
    """A theorem, corollary, counterexample, ... with its hypotheses, its evidence and, where there is one, its proof.

    The ledger names it by its title.
    """

    kind: str
    title: Parts
    label: str
    body: tuple[Block, ...]
    evidence: Evidence
    hypotheses: tuple[Parts, ...] = ()
    proof: tuple[Block, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError(f"{self.kind!r} is not a kind of statement", hint="one of " + ", ".join(KINDS))


@dataclass(frozen=True, slots=True)
class Note:
    """A remark set off from the text."""

    title: str
    parts: Parts


@dataclass(frozen=True, slots=True)
class Legend:
    """How to read the labels that occur in the document."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every statement of the document with its label, hypotheses, analysis facts, and how it was earned."""


Block = (
    Paragraph | Display | Formulas | Align | Steps | MatrixBlock | Items | Table | Statement | Note | Legend | Ledger
)

KINDS = ("Theorem", "Proposition", "Corollary", "Lemma", "Claim", "Definition", "Example", "Counterexample")
_LABEL = re.compile(r"[a-z][a-z0-9-]*\Z")


@dataclass(frozen=True, slots=True)
class Section:
    """A section with a label to refer to."""

    title: str
    label: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A title, an abstract, sections. Raises UsageError for a label used twice or a reference without a target."""

    title: str
    abstract: Parts
    sections: tuple[Section, ...]
    numbers: dict[str, str] = field(init=False)  # label -> "Section 2" or "Theorem 3.1"

    def __post_init__(self) -> None:
        numbers: dict[str, str] = {}

        def put(label: str, number: str) -> None:
            if not _LABEL.match(label):
                raise UsageError(f"{label!r} is not a label", hint="lower-case letters, digits and hyphens")
            if label in numbers:
                raise UsageError(f"two parts of the document are labeled {label!r}")
            numbers[label] = number

        for k, section in enumerate(self.sections, 1):
            put(section.label, f"Section {k}")
            for j, s in enumerate((b for b in section.blocks if isinstance(b, Statement)), 1):
                put(s.label, f"{s.kind} {k}.{j}")
        object.__setattr__(self, "numbers", numbers)
        for part in inlines(self):
            if isinstance(part, Ref) and part.label not in numbers:
                raise UsageError(f"nothing in the document is labeled {part.label!r}")

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Every statement, in order."""
        return tuple(b for section in self.sections for b in section.blocks if isinstance(b, Statement))

    @property
    def labels(self) -> tuple[Label, ...]:
        """The labels that occur, in the order of `Label`."""
        used = {s.evidence.label for s in self.statements} | {p.label for p in inlines(self) if isinstance(p, Badge)}
        return tuple(label for label in Label if label in used)


def inlines(document: Document) -> Iterator[Inline]:
    """Every piece of running text and every inline formula of the document."""
    yield from document.abstract
    for section in document.sections:
        for block in section.blocks:
            yield from _inlines(block)


def _inlines(block: Block) -> Iterator[Inline]:
    match block:
        case Paragraph(parts) | Note(_, parts):
            yield from parts
        case Items(items):
            for parts in items:
                yield from parts
        case Align(_, lines):
            for line in lines:
                yield from line.reason
        case Steps(steps):
            for step in steps:
                yield from step.reason
        case Table(header=header, rows=rows, caption=caption):
            for cells in (header, *rows, (caption,)):
                for parts in cells:
                    yield from parts
        case Statement():
            for parts in (block.title, *block.hypotheses):
                yield from parts
            for inner in (*block.body, *block.proof):
                yield from _inlines(inner)
        case Display() | Formulas() | MatrixBlock() | Legend() | Ledger():
            return


def is_layout(part: Inline) -> bool:
    """Whether an inline part is a formula."""
    return isinstance(part, get_args(Layout))


def paragraph(*parts: Inline) -> Paragraph:
    """A paragraph of these parts."""
    return Paragraph(parts)
