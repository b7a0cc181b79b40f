"""Attacks on bounded sums with matrix bodies and on ordered products: what is captured, which ranges there are, and
which letters stand under a binder.

Deliberate false proofs, each refused for its own reason; the honest versions stand beside them.
"""

import pytest

from symland.errors import AssumptionMissing, SymlandError
from symland.language.index import Dim, Index
from symland.language.nodes import Lambda
from symland.language.statements import Eq, at_least
from symland.language.terms import (
    BoundedProduct,
    BoundedSum,
    D,
    Identity,
    Inner,
    MatrixPower,
    Member,
    OrderedProduct,
    Power,
    SquaredNorm,
    Trace,
    Unvec,
    Vec,
    family,
    hadamard,
    matrix,
    number,
    product,
)
from tests.reject.attempt import Attempt, row
from tests.reject.letters import ONE, ZERO, A, B, L, S, c, d, i, k, l, t

M = family("M", "d", "d")
M_i, M_l = Member(M, i), Member(M, l)
t_i, t_l = Member(t, i), Member(t, l)
V = matrix("V", "d", "d")
LONG = {"low": at_least(L, 0)}  # 1..L is a range, perhaps an empty one
WITH = [[("low", 1)]]
ALIKE = {"p": d, "q": d}
FROM_1 = {"a": Index.of(1), "b": L}


def total(body, low=1, high=L):
    return BoundedSum.over("i", low, high, body)


def formula(body):
    """The family whose member at i is the body."""
    return Lambda("i", body)


# == linear rows ==================================================================================================
def test_honest_inner_products_of_sums():
    proof = Attempt(LONG)
    proof.apply("inner_sum", side=WITH, indices=FROM_1, dims=ALIKE, families={"M": formula(M_i * B)}, A=A)
    assert proof.accepted().statement is Eq(Inner(A, total(M_i * B)), total(Inner(A, M_i * B)))


# The row, the body that stands for its family, further replacements, and the false conclusion.
CAPTURED = {
    "what depends on the index, taken out on the left": (
        "sum_factor_left", {"M": formula(B)}, {"A": M_i}, Eq(total(M_i * B), M_i * total(B)),
    ),
    "on the right": ("sum_factor_right", {"M": formula(A)}, {"B": M_i}, Eq(total(A * M_i), total(A) * M_i)),
    "as a scalar": ("sum_factor_matrix", {"M": formula(A)}, {"c": t_i}, Eq(total(t_i * A), t_i * total(A))),
    "in an inner product": ("inner_sum", {"M": formula(B)}, {"A": M_i}, Eq(Inner(M_i, total(B)), total(Inner(M_i, B)))),
}  # fmt: skip


@pytest.mark.parametrize("attack", CAPTURED)
def test_factors_that_depend_on_the_index(attack):
    name, families, symbols, out = CAPTURED[attack]
    dims = {**ALIKE, "r": d} if name in ("sum_factor_left", "sum_factor_right") else ALIKE
    proof = Attempt(LONG)
    proof.claim_row(out, ["low"], name, side=WITH, indices=FROM_1, dims=dims, families=families, **symbols)
    proof.refused("not the stated one")


@pytest.mark.parametrize("loose", ["#0", "#1", "_", "%0"])
def test_factors_with_a_loose_bound_variable(loose):
    inside = Member(M, Index(((((loose, 1),)), 0)))
    proof = Attempt(LONG)
    data = row("inner_sum", side=WITH, indices=FROM_1, dims=ALIKE, families={"M": formula(B)}, A=inside)
    proof.claim("apply", data, Eq(ONE, ZERO), ["low"])
    proof.refused("bound variable", file=False)


def test_honest_a_formula_keeps_its_own_letters():
    # The row has index variables a and b, and so has the formula: they are not the same.
    own = Member(M, Index.var("b"))
    proof = Attempt(LONG)
    proof.apply("inner_sum", side=WITH, indices=FROM_1, dims=ALIKE, families={"M": formula(own)}, A=A)
    assert proof.accepted().statement is Eq(Inner(A, total(own)), total(Inner(A, own)))


