"""Theorems, and what one step established. Part of the trusted base."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from symland.language import statements as S

SEAL = object()


class Theorem:
    """`hypotheses |- statement`, replayed by the kernel. Only `replay` makes one."""

    __slots__ = ("_seal", "analysis", "hypotheses", "name", "rows", "statement", "steps")
    name: str
    hypotheses: Mapping[str, S.Statement]
    statement: S.Statement
    rows: tuple[str, ...]
    analysis: tuple[str, ...]
    steps: int

    def __init__(self, seal: object, **fields: Any) -> None:
        if seal is not SEAL:
            raise TypeError("theorems are made by replaying a trace")
        object.__setattr__(self, "_seal", seal)
        for key, value in fields.items():
            object.__setattr__(self, key, value)

    def __setattr__(self, name: str, value: Any) -> None:
        raise TypeError("theorems are immutable")

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("theorems are not copied or pickled: replay the trace")

    def __init_subclass__(cls) -> None:
        raise TypeError("Theorem has no subclasses")

    def __repr__(self) -> str:
        return f"{', '.join(self.hypotheses) or ''} |- {self.statement!r}".strip()


class Judged(NamedTuple):
    """What a step established: the hypotheses it rests on, the statement, the rows and steps behind it."""

    deps: frozenset[str]
    statement: S.Statement
    rows: frozenset[str] = frozenset()
