"""Linear attention, `1/2 |Q K^T V - Y|_F^2` in the queries, keys and values.

Source: Katharopoulos et al., Transformers are RNNs, 2020 (without feature map and normalization). By hand, with
E = Q K^T V - Y: the gradients are E V^T K, V E^T Q and K Q^T E; D E = Z K^T V, Q Z^T V, Q K^T Z give the blocks.
"""

import symland as sl
from symland.language.terms import Commutation, Identity, Kronecker

n, m, d, p = sl.dims("n m d p")
Q, K, V = sl.matrix("Q", n, d), sl.matrix("K", m, d), sl.matrix("V", m, p)
Y = sl.matrix("Y", n, p)
E = Q * K.T * V - Y

PROBLEM = sl.Problem(
    "linear attention",
    sl.number(1, 2) * sl.norm2(E),
    (Q, K, V),
    data=(Y,),
    definitions={"E": E},
    source="Katharopoulos et al. 2020",
)

EXPECTED = {
    "gradient": {Q: E * V.T * K, K: V * E.T * Q, V: K * Q.T * E},
    "hessian": {
        (Q, Q): Kronecker(K.T * V * V.T * K, Identity(n)),
        (K, K): Kronecker(Q.T * Q, V * V.T),
        (V, V): Kronecker(Identity(p), K * Q.T * Q * K.T),
        (Q, K): Kronecker(K.T * V * V.T, Q) * Commutation(m, d) + Kronecker(Identity(d), E * V.T),
        (Q, V): Kronecker(K.T * V, Q * K.T) + Kronecker(K.T, E) * Commutation(m, p),
        (K, V): Kronecker(Q.T * E, Identity(m)) + Kronecker(Q.T * Q * K.T, V) * Commutation(m, p),
    },
}
