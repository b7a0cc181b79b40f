"""Facts about the products of a network, of every length, by induction: lower bounds of singular values, inverses."""

from __future__ import annotations

from typing import Any, cast

from symland.calculus.prover import RIGHT, Path, Prover
from symland.landscape.products.networks import Network
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Family, Lambda
from symland.language.terms import Term

ZERO = T.number(0)
BOUND = Index.var("n")  # the upper end of the chain in the inductions
START = Index.var("a")  # its lower end


def unfold(p: Prover, n: Network, id: str, path: Path, how: str, **options: Any) -> str:
    """Rewrites a product of factors of the network at the path by the row "split", "top", "bottom" or "empty"."""
    return p.rewrite(id, path, f"{n.rows}_{how}", **n.bindings, **options)


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


def layer_facts(p: Prover, n: Network, l: Index) -> tuple[str, str]:
    """The order facts l >= 1 and L >= l."""
    low, high = (p.assume(repr(f), f) for f in (S.at_least(l, 1), S.at_least(n.depth, l)))
    return low, high


def for_all(p: Prover, id: str, k: Index, lo: Index, hi: Index) -> str:
    """`all k in lo..hi: S` from a step that says S for an arbitrary k."""
    low, high = (p.assume(repr(f), f) for f in (S.at_least(k, lo), S.at_least(hi, k)))
    return p.emit("forall", {"from": id, "var": str(k), "lo": lo, "hi": hi, "low": low, "high": high})


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


def chain_bounds(p: Prover, network: Network, bound: Family, layers: str) -> str:
    """`LB(F[n]*...*F[a], I, prod(i, a..n, t[i]^2))` for a - 1 <= n <= L and 1 <= a, where F[k] are the factors, from
    the hypothesis `layers`: all k in 1..L: LB(F[k], I, t[k]^2). Square layers. Source: the rule SIGPROD."""
    n, a, depth = BOUND, START, network.depth
    size = network.width(a)
    square = Lambda("j", bound["j"] ** 2)
    phi = S.LB(network.chain(n, a), T.Identity(size), product_of_squares(bound, n, a))
    facts = range_facts(p, n, a - 1, depth)
    p.assume("a >= 1", S.at_least(a, 1))
    p.assume("phi: bounds", phi)
    base = p.apply("lb_identity", dims={"p": size})
    base = unfold(p, network, base, (0,), "empty", reverse=True, indices={"a": a})
    base = p.rewrite(base, (2,), "product_empty", reverse=True, families={"F": square}, indices={"a": a})
    here = p.all_at(p.hyp(layers), n + 1)
    positive = p.pos(ZERO, bound[n + 1] ** 2, {"square": bound[n + 1]})
    step = p.apply(
        "lb_product", [positive, here, p.hyp("phi: bounds")],
        A=network.factor(n + 1), B=network.chain(n, a), c=bound[n + 1] ** 2, e=product_of_squares(bound, n, a),
    )  # fmt: skip
    step = unfold(p, network, step, (0,), "top", reverse=True, indices={"a": a, "b": n + 1})
    step = p.rewrite(step, (2,), "product_top", reverse=True, families={"F": square}, indices={"a": a, "b": n + 1})
    return induct(p, base, step, "phi: bounds", n, a - 1, depth, facts)


def chain_identity(p: Prover, network: Network, layers: str, lo: Index, hi: Index) -> str:
    """`F[n]*...*F[lo] = I` for lo - 1 <= n <= hi, where F[k] are the factors, from the hypothesis `layers` that the
    layers lo, ..., hi are those of the factor I."""
    n, hyp = BOUND, f"phi: {layers}"
    eye = cast(Term, T.Identity(network.width(lo)))
    facts = range_facts(p, n, lo - 1, hi)
    p.assume(hyp, S.equal(network.chain(n, lo), eye))
    base = unfold(p, network, p.refl(network.chain(lo - 1, lo)), RIGHT, "empty", indices={"a": lo})
    step = unfold(p, network, p.refl(network.chain(n + 1, lo)), RIGHT, "top", indices={"b": n + 1, "a": lo})
    here = p.all_at(p.hyp(layers), n + 1)
    step = p.turn(step, RIGHT, eye, [{"eq": here, "right": network.chain(n, lo)}, {"eq": p.hyp(hyp)}])
    return induct(p, base, step, hyp, n, lo - 1, hi, facts)


def chain_invertible(p: Prover, network: Network, layers: str, lo: Index, hi: Index) -> str:
    """`invertible(F[n]*...*F[lo])` for lo - 1 <= n <= hi, where F[k] are the factors, from the hypothesis `layers`:
    all k in lo..hi: invertible(F[k])."""
    n, hyp = BOUND, f"phi: {layers}"
    facts = range_facts(p, n, lo - 1, hi)
    p.assume(hyp, S.Invertible(network.chain(n, lo)))
    base = p.apply("invertible_identity", dims={"p": network.width(lo)})
    base = unfold(p, network, base, (0,), "empty", reverse=True, indices={"a": lo})
    premises = [p.all_at(p.hyp(layers), n + 1), p.hyp(hyp)]
    step = p.apply("invertible_product", premises, A=network.factor(n + 1), B=network.chain(n, lo))
    step = unfold(p, network, step, (0,), "top", reverse=True, indices={"a": lo, "b": n + 1})
    return induct(p, base, step, hyp, n, lo - 1, hi, facts)


def between(p: Prover, id: str, hi: Index, lo: Index) -> str:
    """The instance of one of the inductions above for the range lo..hi."""
    return p.spec(id, indices={str(BOUND): hi, str(START): lo})
