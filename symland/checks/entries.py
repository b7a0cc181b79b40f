"""Formulas entry by entry, as SymPy matrices that people read, with the evidence that they are right.

Symbols are named as in `checks.expansion`: `X_12`, `W2_12` for layer 2, `X_3_11` where a dimension has two digits.
Functions are SymPy's, or undefined ones for generic functions.
Entries are expanded, or factored where the factors are shorter: at a minimizer they often are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import flint
import sympy
from sympy.core.add import _addsort
from sympy.core.mul import _mulsort

from symland.checks.expansion import Dims, Expansion, Substitution
from symland.checks.explicit import check_derivatives
from symland.evaluate.dense import Cleared
from symland.evaluate.free_functions import FreeFunctions
from symland.evidence import Evidence
from symland.language import terms as T
from symland.language.nodes import Node
from symland.write.sympy import function_at

FACTORED = 40  # terms: longer polynomials are not tried for factors


def explicit_matrix(term: Node, dims: Dims, substitution: Substitution = ()) -> sympy.Matrix:
    """The entries of a term at explicit dimensions, after the substitution; a scalar gives a 1 x 1 matrix.

    >>> from symland.language.terms import matrix
    >>> A = matrix("A", "d", "d")
    >>> explicit_matrix(A * A.T, {"d": 2})
    Matrix([
    [    A_11**2 + A_12**2, A_11*A_21 + A_12*A_22],
    [A_11*A_21 + A_12*A_22,     A_21**2 + A_22**2]])
    """
    if isinstance(term, T.Kronecker):  # its entries are products of these factors
        a, b = (explicit_matrix(t, dims, substitution) for t in term.args)
        grid = [[x * y if x and y else sympy.S.Zero for x in r for y in s] for r in a.tolist() for s in b.tolist()]
        return sympy.Matrix(grid)
    expansion = Expansion([term], dims, substitution)
    value = expansion.at.value(term)
    rows, columns = expansion.ring.size(value) or (1, 1)
    writer = _Writer(expansion.ring, value.denominator)
    return sympy.Matrix(rows, columns, [writer.entry(part) for part in value.parts])


def explicit_gradient(
    loss: Node, letter: Node, formula: Node, dims: Dims, substitution: Substitution = ()
) -> tuple[sympy.Matrix, Evidence]:
    """The entries of a gradient formula, and evidence that they are the entrywise derivatives of the loss.

    >>> from symland.language.terms import SquaredNorm, matrix
    >>> A = matrix("A", 1, 2)
    >>> shown, evidence = explicit_gradient(SquaredNorm(A), A, 2 * A, {})
    >>> shown, evidence.label.value
    (Matrix([[2*A_11, 2*A_12]]), 'EXACT')
    """
    evidence = check_derivatives(loss, [letter], {letter: formula}, {}, dims, substitution)
    return explicit_matrix(formula, dims, substitution), evidence


def explicit_hessian(
    loss: Node, letters: Sequence[Node], formula: Node, dims: Dims, substitution: Substitution = ()
) -> tuple[sympy.Matrix, Evidence]:
    """The entries of a Hessian formula for the letters in this order, and evidence that they are the entrywise second
    derivatives of the loss. At a minimizer, the substitution says what the data are there, as `[(Y, W * X)]`.
    """
    evidence = check_derivatives(loss, letters, {}, formula, dims, substitution)
    return explicit_matrix(formula, dims, substitution), evidence


class _Writer:
    """Integer polynomials of FLINT, over one denominator, as SymPy expressions.

    Sums and products are put together in SymPy's canonical order, without the checks that SymPy's constructors repeat
    for every term; equal polynomials are written once.
    """

    def __init__(self, ring: FreeFunctions, denominator: int) -> None:
        self.symbols = [sympy.Symbol(v) for v in ring.variables[: ring.letters]]
        self.denominator = denominator
        self._powers: dict[tuple[int, int], Any] = {}
        self._entries: dict[Any, Any] = {}
        for function, arguments in ring.applications:
            self.symbols.append(function_at(function, *map(self._argument, arguments)))

    def _argument(self, argument: Cleared) -> Any:
        return self._sum(argument.numerators, argument.denominator)

    def entry(self, polynomial: Any) -> Any:
        """The polynomial over the denominator, expanded or in shorter factors."""
        key = tuple(polynomial.terms())
        found = self._entries.get(key)
        if found is None:
            found = self._entries[key] = self._factored(polynomial) or self._sum(polynomial, self.denominator)
        return found

    def _factored(self, polynomial: Any) -> Any:
        """The product of factors, or None where there is only one, or too many terms."""
        if not 1 < len(polynomial) <= FACTORED:
            return None
        used = [i for i, degree in enumerate(polynomial.degrees()) if degree]
        context = flint.fmpz_mpoly_ctx.get([f"x{i}" for i in used])  # with few variables, factors are found sooner
        terms = {tuple(m[i] for i in used): c for m, c in polynomial.to_dict().items()}
        content, factors = context.from_dict(terms).factor()
        if sum(e for _, e in factors) == 1:
            return None
        parts = [self._sum(f, 1, used) ** int(e) for f, e in factors]
        return sympy.Mul(sympy.Rational(int(content), self.denominator), *parts)

    def _sum(self, polynomial: Any, denominator: int, used: Sequence[int] | None = None) -> Any:
        """The polynomial in all variables, or in those of these numbers."""
        places = range(len(self.symbols)) if used is None else used
        terms = [self._term(zip(places, m, strict=False), int(c), denominator) for m, c in polynomial.to_dict().items()]
        if len(terms) < 2:
            return terms[0] if terms else sympy.S.Zero
        _addsort(terms)
        return sympy.Add._from_args(terms)

    def _term(self, exponents: Iterable[tuple[int, int]], coefficient: int, denominator: int) -> Any:
        factors = [self._power(i, e) for i, e in exponents if e]
        _mulsort(factors)
        if coefficient != denominator or not factors:
            factors.insert(0, sympy.Rational(coefficient, denominator))
        return factors[0] if len(factors) == 1 else sympy.Mul._from_args(factors)

    def _power(self, i: int, e: int) -> Any:
        if (i, e) not in self._powers:
            self._powers[i, e] = self.symbols[i] ** int(e)
        return self._powers[i, e]
