"""The second checker on hand-made traces: true steps pass, false ones get a witness, idle ones are named."""

from fractions import Fraction

import pytest

from symland.checks.steps import check_steps
from symland.errors import StepRejected, UsageError
from symland.evidence import Label
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.trace import Assignment, Step, Trace
from tests import linear_network as net

l, k, L, a, b = (Index.var(v) for v in "lkLab")
V = T.matrix("V", net.n(l), net.n(l - 1))
X, Y = net.data(L)
n = T.number
ORDER = {
    "l-a": S.NonNeg(l - a),
    "b-l": S.NonNeg(b - l),
    "l-1": S.at_least(l, 1),
    "L-l": S.NonNeg(L - l),
    "k-1": S.at_least(k, 1),
    "l-k": S.at_least(l, k + 1),
    "L-1": S.at_least(L, 1),
}


def trace(out, deps, hypotheses=(), model=(), **more):
    hypotheses = {**ORDER, **dict(hypotheses)}
    return Trace(hypotheses, (Step("s1", "said", out, tuple(deps), {}),), {"theorem": "s1"}, tuple(model), **more)


def check(out, deps, hypotheses=(), model=(), **options):
    return check_steps(trace(out, deps, hypotheses, model), **options)


def refuted(evidence):
    assert evidence.label is Label.REFUTED
    w = evidence.witness
    assert w is not None and w.dims and "step s1" in w.note
    assert w.left != w.right
    return w


split = net.chain(b, l + 1), V, net.chain(l - 1, a)
derivative = T.D(net.chain(b, a), net.layer(l), V)
square = T.family("W", "d", "d")  # all factors square, so that they can be swapped and transposed
SV = T.matrix("V", "d", "d")


def of_square(top, bottom):
    return T.Chain(square, Index.of(top), Index.of(bottom))


square_derivative = T.D(of_square(b, a), T.Member(square, l), SV)


def test_derivative_of_a_chain():
    evidence = check(S.Eq(derivative, T.product(*split)), ["l-a", "b-l"])
    assert evidence.label is Label.CERTIFIED
    assert "1 of 1 steps" in evidence.claim and "dims <= 3, indices <= 4" in evidence.scope


@pytest.mark.parametrize(
    "wrong",
    [
        of_square(l - 1, a) * SV * of_square(b, l + 1),
        of_square(b, l + 1) * SV.T * of_square(l - 1, a),
        of_square(b, l) * SV * of_square(l - 1, a),
        2 * (of_square(b, l + 1) * SV * of_square(l - 1, a)),
        SV,
    ],
    ids=["swapped", "transposed", "one factor too many", "doubled", "factors dropped"],
)
def test_wrong_derivatives_of_a_chain(wrong):
    refuted(check(S.Eq(square_derivative, wrong), ["l-a", "b-l"]))


def test_order_facts_are_read():
    # outside its range the letter does not occur, and the derivative is zero
    zero = S.Eq(derivative, T.Zero(net.n(b), net.n(a - 1)))
    assert check(zero, ["above"], {"above": S.at_least(l, b + 1)}).label is Label.CERTIFIED
    refuted(check(zero, ["l-a", "b-l"]))


def test_gradient():
    loss, w = net.loss(L), net.layer(l)
    right = net.gradient(L, l)
    assert check(S.Grad(loss, w, right), ["l-1", "L-l"]).label is Label.CERTIFIED
    refuted(check(S.Grad(loss, w, 2 * right), ["l-1", "L-l"]))
    refuted(check(S.Grad(2 * loss, w, right), ["l-1", "L-l"]))


def test_hessian_block():
    loss, w, u = net.loss(L), net.layer(l), net.layer(k)
    deps = ["L-l", "k-1", "l-k"]
    assert check(S.Hess(loss, w, u, net.lower_block(L, l, k)), deps, trials=60).label is Label.CERTIFIED
    refuted(check(S.Hess(loss, w, u, net.lower_block(L, l, k, commutation=False)), deps))
    refuted(check(S.Hess(loss, w, u, net.gauss_newton(L, l, k)), deps))


A, B = T.matrix("A", "p", "q"), T.matrix("B", "q", "r")
c, e = T.scalar("c"), T.scalar("e")


def eye(dim):
    return T.Identity(Dim.of(dim))


BOUNDS = {"A": S.LB(A, eye("q"), c), "B": S.LB(B, eye("r"), e), "c": S.Le(n(0), c)}
BOUND_MODEL = [
    Assignment("below", c, A),
    Assignment("below", e, B),
    Assignment("set", c, c * c),
    Assignment("set", e, e * e),
]


