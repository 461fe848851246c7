"""How counts of other offices become observations of a case: placed, dated, and nothing added up unseen.

Rows of one place, day, series and day of publication are one count. Equal ones are taken once; of two that
differ the lower row of the file stands, as in every file of a case, and both are told. Places that are one
location of the case are added. Missing is never taken for 0.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from havenward.case.importers.matching import (
    Asked,
    PlaceMatch,
    describe_matches,
    fold_name,
    list_unplaced,
    match_places,
)
from havenward.case.known import latest_locations
from havenward.records import Observation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from havenward.case.importers.imported import Unplaced
    from havenward.records import Case

# persons a household beyond which one of the two numbers is not what its heading says
FEWEST_A_HOUSEHOLD, MOST_A_HOUSEHOLD = 2.0, 12.0
MAX_SLUG = 60
MAX_LISTED = 8  # examples in one note
_AT_ORIGINS = ("departures", "returns", "cumulative_displaced", "cumulative_returned", "remaining")


@dataclass(frozen=True)
class Counted:
    """One count as the source states it; `place` is None for the whole crisis.

    Parameters
    ----------
    row
        Row of the file.
    day, day_from
        Day of the count, or last and first day of a flow.
    measure, series
        As observations have them.
    published
        When it was known.
    """

    row: int
    day: date
    day_from: date | None
    place: Asked | None
    measure: str
    persons: int | None
    households: int | None
    series: str
    published: date


class Placed(NamedTuple):
    """Observations, places that found no location, and what a person should know."""

    observations: tuple[Observation, ...]
    unplaced: tuple[Unplaced, ...]
    notes: list[str]


class Omissions:
    """What was left out and why, with the first row of each kind."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._first: dict[str, int] = {}

    def add(self, what: str, row: int) -> None:
        """Count a row that was left out."""
        self.counts[what] += 1
        self._first.setdefault(what, row)

    def notes(self) -> list[str]:
        """Say each kind in a sentence."""
        return [
            f"Rows that {what}: {number:,} (first in row {self._first[what]:,})."
            for what, number in self.counts.items()
        ]


def place_counts(
    where: str,
    counted: Sequence[Counted],
    case: Case,
    settings: Mapping[str, Any],
    key: str,
    *,
    of_areas: bool = False,
) -> Placed:
    """Turn counts into observations of a case.

    Parameters
    ----------
    where
        File, for notes.
    counted
        In the order of the file.
    case, settings
        The case, and settings with `places`.
    key
        Source of the rows.
    of_areas
        The counts are of whole areas: none is that of a camp that has the name of its area, unless the
        settings say so.
    """
    rows = Counter(one.place for one in counted if one.place is not None)
    matches = match_places(case, rows, settings["places"])
    if of_areas:
        matches = _without_camps(matches, case)
    notes = describe_matches(matches, where)
    found: dict[tuple[Any, ...], dict[str, Counted]] = defaultdict(dict)
    twice, apart = 0, []
    for one in counted:
        location = matches[one.place].location if one.place is not None else ""
        if one.place is not None and not location:
            continue
        about = (one.published, one.day, one.day_from, location, one.measure, one.series)
        part = name_place(one.place)
        before = found[about].get(part)
        if before is not None:
            if (before.persons, before.households) == (one.persons, one.households):
                twice += 1
            else:
                apart.append((before, one))
        found[about][part] = one
    if twice:
        notes.append(f"Rows that stand twice in {where}, each counted once: {twice:,}.")
    notes += _tell_apart(apart)
    observations = []
    added = set()
    for (published, day, day_from, location, measure, series), parts in found.items():
        persons, households = _sum(parts.values())
        if len(parts) > 1:
            added.add(location)
        observations.append(
            Observation(
                day,
                day_from,
                "location" if location else "total",
                location,
                "",
                measure,
                persons,
                households,
                series,
                published,
                key,
            )
        )
    if added:
        notes.append(
            f"Several places of {where} are one location of the case and were added: {_some(added)}."
        )
    notes += _tell_units(counted)
    notes += _tell_origins(observations, case)
    observations.sort(key=lambda row: (row.date, row.series, row.location, row.measure, row.published))
    return Placed(tuple(observations), list_unplaced(matches, rows), notes)


