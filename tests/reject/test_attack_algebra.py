"""The attack list, 6, 7, 10 and 11: bounds, signs, shapes and normal forms.

Deliberate false proofs, each refused for its own reason. Every test says which falsehood it would prove; where there
is an honest version of the inference, a test next to it shows that the kernel accepts that one, so that the refusal is
about the fault and not about the form.
"""

from fractions import Fraction

import pytest

from symland.errors import ParseError
from symland.language.index import Dim, Index
from symland.language.statements import LB, Eq, Invertible, Le, Lt
from symland.language.terms import (
    BoundedProduct,
    BoundedSum,
    Chain,
    Commutation,
    D,
    DimScalar,
    Identity,
    IndexScalar,
    Inner,
    Inverse,
    Kronecker,
    Member,
    Power,
    Pseudoinverse,
    Reciprocal,
    Scale,
    SquaredNorm,
    Trace,
    Vec,
    Zero,
    family,
    matrix,
    number,
)
from symland.proof.kernel import replay
from symland.read.json import parse_trace
from symland.write.json import content_hash, trace_json
from tests.reject.attempt import Attempt
from tests.reject.letters import ONE, ZERO, ZERO_A, A, B, F, L, S, T, U, V, W, X, a, b, c, d, i, k, l, m, p, q, t


# == 6. singular values of a rectangular matrix and its transpose ================================================
def test_6_honest_transposing_a_bound_of_a_square_matrix():
    proof = Attempt({"bound": LB(A, Identity(d), c)})
    proof.apply("lb_transpose", proof.hyp("bound"), dims={"p": d}, A=A)
    assert proof.accepted().statement is LB(A.T, Identity(d), c)


def test_6_transposing_a_bound_of_a_rectangular_matrix():
    # A tall matrix may have full column rank; its transpose then has a kernel.
    tall = matrix("A", "p", "q")
    proof = Attempt({"bound": LB(tall, Identity(q), c)})
    for size in (p, q):
        attempt = Attempt(proof.hypotheses)
        attempt.claim_row(
            LB(tall.T, Identity(p), c), ["bound"], "lb_transpose", attempt.hyp("bound"), dims={"p": size}, A=tall
        )
        attempt.refused("shape")


def test_6_the_transpose_of_a_rectangular_bound_is_not_a_square_one():
    # The shapes can be made to fit by a matrix that is not the one of the premise.
    proof = Attempt({"bound": LB(A, Identity(d), c)})
    proof.claim_row(LB(B.T, Identity(d), c), ["bound"], "lb_transpose", proof.hyp("bound"), dims={"p": d}, A=B)
    proof.refused("does not fit")


# == 7. negative factors and division ============================================================================
def test_7_honest_products_of_nonnegative_pieces():
    proof = Attempt({"a": Le(ZERO, a), "b": Lt(ZERO, b)})
    proof.pos(Le(ZERO, a * b), {"product": [{"theorem": proof.hyp("a")}, {"theorem": proof.hyp("b")}]})
    proof.accepted()


@pytest.mark.parametrize("value", [Fraction(-1), Fraction(-1, 10**9)])
def test_7_a_negative_number_is_not_a_piece(value):
    # 0 <= -1.
    proof = Attempt()
    proof.claim("pos", {"tree": {"rational": value}, "using": []}, Le(ZERO, number(value.numerator, value.denominator)))
    proof.refused("a piece is nonnegative")


@pytest.mark.parametrize("value", [1, 1.5, True, "1", None])
def test_7_numbers_are_rationals(value):
    proof = Attempt()
    proof.claim("pos", {"tree": {"rational": value}, "using": []}, Le(ZERO, ONE))
    proof.refused("a piece is nonnegative|malformed", file=False)


def test_7_an_inequality_times_a_negative_factor():
    # a <= b gives -b <= -a, not -a <= -b.
    proof = Attempt({"ab": Le(a, b)})
    proof.claim("pos", {"tree": {"theorem": proof.hyp("ab")}, "using": []}, Le(-a, -b), ["ab"])
    proof.refused("does not add up")


def test_7_an_equation_is_not_a_nonnegative_piece():
    # a = b cited as a piece and multiplied; and an inequality cited as an equation.
    proof = Attempt({"ab": Eq(a, b)})
    proof.claim("pos", {"tree": {"theorem": proof.hyp("ab")}, "using": []}, Le(a, b), ["ab"])
    proof.refused("a piece cites an inequality")
    proof = Attempt({"ab": Le(a, b)})
    proof.claim("ring", {"using": [{"eq": proof.hyp("ab")}]}, Eq(a, b), ["ab"])
    proof.refused("a cofactor needs an equation")


