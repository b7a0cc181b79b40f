"""Attacks on the network normal form: it must not equate what differs, must not mix up graphs, and must not hang.

Values come from `tests.network_terms`, modulo a prime, in several dimensions, 1 and equal ones among them.
"""

from itertools import combinations
from random import Random

import numpy as np
import pytest

import symland as sl
from symland.errors import SymlandError
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.statements import Eq
from symland.proof.normal_form import labelling, tensors
from symland.proof.normal_form import words as W
from symland.proof.normal_form.graphs import Graph, Part
from symland.proof.normal_form.labelling import Work, canonical
from symland.proof.normal_form.network import Networks
from tests.network_terms import ONE, P, Point, Q, Singular, matrix, scalar
from tests.reject.attempt import Attempt
from tests.reject.mutate import TERMS, spoil_term

POINTS = [{"p": 2, "q": 3}, {"p": 4, "q": 2}, {"p": 1, "q": 3}, {"p": 2, "q": 2}, {"p": 3, "q": 4}]
SHAPES = [(), (P, P), (P, Q), (P, ONE), (P * Q, ONE), (P * Q, P * Q)]


def values(seed):
    return [Point(seed + i, **dims) for i, dims in enumerate(POINTS)]


def check_same(points, a, b):
    for point in points:
        try:
            u, v = point(a), point(b)
        except Singular:
            continue
        assert np.array_equal(u, v), f"{a!r} is not {b!r} at {point.dims}"


def random_term(rng, shape, depth):
    return matrix(rng, *shape, depth) if shape else scalar(rng, depth)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_equal_forms_have_equal_values(shape):
    rng, networks, points = Random(repr(shape)), Networks(), values(20)
    found, hits = {}, 0
    for _ in range(500):
        term = random_term(rng, shape, rng.choice([1, 2, 2, 3]))
        form = frozenset((networks.matrix(term) if shape else networks.scalar(term)).items())
        other = found.setdefault(form, term)
        if other is not term:
            hits += 1
            check_same(points, term, other)
    assert hits > 20 and len(found) > 100


def functions_for_factors(rng, t):
    """f(A) .* f(B) and f(A .* B), f(A B) and f(A) f(B), f(A') and f(A), f and g."""
    if not isinstance(t, T.Elementwise):
        return None
    inner = t.argument
    if isinstance(inner, (T.Sum, T.Hadamard, T.Product, T.Scale, T.Kronecker, T.DiagonalMatrix)):
        return type(inner).make(*(T.Elementwise(t.function, a) for a in inner.args))
    return T.Elementwise(rng.choice(["sigma", "sigma'", "tau"]), inner)


def hadamard_for_product(rng, t):
    if isinstance(t, T.Product) and t.is_matrix and len({a.shape for a in t.args}) == 1:
        return T.hadamard(*t.args)
    if isinstance(t, T.Hadamard) and t.shape[0] == t.shape[1]:
        return T.product(*t.args)
    return None


def swap_entries(rng, t):
    if isinstance(t, T.Diagonal):
        return t.args[0] * T.Ones(t.shape[0], ONE)
    if isinstance(t, T.DiagonalMatrix):
        return t.args[0] * T.Ones(ONE, t.shape[0])
    if isinstance(t, T.Vec) and t.args[0].is_matrix:
        return T.Vec(t.args[0].T)
    if isinstance(t, T.Ones) and t.shape[0] == t.shape[1]:
        return T.Identity(t.shape[0])
    if isinstance(t, T.Block):
        n, *blocks = t.args
        return T.Block(n, *blocks[::-1])
    if isinstance(t, T.Inverse):
        return t.args[0]
    return None


@pytest.mark.parametrize("how", [*TERMS, functions_for_factors, hadamard_for_product, swap_entries])
def test_spoiled_terms(how):
    rng, points = Random(how.__name__), values(40)
    apart = 0
    for _ in range(150):
        term = random_term(rng, rng.choice(SHAPES), 3)
        try:
            other = spoil_term(rng, term, how)
        except SymlandError:
            continue
        if other is None or other.shape != term.shape:
            continue
        if Networks().difference(term, other):
            apart += 1
        else:
            check_same(points, term, other)
    assert apart or how.__name__ in ("make_strict", "swap_sides", "shift_index")


def test_functions_of_symmetric_arguments():
    """Unordered legs: products of f(A + A'), f(x x'), f(Diag x) and letters, by form and by value."""
    rng, networks, points = Random(5), Networks(), values(60)
    a, b, x = (T.matrix(name, P, c) for name, c in (("A", P), ("B", P), ("x", ONE)))
    f = [T.Elementwise("sigma", s) for s in (a + a.T, x * x.T, T.DiagonalMatrix(x), a.T * b + b.T * a)]
    large, found, hits = Point(3, p=7), {}, 0
    for _ in range(500):
        term = rng.choice([*f, a, b])
        for _ in range(rng.randint(1, 3)):
            other = rng.choice([*f, a, b, b.T])
            term = rng.choice([term.T, term * other, other * term, T.hadamard(term, other)])
        term = rng.choice([T.Trace(term), T.Trace(x.T * term * x), T.entries_sum(term)])
        form, value = frozenset(networks.scalar(term).items()), int(large(term))
        same_form, same_value = found.setdefault(("form", form), term), found.setdefault(("value", value), term)
        assert not networks.difference(term, same_value), f"{term!r} and {same_value!r}"
        hits += same_form is not term
        check_same(points, term, same_form)
    assert hits > 50