def test_lower_bound_of_a_product():
    product = S.LB(A * B, eye("r"), c * e)
    assert check(product, ["A", "B", "c"], BOUNDS, BOUND_MODEL).label is Label.CERTIFIED
    refuted(check(S.LB(A * B, eye("r"), n(101, 100) * c * e), ["A", "B", "c"], BOUNDS, BOUND_MODEL))
    # a bound of a wide matrix does not pass to its transpose
    refuted(check(S.LB(A.T, eye("p"), c), ["A"], BOUNDS, BOUND_MODEL))


def test_an_equation_at_a_point_is_not_one_under_a_derivative():
    """Kernel attack 1: from E X^T = 0, D(E X^T; W, V) = 0."""
    w, m = T.matrix("W", "d", "d"), T.matrix("M", "d", "d")
    normal = {"normal": S.Eq((w - m) * m.T, T.Zero(Dim.of("d"), Dim.of("d")))}
    model = [Assignment("set", w, m)]
    assert check(S.Eq((w - m) * m.T * w, 0 * w), ["normal"], normal, model).label is Label.CERTIFIED
    refuted(check(S.Eq(T.D((w - m) * m.T, w, SV), T.Zero(Dim.of("d"), Dim.of("d"))), ["normal"], normal, model))


# -- Theorem 4.5 ----------------------------------------------------------------------------------------------
S_ = T.family("W", "d", "d")
t, s = T.family("t"), T.scalar("s")
x, y, M = T.matrix("X", "d", "m"), T.matrix("Y", "d", "m"), T.matrix("M", "d", "d")
P = T.Chain(S_, L, Index.of(1))
i, j = Index.var("i"), Index.var("j")


def products_but(i):
    above = T.BoundedProduct.over("j", i + 1, L, T.Member(t, j) ** 2)
    return above * T.BoundedProduct.over("j", 1, i - 1, T.Member(t, j) ** 2)


def dominance(factor=Fraction(1)):
    """factor * 2 s^2 (h - h*) sum_l prod_{k != l} t_k^2 <= sum_l |grad_l h|^2."""
    gradient = T.Chain(S_, L, i + 1).T * (P * x - y) * x.T * T.Chain(S_, i - 1, Index.of(1)).T
    gap = n(1, 2) * T.SquaredNorm(P * x - y) - n(1, 2) * T.SquaredNorm(M * x - y)
    sums = T.BoundedSum.over("i", 1, L, products_but(i)), T.BoundedSum.over("i", 1, L, T.SquaredNorm(gradient))
    return S.Le(n(2 * factor.numerator, factor.denominator) * s**2 * gap * sums[0], sums[1])


REGION = {
    "normal": S.Eq((M * x - y) * x.T, T.Zero(Dim.of("d"), Dim.of("d"))),
    "data": S.LB(x * x.T, x.T, s**2),
    "layers": S.ForAll.over("i", 1, L, S.LB(T.Member(S_, i), eye("d"), T.Member(t, i) ** 2)),
}
EVERY = ("i", Index.of(1), L)
MODEL = [
    Assignment("set", M, y * x.T * T.Inverse(x * x.T)),
    Assignment("below", s, x * x.T, x.T),
    Assignment("below", T.Member(t, i), T.Member(S_, i), None, EVERY),
]
ALL = ["L-1", "normal", "data", "layers"]


def test_gradient_dominance():
    evidence = check(dominance(), ALL, REGION, MODEL)
    assert evidence.label is Label.CERTIFIED
    assert evidence.model.startswith("verified at ")


def test_a_constant_one_percent_too_good():
    refuted(check(dominance(Fraction(101, 100)), ALL, REGION, MODEL))


@pytest.mark.parametrize("dropped", ["data", "layers"])
def test_a_theorem_that_lacks_a_hypothesis(dropped):
    refuted(check(dominance(), [d for d in ALL if d != dropped], REGION, MODEL))


def test_a_theorem_that_does_not_need_a_hypothesis():
    # no M has a smaller loss than a minimizer, so the normal equation of M is not needed
    assert check(dominance(), ["L-1", "data", "layers"], REGION, MODEL).label is Label.CERTIFIED


# -- what is not shown is said --------------------------------------------------------------------------------
def test_unsatisfiable_hypotheses_are_reported():
    never = {"never": S.Lt(T.SquaredNorm(A), n(0))}
    evidence = check(S.Eq(n(0), n(1)), ["never"], never)
    assert evidence.label is Label.UNDECIDED
    assert "theorems never exercised: theorem" in evidence.claim
    assert evidence.model == "hypotheses not known to be satisfiable"
    assert "s1 (its hypotheses held at no sample)" in evidence.details


def test_a_step_never_exercised_is_named():
    steps = (
        Step("idle", "said", S.Eq(n(0), n(1)), ("far",), {}),
        Step("s1", "said", S.Eq(A - A, 0 * A), (), {}),
    )
    evidence = check_steps(Trace({"far": S.at_least(L, 9)}, steps, {"theorem": "s1"}))
    assert evidence.label is Label.CERTIFIED
    assert evidence.claim.startswith("1 of 2 steps") and "idle" in evidence.details


