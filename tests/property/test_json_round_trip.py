"""A trace written and read again is the same trace, node for node."""

from hypothesis import given, settings
from hypothesis import strategies as st

from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.trace import Assignment, Step, Trace
from symland.read.json import parse_trace
from symland.write.json import to_json
from tests.expressions import matrices, scalars


@st.composite
def traces(draw):
    a, b, c = draw(matrices("p", "q")), draw(matrices("p", "q")), draw(scalars())
    over = T.BoundedSum.over("i", 1, "L", c * T.IndexScalar(Index.var("i"))) if draw(st.booleans()) else c
    hypotheses = {"bound": S.UB(a, c), "order": S.at_least("L", 1)}
    steps = (
        Step("s1", "said", S.Eq(a, b), ("bound",), {"subst": {"A": a, "d": Dim.of("p")}, "side": [[["order", 1]]]}),
        Step("s2", "said", S.Le(over, c), (), {"tree": {"thm": "s1"}}),
    )
    return Trace(hypotheses, steps, {"t": "s2"}, (Assignment("below", T.scalar("x"), a, None, None),), (("s1", "why"),))


@settings(max_examples=60)
@given(traces())
def test_round_trip(trace):
    text = to_json(trace)
    again = parse_trace(text)
    assert again == trace
    assert all(x.out is y.out for x, y in zip(again.steps, trace.steps, strict=True))
    assert to_json(again) == text
