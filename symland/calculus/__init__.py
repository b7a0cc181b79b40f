"""Deriving: differentials, gradients, Hessians. Everything here proposes steps; only the kernel judges them."""
