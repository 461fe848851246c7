"""Who is told how far a piece of work has come: silent unless a command or a page listens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Progress:
    """Who is told what is going on: `begin(what, steps)`, then `step(finished)`; silent by default.

    `note(words)` tells what a person who waits should know beside that, such as a worker that was lost.
    """

    begin: Callable[[str, int], None] = lambda what, steps: None  # noqa: ARG005
    step: Callable[[int], None] = lambda finished: None  # noqa: ARG005
    note: Callable[[str], None] = lambda words: None  # noqa: ARG005


SILENT = Progress()
