"""Gradients and Hessians against JAX in float64, an outside oracle that knows nothing of symland's terms."""

from random import Random

import pytest

import symland as sl
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.terms import evaluate
from symland.language.terms import Inner, Trace

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
    oracle = jax.hessian(function)(*floats)  # indexed by (i, j, k, l); vec stacks columns
    stacked = jnp.transpose(oracle, (1, 0, 3, 2)).reshape(6, 6)
    assert jnp.allclose(array(block, at), stacked, rtol=1e-9, atol=1e-9)
