"""A rule row: data that says `premises |- conclusion` for arbitrary matrices, scalars and indices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, cast

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

    def over(self, variable: Node | None) -> Row:
        """The row for this variable in the place of the letter w: rows about derivatives hold for scalar ones too."""
        return self if variable is None or not variable.is_scalar else self._over_scalar

    @cached_property
    def _over_scalar(self) -> Row:
        side = (Free(_scalar(s.letter), _scalar(s.term)) if isinstance(s, Free) else s for s in self.side)
        premises = tuple(cast(Statement, _scalar(h)) for h in self.premises)
        model = (a._replace(target=_scalar(a.target), value=_scalar(a.value)) for a in self.model)
        conclusion = cast(Statement, _scalar(self.conclusion))
        return replace(self, conclusion=conclusion, premises=premises, side=tuple(side), model=tuple(model))


def _scalar(node: Any) -> Any:
    """The node with the letters w and v scalars."""
    if isinstance(node, T.Symbol):
        return T.scalar(node.name) if node.name in ("w", "v") else node
    return node.make(*(_scalar(a) if isinstance(a, Node) else a for a in node.args))


def rows(*table: Row) -> dict[str, Row]:
    """A table of rows by name."""
    out = {row.name: row for row in table}
    if len(out) != len(table):
        raise ValueError("two rows of one name")
    return out
