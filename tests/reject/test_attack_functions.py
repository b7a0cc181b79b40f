"""Attacks on functions: their domains, their derivatives, generic functions and their names, and what the normal form
of networks says of them.

Deliberate false proofs, each refused for its own reason. Every row of a table says which falsehood it would prove.
"""

import pytest

from symland.errors import AssumptionMissing, SymlandError
from symland.language.index import Dim, Index
from symland.language.statements import Eq, Invertible, Le, Lt, Nonzero, Positive, at_least
from symland.language.terms import (
    Block,
    BoundedSum,
    Commutation,
    D,
    Determinant,
    Diagonal,
    DiagonalMatrix,
    Elementwise,
    HadamardPower,
    Identity,
    IndexScalar,
    Inner,
    Inverse,
    Kronecker,
    LogDeterminant,
    MatrixPower,
    Ones,
    OperatorNorm,
    Power,
    Pseudoinverse,
    Reciprocal,
    Scale,
    SquaredNorm,
    Trace,
    UnitVector,
    Unvec,
    Vec,
    Zero,
    entries_sum,
    entry,
    hadamard,
    matrix,
    number,
    product,
    scalar,
)
from tests.reject.attempt import Attempt, row
from tests.reject.letters import ONE, ZERO, ZERO_A, A, B, S, V, W, a, b, c, d, i, k, l, p, q

w, v = scalar("w"), scalar("v")  # a scalar variable and a direction
VECTOR, ROW = matrix("x", "d", 1), matrix("y", 1, "d")
UNIT = Dim.of(1)
SQUARES = {"p": d, "q": d, "j": d, "k": d}
TALL = matrix("X", "p", "q")


def f(name, x, *parameters):
    return Elementwise(name, x, *parameters)


def using(name, *premises, functions=None, **more):
    """The entries of a step that uses a row, generic functions renamed."""
    data = row(name, *premises, **more)
    if functions:
        data["subst"]["functions"] = functions
    return data


# == domains ======================================================================================================
# A rule for a function, the premises that are at hand, and what the rule wants.
DOMAINS = {
    "relu has no slope at 0": ("d_relu_scalar", {}, "premises"),
    "nor has abs": ("d_abs_scalar", {}, "premises"),
    "nor sign": ("d_sign_scalar", {}, "premises"),
    "nor step": ("d_step_scalar", {}, "premises"),
    "log at negative numbers": ("d_log_scalar", {"far": Nonzero(w)}, "does not fit"),
    "log at 0": ("d_log_scalar", {"far": Le(ZERO, w)}, "does not fit"),
    "log of another number": ("d_log_scalar", {"far": Lt(ZERO, a)}, "does not fit"),
    "sqrt at 0": ("d_sqrt_scalar", {"far": Le(ZERO, w)}, "does not fit"),
    "sqrt where the square is positive": ("d_sqrt_scalar", {"far": Lt(ZERO, w**2)}, "does not fit"),
    "pow at negative numbers": ("d_pow_scalar", {"far": Nonzero(w)}, "does not fit"),
    "arcsin at 1": ("d_arcsin_scalar", {"far": Le(ZERO, ONE - w**2)}, "does not fit"),
    "arccos beyond -1": ("d_arccos_scalar", {"far": Lt(w, ONE)}, "does not fit"),
    "tan at a pole": ("d_tan_scalar", {"far": Nonzero(w)}, "does not fit"),
    "tan near 0 where cos is": ("d_tan_scalar", {"far": Nonzero(f("cos", a))}, "does not fit"),
    "1/s at 0": ("d_reciprocal_scalar", {}, "premises"),
    "1/s from s <= 1": ("d_reciprocal_scalar", {"far": Lt(w, ONE)}, "does not fit"),
}


@pytest.mark.parametrize("attack", DOMAINS)
def test_a_derivative_outside_the_domain(attack):
    name, hypotheses, reason = DOMAINS[attack]
    proof = Attempt(hypotheses)
    given = [proof.hyp(h) for h in hypotheses]
    letter = "c" if name == "d_reciprocal_scalar" else "a"
    more = {"c": b} if name == "d_pow_scalar" else {}
    proof.claim_row(Eq(ONE, ZERO), list(hypotheses), name, *given, w=w, v=v, **{letter: w}, **more)
    proof.refused(reason)


