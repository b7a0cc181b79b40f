"""The claims about a proposed minimizer as statements of a report, each with its label."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from symland.evidence import Evidence, Label, Witness
from symland.landscape.candidates.candidate import (
    CURVATURE,
    GLOBAL,
    HESSIAN,
    SQUARE,
    STATIONARY,
    VALUE,
    Candidate,
    Claim,
)
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language.nodes import Node
from symland.report.document import Badge, Block, Display, Items, Paragraph, Parts, Section, Statement
from symland.report.document import paragraph as p
from symland.report.headings import label_of
from symland.report.markup import marked, prose
from symland.report.notation import Notation, listed, named
from symland.report.rows import side_by_side
from symland.write.layout import Layout, as_layout, matrix, name, number, relation, sub

TITLES = {
    STATIONARY: "The gradient is zero",
    VALUE: "The value",
    GLOBAL: "No point has a smaller loss",
    HESSIAN: "The Hessian at the point",
    SQUARE: "The Hessian at the point is $H^T H$",
    CURVATURE: "The Hessian at the point is positive semidefinite",
}
StateResult = Callable[[str, Parts, str, Result], Statement]  # kind, title, label, result


def proposed_section(candidate: Candidate, notation: Notation, state: StateResult) -> Section:
    """The point, what is assumed there, and every claim; `state` makes the statement of a theorem."""
    point = [(relation(notation.typeset(w), "=", notation.typeset(t)),) for w, t in candidate.point.where.items()]
    body: list[Block] = [p("The proposed minimizer is ", *listed(point, ", "), ".")]
    given = candidate.point.given
    if given:
        body.append(p(f"This is assumed there ({candidate.model}):"))
        body.append(Items(tuple(_assumption(key, h, notation) for key, h in given.items())))
    body.append(prose("The point enters as hypotheses: derivatives are taken everywhere and rewritten there."))
    for claim in candidate.claims:
        body += _claim(claim, notation, state)
        if claim.name == SQUARE and candidate.factor is not None:
            body.append(p("The Jacobian at the point is"))
            body.append(Display(relation("H", "=", notation.typeset(candidate.factor))))
    body.append(p("As a global minimizer the point is ", Badge(candidate.label), "."))
    return Section("The proposed minimizer", "proposed", tuple(body))


def _assumption(key: str, h: S.Statement, notation: Notation) -> Parts:
    formula = notation.typeset(h)
    return (formula,) if key == repr(h) else (named(key), ": ", formula)


def _claim(claim: Claim, notation: Notation, state: StateResult) -> Iterator[Statement]:
    kind = "Theorem" if claim.name in (HESSIAN, SQUARE) else "Proposition"
    title = TITLES[claim.name] + (" at these instances" if claim.evidence.label is Label.CERTIFIED else "")
    for k, r in enumerate(claim.results, 1):
        letters = [(notation.typeset(w),) for w in _letters(r)]
        of = (": ", *listed(letters, ", ")) if letters else ()
        yield state(kind, (*marked(title), *of), label_of(f"claim {claim.name} {k}"), r)
    if not claim.results:
        label = label_of(f"claim {claim.name}")
        yield Statement("Claim", marked(title), label, tuple(_details(claim.evidence)), claim.evidence)


def _letters(r: Result) -> tuple[Node, ...]:
    """The letters that a gradient or a Hessian block belongs to."""
    statement = r.theorem.statement
    return tuple(statement.args[1:-1]) if isinstance(statement, (S.Grad, S.Hess)) else ()


def _details(e: Evidence) -> Iterator[Block]:
    """What was found out, and the instance that refutes."""
    yield Paragraph((f"{e.details or e.claim}.",))
    if e.witness is not None:
        yield from _witness(e.witness)


def _witness(w: Witness) -> Iterator[Block]:
    sizes = [(relation(name(key), "=", number(size)),) for key, size in sorted(w.dims.items())]
    yield p("The instance", *((" with ", *listed(sizes, ", ")) if sizes else ()), ":")
    yield from side_by_side([relation(_key(key), "=", value(v)) for key, v in w.point.items()])
    yield p(f"{w.note[:1].upper()}{w.note[1:]}:" if w.note else "Both values:")
    yield from side_by_side([value(w.left), value(w.right)])


def _key(key: str) -> Layout:
    """The name of a letter, or of the direction of one."""
    letter = key.removeprefix("direction ")
    return name(letter) if letter == key else sub("Delta", name(letter))


def value(v: Any) -> Layout:
    """A rational number or matrix, a 1 × 1 matrix as a number; anything else as it prints."""
    if hasattr(v, "tolist"):
        rows = [[value(x) for x in cells] for cells in v.tolist()]
        return rows[0][0] if len(rows) == len(rows[0]) == 1 else matrix(rows)
    if isinstance(v, (int, Fraction)):
        return number(v)
    if hasattr(v, "p") and hasattr(v, "q"):
        return number(Fraction(int(v.p), int(v.q)))
    return as_layout(str(v))
