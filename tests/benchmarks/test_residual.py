"""Gradient and all Hessian blocks of the residual network with 4 layers, in symbolic dimensions: symland's derivation
for symbolic depth, its replay by the kernel, and the instance L = 4; the same loss written out, layer by layer; against
tensorgrad, where the person who runs this has installed it, and SymPy's `MatrixExpr.diff` applied twice.
All make 4 gradients and 16 blocks; only symland also gives reasons."""

import pytest
from sympy import Identity, MatrixSymbol, Rational, Symbol, Trace, symbols
from sympy.core.cache import clear_cache

import symland as sl
from symland.landscape.library import derivatives

LAYERS = 4

pytestmark = pytest.mark.benchmark(group="gradient and Hessian, 4 residual layers, symbolic dimensions")


def by_symland():
    made = derivatives("residual", LAYERS)
    return made.gradients, made.hessian


def by_symland_written_out():
    problem = sl.network("residual", layers=LAYERS)
    made = [sl.gradient(problem.loss, w) for w in problem.letters]
    return made, sl.hessian(problem.loss, problem.letters)


def by_tensorgrad(tensorgrad):
    d, m = symbols("d m")
    layers = [tensorgrad.Variable(f"A{k}", o=d, i=d) for k in range(LAYERS)]
    product = tensorgrad.Variable("X", e0=d, m=m)
    for k, a in enumerate(layers):
        product = (a.rename(i=f"e{k}", o=f"e{k + 1}") + tensorgrad.Delta(d, f"e{k}", f"e{k + 1}")) @ product
    loss = tensorgrad.frobenius2(product - tensorgrad.Variable("Y", m=m, **{f"e{LAYERS}": d})) / 2
    gradient = [tensorgrad.Derivative(loss, a, {"o": "o_", "i": "i_"}).full_simplify(expand=False) for a in layers]
    return gradient, [tensorgrad.Derivative(g, a).full_simplify(expand=False) for g in gradient for a in layers]


def by_sympy():
    d, m = Symbol("d", integer=True, positive=True), Symbol("m", integer=True, positive=True)
    layers = [MatrixSymbol(f"A{k}", d, d) for k in range(1, LAYERS + 1)]
    product = MatrixSymbol("X", d, m)
    for a in layers:
        product = (Identity(d) + a) * product
    residual = product - MatrixSymbol("Y", d, m)
    loss = Rational(1, 2) * Trace(residual.T * residual)
    gradient = [loss.diff(a) for a in layers]
    return gradient, [g.diff(a) for g in gradient for a in layers]


def test_symland(benchmark):
    gradients, hessian = benchmark(by_symland)
    assert len(gradients) == LAYERS and len(hessian.blocks) == LAYERS**2


def test_symland_written_out(benchmark):
    gradients, _ = benchmark.pedantic(by_symland_written_out, rounds=2)
    assert len(gradients) == LAYERS


def test_tensorgrad(benchmark):
    tensorgrad = pytest.importorskip("tensorgrad", reason="tensorgrad is not installed")
    gradient, blocks = benchmark.pedantic(by_tensorgrad, (tensorgrad,), rounds=1)
    assert len(gradient) == LAYERS and len(blocks) == LAYERS**2


def test_sympy(benchmark):
    gradient, blocks = benchmark.pedantic(by_sympy, setup=clear_cache, rounds=1)
    assert len(gradient) == LAYERS and len(blocks) == LAYERS**2
