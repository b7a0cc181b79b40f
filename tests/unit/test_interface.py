"""Judgements over whole items: `check`, `explicit`, `replay`."""

from dataclasses import replace

import pytest
import sympy

import symland as sl
from symland.calculus.derivation import Derivation
from symland.landscape.products.derivatives import Derivatives
from symland.landscape.products.networks import linear_network
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T

d, m = sl.dims("d m")
W, X, Y = sl.matrix("W", d, d), sl.matrix("X", d, m), sl.matrix("Y", d, m)
LOSS = sl.number(1, 2) * sl.norm2(W * X - Y)
TWO = sl.network("linear", layers=2)


class Claim:
    """What nobody proved, in the place of a theorem."""

    def __init__(self, statement):
        self.statement = statement
        self.hypotheses = {}


def wrong():
    """A derivation whose formula lost a transpose, forced past the constructor, which takes theorems only."""
    x, y = sl.matrix("X", d, d), sl.matrix("Y", d, d)
    right = sl.gradient(sl.number(1, 2) * sl.norm2(W * x - y), W)
    made = object.__new__(Derivation)
    claim = Claim(S.Grad(right.theorem.statement.args[0], W, (W * x - y) * x))
    made.__dict__.update(right.__dict__, theorem=claim)
    return made


def test_a_derivation_needs_a_theorem():
    right = sl.gradient(LOSS, W)
    claim = Claim(S.Grad(LOSS, W, W))
    for forged in (claim, None, object.__new__(type(right.theorem))):
        with pytest.raises(TypeError, match=r"no theorem|not a theorem"):
            Derivation(right.trace, forged)
        with pytest.raises(TypeError, match=r"no theorem|not a theorem"):
            Result("claim", "claim", forged, right.trace)


def entries(name, rows, columns):
    return sympy.Matrix(rows, columns, lambda i, j: sympy.Symbol(f"{name}_{i + 1}{j + 1}"))


@pytest.mark.parametrize(
    ("method", "label"),
    [
        ("kernel", "PROVED"),
        ("steps", "CERTIFIED"),
        ("explicit", "EXACT"),
        ("modular", "SAMPLED"),
        ("highprec", "NUMERIC"),
    ],
)
def test_each_method_alone(method, label):
    evidence = sl.check(sl.gradient(LOSS, W), methods=[method])
    assert evidence.label.value == label
    assert len(evidence.parts) == 1


def test_all_methods_together():
    evidence = sl.check(sl.gradient(LOSS, W))
    assert evidence.label is sl.Label.PROVED
    assert [p.label.value for p in evidence.parts] == ["PROVED", "CERTIFIED", "EXACT", "SAMPLED", "NUMERIC"]


@pytest.mark.parametrize("method", ["explicit", "modular", "highprec"])
def test_a_wrong_formula_is_refuted(method):
    evidence = sl.check(wrong(), methods=[method])
    assert evidence.label is sl.Label.REFUTED
    assert evidence.parts[0].witness is not None


def test_refuted_beats_proved():
    assert sl.check(wrong()).label is sl.Label.REFUTED  # the trace is honest, the formula beside it is not


def test_a_refused_proof_is_undecided():
    trace = sl.gradient(LOSS, W).trace
    short = replace(trace, steps=trace.steps[1:])
    evidence = sl.check(short, methods=["kernel"])
    assert evidence.label is sl.Label.UNDECIDED
    assert "was not proved before" in evidence.parts[0].details


ALL = ["PROVED", "CERTIFIED", "EXACT", "SAMPLED", "NUMERIC"]


def test_symbolic_depth_has_small_indices():
    made = Derivatives(linear_network()).blocks["l > k"]
    for dims in ({"d": 1}, {"d": 1, "m": 2, "L": 3, "l": 3, "k": 1}):
        assert [p.label.value for p in sl.check(made, dims, budget_s=0.5).parts] == ALL


def power_gradient():
    """The gradient of tr(X^k), and a claim that forgot the factor k."""
    k = sl.Index.of("k")
    right = sl.gradient(T.Trace(T.MatrixPower(W, k)), W)
    made = object.__new__(Derivation)
    claim = Claim(S.Grad(right.theorem.statement.args[0], W, T.MatrixPower(W, k - 1).T))
    made.__dict__.update(right.__dict__, theorem=claim)
    return right, made


def test_index_variables_that_are_not_given():
    right, forgotten = power_gradient()
    methods = ["explicit", "modular", "highprec"]
    for dims in ({}, {"d": 2}, {"k": 3}):
        evidence = sl.check(right, dims, methods=methods)
        assert [p.label.value for p in evidence.parts] == ALL[2:]
        assert f"k = {dims.get('k', 2)}" in evidence.parts[0].scope
        assert sl.check(forgotten, dims, methods=methods).label is sl.Label.REFUTED


def test_hypotheses_on_index_variables_hold_at_the_values():
    made = Derivatives(linear_network()).blocks["l > k"]
    with pytest.raises(sl.UsageError, match="which fails at the values given"):
        sl.check(made, {"d": 1, "m": 2, "L": 3, "l": 1, "k": 1}, methods=["highprec"])