def test_honest_in_the_domain():
    proof = Attempt({"far": Lt(ZERO, w)})
    proof.apply("d_log_scalar", proof.hyp("far"), a=w, w=w, v=v)
    assert proof.accepted().statement is Eq(D(f("log", w), w, v), Reciprocal(w) * D(w, w, v))


ENTRIES = {
    "relu, if the matrix is not zero": ("d_relu", {"far": Lt(ZERO, SquaredNorm(A))}, "does not fit"),
    "1 ./ A, if A is invertible": ("d_reciprocal", {"far": Invertible(A)}, "does not fit"),
    "1 ./ A, if the determinant is not 0": ("d_reciprocal", {"far": Nonzero(Determinant(A))}, "does not fit"),
    "sqrt, if the trace is positive": ("d_sqrt", {"far": Lt(ZERO, Trace(A))}, "does not fit"),
    "log, if the sum is positive": ("d_log", {"far": Lt(ZERO, entries_sum(A))}, "does not fit"),
    "log, if no entry is 0": ("d_log", {"far": Nonzero(A)}, "does not fit"),
    "log, if the diagonal is positive": ("d_log", {"far": Positive(Diagonal(A))}, "does not fit"),
    "arcsin, if the entries are below 1": ("d_arcsin", {"far": Positive(Ones(d, d) - A)}, "does not fit"),
    "an inverse, if no entry is 0": ("d_inverse", {"far": Nonzero(A)}, "does not fit"),
    "an inverse, if the matrix is positive": ("d_inverse", {"far": Positive(A)}, "does not fit"),
    "the log-determinant of a singular matrix": ("d_logdet", {}, "premises"),
    "a determinant by its inverse, if it is singular": ("d_determinant", {}, "premises"),
    "a determinant, if its square is positive": ("d_determinant", {"far": Nonzero(Trace(A))}, "does not fit"),
}


@pytest.mark.parametrize("attack", ENTRIES)
def test_a_derivative_where_only_something_else_is_in_the_domain(attack):
    name, hypotheses, reason = ENTRIES[attack]
    proof = Attempt(hypotheses)
    given = [proof.hyp(h) for h in hypotheses]
    square = name in ("d_inverse", "d_logdet", "d_determinant")
    dims = {kind: d for kind in ("p", "j", "k") + (() if square else ("q",))}
    proof.claim_row(Eq(ONE, ZERO), list(hypotheses), name, *given, dims=dims, A=A, w=A, v=S)
    proof.refused(reason)


# == exponents ====================================================================================================
def test_the_exponent_of_pow_moves_too():
    # D(w^w; w, v) = w w^(w-1) v, without the logarithm.
    power = f("pow", w, w)
    proof = Attempt({"far": Lt(ZERO, w)})
    out = Eq(D(power, w, v), w * f("pow", w, w - 1) * D(w, w, v))
    proof.claim_row(out, ["far"], "d_pow_scalar", proof.hyp("far"), a=w, c=w, w=w, v=v)
    proof.refused("not the stated one")


def test_the_slope_of_leaky_relu_moves_too():
    value = f("leaky_relu", a, w)
    proof = Attempt({"far": Nonzero(a)})
    proof.claim_row(Eq(D(value, w, v), ZERO), ["far"], "d_leaky_relu_scalar", proof.hyp("far"), a=a, c=w, w=w, v=v)
    proof.refused("not the stated one")


def test_a_parameter_is_an_occurrence():
    # a^w is no constant, though its argument does not contain w.
    proof = Attempt({"far": Lt(ZERO, a)})
    power = f("pow", a, w)
    proof.claim_row(Eq(D(power, w, v), ZERO), [], "d_constant_scalar", side=[[["above", []]]], c=power, w=w, v=v)
    proof.refused("occurs in", AssumptionMissing)


