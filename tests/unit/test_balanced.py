"""Theorem 4.4: powers, eigenvectors and spectrum at balanced minimizers of both networks, and what keeps them."""

from dataclasses import replace
from fractions import Fraction
from functools import cache

import flint
import numpy as np
import pytest
import sympy

from symland.checks.steps import check_steps
from symland.errors import StepRejected, UsageError
from symland.evidence import Label
from symland.landscape.at_minimizers.balanced import Balanced, spectrum
from symland.landscape.products.networks import linear_network
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.trace import Assignment
from symland.proof.kernel import replay
from tests.curvature_points import BY_HAND, MAKE, RING, at_a_minimizer, claim, diagonal, with_last_step
from tests.deep_linear import L, i, k, l

d = Dim.of("d")
EYE = T.Identity(d)
R = T.family("R", d, d)
u, v = T.matrix("u", d, 1), T.matrix("v", d, 1)
p, q, xi = (T.scalar(name) for name in ("p", "q", "xi"))
SUM = T.BoundedSum.over("i", 1, L, q ** (i - 1) * p ** (L - i))
NAMES = (
    "above", "below", "similar", "product, left", "product, right", "singular value, right", "singular value, left",
    "square", "eigenvector of H H^T", "eigenvector", "eigenvector, length", "geometric sum", "equal terms",
    "orthogonal, balanced", "orthogonal, product", "orthogonal, minimizer",
)  # fmt: skip
EVERY = [(network, name) for network in MAKE for name in NAMES]


@cache
def balanced(network, layers=None):
    return Balanced(MAKE[network](layers))


def result(network, name):
    return balanced(network).result(name)


def total(body):
    return T.BoundedSum.over("i", 1, L, body)


def every(statement, lo, hi):
    return S.ForAll.over("i", lo, hi, statement)


def balance(n):
    """F[i+1]^T F[i+1] = F[i] F[i]^T for neighboring layers."""
    return every(S.Eq(n.factor(i + 1).T * n.factor(i + 1), n.factor(i) * n.factor(i).T), 1, L - 1)


def expected(network, more=0):
    """Name -> statement, hypotheses; written out from the specification. `more` makes every exponent wrong."""
    n = BY_HAND[network]
    f, x, h = n.factor, n.X, n.jacobian
    left, right = f(L) * f(L).T, f(1).T * f(1)

    def power(a, exponent):
        return T.MatrixPower(a, exponent + more)

    above, below = n.chain(L, l + 1), n.chain(l - 1, 1)
    some, even = S.at_least(L, 1), balance(n)
    w = T.Kronecker(x.T * v, u)
    squares = total(h(i) * h(i).T)
    value = xi * total(q ** (i - 1 + more) * p ** (L - i))
    on_v, on_u = S.Eq(right * v, q * v), S.Eq(left * u, p * u)
    known = {even, some, on_v, on_u, S.Eq(x * x.T * v, xi * v)}
    old = n.other
    action = {
        every(S.Eq(R[i].T * R[i], EYE), 0, L),
        every(S.Eq(f(i), R[i] * old.factor(i) * R[i - 1].T), 1, L),
    }
    ends = {S.Eq(R[0], EYE), S.Eq(R[L], EYE), some}
    commuted = below * right * right if more else below * right
    powers = total(T.Kronecker(x.T * power(right, i - 1) * x, power(left, L - i)))
    return {
        "above": (S.Eq(above * above.T, power(left, L - l)), {even, S.at_least(l, 0), S.at_least(L, l)}),
        "below": (S.Eq(below.T * below, power(right, l - 1)), {even, S.at_least(l, 1), S.at_least(L + 1, l)}),
        "similar": (S.Eq(f(l).T * f(l) * below, commuted), {even, S.at_least(l, 1), S.at_least(L, l)}),
        "singular value, right": (S.Eq(n.P.T * n.P * v, q ** (L + more) * v), {even, some, on_v}),
        "singular value, left": (S.Eq(n.P * n.P.T * u, p ** (L + more) * u), {even, some, on_u}),
        "product, left": (S.Eq(n.P * n.P.T, power(left, L)), {even, some}),
        "product, right": (S.Eq(n.P.T * n.P, power(right, L)), {even, some}),
        "square": (S.Eq(squares, powers), {even}),
        "eigenvector of H H^T": (S.Eq(squares * w, value * w), known),
        "eigenvector": (S.Eq(total(h(k).T * h(i) * h(i).T * w), value * (h(k).T * w)), known),
        "eigenvector, length": (
            S.Eq(total(T.SquaredNorm(h(i).T * w)), value * T.SquaredNorm(w)), known
        ),
        "geometric sum": (S.Eq((p - q) * SUM, p ** (L + more) - q**L), {some}),
        "equal terms": (
            S.Eq(total(p ** (i - 1) * p ** (L - i)), T.IndexScalar(L) * p ** (L - 1 + more)), {some}
        ),
        "orthogonal, balanced": (balance(n), {*action, balance(old)}),
        "orthogonal, product": (S.Eq(n.P, old.P), {*action, *ends}),
        "orthogonal, minimizer": (n.normal, {*action, *ends, old.normal}),
    }  # fmt: skip


