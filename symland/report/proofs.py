"""Proofs as people read them: the steps of a trace as numbered lines, each with its reason.

Rewritings in a row become one line that names every rule used; hypotheses are cited by name; what the document has
proved before is cited and not proved again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from symland.language import statements as S
from symland.language.statements import Statement
from symland.language.trace import Step, Trace
from symland.proof.rules.registry import ROWS
from symland.report.document import Emphasis, Parts, Ref
from symland.report.notation import listed, reason

SILENT = {"d_constant", "d_constant_scalar", "d_self"}


class Numbered(NamedTuple):
    """One line of a proof."""

    number: int
    statement: Statement
    reason: Parts


def proof_lines(trace: Trace, theorem: str, given: Mapping[Statement, str] | None = None) -> tuple[Numbered, ...]:
    """The proof of a theorem of the trace in lines; `given` are the labels of statements proved before."""
    return _Reader(trace, dict(given or {})).lines(trace.theorems[theorem])


@dataclass
class _Reader:
    trace: Trace
    given: Mapping[Statement, str]
    steps: dict[str, Step] = field(init=False)
    cited: dict[str, list[tuple[str, str]]] = field(init=False)  # by which step, in which role
    numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.steps = {s.id: s for s in self.trace.steps}
        self.cited = {s.id: [] for s in self.trace.steps}
        for s in self.trace.steps:
            for role, id in citations(s):
                self.cited[id].append((s.id, role))

    def lines(self, root: str) -> tuple[Numbered, ...]:
        needed = self._needed(root)
        out = []
        for s in self.trace.steps:
            if s.id in needed and (s.id == root or not self._absorbed(s)):
                self.numbers[s.id] = len(out) + 1
                out.append(Numbered(len(out) + 1, s.out, self._reason(s)))
        return tuple(out)

    def _needed(self, root: str) -> set[str]:
        needed, todo = set(), [root]
        while todo:
            id = todo.pop()
            if id not in needed:
                needed.add(id)
                s = self.steps[id]
                if s.out not in self.given or id == root:
                    todo += [cited for _, cited in citations(s)]
        return needed

    def _absorbed(self, s: Step) -> bool:
        """Whether the step is part of the line that cites it."""
        if s.out in self.given:
            return False
        if s.by in ("hyp", "refl", "all"):
            return True
        by = self.cited[s.id]
        if s.by == "ring" and all(role == "eq" and self.steps[id].by == "rewrite" for id, role in by):
            return True
        return s.by in ("rewrite", "forall") and len(by) == 1 and by[0][1] in ("in", "of", "theorem")

    def _reason(self, s: Step) -> Parts:
        if s.out in self.given:
            return (Ref(self.given[s.out]),)
        pieces = list(dict.fromkeys(self._pieces(s)))
        return listed(pieces or [("both sides are equal",)], ", ")

    def _pieces(self, s: Step) -> Iterator[Parts]:
        """Why a step holds, piece by piece; absorbed steps first."""
        data = s.data
        if "in" in data:
            yield from self._cite(data["in"])
        if s.by == "hyp":
            yield _hypothesis(data["name"], self.trace.hypotheses[data["name"]])
        elif s.by == "all":
            yield from self._cite(data["from"])
        elif s.by in ("apply", "rewrite") and "row" in data:
            if data["row"] not in SILENT:
                yield reason(ROWS[data["row"]].reason)
            for id in data["from"]:
                yield from self._cite(id)
        elif s.by == "rewrite":
            yield from self._cite(data["eq"])
        elif s.by == "ring":
            if self.cited[s.id] == [] or not self._absorbed(s):
                yield ("expand",)
            for c in data["using"]:
                yield from self._cite(c["eq"])
        elif s.by == "pos":
            yield ("the difference is a sum of products of nonnegative terms",)
            for _, id in citations(s):
                yield from self._cite(id)
        elif s.by == "induct":
            yield (f"induction on {data['var']}",)
            for key in ("base", "step"):
                yield from self._cite(data[key])
        elif s.by == "spec":
            yield ("instance of ", *listed(list(self._cite(data["of"])), ", "))
            for how in dict(data["discharge"]).values():
                if "theorem" in how:
                    yield from self._cite(how["theorem"])
        elif s.by == "sum_mono":
            yield (f"sum over {data['var']}",)
            yield from self._cite(data["from"])
        elif s.by == "forall":
            yield (f"for every {data['var']}",)
            yield from self._cite(data["from"])
        elif s.by == "identify":
            yield ("read off",)
            yield from self._cite(data["from"])

    def _cite(self, id: str) -> Iterator[Parts]:
        """How a step is cited: by the number of its line, or by what it consists of."""
        number = self.numbers.get(id)
        if number is None:
            yield from self._pieces(self.steps[id])
        else:
            yield (f"({number})",)


def _hypothesis(name: str, statement: Statement) -> Parts:
    if isinstance(statement, S.NonNeg):
        return (name,)
    if name == "phi":
        return ("induction hypothesis",)
    return ("hypothesis ", Emphasis(name))


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


def is_chain(lines: tuple[Any, ...]) -> bool:
    """Whether all statements are equations with the same left side."""
    heads = {line.statement.args[0] for line in lines if isinstance(line.statement, S.Eq)}
    return len(heads) == 1 and all(isinstance(line.statement, S.Eq) for line in lines)