def _without_camps(matches: Mapping[Asked, PlaceMatch], case: Case) -> dict[Asked, PlaceMatch]:
    kinds = {name: row.kind for name, row in latest_locations(case).items()}
    return {
        place: PlaceMatch("", "none", 0.0, (found.location,))
        if kinds.get(found.location) == "camp" and found.how != "settings"
        else found
        for place, found in matches.items()
    }


def known_on(day: date, settings: Mapping[str, Any], lag_days: int) -> date:
    """Say when a count was known: as the settings say, else so many days after its day; never before it."""
    said: date | None = settings["published"]
    return max(day, said) if said is not None else day + timedelta(days=lag_days)


def name_place(place: Asked | None) -> str:
    """Name a place so that two ways to write it are one: by P-code, else by name without marks."""
    if place is None:
        return ""
    return place.pcode.casefold() or fold_name(place.name)


def make_slug(*texts: str) -> str:
    """Write a short stable name in small letters and digits, for a series."""
    plain = unicodedata.normalize("NFKD", " ".join(texts).casefold())
    words = re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
    return "-".join(words)[:MAX_SLUG].strip("-")


def add_counts(values: Iterable[int | None]) -> int | None:
    """Add numbers of which some are missing; None where all are."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _sum(parts: Iterable[Counted]) -> tuple[int | None, int | None]:
    rows = list(parts)
    households = [one.households for one in rows]
    # households of some places only would not go with the persons of all
    whole = None if None in households else add_counts(households)
    persons = [one.persons for one in rows]
    return (None if None in persons and whole is not None else add_counts(persons)), whole


# -- notes -------------------------------------------------------------------------------------------------


def _some(names: Iterable[str]) -> str:
    listed = sorted(names)
    more = len(listed) - MAX_LISTED
    return ", ".join(listed[:MAX_LISTED]) + (f" and {more} more" if more > 0 else "")


def _tell_apart(pairs: Sequence[tuple[Counted, Counted]]) -> list[str]:
    notes = []
    for before, after in pairs[:MAX_LISTED]:
        name = (after.place.name or after.place.pcode) if after.place else "the total"
        notes.append(
            f"Rows {before.row:,} and {after.row:,} give {_number(before)} and {_number(after)} for {name} "
            f"on {after.day}; the lower row counts. If they were published on different days, import them "
            "one by one with the setting published."
        )
    if len(pairs) > MAX_LISTED:
        notes.append(
            f"Further rows that differ from an earlier one in the same way: {len(pairs) - MAX_LISTED:,}."
        )
    return notes


def _number(one: Counted) -> str:
    if one.persons is not None:
        return f"{one.persons:,}"
    return f"{one.households:,} households" if one.households is not None else "nothing"


def _tell_units(counted: Iterable[Counted]) -> list[str]:
    odd: dict[str, list[Counted]] = defaultdict(list)
    for one in counted:
        if one.persons and one.households:
            size = one.persons / one.households
            if not FEWEST_A_HOUSEHOLD <= size <= MOST_A_HOUSEHOLD:
                odd[one.series].append(one)
    return [
        f"{series}, rows with fewer than {FEWEST_A_HOUSEHOLD:.0f} or more than {MOST_A_HOUSEHOLD:.0f} "
        f"persons a household: {len(rows):,}. Row {rows[0].row:,} has {rows[0].persons:,} persons and "
        f"{rows[0].households:,} households. Are families given as persons, or are the columns swapped?"
        for series, rows in sorted(odd.items())
    ]


def _tell_origins(observations: Iterable[Observation], case: Case) -> list[str]:
    kinds = {name: row.kind for name, row in latest_locations(case).items()}
    places = {
        row.location
        for row in observations
        if kinds.get(row.location) == "origin" and row.measure not in _AT_ORIGINS
    }
    if not places:
        return []
    return [
        (
            f"People displaced to places that are origins of the case were counted ({_some(places)}). A "
            "forecast learns from counts at camps and host communities: add a location of the kind host "
            "there, and name it in [places]."
        )
    ]
