"""The attack list, 1 and 2: equations under a derivative, and gradients from special directions.

Deliberate false proofs, each refused for its own reason. Every test says which falsehood it would prove; where there
is an honest version of the inference, a test next to it shows that the kernel accepts that one, so that the refusal is
about the fault and not about the form.
"""

import pytest

from symland.errors import NoRule
from symland.language.statements import Eq, ForAll, Grad, Hess, Invertible, Lt, at_least
from symland.language.terms import (
    Commutation,
    D,
    Identity,
    Inner,
    Inverse,
    Member,
    Product,
    Pseudoinverse,
    Reciprocal,
    SquaredNorm,
    Trace,
    Vec,
    Zero,
    matrix,
    number,
)
from tests.reject.attempt import Attempt, row
from tests.reject.letters import (
    ONE,
    VL,
    ZERO,
    ZERO_W,
    A,
    B,
    F,
    G,
    H,
    L,
    S,
    T,
    U,
    V,
    W,
    X,
    Y,
    Z,
    c,
    d,
    k,
    l,
    m,
    p,
    q,
)

# == 1. a derivative of an equation that holds at one point only ==================================================
POINT = "speaks of .* at one point"


def test_1_the_residual_vanishes_so_the_hessian_does():
    # From E X' = 0 at a minimizer: D(E X'; W, V) = D(0; W, V), "the Hessian is zero".
    normal = (W * X - Y) * X.T
    proof = Attempt({"normal": Eq(normal, ZERO_W)})
    start, normal_step = proof.refl(D(normal, W, V)), proof.hyp("normal")
    proof.claim_rewrite(start, (1, 0), normal_step, Eq(D(normal, W, V), D(ZERO_W, W, V)), ["normal"])
    proof.refused(POINT)


def test_1_honest_an_equation_about_other_letters_may_be_used_under_a_derivative():
    proof = Attempt({"zero": Eq(Y, Zero(p, m))})
    start, zero = proof.refl(D((W * X - Y) * X.T, W, V)), proof.hyp("zero")
    proof.rewrite(start, (1, 0, 0, 1, 1), zero)
    assert "zero" in proof.accepted().hypotheses


def test_1_the_same_through_the_function_of_a_gradient():
    # |W|^2 = c at the point, so grad |W|^2 = 2 W would be the gradient of the constant c.
    f, g = SquaredNorm(W), number(2) * W
    proof = Attempt({"value": Eq(f, c), "gradient": Grad(f, W, g)})
    start, value = proof.hyp("gradient"), proof.hyp("value")
    proof.claim_rewrite(start, (0,), value, Grad(c, W, g), ["gradient", "value"])
    proof.refused(POINT)


@pytest.mark.parametrize("letters", [(W, U), (U, W)])
def test_1_the_same_through_the_function_of_a_hessian_block(letters):
    f = Inner(W, U)
    h = matrix("H", p * q, p * q)
    proof = Attempt({"value": Eq(f, c), "block": Hess(f, *letters, h)})
    start, value = proof.hyp("block"), proof.hyp("value")
    proof.claim_rewrite(start, (0,), value, Hess(c, *letters, h), ["block", "value"])
    proof.refused(POINT)


def test_1_honest_the_gradient_itself_is_a_value_at_the_point():
    f, g = SquaredNorm(W), number(2) * W
    proof = Attempt({"value": Eq(W, U), "gradient": Grad(f, W, g)})
    proof.rewrite(proof.hyp("gradient"), (2, 1), proof.hyp("value"))
    assert proof.accepted().statement is Grad(f, W, number(2) * U)


def test_1_honest_so_are_a_hessian_block_and_a_direction():
    block = matrix("H", p * q, p * q)
    proof = Attempt({"value": Eq(block, Vec(W) * Vec(W).T), "block": Hess(c, W, U, block)})
    proof.rewrite(proof.hyp("block"), (3,), proof.hyp("value"))
    assert proof.accepted().statement is Hess(c, W, U, Vec(W) * Vec(W).T)
    proof = Attempt({"direction": Eq(V, W)})
    proof.rewrite(proof.refl(D(SquaredNorm(W), W, V)), (1, 2), proof.hyp("direction"))
    assert proof.accepted().statement is Eq(D(SquaredNorm(W), W, V), D(SquaredNorm(W), W, W))


