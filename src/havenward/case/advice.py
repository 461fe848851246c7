"""What a case lacks or what looks odd in it, beyond what is wrong: a guide for whoever fills it in.

Nothing here stops the work, and a sound case may well keep some of it. Each finding is a question to the
person who knows the crisis.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from havenward.case.known import as_of, latest_locations
from havenward.errors import CaseError
from havenward.records import RECEIVING_KINDS, START_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from havenward.records import Case, Location, Observation

MAX_NAMED = 4
# people in a household: below or above this, persons and households are likely mixed up
SMALLEST_HOUSEHOLD, LARGEST_HOUSEHOLD = 1.5, 15.0
# two counts of one place that differ by this look like families beside persons
FAMILY_SIZES = (4.0, 8.0)
NEAR_DAYS = 10  # two counts this close are of the same people
FEW_PEOPLE = 1000  # an origin of fewer among far larger ones may be in thousands
MUCH_LARGER = 100
STALE_DAYS = 30  # a count older than this says little about today
OLD_CASE_DAYS = 60  # a case to which nothing was added for so long is not looked at from today


@dataclass(frozen=True, order=True)
class Step:
    """Something to look at.

    Parameters
    ----------
    where
        File, and row where it is one.
    found
        What the case holds, or does not.
    why
        What it does to a forecast.
    how
        What to do about it.
    kind
        Short name of the kind of step.
    """

    where: str
    found: str
    why: str
    how: str
    kind: str

    def __str__(self) -> str:
        """Say it on one line."""
        return f"{self.where}: {self.found}; {self.why}; {self.how}"


def choose_day(case: Case, today: date) -> date:
    """Choose the day from which a guide looks ahead where nobody says.

    Parameters
    ----------
    case
        The whole case.
    today
        The planner's own day.

    Returns
    -------
    day
        Today, while the case is kept up; else the last day on which anything was published. A case that was
        filled in after its days were over is looked at from its eve, or from the last day where nobody could
        see an origin and a receiving place on the eve.
    """
    last = _last_day(case, today)
    if (today - last).days <= OLD_CASE_DAYS:
        return today
    over = case.start + timedelta(days=case.horizon_days)
    starts: list[date] = sorted(
        e.date for e in case.events if e.kind in START_KINDS and not isinstance(e.date, str)
    )
    eves = [day for day in starts if day >= case.start]
    eve = min(eves[0], last) if eves else last
    return eve if last > over and _sees_places(case, eve) else last


def _last_day(case: Case, today: date) -> date:
    """Give the last day by now on which anything about the crisis was published; at least the first day."""
    tables = ("locations", "events", "observations", "assumptions", "reports")
    days: list[date] = [row.published for table in tables for row in getattr(case, table)]
    return max([case.start, *(day for day in days if day <= today)])


def _sees_places(case: Case, day: date) -> bool:
    """Tell whether a forecast from a day knows of an origin and of a receiving place."""
    kinds = {row.kind for row in case.locations if row.published <= day}
    return "origin" in kinds and bool(kinds & set(RECEIVING_KINDS))


def explain_day(case: Case, today: date) -> list[Step]:
    """Say which day was chosen for the planner, and why, where it is not today."""
    day, last = choose_day(case, today), _last_day(case, today)
    if day == today:
        return []
    if day == last:
        found = f"nothing was published after {day}, so this looks ahead from then"
    else:
        found = f"the case was filled in until {last}, so this looks ahead from its eve, {day}"
    return [
        Step(
            "case.toml",
            found,
            "what to do depends on the day",
            "name another with --as-of DATE",
            "day-chosen",
        )
    ]


def list_steps(case: Case, day: date) -> list[Step]:
    """List what to look at, as a forecast from a day would see the case.

    Parameters
    ----------
    case
        The whole case, as far as it could be read.
    day
        Origin date of the forecast that is prepared.
    """
    known = as_of(case, day) if case.known is None else case
    return [
        *_later_rows(case, day),
        *_unknown_capacities(case, known, day),
        *_capacities_without_source(known),
        *_capacities_like_counts(known),
        *_household_sizes(known),
        *_families_as_persons(known),
        *_small_populations(known),
        *_positions_moved(case),
        *_counts(known, day),
        *_opening_caseload(known),
        *_routes_without_source(known),
    ]


def _later_rows(case: Case, day: date) -> Iterable[Step]:
    """Tell which rows a forecast from the day does not see."""
    if case.known is not None:
        return
    told, first = [], ""
    for table in ("locations", "routes", "events", "observations", "stock"):
        rows = getattr(case, table)
        later = [row.row for row in rows if row.published > day]
        if later:
            told.append(f"{len(later):,} of {len(rows):,} {table}")
            first = first or f"{table}.csv row {later[0]}"
    if told:
        yield Step(
            first,
            f"published after {day}: {', '.join(told)}",
            "a forecast from that day does not see them",
            "correct published where a row was known earlier",
            "rows-after-origin",
        )


def _unknown_capacities(case: Case, known: Case, day: date) -> Iterable[Step]:
    given = {row.name.partition(".")[2] for row in known.assumptions if row.name.startswith("capacity.")}
    pooled = any(row.name == "ready_places" for row in known.assumptions)
    given |= {event.location for event in known.events if event.kind == "capacity"}
    camps = [
        row
        for row in _receiving(known)
        if row.kind == "camp" and row.capacity is None and row.location not in given
    ]
    later = {row.location: row for row in case.locations if row.capacity is not None and row.published > day}
    late = [row for row in camps if row.location in later]
    if late:
        yield Step(
            "locations.csv",
            f"capacity of {_name(late)} is known only from {later[late[0].location].published} on",
            f"a forecast from {day} takes the size as unknown",
            "add the plan of the time as an earlier row, or an assumption capacity.<place>",
            "capacity-later",
        )
    bare = [row for row in camps if row.location not in later]
    if bare and not pooled:
        yield Step(
            "locations.csv",
            f"{len(bare)} of {_count_camps(known)} camps have no capacity ({_name(bare)})",
            "they count as never full, so nobody is turned to other places",
            "fill in the planned places, or add assumptions capacity.<place> or ready_places",
            "capacity-unknown",
        )


def _capacities_without_source(known: Case) -> Iterable[Step]:
    bare = [row for row in _receiving(known) if row.capacity is not None and not row.source]
    if bare:
        yield Step(
            f"locations.csv row {bare[0].row}",
            f"{len(bare)} capacities have no source ({_name(bare)})",
            "shortages are read off them, and nobody can follow them back",
            "name the plan in source, and list it in sources.csv",
            "capacity-without-source",
        )


def _capacities_like_counts(known: Case) -> Iterable[Step]:
    counted = {
        (row.location, row.persons) for row in known.observations if row.measure == "stock" and row.persons
    }
    alike = [row for row in _receiving(known) if row.capacity and (row.location, row.capacity) in counted]
    if alike:
        yield Step(
            f"locations.csv row {alike[0].row}",
            f"capacity {alike[0].capacity:,} of '{alike[0].location}' is a count of people there",
            "a place that holds so many is not planned for so many",
            "write the planned places, or leave it empty",
            "capacity-is-count",
        )


def _household_sizes(known: Case) -> Iterable[Step]:
    odd = [
        row
        for row in known.observations
        if row.persons
        and row.households
        and not SMALLEST_HOUSEHOLD <= row.persons / row.households <= LARGEST_HOUSEHOLD
    ]
    if odd:
        first = odd[0]
        size = (first.persons or 0) / (first.households or 1)
        yield Step(
            f"observations.csv row {first.row}",
            f"{first.persons:,} persons in {first.households:,} households, {size:.1f} in each"
            + (f", and {len(odd) - 1} more such rows" if len(odd) > 1 else ""),
            "one of the two may count the other",
            "look whether the columns are swapped, or families were written as persons",
            "household-size-odd",
        )


def _families_as_persons(known: Case) -> Iterable[Step]:
    """Find two counts of one place, near in time, that differ by the size of a family."""
    stocks = [row for row in known.observations if row.measure == "stock" and row.persons and row.location]
    by_place: dict[str, list[Observation]] = {}
    for row in stocks:
        by_place.setdefault(row.location, []).append(row)
    for place, rows in by_place.items():
        rows.sort(key=lambda row: (row.date, row.series))
        for one, other in pairwise(rows):
            small, large = sorted((one, other), key=lambda row: row.persons or 0)
            ratio = (large.persons or 0) / (small.persons or 1)
            near = abs((one.date - other.date).days) <= NEAR_DAYS
            if near and one.series != other.series and FAMILY_SIZES[0] <= ratio <= FAMILY_SIZES[1]:
                beside = f"{large.persons:,} by {large.series} (row {large.row})"
                yield Step(
                    f"observations.csv row {small.row}",
                    f"{small.persons:,} at '{place}', and {beside}",
                    f"the counts differ by {ratio:.1f}, about the size of a family",
                    "look whether families were written as persons; if so, move the number to households",
                    "families-as-persons",
                )
                break


def _small_populations(known: Case) -> Iterable[Step]:
    origins = [row for row in latest_locations(known).values() if row.kind == "origin" and row.population]
    if not origins:
        return
    usual = median(row.population or 0 for row in origins)
    small = [
        row
        for row in origins
        if (row.population or 0) < FEW_PEOPLE and (row.population or 0) * MUCH_LARGER < usual
    ]
    if small:
        yield Step(
            f"locations.csv row {small[0].row}",
            f"population of {_name(small)} is {small[0].population:,}, of others {usual:,.0f}",
            "few or nobody can leave from there",
            "look whether it is in thousands or in families",
            "population-small",
        )
    flee = [
        row
        for row in known.assumptions
        if row.name in {"displaced_total", "population_at_risk"} and row.distribution
    ]
    people = sum(row.population or 0 for row in origins)
    complete = len(origins) == sum(row.kind == "origin" for row in latest_locations(known).values())
    for row in flee:
        from havenward.distributions import summary

        middle = summary(row.distribution, (0.5,))[0] if row.distribution else 0.0
        if complete and middle > 2 * people:
            yield Step(
                f"assumptions.toml assumption '{row.name}'",
                f"its middle is {middle:,.0f}, and all origins together hold {people:,}",
                "more would flee than live there",
                "look whether populations are in thousands or in families, or origins are missing",
                "population-below-assumption",
            )


def _positions_moved(case: Case) -> Iterable[Step]:
    """Find places that were moved by hand since an import, and are still said to be the middle of an area."""
    if case.folder is None or not any(row.key == "coordinates" for row in case.attributes):
        return
    from havenward.case.importers.cod import CENTROID
    from havenward.case.importers.ledger import read_ledger, row_digest, row_key
    from havenward.case.importers.merge import POSITION, POSITIONS

    said = {
        (row.location, row.source): row
        for row in case.attributes
        if row.key == "coordinates" and row.value == CENTROID
    }
    try:
        ledger = read_ledger(case.folder)
    except CaseError:  # told by the next import
        return
    moved = []
    for row in case.locations:
        entry = ledger.find(row.source, POSITIONS, row_key("locations", row))
        if (row.location, row.source) in said and entry is not None:
            moved += [row] if row_digest("locations", row, POSITION) != entry.digest else []
    if moved:
        yield Step(
            f"attributes.csv row {said[moved[0].location, moved[0].source].row}",
            f"coordinates of {_name(moved)} are said to be the {CENTROID}, and were changed since the import",
            "a brief calls the position uncertain",
            "write where it is from into value, such as town centre",
            "position-moved",
        )


def _counts(known: Case, day: date) -> Iterable[Step]:
    stocks = [row for row in known.observations if row.measure in {"stock", "cumulative_displaced"}]
    if not known.observations:
        yield Step(
            "observations.csv",
            f"no count is known by {day}",
            "the forecast rests on assumptions alone, and its range stays wide",
            "add counts of people as soon as there are any, even of one place",
            "no-counts",
        )
    elif stocks and (day - max(row.date for row in stocks)).days > STALE_DAYS:
        last = max(row.date for row in stocks)
        yield Step(
            "observations.csv",
            f"the latest count is of {last}, {(day - last).days} days before {day}",
            "what happened since is taken from assumptions",
            "add the latest round of counts",
            "counts-old",
        )


def _opening_caseload(known: Case) -> Iterable[Step]:
    given = any(row.name.partition(".")[0] == "opening_caseload" for row in known.assumptions)
    counted = any(row.measure == "stock" for row in known.observations)
    if not given and not counted and _receiving(known):
        yield Step(
            "assumptions.toml",
            "nothing says how many displaced people are at camps and hosts already",
            "all places count as free on the first day",
            "add the assumption opening_caseload or opening_caseload.<place>, or write it as 0 with a reason",
            "no-opening-caseload",
        )


def _routes_without_source(known: Case) -> Iterable[Step]:
    bare = [row for row in known.routes if not row.source]
    if bare and len(bare) == len(known.routes):
        yield Step(
            "routes.csv",
            "no route has a source",
            "distances decide who goes where",
            "measure them with 'havenward import osm', or name where they are from",
            "routes-without-source",
        )


def _receiving(known: Case) -> list[Location]:
    return [row for row in latest_locations(known).values() if row.kind in RECEIVING_KINDS]


def _count_camps(known: Case) -> int:
    return sum(row.kind == "camp" for row in _receiving(known))


def _name(rows: Sequence[Location]) -> str:
    names = ", ".join(row.location for row in rows[:MAX_NAMED])
    return f"{names}, ..." if len(rows) > MAX_NAMED else names
