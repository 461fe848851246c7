"""Which random number belongs to which decision: streams named by words, never by position.

A stream is named by what it decides and by the stable key of the thing it decides about. So a new
location, a new assumption, another row order or another number of members leaves every other draw as
it was. Member k of an ensemble draws the same numbers whether it runs alone or among a million.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def stable_key(*words: str | int) -> int:
    """Turn a name into the same 64-bit number on every machine and Python version."""
    text = "\x1f".join(str(word) for word in words)
    return int.from_bytes(blake2b(text.encode("utf-8"), digest_size=8).digest(), "little")


@dataclass(frozen=True)
class Streams:
    """All randomness of one run, from one seed.

    Parameters
    ----------
    seed
        Any whole number from 0 to 2**63 - 1; the same seed gives the same bytes.
    first
        Number of the first member that is asked for, where only some members of a run are at hand.
    """

    seed: int
    first: int = field(default=0, kw_only=True)

    def key(self, *words: str | int) -> int:
        """Give the 64-bit start of the stream with this name under this seed."""
        return stable_key("havenward", self.seed, *words)

    def uniforms(self, name: str, members: int) -> NDArray[np.float64]:
        """Draw one number in (0, 1) per member from the stream `name`, shape (members,).

        The first k numbers do not depend on `members`.
        """
        bits = np.random.PCG64(self.key("uniform", name))
        if self.first:
            bits.advance(self.first)  # each number takes one step
        drawn = np.random.Generator(bits).random(members)
        # the quantile functions of unbounded distributions need the open interval
        return np.clip(drawn, 1e-12, 1.0 - 1e-12)

    def numbers_of(self, members: int, days: int) -> NDArray[np.int64]:
        """Say whose chance each member meets on each day, shape (member, day): its own."""
        return np.repeat(np.arange(self.first, self.first + members), days).reshape(members, days)

    def part(self, first: int, last: int) -> Streams:
        """Give the streams of members `first` to `last` - 1 of these."""
        del last
        return Streams(self.seed, first=self.first + first)
