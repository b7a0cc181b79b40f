"""Functions in every ring: values against mpmath, the table of derivatives against differences, free functions."""

from fractions import Fraction
from random import Random

import pytest

from symland.errors import NoRule, Undecided, UndefinedHere
from symland.evaluate.dense import Polynomials, Reals
from symland.evaluate.functions import DERIVATIVES, entrywise, function_value, log_determinant, partial_derivative
from symland.evaluate.functions_exact import RATIONAL
from symland.evaluate.jets import Jets
from symland.evaluate.rings import Balls, PrimeField, Rationals
from symland.language.functions import FUNCTIONS

QQ, FIELD = Rationals(), PrimeField(2**61 - 1)
GENERIC = ["sigma" + "'" * k for k in range(6)]
PARAMETERS = {"leaky_relu": [Fraction(1, 5)], "pow": [Fraction(7, 3)]}
POINTS = {"arcsin": (-0.3, 0.6), "arccos": (-0.3, 0.6), "log": (0.4, 2), "sqrt": (0.4, 2), "pow": (0.4, 2)}
MPMATH = {  # by names of mpmath, or by the textbook formula
    "sin": "sin", "cos": "cos", "tan": "tan", "exp": "exp", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh",
    "arctan": "atan", "arcsin": "asin", "arccos": "acos", "log": "log", "sqrt": "sqrt", "sign": "sign",
    "sigmoid": lambda mp, x: (1 + mp.tanh(x / 2)) / 2,
    "softplus": lambda mp, x: mp.log(1 + mp.exp(x)),
    "reciprocal": lambda mp, x: x**-1,
    "abs": lambda mp, x: mp.sqrt(x * x),
    "relu": lambda mp, x: (x + abs(x)) / 2,
    "step": lambda mp, x: (1 + mp.sign(x)) / 2,
    "leaky_relu": lambda mp, x, a: x if x > 0 else a * x,
    "pow": lambda mp, x, p: mp.exp(p * mp.log(x)),
}  # fmt: skip


def cases(name):
    """Points where the function is smooth, with its parameters."""
    return [(Fraction(x).limit_denominator(10), PARAMETERS.get(name, [])) for x in POINTS.get(name, (-0.7, 0.5, 1.3))]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_real_values(name):
    ring, other = Reals(40), MPMATH[name]
    mp = ring.mp
    for x, parameters in cases(name):
        arguments = [ring.number(q) for q in (x, *parameters)]
        expected = getattr(mp, other)(*arguments) if isinstance(other, str) else other(mp, *arguments)
        assert abs(function_value(ring, name, arguments[0], arguments[1:]) - expected) < mp.mpf(10) ** -38


@pytest.mark.parametrize("name", [*FUNCTIONS, *GENERIC])
def test_the_table_of_derivatives_against_differences(name):
    ring = Reals(60)
    for x, parameters in cases(name):
        arguments = [ring.number(q) for q in (x, *parameters)]
        for place in range(len(arguments)):

            def along(t, place=place, arguments=arguments):
                first, *rest = [t if k == place else a for k, a in enumerate(arguments)]
                return function_value(ring, name, first, rest)

            h = ring.mp.mpf(10) ** -18
            t = arguments[place]
            difference = (8 * (along(t + h) - along(t - h)) - along(t + 2 * h) + along(t - 2 * h)) / (12 * h)
            assert abs(partial_derivative(ring, name, place, arguments) - difference) < ring.mp.mpf(10) ** -30


@pytest.mark.parametrize("name", [*FUNCTIONS, *GENERIC])
def test_balls_enclose_the_real_values(name):
    balls, reals = Balls(170), Reals(45)
    for x, parameters in cases(name):
        with balls.precision():
            ball = function_value(balls, name, balls.number(x), [balls.number(q) for q in parameters])
            value = function_value(reals, name, reals.number(x), [reals.number(q) for q in parameters])
            assert abs(reals.mp.mpf(ball.mid().str(40, radius=False)) - value) < 1e-35
            assert ball.rad() < 1e-40


def test_every_function_has_all_its_derivatives():
    assert set(DERIVATIVES) == set(FUNCTIONS)
    assert all(len(DERIVATIVES[name]) == 1 + f.parameters for name, f in FUNCTIONS.items())


