"""Proofs as people read them: the steps of a trace as numbered lines, each with its reason.

Rewritings in a row become one line that names every rule used; hypotheses are cited by name; what the document has
proved before is cited and not proved again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from symland.language import terms as T
from symland.language.nodes import walk
from symland.language.statements import NonNeg, Statement
from symland.language.trace import Step, Trace
from symland.proof.rules.registry import ROWS
from symland.proof.theorem import Theorem
from symland.report.document import Parts, Ref
from symland.report.notation import Notation, listed, named
from symland.report.reasons import reason
from symland.write.layout import row

SILENT = {"d_constant", "d_constant_scalar", "d_self"}
LETTERS = (T.Symbol, T.Member, T.Chain, T.DimScalar)


class Known(NamedTuple):
    """A theorem that the document has stated, and its label there."""

    theorem: Theorem
    label: str

    def gives(self, step: Step, hypotheses: Mapping[str, Statement]) -> bool:
        """Whether the theorem is what the step claims, from hypotheses the step rests on."""
        have = {hypotheses[d] for d in step.deps}
        asked = self.theorem.hypotheses.values()
        return self.theorem.statement is step.out and all(h in have or _follows(h, have) for h in asked)


def _follows(fact: Statement, have: set[Statement]) -> bool:
    """Whether an order fact differs from one of these by a number that is not negative: l >= 0 from l >= 1."""
    if not isinstance(fact, NonNeg):
        return False
    gaps = ((fact.args[0] - h.args[0]).value for h in have if isinstance(h, NonNeg))
    return any(gap is not None and gap >= 0 for gap in gaps)


class ProofLine(NamedTuple):
    """One line of a proof; its number is its place."""

    statement: Statement
    reason: Parts


class _Words(NamedTuple):
    parts: Parts


class _Source(NamedTuple):
    parts: Parts


def proof_lines(
    trace: Trace, theorem: str, notation: Notation, known: Sequence[Known] = ()
) -> tuple[ProofLine, ...]:  # fmt: skip
    """The proof of a theorem of the trace; what is `known` is cited. `notation` writes the formulas in reasons."""
    return _Reader(trace, notation, known, trace.theorems[theorem]).lines()


@dataclass
class _Reader:
    trace: Trace
    notation: Notation
    known: Sequence[Known]
    root: str
    steps: dict[str, Step] = field(init=False)
    cited: dict[str, list[tuple[str, str]]] = field(init=False)  # by which step, in which role
    labels: dict[str, str] = field(init=False)  # of the steps that are known
    numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.steps = {s.id: s for s in self.trace.steps}
        self.cited = {s.id: [] for s in self.trace.steps}
        self.labels = {}
        for s in self.trace.steps:
            for role, id in citations(s):
                self.cited[id].append((s.id, role))
            for k in self.known:
                if s.id != self.root and k.gives(s, self.trace.hypotheses):
                    self.labels[s.id] = k.label
        self.inductive = {s.data["hyp"] for s in self.trace.steps if s.by == "induct"}

    def lines(self) -> tuple[ProofLine, ...]:
        needed = self._needed()
        out = []
        for s in self.trace.steps:
            if s.id in needed and (s.id == self.root or not self._absorbed(s)):
                out.append(ProofLine(s.out, self._reason(s)))
                self.numbers[s.id] = len(out)
        return tuple(out)

    def _needed(self) -> set[str]:
        needed: set[str] = set()
        todo = [self.root]
        while todo:
            id = todo.pop()
            if id not in needed:
                needed.add(id)
                if id not in self.labels:
                    todo += [cited for _, cited in citations(self.steps[id])]
        return needed

    def _absorbed(self, s: Step) -> bool:
        """Whether the step is part of the lines that cite it."""
        if s.id in self.labels:
            return False
        if s.by in ("hyp", "refl", "all") or _is_arithmetic(s.out):
            return True
        by = self.cited[s.id]
        if s.by == "ring" and all(role == "eq" and self.steps[id].by == "rewrite" for id, role in by):
            return True
        return s.by in ("rewrite", "forall") and len(by) == 1 and by[0][1] in ("in", "of", "theorem")

    def _reason(self, s: Step) -> Parts:
        if s.id in self.labels:
            return (Ref(self.labels[s.id]),)
        pieces = list(dict.fromkeys(self._pieces(s)))
        words = listed([p.parts for p in pieces if isinstance(p, _Words)], ", ")
        sources = listed([p.parts for p in pieces if isinstance(p, _Source)], ", ")
        return (*words, *((", ",) if words and sources else ()), *(("by ", *sources) if sources else ()))

    def _pieces(self, s: Step) -> Iterator[_Words | _Source]:
        """Why a step holds: the rules, then what they are applied to; absorbed steps are opened."""
        data = s.data
        if "in" in data:
            yield from self._cite(data["in"])
        match s.by:
            case "hyp":
                yield from self._hypothesis(data["name"])
            case "apply" | "rewrite" if "row" in data:
                if data["row"] not in SILENT:
                    yield _Words(reason(ROWS[data["row"]].reason))
            case "ring" if not self._absorbed(s):
                yield _Words(("expand",))
            case "pos":
                yield self._nonnegative(data["tree"])
            case "induct":
                yield _Words(("induction on ", row(data["var"])))
            case "sum_mono":
                yield _Words((f"{data['binder']} over ", row(data["var"])))
            case "forall":
                yield _Words(("for every ", row(data["var"])))
            case "spec":
                known = self.numbers.get(data["of"])
                yield _Words(("an instance",) if known is None else (f"an instance of ({known})",))
        for role, id in citations(s):
            if role != "in" and not (role == "of" and id in self.numbers):
                yield from self._cite(id)

    def _cite(self, id: str) -> Iterator[_Words | _Source]:
        """How a step is cited: by the number of its line, or by what it consists of."""
        if id in self.numbers:
            yield _Source((f"({self.numbers[id]})",))
        elif not _is_arithmetic(self.steps[id].out):
            yield from self._pieces(self.steps[id])

    def _hypothesis(self, name: str) -> Iterator[_Words | _Source]:
        if name in self.inductive:
            yield _Source(("the induction hypothesis",))
        elif not isinstance(h := self.trace.hypotheses[name], NonNeg):
            yield _Source((self.notation.typeset(h) if name == repr(h) else named(name),))

    def _nonnegative(self, tree: Any) -> _Words:
        """Why a difference is not negative: it is written out where it is a multiple of a square."""
        if "product" in tree and all(set(p) <= {"rational", "square"} for p in tree["product"]):
            return _Words(("the difference is ", self.notation.typeset(T.product(*map(_factor, tree["product"])))))
        return _Words(("a sum of products of nonnegative terms",))


def _is_arithmetic(statement: Statement) -> bool:
    """Whether the statement is about numbers only."""
    return not statement.free_indices and not any(isinstance(n, LETTERS) for n in walk(statement))


def _factor(piece: Any) -> T.Term:
    """A rational, or the square of a scalar or matrix."""
    if "rational" in piece:
        number: T.Term = T.Number(piece["rational"])
        return number
    part: T.Term = piece["square"]
    square: T.Term = T.SquaredNorm(part) if part.is_matrix else part**2
    return square


def citations(s: Step) -> Iterator[tuple[str, str]]:
    """The steps that a step cites, each with its role."""
    data = s.data
    for key in ("in", "eq", "of", "base", "step"):
        if isinstance(data.get(key), str):
            yield key, data[key]
    origin: Any = data.get("from", ())
    for id in (origin,) if isinstance(origin, str) else origin:
        yield "from", id
    for c in data.get("using", ()):
        yield "using", c["eq"]
    for how in dict(data.get("discharge", {})).values():
        if "theorem" in how:
            yield "theorem", how["theorem"]
    if "tree" in data:
        yield from _leaves(data["tree"])


def _leaves(tree: Any) -> Iterator[tuple[str, str]]:
    if "theorem" in tree:
        yield "tree", tree["theorem"]
    for key in ("sum", "product"):
        for branch in tree.get(key, ()):
            yield from _leaves(branch)
