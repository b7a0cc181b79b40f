"""Attacks on scalar letters: gradients, Jacobians and Hessian blocks named from special directions, rows about matrices
used for scalars, and 1 x 1 matrices used as scalars.

Deliberate false proofs, each refused for its own reason.
"""

import pytest

from symland.errors import AssumptionMissing, ShapeError, SymlandError
from symland.language.statements import Eq, Grad, Hess, Jac
from symland.language.terms import (
    BoundedSum,
    D,
    Elementwise,
    Identity,
    Inner,
    Kronecker,
    Member,
    Scale,
    SquaredNorm,
    Trace,
    Vec,
    family,
    matrix,
    number,
    product,
    scalar,
)
from tests.reject.attempt import Attempt, row
from tests.reject.letters import ONE, ZERO, A, B, L, S, T, V, W, X, a, b, c, d, l, m, p, q

w, u = scalar("w"), scalar("u")  # variables
v, z = scalar("v"), scalar("z")  # directions
ARBITRARY, NO_FACTS = "is not arbitrary: it occurs in", "distinct symbols without facts"
ANGLE = Elementwise("sin", w)


def of_linear(proof, factor, variable=w, direction=v):
    """Proves D(factor * w; w, v) = factor * v, for a factor without the variable."""
    start = proof.apply("d_multiple", side=[[]], c=factor, a=variable, w=variable, v=direction)
    return proof.rewrite(start, (1, 1), row("d_self", w=variable, v=direction))


def turned(proof, start, right, *using):
    return proof.rewrite(start, (1,), proof.ring(Eq(proof.statement(start).args[1], right), *using))


def test_honest_a_gradient_of_a_scalar_letter():
    proof = Attempt()
    proof.step("identify", {"from": of_linear(proof, c)})
    assert proof.accepted().statement is Grad(c * w, w, c)


# What the right side is turned into, and the slope that is claimed.
FORMS = {
    "the direction in front": (lambda: product(v, c), lambda: v, "the form G V"),
    "the direction alone is no product": (lambda: c * v + ZERO * v, lambda: c, "the form G V"),
    "the direction in the slope": (lambda: product(c + b * v - v * b, v), lambda: c + b * v - v * b, ARBITRARY),
    "another letter last": (lambda: product(c, v, ONE), lambda: product(c, v), "the form G V"),
}


@pytest.mark.parametrize("attack", FORMS)
def test_slopes_of_another_form(attack):
    right, slope, reason = FORMS[attack]
    proof = Attempt()
    start = turned(proof, of_linear(proof, c), right())
    proof.claim("identify", {"from": start}, Grad(c * w, w, slope()))
    proof.refused(reason)


def test_a_square_of_the_direction_is_no_slope():
    # D(v w; w, v) = v v: the gradient of v w would be v, which is the direction.
    proof = Attempt()
    start = of_linear(proof, v)
    proof.claim("identify", {"from": start}, Grad(v * w, w, v))
    proof.refused(ARBITRARY)


@pytest.mark.parametrize("fact", ["nonnegative", "unknown"])
def test_a_scalar_that_may_not_move_in_both_directions(fact):
    letter = scalar("w", fact)
    proof = Attempt()
    proof.claim("identify", {"from": of_linear(proof, c, letter)}, Grad(c * letter, letter, c))
    proof.refused("not free in all directions")


def test_honest_a_positive_scalar_moves_in_both_directions():
    letter = scalar("w", "positive")
    proof = Attempt()
    proof.step("identify", {"from": of_linear(proof, c, letter)})
    proof.accepted()


def test_a_direction_with_a_fact():
    direction = scalar("v", "positive")
    proof = Attempt()
    proof.claim("identify", {"from": of_linear(proof, c, w, direction)}, Grad(c * w, w, c))
    proof.refused(NO_FACTS)


def test_a_direction_with_a_value():
    # v = 0 |- D(c w; w, v) = c v = b v: the gradient would be b.
    proof = Attempt({"still": Eq(v, ZERO)})
    start = turned(proof, of_linear(proof, c), b * v, {"eq": proof.hyp("still"), "times": c - b})
    proof.claim("identify", {"from": start}, Grad(c * w, w, b), ["still"])
    proof.refused(ARBITRARY)


def test_a_derivative_at_the_letter_itself():
    # D(c w; w, w) = c w, Euler's identity, read as a gradient.
    proof = Attempt()
    proof.claim("identify", {"from": of_linear(proof, c, w, w)}, Grad(c * w, w, c))
    proof.refused(ARBITRARY)


