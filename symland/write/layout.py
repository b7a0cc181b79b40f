"""Layouts: formulas as trees of boxes that know neither LaTeX nor MathML.

`typeset` makes layouts from nodes, `entries` from explicit matrices, and the constructors at the end of this page make
them by hand; `latex` and `mathml` print them. Wherever a constructor takes a layout it also takes an int or a text: a
sign (`"<="`, `"⊗"`) or a name (`"sigma_X"`, `"W*"`).

    relation(row(sup(sub("∇", "W"), 2), "f"), "=", matrix([["t*", 0], [0, 1]]))
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction as Rational

from symland.errors import UsageError


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, the English name of a Greek one, or a word set upright as one symbol."""

    text: str
    upright: bool = False


@dataclass(frozen=True, slots=True)
class Numeral:
    """Digits; bold in a vector or matrix of ones."""

    text: str
    bold: bool = field(default=False, repr=False)


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of the table `SIGNS`, named by its character."""

    text: str


@dataclass(frozen=True, slots=True)
class Function:
    """The upright name of a function, as in tr(A)."""

    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """Running text inside a formula."""

    text: str


@dataclass(frozen=True, slots=True)
class Space:
    """A space of so many eighteenths of an em: 3 is thin, 18 a quad."""

    width: int


@dataclass(frozen=True, slots=True)
class Row:
    """Layouts side by side."""

    parts: tuple[Layout, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """A base with a subscript, a superscript, or both."""

    base: Layout
    sub: Layout | None
    sup: Layout | None


@dataclass(frozen=True, slots=True)
class Fraction:
    """A fraction; `small` in the size of running text."""

    top: Layout
    bottom: Layout
    small: bool = False


@dataclass(frozen=True, slots=True)
class Root:
    """A square root."""

    body: Layout


@dataclass(frozen=True, slots=True)
class Accent:
    """A bar, hat or tilde over a base."""

    mark: str
    base: Layout


@dataclass(frozen=True, slots=True)
class Fence:
    """A body between delimiters, a key of `FENCES`."""

    kind: str
    body: Layout


@dataclass(frozen=True, slots=True)
class Big:
    """The sign of a sum or a product with its range; the body stands after it."""

    sign: str
    under: Layout
    over: Layout


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of cells between parentheses."""

    rows: tuple[tuple[Layout, ...], ...]


Layout = (
    Letter | Numeral | Sign | Function | Words | Space | Row | Script | Fraction | Root | Accent | Fence | Big | Matrix
)
LayoutLike = Layout | str | int

TIMES, APPLY = "\u2062", "\u2061"  # invisible: between factors, between a function and its argument

SIGNS = {
    "+": "+", "−": "-", "±": r"\pm", "⋅": r"\cdot", "×": r"\times", "⊗": r"\otimes", "⊙": r"\odot",
    "⊘": r"\oslash", "/": "/",
    "=": "=", "≠": r"\ne", "<": "<", ">": ">", "≤": r"\le", "≥": r"\ge", "≪": r"\ll", "≈": r"\approx",
    "⪰": r"\succeq", "≻": r"\succ", "∼": r"\sim", "⟂": r"\perp", "∈": r"\in", "⊂": r"\subset", "∣": r"\mid",
    "→": r"\to", "↦": r"\mapsto", "⟹": r"\Longrightarrow", "⟺": r"\Longleftrightarrow", "∀": r"\forall",
    ",": ",", ":": ":", ";": ";", ".": ".", TIMES: "", APPLY: "",
    "∇": r"\nabla", "∂": r"\partial", "∞": r"\infty", "ℝ": r"\mathbb{R}",
    "⊤": r"\top", "†": r"\dagger", "∗": r"\ast", "′": r"\prime",
    "…": r"\dots", "⋯": r"\cdots", "⋮": r"\vdots", "⋱": r"\ddots",
}  # fmt: skip
LETTERLIKE = frozenset("∇∂∞ℝ⊤†∗′…⋯⋮⋱")  # signs that are spaced like letters
ALIASES = {"-": "−", "*": "⋅", "(x)": "⊗", "<=": "≤", ">=": "≥", "!=": "≠", "->": "→", "|->": "↦", "...": "…"}

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "ϕ", "chi": "χ", "psi": "ψ", "omega": "ω", "varepsilon": "ε", "vartheta": "ϑ",
    "varphi": "φ", "ell": "ℓ", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π",
    "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
FENCES = {
    "()": ("(", ")", "(", ")"),
    "[]": ("[", "]", "[", "]"),
    "{}": (r"\{", r"\}", "{", "}"),
    "<>": (r"\langle", r"\rangle", "⟨", "⟩"),
    "||": (r"\lvert", r"\rvert", "|", "|"),
    "norm": (r"\lVert", r"\rVert", "‖", "‖"),
}  # kind -> LaTeX pair, character pair

