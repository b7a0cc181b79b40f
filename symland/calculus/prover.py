"""A prover builds a trace step by step. It runs every step through a kernel of its own to learn what the step says,
and finds the certificates; nothing trusts it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, cast

from symland.calculus.simplify import Memo, tidy
from symland.errors import AssumptionMissing, NoRule, StepRejected, Undecided
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index, IndexLike
from symland.language.nodes import Family, Lambda, Node, Substitution, walk
from symland.language.terms import Term
from symland.language.trace import Assignment, Step, Trace
from symland.progress import Progress, silent
from symland.proof.kernel import Kernel
from symland.proof.rules.registry import ROWS
from symland.proof.rules.row import Free, Row
from symland.proof.scope import letter_name, occurrences

Path = tuple[int, ...]
LEFT: Path = (0,)
RIGHT: Path = (1,)
# Entries of a step that cite nothing.
UNCITED = {"subst", "term", "value", "row", "at", "segment", "reverse", "var", "lo", "hi", "binder"}
MAX_COEFFICIENT = 3  # largest coefficient on the way to a certificate
MAX_FACTS = 6  # order facts (with repetition) that one certificate may combine


def at(node: Node, path: Path) -> Any:
    """The sub-node at a path of argument numbers."""
    for i in path:
        node = node.args[i]
    return node


class Prover:
    """Emits steps. Methods return the id of the step; `statement(id)` is what it says.

    Raises Undecided once `budget_s` seconds are over; `progress` hears how many steps there are.
    """

    def __init__(
        self, hypotheses: Mapping[str, S.Statement], prefix: str = "s", budget_s: float | None = None,
        progress: Progress = silent,
    ) -> None:  # fmt: skip
        self._deadline = None if budget_s is None else time.monotonic() + budget_s
        self._budget = budget_s
        self._progress = progress
        self.kernel = Kernel(hypotheses)
        self.prefix = prefix
        self.steps: list[Step] = []
        self.display: list[tuple[str, str]] = []
        self._certificates: dict[Index, tuple[str, ...] | None] = {}
        self._tidied: dict[Term, str] = {}
        self._memo: Memo = {}
        self._lemma: tuple[str, str] | None = None
        self._rows: dict[str, str] = {}
        self._known: dict[tuple[S.Statement, frozenset[str]], str] = {}

    @property
    def hypotheses(self) -> Mapping[str, S.Statement]:
        return self.kernel.hypotheses

    def assume(self, name: str, statement: S.Statement) -> str:
        """Adds a hypothesis (an order fact, an induction hypothesis); the same one again is no change."""
        old = self.hypotheses.get(name)
        if old is not None and old is not statement:
            raise AssumptionMissing(f"two hypotheses are named {name}", expected=old, found=statement)
        if old is None:
            self.kernel.hypotheses[name] = statement
            self._certificates.clear()
        return name

    def adopt(self, other: Prover) -> None:
        """Takes over the steps and hypotheses of a prover with another prefix."""
        for name, h in other.hypotheses.items():
            self.assume(name, h)
        self.steps.extend(other.steps)
        self.kernel.proved.update(other.kernel.proved)
        self._known.update(other._known)
        self._rows.update(other._rows)

    def lemma_indices(self) -> tuple[str, str]:
        """Two index variables for the ends of a chain in a lemma, that nothing else here speaks of."""
        if self._lemma is None:
            said = [*self.hypotheses.values(), *(j.statement for j in self.kernel.proved.values())]
            used = {v for s in said for v in s.free_indices}
            free = [n for n in (*"abpqrs", *(f"a{i}" for i in range(len(used) + 2))) if n not in used]
            self._lemma = (free[0], free[1])
        return self._lemma

    def statement(self, id: str) -> S.Statement:
        return self.kernel.proved[id].statement

    def deps(self, id: str) -> frozenset[str]:
        return self.kernel.proved[id].deps

    def row_of(self, id: str) -> str:
        """The row that a step used; empty where it cites a proved equation."""
        return str(self._rows.get(id, ""))

    def emit(self, by: str, data: Mapping[str, Any], out: S.Statement | None = None) -> str:
        """Adds a step and returns its id; a step that says what an earlier one says is that one."""
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise Undecided(
                f"the derivation was not finished in {self._budget:g} seconds ({len(self.steps)} steps)",
                hint="a larger budget, or a smaller expression",
            )
        found = self.kernel.conclude(by, dict(data), out)
        key = (found.statement, found.deps)
        if key in self._known:
            return self._known[key]
        id = f"{self.prefix}{len(self.steps) + 1}"
        step = Step(id, by, found.statement, tuple(sorted(found.deps)), data)
        self.kernel.proved[id] = found
        self.steps.append(step)
        self._progress("derivation", len(self.steps), len(self.steps), "steps")
        self._known[key] = id
        self._rows[id] = data.get("row", "")
        return id

    def trace(self, theorems: Mapping[str, str], model: Sequence[Assignment] = ()) -> Trace:
        """The trace of these theorems: the steps that they need, and the hypotheses that those use."""
        everything = Trace(self.hypotheses, tuple(self.steps), {}, tuple(model), tuple(self.display))
        return pruned(everything, theorems)

    # -- certificates ----------------------------------------------------------------------------------------
    def nonneg(self, e: Index) -> list[tuple[str, int]]:
        """A certificate for e >= 0 from the order facts among the hypotheses."""
        found = self._certificates.get(e, ())
        if e not in self._certificates:
            facts = [(n, h.index) for n, h in self.hypotheses.items() if isinstance(h, S.NonNeg)]
            found = self._certificates[e] = combine(e, facts)
        if found is None:
            raise AssumptionMissing(f"the order facts do not give {S.NonNeg(e)!r}", expected=S.NonNeg(e))
        return [(n, found.count(n)) for n in sorted(set(found))]

    def not_in(self, letter: Term, term: Term) -> list[tuple[str, list[tuple[str, int]]]]:
        """Certificates that the letter does not occur in the term."""
        out = []
        for node, low, high in occurrences(letter_name(letter), term):
            if not isinstance(letter, T.Member) or low is None or high is None:
                raise AssumptionMissing(f"{letter!r} occurs in {term!r}")
            for side, gap in (("above", low - letter.index), ("below", letter.index - high)):
                try:
                    out.append((side, self.nonneg(gap - 1)))
                    break
                except AssumptionMissing:
                    continue
            else:
                raise AssumptionMissing(f"whether {letter!r} occurs in {node!r} is not known")
        return out

    def is_free_of(self, letter: Term, term: Term) -> bool:
        """Whether the term can be shown not to contain the letter."""
        try:
            self.not_in(letter, term)
        except StepRejected:
            return False
        return True

    # -- steps -----------------------------------------------------------------------------------------------
    def hyp(self, name: str) -> str:
        return self.emit("hyp", {"name": name})

    def refl(self, term: Term) -> str:
        return self.emit("refl", {"term": term})

    def instance(
        self,
        row_name: str,
        premises: Sequence[str] = (),
        indices: Mapping[str, IndexLike] | None = None,
        families: Mapping[str, Family | Lambda] | None = None,
        dims: Mapping[str, Dim] | None = None,
        functions: Mapping[str, str] | None = None,
        **symbols: Term,
    ) -> dict[str, Any]:
        """The entries of a step that uses a row: dimensions are read off the shapes of the replacements."""
        row = ROWS[row_name]
        subst: dict[str, dict[str, Any]] = {
            "indices": {k: Index.of(v) for k, v in (indices or {}).items()},
            "dims": dict(dims or {}),
            "symbols": dict(symbols),
            "families": dict(families or {}),
            "functions": dict(functions or {}),
        }
        row = row.over(symbols.get("w"))
        _infer_dims(row, subst)
        subst = {kind: {k: v for k, v in values.items() if k in row.names[kind]} for kind, values in subst.items()}
        subst = {kind: values for kind, values in subst.items() if values}
        sub = Substitution(**cast("dict[str, Any]", subst))
        side: list[Any] = []
        for condition in row.side:
            if isinstance(condition, Free):
                side.append(self.not_in(cast(Term, sub.apply(condition.letter)), cast(Term, sub.apply(condition.term))))
            else:
                side.append(self.nonneg(sub.index(condition.index)))
        return {"row": row_name, "subst": subst, "from": list(premises), "side": side}

    def apply(self, row: str, premises: Sequence[str] = (), **bindings: Any) -> str:
        return self.emit("apply", self.instance(row, premises, **bindings))

    def rewrite(
        self,
        id: str,
        path: Path,
        row: str,
        premises: Sequence[str] = (),
        *,
        segment: tuple[int, int] | None = None,
        reverse: bool = False,
        **bindings: Any,
    ) -> str:
        """Rewrites the statement of `id` at the path by a row."""
        return self._rewrite(id, path, self.instance(row, premises, **bindings), segment, reverse)

    def rewrite_by(
        self, id: str, path: Path, equation: str, *, segment: tuple[int, int] | None = None, reverse: bool = False
    ) -> str:
        """Rewrites the statement of `id` at the path by a proved equation."""
        return self._rewrite(id, path, {"eq": equation}, segment, reverse)

    def _rewrite(self, id: str, path: Path, how: dict[str, Any], segment: tuple[int, int] | None, reverse: bool) -> str:
        more: dict[str, Any] = {"segment": list(segment)} if segment else {}
        if reverse:
            more["reverse"] = True
        return self.emit("rewrite", {"in": id, "at": list(path), **how, **more})

    def ring(self, a: Term, b: Term, using: Iterable[Mapping[str, Any]] = ()) -> str:
        return self.emit("ring", {"using": [dict(c) for c in using]}, S.Eq(a, b))

    def equate(self, a: Term, b: Term, using: Iterable[Mapping[str, Any]] = ()) -> str:
        """a = b by words and traces, or where they do not suffice by tensor networks."""
        using = [dict(c) for c in using]
        if not looks_inside(a) and not looks_inside(b):
            try:
                return self.ring(a, b, using)
            except StepRejected:
                pass
        return self.emit("network", {"using": using}, S.Eq(a, b))

    def pos(self, lo: Term, hi: Term, tree: Mapping[str, Any], using: Iterable[Mapping[str, Any]] = ()) -> str:
        return self.emit("pos", {"tree": dict(tree), "using": [dict(c) for c in using]}, S.Le(lo, hi))

    def turn(self, id: str, path: Path, new: Term, using: Iterable[Mapping[str, Any]] = ()) -> str:
        """Rewrites the sub-term at the path into `new`, which a normal form proves equal to it."""
        old = at(self.statement(id), path)
        return id if old is new else self.rewrite_by(id, path, self.equate(old, new, using))

    def tidied(self, term: Term) -> str:
        """The step that says that a term equals its tidy form; empty if it is tidy already."""
        if term not in self._tidied:
            new = tidy(term, self._memo)
            self._tidied[term] = "" if new is term else self.equate(term, new)
        return self._tidied[term]

    def all_at(self, id: str, value: IndexLike) -> str:
        """The instance of a bounded `all` at an index."""
        binder = cast(S.ForAll, self.statement(id))
        value = Index.of(value)
        return self.emit(
            "all",
            {"from": id, "value": value, "side": [self.nonneg(value - binder.lo), self.nonneg(binder.hi - value)]},
        )

    def spec(
        self, id: str, discharge: Mapping[str, Mapping[str, Any]] | None = None, **subst: Mapping[str, Any]
    ) -> str:
        """An instance of a theorem. Order facts are discharged by search; other changed hypotheses by `discharge`."""
        sub = Substitution(**cast("dict[str, Any]", subst))
        how: dict[str, Any] = dict(discharge or {})
        for name in sorted(self.deps(id)):
            h = self.hypotheses[name]
            new = sub.apply(h)
            if name not in how and new is not h:
                if isinstance(new, S.NonNeg):
                    how[name] = {"order": self.nonneg(new.index)}
                else:
                    how[name] = {"hypothesis": next((n for n, x in self.hypotheses.items() if x is new), name)}
        return self.emit("spec", {"of": id, "subst": {k: dict(v) for k, v in subst.items() if v}, "discharge": how})


def pruned(trace: Trace, theorems: Mapping[str, str]) -> Trace:
    """The part of the trace that these theorems (name -> step) need."""
    by_id = {s.id: s for s in trace.steps}
    kept: set[str] = set()
    named: set[str] = set()
    stack = list(theorems.values())
    while stack:
        id = stack.pop()
        if id in by_id and id not in kept:
            kept.add(id)
            cited = [c for key, value in by_id[id].data.items() if key not in UNCITED for c in _strings(value)]
            named.update(by_id[id].deps, cited)
            stack.extend(cited)
    hypotheses = {n: h for n, h in trace.hypotheses.items() if n in named}
    steps = tuple(s for s in trace.steps if s.id in kept)
    display = tuple(line for line in trace.display if line[0] in kept)
    return Trace(hypotheses, steps, dict(theorems), trace.model, display)


def combine(e: Index, facts: Sequence[tuple[str, Index]]) -> tuple[str, ...] | None:
    """Names of few facts, with repetition, whose sum is e up to a nonnegative constant; None if the search finds none.

    Breadth first: each round cancels the first variable that is left.
    """
    frontier: dict[Index, tuple[str, ...]] = {e: ()}
    seen = {e}
    for _ in range(MAX_FACTS + 1):
        for rest, names in frontier.items():
            if rest.value is not None and rest.value >= 0:
                return names
        following: dict[Index, tuple[str, ...]] = {}
        for rest, names in frontier.items():
            if rest.value is not None:
                continue
            variable, sign = rest.coefficients[0]
            for name, f in facts:
                if any(v == variable and (c > 0) == (sign > 0) for v, c in f.coefficients):
                    new = rest - f
                    if new not in seen and all(abs(c) <= MAX_COEFFICIENT for _, c in new.coefficients):
                        seen.add(new)
                        following[new] = (*names, name)
        frontier = following
    return None


def _strings(value: Any) -> list[str]:
    """All strings in a step's entries: among them are the ids and hypotheses that it cites."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Node):
        return []
    if isinstance(value, Mapping):
        return [s for v in value.values() for s in _strings(v)] + [k for k in value if isinstance(k, str)]
    if isinstance(value, (list, tuple)):
        return [s for v in value for s in _strings(v)]
    return []