def test_7_a_product_of_two_differences_of_unknown_sign():
    # (b - a)(c - b) >= 0 needs both inequalities, not one twice.
    proof = Attempt({"ab": Le(a, b)})
    ab = {"theorem": proof.hyp("ab")}
    proof.claim("pos", {"tree": {"product": [ab, ab]}, "using": []}, Le(ZERO, (b - a) * (c - b)), ["ab"])
    proof.refused("does not add up")


@pytest.mark.parametrize(
    "tree", [{}, {"square": A.T, "rational": Fraction(1)}, {"root": a}, [], None, {"square": Le(a, b)}]
)
def test_7_pieces_are_of_the_five_kinds(tree):
    proof = Attempt()
    proof.claim("pos", {"tree": tree, "using": []}, Le(ZERO, a))
    proof.refused("a piece is one of|unknown piece|a square of a term", file=False)


def test_7_division_by_what_may_be_zero():
    # c / c = 1 without 0 < c.
    proof = Attempt()
    proof.claim("ring", {"using": []}, Eq(c * Reciprocal(c), ONE))
    proof.refused("the sides differ")
    for premises in ([], ["weak"]):
        proof = Attempt({"c": Le(ZERO, c)} if premises else {})
        cited = [proof.hyp("c")] if premises else []
        proof.claim_row(Eq(c * Reciprocal(c), ONE), ["c"] if premises else [], "reciprocal", *cited, c=c)
        proof.refused("premise")


def test_7_the_inverse_of_what_may_be_singular():
    # inv(A) A = I without invertible(A), or with the invertibility of another matrix.
    out = Eq(Inverse(A) * A, Identity(d))
    proof = Attempt()
    proof.claim("ring", {"using": []}, out)
    proof.refused("the sides differ")
    proof = Attempt({"other": Invertible(B)})
    proof.claim_row(out, ["other"], "inverse_left", proof.hyp("other"), dims={"p": d}, A=A)
    proof.refused("does not fit")
    proof = Attempt()
    proof.claim_row(Eq(D(Inverse(A), A, S), ZERO_A), [], "d_inverse", dims={"p": d, "j": d, "k": d}, A=A, w=A, v=S)
    proof.refused("premises")


def test_7_a_product_of_bounds_needs_the_sign_of_the_first():
    # LB(A, I, -1) and LB(B, I, -4) hold for all small matrices; the product of the bounds is 4.
    proof = Attempt({"a": LB(A, Identity(d), a), "b": LB(B, Identity(d), b), "sign": Le(ZERO, b)})
    cited = [proof.hyp(name) for name in ("sign", "a", "b")]
    names = {"c": a, "e": b, "A": A, "B": B}
    proof.claim_row(
        LB(A * B, Identity(d), a * b), ["a", "b", "sign"], "lb_product", *cited, dims={"p": d, "q": d, "r": d}, **names
    )
    proof.refused("does not fit")


def test_7_strict_inequalities_are_not_cited_as_nonnegative_facts_turned_strict():
    # 0 <= c |- 0 < c.
    proof = Attempt({"c": Le(ZERO, c)})
    proof.claim("pos", {"tree": {"theorem": proof.hyp("c")}, "using": []}, Lt(ZERO, c), ["c"])
    proof.refused("pos proves inequalities")


# == 10. shapes ==================================================================================================
def test_10_the_inverse_of_a_rectangular_matrix():
    # inv(W) W = I for W of shape p x q would make the rank q.
    for dims in ({"p": p}, {"p": q}, {}):
        proof = Attempt({"h": Invertible(A)})
        proof.claim_row(Eq(ONE, ONE), ["h"], "inverse_left", proof.hyp("h"), dims=dims, A=W)
        proof.refused("shape")


def edited(trace, old, new):
    """The file of a trace with one row of its node table replaced, and the hash made to fit."""
    import json

    data = trace_json(trace)
    places = [j for j, node in enumerate(data["nodes"]) if node[0] == old]
    data["nodes"][places[-1]] = new(data["nodes"][places[-1]], data["nodes"])
    data["sha256"] = content_hash(data)
    return json.dumps(data)


