"""The Hessian at minimizers entry by entry: against SymPy's derivatives, for the three networks and for other losses;
wrong formulas are refused."""

import json
from dataclasses import replace

import pytest
import sympy

import symland as sl
import symland.landscape.at_minimizers.explicit_hessian as module
from symland.checks.explicit import check_equations, check_hessian_block
from symland.landscape.at_minimizers.explicit_hessian import explicit_hessian, prediction_of
from symland.landscape.hidden.network import hidden_network
from symland.landscape.library import derivatives
from symland.language import terms as T
from symland.language.index import Index


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
    assert found.matrix.shape == (9, 9) and found.evidence.label is sl.Label.EXACT


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
        "Hessian at the global minimizers, where the normal equation holds, deep linear network, 2 layers, "
        "d = 1, m = 2",
        "where W2*W1*X*X' = Y*X'",
        "with S = X*X'",
        "W1, W1: S (x) (W2'*W2)",
        "[S_11*W2_11**2]",
        "W2, W1: (W1*S) (x) W2",
        "[S_11*W1_11*W2_11]",
        "W2, W2: (W1*S*W1') (x) I(d)",
        "[S_11*W1_11**2]",
        "EXACT(d = 1, m = 2): the gradient vanishes, and H'H is the Hessian, where the normal equation holds "
        "[entrywise expansion]",
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
    smooth = sl.hessian_at(hidden("tanh"), dims={"d": 1, "m": 1}).evidence.hypotheses
    assert smooth == ("F = Y: W2*tanh(W1*X) = Y",)


# -- where it holds -------------------------------------------------------------------------------------------------
def square_loss(name, prediction, letters, y):
    return sl.Problem(name, sl.number(1, 2) * sl.norm2(prediction - y), letters, data=(y,))


d = sl.dims("d")
W, U, Y = sl.matrix("W", d, d), sl.matrix("U", d, d), sl.matrix("Y", d, d)
FITTED = [  # predictions that fit Y = -I at no point: at the minimizer W = 0, or U = 0, the Hessian is not H'H = 0
    square_loss("squares", T.HadamardPower(W, Index.of(2)), (W,), Y),
    square_loss("factor", U * U.T, (U,), Y),
    hidden("tanh"),  # for m > d it need not fit either
    hidden(),
]


@pytest.mark.parametrize("problem", FITTED, ids=lambda p: p.name)
def test_the_condition_that_the_data_are_fitted_is_named_everywhere(problem):
    dims = {"d": 1, "m": 2} if problem.minimizers is not None else {"d": 1}
    found = sl.hessian_at(problem, dims=dims)
    prediction, y = prediction_of(problem)
    equation = f"{prediction!r} = {y!r}"
    assert f"F = Y: {equation}" in found.evidence.hypotheses and "where F = Y" in found.evidence.claim
    assert found.evidence.parts[0].hypotheses[0] == f"F = Y: {equation}"
    assert "minimizer" not in repr(found) and found.title.startswith("Hessian where F = Y")
    assert f"where {equation}" in repr(found).splitlines()
    assert r"\text{where}" in found._repr_latex_() and "= Y" in found._repr_latex_().rpartition("where")[2]
    data = json.loads(json.dumps(found.to_json()))
    assert data["condition"] == {"name": "F = Y", "equation": equation}
    assert f"F = Y: {equation}" in data["evidence"]["hypotheses"]


def test_at_a_minimizer_that_does_not_fit_the_hessian_is_another():
    """By hand, d = 1, Y = -1: (w^2 + 1)^2/2 has its minimum at w = 0 with the second derivative 2, and H'H = 4 w^2."""
    for problem, name in zip(FITTED[:2], ("W", "U"), strict=True):
        w = sympy.Symbol(f"{name}_11")
        assert sl.hessian_at(problem, dims={"d": 1}).matrix == sympy.Matrix([[4 * w**2]])
        at = {name: [[0]], "Y": [[-1]]}
        assert sl.hessian_at(problem, at=at).rows == [[2]]


