"""The counterexamples and corrections by network and by name."""

from __future__ import annotations

from difflib import get_close_matches

from symland.errors import UsageError
from symland.landscape.counterexamples.corrections import CORRECTIONS
from symland.landscape.counterexamples.hidden import HIDDEN
from symland.landscape.counterexamples.linear import LINEAR
from symland.landscape.counterexamples.objects import Correction, Counterexample
from symland.landscape.counterexamples.residual import RESIDUAL

BY_NETWORK = {"linear": LINEAR, "residual": RESIDUAL, "hidden": HIDDEN}


def counterexamples_of(network: str) -> tuple[Counterexample, ...]:
    """The counterexamples for the network: linear, residual or hidden. Raises UsageError for another name.

    >>> counterexamples_of("linear")[0]
    two-singular-layers (linear, without A2): No gradient dominance where two layers are singular
    """
    if network not in BY_NETWORK:
        raise UsageError(f"there is no network {network!r}", hint="one of " + ", ".join(BY_NETWORK))
    return BY_NETWORK[network]


def counterexample(name: str) -> Counterexample:
    """The counterexample of this name. Raises UsageError if there is none.

    >>> counterexample("not-definite").verify().label.value
    'CERTIFIED'
    """
    found = {c.name: c for examples in BY_NETWORK.values() for c in examples}
    if name not in found:
        near = get_close_matches(name, found, 3)
        raise UsageError(f"there is no counterexample {name!r}", hint="perhaps " + ", ".join(near) if near else "")
    return found[name]


def corrections_of(network: str) -> tuple[Correction, ...]:
    """What is often said of the network and does not hold: the corrections that one of its counterexamples shows.

    >>> corrections_of("hidden")[0]
    definite: see not-definite, residual-not-definite, hidden-not-definite, hidden-definite
    """
    names = {c.name for c in counterexamples_of(network)}
    return tuple(c for c in CORRECTIONS if names.intersection(c.counterexamples))
