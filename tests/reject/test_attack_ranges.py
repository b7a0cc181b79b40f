"""The attack list, 3 to 5: index variables, binders and ranges.

Deliberate false proofs, each refused for its own reason. Every test says which falsehood it would prove; where there
is an honest version of the inference, a test next to it shows that the kernel accepts that one, so that the refusal is
about the fault and not about the form.
"""

from fractions import Fraction

import pytest

from symland.errors import AssumptionMissing, ParseError, StepRejected
from symland.language.index import Dim, Index
from symland.language.nodes import Lambda
from symland.language.statements import Eq, ForAll, Le, Lt, NonNeg
from symland.language.terms import (
    BoundedProduct,
    BoundedSum,
    Chain,
    D,
    DimScalar,
    IndexScalar,
    Inner,
    Member,
    Power,
    SquaredNorm,
    Zero,
    family,
    matrix,
    number,
)
from symland.proof.kernel import replay
from symland.proof.rules.registry import ROWS
from symland.read.json import parse_trace
from symland.write.json import to_json
from tests.reject.attempt import Attempt, instance, row
from tests.reject.letters import ONE, VL, ZERO, F, H, L, S, U, V, W, c, d, i, k, l, n, p, q, t, width

# == 3. a variable that is not arbitrary =========================================================================
RANGE = {"low": NonNeg(k - 1), "high": NonNeg(L - k)}
BOUNDS = {"var": "k", "lo": Index.of(1), "hi": L, "low": "low", "high": "high"}
NOT_ARBITRARY = "k is not arbitrary"


def test_3_forall_with_the_variable_in_a_hypothesis():
    # 0 <= t[k] for one k gives it for all.
    proof = Attempt({**RANGE, "one": Le(ZERO, t[k])})
    everywhere = ForAll.over("k", 1, L, Le(ZERO, t[k]))
    proof.claim("forall", {"from": proof.hyp("one"), **BOUNDS}, everywhere, ["one"])
    proof.refused(NOT_ARBITRARY)


def test_3_sum_mono_with_the_variable_in_a_hypothesis():
    # t[k] <= s[k] for one k gives sum t <= sum s.
    s = family("s")
    proof = Attempt({**RANGE, "one": Le(t[k], s[k])})
    sums = Le(BoundedSum.over("k", 1, L, t[k]), BoundedSum.over("k", 1, L, s[k]))
    proof.claim("sum_mono", {"from": proof.hyp("one"), **BOUNDS, "binder": "sum"}, sums, ["one"])
    proof.refused(NOT_ARBITRARY)


def test_3_the_variable_in_the_dimensions_of_a_hypothesis():
    # The hypothesis is about one width n[k].
    proof = Attempt({**RANGE, "one": Eq(DimScalar(Dim.member("n", k)), ONE)})
    everywhere = ForAll.over("k", 1, L, Eq(DimScalar(Dim.member("n", k)), ONE))
    proof.claim("forall", {"from": proof.hyp("one"), **BOUNDS}, everywhere, ["one"])
    proof.refused(NOT_ARBITRARY)


def test_3_honest_forall_over_an_arbitrary_index():
    everywhere = ForAll.over("k", 1, L, Le(ZERO, t[k]))
    proof = Attempt({**RANGE, "all": everywhere})
    one = proof.step("all", {"from": proof.hyp("all"), "value": k, "side": [[("low", 1)], [("high", 1)]]})
    proof.step("forall", {"from": one, **BOUNDS})
    assert list(proof.accepted().hypotheses) == ["all"]


def test_3_forall_over_a_range_that_the_facts_do_not_give():
    # The facts say 1 <= k <= L, the claim is about 0 <= k <= L.
    proof = Attempt({**RANGE, "all": ForAll.over("k", 1, L, Le(ZERO, t[k]))})
    one = proof.step("all", {"from": proof.hyp("all"), "value": k, "side": [[("low", 1)], [("high", 1)]]})
    wide = {**BOUNDS, "lo": Index.of(0)}
    proof.claim("forall", {"from": one, **wide}, ForAll.over("k", 0, L, Le(ZERO, t[k])), ["all"])
    proof.refused("the order fact low")


def test_3_forall_where_the_variable_bounds_its_own_range():
    # k <= k for all k in 1..k would name two variables alike.
    proof = Attempt({"low": NonNeg(k - 1), "high": NonNeg(Index.of(0))})
    one = proof.pos(Le(ZERO, ONE), {"rational": Fraction(1)})
    own = {**BOUNDS, "hi": k}
    proof.claim("forall", {"from": one, **own}, ForAll.over("k", 1, L, Le(ZERO, ONE)))
    proof.refused("occurs in its own range")


