"""The attack list, 5 continued: letters under a binder, ordered products, and sums that depend on a letter.

A product or sum over lo..hi with members W[i + c] takes up W[lo + c], ..., W[hi + c]. Every test states a falsehood
that would follow if the kernel took it to take up less; next to it, where there is one, is the honest inference.
"""

import pytest

from symland.errors import AssumptionMissing, ShapeError
from symland.language.index import Dim, Index
from symland.language.nodes import Lambda
from symland.language.statements import Eq, NonNeg
from symland.language.terms import (
    BoundedProduct,
    BoundedSum,
    Chain,
    D,
    Identity,
    IndexScalar,
    OrderedProduct,
    SquaredNorm,
    Trace,
    Zero,
    family,
    matrix,
    number,
)
from symland.proof.rules.registry import ROWS
from tests.reject.attempt import Attempt, instance, row
from tests.reject.letters import ONE, ZERO, F, L, c, d, i, k, l, t

MISSING = "the order facts do not give"
BINDER = "occurs under a binder"
LAYERS = {"low": NonNeg(l - 1), "high": NonNeg(L - l)}  # 1 <= l <= L
A = family("A", "d", "d")
V = matrix("V", "d", "d")
EYE = Identity(d)
LETTER = A[l]
INDICES = {"low": [("low", 1)], "high": [("high", 1)], "none": []}


def over(cls, lo, hi, body):
    return cls.over("i", lo, hi, body)


def factors(lo, hi, body=None):
    """prod(i, hi..lo, I + A[i])."""
    return over(OrderedProduct, lo, hi, EYE + A[i] if body is None else body)


def squares(lo, hi, at=i):
    return over(BoundedSum, lo, hi, SquaredNorm(A[at]))


def constant(proof, term, certificate, deps=(), claim=True):
    """The claim that D(term; A[l], V) = 0, with this certificate."""
    zero = Zero(*term.shape) if term.is_matrix else ZERO
    name, key = ("d_constant", "A") if term.is_matrix else ("d_constant_scalar", "c")
    dims = {"j": d, "k": d, **(dict(zip("pq", term.shape, strict=True)) if term.is_matrix else {})}
    data = {"side": [certificate], "dims": dims, key: term, "w": LETTER, "v": V}
    if claim:
        proof.claim_row(Eq(D(term, LETTER, V), zero), deps, name, **data)
    else:
        proof.apply(name, **data)
    return proof


# -- what the range of a binder leaves out ---------------------------------------------------------------------------
ABOVE, BELOW = ["above", []], ["below", []]
HONEST = {
    "a product above": (factors(l + 1, L), [ABOVE]),
    "a product below": (factors(1, l - 1), [BELOW]),
    "a sum above": (squares(l + 1, L), [ABOVE]),
    "a product of scalars below": (over(BoundedProduct, 1, l - 1, Trace(A[i])), [BELOW]),
    "members shifted down": (squares(l + 2, L, i - 1), [ABOVE]),
    "members shifted up": (squares(1, l - 2, i + 1), [BELOW]),
    "two members": (over(BoundedSum, l + 1, L, SquaredNorm(A[i] * A[i + 1])), [ABOVE, ABOVE]),
    "two sums with one body": (squares(l + 1, L) + squares(1, l - 1), [ABOVE, BELOW]),
    "an empty sum at the letter": (squares(l, l - 1), [BELOW]),
    "an empty sum above the letter": (squares(l + 1, l), [ABOVE]),
    "inside a sum that does not bind its index": (
        over(BoundedSum, l + 1, L, BoundedSum.over("j", 1, i, t["j"] * SquaredNorm(A[i]))), [ABOVE],
    ),
    "no member at all": (over(BoundedSum, 1, L, t[i]), []),
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST)
def test_honest_what_misses_the_letter_is_constant(name):
    term, certificate = HONEST[name]
    theorem = constant(Attempt(), term, certificate, claim=False).accepted()
    assert theorem.statement.args[0] is D(term, LETTER, V) and not theorem.hypotheses


