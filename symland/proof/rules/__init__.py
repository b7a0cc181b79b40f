"""Rule rows: the algebra and analysis that the kernel may use, as data."""
