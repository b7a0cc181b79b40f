"""Judgements over whole items: replaying, checking by every method, and entries for explicit dimensions.

Here the first opinion (the kernel) and the second ones (`checks`) are put side by side; neither uses the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from symland.calculus.derivation import Derivation
from symland.calculus.hessian import HessianDerivation
from symland.errors import CheckFailed, NoRule, StepRejected, UndefinedHere, UsageError
from symland.evidence import Evidence, Label, combined
from symland.inputs import LossDerivatives
from symland.landscape.at_minimizers.explicit_hessian import prediction_of
from symland.landscape.at_minimizers.hessian_at import HessianAtMinimizer
from symland.landscape.at_minimizers.sizes import check_sizes
from symland.landscape.candidates.candidate import Candidate
from symland.landscape.hidden.hessian import HiddenHessianAt
from symland.landscape.products.dominance import GradientDominance
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language.index import Index
from symland.language.names import check_names
from symland.language.nodes import Node, Substitution
from symland.language.terms import Term
from symland.language.trace import Trace
from symland.progress import Progress, silent
from symland.proof.kernel import replay as replay_all
from symland.proof.scope import free_names
from symland.proof.theorem import Theorem

METHODS = ("kernel", "steps", "explicit", "modular", "highprec")
SMALL = {"d": 2, "n": 2, "m": 3}  # dimensions of a check that are not given
OTHERS: tuple[Mapping[str, int] | int, ...] = ({"d": 3, "n": 3, "m": 2}, 1)  # where the loss has no value at those
INDICES = range(1, 5)  # values of index variables that are not given


class Formulas(NamedTuple):
    """The loss with its letters, and formulas for gradients and Hessian blocks."""

    loss: Term
    gradients: dict[Node, Node]
    blocks: dict[tuple[Node, Node], Node]


def read(trace: Trace | str | Path) -> Trace:
    """A trace, read from its file if it is a path."""
    if isinstance(trace, Trace):
        return trace
    if not isinstance(trace, (str, Path)):
        raise UsageError(f"{trace!r} is no trace", hint="give a trace, or the path of a trace file")
    from symland.read.json import read_trace

    return read_trace(trace)


def replay(trace: Trace | str | Path) -> Theorem:
    """The theorem of a trace, or of a trace file, after the kernel has replayed it.

    Raises ParseError for a file that is no trace, StepRejected where a step does not follow, UsageError for a trace
    with several theorems.
    """
    theorems = list(replay_all(read(trace)).values())
    if len(theorems) != 1:
        raise UsageError(f"the trace has {len(theorems)} theorems", hint="use check(trace), which judges all of them")
    return theorems[0]


def check(
    item: Any,
    dims: Mapping[str, Any] | None = None,
    methods: Sequence[str] | None = None,
    digits: int = 50,
    budget_s: float | None = None,
    progress: Progress = silent,
) -> Evidence:
    """Evidence on an item by every method that applies, with one part for each opinion.

    The label is the strongest that was earned, unless an opinion is REFUTED or UNDECIDED: then it is that.

    `item` is a derivation, a Hessian, a theorem of the landscape with its trace, a trace, or the path of a trace file.
    Methods: "kernel" (replay), "steps" (every step of the trace evaluated on models of its hypotheses), "explicit"
    (polynomial identity at `dims`), "modular" (prime-field jets of the loss), "highprec" (central differences at
    `digits` digits). `dims` gives dimensions and, for a symbolic depth, index variables such as L, l, k; small values
    where the hypotheses hold are taken for those that are missing. A method that says nothing is named in the details
    with its reason. Raises UsageError for index variables at which a hypothesis fails.
    """
    chosen = tuple(methods or METHODS)
    odd = set(chosen) - set(METHODS)
    if odd:
        raise UsageError(f"there is no method {', '.join(sorted(odd))}", hint="the methods are: " + ", ".join(METHODS))
    parts: list[Evidence] = []
    for trace in traces_of(item):
        if "kernel" in chosen:
            parts.append(kernel_opinion(trace))
        if "steps" in chosen:
            from symland.checks.steps import check_steps

            parts.append(check_steps(trace, budget_s=budget_s, progress=progress))
    at = {**small_indices(item, dims or {}), **(dims or {})}
    formulas, silences = formulas_of(item, at), list[str]()
    if formulas is not None:
        found, silences = formula_opinions(formulas, _candidates(formulas.loss, at, item), chosen, digits, progress)
        parts.extend(found)
    if not parts and not silences:
        missing = sorted(indices_of(item) - set(at))
        given = ", ".join(f'"{v}": 2' for v in missing)
        hint = f"give values to the index variables, as in dims={{{given}}}" if missing else "use kernel or steps"
        raise UsageError(f"{item!r} cannot be checked by {', '.join(chosen)}", hint=hint)
    return _together(parts, chosen, silences)


def check_derivatives(
    made: LossDerivatives, dims: Mapping[str, Any] | None = None, digits: int = 50, budget_s: float | None = None,
    progress: Progress = silent,
) -> Evidence:  # fmt: skip
    """Evidence on the gradients and Hessian blocks of a loss, by every method that applies."""
    from symland.checks.steps import check_steps

    formulas = Formulas(made.given.term, {}, {})
    for d in [*made.gradients, *(made.hessian.blocks.values() if made.hessian is not None else ())]:
        statement = d.theorem.statement
        if isinstance(statement, S.Grad):
            formulas.gradients[statement.args[1]] = statement.args[2]
        elif isinstance(statement, S.Hess):
            formulas.blocks[statement.args[1], statement.args[2]] = statement.args[3]
    parts = [kernel_opinion(made.trace), check_steps(made.trace, budget_s=budget_s, progress=progress)]
    found, silences = formula_opinions(formulas, _candidates(formulas.loss, dims, None), METHODS, digits, progress)
    return _together([*parts, *found], METHODS, silences)


def _together(parts: Sequence[Evidence], chosen: Sequence[str], silences: Sequence[str]) -> Evidence:
    details = f"no opinion: {'; '.join(silences)}" if silences else ""
    return Evidence(
        combined(tuple(parts)), "all methods together", ", ".join(chosen), details=details, parts=tuple(parts)
    )


def _candidates(loss: Term, dims: Mapping[str, Any] | None, item: Any) -> list[dict[str, Any]]:
    """The sizes to check at: the first, unless the loss has no value there (X' X is singular if X is wide)."""
    indices = indices_of(item)
    return [sizes(loss, dims, rest, indices) for rest in (SMALL, *OTHERS)]


def kernel_opinion(trace: Trace) -> Evidence:
    """PROVED if the kernel replays the trace; UNDECIDED, with the step, if not: a refused proof refutes nothing. Raises
    UsageError where a name stands for two things, so that what is proved is not what can be read."""
    try:
        theorems = replay_all(trace)
    except StepRejected as e:
        return Evidence(Label.UNDECIDED, "the trace is not a proof", "kernel replay", details=str(e))
    check_names(*(n for t in theorems.values() for n in (t.statement, *t.hypotheses.values())))
    hypotheses = tuple(dict.fromkeys(f"{n}: {h!r}" for t in theorems.values() for n, h in t.hypotheses.items()))
    analysis = tuple(sorted({a for t in theorems.values() for a in t.analysis}))
    claim = "; ".join(f"{name}: {t.statement!r}" for name, t in theorems.items())
    return Evidence(
        Label.PROVED, claim, f"kernel replay of {len(trace.steps)} steps", hypotheses=hypotheses, analysis=analysis
    )


def formula_opinions(
    f: Formulas, candidates: Sequence[Mapping[str, Any]], chosen: Sequence[str], digits: int, progress: Progress
) -> tuple[list[Evidence], list[str]]:
    """What the checks that differentiate the loss themselves say of the formulas, at the first of the sizes where they
    find a value. A method that does not apply (no polynomials, no rational functions, no point with a value) has no
    opinion; its reason is among the second values."""
    from symland.checks.explicit import check_derivatives
    from symland.checks.highprec import check_derivatives_numeric
    from symland.checks.modular import check_modular

    letters = list(dict.fromkeys([*f.gradients, *(w for pair in f.blocks for w in pair)]))
    methods: dict[str, Callable[[Mapping[str, Any]], Evidence]] = {
        "explicit": lambda at: check_derivatives(f.loss, letters, f.gradients, f.blocks, at),
        "modular": lambda at: check_modular(f.loss, f.gradients, f.blocks, at),
        "highprec": lambda at: check_derivatives_numeric(f.loss, f.gradients, f.blocks, at, digits, progress=progress),
    }
    out, silences = list[Evidence](), list[str]()
    for name, method in methods.items():
        if name in chosen:
            found = _first_opinion(method, candidates)
            if isinstance(found, Evidence):
                out.append(found)
            else:
                silences.append(f"{name} ({found})")
    return out, silences


def _first_opinion(
    method: Callable[[Mapping[str, Any]], Evidence], candidates: Sequence[Mapping[str, Any]]
) -> Evidence | str:
    """The evidence at the first of the sizes where there is some, or why there is none."""
    reason = ""
    for place, at in enumerate(candidates):
        if at in candidates[:place]:
            continue
        try:
            return method(at)
        except NoRule as e:
            return e.message
        except UndefinedHere as e:
            reason = reason or f"no sample where it can be compared: {e.message}"
    return reason


def traces_of(item: Any) -> list[Trace]:
    """The traces behind an item, each once."""
    if isinstance(item, (Trace, str, Path)):
        return [read(item)]
    if isinstance(item, (Derivation, Result, HessianDerivation, Candidate)):
        return [item.trace]
    if isinstance(item, (GradientDominance, HessianAtMinimizer, HiddenHessianAt)):
        return [r.trace for r in item.results]
    raise UsageError(f"{item!r} is nothing that can be checked", hint="give a derivation, a theorem or a trace")


def formulas_of(item: Any, dims: Mapping[str, Any] | None) -> Formulas | None:
    """The gradient or Hessian formulas of an item, at the index variables among `dims`; None if it has none."""
    derivations = item.blocks.values() if isinstance(item, HessianDerivation) else [item]
    out: Formulas | None = None
    for d in derivations:
        if not isinstance(d, Derivation):
            return None
        statement = at_indices(d.theorem.statement, dims or {})
        if isinstance(statement, S.Jac):
            return jacobian_formulas(statement)
        if statement is None or not isinstance(statement, (S.Grad, S.Hess)):
            return None
        out = out or Formulas(statement.args[0], {}, {})
        if isinstance(statement, S.Grad):
            out.gradients[statement.args[1]] = statement.args[2]
        else:
            out.blocks[statement.args[1], statement.args[2]] = statement.args[3]
    return out


def jacobian_formulas(statement: S.Jac) -> Formulas:
    """A Jacobian as the gradient of a scalar: the function contracted with a new letter."""
    from symland.checks.jacobian import contracted

    function, letter, matrix = statement.args
    loss, gradient = contracted(function, letter, matrix)
    return Formulas(loss, {letter: gradient}, {})


def at_indices(statement: Node, dims: Mapping[str, Any]) -> Node | None:
    """The statement with its index variables replaced by the numbers given; None if one is missing."""
    if not statement.free_indices <= set(dims):
        return None
    return Substitution(indices={v: Index.of(dims[v]) for v in statement.free_indices}).apply(statement)


def indices_of(item: Any) -> frozenset[str]:
    """The index variables of a term or derivation, such as L, l, k."""
    if isinstance(item, HessianDerivation):
        return frozenset[str]().union(*(indices_of(b) for b in item.blocks.values()))
    if isinstance(item, Derivation):
        return item.theorem.statement.free_indices
    return item.free_indices if isinstance(item, Term) else frozenset()


def small_indices(item: Any, dims: Mapping[str, Any]) -> dict[str, int]:
    """Small values for the index variables of an item that `dims` does not give: with the least sum among those where
    the order facts that the item rests on hold and one variable is 2, so that there is something to see. None of them
    if there are no such values. Raises UsageError if a fact fails at the values given."""
    free = sorted(indices_of(item) - set(dims))
    made = item.blocks.values() if isinstance(item, HessianDerivation) else [item]
    facts = [h for d in made if isinstance(d, Derivation) for h in d.theorem.hypotheses.values()]
    order = [h for h in facts if isinstance(h, S.NonNeg)]
    known = {v: x for v, x in dims.items() if isinstance(x, int)}
    for fact in order:
        if not _holds(fact, known):
            raise UsageError(f"the formula was derived for {fact!r}, which fails at the values given")
    if not free or len(free) > 4:
        return {}
    choices = (dict(zip(free, values, strict=True)) for values in product(INDICES, repeat=len(free)))
    good = [c for c in choices if max(c.values()) > 1 and all(_holds(f, {**known, **c}) for f in order)]
    return min(good, key=lambda c: sum(c.values()), default={})


def _holds(fact: S.NonNeg, values: Mapping[str, int]) -> bool:
    """Whether an order fact holds; one with a variable that has no value says nothing."""
    e = fact.index
    if not e.variables <= set(values):
        return True
    return e.constant + sum(c * values[v] for v, c in e.coefficients) >= 0


def sizes(
    term: Node, dims: Mapping[str, Any] | None, rest: Mapping[str, int] | int, indices: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The dimensions given, and for those of the term that are missing the ones in `rest`, or `rest` itself. Names that
    are neither dimensions of the term nor among `indices` are refused."""
    given, names = dict(dims or {}), free_names(term)["dims"]
    check_sizes(term, given)
    odd = sorted(map(str, set(given) - names - indices))
    if odd:
        known = ", ".join(sorted(names)) or "none"
        raise UsageError(f"there is no dimension {', '.join(odd)} here", hint=f"the dimensions are: {known}")
    for name in sorted(names - set(given)):
        given[name] = rest if isinstance(rest, int) else rest.get(name, 2)
    return given


def explicit(item: Any, dims: Mapping[str, Any]) -> Any:
    """The entries of an item at explicit dimensions, as a SymPy matrix with simplified entries.

    `item` is a term, a gradient or Hessian derivation, a full Hessian, or `hessian_at(...)` of a network with explicit
    depth (there the data Y are what the network predicts, which makes every point a minimizer). Derivatives are proved
    equal to the entrywise derivatives of the loss at these dimensions first: CheckFailed with a witness if they were
    not. Dimensions that `dims` does not name equal the largest that it names.

    >>> from symland.language.terms import SquaredNorm, matrix, number
    >>> from symland.calculus.gradient import gradient
    >>> W, X = matrix("W", "d", "d"), matrix("X", "d", "m")
    >>> explicit(gradient(number(1, 2) * SquaredNorm(W * X), W), {"d": 1, "m": 2})
    Matrix([[W_11*(X_11**2 + X_12**2)]])
    """
    from symland.checks import entries

    if not isinstance(dims, Mapping):
        raise UsageError(f"dimensions are given by name, not as {dims!r}", hint='for example dims={"d": 2}')
    if isinstance(item, (HessianAtMinimizer, HiddenHessianAt)):
        return _explicit_at_minimizer(item, dims)
    if isinstance(item, Term):
        return entries.explicit_matrix(item, _all_dims(item, dims, indices_of(item)))
    formulas = formulas_of(item, dims)
    if formulas is None:
        raise UsageError(f"{item!r} has no entries", hint="give a term, a derivation or a Hessian, and all its indices")
    loss = formulas.loss
    at = _all_dims(loss, dims, indices_of(item))
    if isinstance(item, HessianDerivation):
        matrix, evidence = entries.explicit_hessian(loss, item.variables, item.result, at)
    elif formulas.gradients:
        ((letter, formula),) = formulas.gradients.items()
        matrix, evidence = entries.explicit_gradient(loss, letter, formula, at)
    else:
        from symland.checks.explicit import check_derivatives

        ((pair, formula),) = formulas.blocks.items()
        evidence = check_derivatives(loss, list(dict.fromkeys(pair)), {}, {pair: formula}, at)
        matrix = entries.explicit_matrix(formula, at)
    return _trusted(matrix, evidence)


def _explicit_at_minimizer(item: HessianAtMinimizer | HiddenHessianAt, dims: Mapping[str, Any]) -> Any:
    from symland.checks import entries

    problem = item.network.problem
    letters = problem.letters
    h, (prediction, target) = item.matrix, prediction_of(problem)
    at = _all_dims(problem.loss, dims)
    return _trusted(*entries.explicit_hessian(problem.loss, letters, h.T * h, at, [(target, prediction)]))


def _all_dims(term: Node, dims: Mapping[str, Any], indices: frozenset[str] = frozenset()) -> dict[str, Any]:
    numbers = [v for name, v in dims.items() if isinstance(v, int) and name not in indices]
    if not numbers:
        raise UsageError("explicit entries need dimensions", hint='for example dims={"d": 2}')
    return sizes(term, dims, max(numbers), indices)


def _trusted(matrix: Any, evidence: Evidence) -> Any:
    if evidence.label is not Label.EXACT:
        raise CheckFailed(f"the formula is not the entrywise derivative: {evidence.claim}", witness=evidence.witness)
    return matrix