TALLEST = 4  # the height of what needs delimiters that grow without limit

_NAME = re.compile(r"([A-Za-z]+)(\d*)((?:_[A-Za-z0-9]+)*)('*)(\**)")


def height(layout: Layout) -> int:
    """How large the parentheses around the layout have to be: 0 plain, then 1 to 3, then `TALLEST`.

    >>> height(name("W1")), height(fence(relation("a", "+", "b"))), height(matrix([[1]]))
    (0, 1, 4)
    """
    match layout:
        case Matrix():
            return TALLEST
        case Big():
            return 2
        case Fraction(top, bottom, small):
            return 0 if small else max(2, height(top), height(bottom))
        case Row(parts):
            return max((height(p) for p in parts), default=0)
        case Script(base=inner) | Root(inner) | Accent(base=inner):
            return height(inner)
        case Fence(kind):
            size = fence_size(layout)
            return size if size == TALLEST or kind not in ("()", "[]") else min(size + 1, 3)
    return 0


def fence_size(layout: Fence) -> int:
    """The size of these delimiters, on the scale of `height`; a norm does not outgrow the parentheses inside it.

    >>> fence_size(fence(fence("a"), "norm")), fence_size(fence(fence("a")))
    (0, 1)
    """
    inner = height(layout.body)
    if layout.kind in ("()", "[]") or inner == TALLEST:
        return inner
    return 2 if inner >= 2 else 0


# --- constructors ----------------------------------------------------------------------------------------------------


def name(text: str) -> Layout:
    """A symbol: single letters italic, Greek ones by name, other words upright, digits and `_` parts as subscripts.

    A trailing `'` is a prime and a trailing `*` a star.

    >>> name("W1")
    Script(base=Letter(text='W', upright=False), sub=Numeral(text='1'), sup=None)
    """
    found = _NAME.fullmatch(text)
    if not found:
        return Letter(text, upright=True)
    stem, digits, parts, primes, stars = found.groups()
    base = Letter(stem, upright=len(stem) > 1 and stem not in GREEK)
    below = ([Numeral(digits)] if digits else []) + [
        Numeral(part) if part.isdigit() else name(part) for part in parts.split("_")[1:]
    ]
    above = [Sign("′")] * len(primes) + [Sign("∗")] * len(stars)
    if not below and not above:
        return base
    return Script(base, comma(*below) if below else None, row(*above) if above else None)


def as_layout(part: LayoutLike) -> Layout:
    """The layout itself; an int as a number, text as a sign or a name.

    >>> as_layout("<=")
    Sign(text='≤')
    """
    if isinstance(part, str):
        key = ALIASES.get(part, part)
        return Sign(key) if key in SIGNS else number(int(part)) if part.isdecimal() else name(part)
    return number(part) if isinstance(part, int) else part


def number(value: int | Rational) -> Layout:
    """A whole number, or a small fraction; a minus sign stands in front.

    >>> number(Rational(1, 2))
    Fraction(top=Numeral(text='1'), bottom=Numeral(text='2'), small=True)
    """
    if value < 0:
        return row("-", number(-value))
    if value.denominator == 1:
        return Numeral(str(value.numerator))
    return Fraction(Numeral(str(value.numerator)), Numeral(str(value.denominator)), small=True)


def row(*parts: LayoutLike) -> Layout:
    """The parts side by side; rows inside are opened, one part alone is itself.

    >>> row("x", "|->", "y")
    Row(parts=(Letter(text='x', upright=False), Sign(text='↦'), Letter(text='y', upright=False)))
    """
    out: list[Layout] = []
    for part in map(as_layout, parts):
        out.extend(part.parts if isinstance(part, Row) else (part,))
    return out[0] if len(out) == 1 else Row(tuple(out))


def relation(*parts: LayoutLike) -> Layout:
    """A chain of relations, `relation(left, "=", middle, "<=", right)`.

    >>> relation("a", "<=", "b") == row("a", "≤", "b")
    True
    """
    for sign in map(as_layout, parts[1::2]):
        if not isinstance(sign, Sign):
            raise UsageError(f"{sign!r} is not a sign", hint="terms and signs alternate, beginning with a term")
    return row(*parts)


def comma(*parts: LayoutLike) -> Layout:
    """The parts with commas between them.

    >>> comma("n", "m") == row("n", ",", "m")
    True
    """
    return row(*(p for k, part in enumerate(parts) for p in ((",", part) if k else (part,))))


def signed_sum(terms: Sequence[tuple[bool, Layout]]) -> Layout:
    """The sum of the terms, each given with whether it is subtracted.

    >>> signed_sum([(False, name("a")), (True, name("b"))]) == row("a", "-", "b")
    True
    """
    signs = ["-" if negative else "+" if k else "" for k, (negative, _) in enumerate(terms)]
    return row(*(p for s, (_, t) in zip(signs, terms, strict=True) for p in ((s, t) if s else (t,))))


