"""Values of functions as variables of polynomials: equal arguments give one variable, and the chain rule through them
agrees with jets over the rational numbers."""

from fractions import Fraction
from random import Random

import pytest

from symland.checks.expansion import Expansion
from symland.errors import NoRule, Undecided
from symland.evaluate.dense import Cleared
from symland.evaluate.derivatives import gradient_at
from symland.evaluate.free_functions import FreeFunctions
from symland.evaluate.functions import function_value
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.terms import Evaluation
from symland.language import terms as T
from symland.language.index import Index

QQ = Rationals()


def test_equal_arguments_give_one_variable():
    ring = FreeFunctions(["x", "y"], 4)
    x, y = ring.variable("x"), ring.variable("y")
    first = function_value(ring, "sigma", x + y)
    assert first.equals(function_value(ring, "sigma", y + x))
    twice = Cleared(2 * (x + y).numerators, 2)  # the same polynomial over another denominator
    assert first.equals(function_value(ring, "sigma", twice))
    others = [("sigma", x), ("sigma'", x + y), ("tanh", x + y)]
    assert not any(first.equals(function_value(ring, name, a)) for name, a in others)
    assert ring.related == ("tanh",) and len(ring.applications) == 4
    with pytest.raises(Undecided, match="too many values of functions"):
        function_value(ring, "sigma", y)


def test_parameters_belong_to_the_argument():
    ring = FreeFunctions(["x", "a"], 3)
    x, a = ring.variable("x"), ring.variable("a")
    assert not function_value(ring, "leaky_relu", x, [a]).equals(function_value(ring, "leaky_relu", x, [x]))


def test_names_of_letters_are_not_taken():
    ring = FreeFunctions(["f0", "f1", "x"], 2)
    assert len(set(ring.variables)) == 5 and ring.variables[:3] == ("f0", "f1", "x")
    assert not function_value(ring, "sigma", ring.variable("x")).equals(ring.variable("f0"))


def test_reciprocals_are_no_variables():
    ring = FreeFunctions(["x"], 1)
    half = function_value(ring, "reciprocal", ring.number(2))
    assert half.equals(ring.number(Fraction(1, 2)))
    with pytest.raises(NoRule, match="reciprocal"):
        function_value(ring, "reciprocal", ring.variable("x"))


# -- the chain rule ------------------------------------------------------------------------------------------------
A, B, s = T.matrix("A", 2, 2), T.matrix("B", 2, 2), T.scalar("s")


def f(name, a):
    return T.Elementwise(name, a)


LOSSES = [
    T.SquaredNorm(f("sigma", A * B)),
    T.Trace(f("sigma", A * f("tau", B * A))),
    T.entries_sum(T.hadamard(f("tanh", A), f("sinh", B * A))),
    T.entries_sum(f("softplus", s * A)) * f("exp", T.Trace(A * A)),
    T.entries_sum(T.HadamardPower(f("sigma'", A), Index.of(3))) + s * f("sin", T.number(1, 3) * s * T.Trace(A)),
]


def value_at(expansion, polynomial, values):
    """A polynomial where the letters have these values and functions those of the rational model."""
    values = list(values)
    for name, arguments in expansion.ring.applications:
        padded = [*values, *[0] * (len(expansion.ring.variables) - len(values))]
        numbers = [evaluated(a, padded) for a in arguments]
        values.append(function_value(QQ, name, numbers[0], numbers[1:]))
    return evaluated(polynomial, [*values, *[0] * (len(expansion.ring.variables) - len(values))])


def evaluated(polynomial, values):
    out = QQ.number(0)
    for exponents, c in polynomial.numerators.terms():
        term = QQ.number(int(c))
        for v, e in zip(values, exponents, strict=True):
            term *= v ** int(e) if e else 1
        out += term
    return out / polynomial.denominator


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_derivatives_agree_with_jets(loss):
    expansion = Expansion([loss, A, B, s], {})
    rng = Random(4)
    numbers = [QQ.number(Fraction(rng.randint(-4, 4), rng.randint(1, 3))) for _ in range(expansion.ring.letters)]
    names = list(expansion.ring.variables)
    letters = {"s": numbers[names.index("s")]}
    for name in "AB":
        entries = [numbers[names.index(f"{name}_{i}{j}")] for i in (1, 2) for j in (1, 2)]
        letters[name] = QQ.matrix(2, 2, entries)
    here = Evaluation(point(letters=letters), QQ)
    polynomial = expansion.free.value(loss)
    assert value_at(expansion, polynomial, numbers) == here.value(loss)
    jets = QQ.entries(QQ.vec(gradient_at(loss, A, here)))
    first = [expansion.derivative(polynomial, i) for i in expansion.places(A)]
    assert [value_at(expansion, p, numbers) for p in first] == jets
    moved = here.perturb(A, QQ.matrix(2, 2, [QQ.number(1), *[QQ.number(0)] * 3]))  # in the direction of A_11
    second = [expansion.derivative(p, expansion.places(A)[0]) for p in first]
    again = [moved.ring.coefficient(x, QQ) for x in moved.ring.entries(moved.ring.vec(gradient_at(loss, A, moved)))]
    assert [value_at(expansion, p, numbers) for p in second] == again
    assert len(expansion.ring.variables) >= expansion.ring.letters + len(expansion.ring.applications)
