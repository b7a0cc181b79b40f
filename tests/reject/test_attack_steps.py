"""The attack list, continued: what each kind of step demands, one false proof for each demand.

The list was made by switching the demands of the trusted base off one by one and looking for what was accepted then.
"""

from fractions import Fraction

import pytest

from symland.errors import AssumptionMissing, StepRejected
from symland.language.index import Dim, Index
from symland.language.nodes import Lambda
from symland.language.statements import Eq, ForAll, Grad, Le, Lt, NonNeg
from symland.language.terms import (
    BoundedSum,
    Chain,
    D,
    Identity,
    Inner,
    Kronecker,
    Member,
    Power,
    SquaredNorm,
    Vec,
    Zero,
    number,
)
from symland.language.trace import Trace
from symland.proof.kernel import replay
from tests.reject.attempt import Attempt, row
from tests.reject.letters import ONE, ZERO, A, B, F, H, L, S, T, V, W, X, Y, a, b, c, d, k, l, n, p, q, t


# -- rewrite -----------------------------------------------------------------------------------------------------
def test_rewriting_by_an_inequality():
    # a <= b and a = c give b = c.
    for kind in (Le, Lt):
        proof = Attempt({"ab": kind(a, b), "ac": Eq(a, c)})
        proof.claim_rewrite(proof.hyp("ac"), (0,), proof.hyp("ab"), Eq(b, c), ["ab", "ac"])
        proof.refused("rewriting needs an equation")


def test_rewriting_what_stands_elsewhere():
    # a = b turns c = 0 into b = 0.
    proof = Attempt({"ab": Eq(a, b), "c": Eq(c, ZERO)})
    proof.claim_rewrite(proof.hyp("c"), (0,), proof.hyp("ab"), Eq(b, ZERO), ["ab", "c"])
    proof.refused("the left side is not what stands there")


def test_rewriting_in_the_wrong_direction():
    # A = A B B turns <A B B, A> into <A, A>, not <A, A> into <A, A B B> as well: the direction is part of the step.
    proof = Attempt({"longer": Eq(A, A * B * B), "value": Eq(Inner(A * B * B, S), c)})
    value, longer = proof.hyp("value"), proof.hyp("longer")
    proof.claim_rewrite(value, (0, 0), longer, Eq(Inner(A, S), c), ["longer", "value"])
    proof.refused("the left side is not what stands there")
    proof = Attempt(proof.hypotheses)
    value, longer = proof.hyp("value"), proof.hyp("longer")
    proof.rewrite(value, (0, 0), longer, reverse=True)
    proof.accepted()


def segment(proof, at, by, place, out, deps):
    proof.claim_rewrite(at, (0,), by, out, deps, segment=list(place))


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ((1, 3), "the left side is not what stands there"),
        ((0, 1), "the left side is not what stands there"),
        ((0, 4), "a segment of a sum or product"),
        ((-3, 2), "a segment of a sum or product"),
        ((2, 0), "a segment of a sum or product"),
        ((0, 0), "a segment of a sum or product"),
    ],
)
def test_rewriting_another_segment(place, reason):
    # A B = S turns A B T into S T, and nothing else.
    proof = Attempt({"ab": Eq(A * B, S), "zero": Eq(A * B * T, Zero(d, d))})
    zero, ab = proof.hyp("zero"), proof.hyp("ab")
    segment(proof, zero, ab, place, Eq(A * S, Zero(d, d)), ["ab", "zero"])
    proof.refused(reason)


def test_honest_rewriting_of_a_segment():
    proof = Attempt({"ab": Eq(A * B, S), "zero": Eq(A * B * T, Zero(d, d))})
    proof.rewrite(proof.hyp("zero"), (0,), proof.hyp("ab"), segment=[0, 2])
    assert proof.accepted().statement is Eq(S * T, Zero(d, d))


def test_a_segment_of_what_is_not_a_sum_or_product():
    # <A, B> read as the product of A and B.
    proof = Attempt({"ab": Eq(A, S), "value": Eq(Inner(A, B), c)})
    value, ab = proof.hyp("value"), proof.hyp("ab")
    segment(proof, value, ab, (0, 1), Eq(Inner(S, B), c), ["ab", "value"])
    proof.refused("a segment of a sum or product")


def test_an_equation_and_a_row_at_once():
    proof = Attempt({"ab": Eq(a, b)})
    rule = row("sum_empty", indices={"a": 1}, families={"F": t})
    ab = proof.hyp("ab")
    proof.claim("rewrite", {"in": ab, "at": [0], "eq": ab, **rule}, Eq(b, b), ["ab"])
    proof.refused("not both")


