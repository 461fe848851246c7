"""What every reader of tables needs: rows of a sheet, how a file is refused, how many rows are enough."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from havenward.errors import CaseError, Problem
from havenward.limits import IMPORT_COLUMNS, IMPORT_ROWS, TABLE_CELLS

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_ROWS, MAX_COLUMNS, MAX_CELLS = IMPORT_ROWS, IMPORT_COLUMNS, TABLE_CELLS


@dataclass
class Grid:
    """One sheet as text: row numbers as a spreadsheet counts them, and cells."""

    sheet: str
    rows: list[tuple[int, list[str]]]
    notes: list[str] = field(default_factory=list)


def refuse(where: str, found: str, expected: str, repair: str, slug: str) -> CaseError:
    """Make the error of one problem of a file."""
    return CaseError(Problem(where, found, expected, repair, slug))


def cut_off(name: str) -> CaseError:
    """Say that a file is not whole."""
    return refuse(
        name,
        "the file is damaged or was cut off while it was copied",
        "expected a whole file",
        "download or copy it again",
        "import-file-truncated",
    )


def add_rows(rows: list[tuple[int, list[str]]], split: Iterator[list[str]], name: str) -> None:
    """Add rows with their numbers; refuse a table of more rows or cells than there is room for."""
    count = 0
    for number, cells in enumerate(split, start=1):
        count += len(cells)
        check_cells(count, name, number)
        rows.append((number, cells))


def check_cells(cells: int, name: str, rows: int = 0) -> None:
    """Refuse a table of more cells or rows than there is room for."""
    if rows > MAX_ROWS or cells > MAX_CELLS:
        raise refuse(
            name,
            f"the table has more than {f'{MAX_ROWS:,} rows' if rows > MAX_ROWS else f'{MAX_CELLS:,} cells'}",
            "expected a table that fits into memory",
            "keep only the rows and columns that the case needs",
            "import-file-too-large",
        )
