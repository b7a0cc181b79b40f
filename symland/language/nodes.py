"""Immutable, shape-checked, hash-consed nodes: what terms and statements are made of.

Two nodes with the same class and arguments are one object, so equality is identity and every operation can be
memoized by node. A class states in `fields` what its arguments are; that one line is what generic walkers
(children, substitution, JSON) read. Class calls check shapes; they never rewrite.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple, cast

from symland.errors import ShapeError, SymlandError, UsageError
from symland.language.index import FUNCTION_NAME, PLACE, Dim, DimFamily, Index, IndexLike, Shape, check_name, shape_text

PROP = "statement"  # the "shape" of a statement


class _Entry(weakref.ref["Node"]):
    """A weak reference to a node that knows its key in the table."""

    __slots__ = ("key",)
    key: tuple[Any, ...]


_TABLE: dict[tuple[Any, ...], _Entry] = {}  # all nodes that are alive; a cache, so that equal nodes are one object
_LOCK = threading.Lock()


def _forget(entry: weakref.ref[Node]) -> None:
    key = cast(_Entry, entry).key
    if _TABLE.get(key) is entry:
        del _TABLE[key]


@dataclass(frozen=True)
class Family:
    """A declared family of letters `W[i]`: its name and the shape of a member, in the index variable `_`."""

    name: str
    shape: Shape
    facts: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not (_KINDS["name"](self.name) and _KINDS["shape"](self.shape) and _KINDS["facts"](self.facts)):
            raise UsageError(f"a family has a name, a shape and facts: {self.name!r}, {self.shape!r}, {self.facts!r}")
        if any(not d.variables <= {PLACE} for d in self.shape):
            raise UsageError(f"the dimensions of family {self.name} may use only the index variable {PLACE}")

    def __hash__(self) -> int:
        return hash(self.name)

    def shape_at(self, index: Index) -> Shape:
        return tuple(d.substitute({}, {PLACE: index}) for d in self.shape)

    def __getitem__(self, index: IndexLike) -> Any:
        from symland.language.algebra import Member

        return Member(self, Index.of(index))


class Node:
    """A term or a statement. `args` are its arguments, `shape` is () or (rows, columns), or PROP for a statement.

    Field kinds: node, *node (any number), index, dim, family, name, rational, facts, shape, size (a plain int).
    """

    __slots__ = ("__weakref__", "args", "derives", "free_indices", "height", "shape")
    fields: ClassVar[tuple[str, ...]] = ()
    binds: ClassVar[int] = 0
    smooth: ClassVar[bool] = True  # in its arguments, wherever rules use it; if not, it has no derivative at all
    args: tuple[Any, ...]
    shape: Any
    is_derivative: ClassVar[bool] = False
    derives: bool  # whether the node is a derivative or contains one
    height: int  # how deep binders nest inside: names bound variables canonically
    free_indices: frozenset[str]  # the index variables that are free in the node, those of its dimensions included

    def __new__(cls, *args: Any) -> Any:
        key = (cls, args)
        entry = _TABLE.get(key)
        found = entry() if entry is not None else None
        if found is not None:
            return found
        cls._check_fields(args)
        node = object.__new__(cls)
        object.__setattr__(node, "args", args)
        object.__setattr__(node, "height", cls.binds + max((c.height for c in node.children), default=0))
        object.__setattr__(node, "derives", cls.is_derivative or any(c.derives for c in node.children))
        object.__setattr__(node, "free_indices", node._free_indices())
        object.__setattr__(node, "shape", node._shape())
        with _LOCK:
            entry = _TABLE.get(key)
            found = entry() if entry is not None else None
            if found is None:
                found, entry = node, _Entry(node, _forget)
                entry.key = key
                _TABLE[key] = entry
            return found

    @classmethod
    def _check_fields(cls, args: tuple[Any, ...]) -> None:
        fields = cls.fields
        if fields[-1:] == ("*node",):
            fixed = len(fields) - 1
            good = len(args) >= fixed and all(isinstance(a, Node) for a in args[fixed:])
            fields, args = fields[:fixed], args[:fixed]
        else:
            good = len(fields) == len(args)
        if not good or not all(_KINDS[k](a) for k, a in zip(fields, args, strict=True)):
            raise UsageError(f"{cls.__name__} takes {', '.join(cls.fields)}; given {args!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("nodes are immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("nodes are immutable")

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), self.args)

    def __copy__(self) -> Node:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Node:
        return self

    @classmethod
    def make(cls, *args: Any) -> Any:
        """The node with these arguments; sums and products are flattened, as their constructor functions do."""
        return cls(*args)

    def substituted(self, sub: Substitution) -> Any:
        """The node under a substitution."""
        return self.make(*(sub.argument(a) for a in self.args))

    @property
    def children(self) -> tuple[Node, ...]:
        """The arguments that are nodes."""
        return tuple(a for a in self.args if isinstance(a, Node))

    @property
    def is_statement(self) -> bool:
        return bool(self.shape == PROP)

    @property
    def is_scalar(self) -> bool:
        return bool(self.shape == ())

    @property
    def is_matrix(self) -> bool:
        return isinstance(self.shape, tuple) and len(self.shape) == 2

    def _shape(self) -> Any:
        raise SymlandError(f"{type(self).__name__} is abstract")

    def _free_indices(self) -> frozenset[str]:
        out: set[str] = set()
        for a in self.args:
            if isinstance(a, Node):
                out |= a.free_indices
            elif isinstance(a, (Index, Dim)):
                out |= a.variables
            elif isinstance(a, tuple):
                out.update(v for d in a for v in d.variables)
        return frozenset(out)

    def _fault(self, why: str, *parts: Node, hint: str = "") -> ShapeError:
        """A ShapeError that shows each part with its shape."""
        from symland.language.notation import show

        def shape(p: Node) -> str:
            return "a statement" if p.is_statement else shape_text(p.shape)

        lines = [f"{type(self).__name__}: {why}"] + [f"  {show(p)}    has shape {shape(p)}" for p in parts]
        return ShapeError("\n".join(lines), parts=parts, shapes=tuple(p.shape for p in parts), hint=hint)

    def __repr__(self) -> str:
        from symland.language.notation import show

        return show(self)


class Binder(Node):
    """`var` in lo..hi over a body. The bound variable is renamed to `#h`, h the height of the body, so that nodes
    that differ only in its name are one object."""

    __slots__ = ()
    fields = ("index", "index", "node")

    binds = 1

    @classmethod
    def over(cls, var: str, lo: IndexLike, hi: IndexLike, body: Node) -> Any:
        """The binder with the variable `var` of `body` bound."""
        lo, hi = Index.of(lo), Index.of(hi)
        if f"#{body.height}" in body.free_indices - {var}:
            raise UsageError(f"the index variable #{body.height} would be captured")
        if var in lo.variables | hi.variables:
            raise UsageError(f"the bound variable {var} occurs in its own range {lo}..{hi}")
        return cls(lo, hi, Substitution(indices={var: Index.var(f"#{body.height}")}).apply(body))

    def _free_indices(self) -> frozenset[str]:
        inner: frozenset[str] = self.args[2].free_indices
        return (inner - {self.var}) | self.lo.variables | self.hi.variables

    def substituted(self, sub: Substitution) -> Any:
        inner, fresh = sub.under(self.var)
        return self.over(fresh, sub.index(self.lo), sub.index(self.hi), inner.apply(self.args[2]))

    @property
    def lo(self) -> Index:
        return cast(Index, self.args[0])

    @property
    def hi(self) -> Index:
        return cast(Index, self.args[1])

    @property
    def var(self) -> str:
        return f"#{self.args[2].height}"

    def at(self, index: Index) -> Node:
        """The body with the bound variable replaced."""
        return Substitution(indices={self.var: index}).apply(self.args[2])


class Lambda(NamedTuple):
    """What a family may be replaced by: the member at `var` is `body`."""

    var: str
    body: Node


class Substitution:
    """Simultaneous replacement of index variables, dimensions, symbols, families and generic functions.

    Binders are opened with a name that occurs nowhere else before anything is put under them, so no variable is
    captured. Raises ShapeError where a replacement does not have the shape of what it replaces.
    """

    def __init__(
        self,
        indices: Mapping[str, Index] | None = None,
        dims: Mapping[str, Dim | DimFamily] | None = None,
        symbols: Mapping[str, Node] | None = None,
        families: Mapping[str, Family | Lambda] | None = None,
        functions: Mapping[str, str] | None = None,
        _opened: int = 0,
    ) -> None:
        self.indices = dict(indices or {})
        self.dims = dict(dims or {})
        self.symbols = dict(symbols or {})
        self.families = dict(families or {})
        self.functions = dict(functions or {})
        self._opened = _opened
        self._only_indices = not (self.dims or self.symbols or self.families or self.functions)
        self._memo: dict[Node, Node] = {}

    def dim(self, d: Dim) -> Dim:
        return d.substitute(self.dims, self.indices)

    def index(self, e: Index) -> Index:
        return e.substitute(self.indices)

    def shape(self, shape: Any) -> Any:
        return tuple(self.dim(d) for d in shape) if isinstance(shape, tuple) else shape

    def apply(self, node: Node) -> Node:
        if self._only_indices and node.free_indices.isdisjoint(self.indices):
            return node
        out = self._memo.get(node)
        if out is None:
            out = self._memo[node] = node.substituted(self)
        return out

    def argument(self, a: Any) -> Any:
        if isinstance(a, Node):
            return self.apply(a)
        if isinstance(a, Index):
            return self.index(a)
        if isinstance(a, Dim):
            return self.dim(a)
        if isinstance(a, Family):
            return self.family(a)
        return a

    def under(self, bound: str) -> tuple[Substitution, str]:
        """The substitution for the body of a binder, with the bound variable opened as a name used nowhere else."""
        fresh = f"%{self._opened}"
        indices = {**self.indices, bound: Index.var(fresh)}
        return Substitution(indices, self.dims, self.symbols, self.families, self.functions, self._opened + 1), fresh

    def member(self, new: Lambda, index: Index, shape: Any) -> Node:
        """The formula that takes the place of a family, at an index; its shape has to be this one."""
        out = Substitution({new.var: index}, _opened=self._opened).apply(new.body)
        if out.shape != shape:
            raise ShapeError(
                f"a letter of shape {shape_text(shape)} cannot be {out!r} of shape {shape_text(out.shape)}"
            )
        return out

    def family(self, family: Family) -> Family:
        """The family that takes the place of `family` where only a family can stand (a chain)."""
        if self._only_indices:
            return family
        new = self.families.get(family.name)
        if isinstance(new, Lambda):
            raise SymlandError(f"the chain of {family.name} needs a family of letters, not a formula")
        shape = tuple(d.substitute(self.dims, {}) for d in family.shape)
        if new is None:
            return Family(family.name, shape, family.facts)
        if new.shape != shape:
            raise ShapeError(
                f"family {family.name} has members {shape_text(shape)}, {new.name} {shape_text(new.shape)}"
            )
        return new


def replace_at(node: Node, path: tuple[int, ...], new: Callable[[Node], Node]) -> Node:
    """`node` with the sub-node at `path` replaced by `new` of it. Positions are argument numbers."""
    if not path:
        return new(node)
    i, rest = path[0], path[1:]
    if isinstance(node, Binder):
        raise SymlandError("a path may not enter a binder")
    if not 0 <= i < len(node.args) or not isinstance(node.args[i], Node):
        raise SymlandError(f"no sub-expression number {i} in {node!r}")
    args = list(node.args)
    args[i] = replace_at(args[i], rest, new)
    return cast(Node, node.make(*args))


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, each node once."""
    seen: set[Node] = set()
    stack = [node]
    while stack:
        n = stack.pop()
        if n not in seen:
            seen.add(n)
            yield n
            stack.extend(reversed(n.children))


Kind = Callable[[Any], bool]
_KINDS: dict[str, Kind] = {
    "node": lambda a: isinstance(a, Node),
    "index": Index.is_valid,
    "dim": Dim.is_valid,
    "family": lambda a: type(a) is Family,
    "name": lambda a: isinstance(a, str) and check_name(a) == a,
    "function": lambda a: isinstance(a, str) and bool(FUNCTION_NAME.match(a)),
    "rational": lambda a: isinstance(a, Fraction),
    "size": lambda a: isinstance(a, int) and not isinstance(a, bool) and a > 0,
    "facts": lambda a: isinstance(a, frozenset) and all(isinstance(f, str) for f in a),
    "shape": lambda a: isinstance(a, tuple) and len(a) in (0, 2) and all(map(Dim.is_valid, a)),
}
