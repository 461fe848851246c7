"""How a table of another office is opened: which row is its header, and which column is which.

Headings are compared without case, accents, blanks and marks; HXL tags are names of columns too, with their
attributes in any order. `loose_cells` reads the cells.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from havenward.case.importers.grids import SNIFFED_ROWS, Grid, read_grids, refuse
from havenward.case.importers.loose_cells import (
    Count,
    DayOrder,
    decide_day_order,
    read_count,
    read_day,
    read_degrees,
    settle_days,
)
from havenward.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "Count",
    "DayOrder",
    "Table",
    "decide_day_order",
    "fold_heading",
    "open_table",
    "read_count",
    "read_day",
    "read_degrees",
    "settle_days",
]

MAX_NAMED = 12  # headings that a message lists
_TAG = re.compile(r"#[a-z][a-z0-9_]*(?:\s*\+\s*[a-z0-9_]+)*\Z", re.IGNORECASE)
# attributes that single out a part of the people; a column that has one is never taken for the whole
_PARTS = frozenset(
    "f m i infants children adolescents adults elderly girls boys men women incoming outgoing".split()  # noqa: SIM905 - read as a line of words
)


@dataclass(frozen=True)
class Table:
    """What was found in a file.

    Parameters
    ----------
    name, sheet
        What messages call it; the sheet is empty where the file has only one.
    columns
        Heading as found, by canonical name; names that the file does not have are left out.
    rows
        Number of the row as a spreadsheet shows it, and its cells by canonical name, without blanks around
        them; every name of `columns` is a key. Rows without any of these cells are left out.
    other_columns
        Headings that no name was found for.
    notes
        Doubts about the file that a person should know, in whole sentences.
    """

    name: str
    sheet: str
    columns: Mapping[str, str]
    rows: list[tuple[int, dict[str, str]]]
    other_columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """Name file and sheet as messages do."""
        return f"{self.name} sheet '{self.sheet}'" if self.sheet else self.name

    def texts(self, column: str) -> list[str]:
        """Give the filled cells of a column; none where the file lacks it."""
        return [cells[column] for _, cells in self.rows if cells.get(column)]


@dataclass
class _Header:
    """One way to read the head of a grid: which column is which, and where the data begin."""

    columns: dict[str, int] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    first: int = 0
    tagged: bool = False


def open_table(
    path: Path,
    *,
    wanted: Mapping[str, tuple[str, ...]],
    required: tuple[str, ...] = (),
    sheet: str = "",
    name: str = "",
) -> Table:
    """Open a table in CSV, TSV, XLSX, JSON, JSON lines, or a ZIP that holds one of them.

    Parameters
    ----------
    path, name
        The file, and what messages call it (empty: its name).
    wanted
        Other names of each column, by canonical name; the canonical name is always one of them. A name that
        begins with `#` is an HXL tag: a column has it if it has the tag and every attribute of it, and none
        of those that follow a minus (`#loc+name-origin`). Of several columns the one with the fewest further
        attributes is taken.
    required
        Canonical names without which the table is of no use.
    sheet
        Sheet of a workbook; empty for the one whose headings fit best.

    Raises
    ------
    CaseError
        The file cannot be read (see `grids.read_grids`), has no such sheet, no rows, or none of the columns.
    """
    name = name or path.name
    grids = read_grids(path, name)
    if sheet:
        grids = [_choose_sheet(grids, sheet, name)]
    if not any(grid.rows for grid in grids):
        raise refuse(
            f"{name} sheet '{sheet}'" if sheet else name,
            "the sheet is empty" if len(grids) == 1 else "every sheet is empty",
            "expected a row of headings and rows of data",
            "name another sheet, or save the table again",
            "import-sheet-empty",
        )
    aliases = {canonical: (canonical, *names) for canonical, names in wanted.items()}
    found = [(grid, _find_header(grid, aliases)) for grid in grids if grid.rows]
    grid, header = max(found, key=lambda pair: (_worth(pair[1], required), len(pair[0].rows)))
    where = f"{name} sheet '{grid.sheet}'" if grid.sheet else name
    _check_columns(where, grid, header, wanted, required)
    rows = _take_rows(grid, header)
    if not rows:
        raise refuse(
            where,
            "there is no row below the headings",
            "expected rows of data",
            "download or save it again, or name another sheet",
            "import-sheet-empty",
        )
    taken = set(header.columns.values())
    others = tuple(heading for index, heading in enumerate(header.headings) if heading and index not in taken)
    rivals = [
        other.sheet
        for other, its in found
        if other is not grid and len(its.columns) == len(header.columns) and not sheet
    ]
    notes = [f"{where}: {note}" for note in grid.notes]
    if rivals:
        notes.append(f"{where} was read; {_list_names(rivals)} would fit as well: name one with 'sheet'")
    notes += _repeated_headings(where, header)
    return Table(
        name=name,
        sheet=grid.sheet,
        columns={key: header.headings[index] for key, index in header.columns.items()},
        rows=rows,
        other_columns=others,
        notes=tuple(notes),
    )


def fold_heading(text: str) -> str:
    """Write a heading without case, accents, blanks and marks, so that two ways to write it are equal."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if c.isalnum())


