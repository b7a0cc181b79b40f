"""Second opinions on what a report says: tables of what was checked, how, and with which result.

Nothing here shares code with the proofs. A check that refutes a proved statement stops the report.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

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
from symland.report.document import paragraph as p
from symland.report.linear_text import heading

STEP_SAMPLES = 60
DIGITS, SHOWN = 50, 24
LARGE = (5, 8)  # the larger width and number of samples of the prime field check
INEQUALITY_SAMPLES, ROWS = 40, 5


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
    formulas = [
        passed(check_derivatives(loss, list(gradients), gradients, blocks, dims)),
        passed(check_modular(loss, gradients, blocks, large)),
        passed(check_derivatives_numeric(loss, gradients, blocks, dims, DIGITS, progress=progress)),
    ]
    values = derivative_table(loss, gradients, blocks, dims, DIGITS, trials=1)
    inequalities = [(d, _inequality(d, progress)) for d in dominance]
    count = f"{layers} layer" + ("s" if layers > 1 else "")
    body: list[Block] = [
        p("The second checker reads only what the steps of a proof claim, and evaluates each claim exactly at random "
          "rational letters, at small dimensions and depths where its hypotheses hold."),
        _steps_table(steps),
        p("The formulas of ", Ref("gradient"), " and of the Hessian blocks, written out for ", count,
          ", against derivatives of the loss alone."),
        _formulas_table(formulas),
        p("One random rational point: central differences of the loss in random directions beside the formulas, "
          f"computed to {DIGITS} digits."),
        _values_table(values),
        p("Gradient dominance at random points that satisfy its hypotheses: the ratio of the left side to the right side. "
          "It is at most 1, and the constant is the better the nearer it comes."),
        _inequality_table(inequalities),
    ]  # fmt: skip
    return Section("Cross-checks", "crosschecks", tuple(body))


def _steps_table(steps: Sequence[Checked]) -> Table:
    header: tuple[Parts, ...] = (("Statement",), ("Label",), ("Scope",), ("Result",))
    rows = tuple(
        (
            (Ref(c.label),),
            (Badge(c.evidence.label),),
            (c.evidence.scope.removeprefix("instances: "),),
            (_result(c.evidence),),
        )
        for c in steps
    )
    return Table(header, rows, "lllp", ("Proofs, step by step",))


def _result(e: Evidence) -> str:
    return "; ".join(
        s for s in (e.claim.split(" at every")[0] if e.method == "second checker" else e.claim, e.details) if s
    )


def _formulas_table(checks: Sequence[Evidence]) -> Table:
    header: tuple[Parts, ...] = (("Method",), ("Label",), ("Scope",), ("Result",))
    rows = tuple(((e.method,), (Badge(e.label),), (e.scope,), (_result(e),)) for e in checks)
    return Table(header, rows, "llpp", ("Gradient and Hessian formulas",))


def _values_table(values: Sequence[Row]) -> Table:
    header: tuple[Parts, ...] = (("Formula",), ("Value of the formula",), ("Relative difference",))
    rows = tuple(((r.what,), (_number(r.right, SHOWN),), (_power(r.difference),)) for r in values)
    return Table(header, rows, "lrr", ("Values",))


def _inequality(d: GradientDominance, progress: Progress) -> tuple[Evidence, list[Row]]:
    theorem, model = d.result.theorem, d.result.trace.model
    given = list(theorem.hypotheses.values())
    statement: Any = theorem.statement
    evidence = passed(check_inequality(statement, given, model, DIGITS, INEQUALITY_SAMPLES, progress=progress))
    return evidence, inequality_table(statement, given, model, DIGITS, ROWS)


def _inequality_table(checks: Sequence[tuple[GradientDominance, tuple[Evidence, list[Row]]]]) -> Table:
    header: tuple[Parts, ...] = (("Statement",), ("Label",), ("Samples",), ("Ratios at the first samples",))
    rows = tuple(
        ((Ref(heading(d.result.name)[2]),), (Badge(e.label),), (e.scope,), (_ratios(values),))
        for d, (e, values) in checks
    )
    return Table(header, rows, "lllp", ("Gradient dominance",))


def _ratios(values: Sequence[Row]) -> str:
    return ", ".join(_number(r.left / r.right, 4) for r in values if r.right)


def _number(x: Any, digits: int) -> str:
    import mpmath

    return str(mpmath.nstr(x, digits, strip_zeros=False))


def _power(x: Any) -> Any:
    return f"{float(x):.1e}" if x else "0"
