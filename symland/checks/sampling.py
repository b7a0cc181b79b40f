"""Settings with random letters: small exact samples for statements, and points over prime fields.

A `Sample` makes each value when it is first asked for and keeps it. Dimensions are all one, all equal, or independent.
Letters are general; or multiples of the identity, because the equality cases of norm inequalities are of that kind; or
of entries -1, 0, 1, because then letters coincide by chance and residuals vanish. Where functions have domains, letters
are also drawn positive, or between -1 and 1 and not zero.
A letter with facts (symmetric, psd, orthogonal, ...) is drawn so that they hold.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import count, product
from random import Random

from symland.evaluate.point import Key, Setting, letter_name
from symland.evaluate.rings import PrimeField, Rationals, Ring, Size, Value
from symland.language import statements as S
from symland.language import terms as T
from symland.language.nodes import Node, walk
from symland.write.json import NodeTable

Facts = Mapping[str, frozenset[str]]  # of letters, by name

STYLES = (
    ("one", "general"),
    ("equal", "general"),
    ("free", "general"),
    ("equal", "scalar"),
    ("equal", "small"),
    ("free", "small"),
)
DOMAINS = (("one", "positive"), ("equal", "positive"), ("free", "positive"), ("one", "inside"), ("free", "inside"))
LARGEST = 3  # dimension
MOST = 50_000  # assignments of index variables that are listed


def stream(nodes: Iterable[Node], fresh: bool = False) -> Random:
    """The random stream that belongs to these nodes (by SHA-256 of their JSON), or a fresh one of the system's."""
    if fresh:
        return Random(secrets.randbits(256))
    table = NodeTable()
    for node in nodes:
        table.node(node)
    text = json.dumps([table.families, table.nodes], separators=(",", ":"))
    return Random(hashlib.sha256(text.encode()).digest())


def facts_of(nodes: Iterable[Node]) -> dict[str, frozenset[str]]:
    """The facts that the letters in these nodes carry, by name."""
    out: dict[str, frozenset[str]] = {}
    for node in nodes:
        for n in walk(node):
            if isinstance(n, T.Symbol):
                out[n.name] = out.get(n.name, frozenset()) | n.facts
            elif isinstance(n, (T.Member, T.Chain)):
                out[n.name] = out.get(n.name, frozenset()) | n.family.facts
    return out


def styles_for(nodes: Iterable[Node]) -> tuple[tuple[str, str], ...]:
    """The styles of samples for these nodes: positive letters too where something asks for them."""
    asking = (T.Elementwise, T.LogDeterminant, S.Positive, S.Nonzero)
    return STYLES + DOMAINS if any(isinstance(n, asking) for node in nodes for n in walk(node)) else STYLES


def kinds_for(nodes: Iterable[Node]) -> list[str]:
    """The kinds of letters to try at given dimensions until the nodes have values."""
    return ["general", "positive", "inside"] if styles_for(nodes) != STYLES else ["general"]


class Sample:
    """A setting whose values are drawn on demand: exact rationals. Dimensions and index variables are those of `given`
    where it is a setting; otherwise index variables not in `indices` are drawn from 0..top."""

    def __init__(
        self,
        rng: Random,
        facts: Facts,
        style: tuple[str, str] = ("free", "general"),
        indices: Mapping[str, int] | None = None,
        top: int = 4,
        given: Setting | None = None,
    ) -> None:
        self.rng = rng
        self.facts = facts
        self.style = style
        self.indices = dict(indices or {})
        self.top = top
        self.given = given
        self.dims: dict[Key, int] = {}
        self.letters: dict[tuple[Key, Size], Value] = {}
        self._common = 1 if style[0] == "one" else rng.randint(2, LARGEST)

    def dim(self, name: str, index: int | None) -> int:
        key = (name, index)
        if self.given is not None:
            self.dims[key] = self.given.dim(name, index)
        elif key not in self.dims:
            self.dims[key] = self.rng.randint(1, LARGEST) if self.style[0] == "free" else self._common
        return self.dims[key]

    def index(self, name: str) -> int:
        if self.given is not None:
            self.indices[name] = self.given.index(name)
        elif name not in self.indices:
            self.indices[name] = self.rng.randint(0, self.top)
        return self.indices[name]

    def letter(self, key: Key, size: Size) -> Value:
        if (key, size) not in self.letters:
            self.letters[key, size] = self._draw(size, self.facts.get(key[0], frozenset()))
        return self.letters[key, size]

    def shown(self, names: Iterable[str]) -> tuple[dict[str, int], dict[str, Value]]:
        """For a witness: dimensions and index variables, and the letters with these names."""
        wanted = set(names)
        dims = {letter_name(k) if k[1] is None else f"{k[0]}[{k[1]}]": v for k, v in self.dims.items()}
        letters = {letter_name(k): v for (k, _), v in self.letters.items() if k[0] in wanted}
        return {**self.indices, **dims}, letters

    # -- letters --------------------------------------------------------------------------------------------
    def _rational(self) -> Fraction:
        if self.style[1] == "small":
            return Fraction(self.rng.randint(-1, 1))
        if self.style[1] == "positive":
            return Fraction(self.rng.randint(1, 4), self.rng.choice((1, 1, 2, 3)))
        if self.style[1] == "inside":
            return Fraction(self.rng.choice((-4, -3, -2, -1, 1, 2, 3, 4)), 5)
        return Fraction(self.rng.randint(-3, 3), self.rng.choice((1, 1, 2, 3)))

    def _draw(self, size: Size, facts: frozenset[str]) -> Value:
        ring = Rationals()
        if not size:
            q = self._rational()
            if "positive" in facts:
                q = abs(q) + Fraction(1, 2)
            return ring.number(abs(q) if "nonnegative" in facts else q)
        m, n = size
        a = self._scalar(m, n) if self.style[1] == "scalar" else self._general(m, n)
        if "positive" in facts:
            a = ring.matrix(m, n, [abs(x) + ring.number(Fraction(1, 2)) for x in a.entries()])
        if m != n or not facts:
            return a
        if "diagonal" in facts:
            a = _diagonal(ring, a)
        if "orthogonal" in facts:
            skew = a - a.transpose()
            a = (ring.identity(n) - skew) * (ring.identity(n) + skew).inv()
        if "psd" in facts:
            a = a * a.transpose()
        elif "symmetric" in facts:
            a = a + a.transpose()
        if "invertible" in facts and a.rank() < n:
            a = a + (1 + sum(map(abs, a.entries()))) * ring.identity(n)
        return a

    def _general(self, m: int, n: int) -> Value:
        ring = Rationals()
        return ring.matrix(m, n, [ring.number(self._rational()) for _ in range(m * n)])

    def _scalar(self, m: int, n: int) -> Value:
        ring, q = Rationals(), Rationals().number(self._rational())
        return ring.matrix(m, n, [q if i == j else ring.number(0) for i in range(m) for j in range(n)])