# The rule, what it takes, the exponent, and the side condition as it is certified.
EXPONENTS = {
    "s^0": ("d_power", {"c": w}, 0, [[]]),
    "s^k for any k": ("d_power", {"c": w}, k, [[]]),
    "s^k for k >= 0": ("d_power", {"c": w}, k, [[("k0", 1)]]),
    "s^k for k <= 3": ("d_power", {"c": w}, k, [[("k3", 1)]]),
    "A.^0": ("d_hadamard_power", {"A": A}, 0, [[]]),
    "A.^k for k >= 0": ("d_hadamard_power", {"A": A}, k, [[("k0", 1)]]),
    "tr A^0": ("d_trace_power", {"A": A}, 0, [[]]),
    "tr A^k for k >= 0": ("d_trace_power", {"A": A}, k, [[("k0", 1)]]),
    "A^k for any k": ("d_matrix_power", {"A": A, "B": S}, k, [[]]),
}


@pytest.mark.parametrize("attack", EXPONENTS)
def test_a_power_rule_for_exponents_below_one(attack):
    name, symbols, exponent, side = EXPONENTS[attack]
    facts = {"k0": at_least(k, 0), "k3": at_least(Index.of(3), k)}
    proof = Attempt(facts)
    if name == "d_power":
        more, variable = {}, {"w": w, "v": v}
    else:
        size = ("p", "q", "j", "k") if name == "d_hadamard_power" else ("p", "j", "k")
        more, variable = {"dims": {kind: d for kind in size}}, {"w": A, "v": S}
    given = []
    if name == "d_matrix_power":
        given = [proof.apply("d_self", dims={"j": d, "k": d}, **variable)]
    proof.claim_row(Eq(ONE, ZERO), [], name, *given, side=side, indices={"a": exponent}, **more, **symbols, **variable)
    proof.refused("order facts do not give|negative power", SymlandError)


def test_honest_the_zeroth_power_of_a_matrix_is_constant():
    proof = Attempt()
    moves = proof.apply("d_self", dims={"j": d, "k": d}, w=A, v=S)
    dims = {kind: d for kind in ("p", "j", "k")}
    proof.apply("d_matrix_power", moves, side=[[]], indices={"a": 0}, dims=dims, A=A, B=S, w=A, v=S)
    assert isinstance(proof.accepted().statement.args[1], BoundedSum)


def test_a_matrix_power_with_a_direction_from_another_variable():
    # D(A; B, S) = 0 used for D(A^2; A, S) = 0.
    proof = Attempt()
    still = proof.apply("d_constant", side=[[]], dims=SQUARES, A=A, w=B, v=S)
    dims = {kind: d for kind in ("p", "j", "k")}
    proof.claim_row(
        Eq(D(MatrixPower(A, Index.of(2)), A, S), ZERO_A), [], "d_matrix_power", still,
        side=[[]], indices={"a": 2}, dims=dims, A=A, B=ZERO_A, w=A, v=S,
    )  # fmt: skip
    proof.refused("does not fit")


# == generic functions ============================================================================================
RENAMED = {
    "a generic function is not relu": ({"F": "relu"}, "cannot stand for one of functions"),
    "nor a derivative of relu": ({"F": "relu'"}, "cannot stand for one of functions"),
    "nor sqrt": ({"F": "sqrt"}, "cannot stand for one of functions"),
    "a derivative is not renamed by itself": ({"F'": "G"}, "nothing to replace"),
    "a function that does not occur": ({"G": "F"}, "nothing to replace"),
    "a name is a name": ({"F": "F G"}, "cannot stand for one of functions"),
    "of a string": ({"F": 1}, "cannot stand for one of functions|malformed"),
    "a prime stands behind": ({"F": "'F"}, "cannot stand for one of functions"),
}


@pytest.mark.parametrize("attack", RENAMED)
def test_renaming_of_generic_functions(attack):
    functions, reason = RENAMED[attack]
    proof = Attempt()
    data = using("d_function_scalar", functions=functions, a=w, w=w, v=v)
    proof.claim("apply", data, Eq(D(f("relu", w), w, v), ZERO))
    proof.refused(reason)


def test_honest_a_derivative_has_a_derivative():
    proof = Attempt()
    proof.step("apply", using("d_function_scalar", functions={"F": "sigma'"}, a=w, w=w, v=v))
    assert proof.accepted().statement is Eq(D(f("sigma'", w), w, v), f("sigma''", w) * D(w, w, v))


