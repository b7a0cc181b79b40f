"""Random losses over all terms against JAX in float64: the value, a gradient and a block of the Hessian of each.

`python -m tests.random_losses --count 10000 --seed 1` prints progress and a summary. Exit status 1: a result was
wrong, or something else than a refusal was raised.
"""

import argparse
import os
import sys
import time
from collections import Counter
from random import Random
from typing import NamedTuple

os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np

import symland as sl
from symland.errors import UndefinedHere
from symland.language import terms as T
from symland.language.index import Dim
from symland.write.numpy import to_numpy
from tests.expressions_all import SIZES, Losses
from tests.jax_terms import GENERIC, Arrays, BadPoint, letters_of

# What became of a loss. Vacuous: the loss is smooth at points where the formula has no value. Nowhere: refused, as it
# has no value anywhere. No point: no good one was found.
RIGHT, WRONG, CRASHED, REFUSED, VACUOUS = "right", "wrong", "crashed", "refused", "vacuous"
NOWHERE, NO_POINT = "nowhere", "no point"
POINTS = 12  # tried for each loss
CLOSE = 1e-7
SHIFT = 1e-11  # of a point: values that change much under it say nothing
SLOW = 1.0  # seconds
FUNCTIONS = {name: make(np) for name, make in GENERIC.items()}

QUICK = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}  # each is compiled to run once
UNITS = [T.Identity(Dim.of(name)) for name in SIZES]  # every dimension may be given by name


class Outcome(NamedTuple):
    """What became of a loss, why, and how many seconds its derivation took."""

    kind: str
    reason: str = ""
    seconds: float = 0.0


def derivatives(loss, letters, w, u, v):
    """Value, gradient in w, and its derivative in u in the direction v, all by JAX."""
    names = list(letters)

    def at(a, b, values):
        return Arrays(jnp, {**dict(zip(names, values, strict=True)), u: b, w: a}, SIZES).value(loss)

    def both(b, a, values):
        value, slope = jax.value_and_grad(at)(b if w is u else a, b, values)
        return slope, value

    def all_three(a, b, v, values):
        slope, moved, value = jax.jvp(lambda b: both(b, a, values), [b], [v], has_aux=True)
        return value, slope, moved

    compiled = jax.jit(all_three, compiler_options=QUICK)
    return [np.asarray(x) for x in compiled(letters[w], letters[u], v, list(letters.values()))]


def random_letters(loss, rng, positive):
    """Values of the letters of a loss; square matrices are moved away from singular ones."""
    out = {}
    for x in letters_of(loss):
        shape = [Arrays(np, {}, SIZES).size(d) for d in x.shape]
        value = rng.uniform(0.2 if positive else -1.2, 1.2, shape)
        square = len(shape) == 2 and shape[0] == shape[1]
        out[x] = np.asarray(value + np.eye(shape[0]) if square else value)
    return out


def good_points(loss, rng):
    """Points where the loss is smooth, well-conditioned and of moderate size."""
    for k in range(POINTS):
        letters = random_letters(loss, rng, k % 2)
        try:
            with np.errstate(all="ignore"):
                Arrays(np, letters, SIZES, checked=True).value(loss)
        except (BadPoint, np.linalg.LinAlgError):
            continue
        yield letters


def formulas_at(formulas, letters, loss, v):
    """The values of the formulas for value, gradient and block, the last applied to v. Raises UndefinedHere."""
    arrays = {repr(x).replace("[", "").replace("]", ""): a for x, a in letters.items()}
    value, slope, block = (np.asarray(to_numpy(f, FUNCTIONS, [loss, *UNITS])({**arrays, **SIZES})) for f in formulas)
    image = np.reshape(block @ np.ravel(v, order="F"), np.shape(slope), order="F")
    return value, slope, image


def difference(found, wanted):
    """The largest difference between arrays, relative to the largest entry where that is over 1."""
    return float(np.max(np.abs(found - wanted), initial=0) / max(1.0, np.max(np.abs(wanted), initial=0)))


