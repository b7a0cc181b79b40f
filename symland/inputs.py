"""The public functions of the calculus: they take expressions as symland terms, SymPy expressions or text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

from symland.calculus import gradient as _gradient
from symland.calculus import hessian as _hessian
from symland.calculus import jacobian as _jacobian
from symland.calculus.derivation import Derivation
from symland.calculus.facts import says
from symland.calculus.hessian import HessianDerivation
from symland.calculus.naming import named_parts
from symland.calculus.prover import Prover
from symland.calculus.simplify import tidy
from symland.errors import AssumptionMissing, StepRejected, Undecided, UndefinedHere, UsageError
from symland.language import terms as T
from symland.language.domains import is_nowhere
from symland.language.functions import FUNCTIONS, RESERVED
from symland.language.index import Dim, check_name
from symland.language.names import check_names
from symland.language.nodes import Node, walk
from symland.language.notation import names_in
from symland.language.statements import Statement
from symland.language.terms import Term
from symland.language.trace import Trace
from symland.progress import Progress, silent
from symland.proof.kernel import replay
from symland.proof.normal_form.words import TooLarge

Assumptions = Mapping[str, Statement] | Sequence[Any] | str | None


class LossDerivatives(NamedTuple):
    """A loss as it was read, its gradients and, if it was asked for, its Hessian, all in one trace, with names for the
    parts that the results repeat."""

    given: Input
    gradients: tuple[Derivation, ...]
    hessian: HessianDerivation | None
    trace: Trace
    definitions: Mapping[str, Term]


class Input(NamedTuple):
    """An expression as a term, and for text its reading, which says what was inferred."""

    term: Term
    reading: Any = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader inferred or assumed."""
        if self.reading is None:
            return ()
        inferred = [d for d in self.reading.declarations() if d.split(":")[0].split("[")[0] in self.reading.inferred]
        return ((f"inferred: {', '.join(inferred)}",) if inferred else ()) + tuple(self.reading.notes)

    def letter(self, item: Any) -> Term:
        """The letter that an item names: a letter, a SymPy symbol, or the name of a letter of the expression."""
        if not isinstance(item, str):
            return as_input(item).term if is_sympy(item) else item
        if self.reading is not None:
            found: Term = self.reading.letter(item)
            return found
        letters = {repr(n): n for n in walk(self.term) if isinstance(n, (T.Symbol, T.Member))}
        if not letters:
            raise UsageError(f"{self.term!r} has no letter {item}: it is a constant", hint="norm2(A*x - b)^2")
        if item not in letters:
            raise UsageError(f"{self.term!r} has no letter {item}", hint="one of " + ", ".join(sorted(letters)))
        return letters[item]


def is_sympy(item: Any) -> bool:
    """Whether the item is one of SymPy's objects; does not import SymPy."""
    return any((c.__module__ or "").split(".")[0] == "sympy" for c in type(item).__mro__)


def as_input(
    item: Any, shapes: Any = None, facts: Mapping[str, Iterable[str]] | None = None, scalar: bool = False
) -> Input:
    """A term, a SymPy expression or text as an expression. `shapes` and `facts` declare the letters of a text, as in
    `parse`; `shapes` may also be one text, "X: d x m, w: n". With `scalar` the letters of a text are read so that it
    is a scalar.

    Raises ParseError and ShapeError for text that cannot be read, NoRule for SymPy expressions that symland does not
    have, UsageError for anything else.
    """
    if isinstance(item, Input):
        return item
    if isinstance(item, str):
        from symland.read.text import declare, read

        if isinstance(shapes, str):
            shapes = declare(shapes).shapes
        reading = read(item, shapes, facts, scalar)
        return Input(reading.term, reading)
    if shapes is not None or facts is not None:
        raise UsageError("shapes and facts are declared for text", hint="a term carries the shapes of its letters")
    if is_sympy(item):
        from symland.read.sympy import from_sympy

        item = from_sympy(item)
    if isinstance(item, Term):
        check_names(item)
        return Input(item)
    raise UsageError(f"{item!r} is not an expression", hint="a symland term, a SymPy expression, or text")


