"""Networks whose prediction is a product of layers, linear and residual: derivatives, minimizers, dominance."""