def test_1_a_direction_is_differentiated_by_the_outer_derivative():
    # V = W at the point, inside D(D(f; U, V); W, Z): the direction would move with W.
    term = D(D(Inner(U, Y * X.T), U, V), W, Z)
    proof = Attempt({"direction": Eq(V, W)})
    start, equal = proof.refl(term), proof.hyp("direction")
    out = Eq(term, D(D(Inner(U, Y * X.T), U, W), W, Z))
    proof.claim_rewrite(start, (1, 0, 2), equal, out, ["direction"])
    proof.refused(POINT)


@pytest.mark.parametrize(("hypothesis", "letter"), [(Eq(SquaredNorm(U), c), U), (Eq(SquaredNorm(W), c), W)])
def test_1_inside_two_derivatives_either_variable_counts(hypothesis, letter):
    # |U|^2 = c at the point, inside D(D(|U|^2 |W|^2; W, V); U, Z): the second derivative would vanish.
    square = SquaredNorm(letter)
    term = D(D(SquaredNorm(U) * SquaredNorm(W), W, V), U, Z)
    proof = Attempt({"at the point": hypothesis})
    start, value = proof.refl(term), proof.hyp("at the point")
    product = SquaredNorm(U) * SquaredNorm(W)
    other = [x if x is not square else c for x in product.args]
    out = Eq(term, D(D(Product(*other), W, V), U, Z))
    proof.claim_rewrite(start, (1, 0, 0, product.args.index(square)), value, out, ["at the point"])
    proof.refused(POINT)


def test_1_a_lemma_carries_the_hypothesis():
    # (E X') B = 0 follows from E X' = 0 at the point, and is no more an identity than that.
    normal, right = (W * X - Y) * X.T, matrix("B", "q", "q")
    proof = Attempt({"normal": Eq(normal, ZERO_W)})
    lemma = proof.ring(Eq(normal * right, ZERO_W), {"eq": proof.hyp("normal"), "right": right})
    start = proof.refl(D(normal * right, W, V))
    proof.claim_rewrite(start, (1, 0), lemma, Eq(D(normal * right, W, V), D(ZERO_W, W, V)), ["normal"])
    proof.refused(POINT)


def test_1_the_premise_of_a_row_carries_the_hypothesis():
    # |W|^2 = 0 at the point gives W = 0 there, by the row norm_zero used under D: V = D(W; W, V) = D(0; W, V).
    proof = Attempt({"flat": Eq(SquaredNorm(W), ZERO)})
    start, flat = proof.refl(D(W, W, V)), proof.hyp("flat")
    by = row("norm_zero", flat, dims={"p": p, "q": q}, A=W)
    proof.claim_rewrite(start, (1, 0), by, Eq(D(W, W, V), D(ZERO_W, W, V)), ["flat"])
    proof.refused(POINT)


def test_1_a_bounded_all_is_a_hypothesis_at_the_point_too():
    # all k: W[k] = C[k] at the point, so W[l] would be a constant: V = D(W[l]; W[l], V) = D(C[l]; W[l], V) = 0.
    layers = ForAll.over("k", 1, L, Eq(Member(F, k), Member(G, k)))
    proof = Attempt({"layers": layers, "low": at_least(l, 1), "high": at_least(L, l)})
    one = proof.step("all", {"from": proof.hyp("layers"), "value": l, "side": [[("low", 1)], [("high", 1)]]})
    start = proof.refl(D(H, H, VL))
    proof.claim_rewrite(start, (1, 0), one, Eq(D(H, H, VL), D(Member(G, l), H, VL)), ["layers", "low", "high"])
    proof.refused(POINT)


