"""Which needs, gaps and shortfalls an audience sees: nothing where people are too few to be shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from havenward.brief.content import Amount, FirstShortfall, GapRow, NeedRow
from havenward.brief.release import leave_out_small
from havenward.records import TOTAL, Need

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from havenward.brief.shortages import Missing, Short
    from havenward.brief.view import Known
    from havenward.records import Standard

TOLD = 0.1  # shortfalls less likely than this are left out
PLACES = "places"  # room for people: what is missing are people
HANDED_OUT = "handed_out"


def need_row(need: Need, known: Known, standards: Mapping[str, Standard]) -> NeedRow:
    """Reduce a need: where people are too few to be shown, so is what they need."""
    name, pcode = name_place(known, need.location)
    people = known.shown(Amount(need.people_low, need.people_central, need.people_high))
    amount = _where_shown(Amount(need.low, need.central, need.high), people)
    standard = standards.get(need.standard)
    return NeedRow(
        need.location,
        name,
        pcode,
        need.date,
        need.sector,
        need.item,
        need.unit,
        need.standard,
        people,
        amount,
        _why(amount, known),
        counted=_counted(standard),
    )


def _counted(standard: Standard | None) -> str:
    """Say whom a standard counts."""
    if standard is not None and standard.use == HANDED_OUT:
        return "received"
    return "present_camps" if standard is not None and standard.places == "camp" else "present"


def gap_row(row: Missing, known: Known) -> GapRow:
    """Reduce what is missing: derived numbers of few people are held back with them."""
    name, pcode = name_place(known, row.location)
    people = known.shown(row.people)
    gap = _where_shown(row.gap, people)
    return GapRow(
        row.location,
        name,
        pcode,
        row.date,
        row.sector,
        row.item,
        row.unit,
        _where_shown(row.requirement, people),
        row.available,
        gap,
        None if people.high is None else row.chance,
        _why(gap, known),
        silent=row.silent,
    )


def without_small(rows: Iterable[Missing], known: Known) -> tuple[Missing, ...]:
    """Leave places with too few people to be shown out of the totals, as the table of needs does."""
    listed = tuple(rows)
    needed = leave_out_small((_as_need(row, row.requirement) for row in listed), known.guard)
    lacking = leave_out_small((_as_need(row, row.gap) for row in listed), known.guard)
    return tuple(
        replace(
            row,
            people=Amount(need.people_low, need.people_central, need.people_high),
            requirement=Amount(need.low, need.central, need.high),
            gap=Amount(gap.low, gap.central, gap.high),
        )
        for row, need, gap in zip(listed, needed, lacking, strict=True)
    )


def _as_need(row: Missing, amount: Amount) -> Need:
    few, half, many = (int(value or 0) for value in (row.people.low, row.people.central, row.people.high))
    low, central, high = (float(value or 0) for value in (amount.low, amount.central, amount.high))
    return Need(
        row.location,
        row.date,
        row.sector,
        row.item,
        row.unit,
        few,
        half,
        many,
        low,
        central,
        high,
        row.key,
    )


def first_shortfalls(rows: Iterable[Short], known: Known) -> tuple[FirstShortfall, ...]:
    """Give what runs short, by its first likely day and then by how many people it touches."""
    found = []
    for row in rows:
        if row.chance < TOLD or known.shown(row.people).high is None:
            continue
        missing: tuple[float | None, ...] = row.missing
        if row.key == PLACES:  # these are people themselves
            missing = tuple(None if known.guard.is_small(value) else value for value in row.missing)
        first, second, third = missing
        short = FirstShortfall(
            row.location,
            name_place(known, row.location)[0],
            row.item,
            row.unit,
            row.chance,
            row.first_likely,
            (first, second, third),
        )
        found.append(((row.first_likely or date.max, -row.people_days, row.key, row.location), short))
    return tuple(short for _, short in sorted(found, key=lambda item: item[0]))


def name_place(known: Known, location: str) -> tuple[str, str]:
    """Give name and code of a receiving place or of all together."""
    row = known.locations.get(location)
    if location == TOTAL or row is None:
        return known.words.say("rows_all_receiving"), ""
    return row.name, row.pcode


def _where_shown(amount: Amount, people: Amount) -> Amount:
    pairs = ((people.low, amount.low), (people.central, amount.central), (people.high, amount.high))
    return Amount(*(None if who is None else what for who, what in pairs))


def _why(amount: Amount, known: Known) -> str:
    return known.words.say("why_small", n=known.guard.suppress_below) if amount.suppressed else ""