# -- the theorems ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("network", "name"), EVERY)
def test_the_theorem_is_the_one_of_the_specification(network, name):
    found = result(network, name)
    statement, hypotheses = expected(network)[name]
    assert found.theorem.statement is statement
    assert set(found.theorem.hypotheses.values()) == hypotheses
    assert found.source == "Theorem 4.4" and found.theorem.analysis == ()
    assert found.evidence.label is Label.PROVED


def test_nothing_is_missing():
    for network in MAKE:
        assert [r.name for r in balanced(network).results] == list(NAMES)
        assert [a.evidence.label for a in balanced(network).assumed] == [Label.ASSUMED] * 2


@pytest.mark.parametrize(("network", "name"), EVERY)
def test_the_second_checker_exercises_every_step(network, name):
    evidence = check_steps(result(network, name).trace, trials=90)
    assert evidence.label is Label.CERTIFIED
    assert evidence.details.startswith("each step exercised at least") and " 0 times" not in evidence.details


@pytest.mark.parametrize("network", MAKE)
def test_explicit_depths_are_instances(network):
    two, n = balanced(network, 2), BY_HAND[network]
    assert [(r.name, r.depth) for r in two.results] == [(name, "2") for name in NAMES]
    left = n.factor(2) * n.factor(2).T
    product = n.chain(2, 1)
    assert two.result("product, left").theorem.statement is S.Eq(product * product.T, T.MatrixPower(left, Index.of(2)))
    assert check_steps(two.result("eigenvector").trace, trials=60).label is Label.CERTIFIED


@pytest.mark.parametrize("network", MAKE)
def test_the_title_of_similar_says_what_is_proved(network):
    """At W1 = W2 = 0 the equation says nothing of the singular values of the third factor."""
    title = result(network, "similar").title
    assert "where $Q$ is invertible" in title and "similar" not in title


def test_rectangular_layers_are_refused():
    with pytest.raises(UsageError, match="square layers"):
        _ = Balanced(linear_network(rectangular=True)).results


# -- what has to be refused ------------------------------------------------------------------------------------
EVEN = ("above", "below", "similar", "product, left", "product, right", "square")
VECTORS = ("eigenvector of H H^T", "eigenvector", "eigenvector, length")
VALUES = ("singular value, right", "singular value, left")
NEEDED = [
    *((name, "balanced") for name in (*EVEN, "orthogonal, balanced")),
    ("singular value, right", "right"),
    ("singular value, left", "left"),
    *((name, hypothesis) for name in VECTORS for hypothesis in ("right", "left", "aligned")),
    *((name, "orthogonal") for name in NAMES[-3:]),
    *((name, "action") for name in NAMES[-3:]),
    *((name, end) for name in NAMES[-2:] for end in ("first", "last")),
    ("orthogonal, minimizer", "first point"),
]


@pytest.mark.parametrize(("name", "hypothesis"), NEEDED)
@pytest.mark.parametrize("network", MAKE)
def test_every_hypothesis_is_needed(network, name, hypothesis):
    found = result(network, name)
    assert check_steps(claim(found, found.theorem.statement), trials=240).label is Label.CERTIFIED
    evidence = check_steps(claim(found, found.theorem.statement, without=hypothesis), trials=9000)
    assert evidence.label is Label.REFUTED


@pytest.mark.parametrize("name", VECTORS + VALUES)
@pytest.mark.parametrize("network", MAKE)
def test_the_eigenvectors_need_a_balanced_point(network, name):
    """Multiples of the identity as factors have eigenvectors wherever they are, balanced or not."""
    n, found, f = BY_HAND[network], result(network, name), T.family("f")
    size, row = T.SquaredNorm, T.matrix("row", 1, "m")
    model = (
        Assignment("set", n.layer(l), n.layer_of(f[l] * EYE), over=("l", Index.of(1), L)),
        Assignment("set", q, f[1] ** 2),
        Assignment("set", p, f[L] ** 2),
        Assignment("set", n.X, v * row),
        Assignment("set", xi, size(row) * size(v)),
    )
    trace = claim(found, found.theorem.statement, without="balanced")
    assert check_steps(replace(trace, model=model), trials=240).label is Label.REFUTED
    trace = claim(found, found.theorem.statement)
    assert check_steps(replace(trace, model=model), trials=600).label is Label.CERTIFIED


