"""The attack list, 9 and 12, and what else was tried: circles, rows, hypotheses, malformed steps.

Deliberate false proofs, each refused for its own reason. Every test says which falsehood it would prove; where there
is an honest version of the inference, a test next to it shows that the kernel accepts that one, so that the refusal is
about the fault and not about the form.
"""

from fractions import Fraction

import pytest

from symland.errors import StepRejected, UsageError
from symland.language.index import Dim, Index
from symland.language.nodes import Family
from symland.language.statements import Eq, ForAll, Grad, Hess, Le, NonNeg
from symland.language.terms import (
    Chain,
    D,
    DimScalar,
    Identity,
    IndexScalar,
    Member,
    Power,
    SquaredNorm,
    Symbol,
    Zero,
    number,
)
from symland.proof.kernel import replay
from symland.proof.rules.registry import ROWS, TABLES
from tests.reject.attempt import Attempt
from tests.reject.letters import ONE, ZERO, W, X, a, b, c, d, k, l, t


# == 9. circles ==================================================================================================
def test_9_a_step_that_cites_itself():
    proof = Attempt()
    proof.claim("rewrite", {"in": "s1", "at": [], "eq": "s1"}, Eq(ZERO, ONE), id="s1")
    proof.refused("was not proved before")
    proof = Attempt()
    proof.claim("ring", {"using": [{"eq": "s1"}]}, Eq(ZERO, ONE), id="s1")
    proof.refused("was not proved before")


def test_9_two_steps_that_cite_each_other():
    proof = Attempt()
    proof.claim("ring", {"using": [{"eq": "s2"}]}, Eq(ZERO, ONE), id="s1")
    trace = proof.trace()
    proof.claim("ring", {"using": [{"eq": "s1"}]}, Eq(ZERO, ONE), id="s2")
    with pytest.raises(StepRejected, match="'s2' was not proved before") as caught:
        replay(proof.trace())
    assert caught.value.step == "s1" and len(trace.steps) == 1


def test_9_a_hypothesis_is_not_a_step():
    proof = Attempt({"h": Eq(ZERO, ONE)})
    proof.claim("ring", {"using": [{"eq": "h"}]}, Eq(ZERO, ONE))
    proof.refused("was not proved before")


@pytest.mark.parametrize("name", ["s1", "h"])
def test_9_names_are_used_once(name):
    # The second s1 would inherit what cites the first; a step named like a hypothesis would stand for it.
    proof = Attempt({"h": Eq(a, b)})
    proof.hyp("h")
    proof.claim("refl", {"term": a}, Eq(a, a), id=name)
    with pytest.raises(StepRejected, match="used twice"):
        replay(proof.trace())


def test_9_a_theorem_is_a_step_of_the_trace():
    proof = Attempt({"h": Eq(ZERO, ONE)})
    proof.hyp("h")
    for theorem in ("s2", "h"):
        with pytest.raises(StepRejected, match="there is no step"):
            replay(proof.trace(theorem))


def test_9_every_step_and_hypothesis_serves_a_theorem():
    proof = Attempt({"h": Eq(a, b)})
    proof.hyp("h")
    proof.refl(a)
    with pytest.raises(StepRejected, match="unused steps: s1"):
        replay(proof.trace())
    proof = Attempt({"h": Eq(a, b)})
    proof.refl(a)
    with pytest.raises(StepRejected, match="unused hypotheses: h"):
        replay(proof.trace())


# == 12. a rule that is the theorem ==============================================================================
def test_12_no_row_speaks_of_a_gradient_a_hessian_or_a_loss():
    from symland.language.nodes import walk

    for name, rule in ROWS.items():
        for statement in (rule.conclusion, *rule.premises):
            nodes = list(walk(statement))
            assert not any(isinstance(x, (Grad, Hess, ForAll)) for x in nodes), name
            norms = [x for x in nodes if isinstance(x, SquaredNorm)]
            chains = [x for x in nodes if isinstance(x, Chain)]
            assert not (norms and chains), f"{name} speaks of the norm of a network"
            nested = [x for x in nodes if isinstance(x, D) and any(isinstance(y, D) for y in walk(x.args[0]))]
            assert not nested, f"{name} speaks of second derivatives"


