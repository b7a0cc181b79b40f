"""The Hessian of a network at its global minimizers: H^T H with H explicit, for every depth.

Source: Theorems 4.3 and 5.1 of the specification. The block for layers l and k is `H[l]^T H[k]` with
`H[l] = (F[l-1]*...*F[1]*X)^T (x) F[L]*...*F[l+1]`, the Jacobian of P X with respect to layer l; F are the factors.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

from symland.calculus.hessian import hessian_step
from symland.calculus.prover import Prover
from symland.calculus.simplify import tidy, transpose
from symland.landscape.products.derivatives import CASES, ROW
from symland.landscape.products.minimizers import NORMAL, ProductMinimizers
from symland.landscape.products.networks import Network
from symland.landscape.result import Result, at_depth
from symland.landscape.theorems import Theorems
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.terms import Term, block

if TYPE_CHECKING:
    from symland.landscape.at_minimizers.balanced import Balanced
    from symland.landscape.at_minimizers.curvature import Curvature


@dataclass(frozen=True)
class HessianAtMinimizer(Theorems):
    """H^T H at the global minimizers. `factor(l)` is H[l]; `results` holds one theorem per case of the block. For
    square layers `curvature` has what is proved of its kernel, range and definiteness, `balanced` its spectrum at
    balanced minimizers."""

    minimizers: ProductMinimizers

    @property
    def network(self) -> Network:
        return self.minimizers.network

    def factor(self, l: Index) -> Term:
        """H[l] = (F[l-1]*...*F[1]*X)^T (x) F[L]*...*F[l+1]."""
        n = self.network
        return cast(Term, T.Kronecker(n.X.T * n.chain(l - 1, Index.of(1)).T, n.chain(n.depth, l + 1)))

    @property
    def curvature(self) -> Curvature:
        """The quadratic form, the range, the kernel as the directions along the orbit, and definiteness."""
        from symland.landscape.at_minimizers.curvature import Curvature  # which uses the factors of this class

        return Curvature(self.network)

    @property
    def balanced(self) -> Balanced:
        """The Hessian at balanced minimizers, with eigenvectors and eigenvalues in closed form."""
        from symland.landscape.at_minimizers.balanced import Balanced  # as above

        return Balanced(self.network)

    @cached_property
    def matrix(self) -> Term:
        """H = [H[1], ..., H[L]] for an explicit depth."""
        count = self.network.problem.letters
        return block([[tidy(self.factor(Index.of(i + 1))) for i in range(len(count))]])

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """One for each case; for an explicit depth, its instance."""
        if self.network.depth.value is not None:
            return tuple(at_depth(r, self.network.depth) for r in HessianAtMinimizer(self.minimizers.general).results)
        return tuple(self._block(case, k, order) for case, (k, order) in CASES.items())

    def _block(self, case: str, k: Index, order: S.NonNeg | None) -> Result:
        """hess(h, W[l], W[k], H[l]^T H[k]) under the normal equation."""
        n, m = self.network, self.minimizers
        w, u = n.layer(ROW), n.layer(k)
        p = Prover({NORMAL: m.condition, **({case: order} if order is not None else {})})
        id = hessian_step(p, n.loss, w, u, commute=case == "l > k")
        id = self._drop_residual(p, id)
        id = self._as_square(p, id, self.factor(ROW), self.factor(k))
        title = f"the Hessian block at {m.points} is H_l^T H_k ({case})"
        return m.proved(f"hessian {case}", title, "Theorem 4.3", (p, id, m.solved))

    def _drop_residual(self, p: Prover, id: str) -> str:
        """Terms of the block that carry E X^T vanish."""
        h = p.statement(id).args[3]
        if not isinstance(h, T.Sum):
            return id
        gauss, rest = h.args
        i = next(i for i, f in enumerate(rest.args) if isinstance(f, T.Kronecker))
        kron = rest.args[i]
        j = next(
            j for j, f in enumerate(kron.args) if self.network.residual in f.args or self.network.residual.T in f.args
        )
        factor = kron.args[j]
        split = next(a for a, f in enumerate(factor.args) if f in (self.network.residual, self.network.residual.T))
        before, after = factor.args[:split], factor.args[split + 1 :]
        zero = cast(Term, T.Zero(*factor.shape))
        normal = p.hyp(NORMAL)
        if factor.args[split] is self.network.residual:
            using = {"eq": normal, "left": T.product(*before), "right": T.product(*after[1:])}
        else:
            using = {"eq": normal, "transpose": True, "left": T.product(*before[:-1]), "right": T.product(*after)}
        path = (3, 1, i)
        id = p.turn(id, (*path, j), zero, [using])
        other = kron.args[1 - j]
        dims = {"p": zero.shape[0], "q": zero.shape[1]}
        id = p.rewrite(id, path, "kron_zero" if j == 0 else "kron_zero_right", B=other, dims=dims)
        return p.turn(id, (3,), gauss)

    def _as_square(self, p: Prover, id: str, left: Term, right: Term) -> str:
        """Turns (A1 A2^T) (x) (B1^T B2) into H[l]^T H[k]."""
        a, b = transpose(left.args[0]), transpose(left.args[1])
        c, e = right.args
        id = p.turn(id, (3, 0), a * c)
        id = p.turn(id, (3, 1), b * e)
        id = p.rewrite(id, (3,), "kron_mix", reverse=True, A=a, B=b, C=c, E=e)
        id = p.turn(id, (3, 0, 0), left.args[0].T)
        id = p.turn(id, (3, 0, 1), left.args[1].T)
        return p.rewrite(id, (3, 0), "kron_transpose", reverse=True, A=left.args[0], B=left.args[1])
