"""Copy this file to `derivations/NAME.py` and fill it in; `tests/derivations` picks it up by itself.

State here: the loss as a formula, where it comes from (paper, theorem number), and what EXPECTED was taken from.
Expected formulas are written by hand or copied from the source, never printed by symland.
"""

import symland as sl
from symland.language.terms import Identity, Kronecker, Zero

d, m = sl.dims("d m")
W = sl.matrix("W", d, d)
X = sl.matrix("X", d, m)

# Minimizers are points of letters of their own, which may be subject to equations:
#     sl.PointFamily("factors", "every factor of M", {U: V}, (V,), {"factors": Eq(V * V.T, M)})
# Where symland does not see how to choose the letters so that the equations hold, `model` says it. Other critical
# points, such as saddles, are listed in POINTS.
ZERO = sl.PointFamily("zero", "the zero matrix", {W: Zero(d, d)})
POINTS = ()

PROBLEM = sl.Problem("template", sl.norm2(W * X), (W,), data=(X,), minimizers=ZERO, source="where the loss comes from")

EXPECTED = {
    "gradient": {W: 2 * W * X * X.T},  # letter -> gradient, of the letter's shape
    "hessian": {},  # (letter, letter) -> block of the vectorized Hessian
    # where the minimizers are known, as in deep_linear.py: "minimum", "normal equation", "factors", "lambda"
    "points": {  # the name of a point -> what holds there, as `symland derive ... --at` prints it
        "zero": {
            "claims": {"stationary": "PROVED", "global minimum": "PROVED"},  # claim -> label
            "value": sl.number(0),  # the loss at the point
            "hessian": {(W, W): 2 * Kronecker(X * X.T, Identity(d))},  # blocks on or below the diagonal, at the point
            # exact letters, and the eigenvalues of the Hessian there with their multiplicities
            "spectrum": ({"W": [[0]], "X": [[3]]}, {18: 1}),
        },
    },
}