def test_the_normal_equation_is_named_and_a_bottleneck_need_not_satisfy_it():
    """Widths 2, 1, 2, X = I, Y = diag(2, 1): the best product of rank one is diag(2, 0). There W2 W1 X X' is not Y X';
    the Hessian of the loss, by SymPy, has the trace 11 and the determinant 0, H'H has the eigenvalues 5, 4, 1, 0."""
    widths = {"n": {0: 2, 1: 1, 2: 2}, "m": 2}
    found = sl.hessian_at(linear(2, rectangular=True), dims=widths)
    assert found.evidence.hypotheses == ("normal equation: W2*W1*X*X' = Y*X'",)
    assert found.title.startswith("Hessian where the normal equation holds") and "minimizer" not in repr(found)
    w1, w2 = letter("W1", 1, 2), letter("W2", 2, 1)
    error = w2 * w1 - sympy.diag(2, 1)
    values = {**dict(zip(w1, (1, 0), strict=True)), **dict(zip(w2, (2, 0), strict=True))}
    truth = second_derivatives(sum(e**2 for e in error) / 2, w1, w2).subs(values)
    gram = {sympy.Symbol(f"S_{i}{j}"): int(i == j) for i in (1, 2) for j in (1, 2)}
    formula = found.matrix.subs({**gram, **values})
    assert formula.eigenvals() == {5: 1, 4: 1, 1: 1, 0: 1}
    x = sympy.Symbol("x")
    assert sympy.expand(truth.charpoly(x).as_expr() - x * (x - 5) * (x**2 - 5 * x + 3)) == 0  # 4.303, 0.697
    assert formula != truth


@pytest.mark.parametrize("make", [linear, residual])
def test_square_layers_are_at_the_global_minimizers(make):
    found = sl.hessian_at(make(2), dims={"d": 2, "m": 1})
    assert found.title.startswith("Hessian at the global minimizers, where the normal equation holds")
    assert [h.split(":")[0] for h in found.evidence.hypotheses] == ["normal equation"]
    assert json.loads(json.dumps(found.to_json()))["condition"]["name"] == "normal equation"
    assert r"= Y X^{\top}$" in found._repr_latex_()


def test_data_of_deficient_rank_with_a_residual_are_covered():
    """X = 0 and any Y satisfy the normal equation: the Hessian is 0, and the check speaks of S = X X' alone."""
    found = sl.hessian_at(linear(2), dims={"d": 1, "m": 1})
    assert [repr(w) for w, _ in found.data] == ["T"] and [repr(w) for w, _ in found.meanings] == ["S", "T"]
    assert [p.label for p in found.evidence.parts] == [sl.Label.EXACT] * 3
    assert sl.hessian_at(linear(2), at={"W1": [[3]], "W2": [[5]], "X": [[0]], "Y": [[7]]}).inertia == (0, 0, 2)


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
        made = replace(right, formulas=formulas)
        assert made.evidence.label is sl.Label.REFUTED
        assert [p.label.value for p in made.evidence.parts] == ["REFUTED", "REFUTED", "EXACT"]


def test_a_point_that_is_no_minimizer_is_refuted():
    """With Y X' := 2 P S the gradient does not vanish."""
    right = explicit_hessian(linear(2), {"d": 1, "m": 1})
    (y, product), *rest = right.data
    made = replace(right, data=[(y, 2 * product), *rest])
    assert made.evidence.label is sl.Label.REFUTED and "gradient" in made.evidence.parts[0].claim


def test_a_wrong_factor_is_refuted():
    right = explicit_hessian(residual(2), {"d": 2, "m": 2})
    made = replace(right, factors=(right.factors[1], right.factors[0]))
    assert [p.label.value for p in made.evidence.parts] == ["EXACT", "REFUTED", "EXACT"]


