"""Names that mean two things, losses with a value nowhere, and words that could be read in two ways are refused."""

import pytest
import sympy

import symland as sl
from symland.calculus.prover import Prover
from symland.errors import ParseError, ShapeError, Undecided, UndefinedHere, UsageError
from symland.language import terms as T
from symland.language.index import Dim
from symland.language.names import check_names
from symland.language.statements import Lt

n, m = sl.dims("n m")
A, X, Y, s = sl.matrix("A", n, n), sl.matrix("X", n, n), sl.matrix("Y", n, n), sl.scalar("s")
W = sl.family("W", n, n)


@pytest.mark.parametrize(
    ("loss", "letter", "said"),
    [
        (T.Trace(T.Scale(sl.scalar("n"), T.Identity(n))), sl.scalar("n"), "n is a letter, n: scalar; n is a dimension"),
        (T.Trace(W[1] * sl.matrix("W1", n, n)), W[1], "W1 is"),
        (T.Trace(A * T.Elementwise("A", X)), X, "A is"),
        (T.Trace(A * X) + T.Trace(sl.matrix("A", m, m)), X, "A is declared as A: n x n, and as A: m x m"),
        (T.Trace(W["l"]) * sl.scalar("l"), W["l"], "l is"),
    ],
)
def test_a_name_stands_for_one_thing(loss, letter, said):
    with pytest.raises(UsageError) as e:
        sl.gradient(loss, letter)
    assert said in str(e.value)


def test_variables_and_hypotheses_mean_the_same_by_a_name():
    with pytest.raises(UsageError, match="n is a letter"):
        sl.gradient(T.Trace(A), sl.scalar("n"))
    with pytest.raises(UsageError, match="n is a letter"):
        sl.gradient(T.Trace(A), A, assuming=[Lt(sl.number(0), sl.scalar("n"))])


def test_one_name_for_one_thing_is_no_clash():
    check_names(T.Trace(A * X), T.Trace(A * Y), T.Trace(W[1] * W["l"]), T.Trace(T.Identity(n)))


@pytest.mark.parametrize("make", [lambda: sl.matrix("A'", n, n), lambda: sl.scalar("t'"), lambda: Dim.of("n'")])
def test_a_prime_is_a_transpose_and_no_part_of_a_name(make):
    with pytest.raises(UsageError, match="is not a name"):
        make()


@pytest.mark.parametrize("name", ["inv", "tr", "norm2", "D", "sum", "diag", "vec", "grad", "I", "K"])
def test_the_names_of_the_notation_are_no_generic_functions(name):
    with pytest.raises(ShapeError):
        T.Elementwise(name, A)
    assert T.Elementwise("sigma", A).is_generic


def test_every_name_that_the_reader_knows_is_reserved_or_a_function():
    from symland.language.functions import FUNCTIONS, RESERVED
    from symland.read.calls import ALIASES, HANDLERS

    assert {*HANDLERS, *ALIASES} <= {*RESERVED, *FUNCTIONS}


def test_a_trace_in_which_a_name_means_two_things_is_not_shown_as_proved():
    letter, first = sl.matrix("W1", n, n), W[1]
    v = sl.matrix("V", n, n)
    p = Prover({})
    id = p.rewrite(p.refl(T.D(letter, first, v)), (1,), "d_constant", A=letter, w=first, v=v)
    trace = p.trace({"derivative": id})
    assert repr(trace.steps[-1].out) == "D(W1; W1, V) = 0"  # true, as the member 1 of W is another letter
    with pytest.raises(UsageError, match="W1 is"):
        sl.check(trace)


def test_the_direction_takes_a_letter_of_its_own():
    made = sl.gradient("tr(A*V)", "A")
    assert repr(made.steps[-1].statement) == "D(tr(A*V); A, H) = <V', H>"


def test_the_direction_is_not_called_like_a_function():
    made = sl.gradient("sum(V(A))", "A", shapes={"V": "function"})
    assert "A, V)" not in repr([line.statement for line in made.steps])


def test_sigma_and_a_letter_s_are_set_differently():
    both = s * T.entries_sum(T.Elementwise("sigma", A))
    assert r"\sigma(A)" in both.to_latex()
    assert "s(A)" in T.entries_sum(T.Elementwise("sigma", A)).to_latex()


@pytest.mark.parametrize("name", ["X", "n", "0", "a b", "I", "inv", "sin"])
def test_an_abbreviation_is_a_new_name(name):
    with pytest.raises(UsageError):
        sl.gradient(sl.norm2(A * X - Y), A, abbreviations={A * X - Y: name})


def test_two_abbreviations_have_two_names():
    with pytest.raises(UsageError, match="E is the name of something else"):
        sl.gradient(sl.norm2(A * X - Y), A, abbreviations={A * X - Y: "E", A * X: "E"})


def test_names_are_not_given_to_parts_that_speak_of_a_bound_variable():
    made = sl.gradient("tr(prod(i, L..1, W[i]*B*W[i]))", "W[l]", shapes={"W[i]": "n x n"})
    assert "#" not in repr(made) and made.abbreviations == {}


@pytest.mark.parametrize(
    "loss",
    [
        "1/(s - s)",
        "sum(X ./ (X - X))",
        "log(abs(det(A - A)))",
        "tr(inv(A - A)*B)",
        "log(s - s)",
        "sum(log(X - X))",
        "s*log(-1)",
    ],
)
def test_a_loss_with_a_value_nowhere_is_refused(loss):
    letter = next(c for c in "sXAB" if c in loss)
    with pytest.raises(UndefinedHere, match="has a value nowhere"):
        sl.gradient(loss, letter)


@pytest.mark.parametrize(
    ("text", "letter"),
    [("tr(prod(i, 1..L, W[i]))", "W[l]"), ("tr(W[1..L])", "W[l]"), ("tr(W[1..L]*W[L..1])", "W[l]")],
)
def test_a_product_of_matrices_written_upwards_is_refused(text, letter):
    with pytest.raises(ParseError, match="fall from left to right"):
        sl.gradient(text, letter, shapes={"W[i]": "n x n"})


def test_a_product_of_matrices_written_downwards_and_one_of_scalars_are_read():
    assert repr(sl.parse("W[L..l+1]", shapes={"W[i]": "n x n"})) == "W[L..l+1]"
    assert isinstance(sl.parse("prod(i, 1..L, s)", shapes={"s": "scalar"}), T.BoundedProduct)


def test_a_letter_K_may_stand_beside_a_commutation_matrix():
    t = sl.parse("K(n, m)*vec(K)", shapes={"K": "n x m"})
    assert t is T.Commutation(n, m) * T.Vec(sl.matrix("K", n, m))
    with pytest.raises(ParseError, match="K is a letter"):
        sl.parse("K(A)", shapes={"K": "n x n", "A": "n x n"})


def test_the_norm_of_a_scalar_squared_is_its_square():
    assert sl.gradient("norm2(s*z - b)^2", "s").result is sl.gradient("(s*z - b)^2", "s").result
    assert not sl.gradient("norm2(s*z - b)^2", "s").trace.hypotheses


def test_terms_nested_without_end_are_refused():
    t = s
    for _ in range(3000):
        t = T.Elementwise("sin", t)
    with pytest.raises(Undecided, match="nested too deeply"):
        sl.gradient(t, s)


def test_an_undefined_function_of_sympy_is_a_generic_function():
    t = sympy.Symbol("t")
    assert repr(sl.gradient(sympy.Function("sigma")(t), t).result) == "sigma'(t)"
