"""Exact inertia, kernel vectors, and refutations of "the Hessian is positive definite"."""

from fractions import Fraction
from random import Random

import pytest

from symland.checks.inertia import check_positive_definite, inertia, kernel_vector
from symland.errors import UsageError
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


def test_only_symmetric_matrices():
    with pytest.raises(UsageError, match="symmetric"):
        inertia([[0, 1], [2, 0]])
    with pytest.raises(UsageError, match="symmetric"):
        inertia([[0, 1]])


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
