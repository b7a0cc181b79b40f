"""A problem: a loss, the letters it is minimized over, its data, abbreviations and named hypotheses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from symland.errors import UsageError
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Family, Node, walk
from symland.language.statements import Statement


class Layers(NamedTuple):
    """The letters `W[lo], ..., W[hi]` of a family; `hi` may be symbolic."""

    family: Family
    lo: Index
    hi: Index

    @property
    def letters(self) -> tuple[T.Term, ...]:
        """The letters, where the range is explicit."""
        if self.lo.value is None or self.hi.value is None:
            raise UsageError(
                f"the letters {self.family.name}[{self.lo}..{self.hi}] cannot be listed: the depth is symbolic",
                hint="choose a number of layers",
            )
        return tuple(cast(T.Term, T.Member(self.family, Index.of(i))) for i in range(self.lo.value, self.hi.value + 1))


Variable = T.Term | Layers


@dataclass(frozen=True)
class Problem:
    """A loss and what is known about it.

    `variables` are letters or `Layers`; `definitions` maps names such as E to the sub-expressions they abbreviate
    (for people; formulas are always written out for the kernel); `hypotheses` maps names to statements; `minimizers` is
    a `PointFamily` that is proposed, for `symland.candidate` to judge, or what is known of a network.
    """

    name: str
    loss: T.Term
    variables: tuple[Variable, ...]
    data: tuple[T.Term, ...] = ()
    definitions: Mapping[str, T.Term] = field(default_factory=dict)
    hypotheses: Mapping[str, Statement] = field(default_factory=dict)
    minimizers: Any = None
    source: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.loss, Node) or not self.loss.is_scalar:
            raise UsageError(f"the loss of {self.name!r} is not a scalar: {self.loss!r}")
        used = set(walk(self.loss))
        names = {n.name for n in used if isinstance(n, (T.Symbol, T.Member, T.Chain))}
        for v in self.variables:
            name = v.family.name if isinstance(v, Layers) else v.name if isinstance(v, (T.Symbol, T.Member)) else None
            if name is None:
                raise UsageError(f"{v!r} is not a letter", hint="variables are matrix symbols or family letters")
            if name not in names:
                raise UsageError(f"the variable {name} does not occur in the loss {self.loss!r}")

    @property
    def letters(self) -> tuple[T.Term, ...]:
        """Every letter the loss is minimized over, in declared order; UsageError where the depth is symbolic."""
        out: list[T.Term] = []
        for v in self.variables:
            out.extend(v.letters if isinstance(v, Layers) else (v,))
        return tuple(out)

    @property
    def abbreviations(self) -> dict[Node, str]:
        """Sub-expression -> name, for printing."""
        return {term: name for name, term in self.definitions.items()}

    def __repr__(self) -> str:
        return f"Problem({self.name!r}: {self.loss!r})"
