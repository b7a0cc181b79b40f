"""The kernel: replays a trace and returns its theorems. It substitutes and compares; it never matches or searches.

A theorem is `deps |- statement`, deps naming hypotheses of the trace; free symbols are universally quantified, and
dimensions are at least 1. Each step carries everything that judging it takes. The trusted base is this file and what it
cites in this package: `scope` (names), `genuine` (types), `certificates` (order facts, ring, network, pos),
`derivatives` (identify, congruence), `theorem`, the normal forms `words` and `network`, the rows of `rules/`; and the
constructors and the substitution of `language`.

Step kinds and their entries (`deps |- out` is stated by every step and compared):
  hyp       name                                   a hypothesis
  refl      term                                   term = term
  all       from, value, side                      an instance of a bounded "all"
  forall    from, var, lo, hi, low, high           S for lo <= var <= hi gives all var in lo..hi: S
  apply     row, subst, from, side                 an instance of a row
  rewrite   in, at, (segment), (reverse), eq | row, subst, from, side
  ring      using                                  a = b, because a - b = sum of multiples of cited equations
  network   using                                  the same, by the normal form of tensor networks
  pos       tree, using                            a <= b, because b - a is a sum of products of nonnegative pieces
  identify  from                                   D(f; w, V) = <G, V> gives grad; other forms give hess and jac
  induct    base, step, hyp, var, lo, hi, low, up, high
  sum_mono  from, var, lo, hi, low, high           u <= v gives sum u <= sum v; u = v gives sum (or prod) u = v
  spec      of, subst, discharge                   a theorem with index expressions, dimensions, terms for symbols
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from symland.errors import StepRejected, SymlandError
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Binder, Family, Lambda, Node, Substitution, replace_at, walk
from symland.language.trace import Step, Trace
from symland.proof.certificates import network, nonneg, not_in, pos, ring
from symland.proof.derivatives import congruent, identify
from symland.proof.genuine import Genuine, check_printable
from symland.proof.normal_form.network import Networks
from symland.proof.normal_form.words import Words
from symland.proof.rules.registry import ROWS
from symland.proof.rules.row import Free, Row
from symland.proof.scope import (
    check_closed,
    derivative_letters,
    free_names,
    is_closed,
    letter_name,
    need,
    occurrences,
    substitution,
)
from symland.proof.theorem import SEAL, Judged, Theorem


def replay(trace: Trace) -> dict[str, Theorem]:
    """The theorems of the trace by name. Raises StepRejected, or AssumptionMissing for a side condition."""
    kernel = Kernel(trace.hypotheses)
    for step in trace.steps:
        kernel.judge(step)
    kernel.close(trace)
    out = {}
    for name, id in trace.theorems.items():
        j = kernel.proved[id]
        analysis = tuple(sorted(r for r in j.rows if ROWS[r].kind == "analysis"))
        hyps = {n: h for n, h in kernel.hypotheses.items() if n in j.deps}
        out[name] = Theorem(
            SEAL, name=name, hypotheses=hyps, statement=j.statement, rows=tuple(sorted(j.rows)), analysis=analysis,
            steps=len(trace.steps),
        )  # fmt: skip
    return out


class Kernel:
    """The state of one replay: hypotheses and what has been proved so far."""

    def __init__(self, hypotheses: Mapping[str, S.Statement]) -> None:
        self.hypotheses = dict(hypotheses)
        self.genuine = Genuine()
        for name, h in self.hypotheses.items():
            check_printable(name)
            need(isinstance(h, S.Statement), f"hypothesis {name} is not a statement")
            self.genuine.check(h)
            check_closed(h)
        self.proved: dict[str, Judged] = {}
        self.cited: set[str] = set()
        self.words = Words()
        self.networks = Networks()
        self._scopes: dict[str, tuple[Mapping[str, frozenset[str]], frozenset[str]]] = {}

    def judge(self, step: Step) -> None:
        """Checks one step and records it, or raises StepRejected."""
        try:
            need(step.id not in self.proved and step.id not in self.hypotheses, "the name is used twice")
            data = dict(step.data)
            check_printable(step.id)
            self.genuine.check(step.by, data, step.out)
            found = self.conclude(step.by, data, step.out)
            need(found.statement is step.out, "the result is not the stated one", step.out, found.statement)
            need(
                found.deps == set(step.deps) and len(found.deps) == len(step.deps),
                "rests on other hypotheses than stated",
                sorted(step.deps),
                sorted(found.deps),
            )
        except StepRejected as e:
            rule = step.by + (f" {step.data['row']}" if isinstance(step.data.get("row"), str) else "")
            raise type(e)(e.reason, step=step.id, rule=rule, expected=e.expected, found=e.found) from None
        except SymlandError as e:
            raise StepRejected(e.message, step=step.id, rule=step.by) from None
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as e:
            raise StepRejected(f"malformed step: {e!r}", step=step.id, rule=step.by) from None
        self.proved[step.id] = found

    def conclude(self, by: str, data: dict[str, Any], out: S.Statement | None) -> Judged:
        """What a step of this kind with these entries establishes; `out` is read by ring, pos and sum_mono only."""
        kind = KINDS.get(by)
        if kind is None:
            raise StepRejected(f"there is no step kind {by!r}")
        needed, optional, run = kind
        keys = set(data)
        need(needed <= keys <= needed | optional, f"entries of a {by} step", sorted(needed), sorted(keys))
        found = run(self, data, out)
        check_closed(found.statement)
        return found

    def close(self, trace: Trace) -> None:
        """After the last step: every step and hypothesis serves a theorem."""
        for name, id in trace.theorems.items():
            check_printable(name)
            need(id in self.proved, f"theorem {name}: there is no step {id}")
            self.cited.add(id)
        need(bool(trace.theorems), "the trace states no theorem")
        idle = [id for id in self.proved if id not in self.cited]
        need(not idle, f"unused steps: {', '.join(idle[:5])}")
        used = self.cited | {d for j in self.proved.values() for d in j.deps}
        idle = [name for name in self.hypotheses if name not in used]
        need(not idle, f"unused hypotheses: {', '.join(idle[:5])}")

    # -- citing ----------------------------------------------------------------------------------------------
    def get(self, id: str) -> Judged:
        need(isinstance(id, str) and id in self.proved, f"{id!r} was not proved before")
        self.cited.add(id)
        return self.proved[id]

    def hypothesis(self, name: str) -> S.Statement:
        need(isinstance(name, str) and name in self.hypotheses, f"there is no hypothesis {name!r}")
        self.cited.add(name)
        return self.hypotheses[name]

    def scope(self, id: str) -> tuple[Mapping[str, frozenset[str]], frozenset[str]]:
        """The free names of a theorem, its hypotheses included, and the variables of its derivatives."""
        if id not in self._scopes:
            j = self.get(id)
            inside = (j.statement, *(self.hypotheses[d] for d in j.deps))
            variables = {letter_name(w) for root in inside for n in walk(root) for w in derivative_letters(n)}
            self._scopes[id] = (free_names(*inside), frozenset(variables))
        return self._scopes[id]

    def instance(self, data: dict[str, Any]) -> Judged:
        """The instance of a row that the step describes."""
        row: Row | None = ROWS.get(data["row"])
        if row is None:
            raise StepRejected(f"there is no rule {data['row']!r}")
        sub = substitution(data["subst"], row.names)
        row = row.over(sub.symbols.get("w"))
        deps: frozenset[str] = frozenset()
        used = frozenset({row.name})
        need(len(row.premises) == len(data["from"]), "premises", len(row.premises), len(data["from"]))
        for premise, id in zip(row.premises, data["from"], strict=True):
            j = self.get(id)
            want = sub.apply(premise)
            need(j.statement is want, f"premise {id} does not fit", want, j.statement)
            deps, used = deps | j.deps, used | j.rows
        need(len(row.side) == len(data["side"]), "side conditions", len(row.side), len(data["side"]))
        for condition, cert in zip(row.side, data["side"], strict=True):
            if isinstance(condition, Free):
                deps |= not_in(
                    self, cast(T.Term, sub.apply(condition.letter)), cast(T.Term, sub.apply(condition.term)), cert
                )
            else:
                deps |= nonneg(self, sub.index(condition.index), cert)
        return Judged(deps, cast(S.Statement, sub.apply(row.conclusion)), used)

    def range_facts(
        self, data: dict[str, Any], deps: frozenset[str], drop: tuple[str, ...], names: Mapping[str, Index]
    ) -> frozenset[str]:
        """deps without `drop`; the named order facts must be these, and the variable free in nothing that remains."""
        var = data["var"]
        for key, e in names.items():
            fact = self.hypothesis(data[key])
            need(fact is S.NonNeg(e), f"the order fact {key}", S.NonNeg(e), fact)
        need(var not in data["lo"].variables | data["hi"].variables, "the variable occurs in its own range")
        rest = deps - {data[k] for k in drop}
        for name in rest:
            need(var not in self.hypotheses[name].free_indices, f"{var} is not arbitrary: it occurs in {name}")
        return rest


# -- the step kinds --------------------------------------------------------------------------------------------
def _hyp(k: Kernel, data: dict[str, Any], out: Any) -> Judged:
    return Judged(frozenset({data["name"]}), k.hypothesis(data["name"]))


def _refl(k: Kernel, data: dict[str, Any], out: Any) -> Judged:
    return Judged(frozenset(), S.Eq(data["term"], data["term"]))


def _all(k: Kernel, data: dict[str, Any], out: Any) -> Judged:
    j, value = k.get(data["from"]), data["value"]
    need(isinstance(j.statement, S.ForAll) and Index.is_valid(value), "needs a bounded `all` and an index")
    need(is_closed(value.variables), f"{value!r} would bring a bound variable in from outside")
    binder = cast(Binder, j.statement)
    low, high = data["side"]
    deps = j.deps | nonneg(k, value - binder.lo, low) | nonneg(k, binder.hi - value, high)
    return Judged(deps, cast(S.Statement, binder.at(value)), j.rows)


def _bounds(data: dict[str, Any]) -> dict[str, Index]:
    var = Index.var(data["var"])
    return {"low": var - data["lo"], "high": data["hi"] - var}


def _forall(k: Kernel, data: dict[str, Any], out: Any) -> Judged:
    j = k.get(data["from"])
    rest = k.range_facts(data, j.deps, ("low", "high"), _bounds(data))
    return Judged(rest, S.ForAll.over(data["var"], data["lo"], data["hi"], j.statement), j.rows)


def _apply(k: Kernel, data: dict[str, Any], out: Any) -> Judged:
    return k.instance(data)


def _rewrite(k: Kernel, data: dict[str, Any], out: Any) -> Judged:
    target = k.get(data["in"])
    if "eq" in data:
        need(not data.keys() & {"row", "subst", "from", "side"}, "a rewrite cites an equation or a row, not both")
        e = k.get(data["eq"])
    else:
        e = k.instance({key: data[key] for key in ("row", "subst", "from", "side")})
    need(isinstance(e.statement, S.Eq), "rewriting needs an equation", "=", e.statement)
    left, right = e.statement.args if not data.get("reverse", False) else e.statement.args[::-1]
    path = tuple(data["at"])
    congruent(k.hypotheses, target.statement, path, e.deps)

    def put(found: Node) -> Node:
        if "segment" not in data:
            need(found is left, "the left side is not what stands there", left, found)
            return cast(Node, right)
        i, j = data["segment"]
        flat = isinstance(found, (T.Sum, T.Product, T.Hadamard))
        need(flat and 0 <= i < j <= len(found.args), "a segment of a sum or product")
        part = T.flat(type(found), *found.args[i:j])
        need(part is left, "the left side is not what stands there", left, part)
        whole = j - i == len(found.args)
        return cast(Node, right if whole else found.make(*found.args[:i], right, *found.args[j:]))

    return Judged(
        target.deps | e.deps, cast(S.Statement, replace_at(target.statement, path, put)), target.rows | e.rows
    )


def _induct(k: Kernel, data: dict[str, Any], out: Any) -> Judged:
    base, step, phi = k.get(data["base"]), k.get(data["step"]), k.hypothesis(data["hyp"])
    var, lo, hi = data["var"], data["lo"], data["hi"]
    n = Index.var(var)
    for j, value, what in ((base, lo, "base"), (step, n + 1, "step")):
        want = Substitution({var: value}).apply(phi)
        need(j.statement is want, f"the {what} of the induction", want, j.statement)
    need(data["hyp"] not in base.deps, "the base rests on the induction hypothesis")
    facts = {"low": n - lo, "up": hi - n - 1, "high": hi - n}
    rest = k.range_facts(data, step.deps - {data["hyp"]}, ("low", "up"), facts)
    rest |= k.range_facts(data, base.deps, (), {})
    return Judged(rest | {data["low"], data["high"]}, phi, base.rows | step.rows)


def _sum_mono(k: Kernel, data: dict[str, Any], out: Any) -> Judged:
    j = k.get(data["from"])
    relation, binder = type(j.statement), data["binder"]
    need(
        (relation, binder) in ((S.Le, "sum"), (S.Eq, "sum"), (S.Eq, "product")),
        "sums keep <= and =, products keep =",
        None,
        j.statement,
    )
    rest = k.range_facts(data, j.deps, ("low", "high"), _bounds(data))
    cls = T.BoundedSum if binder == "sum" else T.BoundedProduct
    a, b = (cls.over(data["var"], data["lo"], data["hi"], x) for x in j.statement.args)
    return Judged(rest, relation(a, b), j.rows)


def _spec(k: Kernel, data: dict[str, Any], out: Any) -> Judged:
    j, discharge = k.get(data["of"]), dict(data["discharge"])
    names, variables = k.scope(data["of"])
    sub = substitution(data["subst"], names)
    values = [*sub.symbols.values(), *(f.body for f in sub.families.values() if isinstance(f, Lambda))]
    renamed = {f.name for f in sub.families.values() if isinstance(f, Family)}
    for v in variables:
        need(
            v not in sub.symbols and v not in sub.families and v not in renamed,
            f"the variable {v} of a derivative is not replaced",
        )
        need(
            not any(occurrences(v, t, binders=True) for t in values),
            f"a replacement mentions {v}, the variable of a derivative",
        )
    deps: frozenset[str] = frozenset()
    used = j.rows
    for name in sorted(j.deps):
        want = sub.apply(k.hypotheses[name])
        how = discharge.pop(name, None)
        if how is None:
            need(
                want is k.hypotheses[name],
                f"hypothesis {name} becomes another statement and is not discharged",
                None,
                want,
            )
            deps |= {name}
        elif "order" in how:
            need(isinstance(want, S.NonNeg), f"{name} is not an order fact")
            deps |= nonneg(k, cast(S.NonNeg, want).index, how["order"])
        elif "theorem" in how:
            t = k.get(how["theorem"])
            need(t.statement is want, f"what discharges {name}", want, t.statement)
            deps, used = deps | t.deps, used | t.rows
        else:
            h = k.hypothesis(how["hypothesis"])
            need(h is want, f"what discharges {name}", want, h)
            deps |= {how["hypothesis"]}
    need(not discharge, f"nothing to discharge: {sorted(discharge)}")
    return Judged(deps, cast(S.Statement, sub.apply(j.statement)), used)


Run = Callable[[Kernel, dict[str, Any], Any], Judged]
_ROW = {"row", "subst", "from", "side"}
_RANGE = {"from", "var", "lo", "hi", "low", "high"}
KINDS: dict[str, tuple[set[str], set[str], Run]] = {
    "hyp": ({"name"}, set(), _hyp),
    "refl": ({"term"}, set(), _refl),
    "all": ({"from", "value", "side"}, set(), _all),
    "forall": (_RANGE, set(), _forall),
    "apply": (_ROW, set(), _apply),
    "rewrite": ({"in", "at"}, {"eq", "segment", "reverse", *_ROW}, _rewrite),
    "ring": ({"using"}, set(), ring),
    "network": ({"using"}, set(), network),
    "pos": ({"tree", "using"}, set(), pos),
    "identify": ({"from"}, set(), identify),
    "induct": ({"base", "step", "hyp", "var", "lo", "hi", "low", "up", "high"}, set(), _induct),
    "sum_mono": (_RANGE | {"binder"}, set(), _sum_mono),
    "spec": ({"of", "subst", "discharge"}, set(), _spec),
}
