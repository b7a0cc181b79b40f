"""Facts about a symbol, and the statements they stand for.

A fact is part of the frozen symbol. It reaches a proof only as a named hypothesis, so it appears in every theorem
that uses it; nothing is global.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from symland.errors import UsageError
from symland.language import statements as S
from symland.language import terms as T
from symland.language.nodes import Node

STATEMENT_OF: dict[str, Callable[[T.Term], S.Statement]] = {
    "symmetric": lambda a: S.equal(a.T, a),
    "psd": lambda a: cast(S.Statement, S.Psd(a)),
    "diagonal": lambda a: S.equal(cast(T.Term, T.DiagonalMatrix(T.Diagonal(a))), a),
    "invertible": lambda a: cast(S.Statement, S.Invertible(a)),
    "orthogonal": lambda a: S.equal(a.T * a, cast(T.Term, T.Identity(a.shape[0]))),
    "nonnegative": lambda a: cast(S.Statement, S.Le(T.number(0), a)),
    "positive": lambda a: cast(S.Statement, S.Positive(a) if a.is_matrix else S.Lt(T.number(0), a)),
}

OPEN = frozenset({"invertible", "positive"})  # facts that hold in a neighborhood: they do not restrict directions


def hypotheses_of(symbol: T.Symbol) -> dict[str, S.Statement]:
    """The named statements that the facts of a symbol stand for, for example `symmetric(S)`."""
    out = {}
    for fact in sorted(symbol.facts):
        if fact not in STATEMENT_OF:
            raise UsageError(f"{fact!r} is not a known fact", hint="one of " + ", ".join(STATEMENT_OF))
        out[f"{fact}({symbol.name})"] = STATEMENT_OF[fact](symbol)
    return out


def restricts(letter: Node) -> frozenset[str]:
    """The facts of a letter that confine it to a thin set, so that not every direction is allowed."""
    facts = letter.facts if isinstance(letter, T.Symbol) else cast(T.Member, letter).family.facts
    return facts - OPEN
