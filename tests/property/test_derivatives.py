"""Gradients and Hessians of random losses: against derivatives of the loss alone by polynomials, prime fields and JAX,
under renaming, and under the rules of linearity."""

from functools import reduce, singledispatch

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import symland as sl
from symland.calculus.differential import push
from symland.calculus.prover import RIGHT, Prover
from symland.checks.explicit import check_derivatives
from symland.checks.modular import check_equation, check_modular
from symland.checks.steps import check_steps
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.terms import evaluate
from symland.evidence import Label
from symland.language import terms as T
from symland.language.nodes import Substitution, walk
from tests.expressions import LETTERS, SIZES, matrices, scalars

TINY = {"p": 1, "q": 2, "r": 1}


def letters_of(loss):
    return sorted((n for n in walk(loss) if isinstance(n, T.Symbol)), key=repr)


@st.composite
def dense(draw, rows="p", columns="p", depth=2):
    """A matrix term that ends in letters, never earlier than at this depth, so that few of them are trivial."""
    if not depth:
        return draw(st.sampled_from(LETTERS[rows, columns]))
    kind = draw(st.sampled_from(["product", "sum", "difference", "transpose", "scale"]))
    if kind == "product":
        inner = draw(st.sampled_from(sorted(SIZES)))
        return draw(dense(rows, inner, depth - 1)) * draw(dense(inner, columns, depth - 1))
    if kind == "transpose":
        return draw(dense(columns, rows, depth - 1)).T
    if kind == "scale":
        return T.Trace(draw(dense("q", "q", depth - 1))) * draw(dense(rows, columns, depth - 1))
    a, b = draw(dense(rows, columns, depth - 1)), draw(dense(rows, columns, depth - 1))
    return a + b if kind == "sum" else a - b


@st.composite
def dense_scalars(draw, depth=2):
    a, b = st.sampled_from(sorted(SIZES)), st.sampled_from(sorted(SIZES))
    kind = draw(st.sampled_from(["trace", "norm", "inner", "power", "sum", "product"]))
    if kind == "trace":
        n = draw(a)
        return T.Trace(draw(dense(n, n, depth)))
    if kind == "norm":
        return T.SquaredNorm(draw(dense(draw(a), draw(b), depth)))
    if kind == "inner":
        shape = draw(a), draw(b)
        return T.Inner(draw(dense(*shape, depth)), draw(dense(*shape, depth)))
    if kind == "power":
        return T.Trace(draw(dense(depth=1))) ** draw(st.integers(0, 3))
    one, two = T.Trace(draw(dense(depth=depth))), T.SquaredNorm(draw(dense("q", draw(a), 1)))
    return one * two if kind == "product" else draw(st.fractions(-2, 2, max_denominator=3)) * one - two


@st.composite
def losses(draw, depth=2):
    """A random scalar with a letter in it, and that letter."""
    loss = draw(st.one_of(dense_scalars(depth), dense_scalars(depth), scalars(3)))
    found = letters_of(loss)
    assume(found)
    return loss, draw(st.sampled_from(found))


@given(losses())
@settings(max_examples=60)
def test_the_gradient_against_jets(case):
    loss, letter = case
    made = sl.gradient(loss, letter)
    assert made.theorem.hypotheses == {} and made.result.shape == letter.shape
    assert check_modular(loss, {letter: made.result}, {}, SIZES, trials=1).label is Label.SAMPLED


@given(losses())
@settings(max_examples=25)
def test_the_hessian_against_jets(case):
    loss, letter = case
    other = letters_of(loss)[0]
    blocks = {(w, u): sl.hessian_block(loss, w, u).result for w in {letter, other} for u in {letter, other}}
    assert check_modular(loss, {}, blocks, SIZES, trials=1).label is Label.SAMPLED


@given(losses(1))
@settings(max_examples=20)
def test_both_as_identities_of_polynomials(case):
    loss, letter = case
    gradient = sl.gradient(loss, letter).result
    block = sl.hessian_block(loss, letter, letter).result
    try:
        found = check_derivatives(loss, [letter], {letter: gradient}, {(letter, letter): block}, TINY)
    except sl.Undecided:
        assume(False)
    assert found.label is Label.EXACT


@given(matrices("p", "q", 3), st.data())
@settings(max_examples=40)
def test_the_differential_of_a_matrix(term, data):
    """D(t; w, V), pushed to the letters by the rules, has the value of D(t; w, V) by jets."""
    found = letters_of(term)
    assume(found)
    letter = data.draw(st.sampled_from(found))
    derivative = T.D(term, letter, T.matrix("V", *letter.shape))
    prover = Prover({})
    left, right = prover.statement(push(prover, prover.refl(derivative), RIGHT)).args
    assert left is derivative and not any(isinstance(n, T.D) for n in walk(right))
    assert check_equation(derivative, right, SIZES, trials=1).label is Label.SAMPLED


@given(losses(1))
@settings(max_examples=10)
def test_the_second_checker_accepts_the_traces(case):
    loss, letter = case
    for made in (sl.gradient(loss, letter), sl.hessian_block(loss, letter, letter)):
        assert check_steps(made.trace, trials=6).label is Label.CERTIFIED