def _choose_sheet(grids: list[Grid], sheet: str, name: str) -> Grid:
    for grid in grids:
        if fold_heading(grid.sheet) == fold_heading(sheet):
            return grid
    names = [grid.sheet for grid in grids if grid.sheet]
    close = nearest(sheet, names)
    raise refuse(
        name,
        f"there is no sheet '{sheet}'",
        f"expected one of {_list_names(names)}" if names else "expected a workbook, which this file is not",
        f"did you mean '{close}'?" if close else "correct the setting 'sheet'",
        "import-sheet-unknown",
    )


def _list_names(names: list[str]) -> str:
    shown = [f"'{name}'" for name in names[:MAX_NAMED]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


# -- the header ----------------------------------------------------------------------------------------


def _worth(header: _Header, required: tuple[str, ...]) -> tuple[int, int]:
    return len(set(required) & set(header.columns)), len(header.columns)


def _find_header(grid: Grid, aliases: Mapping[str, tuple[str, ...]]) -> _Header:
    """Find the row among the first ones whose cells are names of most columns."""
    words = {
        fold_heading(alias): (canonical, rank)
        for canonical, names in reversed(list(aliases.items()))
        for rank, alias in reversed(list(enumerate(names)))
        if not alias.startswith("#")
    }
    best = _Header(headings=grid.rows[0][1], first=1)
    for index, (_, cells) in enumerate(grid.rows[:SNIFFED_ROWS]):
        if _is_tag_row(cells):
            before = grid.rows[index - 1][1] if index else []
            return _read_tags(cells, before, index, aliases, words)
        columns = _match_headings(cells, words)
        if len(columns) > len(best.columns):
            best = _Header(columns, cells, index + 1)
    return best


def _match_headings(cells: list[str], words: Mapping[str, tuple[str, int]]) -> dict[str, int]:
    """Give each column its position: of several headings, the one that stands first among its names."""
    ranks: dict[str, tuple[int, int]] = {}
    for position, cell in enumerate(cells):
        canonical, rank = words.get(fold_heading(cell), ("", 0)) if cell else ("", 0)
        if canonical and (canonical not in ranks or rank < ranks[canonical][0]):
            ranks[canonical] = (rank, position)
    return {canonical: position for canonical, (_, position) in ranks.items()}


def _is_tag_row(cells: list[str]) -> bool:
    """Tell a row of HXL tags: at least half of its filled cells are tags, and none is plain text."""
    filled = [cell for cell in cells if cell]
    tags = [cell for cell in filled if _TAG.match(cell)]
    return bool(tags) and len(tags) >= len(filled) - len(filled) // 10


def _read_tags(
    cells: list[str],
    before: list[str],
    index: int,
    aliases: Mapping[str, tuple[str, ...]],
    words: Mapping[str, tuple[str, int]],
) -> _Header:
    tags = [_split_tag(cell) for cell in cells]
    columns: dict[str, int] = {}
    taken: set[int] = set()
    for canonical, names in aliases.items():
        for alias in names:
            position = _find_tag(alias, tags, taken) if alias.startswith("#") else None
            if position is not None:
                columns[canonical] = position
                taken.add(position)
                break
    for canonical, position in _match_headings(before, words).items():
        # a heading helps where its column has no tag
        if canonical not in columns and position not in taken and not "".join(cells[position : position + 1]):
            columns[canonical] = position
            taken.add(position)
    headings = cells + [""] * (len(before) - len(cells))  # a row of tags may end before its headings do
    return _Header(columns, headings, index + 1, tagged=True)


def _split_tag(cell: str) -> tuple[str, frozenset[str]]:
    if not _TAG.match(cell):
        return "", frozenset()
    tag, *attributes = re.sub(r"\s", "", cell.lower()).split("+")
    return tag, frozenset(attributes)


def _find_tag(alias: str, tags: list[tuple[str, frozenset[str]]], taken: set[int]) -> int | None:
    """Find the column that has a tag and its attributes, with the fewest others."""
    tag, *words = re.findall(r"#[a-z0-9_]+|[+-][a-z0-9_]+", alias.lower())
    needed = {word[1:] for word in words if word[0] == "+"}
    refused = {word[1:] for word in words if word[0] == "-"}
    fitting = [
        (len(attributes - needed), position)
        for position, (name, attributes) in enumerate(tags)
        if position not in taken
        and name == tag
        and needed <= attributes
        and not refused & attributes
        and not _is_part(attributes - needed)
    ]
    return min(fitting)[1] if fitting else None


def _is_part(attributes: frozenset[str] | set[str]) -> bool:
    return any(word in _PARTS or word.startswith("age_") for word in attributes)


def _check_columns(
    where: str,
    grid: Grid,
    header: _Header,
    wanted: Mapping[str, tuple[str, ...]],
    required: tuple[str, ...],
) -> None:
    """Refuse a table without the columns it is read for; name what stands there, and what is near."""
    missing = [column for column in required if column not in header.columns]
    if header.columns and not missing:
        return
    headings = [heading for heading in header.headings if heading]
    if not header.columns:
        # the row with most filled cells is what a person would call the header
        headings = [
            cell for cell in max(grid.rows[:SNIFFED_ROWS], key=lambda row: _filled(row[1]))[1] if cell
        ]
    sought = missing or list(wanted)
    offers = []
    for column in sought:
        names = (column, *(alias for alias in wanted.get(column, ()) if not alias.startswith("#")))
        close = next((found for alias in names if (found := _nearest_heading(alias, headings))), None)
        if close:
            offers.append(f"'{close}' is near to '{column}'")
    expected = [_say_column(column, wanted) for column in sought[:6]]
    raise refuse(
        where,
        f"{'no column is known' if not missing else 'columns are missing'} among {_list_names(headings)}",
        f"expected {'columns such as' if not missing else 'a column for'} {', '.join(expected)}",
        f"rename the heading: {'; '.join(offers[:3])}"
        if offers
        else "rename the headings, or name the sheet",
        "import-columns-missing",
    )


def _nearest_heading(alias: str, headings: list[str]) -> str | None:
    """Find a heading that is a column's name but for a letter; men (M_TL) are no spelling of all (T_TL)."""
    from rapidfuzz import fuzz

    close = nearest(alias, headings)
    return close if close and fuzz.ratio(fold_heading(alias), fold_heading(close)) >= 80 else None


def _filled(cells: list[str]) -> int:
    return sum(1 for cell in cells if cell)


def _say_column(column: str, wanted: Mapping[str, tuple[str, ...]]) -> str:
    others = [alias for alias in wanted.get(column, ()) if alias != column][:2]
    return f"{column} ({' or '.join(others)})" if others else column


def _repeated_headings(where: str, header: _Header) -> list[str]:
    counts = Counter(fold_heading(heading) for heading in header.headings if heading)
    used = {fold_heading(header.headings[index]): header.headings[index] for index in header.columns.values()}
    return [
        f"{where}: column '{heading}' stands {counts[folded]} times; the first was read"
        for folded, heading in used.items()
        if counts[folded] > 1 and not header.tagged
    ]


def _take_rows(grid: Grid, header: _Header) -> list[tuple[int, dict[str, str]]]:
    items = list(header.columns.items())
    head = [header.headings[index] for _, index in items]
    rows = []
    for number, cells in grid.rows[header.first :]:
        width = len(cells)
        taken = {name: cells[index].strip() if index < width else "" for name, index in items}
        if any(taken.values()) and [*taken.values()] != head:  # long exports repeat their header
            rows.append((number, taken))
    return rows
