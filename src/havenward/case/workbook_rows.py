"""How a case is laid out in the rows of a workbook, so that reading it gives the same case."""

from __future__ import annotations

from datetime import date
from math import isinf
from typing import TYPE_CHECKING, Any

from havenward.case.shapes import POOLED
from havenward.case.tables import SHEETS, read_columns
from havenward.case.workbook_sheets import (
    ASSUMPTIONS,
    COMPONENT,
    LIST_MARK,
    MAX_CELL_TEXT,
    REPORT,
    REPORTS,
    SCENARIO,
    SCENARIOS,
    SETTING,
    SETTINGS,
    TEXT,
    VALUE,
    name_version,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from havenward.distributions import Distribution
    from havenward.records import Assumption, Case

    Row = dict[str, Any]


def lay_out(
    case: Case | None, more: Mapping[str, Iterable[Any]], settings: Mapping[str, Any]
) -> dict[str, list[Row]]:
    """Give the rows of every sheet by column; values keep their types, None and '' are empty cells.

    Parameters
    ----------
    case
        The case; None for an empty one.
    more
        More rows by table, such as places that wait for a person to confirm them.
    settings
        Settings that are known where there is no case.
    """
    rows: dict[str, list[Row]] = {SETTINGS: [*_setting_rows(case, settings)]}
    for table in SHEETS:
        listed = [*(getattr(case, table) if case else ()), *more.get(table, ())]
        columns = read_columns(table)
        rows[table] = [{column.name: getattr(row, column.field) for column in columns} for row in listed]
    rows[ASSUMPTIONS] = [
        row for item in (case.assumptions if case else ()) for row in _assumption_rows(item, "")
    ]
    rows[SCENARIOS], rows[REPORTS] = [], []
    for scenario in case.scenarios if case else ():
        rows[SCENARIOS].append(
            {
                "name": scenario.name,
                "title": scenario.title,
                "published": scenario.published,
                "likelihood": scenario.likelihood,
                "words": scenario.words,
                "triggers": _join(scenario.triggers),
            }
        )
        # of several versions, each row says to which it belongs
        several = sum(other.name == scenario.name for other in case.scenarios) > 1 if case else False
        called = name_version(scenario.name, scenario.published) if several else scenario.name
        for item in scenario.assumptions:
            rows[ASSUMPTIONS] += _assumption_rows(item, called)
        for event in scenario.events:
            cells = {column.name: getattr(event, column.field) for column in read_columns("events")}
            rows["events"].append({**cells, SCENARIO: called})
    for report in case.reports if case else ():
        head = {column.name: getattr(report, column.name) for column in read_columns("reports")}
        first, *rest = _cut(report.text)
        rows[REPORTS].append({REPORT: report.report, **head, TEXT: first})
        rows[REPORTS] += [{REPORT: report.report, TEXT: text} for text in rest]
    return rows


def _setting_rows(case: Case | None, settings: Mapping[str, Any]) -> Iterator[Row]:
    for column in read_columns("case"):
        name = column.name.rpartition(".")[2]
        value = getattr(case, name) if case else settings.get(name)
        if column.name == "known" and value is None:
            continue  # belongs to the snapshots of runs
        need = "needed" if column.required else f"{column.default or 'nothing'}, if left empty"
        yield {
            SETTING: column.name,
            VALUE: value,
            "need": need,
            "what it is": column.description,
            "what may stand here": column.expected().removeprefix("expected "),
        }


def _assumption_rows(item: Assumption, scenario: str) -> Iterator[Row]:
    head: Row = {"name": item.name, SCENARIO: scenario, "published": item.published}
    head |= {"after": item.after, "unit": item.unit, "reason": item.reason}
    head |= {"sources": _join(item.sources), "figures": _join(item.figures)}
    head |= {"term": item.pool_term, "places": _join(item.pool_places)}
    if item.distribution is None:
        yield {**head, "distribution": POOLED}
        return
    yield {**head, **_shape_cells(item.distribution)}
    yield from _part_rows(item.name, scenario, item.distribution, "")


def _part_rows(name: str, scenario: str, distribution: Distribution, before: str) -> Iterator[Row]:
    for number, (weight, part) in enumerate(distribution.components, start=1):
        path = f"{before}{number}"
        yield {"name": name, SCENARIO: scenario, COMPONENT: path, "weight": weight, **_shape_cells(part)}
        yield from _part_rows(name, scenario, part, f"{path}.")


def _shape_cells(distribution: Distribution) -> Row:
    cells: Row = {"distribution": distribution.shape, **distribution.parameters}
    limits: Mapping[str, float] = {"floor": distribution.floor, "ceiling": distribution.ceiling}
    return cells | {key: value for key, value in limits.items() if not isinf(value)}


def _join(items: Iterable[str]) -> str:
    return f"{LIST_MARK} ".join(items)


def _cut(text: str) -> list[str]:
    return [text[at : at + MAX_CELL_TEXT] for at in range(0, len(text), MAX_CELL_TEXT)] or [""]


def as_typed(value: Any) -> Any:  # noqa: ANN401 - a value of any column
    """Give a value as a cell takes it: flags as words, infinite and empty values as nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, date | int | float):
        return value
    return str(value)
