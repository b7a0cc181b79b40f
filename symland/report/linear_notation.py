"""The names that reports on networks use: h, h*, E, and B[l] and U[l] for what surrounds layer l."""

from __future__ import annotations

from symland.landscape.networks import Network
from symland.language import terms as T
from symland.language.index import Index
from symland.language.terms import Term
from symland.report.abbreviate import Abbreviation
from symland.report.notation import Notation
from symland.write.typesetter import Names

NAMES: Names = {"Ws": "W*", "hs": "h*"}
BARE = Notation((), NAMES)  # no abbreviations


def plain(network: Network, least: Term | None = None) -> Notation:
    """h for the loss, E for the residual, and h* for the least value."""
    problem = network.problem
    residual = problem.definitions["E"]
    names = [Abbreviation(T.scalar("h"), problem.loss), Abbreviation(T.matrix("E", *residual.shape), residual)]
    if least is not None:
        names.append(Abbreviation(T.scalar("hs"), least))
    return Notation(tuple(names), NAMES)


def full(network: Network, least: Term | None = None) -> Notation:
    """As `plain`, and U[l] for the factors below layer l times X and, for square layers, B[l] for those above it."""
    n, l, place = network, Index.var("l"), Index.var("_")
    right = T.family("U", n.width(place - 1), "m")
    around = [Abbreviation(right["l"], n.chain(l - 1, Index.of(1)) * n.X, "l")]
    if n.width(place) == n.width(n.depth):  # the shape of a letter of a family depends on its own index only
        left = T.family("B", n.width(n.depth), n.width(place))
        around.insert(0, Abbreviation(left["l"], n.chain(n.depth, l + 1), "l"))
    return Notation((*plain(network, least).abbreviations, *around), NAMES)
