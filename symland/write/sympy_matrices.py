"""The matrix expressions that SymPy lacks, each with `as_explicit()` for integer dimensions.

As everywhere in SymPy, rows and columns are counted from 0, in `UnitVector(n, i)` too.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy.core.sympify import _sympify


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


class Unvec(sympy.MatrixExpr):
    """The m x n matrix A with vec(A) = v.

    >>> Unvec(2, 2, sympy.Matrix([1, 2, 3, 4])).as_explicit().tolist()
    [[1, 3], [2, 4]]
    """

    def __new__(cls, m: Any, n: Any, column: Any) -> Any:
        return super().__new__(cls, _sympify(m), _sympify(n), _sympify(column))

    @property
    def shape(self) -> tuple[Any, Any]:
        return (self.args[0], self.args[1])

    def _entry(self, i: Any, j: Any, **hints: Any) -> Any:
        return self.args[2][i + self.args[0] * j, 0]

    def _latex(self, printer: Any) -> str:
        m, n, column = map(printer.doprint, self.args)
        return rf"\operatorname{{vec}}_{{{m},{n}}}^{{-1}}\left({column}\right)"


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


class DuplicationMatrix(sympy.MatrixExpr):
    """D with D vech(A) = vec(A) for every symmetric n x n matrix A; vech stacks the columns from the diagonal down.

    >>> DuplicationMatrix(2).as_explicit().tolist()
    [[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]]
    """

    def __new__(cls, n: Any) -> Any:
        return super().__new__(cls, _sympify(n))

    @property
    def shape(self) -> tuple[Any, Any]:
        (n,) = self.args
        return (n**2, n * (n + 1) / 2)

    def _entry(self, i: Any, j: Any, **hints: Any) -> Any:
        (n,) = self.args
        low, high = sympy.Min(i % n, i // n), sympy.Max(i % n, i // n)
        return sympy.KroneckerDelta(j, low * n - low * (low - 1) / 2 + high - low)

    def _latex(self, printer: Any) -> str:
        return f"D_{{{printer.doprint(self.args[0])}}}"


class DiagonalSelectionMatrix(sympy.MatrixExpr):
    """S with S vec(A) = diag(A) for every n x n matrix A.

    >>> DiagonalSelectionMatrix(2).as_explicit().tolist()
    [[1, 0, 0, 0], [0, 0, 0, 1]]
    """

    def __new__(cls, n: Any) -> Any:
        return super().__new__(cls, _sympify(n))

    @property
    def shape(self) -> tuple[Any, Any]:
        (n,) = self.args
        return (n, n**2)

    def _entry(self, i: Any, j: Any, **hints: Any) -> Any:
        return sympy.KroneckerDelta(j, i * (self.args[0] + 1))

    def _latex(self, printer: Any) -> str:
        return rf"\Psi_{{{printer.doprint(self.args[0])}}}"


class UnitVector(sympy.MatrixExpr):
    """Column number i of the n x n identity, counted from 0.

    >>> UnitVector(3, 0).as_explicit().T
    Matrix([[1, 0, 0]])
    """

    def __new__(cls, n: Any, i: Any) -> Any:
        return super().__new__(cls, _sympify(n), _sympify(i))

    @property
    def shape(self) -> tuple[Any, Any]:
        return (self.args[0], sympy.S.One)

    def _entry(self, i: Any, j: Any, **hints: Any) -> Any:
        return sympy.KroneckerDelta(i, self.args[1])

    def _latex(self, printer: Any) -> str:
        return f"e_{{{printer.doprint(self.args[1] + 1)}}}"
