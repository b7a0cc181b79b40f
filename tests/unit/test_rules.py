"""Every rule row, verified on explicit matrices by the second checker; and wrong rows, which it has to refute.

The kernel quotes rows without proof, so a wrong row is a wrong theorem. A row becomes a trace of one step: its premises
and order facts are hypotheses, its model chooses letters for which they hold. In a row about derivatives the letters
stand for anything that depends on the variable, so they are first replaced by expressions that do.
"""

from dataclasses import replace

import pytest

from symland.checks.steps import check_steps
from symland.evidence import Label
from symland.language import statements as S
from symland.language import terms as T
from symland.language.nodes import Substitution, walk
from symland.language.statements import LB, UB, Eq, Le, Lt, NonNeg
from symland.language.terms import (
    Commutation,
    Identity,
    IndexScalar,
    Inner,
    Inverse,
    Kronecker,
    MatrixPower,
    Power,
    Pseudoinverse,
    Reciprocal,
    Scale,
    SquaredNorm,
    Trace,
    Vec,
    matrix,
    number,
)
from symland.language.trace import Assignment, Step
from symland.language.trace import Trace as Proof
from symland.proof.rules import spectral
from symland.proof.rules.letters import (
    AFTER,
    ALIKE,
    SQUARE,
    A,
    D,
    F,
    M,
    a,
    b,
    c,
    e,
    ia,
    ib,
    identity,
    il,
    p,
    q,
    r,
    s,
    v,
    w,
)
from symland.proof.rules.registry import ROWS, TABLES
from symland.proof.rules.row import Free, Row

TRIALS = 200
INNER_B = matrix("B", r, s)
SQUARE_B = matrix("B", "p", "p")
MIDDLE = matrix("X", "p", "p")
LAYERS = T.family("X", "p", "p")  # square: any two of its members can be multiplied


def depending_on_w(row):
    """The replacements that make every letter of a derivative row depend on its variable, save those that may not."""
    nodes = [n for root in (row.conclusion, *row.premises) for n in walk(root)]
    if not any(isinstance(n, T.D) for n in nodes):
        return Substitution()
    fixed = {n.name for f in row.side if isinstance(f, Free) for n in walk(f.term) if isinstance(n, T.Symbol)}
    variable = next((n for n in nodes if isinstance(n, T.Symbol) and n.name == "w"), w)
    new = {}
    for n in nodes:
        if not isinstance(n, T.Symbol) or n.name in fixed | {"w", "v"}:
            continue
        if n.is_scalar:
            size = variable if variable.is_scalar else Inner(matrix(f"{n.name}Weight", *w.shape), w)
            new[n.name] = size + size * T.scalar(f"{n.name}Factor") + number(1)
        elif variable.is_scalar:
            new[n.name] = variable * matrix(f"{n.name}Left", *n.shape) + matrix(f"{n.name}Rest", *n.shape)
        else:
            left, right = (
                matrix(f"{n.name}Left", n.shape[0], w.shape[0]),
                matrix(f"{n.name}Right", w.shape[1], n.shape[1]),
            )
            new[n.name] = left * w * right + matrix(f"{n.name}Rest", *n.shape)
    return Substitution(symbols=new)


def as_trace(row):
    """The row as a trace of one step."""
    sub = depending_on_w(row)
    hypotheses = {f"premise {i}": sub.apply(h) for i, h in enumerate(row.premises)}
    hypotheses |= {f"side {i}": h for i, h in enumerate(row.side) if isinstance(h, NonNeg)}
    step = Step("s1", "apply", sub.apply(row.conclusion), tuple(hypotheses), {})
    return Proof(hypotheses, (step,), {"row": "s1"}, row.model)


def label(row, trials=TRIALS):
    return check_steps(as_trace(row), trials=trials)


@pytest.mark.parametrize("name", ROWS)
def test_rows_hold_on_explicit_matrices(name):
    row = ROWS[name]
    evidence = label(row)
    assert evidence.label is Label.CERTIFIED, evidence.witness
    if row.premises:  # its premises were satisfied, not only never satisfied
        assert evidence.model.startswith("verified at"), evidence


SCALAR_W, SCALAR_V = T.scalar("w"), T.scalar("v")
OF_W = [name for name, row in ROWS.items() if any(isinstance(n, T.D) for n in walk(row.conclusion))]


@pytest.mark.parametrize("name", OF_W)
def test_rows_about_derivatives_hold_for_a_scalar_variable(name):
    row = ROWS[name].over(SCALAR_W)
    assert SCALAR_W in set(walk(row.conclusion)) and w not in set(walk(row.conclusion))
    evidence = label(row)
    assert evidence.label is Label.CERTIFIED, evidence.witness
    if row.premises:
        assert evidence.model.startswith("verified at"), evidence


