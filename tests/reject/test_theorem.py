"""Only a replay makes a theorem: no constructor, copy, pickle, subclass or edit does."""

import copy
import dataclasses
import pickle

import pytest

from symland.language.statements import Eq
from symland.language.terms import number
from symland.proof.kernel import replay
from symland.proof.theorem import Theorem, check_theorem
from symland.write.json import to_json
from tests.reject.catalogue import honest

FALSE = Eq(number(0), number(1))
FIELDS = {"name": "mine", "hypotheses": {}, "statement": FALSE, "rows": (), "analysis": (), "steps": 1}
NOT_ONE = "theorems are made by replaying a trace"


@pytest.fixture
def theorem():
    return replay(honest("gradient"))["gradient"]


@pytest.mark.parametrize("seal", [None, object(), True, 0, Theorem, "SEAL"])
def test_the_constructor_asks_for_the_seal(seal):
    with pytest.raises(TypeError, match=NOT_ONE):
        Theorem(seal, **FIELDS)


def test_an_empty_theorem_says_nothing():
    empty = object.__new__(Theorem)
    for name in FIELDS:
        with pytest.raises(TypeError, match=NOT_ONE):
            getattr(empty, name)
    with pytest.raises(TypeError, match=NOT_ONE):
        repr(empty)
    with pytest.raises(TypeError, match=NOT_ONE):
        empty.__init__(None, **FIELDS)


def test_nothing_is_written_into_a_theorem(theorem):
    before = (theorem.statement, dict(theorem.hypotheses))
    for name in (*FIELDS, "_seal", "other"):
        with pytest.raises(TypeError):
            setattr(theorem, name, FALSE)
        with pytest.raises(TypeError):
            delattr(theorem, name)
        with pytest.raises(AttributeError):
            object.__setattr__(theorem, name, FALSE)
    assert not hasattr(theorem, "__dict__") and not hasattr(theorem, "_seal")
    with pytest.raises(TypeError):
        theorem.__init__(None, **FIELDS)
    assert (theorem.statement, dict(theorem.hypotheses)) == before


def test_the_hypotheses_of_a_theorem_cannot_be_dropped(theorem):
    assert theorem.hypotheses
    with pytest.raises(AttributeError):
        theorem.hypotheses.clear()
    with pytest.raises(AttributeError):
        theorem.hypotheses.pop("l >= 1")
    with pytest.raises(TypeError):
        del theorem.hypotheses["l >= 1"]
    with pytest.raises(TypeError):
        theorem.hypotheses["l >= 1"] = FALSE


def test_a_theorem_does_not_change_with_its_trace():
    trace = honest("gradient")
    hypotheses = dict(trace.hypotheses)
    mine = type(trace)(hypotheses, trace.steps, trace.theorems)
    theorem = replay(mine)["gradient"]
    hypotheses.clear()
    assert theorem.hypotheses == {name: trace.hypotheses[name] for name in ("l >= 1", "L >= l")}


@pytest.mark.parametrize(
    "make", [copy.copy, copy.deepcopy, pickle.dumps, lambda t: t.__reduce__(), lambda t: t.__reduce_ex__(4)]
)
def test_theorems_are_not_copied(theorem, make):
    with pytest.raises(TypeError):
        made = make(theorem)
        made.statement  # noqa: B018  (a copy that could be made says nothing)


def test_theorems_are_not_data(theorem):
    with pytest.raises(TypeError):
        dataclasses.replace(theorem, statement=FALSE)
    with pytest.raises(TypeError):
        copy.replace(theorem, statement=FALSE) if hasattr(copy, "replace") else dataclasses.asdict(theorem)
    assert "PROVED" not in to_json(honest("gradient"))  # a file holds a proof to be replayed, not a verdict


def test_theorem_has_no_subclasses():
    with pytest.raises(TypeError, match="no subclasses"):
        type("Mine", (Theorem,), {"statement": FALSE})
    with pytest.raises(TypeError, match="no subclasses"):

        class Mine(Theorem):
            pass


def test_another_object_does_not_become_a_theorem():
    class Fake:
        __slots__ = ("__weakref__",)

    fake = Fake()
    try:
        fake.__class__ = Theorem
    except TypeError:
        return
    with pytest.raises(TypeError, match=NOT_ONE):
        fake.statement  # noqa: B018


def test_an_object_that_says_it_is_a_theorem(theorem):
    class Fake:
        __class__ = Theorem
        statement, hypotheses = FALSE, {}

        def __eq__(self, other):
            return True

        def __hash__(self):
            return hash(theorem)

    assert isinstance(Fake(), Theorem)
    for wrong in (Fake(), object.__new__(Theorem), FALSE, None, Theorem):
        with pytest.raises(TypeError, match=r"is no theorem|made by replaying"):
            check_theorem(wrong)
    check_theorem(theorem)


def test_an_equal_statement_is_not_a_theorem(theorem):
    assert theorem != FALSE and theorem != object.__new__(Theorem)
    assert theorem == theorem and len({theorem, replay(honest("gradient"))["gradient"]}) == 2
