"""What a theorem rests on: no step may lose a hypothesis, or the name of a row, on the way.

A lost hypothesis is a false theorem, and a lost row hides an analysis fact from the label. So every kind of step is
tried with several things to rest on, and each of them is left out in turn.
"""

from fractions import Fraction

import pytest

from symland.errors import StepRejected
from symland.language.index import Dim, Index
from symland.language.statements import LB, Eq, ForAll, Grad, Hess, Invertible, Le, Lt, NonNeg, at_least
from symland.language.terms import (
    BoundedProduct,
    BoundedSum,
    Chain,
    D,
    Identity,
    IndexScalar,
    Inner,
    Inverse,
    Member,
    Power,
    Product,
    SquaredNorm,
    Zero,
    number,
)
from symland.language.trace import Trace
from symland.proof.kernel import replay
from tests.reject.attempt import Attempt, row
from tests.reject.letters import ONE, VL, ZERO, A, B, F, H, L, S, T, U, V, W, X, Z, a, b, c, d, k, l, n, p, q, t

RANGE = {"low": NonNeg(k - 1), "high": NonNeg(L - k)}
BOUNDS = {"var": "k", "lo": Index.of(1), "hi": L, "low": "low", "high": "high"}


def ring_step():
    proof = Attempt({"ab": Eq(a, b), "bc": Eq(b, c)})
    proof.ring(Eq(a, c), {"eq": proof.hyp("ab")}, {"eq": proof.hyp("bc")})
    return proof


def pos_step():
    proof = Attempt({"ab": Le(a, b), "c": Lt(ZERO, c), "equal": Eq(b, c), "one": Eq(c, ONE)})
    ab, positive, equal, one = (proof.hyp(name) for name in proof.hypotheses)
    # b c - a c = (b - a) c, and then c b is replaced by b b and c by 1 in one place
    tree = {"sum": [{"product": [{"theorem": ab}, {"theorem": positive}]}, {"rational": Fraction(0)}]}
    proof.pos(Le(a * c, b * b + c - ONE), tree, {"eq": equal, "times": b}, {"eq": one})
    return proof


def apply_step():
    proof = Attempt({"c": Le(ZERO, c), "A": LB(A, Identity(d), c), "B": LB(B, Identity(d), a)})
    cited = [proof.hyp(name) for name in ("c", "A", "B")]
    proof.apply("lb_product", *cited, dims={"p": d, "q": d, "r": d}, A=A, B=B, c=c, e=a)
    return proof


def side_step():
    proof = Attempt({"low": NonNeg(l - 1), "high": NonNeg(L - l)})
    proof.apply("chain_split", side=[[("high", 1)], [("low", 1)]], families={"X": F}, indices={"a": 1, "b": L, "l": l})
    return proof


def free_step():
    upper, lower = Chain(F, L, l + 2), Chain(F, k, Index.of(1))
    proof = Attempt({"k < l": NonNeg(l - 1 - k), "fact": NonNeg(L)})
    shape = (upper.shape[0], lower.shape[1])
    middle = Zero(upper.shape[1], lower.shape[0])
    dims = {"p": shape[0], "q": shape[1], "j": H.shape[0], "k": H.shape[1]}
    term = upper * middle * lower
    order = [x for x in term.args if isinstance(x, Chain)]
    side = [[["above", [("fact", 0)]] if x is upper else ["below", [("k < l", 1)]] for x in order]]
    proof.apply("d_constant", side=side, dims=dims, A=term, w=H, v=VL)
    return proof


def rewrite_step():
    proof = Attempt({"ab": Eq(a, b), "ac": Eq(a, c)})
    proof.rewrite(proof.hyp("ac"), (0,), proof.hyp("ab"))
    return proof


def rewrite_by_row_step():
    proof = Attempt({"regular": Invertible(A), "product": Eq(Inverse(A) * A, S)})
    product, regular = proof.hyp("product"), proof.hyp("regular")
    proof.rewrite(product, (0,), row("inverse_left", regular, dims={"p": d}, A=A))
    return proof


def all_step():
    proof = Attempt({"all": ForAll.over("k", 1, L, Le(ZERO, t[k])), "low": NonNeg(l - 1), "high": NonNeg(L - l)})
    proof.step("all", {"from": proof.hyp("all"), "value": l, "side": [[("low", 1)], [("high", 1)]]})
    return proof


