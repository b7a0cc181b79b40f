"""Vectorized Hessian blocks: from `D(D(f; W, V); W', U) = <vec V, H vec U>` to `hess(f, W, W', H)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from symland.calculus.adjoint import coefficient, gradient_of_linear
from symland.calculus.cancel import cancelled
from symland.calculus.derivation import Derivation, derivation, of_theorem
from symland.calculus.factoring import polished_matrix
from symland.calculus.facts import check_projection, use_symmetry
from symland.calculus.gradient import (
    assume_context,
    check_variable,
    direction,
    finished,
    linear_form,
    notes_on,
    push_shown,
)
from symland.calculus.linear import Flip, LinearTerm, Outer, Sandwich, contains, linear_terms
from symland.calculus.prover import RIGHT, Path, Prover, at, looks_inside
from symland.calculus.simplify import ONE, UNIT, add, scale, tidy, tidy_matrix, transpose
from symland.errors import NoRule, UsageError
from symland.language import statements as S
from symland.language import terms as T
from symland.language.nodes import Node, walk
from symland.language.statements import Statement
from symland.language.terms import Term, block
from symland.language.trace import Trace
from symland.proof.kernel import replay
from symland.proof.theorem import Theorem


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
    v = direction("V", w, loss, u)
    z = direction("U", u, loss, w, v)
    id = _second_differential(prover, loss, (w, v), (u, z))
    form = at(prover.statement(id), RIGHT)
    if looks_inside(form) or not (form_is_plain(w) and form_is_plain(u)) or _factors(form, v, z) is None:
        id = _read_block(prover, id, v, z, commute)
    else:
        id = _as_image(prover, id, v, z, commute)
    return prover.emit("identify", {"from": id})


def bilinear_step(prover: Prover, loss: Term, w: Term, u: Term, names: tuple[str, str] = ("V", "U")) -> str:
    """The id of `D(D(loss; w, V); u, U) = <V, J>`, or V J for a scalar w, with J linear in U."""
    v = direction(names[0], w, loss, u)
    z = direction(names[1], u, loss, w, v)
    id = _second_differential(prover, loss, (w, v), (u, z))
    return _collected(prover, id, v, z)


def _second_differential(prover: Prover, loss: Term, first: tuple[Term, Term], second: tuple[Term, Term]) -> str:
    """The id of `D(D(loss; w, v); u, z) = ...` without derivatives on the right."""
    (w, v), (u, z) = first, second
    for letter in (w, u):
        check_variable(loss, letter)
        if check_projection(letter):
            raise NoRule(
                f"the Hessian over {check_projection(letter)} {letter!r} is not covered", node=letter,
                hint="declare the letter without the fact to get the unconstrained Hessian",
            )  # fmt: skip
    assume_context(prover, loss, w, u)
    once = linear_form(prover, loss, w, v)
    prover.display.clear()
    id = prover.refl(cast(Term, T.D(T.D(loss, w, v), u, z)))
    id = prover.rewrite_by(id, (1, 0), once)
    prover.display.append((id, "the first differential"))
    id = push_shown(prover, id)
    if any(isinstance(n, T.BoundedSum) for n in walk(at(prover.statement(id), RIGHT))):
        from symland.calculus.depth import sums_as_maps

        id = sums_as_maps(prover, id, z) if z.is_matrix else id
    return id


def form_is_plain(letter: Term) -> bool:
    """Whether the letter is a matrix, and not known to be a row or a column."""
    return letter.is_matrix and UNIT not in letter.shape


def _image(form: Term, v: Term, z: Term) -> Term:
    """J with form = <v, J>, or v J for a scalar v, linear in z."""
    if not contains(form, v) or not contains(form, z):
        return cast(Term, T.Zero(*v.shape)) if v.is_matrix else T.number(0)
    return gradient_of_linear(form, v)


def _factors(form: Term, v: Term, z: Term) -> list[LinearTerm] | None:
    """The terms of the image where each is A z B, A z' B or of rank one; None if one is not."""
    terms = linear_terms(_image(form, v, z), z)
    plain = all(isinstance(x, (Flip, Sandwich, Outer)) for t in terms for x in t.links)
    return terms if plain else None


