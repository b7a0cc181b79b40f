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
from symland.language.facts import STATEMENT_OF, hypotheses_of
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
        """What is assumed, by name; that the point is one of the problem included."""
        return {**self.assumed, **self.membership}

    @cached_property
    def membership(self) -> dict[str, Statement]:
        """What the facts of the variables say at the point and the assumptions do not, by name: that it is a point of
        the problem."""
        said = {
            f"{fact}({w!r}) at the point": STATEMENT_OF[fact](t)
            for w, t in self.where.items()
            for fact in sorted(_facts(w))
        }
        if not said:
            return {}
        prover = Prover(self.assumed, "m")
        rules = equations_of(prover, self.assumed, [*self.where.values(), *said.values()])
        return {name: h for name, h in said.items() if not _follows(rules, h)}

    @cached_property
    def assumed(self) -> dict[str, Statement]:
        """The assumptions, those that inverses and reciprocals bring, and the facts of the data, by name."""
        out = dict(self.assumptions)
        nodes = [self.loss, *self.where.values(), *self.assumptions.values()]
        for n in dict.fromkeys(m for node in nodes for m in walk(node)):
            if isinstance(n, T.Symbol) and n not in self.where:
                out.update(hypotheses_of(n))
            if isinstance(n, (T.Inverse, T.Reciprocal)) and not any(w in set(walk(n)) for w in self.where):
                exists = S.Invertible if isinstance(n, T.Inverse) else S.Nonzero
                statement = cast(Statement, exists(n.args[0]))
                if statement not in out.values() and shown_to_hold(Prover(out), statement) is None:
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
        out = [as_square(cast(Term, part)) for part in parts]
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
        terms = [substituted(point.loss, point.where), *point.where.values()]
        self.rules = equations_of(p, point.given, terms, facts)

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
            equal = self.rules.simplify(self.rules.expand(p.refl(square), RIGHT), RIGHT)
        try:
            return p.rewrite_by(p.turn(id, (3,), p.statement(equal).args[1]), (3,), equal, reverse=True)
        except StepRejected:
            return None


def equations_of(
    prover: Prover, given: Mapping[str, Statement], terms: Iterable[Node], steps: Iterable[str] = ()
) -> Equations:
    """The assumptions that say something about equality, and steps that do, at work as rules."""
    ids = [prover.hyp(name) for name, h in given.items()] + list(steps)
    useful = [id for id in ids if isinstance(prover.statement(id), (S.Eq, S.Invertible, S.Psd, S.Nonzero, S.Lt))]
    return Equations(prover, useful, [*given.values(), *terms])


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


def as_square(term: Term) -> tuple[Term, Term] | None:
    """The scalar c and the matrix or scalar A of c |A|^2: a norm if there is one, else an even power."""
    factors = cast("list[Term]", list(term.args) if isinstance(term, T.Product) else [term])
    norms = [(f, a) for f in factors if (a := norm_of(f)) is not None]
    powers = [(f, half_power(f)) for f in factors if isinstance(f, T.Power) and is_even(f.args[1])]
    if not norms and not powers:
        return None
    square, base = (norms or powers)[-1]
    factors.remove(square)
    return T.product(*factors) if factors else T.number(1), base


def norm_of(f: Term) -> Term | None:
    """The matrix A, if the scalar is |A|^2: a squared norm, <A, A>, tr(A'*A) or tr(A*A')."""
    if isinstance(f, T.SquaredNorm):
        return cast(Term, f.args[0])
    if isinstance(f, T.Inner) and f.args[0] is f.args[1]:
        return cast(Term, f.args[0])
    if isinstance(f, T.Trace) and isinstance(f.args[0], T.Product):
        factors = f.args[0].args
        half = len(factors) // 2
        left, right = T.product(*factors[:half]), T.product(*factors[half:])
        if transpose(left) is right:
            return left if isinstance(right, T.Transpose) else right
    return None


def is_even(exponent: Index) -> bool:
    return exponent.value is not None and exponent.value > 0 and exponent.value % 2 == 0


def half_power(power: Term) -> Term:
    """What an even power, of a scalar or entry by entry, is the square of."""
    base, exponent = power.args
    half = (exponent.value or 0) // 2
    return cast(Term, base if half == 1 else power.make(base, Index.of(half)))


def _facts(w: Term) -> frozenset[str]:
    return w.facts if isinstance(w, T.Symbol) else cast(T.Member, w).family.facts


def _follows(rules: Equations, wanted: Statement) -> bool:
    """Whether the rules and the hypotheses of their prover show the statement."""
    p = rules.prover
    if isinstance(wanted, S.Eq):
        a, b = wanted.args
        if rules.prove(a, b) is not None:
            return True
        try:
            p.equate(a, b)
        except StepRejected:
            return False
        return True
    if isinstance(wanted, S.Invertible):
        return _invertible(p, wanted.args[0]) is not None
    return shown_to_hold(p, wanted) is not None


def _invertible(p: Prover, a: Term) -> str | None:
    """The step that says that the matrix is invertible; None if the hypotheses do not give it."""
    known = next((name for name, h in p.hypotheses.items() if h is S.Invertible(a)), None)
    if known is not None:
        return p.hyp(known)
    if isinstance(a, T.Identity):
        return p.apply("invertible_identity", dims={"p": a.shape[0]})
    if isinstance(a, T.Inverse):
        inner = _invertible(p, a.args[0])
        return p.apply("invertible_inverse", [inner], A=a.args[0]) if inner else None
    if isinstance(a, T.Product):
        first, rest = a.args[0], T.product(*a.args[1:])
        if first.shape[0] != first.shape[1]:
            return None
        left, right = _invertible(p, first), _invertible(p, rest)
        return p.apply("invertible_product", [left, right], A=first, B=rest) if left and right else None
    return None
