"""Words and traces: the normal form behind `ring` and `pos`. Part of the trusted base.

A matrix expression is a sum of `coefficient * scalar monomial * word`, a word being a sequence of letters with a
transpose mark; a scalar expression is a sum of `coefficient * monomial`, a monomial being a sorted sequence of
scalar atoms, among them traces of words up to rotation and transposition. Everything that is not a sum, product,
transpose, trace, inner product, number, or an explicit repetition is an atom, equal only to itself; a Kronecker
product is bilinear in its factors, vec is linear.

Sound for matrices of all dimensions; complete for polynomial identities in generic matrices that hold in all
dimensions. Atoms are numbered by the object that compares two expressions; the numbers mean nothing outside it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symland.errors import SymlandError
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import Binder, Node

Coefficient = int | Fraction
Monomial = tuple[int, ...]  # sorted numbers of scalar atoms
Word = tuple[int, ...]  # 2 * letter + (1 if transposed)
Scalar = dict[Monomial, Coefficient]
Matrix = dict[tuple[Monomial, Word], Coefficient]

MAX_TERMS = 200_000  # an expansion beyond this is refused, never truncated
MAX_REPEAT = 256  # longest explicit chain, sum, product or power that is unfolded
MAX_DEGREE = 10_000  # most factors of one term
MAX_NUMBER = 1 << 100_000  # largest numerator or denominator
MAX_NODES = 1_000_000  # most terms with a normal form, those that repetitions unfold into included


class TooLarge(SymlandError):
    """The expansion has too many terms."""


class Words:
    """Normal forms over one numbering of atoms."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}
        self._scalars: dict[Node, Scalar] = {}
        self._matrices: dict[Node, Matrix] = {}
        self._cyclic: dict[Word, Word] = {}

    def atom(self, key: Any) -> int:
        """The number of an atom: a node, an index variable, an atom of a dimension, or the word of a trace."""
        return self._numbers.setdefault(key, len(self._numbers))

    # -- scalars ---------------------------------------------------------------------------------------------
    def scalar(self, t: Node) -> Scalar:
        """The normal form of a scalar term. The result is shared: do not change it."""
        out = self._scalars.get(t)
        if out is None:
            out = self._scalars[t] = self._scalar(t)
            self._check_size(max(map(len, out), default=0), out)
        return out

    def _scalar(self, t: Node) -> Scalar:
        if isinstance(t, T.Number):
            return constant(t.value)
        if isinstance(t, T.Sum):
            out: Scalar = {}
            for s in t.args:
                add(out, self.scalar(s))
            return out
        if isinstance(t, T.Product):
            out = {(): 1}
            for s in t.args:
                out = multiply(out, self.scalar(s))
            return out
        if isinstance(t, T.IndexScalar):
            return self._index(t.args[0])
        if isinstance(t, T.DimScalar):
            return self._dim(t.args[0])
        if isinstance(t, T.Power) and _small(t.args[1]):
            base, out = self.scalar(t.args[0]), {(): 1}
            for _ in range(t.args[1].value):
                out = multiply(out, base)
            return out
        if isinstance(t, (T.BoundedSum, T.BoundedProduct)) and _small(t.hi - t.lo + 1):
            bodies = [self.scalar(b) for b in _unfold(t)]
            if isinstance(t, T.BoundedSum):
                out = {}
                for b in bodies:
                    add(out, b)
                return out
            out = {(): 1}
            for b in bodies:
                out = multiply(out, b)
            return out
        if isinstance(t, T.Trace):
            return self._trace(self.matrix(t.args[0]), t.args[0].shape[0])
        if isinstance(t, T.SquaredNorm):
            m = self.matrix(t.args[0])
            return self._trace(self._product(_transposed(m), m), t.args[0].shape[1])
        if isinstance(t, T.Inner):
            left, right = (self.matrix(x) for x in t.args)
            return self._trace(self._product(_transposed(left), right), t.args[0].shape[1])
        return {(self.atom(t),): 1}

    def _index(self, e: Index) -> Scalar:
        out: Scalar = {(): e.constant} if e.constant else {}
        for v, c in e.coefficients:
            out[(self.atom(("index", v)),)] = c
        return out

    def _dim(self, d: Dim) -> Scalar:
        return {tuple(sorted(self.atom(("dim", a)) for a in atoms)): c for atoms, c in d}

    def _trace(self, m: Matrix, dimension: Dim) -> Scalar:
        out: Scalar = {}
        for (monomial, word), c in m.items():
            if word:
                key = tuple(sorted((*monomial, self.atom(("trace", self.cyclic(word))))))
                _put(out, key, c)
            else:
                for dims, e in self._dim(dimension).items():
                    _put(out, tuple(sorted(monomial + dims)), c * e)
        return out

    def cyclic(self, word: Word) -> Word:
        """The least of all rotations of the word and of its transpose."""
        out = self._cyclic.get(word)
        if out is None:
            flipped = tuple(x ^ 1 for x in reversed(word))
            out = min(w[i:] + w[:i] for w in (word, flipped) for i in range(len(w)))
            self._cyclic[word] = out
        return out

    # -- matrices --------------------------------------------------------------------------------------------
    def matrix(self, t: Node) -> Matrix:
        """The normal form of a matrix term. The result is shared: do not change it."""
        out = self._matrices.get(t)
        if out is None:
            out = self._matrices[t] = self._matrix(t)
            self._check_size(max((len(m) + len(w) for m, w in out), default=0), out)
        return out

    def _matrix(self, t: Node) -> Matrix:
        if isinstance(t, T.Zero):
            return {}
        if isinstance(t, T.Identity):
            return {((), ()): 1}
        if isinstance(t, T.Transpose):
            return _transposed(self.matrix(t.args[0]))
        if isinstance(t, T.Sum):
            out: Matrix = {}
            for s in t.args:
                add(out, self.matrix(s))
            return out
        if isinstance(t, T.Scale):
            scalar, inner = self.scalar(t.args[0]), self.matrix(t.args[1])
            out = {}
            for m, c in scalar.items():
                for (n, w), e in inner.items():
                    _put(out, (tuple(sorted(m + n)), w), c * e)
            return out
        if isinstance(t, T.Product):
            out = {((), ()): 1}
            for s in t.args:
                out = self._product(out, self.matrix(s))
            return out
        if isinstance(t, T.Chain) and _small(t.length):
            top = t.top
            return {((), tuple(2 * self.atom(T.Member(t.family, top - i)) for i in range(t.length.value or 0))): 1}
        if isinstance(t, T.OrderedProduct) and _small(t.length):
            out = {((), ()): 1}
            for factor in reversed(_unfold(t)):
                out = self._product(out, self.matrix(factor))
            return out
        if isinstance(t, T.Kronecker):
            return self._kronecker(*t.args)
        if isinstance(t, T.Vec) and t.args[0].is_scalar:
            return {(m, ()): c for m, c in self.scalar(t.args[0]).items()}
        if isinstance(t, T.Vec):
            shape = t.args[0].shape
            return {(m, (2 * self.atom(("vec", w, shape)),)): c for (m, w), c in self.matrix(t.args[0]).items()}
        return {((), (2 * self.atom(t),)): 1}

    def _kronecker(self, a: Node, b: Node) -> Matrix:
        """Bilinear: a Kronecker product of words is a letter, that of two identities the identity."""
        out: Matrix = {}
        shapes = (a.shape, b.shape)  # the empty word does not say its dimension
        for (m, v), c in self.matrix(a).items():
            for (n, w), e in self.matrix(b).items():
                word = (2 * self.atom(("kron", v, w, shapes)),) if v or w else ()
                _put(out, (tuple(sorted(m + n)), word), c * e)
        return out

    def _product(self, a: Matrix, b: Matrix) -> Matrix:
        out: Matrix = {}
        for (m, v), c in a.items():
            for (n, w), e in b.items():
                _put(out, (tuple(sorted(m + n)) if m and n else m or n, v + w), c * e)
        return out

    def _check_size(self, degree: int, form: Scalar | Matrix) -> None:
        """Raises TooLarge rather than computing without end on a small file that means something huge."""
        number = max((max(abs(c.numerator), c.denominator) for c in form.values()), default=0)
        if degree > MAX_DEGREE or number > MAX_NUMBER or len(self._scalars) + len(self._matrices) > MAX_NODES:
            raise TooLarge("the normal form has too many factors, digits or parts")

    # -- comparisons -----------------------------------------------------------------------------------------
    def difference(self, a: Node, b: Node) -> dict[Any, Coefficient]:
        """a - b, for two scalars or two matrices of one shape; a fresh dict, empty exactly if they are equal."""
        out: dict[Any, Coefficient] = {}
        form = self.scalar if a.is_scalar else self.matrix
        add(out, form(a))
        add(out, form(b), -1)
        return out


