"""The deep linear loss at W = 0, for every depth L >= 3 and all widths: gradient and Hessian are zero there, so that no
second derivative shows the saddle.

Every block of the Hessian is a sum of products in which at most two layers are missing; with three layers one factor is
left that vanishes. Source: CE13 of the specification, after Kawaguchi, Deep learning without poor local minima, 2016.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from symland.calculus.gradient import gradient_step
from symland.calculus.hessian import hessian_step
from symland.calculus.prover import RIGHT, Path, Prover, at
from symland.errors import AssumptionMissing, Undecided
from symland.landscape.candidates.stationary import equations_of
from symland.landscape.products.chains import layer_facts, unfold
from symland.landscape.products.networks import LinearNetwork
from symland.landscape.result import Result
from symland.landscape.theorems import Theorems
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Node
from symland.language.statements import Statement
from symland.language.terms import Term
from symland.language.trace import Assignment
from symland.proof.kernel import replay

ONE, L = Index.of(1), Index.var("L")
LAYER, OTHER = Index.var("l"), Index.var("k")
ZERO_LAYERS = "all layers zero"
LARGER, SMALLER = "the larger layer is not the last", "the smaller layer is not the first"

# The blocks of two layers, the larger first, by what is known of them: together all blocks for L >= 3.
CASES: Mapping[str, tuple[dict[str, Index], dict[str, Statement]]] = {
    "l < L": ({}, {LARGER: S.at_least(L - 1, LAYER)}),
    "l = L, k > 1": ({"l": L}, {SMALLER: S.at_least(OTHER, 2), "k < L": S.at_least(L - 1, OTHER)}),
    "l = L, k = 1": ({"l": L, "k": ONE}, {}),
}


@dataclass(frozen=True)
class DeepSaddle(Theorems):
    """The theorems about W = 0.

    >>> from symland.landscape.products.networks import linear_network
    >>> DeepSaddle(linear_network()).result("value").theorem.statement
    1/2*norm2(W[L..1]*X - Y)^2 = 1/2*norm2(Y)^2
    """

    network: LinearNetwork

    @cached_property
    def zero(self) -> Statement:
        """all l in 1..L: W[l] = 0."""
        w = self.network.layer(LAYER)
        return cast(Statement, S.ForAll.over("l", 1, L, S.equal(w, cast(Term, T.Zero(*w.shape)))))

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """Every statement that is proved, each on its own."""
        out = [self._value(), self._gap(), *map(self._gradient, ("l < L", "l = L"))]
        out += [self._block(name, (LAYER, OTHER)) for name in CASES]
        out += [self._block(name, (OTHER, LAYER)) for name in CASES]
        return (*out, *map(self._diagonal, ("l < L", "l = L")))

    # -- proofs ----------------------------------------------------------------------------------------------
    def _prover(self) -> Prover:
        return Prover({ZERO_LAYERS: self.zero, "L >= 3": S.at_least(L, 3)})

    def _value(self) -> Result:
        n, p = self.network, self._prover()
        half = T.number(1, 2) * cast(Term, T.SquaredNorm(n.Y))
        id = self._without_chains(p, p.refl(n.loss), RIGHT)
        return self._result("value", "the loss at W = 0", p, p.turn(id, RIGHT, half))

    def _gap(self) -> Result:
        """The value exceeds h* = 1/2 |Y X^+ X - Y|^2 by 1/2 |Y X^+ X|^2, which is zero only if Y X^T is."""
        n, p = self.network, Prover({})
        best = n.Y * cast(Term, T.Pseudoinverse(n.X)) * n.X
        value, least, gap = (T.number(1, 2) * cast(Term, T.SquaredNorm(a)) for a in (n.Y, best - n.Y, best))
        id = equations_of(p, {}, [best]).prove(value, least + gap)
        if id is None:
            raise Undecided("the gap above h* was not shown", hint="this is a gap in symland")
        return self._result("gap", "how far the loss at W = 0 is above h*", p, id)

    def _gradient(self, case: str) -> Result:
        n, p = self.network, self._prover()
        layer_facts(p, n, LAYER)
        id = gradient_step(p, n.loss, n.layer(LAYER))
        id = self._at_case(p, id, case)
        title = f"the gradient vanishes at W = 0 ({case})"
        return self._result(f"gradient, {case}", title, p, self._vanishing(p, id, (2,)))

    def _diagonal(self, case: str) -> Result:
        n, p = self.network, self._prover()
        layer_facts(p, n, LAYER)
        id = hessian_step(p, n.loss, n.layer(LAYER), n.layer(LAYER))
        id = self._at_case(p, id, case)
        title = f"the Hessian block of one layer vanishes at W = 0 ({case})"
        return self._result(f"Hessian, l = k, {case}", title, p, self._vanishing(p, id, (3,)))

    def _block(self, case: str, letters: tuple[Index, Index]) -> Result:
        """The block of two layers, the larger one named l."""
        n, p = self.network, self._prover()
        row, column = letters
        for l in letters:
            layer_facts(p, n, l)
        p.assume("l > k", S.at_least(LAYER, OTHER + 1))
        id = hessian_step(p, n.loss, n.layer(row), n.layer(column), commute=row == LAYER)
        indices, facts = CASES[case]
        for name, fact in facts.items():
            p.assume(name, fact)
        id = p.spec(id, indices=indices) if indices else id
        which = "row l, column k" if row == LAYER else "row k, column l"
        title = f"the Hessian block vanishes at W = 0 (l > k, {case}; {which})"
        return self._result(f"Hessian, {which}, {case}", title, p, self._vanishing(p, id, (3,)))

    def _at_case(self, p: Prover, id: str, case: str) -> str:
        """The statement for one layer that is not the last, or is."""
        if case == "l = L":
            return p.spec(id, indices={"l": L})
        p.assume(LARGER, S.at_least(L - 1, LAYER))
        return id

    def _vanishing(self, p: Prover, id: str, path: Path) -> str:
        """The statement with the term at the path, in which a product of layers is a factor everywhere, as zero."""
        id = self._without_chains(p, id, path)
        return p.turn(id, path, cast(Term, T.Zero(*at(p.statement(id), path).shape)))

    def _without_chains(self, p: Prover, id: str, path: Path) -> str:
        """The statement with products of at least one layer below the path replaced by zero."""
        for place in reversed(list(_chains(at(p.statement(id), path)))):
            chain = at(p.statement(id), (*path, *place))
            try:
                p.nonneg(chain.top - chain.bottom)
            except AssumptionMissing:
                continue
            equal = unfold(p, self.network, p.refl(chain), RIGHT, "top", indices={"b": chain.top, "a": chain.bottom})
            equal = p.rewrite_by(equal, (1, 0), p.all_at(p.hyp(ZERO_LAYERS), chain.top))
            equal = p.turn(equal, RIGHT, cast(Term, T.Zero(*chain.shape)))
            id = p.rewrite_by(id, (*path, *place), equal)
        return id

    def _result(self, name: str, title: str, p: Prover, id: str) -> Result:
        w = self.network.layer(LAYER)
        model = Assignment("set", w, cast(Term, T.Zero(*w.shape)), over=("l", ONE, L))
        trace = p.trace({name: id}, (model,))
        return Result(name, title, replay(trace)[name], trace, "CE13", {self.network.residual: "E"})


def _chains(term: Node, here: Path = ()) -> Iterator[Path]:
    """Where products of layers stand."""
    if isinstance(term, T.Chain):
        yield here
        return
    for k, a in enumerate(term.args):
        if isinstance(a, Node):
            yield from _chains(a, (*here, k))
