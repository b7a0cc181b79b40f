"""How the statements of reports are headed, and what their hypotheses say in words: tables by the names of results."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from symland.landscape.result import Assumed, Result
from symland.report.document import Parts
from symland.report.markup import marked
from symland.report.reasons import reason

PLACES = {"l > k": "lower", "l = k": "diagonal", "l < k": "upper"}  # of a Hessian block

Heading = tuple[str, str]  # kind, title in markup


@dataclass(frozen=True)
class Headings:
    """Kinds and titles of results by label, and what hypotheses say by name. A result that is not listed is a
    proposition with its own title."""

    results: Mapping[str, Heading] = field(default_factory=dict)
    hypotheses: Mapping[str, str] = field(default_factory=dict)

    def of(self, result: Result | Assumed, group: str = "") -> tuple[str, Parts, str]:
        """Kind, title and label, which is that of the group and the name."""
        label = label_of(f"{group} {result.name}")
        if label in self.results:
            kind, title = self.results[label]
            return kind, marked(title), label
        title = result.title[:1].upper() + result.title[1:]
        return "Proposition", marked(title) if "$" in title else reason(title), label

    def in_words(self, name: str) -> Parts:
        """What the hypothesis with this name says."""
        return marked(self.hypotheses.get(name, ""))


def label_of(name: str) -> str:
    """The label of a statement with this name.

    >>> label_of("hessian l > k"), label_of("kernel, m = d")
    ('hessian-lower', 'kernel-m-d')
    """
    for sign, word in PLACES.items():
        name = name.replace(sign, word)
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
