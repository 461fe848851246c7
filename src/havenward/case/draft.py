"""How a case folder becomes records: every file is read as far as it can be, and every problem is noted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from havenward.case.cells import cell_reader, show
from havenward.case.documents import read_assumptions, read_scenarios, read_settings
from havenward.case.findings import Findings, Trouble
from havenward.case.schema import CASE_SCHEMA, SCHEMA_KEY, check_schema
from havenward.case.sheets import read_sheet, read_text
from havenward.case.tables import MANDATORY, SHEETS, read_columns
from havenward.case.values import read_document
from havenward.errors import CaseError, Problem
from havenward.files import finish_left
from havenward.records import Case, Report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from havenward.case.cells import Cell
    from havenward.case.sheets import Sheet
    from havenward.records import Location

CASE_FILE = "case.toml"
ASSUMPTIONS_FILE = "assumptions.toml"
SCENARIOS_FILE = "scenarios.toml"
REPORTS_FOLDER = "reports"
IMPORTS_FILE = "imports.csv"  # what imports wrote, so that a later one can tell its rows from a person's
_FILES = {
    CASE_FILE,
    ASSUMPTIONS_FILE,
    SCENARIOS_FILE,
    IMPORTS_FILE,
    *(f"{table}.csv" for table in SHEETS),
}


# A place of this source without a date of publication was drafted by `havenward new --place`, and waits until
# a person confirms it by giving the date.
DRAFT_SOURCE = "geonames"


class Contents(Protocol):
    """Where the tables, settings and reports of a case lie: a folder, or a workbook.

    Files are called by their names in a folder, whatever holds them.
    """

    @property
    def folder(self) -> Path | None:
        """The folder, None where there is none."""

    def has(self, file: str) -> bool:
        """Tell whether a file is there."""

    def missing(self, file: str) -> Trouble:
        """Say that a file is not there, and how to make it."""

    def sheet(self, file: str, known: Sequence[str], required: Sequence[str], findings: Findings) -> Sheet:
        """Read a table as rows of text."""

    def document(self, file: str, findings: Findings) -> dict[str, Any] | None:
        """Read settings, assumptions or scenarios as TOML gives them; None where that fails."""

    def reports(self, findings: Findings) -> tuple[tuple[Report, ...], set[str] | None]:
        """Read the reports; gives them, and the names of all, those with errors included."""

    def note_strays(self, findings: Findings) -> None:
        """Note what is no part of a case and stays unread."""


@dataclass(frozen=True)
class Draft:
    """A case as far as its files could be read.

    Parameters
    ----------
    case
        What was read; rows with errors are left out, and missing settings are filled in.
    findings
        What is wrong so far.
    keys
        Names that the first column of each table gives, those of rows with errors included, so that one
        error does not make every row that names it wrong too. None where they could not be read.
    drafted
        Places that wait for a person to confirm them; they are no part of the case.
    broken
        Rows with errors, by table: what could not be read of them is None. They are no part of the case, but
        the names in them are checked as well, so that one error does not hide another.
    """

    case: Case
    findings: Findings
    keys: dict[str, set[str] | None]
    drafted: tuple[Location, ...] = ()
    broken: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def version_severity(self) -> str:
        """Severity of what can be wrong only because a snapshot holds what was known so far."""
        return "warning" if self.case.known else "error"

    def is_sound(self, *tables: str) -> bool:
        """Tell whether these tables were read without an error."""
        return not any(self.findings.has_errors(f"{table}.csv") for table in tables)


def read_draft(path: Path) -> Draft:
    """Read every file of a case folder, or every sheet of a workbook (`.xlsx`).

    Raises
    ------
    CaseError
        The workbook cannot be opened at all.
    """
    if path.is_file():
        from havenward.case.from_workbook import open_workbook

        book = open_workbook(path)
        return read_contents(book, Findings(book.name_place))
    _finish_change(path)
    return read_contents(FolderContents(path), Findings())


def _finish_change(folder: Path) -> None:
    """Finish what a command that was killed had begun to write: half of it must not be read."""
    try:
        finish_left(folder)
    except OSError as error:
        raise CaseError(
            Problem(
                str(folder),
                f"a change of this case is half written ({error.strerror or error})",
                "expected it to be finished first, by whoever reads the case next",
                "wait a moment if another command is at it, else correct the rights, then do this again",
                "case-cut-off",
            )
        ) from error


def read_contents(contents: Contents, findings: Findings) -> Draft:
    """Read everything that a folder or workbook holds; problems are added to the findings."""
    settings = _read_settings(contents, findings)
    lag = timedelta(days=settings["publication_lag_days"])
    tables: dict[str, Any] = {}
    keys: dict[str, set[str] | None] = {}
    drafted: tuple[Any, ...] = ()
    broken: dict[str, list[Any]] = {table: [] for table in SHEETS}
    for table in SHEETS:
        tables[table], keys[table], waiting = _read_table(contents, table, lag, findings, broken[table])
        drafted += waiting
    reports, keys["reports"] = contents.reports(findings)
    assumptions, keys["assumptions"] = _read_list(contents, ASSUMPTIONS_FILE, "assumption", findings)
    scenarios, keys["scenarios"] = _read_list(contents, SCENARIOS_FILE, "scenario", findings)
    contents.note_strays(findings)
    case = Case(
        **settings,
        **tables,
        reports=reports,
        assumptions=assumptions,
        scenarios=scenarios,
        folder=contents.folder,
    )
    return Draft(case, findings, keys, drafted, broken)


@dataclass(frozen=True)
class FolderContents:
    """A case folder."""

    folder: Path

    def has(self, file: str) -> bool:
        """Tell whether a file is there."""
        return (self.folder / file).exists()

    def missing(self, file: str) -> Trouble:
        """Say that a file is not there, and how to make it."""
        repair = "add it with its header, as 'havenward new' does"
        if file == CASE_FILE:
            repair = "make a case with 'havenward new', or check the path"
        return Trouble("the file is missing", "expected it in every case folder", repair, "file-missing")

    def sheet(self, file: str, known: Sequence[str], required: Sequence[str], findings: Findings) -> Sheet:
        """Read a CSV file."""
        return read_sheet(self.folder / file, file, known, required, findings)

    def document(self, file: str, findings: Findings) -> dict[str, Any] | None:
        """Read a TOML file."""
        return read_document(self.folder / file, file, findings)

    def reports(self, findings: Findings) -> tuple[tuple[Report, ...], set[str] | None]:
        """Read the text files of the reports."""
        return _read_reports(self.folder, findings)

    def note_strays(self, findings: Findings) -> None:
        """Warn of files whose names are nearly those of a case: they would be left unread."""
        _check_stray_files(self.folder, findings)


def _read_settings(contents: Contents, findings: Findings) -> dict[str, Any]:
    # what stands in for values that cannot be used, so that the other files can be checked all the same
    stand_in = {
        "title": "",
        "crisis": "",
        "country": "",
        "start": date(1900, 1, 1),
        "horizon_days": 120,
        "rules": "havenward",
        "residents_held": False,
        "front_by_cell": False,
        "publication_lag_days": 3,
        "audience": "public",
        "suppress_below": 10,
    }
    if not contents.has(CASE_FILE):
        findings.add(CASE_FILE, "", contents.missing(CASE_FILE))
        return stand_in
    document = contents.document(CASE_FILE, findings)
    if document is None:
        return stand_in
    check_schema(document.pop(SCHEMA_KEY, CASE_SCHEMA))
    values = read_settings(document, CASE_FILE, findings)
    return {key: stand_in.get(key) if value is None else value for key, value in values.items()}


def _read_table(
    contents: Contents, table: str, lag: timedelta, findings: Findings, broken: list[Any]
) -> tuple[tuple[Any, ...], set[str] | None, tuple[Any, ...]]:
    """Read one table: its rows, the names that its first column gives, and the places that wait.

    Rows with errors are added to `broken`.
    """
    file = f"{table}.csv"
    if not contents.has(file):
        if table in MANDATORY:
            findings.add(file, "", contents.missing(file))
            return (), None, ()
        return (), set(), ()
    columns = read_columns(table)
    # a count without a publication date gets the day of the count plus the stated lag of the case
    lagged = table == "observations"
    required = [
        column.name for column in columns if column.required and not (lagged and column.name == "published")
    ]
    sheet = contents.sheet(file, [column.name for column in columns], required, findings)
    waiting: list[Any] = []
    if table == "locations":
        sheet, asleep = _part_drafted(sheet)
        waiting = _read_rows(table, asleep, set(required) - {"published"}, findings, broken)
    rows = _read_rows(table, sheet, set(required), findings, broken)
    if lagged:
        rows = [row if row.published else replace(row, published=row.date + lag) for row in rows]
    if columns[0].base != "key":
        return tuple(rows), set(), tuple(waiting)
    position = sheet.columns.get(columns[0].name)
    if position is None or not sheet.whole:
        return tuple(rows), None, tuple(waiting)
    read = (*sheet.rows, *sheet.refused)
    names = {cells[position] for _, cells in read if position < len(cells)}
    return tuple(rows), names, tuple(waiting)


def _part_drafted(sheet: Sheet) -> tuple[Sheet, Sheet]:
    """Part the places that wait for a person to confirm them from the others."""
    published, source = sheet.columns.get("published"), sheet.columns.get("source")
    if published is None or source is None:
        return sheet, replace(sheet, rows=[], refused=[])
    asleep = [row for row in sheet.rows if not row[1][published] and row[1][source] == DRAFT_SOURCE]
    numbers = {number for number, _ in asleep}
    awake = [row for row in sheet.rows if row[0] not in numbers]
    return replace(sheet, rows=awake), replace(sheet, rows=asleep, refused=[])


def _read_rows(
    table: str, sheet: Sheet, required: set[str], findings: Findings, broken: list[Any]
) -> list[Any]:
    record = SHEETS[table]
    file = f"{table}.csv"
    readers: list[tuple[int, Callable[[str], Cell], dict[str, Cell]]] = []
    for column in read_columns(table):
        must = column.name in required and column.name in sheet.columns
        reader = cell_reader(column, required=must, decimal_comma=sheet.decimal_comma)
        readers.append((sheet.columns.get(column.name, -1), reader, {}))
    if required - set(sheet.columns):
        return []  # a column is missing, which is one problem and not one for each row
    rows: list[Any] = []
    for number, cells in sheet.rows:
        values, sound = [], True
        for position, reader, known in readers:
            text = cells[position] if position >= 0 else ""
            read = known.get(text)
            if read is None:
                read = reader(text)
                known[text] = read  # columns repeat few values, such as days, many times
            if read[1] is not None:
                findings.add(file, number, read[1])
                sound = False
            values.append(read[0])
        (rows if sound else broken).append(record(*values, row=number))
    return rows


def _read_list(
    contents: Contents, file: str, key: str, findings: Findings
) -> tuple[tuple[Any, ...], set[str] | None]:
    if not contents.has(file):
        return (), set()
    document = contents.document(file, findings)
    if document is None:
        return (), None
    reader = read_assumptions if key == "assumption" else read_scenarios
    records = reader(document, file, findings)
    tables = document.get(key, [])
    named = tables if isinstance(tables, list) else []
    return tuple(records), {str(item.get("name", "")) for item in named if isinstance(item, dict)}


# -- reports -------------------------------------------------------------------------------------------


def _read_reports(folder: Path, findings: Findings) -> tuple[tuple[Report, ...], set[str] | None]:
    place = folder / REPORTS_FOLDER
    if not place.is_dir():
        return (), set()
    reports, names = [], set()
    for path in sorted(place.iterdir(), key=lambda item: item.name):
        if path.name.startswith((".", "README")):
            continue
        file = f"{REPORTS_FOLDER}/{path.name}"
        if path.suffix != ".txt" or not path.is_file():
            findings.add(
                file,
                "",
                Trouble(
                    "this is no .txt file",
                    "expected reports as text files with a header",
                    "save it as .txt, or move it elsewhere",
                    "report-not-text",
                    "warning",
                ),
            )
            continue
        names.add(path.name)
        report = _read_report(path, file, findings)
        if report:
            reports.append(report)
    return tuple(reports), names


def _read_report(path: Path, file: str, findings: Findings) -> Report | None:
    text = read_text(path, file, findings)
    if text is None:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    head, gap, body = text.partition("\n\n")
    if not gap:
        head, body = text, ""
    columns = {column.name: column for column in read_columns("reports")}
    values: dict[str, Any] = {}
    offers = []
    sound = True
    for number, line in enumerate(head.split("\n"), start=1):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not line.strip():
            continue
        trouble = None
        if not colon:
            trouble = Trouble(
                f"found {show(line)}",
                "expected a line 'key: value', and an empty line before the text",
                "complete the header",
                "report-header",
            )
        elif key not in columns:
            otherwise = "remove it, or put an empty line before the text"
            offers.append(findings.offer("reports", key, tuple(columns), otherwise))
            found, expected = f"unknown key {show(key)}", f"expected keys among {', '.join(columns)}"
            trouble = Trouble(found, expected, offers[-1], "unknown-key")
        elif key in values:
            trouble = Trouble(
                f"key '{key}' stands twice", "expected each key once", "remove one of them", "key-twice"
            )
        else:
            column = columns[key]
            values[key], trouble = cell_reader(column, required=column.required, decimal_comma=False)(value)
        if trouble is not None:
            findings.add(file, f"line {number}", trouble)
            sound = False
    for column in columns.values():
        if column.required and column.name not in values and f"did you mean '{column.name}'?" not in offers:
            findings.add(
                file,
                "",
                Trouble(
                    f"key '{column.name}' is missing in the header",
                    column.expected(),
                    f"add a line '{column.name}: ...' at the top",
                    "value-missing",
                ),
            )
            sound = False
        values.setdefault(column.name, "")
    if sound and not body.strip():
        findings.add(
            file,
            "",
            Trouble(
                "there is no text after the header",
                "expected an empty line, then the text",
                "add the text of the report",
                "report-empty",
            ),
        )
        sound = False
    return Report(report=path.name, text=body, **values) if sound else None


def _check_stray_files(folder: Path, findings: Findings) -> None:
    """Warn of files whose names are nearly those of a case: they would be left unread."""
    for path in sorted(folder.iterdir(), key=lambda item: item.name):
        if path.name in _FILES or path.suffix.lower() not in {".csv", ".toml"}:
            continue
        findings.add(
            path.name,
            "",
            Trouble(
                "this file is no part of a case",
                f"expected files among {', '.join(sorted(_FILES))}",
                findings.offer("files", path.name, sorted(_FILES), "move it elsewhere if it is not needed"),
                "unknown-file",
                "warning",
            ),
        )
