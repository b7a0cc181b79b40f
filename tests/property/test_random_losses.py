"""Random losses over all terms: value, gradient and a block of the Hessian against JAX in float64, 500 of them; a
command examines more, `python -m tests.random_losses --count 10000`."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

pytest.importorskip("jax", reason="the oracle is not installed")

import symland as sl
from symland.errors import UndefinedHere
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import walk
from tests import random_losses as R
from tests.expressions_all import losses
from tests.jax_terms import letters_of

EXAMPLES = 125  # of each part
REFUSED = 0.02  # may be refused
NOT_SMOOTH = {"Pseudoinverse", "OperatorNorm"}


@pytest.mark.slow
@pytest.mark.parametrize(("part", "depth"), tuple(enumerate((1, 2, 3, 4))))
def test_random_losses(part, depth):
    """Every one right, or refused. The examples are the same each time."""
    tally = Counter()

    @seed(part)
    @settings(max_examples=EXAMPLES, deadline=None, database=None)
    @given(losses(depth), st.integers(0, 2**32 - 1), st.integers(0, 100), st.integers(0, 100))
    def examine(loss, point, first, second):
        numbers = iter((first, second))
        outcome = R.examine(loss, np.random.default_rng(point), lambda of: of[next(numbers) % len(of)])
        tally[outcome.kind] += 1
        assert outcome.kind not in (R.WRONG, R.CRASHED), f"{outcome.kind}: {loss!r}: {outcome.reason}"

    examine()
    assert tally[R.RIGHT] + tally[R.REFUSED] >= 0.85 * tally.total(), tally


@pytest.mark.slow
def test_few_are_refused():
    """Counted on independent losses: hypothesis varies one that it has found, a refused one too."""
    tally = Counter()
    for number in range(150):
        loss, points, pick = R.random_loss(1, number)
        if letters_of(loss):
            tally[R.examine(loss, points, pick).kind] += 1
    assert tally[R.REFUSED] <= REFUSED * tally.total(), tally


def test_every_kind_of_term_occurs():
    found = {type(n).__name__ for k in range(1500) for n in walk(R.random_loss(0, k)[0])}
    kinds = {name for name in T.__all__ if name[0].isupper()} - {"D", "Term", "TermLike"}
    assert kinds - found == NOT_SMOOTH


# -- losses that were wrong, or ended in another error ------------------------------------------------------------
def letter(name):
    """The matrix of this name, which ends in its shape."""
    return T.matrix(name, *(int(side) if side == "1" else side for side in name[1:]))


A11, B11, Ann, Bmm, Anm, Bnm = map(letter, ("A11", "B11", "Ann", "Bmm", "Anm", "Bnm"))
one, two, three = map(Index.of, (1, 2, 3))
FOUND = {
    "vec of a power": (T.Trace(T.Vec(T.Trace(Bmm) ** 3) * B11), Bmm, B11),
    "vec of entries": (T.Trace(T.Vec(T.entry(Bnm, one, one) * T.entry(Anm, two, three)) * B11), B11, Anm),
    "vec of an entry": (T.Trace(T.Vec(T.entry(Anm, two, two)) * A11), Anm, A11),
    "vec of a log-determinant": (T.Trace(T.Vec(T.LogDeterminant(A11)) * T.Elementwise("cos", B11)), A11, B11),
    "vec of a bounded sum": (
        T.Trace(T.Vec(T.BoundedSum.over("i", 1, 2, T.entry(Ann, Index.var("i"), Index.var("i")) ** 2)) * A11), Ann, Ann
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_found(name):
    loss, w, u = FOUND[name]
    outcome = R.compared(loss, (loss, *R.derived(loss, w, u)), w, u, np.random.default_rng(0))
    assert outcome.kind is R.RIGHT, outcome.reason


# -- the comparison can fail --------------------------------------------------------------------------------------
A, B = Anm, Bnm
LOSS = sl.norm2(A.T * B) + T.entries_sum(T.Elementwise("sin", A))


def outcome_of(loss, change_gradient=lambda g: g, change_block=lambda h: h, derive=R.derived):
    def changed(loss, w, u):
        slope, block = derive(loss, w, u)
        return change_gradient(slope), change_block(block)

    letters = iter([A, B])
    return R.examine(loss, np.random.default_rng(0), lambda _: next(letters), changed)


def test_wrong_formulas_are_found():
    assert outcome_of(LOSS).kind is R.RIGHT
    wrong = outcome_of(LOSS, lambda g: g + sl.number(1, 1000) * A)
    assert wrong.kind is R.WRONG and wrong.reason.startswith("gradient in Anm, Bnm")
    n, m = Dim.of("n"), Dim.of("m")
    for change in (
        lambda h: h + sl.number(1, 1000) * T.Identity(n * m),
        lambda h: h.T,
        lambda h: T.Commutation(n, m) * h,
    ):
        wrong = outcome_of(LOSS, change_block=change)
        assert wrong.kind is R.WRONG and wrong.reason.startswith("block in Anm, Bnm")


def test_what_else_may_become_of_a_loss():
    def refuses(loss, w, u):
        raise sl.NoRule("no", node=loss)

    def crashes(loss, w, u):
        raise RecursionError

    def has_no_value(loss, w, u):
        raise UndefinedHere("nowhere")

    never = T.Elementwise("log", -sl.norm2(A)) + sl.norm2(B)
    assert outcome_of(LOSS, derive=has_no_value).kind is R.WRONG
    assert outcome_of(never, derive=has_no_value).kind is R.NOWHERE
    assert outcome_of(LOSS, derive=refuses).kind is R.REFUSED
    assert outcome_of(LOSS, derive=crashes).kind is R.CRASHED
    assert outcome_of(never).kind is R.NO_POINT
    singular = T.Inverse(A * A.T - A * A.T)
    assert outcome_of(LOSS, lambda g: singular * g).kind is R.VACUOUS


def test_numbers_fix_the_losses():
    def some(seed):
        return [R.random_loss(seed, k)[0] for k in range(20)]

    assert some(1) == some(1) != some(2)


def test_the_command(capsys, monkeypatch):
    monkeypatch.setattr(R, "derived", lambda loss, w, u: (_ for _ in ()).throw(sl.NoRule("no", node=loss)))
    assert R.main(["--count", "3", "--seed", "5"]) == 0
    assert "3/3 in" in capsys.readouterr().out
    monkeypatch.setattr(R, "derived", lambda loss, w, u: (_ for _ in ()).throw(KeyError("crash")))
    assert R.main(["--count", "3", "--seed", "5"]) == 1
    assert "crashed: 0: " in capsys.readouterr().out
