"""What the four big numbers say: displaced, received, sites over capacity, water."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havenward.brief.content import Amount, Headline, Note
from havenward.brief.facts import at_day
from havenward.brief.release import leave_out
from havenward.dates import day_date
from havenward.records import TOTAL, Standard

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from havenward.brief.content import AssumptionRow, Fan, FigureRow, NeedRow
    from havenward.brief.shortages import Shortages
    from havenward.brief.view import Known
    from havenward.words import Words

MAX_NOTES = 5
DISPLACED_ASSUMPTIONS = ("displaced_total", "population_at_risk", "release_fraction")
RECEIVED_ASSUMPTIONS = ("opening_caseload", "ready_places", "host_attraction", "destination_spread")


def compose_headlines(
    known: Known,
    focal: date,
    days: Sequence[date],
    total: Fan,
    received: Amount,
    shortages: Shortages,
    needs: Sequence[NeedRow],
    opening: Amount | None,
    assumptions: Sequence[AssumptionRow],
    figures: Sequence[FigureRow],
    planned: Sequence[FigureRow],
    standards: Sequence[Standard],
) -> tuple[Headline, ...]:
    """Compose the four big numbers: displaced, received, sites over capacity, water."""
    words, few = known.words, known.guard.suppress_below

    def in_words(amount: Amount) -> str:
        return words.say_with_range(known.shown(amount), few)

    marks = sorted({day_date(n, known.day) for n in (28, 90)} | {days[-1]} - {focal})
    displaced_lines = tuple(
        words.say(
            "amount_on_day",
            day=words.say_short_date(day),
            after=(day - known.day).days,
            amount=in_words(at_day(total, day)),
        )
        for day in marks
        if day in total.dates and day != focal
    )
    sure = [row for row in assumptions if row.name in DISPLACED_ASSUMPTIONS]
    behind = {name for row in sure for name in row.figures}
    notes = [Note(row.mark, row.mark) for row in sure]
    named = [row for row in figures if row.figure in behind] if behind else planned
    notes += [Note(row.mark, row.mark) for row in named]
    here = [Note(row.mark, row.mark) for row in assumptions if row.name in RECEIVED_ASSUMPTIONS]
    likely = sum(room.first_likely is not None for room in shortages.rooms.values())
    limits, last = len(shortages.rooms), words.say_short_date(days[-1])
    which = "none" if not limits else "line" if likely else "nowhere"
    lines_over = [words.say(f"big_over_{which}", n=likely, of=limits, day=last)]
    if focal in shortages.people_over and shortages.rooms:
        parts = [dict(room.over)[focal] for room in shortages.rooms.values() if focal in dict(room.over)]
        amount = in_words(leave_out(shortages.people_over[focal], parts, known.guard))
        lines_over.append(words.say("big_over_people", amount=amount, day=words.say_short_date(focal)))
    received_lines = (words.say("big_received_line", opening=in_words(opening)),) if opening else ()
    return (
        Headline(
            words.say("big_displaced"),
            known.shown(at_day(total, focal)),
            "people",
            focal,
            displaced_lines,
            tuple(notes[:MAX_NOTES]),
        ),
        Headline(
            words.say("big_received"),
            known.shown(received),
            "people",
            focal,
            received_lines,
            tuple((here or notes)[:MAX_NOTES]),
        ),
        Headline(
            words.say("big_over"),
            shortages.sites_over.get(focal, Amount(0, 0, 0)),
            "sites",
            focal,
            tuple(lines_over),
            (Note(words.say("note_sites"), "sites"),),
        ),
        _water_headline(words, focal, needs, standards),
    )


def _water_headline(
    words: Words, focal: date, needs: Sequence[NeedRow], standards: Sequence[Standard]
) -> Headline:
    """Give the need that comes first, water, with shelter beside it."""
    rows = {need.standard: need for need in needs if need.location == TOTAL and need.date == focal}
    water, tents = rows.get("water_supply"), rows.get("family_tents")
    table = {standard.standard: standard for standard in standards}
    lines = []
    if "water_supply" in table:
        lines.append(words.say("big_water_line", quantity=words.say_amount(table["water_supply"].quantity)))
    if tents and not tents.amount.suppressed:
        low, central, high = (
            words.say_quantity(value or 0, tents.unit)[0]
            for value in (tents.amount.low, tents.amount.central, tents.amount.high)
        )
        lines.append(words.say("big_tents_line", low=low, central=central, high=high))
    amount = water.amount if water else Amount(None, None, None)
    notes = tuple(Note(words.say("note_standard"), f"s-{key}") for key in ("water_supply",) if key in table)
    return Headline(
        words.say("big_water"), amount, water.unit if water else "litres per day", focal, tuple(lines), notes
    )