@pytest.mark.parametrize(
    "conclusion",
    [
        Eq(T.D(a * b, SCALAR_W, SCALAR_V), T.D(a, SCALAR_W, SCALAR_V) * b),
        Eq(T.D(A * AFTER, SCALAR_W, SCALAR_V), T.D(A, SCALAR_W, SCALAR_V) * AFTER),
        Eq(T.D(A, SCALAR_W, SCALAR_V), T.Zero(p, q)),
        Eq(T.D(SCALAR_W, SCALAR_W, SCALAR_V), number(1)),
    ],
    ids=["product of scalars, one term lost", "product of matrices, one term lost", "constant", "direction lost"],
)
def test_wrong_rows_for_a_scalar_variable_are_refuted(conclusion):
    evidence = label(Row("wrong", conclusion, reason="it is wrong"), trials=240)
    assert evidence.label is Label.REFUTED and evidence.witness is not None


@pytest.mark.parametrize("name", ROWS)
def test_rows_are_complete(name):
    row = ROWS[name]
    assert row.name == name and row.reason.strip() and not row.reason.endswith(".")
    assert row.kind in ("algebra", "analysis")
    assert all(isinstance(x, S.Statement) for x in (row.conclusion, *row.premises))
    assert all(isinstance(x, (NonNeg, Free)) for x in row.side)
    own = {n.name for root in (row.conclusion, *row.premises) for n in walk(root) if isinstance(n, T.Symbol)}
    set_by_model = {n.name for line in row.model for n in walk(line.target)}
    assert set_by_model <= own | {"root", "root2"}
    assert not any(isinstance(n, T.Symbol) and n.facts for root in (row.conclusion, *row.premises) for n in walk(root))


@pytest.mark.parametrize("name", ROWS)
def test_rows_are_closed_and_name_what_they_replace(name):
    row = ROWS[name]
    free = {x for root in (row.conclusion, *row.premises) for x in root.free_indices}
    assert free == row.names["indices"] - {x for h in row.side if isinstance(h, NonNeg) for x in h.free_indices - free}
    assert not any(x.startswith(("#", "%", "_")) for x in free)
    letters_of = [n for root in (row.conclusion, *row.premises) for n in walk(root) if isinstance(n, T.Symbol)]
    assert len({(n.name, n.shape) for n in letters_of}) == len({n.name for n in letters_of}), "two letters of one name"


def test_no_row_is_an_analysis_row_yet():
    assert [name for name, row in ROWS.items() if row.kind == "analysis"] == []


def test_every_table_is_in_the_registry():
    assert sorted(ROWS) == sorted(name for table in TABLES.values() for name in table)


# -- rows that are wrong ----------------------------------------------------------------------------------------
ZERO, ONE = number(0), number(1)
BELOW_A = (Assignment("below", spectral.ROOT, A, None), Assignment("set", c, spectral.ROOT * spectral.ROOT))


def over(body, lo=ia, hi=ib):
    """The sum of the body over i in lo..hi."""
    return T.BoundedSum.over("i", lo, hi, body)


def wrong(name, conclusion, **more):
    return Row(name, conclusion, reason="it is wrong", **more)


