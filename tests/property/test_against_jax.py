"""Values, gradients and Hessians against JAX in float64, an outside oracle that knows nothing of symland's terms."""

from itertools import product
from random import Random

import numpy as np
import pytest

import symland as sl
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.terms import evaluate
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import walk as nodes
from symland.language.terms import Inner, Trace
from symland.write.numpy import hessian_product, to_numpy

jax = pytest.importorskip("jax", reason="the oracle is not installed")
jnp = jax.numpy

DIMS = {"p": 2, "n": 3, "m": 4}
p, n, m = sl.dims("p n m")
A, B = sl.matrix("A", p, n), sl.matrix("B", n, p)
X, Y, M = sl.matrix("X", n, m), sl.matrix("Y", p, m), sl.matrix("M", p, p)
SHAPES = {"A": (2, 3), "B": (3, 2), "X": (3, 4), "Y": (2, 4), "M": (2, 2)}

LOSSES = {
    "residual": (sl.norm2(M * A * X - Y), lambda A, B, X, Y, M: jnp.sum((M @ A @ X - Y) ** 2)),
    "trace": (Trace(A * B * A * B), lambda A, B, X, Y, M: jnp.trace(A @ B @ A @ B)),
    "inner": (Inner(A * X, M * Y) * Trace(B * A), lambda A, B, X, Y, M: jnp.sum((A @ X) * (M @ Y)) * jnp.trace(B @ A)),
    "tied": (sl.norm2(A.T * A * X - X), lambda A, B, X, Y, M: jnp.sum((A.T @ A @ X - X) ** 2)),
    "power": (sl.norm2(A * B - M) ** 3, lambda A, B, X, Y, M: jnp.sum((A @ B - M) ** 2) ** 3),
    "quotient": (Trace(A * B) / (1 + sl.norm2(A)), lambda A, B, X, Y, M: jnp.trace(A @ B) / (1 + jnp.sum(A**2))),
}


def sample(seed):
    rng, ring = Random(seed), Rationals()
    rows = {name: [[rng.randint(-4, 4) for _ in range(c)] for _ in range(r)] for name, (r, c) in SHAPES.items()}
    exact = point(DIMS, {name: ring.from_rows(v) for name, v in rows.items()})
    return exact, [jnp.array(v, dtype="float64") for v in rows.values()]


def array(term, at):
    ring = Rationals()
    value = evaluate(term, at, ring)
    rows, columns = ring.size(value)
    return jnp.array([[float(value[i, j]) for j in range(columns)] for i in range(rows)])


@pytest.mark.parametrize("seed", range(1))
@pytest.mark.parametrize("name", LOSSES)
def test_gradient_and_hessian(name, seed):
    loss, function = LOSSES[name]
    positive = {"positive": sl.Lt(sl.number(0), 1 + sl.norm2(A))} if name == "quotient" else {}
    at, floats = sample(seed)
    gradient = sl.gradient(loss, A, positive).result
    assert jnp.allclose(array(gradient, at), jax.grad(function)(*floats), rtol=1e-9, atol=1e-9)
    assert not jnp.allclose(array(2 * gradient, at), jax.grad(function)(*floats), rtol=1e-9, atol=1e-9)
    block = sl.hessian_block(loss, A, A, positive).result
    oracle = jax.jit(jax.hessian(function))(*floats)  # indexed by (i, j, k, l); vec stacks columns
    stacked = jnp.transpose(oracle, (1, 0, 3, 2)).reshape(6, 6)
    assert jnp.allclose(array(block, at), stacked, rtol=1e-9, atol=1e-9)


# -- numpy functions of every kind of term ------------------------------------------------------------------
x, b, c = sl.matrix("x", n, 1), sl.matrix("b", p, 1), sl.scalar("c")
W = T.family("W", p, p)
two = sl.number(2)


def f(name, *args):
    return T.Elementwise(name, *args)


def softplus(z):
    return jnp.logaddexp(z, 0.0)


def sigma(z):
    return jnp.sin(z) + z**2


def vec(a):
    return a.T.reshape(-1, 1)


