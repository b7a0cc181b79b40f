"""Random terms over all nodes that the network normal form opens, equal terms made from them by known identities,
and their values modulo a prime. The values come from numpy and from nothing of the package but the nodes' arguments.
"""

from math import prod

import numpy as np

from symland.language import terms as T
from symland.language.index import Dim, Index

PRIME = 2**28 - 57
ONE, P, Q = Dim.of(1), Dim.of("p"), Dim.of("q")
AXES = (ONE, P, Q)
FACTORS = {P * Q: [(P, Q), (Q, P)]}


def letter(rng, rows, columns):
    name = rng.choice("AB") + "".join(str(d).replace("*", "") for d in (rows, columns))
    return T.matrix(name, rows, columns)


def factors(rng, d):
    """Two dimensions whose product is d."""
    return rng.choice([(ONE, d), (d, ONE), *FACTORS.get(d, [])])


def matrix(rng, rows, columns, depth, functions=True):
    """A random matrix of this shape."""

    def m(r, c):
        return matrix(rng, r, c, depth - 1, functions)

    def kronecker():
        (a, b), (c, d) = factors(rng, rows), factors(rng, columns)
        return T.Kronecker(m(a, c), m(b, d))

    def product():
        inner = rng.choice([*AXES, P * Q]) if depth < 3 else rng.choice(AXES)
        return T.product(m(rows, inner), m(inner, columns))

    def blocks():
        r, c = rng.choice(AXES), rng.choice(AXES)
        return T.block([[m(rows, r), m(rows, c)]]) * T.block([[m(r, columns)], [m(c, columns)]])

    kinds = {
        "letter": lambda: letter(rng, rows, columns),
        "ones": lambda: T.Ones(rows, columns),
        "transpose": lambda: m(columns, rows).T,
        "sum": lambda: m(rows, columns) + m(rows, columns),
        "scale": lambda: scalar(rng, depth - 1, functions) * m(rows, columns),
        "product": product,
        "product again": product,
        "hadamard": lambda: T.hadamard(m(rows, columns), m(rows, columns)),
        "hadamard power": lambda: T.HadamardPower(m(rows, columns), Index.of(rng.choice([0, 1, 2]))),
        "kronecker": kronecker,
        "blocks": blocks,
    }
    if functions:
        kinds["function"] = kinds["function again"] = lambda: T.Elementwise(
            rng.choice(["sigma", "sigma'", "tau"]), m(rows, columns)
        )
    if rows == columns:
        kinds["identity"] = lambda: T.Identity(rows)
        kinds["diagonal matrix"] = lambda: T.DiagonalMatrix(m(rows, ONE))
        kinds["power"] = lambda: T.MatrixPower(m(rows, rows), Index.of(rng.choice([0, 2])))
        if functions and rows != P * Q:
            kinds["inverse"] = lambda: T.Inverse(m(rows, rows))
        if rows == P * Q:
            kinds["commutation"] = lambda: T.Commutation(P, Q) * m(P * Q, columns)
            kinds["commutation first"] = lambda: m(rows, P * Q) * T.Commutation(Q, P)
        if rows == P:
            kinds["unvec diagonal"] = lambda: T.Unvec(P, P, T.DiagonalSelection(P).T * m(P, ONE))
    if columns == ONE:
        kinds["diagonal"] = lambda: T.Diagonal(m(rows, rows))
        kinds["selection"] = lambda: T.DiagonalSelection(rows) * T.Vec(m(rows, rows))
        kinds["unit"] = lambda: T.UnitVector(rows, Index.of(1))
        a, b = factors(rng, rows)
        kinds["vec"] = lambda: T.Vec(m(b, a))
    if rows * columns == P * Q:
        kinds["unvec"] = lambda: T.Unvec(rows, columns, m(P * Q, ONE))
    if not depth:
        kinds = {k: v for k, v in kinds.items() if k in ("letter", "ones", "identity", "unit")}
        return kinds[rng.choice(["letter", "letter", *sorted(kinds)])]()
    return kinds[rng.choice(sorted(kinds))]()


def scalar(rng, depth, functions=True):
    """A random scalar."""

    def m(r, c):
        return matrix(rng, r, c, depth - 1, functions)

    def s():
        return scalar(rng, depth - 1, functions)

    n, k = rng.choice(AXES), rng.choice(AXES)
    kinds = {
        "number": lambda: T.number(rng.choice([-1, 2, 3])),
        "letter": lambda: T.scalar(rng.choice("st")),
        "dimension": lambda: T.DimScalar(n),
    }
    if depth:
        kinds |= {
            "trace": lambda: T.Trace(m(n, n)),
            "quadratic": lambda: T.Trace(m(n, ONE).T * m(n, k) * m(k, ONE)),
            "inner": lambda: T.Inner(m(n, k), m(n, k)),
            "long inner": lambda: T.Inner(m(P * Q, k), m(P * Q, k)),
            "norm": lambda: T.SquaredNorm(m(n, k)),
            "entries": lambda: T.entries_sum(m(n, k)),
            "entry": lambda: T.entry(m(n, k), Index.of(1), Index.of(1)),
            "product": lambda: s() * s(),
            "sum": lambda: s() + s(),
            "power": lambda: s() ** 2,
        }
        if functions:
            kinds["function"] = lambda: T.Elementwise("sigma", s())
            kinds["determinant"] = lambda: T.Determinant(m(n, n))
    return kinds[rng.choice(sorted(kinds))]()


