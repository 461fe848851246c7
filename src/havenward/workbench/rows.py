"""How a row of a table becomes a form, and a form a row: every column with its kind, and what is wrong.

Cells are kept as the texts of the file: what a person typed is never changed unseen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from havenward.workbench.edits import digest_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from havenward.errors import Problem
    from havenward.words import Words

_ROW = re.compile(r"(?P<file>[\w.-]+?)\.csv row (?P<row>\d+)\Z")
# kinds of columns that are typed as numbers: tablets show the keys for them
_INPUTS = {"number": "decimal", "integer": "numeric"}
WIDE = ("sentence", "description", "title", "url")


@dataclass(frozen=True)
class Field:
    """One cell in a form.

    Parameters
    ----------
    name, label
        Column, and what it is called.
    value
        As it stands in the file.
    kind
        `choice`, `date`, `number`, `names` (a text with known names) or `text`.
    choices
        Pairs of value and words; for `names` what is offered.
    problem
        What is wrong with it; empty where nothing is.
    """

    name: str
    label: str
    value: str
    kind: str
    required: bool = False
    mode: str = "text"
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    problem: str = ""
    wide: bool = False


@dataclass(frozen=True)
class TextRow:
    """A row as texts: its number as a spreadsheet counts, its cells by column, what is wrong with it."""

    row: int
    cells: Mapping[str, str]
    problems: tuple[Problem, ...] = ()

    def get(self, column: str) -> str:
        """Give a cell; empty where the file lacks the column."""
        return self.cells.get(column, "")


@dataclass(frozen=True)
class TextTable:
    """A table of a case as texts, and the digest of the file they come from."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[TextRow, ...]
    digest: str
    troubles: tuple[Problem, ...] = field(default=())

    def find(self, number: int) -> TextRow | None:
        """Give a row by its number."""
        return next((row for row in self.rows if row.row == number), None)


def today() -> str:
    """Give the day on which a person changes something, where they are."""
    return datetime.now().astimezone().date().isoformat()


def read_rows(folder: Path, table: str, problems: Iterable[Problem] = ()) -> TextTable:
    """Read a table of a case as texts; problems of the case are put to their rows."""
    from havenward.case.importers.case_file import CaseFile

    digest = digest_of(folder, f"{table}.csv")
    file = CaseFile(folder, table)
    by_row: dict[int, list[Problem]] = {}
    others = []
    for problem in problems:
        found = _ROW.match(problem.where)
        if found and found["file"] == table:
            by_row.setdefault(int(found["row"]), []).append(problem)
        elif problem.where.startswith(f"{table}.csv"):
            others.append(problem)
    rows = tuple(
        TextRow(number, cells, tuple(by_row.get(number, ())))
        for number, cells in _cells_of(file.records, file.head, file.names, file.delimiter)
    )
    return TextTable(table, tuple(file.columns), rows, digest, tuple(others))


def _cells_of(
    records: Sequence[str], head: int, names: Sequence[str], delimiter: str
) -> list[tuple[int, dict[str, str]]]:
    import csv
    import io

    found = []
    for number, record in enumerate(records[head + 1 :], start=head + 2):
        read = next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter), [])
        if any(cell.strip() for cell in read):
            found.append(
                (number, {name: cell.strip() for name, cell in zip(names, read, strict=False) if name})
            )
    return found


def make_fields(
    table: str,
    cells: Mapping[str, str],
    words: Words,
    known: Mapping[str, Collection[tuple[str, str]]],
    problems: Iterable[Problem] = (),
    only: Sequence[str] = (),
) -> tuple[list[Field], list[Problem]]:
    """Make the fields of a form for a row.

    Parameters
    ----------
    known
        Names that columns may use, by kind of column (`location`, `source`, `report`): name and words.
    problems
        Of this row.
    only
        Columns to show, in this order; empty for all of them.

    Returns
    -------
    fields, others
        Problems that name no column of the form are given back.
    """
    from havenward.case.tables import read_columns

    columns = {column.name: column for column in read_columns(table)}
    wanted = list(only) or list(columns)
    beside: dict[str, str] = {}
    others = []
    for problem in problems:
        name = next((name for name in wanted if _speaks_of(problem, name)), "")
        if name and name not in beside:
            beside[name] = f"{problem.found}; {problem.expected}. {problem.repair}"
        else:
            others.append(problem)
    fields = []
    for name in wanted:
        column = columns[name]
        choices = tuple((one, say_choice(words, table, name, one)) for one in column.choices)
        offered = known.get(column.base, ())
        kind = {"date": "date", "number": "number", "integer": "number"}.get(column.base, "text")
        kind = "choice" if choices else "names" if offered else kind
        value = cells.get(name, "")
        if kind == "date" and value and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            kind = "text"  # a browser would drop what is no date, and with it what has to be repaired
        if kind == "choice" and value and value not in column.choices:
            choices = ((value, value), *choices)
        fields.append(
            Field(
                name,
                words.say(f"web_column_{name}"),
                value or (column.default if kind == "choice" else ""),
                kind,
                column.required,
                _INPUTS.get(column.base, "text"),
                words.say_unit(column.unit) if column.unit else "",
                choices or tuple(offered),
                beside.get(name, ""),
                name in WIDE,
            )
        )
    return fields, others


def say_choice(words: Words, table: str, column: str, value: str) -> str:
    """Say a coded word as people read it."""
    kind = {"kind": "event" if table == "events" else "kind", "term": "term", "unit": "unit"}.get(column, "")
    if kind:
        return words.name(kind, value)
    return words.phrases.get(f"web_{column}_{value}", value.replace("_", " "))


def _speaks_of(problem: Problem, column: str) -> bool:
    return bool(re.match(rf"(the )?{re.escape(column)}\b", problem.found)) or f"({column})" in problem.found
