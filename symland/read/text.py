"""Text -> terms, in the notation of matrixcalculus.org; shapes are declared or inferred. Nothing is evaluated.

Letters without a declaration are read by convention, as on that site: `A` to `Z` are matrices, `h` to `z` columns,
`a` to `g` and Greek names scalars, unless they stand transposed; a longer name goes by its first letter. Where shapes
do not fit, the readings that depart from the convention in as few letters as possible are tried: a column or a capital
as a scalar, a scalar as a column, letters in their order in the text. `Reading.notes` says what was chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations
from typing import Any, cast

from symland.errors import ShapeError, UsageError
from symland.language import terms as T
from symland.language.index import Dim, shape_text
from symland.language.nodes import Family, walk
from symland.read.calls import INDICES, SIZES, is_function
from symland.read.declarations import FUNCTION, INDEX, MATRIX, SCALAR, VECTOR, Letter, declare, letters
from symland.read.elaborate import Clash, Elaborator, Setting
from symland.read.syntax import Piece, pieces, syntax

__all__ = ["Reading", "declare", "parse", "read"]

GREEK = frozenset((
    "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "omicron", "rho", "sigma", "tau", "upsilon", "phi", "varphi", "chi", "psi", "omega",
))  # fmt: skip
EFFORT = 150_000  # pieces that are read in all while readings are tried
MAX_READINGS = 4096


@dataclass(frozen=True)
class Reading:
    """A text as a term, with its letters (families for `W[l]`), the names whose shape was inferred, the names of
    dimensions and of indices, and notes on what was inferred or assumed."""

    text: str
    term: T.Term
    letters: Mapping[str, T.Term | Family]
    inferred: tuple[str, ...]
    dims: tuple[str, ...]
    indices: tuple[str, ...]
    notes: tuple[str, ...]

    def letter(self, name: str) -> T.Term:
        """The letter of this name; `W1` and `W[1]` are members of a family `W`. Raises UsageError for others."""
        found = self.letters.get(name)
        if isinstance(found, T.Term):
            return found
        match = re.match(r"([A-Za-z]\w*?)(?:\[([A-Za-z]\w*|\d+)\]|(\d+))\Z", name) if isinstance(name, str) else None
        family = self.letters.get(match[1]) if match else None
        if match is not None and isinstance(family, Family):
            index = match[2] or match[3]
            return cast(T.Term, family[int(index) if index.isdigit() else index])
        if found is not None:
            raise UsageError(f"{name} is a family of letters", hint=f"{name}1")
        if not self.letters:
            raise UsageError(f"the text has no letter {name}: it is a constant", hint="norm2(A*x - b)^2")
        near = get_close_matches(str(name), self.letters) or list(self.letters)
        raise UsageError(f"the text has no letter {name}", hint="one of " + ", ".join(near))

    def declarations(self) -> tuple[str, ...]:
        """The letters with their shapes, one line each: `W1: m x n`."""
        return tuple(_declaration(name, letter) for name, letter in self.letters.items())


def _declaration(name: str, letter: T.Term | Family) -> str:
    family = isinstance(letter, Family)
    facts = letter.facts if isinstance(letter, (Family, T.Symbol)) else ()
    return " ".join([f"{name}[_]:" if family else f"{name}:", shape_text(letter.shape), *sorted(facts)])


def parse(
    text: str, shapes: Mapping[str, Any] | None = None, facts: Mapping[str, Iterable[str]] | None = None
) -> T.Term:
    """The term that a text stands for; see `read` for what it was taken to mean.

    `shapes` declares letters: "d x m" or "d m" a matrix, "n" a column, "scalar" or "" a scalar, "index" an integer
    variable, "elementwise" a function; "W[l]" as the key declares a family. `facts` are facts such as "symmetric".

    Raises ParseError, with line, column and a marker, for what is outside the grammar; ShapeError where shapes
    conflict.

    >>> parse("1/2*norm2(W2*W1*X - Y)^2")
    1/2*norm2(W2*W1*X - Y)^2
    >>> parse("x'*A*x + lambda*norm2(x)^2", {"A": "n n", "x": "n"}).shape
    ()
    """
    return read(text, shapes, facts).term


def read(
    text: str,
    shapes: Mapping[str, Any] | None = None,
    facts: Mapping[str, Iterable[str]] | None = None,
    scalar: bool = False,
) -> Reading:
    """The reading of a text, as `parse` makes it. With `scalar`, anything but a scalar is a ShapeError.

    >>> read("1/2*norm2(W2*W1*X - Y)^2").declarations()
    ('W2: m x n', 'W1: n x p', 'X: p x q', 'Y: m x q')
    """
    declared = letters(shapes, facts)
    source, piece = syntax(text)
    setting = Setting(source, declared, families={n for n, d in declared.items() if d.variable})
    setting.functions = {n for n, d in declared.items() if d.kind == FUNCTION}
    setting.indices = {n for n, d in declared.items() if d.kind == INDEX}
    for name, letter in declared.items():
        used = {a for d in letter.shape or () for a, _ in d.atoms}
        clash = used & set(declared)
        if clash:
            raise UsageError(f"{min(clash)} is a letter, and a dimension of {name}", hint="rename one of them")
        setting.dims |= used
    setting.columns = {p.parts[0].value for p in pieces(piece) if p.kind == "transpose" and p.parts[0].kind == "name"}
    names = list(dict.fromkeys(_operands(setting, piece, frozenset())))
    for name in sorted(setting.families & (setting.indices | setting.dims)):
        place = next(q for q in pieces(piece) if q.kind == "name" and q.value == name)
        raise source.fault_at(f"{name} is a family of letters, and an index or a dimension elsewhere", place)
    free = [n for n in names if _needs_kind(setting, n, source.fault_at, piece)]
    free += [n for n, d in declared.items() if d.kind == "" and n not in free]
    made, term, kinds = _search(setting, piece, free, scalar)
    return _reading(setting, made, term, kinds, text, scalar, piece)


# -- the names in a text ---------------------------------------------------------------------------------------------
def _operands(s: Setting, p: Piece, bound: frozenset[str]) -> Iterator[str]:
    """The names that stand for something other than indices and sizes; those are entered into the setting."""
    if p.kind == "name":
        if p.value not in bound:
            yield p.value
    elif p.kind == "subscript":
        base, *inside = p.parts
        name = base.value if base.kind == "name" else ""
        if name and name not in s.letters and len(inside) == 1 and (inside[0].kind == "range" or name[0].isupper()):
            s.families.add(name)
        if name not in s.families and name not in s.dims:
            yield from _operands(s, base, bound)
        elif name in s.families:
            yield name
        for q in inside:
            _indices(s, q, bound)
    elif p.kind == "call":
        yield from _arguments(s, p, bound)
    elif p.kind == "power" and p.parts[1].kind == "name" and p.parts[1].value == "T" and "T" not in s.letters:
        yield from _operands(s, p.parts[0], bound)
    else:
        for q in p.parts:
            yield from _operands(s, q, bound)


def _arguments(s: Setting, p: Piece, bound: frozenset[str]) -> Iterator[str]:
    name = p.value[0]
    if name in ("sum", "prod") and len(p.parts) == 3 and p.parts[0].kind == "name" and p.parts[1].kind == "range":
        _indices(s, p.parts[1], bound)
        yield from _operands(s, p.parts[2], bound | {p.parts[0].value})
        return
    for k, q in enumerate(p.parts):
        if k in SIZES.get(name, ()):
            _sizes(s, q, bound)
        elif k in INDICES.get(name, ()):
            _indices(s, q, bound)
        else:
            yield from _operands(s, q, bound)


def _indices(s: Setting, p: Piece, bound: frozenset[str]) -> None:
    s.indices |= {q.value for q in pieces(p) if q.kind == "name"} - bound - set(s.letters)


def _sizes(s: Setting, p: Piece, bound: frozenset[str]) -> None:
    for q in pieces(p):
        if q.kind == "subscript":
            for inside in q.parts[1:]:
                _indices(s, inside, bound)
    names = {q.value for q in pieces(p) if q.kind == "name"}
    s.dims |= names - bound - s.indices - set(s.letters)


def _needs_kind(s: Setting, name: str, fault_at: Any, piece: Piece) -> bool:
    """Whether it is to be found out what a name is; raises ParseError for names that are functions."""
    if name in s.letters or name in s.indices or name in s.dims or name in ("eye", "I"):
        return name in s.letters and s.letters[name].kind == "" and name not in s.indices
    base = name.rstrip("0123456789")
    if base != name and base in s.families:
        return False
    if is_function(name) or name in ("pi", "inf", "nan"):
        place = next(q for q in pieces(piece) if q.kind == "name" and q.value == name)
        if is_function(name):
            raise fault_at(f"{name} is a function", place, hint=f"{name}(...)")
        raise fault_at(f"{name} is not a rational number", place, hint=f"declare it: {name}: scalar")
    return True


# -- what the letters are --------------------------------------------------------------------------------------------
def convention(s: Setting, name: str) -> tuple[str, str]:
    """What a letter is by convention, and what it may be instead."""
    if name[0].isupper():
        return (MATRIX, SCALAR)
    if name in s.columns:
        return (VECTOR, SCALAR)
    greek = name.rstrip("0123456789_") in GREEK
    return (SCALAR, VECTOR) if greek or name[0] in "abcdefg" else (VECTOR, SCALAR)


def _readings(s: Setting, names: list[str], departures: int) -> Iterator[dict[str, str]]:
    """The choices of kinds that depart from the convention in this many letters: first those in which every capital is
    a matrix, then those with one capital that is a scalar, and no column that is one."""
    small = [n for n in names if not n[0].isupper()]
    for odd in combinations(small, departures):
        yield {n: convention(s, n)[n in odd] for n in names}
    if departures:
        for capital in (n for n in names if n[0].isupper()):
            for rest in combinations([n for n in small if convention(s, n)[0] == SCALAR], departures - 1):
                yield {n: convention(s, n)[n == capital or n in rest] for n in names}


Found = tuple[Elaborator, T.Term, dict[str, str]]


def _attempt(s: Setting, piece: Piece, kinds: dict[str, str]) -> Found | tuple[Elaborator, Clash]:
    """One reading, or the clash in it."""
    odd = frozenset(n for n, k in kinds.items() if k == SCALAR != convention(s, n)[0])
    e = Elaborator(s, kinds, odd)
    try:
        root = e.read(piece)
        return e, e.finish(e.scalar(root, "") if root.is_unit and not root.is_boxed else root, e.taken()), kinds
    except Clash as clash:
        return e, clash


def _search(s: Setting, piece: Piece, names: list[str], scalar: bool) -> Found:
    """The first reading that fits, in the order of the convention; with `scalar`, the first that is one, if any is."""
    tries = max(2, min(MAX_READINGS, EFFORT // sum(1 for _ in pieces(piece))))
    families = {n: MATRIX for n in names if n in s.families}
    letters = [n for n in names if n not in families]
    usual = {n: convention(s, n)[0] for n in letters} | families
    first = _attempt(s, piece, usual)
    if len(first) == 3 and (first[1].is_scalar or not scalar):
        return first
    found: list[Found] = []
    for kinds in (k for departures in range(1, len(letters) + 1) for k in _readings(s, letters, departures)):
        if tries == 0 or (found and _departures(s, kinds) != _departures(s, found[0][2])):
            break
        tries -= 1
        made = _attempt(s, piece, kinds | families)
        if len(made) == 3 and (made[1].is_scalar or not scalar):
            found.append(made)
    if len(first) == 3 and not found:
        return first
    if not found:
        found = _repaired(s, piece, usual, cast(Clash, first[1]))
    if found:
        e, _, kinds = found[0]
        _say_choice(s, e, kinds, [other for _, _, other in found[1:]], tries == 0)
        return found[0]
    fault = first[0].explain(cast(Clash, first[1]))
    fault.hint = fault.hint or "declare the shapes of the letters"
    raise fault


def _repaired(s: Setting, piece: Piece, kinds: dict[str, str], clash: Clash) -> list[Found]:
    """For texts with more readings than can be tried: scalars that clash with something become columns."""
    for _ in range(min(len(kinds), 40)):
        quotes = [v.piece.value for v in clash.values if v.piece.kind == "name"]
        names = [n for n in quotes if n in kinds and kinds[n] == convention(s, n)[0] == SCALAR]
        if not names:
            return []
        kinds = kinds | {names[0]: VECTOR}
        made = _attempt(s, piece, kinds)
        if len(made) == 3:
            return [made]
        clash = made[1]
    return []


def _departures(s: Setting, kinds: dict[str, str]) -> tuple[int, int]:
    """How many letters depart from the convention, and how many of them are capitals."""
    odd = [n for n, k in kinds.items() if k != convention(s, n)[0]]
    return len(odd), sum(n[0].isupper() for n in odd)


def _say_choice(s: Setting, e: Elaborator, kinds: dict[str, str], others: list[dict[str, str]], cut: bool) -> None:
    """Notes on the letters that are not what the convention says."""
    words = {SCALAR: "a scalar", VECTOR: "a column", MATRIX: "a matrix"}
    for name, kind in kinds.items():
        usual = convention(s, name)[0]
        if kind != usual:
            e.note(f"{name} is read as {words[kind]}: as {words[usual]}, which is the convention, it does not fit")
    for other in others[:3]:
        changed = ", ".join(f"{n} {words[k]}" for n, k in other.items() if k != kinds[n])
        e.note(f"another reading fits as well: {changed}; declare these letters to choose it")
    if cut:
        e.note("not all readings were tried; declare letters to be sure")


def _reading(
    s: Setting, e: Elaborator, term: T.Term, kinds: dict[str, str], text: str, scalar: bool, piece: Piece
) -> Reading:
    """The reading that an elaborator made, or the ShapeError of a term that should be a scalar."""
    if scalar and not term.is_scalar:
        marker = s.source.marker((piece.start, piece.end))
        why = f"a scalar is needed, and this is {shape_text(term.shape)} ({s.source.where(piece)})"
        raise ShapeError(f"{why}\n{marker}", parts=(term,), shapes=(term.shape,), hint="norm2(A)^2, sum(A) or tr(A)")
    index = s.indices | e.exponents
    for name in e.exponents:
        if name in e.shapes:
            place = next(q for q in pieces(piece) if q.kind == "name" and q.value == name)
            raise s.source.fault_at(f"{name} is an index above a matrix, and a letter elsewhere", place)
    for name, declared in s.letters.items():
        if declared.kind not in (INDEX, FUNCTION):
            e.letter_shape(name)
    made = {n: e.family(n) if n in s.families else e.symbol(n) for n in e.shapes}
    inferred = tuple(n for n in made if s.letters.get(n, Letter("")).shape is None)
    used = {a for n in walk(term) for d in _dims_of(n) for a, _ in d.atoms}
    used |= {a for letter in made.values() for d in letter.shape for a, _ in d.atoms}
    return Reading(text, term, made, inferred, tuple(sorted(used)), tuple(sorted(index)), tuple(e.notes))


def _dims_of(node: Any) -> Iterator[Dim]:
    return (a for a in node.args if isinstance(a, Dim))
