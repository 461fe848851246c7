"""How a file becomes rows of text: encodings, delimiters, quotes, and rows as spreadsheets number them."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from havenward.case.cells import show
from havenward.case.findings import Trouble
from havenward.limits import TABLE_BYTES, TABLE_CELL, TABLE_CELLS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from havenward.case.findings import Findings

MAX_FILE_BYTES, MAX_CELL, MAX_CELLS = TABLE_BYTES, TABLE_CELL, TABLE_CELLS


@dataclass(frozen=True)
class Sheet:
    """The rows of a file as text.

    `columns` maps each column name to its position; `rows` pairs the row number of the spreadsheet (the
    header is row 1) with cells, stripped, as many as the header has. `refused` are the rows that are too
    short or too long, which still tell names; `whole` is False where reading broke off.
    """

    columns: dict[str, int] = field(default_factory=dict)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    refused: list[tuple[int, list[str]]] = field(default_factory=list)
    decimal_comma: bool = False
    whole: bool = True


def read_text(path: Path, name: str, findings: Findings) -> str | None:
    """Read a text file as UTF-8 (or UTF-16 with its mark); None with a finding where that fails."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            findings.add(
                name,
                "",
                Trouble(
                    f"the file has {size / 1e6:,.0f} MB",
                    f"expected at most {MAX_FILE_BYTES / 1e6:,.0f} MB",
                    "keep only the rows that the case needs",
                    "file-too-large",
                ),
            )
            return None
        data = path.read_bytes()
    except OSError as error:
        findings.add(
            name,
            "",
            Trouble(
                f"the file cannot be read ({error.strerror or error})",
                "expected a readable file",
                "check that it is a file, is not open elsewhere, and may be read",
                "file-unreadable",
            ),
        )
        return None
    if not data.strip():
        findings.add(
            name,
            "",
            Trouble(
                "the file is empty",
                "expected at least its first line",
                "copy the file again, or remove it if it is not needed",
                "file-empty",
            ),
        )
        return None
    return _decode(data, name, findings)


def _decode(data: bytes, name: str, findings: Findings) -> str | None:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as error:
            findings.add(
                name,
                "",
                Trouble(
                    f"the file is damaged at byte {error.start:,}",
                    "expected UTF-16 text as the file's mark says",
                    "save the file again as UTF-8",
                    "file-encoding",
                ),
            )
            return None
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            # rows are counted as a spreadsheet does, line breaks in quotes left out
            start = error.start + (3 if data.startswith(codecs.BOM_UTF8) else 0)
            row = (
                _count_rows(data[:start].decode("utf-8-sig", "replace"))
                if name.endswith(".csv")
                else (data.count(b"\n", 0, start) + 1)
            )
            findings.add(
                name,
                row if name.endswith(".csv") else f"line {row}",
                Trouble(
                    f"byte {data[start]:#04x} at offset {start:,} is not UTF-8",
                    "expected UTF-8 text",
                    "save the file again as 'CSV UTF-8'"
                    if name.endswith(".csv")
                    else "save the file again as UTF-8",
                    "file-encoding",
                ),
            )
            return None
    if "\0" in text:
        findings.add(
            name,
            "",
            Trouble(
                "the file holds zero bytes",
                "expected UTF-8 text",
                "save the file again as UTF-8, if it is a text at all",
                "file-encoding",
            ),
        )
        return None
    return text


def _count_rows(before: str) -> int:
    """Count the row in which a text breaks off: line breaks outside quotes, plus one."""
    outside = "".join(before.split('"')[::2])
    return outside.count("\n") + 1


def read_sheet(
    path: Path, name: str, known: Sequence[str], required: Sequence[str], findings: Findings
) -> Sheet:
    """Read the rows of a CSV file.

    Parameters
    ----------
    path, name
        The file, and what messages call it.
    known, required
        Columns that it may have, and those that it must have.
    findings
        Takes what is wrong: encodings, quotes, unknown or missing columns, rows that are too short or long.
    """
    text = read_text(path, name, findings)
    if text is None:
        return Sheet()
    delimiter = _find_delimiter(text, known)
    rows, whole = _split_rows(text, delimiter, name, findings)
    header = next(((number, cells) for number, cells in rows if any(cells)), None)
    if header is None:
        if not findings.has_errors(name):
            findings.add(name, "", header_missing(known))
        return Sheet()
    columns = read_header(header[1], header[0], name, known, required, findings)
    check_unnamed(header[1], rows, name, findings)
    width = max((index for index, cell in enumerate(header[1]) if cell), default=-1) + 1
    body = [(number, cells) for number, cells in rows if number > header[0] and any(cells)]
    kept: list[tuple[int, list[str]]] = []
    refused: list[tuple[int, list[str]]] = []
    for row in body:
        sound = _check_width(row, width, name, findings, last=row is body[-1])
        (kept if sound else refused).append(row)
    return Sheet(columns, kept, refused, decimal_comma=delimiter == ";", whole=whole)


