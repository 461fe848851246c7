"""How what a source gives comes into a case: its own rows are updated, nobody else's are touched.

Per row of the source, by table, identity and day of publication:

- the case does not have it: it is added, unless an earlier import added it and a person deleted it since;
- an earlier import of the source wrote it: it is updated, unless a person changed it since;
- somebody else wrote it: blank cells of a location are filled; what differs is kept beside it, as an
  attribute `source.column` of the place or route, or as a count of a series of its own.

`imports.csv` remembers what was written. All files change together or none does.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from havenward.case.check import require_folder
from havenward.case.draft import CASE_FILE, IMPORTS_FILE, read_draft
from havenward.case.importers.case_file import CaseFile, replace_all_whole
from havenward.case.importers.grids import refuse
from havenward.case.importers.ledger import (
    Entry,
    Ledger,
    read_ledger,
    row_digest,
    row_key,
    text_digest,
)
from havenward.case.importers.telling import list_some
from havenward.case.known import IDENTITY
from havenward.case.tables import read_columns
from havenward.case.turns import take_turn
from havenward.errors import CaseError
from havenward.records import BOUNDARIES_FILE, Attribute

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from havenward.case.draft import Draft
    from havenward.case.importers.imported import Imported
    from havenward.records import Observation

# entries of the ledger that tell a position of the source from one that a person corrected
POSITIONS, POSITION = "positions", ("latitude", "longitude")
TABLES = ("sources", "locations", "routes", "events", "observations", "attributes", "stock")
# what a cell without a value holds
_BLANK = frozenset({None, ""})


@dataclass
class _Tally:
    """What happened to the rows of one table; numbers of rows where a person may want to look."""

    added: int = 0
    updated: int = 0
    same: int = 0
    filled: int = 0
    edited: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    twice: int = 0


class _Merge:
    """One import on its way into one case."""

    def __init__(self, folder: Path, draft: Draft, imported: Imported) -> None:
        self.folder, self.draft, self.imported = folder, draft, imported
        self.source = imported.source.source
        self.ledger: Ledger = read_ledger(folder)
        self.files: dict[str, CaseFile] = {}
        self.tallies: dict[str, _Tally] = defaultdict(_Tally)
        self.held: dict[str, dict[str, Any]] = {}
        self.extra: list[Attribute] = []
        # places of which the source says how good their position is: the ledger remembers where they were
        self.placed = {row.location for row in imported.attributes if row.key == "coordinates"}

    def put_table(self, table: str, rows: Iterable[Any]) -> None:
        """Merge the rows of one table."""
        fresh: dict[str, Any] = {}
        for row in rows:
            key = row_key(table, row)
            if key in fresh and fresh[key] != row:
                self.tallies[table].twice += 1
            fresh[key] = row
        if not fresh:
            return
        self.files[table] = CaseFile(self.folder, table)
        held: dict[str, Any] = {}
        for row in getattr(self.draft.case, table):
            key = row_key(table, row)
            if key not in held or row.source == self.source:
                held[key] = row
        self.held[table] = held
        for key, row in fresh.items():
            self.put_row(table, key, row)

    def put_row(self, table: str, key: str, row: Any) -> None:  # noqa: ANN401 - rows of any table
        """Merge one row."""
        tally, current = self.tallies[table], self.held[table].get(key)
        entry = self.ledger.find(self.source, table, key)
        if current is None and entry is not None and table != "sources":  # rows still name their source
            tally.deleted.append(_name(row))
        elif current is None:
            self.files[table].append(row)
            self.held[table][key] = row
            self.remember(table, key, row)
            tally.added += 1
        elif entry is not None and not entry.columns:
            self.update(table, key, row, current, entry)
        elif current == row:
            if current.source == self.source:
                self.remember(table, key, row)  # written before, and the ledger was lost
            tally.same += 1
        elif table == "locations":
            self.fill(key, row, current, entry)
        else:
            self.set_apart(table, row, current)

    def update(self, table: str, key: str, row: Any, current: Any, entry: Entry) -> None:  # noqa: ANN401
        """Bring a row that an earlier import wrote up to date, unless a person changed it."""
        tally = self.tallies[table]
        foreign = self.ledger.filled_by_others(self.source, table, key) if table == "locations" else set()
        columns = [c for c in read_columns(table) if c.name in foreign and getattr(row, c.field) in _BLANK]
        wanted = replace(row, **{column.field: getattr(current, column.field) for column in columns})
        written = replace(current, **{column.field: getattr(row, column.field) for column in columns})
        if current == wanted:
            tally.same += 1
        elif row_digest(table, written) == entry.digest:
            self.files[table].replace(current.row, wanted)
            self.remember(table, key, row)
            tally.updated += 1
        else:
            tally.edited.append(_place(current))

    def fill(self, key: str, row: Any, current: Any, entry: Entry | None) -> None:  # noqa: ANN401 - locations
        """Fill blank cells of somebody else's location; keep what differs beside it."""
        tally = self.tallies["locations"]
        before = entry.columns if entry else ()
        own = before if entry and row_digest("locations", current, before) == entry.digest else ()
        take, differ = [], []
        for column in read_columns("locations"):
            if column.name in {"location", "published", "source"}:
                continue
            now, new = getattr(current, column.field), getattr(row, column.field)
            if new in {None, ""} or new == now:
                continue
            if column.name in own or (now in {None, ""} and column.name not in before):
                take.append(column.name)
            elif column.name in before:
                tally.edited.append(f"{_place(current)}, {column.name}")
            else:
                differ.append((column.name, now, new))
        filled = tuple(c.name for c in read_columns("locations") if c.name in take or c.name in own)
        if take:
            merged = replace(current, **{name: getattr(row, name) for name in take})
            self.files["locations"].fill(current.row, merged, tuple(take))
            self.ledger.note(
                Entry(self.source, "locations", key, filled, row_digest("locations", merged, filled))
            )
            tally.filled += 1
        elif not differ:
            tally.same += 1
        for name, now, new in differ:
            self.extra.append(
                Attribute(
                    row.location, "", "", f"{self.source}.{name}", _text(new), row.published, self.source
                )
            )
            tally.apart.append(f"{row.location} {name}: {_text(now)} in the case, {_text(new)} here")

    def set_apart(self, table: str, row: Any, current: Any) -> None:  # noqa: ANN401
        """Keep a row that says something else than somebody else's row of the same thing and day."""
        tally = self.tallies[table]
        if table == "sources":
            tally.edited.append(_place(current))
            return
        said = [
            (column.name, getattr(current, column.field), getattr(row, column.field))
            for column in read_columns(table)
            if column.name not in {"source", "from", "to"}
            and getattr(row, column.field) not in {None, ""}
            and getattr(row, column.field) != getattr(current, column.field)
        ]
        if not said:
            tally.same += 1
            return
        words = "; ".join(f"{name}: {_text(now)} in the case, {_text(new)} here" for name, now, new in said)
        tally.apart.append(f"{_name(row)} {words}")
        if current.source == self.source:
            tally.apart.pop()
            tally.edited.append(_place(current))
        elif table == "observations":
            self.put_again(table, replace(row, series=f"{row.series} ({self.source})"))
        elif table == "attributes":
            self.put_again(table, replace(row, key=f"{self.source}.{row.key}"))
        elif table == "routes":
            self.extra += [
                Attribute(
                    "", row.from_, row.to, f"{self.source}.{name}", _text(new), row.published, self.source
                )
                for name, _, new in said
            ]

    def put_again(self, table: str, row: Any) -> None:  # noqa: ANN401 - rows of any table
        """Merge a row under a name of its own."""
        self.put_row(table, row_key(table, row), row)

    def remember(self, table: str, key: str, row: Any) -> None:  # noqa: ANN401 - rows of any table
        """Note a row as this import wrote it."""
        self.ledger.note(Entry(self.source, table, key, (), row_digest(table, row)))
        if table == "locations" and row.location in self.placed:
            digest = row_digest(table, row, POSITION)
            self.ledger.note(Entry(self.source, POSITIONS, key, (), digest))

    def is_untouched(self, table: str, row: Any) -> bool:  # noqa: ANN401 - rows of any table
        """Tell whether an earlier import of this source wrote a row, and nobody changed it since."""
        entry = self.ledger.find(self.source, table, row_key(table, row))
        return row.source == self.source and entry is not None and entry.digest == row_digest(table, row)

    def put_file(self, name: str, text: str) -> tuple[bool, str]:
        """Say whether a whole file is to be written, and why; nothing where it stands so already."""
        path = self.folder / name
        digest = text_digest(text)
        entry = self.ledger.find(self.source, "files", name)
        before = text_digest(path.read_bytes().decode("utf-8", "replace")) if path.exists() else ""
        if before and before != digest and (entry is None or entry.digest != before):
            return False, (
                f"{name}: kept, because it is not as an import of {self.source} wrote it; remove it to take "
                "the new one"
            )
        if not before and entry is not None:
            return False, f"{name}: left out, because it was removed by hand"
        self.ledger.note(Entry(self.source, "files", name, (), digest))
        return before != digest, "" if before == digest else f"{name}: {'updated' if before else 'added'}"