# -- equal terms ----------------------------------------------------------------------------------------------------


def rewritten(rng, t):
    """A term equal to t in all dimensions, by identities chosen at random at every node."""
    if not isinstance(t, T.Term):
        return t
    args = [rewritten(rng, a) for a in t.args]
    if isinstance(t, (T.Sum, T.Hadamard)) or (isinstance(t, T.Product) and t.is_scalar):
        rng.shuffle(args)
    new = type(t).make(*args)
    if rng.random() < 0.4:
        return new
    return _rewritten(rng, new)


def _rewritten(rng, t):
    options = []
    if t.is_matrix:
        rows, columns = t.shape
        options += [
            lambda: t.T.T,
            lambda: t * T.Identity(columns),
            lambda: T.DiagonalMatrix(T.Ones(rows, ONE)) * t,
            lambda: T.hadamard(T.Ones(rows, columns), t),
            lambda: T.Unvec(rows, columns, T.Vec(t)),
            lambda: T.Kronecker(T.Identity(ONE), t),
            lambda: 2 * t - t,
        ]
    args = t.args
    if isinstance(t, T.Product) and t.is_matrix:
        a, b = args[0], T.product(*args[1:])
        options += [
            lambda: (b.T * a.T).T,
            lambda: T.Unvec(*t.shape, T.Kronecker(b.T, T.Identity(t.shape[0])) * T.Vec(a)),
            lambda: T.Unvec(*t.shape, T.Kronecker(T.Identity(t.shape[1]), a) * T.Vec(b)),
            lambda: T.block([[a, a]]) * T.block([[2 * b], [-b]]),
        ]
        if isinstance(a, T.Sum):
            options.append(lambda: T.total(*(s * b for s in a.args)))
        if isinstance(a, T.DiagonalMatrix):
            options.append(lambda: T.hadamard(a.args[0] * T.Ones(ONE, t.shape[1]), b))
        if b.shape[1] == ONE:
            options.append(lambda: T.Diagonal(a * T.DiagonalMatrix(b) * T.Ones(b.shape[0], a.shape[0])))
    if isinstance(t, T.Hadamard):
        a, b = args[0], T.hadamard(*args[1:])
        options += [
            lambda: T.Unvec(*t.shape, T.DiagonalMatrix(T.Vec(a)) * T.Vec(b)),
            lambda: T.hadamard(a.T, b.T).T,
        ]
    if isinstance(t, T.Kronecker):
        (a, c), (b, d) = args[0].shape, args[1].shape
        options += [
            lambda: T.Commutation(a, b) * T.Kronecker(args[1], args[0]) * T.Commutation(d, c),
            lambda: T.Kronecker(args[0], T.Identity(b)) * T.Kronecker(T.Identity(c), args[1]),
        ]
    if isinstance(t, T.Vec) and args[0].is_matrix:
        options.append(lambda: T.Commutation(*args[0].shape[::-1]) * T.Vec(args[0].T))
    if isinstance(t, T.Elementwise) and t.is_matrix:
        options += [
            lambda: T.Elementwise(t.function, args[1].T).T,
            lambda: T.Unvec(*t.shape, T.Elementwise(t.function, T.Vec(args[1]))),
        ]
    if isinstance(t, T.Inverse):
        options.append(lambda: T.Inverse(args[0].T).T)
    if isinstance(t, T.Determinant):
        options.append(lambda: T.Determinant(args[0].T))
    if isinstance(t, T.Diagonal):
        n = t.shape[0]
        options += [
            lambda: T.DiagonalSelection(n) * T.Vec(args[0]),
            lambda: T.hadamard(args[0], T.Identity(n)) * T.Ones(n, ONE),
        ]
    if isinstance(t, T.Trace):
        options += [
            lambda: T.Trace(args[0].T),
            lambda: T.Inner(T.Identity(args[0].shape[0]), args[0]),
            lambda: T.entries_sum(T.Diagonal(args[0])),
        ]
    if isinstance(t, T.SquaredNorm):
        options.append(lambda: T.Inner(args[0], args[0]))
    if isinstance(t, T.Inner):
        options += [
            lambda: T.Inner(args[1], args[0]),
            lambda: T.Trace(args[0].T * args[1]),
            lambda: T.entries_sum(T.hadamard(*args)),
            lambda: T.Inner(T.Vec(args[0]), T.Vec(args[1])),
        ]
    if isinstance(t, T.HadamardPower) and args[1].value == 2:
        options.append(lambda: T.hadamard(args[0], args[0]))
    return rng.choice(options)() if options else t


