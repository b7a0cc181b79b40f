"""Gradients and Hessian blocks of general losses: equal to formulas worked out by hand, and to the derivatives of the
loss; wrong formulas are told apart."""

from typing import NamedTuple

import pytest

import symland as sl
from symland.checks.explicit import check_derivatives
from symland.checks.modular import check_equation, check_modular
from symland.checks.steps import check_steps
from symland.errors import AssumptionMissing, NoRule, SymlandError, UsageError
from symland.evidence import Label
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Node
from symland.proof.kernel import replay

d, m, p, q, r = sl.dims("d m p q r")
W, A, B, U, V = (sl.matrix(name, d, d) for name in ("W", "A", "B", "U", "V"))
X, Y = sl.matrix("X", d, m), sl.matrix("Y", d, m)
R, C, E = sl.matrix("R", p, q), sl.matrix("C", q, q), sl.matrix("E", p, p)  # R is rectangular
sym, dat = sl.matrix("S", d, d, "symmetric"), sl.matrix("D", d, d, "invertible")
unit = sl.matrix("W", d, d, "invertible")
a, c, k = sl.scalar("a"), sl.scalar("c"), Index.var("k")
tr, inner, norm2, number, kron = T.Trace, T.Inner, sl.norm2, sl.number, T.Kronecker
I, Iq, Ip, K, Kpq = T.Identity(d), T.Identity(q), T.Identity(p), T.Commutation(d, d), T.Commutation(p, q)
SIZES = {"d": 2, "m": 3, "p": 3, "q": 2, "r": 1, "k": 3}


def outer(x, y):
    """vec(x) vec(y)^T."""
    return T.Vec(x) * T.Vec(y).T


def both(x, y):
    return outer(x, y) + outer(y, x)


class Case(NamedTuple):
    """A loss, the letter, the gradient, the Hessian block of the letter with itself (None: zero), hypotheses given, and
    hypotheses that the theorems rest on."""

    loss: sl.Term
    letter: sl.Term
    gradient: sl.Term
    second: sl.Term | None = None
    given: dict[str, Node] | None = None
    needs: tuple[Node, ...] = ()

    @property
    def hessian(self) -> sl.Term:
        n = self.letter.shape[0] * self.letter.shape[1]
        return T.Zero(n, n) if self.second is None else self.second


WA, AW, s = W * A, A * W, tr(W * A)
tied, gram, fit = R.T * R - C, R * R.T - E, T.Inverse(unit) * X - Y
several, J = W * A * W - B * W.T, kron(AW.T, I) + kron(I, WA) - kron(I, B) * K
shot, Z, N, M, P = s * W - B, T.Inverse(unit), T.Inverse(WA), T.Inverse(dat), T.Pseudoinverse(X)
half, over = number(1, 2), T.Reciprocal(norm2(W))
size = T.DimScalar(d)
is_unit, WA_unit, positive = S.Invertible(unit), S.Invertible(WA), S.Lt(number(0), norm2(W))