def test_a_scalar_gradient_is_no_matrix_gradient():
    # D(c w; w, v) = c v as <[c], [v]>.
    proof = Attempt()
    start = of_linear(proof, c)
    start = proof.rewrite(start, (1,), proof.ring(Eq(c * v, Inner(Vec(c), Vec(v)))))
    proof.claim("identify", {"from": start}, Grad(c * w, w, c))
    proof.refused("the form G V")


# == Jacobians ====================================================================================================
def of_scaled(proof, term, variable=w, direction=v):
    """Proves vec D(w A; w, v) = vec(A) [v]."""
    dims = {"p": d, "q": d}
    start = proof.apply("d_scale_right", side=[[]], dims=dims, c=variable, A=term, w=variable, v=direction)
    start = proof.rewrite(start, (1, 0), row("d_self", w=variable, v=direction))
    start = proof.rewrite(proof.refl(Vec(D(Scale(variable, term), variable, direction))), (1, 0), start)
    one = Vec(term) * Vec(direction)
    return proof.rewrite(start, (1,), proof.ring(Eq(Vec(Scale(direction, term)), one)))


def test_honest_a_jacobian_in_a_scalar():
    proof = Attempt()
    proof.step("identify", {"from": of_scaled(proof, A)})
    assert proof.accepted().statement is Jac(Scale(w, A), w, Vec(A))


def test_a_jacobian_with_the_direction_in_it():
    proof = Attempt()
    wrong = Vec(Scale(v, A)) - Scale(v, Vec(A)) + Vec(A)
    start = turned(proof, of_scaled(proof, A), wrong * Vec(v))
    proof.claim("identify", {"from": start}, Jac(Scale(w, A), w, wrong))
    proof.refused(ARBITRARY)


def test_a_jacobian_without_its_direction():
    # vec D(w A; w, v) = [v] vec(A)' transposed: the letter has to stand last.
    proof = Attempt()
    start = turned(proof, of_scaled(proof, A), Scale(v, Vec(A)))
    proof.claim("identify", {"from": start}, Jac(Scale(w, A), w, Vec(A)))
    proof.refused("the form J vec V")


def test_a_jacobian_along_a_fixed_direction():
    proof = Attempt()
    proof.claim("identify", {"from": of_scaled(proof, A, w, w)}, Jac(Scale(w, A), w, Vec(A)))
    proof.refused(ARBITRARY)


@pytest.mark.parametrize("fact", ["symmetric", "orthogonal"])
def test_a_jacobian_in_a_letter_with_facts(fact):
    letter = matrix("A", "d", "d", fact)
    dims = {"j": d, "k": d}
    proof = Attempt()
    start = proof.rewrite(proof.refl(Vec(D(letter, letter, S))), (1, 0), row("d_self", dims=dims, w=letter, v=S))
    start = turned(proof, start, Identity(d * d) * Vec(S))
    proof.claim("identify", {"from": start}, Jac(letter, letter, Identity(d * d)))
    proof.refused("not free in all directions")


# == Hessian blocks ===============================================================================================
def of_product(proof, first=v, second=z):
    """Proves D(D(w u; w, first); u, second) = <[first], [1] [second]>."""
    start = proof.refl(D(D(u * w, w, first), u, second))
    start = proof.rewrite(start, (1, 0), of_linear(proof, u, w, first))
    start = proof.rewrite(start, (1, 0), proof.ring(Eq(u * first, first * u)))
    start = proof.rewrite(start, (1,), of_linear(proof, first, u, second))
    return turned(proof, start, Inner(Vec(first), Vec(ONE) * Vec(second)))


def test_honest_a_mixed_second_derivative():
    proof = Attempt()
    proof.step("identify", {"from": of_product(proof)})
    assert proof.accepted().statement is Hess(u * w, w, u, Vec(ONE))


MIXED = {
    "one direction twice": (v, v, NO_FACTS),
    "a positive direction": (scalar("v", "positive"), z, NO_FACTS),
    "an expression": (v, z + z, NO_FACTS),
}


@pytest.mark.parametrize("attack", MIXED)
def test_second_derivatives_in_special_directions(attack):
    first, second, reason = MIXED[attack]
    proof = Attempt()
    proof.claim("identify", {"from": of_product(proof, first, second)}, Hess(u * w, w, u, Vec(ONE)))
    proof.refused(reason)


