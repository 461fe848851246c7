"""How a sheet of the workbook looks: two rows of heads, filters, print, and cells that stay what they are."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

import xlsxwriter
from xlsxwriter.worksheet import Worksheet as Sheet

from havenward.brief.cells import neutralise
from havenward.brief.hxl import tags_for
from havenward.brief.rows import THREE
from havenward.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format

    from havenward.brief.content import Brief

RANGED = ("people", "need", "added", "requirement", "available", "adjust", "gap")
WIDTHS = {
    "location": 18,
    "name": 28,
    "unit": 20,
    "available_is": 22,
    "measure": 26,
    "item": 36,
    "reason": 22,
    "what": 40,
    "words": 90,
    "rests_on": 18,
    "assumption": 30,
    "why": 80,
    "title": 50,
    "url": 40,
    "sentence": 80,
    "report": 36,
    "source": 30,
    "section": 36,
    "note": 50,
}
LONGEST_TEXT = 32_000  # a cell holds 32,767 characters
A4 = 9
DARK, PAPER, GREY, YELLOW = "#0B3A5B", "#EEF2F5", "#5A6670", "#FFF3D6"


class LiveSheet(Sheet):  # type: ignore[misc]
    """A sheet that takes formulas as they are written: ours hold no function that needs a prefix."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002, FBT001, FBT002 - as the library calls it
        return formula.removeprefix("=")


class Book:
    """A workbook with the few kinds of cells that are used."""

    def __init__(self, brief: Brief, path: Path) -> None:
        self.words = Words(brief.language)
        self.hxl = brief.hxl
        self.valid = f"{self.words.say('book_head_valid')} {self.words.say_date(brief.valid_until)}"
        self.title = brief.title
        self.book = xlsxwriter.Workbook(
            str(path),
            {
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "in_memory": True,
            },
        )
        made = datetime.combine(brief.origin_date, time())
        self.book.set_properties({"created": made, "title": "Havenward brief"})
        add = self.book.add_format
        self.machine = add({"font_color": GREY, "font_size": 8, "bg_color": PAPER})
        self.head = add(
            {"bold": True, "bg_color": DARK, "font_color": "#FFFFFF", "text_wrap": True, "valign": "top"}
        )
        self.text = add({"num_format": "@", "valign": "top"})
        self.wrap = add({"num_format": "@", "text_wrap": True, "valign": "top"})
        # groups of digits as the reader's machine writes them, and a little room before the unit
        self.number = add({"num_format": "#,##0_)", "valign": "top"})
        self.rate = add({"num_format": "#,##0.###_)", "valign": "top"})
        self.input = add({"num_format": "#,##0.###_)", "bg_color": YELLOW, "border": 1, "valign": "top"})
        self.day = add({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
        self.chance = add({"num_format": "0 %", "valign": "top"})
        self.big = add({"bold": True, "font_size": 14, "font_color": DARK})

    @property
    def first(self) -> int:
        """Number of rows of heads: the index of the first row of data."""
        return 3 if self.hxl else 2

    def open(self, name: str) -> Sheet:
        """Begin a sheet as every sheet begins: paper, print, direction of reading."""
        sheet = self.book.add_worksheet(name, LiveSheet)
        if self.words.direction == "rtl":
            sheet.right_to_left()
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
        page, title = self.words.say("book_print"), self.title.replace("&", "&&")[:80]
        sheet.set_footer(f"&L&8{title} \u2013 {self.valid.replace('&', '&&')}&R&8{page}")
        return sheet

    def table(self, name: str, columns: Sequence[str], *, people: bool = False) -> Sheet:
        """Begin a sheet with its heads, which stay in view and are printed on every page."""
        sheet = self.open(name)
        for n, column in enumerate(columns):
            sheet.write_string(0, n, column, self.machine)
            sheet.write_string(1, n, self.heading(column, people=people), self.head)
            sheet.set_column(n, n, WIDTHS.get(column, max(12, len(column) + 2)))
        if self.hxl:
            for n, tag in enumerate(tags_for(columns, people=people)):
                sheet.write_string(2, n, tag, self.machine)
        sheet.set_row(1, 45)
        sheet.freeze_panes(self.first, 2 if "name" in columns else 0)
        sheet.repeat_rows(0, self.first - 1)
        return sheet

    def heading(self, column: str, *, people: bool = False) -> str:
        """Say what stands in a column, with its unit where all rows have the same."""
        words, (stem, _, end) = self.words, column.rpartition("_")
        if end in THREE and (stem in RANGED or not stem):
            what = words.say("col_people") if people and not stem else words.phrases.get(f"col_{stem}", "")
            which = words.say(f"col_{end}")
            return words.say("col_of", what=what, which=which) if what else which
        return words.say(f"col_{column}")

    def fill(self, sheet: Sheet, rows: Iterable[Sequence[object]], columns: Sequence[str]) -> None:
        """Write rows under the heads, and the filters over them."""
        chances = {n for n, column in enumerate(columns) if column == "chance"}
        at = self.first
        for row in rows:
            for n, value in enumerate(row):
                self.put(sheet, at, n, value, self.chance if n in chances else None)
            at += 1
        self.filter(sheet, at - self.first, columns)

    def filter(self, sheet: Sheet, rows: int, columns: Sequence[str]) -> None:
        """Put filters on the last row of heads."""
        sheet.autofilter(self.first - 1, 0, self.first - 1 + max(rows, 1), len(columns) - 1)

    def put(self, sheet: Sheet, row: int, column: int, value: object, style: Format | None = None) -> None:
        """Write one cell by the type of its value; text is never a formula, a link or a number."""
        if value is None or value == "":
            return
        if isinstance(value, str):
            sheet.write_string(row, column, str(neutralise(value))[:LONGEST_TEXT], style or self.text)
        elif isinstance(value, bool):
            sheet.write_string(row, column, self.words.say("yes_word" if value else "no_word"), self.text)
        elif isinstance(value, (int, float)):
            whole = isinstance(value, int) or value.is_integer()
            sheet.write_number(row, column, value, style or (self.number if whole else self.rate))
        elif isinstance(value, date):
            sheet.write_datetime(row, column, datetime.combine(value, time()), self.day)