def test_a_path_into_a_binder():
    # Under sum(i, ...) a name may mean the bound variable; the kernel opens a binder by forall and sum_mono only.
    total = BoundedSum.over("i", 1, L, c)
    proof = Attempt({"cb": Eq(c, b), "total": Eq(total, ZERO)})
    whole, cb = proof.hyp("total"), proof.hyp("cb")
    proof.claim_rewrite(whole, (0, 2), cb, Eq(BoundedSum.over("i", 1, L, b), ZERO), ["cb", "total"])
    proof.refused("may not enter a binder")


@pytest.mark.parametrize("at", [[-1], [True], [2], ["0"], [0.0], [0, 0, 0]])
def test_paths_are_argument_numbers(at):
    proof = Attempt({"ab": Eq(a, b)})
    ab = proof.hyp("ab")
    proof.claim("rewrite", {"in": ab, "at": at, "eq": ab}, Eq(b, b), ["ab"])
    proof.refused("no sub-expression|malformed", file=False)


# -- all, ring, identify -----------------------------------------------------------------------------------------
def test_an_instance_outside_the_range():
    # 0 <= t[k] for k in 1..L gives 0 <= t[0].
    every = ForAll.over("k", 1, L, Le(ZERO, t[k]))
    for value, side in ((Index.of(0), [[], [("L", 1)]]), (L + 1, [[("L", 1)], []]), (l, [[], []])):
        proof = Attempt({"all": every, "L": NonNeg(L - 1)})
        proof.claim("all", {"from": proof.hyp("all"), "value": value, "side": side}, Le(ZERO, t[value]), ["L", "all"])
        proof.refused("the order facts do not give", AssumptionMissing)


def test_an_instance_of_what_is_not_an_all():
    proof = Attempt({"sum": Eq(BoundedSum.over("k", 1, 2, t[k]), ZERO)})
    proof.claim("all", {"from": proof.hyp("sum"), "value": Index.of(1), "side": [[], []]}, Eq(t[1], ZERO), ["sum"])
    proof.refused("needs a bounded `all`")


@pytest.mark.parametrize("kind", [Lt, Le])
def test_ring_proves_equations_only(kind):
    # a < a, because a - a = 0.
    for step in ("ring", "network"):
        proof = Attempt()
        proof.claim(step, {"using": []}, kind(a, a))
        proof.refused(f"{step} proves equations")


def test_pos_proves_weak_inequalities_only():
    # a < a, because a - a >= 0.
    proof = Attempt()
    proof.claim("pos", {"tree": {"rational": Fraction(0)}, "using": []}, Lt(a, a))
    proof.refused("pos proves inequalities")


def test_an_inequality_is_not_identified_as_a_gradient():
    # D(f; A, S) <= <G, S> for one S.
    proof = Attempt({"below": Le(D(SquaredNorm(A), A, T), Inner(B, T))})
    proof.claim("identify", {"from": proof.hyp("below")}, Grad(SquaredNorm(A), A, B), ["below"])
    proof.refused("identify reads an equation")


@pytest.mark.parametrize("statement", [Eq(Inner(A, S), Inner(B, S)), Eq(D(c, A, S), c), Eq(a * b * c, Inner(A, B))])
def test_identify_reads_one_form(statement):
    proof = Attempt({"other": statement})
    proof.claim("identify", {"from": proof.hyp("other")}, Grad(c, A, B), ["other"])
    proof.refused("the form D")


def test_a_normal_form_without_end():
    # Never cut off: what is too large is refused.
    many = [t[i] for i in range(60)]
    total = many[0]
    for x in many[1:]:
        total = total + x
    proof = Attempt()
    proof.claim("ring", {"using": []}, Eq(Power(total, Index.of(8)), Power(total, Index.of(8)) + ONE))
    proof.refused("more than 200000 terms")


def nested(term, how, times):
    for _ in range(times):
        term = how(term)
    return term


@pytest.mark.parametrize(
    "term",
    [
        nested(c, lambda x: Power(x, Index.of(256)), 4),
        nested(number(2), lambda x: Power(x, Index.of(256)), 5),
        nested(number(1, 3), lambda x: Power(x, Index.of(256)), 5),
        nested(c, lambda x: (x + ZERO) * (x + ZERO), 40),
        SquaredNorm(nested(A, lambda x: (x + Zero(d, d)) * (x + Zero(d, d)), 40)),
    ],
    ids=range(5),
)
def test_a_small_file_that_means_something_huge(term):
    proof = Attempt()
    proof.claim("ring", {"using": []}, Eq(term, term + ONE))
    proof.refused("too many factors, digits or parts")