def test_a_second_derivative_is_no_gradient():
    # D(D(w u; w, v); u, z) = v z: the gradient in u of D(w u; w, v), read off the form of a Hessian block.
    proof = Attempt()
    start = proof.rewrite(proof.refl(D(D(u * w, w, v), u, z)), (1, 0), of_linear(proof, u, w, v))
    proof.claim("identify", {"from": start}, Grad(D(u * w, w, v), u, v))
    proof.refused("the form")


def test_the_block_of_the_other_order():
    # <[z], [1] [v]>: the rows of a block belong to the first letter.
    proof = Attempt()
    start = turned(proof, of_product(proof), Inner(Vec(z), Vec(ONE) * Vec(v)))
    proof.claim("identify", {"from": start}, Hess(u * w, u, w, Vec(ONE)))
    proof.refused("the form <vec V, H vec U>")


# == rows about matrices, for a scalar variable ===================================================================
OTHER_KINDS = {
    "a matrix direction for a scalar variable": lambda: row("d_self", dims={"j": d, "k": d}, w=w, v=S),
    "a scalar direction for a matrix variable": lambda: row("d_self", dims={"j": d, "k": d}, w=A, v=v),
    "a matrix variable of another shape": lambda: row("d_self", dims={"j": p, "k": q}, w=A, v=S),
    "a sum as the variable": lambda: row("d_self", w=w + u, v=v),
    "a number as the variable": lambda: row("d_self", w=ONE, v=v),
    "a 1 x 1 matrix for a scalar": lambda: row("d_constant_scalar", side=[[]], c=Vec(c), w=w, v=v),
    "a scalar for a 1 x 1 matrix": lambda: row("d_constant", side=[[]], dims={"p": 1, "q": 1}, A=c, w=w, v=v),
    "a scalar in a product of matrices": lambda: row("d_product", dims={"p": d, "q": d, "r": d}, A=c, B=A, w=w, v=v),
    "a scalar in an inner product": lambda: row("d_norm", dims={"p": d, "q": d}, A=c, w=w, v=v),
}


@pytest.mark.parametrize("attack", OTHER_KINDS)
def test_rows_at_other_kinds_of_terms(attack):
    proof = Attempt()
    proof.claim("apply", OTHER_KINDS[attack](), Eq(ONE, ZERO))
    proof.refused("shape|stand for|takes|letter|malformed", SymlandError)


# A scalar variable in a term that is called constant.
HIDDEN = {
    "the letter": w,
    "in a function": ANGLE,
    "in an exponent": Elementwise("pow", c, w),
    "in a slope": Elementwise("leaky_relu", c, w),
    "in a 1 x 1 matrix": Trace(Vec(w)),
    "in a multiple": Trace(Scale(w, A)),
    "in a direction": D(c * c, c, w),
    "as the variable of a derivative": D(w * c, w, c),
    "with a fact": scalar("w", "positive"),
    "as a matrix of this name": Trace(matrix("w", "d", "d")),
    "as a member of a family of this name": Member(family("w"), l),
}


@pytest.mark.parametrize("attack", HIDDEN)
def test_a_scalar_variable_in_a_constant(attack):
    term = HIDDEN[attack]
    proof = Attempt()
    proof.claim_row(Eq(D(term, w, v), ZERO), [], "d_constant_scalar", side=[[["above", []]]], c=term, w=w, v=v)
    proof.refused("occurs in|certificates", SymlandError)


def test_a_scalar_variable_under_a_binder():
    total = BoundedSum.over("i", 1, L, w)
    proof = Attempt()
    proof.claim_row(Eq(D(total, w, v), ZERO), [], "d_constant_scalar", side=[[["above", []]]], c=total, w=w, v=v)
    proof.refused("under a binder")


@pytest.mark.parametrize("name", ["d_multiple", "d_product_scalar"])
def test_a_factor_that_moves(name):
    # D(w w; w, v) = w v: one of the two factors taken for a constant.
    proof = Attempt()
    out = Eq(D(w * w, w, v), w * D(w, w, v))
    if name == "d_multiple":
        proof.claim_row(out, [], name, side=[[["above", []]]], c=w, a=w, w=w, v=v)
        proof.refused("occurs in", AssumptionMissing)
    else:
        proof.claim_row(out, [], name, a=w, b=w, w=w, v=v)
        proof.refused("not the stated one")


def test_other_variables_do_not_move():
    proof = Attempt()
    proof.claim_row(Eq(D(u, u, v), v), [], "d_self", w=w, v=v)
    proof.refused("not the stated one")


