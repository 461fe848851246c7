"""What one value of a TOML file means, and which keys a table may have."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from havenward.case.cells import cell_reader, check_range, check_year, show
from havenward.case.findings import Trouble
from havenward.case.sheets import read_text
from havenward.limits import DOCUMENT_CHARACTERS, DOCUMENT_POINTS

if TYPE_CHECKING:
    from pathlib import Path

    from havenward.case.cells import Cell
    from havenward.case.findings import Findings
    from havenward.case.tables import Column


MAX_DOCUMENT, MAX_POINTS = DOCUMENT_CHARACTERS, DOCUMENT_POINTS
_DECIMAL = re.compile(r"(?<![\w.])[0-9]+\.[0-9]+(?![\w.])")


def read_document(path: Path, name: str, findings: Findings) -> dict[str, Any] | None:
    """Read a TOML file; None with a finding where that fails."""
    text = read_text(path, name, findings)
    if text is None:
        return None
    try:
        return parse_toml(text)
    except ValueError as error:
        reason = str(error)
    trouble = Trouble(
        f"the file is not valid TOML ({reason})",
        'expected lines such as key = "value"',
        "correct the line: texts stand in quotes, dates do not",
        "toml-syntax",
    )
    findings.add(name, "", trouble)
    return None


def parse_toml(text: str) -> dict[str, Any]:
    """Read TOML within bounds of time.

    Raises
    ------
    ValueError
        It is none, or has a number of thousands of digits, or what would take minutes; says which.
    """
    if reason := _find_excess(text):
        raise ValueError(reason)
    try:
        return tomllib.loads(text)
    except RecursionError:
        reason = "brackets are nested too deeply"
    raise ValueError(reason)


def _find_excess(text: str) -> str:
    """Find what would take the reader of TOML minutes; nothing that a person writes does."""
    if len(text) > MAX_DOCUMENT:
        return f"more than {MAX_DOCUMENT:,} characters"
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") > MAX_POINTS and _DECIMAL.sub("", line).count(".") > MAX_POINTS:
            return f"more than {MAX_POINTS} points outside numbers in line {number}"
    return ""


def read_value(column: Column, value: object) -> Cell:
    """Read one value of a TOML file, which brings its own type."""
    found = (
        f"{column.name} is {show(str(value)) if not isinstance(value, (dict, list)) else 'a list or table'}"
    )
    wrong = None, Trouble(found, column.expected(), "correct the value", "value-type")
    if column.base in {"number", "integer"}:
        return _read_number(column, value, found)
    if column.base in {"date", "date or assumption"} and isinstance(value, date):
        if isinstance(value, datetime):
            return None, Trouble(found, column.expected(), f"write {value.date().isoformat()}", "date-format")
        return check_year(found, value)
    if column.base == "flag" and isinstance(value, bool):
        return value, None
    if column.base == "list":
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(item.strip() for item in value), None
        return None, Trouble(
            found, "expected a list of texts in square brackets", 'write it as ["one", "two"]', "value-type"
        )
    if not isinstance(value, str):
        return wrong
    return cell_reader(column, required=column.required, decimal_comma=False)(value.strip())


def _read_number(column: Column, value: object, found: str) -> Cell:
    if isinstance(value, str):
        return None, Trouble(found, column.expected(), "write the number without quotes", "value-type")
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole and (column.base == "integer" or not isinstance(value, float)):
        return None, Trouble(found, column.expected(), "correct the value", "value-type")
    try:
        number = float(value)  # type: ignore[arg-type]
    except OverflowError:
        number = float("inf")
    if number != number or abs(number) == float("inf"):  # noqa: PLR0124 - NaN is not itself
        return None, Trouble(found, "expected a finite number", "correct the value", "number-infinite")
    _, trouble = check_range(column, number, found)
    return (value if column.base == "integer" else number), trouble


def read_keys(
    columns: tuple[Column, ...],
    table: dict[str, Any],
    file: str,
    place: str,
    findings: Findings,
    skipped: frozenset[str] = frozenset(),
    inherited: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Read the keys of one TOML table.

    Unknown keys are refused. Values that cannot be used are None; absent ones are the default, the
    inherited value, or as an empty cell of that column.
    """
    by_name = {column.name: column for column in columns}
    offers = []
    for key in table:
        if key not in by_name:
            offers.append(findings.offer(file, key, tuple(by_name), "remove or rename the key"))
            found, expected = f"unknown key {show(key)}", f"expected keys among {', '.join(by_name)}"
            findings.add(file, place, Trouble(found, expected, offers[-1], "unknown-key"))
    values: dict[str, Any] = {}
    for column in columns:
        if column.name in skipped:
            continue
        if column.name in table:
            value, trouble = read_value(column, table[column.name])
        elif inherited and column.name in inherited:
            value, trouble = inherited[column.name], None
        elif f"did you mean '{column.name}'?" in offers:
            value, trouble = None, None  # it is there, mistyped
        elif column.required:
            value, trouble = (
                None,
                Trouble(f"key '{column.name}' is missing", column.expected(), "add it", "value-missing"),
            )
        elif column.base == "list":
            value, trouble = (), None
        else:
            value, trouble = cell_reader(column, required=False, decimal_comma=False)("")
        if trouble is not None:
            findings.add(file, place, trouble)
        values[column.name] = value
    return values


def read_tables(document: dict[str, Any], key: str, file: str, findings: Findings) -> list[dict[str, Any]]:
    """Take the list of tables `[[key]]` that a document consists of; anything else in it is refused."""
    for other in document:
        if other != key:
            findings.add(
                file,
                "",
                Trouble(
                    f"unknown key {show(other)}",
                    f"expected tables [[{key}]] only",
                    f"start each {key} with a line [[{key}]]",
                    "unknown-key",
                ),
            )
    tables = document.get(key, [])
    if isinstance(tables, list) and all(isinstance(table, dict) for table in tables):
        return tables
    findings.add(
        file,
        "",
        Trouble(
            f"{key} is not a list of tables",
            f"expected tables [[{key}]]",
            f"write [[{key}]] with two brackets",
            "toml-tables",
        ),
    )
    return []
