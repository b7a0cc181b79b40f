"""The report on a loss that a person states: gradient and Hessian blocks, step by step, and their checks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from symland.calculus.derivation import Derivation
from symland.calculus.gradient import gradient
from symland.calculus.hessian import hessian_block
from symland.errors import NoRule
from symland.landscape.candidates.candidate import Candidate
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim
from symland.language.nodes import Node, walk
from symland.language.notation import unused_names
from symland.language.problem import Problem
from symland.language.terms import Term
from symland.progress import Progress, silent
from symland.proposals import judged
from symland.report.abbreviate import Abbreviation
from symland.report.crosschecks import Checked, crosscheck_section, second_opinion
from symland.report.document import Block, Display, Document, Items, Parts, Section, Statement
from symland.report.document import paragraph as p
from symland.report.markup import prose
from symland.report.notation import Notation, listed, named
from symland.report.proposed import proposed_section
from symland.report.sections import chain, conventions, evidence_of, ledger_section, proof_block, proved, reading
from symland.write.layout import Layout, as_layout, relation, row, sup
from symland.write.typeset import set_dim

SCOPE = "dims: all"
LARGER = 3  # how much larger the dimensions of the prime field check are


def loss_report(problem: Problem, dim: int = 2, progress: Progress = silent) -> Document:
    """The report on a problem with an explicit list of letters, and the claims about a point that it declares, a
    `PointFamily` or a `Candidate`. `dim` is the size of dimensions in exact checks, taken in turn with the next larger
    one.

    Raises UsageError for a symbolic list of letters, NoRule for a loss that no rule covers; beside the claims about a
    point a Hessian that no rule covers is named as missing.
    """
    return _Report(judged(problem), dim, progress).document()


@dataclass
class _Report:
    given: Problem
    dim: int
    progress: Progress
    checks: list[Checked] = field(default_factory=list)

    def document(self) -> Document:
        sections = [conventions(), reading(), self.problem()]
        parts = [self.gradients, self.hessian, self.crosschecks]
        known = self.proposed
        if known is not None:
            parts.insert(2, lambda: proposed_section(known, self.notation, self._result))
        for k, part in enumerate(parts):
            self.progress("report", k, len(parts))
            sections.append(part())
        self.progress("report", len(parts), len(parts), "done")
        letters = listed([(self.bare.typeset(w),) for w in self.given.letters], ", ")
        derived = "The gradient" if self._uncovered else "The gradient and every block of the vectorized Hessian"
        abstract: Parts = (
            f"{derived} of the loss ", self.bare.typeset(self.given.loss),
            " with respect to ", *letters, ", for all dimensions, derived step by step. A kernel replayed each "
            "derivation; "
            "the formulas were compared with derivatives of the loss alone.",
            " A proposed minimizer is judged." if known is not None else "",
        )  # fmt: skip
        title = self.given.name[:1].upper() + self.given.name[1:]
        return Document(title, abstract, (*sections, ledger_section()))

    @property
    def proposed(self) -> Candidate | None:
        """The proposed minimizer, if there is one."""
        return self.given.minimizers if isinstance(self.given.minimizers, Candidate) else None

    # -- notation --------------------------------------------------------------------------------------------
    @cached_property
    def name(self) -> str:
        """The name of the loss: one that nothing else has."""
        return next(unused_names(self.given.loss, ("f", "h", "g"), self.given.definitions))

    @cached_property
    def bare(self) -> Notation:
        return Notation()

    @cached_property
    def notation(self) -> Notation:
        """The loss and the definitions by their names."""
        names = [Abbreviation(T.scalar(self.name), self.given.loss)]
        for name, meaning in self.given.definitions.items():
            names.append(Abbreviation(T.matrix(name, *meaning.shape) if meaning.is_matrix else T.scalar(name), meaning))
        return Notation(tuple(names))

    # -- sections --------------------------------------------------------------------------------------------
    def problem(self) -> Section:
        defined = self.notation.without(T.scalar(self.name))
        blocks: list[Block] = [
            prose("The loss is"),
            Display(relation(self.name, "=", defined.typeset(self.given.loss))),
            p("to be minimized over ", *listed([(_declared(w),) for w in self.given.letters], ", "), "."),
        ]
        if self.given.data:
            blocks.append(p("The data are ", *listed([(_declared(x),) for x in self.given.data], ", "), "."))
        if self.given.definitions:
            meanings = [(_named(n, self.bare.typeset(t)),) for n, t in self.given.definitions.items()]
            blocks.append(p("Here ", *listed(meanings, ", "), "."))
        if self.given.hypotheses:
            blocks.append(prose("These are the hypotheses:"))
            given = self.given.hypotheses.items()
            blocks.append(Items(tuple((named(name), ": ", self.notation.typeset(h)) for name, h in given)))
        if self.given.source:
            blocks.append(p("Source: ", self.given.source, "."))
        return Section("The problem and its hypotheses", "problem", tuple(blocks))

    def gradients(self) -> Section:
        return Section(
            "Gradient", "section-gradient", tuple(self._statement(d, k) for k, d in enumerate(self._gradients))
        )

    def hessian(self) -> Section:
        if self._uncovered is not None:
            return Section("Hessian", "section-hessian", (p(f"No Hessian: {self._uncovered.message}."),))
        intro = prose("Blocks on and below the diagonal; those above it are their transposes.")
        blocks = tuple(self._statement(d, i, j) for (i, j), d in self._blocks.items())
        return Section("Hessian", "section-hessian", (intro, *blocks))

    def crosschecks(self) -> Section:
        derivations = [*self._gradients, *self._blocks.values()]
        dims = self._dims(self.dim), self._dims(self.dim + LARGER)
        formulas = "The formulas against derivatives of the loss alone."
        return crosscheck_section(self.checks, self.given.loss, derivations, dims, formulas, progress=self.progress)

    # -- parts -----------------------------------------------------------------------------------------------
    @cached_property
    def _gradients(self) -> list[Derivation]:
        return [gradient(self.given.loss, w, self.given.hypotheses) for w in self.given.letters]

    @cached_property
    def _hessian(self) -> dict[tuple[int, int], Derivation] | NoRule:
        """The blocks by place, or what no rule covers."""
        letters = self.given.letters
        try:
            return {
                (i, j): hessian_block(self.given.loss, w, u, self.given.hypotheses, commute=i > j)
                for i, w in enumerate(letters)
                for j, u in enumerate(letters[: i + 1])
            }
        except NoRule as e:
            if self.proposed is None:
                raise
            return e

    @property
    def _blocks(self) -> dict[tuple[int, int], Derivation]:
        return {} if isinstance(self._hessian, NoRule) else self._hessian

    @property
    def _uncovered(self) -> NoRule | None:
        return self._hessian if isinstance(self._hessian, NoRule) else None

    def _statement(self, d: Derivation, *places: int) -> Statement:
        """A gradient, or a Hessian block, with its steps."""
        letters = [self.notation.typeset(self.given.letters[k]) for k in places]
        kind = "Gradient with respect to " if len(places) == 1 else "Hessian block of "
        label = "-".join([("gradient" if len(places) == 1 else "hessian"), *(str(k + 1) for k in places)])
        second = Checked(label, second_opinion(d.trace, self.progress))
        self.checks.append(second)
        conditions = any(not isinstance(h, S.NonNeg) for h in d.theorem.hypotheses.values())
        evidence = evidence_of(d.theorem, d.name, SCOPE)
        evidence = replace(evidence, model=second.evidence.model) if conditions else evidence
        title: Parts = (kind, *listed([(w,) for w in letters], " and "))
        return proved("Theorem", title, label, d.theorem, evidence, self.notation, (chain(d, self.notation),))

    def _result(self, kind: str, title: Parts, label: str, result: Result) -> Statement:
        """A theorem about a proposed minimizer, with its proof."""
        second = Checked(label, second_opinion(result.trace, self.progress))
        self.checks.append(second)
        evidence = replace(result.evidence, scope=SCOPE, model=second.evidence.model)
        proof = proof_block(result.trace, result.name, self.notation)
        return proved(kind, title, label, result.theorem, evidence, self.notation, (proof,))

    def _dims(self, size: int) -> dict[str, Any]:
        """Sizes for every dimension of the loss, in turn `size` and the next larger one."""
        atoms = sorted({a for n in walk(self.given.loss) for d in _dims_of(n) for a in d.atoms}, key=str)
        out: dict[str, Any] = {}
        for k, (name, index) in enumerate(atoms):
            value = size + k % 2
            if index is None or index.value is None:
                out[name] = value
            else:
                out.setdefault(name, {})[index.value] = value
        return out


def _dims_of(node: Node) -> list[Dim]:
    return list(node.shape) if isinstance(node.shape, tuple) else []


def _declared(letter: Term) -> Layout:
    shape = row(set_dim(letter.shape[0]), "×", set_dim(letter.shape[1])) if letter.is_matrix else None
    return relation(Notation().typeset(letter), "∈", sup("ℝ", shape) if shape else "ℝ")


def _named(name: str, meaning: Layout) -> Layout:
    return relation(as_layout(name), "=", meaning)
