"""Second opinions: checks that share no code with the proofs. They expand, evaluate or sample what is claimed."""
