"""What stands behind each number of a page: read off the brief itself, so that nothing withheld is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from havenward.brief.headlines import DISPLACED_ASSUMPTIONS, RECEIVED_ASSUMPTIONS
from havenward.brief.numbers import HEADLINES
from havenward.records import TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from havenward.brief.content import (
        Amount,
        AssumptionRow,
        Brief,
        FigureRow,
        Headline,
        NeedRow,
        Place,
        SourceRow,
    )
    from havenward.words import Words

MOST_FIGURES = 4  # of one assumption; the rest are named by their marks
MOST_COUNTS, MOST_OVER = 3, 6
PLACE_ASSUMPTIONS = ("capacity", "opening_caseload", "destination_effect")


class Ground(NamedTuple):
    """An assumption behind a number, and the figures and sources that it rests on."""

    mark: str
    linked: bool
    lines: tuple[str, ...]
    reason: str
    figures: tuple[FigureRow, ...]
    more_figures: tuple[str, ...]
    sources: tuple[SourceRow, ...]


class Why(NamedTuple):
    """The chain behind a number; `name` is what `havenward explain` takes."""

    name: str
    about: str
    lines: tuple[str, ...]
    grounds: tuple[Ground, ...] = ()


def headline_whys(brief: Brief, words: Words) -> list[Why]:
    """Explain the four big numbers in their order."""
    return [
        _headline_why(brief, key, headline, words)
        for key, headline in zip(HEADLINES, brief.headlines, strict=False)
    ]


def _headline_why(brief: Brief, key: str, headline: Headline, words: Words) -> Why:
    few = brief.suppress_below
    if key == "total":
        lines = [words.say("why_total"), *_day_lines(brief, brief.total_people, words)]
        return Why(key, headline.label, tuple(lines), _grounds(brief, DISPLACED_ASSUMPTIONS, words))
    if key == "received":
        lines = [words.say("why_received"), *_day_lines(brief, brief.received, words)]
        return Why(key, headline.label, tuple(lines), _grounds(brief, RECEIVED_ASSUMPTIONS, words))
    if key == "sites_over":
        over = [(place, place.over_on(brief.focal_day)) for place in brief.places]
        shown = [(place, amount) for place, amount in over if amount is not None and amount.central]
        shown.sort(key=lambda item: -(item[1].central or 0))
        lines = [words.say("why_over")] + [
            words.say("page_colon", label=place.name) + " " + words.say_with_range(amount, few)
            for place, amount in shown[:MOST_OVER]
        ]
        return Why(key, headline.label, tuple(lines))
    need = next((row for row in _total_needs(brief) if row.standard == "water_supply"), None)
    return need_why(brief, need, words)._replace(name=key) if need else Why(key, headline.label, ())


def place_why(brief: Brief, place: Place, words: Words) -> Why:
    """Explain the people at a place and its capacity."""
    few = brief.suppress_below
    lines = [words.say("from_counts_note" if place.from_counts else "why_members")]
    lines += [place.jump] if place.jump else []
    lines += _day_lines(brief, place.people, words)
    lines += [
        words.say(
            "why_capacity",
            day=words.say_short_date(limit.since),
            basis=words.say(f"capacity_{limit.basis}"),
            amount=words.say_with_range(limit.persons, 0),
        )
        for limit in place.limits
    ] or [words.say("fan_none")]
    latest = sorted(place.counts, key=lambda count: count.date)[-MOST_COUNTS:]
    lines += [
        words.say(
            "why_count",
            day=words.say_short_date(count.date),
            persons=words.say_people(count.persons, few),
            series=count.series,
            published=words.say_short_date(count.published),
        )
        for count in latest
    ] or [words.say("why_no_count")]
    names = [f"{name}.{place.location}" for name in PLACE_ASSUMPTIONS]
    if place.capacity_basis == "assumed":
        names.append("ready_places")
    return Why(place.location, place.name, tuple(lines), _grounds(brief, names, words))


def need_why(brief: Brief, need: NeedRow, words: Words) -> Why:
    """Explain a need: people times a standard."""
    standard = next((row for row in brief.standards if row.standard == need.standard), None)
    lines = []
    if standard:
        asked = words.say_standard(
            standard.quantity, standard.unit, standard.people, standard.per, brief.household_size
        )
        lines.append(words.say("why_need", standard=asked))
    people = words.say_with_range(need.people, brief.suppress_below)
    lines.append(words.say("why_people", day=words.say_short_date(need.date), amount=people))
    names = ("household_size",) if standard and standard.per == "household" else ()
    return Why(need.standard, words.say_item(need.item), tuple(lines), _grounds(brief, names, words))


def _total_needs(brief: Brief) -> list[NeedRow]:
    return [row for row in brief.needs if row.location == TOTAL and row.date == brief.focal_day]


def _day_lines(brief: Brief, rows: Iterable[tuple[date, Amount]], words: Words) -> list[str]:
    return [
        words.say(
            "why_day",
            day=words.say_short_date(day),
            after=(day - brief.origin_date).days,
            amount=words.say_with_range(amount, brief.suppress_below),
        )
        for day, amount in rows
    ]


def _grounds(brief: Brief, names: Iterable[str], words: Words) -> tuple[Ground, ...]:
    """Give the assumptions of these names, as far as the audience may see them."""
    rows = {row.name: row for row in brief.assumptions}
    return tuple(_ground(brief, rows[name], words) for name in names if name in rows)


def _ground(brief: Brief, row: AssumptionRow, words: Words) -> Ground:
    basis = words.name("basis", row.basis)
    lines = [
        words.say(
            "why_assumed",
            name=words.say_parameter(row.name),
            basis=basis,
            **_three(row.prior, row.unit, words),
        )
    ]
    if row.posterior:
        lines.append(words.say("why_learned", **_three(row.posterior, row.unit, words)))
    figures = [one for one in brief.figures if one.figure in row.figures]
    return Ground(
        row.mark,
        "." not in row.name,  # the page lists those that hold for the whole case
        tuple(lines),
        row.reason,
        tuple(figures[:MOST_FIGURES]),
        tuple(one.mark for one in figures[MOST_FIGURES:]),
        tuple(one for one in brief.sources if one.source in row.sources),
    )


def _three(values: tuple[str, str, str], unit: str, words: Words) -> dict[str, str]:
    low, central, high = values
    shown = "" if unit == "date" else words.say_unit(unit)  # a date needs no unit
    return {"low": low, "central": central, "high": high, "unit": shown}
