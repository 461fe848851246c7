"""Which charts and maps a brief has on paper and as pictures: each with a name, a title and an alt text."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, NamedTuple

from havenward.brief import charts, maps
from havenward.brief.charts import FanSettings
from havenward.brief.map_sheets import PRINT, Sheet

if TYPE_CHECKING:
    from datetime import date

    from markupsafe import Markup

    from havenward.brief.charts import Frame
    from havenward.brief.content import Amount, Brief, Fan, Place
    from havenward.words import Words

FONT = 'font-family="Havenward Sans, Noto Sans, Noto Sans Arabic, sans-serif"'


class Drawing(NamedTuple):
    """A drawing: `name` is that of its file, `alt` tells it to those who cannot see it."""

    name: str
    title: str
    alt: str
    svg: str


def draw_total(brief: Brief, words: Words, frame: Frame = charts.PRINT) -> Drawing:
    """Draw the people displaced over time."""
    alt = describe_total(brief, words.say("print_total"), words).strip()
    title = words.say("print_total")
    beside = FanSettings(counts=brief.total_counts, origin=brief.origin_date)
    drawn = charts.fan_chart("total", brief.total, title, alt, frame, beside, words)
    return Drawing("displaced", title, alt, standing_alone(drawn))


def draw_place(
    brief: Brief, number: int, place: Place, words: Words, frame: Frame = charts.PRINT_SMALL
) -> Drawing:
    """Draw the people at a place over time; `number` is that of the table of sites."""
    alt, beside = describe_place(brief, place, words), beside_place(place, words)
    drawn = charts.fan_chart(f"place-{number}", place.fan, place.name, alt, frame, beside, words)
    return Drawing(f"site-{number:02d}", place.name, alt, standing_alone(drawn))


def describe_total(brief: Brief, name: str, words: Words) -> str:
    """Tell the chart of the people displaced over time to those who cannot see it."""
    amount = dict(brief.total_people)[brief.focal_day]
    return _describe(brief, name, brief.total, amount, "", words)


def describe_place(brief: Brief, place: Place, words: Words) -> str:
    """Tell the chart of a place to those who cannot see it."""
    capacity = words.say("fan_none")
    if place.capacity is not None and place.capacity.central is not None:
        capacity = words.say(
            "fan_capacity",
            capacity=words.say_people(place.capacity.central, 0),
            basis=words.say(f"capacity_{place.capacity_basis}"),
        )
    return _describe(brief, place.name, place.fan, place.on(brief.focal_day), capacity, words)


def _describe(brief: Brief, name: str, fan: Fan, amount: Amount, capacity: str, words: Words) -> str:
    return words.say(
        "fan_alt",
        name=name,
        first=words.say_date(fan.dates[0]),
        last=words.say_date(fan.dates[-1]),
        day=words.say_date(brief.focal_day),
        **words.range_words(amount, brief.suppress_below),
        capacity=capacity,
    )


def beside_place(place: Place, words: Words) -> FanSettings:
    """Give what stands beside the fan of a place: capacity over time, counts, first day likely over."""
    return FanSettings(
        place.capacity,
        "" if place.capacity_basis == "published" else words.say("capacity_assumed"),
        place.counts,
        place.first_likely,
        steps=[(limit.since, limit.persons) for limit in place.limits],
        closes=place.closes,
    )


def draw_where(brief: Brief, words: Words, sheet: Sheet = PRINT, day: date | None = None) -> Drawing | None:
    """Draw the map of a key day, the focal one by default; None where no place has a position."""
    drawn, _ = maps.draw_map(brief, words, sheet, day)
    if drawn is None:
        return None
    return Drawing(sheet.key, *_told(drawn), standing_alone(drawn))


def draw_days(brief: Brief, words: Words) -> Drawing | None:
    """Draw the small maps of all key days; None where no place has a position."""
    drawn = maps.draw_small_multiples(brief, words)
    return None if drawn is None else Drawing("map-days", *_told(drawn), standing_alone(drawn))


def _told(drawn: Markup) -> tuple[str, str]:
    """Read title and description back from a drawing."""
    title, words = re.findall(r"<(?:title|desc)[^>]*>(.*?)</(?:title|desc)>", drawn)[:2]
    return html.unescape(title), html.unescape(words)


def standing_alone(drawn: Markup) -> str:
    """Name the font in a drawing that no page gives one to."""
    return str(drawn).replace("<svg ", f"<svg {FONT} ", 1)


def shown_places(brief: Brief) -> list[tuple[int, Place]]:
    """Give the places that have a chart, with their numbers: those where enough people are expected."""
    return [
        (number, place)
        for number, place in enumerate(brief.places, start=1)
        if max(place.fan.q95) >= max(brief.suppress_below, 1)
    ]
