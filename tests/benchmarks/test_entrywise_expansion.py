"""Gradient and Hessian of the deep linear loss, L = 3 and d = 2, entry by entry: FLINT polynomials against SymPy.

symland also expands the formulas and compares them; SymPy only differentiates and expands. Each round begins with an
empty SymPy cache, as a new process does.
"""

import pytest
import sympy
from sympy.core.cache import clear_cache

from symland.checks.entries import explicit_hessian
from symland.checks.explicit import check_derivatives
from symland.evidence import Label
from tests import linear_network as net

L, D = 3, 2
DIMS = {"n": D, "m": D}

pytestmark = pytest.mark.benchmark(group="entrywise expansion")


def by_sympy():
    def letter(name):
        return sympy.Matrix(D, D, lambda i, j: sympy.Symbol(f"{name}_{i + 1}{j + 1}"))

    weights = [letter(f"W{l}") for l in range(1, L + 1)]
    product = letter("X")
    for w in weights:
        product = w * product
    loss = sum(e**2 for e in product - letter("Y")) / 2
    variables = [w[i, j] for w in weights for j in range(D) for i in range(D)]
    gradient = [sympy.diff(loss, v) for v in variables]
    return [sympy.expand(g) for g in gradient], [[sympy.expand(sympy.diff(g, v)) for v in variables] for g in gradient]


def test_symland_proves_the_formulas(benchmark):
    loss, letters, gradients, blocks = net.loss(L), net.layers(L), net.gradients(L), net.blocks(L)
    assert benchmark(check_derivatives, loss, letters, gradients, blocks, DIMS).label is Label.EXACT


def test_symland_with_entries_for_people(benchmark):
    task = (net.loss(L), net.layers(L), net.hessian(L), DIMS)
    matrix, evidence = benchmark.pedantic(lambda: explicit_hessian(*task), setup=clear_cache, rounds=5)
    assert evidence.label is Label.EXACT and matrix.shape == (12, 12)


def test_sympy(benchmark):
    gradient, hessian = benchmark.pedantic(by_sympy, setup=clear_cache, rounds=3)
    assert len(gradient) == len(hessian) == 12