# -- graphs ---------------------------------------------------------------------------------------------------------

TURN = {1: ((0, 1), (1, 0))}
SQUARE = [(a, b) for a in range(4) for b in range(4)]
ROOK = [(i, j) for i, j in combinations(range(16), 2) if (i // 4 == j // 4) != (i % 4 == j % 4)]
STEPS = {(1, 0), (3, 0), (0, 1), (0, 3), (1, 1), (3, 3)}
SHRIKHANDE = [
    (i, j)
    for i, j in combinations(range(16), 2)
    if ((SQUARE[j][0] - SQUARE[i][0]) % 4, (SQUARE[j][1] - SQUARE[i][1]) % 4) in STEPS
]
K33 = [(i, 3 + j) for i in range(3) for j in range(3)]
PRISM = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5), (0, 3), (1, 4), (2, 5)]
CUBE = [(i, i ^ (1 << b)) for i in range(16) for b in range(4) if i < i ^ (1 << b)]
PETERSEN = [e for i in range(5) for e in ((i, (i + 1) % 5), (i, i + 5), (5 + i, 5 + (i + 2) % 5))]
COMPLETE = list(combinations(range(7), 2))
CYCLE = [(i, (i + 1) % 12) for i in range(12)]
STAR = [(0, i) for i in range(1, 9)]
CHORDS = [-5, -2, -4, 2, 5, -2, 2, 5, -2, -5, 4, 2]
FRUCHT = sorted({tuple(sorted((i, (i + c) % 12))) for i, chord in enumerate(CHORDS) for c in (1, chord)})  # no symmetry
GRAPHS = [FRUCHT, ROOK, SHRIKHANDE, K33, PRISM, CUBE, PETERSEN, COMPLETE, CYCLE, STAR]


def part(edges, ports=()):
    return Part((0,) * (1 + max(map(max, edges))), tuple((1, e) for e in edges), ports)


def shuffled(rng, p, turn):
    n = len(p.types)
    new = rng.sample(range(n), n)
    atoms = [(label, tuple(new[w] for w in legs)) for label, legs in p.atoms]
    atoms = [(label, legs[::-1] if turn and rng.random() < 0.5 else legs) for label, legs in atoms]
    return Part(p.types, tuple(rng.sample(atoms, len(atoms))), tuple(new[w] for w in p.ports))


@pytest.mark.parametrize("edges", GRAPHS)
@pytest.mark.parametrize("symmetries", [{}, TURN], ids=["directed", "undirected"])
def test_one_graph_has_one_labelling(edges, symmetries):
    rng = Random(1)
    for p in (part(edges), part(edges, (2, 0))):
        copies = {canonical(shuffled(rng, p, bool(symmetries)), symmetries, Work()) for _ in range(5)}
        assert len(copies) == 1


def test_different_graphs_have_different_labellings():
    # The same degrees, and colors that refinement alone does not tell apart.
    for a, b in ((ROOK, SHRIKHANDE), (K33, PRISM)):
        assert canonical(part(a), TURN, Work()) != canonical(part(b), TURN, Work())
    assert len({canonical(part(CYCLE, (0, k)), TURN, Work()) for k in range(12)}) == 7
    flipped = [CYCLE[0][::-1], *CYCLE[1:]]
    assert canonical(part(CYCLE), {}, Work()) != canonical(part(flipped), {}, Work())
    assert canonical(part(CYCLE), TURN, Work()) == canonical(part(flipped), TURN, Work())


def test_a_labelling_is_the_graph_itself():
    rng = Random(2)
    for edges in GRAPHS:
        p = canonical(part(edges), TURN, Work())
        wires = sorted(sum(w in legs for _, legs in p.atoms) for w in range(len(p.types)))
        assert wires == sorted(sum(w in e for e in edges) for w in range(len(p.types)))
        assert len(p.atoms) == len(edges) and canonical(shuffled(rng, p, True), TURN, Work()) == p


def test_wires_of_two_types_are_never_one():
    g = Graph()
    u, v = g.wire(1), g.wire(2)
    with pytest.raises(SymlandError):
        g.merge(u, v)
    with pytest.raises(SymlandError):
        g.place(Part((2,), ((5, (0,)),), (0,)), [u])
    networks = Networks()
    p, q = networks.axis(P), networks.axis(Q)
    for a, b in ((p, q), (p, ()), (p + q, p)):
        with pytest.raises(SymlandError):
            networks.groups(a, b)


# -- limits ---------------------------------------------------------------------------------------------------------

N = T.matrix("N", P, P)
s, t = T.scalar("s"), T.scalar("t")


