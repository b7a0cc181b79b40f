"""Prime field jets: right formulas pass with the stated bound at any size, wrong ones are refuted."""

import pytest

from symland.checks.degrees import degree
from symland.checks.modular import check_equation, check_modular
from symland.errors import NoRule, UndefinedHere
from symland.evaluate.point import point
from symland.evaluate.rings import PrimeField
from symland.evaluate.terms import Evaluation
from symland.evidence import Label
from symland.language import terms as T
from symland.language.index import Dim, Index
from tests import linear_network as net

A, B = T.matrix("A", "d", "d"), T.matrix("B", "d", "d")
I = T.Identity(Dim.of("d"))


@pytest.mark.parametrize(("L", "d"), [(1, 1), (3, 2), (12, 3), (4, 20)])
def test_the_linear_network(L, d):
    evidence = check_modular(net.loss(L), net.gradients(L), net.blocks(L), {"n": d, "m": d + 1})
    assert evidence.label is Label.SAMPLED
    assert f"{L * L} Hessian block" in evidence.claim
    bound = int(evidence.scope.rpartition("2^")[2])
    assert bound < -100
    assert f"total degree at most {2 * L + 2}" in evidence.details


def test_a_wrong_block_is_named():
    blocks = net.blocks(3)
    pair = (net.layer(3), net.layer(1))
    blocks[pair] = net.lower_block(3, 3, 1, commutation=False)
    evidence = check_modular(net.loss(3), {}, blocks, {"n": 2, "m": 2})
    assert evidence.label is Label.REFUTED
    assert evidence.claim == "the Hessian block W3 W1 disagrees with jets of the loss"
    assert "modulo the prime" in evidence.witness.note and "W1" in evidence.witness.point


@pytest.mark.parametrize("wrong", [lambda g: 2 * g, lambda g: -g, lambda g: 0 * g])
def test_wrong_gradients(wrong):
    gradients = net.gradients(2)
    gradients[net.layer(2)] = wrong(net.gradient(2, 2))
    evidence = check_modular(net.loss(2), gradients, {}, {"n": 3, "m": 3})
    assert evidence.label is Label.REFUTED and "with respect to W2" in evidence.claim


def test_half_of_the_blocks_is_enough_and_one_alone_too():
    w1, w2 = net.layers(2)
    blocks = {pair: h for pair, h in net.blocks(2).items() if pair != (w1, w2)}
    assert check_modular(net.loss(2), {}, blocks, {"n": 3, "m": 2}).label is Label.SAMPLED
    one = {(w2, w1): net.lower_block(2, 2, 1)}
    assert check_modular(net.loss(2), {}, one, {"n": 3, "m": 2}).label is Label.SAMPLED
    flipped = {(w1, w2): net.lower_block(2, 2, 1)}
    assert check_modular(net.loss(2), {}, flipped, {"n": 3, "m": 3}).label is Label.REFUTED


def test_rational_functions():
    push = check_equation(T.Inverse(I + A * B) * A, A * T.Inverse(I + B * A), {"d": 4})
    assert push.label is Label.SAMPLED
    woodbury = T.Inverse(I + A), I - A * T.Inverse(I + A)
    assert check_equation(*woodbury, {"d": 3}).label is Label.SAMPLED
    assert check_equation(woodbury[0], I - A, {"d": 3}).label is Label.REFUTED
    inverse = T.Trace(T.Inverse(A))
    minus = T.Inverse(A) * T.Inverse(A)
    assert check_modular(inverse, {A: -minus.T}, {}, {"d": 3}).label is Label.SAMPLED
    assert check_modular(inverse, {A: minus.T}, {}, {"d": 3}).label is Label.REFUTED


def test_true_in_one_dimension_only():
    assert check_equation(A * B, B * A, {"d": 1}).label is Label.SAMPLED
    assert check_equation(A * B, B * A, {"d": 2}).label is Label.REFUTED


def test_facts_of_letters():
    S, Q = T.matrix("S", "d", "d", "symmetric"), T.matrix("Q", "d", "d", "orthogonal")
    assert check_equation(S, S.T, {"d": 3}).label is Label.SAMPLED
    assert check_equation(Q * Q.T, I, {"d": 3}).label is Label.SAMPLED
    assert check_equation(Q, Q.T, {"d": 3}).label is Label.REFUTED
    assert check_modular(T.Trace(A * S * A.T), {A: 2 * A * S}, {}, {"d": 3}).label is Label.SAMPLED


def test_what_is_nowhere_defined_is_said():
    with pytest.raises(UndefinedHere):
        check_equation(T.Inverse(A - A), A, {"d": 2})
    with pytest.raises(NoRule, match="degree"):
        degree(T.Symbol, Evaluation(point(), PrimeField(7)))  # not a term


def test_repeatable_unless_fresh():
    one, two = (check_equation(A * B, B * A, {"d": 2}).to_json() for _ in range(2))
    assert one == two
    assert check_equation(A * B, B * A, {"d": 2}, fresh=True).to_json() != one


DEGREES = [
    (A * B + I, (2, 0)),
    (T.Inverse(A), (2, 3)),
    (A + T.Inverse(A), (4, 3)),
    (T.Pseudoinverse(A), (5, 6)),
    (T.Reciprocal(T.Trace(A)), (0, 1)),
    (T.Trace(A) ** 3, (3, 0)),
    (T.BoundedSum.over("i", 1, 3, T.Trace(A)), (1, 0)),
    (T.BoundedProduct.over("i", 1, 3, T.Trace(A)), (3, 0)),
    (T.Chain(net.W, Index.of(4), Index.of(2)), (3, 0)),
    (T.D(A * A, A, B), (2, 0)),
    (T.SquaredNorm(A), (2, 0)),
    (T.Zero(Dim.of("d"), Dim.of("d")), (0, 0)),
]


@pytest.mark.parametrize(("term", "bound"), DEGREES, ids=lambda v: repr(v))
def test_degree_bounds(term, bound):
    assert degree(term, Evaluation(point({"d": 3}), PrimeField(7))) == bound
