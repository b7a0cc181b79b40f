"""What is outside the grammar or does not fit: the message, the line, the column and the marker. And quickly."""

import time

import pytest

from symland.errors import ParseError, ShapeError, SymlandError, UsageError
from symland.read.text import declare, parse, read

SYNTAX = [
    # text, line, column, marked, part of the message, part of the hint
    ("__import__('os')", 1, 1, "_", "cannot stand here", "starts with a letter"),
    ("(a + b", 1, 1, "(", "this ( is not closed", ""),
    ("f(x", 1, 2, "(", "this ( is not closed", ""),
    ("a + b)", 1, 6, ")", "nothing is open that this ) could close", ""),
    ("A*(x]", 1, 5, "]", "nothing is open that this ] could close", ""),
    ("a b", 1, 3, "b", "an operator is missing before 'b'", "*"),
    ("2x", 1, 2, "x", "an operator is missing before 'x'", "*"),
    ("A**2", 1, 3, "*", "cannot stand here", "s^2"),
    ("A@B", 1, 2, "@", "cannot stand here", "A*B"),
    ("A.T", 1, 2, ".", "cannot stand here", "A'"),
    ("x = y", 1, 3, "=", "cannot stand here", "one expression"),
    ("a +\n  * b", 2, 3, "*", "cannot stand here", ""),
    ("a +", 1, 4, None, "the text ends here", ""),
    ("a^b^c", 1, 1, "a^b^c", "a power of a power is ambiguous", "parentheses"),
    ("A (x) B*C", 1, 1, "A (x) B*C", "(x) and other products in one chain", "(A (x) B)*C"),
    ("y + foo(x)", 1, 5, "foo", "there is no function foo", "declare it"),
    ("nrom2(x)", 1, 1, "nrom2", "there is no function nrom2", "norm2"),
    ("exp*x", 1, 1, "exp", "exp is a function", "exp(...)"),
    ("sigma(x)*sigma", 1, 1, "sigma", "is a function here, and a letter elsewhere", "rename"),
    ("exp'(x)", 1, 1, "exp'", "exp' is no function", "A'*(...)"),
    ("sin(x, y)", 1, 1, "sin(x, y)", "sin takes 1 argument, not 2", ""),
    ("1/0", 1, 3, "0", "division by zero", ""),
    ("2^x", 1, 1, "2^x", "a number to a power", "exp"),
    ("e^x", 1, 1, "e^x", "e to a power", "exp(x)"),
    ("A^0.5", 1, 3, "0.5", "the power of a matrix is an integer", "A.^p"),
    ("ones(0)", 1, 6, "0", "a dimension is a positive integer", ""),
    ("X[1.5, 2]", 1, 3, "1.5", "an index is an integer", ""),
    ("X[1, 2, 3]", 1, 1, "X[1, 2, 3]", "an entry of a matrix has two indices", "X[i, j]"),
    ("sum(i, 3, x)", 1, 1, "sum(i, 3, x)", "this is written sum(i, 1..n, t)", ""),
    ("exp(1..2)", 1, 5, "1..2", "a range cannot stand here", "W[L..1]"),
    ("[A, B; C]", 1, 1, "[A, B; C]", "different numbers of blocks", ""),
    ("W + W[1]", 1, 1, "W", "W is a family of letters", "W1"),
    ("W[W]", 1, 1, "W", "W is a family of letters, and an index or a dimension elsewhere", ""),
    ("x[n] + ones(n)", 1, 13, "n", "n is a dimension here, and something else elsewhere", ""),
    ("sum(n, 1..3, x[n] + y'*ones(n))", 1, 29, "n", "n is a dimension here, and something else elsewhere", ""),
    ("pi*x", 1, 1, "pi", "pi is not a rational number", "declare"),
]


@pytest.mark.parametrize("case", SYNTAX, ids=[c[0] for c in SYNTAX])
def test_the_place_is_marked(case):
    text, line, column, marked, message, hint = case
    with pytest.raises(ParseError) as caught:
        read(text)
    e = caught.value
    assert (e.line, e.column) == (line, column)
    assert message in e.message and hint in e.hint
    quoted, carets = e.marker.split("\n")
    assert quoted == "    " + text.split("\n")[line - 1]
    assert carets == "    " + " " * (column - 1) + "^" * len(marked or " ")


def test_an_index_elsewhere_is_a_number():
    assert read("x[n] + n").term.is_scalar


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_there_has_to_be_a_text(text):
    with pytest.raises(ParseError, match=r"the text is empty \(line 1, column 1\)"):
        parse(text)


@pytest.mark.parametrize("text", [None, 3, b"x", ["x"]])
def test_a_text_is_a_string(text):
    with pytest.raises(UsageError, match="an expression is text"):
        parse(text)


SHAPES = {"A": "m n", "B": "p q", "S": "n n", "x": "n", "y": "m", "s": "scalar", "W[l]": "c d"}