# -- spec --------------------------------------------------------------------------------------------------------
def lemma():
    """h: a = b |- a = b, and g: 0 = 1 in scope."""
    proof = Attempt({"h": Eq(a, b), "g": Eq(c, ONE)})
    return proof, proof.hyp("h"), proof.hyp("g")


def test_discharging_a_hypothesis_by_another_theorem():
    # a = b |- a = b at b := 0, discharged by c = 1.
    proof, of, other = lemma()
    subst = {"symbols": {"b": ZERO}}
    proof.claim("spec", {"of": of, "subst": subst, "discharge": {"h": {"theorem": other}}}, Eq(a, ZERO), ["g"])
    proof.refused("what discharges h")


def test_discharging_a_hypothesis_by_another_hypothesis():
    proof, of, _ = lemma()
    subst = {"symbols": {"b": ZERO}}
    proof.claim("spec", {"of": of, "subst": subst, "discharge": {"h": {"hypothesis": "g"}}}, Eq(a, ZERO), ["g"])
    proof.refused("what discharges h")


def test_discharging_an_equation_as_an_order_fact():
    proof, of, _ = lemma()
    proof.claim("spec", {"of": of, "subst": {}, "discharge": {"h": {"order": []}}}, Eq(a, b))
    proof.refused("is not an order fact")


@pytest.mark.parametrize("how", [{}, {"because": "it is clear"}, None, "g", []])
def test_discharging_by_nothing(how):
    proof, of, _ = lemma()
    proof.claim("spec", {"of": of, "subst": {"symbols": {"b": ZERO}}, "discharge": {"h": how}}, Eq(a, ZERO))
    proof.refused("malformed|is not discharged", file=False)


def test_discharging_what_is_no_hypothesis():
    proof, of, _ = lemma()
    proof.claim("spec", {"of": of, "subst": {}, "discharge": {"g": {"hypothesis": "g"}}}, Eq(a, b), ["h"])
    proof.refused("nothing to discharge")


def test_discharging_an_order_fact_that_does_not_hold():
    # 1 <= L |- an instance with L := L - 5.
    proof = Attempt({"L": NonNeg(L - 1)})
    of = proof.apply("index_positive", indices={"a": L}, side=[[("L", 1)]])
    data = {"of": of, "subst": {"indices": {"L": L - 5}}, "discharge": {"L": {"order": [("L", 1)]}}}
    proof.claim("spec", data, proof.statement(of), ["L"])
    proof.refused("the order facts do not give", AssumptionMissing)


@pytest.mark.parametrize(
    ("subst", "reason"),
    [
        ({"symbols": {"z": a}}, "nothing to replace"),
        ({"indices": {"z": Index.of(1)}}, "nothing to replace"),
        ({"families": {"z": t}}, "nothing to replace"),
        ({"letters": {"a": b}}, "a substitution"),
        ([], "a substitution"),
        ({"symbols": {"a": Eq(a, b)}}, "cannot stand for"),
        ({"symbols": {"a": L}}, "cannot stand for"),
        ({"symbols": {"a": A}}, "cannot stand for"),
    ],
)
def test_replacements_are_of_the_kind_they_replace(subst, reason):
    proof, of, _ = lemma()
    proof.claim("spec", {"of": of, "subst": subst, "discharge": {}}, Eq(a, b), ["h"])
    proof.refused(reason, file=False)


def test_a_family_does_not_become_something_of_another_shape():
    proof = Attempt()
    of = proof.ring(Eq(SquaredNorm(H), Inner(H, H)))
    out = Eq(SquaredNorm(A), Inner(A, A))
    for value in (Lambda("j", A), Lambda("j", c), t):
        attempt = Attempt()
        attempt.kernel.proved.update(proof.kernel.proved)
        attempt.steps.extend(proof.steps)
        attempt.claim("spec", {"of": of, "subst": {"families": {"W": value}}, "discharge": {}}, out)
        attempt.refused("shape|members")


# -- induction and ranges ----------------------------------------------------------------------------------------
def test_induction_over_a_range_that_moves_with_the_variable():
    facts = {"low": NonNeg(Index.of(1)), "up": NonNeg(L - n - 1), "high": NonNeg(L - n)}
    proof = Attempt({"phi": Le(ZERO, ONE), **facts})
    one = proof.pos(Le(ZERO, ONE), {"rational": Fraction(1)})
    data = {"base": one, "step": one, "hyp": "phi", "var": "n", "lo": n - 1, "hi": L}
    proof.claim("induct", {**data, "low": "low", "up": "up", "high": "high"}, Le(ZERO, ONE), ["low", "high"])
    proof.refused("occurs in its own range")


