"""What holds at a point of the parameter space that a person proposes: gradient, value, Hessian, a lower bound.

The point is not substituted: it is the letters under the hypotheses `W1 = C`, `W2 = M*inv(C)`. A derivative is taken
everywhere and rewritten at the point afterwards, so that no hypothesis enters it; what remains is shown with multiples
of the assumptions (`calculus.equations`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from symland.calculus.equations import Equations
from symland.calculus.gradient import gradient_step
from symland.calculus.hessian import hessian_step
from symland.calculus.jacobian import jacobian
from symland.calculus.positivity import shown_to_hold
from symland.calculus.prover import RIGHT, Path, Prover, at
from symland.calculus.simplify import tidy, transpose
from symland.errors import StepRejected
from symland.language import statements as S
from symland.language import terms as T
from symland.language.facts import hypotheses_of
from symland.language.index import Index
from symland.language.nodes import Node, walk
from symland.language.statements import Statement
from symland.language.terms import Term

ZERO = T.number(0)


@dataclass(frozen=True)
class Point:
    """A point of the parameter space, and what is assumed there: `where` says what each letter is, `assumptions` are
    statements about the letters in it and the data."""

    loss: Term
    where: Mapping[Term, Term]
    assumptions: Mapping[str, Statement] = field(default_factory=dict)

    @cached_property
    def given(self) -> dict[str, Statement]:
        """The assumptions, those that inverses bring, and the facts of the letters, by name."""
        out = dict(self.assumptions)
        nodes = [self.loss, *self.where.values(), *self.assumptions.values()]
        for n in dict.fromkeys(m for node in nodes for m in walk(node)):
            if isinstance(n, T.Symbol) and n not in self.where:
                out.update(hypotheses_of(n))
            if isinstance(n, T.Inverse) and not any(w in set(walk(n)) for w in self.where):
                statement = cast(Statement, S.Invertible(n.args[0]))
                if statement not in out.values():
                    out[repr(statement)] = statement
        return out

    @cached_property
    def equations(self) -> dict[str, Statement]:
        """The equations that say what the letters are."""
        return {f"{w!r} at the point": S.equal(w, t) for w, t in self.where.items()}

    @cached_property
    def squares(self) -> tuple[tuple[Term, Term], ...] | None:
        """The loss as a sum of c |A|^2: the pairs c, A; None if it is no such sum."""
        parts = self.loss.args if isinstance(self.loss, T.Sum) else (self.loss,)
        out = [_square(cast(Term, part)) for part in parts]
        return tuple(p for p in out if p is not None) if None not in out else None


class AtPoint:
    """The proofs about one point, in one prover; without `derivatives`, about the loss alone."""

    def __init__(self, point: Point, budget_s: float | None = None, derivatives: bool = True) -> None:
        self.point = point
        self.prover = p = Prover({**point.given, **point.equations}, "s" if derivatives else "v", budget_s=budget_s)
        self._gradients = {w: gradient_step(p, point.loss, w) for w in point.where} if derivatives else {}
        # what the letters are known to be, and what derivatives need, at the point
        brought = [name for name in p.hypotheses if name not in point.given and name not in point.equations]
        facts = [self.at(p.hyp(name), ()) for name in brought]
        self.rules = equations_of(p, point.given, point.where.values(), facts)

    def at(self, id: str, path: Path) -> str:
        """The statement with the letters below the path replaced by what they are at the point."""
        p = self.prover
        for place in reversed(list(_places(at(p.statement(id), path), self.point.where))):
            letter = at(p.statement(id), (*path, *place))
            id = p.rewrite_by(id, (*path, *place), p.hyp(f"{letter!r} at the point"))
        return id

    def simplified(self, id: str, path: Path) -> str:
        """The statement at the point, as short as the assumptions make it."""
        return self.rules.simplify(self.at(id, path), path)

    def gradient(self, letter: Term) -> str:
        """The step `grad(loss, letter, G)` with G at the point, or `D(loss; letter, V) = <G, V>` for a symmetric or
        diagonal letter."""
        id = self._gradients.get(letter) or gradient_step(self.prover, self.point.loss, letter)
        return self.simplified(id, gradient_path(self.prover.statement(id)))

    def value(self) -> str:
        """The step that says the loss at the point."""
        return self.simplified(self.prover.refl(self.point.loss), RIGHT)

    def hessian(self, row: Term, column: Term, commute: bool) -> str:
        """The step `hess(loss, row, column, H)` with H at the point."""
        return self.simplified(hessian_step(self.prover, self.point.loss, row, column, commute), (3,))

    def term(self, term: Term) -> Term:
        """The term at the point."""
        return cast(Term, at(self.prover.statement(self.at(self.prover.refl(term), RIGHT)), RIGHT))

    def jacobians(self, letter: Term) -> list[Term]:
        """The Jacobians at the point of the matrices whose squares make the loss."""
        out = []
        for _, a in self.point.squares or ():
            id = self.prover.refl(jacobian(a, letter, self.point.given).result)
            out.append(cast(Term, at(self.prover.statement(self.simplified(id, RIGHT)), RIGHT)))
        return out

    def square_of(self, rows: Sequence[Term], columns: Sequence[Term]) -> Term:
        """sum 2 c J^T K over the squares that make the loss, with the Jacobians J and K."""
        parts = []
        for (c, _), j, k in zip(self.point.squares or (), rows, columns, strict=True):
            double = tidy(T.product(T.number(2), c))
            square = T.product(transpose(j), k)
            parts.append(square if double is T.number(1) else cast(Term, T.Scale(double, square)))
        return T.total(*parts)

    def gauss_newton(self, id: str, rows: Sequence[Term], columns: Sequence[Term]) -> str | None:
        """The step `hess(loss, ., ., sum 2 c J^T J)` from that of a block; None if it is not shown to be this."""
        p = self.prover
        square = self.square_of(rows, columns)
        try:
            return p.turn(id, (3,), square)
        except StepRejected:
            equal = self.rules.simplify(p.refl(square), RIGHT)
        try:
            return p.rewrite_by(p.turn(id, (3,), p.statement(equal).args[1]), (3,), equal, reverse=True)
        except StepRejected:
            return None


def equations_of(
    prover: Prover, given: Mapping[str, Statement], terms: Iterable[Node], steps: Iterable[str] = ()
) -> Equations:
    """The assumptions that are equations or say that matrices are invertible, and steps that do, at work as rules."""
    ids = [prover.hyp(name) for name, h in given.items()] + list(steps)
    useful = [id for id in ids if isinstance(prover.statement(id), (S.Eq, S.Invertible))]
    return Equations(prover, useful, [*given.values(), *terms])


def lower_bound(point: Point, value: Term) -> tuple[Prover, str] | None:
    """The prover and the step `value <= loss` for all values of the letters, by a sum of squares: with loss = sum c
    |A|^2 and A* the value of A at the point, loss - value = sum c |A - A*|^2 where the normal equations make the mixed
    terms vanish. None if this does not give it.

    Source: the least-squares bound, Penrose 1955.
    """
    if point.squares is None:
        return None
    fixed = AtPoint(point)
    facts = {name: h for w in point.where if isinstance(w, T.Symbol) for name, h in hypotheses_of(w).items()}
    given = {**point.given, **facts}
    prover = Prover(given, "b")
    pieces, total = [], []
    for c, a in point.squares:
        weight = nonnegative_tree(prover, c)
        if weight is None:
            return None
        difference = a if value is ZERO else tidy(a - fixed.term(a))
        pieces.append({"product": [weight, {"square": difference}]})
        total.append(T.product(c, _squared(difference)))
    rules = equations_of(prover, given, [*point.where.values(), value])
    using = rules.difference(point.loss, tidy(T.total(value, *total)))
    if using is None:
        return None
    return prover, prover.pos(value, point.loss, {"sum": pieces}, using)


def nonnegative_tree(prover: Prover, c: Term) -> dict[str, Any] | None:
    """A certificate that a scalar is nonnegative, as an entry of a `pos` step."""
    if isinstance(c, T.Number):
        return {"rational": c.value} if c.value >= 0 else None
    if isinstance(c, T.Product):
        parts = [nonnegative_tree(prover, cast(Term, f)) for f in c.args]
        return None if None in parts else {"product": parts}
    if isinstance(c, T.Power) and c.args[1] == Index.of(2):
        return {"square": c.args[0]}
    for name, h in prover.hypotheses.items():
        if isinstance(h, (S.Le, S.Lt)) and h.args == (ZERO, c):
            return {"theorem": prover.hyp(name)}
    step = shown_to_hold(prover, cast(Statement, S.Lt(ZERO, c)))
    return {"theorem": step} if step else None


def substituted(node: Node, where: Mapping[Term, Term]) -> Any:
    """The node with every letter replaced by what it is at a point."""
    if node in where:
        return where[cast(Term, node)]
    return node.make(*(substituted(a, where) if isinstance(a, Node) else a for a in node.args))


def gradient_path(statement: Statement) -> Path:
    """Where the gradient stands in `grad(f, W, G)` or `D(f; W, V) = <G, V>`."""
    return (2,) if isinstance(statement, S.Grad) else (1, 0) if statement.args[1].args else (1,)


def _places(term: Node, letters: Mapping[Term, Term], here: Path = ()) -> Iterator[Path]:
    """Where the letters stand."""
    if term in letters:
        yield here
        return
    for k, a in enumerate(term.args):
        if isinstance(a, Node):
            yield from _places(a, letters, (*here, k))


def _square(term: Term) -> tuple[Term, Term] | None:
    """The scalar c and the matrix or scalar A of c |A|^2."""
    factors = term.args if isinstance(term, T.Product) else (term,)
    last = factors[-1]
    if isinstance(last, T.SquaredNorm) or (isinstance(last, T.Power) and last.args[1] == Index.of(2)):
        return (T.product(*factors[:-1]) if len(factors) > 1 else T.number(1)), cast(Term, last.args[0])
    return None


def _squared(a: Term) -> Term:
    return cast(Term, T.SquaredNorm(a) if a.is_matrix else T.Power(a, Index.of(2)))
