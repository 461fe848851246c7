"""What the first page and the examples of a workbook say; the examples together are a sound case."""

# ruff: noqa: E501 - a line here is a row of a sheet

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIRST_PAGE: Sequence[tuple[str, str]] = (
    ("What this is", "One crisis as data, from which Havenward forecasts how many people arrive where, and what they need."),
    ("1. settings", "Name, country and first day of the crisis."),
    ("2. locations", "One row for each place: origins (where people live and may leave), camps and hosts (where they may be received), towns and borders on the way. At least one origin and one camp or host."),
    ("3. routes", "One row for each way between two places, with its length by road in kilometres. Each origin needs a chain of routes to a camp or host."),
    ("4. events", "What changes movement: the start of an operation, a closed route, a site that opens. A date may be the name of an assumption."),
    ("5. assumptions", "What is uncertain, as a range with a reason: how many people live there, how many may leave, when it starts. What you leave out comes from past crises or from conventions."),
    ("Later", "observations (dated counts), stock (supplies), sources, attributes, scenarios, reports, figures (numbers in reports)."),
    ("Headers", "Dark headers must be filled in, light ones may stay empty. Hold the pointer over a header to read what belongs there. Keep the names in the first row as they are."),
    ("published", "Every row has the day from which it was known. A forecast never sees a row published after the day it looks ahead from. When a plan changes, add a row with a newer day and keep the old one."),
    ("Not known", "Leave the cell empty. Do not write 0, n/a or a guess: a guess is an assumption with a range."),
    ("Capacity", "The number of places that was planned or published by that day. Never a later count of people."),
    ("Names", "The first column of locations and sources is a short name that other sheets use. Names are offered in drop-downs as soon as they are there. Several names in one cell are parted by ;"),
    ("Your own sheets", "You may add sheets; they are not read. Colours, filters and formulas are fine: values are read as they are stored."),
    ("Check", "havenward check FILE.xlsx    names every problem by sheet and cell, and says what to do next."),
    ("Use", "havenward forecast FILE.xlsx --out RUN    Reports and imports need a folder: havenward new DIR --from FILE.xlsx"),
    ("Careful", "This workbook may show who is where and what blocks them. Keep it within the team."),
)  # fmt: skip

_DAY = date(2026, 3, 1)

# sheet -> rows; an invented town on a river that may be fought over
EXAMPLES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "settings": (
        {"setting": "title", "value": "Rivertown, example"},
        {"setting": "crisis", "value": "rivertown-2026"},
        {"setting": "country", "value": "IRQ"},
        {"setting": "start", "value": _DAY},
    ),
    "locations": (
        {"location": "old-town", "name": "Old Town", "pcode": "0101", "kind": "origin", "latitude": 36.34, "longitude": 43.12, "group": "west-bank", "population": 80000, "published": _DAY, "source": "census"},
        {"location": "bridge", "name": "Bridge", "kind": "town", "latitude": 36.3, "longitude": 43.2, "published": _DAY},
        {"location": "north-camp", "name": "North Camp", "pcode": "0207", "kind": "camp", "latitude": 36.5, "longitude": 43.3, "capacity": 12000, "opens": date(2026, 4, 1), "published": _DAY, "source": "camp-plan"},
        {"location": "lakeside", "name": "Lakeside families", "kind": "host", "latitude": 36.2, "longitude": 43.6, "published": _DAY},
    ),
    "routes": (
        {"from": "old-town", "to": "bridge", "distance_km": 9, "mode": "foot", "published": _DAY},
        {"from": "bridge", "to": "north-camp", "distance_km": 27, "mode": "road", "published": _DAY},
        {"from": "bridge", "to": "lakeside", "distance_km": 41, "mode": "road", "published": _DAY},
    ),
    "events": (
        {"date": "operation_start", "kind": "operation_starts", "published": _DAY},
        {"date": date(2026, 6, 1), "kind": "route_closes", "from": "old-town", "to": "bridge", "published": _DAY, "scenario": "bridge-closed"},
    ),
    "assumptions": (
        {"name": "operation_start", "published": _DAY, "distribution": "uniform", "low": 30, "high": 90, "after": _DAY, "unit": "days after", "reason": "Announced for the spring, no day given."},
        {"name": "displaced_total", "published": _DAY, "distribution": "triangular", "low": 20000, "mode": 35000, "high": 70000, "unit": "persons", "reason": "Range of what two agencies plan for.", "sources": "camp-plan; census"},
    ),
    "observations": (
        {"date": date(2026, 3, 10), "scope": "location", "location": "lakeside", "measure": "stock", "persons": 1250, "households": 240, "series": "registration", "published": date(2026, 3, 12)},
    ),
    "stock": (
        {"item": "family tents", "location": "north-camp", "quantity": 900, "available_from": date(2026, 4, 1), "published": _DAY, "unit": "tents"},
    ),
    "sources": (
        {"source": "census", "title": "Population estimate", "publisher": "Statistics office", "published": date(2026, 1, 15)},
        {"source": "camp-plan", "title": "Site plan, second version", "publisher": "Site agency", "published": date(2026, 2, 20)},
    ),
    "attributes": (
        {"location": "old-town", "key": "front_order", "value": "1"},
    ),
    "scenarios": (
        {"name": "bridge-closed", "title": "The bridge is closed", "published": _DAY, "likelihood": 0.2, "words": "unlikely", "triggers": "fighting within 5 km of the bridge"},
    ),
    "reports": (
        {"report": "2026-02-27-times.txt", "title": "Agencies prepare", "outlet": "Example Times", "published": date(2026, 2, 27), "kind": "paraphrase", "text": "Officials expect at least 20,000 people to leave the town."},
    ),
}  # fmt: skip
