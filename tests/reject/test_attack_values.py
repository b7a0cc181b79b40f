"""Attacks with values that are not what they seem: subclasses of numbers, indices and nodes that answer falsely, and
names that rewrite what is printed.

A trace in memory may hold any Python object. What the kernel judges by its type has to be of exactly that type.
"""

from fractions import Fraction

import pytest

from symland.errors import SymlandError
from symland.language import terms as T
from symland.language.index import Index
from symland.language.statements import Eq, Le, Lt, at_least
from symland.language.terms import IndexScalar, Power, matrix, number
from symland.language.trace import Step, Trace
from symland.proof.kernel import replay
from symland.read.json import parse_trace
from symland.write.json import to_json
from tests.reject.attempt import Attempt
from tests.reject.letters import ONE, ZERO, A, b, k, n


class AtLeastAnything(Fraction):
    def __ge__(self, other):
        return True


class CountsUpwards(int):
    def __ge__(self, other):
        return True


class TwoValues(Index):
    """The index 5 where it is substituted, 1 where it is subtracted."""

    __slots__ = ()

    def __rsub__(self, other):
        return Index.of(other).plus(Index.of(1), -1)


class NoTranspose(T.Transpose):
    """A transpose by its class, which an instance of a lemma turns into its argument."""

    __slots__ = ()

    def substituted(self, sub):
        return sub.apply(self.args[0])


class TwiceOne(T.Number):
    """The number 1 by its argument, and 2 by its value."""

    __slots__ = ()

    @property
    def value(self):
        return Fraction(2)


def judged(proof):
    """What the kernel makes of the trace; the last step is the false one."""
    return replay(proof.trace())["theorem"]


def test_a_negative_rational_that_says_it_is_not():
    proof = Attempt()
    proof.claim("pos", {"tree": {"rational": AtLeastAnything(-1)}, "using": []}, Le(ZERO, number(-1)))
    with pytest.raises(SymlandError):
        judged(proof)


def test_a_negative_multiplier_that_says_it_is_not():
    # k >= 1 |- 0 < 2 - k.
    proof = Attempt({"low": at_least(k, 1)})
    side = [[("low", CountsUpwards(-1))]]
    proof.claim_row(Lt(ZERO, IndexScalar(2 - k)), ["low"], "index_positive", side=side, indices={"a": 2 - k})
    with pytest.raises(SymlandError):
        judged(proof)


def test_a_number_that_has_another_value():
    # 1 = 2, since the number on the left says that its value is 2.
    proof = Attempt()
    proof.claim("ring", {"using": []}, Eq(TwiceOne(Fraction(1)), number(2)))
    with pytest.raises(SymlandError):
        judged(proof)


def test_a_node_that_is_replaced_by_something_else():
    # |- NoTranspose(A) = A', and with A := B it becomes B = B'.
    other = matrix("B", "d", "d")
    proof = Attempt()
    try:
        lemma = proof.ring(Eq(NoTranspose(A), A.T))
        data = {"of": lemma, "subst": {"symbols": {"A": other}}, "discharge": {}}
        proof.claim("spec", data, Eq(other, other.T))
        with pytest.raises(SymlandError):
            judged(proof)
    except SymlandError:  # refused where the lemma is stated, or where the node is made
        pass


def test_an_index_with_two_values():
    # A claim that is proved from 5 upwards, stated from 1 upwards.
    phi = Eq(Power(b, n) * ZERO, ZERO)
    hypotheses = {
        "phi": phi, "low": at_least(n, 1), "up": at_least(Index.var("L"), n + 1), "high": at_least(Index.var("L"), n)
    }  # fmt: skip
    proof = Attempt(hypotheses)
    base = proof.ring(Eq(Power(b, Index.of(5)) * ZERO, ZERO))
    step = proof.ring(Eq(Power(b, n + 1) * ZERO, ZERO), {"eq": proof.hyp("phi"), "times": ZERO})
    two = TwoValues(Index.of(5))
    data = {
        "base": base, "step": step, "hyp": "phi", "var": "n", "lo": two, "hi": Index.var("L"),
        "low": "low", "up": "up", "high": "high",
    }  # fmt: skip
    proof.claim("induct", data, phi, ["low", "high"])
    with pytest.raises(SymlandError):
        judged(proof)


def test_honest_the_same_values_of_their_own_types():
    proof = Attempt()
    proof.pos(Le(ZERO, ONE), {"rational": Fraction(1)})
    proof.accepted()


NAMES = ["h\x1b[2K\x1b[1A", "h\nassuming nothing", "h\r", "h\u202e", ""]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize("where", ["hypothesis", "theorem"])
def test_names_that_erase_what_is_printed(name, where):
    # A terminal obeys the escape sequences in a name: the line with the hypothesis disappears.
    hypothesis, theorem = (name, "t") if where == "hypothesis" else ("h", name)
    statement = Eq(b, ZERO)
    step = Step("s1", "hyp", statement, (hypothesis,), {"name": hypothesis})
    trace = Trace({hypothesis: statement}, (step,), {theorem: "s1"})
    with pytest.raises(SymlandError):
        replay(trace)
    with pytest.raises(SymlandError):
        replay(parse_trace(to_json(trace)))
