"""Names in nodes: what is free, where a letter occurs, and the substitution that a step carries. Part of the trusted
base."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from symland.errors import StepRejected
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import Binder, Family, Lambda, Node, Substitution, walk


def need(condition: bool, why: str, expected: Any = None, found: Any = None) -> None:
    """Rejects the step unless the condition holds."""
    if not condition:
        raise StepRejected(why, expected=expected, found=found)


def free_names(*roots: Node) -> Mapping[str, frozenset[str]]:
    """The index variables, dimensions, symbols and families that are free in the nodes."""
    dims: set[str] = set()
    symbols: set[str] = set()
    families: set[str] = set()
    for node in (n for root in roots for n in walk(root)):
        if isinstance(node, T.Symbol):
            symbols.add(node.name)
        for a in node.args:
            if isinstance(a, Family):
                families.add(a.name)
            for d in a.shape if isinstance(a, Family) else a if _is_shape(a) else (a,):
                if isinstance(d, Dim):
                    dims.update(name for name, _ in d.atoms)
    indices = frozenset(v for root in roots for v in root.free_indices)
    return {
        "indices": indices, "dims": frozenset(dims), "symbols": frozenset(symbols), "families": frozenset(families),
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
    return n.args[1:2] if isinstance(n, S.Grad) else n.args[1:3] if isinstance(n, S.Hess) else ()


def occurrences(name: str, node: Node, binders: bool = False) -> list[Node]:
    """The letters and chains of this name in the node, in the order of a walk. Under a binder their index is not an
    expression of the surroundings: that is refused unless `binders` says that any occurrence counts."""
    found: list[Node] = [n for n in walk(node) if isinstance(n, (T.Symbol, T.Member, T.Chain)) and n.name == name]
    if found and not binders:
        for b in walk(node):
            need(not (isinstance(b, Binder) and occurrences(name, b.args[2], True)), f"{name} occurs under a binder")
    return found


def substitution(data: Any, names: Mapping[str, frozenset[str]]) -> Substitution:
    """The substitution that a step carries; every name in it must be there to be replaced."""
    need(isinstance(data, dict) and set(data) <= {"indices", "dims", "symbols", "families"}, "a substitution")
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


_FREE_IN: Mapping[str, Callable[[Any], frozenset[str] | None]] = {  # None: not a value of this kind
    "indices": lambda v: v.variables if Index.is_valid(v) else None,
    "dims": _free_in_dim,
    "symbols": lambda v: v.free_indices if isinstance(v, T.Term) else None,
    "families": _free_in_family,
}