# -- values ---------------------------------------------------------------------------------------------------------


class Singular(Exception):
    pass


class Point:
    """Random letters and functions modulo the prime, in given dimensions."""

    def __init__(self, seed, **dims):
        self.rng = np.random.default_rng(seed)
        self.dims = dims
        self.letters = {}
        self.memo = {}
        self.functions = {f: self.rng.integers(0, PRIME, 4) for f in ("sigma", "sigma'", "tau")}

    def dim(self, d):
        return sum(c * prod(self.dims[name] for name, _ in m) for m, c in d)

    def __call__(self, t):
        if t not in self.memo:
            self.memo[t] = self.value(t) % PRIME
        return self.memo[t]

    def value(self, t):
        kind, args = type(t).__name__, t.args
        if kind == "Symbol":
            size = tuple(map(self.dim, t.shape))
            return self.letters.setdefault(t.name, self.rng.integers(0, PRIME, size))
        if kind == "Number":
            return args[0].numerator * pow(args[0].denominator, -1, PRIME)
        if kind in ("DimScalar", "Ones", "Zero", "Identity", "Commutation", "UnitVector", "DiagonalSelection"):
            return self.fixed(kind, args)
        if kind == "Block":
            return np.block([[self(b) for b in row] for row in t.grid])
        values = [self(a) for a in args if isinstance(a, T.Term)]
        a, b = values[0], values[-1]
        if kind == "Elementwise":
            out = 0
            for c in self.functions[args[0]]:
                out = (out * a + int(c)) % PRIME
            return out
        if kind in ("Power", "HadamardPower"):
            return fold(lambda u, v: u * v, [np.ones_like(a)] + [a] * args[1].value)
        if kind == "MatrixPower":
            return fold(np.matmul, [np.eye(len(a), dtype=np.int64)] + [a] * args[1].value)
        if kind == "Sum":
            return sum(values)
        if kind == "Product":
            return fold(np.matmul if t.is_matrix else lambda u, v: u * v, values)
        if kind in ("Hadamard", "Scale"):
            return fold(lambda u, v: u * v, values)
        if kind in ("Inner", "SquaredNorm"):
            return (a * b % PRIME).sum()
        if kind == "Unvec":
            return a.reshape(self.dim(args[1]), self.dim(args[0])).T
        simple = {
            "Transpose": lambda: a.T,
            "Trace": lambda: np.trace(a),
            "Kronecker": lambda: np.kron(a, b),
            "Vec": lambda: np.reshape(a, (-1, 1), order="F"),
            "Diagonal": lambda: np.diag(a)[:, None],
            "DiagonalMatrix": lambda: np.diag(a[:, 0]),
            "Inverse": lambda: eliminate(a)[1],
            "Determinant": lambda: eliminate(a, False)[0],
        }
        return simple[kind]()

    def fixed(self, kind, args):
        sizes = [self.dim(d) for d in args if isinstance(d, Dim)]
        n = sizes[0]
        if kind == "DimScalar":
            return n
        if kind in ("Ones", "Zero"):
            return np.full(sizes, int(kind == "Ones"))
        eye = np.eye(n, dtype=np.int64)
        if kind == "Identity":
            return eye
        if kind == "UnitVector":
            return eye[:, [args[1].value - 1]]
        if kind == "DiagonalSelection":
            return np.array([np.outer(e, e).reshape(-1) for e in eye])
        flat = np.arange(n * sizes[1]).reshape(n, sizes[1])  # the numbers in A, of the entries of vec(A) below
        return (flat.reshape(-1)[:, None] == flat.T.reshape(-1)[None, :]).astype(np.int64)


def fold(times, values):
    out = values[0]
    for v in values[1:]:
        out = times(out, v) % PRIME
    return out


def eliminate(a, inverse=True):
    """Determinant and inverse by Gauss and Jordan."""
    n = len(a)
    work, det = [[int(x) for x in row] + [int(i == j) for j in range(n)] for i, row in enumerate(a)], 1
    for i in range(n):
        pivot = next((r for r in range(i, n) if work[r][i] % PRIME), None)
        if pivot is None:
            if inverse:
                raise Singular
            return 0, None
        if pivot != i:
            work[i], work[pivot], det = work[pivot], work[i], -det
        det = det * work[i][i] % PRIME
        scale = pow(work[i][i], -1, PRIME)
        work[i] = [x * scale % PRIME for x in work[i]]
        for r in range(n):
            if r != i and work[r][i]:
                work[r] = [(x - work[r][i] * y) % PRIME for x, y in zip(work[r], work[i], strict=True)]
    return det, np.array([row[n:] for row in work], dtype=np.int64)