WRONG = {
    "a sum of products": ("sum_factor", {"F": formula(t_i)}, {"c": c}, Eq(total(c * t_i), c * c * total(t_i))),
    "a sum of squares": (
        "sum_inner", {"M": formula(M_i)}, {"B": B}, Eq(total(Inner(M_i, M_i)), Inner(total(M_i), total(M_i))),
    ),
    "equal terms, one too few": ("sum_constant", {}, {"c": c}, Eq(total(c), total(c, 2))),
    "equal factors": ("product_constant", {}, {"c": c}, Eq(BoundedProduct.over("i", 1, L, c), Power(c, L - 1))),
}  # fmt: skip


@pytest.mark.parametrize("attack", WRONG)
def test_sums_that_are_something_else(attack):
    name, families, symbols, out = WRONG[attack]
    dims = ALIKE if name == "sum_inner" else {}
    proof = Attempt(LONG)
    proof.claim_row(out, ["low"], name, side=WITH, indices=FROM_1, dims=dims, families=families, **symbols)
    proof.refused("not the stated one")


SHORT = ["sum_factor", "sum_factor_matrix", "inner_sum", "sum_inner", "sum_constant", "d_bounded_sum"]


@pytest.mark.parametrize("name", SHORT)
def test_ranges_that_may_be_too_short(name):
    # Nothing says that L >= 0: L + 1 equal terms would be counted with a negative number.
    proof = Attempt()
    families = {} if name == "sum_constant" else {"F" if name in ("sum_factor", "d_bounded_sum") else "M": formula(A)}
    if "F" in families:
        families = {"F": formula(t_i)}
    dims = ALIKE if "M" in families else {"j": d, "k": d} if name == "d_bounded_sum" else {}
    symbols = {"sum_factor": {"c": c}, "sum_factor_matrix": {"c": c}, "inner_sum": {"A": B}, "sum_inner": {"B": B},
               "sum_constant": {"c": c}, "d_bounded_sum": {"w": A, "v": S}}[name]  # fmt: skip
    proof.claim_row(Eq(ONE, ZERO), [], name, side=[[]], indices=FROM_1, dims=dims, families=families, **symbols)
    proof.refused("order facts do not give", AssumptionMissing)


def test_a_split_at_a_term_outside():
    # sum(i, 1..L, t) = ... + t[l] + ... for l = L + 1.
    facts = {"low": at_least(l, 1), "high": at_least(L + 1, l)}
    proof = Attempt(facts)
    side = [[("high", 1)], [("low", 1)]]
    indices = {**FROM_1, "l": l}
    proof.claim_row(Eq(ONE, ZERO), [], "sum_split", side=side, indices=indices, families={"F": formula(t_i)})
    proof.refused("order facts do not give", AssumptionMissing)


def test_the_top_of_an_empty_sum():
    proof = Attempt(LONG)
    proof.claim_row(Eq(ONE, ZERO), [], "sum_top", side=WITH, indices=FROM_1, families={"F": formula(t_i)})
    proof.refused("order facts do not give", AssumptionMissing)


@pytest.mark.parametrize("shape", [{"p": d, "q": Dim.of(1)}, {"p": Dim.of(1), "q": d}])
def test_linear_maps_of_other_shapes(shape):
    # Unvec(p, q, M B) of a column with d^2 entries as a matrix with d entries.
    maps = family("N", d * d, "d")
    proof = Attempt(LONG)
    data = row(
        "sum_linear_map", side=WITH, indices=FROM_1, dims={**shape, "r": d},
        families={"M": formula(Member(maps, i))}, B=matrix("x", "d", 1),
    )  # fmt: skip
    proof.claim("apply", data, Eq(ONE, ZERO), ["low"])
    proof.refused("cannot be|shape", SymlandError)


def test_a_sum_whose_shape_depends_on_the_index():
    sizes = family("N", Dim.member("n", Index.var("_")), "d")
    with pytest.raises(SymlandError, match="one shape"):
        total(Member(sizes, i))


