"""A derivation: a result, the trace that produced it, and its main line for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from symland.calculus.facts import says
from symland.calculus.naming import used_names
from symland.language import statements as S
from symland.language.nodes import Node
from symland.language.terms import D, Term
from symland.language.trace import Trace
from symland.proof.kernel import replay
from symland.proof.theorem import Theorem, check_theorem


class Line(NamedTuple):
    """One line of the main line: what it says, and why it follows from the line above."""

    statement: S.Statement
    reason: str


@dataclass(frozen=True)
class Derivation:
    """What a derivation computed and proved.

    `result` is read off the theorem that the kernel replayed from `trace`; `steps` is the main line, `lines` its
    step names with reasons; `notes` is what a person should know about the result.
    """

    trace: Trace
    theorem: Theorem
    name: str = ""
    abbreviations: Mapping[Node, str] = field(default_factory=dict)
    lines: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    named: bool = False  # whether the abbreviations were found here, and are to be shown with the result

    def __post_init__(self) -> None:
        check_theorem(self.theorem)

    @property
    def result(self) -> Term:
        """What was derived: a gradient, a Jacobian, a Hessian block."""
        return says(self.theorem.statement)

    @property
    def steps(self) -> tuple[Line, ...]:
        by_id = {s.id: s.out for s in self.trace.steps}
        return tuple(Line(by_id[id], reason) for id, reason in self.lines)

    def to_latex(self) -> str:
        """LaTeX source of the result."""
        from symland.write.latex import to_latex

        return to_latex(self.result, self.abbreviations)

    def to_sympy(self) -> Any:
        """The result as a SymPy expression."""
        return self.result.to_sympy()

    def to_numpy(self, functions: Any = None) -> Any:
        """The result as a function of numpy arrays by letter name; `.loss` is that of what was differentiated. See
        `symland.write.numpy.to_numpy`; a Hessian block or Jacobian has `.matvec`."""
        from symland.write.numpy import to_numpy

        loss = self.loss
        made = to_numpy(self.result, functions, (loss,))
        made.loss = to_numpy(loss, functions, (self.result,))
        return made

    @property
    def loss(self) -> Term:
        """What was differentiated."""
        first: Term = self.theorem.statement.args[0]
        while isinstance(first, D):
            first = first.args[0]
        return first

    def to_json(self) -> str:
        """The trace, as the text of a file for `symland check`."""
        from symland.write.json import to_json

        return to_json(self.trace)

    def _repr_latex_(self) -> str:
        return f"${self.to_latex()}$"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/latex": self._repr_latex_()}

    def __repr__(self) -> str:
        from symland.language.notation import show

        result = show(self.result, self.abbreviations)
        names = used_names(self.result, self.abbreviations) if self.named else {}
        meanings = [f"{name} := {show(part, without(self.abbreviations, part))}" for name, part in names.items()]
        given = f", with {', '.join(meanings)}" if meanings else ""
        return f"{self.name or 'derivation'}: {result}{given}  [PROVED, {self.theorem.steps} steps]"


def without(names: Mapping[Node, str], part: Node) -> dict[Node, str]:
    """The names without that of a part, for writing out what the part means."""
    return {node: name for node, name in names.items() if node is not part}


def derivation(
    trace: Trace, theorem: str, name: str = "", abbreviations: Mapping[Node, str] | None = None,
    notes: tuple[str, ...] = (),
) -> Derivation:  # fmt: skip
    """Replays the trace and reads the result off the theorem: the last argument of a grad or hess statement, or the
    right side of an equation."""
    return of_theorem(trace, replay(trace)[theorem], name, abbreviations, notes)


def of_theorem(
    trace: Trace, theorem: Theorem, name: str = "", abbreviations: Mapping[Node, str] | None = None,
    notes: tuple[str, ...] = (),
) -> Derivation:  # fmt: skip
    """The derivation that ends in this theorem of the trace."""
    return Derivation(trace, theorem, name, dict(abbreviations or {}), trace.display, notes)
