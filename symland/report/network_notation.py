"""The names that reports on networks use: h, h*, E, and B[l] and U[l] for what surrounds layer l."""

from __future__ import annotations

from symland.landscape.products.networks import Network, ResidualNetwork
from symland.language import terms as T
from symland.language.index import PLACE, Index
from symland.language.terms import Term
from symland.report.abbreviate import Abbreviation, ProductName
from symland.report.notation import Notation
from symland.write.layout import name, sup
from symland.write.typesetter import Names

NAMES: Names = {"Ws": "W*", "As": "A*", "Ps": "P*", "hs": "h*", "fs": "f*", "gs": "g*"}
BARE = Notation((), NAMES)  # no abbreviations


def loss_name(network: Network) -> str:
    """The letter of the loss: h for the linear network, f for the residual one."""
    return "f" if isinstance(network, ResidualNetwork) else "h"


def bare(network: Network) -> Notation:
    """Names for products only: P[b..a] for those of a residual network, and for those on the line through the point in
    the direction V, where each factor is that at the point and t V[i]."""
    place = Index.var(PLACE)
    shape = network.width(place), network.width(place - 1)
    letter = "P" if isinstance(network, ResidualNetwork) else network.letter
    line = T.total(network.factor(place), T.scalar("t") * T.family("V", *shape)[place])
    factors = {f"{letter}t": line}
    if isinstance(network, ResidualNetwork):
        factors |= {"P": network.factor(place), "Ps": network.other.factor(place)}
    names: Names = {**NAMES, f"{letter}t": sup(name(letter), "t")}
    return Notation((), names, tuple(ProductName(T.family(key, *shape), f) for key, f in factors.items()))


def plain(network: Network, least: Term | None = None) -> Notation:
    """The name of the loss, E for the residual, and a star for the least value."""
    problem, loss = network.problem, loss_name(network)
    residual = problem.definitions["E"]
    names = [Abbreviation(T.scalar(loss), problem.loss), Abbreviation(T.matrix("E", *residual.shape), residual)]
    if least is not None:
        names.append(Abbreviation(T.scalar(loss + "s"), least))
    return bare(network).with_names(*names)


def full(network: Network, least: Term | None = None) -> Notation:
    """As `plain`, and U[l] for the factors below layer l times X and, for square layers, B[l] for those above it."""
    n, l, place = network, Index.var("l"), Index.var(PLACE)
    right = T.family("U", n.width(place - 1), "m")
    around = [Abbreviation(right["l"], n.chain(l - 1, Index.of(1)) * n.X, "l")]
    if n.width(place) == n.width(n.depth):  # the shape of a letter of a family depends on its own index only
        left = T.family("B", n.width(n.depth), n.width(place))
        around.insert(0, Abbreviation(left["l"], n.chain(n.depth, l + 1), "l"))
    return plain(network, least).with_names(*around)
