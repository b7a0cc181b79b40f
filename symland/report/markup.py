"""Prose with formulas, written as text: "the depth $L >= 1$, by [gradient]". Only for what symland itself says.

$formula$   `code`   *emphasis*   [label] refers to a statement   {name} is a formula given by name
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from symland.errors import UsageError
from symland.report.document import Code, Emphasis, Inline, Note, Paragraph, Parts, Ref
from symland.write.layout import (
    ALIASES,
    GREEK,
    SIGNS,
    Fence,
    Function,
    Layout,
    Row,
    Script,
    Sign,
    Space,
    apply,
    as_layout,
    fence,
    frac,
    juxtapose,
    row,
    sub,
    sup,
)

_PIECE = re.compile(r"\$([^$]+)\$|`([^`]+)`|\*([^*]+)\*|\[([a-z][a-z0-9-]*)\]|\{(\w+)\}")


def marked(text: str, **formulas: Layout) -> Parts:
    """The inline parts of marked text.

    >>> marked("see [gradient], for all $d$")
    ('see ', Ref(label='gradient'), ', for all ', Letter(text='d', upright=False))
    """
    out: list[Inline] = []
    end = 0
    for found in _PIECE.finditer(text):
        out.append(text[end : found.start()])
        math, code, emphasis, label, name = found.groups()
        if math is not None:
            out.append(formula(math))
        elif code is not None:
            out.append(Code(code))
        elif emphasis is not None:
            out.append(Emphasis(emphasis))
        else:
            out.append(Ref(label) if label is not None else formulas[name])
        end = found.end()
    out.append(text[end:])
    return tuple(p for p in out if p != "")


def prose(text: str, **formulas: Layout) -> Paragraph:
    """A paragraph of marked text."""
    return Paragraph(marked(text, **formulas))


def note(title: str, text: str, **formulas: Layout) -> Note:
    """A note of marked text."""
    return Note(title, marked(text, **formulas))


FUNCTIONS = frozenset({"vec", "tr", "min", "max", "rank", "det", "diag", "Diag", "exp", "log", "sin", "tanh"})
WORDS = {"grad": "∇", "nabla": "∇", "in": "∈", "RR": "ℝ", "quad": ""}
OPENING = {"(": ")", "[": "]", "<<": ">>", "||": "||", "{": "}"}
KINDS = {"(": "()", "[": "[]", "<<": "<>", "||": "norm"}
RAISED = {"T": "⊤", "*": "∗", "+": "†"}
_TOKEN = re.compile(r"\(x\)|<=|>=|!=|->|<<|>>|\|\||\.\.\.|[A-Za-z]+|\d+|\S")


def formula(text: str, letters: Mapping[str, Layout] | None = None) -> Layout:
    """The layout of a formula: letters side by side are factors, Greek letters go by name, `^T` transposes.

    `letters` says how single letters are set. Raises UsageError for brackets that do not match.

    >>> formula("W_l^T X") == juxtapose(sup(sub("W", "l"), "⊤"), as_layout("X"))
    True
    """
    return _Reader(_TOKEN.findall(text), letters or {}).group("")


class _Reader:
    """Reads the tokens of one formula."""

    def __init__(self, tokens: list[str], letters: Mapping[str, Layout]) -> None:
        self.tokens = tokens
        self.letters = letters

    def group(self, closing: str) -> Layout:
        """Everything up to the closing token."""
        parts: list[Layout] = []
        factors: list[Layout] = []
        while self.tokens:
            token = self.tokens.pop(0)
            if token == closing:
                return row(*parts, _product(factors))
            if token in "_^" and factors:
                self._script(factors, token)
            elif token == "/" and factors:
                factors[-1] = frac(factors[-1], self._atom(self.tokens.pop(0)))
            elif token == "'" and factors:
                factors[-1] = sup(factors[-1], "′")
            elif token == "quad":
                parts += [_product(factors), Space(18)]
                factors = []
            elif _is_sign(token):
                parts += [_product(factors), as_layout(token)]
                factors = []
            else:
                self._factor(factors, token)
        if closing:
            raise UsageError(f"{closing!r} is missing in a formula")
        return row(*parts, _product(factors))

    def _script(self, factors: list[Layout], token: str) -> None:
        if token == "^" and self.tokens[0] in RAISED:
            factors[-1] = sup(factors[-1], RAISED[self.tokens.pop(0)])
            return
        where = sub if token == "_" else sup
        factors[-1] = where(factors[-1], self._atom(self.tokens.pop(0)))

    def _factor(self, factors: list[Layout], token: str) -> None:
        """One more factor; what follows the name of a function is its argument."""
        new = self._letters(token) if token.isalpha() else [self._atom(token)]
        head = factors[-1] if factors else None
        if isinstance(head, Function) or (isinstance(head, Script) and isinstance(head.base, Function)):
            argument = new[0].body if isinstance(new[0], Fence) and new[0].kind == "()" else new[0]
            factors[-1:] = [apply(head, argument), *new[1:]]
        else:
            factors += new

    def _atom(self, token: str) -> Layout:
        """One token, or a group in brackets."""
        if token in OPENING:
            inside = self.group(OPENING[token])
            return fence(inside, KINDS[token]) if token in KINDS else inside
        if token in OPENING.values():
            raise UsageError(f"{token!r} closes nothing in a formula")
        return row(*self._letters(token)) if token.isalpha() else as_layout(token)

    def _letters(self, token: str) -> list[Layout]:
        if token in FUNCTIONS:
            return [Function(token)]
        if token in WORDS or token in GREEK:
            return [as_layout(WORDS.get(token, token))]
        return [self.letters.get(letter) or as_layout(letter) for letter in token]


def _is_sign(token: str) -> bool:
    layout = Sign(ALIASES.get(token, token))
    return layout.text in SIGNS and layout.text not in "∇∂∞ℝ⋯…"


def _product(factors: list[Layout]) -> Layout:
    return juxtapose(*factors) if factors else Row(())
