"""At the minimizers: the networks by name (`library`), what is known of their landscape, and proposed minimizers.

`products` has the linear and residual networks, `hidden` the one with a hidden layer, `at_minimizers` the Hessian at
the minimizers, `counterexamples` what fails without an assumption, `candidates` a person's own minimizer.
"""