THROUGH = {
    "product": factors(1, L),
    "product of letters": factors(1, L, A[i]),
    "sum": squares(1, L),
    "product of scalars": over(BoundedProduct, 1, L, Trace(A[i])),
}


@pytest.mark.parametrize("name", THROUGH)
@pytest.mark.parametrize(
    ("certificate", "why"),
    [
        ([], "certificates for"),  # not a word about the occurrence
        ([["above", [("low", 1)]]], MISSING),  # 1..L lies above l?
        ([["above", [("high", 1)]]], MISSING),
        ([["below", [("high", 1)]]], MISSING),
        ([["below", [("low", 1)]]], MISSING),
        ([["inside", []]], "above or below"),
        ([["above", []], ["below", []]], "certificates for"),
    ],
)
def test_a_range_that_covers_the_letter(name, certificate, why):
    # 1 <= l <= L: the term depends on A[l].
    proof = constant(Attempt(LAYERS), THROUGH[name], certificate, ["low", "high"])
    proof.refused(why)


WRONG_RANGE = {
    "the letter is the lowest": (squares(l, L), ["above", []]),
    "the letter is the highest": (factors(1, l), ["below", []]),
    "the letter alone": (squares(l, l), ["above", []]),
    "the letter alone, from the other side": (squares(l, l), ["below", []]),
    "shifted onto it from above": (squares(l + 1, L, i - 1), ["above", []]),
    "shifted onto it from below": (factors(1, l - 1, EYE + A[i + 1]), ["below", []]),
    "shifted, the wrong way": (squares(1, l - 1, i + 2), ["below", []]),
    "the wrong side": (squares(l + 1, L), ["below", []]),
    "an end that is not known": (squares(k, L), ["above", []]),
}


@pytest.mark.parametrize("name", WRONG_RANGE)
def test_a_range_that_reaches_the_letter(name):
    # At l = L = 1, or with k = l, the term contains A[l].
    term, certificate = WRONG_RANGE[name]
    constant(Attempt(), term, [certificate]).refused(MISSING, AssumptionMissing)


@pytest.mark.parametrize("certificate", [[ABOVE], [ABOVE, ABOVE]])
def test_every_member_of_the_body_counts(certificate):
    # A[i] and A[i - 1] for i above l: A[l] occurs as the second of them.
    term = over(BoundedSum, l + 1, L, SquaredNorm(A[i] * A[i - 1]))
    constant(Attempt(), term, certificate).refused(f"certificates for|{MISSING}")


@pytest.mark.parametrize("certificate", [[ABOVE], [BELOW], [ABOVE, ABOVE], [ABOVE, BELOW], [BELOW, ABOVE]])
def test_one_body_under_two_binders_occurs_twice(certificate):
    # The bodies are one object: sum(i, l+1..L, |A[i]|^2) + sum(i, 1..l, |A[i]|^2).
    term = squares(l + 1, L) + squares(1, l)
    constant(Attempt(), term, certificate).refused(f"certificates for|{MISSING}")


def test_the_certificates_of_two_sums_are_not_exchanged():
    term = squares(l + 1, L) + squares(1, l - 1)
    constant(Attempt(), term, [BELOW, ABOVE]).refused(MISSING, AssumptionMissing)


def test_a_letter_beside_a_sum_counts():
    term = squares(l + 1, L) + SquaredNorm(LETTER)
    for certificate in ([ABOVE], [ABOVE, ABOVE], [ABOVE, BELOW]):
        constant(Attempt(), term, certificate).refused(f"certificates for|{MISSING}")


