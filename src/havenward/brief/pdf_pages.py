"""What stands on the two pages of the PDF, as plain values, and in which order it makes room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from havenward.brief.drawings import Drawing, draw_place, draw_total, draw_where, shown_places
from havenward.brief.maps import draw_map
from havenward.brief.skill import read_track_record
from havenward.records import TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from havenward.brief.content import Amount, Brief, GapRow, Headline, Place, ScenarioRow
    from havenward.brief.release import Guard
    from havenward.words import Words

LONGEST_NAME = 40  # letters of a name on the two pages; the annex has all of it
LONGEST_TEXT, LONGEST_WHY = 190, 110
MOST_FANS = 6
SKILL_TARGET, SKILL_DAYS = "net_arrivals", 28
# What a planner asks for first; one of each sector comes before a second of any.
FIRST_ITEMS = (
    "Water for drinking and domestic hygiene",
    "Toilets, first phase",
    "Family tents",
    "General food ration",
    "Kitchen sets",
    "Health facilities",
    "Blankets, single",
    "Food energy",
)
# How many of what a page holds at least, and what it takes in beyond that, in this order, as long as it has
# room; a wish that does not fit is passed over. No letter is made smaller for it.
LEAST_ONE = {"changes": 1, "notes": 0, "lines": 0, "fans": 0, "short": 1}
WISHES_ONE = (
    ("fans", 3), ("short", 3), ("changes", 2), ("notes", 1), ("changes", 4), ("short", 5), ("lines", 1),
    ("changes", 6), ("notes", 3), ("short", 7), ("lines", 2), ("lines", 3), ("fans", 6), ("short", 9),
    ("short", 12),
)  # fmt: skip
LEAST_TWO = {
    "gaps": 3, "scenarios": 1, "told": False, "signs": 1, "skill": 1, "conflicts": 1, "unknown": 1,
    "method": 1, "limits": 1,
}  # fmt: skip
WISHES_TWO = (
    ("gaps", 6), ("signs", 3), ("unknown", 3), ("scenarios", 3), ("limits", 2), ("told", True), ("skill", 2),
    ("conflicts", 2), ("gaps", 8), ("limits", 4), ("unknown", 5), ("method", 3), ("conflicts", 3),
    ("signs", 5), ("skill", 3), ("scenarios", 5), ("gaps", 10), ("unknown", 7), ("limits", 6), ("method", 5),
    ("conflicts", 4), ("unknown", 10), ("signs", 8), ("gaps", 12), ("limits", 9), ("method", 9), ("gaps", 15),
)  # fmt: skip


def page_one(brief: Brief, words: Words) -> dict[str, Any]:
    """Give what changed, the lead, the big numbers, where, when, and what is short first."""
    fans = [
        (draw_place(brief, number, place, words), number, place)
        for number, place in shown_places(brief)[:MOST_FANS]
    ]
    return {
        "least": LEAST_ONE,
        "wishes": WISHES_ONE,
        "strap": words.say_for("strap", brief.track),
        "heading": f"{brief.title}: {words.say_for('heading', brief.track)}",
        "facts": _facts(brief, words),
        "changes": _changes(brief, words),
        "lead": brief.lead,
        "big": [_big(item, brief, words) for item in brief.headlines],
        "map": _where(brief, words),
        "total": {
            "heading": words.say("print_total"),
            "notes": _notes_of_total(brief, words),
            **as_values(draw_total(brief, words)),
        },
        "fans": {
            "heading": words.say("print_places"),
            "notes": words.say("print_fans_note"),
            "items": [fan_values(brief, *fan, words) for fan in fans],
        },
        "short": _shortfalls(brief, words),
    }


def page_two(brief: Brief, words: Words) -> dict[str, Any]:
    """Give needs and gaps, scenarios, signs, conflicts, skill, what is not known, method and limits."""
    method = words.method_lines(
        brief.track,
        brief.rules,
        brief.learning,
        members=words.say_amount(brief.members),
        origin=words.say_date(brief.origin_date),
        seed=brief.seed,
        version=brief.package_version,
    )
    limits = words.limit_lines(brief.track, brief.origin_date, brief.learning)
    misuse = words.misuse_lines()

    def part(key: str, rows: Iterable[str]) -> dict[str, Any]:
        return {"heading": words.say(key), "rows": [clip(row, brief.guard, LONGEST_TEXT) for row in rows]}

    return {
        "least": LEAST_TWO,
        "wishes": WISHES_TWO,
        "gaps": gap_table(brief, words, brief.focal_day),
        "scenarios": {
            "heading": words.say("print_scenarios"),
            "rows": [_scenario(row, brief, words) for row in brief.scenarios],
        },
        "signs": part("print_mind", brief.signs),
        "skill": part("print_skill", skill_lines(words)),
        "conflicts": part(
            "print_conflicts",
            (f"{row.heading[:1].upper()}{row.heading[1:]}: {row.words}" for row in brief.disputes),
        ),
        "unknown": part("print_unknown", brief.unknown),
        "method": part("print_method", method),
        # what must never be done with it comes first: it is what stays when room is short
        "limits": part("print_limits", [*misuse[:1], *limits, *misuse[1:]]),
    }


def clip(text: str, guard: Guard, longest: int = LONGEST_NAME) -> str:
    """Cut a text at a space before it grows too long, unless what is left would name a withheld place."""
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    short = (head.rpartition(" ")[0] or head).rstrip(" ,;:(") + "\u2026"
    return text if guard.names_in(short) and not guard.names_in(text) else short


def as_values(drawing: Drawing) -> dict[str, Any]:
    """Give a drawing to the page."""
    return {"svg": drawing.svg, "alt": drawing.alt}


def fan_values(brief: Brief, drawing: Drawing, number: int, place: Place, words: Words) -> dict[str, Any]:
    """Give a small chart with its heading."""
    few, amount = brief.suppress_below, place.on(brief.focal_day)
    return {
        "name": f"{number}. {words.isolate(clip(place.name, brief.guard, 30))}",
        "summary": f"{words.say_short_date(brief.focal_day)}: {words.say_people(amount.central, few)} "
        f"({words.say_range(amount, few)})",
        **as_values(drawing),
    }


def people_cell(amount: Amount | None, few: int, words: Words) -> dict[str, str]:
    """Write people as a central number and its range."""
    if amount is None:
        return {"central": words.say("no_limit"), "spread": ""}
    central, spread = words.say_people(amount.central, few), words.say_range(amount, few)
    return {"central": central, "spread": "" if spread == central else spread}


def quantity_cell(amount: Amount, unit: str, few: int, words: Words) -> dict[str, str]:
    """Write an amount of something as a central number with its unit, and its range."""
    low, central, high = (
        words.say("few", n=few) if value is None else words.say_quantity(value, unit)[0]
        for value in (amount.low, amount.central, amount.high)
    )
    spread = low if low == high else words.join_range(low, high)
    return {"central": central, "spread": "" if spread == central else spread}


def skill_lines(words: Words) -> list[str]:
    """Say in short what the model claims of itself; the model card has all of it."""
    lines = [words.say("skill_none")]
    for row in read_track_record():
        if row.target == SKILL_TARGET and row.horizon == SKILL_DAYS:
            low, high = words.say_share(row.skill_low, 1), words.say_share(row.skill_high, 1)
            lines.append(
                words.say(
                    "print_skill_line",
                    crises=row.crises,
                    days=row.horizon,
                    skill=words.say_share(row.skill, 1),
                    low=low,
                    high=high,
                    held=words.say_share(row.coverage_95, 1),
                )
            )
    return [*lines, words.say("skill_scope")]


def gap_table(brief: Brief, words: Words, day: date) -> dict[str, Any]:
    """Give what all receiving places need on a day and what of it is missing, ranked for a short page."""
    few = brief.suppress_below
    rows = [row for row in brief.gaps if row.location == TOTAL and row.date == day]
    gaps = bool(rows)
    listed: Sequence[Any] = rows or [
        row for row in brief.needs if row.location == TOTAL and row.date == day and row.people.central
    ]
    order = _ranks([(row.sector, row.item) for row in listed])
    chances = any(row.chance is not None for row in rows)
    cells = []
    for row in listed:
        needed = row.requirement if gaps else row.amount
        unit = words.say_quantity(1, row.unit)[1]
        item = {"central": clip(words.say_item(row.item), brief.guard, 60), "spread": unit}
        sector = words.say_sector(row.sector)
        cell = [f"{sector[:1].upper()}{sector[1:]}", item, quantity_cell(needed, row.unit, few, words)]
        missing = _missing(row, few, words) if gaps else []
        cells.append([*cell, *(missing if chances else missing[:2])])
    heads = ["print_sector", "print_item", "print_need"]
    heads += ["print_available", "print_gap"] if gaps else []
    heads += ["print_chance"] if chances else []
    columns = [1.15, 2.2, 1.7, 0.85, 1.7] if gaps else [1.2, 2.5, 1.5]
    if chances:
        columns = [1.2, 1.75, 1.8, 0.8, 1.8, 1.0]
    return {
        "heading": words.say("print_gaps" if gaps else "print_needs", day=words.say_date(day)),
        "notes": words.say("print_gaps_note" if gaps else "print_needs_note"),
        "head": [words.say(key) for key in heads],
        "columns": columns[: len(heads)],
        "numeric": [2, 3, 4] if gaps else [2],
        "rows": [{"rank": rank, "cells": row} for rank, row in zip(order, cells, strict=True)],
    }


def _missing(row: GapRow, few: int, words: Words) -> list[Any]:
    there = words.say("print_not_stated")
    if row.available is not None:
        there = words.say_quantity(row.available, row.unit)[0]
    chance = "" if row.chance is None else words.say_chance(row.chance)
    return [there, quantity_cell(row.gap, row.unit, few, words), chance]


def _ranks(rows: Sequence[tuple[str, str]]) -> list[int]:
    """Rank rows: what is asked for first, then the first of each other sector, then the rest."""
    seen: set[str] = set()
    keys = []
    for place, (sector, item) in enumerate(rows):
        known = FIRST_ITEMS.index(item) if item in FIRST_ITEMS else None
        keys.append((0, known, place) if known is not None else (1 if sector not in seen else 2, 0, place))
        seen.add(sector)
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return [order.index(place) for place in range(len(keys))]


def _facts(brief: Brief, words: Words) -> list[str]:
    facts = [
        words.say("print_known", day=words.say_date(brief.origin_date)),
        words.say("print_looks", day=words.say_date(brief.last_date)),
        words.say(f"track_{brief.track}", origin=words.say_short_date(brief.origin_date)),
    ]
    return [*facts, brief.scenario] if brief.scenario else facts


def _changes(brief: Brief, words: Words) -> dict[str, Any]:
    few = brief.suppress_below
    before = brief.previous_date
    rows = [
        [
            f"{words.isolate(row.label)} ({words.say_short_date(row.day)})",
            _change_cell(row.before, row.unit, few, words),
            _change_cell(row.now, row.unit, few, words),
            clip(row.words, brief.guard, LONGEST_WHY),
        ]
        for row in brief.changes
    ]
    heads = ["" if before is None else words.say_short_date(before), words.say_short_date(brief.origin_date)]
    return {
        "heading": words.say("print_changed", day=words.say_date(before)) if before else "",
        "none": " ".join(brief.change_notes) if before else words.say("print_changed_first"),
        "head": [words.say("print_item"), *heads, words.say("print_change")],
        "rows": rows if before else [],
        "notes": [clip(note, brief.guard, LONGEST_TEXT) for note in brief.change_notes],
    }


def _change_cell(amount: Amount, unit: str, few: int, words: Words) -> dict[str, str]:
    if unit == "people":
        return people_cell(amount, few, words)
    cell = quantity_cell(amount, unit, 0, words)
    named = "" if unit == "sites" else words.say_quantity(1, unit)[1]  # the label says what sites are
    return cell | {"spread": f"{cell['spread']} {named}".strip()}


def _big(item: Headline, brief: Brief, words: Words) -> dict[str, Any]:
    few = brief.suppress_below
    unit = ""
    if item.unit == "people":
        cell = people_cell(item.amount, few, words)
        spread = f"{cell['spread'] or cell['central']} {words.say_unit('people')}"
    else:
        cell = quantity_cell(item.amount, item.unit, few, words)
        unit = "" if item.unit == "sites" else words.say_quantity(1, item.unit)[1]
        spread = cell["spread"] or cell["central"]
        spread = f"{spread} {unit}" if unit else words.say("big_over_range", range=spread)
    return {
        "label": item.label,
        "central": cell["central"],
        "unit": unit,
        "range": spread,
        "when": words.say("print_when", day=words.say_date(item.day)),
        "lines": list(item.lines),
        "notes": words.say("print_rests", marks=", ".join(note.mark for note in item.notes))
        if item.notes
        else "",
    }


def _where(brief: Brief, words: Words) -> dict[str, Any]:
    drawing, (_, notes) = draw_where(brief, words), draw_map(brief, words)
    lines = [words.say("map_coarse")] if notes.coarse else []
    lines += [words.say("map_dotted")] if notes.approximate and not notes.coarse else []
    lines += [words.say("map_spread")] if notes.moved else []
    lines += [words.say("map_crowded")] if notes.crowded else []
    if notes.without_position:
        names = [clip(name, brief.guard, 30) for name in notes.without_position]
        lines.append(words.say("map_without", names=words.say_names(names, 3)))
    lines.append(words.say("disclaimer"))
    return {
        "heading": words.say("print_where", day=words.say_date(brief.focal_day)),
        "notes": " ".join(lines),
        "none": words.say("print_no_map"),
        **(as_values(drawing) if drawing else {}),
    }


def _notes_of_total(brief: Brief, words: Words) -> str:
    series = sorted({count.series for count in brief.total_counts})
    dots = [words.say("print_dots", series=words.say_names(series, 3))] if series else []
    return " ".join([words.say("print_band_note"), *dots])


def _shortfalls(brief: Brief, words: Words) -> dict[str, Any]:
    few = brief.suppress_below
    rows = []
    for row in brief.shortfalls:
        middle = row.missing[0]
        amount, unit = (
            (words.say("few", n=few), "") if middle is None else words.say_quantity(middle, row.unit)
        )
        likely = words.say_short_date(row.first_likely) if row.first_likely else words.say("beyond")
        what = words.say_item(row.item)
        name = words.say("print_every_place") if row.location == TOTAL else clip(row.name, brief.guard)
        rows.append([name, what, likely, words.say_chance(row.chance), f"{amount} {unit}".strip()])
    if not rows:
        rows = [_full_place(place, brief, words) for place in brief.places if place.first_likely]
    heads = ("print_place", "print_item", "print_likely", "print_chance", "print_worst")
    return {
        "heading": words.say("print_short"),
        "none": words.say("print_short_none"),
        "head": [words.say(key) for key in heads],
        "rows": rows,
    }


def _full_place(place: Place, brief: Brief, words: Words) -> list[str]:
    """Say from when a place is likely to be full, where nothing else is known to be short."""
    worst = max((amount.central or 0 for _, amount in place.over), default=0.0)
    return [
        clip(place.name, brief.guard),
        words.say("print_capacity"),
        words.say_short_date(place.first_likely) if place.first_likely else "",
        "" if place.chance_over is None else words.say_chance(place.chance_over),
        f"{words.say_people(worst, brief.suppress_below)} {words.say_unit('people')}",
    ]


def _scenario(row: ScenarioRow, brief: Brief, words: Words) -> dict[str, str]:
    signs = words.join([clip(sign, brief.guard, 90) for sign in row.triggers[:3]])
    return {
        "title": row.title,
        "chance": "" if row.likelihood is None else words.say_chance(row.likelihood),
        "words": clip(row.words, brief.guard, LONGEST_TEXT),
        "signs": words.say("print_signs_first", signs=signs) if signs else "",
    }
