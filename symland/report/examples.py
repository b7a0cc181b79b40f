"""Worked examples with exact spectra."""

from __future__ import annotations

from fractions import Fraction

from symland.evidence import Evidence, weakest
from symland.landscape.at_minimizers.balanced import spectrum
from symland.landscape.counterexamples.facts import Fact, Holds, SpectrumIs
from symland.landscape.counterexamples.instances import Instance, Matrix
from symland.landscape.counterexamples.networks import linear, residual
from symland.landscape.counterexamples.objects import Case
from symland.landscape.products.networks import Network, ResidualNetwork
from symland.report.counterexamples import case_blocks
from symland.report.document import Statement
from symland.report.markup import prose

DATA: dict[str, Matrix] = {"X": [[2, 0], [0, 1]], "Y": [[8, 0], [0, 1]]}


def balanced_example(network: Network, loss: str) -> Statement:
    """T6 of the specification, a balanced minimizer of two layers with data that are not white: the closed form of the
    spectrum is that of the Hessian."""
    if isinstance(network, ResidualNetwork):
        at = Instance({**DATA, "A1": [[1, 0], [0, 0]], "A2": [[1, 0], [0, 0]]}, residual(2), {"d": 2, "m": 2})
        factors = "(eye(2) + A1)", "(eye(2) + A2)"
    else:
        at = Instance({**DATA, "W1": [[2, 0], [0, 1]], "W2": [[2, 0], [0, 1]]}, linear(2), {"d": 2, "m": 2})
        factors = "W1", "W2"
    eigenvalues: dict[int | Fraction, int] = {int(value): count for value, count in spectrum(2, [4, 1], [2, 1]).items()}
    first, second = factors
    facts: tuple[Fact, ...] = (
        Holds("h = 0"),
        Holds(f"{second}'*{second} = {first}*{first}'"),
        SpectrumIs("H", eigenvalues),
    )
    case = Case(at, facts)
    body = (
        *case_blocks(case, loss),
        prose(
            "These are the values of the closed form: the product has the singular values $sigma_1 = 4$ and "
            "$sigma_2 = 1$, $X X^T$ has the eigenvalues $xi_1 = 4$ and $xi_2 = 1$, and for $L = 2$ the eigenvalues of "
            "the Hessian are $xi_j (sigma_i + sigma_j)$."
        ),
    )
    claim = "the closed form gives the eigenvalues"
    evidence = Evidence(
        weakest(case.evidence), claim, "every fact checked", at.scope, f"{len(facts)} facts", parts=case.evidence
    )
    return Statement("Example", ("A balanced minimizer",), "balanced-example", body, evidence)
