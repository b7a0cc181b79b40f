"""Nodes as SymPy expressions, and the matrix expressions that SymPy lacks: `Vec` and `CommutationMatrix`.

Names: a letter `W3` of a family becomes `MatrixSymbol("W3")`, one with a symbolic index `MatrixSymbol("W[l]")`, and a
chain of symbolic length `MatrixSymbol("W[L..1]")`: SymPy does not see the index in such a name and cannot substitute
it. Scalar families and families of dimensions become `Indexed`, `t[l]`. Matrix expressions are left unevaluated.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import sympy
from sympy.core.sympify import _sympify

from symland.errors import NoRule
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import Binder, Node, walk
from symland.language.notation import bound_name


class Vec(sympy.MatrixExpr):
    """The columns of a matrix, stacked.

    >>> Vec(sympy.Matrix([[1, 2], [3, 4]])).as_explicit().T
    Matrix([[1, 3, 2, 4]])
    """

    def __new__(cls, matrix: Any) -> Any:
        return super().__new__(cls, _sympify(matrix))

    @property
    def shape(self) -> tuple[Any, Any]:
        rows, columns = self.args[0].shape
        return (rows * columns, sympy.S.One)

    def _entry(self, i: Any, j: Any, **hints: Any) -> Any:
        rows = self.args[0].rows
        return self.args[0][i % rows, i // rows]

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{vec}}\left({printer.doprint(self.args[0])}\right)"


class CommutationMatrix(sympy.MatrixExpr):
    """K with K vec(A) = vec(A^T) for every m x n matrix A.

    >>> CommutationMatrix(2, 2).as_explicit().tolist()
    [[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]]
    """

    def __new__(cls, m: Any, n: Any) -> Any:
        return super().__new__(cls, _sympify(m), _sympify(n))

    @property
    def shape(self) -> tuple[Any, Any]:
        m, n = self.args
        return (m * n, m * n)

    def _entry(self, i: Any, j: Any, **hints: Any) -> Any:
        m, n = self.args
        return sympy.KroneckerDelta(j, m * (i % n) + i // n)

    def _latex(self, printer: Any) -> str:
        return f"K_{{{','.join(map(printer.doprint, self.args))}}}"

    def _eval_transpose(self) -> Any:
        return CommutationMatrix(*reversed(self.args))


def to_sympy(node: Node) -> Any:
    """The SymPy expression, or the equation or inequality, that a node stands for.

    Raises NoRule for what SymPy has no counterpart of: pseudoinverses, derivatives of undetermined terms, statements
    other than `=`, `<=` and `<`, and bounded sums of symbolic length over matrices.

    >>> A = T.matrix("A", "d", "m")
    >>> to_sympy(T.Trace(A.T * A))
    Trace(A.T*A)
    """
    return _rule(node)


def dim_to_sympy(d: Dim) -> Any:
    """The dimension as a SymPy polynomial in positive integers.

    >>> dim_to_sympy(Dim.of("d") * Dim.of("m"))
    d*m
    """
    return sympy.Add(*(sympy.Mul(c, *(_dim_atom(*atom) for atom in monomial)) for monomial, c in d))


def _dim_atom(name: str, index: Index | None) -> Any:
    if index is None:
        return sympy.Symbol(name, integer=True, positive=True)
    return sympy.IndexedBase(name, integer=True, positive=True)[index_to_sympy(index)]


def index_to_sympy(e: Index) -> Any:
    """The index expression in SymPy integers.

    >>> index_to_sympy(Index.var("l") - 1)
    l - 1
    """
    return sympy.Add(e.constant, *(c * sympy.Symbol(v, integer=True) for v, c in e.coefficients))


def _matrix_symbol(name: str, node: Node) -> Any:
    return sympy.MatrixSymbol(name, *map(dim_to_sympy, node.shape))


def _assumptions(facts: frozenset[str]) -> dict[str, bool]:
    return {"real": True} | {fact: True for fact in sorted(facts & {"positive", "nonnegative"})}


@singledispatch
def _rule(node: Node) -> Any:
    raise NoRule(f"{type(node).__name__} has no counterpart in SymPy", node=node, module=__name__)


@_rule.register
def _(node: T.Symbol) -> Any:
    return _matrix_symbol(node.name, node) if node.is_matrix else sympy.Symbol(node.name, **_assumptions(node.facts))


@_rule.register
def _(node: T.Member) -> Any:
    if node.is_scalar:
        return sympy.IndexedBase(node.name, **_assumptions(node.family.facts))[index_to_sympy(node.index)]
    return _matrix_symbol(repr(node), node)


@_rule.register
def _(node: T.Chain) -> Any:
    length = node.length.value
    if length is None:
        return _matrix_symbol(repr(node), node)
    if length == 0:
        return sympy.Identity(dim_to_sympy(node.shape[0]))
    return sympy.MatMul(*(_rule(node.family[node.top - k]) for k in range(length)))


@_rule.register
def _(node: T.Zero) -> Any:
    return sympy.ZeroMatrix(*map(dim_to_sympy, node.shape))


@_rule.register
def _(node: T.Identity) -> Any:
    return sympy.Identity(dim_to_sympy(node.shape[0]))


@_rule.register
def _(node: T.Commutation) -> Any:
    return CommutationMatrix(*map(dim_to_sympy, node.args))


@_rule.register
def _(node: T.Number) -> Any:
    return sympy.Rational(node.value.numerator, node.value.denominator)


@_rule.register
def _(node: T.IndexScalar) -> Any:
    return index_to_sympy(node.args[0])


@_rule.register
def _(node: T.DimScalar) -> Any:
    return dim_to_sympy(node.args[0])


@_rule.register
def _(node: T.Sum) -> Any:
    return (sympy.Add if node.is_scalar else sympy.MatAdd)(*map(_rule, node.args))


@_rule.register(T.Product)
@_rule.register(T.Scale)
def _(node: Node) -> Any:
    return (sympy.Mul if node.is_scalar else sympy.MatMul)(*map(_rule, node.args))


@_rule.register
def _(node: T.BoundedSum) -> Any:
    return _bounded(node, sympy.Sum, sympy.Add)


@_rule.register
def _(node: T.BoundedProduct) -> Any:
    return _bounded(node, sympy.Product, sympy.Mul)


def _bounded(node: Binder, symbolic: Any, literal: Any) -> Any:
    """Written out where the length is literal; otherwise the bound variable must not hide in the name of a matrix."""
    length = (node.hi - node.lo + 1).value
    if length is not None:
        if length < 0:
            raise NoRule(f"the range {node.lo}..{node.hi} has negative length", node=node, module=__name__)
        return literal(*(_rule(node.at(node.lo + k)) for k in range(length)))
    var = bound_name(node)
    body = node.at(Index.var(var))
    for n in walk(body):
        if isinstance(n, (T.Member, T.Chain)) and n.is_matrix and var in n.free_indices:
            raise NoRule(
                f"a bounded sum or product over the matrices {n!r} has no counterpart in SymPy",
                node=node,
                hint="choose a number of layers",
            )
    return symbolic(_rule(body), (sympy.Symbol(var, integer=True), *map(index_to_sympy, (node.lo, node.hi))))


@_rule.register
def _(node: T.Power) -> Any:
    return sympy.Pow(_rule(node.args[0]), index_to_sympy(node.args[1]))


@_rule.register
def _(node: T.Reciprocal) -> Any:
    return sympy.Pow(_rule(node.args[0]), -1)


@_rule.register
def _(node: T.Transpose) -> Any:
    return sympy.Transpose(_rule(node.args[0]))


@_rule.register
def _(node: T.Inverse) -> Any:
    return sympy.Inverse(_rule(node.args[0]))


@_rule.register
def _(node: T.Trace) -> Any:
    return sympy.Trace(_rule(node.args[0]))


@_rule.register
def _(node: T.SquaredNorm) -> Any:
    return _inner(node.args[0], node.args[0])


@_rule.register
def _(node: T.Inner) -> Any:
    return _inner(*node.args)


def _inner(a: Node, b: Node) -> Any:
    return sympy.Trace(sympy.MatMul(sympy.Transpose(_rule(a)), _rule(b)))


@_rule.register
def _(node: T.Kronecker) -> Any:
    return sympy.KroneckerProduct(*map(_rule, node.args))


@_rule.register
def _(node: T.Vec) -> Any:
    return Vec(_rule(node.args[0]))


@_rule.register
def _(node: T.Block) -> Any:
    return sympy.BlockMatrix([[_rule(b) for b in cells] for cells in node.grid])


@_rule.register(S.Eq)
@_rule.register(S.Le)
@_rule.register(S.Lt)
def _(node: Node) -> Any:
    relation = {S.Eq: sympy.Eq, S.Le: sympy.Le, S.Lt: sympy.Lt}[type(node)]
    return relation(*map(_rule, node.args), evaluate=False)
