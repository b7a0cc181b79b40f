"""Names in nodes: what is free, where a letter occurs, and the substitution that a step carries. Part of the trusted
base."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, cast

from symland.errors import StepRejected
from symland.language import statements as S
from symland.language import terms as T
from symland.language.functions import is_generic
from symland.language.index import FUNCTION_NAME, Dim, Index
from symland.language.nodes import Binder, Family, Lambda, Node, Substitution, walk


def need(condition: bool, why: str, expected: Any = None, found: Any = None) -> None:
    """Rejects the step unless the condition holds."""
    if not condition:
        raise StepRejected(why, expected=expected, found=found)


def free_names(*roots: Node) -> Mapping[str, frozenset[str]]:
    """The index variables, dimensions, symbols, families and generic functions that are free in the nodes."""
    dims: set[str] = set()
    symbols: set[str] = set()
    families: set[str] = set()
    functions: set[str] = set()
    for node in (n for root in roots for n in walk(root)):
        if isinstance(node, T.Symbol):
            symbols.add(node.name)
        if isinstance(node, T.Elementwise) and node.is_generic:
            functions.add(node.function.rstrip("'"))
        for a in node.args:
            if isinstance(a, Family):
                families.add(a.name)
            for d in a.shape if isinstance(a, Family) else a if _is_shape(a) else (a,):
                if isinstance(d, Dim):
                    dims.update(name for name, _ in d.atoms)
    indices = frozenset(v for root in roots for v in root.free_indices)
    return {
        "indices": indices, "dims": frozenset(dims), "symbols": frozenset(symbols), "families": frozenset(families),
        "functions": frozenset(functions),
    }  # fmt: skip


def _is_shape(a: object) -> bool:
    return isinstance(a, tuple) and not isinstance(a, (Index, Dim)) and all(isinstance(d, Dim) for d in a)


def check_closed(statement: Node) -> None:
    """The node is a statement without free bound variables."""
    need(isinstance(statement, S.Statement), "not a statement", None, statement)
    need(is_closed(statement.free_indices), "a bound variable outside its binder", None, statement)


def is_closed(variables: Iterable[str]) -> bool:
    """Whether none of the index variables is one that binders and families use inside."""
    return not any(v[:1] in ("", "#", "%", "_") for v in variables)


def letter_name(letter: Node) -> str:
    """The name of a symbol or of the family of a member."""
    need(isinstance(letter, (T.Symbol, T.Member)), "not a letter", None, letter)
    return cast(T.Member, letter).name


def derivative_letters(n: Node) -> tuple[Node, ...]:
    """The variables, where the node speaks of a derivative."""
    if isinstance(n, T.D):
        return (n.args[1],)
    return n.args[1:2] if isinstance(n, (S.Grad, S.Jac)) else n.args[1:3] if isinstance(n, S.Hess) else ()


class Occurrence(NamedTuple):
    """A letter or a chain, and the indices low..high that it takes up; a symbol has none."""

    node: Node
    low: Index | None = None
    high: Index | None = None


def occurrences(name: str, node: Node, binders: bool = False) -> list[Occurrence]:
    """The letters and chains of this name in the node, in the order of a walk, those under a binder once for each
    binder. There a member `W[i + c]`, i the variable of that binder, stands for W[lo + c], ..., W[hi + c]; anything
    else is refused under a binder, unless `binders` says that any occurrence counts."""
    if binders:
        return [Occurrence(n) for n in walk(node) if _is_called(name, n)]
    found: list[Occurrence] = []
    seen: set[Node] = set()
    stack = [node]
    while stack:
        n = stack.pop()
        if n in seen:
            continue
        seen.add(n)
        if isinstance(n, Binder):
            found.extend(_under(n, x) for x in walk(n.args[2]) if _is_called(name, x))
            continue
        if _is_called(name, n):
            found.append(_free_standing(n))
        stack.extend(reversed(n.children))
    return found


def _is_called(name: str, n: Node) -> bool:
    return isinstance(n, (T.Symbol, T.Member, T.Chain)) and n.name == name


def _free_standing(n: Node) -> Occurrence:
    if isinstance(n, T.Member):
        return Occurrence(n, n.index, n.index)
    return Occurrence(n, n.bottom, n.top) if isinstance(n, T.Chain) else Occurrence(n)


def _under(binder: Binder, n: Node) -> Occurrence:
    """What a letter in the body of an outermost binder takes up. No other binder has its variable: the bodies of those
    inside have smaller heights."""
    shift = n.index - Index.var(binder.var) if isinstance(n, T.Member) else None
    if shift is None or shift.value is None:
        raise StepRejected(f"{n!r} occurs under a binder, not as a member at its variable plus a constant", found=n)
    return Occurrence(n, binder.lo + shift, binder.hi + shift)


def substitution(data: Any, names: Mapping[str, frozenset[str]]) -> Substitution:
    """The substitution that a step carries; every name in it must be there to be replaced."""
    need(isinstance(data, dict) and set(data) <= set(_FREE_IN), "a substitution")
    for kind, values in data.items():
        odd = set(values) - names[kind]
        need(not odd, f"nothing to replace: {', '.join(sorted(odd))} among {kind}")
        for v in values.values():
            free = _FREE_IN[kind](v)
            need(free is not None, f"what cannot stand for one of {kind}", None, v)
            need(is_closed(free or ()), "a replacement would bring a bound variable in from outside", None, v)
    return Substitution(**data)


def _free_in_dim(v: Any) -> frozenset[str] | None:
    if isinstance(v, tuple) and len(v) == 2 and isinstance(v[0], str) and Dim.is_valid(v[1]):
        return frozenset(v[1].variables - {v[0]})
    return v.variables if Dim.is_valid(v) else None


def _free_in_family(v: Any) -> frozenset[str] | None:
    if isinstance(v, Lambda) and isinstance(v.var, str) and isinstance(v.body, T.Term):
        return v.body.free_indices - {v.var}
    return frozenset() if type(v) is Family else None


def _is_function(v: Any) -> bool:
    return isinstance(v, str) and bool(FUNCTION_NAME.match(v)) and is_generic(v.rstrip("'"))


_FREE_IN: Mapping[str, Callable[[Any], frozenset[str] | None]] = {  # None: not a value of this kind
    "indices": lambda v: v.variables if Index.is_valid(v) else None,
    "dims": _free_in_dim,
    "symbols": lambda v: v.free_indices if isinstance(v, T.Term) else None,
    "families": _free_in_family,
    "functions": lambda v: frozenset() if _is_function(v) else None,
}
