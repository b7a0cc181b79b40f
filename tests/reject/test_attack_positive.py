"""Attacks on conditions: what is positive or not zero, which conditions hold near a point, and equations that rest on
them under a derivative.

Deliberate false proofs, each refused for its own reason.
"""

from fractions import Fraction

import pytest

from symland.errors import AssumptionMissing, SymlandError
from symland.language.index import Index
from symland.language.statements import (
    LB,
    UB,
    Entries,
    Eq,
    ForAll,
    Invertible,
    Le,
    Lt,
    NonNeg,
    Nonzero,
    Positive,
    Psd,
    Rank,
    at_least,
)
from symland.language.terms import (
    D,
    Determinant,
    Diagonal,
    DimScalar,
    Elementwise,
    HadamardPower,
    Identity,
    Inner,
    Inverse,
    Member,
    Number,
    Ones,
    OperatorNorm,
    Power,
    Pseudoinverse,
    Reciprocal,
    Scale,
    SquaredNorm,
    Trace,
    Zero,
    family,
    hadamard,
    number,
    scalar,
)
from symland.proof.derivatives import holds_nearby
from tests.reject.attempt import Attempt, row
from tests.reject.letters import ONE, ZERO, ZERO_A, A, B, F, G, L, S, a, b, c, d, k, l, n, t

w, v = scalar("w"), scalar("v")
ALIKE = {"p": d, "q": d}
SQUARE = {"p": d}
ANY = "does not fit|premises"

# == rows about signs =============================================================================================
# The row, how its letters are replaced, what is at hand, and the false conclusion.
SIGNS = {
    "a sum, one part being any number": ("sum_positive", {"a": a, "b": b}, [Lt(ZERO, a), Lt(b, ONE)], Lt(ZERO, a + b)),
    "a sum, both parts nonnegative": ("sum_positive", {"a": a, "b": b}, [Le(ZERO, a), Le(ZERO, b)], Lt(ZERO, a + b)),
    "a product of a negative number": (
        "product_positive",
        {"a": a, "b": b},
        [Lt(ZERO, a), Lt(b, ZERO)],
        Lt(ZERO, a * b),
    ),
    "a product with 0": ("product_positive", {"a": a, "b": b}, [Lt(ZERO, a), Le(ZERO, b)], Lt(ZERO, a * b)),
    "a product of numbers that are not 0": (
        "product_positive",
        {"a": a, "b": b},
        [Nonzero(a), Nonzero(b)],
        Lt(ZERO, a * b),
    ),
    "a nonnegative number is not 0": ("nonzero_positive", {"c": a}, [Le(ZERO, a)], Nonzero(a)),
    "1/s of a nonnegative number": ("reciprocal", {"c": a}, [Le(ZERO, a)], Eq(a * Reciprocal(a), ONE)),
    "1/s of any number": ("reciprocal_nonzero", {"c": a}, [], Eq(a * Reciprocal(a), ONE)),
    "1/s of another number": ("reciprocal_nonzero", {"c": a}, [Nonzero(b)], Eq(a * Reciprocal(a), ONE)),
    "1/1/s of any number": ("reciprocal_twice", {"c": a}, [Le(ZERO, a)], Eq(Reciprocal(Reciprocal(a)), a)),
    "1/s has the sign of its square": ("reciprocal_positive", {"c": a}, [Lt(ZERO, a * a)], Lt(ZERO, Reciprocal(a))),
}


@pytest.mark.parametrize("attack", SIGNS)
def test_signs_of_scalars(attack):
    name, symbols, given, conclusion = SIGNS[attack]
    proof = Attempt({f"h{i}": h for i, h in enumerate(given)})
    ids = [proof.hyp(h) for h in proof.hypotheses]
    proof.claim_row(conclusion, list(proof.hypotheses), name, *ids, **symbols)
    proof.refused(ANY)


