"""The Hessian at the minimizers of the linear and residual networks: H^T H, kernel, spectrum, exact numbers."""
