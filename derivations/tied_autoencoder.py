"""Tied linear autoencoder, `1/2 |W^T W X - X|_F^2`.

Source: section 12.7 of the mathematics of symland, for any p x n weight: with G = W^T W - I and S = X X^T the gradient
is W (G S + S G). By hand, with D G = V^T W + W^T V, the four terms of W (D G S + S D G) give the Hessian.
"""

import symland as sl
from symland.language.terms import Commutation, Identity, Kronecker

p, n, m = sl.dims("p n m")
W, X = sl.matrix("W", p, n), sl.matrix("X", n, m)
G, S = W.T * W - Identity(n), X * X.T

PROBLEM = sl.Problem(
    "tied linear autoencoder",
    sl.number(1, 2) * sl.norm2(W.T * W * X - X),
    (W,),
    data=(X,),
    source="Baldi and Hornik 1989, with tied weights",
)

EXPECTED = {
    "gradient": {W: W * (G * S + S * G)},
    "hessian": {
        (W, W): Kronecker(G * S + S * G, Identity(p))
        + Kronecker(S, W * W.T)
        + Kronecker(Identity(n), W * S * W.T)
        + (Kronecker(S * W.T, W) + Kronecker(W.T, W * S)) * Commutation(p, n)
    },
}
