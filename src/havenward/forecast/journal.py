"""What was simulated while members learned, kept so that an interrupted run need not simulate it again.

Learning is one long row of questions to the simulator, each of which follows from the answers before it. So
whoever begins again asks the same questions in the same order, and those that were answered are only read.
"""

from __future__ import annotations

import time
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from havenward.files import replace_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    # what was expected, shape (member, count), and draws by name
    Answer = tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]

WORTH_KEEPING_S = 0.3  # what took less is simulated again sooner than it is written and read
_ASKED, _MEANS, _DRAW = "asked", "means", "draw."


class Journal:
    """Answers of the simulator by the number of the question; without a folder nothing is kept."""

    def __init__(self, folder: Path | None = None) -> None:
        """Begin with the first question."""
        self._folder = folder
        self._number = 0
        self.recalled = 0

    def ask(self, question: Sequence[Any], simulate: Callable[[], Answer]) -> Answer:
        """Give the answer to the next question: the kept one, or a new one, which is kept if it took long.

        Parameters
        ----------
        question
            All that the answer depends on, but for what the whole run has in common: arrays and plain values.
        simulate
            Finds the answer.
        """
        number, self._number = self._number, self._number + 1
        if self._folder is None:
            return simulate()
        asked = _hash(question)
        path = self._folder / f"{number:06d}.npz"
        known = _read(path, asked)
        if known is not None:
            self.recalled += 1
            return known
        began = time.perf_counter()
        means, draws = simulate()
        if time.perf_counter() - began > WORTH_KEEPING_S:
            named: dict[str, Any] = {_ASKED: asked, _MEANS: means}
            named |= {f"{_DRAW}{name}": values for name, values in draws.items()}
            with replace_whole(path) as part:
                np.savez(part, allow_pickle=False, **named)
        return means, draws


def _hash(question: Sequence[Any]) -> NDArray[np.uint8]:
    digest = blake2b(digest_size=32)
    for part in question:
        if isinstance(part, np.ndarray):
            digest.update(repr((part.shape, part.dtype.str)).encode())
            digest.update(np.ascontiguousarray(part).data)
        else:
            digest.update(repr(part).encode())
    return np.frombuffer(digest.digest(), np.uint8)


def _read(path: Path, asked: NDArray[np.uint8]) -> Answer | None:
    """Read a kept answer; None where there is none, it is torn, or another question was asked."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            if not np.array_equal(kept[_ASKED], asked):
                return None
            draws = {
                name.removeprefix(_DRAW): kept[name] for name in sorted(kept.files) if name.startswith(_DRAW)
            }
            return kept[_MEANS], draws
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
