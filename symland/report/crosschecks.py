"""Second opinions on what a report says: tables of what was checked, how, and with which result.

Nothing here shares code with the proofs. A check that refutes a proved statement stops the report.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from symland.calculus.derivation import Derivation
from symland.checks.expansion import Dims
from symland.checks.explicit import check_derivatives
from symland.checks.highprec import Row, check_derivatives_numeric, check_inequality, derivative_table, inequality_table
from symland.checks.modular import check_modular
from symland.checks.steps import check_steps
from symland.errors import CheckFailed, NoRule, Undecided, UndefinedHere
from symland.evidence import Evidence, Label
from symland.landscape.products.dominance import GradientDominance
from symland.language import statements as S
from symland.language.nodes import Node
from symland.language.trace import Trace
from symland.progress import Progress, silent
from symland.report.document import Badge, Block, Parts, Ref, Section, Table
from symland.report.document import paragraph as p
from symland.report.markup import prose
from symland.report.notation import with_signs
from symland.write.layout import number, sup

EXERCISED = "each step exercised at least "
STEP_SAMPLES = (8, 48, 240)
DIGITS, SHOWN = 50, 24
INEQUALITY_SAMPLES = 12
NO_OPINION = (NoRule, Undecided, UndefinedHere)


class Checked(NamedTuple):
    """The label of a statement in the document, and what a check says of it."""

    label: str
    evidence: Evidence


def second_opinion(trace: Trace, progress: Progress = silent) -> Evidence:
    """Every step of the trace, evaluated at small exact samples: more of them until every step was exercised, and many
    only where a theorem was not."""
    first = min(STEP_SAMPLES)
    for trials in STEP_SAMPLES:
        evidence = passed(check_steps(trace, trials=trials, progress=progress))
        if evidence.label is Label.CERTIFIED and (trials > first or evidence.details.startswith(EXERCISED)):
            break
    return evidence


def passed(evidence: Evidence) -> Evidence:
    """The evidence, unless it refutes: raises CheckFailed."""
    if evidence.label is Label.REFUTED:
        raise CheckFailed(f"{evidence.claim} [{evidence.method}, {evidence.scope}]", witness=evidence.witness)
    return evidence


def crosscheck_section(
    steps: Sequence[Checked], loss: Node, derivations: Sequence[Derivation], dims: tuple[Dims, Dims], formulas: str,
    dominance: Sequence[tuple[str, GradientDominance]] = (), progress: Progress = silent,
) -> Section:  # fmt: skip
    """The tables of all checks: of the steps of proofs, of the formulas of derivations at the small and the large
    dimensions in `dims`, introduced by the text `formulas`, and of inequalities, by label."""
    body: list[Block] = [
        *steps_section(steps), prose(formulas), *formula_checks(loss, derivations, *dims, progress),
    ]  # fmt: skip
    if dominance:
        body += [
            prose(
                "Gradient dominance at random points that satisfy its hypotheses: the ratio of the left side to the "
                "right side, at most 1 where the inequality holds."
            ),
            _inequality_table([(label, *_inequality(d, progress)) for label, d in dominance]),
        ]
    return Section("Cross-checks", "crosschecks", tuple(body))


def formula_checks(
    loss: Node, derivations: Sequence[Derivation], dims: Dims, large: Dims, progress: Progress = silent
) -> list[Block]:  # fmt: skip
    """Gradient and Hessian formulas against derivatives of the loss alone, exactly, over a prime field at the large
    dimensions, and numerically: what was found, and values at one point. A method that has no opinion, as exact
    arithmetic about exp, is named with its reason."""
    statements = [d.theorem.statement for d in derivations]
    gradients = {s.args[1]: s.args[2] for s in statements if isinstance(s, S.Grad)}
    blocks = {(s.args[1], s.args[2]): s.args[3] for s in statements if isinstance(s, S.Hess)}
    methods: dict[str, Callable[[], Evidence]] = {
        "entrywise expansion": lambda: check_derivatives(loss, list(gradients), gradients, blocks, dims),
        "prime field jets": lambda: check_modular(loss, gradients, blocks, large),
        "central differences": lambda: check_derivatives_numeric(
            loss, gradients, blocks, dims, DIGITS, progress=progress
        ),
    }
    checks, silences = [], list[str]()
    for name, method in methods.items():
        try:
            checks.append(passed(method()))
        except NO_OPINION as e:
            silences.append(f"{name}: {e.message}")
    out: list[Block] = [_formulas_table(checks)] if checks else []
    if silences:
        out.append(p(f"No opinion: {'; '.join(silences)}."))
    with contextlib.suppress(*NO_OPINION):
        values = derivative_table(loss, gradients, blocks, dims, DIGITS, trials=1)
        intro = (
            "One random rational point: central differences of the loss in random directions beside the formulas, "
            f"computed to {DIGITS} digits."
        )
        out += [prose(intro), _values_table(values)]
    return out


def steps_section(steps: Sequence[Checked]) -> list[Block]:
    """What the second checker says of the proofs."""
    return [
        prose(
            "The second checker reads only what the steps of a proof claim, and evaluates each claim exactly at "
            "random rational letters, at small dimensions and depths where its hypotheses hold."
        ),
        _steps_table(steps),
    ]


def _steps_table(steps: Sequence[Checked]) -> Table:
    header: tuple[Parts, ...] = (
        ("Statement",),
        ("Label",),
        ("Samples",),
        ("Steps that hold",),
        ("Least samples",),
    )
    rows = tuple((_statement(c), (Badge(c.evidence.label),), *_counts(c.evidence)) for c in steps)
    return Table(header, rows, "pllrr", small=True)


def _statement(c: Checked) -> Parts:
    return (Ref(c.label),)


def _counts(e: Evidence) -> tuple[Parts, Parts, Parts]:
    """Scope, steps and exercise of the second checker, from what it says."""
    held = e.claim.split(" steps hold")[0]
    least = e.details.removeprefix(EXERCISED).removesuffix(" times") if e.details.startswith(EXERCISED) else "0"
    return with_signs(e.scope.removeprefix("instances: ")), with_signs(held), (least,)


def _formulas_table(checks: Sequence[Evidence]) -> Table:
    header: tuple[Parts, ...] = (("Method",), ("Label",), ("Scope",), ("Result",))
    rows = tuple(((e.method,), (Badge(e.label),), with_signs(e.scope), with_signs(e.claim)) for e in checks)
    return Table(header, rows, "llpp", small=True)


def _values_table(values: Sequence[Row]) -> Table:
    header: tuple[Parts, ...] = (("Formula",), ("Value in random directions",), ("Relative difference",))
    rows = tuple(((r.what,), (_number(r.right, SHOWN),), _difference(r.difference)) for r in values)
    return Table(header, rows, "lrr")


def _difference(x: Any) -> Parts:
    if not x:
        return ("below ", sup(10, number(-DIGITS)))
    return (f"{float(x):.1e}",)


def _inequality(d: GradientDominance, progress: Progress) -> tuple[Evidence, list[Row]]:
    theorem, model = d.result.theorem, d.result.trace.model
    given = list(theorem.hypotheses.values())
    statement = theorem.statement
    evidence = passed(check_inequality(statement, given, model, DIGITS, INEQUALITY_SAMPLES, progress=progress))
    return evidence, inequality_table(statement, given, model, DIGITS, INEQUALITY_SAMPLES)


def _inequality_table(checks: Sequence[tuple[str, Evidence, list[Row]]]) -> Table:
    header: tuple[Parts, ...] = (("Statement",), ("Label",), ("Samples",), ("Median ratio",), ("Largest ratio",))
    rows: list[tuple[Parts, ...]] = []
    for label, e, values in checks:
        ratios = sorted(r.left / r.right for r in values if r.right)
        shown = (_number(ratios[len(ratios) // 2], 4), _number(ratios[-1], 4)) if ratios else ("none", "none")
        rows.append(((Ref(label),), (Badge(e.label),), with_signs(e.scope), (shown[0],), (shown[1],)))
    return Table(header, tuple(rows), "lllrr")


def _number(x: Any, digits: int) -> str:
    import mpmath

    return str(mpmath.nstr(x, digits, strip_zeros=False))
