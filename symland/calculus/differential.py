"""The differential: every `D(t; w, v)` in a statement is pushed to the letters, one named rule at a time.

One function per node class says which rule applies; a class without a function is refused with `NoRule`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any, cast

from symland.calculus.positivity import shown_to_hold
from symland.calculus.prover import Path, Prover, at, no_rule
from symland.calculus.simplify import tidy
from symland.errors import AssumptionMissing
from symland.language import terms as T
from symland.language.domains import domain_of
from symland.language.index import Index
from symland.language.nodes import Node
from symland.language.statements import Invertible, NonNeg, Nonzero, Statement, at_least
from symland.language.terms import Term
from symland.proof.rules.differential import LARGEST_GRID
from symland.proof.rules.functions import PARAMETERS

UNFOLDED = 3  # the largest literal power of a matrix that is written out as a product
Apply = Callable[[Prover, str, Path], str]


def push(prover: Prover, id: str, root: Path) -> str:
    """The statement with no derivative left at or below `root`."""
    while True:
        path = find_derivative(at(prover.statement(id), root))
        if path is None:
            return id
        id = push_once(prover, id, root + path)


def find_derivative(t: Node) -> Path | None:
    """The path of the first innermost derivative in the term, or None."""
    if not t.derives:
        return None
    for i, a in enumerate(t.args):
        if isinstance(a, Node) and a.derives:
            below = find_derivative(a)
            if below is not None:
                return (i, *below)
    return () if isinstance(t, T.D) else None


def push_once(prover: Prover, id: str, path: Path) -> str:
    """One rule applied to the derivative at the path."""
    node: T.D = at(prover.statement(id), path)
    t, w, v = node.args
    if isinstance(t, (T.Trace, T.Inner, T.SquaredNorm)) and any(isinstance(a, T.Kronecker) for a in t.args):
        simple = tidy(t)  # traces and norms of Kronecker products are products of those of the factors
        if isinstance(simple, T.Product):
            return prover.turn(id, (*path, 0), simple)
    if t is w:
        return prover.rewrite(id, path, "d_self", w=w, v=v)
    if prover.is_free_of(w, t):
        if t.is_scalar:
            return prover.rewrite(id, path, "d_constant_scalar", c=t, w=w, v=v)
        return prover.rewrite(id, path, "d_constant", A=t, w=w, v=v)
    return _rule(t, prover, id, path, w, v)


@singledispatch
def _rule(t: Node, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    raise no_rule(t, "the derivative")


@_rule.register(T.Sum)
@_rule.register(T.Product)
@_rule.register(T.Hadamard)
def _(t: Node, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    """Constant terms and factors at either end are split off; what is left, in the middle."""
    if isinstance(t, T.Sum) and len(t.args) > LONG_SUM:
        return prover.rewrite_by(id, path, _long_sum(prover, t, w, v))
    free = [prover.is_free_of(w, a) for a in t.args]
    if free[0]:
        side, cut = "_left", free.index(False)
    elif free[-1]:
        side, cut = "_right", len(free) - free[::-1].index(False)
    else:
        side, cut = "", len(free) // 2
    first, second = T.flat(type(t), *t.args[:cut]), T.flat(type(t), *t.args[cut:])
    if not isinstance(t, T.Hadamard) and t.is_scalar:
        name = "d_sum_scalar" + side if isinstance(t, T.Sum) else OF_SCALARS[side]
        names = {"_left": "ca", "_right": "ac"}.get(side, "ab") if isinstance(t, T.Product) else "ab"
        letters: dict[str, Any] = dict(zip(names, (first, second), strict=True))
        return prover.rewrite(id, path, name, **letters, w=w, v=v)
    return prover.rewrite(id, path, NARY[type(t)] + side, A=first, B=second, w=w, v=v)


def _long_sum(prover: Prover, t: T.Sum, w: Term, v: Term) -> str:
    """The id of the derivative of a long sum, pushed to the letters half by half in statements of their own."""
    id = prover.refl(cast(Term, T.D(t, w, v)))
    half = len(t.args) // 2
    parts = T.total(*t.args[:half]), T.total(*t.args[half:])
    row, names = ("d_sum_scalar", "ab") if t.is_scalar else ("d_sum", "AB")
    letters: dict[str, Any] = dict(zip(names, parts, strict=True))
    id = prover.rewrite(id, (1,), row, **letters, w=w, v=v)
    for k in (1, 0):  # the right one first: sums are flat, so what it becomes moves nothing before it
        each = push(prover, prover.refl(cast(Term, T.D(parts[k], w, v))), (1,))
        id = prover.rewrite_by(id, (1, k), each)
    return id


LONG_SUM = 8  # terms of a sum from which it is differentiated half by half
NARY = {T.Sum: "d_sum", T.Product: "d_product", T.Hadamard: "d_hadamard"}
OF_SCALARS = {"": "d_product_scalar", "_left": "d_multiple", "_right": "d_multiple_right"}


def _one_sided(row: str, prover: Prover, w: Term, first: Term, second: Term) -> str:
    """The row for a product of two, or that for one with a constant factor."""
    if prover.is_free_of(w, first):
        return row + "_left"
    return row + "_right" if prover.is_free_of(w, second) else row


@_rule.register
def _(t: T.Scale, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    c, a = t.args
    return prover.rewrite(id, path, _one_sided("d_scale", prover, w, c, a), c=c, A=a, w=w, v=v)


@_rule.register(T.Inner)
@_rule.register(T.Kronecker)
def _(t: Node, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    row = "d_inner" if isinstance(t, T.Inner) else "d_kronecker"
    return prover.rewrite(id, path, _one_sided(row, prover, w, *t.args), A=t.args[0], B=t.args[1], w=w, v=v)


def _unary(row: str) -> Callable[..., str]:
    def rule(t: Node, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
        return prover.rewrite(id, path, row, A=t.args[0], w=w, v=v)

    return rule


LINEAR = {
    T.Transpose: "d_transpose",
    T.SquaredNorm: "d_norm",
    T.Diagonal: "d_diagonal",
    T.DiagonalMatrix: "d_diagonal_matrix",
}
for _cls, _row in LINEAR.items():
    _rule.register(_cls, _unary(_row))


@_rule.register
def _(t: T.Trace, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    power = t.args[0]
    if isinstance(power, T.MatrixPower) and power.args[1].value not in (0, 1):
        at_least_one(prover, power.args[1])
        return prover.rewrite(id, path, "d_trace_power", A=power.args[0], indices={"a": power.args[1]}, w=w, v=v)
    return prover.rewrite(id, path, "d_trace", A=power, w=w, v=v)


@_rule.register
def _(t: T.Vec, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    if t.args[0].is_scalar:
        return prover.rewrite(id, path, "d_vec_scalar", a=t.args[0], w=w, v=v)
    return prover.rewrite(id, path, "d_vec", A=t.args[0], w=w, v=v)


@_rule.register
def _(t: T.Unvec, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    rows, columns, long = t.args
    return prover.rewrite(id, path, "d_unvec", dims={"p": rows, "q": columns}, A=long, w=w, v=v)


@_rule.register
def _(t: T.HadamardPower, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    a, k = t.args
    if k.value == 0:
        return prover.turn(id, (*path, 0), cast(Term, T.Ones(*t.shape)))
    at_least_one(prover, k)
    return prover.rewrite(id, path, "d_hadamard_power", A=a, indices={"a": k}, w=w, v=v)


@_rule.register
def _(t: T.MatrixPower, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    a, k = t.args
    if k.value is not None and k.value <= UNFOLDED:
        power = T.product(*[a] * k.value) if k.value else cast(Term, T.Identity(a.shape[0]))
        return prover.turn(id, (*path, 0), power)
    inner = push(prover, prover.refl(cast(Term, T.D(a, w, v))), (1,))
    step = at(prover.statement(inner), (1,))
    at_least_one(prover, k)
    return prover.rewrite(id, path, "d_matrix_power", [inner], A=a, B=step, indices={"a": k}, w=w, v=v)


@_rule.register
def _(t: T.Elementwise, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    scalar = "_scalar" if t.is_scalar else ""
    letters: dict[str, Any] = {"a" if scalar else "A": t.argument, "w": w, "v": v}
    if t.is_generic:
        return prover.rewrite(id, path, f"d_function{scalar}", functions={"F": t.function}, **letters)
    domain = domain_of(t)
    premises = [] if domain is None else [holding(prover, domain)]
    for parameter, x in zip(PARAMETERS.get(t.function, ()), t.parameters, strict=True):
        letters[repr(parameter)] = x
    return prover.rewrite(id, path, f"d_{t.function}{scalar}", premises, **letters)


@_rule.register
def _(t: T.Power, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    if t.args[1].value == 0:
        return prover.turn(id, (*path, 0), T.number(1))
    at_least_one(prover, t.args[1])
    return prover.rewrite(id, path, "d_power", c=t.args[0], indices={"a": t.args[1]}, w=w, v=v)


def _of_invertible(row: str) -> Callable[..., str]:
    def rule(t: Node, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
        premise = holding(prover, Invertible(t.args[0]))
        return prover.rewrite(id, path, row, [premise], A=t.args[0], w=w, v=v)

    return rule


for _cls, _row in ((T.Inverse, "d_inverse"), (T.Determinant, "d_determinant"), (T.LogDeterminant, "d_logdet")):
    _rule.register(_cls, _of_invertible(_row))


@_rule.register
def _(t: T.Reciprocal, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    simple = tidy(t)
    if simple is not t:
        return prover.turn(id, (*path, 0), simple)
    premise = holding(prover, Nonzero(t.args[0]))
    return prover.rewrite(id, path, "d_reciprocal_scalar", [premise], c=t.args[0], w=w, v=v)


@_rule.register
def _(t: T.Chain, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    if not isinstance(w, T.Member):
        raise no_rule(t, f"the derivative with respect to {w!r}")
    return prover.rewrite_by(id, path, chain_derivative(prover, t, w, v))


@_rule.register
def _(t: T.Block, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    rows, columns = len(t.grid), len(t.grid[0])
    if max(rows, columns) > LARGEST_GRID:
        raise no_rule(t, "the derivative")
    letters = {f"A{h}{k}": b for h, line in zip("abc", t.grid, strict=False) for k, b in zip("xyz", line, strict=False)}
    return prover.rewrite(id, path, f"d_block_{rows}_{columns}", **cast("dict[str, Any]", letters), w=w, v=v)


@_rule.register(T.OrderedProduct)
@_rule.register(T.BoundedSum)
@_rule.register(T.BoundedProduct)
def _(t: Node, prover: Prover, id: str, path: Path, w: Term, v: Term) -> str:
    from symland.calculus.depth import binder_derivative

    return binder_derivative(prover, id, path)


def chain_derivative(prover: Prover, t: T.Chain, w: T.Member, v: Term) -> str:
    """The id of `D(W[b..a]; W[l], V) = W[b..l+1] V W[l-1..a]`.

    Proved once with the ends a, b free, under a <= l <= b, and instantiated. Source: the rule PROD.
    """
    x, l = t.family, w.index
    names = prover.lemma_indices()
    a, b = (Index.var(n) for n in names)
    prover.assume(f"{l} >= {a}", NonNeg(l - a))
    prover.assume(f"{b} >= {l}", NonNeg(b - l))
    general = cast(Term, T.Chain(x, b, a))
    id = prover.refl(cast(Term, T.D(general, w, v)))
    id = prover.rewrite(id, (1, 0), "chain_split", families={"X": x}, indices={"a": a, "b": b, "l": l})
    id = push(prover, id, (1,))
    id = prover.turn(id, (1,), T.product(cast(Term, T.Chain(x, b, l + 1)), v, cast(Term, T.Chain(x, l - 1, a))))
    return prover.spec(id, indices={names[0]: t.bottom, names[1]: t.top})


def at_least_one(prover: Prover, exponent: Index) -> None:
    """Makes `exponent >= 1` a hypothesis, if the exponent is a letter about which nothing is known."""
    fact = at_least(exponent, 1)
    if exponent.value is None:
        try:
            prover.nonneg(fact.index)
        except AssumptionMissing:
            prover.assume(repr(fact), fact)


def holding(prover: Prover, wanted: Statement) -> str:
    """The step that says that a derivative exists here: proved, or a hypothesis; if it is neither, it becomes one. A
    theorem names every hypothesis that it uses."""
    shown = shown_to_hold(prover, wanted)
    if shown is not None:
        return shown
    name = repr(wanted)
    while name in prover.hypotheses:  # statements that differ may print alike
        name += "'"
    return prover.hyp(prover.assume(name, wanted))
