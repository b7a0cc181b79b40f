"""Exact spectra: rational and algebraic eigenvalues, multiplicities, enclosures."""

import json
from fractions import Fraction
from random import Random

import flint
import numpy as np
import pytest
import sympy

import symland.checks.spectrum as module
from symland.checks.inertia import Inertia
from symland.checks.spectrum import Factor, RealRoot, Spectrum, polynomial_text, spectrum
from symland.errors import CheckFailed, UsageError
from symland.evaluate.rings import Rationals

QQ = Rationals()
FIBONACCI = [[1, 1], [1, 0]]  # x^2 - x - 1


def diagonal(*values):
    return [[v if i == j else 0 for j in range(len(values))] for i, v in enumerate(values)]


def test_rational_eigenvalues_in_descending_order():
    found = spectrum(diagonal(Fraction(21, 4), 0, 6, -3, 6, 0, 6))
    assert found.eigenvalues == ((6, 3), (Fraction(21, 4), 1), (0, 2), (-3, 1))
    assert found.inertia == Inertia(4, 1, 2)
    assert found.smallest_positive == Fraction(21, 4) and found.largest == 6
    assert repr(found) == "6 (3 times), 21/4, 0 (2 times), -3"
    assert found.characteristic_text == "x^2*(x - 6)^3*(x + 3)*(4*x - 21)"


def test_algebraic_eigenvalues():
    """(1 + sqrt 5)/2 and (1 - sqrt 5)/2."""
    found = spectrum([[*FIBONACCI[0], 0, 0], [*FIBONACCI[1], 0, 0], [0, 0, *FIBONACCI[0]], [0, 0, *FIBONACCI[1]]])
    (golden, two), (other, again) = found.eigenvalues
    assert two == again == 2 and found.characteristic == (Factor((-1, -1, 1), 2),)
    assert isinstance(golden, RealRoot) and isinstance(other, RealRoot)
    x = sympy.Rational(golden.lower), sympy.Rational(golden.upper)
    assert x[0] < sympy.GoldenRatio < x[1] and x[1] - x[0] < sympy.Rational(1, 10**15)
    assert sympy.simplify(golden.to_sympy() - (1 + sympy.sqrt(5)) / 2) == 0
    assert sympy.simplify(other.to_sympy() - (1 - sympy.sqrt(5)) / 2) == 0
    assert found.smallest_positive is golden and found.inertia == (2, 2, 0)
    assert float(golden) == pytest.approx(1.618033988749895)
    assert repr(found) == "root of x^2 - x - 1 near 1.61803 (2 times), root of x^2 - x - 1 near -0.618034 (2 times)"


def test_cubic_eigenvalues_as_roots():
    rows = [[0, 1, 0], [1, 0, 1], [0, 1, 1]]
    for value, _ in spectrum(rows).eigenvalues:
        assert isinstance(value, RealRoot)
        exact = value.to_sympy()
        assert isinstance(exact, sympy.CRootOf) and abs(float(exact) - float(value)) < 1e-12


def test_no_positive_eigenvalue():
    assert spectrum(diagonal(0, -1)).smallest_positive is None


@pytest.mark.parametrize("digits", [1, 15, 30, 100, 400])
def test_enclosures(digits):
    """Balls with sqrt 2 in them and not wider than asked, where SymPy has the digits."""
    found = spectrum([[1, 1, 0], [1, -1, 0], [0, 0, Fraction(1, 3)]]).enclosures(digits)
    exact = [sympy.sqrt(2), sympy.Rational(1, 3), -sympy.sqrt(2)]
    for (ball, times), value in zip(found, exact, strict=True):
        assert times == 1
        with flint.ctx.workprec(4000):
            assert ball.rad() <= flint.arb(10) ** -digits * abs(ball)
            assert (ball - flint.arb(str(value.evalf(1000)))).contains(0) or ball.contains(flint.fmpq(1, 3))


def test_zero_is_enclosed_by_itself():
    ((ball, times),) = spectrum([[0, 0], [0, 0]]).enclosures(50)
    assert times == 2 and ball == 0