def test_12_a_trace_brings_no_rules_of_its_own():
    proof = Attempt()
    proof.claim_row(Eq(ZERO, ONE), [], "theorem_4_5")
    proof.refused("there is no rule")
    with pytest.raises(TypeError):
        ROWS["theorem_4_5"] = ROWS["sum_empty"]
    with pytest.raises(TypeError):
        TABLES["mine"] = {}


def test_12_a_theorem_taken_as_a_hypothesis_stays_one():
    # The claim hides the hypothesis; honestly stated, it is printed with the theorem.
    proof = Attempt({"h": Grad(SquaredNorm(W), W, W)})
    proof.claim("hyp", {"name": "h"}, Grad(SquaredNorm(W), W, W))
    proof.refused("rests on other hypotheses than stated")
    proof = Attempt({"h": Grad(SquaredNorm(W), W, W)})
    proof.hyp("h")
    assert list(proof.accepted().hypotheses) == ["h"]


@pytest.mark.parametrize("deps", [[], ["h", "h"], ["g"], ["h", "g"], ["h", "k"]])
def test_12_the_stated_hypotheses_are_exactly_those_used(deps):
    proof = Attempt({"h": Eq(a, b), "g": Eq(b, c)})
    proof.claim("hyp", {"name": "h"}, Eq(a, b), deps)
    proof.refused("rests on other hypotheses")


# == what else was tried =========================================================================================
@pytest.mark.parametrize(
    ("by", "data"),
    [
        ("axiom", {}),
        ("hyp", {}),
        ("hyp", {"name": "h", "why": "it is clear"}),
        ("hyp", {"name": ["h"]}),
        ("refl", {"term": None}),
        ("refl", {"term": Eq(a, b)}),
        ("apply", {"row": "sum_empty", "subst": {}, "from": []}),
        ("apply", {"row": ["sum_empty"], "subst": {}, "from": [], "side": []}),
        ("apply", {"row": "sum_empty", "subst": {"symbols": {"nothing": a}}, "from": [], "side": []}),
        ("apply", {"row": "sum_empty", "subst": {"letters": {}}, "from": [], "side": []}),
        ("apply", {"row": "sum_empty", "subst": {"indices": {"a": 3}}, "from": [], "side": []}),
        ("apply", {"row": "d_self", "subst": {"symbols": {"w": W * X}}, "from": [], "side": []}),
        ("rewrite", {"in": "s1", "at": [0]}),
        ("rewrite", {"in": "s1", "at": [2], "eq": "s1"}),
        ("rewrite", {"in": "s1", "at": [-1], "eq": "s1"}),
        ("rewrite", {"in": "s1", "at": [True], "eq": "s1"}),
        ("rewrite", {"in": "s1", "at": [0, 0, 0, 0], "eq": "s1"}),
        ("rewrite", {"in": "s1", "at": [0], "eq": "s1", "row": "sum_empty"}),
        ("rewrite", {"in": "s1", "at": [0], "eq": "s1", "segment": [0, 1]}),
        ("all", {"from": "s1", "value": l, "side": [[], []]}),
        ("ring", {"using": [{}]}),
        ("ring", {"using": [{"eq": "s1", "times": "2"}]}),
        ("identify", {"from": "s1"}),
        ("spec", {"of": "s1", "subst": {}, "discharge": {"g": {}}}),
        ("spec", {"of": "s1", "subst": {"symbols": {"a": W}}, "discharge": {}}),
        ("spec", {"of": "s1", "subst": {"dims": {"d": 3}}, "discharge": {}}),
    ],
)
def test_malformed_steps_are_refused_like_false_ones(by, data):
    proof = Attempt({"h": Eq(a, b)})
    proof.hyp("h")
    proof.claim(by, data, Eq(b, a), ["h"])
    proof.refused(None, file=False)


