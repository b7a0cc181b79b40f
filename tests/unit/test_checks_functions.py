"""Checks of losses with functions: right formulas pass where they can be decided, wrong ones are refuted, and prime
fields and polynomials abstain where they cannot decide."""

from fractions import Fraction
from random import Random

import pytest

from symland.checks.degrees import degree, potential_degree
from symland.checks.expansion import setting
from symland.checks.explicit import check_derivatives, check_equations, check_gradient, check_hessian_block
from symland.checks.highprec import check_derivatives_numeric, check_inequality
from symland.checks.jacobian import contracted
from symland.checks.modular import check_equation, check_modular
from symland.checks.sampling import DOMAINS, STYLES, Sample, Uniform, styles_for
from symland.checks.steps import check_steps
from symland.errors import NoRule, ShapeError
from symland.evaluate.point import point
from symland.evaluate.real import certain, has_free_functions, in_real_numbers, is_equation
from symland.evaluate.rings import PrimeField, Rationals
from symland.evaluate.statements import holds, judge
from symland.evaluate.terms import Evaluation
from symland.evidence import Label
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.terms import Elementwise
from symland.language.trace import Step, Trace
from tests.unit.test_evaluate_functions import FIELD, QQ

A, X, V, w = T.matrix("A", "d", "d"), T.matrix("X", "m", "d"), T.matrix("V", "d", "d"), T.matrix("w", "d", 1)
s, t = T.scalar("s"), T.scalar("t")
d, nil = Dim.of("d"), T.number(0)
I, ONES = T.Identity(d), T.Ones(d, d)


def f(name, a, *parameters):
    return Elementwise(name, a, *parameters)


def inv(a):
    return T.Inverse(a)


def step_check(out, *hypotheses, **options):
    names = {f"h{i}": h for i, h in enumerate(hypotheses)}
    return check_steps(Trace(names, (Step("s1", "any", out, tuple(names), {}),), {"theorem": "s1"}), **options)


def derivative(term, letter, direction, right):
    return S.Eq(T.D(term, letter, direction), right)


