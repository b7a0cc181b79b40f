"""The Hessian of a square loss where the residual drops out of it, entry by entry, for explicit small dimensions.

There it is H^T H. For a product network that is where the normal equation holds, so at every global minimizer if the
layers are square; for any other loss 1/2 |F - Y|_F^2 it is where F = Y. The blocks are written in letters that keep the
entries short: for a product network the layers and S = X X^T (Theorems 4.3 and 5.1 of the specification), for a hidden
layer W2, X, S = s(Z) and D = s'(Z) (Theorem 6.6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any, cast

from symland.calculus.jacobian import jacobian
from symland.calculus.simplify import multiply, tidy, transpose
from symland.checks.expansion import Dims, Substitution, scope_text, setting
from symland.checks.explicit import check_at_minimizer, check_equations
from symland.errors import CheckFailed, NoRule, Undecided, UsageError
from symland.evaluate.rings import Rationals
from symland.evaluate.terms import Evaluation
from symland.evidence import Evidence, Label, weakest
from symland.landscape.at_minimizers.hessian_at import HessianAtMinimizer
from symland.landscape.at_minimizers.sizes import check_sizes
from symland.landscape.hidden.network import HiddenNetwork
from symland.landscape.products.minimizers import NORMAL, ProductMinimizers
from symland.landscape.products.networks import Network, depth_of
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Node, walk
from symland.language.problem import Problem
from symland.language.terms import Term
from symland.proof.scope import free_names

if TYPE_CHECKING:
    import sympy

Pair = tuple[Term, Term]
MOST_ROWS, MOST_LETTERS = 72, 32  # of a Hessian that is written out


@dataclass(frozen=True)
class Condition:
    """Where a statement about the Hessian holds: an equation, how it reads in a title, and what its points are called
    there."""

    name: str
    equation: S.Statement
    where: str
    points: str = ""

    def __repr__(self) -> str:
        return f"{self.name}: {self.equation!r}"


@dataclass(frozen=True)
class ExplicitHessian:
    """The Hessian of a problem where `condition` holds, at explicit dimensions.

    `formulas` has the blocks on and below the diagonal by (row letter, column letter), for all dimensions; `factors`
    the matrices H[l] of `H = [H[1], ..., H[L]]`; `meanings` what the short letters stand for. `loss` is the loss of the
    problem with short letters in it, and `data` puts values for letters that make the condition hold, and in them the
    meanings of the short letters that are not left free.
    """

    problem: Problem
    condition: Condition
    formulas: Mapping[Pair, Term]
    factors: tuple[Term, ...]
    loss: Term
    meanings: Substitution
    data: Substitution
    dims: Dims

    @property
    def letters(self) -> tuple[Term, ...]:
        return self.problem.letters

    @property
    def H(self) -> Term:
        """H, the Jacobian of the prediction, for all dimensions."""
        return T.block([list(self.factors)])

    @cached_property
    def blocks(self) -> dict[Pair, sympy.Matrix]:
        """The entries of every block, by (row letter, column letter)."""
        from symland.checks.entries import explicit_matrix

        below = {pair: explicit_matrix(h, self.dims) for pair, h in self.formulas.items()}
        w = self.letters
        return {(r, c): below[r, c] if (r, c) in below else below[c, r].T for r in w for c in w}

    @cached_property
    def matrix(self) -> sympy.Matrix:
        """The whole Hessian: polynomials in the entries of the layers and of the short letters."""
        import sympy

        grid = [[self.blocks[r, c].tolist() for c in self.letters] for r in self.letters]
        rows = [[x for line in lines for x in line] for blocks in grid for lines in zip(*blocks, strict=True)]
        return sympy.Matrix(rows)

    @cached_property
    def evidence(self) -> Evidence:
        """EXACT at these dimensions: wherever the condition holds, the gradient vanishes and the blocks are the
        entrywise second derivatives of the loss; and H^T H is the matrix, whatever the data are."""
        h = dict(zip(self.letters, self.factors, strict=True))
        squares = {f"H'H, block {r!r} {c!r}": (h[r].T * h[c], f) for (r, c), f in self.formulas.items()}
        square = check_equations(squares, self.dims, self.shown)  # first, as it is the longest if they are too long
        blocks: dict[tuple[Node, Node], Node] = {pair: f for pair, f in self.formulas.items()}
        derivatives = check_at_minimizer(self.loss, self.letters, blocks, self.dims, self.data)
        parts = [replace(derivatives, hypotheses=(repr(self.condition), *derivatives.hypotheses)), square]
        if self.loss is not self.problem.loss:
            name = "the loss in " + " and ".join(f"{w!r} = {t!r}" for w, t in self.meanings)
            parts.append(check_equations({name: (self.problem.loss, self.loss)}, self.dims, self.meanings))
        claim = f"the gradient vanishes, and H'H is the Hessian, {self.condition.where}"
        return Evidence(
            weakest(tuple(parts)), claim, "entrywise expansion", scope_text(self.dims),
            hypotheses=tuple(dict.fromkeys(h for p in parts for h in p.hypotheses)), parts=tuple(parts),
        )  # fmt: skip

    @property
    def shown(self) -> Substitution:
        """The short letters that occur in the formulas, with their meanings."""
        occurring = {name for h in self.formulas.values() for name in free_names(h)["symbols"]}
        return [(w, t) for w, t in self.meanings if cast(T.Symbol, w).name in occurring]

    @property
    def title(self) -> str:
        points = f" at {self.condition.points}," if self.condition.points else ""
        return f"Hessian{points} {self.condition.where}, {self.problem.name}, {scope_text(self.dims)}"

    def __repr__(self) -> str:
        import sympy

        lines = [self.title, f"where {self.condition.equation!r}"]
        lines += [f"with {', '.join(f'{w!r} = {t!r}' for w, t in self.shown)}"] if self.shown else []
        for (r, c), formula in self.formulas.items():
            lines += [f"{r!r}, {c!r}: {formula!r}", self.blocks[r, c].table(sympy.StrPrinter())]
        return "\n".join([*lines, repr(self.evidence)])

    def _repr_latex_(self) -> str:
        from symland.write.latex import to_latex

        return rf"${self.to_latex()} \quad \text{{where}}\ {to_latex(self.condition.equation)}$"

    def to_latex(self) -> str:
        """The matrix in LaTeX, with lines between the blocks."""
        import sympy

        widths = [self.blocks[w, w].shape[0] for w in self.letters]
        lines = []
        for k, w in enumerate(self.letters):
            rows = [self.blocks[w, c] for c in self.letters]
            for i in range(widths[k]):
                lines.append(" & ".join(sympy.latex(x) for b in rows for x in b.row(i)) + r" \\")
            lines[-1] += r" \hline" if k < len(widths) - 1 else ""
        body = "\n".join(lines)
        return rf"\left(\begin{{array}}{{{'|'.join('c' * n for n in widths)}}}" + f"\n{body}\n" + r"\end{array}\right)"

    def to_json(self) -> dict[str, Any]:
        """Dimensions, formulas, entries and evidence as JSON data."""
        return {
            "problem": self.problem.name,
            "condition": {"name": self.condition.name, "equation": repr(self.condition.equation)},
            "dims": {name: v if isinstance(v, int) else dict(cast(Any, v)) for name, v in self.dims.items()},
            "meanings": {repr(name): repr(meaning) for name, meaning in self.shown},
            "blocks": [
                {"row": repr(r), "column": repr(c), "formula": repr(f),
                 "entries": [[str(x) for x in row] for row in self.blocks[r, c].tolist()]}
                for (r, c), f in self.formulas.items()
            ],
            "evidence": self.evidence.to_json(),
        }  # fmt: skip


def explicit_hessian(problem: Problem, dims: Mapping[str, Any]) -> ExplicitHessian:
    """The Hessian of a square loss where the residual drops out, at these dimensions, checked.

    For a product network that is where the normal equation holds, and `dims` gives L where the depth is symbolic; for
    any other loss `1/2 |F - Y|_F^2` with data Y it is where F = Y, and says nothing of minimizers that do not fit the
    data. Raises UsageError for dimensions that are missing, unknown or no positive integers, NoRule for a loss of
    another form, Undecided for a Hessian of more than MOST_ROWS rows or MOST_LETTERS letters.
    """
    known = getattr(problem.minimizers, "network", None)
    if isinstance(known, Network):
        network, sizes = at_depth(known, dims)
        return _checked(_of_product(network, checked_sizes(network.problem, sizes)))
    sizes = checked_sizes(problem, dims)
    return _checked(_of_hidden(known, sizes) if isinstance(known, HiddenNetwork) else _interpolating(problem, sizes))


def _checked(found: ExplicitHessian) -> ExplicitHessian:
    evidence = found.evidence
    if evidence.label is not Label.EXACT:
        wrong = next(p for p in evidence.parts if p.label is evidence.label)
        raise CheckFailed(f"the Hessian {found.condition.where}: {wrong.claim}", witness=wrong.witness)
    return found


def at_depth(network: Network, given: Mapping[str, Any]) -> tuple[Network, dict[str, Any]]:
    """The network with the depth L among the values given, and the other values."""
    rest = dict(given) if isinstance(given, Mapping) else given
    depth = network.depth.value
    if isinstance(rest, dict) and "L" in rest:
        asked = depth_of(rest.pop("L"))
        if depth is not None and asked.value != depth:
            raise UsageError(f"the network has {depth} layers, not {asked}", hint="leave L out")
        return replace(network, depth=asked), rest
    if depth is None:
        raise UsageError("the depth is symbolic", hint='give the number of layers too, as in {"L": 2}')
    return network, rest


def checked_sizes(problem: Problem, dims: Mapping[str, Any]) -> dict[str, Any]:
    """The dimensions of the loss, each a positive integer, or a mapping of them for a family."""
    if not isinstance(dims, Mapping):
        raise UsageError(f"dimensions are given by name, not as {dims!r}", hint='for example dims={"d": 2, "m": 3}')
    names = free_names(problem.loss)["dims"]
    missing, odd = sorted(names - set(dims)), sorted(map(str, set(dims) - names))
    hint = "the dimensions are: " + ", ".join(sorted(names))
    if odd:
        raise UsageError(f"there is no dimension {', '.join(odd)} here", hint=hint)
    if missing:
        raise UsageError(f"no value for the dimension {', '.join(missing)}", hint=hint)
    check_sizes(problem.loss, dims)
    at = Evaluation(setting(dims), Rationals())
    rows = sum(prod(at.dim(n) for n in w.shape) for w in problem.letters)
    if rows > MOST_ROWS or len(problem.letters) > MOST_LETTERS:
        raise Undecided(
            f"the Hessian for {len(problem.letters)} letters is {rows} x {rows} at {scope_text(dims)}: too long to be "
            "written out entry by entry",
            hint=f"choose at most {MOST_ROWS} rows and {MOST_LETTERS} letters, or leave dims out: the formulas hold "
            "for all dimensions",
        )
    return dict(dims)


# -- the blocks by kind of problem -----------------------------------------------------------------------------
def _of_product(n: Network, dims: dict[str, Any]) -> ExplicitHessian:
    """Blocks (P[l-1..1] S P[k-1..1]^T) (x) (P[L..l+1]^T P[L..k+1]), for S = X X^T.

    The loss is tr(P S P^T)/2 - tr(P T^T) + |Y|_F^2/2 with T = Y X^T. So the normal equation is T = P S, which can be
    put in for all data at once; S and the layers are free.
    """
    one, x, depth = Index.of(1), n.X, n.depth.value or 0
    gram = T.matrix("S", x.shape[0], x.shape[0], "symmetric")
    moment = T.matrix("T", n.Y.shape[0], x.shape[0])
    below = [tidy(n.chain(Index.of(l - 1), one)) for l in range(1, depth + 1)]
    above = [tidy(n.chain(n.depth, Index.of(l + 1))) for l in range(1, depth + 1)]
    left, right = ([transpose(t) for t in side] for side in (above, below))
    letters = n.problem.letters
    formulas = {
        (letters[l], letters[k]): _kron(multiply(below[l], gram, right[k]), multiply(left[l], above[k]))
        for l in range(depth)
        for k in range(l + 1)
    }
    h = HessianAtMinimizer(ProductMinimizers(n))
    factors = tuple(tidy(h.factor(Index.of(l))) for l in range(1, depth + 1))
    product, half = tidy(n.product), T.number(1, 2)
    loss = half * T.Trace(product * gram * product.T) - T.Trace(product * moment.T) + half * T.SquaredNorm(n.Y)
    normal = S.equal(tidy(product * x * x.T), n.Y * x.T)
    points = "the global minimizers" if n.square else ""
    condition = Condition(NORMAL, normal, "where the normal equation holds", points)
    meanings: list[tuple[Node, Node]] = [(gram, x * x.T), (moment, n.Y * x.T)]
    return ExplicitHessian(
        n.problem, condition, formulas, factors, loss, meanings, [(moment, product * gram)], dims
    )  # fmt: skip


def _of_hidden(n: HiddenNetwork, dims: dict[str, Any]) -> ExplicitHessian:
    """Blocks J_l^T J_k, in S = s(Z) and D = s'(Z)."""
    meanings = [(T.matrix(name, *t.shape), t) for name, t in (("S", n.S), ("D", n.D))]
    formulas = {(n.letters[l], n.letters[k]): n.gauss_newton(l + 1, k + 1) for l in (0, 1) for k in range(l + 1)}
    return _written(n.problem, formulas, (n.jacobian(1), n.jacobian(2)), meanings, (n.W2 * n.S, n.Y), dims)


