"""Counterexamples as statements, and the sections that hold them: why each assumption is needed, and what is often said
against what holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from symland.landscape.counterexamples.facts import Fact, Follows, Holds, InertiaIs, RankIs, SpectrumIs
from symland.landscape.counterexamples.instances import Instance, Number
from symland.landscape.counterexamples.objects import Case, Correction, Counterexample
from symland.landscape.result import Result
from symland.report.document import Block, Items, Paragraph, Parts, Section, Statement
from symland.report.markup import marked, prose
from symland.report.network_notation import NAMES
from symland.report.notation import Notation, listed
from symland.report.rows import side_by_side
from symland.write.layout import Function, Layout, apply, matrix, name, number, relation, row, sub, sup

MOST_DEFINITIONS = 6  # of letters by others, that are printed
ASSUMPTIONS = {
    "A1": "$X$ has full row rank, $rank X = d$",
    "A2": "$Y X^T$ is invertible",
    "A2'": "$rank(Y X^T) = rank X$",
    "A3": "$X$ has full column rank, $rank X = m$",
    "A4": "at most one factor is singular",
    "E0": "the network interpolates the data at the minimizer",
    "S1": "$s$ is continuous and strictly increasing",
    "S2": "$s$ is continuously differentiable with $s' > 0$",
    "S3": "$s$ is continuously differentiable, and $s'$ is locally Lipschitz",
}
TIMES = {2: " (twice)"}


def needed_section(counterexamples: Iterable[Counterexample], loss: str) -> Section:
    """What fails where an assumption is dropped."""
    intro = prose(
        "Each of these is exact: rational numbers, polynomials in letters that stay free, or enclosures that leave no "
        "doubt. Every fact listed was checked when this report was written. The assumptions are:"
    )
    found = [c for c in counterexamples if c.drops]
    named = Items(tuple(marked(f"{a}: {says}") for a, says in ASSUMPTIONS.items() if a in {c.drops for c in found}))
    statements = (stated(c, loss) for c in found)
    return Section("Why each assumption is needed", "needed", (intro, named, *statements))


def corrections_section(
    counterexamples: Iterable[Counterexample], corrections: Iterable[Correction], loss: str
) -> Section:
    """What is often said, what holds, and the counterexamples to what is said as it stands."""
    found = list(counterexamples)
    labels = {c.name for c in found}
    statements = [stated(c, loss) for c in found if not c.drops]
    items = tuple(_correction(c, labels) for c in corrections)
    return Section("What is often said, and what holds", "corrections", (Items(items), *statements))


def _correction(c: Correction, labels: set[str]) -> Parts:
    seen = ", ".join(f"[{n}]" for n in c.counterexamples if n in labels)
    return marked(f"*Said:* {c.said} *What holds:* {c.holds} See {seen}.")


def stated(c: Counterexample, loss: str) -> Statement:
    """The claim that fails, the cases with their data and facts, and why."""
    dropped = f"Without {c.drops} this fails" if c.drops else "This is false"
    body: list[Block] = [prose(f"{dropped}: {c.claim}")]
    for case in c.cases:
        body += case_blocks(case, loss)
    body.append(prose(c.words))
    return Statement("Counterexample", marked(c.title), c.name, tuple(body), c.evidence)


def case_blocks(case: Case, loss: str) -> list[Block]:
    """The data of a case, and the facts."""
    at, notation = case.at, _notation(case.at, loss)
    out: list[Block] = [prose(case.words)] if case.words else []
    data = [
        relation(notation.typeset(at.term(key)), "=", _value(at, key, notation))
        for key in at.data
        if key not in at.letters
    ]
    if len(at.definitions) <= MOST_DEFINITIONS:
        data += [relation(notation.typeset(at.term(n)), "=", notation.typeset(at.term(t))) for n, t in _defined(at)]
    out += side_by_side(data)
    formulas = [notation.typeset(f.statement(at)) for f in case.facts if isinstance(f, Holds)]
    if formulas:
        out += [Paragraph(("There",)), *side_by_side(formulas)]
    said = [_said(f, at, notation) for f in case.facts if not isinstance(f, (Holds, Follows))]
    if said:
        out.append(Paragraph((*listed(said, "; "), ".")))
    out += [Paragraph((*_followed(f.result, notation), ".")) for f in case.facts if isinstance(f, Follows)]
    return out


def _defined(at: Instance) -> list[tuple[str, str]]:
    """The definitions, without those that write I + A for a layer."""
    return [(n, text) for n, text in at.definitions.items() if not (n.startswith("W") and text.startswith("eye"))]


def _said(fact: Fact, at: Instance, notation: Notation) -> Parts:
    """A fact in words."""
    match fact:
        case RankIs(text, rank):
            return (relation(apply(Function("rank"), notation.typeset(at.term(text))), "=", number(rank)),)
        case InertiaIs(text, positive, negative, zero):
            counts = f" has {positive} positive, {negative} negative and {zero} zero eigenvalues"
            return (notation.typeset(at.term(text)), counts)
        case SpectrumIs(text, eigenvalues):
            values = [(number(v), TIMES.get(n, f" ({n} times)") if n > 1 else "") for v, n in eigenvalues.items()]
            return (notation.typeset(at.term(text)), " has the eigenvalues ", *listed(values, ", "))
    return (fact.claim(at),)


def _followed(result: Result, notation: Notation) -> Parts:
    """A theorem with its hypotheses."""
    given = listed([(notation.typeset(h),) for h in result.theorem.hypotheses.values()], ", ")
    conclusion = notation.typeset(result.theorem.statement)
    return ("It is proved for all matrices", *((" with ", *given) if given else ()), " that ", conclusion)


def _value(at: Instance, key: str, notation: Notation) -> Layout:
    """The data as they are given; a 1 × 1 matrix as a number."""

    def entry(v: Number) -> Layout:
        return notation.typeset(at.term(v)) if isinstance(v, str) else number(v)

    given = at.data[key]
    if isinstance(given, str) or not isinstance(given, Sequence):
        return entry(given)
    return entry(given[0][0]) if len(given) == len(given[0]) == 1 else matrix(map(entry, cells) for cells in given)


def _notation(at: Instance, loss: str) -> Notation:
    """The letters of an instance: h is the loss, G1, G2, ... its gradients, H its Hessian. J, the Jacobian of the
    outputs, is written H: the Hessian has no letter of its own."""
    names: dict[str, str | Layout] = {**NAMES, "J": "H"}
    if at.loss is not None:
        names |= {"h": loss, "H": row(sup("∇", 2), loss)}
        names |= {f"G{i}": row(sub("∇", name(w)), loss) for i, w in enumerate(at.loss.variables, 1)}
    return Notation((), names)
