"""Values of terms by an array module, numpy or jax.numpy: an oracle that shares no code with the package's own
evaluation. With numpy it also says where a term has no value, or one that rounding may spoil."""

from functools import reduce, singledispatch
from math import prod

import numpy as np

from symland.language import terms as T
from symland.language.functions import COSINE, FUNCTIONS, INSIDE, NONZERO, POSITIVE
from symland.language.index import Index
from symland.language.nodes import Binder, walk

MARGIN = 0.02  # how far a point stays from kinks and from the edge of a domain
LARGEST = 1e4
CONDITION = 1e4
# The generic functions with the derivatives that gradients and Hessians need.
GENERIC = {
    "sigma": lambda xp: (lambda z: xp.sin(z) + z * z / 2, lambda z: xp.cos(z) + z, lambda z: 1 - xp.sin(z)),
    "rho": lambda xp: (lambda z: xp.exp(-z / 2), lambda z: -xp.exp(-z / 2) / 2, lambda z: xp.exp(-z / 2) / 4),
}
BY_NAME = {
    "sigmoid": lambda xp, x: 1 / (1 + xp.exp(-x)),
    "softplus": lambda xp, x: xp.log(1 + xp.exp(x)),
    "reciprocal": lambda xp, x: 1 / x,
    "relu": lambda xp, x: xp.where(x > 0, x, 0.0),
    "step": lambda xp, x: xp.where(x > 0, 1.0, 0.0),
    "leaky_relu": lambda xp, x, slope: xp.where(x > 0, x, slope * x),
    "pow": lambda xp, x, p: xp.exp(p * xp.log(x)),
}


class BadPoint(Exception):
    """The loss has no value here, or one that is near to a kink, large, or ill-conditioned."""


class Arrays:
    """Values of letters, by letter, in the arrays of a module. `checked` raises BadPoint at bad points."""

    def __init__(self, xp, letters, sizes, checked=False):
        self.xp, self.letters, self.sizes, self.checked = xp, letters, sizes, checked

    def value(self, term):
        """The value of a term."""
        out = _value(term, self)
        self.need(lambda: np.all(np.abs(out) <= LARGEST))
        return out

    def need(self, condition):
        if self.checked and not condition():
            raise BadPoint

    def size(self, dim):
        return sum(c * prod(self.sizes[name] for name, _ in monomial) for monomial, c in dim)

    def regular(self, a):
        """A square matrix that is invertible with a small condition number."""
        self.need(lambda: np.linalg.cond(a) <= CONDITION)
        return a


@singledispatch
def _value(t, at):
    raise AssertionError(f"the oracle does not know {type(t).__name__}")


def value_with(make):
    """Registers `make(xp, *values)` for terms whose arguments are all terms."""
    return lambda t, at: make(at.xp, *map(at.value, t.args))


def vec(a):
    return a.T.reshape(-1, 1)


def powers(multiply, one):
    """The function (a, k) -> a^k by repeated multiplication."""
    return lambda a, k: reduce(multiply, [a] * k, one(a))


for _kind, _make in {
    T.Sum: lambda xp, *a: sum(a[1:], a[0]),
    T.Scale: lambda xp, s, a: s * a,
    T.Transpose: lambda xp, a: a.T,
    T.Inner: lambda xp, a, b: xp.sum(a * b),
    T.Trace: lambda xp, a: xp.trace(a),
    T.SquaredNorm: lambda xp, a: xp.sum(a * a),
    T.Determinant: lambda xp, a: xp.linalg.det(a),
    T.Hadamard: lambda xp, *a: reduce(lambda x, y: x * y, a),
    T.Diagonal: lambda xp, a: xp.diagonal(a).reshape(-1, 1),
    T.DiagonalMatrix: lambda xp, v: xp.diag(v[:, 0]),
    T.Kronecker: lambda xp, a, b: xp.kron(a, b),
    T.Vec: lambda xp, a: vec(xp.reshape(a, (1, 1)) if xp.ndim(a) == 0 else a),
}.items():
    _value.register(_kind)(value_with(_make))


@_value.register(T.Symbol)
@_value.register(T.Member)
def _(t, at):
    return at.letters[t]


@_value.register
def _(t: T.Chain, at):
    return reduce(at.xp.matmul, [at.letters[t.family[i]] for i in range(t.top.value, t.bottom.value - 1, -1)])


@_value.register
def _(t: T.Number, at):
    return float(t.value)


@_value.register
def _(t: T.DimScalar, at):
    return float(at.size(t.args[0]))


