"""From language to values: one evaluator over interchangeable arithmetics (rings), jets for derivatives."""
