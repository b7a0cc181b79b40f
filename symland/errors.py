"""Every error that symland raises, on one page.

A message answers four questions: what happened, where (a path or a marked sub-expression), why, and what to try.
The library raises; only the command line prints.
"""

from __future__ import annotations

from typing import Any


class SymlandError(Exception):
    """Base class. `hint` says what to try."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  try: {self.hint}" if self.hint else self.message


class ShapeError(SymlandError):
    """Two parts do not fit: carries both shapes and both sub-expressions."""

    def __init__(
        self, message: str, *, parts: tuple[Any, ...] = (), shapes: tuple[Any, ...] = (), hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.parts = parts
        self.shapes = shapes


class ParseError(SymlandError):
    """Input that cannot be read: text, malformed JSON, or a file that does not follow its schema.

    `marker` is the line that is wrong, and a line below it that marks the place.
    """

    def __init__(
        self, message: str, *, source: str = "", line: int = 0, column: int = 0, marker: str = "", hint: str = ""
    ) -> None:
        where = ""
        if line:
            where = f" ({source + ', ' if source else ''}line {line}, column {column})"
        elif source:
            where = f" ({source})"
        super().__init__(message + where + (f"\n{marker}" if marker else ""), hint=hint)
        self.reason = message
        self.source = source
        self.line = line
        self.column = column
        self.marker = marker


class NoRule(SymlandError):
    """A node that no rule covers. symland refuses instead of answering zero."""

    def __init__(self, message: str, *, node: Any = None, module: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint or (f"a rule for it would be registered in {module}" if module else ""))
        self.node = node
        self.module = module


class StepRejected(SymlandError):
    """The kernel refused a step: its number, its rule, and what was expected and found."""

    def __init__(
        self, message: str, *, step: str = "", rule: str = "", expected: Any = None, found: Any = None
    ) -> None:
        head = f"step {step}" + (f" ({rule})" if rule else "") + ": " if step else ""
        tail = ""
        if expected is not None or found is not None:
            tail = f"\n  expected: {expected}\n  found:    {found}"
        super().__init__(head + message + tail)
        self.reason = message
        self.step = step
        self.rule = rule
        self.expected = expected
        self.found = found


class AssumptionMissing(StepRejected):
    """A side condition that the known facts do not give."""


class CheckFailed(SymlandError):
    """A check refuted a statement: carries the witness."""

    def __init__(self, message: str, *, witness: Any = None) -> None:
        super().__init__(message)
        self.witness = witness


class NotAMinimizer(SymlandError):
    """A point that was claimed to be a minimizer is not one: says which condition failed, and carries a witness, an
    instance with a descent direction, a direction of negative curvature, or a point of smaller loss."""

    def __init__(self, message: str, *, witness: Any = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.witness = witness


class Undecided(SymlandError):
    """Precision or time ran out: neither a pass nor a failure."""


class UndefinedHere(SymlandError):
    """A term without a value at the point asked for: the inverse of a singular matrix, a chain of negative length."""


class ReportError(SymlandError):
    """A report could not be written: the tool, the file, the line, and the offending snippet."""

    def __init__(
        self, message: str, *, tool: str = "", file: str = "", line: int = 0, snippet: str = "", hint: str = ""
    ) -> None:
        super().__init__(message + (f"\n  line {line}: {snippet}" if snippet else ""), hint=hint)
        self.tool = tool
        self.file = file
        self.line = line
        self.snippet = snippet


class UsageError(SymlandError):
    """A value outside what a function accepts (zero layers, an unknown network, a dimension below 1)."""