def test_1_instantiating_a_lemma_later_carries_the_hypothesis():
    # X = 0 |- <X, U> = 0 says nothing of W; its instance X := W rests on W = 0 at the point.
    x, zero = matrix("X", "p", "q"), Eq(matrix("X", "p", "q"), ZERO_W)
    proof = Attempt({"zero": zero, "at the point": Eq(W, ZERO_W)})
    lemma = proof.ring(Eq(Inner(x, U), ZERO), {"eq": proof.hyp("zero"), "with": U})
    discharge = {"zero": {"theorem": proof.hyp("at the point")}}
    one = proof.step("spec", {"of": lemma, "subst": {"symbols": {"X": W}}, "discharge": discharge})
    start = proof.refl(D(Inner(W, U), W, V))
    proof.claim_rewrite(start, (1, 0), one, Eq(D(Inner(W, U), W, V), D(ZERO, W, V)), ["at the point"])
    proof.refused(POINT)


def test_1_a_fact_of_the_variable_is_a_hypothesis_at_the_point():
    # W symmetric at the point: D(W'; W, V) = D(W; W, V), so V' = V for every direction.
    w = matrix("W", "d", "d")
    proof = Attempt({"symmetric": Eq(w.T, w)})
    start, symmetric = proof.refl(D(w.T, w, S)), proof.hyp("symmetric")
    proof.claim_rewrite(start, (1, 0), symmetric, Eq(D(w.T, w, S), D(w, w, S)), ["symmetric"])
    proof.refused(POINT)


def test_1_honest_open_conditions_hold_near_the_point():
    f = SquaredNorm(W)
    proof = Attempt({"positive": Lt(ZERO, f)})
    start, positive = proof.refl(D(f * Reciprocal(f), W, V)), proof.hyp("positive")
    proof.rewrite(start, (1, 0), row("reciprocal", positive, c=f))
    proof.accepted()
    proof = Attempt({"regular": Invertible(A)})
    start, regular = proof.refl(D(Inverse(A) * A, A, S)), proof.hyp("regular")
    proof.rewrite(start, (1, 0), row("inverse_left", regular, dims={"p": d}, A=A))
    proof.accepted()


def test_1_an_inequality_between_discontinuous_terms_is_not_open():
    # tr(pinv(A) A) < 1 is the rank, so it says A = 0: a strict inequality, but at one point.
    rank = Trace(Pseudoinverse(A) * A)
    proof = Attempt({"rank": Lt(ZERO, ONE - rank)})
    positive = proof.hyp("rank")
    one = proof.apply("reciprocal", positive, c=ONE - rank)
    lemma = proof.ring(Eq(SquaredNorm(A) * ONE, SquaredNorm(A)), {"eq": one, "times": ZERO})
    term = SquaredNorm(A) * ONE
    start = proof.refl(D(term, A, S))
    proof.claim_rewrite(start, (1, 0), lemma, Eq(D(term, A, S), D(SquaredNorm(A), A, S)), ["rank"])
    proof.refused(POINT)


def test_1_a_pseudoinverse_has_no_derivative_and_no_product_rule():
    # At A = 0 the product rule for A pinv(A) A = A gives 0 = V: no factor there is differentiable.
    inner = Pseudoinverse(A) * A
    with pytest.raises(NoRule, match="not differentiable"):
        D(A * inner, A, S)
    proof = Attempt()
    rule = row("d_product", dims={"p": d, "q": d, "r": d, "j": d, "k": d}, A=A, B=inner, w=A, v=S)
    proof.claim("apply", rule, Eq(A, A))
    proof.refused("not differentiable")


def test_1_honest_the_pseudoinverse_of_data_is_a_constant():
    x = Pseudoinverse(X)
    proof = Attempt()
    proof.refl(D(Y * x * X, Y, matrix("V", "p", "m")))
    proof.accepted()


# == 2. identifying a gradient from special directions ===========================================================
ARBITRARY = "is not arbitrary"
NO_FACTS = "distinct symbols without facts"
SQUARES = {"p": d, "q": d, "j": d, "k": d}


def symmetric(name):
    return matrix(name, "d", "d", "symmetric")


def of_square(proof, a, v):
    """Proves D(|a|^2; a, v) = <2 a, v>."""
    start = proof.apply("d_norm", dims=SQUARES, A=a, w=a, v=v)
    start = proof.rewrite(start, (1, 1, 1), row("d_self", dims={"j": d, "k": d}, w=a, v=v))
    return proof.rewrite(start, (1,), proof.ring(Eq(number(2) * Inner(a, v), Inner(number(2) * a, v))))


