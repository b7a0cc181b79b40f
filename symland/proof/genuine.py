"""Values of exactly the types that judging relies on, and names that print as themselves. Part of the trusted base.

A trace in memory may hold any Python object: a fraction that says it is not negative, a node with a substitution of its
own. So nothing is judged before its type is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from symland.language.catalog import NODE_CLASSES
from symland.language.index import Dim, Index
from symland.language.nodes import Family, Lambda, Node
from symland.proof.scope import need

PLAIN = {str, int, bool, type(None), Fraction}
HOLDING = {list, tuple, frozenset, Index, Dim, Family, Lambda}


class Genuine:
    """Looks at values, at each node once."""

    def __init__(self) -> None:
        self._nodes: set[Node] = set()

    def check(self, *values: Any) -> None:
        """Raises StepRejected unless the values are data and nodes, all of symland's own types."""
        todo, inside = list(values), set[int]()
        while todo:
            v = todo.pop()
            kind = type(v)
            if kind in PLAIN:
                continue
            if issubclass(kind, Node):
                need(NODE_CLASSES.get(kind.__name__) is kind, f"{kind.__name__} is no kind of term or statement")
                if v in self._nodes:
                    continue
                self._nodes.add(v)
                todo.extend(v.args)
            else:
                need(kind in HOLDING or kind is dict, f"malformed: a {kind.__name__} among the entries of a step")
                if id(v) not in inside:
                    inside.add(id(v))
                    todo.extend(_parts(v, kind))


def _parts(v: Any, kind: type) -> Iterable[Any]:
    if kind is dict:
        return (*v.keys(), *v.values())
    return (v.name, v.shape, v.facts) if kind is Family else v  # v[l] of a family is a member, for every l


def check_printable(name: Any) -> None:
    """Raises StepRejected unless the name is text that prints as it is: no control characters, no reversed writing."""
    need(type(name) is str and name.strip() != "" and name.isprintable(), f"{name!r} is not a name")
