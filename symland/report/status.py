"""The status board of a catalogue of derivations: for every entry, whether what symland derives is what the entry
expects, and whether the kernel proves that.

A catalogue is a folder with one Python file per problem. A file has a PROBLEM with its EXPECTED formulas, or a TABLE of
`Row`s, one per equation of a book. No status is typed anywhere: each is computed.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from symland.calculus.derivation import Derivation
from symland.calculus.facts import use_symmetry
from symland.calculus.gradient import gradient
from symland.calculus.hessian import hessian_block
from symland.calculus.jacobian import jacobian
from symland.calculus.prover import Prover
from symland.checks.steps import check_steps
from symland.errors import StepRejected, SymlandError, UsageError
from symland.evidence import Label
from symland.language import statements as S
from symland.language.notation import show
from symland.language.terms import Term
from symland.language.trace import Step, Trace
from symland.progress import Progress, silent

PROVED, DERIVED, REFUSED, WRONG, UNCOVERED = "proved", "derived", "refused", "wrong", "not covered"
PROBLEMS = "problems"  # the group of files with one problem
ORDER = (PROVED, DERIVED, REFUSED, UNCOVERED, WRONG)  # best first
TRIALS = 60  # samples at which an equation that is not proved is evaluated

Cofactors = Sequence[Mapping[str, Any]]


class Claim(NamedTuple):
    """A derivative and the formula expected for it: of a scalar its "gradient" or a block of its "hessian", of a
    matrix its vectorized "jacobian".

    `then` is what the expectation speaks of, if not the derivative itself; `because` gives, for a prover and
    what was derived, multiples of equations that the proof of the expectation rests on, as entries of a `ring` step.
    """

    kind: str
    of: Term
    letters: tuple[Term, ...]
    expected: Term
    assuming: Mapping[str, S.Statement] = {}
    then: Callable[[Term], Term] | None = None
    because: Callable[[Prover, Term], Cofactors] | None = None

    @property
    def text(self) -> str:
        """The claim in one line."""
        letters = ", ".join(map(show, self.letters))
        return f"{self.kind} of {show(self.of)} in {letters}: {show(self.expected)}"


class Row(NamedTuple):
    """An equation of a book: its number, what symland claims for it, a note; or why it is not covered."""

    number: int
    claims: tuple[Claim, ...]
    note: str = ""
    uncovered: str = ""


class Entry(NamedTuple):
    """A line of the board: the group of the entry, its name, its status, and for one that is not proved the reason."""

    group: str
    name: str
    status: str
    reason: str = ""


def derive(claim: Claim) -> Derivation:
    """The derivation of what a claim is about."""
    if claim.kind == "hessian":
        w, u = claim.letters
        return hessian_block(claim.of, w, u, claim.assuming, commute=w is not u)
    (w,) = claim.letters
    return (gradient if claim.kind == "gradient" else jacobian)(claim.of, w, claim.assuming)


def prove_expected(claim: Claim, made: Derivation) -> S.Statement:
    """The equation between what was derived and what was expected, as the kernel proved it. Raises StepRejected."""
    prover = Prover({**claim.assuming, **made.trace.hypotheses})
    result = claim.then(made.result) if claim.then else made.result
    using = claim.because(prover, result) if claim.because else ()
    plain = use_symmetry(prover, prover.refl(claim.expected), (1,))
    equal = prover.equate(result, prover.statement(plain).args[1], using)
    return prover.statement(prover.rewrite_by(equal, (1,), plain, reverse=True))


def evaluate_expected(claim: Claim, made: Derivation) -> Label:
    """The label of the second checker for the same equation, on samples of the hypotheses."""
    result = claim.then(made.result) if claim.then else made.result
    hypotheses = {**claim.assuming, **made.trace.hypotheses}
    step = Step("equal", "claim", S.equal(claim.expected, result), tuple(sorted(hypotheses)), {})
    return check_steps(Trace(hypotheses, (step,), {"equal": "equal"}), trials=TRIALS).label


def status_of(claim: Claim) -> tuple[str, str]:
    """The status of a claim, and the reason where it is not proved."""
    try:
        made = derive(claim)
    except SymlandError as e:
        return REFUSED, _line(e)
    try:
        prove_expected(claim, made)
        return PROVED, ""
    except StepRejected as e:
        label = evaluate_expected(claim, made)
        if label is Label.REFUTED:
            return WRONG, f"{show(made.result)} was derived for {claim.text}"
        return DERIVED, f"{label.value}, not proved: {_line(e)}"


def _line(error: SymlandError) -> str:
    """The message in one line."""
    return " ".join(str(error).split())


def claims_of(module: ModuleType) -> tuple[Claim, ...]:
    """The claims that a problem file makes about its gradients and Hessian blocks."""
    loss, expected = module.PROBLEM.loss, module.EXPECTED
    assuming = getattr(module, "ASSUMING", {})
    out = [Claim("gradient", loss, (w,), g) for w, g in expected["gradient"].items()]
    for pair, h in expected["hessian"].items():
        out.append(Claim("hessian", loss, pair, h, assuming if pair[0] is not pair[1] else {}))
    return tuple(out)


def rows_of(module: ModuleType) -> tuple[tuple[str, Row], ...]:
    """The entries of a file by name: one for a problem, one for each row of a table."""
    if hasattr(module, "TABLE"):
        return tuple((f"({row.number})", row) for row in module.TABLE)
    return ((module.__name__, Row(0, claims_of(module))),)


def load(path: Path) -> ModuleType:
    """The file of a catalogue, as a module named after it."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def catalogue(folder: Path) -> Iterable[ModuleType]:
    """The files of the catalogue, in the order of their names, without those that begin with `_`."""
    return (load(path) for path in sorted(folder.glob("[!_]*.py")))


def entry(group: str, name: str, row: Row) -> Entry:
    """The line of the board for an entry: the worst status among its claims."""
    if row.uncovered:
        return Entry(group, name, UNCOVERED, row.uncovered)
    found = [status_of(claim) for claim in row.claims]
    status, reason = max(found, key=lambda s: ORDER.index(s[0]))
    return Entry(group, name, status, reason)


def status(folder: Path, progress: Progress = silent) -> tuple[Entry, ...]:
    """The board: every entry of the catalogue in the folder with its status."""
    rows = [
        (getattr(module, "TITLE", PROBLEMS), name, row) for module in catalogue(folder) for name, row in rows_of(module)
    ]
    out = []
    for done, (group, name, row) in enumerate(rows):
        progress("status", done, len(rows), name)
        out.append(entry(group, name, row))
    return tuple(out)


def board(entries: Sequence[Entry]) -> str:
    """The board for a README: how many entries of every group are proved, a line for each group."""
    groups = dict.fromkeys(e.group for e in entries)
    return "\n".join(f"{group}: {counts([e for e in entries if e.group == group])}" for group in groups)


def counts(entries: Sequence[Entry]) -> str:
    """`N of M proved`, then how many have each other status."""
    numbers = {s: sum(e.status == s for e in entries) for s in ORDER}
    rest = ", ".join(f"{n} {s}" for s, n in numbers.items() if n and s != PROVED)
    return f"{numbers[PROVED]} of {len(entries)} proved" + (f" ({rest})" if rest else "")
