"""How rows are put into a CSV file of a case without touching the rest: every other line keeps its bytes."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING, Any

from havenward.case.importers.grids import refuse
from havenward.case.tables import read_columns
from havenward.files import replace_together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


class CaseFile:
    """One table of a case as lines of text.

    Records are counted as `case.draft` counts them: the first line of the file is record 1.
    """

    def __init__(self, folder: Path, table: str) -> None:
        self.table = table
        self.path = folder / f"{table}.csv"
        self.columns = {column.name: column for column in read_columns(table)}
        data = self.path.read_bytes() if self.path.exists() else b""
        self.before = data
        self.mark = codecs.BOM_UTF8.decode("utf-8") if data.startswith(codecs.BOM_UTF8) else ""
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = data.decode("utf-16" if wide else "utf-8-sig")
        if not text.strip():
            text = ",".join(self.columns) + "\n"
        self.delimiter = self._find_delimiter(text)
        self.records = self._split(text)
        self.head = next(i for i, record in enumerate(self.records) if any(self._cells(record)))
        self.names = self._cells(self.records[self.head])
        first = self.records[self.head]
        self.newline = "\r\n" if first.endswith("\r\n") else "\r" if first.endswith("\r") else "\n"

    def _find_delimiter(self, text: str) -> str:
        line = text.lstrip().partition("\n")[0]

        def hits(mark: str) -> int:
            return len({cell.strip().strip('"').strip() for cell in line.split(mark)} & set(self.columns))

        return max((",", ";", "\t"), key=hits)

    def _split(self, text: str) -> list[str]:
        lines = list(io.StringIO(text, newline=""))
        reader = csv.reader(lines, delimiter=self.delimiter)
        records, start = [], 0
        for _ in reader:
            records.append("".join(lines[start : reader.line_num]))
            start = reader.line_num
        return records

    def _cells(self, record: str) -> list[str]:
        rows = list(csv.reader(io.StringIO(record, newline=""), delimiter=self.delimiter))
        return [cell.strip() for cell in rows[0]] if rows else []

    def append(self, row: Any) -> None:  # noqa: ANN401 - rows of any table
        """Put a row at the end."""
        self._hold(row)
        if not self.records[-1].endswith(("\n", "\r")):
            self.records[-1] += self.newline
        self.records.append(self._format(row))

    def replace(self, number: int, row: Any) -> None:  # noqa: ANN401 - rows of any table
        """Put a row in the place of a record."""
        self._hold(row)
        self.records[number - 1] = self._format(row)

    def fill(self, number: int, row: Any, columns: tuple[str, ...]) -> None:  # noqa: ANN401 - rows of any table
        """Take some cells of a record from a row."""
        self._hold(row)
        cells = self._cells(self.records[number - 1])
        cells += [""] * (len(self.names) - len(cells))
        for name in columns:
            cells[self.names.index(name)] = self._cell(getattr(row, self.columns[name].field))
        self.records[number - 1] = self._join(cells)

    def change(self, number: int, cells: Mapping[str, str]) -> None:
        """Put texts into some cells of a record; columns that the file lacks are added."""
        self._hold_columns(cells)
        held = self._cells(self.records[number - 1])
        held += [""] * (len(self.names) - len(held))
        for name, text in cells.items():
            held[self.names.index(name)] = text
        self.records[number - 1] = self._join(held)

    def add(self, cells: Mapping[str, str]) -> None:
        """Put a row of texts at the end."""
        self._hold_columns(cells)
        if not self.records[-1].endswith(("\n", "\r")):
            self.records[-1] += self.newline
        self.records.append(self._join([cells.get(name, "") for name in self.names]))

    def remove(self, numbers: Iterable[int]) -> None:
        """Take records out."""
        gone = set(numbers)
        self.records = [record for n, record in enumerate(self.records, start=1) if n not in gone]

    def text(self) -> str:
        """Give the whole file."""
        return self.mark + "".join(self.records)

    def changed(self) -> bool:
        """Tell whether writing it would change a byte."""
        return self.text().encode("utf-8") != self.before and not (not self.before and len(self.records) == 1)

    def _hold(self, row: Any) -> None:  # noqa: ANN401 - rows of any table
        """Give the file the columns that a row fills and it lacks."""
        self._hold_columns(
            name
            for name, column in self.columns.items()
            if self._cell(getattr(row, column.field)) not in {"", column.default}
        )

    def _hold_columns(self, wanted: Iterable[str]) -> None:
        for name in wanted:
            if name in self.names:
                continue
            width = len(self.names)
            for index, record in enumerate(self.records):
                cells = self._cells(record)
                if index == self.head:
                    self.records[index] = self._join([*cells, name])
                elif any(cells):
                    cells += [""] * (width - len(cells))
                    self.records[index] = self._join([*cells[:width], ""])
            self.names.append(name)

    def _format(self, row: Any) -> str:  # noqa: ANN401 - rows of any table
        return self._join(
            [
                self._cell(getattr(row, self.columns[name].field)) if name in self.columns else ""
                for name in self.names
            ]
        )

    def _cell(self, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, float):
            text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
            # a file parted by semicolons has decimal commas, and reads points as thousands
            return text.replace(".", ",") if self.delimiter == ";" else text
        return str(value)

    def _join(self, cells: list[str]) -> str:
        quoted = [
            '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ",\"\n\r\t;'") else cell
            for cell in cells
        ]
        return self.delimiter.join(quoted) + self.newline


def replace_all_whole(folder: Path, texts: Mapping[str, str]) -> None:
    """Write several files of a folder whole, or none of them.

    The caller holds the folder (`case.turns.take_turn`).

    Raises
    ------
    CaseError
        They could not be written; the folder is as before.
    """
    if not texts:
        return
    try:
        with replace_together(folder, held=True) as part:
            for name, text in texts.items():
                path = part / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("w", encoding="utf-8", newline="") as stream:
                    stream.write(text)
    except OSError as error:
        raise refuse(
            str(folder),
            f"the case could not be written ({error.strerror or error})",
            "expected room and rights to write",
            "free some space or name another folder",
            "case-not-written",
        ) from error
