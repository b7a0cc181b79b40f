"""How sums and products over an index are read.

A sum over whole rows and columns, `Sum(X[i, j]**2, (i, 0, n - 1), (j, 0, m - 1))`, becomes a term without indices: a
trace or a product of matrices where every index occurs twice, else the sum of the entries of a matrix. What remains
is a bounded sum. SymPy writes `(A*B)[i, j]` as a sum, too; inside a sum it is an entry of the product again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

import sympy
from sympy.matrices.expressions.matexpr import MatrixElement

from symland.errors import NoRule
from symland.language import terms as T
from symland.language.index import Dim
from symland.read.sympy_reader import ONE, Reader, refuse, scalar_rule, trace, transposed

Ranges = Mapping[Any, Dim]  # summation variables and how many values they take, from 0 on


class Element(NamedTuple):
    """The entry a[i, j]; i and j are SymPy expressions, counted from 0."""

    a: T.Term
    i: Any
    j: Any

    def turned(self) -> Element:
        return Element(transposed(self.a), self.j, self.i)


# --- ranges ----------------------------------------------------------------------------------------------------------


@scalar_rule.register
def _(e: sympy.Sum, r: Reader) -> T.Term:
    if r.shape:
        raise refuse(e, "a sum of functions of an entry")
    e = _apart(e.replace(lambda s: isinstance(s, (sympy.Sum, sympy.Product)), _apart))
    full = _full_ranges(e, r)
    rest = [limit for limit in e.limits if limit[0] not in full]
    if not rest:
        return _total(e.function, full, r)
    inside = [limit for limit in e.limits if limit[0] in full]
    return _bounded(T.BoundedSum, e, sympy.Sum(e.function, *inside) if inside else e.function, rest, r)


@scalar_rule.register
def _(e: sympy.Product, r: Reader) -> T.Term:
    if r.shape:
        raise refuse(e, "a product of functions of an entry")
    return _bounded(T.BoundedProduct, e, e.function, e.limits, r)


def _apart(e: Any) -> Any:
    """The sum or product with variables that are used nowhere else."""
    function, limits = e.function, list(e.limits)
    for k, (variable, low, high) in enumerate(limits):
        new = {variable: sympy.Dummy(variable.name, integer=True)}
        function = function.xreplace(new)
        inner = [(v, *(x.xreplace(new) for x in ends)) for v, *ends in limits[:k]]
        limits[: k + 1] = [*inner, (new[variable], low, high)]
    return e.func(function, *limits)


def _bounded(cls: Any, e: Any, body: Any, limits: Sequence[Any], r: Reader) -> T.Term:
    """A bounded sum or product; the first range of SymPy is the innermost."""
    if getattr(body, "is_Matrix", False):
        raise refuse(e, "a sum or product of matrices over an index")
    if not limits:
        return r.scalar(body)
    *inside, last = limits
    variable, low, high = last[0], r.index(last[1]), r.index(last[2])
    if ((high - low).value or 0) < -1:
        raise refuse(e, "its range has negative length")
    name = r.names.fresh()
    return cast(T.Term, cls.over(name, low, high, _bounded(cls, e, body, inside, r.binding(variable, name))))


def _full_ranges(e: Any, r: Reader) -> dict[Any, Dim]:
    """The variables that run over all rows or columns of the matrices whose entries they select."""
    sizes = {limit[0]: _full_range(limit, e.function, r) for limit in e.limits}
    return {v: d for v, d in sizes.items() if d is not None}


def _full_range(limit: Any, body: Any, r: Reader) -> Dim | None:
    if limit[1] != 0:
        return None
    v, elements = limit[0], body.atoms(MatrixElement)
    sizes = {size for a in elements for i, size in zip(a.indices, a.parent.shape, strict=True) if i == v}
    if any(sympy.expand(size - 1 - limit[2]) != 0 for size in sizes):
        return None
    outside = body.xreplace({a: sympy.Dummy() for a in elements if v in a.indices})
    if outside.has(v) or not (sizes or limit[2].free_symbols & r.names.dims):
        return None
    try:
        return r.dim(sympy.expand(limit[2] + 1))
    except NoRule:
        return None


# --- sums over full ranges -------------------------------------------------------------------------------------------


def _total(body: Any, ranges: Ranges, r: Reader) -> T.Term:
    """The sum over all values of all variables."""
    if isinstance(body, sympy.Add):
        return T.total(*(_total(a, ranges, r) for a in body.as_ordered_terms()))
    factors = sympy.Mul.make_args(body)
    constants = [r.scalar(f) for f in factors if not f.has(*ranges) and f != 1]
    groups = _groups([f for f in factors if f.has(*ranges)], ranges)
    used = {v for variables, _ in groups for v in variables}
    sizes = [cast(T.Term, T.DimScalar(d)) for v, d in ranges.items() if v not in used]
    parts = [_contracted(sympy.Mul(*group), {v: ranges[v] for v in variables}, r) for variables, group in groups]
    return T.product(*constants, *sizes, *parts)


def _groups(factors: Sequence[Any], ranges: Ranges) -> list[tuple[list[Any], list[Any]]]:
    """The factors in groups that share no variable, each with its variables."""
    groups: list[tuple[list[Any], list[Any]]] = []
    for factor in factors:
        variables, members = [v for v in ranges if factor.has(v)], [factor]
        apart = [g for g in groups if not set(g[0]) & set(variables)]
        for g in groups:
            if g not in apart:
                variables = [v for v in ranges if v in variables or v in g[0]]
                members = g[1] + members
        groups = [*apart, (variables, members)]
    return groups


def _contracted(body: Any, ranges: Ranges, r: Reader) -> T.Term:
    elements = _elements(body, r)
    if elements is not None:
        if len(elements) == 2 and len(ranges) == 2 and elements[0][1:] == elements[1][1:]:
            a, b = elements[0].a, elements[1].a
            return cast(T.Term, T.SquaredNorm(a) if a is b else T.Inner(a, b))
        path = _path(elements, ranges)
        if path is None and len(elements) > 1:
            path = _path(_ones(elements, ranges) + elements, ranges)
        if path is not None:
            return _closed(path, ranges, r)
    if len(ranges) > 2:
        raise refuse(body, "a sum over three or more indices that is no product of matrices")
    return _entries_sum(body, list(ranges), ranges, r)


# --- products of matrices --------------------------------------------------------------------------------------------


def _elements(body: Any, r: Reader) -> list[Element] | None:
    """The entries that are multiplied, where there is nothing else."""
    out: list[Element] = []
    for f in sympy.Mul.make_args(body):
        base, k = f.as_base_exp()
        if not isinstance(base, MatrixElement) or k not in (1, 2):
            return None
        out += [Element(r.matrix(base.parent), *base.indices)] * int(k)
    return out


def _ones(elements: Sequence[Element], ranges: Ranges) -> list[Element]:
    """A column of ones for every variable that occurs once."""
    slots = [i for x in elements for i in x[1:]]
    return [Element(cast(T.Term, T.Ones(d, ONE)), v, sympy.S.Zero) for v, d in ranges.items() if slots.count(v) == 1]


def _path(elements: Sequence[Element], ranges: Ranges) -> Element | None:
    """The product of the matrices as one entry, where every variable occurs in two places and joins the matrices in one
    line; its ends are a variable twice where they meet."""
    slots = [i for x in elements for i in x[1:]]
    if any(slots.count(v) != 2 for v in ranges) or any(i.has(*ranges) for i in slots if i not in ranges):
        return None
    left = list(elements)
    first = next((x for x in left if x.i not in ranges or x.j not in ranges), left[0])
    left.remove(first)
    line = first.turned() if first.i in ranges and first.j not in ranges else first
    factors = [line.a]
    start, end = line.i, line.j
    while left:
        following = next((x for x in left if end in ranges and end in x[1:]), None)
        if following is None:
            return None
        left.remove(following)
        line = following if following.i == end else following.turned()
        factors.append(line.a)
        end = line.j
    turned = [transposed(a) for a in reversed(factors)]
    if _transposes(turned) < _transposes(factors):
        return Element(T.product(*turned), end, start)
    return Element(T.product(*factors), start, end)


def _transposes(factors: Sequence[T.Term]) -> int:
    return sum(isinstance(a, T.Transpose) for a in factors)


def _closed(path: Element, ranges: Ranges, r: Reader) -> T.Term:
    if path.i in ranges or path.a.shape == (ONE, ONE):
        return trace(path.a)
    return T.entry(path.a, r.index(path.i) + 1, r.index(path.j) + 1)


# --- sums of entries -------------------------------------------------------------------------------------------------


def _entries_sum(body: Any, variables: Sequence[Any], ranges: Ranges, r: Reader) -> T.Term:
    """The sum of the entries of the matrix, or column, whose entries the body describes."""
    if isinstance(body, sympy.Pow) and body.exp == 2:
        return cast(T.Term, T.SquaredNorm(_matrix_of(body.base, variables, ranges, r)))
    return T.entries_sum(_matrix_of(body, variables, ranges, r))


def _matrix_of(body: Any, variables: Sequence[Any], ranges: Ranges, r: Reader) -> T.Term:
    """The matrix, or column, whose entries the body describes."""
    shape = (ranges[variables[0]], ranges[variables[1]] if len(variables) > 1 else ONE)
    leaves: dict[Any, T.Term] = {}
    for kind in (sympy.Sum, MatrixElement):
        for part in _outermost(kind, body):
            if not part.has(*variables):
                continue
            if kind is sympy.Sum:
                elements = _inner_sum(part, variables, ranges, r)
            else:
                elements = [Element(r.matrix(part.parent), *part.indices)]
            x = sympy.Dummy("x", real=True)
            leaves[x] = T.total(*(_spread(e, variables, shape, r) for e in elements))
            body = body.xreplace({part: x})
    if body.has(*variables):
        raise refuse(body, "the index of a sum stands outside an entry")
    return r.entrywise(shape, leaves).scalar(body)


def _outermost(kind: Any, body: Any) -> list[Any]:
    """The parts of this class that lie in no other."""
    found: dict[Any, None] = {}
    walk = sympy.preorder_traversal(body)
    for e in walk:
        if isinstance(e, kind):
            found[e] = None
            walk.skip()
    return list(found)


def _inner_sum(e: Any, variables: Sequence[Any], ranges: Ranges, r: Reader) -> list[Element]:
    """The entries whose sum an inner sum is: of products of matrices, or of the sums of the rows of a matrix."""
    inner = _full_ranges(e, r)
    if len(inner) != len(e.limits):
        raise refuse(e, "an inner sum over some rows or columns only")
    out: list[Element] = []
    for term in sympy.Add.make_args(sympy.expand_mul(e.function)):
        constant, rest = term.as_independent(MatrixElement, as_Add=False)
        elements = _elements(rest, r)
        path = _path(elements, inner) if elements else None
        if path is None or path.i in inner or constant.has(sympy.Sum):
            return [_row_sums(e, [v for v in variables if e.has(v)], {**ranges, **inner}, list(inner), r)]
        out.append(path if constant == 1 else Element(T.times(r.scalar(constant), path.a), path.i, path.j))
    return out


def _row_sums(e: Any, outer: Sequence[Any], ranges: Ranges, inner: Sequence[Any], r: Reader) -> Element:
    if len(outer) != 1 or len(inner) != 1:
        raise refuse(e, "an inner sum that is no product of matrices")
    rows = _matrix_of(e.function, [*outer, *inner], ranges, r)
    return Element(rows * cast(T.Term, T.Ones(ranges[inner[0]], ONE)), outer[0], sympy.S.Zero)


def _spread(x: Element, variables: Sequence[Any], shape: tuple[Dim, Dim], r: Reader) -> T.Term:
    """The matrix of this shape whose entry at the variables is the element."""
    if x.i in variables and x.j in variables and x.i != x.j:
        return x.a if x.i == variables[0] else transposed(x.a)
    variable = x.i if x.i in variables else x.j
    if x.i == x.j:
        line = cast(T.Term, T.Diagonal(x.a))
    else:
        line = _column(x if x.i == variable else x.turned(), variables, r)
    if len(variables) == 1:
        return line
    if variable == variables[0]:
        return line * cast(T.Term, T.Ones(shape[1], ONE)).T
    return cast(T.Term, T.Ones(shape[0], ONE)) * line.T


def _column(x: Element, variables: Sequence[Any], r: Reader) -> T.Term:
    """The column of the matrix in which the element stands."""
    if x.i not in variables or x.j.has(*variables):
        raise refuse(x.i, "an index of a sum is shifted")
    return x.a if x.a.shape[1] == ONE else x.a * cast(T.Term, T.UnitVector(x.a.shape[1], r.index(x.j) + 1))