def of_every_layer(kind):
    """t[k] related to 0 for every k, with one more hypothesis that does not mention k."""
    proof = Attempt({**RANGE, "all": ForAll.over("k", 1, L, kind(ZERO, t[k])), "zero": Eq(c, ZERO)})
    one = proof.step("all", {"from": proof.hyp("all"), "value": k, "side": [[("low", 1)], [("high", 1)]]})
    back = proof.ring(Eq(ZERO, c), {"eq": proof.hyp("zero"), "times": number(-1)})
    return proof, proof.rewrite(one, (0,), back)


def forall_step():
    proof, one = of_every_layer(Le)
    proof.step("forall", {"from": one, **BOUNDS})
    return proof


def sum_step():
    proof, one = of_every_layer(Le)
    proof.step("sum_mono", {"from": one, **BOUNDS, "binder": "sum"})
    return proof


def product_step():
    proof, one = of_every_layer(Eq)
    proof.step("sum_mono", {"from": one, **BOUNDS, "binder": "product"})
    return proof


def induct_step():
    """0 <= a c^n: the base rests on one hypothesis, the step on another."""
    facts = {"low": NonNeg(n), "up": NonNeg(L - n - 1), "high": NonNeg(L - n)}
    proof = Attempt({**facts, "phi": Le(ZERO, a * Power(c, n)), "a": Le(ZERO, a), "c": Le(ZERO, c)})
    base = proof.pos(Le(ZERO, a * Power(c, Index.of(0))), {"theorem": proof.hyp("a")})
    tree = {"product": [{"theorem": proof.hyp("phi")}, {"theorem": proof.hyp("c")}]}
    step = proof.pos(Le(ZERO, a * Power(c, n) * Power(c, Index.of(1))), tree)
    rule = row("power_add", side=[[("low", 1)], []], indices={"a": n, "b": 1}, c=c)
    step = proof.rewrite(step, (1,), rule, segment=[1, 3])
    data = {"base": base, "step": step, "hyp": "phi", "var": "n", "lo": Index.of(0), "hi": L}
    proof.step("induct", {**data, "low": "low", "up": "up", "high": "high"})
    return proof


def spec_step():
    """One hypothesis is kept, one becomes another one, one is discharged by a theorem, one by order facts."""
    names = {"kept": Eq(c, ONE), "moved": Eq(a, c), "other": Eq(b, c), "proved": Eq(t[l], c), "order": NonNeg(l - 1)}
    proof = Attempt({**names, "t2": Eq(t[k], c), "k": NonNeg(k - 5)})
    three = [{"eq": proof.hyp(name)} for name in ("moved", "proved")]
    index = proof.apply("index_positive", indices={"a": l}, side=[[("order", 1)]])
    equation = proof.ring(Eq(a + t[l] + c, number(3) * c), *three)
    ones = proof.ring(Eq(a + t[l] + c, number(3)), {"eq": equation}, {"eq": proof.hyp("kept"), "times": number(3)})
    tree = {"product": [{"theorem": index}, {"rational": Fraction(1)}]}
    whole = proof.pos(Le(number(3), a + t[l] + c + IndexScalar(l)), tree, {"eq": ones})
    tk = proof.ring(Eq(t[k], c), {"eq": proof.hyp("t2")})
    discharge = {"moved": {"hypothesis": "other"}, "proved": {"theorem": tk}, "order": {"order": [("k", 1)]}}
    subst = {"symbols": {"a": b}, "indices": {"l": k}}
    proof.step("spec", {"of": whole, "subst": subst, "discharge": discharge})
    return proof


def identify_step():
    proof = Attempt({"b": Eq(B, T), "t": Eq(T, A.T)})
    dims = {"p": d, "q": d, "j": d, "k": d}
    start = proof.apply("d_inner", dims=dims, A=B, B=A, w=A, v=S)
    start = proof.rewrite(start, (1, 0, 0), row("d_constant", side=[[]], dims=dims, A=B, w=A, v=S))
    start = proof.rewrite(start, (1, 1, 1), row("d_self", dims={"j": d, "k": d}, w=A, v=S))
    using = [{"eq": proof.hyp("b"), "with": S}, {"eq": proof.hyp("t"), "with": S}]
    start = proof.rewrite(start, (1,), proof.ring(Eq(proof.statement(start).args[1], Inner(A.T, S)), *using))
    proof.step("identify", {"from": start})
    return proof


