"""How matrix expressions of SymPy are read: one rule for each class."""

from __future__ import annotations

from typing import Any, cast

import sympy
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalMatrix, DiagonalOf

from symland.language import terms as T
from symland.language.index import Index
from symland.read.sympy_reader import ONE, Reader, letter_name, matrix_rule, ordered, refuse, trace, transposed
from symland.read.sympy_scalars import power_of
from symland.write.sympy_matrices import CommutationMatrix, DiagonalSelectionMatrix, UnitVector, Unvec, Vec

MAX_ENTRIES = 10_000

# --- letters and constants -------------------------------------------------------------------------------------------


@matrix_rule.register
def _(e: sympy.MatrixSymbol, r: Reader) -> T.Term:
    rows, columns = map(r.dim, e.args[1:])
    return T.matrix(letter_name(e), rows, columns)


@matrix_rule.register(sympy.ZeroMatrix)
@matrix_rule.register(sympy.OneMatrix)
@matrix_rule.register(sympy.Identity)
@matrix_rule.register(CommutationMatrix)
@matrix_rule.register(DiagonalSelectionMatrix)
def _(e: Any, r: Reader) -> T.Term:
    if not e.args:
        raise refuse(e, "its shape is not given")
    classes = {
        sympy.ZeroMatrix: T.Zero,
        sympy.OneMatrix: T.Ones,
        sympy.Identity: T.Identity,
        CommutationMatrix: T.Commutation,
        DiagonalSelectionMatrix: T.DiagonalSelection,
    }
    return cast(T.Term, classes[type(e)](*map(r.dim, e.args)))


@matrix_rule.register
def _(e: UnitVector, r: Reader) -> T.Term:
    return cast(T.Term, T.UnitVector(r.dim(e.args[0]), r.index(e.args[1]) + 1))


@matrix_rule.register
def _(e: sympy.MatrixBase, r: Reader) -> T.Term:
    """An explicit matrix: zero, ones, an identity, or its entries as 1 x 1 blocks."""
    rows, columns = e.shape
    if not 0 < rows * columns <= MAX_ENTRIES:
        raise refuse(e, f"a matrix has between 1 and {MAX_ENTRIES} entries")
    m, n = r.dim(sympy.Integer(rows)), r.dim(sympy.Integer(columns))
    entries = list(e)
    if all(x == 0 for x in entries):
        return cast(T.Term, T.Zero(m, n))
    if rows == columns > 1 and e == sympy.eye(rows):
        return cast(T.Term, T.Identity(n))
    if len(entries) > 1 and all(x == 1 for x in entries):
        return cast(T.Term, T.Ones(m, n))
    cells = [cast(T.Term, T.Vec(r.scalar(x))) for x in entries]
    return cells[0] if len(cells) == 1 else T.block([cells[k : k + columns] for k in range(0, len(cells), columns)])


@matrix_rule.register
def _(e: sympy.BlockMatrix, r: Reader) -> T.Term:
    rows, columns = e.blocks.shape
    return T.block([[r.matrix(e.blocks[i, j]) for j in range(columns)] for i in range(rows)])


# --- sums, products, powers ------------------------------------------------------------------------------------------


@matrix_rule.register
def _(e: sympy.MatAdd, r: Reader) -> T.Term:
    if not e.args:
        raise refuse(e, "it has no terms")
    negative = [bool(a.as_coeff_mmul()[0].is_negative) for a in e.args]
    return T.total(*map(r.matrix, ordered(e.args, negative)))


@matrix_rule.register
def _(e: sympy.MatMul, r: Reader) -> T.Term:
    scalars = [a for a in e.args if not a.is_Matrix]
    matrices = [r.matrix(a) for a in e.args if a.is_Matrix]
    if not matrices:
        raise refuse(e, "it has no matrix factors")
    a = T.product(*matrices)
    return T.times(r.product(scalars), a) if scalars else a


@matrix_rule.register
def _(e: sympy.KroneckerProduct, r: Reader) -> T.Term:
    out, *rest = map(r.matrix, e.args)
    for a in rest:
        out = cast(T.Term, T.Kronecker(out, a))
    return out


@matrix_rule.register
def _(e: sympy.HadamardProduct, r: Reader) -> T.Term:
    return T.hadamard(*map(r.matrix, e.args))


@matrix_rule.register
def _(e: sympy.HadamardPower, r: Reader) -> T.Term:
    if e.exp.is_Matrix or not e.base.is_Matrix:
        raise refuse(e, "the base is a matrix and the exponent a scalar")
    return power_of(r.matrix(e.base), e.exp, r)


@matrix_rule.register
def _(e: sympy.MatPow, r: Reader) -> T.Term:
    """A^k for an integer k, an index expression or a number; any power of a 1 x 1 matrix."""
    a, exponent = r.matrix(e.base), e.exp
    if a.shape == (ONE, ONE):
        return cast(T.Term, T.Vec(power_of(trace(a), exponent, r)))
    if exponent.is_Number and not exponent.is_Integer:
        raise refuse(e, "a matrix has integer powers", "powers of entries are sympy.HadamardPower(X, p)")
    if exponent.could_extract_minus_sign():
        a, exponent = cast(T.Term, T.Inverse(a)), -exponent
    return matrix_power(a, r.index(exponent))


def matrix_power(a: T.Term, k: Index) -> T.Term:
    """A^k; the identity for k = 0 and A for k = 1."""
    if k.value == 0:
        return cast(T.Term, T.Identity(a.shape[0]))
    return a if k.value == 1 else cast(T.Term, T.MatrixPower(a, k))


@matrix_rule.register
def _(e: sympy.Inverse, r: Reader) -> T.Term:
    return cast(T.Term, T.Inverse(r.matrix(e.arg)))


@matrix_rule.register(sympy.Transpose)
@matrix_rule.register(sympy.Adjoint)
def _(e: Any, r: Reader) -> T.Term:
    """All letters are real, so the adjoint is the transpose."""
    return transposed(r.matrix(e.arg))


# --- entries ---------------------------------------------------------------------------------------------------------


@matrix_rule.register
def _(e: ElementwiseApplyFunction, r: Reader) -> T.Term:
    a = r.matrix(e.expr)
    (x,) = e.function.bound_symbols
    return r.entrywise(a.shape, {x: a}).scalar(e.function.expr)


@matrix_rule.register
def _(e: DiagMatrix, r: Reader) -> T.Term:
    v = r.matrix(e.args[0])
    return cast(T.Term, T.DiagonalMatrix(transposed(v) if v.shape[0] == ONE else v))


@matrix_rule.register
def _(e: DiagonalOf, r: Reader) -> T.Term:
    return cast(T.Term, T.Diagonal(r.matrix(e.arg)))


@matrix_rule.register
def _(e: DiagonalMatrix, r: Reader) -> T.Term:
    """The matrix with everything off its diagonal set to zero."""
    return cast(T.Term, T.DiagonalMatrix(T.Diagonal(r.matrix(e.arg))))


@matrix_rule.register
def _(e: Vec, r: Reader) -> T.Term:
    return cast(T.Term, T.Vec(r.matrix(e.args[0])))


@matrix_rule.register
def _(e: Unvec, r: Reader) -> T.Term:
    m, n, column = e.args
    return cast(T.Term, T.Unvec(r.dim(m), r.dim(n), r.matrix(column)))
