"""What the TOML files of a case mean: its settings, its assumptions and its scenarios."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from havenward.case.cells import show
from havenward.case.findings import Trouble
from havenward.case.shapes import DISTRIBUTION_KEYS, POOLED, read_distribution, unused_key
from havenward.case.tables import read_columns
from havenward.case.values import read_keys, read_tables
from havenward.records import Assumption, Event, Scenario

if TYPE_CHECKING:
    from datetime import date

    from havenward.case.findings import Findings
    from havenward.case.tables import Column


# -- assumptions ---------------------------------------------------------------------------------------


def read_assumption(
    table: dict[str, Any], file: str, place: str, findings: Findings, published: date | None = None
) -> Assumption | None:
    """Read one `[[assumption]]`; None where it cannot be used. `published` is inherited by nested ones."""
    columns = read_columns("assumptions")
    inherited = {"published": published} if published else None
    skipped = frozenset({*DISTRIBUTION_KEYS, "weight"})
    before = findings.errors
    values = read_keys(columns, table, file, place, findings, skipped, inherited)
    if "weight" in table:
        findings.add(file, place, unused_key("weight", "expected a weight at components of a mixture only"))
    shape, distribution = values["distribution"], None
    if shape == POOLED:
        for key in (key for key in DISTRIBUTION_KEYS if key in table):
            findings.add(
                file, place, unused_key(key, "expected only term and places, as pooling gives the shape")
            )
        for key in ("term", "places"):
            if not values[key]:
                findings.add(
                    file,
                    place,
                    Trouble(
                        f"{key} is missing",
                        "expected term and places of the figures to pool",
                        f"add {key}, or choose another distribution",
                        "pooling-incomplete",
                    ),
                )
    elif shape:
        for key in (key for key in ("term", "places") if values[key]):
            findings.add(file, place, unused_key(key, 'expected it with distribution = "figures" only'))
        distribution = read_distribution(shape, table, file, place, findings)
    if findings.errors > before or (distribution is None and shape != POOLED):
        return None
    return Assumption(
        name=values["name"],
        published=values["published"],
        distribution=distribution,
        unit=values["unit"],
        reason=values["reason"],
        sources=values["sources"],
        figures=values["figures"],
        after=values["after"],
        pool_term=values["term"],
        pool_places=values["places"],
    )


# -- scenarios -----------------------------------------------------------------------------------------


def read_scenario(table: dict[str, Any], file: str, place: str, findings: Findings) -> Scenario | None:
    """Read one `[[scenario]]` with its nested assumptions and events; None where it cannot be used."""
    before = findings.errors
    columns = read_columns("scenarios")
    values = read_keys(columns, table, file, place, findings, frozenset({"assumption", "event"}))
    nested = {
        key: read_tables({key: table.get(key, [])}, key, file, findings) for key in ("assumption", "event")
    }
    published = values["published"]
    assumptions = [
        read_assumption(
            item, file, f"{place} assumption {_name_or_number(item, number)}", findings, published
        )
        for number, item in enumerate(nested["assumption"], start=1)
    ]
    events = [
        _read_event(item, file, f"{place} event {number}", findings, published)
        for number, item in enumerate(nested["event"], start=1)
    ]
    if findings.errors > before:
        return None
    return Scenario(
        name=values["name"],
        title=values["title"],
        published=published,
        likelihood=values["likelihood"],
        words=values["words"],
        triggers=values["triggers"],
        assumptions=tuple(item for item in assumptions if item),
        events=tuple(item for item in events if item),
    )


def _read_event(
    table: dict[str, Any], file: str, place: str, findings: Findings, published: date | None
) -> Event | None:
    before = findings.errors
    columns = read_columns("events")
    inherited = {"published": published} if published else None
    values = read_keys(columns, table, file, place, findings, inherited=inherited)
    if findings.errors > before:
        return None
    return Event(**{column.field: values[column.name] for column in columns})


def _name_or_number(table: dict[str, Any], number: int) -> str:
    name = table.get("name")
    return show(name) if isinstance(name, str) and name else str(number)


def read_assumptions(document: dict[str, Any], file: str, findings: Findings) -> list[Assumption]:
    """Read every `[[assumption]]` of a document."""
    tables = read_tables(document, "assumption", file, findings)
    read = [
        read_assumption(table, file, f"assumption {_name_or_number(table, number)}", findings)
        for number, table in enumerate(tables, start=1)
    ]
    return [assumption for assumption in read if assumption]


def read_scenarios(document: dict[str, Any], file: str, findings: Findings) -> list[Scenario]:
    """Read every `[[scenario]]` of a document."""
    tables = read_tables(document, "scenario", file, findings)
    read = [
        read_scenario(table, file, f"scenario {_name_or_number(table, number)}", findings)
        for number, table in enumerate(tables, start=1)
    ]
    return [scenario for scenario in read if scenario]


# -- case.toml -----------------------------------------------------------------------------------------


def read_settings(document: dict[str, Any], file: str, findings: Findings) -> dict[str, Any]:
    """Read `case.toml`, sub-tables included; gives values by the last part of each key."""
    columns = read_columns("case")
    parts: dict[str, list[Column]] = {"": []}
    for column in columns:
        head, _, tail = column.name.rpartition(".")
        parts.setdefault(head, []).append(_rename(column, tail))
    heads = tuple(head for head in parts if head)
    top = {}
    for key, value in document.items():
        if key not in heads and isinstance(value, dict):
            offered = findings.offer("tables", key, heads, "remove or rename the table")
            expected = f"expected tables among {', '.join(f'[{head}]' for head in heads)}"
            findings.add(
                file, f"[{show(key)[1:-1]}]", Trouble("unknown table", expected, offered, "unknown-key")
            )
        elif key not in heads or not isinstance(value, dict):
            top[key] = value
    values = read_keys(tuple(parts.pop("")), top, file, "", findings)
    for head, own in parts.items():
        table = document.get(head, {})
        values |= read_keys(tuple(own), table if isinstance(table, dict) else {}, file, f"[{head}]", findings)
    return values


def _rename(column: Column, name: str) -> Column:
    return replace(column, name=name)
