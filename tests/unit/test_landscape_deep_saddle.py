"""CE13 for every depth: at W = 0 gradient and Hessian are zero for L >= 3, and the value is not the least one."""

from functools import cached_property

import pytest

import symland as sl
from symland.calculus.prover import Prover
from symland.checks.steps import check_steps
from symland.evidence import Label
from symland.landscape.products.deep_saddle import CASES, ZERO_LAYERS, DeepSaddle, L
from symland.landscape.products.networks import linear_network
from symland.language import statements as S
from symland.language import terms as T

SADDLE = DeepSaddle(linear_network(None, rectangular=True))


def test_every_block_is_covered():
    """Two blocks of different layers for each case, two cases of one layer, and two of the gradient."""
    said = [r.theorem.statement for r in SADDLE.results]
    assert sum(isinstance(s, S.Hess) for s in said) == 2 * len(CASES) + 2
    assert sum(isinstance(s, S.Grad) for s in said) == 2
    for s in said:
        assert not isinstance(s, (S.Hess, S.Grad)) or isinstance(s.args[-1], T.Zero)


def test_the_value_is_not_the_least():
    """1/2 |Y|^2 = h* + 1/2 |Y X^+ X|^2."""
    n = SADDLE.network
    best = n.Y * T.Pseudoinverse(n.X) * n.X
    value, least, gap = (sl.number(1, 2) * sl.norm2(a) for a in (n.Y, best - n.Y, best))
    assert SADDLE.result("value").theorem.statement is S.Eq(n.loss, value)
    assert SADDLE.result("gap").theorem.statement is S.Eq(value, least + gap)


@pytest.mark.parametrize("name", [r.name for r in SADDLE.results])
def test_proved_and_exercised(name):
    result = SADDLE.result(name)
    assert sl.check(result, methods=["kernel"]).label is Label.PROVED
    assert check_steps(result.trace, trials=24).label is Label.CERTIFIED


class TwoLayers(DeepSaddle):
    """The same with L >= 2 only."""

    def _prover(self):
        return Prover({ZERO_LAYERS: self.zero, "L >= 2": S.at_least(L, 2)})

    @cached_property
    def blocks(self):
        return [self._block("l = L, k = 1", (sl.Index.var("l"), sl.Index.var("k")))]


def test_two_layers_do_not_suffice():
    """The mixed block K (E X^T (x) I) is left over."""
    with pytest.raises(sl.StepRejected):
        _ = TwoLayers(SADDLE.network).blocks