HONEST = (
    ring_step, pos_step, apply_step, side_step, free_step, rewrite_step, rewrite_by_row_step, all_step, forall_step,
    sum_step, product_step, induct_step, spec_step, identify_step,
)  # fmt: skip


@pytest.mark.parametrize("build", HONEST, ids=lambda f: f.__name__)
def test_no_step_loses_a_hypothesis(build):
    proof = build()
    honest = proof.trace()
    theorem = replay(honest)["theorem"]
    last = honest.steps[-1]
    assert sorted(theorem.hypotheses) == sorted(last.deps) and last.deps
    for name in last.deps:
        fewer = last._replace(deps=tuple(x for x in last.deps if x != name))
        with pytest.raises(StepRejected, match="rests on other hypotheses than stated"):
            replay(Trace(honest.hypotheses, (*honest.steps[:-1], fewer), honest.theorems))


EXPECTED = {
    "ring_step": {"ab", "bc"},
    "pos_step": {"ab", "c", "equal", "one"},
    "apply_step": {"c", "A", "B"},
    "side_step": {"low", "high"},
    "free_step": {"k < l", "fact"},
    "rewrite_step": {"ab", "ac"},
    "rewrite_by_row_step": {"regular", "product"},
    "all_step": {"all", "low", "high"},
    "forall_step": {"all", "zero"},
    "sum_step": {"all", "zero"},
    "product_step": {"all", "zero"},
    "induct_step": {"a", "c", "low", "high"},
    "spec_step": {"kept", "other", "t2", "k"},
    "identify_step": {"b", "t"},
}


@pytest.mark.parametrize("build", HONEST, ids=lambda f: f.__name__)
def test_every_step_rests_on_what_it_used(build):
    assert set(build().accepted().hypotheses) == EXPECTED[build.__name__]


# -- rows ----------------------------------------------------------------------------------------------------------
def rows_of(proof):
    return set(proof.accepted().rows)


def positive(proof, i):
    """0 < i, by the row index_positive."""
    return proof.apply("index_positive", indices={"a": i}, side=[[]])


def test_rows_are_remembered_through_premises():
    proof = Attempt()
    one = positive(proof, 1)
    power = proof.apply("power_positive", one, side=[[]], indices={"a": 2}, c=proof.statement(one).args[1])
    proof.apply("product_positive", power, one, a=proof.statement(power).args[1], b=proof.statement(one).args[1])
    assert rows_of(proof) == {"index_positive", "power_positive", "product_positive"}


def test_rows_are_remembered_through_ring_pos_and_rewrite():
    def empty(proof, which):
        return proof.apply(f"{which}_empty", indices={"a": 1}, families={"F": t})

    proof = Attempt()
    zero, one = empty(proof, "sum"), empty(proof, "product")
    left, right = (proof.statement(x).args[0] for x in (zero, one))
    both = proof.ring(Eq(left + right, ONE), {"eq": zero}, {"eq": one})
    proof.rewrite(both, (0, 0), zero)
    assert rows_of(proof) == {"sum_empty", "product_empty"}
    proof = Attempt()
    zero, one, two = empty(proof, "sum"), empty(proof, "product"), positive(proof, 2)
    tree = {"product": [{"theorem": two}, {"rational": Fraction(1, 2)}]}
    using = [{"eq": zero, "times": number(-1)}, {"eq": one}]
    proof.pos(Le(left + ONE, right + ONE), tree, *using)
    assert rows_of(proof) == {"index_positive", "sum_empty", "product_empty"}
    proof = Attempt({"power": Eq(BoundedSum.over("i", 1, 0, t["i"]), c)})
    proof.rewrite(proof.hyp("power"), (0,), row("sum_empty", indices={"a": 1}, families={"F": t}))
    assert rows_of(proof) == {"sum_empty"}