def merge_into_case(folder: Path, imported: Imported) -> tuple[str, ...]:
    """Write what a source gives into a case.

    Parameters
    ----------
    folder
        A case folder; it need not be complete yet.
    imported
        What the source gives.

    Returns
    -------
    notes
        Sentences on what was added, updated, filled, kept and left out, table by table. Importing the same
        again changes no byte and gives the one sentence that there is nothing new.

    Raises
    ------
    CaseError
        The folder is no case, one of the files to change has errors, or it cannot be written. The case is as
        before then.
    """
    require_folder(folder)
    if not (folder / CASE_FILE).is_file():
        open_case(folder)  # says why it is none
    with take_turn(folder):
        return _merge_into(folder, imported)


def _merge_into(folder: Path, imported: Imported) -> tuple[str, ...]:
    draft = open_case(folder)
    given = {
        "sources": (imported.source,),
        **{table: getattr(imported, table) for table in TABLES[1:]},
    }
    _check_files(draft, [table for table in TABLES if given[table]])
    merge = _Merge(folder, draft, imported)
    for table in TABLES:
        rows: Sequence[Any] = given[table]
        if table == "attributes":
            rows = (*rows, *merge.extra)  # what differs in locations and routes is said by then
        merge.put_table(table, rows)
    texts = {f"{table}.csv": file.text() for table, file in merge.files.items() if file.changed()}
    whole = [(BOUNDARIES_FILE, imported.boundaries)] if imported.boundaries else []
    told = []
    for name, text in (*whole, *imported.files):
        _check_name(name)
        write, said = merge.put_file(name, text)
        told += [said] if said else []
        if write:
            texts[name] = text
    ledger = merge.ledger.format()
    path = folder / IMPORTS_FILE
    if len(merge.ledger) and (not path.exists() or path.read_bytes() != ledger.encode("utf-8")):
        texts[IMPORTS_FILE] = ledger
    notes = _describe(merge)
    notes += told
    notes += _describe_gone(merge)
    notes += _describe_rivals(draft, imported)
    replace_all_whole(folder, texts)
    return tuple(notes) if texts or notes else ("nothing new: the case holds all of it already",)


