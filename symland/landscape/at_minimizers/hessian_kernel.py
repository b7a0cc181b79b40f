"""The kernel of the Hessian H^T H at the minimizers of a network of any depth: the directions along the orbit.

The orbit moves the factor F[l] to `C[l] F[l] C[l-1]^{-1}`. Along it `V[l] = G[l] F[l] - F[l] G[l-1]`, with
G[0] = G[L] = 0 where the product of all factors stays as it is. Source: Theorem 4.3 of the specification.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from symland.calculus.prover import LEFT, Prover
from symland.landscape.products.chains import BOUND, for_all, induct, range_facts
from symland.landscape.products.directions import MINUS, Directions, k, l
from symland.landscape.products.layer_sums import every, within
from symland.landscape.products.least_squares import ONE, Model, Proof
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Family
from symland.language.terms import Term
from symland.language.trace import Assignment

ZERO, n = Index.of(0), BOUND

SOURCE = "Theorem 4.3"


@dataclass(frozen=True)
class HessianKernel(Directions):
    """The kernel, in two inclusions, and its description by G without repetition."""

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """One statement, one result."""
        proofs = {
            "kernel": ("directions along the orbit are in the kernel", self._kernel),
            "kernel form": ("with invertible factors, every direction is along an orbit with a free end", self._form),
            "kernel converse": ("with A1 too, a direction in the kernel does not move the end", self._converse),
            "kernel unique": ("with invertible factors, only $G = 0$ keeps a point in place", self._unique),
        }
        return tuple(self.proved(name, title, SOURCE, proof()) for name, (title, proof) in proofs.items())

    @cached_property
    def G(self) -> Family:
        """One matrix between any two layers, and two at the ends."""
        return self.letters("G")

    def along_orbit(self, at: Index) -> S.Statement:
        """V[l] = G[l] F[l] - F[l] G[l-1], F[l] the factor of layer l."""
        g, f = self.G, self.network.factor(at)
        return S.equal(self.V[at], g[at] * f - f * g[at - 1])

    @cached_property
    def directions(self) -> S.Statement:
        """V is along the orbit in every layer."""
        return every(l, ONE, self.network.depth, self.along_orbit(l))

    @cached_property
    def invertible(self) -> S.Statement:
        """Every factor is invertible."""
        return every(l, ONE, self.network.depth, cast(S.Statement, S.Invertible(self.network.factor(l))))

    @cached_property
    def start(self) -> S.Statement:
        """G[0] = 0."""
        return S.equal(self.G[0], self.zero)

    @cached_property
    def orbit_model(self) -> Model:
        """G free but for its ends, which are 0; V along the orbit."""
        depth = self.network.depth
        ends = (Assignment("set", self.G[i], self.zero) for i in (ZERO, depth))
        letter, value = self.along_orbit(l).args
        return (*ends, Assignment("set", letter, value, over=(str(l), ONE, depth)))

    def _telescope(self, p: Prover, directions: str) -> str:
        """The step `sum_{l <= n} P[n..l+1] V[l] P[l-1..1] = G[n] P[n..1] - P[n..1] G[0]` for 0 <= n <= L, by induction;
        `directions` says that V is along the orbit. Source: the rule TELE."""
        net, g = self.network, self.G

        def ends(top: Index) -> Term:
            return T.total(g[top] * net.chain(top, ONE), -(net.chain(top, ONE) * g[0]))

        facts = range_facts(p, n, ZERO, net.depth)
        p.assume("phi: telescope", S.equal(self.derivative_to(n), ends(n)))
        base = p.equate(self.derivative_to(ZERO), ends(ZERO))
        top = self.row(p, "top", n + 1, ONE)
        step = p.equate(
            self.derivative_to(n + 1), ends(n + 1),
            [
                {"eq": self.product_rule(p, n)},
                {"eq": p.hyp("phi: telescope"), "left": net.factor(n + 1)},
                {"eq": p.all_at(directions, n + 1), "right": net.chain(n, ONE)},
                {"eq": top, "left": g[n + 1], "times": MINUS},
                {"eq": top, "right": g[0]},
            ],
        )  # fmt: skip
        return induct(p, base, step, "phi: telescope", n, ZERO, net.depth, facts)

    def _kernel(self) -> Proof:
        net, g = self.network, self.G
        end = S.equal(g[net.depth], self.zero)
        p = Prover({"directions": self.directions, "start": self.start, "end": end, **net.order})
        whole = p.spec(self._telescope(p, p.hyp("directions")), indices={str(n): net.depth})
        ends = [
            {"eq": p.hyp("end"), "right": net.product},
            {"eq": p.hyp("start"), "left": net.product, "times": MINUS},
        ]
        return p, p.ring(self.derivative, self.zero, [{"eq": whole}, *ends]), self.orbit_model

    @cached_property
    def recursion(self) -> S.Statement:
        """G[l] = (V[l] + F[l] G[l-1]) F[l]^{-1}: for invertible factors this defines G from G[0] upwards."""
        return every(l, ONE, self.network.depth, S.equal(self.G[l], self._numerator * self._inverse(l)))

    @property
    def _numerator(self) -> Term:
        return T.total(self.V[l], self.network.factor(l) * self.G[l - 1])

    def _inverse(self, at: Index) -> Term:
        return cast(Term, T.Inverse(self.network.factor(at)))

    def _cancel(self, p: Prover, side: str, at: Index) -> str:
        """The step `F[l]^{-1} F[l] = I` (left) or `F[l] F[l]^{-1} = I` (right)."""
        return p.apply(f"inverse_{side}", [p.all_at(p.hyp("factors"), at)], A=self.network.factor(at))

    def _solved(self, p: Prover) -> str:
        """The step that V is along the orbit in every layer, from the recursion for G."""
        f = self.network.factor(l)
        within(p, l, ONE, self.network.depth)
        lhs, rhs = self.along_orbit(l).args
        each = p.ring(
            lhs, rhs,
            [
                {"eq": p.all_at(p.hyp("recursion"), l), "right": f, "times": MINUS},
                {"eq": self._cancel(p, "left", l), "left": self._numerator, "times": MINUS},
            ],
        )  # fmt: skip
        return for_all(p, each, l, ONE, self.network.depth)

    def _form(self) -> Proof:
        p = Prover({"factors": self.invertible, "recursion": self.recursion, **self.network.order})
        return p, self._solved(p), self.orbit_model

    def _converse(self) -> Proof:
        net, x, last = self.network, self.network.X, self.G[self.network.depth]
        gram = x * x.T
        inverse = cast(Term, T.Inverse(gram))
        p = Prover(
            {
                "A1": cast(S.Statement, S.Invertible(gram)),
                "factors": self.invertible,
                "kernel": S.equal(self.derivative * x, cast(Term, T.Zero(*x.shape))),
                "start": self.start,
                "recursion": self.recursion,
                **net.order,
            }
        )
        whole = p.spec(self._telescope(p, self._solved(p)), indices={str(n): net.depth})
        base = p.ring(
            last * net.product, self.zero,
            [
                {"eq": p.apply("inverse_right", [p.hyp("A1")], A=gram), "left": last * net.product, "times": MINUS},
                {"eq": whole, "right": gram * inverse, "times": MINUS},
                {"eq": p.hyp("kernel"), "right": x.T * inverse},
                {"eq": p.hyp("start"), "left": net.product, "right": gram * inverse},
            ],
        )  # fmt: skip
        facts = range_facts(p, k, ONE, net.depth + 1)
        p.assume("phi: cancel", S.equal(last * net.chain(net.depth, k), self.zero))
        above, inverse = last * net.chain(net.depth, k + 1), self._inverse(k)
        step = p.ring(
            above, self.zero,
            [
                {"eq": self._cancel(p, "right", k), "left": above, "times": MINUS},
                {"eq": self.row(p, "bottom", net.depth, k), "left": last, "right": inverse, "times": MINUS},
                {"eq": p.hyp("phi: cancel"), "right": inverse},
            ],
        )  # fmt: skip
        id = induct(p, base, step, "phi: cancel", k, ONE, net.depth + 1, facts)
        id = p.turn(p.spec(id, indices={str(k): net.depth + 1}), LEFT, last)
        return p, id, self.orbit_model

    def _unique(self) -> Proof:
        net, g = self.network, self.G

        def moved(at: Index) -> Term:
            return T.total(g[at] * net.factor(at), -(net.factor(at) * g[at - 1]))

        unmoved = every(l, ONE, net.depth, S.equal(moved(l), self.zero))
        p = Prover({"factors": self.invertible, "start": self.start, "unmoved": unmoved, **net.order})
        facts = range_facts(p, n, ZERO, net.depth)
        p.assume("phi: zero", S.equal(g[n], self.zero))
        inverse = self._inverse(n + 1)
        step = p.ring(
            g[n + 1], self.zero,
            [
                {"eq": self._cancel(p, "right", n + 1), "left": g[n + 1], "times": MINUS},
                {"eq": p.all_at(p.hyp("unmoved"), n + 1), "right": inverse},
                {"eq": p.hyp("phi: zero"), "left": net.factor(n + 1), "right": inverse},
            ],
        )  # fmt: skip
        id = induct(p, p.hyp("start"), step, "phi: zero", n, ZERO, net.depth, facts)
        id = for_all(p, id, n, ZERO, net.depth)
        return p, id, (Assignment("set", g[l], self.zero, over=(str(l), ZERO, net.depth)),)
