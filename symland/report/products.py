"""The reports on the deep linear and on the linear residual network.

Source of the mathematics: Zhou and Liang, arXiv:1710.06910; sections 4 and 5 of the specification.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from symland.landscape.at_minimizers.balanced import Balanced
from symland.landscape.at_minimizers.curvature import Curvature
from symland.landscape.at_minimizers.hessian_at import HessianAtMinimizer
from symland.landscape.at_minimizers.two_layers import TwoLayers
from symland.landscape.counterexamples.catalog import corrections_of, counterexamples_of
from symland.landscape.library import gradient_dominance
from symland.landscape.products.derivatives import CASES, ROW, Derivatives
from symland.landscape.products.dominance import GradientDominance
from symland.landscape.products.minimizers import ProductMinimizers
from symland.landscape.products.networks import LinearNetwork, Network, ResidualNetwork, depth_of, linear_network
from symland.language import terms as T
from symland.progress import Progress, silent
from symland.report.counterexamples import corrections_section, needed_section
from symland.report.crosschecks import crosscheck_section
from symland.report.document import Block, Document, Parts, Section
from symland.report.entrywise import LAYERS, ProductEntrywise
from symland.report.examples import balanced_example
from symland.report.explicit import explicit_section
from symland.report.headings import Headings
from symland.report.network import NetworkReport, check_sizes
from symland.report.network_notation import bare, full, plain
from symland.report.notation import Notation
from symland.report.product_headings import PRODUCT
from symland.report.product_words import CASES as TITLES
from symland.report.product_words import LINEAR, RESIDUAL, ProductWords
from symland.write.layout import Space, relation, row, sub

LARGE = (5, 8)  # the larger width and number of samples of the prime field check


def product_report(
    network: Network | None = None, layers: int | None = None, dim: int = 2, samples: int = 3,
    progress: Progress = silent,
) -> Document:  # fmt: skip
    """The report on the deep linear network (the default) or a residual network: theorems for every depth and
    dimension, their instances for `layers` layers, explicit matrices and cross-checks for d = `dim` and m = `samples`.

    Raises UsageError for sizes that cannot be printed.
    """
    check_sizes(layers, dim, samples)
    return ProductReport(dim, samples, progress, network=network or linear_network(), layers=layers).document()


@dataclass
class ProductReport(NetworkReport):
    """The report on a network whose prediction is a product of factors times X, of symbolic depth."""

    network: Network = field(kw_only=True)
    layers: int | None = field(default=None, kw_only=True)

    scope = "dims: all, depth: all"

    @property
    def words(self) -> ProductWords:
        return LINEAR if isinstance(self.network, LinearNetwork) else RESIDUAL

    @property
    def title(self) -> str:
        return self.words.title

    @property
    def abstract(self) -> Parts:
        return self.words.abstract(bare(self.network).typeset(self.network.loss))

    @property
    def conventions(self) -> Sequence[Parts]:
        return self.words.conventions()

    @property
    def headings(self) -> Headings:
        return PRODUCT

    @property
    def parts(self) -> Sequence[Callable[[], Section | None]]:
        return [
            self.problem, self.gradient, self.hessian, self.instances, self.global_minimizers, self.hessian_there,
            self.balanced, self.two_layers, self.gradient_dominance, self.entrywise, self.crosschecks, self.needed,
            self.corrections,
        ]  # fmt: skip

    # -- what is reported ------------------------------------------------------------------------------------
    @cached_property
    def derivatives(self) -> Derivatives:
        return Derivatives(self.network)

    @cached_property
    def minimizers(self) -> ProductMinimizers:
        return ProductMinimizers(self.network)

    @cached_property
    def hessian_at(self) -> HessianAtMinimizer:
        return HessianAtMinimizer(self.minimizers)

    @cached_property
    def curvature(self) -> Curvature:
        return Curvature(self.network)

    @cached_property
    def dominance(self) -> dict[str, GradientDominance]:
        problem = replace(self.network.problem, minimizers=self.minimizers)
        return {region: gradient_dominance(problem, region) for region in self.words.dominance_notes()}

    @cached_property
    def bare(self) -> Notation:
        """No names but those of products."""
        return bare(self.network)

    @cached_property
    def plain(self) -> Notation:
        return plain(self.network, self.minimizers.value)

    @cached_property
    def full(self) -> Notation:
        return full(self.network, self.minimizers.value)

    def written_out(self, layers: int) -> Network:
        """The network of explicit depth."""
        return replace(self.network, depth=depth_of(layers))

    # -- sections --------------------------------------------------------------------------------------------
    def problem(self) -> Section:
        n, words = self.network, self.words
        loss = self.plain.without(T.scalar(words.loss))
        formula = row(
            relation(words.loss, "=", loss.typeset(n.loss)), ",", Space(36),
            relation("E", "=", self.bare.typeset(n.residual)),
        )  # fmt: skip
        results = [*self.minimizers.results, *self.hessian_at.results, *self.curvature.results]
        results += [r for d in self.dominance.values() for r in (d.inequality, d.result)]
        table = self.hypotheses(results)
        return Section("The problem and its hypotheses", "problem", (*words.problem(formula), table))

    def gradient(self) -> Section:
        theorem = self.derived(("Gradient with respect to every layer",), "gradient", self.derivatives.gradient)
        return Section("Gradient", "section-gradient", (self.words.gradient_intro(), theorem))

    def hessian(self) -> Section:
        blocks: list[Block] = [self.words.hessian_intro()]
        for case in CASES:
            label, title = TITLES[case]
            blocks.append(self.derived(title, label, self.derivatives.blocks[case]))
        blocks.append(self.words.hessian_note())
        return Section("Hessian", "section-hessian", tuple(blocks))

    def instances(self) -> Section | None:
        """The formulas for an explicit depth, each a theorem of its own."""
        if self.layers is None:
            return None
        made = Derivatives(self.written_out(self.layers))
        residual = made.network.problem.definitions["E"]
        notation, count = plain(made.network), _counted(self.layers)
        scope = f"dims: all, depth: {self.layers}"
        intro = self.words.instances_intro(self.layers, relation("E", "=", self.bare.typeset(residual)))
        gradients = self.collected(f"Gradients for {count}", "instance-gradients", made.gradients, notation, scope)
        blocks = list(made.hessian.blocks.values())
        hessian = self.collected(f"Hessian blocks for {count}", "instance-hessian", blocks, notation, scope)
        return Section(f"The network with {count}", "instances", (intro, gradients, hessian))

    def global_minimizers(self) -> Section:
        blocks: list[Block] = [self.words.minimizers_intro(self.bare.typeset(self.minimizers.value))]
        for r in self.minimizers.results:
            blocks.append(self.stated(r, self.full if r.name == "stationary" else self.plain))
            if r.name == "product_converse":
                blocks.append(self.words.minimizers_note())
        cited = [self.cited(a, "minimizers") for a in self.minimizers.assumed]
        families = self.families(self.minimizers, "minimizers")
        return Section("Global minimizers", "minimizers", (*blocks, *families, *cited))

    def hessian_there(self) -> Section:
        factor = relation(sub("H", "l"), "=", self.full.typeset(self.hessian_at.factor(ROW)))
        blocks: list[Block] = [self.words.hessian_at_intro(factor)]
        blocks += [self.stated(r, group="at") for r in self.hessian_at.results]
        blocks += [self.words.curvature_note(), *self.theorems(self.curvature, "hessian")]
        return Section("The Hessian at a global minimizer", "hessian-at", tuple(blocks))

    def balanced(self) -> Section:
        blocks = [self.words.balanced_intro(), *self.theorems(Balanced(self.network), "balanced")]
        return Section("Balanced minimizers", "balanced", (*blocks, balanced_example(self.network, self.words.loss)))

    def two_layers(self) -> Section | None:
        """The classification for two layers of the linear network."""
        if not isinstance(self.network, LinearNetwork):
            return None
        return Section(
            "Two layers", "two-layers",
            (self.words.two_layers_intro(), *self.theorems(TwoLayers(), "two-layers", plain(linear_network(2)))),
        )  # fmt: skip

    def gradient_dominance(self) -> Section:
        blocks: list[Block] = [self.words.dominance_intro()]
        for region, note in self.words.dominance_notes().items():
            d = self.dominance[region]
            blocks += [self.stated(d.inequality), self.stated(d.result), note]
        return Section("Gradient dominance", "dominance", tuple(blocks))

    def entrywise(self) -> Section:
        layers, words = min(self.layers or 2, 2), self.words
        e = ProductEntrywise(self.dim, self.samples, self.written_out(layers))
        letters, there = words.explicit_letters(LAYERS[:layers]), words.explicit_there()
        return explicit_section(e, words.loss, f"$L = {layers}$ and $d = {self.dim}$", letters, there, self.progress)

    def crosschecks(self) -> Section:
        layers = self.layers or 2
        made = Derivatives(self.written_out(layers))
        formulas = (
            f"The formulas of [gradient] and of the Hessian blocks, written out for {_counted(layers)}, against "
            "derivatives of the loss alone."
        )
        large = {"d": max(self.dim, LARGE[0]), "m": max(self.samples, LARGE[1])}
        return crosscheck_section(
            self.checks, made.network.problem.loss, [*made.gradients, *made.hessian.blocks.values()],
            ({"d": self.dim, "m": self.samples}, large), formulas,
            [(self.headings.of(d.result)[2], d) for d in self.dominance.values()], self.progress,
        )  # fmt: skip

    @property
    def kind(self) -> str:
        """The name of the network, as `network` takes it."""
        return "residual" if isinstance(self.network, ResidualNetwork) else "linear"

    def needed(self) -> Section:
        return needed_section(counterexamples_of(self.kind), self.words.loss)

    def corrections(self) -> Section:
        return corrections_section(counterexamples_of(self.kind), corrections_of(self.kind), self.words.loss)


def _counted(layers: int) -> str:
    return f"{layers} layer" + ("s" if layers > 1 else "")
