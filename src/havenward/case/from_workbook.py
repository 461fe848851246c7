"""How a workbook becomes a case: its sheets are the files of a folder, and problems name sheet and cell."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from havenward.case.cells import cell_reader, show
from havenward.case.draft import ASSUMPTIONS_FILE, CASE_FILE, SCENARIOS_FILE
from havenward.case.findings import Trouble, offer
from havenward.case.importers.grids import check_kind, check_workbook, open_zip, refuse
from havenward.case.sheets import Sheet, check_unnamed, header_missing, read_header
from havenward.case.tables import read_columns
from havenward.case.workbook_cells import Page, column_letter, read_page
from havenward.case.workbook_documents import DocumentRows
from havenward.case.workbook_sheets import (
    CASE_SHEETS,
    HELP_SHEETS,
    REPORT,
    REPORTS,
    SCENARIO,
    SETTING,
    SETTINGS,
    SHEET_OF_FILE,
    TEXT,
    VALUE,
    sheet_columns,
)
from havenward.errors import CaseError
from havenward.limits import WORKBOOK_BYTES, WORKBOOK_TAGS
from havenward.records import Report

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from havenward.case.findings import Findings

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")
OTHER_SUFFIXES = (".ods", ".xls", ".xlsb", ".numbers")  # workbooks that are not read
MAX_UNPACKED = WORKBOOK_BYTES
# what is taken for needed settings whose cell cannot be read
STAND_IN: Mapping[str, Any] = {"crisis": "x", "country": "XXX", "start": date(1900, 1, 1)}
HEADER_WITHIN = 20  # rows above the header that a person may have put there
REPORT_NAME = re.compile(r"(?![. ]|README)[^/\\:*?\"<>|]{1,120}\.txt\Z")
# what a finding starts with: the column or key that it is about
_QUOTED = re.compile(r"(?:unknown )?(?:column|key) '([^']+)'")
_FIRST_WORD = re.compile(r"[a-z_0-9.]+")
_FILE_NAME = re.compile(r"\b(\w+\.csv|assumptions\.toml|scenarios\.toml|case\.toml)|\breports/")


def is_workbook(path: Path) -> bool:
    """Tell whether a path names a workbook, of a kind that is read or another."""
    return path.is_file() and path.suffix.lower() in (*WORKBOOK_SUFFIXES, *OTHER_SUFFIXES)


def open_workbook(path: Path) -> WorkbookContents:
    """Open a workbook, stored values of formulas included; nothing is worked out.

    Raises
    ------
    CaseError
        It cannot be opened: no workbook, protected, damaged, too large, or holding no sheet of a case.
    """
    name = path.name
    if path.suffix.lower() in OTHER_SUFFIXES:
        raise refuse(
            str(path),
            f"this is a workbook of the kind {path.suffix.lower()}",
            "expected .xlsx",
            "open it and save it as .xlsx",
            "workbook-kind",
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise refuse(
            str(path),
            f"the workbook cannot be read ({error.strerror or error})",
            "expected a file that may be read",
            "close it in the spreadsheet, and check the path",
            "workbook-unreadable",
        ) from error
    check_kind(data, name)
    pages = _read_pages(data, name)
    known = [page for page in pages if page.title.strip().lower() in CASE_SHEETS]
    if not known:
        raise refuse(
            name,
            f"no sheet of it is one of a case ({', '.join(show(page.title) for page in pages[:5])})",
            f"expected sheets named {', '.join(CASE_SHEETS[:3])}, ...",
            "start from the template: havenward new --workbook FILE.xlsx",
            "workbook-no-case",
        )
    return WorkbookContents(name, pages)


def _read_pages(data: bytes, name: str) -> list[Page]:
    import warnings

    import openpyxl  # type: ignore[import-untyped]

    if not data.startswith(b"PK"):
        raise _damaged(name)
    archive = open_zip(data, name)
    unpacked = sum(info.file_size for info in archive.infolist())
    if unpacked > MAX_UNPACKED or check_workbook(data, name) > WORKBOOK_TAGS:
        found = f"unpacks to {unpacked / 1e6:,.0f} MB" if unpacked > MAX_UNPACKED else "has too many cells"
        raise refuse(
            name,
            f"the workbook {found}",
            f"expected at most {MAX_UNPACKED / 1e6:,.0f} MB and {WORKBOOK_TAGS // 4:,} cells",
            "keep a case of this size as a folder of CSV files",
            "workbook-too-large",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and drop-downs, which are not read
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
            formulas = None
            if _holds_formulas(archive):
                formulas = openpyxl.load_workbook(io.BytesIO(data))
            return [
                read_page(sheet, formulas[sheet.title] if formulas else None) for sheet in book.worksheets
            ]
    except CaseError:
        raise
    except Exception as error:  # a damaged workbook fails in as many ways as it has parts
        raise _damaged(name) from error


def _holds_formulas(archive: zipfile.ZipFile) -> bool:
    pages = [entry for entry in archive.namelist() if entry.startswith("xl/worksheets/")]
    return any(re.search(rb"<f[ >/]", archive.read(entry)) for entry in pages if entry.endswith(".xml"))


def _damaged(name: str) -> CaseError:
    return refuse(
        name,
        "the workbook is damaged, or is no workbook",
        "expected a file that a spreadsheet opens",
        "open it, save it again as .xlsx, or copy it again",
        "workbook-damaged",
    )


class WorkbookContents:
    """A case that is kept in one workbook; sheets stand for the files of a folder."""

    folder = None

    def __init__(self, name: str, pages: Sequence[Page]) -> None:
        self.name = name
        self.pages: dict[str, Page] = {}
        self.others: list[Page] = []
        for page in pages:
            title = page.title.strip().lower()
            if title in CASE_SHEETS and title not in self.pages:
                self.pages[title] = page
            else:
                self.others.append(page)
        self._headers: dict[str, dict[str, int]] = {}  # by sheet: position of each column
        # rows of what has no rows in a folder: by file and place as messages call it
        self._rows: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
        self._documents = DocumentRows(self._note_row)
        self._checked: set[str] = set()

    # -- what a draft asks for ---------------------------------------------------------------------

    def has(self, file: str) -> bool:
        """Tell whether the sheet of a file is there."""
        if file == SCENARIOS_FILE:  # which other sheets may name
            return not {"scenarios", "assumptions", "events"}.isdisjoint(self.pages)
        return SHEET_OF_FILE[file] in self.pages

    def missing(self, file: str) -> Trouble:
        """Say that a sheet is not there, and how to make it."""
        sheet = SHEET_OF_FILE[file]
        repair = "add it with its header, as the template of 'havenward new' has it"
        near = next((p.title for p in self.others if offer(p.title, (sheet,), "")), None)
        if near is not None:
            repair = f"rename the sheet {show(near)}"
        return Trouble("the sheet is missing", "expected it in every workbook", repair, "sheet-missing")

    def sheet(self, file: str, known: Sequence[str], required: Sequence[str], findings: Findings) -> Sheet:
        """Read a table; rows of events that belong to a scenario are left to it."""
        title = SHEET_OF_FILE[file]
        page = self.pages[title]
        columns = [column.name for column in sheet_columns(title)] if title == "events" else list(known)
        sheet = self._lay_out(page, file, title, columns, required, findings)
        mark = sheet.columns.get(SCENARIO) if title == "events" else None
        if mark is None:
            return sheet
        named = {name: at for name, at in sheet.columns.items() if name != SCENARIO}
        return Sheet(named, [row for row in sheet.rows if not row[1][mark]], sheet.refused, whole=sheet.whole)

    def document(self, file: str, findings: Findings) -> dict[str, Any] | None:
        """Read settings, assumptions or scenarios as the tables that a TOML file holds."""
        if file == CASE_FILE:
            return self._read_settings(findings)
        assumptions = self._rows_of("assumptions", ASSUMPTIONS_FILE, findings, tell=file == ASSUMPTIONS_FILE)
        if file == ASSUMPTIONS_FILE:
            return {"assumption": self._documents.own_assumptions(assumptions, findings)}
        scenarios = self._rows_of("scenarios", SCENARIOS_FILE, findings, tell=True)
        events = self._rows_of("events", SCENARIOS_FILE, findings, tell=False)
        return {"scenario": self._documents.scenarios(scenarios, assumptions, events, findings)}

    def reports(self, findings: Findings) -> tuple[tuple[Report, ...], set[str] | None]:
        """Read the reports, whose texts may go on over several rows."""
        if REPORTS not in self.pages:
            return (), set()
        page = self.pages[REPORTS]
        columns = sheet_columns(REPORTS)
        required = [column.name for column in columns if column.required]
        sheet = self._lay_out(page, "reports/", REPORTS, [c.name for c in columns], required, findings)
        if set(required) - set(sheet.columns):
            return (), None
        reports: dict[str, Report] = {}
        names: set[str] = set()
        for number, cells in sheet.rows:
            row = {name: cells[at] for name, at in sheet.columns.items()}
            row[TEXT] = page.raw_text(number, sheet.columns.get(TEXT))
            name = row[REPORT]
            if name in reports and not any(row[key] for key in row if key not in {REPORT, TEXT}):
                grown = reports[name].text + row[TEXT]
                reports[name] = Report(**{**vars(reports[name]), "text": grown})
                continue
            report = self._read_report(number, row, names, findings)
            names.add(name)
            if report is not None:
                reports[name] = report
        return tuple(reports[name] for name in sorted(reports)), names

    def note_strays(self, findings: Findings) -> None:
        """Note sheets that are not read, and those that are although they are hidden."""
        for page in self.others:
            if page.title in HELP_SHEETS or page.empty:
                continue
            absent = [sheet for sheet in CASE_SHEETS if sheet not in self.pages]
            near = offer(page.title.strip(), absent, "")
            findings.add(
                page.title,
                "",
                Trouble(
                    "this sheet is no part of a case and is not read",
                    f"expected sheets among {', '.join(CASE_SHEETS)}",
                    near or "leave it, if it is your own",
                    "unknown-sheet",
                    "error" if near else "warning",
                ),
            )
        for title, page in self.pages.items():
            if page.hidden and not page.empty:
                findings.add(
                    _file_of(title),
                    "",
                    Trouble(
                        "the sheet is hidden, and is read all the same",
                        "expected sheets that can be seen",
                        "show it, or delete it if it is not meant",
                        "sheet-hidden",
                        "warning",
                    ),
                )

    # -- where problems stand ----------------------------------------------------------------------

    def name_place(self, file: str, place: int | str, trouble: Trouble) -> tuple[str, Trouble]:
        """Say where a problem stands: workbook, sheet, and cell or row where they are known."""
        told = trouble._replace(
            expected=name_sheets(trouble.expected),
            repair=name_sheets(trouble.repair),
        )
        if file not in SHEET_OF_FILE and not file.startswith("reports/"):
            return f"{self.name} sheet {show(file)[1:-1]}", told
        sheet = SHEET_OF_FILE.get(file, REPORTS)
        rows = [(sheet, place)] if isinstance(place, int) else self._find_rows(file, str(place), trouble)
        if not rows:
            return f"{self.name} sheet {sheet}" + (f" {place}" if place else ""), told
        sheet, row = rows[0]
        if len(rows) > 1:
            listed = " and ".join(str(number) for _, number in rows[:4])
            return f"{self.name} sheet {sheet} rows {listed}", told
        at = self._find_column(sheet, trouble)
        return f"{self.name} sheet {sheet} " + (
            f"row {row}" if at is None else f"cell {column_letter(at)}{row}"
        ), told

    def _find_rows(self, file: str, place: str, trouble: Trouble) -> list[tuple[str, int]]:
        if file == CASE_FILE:
            key = _about(trouble.found)
            head = place.strip("[]")
            return self._rows.get((file, f"{head}.{key}" if head else key), [])
        if file.startswith("reports/"):
            return self._rows.get(("reports/", file.removeprefix("reports/")), [])
        here = re.sub(r"( component \d+)+\Z", "", place)
        return self._rows.get((file, here), [])

    def _find_column(self, sheet: str, trouble: Trouble) -> int | None:
        columns = self._headers.get(sheet, {})
        if sheet == SETTINGS:
            return columns.get(VALUE if not trouble.found.startswith("unknown key") else SETTING)
        return columns.get(_about(trouble.found))

    def _note_row(self, file: str, place: str, sheet: str, row: int) -> None:
        if (sheet, row) not in self._rows[file, place]:
            self._rows[file, place].append((sheet, row))

    # -- sheets ------------------------------------------------------------------------------------

    def _lay_out(
        self,
        page: Page,
        file: str,
        title: str,
        known: Sequence[str],
        required: Sequence[str],
        findings: Findings,
    ) -> Sheet:
        """Find the header and the rows below it; what a person put beside them is noted once."""
        first = title not in self._checked
        self._checked.add(title)
        header = page.find_header(known, HEADER_WITHIN)
        if header is None:
            if first:
                findings.add(file, "", header_missing(known))
            return Sheet()
        number, names = header
        before = {cell: at for at, cell in reversed(list(enumerate(names))) if cell}
        self._headers[title] = before
        if not first:
            columns = {name: at for name, at in before.items() if name in known}
        else:
            columns = read_header(names, number, file, known, required, findings)
            check_unnamed(names, [row for row in page.rows if row[0] >= number], file, findings)
        width = max((at for at, cell in enumerate(names) if cell), default=-1) + 1
        rows: list[tuple[int, list[str]]] = []
        refused: list[tuple[int, list[str]]] = []
        for row, cells in page.rows:
            if row <= number or not any(cells[:width]) or _is_hxl(cells[:width]):
                continue
            broken = page.troubles(row, width)
            for at, trouble in broken if first else ():
                column = names[at] or column_letter(at)
                findings.add(file, row, trouble._replace(found=f"{column} {trouble.found}"))
            (refused if broken else rows).append((row, [*cells[:width], *([""] * (width - len(cells)))]))
        if first:
            self._note_beside(page, file, number, width, findings)
        return Sheet(columns, rows, refused)

    def _note_beside(self, page: Page, file: str, header: int, width: int, findings: Findings) -> None:
        beside = [
            (row, at)
            for row, cells in page.rows
            for at in range(width, len(cells))
            if cells[at] and row >= header
        ]
        if beside:
            row, at = beside[0]
            findings.add(
                file,
                "",
                Trouble(
                    f"cell {column_letter(at)}{row} lies beside the table and is not read",
                    "expected values in columns that have a name",
                    "leave it, if it is a note of your own",
                    "cell-beside",
                    "warning",
                ),
            )
        for area in page.merged_below(header, width):
            findings.add(
                file,
                "",
                Trouble(
                    f"cells {area} are merged",
                    "expected a value of its own in each cell",
                    "unmerge them and fill in each",
                    "cells-merged",
                ),
            )

    def _rows_of(
        self, title: str, file: str, findings: Findings, *, tell: bool
    ) -> list[tuple[int, dict[str, str]]]:
        """Give the rows of a sheet by column; problems of the sheet are told once, under its own file."""
        if title not in self.pages:
            return []
        columns = sheet_columns(title)
        required = (
            [c.name for c in columns if c.required and c.name in {"name", "date", "kind"}] if tell else []
        )
        own = "events.csv" if title == "events" else file
        sheet = self._lay_out(self.pages[title], own, title, [c.name for c in columns], required, findings)
        return [(row, {name: cells[at] for name, at in sheet.columns.items()}) for row, cells in sheet.rows]

    def _read_settings(self, findings: Findings) -> dict[str, Any]:
        known = [SETTING, VALUE]
        page = self.pages[SETTINGS]
        header = page.find_header(known, HEADER_WITHIN)
        if header is None:
            findings.add(CASE_FILE, "", header_missing(known))
            return {}
        number, names = header
        if SETTING not in names or VALUE not in names:
            lacking = SETTING if SETTING not in names else VALUE
            findings.add(
                CASE_FILE,
                "",
                Trouble(
                    f"column '{lacking}' is missing",
                    "expected it in the first row",
                    "add the column",
                    "column-missing",
                ),
            )
            return {}
        self._headers[SETTINGS] = {cell: at for at, cell in reversed(list(enumerate(names))) if cell}
        at_key, at_value = names.index(SETTING), names.index(VALUE)
        columns = {column.name: column for column in read_columns("case")}
        document: dict[str, Any] = {}
        for row, cells in page.rows:
            key = cells[at_key] if at_key < len(cells) else ""
            text = cells[at_value] if at_value < len(cells) else ""
            if row <= number or not key:
                continue
            self._note_row(CASE_FILE, key, SETTINGS, row)
            if not text:
                continue
            head, _, name = key.rpartition(".")
            value: Any = text
            if key in columns:
                column = columns[key]
                short = replace(column, name=name)
                value, trouble = cell_reader(short, required=False, decimal_comma=False)(text)
                if trouble is not None:
                    findings.add(CASE_FILE, f"[{head}]" if head else "", trouble)
                    value = STAND_IN.get(key)  # so that one wrong cell is told once
            target = document.setdefault(head, {}) if head else document
            if value is not None and isinstance(target, dict):
                target[name] = value
        return document

    def _read_report(
        self, number: int, row: dict[str, str], names: set[str], findings: Findings
    ) -> Report | None:
        name = row[REPORT]
        file = "reports/"
        values: dict[str, Any] = {}
        sound = True
        troubles = []
        if name and not REPORT_NAME.match(name):
            troubles.append(
                Trouble(
                    f"report is {show(name)}",
                    "expected a plain file name that ends in .txt",
                    "rename it, for example 2016-07-31-times.txt",
                    "report-name",
                )
            )
        if name in names:
            troubles.append(
                Trouble(
                    f"report is {show(name)} once more",
                    "expected each report once; a text that goes on has nothing but the report and the text",
                    "rename one, or empty the other cells of this row",
                    "report-twice",
                )
            )
        for column in sheet_columns(REPORTS):
            if column.name == TEXT:
                continue
            value, trouble = cell_reader(column, required=column.required, decimal_comma=False)(
                row.get(column.name, "")
            )
            values[column.name] = value
            troubles += [trouble] if trouble else []
        if not row[TEXT].strip():
            troubles.append(
                Trouble(
                    "text is empty",
                    "expected the text of the report",
                    "add the text of the report",
                    "report-empty",
                )
            )
        for trouble in troubles:
            findings.add(file, number, trouble)
            sound = False
        self._note_row(file, name, REPORTS, number)
        return Report(text=row[TEXT], **values) if sound else None


def _about(found: str) -> str:
    """Name the column or key that a finding is about: findings start with it."""
    quoted = _QUOTED.match(found)
    if quoted:
        return quoted[1]
    word = _FIRST_WORD.match(found)
    return word[0].rstrip(".") if word else ""


def name_sheets(text: str) -> str:
    """Call the files that a text names by their sheets."""
    return _FILE_NAME.sub(_name_sheet, text)


def _name_sheet(match: re.Match[str]) -> str:
    file = match[0]
    return f"sheet {SHEET_OF_FILE.get(file, file)}"


def _file_of(sheet: str) -> str:
    return next(file for file, title in SHEET_OF_FILE.items() if title == sheet)


def _is_hxl(cells: Sequence[str]) -> bool:
    """Tell a row of HXL tags, which some offices keep below the header."""
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(re.match(r"#[a-z]", cell) for cell in filled)
