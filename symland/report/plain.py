"""Derivations as plain text, for the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symland.calculus.derivation import Derivation
from symland.inputs import Input, LossDerivatives
from symland.language import statements as S
from symland.language.nodes import Node
from symland.language.notation import show
from symland.language.terms import Term

CLOSING = "PROVED for all dimensions: the kernel replayed every step (--json writes it, `symland check` judges it)."


def loss_text(made: LossDerivatives) -> str:
    """The loss, what was inferred about it, and every derivation with its steps."""
    names: dict[Node, str] = {meaning: name for name, meaning in made.definitions.items()}
    out = [input_text("f", made.given), *definitions_text(made.definitions)]
    for d in made.gradients:
        out += ["", derivation_text(d, names)]
    for d in made.hessian.blocks.values() if made.hessian is not None else ():
        out += ["", derivation_text(d, names)]
    return "\n".join([*out, "", CLOSING])


def input_text(name: str, given: Input) -> str:
    """The expression with the letters that it was read to have."""
    lines = [f"{name} = {show(given.term)}"]
    if given.reading is not None:
        lines.append("  where " + ", ".join(given.reading.declarations()))
        inferred = [x for x in given.reading.letters if x in given.reading.inferred]
        lines += [f"  inferred: the shapes of {', '.join(inferred)}"] if inferred else []
        lines += [f"  note: {note}" for note in given.reading.notes]
    return "\n".join(lines)


def definitions_text(definitions: Mapping[str, Term]) -> list[str]:
    """One line for each name, names of its parts included."""
    out = []
    for name, meaning in definitions.items():
        others: dict[Node, str] = {m: n for n, m in definitions.items() if n != name}
        out.append(f"  {name} := {show(meaning, others)}")
    return out


def derivation_text(d: Derivation, names: Mapping[Node, str] | None = None) -> str:
    """The derivation: its hypotheses, one line for each step with its reason, and the result."""
    names = d.abbreviations if names is None else names
    lines = [d.name + _conditions(d)]
    for i, line in enumerate(d.steps):
        left, right = line.statement.args
        if i == 0:
            lines.append(f"    {show(left)}")
        lines += [f"      = {show(right, names)}", f"          ({line.reason})"]
    lines += [f"  note: {note}" for note in d.notes]
    return "\n".join([*lines, *result_text(d, names)])


def _conditions(d: Derivation) -> str:
    """The hypotheses of a derivation: ranges of indices as `for`, others as `assuming`."""
    ranges = [show(h) for h in d.theorem.hypotheses.values() if isinstance(h, S.NonNeg)]
    others = [
        show(h) if name == show(h) else f"{name}: {show(h)}"
        for name, h in d.theorem.hypotheses.items()
        if not isinstance(h, S.NonNeg)
    ]
    parts = ((", for ", ranges), (", assuming ", others))
    return "".join(word + ", ".join(items) for word, items in parts if items)


def result_text(d: Derivation, names: Mapping[Node, str] | None = None) -> Sequence[str]:
    """What was derived, with the letters it belongs to."""
    names = d.abbreviations if names is None else names
    statement = d.theorem.statement
    if isinstance(statement, S.Eq):
        title = d.name
    else:
        letters = ", ".join(show(w) for w in statement.args[1:-1])
        kind = {S.Grad: "gradient with respect to", S.Jac: "Jacobian with respect to"}.get(type(statement))
        title = f"{kind or 'Hessian block of'} {letters}"
    return [f"  {title}:", f"      {show(d.result, names)}"]
