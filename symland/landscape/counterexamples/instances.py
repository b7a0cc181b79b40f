"""Explicit instances: letters with exact values, the loss with its gradients and Hessian there, and what is read from
texts in these letters.

The gradients and the Hessian are symland's formulas, derived for all dimensions and evaluated at the instance; each is
compared with the derivatives of the loss itself there, by jets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from symland.calculus.gradient import gradient
from symland.calculus.hessian import hessian
from symland.errors import CheckFailed, UsageError
from symland.evaluate.derivatives import gradient_at, hessian_at
from symland.evaluate.point import point
from symland.evaluate.rings import Balls, Rationals, Ring, Value
from symland.evaluate.statements import Judgement, judge
from symland.evaluate.terms import Evaluation
from symland.evidence import Label
from symland.language import statements as S
from symland.language.nodes import Node
from symland.language.statements import Statement
from symland.language.terms import Term
from symland.read.assumptions import read_statement
from symland.read.text import Reading, read

if TYPE_CHECKING:
    from symland.landscape.counterexamples.rational_functions import RationalFunctions

Number = int | Fraction | str  # a text is an expression in the letters of the instance: "1/t"
Matrix = Sequence[Sequence[Number]]
BITS = 200


class Loss(NamedTuple):
    """A loss as text, the shapes of its letters, and which of them are its variables, in their order."""

    text: str
    shapes: tuple[tuple[str, str], ...]
    variables: tuple[str, ...]


class _Derivatives(NamedTuple):
    term: Term
    letters: tuple[Term, ...]
    gradients: tuple[Term, ...]
    hessian: Term


@cache
def _derivatives(loss: Loss) -> _Derivatives:
    """Gradients and Hessian of the loss, derived once for all dimensions."""
    made = read(loss.text, dict(loss.shapes), scalar=True)
    letters = tuple(made.letter(name) for name in loss.variables)
    gradients = tuple(gradient(made.term, w).result for w in letters)
    return _Derivatives(made.term, letters, gradients, hessian(made.term, letters).result)


@dataclass(frozen=True)
class Instance:
    """Letters with exact values.

    `data` gives each letter a number or rows of numbers; a text is an expression in `letters`, the letters that stay
    free. With a loss there are also h, its gradients G1, G2, ... and its Hessian H over the columns of the
    variables. `definitions` adds letters by texts in those before. `balls` evaluates in ball arithmetic: for data with
    transcendental functions.

    >>> from symland.landscape.counterexamples.networks import linear
    >>> data = {"X": [[1]], "Y": [[1]], "W1": [["t"]], "W2": [["1/t"]]}
    >>> one = Instance(data, linear(2), {"d": 1, "m": 1}, letters=("t",))
    >>> one.holds("h = 0"), one.holds("H*H = 0"), one.matrix("H")
    (True, False, [[t**(-2), 1], [1, t**2]])
    """

    data: Mapping[str, Number | Matrix]
    loss: Loss | None = None
    dims: Mapping[str, int] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    letters: tuple[str, ...] = ()
    balls: bool = False

    @cached_property
    def ring(self) -> Ring:
        """Rational functions where letters stay free, else balls or rational numbers."""
        if self.letters:
            from symland.landscape.counterexamples.rational_functions import RationalFunctions

            return RationalFunctions(self.letters)
        return Balls(BITS) if self.balls else Rationals()

    @property
    def label(self) -> Label:
        """What an equation decided here earns."""
        return Label.EXACT if self.letters else Label.CERTIFIED

    @property
    def scope(self) -> str:
        """For which dimensions and letters this speaks."""
        return "; ".join(filter(None, (self.sizes, self.extent)))

    @property
    def sizes(self) -> str:
        """The dimensions."""
        return ", ".join(f"{name} = {v}" for name, v in self.dims.items())

    @property
    def extent(self) -> str:
        """The letters that stay free."""
        return f"all {', '.join(self.letters)}" if self.letters else "one instance"

    @cached_property
    def values(self) -> Mapping[str, Value]:
        """The value of every letter. Raises CheckFailed where a formula is not the derivative of the loss."""
        values: dict[str, Value] = {name: cast("RationalFunctions", self.ring).letter(name) for name in self.letters}
        values |= {name: self._value(v, values) for name, v in self.data.items()}
        if self.loss is not None:
            values |= self._of_loss(self.loss, values)
        for name, text in self.definitions.items():
            values[name] = self._evaluated(text, values)
        return values

    def statement(self, text: str) -> Statement:
        """The statement that a text in the letters makes."""
        return read_statement(text, self._reading)

    def term(self, text: str) -> Term:
        """The term that a text in the letters stands for."""
        return read(text, self._shapes(self.values)).term

    @cached_property
    def _reading(self) -> Reading:
        """A text without letters, read where all letters are declared."""
        return read("0", self._shapes(self.values))

    @cached_property
    def evaluation(self) -> Evaluation:
        return Evaluation(point(self.dims, self.values), self.ring)

    def judge(self, text: str) -> Judgement:
        """The judgement of a statement in the letters. Free letters allow equations alone, balls inequalities alone:
        UsageError for others.
        """
        statement: Node = self.statement(text)
        equation = isinstance(statement, S.Eq)
        if (self.letters and not equation) or (self.balls and not isinstance(statement, (S.Lt, S.Le, S.Positive))):
            raise UsageError(
                f"{text!r} cannot be decided in {self.ring.name}",
                hint="equations for free letters, inequalities for balls, any statement for rational numbers",
            )
        return judge(statement, self.evaluation)

    def holds(self, text: str) -> bool:
        """Whether the statement holds here: exactly, or certainly where there are balls."""
        return self.judge(text).holds

    def matrix(self, name: str) -> list[list[Any]]:
        """The rows of a letter: rational numbers, or SymPy expressions in the free letters."""
        value, ring = self.values[name], self.ring
        rows, columns = ring.size(value) or (1, 1)
        entries = [_shown(x) for x in (ring.entries(value) if ring.size(value) else [value])]
        return [entries[i * columns : (i + 1) * columns] for i in range(rows)]

    def _value(self, v: Number | Matrix, values: Mapping[str, Value]) -> Value:
        if isinstance(v, (int, Fraction)):
            return self.ring.number(v)
        if isinstance(v, str):
            return self._evaluated(v, {name: values[name] for name in self.letters})
        return self.ring.matrix(len(v), len(v[0]), [self._value(x, values) for cells in v for x in cells])

    def _evaluated(self, text: str, values: Mapping[str, Value]) -> Value:
        term = read(text, self._shapes(values)).term
        return Evaluation(point(self.dims, values), self.ring).value(term)

    def _shapes(self, values: Mapping[str, Value]) -> dict[str, str]:
        sizes = {name: self.ring.size(v) for name, v in values.items()}
        return {name: " ".join(map(str, size)) if size else "scalar" for name, size in sizes.items()}

    def _of_loss(self, loss: Loss, values: Mapping[str, Value]) -> dict[str, Value]:
        made = _derivatives(loss)
        at = Evaluation(point(self.dims, values), self.ring)
        gradients = [at.value(g) for g in made.gradients]
        curvature = at.value(made.hessian)
        for w, g in zip(made.letters, gradients, strict=True):
            if not self._same(g, gradient_at(made.term, w, at)):
                raise CheckFailed(f"the formula for the gradient with respect to {w!r} is not the derivative here")
        if not self._same(curvature, hessian_at(made.term, made.letters, at)):
            raise CheckFailed("the formula for the Hessian does not give the second derivatives here")
        named = {f"G{i}": g for i, g in enumerate(gradients, 1)}
        return {"h": at.value(made.term), **named, "H": curvature}

    def _same(self, a: Value, b: Value) -> bool:
        return bool(a.overlaps(b)) if self.balls else bool(a == b)


def _shown(x: Any) -> Any:
    """A scalar of a ring as a Fraction or a SymPy expression; a ball as it is."""
    if hasattr(x, "as_expr"):
        return x.as_expr()
    return Fraction(int(x.p), int(x.q)) if hasattr(x, "p") else x
