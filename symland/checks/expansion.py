"""Terms written out at explicit dimensions: polynomials in the entries of their letters.

The entry (i, j) of a letter X is the variable `X_ij`, that of the layer W[2] is `W2_ij`, and `X_i_j` where a dimension
has two digits; a scalar keeps its name. SymPy prints `W2_13` as W with the subscript `2 13`: layer, then entry. The
value of a function at a polynomial is a variable too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import prod
from random import Random
from typing import Any

from symland.checks.sampling import Uniform, facts_of
from symland.errors import NoRule, Undecided, UsageError
from symland.evaluate.dense import Cleared
from symland.evaluate.free_functions import FreeFunctions
from symland.evaluate.functions import function_on, partial_derivative
from symland.evaluate.functions_exact import modular_value
from symland.evaluate.point import DimValue, Key, Point, letter_name
from symland.evaluate.rings import PrimeField, Rationals, Ring, Size, Value
from symland.evaluate.terms import Evaluation
from symland.language import terms as T
from symland.language.nodes import Node, walk

Dims = Mapping[str, DimValue]  # dimensions and index variables in one mapping: {"d": 2, "L": 3}
LONGEST = 10**8  # monomials times variables, of all terms that are written out together
Substitution = Sequence[tuple[Node, Node]]  # letters of a loss, and the polynomials in other letters they become


def setting(dims: Dims) -> Point:
    """The point with these dimensions and index variables."""
    return Point(dims, {name: v for name, v in dims.items() if isinstance(v, int)})


def scope_text(dims: Dims) -> str:
    """Dimensions for people: `d = 2, m = 3`."""
    parts = []
    for name, v in dims.items():
        shown = ", ".join(str(v[i]) for i in sorted(v)) if isinstance(v, Mapping) else str(v)
        parts.append(f"{name} = {shown if isinstance(v, (int, Mapping)) else 'given by a function'}")
    return ", ".join(parts)


def sizes_of(terms: Sequence[Node], dims: Dims) -> dict[Key, Size]:
    """Every letter that the terms mention at these dimensions, with its size, in the order of first mention: what an
    evaluation over a prime field asks for."""
    field = PrimeField(2**61 - 1)
    asked = Uniform(setting(dims), {}, field, Random(0))
    at = Evaluation(asked, field)
    for term in terms:
        at.value(term)
    return {key: field.size(value) for key, value in asked.letters.items()}


def entry_names(key: Key, size: Size, facts: frozenset[str] = frozenset()) -> list[str]:
    """The names of the entries of a letter, row by row; a symmetric letter has one name for two entries."""
    name = letter_name(key)
    if not size:
        return [name]
    if "orthogonal" in facts:
        raise NoRule(f"the entries of the orthogonal {name} are not free variables", hint="use a prime field")
    if "diagonal" in facts:
        raise NoRule(f"the entries of the diagonal {name} are not all variables", hint="use a prime field")
    join = "_" if max(size) > 9 else ""
    places = [(i, j) for i in range(1, size[0] + 1) for j in range(1, size[1] + 1)]
    if facts & {"symmetric", "psd"}:
        places = [(min(p), max(p)) for p in places]
    return [f"{name}_{i}{join}{j}" for i, j in places]


def shaped(ring: Ring, size: Size, entries: Sequence[Value]) -> Value:
    """The matrix with these entries row by row, or for the size () the one scalar."""
    if not size:
        return entries[0]
    rows, columns = size
    return ring.matrix(rows, columns, entries)


class _Recording(PrimeField):
    """Keeps which functions are applied to what."""

    def __init__(self) -> None:
        super().__init__(2**61 - 1)
        self.applied: dict[Any, None] = {}


@function_on.register
def _(ring: _Recording, name: str, x: Value, parameters: tuple[Value, ...]) -> Any:
    if name != "reciprocal":
        ring.applied[name, int(x), *map(int, parameters)] = None
    return modular_value(ring.prime, name, x, parameters)


def room_for(terms: Sequence[Node], dims: Dims, substitution: Substitution) -> int:
    """How many values of functions there are in the terms, and in the first two derivatives of those that are scalars,
    before the substitution and after it."""
    if not any(isinstance(n, T.Elementwise) for term in terms for n in walk(term)):
        return 0
    ring, point = _Recording(), setting(dims)
    asked = Uniform(point, {}, ring, Random(0))
    drawing = Evaluation(asked, ring)
    for term in (*terms, *(t for pair in substitution for t in pair)):
        drawing.value(term)
    replaced = {drawing.key(letter): drawing.value(value) for letter, value in substitution}
    free = Evaluation(Point(point.dims, point.indices, asked.letters), ring)
    after = Evaluation(Point(point.dims, point.indices, {**asked.letters, **replaced}), ring)
    ring.applied.clear()
    for term in (t for t in terms if t.is_scalar):
        free.value(term)
        after.value(term)
    for _ in range(2):
        for name, *numbers in list(ring.applied):
            arguments = [ring.number(a) for a in numbers]
            for place in range(len(arguments)):
                partial_derivative(ring, name, place, arguments)
    for _, value in substitution:
        free.value(value)
    for term in terms:
        after.value(term)
    return len(ring.applied)


class _Counting(Rationals):
    """Bounds on numbers of monomials: a letter and a number other than zero count as one."""

    def number(self, q: Fraction | int) -> Value:
        return super().number(1 if q else 0)

    def inverse(self, a: Value) -> Value:
        return a

    def reciprocal(self, a: Value) -> Value:
        return a

    def pseudoinverse(self, a: Value) -> Value:
        return a.transpose()

    def determinant(self, a: Value) -> Value:
        """At most the product of the sums of the rows."""
        return prod((sum(row, super(_Counting, self).number(0)) for row in a.tolist()), start=super().number(1))


@function_on.register
def _(ring: _Counting, name: str, x: Value, parameters: tuple[Value, ...]) -> Any:
    """The reciprocal of a number has one monomial; what else has one is found out by the expansion."""
    return ring.number(1)


def check_length(terms: Sequence[Node], dims: Dims, sizes: Mapping[Key, Size], substitution: Substitution) -> None:
    """Raises Undecided for terms whose entries are too long to be written out as polynomials."""
    ring, point = _Counting(), setting(dims)
    ones = {key: shaped(ring, size, [ring.number(1)] * prod(size)) for key, size in sizes.items()}
    free = Evaluation(Point(point.dims, point.indices, ones), ring)
    replaced = {free.key(letter): free.value(value) for letter, value in substitution}
    at = Evaluation(Point(point.dims, point.indices, {**ones, **replaced}), ring)
    values = [at.value(t) for t in terms]
    monomials = sum(int(x) for v in values for x in (ring.entries(v) if ring.size(v) else [v]))
    if monomials * sum(map(prod, sizes.values())) > LONGEST:
        raise Undecided(
            f"too long to be written out at {scope_text(dims)}: up to {monomials} monomials",
            hint="choose smaller dimensions, or check modulo a prime or in high precision",
        )


class Expansion:
    """A ring of polynomials in the entries of every letter of some terms, and the point made of its variables."""

    def __init__(self, terms: Sequence[Node], dims: Dims, substitution: Substitution = ()) -> None:
        nodes = [*terms, *(t for pair in substitution for t in pair)]
        facts, none = facts_of(nodes), frozenset[str]()
        self.sizes = sizes_of(nodes, dims)
        check_length(terms, dims, self.sizes, substitution)
        self.names = {key: entry_names(key, size, facts.get(key[0], none)) for key, size in self.sizes.items()}
        variables = [v for names in self.names.values() for v in dict.fromkeys(names)]
        if len(set(variables)) < len(variables):
            raise UsageError("two letters have entries of one name", hint="rename W1 or the layer W[1]")
        self.ring = FreeFunctions(variables, room_for(terms, dims, substitution))
        point = setting(dims)
        letters = {key: self._letter(key) for key in self.sizes}
        self.free = Evaluation(Point(point.dims, point.indices, letters), self.ring)
        replaced = {self.free.key(letter): self.free.value(value) for letter, value in substitution}
        self.substituted = bool(replaced)
        self.at = Evaluation(Point(point.dims, point.indices, {**letters, **replaced}), self.ring)
        self._images = self._variable_images(replaced)
        self._applied: dict[int, Any] = {}  # the images of values of functions
        self._slopes: dict[tuple[int, int], Cleared] = {}

    def _letter(self, key: Key) -> Value:
        return shaped(self.ring, self.sizes[key], [self.ring.variable(v) for v in self.names[key]])

    def _variable_images(self, replaced: Mapping[Key, Cleared]) -> list[Any]:
        images = list(self.ring.context.gens())
        for key, value in replaced.items():
            if value.denominator != 1:
                raise UsageError(f"the polynomials put for {letter_name(key)} have denominators", hint="clear them")
            for name, image in zip(self.names[key], value.parts, strict=True):
                images[self.ring.place(name)] = image
        return images

    def places(self, letter: Node) -> list[int]:
        """The numbers of the variables that are the entries of a letter, in the order of vec."""
        key = self.free.key(letter)
        names, size = self.names[key], self.sizes[key]
        if len(set(names)) < len(names):
            raise NoRule(f"the entries of the symmetric {letter_name(key)} do not vary freely", node=letter)
        if size:
            names = [v for j in range(size[1]) for v in names[j :: size[1]]]
        return [self.ring.place(v) for v in names]

    def image(self, value: Cleared) -> Cleared:
        """The polynomial after the substitution."""
        if not self.substituted:
            return value
        images, polynomial = list(self._images), value.numerators
        for place in self.ring.occurring(polynomial):
            if place not in self._applied:
                function, arguments = self.ring.application(place)
                self._applied[place] = self.ring.applied(function, [self.image(a) for a in arguments]).numerators
            images[place] = self._applied[place]
        return Cleared(polynomial.compose(*images, ctx=self.ring.context), value.denominator)

    def derivative(self, value: Cleared, i: int) -> Cleared:
        """The derivative with respect to variable i, by the chain rule through the values of functions."""
        out = Cleared(value.numerators.derivative(i), 1)
        for place in self.ring.occurring(value.numerators):
            slope = self._slope(place, i)
            if slope.numerators != 0:
                out += Cleared(value.numerators.derivative(place), 1) * slope
        return Cleared(out.numerators, out.denominator * value.denominator)

    def _slope(self, place: int, i: int) -> Cleared:
        """The derivative of a value of a function with respect to variable i."""
        if (place, i) not in self._slopes:
            function, arguments = self.ring.application(place)
            out = self.ring.number(0)
            for k, argument in enumerate(arguments):
                inner = self.derivative(argument, i)
                if inner.numerators != 0:
                    out += partial_derivative(self.ring, function, k, arguments) * inner
            self._slopes[place, i] = out
        return self._slopes[place, i]

    def witness_point(self, difference: Any, rng: Random) -> list[int]:
        """Small integers, one for each variable, at which a polynomial other than zero does not vanish. Values of
        functions are free where their arguments differ. Raises NoRule where the functions are not generic."""
        if self.ring.related:
            names = ", ".join(self.ring.related)
            raise NoRule(f"the values of {names} are not independent", hint="evaluate them: use high precision")
        bound = 2
        while True:
            values = [rng.randint(-bound, bound) for _ in self.ring.variables]
            applied = list(self.functions_at(values))
            if difference(*values) != 0 and len(set(applied)) == len(applied):
                return values
            bound += 1

    def functions_at(self, values: Sequence[int]) -> list[str]:
        """The functions applied, where the variables have these values: `sigma(3)`."""
        shown = []
        for function, arguments in self.ring.applications:
            numbers = [Fraction(int(a.numerators(*values)), a.denominator) for a in arguments]
            shown.append(f"{function}({', '.join(map(str, numbers))})")
        return shown

    def letters_at(self, values: Sequence[int]) -> dict[str, Value]:
        """The letters, substituted ones included, and values of functions, where the variables have these values."""
        ring, out = Rationals(), {}
        images = [int(p(*values)) for p in self._images]
        for key, size in self.sizes.items():
            entries = [ring.number(images[self.ring.place(v)]) for v in self.names[key]]
            out[letter_name(key)] = shaped(ring, size, entries)
        start = self.ring.letters
        return out | {name: ring.number(values[start + k]) for k, name in enumerate(self.functions_at(values))}