SIGMA = {"sigma": (lambda z: np.sin(z) + z**2, lambda z: np.cos(z) + 2 * z, lambda z: 2 - np.sin(z))}
I, row, i1, i2, cube = T.Identity(p), T.Ones(sl.Dim.of(1), m), Index.of(1), Index.of(2), Index.of(3)
# name: the loss, the same in JAX, the variables
NUMPY = {
    "matrix power": (
        sl.norm2(M * A * X - Y) / 2 + Trace(T.MatrixPower(M, cube)),
        lambda d: jnp.sum((d["M"] @ d["A"] @ d["X"] - d["Y"]) ** 2) / 2 + jnp.trace(d["M"] @ d["M"] @ d["M"]),
        [M, A],
    ),
    "log-determinant": (
        T.LogDeterminant(M) + Trace(T.Inverse(M) * Y * Y.T),
        lambda d: jnp.linalg.slogdet(d["M"])[1] + jnp.trace(jnp.linalg.inv(d["M"]) @ d["Y"] @ d["Y"].T),
        [M, Y],
    ),
    "determinant": (T.Determinant(M * M) * c, lambda d: jnp.linalg.det(d["M"] @ d["M"]) * d["c"], [M, c]),
    "inverse": (Trace(T.Inverse(M) * A * B), lambda d: jnp.trace(jnp.linalg.inv(d["M"]) @ d["A"] @ d["B"]), [M, A]),
    "norm": (T.norm(A * x - b), lambda d: jnp.sqrt(jnp.sum((d["A"] @ d["x"] - d["b"]) ** 2)), [A, x, b]),
    "scalar": (
        c * sl.norm2(A * x - b) + c**2,
        lambda d: d["c"] * jnp.sum((d["A"] @ d["x"] - d["b"]) ** 2) + d["c"] ** 2,
        [c, x],
    ),
    "quotient": (
        Trace(A * B) / (1 + sl.norm2(A)),
        lambda d: jnp.trace(d["A"] @ d["B"]) / (1 + jnp.sum(d["A"] ** 2)),
        [A, B],
    ),
    "power of a scalar": (
        f("pow", 1 + sl.norm2(A * X - Y), sl.number(3, 2)),
        lambda d: (1 + jnp.sum((d["A"] @ d["X"] - d["Y"]) ** 2)) ** 1.5,
        [A, X],
    ),
    "log sum exp": (
        f("log", T.entries_sum(f("exp", A * x))),
        lambda d: jnp.log(jnp.sum(jnp.exp(d["A"] @ d["x"]))),
        [A, x],
    ),
    "logistic": (T.entries_sum(f("softplus", X.T * x)), lambda d: jnp.sum(softplus(d["X"].T @ d["x"])), [x, X]),
    "hidden layer": (
        sl.norm2(M * f("tanh", A * X + b * row) - Y) / 2,
        lambda d: jnp.sum((d["M"] @ jnp.tanh(d["A"] @ d["X"] + d["b"]) - d["Y"]) ** 2) / 2,
        [A, M, b],
    ),
    "generic": (
        sl.norm2(M * f("sigma", A * X) - Y),
        lambda d: jnp.sum((d["M"] @ sigma(d["A"] @ d["X"]) - d["Y"]) ** 2),
        [A, M],
    ),
    "relu": (
        sl.norm2(M * f("relu", A * X) - Y),
        lambda d: jnp.sum((d["M"] @ jax.nn.relu(d["A"] @ d["X"]) - d["Y"]) ** 2),
        [A, M],
    ),
    "leaky relu": (
        sl.norm2(f("leaky_relu", A * X, sl.number(1, 5)) - Y),
        lambda d: jnp.sum((jax.nn.leaky_relu(d["A"] @ d["X"], 0.2) - d["Y"]) ** 2),
        [A, Y],
    ),
    "absolute value": (
        T.entries_sum(f("abs", A * x - b)) ** 2,
        lambda d: jnp.sum(jnp.abs(d["A"] @ d["x"] - d["b"])) ** 2,
        [A, x],
    ),
    "hadamard": (
        T.entries_sum(T.hadamard(f("sin", A * X), f("reciprocal", f("exp", Y)), T.HadamardPower(A * X, i2))),
        lambda d: jnp.sum(jnp.sin(d["A"] @ d["X"]) / jnp.exp(d["Y"]) * (d["A"] @ d["X"]) ** 2),
        [A, Y],
    ),
    "functions": (
        T.entries_sum(T.hadamard(f("sigmoid", A * X), f("arctan", Y), f("cosh", Y))) + f("sinh", c) + f("cos", c),
        lambda d: (
            jnp.sum(jax.nn.sigmoid(d["A"] @ d["X"]) * jnp.arctan(d["Y"]) * jnp.cosh(d["Y"]))
            + jnp.sinh(d["c"])
            + jnp.cos(d["c"])
        ),
        [A, Y, c],
    ),
    "domains": (
        T.entries_sum(f("log", T.HadamardPower(A * X, i2)))
        + f("arcsin", c / 4)
        + f("arccos", c / 4)
        + f("tan", c)
        + T.entries_sum(f("sqrt", f("exp", Y))),
        lambda d: (
            jnp.sum(jnp.log((d["A"] @ d["X"]) ** 2))
            + jnp.arcsin(d["c"] / 4)
            + jnp.arccos(d["c"] / 4)
            + jnp.tan(d["c"])
            + jnp.sum(jnp.sqrt(jnp.exp(d["Y"])))
        ),
        [A, c, Y],
    ),
    "entries": (
        T.entry(A * X, i1, i2) ** 2 * f("exp", T.entry(A, i2, i1)),
        lambda d: (d["A"] @ d["X"])[0, 1] ** 2 * jnp.exp(d["A"][1, 0]),
        [A, X],
    ),
    "diagonals": (
        sl.norm2(T.Diagonal(A * B)) + sl.norm2(T.DiagonalMatrix(b) * A * X - Y),
        lambda d: (
            jnp.sum(jnp.diagonal(d["A"] @ d["B"]) ** 2)
            + jnp.sum((jnp.diag(d["b"][:, 0]) @ d["A"] @ d["X"] - d["Y"]) ** 2)
        ),
        [A, b],
    ),
    "kronecker": (
        sl.norm2(T.Kronecker(M, B) * T.Vec(M) - T.Vec(A)) + Trace(T.Kronecker(M, B * A)),
        lambda d: (
            jnp.sum((jnp.kron(d["M"], d["B"]) @ vec(d["M"]) - vec(d["A"])) ** 2)
            + jnp.trace(jnp.kron(d["M"], d["B"] @ d["A"]))
        ),
        [M, B],
    ),
    "vec": (
        f("log", two + Inner(T.Vec(A), T.Commutation(n, p) * T.Vec(B)) ** 2) + Trace(T.Unvec(p, p, T.Vec(M * M)) * M),
        lambda d: jnp.log(2 + jnp.trace(d["A"] @ d["B"]) ** 2) + jnp.trace(d["M"] @ d["M"] @ d["M"]),
        [A, B, M],
    ),
    "family": (
        sl.norm2(T.Chain(W, Index.of(3), i1) * Y - Y) + sl.norm2(W[2] + I),
        lambda d: jnp.sum((d["W3"] @ d["W2"] @ d["W1"] @ d["Y"] - d["Y"]) ** 2) + jnp.sum((d["W2"] + jnp.eye(2)) ** 2),
        [W[1], W[2], W[3]],
    ),
}