def listed(assuming: Assumptions) -> list[Any]:
    """Assumptions without their names. Raises UsageError for what is none."""
    if isinstance(assuming, (str, Statement)):
        return [assuming]
    if not isinstance(assuming or (), Iterable):
        raise UsageError(f"{assuming!r} is not a statement", hint="invertible(A), 0 < s, A*X' = 0")
    return list(assuming.values() if isinstance(assuming, Mapping) else assuming or ())


def check_budget(budget_s: Any) -> None:
    """Raises UsageError for what is no number of seconds."""
    if budget_s is not None and not (isinstance(budget_s, (int, float)) and budget_s >= 0):
        raise UsageError(f"{budget_s!r} is not a number of seconds", hint="budget_s=60")


def hypotheses_from(assuming: Assumptions, given: Input) -> dict[str, Statement]:
    """Named hypotheses from statements or texts of statements; a statement without a name is named by what it says."""
    if assuming is None:
        return {}
    named = assuming.items() if isinstance(assuming, Mapping) else (("", s) for s in listed(assuming))
    out = {}
    for name, item in named:
        statement = item
        if isinstance(item, str):
            from symland.read.assumptions import read_statement

            statement = read_statement(item, given.reading)
        if not isinstance(statement, Statement):
            raise UsageError(f"{item!r} is not a statement", hint="invertible(A), 0 < s, A*X' = 0")
        out[name or repr(statement)] = statement
    return out


@contextmanager
def _derivation_of(term: Term) -> Iterator[None]:
    """A proposal that the kernel refuses is a gap in symland: Undecided, and not a statement about the input."""
    try:
        yield
    except AssumptionMissing:
        raise
    except (RecursionError, TooLarge) as e:
        why = "it is nested too deeply" if isinstance(e, RecursionError) else str(e.args[0])
        raise Undecided(f"no derivative was found: {why}", hint="name the parts, or take a simpler form") from None
    except StepRejected as e:
        raise Undecided(
            f"a derivative of {term!r} was found, but not proved: {e.reason}",
            hint="this is a gap in symland, please report it; another form of the expression may do",
        ) from None


def gradient(
    loss: Any, w: Any, assuming: Assumptions = None, abbreviations: Mapping[Node, str] | None = None,
    shapes: Any = None, facts: Mapping[str, Iterable[str]] | None = None,
) -> Derivation:  # fmt: skip
    """The gradient of a scalar loss with respect to a letter, for every dimension, with checked steps.

    `loss` is a symland term, a SymPy expression, or text, whose letters `shapes` and `facts` declare where they are not
    to be inferred; `w` a letter or its name. See `symland.calculus.gradient.gradient` for the convention and errors.
    Raises UsageError where a name stands for two things, UndefinedHere for a loss with a value nowhere, and Undecided
    for a gradient that was found, but not proved.

    >>> gradient("norm2(A*x - b)^2", "x", shapes="b: m").result
    2*A'*(A*x - b)
    """
    given = as_loss(loss, shapes, facts)
    (letter,), hypotheses = setting_of(given, [w], assuming)
    with _derivation_of(given.term):
        made = _gradient.gradient(given.term, letter, hypotheses, _checked(abbreviations, given))
    return _finished(made, given, abbreviations)


