"""The letters in which the false proofs of this folder are written."""

from symland.language.index import Dim, Index
from symland.language.terms import Member, Zero, family, matrix, number, scalar

d, m, p, q = (Dim.symbol(name) for name in "dmpq")
W, U, V, Z = (matrix(name, "p", "q") for name in "WUVZ")  # a variable, other letters of its shape, directions
X, Y = matrix("X", "q", "m"), matrix("Y", "p", "m")
A, B = matrix("A", "d", "d"), matrix("B", "d", "d")
S, T = matrix("S", "d", "d"), matrix("T", "d", "d")  # directions of the shape of A
a, b, c = (scalar(name) for name in "abc")
i, k, l, n, L = (Index.var(name) for name in "iklnL")
width = Dim.member("n", Index.var("_"))
F = family("W", width, Dim.member("n", Index.var("_") - 1))  # layers W[l]
G = family("C", width, Dim.member("n", Index.var("_") - 1))  # other matrices of the same shapes
H = Member(F, l)
VL = matrix("V", Dim.member("n", l), Dim.member("n", l - 1))
t = family("t")
ZERO, ONE = number(0), number(1)
ZERO_W, ZERO_A = Zero(p, q), Zero(d, d)