def _infer_dims(row: Row, subst: dict[str, dict[str, Any]]) -> None:
    """Reads the row's dimensions off the shapes of what replaces its symbols and families."""
    dims = subst["dims"]
    nodes = [n for root in (row.conclusion, *row.premises) for n in walk(root)]
    for n in nodes:
        if isinstance(n, T.Symbol) and n.name in subst["symbols"]:
            for mine, theirs in zip(n.shape, subst["symbols"][n.name].shape, strict=False):
                ((monomial, _),) = mine
                if len(monomial) == 1:
                    dims.setdefault(monomial[0][0], theirs)
        if isinstance(n, T.Chain) and isinstance(subst["families"].get(n.name), Family):
            ((monomial, _),) = n.family.shape[0]
            dims.setdefault(monomial[0][0], ("_", subst["families"][n.name].shape[0]))


# What words and traces see as atoms.
ENTRYWISE = (
    T.Hadamard, T.HadamardPower, T.Elementwise, T.Diagonal, T.DiagonalMatrix, T.DiagonalSelection, T.Ones, T.Unvec,
    T.MatrixPower,
)  # fmt: skip


def looks_inside(t: Node) -> bool:
    """Whether the term looks at the entries of a matrix."""
    return any(isinstance(n, ENTRYWISE) for n in walk(t))


def no_rule(node: Node, what: str) -> NoRule:
    """The refusal for a node that no rule covers."""
    return NoRule(f"no rule for {what} of {type(node).__name__}: {node!r}", node=node, module="symland.proof.rules")


def fraction(value: int | Fraction) -> Term:
    """A rational number as a term."""
    return cast(Term, T.Number(Fraction(value)))
