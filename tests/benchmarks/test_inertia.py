"""Exact inertia of Hessians of the deep linear network at a minimizer: N = 16 (4 layers, d = 2), against SymPy's
eigenvalues, and N = 64 (4 layers, d = 4), where SymPy is not asked. `inertia` counts twice, by the characteristic
polynomial and by LDL^T; both are also measured alone, and the whole spectrum."""

from random import Random

import pytest
import sympy
from sympy.core.cache import clear_cache

from symland.checks.inertia import by_characteristic_polynomial, inertia
from symland.checks.ldl import ldl
from symland.checks.spectrum import spectrum
from symland.evaluate.rings import Rationals

LAYERS = 4
RING = Rationals()


def hessian(d):
    """H^T H for H = [(X^T P[l-1..1]^T) (x) P[L..l+1]], with small random integers: rank d^2 of 4 d^2."""
    rng = Random(d)
    one = RING.identity(d)

    def triangular():
        return RING.from_rows([[rng.randint(-2, 2) if i < j else int(i == j) for j in range(d)] for i in range(d)])

    weights = [triangular() * triangular().transpose() for _ in range(LAYERS)]
    below, above = [one], [one]
    for w in weights[:-1]:
        below.append(w * below[-1])
    for w in reversed(weights[1:]):
        above.insert(0, above[0] * w)
    h = RING.block([[RING.kronecker(b.transpose(), a) for b, a in zip(below, above, strict=True)]])
    return h.transpose() * h


def full(n):
    """A symmetric matrix of full rank with entries between -18 and 18."""
    rng = Random(n)
    a = RING.from_rows([[rng.randint(-9, 9) for _ in range(n)] for _ in range(n)])
    return a + a.transpose()


@pytest.mark.benchmark(group="exact inertia, N = 16")
def test_symland_16(benchmark):
    assert benchmark(inertia, hessian(2)) == (4, 0, 12)


@pytest.mark.benchmark(group="exact inertia, N = 16")
def test_sympy_16(benchmark):
    matrix = sympy.Matrix([[sympy.Rational(int(x.p), int(x.q)) for x in row] for row in hessian(2).tolist()])
    values = benchmark.pedantic(matrix.eigenvals, setup=clear_cache, rounds=1)
    assert values[0] == 12 and sum(values.values()) == 16  # the others in radicals, whose signs SymPy cannot tell


@pytest.mark.benchmark(group="exact inertia, N = 64, a Hessian at a minimizer")
@pytest.mark.parametrize("method", [inertia, by_characteristic_polynomial, ldl, spectrum], ids=lambda f: f.__name__)
def test_symland_64(benchmark, method):
    found = benchmark(method, hessian(4))
    assert getattr(found, "signs", getattr(found, "inertia", found)) == (16, 0, 48)


@pytest.mark.benchmark(group="exact inertia, N = 64, full rank")
@pytest.mark.parametrize("method", [inertia, by_characteristic_polynomial, ldl], ids=lambda f: f.__name__)
def test_symland_64_full_rank(benchmark, method):
    found = benchmark(method, full(64))
    assert sum(getattr(found, "signs", found)[:2]) == 64
