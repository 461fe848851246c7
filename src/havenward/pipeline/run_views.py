"""What pages show of a run: its brief for the team in words and drawings, and the map of any day of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from havenward.words import Words

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from havenward.brief.content import Amount, Brief, Place
    from havenward.brief.why import Why
    from havenward.runs import Run


class HeadlineView(NamedTuple):
    """A big number in words, the day that it holds on, and what stands behind it."""

    name: str
    label: str
    central: str
    unit: str
    range: str
    day: str
    why: Why | None


class PlaceView(NamedTuple):
    """A place: its drawing and its numbers in words; `first` is the first day likely over its capacity."""

    number: int
    location: str
    name: str
    kind: str
    svg: str
    central: str
    range: str
    capacity: str
    capacity_basis: str
    chance: str
    first: str
    first_day: str
    why: Why


@dataclass(frozen=True)
class RunView:
    """A run as its pages show it, in one language.

    Parameters
    ----------
    brief
        For the team: nothing is withheld.
    days
        Every day ahead.
    """

    brief: Brief
    words: Words
    headlines: tuple[HeadlineView, ...]
    total_svg: str
    places: tuple[PlaceView, ...]
    days: tuple[date, ...]
    focal: date


def view_run(run: Run, language: str, kept: Path | None = None) -> RunView:
    """Put together what the pages of a run show.

    Parameters
    ----------
    kept
        Folder of composed briefs (see `kept_briefs`); without one the brief is composed anew, which takes
        seconds.
    """
    from havenward.brief.charts import LARGE, SMALL
    from havenward.brief.drawings import draw_place, draw_total
    from havenward.brief.numbers import HEADLINES
    from havenward.brief.why import headline_whys, place_why
    from havenward.pipeline.kept_briefs import team_brief

    words = Words(language)
    brief = team_brief(run, language, kept)
    whys = headline_whys(brief, words)
    headlines = []
    for n, (name, item) in enumerate(zip(HEADLINES, brief.headlines, strict=False)):
        spread, unit = amount_words(item.amount, item.unit, words)
        central = words.say_quantity(item.amount.central or 0, item.unit)[0]
        headlines.append(
            HeadlineView(
                name, item.label, central, unit, spread, words.say_date(item.day),
                whys[n] if n < len(whys) else None,
            )
        )  # fmt: skip
    places = tuple(
        PlaceView(
            number,
            place.location,
            place.name,
            words.say_kind(place.kind),
            draw_place(brief, number, place, words, SMALL).svg,
            words.say_people(place.on(brief.focal_day).central, 0),
            words.say_range(place.on(brief.focal_day), 0),
            words.say_people(place.capacity.central, 0) if place.capacity else "",
            words.say(f"capacity_{place.capacity_basis}") if place.capacity_basis != "none" else "",
            words.say_chance(place.chance_over) if place.chance_over is not None else "",
            words.say_short_date(place.first_likely) if place.first_likely else "",
            place.first_likely.isoformat() if place.first_likely else "",
            place_why(brief, place, words),
        )
        for number, place in enumerate(brief.places, start=1)
    )
    days = tuple(day for day in brief.total.dates if day > brief.origin_date)
    total = draw_total(brief, words, LARGE).svg
    return RunView(brief, words, tuple(headlines), total, places, days, brief.focal_day)


def amount_words(amount: Amount, unit: str, words: Words) -> tuple[str, str]:
    """Write the range of an amount, and its unit where its label does not say it."""
    low, high = (words.say_quantity(value or 0, unit)[0] for value in (amount.low, amount.high))
    shown = "" if unit in {"people", "sites"} else words.say_quantity(1, unit)[1]
    return (low if low == high else words.join_range(low, high)), shown


# -- the map ------------------------------------------------------------------------------------------------


def draw_day(view: RunView, day: date) -> str:
    """Draw the map of any day ahead, its circles on one scale with all others; empty without one."""
    from havenward.brief.drawings import standing_alone
    from havenward.brief.map_sheets import SCREEN
    from havenward.brief.maps import draw_map

    brief = view.brief
    peak = max((value for place in brief.places for value in place.fan.q50), default=0.0)
    places = tuple(_on_day(place, day) for place in brief.places)
    here = max((place.on(day).central or 0.0 for place in places), default=0.0)
    # a map takes its largest circle for the fullest place of its day
    largest = SCREEN.largest * sqrt(here / peak) if peak > 0 else SCREEN.largest
    drawn, _ = draw_map(replace(brief, places=places), view.words, SCREEN._replace(largest=largest), day)
    return "" if drawn is None else standing_alone(drawn)


def people_on_day(view: RunView, day: date) -> list[tuple[int, str, str, str, bool]]:
    """Give number, name, middle, range, and whether it is likelier than not over capacity, place by place."""
    words, rows = view.words, []
    for number, place in enumerate(view.brief.places, start=1):
        there = _on_day(place, day)
        over = there.over_on(day)
        rows.append(
            (
                number,
                place.name,
                words.say_people(there.on(day).central, 0),
                words.say_range(there.on(day), 0),
                over is not None and (over.central or 0) > 0,
            )
        )
    return rows


def _on_day(place: Place, day: date) -> Place:
    """Give a place with what its fan says of a day that is no key day."""
    from havenward.brief.content import Amount
    from havenward.brief.facts import at_day

    if day in dict(place.people):
        return place
    people = at_day(place.fan, day)
    over = place.over
    if (limit := place.limit_on(day)) is not None and limit.persons.central is not None:
        more = max(0.0, (people.central or 0.0) - limit.persons.central)
        over = (*over, (day, Amount(0.0, more, more)))
    return replace(place, people=(*place.people, (day, people)), over=over)