@pytest.mark.parametrize(("network", "name"), [pair for pair in EVERY if not pair[1].startswith("orthogonal")])
def test_a_wrong_exponent_is_refused(network, name):
    """By the second checker, and by the kernel as the last step of the proof."""
    found, (wrong, _) = result(network, name), expected(network, more=1)[name]
    assert check_steps(claim(found, wrong), trials=600).label is Label.REFUTED
    with pytest.raises(StepRejected):
        replay(with_last_step(found.trace, out=wrong))


@pytest.mark.parametrize("network", MAKE)
def test_false_readings_are_refuted(network):
    """Powers of the other end; eigenvalues with p and q exchanged; the product moved by one matrix only."""
    n = BY_HAND[network]
    f, x = n.factor, n.X
    above, w = n.chain(L, l + 1), T.Kronecker(x.T * v, u)
    exchanged = xi * total(p ** (i - 1) * q ** (L - i))
    false = {
        "above": S.Eq(above * above.T, T.MatrixPower(f(1).T * f(1), L - l)),
        "eigenvector of H H^T": S.Eq(total(n.jacobian(i) * n.jacobian(i).T) * w, exchanged / 2 * w),
        "eigenvector, length": S.Eq(expected(network)["eigenvector, length"][0].args[0], T.SquaredNorm(w)),
        "orthogonal, balanced": every(S.Eq(f(i).T * f(i), f(i) * f(i).T), 1, L - 1),
        "orthogonal, product": S.Eq(n.P, R[1] * n.other.P),
        "orthogonal, minimizer": S.Eq(n.P * x, n.Y),
    }
    for name, statement in false.items():
        found = result(network, name)
        assert check_steps(claim(found, statement), trials=1000).label is Label.REFUTED, name
        with pytest.raises(StepRejected):
            replay(with_last_step(found.trace, out=statement))


# -- the spectrum ----------------------------------------------------------------------------------------------
def characteristic(network, factors, x):
    """The characteristic polynomial of the Hessian at these factors and data that they fit."""
    return at_a_minimizer(network, factors, x)[1].charpoly()


def with_roots(roots):
    """The polynomial with these roots and multiplicities."""
    out = flint.fmpq_poly([1])
    for root, count in roots.items():
        out *= flint.fmpq_poly([-Fraction(root).numerator, Fraction(root).denominator]) ** count
    return out


