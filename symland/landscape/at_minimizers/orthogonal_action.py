"""Orthogonal matrices between the layers take balanced minimizers to balanced minimizers: `F[l] = R[l] F*[l] R[l-1]^T`
with R[0] = R[L] = I.

Source: Theorem 4.4 of the specification; F* are the factors of the first point.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from symland.calculus.prover import Prover
from symland.landscape.at_minimizers.balanced_products import SOURCE, ZERO, BalancedProducts, equation, n
from symland.landscape.products.chains import for_all, induct, range_facts
from symland.landscape.products.directions import MINUS, l
from symland.landscape.products.layer_sums import every, within
from symland.landscape.products.least_squares import ONE, LeastSquares, Model, Proof
from symland.landscape.products.networks import Network
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language.index import Index
from symland.language.nodes import Family
from symland.language.trace import Assignment


@dataclass(frozen=True)
class OrthogonalAction:
    """What the action keeps: balancedness, the product of the factors, and with it being a minimizer."""

    network: Network

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """One statement, one result."""
        proofs = {
            "orthogonal, balanced": ("orthogonal matrices between layers keep a point balanced", self._balanced),
            "orthogonal, product": ("orthogonal matrices between layers keep the product", self._product),
            "orthogonal, minimizer": ("orthogonal matrices between layers keep a minimizer one", self._minimizer),
        }
        made = self.here.proved
        return tuple(made(name, title, SOURCE, proof()) for name, (title, proof) in proofs.items())

    @cached_property
    def here(self) -> BalancedProducts:
        """The point that is reached."""
        return BalancedProducts(self.network)

    @cached_property
    def there(self) -> BalancedProducts:
        """The first point."""
        return BalancedProducts(self.network.other)

    @cached_property
    def R(self) -> Family:
        """An orthogonal matrix between any two layers, and one at either end."""
        return self.here.letters("R")

    @cached_property
    def action(self) -> dict[str, S.Statement]:
        """The second point is the first, moved by orthogonal matrices."""
        r, depth, point = self.R, self.network.depth, self.there.network
        moved = S.equal(self.network.factor(l), r[l] * point.factor(l) * r[l - 1].T)
        return {
            "orthogonal": every(l, ZERO, depth, S.equal(r[l].T * r[l], self.here.eye)),
            "action": every(l, ONE, depth, moved),
        }

    @cached_property
    def ends(self) -> dict[str, S.Statement]:
        """R[0] = R[L] = I."""
        first, last = (S.equal(self.R[i], self.here.eye) for i in (ZERO, self.network.depth))
        return {"first": first, "last": last, **self.network.order}

    @cached_property
    def model(self) -> Model:
        """The first point balanced, R orthogonal, the second point as the action says."""
        net, r, depth = self.network, self.R, self.network.depth
        free = self.here.letters("T", facts=("orthogonal",))
        moved = net.layer_for(r[l] * self.there.network.factor(l) * r[l - 1].T)
        return (
            *self.there.model,
            Assignment("set", r[l], free[l], over=(str(l), ZERO, depth)),
            *(Assignment("set", r[i], self.here.eye) for i in (ZERO, depth)),
            Assignment("set", net.layer(l), moved, over=(str(l), ONE, depth)),
            LeastSquares(self.there.network).data_for(self.there.network.product),
        )

    def _balanced(self) -> Proof:
        net, point, r, depth = self.network, self.there.network, self.R, self.network.depth
        p = Prover({**self.action, "balanced": self.there.balanced["balanced"]})
        within(p, l, ONE, depth - 1)
        below, above = net.factor(l), net.factor(l + 1)
        old_below, old_above = point.factor(l), point.factor(l + 1)
        up, down = (p.all_at(p.hyp("action"), i) for i in (l + 1, l))
        middle, lower = (p.all_at(p.hyp("orthogonal"), i) for i in (l + 1, l - 1))
        id = equation(p, self.here.balance(l),
            [
                {"eq": up, "left": above.T},
                {"eq": up, "transpose": True, "right": r[l + 1] * old_above * r[l].T},
                {"eq": middle, "left": r[l] * old_above.T, "right": old_above * r[l].T},
                {"eq": p.all_at(p.hyp("balanced"), l), "left": r[l], "right": r[l].T},
                {"eq": down, "right": below.T, "times": MINUS},
                {"eq": down, "transpose": True, "left": r[l] * old_below * r[l - 1].T, "times": MINUS},
                {"eq": lower, "left": r[l] * old_below, "right": old_below.T * r[l].T, "times": MINUS},
            ],
        )  # fmt: skip
        return p, for_all(p, id, l, ONE, depth - 1), self.model

    def _step(self, p: Prover) -> str:
        """The step `P = P*`, by induction on the number of factors: F[n]*...*F[1] = R[n] F*[n]*...*F*[1] R[0]^T."""
        net, point, r, depth = self.network, self.there.network, self.R, self.network.depth

        def claim(i: Index) -> S.Statement:
            return S.equal(net.chain(i, ONE), r[i] * point.chain(i, ONE) * r[0].T)

        facts = range_facts(p, n, ZERO, depth)
        p.assume("phi: moved", claim(n))
        start = p.hyp("first")
        base = equation(p, claim(ZERO),
            [{"eq": start, "right": r[0].T, "times": MINUS}, {"eq": start, "transpose": True, "times": MINUS}],
        )  # fmt: skip
        new, old = r[n + 1] * point.factor(n + 1), point.chain(n, ONE) * r[0].T
        step = equation(p, claim(n + 1),
            [
                {"eq": self.here.row(p, "top", n + 1, ONE)},
                {"eq": p.all_at(p.hyp("action"), n + 1), "right": net.chain(n, ONE)},
                {"eq": p.hyp("phi: moved"), "left": new * r[n].T},
                {"eq": p.all_at(p.hyp("orthogonal"), n), "left": new, "right": old},
                {"eq": self.there.row(p, "top", n + 1, ONE), "left": r[n + 1], "right": r[0].T, "times": MINUS},
            ],
        )  # fmt: skip
        id = p.spec(induct(p, base, step, "phi: moved", n, ZERO, depth, facts), indices={str(n): depth})
        return p.ring(
            net.product, point.product,
            [
                {"eq": id},
                {"eq": p.hyp("last"), "right": point.product * r[0].T},
                {"eq": start, "transpose": True, "left": point.product},
            ],
        )  # fmt: skip

    def _product(self) -> Proof:
        p = Prover({**self.action, **self.ends})
        return p, self._step(p), self.model

    def _minimizer(self) -> Proof:
        normal = LeastSquares(self.there.network).condition
        p = Prover({**self.action, **self.ends, "first point": normal})
        gram = self.network.X * self.network.X.T
        lhs, rhs = LeastSquares(self.network).condition.args
        id = p.ring(lhs, rhs, [{"eq": self._step(p), "right": gram}, {"eq": p.hyp("first point")}])
        return p, id, self.model
