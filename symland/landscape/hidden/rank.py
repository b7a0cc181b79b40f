"""Values of an activation that have full column rank: Theorem 6.3 of the specification, by an explicit pattern.

T has the entry u where P is 1 and v where it is 0; the columns of P are different unit vectors, the first m columns of
the identity for one. So s(T) = alpha P + beta 1 1^T with alpha = s(u) - s(v) and beta = s(v), and
(I - beta/(alpha + m beta) 1 1^T) P^T / alpha is a left inverse of it.
"""

from __future__ import annotations

from typing import Any, cast

from symland.calculus.prover import RIGHT, Prover
from symland.landscape.hidden.activations import LEAKY_RELU
from symland.landscape.hidden.network import HiddenNetwork, identity
from symland.landscape.hidden.steps import MINUS, Proof, Using, held, pinv_of, replaced
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim
from symland.language.nodes import walk
from symland.language.terms import Term
from symland.language.trace import Assignment

PATTERN, UNIT_VECTORS = "entries 0 and 1", "unit vectors"


def values_of_full_rank(n: HiddenNetwork) -> Proof:
    """s(T)^+ s(T) = I where s(u) != s(v) and s(u) + (m - 1) s(v) != 0; strictly increasing functions have such u, v."""
    hidden, m = n.widths[1], n.samples
    mask, u, v = T.matrix("P", hidden, m), T.scalar("u"), T.scalar("v")
    high, low = (n.activation.value(x) for x in (u, v))
    alpha, total = high - low, high - low + cast(Term, T.DimScalar(m)) * low
    eye = identity(m)
    p = Prover({
        PATTERN: S.equal(T.hadamard(mask, mask), mask), UNIT_VECTORS: S.equal(mask.T * mask, eye),
        "different values": S.Nonzero(alpha), "sum of values": S.Nonzero(total),
    })  # fmt: skip
    ones = _ones(hidden, m)
    t = u * mask + v * (ones - mask)
    s = n.activation.value(t)
    values = p.equate(s, alpha * mask + low * ones, [{"eq": _two_values(p, n, mask, t, u, v)}])
    sums = _column_sums(p, mask)
    turn = _reciprocal(alpha) * (eye - (low * _reciprocal(total)) * _ones(m, m))
    left = turn * mask.T
    unit = p.equate(
        left * s, eye,
        [
            {"eq": values, "left": left},
            {"eq": p.hyp(UNIT_VECTORS), "left": turn, "times": alpha},
            {"eq": sums, "left": turn, "right": _ones(Dim.of(1), m), "times": low},
            {"eq": _cancelled(p, alpha, "different values", eye)},
            {"eq": _cancelled(p, total, "sum of values", _ones(m, m)), "times": MINUS * low * _reciprocal(alpha)},
        ],
    )  # fmt: skip
    outer = p.apply("penrose_outer", A=s)
    using: Using = [{"eq": unit, "right": pinv_of(s) * s, "times": MINUS}, {"eq": outer, "left": left}, {"eq": unit}]
    model = (Assignment("set", mask, cast(Term, T.Elementwise("step", mask))),)
    return p, p.equate(pinv_of(s) * s, eye, using), model


def _two_values(p: Prover, n: HiddenNetwork, mask: Term, t: Term, u: Term, v: Term) -> str:
    """The step `s(T) = ...` with every function of T written with its two values."""
    id = p.refl(n.activation.value(t))
    for node in walk(n.activation.value(t)):
        if isinstance(node, (T.Elementwise, T.HadamardPower)) and t in node.args:
            id = replaced(p, id, RIGHT, _pattern(p, node, mask, u, v))
    return id


def _pattern(p: Prover, node: Any, mask: Term, u: Term, v: Term) -> str:
    """The step that a function of a matrix with two values has two values."""
    premises, bindings = [p.hyp(PATTERN)], {"A": mask, "c": u, "e": v}
    if isinstance(node, T.HadamardPower):
        return p.apply("cube_pattern", premises, **bindings)
    if node.is_generic:
        return p.apply("function_pattern", premises, functions={"F": node.function}, **bindings)
    if node.function == LEAKY_RELU:
        premises += [held(p, cast(S.Statement, S.Nonzero(x))) for x in (u, v)]
        bindings["b"] = node.parameters[0]
    return p.apply(f"{node.function}_pattern", premises, **bindings)


def _column_sums(p: Prover, mask: Term) -> str:
    """The step `P^T 1 = 1`: the sum of a column is that of its squares."""
    hidden, m = mask.shape
    squares = p.rewrite_by(p.refl(cast(Term, T.Diagonal(mask.T * mask))), (1, 0), p.hyp(UNIT_VECTORS))
    column = _ones(hidden, Dim.of(1))
    using: Using = [{"eq": squares}, {"eq": p.hyp(PATTERN), "transpose": True, "right": column, "times": MINUS}]
    return p.equate(mask.T * column, _ones(m, Dim.of(1)), using)


def _cancelled(p: Prover, c: Term, nonzero: str, a: Term) -> str:
    """The step `(c (1/c)) A = 1 A`."""
    one = p.apply("reciprocal_nonzero", [p.hyp(nonzero)], c=c)
    return p.rewrite_by(p.refl(cast(Term, T.Scale(c * _reciprocal(c), a))), (1, 0), one)


def _reciprocal(c: Term) -> Term:
    return cast(Term, T.Reciprocal(c))


def _ones(rows: Dim, columns: Dim) -> Term:
    return cast(Term, T.Ones(rows, columns))
