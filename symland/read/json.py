"""Trace files -> traces. Whatever is wrong with a file is a ParseError that names the place; nothing is evaluated.

Reading rebuilds every node with its constructor, so shapes are checked again; it judges nothing else.
"""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from symland.errors import ParseError, SymlandError
from symland.language.catalog import NODE_CLASSES
from symland.language.index import FUNCTION_NAME, NAME, PLACE, Dim, Index
from symland.language.nodes import Family, Lambda, Node
from symland.language.statements import Statement
from symland.language.terms import Term
from symland.language.trace import Assignment, Step, Trace
from symland.write.json import FORMAT, VERSION, content_hash

MAX_BYTES = 64 * 2**20
MAX_INTEGER = 10**12  # in index expressions and dimensions
KEYS = {"format", "version", "hypotheses", "steps", "theorems", "model", "display", "families", "nodes", "sha256"}
BOUND = re.compile(r"#\d{1,6}\Z")
RATIONAL = re.compile(r"-?\d{1,4000}(/\d{1,4000})?\Z")


def read_trace(path: str | Path) -> Trace:
    """The trace in a file. Raises ParseError for a file that is missing, cut off, edited, huge or not a trace."""
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ParseError(f"{path} is larger than {MAX_BYTES} bytes, too large for a trace file")
        text = path.read_text(encoding="utf-8")
    except OSError as e:
        raise ParseError(f"cannot read {path}: {e.strerror or e}") from None
    except UnicodeDecodeError:
        raise ParseError(f"{path} is not a text file", hint="a trace file is JSON in UTF-8") from None
    return parse_trace(text, str(path))


def parse_trace(text: str, source: str = "") -> Trace:
    """The trace in a JSON text."""
    try:
        data = json.loads(text, object_pairs_hook=_no_duplicates)
    except json.JSONDecodeError as e:
        raise ParseError(
            f"{source or 'the text'} is not JSON: {e.msg}",
            source=source,
            line=e.lineno,
            column=e.colno,
            hint="the file may be cut off; write it again with `symland derive ... --json`",
        ) from None
    except RecursionError:
        raise ParseError("the JSON is nested too deeply for a trace file", source=source) from None
    except ValueError as e:
        raise ParseError(f"not a trace file: {e}", source=source) from None
    return decode_trace(data, source)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError("a key occurs twice in one JSON object")
    return out


def decode_trace(data: Any, source: str = "") -> Trace:
    """The trace in JSON data."""
    try:
        return _decode(data, source)
    except RecursionError:
        raise ParseError("the JSON is nested too deeply for a trace file", source=source) from None


def _decode(data: Any, source: str) -> Trace:
    _need(isinstance(data, dict) and data.get("format") == FORMAT, f'not a trace file: no "format": "{FORMAT}"', source)
    _need(
        data.get("version") == VERSION, f"trace version {data.get('version')!r}; this symland reads {VERSION}", source
    )
    odd = set(data) ^ KEYS
    _need(not odd, f"keys missing or unknown: {', '.join(sorted(odd))}", source)
    if content_hash(data) != data["sha256"]:
        raise ParseError(
            "the file was changed after it was written: its content does not have the hash it states", source=source
        )
    return _Decoder(data, source).trace()


def _need(condition: bool, why: str, source: str) -> None:
    if not condition:
        raise ParseError(why, source=source)