WRONG_CHAIN = {
    "the slope of another function": lambda: f("tau'", a) * D(a, w, v),
    "the second slope": lambda: f("sigma''", a) * D(a, w, v),
    "the function itself": lambda: f("sigma", a) * D(a, w, v),
    "the slope elsewhere": lambda: f("sigma'", w) * D(a, w, v),
    "no inner derivative": lambda: f("sigma'", a),
}


@pytest.mark.parametrize("attack", WRONG_CHAIN)
def test_chain_rules_of_other_functions(attack):
    proof = Attempt()
    out = Eq(D(f("sigma", a), w, v), WRONG_CHAIN[attack]())
    proof.claim("apply", using("d_function_scalar", functions={"F": "sigma"}, a=a, w=w, v=v), out)
    proof.refused("not the stated one")


ODD = {"odd": Eq(f("sigma", -a), -f("sigma", a))}  # a fact about one function at one number


def test_a_fact_of_one_function_is_none_of_another():
    proof = Attempt(ODD)
    data = {"of": proof.hyp("odd"), "subst": {"functions": {"sigma": "tau"}}, "discharge": {}}
    proof.claim("spec", data, Eq(f("tau", -a), -f("tau", a)), ["odd"])
    proof.refused("is not discharged")


def test_nor_of_its_derivative():
    proof = Attempt(ODD)
    data = {"of": proof.hyp("odd"), "subst": {"functions": {"sigma": "sigma'"}}, "discharge": {}}
    proof.claim("spec", data, Eq(f("sigma'", -a), -f("sigma'", a)), ["odd"])
    proof.refused("is not discharged")


def test_nor_is_it_discharged_by_a_fact_of_the_first():
    proof = Attempt(ODD)
    data = {
        "of": proof.hyp("odd"), "subst": {"functions": {"sigma": "tau"}}, "discharge": {"odd": {"hypothesis": "odd"}}
    }  # fmt: skip
    proof.claim("spec", data, Eq(f("tau", -a), -f("tau", a)), ["odd"])
    proof.refused("what discharges odd")


def test_renaming_does_not_make_two_functions_one_by_halves():
    # |- D(sigma(w)) = sigma'(w) D(w): sigma is renamed everywhere or nowhere.
    proof = Attempt()
    lemma = proof.step("apply", using("d_function_scalar", functions={"F": "sigma"}, a=w, w=w, v=v))
    data = {"of": lemma, "subst": {"functions": {"sigma": "tau"}}, "discharge": {}}
    proof.claim("spec", data, Eq(D(f("tau", w), w, v), f("sigma'", w) * D(w, w, v)))
    proof.refused("not the stated one")


def test_a_function_at_a_point_is_not_the_function_nearby():
    # sigma(w) = 0 at the point, so sigma'(w) v = 0: the value is differentiated.
    term = D(f("sigma", w), w, v)
    proof = Attempt({"value": Eq(f("sigma", w), ZERO)})
    start, value = proof.refl(term), proof.hyp("value")
    proof.claim_rewrite(start, (1, 0), value, Eq(term, D(ZERO, w, v)), ["value"])
    proof.refused("at one point")


def test_nor_through_an_instance_of_a_lemma_about_a_number():
    # a = 0 |- sigma(a) - sigma(0) = 0 says nothing of w; with a := w it holds where w = 0.
    proof = Attempt({"zero": Eq(a, ZERO), "here": Eq(w, ZERO)})
    lemma = proof.rewrite(proof.refl(f("sigma", a)), (1, 1), proof.hyp("zero"))
    discharge = {"zero": {"theorem": proof.hyp("here")}}
    one = proof.step("spec", {"of": lemma, "subst": {"symbols": {"a": w}}, "discharge": discharge})
    start = proof.refl(D(f("sigma", w), w, v))
    out = Eq(D(f("sigma", w), w, v), D(f("sigma", ZERO), w, v))
    proof.claim_rewrite(start, (1, 0), one, out, ["here"])
    proof.refused("at one point")


def test_the_name_of_a_function_is_no_node():
    proof = Attempt({"value": Eq(a, b)})
    start = proof.refl(f("sigma", a))
    proof.claim_rewrite(start, (1, 0), proof.hyp("value"), Eq(f("sigma", a), f("tau", a)), ["value"])
    proof.refused("no sub-expression|malformed")


