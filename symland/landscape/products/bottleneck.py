"""All critical points of the two-layer linear loss 1/2 |A2 A1 X - Y|^2 with any inner width, in projector form.

With Sigma = Y X^+ X Y^T and the projector P = A2 A2^+: where the gradient vanishes, P commutes with Sigma, A1 is
A2^+ Y X^+ + Z - A2^+ A2 Z X X^+ for some Z with (I - P) Y X^T Z^T (I - A2^+ A2) = 0, and the loss is
1/2 (|Y|^2 - tr(P Sigma)); and conversely. Source: 12.1 of the specification, after Baldi and Hornik (Neural networks
and principal component analysis, 1989) and Zhou and Liang (Critical points of linear neural networks, 2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from symland.calculus.prover import RIGHT, Prover
from symland.errors import Undecided
from symland.landscape.candidates.stationary import AtPoint, Point, equations_of
from symland.landscape.result import Assumed, Result
from symland.landscape.theorems import Theorems
from symland.language import statements as S
from symland.language import terms as T
from symland.language.statements import Statement
from symland.language.terms import Term
from symland.language.trace import Assignment
from symland.proof.kernel import replay

HALF = T.number(1, 2)
BALDI_HORNIK = "Baldi and Hornik, Neural networks and principal component analysis, 1989"
LETTERS = {
    name: T.matrix(name, *shape) for name, shape in {"A1": "pn", "A2": "kp", "X": "nm", "Y": "km", "Z": "pn"}.items()
}
Model = tuple[Assignment, ...]


def _eye(a: Term) -> Term:
    """The identity with as many rows as a."""
    return cast(Term, T.Identity(a.shape[0]))


def _pinv(a: Term) -> Term:
    return cast(Term, T.Pseudoinverse(a))


def _zero(a: Term) -> Term:
    return cast(Term, T.Zero(*a.shape))


@dataclass(frozen=True)
class CriticalPoints(Theorems):
    """The theorems about the critical points. A1 is p x n, A2 is k x p, X is n x m and Y is k x m.

    >>> CriticalPoints().result("commutes").theorem.statement
    A2*pinv(A2)*Y*pinv(X)*X*Y' = Y*pinv(X)*X*Y'*A2*pinv(A2)
    """

    A1: Term = LETTERS["A1"]
    A2: Term = LETTERS["A2"]
    X: Term = LETTERS["X"]
    Y: Term = LETTERS["Y"]
    Z: Term = LETTERS["Z"]

    # -- the objects -----------------------------------------------------------------------------------------
    @property
    def residual(self) -> Term:
        """E = A2 A1 X - Y."""
        return self.A2 * self.A1 * self.X - self.Y

    @property
    def loss(self) -> Term:
        """F = 1/2 |E|^2."""
        return HALF * cast(Term, T.SquaredNorm(self.residual))

    @property
    def projector(self) -> Term:
        """P = A2 A2^+."""
        return self.A2 * _pinv(self.A2)

    @property
    def covariance(self) -> Term:
        """Sigma = Y X^+ X Y^T."""
        return self.Y * _pinv(self.X) * self.X * self.Y.T

    @property
    def form(self) -> Term:
        """A2^+ Y X^+ + Z - A2^+ A2 Z X X^+."""
        inverse = _pinv(self.A2)
        return inverse * self.Y * _pinv(self.X) + self.Z - inverse * self.A2 * self.Z * self.X * _pinv(self.X)

    @property
    def value(self) -> Term:
        """1/2 (|Y|^2 - tr(P Sigma))."""
        return HALF * (cast(Term, T.SquaredNorm(self.Y)) - cast(Term, T.Trace(self.projector * self.covariance)))

    @cached_property
    def commutes(self) -> Statement:
        """P Sigma = Sigma P."""
        return S.equal(self.projector * self.covariance, self.covariance * self.projector)

    def orthogonal(self, z: Term) -> Statement:
        """(I - P) Y X^T Z^T (I - A2^+ A2) = 0."""
        inner = _pinv(self.A2) * self.A2
        left = (_eye(self.Y) - self.projector) * self.Y * self.X.T * z.T * (_eye(inner) - inner)
        return S.equal(left, _zero(left))

    @cached_property
    def critical(self) -> dict[str, Statement]:
        """That both gradients, A2^T E X^T and E X^T A1^T, are zero."""
        first, second = self.A2.T * self.residual * self.X.T, self.residual * self.X.T * self.A1.T
        return {
            "gradient of A1 vanishes": S.equal(first, _zero(first)),
            "gradient of A2 vanishes": S.equal(second, _zero(second)),
        }

    @cached_property
    def parametrization(self) -> Point:
        """A1 in its form, where P commutes with Sigma and Z fulfills the condition."""
        return Point(
            self.loss, {self.A1: self.form}, {"P commutes": self.commutes, "condition on Z": self.orthogonal(self.Z)}
        )

    @cached_property
    def invariant_subspace(self) -> Point:
        """A2 = U C, A1 = C^{-1} U^T Y X^+ for an invertible C and U with orthonormal columns that span an invariant
        subspace of Sigma, Sigma U = U D."""
        u, c, d = self._basis
        where = {self.A1: cast(Term, T.Inverse(c)) * u.T * self.Y * _pinv(self.X), self.A2: u * c}
        return Point(
            self.loss, where,
            {"orthonormal": S.equal(u.T * u, _eye(d)), "invariant": S.equal(self.covariance * u, u * d)},
        )  # fmt: skip

    @property
    def _basis(self) -> tuple[Term, Term, Term]:
        """U, C and D."""
        k, p = self.A2.shape
        return T.matrix("U", k, p), T.matrix("C", p, p), T.matrix("D", p, p)

    # -- theorems --------------------------------------------------------------------------------------------
    @cached_property
    def results(self) -> tuple[Result, ...]:
        """Every statement that is proved, each on its own."""
        product = S.equal(self.A2 * self.A1 * self.X, self.projector * self.Y * _pinv(self.X) * self.X)
        own = S.equal(self.A1, CriticalPoints(self.A1, self.A2, self.X, self.Y, self.A1).form)
        consequences = {
            "product": ("critical points have the product P Y X^+ X", product),
            "commutes": ("at critical points P commutes with Sigma", self.commutes),
            "form": ("at critical points A1 has the form, with Z = A1", own),
            "condition": ("at critical points Z = A1 fulfills the condition", self.orthogonal(self.A1)),
            "value": ("the loss at critical points", S.equal(self.loss, self.value)),
        }
        out = [self._consequence(name, *row) for name, row in consequences.items()]
        form, space = AtPoint(self.parametrization), AtPoint(self.invariant_subspace)
        trace = HALF * (cast(Term, T.SquaredNorm(self.Y)) - cast(Term, T.Trace(self._basis[2])))
        for w in (self.A1, self.A2):
            title = f"the form gives gradient zero in {w!r}"
            out.append(self._result(f"critical in {w!r}", title, form.prover, form.gradient(w), self._solved_form))
        for w in (self.A1, self.A2):
            title = f"an invariant subspace gives gradient zero in {w!r}"
            name = f"invariant subspace, {w!r}"
            out.append(self._result(name, title, space.prover, space.gradient(w), self._solved_subspace))
        at_point = space.at(space.prover.refl(self.loss), RIGHT)
        equal = space.rules.prove(cast(Term, space.prover.statement(at_point).args[1]), trace)
        id = space.prover.rewrite_by(at_point, RIGHT, _found(equal, "the value"))
        title = "the loss at an invariant subspace"
        out.append(self._result("invariant subspace, value", title, space.prover, id, self._solved_subspace))
        return tuple(out)

    @property
    def assumed(self) -> tuple[Assumed, ...]:
        """Which critical points are minimizers, and what the others are."""
        return (
            Assumed(
                "global", "which critical points are global minimizers",
                "A critical point is a global minimizer exactly where tr(P Sigma) is the sum of the min(p, k) largest "
                "eigenvalues of Sigma.",
                "Fan, On a theorem of Weyl concerning eigenvalues of linear transformations I, 1949",
            ),
            Assumed(
                "saddles", "the other critical points",
                "If X has full row rank, k = n, and Sigma has distinct positive eigenvalues, every critical point that "
                "is no global minimizer is a saddle with a negative eigenvalue of the Hessian.",
                BALDI_HORNIK,
            ),
        )  # fmt: skip

    def _consequence(self, name: str, title: str, statement: S.Statement) -> Result:
        """What follows from the gradients being zero."""
        p = Prover(self.critical)
        left, right = (cast(Term, a) for a in statement.args)
        rules = equations_of(p, self.critical, [statement])
        return self._result(name, title, p, _found(rules.prove(left, right), title), self._solved)

    def _result(self, name: str, title: str, p: Prover, id: str, model: Model) -> Result:
        trace = p.trace({name: id}, model)
        return Result(name, title, replay(trace)[name], trace, "12.1", {self.residual: "E"})

    # -- models ----------------------------------------------------------------------------------------------
    def data_for(self, projector: Term) -> Model:
        """Y for which the projector commutes with Sigma: the parts of Y X^+ X in and across its column space have
        orthogonal rows. R is a letter of the model alone."""
        r, (y0, y1, y2) = T.matrix("R", *self.Y.shape), (T.matrix(f"Y{i}", *self.Y.shape) for i in range(3))
        row_space = _pinv(self.X) * self.X
        across = (_eye(self.Y) - projector) * y1 * (_eye(row_space) - _pinv(r) * r) * row_space
        return (
            Assignment("set", r, projector * y0 * row_space),
            Assignment("set", self.Y, r + across + y2 * (_eye(row_space) - row_space)),
        )

    @cached_property
    def _solved(self) -> Model:
        """A1 := the form with a Z in the row space of A2."""
        inverse = _pinv(self.A2)
        z = inverse * self.A2 * self.Z
        a1 = inverse * self.Y * _pinv(self.X) + z * (_eye(self.X) - self.X * _pinv(self.X))
        return (*self.data_for(self.projector), Assignment("set", self.A1, a1))

    @cached_property
    def _solved_form(self) -> Model:
        z = _pinv(self.A2) * self.A2 * self.Z
        return (*self.data_for(self.projector), Assignment("set", self.Z, z), Assignment("set", self.A1, self.form))

    @cached_property
    def _solved_subspace(self) -> Model:
        """D := U^T Sigma U, for a U that has orthonormal columns by chance."""
        u, _, d = self._basis
        where = tuple(Assignment("set", w, t) for w, t in self.invariant_subspace.where.items())
        return (*self.data_for(u * u.T), Assignment("set", d, u.T * self.covariance * u), *where)


def _found(step: str | None, what: str) -> str:
    if step is None:
        raise Undecided(f"{what}: no multiples of the hypotheses were found", hint="this is a gap in symland")
    return step
