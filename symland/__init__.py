"""symland: landscape conditions of losses in matrix variables, derived, proved, checked and typeset.

>>> import symland as sl
>>> d, m = sl.dims("d m")
>>> W, X, Y = sl.matrix("W", d, d), sl.matrix("X", d, m), sl.matrix("Y", d, m)
>>> sl.gradient(sl.number(1, 2) * sl.norm2(W * X - Y), W)
gradient with respect to W: (W*X - Y)*X'  [PROVED, 11 steps]
"""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from symland.errors import (
    AssumptionMissing,
    CheckFailed,
    NoRule,
    NotAMinimizer,
    ParseError,
    ReportError,
    ShapeError,
    StepRejected,
    SymlandError,
    Undecided,
    UsageError,
)
from symland.evidence import Evidence, Label, Witness
from symland.language.index import Dim, Index, dims
from symland.language.problem import Layers, Problem
from symland.language.statements import Lt, at_least
from symland.language.terms import SquaredNorm as norm2
from symland.language.terms import Term, family, matrix, number, scalar

__version__ = "0.1.0"

if TYPE_CHECKING:
    from symland.inputs import gradient, hessian, hessian_block, jacobian
    from symland.interface import check, explicit, replay
    from symland.landscape.library import gradient_dominance, hessian_at, minimizers, network
    from symland.landscape.minimizer_set import PointFamily
    from symland.proposals import candidate, read_problem
    from symland.read.sympy import from_sympy
    from symland.read.text import parse
    from symland.report.build import report

# Loaded when first used: `import symland` stays quick.
_LAZY = {
    "gradient": "symland.inputs",
    "hessian": "symland.inputs",
    "hessian_block": "symland.inputs",
    "jacobian": "symland.inputs",
    "candidate": "symland.proposals",
    "PointFamily": "symland.landscape.minimizer_set",
    "read_problem": "symland.proposals",
    "parse": "symland.read.text",
    "from_sympy": "symland.read.sympy",
    "check": "symland.interface",
    "explicit": "symland.interface",
    "replay": "symland.interface",
    "network": "symland.landscape.library",
    "minimizers": "symland.landscape.library",
    "hessian_at": "symland.landscape.library",
    "gradient_dominance": "symland.landscape.library",
    "report": "symland.report.build",
}

__all__ = [
    "AssumptionMissing",
    "CheckFailed",
    "Dim",
    "Evidence",
    "Index",
    "Label",
    "Layers",
    "Lt",
    "NoRule",
    "NotAMinimizer",
    "ParseError",
    "PointFamily",
    "Problem",
    "ReportError",
    "ShapeError",
    "StepRejected",
    "SymlandError",
    "Term",
    "Undecided",
    "UsageError",
    "Witness",
    "at_least",
    "candidate",
    "check",
    "dims",
    "explicit",
    "family",
    "from_sympy",
    "gradient",
    "gradient_dominance",
    "hessian",
    "hessian_at",
    "hessian_block",
    "jacobian",
    "matrix",
    "minimizers",
    "network",
    "norm2",
    "number",
    "parse",
    "read_problem",
    "replay",
    "report",
    "scalar",
]


def _latex(term: Term) -> str:
    from symland.write.latex import to_latex

    return to_latex(term)


def _sympy(term: Term) -> Any:
    from symland.write.sympy import to_sympy

    return to_sympy(term)


def _numpy(term: Term, functions: Any = None) -> Any:
    from symland.write.numpy import to_numpy

    return to_numpy(term, functions)


Term.writers = MappingProxyType({"latex": _latex, "sympy": _sympy, "numpy": _numpy})


# The first import of a submodule makes it an attribute of the package. For the package of reports that is done here,
# and undone: `report` is the function, whoever imports what and when.
import_module("symland.report")
del globals()["report"]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'symland' has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return __all__
