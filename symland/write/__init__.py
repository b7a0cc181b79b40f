"""From language to people and other systems: layouts, LaTeX, MathML, text, SymPy, JSON."""