CASES = {
    "trace": Case(tr(AW), W, A.T),
    "least squares": Case(half * norm2(W * X - Y), W, (W * X - Y) * X.T, kron(X * X.T, I)),
    "tr W^2": Case(tr(W * W), W, 2 * W.T, 2 * K),
    "tr W^3": Case(tr(W * W * W), W, 3 * (W * W).T, 3 * K * (kron(W.T, I) + kron(I, W))),
    "quadratic": Case(tr(A * W.T * B * W), W, B * W * A + B.T * W * A.T, kron(A.T, B) + kron(A, B.T)),
    "inner": Case(inner(AW * B, W.T), W, A.T * W.T * B.T + B.T * W.T * A.T, (kron(B, A.T) + kron(A, B.T)) * K),
    "transposes": Case(
        tr((W.T * A).T * B * W.T.T), W, A * (B * W).T + B.T * W.T * A, (kron(B, A) + kron(A.T, B.T)) * K
    ),
    "tied": Case(
        norm2(tied),
        R,
        2 * R * (tied + tied.T),
        2 * kron(tied + tied.T, Ip) + 4 * kron(R.T, R) * Kpq + 4 * kron(Iq, R * R.T),
    ),
    "gram": Case(
        norm2(gram),
        R,
        2 * (gram + gram.T) * R,
        2 * kron(Iq, gram + gram.T) + 4 * kron(R.T * R, Ip) + 4 * kron(R.T, R) * Kpq,
    ),
    "several": Case(
        norm2(several) + tr(W),
        W,
        2 * (several * AW.T + WA.T * several - several.T * B) + I,
        2 * J.T * J + 2 * (kron(A, several) + kron(several.T, A.T)) * K,
    ),
    "(tr W)^2": Case(tr(W) ** 2, W, 2 * tr(W) * I, 2 * outer(I, I)),
    "(tr W)^3": Case(tr(W) ** 3, W, 3 * tr(W) ** 2 * I, 6 * tr(W) * outer(I, I)),
    "|W|^4": Case(norm2(W) ** 2, W, 4 * norm2(W) * W, 4 * norm2(W) * kron(I, I) + 8 * outer(W, W)),
    "power of a power": Case((tr(W) ** 2) ** 2, W, 4 * tr(W) ** 3 * I, 12 * tr(W) ** 2 * outer(I, I)),
    "first power": Case(tr(W * W) ** 1, W, 2 * W.T, 2 * K),
    "power zero": Case(tr(W) ** 0 + tr(W), W, I),
    "symbolic power": Case(
        tr(W) ** k,
        W,
        T.IndexScalar(k) * tr(W) ** (k - 1) * I,
        T.IndexScalar(k) * T.IndexScalar(k - 1) * tr(W) ** (k - 2) * outer(I, I),
        {"k": S.at_least(k, 2)},
        (S.at_least(k, 2),),
    ),
    "two scalars": Case(norm2(W) * s, W, 2 * s * W + norm2(W) * A.T, 2 * s * kron(I, I) + 2 * both(W, A.T)),
    "three scalars": Case(
        tr(W) * s * norm2(W),
        W,
        s * norm2(W) * I + tr(W) * norm2(W) * A.T + 2 * tr(W) * s * W,
        norm2(W) * both(I, A.T) + 2 * s * both(I, W) + 2 * tr(W) * both(A.T, W) + 2 * tr(W) * s * kron(I, I),
    ),
    "scalar times matrix": Case(
        norm2(shot),
        W,
        2 * inner(shot, W) * A.T + 2 * s * shot,
        2 * norm2(W) * outer(A.T, A.T) + 2 * s**2 * kron(I, I) + 2 * both(A.T, 2 * s * W - B),
    ),
    "tr of an inverse": Case(
        tr(A * Z), unit, -(Z * A * Z).T, kron(Z, (Z * A * Z).T) * K + kron(Z * A * Z, Z.T) * K, needs=(is_unit,)
    ),
    "inverse, fitted": Case(
        norm2(fit),
        unit,
        -2 * Z.T * fit * X.T * Z.T,
        2 * kron(Z * X * X.T * Z.T, Z.T * Z) + 2 * (kron(Z * X * fit.T * Z, Z.T) + kron(Z, Z.T * fit * X.T * Z.T)) * K,
        needs=(is_unit,),
    ),
    "inverse of a product": Case(
        tr(N),
        W,
        -(A * N * N).T,
        (kron(A * N * N, (A * N).T) + kron(A * N, (A * N * N).T)) * K,
        {"WA": WA_unit},
        (WA_unit,),
    ),
    "reciprocal": Case(
        number(1) / norm2(W),
        W,
        -2 * over**2 * W,
        8 * over**3 * outer(W, W) - 2 * over**2 * kron(I, I),
        {"positive": positive},
        (positive,),
    ),
    "scalar letters": Case(a * s + a**2 - c, W, a * A.T),
    "rational numbers": Case(number(-2, 3) * norm2(W) - tr(-W), W, number(-4, 3) * W + I, number(-4, 3) * kron(I, I)),
    "a dimension as a number": Case(
        T.DimScalar(d) * norm2(W), W, 2 * T.DimScalar(d) * W, 2 * T.DimScalar(d) * kron(I, I)
    ),
    "pseudoinverse of data": Case(norm2(P * W), W, 2 * P.T * P * W, 2 * kron(I, P.T * P)),
    "inverse of data": Case(norm2(W * M - A), W, 2 * (W * M - A) * M.T, 2 * kron(M * M.T, I)),
    "symmetric data": Case(norm2(sym * W), W, 2 * sym * sym * W, 2 * kron(I, sym * sym), needs=(S.Eq(sym.T, sym),)),
    "Kronecker of data": Case(
        norm2(tr(W) * kron(A, B)), W, 2 * tr(W) * norm2(A) * norm2(B) * I, 2 * norm2(A) * norm2(B) * outer(I, I)
    ),
    "constants": Case(tr(A * B) + 0 * tr(W) + norm2(T.Zero(d, d) * W), W, T.Zero(d, d)),
}
RATIONAL = {
    "tr of an inverse",
    "inverse, fitted",
    "inverse of a product",
    "reciprocal",
    "pseudoinverse of data",
    "inverse of data",
}
every = pytest.mark.parametrize("name", CASES)