def constant(value: Fraction) -> Scalar:
    """The normal form of a rational number."""
    c: Coefficient = value.numerator if value.denominator == 1 else value
    return {(): c} if c else {}


def add(out: dict[Any, Coefficient], other: dict[Any, Coefficient], times: Coefficient = 1) -> None:
    """out += times * other."""
    for key, c in other.items():
        _put(out, key, times * c)


def multiply(a: Scalar, b: Scalar) -> Scalar:
    """The product of two scalars."""
    out: Scalar = {}
    for m, c in a.items():
        for n, e in b.items():
            _put(out, tuple(sorted(m + n)), c * e)
    return out


def _put(out: dict[Any, Coefficient], key: Any, c: Coefficient) -> None:
    value = out.get(key, 0) + c
    if value:
        out[key] = value
        if len(out) > MAX_TERMS:
            raise TooLarge(f"the normal form has more than {MAX_TERMS} terms")
    else:
        out.pop(key, None)


def _transposed(m: Matrix) -> Matrix:
    return {(s, tuple(x ^ 1 for x in reversed(w))): c for (s, w), c in m.items()}


def _small(length: Index) -> bool:
    return length.value is not None and 0 <= length.value <= MAX_REPEAT


def _unfold(t: Binder) -> list[Node]:
    lo, count = t.lo, (t.hi - t.lo + 1).value or 0
    return [t.at(lo + i) for i in range(count)]
