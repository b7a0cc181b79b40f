"""A point that a person proposes as a minimizer: what is proved of it, what holds at exact instances, what refutes it.

The claims are split, each with a label of its own: the gradient is zero; the loss has this value; no other point has a
smaller one; the Hessian is this, and is H^T H; it is positive semidefinite.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import NamedTuple, cast

from symland.calculus.facts import check_projection
from symland.calculus.prover import Prover, at
from symland.checks.inertia import inertia
from symland.errors import AssumptionMissing, NoRule, NotAMinimizer, StepRejected, Undecided, UsageError
from symland.evaluate.definite import negative_direction
from symland.evaluate.real import has_free_functions, in_real_numbers
from symland.evaluate.rings import Value
from symland.evidence import Evidence, Label, Witness
from symland.landscape.candidates.instances import HAS_VALUE, Instance, Instances, Smaller, instances
from symland.landscape.candidates.lower_bound import lower_bound
from symland.landscape.candidates.solving import Model
from symland.landscape.candidates.stationary import AtPoint, Point, gradient_path
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.domains import is_partial
from symland.language.facts import hypotheses_of
from symland.language.nodes import Node, walk
from symland.language.notation import show
from symland.language.terms import Term, block
from symland.language.trace import Trace
from symland.proof.kernel import replay
from symland.proof.normal_form.words import TooLarge

STATIONARY, VALUE, GLOBAL, HESSIAN, SQUARE, GAUSS_NEWTON, CURVATURE = (
    "stationary", "value", "global minimum", "Hessian", "H^T H", "Gauss-Newton", "curvature",
)  # fmt: skip
EXACT = "exact instances"
_UNSEEN = Evidence(Label.UNDECIDED, "", "")
RESTRICTED = "the variables may not move in every direction, and instances judge free variables only"


class Claim(NamedTuple):
    """One claim about the point: its name, what it says, the evidence, and theorems where it is proved."""

    name: str
    says: str
    evidence: Evidence
    results: tuple[Result, ...] = ()

    def __repr__(self) -> str:
        return f"{self.name}: {self.says}  [{self.evidence.label.value}]"


@dataclass(frozen=True)
class Candidate:
    """A proposed minimizer. `claims` are computed when they are first asked for; `check` raises NotAMinimizer where one
    of them is refuted. `program` says how to choose letters so that the assumptions hold, where symland is not to
    find that out."""

    point: Point
    program: Model = ()
    abbreviations: Mapping[Node, str] = field(default_factory=dict)
    budget_s: float | None = None

    # -- what is asked for -----------------------------------------------------------------------------------
    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """The claims, each with its label. Raises UsageError for assumptions that are shown to be contradictory or to
        rule out the facts of a variable at the point, NotAMinimizer for a point where these are false."""
        try:
            return tuple(self._claims())
        except AssumptionMissing:
            raise
        except (RecursionError, StepRejected, TooLarge) as e:
            why = "it is nested too deeply" if isinstance(e, RecursionError) else str(e).splitlines()[0]
            raise Undecided(f"the claims about {self} were not decided: {why}", hint="a simpler form") from None

    def _check_membership(self) -> None:
        """Raises NotAMinimizer where the facts of a variable are false at the point, UsageError where they hold at no
        sample of the assumptions."""
        point, seen = self.point, self._without_derivatives
        failing = [h for name, h in point.membership.items() if seen.failures.get(name)]
        if not failing or HAS_VALUE in seen.failures:
            return
        constant = not any(isinstance(n, (T.Symbol, T.Member)) for h in failing for n in walk(h))
        shown = ", ".join(map(show, failing))
        if constant:
            hint = "another point, or the variable without the fact"
            raise NotAMinimizer(f"{self} is not a point of the problem: {shown} is false", hint=hint)
        why = f"is not shown to be a point of the problem: {shown} holds at no sample of the assumptions"
        raise UsageError(f"{self} {why}", hint="assume what implies it")

    @cached_property
    def _clash(self) -> str:
        """How what derivatives assume contradicts the point, if that is proved. Raises UsageError where the assumptions
        alone give a contradiction."""
        prover, contradiction = self.proofs.prover, self.proofs.rules.prove_contradiction()
        if contradiction is None:
            return ""
        needed = sorted(prover.deps(contradiction) - set(self.point.given) - set(self.point.equations))
        if not needed:
            shown, hint = show(prover.statement(contradiction)), "drop one of: " + ", ".join(self.point.given)
            raise UsageError(f"the assumptions contradict each other: they give {shown}", hint=hint)
        shown = ", ".join(show(prover.hypotheses[name]) for name in needed)
        return f"the derivatives assume {shown}, which is false at the point"

    def claim(self, name: str) -> Claim:
        """The claim of this name."""
        for c in self.claims:
            if c.name == name:
                return c
        raise UsageError(f"there is no claim {name!r}", hint="one of " + ", ".join(c.name for c in self.claims))

    @property
    def label(self) -> Label:
        """Whether the point is a global minimizer: PROVED, REFUTED or UNDECIDED."""
        labels = {c.name: c.evidence.label for c in self.claims}
        if any(labels.get(name) is Label.REFUTED for name in (STATIONARY, GLOBAL, CURVATURE)):
            return Label.REFUTED
        return Label.PROVED if labels[GLOBAL] is Label.PROVED else Label.UNDECIDED

    def check(self) -> Candidate:
        """The candidate itself; raises NotAMinimizer, with a witness, if a claim is refuted."""
        for name in (STATIONARY, CURVATURE, GLOBAL):
            for c in self.claims:
                if c.name == name and c.evidence.label is Label.REFUTED:
                    raise NotAMinimizer(f"{self} is not a minimizer: {c.evidence.details}", witness=c.evidence.witness)
        return self

    @property
    def value(self) -> Term:
        """The loss at the point."""
        return cast(Term, self._values.prover.statement(self._value).args[1])

    @property
    def factor(self) -> Term | None:
        """H with H^T H the Hessian at the point, where the loss is 1/2 |Phi|^2 and that is proved: the Jacobian of Phi
        at the point. None otherwise."""
        squares = self.point.squares or ()
        proved = any(c.name == SQUARE and c.evidence.label is Label.PROVED for c in self.claims)
        if not proved or [c for c, _ in squares] != [T.number(1, 2)]:
            return None
        return block([[self.proofs.jacobians(w)[0] for w in self.letters]])

    @property
    def model(self) -> str:
        """Whether what is assumed was seen to be possible."""
        found = len(self._instances.found)
        return f"verified at {found} instances" if found else "hypotheses not known to be satisfiable"

    def conditions(self, claim: Claim) -> tuple[S.Statement, ...]:
        """What the theorems of a claim assume beyond what is given: that derivatives exist."""
        facts = (h for w in self.letters if isinstance(w, T.Symbol) for h in hypotheses_of(w).values())
        known = {*self.point.given.values(), *self.point.equations.values(), *facts}
        found = dict.fromkeys(h for r in claim.results for h in r.theorem.hypotheses.values())
        return tuple(h for h in found if h not in known)

    @property
    def results(self) -> tuple[Result, ...]:
        """Every theorem about the point."""
        return tuple(r for c in self.claims for r in c.results)

    @property
    def trace(self) -> Trace:
        """All theorems about the point in one trace, for `symland check`."""
        theorems = {r.name: r.trace.theorems[r.name] for r in self.results}
        together = Prover({}, "all")
        provers = [self.proofs.prover, self._values.prover, *([self._bound[0]] if self._bound else [])]
        for p in dict.fromkeys(provers):
            together.adopt(p)
        return together.trace(theorems, self._instances.model)

    def __str__(self) -> str:
        return ", ".join(f"{show(w)} = {show(t)}" for w, t in self.point.where.items())

    def __repr__(self) -> str:
        return f"{self}: {self.label.value} as a global minimizer of {show(self.point.loss, self.abbreviations)}"

    # -- proofs ----------------------------------------------------------------------------------------------
    @cached_property
    def proofs(self) -> AtPoint:
        """The proofs at the point."""
        return AtPoint(self.point, self.budget_s)

    @property
    def letters(self) -> tuple[Term, ...]:
        return tuple(self.point.where)

    @cached_property
    def _gradients(self) -> dict[Term, str]:
        return {w: self.proofs.gradient(w) for w in self.letters}

    @cached_property
    def _values(self) -> AtPoint:
        """The proofs about the loss at the point."""
        return AtPoint(self.point, self.budget_s, derivatives=False) if self._clash else self.proofs

    @cached_property
    def _value(self) -> str:
        return self._values.value()

    @cached_property
    def _bound(self) -> tuple[Prover, str] | None:
        return lower_bound(self.point, self.value)

    @cached_property
    def _blocks(self) -> dict[tuple[Term, Term], str]:
        """The steps of the blocks on and below the diagonal."""
        pairs = [(w, u) for i, w in enumerate(self.letters) for u in self.letters[: i + 1]]
        return {(w, u): self.proofs.hessian(w, u, commute=w is not u) for w, u in pairs}

    @cached_property
    def _instances(self) -> Instances:
        """Instances at which everything assumed holds, what derivatives need to exist included."""
        return instances(self.point, dict(self.proofs.prover.hypotheses), self.program)

    @cached_property
    def _without_derivatives(self) -> Instances:
        """Instances at which what the person assumes holds, and the point is one of the problem."""
        conditions = {**self.point.given, **self.point.equations}
        return self._instances if self._instances.found else instances(self.point, conditions, self.program)

    @property
    def _kink(self) -> str:
        """Why the loss may have no derivative at the point: what its derivatives need fails at every sample where the
        assumptions hold, or contradicts them."""
        if self._clash:
            return self._clash
        hypotheses, failures = self.proofs.prover.hypotheses, set(self._instances.failures)
        needed = set(hypotheses) - set(self.point.given) - set(self.point.equations)
        if self._instances.found or not failures or failures - needed:
            return ""
        failing = ", ".join(show(hypotheses[name]) for name in sorted(failures))
        return f"the derivatives assume {failing}, which fails wherever the assumptions hold: a kink, or a pole"

    @cached_property
    def _has_no_value(self) -> str:
        """Why the loss may have no value at the point: it is not defined everywhere, and no instance was found."""
        if not any(map(is_partial, walk(self.point.loss))) or self._without_derivatives.found:
            return ""
        return "no instance was found at which the assumptions hold and the loss has a value"

    @property
    def _is_exact(self) -> bool:
        """Whether values at rational points are rational."""
        return not any(map(has_free_functions, (self.point.loss, *self.proofs.prover.hypotheses.values())))

    def _result(self, name: str, title: str, prover: Prover, id: str) -> Result:
        trace = prover.trace({name: id}, self._instances.model)
        return Result(name, title, replay(trace)[name], trace, "", self.abbreviations)

    def _proved(self, name: str, says: str, results: Sequence[Result]) -> Claim:
        """The claim that these theorems make: undecided if they assume more than is given, and no instance of that was
        found, as it would be if it contradicts what is given."""
        found = Claim(name, says, _UNSEEN, tuple(results))
        if self._has_no_value:
            return _undecided(name, says, self._has_no_value)
        conditions, membership = self.conditions(found), self.point.membership
        seen = self._instances if conditions else self._without_derivatives
        if (more := (*membership.values(), *conditions)) and not seen.found:
            return _undecided(name, says, f"it assumes {', '.join(map(show, more))}; {seen.missing}")
        named = (*membership.items(), *(item for r in results for item in r.theorem.hypotheses.items()))
        hypotheses = dict.fromkeys(f"{n}: {h!r}" for n, h in named)
        analysis = tuple(sorted({a for r in results for a in r.theorem.analysis}))
        method = f"kernel replay of {sum(r.theorem.steps for r in results)} steps"
        evidence = Evidence(
            Label.PROVED, says, method, "dims: all", hypotheses=tuple(hypotheses), analysis=analysis,
            model=self.model if hypotheses else "",
        )  # fmt: skip
        return Claim(name, says, evidence, tuple(results))

    # -- claims ----------------------------------------------------------------------------------------------
    def _claims(self) -> Iterator[Claim]:
        self._check_membership()
        gradients, value = {} if self._clash else self._gradients, self._value
        second = self._second_order()
        stationary = self._stationary(gradients)
        yield stationary
        says = f"the loss is {show(self.value)}"
        yield self._proved(VALUE, says, [self._result(VALUE, "value", self._values.prover, value)])
        if stationary.evidence.label is Label.REFUTED:
            yield Claim(GLOBAL, "no point has a smaller loss", stationary.evidence)
            return
        yield self._global()
        yield from second

    def _second_order(self) -> list[Claim]:
        """The claims about the Hessian. Its steps are made first, for they may bring hypotheses."""
        says = "the Hessian at the point"
        try:
            blocks = {} if self._clash else self._blocks
        except NoRule as e:
            return [_undecided(HESSIAN, says, e.message), self._curvature()]
        if self._kink:
            return [_undecided(HESSIAN, says, self._kink)]
        prover = self.proofs.prover
        results = [
            self._result(f"Hessian {w!r} {u!r}", f"the Hessian block of {w!r} and {u!r}", prover, id)
            for (w, u), id in blocks.items()
        ]
        out = [self._proved(HESSIAN, says, results)]
        if self.point.squares is not None:
            out.append(self._square(blocks))
        return [*out, self._curvature()]

    def _stationary(self, gradients: Mapping[Term, str]) -> Claim:
        says = "the gradient is zero"
        for w, kind in ((w, check_projection(w)) for w in self.letters):
            says += f", in {kind} directions of {show(w)}" if kind else ""
        prover = self.proofs.prover
        if self._kink:
            return _undecided(STATIONARY, says, self._kink)
        left = {}
        for w, id in gradients.items():
            g = at(prover.statement(id), gradient_path(prover.statement(id)))
            if not (isinstance(g, T.Zero) or g is T.number(0)):
                left[w] = cast(Term, g)
        if not left:
            title = "the gradient with respect to {} is zero"
            named = [
                self._result(f"{STATIONARY} {w!r}", title.format(show(w)), prover, id) for w, id in gradients.items()
            ]
            return self._proved(STATIONARY, says, named)
        return self._gradient_at_instances(says, left)

    def _gradient_at_instances(self, says: str, left: Mapping[Term, Term]) -> Claim:
        """The claim where the kernel did not prove it: a gradient that is not zero at an exact instance refutes it."""
        shown = ", ".join(f"the gradient with respect to {show(w)} is {show(g)}" for w, g in left.items())
        found = self._instances.found
        if not found:
            return _undecided(STATIONARY, says, f"{shown}, which was not shown to be zero; {self._instances.missing}")
        if not found[0].is_free:
            return _undecided(STATIONARY, says, f"{shown}, which was not shown to be zero; {RESTRICTED}")
        if not self._is_exact:
            return self._gradient_in_real_numbers(says, left, shown)
        for i in sorted(found, key=_number_of_entries):
            if not i.is_stationary:
                smaller = i.smaller_along({w: -g for w, g in i.gradient.items()})
                return _refuted(STATIONARY, says, "descent direction, the negative gradient", i, smaller, shown)
        says += " at these instances"
        return Claim(
            STATIONARY, says,
            Evidence(Label.CERTIFIED, says, EXACT, f"{len(found)} instances", f"{shown}: not proved to be zero"),
        )  # fmt: skip

    def _gradient_in_real_numbers(self, says: str, left: Mapping[Term, Term], shown: str) -> Claim:
        equations = [h for h in self.point.given.values() if has_free_functions(h)]
        for i in [] if equations else self._instances.found:
            for w, g in left.items():
                zero = T.Zero(*g.shape) if g.is_matrix else T.number(0)
                judged = in_real_numbers(S.Eq(g, zero), i.sample)
                if judged is not None and not judged.holds:
                    witness = Witness(
                        i.dims, i.shown(), judged.left, 0, f"the gradient with respect to {w!r}, and zero"
                    )
                    why = f"the gradient with respect to {show(w)} is not zero at an instance: {shown}"
                    return Claim(
                        STATIONARY, says, Evidence(Label.REFUTED, says, "enclosures", "instance", why, witness=witness)
                    )
        return _undecided(STATIONARY, says, f"{shown}, which was not shown to be zero; its values are not rational")

    def _global(self) -> Claim:
        says = f"no point has a loss smaller than {show(self.value)}"
        if self._has_no_value:
            return _undecided(GLOBAL, says, self._has_no_value)
        if self._bound is not None:
            prover, id = self._bound
            return self._proved(GLOBAL, says, [self._result(GLOBAL, says, prover, id)])
        if not self._is_exact:
            return _undecided(GLOBAL, says, "no lower bound was found, and values of the loss are not rational")
        found = self._without_derivatives.found
        for i in sorted(found, key=_number_of_entries):
            smaller = i.smaller_nearby(Random(0))
            if smaller is not None:
                return _refuted(GLOBAL, says, "a point of smaller loss", i, smaller)
        why = "no lower bound was found, by a sum of squares or by nonnegative parts"
        searched = (
            "no smaller loss was found near exact instances" if self._instances.found else self._instances.missing
        )
        return _undecided(GLOBAL, says, f"{why}; {searched}")

    def _square(self, blocks: Mapping[tuple[Term, Term], str]) -> Claim:
        """Whether the terms with the residual vanish, so that the Hessian is the sum of 2 c J^T J over the squares
        c |A|^2 that make the loss, J the Jacobian of A: H^T H where no c is negative."""
        weights = [c for c, _ in self.point.squares or ()]
        name, what = SQUARE, "H^T H, H the Jacobian"
        if any(c is not T.number(1, 2) for c in weights):
            what = "H^T H, H the Jacobian of A times the root of 2 c for each square c |A|^2 in the loss"
        if not all(isinstance(c, T.Number) and c.value >= 0 for c in weights):
            name, what = GAUSS_NEWTON, "the sum of 2 c J^T J over the squares c |A|^2 in the loss, J the Jacobian of A"
        says = f"the terms of the Hessian with the residual vanish: it is {what}"
        prover = self.proofs.prover
        try:
            jacobians = {w: self.proofs.jacobians(w) for w in self.letters}
        except NoRule as e:
            return _undecided(name, says, e.message)
        steps = {(w, u): self.proofs.gauss_newton(id, jacobians[w], jacobians[u]) for (w, u), id in blocks.items()}
        if None not in steps.values():
            named = [
                self._result(f"{name} {w!r} {u!r}", f"the block of {w!r} and {u!r} is {name}", prover, cast(str, id))
                for (w, u), id in steps.items()
            ]
            return self._proved(name, says, named)
        differing = next((w, u) for (w, u), id in steps.items() if id is None)
        for i in self._instances.found if self._is_exact else ():
            hessian = i.evaluation.value(prover.statement(blocks[differing]).args[3])
            square = i.evaluation.value(self.proofs.square_of(jacobians[differing[0]], jacobians[differing[1]]))
            if hessian != square:
                why = f"terms with the residual remain in the block of {differing[0]!r} and {differing[1]!r}"
                witness = Witness(i.dims, i.shown(), hessian, square, f"the block of the Hessian, and {name}")
                return Claim(name, says, Evidence(Label.REFUTED, says, EXACT, "instance", why, witness=witness))
        return _undecided(name, says, "neither shown nor refuted at exact instances")

    def _curvature(self) -> Claim:
        """Inertia of the Hessian at exact instances."""
        says = "the Hessian is positive semidefinite"
        found = [i for i in self._instances.found if self._is_exact and i.is_free and i.is_stationary]
        if not found:
            why = self._instances.missing
            if self._instances.found:
                why = RESTRICTED if self._is_exact else "values of the loss are not rational"
            return _undecided(CURVATURE, says, why)
        counts = []
        for i in sorted(found, key=_number_of_entries):
            positive, _, zero = inertia(i.hessian)
            v = negative_direction(i.hessian)
            if v is not None:
                direction = i.split(v)
                curvature = (v.transpose() * i.hessian * v)[0, 0]
                smaller = i.smaller_along(direction)
                what = f"direction of negative curvature, v'*H*v = {curvature}"
                return _refuted(CURVATURE, says, what, i, smaller)
            sizes = ", ".join(f"{n} = {d}" for n, d in sorted(i.dims.items()))
            counts.append(
                f"({sizes}): rank {positive}, nullity {zero}" if sizes else f"rank {positive}, nullity {zero}"
            )
        says += " at these instances"
        return Claim(
            CURVATURE, says,
            Evidence(Label.CERTIFIED, says, EXACT, f"{len(found)} instances", "; ".join(dict.fromkeys(counts))),
        )  # fmt: skip


def _number_of_entries(i: Instance) -> tuple[int, str]:
    """Small instances are shown first."""
    return i.hessian_size, repr(i.dims)


def _undecided(name: str, says: str, why: str) -> Claim:
    return Claim(name, says, Evidence(Label.UNDECIDED, says, "search", details=why))


def _refuted(name: str, says: str, what: str, i: Instance, smaller: Smaller | None, more: str = "") -> Claim:
    """The claim, refuted at an instance, with the direction and the loss before and after a step along it."""
    if smaller is None:
        witness = Witness(i.dims, i.shown(), i.loss, i.loss, what)
        details = what
    else:
        direction: dict[str, Value] = {f"direction {w}": v for w, v in smaller.direction.items()}
        note = f"the loss at the point, and after a step of {smaller.step} along the direction"
        witness = Witness(i.dims, {**i.shown(), **direction}, smaller.before, smaller.after, note)
        details = f"{what}: a step of {smaller.step} takes the loss from {smaller.before} to {smaller.after}"
    if more:
        details += f"; {more}"
    return Claim(name, says, Evidence(Label.REFUTED, says, EXACT, "instance", details, witness=witness))