j = Index.var("j")
NO_RANGE = {
    "the letter itself": over(BoundedSum, l + 1, L, SquaredNorm(A[i] * LETTER)),
    "the letter itself in a product": factors(l + 1, L, LETTER + A[i]),
    "the letter alone in the body": over(BoundedSum, l + 1, L, t[i] * SquaredNorm(LETTER)),
    "another fixed letter": over(BoundedSum, l + 1, L, SquaredNorm(A[k])),
    "twice the variable": over(BoundedSum, l + 1, L, SquaredNorm(A[i + i])),
    "minus the variable": over(BoundedSum, l + 1, L, SquaredNorm(A[L - i])),
    "the variable and another": over(BoundedSum, l + 1, L, SquaredNorm(A[i + k])),
    "a chain": over(BoundedSum, l + 1, L, SquaredNorm(Chain(A, L, i))),
    "a chain without the variable": over(BoundedSum, l + 1, L, SquaredNorm(Chain(A, L, l + 1))),
    "a symbol of the name": over(BoundedSum, l + 1, L, SquaredNorm(matrix("A", "d", "d") * A[i])),
    "the variable of an inner sum": over(BoundedSum, l + 1, L, BoundedSum.over("j", 1, i, SquaredNorm(A[j]))),
    "the variable of an inner sum, its range fixed": over(
        BoundedSum, l + 1, L, t[i] * BoundedSum.over("j", 1, L, SquaredNorm(A[j]))
    ),
    "an inner product": factors(l + 1, L, OrderedProduct.over("j", 1, i, EYE + A[j])),
    "both variables": over(BoundedSum, l + 1, L, BoundedSum.over("j", 1, i, SquaredNorm(A[i + j]))),
}


@pytest.mark.parametrize("name", NO_RANGE)
@pytest.mark.parametrize("certificate", [[], [ABOVE], [ABOVE, ABOVE]])
def test_under_a_binder_only_members_at_its_variable_have_a_range(name, certificate):
    # In each of them A[l] occurs, or may occur, although the binder runs over l+1..L.
    constant(Attempt(), NO_RANGE[name], certificate).refused(BINDER)


def test_a_symbol_of_the_name_with_the_variable_in_its_dimensions():
    # The letters of this name are W[l] by name alone: no range is read off a dimension.
    shape = (Dim.member("n", i), Dim.member("n", i - 1))
    term = SquaredNorm(over(OrderedProduct, l + 1, L, matrix("A", *shape)))
    constant(Attempt(), term, [ABOVE]).refused(BINDER)


def test_a_variable_of_derivatives_that_is_a_symbol_has_no_place_in_a_range():
    # D(sum(i, 1..L, |W[i]|^2); W, V) for the symbol W: names count, nothing else.
    w = matrix("A", "d", "d")
    proof = Attempt()
    data = {"side": [[ABOVE]], "dims": {"j": d, "k": d}, "c": squares(l + 1, L), "w": w, "v": V}
    proof.claim_row(Eq(D(squares(l + 1, L), w, V), ZERO), [], "d_constant_scalar", **data)
    proof.refused("occurs in")


# -- ordered products ----------------------------------------------------------------------------------------------
SPLIT = {"families": {"X": Lambda("i", EYE + A[i])}, "indices": {"a": 1, "b": L, "l": l}, "dims": {"n": ("_", d)}}


def test_honest_splitting_an_ordered_product():
    proof = Attempt(LAYERS)
    proof.apply("ordered_split", side=[[("high", 1)], [("low", 1)]], **SPLIT)
    right = factors(l + 1, L) * (EYE + LETTER) * factors(1, l - 1)
    assert proof.accepted().statement is Eq(factors(1, L), right)


@pytest.mark.parametrize("side", [[[], []], [[("low", 1)], [("low", 1)]], [[("high", 1)], [("high", 1)]]])
def test_splitting_an_ordered_product_outside_its_range(side):
    # For l > L the product would contain the factor of l.
    proof = Attempt(LAYERS)
    out = Eq(factors(1, L), factors(l + 1, L) * (EYE + LETTER) * factors(1, l - 1))
    proof.claim_row(out, ["low", "high"], "ordered_split", side=side, **SPLIT)
    proof.refused(MISSING, AssumptionMissing)


@pytest.mark.parametrize(
    "right",
    [
        factors(1, l - 1) * (EYE + LETTER) * factors(l + 1, L),  # the factors do not commute
        factors(l + 1, L) * LETTER * factors(1, l - 1),  # the identity lost
        factors(l, L) * (EYE + LETTER) * factors(1, l - 1),  # a factor twice
        factors(l + 1, L) * (EYE + LETTER) * factors(1, l),
        factors(l + 1, L) * factors(1, l - 1),  # a factor lost
    ],
    ids=str,
)
def test_an_ordered_product_split_wrongly(right):
    proof = Attempt(LAYERS)
    side = [[("high", 1)], [("low", 1)]]
    proof.claim_row(Eq(factors(1, L), right), ["low", "high"], "ordered_split", side=side, **SPLIT)
    proof.refused("not the stated one")


