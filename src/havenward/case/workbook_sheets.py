"""Which sheets a workbook of a case has, and which columns; the same for writing one and for reading it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from havenward.case.draft import ASSUMPTIONS_FILE, CASE_FILE, REPORTS_FOLDER, SCENARIOS_FILE
from havenward.case.tables import SHEETS, Column, read_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

WORKBOOK_NAME = "case.xlsx"
SETTINGS, ASSUMPTIONS, SCENARIOS, REPORTS = "settings", "assumptions", "scenarios", "reports"
README, EXAMPLES, LISTS = "README", "examples", "lists"
# sheets that are there to help, and are never read
HELP_SHEETS = (README, EXAMPLES, LISTS)
# sheets in the order in which a person fills them in
CASE_SHEETS = (
    SETTINGS,
    "locations",
    "routes",
    "events",
    ASSUMPTIONS,
    "observations",
    "stock",
    "sources",
    "attributes",
    SCENARIOS,
    REPORTS,
    "figures",
)
SETTING, VALUE = "setting", "value"  # columns of the sheet of settings
SCENARIO, COMPONENT, REPORT, TEXT = "scenario", "component", "report", "text"
# what a planner fills in most often; the other parameters of distributions follow
FIRST_OF_ASSUMPTIONS = (
    "name",
    "published",
    "distribution",
    "low",
    "mode",
    "high",
    "value",
    "median",
    "sigma",
    "unit",
    "reason",
    "sources",
    "after",
    SCENARIO,
    COMPONENT,
)
LIST_MARK = ";"  # parts the items of a list in one cell
MAX_CELL_TEXT = 32_000  # characters; a cell of a workbook holds 32,767
# what each file of a folder is called in a workbook
SHEET_OF_FILE: Mapping[str, str] = {
    **{f"{table}.csv": table for table in SHEETS},
    CASE_FILE: SETTINGS,
    ASSUMPTIONS_FILE: ASSUMPTIONS,
    SCENARIOS_FILE: SCENARIOS,
    f"{REPORTS_FOLDER}/": REPORTS,
}


def _text(name: str, description: str, base: str = "text") -> Column:
    return Column(name, base, None, None, low_open=False, high_open=False, choices=(), unit="",
                  required=False, default="", description=description)  # fmt: skip


@cache
def sheet_columns(sheet: str) -> tuple[Column, ...]:
    """List the columns of a sheet.

    They are those of the file, and a few more where a file holds what one row cannot: the scenario that an
    event or assumption belongs to, the part of a mixture, the name and text of a report. Assumptions of a
    mixture's parts repeat the name and number the part.
    """
    if sheet == ASSUMPTIONS:
        own = {column.name: column for column in read_columns("assumptions") if column.name != "components"}
        part = _text(
            COMPONENT,
            "Only for a part of a mixture: 1, 2, ... (2.1 for a part of part 2), in rows below the mixture, "
            "with the same name.",
            "key",
        )
        extra = {SCENARIO: _of_scenario(), COMPONENT: part}
        first = [own[name] if name in own else extra[name] for name in FIRST_OF_ASSUMPTIONS]
        return (*first, *(column for name, column in own.items() if name not in FIRST_OF_ASSUMPTIONS))
    if sheet == "events":
        return (*read_columns("events"), _of_scenario())
    if sheet == SCENARIOS:
        return tuple(
            column for column in read_columns("scenarios") if column.name not in {"assumption", "event"}
        )
    if sheet == REPORTS:
        name = replace(
            _text(REPORT, "Name of its file, ending in .txt, for example 2016-07-31-times.txt.", "key"),
            required=True,
        )
        text = _text(
            TEXT,
            "The text. If it is longer than a cell holds, it goes on in the next row, with the report "
            "and nothing else.",
        )
        return (name, *read_columns("reports"), text)
    return read_columns(sheet)


def name_version(scenario: str, published: object) -> str:
    """Name one of several versions of a scenario, as rows that belong to it do."""
    return f"{scenario} ({published})"


def _of_scenario() -> Column:
    words = (
        "Name of the scenario that this row belongs to; empty for the case itself. Of several versions the "
    )
    words += "last one is meant, or that with this day of publication: slow (2024-05-13)."
    return _text(SCENARIO, words, "key")
