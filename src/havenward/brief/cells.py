"""How a value is written so that a spreadsheet takes it for what it is: text stays text, dates are ISO."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

FORMULA_STARTS = frozenset("=+-@")
CELL_BREAKS = frozenset("\t\r\n")  # a paste into a sheet would begin a new cell there


def neutralise(value: object) -> object:
    """Put an apostrophe before text that a spreadsheet would take for a formula."""
    risky = isinstance(value, str) and (value.lstrip()[:1] in FORMULA_STARTS or value[:1] in CELL_BREAKS)
    return f"'{value}" if risky else value


def write_table(
    path: Path,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    tags: Sequence[str] = (),
) -> None:
    """Write a CSV that spreadsheets read as UTF-8 (it begins with a byte order mark), text neutralised.

    Parameters
    ----------
    path
        Is replaced; its folder exists.
    columns, rows
        Header and values; None is an empty cell, a date is written as `2016-10-16`.
    tags
        HXL tags for a row under the header; none is written where this is empty.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        if tags:
            writer.writerow(tags)
        writer.writerows([_plain(value) for value in row] for row in rows)


def _plain(value: object) -> object:
    if isinstance(value, str):
        # a lone carriage return is not quoted by the writer, but begins a row for a reader
        return str(neutralise(value)).replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return int(value) if value.is_integer() else round(value, 6)
    return value