def open_case(folder: Path) -> Draft:
    """Read a case that something is to be imported into; it may lack places and routes.

    Raises
    ------
    CaseError
        The folder is no case, or its `case.toml` has errors: every import needs its country and days.
    """
    require_folder(folder)
    if not (folder / CASE_FILE).is_file():
        found = "there is no such folder" if not folder.exists() else f"there is no {CASE_FILE} in it"
        raise refuse(
            str(folder),
            found,
            "expected the folder of a case",
            "make one first: havenward new, then fill in case.toml",
            "import-no-case",
        )
    draft = read_draft(folder)
    _check_files(draft, [], CASE_FILE)
    return draft


def _check_name(name: str) -> None:
    """Refuse a file outside of the case, or in the place of one that a case is read from."""
    path = PurePosixPath(name)
    plain = not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name
    if plain and name and (len(path.parts) > 1 or path.suffix not in {".csv", ".toml"}):
        return
    raise refuse(
        name or "an empty name",
        "the source asks for a file of this name",
        "expected a name inside the case that none of its own files has",
        "rename what the source calls itself",
        "import-file-name",
    )


def _check_files(draft: Draft, tables: list[str], *others: str) -> None:
    """Refuse to change files that could not be read whole: a row could be taken for missing."""
    files = {*(f"{table}.csv" for table in tables), *others}
    problems = [
        problem
        for problem in draft.findings.problems()
        if problem.severity == "error"
        and problem.slug != "file-missing"
        and any(problem.where.startswith(file) for file in files)
    ]
    if problems:
        raise CaseError(problems)