KINKS = [("abs", 0), ("sign", 0), ("relu", 0), ("step", 0), ("leaky_relu", 0), ("reciprocal", 0)]
OUTSIDE = [("log", 0), ("log", -1), ("sqrt", 0), ("sqrt", -1), ("pow", 0), ("pow", -2), ("arcsin", 1), ("arccos", -1)]


@pytest.mark.parametrize(("name", "x"), KINKS + OUTSIDE)
@pytest.mark.parametrize("ring", [QQ, Balls(100), Reals(30, margin=Fraction(1, 1000))], ids=lambda r: r.name)
def test_no_value_where_a_function_is_not_smooth(ring, name, x):
    with pytest.raises(UndefinedHere, match="no value"):
        function_value(ring, name, ring.number(x), [ring.number(q) for q in PARAMETERS.get(name, [])])


def test_a_ball_that_meets_the_boundary_has_no_value():
    ring = Balls(100)
    wide = ring.number(Fraction(1, 3)) - ring.number(Fraction(1, 3))
    for name in ("abs", "relu", "log", "sqrt", "reciprocal"):
        with pytest.raises(UndefinedHere):
            function_value(ring, name, wide)
    with pytest.raises(UndefinedHere):
        function_value(ring, "tan", ring.number(1).asin())  # pi/2


def test_real_numbers_have_the_values_of_analysis():
    ring = Reals(30)
    nil = ring.number(0)
    assert [function_value(ring, f, nil) for f in ("relu", "abs", "sign", "sqrt")] == [0, 0, 0, 0]
    assert function_value(ring, "pow", ring.number(-2), [ring.number(3)]) == -8
    for name, x in (("log", 0), ("reciprocal", 0), ("sqrt", -1), ("log", -1), ("arcsin", 2)):
        with pytest.raises(UndefinedHere):
            function_value(ring, name, ring.number(x))
    with pytest.raises(UndefinedHere):
        function_value(ring, "pow", ring.number(-2), [ring.number(Fraction(1, 2))])
    margin = Reals(30, margin=Fraction(1, 1000))
    with pytest.raises(UndefinedHere):
        function_value(margin, "relu", margin.number(Fraction(1, 2000)))


# -- exact rings ----------------------------------------------------------------------------------------------
def at(name, x, *parameters, ring=QQ):
    return function_value(ring, name, ring.number(Fraction(x)), [ring.number(Fraction(p)) for p in parameters])


def numbers(*rationals):
    return [QQ.number(Fraction(q)) for q in rationals]


def test_rational_functions_are_exact():
    found = [at("reciprocal", "-2/3"), at("abs", -2), at("sign", -2), at("relu", -2), at("relu", 3), at("step", -1)]
    assert found == numbers("-3/2", 2, -1, 0, 3, 0) and at("step", 2) == 1
    assert [at("leaky_relu", -2, "1/5"), at("leaky_relu", 2, "1/5")] == numbers("-2/5", 2)
    assert [at("pow", "2/3", -3), at("pow", "4/9", "1/2"), at("sqrt", "9/4")] == numbers("27/8", "2/3", "3/2")
    assert {"reciprocal", "abs", "sign", "relu", "leaky_relu", "step"} == RATIONAL
    with pytest.raises(Undecided):
        at("pow", 2, 10**9)


@pytest.mark.parametrize("ring", [QQ, FIELD], ids=lambda r: r.name)
def test_free_functions_have_fixed_values(ring):
    for name in ("exp", "sigma", "sigma'", "tanh", "arctan"):
        values = [at(name, x, ring=ring) for x in (2, 3, "1/2")]
        assert values == [at(name, x, ring=type(ring)(*([ring.prime] if ring is FIELD else []))) for x in (2, 3, "1/2")]
        assert len(set(map(str, values))) > 1
    assert at("sigma", 2, ring=ring) != at("tau", 2, ring=ring)