def handmade(kind):
    """Index expressions and dimensions that no function makes: each would mean two things, or none."""
    return {
        "negative": Dim((((), -3),)),
        "zero": Dim((((), 0),)),
        "empty": Dim(()),
        "twice": Dim((((("d", None),), 1), ((("d", None),), 1))),
        "unsorted": Dim((((("q", None), ("p", None)), 1),)),
        "half": Dim((((("d", None),), Fraction(1, 2)),)),
        "nan": Index(((), float("nan"))),
        "float": Index(((), 1.0)),
        "fraction": Index(((), Fraction(1, 2))),
        "repeated": Index(((("l", 1), ("l", 1)), 0)),
        "nothing": Index(((("l", 0),), 0)),
    }[kind]


@pytest.mark.parametrize("kind", ["negative", "zero", "empty", "twice", "unsorted", "half"])
def test_handmade_dimensions(kind):
    # 0 <= |I|^2 = d at d := -3.
    proof = Attempt()
    start = proof.pos(Le(ZERO, DimScalar(d)), {"square": Identity(d)})
    data = {"of": start, "subst": {"dims": {"d": handmade(kind)}}, "discharge": {}}
    proof.claim("spec", data, Le(ZERO, number(-3)))
    proof.refused("cannot stand for", file=False)
    for make in (Identity, DimScalar, lambda x: Zero(x, d), lambda x: Symbol("M", (x, d), frozenset())):
        with pytest.raises(UsageError, match="takes"):
            make(handmade(kind))
    with pytest.raises(UsageError, match="a shape and facts"):
        Family("M", (handmade(kind), d))


@pytest.mark.parametrize("kind", ["nan", "float", "fraction", "repeated", "nothing"])
def test_handmade_index_expressions(kind):
    # not a number <= anything is never found false: every instance of an empty "all" would hold, at 1 <= 0 too.
    proof = Attempt({"low": NonNeg(k - 1), "high": NonNeg(-k)})
    bounds = {"var": "k", "lo": Index.of(1), "hi": Index.of(0), "low": "low", "high": "high"}
    contradiction = [[("low", 6), ("high", 6)]]
    negative = proof.apply("index_positive", indices={"a": -5}, side=contradiction)
    tree = {"product": [{"rational": Fraction(1, 5)}, {"theorem": negative}]}
    false = proof.pos(Le(ONE, ZERO), tree)
    every = proof.step("forall", {"from": false, **bounds})
    assert proof.statement(every) is ForAll.over("k", 1, 0, Le(ONE, ZERO))  # true: there is no such k
    proof.claim("all", {"from": every, "value": handmade(kind), "side": [[], []]}, Le(ONE, ZERO))
    proof.refused("an index|malformed", file=False)
    for make in (IndexScalar, NonNeg, lambda e: Member(t, e), lambda e: Power(c, e)):
        if kind == "float":  # it is equal to 1: where there is a node of 1 already, it is that one
            one = make(Index.of(1))
            assert make(handmade(kind)) is one
            continue
        with pytest.raises(UsageError, match="takes"):
            make(handmade(kind))


def test_an_empty_node_says_nothing():
    for cls in (Eq, Symbol, Identity):
        proof = Attempt()
        proof.claim("refl", {"term": object.__new__(cls)}, Eq(a, a))
        proof.refused("malformed", file=False)


def test_hypotheses_that_change_while_they_are_read():
    # Another mapping for the theorem than for the proof: the theorem would rest on 1 = 1.
    class TwoFaced(dict):
        def items(self):
            return [("h", Eq(ONE, ONE))]

        def keys(self):
            return ["h"]

    proof = Attempt({"h": Eq(ZERO, ONE)})
    proof.hyp("h")
    trace = proof.trace()
    lying = type(trace)(TwoFaced(trace.hypotheses), trace.steps, trace.theorems)
    try:
        theorem = replay(lying)["theorem"]
    except StepRejected:
        return
    assert theorem.hypotheses["h"] is Eq(ZERO, ONE)
