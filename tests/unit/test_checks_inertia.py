"""Exact inertia by two methods, rank and kernel, and refutations of "the Hessian is positive definite"."""

from fractions import Fraction
from random import Random

import numpy as np
import pytest

import symland.checks.inertia as module
import symland.checks.ldl as ldl_module
from symland.checks.inertia import (
    Inertia,
    by_characteristic_polynomial,
    check_positive_definite,
    inertia,
    kernel_basis,
    kernel_vector,
    rank,
)
from symland.checks.ldl import LDL, ldl
from symland.errors import CheckFailed, UsageError
from symland.evaluate.derivatives import hessian_at
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.terms import Evaluation
from symland.evidence import Label
from tests import linear_network as net

QQ = Rationals()
CASES = [
    ([[1, 1], [1, 1]], (1, 0, 1)),
    ([[0, 1], [1, 0]], (1, 1, 0)),
    ([[0, 0], [0, 0]], (0, 0, 2)),
    ([[2, -1], [-1, 2]], (2, 0, 0)),
    ([[-2, 1], [1, -2]], (0, 2, 0)),
    ([[Fraction(1, 3), 0, 0], [0, Fraction(-1, 7), 0], [0, 0, 0]], (1, 1, 1)),
    ([[144, 24], [24, 4]], (1, 0, 1)),  # T7a
    ([[-8, -8], [-8, 4]], (1, 1, 0)),  # T7b
]


@pytest.mark.parametrize(("rows", "expected"), CASES)
def test_inertia(rows, expected):
    assert inertia(rows) == expected


def test_inertia_is_invariant_under_congruence():
    rng = Random(5)
    for positive, negative, zero in ((3, 2, 4), (9, 0, 0), (0, 1, 8), (2, 2, 2)):
        n = positive + negative + zero
        diagonal = [1] * positive + [-1] * negative + [0] * zero
        d = QQ.from_rows([[diagonal[i] if i == j else 0 for j in range(n)] for i in range(n)])
        t = QQ.from_rows([[rng.randint(-4, 4) if i > j else int(i == j) for j in range(n)] for i in range(n)])
        assert inertia(t * d * t.transpose()) == (positive, negative, zero)


BAD = [
    ([[0, 1], [2, 0]], r"not symmetric: entry \(1, 2\) is 1, entry \(2, 1\) is 2"),
    ([[0, 1]], "1 x 2"),
    ([[0, 1], [1]], "lengths 2, 1"),
    ([[0.5]], "0.5 is not a rational number"),
    ([["1"]], "'1' is not a rational number"),
    ([[True]], "True is not"),
    ([], "no entries"),
    ([[]], "no entries"),
    (7, "7 is not a matrix"),
    ([1, 2], "not a matrix"),
]


@pytest.mark.parametrize(("rows", "message"), BAD, ids=str)
def test_only_symmetric_rational_matrices(rows, message):
    for ask in (inertia, ldl, kernel_vector, check_positive_definite):
        with pytest.raises(UsageError, match=message):
            ask(rows)


def test_integers_of_numpy():
    assert inertia(np.array([[2, 0], [0, -3]])) == (1, 1, 0)
    with pytest.raises(UsageError, match="floats"):
        inertia(np.eye(2))


# -- LDL^T --------------------------------------------------------------------------------------------------------
ZERO_DIAGONALS = [
    [[0, 1], [1, 0]],
    [[0, 1, 1], [1, 0, 1], [1, 1, 0]],
    [[0, 0, 2], [0, 0, 3], [2, 3, 0]],
    [[0, 0, 0, 1], [0, 0, 2, 0], [0, 2, 0, 0], [1, 0, 0, 0]],
    [[0, 0, 0], [0, 0, Fraction(-1, 3)], [0, Fraction(-1, 3), 0]],
    [[0, 1, 0], [1, 0, 1], [0, 1, 5]],
]


def random_symmetric(rng, n, inner):
    """A random rational symmetric matrix of rank at most `inner`, of mixed signs; often with zeros on its diagonal."""
    a = [[rng.choice([0, 0, 1, -1, 2, Fraction(1, 2)]) for _ in range(inner)] for _ in range(n)]
    signs = [rng.choice([1, -1]) for _ in range(inner)]
    return [[sum(s * x * y for s, x, y in zip(signs, u, v, strict=True)) for v in a] for u in a]


def factorized(rows):
    """The factorization, multiplied out here entry by entry and compared with the matrix."""
    found = ldl(rows)
    n = len(rows)
    low, middle = found.lower, found.diagonal
    assert all(low[i, i] == 1 and not any(low[i, j] for j in range(i + 1, n)) for i in range(n))
    assert sorted(found.order) == list(range(n))
    product = low * middle * low.transpose()
    expected = QQ.from_rows([[rows[i][j] for j in found.order] for i in found.order])
    assert product == expected
    return found


def test_ldl_gives_the_matrix_back():
    for rows in ZERO_DIAGONALS:
        factorized(rows)
    rng = Random(3)
    for n in range(1, 9):
        for inner in range(n + 2):
            factorized(random_symmetric(rng, n, inner))


