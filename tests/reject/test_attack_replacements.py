"""The attack list, 8: replacing the variable of a derivative.

Deliberate false proofs, each refused for its own reason. Every test says which falsehood it would prove; where there
is an honest version of the inference, a test next to it shows that the kernel accepts that one, so that the refusal is
about the fault and not about the form.
"""

import pytest

from symland.language.index import Index
from symland.language.nodes import Lambda
from symland.language.statements import Eq, Grad, Hess, at_least
from symland.language.terms import (
    D,
    Inner,
    Member,
    SquaredNorm,
    Zero,
)
from tests.reject.attempt import Attempt
from tests.reject.letters import (
    ONE,
    VL,
    ZERO_W,
    F,
    G,
    H,
    U,
    V,
    W,
    X,
    Z,
    k,
    l,
    p,
    q,
)


# == 8. replacing the variable of a derivative ===================================================================
def lemma_about(term, direction=V):
    """An attempt with one step D(term; W, V) = D(term; W, V)."""
    proof = Attempt()
    return proof, proof.refl(D(term, W, direction))


def spec(proof, of, out, deps=(), **subst):
    proof.claim("spec", {"of": of, "subst": subst, "discharge": {}}, out, deps)


def constant_lemma():
    """U does not depend on W: D(U; W, V) = 0."""
    proof = Attempt()
    dims = {"p": p, "q": q, "j": p, "k": q}
    return proof, proof.apply("d_constant", side=[[]], dims=dims, A=U, w=W, v=V)


REPLACED = "of a derivative is not replaced"
MENTIONS = "a replacement mentions W"


def test_8_honest_constants_and_directions_may_be_replaced():
    proof, of = constant_lemma()
    data = {"of": of, "subst": {"symbols": {"U": Z + Z, "V": Z}}, "discharge": {}}
    proof.step("spec", data)
    assert proof.accepted().statement is Eq(D(Z + Z, W, Z), ZERO_W)


@pytest.mark.parametrize("value", [W, W * X * X.T, D(Z, W, V), Z + W])
def test_8_a_constant_becomes_the_variable(value):
    # D(U; W, V) = 0 with U := W gives V = 0.
    proof, of = constant_lemma()
    spec(proof, of, Eq(D(value, W, V), ZERO_W), symbols={"U": value})
    proof.refused(MENTIONS)


def test_8_the_variable_becomes_the_constant():
    # D(U; W, V) = 0 with W := U.
    proof, of = constant_lemma()
    spec(proof, of, Eq(D(U, U, V), ZERO_W), symbols={"W": U})
    proof.refused(REPLACED)


def test_8_the_variable_becomes_a_formula():
    # D(|W|^2; W, V) = 2 <W, V> "at W := C": the derivative of a constant.
    proof, of = lemma_about(SquaredNorm(W))
    spec(proof, of, Eq(ONE, ONE), symbols={"W": Z * X * X.T})
    proof.refused(REPLACED)


def test_8_the_variable_in_a_direction_that_is_differentiated_again():
    # D(D(f; W, V); U, Z) with V := U is not the second derivative along U.
    proof = Attempt()
    of = proof.refl(D(D(Inner(W, U), W, V), U, Z))
    spec(proof, of, Eq(ONE, ONE), symbols={"V": U})
    proof.refused("a replacement mentions U")


def family_lemma():
    """C[k] does not depend on W[l]: D(C[k]; W[l], V) = 0."""
    proof = Attempt()
    other = Member(G, k)
    dims = {"p": other.shape[0], "q": other.shape[1], "j": H.shape[0], "k": H.shape[1]}
    return proof, proof.apply("d_constant", side=[[]], dims=dims, A=other, w=H, v=VL)


@pytest.mark.parametrize(
    ("families", "reason"),
    [
        ({"C": F}, REPLACED),  # C becomes the family of the variable
        ({"W": G}, REPLACED),  # the variable becomes a member of C
        ({"C": Lambda("j", Member(F, Index.var("j")))}, MENTIONS),
        ({"C": Lambda("j", Member(G, Index.var("j")) + Member(F, Index.var("j")))}, MENTIONS),
        ({"W": Lambda("j", Member(G, Index.var("j")))}, REPLACED),
    ],
)
def test_8_families_are_not_made_equal(families, reason):
    # D(W[k]; W[l], V) = 0, false at k = l.
    proof, of = family_lemma()
    spec(proof, of, Eq(ONE, ONE), families=families)
    proof.refused(reason)


def test_8_independent_indices_become_equal():
    # D(W[k]; W[l], V) = 0 for k > l; the instance k := l needs l > l.
    above = Member(F, k)
    proof = Attempt({"k > l": at_least(k, l + 1)})
    dims = {"p": above.shape[0], "q": above.shape[1], "j": H.shape[0], "k": H.shape[1]}
    of = proof.apply("d_constant", side=[[["above", [("k > l", 1)]]]], dims=dims, A=above, w=H, v=VL)
    out = Eq(D(H, H, VL), Zero(*H.shape))
    for discharge in ({}, {"k > l": {"order": []}}, {"k > l": {"hypothesis": "k > l"}}):
        attempt = Attempt(proof.hypotheses)
        attempt.kernel.proved.update(proof.kernel.proved)
        attempt.steps.extend(proof.steps)
        attempt.claim("spec", {"of": of, "subst": {"indices": {"k": l}}, "discharge": discharge}, out)
        attempt.refused("is not discharged|do not give|what discharges")


def test_8_rewriting_the_variable_itself():
    # W = U at the point; D(|W|^2; W, V) would become D(|W|^2; U, V) = 0.
    proof = Attempt({"equal": Eq(W, U)})
    start, equal = proof.refl(D(SquaredNorm(W), W, V)), proof.hyp("equal")
    proof.claim_rewrite(start, (1, 1), equal, Eq(D(SquaredNorm(W), W, V), D(SquaredNorm(W), U, V)), ["equal"])
    proof.refused("is not rewritten")
    for statement, letters in ((Grad(SquaredNorm(W), W, W), (1,)), (Hess(ONE, W, W, Zero(p * q, p * q)), (1, 2))):
        for position in letters:
            proof = Attempt({"equal": Eq(W, U), "given": statement})
            start, equal = proof.hyp("given"), proof.hyp("equal")
            args = [*statement.args[:position], U, *statement.args[position + 1 :]]
            proof.claim_rewrite(start, (position,), equal, type(statement)(*args), ["equal", "given"])
            proof.refused("is not rewritten")


def test_8_the_variable_hidden_in_a_hypothesis():
    # A derivative in a hypothesis binds its variable as well.
    proof = Attempt({"h": Eq(D(U, W, V), ZERO_W)})
    of = proof.hyp("h")
    data = {"of": of, "subst": {"symbols": {"U": W}}, "discharge": {"h": {"hypothesis": "h"}}}
    proof.claim("spec", data, Eq(D(W, W, V), ZERO_W), ["h"])
    proof.refused(MENTIONS)