def juxtapose(*factors: Layout) -> Layout:
    """The factors of a product, with a dot in front of a number and between two fractions.

    >>> juxtapose(name("A"), number(0)) == row("A", "*", 0)
    True
    """
    parts: list[LayoutLike] = []
    for factor in factors:
        if parts:
            left, right = _edge(as_layout(parts[-1]), -1), _edge(factor, 0)
            numbers = isinstance(left, (Numeral, Fraction)) and isinstance(right, Fraction)
            digits = isinstance(right, Numeral) and not right.bold
            parts.append("*" if numbers or digits or _small(right) else TIMES)
        parts.append(factor)
    return row(*parts)


def _edge(layout: Layout, end: int) -> Layout:
    """What stands first (0) or last (-1) in a layout."""
    if isinstance(layout, Row) and layout.parts:
        return _edge(layout.parts[end], end)
    return _edge(layout.base, end) if isinstance(layout, Script) else layout


def _small(layout: Layout) -> bool:
    return isinstance(layout, Fraction) and layout.small


def sub(base: LayoutLike, below: LayoutLike) -> Layout:
    """The base with a subscript, after a comma where it has one already.

    >>> sub("W", "l")
    Script(base=Letter(text='W', upright=False), sub=Letter(text='l', upright=False), sup=None)
    """
    base, below = as_layout(base), as_layout(below)
    if isinstance(base, Row) and base.parts:
        return row(*base.parts[:-1], sub(base.parts[-1], below))
    if isinstance(base, Script):
        return Script(base.base, comma(base.sub, below) if base.sub else below, base.sup)
    return Script(base, below, None)


def sup(base: LayoutLike, above: LayoutLike) -> Layout:
    """The base with a superscript; a star or prime stays in front of it.

    >>> sup(sub("W", "l"), "⊤") == Script(name("W"), name("l"), Sign("⊤"))
    True
    """
    base, above = as_layout(base), as_layout(above)
    if isinstance(base, Row) and base.parts:
        return row(*base.parts[:-1], sup(base.parts[-1], above))
    if isinstance(base, Script):
        return Script(base.base, base.sub, row(base.sup, above) if base.sup else above)
    return Script(base, None, above)


def is_decorated(layout: Layout) -> bool:
    """Whether the layout is a name with a star or a prime.

    >>> is_decorated(name("W*")), is_decorated(sup("W", 2))
    (True, False)
    """
    if not isinstance(layout, Script) or layout.sup is None:
        return False
    marks = layout.sup.parts if isinstance(layout.sup, Row) else (layout.sup,)
    return all(mark in (Sign("′"), Sign("∗")) for mark in marks)


def fence(body: LayoutLike, kind: str = "()") -> Fence:
    """The body in parentheses, or between another pair of `FENCES`.

    >>> fence("A")
    Fence(kind='()', body=Letter(text='A', upright=False))
    """
    if kind not in FENCES:
        raise UsageError(f"{kind!r} is not a pair of delimiters", hint="one of " + ", ".join(FENCES))
    return Fence(kind, as_layout(body))


def norm(body: LayoutLike, which: LayoutLike = "") -> Layout:
    """The norm of the body, with the subscript that says which norm.

    >>> norm("A", "F") == sub(fence("A", "norm"), "F")
    True
    """
    bars = fence(body, "norm")
    return sub(bars, which) if which else bars


def apply(function: LayoutLike, *arguments: LayoutLike) -> Layout:
    """A function of its arguments; the name of a function is set upright.

    >>> apply("tr", "A") == row(Function("tr"), APPLY, fence("A"))
    True
    """
    head = Function(function) if isinstance(function, str) else function
    return row(head, APPLY, fence(comma(*arguments)))


def frac(top: LayoutLike, bottom: LayoutLike) -> Layout:
    """A fraction.

    >>> frac(1, "s")
    Fraction(top=Numeral(text='1'), bottom=Letter(text='s', upright=False), small=False)
    """
    return Fraction(as_layout(top), as_layout(bottom))


def big(sign: str, variable: LayoutLike, low: LayoutLike, high: LayoutLike, body: LayoutLike) -> Layout:
    """A sum ("∑") or product ("∏") over a range, then its body.

    >>> big("∑", "i", 1, "L", sub("t", "i")).parts[0].sign
    '∑'
    """
    return row(Big(sign, row(variable, "=", low), as_layout(high)), body)


def matrix(rows: Iterable[Iterable[LayoutLike]]) -> Layout:
    """A matrix, given by its rows of cells.

    >>> matrix([["a", 0]])
    Matrix(rows=((Letter(text='a', upright=False), Numeral(text='0')),))
    """
    return Matrix(tuple(tuple(as_layout(cell) for cell in cells) for cells in rows))