def test_eigenvalues_that_lie_close_together():
    """1 and 1 + 10^-40 are told apart; so are sqrt 2 and a convergent of its continued fraction."""
    tiny = Fraction(1, 10**40)
    assert spectrum(diagonal(1, 1 + tiny, 1)).eigenvalues == ((1 + tiny, 1), (1, 2))
    p, q = 1, 1
    for _ in range(60):
        p, q = p + 2 * q, p + q
    values = [v for v, _ in spectrum([[1, 1, 0], [1, -1, 0], [0, 0, Fraction(p, q)]]).eigenvalues]
    above = p * p > 2 * q * q
    assert isinstance(values[0], RealRoot) is not above and Fraction(p, q) in values[:2]


@pytest.mark.parametrize("seed", range(6))
def test_against_numpy(seed):
    rng = Random(seed)
    n = rng.randint(2, 9)
    a = [[Fraction(rng.randint(-5, 5), rng.choice([1, 1, 2, 3])) for _ in range(n)] for _ in range(n)]
    rows = [[a[i][j] + a[j][i] for j in range(n)] for i in range(n)]
    found = [float(v) for v, times in spectrum(rows).eigenvalues for _ in range(times)]
    assert found == pytest.approx(sorted(np.linalg.eigvalsh(np.array(rows, dtype=float)), reverse=True), abs=1e-9)


def test_multiplicities_of_similar_matrices():
    """Q diag(3, 3, 3, 1/2, 0) Q^T with a rational orthogonal Q (Cayley)."""
    rng, n = Random(2), 5
    s = QQ.from_rows([[0] * n for _ in range(n)])
    for i in range(n):
        for j in range(i):
            s[i, j] = rng.randint(-3, 3)
            s[j, i] = -s[i, j]
    one = QQ.identity(n)
    q = (one - s) * (one + s).inv()
    assert q * q.transpose() == one
    rows = q * QQ.from_rows(diagonal(3, 3, 3, Fraction(1, 2), 0)) * q.transpose()
    assert spectrum(rows).eigenvalues == ((3, 3), (Fraction(1, 2), 1), (0, 1))


def test_json():
    data = json.loads(json.dumps(spectrum([[1, 1, 0], [1, 0, 0], [0, 0, Fraction(1, 2)]]).to_json()))
    assert data["characteristic"] == [
        {"coefficients": ["-1", "2"], "multiplicity": 1},
        {"coefficients": ["-1", "-1", "1"], "multiplicity": 1},
    ]
    assert [e["multiplicity"] for e in data["eigenvalues"]] == [1, 1, 1]
    assert data["eigenvalues"][1]["value"] == "1/2" and data["inertia"] == {"positive": 2, "negative": 1, "zero": 0}


def test_latex():
    assert spectrum(diagonal(6, 6, Fraction(-1, 2)))._repr_latex_() == r"$6\;(2\times),\ -\frac{1}{2}$"
    assert (
        spectrum(FIBONACCI)._repr_latex_() == r"$\frac{1}{2} + \frac{\sqrt{5}}{2},\ \frac{1}{2} - \frac{\sqrt{5}}{2}$"
    )
    cubic = spectrum([[0, 1, 0], [1, 0, 1], [0, 1, 1]])._repr_latex_()
    assert cubic.startswith(r"$\text{root of } x^{3} - x^{2} - 2 x + 1 \text{ near } 1.80194,")


# -- long numbers -------------------------------------------------------------------------------------------------
HUGE = 10**400  # beyond the floats


@pytest.mark.parametrize(
    ("rows", "approximate"),
    [
        ([[HUGE]], ["1.00000e+400"]),
        ([[HUGE, 1], [1, 2]], ["1.00000e+400", "2"]),
        ([[HUGE, 1], [1, 0]], ["1.00000e+400", "-1.00000e-400"]),  # their product is -1
        ([[Fraction(1, HUGE)]], ["1.00000e-400"]),
        ([[10**3999, 1], [1, 2]], ["1.00000e+3999", "2"]),
        ([[10**3999, 1, 1], [1, 2, 1], [1, 1, 1]], ["1.00000e+3999", "2.61803", "0.381966"]),  # near x^2 - 3x + 1
    ],
    ids=lambda x: ", ".join(x) if isinstance(x[0], str) else "",
)
def test_long_numbers_can_be_printed(rows, approximate):
    found = spectrum(rows)
    shown = repr(found).split(", ")
    assert len(shown) == len(approximate) and all(s.endswith(a) for s, a in zip(shown, approximate, strict=True))
    data = json.loads(json.dumps(found.to_json()))
    assert sum(e["multiplicity"] for e in data["eigenvalues"]) == len(rows)
    latex, text = found._repr_latex_(), found.characteristic_text
    assert latex.startswith("$") and len(latex) < 400 and text.startswith(("x", "1")) and repr(found.characteristic)
    for value, _ in found.eigenvalues:
        assert isinstance(value, Fraction) or abs(value.upper - value.lower) * 10**15 < abs(value.upper)


