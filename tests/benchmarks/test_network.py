"""The Hessian of 1/2 |W2 s(W1 X) - Y|^2 in W1: its vectorized matrix form against the second derivative in two
directions, for all dimensions by the network normal form, and for 2 x 2 matrices by SymPy, entry by entry."""

import pytest
import sympy
from sympy.core.cache import clear_cache

from symland.language import terms as T
from symland.language.index import Dim
from symland.proof.normal_form.network import Networks

D = 2

pytestmark = pytest.mark.benchmark(group="one Hessian of a hidden layer, two forms")


def both_forms():
    shapes = ["X d m", "W1 h d", "W2 k h", "Y k m", "V h d", "U h d"]
    X, W1, W2, Y, V, U = (T.matrix(*text.split()) for text in shapes)
    h, m = Dim.of("h"), Dim.of("m")
    s0, s1, s2 = (T.Elementwise(name, W1 * X) for name in ("sigma", "sigma'", "sigma''"))
    E, moved = W2 * s0 - Y, T.Kronecker(X.T, T.Identity(h))
    left = T.Inner(W2 * T.hadamard(s1, V * X), W2 * T.hadamard(s1, U * X))
    left = left + T.Inner(E, W2 * T.hadamard(s2, V * X, U * X))
    jacobian = T.DiagonalMatrix(T.Vec(s1)) * moved
    hessian = jacobian.T * T.Kronecker(T.Identity(m), W2.T * W2) * jacobian
    hessian = hessian + moved.T * T.DiagonalMatrix(T.Vec(T.hadamard(W2.T * E, s2))) * moved
    return left, T.Trace(T.Vec(V).T * hessian * T.Vec(U))


def by_sympy():
    def letter(name):
        return sympy.Matrix(D, D, lambda i, j: sympy.Symbol(f"{name}{i}{j}"))

    X, W1, W2, Y, V, U = map(letter, ("X", "W1", "W2", "Y", "V", "U"))
    s0, s1, s2 = ((W1 * X).applyfunc(sympy.Function(name)) for name in ("s", "ds", "dds"))
    had = sympy.matrix_multiply_elementwise
    E = W2 * s0 - Y

    def inner(a, b):
        return sum(had(a, b))

    left = inner(W2 * had(s1, V * X), W2 * had(s1, U * X)) + inner(E, W2 * had(s2, had(V * X, U * X)))
    moved = sympy.kronecker_product(X.T, sympy.eye(D))
    jacobian = sympy.diag(*s1.vec()) * moved
    hessian = jacobian.T * sympy.kronecker_product(sympy.eye(D), W2.T * W2) * jacobian
    hessian += moved.T * sympy.diag(*had(W2.T * E, s2).vec()) * moved
    return sympy.expand(left - (V.vec().T * hessian * U.vec())[0])


def test_symland(benchmark):
    left, right = both_forms()
    assert benchmark(lambda: Networks().difference(left, right)) == {}


def test_sympy(benchmark):
    assert benchmark.pedantic(by_sympy, setup=clear_cache, rounds=3) == 0
