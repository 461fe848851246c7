"""What a Flee input folder says: the record that the importer, the case and the rule set `flee` share.

Flee is the agent-based simulator of Groen and others (https://github.com/djgroen/flee). Values stand as in
its files; what they mean is decided by the rule set, with Flee's quirks (docs/explanation/flee.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


@dataclass(frozen=True)
class FleeLocation:
    """A row of Flee's `locations.csv`; `size` is its column of population or capacity."""

    name: str
    region: str
    country: str
    x: float
    y: float
    location_type: str
    conflict_date: float
    size: int
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FleeRoute:
    """A row of Flee's `routes.csv`."""

    name1: str
    name2: str
    distance: float
    forced_redirection: int
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FleeClosure:
    """A row of Flee's `closures.csv`; days count from the start of the period."""

    closure_type: str
    name1: str
    name2: str
    start: int
    end: int


@dataclass(frozen=True)
class FleeSeries:
    """Counts of one camp (or of `total`): day numbers from the start of the period, and people.

    `files` are the files of Flee's `source_data` they were read from. Where there are several, `parts` holds
    the counts of each file (its `name` is the file), and `days` and `counts` are what Flee adds them up to.
    """

    name: str
    days: tuple[int, ...]
    counts: tuple[float, ...]
    files: tuple[str, ...] = ()
    parts: tuple[FleeSeries, ...] = ()


@dataclass(frozen=True)
class FleeInputs:
    """Everything a Flee input folder says.

    Parameters
    ----------
    start_date, days
        Flee's `sim_period.csv`: day 0 and the number of days.
    conflicts
        By location, one intensity per day as in `conflicts.csv` (days after its end are absent).
    series, total
        Validation data by camp, and `refugees.csv`.
    corrections
        Pairs of camp and day of `registration_corrections.csv`.
    changes
        Rows of `location_changes.csv`: name, type, day.
    settings
        `simsetting.yml` as nested mappings, unknown keys included; missing keys take Flee's code defaults.
    demographics
        Text of each `demographics_*.csv` by file name.
    x_is
        What the fourth column of `locations.csv`, Flee's x, holds: `latitude` in most folders, or
        `longitude`.
    other_files
        Text of every other file that Flee may read, such as `input_csv/flood_level.csv`, by its path in the
        folder.
    """

    start_date: dt.date
    days: int
    locations: tuple[FleeLocation, ...]
    routes: tuple[FleeRoute, ...]
    closures: tuple[FleeClosure, ...]
    conflicts: Mapping[str, tuple[float, ...]]
    series: tuple[FleeSeries, ...]
    total: FleeSeries | None
    corrections: tuple[tuple[str, int], ...]
    changes: tuple[tuple[str, str, int], ...]
    settings: Mapping[str, Any]
    demographics: Mapping[str, str] = field(default_factory=dict)
    x_is: str = "latitude"
    other_files: Mapping[str, str] = field(default_factory=dict)
