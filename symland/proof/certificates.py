"""What is computed: order certificates, and the steps `ring`, `network` and `pos` by normal form. Part of the trusted
base."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Protocol

from symland.errors import AssumptionMissing, StepRejected
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Node
from symland.proof.normal_form import words as W
from symland.proof.normal_form.network import Networks
from symland.proof.scope import letter_name, need, occurrences
from symland.proof.theorem import Judged


class Citing(Protocol):
    """What a computed step needs of the kernel: hypotheses, earlier steps, and one numbering of atoms."""

    hypotheses: dict[str, S.Statement]
    words: W.Words
    networks: Networks

    def get(self, id: str) -> Judged: ...

    def hypothesis(self, name: str) -> S.Statement: ...


def nonneg(k: Citing, e: Index, certificate: Any) -> frozenset[str]:
    """e >= 0, since e minus a nonnegative combination of order facts is a nonnegative constant."""
    rest: dict[str, int | Fraction] = dict(e.coefficients)
    constant: int | Fraction = e.constant
    names = set()
    for name, c in certificate:
        fact = k.hypothesis(name)
        if not isinstance(fact, S.NonNeg):
            raise StepRejected(f"{name} is not an order fact", found=fact)
        good = isinstance(c, (int, Fraction)) and not isinstance(c, bool) and c >= 0
        need(good, "multipliers are nonnegative rationals", ">= 0", c)
        for v, m in fact.index.coefficients:
            rest[v] = rest.get(v, 0) - c * m
        constant -= c * fact.index.constant
        names.add(name)
    if any(rest.values()) or constant < 0:
        wanted = S.NonNeg(e)
        raise AssumptionMissing(f"the order facts do not give {wanted!r}", expected=wanted, found=sorted(names))
    return frozenset(names)


def not_in(k: Citing, letter: Node, term: Node, certificate: Any) -> frozenset[str]:
    """The letter does not occur in the term: the indices of each letter of its name lie above or below."""
    inside = occurrences(letter_name(letter), term)
    need(len(inside) == len(certificate), f"certificates for {letter!r}", len(inside), len(certificate))
    deps: frozenset[str] = frozenset()
    for (_, low, high), (side, cert) in zip(inside, certificate, strict=True):
        if not isinstance(letter, T.Member) or low is None or high is None:
            raise AssumptionMissing(f"{letter!r} occurs in {term!r}")
        need(side in ("above", "below"), "an occurrence lies above or below")
        gap = low - letter.index if side == "above" else letter.index - high
        deps |= nonneg(k, gap - 1, cert)
    return deps


def _cofactors(
    k: Citing, forms: W.Words | Networks, using: Any, out: dict[Any, Any], shape: Any, sign: int
) -> tuple[frozenset[str], frozenset[str]]:
    """out += sign * sum of multiples of (u - v) over cited equations u = v."""
    deps: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    for c in using:
        need(set(c) <= {"eq", "times", "left", "right", "with", "transpose"}, f"entries of a cofactor: {sorted(c)}")
        e = k.get(c["eq"])
        need(isinstance(e.statement, S.Eq), "a cofactor needs an equation", "=", e.statement)
        u, v = e.statement.args
        gap = u - v
        if c.get("transpose", False):
            gap = gap.T
        for key, on_left in (("left", True), ("right", False)):
            if key in c:
                gap = T.product(c[key], gap) if on_left else T.product(gap, c[key])
        if "with" in c:
            gap = T.Inner(c["with"], gap)
        if "times" in c:
            gap = T.times(c["times"], gap)
        need(gap.shape == shape, "the multiple of an equation has another shape", shape, gap.shape)
        W.add(out, forms.scalar(gap) if gap.is_scalar else forms.matrix(gap), sign)
        deps, used = deps | e.deps, used | e.rows
    return deps, used


def ring(k: Citing, data: Mapping[str, Any], out: Any) -> Judged:
    """a = b, because a - b is a sum of multiples of cited equations: as words and traces."""
    return _identity(k, "ring", k.words, data, out)


def network(k: Citing, data: Mapping[str, Any], out: Any) -> Judged:
    """a = b, because a - b is a sum of multiples of cited equations: as tensor networks."""
    return _identity(k, "network", k.networks, data, out)


def _identity(k: Citing, kind: str, forms: W.Words | Networks, data: Mapping[str, Any], out: Any) -> Judged:
    need(isinstance(out, S.Eq), f"{kind} proves equations", "=", out)
    rest = forms.difference(*out.args)
    deps, used = _cofactors(k, forms, data["using"], rest, out.args[0].shape, -1)
    need(not rest, f"the sides differ: {len(rest)} terms remain", out.args[0], out.args[1])
    return Judged(deps, out, used)


def pos(k: Citing, data: Mapping[str, Any], out: Any) -> Judged:
    """a <= b, because b - a is a nonnegative tree plus multiples of cited equations."""
    need(isinstance(out, S.Le), "pos proves inequalities", "<=", out)
    value, deps, used = _piece(k, data["tree"])
    rest = dict(value)
    deps2, used2 = _cofactors(k, k.words, data["using"], rest, (), 1)
    W.add(rest, k.words.difference(out.args[1], out.args[0]), -1)
    need(not rest, f"the certificate does not add up: {len(rest)} terms remain", out)
    return Judged(deps | deps2, out, used | used2)


def _piece(k: Citing, p: Any) -> tuple[W.Scalar, frozenset[str], frozenset[str]]:
    """A nonnegative scalar: a rational, a square, a cited u <= v (as v - u), sums and products of these."""
    need(isinstance(p, dict) and len(p) == 1, "a piece is one of rational, square, theorem, sum, product")
    ((kind, x),) = p.items()
    none: frozenset[str] = frozenset()
    if kind == "rational":
        need(isinstance(x, Fraction) and x >= 0, "a piece is nonnegative", ">= 0", x)
        return W.constant(x), none, none
    if kind == "square":
        need(x.is_scalar or x.is_matrix, "a square of a term")
        s = k.words.scalar(T.SquaredNorm(x) if x.is_matrix else T.product(x, x))
        return s, none, none
    if kind == "theorem":
        j = k.get(x)
        need(isinstance(j.statement, (S.Le, S.Lt)), "a piece cites an inequality", "<=", j.statement)
        return k.words.difference(j.statement.args[1], j.statement.args[0]), j.deps, j.rows
    need(kind in ("sum", "product"), f"unknown piece {kind!r}")
    value: W.Scalar = {} if kind == "sum" else {(): 1}
    deps, used = none, none
    for part in x:
        v, d, r = _piece(k, part)
        if kind == "sum":
            W.add(value, v)
        else:
            value = W.multiply(value, v)
        deps, used = deps | d, used | r
    return value, deps, used