def test_another_loss_is_refuted():
    """The loss in S and T with tr(P T') twice: its derivatives are not those of the problem."""
    right = explicit_hessian(linear(2), {"d": 1, "m": 1})
    wrong = right.loss + T.Trace(right.letters[1] * right.letters[0])
    parts = replace(right, loss=wrong).evidence.parts
    assert parts[2].label is sl.Label.REFUTED and "the loss in S" in parts[2].claim


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
        ({"d": {1: 2}, "m": 1, "L": 2}, "d is a single dimension"),
        ({"d": 2**1001, "m": 1}, "d has more than 1000 bits"),
        ([2, 3], "by name"),
        (7, "by name"),
    ],
    ids=str,
)
def test_dimensions_that_do_not_fit(dims, message):
    with pytest.raises(sl.UsageError, match=message):
        sl.hessian_at(linear(2), dims=dims)


@pytest.mark.parametrize(
    ("widths", "message"),
    [
        ({"0": 2, 1: 1, 2: 2}, "'0' is no index of the dimensions n"),
        ({True: 2, 0: 1, 2: 2}, "True is no index"),
        ({0: 2, 1: 1}, r"no value for the dimension n\[2\]"),
        ({0: 2, 1: 1, 2: 2, 3: 4}, r"there is no dimension n\[3\]"),
        ({0: 2, 1: 1, 2: 0}, "dimension n is 0"),
        ([2, 1, 2], "dimension n is"),
    ],
    ids=str,
)
def test_widths_that_do_not_fit(widths, message):
    with pytest.raises(sl.UsageError, match=message):
        sl.hessian_at(linear(2, rectangular=True), dims={"n": widths, "m": 3})


@pytest.mark.parametrize(
    ("make", "dims"),
    [
        (linear, {"d": 40, "m": 1, "L": 2}),
        (linear, {"d": 1, "m": 1, "L": 64}),
        (residual, {"d": 1, "m": 1, "L": 64}),
        (lambda: hidden("tanh"), {"d": 6, "m": 9}),
        (hidden, {"d": 7, "m": 1}),
        (hidden, {"d": 10**12, "m": 1}),
        (linear, {"d": 2, "m": 10**9, "L": 2}),
    ],
    ids=lambda x: str(x) if isinstance(x, dict) else "",
)
def test_what_is_too_long_is_refused_before_it_is_differentiated(make, dims, monkeypatch):
    monkeypatch.setattr(module, "check_at_minimizer", None)
    with pytest.raises(sl.Undecided, match=r"too l(ong|arge) to be"):
        sl.hessian_at(make(), dims=dims)


# -- minimizers of another network ----------------------------------------------------------------------------------
def test_minimizers_of_another_network_are_refused():
    first, dims = linear(2), {"d": 1, "m": 1}
    point = {"W1": [[1]], "W2": [[2]], "X": [[1]], "Y": [[2]]}
    for other, said in (
        (residual(2), "residual network, 2 layers.*, not of .*deep linear network, 2 layers"),
        (linear(), "'deep linear network'.*, not of .*deep linear network, 2 layers"),
        (linear(2, rectangular=True), "of other sizes, not of .*deep linear"),
        (hidden("cubic"), "one hidden layer.*, not of .*deep linear"),
    ):
        known = sl.minimizers(other)
        for ask in (
            lambda known=known: sl.hessian_at(first, known),
            lambda known=known: sl.hessian_at(first, known, dims=dims),
            lambda known=known: sl.hessian_at(first, known, at=point),
            lambda known=known: sl.hessian_at(replace(first, minimizers=known), dims=dims),
            lambda known=known: sl.minimizers(replace(first, minimizers=known)),
        ):
            with pytest.raises(sl.UsageError, match=said):
                ask()
    for wrong in (3, "linear", first, sl.minimizers):
        for form in ({}, {"dims": dims}, {"at": point}):
            with pytest.raises(sl.UsageError, match="no set of minimizers of 'deep linear network, 2 layers'"):
                sl.hessian_at(first, wrong, **form)


def test_minimizers_say_which_network_a_loss_is():
    own = sl.Problem("mine", linear(2).loss, linear(2).letters)
    found = sl.hessian_at(own, sl.minimizers(linear(2)), dims={"d": 1, "m": 1})
    assert found.matrix == sl.hessian_at(linear(2), dims={"d": 1, "m": 1}).matrix
    assert sl.hessian_at(linear(), sl.minimizers(linear())).results


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
