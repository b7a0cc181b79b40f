"""The network normal form on random terms: equal by construction, equal by value, equal by words."""

from random import Random

import numpy as np
import pytest

from symland.language import terms as T
from symland.proof.normal_form.network import Networks
from symland.proof.normal_form.words import Words
from tests.network_terms import AXES, ONE, P, Point, Q, Singular, matrix, rewritten, scalar
from tests.reject.test_normal_forms import shuffled, well_formed

SHAPES = [(), (P, P), (P, Q), (P, ONE), (P * Q, ONE), (P * Q, P * Q)]
LARGE = {"p": 5, "q": 7}


def random_term(rng, shape, depth, functions=True):
    return matrix(rng, *shape, depth, functions) if shape else scalar(rng, depth, functions)


def same(a, b, point):
    """Whether two terms have one value at a point; True where they have none."""
    try:
        return np.array_equal(point(a), point(b))
    except Singular:
        return True


@pytest.mark.parametrize("seed", range(6))
def test_terms_equal_by_construction(seed):
    rng = Random(seed)
    for _ in range(60):
        shape = rng.choice([(), (rng.choice([*AXES, P * Q]), rng.choice([*AXES, P * Q]))])
        a = random_term(rng, shape, 3)
        b = rewritten(rng, a)
        assert same(a, b, Point(seed, **LARGE)), f"the test is wrong: {a!r} is not {b!r}"
        assert not Networks().difference(a, b), f"{a!r} and {b!r}"


# Exact for polynomials: dimensions as large as the degree, and letters at random modulo a large prime.
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_equal_values_in_large_dimensions_are_equal_forms(shape):
    rng, networks, point = Random(repr(shape)), Networks(), Point(7, **LARGE)
    found = {}
    for _ in range(400):
        term = random_term(rng, shape, rng.choice([1, 2]), functions=False)
        if any(isinstance(n, T.UnitVector) for n in nodes(term)):
            continue  # e_1 of length p q is e_1 (x) e_1, which is not a polynomial identity
        value = np.asarray(point(term)).tobytes()
        other = found.setdefault(value, term)
        if other is not term and not constant(term):
            assert not networks.difference(term, other), f"{term!r} and {other!r}"
    assert len(found) > 40


def nodes(term):
    yield term
    for child in term.children:
        yield from nodes(child)


def constant(term):
    """Whether the term has no letter: in given dimensions p and 5 may be one number."""
    return not any(isinstance(n, T.Symbol) for n in nodes(term))


def test_what_words_prove_networks_prove():
    rng = Random(3)
    for _ in range(150):
        a = well_formed(rng, 3)
        b = shuffled(rng, a)
        assert not Words().difference(a, b)
        assert not Networks().difference(a, b), f"{a!r} and {b!r}"


def test_what_was_met_before_does_not_matter():
    rng, shared = Random(4), Networks()
    for _ in range(150):
        shape = rng.choice(SHAPES)
        a, b = random_term(rng, shape, 2), random_term(rng, shape, 1)
        assert bool(shared.difference(a, b)) == bool(Networks().difference(a, b))
        assert not shared.difference(a, rewritten(rng, a))
