"""Instances: a theorem proved for symbolic indices, at explicit ones, with its chains written out for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symland.calculus.depth import unfolded
from symland.calculus.prover import Path, Prover
from symland.language.index import Index, IndexLike
from symland.language.nodes import Node
from symland.language.terms import Term


def instantiate(
    prover: Prover, id: str, indices: Mapping[str, IndexLike], dims: Mapping[str, Any] | None = None
) -> str:
    """The theorem of step `id` with index variables (and dimensions) replaced, its terms tidied by `ring` steps."""
    values = {name: Index.of(value) for name, value in indices.items()}
    subst: dict[str, Mapping[str, Any]] = {"indices": values, "dims": dims or {}}
    return unfold(prover, prover.spec(id, **{kind: v for kind, v in subst.items() if v}))


def unfold(prover: Prover, id: str) -> str:
    """The statement of step `id` with every largest term in it tidied."""
    for path, term in terms_of(prover.statement(id)):
        equation = unfolded(prover, term)
        if equation:
            id = prover.rewrite_by(id, path, equation)
    return id


def terms_of(statement: Node) -> list[tuple[Path, Term]]:
    """The terms right below a statement that may be rewritten: not the variables of a derivative."""
    from symland.language.statements import Grad, Hess

    fixed = {Grad: (1,), Hess: (1, 2)}.get(type(statement), ())
    return [((i,), a) for i, a in enumerate(statement.args) if isinstance(a, Term) and i not in fixed]
