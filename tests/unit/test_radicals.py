"""Sums of radicals: coprime bases without powers, and equality against SymPy's minimal polynomials."""

from fractions import Fraction
from itertools import combinations
from math import gcd, prod
from random import Random

import pytest
import sympy

from symland.landscape.at_minimizers.radicals import Radicals, coprime_base, power, powers_of, product

X = sympy.Symbol("x")


@pytest.mark.parametrize("seed", range(5))
def test_a_coprime_base(seed):
    """Pairwise coprime, no powers, and the numbers are products of its members."""
    rng = Random(seed)
    numbers = [prod(rng.choice([2, 3, 5, 7]) ** rng.randint(0, 4) for _ in range(3)) for _ in range(6)]
    base = coprime_base(numbers)
    assert all(gcd(a, b) == 1 for a, b in combinations(base, 2))
    assert all(gcd(*sympy.factorint(b).values()) == 1 for b in base)
    for n in numbers:
        for b in base:
            while n % b == 0:
                n //= b
        assert n == 1
    assert coprime_base([1]) == () and coprime_base([64]) == (2,) and coprime_base([36, 6]) == (6,)


def value(powers):
    return sympy.Mul(*(sympy.Integer(b) ** sympy.Rational(e) for b, e in powers.items()))


@pytest.mark.parametrize("seed", range(40))
def test_equality_is_that_of_sympy(seed):
    """A difference is zero exactly if its minimal polynomial is x."""
    rng = Random(seed)

    def term():
        return {rng.choice([2, 3, 4, 6, 8, 12]): Fraction(rng.randint(-2, 3), rng.choice([1, 2, 2])) for _ in range(2)}

    left, right = [term() for _ in range(2)], [term() for _ in range(2)]
    if seed % 2:
        right = [product((t, {2: Fraction(1, 2)}, {8: Fraction(-1, 6)})) for t in left]  # times 1
    ring = Radicals([2, 3, 4, 6, 8, 12])
    a, b = ring.sum(left), ring.sum(right)
    difference = sympy.Add(*map(value, left)) - sympy.Add(*map(value, right))
    assert (a == b) is (sympy.minimal_polynomial(difference, X) == X)
    assert sympy.minimal_polynomial(ring.to_sympy(a) - sympy.Add(*map(value, left)), X) == X
    assert abs(float(ring.ball(a).mid()) - float(sympy.Add(*map(value, left)))) < 1e-9


def test_numbers_of_sympy():
    assert powers_of(sympy.Rational(3, 4)) == {3: 1, 4: -1} and powers_of(sympy.Integer(1)) == {}
    assert value(powers_of(2 * sympy.sqrt(3) / 5)) == 2 * sympy.sqrt(3) / 5
    assert value(powers_of(sympy.sqrt(sympy.sqrt(7)) ** 3)) == sympy.Integer(7) ** sympy.Rational(3, 4)
    for other in (sympy.Integer(0), sympy.Integer(-2), -sympy.sqrt(2), 1 + sympy.sqrt(2), sympy.pi, sympy.I, X, 2, "2"):
        assert powers_of(other) is None
    assert power({2: Fraction(1, 2)}, Fraction(4)) == {2: 2}


def test_descending():
    ring = Radicals([2, 3])
    half = Fraction(1, 2)
    values = [ring.sum([{3: half}]), ring.sum([{2: half}, {3: half}]), ring.sum([{}]), ring.sum([{2: half}])]
    assert ring.descending(values) == [values[1], values[0], values[3], values[2]]