MATRICES = {
    "a sum with a matrix that is not zero": (
        "positive_sum", {"A": A, "B": B}, [Positive(A), Nonzero(B)], Positive(A + B),
    ),
    "a product entry by entry": (
        "positive_hadamard", {"A": A, "B": B}, [Positive(A), Nonzero(B)], Positive(hadamard(A, B)),
    ),
    "a product of matrices that are not zero": (
        "positive_product", {"A": A, "B": B}, [Nonzero(A), Nonzero(B)], Positive(A * B),
    ),
    "a negative multiple": ("positive_scale", {"c": c, "A": A}, [Nonzero(c), Positive(A)], Positive(Scale(c, A))),
    "a multiple by 0": ("positive_scale", {"c": c, "A": A}, [Le(ZERO, c), Positive(A)], Positive(Scale(c, A))),
    "the matrix from its diagonal": ("positive_diagonal", {"A": A}, [Positive(Diagonal(A))], Positive(A)),
    "the reciprocal of the inverse": ("positive_reciprocal", {"A": A}, [Positive(Inverse(A))], Positive(A)),
    "a square alone": ("positive_square", {"A": ZERO_A, "B": B}, [], Positive(ZERO_A + HadamardPower(B, Index.of(2)))),
    "the entries from their sum": ("positive_total", {"A": A}, [Lt(ZERO, Inner(Ones(d, d), A))], Positive(A)),
    "a sum that is not zero, from its entries": (
        "nonzero_positive_entries", {"A": A}, [Nonzero(A)], Nonzero(Inner(Ones(d, d), A)),
    ),
    "an invertible matrix has no zeros": ("entrywise_reciprocal", {"A": A}, [Invertible(A)], Nonzero(A)),
    "a positive matrix is invertible": ("inverse_left", {"A": A}, [Positive(A)], Eq(Inverse(A) * A, Identity(d))),
    "a matrix without zeros is invertible": ("inverse_right", {"A": A}, [Nonzero(A)], Eq(A * Inverse(A), Identity(d))),
    "a determinant that is not zero, as a matrix": (
        "inverse_left", {"A": A}, [Nonzero(Determinant(A))], Eq(Inverse(A) * A, Identity(d)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", MATRICES)
def test_signs_of_entries(attack):
    name, symbols, given, conclusion = MATRICES[attack]
    proof = Attempt({f"h{i}": h for i, h in enumerate(given)})
    ids = [proof.hyp(h) for h in proof.hypotheses]
    dims = SQUARE if name in ("positive_diagonal", "inverse_left", "inverse_right") else dict(ALIKE)
    if name == "positive_product":
        dims = {"p": d, "q": d, "r": d}
    proof.claim_row(conclusion, list(proof.hypotheses), name, *ids, dims=dims, **symbols)
    proof.refused(ANY)


FUNCTIONS = {
    "sin": ("exp_positive_scalar", Lt(ZERO, Elementwise("sin", a))),
    "the exponent": ("exp_positive_scalar", Lt(ZERO, a)),
    "a negative exponential": ("exp_positive_scalar", Lt(ZERO, -Elementwise("exp", a))),
    "sinh": ("cosh_positive_scalar", Lt(ZERO, Elementwise("sinh", a))),
    "tanh": ("sigmoid_positive_scalar", Lt(ZERO, Elementwise("tanh", a))),
    "relu": ("softplus_positive_scalar", Lt(ZERO, Elementwise("relu", a))),
    "any function": ("exp_positive_scalar", Lt(ZERO, Elementwise("sigma", a))),
}


@pytest.mark.parametrize("attack", FUNCTIONS)
def test_functions_that_are_not_positive(attack):
    name, conclusion = FUNCTIONS[attack]
    proof = Attempt()
    proof.claim_row(conclusion, [], name, a=a)
    proof.refused("not the stated one")


INDICES = {
    "l > 0 for l >= 0": ("index_positive", {"a": l}, {"low": at_least(l, 0)}, [[["low", 1]]]),
    "l > 0 for any l": ("index_positive", {"a": l}, {}, [[]]),
    "l - 1 > 0 for l >= 1": ("index_positive", {"a": l - 1}, {"low": at_least(l, 1)}, [[["low", 1]]]),
    "a power with a negative exponent": ("power_positive", {"a": -l}, {"low": at_least(l, 0)}, [[["low", 1]]]),
    "a multiplier that is negative": ("index_positive", {"a": -l}, {"low": at_least(l, 1)}, [[["low", -1]]]),
    "the sum of exponents below 0": (
        "power_add",
        {"a": l, "b": -l},
        {"low": at_least(l, 0)},
        [[["low", 1]], [["low", 1]]],
    ),
    "a product over a range that is too short": (
        "product_constant",
        {"a": l, "b": 0},
        {"low": at_least(l, 1)},
        [[["low", 1]]],
    ),
}


@pytest.mark.parametrize("attack", INDICES)
def test_order_facts_that_are_not_there(attack):
    name, indices, facts, side = INDICES[attack]
    proof = Attempt({**facts, "positive": Lt(ZERO, c)})
    given = [proof.hyp("positive")] if name == "power_positive" else []
    symbols = {} if name == "index_positive" else {"c": c}
    side = [[(fact, m) for fact, m in cert] for cert in side]
    proof.claim_row(Lt(ZERO, ONE), [], name, *given, side=side, indices=indices, **symbols)
    proof.refused("order facts do not give|nonnegative rationals", SymlandError)


# == pos ==========================================================================================================
TREES = {
    "a negative rational": (Le(ZERO, number(-1)), {"rational": Fraction(-1)}, "nonnegative|malformed"),
    "a negative square": (Le(ZERO, -a * a), {"square": a}, "does not add up"),
    "a cube": (Le(ZERO, a * a * a), {"product": [{"square": a}, {"rational": Fraction(1)}]}, "does not add up"),
    "a strict inequality": (Lt(ZERO, a * a), {"square": a}, "pos proves"),
    "a positive matrix as a number": (Le(ZERO, Trace(A)), {"theorem": "all"}, "cites an inequality"),
    "what is not zero": (Le(ZERO, a), {"theorem": "some"}, "cites an inequality"),
    "a difference of squares": (Le(ZERO, a * a - b * b), {"sum": [{"square": a}, {"square": b}]}, "does not add up"),
    "the square of a function for the function": (
        Le(ZERO, Elementwise("sigma", a)), {"square": Elementwise("sigma", a)}, "does not add up",
    ),
    "a dimension minus one, squared": (
        Le(ONE, DimScalar(d) * DimScalar(d)), {"square": DimScalar(d)}, "does not add up",
    ),
    "a power as a square": (Le(ZERO, Power(a, k)), {"square": a}, "does not add up"),
    "two pieces in one": (Le(ZERO, a), {"square": a, "rational": Fraction(0)}, "a piece is one of"),
}  # fmt: skip


@pytest.mark.parametrize("attack", TREES)
def test_certificates_of_false_inequalities(attack):
    out, tree, reason = TREES[attack]
    cited = {"all": Positive(A), "some": Nonzero(a)}.get(tree.get("theorem", ""))
    proof = Attempt({"given": cited} if cited is not None else {})
    if cited is not None:
        tree = {"theorem": proof.hyp("given")}
    proof.claim("pos", {"tree": tree, "using": []}, out, list(proof.hypotheses))
    proof.refused(reason)


# == conditions near a point ======================================================================================
RANK = Trace(Pseudoinverse(A) * A)  # a number that jumps
t_l, t_k = Member(t, l), Member(t, k)
W_k, C_k = Member(F, k), Member(G, k)
squares = family("W", "d", "d")

OPEN = {
    "s > 0": (Lt(ZERO, w), "w"),
    "s != 0": (Nonzero(w), "w"),
    "two continuous functions": (Lt(Trace(A), SquaredNorm(A)), "A"),
    "all entries positive": (Positive(A * B), "A"),
    "no entry is zero": (Nonzero(Elementwise("cos", A)), "A"),
    "a determinant": (Nonzero(Determinant(A)), "A"),
    "invertible": (Invertible(A * B), "A"),
    "for finitely many": (ForAll.over("k", 1, L, Nonzero(t_k)), "t"),
    "a derivative": (Lt(ZERO, Trace(D(A * A, A, S))), "A"),
    "about another letter": (Eq(B, ZERO_A), "A"),
    "a jump of another letter": (Lt(ZERO, ONE - RANK), "B"),
    "an order fact": (NonNeg(l - 1), "A"),
    "many about another letter": (ForAll.over("k", 1, L, Eq(W_k, C_k)), "A"),
}


@pytest.mark.parametrize("case", OPEN)
def test_honest_conditions_that_hold_nearby(case):
    hypothesis, name = OPEN[case]
    assert holds_nearby(hypothesis, name)


THIN = {
    "s >= 0": (Le(ZERO, w), "w"),
    "s = 1": (Eq(w, ONE), "w"),
    "s <= s": (Le(w, w), "w"),
    "psd": (Psd(A), "A"),
    "a bound from below": (LB(A, Identity(d), c), "A"),
    "a bound from above": (UB(A, c), "A"),
    "the bound itself": (UB(A, c), "c"),
    "bounded entries": (Entries(ZERO, A, ONE), "A"),
    "of rank 1": (Rank(A, ONE), "A"),
    "the rank is small": (Lt(RANK, ONE), "A"),
    "the rank is not zero": (Nonzero(RANK), "A"),
    "a positive pseudoinverse": (Positive(Pseudoinverse(A * B)), "B"),
    "the pseudoinverse is invertible": (Invertible(Pseudoinverse(A)), "A"),
    "the largest singular value": (Lt(OperatorNorm(A), ONE), "A"),
    "equal for all": (ForAll.over("k", 1, L, Eq(W_k, C_k)), "W"),
    "nonnegative for all": (ForAll.over("k", 1, L, Le(ZERO, t_k)), "t"),
    "psd for all": (ForAll.over("k", 1, L, ForAll.over("i", 1, k, Psd(Member(squares, k)))), "W"),
    "the rank of one of many": (ForAll.over("k", 1, L, Nonzero(Trace(Pseudoinverse(Member(squares, k))))), "W"),
}


@pytest.mark.parametrize("attack", THIN)
def test_conditions_that_may_hold_at_one_point_only(attack):
    hypothesis, name = THIN[attack]
    assert not holds_nearby(hypothesis, name)


def test_a_rank_is_no_number_to_divide_by_under_a_derivative():
    # rank A = 0 only at A = 0: there 1 - rank A is not zero, and nowhere nearby need it be.
    number_ = ONE - RANK
    proof = Attempt({"rank": Nonzero(number_)})
    one = proof.apply("reciprocal_nonzero", proof.hyp("rank"), c=number_)
    lemma = proof.ring(Eq(Trace(A) * ONE, Trace(A)), {"eq": one, "times": ZERO})
    start = proof.refl(D(Trace(A) * ONE, A, S))
    proof.claim_rewrite(start, (1, 0), lemma, Eq(D(Trace(A) * ONE, A, S), D(Trace(A), A, S)), ["rank"])
    proof.refused("at one point")


def test_honest_a_number_that_is_not_zero_nearby():
    proof = Attempt({"far": Nonzero(w)})
    start = proof.refl(D(w * Reciprocal(w), w, v))
    proof.rewrite(start, (1, 0), row("reciprocal_nonzero", proof.hyp("far"), c=w))
    assert proof.accepted().statement is Eq(D(w * Reciprocal(w), w, v), D(ONE, w, v))


def test_an_open_condition_does_not_open_a_closed_one():
    # 0 < w and w <= 1 and 1 <= w give w = 1 at the point: the three together are not open.
    zero = w - ONE
    proof = Attempt({"far": Lt(ZERO, w), "there": Eq(SquaredNorm(Scale(zero, Identity(d))), ZERO)})
    flat = proof.apply("norm_zero", proof.hyp("there"), dims=ALIKE, A=Scale(zero, Identity(d)))
    start = proof.refl(D(Scale(zero, Identity(d)), w, v))
    out = Eq(D(Scale(zero, Identity(d)), w, v), D(Zero(d, d), w, v))
    proof.claim_rewrite(start, (1, 0), flat, out, ["there"])
    proof.refused("at one point")


def test_a_condition_for_all_in_an_instance():
    # all k: t[k] = 0 at the point; the instance t[l] = 0 under the derivative in t[l].
    proof = Attempt({"all": ForAll.over("k", 1, L, Eq(t_k, ZERO)), "low": at_least(l, 1), "high": at_least(L, l)})
    data = {"from": proof.hyp("all"), "value": l, "side": [[("low", 1)], [("high", 1)]]}
    one = proof.step("all", data)
    start = proof.refl(D(t_l, t_l, v))
    proof.claim_rewrite(start, (1, 0), one, Eq(D(t_l, t_l, v), D(ZERO, t_l, v)), ["all", "low", "high"])
    proof.refused("at one point")


def test_honest_open_for_all_in_an_instance():
    proof = Attempt({"all": ForAll.over("k", 1, L, Nonzero(t_k)), "low": at_least(l, 1), "high": at_least(L, l)})
    one = proof.step("all", {"from": proof.hyp("all"), "value": l, "side": [[("low", 1)], [("high", 1)]]})
    start = proof.refl(D(t_l * Reciprocal(t_l), t_l, v))
    proof.rewrite(start, (1, 0), row("reciprocal_nonzero", one, c=t_l))
    proof.accepted()


def test_a_condition_outside_its_range():
    proof = Attempt({"all": ForAll.over("k", 1, L, Nonzero(t_k)), "low": at_least(l, 1), "high": at_least(L, l - 1)})
    data = {"from": proof.hyp("all"), "value": l, "side": [[("low", 1)], [("high", 1)]]}
    proof.claim("all", data, Nonzero(t_l), ["all", "low", "high"])
    proof.refused("order facts do not give", AssumptionMissing)


def test_the_range_of_a_condition_that_is_everywhere():
    # l >= 1 |- t[l] > 0 gives "all n in 1..L" only for an index of which nothing else is known.
    proof = Attempt({"positive": Lt(ZERO, Member(t, n)), "low": at_least(n, 1), "high": at_least(L, n)})
    data = {"from": proof.hyp("positive"), "var": "n", "lo": Index.of(1), "hi": L, "low": "low", "high": "high"}
    proof.claim("forall", data, ForAll.over("n", 1, L, Lt(ZERO, Member(t, n))), ["positive"])
    proof.refused("not arbitrary")


def test_numbers_of_this_file():
    assert ZERO is Number(Fraction(0)) and ONE is number(1)