# -- notes ---------------------------------------------------------------------------------------------


def _describe(merge: _Merge) -> list[str]:
    notes = []
    for table in TABLES:
        tally = merge.tallies.get(table)
        if tally is None:
            continue
        file = f"{table}.csv"
        did = [
            f"{number:,} {word}"
            for number, word in (
                (tally.added, "added"),
                (tally.updated, "updated"),
                (tally.filled, "filled in"),
            )
            if number
        ]
        if did:
            same = f", {tally.same:,} as before" if tally.same else ""
            notes.append(f"{file}: {', '.join(did)}{same}")
        if tally.edited:
            notes.append(f"{file}: kept as edited by hand: {list_some(tally.edited)}")
        if tally.deleted:
            notes.append(f"{file}: left out because deleted by hand: {list_some(tally.deleted)}")
        if tally.apart:
            notes.append(f"{file}: sources disagree, both are kept: {list_some(tally.apart)}")
        if tally.twice:
            notes.append(
                f"{file}: rows ({tally.twice:,}) say something else of the same thing and day than a row "
                "before them in the source; the last was taken"
            )
    return notes


def _describe_gone(merge: _Merge) -> list[str]:
    """Name routes of an earlier import, and what was said of them, that the source no longer gives.

    Only routes: a map is read whole each time. Counts and events come file by file, and areas as they are
    chosen, so that a row which is not in this file may be in the one before.
    """
    given = {IDENTITY["routes"](row) for row in merge.imported.routes}
    if not given:  # a file of something else by the same source
        return []
    said = {IDENTITY["attributes"](row) for row in merge.imported.attributes}
    case = merge.draft.case
    routes = [
        row
        for row in case.routes
        if merge.is_untouched("routes", row) and IDENTITY["routes"](row) not in given
    ]
    # of a route that is still given: of the others it goes without saying
    attributes = [
        row
        for row in case.attributes
        if row.from_
        and IDENTITY["routes"](row) in given
        and merge.is_untouched("attributes", row)
        and IDENTITY["attributes"](row) not in said
    ]
    return [
        f"{table}.csv: {_count_rows(len(rows))} of an earlier import {_are(len(rows))} no longer in "
        f"{merge.source} and {'stays' if len(rows) == 1 else 'stay'}: "
        f"{list_some([_place(row) for row in rows])}; {repair}"
        for table, rows, repair in (
            (
                "routes",
                routes,
                "people still take them; delete what is wrong, with its attributes",
            ),
            ("attributes", attributes, "delete what is no longer so"),
        )
        if rows
    ]


def _count_rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _describe_rivals(draft: Draft, imported: Imported) -> list[str]:
    """Name counts of another source for the same place, day and measure that differ."""
    own = imported.source.source
    others: dict[tuple[Any, ...], Observation] = {
        _counted(row): row for row in draft.case.observations if row.source != own
    }
    rivals = [
        f"{row.location or row.scope} on {row.date}: {_text(other.persons)} in {other.series}, "
        f"{_text(row.persons)} in {row.series}"
        for row in imported.observations
        if (other := others.get(_counted(row))) is not None
        and other.series != row.series
        and other.persons != row.persons
    ]
    if not rivals:
        return []
    return [f"observations.csv: two series count the same and differ, both are kept: {list_some(rivals)}"]


def _counted(row: Observation) -> tuple[Any, ...]:
    return (row.date, row.date_from, row.scope, row.location, row.origin, row.measure)


def _place(row: Any) -> str:  # noqa: ANN401 - rows of any table
    return f"row {row.row} ({_name(row)})"


def _name(row: Any) -> str:  # noqa: ANN401 - rows of any table
    """Name a row by its place and day, as a person would look for it."""
    ends = "-".join(part for part in (getattr(row, "from_", ""), getattr(row, "to", "")) if part)
    place = getattr(row, "location", "") or ends or getattr(row, "item", "") or row.source
    day = getattr(row, "date", "")
    extra = getattr(row, "key", "")
    return " ".join(str(part) for part in (place, extra, day) if part)


def _text(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value}"
    return "none" if value in {None, ""} else str(value)