def examine(loss, rng, pick, derive=None):
    """The outcome for a loss. `rng` is numpy's generator for points, `pick` chooses letters. `derive(loss, w, u)`
    returns a gradient and a block, those of symland unless a test hands in wrong ones."""
    letters = letters_of(loss)
    w, u = pick(letters), pick(letters)
    begin = time.perf_counter()
    try:
        slope, block = (derive or derived)(loss, w, u)
    except (sl.NoRule, sl.Undecided) as e:
        return Outcome(REFUSED, f"{type(e).__name__}: {e}", time.perf_counter() - begin)
    except UndefinedHere as e:
        return Outcome(WRONG if any(good_points(loss, rng)) else NOWHERE, e.message, time.perf_counter() - begin)
    except Exception as e:  # whatever it is, it is a fault of the package
        return Outcome(CRASHED, f"{type(e).__name__}: {e} in {w!r}, {u!r}", time.perf_counter() - begin)
    seconds = time.perf_counter() - begin
    return compared(loss, (loss, slope, block), w, u, rng)._replace(seconds=seconds)


def derived(loss, w, u):
    """The gradient in w and the block of the Hessian in w and u that symland derives."""
    return sl.gradient(loss, w).result, sl.hessian_block(loss, w, u).result


def compared(loss, formulas, w, u, rng):
    """The outcome for formulas of value, gradient and block at the first point where all have values."""
    undefined = ""
    for letters in good_points(loss, rng):
        v = rng.uniform(-1, 1, np.shape(letters[u]))
        wanted = derivatives(loss, letters, w, u, v)
        if not all(np.all(np.abs(x) < 1e6) for x in wanted):
            continue
        try:
            found = formulas_at(formulas, letters, loss, v)
        except UndefinedHere as e:
            undefined = e.message
            continue
        except Exception as e:
            return Outcome(CRASHED, f"{type(e).__name__}: {e} at a point, in {w!r}, {u!r}")
        gaps = [difference(f, x) for f, x in zip(found, wanted, strict=True)]
        if max(gaps) <= CLOSE:
            return Outcome(RIGHT)
        moved = {x: a * (1 + SHIFT) for x, a in letters.items()}
        there = *formulas_at(formulas, moved, loss, v), *derivatives(loss, moved, w, u, v)
        if max(gaps) > CLOSE + 100 * max(map(difference, (*found, *wanted), there)):
            names = [n for n, g in zip(("value", "gradient", "block"), gaps, strict=True) if g > CLOSE]
            return Outcome(WRONG, f"{', '.join(names)} in {w!r}, {u!r}: {formulas[1]!r}; {formulas[2]!r}")
    return Outcome(VACUOUS, undefined) if undefined else Outcome(NO_POINT)


def random_loss(seed, number):
    """The loss with this number, and generators that choose its letters and its points."""
    rng = Random(f"{seed}-{number}")
    loss = Losses(rng.choice).loss(rng.choice((1, 2, 2, 3, 3, 4)))
    return loss, np.random.default_rng(rng.getrandbits(64)), rng.choice


def main(argv=None):
    """Examines random losses; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.random_losses", description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first loss")
    args = parser.parse_args(argv)
    tally, begin = Counter(), time.perf_counter()
    for number in range(args.first, args.first + args.count):
        loss, points, pick = random_loss(args.seed, number)
        if not letters_of(loss):
            tally["without letters"] += 1
            continue
        outcome = examine(loss, points, pick)
        tally[outcome.kind] += 1
        if outcome.seconds > SLOW:
            tally["slow"] += 1
            print(f"slow, {outcome.seconds:.1f} s: {number}: {loss!r}", flush=True)
        if outcome.kind in (WRONG, CRASHED, REFUSED, VACUOUS):
            print(f"{outcome.kind}: {number}: {loss!r}\n    {outcome.reason}", flush=True)
        done = number - args.first + 1
        if done % 500 == 0:
            jax.clear_caches()
        if done % 100 == 0 or done == args.count:
            print(f"{done}/{args.count} in {time.perf_counter() - begin:.0f} s: {summary(tally)}", flush=True)
    return 1 if tally[WRONG] or tally[CRASHED] else 0


def summary(tally):
    return ", ".join(f"{n} {kind}" for kind, n in tally.most_common())


if __name__ == "__main__":
    sys.exit(main())