WRONG = [
    # values of functions
    wrong("cos at zero", Eq(T.Elementwise("cos", T.Zero(p, q)), T.Zero(p, q))),
    wrong("sigmoid at zero", Eq(T.Elementwise("sigmoid", number(0)), number(0))),
    wrong("log at one", Eq(T.Elementwise("log", T.Ones(p, q)), T.Ones(p, q))),
    # derivatives
    wrong("product rule, one term lost", Eq(D(A * AFTER), D(A) * AFTER)),
    wrong("product rule, the other term lost", Eq(D(A * AFTER), A * D(AFTER))),
    wrong("product rule, factors swapped", Eq(D(SQUARE * SQUARE_B), SQUARE_B * D(SQUARE) + SQUARE * D(SQUARE_B))),
    wrong("product of scalars, one term lost", Eq(D(a * b), D(a) * b)),
    wrong("constant factor that is not constant", Eq(D(c * a), c * D(a))),
    wrong("scale, one term lost", Eq(D(c * A), Scale(c, D(A)))),
    wrong("what depends on the variable is constant", Eq(D(A), T.Zero(p, q))),
    wrong("transpose lost", Eq(D(SQUARE.T), D(SQUARE))),
    wrong("norm, factor lost", Eq(D(SquaredNorm(A)), Inner(A, D(A)))),
    wrong("inner product, one term lost", Eq(D(Inner(A, ALIKE)), Inner(A, D(ALIKE)))),
    wrong("trace of a transposed product", Eq(D(Trace(SQUARE * SQUARE)), number(2) * Inner(SQUARE, D(SQUARE)))),
    wrong("inverse, sign lost", Eq(D(Inverse(SQUARE)), Inverse(SQUARE) * D(SQUARE) * Inverse(SQUARE))),
    wrong("inverse, as for scalars", Eq(D(Inverse(SQUARE)), -(Inverse(SQUARE) * Inverse(SQUARE) * D(SQUARE)))),
    wrong("power, exponent lost", Eq(D(Power(c, ia)), Power(c, ia - 1) * D(c)), side=(NonNeg(ia - 1),)),
    wrong("power, wrong exponent", Eq(D(Power(c, ia)), IndexScalar(ia) * Power(c, ia) * D(c)), side=(NonNeg(ia),)),
    wrong(
        "reciprocal, one factor lost", Eq(D(Reciprocal(c)), number(-1) * Reciprocal(c) * D(c)), premises=(Lt(ZERO, c),)
    ),
    wrong("the variable is its own derivative", Eq(D(w), w)),
    wrong("the direction scales", Eq(D(A), T.D(A, w, number(2) * v))),
    # vec and Kronecker products
    wrong(
        "commutation, first indices swapped",
        Eq(Commutation(p, r) * Kronecker(A, INNER_B), Kronecker(INNER_B, A) * Commutation(s, q)),
    ),
    wrong(
        "commutation, last indices swapped",
        Eq(Commutation(r, p) * Kronecker(A, INNER_B), Kronecker(INNER_B, A) * Commutation(q, s)),
    ),
    wrong(
        "commutation, factors not swapped",
        Eq(Commutation(p, p) * Kronecker(SQUARE, SQUARE_B), Kronecker(SQUARE, SQUARE_B) * Commutation(p, p)),
    ),
    wrong("no commutation", Eq(Kronecker(SQUARE, SQUARE_B), Kronecker(SQUARE_B, SQUARE))),
    wrong("commutation of the wrong shape", Eq(Vec(A.T), Commutation(q, p) * Vec(A))),
    wrong("commutation is an involution", Eq(Commutation(p, q) * Commutation(p, q), Identity(p * q))),
    wrong("commutation is symmetric", Eq(Commutation(p, q).T, Commutation(p, q))),
    wrong("vec of a transpose", Eq(Vec(SQUARE.T), Vec(SQUARE))),
    wrong("vec by rows", Eq(Vec(SQUARE * MIDDLE * SQUARE_B), Kronecker(SQUARE, SQUARE_B.T) * Vec(MIDDLE))),
    wrong("vec, transpose lost", Eq(Vec(SQUARE * MIDDLE * SQUARE_B), Kronecker(SQUARE_B, SQUARE) * Vec(MIDDLE))),
    wrong(
        "mixed product, crossed",
        Eq(Kronecker(SQUARE, SQUARE_B) * Kronecker(MIDDLE, SQUARE), Kronecker(SQUARE * SQUARE, SQUARE_B * MIDDLE)),
    ),
    wrong(
        "transpose of a Kronecker product reverses", Eq(Kronecker(SQUARE, SQUARE_B).T, Kronecker(SQUARE_B.T, SQUARE.T))
    ),
    # chains, sums, products, powers
    wrong(
        "chain, taken apart in the wrong order",
        Eq(T.Chain(LAYERS, ib, ia), T.Chain(LAYERS, ib - 1, ia) * LAYERS[ib]),
        side=(NonNeg(ib - ia),),
    ),
    wrong(
        "chain, the split letter twice",
        Eq(T.Chain(LAYERS, ib, ia), T.Chain(LAYERS, ib, il) * T.Chain(LAYERS, il, ia)),
        side=(NonNeg(ib - il), NonNeg(il - ia)),
    ),
    wrong("an empty chain of one letter", Eq(T.Chain(LAYERS, ia, ia), identity(p))),
    wrong("sum, first term twice", Eq(over(F["i"]), F[ia] + over(F["i"], ia, ib - 1)), side=(NonNeg(ib - ia),)),
    wrong("sum of equal terms, one lost", Eq(over(c), IndexScalar(ib - ia) * c), side=(NonNeg(ib - ia),)),
    wrong("product of sums", Eq(over(F["i"] * F["i"]), over(F["i"]) * over(F["i"])), side=(NonNeg(ib - ia),)),
    wrong("an empty product is zero", Eq(T.BoundedProduct.over("i", ia, ia - 1, F["i"]), ZERO)),
    wrong(
        "powers, exponents multiplied", Eq(Power(c, ia) * Power(c, ib), Power(c, ia)), side=(NonNeg(ia), NonNeg(ib - 1))
    ),
    wrong("power of a square", Eq(Power(Power(c, ia.of(2)), ia), Power(c, ia + 2)), side=(NonNeg(ia),)),
    wrong(
        "power of a matrix, one factor lost",
        Eq(MatrixPower(SQUARE, ia + 1), MatrixPower(SQUARE, ia)),
        side=(NonNeg(ia),),
    ),
    wrong("vec of a sum, transposed", Eq(over(Vec(M["i"])), Vec(over(M["i"]).T)), side=(NonNeg(ib - ia + 1),)),
    wrong(
        "sum of multiples, squared",
        Eq(over(Scale(F["i"], A)), Scale(over(F["i"] * F["i"]), A)),
        side=(NonNeg(ib - ia + 1),),
    ),
    # inverses
    wrong("a pseudoinverse is an inverse", Eq(Pseudoinverse(A) * A, identity(q))),
    wrong("Penrose, on the wrong side", Eq(SQUARE * Pseudoinverse(SQUARE), Pseudoinverse(SQUARE) * SQUARE)),
    wrong(
        "a sum of invertible matrices",
        S.Invertible(SQUARE + SQUARE_B),
        premises=(S.Invertible(SQUARE), S.Invertible(SQUARE_B)),
        model=(Assignment("set", SQUARE_B, -SQUARE),),
    ),
    wrong("a product with one invertible factor", S.Invertible(SQUARE * SQUARE_B), premises=(S.Invertible(SQUARE),)),
    wrong("a factor, the product not known to be invertible", S.Invertible(SQUARE)),
    replace(ROWS["rank_invertible"], name="rank, the factor singular", premises=ROWS["rank_invertible"].premises[1:]),
    replace(ROWS["rank_gram"], name="rank, doubled", conclusion=S.Rank(A * A.T, number(2) * c)),
    wrong("a pseudoinverse of a product", Eq(Pseudoinverse(A * AFTER), Pseudoinverse(AFTER) * Pseudoinverse(A))),
    wrong("only zero has norm zero, premise lost", Eq(A, T.Zero(p, q))),
    # signs
    replace(ROWS["le_antisymmetric"], name="equal, one side not known", premises=(Le(a, b),), model=()),
    wrong("an index is positive", Lt(ZERO, IndexScalar(ia)), side=(NonNeg(ia),)),
    wrong("product of nonnegative numbers", Lt(ZERO, a * b), premises=(Le(ZERO, a), Lt(ZERO, b))),
    wrong("product, one sign not known", Lt(ZERO, a * b), premises=(Lt(ZERO, a),)),
    wrong("sum of nonnegative numbers", Lt(ZERO, a + b), premises=(Le(ZERO, a), Le(ZERO, b))),
    wrong("power, sign not known", Lt(ZERO, Power(c, ia)), side=(NonNeg(ia),)),
    wrong("reciprocal, sign not known", Lt(ZERO, Reciprocal(c))),
    # singular values
    wrong(
        "transpose of a rectangular matrix", LB(A.T, identity(p), c), premises=(LB(A, identity(q), c),), model=BELOW_A
    ),
    replace(ROWS["lb_product"], name="product, sign lost", premises=ROWS["lb_product"].premises[1:], model=()),
    wrong(
        "product, bounds added",
        LB(A * AFTER, identity(r), c + e),
        premises=ROWS["lb_product"].premises,
        model=ROWS["lb_product"].model,
    ),
    wrong(
        "a bound is an equality",
        Eq(c * SquaredNorm(matrix("M", "q", "r")), SquaredNorm(A * matrix("M", "q", "r"))),
        premises=(LB(A, identity(q), c),),
        model=BELOW_A,
    ),
    wrong(
        "a bound from the other side",
        Le(SquaredNorm(A * matrix("M", "q", "r")), c * SquaredNorm(matrix("M", "q", "r"))),
        premises=(LB(A, identity(q), c),),
        model=BELOW_A,
    ),
    wrong("a larger bound", LB(A, identity(q), c + ONE), premises=(LB(A, identity(q), c),), model=BELOW_A),
    replace(ROWS["weyl"], name="Weyl, with a plus", conclusion=LB(A + ALIKE, identity(q), (a + b) ** 2)),
    replace(
        ROWS["weyl"],
        name="Weyl, the change may be large",
        premises=(LB(A, identity(q), a**2), UB(ALIKE, b**2), Le(ZERO, b)),
        model=(
            Assignment("below", a, A),
            Assignment("set", ALIKE, number(-1) * A),
            Assignment("above", b, ALIKE),
            Assignment("set", a, ZERO),
        ),
    ),
]


@pytest.mark.parametrize("row", WRONG, ids=lambda row: row.name)
def test_wrong_rows_are_refuted(row):
    evidence = label(row, trials=240)
    assert evidence.label is Label.REFUTED and evidence.witness is not None
