"""How sums and products over an index are read.

A sum over whole rows and columns, `Sum(X[i, j]**2, (i, 0, n - 1), (j, 0, m - 1))`, becomes a term without indices: a
trace or a product of matrices where every index occurs twice, else the sum of the entries of a matrix. What remains
is a bounded sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import sympy
from sympy.matrices.expressions.matexpr import MatrixElement

from symland.errors import NoRule
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.read.sympy_reader import ONE, Reader, refuse, scalar_rule, trace, transposed

Ranges = Mapping[Any, Dim]  # summation variables and how many values they take, from 0 on


@scalar_rule.register
def _(e: sympy.Sum, r: Reader) -> T.Term:
    full = {v: d for v, d in ((limit[0], _full_range(limit, e.function, r)) for limit in e.limits) if d is not None}
    rest = [limit for limit in e.limits if limit[0] not in full]
    if rest and full:
        inner = sympy.Sum(e.function, *(limit for limit in e.limits if limit[0] in full))
        if any(limit[0] in inner.free_symbols for limit in e.limits if limit[0] in full):
            raise refuse(e)
        return _bounded(T.BoundedSum, e, inner, rest, r)
    return _bounded(T.BoundedSum, e, e.function, rest, r) if rest else _total(e.function, full, r)


@scalar_rule.register
def _(e: sympy.Product, r: Reader) -> T.Term:
    return _bounded(T.BoundedProduct, e, e.function, e.limits, r)


def _bounded(cls: Any, e: Any, body: Any, limits: Sequence[Any], r: Reader) -> T.Term:
    """A bounded sum or product; the first range of SymPy is the innermost."""
    if getattr(body, "is_Matrix", False):
        raise refuse(e, "a sum of matrices of symbolic length")
    if not limits:
        return r.scalar(body)
    *inside, last = limits
    if len(last) != 3:
        raise refuse(e, "its range is not given")
    variable, low, high = last[0], r.index(last[1]), r.index(last[2])
    if ((high - low).value or 0) < -1:
        raise refuse(e, "its range has negative length")
    name = r.names.fresh()
    return cast(T.Term, cls.over(name, low, high, _bounded(cls, e, body, inside, r.binding(variable, name))))


def _full_range(limit: Any, body: Any, r: Reader) -> Dim | None:
    """How many values the variable takes, where they are all rows or columns of the matrices whose entries it selects."""
    if len(limit) != 3 or limit[1] != 0:
        return None
    v = limit[0]
    sizes = {size for a in body.atoms(MatrixElement) for i, size in zip(a.indices, a.parent.shape, strict=True) if i == v}
    if any(sympy.expand(size - 1 - limit[2]) != 0 for size in sizes):
        return None
    outside = body.xreplace({a: sympy.Dummy() for a in body.atoms(MatrixElement) if v in a.indices})
    if outside.has(v) or not (sizes or limit[2].free_symbols & r.names.dims):
        return None
    try:
        return r.dim(sympy.expand(limit[2] + 1))
    except NoRule:
        return None


def _total(body: Any, ranges: Ranges, r: Reader) -> T.Term:
    """The sum over all values of all variables."""
    if isinstance(body, sympy.Add):
        return T.total(*(_total(a, ranges, r) for a in body.args))
    factors = sympy.Mul.make_args(body)
    constants = [f for f in factors if not f.has(*ranges)]
    groups = _groups([f for f in factors if f.has(*ranges)], ranges)
    used = {v for variables, _ in groups for v in variables}
    sizes = [cast(T.Term, T.DimScalar(d)) for v, d in ranges.items() if v not in used]
    parts = [_contracted(group, {v: ranges[v] for v in variables}, r) for variables, group in groups]
    return T.product(*map(r.scalar, constants), *sizes, *parts) if constants or sizes or parts else T.number(1)


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


def _contracted(factors: Sequence[Any], ranges: Ranges, r: Reader) -> T.Term:
    elements = _elements(factors)
    chained = _chained(elements, ranges, r) if elements else None
    if chained is not None:
        return chained
    if len(ranges) > 2:
        raise refuse(sympy.Mul(*factors), "a sum over three or more indices that is no product of matrices")
    return _entries_sum(sympy.Mul(*factors), ranges, r)


# --- sums that are products of matrices ------------------------------------------------------------------------------


def _elements(factors: Sequence[Any]) -> list[Any] | None:
    """The entries that are multiplied, where there is nothing else."""
    out: list[Any] = []
    for f in factors:
        base, k = f.as_base_exp()
        if not isinstance(base, MatrixElement) or k not in (1, 2):
            return None
        out += [base] * int(k)
    return out


def _chained(elements: list[Any], ranges: Ranges, r: Reader) -> T.Term | None:
    """A trace or an entry of a product, where every variable occurs twice."""
    slots = [i for a in elements for i in a.indices]
    if any(slots.count(v) != 2 for v in ranges) or any(i.has(*ranges) for i in slots if i not in ranges):
        return None
    if len(elements) == 2 and len(ranges) == 2 and elements[0].indices == elements[1].indices:
        a, b = (r.matrix(x.parent) for x in elements)
        return cast(T.Term, T.SquaredNorm(a) if a is b else T.Inner(a, b))
    left = list(elements)
    first = next((x for x in left if any(i not in ranges for i in x.indices)), left[0])
    left.remove(first)
    start, end = first.indices
    flipped = start in ranges and end not in ranges
    factors = [_oriented(first, flipped, r)]
    if flipped:
        start, end = end, start
    while left and end in ranges:
        following = next((x for x in left if end in x.indices), None)
        if following is None:
            break
        left.remove(following)
        flipped = following.indices[0] != end
        factors.append(_oriented(following, flipped, r))
        end = following.indices[0 if flipped else 1]
    if left:
        return None
    out = T.product(*factors)
    if start in ranges or out.shape == (ONE, ONE):
        return trace(out)
    return T.entry(out, r.index(start) + 1, r.index(end) + 1)


def _oriented(element: Any, flipped: bool, r: Reader) -> T.Term:
    a = r.matrix(element.parent)
    return transposed(a) if flipped else a


# --- sums of entries -------------------------------------------------------------------------------------------------


def _entries_sum(body: Any, ranges: Ranges, r: Reader) -> T.Term:
    """The sum of the entries of the matrix, or column, whose entries the body describes."""
    variables = list(ranges)
    shape = (ranges[variables[0]], ranges[variables[1]] if len(variables) > 1 else ONE)
    inside = {a for a in body.atoms(MatrixElement) if a.has(*variables)}
    stands = {a: sympy.Dummy("x", real=True) for a in sorted(inside, key=str)}
    replaced = body.xreplace(stands)
    if replaced.has(*variables):
        raise refuse(body, "the index of a sum stands outside an entry")
    reader = r.entrywise(shape, {x: _spread(a, variables, shape, r) for a, x in stands.items()})
    if isinstance(replaced, sympy.Pow) and replaced.exp == 2:
        return cast(T.Term, T.SquaredNorm(reader.scalar(replaced.base)))
    return T.entries_sum(reader.scalar(replaced))


def _spread(element: Any, variables: Sequence[Any], shape: tuple[Dim, Dim], r: Reader) -> T.Term:
    """The matrix of this shape whose entry at the variables is the element."""
    a, (i, j) = r.matrix(element.parent), element.indices
    if i in variables and j in variables and i != j:
        return a if i == variables[0] else transposed(a)
    if i == j:
        line = cast(T.Term, T.Diagonal(a))
    elif i in variables:
        line = _column(a, j, variables, r)
    else:
        line = _column(transposed(a), i, variables, r)
    if len(variables) == 1:
        return line
    first = (i if i in variables else j) == variables[0]
    ones = cast(T.Term, T.Ones(shape[1] if first else shape[0], ONE))
    return line * ones.T if first else ones * line.T


def _column(a: T.Term, j: Any, variables: Sequence[Any], r: Reader) -> T.Term:
    """Column j of a, counted from 0."""
    if j.has(*variables):
        raise refuse(j, "an index of a sum is shifted")
    number: Index = r.index(j)
    return a if a.shape[1] == ONE else a * cast(T.Term, T.UnitVector(a.shape[1], number + 1))