def hessian_block(
    loss: Any, w: Any, u: Any, assuming: Assumptions = None, abbreviations: Mapping[Node, str] | None = None,
    commute: bool = False, shapes: Any = None, facts: Mapping[str, Iterable[str]] | None = None,
) -> Derivation:  # fmt: skip
    """One block of the vectorized Hessian, for every dimension, with checked steps: one row per entry of w and one
    column per entry of u, columns stacked. `commute` writes commutation matrices on the left.

    Inputs are those of `gradient`. See `symland.calculus.hessian.hessian_block` for the convention and errors.

    >>> hessian_block("1/2*norm2(A*x - b)^2", "x", "x").result
    A'*A
    """
    given = as_loss(loss, shapes, facts)
    (first, second), hypotheses = setting_of(given, [w, u], assuming)
    with _derivation_of(given.term):
        made = _hessian.hessian_block(given.term, first, second, hypotheses, _checked(abbreviations, given), commute)
    return _finished(made, given, abbreviations)


def hessian(
    loss: Any, variables: Sequence[Any], form: str = "vectorized", assuming: Assumptions = None,
    abbreviations: Mapping[Node, str] | None = None, shapes: Any = None,
    facts: Mapping[str, Iterable[str]] | None = None,
) -> HessianDerivation:  # fmt: skip
    """The Hessian over a list of letters, for every dimension, with checked steps: "vectorized", one block matrix over
    column-major vecs, or "bilinear", second differentials.

    Inputs are those of `gradient`. See `symland.calculus.hessian.hessian` for the convention and errors.

    >>> hessian("1/2*norm2(W2*W1*X - Y)^2", ["W1", "W2"]).blocks[0, 0].result
    (X*X') (x) (W2'*W2)
    """
    if isinstance(variables, (str, Term)):
        variables = [variables]
    given = as_loss(loss, shapes, facts)
    letters, hypotheses = setting_of(given, variables, assuming)
    with _derivation_of(given.term):
        made = _hessian.hessian(given.term, letters, form, hypotheses, _checked(abbreviations, given))
    names = abbreviations
    if names is None:
        parts = named_parts(b.result for b in made.blocks.values())
        names = {meaning: name for name, meaning in parts.items()}
    blocks = {at: replace(b, abbreviations=dict(names)) for at, b in made.blocks.items()}
    return replace(made, blocks=blocks, abbreviations=dict(names), notes=(*given.notes, *made.notes))


def derivatives(
    loss: Any, variables: Sequence[Any] = (), second: bool = False, form: str = "vectorized",
    assuming: Assumptions = None, shapes: Any = None, facts: Mapping[str, Iterable[str]] | None = None,
    budget_s: float | None = None, progress: Progress = silent,
) -> LossDerivatives:  # fmt: skip
    """The gradients of a loss with respect to letters (all its letters if none are given), and with `second` the
    Hessian over them, in one trace. Inputs are those of `gradient`. Raises Undecided after `budget_s` seconds.

    >>> made = derivatives("1/2*norm2(W2*W1*X - Y)^2", ["W1", "W2"])
    >>> [d.result for d in made.gradients]
    [W2'*(W2*W1*X - Y)*X', (W2*W1*X - Y)*X'*W1']
    """
    check_budget(budget_s)
    given = as_loss(loss, shapes, facts)
    term = given.term
    letters, hypotheses = setting_of(given, variables, assuming)
    letters = letters or letters_of(term)
    if not letters:
        raise UsageError(f"{term!r} is a constant: it has no letters to differentiate by", hint="norm2(A*x - b)^2")
    prover = Prover(hypotheses, budget_s=budget_s, progress=progress)
    ids, lines = {}, {}
    with _derivation_of(term):
        for k, w in enumerate(letters):
            ids[f"gradient {k + 1}"] = _gradient.gradient_step(prover, term, w)
            lines[f"gradient {k + 1}"] = tuple(prover.display)
            prover.display.clear()
        blocks, block_lines = _hessian.hessian_steps(prover, term, letters, form) if second else ({}, {})
    trace = prover.trace({**ids, **{_hessian.block_name(place): id for place, id in blocks.items()}})
    theorems = replay(trace)
    made = tuple(
        Derivation(trace, theorems[key], f"gradient with respect to {w!r}", {}, lines[key], _gradient.notes_on(term, w))
        for key, w in zip(ids, letters, strict=True)
    )
    results = [says(theorem.statement) for theorem in theorems.values()]
    shown = [line.statement.args[1] for d in made for line in d.steps]
    parts = named_parts(results, shown)
    names: dict[Node, str] = {meaning: name for name, meaning in parts.items()}
    made = tuple(replace(d, abbreviations=names) for d in made)
    whole = _hessian.of_blocks(term, letters, form, trace, theorems, block_lines, names) if second else None
    return LossDerivatives(given, made, whole, trace, parts)