def power(base, *exponents):
    for e in exponents:
        base = T.Power(base, Index.of(e))
    return base


def nested(depth):
    out = N
    for _ in range(depth):
        out = T.Elementwise("sigma", N * out)
    return out


HUGE = {
    "terms": lambda: power(s + t + 1 + T.scalar("u") + T.scalar("v"), 100),
    "digits": lambda: power(T.number(3), 256, 256, 256),
    "factors": lambda: power(s, 256, 256),
    "matrix terms": lambda: T.Trace(T.MatrixPower(N + N.T + T.Identity(P), Index.of(40))),
    "depth": lambda: nested(600),
    "entrywise": lambda: T.SquaredNorm(T.HadamardPower(N + N.T + T.Ones(P, P) + N * N, Index.of(60))),
}


@pytest.mark.parametrize("name", HUGE)
def test_too_large_is_refused(name):
    networks, term = Networks(), HUGE[name]()
    with pytest.raises(W.TooLarge):
        networks.difference(term, term + term)
    assert not networks.difference(N * N, T.MatrixPower(N, Index.of(2)))  # and the next question is answered


def test_symmetry_is_refused_where_it_takes_too_long(monkeypatch):
    paley = [(a, b) for a, b in combinations(range(29), 2) if (b - a) % 29 in {x * x % 29 for x in range(1, 29)}]
    monkeypatch.setattr(labelling, "MAX_WORK", 10_000)
    with pytest.raises(W.TooLarge):
        canonical(part(paley), TURN, Work())
    monkeypatch.setattr(labelling, "MAX_WORK", 10**7)
    monkeypatch.setattr(labelling, "MAX_DEPTH", 1)
    with pytest.raises(W.TooLarge):
        canonical(part(list(combinations(range(9), 2))), TURN, Work())


def test_many_legs_of_one_kind_keep_their_order(monkeypatch):
    # Fewer orders are compared: less is proved, nothing wrong.
    monkeypatch.setattr(tensors, "MAX_ORDERS", 1)
    f = T.Elementwise("sigma", N + N.T)
    assert Networks().difference(f, f.T)
    assert not Networks().difference(f, f)


@pytest.mark.parametrize("name", ["MAX_DEGREE", "MAX_NUMBER"])
def test_limits_of_one_term(monkeypatch, name):
    monkeypatch.setattr(tensors, name, 8)
    with pytest.raises(W.TooLarge):
        Networks().scalar(power(s, 9) if name == "MAX_DEGREE" else T.number(9))


def test_an_opaque_term_is_its_node():
    d = Dim.of("d")
    w, v, u = (T.matrix(name, d, d) for name in "WVU")
    terms = [T.D(w * w, w, v), T.D(w * w, w, u), T.D(w * v, w, v), T.D(w * w, w, v).T]
    networks = Networks()
    for a, b in combinations(terms, 2):
        assert networks.difference(a, b)
    assert networks.difference(T.Trace(terms[0]), T.Trace(terms[1]))
    assert not networks.difference(T.Trace(terms[0].T), T.Trace(terms[0]))


RECIPROCALS = [
    ("1/(2*s + 2*t)", "1/2*(1/(s + t))", "2*(1/(s + t))"),
    ("1/(s - t)", "-1/(t - s)", "1/(t - s)"),
    ("1/(s + 2*t)", "1/2*(1/(t + 1/2*s))", "1/(2*s + t)"),
    ("1 ./ (2*X + 2*Y)", "1/2*(1 ./ (X + Y))", "2*(1 ./ (X + Y))"),
    ("1 ./ (X - Y)", "-(1 ./ (Y - X))", "1 ./ (Y - X)"),
    ("1/(s + t)", "1/(t + s)", "1/s + 1/t"),
]


@pytest.mark.parametrize(("left", "right", "wrong"), RECIPROCALS)
def test_reciprocals_of_multiples_of_one_sum(left, right, wrong):
    shapes = {"s": "scalar", "t": "scalar", "X": "n x m", "Y": "n x m"}
    a, same, other = (sl.parse(t, shapes=shapes) for t in (left, right, wrong))
    honest, false = Attempt(), Attempt()
    honest.claim("network", {"using": []}, Eq(a, same))
    honest.accepted()
    false.claim("network", {"using": []}, Eq(a, other))
    false.refused("the sides differ")


@pytest.mark.parametrize(("right", "wrong"), [("f(W3*B*(W2*B))", "f(W2*B*(W3*B))"), ("f(W3*B*W2*B)", "f(W3*W2*B*B)")])
def test_products_over_an_index_with_known_ends_are_written_out(right, wrong):
    shapes = {"W[i]": "n x n", "B": "n x n", "f": "elementwise"}
    a, same, other = (sl.parse(t, shapes=shapes) for t in ("f(prod(i, 3..2, W[i]*B))", right, wrong))
    honest, false = Attempt(), Attempt()
    honest.claim("network", {"using": []}, Eq(a, same))
    honest.accepted()
    false.claim("network", {"using": []}, Eq(a, other))
    false.refused("the sides differ")