def same(left, right):
    return check_equation(left, right, SIZES).label is Label.SAMPLED


@every
def test_the_gradient_is_the_one_worked_out(name):
    case = CASES[name]
    made = sl.gradient(case.loss, case.letter, case.given)
    assert same(made.result, case.gradient)
    assert check_modular(case.loss, {case.letter: made.result}, {}, SIZES).label is Label.SAMPLED
    assert made.theorem.statement is S.Grad(case.loss, case.letter, made.result)
    assert set(made.theorem.hypotheses.values()) == set(case.needs) and made.theorem.analysis == ()
    wrong = made.result + case.letter
    assert check_modular(case.loss, {case.letter: wrong}, {}, SIZES).label is Label.REFUTED


@every
def test_the_hessian_is_the_one_worked_out(name):
    case = CASES[name]
    made = sl.hessian_block(case.loss, case.letter, case.letter, case.given)
    pair = (case.letter, case.letter)
    assert same(made.result, case.hessian)
    assert check_modular(case.loss, {}, {pair: made.result}, SIZES).label is Label.SAMPLED
    assert made.theorem.statement is S.Hess(case.loss, *pair, made.result)
    assert set(made.theorem.hypotheses.values()) <= set(case.needs) and made.theorem.analysis == ()
    wrong = made.result + outer(case.letter, case.letter)
    assert check_modular(case.loss, {}, {pair: wrong}, SIZES).label is Label.REFUTED


@pytest.mark.parametrize("name", sorted(CASES.keys() - RATIONAL))
def test_they_are_identities_of_polynomials(name):
    case = CASES[name]
    if name in ("three scalars", "power of a power", "several"):
        sizes = {**SIZES, "d": 1}  # of high degree
    else:
        sizes = {**SIZES, "p": 2, "m": 2}
    gradient = sl.gradient(case.loss, case.letter, case.given).result
    block = sl.hessian_block(case.loss, case.letter, case.letter, case.given).result
    pair = (case.letter, case.letter)
    found = check_derivatives(case.loss, [case.letter], {case.letter: gradient}, {pair: block}, sizes)
    assert found.label is Label.EXACT


@pytest.mark.parametrize("name", sorted(RATIONAL))
def test_rational_functions_are_not_taken_for_polynomials(name):
    case = CASES[name]
    with pytest.raises(NoRule):
        check_derivatives(case.loss, [case.letter], {case.letter: case.gradient}, {}, {**SIZES, "m": 2})


@every
def test_the_second_checker_accepts_the_traces(name):
    case = CASES[name]
    made = sl.gradient(case.loss, case.letter, case.given)
    assert replay(made.trace)["gradient"].statement is made.theorem.statement
    for trace in (made.trace, sl.hessian_block(case.loss, case.letter, case.letter, case.given).trace):
        evidence = check_steps(trace, trials=8)
        assert evidence.label is Label.CERTIFIED, evidence


# -- several letters ---------------------------------------------------------------------------------------------
def test_blocks_of_two_factors():
    """|F G^T - H|^2 for F p x q, G r x q: every block, and the full Hessian as one matrix."""
    f, g, h = sl.matrix("F", p, q), sl.matrix("G", r, q), sl.matrix("H", p, r)
    loss, e = norm2(f * g.T - h), f * g.T - h
    made = sl.hessian(loss, [f, g])
    expected = {
        (0, 0): 2 * kron(g.T * g, Ip),
        (0, 1): 2 * kron(g.T, f) * T.Commutation(r, q) + 2 * kron(Iq, e),
        (1, 0): 2 * kron(f.T, g) * Kpq + 2 * kron(Iq, e.T),
        (1, 1): 2 * kron(f.T * f, T.Identity(r)),
    }
    for place, formula in expected.items():
        assert same(made.blocks[place].result, formula), place
    assert made.result.shape == (p * q + r * q, p * q + r * q)
    assert (
        check_derivatives(loss, [f, g], {f: 2 * e * g, g: 2 * e.T * f}, made.result, {**SIZES, "p": 2}).label
        is Label.EXACT
    )
    assert same(sl.gradient(loss, f).result, 2 * e * g) and same(sl.gradient(loss, g).result, 2 * e.T * f)


