"""Theorems 4.2 to 4.6 of the specification for the deep linear network of symbolic depth, as terms written by hand;
with factors I + A[i] for W[i] they are those of Theorem 5.1 for the residual network."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import Family
from symland.language.terms import Term

L, l, k, i = (Index.var(v) for v in ("L", "l", "k", "i"))
ONE = Index.of(1)
HALF, TWO, NIL = T.number(1, 2), T.number(2), T.number(0)
s, tau = T.scalar("s"), T.scalar("tau")
t, taus, radii = T.family("t"), T.family("tau"), T.family("r")


@dataclass(frozen=True)
class Network:
    """h = 1/2 |F[L] ... F[1] X - Y|_F^2 with F[i] = W[i] of shape width(i) x width(i-1), or F[i] = I + A[i]."""

    width: Callable[[Index], Dim]
    residual: bool = False
    mark: str = ""  # "s" for a second point

    @property
    def W(self) -> Family:
        place = Index.var("_")
        return T.family(("A" if self.residual else "W") + self.mark, self.width(place), self.width(place - 1))

    @property
    def other(self) -> "Network":
        """The second point, Ws or As."""
        return Network(self.width, self.residual, "s")

    def factor(self, at) -> Term:
        return T.Identity(self.width(Index.of(at))) + self.layer(at) if self.residual else self.layer(at)

    def layer_of(self, factor: Term) -> Term:
        """What the layer is for this factor."""
        return factor - T.Identity(factor.shape[0]) if self.residual else factor

    @property
    def X(self) -> Term:
        return T.matrix("X", self.width(Index.of(0)), "m")

    @property
    def Y(self) -> Term:
        return T.matrix("Y", self.width(L), "m")

    def layer(self, at) -> Term:
        return T.Member(self.W, Index.of(at))

    def chain(self, top, bottom) -> Term:
        top, bottom = Index.of(top), Index.of(bottom)
        if self.residual:
            return T.OrderedProduct.over("factor", bottom, top, self.factor(Index.var("factor")))
        return T.Chain(self.W, top, bottom)

    @property
    def P(self) -> Term:
        return self.chain(L, 1)

    @property
    def E(self) -> Term:
        return self.P * self.X - self.Y

    @property
    def loss(self) -> Term:
        return HALF * T.SquaredNorm(self.E)

    @property
    def minimum(self) -> Term:
        """1/2 |Y X^+ X - Y|^2."""
        return HALF * T.SquaredNorm(self.Y * T.Pseudoinverse(self.X) * self.X - self.Y)

    @property
    def normal(self) -> S.Statement:
        """P X X^T = Y X^T."""
        return self.solves(self.P)

    def solves(self, a: Term) -> S.Statement:
        """a X X^T = Y X^T."""
        return S.Eq(a * self.X * self.X.T, self.Y * self.X.T)

    def solution(self, z: Term) -> Term:
        """Y X^+ + z (I - X X^+)."""
        plus = T.Pseudoinverse(self.X)
        return self.Y * plus + z * (T.Identity(self.width(Index.of(0))) - self.X * plus)

    def product_form(self, z: Term) -> S.Statement:
        """P = Y X^+ + z (I - X X^+)."""
        return S.Eq(self.P, self.solution(z))

    def gradient(self, at) -> Term:
        return self.chain(L, at + 1).T * self.E * self.X.T * self.chain(at - 1, 1).T

    def jacobian(self, at) -> Term:
        """(W[at-1..1] X)^T (x) W[L..at+1]."""
        return T.Kronecker(self.X.T * self.chain(at - 1, 1).T, self.chain(L, at + 1))

    @property
    def inside(self) -> dict[str, S.Statement]:
        """1 <= l <= L."""
        return {"l >= 1": S.at_least(l, 1), "L >= l": S.at_least(L, l)}

    @property
    def both_inside(self) -> dict[str, S.Statement]:
        return {**self.inside, "k >= 1": S.at_least(k, 1), "L >= k": S.at_least(L, k)}


SQUARE = Network(lambda at: Dim.of("d"))
RECTANGULAR = Network(lambda at: Dim.member("n", at))
RESIDUAL = Network(lambda at: Dim.of("d"), residual=True)
DEPTH = {"L >= 1": S.at_least(L, 1)}


# -- gradient dominance, square layers -------------------------------------------------------------------------
def eye() -> Term:
    return T.Identity(Dim.of("d"))


def every(statement: S.Statement) -> S.Statement:
    """The statement, for i in 1..L."""
    return S.ForAll.over("i", 1, L, statement)


def sum_of_products(factor: Callable[[Index], Term]) -> Term:
    """sum over l of the product of factor(k)^2 over all k but l."""
    j = Index.var("j")
    above = T.BoundedProduct.over("j", i + 1, L, factor(j) ** 2)
    return T.BoundedSum.over("i", 1, L, above * T.BoundedProduct.over("j", 1, i - 1, factor(j) ** 2))


def squared_gradient(net: Network = SQUARE) -> Term:
    return T.BoundedSum.over("i", 1, L, T.SquaredNorm(net.gradient(i)))


def dominance(constant: Term, net: Network = SQUARE) -> S.Statement:
    """h - h* <= constant * |grad h|^2."""
    return S.Le(net.loss - net.minimum, constant * squared_gradient(net))


def layer_bound(at: Index) -> Term:
    """t[k]."""
    return T.Member(t, at)


def shrunk(at: Index) -> Term:
    """tau[k] - r[k]."""
    return T.Member(taus, at) - T.Member(radii, at)


def region_factor(factor: Callable[[Index], Term]) -> Term:
    """1/lambda of Theorems 4.5 and 4.6: 2 s^2 sum_l prod_{k != l} factor(k)^2."""
    return TWO * s**2 * sum_of_products(factor)


def classical_factor(depth: Index = L) -> Term:
    """1/lambda_h: 2 L (tau/2)^(2(L-1)) s^2."""
    return T.product(TWO, T.IndexScalar(depth), (HALF * tau) ** (depth + depth - 2), s**2)


DATA = {"data": S.LB(SQUARE.X * SQUARE.X.T, SQUARE.X.T, s**2), **DEPTH}


def region(net: Network) -> dict[str, S.Statement]:
    """sigma_min(F[i]) >= t[i]."""
    return {"layers": every(S.LB(net.factor(i), eye(), T.Member(t, i) ** 2)), **DATA}


def ball(net: Network) -> dict[str, S.Statement]:
    """sigma_min(F*[i]) >= tau[i], and layer i is within r[i] <= tau[i] of that of the center."""
    return {
        "center": every(S.LB(net.other.factor(i), eye(), T.Member(taus, i) ** 2)),
        "ball": every(S.UB(net.layer(i) - net.other.layer(i), T.Member(radii, i) ** 2)),
        "radius >= 0": every(S.Le(NIL, T.Member(radii, i))),
        "radius <= tau": every(S.Le(T.Member(radii, i), T.Member(taus, i))),
        **DATA,
    }


def half_ball(net: Network) -> dict[str, S.Statement]:
    """The ball of radius tau/2."""
    return {
        "center": every(S.LB(net.other.factor(i), eye(), tau**2)),
        "ball": every(S.UB(net.layer(i) - net.other.layer(i), (HALF * tau) ** 2)),
        "tau > 0": S.Lt(NIL, tau),
        **DATA,
    }


REGION, BALL, HALF_BALL = region(SQUARE), ball(SQUARE), half_ball(SQUARE)


def scaled(constant: Term, q: Fraction) -> Term:
    """q times a constant."""
    return T.Number(q) * constant
