"""Every kind of node by name: what files may contain, and what each operation has to decide about."""

from __future__ import annotations

from symland.language import algebra, entrywise, statements, terms
from symland.language.nodes import Node


def _concrete() -> dict[str, type[Node]]:
    out: dict[str, type[Node]] = {}
    abstract = {algebra.OfMatrix}
    for module in (algebra, entrywise, terms, statements):
        for name, value in vars(module).items():
            own = isinstance(value, type) and value.__module__ == module.__name__
            if own and issubclass(value, Node) and value.fields and not name.startswith("_") and value not in abstract:
                out[name] = value
    return dict(sorted(out.items()))


NODE_CLASSES: dict[str, type[Node]] = _concrete()
