"""Theorems, and what one step established. Part of the trusted base."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from symland.language import statements as S

SEAL = object()
_CONTENT: WeakKeyDictionary[Theorem, dict[str, Any]] = WeakKeyDictionary()


class Theorem:
    """`hypotheses |- statement`, replayed by the kernel. Only `replay` makes one.

    The object itself is empty: what a theorem says is kept where only its making writes, so that nothing can be
    written into it, and a copy says nothing.
    """

    __slots__ = ("__weakref__",)
    name: str
    hypotheses: Mapping[str, S.Statement]
    statement: S.Statement
    rows: tuple[str, ...]
    analysis: tuple[str, ...]
    steps: int

    def __init__(self, seal: object, *, hypotheses: Mapping[str, S.Statement], **fields: Any) -> None:
        if seal is not SEAL:
            raise TypeError("theorems are made by replaying a trace")
        _CONTENT[self] = {**fields, "hypotheses": MappingProxyType(dict(hypotheses))}

    def __getattr__(self, name: str) -> Any:
        content = _CONTENT.get(self)
        if content is None:
            raise TypeError("this is not a theorem: theorems are made by replaying a trace")
        if name not in content:
            raise AttributeError(f"a theorem has no {name!r}")
        return content[name]

    def __setattr__(self, name: str, value: Any) -> None:
        raise TypeError("theorems are immutable")

    def __delattr__(self, name: str) -> None:
        raise TypeError("theorems are immutable")

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("theorems are not copied or pickled: replay the trace")

    def __init_subclass__(cls) -> None:
        raise TypeError("Theorem has no subclasses")

    def __repr__(self) -> str:
        return f"{', '.join(self.hypotheses) or ''} |- {self.statement!r}".strip()


def check_theorem(theorem: object) -> None:
    """Raises TypeError for anything but a theorem that a replay made."""
    if type(theorem) is not Theorem or theorem not in _CONTENT:  # isinstance asks the object what it is
        raise TypeError(f"{theorem!r} is no theorem: theorems are made by replaying a trace")


class Judged(NamedTuple):
    """What a step established: the hypotheses it rests on, the statement, the rows and steps behind it."""

    deps: frozenset[str]
    statement: S.Statement
    rows: frozenset[str] = frozenset()
