"""The network with one hidden layer, `g = 1/2 |W2 s(W1 X) - Y|_F^2`: its letters, gradient and Hessian.

Source: Theorem 6.1 of the specification, after Zhou and Liang. With Z = W1 X, S = s(Z), D = s'(Z), D2 = s''(Z) and the
residual E = W2 S - Y, the Jacobian of W2 s(W1 X) is [J1, J2], and a Hessian block is J_l^T J_k plus a term with E.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, cast

from symland.calculus.derivation import Derivation, of_theorem
from symland.calculus.gradient import gradient_step
from symland.calculus.hessian import HessianDerivation, Place, block_name, hessian_step, of_blocks
from symland.calculus.prover import Path, Prover, at
from symland.landscape.hidden.activations import Activation, activation
from symland.landscape.products.networks import SOURCE
from symland.language import terms as T
from symland.language.index import Dim
from symland.language.nodes import Node
from symland.language.problem import Problem
from symland.language.terms import Term
from symland.language.trace import Trace
from symland.proof.kernel import replay

SAMPLES = Dim.of("m")
THEOREM = "a Gauss-Newton term and a term with the residual"


@dataclass(frozen=True)
class HiddenNetwork:
    """`g = 1/2 |W2 s(W1 X) - Y|_F^2` with an activation s, entry by entry.

    Square: W1 and W2 are d x d, X and Y are d x m. Rectangular: W1 is q x n, W2 is p x q, X is n x m, Y is p x m.
    `samples` is the number of columns of X and Y.
    """

    activation: Activation
    rectangular: bool = False
    samples: Dim = SAMPLES

    title: ClassVar[str] = "network with one hidden layer"

    @cached_property
    def widths(self) -> tuple[Dim, Dim, Dim]:
        """How many inputs, hidden units and outputs there are."""
        inputs, hidden, outputs = (Dim.of(name) for name in ("nqp" if self.rectangular else "ddd"))
        return inputs, hidden, outputs

    @cached_property
    def W1(self) -> Term:
        return T.matrix("W1", self.widths[1], self.widths[0])

    @cached_property
    def W2(self) -> Term:
        return T.matrix("W2", self.widths[2], self.widths[1])

    @property
    def letters(self) -> tuple[Term, Term]:
        return self.W1, self.W2

    @cached_property
    def X(self) -> Term:
        return T.matrix("X", self.widths[0], self.samples)

    @cached_property
    def Y(self) -> Term:
        return T.matrix("Y", self.widths[2], self.samples)

    @cached_property
    def Z(self) -> Term:
        """W1 X, what goes into the activation."""
        return self.W1 * self.X

    @cached_property
    def S(self) -> Term:
        """s(Z), the outputs of the hidden units."""
        return self.activation.value(self.Z)

    @cached_property
    def D(self) -> Term:
        """s'(Z)."""
        return self.activation.slope(self.Z)

    @cached_property
    def D2(self) -> Term | None:
        """s''(Z); None where it is zero."""
        return None if self.activation.curvature is None else self.activation.curvature(self.Z)

    @cached_property
    def residual(self) -> Term:
        """E = W2 S - Y."""
        return self.W2 * self.S - self.Y

    @cached_property
    def loss(self) -> Term:
        return T.number(1, 2) * cast(Term, T.SquaredNorm(self.residual))

    @cached_property
    def definitions(self) -> Mapping[str, Term]:
        """The names of sub-expressions: E, S, D, and D2 where it is another one."""
        names = {"E": self.residual, "S": self.S, "D": self.D}
        return names if self.D2 is None or self.D2 is self.S else {**names, "D2": self.D2}

    @cached_property
    def problem(self) -> Problem:
        return Problem(
            f"{self.title}, {self.activation!r}",
            self.loss,
            self.letters,
            data=(self.X, self.Y),
            definitions=self.definitions,
            hypotheses=self.activation.conditions,
            source=SOURCE,
        )

    # -- Theorem 6.1 -------------------------------------------------------------------------------------------
    @cached_property
    def gradients(self) -> tuple[Term, Term]:
        """((W2^T E) .* D) X^T and E S^T."""
        return T.hadamard(self.W2.T * self.residual, self.D) * self.X.T, self.residual * self.S.T

    @cached_property
    def slopes(self) -> Term:
        """Diag(vec D) (X^T (x) I), the Jacobian of S with respect to W1."""
        return diagonal(self.D) * kron(self.X.T, identity(self.widths[1]))

    @cached_property
    def slopes_transposed(self) -> Term:
        """(X (x) I) Diag(vec D)."""
        return kron(self.X, identity(self.widths[1])) * diagonal(self.D)

    def jacobian(self, layer: int) -> Term:
        """J1 = (I (x) W2) Diag(vec D) (X^T (x) I), or J2 = S^T (x) I."""
        if layer == 1:
            return kron(identity(self.samples), self.W2) * self.slopes
        return kron(self.S.T, identity(self.widths[2]))

    def gauss_newton(self, row: int, column: int) -> Term:
        """J_row^T J_column, with Kronecker products next to each other multiplied."""
        if row == column == 1:
            return self.slopes_transposed * kron(identity(self.samples), self.W2.T * self.W2) * self.slopes
        if row == column:
            return kron(self.S * self.S.T, identity(self.widths[2]))
        if row == 1:
            return self.slopes_transposed * kron(self.S.T, self.W2.T)
        return kron(self.S, self.W2) * self.slopes

    def curvature(self, row: int, column: int) -> Term | None:
        """The term of a block that carries E; None where there is none."""
        if row == column == 2 or (row == column and self.D2 is None):
            return None
        hidden, outputs = self.widths[1], self.widths[2]
        if row == column:
            bent = diagonal(T.hadamard(cast(Term, self.D2), self.W2.T * self.residual))
            return kron(self.X, identity(hidden)) * bent * kron(self.X.T, identity(hidden))
        if row == 1:
            flip = cast(Term, T.Commutation(outputs, hidden))
            return self.slopes_transposed * kron(self.residual.T, identity(hidden)) * flip
        return cast(Term, T.Commutation(hidden, outputs)) * kron(self.residual, identity(hidden)) * self.slopes

    def block(self, row: int, column: int) -> Term:
        """The Hessian block."""
        square, rest = self.gauss_newton(row, column), self.curvature(row, column)
        return square if rest is None else square + rest


