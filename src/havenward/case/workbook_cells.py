"""What one cell of a workbook says as text: dates, numbers, codes with leading zeros, formulas and errors."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from havenward.case.findings import Trouble

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_ROWS, MAX_COLUMNS = 200_000, 300  # cells beyond are no table of a case
_ZEROS = re.compile(r"0+\Z")
_CELL_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")


@dataclass
class Page:
    """One sheet as text.

    `rows` pairs the numbers of the spreadsheet with cells from column A on, stripped; rows without a value
    are left out. `merged` are areas as (first row, first column, last row, last column); rows count from 1,
    columns from 0.
    """

    title: str
    hidden: bool = False
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    _raw: dict[tuple[int, int], str] = field(default_factory=dict)
    _broken: dict[int, list[tuple[int, Trouble]]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Tell whether the sheet has no value at all."""
        return not self.rows

    def find_header(self, known: Sequence[str], within: int) -> tuple[int, list[str]] | None:
        """Find the row that names columns: of the first rows the one that has most of their names."""
        first = self.rows[:within]
        if not first:
            return None
        best = max(first, key=lambda row: len(set(row[1]) & set(known)))
        return best if set(best[1]) & set(known) else first[0]

    def raw_text(self, row: int, column: int | None) -> str:
        """Give a text with the spaces and line breaks around it."""
        if column is None:
            return ""
        if (row, column) in self._raw:
            return self._raw[row, column]
        cells = next((cells for number, cells in self.rows if number == row), [])
        return cells[column] if column < len(cells) else ""

    def troubles(self, row: int, width: int) -> list[tuple[int, Trouble]]:
        """List what is wrong with cells of a row before anybody knows what belongs into them."""
        return [(at, trouble) for at, trouble in self._broken.get(row, ()) if at < width]

    def merged_below(self, header: int, width: int) -> list[str]:
        """Name the merged areas that touch the table from its header on."""
        return [
            f"{column_letter(left)}{top}:{column_letter(right)}{bottom}"
            for top, left, bottom, right in self.merged
            if bottom >= header and left < width
        ]


def read_page(sheet: Any, formulas: Any = None) -> Page:  # noqa: ANN401 - sheets of openpyxl
    """Read a sheet; `formulas` is the same sheet with formulas in place of their stored values."""
    page = Page(str(sheet.title), hidden=sheet.sheet_state != "visible")
    page.merged = [
        (area.min_row, area.min_col - 1, area.max_row, area.max_col - 1) for area in sheet.merged_cells.ranges
    ]
    # only cells that are there: one in the last corner would make a row of each of a million rows
    by_row: dict[int, list[tuple[int, Any]]] = {}
    for (number, column), cell in sorted(sheet._cells.items()):  # noqa: SLF001 - rows would be made full
        if number <= MAX_ROWS and column <= MAX_COLUMNS:
            by_row.setdefault(number, []).append((column - 1, cell))
    written = formulas._cells if formulas is not None else {}  # noqa: SLF001 - likewise
    for number, cells in by_row.items():
        texts = [""] * (cells[-1][0] + 1)
        for at, cell in cells:
            value = cell.value
            if value is None:
                if getattr(written.get((number, at + 1)), "data_type", "") == "f":
                    page._broken.setdefault(number, []).append((at, _not_worked_out()))  # noqa: SLF001 - its own maker
                    texts[at] = "="
                continue
            text = cell_text(value, str(getattr(cell, "number_format", "")))
            texts[at] = text.strip()
            if texts[at] != text:
                page._raw[number, at] = text  # noqa: SLF001 - likewise
            if getattr(cell, "data_type", "") == "e" or text in _CELL_ERRORS:
                page._broken.setdefault(number, []).append((at, _cell_error(text)))  # noqa: SLF001 - likewise
        if any(texts):
            while texts and not texts[-1]:
                texts.pop()
            page.rows.append((number, texts))
    return page


def cell_text(value: object, number_format: str = "") -> str:
    """Write a value as a person sees it: days as YYYY-MM-DD, codes with the zeros that are shown."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time(0) else value.isoformat(" ")
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer() and abs(value) < 1e15):
        shown = _ZEROS.match(number_format)
        text = str(int(value))
        return text.zfill(len(number_format)) if shown and value >= 0 else text
    if isinstance(value, float):
        # floating-point sums such as 0.1 + 0.2 are shown as 0.3
        return f"{value:.15g}"
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def column_letter(at: int) -> str:
    """Name a column as spreadsheets do: A, B, ..., Z, AA."""
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _not_worked_out() -> Trouble:
    return Trouble(
        "is a formula without a stored value",
        "expected a value, or a formula that a spreadsheet has worked out",
        "open the workbook in a spreadsheet and save it, or write the value",
        "formula-without-value",
    )


def _cell_error(text: str) -> Trouble:
    return Trouble(
        f"is {text}, an error of the spreadsheet",
        "expected a value",
        "repair the formula, or write the value",
        "cell-error",
    )