INDUCTION = {"low": NonNeg(n), "up": NonNeg(L - n - 1), "high": NonNeg(L - n)}
INDUCT = {"hyp": "phi", "var": "n", "lo": Index.of(0), "hi": L, "low": "low", "up": "up", "high": "high"}


def phi(index):
    return Le(ZERO, Power(c, index))


def induction(extra):
    """0 <= c^n by induction, with these further hypotheses; the honest step uses 0 <= c."""
    return Attempt({**INDUCTION, "phi": phi(n), **extra})


def honest_step(proof, positive):
    """0 <= c^(n+1) from 0 <= c^n and 0 <= c."""
    step = proof.pos(
        Le(ZERO, Power(c, n) * Power(c, Index.of(1))),
        {"product": [{"theorem": proof.hyp("phi")}, {"theorem": positive}]},
    )
    rule = row("power_add", side=[[("low", 1)], []], indices={"a": n, "b": 1}, c=c)
    return proof.rewrite(step, (1,), rule)


def test_3_honest_induction():
    proof = induction({"c": Le(ZERO, c)})
    base = proof.pos(Le(ZERO, Power(c, Index.of(0))), {"rational": Fraction(1)})
    step = honest_step(proof, proof.hyp("c"))
    proof.step("induct", {"base": base, "step": step, **INDUCT})
    assert sorted(proof.accepted().hypotheses) == ["c", "high", "low"]


def test_3_induction_whose_step_rests_on_the_variable_elsewhere():
    # 0 <= t[n] for the n of the moment.
    proof = Attempt({**INDUCTION, "phi": Le(ZERO, t[n]), "next": Le(ZERO, t[n + 1]), "first": Le(ZERO, t[0])})
    base, step = proof.hyp("first"), proof.hyp("next")
    proof.claim("induct", {"base": base, "step": step, **INDUCT}, Le(ZERO, t[n]), ["first", "next", "low", "high"])
    proof.refused("n is not arbitrary: it occurs in next")


def test_3_induction_whose_base_rests_on_the_variable():
    # t[n] = t[0] at the n of the moment gives the base, and nothing for other n.
    proof = Attempt(
        {**INDUCTION, "phi": Le(ZERO, t[n]), "now": Le(ZERO, t[n]), "equal": Eq(t[n], t[0]), "up1": Le(t[n], t[n + 1])}
    )
    now = proof.hyp("now")
    base = proof.rewrite(now, (1,), proof.hyp("equal"))
    tree = {"sum": [{"theorem": proof.hyp("phi")}, {"theorem": proof.hyp("up1")}]}
    step = proof.pos(Le(ZERO, t[n + 1]), tree)
    deps = ["now", "equal", "up1", "low", "high"]
    proof.claim("induct", {"base": base, "step": step, **INDUCT}, Le(ZERO, t[n]), deps)
    proof.refused("n is not arbitrary")


def test_3_induction_whose_base_is_the_induction_hypothesis():
    # phi does not mention n: base and step are phi itself, which would prove 1 <= 0.
    proof = Attempt({**INDUCTION, "phi": Le(ONE, ZERO)})
    phi_step = proof.hyp("phi")
    proof.claim("induct", {"base": phi_step, "step": phi_step, **INDUCT}, Le(ONE, ZERO), ["low", "high"])
    proof.refused("rests on the induction hypothesis")


@pytest.mark.parametrize("part", ["base", "step"])
def test_3_induction_from_a_wrong_base_or_step(part):
    # The base at 1 instead of 0; the step from n to n instead of n + 1.
    proof = induction({"c": Le(ZERO, c)})
    base = proof.pos(Le(ZERO, Power(c, Index.of(0))), {"rational": Fraction(1)})
    step = honest_step(proof, proof.hyp("c"))
    wrong = {"base": {"base": step, "step": step}, "step": {"base": base, "step": base}}[part]
    proof.claim("induct", {**wrong, **INDUCT}, phi(n), ["c", "low", "high"])
    proof.refused(f"the {part} of the induction")


def test_3_induction_beyond_the_range_of_the_step():
    # The step holds for n < L; the claim is about all n <= L + 5.
    proof = induction({"c": Le(ZERO, c), "far": NonNeg(L + 5 - n)})
    base = proof.pos(Le(ZERO, Power(c, Index.of(0))), {"rational": Fraction(1)})
    step = honest_step(proof, proof.hyp("c"))
    proof.claim("induct", {"base": base, "step": step, **INDUCT, "high": "far"}, phi(n), ["c", "low", "far"])
    proof.refused("the order fact high")