@pytest.mark.parametrize(
    ("term", "old", "new"),
    [
        (A.T, "Transpose", lambda node, nodes: ["Inverse", node[1]]),  # fits: A is square
        (W.T, "Transpose", lambda node, nodes: ["Inverse", node[1]]),
        (W.T * W, "Product", lambda node, nodes: ["Product", node[2], node[2]]),
        (W + U, "Sum", lambda node, nodes: ["Sum", node[1]]),
        (W + U, "Sum", lambda node, nodes: ["Sum"]),
        (W.T * W, "Product", lambda node, nodes: ["Product"]),
        (Scale(c, matrix("x", 1, 1)), "Scale", lambda node, nodes: ["Scale", node[2], node[2]]),
        (Trace(A), "Trace", lambda node, nodes: ["Power", node[1], [[], 2]]),
        (c**2, "Power", lambda node, nodes: ["Power", node[1], [[], -2]]),
        (Chain(F, l, Index.of(1)), "Chain", lambda node, nodes: ["Chain", node[1], [[], 1], [[], 3]]),
        (D(SquaredNorm(W), W, V), "D", lambda node, nodes: ["D", node[1], node[1], node[3]]),
        (D(Trace(A), A, S), "Trace", lambda node, nodes: ["Trace", node[1], node[1]]),
        (Commutation(p, q), "Commutation", lambda node, nodes: ["Commutation", [[[], 0]], node[2]]),
        (Commutation(p, q), "Commutation", lambda node, nodes: ["Commutation", [[[], -1]], node[2]]),
        (Identity(d), "Identity", lambda node, nodes: ["Identity", []]),
    ],
)
def test_10_files_with_ill_shaped_terms(term, old, new):
    proof = Attempt()
    proof.refl(term)
    text = edited(proof.trace(), old, new)
    if new.__code__ is None or (old == "Transpose" and term is A.T):
        assert replay(parse_trace(text))["theorem"].statement is Eq(Inverse(A), Inverse(A))
        return
    with pytest.raises(ParseError, match="nodes"):
        parse_trace(text)


def test_10_a_one_by_one_matrix_is_not_a_scalar():
    # As a scalar it would commute with everything and could be divided by.
    x, row_vector = matrix("x", 1, 1), matrix("u", 1, "d")
    proof = Attempt()
    proof.claim("ring", {"using": []}, Eq(x * row_vector * A, x * row_vector * A.T))
    proof.refused("the sides differ")
    proof = Attempt({"x": Eq(x, Identity(Dim.of(1)))})
    proof.claim(
        "ring", {"using": [{"eq": proof.hyp("x"), "times": Trace(A)}]}, Eq(Trace(x) * Trace(A), Trace(A)), ["x"]
    )
    proof.refused("another shape")
    proof = Attempt()
    proof.claim_row(Eq(x * Inverse(x), Identity(Dim.of(1))), [], "reciprocal", c=x)
    proof.refused("premises|shape")


def test_10_rows_are_not_instantiated_with_shapes_that_only_seem_to_fit():
    # vec(A X) = (I (x) A) vec X with the identity of the wrong size.
    proof = Attempt()
    out = Eq(Vec(W * X), Kronecker(Identity(m), W) * Vec(X))
    proof.claim_row(out, [], "vec_left", dims={"p": p, "q": q, "r": q}, A=W, B=X)
    proof.refused("shape")
    proof = Attempt()
    out = Eq(Commutation(d, p) * Kronecker(W, A), Kronecker(A, W) * Commutation(d, q))
    proof.claim_row(out, [], "commute", dims={"p": d, "q": d, "r": d, "s": d}, A=W, B=A)
    proof.refused("shape")


