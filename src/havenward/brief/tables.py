"""What stands in the tables of a brief: rows in words for the page, rows in numbers for the data files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from havenward.brief.wording import (
    READ_LEVELS,
    TO,
    say,
    say_amount,
    say_chance,
    say_people,
    say_quantity,
    say_range,
    say_short_date,
)
from havenward.records import TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from havenward.brief.content import Amount, Brief, NeedRow, Place
    from havenward.records import Standard

SITE_ITEMS = (
    "water_supply",
    "toilets_first",
    "family_tents",
    "kitchen_sets",
    "food_ration",
    "health_facilities",
)
SINGULAR = {
    "taps": "tap",
    "places": "place",
    "toilets": "toilet",
    "people on staff": "person on staff",
    "containers": "container",
    "sets": "set",
    "mats": "mat",
    "tents": "tent",
    "facilities": "facility",
    "schools": "school",
    "kits": "kit",
}
PEOPLE_COLUMNS = (
    "location",
    "name",
    "pcode",
    "kind",
    "admin1",
    "admin2",
    "country",
    "measure",
    "date",
    "days_ahead",
    "low",
    "central",
    "high",
    "unit",
    "reason",
    "origin_date",
    "forecast_from",
)
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
    "low",
    "central",
    "high",
    "standard",
    "reason",
    "origin_date",
)


class Cell(NamedTuple):
    """A number and its range, in words."""

    central: str
    spread: str


class SiteRow(NamedTuple):
    """A row of the table of sites."""

    number: int
    name: str
    kind: str
    where: str
    people: tuple[Cell, ...]
    capacity: Cell
    basis: str
    chance: str
    first: str
    over: Cell
    pressed: bool
    from_counts: bool


class NeedLine(NamedTuple):
    """A row of the table of needs of all receiving places."""

    sector: str
    item: str
    low: str
    central: str
    high: str
    unit: str
    standard: str
    anchor: str


def cell_of(amount: Amount | None, few: int) -> Cell:
    """Write an amount of people as a central number and its range."""
    if amount is None:
        return Cell(say("no_limit"), "")
    central, spread = say_people(amount.central, few), say_range(amount, few)
    return Cell(central, "" if spread == central else spread)


def shown_days(brief: Brief) -> tuple[date, ...]:
    """Choose the three key days that the page has room for: the first, the focal and the last."""
    days = sorted({brief.key_days[0], brief.focal_day, brief.key_days[-1]})
    if len(days) < 3 and len(brief.key_days) > 2:
        rest = [day for day in brief.key_days if day not in days]
        days = sorted({*days, min(rest, key=lambda day: abs((day - brief.origin_date).days - 84))})
    return tuple(days)


def site_rows(brief: Brief) -> list[SiteRow]:
    """Give the table of sites in words."""
    days, few = shown_days(brief), brief.suppress_below
    rows = []
    for number, place in enumerate(brief.places, start=1):
        limited = place.capacity is not None
        rows.append(
            SiteRow(
                number,
                place.name,
                say(f"kind_{place.kind}"),
                ", ".join(x for x in (place.admin2, place.admin1) if x),
                tuple(cell_of(place.on(day), few) for day in days),
                cell_of(place.capacity, 0),
                say(f"capacity_{place.capacity_basis}") if limited else "",
                say_chance(place.chance_over) if place.chance_over is not None else "",
                first_words(place),
                _over_cell(place, brief.focal_day, few),
                place.first_likely is not None,
                place.from_counts,
            )
        )
    return rows


def _over_cell(place: Place, day: date, few: int) -> Cell:
    """Write people over capacity on a day, or why there is no such number."""
    if place.capacity is None:
        return Cell("", "")
    if place.closes is not None and day >= place.closes:
        return Cell(say("closed"), "")
    return cell_of(place.over_on(day), few)


def first_words(place: Place) -> str:
    """Say when a site is first likely over capacity."""
    if place.capacity is None:
        return ""
    return say_short_date(place.first_likely) if place.first_likely else say("not_before")


def needs_on(brief: Brief, location: str, day: date) -> dict[str, NeedRow]:
    """Give the needs of a place on a day, by standard."""
    return {need.standard: need for need in brief.needs if need.location == location and need.date == day}


def need_lines(brief: Brief) -> list[NeedLine]:
    """Give the needs of all receiving places together on the focal day."""
    standards = {row.standard: row for row in brief.standards}
    lines = []
    for key, need in needs_on(brief, TOTAL, brief.focal_day).items():
        values = (need.amount.low, need.amount.central, need.amount.high)
        low, central, high = (need_words(value, need.unit, brief.suppress_below) for value in values)
        unit = say_quantity(1, need.unit)[1]
        row = standards.get(key)
        lines.append(
            NeedLine(
                need.sector,
                need.item,
                low,
                central,
                high,
                unit,
                standard_words(row, brief.household_size) if row else "",
                f"s-{key}",
            )
        )
    return lines


def need_words(value: float | None, unit: str, few: int) -> str:
    """Write a need; a missing one stands for people too few to be shown."""
    return f"for {say('few', n=few)}" if value is None else say_quantity(value, unit)[0]


def standard_words(row: Standard, household_size: float) -> str:
    """Say what a standard asks: 1 toilet for 50 people."""
    who = "household" if row.per == "household" else "person"
    number = "" if row.people == 1 else f"{say_amount(row.people)} "
    plural = "each " if row.people == 1 else ""
    who = who if row.people == 1 else {"household": "households", "person": "people"}[who]
    size = f" (of {household_size:g})" if row.per == "household" else ""
    unit = SINGULAR.get(row.unit, row.unit) if row.quantity == 1 else row.unit
    return f"{say_amount(row.quantity)} {unit} for {plural}{number}{who}{size}"


def site_need_rows(brief: Brief) -> tuple[list[str], list[tuple[str, list[Cell]]]]:
    """Give heads and rows of the needs of every place, a few items only; the workbook has all."""
    by_place: dict[str, dict[str, NeedRow]] = {}
    for need in brief.needs:
        if need.date == brief.focal_day:
            by_place.setdefault(need.location, {})[need.standard] = need
    items = [key for key in SITE_ITEMS if key in by_place.get(TOTAL, {})]
    heads = [_head(by_place[TOTAL][key]) for key in items]
    rows = []
    for place in brief.places:
        needs = by_place.get(place.location, {})
        rows.append(
            (place.name, [_need_cell(needs[key], brief.suppress_below) for key in items if key in needs])
        )
    return heads, rows


def _head(need: NeedRow) -> str:
    """Name an item with its unit, unless the item says it already."""
    unit = say_quantity(1, need.unit)[1]
    return need.item if unit in need.item.casefold() else f"{need.item}, {unit}"


def _need_cell(need: NeedRow, few: int) -> Cell:
    if need.amount.central is None:
        return Cell(
            "\u2013" if need.amount.high is None else "few",
            "" if need.amount.high is None else f"up to {need_words(need.amount.high, need.unit, few)}",
        )
    low = "few" if need.amount.low is None else say_quantity(need.amount.low, need.unit)[0]
    high = say_quantity(need.amount.high or 0, need.unit)[0]
    central = say_quantity(need.amount.central, need.unit)[0]
    return Cell(central, "" if low == high == central else f"{low}{TO}{high}")


def read_level_words(level: str) -> str:
    """Say how a standard was read."""
    return READ_LEVELS.get(level, level)


# -- rows for files --------------------------------------------------------------------------------------


def people_rows(brief: Brief) -> Iterator[tuple[object, ...]]:
    """Give people of every place that may be shown, key days (and weekly steps), as numbers."""
    groups = [
        *((place, "people_at_place") for place in brief.places),
        *((place, "people_waiting") for place in brief.gates),
        *((place, "people_there") for place in brief.origins),
    ]
    for place, measure in groups:
        for day, amount in _series(brief, place):
            yield _people_row(
                brief,
                (
                    place.location,
                    place.name,
                    place.pcode,
                    place.kind,
                    place.admin1,
                    place.admin2,
                    place.country,
                ),
                measure,
                day,
                amount,
                "counts" if place.from_counts else "members",
            )
    whole = (TOTAL, "All receiving places", "", "", "", "", brief.country)
    for day, amount in brief.received:
        yield _people_row(brief, whole, "people_at_receiving_places", day, amount)
    everybody = (TOTAL, "Whole crisis", "", "", "", "", brief.country)
    for measure, rows in (
        ("people_currently_displaced", brief.total_people),
        ("people_ever_displaced", brief.displaced_total),
        ("people_inside", brief.remaining),
    ):
        for day, amount in rows:
            yield _people_row(brief, everybody, measure, day, amount)


def _series(brief: Brief, place: Place) -> list[tuple[date, Amount]]:
    """Give key days with their amounts, and the weekly steps of the fan between them."""
    from havenward.brief.content import Amount

    known = dict(place.people)
    for n, day in enumerate(place.fan.dates):
        if day not in known:
            values = (place.fan.q05[n], place.fan.q50[n], place.fan.q95[n])
            known[day] = Amount(*(None if brief.guard.is_small(value) else value for value in values))
    return sorted(known.items())


def _people_row(
    brief: Brief,
    place: tuple[str, ...],
    measure: str,
    day: date,
    amount: Amount,
    origin: str = "members",
) -> tuple[object, ...]:
    reason = say("why_small", n=brief.suppress_below) if amount.suppressed else ""
    values = [None if v is None else round(v) for v in (amount.low, amount.central, amount.high)]
    return (
        *place,
        measure,
        day,
        (day - brief.origin_date).days,
        *values,
        "persons",
        reason,
        brief.origin_date,
        origin,
    )


def about_need(brief: Brief, need: NeedRow) -> tuple[object, ...]:
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
    """Give every need as numbers."""
    for need in brief.needs:
        yield (
            *about_need(brief, need),
            need.people.low,
            need.people.central,
            need.people.high,
            need.amount.low,
            need.amount.central,
            need.amount.high,
            need.standard,
            need.reason,
            brief.origin_date,
        )
