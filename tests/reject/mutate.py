"""Ways to spoil a proof: each returns a spoiled copy of a trace, or None where it finds nothing to spoil.

Every mutant spoils one place. Terms are spoiled in one of the places that use them, not in all, so that a mutant is a
wrong proof and not a proof about other letters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random
from typing import Any

from symland.errors import SymlandError
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Binder, Node, replace_at
from symland.language.trace import Step, Trace

Spoil = Callable[[Random, Trace], Trace | None]


# -- terms -------------------------------------------------------------------------------------------------------
def swap_factors(rng: Random, t: Node) -> Node | None:
    if not isinstance(t, T.Product) or len(set(t.args)) < 2:
        return None
    i = rng.randrange(len(t.args) - 1)
    args = list(t.args)
    args[i], args[i + 1] = args[i + 1], args[i]
    return T.Product(*args)


def drop_transpose(rng: Random, t: Node) -> Node | None:
    return t.args[0] if isinstance(t, T.Transpose) else None


def add_transpose(rng: Random, t: Node) -> Node | None:
    return T.Transpose(t) if isinstance(t, T.Term) and t.is_matrix else None


def change_number(rng: Random, t: Node) -> Node | None:
    if not isinstance(t, T.Number):
        return None
    return T.Number(rng.choice([-t.value, t.value + 1, t.value * Fraction(101, 100) + Fraction(1, 7)]))


def change_sign(rng: Random, t: Node) -> Node | None:
    return T.negate(t) if isinstance(t, T.Term) and not isinstance(t, (T.Number, T.Symbol)) else None


def drop_term(rng: Random, t: Node) -> Node | None:
    if not isinstance(t, T.Sum):
        return None
    args = list(t.args)
    del args[rng.randrange(len(args))]
    return T.total(*args)


def drop_factor(rng: Random, t: Node) -> Node | None:
    if not isinstance(t, T.Product):
        return None
    args = list(t.args)
    del args[rng.randrange(len(args))]
    return T.product(*args)


def swap_kronecker(rng: Random, t: Node) -> Node | None:
    return T.Kronecker(t.args[1], t.args[0]) if isinstance(t, T.Kronecker) else None


def commutation_by_identity(rng: Random, t: Node) -> Node | None:
    return T.Identity(t.shape[0]) if isinstance(t, T.Commutation) else None


def turn_commutation(rng: Random, t: Node) -> Node | None:
    return T.Commutation(*t.args[::-1]) if isinstance(t, T.Commutation) else None


def shift_index(rng: Random, t: Node) -> Node | None:
    places = [i for i, a in enumerate(t.args) if isinstance(a, Index)]
    if not places or isinstance(t, S.NonNeg):
        return None
    args = list(t.args)
    i = rng.choice(places)
    args[i] = args[i] + rng.choice([-1, 1])
    return type(t)(*args)


def swap_sides(rng: Random, t: Node) -> Node | None:
    return type(t)(*t.args[::-1]) if isinstance(t, (S.Eq, S.Le, S.Lt, T.Inner)) else None


def make_strict(rng: Random, t: Node) -> Node | None:
    return S.Lt(*t.args) if isinstance(t, S.Le) else None


TERMS = (
    swap_factors, drop_transpose, add_transpose, change_number, change_sign, drop_term, drop_factor, swap_kronecker,
    commutation_by_identity, turn_commutation, shift_index, swap_sides, make_strict,
)  # fmt: skip


OF_BLOCKS = (swap_kronecker, commutation_by_identity, turn_commutation)  # found in what steps state only


def paths(node: Node, here: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Node]]:
    """Every place in a node that a path can name."""
    yield here, node
    if not isinstance(node, Binder):
        for i, a in enumerate(node.args):
            if isinstance(a, Node):
                yield from paths(a, (*here, i))


def spoil_term(rng: Random, node: Node, how: Callable[[Random, Node], Node | None]) -> Node | None:
    """The node with one place spoiled; None where there is none, or only ill-shaped results."""
    places = list(paths(node))
    rng.shuffle(places)
    for path, found in places:
        try:
            new = how(rng, found)
            if new is not None and new is not found:
                out = replace_at(node, path, lambda _, new=new: new)
                if out is not node:
                    return out
        except SymlandError:
            continue
    return None


# -- places in a trace ----------------------------------------------------------------------------------------
def leaves(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every value inside the entries of a step, with where it is."""
    if isinstance(value, dict):
        for key, v in value.items():
            yield from leaves(v, (*here, key))
    elif isinstance(value, list) or type(value) is tuple:
        for i, v in enumerate(value):
            yield from leaves(v, (*here, i))
    else:
        yield here, value


