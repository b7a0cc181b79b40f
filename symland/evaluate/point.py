"""Points: what the free names of a term stand for when it is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from symland.errors import UndefinedHere, UsageError
from symland.evaluate.rings import Size, Value

DimValue = int | Mapping[int, int] | Callable[[int], int]  # of a dimension, or of a family of dimensions
Key = tuple[str, int | None]  # a letter: ("X", None) for a symbol, ("W", 3) for a member of a family


def letter_name(key: Key) -> str:
    """A letter for people: X, or W3, or W[-1]."""
    name, index = key
    return name if index is None else f"{name}{index}" if index >= 0 else f"{name}[{index}]"


class Setting(Protocol):
    """What evaluation asks for: a `Point`, or something that makes its values on demand."""

    def dim(self, name: str, index: int | None) -> int:
        """The dimension symbol `name`, or the member `name[index]` of a family of dimensions."""
        ...

    def index(self, name: str) -> int:
        """The index variable `name`."""
        ...

    def letter(self, key: Key, size: Size) -> Value:
        """The value of a letter, which has the size given."""
        ...


@dataclass(frozen=True)
class Point:
    """Dimensions by name (an int, or for a family a function or mapping of the index; an int means all alike), index
    variables by name, and letters by key. A name without a value raises UsageError."""

    dims: Mapping[str, DimValue] = field(default_factory=dict)
    indices: Mapping[str, int] = field(default_factory=dict)
    letters: Mapping[Key, Value] = field(default_factory=dict)

    def dim(self, name: str, index: int | None) -> int:
        """The dimension symbol `name`, or the member `name[index]`."""
        value = self.dims.get(name)
        if value is None:
            raise UsageError(f"no value for the dimension {letter_name((name, index))}", hint=f"dims={{{name!r}: 2}}")
        if isinstance(value, int):
            return value
        if index is None:
            raise UsageError(f"the dimension {name} is single; its value is for a family")
        if isinstance(value, Mapping):
            if index not in value:
                raise UndefinedHere(f"the dimension {name}[{index}] has no value")
            return value[index]
        return value(index)

    def index(self, name: str) -> int:
        """The index variable `name`."""
        value = self.indices.get(name)
        if value is None:
            raise UsageError(f"no value for the index variable {name}", hint=f"indices={{{name!r}: 2}}")
        return value

    def letter(self, key: Key, size: Size) -> Value:
        """The letter, which has the size given."""
        if key not in self.letters:
            raise UsageError(f"no value for the letter {letter_name(key)}")
        return self.letters[key]


def point(
    dims: Mapping[str, DimValue] | None = None,
    letters: Mapping[str, Any] | None = None,
    indices: Mapping[str, int] | None = None,
) -> Point:
    """The point with letters by name: a value for a symbol, a dict from index to value for a family.

    >>> from symland.evaluate.rings import Rationals
    >>> one = Rationals().from_rows([[1]])
    >>> sorted(point(letters={"X": one, "W": {1: one, 2: one}}).letters, key=str)
    [('W', 1), ('W', 2), ('X', None)]
    """
    out: dict[Key, Value] = {}
    for name, value in (letters or {}).items():
        if isinstance(value, Mapping):
            out.update({(name, i): v for i, v in value.items()})
        else:
            out[(name, None)] = value
    return Point(dims or {}, indices or {}, out)