@pytest.mark.parametrize("name", ["ordered_top", "ordered_bottom"])
def test_an_ordered_product_that_nothing_says_is_not_empty(name):
    replaced = {"families": SPLIT["families"], "dims": SPLIT["dims"]}
    out = instance(name, **replaced, indices={"a": Index.of(1), "b": L})
    proof = Attempt()
    proof.claim_row(out, [], name, side=[[]], **replaced, indices={"a": 1, "b": L})
    proof.refused(MISSING, AssumptionMissing)


def test_an_empty_ordered_product_is_not_zero():
    proof = Attempt()
    replaced = {"families": SPLIT["families"], "dims": SPLIT["dims"], "indices": {"a": l}}
    proof.claim_row(Eq(factors(l, l - 1), Zero(d, d)), [], "ordered_empty", **replaced)
    proof.refused("not the stated one")


def test_an_ordered_product_of_negative_length_cannot_be_written():
    with pytest.raises(ShapeError, match="negative length"):
        factors(3, 1)
    proof = Attempt()
    proof.claim("spec", {"of": split_at(proof), "subst": {"indices": {"L": Index.of(-5)}}, "discharge": {}}, None)
    proof.steps[-1] = proof.steps[-1]._replace(out=Eq(factors(1, L), factors(1, L)))
    proof.refused("negative length")


def split_at(proof):
    return proof.refl(factors(1, L))


@pytest.mark.parametrize("name", ["#0", "#1", "%0"])
def test_a_body_captures_nothing(name):
    # The factor of every i would become the factor of whatever the kernel binds.
    proof = Attempt(LAYERS)
    loose = {**SPLIT, "families": {"X": Lambda("i", EYE + A[Index.var(name)])}}
    out = Eq(factors(1, L), factors(l + 1, L) * (EYE + LETTER) * factors(1, l - 1))
    proof.claim_row(out, ["low", "high"], "ordered_split", side=[[("high", 1)], [("low", 1)]], **loose)
    proof.refused("bound variable in from outside", file="%" not in name)


def test_a_body_of_another_shape():
    # n[i] x n[i] factors in the place of n[i] x n[i-1] ones.
    with pytest.raises(ShapeError, match="columns of a factor"):
        over(OrderedProduct, 1, L, matrix("B", Dim.member("n", i), Dim.member("n", i)))
    with pytest.raises(ShapeError, match="matrix body"):
        over(OrderedProduct, 1, L, t[i])
    proof = Attempt(LAYERS)
    other = {**SPLIT, "families": {"X": Lambda("i", F[i])}}
    out = Eq(factors(1, L), factors(1, L))
    proof.claim_row(out, ["low", "high"], "ordered_split", side=[[("high", 1)], [("low", 1)]], **other)
    proof.refused("cannot be")


@pytest.mark.parametrize(
    ("term", "written", "same"),
    [
        (factors(1, 2, A[i]), A[2] * A[1], True),
        (factors(1, 2, A[i]), A[1] * A[2], False),
        (factors(1, 2), (EYE + A[2]) * (EYE + A[1]), True),
        (factors(1, 2), EYE + A[2] + A[1], False),
        (factors(1, 2), (EYE + A[1]) * (EYE + A[2]), False),
        (factors(l, l), EYE + LETTER, True),
        (factors(l, l), LETTER, False),
        (factors(l, l - 1), EYE, True),
        (factors(l, l - 1), Zero(d, d), False),
        (factors(1, L), factors(1, L, A[i] + EYE), False),  # a longer product is one letter of the normal form
        (factors(1, L), factors(1, L - 1), False),
        (factors(1, L), factors(0, L - 1, EYE + A[i + 1]), False),
        (factors(1, L, A[i]), Chain(A, L, Index.of(1)), False),
    ],
    ids=str,
)
def test_the_normal_form_writes_out_products_of_literal_length(term, written, same):
    proof = Attempt()
    out = Eq(term, written)
    if same:
        proof.ring(out)
        assert proof.accepted().statement is out
    else:
        proof.claim("ring", {"using": []}, out)
        proof.refused("terms remain")