def test_what_has_no_value_is_not_a_pass():
    singular = T.Inverse(0 * T.matrix("Q", "d", "d"))
    evidence = check(S.Eq(singular, singular), [])
    assert evidence.label is Label.UNDECIDED and "singular" in evidence.details


def test_a_trace_without_theorems_shows_nothing():
    assert check_steps(Trace({}, (), {})).label is Label.UNDECIDED


def test_no_time_is_not_a_pass():
    assert check(S.Eq(A, A), [], budget_s=0.0).label is Label.UNDECIDED


def test_broken_names():
    step = Step("s1", "said", S.Eq(A, A), ("nowhere",), {})
    with pytest.raises(StepRejected, match="nowhere"):
        check_steps(Trace({}, (step,), {}))
    with pytest.raises(StepRejected, match="twice"):
        check_steps(Trace({}, (step._replace(deps=()),) * 2, {}))
    with pytest.raises(StepRejected, match="s2"):
        check_steps(Trace({}, (step._replace(deps=()),), {"theorem": "s2"}))


def test_rule_names_and_certificates_are_not_read():
    for factor, label in ((1, Label.CERTIFIED), (2, Label.REFUTED)):
        for by in ("ring", "nonsense"):
            step = Step("s1", by, S.Eq(A, factor * A), (), {"row": "x"})
            assert check_steps(Trace({}, (step,), {"theorem": "s1"})).label is label


def test_repeatable_unless_fresh():
    wrong = trace(S.Eq(A, 2 * A), [])
    assert check_steps(wrong).to_json() == check_steps(wrong).to_json()
    assert check_steps(wrong, fresh=True).label is Label.REFUTED


def test_facts_of_letters_hold_at_samples():
    q = T.matrix("Q", "d", "d", "orthogonal")
    w = T.matrix("S", "d", "d", "symmetric")
    g = T.matrix("G", "d", "d", "psd", "invertible")
    z = T.scalar("z", "positive")
    facts = {
        "orthogonal": S.Eq(q.T * q, eye("d")),
        "symmetric": S.Eq(w.T, w),
        "psd": S.Psd(g),
        "invertible": S.Invertible(g),
        "positive": S.Lt(n(0), z),
    }
    true = S.Eq(q * q.T * w.T * g * T.Inverse(g), w)
    evidence = check(true, facts, facts)
    assert evidence.label is Label.CERTIFIED
    assert evidence.model.startswith("verified at 1")
    refuted(check(S.Eq(q * q, eye("d")), facts, facts))
    # a fact that a step rests on is a hypothesis that it names
    assert check(S.Eq(w, w.T), ["symmetric"], facts).label is Label.CERTIFIED
    refuted(check(S.Eq(w, w.T), [], facts))


def test_progress_is_reported():
    seen = []
    check(S.Eq(A, A), [], trials=5, progress=lambda *call: seen.append(call[1:3]))
    assert seen == [(i, 5) for i in range(6)]


def test_a_bound_from_above():
    r = T.scalar("r")
    hypotheses = {"r": S.UB(A, r**2)}
    model = [Assignment("above", r, A)]
    assert check(S.Le(T.SquaredNorm(A * B), r**2 * T.SquaredNorm(B)), ["r"], hypotheses, model).label is Label.CERTIFIED
    too_good = S.Le(n(101, 100) * T.SquaredNorm(A * B), r**2 * T.SquaredNorm(B))
    refuted(check(too_good, ["r"], hypotheses, model))


def test_huge_traces_do_not_hang():
    i = Index.var("i")
    long = T.BoundedSum.over("i", 1, 10**12, T.IndexScalar(i))
    wide = T.Trace(T.Identity(Dim.of(10**9)))
    deep = A
    for _ in range(5000):
        deep = T.Transpose(deep)
    for term in (long, wide, T.SquaredNorm(deep), T.number(2) ** Index.of(10**12)):
        evidence = check(S.Eq(term, T.number(0)), [], trials=2)
        assert evidence.label is Label.UNDECIDED and "s1 (" in evidence.details


@pytest.mark.parametrize(
    "line",
    [
        Assignment("set", A * B, A * B),
        Assignment("below", A, A),
        Assignment("below", c, e),
        Assignment("above", c, A, B),
    ],
)
def test_a_model_chooses_letters(line):
    with pytest.raises(UsageError):
        check(S.Eq(A, A), [], model=[line])


def test_a_model_that_never_runs_shows_nothing():
    singular = [Assignment("set", M, T.Inverse(0 * M))]
    evidence = check(S.Eq(M, M), ["m"], {"m": S.Lt(n(10**6), T.SquaredNorm(M))}, singular)
    assert evidence.label is Label.UNDECIDED
