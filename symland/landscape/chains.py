"""Facts about chains `W[b..a]` of every length, by induction: lower bounds of singular values, and their products."""

from __future__ import annotations

from typing import cast

from symland.calculus.prover import Prover
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Family, Lambda
from symland.language.terms import Term

ZERO = T.number(0)
BOUND = Index.var("n")  # the upper end of the chain in the inductions
START = Index.var("a")  # its lower end


def range_facts(p: Prover, k: Index, lo: Index, hi: Index) -> tuple[str, str, str]:
    """The order facts of an induction on k: k >= lo, hi >= k + 1, hi >= k."""
    facts = (S.at_least(k, lo), S.at_least(hi, k + 1), S.at_least(hi, k))
    low, up, high = (p.assume(repr(f), f) for f in facts)
    return low, up, high


def induct(
    p: Prover, base: str, step: str, hyp: str, k: Index, lo: Index, hi: Index, facts: tuple[str, str, str]
) -> str:
    """The conclusion of an induction on k from lo to hi."""
    low, up, high = facts
    data = {"base": base, "step": step, "hyp": hyp, "var": str(k), "lo": lo, "hi": hi}
    return p.emit("induct", {**data, "low": low, "up": up, "high": high})


def product_of_squares(bound: Family, hi: Index, lo: Index) -> Term:
    """prod(i, lo..hi, t[i]^2)."""
    return cast(Term, T.BoundedProduct.over("i", lo, hi, bound["i"] ** 2))


def products_nonnegative(p: Prover, bound: Family, depth: Index) -> str:
    """`0 <= prod(i, a..n, t[i]^2)` for a - 1 <= n <= depth."""
    n, a = BOUND, START
    square = Lambda("j", bound["j"] ** 2)
    phi = S.Le(ZERO, product_of_squares(bound, n, a))
    facts = range_facts(p, n, a - 1, depth)
    p.assume("phi: products", phi)
    base = p.pos(ZERO, T.number(1), {"rational": T.number(1).args[0]})
    base = p.rewrite(base, (1,), "product_empty", reverse=True, families={"F": square}, indices={"a": a})
    step = p.pos(
        ZERO, bound[n + 1] ** 2 * product_of_squares(bound, n, a),
        {"product": [{"square": bound[n + 1]}, {"theorem": p.hyp("phi: products")}]},
    )  # fmt: skip
    step = p.rewrite(step, (1,), "product_top", reverse=True, families={"F": square}, indices={"a": a, "b": n + 1})
    return induct(p, base, step, "phi: products", n, a - 1, depth, facts)


def chain_bounds(p: Prover, family: Family, bound: Family, depth: Index, layers: str) -> str:
    """`LB(W[n..a], I, prod(i, a..n, t[i]^2))` for a - 1 <= n <= depth and 1 <= a, from the hypothesis `layers`:
    all k in 1..depth: LB(W[k], I, t[k]^2). Square layers. Source: the rule SIGPROD."""
    n, a = BOUND, START
    eye = cast(Term, T.Identity(family.shape[1]))
    square = Lambda("j", bound["j"] ** 2)
    phi = S.LB(T.Chain(family, n, a), eye, product_of_squares(bound, n, a))
    facts = range_facts(p, n, a - 1, depth)
    p.assume("a >= 1", S.at_least(a, 1))
    p.assume("phi: bounds", phi)
    base = p.apply("lb_identity", dims={"p": family.shape[1]})
    base = p.rewrite(base, (0,), "chain_empty", reverse=True, families={"X": family}, indices={"a": a})
    base = p.rewrite(base, (2,), "product_empty", reverse=True, families={"F": square}, indices={"a": a})
    here = p.all_at(p.hyp(layers), n + 1)
    positive = p.pos(ZERO, bound[n + 1] ** 2, {"square": bound[n + 1]})
    step = p.apply(
        "lb_product", [positive, here, p.hyp("phi: bounds")],
        A=family[n + 1], B=T.Chain(family, n, a), c=bound[n + 1] ** 2, e=product_of_squares(bound, n, a),
    )  # fmt: skip
    step = p.rewrite(step, (0,), "chain_top", reverse=True, families={"X": family}, indices={"a": a, "b": n + 1})
    step = p.rewrite(step, (2,), "product_top", reverse=True, families={"F": square}, indices={"a": a, "b": n + 1})
    return induct(p, base, step, "phi: bounds", n, a - 1, depth, facts)


def between(p: Prover, id: str, hi: Index, lo: Index) -> str:
    """The instance of one of the inductions above for the range lo..hi."""
    return p.spec(id, indices={str(BOUND): hi, str(START): lo})
