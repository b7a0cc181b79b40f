"""The Hessian at minimizers entry by entry: against SymPy's derivatives, for the three networks and for other losses;
wrong formulas are refused."""

import json
from dataclasses import replace

import pytest
import sympy

import symland as sl
from symland.checks.explicit import check_equations, check_hessian_block
from symland.landscape.explicit_hessian import ExplicitHessian, explicit_hessian, prediction_of
from symland.landscape.hidden import hidden_network
from symland.landscape.library import derivatives
from symland.language import terms as T


def linear(layers=None, **options):
    return sl.network("linear", layers=layers, **options)


def residual(layers=None):
    return sl.network("residual", layers=layers)


def hidden(activation=None, **options):
    return sl.network("hidden", activation=activation, **options)


def letter(name, rows, columns):
    return sympy.Matrix(rows, columns, lambda i, j: sympy.Symbol(f"{name}_{i + 1}{j + 1}"))


def second_derivatives(loss, *letters):
    """SymPy's Hessian, the letters stacked column by column."""
    variables = [w[i, j] for w in letters for j in range(w.shape[1]) for i in range(w.shape[0])]
    return sympy.Matrix([[sympy.diff(loss, u, v) for v in variables] for u in variables])


def same(found, expected):
    return (found - expected).expand() == sympy.zeros(*expected.shape)


# -- against SymPy -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("d", "m"), [(1, 1), (1, 3), (2, 1), (2, 2), (2, 3)])
@pytest.mark.parametrize("kind", ["linear", "residual"])
def test_two_layers_against_sympy(kind, d, m):
    """Where Y = P X + R with R X^T = 0, the Hessian of the loss, differentiated by SymPy, is the matrix for
    S = X X^T. For m > d, R is not zero: X = [I Z] and R = T [-Z^T I]."""
    q, name = max(m - d, 0), {"linear": "W", "residual": "A"}[kind]
    first, second = letter(f"{name}1", d, d), letter(f"{name}2", d, d)
    one = sympy.eye(d) if kind == "residual" else sympy.zeros(d)
    x = sympy.Matrix.hstack(sympy.eye(d), letter("Z", d, q)) if q else letter("X", d, m)
    y = letter("Y", d, m)
    loss = sum(e**2 for e in (one + second) * (one + first) * x - y) / 2
    hessian = second_derivatives(loss, first, second)
    data = (one + second) * (one + first) * x
    if q:
        data += letter("T", d, q) * sympy.Matrix.hstack(-letter("Z", d, q).T, sympy.eye(q))
    hessian = hessian.subs(dict(zip(y, data, strict=True)), simultaneous=True)
    problem = linear(2) if kind == "linear" else residual(2)
    found = sl.hessian_at(problem, dims={"d": d, "m": m})
    gram = x * x.T
    put = {sympy.Symbol(f"S_{i + 1}{j + 1}"): gram[i, j] for i in range(d) for j in range(i, d)}
    assert same(found.matrix.subs(put, simultaneous=True), hessian)
    assert found.evidence.label is sl.Label.EXACT


@pytest.mark.parametrize(("d", "m"), [(1, 1), (1, 2), (2, 2)])
@pytest.mark.parametrize("activation", [None, "cubic", "tanh", "leaky_relu", "softplus"])
def test_a_hidden_layer_against_sympy(activation, d, m):
    """J^T J for J the Jacobian of W2 S, where dS_ij = D_ij d(W1 X)_ij: written out with SymPy."""
    w2, x, s, slope = (letter(n, d, m if n in "XSD" else d) for n in ("W2", "X", "S", "D"))
    outputs = [(k, j) for j in range(m) for k in range(d)]
    jacobian = sympy.zeros(len(outputs), 2 * d * d)
    for row, (k, j) in enumerate(outputs):
        for b in range(d):
            for a in range(d):
                jacobian[row, b * d + a] = w2[k, a] * slope[a, j] * x[b, j]
                jacobian[row, d * d + b * d + a] = s[b, j] if a == k else 0
    for problem in (hidden(activation), hidden_network(activation).problem):
        found = sl.hessian_at(problem, dims={"d": d, "m": m})
        if activation is None or problem.minimizers is not None:
            assert same(found.matrix, jacobian.T * jacobian)
        assert found.evidence.label is sl.Label.EXACT


