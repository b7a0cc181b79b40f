"""What the tests about the Hessian at minimizers share: single claims, wrong conclusions, and exact points."""

from dataclasses import replace

from symland.evaluate.derivatives import hessian_at
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.terms import Evaluation
from symland.landscape.products.networks import linear_network, residual_network
from symland.language.trace import Step, Trace
from tests.deep_linear import RESIDUAL, SQUARE

RING = Rationals()
MAKE = {"linear": linear_network, "residual": residual_network}
BY_HAND = {"linear": SQUARE, "residual": RESIDUAL}


def claim(found, statement, without=""):
    """The statement as a single claim under the hypotheses of a result, but for one."""
    deps = tuple(name for name in found.theorem.hypotheses if name != without)
    step = Step("s1", "said", statement, deps, {})
    return Trace(dict(found.theorem.hypotheses), (step,), {"theorem": "s1"}, found.trace.model)


def with_last_step(trace, **changes):
    """The trace with another last step, the theorem."""
    return replace(trace, steps=(*trace.steps[:-1], trace.steps[-1]._replace(**changes)))


def diagonal(*values):
    return RING.from_rows([[x if a == b else 0 for b in range(len(values))] for a, x in enumerate(values)])


def at_a_minimizer(network, factors, x):
    """The letters of a point with these factors and data that they fit, and the Hessian there from jets of the loss."""
    problem = MAKE[network](len(factors)).problem
    size = x.nrows()
    shift, letter = (RING.identity(size), "A") if network == "residual" else (RING.zero(size, size), "W")
    product = RING.identity(size)
    for f in factors:
        product = f * product
    letters = {"X": x, "Y": product * x, letter: {j: f - shift for j, f in enumerate(factors, 1)}}
    at = point({"d": size, "m": x.ncols()}, letters)
    return letters, hessian_at(problem.loss, problem.letters, Evaluation(at, RING))