def header_missing(known: Sequence[str]) -> Trouble:
    """Say that a table has no header."""
    return Trouble(
        "the file has no header",
        f"expected the columns {', '.join(known)}",
        "write the names of the columns into the first row",
        "header-missing",
    )


def _find_delimiter(text: str, known: Sequence[str]) -> str:
    """Find the delimiter by which most of the header's cells are names of columns."""
    line = text.lstrip().partition("\n")[0][:100_000]
    scores = {}
    for mark in (",", ";", "\t"):
        cells = {cell.strip().strip('"').strip().lower() for cell in line.split(mark)}
        scores[mark] = (len(cells & set(known)), line.count(mark))
    return max(scores, key=lambda mark: scores[mark])


def _split_rows(
    text: str, delimiter: str, name: str, findings: Findings
) -> tuple[list[tuple[int, list[str]]], bool]:
    rows: list[tuple[int, list[str]]] = []
    if text.count(delimiter) + text.count("\n") > MAX_CELLS:  # before any of them is an object of its own
        findings.add(name, "", _too_many_cells())
        return rows, False
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            rows.append((number, [cell.strip() for cell in cells]))
    except csv.Error as error:
        if "limit" in str(error):
            trouble = _cell_too_large()
        elif "unexpected end" in str(error):
            trouble = Trouble(
                "a quotation mark opens here and never closes",
                "expected quotes in pairs",
                "close the quotes, and write a quotation mark inside a quoted cell twice",
                "quote-open",
            )
        else:
            trouble = Trouble(
                "text follows a closing quotation mark",
                "expected quotes around whole cells only",
                "write a quotation mark inside a quoted cell twice",
                "quote-inside",
            )
        findings.add(name, number + 1, trouble)
        return rows, False
    return rows, True


def _too_many_cells() -> Trouble:
    return Trouble(
        f"the file has more than {MAX_CELLS:,} cells",
        "expected a table that fits into memory",
        "keep only the rows that the case needs",
        "file-too-large",
    )


def _cell_too_large() -> Trouble:
    return Trouble(
        f"a cell has more than {MAX_CELL:,} characters",
        "expected short cells",
        "shorten it, or close the quotation mark that swallowed many rows",
        "cell-too-large",
    )


def read_header(
    header: list[str], row: int, name: str, known: Sequence[str], required: Sequence[str], findings: Findings
) -> dict[str, int]:
    """Find the position of each column; names that are unknown, missing or there twice are noted."""
    columns: dict[str, int] = {}
    offers = []
    for position, cell in enumerate(header):
        if not cell:
            continue  # a column without a name may only be empty, which `check_unnamed` tells
        if cell in columns:
            trouble = Trouble(
                f"column '{cell}' stands twice",
                "expected each column once",
                "remove or rename one of them",
                "column-twice",
            )
        elif cell not in known:
            offers.append(findings.offer(name, cell, known, "remove or rename the column"))
            trouble = Trouble(
                f"unknown column {show(cell)}",
                f"expected columns among {', '.join(known)}",
                offers[-1],
                "unknown-column",
            )
        else:
            columns[cell] = position
            continue
        findings.add(name, row, trouble)
    for column in required:
        if column not in columns and f"did you mean '{column}'?" not in offers:
            findings.add(
                name,
                row,
                Trouble(
                    f"column '{column}' is missing",
                    "expected it in the first row",
                    "add the column",
                    "column-missing",
                ),
            )
    return columns


def check_unnamed(
    header: list[str], rows: list[tuple[int, list[str]]], name: str, findings: Findings
) -> None:
    """Refuse values in a column without a name between columns that have one; they would be lost."""
    last = max((index for index, cell in enumerate(header) if cell), default=-1)
    for position in (index for index in range(last) if not header[index]):
        number = next((number for number, cells in rows if position < len(cells) and cells[position]), None)
        if number is not None:
            findings.add(
                name,
                number,
                Trouble(
                    f"there is a value in column {position + 1}, which has no name",
                    "expected a name in the first row",
                    "name the column, or remove it",
                    "column-unnamed",
                ),
            )


def _check_width(
    row: tuple[int, list[str]], width: int, name: str, findings: Findings, *, last: bool
) -> bool:
    number, cells = row
    if len(cells) < width:
        repair = "complete the row, as the file may have been cut off" if last else "complete the row"
        findings.add(
            name,
            number,
            Trouble(
                f"the row has {len(cells)} of {width} cells",
                f"expected {width} cells as in the header",
                repair,
                "row-too-short",
            ),
        )
        return False
    if any(cells[width:]):
        findings.add(
            name,
            number,
            Trouble(
                f"the row has {max(i for i, c in enumerate(cells) if c) + 1} cells",
                f"expected {width} cells as in the header",
                "put texts that hold the delimiter in quotes, or name the extra column",
                "row-too-long",
            ),
        )
        return False
    return True
