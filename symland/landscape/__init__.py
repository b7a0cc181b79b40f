"""At the minimizers: the networks, their global minimizers, the Hessian there, gradient dominance."""