def arrays_for(seed):
    """Random arrays for every letter, away from kinks and from singular matrices."""
    rng = np.random.default_rng(seed)
    shapes = {**SHAPES, "x": (3, 1), "b": (2, 1), **{f"W{i}": (2, 2) for i in (1, 2, 3)}}
    out = {name: rng.uniform(-1, 1, shape) for name, shape in shapes.items()}
    return {**out, "M": out["M"] + 2 * np.eye(2), "c": 0.7}


def used(term, arrays):
    names = {n.name for n in nodes(term) if isinstance(n, T.Symbol)}
    families = {n.name for n in nodes(term) if isinstance(n, (T.Member, T.Chain))}
    return {k: v for k, v in arrays.items() if k in names or k[:-1] in families}


def stacked(tensor, w, u):
    """The array of second derivatives, indexed by entries of w and then of u, as a matrix over column-major vecs."""
    k = np.ndim(w)
    tensor = np.asarray(tensor).transpose(*reversed(range(k)), *reversed(range(k, k + np.ndim(u))))
    return tensor.reshape(np.size(w), np.size(u))


@pytest.mark.parametrize("name", NUMPY)
def test_numpy_functions(name):
    loss, function, variables = NUMPY[name]
    arrays = used(loss, arrays_for(1))
    close = {"rtol": 1e-9, "atol": 1e-9}
    assert np.isclose(to_numpy(loss, SIGMA)(arrays), function(arrays), **close)
    assert not np.isclose(to_numpy(loss + 1, SIGMA)(arrays), function(arrays), **close)
    names = [repr(w) for w in variables]

    def fixed(moving):
        return function({**arrays, **moving})

    moving = {k: arrays[k] for k in names}
    slopes, curvature = jax.jit(lambda d: (jax.grad(fixed)(d), jax.hessian(fixed)(d)))(moving)
    for w, key in zip(variables, names, strict=True):
        found = to_numpy(sl.gradient(loss, w).result, SIGMA, [loss])(arrays)
        assert np.allclose(found, slopes[key], **close)
    blocks = {(w, u): sl.hessian_block(loss, w, u).result for w, u in product(variables, variables)}
    full = np.block([[stacked(curvature[w][u], arrays[w], arrays[u]) for u in names] for w in names])
    hessian = to_numpy(T.block([[blocks[w, u] for u in variables] for w in variables]), SIGMA, [loss])
    assert np.allclose(hessian(arrays), full, **close)
    directions = arrays_for(2)
    stack = np.concatenate([np.ravel(directions[k], order="F") for k in names])
    assert np.allclose(hessian.matvec(arrays, stack), full @ stack, **close)
    assert np.allclose(hessian.at(arrays).rmatvec(stack), full.T @ stack, **close)
    images = hessian_product(blocks, variables, SIGMA, [loss])(arrays, [directions[k] for k in names])
    assert [np.shape(image) for image in images] == [np.shape(arrays[k]) for k in names]
    assert np.allclose(np.concatenate([np.ravel(image, order="F") for image in images]), full @ stack, **close)
