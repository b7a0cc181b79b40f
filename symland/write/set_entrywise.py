"""How terms that look at entries are typeset: Hadamard products, elementwise functions, diagonals, ones, entries."""

from __future__ import annotations

from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import Node
from symland.write.layout import (
    APPLY,
    Function,
    Layout,
    Letter,
    Numeral,
    Root,
    Script,
    Sign,
    apply,
    comma,
    fence,
    juxtapose,
    norm,
    number,
    row,
    sub,
    sup,
)
from symland.write.typesetter import ATOM, KRONECKER, POWER, PRODUCT, Box, Typesetter, rule

ONE = Dim.of(1)
BOLD_ONE = Numeral("1", bold=True)
NAMES = {"sigma": "s"}  # sigma is a singular value
WORDS = {"leaky_relu": "lrelu"}  # the names of functions are set as they are, these apart

# --- constants -------------------------------------------------------------------------------------------------------


@rule.register
def _(node: T.Ones, p: Typesetter) -> Box:
    rows, columns = (p.dim(d).layout for d in node.args)
    return Box(sub(BOLD_ONE, rows if node.args[1] == ONE else row(rows, "×", columns)), ATOM)


@rule.register
def _(node: T.UnitVector, p: Typesetter) -> Box:
    return Box(sub("e", p.index(node.args[1]).layout), ATOM)


@rule.register
def _(node: T.DiagonalSelection, p: Typesetter) -> Box:
    return Box(sub("Psi", p.dim(node.args[0]).layout), ATOM)


# --- products, powers, functions -------------------------------------------------------------------------------------


@rule.register
def _(node: T.Hadamard, p: Typesetter) -> Box:
    """A last factor that is a reciprocal is divided by."""
    *front, last = node.args
    divides = isinstance(last, T.Elementwise) and last.function == "reciprocal" and last not in p.abbreviations
    parts = [p.at(t, POWER) for t in (*front, last.args[1] if divides else last)]
    signs = ["⊙"] * (len(front) - 1) + ["⊘" if divides else "⊙"]
    return Box(row(parts[0], *(x for pair in zip(signs, parts[1:], strict=True) for x in pair)), KRONECKER)


def _entrywise_power(a: Node, exponent: Layout, p: Typesetter) -> Box:
    return p.raised(a, row("⊙", exponent))


@rule.register
def _(node: T.HadamardPower, p: Typesetter) -> Box:
    exponent = p.index(node.args[1])
    return _entrywise_power(node.args[0], exponent.layout if exponent.strength == ATOM else fence(exponent.layout), p)


@rule.register
def _(node: T.Elementwise, p: Typesetter) -> Box:
    a = node.argument
    match node.function:
        case "sqrt" if isinstance(a, T.SquaredNorm) and a not in p.abbreviations:
            return Box(norm(p.plain(a.args[0]), "F"), POWER)
        case "sqrt" if a.is_scalar:
            return Box(Root(p.plain(a)), POWER)
        case "abs" if a.is_scalar:
            return Box(fence(p.plain(a), "||"), ATOM)
        case "sqrt":
            return _entrywise_power(a, _slashed(T.number(1, 2), p), p)
        case "reciprocal":
            return _entrywise_power(a, number(-1), p)
        case "pow":
            exponent = _slashed(node.parameters[0], p)
            if a.is_scalar:
                return p.raised(a, exponent)
            simple = isinstance(node.parameters[0], T.Number) or p.box(node.parameters[0]).strength == ATOM
            return _entrywise_power(a, exponent if simple else fence(exponent), p)
    return Box(apply(_head(node, p), p.plain(a)), ATOM)


def _slashed(exponent: Node, p: Typesetter) -> Layout:
    """An exponent; a fraction on one line, as in a^{1/2}."""
    if isinstance(exponent, T.Number) and exponent.value.denominator != 1 and exponent not in p.abbreviations:
        q = exponent.value
        return row(number(q.numerator), "/", number(q.denominator))
    return p.plain(exponent)


def _head(node: T.Elementwise, p: Typesetter) -> Layout:
    """The name of the function: upright, or a letter with primes for a generic function."""
    if node.is_generic:
        stem = node.function.rstrip("'")
        base = p.name(stem if stem in p.names else NAMES.get(stem, stem)).layout
        primes = len(node.function) - len(stem)
        return sup(base, row(*[Sign("′")] * primes)) if primes else base
    head = Function(WORDS.get(node.function, node.function))
    return sub(head, comma(*(_slashed(t, p) for t in node.parameters))) if node.parameters else head


# --- diagonals, vec, entries -----------------------------------------------------------------------------------------


@rule.register(T.Diagonal)
@rule.register(T.DiagonalMatrix)
def _(node: Node, p: Typesetter) -> Box:
    return Box(apply("diag" if isinstance(node, T.Diagonal) else "Diag", p.plain(node.args[0])), ATOM)


@rule.register
def _(node: T.Unvec, p: Typesetter) -> Box:
    shape = comma(*(p.dim(d).layout for d in node.args[:2]))
    return Box(apply(Script(Function("vec"), shape, number(-1)), p.plain(node.args[2])), ATOM)


def set_element(a: T.Term, i: Index, j: Index, p: Typesetter) -> Box:
    """The entry a_{ij}, or v_i of a column."""
    inner = p.box(a).layout
    below = [p.index(i).layout, *([] if a.shape[1] == ONE != a.shape[0] and j.value == 1 else [p.index(j).layout])]
    short = all(isinstance(x, Letter) or (isinstance(x, Numeral) and len(x.text) == 1) for x in below)
    return Box(sub(inner if isinstance(inner, Letter) else fence(inner), (row if short else comma)(*below)), ATOM)


def set_entries_sum(a: Node, p: Typesetter) -> Box:
    """1^T a 1, the sum of the entries; 1^T v for a column."""
    end = [] if a.shape[1] == ONE else [BOLD_ONE]
    return Box(juxtapose(sup(BOLD_ONE, "⊤"), p.at(a, PRODUCT), *end), PRODUCT)


def set_log_determinant(a: Node, p: Typesetter) -> Box:
    """log |det a|."""
    inside = p.box(a)
    argument = inside.layout if inside.strength == ATOM else fence(inside.layout)
    bars = fence(row(Function("det"), Sign(APPLY), argument), "||")
    return Box(row(Function("log"), Sign(APPLY), bars), POWER)
