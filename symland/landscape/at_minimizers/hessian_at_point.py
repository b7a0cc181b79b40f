"""The Hessian of a problem at one point with rational entries, exactly, and whether the point is a minimizer.

Loss, gradient and Hessian are computed from the loss alone, by jets over the rational numbers. For a network they are
compared with H^T H (Theorems 4.3, 5.1 and 6.6 of the specification).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from symland.calculus.facts import check_projection
from symland.checks.expansion import scope_text
from symland.checks.inertia import Inertia, kernel_basis, rank
from symland.checks.spectrum import Spectrum, check_digits, spectrum
from symland.errors import CheckFailed, NoRule, NotAMinimizer, UsageError
from symland.evaluate.definite import is_symmetric, negative_direction
from symland.evaluate.derivatives import gradient_at
from symland.evaluate.derivatives import hessian_at as hessian_by_jets
from symland.evaluate.point import Point, letter_name
from symland.evaluate.rational import exact_text, rational, rational_rows, shown_text
from symland.evaluate.real import has_free_functions
from symland.evaluate.rings import Rationals, Value
from symland.evaluate.statements import holds
from symland.evaluate.terms import Evaluation
from symland.evidence import Evidence, Label, Witness
from symland.landscape.at_minimizers.explicit_hessian import at_depth
from symland.landscape.at_minimizers.hessian_at import HessianAtMinimizer
from symland.landscape.hidden.network import HiddenNetwork
from symland.landscape.products.minimizers import ProductMinimizers
from symland.landscape.products.networks import Network
from symland.language import terms as T
from symland.language.problem import Problem

RING = Rationals()
METHOD = "exact rationals"
LONGEST = 300  # digits of the entries of a point


@dataclass(frozen=True)
class HessianAtPoint:
    """The Hessian at a critical point that is not known to be anything but a minimizer.

    `loss` is the value there and `matrix` the Hessian (FLINT's `fmpq_mat`), with the letters in their order and stacked
    column by column. `evidence` says whether the point is a global minimizer: CERTIFIED, or UNDECIDED where only the
    necessary conditions of first and second order are known to hold.
    """

    problem: Problem
    point: Point = field(repr=False)
    loss: Fraction
    matrix: Value
    evidence: Evidence

    @property
    def rows(self) -> list[list[Fraction]]:
        """The entries of the Hessian."""
        return [[fraction(x) for x in row] for row in self.matrix.tolist()]

    @cached_property
    def spectrum(self) -> Spectrum:
        """The eigenvalues, exactly."""
        return spectrum(self.matrix)

    @property
    def inertia(self) -> Inertia:
        """The numbers of positive, negative and zero eigenvalues."""
        return self.spectrum.inertia

    @cached_property
    def rank(self) -> int:
        """The rank, by elimination; CheckFailed if it were not the number of eigenvalues other than zero."""
        found = rank(self.matrix)
        if found != self.inertia.positive:
            raise CheckFailed(f"{self.problem.name}: the rank is {found}, the inertia {self.inertia}")
        return found

    @cached_property
    def kernel(self) -> tuple[Value, ...]:
        """Integer columns that are a basis of the kernel."""
        return kernel_basis(self.matrix)

    def __repr__(self) -> str:
        n = self.matrix.nrows()
        return (
            f"Hessian of {self.problem.name}, {n} x {n}, eigenvalues {self.spectrum!r}: "
            f"{self.evidence.claim}  [{self.evidence.label.value}]"
        )

    def _repr_latex_(self) -> str:
        from symland.write.latex import to_latex
        from symland.write.layout import matrix, number

        return f"${to_latex(matrix([[number(x) for x in row] for row in self.rows]))}$"

    def to_json(self) -> dict[str, Any]:
        """Loss, Hessian, spectrum, rank, kernel and evidence as JSON data."""
        return {
            "problem": self.problem.name,
            "loss": exact_text(self.loss),
            "hessian": [[exact_text(x) for x in row] for row in self.rows],
            "spectrum": self.spectrum.to_json(),
            "rank": self.rank,
            "kernel": [[str(x) for x in v.entries()] for v in self.kernel],
            "evidence": self.evidence.to_json(),
        }


def hessian_at_point(problem: Problem, at: Mapping[str, Any]) -> HessianAtPoint:
    """The Hessian at the rational matrices given by letter, `{"W1": [[1]], "W2": [[2]], "X": [[1]], "Y": [[2]]}`.

    Raises NotAMinimizer where the gradient does not vanish, the Hessian has a negative eigenvalue, or a network has a
    smaller loss elsewhere; UsageError for letters that are missing, unknown or not rational, for entries of more than
    300 digits and for a Hessian too long for `spectrum`; ShapeError for matrices that do not fit, NoRule for a function
    without rational values, UndefinedHere at a kink.
    """
    problem, network = _explicit(problem, at)
    for w in problem.letters:
        if check_projection(w):
            raise NoRule(f"the Hessian over {check_projection(w)} {w!r} is not covered", node=w)
    point = rational_point(problem, at)
    here = Evaluation(point, RING)
    loss = fraction(here.value(problem.loss))
    _check_stationary(problem, point, loss)
    hessian = hessian_by_jets(problem.loss, problem.letters, here)
    check_digits(hessian)
    v = negative_direction(hessian)
    if v is not None:
        curvature = (v.transpose() * hessian * v)[0, 0]
        shown = f"v'Hv = {shown_text(curvature)} for v = {_vector(v)}"
        raise NotAMinimizer(
            f"{problem.name}: {shown}, the letters stacked column by column",
            witness=_witness(point, {"v": v}, curvature, "v'Hv, negative curvature"),
            hint="a saddle: the loss falls along v",
        )
    return HessianAtPoint(problem, point, loss, hessian, _judged(problem, network, point, loss, hessian))


def rational_point(problem: Problem, at: Mapping[str, Any]) -> Point:
    """The point with these letters; its dimensions are those of the matrices."""
    from symland.write.numpy_arrays import Names, Reading

    if not isinstance(at, Mapping):
        raise UsageError(
            f"a point gives matrices by letter, not {at!r}", hint='for example at={"W1": [[1, 0], [0, 1]]}'
        )
    if has_free_functions(problem.loss):
        raise NoRule(
            "the loss has functions without exact rational values", node=problem.loss,
            hint="use a piecewise linear or polynomial activation, or check in high precision",
        )  # fmt: skip
    names = Names([problem.loss], problem.letters)
    exact, arrays = {}, {}
    for name, value in at.items():
        key = names.key(name) if isinstance(name, str) else None
        if key not in names.needed:
            raise UsageError(f"there is no letter {name!r} here", hint=f"the letters are: {names.listed()}")
        try:
            exact[key] = (rational_rows if names.shape(key) else rational)(value)
        except UsageError as e:
            raise UsageError(f"{name}: {e.message}", hint=e.hint) from None
        entries = RING.entries(exact[key]) if names.shape(key) else [exact[key]]
        if any(len(exact_text(part)) > LONGEST for x in entries for part in (x.p, x.q)):
            raise UsageError(f"{name} has entries of more than {LONGEST} digits", hint="round or scale the matrices")
        if names.facts(key) & {"symmetric", "psd"} and not is_symmetric(exact[key]):
            raise UsageError(f"{name} is declared symmetric; the matrix given is not")
        arrays[name] = _floats(exact[key])
    point = Point(Reading(names, arrays).point().dims, {}, exact)
    for name, fact in problem.hypotheses.items():
        if not holds(fact, point):
            raise UsageError(f"{problem.name} assumes {name}: {fact!r} fails here", hint="choose another point")
    return point


def _floats(value: Value) -> Any:
    """Nearly the same numbers, of which sizes and facts are read off."""
    if not RING.size(value):
        return float(fraction(value))
    return [[float(fraction(x)) for x in row] for row in value.tolist()]


def fraction(x: Value) -> Fraction:
    """A number of FLINT as a fraction."""
    return Fraction(int(x.p), int(x.q))


def _explicit(problem: Problem, at: Mapping[str, Any]) -> tuple[Problem, Network | HiddenNetwork | None]:
    """The problem with its layers written out, as many as the point has, and its network."""
    network = getattr(problem.minimizers, "network", None)
    if isinstance(network, Network):
        if network.depth.value is None and isinstance(at, Mapping):
            numbered = [re.fullmatch(rf"{network.letter}([1-9][0-9]{{0,3}})", str(name)) for name in at]
            depths = [int(found[1]) for found in numbered if found]
            if not depths:
                raise UsageError(f"no layer is given: {network.letter}1, ...", hint="the depth is symbolic")
            network, _ = at_depth(network, {"L": max(depths)})
        return network.problem, network
    return problem, network if isinstance(network, HiddenNetwork) else None


def _check_stationary(problem: Problem, point: Point, loss: Fraction) -> None:
    here = Evaluation(point, RING)
    gradients = {w: gradient_at(problem.loss, w, here) for w in problem.letters}
    nonzero = {w: g for w, g in gradients.items() if any(RING.entries(RING.vec(g)))}
    if nonzero:
        shown = "; ".join(f"with respect to {w!r} it is {_rows(g)}" for w, g in nonzero.items())
        square = sum((x * x for g in nonzero.values() for x in RING.entries(RING.vec(g))), RING.number(0))
        descent = {f"V, direction of {w!r}": RING.scale(RING.number(-1), g) for w, g in nonzero.items()}
        raise NotAMinimizer(
            f"{problem.name}: the loss is {shown_text(loss)} and its gradient does not vanish, {shown}",
            witness=_witness(point, descent, -square, "the slope of the loss along minus the gradient"),
            hint="the loss falls along minus the gradient",
        )


def _witness(point: Point, directions: Mapping[str, Value], value: Value, note: str) -> Witness:
    """A number below zero at the point, in these directions."""
    letters = {letter_name(key): x for key, x in point.letters.items()}
    sizes = {name: n for name, n in point.dims.items() if isinstance(n, int)}
    return Witness(sizes, {**letters, **directions}, value, 0, note)


def _judged(
    problem: Problem, network: Network | HiddenNetwork | None, point: Point, loss: Fraction, hessian: Value
) -> Evidence:
    """What is known of a critical point without negative curvature."""
    scope, here = scope_text(point.dims), Evaluation(point, RING)
    factor, least = None, Fraction(0) if _is_square(problem.loss) else None
    if isinstance(network, Network):
        minimizers = ProductMinimizers(network)
        least = fraction(here.value(minimizers.value))
        factor = HessianAtMinimizer(minimizers).matrix
        if loss > least and network.square:
            raise NotAMinimizer(
                f"{problem.name}: the loss is {shown_text(loss)}, its least value is {shown_text(least)}",
                witness=_witness(point, {}, rational(least - loss), "the least value minus the loss"),
                hint="a critical point without negative curvature: the normal equation P X X' = Y X' fails",
            )
    elif network is not None:
        factor = T.block([[network.jacobian(1), network.jacobian(2)]])
    if loss != least:
        claim = f"a critical point without negative curvature, of loss {shown_text(loss)}"
        return Evidence(Label.UNDECIDED, claim, METHOD, scope, "the least value of the loss is not known")
    if factor is not None:
        h = here.value(factor)
        if h.transpose() * h != hessian:
            raise CheckFailed(f"{problem.name}: the Hessian at a global minimizer is not H'H")
    claim = f"a global minimizer: the loss is {shown_text(loss)}, its least value"
    details = "the gradient is zero" + ("" if factor is None else "; the Hessian is H'H, as proved for every minimizer")
    return Evidence(Label.CERTIFIED, claim, METHOD, scope, details)


def _is_square(loss: T.Term) -> bool:
    """Whether the loss is a positive multiple of a squared norm."""
    factors = list(loss.args) if isinstance(loss, T.Product | T.Scale) else [loss]
    numbers = [f.args[0] for f in factors if isinstance(f, T.Number)]
    return all(q > 0 for q in numbers) and all(isinstance(f, T.Number | T.SquaredNorm) for f in factors)


def _rows(value: Value) -> str:
    """A matrix for a message, row by row."""
    if not RING.size(value):
        return shown_text(value)
    return "[" + ", ".join("[" + ", ".join(map(shown_text, row)) + "]" for row in value.tolist()) + "]"


def _vector(value: Value) -> str:
    return "(" + ", ".join(map(shown_text, value.entries())) + ")"