# == derivatives under a binder ===================================================================================
SQUARES = BoundedSum.over("i", 1, L, SquaredNorm(M_i))
UNDER = {
    "a member at the index": (M_i, [["above", []]], "order facts do not give"),
    "one beyond": (Member(M, i + 1), [["above", []]], "order facts do not give"),
    "every other member": (Member(M, i + i), [["above", []]], "under a binder"),
    "backwards": (Member(M, L - i), [["above", []]], "under a binder"),
    "always the variable": (M_l, [["above", []]], "under a binder"),
    "always another": (Member(M, k), [["above", []]], "under a binder"),
    "a letter of this name": (matrix("M", "d", "d"), [["above", []]], "under a binder"),
    "in two sums": (BoundedSum.over("k", 1, 2, Member(M, k) * M_i), [["above", []]] * 2, "under a binder|certificates"),
    "in an ordered product": (OrderedProduct.over("k", 1, 2, Member(M, k)), [["above", []]], "under a binder"),
}


@pytest.mark.parametrize("attack", UNDER)
def test_sums_over_the_variable_are_not_constant(attack):
    body, certificate, reason = UNDER[attack]
    term = total(Trace(body))
    proof = Attempt()
    data = row("d_constant_scalar", side=[certificate], dims={"j": d, "k": d}, c=term, w=M_l, v=V)
    proof.claim("apply", data, Eq(D(term, M_l, V), ZERO))
    proof.refused(reason, SymlandError)


@pytest.mark.parametrize(
    ("side", "fact"), [("above", at_least(Index.of(1), l)), ("below", at_least(l, L)), ("inside", at_least(l, L + 1))]
)
def test_sums_that_end_at_the_variable(side, fact):
    # l = 1 or l = L is inside the range: one more step is needed on either side.
    proof = Attempt({"edge": fact})
    data = row("d_constant_scalar", side=[[[side, [["edge", 1]]]]], dims={"j": d, "k": d}, c=SQUARES, w=M_l, v=V)
    proof.claim("apply", data, Eq(D(SQUARES, M_l, V), ZERO), ["edge"])
    proof.refused("order facts do not give|lies above or below", SymlandError)


def test_honest_sums_that_end_before_the_variable():
    proof = Attempt({"edge": at_least(l, L + 1)})
    side = [[["below", [["edge", 1]]]]]
    proof.apply("d_constant_scalar", side=side, dims={"j": d, "k": d}, c=SQUARES, w=M_l, v=V)
    assert proof.accepted().statement is Eq(D(SQUARES, M_l, V), ZERO)


def test_no_rewriting_under_a_binder():
    # t[i] = 0 for one i, used for every i of a sum.
    proof = Attempt({"one": Eq(t_i, ZERO)})
    start, one = proof.refl(total(t_i)), proof.hyp("one")
    proof.claim_rewrite(start, (1, 2), one, Eq(total(t_i), total(ZERO)), ["one"])
    proof.refused("may not enter a binder|what stands there|no sub-expression")


def test_a_sum_of_derivatives_is_not_one_of_them():
    # D(sum |M[i]|^2; M[l], V) = sum <2 M[i], V>, each member taken for the variable.
    out = Eq(D(SQUARES, M_l, V), total(number(2) * Inner(M_i, V)))
    proof = Attempt(LONG)
    families = {"F": formula(SquaredNorm(M_i))}
    dims = {"j": d, "k": d}
    proof.claim_row(out, ["low"], "d_bounded_sum", side=WITH, indices=FROM_1, dims=dims, families=families, w=M_l, v=V)
    proof.refused("not the stated one")


# == ordered products =============================================================================================
PRODUCTS = family("X", "d", "d")
X_i, X_l = Member(PRODUCTS, i), Member(PRODUCTS, l)
CONSTANT_WIDTH = {"n": ("_", d)}


def ordered(body, top=L, bottom=1):
    return OrderedProduct.over("i", bottom, top, body)