def identity(size: Dim) -> Term:
    """I."""
    return cast(Term, T.Identity(size))


def kron(a: Term, b: Term) -> Term:
    """A (x) B."""
    return cast(Term, T.Kronecker(a, b))


def diagonal(a: Term) -> Term:
    """Diag(vec A)."""
    return cast(Term, T.DiagonalMatrix(T.Vec(a)))


def hidden_network(name: str | None = None, rectangular: bool = False) -> HiddenNetwork:
    """The network with this activation, or with a generic smooth one.

    >>> hidden_network("tanh").loss
    1/2*norm2(W2*tanh(W1*X) - Y)^2
    """
    return HiddenNetwork(activation(name), rectangular)


@dataclass(frozen=True)
class HiddenDerivatives:
    """Gradient and Hessian of the network in the form of Theorem 6.1, for all dimensions.

    Where the activation has kinks, the theorems say that no entry of W1 X is one.

    >>> for g in HiddenDerivatives(hidden_network()).gradients:
    ...     print(g)
    gradient with respect to W1: ((W2'*E) .* D)*X'  [PROVED, ...]
    gradient with respect to W2: E*S'  [PROVED, ...]
    """

    network: HiddenNetwork

    @property
    def problem(self) -> Problem:
        return self.network.problem

    @cached_property
    def names(self) -> dict[Node, str]:
        return self.problem.abbreviations

    @cached_property
    def gradients(self) -> tuple[Derivation, ...]:
        """The gradients with respect to W1 and W2."""
        p = Prover({})
        ids: dict[str, str] = {}
        lines = []
        for layer in (0, 1):
            ids[f"gradient {layer + 1}"] = self.gradient_step(p, layer)
            lines.append(tuple(p.display))
            p.display.clear()
        trace = p.trace(ids)
        theorems = replay(trace).values()
        names = [f"gradient with respect to {w!r}" for w in self.network.letters]
        made = (of_theorem(trace, t, name, self.names) for t, name in zip(theorems, names, strict=True))
        return tuple(replace(g, lines=line) for g, line in zip(made, lines, strict=True))

    @property
    def gradients_proof(self) -> Trace:
        """The trace of both gradients."""
        return self.gradients[0].trace

    def gradient_step(self, p: Prover, layer: int) -> str:
        """The step that says what the gradient with respect to the letter of this number is, counted from 0."""
        n = self.network
        source = read_off(p, gradient_step(p, n.loss, n.letters[layer]))
        return in_form(p, source, (1, 0), n.gradients[layer])

    def hessian_step(self, p: Prover, row: int, column: int) -> str:
        """The step that says what a Hessian block is, its letters counted from 0."""
        n = self.network
        source = read_off(p, hessian_step(p, n.loss, n.letters[row], n.letters[column], commute=row > column))
        direction = at(p.statement(source), (1, 1)).args[-1]
        return in_form(p, source, (1, 1), T.product(n.block(row + 1, column + 1), direction))

    @cached_property
    def hessian(self) -> HessianDerivation:
        """All blocks; block (i, j) of the derivation has the rows of W_{i+1} and the columns of W_{j+1}."""
        n, p = self.network, Prover({})
        ids: dict[Place, str] = {}
        lines = {}
        for i in (0, 1):
            for j in (0, 1):
                ids[i, j] = self.hessian_step(p, i, j)
                lines[i, j] = tuple(p.display)
                p.display.clear()
        trace = p.trace({block_name(place): id for place, id in ids.items()})
        return of_blocks(n.loss, n.letters, "vectorized", trace, replay(trace), lines, self.names)

    @property
    def blocks(self) -> Mapping[Place, Derivation]:
        """The Hessian blocks by (row, column), counted from 1."""
        return {(i + 1, j + 1): b for (i, j), b in self.hessian.blocks.items()}

    @property
    def proof(self) -> Trace:
        """The trace of all Hessian blocks."""
        return self.hessian.trace


def read_off(p: Prover, id: str) -> str:
    """The equation that a theorem about a gradient or Hessian block was read off."""
    return str(next(step for step in p.steps if step.id == id).data["from"])


def in_form(p: Prover, source: str, path: Path, form: Term) -> str:
    """The theorem that is read off the equation once its formula, at the path, is written in this form. The main line
    ends there, also where it had that form before common factors were collected."""
    new = p.turn(source, path, form)
    shown = [id for id, _ in p.display]
    if new in shown:
        del p.display[shown.index(new) + 1 :]
    else:
        p.display.append((new, THEOREM))
    return p.emit("identify", {"from": new})