def test_a_hidden_layer_whose_slope_is_a_polynomial():
    """By hand for d = m = 1 and s = z + z^3: J = (w2 (1 + 3 z^2) x, z + z^3)."""
    w1, w2, x = sympy.symbols("W1_11 W2_11 X_11")
    z = w1 * x
    j = sympy.Matrix([[w2 * (1 + 3 * z**2) * x, z + z**3]])
    found = sl.hessian_at(hidden("cubic"), dims={"d": 1, "m": 1})
    put = {sympy.Symbol("S_11"): z + z**3, sympy.Symbol("D_11"): 1 + 3 * z**2}
    assert same(found.matrix.subs(put), j.T * j)


def test_three_layers_have_the_blocks_of_the_theorem():
    """Block (l, k) is (P[l-1..1] S P[k-1..1]^T) (x) (B_l^T B_k)."""
    found = sl.hessian_at(linear(3), dims={"d": 2, "m": 2})
    w1, w2, w3 = (letter(f"W{i}", 2, 2) for i in (1, 2, 3))
    s = sympy.Matrix(2, 2, lambda i, j: sympy.Symbol(f"S_{min(i, j) + 1}{max(i, j) + 1}"))
    below, above = [sympy.eye(2), w1, w2 * w1], [w3 * w2, w3, sympy.eye(2)]
    for i, r in enumerate(found.letters):
        for j, c in enumerate(found.letters):
            expected = sympy.kronecker_product(below[i] * s * below[j].T, above[i].T * above[j])
            assert same(found.blocks[r, c], expected)
    assert found.matrix[4:8, 0:4] == found.blocks[found.letters[1], found.letters[0]]
    assert found.matrix == found.matrix.T and found.matrix.shape == (12, 12)


def test_rectangular_layers():
    widths = {"n": {0: 1, 1: 3, 2: 2}, "m": 2}
    found = sl.hessian_at(linear(2, rectangular=True), dims=widths)
    assert found.matrix.shape == (9, 9) and found.data_dims["q"] == 1
    assert found.evidence.label is sl.Label.EXACT


def test_a_rectangular_hidden_layer():
    found = sl.hessian_at(hidden("tanh", rectangular=True), dims={"n": 1, "q": 2, "p": 1, "m": 2})
    assert found.matrix.shape == (4, 4) and found.evidence.label is sl.Label.EXACT


def test_symbolic_depth_takes_the_depth_from_dims():
    for make in (linear, residual):
        found = sl.hessian_at(make(), dims={"d": 1, "m": 1, "L": 3})
        assert found.matrix == sl.hessian_at(make(3), dims={"d": 1, "m": 1, "L": 3}).matrix
        assert found.matrix.shape == (3, 3)


def test_one_layer():
    found = sl.hessian_at(linear(1), dims={"d": 1, "m": 2})
    assert found.matrix == sympy.Matrix([[sympy.Symbol("S_11")]]) and found.problem.letters == found.letters


def test_a_loss_that_a_person_wrote():
    """|U V - Y|^2 / 2 where Y = U V: by hand, dF = dU V + U dV."""
    p, r, q = sl.dims("p r q")
    u, v, y = sl.matrix("U", p, r), sl.matrix("V", r, q), sl.matrix("Y", p, q)
    problem = sl.Problem("factorization", sl.number(1, 2) * sl.norm2(u * v - y), (u, v), data=(y,))
    found = sl.hessian_at(problem, dims={"p": 2, "r": 1, "q": 1})
    a, b, c = sympy.symbols("U_11 U_21 V_11")
    assert same(found.matrix, sympy.Matrix([[c**2, 0, a * c], [0, c**2, b * c], [a * c, b * c, a**2 + b**2]]))
    assert prediction_of(problem) == (u * v, y)


# -- how it shows -------------------------------------------------------------------------------------------------
def test_repr_in_blocks():
    assert repr(sl.hessian_at(linear(2), dims={"d": 1, "m": 2})).splitlines() == [
        "Hessian at the minimizers, deep linear network, 2 layers, d = 1, m = 2, S = X*X'",
        "W1, W1: S (x) (W2'*W2)",
        "[S_11*W2_11**2]",
        "W2, W1: (W1*S) (x) W2",
        "[S_11*W1_11*W2_11]",
        "W2, W2: (W1*S*W1') (x) I(d)",
        "[S_11*W1_11**2]",
        "EXACT(d = 1, m = 2): the gradient vanishes, and H'H is the Hessian [entrywise expansion]",
    ]


def test_latex_has_lines_between_blocks():
    latex = sl.hessian_at(linear(2), dims={"d": 2, "m": 2})._repr_latex_()
    assert latex.startswith(r"$\left(\begin{array}{cccc|cccc}") and latex.count(r"\hline") == 1
    assert latex.count(r"\\") == 8 and latex.endswith("$")


