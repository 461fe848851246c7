"""What the four big numbers say: displaced, received, sites over capacity, water."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havenward.brief.content import Amount, Headline, Note
from havenward.brief.facts import amounts, at_day
from havenward.brief.wording import range_words, say, say_amount, say_quantity, say_short_date
from havenward.dates import day_date
from havenward.records import TOTAL, Standard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from havenward.brief.content import AssumptionRow, Fan, FigureRow, NeedRow
    from havenward.brief.facts import Capacity, Pressure
    from havenward.brief.view import Known

    FloatArray = NDArray[np.float64]

MAX_NOTES = 5
DISPLACED_ASSUMPTIONS = ("displaced_total", "population_at_risk", "release_fraction")
RECEIVED_ASSUMPTIONS = ("opening_caseload", "ready_places", "host_attraction", "destination_spread")


def compose_headlines(
    known: Known,
    focal: date,
    days: Sequence[date],
    total: Fan,
    received: Amount,
    pressure: Pressure,
    capacities: Mapping[str, Capacity],
    weights: FloatArray,
    needs: Sequence[NeedRow],
    opening: Amount | None,
    assumptions: Sequence[AssumptionRow],
    figures: Sequence[FigureRow],
    standards: Sequence[Standard],
) -> tuple[Headline, ...]:
    """Compose the four big numbers: displaced, received, sites over capacity, water."""
    few, at = known.guard.suppress_below, list(days).index(focal)

    def in_words(amount: Amount) -> str:
        return "{central} ({low} to {high})".format(**range_words(known.shown(amount), few))

    marks = sorted({day_date(n, known.day) for n in (28, 90)} | {days[-1]} - {focal})
    displaced_lines = tuple(
        f"{say_short_date(day)} (+{(day - known.day).days} days): {in_words(at_day(total, day))}"
        for day in marks
        if day in total.dates and day != focal
    )
    sure = [row for row in assumptions if row.name in DISPLACED_ASSUMPTIONS]
    behind = {name for row in sure for name in row.figures}
    notes = [Note(row.mark, row.mark) for row in sure]
    notes += [
        Note(row.mark, row.mark)
        for row in figures
        if row.figure in behind or (not behind and row.term == "expected_displaced")
    ]
    here = [Note(row.mark, row.mark) for row in assumptions if row.name in RECEIVED_ASSUMPTIONS]
    over = amounts(pressure.people_over, weights)[at]
    likely = sum(day is not None for day in pressure.first_likely.values())
    lines_over = [say("big_over_line", n=likely, of=len(capacities), day=say_short_date(days[-1]))]
    if capacities:
        shown = known.shown(over)
        lines_over.append(
            say(
                "big_over_people",
                **range_words(shown, few),
                day=say_short_date(focal),
            )
        )
    received_lines = (say("big_received_line", opening=in_words(opening)),) if opening else ()
    return (
        Headline(
            say("big_displaced"),
            known.shown(at_day(total, focal)),
            "people",
            focal,
            displaced_lines,
            tuple(notes[:MAX_NOTES]),
        ),
        Headline(
            say("big_received"),
            known.shown(received),
            "people",
            focal,
            received_lines,
            tuple((here or notes)[:MAX_NOTES]),
        ),
        Headline(
            say("big_over"),
            amounts(pressure.sites_over, weights)[at],
            "sites",
            focal,
            tuple(lines_over),
            (Note("Table 1", "sites"),),
        ),
        _water_headline(focal, needs, standards),
    )


def _water_headline(focal: date, needs: Sequence[NeedRow], standards: Sequence[Standard]) -> Headline:
    """Give the need that comes first, water, with shelter beside it."""
    rows = {need.standard: need for need in needs if need.location == TOTAL and need.date == focal}
    water, tents = rows.get("water_supply"), rows.get("family_tents")
    table = {standard.standard: standard for standard in standards}
    lines = []
    if "water_supply" in table:
        lines.append(say("big_water_line", quantity=say_amount(table["water_supply"].quantity)))
    if tents and not tents.amount.suppressed:
        low, central, high = (
            say_quantity(value or 0, tents.unit)[0]
            for value in (tents.amount.low, tents.amount.central, tents.amount.high)
        )
        lines.append(say("big_tents_line", low=low, central=central, high=high))
    amount = water.amount if water else Amount(None, None, None)
    notes = tuple(Note("Standard", f"s-{key}") for key in ("water_supply",) if key in table)
    return Headline(
        say("big_water"), amount, water.unit if water else "litres per day", focal, tuple(lines), notes
    )