def test_a_method_that_says_nothing_gives_its_reason():
    loss = sl.parse("exp(tr(W))", {"W": "d d"})
    evidence = sl.check(sl.gradient(loss, W), methods=["kernel", "modular"])
    assert evidence.label is sl.Label.PROVED and evidence.details.startswith("no opinion: modular (")
    alone = sl.check(sl.gradient(loss, W), methods=["modular"])
    assert alone.label is sl.Label.UNDECIDED and alone.parts == () and "modular" in alone.details


def test_sizes_where_the_loss_has_values():
    """At d = 2 and m = 3, the first sizes that are tried, X' X is singular."""
    made = sl.gradient(T.Trace(T.Inverse(X.T * X)), X)
    (found,) = sl.check(made, methods=["highprec"], digits=15).parts
    assert found.label is sl.Label.NUMERIC and found.scope == "15 digits; d = 3, m = 2"
    stuck = sl.check(made, {"d": 2, "m": 3}, methods=["highprec"], digits=15)
    assert stuck.label is sl.Label.UNDECIDED and "no sample" in stuck.details


@pytest.mark.parametrize("loss", ["det((x .* ones(d))*x'*W)", "det(x*x'*W)^2"])
def test_the_determinant_of_what_is_singular(loss):
    term = sl.parse(loss, {"x": "d", "W": "d d"})
    evidence = sl.check(sl.gradient(term, W))
    assert evidence.label is sl.Label.PROVED
    zero = object.__new__(Derivation)
    right = sl.gradient(T.Trace(W), W)
    zero.__dict__.update(right.__dict__, theorem=Claim(S.Grad(term, W, T.Zero(d, d))))
    assert sl.check(zero, {"d": 2}, methods=["highprec"], digits=15).label is sl.Label.NUMERIC  # the loss is 0
    one = object.__new__(Derivation)
    one.__dict__.update(right.__dict__, theorem=Claim(S.Grad(term, W, T.Identity(d))))
    assert sl.check(one, {"d": 2}, methods=["highprec"], digits=15).label is sl.Label.REFUTED


def test_whole_hessian_and_landscape():
    hessian = sl.hessian(TWO.loss, TWO.letters)
    assert sl.check(hessian, {"d": 1, "m": 2}, budget_s=0.5).label is sl.Label.PROVED
    assert sl.check(sl.minimizers(sl.network("linear")).result("value")).label is sl.Label.PROVED
    assert sl.check(sl.gradient_dominance(sl.network("linear")), methods=["kernel"]).label is sl.Label.PROVED


@pytest.mark.parametrize("bad", [0, -1, True, 2.0, "2"])
def test_bad_dimensions(bad):
    with pytest.raises(sl.UsageError, match="dimension d"):
        sl.check(sl.gradient(LOSS, W), {"d": bad})
    with pytest.raises(sl.UsageError, match="dimension"):
        sl.explicit(sl.gradient(LOSS, W), {"d": bad})


def test_what_cannot_be_checked():
    with pytest.raises(sl.UsageError, match="no method magic"):
        sl.check(sl.gradient(LOSS, W), methods=["magic"])
    with pytest.raises(sl.UsageError, match="nothing that can be checked"):
        sl.check(3)
    with pytest.raises(sl.UsageError, match="need dimensions"):
        sl.explicit(LOSS, {})


def test_replay(tmp_path):
    made = sl.gradient(LOSS, W)
    file = tmp_path / "proof.json"
    file.write_text(made.to_json())
    for source in (made.trace, file, str(file)):
        assert sl.replay(source).statement is S.Grad(LOSS, W, (W * X - Y) * X.T)
    with pytest.raises(sl.UsageError, match="4 theorems"):
        sl.replay(sl.hessian(TWO.loss, TWO.letters).trace)
    with pytest.raises(sl.ParseError):
        sl.replay(tmp_path / "none.json")


@pytest.mark.parametrize("size", [1, 2])
def test_explicit_against_sympy(size):
    """Entries of the gradient and the Hessian for L = 2 are what SymPy differentiates entry by entry."""
    w1, w2, x, y = (entries(name, size, size) for name in ("W1", "W2", "X", "Y"))
    residual = w2 * w1 * x - y
    loss = sum(e**2 for e in residual) / 2
    variables = [w[i, j] for w in (w1, w2) for j in range(size) for i in range(size)]
    hessian = sympy.Matrix([[sympy.diff(loss, u, v) for v in variables] for u in variables])
    found = sl.explicit(sl.hessian(TWO.loss, TWO.letters), {"d": size, "m": size})
    assert (found - hessian).expand() == sympy.zeros(*hessian.shape)
    gradient = sl.explicit(sl.gradient(TWO.loss, TWO.letters[1]), {"d": size, "m": size})
    assert (gradient - loss.diff(w2)).expand() == sympy.zeros(size, size)
    interpolating = hessian.subs(list(zip(y, w2 * w1 * x, strict=True)))
    at_minimizer = sl.explicit(sl.hessian_at(TWO), {"d": size, "m": size})
    assert (at_minimizer - interpolating).expand() == sympy.zeros(*hessian.shape)


def test_explicit_refuses_a_wrong_formula():
    with pytest.raises(sl.CheckFailed) as caught:
        sl.explicit(wrong(), {"d": 2})
    assert caught.value.witness is not None
