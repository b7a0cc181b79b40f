"""Normal forms: the computed steps of the kernel."""
