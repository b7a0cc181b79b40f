"""The network with one hidden layer: activations, derivatives, minimizers, the Hessian there."""
