"""The normal form behind `ring` and `pos` equates nothing that differs: random terms, spoiled in one place.

Most spoiled terms are different from the honest ones and have to stay apart; where the normal form says that they are
equal, exact evaluation has to agree.
"""

from random import Random

import pytest

from symland.checks.steps import check_steps
from symland.errors import SymlandError
from symland.evidence import Label
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.statements import Eq
from symland.language.trace import Step, Trace
from symland.proof.normal_form.words import Words
from tests.reject.letters import F, L, l, t
from tests.reject.mutate import TERMS, spoil_term

SIZES = ("p", "q")
KINDS = ("letter", "letter", "transpose", "sum", "scale", "product", "product", "inverse")


def matrix(rng, rows, columns, depth):
    """A random matrix of this shape, in the letters A and B of each shape."""
    kind = rng.choice(KINDS) if depth else "letter"
    if kind == "letter" or (kind == "inverse" and rows != columns):
        eye = rows == columns and rng.random() < 0.2
        return T.Identity(Dim.of(rows)) if eye else T.matrix(rng.choice("AB") + rows + columns, rows, columns)
    if kind == "transpose":
        return matrix(rng, columns, rows, depth - 1).T
    if kind == "sum":
        return matrix(rng, rows, columns, depth - 1) + matrix(rng, rows, columns, depth - 1)
    if kind == "scale":
        return scalar(rng, depth - 1) * matrix(rng, rows, columns, depth - 1)
    if kind == "inverse":
        return T.Pseudoinverse(matrix(rng, rows, columns, 0))
    inner = rng.choice(SIZES)
    return matrix(rng, rows, inner, depth - 1) * matrix(rng, inner, columns, depth - 1)


def scalar(rng, depth):
    """A random scalar: every node class that the normal form opens, and some that are atoms to it."""

    def m(rows="p", columns="q"):
        return matrix(rng, rows, columns, depth - 1)

    makers = {
        "number": lambda: T.number(rng.randint(-3, 3), rng.randint(1, 3)),
        "letter": lambda: t[rng.choice([1, 2, "l"])],
        "index": lambda: T.IndexScalar(l + rng.randint(-1, 1)),
        "dim": lambda: T.DimScalar(Dim.of(rng.choice(SIZES)) * 2),
        "trace": lambda: T.Trace(m("p", "p")),
        "norm": lambda: T.SquaredNorm(m()),
        "inner": lambda: T.Inner(m(), m()),
        "sum": lambda: scalar(rng, depth - 1) + scalar(rng, depth - 1),
        "product": lambda: scalar(rng, depth - 1) * scalar(rng, depth - 1),
        "power": lambda: scalar(rng, depth - 1) ** rng.choice([2, 3]),
        "bounded sum": lambda: T.BoundedSum.over("i", 1, rng.choice([2, 3]), t["i"] * scalar(rng, 0)),
        "bounded product": lambda: T.BoundedProduct.over("i", l, l + rng.choice([0, 1]), t["i"] + scalar(rng, 0)),
        "vec": lambda: T.Inner(T.Vec(m()), T.Vec(m())),
        "flipped vec": lambda: T.Inner(T.Vec(m("q", "p")), T.Commutation(Dim.of("p"), Dim.of("q")) * T.Vec(m())),
        "kron": lambda: T.Inner(T.Kronecker(m(), m("q", "p")), T.Kronecker(m(), m("q", "p"))),
        "kron trace": lambda: T.Trace(T.Kronecker(m("p", "p"), m("q", "q"))),
        "chain": lambda: T.SquaredNorm(T.Chain(F, l + 1, l + rng.choice([0, 1])) * T.Member(F, l).T.T),
        "long chain": lambda: T.SquaredNorm(T.Chain(F, L, l)),
    }
    if not depth:
        return makers[rng.choice(["number", "letter", "index", "dim"])]()
    return makers[rng.choice(sorted(makers))]()


def well_formed(rng, depth):
    while True:
        try:
            return scalar(rng, depth)
        except SymlandError:
            continue


def holds(a, b):
    """Whether the second checker finds a = b true."""
    question = Trace({}, (Step("s", "ring", Eq(a, b), (), {}),), {"equal": "s"})
    return check_steps(question, trials=12, depths=range(1, 3)).label


@pytest.mark.parametrize("how", TERMS, ids=lambda f: f.__name__)
def test_spoiled_terms(how):
    rng = Random(how.__name__)
    kept = apart = 0
    for _ in range(400):
        term = well_formed(rng, rng.randint(1, 3))
        other = spoil_term(rng, term, how)
        if other is None or not isinstance(other, T.Term) or other.shape != term.shape:
            continue
        if Words().difference(term, other):
            apart += 1
            continue
        kept += 1
        assert holds(term, other) in (Label.CERTIFIED, Label.UNDECIDED), f"{term!r} is not {other!r}"
    assert apart or how.__name__ in ("make_strict", "commutation_by_identity", "swap_sides")


def test_different_random_terms():
    rng = Random(2)
    terms = [well_formed(rng, 2) for _ in range(400)]
    words = Words()
    forms = {}
    for term in terms:
        key = frozenset(words.scalar(term).items())
        if key in forms and forms[key] is not term:
            assert holds(forms[key], term) is not Label.REFUTED, f"{forms[key]!r} is not {term!r}"
        forms.setdefault(key, term)
    assert len(forms) > 200


def shuffled(rng, term):
    """An equal term: sums and commuting products in another order, transposes pushed or doubled."""
    args = [shuffled(rng, a) if isinstance(a, T.Term) else a for a in term.args]
    if isinstance(term, (T.BoundedSum, T.BoundedProduct)):
        return term
    if isinstance(term, T.Sum) or (isinstance(term, T.Product) and term.is_scalar):
        rng.shuffle(args)
        return type(term).make(*args)
    if isinstance(term, T.Product) and rng.random() < 0.5:
        return T.product(*(a.T for a in reversed(args))).T
    if isinstance(term, T.Inner):
        return T.Inner(*args[::-1]) if rng.random() < 0.5 else T.Trace(args[0].T * args[1])
    if isinstance(term, T.SquaredNorm) and rng.random() < 0.5:
        return T.SquaredNorm(args[0].T)
    if isinstance(term, T.Trace) and rng.random() < 0.5:
        return T.Trace(args[0].T)
    return type(term).make(*args)


def test_equal_terms_in_another_order():
    rng = Random(3)
    for _ in range(300):
        term = well_formed(rng, 3)
        other = shuffled(rng, term)
        assert not Words().difference(term, other), f"{term!r} and {other!r}"


def test_the_numbers_of_atoms_mean_nothing():
    # Two normal forms of one numbering are compared; what was met before must not matter.
    rng = Random(4)
    shared = Words()
    for _ in range(200):
        a, b = well_formed(rng, 2), well_formed(rng, 2)
        assert bool(shared.difference(a, b)) == bool(Words().difference(a, b))


def test_an_empty_power_is_one():
    assert not Words().difference(T.Power(t[1], Index.of(0)), T.number(1))