def _collected(prover: Prover, id: str, v: Term, z: Term) -> str:
    """Turns the right side into <v, J>, terms of J collected, or v J for a scalar v."""
    image = _image(at(prover.statement(id), RIGHT), v, z)
    if v.is_matrix and z.is_matrix:
        terms = linear_terms(image, z)
        image = T.total(*(t.value(z) for t in terms)) if terms else cast(Term, T.Zero(*v.shape))
    id = prover.turn(id, RIGHT, cast(Term, T.Inner(v, image)) if v.is_matrix else T.product(v, image))
    prover.display.append((id, "adjoint: collect the terms as an inner product with V"))
    tidied = use_symmetry(prover, id, (1, 1)) if v.is_matrix else use_symmetry(prover, id, RIGHT, _tidy_multiple)
    if tidied != id:
        prover.display.append((tidied, "symmetric matrices equal their transposes"))
    return tidied


def _read_block(prover: Prover, id: str, v: Term, z: Term, commute: bool) -> str:
    """Turns the right side, bilinear in v and z, into <vec v, H vec z> by one network step."""
    id = _collected(prover, id, v, z)
    form = at(prover.statement(id), RIGHT)
    image = cast(Term, form.args[1]) if v.is_matrix else T.product(*form.args[1:])
    if not contains(image, z):
        h = cast(Term, T.Zero(S.entries_of(v), S.entries_of(z)))
    elif not z.is_matrix:
        h = tidy(T.Vec(coefficient(image, z)))
    elif not v.is_matrix:
        h = transpose(tidy(T.Vec(gradient_of_linear(image, z))))
    else:
        h = add(*(t.matrix(z.shape, commute) for t in linear_terms(image, z)))
    id = prover.turn(id, RIGHT, cast(Term, T.Inner(T.Vec(v), T.product(tidy(h), cast(Term, T.Vec(z))))))
    id = use_symmetry(prover, id, (1, 1), tidy_matrix)
    prover.display.append((id, "vectorize, and read off the Hessian block"))
    id = _cancelled(prover, id)
    return finished(prover, id, (1, 1), polished_matrix)


def _cancelled(prover: Prover, id: str) -> str:
    """The right side with H, the factors before the last one of its second argument, cancelled."""
    for k in range(len(at(prover.statement(id), (1, 1)).args) - 1):
        if isinstance(at(prover.statement(id), (1, 1)), T.Product):
            id = cancelled(prover, id, (1, 1, k)) if k < len(at(prover.statement(id), (1, 1)).args) - 1 else id
    return id


def _tidy_multiple(product: Term) -> Term:
    """v times a tidy scalar, for a product that begins with v."""
    return T.product(product.args[0], tidy(T.product(*product.args[1:])))


def _as_image(prover: Prover, id: str, v: Term, z: Term, commute: bool) -> str:
    """Turns the right side, bilinear in the matrices v and z, into <vec v, H vec z>, one named rule at a time."""
    id = _collected(prover, id, v, z)
    image = at(prover.statement(id), (1, 1))
    terms = linear_terms(image, z)
    id = prover.turn(id, (1, 1), T.total(*(t.value(z) for t in terms)) if terms else image)
    image = at(prover.statement(id), (1, 1))
    id = prover.rewrite(id, RIGHT, "inner_vec", A=v, B=image)
    if not terms:
        zero = T.product(cast(Term, T.Zero(v.shape[0] * v.shape[1], z.shape[0] * z.shape[1])), cast(Term, T.Vec(z)))
        return prover.turn(id, RIGHT, cast(Term, T.Inner(T.Vec(v), zero)))
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
    id = use_symmetry(prover, id, (1, 1), tidy_matrix)
    prover.display.append((id, "read off the Hessian block"))
    return finished(prover, id, (1, 1), polished_matrix)