tanh, sigma = f("tanh", A), f("sigma", A)
LOSS = T.SquaredNorm(f("sigma", X * w))
SLOPE = T.hadamard(f("sigma", X * w), f("sigma'", X * w))
CURVE = T.HadamardPower(f("sigma'", X * w), Index.of(2)) + T.hadamard(f("sigma", X * w), f("sigma''", X * w))
POSITIVE_A, NONZERO_A, INVERTIBLE = S.Positive(A), S.Nonzero(A), S.Invertible(A)
INSIDE = S.Positive(ONES - T.HadamardPower(A, Index.of(2)))
CIRCLE = f("sqrt", ONES - T.hadamard(A, A))
sign_of = lambda a: f("sign", a)  # noqa: E731
TRUE = {
    "tanh": (derivative(tanh, A, V, T.hadamard(ONES - T.hadamard(tanh, tanh), V)),),
    "sigma": (derivative(sigma, A, V, T.hadamard(f("sigma'", A), V)),),
    "log": (derivative(f("log", A), A, V, T.hadamard(f("reciprocal", A), V)), POSITIVE_A),
    "sqrt": (derivative(f("sqrt", s), s, t, t * T.Reciprocal(2 * f("sqrt", s))), S.Lt(T.number(0), s)),
    "root of a square": (S.Eq(f("sqrt", s) ** 2, s), S.Lt(T.number(0), s)),
    "pow": (derivative(f("pow", s, t), s, t, t * t * f("pow", s, t - 1)), S.Lt(T.number(0), s)),
    "arcsin": (derivative(f("arcsin", A), A, V, T.hadamard(f("reciprocal", CIRCLE), V)), INSIDE),
    "abs": (derivative(f("abs", A), A, V, T.hadamard(sign_of(A), V)), NONZERO_A),
    "norm": (
        S.Grad(T.norm(A), A, T.Reciprocal(T.norm(A)) * A),
        S.Lt(T.number(0), T.SquaredNorm(A)),
    ),
    "logdet": (S.Grad(T.LogDeterminant(A), A, inv(A).T), INVERTIBLE),
    "hess of logdet": (
        S.Hess(T.LogDeterminant(A), A, A, -T.Commutation(d, d) * T.Kronecker(inv(A).T, inv(A))),
        INVERTIBLE,
    ),
    "det": (S.Grad(T.Determinant(A), A, T.Determinant(A) * inv(A).T), INVERTIBLE),
    "layer": (S.Grad(LOSS, w, 2 * X.T * SLOPE),),
    "hess of a layer": (S.Hess(LOSS, w, w, 2 * X.T * T.DiagonalMatrix(CURVE) * X),),
    "jac": (S.Jac(X * A, A, T.Kronecker(I, X)),),
    "jac of diag": (S.Jac(T.Diagonal(A), A, T.DiagonalSelection(d)),),
    "jac of a scalar": (S.Jac(f("exp", s) * A, s, T.Vec(f("exp", s) * A)),),
    "scalar letters": (S.Hess(f("exp", s * t), s, t, T.Vec((1 + s * t) * f("exp", s * t))),),
    "gradient in a scalar": (S.Grad(T.Trace(f("sigma", s * A)), s, T.Trace(T.hadamard(f("sigma'", s * A), A))),),
}  # fmt: skip
FALSE = {
    "1 - tanh": (derivative(tanh, A, V, T.hadamard(ONES - tanh, V)),),
    "sigma for its derivative": (derivative(sigma, A, V, T.hadamard(sigma, V)),),
    "log without the reciprocal": (derivative(f("log", A), A, V, T.hadamard(A, V)), POSITIVE_A),
    "sqrt without the 2": (derivative(f("sqrt", s), s, t, t * T.Reciprocal(f("sqrt", s))), S.Lt(T.number(0), s)),
    "pow without its exponent": (derivative(f("pow", s, t), s, t, t * f("pow", s, t - 1)), S.Lt(T.number(0), s)),
    "abs by the square": (derivative(f("abs", A), A, V, T.hadamard(A, V)), NONZERO_A),
    "norm without the division": (S.Grad(T.norm(A), A, A), S.Lt(T.number(0), T.SquaredNorm(A))),
    "logdet without the transpose": (S.Grad(T.LogDeterminant(A), A, inv(A)), INVERTIBLE),
    "hess of logdet without K": (S.Hess(T.LogDeterminant(A), A, A, -T.Kronecker(inv(A).T, inv(A))), INVERTIBLE),
    "det without det": (S.Grad(T.Determinant(A), A, inv(A).T), INVERTIBLE),
    "layer": (S.Grad(LOSS, w, X.T * SLOPE),),
    "hess without sigma''": (
        S.Hess(LOSS, w, w, 2 * X.T * T.DiagonalMatrix(T.HadamardPower(f("sigma'", X * w), Index.of(2))) * X),
    ),
    "jac transposed": (S.Jac(V * A, A, T.Kronecker(I, V).T),),
    "jac on the other side": (S.Jac(V * A, A, T.Kronecker(V, I)),),
    "scalar letters": (S.Hess(f("exp", s * t), s, t, T.Vec(s * t * f("exp", s * t))),),
    "the exponential of a sum": (S.Eq(f("exp", s + t), f("exp", s) + f("exp", t)),),
    "a positive product": (S.Positive(T.hadamard(A, V)), POSITIVE_A),
    "a nonzero sum": (S.Nonzero(s + t), S.Nonzero(s), S.Nonzero(t)),
    "a bound that free values meet": (S.Le(f("exp", s), T.number(40)),),
    "a bound on logarithms": (S.Le(f("log", s), T.number(1)), S.Lt(nil, s)),
    "a sign": (S.Eq(f("abs", A), A), NONZERO_A),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_statements_hold_at_every_sample(name):
    out, *hypotheses = TRUE[name]
    evidence = step_check(out, *hypotheses)
    assert evidence.label is Label.CERTIFIED, evidence
    assert "at least 0 times" not in evidence.details


@pytest.mark.parametrize("name", FALSE)
def test_false_statements_are_refuted(name):
    out, *hypotheses = FALSE[name]
    evidence = step_check(out, *hypotheses)
    assert evidence.label is Label.REFUTED, evidence
    assert evidence.witness.left is not None


def test_what_holds_for_the_real_functions_only_is_not_refuted():
    addition = S.Eq(f("exp", s + t), f("exp", s) * f("exp", t))
    evidence = step_check(addition)  # holds where s or t is 0, and no enclosure contradicts it
    assert evidence.label is Label.CERTIFIED
    inverse = step_check(S.Eq(f("log", f("exp", 2 * s)), 2 * s), S.Lt(T.number(1), s))
    assert inverse.label is Label.UNDECIDED and "for the real functions only" in inverse.details
    assert step_check(S.Le(1 + s, f("exp", s))).label is Label.CERTIFIED  # by enclosures, not by the free exponential
    # with hypotheses that only free functions satisfy nothing is refuted
    assert step_check(S.Lt(s, T.number(-9)), S.Lt(f("exp", s), T.number(0))).label is Label.UNDECIDED


# -- what is certain of the real functions -----------------------------------------------------------------------
HERE = point({"d": 2}, {"A": QQ.from_rows([[1, 2], [3, Fraction(1, 2)]]), "s": QQ.number(Fraction(1, 3))})
CERTAIN = [
    (S.Eq(f("exp", s), T.number(1)), False),
    (S.Eq(f("exp", s) * f("exp", -s), T.number(1)), None),
    (S.Lt(nil, f("exp", s)), True),
    (S.Lt(f("exp", s), nil), False),
    (S.Lt(f("exp", s), f("exp", s)), None),
    (S.Le(f("tanh", s), T.number(1)), True),
    (S.Le(T.number(1), f("tanh", s)), False),
    (S.Positive(f("exp", A)), True),
    (S.Positive(f("log", A)), False),
    (S.Nonzero(f("exp", s)), True),
    (S.Nonzero(f("sin", nil)), False),
    (S.Nonzero(f("sin", s - s)), None),
    (S.Nonzero(f("exp", s) - f("exp", s)), None),
    (S.Invertible(f("exp", A)), True),
    (S.Invertible(T.Ones(d, d)), None),
    (S.Entries(nil, f("tanh", A), T.number(1)), True),
    (S.Entries(nil, f("tanh", -A), T.number(1)), False),
    (S.ForAll.over("i", 1, 2, S.Lt(nil, f("exp", T.IndexScalar(Index.of("i")) * s))), True),
    (S.ForAll.over("i", 1, 2, S.Lt(f("exp", T.IndexScalar(Index.of("i")) * s), T.number(3, 2))), False),
    (S.NonNeg(Index.of(1)), True),
    (S.Grad(f("exp", s), s, s), False),
    (S.Grad(f("exp", s), s, f("exp", s)), None),
    (S.Jac(tanh, A, T.DiagonalMatrix(T.Vec(ONES - tanh))), False),
    (S.Hess(T.LogDeterminant(A), A, A, T.Kronecker(A, A)), False),
    (S.Lt(nil, f("log", -s)), None),  # no value
    (S.Psd(f("exp", A)), None),
]


@pytest.mark.parametrize(("statement", "answer"), CERTAIN, ids=repr)
def test_what_is_certain(statement, answer):
    assert certain(statement, HERE) is answer
    found = in_real_numbers(statement, HERE)
    assert answer is (None if found is None else found.holds)


def test_equations_are_recognized():
    equation, bound = S.Eq(s, t), S.Le(s, t)
    assert is_equation(equation) and is_equation(S.Grad(s, s, t)) and not is_equation(bound)
    assert [is_equation(S.ForAll.over("i", 1, 2, x)) for x in (equation, bound)] == [True, False]


def test_free_functions_are_recognized():
    assert has_free_functions(S.Positive(f("exp", A))) and has_free_functions(T.LogDeterminant(A))
    assert has_free_functions(f("sigma", s)) and has_free_functions(f("pow", s, T.number(2)))
    assert not has_free_functions(S.Grad(T.Determinant(f("relu", A)), A, A))


# -- statements --------------------------------------------------------------------------------------------
def test_statements_about_entries():
    assert holds(S.Positive(A), HERE) and not holds(S.Positive(A - I), HERE)
    found = judge(S.Positive(A - 2 * ONES), Evaluation(HERE, Rationals()))
    assert (found.holds, found.left, found.note) == (False, -1, "at entry (1, 1)")
    assert holds(S.Nonzero(A), HERE) and not holds(S.Nonzero(A - I), HERE)
    assert holds(S.Nonzero(s), HERE) and not holds(S.Nonzero(s - s), HERE)
    assert holds(S.Jac(A * A, A, T.Kronecker(A.T, I) + T.Kronecker(I, A)), HERE)
    assert not holds(S.Jac(A * A, A, T.Kronecker(A, I) + T.Kronecker(I, A)), HERE)


# -- prime fields, polynomials, differences --------------------------------------------------------------------
LOSSES = {
    "logdet": (T.LogDeterminant(A), A, inv(A).T, inv(A)),
    "tanh": (T.entries_sum(tanh), A, ONES - T.hadamard(tanh, tanh), ONES - tanh),
    "relu": (T.entries_sum(f("relu", A)), A, f("step", A), f("relu", A)),
    "abs": (T.entries_sum(f("abs", X * w)), w, X.T * f("sign", X * w), f("sign", w)),
    "log": (T.entries_sum(f("log", A)), A, f("reciprocal", A), A),
    "norm": (T.norm(X * w), w, T.Reciprocal(T.norm(X * w)) * X.T * X * w, X.T * X * w),
    "layer": (LOSS, w, 2 * X.T * SLOPE, X.T * SLOPE),
    "arcsin": (f("arcsin", s), s, T.Reciprocal(f("sqrt", 1 - s**2)), T.Reciprocal(1 - s**2)),
    "power": (f("pow", s, T.number(3, 2)), s, T.number(3, 2) * f("sqrt", s), f("sqrt", s)),
    "slope": (T.entries_sum(f("leaky_relu", A, t)), A, t * ONES + (1 - t) * f("step", A), A),
    "in the slope": (T.entries_sum(f("leaky_relu", A, t)), t, -T.entries_sum(f("relu", -A)), T.entries_sum(A)),
    "in the exponent": (f("pow", s, t), t, f("pow", s, t) * f("log", s), f("pow", s, t)),
}  # fmt: skip
DIMS = {"d": 2, "m": 3}


@pytest.mark.parametrize("name", LOSSES)
def test_central_differences(name):
    loss, letter, right, wrong = LOSSES[name]
    good = check_derivatives_numeric(loss, {letter: right}, {}, DIMS, digits=30)
    assert good.label is Label.NUMERIC, good
    bad = check_derivatives_numeric(loss, {letter: wrong}, {}, DIMS, digits=30)
    assert bad.label is Label.REFUTED


def test_central_second_differences():
    block = 2 * X.T * T.DiagonalMatrix(CURVE) * X
    assert check_derivatives_numeric(LOSS, {}, {(w, w): block}, DIMS, digits=30).label is Label.NUMERIC
    less = X.T * T.DiagonalMatrix(CURVE) * X
    assert check_derivatives_numeric(LOSS, {}, {(w, w): less}, DIMS, digits=30).label is Label.REFUTED
    mixed = T.Vec((1 + s * t) * f("exp", s * t))
    assert check_derivatives_numeric(f("exp", s * t), {}, {(s, t): mixed}, {}, digits=30).label is Label.NUMERIC


def test_logarithms_have_rational_derivatives():
    loss = 3 * T.LogDeterminant(A * A.T + I) - f("log", T.SquaredNorm(A)) + T.Trace(A)
    gradient = 6 * inv(A * A.T + I) * A - 2 * T.Reciprocal(T.SquaredNorm(A)) * A + I
    assert check_modular(loss, {A: gradient}, {}, {"d": 5}).label is Label.SAMPLED
    assert check_modular(loss, {A: gradient - I}, {}, {"d": 5}).label is Label.REFUTED
    logdet, block = T.LogDeterminant(A), -T.Commutation(d, d) * T.Kronecker(inv(A).T, inv(A))
    evidence = check_modular(logdet, {A: inv(A).T}, {(A, A): block}, {"d": 4})
    assert evidence.label is Label.SAMPLED
    assert check_modular(logdet, {A: inv(A)}, {}, {"d": 4}).label is Label.REFUTED
    assert check_modular(logdet, {}, {(A, A): -T.Kronecker(inv(A).T, inv(A))}, {"d": 4}).label is Label.REFUTED
    for other in (logdet * T.Trace(A), logdet * logdet, f("exp", logdet), T.Reciprocal(logdet)):
        with pytest.raises(NoRule):  # the value of the logarithm itself would matter
            check_modular(other, {A: A}, {}, {"d": 4})


@pytest.mark.parametrize("name", sorted(set(LOSSES) - {"logdet"}))
def test_prime_fields_abstain(name):
    loss, letter, right, wrong = LOSSES[name]
    for formula in (right, wrong):
        with pytest.raises(NoRule):
            check_modular(loss, {letter: formula}, {}, DIMS)


# -- values of functions as variables -----------------------------------------------------------------------------
EXPANDED = {"abs", "in the exponent", "layer", "relu", "slope", "tanh"}  # no reciprocals, no relations between values


@pytest.mark.parametrize("name", sorted(EXPANDED))
def test_values_of_functions_are_variables(name):
    """A right formula is found equal. A wrong one is refuted for a generic function; for others the values might be
    related, so nothing is said."""
    loss, letter, right, wrong = LOSSES[name]
    evidence = check_gradient(loss, letter, right, DIMS)
    assert evidence.label is Label.EXACT and "values of functions" in evidence.details
    if name == "layer":
        assert check_gradient(loss, letter, wrong, DIMS).label is Label.REFUTED
    else:
        with pytest.raises(NoRule, match="not independent"):
            check_gradient(loss, letter, wrong, DIMS)
    assert bool(evidence.hypotheses) is (name not in ("layer", "tanh"))  # where the function is smooth


@pytest.mark.parametrize("name", sorted(set(LOSSES) - EXPANDED - {"logdet"}))
def test_polynomials_abstain(name):
    """sqrt(s) and s^(1/2), say, are not seen to be the same; reciprocals are no polynomials."""
    loss, letter, right, wrong = LOSSES[name]
    for formula in (right, wrong):
        with pytest.raises(NoRule):
            check_gradient(loss, letter, formula, DIMS)


def test_second_derivatives_of_generic_functions():
    block = 2 * X.T * T.DiagonalMatrix(CURVE) * X
    evidence = check_hessian_block(LOSS, w, w, block, DIMS)
    assert evidence.label is Label.EXACT and "9 values of functions" in evidence.details  # 3 each of s, s', s''
    bad = check_hessian_block(LOSS, w, w, X.T * T.DiagonalMatrix(CURVE) * X, DIMS)
    assert bad.label is Label.REFUTED and bad.witness.left * 2 == bad.witness.right


def test_a_witness_names_the_values_of_the_function():
    """Where sigma' is forgotten: the witness has one value of sigma and of sigma' at each number."""
    evidence = check_gradient(f("sigma", s), s, T.number(1), {})
    assert evidence.label is Label.REFUTED
    at = evidence.witness.point["s"]
    assert evidence.witness.right == int(evidence.witness.point[f"sigma'({at})"]) != 1 == evidence.witness.left


def test_nested_and_repeated_functions():
    inner = f("tau", s * t)
    loss = f("sigma", t * inner)
    chain = f("sigma'", t * inner)
    slope = chain * (inner + t * f("tau'", s * t) * s)  # by hand
    assert check_gradient(loss, t, slope, {}).label is Label.EXACT
    assert check_gradient(loss, t, chain * inner, {}).label is Label.REFUTED
    mixed = f("sigma''", t * inner) * (t * t * f("tau'", s * t)) * (inner + t * s * f("tau'", s * t))
    mixed += chain * (2 * t * f("tau'", s * t) + t * t * s * f("tau''", s * t))
    assert check_hessian_block(loss, s, t, T.Vec(mixed), {}).label is Label.EXACT


def test_functions_after_a_substitution():
    """d/ds sigma(s t) at t := 2 u is 2 u sigma'(2 u s); a substitution changes the argument too."""
    u = T.scalar("u")
    loss = f("sigma", s * t)
    right, wrong = 2 * u * f("sigma'", 2 * u * s), 2 * u * f("sigma'", u * s)
    assert check_derivatives(loss, [s], {s: right}, {}, {}, [(t, 2 * u)]).label is Label.EXACT
    assert check_derivatives(loss, [s], {s: wrong}, {}, {}, [(t, 2 * u)]).label is Label.REFUTED
    assert check_derivatives(loss, [s], {s: T.number(0)}, {}, {}, [(t, T.number(0))]).label is Label.EXACT


def test_equations_with_functions():
    both = {"the square": (f("sigma", s) ** 2 + 2 * f("sigma", s) + 1, (f("sigma", s) + 1) ** 2)}
    assert check_equations(both, {}).label is Label.EXACT
    other = {"the square": (f("sigma", s) ** 2, f("sigma", s**2))}
    evidence = check_equations(other, {})
    assert evidence.label is Label.REFUTED and evidence.claim == "the square is not equal on both sides"
    with pytest.raises(NoRule):  # exp(s)^2 = exp(2 s) is not known, and not denied
        check_equations({"powers": (f("exp", s) ** 2, f("exp", 2 * s))}, {})
    with pytest.raises(ShapeError):
        check_equations({"sizes": (A, X)}, DIMS)


def test_rational_terms_in_prime_fields():
    det = T.Determinant(A)
    assert check_modular(det, {A: det * inv(A).T}, {}, {"d": 6}).label is Label.SAMPLED
    assert check_modular(det, {A: det * inv(A)}, {}, {"d": 6}).label is Label.REFUTED
    twice = T.Kronecker(T.Vec(inv(A).T), T.Vec(inv(A).T).T) - T.Commutation(d, d) * T.Kronecker(inv(A).T, inv(A))
    assert check_modular(det, {}, {(A, A): det * twice}, {"d": 4}).label is Label.SAMPLED
    assert check_modular(det, {}, {(A, A): twice}, {"d": 4}).label is Label.REFUTED
    over = T.entries_sum(f("reciprocal", A))
    assert check_modular(over, {A: -f("pow", A, T.number(-2))}, {}, {"d": 3}).label is Label.SAMPLED
    cubes = T.entries_sum(T.HadamardPower(A, Index.of(3)))
    assert check_modular(cubes, {A: 3 * T.hadamard(A, A)}, {}, {"d": 9}).label is Label.SAMPLED
    assert check_modular(s**3, {s: 3 * s**2}, {(s, s): T.Vec(6 * s)}, {}).label is Label.SAMPLED
    assert check_modular(s**3, {}, {(s, s): T.Vec(3 * s)}, {}).label is Label.REFUTED
    cofactor = T.MatrixPower(A, Index.of(2)) - T.Trace(A) * A + det * I
    assert check_equation(cofactor, T.Zero(d, d), {"d": 2}).label is Label.SAMPLED  # Cayley and Hamilton
    assert check_equation(cofactor, T.Zero(d, d), {"d": 3}).label is Label.REFUTED


def test_polynomial_terms_are_expanded():
    det = T.Determinant(A)
    adjugate = T.Trace(A) * I - A  # for two by two
    assert check_gradient(det, A, adjugate.T, {"d": 2}).label is Label.EXACT
    assert check_gradient(det, A, adjugate, {"d": 2}).label is Label.REFUTED
    cubes = T.entries_sum(T.HadamardPower(A, Index.of(3)))
    assert check_gradient(cubes, A, 3 * T.hadamard(A, A), {"d": 2}).label is Label.EXACT
    diagonal = T.SquaredNorm(T.Diagonal(A))
    selection = T.DiagonalSelection(d)
    assert check_hessian_block(diagonal, A, A, 2 * selection.T * selection, {"d": 3}).label is Label.EXACT
    assert check_hessian_block(diagonal, A, A, 2 * T.Identity(d * d), {"d": 3}).label is Label.REFUTED
    assert check_hessian_block(s**2 * t, s, t, T.Vec(2 * s), {}).label is Label.EXACT


JACOBIANS = [
    (X * A, A, T.Kronecker(I, X), T.Kronecker(X, I)),
    (T.Diagonal(A), A, T.DiagonalSelection(d), 2 * T.DiagonalSelection(d)),
    (s * A, s, T.Vec(A), T.Vec(A.T)),
    (T.Trace(A * A), A, T.Vec(2 * A.T).T, T.Vec(2 * A).T),
    (tanh, A, T.DiagonalMatrix(T.Vec(ONES - T.hadamard(tanh, tanh))), T.DiagonalMatrix(T.Vec(ONES - tanh))),
]


@pytest.mark.parametrize(("term", "letter", "right", "wrong"), JACOBIANS, ids=lambda v: repr(v))
def test_jacobians_by_gradients(term, letter, right, wrong):
    for jacobian, label in ((right, Label.NUMERIC), (wrong, Label.REFUTED)):
        loss, gradient = contracted(term, letter, jacobian)
        assert check_derivatives_numeric(loss, {letter: gradient}, {}, {"d": 2, "m": 2}, digits=20).label is label


def test_the_letter_of_a_contraction_is_new():
    C = T.matrix("C", "d", "d")
    loss, _ = contracted(C * A, A, T.Kronecker(I, C))
    assert {n.name for n in loss.children if isinstance(n, T.Symbol)} == {"D"}


def test_inequalities_of_real_functions():
    bound = S.Le(f("tanh", s) ** 2, T.number(1))
    assert check_inequality(bound, digits=20).label is Label.NUMERIC
    assert check_inequality(S.Le(f("exp", s), 1 + s), digits=20).label is Label.REFUTED
    # exp(s) < 2 holds for some s > 1 only if exp is free: there is no real sample
    none = check_inequality(S.Le(s, nil), [S.Lt(f("exp", s), T.number(2)), S.Lt(T.number(1), s)], digits=20)
    assert none.label is Label.UNDECIDED and "no sample" in none.details


# -- degrees and samples ----------------------------------------------------------------------------------------
DEGREES = [
    (T.Determinant(A), (3, 0)),
    (T.Determinant(inv(A)), (6, 9)),
    (T.hadamard(A, A, inv(A)), (4, 3)),
    (T.HadamardPower(A, Index.of(4)), (4, 0)),
    (T.MatrixPower(A, Index.of(4)), (4, 0)),
    (T.Diagonal(A), (1, 0)),
    (T.DiagonalMatrix(T.Diagonal(A)), (1, 0)),
    (T.Unvec(d, d, T.Vec(A)), (1, 0)),
    (T.DiagonalSelection(d) * T.Vec(A), (1, 0)),
    (T.entries_sum(A), (1, 0)),
    (T.entry(A, Index.of(1), Index.of(2)), (1, 0)),
    (f("reciprocal", A), (8, 9)),  # one over a_ij is the product of the others over that of all nine
    (f("pow", A, T.number(2)), (2, 0)),
    (f("pow", s, T.number(-2)), (0, 2)),
]


@pytest.mark.parametrize(("term", "bound"), DEGREES, ids=lambda v: repr(v))
def test_degree_bounds(term, bound):
    assert degree(term, Evaluation(point({"d": 3}), PrimeField(7))) == bound


def test_the_degree_of_a_potential():
    def at_three(t):
        return potential_degree(t, Evaluation(point({"d": 3}), PrimeField(7)))

    # D log det(A) = tr(adj(A) V) / det(A), of degrees 2 and 3, is within the derivative of P/q with these degrees
    assert at_three(T.LogDeterminant(A)) == (3, 3) and at_three(2 * T.LogDeterminant(inv(A))) == (15, 15)
    assert at_three(f("log", s)) == (1, 1) and at_three(T.Trace(A) * T.Trace(A)) == (2, 0)


@pytest.mark.parametrize(
    "term", [f("exp", A), f("pow", s, t), f("pow", s, T.number(1, 2)), T.LogDeterminant(A), T.OperatorNorm(A)], ids=repr
)
def test_no_degree_bound(term):
    with pytest.raises(NoRule, match="not a rational function"):
        degree(term, Evaluation(point({"d": 3}), PrimeField(7)))


def test_letters_are_drawn_for_domains():
    assert styles_for([A * A, S.Lt(s, t)]) == STYLES
    for node in (f("log", A), S.Nonzero(s), S.Positive(A), T.LogDeterminant(A)):
        assert styles_for([S.Eq(node, node) if isinstance(node, T.Term) else node]) == STYLES + DOMAINS
    for seed in range(20):
        positive = Sample(Random(seed), {}, ("free", "positive")).letter(("A", None), (2, 3))
        inside = Sample(Random(seed), {}, ("free", "inside")).letter(("A", None), (2, 3))
        assert all(x > 0 for x in positive.entries()) and all(-1 < x < 1 and x != 0 for x in inside.entries())


@pytest.mark.parametrize("style", STYLES + DOMAINS)
def test_facts_of_drawn_letters(style):
    for seed in range(10):
        facts = {"P": frozenset({"positive"}), "D": frozenset({"diagonal"}), "E": frozenset({"diagonal", "invertible"})}
        sample = Sample(Random(seed), facts, style)
        assert all(x > 0 for x in sample.letter(("P", None), (2, 3)).entries())
        diagonal, regular = (sample.letter((name, None), (3, 3)) for name in "DE")
        for a in (diagonal, regular, Uniform(setting({}), facts, FIELD, Random(seed)).letter(("D", None), (3, 3))):
            assert all(a[i, j] == 0 for i in range(3) for j in range(3) if i != j)
        assert regular.rank() == 3


def test_an_index_outside_the_dimension_says_nothing():
    i = Index.of("i")
    entry = T.entry(A, i, i)
    evidence = step_check(S.Grad(entry, A, T.UnitVector(d, i) * T.UnitVector(d, i).T))
    assert evidence.label is Label.CERTIFIED
    first = Index.of(1)
    flipped = T.UnitVector(d, first) * T.UnitVector(d, i).T
    assert step_check(S.Grad(T.entry(A, i, first), A, flipped)).label is Label.REFUTED
