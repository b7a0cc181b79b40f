"""Random losses over all terms: value, gradient and a block of the Hessian against JAX in float64, 500 of them; a
command examines more, `python -m tests.random_losses --count 10000`."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

pytest.importorskip("jax", reason="the oracle is not installed")

import symland as sl
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import walk
from tests import random_losses as R
from tests.expressions_all import FAMILY, Losses, losses
from tests.jax_terms import letters_of

EXAMPLES = 125  # of each part
REFUSED = 0.02  # may be refused
NOT_SMOOTH = {"Pseudoinverse", "OperatorNorm"}


@pytest.mark.slow
@pytest.mark.parametrize(("part", "depth"), tuple(enumerate((1, 2, 3, 4))))
def test_random_losses(part, depth):
    """Every one right, or refused; few are. The examples are the same each time, so that the counts are."""
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
    assert tally[R.REFUSED] <= REFUSED * tally.total(), tally
    assert tally[R.RIGHT] >= 0.85 * tally.total(), tally


def test_every_kind_of_term_occurs():
    found = {type(n).__name__ for k in range(1500) for n in walk(R.random_loss(0, k)[0])}
    kinds = {name for name in T.__all__ if name[0].isupper()} - {"D", "Term", "TermLike"}
    assert kinds - found == NOT_SMOOTH


# -- the comparison can fail --------------------------------------------------------------------------------------
A, B = T.matrix("Anm", "n", "m"), T.matrix("Bnm", "n", "m")
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

    never = T.Elementwise("log", -sl.norm2(A)) + sl.norm2(B)
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