def test_pivots_of_two_rows():
    found = factorized([[0, 3], [3, 0]])
    assert [len(p.columns) for p in found.pivots] == [2] and found.signs == (1, 1, 0)
    assert found.diagonal == QQ.from_rows([[0, 3], [3, 0]])
    assert factorized(ZERO_DIAGONALS[3]).signs == (2, 2, 0)
    assert factorized([[0] * 3] * 3).pivots == ()


def test_both_ways_of_elimination_agree():
    """In order, where FLINT eliminates, and with exchanges: the same factorization, or none in order."""
    rng, without = Random(7), 0
    for n in (1, 2, 3, 5, 8):
        for inner in (1, n // 2 + 1, n, 2 * n):
            rows = random_symmetric(rng, n, inner)
            integers, common = QQ.from_rows(rows).numer_denom()
            found = ldl_module._in_order(integers, int(common))
            other = ldl_module._with_exchanges(integers, int(common))
            if found is not None:
                without += 1
                assert found.signs == other.signs
                assert found.lower * found.diagonal * found.lower.transpose() == QQ.from_rows(rows)
                if other.order == found.order:
                    assert found.pivots == other.pivots
    assert 5 < without < 20
    for rows in ZERO_DIAGONALS[:5]:
        assert ldl_module._in_order(QQ.from_rows(rows).numer_denom()[0], 1) is None


def test_a_zero_pivot_before_another_is_an_exchange():
    """diag(1, 0, 2): the second pivot is 2; and a zero row in the middle of a matrix of rank two."""
    for rows in ([[1, 0, 0], [0, 0, 0], [0, 0, 2]], [[1, 1, 1], [1, 1, 1], [1, 1, 3]]):
        assert ldl_module._in_order(QQ.from_rows(rows).numer_denom()[0], 1) is None
        assert factorized(rows).signs == (2, 0, 1)
    assert factorized([[1, 1, 1], [1, 3, 1], [1, 1, 1]]).order == (0, 1, 2)


def test_long_numbers():
    """10^5000, which Python does not print."""
    found = ldl([[10**5000, 1], [1, -1]])
    assert repr(found) == "LDL(of 2 rows: 1 positive, 1 negative, 0 zero)"
    assert inertia([[10**5000, 1], [1, -1]]) == (1, 1, 0)
    assert check_positive_definite([[10**5000]]).to_json()["label"] == "CERTIFIED"


def test_both_ways_agree_with_numpy():
    rng = Random(11)
    for n in (1, 2, 5, 9, 14):
        rows = random_symmetric(rng, n, 2 * n)
        values = np.linalg.eigvalsh(np.array(rows, dtype=float))
        expected = (int((values > 1e-9).sum()), int((values < -1e-9).sum()), int((abs(values) <= 1e-9).sum()))
        assert by_characteristic_polynomial(QQ.from_rows(rows)) == ldl(rows).signs == inertia(rows) == expected


def test_two_ways_that_disagree_are_a_failure(monkeypatch):
    monkeypatch.setattr(module, "ldl", lambda q: LDL((0, 1), ()))
    with pytest.raises(CheckFailed, match="LDL"):
        inertia([[1, 0], [0, 1]])


def test_rank_and_kernel():
    rows = [[1, 2, 3], [2, 4, 6]]
    assert rank(rows) == 1 and rank([[0]]) == 0 and rank([[Fraction(1, 2), 1], [0, 1]]) == 2
    basis = kernel_basis(rows)
    assert len(basis) == 2 and QQ.block([list(basis)]).rank() == 2
    assert all(not any((QQ.from_rows(rows) * v).entries()) for v in basis)
    assert kernel_basis([[1, 0], [0, 1]]) == ()


def test_the_hilbert_matrix_is_positive_definite():
    """Of 12 rows, condition about 10^16: numpy cannot tell."""
    n = 12
    assert inertia([[Fraction(1, i + j + 1) for j in range(n)] for i in range(n)]) == Inertia(n, 0, 0)


def test_kernel_vector():
    assert kernel_vector([[1, 1], [1, 1]]) == QQ.from_rows([[1], [-1]])
    assert kernel_vector([[4, -2], [-2, 1]]) == QQ.from_rows([[1], [2]])
    assert kernel_vector([[2, 1], [1, 2]]) is None


def test_CE3_is_not_positive_definite():
    letters = {"X": QQ.from_rows([[1]]), "Y": QQ.from_rows([[1]]), "W": {i: QQ.from_rows([[1]]) for i in (1, 2)}}
    hessian = hessian_at(net.loss(2), net.layers(2), Evaluation(point({"n": 1, "m": 1}, letters), QQ))
    assert hessian == QQ.from_rows([[1, 1], [1, 1]])
    evidence = check_positive_definite(hessian, "the Hessian at (1, 1) is positive definite")
    assert evidence.label is Label.REFUTED
    assert evidence.witness.point["v"] == QQ.from_rows([[1], [-1]])
    assert evidence.witness.left == 0 and "kernel vector" in evidence.witness.note


def test_negative_curvature():
    evidence = check_positive_definite([[1, -6, -6], [-6, 1, -6], [-6, -6, 1]])  # T2b
    assert evidence.label is Label.REFUTED
    assert evidence.details == "2 positive, 1 negative, 0 zero eigenvalues"
    assert evidence.witness.left < 0


def test_positive_definite():
    evidence = check_positive_definite([[2, -1], [-1, 2]])
    assert evidence.label is Label.CERTIFIED and evidence.witness is None
