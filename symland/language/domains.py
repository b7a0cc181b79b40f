"""Where an elementwise function has a value, as a statement about its argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from symland.language import terms as T
from symland.language.functions import ALL, COSINE, FUNCTIONS, INSIDE, NONZERO, POSITIVE
from symland.language.index import Index
from symland.language.nodes import Node
from symland.language.statements import Lt, Nonzero, Positive, Statement


def is_nowhere(t: Node, tidied: Callable[[T.Term], T.Term]) -> bool:
    """Whether the node has a value nowhere, as far as its tidied argument says: 1/0, log(-1), the inverse of 0."""
    if isinstance(t, (T.Reciprocal, T.Inverse, T.LogDeterminant)):
        subject, positive = t.args[0], False
    else:
        domain = domain_of(t) if isinstance(t, T.Elementwise) else None
        if domain is None:
            return False
        subject, positive = domain.args[-1], isinstance(domain, (Lt, Positive))
    x = tidied(cast(T.Term, subject))
    return isinstance(x, T.Zero) or (isinstance(x, T.Number) and (x.value == 0 or (positive and x.value < 0)))


def is_partial(t: Node) -> bool:
    """Whether the operation of the node has no value for some arguments: a reciprocal, an inverse, log, sqrt, ..."""
    if isinstance(t, T.Elementwise):
        return domain_of(t) is not None
    return isinstance(t, (T.Reciprocal, T.Inverse, T.LogDeterminant))


def domain_of(t: T.Elementwise) -> Statement | None:
    """What f(A) demands of A, or None if it is defined everywhere, as generic functions are.

    >>> domain_of(T.Elementwise("log", T.scalar("s")))
    0 < s
    """
    domain = ALL if t.is_generic else FUNCTIONS[t.function].domain
    x = t.argument
    if domain == ALL:
        return None
    if domain == POSITIVE:
        return positive(x)
    if domain == INSIDE:
        return positive(T.Ones(*x.shape) - T.HadamardPower(x, Index.of(2)) if x.is_matrix else 1 - x**2)
    nonzero: Statement = Nonzero({NONZERO: x, COSINE: T.Elementwise("cos", x)}[domain])
    return nonzero


def positive(x: T.Term) -> Statement:
    """0 < x for a scalar, and for every entry of a matrix."""
    statement: Statement = Positive(x) if x.is_matrix else Lt(T.number(0), x)
    return statement