def put(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    """The entries with the value at the place replaced."""
    if not place:
        return new
    if isinstance(value, dict):
        return {k: put(v, place[1:], new) if k == place[0] else v for k, v in value.items()}
    return [put(v, place[1:], new) if i == place[0] else v for i, v in enumerate(value)]


def with_step(trace: Trace, i: int, **changes: Any) -> Trace:
    steps = list(trace.steps)
    steps[i] = steps[i]._replace(**changes)
    return trace_with(trace, steps=tuple(steps))


def trace_with(trace: Trace, **changes: Any) -> Trace:
    parts = {"hypotheses": trace.hypotheses, "steps": trace.steps, "theorems": trace.theorems, "model": trace.model}
    return Trace(**{**parts, **changes})


def in_statement(how: Callable[[Random, Node], Node | None]) -> Spoil:
    """Spoils what a step states."""

    def spoil(rng: Random, trace: Trace) -> Trace | None:
        for i in rng.sample(range(len(trace.steps)), len(trace.steps)):
            new = spoil_term(rng, trace.steps[i].out, how)
            if new is not None:
                return with_step(trace, i, out=new)
        return None

    spoil.__name__ = f"{how.__name__} in what a step states"
    return spoil


def in_entries(how: Callable[[Random, Node], Node | None]) -> Spoil:
    """Spoils a term among the entries of a step."""

    def spoil(rng: Random, trace: Trace) -> Trace | None:
        for i in rng.sample(range(len(trace.steps)), len(trace.steps)):
            data = dict(trace.steps[i].data)
            for place, value in leaves(data):
                new = spoil_term(rng, value, how) if isinstance(value, Node) else None
                if new is not None:
                    return with_step(trace, i, data=put(data, place, new))
        return None

    spoil.__name__ = f"{how.__name__} in the entries of a step"
    return spoil


def in_hypothesis(how: Callable[[Random, Node], Node | None]) -> Spoil:
    """Spoils a hypothesis other than an order fact."""

    def spoil(rng: Random, trace: Trace) -> Trace | None:
        names = [n for n, h in trace.hypotheses.items() if not isinstance(h, S.NonNeg)]
        for name in rng.sample(names, len(names)):
            new = spoil_term(rng, trace.hypotheses[name], how)
            if new is not None:
                return trace_with(trace, hypotheses={**trace.hypotheses, name: new})
        return None

    spoil.__name__ = f"{how.__name__} in a hypothesis"
    return spoil


# -- steps ------------------------------------------------------------------------------------------------------
def drop_step(rng: Random, trace: Trace) -> Trace | None:
    i = rng.randrange(len(trace.steps))
    return trace_with(trace, steps=trace.steps[:i] + trace.steps[i + 1 :])


def repeat_step(rng: Random, trace: Trace) -> Trace | None:
    i = rng.randrange(len(trace.steps))
    return trace_with(trace, steps=(*trace.steps[: i + 1], trace.steps[i], *trace.steps[i + 1 :]))


def move_step_up(rng: Random, trace: Trace) -> Trace | None:
    i = rng.randrange(1, len(trace.steps))
    j = rng.randrange(i)
    steps = list(trace.steps)
    steps.insert(j, steps.pop(i))
    return trace_with(trace, steps=tuple(steps))


def cut_off(rng: Random, trace: Trace) -> Trace | None:
    return trace_with(trace, steps=trace.steps[: rng.randrange(len(trace.steps))])


def cite(choose: Callable[[int, int], bool], name: str) -> Spoil:
    """Makes a citation point to another step."""

    def spoil(rng: Random, trace: Trace) -> Trace | None:
        ids = [s.id for s in trace.steps]
        for i in rng.sample(range(len(ids)), len(ids)):
            data = dict(trace.steps[i].data)
            cited = [(place, v) for place, v in leaves(data) if isinstance(v, str) and v in ids]
            others = [j for j in range(len(ids)) if choose(j, i)]
            if cited and others:
                place, old = rng.choice(cited)
                new = ids[rng.choice(others)]
                if new != old:
                    return with_step(trace, i, data=put(data, place, new))
        return None

    spoil.__name__ = name
    return spoil


def change_entry(rng: Random, trace: Trace) -> Trace | None:
    """Changes a number, an index expression or a word among the entries of a step."""
    for i in rng.sample(range(len(trace.steps)), len(trace.steps)):
        data = dict(trace.steps[i].data)
        places = [(p, v) for p, v in leaves(data) if isinstance(v, (int, str, Index, Fraction))]
        if not places:
            continue
        place, old = rng.choice(places)
        if isinstance(old, Index):
            new: Any = old + rng.choice([-1, 1])
        elif isinstance(old, str):
            new = rng.choice([*trace.hypotheses, "above", "below", "sum", "d_sum", "chain_top", "commute", "s1"])
        elif isinstance(old, bool):
            new = not old
        else:
            new = old + rng.choice([-1, 1])
        if new != old:
            return with_step(trace, i, data=put(data, place, new))
    return None


def drop_entry(rng: Random, trace: Trace) -> Trace | None:
    for i in rng.sample(range(len(trace.steps)), len(trace.steps)):
        data = dict(trace.steps[i].data)
        if data:
            del data[rng.choice(sorted(data))]
            return with_step(trace, i, data=data)
    return None


def drop_item(rng: Random, trace: Trace) -> Trace | None:
    """Drops an item of a list, or a key of an inner object: a cofactor, a certificate, a replacement."""

    def holders(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
        if isinstance(value, (dict, list)):
            if value and here:
                yield here, value
            for key, v in value.items() if isinstance(value, dict) else enumerate(value):
                yield from holders(v, (*here, key))

    for i in rng.sample(range(len(trace.steps)), len(trace.steps)):
        data = dict(trace.steps[i].data)
        found = list(holders(data))
        if found:
            place, old = rng.choice(found)
            if isinstance(old, dict):
                gone = rng.choice(sorted(old))
                new: Any = {k: v for k, v in old.items() if k != gone}
            else:
                gone = rng.randrange(len(old))
                new = [v for j, v in enumerate(old) if j != gone]
            return with_step(trace, i, data=put(data, place, new))
    return None


def add_entry(rng: Random, trace: Trace) -> Trace | None:
    i = rng.randrange(len(trace.steps))
    return with_step(trace, i, data={**trace.steps[i].data, "because": "it is clear"})


def change_kind(rng: Random, trace: Trace) -> Trace | None:
    i = rng.randrange(len(trace.steps))
    kinds = {s.by for s in trace.steps} | {"ring", "pos", "refl", "hyp", "all", "forall"}
    return with_step(trace, i, by=rng.choice(sorted(kinds - {trace.steps[i].by})))


# -- hypotheses -------------------------------------------------------------------------------------------------
def hide_hypothesis(rng: Random, trace: Trace) -> Trace | None:
    """A step states fewer hypotheses than it rests on."""
    resting = [i for i, s in enumerate(trace.steps) if s.deps]
    if not resting:
        return None
    i = rng.choice(resting)
    deps = list(trace.steps[i].deps)
    deps.remove(rng.choice(deps))
    return with_step(trace, i, deps=tuple(deps))


def hide_hypothesis_everywhere(rng: Random, trace: Trace) -> Trace | None:
    if not trace.hypotheses:
        return None
    gone = rng.choice(sorted(trace.hypotheses))
    steps = tuple(s._replace(deps=tuple(d for d in s.deps if d != gone)) for s in trace.steps)
    return trace_with(trace, steps=steps)


def remove_hypothesis(rng: Random, trace: Trace) -> Trace | None:
    if not trace.hypotheses:
        return None
    gone = rng.choice(sorted(trace.hypotheses))
    mutant = hide_hypothesis_everywhere(Random(0), trace_with(trace, hypotheses={gone: trace.hypotheses[gone]}))
    rest = {n: h for n, h in trace.hypotheses.items() if n != gone}
    return trace_with(mutant or trace, hypotheses=rest)


def weaken_order_fact(rng: Random, trace: Trace) -> Trace | None:
    """e >= 0 becomes e + c >= 0, for a c so large that no certificate has that much to spare."""
    facts = [n for n, h in trace.hypotheses.items() if isinstance(h, S.NonNeg)]
    if not facts:
        return None
    name = rng.choice(facts)
    fact = trace.hypotheses[name]
    return trace_with(trace, hypotheses={**trace.hypotheses, name: S.NonNeg(fact.args[0] + 100)})


def trivial_hypothesis(rng: Random, trace: Trace) -> Trace | None:
    """A hypothesis becomes one that always holds."""
    if not trace.hypotheses:
        return None
    name = rng.choice(sorted(trace.hypotheses))
    old = trace.hypotheses[name]
    new: S.Statement = S.NonNeg(Index.of(0)) if isinstance(old, S.NonNeg) else S.Eq(T.number(1), T.number(1))
    return trace_with(trace, hypotheses={**trace.hypotheses, name: new})


def retarget_theorem(rng: Random, trace: Trace) -> Trace | None:
    name = rng.choice(sorted(trace.theorems))
    others = [s.id for s in trace.steps if s.id != trace.theorems[name]] + ["nowhere", *trace.hypotheses]
    return trace_with(trace, theorems={**trace.theorems, name: rng.choice(others)})


def forge_last_step(rng: Random, trace: Trace) -> Trace | None:
    """A last step of any kind, with the entries of another, that states the wanted theorem with nothing assumed."""
    wanted = next(s for s in trace.steps if s.id == next(iter(trace.theorems.values())))
    other = rng.choice(trace.steps)
    forged = Step("forged", other.by, wanted.out, (), other.data)
    return trace_with(trace, steps=(*trace.steps, forged), theorems={"theorem": "forged"})


SPOILS: tuple[Spoil, ...] = (
    *(in_statement(how) for how in TERMS),
    *(in_entries(how) for how in TERMS if how not in (*OF_BLOCKS, swap_sides, make_strict)),
    *(in_hypothesis(how) for how in TERMS if how not in (*OF_BLOCKS, drop_transpose)),
    drop_step,
    repeat_step,
    move_step_up,
    cut_off,
    cite(lambda j, i: j >= i, "cite the step itself or a later one"),
    cite(lambda j, i: j < i, "cite another earlier step"),
    change_entry,
    drop_entry,
    drop_item,
    add_entry,
    change_kind,
    hide_hypothesis,
    hide_hypothesis_everywhere,
    remove_hypothesis,
    weaken_order_fact,
    trivial_hypothesis,
    retarget_theorem,
    forge_last_step,
)


# -- the text of a file -----------------------------------------------------------------------------------------
WORDS = (
    "Sum",
    "Product",
    "Transpose",
    "Inverse",
    "Symbol",
    "Number",
    "above",
    "1/3",
    "-7",
    "#0",
    "_",
    "%0",
    "",
    "$node",
)
ODD = (None, True, -1, 0, 10**30, 1.5, float("nan"), [], {}, [[]], {"$node": 0}, {"$lambda": ["#0", 0]}, "s1")


def edit_json(rng: Random, data: dict[str, Any]) -> dict[str, Any]:
    """A copy of the JSON of a trace with one place edited: a value changed, dropped, repeated or moved."""
    section = rng.choice(["steps", "steps", "nodes", "families", "hypotheses", "theorems", "model"])
    holders = [h for h in _holders(data[section], (section,)) if h[1]]
    place, found = rng.choice(holders or [(("steps",), data["steps"])])
    key = rng.choice(sorted(found)) if isinstance(found, dict) else rng.randrange(len(found))
    old = found[key]
    new = dict(found) if isinstance(found, dict) else list(found)
    kind = rng.choice(["change", "change", "odd", "drop", "repeat", "swap"])
    if kind == "drop":
        del new[key]
    elif kind == "repeat" and isinstance(new, list):
        new.insert(key, old)
    elif kind == "swap" and len(new) > 1:
        other = rng.choice(sorted(new)) if isinstance(new, dict) else rng.randrange(len(new))
        new[key], new[other] = new[other], new[key]
    elif kind == "odd":
        new[key] = rng.choice(ODD)
    elif isinstance(old, int) and not isinstance(old, bool):
        new[key] = old + rng.choice([-1, 1])
    else:
        new[key] = rng.choice(WORDS)
    return put(data, place, new)


def _holders(value: Any, here: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, (dict, list)):
        yield here, value
        for key, v in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _holders(v, (*here, key))
