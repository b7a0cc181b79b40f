"""What a derivative demands: where an equation may be used under one, and when an equation names a gradient or a
Hessian block. Part of the trusted base."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symland.language import statements as S
from symland.language import terms as T
from symland.language.facts import restricts
from symland.language.nodes import Node
from symland.proof.certificates import Citing
from symland.proof.scope import letter_name, need, occurrences
from symland.proof.theorem import Judged

# How many letters follow what is differentiated.
LETTERS: dict[type[Node], int] = {T.D: 1, S.Grad: 1, S.Jac: 1, S.Hess: 2}
OPEN = (S.NonNeg, S.Lt, S.Positive, S.Nonzero, S.Invertible)  # conditions that hold in a neighborhood


def congruent(hypotheses: Mapping[str, S.Statement], node: Node, path: tuple[int, ...], deps: frozenset[str]) -> None:
    """Equals may replace equals at the path. Under a derivative that takes an equation near the point: none of its
    hypotheses may mention the variable, save conditions that hold in a neighborhood."""
    for i in path:
        need(type(i) is int and 0 <= i < len(node.args), f"no sub-expression {i!r}")
        letters = LETTERS.get(type(node), 0)
        need(i == 0 or i > letters, "the variable of a derivative is not rewritten")
        for w in node.args[1 : 1 + letters] if i == 0 else ():
            thin = [name for name in sorted(deps) if not holds_nearby(hypotheses[name], letter_name(w))]
            why = f"the equation rests on {', '.join(thin)}, which speaks of the variable at one point"
            need(not thin, f"{why}: it may not be used under a derivative", None, w)
        node = node.args[i]


def holds_nearby(hypothesis: S.Statement, name: str) -> bool:
    """Whether the hypothesis, if it holds at a point, holds for all values of the letter near it: it does not mention
    the letter, or it is an open condition on something continuous, or finitely many such conditions."""
    while isinstance(hypothesis, S.ForAll):
        hypothesis = hypothesis.args[2]
    is_open = isinstance(hypothesis, OPEN) and T.smooth_in(name, hypothesis)
    return is_open or not occurrences(name, hypothesis, binders=True)


def identify(k: Citing, data: Mapping[str, Any], out: Any) -> Judged:
    """D(f; w, V) = <G, V>, or G V for a scalar letter, for all V gives grad(f, w, G);
    D(D(f; w, V); u, U) = <vec V, H vec U> gives hess; vec D(F; w, V) = J vec V gives jac."""
    j = k.get(data["from"])
    need(isinstance(j.statement, S.Eq), "identify reads an equation", "=", j.statement)
    left, right = j.statement.args
    if isinstance(left, T.Vec) and isinstance(left.args[0], T.D):
        f, w, v = left.args[0].args
        form = isinstance(right, T.Product) and right.args[-1] is T.Vec(v)
        need(form, "the form J vec V", None, right)
        jacobian = T.flat(T.Product, *right.args[:-1])
        _arbitrary(k, (v,), (w,), (f, jacobian), j.deps)
        return Judged(j.deps, S.Jac(f, w, jacobian), j.rows)
    if isinstance(left, T.D) and left.args[1].is_scalar and not isinstance(left.args[0], T.D):
        f, w, v = left.args
        need(isinstance(right, T.Product) and right.args[-1] is v, "the form G V", v, right)
        slope = T.flat(T.Product, *right.args[:-1])
        _arbitrary(k, (v,), (w,), (f, slope), j.deps)
        return Judged(j.deps, S.Grad(f, w, slope), j.rows)
    need(isinstance(left, T.D) and isinstance(right, T.Inner), "the form D(f; w, V) = <G, V>", None, j.statement)
    if isinstance(left.args[0], T.D):
        (f, w, v), u, z = left.args[0].args, left.args[1], left.args[2]
        vec_v, image = right.args
        form = vec_v is T.Vec(v) and isinstance(image, T.Product) and image.args[-1] is T.Vec(z)
        need(form, "the form <vec V, H vec U>", None, right)
        h = T.flat(T.Product, *image.args[:-1])
        _arbitrary(k, (v, z), (w, u), (f, h), j.deps)
        return Judged(j.deps, S.Hess(f, w, u, h), j.rows)
    f, w, v = left.args
    g, direction = right.args
    need(direction is v, "the form <G, V>", v, direction)
    _arbitrary(k, (v,), (w,), (f, g), j.deps)
    return Judged(j.deps, S.Grad(f, w, g), j.rows)


def _arbitrary(
    k: Citing, directions: tuple[Node, ...], letters: tuple[Node, ...], where: tuple[Node, ...], deps: frozenset[str]
) -> None:
    """The directions are arbitrary: distinct symbols without facts that occur nowhere else, and no fact of a letter
    rules some of them out."""
    names = [d.name for d in directions if isinstance(d, T.Symbol) and not d.facts]
    need(len(set(names)) == len(directions), "directions are distinct symbols without facts")
    for name in names:
        for node in (*letters, *where, *(k.hypotheses[d] for d in deps)):
            elsewhere = occurrences(name, node, binders=True)
            need(not elsewhere, f"the direction {name} is not arbitrary: it occurs in {node!r}")
    for w in letters:
        need(not restricts(w), f"{w!r} is not free in all directions: {', '.join(sorted(restricts(w)))}")
