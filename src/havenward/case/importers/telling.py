"""How many items a note lists before it counts the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_NAMED = 6


def list_some(items: Sequence[str], mark: str = "; ") -> str:
    """List the first items of a note, and how many more there are."""
    more = len(items) - MAX_NAMED
    shown = mark.join(items[:MAX_NAMED])
    return f"{shown}{mark}and {more:,} more" if more > 0 else shown
