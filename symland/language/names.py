"""Names that mean two things. Terms built in Python, or read from a file, may hold a letter n beside a dimension n, or
the letter W1 beside the member 1 of a family W: true theorems about them would print as false ones."""

from __future__ import annotations

from symland.errors import UsageError
from symland.language import terms as T
from symland.language.index import Dim, shape_text
from symland.language.nodes import Node, walk
from symland.language.notation import declaration

LETTER = "a letter, "


def check_names(*nodes: Node) -> None:
    """Raises UsageError if a name stands for two things in the nodes, each once declared.

    >>> check_names(T.Trace(T.Scale(T.scalar("n"), T.Identity(Dim.symbol("n")))))
    Traceback (most recent call last):
    symland.errors.UsageError: n is a letter, n: scalar; n is a dimension
      try: rename one of them
    """
    found: dict[str, str] = {}
    for root in nodes:
        for n in walk(root):
            for name, meaning in _meanings(n):
                before = found.setdefault(name, meaning)
                if before != meaning:
                    raise _clash(name, before, meaning)


def _clash(name: str, one: str, other: str) -> UsageError:
    if one.startswith(LETTER) and other.startswith(LETTER):
        shapes = f"{one.removeprefix(LETTER)}, and as {other.removeprefix(LETTER)}"
        return UsageError(f"{name} is declared as {shapes}", hint="declare every letter once, with one shape")
    return UsageError(f"{name} is {one}; {name} is {other}", hint="rename one of them")


def _meanings(n: Node) -> list[tuple[str, str]]:
    """The names that a node uses itself, and what it means by them."""
    out = [(name, "a dimension") for d in n.args if isinstance(d, Dim) for name, _ in d.atoms]
    if isinstance(n, T.Symbol):
        out.append((n.name, LETTER + declaration(n)))
        out += [(name, "a dimension") for d in n.shape for name, _ in d.atoms]
    elif isinstance(n, (T.Member, T.Chain)):
        out.append((n.name, f"a family, {shape_text(n.family.shape)}"))
        if isinstance(n, T.Member) and n.index.value is not None:
            out.append((repr(n), f"member {n.index} of the family {n.name}"))
    elif isinstance(n, T.Elementwise) and n.is_generic:
        out.append((n.function.rstrip("'"), "a function"))
    return out + [(name, "an index") for name in n.free_indices if "#" not in name]
