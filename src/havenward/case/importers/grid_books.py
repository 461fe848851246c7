"""How the sheets of a workbook become rows of text, and which are refused before a library opens them."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from havenward.archives import check_encoding
from havenward.case.importers.grid_parts import MAX_COLUMNS, Grid, add_rows, cut_off, refuse
from havenward.limits import MERGED_CELLS

if TYPE_CHECKING:
    from collections.abc import Iterator

_MERGED = re.compile(rb"mergeCell\b[^>]*")
_AREA = re.compile(
    rb"""ref\s*=\s*["']\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?["']"""
)


def read_sheet(sheet: Any, *, whole: bool) -> Grid:  # noqa: ANN401 - a sheet of openpyxl
    """Write the cells of a sheet as text; `whole` where it was opened whole, with its merged areas."""
    grid = Grid(sheet.title, [])
    if whole:
        # only cells that are there: one in the last corner would make a row of each of a million rows
        last = max((area.max_col for area in sheet.merged_cells.ranges), default=0)
        by_row: dict[int, list[str]] = {}
        for (number, column), cell in sorted(sheet._cells.items()):  # noqa: SLF001 - rows would be made full
            if column <= MAX_COLUMNS and (text := cell_text(cell.value)):
                cells = by_row.setdefault(number, [])
                cells += [""] * (column - 1 - len(cells))
                cells.append(text)
        for cells in by_row.values():
            cells.extend([""] * (min(last, MAX_COLUMNS) - len(cells)))
        add_rows(grid.rows, iter(by_row.values()), sheet.title)
        grid.rows = list(zip(by_row, (cells for _, cells in grid.rows), strict=True))
        _fill_merged(sheet, grid)
        return grid
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()  # files often state wrong ones
    add_rows(grid.rows, _stored_rows(sheet), sheet.title)
    grid.rows = [row for row in grid.rows if any(row[1])]
    return grid


def _stored_rows(sheet: Any) -> Iterator[list[str]]:  # noqa: ANN401 - a sheet of openpyxl
    for cells in sheet.iter_rows(values_only=True):
        texts = [cell_text(cell) for cell in cells[:MAX_COLUMNS]]
        yield texts if any(texts) else []


def check_workbook(data: bytes, name: str) -> int:
    """Refuse a workbook whose merged areas cover more cells than the library can make objects of.

    Returns
    -------
    tags
        Of all its parts; four for each cell.

    Raises
    ------
    CaseError
        They do, or the workbook is in an encoding that no spreadsheet writes.
    """
    covered = tags = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                if info.filename.lower().endswith(".xml"):
                    text = archive.read(info)
                    check_encoding(text[:400])
                    tags += text.count(b"<")
                    covered += sum(_count_covered(area) for area in _MERGED.findall(text))
    except Exception as error:  # zlib and the archive fail in ways of their own
        raise cut_off(name) from error
    if covered > MERGED_CELLS:
        raise refuse(
            name,
            f"merged areas cover more than {MERGED_CELLS:,} cells",
            "expected merged headings and names",
            "unmerge the cells, and save it again",
            "import-merged-cells",
        )
    return tags


def _count_covered(area: bytes) -> int:
    """Count the cells of a merged area; more than there may be where it cannot be read."""
    match = _AREA.search(area)
    if not match:
        return MERGED_CELLS + 1
    left, top, right, bottom = match.groups()
    columns = _column_number(right or left) - _column_number(left) + 1
    return max(1, columns) * max(1, int(bottom or top) - int(top) + 1)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _fill_merged(sheet: Any, grid: Grid) -> None:  # noqa: ANN401 - a sheet of openpyxl
    """Repeat merged texts in every cell they cover; a merged number stays one, as it would count twice."""
    by_row = dict(grid.rows)
    numbers = 0
    for area in sheet.merged_cells.ranges:
        top = by_row.get(area.min_row)
        if top is None or area.min_col > len(top) or not top[area.min_col - 1]:
            continue
        text = top[area.min_col - 1]
        if isinstance(sheet.cell(area.min_row, area.min_col).value, int | float):
            numbers += 1
            continue
        for row in range(area.min_row, min(area.max_row, area.min_row + 10_000) + 1):
            cells = by_row.get(row)
            for column in range(area.min_col - 1, min(area.max_col, len(cells or ()))):
                if cells is not None and not cells[column]:
                    cells[column] = text
    if numbers:
        grid.notes.append(
            f"merged cells with numbers ({numbers}); each counts once, in the first row that it covers"
        )


def cell_text(value: object) -> str:
    """Write the value of a cell, or of JSON, as text."""
    import datetime as dt

    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        text = repr(value)
        # three decimals would look like a point that parts thousands, which a stored number never has
        return text + "0" if text[-4:-3] == "." else text
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time(0) else value.isoformat(" ")
    return " ".join(str(value).split())