@given(losses(), st.permutations(["V", "U", "W", "V1", "D", "I", "K", "L", "tr"]))
@settings(max_examples=30)
def test_renaming(case, names):
    """The derivative of a renamed loss is the renamed derivative, up to the order of terms."""
    loss, letter = case
    new = {old.name: T.matrix(name, *old.shape) for old, name in zip(letters_of(loss), names, strict=False)}
    assume(len(new) == len(letters_of(loss)))
    rename = Substitution(symbols=new)
    found = sl.gradient(rename.apply(loss), rename.apply(letter)).result
    assert found is rename.apply(sl.gradient(loss, letter).result)


@given(losses(), scalars(2), st.fractions(-3, 3, max_denominator=4))
@settings(max_examples=30)
def test_linearity(case, other, q):
    loss, letter = case
    left = sl.gradient(T.Number(q) * loss + other, letter).result
    right = T.Number(q) * sl.gradient(loss, letter).result
    if any(n is letter for n in walk(other)):
        right = right + sl.gradient(other, letter).result
    assert check_equation(left, right, SIZES, trials=1).label is Label.SAMPLED


@given(losses(1), losses(1))
@settings(max_examples=20)
def test_product_rule(one, two):
    (f, letter), (g, _) = one, two
    left = sl.gradient(f * g, letter).result
    right = g * sl.gradient(f, letter).result
    if any(n is letter for n in walk(g)):
        right = right + f * sl.gradient(g, letter).result
    assert check_equation(left, right, SIZES, trials=1).label is Label.SAMPLED


@given(losses(1))
@settings(max_examples=20)
def test_wrong_derivatives_are_told_apart(case):
    """The gradient plus the letter, and the block plus the identity."""
    loss, letter = case
    gradient, block = sl.gradient(loss, letter).result, sl.hessian_block(loss, letter, letter).result
    n = letter.shape[0] * letter.shape[1]
    assert check_modular(loss, {letter: gradient + letter}, {}, SIZES).label is Label.REFUTED
    assert check_modular(loss, {}, {(letter, letter): block + T.Identity(n)}, SIZES).label is Label.REFUTED


# -- JAX in float64 ----------------------------------------------------------------------------------------------
@singledispatch
def _jax(t, at, jnp):
    raise AssertionError(f"the oracle does not know {type(t).__name__}")


def jax_value(t, at, jnp):
    return _jax(t, at, jnp)


@_jax.register
def _(t: T.Symbol, at, jnp):
    return at[t]


@_jax.register
def _(t: T.Number, at, jnp):
    return float(t.value)


@_jax.register
def _(t: T.Identity, at, jnp):
    return jnp.eye(SIZES[repr(t.shape[0])])


@_jax.register
def _(t: T.Zero, at, jnp):
    return jnp.zeros([SIZES[repr(n)] for n in t.shape])


@_jax.register
def _(t: T.Sum, at, jnp):
    return reduce(jnp.add, [jax_value(a, at, jnp) for a in t.args])


@_jax.register
def _(t: T.Product, at, jnp):
    values = [jax_value(a, at, jnp) for a in t.args]
    return reduce(jnp.multiply if t.is_scalar else jnp.matmul, values)


@_jax.register
def _(t: T.Scale, at, jnp):
    return jax_value(t.args[0], at, jnp) * jax_value(t.args[1], at, jnp)


@_jax.register
def _(t: T.Transpose, at, jnp):
    return jax_value(t.args[0], at, jnp).T


@_jax.register
def _(t: T.Trace, at, jnp):
    return jnp.trace(jax_value(t.args[0], at, jnp))


@_jax.register
def _(t: T.SquaredNorm, at, jnp):
    return jnp.sum(jax_value(t.args[0], at, jnp) ** 2)


@_jax.register
def _(t: T.Inner, at, jnp):
    return jnp.sum(jax_value(t.args[0], at, jnp) * jax_value(t.args[1], at, jnp))


@_jax.register
def _(t: T.Power, at, jnp):
    return jax_value(t.args[0], at, jnp) ** t.args[1].value


@given(losses(1), st.randoms(use_true_random=False))
@settings(max_examples=4)
def test_against_jax(case, rng):
    """Entries to nine digits, relative to the largest."""
    jax = pytest.importorskip("jax", reason="the oracle is not installed")
    jnp, ring, (loss, letter) = jax.numpy, Rationals(), case
    rows = {}
    for n in letters_of(loss):
        height, width = (SIZES[repr(s)] for s in n.shape)
        rows[n] = [[rng.randint(-3, 3) for _ in range(width)] for _ in range(height)]
    exact = point(SIZES, {n.name: ring.from_rows(v) for n, v in rows.items()})
    floats = {n: jnp.array(v, dtype="float64") for n, v in rows.items()}

    def function(w):
        return jnp.asarray(jax_value(loss, {**floats, letter: w}, jnp), dtype="float64")

    def entries(term):
        value = evaluate(term, exact, ring)
        return jnp.array([[float(value[i, j]) for j in range(value.ncols())] for i in range(value.nrows())])

    def close(mine, oracle):
        scale = 1 + float(jnp.max(jnp.abs(oracle)))
        return mine.shape == oracle.shape and float(jnp.max(jnp.abs(mine - oracle))) <= 1e-9 * scale

    w = floats[letter]
    assert close(entries(sl.gradient(loss, letter).result), jax.grad(function)(w))
    stacked = jnp.transpose(jax.hessian(function)(w), (1, 0, 3, 2)).reshape(w.size, w.size)
    assert close(entries(sl.hessian_block(loss, letter, letter).result), stacked)


def test_the_letters_of_the_expressions_are_all_different():
    assert len({n for pair in LETTERS.values() for n in pair}) == 2 * len(LETTERS)
