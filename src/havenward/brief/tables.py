"""What stands in the tables of a page: rows in words, in the language of the brief."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from havenward.records import TOTAL
from havenward.words import Words

if TYPE_CHECKING:
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
ENGLISH = Words()


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


def cell_of(amount: Amount | None, few: int, words: Words = ENGLISH) -> Cell:
    """Write an amount of people as a central number and its range."""
    if amount is None:
        return Cell(words.say("no_limit"), "")
    central, spread = words.say_people(amount.central, few), words.say_range(amount, few)
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
    words = Words(brief.language)
    days, few = shown_days(brief), brief.suppress_below
    rows = []
    for number, place in enumerate(brief.places, start=1):
        limited = place.capacity is not None
        rows.append(
            SiteRow(
                number,
                place.name,
                words.say_kind(place.kind),
                ", ".join(x for x in (place.admin2, place.admin1) if x),
                tuple(cell_of(place.on(day), few, words) for day in days),
                cell_of(place.capacity, 0, words),
                words.say(f"capacity_{place.capacity_basis}") if limited else "",
                words.say_chance(place.chance_over) if place.chance_over is not None else "",
                first_words(place, words),
                _over_cell(place, brief.focal_day, few, words),
                place.first_likely is not None,
                place.from_counts,
            )
        )
    return rows


def _over_cell(place: Place, day: date, few: int, words: Words) -> Cell:
    """Write people over capacity on a day, or why there is no such number."""
    if place.capacity is None:
        return Cell("", "")
    if place.closes is not None and day >= place.closes:
        return Cell(words.say("closed"), "")
    return cell_of(place.over_on(day), few, words)


def first_words(place: Place, words: Words = ENGLISH) -> str:
    """Say when a site is first likely over capacity."""
    if place.capacity is None:
        return ""
    return words.say_short_date(place.first_likely) if place.first_likely else words.say("not_before")


def needs_on(brief: Brief, location: str, day: date) -> dict[str, NeedRow]:
    """Give the needs of a place on a day, by standard."""
    return {need.standard: need for need in brief.needs if need.location == location and need.date == day}


def need_lines(brief: Brief) -> list[NeedLine]:
    """Give the needs of all receiving places together on the focal day."""
    words = Words(brief.language)
    standards = {row.standard: row for row in brief.standards}
    lines = []
    for key, need in needs_on(brief, TOTAL, brief.focal_day).items():
        values = (need.amount.low, need.amount.central, need.amount.high)
        low, central, high = (need_words(value, need.unit, brief.suppress_below, words) for value in values)
        row = standards.get(key)
        lines.append(
            NeedLine(
                words.say_sector(need.sector),
                words.say_item(need.item),
                low,
                central,
                high,
                words.say_quantity(1, need.unit)[1],
                standard_words(row, brief.household_size, words) if row else "",
                f"s-{key}",
            )
        )
    return lines


def need_words(value: float | None, unit: str, few: int, words: Words = ENGLISH) -> str:
    """Write a need; a missing one stands for people too few to be shown."""
    if value is None:
        return words.say("need_for_few", few=words.say("few", n=few))
    return words.say_quantity(value, unit)[0]


def standard_words(row: Standard, household_size: float, words: Words = ENGLISH) -> str:
    """Say what a standard asks: 1 toilet for 50 people."""
    return words.say_standard(row.quantity, row.unit, row.people, row.per, household_size)


def site_need_rows(brief: Brief) -> tuple[list[str], list[tuple[str, list[Cell]]]]:
    """Give heads and rows of the needs of every place, a few items only; the workbook has all."""
    words = Words(brief.language)
    by_place: dict[str, dict[str, NeedRow]] = {}
    for need in brief.needs:
        if need.date == brief.focal_day:
            by_place.setdefault(need.location, {})[need.standard] = need
    items = [key for key in SITE_ITEMS if key in by_place.get(TOTAL, {})]
    heads = [_head(by_place[TOTAL][key], words) for key in items]
    rows = []
    for place in brief.places:
        needs = by_place.get(place.location, {})
        cells = [_need_cell(needs[key], brief.suppress_below, words) for key in items if key in needs]
        rows.append((place.name, cells))
    return heads, rows


def _head(need: NeedRow, words: Words) -> str:
    """Name an item with its unit, unless the item says it already."""
    item, unit = words.say_item(need.item), words.say_quantity(1, need.unit)[1]
    return item if unit.casefold() in item.casefold() else f"{item}, {unit}"


def _need_cell(need: NeedRow, few: int, words: Words) -> Cell:
    low, central, high = need.amount.low, need.amount.central, need.amount.high
    if central is None:
        most = words.say("need_up_to", high=need_words(high, need.unit, few, words)) if high else ""
        return Cell("\u2013" if high is None else words.say("need_few"), most)
    least = words.say("need_few") if low is None else words.say_quantity(low, need.unit)[0]
    middle, most = words.say_quantity(central, need.unit)[0], words.say_quantity(high or 0, need.unit)[0]
    return Cell(middle, "" if least == middle == most else words.join_range(least, most))


def read_level_words(level: str, words: Words = ENGLISH) -> str:
    """Say how a standard was read."""
    return words.phrases.get(f"read_level_{level}", level)