def test_rows_are_remembered_through_binders_induction_and_instances():
    proof = Attempt(RANGE)
    one = positive(proof, 1)
    weak = proof.pos(Le(ZERO, ONE), {"theorem": one})
    every = proof.step("forall", {"from": weak, **BOUNDS})
    assert rows_of(proof) == {"index_positive"}
    proof.step("all", {"from": every, "value": k, "side": [[("low", 1)], [("high", 1)]]})
    assert rows_of(proof) == {"index_positive"}
    proof = Attempt(RANGE)
    weak = proof.pos(Le(ZERO, ONE), {"theorem": positive(proof, 1)})
    proof.step("sum_mono", {"from": weak, **BOUNDS, "binder": "sum"})
    assert rows_of(proof) == {"index_positive"}

    facts = {"low": NonNeg(n), "up": NonNeg(L - n - 1), "high": NonNeg(L - n)}
    proof = Attempt({**facts, "phi": Le(ZERO, Power(c, n)), "c": Lt(ZERO, c)})
    cited = proof.hyp("c")
    base = proof.pos(Le(ZERO, Power(c, Index.of(0))), {"theorem": positive(proof, 1)})
    strict = proof.apply("power_positive", cited, side=[[("low", 1)]], indices={"a": n + 1}, c=c)
    step = proof.pos(
        Le(ZERO, Power(c, n + 1)),
        {"sum": [{"theorem": strict}, {"product": [{"rational": Fraction(0)}, {"theorem": proof.hyp("phi")}]}]},
    )
    data = {"base": base, "step": step, "hyp": "phi", "var": "n", "lo": Index.of(0), "hi": L}
    proof.step("induct", {**data, "low": "low", "up": "up", "high": "high"})
    assert rows_of(proof) == {"index_positive", "power_positive"}

    proof = Attempt({"c": Lt(ZERO, c)})
    of = proof.apply("reciprocal_positive", proof.hyp("c"), c=c)
    value = positive(proof, 1)
    subst = {"symbols": {"c": proof.statement(value).args[1]}}
    proof.step("spec", {"of": of, "subst": subst, "discharge": {"c": {"theorem": value}}})
    assert rows_of(proof) == {"index_positive", "reciprocal_positive"}


# -- sharp edges --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("term", [H, Chain(F, l, Index.of(1)), Chain(F, L, l), Chain(F, l, l)])
@pytest.mark.parametrize("side", ["above", "below"])
def test_a_letter_at_the_very_index_of_the_variable(term, side):
    # D(W[l]; W[l], V) = 0: the index of the occurrence has to differ, not only not to be less.
    for certificate in ([], [("low", 1)], [("high", 1)]):
        proof = Attempt({"low": NonNeg(l - 1), "high": NonNeg(L - l)})
        dims = {"p": term.shape[0], "q": term.shape[1], "j": H.shape[0], "k": H.shape[1]}
        out = Eq(D(term, H, VL), Zero(*term.shape))
        proof.claim_row(out, ["low", "high"], "d_constant", side=[[[side, certificate]]], dims=dims, A=term, w=H, v=VL)
        proof.refused("the order facts do not give")


@pytest.mark.parametrize("neighbor", [Member(F, l + 1), Member(F, l - 1), Chain(F, L, l + 1), Chain(F, l - 1, k)])
def test_honest_the_next_letter_is_another_one(neighbor):
    proof = Attempt()
    dims = {"p": neighbor.shape[0], "q": neighbor.shape[1], "j": H.shape[0], "k": H.shape[1]}
    low = neighbor.index if isinstance(neighbor, Member) else neighbor.bottom
    side = "above" if low is not k and (low - l).value == 1 else "below"
    proof.apply("d_constant", side=[[[side, []]]], dims=dims, A=neighbor, w=H, v=VL)
    proof.accepted()


HESS = Zero(p * q, p * q)


