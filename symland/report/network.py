"""What the reports on the three networks share: statements with their proofs and second opinions, and the sections
that hold them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Protocol

from symland.calculus.derivation import Derivation
from symland.errors import UsageError
from symland.evidence import Evidence, Label, weakest
from symland.landscape.minimizer_set import MinimizerSet, PointFamily
from symland.landscape.result import Assumed, Result
from symland.language.statements import NonNeg
from symland.language.trace import Trace
from symland.progress import Progress, silent
from symland.proof.theorem import Theorem
from symland.report.crosschecks import Checked, second_opinion
from symland.report.document import Block, Document, Formulas, Items, Parts, Ref, Section, Statement, Table
from symland.report.document import paragraph as p
from symland.report.headings import Headings
from symland.report.markup import marked, prose
from symland.report.notation import Notation, listed, named
from symland.report.proofs import Known
from symland.report.sections import chain, conventions, evidence_of, ledger_section, proof_block, proved, reading
from symland.write.layout import Layout, relation

MAX_DIM, MAX_LAYERS, MAX_SAMPLES = 3, 6, 12


def check_sizes(layers: int | None, dim: int, samples: int) -> None:
    """Raises UsageError for sizes that cannot be printed."""
    for what, value, most in (("layers", layers, MAX_LAYERS), ("dim", dim, MAX_DIM), ("samples", samples, MAX_SAMPLES)):
        if value is None and what == "layers":
            continue
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            raise UsageError(
                f"a report with {what} = {value!r} cannot be written", hint=f"{what} is a whole number from 1 to {most}"
            )


class Statements(Protocol):
    """What is proved of something, and what is cited."""

    @property
    def results(self) -> tuple[Result, ...]: ...

    @property
    def assumed(self) -> tuple[Assumed, ...]: ...


@dataclass
class NetworkReport(ABC):
    """The report on one network. `dim` and `samples` are the sizes of explicit matrices and checks."""

    dim: int
    samples: int
    progress: Progress = silent
    known: list[Known] = field(default_factory=list)
    checks: list[Checked] = field(default_factory=list)
    _opinions: dict[int, tuple[Trace, Evidence]] = field(default_factory=dict)  # by trace: some hold many theorems

    scope: ClassVar[str]  # of a theorem

    @property
    @abstractmethod
    def title(self) -> str:
        """The title of the report."""

    @property
    @abstractmethod
    def abstract(self) -> Parts:
        """What the report says."""

    @property
    @abstractmethod
    def conventions(self) -> Sequence[Parts]:
        """The conventions of this report."""

    @property
    @abstractmethod
    def parts(self) -> Sequence[Callable[[], Section | None]]:
        """The sections between the conventions and the ledger."""

    @property
    @abstractmethod
    def headings(self) -> Headings:
        """How results are headed, and what their hypotheses say."""

    @property
    @abstractmethod
    def plain(self) -> Notation:
        """The notation of statements: names for the loss, its least value and the residual."""

    @property
    @abstractmethod
    def full(self) -> Notation:
        """The notation of derivations, with names for what surrounds a layer."""

    def document(self) -> Document:
        """The whole report."""
        sections = [conventions(*self.conventions), reading()]
        for k, part in enumerate(self.parts):
            self.progress("report", k, len(self.parts), part.__name__.replace("_", " "))
            section = part()
            if section is not None:
                sections.append(section)
        self.progress("report", len(self.parts), len(self.parts), "done")
        return Document(self.title, self.abstract, (*sections, ledger_section()))

    # -- statements ------------------------------------------------------------------------------------------
    def checked(self, label: str, trace: Trace, theorem: Theorem, evidence: Evidence) -> Evidence:
        """The evidence with the model of the hypotheses that the second checker verified; the theorem may be cited
        from here on."""
        if id(trace) not in self._opinions:
            self._opinions[id(trace)] = trace, second_opinion(trace, self.progress)
        second = Checked(label, self._opinions[id(trace)][1])
        self.checks.append(second)
        self.known.append(Known(theorem, label))
        order = all(isinstance(h, NonNeg) for h in theorem.hypotheses.values())
        exercised = bool(theorem.hypotheses) and order and second.evidence.label is Label.CERTIFIED
        return replace(evidence, model=second.evidence.model or ("order facts only" if exercised else ""))

    def derived(self, title: Parts, label: str, d: Derivation) -> Statement:
        """A gradient or Hessian block, with its main line as the proof."""
        lines = chain(d, self.full)
        evidence = self.checked(label, d.trace, d.theorem, evidence_of(d.theorem, d.name, self.scope))
        return proved("Theorem", title, label, d.theorem, evidence, self.full, (lines,))

    def evidence(self, result: Result) -> Evidence:
        """The evidence of a result, with the scope as this network has it."""
        return result.evidence

    def stated(self, result: Result, notation: Notation | None = None, group: str = "") -> Statement:
        """A result with its proof, line by line. `group` is where its label begins."""
        notation = notation or self.full
        kind, title, label = self.headings.of(result, group)
        proof = proof_block(result.trace, result.name, notation, self.known)
        evidence = self.checked(label, result.trace, result.theorem, self.evidence(result))
        return proved(kind, title, label, result.theorem, evidence, notation, (proof,))

    def cited(self, assumed: Assumed, group: str = "") -> Statement:
        """A statement that is cited and not proved, with its source."""
        kind, title, label = self.headings.of(assumed, group or "cited")
        body = (prose(assumed.statement), p("Source: ", assumed.source, "."))
        return Statement(kind, title, label, body, assumed.evidence)

    def theorems(self, known: Statements, group: str, notation: Notation | None = None) -> list[Block]:
        """Everything that is proved, and then what is cited."""
        proved = [self.stated(r, notation, group) for r in known.results]
        return [*proved, *(self.cited(a, group) for a in known.assumed)]

    def collected(
        self, title: str, label: str, derivations: Sequence[Derivation], notation: Notation, scope: str
    ) -> Statement:  # fmt: skip
        """Formulas for an explicit depth, each a theorem of its own, as one corollary."""
        parts = tuple(evidence_of(d.theorem, d.name, scope) for d in derivations)
        evidence = replace(parts[0], label=weakest(parts), claim=title, parts=parts)
        body = (Formulas(tuple(notation.typeset(d.theorem.statement) for d in derivations)),)
        return Statement("Corollary", (title,), label, body, evidence)

    # -- parts of sections -----------------------------------------------------------------------------------
    def hypotheses(self, results: Iterable[Result]) -> Table:
        """The hypotheses that the results name, those for which there are words; some have several forms."""
        given: dict[str, dict[Layout, None]] = {}
        for r in results:
            for name, h in r.theorem.hypotheses.items():
                if self.headings.in_words(name):
                    given.setdefault(name, {})[self.plain.typeset(h)] = None
        rows: list[tuple[Parts, ...]] = []
        for name, (first, *others) in given.items():
            rows.append(((named(name),), (first,), self.headings.in_words(name)))
            rows += [((), (formula,), ()) for formula in others]
        return Table((("Name",), ("Hypothesis",), ("In words",)), tuple(rows), "llp", small=True)

    def families(self, minimizers: MinimizerSet, group: str) -> list[Block]:
        """The minimizers in closed form: parameters, conditions, symmetry, and the dimension where it is cited, in a
        statement of this group."""
        labels = [self.headings.of(a, group)[2] for a in minimizers.assumed if a.name == "manifold"]
        return [block for f in minimizers.families for block in self._family(f, labels)]

    def _family(self, f: PointFamily, manifold: Sequence[str]) -> Iterable[Block]:
        write = self.plain.typeset
        free = (" With ", *listed([(write(t),) for t in f.parameters], ", "), " free:") if f.parameters else ()
        yield p(*marked(f"{f.title[:1].upper()}{f.title[1:]}."), *free)
        yield Formulas(tuple(relation(write(w), "=", write(t)) for w, t in f.point.items()))
        says: list[Parts] = []
        if f.hypotheses:
            says.append(("where ", *listed([(write(h),) for h in f.hypotheses.values()], ", ")))
        if f.symmetry:
            says.append(("symmetry: ", *marked(f.symmetry)))
        if f.dimension is not None:
            says += [("dimension, cited in ", Ref(label), ": ", write(f.dimension)) for label in manifold]
        if says:
            yield Items(tuple(says))
