"""Theorem 5.1: gradient and Hessian of the residual network for symbolic depth, and their instances."""

from functools import cache

import pytest

import symland as sl
from symland.calculus.prover import Prover
from symland.checks.explicit import check_derivatives
from symland.checks.modular import check_equation, check_modular
from symland.checks.steps import check_steps
from symland.cli import main
from symland.errors import StepRejected, UsageError
from symland.evidence import Label
from symland.landscape.library import derivatives
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.proof.kernel import replay

L, l, k, i = (Index.var(name) for name in "Llki")
d = Dim.of("d")
A = T.family("A", "d", "d")
X, Y = T.matrix("X", "d", "m"), T.matrix("Y", "d", "m")
EYE = T.Identity(d)
INSIDE = {S.at_least(l, 1), S.at_least(L, l)}
BOTH = INSIDE | {S.at_least(k, 1), S.at_least(L, k)}
CASES = {"l > k": S.at_least(l, k + 1), "l = k": None, "l < k": S.at_least(k, l + 1)}
PLACES = {
    "l > k": [(2, 2, 1), (3, 3, 1), (4, 3, 2)],
    "l = k": [(1, 1, 1), (2, 1, 1), (3, 2, 2)],
    "l < k": [(2, 1, 2), (3, 1, 3), (4, 2, 3)],
}


@cache
def made(layers=None):
    return derivatives("residual", layers)


def product(top, bottom):
    """(I + A[top]) ... (I + A[bottom])."""
    return T.OrderedProduct.over("i", bottom, top, EYE + A[i])


E = product(L, 1) * X - Y
LOSS = T.number(1, 2) * T.SquaredNorm(E)
GRADIENT = product(L, l + 1).T * E * X.T * product(l - 1, 1).T


def theorem(case):
    """The block of Theorem 4.1 with W_l = I + A_l; that of l < k is the transpose of the other, layers exchanged."""
    other = l if case == "l = k" else k
    u = [product(x - 1, 1) * X for x in (l, other)]
    gauss_newton = T.Kronecker(u[0] * u[1].T, product(L, l + 1).T * product(L, other + 1))
    if case == "l = k":
        return gauss_newton
    low, high = (k, l) if case == "l > k" else (l, k)
    outer = product(L, high + 1).T * E * (product(low - 1, 1) * X).T
    residual = T.Commutation(d, d) * T.Kronecker(outer, product(high - 1, low + 1))
    return gauss_newton + (residual if case == "l > k" else residual.T)


def at(depth, row, column):
    return {"d": 2, "m": 3, "L": depth, "l": row, "k": column}


def proved_equal(a, b):
    """The statement a = b, by the kernel's normal form."""
    p = Prover({})
    return p.statement(p.ring(a, b))


# -- symbolic depth --------------------------------------------------------------------------------------------------
def test_the_problem():
    problem = sl.network("residual")
    assert problem.loss is LOSS and problem.definitions["E"] is E and problem.data == (X, Y)
    with pytest.raises(UsageError, match="the depth is symbolic"):
        _ = problem.letters
    assert repr(problem.loss) == "1/2*norm2(prod(i, L..1, I(d) + A[i])*X - Y)^2"
    assert sl.network("residual", layers=2).loss is T.number(1, 2) * T.SquaredNorm((EYE + A[2]) * (EYE + A[1]) * X - Y)
    assert sl.network("residual", layers=2).letters == (A[1], A[2])
    assert repr(sl.network("residual", layers=1)).startswith("Problem('residual network, 1 layer'")


def test_the_gradient_stays_factored():
    found = made().gradient
    assert found.theorem.statement is S.Grad(LOSS, A[l], GRADIENT)
    assert set(found.theorem.hypotheses.values()) == INSIDE and found.theorem.analysis == ()
    assert repr(found).startswith(
        "gradient with respect to A[l]: prod(i, L..l+1, I(d) + A[i])'*E*X'*prod(i, l-1..1, I(d) + A[i])'  [PROVED, "
    )
    assert sl.gradient(LOSS, A[l]).result is GRADIENT


