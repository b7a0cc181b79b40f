"""Exact small instances: a minimizer with a positive residual, and counterexamples.

CE1, CE3 and T3a are those of the specification.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symland.checks.entries import explicit_matrix
from symland.checks.inertia import check_positive_definite, inertia
from symland.errors import CheckFailed
from symland.evidence import Evidence, Label
from symland.landscape.derivatives import Derivatives
from symland.landscape.networks import linear_network
from symland.language.nodes import Node
from symland.report.document import Block, Display, MatrixBlock, Section, Statement
from symland.report.markup import formula, prose
from symland.report.matrices import as_matrix
from symland.write.entries import set_entry
from symland.write.layout import Layout, Space, comma, fence, juxtapose, name, number, relation, row, sup

EXAMPLE = {
    "X": [[1, 0, 0], [0, 1, 0]],
    "Y": [[2, 0, 1], [0, 3, -1]],
    "W1": [[1, 0], [0, 1]],
    "W2": [[2, 0], [0, 3]],
}


class _TwoLayers:
    """The loss, gradient and Hessian of two layers at explicit points."""

    def __init__(self, dims: dict[str, int]) -> None:
        made = Derivatives(linear_network(2))
        self.dims = dims
        self.loss: Node = made.network.problem.loss
        self.moment: Node = made.network.problem.definitions["E"] * made.network.X.T
        self.gradients = [d.result for d in made.gradients]
        self.hessian = made.hessian.result

    def at(self, term: Node, values: dict[str, list[list[Any]]]) -> Any:
        """The entries of a term where the letters have these entries: numbers or SymPy expressions."""
        import sympy

        found = explicit_matrix(term, self.dims)
        point = {
            sympy.Symbol(f"{name}_{i}{j}"): sympy.S(v)
            for name, rows in values.items()
            for i, cells in enumerate(rows, 1)
            for j, v in enumerate(cells, 1)
        }
        return found.xreplace(point).applyfunc(sympy.expand)


def examples_section() -> Section:
    """One example, then what fails where a hypothesis is dropped."""
    intro = prose("Each of these is exact: rational numbers, or polynomials in one letter.")
    return Section("Examples and counterexamples", "examples", (intro, _residual(), _not_definite(), _no_constant()))


def _need(condition: bool, claim: str) -> None:
    if not condition:
        raise CheckFailed(f"an example fails: {claim}")


def _residual() -> Statement:
    """T3a: a minimizer of positive loss, its Hessian and spectrum."""
    two = _TwoLayers({"d": 2, "m": 3})
    gradients = [two.at(g, EXAMPLE) for g in two.gradients]
    _need(all(g.is_zero_matrix for g in gradients), "the gradient vanishes")
    _need(two.at(two.moment, EXAMPLE).is_zero_matrix, "the normal equation holds")
    value = two.at(two.loss, EXAMPLE)[0, 0]
    hessian = two.at(two.hessian, EXAMPLE)
    counts = inertia(_rationals(hessian))
    _need(counts == (4, 0, 4), "four positive and four zero eigenvalues")
    evidence = Evidence(
        Label.CERTIFIED, "a minimizer with positive loss", "exact arithmetic", "one instance, d = 2, m = 3",
        f"{counts.positive} positive, {counts.negative} negative, {counts.zero} zero eigenvalues",
    )  # fmt: skip
    body: tuple[Block, ...] = (
        Display(_side_by_side(*(relation(name(n), "=", as_matrix(v)) for n, v in EXAMPLE.items()))),
        prose(
            "Here {value}, and the normal equation holds: by [value] and [lower-bound] the layers are a global "
            "minimizer. The Hessian has four positive and four zero eigenvalues; its characteristic polynomial is "
            "{polynomial}:",
            value=relation("h", "=", set_entry(value)), polynomial=_characteristic(hessian),
        ),
        MatrixBlock(row(sup("∇", 2), "h"), as_matrix(hessian)),
    )  # fmt: skip
    return Statement("Example", ("A minimizer with a positive residual",), "example-residual", body, evidence)


def _not_definite() -> Statement:
    """CE3."""
    two = _TwoLayers({"d": 1, "m": 1})
    hessian = two.at(two.hessian, {"X": [[1]], "Y": [[1]], "W1": [[1]], "W2": [[1]]})
    claim = "the Hessian at a global minimizer is positive definite"
    evidence = check_positive_definite(_rationals(hessian), claim)
    _need(evidence.label is Label.REFUTED and evidence.witness is not None, "the Hessian is not positive definite")
    body: tuple[Block, ...] = (
        prose(
            "The claim that the Hessian at a global minimizer is positive definite is false. For $L = 2$, $d = m = 1$ "
            "and $X = Y = W_1 = W_2 = 1$, where $h = 0$, the Hessian"
        ),
        MatrixBlock(row(sup("∇", 2), "h"), as_matrix(hessian)),
        prose(
            "has {v} in its kernel: $v^T grad^2 h v = 0$. Along this direction the product of the layers does not "
            "change to first order.",
            v=relation("v", "=", sup(fence(comma(1, number(-1))), "⊤")),
        ),
    )
    return Statement("Counterexample", ("The Hessian is not positive definite",), "not-definite", body, evidence)


def _no_constant() -> Statement:
    """CE1: 4 a^2 h = |grad h|^2 at (a, a)."""
    import sympy

    a = sympy.Symbol("a")
    two = _TwoLayers({"d": 1, "m": 1})
    point = {"X": [[1]], "Y": [[0]], "W1": [[a]], "W2": [[a]]}
    value = two.at(two.loss, point)[0, 0]
    squared = sum(two.at(g, point)[0, 0] ** 2 for g in two.gradients)
    _need(sympy.expand(4 * a**2 * value - squared) == 0, "the ratio is 1/(4 a^2)")
    evidence = Evidence(
        Label.EXACT, "h = |grad h|^2 / (4 a^2) where both layers are a", "polynomials in one letter", "d = 1, m = 1"
    )  # fmt: skip
    body: tuple[Block, ...] = (
        prose("For $L = 2$, $d = m = 1$, $X = 1$, $Y = 0$, where the least loss is 0, and $W_1 = W_2 = a$,"),
        Display(
            _side_by_side(
                relation("h", "=", set_entry(value)),
                relation(formula("||grad h||^2"), "=", set_entry(squared)),
                formula("h/{||grad h||^2} = 1/{4 a^2}"),
            )
        ),
        prose(
            "The ratio has no bound as $a -> 0$: gradient dominance fails in every neighborhood of the minimizer "
            "$W_1 = W_2 = 0$, where both layers are singular."
        ),
    )
    return Statement(
        "Counterexample", ("No gradient dominance where two layers are singular",), "no-constant", body, evidence
    )


def _side_by_side(*formulas: Layout) -> Layout:
    return row(*(x for k, f in enumerate(formulas) for x in ((",", Space(18), f) if k else (f,))))


def _rationals(hessian: Any) -> list[list[Fraction]]:
    return [[Fraction(int(x.p), int(x.q)) for x in hessian.row(i)] for i in range(hessian.rows)]


def _characteristic(hessian: Any) -> Layout:
    import sympy

    x = sympy.Symbol("x")
    content, factors = sympy.factor_list(hessian.charpoly(x).as_expr())
    _need(content == 1, "a characteristic polynomial is monic")
    parts = [_factor(f, int(e), x) for f, e in sorted(factors, key=lambda item: item[0].subs(x, 0), reverse=True)]
    return juxtapose(*parts)


def _factor(f: Any, e: int, x: Any) -> Layout:
    inside = set_entry(f)
    base = inside if f == x else fence(inside)
    return sup(base, e) if e > 1 else base
