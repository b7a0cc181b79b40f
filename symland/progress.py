"""One callback protocol for long work: `progress(stage, done, total, message)`."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called between pieces of work; raising KeyboardInterrupt from it stops the work with finished parts kept."""

    def __call__(self, stage: str, done: int, total: int, message: str = "") -> None: ...


def silent(stage: str, done: int, total: int, message: str = "") -> None:
    """The progress callback that says nothing."""