@pytest.mark.parametrize(
    ("statement", "name", "value", "reason"),
    [
        (Grad(Inner(W, Z), W, Z), "W", U, "is not replaced"),
        (Grad(Inner(W, Z), W, Z), "Z", W, "a replacement mentions W"),
        (Hess(Inner(W, Z), W, U, HESS), "W", V, "is not replaced"),
        (Hess(Inner(W, Z), W, U, HESS), "U", V, "is not replaced"),
        (Hess(Inner(W, Z), W, U, HESS), "Z", W, "a replacement mentions W"),
        (Hess(Inner(W, Z), W, U, HESS), "Z", U, "a replacement mentions U"),
        (ForAll.over("k", 1, L, Grad(Inner(W, Z), W, Z)), "Z", W, "a replacement mentions W"),
        (Eq(SquaredNorm(D(W * X, W, V)), c), "X", X * X.T * W.T * W * X, "a replacement mentions W"),
    ],
)
def test_gradients_and_hessians_keep_their_variables(statement, name, value, reason):
    # grad(<W, Z>, W, Z) at Z := W says that the gradient of |W|^2 is W.
    proof = Attempt({"h": statement})
    data = {"of": proof.hyp("h"), "subst": {"symbols": {name: value}}, "discharge": {"h": {"hypothesis": "h"}}}
    proof.claim("spec", data, statement, ["h"])
    proof.refused(reason)


def test_pos_with_a_wrong_multiple_of_an_equation():
    # a <= b from a <= c and c = b: with the equation once, not twice, and with its sign.
    honest = Attempt({"ac": Le(a, c), "cb": Eq(c, b)})
    cited = [honest.hyp("ac"), honest.hyp("cb")]
    honest.pos(Le(a, b), {"theorem": cited[0]}, {"eq": cited[1], "times": number(-1)})
    honest.accepted()
    for using in ([], [{"eq": "s2"}], [{"eq": "s2", "times": number(-2)}], [{"eq": "s2", "times": number(-1)}] * 2):
        proof = Attempt(honest.hypotheses)
        proof.hyp("ac"), proof.hyp("cb")
        proof.claim("pos", {"tree": {"theorem": "s1"}, "using": using}, Le(a, b), ["ac", "cb"])
        proof.refused("does not add up")


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (BoundedSum.over("i", 1, 3, t["i"]), t[1] + t[2] + t[3], True),
        (BoundedSum.over("i", 1, 3, t["i"]), t[1] + t[2], False),
        (BoundedSum.over("i", 1, 3, t["i"]), t[0] + t[1] + t[2] + t[3], False),
        (BoundedSum.over("i", l, l + 1, t["i"]), t[l] + t[l + 1], True),
        (BoundedSum.over("i", l, l + 1, t["i"]), t[l] + t[l - 1], False),
        (BoundedSum.over("i", l, l, t["i"]), t[l], True),
        (BoundedSum.over("i", l, l - 1, t["i"]), ZERO, True),
        (BoundedSum.over("i", l, l - 2, t["i"]), t[l], False),
        (BoundedProduct.over("i", 1, 3, t["i"]), t[1] * t[2] * t[3], True),
        (BoundedProduct.over("i", 1, 3, t["i"]), t[1] * t[2], False),
        (BoundedProduct.over("i", l, l - 1, t["i"]), ONE, True),
        (a * A * (b * B), b * A * (a * B), True),
        (a * A * (b * B), a * A * (a * B), False),
        (a * A * B, A * (a * B), True),
        (a * A * (b * B), a * A * B, False),
        (Inner(a * A, b * B), a * b * Inner(B, A), True),
        (Product(a, SquaredNorm(b * A)), a * b * b * SquaredNorm(A.T), True),
        (Product(a, SquaredNorm(b * A)), a * b * SquaredNorm(A), False),
        (SquaredNorm(Identity(Dim.of("d") * 2)), number(2) * SquaredNorm(Identity(d)), True),
        (Inner(W, W * Identity(q)), SquaredNorm(W), True),
        (Inner(W, Zero(p, q)), ZERO, True),
        (Power(a + b, Index.of(3)), a * a * a + 3 * a * a * b + 3 * a * b * b + b * b * b, True),
        (Power(a + b, Index.of(3)), a * a * a + b * b * b, False),
        (Power(a, Index.of(0)), ONE, True),
    ],
    ids=str,
)
def test_what_the_normal_form_unfolds(left, right, equal):
    proof = Attempt({"L": at_least(L, 1)})
    proof.claim("ring", {"using": []}, Eq(left, right))
    del proof.hypotheses["L"]
    if equal:
        proof.accepted()
    else:
        proof.refused("the sides differ")