class Uniform:
    """A setting with the dimensions and index variables of another, and letters uniform in a prime field, subject to
    their facts. Facts without algebraic equations (invertible, signs, psd beyond symmetry) restrict nothing."""

    def __init__(self, given: Setting, facts: Facts, field: PrimeField, rng: Random) -> None:
        self.facts, self.field, self.rng = facts, field, rng
        self.dim, self.index = given.dim, given.index
        self.letters: dict[Key, Value] = {}

    def letter(self, key: Key, size: Size) -> Value:
        if key not in self.letters:
            self.letters[key] = self._draw(size, self.facts.get(key[0], frozenset()))
        return self.letters[key]

    def _draw(self, size: Size, facts: frozenset[str]) -> Value:
        a = self.field.draw(size, self.rng)
        if "orthogonal" in facts:
            one, skew = self.field.identity(size[0]), a - a.transpose()
            return (one - skew) * self.field.inverse(one + skew)
        if "diagonal" in facts:
            return _diagonal(self.field, a)
        return a + a.transpose() if size and facts & {"symmetric", "psd"} else a


def _diagonal(ring: Ring, a: Value) -> Value:
    """The matrix without what is off its diagonal."""
    return ring.hadamard(a, ring.identity(ring.size(a)[0]))


# -- index variables ----------------------------------------------------------------------------------------
def index_choices(facts: Sequence[S.NonNeg], top: int, rng: Random) -> list[dict[str, int]]:
    """The values in 0..top of the variables of these order facts for which all hold, in random order; random attempts
    where there are too many to list."""
    variables = sorted({v for f in facts for v in f.index.variables})
    if (top + 1) ** len(variables) <= MOST:
        tried: Iterable[tuple[int, ...]] = product(range(top + 1), repeat=len(variables))
    else:
        tried = (tuple(rng.randint(0, top) for _ in variables) for _ in range(MOST))
    out = []
    for values in tried:
        chosen = dict(zip(variables, values, strict=True))
        if all(_value(f, chosen) >= 0 for f in facts):
            out.append(chosen)
    rng.shuffle(out)
    return out


def _value(fact: S.NonNeg, chosen: Mapping[str, int]) -> int:
    e = fact.index
    return e.constant + sum(c * chosen[v] for v, c in e.coefficients)


def letters_in(node: Node) -> set[str]:
    """The names of the letters and families in a node."""
    return {n.name for n in walk(node) if isinstance(n, (T.Symbol, T.Member, T.Chain))}


def drawing(
    facts: Facts,
    groups: Sequence[Sequence[S.NonNeg]],
    top: int,
    rng: Random,
    styles: Sequence[tuple[str, str]] = STYLES,
) -> Iterator[Sample]:
    """Samples without end: each group of order facts in turn, and for each all values of its index variables in turn.
    Variables outside the group are drawn from 0..top. Facts of letters are let go in a quarter of the samples: what
    needs them has to name them as hypotheses."""
    choices: list[list[dict[str, int]]] = [c for c in (index_choices(g, top, rng) for g in groups) if c]
    for turn in count():
        for options in choices:
            kept = facts if rng.random() < 0.75 else {}
            yield Sample(rng, kept, rng.choice(styles), options[turn % len(options)], top)
        if not choices:
            return
