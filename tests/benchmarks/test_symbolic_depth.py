"""Gradient and all Hessian blocks of the deep linear loss with 12 layers, in symbolic dimensions: symland's derivation
for symbolic depth, its replay by the kernel, and the instance L = 12, against SymPy's `MatrixExpr.diff` applied twice.
Both sides make all 144 blocks."""

import pytest
from sympy import MatrixSymbol, Rational, Symbol, Trace
from sympy.core.cache import clear_cache

from symland.landscape.products.derivatives import Derivatives
from symland.landscape.products.networks import linear_network

LAYERS = 12

pytestmark = pytest.mark.benchmark(group="gradient and Hessian, 12 layers, symbolic dimensions")


def by_symland():
    made = Derivatives(linear_network(LAYERS))
    return made.gradients, made.hessian


def by_sympy():
    d, m = Symbol("d", integer=True, positive=True), Symbol("m", integer=True, positive=True)
    weights = [MatrixSymbol(f"W{i}", d, d) for i in range(1, LAYERS + 1)]
    product = MatrixSymbol("X", d, m)
    for w in weights:
        product = w * product
    residual = product - MatrixSymbol("Y", d, m)
    loss = Rational(1, 2) * Trace(residual.T * residual)
    gradient = [loss.diff(w) for w in weights]
    return gradient, [g.diff(w) for g in gradient for w in weights]


def test_symland(benchmark):
    gradients, hessian = benchmark(by_symland)
    assert len(gradients) == LAYERS and len(hessian.blocks) == LAYERS**2


def test_sympy(benchmark):
    gradient, blocks = benchmark.pedantic(by_sympy, setup=clear_cache, rounds=1)
    assert len(gradient) == LAYERS and len(blocks) == LAYERS**2
