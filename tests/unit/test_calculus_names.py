"""What a letter is called changes nothing: renaming commutes with deriving, and new letters avoid the names in use.

The public functions refuse a name that stands for two things; the calculus behind them does not confuse them either."""

from itertools import permutations

import pytest

import symland as sl
from symland.calculus.gradient import gradient
from symland.calculus.hessian import hessian, hessian_block
from symland.checks.modular import check_modular
from symland.evidence import Label
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import Family, Substitution, walk
from tests.deep_linear import SQUARE, k, l

d, m = sl.dims("d m")
HALF = sl.number(1, 2)


def two_layers(w1, w2, x, y):
    return HALF * sl.norm2(w2 * w1 * x - y)


def letters(names):
    w1, w2, x, y = names
    return sl.matrix(w1, d, d), sl.matrix(w2, d, d), sl.matrix(x, d, m), sl.matrix(y, d, m)


BASE = letters(["A", "B", "C", "E"])
NAMES = [
    ("V", "U", "X", "Y"),
    ("U", "V", "H", "Z"),
    ("V1", "V", "U", "U1"),
    ("D", "K", "I", "L"),
    ("d", "m", "l", "k"),
]


@pytest.mark.parametrize("names", NAMES, ids="-".join)
def test_letters(names):
    """Letters called V and U, like the directions of the proofs; and letters called like functions and dimensions."""
    mine = letters(names)
    rename = Substitution(symbols={old.name: new for old, new in zip(BASE, mine, strict=True)})
    loss, base = two_layers(*mine), two_layers(*BASE)
    assert rename.apply(base) is loss
    for w, old in zip(mine[:2], BASE[:2], strict=True):
        found = gradient(loss, w)
        assert found.result is rename.apply(gradient(base, old).result)
        assert found.theorem.hypotheses == {}
    found, known = hessian(loss, mine[:2]), hessian(base, BASE[:2])
    for place, b in found.blocks.items():
        assert b.result is rename.apply(known.blocks[place].result)
    blocks = {(mine[i], mine[j]): b.result for (i, j), b in found.blocks.items()}
    assert check_modular(loss, {}, blocks, {"d": 2, "m": 3}).label is Label.SAMPLED


@pytest.mark.parametrize("names", NAMES, ids="-".join)
def test_directions_are_new_letters(names):
    """No derivative of the proof is taken in a direction that the loss contains."""
    mine = letters(names)
    made = hessian_block(two_layers(*mine), mine[0], mine[1])
    directions = {n.args[2].name for s in made.trace.steps for n in walk(s.out) if isinstance(n, T.D)}
    assert directions and not directions & set(names)


def deep(depth):
    """The deep linear loss of this depth."""
    return Substitution(indices={"L": depth}).apply(SQUARE.loss)


ORDERS = {"l > k": lambda i, j: S.at_least(i, j + 1), "l < k": lambda i, j: S.at_least(j, i + 1)}
KNOWN = {
    case: hessian_block(SQUARE.loss, SQUARE.layer(l), SQUARE.layer(k), {"o": order(l, k)})
    for case, order in ORDERS.items()
}
GRADIENT = gradient(SQUARE.loss, SQUARE.layer(l))
INDICES = [
    *permutations(["a", "b", "p"]),
    *permutations(["a", "b", "L"]),
    ("q", "r", "s"),
    ("V", "W", "X"),
    ("d", "m", "n"),
]


def renamed_theorem(found, known, rename):
    """Whether a theorem is another one with its names changed: hypotheses too."""
    expected = {rename.apply(h) for h in known.theorem.hypotheses.values()}
    statement = rename.apply(known.theorem.statement)
    return found.theorem.statement is statement and set(found.theorem.hypotheses.values()) == expected


@pytest.mark.parametrize("names", INDICES, ids="-".join)
def test_index_variables(names):
    """The depth and the layers may be called like the ends of the chains in the lemmas."""
    depth, i, j = map(Index.var, names)
    rename = Substitution(indices={"L": depth, "l": i, "k": j})
    assert renamed_theorem(gradient(deep(depth), SQUARE.layer(i)), GRADIENT, rename)
    for case, order in ORDERS.items():
        found = hessian_block(deep(depth), SQUARE.layer(i), SQUARE.layer(j), {"o": order(i, j)})
        assert renamed_theorem(found, KNOWN[case], rename), (case, dict(found.theorem.hypotheses))


def test_hypotheses_that_the_user_did_not_make_do_not_appear():
    """With layers b > p of a network of depth i, the theorem rests on 1 <= p < b <= i and on nothing that contradicts
    it."""
    i, b, p = map(Index.var, "ibp")
    found = hessian_block(deep(i), SQUARE.layer(b), SQUARE.layer(p), {"o": S.at_least(b, p + 1)})
    order = [h.index for h in found.theorem.hypotheses.values()]
    at = {"i": Index.of(3), "b": Index.of(2), "p": Index.of(1)}
    assert all(e.substitute(at).value >= 0 for e in order), found.theorem


def test_several_letters_in_one_derivation():
    """The blocks of layers l > a, proved one after the other with the same hypotheses."""
    a = Index.var("a")
    letters = [SQUARE.layer(l), SQUARE.layer(a)]
    found = hessian(SQUARE.loss, letters, assuming={"o": S.at_least(l, a + 1)})
    rename = Substitution(indices={"k": a})
    assert found.blocks[0, 1].result is rename.apply(
        hessian(SQUARE.loss, [letters[0], SQUARE.layer(k)], assuming={"o": S.at_least(l, k + 1)}).blocks[0, 1].result
    )
    for b in found.blocks.values():
        order = [h.index for h in b.theorem.hypotheses.values()]
        at = {"L": Index.of(3), "l": Index.of(2), "a": Index.of(1)}
        assert all(e.substitute(at).value >= 0 for e in order), b.theorem


def test_families_and_dimensions():
    d_new, w_new = Dim.of("q"), Family("V", (Dim.of("q"), Dim.of("q")))
    rename = Substitution(dims={"d": d_new, "m": Dim.of("r")}, families={"W": w_new})
    loss = rename.apply(SQUARE.loss)
    assert gradient(loss, w_new[l]).result is rename.apply(GRADIENT.result)
    found = hessian_block(loss, w_new[l], w_new[k], {"o": ORDERS["l > k"](l, k)})
    assert found.result is rename.apply(KNOWN["l > k"].result)


def test_a_letter_of_the_hypotheses_is_no_direction():
    """`invertible(V)` for a letter V that the loss does not contain."""
    w, v = sl.matrix("W", d, d), sl.matrix("V", d, d)
    loss = sl.norm2(T.Inverse(v) * w)
    found = gradient(loss, w, {"V": S.Invertible(v)})
    assert check_modular(loss, {w: found.result}, {}, {"d": 2}).label is Label.SAMPLED
    block = hessian_block(sl.norm2(w), w, w, {"V": S.Invertible(v), "U": S.Invertible(sl.matrix("U", d, d))})
    assert block.theorem.hypotheses == {} and check_modular(sl.norm2(w), {}, {(w, w): block.result}, {"d": 2})


def test_depth_is_not_confused_with_a_letter():
    """A dimension, an index variable and a family of one name are three things."""
    name, i = "n", Index.var("i")
    w, x = sl.family(name, name, name), sl.matrix("X", name, name)
    loss = HALF * sl.norm2(T.Chain(w, Index.var(name), Index.of(1)) - x)
    found = gradient(loss, w[i])
    assert check_modular(loss, {w[i]: found.result}, {}, {"n": 3, "i": 2}).label is Label.SAMPLED