def test_no_step_reaches_into_a_product():
    # A[i] = 0 for the i of a hypothesis says nothing of the factors.
    proof = Attempt({"zero": Eq(A[k], Zero(d, d))})
    start, zero = proof.refl(factors(1, L)), proof.hyp("zero")
    out = Eq(factors(1, L), factors(1, L, EYE + Zero(d, d)))
    for path in ([1, 2], [1, 2, 1]):
        attempt = Attempt(proof.hypotheses)
        attempt.refl(factors(1, L)), attempt.hyp("zero")
        attempt.claim_rewrite(start, path, zero, out, ["zero"])
        attempt.refused("may not enter a binder")


# -- sums and products split, and sums under a derivative ------------------------------------------------------------
def sum_out(lo=1, hi=L):
    return Eq(D(squares(1, L), LETTER, V), over(BoundedSum, lo, hi, D(SquaredNorm(A[i]), LETTER, V)))


SUM = {
    "families": {"F": Lambda("i", SquaredNorm(A[i]))}, "indices": {"a": 1, "b": L}, "dims": {"j": d, "k": d},
    "w": LETTER, "v": V,
}  # fmt: skip


def test_honest_derivative_of_a_sum():
    proof = Attempt({"depth": NonNeg(L)})
    proof.apply("d_bounded_sum", side=[[("depth", 1)]], **SUM)
    assert proof.accepted().statement is sum_out()


def test_the_derivative_of_a_sum_of_unknown_length():
    proof = Attempt()
    proof.claim_row(sum_out(), [], "d_bounded_sum", side=[[]], **SUM)
    proof.refused(MISSING, AssumptionMissing)


@pytest.mark.parametrize(
    "out",
    [
        Eq(D(squares(1, L), LETTER, V), over(BoundedSum, 1, L, D(SquaredNorm(A[i]), A[i], V))),  # its own letter
        Eq(D(squares(1, L), LETTER, V), over(BoundedSum, 1, L, D(SquaredNorm(LETTER), LETTER, V))),
        sum_out(hi=L - 1),
        sum_out(lo=0),
    ],
    ids=str,
)
def test_the_derivative_of_a_sum_is_with_respect_to_one_letter(out):
    proof = Attempt({"depth": NonNeg(L)})
    proof.claim_row(out, ["depth"], "d_bounded_sum", side=[[("depth", 1)]], **SUM)
    proof.refused("not the stated one")


@pytest.mark.parametrize("name", ["#0", "#1", "%0"])
def test_the_variable_of_a_derivative_is_not_bound_by_the_sum(name):
    proof = Attempt({"depth": NonNeg(L)})
    bound = {**SUM, "w": A[Index.var(name)]}
    proof.claim_row(sum_out(), ["depth"], "d_bounded_sum", side=[[("depth", 1)]], **bound)
    proof.refused("bound variable in from outside", file="%" not in name)


@pytest.mark.parametrize(("name", "cls"), [("sum_split", BoundedSum), ("product_split", BoundedProduct)])
def test_splitting_a_sum_or_product_outside_its_range(name, cls):
    # sum(i, 1..0, t[i]) = t[1] + ...; the honest version is in the range.
    def term(lo, hi):
        return over(cls, lo, hi, t[i])

    parts = (term(1, l - 1), t[l], term(l + 1, L))
    whole = parts[0] + parts[1] + parts[2] if cls is BoundedSum else parts[0] * parts[1] * parts[2]
    data = {"families": {"F": t}, "indices": {"a": 1, "b": L, "l": l}}
    for side in ([[], []], [[("low", 1)], [("low", 1)]], [[("high", 1)], [("high", 1)]]):
        proof = Attempt(LAYERS)
        proof.claim_row(Eq(term(1, L), whole), ["low", "high"], name, side=side, **data)
        proof.refused(MISSING, AssumptionMissing)
    proof = Attempt(LAYERS)
    proof.apply(name, side=[[("high", 1)], [("low", 1)]], **data)
    assert proof.accepted().statement is Eq(term(1, L), whole)