# == a 1 x 1 matrix is no scalar ==================================================================================
ENTRY = matrix("x", 1, 1)
SINGLE = {
    "a matrix equal to a scalar": lambda: Eq(ENTRY, a),
    "the product of a 1 x 1 matrix and a large one": lambda: ENTRY * A,
    "a sum of a scalar and a 1 x 1 matrix": lambda: Vec(a) + a,
    "a scalar gradient that is a matrix": lambda: Grad(c * w, w, Vec(c)),
    "a Jacobian that is a scalar": lambda: Jac(c * w, w, c),
    "a block that is a scalar": lambda: Hess(u * w, w, u, ONE),
    "a Jacobian with too many rows": lambda: Jac(Scale(w, A), w, Identity(d * d)),
    "a block with too many columns": lambda: Hess(w * SquaredNorm(W), w, W, Vec(W)),
    "a direction for a scalar": lambda: D(c * w, w, Vec(v)),
    "an inner product of scalars": lambda: Inner(a, b),
    "an exponent": lambda: Elementwise("pow", A, Vec(a)),
}


@pytest.mark.parametrize("attack", SINGLE)
def test_terms_and_statements_that_do_not_exist(attack):
    with pytest.raises((ShapeError, SymlandError), match=r"shape|scalar|matri|needs|columns"):
        SINGLE[attack]()


FALSE_RINGS = {
    "[s] A = s A only for rows": lambda: (Vec(a) * matrix("y", 1, "d"), Scale(a + a, matrix("y", 1, "d"))),
    "[a] [b] = [a + b]": lambda: (Vec(a) * Vec(b), Vec(a + b)),
    "[a] (x) A = A": lambda: (Kronecker(Vec(a), A), A),
    "tr [a] = 1": lambda: (Trace(Vec(a)), ONE),
    "vec [a] = [b]": lambda: (Vec(Vec(a)), Vec(b)),
    "<[a], [b]> = a": lambda: (Inner(Vec(a), Vec(b)), a),
    "|[a]|^2 = a": lambda: (SquaredNorm(Vec(a)), a),
}


@pytest.mark.parametrize("kind", ["ring", "network"])
@pytest.mark.parametrize("attack", FALSE_RINGS)
def test_one_by_one_matrices_in_normal_forms(attack, kind):
    proof = Attempt()
    proof.claim(kind, {"using": []}, Eq(*FALSE_RINGS[attack]()))
    proof.refused("the sides differ")


def test_scalars_and_matrices_that_meet_by_an_equation():
    # x = [a] for a 1 x 1 matrix x does not make x a number: tr(x) = 2 a is refused, tr(x) = a is not.
    proof = Attempt({"entry": Eq(ENTRY, Vec(a))})
    cofactor = {"eq": proof.hyp("entry"), "with": Vec(ONE)}
    proof.ring(Eq(Trace(ENTRY), a), cofactor)
    proof.claim("ring", {"using": [cofactor]}, Eq(Trace(ENTRY), number(2) * a), ["entry"])
    proof.refused("the sides differ")


def test_the_variable_is_not_replaced_by_the_use_of_a_lemma():
    # |- D(w^2; w, v) = 2 w v with w := sin w would be a wrong derivative.
    proof = Attempt()
    square = proof.apply("d_product_scalar", a=w, b=w, w=w, v=v)
    for value in (ANGLE, u, number(2)):
        again = Attempt(proof.hypotheses)
        again.steps, again.kernel = list(proof.steps), proof.kernel
        again.claim("spec", {"of": square, "subst": {"symbols": {"w": value}}, "discharge": {}}, Eq(ONE, ZERO))
        again.refused("of a derivative is not replaced")


@pytest.mark.parametrize("value", [w, w + a, ANGLE, Trace(Scale(w, A))])
def test_no_constant_becomes_a_function_of_the_variable(value):
    # |- D(c w; w, v) = c v with c := w.
    proof = Attempt()
    lemma = of_linear(proof, c)
    proof.claim("spec", {"of": lemma, "subst": {"symbols": {"c": value}}, "discharge": {}}, Eq(ONE, ZERO))
    proof.refused("mentions w")


def test_letters_of_this_file_are_what_they_say():
    assert all(letter.is_scalar for letter in (w, u, v, z)) and X.shape == (q, m)
    assert W.shape == V.shape == (p, q) and T.shape == B.shape == (d, d)
