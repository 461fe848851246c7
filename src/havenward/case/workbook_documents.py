"""How rows of a workbook become assumptions and scenarios as TOML gives them, one row for each fact."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from havenward.case.cells import cell_reader, show
from havenward.case.draft import ASSUMPTIONS_FILE, SCENARIOS_FILE
from havenward.case.findings import Trouble
from havenward.case.shapes import DISTRIBUTION_KEYS, MAX_DEPTH
from havenward.case.tables import read_columns
from havenward.case.workbook_sheets import COMPONENT, LIST_MARK, SCENARIO, name_version

if TYPE_CHECKING:
    from collections.abc import Callable

    from havenward.case.findings import Findings

    Rows = list[tuple[int, dict[str, str]]]

PART_KEYS = ("weight", "distribution", *DISTRIBUTION_KEYS)
FIRST_DAY = dt.date(1900, 1, 1)


class DocumentRows:
    """Rows of the sheets assumptions, scenarios and events on their way into documents.

    `note_row` remembers which row a message is about, by the file and place that it names.
    """

    def __init__(self, note_row: Callable[[str, str, str, int], None]) -> None:
        self._note_row = note_row

    def own_assumptions(self, rows: Rows, findings: Findings) -> list[dict[str, Any]]:
        """Give the assumptions of the case itself."""
        own = [(number, cells) for number, cells in rows if not cells.get(SCENARIO)]
        tables = self._read_assumptions(own, findings)
        for place, (number, table) in enumerate(tables, start=1):
            self._note_row(ASSUMPTIONS_FILE, f"assumption {_name_or(table, place)}", "assumptions", number)
        return [table for _, table in tables]

    def scenarios(
        self, rows: Rows, assumptions: Rows, events: Rows, findings: Findings
    ) -> list[dict[str, Any]]:
        """Give the scenarios with the assumptions and events that name them."""
        scenarios = []
        for place, (number, cells) in enumerate(rows, start=1):
            table = _read_row("scenarios", cells, SCENARIOS_FILE, number, findings)
            self._note_row(SCENARIOS_FILE, f"scenario {_name_or(table, place)}", "scenarios", number)
            scenarios.append((place, table))
        names = {str(table.get("name", "")) for _, table in scenarios}
        owners = _called(scenarios)
        for sheet, others in (("assumptions", assumptions), ("events", events)):
            for number, cells in others:
                name = cells.get(SCENARIO, "")
                if name and name not in owners:
                    offered = findings.offer(
                        "scenarios", name, sorted(names), "add it to the sheet scenarios"
                    )
                    trouble = Trouble(
                        f"scenario is {show(name)}",
                        "expected a scenario of scenarios.toml",
                        offered,
                        "unknown-scenario",
                    )
                    findings.add(_file_of(sheet), number, trouble)
        for place, table in scenarios:
            where = f"scenario {_name_or(table, place)}"
            calls = {call for call, owner in owners.items() if owner is table and call}
            mine = [(number, cells) for number, cells in assumptions if cells.get(SCENARIO) in calls]
            for count, (number, item) in enumerate(self._read_assumptions(mine, findings), start=1):
                self._note_row(
                    SCENARIOS_FILE, f"{where} assumption {_name_or(item, count)}", "assumptions", number
                )
                table.setdefault("assumption", []).append(item)
            dated = [(number, cells) for number, cells in events if cells.get(SCENARIO) in calls]
            for count, (number, cells) in enumerate(dated, start=1):
                item = _read_row("events", cells, "events.csv", number, findings)
                self._note_row(SCENARIOS_FILE, f"{where} event {count}", "events", number)
                table.setdefault("event", []).append(item)
        return [table for _, table in scenarios]

    def _read_assumptions(self, rows: Rows, findings: Findings) -> list[tuple[int, dict[str, Any]]]:
        """Give each assumption with its row; rows that number a part belong to the mixture above them."""
        tables: list[tuple[int, dict[str, Any]]] = []
        parts: dict[str, dict[str, Any]] = {}
        for number, cells in rows:
            part = cells.get(COMPONENT, "").rstrip(".")
            table = _read_row("assumptions", cells, ASSUMPTIONS_FILE, number, findings)
            if not part:
                tables.append((number, table))
                parts = {"": table}
                continue
            above = parts.get(part.rpartition(".")[0])
            fits = above is not None and parts[""].get("name") == table.get("name")
            if not fits or part.count(".") >= MAX_DEPTH:
                trouble = Trouble(
                    f"component is {show(part)}",
                    "expected it below its mixture, with the same name",
                    "put the row below the mixture, and number its parts 1, 2, ...",
                    "component-alone",
                )
                findings.add(ASSUMPTIONS_FILE, number, trouble)
                continue
            extra = sorted(set(table) - set(PART_KEYS) - {"name"})
            if extra:
                trouble = Trouble(
                    f"{extra[0]} is filled in for a part of a mixture",
                    "expected weight, distribution and its values only",
                    "write it into the row of the mixture",
                    "component-extra",
                )
                findings.add(ASSUMPTIONS_FILE, number, trouble)
            assert above is not None  # noqa: S101 - told by `fits`
            mine = {key: value for key, value in table.items() if key in PART_KEYS}
            above.setdefault("components", []).append(mine)
            parts[part] = mine
        return tables


def _read_row(
    table: str, cells: dict[str, str], file: str, number: int, findings: Findings
) -> dict[str, Any]:
    """Read the filled cells of a row by their columns; what cannot be read is noted and stood in for."""
    values: dict[str, Any] = {}
    for column in read_columns(table):
        text = cells.get(column.name, "")
        if not text:
            continue
        if column.base == "list":
            values[column.name] = [part.strip() for part in text.split(LIST_MARK) if part.strip()]
            continue
        value, trouble = cell_reader(column, required=False, decimal_comma=False)(text)
        if trouble is not None:
            findings.add(file, number, trouble)
            value = _stand_in(column.base, column.choices)
        values[column.name] = value
    return values


def _called(scenarios: list[tuple[int, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Give the scenario that each name means: a version by its day, or the last one by its name alone."""
    called: dict[str, dict[str, Any]] = {}
    for _, table in scenarios:
        called[name_version(str(table.get("name", "")), table.get("published"))] = table
    # names go last: they mean what they say even where one looks like a version of another
    return called | {str(table.get("name", "")): table for _, table in scenarios}


def _stand_in(base: str, choices: tuple[str, ...]) -> Any:  # noqa: ANN401 - a value of any column
    """Give something that is read without a problem, so that one wrong cell is told once."""
    if base.startswith("date"):
        return FIRST_DAY
    if base == "choice":
        return choices[0]
    return 1 if base in {"number", "integer"} else "x"


def _name_or(table: dict[str, Any], number: int) -> str:
    """Call a table as messages about documents do: by its name, or its number."""
    name = table.get("name")
    return show(name) if isinstance(name, str) and name else str(number)


def _file_of(sheet: str) -> str:
    return ASSUMPTIONS_FILE if sheet == "assumptions" else f"{sheet}.csv"