def of_linear(proof, b, a, v):
    """Proves D(<b, a>; a, v) = <b, v>."""
    start = proof.apply("d_inner", dims=SQUARES, A=b, B=a, w=a, v=v)
    start = proof.rewrite(start, (1, 0, 0), row("d_constant", side=[[]], dims=SQUARES, A=b, w=a, v=v))
    start = proof.rewrite(start, (1, 1, 1), row("d_self", dims={"j": d, "k": d}, w=a, v=v))
    return proof.rewrite(start, (1,), proof.ring(Eq(proof.statement(start).args[1], Inner(b, v))))


def turned(proof, start, right, *using):
    """The equation `start` with its right side turned into this one, by `ring`."""
    return proof.rewrite(start, (1,), proof.ring(Eq(proof.statement(start).args[1], right), *using))


def test_2_honest_a_direction_that_occurs_nowhere_else():
    proof = Attempt()
    proof.step("identify", {"from": of_square(proof, A, S)})
    assert proof.accepted().statement is Grad(SquaredNorm(A), A, number(2) * A)


def test_2_honest_a_symmetric_matrix_may_be_the_gradient():
    proof = Attempt()
    proof.step("identify", {"from": of_linear(proof, symmetric("S"), A, T)})
    assert proof.accepted().statement is Grad(Inner(symmetric("S"), A), A, symmetric("S"))


@pytest.mark.parametrize("direction", [S, symmetric("S")])
def test_2_a_symmetric_direction(direction):
    # <B, S> = <B', S> for symmetric S: the gradient of <B, A> would be B'.
    proof = Attempt({"symmetric": Eq(direction.T, direction)})
    start = of_linear(proof, B, A, direction)
    gap = {"eq": proof.hyp("symmetric"), "with": B, "transpose": True}
    start = turned(proof, start, Inner(B.T, direction), gap)
    proof.claim("identify", {"from": start}, Grad(Inner(B, A), A, B.T), ["symmetric"])
    proof.refused(ARBITRARY if direction is S else NO_FACTS)


def test_2_a_direction_in_the_gradient():
    # <S (B - B'), S> = 0 for all S: the gradient of |A|^2 would be 2 A + S (B - B').
    proof = Attempt()
    wrong = number(2) * A + S * (B - B.T)
    start = turned(proof, of_square(proof, A, S), Inner(wrong, S))
    proof.claim("identify", {"from": start}, Grad(SquaredNorm(A), A, wrong))
    proof.refused(ARBITRARY)


def test_2_a_direction_in_the_function():
    # D(|S|^2 <B, A>; A, S) = |S|^2 <B, S> = <<B, S> S, S>: the gradient of |S|^2 <B, A> would be <B, S> S.
    proof = Attempt()
    dims = {"j": d, "k": d}
    size = SquaredNorm(S)
    start = proof.apply("d_multiple", side=[[]], dims=dims, c=size, a=Inner(B, A), w=A, v=S)
    start = proof.rewrite(start, (1, 1), of_linear(proof, B, A, S))
    wrong = Inner(B, S) * S
    start = turned(proof, start, Inner(wrong, S))
    proof.claim("identify", {"from": start}, Grad(size * Inner(B, A), A, wrong))
    proof.refused(ARBITRARY)


def test_2_a_direction_that_is_not_a_letter():
    # <B, S S'> = <B', S S'>: directions S S' are symmetric.
    proof = Attempt()
    start = turned(proof, of_linear(proof, B, A, S * S.T), Inner(B.T, S * S.T))
    proof.claim("identify", {"from": start}, Grad(Inner(B, A), A, B.T))
    proof.refused(NO_FACTS)


def test_2_the_point_itself_as_the_direction():
    # D(<B, A>; A, A) = <B, A> = <A, B>, read as <A, direction B>; and Euler's identity read as a gradient.
    proof = Attempt()
    start = turned(proof, of_linear(proof, B, A, A), Inner(A, B))
    proof.claim("identify", {"from": start}, Grad(Inner(B, A), A, A))
    proof.refused("the form <G, V>")
    proof = Attempt()
    start = turned(proof, of_linear(proof, B, A, A), Inner(B, A))
    proof.claim("identify", {"from": start}, Grad(Inner(B, A), A, B))
    proof.refused(ARBITRARY)


