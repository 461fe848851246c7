"""How the rows of a Flee file are read: comments, headers and cells as Flee takes them."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.case.cells import show
from havenward.case.findings import Findings, Trouble
from havenward.case.sheets import read_text

if TYPE_CHECKING:
    from pathlib import Path

INPUT, DATA = "input_csv", "source_data"

# names that the header of a column may have, position by position; latitude and longitude can be exchanged
_PLACE = ("lat", "latitude", "gps_x", "x", "lon", "long", "longitude", "gps_y", "y")
_HEADERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "locations.csv": (
        ("name", "location"),
        ("region",),
        ("country",),
        _PLACE,
        _PLACE,
        ("location_type", "type"),
        ("conflict_date",),
        ("population", "pop", "pop/cap", "capacity", "population/capacity"),
    ),
    "routes.csv": (("name1",), ("name2",), ("distance",), ("forced_redirection",)),
    "closures.csv": (("closure_type",), ("name1",), ("name2",), ("closure_start",), ("closure_end",)),
}


@dataclass
class Rows:
    """The rows of a file: number as a spreadsheet counts (from 1), and cells as they stand."""

    header: tuple[int, list[str]] | None = None
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


@dataclass
class Places:
    """Where in the files each thing stands, for messages that are about two files."""

    names: set[str] = field(default_factory=set)  # of locations, those of rows with errors included
    locations: list[int] = field(default_factory=list)
    routes: list[int] = field(default_factory=list)
    closures: list[int] = field(default_factory=list)
    changes: list[int] = field(default_factory=list)
    corrections: list[int] = field(default_factory=list)
    conflict_days: list[int] = field(default_factory=list)
    series: dict[str, int] = field(default_factory=dict)
    has_settings: bool = False
    unread: tuple[str, ...] = ()
    dropped: dict[str, tuple[str, int]] = field(default_factory=dict)


def read_rows(src: Path, name: str, findings: Findings, *, header: bool = True, empty: bool = False) -> Rows:
    """Read a CSV file; with `header`, lines that start with # are comments, the first one the header."""
    path = src / name
    if not path.is_file() or (empty and path.stat().st_size == 0):
        return Rows()
    text = read_text(path, name, findings)
    if text is None:
        return Rows()
    if path.read_bytes()[:3] == b"\xef\xbb\xbf":
        findings.add(
            name,
            1,
            Trouble(
                "the file begins with a byte order mark, which Flee takes for part of the first name",
                "expected plain UTF-8",
                "save it as UTF-8 without signature before Flee reads it",
                "flee-mark",
                "warning",
            ),
        )
    found = Rows()
    reader = csv.reader(io.StringIO(text, newline=""))
    first = 1
    try:
        for cells in reader:
            row, first = first, reader.line_num + 1
            if not cells:
                continue
            if any("\n" in cell for cell in cells):
                note_row(
                    findings,
                    name,
                    row,
                    f"a quotation mark opens a cell that runs on to row {first - 1}",
                    "expected cells parted by commas",
                    "close or remove the quotation mark",
                    "flee-row-broken",
                )
                continue
            if header and cells[0].startswith("#"):
                found.header = found.header or (row, cells)
            else:
                found.rows.append((row, cells))
    except csv.Error as error:
        note_row(
            findings,
            name,
            first,
            f"the row cannot be read ({error})",
            "expected cells parted by commas",
            "look for a quotation mark that never closes",
            "flee-row-broken",
        )
    return found


def note_row(
    findings: Findings,
    file: str,
    row: int,
    found: str,
    expected: str,
    repair: str,
    slug: str,
    severity: str = "error",
) -> None:
    """Note a trouble with one row of a file."""
    findings.add(file, row, Trouble(found, expected, repair, slug, severity))


def fit_header(name: str, rows: Rows, findings: Findings) -> bool:
    """Check that the header names no column where another one stands; Flee itself reads positions only."""
    file = f"{INPUT}/{name}"
    places = _HEADERS[name]
    if rows.header is None:
        if rows.rows and to_plain(rows.rows[0][1][0]) in {word for words in places[:1] for word in words}:
            note_row(
                findings,
                file,
                rows.rows[0][0],
                "the header does not begin with #, so that Flee takes it for data",
                "expected a header such as #name",
                f"write it as #{rows.rows[0][1][0].strip()}",
                "flee-header-unmarked",
            )
            return False
        return True
    row, cells = rows.header
    known = {word for words in places for word in words}
    order = [words[0] for words in places]
    if name == "locations.csv":
        order[3:5] = ["latitude", "longitude"]
    for position, cell in enumerate(cells[: len(places)]):
        word = to_plain(cell)
        if word in known and word not in places[position]:
            note_row(
                findings,
                file,
                row,
                f"column {position + 1} is {show(word)}",
                f"expected {places[position][0]} there, as Flee reads columns by their position",
                f"put the columns in the order {', '.join(order)}",
                "flee-column-order",
            )
            return False
    return True


def to_plain(cell: str) -> str:
    """Give the word of a header: lower case, without # and spaces."""
    return cell.strip().lstrip("#").strip().lower()


def is_long_enough(file: str, row: int, cells: list[str], needed: int, findings: Findings) -> bool:
    """Tell whether a row has the cells that Flee reads, and a first one; a trouble is noted where not."""
    if len(cells) >= needed and cells[0].strip():
        return True
    if len(cells) < needed:
        found, expected = f"the row has {count_noun(len(cells), 'cell')}", f"expected at least {needed}"
        note_row(findings, file, row, found, expected, "complete the row, or remove it", "flee-row-short")
    else:
        note_row(
            findings,
            file,
            row,
            "the first cell is empty",
            "expected a name",
            "fill it in, or remove the row",
            "flee-cell-empty",
        )
    return False


def allow_spare_commas(file: str, row: int, cells: list[str], width: int, findings: Findings) -> bool:
    """Let empty cells beyond the columns through with a warning; False where others would be lost."""
    if len(cells) <= width:
        return True
    if any(cell.strip() for cell in cells[width:]):
        note_row(
            findings,
            file,
            row,
            f"the row has {len(cells)} cells",
            f"expected {width} as in the header",
            "name the further columns in the header, or remove the cells",
            "flee-row-long",
        )
        return False
    note_row(
        findings,
        file,
        row,
        f"the row ends in {count_noun(len(cells) - width, 'spare comma')}, at which Flee stops",
        f"expected {width} cells",
        "remove it before Flee reads the file",
        "flee-spare-comma",
        "warning",
    )
    return True


def count_noun(number: int, noun: str) -> str:
    """Count things in words: `1 comma`, `3 commas`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def to_number(text: str) -> float | None:
    """Read a finite number as Flee does; None where it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def to_whole(text: str) -> int | None:
    """Read a whole number as Flee does, within two thousand million; None where it is none."""
    try:
        number = int(text)
    except ValueError:
        return None
    return number if abs(number) < 2_000_000_000 else None


def to_day(text: str) -> date | None:
    """Read a day written YYYY-MM-DD, as Flee does also with single digits; None where it is none."""
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - Flee's own format, no time
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None


def check_known(
    file: str, row: int, name: str, names: set[str], findings: Findings, severity: str = "error"
) -> bool:
    """Tell whether a name is a location; a trouble is noted where it is not."""
    if name in names or not names:
        return True
    repair = findings.offer(
        file, name, tuple(sorted(names)), f"add {show(name)} to locations.csv, or correct it"
    )
    note_row(
        findings,
        file,
        row,
        f"{show(name)} is not in locations.csv",
        "expected the name of a location",
        repair,
        "flee-unknown-name",
        severity,
    )
    return False
