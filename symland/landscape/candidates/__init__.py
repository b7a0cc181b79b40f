"""Points that a person proposes as minimizers: proofs, exact instances, refutations."""
