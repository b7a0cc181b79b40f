"""The second checker: evaluates every step of a trace at small exact samples, without reading how it was proved.

A step claims `deps |- out`. At a sample (small dimensions, depths and index variables, random rational letters) where
every hypothesis named in `deps` holds exactly, `out` must hold exactly: equations and inequalities by rational
arithmetic, bounds for all vectors by congruence, derivatives by jets. One sample where it does not is a refutation.
Functions such as `exp` or a generic `sigma` are free in exact arithmetic: what holds for free functions holds. What
fails for them is refuted if it fails for the real functions, in enclosures.
Rule names and certificates of the trace are not read. See `evaluate.statements` for what "holds" means.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from symland.checks.models import check_model, partial_model, run_model
from symland.checks.sampling import LARGEST, Sample, drawing, facts_of, letters_in, styles_for
from symland.errors import NoRule, StepRejected, Undecided, UndefinedHere
from symland.evaluate.real import certain, has_free_functions, in_real_numbers, is_equation
from symland.evaluate.rings import Rationals
from symland.evaluate.statements import Judgement, judge
from symland.evaluate.terms import Evaluation
from symland.evidence import Evidence, Label, Witness
from symland.language import statements as S
from symland.language.nodes import Node
from symland.language.notation import show
from symland.language.trace import Step, Trace
from symland.progress import Progress, silent
from symland.write.json import trace_json

METHOD = "second checker"
NO_VALUE = (UndefinedHere, NoRule, Undecided, RecursionError)  # neither true nor false at a sample


def check_steps(
    trace: Trace,
    trials: int = 240,
    depths: Sequence[int] = range(1, 5),
    budget_s: float | None = None,
    progress: Progress = silent,
    fresh: bool = False,
) -> Evidence:
    """Evidence on every step of the trace: REFUTED with a witness, CERTIFIED on the samples taken, or UNDECIDED if a
    theorem was never exercised, that is, its hypotheses held at no sample.

    `depths` bounds the index variables, which run from 0 to the largest depth. The samples are those of the SHA-256 of
    the trace, or new ones with `fresh`. Stops early when `budget_s` seconds are over. Raises StepRejected for a trace
    whose names do not fit together, UsageError for a model that does not say how to choose letters.

    >>> from symland.language.terms import matrix
    >>> A, B = matrix("A", "d", "d"), matrix("B", "d", "d")
    >>> step = Step("s1", "any", S.Eq((A * B).T, A.T * B.T), (), {})
    >>> evidence = check_steps(Trace({}, (step,), {"theorem": "s1"}))
    >>> print(evidence.label.value, evidence.witness.note)
    REFUTED step s1: (A*B)' = A'*B'
    """
    _check_names(trace)
    check_model(trace.model)
    rng = Random(secrets.randbits(256) if fresh else bytes.fromhex(trace_json(trace)["sha256"]))
    started = time.monotonic()
    tally = _Tally(trace)
    nodes = _nodes(trace)
    samples = drawing(facts_of(nodes), _order_groups(trace), max(depths), rng, styles_for(nodes))
    for number, sample in zip(range(trials), samples, strict=False):
        if budget_s is not None and time.monotonic() - started > budget_s:
            break
        progress(METHOD, number, trials)
        try:
            run_model(partial_model(trace.model, rng), sample)
        except NO_VALUE:
            continue
        fault = tally.take(sample)
        if fault is not None:
            return _refuted(trace, fault, number + 1)
    progress(METHOD, trials, trials)
    return tally.evidence(max(depths))


class _Fault(NamedTuple):
    step: Step
    sample: Sample
    judgement: Judgement


class _Tally:
    """What the samples taken so far have shown."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.used = sorted({name for step in trace.steps for name in step.deps})
        self.samples = 0
        self.exercised = {step.id: 0 for step in trace.steps}
        nodes = {*trace.hypotheses.values(), *(step.out for step in trace.steps)}
        self.free = {node for node in nodes if has_free_functions(node)}
        self.silenced: dict[str, str] = {}  # why a step whose hypotheses hold could not be evaluated

    def take(self, sample: Sample) -> _Fault | None:
        """Evaluates every step at the sample; returns the first that is false."""
        self.samples += 1
        at = Evaluation(sample, Rationals())
        held = {name: self._holds(self.trace.hypotheses[name], at) for name in self.used}
        for step in self.trace.steps:
            if not all(held[name] for name in step.deps):
                continue
            try:
                found = self._judged(step, sample, at)
            except NO_VALUE as e:
                self.silenced.setdefault(step.id, str(e).splitlines()[0])
                continue
            if found is None:
                self.silenced.setdefault(step.id, "it holds for the real functions only, as far as could be seen")
            elif found.holds:
                self.exercised[step.id] += 1
            else:
                return _Fault(step, sample, found)
        return None

    def _judged(self, step: Step, sample: Sample, at: Evaluation) -> Judgement | None:
        """The judgement of a step. Where functions are free in exact arithmetic, equations that hold for them hold;
        what fails is false if it fails for the real functions, and so do its hypotheses hold for them. Inequalities
        are judged for the real functions. None where neither is seen."""
        found = judge(step.out, at)
        free = step.out in self.free
        hypotheses = [h for d in step.deps if (h := self.trace.hypotheses[d]) in self.free]
        if not (free or hypotheses) or (found.holds and is_equation(step.out)):
            return found
        if not all(certain(h, sample) for h in hypotheses):
            return None
        if not free:
            return found
        return in_real_numbers(step.out, sample) or (found if found.holds else None)

    def _holds(self, hypothesis: Node, at: Evaluation) -> bool:
        try:
            return judge(hypothesis, at).holds
        except NO_VALUE:
            return False

    def evidence(self, top: int) -> Evidence:
        """The evidence, if nothing was refuted."""
        trace, count = self.trace, self.exercised
        never = [step.id for step in trace.steps if not count[step.id]]
        idle = [name for name, id in trace.theorems.items() if not count[id]]
        done = len(count) - len(never)
        claim = f"{done} of {len(count)} steps hold at every sample where their hypotheses hold"
        if idle or not trace.theorems:
            claim += "; " + (f"theorems never exercised: {', '.join(idle)}" if idle else "the trace names no theorem")
        details = f"each step exercised at least {min(count.values(), default=0)} times"
        if never:
            whys = [f"{id} ({self.silenced.get(id, 'its hypotheses held at no sample')})" for id in never]
            details = "steps never exercised: " + ", ".join(whys)
        return Evidence(
            Label.UNDECIDED if idle or not trace.theorems else Label.CERTIFIED,
            claim,
            METHOD,
            scope=f"instances: dims <= {LARGEST}, indices <= {top}, {self.samples} samples",
            details=details,
            hypotheses=tuple(self.used),
            model=self._model(),
        )

    def _model(self) -> str:
        """At how many samples the hypotheses of the theorems were satisfied."""
        if not any(_conditions(self.trace, id) for id in self.trace.theorems.values()):
            return ""
        least = min(self.exercised[id] for id in self.trace.theorems.values())
        return f"verified at {least} samples" if least else "hypotheses not known to be satisfiable"


