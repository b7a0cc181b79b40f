"""What every report says in the same way: conventions, labels, a theorem with its proof, the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symland.calculus.derivation import Derivation
from symland.evidence import Evidence, Label
from symland.language import statements as S
from symland.language import terms as T
from symland.language.nodes import Node, walk
from symland.language.terms import Term
from symland.language.trace import Trace
from symland.proof.theorem import Theorem
from symland.report.abbreviate import Abbreviation
from symland.report.document import (
    Align,
    Block,
    Display,
    Items,
    Ledger,
    Legend,
    Line,
    Parts,
    Section,
    Statement,
    Step,
    Steps,
)
from symland.report.markup import marked, prose
from symland.report.measure import width
from symland.report.notation import Notation, listed, named
from symland.report.proofs import Known, proof_lines
from symland.report.reasons import reason
from symland.write.layout import (
    Layout,
    as_layout,
    sub,
)
from symland.write.typeset import set_index

FITS = 30.0  # em: a longer right side in the middle of a chain is passed over where it may be


CONVENTIONS = (
    "$vec(A)$ stacks the columns of $A$. NumPy and SymPy reshape by rows: transpose first.",
    "The inner product is $<<A, B>> = tr(A^T B)$. The gradient has the shape of its variable: $D f[V] = <<grad f, "
    "V>>$ for every $V$.",
    "Hessian blocks act on vecs: $D(D f[V])[U] = vec(V)^T grad^2 f vec(U)$. They follow the declared order of the "
    "variables, layer 1 first.",
    "$A (x) B$ is the Kronecker product, never a product of arrays.",
    "The commutation matrix $K_{m,n}$ is defined by $K_{m,n} vec(A) = vec(A^T)$ for $A$ of shape $m × n$.",
    "$||A||_F$ is the Frobenius norm; $||A||_2$ and $||A||$ are the spectral norm of a matrix and the Euclidean norm "
    "of a vector. On input, `norm2` is the Euclidean norm of the entries and `opnorm` the spectral norm.",
    "*Gradient dominance* is $f - f^* <= lambda ||grad f||^2$, with $lambda = 1/{2 mu}$ in the Polyak–Łojasiewicz "
    "form.",
    "*Regularity* is $<<x - x^*, grad f>> >= alpha ||grad f||^2 + beta ||x - x^*||^2$.",
    "The factor $1/2$ belongs to the loss. A loss multiplied by $c > 0$ has its Hessian multiplied and its $lambda$ "
    "divided by $c$.",
    "A gradient over symmetric matrices is the projection of the unconstrained one; none is taken here.",
    "Of an enclosure of a constant, quote the upper end for $lambda$ and the lower end for $alpha$, $beta$ and a "
    "radius.",
    "Activations are written `sigma` on input and printed as $s$, because $sigma_{min}$ is a singular value.",
)


def conventions(*more: Parts) -> Section:
    """The conventions of every report, then those of this one."""
    return Section("Conventions", "conventions", (Items((*map(marked, CONVENTIONS), *more)),))


def reading() -> Section:
    """How to read the labels."""
    intro = prose("A badge beside each statement says how it was verified, and for which dimensions and depths.")
    return Section("How to read the labels", "labels", (intro, Legend()))


def ledger_section() -> Section:
    """Every statement, its label, its hypotheses, and how it was earned."""
    intro = prose("Every statement of this report. Analysis facts are cited textbook theorems that a proof rests on.")
    return Section("Ledger", "ledger", (intro, Ledger()))


def proved(
    kind: str, title: Parts, label: str, theorem: Theorem, evidence: Evidence, notation: Notation,
    proof: Sequence[Block] = (), after: Sequence[Block] = (),
) -> Statement:  # fmt: skip
    """A theorem as a statement of the document, its hypotheses first."""
    body = (Display(notation.typeset(theorem.statement)), *after)
    return Statement(kind, title, label, body, evidence, hypotheses(theorem, notation), tuple(proof))


def hypotheses(theorem: Theorem, notation: Notation) -> tuple[Parts, ...]:
    """The hypotheses of a theorem: the others with their names, then order facts. What has no name but its own text
    stands for itself."""
    return tuple(
        (notation.typeset(h),)
        if isinstance(h, S.NonNeg) or given == repr(h)
        else (named(given), ": ", notation.typeset(h))
        for given, h in sorted(theorem.hypotheses.items(), key=lambda item: isinstance(item[1], S.NonNeg))
    )


def evidence_of(theorem: Theorem, claim: str, scope: str) -> Evidence:
    """PROVED, for a theorem that the kernel replayed, with what it rests on."""
    given = tuple(f"{key}: {h!r}" for key, h in theorem.hypotheses.items())
    return Evidence(
        Label.PROVED, claim, f"kernel replay of {theorem.steps} steps", scope, hypotheses=given,
        analysis=theorem.analysis,
    )  # fmt: skip


def chain(derivation: Derivation, notation: Notation) -> Align:
    """The main line of a derivation: the left side once, then one line for each step.

    Directions are written as changes of their letters. Where derivatives of constants make a line too long, or have
    become zero in it, the line is passed over, and its reason goes to the next; so with one that reads like the last.
    """
    steps = [step for step in derivation.steps if isinstance(step.statement, S.Eq)]
    notation, letters = with_changes(notation, steps[0].statement.args[0])
    lines: list[Line] = []
    waiting: list[Parts] = []
    for step, after in zip(steps, (*steps[1:], None), strict=True):
        right = step.statement.args[1]
        waiting.append(reason(step.reason, letters))
        layout = notation.typeset(right)
        vanishing = after is not None and after.reason == "derivatives of constants vanish"
        if vanishing and (width(layout) > FITS or any(isinstance(n, T.Zero) for n in walk(right))):
            continue
        if lines and lines[-1].right == layout:
            waiting.insert(0, lines.pop().reason)
        lines.append(Line("=", layout, listed(waiting, ", ")))
        waiting = []
    return Align(notation.typeset(steps[0].statement.args[0]), tuple(lines))


def with_changes(notation: Notation, derivative: Node) -> tuple[Notation, dict[str, Layout]]:
    """The notation that writes the directions of `D(f; w, V)` or `D(D(f; w, V); u, U)` as changes Δ of their letters,
    and how it sets V and U."""
    pairs: list[tuple[Term, Term]] = []
    while isinstance(derivative, T.D):
        derivative, letter, direction = derivative.args
        pairs.append((letter, direction))
    same = len({letter for letter, _ in pairs}) < len(pairs)
    names: dict[str, Layout] = {}
    letters: dict[str, Layout] = {}
    short = []
    for k, (letter, direction) in enumerate(reversed(pairs)):
        name = f"Direction{k}"
        stand_in = T.matrix(name, *direction.shape) if direction.is_matrix else T.scalar(name)
        layout = as_layout("Delta" + "'" * k) if same or len(pairs) == 1 else _change(letter)
        short.append(Abbreviation(stand_in, direction))
        names[name] = letters[direction.args[0]] = layout
    return replace(notation, abbreviations=(*notation.abbreviations, *short)).using(**names), letters


def proof_block(trace: Trace, theorem: str, notation: Notation, known: Sequence[Known] = ()) -> Steps:
    """The proof of a theorem of a trace, in numbered lines."""
    lines = proof_lines(trace, theorem, notation, known)
    return Steps(tuple(Step(notation.typeset(line.statement), line.reason) for line in lines))


def _change(letter: Node) -> Layout:
    if isinstance(letter, T.Member):
        return sub("Delta", set_index(letter.index))
    return sub("Delta", str(letter.args[0]))