def test_the_range_of_a_sum_does_not_move_with_the_variable():
    # 0 <= 1 for k in k..k: the sum would have the one term or L terms.
    proof = Attempt({"low": NonNeg(Index.of(0)), "high": NonNeg(L - k)})
    one = proof.pos(Le(ZERO, ONE), {"rational": Fraction(1)})
    data = {"from": one, "var": "k", "lo": k, "hi": L, "low": "low", "high": "high", "binder": "sum"}
    proof.claim("sum_mono", data, Le(BoundedSum.over("k", 1, L, ZERO), BoundedSum.over("k", 1, L, ONE)))
    proof.refused("occurs in its own range")


def test_a_sum_of_matrices_is_stated_as_one():
    # L A = A.
    proof = Attempt({"low": NonNeg(k - 1), "high": NonNeg(L - k)})
    same = proof.refl(A)
    data = {"from": same, "var": "k", "lo": Index.of(1), "hi": L, "low": "low", "high": "high", "binder": "sum"}
    proof.claim("sum_mono", data, Eq(A, A))
    proof.refused("the result is not the stated one")


# -- traces ------------------------------------------------------------------------------------------------------
def test_a_trace_of_nothing():
    proof = Attempt({"h": Eq(a, b)})
    proof.hyp("h")
    with pytest.raises(StepRejected, match="the trace states no theorem"):
        replay(Trace(proof.hypotheses, (), {}))


@pytest.mark.parametrize("value", [a, None, "a = b", NonNeg])
def test_hypotheses_are_statements(value):
    with pytest.raises(StepRejected, match="is not a statement"):
        replay(Trace({"h": value}, (), {}))


@pytest.mark.parametrize(
    ("by", "data", "reason"),
    [
        ("axiom", {}, "there is no step kind"),
        ("hyp", {}, "entries of a hyp step"),
        ("hyp", {"name": "h", "why": "it is clear"}, "entries of a hyp step"),
        ("ring", {"using": [], "tree": {}}, "entries of a ring step"),
        ("apply", {"row": "sum_empty", "subst": {}, "from": []}, "entries of a apply step"),
        ("apply", {**row("sum_empty"), "in": "s1"}, "entries of a apply step"),
        ("apply", {**row("sum_empty"), "from": ["s1"]}, "premises"),
        ("apply", {**row("sum_empty"), "side": [[]]}, "side conditions"),
        ("apply", row("index_positive"), "side conditions"),
        ("spec", {"of": "s1", "subst": {}}, "entries of a spec step"),
    ],
)
def test_entries_are_exactly_those_of_the_kind(by, data, reason):
    proof = Attempt({"h": Eq(a, b)})
    proof.hyp("h")
    proof.claim(by, data, Eq(a, b), ["h"])
    proof.refused(reason)


def test_rows_do_not_mix_dimensions():
    # (A (x) I) (I (x) B) = (A I) (x) (I B) with identities of the wrong sizes; vec X of another shape.
    proof = Attempt()
    eye = Identity(Dim.of("m"))
    dims = {"p": d, "q": d, "r": d, "s": d, "k": d, "l": d}
    out = Eq(Kronecker(A, eye) * Kronecker(B, eye), Kronecker(A * B, eye * eye))
    proof.claim_row(out, [], "kron_mix", dims=dims, A=A, B=eye, C=B, E=eye)
    proof.refused("shape")
    proof = Attempt()
    proof.claim_row(Eq(Vec(W), Vec(W)), [], "vec_sum", dims={"p": p, "q": q}, A=W, B=V.T)
    proof.refused("shape")
    proof = Attempt()
    proof.claim_row(Eq(W * X, Y), [], "d_self", dims={"j": p, "k": q}, w=X, v=V)
    proof.refused("shape")


def test_powers_are_not_split_below_zero():
    # c^(-1) c^1 = c^0 = 1, for c = 0 as well.
    proof = Attempt()
    out = Eq(Power(c, L) * Power(c, n), Power(c, L + n))
    proof.claim_row(out, [], "power_add", side=[[], []], indices={"a": L, "b": n}, c=c)
    proof.refused("the order facts do not give", AssumptionMissing)
    proof = Attempt()
    proof.claim("ring", {"using": []}, Eq(Power(c, L) * Power(c, n), Power(c, L + n)))
    proof.refused("the sides differ")
    proof = Attempt()
    proof.claim("ring", {"using": []}, Eq(Power(number(0), L), ZERO))
    proof.refused("the sides differ")


def test_a_chain_needs_letters_not_a_formula():
    proof = Attempt()
    chain = Chain(F, L, Index.of(1))
    of = proof.refl(chain)
    formula = Lambda("j", Member(F, Index.var("j")))
    proof.claim("spec", {"of": of, "subst": {"families": {"W": formula}}, "discharge": {}}, Eq(chain, chain))
    proof.refused("needs a family of letters, not a formula")
