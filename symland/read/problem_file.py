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
from symland.read.syntax import Source

LARGEST = 200_000  # characters
REPEATED = ("declare", "assume", "at")
KEYS = ("name", "loss", "wrt", "source", *REPEATED)

_LINE = re.compile(r"([A-Za-z]+)[ \t]*:[ \t]*(.*)\Z", re.DOTALL)


class ProblemTexts(NamedTuple):
    """A problem as texts, each as on the command line."""

    loss: str
    wrt: tuple[str, ...] = ()
    declare: str = ""
    assume: tuple[str, ...] = ()
    at: str = ""
    name: str = ""
    source: str = ""


def read_problem_file(path: str | Path) -> ProblemTexts:
    """The problem in a file. Raises ParseError, with line and marker, for a file that is none, UsageError for one that
    cannot be opened."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(LARGEST + 1)
    except UnicodeDecodeError:
        raise ParseError("the file is not text in UTF-8", source=str(path), hint="save it as UTF-8") from None
    except OSError as e:
        raise UsageError(f"{path} cannot be read: {e.strerror or e}", hint="give the path of a problem file") from None
    if len(text) > LARGEST:
        raise ParseError(f"a problem file has at most {LARGEST} characters", source=str(path))
    return read_problem(text, Path(path).stem)


def read_problem(text: str, name: str = "") -> ProblemTexts:
    """The problem in the text of a problem file; `name` is what it is called if it does not say so.

    >>> read_problem("loss: norm2(A*x - b)^2  # least squares\\nwrt: x").wrt
    ('x',)
    """
    source, values = Source(text), dict[str, list[str]]()
    for start, line in _lines(text):
        match = _LINE.match(line)
        end = start + max(len(line.split("\n")[0]), 1)
        if match is None:
            raise source.fault("a line is a key, a colon and a value", start, end, hint="loss: norm2(A*x - b)^2")
        key, value = match[1].lower(), " ".join(match[2].split())
        if key not in KEYS:
            raise source.fault(f"there is no key {match[1]}", start, end, hint="the keys are: " + ", ".join(KEYS))
        if key in values and key not in REPEATED:
            raise source.fault(f"{key} is given twice", start, end)
        if not value:
            raise source.fault(f"{key} has no value", start, end)
        values.setdefault(key, []).append(value)
    if "loss" not in values:
        raise source.fault("the file has no loss", 0, 1, hint="loss: norm2(A*x - b)^2")
    one = {key: values.get(key, [""])[0] for key in ("loss", "name", "source")}
    wrt = tuple(re.split(r"[\s,]+", values.get("wrt", [""])[0])) if "wrt" in values else ()
    return ProblemTexts(
        one["loss"], wrt, ", ".join(values.get("declare", [])), tuple(values.get("assume", [])),
        ", ".join(values.get("at", [])), one["name"] or name, one["source"],
    )  # fmt: skip


def _lines(text: str) -> list[tuple[int, str]]:
    """The lines without comments, where they start, with those that continue them."""
    out: list[tuple[int, str]] = []
    at = 0
    for line in text.split("\n"):
        content = line.partition("#")[0].rstrip()
        if content and content[0] in " \t" and out:
            out[-1] = (out[-1][0], out[-1][1] + "\n" + content)
        elif content:
            out.append((at, content))
        at += len(line) + 1
    return out
