"""Vectorized Hessian blocks: from `D(D(f; W, V); W', U) = <vec V, H vec U>` to `hess(f, W, W', H)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from symland.calculus.adjoint import LinearTerm, as_matrix, linear_terms
from symland.calculus.derivation import Derivation, derivation, of_theorem
from symland.calculus.gradient import assume_context, check_variable, direction, linear_form, push_shown
from symland.calculus.prover import RIGHT, Path, Prover, at
from symland.calculus.simplify import ONE, add, scale, tidy, transpose
from symland.errors import UsageError
from symland.language import terms as T
from symland.language.nodes import Node
from symland.language.statements import Statement
from symland.language.terms import Term, block
from symland.language.trace import Trace
from symland.proof.kernel import replay


def hessian_block(
    loss: Term, w: Term, u: Term, assuming: Mapping[str, Statement] | None = None,
    abbreviations: Mapping[Node, str] | None = None, commute: bool = False,
) -> Derivation:  # fmt: skip
    """The block H of the vectorized Hessian of a loss, for every dimension: D(D(loss; w, V); u, U) = vec(V)^T H vec(U),
    one row per entry of w and one column per entry of u, columns stacked.

    For members with symbolic indices `assuming` says how they are ordered (l > k or l < k; equal indices are equal
    letters). `commute` writes a commutation matrix on the left of its Kronecker product. Raises NoRule, or
    AssumptionMissing where the order of the indices is needed and not known.
    """  # fmt: skip
    prover = Prover(assuming or {})
    theorem = hessian_step(prover, loss, w, u, commute)
    name = f"Hessian block of {w!r} and {u!r}"
    return derivation(prover.trace({"hessian": theorem}), "hessian", name, abbreviations)


def hessian_step(prover: Prover, loss: Term, w: Term, u: Term, commute: bool = False) -> str:
    """The id of `hess(loss, w, u, H)`; its main line goes to the display."""
    for letter in (w, u):
        check_variable(loss, letter)
    assume_context(prover, loss, w, u)
    v, z = direction("V", w, loss), direction("U", u, loss)
    first = linear_form(prover, loss, w, v)
    prover.display.clear()
    id = prover.refl(cast(Term, T.D(T.D(loss, w, v), u, z)))
    id = prover.rewrite_by(id, (1, 0), first)
    prover.display.append((id, "the first differential"))
    id = push_shown(prover, id)
    id = _as_image(prover, id, v, z, commute)
    return prover.emit("identify", {"from": id})


def _as_image(prover: Prover, id: str, v: Term, z: Term, commute: bool) -> str:
    """Turns the right side, bilinear in v and z, into <vec v, H vec z>."""
    form = at(prover.statement(id), RIGHT)
    image, terms = _image(form, v, z)
    id = prover.turn(id, RIGHT, cast(Term, T.Inner(v, image)))
    prover.display.append((id, "adjoint: collect the terms as an inner product with V"))
    if not terms:
        zero = T.product(cast(Term, T.Zero(v.shape[0] * v.shape[1], z.shape[0] * z.shape[1])), cast(Term, T.Vec(z)))
        id = prover.rewrite(id, RIGHT, "inner_vec", A=v, B=image)
        return prover.turn(id, RIGHT, cast(Term, T.Inner(T.Vec(v), zero)))
    id = prover.rewrite(id, RIGHT, "inner_vec", A=v, B=image)
    for i in range(len(terms) - 1):
        path: Path = (1, 1, *((i,) if i else ()))
        inside = at(prover.statement(id), path).args[0]
        id = prover.rewrite(id, path, "vec_sum", A=inside.args[0], B=T.total(*inside.args[1:]))
    blocks = []
    for i, t in enumerate(terms):
        path = (1, 1, *((i,) if len(terms) > 1 else ()))
        id, h = _vectorize(prover, id, path, t, z, commute)
        blocks.append(h)
    prover.display.append((id, "vectorize: vec(AXB) = (B^T (x) A) vec X, vec(X^T) = K vec X"))
    id = prover.turn(id, (1, 1), T.product(tidy(add(*blocks)), cast(Term, T.Vec(z))))
    prover.display.append((id, "read off the Hessian block"))
    return id


def _image(form: Term, v: Term, z: Term) -> tuple[Term, list[LinearTerm]]:
    """J with form = <v, J>, and its terms linear in z."""
    from symland.calculus.adjoint import contains, gradient_of_linear

    if not contains(form, v):
        return cast(Term, T.Zero(*v.shape)), []
    terms = linear_terms(gradient_of_linear(form, v), z)
    if not terms:
        return cast(Term, T.Zero(*v.shape)), []
    return T.total(*(as_matrix(t, z) for t in terms)), terms


def _vectorize(prover: Prover, id: str, path: Path, t: LinearTerm, z: Term, commute: bool) -> tuple[str, Term]:
    """Rewrites vec of one term at the path to `h * vec(z)` and returns h."""
    if t.coefficient is not ONE:
        inside = at(prover.statement(id), path).args[0]
        id = prover.rewrite(id, path, "vec_scale", c=inside.args[0], A=inside.args[1])
        id, h = _vectorize(prover, id, (*path, 1), t._replace(coefficient=ONE), z, commute)
        return id, scale(t.coefficient, h)
    if t.kind == "outer":
        id = prover.rewrite(id, path, "vec_outer", A=t.left, B=t.right, X=z)
        return id, T.product(*at(prover.statement(id), path).args[:-1])
    middle = z.T if t.kind == "transposed" else z
    has_left, has_right = (not isinstance(f, T.Identity) for f in (t.left, t.right))
    if has_left and has_right:
        id = prover.rewrite(id, path, "vec_product", A=t.left, X=middle, B=t.right)
    elif has_left:
        id = prover.rewrite(id, path, "vec_left", A=t.left, B=middle)
    elif has_right:
        id = prover.rewrite(id, path, "vec_right", A=middle, B=t.right)
    else:
        id = prover.rewrite(id, path, "vec_identity", A=middle)
    kron = at(prover.statement(id), path).args[0]
    id = _tidy_factors(prover, id, (*path, 0))
    if t.kind == "transposed":
        id = prover.rewrite(id, (*path, 1), "vec_transpose", A=z)
        kron, k = at(prover.statement(id), path).args[:2]
        if commute:
            right, left = kron.args
            dims = {"p": left.shape[0], "q": left.shape[1], "r": right.shape[0], "s": right.shape[1]}
            id = prover.rewrite(id, path, "commute", segment=(0, 2), reverse=True, A=left, B=right, dims=dims)
        del k
    return id, T.product(*at(prover.statement(id), path).args[:-1])


def _tidy_factors(prover: Prover, id: str, path: Path) -> str:
    """Pushes the transpose of the left Kronecker factor to the letters."""
    kron = at(prover.statement(id), path)
    new = transpose(kron.args[0].args[0]) if isinstance(kron.args[0], T.Transpose) else kron.args[0]
    return prover.turn(id, (*path, 0), tidy(new))


@dataclass(frozen=True)
class HessianDerivation:
    """A full vectorized Hessian: its blocks, each a checked derivation, in the order of the variables.

    `result` is one block matrix over the column-major vecs of the variables.
    """

    variables: tuple[Term, ...]
    trace: Trace
    blocks: Mapping[tuple[int, int], Derivation]
    name: str = "Hessian"
    abbreviations: Mapping[Node, str] = field(default_factory=dict)

    @property
    def result(self) -> Term:
        n = len(self.variables)
        return block([[self.blocks[i, j].result for j in range(n)] for i in range(n)])

    def to_latex(self) -> str:
        """LaTeX source of the block matrix."""
        from symland.write.latex import to_latex

        return to_latex(self.result, self.abbreviations)

    def to_json(self) -> str:
        """The trace of all blocks, as the text of a file for `symland check`."""
        from symland.write.json import to_json

        return to_json(self.trace)

    def to_sympy(self) -> Any:
        """The block matrix as a SymPy expression."""
        return self.result.to_sympy()

    def _repr_latex_(self) -> str:
        return f"${self.to_latex()}$"

    def __repr__(self) -> str:
        steps = sum(b.theorem.steps for b in self.blocks.values())
        return (
            f"Hessian over {', '.join(map(repr, self.variables))}: {len(self.blocks)} blocks  [PROVED, {steps} steps]"
        )


def hessian(
    loss: Term, variables: Sequence[Term], form: str = "vectorized", assuming: Mapping[str, Statement] | None = None,
    abbreviations: Mapping[Node, str] | None = None,
) -> HessianDerivation:  # fmt: skip
    """The vectorized Hessian of a loss over the listed matrix letters, as one block matrix over column-major vecs.

    Block (i, j) has one row per entry of variable i and one column per entry of variable j.
    """
    if form != "vectorized":
        raise UsageError(f"the form {form!r} is not available", hint='use form="vectorized"')
    if not variables:
        raise UsageError("a Hessian needs at least one variable")
    if len(set(variables)) != len(variables):
        raise UsageError("a variable is listed twice")
    prover = Prover(assuming or {})
    ids: dict[tuple[int, int], str] = {}
    lines = {}
    for i, w in enumerate(variables):
        for j, u in enumerate(variables):
            ids[i, j] = hessian_step(prover, loss, w, u, commute=i > j)
            lines[i, j] = tuple(prover.display)
    names = {at: f"hessian {at[0] + 1} {at[1] + 1}" for at in ids}
    trace = prover.trace({names[at]: id for at, id in ids.items()})
    theorems = replay(trace)
    blocks = {}
    for at_block, name in names.items():
        made = of_theorem(trace, theorems[name], name, abbreviations)
        blocks[at_block] = replace(made, lines=lines[at_block])
    return HessianDerivation(tuple(variables), trace, blocks, "Hessian", dict(abbreviations or {}))
