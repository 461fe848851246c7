"""How the data look as a star: facts with keys, and one table for each thing that the keys stand for.

Keys are those of the case and of the standards (a date is `20161016`), so that a report built on one brief
reads the next one. Power BI joins on them without a relation of many to many.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from havenward.brief.cells import write_table
from havenward.brief.geodata import position_columns
from havenward.brief.rows import PLACES_STANDARD, gaps_of, people_rows, three
from havenward.records import TOTAL
from havenward.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from havenward.brief.content import Brief

    Rows = list[tuple[object, ...]]

FOLDER = "powerbi"
AS_WRITTEN = "as-written"  # the key of the case itself where no scenario was chosen
NO_KEY = re.compile(r"[^a-z0-9]+")
COLUMNS = {
    "dim_site": (
        "site_key", "name", "pcode", "kind", "is_total", "admin1", "admin2", "country", "latitude",
        "longitude", "position_is", "position_within_km", "capacity_central", "capacity_is",
    ),
    "dim_date": (
        "date_key", "date", "days_ahead", "year", "month", "iso_year", "iso_week", "is_key_day",
        "is_focal_day",
    ),
    "dim_standard": (
        "standard_key", "sector", "item", "quantity", "unit", "for_how_many", "per", "whole", "phase",
        "source", "section", "url",
    ),
    "dim_scenario": (
        "scenario_key", "title", "likelihood", "likelihood_words", "is_chosen", "origin_date", "valid_until",
        "case_hash",
    ),
    "fact_people": (
        "site_key", "date_key", "scenario_key", "measure", "low", "central", "high", "unit", "reason",
    ),
    "fact_needs": (
        "site_key", "date_key", "standard_key", "scenario_key", "people_low", "people_central",
        "people_high", "low", "central", "high", "unit", "reason",
    ),
    "fact_gaps": (
        "site_key", "date_key", "standard_key", "scenario_key", "requirement_low", "requirement_central",
        "requirement_high", "available_low", "available_central", "available_high", "available_is",
        "places_silent", "gap_low", "gap_central", "gap_high", "chance", "unit", "reason",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Star:
    """The tables of a star by name, each as rows of its `COLUMNS`."""

    tables: dict[str, Rows]

    def dangling(self) -> list[str]:
        """Name keys of facts that no row stands for, and keys that stand for two rows."""
        known = {}
        found = []
        for name, rows in self.tables.items():
            if name.startswith("dim_"):
                keys = [row[0] for row in rows]
                known[COLUMNS[name][0]] = set(keys)
                found += [
                    f"{name}: two rows of '{key}'" for key in {key for key in keys if keys.count(key) > 1}
                ]
        for name, rows in self.tables.items():
            for at, column in enumerate(COLUMNS[name]):
                if name.startswith("fact_") and column in known:
                    missing = {row[at] for row in rows} - known[column]
                    found += [f"{name}: no row for {column} '{key}'" for key in sorted(map(str, missing))]
        return sorted(found)


def write_star(brief: Brief, folder: Path) -> tuple[str, ...]:
    """Write a CSV per table into a new folder; returns their names."""
    folder.mkdir()
    for name, rows in star_of(brief).tables.items():
        write_table(folder / f"{name}.csv", COLUMNS[name], rows)
    return tuple(f"{name}.csv" for name in COLUMNS)


def star_of(brief: Brief) -> Star:
    """Arrange the data of a brief as facts and what their keys stand for."""
    scenario = next((row.name for row in brief.scenarios if row.chosen), "") or AS_WRITTEN
    people: Rows = [
        (
            row.location, _day_key(row.date), scenario, row.measure, row.low, row.central, row.high,
            row.unit, row.reason,
        )
        for row in people_rows(brief)
    ]  # fmt: skip
    needs: Rows = [
        (
            need.location, _day_key(need.date), need.standard, scenario, *three(need.people),
            *three(need.amount), need.unit, need.reason,
        )
        for need in brief.needs
    ]  # fmt: skip
    gaps: Rows = [
        (
            gap.location, _day_key(gap.date), gap.standard or _item_key(gap.item), scenario,
            *three(gap.requirement), *three(gap.available), gap.available_is, gap.places_silent,
            *three(gap.gap), gap.chance, gap.unit, gap.reason,
        )
        for gap in gaps_of(brief)
    ]  # fmt: skip
    days = {row.date for row in people_rows(brief)} | {need.date for need in brief.needs}
    days |= {gap.date for gap in gaps_of(brief)}
    tables = {
        "dim_site": _sites(brief),
        "dim_date": _dates(brief, days),
        "dim_standard": _standards(brief),
        "dim_scenario": _scenarios(brief, scenario),
        "fact_people": people,
        "fact_needs": needs,
        "fact_gaps": gaps,
    }
    return Star(tables)


def _day_key(day: date) -> int:
    return int(f"{day:%Y%m%d}")


def _item_key(item: str) -> str:
    """Make a key for something that no standard of the brief stands behind."""
    return f"item-{NO_KEY.sub('-', item.casefold()).strip('-')}"


def _sites(brief: Brief) -> Rows:
    rows: Rows = [
        (
            place.location, place.name, place.pcode, place.kind, False, place.admin1, place.admin2,
            place.country, *position_columns(brief, place),
            place.capacity.central if place.capacity else None, place.capacity_basis,
        )
        for place in (*brief.places, *brief.gates, *brief.origins)
    ]  # fmt: skip
    whole = Words(brief.language).say("rows_whole_crisis")
    rows.append(
        (TOTAL, whole, "", TOTAL, True, "", "", brief.country, None, None, "none", None, None, "none")
    )
    return rows


def _dates(brief: Brief, days: Iterable[date]) -> Rows:
    """Give every day from the first to the last of the facts: a calendar without holes."""
    first, last = min((brief.origin_date, *days)), max((brief.origin_date, *days))
    rows: Rows = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        year, week, _ = day.isocalendar()
        rows.append(
            (
                _day_key(day), day, (day - brief.origin_date).days, day.year, day.month, year, week,
                day in brief.key_days, day == brief.focal_day,
            )
        )  # fmt: skip
    return rows


def _standards(brief: Brief) -> Rows:
    words = Words(brief.language)
    rows: Rows = [
        (
            row.standard, words.say_sector(row.sector), words.say_item(row.item), row.quantity, row.unit,
            row.people, row.per, row.whole, row.phase, row.title, row.section, row.url,
        )
        for row in brief.standards
    ]  # fmt: skip
    known = {row.standard for row in brief.standards}
    others = {need.standard: (need.sector, need.item, need.unit) for need in brief.needs}
    others |= {
        gap.standard or _item_key(gap.item): (gap.sector, gap.item, gap.unit) for gap in gaps_of(brief)
    }
    for key, (sector, item, unit) in sorted(others.items()):
        if key not in known:
            whole = key == PLACES_STANDARD
            rows.append(
                (key, words.say_sector(sector), words.say_item(item), None, unit, None, "", whole, *[""] * 4)
            )
    return rows


def _scenarios(brief: Brief, chosen: str) -> Rows:
    """Give the scenarios that may be shown, the one behind the facts among them."""
    about = (brief.origin_date, brief.valid_until, brief.case_hash)
    rows: Rows = [
        (
            row.name or AS_WRITTEN,
            row.title,
            row.likelihood,
            row.words,
            (row.name or AS_WRITTEN) == chosen,
            *about,
        )
        for row in brief.scenarios
    ]
    if chosen not in {row[0] for row in rows}:
        rows.insert(0, (chosen, brief.title, None, "", True, *about))
    return rows
