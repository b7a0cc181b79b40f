"""Proofs written by hand, step by step, for the tests that the kernel refuses false ones."""

import pytest

from symland.errors import StepRejected
from symland.language.index import Index
from symland.language.nodes import Substitution
from symland.language.statements import Statement
from symland.language.trace import Step, Trace
from symland.proof.kernel import Kernel, replay
from symland.proof.rules.registry import ROWS
from symland.read.json import parse_trace
from symland.write.json import to_json


def row(name, *premises, side=(), dims=None, indices=None, families=None, **symbols):
    """The entries of a step that uses a row; nothing is inferred or checked."""
    subst = {"dims": dims, "indices": indices, "families": families, "symbols": symbols}
    subst = {kind: dict(values) for kind, values in subst.items() if values}
    if "indices" in subst:
        subst["indices"] = {k: Index.of(v) for k, v in subst["indices"].items()}
    return {"row": name, "subst": subst, "from": list(premises), "side": [list(s) for s in side]}


class Attempt:
    """An attempt at a proof: honest steps are judged when they are added, claims are not judged before the end."""

    def __init__(self, hypotheses=None):
        self.kernel = Kernel(hypotheses or {})
        self.hypotheses = dict(hypotheses or {})
        self.steps = []

    # -- honest steps -------------------------------------------------------------------------------------
    def step(self, by, data, out=None):
        """Adds an honest step; its statement is what the kernel concludes."""
        found = self.kernel.conclude(by, dict(data), out)
        id = f"s{len(self.steps) + 1}"
        self.kernel.proved[id] = found
        self.steps.append(Step(id, by, found.statement, tuple(sorted(found.deps)), data))
        return id

    def statement(self, id) -> Statement:
        return self.kernel.proved[id].statement

    def hyp(self, name):
        return self.step("hyp", {"name": name})

    def refl(self, term):
        return self.step("refl", {"term": term})

    def ring(self, out, *using):
        return self.step("ring", {"using": list(using)}, out)

    def pos(self, out, tree, *using):
        return self.step("pos", {"tree": tree, "using": list(using)}, out)

    def apply(self, *args, **symbols):
        return self.step("apply", row(*args, **symbols))

    def rewrite(self, id, path, by, **more):
        """By an equation (an id) or by the entries of a row."""
        how = {"eq": by} if isinstance(by, str) else by
        return self.step("rewrite", {"in": id, "at": list(path), **how, **more})

    # -- dishonest ones -----------------------------------------------------------------------------------
    def claim(self, by, data, out, deps=(), id=None):
        """Adds a step that nobody has judged."""
        id = id or f"s{len(self.steps) + 1}"
        self.steps.append(Step(id, by, out, tuple(deps), data))
        return id

    def claim_row(self, out, deps, *args, **symbols):
        return self.claim("apply", row(*args, **symbols), out, deps)

    def claim_rewrite(self, id, path, by, out, deps=(), **more):
        how = {"eq": by} if isinstance(by, str) else by
        return self.claim("rewrite", {"in": id, "at": list(path), **how, **more}, out, deps)

    # -- the end ------------------------------------------------------------------------------------------
    def trace(self, theorem=None):
        return Trace(self.hypotheses, tuple(self.steps), {"theorem": theorem or self.steps[-1].id})

    def accepted(self):
        """The theorem that the last step proves, from memory and from a file."""
        trace = self.trace()
        theorem = replay(trace)["theorem"]
        again = replay(parse_trace(to_json(trace)))["theorem"]
        if again.statement is not theorem.statement or dict(again.hypotheses) != dict(theorem.hypotheses):
            raise AssertionError(f"the file says {again!r}")  # no assert: this module also runs under `python -O`
        return theorem

    def refused(self, reason, error=StepRejected, file=True):
        """The last step is refused for this reason, in memory and in a file; nothing before it is."""
        last = self.steps[-1].id
        for trace in [self.trace(), *([parse_trace(to_json(self.trace()))] if file else [])]:
            with pytest.raises(error, match=reason) as caught:
                replay(trace)
            if caught.value.step != last:
                raise AssertionError(f"step {caught.value.step} was refused, not {last}")
        return caught.value


def instance(name, **subst):
    """What a row says with these replacements, for claims that quote it."""
    return Substitution(**subst).apply(ROWS[name].conclusion)
