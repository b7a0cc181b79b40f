"""Second opinions on what a report says: tables of what was checked, how, and with which result.

Nothing here shares code with the proofs. A check that refutes a proved statement stops the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from symland.checks.expansion import Dims
from symland.checks.explicit import check_derivatives
from symland.checks.highprec import Row, check_derivatives_numeric, check_inequality, derivative_table, inequality_table
from symland.checks.modular import check_modular
from symland.checks.steps import check_steps
from symland.errors import CheckFailed
from symland.evidence import Evidence, Label
from symland.landscape.derivatives import Derivatives
from symland.landscape.dominance import GradientDominance
from symland.landscape.networks import linear_network
from symland.language.nodes import Node
from symland.language.trace import Trace
from symland.progress import Progress, silent
from symland.report.document import Badge, Block, Parts, Ref, Section, Table
from symland.report.linear_text import heading
from symland.report.markup import prose
from symland.report.notation import with_signs
from symland.write.layout import number, sup

STEP_SAMPLES = 120
DIGITS, SHOWN = 50, 24
LARGE = (5, 8)  # the larger width and number of samples of the prime field check
INEQUALITY_SAMPLES = 40


Formulas = Mapping[Node, Node]
Blocks = Mapping[tuple[Node, Node], Node]


class Checked(NamedTuple):
    """The label of a statement in the document, and what a check says of it."""

    label: str
    evidence: Evidence


def second_check(label: str, trace: Trace, progress: Progress = silent) -> Checked:
    """Every step of the proof of a statement, evaluated at small exact samples."""
    return Checked(label, passed(check_steps(trace, trials=STEP_SAMPLES, progress=progress)))


def passed(evidence: Evidence) -> Evidence:
    """The evidence, unless it refutes: raises CheckFailed."""
    if evidence.label is Label.REFUTED:
        raise CheckFailed(f"{evidence.claim} [{evidence.method}, {evidence.scope}]", witness=evidence.witness)
    return evidence


def crosscheck_section(
    steps: Sequence[Checked], dominance: Sequence[GradientDominance], layers: int, dim: int, samples: int,
    progress: Progress = silent,
) -> Section:  # fmt: skip
    """The tables of all checks."""
    made = Derivatives(linear_network(layers))
    loss = made.network.problem.loss
    gradients: dict[Node, Node] = {d.theorem.statement.args[1]: d.result for d in made.gradients}
    blocks = {
        (b.theorem.statement.args[1], b.theorem.statement.args[2]): b.result for b in made.hessian.blocks.values()
    }
    dims = {"d": dim, "m": samples}
    large = {"d": max(dim, LARGE[0]), "m": max(samples, LARGE[1])}
    inequalities = [(d, _inequality(d, progress)) for d in dominance]
    count = f"{layers} layer" + ("s" if layers > 1 else "")
    body: list[Block] = [
        *steps_section(steps),
        prose(
            f"The formulas of [gradient] and of the Hessian blocks, written out for {count}, against derivatives of "
            "the loss alone."
        ),
        *formula_checks(loss, gradients, blocks, dims, large, progress),
        prose(
            "Gradient dominance at random points that satisfy its hypotheses: the ratio of the left side to the right "
            "side, at most 1 where the inequality holds."
        ),
        _inequality_table(inequalities),
    ]
    return Section("Cross-checks", "crosschecks", tuple(body))


def formula_checks(
    loss: Node, gradients: Formulas, blocks: Blocks, dims: Dims, large: Dims, progress: Progress = silent
) -> list[Block]:  # fmt: skip
    """Gradient and Hessian formulas against derivatives of the loss alone, exactly, over a prime field at the large
    dimensions, and numerically: what was found, and values at one point."""
    checks = [
        passed(check_derivatives(loss, list(gradients), gradients, blocks, dims)),
        passed(check_modular(loss, gradients, blocks, large)),
        passed(check_derivatives_numeric(loss, gradients, blocks, dims, DIGITS, progress=progress)),
    ]
    values = derivative_table(loss, gradients, blocks, dims, DIGITS, trials=1)
    return [
        _formulas_table(checks),
        prose(
            "One random rational point: central differences of the loss in random directions beside the formulas, "
            f"computed to {DIGITS} digits."
        ),
        _values_table(values),
    ]


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
    return Table(header, rows, "lllrp", small=True)


def _statement(c: Checked) -> Parts:
    return (Ref(c.label),)


def _counts(e: Evidence) -> tuple[Parts, Parts, Parts]:
    """Scope, steps and exercise of the second checker, from what it says."""
    held = e.claim.split(" steps hold")[0]
    least = e.details.removeprefix("each step exercised at least ").removesuffix(" times")
    return with_signs(e.scope.removeprefix("instances: ")), with_signs(held), with_signs(least)


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


def _inequality_table(checks: Sequence[tuple[GradientDominance, tuple[Evidence, list[Row]]]]) -> Table:
    header: tuple[Parts, ...] = (("Statement",), ("Label",), ("Samples",), ("Median ratio",), ("Largest ratio",))
    rows: list[tuple[Parts, ...]] = []
    for d, (e, values) in checks:
        ratios = sorted(r.left / r.right for r in values if r.right)
        shown = (_number(ratios[len(ratios) // 2], 4), _number(ratios[-1], 4)) if ratios else ("none", "none")
        rows.append(
            ((Ref(heading(d.result.name)[2]),), (Badge(e.label),), with_signs(e.scope), (shown[0],), (shown[1],))
        )
    return Table(header, tuple(rows), "lllrr")


def _number(x: Any, digits: int) -> str:
    import mpmath

    return str(mpmath.nstr(x, digits, strip_zeros=False))