@pytest.mark.parametrize("ring", [QQ, FIELD], ids=lambda r: r.name)
@pytest.mark.parametrize("x", [Fraction(2), Fraction(-3, 5), Fraction(0), Fraction(1, 7)])
def test_relations_of_the_free_functions(ring, x):
    f = lambda name, y=x: at(name, y, ring=ring)  # noqa: E731
    assert f("sin") ** 2 + f("cos") ** 2 == 1
    assert f("tan") * f("cos") == f("sin") and f("sin", -x) == -f("sin") and f("cos", -x) == f("cos")
    assert f("cosh") ** 2 - f("sinh") ** 2 == 1 and f("tanh") * f("cosh") == f("sinh")
    assert f("cosh") + f("sinh") == f("exp") and f("exp") * f("exp", -x) == 1
    assert f("sigmoid") * (1 + f("exp", -x)) == 1 and f("sigmoid") + f("sigmoid", -x) == 1
    assert f("arctan", -x) == -f("arctan")


def test_logarithms_add_up_and_roots_of_squares_come_out():
    assert at("log", Fraction(6, 35)) == at("log", 2) + at("log", 3) - at("log", 5) - at("log", 7)
    assert at("log", 1) == 0 and at("log", 8) == 3 * at("log", 2)
    assert at("sqrt", 12) == 2 * at("sqrt", 3) and at("sqrt", 3) == at("pow", 3, "1/2")
    assert at("pow", 3, "4/3") == 3 * at("pow", 3, "1/3")
    assert at("sqrt", 3) ** 2 != 3  # free: what needs it is decided in real numbers


def test_second_derivatives_in_jets_of_free_functions():
    jets = Jets(QQ, 2)
    x = {0: QQ.number(Fraction(2, 3)), 1: QQ.number(1), 2: QQ.number(1)}
    t, s, g = (at(f, "2/3") for f in ("tanh", "sigmoid", "sigma"))
    assert function_value(jets, "tanh", x) == {0: t, 1: 1 - t**2, 2: 1 - t**2, 3: -2 * t * (1 - t**2)}
    assert function_value(jets, "softplus", x)[3] == s * (1 - s)
    first, second = at("sigma'", "2/3"), at("sigma''", "2/3")
    assert function_value(jets, "sigma", x) == {0: g, 1: first, 2: first, 3: second}
    assert [function_value(jets, "reciprocal", x)[3]] == numbers("27/4")  # 2/x^3
    assert list(function_value(jets, "abs", x).values()) == numbers("2/3", 1, 1, 0)
    # d/dp d/dx x^p = x^(p-1) + p x^(p-1) log x, at x = 2/3 and p = 2
    p, start = {0: QQ.number(2), 2: QQ.number(1)}, {0: QQ.number(Fraction(2, 3)), 1: QQ.number(1)}
    mixed = function_value(jets, "pow", start, [p])[3]
    assert [mixed - QQ.number(Fraction(4, 3)) * at("log", "2/3")] == numbers("2/3")


def test_jets_of_real_numbers_are_taylor_coefficients():
    ring = Reals(40)
    jets, rng = Jets(ring, 3), Random(3)
    for name in ("sin", "tanh", "sigmoid", "exp", "arctan", "sigma"):
        x = ring.number(Fraction(rng.randint(1, 9), 7))
        one = ring.number(1)
        found = function_value(jets, name, {0: x, 1: one, 2: one, 4: one})
        expected = ring.mp.diff(lambda t, name=name: function_value(ring, name, t), x, 3)
        assert abs(found[7] - expected) < 1e-10
        assert abs(found[3] - found[5]) < 1e-35 and abs(found[3] - found[6]) < 1e-35


def test_polynomials_have_no_functions():
    ring = Polynomials(["x"])
    x = ring.variable("x")
    for name in ("exp", "sigma", "abs", "pow"):
        with pytest.raises(NoRule, match=f"{name} has no value in polynomials"):
            function_value(ring, name, x, [ring.number(2)] if name == "pow" else [])
    assert function_value(ring, "reciprocal", ring.number(4)).equals(ring.number(Fraction(1, 4)))


def test_entry_by_entry_and_the_logarithm_of_determinants():
    assert entrywise(QQ, "relu", QQ.from_rows([[1, -2, 3]])) == QQ.from_rows([[1, 0, 3]])
    assert log_determinant(QQ, QQ.from_rows([[0, 2], [3, 7]])) == at("log", 6)  # log |-6|
    reals = Reals(30)
    assert abs(log_determinant(reals, reals.from_rows([[0, 2], [3, 7]])) - reals.mp.log(6)) < 1e-28
    for ring in (QQ, FIELD, reals):
        with pytest.raises(UndefinedHere):
            log_determinant(ring, ring.from_rows([[1, 2], [2, 4]]))
