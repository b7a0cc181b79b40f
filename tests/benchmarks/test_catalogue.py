"""Gradients of every entry of `derivations/` with letters written out: symland, steps and replay included, against
SymPy's `.diff` of the same loss. Both are timed on the losses that SymPy answers rightly; each round is all of them,
and `extra_info` has the median over them, and how many SymPy answers wrongly, refuses, or answers in a form that
cannot be read back as a matrix expression. Each derivative begins with an empty SymPy cache, as a new process does."""

from collections import Counter
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest
from sympy.core.cache import clear_cache

import symland as sl
from symland.checks.highprec import check_derivatives_numeric
from symland.language import terms as T
from symland.language.facts import restricts
from symland.language.nodes import walk
from symland.report import status as board

FOLDER = Path(__file__).parents[2] / "derivations"
SIZES = {"p": 2, "n": 2, "m": 3, "k": 1, "q": 2, "r": 1, "d": 2, "N": 3, "n0": 2, "n1": 1, "n2": 2, "n3": 1}
NUMBERS = {"i": 1, "j": 2, "k": 2, "l": 1}  # of entries, and exponents

pytestmark = pytest.mark.benchmark(group="gradients of the catalogue")


def entries():
    """(loss, letter, assumptions) for every gradient of the catalogue without families and structured letters."""
    for path in sorted(FOLDER.glob("*.py")):
        module = board.load(path)
        rows = getattr(module, "TABLE", ())
        claims = [c for row in rows for c in row.claims] if rows else board.claims_of(module)
        for c in claims:
            families = any(isinstance(n, (T.Member, T.Chain, T.OrderedProduct)) for n in walk(c.of))
            if c.kind == "gradient" and not families and not restricts(c.letters[0]):
                yield c.of, c.letters[0], c.assuming


def by_symland(entry):
    return sl.gradient(*entry).result


def by_sympy(pair):
    loss, letter = pair
    return loss.diff(letter)


def answer(loss, letter, found):
    """What SymPy's answer is worth: right, wrong, or not readable."""
    try:
        term = sl.from_sympy(found)
    except sl.SymlandError:
        return "not readable"
    if term.shape != letter.shape:
        return "wrong"
    label = check_derivatives_numeric(loss, {letter: term}, {}, {**NUMBERS, **SIZES}, digits=15).label
    return {sl.Label.NUMERIC: "right", sl.Label.REFUTED: "wrong"}.get(label, "undecided")


@pytest.fixture(scope="module")
def judged():
    """The losses that SymPy answers rightly, for symland and for SymPy, the others, and what SymPy does with all."""
    ours, theirs, others, tally = [], [], [], Counter()
    for entry in entries():
        loss, letter, _ = entry
        try:
            pair = loss.to_sympy(), letter.to_sympy()
            kind = answer(loss, letter, by_sympy(pair))
        except Exception:  # SymPy raises errors of every kind
            kind = "refused"
        tally[kind] += 1
        if kind == "right":
            ours.append(entry)
            theirs.append(pair)
        else:
            others.append(entry)
    return ours, theirs, others, tally


def timed(work, items):
    """The seconds that each item takes."""
    out = []
    for item in items:
        clear_cache()
        begin = perf_counter()
        work(item)
        out.append(perf_counter() - begin)
    return out


def measure(benchmark, work, items, rounds, **info):
    """Benchmarks all items, and reports on single ones."""
    seen = []
    benchmark.pedantic(lambda: seen.append(timed(work, items)), rounds=rounds)
    best = [min(times) for times in zip(*seen, strict=True)]
    milliseconds = {"median_ms": 1000 * median(best), "slowest_ms": 1000 * max(best)}
    benchmark.extra_info.update(gradients=len(items), **milliseconds, **info)


def test_symland(benchmark, judged):
    ours, _, _, tally = judged
    measure(benchmark, by_symland, ours, 3, sympy=dict(tally))
    assert ours


def test_sympy(benchmark, judged):
    _, theirs, _, tally = judged
    measure(benchmark, by_sympy, theirs, 3, sympy=dict(tally))
    assert theirs


def test_symland_where_sympy_is_no_help(benchmark, judged):
    """Beside the others, not against them."""
    _, _, others, _ = judged
    measure(benchmark, by_symland, others, 3)
    assert others