# == what is no constant ==========================================================================================
def test_a_function_named_like_the_variable_is_a_constant_function():
    # The letter W in W(c) is a function's name: nothing moves. But W(W) moves.
    moving = f("W", W)
    proof = Attempt()
    dims = {"p": p, "q": q, "j": p, "k": q}
    still = Eq(D(moving, W, V), Zero(p, q))
    proof.claim_row(still, [], "d_constant", side=[[["above", []]]], dims=dims, A=moving, w=W, v=V)
    proof.refused("occurs in", AssumptionMissing)


# == the network normal form ======================================================================================
two, three = Index.of(2), Index.of(3)
N, M = Dim.symbol("n"), Dim.symbol("m")
FALSE_NETWORKS = {
    "f(A + B) = f(A) + f(B)": lambda: (f("sigma", A + B), f("sigma", A) + f("sigma", B)),
    "f(A B) = f(A) f(B)": lambda: (f("sigma", A * B), f("sigma", A) * f("sigma", B)),
    "f(c A) = c f(A)": lambda: (f("sigma", c * A), c * f("sigma", A)),
    "f(A) = f(A')": lambda: (f("sigma", A), f("sigma", A.T)),
    "f = f'": lambda: (f("sigma", A), f("sigma'", A)),
    "relu = step": lambda: (f("relu", A), f("step", A)),
    "sqrt(A .* A) = A": lambda: (f("sqrt", hadamard(A, A)), A),
    "abs(A) = A": lambda: (f("abs", A), A),
    "pow(A, 2) = A.^2": lambda: (f("pow", A, number(2)), HadamardPower(A, two)),
    "pow with other exponents": lambda: (f("pow", A, a), f("pow", A, b)),
    "pow and leaky relu": lambda: (f("pow", A, a), f("leaky_relu", A, a)),
    "1 ./ (A + B) = 1 ./ A + 1 ./ B": lambda: (f("reciprocal", A + B), f("reciprocal", A) + f("reciprocal", B)),
    "1 ./ 1 ./ A = A": lambda: (f("reciprocal", f("reciprocal", A)), A),
    "A ./ A = 1": lambda: (hadamard(A, f("reciprocal", A)), Ones(d, d)),
    "s / s = 1": lambda: (a * Reciprocal(a), ONE),
    "1 / 0 = 0": lambda: (Reciprocal(ZERO), ZERO),
    "1 / 1 / s = s": lambda: (Reciprocal(Reciprocal(a)), a),
    "1 / (a + b) = 1/a + 1/b": lambda: (Reciprocal(a + b), Reciprocal(a) + Reciprocal(b)),
    "1 / tr A = tr A^-1": lambda: (Reciprocal(Trace(A)), Trace(Inverse(A))),
    "inv A = 1 ./ A": lambda: (Inverse(A), f("reciprocal", A)),
    "A inv A = I": lambda: (A * Inverse(A), Identity(d)),
    "inv(A B) = inv A inv B": lambda: (Inverse(A * B), Inverse(A) * Inverse(B)),
    "pinv = inv": lambda: (Pseudoinverse(A), Inverse(A)),
    "inv A' = inv A": lambda: (Inverse(A.T), Inverse(A)),
    "A^2 = A.^2": lambda: (MatrixPower(A, two), HadamardPower(A, two)),
    "A^k = A.^k": lambda: (MatrixPower(A, k), HadamardPower(A, k)),
    "A^k = A^l": lambda: (MatrixPower(A, k), MatrixPower(A, l)),
    "A^0 = 1": lambda: (MatrixPower(A, Index.of(0)), Ones(d, d)),
    "A.^0 = I": lambda: (HadamardPower(A, Index.of(0)), Identity(d)),
    "(A B)^k = A^k B^k": lambda: (MatrixPower(A * B, k), MatrixPower(A, k) * MatrixPower(B, k)),
    "(A + B).^k": lambda: (HadamardPower(A + B, k), HadamardPower(A, k) + HadamardPower(B, k)),
    "(A B).^k": lambda: (HadamardPower(A * B, k), HadamardPower(A, k) * HadamardPower(B, k)),
    "s^k = s": lambda: (Power(a, k), a),
    "s^k = k s": lambda: (Power(a, k), IndexScalar(k) * a),
    "det(A + B)": lambda: (Determinant(A + B), Determinant(A) + Determinant(B)),
    "det(2 A) = 2 det A": lambda: (Determinant(number(2) * A), number(2) * Determinant(A)),
    "det = tr": lambda: (Determinant(A), Trace(A)),
    "log det = det": lambda: (LogDeterminant(A), Determinant(A)),
    "opnorm(-A) = -opnorm(A)": lambda: (OperatorNorm(-A), -OperatorNorm(A)),
    "diag(A B) = diag A .* diag B": lambda: (Diagonal(A * B), hadamard(Diagonal(A), Diagonal(B))),
    "Diag(diag A) = A": lambda: (DiagonalMatrix(Diagonal(A)), A),
    "A .* B = A B": lambda: (hadamard(A, B), A * B),
    "A .* I = A": lambda: (hadamard(A, Identity(d)), A),
    "1 1' = I": lambda: (Ones(d, UNIT) * Ones(UNIT, d), Identity(d)),
    "1' 1 = 1": lambda: (Trace(Ones(UNIT, d) * Ones(d, UNIT)), ONE),
    "tr(x) of a column in one dimension": lambda: (entries_sum(VECTOR), Trace(ROW * VECTOR)),
    "e_i' e_i = 1": lambda: (Trace(UnitVector(d, i).T * UnitVector(d, i)), ONE),
    "e_3' e_3 = 1": lambda: (Trace(UnitVector(d, three).T * UnitVector(d, three)), ONE),
    "e_3' e_3 = 1 in 2 m dimensions": lambda: (
        Trace(UnitVector(Dim.of(2) * M, three).T * UnitVector(Dim.of(2) * M, three)),
        ONE,
    ),
    "e_i' e_j = 0": lambda: (Trace(UnitVector(d, i).T * UnitVector(d, k)), ZERO),
    "e_1' A e_2 = e_2' A e_1": lambda: (entry(A, Index.of(1), two), entry(A, two, Index.of(1))),
    "sum of e_2 = 1": lambda: (entries_sum(UnitVector(d, two)), ONE),
    "Unvec(m, n, v) = Unvec(n, m, v)'": lambda: (
        Unvec(M, N, matrix("z", N * M, 1)),
        Unvec(N, M, matrix("z", N * M, 1)).T,
    ),
    "Unvec of vec A' = A": lambda: (Unvec(p, q, Vec(TALL.T)), TALL),
    "vec A' = vec A": lambda: (Vec(A.T), Vec(A)),
    "K = I": lambda: (Commutation(d, d), Identity(d * d)),
    "K_{m,n} = K_{n,m}": lambda: (Commutation(M, N), Commutation(N, M)),
    "K_{2,3} = K_{3,2}": lambda: (Commutation(Dim.of(2), Dim.of(3)), Commutation(Dim.of(3), Dim.of(2))),
    "A (x) B = B (x) A": lambda: (Kronecker(A, B), Kronecker(B, A)),
    "f(A (x) B) = f(A) (x) f(B)": lambda: (f("sigma", Kronecker(A, B)), Kronecker(f("sigma", A), f("sigma", B))),
    "f(A (x) I) = f(A) (x) I": lambda: (f("sigma", Kronecker(A, Identity(d))), Kronecker(f("sigma", A), Identity(d))),
    "f(Diag x) = Diag f(x)": lambda: (f("sigma", DiagonalMatrix(VECTOR)), DiagonalMatrix(f("sigma", VECTOR))),
    "blocks in another order": lambda: (Block(2, A, B, B, A), Block(2, B, A, A, B)),
    "blocks in rows and columns": lambda: (Block(2, A, B, A, B), Block(2, A, A, B, B)),
    "a block of equal blocks": lambda: (Block(2, A, ZERO_A, ZERO_A, A), Kronecker(A, Identity(Dim.of(2)))),
    "f of a block with zeros": lambda: (
        f("sigma", Block(2, A, ZERO_A, ZERO_A, B)),
        Block(2, f("sigma", A), ZERO_A, ZERO_A, f("sigma", B)),
    ),
    "D(A; A, S) = S": lambda: (D(A, A, S), S),
    "D(A B; A, S) = 0": lambda: (D(A * B, A, S), ZERO_A),
    "D in another direction": lambda: (D(A * A, A, S), D(A * A, A, S.T)),
    "sums over other ranges": lambda: (BoundedSum.over("i", 1, k, a), BoundedSum.over("i", 0, k, a)),
    "an empty sum of any length": lambda: (BoundedSum.over("i", k, l, A), ZERO_A),
    "a sum is its number of terms": lambda: (BoundedSum.over("i", 1, k, a), IndexScalar(k) * a),
    "a sum from 3 to 1": lambda: (BoundedSum.over("i", 3, 1, a), -a),
    "inner products of functions of transposes": lambda: (
        Inner(f("sigma", A), f("sigma", A.T)),
        SquaredNorm(f("sigma", A)),
    ),
    "f(A + A') transposed is f(A' + B)": lambda: (f("sigma", A + A.T).T, f("sigma", A.T + B)),
    "x f(y) of a row and a column": lambda: (f("sigma", VECTOR * ROW), VECTOR * f("sigma", ROW)),
    "Scale and Hadamard": lambda: (Scale(a, A), hadamard(A, a * Identity(d))),
    "product of scalars and trace": lambda: (Trace(A * B), product(Trace(A), Trace(B))),
}