@pytest.mark.parametrize("case", CASES)
def test_the_blocks_are_those_of_the_theorem(case):
    found = made().blocks[case]
    column = l if case == "l = k" else k
    assert found.theorem.statement is S.Hess(LOSS, A[l], A[column], found.result)
    for place in PLACES[case]:
        assert check_equation(found.result, theorem(case), at(*place), trials=1).label is Label.SAMPLED
    hypotheses = INSIDE if CASES[case] is None else {CASES[case], *BOTH}
    assert set(found.theorem.hypotheses.values()) == hypotheses and found.theorem.analysis == ()


@pytest.mark.parametrize("case", CASES)
def test_wrong_blocks_are_refuted(case):
    found, right = made().blocks[case].result, theorem(case)
    wrong = {"double": 2 * right, "identity lost": T.Kronecker(EYE, EYE)}
    if case != "l = k":
        wrong |= {"residual lost": right.args[0], "sign": right.args[0] - right.args[1]}
    for name, formula in wrong.items():
        assert check_equation(found, formula, at(*PLACES[case][-1])).label is Label.REFUTED, name


def test_every_step_passes_both_checkers():
    trace = made().proof
    assert set(trace.theorems) == {"gradient", *CASES} and set(replay(trace)) == set(trace.theorems)
    for found in (made().gradient, *made().blocks.values()):
        assert check_steps(found.trace, trials=24).label is Label.CERTIFIED


# -- explicit depth --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("layers", [1, 2, 3, 4, 5, 6])
def test_instances_equal_the_direct_derivation(layers):
    """Proved equal by the kernel; and derivatives of the loss alone agree."""
    found, problem = made(layers), sl.network("residual", layers=layers)
    letters = problem.letters
    for w, g in zip(letters, found.gradients, strict=True):
        assert g.theorem.statement is S.Grad(problem.loss, w, g.result) and not g.theorem.hypotheses
        assert proved_equal(g.result, sl.gradient(problem.loss, w).result)
    direct = sl.hessian(problem.loss, letters)
    blocks = {}
    for place, b in found.hessian.blocks.items():
        pair = tuple(letters[x] for x in place)
        assert b.theorem.statement is S.Hess(problem.loss, *pair, b.result) and not b.theorem.hypotheses
        assert proved_equal(b.result, direct.blocks[place].result)
        blocks[pair] = b.result
    assert len(blocks) == layers**2
    formulas = {w: g.result for w, g in zip(letters, found.gradients, strict=True)}
    assert check_modular(problem.loss, formulas, blocks, {"d": 2, "m": 3}).label is Label.SAMPLED


def test_a_wrong_instance_is_refused():
    found, problem = made(3), sl.network("residual", layers=3)
    with pytest.raises(StepRejected, match="terms remain"):
        proved_equal(found.gradients[0].result, sl.gradient(problem.loss, problem.letters[1]).result)
    with pytest.raises(StepRejected, match="terms remain"):
        proved_equal(found.gradients[0].result, 2 * found.gradients[0].result)


def test_instances_are_identities_of_polynomials():
    found, problem = made(2), sl.network("residual", layers=2)
    formulas = {w: g.result for w, g in zip(problem.letters, found.gradients, strict=True)}
    for dims in ({"d": 1, "m": 1}, {"d": 2, "m": 1}):
        evidence = check_derivatives(problem.loss, problem.letters, formulas, found.hessian.result, dims)
        assert evidence.label is Label.EXACT
    wrong = {w: g + w for w, g in formulas.items()}
    assert check_derivatives(problem.loss, problem.letters, wrong, {}, {"d": 2, "m": 1}).label is Label.REFUTED


def test_instances_as_people_read_them():
    found = made(3)
    assert repr(found.gradients[1].result) == "(I(d) + A3)'*((I(d) + A3)*(I(d) + A2)*(I(d) + A1)*X - Y)*X'*(I(d) + A1)'"
    assert repr(found.gradients[0]).startswith("gradient 1: (I(d) + A2)'*(I(d) + A3)'*E*X'  [PROVED, ")
    assert repr(found.hessian.blocks[0, 0].result) == "(X*X') (x) ((I(d) + A2)'*(I(d) + A3)'*(I(d) + A3)*(I(d) + A2))"