def test_3_a_strict_inequality_does_not_survive_an_empty_sum():
    # 0 < 1 for k in 1..L gives 0 < L, false for L = 0.
    proof = Attempt(RANGE)
    one = proof.apply("index_positive", indices={"a": 1}, side=[[]])
    claim = Lt(BoundedSum.over("k", 1, L, ZERO), BoundedSum.over("k", 1, L, IndexScalar(Index.of(1))))
    proof.claim("sum_mono", {"from": one, **BOUNDS, "binder": "sum"}, claim)
    proof.refused("sums keep <= and =")


def test_3_products_do_not_keep_inequalities():
    # -2 <= 1 gives (-2)^2 <= 1.
    proof = Attempt(RANGE)
    one = proof.pos(Le(number(-2), ONE), {"rational": Fraction(3)})
    claim = Le(BoundedProduct.over("k", 1, L, number(-2)), BoundedProduct.over("k", 1, L, ONE))
    proof.claim("sum_mono", {"from": one, **BOUNDS, "binder": "product"}, claim)
    proof.refused("products keep =")


# == 4. capture of a bound variable ==============================================================================
CAPTURE = "bound variable in from outside"


def constant_sums(proof):
    """sum(i, 1..2, c) = sum(i, 0..1, c)."""
    return proof.ring(Eq(BoundedSum.over("i", 1, 2, c), BoundedSum.over("i", 0, 1, c)))


@pytest.mark.parametrize("name", ["#0", "#1", "%0", "%1", "_"])
def test_4_a_replacement_that_contains_a_bound_variable(name):
    # c := i under the sums: 1 + 2 = 0 + 1.
    proof = Attempt()
    start = constant_sums(proof)
    wrong = Eq(BoundedSum.over("i", 1, 2, IndexScalar(i)), BoundedSum.over("i", 0, 1, IndexScalar(i)))
    data = {"of": start, "subst": {"symbols": {"c": IndexScalar(Index.var(name))}}, "discharge": {}}
    proof.claim("spec", data, wrong)
    proof.refused(CAPTURE, file="%" not in name)
    if "%" in name:  # such a name cannot even be written in a file
        with pytest.raises(ParseError, match="not an index variable"):
            parse_trace(to_json(proof.trace()))


def test_4_honest_a_replacement_with_a_variable_of_its_own():
    proof = Attempt()
    proof.step("spec", {"of": constant_sums(proof), "subst": {"symbols": {"c": IndexScalar(i)}}, "discharge": {}})
    sums = [BoundedSum.over("other", *ends, IndexScalar(i)) for ends in ((1, 2), (0, 1))]
    assert proof.accepted().statement is Eq(*sums)


@pytest.mark.parametrize("name", ["#0", "%0"])
def test_4_rows_capture_nothing(name):
    # sum(i, a..b, c) = (b - a + 1) c with c := i.
    proof = Attempt({"low": NonNeg(L)})
    value = IndexScalar(Index.var(name))
    rule = {"indices": {"a": 1, "b": L}, "side": [[("low", 1)]], "c": value}
    wrong = Eq(BoundedSum.over("i", 1, L, IndexScalar(i)), IndexScalar(L) * IndexScalar(i))
    proof.claim_row(wrong, ["low"], "sum_constant", **rule)
    proof.refused(CAPTURE, file="%" not in name)


def test_4_a_formula_for_a_family_captures_nothing():
    # sum(i, 1..2, t[i]) = sum(i, 0..1, t[i + 1]) with t[j] := the bound variable.
    proof = Attempt()
    start = proof.ring(Eq(BoundedSum.over("i", 1, 2, t[i]), BoundedSum.over("i", 0, 1, t[i + 1])))
    subst = {"families": {"t": Lambda("j", IndexScalar(Index.var("%0")))}}
    wrong = Eq(BoundedSum.over("i", 1, 2, IndexScalar(i)), BoundedSum.over("i", 0, 1, IndexScalar(i)))
    proof.claim("spec", {"of": start, "subst": subst, "discharge": {}}, wrong)
    proof.refused(CAPTURE, file=False)


