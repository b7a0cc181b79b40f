"""Rewriting of words: polynomials in noncommuting letters that are zero become rules, completed to a few further ones.

A rule replaces the largest word of its polynomial, where words are ordered by length. Where two rules overlap they give
a further one, as for a Gröbner basis of noncommuting polynomials (Mora, An introduction to commutative and
noncommutative Gröbner bases, 1994); the search is bounded. Each rule knows the multiples of the equations it came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from symland.proof.normal_form.words import Coefficient

MAX_RULES = 80  # after completion
MAX_LENGTH = 9  # of a word where two rules overlap
MAX_ROUNDS = 4000  # uses of rules for one normal form

Monomial = tuple[int, ...]
Word = tuple[int, ...]
Key = tuple[Monomial, Word]
Poly = dict[Key, Coefficient]  # as in the normal form of words; a scalar has the empty word


class Multiple(NamedTuple):
    """A multiple of an equation u = v: times * monomial * left (u - v) right, with u - v transposed if `flipped`."""

    times: Fraction
    monomial: Monomial
    left: Word
    equation: str
    flipped: bool
    right: Word


class Rule(NamedTuple):
    """A polynomial that is zero, its leading term, and the multiples of equations that it is the sum of."""

    lead: Key
    poly: Poly
    multiples: tuple[Multiple, ...]


class Rules:
    """Rules, and normal forms under them."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.scalars: list[Rule] = []  # for factors of the words
        self.contradiction: Rule | None = None  # a rule that says I = 0

    def add(self, poly: Poly, multiples: tuple[Multiple, ...]) -> None:
        """Adds a polynomial that is zero as a rule, unless the other rules make it trivial."""
        rest, more = self.reduced(poly)
        lead = max(rest, key=order, default=None)
        if lead is None or (not lead[1] and lead[0]):
            return
        c = Fraction(rest[lead])
        used = (*multiples, *(m._replace(times=-m.times) for m in more))
        rule = Rule(lead, {k: e / c for k, e in rest.items()}, tuple(m._replace(times=m.times / c) for m in used))
        if lead[1]:
            self.rules.append(rule)
        else:
            self.contradiction = rule

    def complete(self) -> None:
        """Rules for words where two rules overlap, as long as there are few of them and the words are short."""
        done = 0
        while done < len(self.rules) < MAX_RULES:
            new = self.rules[done]
            done += 1
            for other in list(self.rules[:done]):
                for first, second in ((new, other), (other, new)) if new is not other else ((new, new),):
                    for left, right in _overlaps(first.lead[1], second.lead[1]):
                        if len(self.rules) < MAX_RULES:
                            self._overlap(first, second, left, right)

    def _overlap(self, first: Rule, second: Rule, left: Word, right: tuple[Word, Word]) -> None:
        """The difference of what two rules make of the word that begins with one and ends with the other, or that has
        the second inside the first."""
        before, after = right
        a, b = first.lead[0], second.lead[0]
        common = list(a)
        for x in b:
            if x in common:
                common.remove(x)
        up, down = without(b, a), without(a, b)
        poly: Poly = {}
        accumulate(poly, first.poly, Fraction(1), up, (), left)
        accumulate(poly, second.poly, Fraction(-1), down, before, after)
        multiples = (*_times(first, Fraction(1), up, (), left), *_times(second, Fraction(-1), down, before, after))
        self.add(poly, multiples)

    def reduced(self, poly: Poly) -> tuple[Poly, list[Multiple]]:
        """A matrix polynomial under the rules, and the multiples that were subtracted."""
        todo, out, used = dict(poly), dict[Key, Coefficient](), list[Multiple]()
        for _ in range(MAX_ROUNDS):
            if not todo:
                break
            key = max(todo, key=order)
            c = todo[key]
            found = self.match(key)
            if found is None:
                out[key] = c
                del todo[key]
                continue
            rule, monomial, left, right = found
            accumulate(todo, rule.poly, -Fraction(c), monomial, left, right)
            used.extend(_times(rule, Fraction(c), monomial, left, right))
        for key, c in todo.items():
            out[key] = out.get(key, 0) + c
        return {k: c for k, c in out.items() if c}, _collected(used)

    def match(self, key: Key) -> tuple[Rule, Monomial, Word, Word] | None:
        monomial, word = key
        for rule in self.rules:
            m, w = rule.lead
            if len(w) > len(word) or not divides(m, monomial):
                continue
            for i in range(len(word) - len(w) + 1):
                if word[i : i + len(w)] == w:
                    return rule, without(monomial, m), word[:i], word[i + len(w) :]
        for rule in self.scalars:
            if divides(rule.lead[0], monomial):
                return rule, without(monomial, rule.lead[0]), (), word
        return None


