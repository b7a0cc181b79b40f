"""SymPy expressions -> terms. Every SymPy class has its rule in `sympy_matrices`, `sympy_scalars` or `sympy_sums`.

All letters are real, as everywhere in symland. Entries are counted from 0 in SymPy and from 1 in symland. Nothing is
evaluated, and text is not read: a string is refused.
"""

from __future__ import annotations

from typing import Any

import sympy

from symland.errors import UsageError
from symland.language.terms import Term
from symland.read import sympy_matrices, sympy_scalars, sympy_sums
from symland.read.sympy_reader import Names, Reader

RULES = (sympy_matrices, sympy_scalars, sympy_sums)  # the modules that register rules for SymPy classes


def from_sympy(expr: Any) -> Term:
    """The term of a SymPy expression, a scalar or a matrix.

    Symbols in shapes are dimensions, and so are positive integers; integers in entries and exponents are index
    variables; other symbols are real scalars, with the facts "positive" and "nonnegative" that SymPy knows of. An
    undefined function is a generic function. A 1 x 1 matrix stays one, unless it stands where a scalar is needed.

    A float is the decimal number that SymPy prints: 0.1 is 1/10.

    Raises NoRule for a class of expression without a rule, and UsageError for what is not a SymPy expression, for names
    that symland cannot write, and for two symbols of one name.

    >>> n, m = sympy.symbols("n m")
    >>> X = sympy.MatrixSymbol("X", n, m)
    >>> from_sympy(sympy.Trace(X.T * X) / 2 + sympy.log(sympy.Determinant(X * X.T)))
    logdet(X*X') + 1/2*norm2(X)^2
    """
    if isinstance(expr, sympy.MatrixBase):
        expr = expr.as_immutable()
    if not isinstance(expr, sympy.Basic):
        raise UsageError(f"{expr!r} is not a SymPy expression", hint="sympy.MatrixSymbol, sympy.Trace, ...")
    try:
        reader = Reader(Names(expr))
        return reader.matrix(expr) if getattr(expr, "is_Matrix", False) else reader.scalar(expr)
    except RecursionError:
        raise UsageError("the expression is nested too deeply") from None
