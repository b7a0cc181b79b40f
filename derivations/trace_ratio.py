"""The trace ratio, `tr(W^T A W) / tr(W^T B W)`, A and B symmetric.

Source: Ngo, Bellalij and Saad, The trace ratio optimization problem, 2012. By hand, with b = tr(W^T B W) and f the
ratio: the gradient is G = 2/b (A - f B) W, and D b = 2 <B W, V>, D f = <G, V> give H = 2/b (I (x) (A - f B) - vec(G)
vec(B W)^T - vec(B W) vec(G)^T).
"""

import symland as sl
from symland.language.terms import Identity, Kronecker, Reciprocal, Trace, Vec

n, r = sl.dims("n r")
A, B = sl.matrix("A", n, n, "symmetric"), sl.matrix("B", n, n, "symmetric")
W = sl.matrix("W", n, r)
b = Trace(W.T * B * W)
f = Trace(W.T * A * W) / b
G = (2 * Reciprocal(b)) * ((A - f * B) * W)
BW = Vec(B * W)

PROBLEM = sl.Problem("trace ratio", f, (W,), data=(A, B), source="Ngo, Bellalij and Saad 2012")

EXPECTED = {
    "gradient": {W: G},
    "hessian": {(W, W): (2 * Reciprocal(b)) * (Kronecker(Identity(r), A - f * B) - Vec(G) * BW.T - BW * Vec(G).T)},
}