def test_json():
    data = json.loads(json.dumps(sl.hessian_at(residual(2), dims={"d": 1, "m": 1}).to_json()))
    assert data["meanings"] == {"S": "X*X'"} and data["evidence"]["label"] == "EXACT"
    assert [(b["row"], b["column"]) for b in data["blocks"]] == [("A1", "A1"), ("A2", "A1"), ("A2", "A2")]
    assert data["blocks"][0]["entries"] == [["S_11*(A2_11 + 1)**2"]]


def test_kinks_are_named():
    """For leaky ReLU the statement is about points off the kinks."""
    evidence = sl.hessian_at(hidden("leaky_relu"), dims={"d": 1, "m": 1}).evidence
    assert any("leaky_relu is smooth" in h for h in evidence.hypotheses)
    assert not sl.hessian_at(hidden("tanh"), dims={"d": 1, "m": 1}).evidence.hypotheses


# -- what is refused ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("dims", [{"d": 2, "m": 2}, {"d": 2, "m": 3}])
def test_a_wrong_block_is_refuted(dims):
    right = explicit_hessian(linear(2), dims)
    w1, w2 = right.letters
    gram = T.matrix("S", "d", "d", "symmetric")
    for pair, wrong in {
        (w1, w1): T.Kronecker(gram, w2 * w2.T),  # B B^T for B^T B
        (w2, w1): T.Kronecker(gram * w1.T, w2),
        (w2, w2): T.Kronecker(T.Identity(w1.shape[0]), w1 * gram * w1.T),  # factors swapped
    }.items():
        formulas = {**right.formulas, pair: wrong}
        made = ExplicitHessian(
            right.problem, formulas, right.factors, right.meanings, right.data, right.dims, right.data_dims
        )
        assert made.evidence.label is sl.Label.REFUTED
        assert [p.label.value for p in made.evidence.parts] == ["REFUTED", "REFUTED"]


def test_a_point_that_is_no_minimizer_is_refuted():
    """With Y := 2 P X the gradient does not vanish."""
    right = explicit_hessian(linear(2), {"d": 1, "m": 1})
    (y, product), *rest = right.data
    made = replace(right, data=[(y, 2 * product), *rest])
    assert made.evidence.label is sl.Label.REFUTED and "gradient" in made.evidence.parts[0].claim


def test_a_wrong_factor_is_refuted():
    right = explicit_hessian(residual(2), {"d": 2, "m": 2})
    made = replace(right, factors=(right.factors[1], right.factors[0]))
    assert [p.label.value for p in made.evidence.parts] == ["EXACT", "REFUTED"]


def test_swapped_kronecker_factors_are_not_equal():
    a, b = T.matrix("A", "d", "d"), T.matrix("B", "d", "d")
    evidence = check_equations({"A (x) B": (T.Kronecker(a, b), T.Kronecker(b, a))}, {"d": 2})
    assert evidence.label is sl.Label.REFUTED


@pytest.mark.parametrize(
    ("dims", "message"),
    [
        ({"d": 2}, "no value for the dimension m"),
        ({}, "no value for the dimension d, m"),
        ({"d": 2, "m": 2, "n": 1}, "no dimension n"),
        ({"d": 0, "m": 2}, "dimension d is 0"),
        ({"d": True, "m": 2}, "dimension d is True"),
        ({"d": 2, "m": 1.5}, "dimension m is 1.5"),
        ({"d": 2, "m": 2, "L": 3}, "has 2 layers, not 3"),
        ({"d": 2, "m": 2, "L": 0}, "at least one layer"),
        ([2, 3], "by name"),
        (7, "by name"),
    ],
    ids=str,
)
def test_dimensions_that_do_not_fit(dims, message):
    with pytest.raises(sl.UsageError, match=message):
        sl.hessian_at(linear(2), dims=dims)


def test_other_misuse():
    with pytest.raises(sl.UsageError, match="depth is symbolic"):
        sl.hessian_at(linear(), dims={"d": 2, "m": 2})
    with pytest.raises(sl.UsageError, match="both dims and at"):
        sl.hessian_at(linear(2), dims={"d": 2, "m": 2}, at={})
    w = sl.matrix("W", "d", "d")
    with pytest.raises(sl.NoRule, match="minimizers of 'trace'"):
        sl.hessian_at(sl.Problem("trace", T.Trace(w * w), (w,)), dims={"d": 2})
    with pytest.raises(sl.NoRule, match="minimizers"):  # the tied autoencoder has no data apart from X
        x = sl.matrix("X", "d", "m")
        tied = sl.Problem("tied", sl.number(1, 2) * sl.norm2(w.T * w * x - x), (w,), data=(x,))
        sl.hessian_at(tied, dims={"d": 2, "m": 2})
    with pytest.raises(sl.Undecided, match="too long"):
        sl.hessian_at(linear(6), dims={"d": 9, "m": 9})


