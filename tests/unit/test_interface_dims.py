"""Dimensions, indices and other arguments of `check`, `explicit` and `replay`: misspelt, missing, out of range, or too
large to write out."""

import subprocess
import sys

import pytest
import sympy

import symland as sl
from symland.landscape.library import derivatives
from symland.landscape.products.derivatives import Derivatives
from symland.landscape.products.networks import linear_network
from symland.language import terms as T
from tests.deep_linear import SQUARE, k, l

d, m = sl.dims("d m")
W, X, Y = sl.matrix("W", d, d), sl.matrix("X", d, m), sl.matrix("Y", d, m)
LOSS = sl.number(1, 2) * sl.norm2(W * X - Y)
GRADIENT = sl.gradient(LOSS, W)
SYMBOLIC = Derivatives(linear_network())


def test_dimensions_that_are_not_named_equal_the_largest():
    assert sl.explicit(X, {"d": 2}).shape == (2, 2)
    assert sl.explicit(X, {"m": 3}).shape == (3, 3)
    assert sl.explicit(X, {"d": 2, "m": 1}).shape == (2, 1)
    assert sl.explicit(GRADIENT, {"d": 1}).shape == (1, 1)


def test_a_depth_is_no_dimension():
    """For L = 3 layers of dimension 1 the missing m is 1, not 3."""
    letters = {sympy.Symbol(f"{name}_11") for name in ("W1", "W2", "W3", "X", "Y")}
    assert sl.explicit(SYMBOLIC.gradient, {"d": 1, "L": 3, "l": 2}).free_symbols == letters
    assert sl.explicit(sl.network("linear").loss, {"d": 1, "L": 3}).free_symbols == letters
    hessian = sl.hessian(SQUARE.loss, [SQUARE.layer(l), SQUARE.layer(k)], assuming={"o": sl.at_least(l, k + 1)})
    assert sl.explicit(hessian, {"d": 1, "L": 3, "l": 3, "k": 1}).shape == (2, 2)


@pytest.mark.parametrize("dims", [{"D": 2}, {"d": 2, "M": 3}, {"d": 2, "m": 2, "L": 2}], ids=str)
def test_a_name_that_is_no_dimension(dims):
    """A misspelt dimension would change nothing, silently."""
    wrong = (set(dims) - {"d", "m"}).pop()
    for ask in (lambda: sl.explicit(GRADIENT, dims), lambda: sl.check(GRADIENT, dims, methods=["explicit"])):
        with pytest.raises(sl.UsageError, match=wrong) as e:
            ask()
        assert "d" in e.value.hint and "m" in e.value.hint


@pytest.mark.parametrize("dims", [{}, None, [2], "d", 2], ids=str)
def test_no_dimensions(dims):
    with pytest.raises(sl.UsageError, match="dimensions"):
        sl.explicit(GRADIENT, dims)


@pytest.mark.parametrize("value", [0, -3, True, False, 1.0, "1", None, 2**70])
@pytest.mark.parametrize("name", ["d", "m"])
def test_values_that_are_no_dimensions(name, value):
    dims = {"d": 1, "m": 1, name: value}
    expected = sl.Undecided if value == 2**70 else sl.UsageError
    for ask in (lambda: sl.explicit(GRADIENT, dims), lambda: sl.check(GRADIENT, dims, methods=["modular"])):
        with pytest.raises(expected):
            ask()


def test_a_chain_has_the_widths_of_all_its_layers():
    """W[2..1] is n[2] x n[0]; the width n[1] between its layers is needed too."""
    made = derivatives("linear", rectangular=True).gradient
    assert sl.explicit(made, {"n": {0: 1, 1: 3, 2: 1}, "m": 1, "L": 2, "l": 1}).shape == (3, 1)