def _conditions(trace: Trace, id: str) -> list[str]:
    """The hypotheses of a step other than order facts."""
    step = next(s for s in trace.steps if s.id == id)
    return [d for d in step.deps if not isinstance(trace.hypotheses[d], S.NonNeg)]


def _refuted(trace: Trace, fault: _Fault, samples: int) -> Evidence:
    step, sample, found = fault
    statements = [step.out, *(trace.hypotheses[d] for d in step.deps)]
    dims, point = sample.shown(set().union(*map(letters_in, statements)))
    note = f"step {step.id}: {show(step.out)}"
    witness = Witness(dims, point, found.left, found.right, f"{note} {found.note}".rstrip())
    return Evidence(
        Label.REFUTED,
        f"step {step.id} is false where its hypotheses hold",
        METHOD,
        scope="instances: the witness",
        details=f"found at sample {samples}",
        hypotheses=step.deps,
        witness=witness,
    )


def _check_names(trace: Trace) -> None:
    ids = [step.id for step in trace.steps]
    for step in trace.steps:
        if ids.count(step.id) > 1:
            raise StepRejected("the name is used twice", step=step.id)
        for name in step.deps:
            if name not in trace.hypotheses:
                raise StepRejected(f"rests on {name}, which is not a hypothesis of the trace", step=step.id)
    for name, id in trace.theorems.items():
        if id not in ids:
            raise StepRejected(f"theorem {name} is said to be step {id}, which does not exist", step=id)


def _nodes(trace: Trace) -> list[Node]:
    lines = [n for a in trace.model for n in (a.target, a.value, a.base) if n is not None]
    return [*trace.hypotheses.values(), *(step.out for step in trace.steps), *lines]


def _order_groups(trace: Trace) -> list[list[S.NonNeg]]:
    """The sets of order facts that steps rest on, each once."""
    out: dict[tuple[str, ...], list[S.NonNeg]] = {}
    for step in trace.steps:
        facts = {d: h for d in sorted(step.deps) if isinstance(h := trace.hypotheses[d], S.NonNeg)}
        out.setdefault(tuple(facts), list(facts.values()))
    return list(out.values())
