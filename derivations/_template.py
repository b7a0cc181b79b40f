"""Copy this file to `derivations/NAME.py` and fill it in; `tests/derivations` picks it up by itself.

State here: the loss as a formula, where it comes from (paper, theorem number), and what EXPECTED was taken from.
Expected formulas are written by hand or copied from the source, never printed by symland.
"""

import symland as sl

d, m = sl.dims("d m")
W = sl.matrix("W", d, d)
X = sl.matrix("X", d, m)

PROBLEM = sl.Problem("template", sl.norm2(W * X), (W,), data=(X,), source="where the loss comes from")

EXPECTED = {
    "gradient": {W: 2 * W * X * X.T},  # letter -> gradient, of the letter's shape
    "hessian": {},  # (letter, letter) -> block of the vectorized Hessian
    # where the minimizers are known, as in deep_linear.py: "minimum", "normal equation", "factors", "lambda"
}
