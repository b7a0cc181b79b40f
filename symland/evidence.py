"""Labels, evidence, verdicts and witnesses: how a statement was verified, and how labels combine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Label(Enum):
    """How a statement was verified, strongest kinds first. Printed beside every statement."""

    PROVED = "PROVED"
    FORMAL = "FORMAL"
    EXACT = "EXACT"
    CERTIFIED = "CERTIFIED"
    SAMPLED = "SAMPLED"
    NUMERIC = "NUMERIC"
    ASSUMED = "ASSUMED"
    REFUTED = "REFUTED"
    UNDECIDED = "UNDECIDED"

    @property
    def meaning(self) -> str:
        """One line on how to read the label."""
        return _MEANING[self]


_MEANING = {
    Label.PROVED: "the kernel replayed a proof of the statement from the hypotheses named beside it",
    Label.FORMAL: "an outside proof assistant accepted the printed statement, without axioms",
    Label.EXACT: "decided as an identity of polynomials at the dimensions named, for all values of the letters",
    Label.CERTIFIED: "ball arithmetic or exact rationals on one instance",
    Label.SAMPLED: "random evaluation over a prime field; the error probability is stated",
    Label.NUMERIC: "only evaluated, to the digits stated",
    Label.ASSUMED: "supplied by a user or a citation instead of a proof",
    Label.REFUTED: "a counterexample is shown",
    Label.UNDECIDED: "neither shown nor refuted: this is not an answer",
}


@dataclass(frozen=True)
class Witness:
    """A counterexample: dimensions, an exact point (rational matrices by name) and both values."""

    dims: Mapping[str, int]
    point: Mapping[str, Any]
    left: Any
    right: Any
    note: str = ""


@dataclass(frozen=True)
class Evidence:
    """What was checked, by which method, with which result.

    `scope` says for which dimensions and depths, `details` what was done (trials, digits, error bound),
    `hypotheses` what the statement rests on, `analysis` the cited analysis facts, `witness` a counterexample.
    """

    label: Label
    claim: str
    method: str
    scope: str = ""
    details: str = ""
    hypotheses: tuple[str, ...] = ()
    analysis: tuple[str, ...] = ()
    model: str = ""
    witness: Witness | None = None
    parts: tuple[Evidence, ...] = field(default=())

    def __repr__(self) -> str:
        scope = f"({self.scope})" if self.scope else ""
        return f"{self.label.value}{scope}: {self.claim} [{self.method}]"

    def to_json(self) -> dict[str, Any]:
        """The evidence as JSON data."""
        out: dict[str, Any] = {
            "label": self.label.value, "claim": self.claim, "method": self.method, "scope": self.scope,
            "details": self.details, "hypotheses": list(self.hypotheses), "analysis": list(self.analysis),
            "model": self.model,
        }  # fmt: skip
        if self.witness is not None:
            w = self.witness
            out["witness"] = {
                "dims": dict(w.dims), "point": {k: str(v) for k, v in w.point.items()},
                "left": str(w.left), "right": str(w.right), "note": w.note,
            }  # fmt: skip
        if self.parts:
            out["parts"] = [p.to_json() for p in self.parts]
        return out


def _worst(labels: list[Label]) -> Label | None:
    return next((bad for bad in (Label.REFUTED, Label.UNDECIDED) if bad in labels), None)


def combined(opinions: tuple[Evidence, ...]) -> Label:
    """The label of several opinions on one statement: refuted beats undecided, that beats the strongest of the rest."""
    labels = [p.label for p in opinions]
    return _worst(labels) or min(labels, key=list(Label).index, default=Label.UNDECIDED)


def weakest(parts: tuple[Evidence, ...]) -> Label:
    """The label of several statements together: refuted beats undecided, that beats the weakest of the rest."""
    labels = [p.label for p in parts]
    return _worst(labels) or max(labels, key=list(Label).index, default=Label.UNDECIDED)