CONSTANT_FACTORS = {"sum_inner": "B", "sum_factor_right": "B", "sum_factor_left": "A", "sum_factor_matrix": "c"}
LINEAR = [*CONSTANT_FACTORS, "sum_linear_map", "d_bounded_sum", "d_bounded_sum_matrix"]


@pytest.mark.parametrize("name", LINEAR)
def test_sums_of_unknown_length(name):
    # For L < 0 nothing is said of a sum over 1..L.
    out = instance(name, indices={"a": Index.of(1), "b": L})
    proof = Attempt()
    proof.claim_row(out, [], name, side=[[]], indices={"a": 1, "b": L})
    proof.refused(MISSING, AssumptionMissing)
    proof = Attempt({"depth": NonNeg(L)})
    proof.apply(name, side=[[("depth", 1)]], indices={"a": 1, "b": L})
    assert proof.accepted().statement is out


@pytest.mark.parametrize("name", CONSTANT_FACTORS)
def test_a_factor_that_is_another_in_each_term(name):
    # sum(i, A[i] t[i] V) is not sum(i, A[i]) t[i] V: the factor would take a bound variable out of its sum.
    at = Index.var("#0")
    letter = CONSTANT_FACTORS[name]
    factor = t[at] if letter == "c" else t[at] * V
    proof = Attempt({"depth": NonNeg(L)})
    out = Eq(over(BoundedSum, 1, L, Trace(A[i])), over(BoundedSum, 1, L, Trace(A[i])))
    dims = {x: d for x in "pqr" if x in ROWS[name].names["dims"]}
    data = {"families": {"M": A}, "indices": {"a": 1, "b": L}, "dims": dims, letter: factor}
    proof.claim_row(out, ["depth"], name, side=[[("depth", 1)]], **data)
    proof.refused("bound variable in from outside")


def test_a_factor_does_not_change_sides():
    # sum(i, A[i] V) is not V sum(i, A[i]).
    proof = Attempt({"depth": NonNeg(L)})
    out = Eq(over(BoundedSum, 1, L, A[i] * V), V * over(BoundedSum, 1, L, A[i]))
    data = {"families": {"M": A}, "indices": {"a": 1, "b": L}, "dims": {"p": d, "q": d, "r": d}, "B": V}
    proof.claim_row(out, ["depth"], "sum_factor_right", side=[[("depth", 1)]], **data)
    proof.refused("not the stated one")


def test_a_constant_factor_is_not_taken_out_of_an_ordered_product():
    # prod(i, L..1, c A[i]) = c prod(i, L..1, A[i]) is false for L = 2.
    proof = Attempt()
    two = over(OrderedProduct, 1, 2, c * A[i])
    proof.claim("ring", {"using": []}, Eq(two, c * factors(1, 2, A[i])))
    proof.refused("terms remain")
    proof = Attempt()
    proof.ring(Eq(two, c * c * factors(1, 2, A[i])))
    assert proof.accepted().rows == ()


def test_one_index_is_not_another():
    # sum(i, 1..L, i) = sum(i, 1..L, 1) by a split at l = 1 whose other terms are taken for equal.
    proof = Attempt({"depth": NonNeg(L - 1)})
    ones, indices = over(BoundedSum, 1, L, ONE), over(BoundedSum, 1, L, IndexScalar(i))
    start = proof.refl(indices)
    first = row("sum_split", side=[[("depth", 1)], []], families={"F": Lambda("i", IndexScalar(i))},
                indices={"a": 1, "b": L, "l": 1})  # fmt: skip
    start = proof.rewrite(start, (1,), first)
    proof.claim("ring", {"using": [{"eq": start}]}, Eq(indices, ones + number(0)))
    proof.refused("terms remain")