def test_dimensions_of_a_family():
    """Widths by layer, as a mapping; a layer without a width, or a width of zero, is refused."""
    at = sl.hessian_at(sl.network("linear", layers=2, rectangular=True))
    assert sl.explicit(at, {"n": {0: 1, 1: 3, 2: 2}, "m": 1}).shape == (9, 9)
    for widths in ({0: 1, 1: 0, 2: 2}, {0: 1, 1: -1, 2: 2}, {0: 1, 1: True, 2: 2}):
        with pytest.raises(sl.UsageError, match="dimension n"):
            sl.explicit(at, {"n": widths, "m": 1})
    for widths, said in (
        ({0: 1, 1: 2}, r"no value for the dimension n\[2\]"),
        ({0: 1, 1: 2, 2: 1, 3: 1}, r"no dimension n\[3\]"),
        ({"0": 1, 1: 2, 2: 1}, "'0' is no index"),
    ):
        with pytest.raises(sl.UsageError, match=said):
            sl.explicit(at, {"n": widths, "m": 1})
    with pytest.raises(sl.UsageError, match="single"):
        sl.explicit(GRADIENT, {"d": {0: 1}, "m": 1})


@pytest.mark.parametrize("indices", [{"L": 2, "l": 3}, {"L": 2, "l": 0}, {"L": 0, "l": 1}], ids=str)
def test_indices_out_of_range(indices):
    with pytest.raises(sl.SymlandError):
        sl.explicit(SYMBOLIC.gradient, {"d": 1, "m": 1, **indices})


@pytest.mark.parametrize("indices", [{}, {"L": 2}, {"l": 1}], ids=str)
def test_missing_indices(indices):
    with pytest.raises(sl.UsageError, match="all its indices"):
        sl.explicit(SYMBOLIC.gradient, {"d": 1, "m": 1, **indices})


def test_a_symbolic_block_at_explicit_indices():
    """The blocks of the theorem, at l = 2 and k = 1, are those of two layers (by SymPy, entry by entry)."""
    w1, w2, x, y = sympy.symbols("W1_11 W2_11 X_11 Y_11")
    loss = (w2 * w1 * x - y) ** 2 / 2
    for case, (i, j), variables in (
        ("l > k", (2, 1), (w2, w1)),
        ("l = k", (2, 2), (w2, w2)),
        ("l < k", (1, 2), (w1, w2)),
    ):
        places = {"L": 2, "l": i} | ({"k": j} if case != "l = k" else {})
        found = sl.explicit(SYMBOLIC.blocks[case], {"d": 1, "m": 1, **places})
        assert sympy.expand(found[0, 0] - sympy.diff(loss, *variables)) == 0
    # where the hypothesis l > k fails, the formula says nothing
    with pytest.raises(sl.SymlandError):
        sl.explicit(SYMBOLIC.blocks["l > k"], {"d": 1, "m": 1, "L": 2, "l": 1, "k": 2})


def test_terms_and_scalars():
    w, x = sympy.symbols("W_11 X_11")
    assert sl.explicit(W * X, {"d": 1, "m": 1}) == sympy.Matrix([[w * x]])
    assert sl.explicit(sl.norm2(W), {"d": 1}) == sympy.Matrix([[w**2]])
    for item in (sl.minimizers(sl.network("linear")).results[0], GRADIENT.theorem, 3, None):
        with pytest.raises(sl.UsageError):
            sl.explicit(item, {"d": 1})
    with pytest.raises(sl.NoRule, match="polynomial"):
        sl.explicit(T.Pseudoinverse(X), {"d": 1})
    with pytest.raises(sl.UsageError, match="depth is symbolic"):
        sl.explicit(sl.hessian_at(sl.network("linear")), {"d": 1})


@pytest.mark.parametrize("item", [None, 3, LOSS, W, GRADIENT, b"bytes"], ids=repr)
def test_what_is_no_trace(item):
    with pytest.raises((sl.UsageError, sl.ParseError)):
        sl.replay(item)


TOO_LARGE = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))
import symland as sl
d, m = sl.dims("d m")
a, b, x, y = sl.matrix("A", d, d), sl.matrix("B", d, d), sl.matrix("X", d, m), sl.matrix("Y", d, m)
try:
    sl.explicit(sl.gradient(sl.norm2(b * a * x - y), a), {"d": 12})
except (sl.Undecided, sl.UsageError) as e:
    print("refused:", e)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits the memory of a process")
def test_what_is_too_large_to_write_out_is_refused():
    """12 x 12 matrices have millions of monomials in 576 variables here: a refusal, before memory runs out."""
    done = subprocess.run([sys.executable, "-c", TOO_LARGE], capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("refused:") and done.returncode == 0, done.stderr[-300:]