def test_4_an_instance_of_all_captures_nothing():
    # all k: sum(i, 1..2, k) = sum(i, 0..1, k) at k := i.
    proof = Attempt(RANGE)
    sums = proof.ring(Eq(BoundedSum.over("i", 1, 2, IndexScalar(k)), BoundedSum.over("i", 0, 1, IndexScalar(k))))
    start = proof.step("forall", {"from": sums, **BOUNDS})
    wrong = Eq(BoundedSum.over("i", 1, 2, IndexScalar(i)), BoundedSum.over("i", 0, 1, IndexScalar(i)))
    proof.claim("all", {"from": start, "value": Index.var("%0"), "side": [[], []]}, wrong)
    proof.refused(CAPTURE, file=False)


def test_4_a_statement_with_a_loose_bound_variable():
    loose = Eq(t[Index.var("#0")], t[Index.var("#0")])
    proof = Attempt()
    proof.claim("refl", {"term": loose.args[0]}, loose)
    proof.refused("outside its binder")
    with pytest.raises(StepRejected, match="outside its binder"):
        replay(type(proof.trace())({"h": loose}, (), {}))


def test_4_a_bound_variable_in_its_own_range():
    # A range that mentions the variable it binds has no meaning; such a node is not closed.
    node = BoundedSum(Index.of(1), Index.var("#0"), t[Index.var("#0")])
    proof = Attempt()
    proof.claim("refl", {"term": node}, Eq(node, node))
    proof.refused("outside its binder")


# == 5. chains, sums and products outside their range ============================================================
MISSING = "the order facts do not give"
LAYERS = {"low": NonNeg(l - 1), "high": NonNeg(L - l)}
SPLIT = {"families": {"X": F}, "indices": {"a": 1, "b": L, "l": l}}


def claim_split(proof, side, deps=()):
    out = instance(
        "chain_split", families={"X": F}, indices={"a": Index.of(1), "b": L, "l": l}, dims={"n": ("_", width)}
    )
    proof.claim_row(out, deps, "chain_split", side=side, **SPLIT)


def test_5_honest_splitting_inside_the_range():
    proof = Attempt(LAYERS)
    proof.apply("chain_split", side=[[("high", 1)], [("low", 1)]], **SPLIT)
    assert proof.accepted().statement is Eq(
        Chain(F, L, Index.of(1)), Chain(F, L, l + 1) * H * Chain(F, l - 1, Index.of(1))
    )


@pytest.mark.parametrize(
    "side",
    [
        [[], []],  # no reason given
        [[("low", 1)], [("low", 1)]],  # a fact that does not say it
        [[("high", 1)], [("high", 1)]],
        [[("high", 2)], [("low", 1)]],
        [[("high", Fraction(1, 2))], [("low", 1)]],
    ],
)
def test_5_splitting_a_chain_outside_its_range(side):
    # For l > L the chain W[L..1] would contain W[l], and its gradient with respect to W[l] would not vanish.
    proof = Attempt(LAYERS)
    claim_split(proof, side, ["low", "high"])
    proof.refused(MISSING, AssumptionMissing)


@pytest.mark.parametrize("multiplier", [-1, Fraction(-1, 2), True, 1.0, "1", None])
def test_5_multipliers_are_nonnegative_rationals(multiplier):
    # -1 times l - L >= 0 is L - l <= 0, not what is wanted.
    proof = Attempt({"low": NonNeg(l - 1), "wrong": NonNeg(l - L)})
    claim_split(proof, [[("wrong", multiplier)], [("low", 1)]], ["low", "wrong"])
    proof.refused("multipliers are nonnegative|malformed", file=False)


def test_5_a_certificate_cites_order_facts_among_the_hypotheses():
    proof = Attempt({**LAYERS, "other": Le(ZERO, c)})
    claim_split(proof, [[("other", 1)], [("low", 1)]], ["low", "other"])
    proof.refused("is not an order fact")
    proof = Attempt(LAYERS)
    claim_split(proof, [[("nothing", 1)], [("low", 1)]], ["low"])
    proof.refused("there is no hypothesis")


