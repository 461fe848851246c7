"""Numbers of a brief explained: the big ones, needs, and places with their capacity and counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from havenward.brief.chains import Item, assumption_item, say_rows, source_item
from havenward.brief.headlines import DISPLACED_ASSUMPTIONS, RECEIVED_ASSUMPTIONS
from havenward.brief.outlook import rank_correlation
from havenward.brief.tables import standard_words
from havenward.records import RECEIVING_KINDS, TOTAL
from havenward.words import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from havenward.brief.chains import Told
    from havenward.brief.content import Amount, Headline
    from havenward.records import Location, Observation, Standard

    FloatArray = NDArray[np.float64]

MOST_MOVERS = 6
LEAST_CORRELATION = 0.1  # below three standard errors of chance nothing is said either
COUNTS_SHOWN = 12  # in words; plain values hold all
HEADLINES = ("total", "received", "sites_over", "water")  # the four big numbers in their order
WHO_COUNTS = {  # by whom a standard counts
    "present": "those of 'received'",
    "present_camps": "those of 'received' who are at camps",
    "received": "everybody who was received by that day: what is handed out goes with them",
}
TOTALS = ("displaced_total", "remaining")


def _amount(amount: Amount) -> str:
    return f"{ENGLISH.say_people(amount.central, 0)} ({ENGLISH.say_range(amount, 0)})"


def _plain_amount(amount: Amount | None) -> list[float | None] | None:
    return [amount.low, amount.central, amount.high] if amount else None


def _on_days(told: Told, rows: Iterable[tuple[date, Amount]]) -> tuple[list[str], dict[str, Any]]:
    """Write amounts by day, in words and as plain values."""
    origin, listed = told.brief.origin_date, list(rows)
    lines = [
        f"{ENGLISH.say_short_date(day)} (+{(day - origin).days} days): {_amount(amount)}"
        for day, amount in listed
    ]
    return lines, {day.isoformat(): _plain_amount(amount) for day, amount in listed}


def _known_line(told: Told) -> str:
    brief = told.brief
    return (
        f"known on {ENGLISH.say_date(brief.origin_date)}; track {brief.track}; central number, and the "
        "range that holds 9 chances in 10"
    )


def headline_item(told: Told, key: str, headline: Headline, draws: Mapping[str, FloatArray]) -> Item:
    """Explain one of the four big numbers."""
    brief, amount = told.brief, headline.amount
    if headline.unit == "people":
        words = _amount(amount)
    else:
        low, central, high = (
            ENGLISH.say_quantity(v or 0, headline.unit)[0] for v in _plain_amount(amount) or []
        )
        words = f"{central} ({low} to {high}) {ENGLISH.say_quantity(1, headline.unit)[1]}"
    lines = [f"{headline.label}: {words} on {ENGLISH.say_date(headline.day)}", _known_line(told)]
    lines += headline.lines if key != "total" else ()  # it has all its days
    values: dict[str, Any] = {
        "day": headline.day.isoformat(),
        "amount": _plain_amount(amount),
        "unit": headline.unit,
        "origin_date": brief.origin_date.isoformat(),
    }
    parts: list[Item] = []
    if key == "total":
        more, values["on_days"] = _on_days(told, brief.total_people)
        parts += _behind(told, TOTAL, DISPLACED_ASSUMPTIONS, draws)
        parts += _count_items(told, "total", "")
        lines += more
    elif key == "received":
        more, values["on_days"] = _on_days(told, brief.received)
        lines += [*more, "the sum over receiving places in every member; explain a place for its part"]
        parts += _behind(told, "", RECEIVED_ASSUMPTIONS, draws)
    elif key == "sites_over":
        over = [(p, p.over_on(brief.focal_day)) for p in brief.places if p.capacity is not None]
        lines += [f"{p.name} ({p.location}): {_amount(a)} above capacity" for p, a in over if a and a.high]
        values["over"] = {p.location: _plain_amount(a) for p, a in over if a}
    elif standard := next((s for s in brief.standards if s.standard == "water_supply"), None):
        parts.append(need_item(told, standard))
    return Item("headline", "", key, tuple(lines), values, tuple(parts))


def total_item(told: Told, key: str, draws: Mapping[str, FloatArray]) -> Item:
    """Explain a total of the whole case beside the four big numbers."""
    rows: tuple[tuple[date, Amount], ...] = getattr(told.brief, key)
    what = (
        ENGLISH.say("target_displaced_total")
        if key == "displaced_total"
        else "People still inside (team only)"
    )
    lines, values = _on_days(told, rows)
    parts = _behind(told, TOTAL, DISPLACED_ASSUMPTIONS, draws)
    return Item("headline", "", key, (what, _known_line(told), *lines), {"on_days": values}, tuple(parts))


def need_item(told: Told, standard: Standard) -> Item:
    """Explain a need: the people it is for, times a standard."""
    brief = told.brief
    lines = [
        f"standard: {standard_words(standard, brief.household_size)}",
        f"{standard.title}, {standard.section}; {standard.url or 'no address'}",
    ]
    values: dict[str, Any] = {"standard": standard.standard, "quantity": standard.quantity, "on_days": {}}
    for need in brief.needs:
        if need.location == TOTAL and need.standard == standard.standard:
            low, central, high = (
                ENGLISH.say_quantity(v or 0, need.unit)[0] for v in _plain_amount(need.amount) or []
            )
            unit = ENGLISH.say_quantity(1, need.unit)[1]
            people = _amount(need.people)
            words = f"{central} ({low} to {high}) {unit} for {people} people"
            lines.append(f"{ENGLISH.say_short_date(need.date)}: {words}")
            values["on_days"][need.date.isoformat()] = _plain_amount(need.amount)
    counted = next((need.counted for need in brief.needs if need.standard == standard.standard), "present")
    lines.append(f"the people are {WHO_COUNTS[counted]}, place by place and member by member")
    return Item("need", "", standard.item, tuple(lines), values)


# -- what moves a number ---------------------------------------------------------------------------------


def _behind(told: Told, location: str, always: Sequence[str], draws: Mapping[str, FloatArray]) -> list[Item]:
    """Give the assumptions behind a number: those that it is built on, and those that move it most.

    How much one moves it is the rank correlation between what members hold and what comes out in them on
    the focal day.
    """
    moves = _correlate(told, location, draws)
    rows = {row.name: row for row in told.brief.assumptions}
    # members that learned repeat each other: what counts is how many differ
    least = {n: max(LEAST_CORRELATION, 3 / np.sqrt(len(np.unique(draws[n])))) for n in moves}
    strongest = sorted((n for n in moves if abs(moves[n]) >= least[n]), key=lambda n: (-abs(moves[n]), n))
    names = dict.fromkeys([*(n for n in always if n in rows), *strongest[:MOST_MOVERS]])
    items = []
    for name in names:
        item = assumption_item(told, rows[name])
        words = (
            f"moves with this number: rank correlation {moves[name]:+.2f} over members"
            if name in strongest
            else "does not move this number much between members"
        )
        values = dict(item.values) | {"rank_correlation": round(moves.get(name, 0.0), 4)}
        items.append(Item(item.kind, item.mark, item.name, (*item.lines, words), values, item.parts))
    return items


def _correlate(told: Told, location: str, draws: Mapping[str, FloatArray]) -> dict[str, float]:
    """Correlate ranks of what members hold with ranks of the people at a place on the focal day.

    An empty `location` stands for all receiving places together.
    """
    import polars as pl

    places = [place.location for place in told.brief.places] if not location else [location]
    people = (
        told.run.scan("members")
        .filter((pl.col("date") == told.brief.focal_day) & pl.col("location").cast(pl.String).is_in(places))
        .group_by("member")
        .agg(pl.col("stock").cast(pl.Int64).sum())
        .sort("member")
        .collect()["stock"]
        .to_numpy()
    )
    # what is drawn for another place moves this one only by the room it takes
    names = {
        row.name
        for row in told.brief.assumptions
        if row.name.partition(".")[2] in {"", location}
        or (location in {"", TOTAL} and row.name.partition(".")[2] not in told.brief.guard.receiving)
    }
    return {
        name: rank_correlation(values, people)
        for name, values in draws.items()
        if name in names and len(values) == len(people)
    }


# -- places ----------------------------------------------------------------------------------------------


def location_item(told: Told, row: Location, draws: Mapping[str, FloatArray]) -> Item:
    """Explain a place: forecast, capacity, counts with their rows, and what they taught."""
    brief = told.brief
    place = next(
        (p for p in (*brief.places, *brief.gates, *brief.origins) if p.location == row.location), None
    )
    lines = [f"{row.name}, {ENGLISH.say(f'kind_{row.kind}')}" if row.kind != "marker" else row.name]
    values: dict[str, Any] = {"name": row.name, "kind": row.kind, "row": f"locations.csv row {row.row}"}
    parts: list[Item] = []
    if place is not None:
        more, values["on_days"] = _on_days(told, place.people)
        lines += [_known_line(told), *more]
        values["forecast_from"] = "counts" if place.from_counts else "members"
        lines.append(
            "forecast from its own counts pooled with simple rules, fading into the members from 56 to 84 "
            "days ahead; capacity and needs rest on the members"
            if place.from_counts
            else "forecast by the members"
        )
    if row.kind in RECEIVING_KINDS and place is not None:
        lines += _capacity_lines(told, row)
        values["capacity"] = _plain_amount(place.capacity)
        values["capacity_is"] = place.capacity_basis
        if place.chance_over is not None:
            lines.append(f"chance of any day over capacity: {ENGLISH.say_chance(place.chance_over)}")
            values["chance_over"] = place.chance_over
        parts += _capacity_items(told, row)
    rows = [one for one in told.case.locations if one.location == row.location]
    lines.append(
        f"as known on the origin date: locations.csv row{'s' * (len(rows) > 1)} "
        + say_rows(r.row for r in rows)
    )
    parts += _count_items(told, "location", row.location)
    if place is not None:
        parts += _behind(told, row.location, (), draws)
    if row.source:
        parts.append(source_item(told, row.source))
    return Item("location", "", row.location, tuple(lines), values, tuple(parts))


def _capacity_lines(told: Told, row: Location) -> list[str]:
    place = next(p for p in told.brief.places if p.location == row.location)
    if not place.limits:
        return [f"capacity: {ENGLISH.say('fan_none')}"]
    lines = [
        f"capacity from {ENGLISH.say_short_date(limit.since)}: {_amount(limit.persons)}, "
        f"{ENGLISH.say(f'capacity_{limit.basis}')}"
        for limit in place.limits
    ]
    if row.capacity is not None:
        lines.append(f"published in locations.csv row {row.row}, {row.published}")
    events = [e for e in told.case.events if e.kind == "capacity" and e.location == row.location]
    lines += [
        f"changed in events.csv row {e.row}, {e.published}: {e.value:,.0f} from {e.date}"
        for e in events
        if e.value is not None
    ]
    return lines


def _capacity_items(told: Told, row: Location) -> list[Item]:
    """Give what an assumed capacity is made of, and the sources of published ones."""
    rows = {one.name: one for one in told.brief.assumptions}
    names = [f"capacity.{row.location}", "ready_places"] if row.capacity is None else []
    items = [assumption_item(told, rows[name]) for name in names if name in rows]
    events = [e for e in told.case.events if e.kind == "capacity" and e.location == row.location and e.source]
    return items + [source_item(told, key) for key in dict.fromkeys(e.source for e in events)]


# -- counts ----------------------------------------------------------------------------------------------


def _count_items(told: Told, scope: str, location: str) -> list[Item]:
    """Give the counts of a place by series and measure, and what they taught."""
    series: dict[tuple[str, str], list[Observation]] = {}
    for row in told.case.observations:
        if row.scope == scope and row.location == location:
            series.setdefault((row.series, row.measure), []).append(row)
    items = []
    for (name, measure), rows in sorted(series.items()):
        rows.sort(key=lambda row: (row.date, row.published))
        lines = [
            f"{row.date}: {_counted(row)}, published {row.published}, observations.csv row {row.row}"
            for row in rows[-COUNTS_SHOWN:]
        ]
        if len(rows) > COUNTS_SHOWN:
            earlier = say_rows(row.row for row in rows[:-COUNTS_SHOWN])
            lines.insert(0, f"{len(rows) - COUNTS_SHOWN} earlier ones: observations.csv rows {earlier}")
        counts = [
            {
                "date": row.date.isoformat(),
                "persons": row.persons,
                "households": row.households,
                "published": row.published.isoformat(),
                "row": f"observations.csv row {row.row}",
                "source": row.source,
            }
            for row in rows
        ]
        sources = dict.fromkeys(row.source for row in rows[-COUNTS_SHOWN:] if row.source)
        parts = tuple(source_item(told, key) for key in sources)
        label = f"{name}, {measure.replace('_', ' ')}"
        items.append(Item("counts", "", label, tuple(lines), {"counts": counts}, parts))
    return items + _taught_items(told, location or TOTAL)


def _counted(row: Observation) -> str:
    if row.persons is not None:
        return f"{row.persons:,} people"
    return f"{row.households:,} households" if row.households is not None else "nothing stated"


def _taught_items(told: Told, location: str) -> list[Item]:
    """Give what the counts of a place did to the members, and what was left out."""
    learned = told.run.meta.get("learned") or {}

    def is_here(label: str) -> bool:
        return location in [part.strip() for part in label.partition(":")[0].split(",")]

    taught = [one for one in learned.get("taught", ()) if is_here(one["label"])]
    notes = [note for note in learned.get("notes", ()) if is_here(note)]
    if not taught and not notes:
        return []
    lines = [
        f"{one['date']}, {one['label']}: {one['persons']:,.0f}; {one['level']:.0%} of what was forecast "
        f"before lay below it; after it the members were worth {one['size']:.0f}"
        + (f", taken in {one['parts']} parts" if one["parts"] > 1 else "")
        for one in taught[-COUNTS_SHOWN:]
    ]
    if len(taught) > COUNTS_SHOWN:
        lines.insert(0, f"the latest {COUNTS_SHOWN} of {len(taught)} counts that were learned from")
    lines += [f"note: {note}" for note in notes]
    return [Item("learned", "", location, tuple(lines), {"taught": taught, "notes": notes})]
