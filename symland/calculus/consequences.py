"""Equations that statements and terms bring: those of inverses, pseudoinverses and reciprocals, of positive
semidefinite and of orthogonal matrices; values of functions at 0 and 1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import combinations
from typing import cast

from symland.calculus.positivity import shown_to_hold
from symland.calculus.prover import Path, Prover, at, looks_inside
from symland.calculus.simplify import tidy
from symland.language import statements as S
from symland.language import terms as T
from symland.language.nodes import Binder, Node, walk
from symland.language.statements import Statement
from symland.language.terms import Term
from symland.proof.normal_form.words import Scalar, Words
from symland.proof.rules.entries import AT_ONE, AT_ZERO

ZERO, ONE = T.number(0), T.number(1)


def consequences(prover: Prover, nodes: Iterable[Node], known: Mapping[Statement, str]) -> Iterator[str]:
    """Steps that say equations about what occurs in the nodes, and what the known statements imply by themselves;
    `known` has the step of each."""
    found = dict.fromkeys(m for node in nodes for m in walk(node) if isinstance(m, (T.Pseudoinverse, T.Reciprocal)))
    cancels: dict[Term, str] = {}
    for n in found:
        if isinstance(n, T.Pseudoinverse):
            for row in ("penrose_outer", "penrose_inner", "penrose_left", "penrose_right"):
                yield prover.apply(row, A=n.args[0])
        else:
            step = _of_reciprocal(prover, n.args[0], known)
            if step is not None:
                cancels[n.args[0]] = step
    yield from cancels.values()
    yield from _of_multiples(prover, cancels)
    for statement, id in known.items():
        if isinstance(statement, S.Invertible):
            for row in ("inverse_left", "inverse_right"):
                yield prover.apply(row, [id], A=statement.args[0])
        elif isinstance(statement, S.Psd):
            yield prover.apply("psd_symmetric", [id], A=statement.args[0])
        elif isinstance(statement, S.Eq):
            yield from _of_one_sided_inverse(prover, statement, id)


def _of_reciprocal(prover: Prover, c: Term, known: Mapping[Statement, str]) -> str | None:
    """c/c = 1, where the scalar is known not to be zero."""
    nonzero, positive = cast(Statement, S.Nonzero(c)), cast(Statement, S.Lt(ZERO, c))
    if positive in known:
        return prover.apply("reciprocal", [known[positive]], c=c)
    premise = known.get(nonzero) or shown_to_hold(prover, nonzero)
    return prover.apply("reciprocal_nonzero", [premise], c=c) if premise else None


def _of_multiples(prover: Prover, cancels: Mapping[Term, str]) -> Iterator[str]:
    """1/b = 1/k 1/a for a number k and b = k a, from b/b = 1 and a/a = 1: `1/(2*n)` is half of `1/n`."""
    words = Words()
    for a, b in combinations(cancels, 2):
        k = _ratio(words.scalar(b), words.scalar(a))
        if k is not None:
            of_a, of_b = cast(Term, T.Reciprocal(a)), cast(Term, T.Reciprocal(b))
            multiple = T.product(cast(Term, T.Number(1 / k)), of_a)
            using = [{"eq": cancels[a], "times": -of_b}, {"eq": cancels[b], "times": multiple}]
            yield prover.ring(of_b, multiple, using)


def _ratio(b: Scalar, a: Scalar) -> Fraction | None:
    """The number k with b = k a."""
    ratios = {Fraction(b[key]) / Fraction(a[key]) for key in a} if b.keys() == a.keys() else set()
    return ratios.pop() if len(ratios) == 1 else None


def _of_one_sided_inverse(prover: Prover, equation: S.Eq, id: str) -> Iterator[str]:
    """Q P = I, if the equation is P Q = I for square matrices: I = P Q is invertible, so that P is, and Q = inv(P)."""
    u, v = equation.args
    if not (isinstance(v, T.Identity) and isinstance(u, T.Product) and len(u.args) == 2):
        return
    p, q = u.args
    if p.shape != q.shape or p is q:
        return
    both = prover.rewrite_by(prover.apply("invertible_identity", dims={"p": p.shape[0]}), (0,), id, reverse=True)
    left = prover.apply("inverse_left", [prover.apply("invertible_left", [both], A=p, B=q)], A=p)
    inverse = cast(Term, T.Inverse(p))
    using = [
        {"eq": id, "left": inverse, "right": p},
        {"eq": left},
        {"eq": left, "right": q * p, "times": T.number(-1)},
    ]
    yield prover.ring(q * p, v, using)


def values_of_functions(prover: Prover, id: str, path: Path) -> str:
    """The statement with `tanh(0)`, `ones(m, n).^2` and the like below the path replaced by their values."""
    while (found := next(_with_known_value(at(prover.statement(id), path)), None)) is not None:
        place, row = (*path, *found[0]), found[1]
        f = at(prover.statement(id), place)
        if not row:
            id = prover.turn(id, place, f.args[0])
        elif f.is_matrix:
            id = prover.rewrite(id, place, row, dims={"p": f.shape[0], "q": f.shape[1]})
        else:
            id = prover.rewrite(id, place, f"{row}_scalar")
    return id


def _with_known_value(t: Node, here: Path = ()) -> Iterator[tuple[Path, str]]:
    """Where functions of 0 or 1 stand, under no binder, and the rows that say their values; none for powers, which are
    what they are of."""
    if isinstance(t, Binder):
        return
    if isinstance(t, T.HadamardPower) and isinstance(t.args[0], (T.Zero, T.Ones)) and (t.args[1].value or 0) > 0:
        yield here, ""
    if isinstance(t, T.Elementwise):
        x = t.argument
        if (isinstance(x, T.Zero) or x is ZERO) and t.function in AT_ZERO:
            yield here, f"{t.function}_at_zero"
        if (isinstance(x, T.Ones) or x is ONE) and t.function in AT_ONE:
            yield here, f"{t.function}_at_one"
    for k, a in enumerate(t.args):
        if isinstance(a, Node):
            yield from _with_known_value(a, (*here, k))


def entrywise_tidy(prover: Prover, id: str) -> str:
    """The equation with tidy sides where these look at the entries of matrices, which words do not see: `x .* x` is
    `x.^2`."""
    for k, side in enumerate(prover.statement(id).args):
        if looks_inside(side):
            id = prover.turn(id, (k,), tidy(side))
    return id
