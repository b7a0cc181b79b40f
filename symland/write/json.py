"""Traces and nodes as JSON, with one table of shared nodes. `docs/trace.md` describes the format.

A node is a row `[class, argument, ...]` of the table and is referred to by its number; a row refers to earlier rows
only. Families have a table of their own. Values inside steps carry a tag where they are not plain JSON.
"""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from typing import Any

from symland.errors import UsageError
from symland.language.index import Dim, Index
from symland.language.nodes import Family, Lambda, Node
from symland.language.trace import Assignment, Trace

FORMAT = "symland-trace"
VERSION = 1


class NodeTable:
    """Numbers nodes and families in the order in which they are first met, arguments before the node."""

    def __init__(self) -> None:
        self.nodes: list[list[Any]] = []
        self.families: list[list[Any]] = []
        self._node_ids: dict[Node, int] = {}
        self._family_ids: dict[Family, int] = {}

    def node(self, node: Node) -> int:
        """The number of the node; adds it and what it contains where it is new."""
        stack: list[tuple[Node, bool]] = [(node, False)]
        while stack:
            n, ready = stack.pop()
            if n in self._node_ids:
                continue
            if not ready:
                stack.append((n, True))
                stack.extend((c, False) for c in reversed(n.children))
                continue
            row = [type(n).__name__] + [self._argument(a) for a in n.args]
            self._node_ids[n] = len(self.nodes)
            self.nodes.append(row)
        return self._node_ids[node]

    def family(self, family: Family) -> int:
        """The number of the family."""
        if family not in self._family_ids:
            self._family_ids[family] = len(self.families)
            self.families.append([family.name, [dim_json(d) for d in family.shape], sorted(family.facts)])
        return self._family_ids[family]

    def _argument(self, a: Any) -> Any:
        if isinstance(a, Node):
            return self._node_ids[a]
        if isinstance(a, Family):
            return self.family(a)
        if isinstance(a, Index):
            return index_json(a)
        if isinstance(a, Dim):
            return dim_json(a)
        if isinstance(a, Fraction):
            return str(a)
        if isinstance(a, frozenset):
            return sorted(a)
        if isinstance(a, tuple):
            return [dim_json(d) for d in a]
        return a

    def value(self, v: Any) -> Any:
        """A value inside a step."""
        if v is None or isinstance(v, (str, bool, int)):
            return v
        if isinstance(v, Node):
            return {"$node": self.node(v)}
        if isinstance(v, Family):
            return {"$family": self.family(v)}
        if isinstance(v, Lambda):
            return {"$lambda": [v.var, self.node(v.body)]}
        if isinstance(v, Index):
            return {"$index": index_json(v)}
        if isinstance(v, Dim):
            return {"$dim": dim_json(v)}
        if isinstance(v, Fraction):
            return {"$rational": str(v)}
        if isinstance(v, dict):
            return {k: self.value(x) for k, x in v.items()}
        if isinstance(v, (list, tuple)):
            if len(v) == 2 and isinstance(v[0], str) and isinstance(v[1], Dim):
                return {"$dims": [v[0], dim_json(v[1])]}
            return [self.value(x) for x in v]
        raise UsageError(f"{v!r} has no place in a trace file")


def index_json(e: Index) -> list[Any]:
    """[[[variable, coefficient], ...], constant]."""
    return [[[v, c] for v, c in e.coefficients], e.constant]


def dim_json(d: Dim) -> list[Any]:
    """[[[[name, index or null], ...], coefficient], ...]."""
    return [[[[name, None if i is None else index_json(i)] for name, i in m], c] for m, c in d]


def trace_json(trace: Trace) -> dict[str, Any]:
    """The trace as JSON data, with the SHA-256 of its canonical form."""
    table = NodeTable()
    hypotheses = {name: table.node(s) for name, s in trace.hypotheses.items()}
    steps = [
        {"id": s.id, "by": s.by, "out": table.node(s.out), "deps": list(s.deps), **table.value(dict(s.data))}
        for s in trace.steps
    ]
    body = {
        "format": FORMAT,
        "version": VERSION,
        "hypotheses": hypotheses,
        "steps": steps,
        "theorems": dict(trace.theorems),
        "model": [_assignment_json(table, a) for a in trace.model],
        "display": [list(line) for line in trace.display],
        "families": table.families,
        "nodes": table.nodes,
    }
    return {**body, "sha256": content_hash(body)}


def _assignment_json(table: NodeTable, a: Assignment) -> dict[str, Any]:
    out: dict[str, Any] = {"kind": a.kind, "target": table.node(a.target), "value": table.node(a.value)}
    if a.base is not None:
        out["base"] = table.node(a.base)
    if a.over is not None:
        out["over"] = [a.over[0], index_json(a.over[1]), index_json(a.over[2])]
    return out


def content_hash(body: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON of everything but the hash itself."""
    rest = {k: v for k, v in body.items() if k != "sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def to_json(trace: Trace) -> str:
    """The trace as the text of a file: one line per step and per node, so that files differ readably."""
    data = trace_json(trace)
    lines = []
    for key, value in data.items():
        if isinstance(value, list) and value:
            rows = ",\n".join(json.dumps(v, separators=(",", ":")) for v in value)
            lines.append(f"{json.dumps(key)}: [\n{rows}\n]")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"
