"""What comes out of learning from counts: members, what each count did, and the settings of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from havenward.forecast.smc import MemberStreams

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

    from havenward.forecast.likelihood import CountModel

    FloatArray = NDArray[np.float64]

CHANCES_FILE = "chances.npz"


@dataclass(frozen=True)
class FilterSettings:
    """How the members learn.

    Parameters
    ----------
    least_size
        Share of the members that the weights must be worth after one part of a count.
    renew_size
        Below this share the members are resampled and moved.
    days_ahead
        Days simulated beyond the count at hand, so that not every count asks for a new run.
    most_runs
        Runs of the whole history per member that the filter may spend; they are spent evenly over the
        counts, and where they are short, fewer of the members are moved each time. 0: twelve, and eight
        from 5,000 members on, which repeat each other less.
    most_parts
        Parts into which one count is divided at most; what is left of it then is dropped, and said.
    fresh_share
        Share of the members drawn anew from the prior after two surprises in a row.
    exact_steps
        So many reports, the latest, are taken one by one; all earlier ones at once.
    """

    least_size: float = 0.3
    renew_size: float = 0.4
    days_ahead: int = 14
    most_runs: float = 0.0
    most_parts: int = 20
    fresh_share: float = 0.1
    exact_steps: int = 16


@dataclass(frozen=True)
class Taught:
    """What one count did.

    Parameters
    ----------
    label, date, persons
        What was counted, when, and the count (what was added, where it accumulates).
    level
        Where it fell in the forecast made before it, 0 to 1.
    size
        What the members' weights were worth after it, in members.
    parts
        Into how many parts it was divided; more than one is a warning.
    """

    label: str
    date: date
    persons: float
    level: float
    size: float
    parts: int


@dataclass(frozen=True)
class Posterior:
    """Members that have learned.

    Parameters
    ----------
    streams
        Their random streams; `numbers` reaches to the last day that was learned from.
    members
        How many they are; all count the same.
    prior
        What the members drew before any count, by assumption, shape (member,).
    counting
        How each counting system counts, as learned, beside the assumptions of the case.
    model
        The counts that were used.
    latest
        Those of them that were taken one by one, the latest.
    taught
        One per count.
    log_evidence
        Log of how likely the counts are under the prior; compares cases with the same counts.
    kept
        Share of the moves that were kept.
    runs
        Simulated member-days in runs of the whole history of every member.
    notes
        In words: odd counts, what was left out, surprises, and where the filter gave up.
    """

    streams: MemberStreams
    members: int
    prior: Mapping[str, FloatArray]
    counting: Mapping[str, FloatArray]
    model: CountModel
    latest: CountModel
    taught: tuple[Taught, ...] = ()
    log_evidence: float = 0.0
    kept: float = 0.0
    runs: float = 0.0
    notes: tuple[str, ...] = ()

    def streams_for(self, days: int) -> MemberStreams:
        """Give the streams for a run of so many days: learned chance first, then each member its own."""
        if self.streams.numbers is None:
            return self.streams
        own = np.repeat(np.arange(self.members), days).reshape(self.members, days)
        past = min(days, self.streams.numbers.shape[1])
        own[:, :past] = self.streams.numbers[:, :past]
        return MemberStreams(self.streams.seed, self.streams.given, own)


def write_chances(streams: MemberStreams, folder: Path) -> None:
    """Keep the chance that members have learned, so that they can be played again without learning again."""
    given = {f"given.{name}": numbers for name, numbers in sorted(streams.given.items())}
    past = {} if streams.numbers is None else {"numbers": streams.numbers}
    if given or past:
        np.savez_compressed(folder / CHANCES_FILE, allow_pickle=False, **given, **past)


def read_chances(folder: Path, seed: int) -> MemberStreams:
    """Read back what `write_chances` kept; a run without it has members whose chance is all their own."""
    path = folder / CHANCES_FILE
    if not path.is_file():
        return MemberStreams(seed)
    with np.load(path, allow_pickle=False) as kept:
        given = {name.removeprefix("given."): kept[name] for name in kept.files if name.startswith("given.")}
        return MemberStreams(seed, given, kept["numbers"] if "numbers" in kept.files else None)


def describe_learning(posterior: Posterior) -> dict[str, Any]:
    """Say what the counts did in plain values, for `run.json`: one line per count, and every note."""
    return {
        "counts": len(posterior.taught),
        "log_evidence": round(posterior.log_evidence, 6),
        "kept": round(posterior.kept, 6),
        "notes": list(posterior.notes),
        "taught": [
            {
                "label": one.label,
                "date": one.date.isoformat(),
                "persons": one.persons,
                "level": round(one.level, 6),
                "size": round(one.size, 3),
                "parts": one.parts,
            }
            for one in posterior.taught
        ],
    }
