"""What imports wrote into a case (`imports.csv`), so that a later one can tell its rows from a person's."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from havenward.case.draft import IMPORTS_FILE
from havenward.case.importers.grids import refuse
from havenward.case.known import IDENTITY
from havenward.case.tables import read_columns

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from havenward.errors import CaseError
    from havenward.records import Case

COLUMNS = ("source", "table", "key", "columns", "digest")


@dataclass(frozen=True)
class Entry:
    """One row that an import wrote, or the cells that it filled in a row of somebody else.

    `columns` are the filled cells, in the order of the table; empty where the whole row was written.
    """

    source: str
    table: str
    key: str
    columns: tuple[str, ...]
    digest: str


class Ledger:
    """The entries by source, table and key, in the order in which they were written."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: dict[tuple[str, str, str], Entry] = {}
        self._filled: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
        for entry in entries:
            self.note(entry)

    def find(self, source: str, table: str, key: str) -> Entry | None:
        """Give what is known of a row; None where no import of this source wrote it."""
        return self._entries.get((source, table, key))

    def filled_by_others(self, source: str, table: str, key: str) -> set[str]:
        """Name the cells of a row that imports of other sources filled in."""
        by_source = self._filled.get((table, key), {})
        return {column for other, columns in by_source.items() if other != source for column in columns}

    def note(self, entry: Entry) -> None:
        """Remember a row as it was just written; an older entry keeps its place."""
        self._entries[entry.source, entry.table, entry.key] = entry
        if entry.columns:
            self._filled.setdefault((entry.table, entry.key), {})[entry.source] = entry.columns

    def format(self) -> str:
        """Write the file."""
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for entry in self._entries.values():
            writer.writerow((entry.source, entry.table, entry.key, " ".join(entry.columns), entry.digest))
        return stream.getvalue()

    def __len__(self) -> int:
        return len(self._entries)


def read_ledger(folder: Path) -> Ledger:
    """Read the ledger of a case; empty where nothing was imported yet.

    Raises
    ------
    CaseError
        The file was changed so that it cannot be read.
    """
    path = folder / IMPORTS_FILE
    if not path.exists():
        return Ledger()
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _changed(str(error)) from error
    if not rows or tuple(rows[0]) != COLUMNS or any(len(row) != len(COLUMNS) for row in rows if row):
        why = "its columns are others"
        raise _changed(why)
    return Ledger(
        Entry(source, table, key, tuple(columns.split()), digest)
        for source, table, key, columns, digest in (row for row in rows[1:] if row)
    )


def forget_fills(case: Case, source: str) -> Case:
    """Give a case without the cells that earlier imports of a source filled into rows of others.

    An importer looks at it, so that importing again finds what it found the first time. Cells that a person
    changed since stay.
    """
    if case.folder is None:
        return case
    ledger = read_ledger(case.folder)
    rows = []
    for row in case.locations:
        entry = ledger.find(source, "locations", row_key("locations", row))
        columns = entry.columns if entry else ()
        if entry and columns and row_digest("locations", row, columns) == entry.digest:
            blank: dict[str, Any] = {
                name: "" if isinstance(getattr(row, name), str) else None for name in columns
            }
            rows.append(replace(row, **blank))
        else:
            rows.append(row)
    return replace(case, locations=tuple(rows))


def _changed(why: str) -> CaseError:
    return refuse(
        IMPORTS_FILE,
        f"the record of earlier imports cannot be read ({why})",
        f"expected the columns {', '.join(COLUMNS)}, as the import wrote them",
        "put back the file as it was, or remove it: rows are then told from yours by their source alone",
        "import-ledger",
    )


def row_key(table: str, row: Any) -> str:  # noqa: ANN401 - rows of any table
    """Name a version of a row by what makes it one: its identity and its day of publication."""
    parts = [IDENTITY[table](row)]
    if table != "sources":
        parts.append(row.published)
    return json.dumps(_plain(parts), ensure_ascii=False, separators=(",", ":"))


def row_digest(table: str, row: Any, columns: Iterable[str] = ()) -> str:  # noqa: ANN401 - rows of any table
    """Fingerprint a row, or some of its cells."""
    chosen = set(columns)
    values = [
        _plain(getattr(row, column.field))
        for column in read_columns(table)
        if not chosen or column.name in chosen
    ]
    return text_digest(json.dumps(values, ensure_ascii=False))


def text_digest(text: str) -> str:
    """Fingerprint a text: 16 hexadecimal digits."""
    return blake2b(text.encode("utf-8"), digest_size=8).hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401 - parts of any key
    if isinstance(value, frozenset):
        return sorted(_plain(part) for part in value)
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)  # 5 and 5.0 are the same value of a column
    return value
