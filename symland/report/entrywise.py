"""Gradient and Hessian entry by entry, for explicit small sizes, in letters that keep the entries short.

The formulas depend on the data only through S = X X^T and on the residual through G = E X^T; entries are polynomials in
those of the layers, S and G. What is printed is what was compared with the derivatives of the loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from symland.calculus.simplify import tidy
from symland.checks.expansion import Dims
from symland.checks.explicit import check_at_minimizer, check_derivatives, residual_data
from symland.evidence import Evidence
from symland.landscape.derivatives import Derivatives
from symland.landscape.networks import linear_network
from symland.language import terms as T
from symland.language.nodes import Node, Substitution
from symland.language.terms import Term
from symland.progress import Progress, silent
from symland.report.abbreviate import Abbreviation, Abbreviator
from symland.report.crosschecks import passed
from symland.report.document import Block, MatrixBlock, Paragraph, Section, Statement
from symland.report.markup import marked, prose
from symland.report.matrices import abridged, as_matrix, shortest
from symland.report.notation import listed
from symland.write.layout import Matrix, relation, row, sub, sup
from symland.write.typeset import typeset

LETTERS = "abcpqr"  # of the entries of layers 1, 2, ...


@dataclass(frozen=True)
class Entrywise:
    """The derivatives of the deep linear network of explicit depth, in the letters W, S = X X^T and G = E X^T."""

    layers: int
    dim: int
    samples: int

    @cached_property
    def derivatives(self) -> Derivatives:
        return Derivatives(linear_network(self.layers))

    @property
    def loss(self) -> Term:
        return self.derivatives.network.problem.loss

    @property
    def letters(self) -> tuple[Term, ...]:
        return self.derivatives.network.problem.letters

    @property
    def dims(self) -> Dims:
        return {"d": self.dim, "m": self.samples}

    @cached_property
    def gram(self) -> Term:
        """S, a symmetric letter."""
        return T.matrix("S", "d", "d", "symmetric")

    @cached_property
    def moment(self) -> Term:
        """G."""
        return T.matrix("G", "d", "d")

    @cached_property
    def residual(self) -> Term:
        return self.derivatives.network.problem.definitions["E"]

    @cached_property
    def _short(self) -> Abbreviator:
        x = self.derivatives.network.X
        return Abbreviator((Abbreviation(self.gram, x * x.T), Abbreviation(self.moment, self.residual * x.T)))

    def _written(self, term: Term) -> Term:
        return cast(Term, self._short.node(term))

    @cached_property
    def gradients(self) -> dict[Node, Node]:
        """The gradient with respect to each layer."""
        return {w: self._written(d.result) for w, d in zip(self.letters, self.derivatives.gradients, strict=True)}

    @cached_property
    def blocks(self) -> dict[tuple[Node, Node], Node]:
        """The Hessian blocks on and below the diagonal."""
        made, w = self.derivatives.hessian.blocks, self.letters
        return {(w[i], w[j]): self._written(b.result) for (i, j), b in made.items() if i >= j}

    def evidence(self) -> Evidence:
        """That the formulas are the entrywise derivatives."""
        x = self.derivatives.network.X
        values: list[tuple[Node, Node]] = [(self.gram, x * x.T), (self.moment, self.residual * x.T)]
        return passed(check_derivatives(self.loss, self.letters, self.gradients, self.blocks, self.dims, values))

    @cached_property
    def blocks_at_minimizer(self) -> dict[tuple[Node, Node], Node]:
        """The blocks for G = 0."""
        zero: Term = T.Zero(*self.moment.shape)
        put = Substitution(symbols={"G": zero})
        out: dict[tuple[Node, Node], Any] = {pair: put.apply(h) for pair, h in self.blocks.items()}
        return {pair: tidy(h) for pair, h in out.items()}

    def evidence_at_minimizer(self) -> Evidence:
        """That the gradient vanishes and the blocks for G = 0 are the second derivatives, at data for which the layers
        are a minimizer: with a residual where there are more samples than dimensions."""
        n = self.derivatives.network
        product = tidy(n.product)
        dims: dict[str, Any] = dict(self.dims)
        values: list[tuple[Node, Node]] = [(n.Y, product * n.X), (self.gram, n.X * n.X.T)]
        if self.samples > self.dim:
            dims["q"] = self.samples - self.dim
            values = list(residual_data(n.X, n.Y, product))
            data = cast(Term, values[0][1])
            values.append((self.gram, data * data.T))
        return passed(check_at_minimizer(self.loss, self.letters, self.blocks_at_minimizer, dims, values))

    def entries(self, term: Node) -> Matrix:
        """The entries of a formula, as a layout."""
        import sympy

        from symland.checks.entries import explicit_matrix

        found = explicit_matrix(term, self.dims)
        renamed = {s: sympy.Symbol(self._entry(s.name)) for s in found.free_symbols}
        return as_matrix([[shortest(x.xreplace(renamed)) for x in cells] for cells in found.tolist()])

    def _entry(self, name: str) -> str:
        """W2_11 is b_11, S_12 is s_12."""
        head, _, place = name.partition("_")
        letter = LETTERS[int(head[1:]) - 1] if head[0] == "W" else head.lower()
        return f"{letter}_{place}"


def explicit_section(layers: int, dim: int, samples: int, progress: Progress = silent) -> Section:
    """The explicit matrices, with the evidence that they are right."""
    e = Entrywise(layers, dim, samples)
    sizes = f"$L = {layers}$ and $d = {dim}$"
    progress("explicit matrices", 0, 2)
    general = Statement(
        "Proposition", marked(f"Gradient and Hessian for {sizes}"), "explicit", _matrices(e, e.gradients, e.blocks),
        e.evidence(),
    )  # fmt: skip
    progress("explicit matrices", 1, 2)
    vanishing = prose("At a global minimizer $G = 0$, the normal equation, and what remains is:")
    there = Statement(
        "Proposition", marked(f"Hessian at a global minimizer for {sizes}"), "explicit-minimizer",
        (vanishing, *_matrices(e, {}, e.blocks_at_minimizer)), e.evidence_at_minimizer(),
    )  # fmt: skip
    progress("explicit matrices", 2, 2)
    return Section("Explicit matrices", "explicit-matrices", (_letters(e), general, there))


def _letters(e: Entrywise) -> Paragraph:
    layers = ", ".join(f"$W_{k + 1} = ({LETTERS[k]}_{{ij}})$" for k in range(e.layers))
    return prose(
        "The data enter only through $S = X X^T$, a symmetric matrix with entries $s_{ij}$, and the residual through "
        "$G = E X^T$, with entries $g_{ij}$, whatever the number of samples. The layers are "
        f"{layers}. "
        "Rows and columns are in the order of vec; blocks above the diagonal are the transposes of those below."
    )


def _matrices(
    e: Entrywise, gradients: Mapping[Node, Node], blocks: Mapping[tuple[Node, Node], Node]
) -> tuple[Block, ...]:  # fmt: skip
    out: list[Block] = []
    for w, g in gradients.items():
        out.append(MatrixBlock(row(sub("∇", typeset(w)), "h"), e.entries(g)))
    for (w, u), h in blocks.items():
        block, names = abridged(e.entries(h), "p")
        out.append(MatrixBlock(row(sup(sub("∇", row(typeset(w), typeset(u))), 2), "h"), block))
        if names:
            meanings = listed([(relation(name, "=", meaning),) for name, meaning in names], ", ")
            out.append(Paragraph(("where ", *meanings, ".")))
    return tuple(out)