# == 11. letters that the normal forms must keep apart ===========================================================
u, w = matrix("u", "d", 1), matrix("w", "d", 1)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (Inverse(A), Inverse(A.T)),
        (Inverse(A), Inverse(A).T),
        (Inverse(A), A),
        (Inverse(A * B), Inverse(A) * Inverse(B)),
        (Pseudoinverse(A * B), Pseudoinverse(B) * Pseudoinverse(A)),
        (Reciprocal(a), Reciprocal(b)),
        (Reciprocal(a + b), Reciprocal(a) + Reciprocal(b)),
        (Power(a, L), Power(a, L + 1)),
        (Power(a, L), Power(b, L)),
        (Kronecker(A, B), Kronecker(B, A)),
        (Kronecker(A, Identity(d)), Kronecker(Identity(d), A)),
        (Kronecker(A, B), Kronecker(A.T, B)),
        (Kronecker(matrix("A", "p", "q"), Identity(p)), Kronecker(matrix("A", "p", "q"), Zero(p, p))),
        (Vec(A), Vec(A.T)),
        (Vec(A * B), Vec(B * A)),
        (Vec(matrix("A", "p", "q")), Vec(matrix("A", "p", "q").T)),
        (Commutation(p, q), Commutation(q, p)),
        (Commutation(p, q), Identity(p * q)),
        (Commutation(d, d) * Kronecker(A, B), Kronecker(A, B) * Commutation(d, d)),
        (D(A * B, A, S), D(B * A, A, S)),
        (D(SquaredNorm(A), A, S), D(SquaredNorm(A), A, T)),
        (D(Inner(A, B), A, S), D(Inner(A, B), B, S)),
        (A, matrix("A", "d", "d", "symmetric")),
        (A.T, A),
        (A * B, B * A),
        (Trace(A * B), Trace(A) * Trace(B)),
        (Trace(A * B * A), Trace(A * A * B.T)),
        (Trace(A * B * S), Trace(B * A * S)),
        (Inner(A, B), Trace(A * B)),
        (SquaredNorm(A), Trace(A * A)),
        (SquaredNorm(A * B), SquaredNorm(B * A)),
        (SquaredNorm(Vec(A)), SquaredNorm(Vec(B))),
        (Trace(Identity(p)), Trace(Identity(q))),
        (DimScalar(p), IndexScalar(Index.var("p"))),
        (DimScalar(Dim.member("n", l)), DimScalar(Dim.member("n", l + 1))),
        (t[k], t[l]),
        (t[k], Member(family("t", facts=("positive",)), k)),
        (BoundedSum.over("i", 1, L, t[i]), BoundedSum.over("i", 0, L, t[i])),
        (BoundedSum.over("i", 1, L, t[i]), BoundedProduct.over("i", 1, L, t[i])),
        (BoundedSum.over("i", 1, 2, t[i]), t[1] * t[2]),
        (BoundedSum.over("i", 1, 0, t[i]), ONE),
        (BoundedProduct.over("i", 1, 0, t[i]), ZERO),
        (u * w.T, w * u.T),
        (u.T * w * u.T, u.T * u * w.T),
        (Chain(F, L, l) * Chain(F, l - 1, k), Chain(F, L, l + 1) * Chain(F, l, k) * Identity(Dim.member("n", k - 1))),
        (Chain(F, l + 1, l), number(2) * Chain(F, l + 1, l)),
    ],
    ids=str,
)
def test_11_ring_keeps_different_terms_apart(left, right):
    proof = Attempt()
    if left.shape != right.shape:
        pytest.fail("a false equation has to be well-formed")
    proof.claim("ring", {"using": []}, Eq(left, right))
    proof.refused("the sides differ")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (Trace(A * B * S), Trace(S.T * B.T * A.T)),
        (Kronecker(A + B, S), Kronecker(A, S) + Kronecker(B, S)),
        (Kronecker(Identity(p), Identity(q)), Identity(p * q)),
        (Vec(number(2) * A + A), number(3) * Vec(A)),
        (SquaredNorm(Identity(p)), DimScalar(p)),
        (BoundedSum.over("i", 1, 3, t[i]), BoundedSum.over("i", 0, 2, t[i + 1])),
        (Chain(F, l + 1, l), Member(F, l + 1) * Member(F, l)),
        (Chain(F, l - 1, l), Identity(Dim.member("n", l - 1))),
        (Power(a, Index.of(2)), a * a),
    ],
    ids=str,
)
def test_11_honest_ring_equates_what_is_equal(left, right):
    proof = Attempt()
    proof.ring(Eq(left, right))
    proof.accepted()


@pytest.mark.parametrize(
    "cofactor",
    [
        {},  # <A - B, nothing>: another shape
        {"with": S, "times": number(2)},  # twice what is needed
        {"with": S.T},  # the wrong side of the trace
        {"with": S, "transpose": True},
        {"with": S, "extra": a},  # an unknown entry
        {"left": S, "right": S},
    ],
)
def test_11_a_wrong_multiple_of_a_cited_equation(cofactor):
    # <A, S> = <B, S> from A = B.
    proof = Attempt({"ab": Eq(A, B)})
    data = {"using": [{"eq": proof.hyp("ab"), **cofactor}]}
    proof.claim("ring", data, Eq(Inner(A, S), Inner(B, S)), ["ab"])
    proof.refused("the sides differ|another shape|entries of a cofactor")
