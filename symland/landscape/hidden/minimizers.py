"""The global minimizers of the network with one hidden layer where it can interpolate the data.

A minimizer is not substituted: it is the letters W1, W2 under hypotheses. Existence is a witness: the values T of W1 X
with C s(T) = Y are a letter. Source: Theorems 6.3 and 6.4 of the specification, after Zhou and Liang.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import cast

from symland.calculus.positivity import shown_to_hold
from symland.calculus.prover import RIGHT, Prover
from symland.landscape.hidden.activations import LEAKY_RELU, POSITIVE, UNIT_INTERVAL, Entrywise
from symland.landscape.hidden.existence import assumed
from symland.landscape.hidden.network import HiddenDerivatives, HiddenNetwork, identity
from symland.landscape.hidden.rank import values_of_full_rank
from symland.landscape.hidden.steps import (
    FULL_RANK,
    HALF,
    INPUTS,
    INTERPOLATION,
    MINUS,
    NOTHING,
    OUTPUTS,
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
    loss_vanishes,
    over,
    pinv_of,
    proved,
    replaced,
    residual_vanishes,
    zero_like,
)
from symland.landscape.minimizer_set import MinimizerSet, PointFamily
from symland.landscape.result import Assumed, Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim
from symland.language.terms import Term
from symland.language.trace import Assignment

FIRST, VALUES = "first layer", "values"
SOURCE = "Theorem 6.4"
SYMMETRY = (
    "no symmetry of the network function: minimizers with one $W_2$ and one $T = W_1 X$ agree on the training inputs, "
    "and their $W_1$ differ by a matrix that takes $X$ to 0"
)


@dataclass(frozen=True)
class HiddenMinimizers(MinimizerSet):
    """The minimizers of `g = 1/2 |W2 s(W1 X) - Y|^2` with g = 0. Where there are any they are the global minimizers:
    for square layers and a strictly increasing s, wherever X has full column rank (A3).

    Everything but what speaks of an inverse of W2 or of m = d holds for all widths.

    >>> from symland.landscape.hidden.network import hidden_network
    >>> HiddenMinimizers(hidden_network("tanh")).result("fit").theorem
    minimum |- W2*tanh(W1*X) = Y
    """

    network: HiddenNetwork

    @property
    def value(self) -> Term:
        """0, the least value where the network can interpolate the data."""
        return NOTHING

    @cached_property
    def square(self) -> HiddenNetwork:
        """The network for as many samples as inputs, m = d."""
        return replace(self.network, samples=self.network.widths[0])

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """Every statement that is proved, each on its own."""
        general = proved(self.network, self._claims() | self._invertible_claims())
        return general + proved(self.square, self._square_claims())

    def _claims(self) -> Claims:
        claims: Claims = {
            "lower_bound": ("0 is a lower bound of the loss", "Theorem 6.3", self._lower_bound),
            "residual": ("the residual vanishes where the loss does", "Theorem 6.3", self._residual),
            "value": ("the loss vanishes where the residual does", "Theorem 6.3", self._value),
            "stationary 1": ("where $E = 0$, the gradient in $W_1$ is 0", "Theorem 6.3", partial(self._stationary, 0)),
            "stationary 2": ("where $E = 0$, the gradient in $W_2$ is 0", "Theorem 6.3", partial(self._stationary, 1)),
            "attained": ("with A3, some $s(T)$ of rank $m$ gives the value 0", "Theorem 6.3", self._attained),
            "rank": (
                "two values of $s$ give $T$ with $s(T)$ of rank $m$",
                "Theorem 6.3",
                partial(values_of_full_rank, self.network),
            ),
            "family": ("the family attains the value 0", SOURCE, self._family),
            "fit": ("a minimizer of value 0 interpolates", SOURCE, self._fit),
            "form": ("every $W_1$ has the form of the family, with $T = W_1 X$", SOURCE, self._form),
        }
        if self.network.activation.name == LEAKY_RELU:
            title = "rescaling hidden units does not change the outputs"
            claims["rescaling"] = title, "Theorem 6.6", self._rescaling
        return claims

    def _invertible_claims(self) -> Claims:
        """What speaks of an invertible W2, for square layers."""
        act = self.network.activation
        if self.network.rectangular:
            return {}
        claims: Claims = {
            "hidden": ("where $E = 0$, an invertible $W_2$ determines $s(W_1 X)$", SOURCE, self._hidden),
            "unique": ("for injective $s$ and $E = 0$, an invertible $W_2$ determines $W_1 X$", SOURCE, self._unique),
        }
        if act.name == LEAKY_RELU:
            claims["closed form"] = "the values $T$ in closed form", SOURCE, self._closed_form
        if act.range in (None, POSITIVE, UNIT_INTERVAL):
            title = "where the values of $s$ are positive and $E = 0$, an invertible $W_2$ needs $r$ with $r^T Y > 0$"
            claims["range"] = title, "Theorem 6.4 (iii)", self._range
        if act.range in (POSITIVE, UNIT_INTERVAL):
            claims["positive"] = "the values of $s$ are positive", "Theorem 6.4 (iii)", self._positive
        return claims

    def _square_claims(self) -> Claims:
        """What speaks of inverses of X or Y, for square layers and m = d."""
        if self.network.rectangular:
            return {}
        return {
            "family, m = d": ("for invertible $X$ the family attains the value 0", SOURCE, self._square_family),
            "form, m = d": ("for invertible $X$, $W_1$ is $T X^{-1}$ with $T = W_1 X$", SOURCE, self._square_form),
            "inverse, m = d": ("for $E = 0$ and invertible $Y$, $W_2 s(W_1 X) Y^{-1} = I$", SOURCE, self._inverse),
            "invertible, m = d": ("for $E = 0$ and invertible $Y$, $W_2$ is invertible", SOURCE, self._invertible),
        }

    # -- letters and terms -------------------------------------------------------------------------------------
    def values(self, network: HiddenNetwork | None = None) -> tuple[Term, Term]:
        """T and s(T), for what W1 X is at a member of the family."""
        n = network or self.network
        t = T.matrix("T", *n.Z.shape)
        return t, n.activation.value(t)

    @cached_property
    def C(self) -> Term:
        """What W2 is at a member of the family."""
        return T.matrix("C", *self.network.W2.shape)

    def first_layer(self, t: Term, free: Term) -> Term:
        """T X^+ + N (I - X X^+)."""
        x = self.network.X
        pinv = pinv_of(x)
        return t * pinv + free * (identity(x.shape[0]) - x * pinv)

    @cached_property
    def full_rank(self) -> S.Statement:
        """A3 as an equation: X^+ X = I."""
        return left_inverse(self.network.X)

    @property
    def families(self) -> tuple[PointFamily, ...]:
        """The minimizers of Theorem 6.4: with invertible W2 these are all."""
        n = self.network
        t, s = self.values()
        free = T.matrix("N", *n.W1.shape)
        point, letters = {n.W1: self.first_layer(t, free), n.W2: self.C}, (self.C, t, free)
        given = {FULL_RANK: self.full_rank, VALUES: S.equal(self.C * s, n.Y)}
        if n.rectangular:
            return (PointFamily("interpolating", "interpolating minimizers", point, letters, given, SYMMETRY),)
        given[SECOND] = S.Invertible(self.C)
        d, m = n.widths[0], n.samples
        size = T.number(2) * _size(d * d) - _size(d * m)
        general = PointFamily("invertible", "minimizers with invertible $W_2$", point, letters, given, SYMMETRY, size)
        return general, self._square_points()

    def _square_points(self) -> PointFamily:
        n = self.square
        t, s = self.values(n)
        given = {INPUTS: S.Invertible(n.X), VALUES: S.equal(self.C * s, n.Y), SECOND: S.Invertible(self.C)}
        point = {n.W1: t * inverse_of(n.X), n.W2: self.C}
        title, size = "minimizers with invertible $W_2$ for invertible $X$", _size(n.widths[0] * n.widths[0])
        symmetry = "none: for injective $s$, $W_2$ determines $W_1$"
        return PointFamily("invertible, m = d", title, point, (self.C, t), given, symmetry, size)

    @property
    def assumed(self) -> tuple[Assumed, ...]:
        """What is cited: existence, manifolds, and m > d."""
        return assumed(self.network)

    # -- proofs ------------------------------------------------------------------------------------------------
    def _lower_bound(self) -> Proof:
        n, p = self.network, Prover({})
        tree = {"product": [{"rational": HALF.args[0]}, {"square": n.residual}]}
        return p, p.pos(NOTHING, n.loss, tree), ()

    def _residual(self) -> Proof:
        p = Prover({"minimum": S.equal(self.network.loss, NOTHING)})
        return p, residual_vanishes(p, self.network), fitted(self.network)

    def _value(self) -> Proof:
        n = self.network
        p = Prover({INTERPOLATION: interpolates(n)})
        return p, loss_vanishes(p, n, p.hyp(INTERPOLATION)), fitted(n)

    def _stationary(self, layer: int) -> Proof:
        n = self.network
        p = Prover({INTERPOLATION: interpolates(n)})
        id = HiddenDerivatives(n).gradient_step(p, layer)
        id = replaced(p, id, (2,), p.hyp(INTERPOLATION))
        return p, p.turn(id, (2,), zero_like(n.letters[layer])), fitted(n)

    def _attained(self) -> Proof:
        """W1 = T X^+ and W2 = Y s(T)^+."""
        n = self.network
        t, s = self.values()
        first, second = t * pinv_of(n.X), n.Y * pinv_of(s)
        p = Prover({
            FULL_RANK: self.full_rank, "values of rank m": left_inverse(s),
            FIRST: S.equal(n.W1, first), SECOND: S.equal(n.W2, second),
        })  # fmt: skip
        using: Using = [{"eq": p.hyp(FIRST), "right": n.X}, {"eq": p.hyp(FULL_RANK), "left": t}]
        inside = p.equate(n.Z, t, using)
        id = replaced(p, p.refl(n.residual), RIGHT, inside)
        using = [{"eq": p.hyp(SECOND), "right": s}, {"eq": p.hyp("values of rank m"), "left": n.Y}]
        id = p.turn(id, RIGHT, zero_like(n.Y), using)
        model = (Assignment("set", n.W1, first), Assignment("set", n.W2, second))
        return p, loss_vanishes(p, n, id), model

    def _family(self) -> Proof:
        n = self.network
        t, s = self.values()
        free, pinv = T.matrix("N", *n.W1.shape), pinv_of(n.X)
        first = self.first_layer(t, free)
        p = Prover({
            FULL_RANK: self.full_rank, VALUES: S.equal(self.C * s, n.Y),
            FIRST: S.equal(n.W1, first), SECOND: S.equal(n.W2, self.C),
        })  # fmt: skip
        outer = p.apply("penrose_outer", A=n.X)
        inside = p.equate(
            n.Z, t,
            [
                {"eq": p.hyp(FIRST), "right": n.X},
                {"eq": p.hyp(FULL_RANK), "left": t},
                {"eq": outer, "left": free, "times": MINUS},
            ],
        )  # fmt: skip
        return p, self._fits(p, n, inside, s), (
            Assignment("set", n.W1, t * pinv + free - free * n.X * pinv),
            Assignment("set", n.W2, self.C),
            Assignment("set", n.Y, self.C * s),
        )  # fmt: skip

    def _square_family(self) -> Proof:
        n = self.square
        t, s = self.values(n)
        first = t * inverse_of(n.X)
        p = Prover({
            INPUTS: S.Invertible(n.X), VALUES: S.equal(self.C * s, n.Y),
            FIRST: S.equal(n.W1, first), SECOND: S.equal(n.W2, self.C),
        })  # fmt: skip
        undone = p.apply("inverse_left", [p.hyp(INPUTS)], A=n.X)
        inside = p.equate(n.Z, t, [{"eq": p.hyp(FIRST), "right": n.X}, {"eq": undone, "left": t}])
        return p, self._fits(p, n, inside, s), (
            Assignment("set", n.W1, first), Assignment("set", n.W2, self.C), Assignment("set", n.Y, self.C * s),
        )  # fmt: skip

    def _fits(self, p: Prover, n: HiddenNetwork, inside: str, s: Term) -> str:
        """The step `g = 0` from W1 X = T and the hypotheses W2 = C and C s(T) = Y."""
        id = replaced(p, p.refl(n.residual), RIGHT, inside)
        using: Using = [{"eq": p.hyp(SECOND), "right": s}, {"eq": p.hyp(VALUES)}]
        return loss_vanishes(p, n, p.turn(id, RIGHT, zero_like(n.Y), using))

    def _fit(self) -> Proof:
        n = self.network
        p = Prover({"minimum": S.equal(n.loss, NOTHING)})
        return p, p.equate(n.W2 * n.S, n.Y, [{"eq": residual_vanishes(p, n)}]), fitted(n)

    def _form(self) -> Proof:
        n, p = self.network, Prover({})
        return p, p.ring(n.W1, self.first_layer(n.Z, n.W1)), ()

    def _square_form(self) -> Proof:
        n = self.square
        p = Prover({INPUTS: S.Invertible(n.X)})
        undone = p.apply("inverse_right", [p.hyp(INPUTS)], A=n.X)
        using: Using = [{"eq": undone, "left": n.W1, "times": MINUS}]
        return p, p.ring(n.W1, n.Z * inverse_of(n.X), using), ()

    def _hidden(self) -> Proof:
        n = self.network
        p = Prover({INTERPOLATION: interpolates(n), SECOND: S.Invertible(n.W2)})
        undone, inverse = p.apply("inverse_left", [p.hyp(SECOND)], A=n.W2), inverse_of(n.W2)
        using: Using = [{"eq": p.hyp(INTERPOLATION), "left": inverse}, {"eq": undone, "right": n.S, "times": MINUS}]
        return p, p.equate(n.S, inverse * n.Y, using), fitted(n)

    def _unique(self) -> Proof:
        """Two minimizers (W1, W2) and (M, W2) with M X = W1 X."""
        n, act = self.network, self.network.activation
        v = T.matrix("M", *n.W1.shape)
        other, there = v * n.X, act.value(v * n.X)
        g, free = T.matrix("G", *n.Z.shape), T.matrix("N", *n.W1.shape)
        p = Prover({
            INTERPOLATION: interpolates(n),
            "interpolation at M": S.equal(n.W2 * there - n.Y, zero_like(n.Y)),
            SECOND: S.Invertible(n.W2),
        })  # fmt: skip
        undone = p.apply("inverse_left", [p.hyp(SECOND)], A=n.W2)
        inverse = inverse_of(n.W2)
        same = p.equate(
            there, n.S,
            [
                {"eq": p.hyp("interpolation at M"), "left": inverse},
                {"eq": p.hyp(INTERPOLATION), "left": inverse, "times": MINUS},
                {"eq": undone, "right": there - n.S, "times": MINUS},
            ],
        )  # fmt: skip
        model = (*fitted(n), Assignment("set", v, n.W1 + free - free * n.X * pinv_of(n.X)))
        if act.injective:
            return p, p.apply(act.injective, [same], A=other, B=n.Z), model
        if act.name == LEAKY_RELU:
            return p, self._unique_leaky(p, same, other), model
        if act.secants is not None:
            g = act.secants(other, n.Z)
            secants = p.equate(there - n.S, T.hadamard(g, other - n.Z))
            nonzero = cast(str, shown_to_hold(p, cast(S.Statement, S.Nonzero(g))))
        else:
            p.assume("secants", S.equal(there - n.S, T.hadamard(g, other - n.Z)))
            p.assume("increasing", S.Nonzero(g))
            secants, nonzero = p.hyp("secants"), p.hyp("increasing")
        using: Using = [{"eq": secants, "times": MINUS}, {"eq": same}]
        product = p.equate(T.hadamard(g, other - n.Z), zero_like(n.Z), using)
        return p, p.equate(other, n.Z, [{"eq": divided(p, product, g, other - n.Z, nonzero)}]), model

    def _unique_leaky(self, p: Prover, same: str, other: Term) -> str:
        """M X = W1 X by the inverse of the activation."""
        n, act = self.network, self.network.activation
        here = []
        for x in (n.Z, other):
            premises = [held(p, act.conditions["a > 0"]), held(p, cast(S.Statement, S.Nonzero(x)))]
            here.append(p.apply("leaky_relu_inverse", premises, A=x, c=act.parameters[0]))
        id = replaced(p, p.refl(cast(Entrywise, act.inverse)(act.value(other))), RIGHT, same)
        return p.rewrite_by(p.rewrite_by(id, (0,), here[1]), RIGHT, here[0])

    def _inverse(self) -> Proof:
        n = self.square
        p = Prover({INTERPOLATION: interpolates(n), OUTPUTS: S.Invertible(n.Y)})
        undone, inverse = p.apply("inverse_right", [p.hyp(OUTPUTS)], A=n.Y), inverse_of(n.Y)
        using: Using = [{"eq": p.hyp(INTERPOLATION), "right": inverse}, {"eq": undone}]
        return p, p.equate(n.W2 * n.S * inverse, identity(n.Y.shape[0]), using), fitted(n)

    def _invertible(self) -> Proof:
        """S stands for s(W1 X)."""
        n = self.square
        s = T.matrix("S", *n.S.shape)
        p = Prover({"fit": S.equal(n.W2 * s, n.Y), OUTPUTS: S.Invertible(n.Y)})
        id = p.rewrite_by(p.hyp(OUTPUTS), (0,), p.hyp("fit"), reverse=True)
        return p, p.apply("invertible_left", [id], A=n.W2, B=s), (Assignment("set", n.Y, n.W2 * s),)

    def _closed_form(self) -> Proof:
        """C s(T) = Y for T = s^{-1}(C^{-1} Y), whose entries are no kinks."""
        n, act = self.network, self.network.activation
        c, wanted = self.C, inverse_of(self.C) * n.Y
        p = Prover({
            SECOND: S.Invertible(c), "no kink": S.Nonzero(wanted), "a > 0": act.conditions["a > 0"],
        })  # fmt: skip
        inverse = cast(Entrywise, act.inverse)
        id = p.refl(c * act.value(inverse(wanted)))
        premises = [p.hyp("a > 0"), p.hyp("no kink")]
        id = p.rewrite(id, (1, 1), "leaky_relu_outside", premises, A=wanted, c=act.parameters[0])
        undone = p.apply("inverse_right", [p.hyp(SECOND)], A=c)
        return p, p.turn(id, RIGHT, n.Y, [{"eq": undone, "right": n.Y}]), ()

    def _range(self) -> Proof:
        """r^T is the sum of the rows of W2^{-1}; S stands for s(W1 X)."""
        n = self.network
        s, inverse = T.matrix("S", *n.S.shape), inverse_of(n.W2)
        sums = cast(Term, T.Ones(Dim.of(1), n.W2.shape[0]))
        p = Prover({
            "fit": S.equal(n.W2 * s, n.Y), SECOND: S.Invertible(n.W2), "positive values": S.Positive(s),
        })  # fmt: skip
        undone = p.apply("inverse_left", [p.hyp(SECOND)], A=n.W2)
        ones = p.apply("ones_positive", dims={"p": sums.shape[0], "q": sums.shape[1]})
        id = p.apply("positive_product", [ones, p.hyp("positive values")], A=sums, B=s)
        using: Using = [
            {"eq": undone, "left": sums, "right": s, "times": MINUS},
            {"eq": p.hyp("fit"), "left": sums * inverse},
        ]
        id = p.turn(id, (0,), sums * inverse * n.Y, using)
        square = T.hadamard(s, s) + cast(Term, T.Ones(*s.shape))
        return p, id, (Assignment("set", s, square), Assignment("set", n.Y, n.W2 * s))

    def _rescaling(self) -> Proof:
        """Row i of W1 times v_i > 0, column i of W2 divided by it."""
        n = self.network
        v = T.matrix("v", n.widths[1], 1)
        scales, undo = (cast(Term, T.DiagonalMatrix(x)) for x in (v, over(v)))
        p = Prover({"positive factors": S.Positive(v), "no kink": S.Nonzero(n.Z)})
        premises = [p.hyp("positive factors"), p.hyp("no kink")]
        out = p.apply("leaky_relu_rows", premises, A=n.Z, B=v, c=n.activation.parameters[0])
        nonzero = p.apply("nonzero_positive_entries", premises[:1], A=v)
        one = p.apply("entrywise_reciprocal", [nonzero], A=v)
        undone = p.rewrite_by(p.refl(cast(Term, T.DiagonalMatrix(T.hadamard(v, over(v))))), (1, 0), one)
        using = [{"eq": out, "left": n.W2 * undo}, {"eq": undone, "left": n.W2, "right": n.S}]
        id = p.equate(n.W2 * undo * n.activation.value(scales * n.Z), n.W2 * n.S, using)
        return p, id, (Assignment("set", v, T.hadamard(v, v) + cast(Term, T.Ones(*v.shape))),)

    def _positive(self) -> Proof:
        n, p = self.network, Prover({})
        return p, p.apply(f"{n.activation.name}_positive", A=n.Z), ()


def _size(d: Dim) -> Term:
    return cast(Term, T.DimScalar(d))
