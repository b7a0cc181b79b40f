"""The explicit matrices of a network, with the evidence that they are right."""

from __future__ import annotations

from collections.abc import Mapping

from symland.language.nodes import Node
from symland.progress import Progress, silent
from symland.report.document import Block, MatrixBlock, Paragraph, Section, Statement
from symland.report.entrywise import Entrywise
from symland.report.markup import marked
from symland.report.matrices import abridged
from symland.report.notation import listed
from symland.write.layout import relation, row, sub, sup
from symland.write.typeset import typeset


def explicit_section(
    e: Entrywise, loss: str, sizes: str, letters: Paragraph, there: Paragraph, progress: Progress = silent
) -> Section:  # fmt: skip
    """Gradient and Hessian at a general point, and the Hessian at a global minimizer. `letters` says what the entries
    are written in, `there` what vanishes at a global minimizer."""
    progress("explicit matrices", 0, 2)
    general = Statement(
        "Proposition", marked(f"Gradient and Hessian for {sizes}"), "explicit",
        _matrices(e, loss, e.gradients, e.blocks), e.evidence(),
    )  # fmt: skip
    progress("explicit matrices", 1, 2)
    at_minimizer = Statement(
        "Proposition", marked(f"Hessian at a global minimizer for {sizes}"), "explicit-minimizer",
        (there, *_matrices(e, loss, {}, e.blocks_at_minimizer)), e.evidence_at_minimizer(),
    )  # fmt: skip
    progress("explicit matrices", 2, 2)
    return Section("Explicit matrices", "explicit-matrices", (letters, general, at_minimizer))


def _matrices(
    e: Entrywise, loss: str, gradients: Mapping[Node, Node], blocks: Mapping[tuple[Node, Node], Node]
) -> tuple[Block, ...]:  # fmt: skip
    out: list[Block] = []
    for w, g in gradients.items():
        out.append(MatrixBlock(row(sub("∇", typeset(w)), loss), e.entries(g)))
    for (w, u), h in blocks.items():
        block, names = abridged(e.entries(h), "p")
        out.append(MatrixBlock(row(sup(sub("∇", row(typeset(w), typeset(u))), 2), loss), block))
        if names:
            meanings = listed([(relation(name, "=", meaning),) for name, meaning in names], ", ")
            out.append(Paragraph(("where ", *meanings, ".")))
    return tuple(out)
