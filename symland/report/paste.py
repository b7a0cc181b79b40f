"""LaTeX to paste into a paper: derivations as `align*`, for amsmath and amssymb and nothing else."""

from __future__ import annotations

from dataclasses import replace

from symland.calculus.derivation import Derivation
from symland.inputs import LossDerivatives
from symland.landscape.products.derivatives import Derivatives
from symland.landscape.products.networks import LinearNetwork, Network
from symland.language import terms as T
from symland.language.nodes import Node
from symland.language.terms import Term
from symland.report.abbreviate import Abbreviation
from symland.report.document import Document, Formulas
from symland.report.network_notation import BARE, full, plain
from symland.report.notation import Notation
from symland.report.sections import chain
from symland.report.tex import Writer
from symland.write.latex import to_latex

PAPER_WIDTH = 34.0  # em: a line of a paper in one column


def derivation_latex(made: Derivatives, layers: int | None = None, hessian: bool = False) -> str:
    """The derivation of the gradient, and with `hessian` of the three cases of the Hessian block, as `align*` with the
    reasons as tags; for an explicit number of layers the formulas of that depth follow."""
    n = made.general
    notation = full(n)
    writer = Writer(Document("", (), ()), PAPER_WIDTH, r"\tag*{\footnotesize ")
    out = [f"% {n.problem.name}. Needs amsmath and amssymb.", *_meanings(notation, n)]
    for d in [made.gradient, *(made.blocks.values() if hessian else ())]:
        out += [
            _head(d),
            writer.block(chain(d, notation)),
            writer.block(Formulas((notation.typeset(d.theorem.statement),))),
        ]
    if layers is not None:
        explicit = plain(made.network)
        derivations = [*made.gradients, *(made.hessian.blocks.values() if hessian else ())]
        formulas = tuple(explicit.typeset(d.theorem.statement) for d in derivations)
        residual = made.network.problem.definitions["E"]
        out += [f"% {made.network.problem.name}, E = {_latex(residual)}  [PROVED]", writer.block(Formulas(formulas))]
    return "\n".join(out) + "\n"


def loss_latex(made: LossDerivatives) -> str:
    """The derivations of a loss as `align*` with the reasons as tags, names of repeated parts first."""
    short = tuple(Abbreviation(_named(name, t), t) for name, t in made.definitions.items())
    notation = Notation(short)
    writer = Writer(Document("", (), ()), PAPER_WIDTH, r"\tag*{\footnotesize ")
    out = [f"% f = {to_latex(made.given.term)}. Needs amsmath and amssymb."]
    out += [f"%   {name} = {to_latex(meaning)}" for name, meaning in made.definitions.items()]
    for d in [*made.gradients, *(made.hessian.blocks.values() if made.hessian is not None else ())]:
        out += [_head(d), writer.block(chain(d, notation))]
        out += [writer.block(Formulas((notation.typeset(d.theorem.statement),)))]
    return "\n".join(out) + "\n"


def _named(name: str, meaning: Term) -> Term:
    return T.matrix(name, *meaning.shape) if meaning.is_matrix else T.scalar(name)


def _meanings(notation: Notation, network: Network) -> list[str]:
    """One comment for each abbreviation, and how to read products."""
    written = replace(notation, abbreviations=())
    lines = [f"%   {_latex(a.name)} = {to_latex(written.typeset(a.meaning))}" for a in notation.abbreviations]
    chain = r"W_{b:a} = W_b \cdots W_a"
    ordered = r"P_{b:a} = (I_{d} + A_{b}) \cdots (I_{d} + A_{a})"
    return [*lines, f"%   {chain if isinstance(network, LinearNetwork) else ordered}, the identity for b = a - 1"]


def _head(d: Derivation) -> str:
    given = ", ".join(_latex(h) for h in d.theorem.hypotheses.values())
    return f"% {d.name}{', for ' if given else ''}{given}  [PROVED for all dimensions]"


def _latex(node: Node) -> str:
    return to_latex(BARE.typeset(node))