CASES = {
    "T5": (3, (2, 1), (1, 1), (8, 1), {48: 1, 21: 2, 3: 1, 0: 8}),
    "T6": (2, (2, 1), (2, 1), (4, 1), {32: 1, 20: 1, 5: 1, 2: 1, 0: 4}),
    # L = 1: xi^2 for each row of W; L = 4, d = 1: xi^2 L s^(2(L-1)/L)
    "one layer": (1, (5, 3), (2, 1), (5, 3), {4: 2, 1: 2}),
    "d = 1": (4, (2,), (3,), (16,), {9 * 4 * 64: 1, 0: 3}),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("network", MAKE)
def test_the_spectrum_of_the_specification(network, case):
    layers, factor, data, singular, eigenvalues = CASES[case]
    assert spectrum(layers, singular, data) == eigenvalues
    found = characteristic(network, [diagonal(*factor)] * layers, diagonal(*data))
    assert found == with_roots(eigenvalues)


def test_the_spectrum_at_turned_factors():
    """T5 with orthogonal matrices between the layers: 3/5, 4/5 and a reflection."""
    turn, flip, s = RING.from_rows([[3, -4], [4, 3]]) / 5, RING.from_rows([[0, 1], [1, 0]]), diagonal(2, 1)
    factors = [turn * s, flip * s * turn.transpose(), s * flip.transpose()]
    assert characteristic("linear", factors, RING.identity(2)) == with_roots(CASES["T5"][-1])


def test_the_spectrum_at_points_that_are_not_balanced_is_another():
    """T5 with the same product, but factors diag(4, 1), diag(2, 1), I."""
    factors = [diagonal(4, 1), diagonal(2, 1), diagonal(1, 1)]
    assert characteristic("linear", factors, RING.identity(2)) != with_roots(CASES["T5"][-1])


def test_eigenvalues_are_sorted_and_exact():
    found = spectrum(3, [sympy.sqrt(2), 3], [Fraction(1, 2), 1])
    assert list(found) == sorted(found, reverse=True) and sum(found.values()) == 3 * 4
    assert all(isinstance(value, sympy.Expr) and not value.has(sympy.Float) for value in found)


def test_equal_eigenvalues_are_one_however_they_are_written():
    """sqrt(2 P^2) for a large prime P, which SymPy leaves as it is, and P sqrt 2: L = 2, so s_i + s_j four times."""
    large = 10**20 + 39
    one = sympy.Pow(sympy.Integer(2 * large**2), sympy.Rational(1, 2), evaluate=False)
    found = spectrum(2, [one, large * sympy.sqrt(2)], [1, 1])
    assert list(found.values()) == [4, 4] and sympy.simplify(next(iter(found)) - 2 * large * sympy.sqrt(2)) == 0
    assert spectrum(2, [sympy.sqrt(8), 2 * sympy.sqrt(2)], [1, 1]) == {4 * sympy.sqrt(2): 4, 0: 4}
    thirds = [sympy.Rational(2, 3) ** sympy.Rational(1, 3), sympy.Integer(18) ** sympy.Rational(1, 3) / 3]  # one number
    assert list(spectrum(2, thirds, [1, 1]).values()) == [4, 4]


def test_close_eigenvalues_are_two():
    """sqrt 2 and a convergent of its continued fraction."""
    p, q = 1, 1
    for _ in range(150):
        p, q = p + 2 * q, p + q
    near = sympy.Rational(p * p, q * q)
    found = spectrum(1, [1, 1], [Fraction(p, q), sympy.sqrt(2)])
    assert found == {near: 2, 2: 2} and next(iter(found)) == max(near, 2)


def test_irrational_spectra_are_those_of_numpy():
    """L = 3, s = (2, 3), xi = (1, 1/2): H built from the definition in floating point."""
    rng = np.random.default_rng(5)
    o = [np.linalg.qr(rng.standard_normal((2, 2)))[0] for _ in range(4)]
    root = np.diag(np.cbrt([2.0, 3.0]))
    w1, w2, w3 = (o[j + 1] @ root @ o[j].T for j in range(3))
    x = o[0] @ np.diag([1.0, 0.5])
    h = np.hstack([np.kron(x.T, w3 @ w2), np.kron((w1 @ x).T, w3), np.kron((w2 @ w1 @ x).T, np.eye(2))])
    found = spectrum(3, [2, 3], [1, Fraction(1, 2)])
    values = [float(value) for value, count in found.items() for _ in range(count)]
    assert np.allclose(sorted(values), np.linalg.eigvalsh(h.T @ h), atol=1e-12)


@pytest.mark.parametrize(
    ("layers", "singular", "data", "said"),
    [
        (0, [1], [1], "at least one layer"),
        (True, [1], [1], "at least one layer"),
        (2, [1, 2], [1], "2 singular values of M and 1 of X"),
        (2, [], [], "0 singular values"),
        (2, [1.5], [1], "exact positive number"),
        (2, [0], [1], "exact positive number"),
        (2, [1], [-1], "exact positive number"),
        (2, [sympy.Symbol("s", positive=True)], [1], "exact positive number"),
        (2, ["1"], [1], "exact positive number"),
        (2, None, [1], "singular values of M are a list of numbers, not None"),
        (2, [1], 3, "singular values of X are a list of numbers, not 3"),
        (2, "12", [1, 1], "singular values of M are a list"),
        (10**7, [2, 3], [1, 1], "2 x 2 sums of 10000000 terms"),
        (2, [1 + sympy.sqrt(2)], [1], "not a product of powers"),  # 1 + sqrt 2 and sqrt(3 + 2 sqrt 2) are one number
        (2, [sympy.sqrt(3 + 2 * sympy.sqrt(2))], [1], "not a product of powers"),
        (2, [sympy.pi], [1], "not a product of powers"),
        (2, [sympy.oo], [1], "not an exact positive number"),
        (2, [sympy.I], [1], "not an exact positive number"),
    ],
)
def test_what_is_no_spectrum_is_refused(layers, singular, data, said):
    with pytest.raises(UsageError, match=said):
        spectrum(layers, singular, data)


def test_long_numbers_are_refused_before_they_are_printed():
    for layers, number, said in (
        (10**5000, 1, "sums of about 1.00000e.5000 terms"),
        (2, 10**5000, "more than 500 bits"),
        (2, -(10**5000), "more than 500 bits"),
        (2, Fraction(1, 10**5000), "more than 500 bits"),
    ):
        with pytest.raises(UsageError, match=said):
            spectrum(layers, [number], [1])