def order(key: Key) -> tuple[int, int, int, Word, Monomial]:
    monomial, word = key
    return (len(word) + len(monomial), len(word), marks(word), word, monomial)


def marks(word: Word) -> int:
    """How many letters stand transposed."""
    return sum(code % 2 for code in word)


def flipped(word: Word) -> Word:
    return tuple(x ^ 1 for x in reversed(word))


def turned(word: Word) -> Iterator[Word]:
    """The rotations of a word and of its transpose: they have one trace."""
    for w in (word, flipped(word)):
        for i in range(len(w)):
            yield w[i:] + w[:i]


def divides(small: Monomial, large: Monomial) -> bool:
    return all(small.count(x) <= large.count(x) for x in set(small))


def without(large: Monomial, small: Monomial) -> Monomial:
    rest = list(large)
    for x in small:
        if x in rest:
            rest.remove(x)
    return tuple(rest)


def put(out: Poly, key: Key, c: Coefficient) -> None:
    value = out.get(key, 0) + c
    if value:
        out[key] = value
    else:
        out.pop(key, None)


def accumulate(out: Poly, poly: Mapping[Key, Coefficient], c: Fraction, m: Monomial, left: Word, right: Word) -> None:
    """out += c m left poly right."""
    for (n, w), e in poly.items():
        put(out, (tuple(sorted((*m, *n))), (*left, *w, *right)), c * e)


def _times(rule: Rule, c: Fraction, monomial: Monomial, left: Word, right: Word) -> Iterator[Multiple]:
    for m in rule.multiples:
        yield Multiple(
            c * m.times, tuple(sorted((*monomial, *m.monomial))), left + m.left, m.equation, m.flipped, m.right + right
        )


def _collected(used: Iterable[Multiple]) -> list[Multiple]:
    """Multiples of one equation by the same words, added up."""
    out: dict[Multiple, Fraction] = {}
    for m in used:
        key = m._replace(times=Fraction(0))
        out[key] = out.get(key, Fraction(0)) + m.times
    return [m._replace(times=c) for m, c in out.items() if c]


def _overlaps(first: Word, second: Word) -> Iterator[tuple[Word, tuple[Word, Word]]]:
    """Words in which both occur: the first followed by a rest, and what stands before and after the second."""
    for k in range(1, min(len(first), len(second))):
        if first[-k:] == second[:k] and len(first) + len(second) - k <= MAX_LENGTH:
            yield second[k:], (first[:-k], ())
    if len(second) <= len(first) and first != second:
        for i in range(len(first) - len(second) + 1):
            if second and first[i : i + len(second)] == second:
                yield (), (first[:i], first[i + len(second) :])


def combination(target: Poly, rows: list[Poly]) -> list[Fraction] | None:
    """Coefficients with which the rows add up to the target, by elimination; None if it is not in their span."""
    pivots: dict[Key, tuple[Poly, dict[int, Fraction]]] = {}

    def eliminated(poly: Poly, made: dict[int, Fraction]) -> tuple[Poly, dict[int, Fraction]]:
        poly = dict(poly)
        for key in list(pivots):
            c = Fraction(poly.get(key, 0))
            if c:
                row, how = pivots[key]
                accumulate(poly, row, -c, (), (), ())
                for k, e in how.items():
                    made[k] = made.get(k, Fraction(0)) - c * e
        return poly, made

    for number, row in enumerate(rows):
        rest, made = eliminated(row, {number: Fraction(1)})
        if rest:
            key = next(iter(rest))
            c = Fraction(rest[key])
            pivots[key] = ({k: e / c for k, e in rest.items()}, {k: e / c for k, e in made.items()})
    rest, made = eliminated(target, {})
    return None if rest else [-made.get(k, Fraction(0)) for k in range(len(rows))]
