"""Facts of letters at work: transposes of symmetric letters drop out, and gradients over symmetric or diagonal letters
are projections of the unconstrained ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

from symland.calculus.prover import Path, Prover, at
from symland.calculus.simplify import add, scale, tidy, transpose
from symland.errors import NoRule
from symland.language import terms as T
from symland.language.facts import STATEMENT_OF, hypotheses_of, restricts
from symland.language.nodes import Binder, Node, walk
from symland.language.statements import Eq
from symland.language.terms import Term

SYMMETRIC = frozenset({"symmetric", "psd", "diagonal"})
# The facts of a variable for which the gradient is a projection, and onto which matrices.
PROJECTED = {"symmetric": "symmetric", "psd": "symmetric", "diagonal": "diagonal"}
THROUGH = (
    T.Sum, T.Product, T.Scale, T.Transpose, T.Inverse, T.MatrixPower, T.Hadamard, T.HadamardPower, T.Elementwise,
    T.Kronecker,
)  # fmt: skip


def is_symmetric_letter(n: Node) -> bool:
    """Whether the node is a matrix symbol that equals its transpose by one of its facts."""
    return isinstance(n, T.Symbol) and n.is_matrix and not n.facts.isdisjoint(SYMMETRIC)


def use_symmetry(prover: Prover, id: str, path: Path, tidier: Callable[[Term], Term] = tidy) -> str:
    """The statement with S' replaced by S below the path, for every letter S that is symmetric by its facts, and then
    made tidy."""
    term = at(prover.statement(id), path)
    if not any(isinstance(n, T.Transpose) and any(map(is_symmetric_letter, walk(n))) for n in walk(term)):
        return id
    id = prover.turn(id, path, pushed(term))
    while True:
        place = next(_transposes(at(prover.statement(id), path)), None)
        if place is None:
            return prover.turn(id, path, tidier(at(prover.statement(id), path)))
        where = (*path, *place)
        id = prover.rewrite_by(id, where, symmetry(prover, at(prover.statement(id), where).args[0]))


def symmetry(prover: Prover, letter: T.Symbol) -> str:
    """The step that says S' = S."""
    names = {fact: name for fact, name in zip(sorted(letter.facts), hypotheses_of(letter), strict=True)}
    if "symmetric" in names:
        return prover.hyp(names["symmetric"])
    if "psd" in names:
        return prover.apply("psd_symmetric", [prover.hyp(names["psd"])], A=letter)
    diagonal = prover.hyp(names["diagonal"])
    step = prover.rewrite_by(prover.refl(letter.T), (1, 0), diagonal, reverse=True)
    step = prover.turn(step, (1,), cast(Term, T.DiagonalMatrix(T.Diagonal(letter))))
    return prover.rewrite_by(step, (1,), diagonal)


def _transposes(t: Node, here: Path = ()) -> Iterator[Path]:
    if isinstance(t, T.Transpose) and is_symmetric_letter(t.args[0]):
        yield here
    elif not isinstance(t, Binder):
        for i, a in enumerate(t.args):
            if isinstance(a, Node):
                yield from _transposes(a, (*here, i))


def pushed(t: Term) -> Term:
    """The term with transposes pushed to symmetric letters through everything that commutes with them."""
    if isinstance(t, T.Transpose) and any(map(is_symmetric_letter, walk(t))):
        inner = t.args[0]
        if isinstance(inner, THROUGH):
            return _flipped(inner)
    if isinstance(t, Binder):
        return t
    return cast(Term, t.make(*(pushed(a) if isinstance(a, Term) else a for a in t.args)))


def _flipped(t: Term) -> Term:
    """The transpose of the term, pushed to its letters."""
    if isinstance(t, T.Transpose):
        return pushed(t.args[0])
    if isinstance(t, T.Product):
        return T.product(*(_flipped(a) for a in reversed(t.args)))
    if isinstance(t, T.Scale):
        return cast(Term, T.Scale(t.args[0], _flipped(t.args[1])))
    if isinstance(t, T.Elementwise):
        return cast(Term, T.Elementwise(t.function, _flipped(t.argument), *t.parameters))
    if isinstance(t, THROUGH):
        return cast(Term, t.make(*(_flipped(a) if isinstance(a, Term) else a for a in t.args)))
    return transpose(t)


def check_projection(w: Term) -> str:
    """Onto which matrices the gradient is projected ("symmetric", "diagonal"); empty for a free letter. Raises NoRule
    for other facts."""
    facts = restricts(w)
    if not facts:
        return ""
    kinds = {PROJECTED.get(f, "") for f in facts}
    if len(kinds) == 1 and "" not in kinds:
        return kinds.pop()
    raise NoRule(
        f"{w!r} is {', '.join(sorted(facts))}: its gradient is a projection, which is not covered",
        node=w,
        hint="declare it without the fact to get the unconstrained gradient",
    )


def projected(prover: Prover, id: str, v: Term, fact: str) -> str:
    """From `D(f; w, V) = <G, V>`, V symmetric or diagonal, the same with the projection of G: (G + G')/2, or
    Diag(diag(G))."""
    g = cast(Term, at(prover.statement(id), (1, 0)))
    half = T.number(1, 2)
    new = tidy(scale(half, add(g, transpose(g))) if fact == "symmetric" else T.DiagonalMatrix(T.Diagonal(g)))
    # G is the projection already, or <G, V> - <new, V> is a multiple of the equation V' = V, or Diag(diag(V)) = V.
    named = f"{fact}({cast(T.Symbol, v).name})"
    taken = prover.hypotheses.get(named, STATEMENT_OF[fact](v)) is not STATEMENT_OF[fact](v)
    name = prover.assume(f"{named} {v.shape}" if taken else named, STATEMENT_OF[fact](v))
    factor = T.number(-1, 2) if fact == "symmetric" else T.number(-1)
    cofactor = {"eq": prover.hyp(name), "with": g, "times": factor}
    return use_symmetry(prover, prover.turn(id, (1,), cast(Term, T.Inner(new, v)), [cofactor]), (1, 0))


def says(statement: Node) -> Term:
    """What a derivation derived: the gradient in `D(f; w, V) = <G, V>`, else the last argument of the statement."""
    first, last = statement.args[0], statement.args[-1]
    once = isinstance(statement, Eq) and isinstance(first, T.D) and not isinstance(first.args[0], T.D)
    return cast(Term, last.args[0] if once and isinstance(last, T.Inner) else last)
