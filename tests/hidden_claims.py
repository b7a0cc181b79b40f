"""Single claims about the network with one hidden layer, for tests: a theorem alone, without one of its hypotheses, or
with another statement; and rule rows as such claims."""

from symland.checks.steps import check_steps
from symland.evidence import Label
from symland.language.trace import Step, Trace


def verdict(result, without="", statement=None, trials=400) -> Label:
    """What the second checker says of the theorem as a claim of its own."""
    deps = tuple(name for name in result.theorem.hypotheses if name != without)
    step = Step("s1", "said", statement or result.theorem.statement, deps, {})
    trace = Trace(dict(result.theorem.hypotheses), (step,), {"theorem": "s1"}, result.trace.model)
    return check_steps(trace, trials=trials).label


def row_label(row) -> Label:
    """What the second checker says of a rule row without derivatives and order facts."""
    hypotheses = {f"premise {i}": h for i, h in enumerate(row.premises)}
    step = Step("s1", "said", row.conclusion, tuple(hypotheses), {})
    return check_steps(Trace(hypotheses, (step,), {"row": "s1"}, row.model), trials=240).label
