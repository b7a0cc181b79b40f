"""Explicit matrices: entries worked out by hand, and wrong formulas refused."""

from dataclasses import dataclass

import pytest

from symland.errors import CheckFailed
from symland.landscape.hidden.network import HiddenDerivatives, hidden_network
from symland.landscape.products.networks import linear_network, residual_network
from symland.language import terms as T
from symland.report.entrywise import HiddenEntrywise, ProductEntrywise
from symland.write.latex import to_latex

MADE = HiddenDerivatives(hidden_network())


def shown(e, term):
    return to_latex(e.entries(term)).removeprefix(r"\begin{pmatrix} ").removesuffix(r" \end{pmatrix}")


@pytest.mark.parametrize("network", [linear_network(2), residual_network(2), linear_network(1), residual_network(3)])
def test_product_networks(network):
    """For d = 1 and Gamma = E X^T: the gradient of layer 1 is the product of the other factors times Gamma."""
    for samples in (1, 2):
        e = ProductEntrywise(1, samples, network)
        assert e.evidence().label.value == e.evidence_at_minimizer().label.value == "EXACT"
    others = "bcp"[: len(e.letters) - 1]
    assert shown(e, e.gradients[e.letters[0]]).split() == [*(f"{x}_{{11}}" for x in others), r"\gamma_{11}"]


def test_the_hidden_network_by_hand():
    """For d = m = 1: (w e s') x and (w s')^2 x^2 + w e s'' x^2, in b = w^2 and r = w e; e s' x + w s s' x; s^2."""
    e = HiddenEntrywise(1, 1, MADE)
    w1, w2 = e.letters
    assert shown(e, e.gradients[w1]) == r"x_{11} r_{11} s_{11}^{\prime}"
    expected = r"x_{11}^{2} \bigl(b_{11} (s_{11}^{\prime})^{2} + r_{11} s_{11}^{\prime\prime}\bigr)"
    assert shown(e, e.blocks[w1, w1]) == expected
    mixed = r"x_{11} (e_{11} s_{11}^{\prime} + s_{11} s_{11}^{\prime} w_{11})"
    assert shown(e, e.blocks[w2, w1]) == mixed
    assert shown(e, e.blocks[w2, w2]) == "s_{11}^{2}"
    assert shown(e, e.blocks_at_minimizer[w1, w1]) == r"x_{11}^{2} b_{11} (s_{11}^{\prime})^{2}"


def test_zero_entries_are_zero():
    e = HiddenEntrywise(2, 1, MADE)
    assert shown(e, e.blocks[e.letters[1], e.letters[1]]).split(r"\\")[0].split("&")[1].strip() == "0"


@dataclass(frozen=True)
class WithoutCurvature(HiddenEntrywise):
    """The Hessian without the terms with the residual: right at a minimizer only."""

    @property
    def derived(self):
        gradients, _ = super().derived
        n, w = self.network, self.letters
        return gradients, {(w[i], w[j]): n.gauss_newton(i + 1, j + 1) for i in (0, 1) for j in range(i + 1)}


def test_the_gauss_newton_matrix_is_no_hessian_away_from_minimizers():
    e = WithoutCurvature(1, 1, MADE)
    assert e.evidence_at_minimizer().label.value == "EXACT"
    with pytest.raises(CheckFailed):
        e.evidence()


@dataclass(frozen=True)
class Doubled(ProductEntrywise):
    """A gradient that is twice too large."""

    @property
    def derived(self):
        gradients, blocks = super().derived
        return {w: T.number(2) * g for w, g in gradients.items()}, blocks


def test_a_wrong_gradient_is_refused():
    with pytest.raises(CheckFailed, match="gradient"):
        Doubled(2, 2, residual_network(2)).evidence()
