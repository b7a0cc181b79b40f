"""The spectrum of the Hessian at a balanced minimizer: H H^T as a sum of Kronecker products of powers, its eigenvectors
and eigenvalues, and the eigenvalues as geometric sums.

Source: Theorem 4.4 of the specification. H H^T and the Hessian H^T H have the same nonzero eigenvalues.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from symland.calculus.prover import LEFT, RIGHT, Prover
from symland.landscape.at_minimizers.balanced_products import SOURCE, ZERO, BalancedProducts, equation, n, power
from symland.landscape.products.chains import induct, range_facts
from symland.landscape.products.directions import MINUS, k, l, size
from symland.landscape.products.layer_sums import factored_left, factored_right, last_term, summed, total, within
from symland.landscape.products.least_squares import ONE, Model, Proof
from symland.landscape.result import Result
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Lambda
from symland.language.terms import Term
from symland.language.trace import Assignment


@dataclass(frozen=True)
class BalancedEigenvectors:
    """With eigenvectors `F[1]^T F[1] v = q v`, `X X^T v = xi v` and `F[L] F[L]^T u = p u`, the vector
    `(X^T v) (x) u` is an eigenvector of H H^T, with eigenvalue `xi sum_l q^(l-1) p^(L-l)`."""

    products: BalancedProducts

    p, q, xi = (T.scalar(name) for name in ("p", "q", "xi"))

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """One statement, one result."""
        proofs = {
            "singular value, right": ("eigenvectors of $P^T P$, with their eigenvalues", self._right_value),
            "singular value, left": ("eigenvectors of $P P^T$, with their eigenvalues", self._left_value),
            "square": ("$H H^T$ is a sum of Kronecker products of powers", self._square),
            "eigenvector of H H^T": ("eigenvectors of $H H^T$, with their eigenvalues", self._eigenvector),
            "eigenvector": ("eigenvectors of the Hessian $H^T H$, with the same eigenvalues", self._of_hessian),
            "eigenvector, length": ("such an eigenvector vanishes only where its eigenvalue does", self._length),
            "geometric sum": ("the eigenvalue as a quotient", self._geometric),
            "equal terms": ("the eigenvalue for $p = q$", self._equal),
        }
        made = self.products.proved
        return tuple(made(name, title, SOURCE, proof()) for name, (title, proof) in proofs.items())

    # -- terms -----------------------------------------------------------------------------------------------
    @property
    def depth(self) -> Index:
        return self.products.network.depth

    def square(self, at: Index) -> Term:
        """H[l] H[l]^T."""
        h = self.products.block(at)
        return h * h.T

    @cached_property
    def u(self) -> Term:
        """An eigenvector of F[L] F[L]^T."""
        return T.matrix("u", self.products.eye.shape[0], 1)

    @cached_property
    def v(self) -> Term:
        """An eigenvector of F[1]^T F[1] and of X X^T."""
        return T.matrix("v", self.products.eye.shape[0], 1)

    @cached_property
    def vector(self) -> Term:
        """(X^T v) (x) u."""
        return cast(Term, T.Kronecker(self.products.network.X.T * self.v, self.u))

    def term(self, at: Index, top: Index) -> Term:
        """q^(l-1) p^(top-l)."""
        return self.q ** (at - 1) * self.p ** (top - at)

    def sum_to(self, top: Index) -> Term:
        """The sum of q^(l-1) p^(top-l) over l up to top."""
        return total(l, ONE, top, self.term(l, top))

    @cached_property
    def eigenvalue(self) -> Term:
        """xi sum_l q^(l-1) p^(L-l)."""
        return self.xi * self.sum_to(self.depth)

    @cached_property
    def eigenvectors(self) -> dict[str, S.Statement]:
        """The point is balanced; u and v are eigenvectors."""
        b, x, u, v = self.products, self.products.network.X, self.u, self.v
        return {
            **b.balanced,
            "right": S.equal(b.right * v, self.q * v),
            "left": S.equal(b.left * u, self.p * u),
            "aligned": S.equal(x * x.T * v, self.xi * v),
        }

    @cached_property
    def model(self) -> Model:
        """F[l] := O[l] (a I + b y y^T) O[l-1]^T, with an eigenvector y of eigenvalue a + b |y|^2, all others a."""
        b, net, d = self.products, self.products.network, self.products.eye.shape[0]
        y, z, row, first, second = (
            T.matrix("y", d, 1), T.matrix("z", d, 1), T.matrix("row", 1, "m"), T.scalar("first"), T.scalar("second"),
        )  # fmt: skip
        length = size(y)
        return (
            b.balanced_layer(first * b.eye + second * (y * y.T)),
            Assignment("set", self.v, b.rotations[0] * y),
            Assignment("set", self.q, (first + second * length) ** 2),
            Assignment("set", self.u, b.rotations[self.depth] * (length * z - y * y.T * z)),
            Assignment("set", self.p, first**2),
            Assignment("set", net.X, self.v * row),
            Assignment("set", self.xi, size(row) * size(self.v)),
        )

    # -- the product -----------------------------------------------------------------------------------------
    def _right_value(self) -> Proof:
        b = self.products
        p = Prover({**b.balanced, "right": self.eigenvectors["right"]})
        power_of = p.spec(self._powers(p, b.right, self.v, self.q, "right"), indices={str(n): self.depth})
        return p, p.rewrite_by(power_of, LEFT, b.below(p, self.depth + 1), reverse=True, segment=(0, 1)), self.model

    def _left_value(self) -> Proof:
        b = self.products
        p = Prover({**b.balanced, "left": self.eigenvectors["left"]})
        power_of = p.spec(self._powers(p, b.left, self.u, self.p, "left"), indices={str(n): self.depth})
        return p, p.rewrite_by(power_of, LEFT, b.above(p, ZERO), reverse=True, segment=(0, 1)), self.model

    # -- H H^T -----------------------------------------------------------------------------------------------
    def _one_square(self, p: Prover) -> str:
        """The step `H[l] H[l]^T = (X^T (F[1]^T F[1])^(l-1) X) (x) (F[L] F[L]^T)^(L-l)` for 1 <= l <= L."""
        b, net = self.products, self.products.network
        within(p, l, ONE, self.depth)
        above, below = net.chain(self.depth, l + 1), net.chain(l - 1, ONE)
        outer = cast(Term, T.Kronecker(net.X.T * below.T * below * net.X, above * above.T))
        id = p.equate(self.square(l), outer)
        id = p.rewrite_by(id, (*RIGHT, 0), b.below(p, l), segment=(1, 3))
        return p.rewrite_by(id, (*RIGHT, 1), b.above(p, l))

    def _square(self) -> Proof:
        p = Prover(self.products.balanced)
        return p, summed(p, self._one_square(p), l, ONE, self.depth), self.products.model

    # -- eigenvectors ----------------------------------------------------------------------------------------
    def _powers(self, p: Prover, a: Term, x: Term, value: Term, known: str) -> str:
        """The step `a^n x = value^n x` for 0 <= n <= L, by induction, from the hypothesis `known`: a x = value x."""
        phi = f"phi: {known}"

        def claim(i: Index) -> S.Statement:
            return S.equal(power(a, i) * x, value**i * x)

        facts = range_facts(p, n, ZERO, self.depth)
        p.assume(phi, claim(n))
        more = p.apply("power_add", c=value, indices={"a": n, "b": ONE})
        step = equation(p, claim(n + 1),
            [
                {"eq": p.apply("matrix_power_next", A=a, indices={"a": n}), "right": x},
                {"eq": p.hyp(phi), "left": a},
                {"eq": p.hyp(known), "times": value**n},
                {"eq": more, "times": x},
            ],
        )  # fmt: skip
        base = p.equate(*claim(ZERO).args)
        return induct(p, base, step, phi, n, ZERO, self.depth, facts)

    def _each(self, p: Prover) -> str:
        """The step `H[l] H[l]^T ((X^T v) (x) u) = q^(l-1) p^(L-l) xi (X^T v) (x) u` for 1 <= l <= L."""
        b, x, u, v = self.products, self.products.network.X, self.u, self.v
        one = self._one_square(p)
        on_v = p.spec(self._powers(p, b.right, v, self.q, "right"), indices={str(n): l - 1})
        on_u = p.spec(self._powers(p, b.left, u, self.p, "left"), indices={str(n): self.depth - l})
        below = x.T * power(b.right, l - 1)
        applied = cast(Term, T.Kronecker(below * x * x.T * v, power(b.left, self.depth - l) * u))
        id = p.equate(self.square(l) * self.vector, applied, [{"eq": one, "right": self.vector}])
        id = p.rewrite_by(id, (*RIGHT, 1), on_u)
        using = [{"eq": p.hyp("aligned"), "left": below}, {"eq": on_v, "left": x.T, "times": self.xi}]
        id = p.turn(id, (*RIGHT, 0), self.xi * self.q ** (l - 1) * (x.T * v), using)
        return p.turn(id, RIGHT, self.term(l, self.depth) * (self.xi * self.vector))

    def _sum(self, p: Prover) -> str:
        """The step `sum_l H[l] H[l]^T ((X^T v) (x) u) = eigenvalue (X^T v) (x) u`, the vector inside the sum."""
        multiple = self.xi * self.vector
        families = {"F": Lambda(str(l), self.term(l, self.depth))}
        id = summed(p, self._each(p), l, ONE, self.depth)
        id = p.rewrite(id, RIGHT, "sum_multiples", A=multiple, families=families, indices={"a": ONE, "b": self.depth})
        return p.turn(id, RIGHT, self.eigenvalue * self.vector)

    def _eigenvector(self) -> Proof:
        p = Prover(self.eigenvectors)
        id = self._sum(p)
        return p, p.rewrite_by(id, LEFT, factored_right(p, l, ONE, self.depth, self.square(l), self.vector)), self.model

    def _of_hessian(self) -> Proof:
        p, h = Prover(self.eigenvectors), self.products.block(k).T
        id = factored_left(p, l, ONE, self.depth, h, self.square(l) * self.vector)
        id = p.rewrite_by(id, (*RIGHT, 1), self._sum(p))
        return p, p.turn(id, RIGHT, self.eigenvalue * (h * self.vector)), self.model

    def _length(self) -> Proof:
        p, ends = Prover(self.eigenvectors), {"a": ONE, "b": self.depth}
        image = self.square(l) * self.vector
        one = p.equate(size(self.products.block(l).T * self.vector), cast(Term, T.Inner(self.vector, image)))
        id, families = summed(p, one, l, ONE, self.depth), {"M": Lambda(str(l), image)}
        id = p.rewrite(id, RIGHT, "inner_sum", reverse=True, A=self.vector, families=families, indices=ends)
        id = p.rewrite_by(id, (*RIGHT, 1), self._sum(p))
        return p, p.turn(id, RIGHT, self.eigenvalue * size(self.vector)), self.model

    # -- the eigenvalue --------------------------------------------------------------------------------------
    def _geometric(self) -> Proof:
        """(p - q) sum_l q^(l-1) p^(L-l) = p^L - q^L, by induction on L."""
        a, b = self.p, self.q
        p = Prover(self.products.network.order)

        def claim(i: Index) -> S.Statement:
            return S.equal((a - b) * self.sum_to(i), a**i - b**i)

        facts = range_facts(p, n, ZERO, self.depth)
        p.assume("phi: sum", claim(n))
        last = last_term(p, l, ONE, n + 1, self.term(l, n + 1))
        within(p, l, ONE, n)
        shift = p.apply("power_add", c=a, indices={"a": n - l, "b": ONE})
        each = p.ring(self.term(l, n + 1), a * self.term(l, n), [{"eq": shift, "times": MINUS * b ** (l - 1)}])
        rest = summed(p, each, l, ONE, n)
        families = {"F": Lambda(str(l), self.term(l, n))}
        rest = p.rewrite(rest, RIGHT, "sum_factor", c=a, families=families, indices={"a": ONE, "b": n})
        more = {c: p.apply("power_add", c=c, indices={"a": n, "b": ONE}) for c in (a, b)}
        step = equation(p, claim(n + 1),
            [
                {"eq": last, "times": a - b},
                {"eq": rest, "times": a - b},
                {"eq": p.hyp("phi: sum"), "times": a},
                {"eq": more[a]},
                {"eq": more[b], "times": MINUS},
            ],
        )  # fmt: skip
        base = equation(p, claim(ZERO))
        id = induct(p, base, step, "phi: sum", n, ZERO, self.depth, facts)
        return p, p.spec(id, indices={str(n): self.depth}), ()

    def _equal(self) -> Proof:
        """sum_l p^(l-1) p^(L-l) = L p^(L-1)."""
        a = self.p
        p = Prover(self.products.network.order)
        within(p, l, ONE, self.depth)
        each = p.apply("power_add", c=a, indices={"a": l - 1, "b": self.depth - l})
        id = summed(p, each, l, ONE, self.depth)
        return p, p.rewrite(id, RIGHT, "sum_constant", c=a ** (self.depth - 1), indices={"a": ONE, "b": self.depth}), ()