@pytest.mark.parametrize("fact", ["symmetric", "psd", "orthogonal"])
def test_2_a_variable_that_may_not_move_in_all_directions(fact):
    # On symmetric matrices the gradient of <B, A> is the symmetric part of B.
    letter = matrix("A", "d", "d", fact)
    proof = Attempt()
    proof.claim("identify", {"from": of_linear(proof, B, letter, S)}, Grad(Inner(B, letter), letter, B))
    proof.refused("not free in all directions")


@pytest.mark.parametrize("fact", ["invertible", "unknown fact"])
def test_2_facts_that_leave_all_directions_and_unknown_ones(fact):
    letter = matrix("A", "d", "d", fact)
    proof = Attempt()
    start = of_linear(proof, B, letter, S)
    if fact == "invertible":
        proof.step("identify", {"from": start})
        proof.accepted()
    else:
        proof.claim("identify", {"from": start}, Grad(Inner(B, letter), letter, B))
        proof.refused("not free in all directions")


def of_bilinear(proof, v, u):
    """Proves D(D(<A, B>; A, v); B, u) = <vec v, vec u>, for a direction v without B."""
    start = proof.refl(D(D(Inner(B, A), A, v), B, u))
    start = proof.rewrite(start, (1, 0), of_linear(proof, B, A, v))
    start = proof.rewrite(start, (1, 0), proof.ring(Eq(Inner(B, v), Inner(v, B))))
    start = proof.rewrite(start, (1,), of_linear(proof, v, B, u))
    return proof.rewrite(start, (1,), row("inner_vec", dims={"p": d, "q": d}, A=v, B=u))


EYE = Identity(d * d)
M = matrix("M", d * d, d * d)


def test_2_honest_a_hessian_block():
    proof = Attempt()
    start = turned(proof, of_bilinear(proof, S, T), Inner(Vec(S), EYE * Vec(T)))
    proof.step("identify", {"from": start})
    assert proof.accepted().statement is Hess(Inner(B, A), A, B, EYE)


HIDDEN = Inner(Vec(S), M * Vec(T)) * EYE - Inner(Vec(S), Vec(T)) * M  # <vec S, HIDDEN vec T> = 0


@pytest.mark.parametrize(
    ("v", "u", "h", "reason"),
    [
        (S, S, EYE + M - M.T, NO_FACTS),  # one direction twice: the skew part of a block is not seen
        (S, T, EYE + HIDDEN, ARBITRARY),
        (S, symmetric("T"), EYE, NO_FACTS),
        (symmetric("S"), T, EYE, NO_FACTS),
        (S + S, T, EYE, NO_FACTS),
        (S, T * T.T, EYE, NO_FACTS),
        (A, T, EYE, ARBITRARY),
    ],
)
def test_2_a_hessian_block_from_special_directions(v, u, h, reason):
    proof = Attempt()
    start = turned(proof, of_bilinear(proof, v, u), Inner(Vec(v), h * Vec(u)))
    proof.claim("identify", {"from": start}, Hess(Inner(B, A), A, B, h))
    proof.refused(reason)


def test_2_a_hessian_block_of_the_wrong_form():
    # <vec S, vec T> = <vec S, K vec T'>, read without the transpose: the block would be K instead of I.
    proof = Attempt()
    flip = Commutation(d, d)
    start = proof.rewrite(of_bilinear(proof, S, T), (1, 1), proof.ring(Eq(Vec(T), Vec(T.T.T))))
    start = proof.rewrite(start, (1, 1), row("vec_transpose", dims={"p": d, "q": d}, A=T.T))
    assert proof.statement(start).args[1] is Inner(Vec(S), flip * Vec(T.T))
    proof.claim("identify", {"from": start}, Hess(Inner(B, A), A, B, flip))
    proof.refused("the form <vec V, H vec U>")
