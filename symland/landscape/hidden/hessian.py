"""The Hessian of the network with one hidden layer where it interpolates the data: H^T H with H = [J1, J2] explicit.

J1 = (I (x) W2) Diag(vec D) (X^T (x) I) and J2 = S^T (x) I, so H vec V is vec(W2 (D .* V1 X) + V2 S) for a direction
(V1, V2). Source: Theorems 6.2 and 6.6 of the specification, after Zhou and Liang.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, cast

from symland.calculus.positivity import shown_to_hold
from symland.calculus.prover import RIGHT, Prover
from symland.landscape.hidden.activations import LEAKY_RELU
from symland.landscape.hidden.minimizers import HiddenMinimizers
from symland.landscape.hidden.network import HiddenDerivatives, HiddenNetwork, diagonal, identity, kron
from symland.landscape.hidden.steps import (
    FULL_RANK,
    INPUTS,
    INTERPOLATION,
    MINUS,
    NOTHING,
    SECOND,
    Claims,
    Proof,
    Using,
    divided,
    fitted,
    held,
    interpolates,
    inverse_of,
    left_inverse,
    over,
    pinv_of,
    proved,
    replaced,
    vec,
    zero_like,
)
from symland.landscape.result import Assumed, Result
from symland.landscape.theorems import Theorems
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import Substitution
from symland.language.terms import Term, block
from symland.language.trace import Assignment
from symland.proof.rules.registry import ROWS

SLOPES = "slopes"
TWO = T.number(2)
STRANG = "Strang, Introduction to Linear Algebra, 5th ed., sec. 3.5 (rank and nullity)"
NOCEDAL = "Nocedal and Wright, Numerical Optimization, 2nd ed., Theorem 2.4 (second-order sufficient conditions)"
BLOCKS = ((1, 1), (1, 2), (2, 1), (2, 2))
INJECTIVE = (
    "$H$ has ${}$ rows and ${}$ columns, so that it is injective only if ${}$. Where it is and the network "
    "interpolates the data, the Hessian is positive definite and the minimizer isolated. For leaky ReLU, away from its "
    "kink, it never is: the rescalings of the hidden units are in the kernel."
)
EXAMPLE = " It is injective for $s(z) = z + z^3$, $W_1 = W_2 = I$ and $X = [I, 2 I]$."


@dataclass(frozen=True)
class HiddenHessianAt(Theorems):
    """H^T H at the minimizers with residual 0: exactly when it is the Hessian, kernel, range and spectrum.

    `factor(1)` and `factor(2)` are J1 and J2, `matrix` is H = [J1, J2].

    >>> from symland.landscape.hidden.network import hidden_network
    >>> HiddenHessianAt(HiddenMinimizers(hidden_network())).factor(2)
    sigma(W1*X)' (x) I(d)
    """

    minimizers: HiddenMinimizers

    @property
    def network(self) -> HiddenNetwork:
        return self.minimizers.network

    def factor(self, layer: int) -> Term:
        """J1 or J2, the Jacobian of W2 s(W1 X) with respect to a layer."""
        return self.network.jacobian(layer)

    @cached_property
    def matrix(self) -> Term:
        """H = [J1, J2]."""
        return block([[self.factor(1), self.factor(2)]])

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """Every statement that is proved, each on its own."""
        general = proved(self.network, self._block_claims() | self._claims() | self._invertible_claims())
        return general + proved(self.minimizers.square, self._square_claims())

    def _block_claims(self) -> Claims:
        """H^T H where the residual vanishes; and what else the blocks are."""
        out: Claims = {}
        for i, j in BLOCKS:
            block_of, square = f"the Hessian block of $W_{i}$ and $W_{j}$", f"$J_{i}^T J_{j}$"
            title = f"where the residual vanishes {block_of} is {square}"
            out[f"hessian {i} {j}"] = title, "Theorem 6.6", partial(self._square, i, j)
            if self.network.curvature(i, j) is not None:
                title = f"{block_of} is {square} and a term with the residual"
                out[f"split {i} {j}"] = title, "Theorem 6.2", partial(self._split, i, j)
                title = f"{block_of} is {square} where that term vanishes"
                out[f"exactly {i} {j}"] = title, "Theorem 6.2", partial(self._exactly, i, j)
                if i >= j:
                    title = f"where that term of $W_{i}$ and $W_{j}$ vanishes, the condition on hidden units"
                    out[f"units {i} {j}"] = title, "Theorem 6.2", partial(self._units, i, j)
        return out

    def _claims(self) -> Claims:
        title = "with A3 and $s' != 0$, the residual vanishes where the term of $W_2$ and $W_1$ does"
        out: Claims = {
            "only": (title, "Theorem 6.2", self._only),
            "image": ("what $H$ does to a direction", "Theorem 6.6", self._image),
            "semidefinite": ("$H^T H$ is positive semidefinite", "Theorem 6.6", self._semidefinite),
            "range 2": ("$H$ is onto where $s(W_1 X)$ has rank $m$", "Theorem 6.6", self._range_second),
        }
        if self.network.activation.name == LEAKY_RELU:
            title = "rescaling hidden units does not change the network to first order"
            out["rescaling"] = title, "Theorem 6.6", self._rescaling
        return out

    def _invertible_claims(self) -> Claims:
        """What speaks of an invertible W2, for square layers."""
        if self.network.rectangular:
            return {}
        title = "$H H^T$ where $W_2$ is a multiple of an orthogonal matrix and all slopes are equal"
        return {
            "range 1": ("with A3 and $s' != 0$, $H$ is onto for invertible $W_2$", "Theorem 6.6", self._range_first),
            "spectrum": (title, "Theorem 6.6", self._spectrum),
        }

    def _square_claims(self) -> Claims:
        """What speaks of inverses of W2 and X, for square layers and m = d."""
        if self.network.rectangular:
            return {}
        converse, title = partial(self._kernel_converse, False), "these directions are in the kernel of $H$"
        vector, other = partial(self._kernel_converse, True), "a direction in the kernel of $H$, with $V_2 = I$"
        return {
            "kernel, m = d": ("directions in the kernel of $H$ are these", "Theorem 6.6", self._kernel),
            "kernel converse, m = d": (title, "Theorem 6.6", converse),
            "kernel vector, m = d": (other, "Theorem 6.6", vector),
        }

    @property
    def assumed(self) -> tuple[Assumed, ...]:
        """What is cited: the count of dimensions, and when the Hessian can be definite."""
        if self.network.rectangular:
            many = INJECTIVE.format("p m", "q (n + p)", "p m >= q (n + p)")
            return (Assumed("definite", "many samples", many, NOCEDAL),)
        many = INJECTIVE.format("d m", "2 d^2", "m >= 2 d") + EXAMPLE
        more = Assumed("definite", "many samples", many, NOCEDAL)
        rank = Assumed(
            "rank", "rank and nullity of $H^T H$",
            "Where $H$ is onto, $H$ and $H^T H$ have the rank $d m$ and a kernel of dimension $2 d^2 - d m$, which is "
            "$d^2$ for $m = d$. Where the network interpolates the data, these are rank and nullity of the Hessian.",
            STRANG,
        )  # fmt: skip
        return rank, more

    # -- H^T H, and exactly when -------------------------------------------------------------------------------
    def square(self, row: int, column: int) -> Term:
        """J_row^T J_column."""
        return self.factor(row).T * self.factor(column)

    def _square(self, i: int, j: int) -> Proof:
        n = self.network
        p = Prover({INTERPOLATION: interpolates(n)})
        id = HiddenDerivatives(n).hessian_step(p, i - 1, j - 1)
        id = replaced(p, id, (3,), p.hyp(INTERPOLATION))
        return p, p.turn(id, (3,), self.square(i, j)), fitted(n)

    def _split(self, i: int, j: int) -> Proof:
        n, p = self.network, Prover({})
        id = HiddenDerivatives(n).hessian_step(p, i - 1, j - 1)
        return p, p.turn(id, (3,), self.square(i, j) + cast(Term, n.curvature(i, j))), ()

    def _vanishes(self, i: int, j: int) -> S.Statement:
        term = cast(Term, self.network.curvature(i, j))
        return S.equal(term, zero_like(term))

    def _exactly(self, i: int, j: int) -> Proof:
        n, name = self.network, f"term of block {i} {j}"
        p = Prover({name: self._vanishes(i, j)})
        id = HiddenDerivatives(n).hessian_step(p, i - 1, j - 1)
        return p, p.turn(id, (3,), self.square(i, j), [{"eq": p.hyp(name)}]), fitted(n)

    def _units(self, i: int, j: int) -> Proof:
        """For every vector v, a unit vector for the condition on one hidden unit: E Diag(D^T v) X^T = 0 for the block
        21, X Diag((D2 .* W2^T E)^T v) X^T = 0 for the block 11."""
        n, name = self.network, f"term of block {i} {j}"
        p = Prover({name: self._vanishes(i, j)})
        inputs, hidden, outputs = n.widths
        v, ones = T.matrix("v", hidden, 1), cast(Term, T.Ones(hidden, Dim.of(1)))
        if i == j:
            weights = T.hadamard(cast(Term, n.D2), n.W2.T * n.residual)
            before, left = n.X, kron(identity(inputs), v.T)
        else:
            flip = cast(Term, T.Commutation(outputs, hidden))
            weights, before, left = n.D, n.residual, kron(identity(outputs), v.T) * flip
        goal = before * cast(Term, T.DiagonalMatrix(weights.T * v)) * n.X.T
        using: Using = [{"eq": p.hyp(name), "left": left, "right": kron(identity(inputs), ones)}]
        return p, p.equate(goal, zero_like(goal), using), fitted(n)

    def _only(self) -> Proof:
        """E = 0: cancel K, then X^T by A3, then the slopes entry by entry, then the Kronecker factor I."""
        n, name = self.network, "term of block 2 1"
        p = Prover({FULL_RANK: self.minimizers.full_rank, name: self._vanishes(2, 1)})
        _, hidden, outputs = n.widths
        eye, pinv = identity(hidden), pinv_of(n.X)
        spread, slopes = kron(n.residual, eye), diagonal(n.D)
        undone = p.rewrite_by(p.refl(kron((pinv * n.X).T, eye)), (1, 0, 0), p.hyp(FULL_RANK))
        id = p.equate(
            spread * slopes, zero_like(spread),
            [
                {"eq": p.hyp(name), "left": cast(Term, T.Commutation(outputs, hidden)), "right": kron(pinv.T, eye)},
                {"eq": undone, "left": spread * slopes, "times": MINUS},
            ],
        )  # fmt: skip
        one = p.apply("entrywise_reciprocal", [nonzero_slopes(p, n)], A=n.D)
        cancelled = p.rewrite_by(p.refl(diagonal(p.statement(one).args[0])), (1, 0, 0), one)
        using = [{"eq": id, "right": diagonal(over(n.D))}, {"eq": cancelled, "left": spread, "times": MINUS}]
        id = p.equate(spread, zero_like(spread), using)
        first = cast(Term, T.UnitVector(hidden, Index.of(1)))
        left, right = kron(identity(outputs), first.T), kron(identity(n.samples), first)
        return p, p.equate(n.residual, zero_like(n.residual), [{"eq": id, "left": left, "right": right}]), fitted(n)

    # -- what H does -------------------------------------------------------------------------------------------
    def direction(self, n: HiddenNetwork) -> tuple[Term, Term]:
        """V1 and V2."""
        return T.matrix("V1", *n.W1.shape), T.matrix("V2", *n.W2.shape)

    def _image(self) -> Proof:
        n, p = self.network, Prover({})
        v = self.direction(n)
        return p, p.equate(applied(n, *v), vec(change(n, *v))), ()

    def _semidefinite(self) -> Proof:
        """0 <= |J1 vec V1 + J2 vec V2|^2, multiplied out."""
        n, p = self.network, Prover({})
        u, v = (vec(x) for x in self.direction(n))
        form = T.total(
            cast(Term, T.Inner(u, self.square(1, 1) * u)),
            TWO * cast(Term, T.Inner(u, self.square(1, 2) * v)),
            cast(Term, T.Inner(v, self.square(2, 2) * v)),
        )
        return p, p.pos(NOTHING, form, {"square": self.factor(1) * u + self.factor(2) * v}), ()

    def _range_second(self) -> Proof:
        """V1 = 0, V2 = U s(W1 X)^+ goes to U."""
        n = self.network
        u = T.matrix("U", *n.Y.shape)
        pinv = pinv_of(n.S)
        p = Prover({"values of rank m": left_inverse(n.S)})
        fits = p.equate(u * pinv * n.S, u, [{"eq": p.hyp("values of rank m"), "left": u}])
        id = p.rewrite_by(p.refl(vec(u * pinv * n.S)), (1, 0), fits)
        return p, p.equate(self.factor(2) * vec(u * pinv), vec(u), [{"eq": id}]), ()

    def _range_first(self) -> Proof:
        """V1 = ((W2^{-1} U) ./ D) X^+, V2 = 0 goes to U."""
        n = self.network
        v, _ = self.direction(n)
        u = T.matrix("U", *n.Y.shape)
        pinv = pinv_of(n.X)
        found = T.hadamard(inverse_of(n.W2) * u, over(n.D)) * pinv
        p = Prover({
            FULL_RANK: self.minimizers.full_rank, SECOND: S.Invertible(n.W2), "direction": S.equal(v, found),
        })  # fmt: skip
        id = reached(p, n, v, u, p.hyp(FULL_RANK))
        id = p.rewrite_by(p.refl(vec(p.statement(id).args[0])), (1, 0), id)
        goal = p.equate(self.factor(1) * vec(v), vec(u), [{"eq": id}])
        return p, goal, (Assignment("set", v, found),)

    # -- the kernel, for m = d -----------------------------------------------------------------------------------
    def kernel_direction(self, n: HiddenNetwork, v2: Term) -> Term:
        """-((W2^{-1} V2 S) ./ D) X^{-1}."""
        inner = inverse_of(n.W2) * v2 * n.S
        return -(T.hadamard(inner, over(n.D)) * inverse_of(n.X))

    def _kernel(self) -> Proof:
        n = self.minimizers.square
        v, z = self.direction(n)
        moved = applied(n, v, z)
        p = Prover({
            "kernel": S.equal(moved, zero_like(moved)), INPUTS: S.Invertible(n.X), SECOND: S.Invertible(n.W2),
        })  # fmt: skip
        image = p.refl(cast(Term, T.Unvec(*n.Y.shape, moved)))
        image = p.rewrite_by(image, (1, 2), p.hyp("kernel"))
        inverse, scaled = inverse_of(n.W2), T.hadamard(n.D, v * n.X)
        undone = p.apply("inverse_left", [p.hyp(SECOND)], A=n.W2)
        id = p.equate(
            scaled, -(inverse * z * n.S),
            [{"eq": image, "left": inverse}, {"eq": undone, "right": scaled, "times": MINUS}],
        )  # fmt: skip
        id = divided(p, id, n.D, v * n.X, nonzero_slopes(p, n))
        undone = p.apply("inverse_right", [p.hyp(INPUTS)], A=n.X)
        found = self.kernel_direction(n, z)
        using = [{"eq": id, "right": inverse_of(n.X)}, {"eq": undone, "left": v, "times": MINUS}]
        return p, p.equate(v, found, using), (Assignment("set", v, found),)

    def _kernel_converse(self, unit: bool) -> Proof:
        """For every V2, or for V2 = I: an element of the kernel that is not zero."""
        n = self.minimizers.square
        v, z = self.direction(n)
        z = identity(z.shape[0]) if unit else z
        found = self.kernel_direction(n, z)
        p = Prover({"direction": S.equal(v, found), INPUTS: S.Invertible(n.X), SECOND: S.Invertible(n.W2)})
        undone = p.apply("inverse_left", [p.hyp(INPUTS)], A=n.X)
        id = reached(p, n, v, -(z * n.S), undone)
        return p, self._in_kernel(p, n, v, z, [{"eq": id}]), (Assignment("set", v, found),)

    def _in_kernel(self, p: Prover, n: HiddenNetwork, v: Term, z: Term, using: Using) -> str:
        """The step `J1 vec V1 + J2 vec V2 = 0`, where W2 (D .* V1 X) + V2 S vanishes by these equations."""
        moved = change(n, v, z)
        zero = p.equate(moved, zero_like(moved), using)
        id = p.rewrite_by(p.refl(vec(moved)), (1, 0), zero)
        goal = applied(n, v, z)
        return p.equate(goal, zero_like(goal), [{"eq": id}])

    def _rescaling(self) -> Proof:
        """V1 = Diag(v) W1, V2 = -W2 Diag(v): rows of W1 grow as columns of W2 shrink; s(Z) = D .* Z off the kink."""
        n = self.network
        p = Prover({"no kink": S.Nonzero(n.Z)})
        scales = cast(Term, T.DiagonalMatrix(T.matrix("v", n.widths[1], 1)))
        pieces = p.apply("leaky_relu_pieces", [p.hyp("no kink")], A=n.Z, c=n.activation.parameters[0])
        using: Using = [{"eq": pieces, "left": n.W2 * scales, "times": MINUS}]
        return p, self._in_kernel(p, n, scales * n.W1, -(n.W2 * scales), using), ()

    # -- spectrum ------------------------------------------------------------------------------------------------
    def _spectrum(self) -> Proof:
        """H H^T = (c^2 omega^2 X^T X + S^T S) (x) I for W2 = omega Q, Q Q^T = I, D = c 1 1^T: the nonzero eigenvalues
        of H^T H are those of c^2 omega^2 X^T X + S^T S, each d times."""
        n = self.network
        c, omega, q = T.scalar("c"), T.scalar("omega"), T.matrix("Q", *n.W2.shape)
        ones, eye = cast(Term, T.Ones(*n.D.shape)), identity(q.shape[0])
        p = Prover({
            SECOND: S.equal(n.W2, omega * q), "orthogonal": S.equal(q * q.T, eye), SLOPES: S.equal(n.D, c * ones),
        })  # fmt: skip
        gram = n.X.T * n.X
        id = p.refl(T.total(*(self.factor(l) * self.factor(l).T for l in (1, 2))))
        for name in (SECOND, SLOPES):
            id = replaced(p, id, RIGHT, p.hyp(name))
        unit = p.rewrite_by(p.refl(kron(gram, q * q.T)), (1, 1), p.hyp("orthogonal"))
        goal = kron(c**2 * omega**2 * gram + n.S.T * n.S, eye)
        model = (
            Assignment("set", n.X, cast(Term, T.Ones(*n.X.shape))),
            Assignment("set", n.W1, T.scalar("u") * cast(Term, T.Ones(*n.W1.shape))),
            Assignment("set", q, eye), Assignment("set", n.W2, omega * q), Assignment("set", c, T.entry(n.D, 1, 1)),
        )  # fmt: skip
        return p, p.turn(id, RIGHT, goal, [{"eq": unit, "times": c**2 * omega**2}]), model


def applied(n: HiddenNetwork, v1: Term, v2: Term) -> Term:
    """J1 vec V1 + J2 vec V2, that is H vec V."""
    return n.jacobian(1) * vec(v1) + n.jacobian(2) * vec(v2)


def change(n: HiddenNetwork, v1: Term, v2: Term) -> Term:
    """W2 (D .* V1 X) + V2 S, the change of the output to first order."""
    return n.W2 * T.hadamard(n.D, v1 * n.X) + v2 * n.S


def reached(p: Prover, n: HiddenNetwork, v: Term, target: Term, undone: str) -> str:
    """The step `W2 (D .* V1 X) = target` from the hypothesis `direction`: V1 = ((W2^{-1} target) ./ D) G, where
    `undone` says that G X = I, and `second layer` that W2 is invertible."""
    wanted = inverse_of(n.W2) * target
    ratio = T.hadamard(wanted, over(n.D))
    inside = p.equate(v * n.X, ratio, [{"eq": p.hyp("direction"), "right": n.X}, {"eq": undone, "left": ratio}])
    scaled = p.refl(T.hadamard(n.D, v * n.X))
    scaled = p.rewrite_by(scaled, (1, len(p.statement(scaled).args[1].args) - 1), inside)
    one = p.apply("entrywise_reciprocal", [nonzero_slopes(p, n)], A=n.D)
    alone = p.refl(T.hadamard(n.D, over(n.D), wanted))
    alone = p.rewrite_by(alone, RIGHT, one, segment=(0, len(p.statement(one).args[0].args)))
    slope = p.equate(T.hadamard(n.D, v * n.X), wanted, [{"eq": scaled}, {"eq": alone}])
    cancelled = p.apply("inverse_right", [p.hyp(SECOND)], A=n.W2)
    using = [{"eq": slope, "left": n.W2}, {"eq": cancelled, "right": target}]
    return p.equate(n.W2 * T.hadamard(n.D, v * n.X), target, using)


def nonzero_slopes(p: Prover, n: HiddenNetwork) -> str:
    """The step `nonzero(D)`: what is known of the activation gives it, or it becomes the hypothesis `slopes`."""
    act = n.activation
    for name, condition in act.conditions.items():
        p.assume(name, condition)
    if act.slope_row:
        bindings: dict[str, Any] = {"A": n.Z, **({} if act.slope_constant is None else {"c": act.slope_constant})}
        sub = Substitution(**p.instance(act.slope_row, **bindings)["subst"])
        premises = [held(p, cast(S.Statement, sub.apply(h))) for h in ROWS[act.slope_row].premises]
        positive = p.apply(act.slope_row, premises, **bindings)
        return p.apply("nonzero_positive_entries", [positive], A=n.D)
    id = shown_to_hold(p, cast(S.Statement, S.Nonzero(n.D)))
    return id or p.hyp(p.assume(SLOPES, cast(S.Statement, S.Nonzero(n.D))))
