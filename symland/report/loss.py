"""The report on a loss that a person states: gradient and Hessian blocks, step by step, and their checks."""

from __future__ import annotations

from symland.language.problem import Problem
from symland.progress import Progress, silent
from symland.report.document import Document


def loss_report(problem: Problem, dim: int = 2, progress: Progress = silent) -> Document:
    raise NotImplementedError