def jacobian(
    function: Any, w: Any, assuming: Assumptions = None, abbreviations: Mapping[Node, str] | None = None,
    shapes: Any = None, facts: Mapping[str, Iterable[str]] | None = None,
) -> Derivation:  # fmt: skip
    """The vectorized Jacobian J of a matrix or scalar, for every dimension: vec D(F; w, V) = J vec V.

    Inputs are those of `gradient`. See `symland.calculus.jacobian.jacobian` for the convention and errors.

    >>> jacobian("A*W*B", "W").result
    B' (x) A
    """
    given = as_input(function, shapes, facts)
    check_defined(given.term)
    (letter,), hypotheses = setting_of(given, [w], assuming)
    with _derivation_of(given.term):
        made = _jacobian.jacobian(given.term, letter, hypotheses, _checked(abbreviations, given))
    return _finished(made, given, abbreviations)


def setting_of(
    given: Input, variables: Iterable[Any], assuming: Assumptions
) -> tuple[list[Term], dict[str, Statement]]:
    """The letters to differentiate by and the hypotheses, in which every name stands for what it stands for in the
    expression."""
    letters, hypotheses = [given.letter(w) for w in variables], hypotheses_from(assuming, given)
    check_names(given.term, *(w for w in letters if isinstance(w, Node)), *hypotheses.values())
    return letters, hypotheses


def check_defined(term: Term) -> None:
    """Raises UndefinedHere for a term that has a value nowhere: 1/(s - s), the inverse of A - A."""
    memo: dict[Node, Term] = {}
    for n in walk(term):
        if is_nowhere(n, lambda x: tidy(x, memo)):
            raise UndefinedHere(f"{n!r} has a value nowhere")


def as_loss(item: Any, shapes: Any, facts: Mapping[str, Iterable[str]] | None) -> Input:
    """The input, with a 1 x 1 product such as x'*A*x taken as the scalar in it."""
    given = as_input(item, shapes, facts, scalar=True)
    if given.term.is_matrix and all(d == Dim.of(1) for d in given.term.shape):
        given = Input(T.Trace(given.term), given.reading)
    check_defined(given.term)
    return given


def _checked(abbreviations: Mapping[Node, str] | None, given: Input) -> Mapping[Node, str] | None:
    """The names that a caller gives to parts: each a name, used once, and for nothing else."""
    taken = names_in(given.term)
    for name in (abbreviations or {}).values():
        if check_name(name) in taken or name in RESERVED or name in FUNCTIONS:
            raise UsageError(f"the abbreviation {name} is the name of something else", hint="another name")
        taken.add(name)
    return abbreviations


def _finished(made: Derivation, given: Input, abbreviations: Mapping[Node, str] | None) -> Derivation:
    """The derivation with the reader's notes, and names for parts that its result repeats unless some were given."""
    names = dict(abbreviations or {})
    if abbreviations is None:
        names = {meaning: name for name, meaning in named_parts([made.result]).items()}
    named = abbreviations is None
    return replace(made, notes=(*given.notes, *made.notes), abbreviations=names, named=named)


def letters_of(term: Term) -> list[Term]:
    """The letters of a term, in the order in which they occur."""
    return list(dict.fromkeys(n for n in walk(term) if isinstance(n, (T.Symbol, T.Member))))