@pytest.mark.parametrize("attack", FALSE_NETWORKS)
def test_networks_that_differ(attack):
    proof = Attempt()
    proof.claim("network", {"using": []}, Eq(*FALSE_NETWORKS[attack]()))
    proof.refused("the sides differ")


SMALL = {
    "K_{1,n} = I": lambda: (Commutation(Dim.of(1), N), Identity(N)),
    "e_1' e_1 = 1": lambda: (Trace(UnitVector(d, Index.of(1)).T * UnitVector(d, Index.of(1))), ONE),
    "e_2' e_2 = 1 in m + n": lambda: (Trace(UnitVector(M + N, two).T * UnitVector(M + N, two)), ONE),
    "e_i' e_{i+1} = 0": lambda: (Trace(UnitVector(d, i).T * UnitVector(d, i + 1)), ZERO),
    "inv of 1 x 1": lambda: (Inverse(Vec(a)), Vec(Reciprocal(a))),
    "det of 1 x 1": lambda: (Determinant(Vec(a)), a),
    "I (x) I = I": lambda: (Kronecker(Identity(N), Identity(M)), Identity(N * M)),
    "f(A')' = f(A)": lambda: (f("sigma", A.T).T, f("sigma", A)),
    "f(vec A) = vec f(A)": lambda: (f("sigma", Vec(TALL)), Vec(f("sigma", TALL))),
}


