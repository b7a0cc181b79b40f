"""The networks by name, as problems."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Self, cast

from symland.calculus.simplify import tidy
from symland.errors import UsageError
from symland.language import terms as T
from symland.language.index import PLACE, Dim, Index
from symland.language.nodes import Family, Lambda
from symland.language.problem import Layers, Problem
from symland.language.statements import NonNeg, Statement
from symland.language.terms import Term

SOURCE = "Zhou and Liang, arXiv:1710.06910"
MAX_LAYERS = 64


@dataclass(frozen=True)
class Network(ABC):
    """A network `h = 1/2 |P X - Y|_F^2` of symbolic or explicit depth; P is a product with a factor for each layer."""

    depth: Index
    letter: str  # the name of its layers

    title: ClassVar[str]  # what it is called
    reading: ClassVar[str]  # how to read its products
    rows: ClassVar[str]  # the rows about its products begin with this: chain or ordered

    def width(self, l: Index) -> Dim:
        """How many rows layer l has, and how many columns layer l + 1."""
        return Dim.of("d")

    @cached_property
    def family(self) -> Family:
        place = Index.var(PLACE)
        return T.family(self.letter, self.width(place), self.width(place - 1))

    @cached_property
    def X(self) -> Term:
        return T.matrix("X", self.width(Index.of(0)), "m")

    @cached_property
    def Y(self) -> Term:
        return T.matrix("Y", self.width(self.depth), "m")

    @abstractmethod
    def chain(self, top: Index, bottom: Index) -> Term:
        """The product of the factors top, ..., bottom."""

    def layer(self, l: Index) -> Term:
        """The letter of layer l."""
        return cast(Term, T.Member(self.family, l))

    @abstractmethod
    def factor(self, l: Index) -> Term:
        """The factor of layer l in the products."""

    @abstractmethod
    def layer_for(self, factor: Term) -> Term:
        """What a layer is whose factor is this matrix."""

    @property
    def square(self) -> bool:
        """Whether all layers are square, of one size."""
        return True

    @property
    def general(self) -> Self:
        """The same network with symbolic depth L."""
        return replace(self, depth=Index.var("L"))

    @property
    def other(self) -> Self:
        """A second point of the network: the same with layers of another name, Ws for W, read W*."""
        return replace(self, letter=f"{self.letter}s")

    @property
    @abstractmethod
    def bindings(self) -> dict[str, Any]:
        """What the rows about its products, `rows`_split, _top, _bottom and _empty, are about."""

    @cached_property
    def product(self) -> Term:
        """P, the product of all factors."""
        return self.chain(self.depth, Index.of(1))

    @cached_property
    def residual(self) -> Term:
        """E = P X - Y."""
        return self.product * self.X - self.Y

    @cached_property
    def loss(self) -> Term:
        return T.number(1, 2) * cast(Term, T.SquaredNorm(self.residual))

    @property
    def order(self) -> dict[str, Statement]:
        """L >= 1, where the depth is symbolic."""
        return {} if self.depth.value is not None else {"L >= 1": cast(Statement, NonNeg(self.depth - 1))}

    @cached_property
    def problem(self) -> Problem:
        """The network as a problem; an explicit depth is written out, layer by layer."""
        loss, residual = self.loss, self.residual
        name = self.title
        if self.depth.value is not None:
            loss, residual = tidy(loss), tidy(residual)
            name += f", {self.depth} layer" + ("s" if self.depth.value > 1 else "")
        return Problem(
            name,
            loss,
            (Layers(self.family, Index.of(1), self.depth),),
            data=(self.X, self.Y),
            definitions={"E": residual},
            hypotheses=self.order,
            source=SOURCE,
        )


@dataclass(frozen=True)
class LinearNetwork(Network):
    """The deep linear network `h = 1/2 |W[L] ... W[1] X - Y|_F^2` of symbolic or explicit depth.

    Square: every W[l] is d x d, X and Y are d x m. Rectangular: W[l] is n[l] x n[l-1], X is n[0] x m, Y is n[L] x m.
    """

    letter: str = "W"
    rectangular: bool = False

    title = "deep linear network"
    rows = "chain"
    reading = "W[b..a] = W[b]*...*W[a], the identity for b = a - 1"

    def width(self, l: Index) -> Dim:
        return Dim.member("n", l) if self.rectangular else Dim.of("d")

    @property
    def square(self) -> bool:
        return not self.rectangular

    def factor(self, l: Index) -> Term:
        """W[l]."""
        return self.layer(l)

    def layer_for(self, factor: Term) -> Term:
        """The factor itself."""
        return factor

    @property
    def bindings(self) -> dict[str, Any]:
        return {"families": {"X": self.family}}

    def chain(self, top: Index, bottom: Index) -> Term:
        """W[top..bottom]."""
        return cast(Term, T.Chain(self.family, top, bottom))


@dataclass(frozen=True)
class ResidualNetwork(Network):
    """The residual network `h = 1/2 |(I + A[L]) ... (I + A[1]) X - Y|_F^2` of symbolic or explicit depth.

    Every A[l] is d x d, X and Y are d x m. Its products stay factored.
    """

    letter: str = "A"

    title = "residual network"
    rows = "ordered"
    reading = "prod(i, b..a, I(d) + A[i]) = (I(d) + A[b])*...*(I(d) + A[a]), the identity for b = a - 1"

    def factor(self, l: Index) -> Term:
        """I + A[l]."""
        return cast(Term, cast(Term, T.Identity(self.width(l))) + self.family[l])

    def layer_for(self, factor: Term) -> Term:
        """The factor less the identity."""
        return tidy(factor - T.Identity(factor.shape[0]))

    @property
    def bindings(self) -> dict[str, Any]:
        place = Index.var(PLACE)
        return {"families": {"X": Lambda("i", self.factor(Index.var("i")))}, "dims": {"n": (PLACE, self.width(place))}}

    def chain(self, top: Index, bottom: Index) -> Term:
        """prod(i, top..bottom, I + A[i])."""
        return cast(Term, T.OrderedProduct.over("i", bottom, top, self.factor(Index.var("i"))))


def linear_network(layers: int | None = None, rectangular: bool = False) -> LinearNetwork:
    """The deep linear network with this many layers, or of symbolic depth L."""
    return LinearNetwork(depth_of(layers), rectangular=rectangular)


def residual_network(layers: int | None = None) -> ResidualNetwork:
    """The residual network with this many layers, or of symbolic depth L."""
    return ResidualNetwork(depth_of(layers))


def depth_of(layers: int | None) -> Index:
    """The number of layers as an index, L where it is left open."""
    if layers is None:
        return Index.var("L")
    if isinstance(layers, bool) or not isinstance(layers, int) or layers < 1:
        raise UsageError(
            f"a network has at least one layer, not {layers!r}", hint="leave the depth out to have it symbolic"
        )
    if layers > MAX_LAYERS:
        raise UsageError(
            f"{layers} layers cannot be written out (at most {MAX_LAYERS})",
            hint="leave the depth out: L is symbolic then",
        )
    return Index.of(layers)
