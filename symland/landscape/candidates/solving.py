"""Models of assumptions: how to choose letters so that equations between matrices hold.

An equation that is linear in a letter Z, P Z Q = R with terms without Z in R, is solved by
Z := P^+ R Q^+ + Z0 - P^+ P Z0 Q Q^+ with Z0 free, if it can be solved at all (Penrose, A generalized inverse for
matrices, 1955); Z^T Z = I for a square Z by Cayley's transform. Nothing trusts a model: whoever uses it checks that the
assumptions hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, permutations, product
from typing import Any, NamedTuple, cast

from symland.calculus.equations import Equations
from symland.calculus.prover import Prover
from symland.calculus.rewriting import Monomial, Poly, Word, without
from symland.calculus.simplify import add, multiply, reciprocal, scalar_product, scale, tidy, transpose
from symland.language import statements as S
from symland.language import terms as T
from symland.language.nodes import Node, walk
from symland.language.notation import show
from symland.language.statements import Statement
from symland.language.terms import Term
from symland.language.trace import Assignment
from symland.proof.normal_form.words import Coefficient

MOST = 48  # programs that are proposed

Model = tuple[Assignment, ...]


class _Linear(NamedTuple):
    """P Z Q = R, or P Z^T Q = R."""

    left: Term
    letter: Term
    transposed: bool
    right: Term
    value: Term


class _Part(NamedTuple):
    """times * monomial * left Z right, or with Z^T."""

    monomial: Monomial
    times: Coefficient
    left: Word
    transposed: bool
    right: Word


def models(assumptions: Mapping[str, Statement], fixed: frozenset[Term]) -> Iterator[Model]:
    """Programs that may make the assumptions hold, the most promising first. Letters in `fixed` are not chosen."""
    equations = [h for h in assumptions.values() if isinstance(h, S.Eq) and not _is_fact(h)]
    options = [[*_solutions(h, fixed), None] for h in equations]
    yield from islice(_programs(options), MOST)


def _programs(options: list[list[Assignment | None]]) -> Iterator[Model]:
    for chosen in product(*options):
        lines = [line for line in chosen if line is not None]
        if len({line.target for line in lines}) < len(lines):
            continue
        for order in permutations(lines) if len(lines) <= 3 else (tuple(lines),):
            yield tuple(order)


def _is_fact(h: S.Eq) -> bool:
    """Whether an equation is a fact that samples of the letter have by themselves."""
    u, v = h.args
    return isinstance(v, T.Symbol) and v.is_matrix and bool(v.facts) and v in set(walk(u)) and len(set(walk(u))) <= 3


def _solutions(equation: S.Eq, fixed: frozenset[Term]) -> Iterator[Assignment]:
    """Ways to choose one letter of an equation: data that occur once first."""
    u, v = equation.args
    letters = [n for n in dict.fromkeys([*walk(u), *walk(v)]) if isinstance(n, (T.Symbol, T.Member))]
    letters = [z for z in letters if z not in fixed]
    for z in letters:
        if z.is_matrix and z.shape[0] == z.shape[1] and _says_orthogonal(equation, cast(Term, z)):
            yield Assignment("set", cast(Term, z), _cayley(cast(Term, z)))
    found = [line for z in letters if (line := _linear(equation, cast(Term, z))) is not None]
    for z in letters:
        value = _scalar(equation, cast(Term, z))
        if value is not None:
            yield Assignment("set", cast(Term, z), value)
    for line in sorted(found, key=lambda f: (_effort(f.left) + _effort(f.right), repr(f.letter))):
        yield Assignment("set", line.letter, _solved(line))


def _effort(factor: Term) -> int:
    return 0 if _is_multiple(factor) else len(show(factor))


def _is_multiple(factor: Term) -> bool:
    """Whether the matrix is a number times the identity."""
    if isinstance(factor, T.Scale) and isinstance(factor.args[0], T.Number):
        factor = factor.args[1]
    return isinstance(factor, T.Identity)


def _says_orthogonal(equation: S.Eq, z: Term) -> bool:
    eye = T.Identity(z.shape[0])
    return {*equation.args} in ({z.T * z, eye}, {z * z.T, eye})


def _cayley(z: Term) -> Term:
    """(I - S) (I + S)^{-1} with S = Z - Z^T."""
    eye, skew = cast(Term, T.Identity(z.shape[0])), z - z.T
    return (eye - skew) * cast(Term, T.Inverse(eye + skew))


def _scalar(equation: S.Eq, z: Term) -> Term | None:
    """The solution of a scalar equation c z = r for the scalar z; None if it is not of this form."""
    u, v = equation.args
    if not (u.is_scalar and z.is_scalar):
        return None
    reader = Equations(Prover({}))
    own, rest, factor = reader.words.atom(z), dict[Any, Coefficient](), dict[Any, Coefficient]()
    poly = reader.words.difference(u, v)
    inside = {n for n, key in enumerate(reader.words.keys) if n != own and _contains(reader, key, z)}
    for monomial, c in poly.items():
        if inside & set(monomial) or monomial.count(own) > 1:
            return None
        if own in monomial:
            factor[without(monomial, (own,)), ()] = c
        else:
            rest[monomial, ()] = -c
    if not factor:
        return None
    return scalar_product(reader.scalar_term(rest), reciprocal(reader.scalar_term(factor)))


def _linear(equation: S.Eq, z: Term) -> _Linear | None:
    """The equation as one that is linear in the letter; None if it is not of this form."""
    u, v = equation.args
    if not (u.is_matrix and z.is_matrix):
        return None
    reader = Equations(Prover({}))
    poly: Poly = dict(reader.words.difference(u, v))
    own = reader.words.atom(z)
    inside = {n for n, key in enumerate(reader.words.keys) if n != own and _contains(reader, key, z)}
    rest: Poly = {}
    parts: list[_Part] = []
    for (monomial, word), c in poly.items():
        places = [i for i, code in enumerate(word) if code // 2 == own]
        if inside & ({code // 2 for code in word} | set(monomial)) or len(places) > 1:
            return None
        if places:
            i = places[0]
            parts.append(_Part(monomial, c, word[:i], bool(word[i] % 2), word[i + 1 :]))
        else:
            rest[monomial, word] = -c
    return _of_parts(reader, u.shape, z, parts, rest)


def _of_parts(reader: Equations, shape: Any, z: Term, parts: list[_Part], rest: Poly) -> _Linear | None:
    """The sum of the parts as P Z Q: all of them have one left or one right factor."""
    lefts, rights = {p.left for p in parts}, {p.right for p in parts}
    if len({p.transposed for p in parts}) != 1 or min(len(lefts), len(rights)) > 1:
        return None
    transposed = parts[0].transposed
    rows, columns = z.shape[::-1] if transposed else z.shape

    def total(words: list[Word], size: Any, numbers: bool) -> Term:
        poly: Poly = {}
        for p, word in zip(parts, words, strict=True):
            poly[(p.monomial, word) if numbers else ((), word)] = p.times if numbers else 1
        return reader.term(poly, size)

    left = total([p.left for p in parts], (shape[0], rows), len(rights) == 1)
    right = total([p.right for p in parts], (columns, shape[1]), len(rights) > 1)
    return _Linear(left, z, transposed, right, reader.term(rest, shape))


def _contains(reader: Equations, key: Any, z: Term) -> bool:
    if isinstance(key, Node):
        return z in set(walk(key))
    codes = [code for part in key[1:3] if isinstance(part, tuple) for code in part if isinstance(code, int)]
    return key[0] in ("kron", "vec", "trace") and any(_contains(reader, reader.words.keys[c // 2], z) for c in codes)


def _solved(line: _Linear) -> Term:
    left, right, value, z = line.left, line.right, line.value, line.letter
    if line.transposed:
        left, right, value = transpose(right), transpose(left), tidy(value.T)
    p, q = _pseudoinverse(left), _pseudoinverse(right)
    particular = multiply(p, value, q)
    if _is_multiple(left) and _is_multiple(right):
        return particular
    return add(particular, z, scale(T.number(-1), multiply(p, left, z, right, q)))


def _pseudoinverse(a: Term) -> Term:
    if isinstance(a, T.Identity):
        return a
    if isinstance(a, T.Scale) and isinstance(a.args[0], T.Number):
        return scale(cast(Term, T.Number(1 / a.args[0].value)), _pseudoinverse(cast(Term, a.args[1])))
    return cast(Term, T.Pseudoinverse(a))