@pytest.mark.parametrize("case", SMALL)
def test_honest_networks_that_agree(case):
    proof = Attempt()
    proof.step("network", {"using": []}, Eq(*SMALL[case]()))
    proof.accepted()


SIGMA_A, SIGMA_B = f("sigma", A), f("sigma", B)
COFACTORS = {
    "a multiple of another shape": (Vec(A), Vec(B), lambda e: [{"eq": e}], "another shape"),
    "a multiple of the transpose": (A, B.T, lambda e: [{"eq": e, "transpose": True}], "the sides differ"),
    "a product on the other side": (A * S, S * B, lambda e: [{"eq": e, "right": S}], "the sides differ"),
    "an unknown entry of a cofactor": (SIGMA_A, SIGMA_B, lambda e: [{"eq": e, "of": "sigma"}], "entries"),
    "equals under a function": (SIGMA_A, SIGMA_B, lambda e: [{"eq": e}], "the sides differ"),
    "equals in an inverse": (Inverse(A), Inverse(B), lambda e: [{"eq": e}], "the sides differ"),
    "a product for a Hadamard product": (
        hadamard(A, S), hadamard(B, S), lambda e: [{"eq": e, "left": S}], "the sides differ",
    ),
    "an equation cited against its direction": (A, number(2) * B - A, lambda e: [{"eq": e}], "the sides differ"),
}  # fmt: skip


@pytest.mark.parametrize("attack", COFACTORS)
def test_multiples_of_an_equation_in_a_network(attack):
    left, right, multiples, reason = COFACTORS[attack]
    proof = Attempt({"equal": Eq(A, B)})
    proof.claim("network", {"using": multiples(proof.hyp("equal"))}, Eq(left, right), ["equal"])
    proof.refused(reason)