class _Decoder:
    def __init__(self, data: dict[str, Any], source: str) -> None:
        self.data = data
        self.source = source
        self.place = ""
        self.nodes: list[Node] = []
        self.families: list[Family] = []

    def need(self, condition: bool, why: str) -> None:
        if not condition:
            raise ParseError(f"{self.place}: {why}" if self.place else why, source=self.source)

    def trace(self) -> Trace:
        try:
            for i, row in enumerate(self.items("families")):
                self.place = f"families[{i}]"
                self.families.append(self.family_row(row))
            for i, row in enumerate(self.items("nodes")):
                self.place = f"nodes[{i}]"
                self.nodes.append(self.node_row(row))
            self.place = "hypotheses"
            self.need(isinstance(self.data["hypotheses"], dict), "needs an object")
            hypotheses = {name: self.statement(n) for name, n in self.data["hypotheses"].items()}
            steps = tuple(self.step(i, s) for i, s in enumerate(self.items("steps")))
            self.place = "theorems"
            theorems = self.data["theorems"]
            self.need(
                isinstance(theorems, dict) and all(isinstance(v, str) for v in theorems.values()), "needs strings"
            )
            model = tuple(self.assignment(i, a) for i, a in enumerate(self.items("model")))
            self.place = "display"
            display = [tuple(line) if isinstance(line, list) else () for line in self.items("display")]
            self.need(
                all(len(x) == 2 and all(isinstance(t, str) for t in x) for x in display), "needs pairs of strings"
            )
            return Trace(hypotheses, steps, theorems, model, cast("tuple[tuple[str, str], ...]", tuple(display)))
        except ParseError:
            raise
        except SymlandError as e:
            raise ParseError(f"{self.place}: {e.message}", source=self.source) from None

    def items(self, key: str) -> list[Any]:
        self.place = key
        self.need(isinstance(self.data[key], list), "needs a list")
        return cast("list[Any]", self.data[key])

    # -- values ----------------------------------------------------------------------------------------------
    def integer(self, v: Any) -> int:
        self.need(
            isinstance(v, int) and not isinstance(v, bool) and abs(v) <= MAX_INTEGER, f"{v!r} is not a small integer"
        )
        return int(v)

    def name(self, v: Any) -> str:
        self.need(isinstance(v, str) and bool(NAME.match(v)), f"{v!r} is not a name")
        return str(v)

    def function(self, v: Any) -> str:
        self.need(isinstance(v, str) and bool(FUNCTION_NAME.match(v)), f"{v!r} is not the name of a function")
        return str(v)

    def variable(self, v: Any) -> str:
        self.need(
            isinstance(v, str) and bool(NAME.match(v) or BOUND.match(v) or v == PLACE),
            f"{v!r} is not an index variable",
        )
        return str(v)

    def index(self, v: Any) -> Index:
        self.need(isinstance(v, list) and len(v) == 2 and isinstance(v[0], list), f"{v!r} is not an index expression")
        pairs = [p for p in v[0] if isinstance(p, list) and len(p) == 2]
        self.need(len(pairs) == len(v[0]), f"{v!r} is not an index expression")
        made = Index.make({self.variable(p[0]): self.integer(p[1]) for p in pairs}, self.integer(v[1]))
        self.need(len(made.coefficients) == len(pairs), f"{v!r} is not an index expression in normal form")
        return made

    def dim(self, v: Any) -> Dim:
        self.need(isinstance(v, list) and bool(v), f"{v!r} is not a dimension")
        out = {}
        for item in v:
            self.need(
                isinstance(item, list) and len(item) == 2 and isinstance(item[0], list), f"{v!r} is not a dimension"
            )
            monomial, c = item
            self.need(self.integer(c) > 0, f"{v!r} is not a dimension: coefficients are positive")
            atoms = []
            for a in monomial:
                self.need(isinstance(a, list) and len(a) == 2, f"{v!r} is not a dimension")
                atoms.append((self.name(a[0]), None if a[1] is None else self.index(a[1])))
            out[tuple(atoms)] = c
        made = sum((_monomial(m, c) for m, c in list(out.items())[1:]), _monomial(*next(iter(out.items()))))
        self.need(len(made) == len(v), f"{v!r} is not a dimension in normal form")
        return made

    def rational(self, v: Any) -> Fraction:
        self.need(isinstance(v, str) and bool(RATIONAL.match(v)), f"{v!r} is not a rational number")
        try:
            return Fraction(v)
        except ZeroDivisionError:
            raise ParseError(f"{self.place}: {v!r} divides by zero", source=self.source) from None

    def strings(self, v: Any) -> frozenset[str]:
        self.need(isinstance(v, list) and all(isinstance(f, str) for f in v), f"{v!r} is not a list of strings")
        return frozenset(v)

    def shape(self, v: Any) -> tuple[Dim, ...]:
        self.need(isinstance(v, list) and len(v) in (0, 2), f"{v!r} is not a shape")
        return tuple(self.dim(d) for d in v)

    def node(self, v: Any) -> Node:
        self.need(isinstance(v, int) and not isinstance(v, bool) and 0 <= v < len(self.nodes), f"no earlier node {v!r}")
        return self.nodes[int(v)]

    def family(self, v: Any) -> Family:
        self.need(isinstance(v, int) and not isinstance(v, bool) and 0 <= v < len(self.families), f"no family {v!r}")
        return self.families[int(v)]

    def statement(self, v: Any) -> Statement:
        node = self.node(v)
        self.need(isinstance(node, Statement), f"node {v} is not a statement")
        return cast(Statement, node)

    def term(self, v: Any) -> Term:
        node = self.node(v)
        self.need(isinstance(node, Term), f"node {v} is not a term")
        return cast(Term, node)

    # -- rows ------------------------------------------------------------------------------------------------
    def family_row(self, row: Any) -> Family:
        self.need(isinstance(row, list) and len(row) == 3, "a family is [name, shape, facts]")
        family = Family(self.name(row[0]), self.shape(row[1]), self.strings(row[2]))
        self.need(all(d.variables <= {PLACE} for d in family.shape), f"dimensions of a family may use only {PLACE}")
        return family

    def node_row(self, row: Any) -> Node:
        self.need(isinstance(row, list) and bool(row) and isinstance(row[0], str), "a node is [class, arguments]")
        cls = NODE_CLASSES.get(row[0])
        if cls is None:
            raise ParseError(f"{self.place}: there is no node class {row[0]!r}", source=self.source)
        fields, args = list(cls.fields), row[1:]
        if fields[-1].startswith("*"):
            fields = fields[:-1] + [fields[-1][1:]] * (len(args) - len(fields) + 1)
        self.need(len(fields) == len(args), f"{row[0]} takes {len(fields)} arguments, not {len(args)}")
        readers = {
            "node": self.node, "index": self.index, "dim": self.dim, "family": self.family, "name": self.name,
            "function": self.function,
            "rational": self.rational, "size": self.integer, "facts": self.strings, "shape": self.shape,
        }  # fmt: skip
        return cast(Node, cls(*(readers[f](a) for f, a in zip(fields, args, strict=True))))

    def value(self, v: Any) -> Any:
        if isinstance(v, dict) and len(v) == 1 and next(iter(v)).startswith("$"):
            ((tag, x),) = v.items()
            if tag in ("$lambda", "$dims"):
                self.need(isinstance(x, list) and len(x) == 2, f"{tag} is a pair")
                var = self.variable(x[0])
                return Lambda(var, self.term(x[1])) if tag == "$lambda" else (var, self.dim(x[1]))
            readers = {
                "$node": self.node, "$family": self.family, "$index": self.index, "$dim": self.dim,
                "$rational": self.rational,
            }  # fmt: skip
            self.need(tag in readers, f"unknown tag {tag}")
            return readers[tag](x)
        if isinstance(v, dict):
            self.need(not any(k.startswith("$") for k in v), "a tagged value has one key")
            return {k: self.value(x) for k, x in v.items()}
        if isinstance(v, list):
            return [self.value(x) for x in v]
        self.need(v is None or isinstance(v, (str, bool, int)), f"{v!r} is not allowed here")
        return v

    def step(self, i: int, s: Any) -> Step:
        self.place = f"steps[{i}]"
        self.need(isinstance(s, dict) and {"id", "by", "out", "deps"} <= set(s), "a step has id, by, out and deps")
        self.need(isinstance(s["id"], str) and isinstance(s["by"], str), "id and by are strings")
        self.place = f"step {s['id']}"
        self.need(isinstance(s["deps"], list) and all(isinstance(d, str) for d in s["deps"]), "deps are names")
        rest = {k: self.value(v) for k, v in s.items() if k not in ("id", "by", "out", "deps")}
        return Step(s["id"], s["by"], self.statement(s["out"]), tuple(s["deps"]), rest)

    def assignment(self, i: int, a: Any) -> Assignment:
        self.place = f"model[{i}]"
        self.need(
            isinstance(a, dict)
            and {"kind", "target", "value"} <= set(a) <= {"kind", "target", "value", "base", "over"},
            "an assignment has kind, target, value, and perhaps base, over",
        )
        self.need(a["kind"] in ("set", "below", "above"), f"unknown kind {a['kind']!r}")
        over = a.get("over")
        if over is not None:
            self.need(isinstance(over, list) and len(over) == 3, "over is [variable, lo, hi]")
            over = (self.name(over[0]), self.index(over[1]), self.index(over[2]))
        base = self.term(a["base"]) if "base" in a else None
        return Assignment(a["kind"], self.term(a["target"]), self.term(a["value"]), base, over)


def _monomial(atoms: tuple[Any, ...], c: int) -> Dim:
    out = Dim((((), c),))
    for name, index in atoms:
        out = out * (Dim.symbol(name) if index is None else Dim.member(name, index))
    return out
