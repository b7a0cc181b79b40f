"""Hypotheses, models and steps that the proofs about the network with one hidden layer share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from symland.calculus.positivity import shown_to_hold
from symland.calculus.prover import RIGHT, Path, Prover, at
from symland.landscape.hidden.network import HiddenNetwork, identity
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.nodes import Binder, Node
from symland.language.terms import Term
from symland.language.trace import Assignment
from symland.proof.kernel import replay

HALF, MINUS, NOTHING = T.number(1, 2), T.number(-1), T.number(0)
INTERPOLATION, FULL_RANK, SECOND = "interpolation", "A3", "second layer"
INPUTS, OUTPUTS = "invertible(X)", "invertible(Y)"  # these stand for themselves

Model = tuple[Assignment, ...]
Proof = tuple[Prover, str, Model]
Using = list[dict[str, Any]]  # cofactors: cited equations with what they are multiplied by
Claims = dict[str, tuple[str, str, Callable[[], Proof]]]  # name -> title, source, proof


def proved(n: HiddenNetwork, claims: Claims) -> tuple[Result, ...]:
    """The results that the proofs end in. Models choose the parameters of the activation too."""
    dims, out = "m = d" if n.samples == n.widths[0] else "all", []
    for name, (title, source, proof) in claims.items():
        prover, theorem, model = proof()
        trace = prover.trace({name: theorem}, (*n.activation.model, *model))
        out.append(Result(name, title, replay(trace)[name], trace, source, n.problem.abbreviations, dims=dims))
    return tuple(out)


def zero_like(t: Term) -> Term:
    """The zero matrix of the shape of t."""
    return cast(Term, T.Zero(*t.shape))


def inverse_of(t: Term) -> Term:
    return cast(Term, T.Inverse(t))


def pinv_of(t: Term) -> Term:
    """The Moore-Penrose inverse."""
    return cast(Term, T.Pseudoinverse(t))


def over(t: Term) -> Term:
    """1 ./ A."""
    return cast(Term, T.Elementwise("reciprocal", t))


def vec(t: Term) -> Term:
    return cast(Term, T.Vec(t))


def interpolates(n: HiddenNetwork) -> S.Statement:
    """E = 0."""
    return S.equal(n.residual, zero_like(n.Y))


def left_inverse(x: Term) -> S.Statement:
    """x^+ x = I: full column rank."""
    return S.equal(pinv_of(x) * x, identity(x.shape[1]))


def fitted(n: HiddenNetwork) -> Model:
    """A model of E = 0: the data that the network interpolates."""
    return (Assignment("set", n.Y, n.W2 * n.S),)


def held(p: Prover, condition: S.Statement) -> str:
    """The step that says the condition: what is known gives it, or it becomes a hypothesis."""
    return shown_to_hold(p, condition) or p.hyp(p.assume(repr(condition), condition))


def residual_vanishes(p: Prover, n: HiddenNetwork) -> str:
    """The step `E = 0` from the hypothesis `minimum`: g = 0."""
    square = p.equate(cast(Term, T.SquaredNorm(n.residual)), NOTHING, [{"eq": p.hyp("minimum"), "times": T.number(2)}])
    return p.apply("norm_zero", [square], A=n.residual)


def loss_vanishes(p: Prover, n: HiddenNetwork, id: str) -> str:
    """The step `g = 0` from a step that says E = 0."""
    return p.equate(n.loss, NOTHING, [{"eq": id, "with": HALF * n.residual}])


def divided(p: Prover, id: str, g: Term, x: Term, nonzero: str) -> str:
    """The step `x = y .* (1 ./ g)` from `id`: g .* x = y, where `nonzero` says that no entry of g is zero."""
    y = cast(Term, p.statement(id).args[1])
    whole = p.refl(T.hadamard(over(g), g, x))
    whole = p.rewrite_by(whole, RIGHT, id, segment=(1, len(at(p.statement(whole), RIGHT).args)))
    one = p.apply("entrywise_reciprocal", [nonzero], A=g)
    alone = p.refl(T.hadamard(g, over(g), x))
    alone = p.rewrite_by(alone, RIGHT, one, segment=(0, len(p.statement(one).args[0].args)))
    return p.equate(x, T.hadamard(y, over(g)), [{"eq": whole}, {"eq": alone, "times": MINUS}])


def replaced(p: Prover, id: str, path: Path, equation: str) -> str:
    """The statement with the right side of an equation for its left side, wherever that stands below the path."""
    old = p.statement(equation).args[0]
    while (place := _place(at(p.statement(id), path), old)) is not None:
        id = p.rewrite_by(id, (*path, *place), equation)
    return id


def _place(node: Node, old: Node) -> Path | None:
    """Where the one node stands in the other; not under a binder."""
    if node is old:
        return ()
    if not isinstance(node, Binder):
        for i, a in enumerate(node.args):
            below = _place(a, old) if isinstance(a, Node) else None
            if below is not None:
                return (i, *below)
    return None