def test_zero_blocks():
    """Letters that do not meet have a zero block of the right shape."""
    for loss in (tr(W) + norm2(R), tr(A * W) + tr(R.T * R), norm2(W - A) * 1 + norm2(R) ** 2):
        made = sl.hessian(loss, [W, R])
        assert made.blocks[0, 1].result is T.Zero(d * d, p * q) and made.blocks[1, 0].result is T.Zero(p * q, d * d)
    assert sl.hessian(tr(A * W), [W]).result.grid[0][0] is T.Zero(d * d, d * d)


def test_the_order_of_the_variables_is_that_of_the_blocks():
    loss = half * norm2(B * W * X - Y)
    for letters in ([W, B], [B, W]):
        made = sl.hessian(loss, letters)
        assert made.variables == tuple(letters)
        assert [made.blocks[i, i].theorem.statement.args[1] for i in (0, 1)] == letters
        assert check_derivatives(loss, letters, {}, made.result, {"d": 2, "m": 1}).label is Label.EXACT


def test_scaling_and_sums():
    """Derivatives are linear in the loss."""
    f, g = CASES["tied"].loss, CASES["gram"].loss
    total = sl.gradient(number(3, 2) * f - g, R).result
    assert same(total, number(3, 2) * sl.gradient(f, R).result - sl.gradient(g, R).result)
    total = sl.hessian_block(number(3, 2) * f - g, R, R).result
    assert same(total, number(3, 2) * sl.hessian_block(f, R, R).result - sl.hessian_block(g, R, R).result)


# -- as people read them -----------------------------------------------------------------------------------------
def test_what_is_printed():
    text = {
        "trace": "A'", "least squares": "(W*X - Y)*X'", "quadratic": "B*W*A + B'*W*A'", "(tr W)^2": "2*tr(W)*I(d)",
        "|W|^4": "4*norm2(W)^2*W", "tr W^2": "2*W'", "tr W^3": "3*W'*W'", "first power": "2*W'", "constants": "0",
        "scalar letters": "a*A'", "tr of an inverse": "-inv(W)'*A'*inv(W)'",
        "inverse of data": "2*(W*inv(D) - A)*inv(D)'",
    }  # fmt: skip
    assert {name: repr(sl.gradient(*CASES[name][:2]).result) for name in text} == text


def test_what_is_printed_of_hessians():
    text = {"least squares": "(X*X') (x) I(d)", "trace": "0", "quadratic": "A' (x) B + (A (x) B')"}
    found = {name: repr(sl.hessian_block(CASES[name].loss, W, W).result) for name in ("tr W^2", "(tr W)^2", *text)}
    assert "I(d) + I(d)" not in found.pop("tr W^2") and "^0" not in found.pop("(tr W)^2")
    assert found == text


def test_errors_are_symland_errors():
    """Whatever a loss is made of, the answer is a derivation or a refusal, never another exception."""
    pieces = [W, A * W, W.T, W * W, T.Inverse(unit), T.Pseudoinverse(W), kron(W, A), T.Vec(W), s * W, T.block([[W, A]])]
    scalars = [norm2(x) for x in pieces] + [tr(x) for x in pieces if x.shape[0] == x.shape[1]]
    scalars += [x**2 for x in scalars[:4]] + [number(1) / scalars[0], T.BoundedSum.over("i", 1, 3, norm2(W))]
    done = 0
    for loss in scalars:
        for ask in (sl.gradient, lambda f, w: sl.hessian_block(f, w, w)):
            try:
                ask(loss, W)
                done += 1
            except SymlandError as e:
                assert isinstance(e, (NoRule, AssumptionMissing, UsageError)), (loss, e)
    assert done > 20
