"""Problem files: a loss, its variables, assumptions and a proposed minimizer, as `key: value` lines.

    # the two-layer linear network
    name: two linear layers
    loss: 1/2*norm2(W2*W1*X - Y)^2
    wrt: W1 W2
    declare: X: d x m
    assume: Y*X' = M*X*X'
    at: W1 = C, W2 = M*inv(C)
    source: Baldi and Hornik 1989

Only `loss` is needed. Values are those of the options of the command line; `declare`, `assume` and `at` may occur more
than once. A line that begins with a space continues the one above, `#` begins a comment. Nothing is evaluated.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from symland.errors import ParseError, UsageError
from symland.read.source import Excerpt, Source

LARGEST = 200_000  # characters
REPEATED = ("declare", "assume", "at")
KEYS = ("name", "loss", "wrt", "source", *REPEATED)

_LINE = re.compile(r"([A-Za-z]+)[ \t]*:[ \t]*(.*)\Z", re.DOTALL)


class ProblemTexts(NamedTuple):
    """A problem as texts, each as on the command line; those of a file are excerpts of it."""

    loss: str
    wrt: tuple[str, ...] = ()
    declare: str | None = None
    assume: tuple[str, ...] = ()
    at: str | None = None
    name: str = ""
    source: str = ""


def read_problem_file(path: str | Path) -> ProblemTexts:
    """The problem in a file. Raises ParseError, with line and marker, for a file that is none, UsageError for one that
    cannot be opened."""
    try:
        with open(path, encoding="utf-8-sig") as file:  # some editors begin the file with a byte order mark
            text = file.read(LARGEST + 1)
    except UnicodeDecodeError:
        raise ParseError("the file is not text in UTF-8", source=str(path), hint="save it as UTF-8") from None
    except OSError as e:
        raise UsageError(f"{path} cannot be read: {e.strerror or e}", hint="give the path of a problem file") from None
    if len(text) > LARGEST:
        raise ParseError(f"a problem file has at most {LARGEST} characters", source=str(path))
    return read_problem(text, Path(path).stem, str(path))


def read_problem(text: str, name: str = "", file: str = "") -> ProblemTexts:
    """The problem in the text of a problem file; `name` is what it is called if it does not say so. Errors name the
    `file`.

    >>> read_problem("loss: norm2(A*x - b)^2  # least squares\\nwrt: x").wrt
    ('x',)
    """
    whole, values = Excerpt.of(text, file), dict[str, list[Excerpt]]()
    for line in _lines(whole):
        match, source = _LINE.match(line), Source(line)
        end = max(len(line.split("\n")[0]), 1)
        if match is None:
            raise source.fault("a line is a key, a colon and a value", 0, end, hint="loss: norm2(A*x - b)^2")
        key, value = match[1].lower(), line.cut(*match.span(2)).words()
        if key not in KEYS:
            raise source.fault(f"there is no key {match[1]}", 0, end, hint="the keys are: " + ", ".join(KEYS))
        if key in values and key not in REPEATED:
            raise source.fault(f"{key} is given twice", 0, end)
        if not value:
            raise source.fault(f"{key} has no value", 0, end)
        values.setdefault(key, []).append(value)
    if "loss" not in values:
        raise Source(whole).fault("the file has no loss", 0, 1, hint="loss: norm2(A*x - b)^2")
    wrt = tuple(re.split(r"[\s,]+", values["wrt"][0].strip(" ,"))) if "wrt" in values else ()
    declare, at = (_listed(values[key]) if key in values else None for key in ("declare", "at"))
    own, cited = (str(values[key][0]) if key in values else "" for key in ("name", "source"))
    return ProblemTexts(values["loss"][0], wrt, declare, tuple(values.get("assume", [])), at, own or name, cited)


def _listed(values: list[Excerpt]) -> Excerpt:
    """The values of a key that occurs more than once, with commas between."""
    return Excerpt.joined(values[0], *(piece for value in values[1:] for piece in (", ", value)))


def _lines(text: Excerpt) -> list[Excerpt]:
    """The lines without comments, each with those that continue it."""
    out: list[Excerpt] = []
    at = 0
    for line in text.split("\n"):
        content = line.partition("#")[0].rstrip()
        cut = text.cut(at, at + len(content))
        if content and content[0] in " \t" and out:
            out[-1] = Excerpt.joined(out[-1], "\n", cut)
        elif content:
            out.append(cut)
        at += len(line) + 1
    return out