CLASHES = [
    # text, first column, marked, message, both parts with their shapes
    ("A + B", 1, "^   ^", "the terms of a sum need one shape", ["A  is m x n", "B  is p x q"]),
    ("A*x - x", 1, "^^^   ^", "the terms of a sum need one shape", ["A*x  is m x 1", "x    is n x 1"]),
    ("s*A*B", 3, "  ^ ^", "the columns of the left factor", ["A  is m x n", "B  is p x q"]),
    ("A*x*B", 1, "^^^ ^", "the columns of the left factor", ["A*x  is m x 1", "B    is p x q"]),
    ("A + s", 1, "^   ^", "a scalar cannot be added to a matrix", ["A  is m x n", "s  is scalar"]),
    ("A .* B", 1, "^    ^", "an entrywise product needs one shape", ["A  is m x n", "B  is p x q"]),
    ("tr(A)", 4, "   ^", "tr needs a square matrix", ["A  is m x n"]),
    ("A^2", 1, "^", "a power A^k needs a square matrix", ["A  is m x n"]),
    ("s/A", 3, "  ^", "only a scalar can divide", ["A  is m x n"]),
    ("A.^B", 4, "   ^", "an exponent is a scalar", ["B  is p x q"]),
    ("<A, B>", 2, " ^  ^", "an inner product needs two matrices of one shape", ["A  is m x n", "B  is p x q"]),
    ("vec(A)'*x", 1, "^^^^^^^ ^", "the columns of the left", ["vec(A)'  is 1 x m*n", "x        is n x 1"]),
    ("[A, B]", 2, " ^  ^", "blocks in a row need equal height", ["A  is m x n", "B  is p x q"]),
    ("W[3..1]", 1, "^^^^^^^", "the members of W cannot be multiplied", ["W[3..1]  is c x d"]),
]


@pytest.mark.parametrize("case", CLASHES, ids=[c[0] for c in CLASHES])
def test_a_clash_marks_both_parts(case):
    text, column, marker, message, parts = case
    with pytest.raises(ShapeError) as caught:
        parse(text, SHAPES)
    lines = caught.value.message.split("\n")
    assert lines[0].startswith(message) and lines[0].endswith(f"(line 1, column {column})")
    assert lines[1:3] == ["    " + text, "    " + marker]
    assert [line.strip() for line in lines[3:]] == parts
    assert len(caught.value.parts) == len(caught.value.shapes) == len(parts)


def test_the_message_says_what_is_convention():
    with pytest.raises(ShapeError) as caught:
        parse("norm2(A*x - b)^2", {"A": "3 2", "b": "scalar"})
    assert "b    is scalar" in caught.value.message
    with pytest.raises(ShapeError, match=r"s  is \w+ x 1, by convention"):
        parse("A + s", {"A": "m n"})


@pytest.mark.parametrize(
    ("shapes", "facts", "message"),
    [
        ({"A": "m n p"}, None, "more than two dimensions"),
        ({"A": "m n+"}, None, "not a dimension of A"),
        ({"A": "0 n"}, None, "not a dimension of A"),
        ({"A": 1.5}, None, "the shape of A is 1.5"),
        ({"A-": "n"}, None, "is not the name of a letter"),
        ({3: "n"}, None, "is not the name of a letter"),
        ({"A": "m n symmetric"}, None, "not square"),
        ({"A": "m n"}, {"A": ["symmetric"]}, "not square"),
        ({"A": "m n"}, {"A": ["nice"]}, "nice is not a known fact"),
        ({"A": "m n", "m": "scalar"}, None, "m is a letter, and a dimension of A"),
        ("A: m n", None, "a dictionary by letter"),
    ],
)
def test_declarations_that_are_refused(shapes, facts, message):
    with pytest.raises(SymlandError, match=message.replace("(", r"\(")):
        parse("A", shapes, facts)


@pytest.mark.parametrize(
    ("text", "message"),
    [("X d", "a letter, a colon and a shape"), ("", "there is no declaration"), ("X: n, X: m", "X is declared twice"),
     ("X: a b c", "more than two dimensions"), ("_x: n", "not the name of a letter")],
)  # fmt: skip
def test_declaration_texts_that_are_refused(text, message):
    with pytest.raises(ParseError, match=message) as caught:
        declare(text)
    assert caught.value.line == 1


HUGE = {
    "nested": "(" * 10_000 + "x" + ")" * 10_000,
    "unbalanced": "(" * 10_000,
    "transposes": "x" + "'" * 10_000,
    "minus signs": "-" * 10_000 + "x",
    "calls": "sin(" * 10_000 + "x" + ")" * 10_000,
    "powers": "x" + "^2" * 10_000,
    "digits": "9" * 1_000_000,
    "some digits": "9" * 5_000,
    "exponent": "1e999999999",
    "power": "x^99999999999999",
    "index": "W[99999999999999]",
    "dimension": "ones(99999999999999)",
}


@pytest.mark.parametrize("name", HUGE)
def test_what_is_too_large_is_refused_quickly(name):
    start = time.monotonic()
    with pytest.raises(ParseError) as caught:
        parse(HUGE[name])
    assert time.monotonic() - start < 5 and len(str(caught.value)) < 1000


MANY = {
    "terms": "+".join(["(x'*A)*y"] * 3_000),
    "letters": "+".join(f"x{i}" for i in range(3_000)),
    "products with one letter": "+".join(f"x{i}'*y" for i in range(2_000)),
    "factors": "*".join(["A"] * 5_000),
}


@pytest.mark.parametrize("name", MANY)
def test_what_is_long_is_read(name):
    start = time.monotonic()
    parse(MANY[name])
    assert time.monotonic() - start < 20


def test_many_readings_are_bounded():
    start = time.monotonic()
    with pytest.raises(ShapeError):
        parse("+".join(f"A{i}*x{i}*s{i}*y" for i in range(30)))
    with pytest.raises(ShapeError):
        parse(" + ".join(f"norm2(W{i}*x - b{i})^2" for i in range(12)) + " + q*r")
    assert time.monotonic() - start < 10
