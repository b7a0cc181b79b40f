"""Gradient and Hessian of a network: derived once for symbolic depth and layers, instantiated for an explicit depth.

Source: Theorem 4.1 of the specification; with W_l = I + A_l it is Theorem 5.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from symland.calculus.derivation import Derivation, of_theorem
from symland.calculus.gradient import gradient_step
from symland.calculus.hessian import HessianDerivation, hessian_step
from symland.calculus.instance import instantiate
from symland.calculus.prover import Prover, pruned
from symland.errors import UsageError
from symland.landscape.products.networks import Network
from symland.language import statements as S
from symland.language.index import Index
from symland.language.trace import Trace
from symland.proof.kernel import replay

DEPTH, ROW, COLUMN = "L", Index.var("l"), Index.var("k")
CASES: dict[str, tuple[Index, S.NonNeg | None]] = {
    "l > k": (COLUMN, S.at_least(ROW, COLUMN + 1)),
    "l = k": (ROW, None),
    "l < k": (COLUMN, S.at_least(COLUMN, ROW + 1)),
}


@dataclass(frozen=True)
class Derivatives:
    """The derivatives of a deep linear or residual network."""

    network: Network

    @cached_property
    def general(self) -> Network:
        """The same network with symbolic depth."""
        return self.network.general

    @cached_property
    def _proofs(self) -> dict[str, tuple[Prover, str]]:
        """The gradient and the three cases of the Hessian block, each in a prover of its own: their order facts
        contradict each other."""
        n = self.general
        p = Prover({}, "g")
        out = {"gradient": (p, gradient_step(p, n.loss, n.layer(ROW)))}
        for (case, (k, order)), prefix in zip(CASES.items(), "abc", strict=True):
            p = Prover({case: order} if order is not None else {}, prefix)
            out[case] = (p, hessian_step(p, n.loss, n.layer(ROW), n.layer(k), commute=case == "l > k"))
        return out

    @cached_property
    def gradient(self) -> Derivation:
        """grad(h, W[l], G) for 1 <= l <= L; here and below A[l] for a residual network."""
        return self._derive("gradient", f"gradient with respect to {self.general.layer(ROW)!r}")

    @cached_property
    def blocks(self) -> dict[str, Derivation]:
        """hess(h, W[l], W[k], H) for the cases l > k, l = k, l < k."""
        return {case: self._derive(case, f"Hessian block, {case}") for case in CASES}

    def _derive(self, key: str, name: str) -> Derivation:
        p, id = self._proofs[key]
        trace = p.trace({key: id})
        return of_theorem(trace, replay(trace)[key], name, {self.general.residual: "E"})

    @cached_property
    def _instances(self) -> tuple[tuple[Derivation, ...], HessianDerivation]:
        depth = self.network.depth.value
        if depth is None:
            raise UsageError("the depth is symbolic", hint="choose a number of layers")
        p = Prover({}, "i")
        for prover, _ in self._proofs.values():
            p.adopt(prover)
        ids = {}
        for l in range(1, depth + 1):
            ids[f"gradient {l}"] = instantiate(p, self._proofs["gradient"][1], {DEPTH: depth, "l": l})
            for k in range(1, depth + 1):
                case = "l > k" if l > k else "l = k" if l == k else "l < k"
                at = {DEPTH: depth, "l": l} if l == k else {DEPTH: depth, "l": l, "k": k}
                ids[f"hessian {l} {k}"] = instantiate(p, self._proofs[case][1], at)
        trace = p.trace(ids)
        theorems = replay(trace)
        letters = self.network.problem.letters
        names = self.network.problem.abbreviations
        made = {name: of_theorem(trace, t, name, names) for name, t in theorems.items()}
        blocks = {(l, k): made[f"hessian {l + 1} {k + 1}"] for l in range(depth) for k in range(depth)}
        gradients = tuple(made[f"gradient {l + 1}"] for l in range(depth))
        return gradients, HessianDerivation(letters, trace, blocks, "Hessian", names)

    @cached_property
    def proof(self) -> Trace:
        """One trace of everything: the gradient and the three cases, or for an explicit depth every instance."""
        if self.network.depth.value is not None:
            return self.hessian.trace
        p = Prover({}, "i")
        for prover, _ in self._proofs.values():
            p.adopt(prover)
        return p.trace({key: id for key, (_, id) in self._proofs.items()})

    @cached_property
    def gradients_proof(self) -> Trace:
        """The part of the proof that the gradients of an explicit depth take."""
        whole = self.hessian.trace
        return pruned(whole, {name: id for name, id in whole.theorems.items() if name.startswith("gradient")})

    @property
    def gradients(self) -> tuple[Derivation, ...]:
        """The gradient with respect to every layer, for an explicit depth, written out."""
        return self._instances[0]

    @property
    def hessian(self) -> HessianDerivation:
        """All Hessian blocks, for an explicit depth, written out."""
        return self._instances[1]
