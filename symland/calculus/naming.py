"""Names for parts that a formula repeats: `E := W2*W1*X - Y`. For printing only; what was proved is written out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from symland.language import terms as T
from symland.language.nodes import Node, walk
from symland.language.notation import show, unused_names, with_named_sums
from symland.language.terms import Term

OFTEN = 3  # occurrences from which a part gets a name
LONG = 6  # characters that make a part worth a name
MOST = 6  # names for one formula
NAMED = (
    T.Sum, T.Product, T.Elementwise, T.Hadamard, T.HadamardPower, T.Inverse, T.Determinant, T.SquaredNorm, T.Inner,
    T.Trace, T.MatrixPower, T.Power,
)  # fmt: skip
MATRIX_NAMES = {T.Sum: ("E", "F", "G", "R"), T.Product: ("Z", "P", "Q", "T"), T.Inverse: ("N", "M")}
OTHER_NAMES = ("S", "D", "T", "C", "H")
SCALAR_NAMES = ("s", "t", "r", "q")


def named_parts(formulas: Iterable[Term], shown: Iterable[Node] = ()) -> dict[str, Term]:
    """Names for the parts of the formulas that these, and what is shown beside them, repeat; largest savings first:
    name -> meaning, each written out."""
    formulas, shown = tuple(formulas), tuple(shown)
    parts: set[Node] = {n for f in formulas for n in walk(f) if isinstance(n, NAMED) and not _is_open(n)}
    out: dict[str, Term] = {}
    while len(out) < MOST:
        best = _best((*formulas, *shown), parts, {meaning: name for name, meaning in out.items()})
        if best is None:
            break
        out[_name(best, (*formulas, *shown), out)] = best
    return out


def _is_open(part: Node) -> bool:
    """Whether the part speaks of the variable of a sum or product around it."""
    return any("#" in name for name in part.free_indices)


def used_names(formula: Node, names: Mapping[Node, str]) -> dict[str, Node]:
    """The names that the printed formula uses, and those that their meanings use: name -> meaning."""
    out: dict[str, Node] = {}
    todo = [formula]
    while todo:
        root = todo.pop(0)
        for part in _shown_parts(root, names):
            if names[part] not in out:
                out[names[part]] = part
                todo.append(part)
    return out


def _shown_parts(root: Node, names: Mapping[Node, str]) -> list[Node]:
    """The named parts that stand in a formula, none inside another."""
    out: list[Node] = []
    stack = list(root.children) if root in names else [root]
    while stack:
        n = stack.pop()
        if n in names:
            out.append(n)
        else:
            stack.extend(with_named_sums(n, names) if isinstance(n, T.Sum) else n.children)
    return out


def _best(formulas: tuple[Node, ...], parts: set[Node], names: Mapping[Node, str]) -> Term | None:
    """The part whose name saves most."""
    counts: dict[Node, int] = {}
    for root in (*formulas, *names):
        _count(root, 1, counts, names, is_root=True)
    savings = {
        n: (count - 1) * (len(show(n, names)) - 1)
        for n, count in counts.items()
        if count >= OFTEN and n in parts and len(show(n, names)) >= LONG
    }
    return max(savings, key=lambda n: (savings[n], show(n)), default=None)  # type: ignore[return-value]


def _count(n: Node, times: int, counts: dict[Node, int], names: Mapping[Node, str], is_root: bool = False) -> None:
    """Adds how often each part is written out, parts inside named ones once."""
    if n in names and not is_root:
        return
    counts[n] = counts.get(n, 0) + times
    for a in n.children:
        _count(a, times, counts, names)


def _name(part: Term, formulas: tuple[Node, ...], taken: Mapping[str, Term]) -> str:
    preferred = MATRIX_NAMES.get(type(part), OTHER_NAMES) if part.is_matrix else SCALAR_NAMES
    used = {n for f in formulas for node in walk(f) for n in unavailable(node)} | set(taken)
    return next(name for name in unused_names(part, preferred, used) if name not in used)


def unavailable(node: Node) -> tuple[str, ...]:
    """Names that a node uses."""
    return (str(node.args[0]),) if isinstance(node, (T.Symbol, T.Elementwise)) else ()
