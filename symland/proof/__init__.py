"""Judging: rule rows, the kernel that replays traces, and its normal forms."""
