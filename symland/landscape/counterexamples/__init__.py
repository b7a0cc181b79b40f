"""Exact cases in which a claim fails, or a theorem without one of its assumptions, for each of the three networks."""