@pytest.mark.parametrize(
    ("name", "indices", "families"),
    [
        ("chain_top", {"a": 1, "b": L}, {"X": F}),  # W[0..1] = W[0] W[-1..1]
        ("chain_bottom", {"a": 1, "b": L}, {"X": F}),
        ("sum_top", {"a": 1, "b": L}, {"F": t}),  # 0 = t[0] + (nothing)
        ("product_top", {"a": 1, "b": L}, {"F": t}),  # 1 = t[0] times (nothing)
        ("sum_factor", {"a": 1, "b": L}, {"F": t}),
        ("sum_constant", {"a": 1, "b": L}, {}),  # a sum over 1..-5 would be -5 c
        ("product_constant", {"a": 1, "b": L}, {}),
        ("power_add", {"a": L, "b": k}, {}),  # 0^(-1) 0^1 = 0^0 = 1
        ("power_positive", {"a": L}, {}),
        ("index_positive", {"a": L}, {}),
    ],
)
def test_5_ranges_that_nothing_says_are_not_empty(name, indices, families):
    proof = Attempt({"c": Lt(ZERO, c)})
    premises = [proof.hyp("c")] if ROWS[name].premises else []
    side = [[] for _ in ROWS[name].side]
    dims = {"n": ("_", width)} if "X" in families else {}
    replaced = {"indices": {k: Index.of(v) for k, v in indices.items()}, "families": families}
    out = instance(name, **replaced, dims=dims)
    proof.claim_row(out, ["c"] if premises else [], name, *premises, side=side, indices=indices, families=families)
    proof.refused(MISSING, AssumptionMissing)


def test_5_a_chain_of_negative_length_cannot_be_written():
    proof = Attempt()
    out = Eq(Chain(F, L, Index.of(1)), Chain(F, L, Index.of(1)))
    proof.claim_row(out, [], "chain_empty", families={"X": F}, indices={"a": 3})
    proof.refused("not the stated one")
    proof = Attempt({"fact": NonNeg(Index.of(0))})
    side = [[("fact", 1)], [("fact", 1)]]
    proof.claim_row(out, ["fact"], "chain_split", side=side, families={"X": F}, indices={"a": 3, "b": 1, "l": 2})
    proof.refused("negative length|do not give")


@pytest.mark.parametrize(
    ("side", "why"),
    [
        ([], "certificates for"),  # not a word about the occurrence
        ([["above", [("high", 1)]]], MISSING),  # W[L..1] lies above l?
        ([["below", [("low", 1)]]], MISSING),
        ([["beside", []]], "above or below"),
    ],
)
def test_5_a_chain_through_the_variable_is_not_constant(side, why):
    # D(W[L..1]; W[l], V) = 0 although 1 <= l <= L.
    chain = Chain(F, L, Index.of(1))
    proof = Attempt(LAYERS)
    rows, columns = chain.shape
    data = {"dims": {"p": rows, "q": columns, "j": H.shape[0], "k": H.shape[1]}, "A": chain, "w": H, "v": VL}
    proof.claim_row(Eq(D(chain, H, VL), Zero(rows, columns)), ["low", "high"], "d_constant", side=[side], **data)
    proof.refused(why)


@pytest.mark.parametrize("inside", [W, W.T * W, Inner(W, U), D(U, W, V)])
def test_5_what_contains_the_variable_is_not_constant(inside):
    proof = Attempt()
    name, key = ("d_constant", "A") if inside.is_matrix else ("d_constant_scalar", "c")
    dims = {"j": p, "k": q, **(dict(zip("pq", inside.shape, strict=True)) if inside.is_matrix else {})}
    zero = Zero(*inside.shape) if inside.is_matrix else ZERO
    for side in ([], [["above", []]]):
        attempt = Attempt()
        attempt.claim_row(Eq(D(inside, W, V), zero), [], name, side=[side], dims=dims, **{key: inside}, w=W, v=V)
        attempt.refused("occurs in|certificates for")
    del proof


def test_5_letters_under_a_binder_are_not_compared_by_their_index():
    # sum(i, 1..L, |W[i]|^2) contains W[l], whatever is said of the bound index: see test_attack_depth.
    total = BoundedSum.over("i", 1, L, SquaredNorm(Member(F, i)))
    proof = Attempt(LAYERS)
    dims = {"j": H.shape[0], "k": H.shape[1]}
    data = {"side": [[["above", [("low", 1)]]]], "dims": dims, "c": total, "w": H, "v": VL}
    proof.claim_row(Eq(D(total, H, VL), ZERO), ["low"], "d_constant_scalar", **data)
    proof.refused(MISSING, AssumptionMissing)


def test_5_letters_of_equal_names_count_as_one():
    # D(W[l]; W, V) = 0, and D of a letter with other facts: the names are all that freshness can rely on.
    square = matrix("W", "d", "d")
    for inside in (H, matrix("W", "d", "d", "symmetric"), matrix("W", "p", "q")):
        proof = Attempt()
        dims = {"p": inside.shape[0], "q": inside.shape[1], "j": d, "k": d}
        out = Eq(D(inside, square, S), Zero(*inside.shape))
        proof.claim_row(out, [], "d_constant", side=[[["above", []]]], dims=dims, A=inside, w=square, v=S)
        proof.refused("occurs in")