def test_twelve_layers_are_not_multiplied_out():
    """The expanded loss would have more than sixteen million terms."""
    problem, found = sl.network("residual", layers=12), made(12)
    letters = problem.letters
    formulas = {w: g.result for w, g in zip(letters, found.gradients, strict=True)}
    blocks = {(letters[x], letters[y]): b.result for (x, y), b in found.hessian.blocks.items()}
    assert check_modular(problem.loss, formulas, blocks, {"d": 2, "m": 2}, trials=1).label is Label.SAMPLED
    blocks[letters[11], letters[0]] = -blocks[letters[11], letters[0]]
    assert check_modular(problem.loss, {}, blocks, {"d": 2, "m": 2}, trials=1).label is Label.REFUTED


def test_a_trace_of_instances_passes_the_second_checker():
    assert check_steps(made(2).hessian.trace, trials=12, depths=(1, 2)).label is Label.CERTIFIED


# -- what there is not -----------------------------------------------------------------------------------------------
def test_networks_that_do_not_exist():
    with pytest.raises(UsageError, match="no activation"):
        sl.network("residual", activation="tanh")
    with pytest.raises(UsageError, match="residual network are square"):
        sl.network("residual", rectangular=True)
    with pytest.raises(UsageError, match="at least one layer"):
        sl.network("residual", layers=0)
    with pytest.raises(UsageError, match="linear, residual"):
        sl.network("unknown")


# -- the command line ------------------------------------------------------------------------------------------------
def run(capsys, *args):
    status = main([str(a) for a in args])
    return status, capsys.readouterr().out


def test_derive(capsys):
    status, out = run(capsys, "derive", "residual", "--hessian")
    assert status == 0 and "residual network: h = 1/2*norm2(prod(i, L..1, I(d) + A[i])*X - Y)^2" in out
    assert "prod(i, b..a, I(d) + A[i]) = (I(d) + A[b])*...*(I(d) + A[a]), the identity for b = a - 1" in out
    gradient = "prod(i, L..l+1, I(d) + A[i])'*E*X'*prod(i, l-1..1, I(d) + A[i])'"
    assert f"gradient with respect to A[l]:\n      {gradient}\n" in out
    assert out.count("read off the Hessian block") == 3
    status, out = run(capsys, "derive", "residual", "--layers", "2", "--hessian")
    assert status == 0 and "gradient with respect to A2:\n      E*X'*(I(d) + A1)'" in out
    assert "Hessian block of A2, A1:\n      ((I(d) + A1)*X*X') (x) (I(d) + A2) + K(d, d)*((E*X') (x) I(d))" in out


def test_derive_latex(capsys):
    status, out = run(capsys, "derive", "residual", "--latex")
    assert status == 0 and r"\nabla_{A_{l}} f &= B_{l}^{\top} E U_{l}^{\top}" in out
    assert r"B_{l} = P_{L:l+1}" in out and r"P_{b:a} = (I_{d} + A_{b}) \cdots (I_{d} + A_{a})" in out
    assert "W_" not in out
    assert out.count(r"\begin{align*}") == out.count(r"\end{align*}") > 0


def test_derive_writes_a_trace_that_passes(capsys, tmp_path):
    file = tmp_path / "residual.json"
    file.write_text(run(capsys, "derive", "residual", "--layers", "2", "--json")[1])
    status, out = run(capsys, "check", file, "--budget", "5", "--quiet")
    assert status == 0 and out == "PROVED\n"


def test_report(capsys, tmp_path):
    """With the instances for an explicit depth, and without."""
    small = ("--dim", "1", "--samples", "1", "--formats", "tex", "--out", tmp_path, "--quiet")
    for layers in ((), ("--layers", "1")):
        status, out = run(capsys, "report", "residual", *layers, *small)
        assert status == 0 and out.strip().endswith("residual.tex") and (tmp_path / "residual.tex").exists()
