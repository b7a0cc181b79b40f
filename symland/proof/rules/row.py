"""A rule row: data that says `premises |- conclusion` for arbitrary matrices, scalars and indices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from symland.language import terms as T
from symland.language.nodes import Node
from symland.language.statements import NonNeg, Statement
from symland.language.trace import Assignment
from symland.proof.scope import free_names


class Free(NamedTuple):
    """Side condition: the letter does not occur in the term. A certificate says, for each letter of the same
    family in the term, whether its index lies above or below, and why."""

    letter: T.Term
    term: T.Term


Side = NonNeg | Free


@dataclass(frozen=True)
class Row:
    """One rule. Its symbols, families, dimensions and index variables stand for anything of their shape.

    kind "algebra": verifiable exactly on explicit matrices. kind "analysis": a cited textbook fact, named in every
    ledger. `reason` is what proofs print; `citation` is where the mathematics comes from; `model` is how to choose
    letters so that the premises hold, for verifying the row on explicit matrices.
    """

    name: str
    conclusion: Statement
    premises: tuple[Statement, ...] = ()
    side: tuple[Side, ...] = ()
    reason: str = ""
    citation: str = ""
    kind: str = "algebra"
    model: tuple[Assignment, ...] = ()

    @cached_property
    def names(self) -> Mapping[str, frozenset[str]]:
        """The names a substitution may replace, by kind."""
        roots: list[Node] = [self.conclusion, *self.premises]
        for s in self.side:
            roots.extend((s.letter, s.term) if isinstance(s, Free) else (s,))
        return free_names(*roots)


def rows(*table: Row) -> dict[str, Row]:
    """A table of rows by name."""
    out = {row.name: row for row in table}
    if len(out) != len(table):
        raise ValueError("two rows of one name")
    return out
