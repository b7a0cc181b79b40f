"""What both writers compute from a document in the same way: legend, ledger, column widths, broken relations."""

from __future__ import annotations

from collections.abc import Sequence

from symland.evidence import Evidence, Label
from symland.report.document import Badge, Code, Document, Inline, Line, Parts, Ref, Statement, Table, is_layout
from symland.report.measure import RELATIONS, width
from symland.report.notation import with_signs
from symland.write.layout import Layout, Row, Sign, row

COLORS = {
    Label.PROVED: "1B7F3B", Label.FORMAL: "0B6E4F", Label.EXACT: "00707A", Label.CERTIFIED: "1F5FA8",
    Label.SAMPLED: "6B3FA0", Label.NUMERIC: "5A5A5A", Label.ASSUMED: "9A5F00", Label.REFUTED: "B3261E",
    Label.UNDECIDED: "6B6B6B",
}  # fmt: skip

NARROWEST = 5.0  # em, of a column whose text breaks
BOLD = 1.3  # the width of bold text, relative to plain


def legend(document: Document) -> tuple[Parts, ...]:
    """One line on how to read each label that occurs in the document."""
    return tuple((Badge(label), f" {label.meaning}.") for label in document.labels)


def ledger(document: Document) -> Table:
    """Every statement with its label, hypotheses, analysis facts, and how it was earned."""
    header: tuple[Parts, ...] = (
        ("Statement",),
        ("Label",),
        ("Hypotheses",),
        ("Analysis facts",),
        ("How it was earned",),
    )
    rows = tuple(
        (
            _claim(s),
            (Badge(s.evidence.label, s.evidence.scope),),
            _hypotheses(s),
            _analysis(s.evidence),
            with_signs(_method(s.evidence)),
        )
        for s in document.statements
    )
    return Table(header, rows, "ppppp", small=True)


def _claim(s: Statement) -> Parts:
    return (Ref(s.label), ". ", *s.title)


def _hypotheses(s: Statement) -> Parts:
    given = s.hypotheses or tuple((h,) for h in s.evidence.hypotheses)
    return tuple(p for k, parts in enumerate(given) for p in ((("; ",) if k else ()) + parts)) or ("none",)


def _analysis(e: Evidence) -> Parts:
    """The rows by name, and what is cited in words."""
    facts = ((fact if " " in fact else Code(fact),) for fact in e.analysis)
    return tuple(p for k, fact in enumerate(facts) for p in ((", ",) if k else ()) + fact) or ("none",)


def _method(e: Evidence) -> str:
    model = f"Hypotheses: {e.model}" if e.model else "Hypotheses not known to be satisfiable" if e.hypotheses else ""
    return ". ".join(s.rstrip(".") for s in (e.method, e.details, model) if s) + "."


def length(parts: Parts) -> float:
    """About how wide running text is, in em."""
    return sum(_length(p) for p in parts)


def _length(part: Inline) -> float:
    match part:
        case str():
            return 0.46 * len(part)
        case Badge(label, scope):
            return 0.6 * len(label.value) + 0.4 * len(scope) + 1
        case Ref():
            return 5.5
    text = getattr(part, "text", "")
    return width(part) if is_layout(part) else 0.52 * len(text)  # type: ignore[arg-type]


def shares(table: Table, room: float) -> list[float]:
    """The width of each column whose text breaks, in em; 0 for the others. `room` is that of all columns together."""
    cells = list(zip(*table.rows, strict=True)) if table.rows else [((),)] * len(table.columns)
    breaks = [c == "p" for c in table.columns]
    heads = [BOLD * length(h) for h in table.header]
    natural = [max(h, *map(length, column)) for h, column in zip(heads, cells, strict=True)]
    free = room - sum(n for n, b in zip(natural, breaks, strict=True) if not b)
    wanted = [n**0.7 if b else 0.0 for n, b in zip(natural, breaks, strict=True)]
    least = [max(map(_longest_word, column)) if b else 0.0 for column, b in zip(cells, breaks, strict=True)]
    narrow = [b and free * x / sum(wanted) < n for b, x, n in zip(breaks, wanted, least, strict=True)]
    left = free - sum(n for n, small in zip(least, narrow, strict=True) if small)
    rest = sum(x for x, small in zip(wanted, narrow, strict=True) if not small)
    return [n if small else left * x / rest if x else 0.0 for x, n, small in zip(wanted, least, narrow, strict=True)]


def _longest_word(parts: Parts) -> float:
    """The width of the longest piece that does not break; formulas break."""
    pieces = [word for p in parts for word in (p.split() if isinstance(p, str) else [p]) if not is_layout(word)]
    return max([NARROWEST, *map(_unbroken, pieces)])


def _unbroken(piece: Inline) -> float:
    """The width of a piece; the scope of a badge breaks."""
    match piece:
        case Ref():
            return 10.0
        case Badge(label):
            return _length(Badge(label))
    return _length(piece)


def column_groups(widths: Sequence[float], room: float, gap: float) -> list[tuple[int, int]]:
    """Ranges of neighboring columns that fit side by side; nothing where one column alone is too wide."""
    if max(widths) > room:
        return []
    groups, start, used = [], 0, 0.0
    for k, w in enumerate(widths):
        if k > start and used + gap + w > room:
            groups.append((start, k))
            start, used = k, 0.0
        used += w + (gap if k > start else 0)
    return [*groups, (start, len(widths))]


def split_relations(formula: Layout) -> tuple[Layout, tuple[Line, ...]]:
    """A chain of relations as its left side and one line for each relation; no lines where there is no relation."""
    parts = formula.parts if isinstance(formula, Row) else (formula,)
    cuts = [k for k, p in enumerate(parts) if k and isinstance(p, Sign) and p.text in RELATIONS]
    if not cuts:
        return formula, ()
    lines = []
    for a, b in zip(cuts, [*cuts[1:], len(parts)], strict=True):
        sign = parts[a]
        lines.append(Line(sign.text if isinstance(sign, Sign) else "=", row(*parts[a + 1 : b])))
    return row(*parts[: cuts[0]]), tuple(lines)
