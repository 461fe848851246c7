"""What a standard is: one row per thing needed, its unit checked, and where the figure was read."""

from __future__ import annotations

import csv
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.errors import Problem, SettingsError, nearest
from havenward.records import Standard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HOUSEHOLD_SIZE = "household_size"
COLUMNS = (
    "standard",
    "sector",
    "item",
    "quantity",
    "unit",
    "people",
    "per",
    "whole",
    "phase",
    "title",
    "section",
    "url",
    "read_level",
    "note",
)

# What may be measured, and in which unit only: a flow names its period, so that litres per week can never
# be taken for litres per day (a planning tool once shipped 15 litres a week).
FLOW_UNITS = ("litres per day", "kg per day", "kg per month", "kcal per day")
MEASURE_UNITS = ("m2",)
WHOLE_UNITS = (
    "taps",
    "places",
    "toilets",
    "kits",
    "containers",
    "sets",
    "mats",
    "blankets",
    "sheets",
    "tents",
    "facilities",
    "beds",
    "schools",
    "people on staff",
)
SIZE_UNIT = "people per household"
UNITS = (*FLOW_UNITS, *MEASURE_UNITS, *WHOLE_UNITS, SIZE_UNIT)
PHASES = ("acute", "emergency", "post-emergency", "both")
READ_LEVELS = ("A", "B", "C")


def load_standards(path: Path | None = None) -> tuple[Standard, ...]:
    """Read a standards table; without a path, the one that comes with the package.

    Parameters
    ----------
    path
        CSV with the columns of `COLUMNS`.

    Returns
    -------
    standards
        In the order of the file.

    Raises
    ------
    SettingsError
        Every problem of the table: unknown columns or units, a missing value, two rows of one name.
    """
    name, text = _read(path)
    reader = csv.DictReader(text.splitlines())
    found = tuple(reader.fieldnames or ())
    if set(found) != set(COLUMNS):
        missing = [column for column in COLUMNS if column not in found]
        unknown = [column for column in found if column not in COLUMNS]
        raise SettingsError(
            Problem(
                f"{name} row 1",
                f"missing {missing}, unknown {unknown}",
                f"expected the columns {', '.join(COLUMNS)}",
                "correct the header",
                "standards-columns",
            )
        )
    rows = list(enumerate(reader, start=2))
    problems = [problem for number, row in rows for problem in _problems_of_row(f"{name} row {number}", row)]
    problems += _check_names_once(name, rows)
    if problems:
        raise SettingsError(problems)
    return tuple(_standard(row) for _, row in rows)


def _read(path: Path | None) -> tuple[str, str]:
    if path is None:
        table = resources.files("havenward") / "tables" / "standards.csv"
        return "standards.csv", table.read_text(encoding="utf-8")
    try:
        return Path(path).name, Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            Problem(
                str(path),
                f"the file cannot be read ({error})",
                "expected a CSV file in UTF-8",
                "name another file with --standards",
                "standards-unreadable",
            )
        ) from error


def _standard(row: Mapping[str, str]) -> Standard:
    return Standard(
        standard=row["standard"],
        sector=row["sector"],
        item=row["item"],
        quantity=float(row["quantity"]),
        unit=row["unit"],
        people=float(row["people"]),
        whole=row["whole"] == "yes",
        phase=row["phase"],
        title=row["title"],
        section=row["section"],
        url=row["url"],
        read_level=row["read_level"],
        note=row["note"],
        per=row["per"],
    )


def _problems_of_row(where: str, row: Mapping[str, str]) -> Iterator[Problem]:
    for column in ("standard", "sector", "item", "title"):
        if not (row[column] or "").strip():
            yield Problem(where, f"{column} is empty", "expected a value", "fill it in", "standards-value")
    for column in ("quantity", "people"):
        if not _is_positive(row[column]):
            yield Problem(
                where,
                f"{column} is '{row[column]}'",
                "expected a number above 0",
                "correct the value",
                "standards-value",
            )
    choices = {
        "per": ("person", "household"),
        "whole": ("yes", "no"),
        "phase": PHASES,
        "read_level": READ_LEVELS,
    }
    for column, allowed in choices.items():
        if row[column] not in allowed:
            yield Problem(
                where,
                f"{column} is '{row[column]}'",
                f"expected one of {', '.join(allowed)}",
                "choose one of these",
                "standards-value",
            )
    yield from _check_unit(where, row)


def _check_unit(where: str, row: Mapping[str, str]) -> Iterator[Problem]:
    """Hold the dimension: a known unit, flows with their period, whole things in pieces."""
    unit, whole = row["unit"], row["whole"] == "yes"
    if unit not in UNITS:
        close = nearest(unit or "", UNITS)
        repair = f"did you mean '{close}'? Convert the quantity too" if close else "choose one of these"
        yield Problem(
            where, f"unit is '{unit}'", f"expected one of {', '.join(UNITS)}", repair, "standards-unit"
        )
    elif whole != (unit in WHOLE_UNITS):
        expected = "yes: this is counted in pieces" if unit in WHOLE_UNITS else "no: this is a quantity"
        yield Problem(
            where,
            f"whole is '{row['whole']}' with unit '{unit}'",
            f"expected {expected}",
            "correct the value",
            "standards-unit",
        )
    if (unit == SIZE_UNIT) != (row["standard"] == HOUSEHOLD_SIZE):
        yield Problem(
            where,
            f"unit is '{unit}' for '{row['standard']}'",
            f"expected '{SIZE_UNIT}' for '{HOUSEHOLD_SIZE}' and nothing else",
            "correct the row",
            "standards-unit",
        )


def _check_names_once(name: str, rows: list[tuple[int, dict[str, str]]]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for number, row in rows:
        if row["standard"] in first:
            yield Problem(
                f"{name} row {number}",
                f"'{row['standard']}' stands in row {first[row['standard']]} already",
                "expected one row for each standard",
                "remove one of them or rename it",
                "standards-twice",
            )
        first.setdefault(row["standard"], number)


def _is_positive(text: str) -> bool:
    try:
        return 0 < float(text) < float("inf")
    except (TypeError, ValueError):
        return False
