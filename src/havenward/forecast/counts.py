"""Which counts a forecast learns from, and in words why others are left out.

Counts of one series, place and measure form a *thread*; threads are never joined and nothing is interpolated
between two counts. What accumulates (cumulated numbers, arrivals since one first day) is taken as what was
added between consecutive reports. What cannot be a count of people is left out and said; nothing is repaired
silently.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from statistics import median
from typing import TYPE_CHECKING

from havenward.records import RECEIVING_KINDS, TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from havenward.records import Location, Observation

FLOWS = ("arrivals", "departures", "returns")
CUMULATED = ("cumulative_displaced", "cumulative_returned")
# what the model has a number for, by what the count covers
_MEASURES: Mapping[str, tuple[str, ...]] = {
    "site": ("stock", "arrivals", "departures"),
    "gate": ("arrivals", "departures"),
    "origin": ("departures", "returns", "cumulative_displaced", "cumulative_returned", "remaining"),
    "group": ("stock", "departures", "returns", "cumulative_displaced", "cumulative_returned", "remaining"),
    TOTAL: (
        "stock",
        "arrivals",
        "departures",
        "returns",
        "cumulative_displaced",
        "cumulative_returned",
        "remaining",
    ),
}
# a count this many times below its neighbours is of families
FAMILY_SIZES = (4.0, 7.0)
# a count this many times above its neighbours, or above the last one where none follows yet, has digits too
# many; the largest real leaps between two reports of a series stay below 50
OUT_OF_SCALE, OUT_OF_SCALE_ALONE = 100.0, 300.0
FEW = 100  # persons; from fewer, anything may come
# persons a household where a series gives households only and never both; planning sizes are 5 and 6
HOUSEHOLD = 5.5
# parts that make up this share of the total of the same report leave nothing new in the total
MOST_OF_TOTAL = 0.5
SAME = 0.02  # two numbers of one day this close are one number, rounded differently
COARSEST_ROUNDING = 1000
SAME_REPORT_DAYS = 3  # a stock this near makes a cumulated number of the same series a repetition
_AFTER = re.compile(r"^(?P<series>.+)-after-(?P<day>\d{4}-\d{2}-\d{2})$")


@dataclass(frozen=True)
class Places:
    """Kind of each location, and the group of each origin."""

    kinds: Mapping[str, str]
    groups: Mapping[str, str]

    def cells_of(self, scope: str, place: str) -> list[str]:
        """List the origins that a count is about; none where it is about a site or a gate."""
        if scope == "location":
            return [place] if self.kinds.get(place) == "origin" else []
        return sorted(cell for cell, group in self.groups.items() if scope == TOTAL or group == place)


@dataclass(frozen=True)
class Count:
    """A count that is used.

    Parameters
    ----------
    series, measure, scope, place
        What was counted, where, by whom; `place` is a location or group, empty for the total.
    day, first_day
        Day index of a stock, or the last and first day index of a flow.
    persons
        The count, or what was added since the report before it.
    flow
        Whether it is a flow over days.
    families
        Whether the series counts families and multiplies; then `persons` carries the multiplier.
    counted
        Whether it was counted at all; people said to remain somewhere are an estimate without coverage.
    rounding
        Variance, relative to the square of the count, that rounding or disagreement adds.
    before
        Row of the previous stock of the same thread, -1 for none.
    report
        Counts with the same number stand in one report and are taken together.
    """

    series: str
    measure: str
    scope: str
    place: str
    day: int
    first_day: int
    persons: float
    flow: bool
    families: bool
    counted: bool
    rounding: float
    before: int = -1
    report: int = 0

    @property
    def kind(self) -> str:
        """Name what shares one relative error: the stocks, or the flows, of a series."""
        return f"{self.series}/{'flow' if self.flow else 'stock'}"

    @property
    def thread(self) -> tuple[str, ...]:
        """Name what is counted again and again."""
        return (self.series, self.measure, self.scope, self.place)

    @property
    def label(self) -> str:
        """Say in words what was counted."""
        return f"{self.series}, {self.place or TOTAL}, {self.measure}"


def list_places(locations: Iterable[Location]) -> Places:
    """Take from the locations of a case what counts are about."""
    rows = list(locations)
    return Places(
        {row.location: row.kind for row in rows},
        {row.location: row.group or row.location for row in rows if row.kind == "origin"},
    )


def enumerated_after(series: str) -> tuple[str, date] | None:
    """Tell which series another one carries on after a declared enumeration: `SERIES-after-YYYY-MM-DD`."""
    found = _AFTER.match(series)
    return (found["series"], date.fromisoformat(found["day"])) if found else None


def select_counts(
    observations: Sequence[Observation],
    places: Places,
    gates: frozenset[str],
    first_date: date,
    origin_date: date,
) -> tuple[tuple[Count, ...], tuple[str, ...]]:
    """Choose the counts to learn from, in the order of their days.

    Parameters
    ----------
    observations
        Counts of the case; those published after the origin date are not looked at.
    places
        Kinds and groups of the locations.
    gates
        Places where arrivals are modelled though nobody stays.
    first_date
        Day index 0 of the model; counts before it are what the case opens with.
    origin_date
        Last day.

    Returns
    -------
    counts
        Sorted by day.
    notes
        Each oddity and each kind of count left out, in words.
    """
    notes: list[str] = []
    by_families, sizes = _household_sizes(observations)
    threads: dict[tuple[str, ...], list[_Row]] = defaultdict(list)
    unmodelled: dict[str, int] = defaultdict(int)
    for row in observations:
        if row.published > origin_date or row.date > origin_date:
            continue
        place = "" if row.scope == TOTAL else row.location
        what = _covers(row, places, gates)
        if what is None or row.measure not in _MEASURES[what] or row.origin:
            unmodelled[f"{row.series}, {place or TOTAL}, {row.measure}"] += 1
            continue
        persons = _persons(row, sizes, notes)
        if persons is not None:
            threads[row.series, row.scope, place, row.measure].append(_Row(row, persons))
    if unmodelled:
        listed = "; ".join(f"{name} ({number})" for name, number in sorted(unmodelled.items()))
        notes.append(f"left out, as the model has no such number: {listed}")
    chosen: list[Count] = []
    for key, rows in sorted(threads.items()):
        name = ", ".join(part for part in (key[0], key[2] or TOTAL, key[3]) if part)
        sound = _without_slips(_one_per_day(rows, name, notes), name, notes)
        sound = _without_families(sound, name, notes)
        if key[3] in CUMULATED:
            sound = _without_falls(sound, name, notes)
        chosen += _thread(key, sound, first_date, by_families, notes)
    chosen = _without_repeats(chosen, notes)
    return arrange_counts(chosen), tuple(dict.fromkeys(notes))


@dataclass(frozen=True)
class _Row:
    """A count with its number of persons, and the relative variance of several numbers for one day."""

    row: Observation
    persons: float
    apart: float = 0.0


def main_series(counts: Sequence[Count]) -> str:
    """Name the counting system with most counts, totals before places; empty for none."""
    tally: dict[str, tuple[int, int]] = {}
    for count in counts:
        totals, every = tally.get(count.series, (0, 0))
        tally[count.series] = (totals + (count.scope == TOTAL), every + 1)
    return min(tally, key=lambda name: (-tally[name][0], -tally[name][1], name), default="")


# -- single rows --------------------------------------------------------------------------------------------


def _covers(row: Observation, places: Places, gates: frozenset[str]) -> str | None:
    if row.scope == TOTAL:
        return TOTAL
    if row.scope == "group":
        return "group" if row.location in places.groups.values() else None
    kind = places.kinds.get(row.location, "")
    if kind in RECEIVING_KINDS:
        return "site"
    if kind == "origin":
        return "origin"
    return "gate" if row.location in gates else None


def _household_sizes(rows: Iterable[Observation]) -> tuple[frozenset[str], dict[str, float]]:
    """Tell which series count families, and with which size they turn them into persons."""
    ratios: dict[str, list[float]] = defaultdict(list)
    families = set()
    for row in rows:
        if row.households:
            families.add(row.series)
            if row.persons and row.persons > 2 * row.households:
                ratios[row.series].append(row.persons / row.households)
    return frozenset(families), {series: median(values) for series, values in ratios.items()}


def _persons(row: Observation, sizes: Mapping[str, float], notes: list[str]) -> float | None:
    """Give the persons of a row, or None with a note."""
    where = f"{row.series}, {row.location or TOTAL}, {row.date}: {row.measure}"
    if (row.persons is not None and row.persons < 0) or (row.households is not None and row.households < 0):
        notes.append(f"{where} is negative; it is left out")
        return None
    if row.persons is None:
        return None if row.households is None else row.households * sizes.get(row.series, HOUSEHOLD)
    if row.households and row.persons <= 1.5 * row.households:
        size = sizes.get(row.series, HOUSEHOLD)
        notes.append(
            f"{where}: {row.persons:,} persons in {row.households:,} families; families given as persons, "
            f"so it is taken as {row.households * size:,.0f}"
        )
        return row.households * size
    return float(row.persons)


# -- threads ------------------------------------------------------------------------------------------------


def _one_per_day(rows: list[_Row], name: str, notes: list[str]) -> list[_Row]:
    """Join several numbers for one day (and first day) into one that is less sure where they disagree."""
    by_day: dict[tuple[date, date | None], list[_Row]] = defaultdict(list)
    for row in rows:
        by_day[row.row.date, row.row.date_from].append(row)
    joined = []
    for (day, _), same in sorted(by_day.items(), key=lambda item: (item[0][0], item[0][1] or date.min)):
        values = [row.persons for row in same]
        low, high = min(values), max(values)
        if high - low <= SAME * high:
            # of one day of publication the lower row counts, as everywhere
            joined.append(max(enumerate(same), key=lambda pair: (pair[1].row.published, pair[0]))[1])
            continue
        numbers = " and ".join(f"{value:,.0f}" for value in values)
        notes.append(f"{name}, {day}: {numbers} for one day; their middle is taken, as less sure")
        middle = (low + high) / 2
        joined.append(_Row(same[0].row, middle, ((high - low) / 2 / max(middle, 1.0)) ** 2))
    return joined


def _without_slips(rows: list[_Row], name: str, notes: list[str]) -> list[_Row]:
    """Leave out counts out of all scale: no error of counting reaches them, and members would chase them."""
    if rows and rows[0].row.measure in FLOWS:
        return rows
    kept: list[_Row] = []
    for index, row in enumerate(rows):
        around = [*kept[-1:], *rows[index + 1 : index + 2]]
        limit = OUT_OF_SCALE if len(around) > 1 else OUT_OF_SCALE_ALONE
        largest = max((other.persons for other in around), default=0.0)
        if kept and kept[-1].persons >= FEW and row.persons > limit * largest:
            notes.append(
                f"{name}, {row.row.date}: {row.persons:,.0f} is {row.persons / largest:,.0f} times the "
                "counts around it; digits too many? It is left out"
            )
            continue
        kept.append(row)
    return kept


def _without_families(rows: list[_Row], name: str, notes: list[str]) -> list[_Row]:
    """Leave out counts that are families given as persons: a fifth or so of the counts before and after."""
    low, high = FAMILY_SIZES
    if rows and rows[0].row.measure in FLOWS:
        return rows
    kept: list[_Row] = []
    for index, row in enumerate(rows):
        neighbours = [*(kept[-1:]), *rows[index + 1 : index + 2]]
        # a camp can empty, a cumulated number cannot fall: there one neighbour is enough
        enough = 1 if row.row.measure in CUMULATED else 2
        ratios = [other.persons / max(row.persons, 0.5) for other in neighbours]
        seen = len(neighbours) >= enough and kept
        if (
            seen
            and row.persons > 0
            and all(low <= ratio <= 1.5 * high for ratio in ratios)
            and ratios[0] <= high
        ):
            notes.append(
                f"{name}, {row.row.date}: {row.persons:,.0f} is a {ratios[0]:.1f}th of the count before it; "
                "families given as persons? It is left out"
            )
            continue
        kept.append(row)
    return kept


def _without_falls(rows: list[_Row], name: str, notes: list[str]) -> list[_Row]:
    """Leave out the fewest numbers (the earlier ones, where it is equal) so that the rest never falls."""
    best: list[tuple[int, int]] = []  # length of the longest rising chain that ends here, and the row before
    for index, row in enumerate(rows):
        chains = [(best[k][0], k) for k in range(index) if rows[k].persons <= row.persons]
        length, before = max(chains, default=(0, -1))
        best.append((length + 1, before))
    at = max(range(len(rows)), key=lambda index: (best[index][0], index), default=-1)
    kept = []
    while at >= 0:
        kept.append(at)
        at = best[at][1]
    for index, row in enumerate(rows):
        if index not in kept:
            notes.append(
                f"{name}, {row.row.date}: {row.persons:,.0f} does not fit the reports around it, as what "
                "is cumulated cannot fall; it is left out"
            )
    return [rows[index] for index in sorted(kept)]


def _thread(
    key: tuple[str, ...],
    rows: list[_Row],
    first_date: date,
    by_families: frozenset[str],
    notes: list[str],
) -> list[Count]:
    """Turn the rows of a thread into counts: stocks as they are, the rest as what was added."""
    series, scope, place, measure = key
    flow = measure in FLOWS or measure in CUMULATED
    counts = []
    last: _Row | None = None  # the report that the next one is held against
    for row in rows:
        day = (row.row.date - first_date).days
        persons, rounding = row.persons, _rounding(row.persons)
        base = 0 if row.row.date_from is None else (row.row.date_from - first_date).days
        if day < 0:
            last = row
            continue  # what the case opens with, or the base of what accumulates
        if flow:
            start, before, ok = _since(row, last, base, first_date)
            if not ok:
                notes.append(
                    f"{series}, {place or TOTAL}, {row.row.date}: {measure} since "
                    f"{row.row.date_from or 'the start'} overlaps the report before; it is left out"
                )
                continue
            persons = row.persons - before
            if persons < 0:  # arrivals since one first day
                notes.append(
                    f"{series}, {place or TOTAL}, {row.row.date}: {measure} fell from {before:,.0f} to "
                    f"{row.persons:,.0f}, which it cannot; it is left out"
                )
                continue
            rounding = (_rounding(row.persons) * row.persons**2 + _rounding(before) * before**2) / max(
                persons, _grain(row.persons), 1.0
            ) ** 2
            base = start
        last = row
        counts.append(
            Count(
                series=series,
                measure=measure,
                scope=scope,
                place=place,
                day=day,
                first_day=base if flow else day,
                persons=float(round(persons)),
                flow=flow,
                families=series in by_families or _base_series(series) in by_families,
                counted=measure != "remaining",
                rounding=rounding + row.apart,
            )
        )
    return counts


def _since(row: _Row, last: _Row | None, base: int, first_date: date) -> tuple[int, float, bool]:
    """Give the first day index of what was added, what to take off, and whether this can be told."""
    if last is None:
        return (max(base, 0), 0.0, base >= 0 or row.row.date_from is None)
    after_last = (last.row.date - first_date).days + 1
    if row.row.date_from == last.row.date_from:  # both count from one day on
        return max(after_last, 0), last.persons, row.row.date > last.row.date
    return base, 0.0, base >= max(after_last, 0)


def _base_series(series: str) -> str:
    found = enumerated_after(series)
    return found[0] if found else series


def _grain(persons: float) -> float:
    """Guess the unit to which a count was rounded, from the zeros at its end."""
    grain = 1
    number = round(persons)
    while number and number % (grain * 10) == 0 and grain < COARSEST_ROUNDING:
        grain *= 10
    return float(grain)


def _rounding(persons: float) -> float:
    return (_grain(persons) / max(persons, 1.0)) ** 2 / 12.0


# -- all together -------------------------------------------------------------------------------------------


def _without_repeats(counts: list[Count], notes: list[str]) -> list[Count]:
    """Leave out what follows from other counts of the same report, so that nothing counts twice."""
    stocks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for count in counts:
        if count.measure == "stock":
            stocks[count.series, count.scope, count.place].append(count.day)
    parts: dict[tuple[str, str, int], float] = defaultdict(float)
    for count in counts:
        if count.scope != TOTAL:
            parts[count.series, count.measure, count.day] += count.persons
    kept = []
    for count in counts:
        beside = stocks.get((count.series, count.scope, count.place), [])
        mine = (count.series, count.measure, count.day)
        if count.measure == "cumulative_displaced" and any(
            abs(day - count.day) <= SAME_REPORT_DAYS for day in beside
        ):
            notes.append(f"{count.label}: left out on days for which the series also gives the stock")
        elif count.scope == TOTAL and mine in parts and parts[mine] >= MOST_OF_TOTAL * count.persons:
            notes.append(f"{count.label}: left out on days for which the series also gives most of its parts")
        else:
            kept.append(count)
    return kept


def arrange_counts(counts: Sequence[Count]) -> tuple[Count, ...]:
    """Sort by day, put places of one report together, and link each stock to the one before it."""
    order = sorted(counts, key=lambda c: (c.day, c.series, c.measure, c.scope, c.place))
    reports: dict[tuple[object, ...], int] = {}
    latest: dict[tuple[str, ...], int] = {}
    arranged = []
    for row, count in enumerate(order):
        together = count.scope == "location" and count.counted
        about = (count.series, count.measure, count.scope, count.day, count.first_day)
        key = about if together else (*about, count.place)
        thread = (count.series, count.measure, count.scope, count.place)
        arranged.append(
            replace(
                count,
                report=reports.setdefault(key, len(reports)),
                before=-1 if count.flow else latest.get(thread, -1),
            )
        )
        latest[thread] = row
    return tuple(arranged)
