"""The report on the network with one hidden layer.

Source of the mathematics: Zhou and Liang, arXiv:1710.06910; section 6 of the specification.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from symland.evidence import Evidence
from symland.landscape.counterexamples.catalog import corrections_of, counterexamples_of
from symland.landscape.hidden.hessian import HiddenHessianAt
from symland.landscape.hidden.minimizers import HiddenMinimizers
from symland.landscape.hidden.network import HiddenDerivatives, HiddenNetwork, hidden_network
from symland.landscape.result import Result
from symland.language import terms as T
from symland.progress import Progress, silent
from symland.report import hidden_words as words
from symland.report.abbreviate import Abbreviation
from symland.report.counterexamples import corrections_section, needed_section
from symland.report.crosschecks import crosscheck_section
from symland.report.document import Block, Document, Parts, Section
from symland.report.entrywise import HiddenEntrywise
from symland.report.explicit import explicit_section
from symland.report.headings import Headings
from symland.report.hidden_headings import HIDDEN
from symland.report.network import NetworkReport, check_sizes
from symland.report.network_notation import BARE
from symland.report.notation import Notation
from symland.write.layout import Space, name, relation, row

ABOVE = " 1 2"  # how the names of results about the block above the diagonal end
MOST_SAMPLES = 2  # of the explicit matrices: an entry has as many terms
LARGE = (4, 6)  # the larger width and number of samples of the prime field check


def hidden_report(
    network: HiddenNetwork | None = None, dim: int = 2, samples: int = 3, progress: Progress = silent
) -> Document:  # fmt: skip
    """The report on the network with one hidden layer, with a generic activation unless `network` has another:
    theorems for every dimension, explicit matrices and cross-checks for d = `dim` and m = `samples`.

    Raises UsageError for sizes that cannot be printed.
    """
    check_sizes(None, dim, samples)
    return HiddenReport(dim, samples, progress, network=network or hidden_network()).document()


@dataclass
class HiddenReport(NetworkReport):
    """The report on a network with one hidden layer and square weights."""

    network: HiddenNetwork = field(kw_only=True)

    scope = "dims: all"

    @property
    def title(self) -> str:
        return words.title(self.network.activation)

    @property
    def abstract(self) -> Parts:
        return words.abstract(BARE.typeset(self.network.loss), self.network.activation)

    @property
    def conventions(self) -> Sequence[Parts]:
        return words.conventions()

    @property
    def parts(self) -> Sequence[Callable[[], Section | None]]:
        return [
            self.problem, self.gradient, self.hessian, self.global_minimizers, self.hessian_there, self.entrywise,
            self.crosschecks, self.needed, self.corrections,
        ]  # fmt: skip

    @property
    def headings(self) -> Headings:
        return HIDDEN

    # -- what is reported ------------------------------------------------------------------------------------
    @cached_property
    def derivatives(self) -> HiddenDerivatives:
        return HiddenDerivatives(self.network)

    @cached_property
    def minimizers(self) -> HiddenMinimizers:
        return HiddenMinimizers(self.network)

    @cached_property
    def hessian_at(self) -> HiddenHessianAt:
        return HiddenHessianAt(self.minimizers)

    @cached_property
    def plain(self) -> Notation:
        return self._notation(inner=False)

    @cached_property
    def full(self) -> Notation:
        return self._notation(inner=True)

    def _notation(self, inner: bool) -> Notation:
        """g and E, for any number of samples and for m = d; `inner` adds S_Z, D, D_2 and Z."""
        short: list[Abbreviation] = []
        for n in (self.network, self.minimizers.square):
            names = {"g": n.loss, **(n.definitions if inner else {"E": n.residual}), **({"Z": n.Z} if inner else {})}
            short += [Abbreviation(T.matrix(k, *t.shape) if t.is_matrix else T.scalar(k), t) for k, t in names.items()]
        return BARE.with_names(*short).using(S="S_Z") if inner else BARE.with_names(*short)

    @cached_property
    def _with_jacobians(self) -> Notation:
        """As `full`, with J_1 and J_2."""
        jacobians = [(k, n.jacobian(k)) for n in (self.network, self.minimizers.square) for k in (1, 2)]
        return self.full.with_names(*(Abbreviation(T.matrix(f"J{k}", *t.shape), t) for k, t in jacobians))

    def evidence(self, result: Result) -> Evidence:
        return replace(result.evidence, scope=f"dims: {result.dims}")

    # -- sections --------------------------------------------------------------------------------------------
    def problem(self) -> Section:
        n = self.network
        formula = row(
            relation("g", "=", self.plain.without(T.scalar("g")).typeset(n.loss)), ",", Space(36),
            relation("E", "=", BARE.typeset(n.residual)),
        )  # fmt: skip
        table = self.hypotheses(self.minimizers.results)
        return Section("The problem and its hypotheses", "problem", (*words.problem(formula, n.activation), table))

    def gradient(self) -> Section:
        first, second = self.derivatives.gradients
        return Section(
            "Gradient", "section-gradient",
            (
                words.gradient_intro(),
                self.derived(("Gradient with respect to ", name("W1")), "gradient", first),
                self.derived(("Gradient with respect to ", name("W2")), "gradient-2", second),
            ),
        )  # fmt: skip

    def hessian(self) -> Section:
        blocks: list[Block] = [words.hessian_intro()]
        for place, (label, title) in words.BLOCKS.items():
            blocks.append(self.derived(title, label, self.derivatives.blocks[place]))
        blocks.append(words.hessian_note(self.network.activation))
        return Section("Hessian", "section-hessian", tuple(blocks))

    def global_minimizers(self) -> Section:
        known = self.minimizers
        proved = [self.stated(r, self.plain) for r in known.results]
        cited = [self.cited(a) for a in known.assumed]
        blocks: tuple[Block, ...] = (words.minimizers_intro(), *proved, *self.families(known, "cited"), *cited)
        return Section("Global minimizers", "minimizers", blocks)

    def hessian_there(self) -> Section:
        known, notation = self.hessian_at, self._with_jacobians
        below = [r for r in known.results if not r.name.endswith(ABOVE)]
        proved = [self.stated(r, notation, "hessian") for r in below]
        cited = [self.cited(a, "hessian") for a in known.assumed]
        blocks: tuple[Block, ...] = (words.hessian_at_intro(), *proved, *cited)
        return Section("The Hessian where the network interpolates", "hessian-at", blocks)

    def entrywise(self) -> Section:
        a, samples = self.network.activation, min(self.samples, MOST_SAMPLES)
        e = HiddenEntrywise(self.dim, samples, HiddenDerivatives(hidden_network()))
        sizes = f"$d = {self.dim}$ and $m = {samples}$"
        letters, there = words.explicit_letters(a), words.explicit_there()
        return explicit_section(e, "g", sizes, letters, there, self.progress)

    def crosschecks(self) -> Section:
        derivations = [*self.derivatives.gradients, *self.derivatives.blocks.values()]
        large = {"d": max(self.dim, LARGE[0]), "m": max(self.samples, LARGE[1])}
        formulas = "The formulas of the gradients and of the Hessian blocks, against derivatives of the loss alone."
        dims = {"d": self.dim, "m": self.samples}, large
        return crosscheck_section(self.checks, self.network.loss, derivations, dims, formulas, progress=self.progress)

    def needed(self) -> Section:
        return needed_section(counterexamples_of("hidden"), "g")

    def corrections(self) -> Section:
        return corrections_section(counterexamples_of("hidden"), corrections_of("hidden"), "g")