def test_long_numbers_in_latex():
    assert spectrum([[HUGE]])._repr_latex_() == r"$\approx 1.00000 \cdot 10^{400}$"
    assert spectrum([[Fraction(-1, HUGE)]])._repr_latex_() == r"$\approx -1.00000 \cdot 10^{-400}$"


def test_a_root_beyond_the_floats_is_no_float():
    (large, _), (small, _) = spectrum([[HUGE, 1], [1, 2]]).eigenvalues
    assert float(small) == 2
    with pytest.raises(UsageError, match=r"1.00000e\+400 is no float"):
        float(large)


def test_roots_for_sympy_that_are_close_or_long():
    """1 - t, near 1, near 1 + t for t = 10^-12; long coefficients are refused."""
    tiny = Fraction(1, 10**12)
    values = spectrum([[1, tiny, 0], [tiny, 1, tiny**2], [0, tiny**2, 1 + tiny**3]]).eigenvalues
    roots = [value.to_sympy() for value, _ in values]
    assert [r.index for r in roots] == [2, 1, 0] and all(isinstance(r, sympy.CRootOf) for r in roots)
    for value, _ in spectrum([[10**101, 1], [1, 2]]).eigenvalues:
        with pytest.raises(UsageError, match="more than 100 digits"):
            value.to_sympy()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: [[10**5000]], "1 x 1 matrix with numbers of 5001 digits"),
        (lambda: [[10**5000, 1], [1, 2]], "2 x 2 matrix with numbers of 5001 digits"),
        (lambda: [[Fraction(1, 10**5000)]], "numbers of 5001 digits"),
        (lambda: [[10**999 * (i == j) + 1 for j in range(21)] for i in range(21)], "21 x 21 matrix"),
    ],
)
def test_numbers_that_are_too_long_are_refused_at_once(make, said, monkeypatch):
    monkeypatch.setattr(module, "inertia", None)
    with pytest.raises(UsageError, match=said) as e:
        spectrum(make())
    assert "at most 4000 digits" in e.value.hint or "at most 952 digits" in e.value.hint


@pytest.mark.parametrize("digits", [0, -1, 1.5, True, "30", 10**9])
def test_digits_out_of_range(digits):
    with pytest.raises(UsageError, match="digits"):
        spectrum(FIBONACCI).enclosures(digits)


@pytest.mark.parametrize("rows", [[[0, 1], [2, 0]], [[1, 2]], [[1.0]], [[1], [2, 3]], None])
def test_other_matrices_are_refused(rows):
    with pytest.raises(UsageError):
        spectrum(rows)


def test_a_wrong_inertia_is_found_out(monkeypatch):
    monkeypatch.setattr(module, "inertia", lambda q: Inertia(2, 0, 0))
    with pytest.raises(CheckFailed, match="by the eigenvalues"):
        spectrum(FIBONACCI)


def test_a_root_that_is_not_in_its_ball_is_found_out(monkeypatch):
    """The balls are only trusted after the exact change of sign."""
    monkeypatch.setattr(module, "_roots", lambda f: [flint.arb(5, 0.001), flint.arb(7, 0.001)])
    with pytest.raises(CheckFailed, match="does not change its sign"):
        _ = Spectrum((Factor((-1, -1, 1), 1),), Inertia(1, 1, 0)).eigenvalues


@pytest.mark.parametrize(
    ("coefficients", "text"),
    [((0,), "0"), ((-3,), "-3"), ((0, -1), "-x"), ((1, -1, 0, 4), "4*x^3 - x + 1"), ((-1, 1), "x - 1")],
)
def test_polynomials_in_text(coefficients, text):
    assert polynomial_text(coefficients) == text