def _vectorize(prover: Prover, id: str, path: Path, t: LinearTerm, z: Term, commute: bool) -> tuple[str, Term]:
    """Rewrites vec of one term at the path to `h * vec(z)` and returns h."""
    if t.coefficient is not ONE:
        inside = at(prover.statement(id), path).args[0]
        id = prover.rewrite(id, path, "vec_scale", c=inside.args[0], A=inside.args[1])
        id, h = _vectorize(prover, id, (*path, 1), t._replace(coefficient=ONE), z, commute)
        return id, scale(t.coefficient, h)
    flipped = bool(t.links) and isinstance(t.links[0], Flip)
    rest = t.links[1:] if flipped else t.links
    if rest and isinstance(rest[0], Outer):
        id = prover.rewrite(id, path, "vec_outer", A=rest[0].times, B=rest[0].against, X=z)
        return id, T.product(*at(prover.statement(id), path).args[:-1])
    middle = z.T if flipped else z
    none = Sandwich(cast(Term, T.Identity(middle.shape[0])), cast(Term, T.Identity(middle.shape[1])))
    left, right = cast(Sandwich, rest[0]) if rest else none
    has_left, has_right = (not isinstance(f, T.Identity) for f in (left, right))
    if has_left and has_right:
        id = prover.rewrite(id, path, "vec_product", A=left, X=middle, B=right)
    elif has_left:
        id = prover.rewrite(id, path, "vec_left", A=left, B=middle)
    elif has_right:
        id = prover.rewrite(id, path, "vec_right", A=middle, B=right)
    else:
        id = prover.rewrite(id, path, "vec_identity", A=middle)
    id = _tidy_factors(prover, id, (*path, 0))
    if flipped:
        id = prover.rewrite(id, (*path, 1), "vec_transpose", A=z)
        kron = at(prover.statement(id), path).args[0]
        if commute and isinstance(kron, T.Kronecker):
            second, first = kron.args
            dims = {"p": first.shape[0], "q": first.shape[1], "r": second.shape[0], "s": second.shape[1]}
            id = prover.rewrite(id, path, "commute", segment=(0, 2), reverse=True, A=first, B=second, dims=dims)
    return id, T.product(*at(prover.statement(id), path).args[:-1])


def _tidy_factors(prover: Prover, id: str, path: Path) -> str:
    """Pushes the transpose of the left Kronecker factor to the letters."""
    kron = at(prover.statement(id), path)
    new = transpose(kron.args[0].args[0]) if isinstance(kron.args[0], T.Transpose) else kron.args[0]
    return prover.turn(id, (*path, 0), tidy(new))


@dataclass(frozen=True)
class HessianDerivation:
    """A full Hessian: its blocks, each a checked derivation, in the order of the variables.

    `result` is one block matrix over the column-major vecs of the variables; in bilinear form it is the sum of the
    second differentials in directions V_i of variable i, then U_j of variable j.
    """

    variables: tuple[Term, ...]
    trace: Trace
    blocks: Mapping[tuple[int, int], Derivation]
    name: str = "Hessian"
    abbreviations: Mapping[Node, str] = field(default_factory=dict)
    form: str = "vectorized"
    notes: tuple[str, ...] = ()

    @property
    def result(self) -> Term:
        n = len(self.variables)
        if self.form == "bilinear":
            return add(*(b.result for b in self.blocks.values()))
        return block([[self.blocks[i, j].result for j in range(n)] for i in range(n)])

    def to_latex(self) -> str:
        """LaTeX source of the result."""
        from symland.write.latex import to_latex

        return to_latex(self.result, self.abbreviations)

    def to_numpy(self, functions: Any = None) -> Any:
        """The vectorized Hessian as a function of numpy arrays by letter name: called it is the matrix, `.matvec` does
        not form it, `.loss` is the loss. `symland.write.numpy.hessian_product` takes and gives arrays in the shapes of
        the variables. Raises UsageError for the bilinear form."""
        from symland.write.numpy import to_numpy

        if self.form == "bilinear":
            raise UsageError("a bilinear form needs directions", hint='form="vectorized", or result.to_numpy()')
        loss = next(iter(self.blocks.values())).loss
        made = to_numpy(self.result, functions, (loss, *self.variables))
        made.loss = to_numpy(loss, functions, (self.result,))
        return made

    def to_json(self) -> str:
        """The trace of all blocks, as the text of a file for `symland check`."""
        from symland.write.json import to_json

        return to_json(self.trace)

    def to_sympy(self) -> Any:
        """The result as a SymPy expression."""
        return self.result.to_sympy()

    def _repr_latex_(self) -> str:
        return f"${self.to_latex()}$"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/latex": self._repr_latex_()}

    def __repr__(self) -> str:
        steps = sum(b.theorem.steps for b in self.blocks.values())
        return (
            f"Hessian over {', '.join(map(repr, self.variables))}: {len(self.blocks)} blocks  [PROVED, {steps} steps]"
        )


