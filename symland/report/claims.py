"""The claims about a proposed minimizer as plain text, for the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from symland.evidence import Evidence, Label
from symland.landscape.candidates.candidate import HESSIAN, SQUARE, STATIONARY, Candidate, Claim
from symland.language import statements as S
from symland.language.nodes import Node
from symland.language.notation import show


def claims_text(candidate: Candidate, names: Mapping[Node, str]) -> str:
    """The point, what is assumed there, every claim with its label, and how to read the labels."""
    given = ", ".join(show(h, names) for h in candidate.point.given.values())
    lines = [f"At {candidate}" + (f", assuming {given} ({candidate.model})" if given else "") + ":"]
    for claim in candidate.claims:
        lines += _claim(claim, names)
        conditions = ", ".join(show(h, names) for h in candidate.conditions(claim))
        lines += [f"      where {conditions}"] if conditions else []
        if claim.name == SQUARE and candidate.factor is not None:
            lines.append(f"      H = {show(candidate.factor, names)}")
    lines += ["", f"{candidate.label.value}: {candidate} is a global minimizer"]
    for label in dict.fromkeys(c.evidence.label for c in candidate.claims):
        lines.append(f"  {label.value}: {label.meaning}")
    return "\n".join(lines)


def _claim(claim: Claim, names: Mapping[Node, str]) -> Iterator[str]:
    e = claim.evidence
    scope = f" ({e.scope})" if e.scope else ""
    yield f"  {claim.name}: {e.label.value}{scope}: {claim.says}"
    if claim.name == HESSIAN:
        for r in claim.results:
            _, w, u, block = r.theorem.statement.args
            yield f"      block of {show(w)}, {show(u)}: {show(block, names)}"
    elif claim.name == STATIONARY and e.label is not Label.REFUTED:
        for r in claim.results:
            if isinstance(r.theorem.statement, S.Grad):
                yield f"      gradient with respect to {show(r.theorem.statement.args[1])}: 0"
    for line in e.details.split("; ") if e.details else ():
        yield f"      {line}"
    yield from _witness(e)


def _witness(e: Evidence) -> Iterator[str]:
    if e.witness is None:
        return
    w = e.witness
    dims = ", ".join(f"{name} = {size}" for name, size in sorted(w.dims.items()))
    yield f"      instance{f' with {dims}' if dims else ''}:"
    for name, value in w.point.items():
        rows = str(value).replace("\n", " ")
        yield f"        {name} = {rows}"
    left, right = (str(x).replace("\n", " ") for x in (w.left, w.right))
    yield f"        {w.note}: {left}, {right}"
