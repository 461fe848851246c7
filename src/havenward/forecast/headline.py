"""What a forecast is scored against: the net arrivals of a site over h days, from counts alone.

The count at the first report date in a window around origin + h, minus the last count that was published by
the origin, both of one series. Nothing is interpolated: where one of the two counts is missing, there is no
pair. Counts of origins are left out (their stock is people who have not left), and so are parts of a count
(rows that name where people came from).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from havenward.records import TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from havenward.records import Case

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

HORIZONS = (7, 14, 28, 56)
DAYS_BEFORE = 2  # the window of the outcome opens two days before origin + h
FAR_AHEAD = date.max.toordinal()


class _Row(NamedTuple):
    """A count: days as ordinals, its place in the file, and when it can first be seen."""

    date: int
    published: int
    place_in_file: int
    seen: int
    location: str
    series: str
    persons: float


@dataclass(frozen=True)
class Pair:
    """What was counted at a site before and after.

    Parameters
    ----------
    location, series
        Where, and in which series of counts. At each origin a site is followed in the series whose last
        known count is the latest (then the longest, then the first by name).
    origin, horizon
        Day of the forecast, days ahead.
    last_date, last_count
        The last count by the origin: of the latest date, in the latest version published by then.
    end_date, end_count
        The outcome: the first report date in the window, in its first published version.
    observed
        Net arrivals, `end_count` - `last_count`; below zero where people left.
    published
        When the outcome was published.
    revised
        A later version of the outcome says something else.
    """

    location: str
    series: str
    origin: date
    horizon: int
    last_date: date
    last_count: int
    end_date: date
    observed: int
    published: date
    revised: bool

    @property
    def end_count(self) -> int:
        """The count that the outcome is."""
        return self.last_count + self.observed


class CountSeries(NamedTuple):
    """All published versions of the counts of one site in one series, by date and publication.

    `published` is when a row can first be seen, days as ordinals; `first` marks the version of each date
    that was published first, `revised` the dates whose versions differ.
    """

    location: str
    series: str
    dates: IntArray
    persons: FloatArray
    published: IntArray
    first: NDArray[np.bool_]
    revised: NDArray[np.bool_]

    def known(self, day: int) -> tuple[IntArray, FloatArray]:
        """Give date and count of each date by the versions published by a day, in order of the dates."""
        seen = np.flatnonzero((self.published <= day) & (self.dates <= day))
        dates = self.dates[seen]
        latest = np.flatnonzero(np.append(dates[1:] != dates[:-1], True)) if seen.size else seen
        return dates[latest], self.persons[seen[latest]]


def window(origin: int, horizon: int) -> tuple[int, int]:
    """Give the first and the last day, as ordinals, on which a count is the outcome of a horizon."""
    return origin + horizon - DAYS_BEFORE, origin + horizon + int(max(3, horizon / 4))


def report_dates(case: Case, scope: str = "location") -> list[date]:
    """Name the days on which a count of a site was published, in order: the origins of a backtest.

    Parameters
    ----------
    case
        A whole case, or a case as it was known on a day.
    scope
        `location`, or `total` for counts of the whole case.
    """
    days = {row.published for row in _rows(case, scope, "stock") if row.published == row.seen}
    return [date.fromordinal(day) for day in sorted(days)]


def count_series(case: Case, scope: str = "location", measure: str = "stock") -> tuple[CountSeries, ...]:
    """Gather the counts of every site and series, sorted by location and series.

    Parameters
    ----------
    case
        A whole case, or a case as it was known on a day.
    scope
        `location`, or `total` for counts of the whole case (then the location is `total`).
    measure
        A measure that is a number on a day: `stock`, `cumulative_displaced`.

    Returns
    -------
    series
        With every published version. A count is not seen before its place is.
    """
    grouped: dict[tuple[str, str], list[_Row]] = {}
    for row in _rows(case, scope, measure):
        grouped.setdefault((row.location, row.series), []).append(row)
    return tuple(_gather(*key, sorted(rows)) for key, rows in sorted(grouped.items()))


def followed_series(series: Iterable[CountSeries], day: int) -> Iterator[CountSeries]:
    """Choose for each location the series that it is followed in on a day, by what is known then."""
    best: dict[str, tuple[tuple[int, int], CountSeries]] = {}
    for one in series:
        dates, _ = one.known(day)
        if dates.size:
            rank = (int(dates[-1]), dates.size)
            if one.location not in best or rank > best[one.location][0]:
                best[one.location] = (rank, one)
    for location in sorted(best):
        yield best[location][1]


def headline_pairs(
    case: Case,
    origins: Iterable[date],
    horizons: Iterable[int] = HORIZONS,
    scope: str = "location",
    measure: str = "stock",
) -> list[Pair]:
    """Pair the counts before and after each origin.

    Parameters
    ----------
    case
        The whole case; of a case as known on a day, the pairs whose outcome was known by then.
    origins
        Any days; `report_dates` for a backtest.
    horizons
        Days ahead, from 1.
    scope
        `location` for the headline score, `total` for counts of the whole case.
    measure
        `stock` for the headline score.

    Returns
    -------
    pairs
        By origin, location and horizon; pairs that do not exist are left out.
    """
    series = count_series(case, scope, measure)
    ahead = tuple(horizons)
    pairs = []
    for origin in origins:
        today = origin.toordinal()
        for one in followed_series(series, today):
            dates, persons = one.known(today)
            for horizon in ahead:
                outcome = next(iter(outcomes(one, today, horizon)), None)
                if outcome is not None:
                    at = outcome.row
                    pairs.append(
                        Pair(
                            location=one.location,
                            series=one.series,
                            origin=origin,
                            horizon=horizon,
                            last_date=date.fromordinal(int(dates[-1])),
                            last_count=int(persons[-1]),
                            end_date=date.fromordinal(int(one.dates[at])),
                            observed=int(one.persons[at] - persons[-1]),
                            published=date.fromordinal(int(one.published[at])),
                            revised=bool(one.revised[at]),
                        )
                    )
    return pairs


class Outcome(NamedTuple):
    """Row of a series that is the outcome for those who ask from `known_from` and before `known_until`."""

    row: int
    known_from: int
    known_until: int


def outcomes(series: CountSeries, origin: int, horizon: int) -> list[Outcome]:
    """Name what is the outcome of a horizon, by the day on which one asks.

    A report of an earlier date can come in later than the next one; who asked in between took the next one
    as the outcome. That keeps what a rule learns from its past errors free of what was published later.

    Parameters
    ----------
    series
        Counts of a site.
    origin, horizon
        Day as an ordinal, days ahead.

    Returns
    -------
    outcomes
        In order of dates; the first is the outcome in the end.
    """
    low, high = window(origin, horizon)
    begin, end = np.searchsorted(series.dates, [low, high + 1])
    found, until = [], FAR_AHEAD
    for row in range(int(begin), int(end)):
        if series.first[row] and series.published[row] < until:
            found.append(Outcome(row, int(series.published[row]), until))
            until = int(series.published[row])
    return found


def _gather(location: str, name: str, rows: list[_Row]) -> CountSeries:
    # of rows published on one day the lowest counts, as everywhere in a case
    kept = [
        row
        for row, below in zip(rows, [*rows[1:], None], strict=True)
        if below is None or (row.date, row.published) != (below.date, below.published)
    ]
    said: dict[int, set[float]] = {}
    first = []
    for row in kept:
        first.append(row.date not in said)
        said.setdefault(row.date, set()).add(row.persons)
    return CountSeries(
        location,
        name,
        np.array([row.date for row in kept], np.int64),
        np.array([row.persons for row in kept]),
        np.array([row.seen for row in kept], np.int64),
        np.array(first),
        np.array([len(said[row.date]) > 1 for row in kept]),
    )


def _rows(case: Case, scope: str, measure: str) -> list[_Row]:
    """List the counts of a scope and measure, each with the day on which it can first be seen."""
    places: dict[str, tuple[date, str]] = {}
    for place in case.locations:
        if place.location not in places or place.published < places[place.location][0]:
            places[place.location] = (place.published, place.kind)
    # a snapshot holds the latest version of a place only, and no count of a place that was not known
    known_since = {} if case.known else {name: since for name, (since, _) in places.items()}
    return [
        _Row(
            row.date.toordinal(),
            row.published.toordinal(),
            index,
            max(row.published, known_since.get(row.location, date.min)).toordinal(),
            row.location or TOTAL,
            row.series,
            float(row.persons),
        )
        for index, row in enumerate(case.observations)
        if row.scope == scope
        and row.measure == measure
        and row.persons is not None
        and not row.origin
        and places.get(row.location, (None, ""))[1] != "origin"
    ]
