"""The Hessian of the deep linear network at its minimizers entry by entry, L = 3 and d = 3, against SymPy: the loss
differentiated twice, Y := W3 W2 W1 X put in, and expanded.

symland also proves, at these dimensions, that the gradient vanishes there, that its matrix is the second derivative,
and that it is H^T H. Each round begins with an empty SymPy cache, as a new process does.
"""

import pytest
import sympy
from sympy.core.cache import clear_cache

import symland as sl

L, D = 3, 3

pytestmark = pytest.mark.benchmark(group="Hessian at minimizers entry by entry, L = 3, d = 3")


def by_sympy():
    def letter(name):
        return sympy.Matrix(D, D, lambda i, j: sympy.Symbol(f"{name}_{i + 1}{j + 1}"))

    weights, x, y = [letter(f"W{l}") for l in range(1, L + 1)], letter("X"), letter("Y")
    prediction = x
    for w in weights:
        prediction = w * prediction
    loss = sum(e**2 for e in prediction - y) / 2
    variables = [w[i, j] for w in weights for j in range(D) for i in range(D)]
    data = dict(zip(y, prediction, strict=True))
    gradient = [sympy.diff(loss, v) for v in variables]
    return [[sympy.expand(sympy.diff(g, v).subs(data)) for v in variables] for g in gradient]


def by_symland(problem):
    found = sl.hessian_at(problem, dims={"d": D, "m": D})
    return found.matrix, found.evidence


def test_symland(benchmark):
    problem = sl.network("linear", layers=L)
    matrix, evidence = benchmark.pedantic(by_symland, (problem,), setup=clear_cache, rounds=5)
    assert evidence.label is sl.Label.EXACT and matrix.shape == (27, 27)


def test_sympy(benchmark):
    hessian = benchmark.pedantic(by_sympy, setup=clear_cache, rounds=1)
    assert len(hessian) == 27
