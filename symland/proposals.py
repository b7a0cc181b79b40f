"""Proposed minimizers: a point of a loss that a person gives in text, as terms, in a problem file or with a problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, cast

from symland.errors import ShapeError, UsageError
from symland.inputs import (
    Assumptions,
    Input,
    as_input,
    as_loss,
    check_budget,
    hypotheses_from,
    is_sympy,
    letters_of,
    listed,
    setting_of,
)
from symland.landscape.candidates.candidate import Candidate
from symland.landscape.candidates.stationary import Point, substituted
from symland.landscape.minimizer_set import PointFamily
from symland.language import terms as T
from symland.language.index import shape_text
from symland.language.names import check_names
from symland.language.nodes import Node, walk
from symland.language.notation import show
from symland.language.problem import Problem
from symland.language.statements import Statement
from symland.language.terms import Term
from symland.language.trace import Assignment
from symland.read.point import Assigned, read_point, read_together
from symland.read.problem_file import ProblemTexts, read_problem_file

Where = Mapping[Any, Any] | PointFamily | str | None  # a point as a caller gives it


def candidate(
    loss: Any, variables: Sequence[Any] = (), at: Where = None, assuming: Assumptions = None,
    shapes: Any = None, facts: Mapping[str, Iterable[str]] | None = None, budget_s: float | None = None,
) -> Candidate:  # fmt: skip
    """A proposed minimizer of a loss with its claims, each with its own label: the gradient is zero, the value, that no
    other point has a smaller loss, the Hessian, that it is H^T H, its inertia at exact instances.

    `at` says what each of the variables is, in letters that are free: a dictionary from letters to terms, text such as
    "W1 = C, W2 = M*inv(C)", or a `PointFamily`; without `variables` its letters are the variables. Variables that occur
    in an assumption stand for what they are at the point; that what is inverted is invertible is assumed. For a Problem
    with a `PointFamily` as its minimizers, that is the point. Other inputs are those of `gradient`.

    Raises UsageError for a point that misses a variable, sets another letter, or depends on a variable, ShapeError
    where shapes differ; `check()` of the result raises NotAMinimizer for a refuted claim.

    >>> found = candidate("1/2*norm2(A*X - Y)^2", ["A"], at="A = M", assuming="Y*X' = M*X*X'")
    >>> found
    A = M: PROVED as a global minimizer of 1/2*norm2(A*X - Y)^2
    >>> found.claim("global minimum").evidence.label.value
    'PROVED'
    """
    if isinstance(loss, Problem):
        return _declared(loss, at, assuming, budget_s)
    return propose(loss, variables, at, assuming, shapes, facts, budget_s).candidate


class Proposal(NamedTuple):
    """A loss as it was read together with a point, and the candidate."""

    given: Input
    candidate: Candidate


def propose(
    loss: Any, variables: Sequence[Any] = (), at: Where = None, assuming: Assumptions = None,
    shapes: Any = None, facts: Mapping[str, Iterable[str]] | None = None, budget_s: float | None = None,
) -> Proposal:  # fmt: skip
    """The candidate of these inputs, as `candidate` takes them, with the reading of the loss."""
    given = _together(loss, at, assuming, shapes, facts)
    letters, hypotheses = setting_of(given, variables, assuming)
    where = _where(given, letters or _letters_of(given, at), at)
    return Proposal(given, _candidate(given.term, where, hypotheses, budget_s=budget_s))


def problem_of(texts: ProblemTexts) -> Problem:
    """The problem in the texts of a problem file or of the command line; a point is its minimizers."""
    at = texts.at
    given = _together(texts.loss, at, list(texts.assume), texts.declare, None)
    letters, hypotheses = setting_of(given, texts.wrt, list(texts.assume))
    letters = letters or (letters_of(given.term) if at is None else _letters_of(given, at))
    known = None
    if at is not None:
        known = PointFamily("proposed", "the proposed minimizer", _where(given, letters, at))
    data = tuple(s for s in letters_of(given.term) if s not in letters)
    return Problem(
        texts.name or "loss", given.term, tuple(letters), data, hypotheses=hypotheses, minimizers=known,
        source=texts.source,
    )  # fmt: skip


def read_problem(path: str | Path) -> Problem:
    """The problem in a problem file (`symland.read.problem_file` has the format); a point there is its minimizers,
    which `candidate` judges. Raises ParseError with line and marker for what cannot be read."""
    return problem_of(read_problem_file(path))


def judged(problem: Problem) -> Problem:
    """The problem with the point that it declares as a candidate, so that claims are made about it; any other problem
    as it is."""
    if not isinstance(problem.minimizers, PointFamily):
        return problem
    return replace(problem, minimizers=candidate(problem))


def _declared(problem: Problem, at: Where, assuming: Assumptions, budget_s: float | None) -> Candidate:
    """The candidate of a problem: the point given, or the one that the problem declares."""
    known = problem.minimizers if at is None else at
    given = _together(problem.loss, at, assuming, None, None)
    hypotheses = {**problem.hypotheses, **hypotheses_from(assuming, given)}
    model: Sequence[Assignment] = ()
    if isinstance(known, PointFamily):
        at, hypotheses, model = known.point, {**hypotheses, **known.hypotheses}, known.model
    where = _where(given, problem.letters, at)
    return _candidate(problem.loss, where, hypotheses, tuple(model), problem.abbreviations, budget_s)


def _candidate(
    loss: Term, where: Mapping[Term, Term], hypotheses: Mapping[str, Statement], model: tuple[Assignment, ...] = (),
    names: Mapping[Node, str] | None = None, budget_s: float | None = None,
) -> Candidate:  # fmt: skip
    check_budget(budget_s)
    placed = {name: substituted(h, where) for name, h in hypotheses.items()}
    check_names(loss, *where, *where.values(), *placed.values())
    return Candidate(Point(loss, where, placed), model, dict(names or {}), budget_s)


def _where(given: Input, letters: Sequence[Term], at: Where) -> dict[Term, Term]:
    """The point by letter, in the order of the letters."""
    if at is None:
        raise UsageError("there is no point to look at", hint='at="W1 = C, W2 = M*inv(C)"')
    items = _items(at)
    if not items:
        raise UsageError("the point says of no letter what it is", hint='at="W1 = C, W2 = M*inv(C)"')
    out: dict[Term, Term] = {}
    for key, item in items.items():
        w = given.letter(key)
        if w not in letters:
            names = ", ".join(map(repr, letters))
            raise UsageError(f"{w!r} is not one of the variables: {names}", hint="add it to --wrt, or leave it out")
        if w in out:
            raise UsageError(f"{w!r} is set twice", hint="give each letter one value")
        out[w] = _value_at(given, w, item)
    missing = [repr(w) for w in letters if w not in out]
    if missing:
        hint = f"{missing[0]} = 0, or leave it out of the variables"
        raise UsageError(f"the point does not say what {', '.join(missing)} is", hint=hint)
    for w, t in out.items():
        own = next((u for u in letters if u in set(walk(t))), None)
        if own is not None:
            hint = "name the value of that variable by a letter"
            raise UsageError(f"{w!r} = {t!r} depends on the variable {own!r}", hint=hint)
    return {w: out[w] for w in letters}


def _items(at: Any) -> Mapping[Any, Any]:
    """A point as a dictionary."""
    if isinstance(at, PointFamily):
        return at.point
    return at if isinstance(at, Mapping) else {a.letter: a.value for a in read_point(at)}


def _value_at(given: Input, w: Term, item: Any) -> Term:
    """The value of a letter, of its shape; 0 is zero of any shape."""
    if item in (0, "0"):
        return cast(Term, T.Zero(*w.shape)) if w.is_matrix else T.number(0)
    if isinstance(item, str):
        letters = given.reading.letters if given.reading is not None else {repr(n): n for n in letters_of(given.term)}
        item = as_input(item, dict(letters)).term
    value = as_input(item).term if is_sympy(item) else item
    if not isinstance(value, Term):
        raise UsageError(f"{value!r} is not a value for {w!r}", hint="a term, a SymPy expression, or text")
    if value.shape != w.shape:
        raise ShapeError(
            f"{w!r} is {shape_text(w.shape)}, and its value {value!r} is {shape_text(value.shape)}",
            parts=(w, value), shapes=(w.shape, value.shape), hint="declare the shapes of the letters",
        )  # fmt: skip
    return value


def _together(
    loss: Any, at: Where, assuming: Assumptions, shapes: Any, facts: Mapping[str, Iterable[str]] | None
) -> Input:
    """The loss, with a reading in which all letters have the shapes that the texts of the point and of the assumptions
    need; a term keeps its letters."""
    from symland.read.text import declare

    items = {} if at is None else _items(at)
    points = [Assigned(k, v) for k, v in items.items() if isinstance(k, str) and isinstance(v, str)]
    assumed = [s for s in listed(assuming) if isinstance(s, str)]
    given = None if isinstance(loss, str) else as_loss(loss, shapes, facts)
    if given is not None and not (points or assumed):
        return given
    text = loss if given is None else show(given.term)
    declared = declare(shapes).shapes if isinstance(shapes, str) else shapes
    joint = read_together(text, points, assumed, declared if given is None else _named(given.term), facts)
    again = as_loss(text, dict(joint.letters), None)
    if given is not None and again.term is not given.term:
        return given
    inferred = tuple(n for n in again.reading.letters if n in joint.inferred)
    letters = {**again.reading.letters, **joint.letters}
    return Input(again.term, replace(again.reading, letters=letters, inferred=inferred, notes=joint.notes))


def _named(term: Term) -> dict[str, Any]:
    """The letters of a term as declarations: symbols, and families for their members."""
    return {n.name: n if isinstance(n, T.Symbol) else n.family for n in letters_of(term)}  # type: ignore[attr-defined]


def _letters_of(given: Input, at: Any) -> list[Term]:
    """The letters that the point sets, which have to be letters of the loss."""
    items = {} if at is None else _items(at)
    letters, known = [given.letter(key) for key in items], letters_of(given.term)
    if not known:
        raise UsageError(f"{given.term!r} is a constant: it has no minimizers to propose", hint="norm2(A*x - b)^2")
    for w in letters:
        if w not in known:
            raise UsageError(f"the loss has no letter {w!r}", hint="one of " + ", ".join(map(repr, known)))
    return letters