FORMS = ("vectorized", "bilinear")


def hessian(
    loss: Term, variables: Sequence[Term], form: str = "vectorized", assuming: Mapping[str, Statement] | None = None,
    abbreviations: Mapping[Node, str] | None = None,
) -> HessianDerivation:  # fmt: skip
    """The Hessian of a loss over the listed letters. In the form "vectorized" one block matrix over column-major vecs:
    block (i, j) has one row per entry of variable i and one column per entry of variable j. In the form "bilinear" the
    second differentials `D(D(loss; W_i, V_i); W_j, U_j) = <V_i, J_ij(U_j)>`.

    Raises NoRule for a node that no rule covers, UsageError for another form or a variable that is no letter.

    >>> from symland.language.terms import matrix, SquaredNorm
    >>> A, x, b = matrix("A", "m", "n"), matrix("x", "n", 1), matrix("b", "m", 1)
    >>> hessian(SquaredNorm(A * x - b), [x]).result
    [2*A'*A]
    """
    if form not in FORMS:
        raise UsageError(f"the form {form!r} is not available", hint="one of " + ", ".join(FORMS))
    if not variables:
        raise UsageError("a Hessian needs at least one variable")
    if len(set(variables)) != len(variables):
        raise UsageError("a variable is listed twice")
    prover = Prover(assuming or {})
    ids, lines = hessian_steps(prover, loss, variables, form)
    trace = prover.trace({block_name(at): id for at, id in ids.items()})
    return of_blocks(loss, variables, form, trace, replay(trace), lines, abbreviations)


Place = tuple[int, int]


def block_name(place: Place) -> str:
    """The name of the theorem about a block: "hessian 1 2"."""
    return f"hessian {place[0] + 1} {place[1] + 1}"


def hessian_steps(
    prover: Prover, loss: Term, variables: Sequence[Term], form: str
) -> tuple[dict[Place, str], dict[Place, tuple[tuple[str, str], ...]]]:
    """The steps that end in the theorems about the blocks, and the main line of each."""
    ids: dict[Place, str] = {}
    lines = {}
    for i, w in enumerate(variables):
        for j, u in enumerate(variables):
            if form == "bilinear":
                numbers = [str(k + 1) if len(variables) > 1 else "" for k in (i, j)]
                ids[i, j] = bilinear_step(prover, loss, w, u, (f"V{numbers[0]}", f"U{numbers[1]}"))
            else:
                ids[i, j] = hessian_step(prover, loss, w, u, commute=i > j)
            lines[i, j] = tuple(prover.display)
            prover.display.clear()
    return ids, lines


def of_blocks(
    loss: Term, variables: Sequence[Term], form: str, trace: Trace, theorems: Mapping[str, Theorem],
    lines: Mapping[Place, tuple[tuple[str, str], ...]], abbreviations: Mapping[Node, str] | None = None,
) -> HessianDerivation:  # fmt: skip
    """The Hessian whose blocks are these theorems of the trace."""
    blocks = {}
    for place, line in lines.items():
        names = " and ".join(repr(variables[k]) for k in place)
        made = of_theorem(trace, theorems[block_name(place)], f"Hessian block of {names}", abbreviations)
        blocks[place] = replace(made, lines=line)
    notes = notes_on(loss, *variables)
    return HessianDerivation(tuple(variables), trace, blocks, "Hessian", dict(abbreviations or {}), form, notes)
