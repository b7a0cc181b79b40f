"""The report on the deep linear network: `linear_report`.

Source of the mathematics: Zhou and Liang, arXiv:1710.06910; Theorems 4.1 to 4.6 of the specification.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from symland.calculus.derivation import Derivation
from symland.errors import UsageError
from symland.evidence import Evidence, Label, weakest
from symland.landscape.derivatives import CASES, ROW, Derivatives
from symland.landscape.dominance import Dominance, GradientDominance
from symland.landscape.hessian_at import HessianAtMinimizer
from symland.landscape.minimizers import ProductMinimizers
from symland.landscape.neighborhood import in_ball, in_half_ball
from symland.landscape.networks import LinearNetwork, linear_network
from symland.landscape.result import Result
from symland.language import terms as T
from symland.language.statements import NonNeg
from symland.language.trace import Trace
from symland.progress import Progress, silent
from symland.proof.theorem import Theorem
from symland.report import linear_text as text
from symland.report.crosschecks import Checked, crosscheck_section, second_check
from symland.report.document import Block, Document, Formulas, Parts, Section, Statement, Table
from symland.report.entrywise import explicit_section
from symland.report.examples import examples_section
from symland.report.linear_notation import BARE, full, plain
from symland.report.notation import Notation, named
from symland.report.proofs import Known
from symland.report.sections import (
    chain,
    conventions,
    evidence_of,
    ledger_section,
    proof_block,
    proved,
    reading,
)
from symland.write.layout import Layout, Space, relation, row, sub

MAX_DIM, MAX_LAYERS, MAX_SAMPLES = 3, 6, 12
ALL = "dims: all, depth: all"


def linear_report(
    layers: int | None = None, dim: int = 2, samples: int = 3, progress: Progress = silent
) -> Document:  # fmt: skip
    """The report on the deep linear network: theorems for every depth and dimension, their instances for `layers`
    layers, explicit matrices and cross-checks for d = `dim` and m = `samples`.

    Raises UsageError for sizes that cannot be printed.
    """
    check_sizes(layers, dim, samples)
    return _Report(layers, dim, samples, progress).document()


def check_sizes(layers: int | None, dim: int, samples: int) -> None:
    """Raises UsageError for sizes that cannot be printed."""
    for what, value, most in (("layers", layers, MAX_LAYERS), ("dim", dim, MAX_DIM), ("samples", samples, MAX_SAMPLES)):
        if value is None and what == "layers":
            continue
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            raise UsageError(
                f"a report with {what} = {value!r} cannot be written", hint=f"{what} is a whole number from 1 to {most}"
            )


@dataclass
class _Report:
    layers: int | None
    dim: int
    samples: int
    progress: Progress
    known: list[Known] = field(default_factory=list)
    checks: list[Checked] = field(default_factory=list)

    def document(self) -> Document:
        parts: list[Callable[[], Section | None]] = [
            self.problem, self.gradient, self.hessian, self.instances, self.global_minimizers, self.hessian_there,
            self.gradient_dominance, self.entrywise, self.crosschecks, self.examples,
        ]  # fmt: skip
        sections = [conventions(*text.conventions()), reading()]
        for k, part in enumerate(parts):
            self.progress("report", k, len(parts), part.__name__.replace("_", " "))
            section = part()
            if section is not None:
                sections.append(section)
        self.progress("report", len(parts), len(parts), "done")
        return Document(text.TITLE, text.abstract(BARE.typeset(self.network.loss)), (*sections, ledger_section()))

    # -- what is reported ------------------------------------------------------------------------------------
    @cached_property
    def network(self) -> LinearNetwork:
        return linear_network()

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
    def dominance(self) -> tuple[GradientDominance, ...]:
        d = Dominance(self.minimizers)
        return (d.on_region(), in_ball(d), in_half_ball(d))

    @cached_property
    def plain(self) -> Notation:
        return plain(self.network, self.minimizers.value)

    @cached_property
    def full(self) -> Notation:
        return full(self.network, self.minimizers.value)

    # -- statements ------------------------------------------------------------------------------------------
    def checked(self, label: str, trace: Trace, theorem: Theorem, evidence: Evidence) -> Evidence:
        """The evidence with the model of the hypotheses that the second checker verified; the theorem may be cited
        from here on."""
        second = second_check(label, trace, self.progress)
        self.checks.append(second)
        self.known.append(Known(theorem, label))
        order = all(isinstance(h, NonNeg) for h in theorem.hypotheses.values())
        exercised = bool(theorem.hypotheses) and order and second.evidence.label is Label.CERTIFIED
        return replace(evidence, model=second.evidence.model or ("order facts only" if exercised else ""))

    def derived(self, title: Parts, label: str, d: Derivation) -> Statement:
        """A gradient or Hessian block, with its main line as the proof."""
        lines = chain(d, self.full)
        evidence = self.checked(label, d.trace, d.theorem, evidence_of(d.theorem, d.name, ALL))
        return proved("Theorem", title, label, d.theorem, evidence, self.full, (lines,))

    def stated(self, result: Result, notation: Notation, after: Sequence[Block] = ()) -> Statement:
        """A result with its proof, line by line."""
        kind, title, label = text.heading(result.name)
        proof = proof_block(result.trace, result.name, notation, self.known)
        evidence = self.checked(label, result.trace, result.theorem, result.evidence)
        return proved(kind, title, label, result.theorem, evidence, notation, (proof,), after)

    # -- sections --------------------------------------------------------------------------------------------
    def problem(self) -> Section:
        n = self.network
        loss = self.plain.without(T.scalar("h"))
        formula = row(
            relation("h", "=", loss.typeset(n.loss)), ",", Space(36), relation("E", "=", BARE.typeset(n.residual))
        )
        results = [*self.minimizers.results, *self.hessian_at.results]
        results += [r for d in self.dominance for r in (d.inequality, d.result)]
        given: dict[tuple[str, Layout], None] = {}
        for r in results:
            for name, h in r.theorem.hypotheses.items():
                if not isinstance(h, NonNeg):
                    given[name, self.plain.typeset(h)] = None
        rows = tuple(((named(name),), (formula,), text.in_words(name)) for name, formula in given)
        table = Table((("Name",), ("Hypothesis",), ("In words",)), rows, "llp", small=True)
        return Section("The problem and its hypotheses", "problem", (*text.problem(formula), table))

    def gradient(self) -> Section:
        d = self.derivatives.gradient
        theorem = self.derived(("Gradient with respect to every layer",), "gradient", d)
        return Section("Gradient", "section-gradient", (text.gradient_intro(), theorem))

    def hessian(self) -> Section:
        blocks: list[Block] = [text.hessian_intro()]
        for case in CASES:
            label, title = text.CASES[case]
            blocks.append(self.derived(title, label, self.derivatives.blocks[case]))
        blocks.append(text.hessian_note())
        return Section("Hessian", "section-hessian", tuple(blocks))

    def instances(self) -> Section | None:
        """The formulas for an explicit depth, each a theorem of its own."""
        if self.layers is None:
            return None
        made = Derivatives(linear_network(self.layers))
        residual = made.network.problem.definitions["E"]
        notation = plain(made.network)
        scope = f"dims: all, depth: {self.layers}"
        blocks: list[Block] = [text.instances_intro(self.layers, relation("E", "=", BARE.typeset(residual)))]
        for title, label, derivations in (
            ("Gradients", "instance-gradients", list(made.gradients)),
            ("Hessian blocks", "instance-hessian", list(made.hessian.blocks.values())),
        ):
            parts = tuple(evidence_of(d.theorem, d.name, scope) for d in derivations)
            evidence = replace(parts[0], label=weakest(parts), claim=title, parts=parts)
            body = (Formulas(tuple(notation.typeset(d.theorem.statement) for d in derivations)),)
            full_title = f"{title} for {self.layers} layer" + ("s" if self.layers > 1 else "")
            blocks.append(Statement("Corollary", (full_title,), label, body, evidence))
        return Section(
            f"The network with {self.layers} layer" + ("s" if self.layers > 1 else ""), "instances", tuple(blocks)
        )

    def global_minimizers(self) -> Section:
        best = BARE.typeset(self.minimizers.value)
        blocks: list[Block] = [text.minimizers_intro(best)]
        for r in self.minimizers.results:
            notation = self.full if r.name == "stationary" else self.plain
            blocks.append(self.stated(r, notation))
        blocks.insert(-1, text.minimizers_note())
        return Section("Global minimizers", "minimizers", tuple(blocks))

    def hessian_there(self) -> Section:
        factor = relation(sub("H", "l"), "=", self.full.typeset(self.hessian_at.factor(ROW)))
        blocks: list[Block] = [text.hessian_at_intro(factor)]
        blocks += [self.stated(r, self.full) for r in self.hessian_at.results]
        return Section("The Hessian at a global minimizer", "hessian-at", (*blocks, text.hessian_at_note()))

    def gradient_dominance(self) -> Section:
        blocks: list[Block] = [text.dominance_intro()]
        for d, note in zip(self.dominance, text.dominance_notes(), strict=True):
            blocks += [self.stated(d.inequality, self.full), self.stated(d.result, self.full), note]
        return Section("Gradient dominance", "dominance", tuple(blocks))

    def entrywise(self) -> Section:
        return explicit_section(min(self.layers or 2, 2), self.dim, self.samples, self.progress)

    def crosschecks(self) -> Section:
        return crosscheck_section(self.checks, self.dominance, self.layers or 2, self.dim, self.samples, self.progress)

    def examples(self) -> Section:
        return examples_section()
