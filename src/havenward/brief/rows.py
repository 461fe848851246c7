"""What stands in the data files of a brief: which columns, and the rows of people, needs and gaps in numbers.

Names of columns are the same in every language. A number that is held back is empty and `reason` says why;
empty never means zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from havenward.brief.content import Amount
from havenward.records import TOTAL
from havenward.words import Words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from havenward.brief.content import Brief, GapRow, NeedRow, Place

    Where = tuple[str, str, str, str, str, str, str]  # location, name, pcode, kind, admin1, admin2, country

NEEDS_COLUMNS = (
    "location",
    "name",
    "pcode",
    "date",
    "days_ahead",
    "sector",
    "item",
    "unit",
    "people_low",
    "people_central",
    "people_high",
    "people_are",
    "low",
    "central",
    "high",
    "standard",
    "reason",
    "origin_date",
)
GAPS_COLUMNS = (
    "location",
    "name",
    "pcode",
    "date",
    "days_ahead",
    "sector",
    "item",
    "unit",
    "standard",
    "requirement_low",
    "requirement_central",
    "requirement_high",
    "available_low",
    "available_central",
    "available_high",
    "available_is",
    "places_silent",
    "gap_low",
    "gap_central",
    "gap_high",
    "chance",
    "first_likely",
    "reason",
    "origin_date",
)
PERSONS = "persons"
THREE = ("low", "central", "high")
PLACES_STANDARD = "places"  # the gap that no standard stands behind: people over capacity


class PeopleRow(NamedTuple):
    """People of one place, or of the whole crisis, on one day; the columns of `people.csv`."""

    location: str
    name: str
    pcode: str
    kind: str
    admin1: str
    admin2: str
    country: str
    measure: str
    date: dt.date
    days_ahead: int
    low: int | None
    central: int | None
    high: int | None
    unit: str
    reason: str
    origin_date: dt.date
    forecast_from: str


PEOPLE_COLUMNS = PeopleRow._fields


class Gap(NamedTuple):
    """What is needed, there and missing of one thing at one place on a key day.

    Parameters
    ----------
    standard
        The row of the standards that it rests on; `places` for people over capacity, empty where none.
    available_is
        `published` or `assumed` capacity, `stated` supplies, or `unknown`: then all that is needed counts as
        missing.
    places_silent
        Of how many places nobody states what is there.
    """

    location: str
    name: str
    pcode: str
    date: dt.date
    sector: str
    item: str
    unit: str
    standard: str
    requirement: Amount
    available: Amount
    available_is: str
    places_silent: int
    gap: Amount
    chance: float | None
    first_likely: dt.date | None
    reason: str


def three(amount: Amount) -> tuple[float | None, float | None, float | None]:
    """Give the three values of an amount as a row has them."""
    return amount.low, amount.central, amount.high


def people_rows(brief: Brief) -> Iterator[PeopleRow]:
    """Give people of every place that may be shown, on key days and the steps between."""
    words = Words(brief.language)
    reason = words.say("why_small", n=brief.suppress_below)

    def row(about: Where, measure: str, day: dt.date, amount: Amount, origin: str) -> PeopleRow:
        low, central, high = (None if value is None else round(value) for value in three(amount))
        ahead, why = (day - brief.origin_date).days, reason if amount.suppressed else ""
        return PeopleRow(
            *about, measure, day, ahead, low, central, high, PERSONS, why, brief.origin_date, origin
        )

    groups = (
        (brief.places, "people_at_place"),
        (brief.gates, "people_waiting"),
        (brief.origins, "people_there"),
    )
    for places, measure in groups:
        for place in places:
            where = (place.admin1, place.admin2, place.country)
            about = (place.location, place.name, place.pcode, place.kind, *where)
            for day, amount in series_of(brief, place):
                yield row(about, measure, day, amount, "counts" if place.from_counts else "members")
    whole = (TOTAL, words.say("rows_all_receiving"), "", "", "", "", brief.country)
    for day, amount in brief.received:
        yield row(whole, "people_at_receiving_places", day, amount, "members")
    everybody = (TOTAL, words.say("rows_whole_crisis"), "", "", "", "", brief.country)
    totals = (
        ("people_currently_displaced", brief.total_people),
        ("people_ever_displaced", brief.displaced_total),
        ("people_inside", brief.remaining),
    )
    for measure, amounts in totals:
        for day, amount in amounts:
            yield row(everybody, measure, day, amount, "members")


def series_of(brief: Brief, place: Place) -> list[tuple[dt.date, Amount]]:
    """Give the people of a place on its key days, and on the steps of its fan between them."""
    known = dict(place.people)
    fan = place.fan
    for day, *values in zip(fan.dates, fan.q05, fan.q50, fan.q95, strict=True):
        if day not in known:
            known[day] = Amount(*(None if brief.guard.is_small(value) else value for value in values))
    return sorted(known.items())


def about_need(brief: Brief, need: NeedRow | Gap) -> tuple[object, ...]:
    """Give what stands before the numbers of a need: where, when, what, in which unit."""
    return (
        need.location,
        need.name,
        need.pcode,
        need.date,
        (need.date - brief.origin_date).days,
        need.sector,
        need.item,
        need.unit,
    )


def needs_rows(brief: Brief) -> Iterator[tuple[object, ...]]:
    """Give every need as numbers, as `NEEDS_COLUMNS`."""
    for need in brief.needs:
        yield (
            *about_need(brief, need),
            *three(need.people),
            need.counted,
            *three(need.amount),
            need.standard,
            need.reason,
            brief.origin_date,
        )


def gaps_of(brief: Brief) -> list[Gap]:
    """Give every gap: people over capacity at each site with a limit, then what is missing of supplies."""
    words = Words(brief.language)
    small = words.say("why_small", n=brief.suppress_below)
    found = []
    for place in brief.places:
        for day, over in place.over:
            people, limit = place.on(day), place.limit_on(day)
            if limit is not None:
                found.append(
                    Gap(
                        place.location, place.name, place.pcode, day, "shelter", "places to stay", PERSONS,
                        PLACES_STANDARD, people, limit.persons, limit.basis, 0, over, place.chance_over,
                        place.first_likely, small if over.suppressed or people.suppressed else "",
                    )
                )  # fmt: skip
    standards = {(row.item, row.unit): row.standard for row in brief.standards}
    first = {(row.location, row.item): row.first_likely for row in brief.shortfalls}
    found += [
        _supplied(row, standards.get((row.item, row.unit), ""), first.get((row.location, row.item)))
        for row in brief.gaps
    ]
    return found


def _supplied(row: GapRow, standard: str, first_likely: dt.date | None) -> Gap:
    there = Amount(row.available, row.available, row.available)
    return Gap(
        row.location, row.name, row.pcode, row.date, row.sector, row.item, row.unit, standard,
        row.requirement, there, "unknown" if row.available is None else "stated", row.silent, row.gap,
        row.chance, first_likely, row.reason,
    )  # fmt: skip


def gaps_rows(brief: Brief) -> Iterator[tuple[object, ...]]:
    """Give every gap as numbers, as `GAPS_COLUMNS`."""
    for gap in gaps_of(brief):
        yield (
            *about_need(brief, gap),
            gap.standard,
            *three(gap.requirement),
            *three(gap.available),
            gap.available_is,
            gap.places_silent,
            *three(gap.gap),
            gap.chance,
            gap.first_likely,
            gap.reason,
            brief.origin_date,
        )