# -- explicit ------------------------------------------------------------------------------------------------------
def test_explicit_of_the_hessian_of_all_three_networks():
    """`explicit(hessian_at(...))` and `hessian_at(..., dims=...)` agree where S = X X^T."""
    for problem in (linear(2), residual(2)):
        by_x = sl.explicit(sl.hessian_at(problem), {"d": 2, "m": 2})
        x = letter("X", 2, 2)
        gram = x * x.T
        put = {sympy.Symbol(f"S_{i + 1}{j + 1}"): gram[i, j] for i in range(2) for j in range(i, 2)}
        found = sl.hessian_at(problem, dims={"d": 2, "m": 2}).matrix
        assert same(by_x, found.subs(put, simultaneous=True))
    entries = sl.explicit(sl.hessian_at(hidden("cubic")), {"d": 1, "m": 1})
    w1, w2, x, y = sympy.symbols("W1_11 W2_11 X_11 Y_11")
    z = w1 * x
    hessian = second_derivatives((w2 * (z + z**3) - y) ** 2 / 2, sympy.Matrix([[w1]]), sympy.Matrix([[w2]]))
    assert same(entries, hessian.subs(y, w2 * (z + z**3)))


@pytest.mark.parametrize("activation", [None, "cubic", "tanh", "sinh", "softplus", "sigmoid", "leaky_relu"])
def test_the_formulas_at_general_points_are_exact(activation):
    n = hidden_network(activation)
    for w in n.letters:
        assert sl.check(sl.gradient(n.loss, w), methods=("explicit",)).label is sl.Label.EXACT
    assert sl.check(sl.hessian(n.loss, n.letters), methods=("explicit",)).label is sl.Label.EXACT


def test_the_forms_of_theorem_6_1_are_exact():
    """And a block 21 without K is not: refuted for a generic activation, with values of sigma and sigma'."""
    made = derivatives("hidden")
    assert sl.check(made.hessian, {"d": 2, "m": 3}, methods=("explicit",)).label is sl.Label.EXACT
    n = made.network
    slopes = n.slopes
    wrong = n.gauss_newton(2, 1) + T.Kronecker(n.residual, T.Identity(n.widths[1])) * slopes
    evidence = check_hessian_block(n.loss, n.W2, n.W1, wrong, {"d": 2, "m": 2})
    assert evidence.label is sl.Label.REFUTED
    assert any(name.startswith("sigma'(") for name in evidence.witness.point)


@pytest.mark.parametrize("make", [lambda: linear(2), lambda: residual(2), lambda: hidden("cubic")])
def test_explicit_of_terms(make):
    """The loss and H of every network are written out."""
    problem = make()
    assert sl.explicit(problem.loss, {"d": 1, "m": 2}).shape == (1, 1)
    assert sl.explicit(sl.hessian_at(problem).matrix, {"d": 2, "m": 3}).shape == (6, 8)


def test_generic_entries_are_what_sympy_differentiates():
    n = hidden_network()
    w1, w2, x, y = sympy.symbols("W1_11 W2_11 X_11 Y_11")
    loss = (w2 * sympy.Function("sigma")(w1 * x) - y) ** 2 / 2
    assert (sl.explicit(n.loss, {"d": 1})[0, 0] - loss).expand() == 0
    found = sl.explicit(sl.hessian(n.loss, n.letters), {"d": 1})
    expected = second_derivatives(loss, sympy.Matrix([[w1]]), sympy.Matrix([[w2]]))
    assert all(sympy.simplify(e.doit()) == 0 for e in found - expected)
    gradient = sl.explicit(sl.gradient(n.loss, n.W1), {"d": 1})
    assert sympy.simplify((gradient[0, 0] - sympy.diff(loss, w1)).doit()) == 0


def test_the_residual_network_at_general_points():
    problem = residual(2)
    made = sl.hessian(problem.loss, problem.letters)
    a1, a2, x, y = sympy.symbols("A1_11 A2_11 X_11 Y_11")
    loss = ((1 + a2) * (1 + a1) * x - y) ** 2 / 2
    found = sl.explicit(made, {"d": 1, "m": 1})
    assert same(found, second_derivatives(loss, sympy.Matrix([[a1]]), sympy.Matrix([[a2]])))
    assert sl.check(made, methods=("explicit",)).label is sl.Label.EXACT