def _interpolating(problem: Problem, dims: dict[str, Any]) -> ExplicitHessian:
    """Blocks J_l^T J_k where the prediction F equals the data Y, in the short letters that the problem defines."""
    prediction, target = prediction_of(problem)
    letters = problem.letters
    factors = tuple(jacobian(prediction, w).result for w in letters)
    squares = {(letters[l], letters[k]): factors[l].T * factors[k] for l in range(len(letters)) for k in range(l + 1)}
    formulas = {pair: tidy(square) for pair, square in squares.items()}
    meanings = [(T.matrix(name, *t.shape), t) for name, t in problem.definitions.items() if t.is_matrix]
    return _written(problem, formulas, factors, meanings, (prediction, target), dims)


def prediction_of(problem: Problem) -> tuple[Term, Term]:
    """F and Y of a loss `1/2 |F - Y|_F^2` whose Y is a letter of the data. Raises NoRule for any other loss."""
    half, norm = problem.loss.args if isinstance(problem.loss, T.Scale | T.Product) else (None, None)
    if half is T.number(1, 2) and isinstance(norm, T.SquaredNorm) and isinstance(norm.args[0], T.Sum):
        terms = norm.args[0].args
        for y in problem.data:
            rest = [t for t in terms if t is not -y]
            if len(rest) == len(terms) - 1 and not any(n is y for t in rest for n in walk(t)):
                return T.total(*rest), y
    raise NoRule(
        f"the minimizers of {problem.name!r} are not known", node=problem.loss,
        hint="the loss is to be 1/2*norm2(F - Y)^2, with a letter Y of the data",
    )  # fmt: skip


def _written(
    problem: Problem,
    formulas: Mapping[Pair, Term],
    factors: tuple[Term, ...],
    meanings: list[tuple[Term, Term]],
    fit: Pair,
    dims: dict[str, Any],
) -> ExplicitHessian:
    """The Hessian where F = Y, for `fit` = (F, Y), with the short letters put in, those that occur."""
    prediction, target = fit
    short = {meaning: name for name, meaning in meanings}
    written = {pair: _with_names(h, short) for pair, h in formulas.items()}
    condition = Condition("F = Y", S.equal(prediction, target), "where F = Y")
    made = ExplicitHessian(problem, condition, written, factors, problem.loss, list(meanings), [], dims)
    return replace(made, meanings=made.shown, data=[(target, prediction), *made.shown])


def _with_names(term: Term, short: Mapping[Term, Term]) -> Term:
    if term in short:
        return short[term]
    arguments: list[Any] = [_with_names(a, short) if isinstance(a, Term) else a for a in term.args]
    return cast(Term, type(term).make(*arguments)) if arguments != list(term.args) else term


def _kron(a: Term, b: Term) -> Term:
    return cast(Term, T.Kronecker(a, b))