def split(**facts):
    """A split at l of the product from L down to 1, with the certificates for l <= L and 1 <= l."""
    proof = Attempt(facts)
    side = [[(name, 1) for name in facts if name == "high"], [(name, 1) for name in facts if name == "low"]]
    return proof, {
        "side": side, "dims": CONSTANT_WIDTH, "indices": {"b": L, "a": Index.of(1), "l": l},
        "families": {"X": formula(X_i * A)},
    }  # fmt: skip


BODY = X_i * A
WHOLE = ordered(BODY)
PARTS = {
    "the order of the parts": lambda: product(ordered(BODY, l - 1), X_l * A, ordered(BODY, L, l + 1)),
    "one factor too many": lambda: product(ordered(BODY, L, l), X_l * A, ordered(BODY, l - 1)),
    "one factor too few": lambda: product(ordered(BODY, L, l + 1), ordered(BODY, l - 1)),
    "the factor without its constant": lambda: product(ordered(BODY, L, l + 1), X_l, ordered(BODY, l - 1)),
    "the constants taken together": lambda: product(ordered(X_i, L, l + 1), X_l, ordered(X_i, l - 1), A),
}


def test_honest_splitting_an_ordered_product():
    proof, data = split(high=at_least(L, l), low=at_least(l, 1))
    proof.apply("ordered_split", **data)
    right = product(ordered(BODY, L, l + 1), X_l * A, ordered(BODY, l - 1))
    assert proof.accepted().statement is Eq(WHOLE, right)


@pytest.mark.parametrize("attack", PARTS)
def test_ordered_products_in_other_parts(attack):
    proof, data = split(high=at_least(L, l), low=at_least(l, 1))
    proof.claim_row(Eq(WHOLE, PARTS[attack]()), ["high", "low"], "ordered_split", **data)
    proof.refused("not the stated one")


@pytest.mark.parametrize("facts", [{"high": at_least(L, l)}, {"low": at_least(l, 1)}, {"high": at_least(L + 1, l)}])
def test_splitting_an_ordered_product_outside_its_range(facts):
    proof, data = split(**facts)
    proof.claim_row(Eq(WHOLE, WHOLE), list(facts), "ordered_split", **data)
    proof.refused("order facts do not give", AssumptionMissing)


SAME = {
    "products in another order": lambda: (ordered(X_i, 3, 1), product(*(PRODUCTS[j] for j in (1, 2, 3)))),
    "a product from above": lambda: (ordered(X_i), ordered(X_i, L, 2)),
    "a product of transposes": lambda: (ordered(X_i).T, ordered(X_i.T)),
    "a product of products": lambda: (ordered(X_i * A), ordered(X_i) * ordered(A)),
    "a power": lambda: (ordered(A), MatrixPower(A, L)),
    "an empty product of a length that nobody knows": lambda: (ordered(A), Identity(d)),
    "a Hadamard product": lambda: (ordered(X_i, 2, 1), hadamard(PRODUCTS[2], PRODUCTS[1])),
    "a sum of columns": lambda: (Unvec(d, d, BoundedSum.over("i", 1, 2, Vec(X_i))), PRODUCTS[1]),
    "a sum that goes on": lambda: (BoundedSum.over("i", 1, L, A), A + BoundedSum.over("i", 1, L, A)),
}


@pytest.mark.parametrize("kind", ["ring", "network"])
@pytest.mark.parametrize("attack", SAME)
def test_normal_forms_of_repeated_products(attack, kind):
    proof = Attempt()
    proof.claim(kind, {"using": []}, Eq(*SAME[attack]()))
    proof.refused("the sides differ")


def test_shapes_that_change_along_a_product():
    width = family("X", Dim.member("n", Index.var("_")), Dim.member("n", Index.var("_") - 1))
    with pytest.raises(SymlandError, match="not the rows"):
        OrderedProduct.over("i", 1, L, Member(width, i).T)
    with pytest.raises(SymlandError, match="not the rows"):
        OrderedProduct.over("i", 1, L, matrix("A", "p", "q"))
