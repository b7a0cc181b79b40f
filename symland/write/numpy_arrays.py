"""Arrays by letter name -> a point: what the letters of terms are, checked against their shapes and facts.

Dimensions are read off the shapes. Everything becomes float64; matrices are two-dimensional inside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from math import prod
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from symland.errors import ShapeError, UsageError
from symland.evaluate.point import Key, Point, letter_name
from symland.language import terms as T
from symland.language.index import Dim, Index, Shape, shape_text
from symland.language.nodes import Family, Node, walk

Array = NDArray[np.float64]
DimKey = tuple[str, int | None]  # a dimension d, or a member n[3] of a family of dimensions
UNIT = Dim.of(1)
LOOSE = 1e-8  # relative: how far an array may be from symmetric, orthogonal or psd, by rounding
_MEMBER = re.compile(r"(.*?)(0|[1-9][0-9]*)\Z")


class Names:
    """What terms ask for: symbols, families, index variables, dimensions. `letters` may be given without being asked
    for; dimensions are read off them too. Raises UsageError where one name stands for two letters."""

    def __init__(self, terms: Iterable[Node], letters: Iterable[Node] = ()) -> None:
        terms, letters = tuple(terms), tuple(letters)
        self.symbols: dict[str, T.Symbol] = {}
        self.families: dict[str, Family] = {}
        self.members: dict[Key, None] = {}
        self.dims: set[str] = set()
        self.indices = frozenset[str]().union(*(t.free_indices for t in (*terms, *letters)))
        for node in (n for t in terms for n in walk(t)):
            self._add(node)
        self.needed = (*((name, None) for name in self.symbols), *self.members)
        self.needed_indices = frozenset[str]().union(*(t.free_indices for t in terms))
        for node in (n for t in letters for n in walk(t)):
            self._add(node)

    def _add(self, node: Node) -> None:
        if isinstance(node, T.Symbol) and self.symbols.setdefault(node.name, node) is not node:
            raise UsageError(f"there are two letters {node.name}", hint="rename one of them")
        for a in node.args:
            if isinstance(a, Family) and self.families.setdefault(a.name, a) != a:
                raise UsageError(f"there are two families {a.name}", hint="rename one of them")
            for d in a.shape if isinstance(a, Family) else (a,) if isinstance(a, Dim) else ():
                self.dims.update(name for name, i in d.atoms if i is None)
        if isinstance(node, T.Symbol):
            self.dims.update(name for d in node.shape for name, i in d.atoms if i is None)
        if isinstance(node, T.Member) and node.index.value is not None:
            self.members[node.name, node.index.value] = None

    def key(self, name: str) -> Key | None:
        """The letter with this name: X, or W3 for a member of a family; None if there is none."""
        if name in self.symbols:
            return (name, None)
        found = _MEMBER.match(name)
        return (found[1], int(found[2])) if found and found[1] in self.families else None

    def shape(self, key: Key) -> Shape:
        """The declared shape of a letter."""
        name, i = key
        return cast(Shape, self.symbols[name].shape) if i is None else self.families[name].shape_at(Index.of(i))

    def facts(self, key: Key) -> frozenset[str]:
        """The facts of a letter."""
        return self.symbols[key[0]].facts if key[1] is None else self.families[key[0]].facts

    def listed(self) -> str:
        """All names, for a message."""
        members = [letter_name(k) for k in self.members]
        rest = [f"{f} (a dict from index to array)" for f in self.families if all(k[0] != f for k in self.members)]
        names = [*self.symbols, *members, *rest, *sorted(self.indices)]
        return ", ".join(names) or "none"


class Reading:
    """Arrays that were read: the point, and whether columns (rows) came as one-dimensional arrays only."""

    def __init__(self, names: Names, given: Mapping[str, Any]) -> None:
        self.names = names
        self.flat_columns: set[bool] = set()  # of the column letters: whether each was one-dimensional
        self.flat_rows: set[bool] = set()
        self.sizes: dict[DimKey, int] = {}
        self._read_off: dict[DimKey, str] = {}
        letters: dict[Key, Any] = {}
        indices: dict[str, int] = {}
        for name, value in given.items():
            key = names.key(name) if isinstance(name, str) else None
            if key is not None:
                letters[key] = value
            elif name in names.families and isinstance(value, Mapping):
                letters.update({(name, whole(f"an index of {name}", i)): v for i, v in value.items()})
            elif name in names.families:
                raise UsageError(f"{name} is a family of letters", hint=f"give {name}1=..., or {name}={{1: ...}}")
            elif name in names.indices:
                indices[name] = whole(name, value)
            elif name in names.dims:
                self._learn((name, None), whole(name, value), "itself")
            else:
                raise UsageError(f"there is no letter {name!r} here", hint=f"the letters are: {names.listed()}")
        missing = [letter_name(k) for k in names.needed if k not in letters]
        missing += sorted(names.needed_indices - set(indices))
        if missing:
            raise UsageError(f"no value for {', '.join(missing)}", hint=f"the letters are: {names.listed()}")
        self.indices = indices
        arrays = {key: self._array(key, value) for key, value in letters.items()}
        self._unify([(key, d, n) for key, a in arrays.items() for d, n in zip(self._shape(key), a.shape, strict=True)])
        for key, a in arrays.items():
            check_facts(letter_name(key), names.facts(key), a)
        self.letters: dict[Key, Any] = {key: a if a.ndim else a[()] for key, a in arrays.items()}

    def point(self, moved: Mapping[Key, Any] | None = None) -> Point:
        """The point, with some letters replaced."""
        dims: dict[str, Any] = {}
        for (name, i), n in self.sizes.items():
            if i is None:
                dims[name] = n
            else:
                dims.setdefault(name, {})[i] = n
        return Point(dims, self.indices, {**self.letters, **(moved or {})})

    def shaped(self, shape: Shape, value: Any) -> Any:
        """A value as a numpy user expects it: a float, a matrix, or one-dimensional where all column (row) letters
        were and it is a column (row)."""
        if not shape:
            return float(value)
        column = shape[1] == UNIT != shape[0] and self.flat_columns == {True}
        row = shape[0] == UNIT != shape[1] and self.flat_rows == {True}
        return np.array(value).reshape(-1) if column or row else np.array(value)

    def _shape(self, key: Key) -> Shape:
        values = {v: Index.of(i) for v, i in self.indices.items()}
        return tuple(d.substitute({}, values) for d in self.names.shape(key))

    def _array(self, key: Key, value: Any) -> Array:
        name, shape = letter_name(key), self._shape(key)
        a = as_array(name, value, 2)
        if len(shape) == 2 and UNIT in shape:
            (self.flat_columns if shape[1] == UNIT else self.flat_rows).add(a.ndim == 1)
            if a.ndim == 1:
                a = a[:, None] if shape[1] == UNIT else a[None, :]
        if a.ndim != len(shape):
            wanted = shape_text(shape)
            hint = "give a number" if not shape else f"give a two-dimensional array, for example {name}.reshape(-1, 1)"
            raise ShapeError(f"{name} is {wanted}; the array given is {found_text(a.shape)}", hint=hint)
        if 0 in a.shape:
            raise ShapeError(f"{name} has no entries: the array given is {found_text(a.shape)}")
        return a

    def _unify(self, equations: list[tuple[Key, Dim, int]]) -> None:
        """Reads the dimensions off the shapes; every equation `dimension = number found` has to hold."""
        while equations:
            left = []
            for key, d, found in equations:
                fixed, unknown = self._split(d)
                if not unknown and fixed != found:
                    self._refuse(key, d, found)
                elif len(unknown) == 1 and len(unknown[0][0]) == 1 and unknown[0][1] > 0:
                    ((atom,), factor), rest = unknown[0], found - fixed
                    if rest % factor or rest < factor:
                        self._refuse(key, d, found)
                    self._learn(atom, rest // factor, letter_name(key))
                elif unknown:
                    left.append((key, d, found))
            if len(left) == len(equations):
                unread = ", ".join(sorted({name for _, d, _ in left for name, _ in d.atoms}))
                raise UsageError(f"the dimensions {unread} cannot be read off the arrays", hint="give them by name")
            equations = left

    def _split(self, d: Dim) -> tuple[int, list[tuple[list[DimKey], int]]]:
        """The known part of a dimension, and its other monomials: their unknown dimensions, times a number."""
        fixed, rest = 0, []
        for monomial, c in d:
            atoms = [(name, None if i is None else i.value) for name, i in monomial]
            unknown = [a for a in atoms if a not in self.sizes]
            factor = c * prod(self.sizes[a] for a in atoms if a in self.sizes)
            if unknown:
                rest.append((unknown, factor))
            else:
                fixed += factor
        return fixed, rest

    def _learn(self, dim: DimKey, n: int, source: str) -> None:
        if n < 1:
            raise UsageError(f"the dimension {letter_name(dim)} is {n}", hint="dimensions are integers of at least 1")
        self.sizes[dim] = n
        self._read_off[dim] = source

    def _refuse(self, key: Key, d: Dim, found: int) -> None:
        name, shape = letter_name(key), self._shape(key)
        atoms = sorted({(n, None if i is None else i.value) for n, i in d.atoms}, key=str)
        known = [f"{letter_name(a)} = {self.sizes[a]} by {self._read_off[a]}" for a in atoms if a in self.sizes]
        where = f" with {', '.join(known)}" if known else ""
        raise ShapeError(f"{name} is {shape_text(shape)}{where}; the array given has {found} where {d} is expected")


def as_array(name: str, value: Any, most: int) -> Array:
    """The value as a float64 array of at most `most` dimensions; only finite real numbers."""
    if isinstance(value, np.ma.MaskedArray):
        raise UsageError(f"{name} is a masked array", hint="fill the masked entries first")
    try:
        a = np.asarray(value)
    except ValueError as e:
        raise UsageError(f"{name} is not an array: {e}") from None
    if a.dtype.kind not in "biuf":
        raise UsageError(f"{name} holds {a.dtype}, not real numbers")
    if a.ndim > most:
        hint = "letters are numbers or matrices"
        raise ShapeError(f"{name} has {a.ndim} dimensions: {found_text(a.shape)}", hint=hint)
    a = a.astype(np.float64, copy=False)
    if not np.isfinite(a).all():
        raise UsageError(f"{name} has entries that are not finite numbers")
    return a


def found_text(shape: tuple[int, ...]) -> str:
    """The shape of an array for people."""
    return " x ".join(map(str, shape)) if len(shape) > 1 else f"of length {shape[0]}" if shape else "a number"


def whole(name: str, value: Any) -> int:
    """The value as an int."""
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise UsageError(f"{name} is {value!r}", hint="it is an integer")
    return int(value)


def _is_psd(a: Array) -> bool:
    return _is_symmetric(a) and bool(np.linalg.eigvalsh(a)[0] >= -LOOSE * np.abs(a).max())


def _is_symmetric(a: Array) -> bool:
    return bool(np.abs(a - a.T).max() <= LOOSE * np.abs(a).max())


HOLDS: Mapping[str, Callable[[Array], bool]] = {
    "symmetric": _is_symmetric,
    "psd": _is_psd,
    "diagonal": lambda a: not np.any(a - np.diag(np.diagonal(a))),
    "orthogonal": lambda a: bool(np.abs(a.T @ a - np.eye(a.shape[1])).max() <= LOOSE),
    "nonnegative": lambda a: bool(np.all(a >= 0)),
    "positive": lambda a: bool(np.all(a > 0)),
}  # "invertible" shows where an inverse is taken


def check_facts(name: str, facts: Iterable[str], a: Array) -> None:
    """Refuses an array for which a declared fact does not hold."""
    for fact in sorted(facts):
        if fact in HOLDS and not HOLDS[fact](a):
            raise UsageError(f"{name} is declared {fact}; the array given is not")
