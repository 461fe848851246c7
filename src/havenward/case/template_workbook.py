"""What a person sees in the workbook of a case: drop-downs, notes on the headers, examples, a first page."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenward.case.tables import Column, read_columns
from havenward.case.workbook_cells import column_letter
from havenward.case.workbook_examples import EXAMPLES, FIRST_PAGE
from havenward.case.workbook_rows import as_typed, lay_out
from havenward.case.workbook_sheets import (
    ASSUMPTIONS,
    CASE_SHEETS,
    LISTS,
    README,
    SCENARIO,
    SETTING,
    SETTINGS,
    TEXT,
    VALUE,
    sheet_columns,
)
from havenward.case.workbook_sheets import (
    EXAMPLES as EXAMPLES_SHEET,
)
from havenward.errors import CaseError, Problem
from havenward.files import replace_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from havenward.records import Case

ROOM = 1000  # rows below the header that have drop-downs and formats where a sheet is empty
MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - a fixed day, so that the same case gives the same bytes
NEEDED, OPTIONAL, BAND = "#1F4E79", "#7F9DB9", "#EEF3F8"
MAX_NOTE, MAX_LISTED, MAX_TITLE = 255, 255, 32  # what a spreadsheet takes for messages and lists
WIDTHS = {"text": 16, "key": 18, "date": 12, "number": 12, "integer": 12, "flag": 9, "country": 9}
WIDE = {
    "title": 34,
    "name": 22,
    "reason": 44,
    "sentence": 60,
    "url": 30,
    TEXT: 80,
    "relation": 24,
    "publisher": 20,
}
SHADES = {SETTINGS: NEEDED, "locations": NEEDED, "routes": NEEDED, "events": NEEDED, ASSUMPTIONS: NEEDED}


def write_workbook(
    path: Path | str,
    case: Case | None = None,
    rows: Mapping[str, Sequence[Any]] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Path:
    """Write a case as one workbook, or an empty one to fill in; the same case gives the same bytes.

    Parameters
    ----------
    path
        Where it goes; its name ends in .xlsx, and nothing is there yet.
    case
        None for the template.
    rows
        More rows by table, such as places that wait for a person to confirm them.
    settings
        Settings that are known where there is no case.

    Raises
    ------
    CaseError
        Something is there already, the name does not end in .xlsx, or it cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        found = f"the name ends in '{path.suffix}'" if path.suffix else "the name has no ending"
        raise _refusal(path, found, "expected a name that ends in .xlsx", "name it so", "workbook-name")
    if path.exists():
        raise _refusal(
            path,
            "there is something of this name",
            "expected a new name",
            "name another file, so that nothing is lost",
            "workbook-taken",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replace_whole(path) as part:
            fill_workbook(part, case, rows, settings)
    except OSError as error:
        raise _refusal(
            path,
            f"the workbook could not be written ({error.strerror or error})",
            "expected room and rights to write",
            "free some space or name another file",
            "case-not-written",
        ) from error
    return path


def fill_workbook(
    path: Path,
    case: Case | None = None,
    rows: Mapping[str, Sequence[Any]] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> None:
    """Write a workbook to a path as it is named; otherwise as `write_workbook`.

    Raises
    ------
    OSError
        It cannot be written.
    """
    from xlsxwriter.exceptions import FileCreateError

    try:
        _Workbook(path).write(lay_out(case, rows or {}, settings or {}))
    except FileCreateError as error:  # hides what the system said
        said = error.args[0] if error.args else None
        raise said if isinstance(said, OSError) else OSError(str(error)) from error


def _refusal(path: Path, found: str, expected: str, repair: str, slug: str) -> CaseError:
    return CaseError(Problem(str(path), found, expected, repair, slug))


class _Workbook:
    """One workbook while it is written."""

    def __init__(self, path: Path) -> None:
        import xlsxwriter

        self.book = xlsxwriter.Workbook(
            str(path), {"strings_to_urls": False, "default_date_format": "yyyy-mm-dd"}
        )
        self.book.set_properties({"title": "Havenward case", "created": MADE})
        shape = {"valign": "top", "font_size": 10}
        self.styles = {
            "text": self.book.add_format({**shape, "num_format": "@"}),
            "long": self.book.add_format({**shape, "num_format": "@", "text_wrap": True}),
            "date": self.book.add_format({**shape, "num_format": "yyyy-mm-dd", "align": "left"}),
            "number": self.book.add_format({**shape, "num_format": "#,##0.######"}),
            "integer": self.book.add_format({**shape, "num_format": "#,##0"}),
            "plain": self.book.add_format({**shape, "num_format": "0.######"}),
            "needed": self._header(NEEDED),
            "optional": self._header(OPTIONAL),
            "band": self.book.add_format({**shape, "bg_color": BAND, "text_wrap": True}),
            "title": self.book.add_format({"bold": True, "font_size": 16, "font_color": NEEDED}),
            "part": self.book.add_format(
                {"bold": True, "font_size": 11, "font_color": NEEDED, "valign": "top"}
            ),
            "words": self.book.add_format({"text_wrap": True, "valign": "top", "font_size": 10}),
        }
        self.lists: list[tuple[str, Sequence[str]]] = []

    def _header(self, shade: str) -> Any:  # noqa: ANN401 - a format of xlsxwriter
        look = {"bold": True, "font_color": "white", "font_size": 10, "valign": "vcenter"}
        return self.book.add_format({**look, "bg_color": shade, "border": 1, "border_color": "white"})

    def write(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        """Write every sheet and close the workbook."""
        self._write_first_page()
        pages = {title: self.book.add_worksheet(title) for title in CASE_SHEETS}
        examples = self.book.add_worksheet(EXAMPLES_SHEET)
        lists = self.book.add_worksheet(LISTS)
        for title, page in pages.items():
            page.set_tab_color(SHADES.get(title, OPTIONAL))
            if title == SETTINGS:
                self._write_settings(page, rows[title])
            else:
                self._write_table(page, title, rows[title])
        self._write_examples(examples)
        for at, (_, words) in enumerate(self.lists):
            lists.write_column(0, at, words)
        lists.hide()
        self.book.close()

    def _write_first_page(self) -> None:
        page = self.book.add_worksheet(README)
        page.hide_gridlines(2)
        page.set_column(0, 0, 20)
        page.set_column(1, 1, 96)
        page.write_string(0, 0, "A crisis as data: fill in and check", self.styles["title"])
        for row, (head, words) in enumerate(FIRST_PAGE, start=2):
            page.write_string(row, 0, head, self.styles["part"])
            page.write_string(row, 1, words, self.styles["words"])
            page.set_row(row, 14.0 * max(1, -(-len(words) // 106)) + 4)
        page.set_paper(9)
        page.fit_to_pages(1, 0)

    def _write_settings(self, page: Any, rows: list[dict[str, Any]]) -> None:  # noqa: ANN401 - a sheet of xlsxwriter
        heads = list(rows[0])
        for at, (head, width) in enumerate(zip(heads, (24, 28, 22, 70, 44), strict=True)):
            page.set_column(at, at, width)
            page.write_string(0, at, head, self.styles["needed" if at <= 1 else "optional"])
        columns = {column.name: column for column in read_columns("case")}
        at_value = heads.index(VALUE)
        for number, row in enumerate(rows, start=1):
            column = columns[row[heads[0]]]
            for at, head in enumerate(heads):
                style = self._style(column) if at == at_value else self.styles["band" if at else "text"]
                self._write_cell(page, number, at, row[head], style)
            self._validate(page, column, number, at_value, number)
            page.set_row(number, 13.0 * max(1, -(-len(column.description) // 78)) + 2)
        page.freeze_panes(1, 0)
        _print_wide(page)

    def _write_table(self, page: Any, title: str, rows: list[dict[str, Any]]) -> None:  # noqa: ANN401 - likewise
        columns = sheet_columns(title)
        last = max(ROOM, len(rows) + 200)
        for at, column in enumerate(columns):
            width = WIDE.get(column.name) or max(WIDTHS.get(column.base, 18), len(column.name) + 3)
            page.set_column(at, at, width, self._style(column))
            page.write_string(0, at, column.name, self.styles["needed" if column.required else "optional"])
            need = "Needed." if column.required else "May be empty."
            unit = f" Unit: {column.unit}." if column.unit else ""
            expected = column.expected().removeprefix("expected ")
            words = f"{need} {column.description}{unit}\nWrite: {expected}."
            page.write_comment(
                0,
                at,
                words,
                {"x_scale": 2.2, "y_scale": max(1.0, len(words) / 90), "font_size": 9, "author": "Havenward"},
            )
            self._validate(page, column, 1, at, last)
        for number, row in enumerate(rows, start=1):
            for at, column in enumerate(columns):
                self._write_cell(page, number, at, row.get(column.name), self._style(column))
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
        _print_wide(page)

    def _style(self, column: Column) -> Any:  # noqa: ANN401 - a format of xlsxwriter
        if column.base in {"date", "number", "integer"}:
            whole_years = column.name in {"latitude", "longitude"} or not column.unit
            return self.styles["plain" if column.base == "number" and whole_years else column.base]
        if column.base == "date or assumption":
            return self.styles["date"]
        return self.styles["long" if WIDE.get(column.name, 0) >= 40 else "text"]

    def _write_cell(self, page: Any, row: int, at: int, value: Any, style: Any) -> None:  # noqa: ANN401 - likewise
        typed = as_typed(value)
        if typed is None or typed == "":
            return
        if isinstance(typed, str):
            page.write_string(row, at, typed, style)
        elif isinstance(typed, date) and typed.year >= 1901:
            page.write_datetime(row, at, datetime(typed.year, typed.month, typed.day), style)  # noqa: DTZ001 - a day
        elif isinstance(typed, date):
            page.write_string(row, at, typed.isoformat(), style)
        else:
            page.write_number(row, at, typed, style)

    # -- drop-downs ------------------------------------------------------------------------------------

    def _validate(self, page: Any, column: Column, first: int, at: int, last: int) -> None:  # noqa: ANN401 - likewise
        """Offer what may stand in a column; another value is questioned where others may be right."""
        rule: dict[str, Any] = {"ignore_blank": True, "error_title": column.name[:MAX_TITLE]}
        rule["error_message"] = column.expected()[:MAX_NOTE]
        if column.base == "choice":
            rule |= {"validate": "list", "source": self._list(column.name, column.choices)}
        elif column.base == "flag":
            rule |= {"validate": "list", "source": ["yes", "no"]}
        elif column.base in {"number", "integer"}:
            low, high = column.low, column.high
            kind = "integer" if column.base == "integer" else "decimal"
            if low is None or high is None:
                return
            rule |= {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}
        elif column.base == "date":
            rule |= {
                "validate": "date",
                "criteria": "between",
                "minimum": date(1901, 1, 1),
                "maximum": date(2200, 12, 31),
            }
        elif column.base in {"location", "location or group"}:
            rule |= {
                "validate": "list",
                "source": f"=locations!$A$2:$A${ROOM + 1}",
                "error_type": "information",
            }
        elif column.base == "source":
            rule |= {
                "validate": "list",
                "source": f"=sources!$A$2:$A${ROOM + 1}",
                "error_type": "information",
            }
        elif column.name == SCENARIO:
            rule |= {"validate": "list", "source": "=scenarios!$A$2:$A$51", "error_type": "information"}
        elif column.name == "name" and column.base == "key" and page.get_name() == ASSUMPTIONS:
            names = [row.name.replace("<", "").replace(">", "") for row in read_columns("parameters")]
            rule |= {
                "validate": "list",
                "source": self._list("parameters", names),
                "error_type": "information",
            }
        else:
            return
        page.data_validation(first, at, last, at, rule)

    def _list(self, name: str, words: Sequence[str]) -> Any:  # noqa: ANN401 - words, or where they lie
        """Give words of a drop-down themselves, or where they lie if they are too long for one."""
        if len(",".join(words)) <= MAX_LISTED:
            return list(words)
        known = [one for one, _ in self.lists]
        if name not in known:
            self.lists.append((name, words))
            known.append(name)
        letter = column_letter(known.index(name))
        return f"={LISTS}!${letter}$1:${letter}${len(words)}"

    def _write_examples(self, page: Any) -> None:  # noqa: ANN401 - a sheet of xlsxwriter
        page.write_string(
            0, 0, "Examples of a small invented crisis; this sheet is never read", self.styles["title"]
        )
        page.set_column(0, 0, 20)
        page.set_column(1, 30, 16)
        row = 2
        for title, listed in EXAMPLES.items():
            page.write_string(row, 0, f"sheet {title}", self.styles["part"])
            filled = {key for item in listed for key in item}
            known = (SETTING, VALUE) if title == SETTINGS else [one.name for one in sheet_columns(title)]
            heads = [name for name in known if name in filled]
            for at, head in enumerate(heads):
                page.write_string(row + 1, at, head, self.styles["optional"])
                for below, item in enumerate(listed, start=row + 2):
                    value = item.get(head)
                    style = self.styles[
                        "date" if isinstance(value, date) else "integer" if isinstance(value, int) else "text"
                    ]
                    self._write_cell(page, below, at, value, style)
            row += len(listed) + 3
        _print_wide(page)


def _print_wide(page: Any) -> None:  # noqa: ANN401 - a sheet of xlsxwriter
    """Print a sheet on A4, lying, as wide as one page."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
