"""Gradient and Hessian entry by entry, for explicit small sizes, in letters that keep the entries short.

What is printed is what was compared with the derivatives of the loss. The derivatives of a product network depend on
the data only through Xi = X X^T and on the residual through Gamma = E X^T; entries are polynomials in those of the
factors, Xi and Gamma. Those of a network with a hidden layer are polynomials in the values and derivatives of s at the
entries of Z.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, cast

from symland.calculus.simplify import tidy
from symland.checks.expansion import Dims
from symland.checks.explicit import check_at_minimizer, check_derivatives, residual_data
from symland.evidence import Evidence
from symland.landscape.hidden.network import HiddenDerivatives, HiddenNetwork
from symland.landscape.products.derivatives import Derivatives
from symland.landscape.products.networks import Network
from symland.language import terms as T
from symland.language.nodes import Node, Substitution
from symland.language.terms import Term
from symland.report.abbreviate import Abbreviation, Abbreviator
from symland.report.crosschecks import passed
from symland.report.matrices import as_matrix, shortest
from symland.write.layout import Matrix

LAYERS = "abcpqr"  # the entries of layers 1, 2, ...

Formulas = dict[Node, Node]
Blocks = dict[tuple[Node, Node], Node]
Values = list[tuple[Node, Node]]


@dataclass(frozen=True)
class Entrywise(ABC):
    """Gradients and Hessian blocks at d = `dim` and m = `samples`, written in the names `short` gives."""

    dim: int
    samples: int

    vanishing: ClassVar[tuple[str, ...]]  # the letters that are zero at a global minimizer

    @property
    def dims(self) -> Dims:
        return {"d": self.dim, "m": self.samples}

    @property
    @abstractmethod
    def loss(self) -> Term:
        """The loss that is expanded and differentiated."""

    @property
    @abstractmethod
    def letters(self) -> tuple[Term, ...]:
        """The letters of the layers."""

    @property
    @abstractmethod
    def short(self) -> Sequence[Abbreviation]:
        """The letters that the entries are written in, and what they mean."""

    @property
    @abstractmethod
    def derived(self) -> tuple[Formulas, Blocks]:
        """The formulas of the gradients and of all Hessian blocks."""

    @property
    @abstractmethod
    def values(self) -> Values:
        """Which letters are polynomials in others, where the formulas are compared with the loss."""

    @property
    @abstractmethod
    def values_at_minimizer(self) -> tuple[Dims, Values]:
        """The same where the data make the layers a global minimizer, with the dimensions of the letters there."""

    @abstractmethod
    def entry(self, name: str) -> str:
        """How the entry `S_12` is called."""

    @cached_property
    def gradients(self) -> Formulas:
        """The gradient with respect to each layer."""
        return {w: self._written(g) for w, g in self.derived[0].items()}

    @cached_property
    def blocks(self) -> Blocks:
        """The Hessian blocks on and below the diagonal."""
        place = {w: i for i, w in enumerate(self.letters)}
        blocks = self.derived[1].items()
        return {(w, u): self._written(h) for (w, u), h in blocks if place[cast(Term, w)] >= place[cast(Term, u)]}

    @cached_property
    def blocks_at_minimizer(self) -> Blocks:
        """The blocks where the letters that vanish are zero."""
        names: dict[str, Any] = {cast(Any, a.name).name: a.name for a in self.short}
        put = Substitution(symbols={name: T.Zero(*names[name].shape) for name in self.vanishing})
        out: dict[tuple[Node, Node], Any] = {pair: put.apply(h) for pair, h in self.blocks.items()}
        return {pair: tidy(h) for pair, h in out.items()}

    @cached_property
    def _abbreviator(self) -> Abbreviator:
        return Abbreviator(self.short)

    def _written(self, term: Node) -> Node:
        return self._abbreviator.node(term)

    def evidence(self) -> Evidence:
        """That the formulas are the entrywise derivatives."""
        found = check_derivatives(self.loss, self.letters, self.gradients, self.blocks, self.dims, self.values)
        return passed(found)

    def evidence_at_minimizer(self) -> Evidence:
        """That the gradient vanishes and the blocks are the second derivatives at data for which the layers are a
        global minimizer."""
        dims, values = self.values_at_minimizer
        found = passed(check_at_minimizer(self.loss, self.letters, self.blocks_at_minimizer, dims, values))
        return replace(found, scope=", ".join(f"{name} = {size}" for name, size in self.dims.items()))

    def entries(self, term: Node) -> Matrix:
        """The entries of a formula, as a layout."""
        import sympy

        from symland.checks.entries import explicit_matrix

        found = explicit_matrix(term, self.dims)
        renamed = {s: sympy.Symbol(self.entry(s.name)) for s in found.free_symbols}
        return as_matrix([[self.readable(x.xreplace(renamed)) for x in cells] for cells in found.tolist()])

    def readable(self, entry: Any) -> Any:
        """The entry in the form that is printed."""
        return shortest(entry)


@dataclass(frozen=True)
class ProductEntrywise(Entrywise):
    """The derivatives of a deep linear or residual network of explicit depth, in the letters of its factors,
    Xi = X X^T and Gamma = E X^T."""

    network: Network

    vanishing = ("Gamma",)

    @cached_property
    def made(self) -> Derivatives:
        return Derivatives(self.network)

    @property
    def loss(self) -> Term:
        return self.network.problem.loss

    @property
    def letters(self) -> tuple[Term, ...]:
        return self.network.problem.letters

    @cached_property
    def factors(self) -> Sequence[Abbreviation]:
        """F1, F2, ... for factors that are not the letters themselves."""
        d = self.network.X.shape[0]
        every = ((k, tidy(self.network.factor(cast(T.Member, w).index)), w) for k, w in enumerate(self.letters, 1))
        return [Abbreviation(T.matrix(f"F{k}", d, d), factor) for k, factor, w in every if factor is not w]

    @cached_property
    def short(self) -> Sequence[Abbreviation]:
        x, residual = self.network.X, self.network.problem.definitions["E"]
        d = x.shape[0]
        gram, moment = T.matrix("Xi", d, d, "symmetric"), T.matrix("Gamma", d, d)
        return [Abbreviation(gram, x * x.T), Abbreviation(moment, residual * x.T), *self.factors]

    @property
    def derived(self) -> tuple[Formulas, Blocks]:
        w = self.letters
        gradients: Formulas = {u: d.result for u, d in zip(w, self.made.gradients, strict=True)}
        return gradients, {(w[i], w[j]): b.result for (i, j), b in self.made.hessian.blocks.items()}

    @property
    def values(self) -> Values:
        return [(a.name, a.meaning) for a in self.short]

    @property
    def values_at_minimizer(self) -> tuple[Dims, Values]:
        """With a residual where there are more samples than dimensions."""
        n = self.network
        gram = self.short[0].name
        product = tidy(n.product)
        factors: Values = [(a.name, a.meaning) for a in self.factors]
        if self.samples <= self.dim:
            return self.dims, [(n.Y, product * n.X), (gram, n.X * n.X.T), *factors]
        values: Values = list(residual_data(n.X, n.Y, product))
        data = cast(Term, values[0][1])
        return {**self.dims, "q": self.samples - self.dim}, [*values, (gram, data * data.T), *factors]

    def entry(self, name: str) -> str:
        """W2_11 and F2_11 are b_11, Xi_12 is xi_12."""
        head, _, place = name.partition("_")
        return f"{LAYERS[int(head[1:]) - 1] if head[1:].isdigit() else head.lower()}_{place}"


@dataclass(frozen=True)
class HiddenEntrywise(Entrywise):
    """The derivatives of `1/2 |W2 s(W1 X) - Y|_F^2` for a generic s, in the letters X, W2, E, S = s(Z), D = s'(Z) and
    D2 = s''(Z), and in B = W2^T W2 and R = W2^T E."""

    made: HiddenDerivatives

    vanishing = ("E", "R")

    @property
    def network(self) -> HiddenNetwork:
        return self.made.network

    @property
    def loss(self) -> Term:
        return self.network.loss

    @property
    def letters(self) -> tuple[Term, ...]:
        return self.network.letters

    @cached_property
    def short(self) -> Sequence[Abbreviation]:
        n = self.network
        meanings = {**n.definitions, "B": n.W2.T * n.W2, "R": n.W2.T * n.residual}
        facts = {"B": ("symmetric",)}
        return [Abbreviation(T.matrix(k, *t.shape, *facts.get(k, ())), t) for k, t in meanings.items()]

    @property
    def derived(self) -> tuple[Formulas, Blocks]:
        w = self.letters
        gradients: Formulas = {u: d.result for u, d in zip(w, self.made.gradients, strict=True)}
        return gradients, {(w[i - 1], w[j - 1]): b.result for (i, j), b in self.made.blocks.items()}

    @property
    def values(self) -> Values:
        return [(a.name, a.meaning) for a in self.short]

    @property
    def values_at_minimizer(self) -> tuple[Dims, Values]:
        """At data that the network interpolates."""
        n = self.network
        return self.dims, [(n.Y, n.W2 * n.S), *((a.name, a.meaning) for a in self.short if a.meaning != n.residual)]

    def entry(self, name: str) -> str:
        """S_11 is s_11, D_11 and D2_11 are its derivatives, W2_11 is w_11."""
        head, _, place = name.partition("_")
        if head in ("D", "D2"):
            return f"s_{place}" + "'" * (2 if head == "D2" else 1)
        return f"{head[0].lower()}_{place}"

    def readable(self, entry: Any) -> Any:
        """Collected by products of entries of X: sums over the samples."""
        import sympy

        data = [s for s in entry.free_symbols if s.name.startswith("x_")]
        parts: dict[Any, Any] = {}
        for term in sympy.Add.make_args(sympy.expand(entry)):
            rest, product = term.as_independent(*data)
            parts[product] = parts.get(product, 0) + rest
        sums = (r if p == 1 or r == 0 else sympy.Mul(p, r, evaluate=False) for p, r in parts.items())
        return sympy.Add(*sums)
