"""Terms as functions of numpy arrays: values, and products with a matrix that is not formed.

`f = to_numpy(term)` is called with arrays by letter name. Matrices are two-dimensional arrays; a column n x 1 is an
array of length n or of shape (n, 1), a scalar is a number. All arithmetic is in float64.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from symland.errors import NoRule, ShapeError, Undecided, UndefinedHere, UsageError
from symland.evaluate.point import Key, letter_name
from symland.language import terms as T
from symland.language.index import shape_text
from symland.language.nodes import Node, walk
from symland.language.notation import show
from symland.language.terms import Term
from symland.write.numpy_arrays import Names, Reading, as_array, found_text
from symland.write.numpy_products import applied, column
from symland.write.numpy_values import Values, brief

Function = Callable[[Any], Any]
Functions = Mapping[str, Function | Sequence[Function]]


def to_numpy(term: Term, functions: Functions | None = None, letters: Sequence[Term] = ()) -> Compiled:
    """The term as a function of arrays.

    `functions` implements the generic functions of the term, with as many derivatives as it needs, as
    `{"sigma": (f, f1, f2)}`; they work entry by entry. `letters` are further letters, or terms, that a caller may give
    a value without the term containing them, such as the loss of a gradient; dimensions are read off them too. Raises
    UsageError for a function without implementation, NoRule for a term that contains `D(t; W, V)`.

    >>> from symland.language.terms import SquaredNorm, matrix
    >>> A, x = matrix("A", "m", "n"), matrix("x", "n", 1)
    >>> f = to_numpy(SquaredNorm(A * x))
    >>> f(A=[[1, 2], [3, 4]], x=[1, 1])
    58.0
    >>> to_numpy(A * x)(A=[[1, 2], [3, 4]], x=[1, 1])
    array([3., 7.])
    """
    return Compiled(term, functions, letters)


class Compiled:
    """A term as a function of arrays. `f(W=..., X=...)` or `f({"W": ..., "X": ...})` is its value.

    Members of a family are named `W1`, or given as `W={1: ..., 2: ...}`; index variables, such as k in A^k or a depth
    L, and dimensions that no array shows are integers by name. The value is a float for a scalar and an array for a
    matrix; a column is one-dimensional if all columns given were, and has shape (n, 1) otherwise; likewise rows.

    Raises UsageError for missing or unknown letters and for arrays that are not finite real numbers, ShapeError for
    arrays that do not fit, UndefinedHere where the term has no value (log of a negative number, a singular inverse, an
    overflow). `loss` is the function that this one was derived from, if it was.
    """

    loss: Compiled | None = None

    def __init__(self, term: Term, functions: Functions | None = None, letters: Sequence[Term] = ()) -> None:
        if not isinstance(term, Term):
            raise UsageError(f"{term!r} is not a term")
        self.term = term
        self.names = Names([term], letters)
        self.functions = implementations([term], functions)

    def __call__(self, arrays: Mapping[str, Any] | None = None, /, **named: Any) -> Any:
        return self.at(arrays, **named).value()

    def at(self, arrays: Mapping[str, Any] | None = None, /, **named: Any) -> AtArrays:
        """The term at these arrays, for several products with one matrix: what they share is computed once."""
        return AtArrays(self, Reading(self.names, together(arrays, named)))

    def matvec(self, arrays: Mapping[str, Any], v: Any) -> Any:
        """The matrix at these arrays times v, without forming Kronecker products, commutations or diagonal matrices.

        v is one column, of shape (n,) or (n, 1), or several, of shape (n, k); the product has the same kind of shape.

        >>> from symland.language.terms import Kronecker, matrix
        >>> A = matrix("A", 2, 2)
        >>> to_numpy(Kronecker(A, A)).matvec({"A": [[1, 2], [3, 4]]}, [1, 0, 0, 0])
        array([1., 3., 3., 9.])
        """
        return self.at(arrays).matvec(v)

    def __repr__(self) -> str:
        return f"numpy function of {self.names.listed()}: {brief(self.term)}"


class AtArrays:
    """A term at given arrays: its value, and products of a matrix and of its transpose with columns. It has what
    `scipy.sparse.linalg.aslinearoperator` asks for."""

    dtype = np.dtype(np.float64)

    def __init__(self, compiled: Compiled, reading: Reading) -> None:
        self.term, self._reading = compiled.term, reading
        self._values = Values(reading.point(), compiled.functions)

    @property
    def shape(self) -> tuple[int, ...]:
        """The size of the value."""
        return self._values.size(self.term, formed=False) if self.term.is_matrix else ()

    def value(self) -> Any:
        """The value: a float or an array."""
        return self._reading.shaped(self.term.shape, value_of(self.term, self._values))

    def matvec(self, v: Any) -> Any:
        """The matrix times v."""
        return self._product(v, transposed=False)

    def rmatvec(self, v: Any) -> Any:
        """The transpose of the matrix times v."""
        return self._product(v, transposed=True)

    def _product(self, v: Any, transposed: bool) -> Any:
        if not self.term.is_matrix:
            raise UsageError(f"{brief(self.term)} is a scalar", hint="call the function for its value")
        x, n = as_array("v", v, 2), self.shape[0 if transposed else 1]
        if not x.ndim or x.shape[0] != n:
            raise ShapeError(f"the matrix has size {found_text(self.shape)}; v is {found_text(x.shape)}")
        out = product_with(self.term, x if x.ndim == 2 else x[:, None], self._values, transposed)
        return np.array(out) if x.ndim == 2 else np.array(out[:, 0])


def hessian_product(
    blocks: Mapping[tuple[Term, Term], Term], variables: Sequence[Term], functions: Functions | None = None,
    letters: Sequence[Term] = (),
) -> HessianProduct:  # fmt: skip
    """The product of a Hessian with directions in the shapes of the variables, from its vectorized blocks.

    `blocks[w, u]` has one row per entry of w and one column per entry of u, columns stacked. Raises UsageError for a
    missing block, ShapeError for a block of another shape.

    >>> from symland.language.terms import Identity, Kronecker, matrix
    >>> W, X = matrix("W", 1, 2), matrix("X", 2, 2)
    >>> product = hessian_product({(W, W): Kronecker(X * X.T, Identity(W.shape[0]))}, [W])
    >>> product({"W": [[5, 6]], "X": [[1, 0], [0, 2]]}, [[[1, 1]]])
    [array([[1., 4.]])]
    """
    return HessianProduct(blocks, variables, functions, letters)


class HessianProduct:
    """`product(arrays, directions)` is the list of H U, one array for each variable in the shape of its direction."""

    def __init__(
        self, blocks: Mapping[tuple[Term, Term], Term], variables: Sequence[Term], functions: Functions | None,
        letters: Sequence[Term],
    ) -> None:  # fmt: skip
        self.variables = tuple(variables)
        if not self.variables or not all(isinstance(w, (T.Symbol, T.Member)) for w in self.variables):
            raise UsageError("the variables of a Hessian are letters, at least one")
        self.rows = []
        for w in self.variables:
            missing = [u for u in self.variables if (w, u) not in blocks]
            if missing:
                raise UsageError(f"there is no block for {w!r} and {missing[0]!r}", hint="blocks={(W, W): H, ...}")
            self.rows.append([blocks[w, u] for u in self.variables])
        terms = [h for row in self.rows for h in row]
        self.block = T.block(self.rows)
        for row, w in zip(self.rows, self.variables, strict=True):
            for h, u in zip(row, self.variables, strict=True):
                wanted = (T.Vec(w).shape[0], T.Vec(u).shape[0])
                if h.shape != wanted:
                    found = f"{shape_text(h.shape)}, not {shape_text(wanted)}"
                    raise ShapeError(f"the block for {w!r} and {u!r} is {found}")
        self.names = Names(terms, [*self.variables, *letters])
        self.functions = implementations(terms, functions)

    def __call__(self, arrays: Mapping[str, Any], directions: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
        reading = Reading(self.names, together(arrays, {}))
        values = Values(reading.point(), self.functions)
        keys = [letter_key(w, values) for w in self.variables]
        if isinstance(directions, Mapping):
            if set(directions) != {letter_name(k) for k in keys}:
                raise UsageError("the directions are not those of the variables", hint="one for each variable, by name")
            directions = [directions[letter_name(k)] for k in keys]
        if len(directions) != len(keys):
            raise UsageError(f"there are {len(directions)} directions for {len(keys)} variables")
        parts, shapes = [], []
        for w, key, direction in zip(self.variables, keys, directions, strict=True):
            u = as_array(f"the direction of {letter_name(key)}", direction, 2)
            full: tuple[int, ...] = values.size(w, formed=False) if w.is_matrix else ()
            if u.shape != full and not (u.ndim == 1 and 1 in full and u.size == max(full)):
                raise ShapeError(f"{letter_name(key)} is {found_text(full)}; its direction is {found_text(u.shape)}")
            parts.append(column(u))
            shapes.append(u.shape)
        out = product_with(self.block, np.vstack(parts), values, False)
        pieces = np.split(out[:, 0], np.cumsum([p.shape[0] for p in parts])[:-1])
        return [p.reshape(s, order="F") if s else float(p[0]) for p, s in zip(pieces, shapes, strict=True)]


def implementations(terms: Sequence[Node], functions: Functions | None) -> dict[str, Sequence[Function]]:
    """The implementations of generic functions by name, as tuples. Raises UsageError for those that the terms need and
    that are not there, NoRule for a derivative in a term."""
    found: dict[str, Sequence[Function]] = {}
    for name, f in (functions or {}).items():
        found[name] = (f,) if callable(f) else tuple(f)
        if not all(map(callable, found[name])):
            raise UsageError(f"the implementation of {name} is not callable", hint=f'functions={{"{name}": (f, f1)}}')
    for node in (n for t in terms for n in walk(t)):
        if isinstance(node, T.D):
            raise NoRule(f"{show(node)} is a derivative", node=node, hint="derive its formula, and take that")
        if isinstance(node, T.Elementwise) and node.is_generic:
            name = node.function.rstrip("'")
            order = len(node.function) - len(name)
            if len(found.get(name, ())) <= order:
                names = ", ".join(name + "'" * k for k in range(order + 1))
                hint = f'functions={{"{name}": (...)}} with implementations of {names}'
                raise UsageError(f"{node.function} has no implementation", hint=hint)
    return found


def together(arrays: Mapping[str, Any] | None, named: Mapping[str, Any]) -> dict[str, Any]:
    """The arrays given in a mapping and by keyword."""
    if arrays is not None and not isinstance(arrays, Mapping):
        raise UsageError("arrays are given by name", hint='f(W=..., X=...) or f({"W": ..., "X": ...})')
    twice = sorted(set(arrays or {}) & set(named))
    if twice:
        raise UsageError(f"{', '.join(twice)} is given twice")
    return {**(arrays or {}), **named}


def letter_key(letter: Node, values: Values) -> Key:
    """The name of a letter at a point."""
    return (letter.name, values.index(letter.index) if isinstance(letter, T.Member) else None)  # type: ignore[attr-defined]


def value_of(term: Node, values: Values) -> Any:
    """The value of a term, a finite number or matrix."""
    return _finite(lambda: values.value(term), values, term)


def product_with(term: Node, x: Any, values: Values, transposed: bool) -> Any:
    """The value of the term, or of its transpose, times x."""
    return _finite(lambda: applied(term, x, values, transposed), values, term)


def _finite(compute: Callable[[], Any], values: Values, term: Node) -> Any:
    try:
        with np.errstate(all="ignore"):
            out = compute()
    except RecursionError:
        raise Undecided("the term is nested too deeply to be evaluated") from None
    if not np.isfinite(out).all():
        worst = next((n for n, v in values.memo.items() if not np.isfinite(v).all()), term)
        raise UndefinedHere(f"{brief(worst)} leaves the range of float64")
    return out
