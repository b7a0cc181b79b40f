"""Dimensions as people give them: an integer for each, and for a family `n[l]` a mapping from l to the integers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symland.errors import UsageError
from symland.language.index import Index
from symland.language.nodes import Family, Node, walk
from symland.language.terms import Member

MOST_BITS = 1000
HINT = "dimensions are integers of at least 1"


def check_sizes(term: Node, dims: Mapping[str, Any]) -> None:
    """Raises UsageError for a value that is no dimension: no positive integer, a mapping for a single dimension, or a
    mapping with the wrong members for a family. Names that do not occur in the term need an integer.

    >>> from symland.language.index import Dim
    >>> from symland.language.terms import matrix
    >>> check_sizes(matrix("W", Dim.member("n", 1), Dim.member("n", 0)), {"n": {0: 2, 1: 3}})
    """
    members = _members(term)
    for name, value in dims.items():
        if isinstance(value, Mapping):
            _check_family(name, value, members.get(name, set()))
        for v in value.values() if isinstance(value, Mapping) else [value]:
            if isinstance(v, int) and v.bit_length() > MOST_BITS:
                raise UsageError(f"the dimension {name} has more than {MOST_BITS} bits", hint="choose a smaller one")
            if isinstance(v, bool) or not isinstance(v, int) or v < 1:
                raise UsageError(f"the dimension {name} is {v!r}", hint=HINT)


def _members(term: Node) -> dict[str, set[Index | None]]:
    """The dimensions of a term by name, each with its indices: None for a single dimension."""
    out: dict[str, set[Index | None]] = {}
    for node in walk(term):
        families = [a for a in node.args if isinstance(a, Family)] if not isinstance(node, Member) else []
        for d in (*(node.shape if node.is_matrix else ()), *(d for f in families for d in f.shape)):
            for name, index in d.atoms:
                out.setdefault(name, set()).add(index)
    return out


def _check_family(name: str, value: Mapping[Any, Any], indices: set[Index | None]) -> None:
    if not indices or None in indices:
        raise UsageError(
            f"{name} is a single dimension, not a family: {dict(value)!r}", hint=f'for example {{"{name}": 2}}'
        )
    wanted = {i.value for i in indices if i is not None}
    odd = [i for i in value if isinstance(i, bool) or not isinstance(i, int)]
    if odd:
        raise UsageError(
            f"{odd[0]!r} is no index of the dimensions {name}", hint=f'integers, as in {{"{name}": {{0: 2}}}}'
        )
    if None in wanted:  # which members there are depends on an index variable
        return
    hint = "the dimensions are: " + ", ".join(f"{name}[{i}]" for i in sorted(i for i in wanted if i is not None))
    for i in sorted(wanted ^ set(value), key=str):
        what = f"no value for the dimension {name}[{i}]" if i in wanted else f"there is no dimension {name}[{i}] here"
        raise UsageError(what, hint=hint)