@_value.register
def _(t: T.IndexScalar, at):
    return float(t.args[0].value)


@_value.register
def _(t: T.Identity, at):
    return at.xp.eye(at.size(t.args[0]))


@_value.register
def _(t: T.Zero, at):
    return at.xp.zeros([at.size(d) for d in t.args])


@_value.register
def _(t: T.Ones, at):
    return at.xp.ones([at.size(d) for d in t.args])


@_value.register
def _(t: T.UnitVector, at):
    return at.xp.eye(at.size(t.args[0]))[:, t.args[1].value - 1 : t.args[1].value]


@_value.register
def _(t: T.Product, at):
    return reduce((lambda a, b: a * b) if t.is_scalar else at.xp.matmul, map(at.value, t.args))


@_value.register
def _(t: T.Power, at):
    return powers(lambda a, b: a * b, lambda a: 1.0)(at.value(t.args[0]), t.args[1].value)


@_value.register
def _(t: T.HadamardPower, at):
    return powers(lambda a, b: a * b, at.xp.ones_like)(at.value(t.args[0]), t.args[1].value)


@_value.register
def _(t: T.MatrixPower, at):
    return powers(at.xp.matmul, lambda a: at.xp.eye(a.shape[0]))(at.value(t.args[0]), t.args[1].value)


@_value.register
def _(t: T.Inverse, at):
    return at.xp.linalg.inv(at.regular(at.value(t.args[0])))


@_value.register
def _(t: T.LogDeterminant, at):
    return at.xp.linalg.slogdet(at.regular(at.value(t.args[0])))[1]


@_value.register
def _(t: T.Reciprocal, at):
    s = at.value(t.args[0])
    at.need(lambda: abs(s) > MARGIN)
    return 1 / s


@_value.register
def _(t: T.Elementwise, at):
    x, *parameters = map(at.value, t.args[1:])
    if t.is_generic:
        name = t.function.rstrip("'")
        return GENERIC[name](at.xp)[len(t.function) - len(name)](x)
    inside = {
        POSITIVE: lambda: np.min(x) > MARGIN,
        NONZERO: lambda: np.min(np.abs(x)) > MARGIN,
        INSIDE: lambda: np.max(np.abs(x)) < 1 - MARGIN,
        COSINE: lambda: np.min(np.abs(np.cos(x))) > MARGIN,
    }
    at.need(inside.get(FUNCTIONS[t.function].domain, lambda: True))
    if t.function in BY_NAME:
        return BY_NAME[t.function](at.xp, x, *parameters)
    return getattr(at.xp, t.function)(x)


@_value.register
def _(t: T.Unvec, at):
    rows, columns = map(at.size, t.args[:2])
    return at.value(t.args[2]).reshape(columns, rows).T


@_value.register
def _(t: T.Commutation, at):
    m, n = map(at.size, t.args)
    units = at.xp.eye(m * n)
    return at.xp.stack([units[:, i + m * j] for i in range(m) for j in range(n)])


@_value.register
def _(t: T.DiagonalSelection, at):
    n = at.size(t.args[0])
    return at.xp.eye(n * n)[:: n + 1]


@_value.register
def _(t: T.Block, at):
    rows = [at.xp.concatenate([at.value(b) for b in row], 1) for row in t.grid]
    return at.xp.concatenate(rows, 0)


@_value.register
def _(t: T.BoundedSum, at):
    return sum(at.value(t.at(Index.of(i))) for i in range(t.lo.value, t.hi.value + 1))


@_value.register
def _(t: T.BoundedProduct, at):
    return prod(at.value(t.at(Index.of(i))) for i in range(t.lo.value, t.hi.value + 1))


@_value.register
def _(t: T.OrderedProduct, at):
    return reduce(at.xp.matmul, [at.value(t.at(Index.of(i))) for i in range(t.hi.value, t.lo.value - 1, -1)])


def letters_of(term):
    """The letters of a term, with the members in its chains and in what is bounded."""
    found = set()
    for n in walk(term):
        if isinstance(n, T.Chain):
            found |= {n.family[i] for i in range(n.bottom.value, n.top.value + 1)}
        elif isinstance(n, Binder):
            found.update(*(letters_of(n.at(Index.of(i))) for i in range(n.lo.value, n.hi.value + 1)))
        elif isinstance(n, T.Symbol) or (isinstance(n, T.Member) and n.index.value is not None):
            found.add(n)
    return sorted(found, key=repr)
