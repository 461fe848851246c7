"""What pages show of the needs of a run: what is needed and missing, by place, sector and day, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from havenward.pipeline.run_views import amount_words

if TYPE_CHECKING:
    from datetime import date

    from havenward.brief.content import GapRow, NeedRow
    from havenward.pipeline.run_views import RunView
    from havenward.words import Words


class NeedLine(NamedTuple):
    """What is needed of one thing at one place on one day, and what of it is missing, in words."""

    place: str
    sector: str
    item: str
    unit: str
    standard: str
    people: str
    amount: str
    range: str
    available: str
    missing: str
    missing_range: str
    chance: str


def need_lines(
    view: RunView, day: date, *, place: str = "", sector: str = "", standard: str = ""
) -> list[NeedLine]:
    """Give needs and gaps of a day in words, of one place, sector or standard where it is named."""
    indicators = {row.standard: row.indicator for row in view.brief.standards}
    gaps = {(row.location, row.item): row for row in view.brief.gaps if row.date == day}
    lines = []
    for need in view.brief.needs:
        if need.date != day or any(
            asked and asked != value
            for asked, value in ((place, need.location), (sector, need.sector), (standard, need.standard))
        ):
            continue
        keys = (need.item, indicators.get(need.standard, ""), need.standard)
        gap = next((gaps[need.location, key] for key in keys if (need.location, key) in gaps), None)
        lines.append(_need_line(view.words, need, gap))
    return lines


def _need_line(words: Words, need: NeedRow, gap: GapRow | None) -> NeedLine:
    amount, unit = words.say_quantity(need.amount.central or 0, need.unit)
    spread, _ = amount_words(need.amount, need.unit, words)
    available = missing = missing_range = chance = ""
    if gap is not None:
        available = (
            words.say("page_not_stated")
            if gap.available is None
            else words.say_quantity(gap.available, gap.unit)[0]
        )
        missing = words.say_quantity(gap.gap.central or 0, gap.unit)[0]
        missing_range, _ = amount_words(gap.gap, gap.unit, words)
        chance = "" if gap.chance is None else words.say_chance(gap.chance)
    return NeedLine(
        need.name, words.say_sector(need.sector), words.say_item(need.item), unit, need.standard,
        words.say_people(need.people.central, 0), amount, spread, available, missing, missing_range, chance,
    )  # fmt: skip


def need_days(view: RunView, standard: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Give one need over the key days: for each place its name, and by day what is needed and is missing."""
    found: dict[str, list[tuple[str, str]]] = {}
    for day in view.brief.key_days:
        for line in need_lines(view, day, standard=standard):
            found.setdefault(line.place, []).append((line.amount, line.missing))
    return list(found.items())


def list_needs(view: RunView) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[tuple[str, str]]]:
    """List sectors, standards and places that needs are given for, each as key and words."""
    words = view.words
    sectors = {need.sector: words.say_sector(need.sector) for need in view.brief.needs}
    standards = {need.standard: words.say_item(need.item) for need in view.brief.needs}
    places = {need.location: need.name for need in view.brief.needs}
    return list(sectors.items()), list(standards.items()), list(places.items())
