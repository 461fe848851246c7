"""How the workbook is built: sheets to read and filter, needs as live formulas, text that stays text."""

from __future__ import annotations

from datetime import date, datetime, time
from math import ceil
from typing import TYPE_CHECKING

import xlsxwriter

from havenward.brief.tables import PEOPLE_COLUMNS, about_need, first_words, people_rows
from havenward.brief.wording import (
    MISUSE,
    READ_LEVELS,
    limit_lines,
    say,
    say_date,
    say_for,
    say_people,
    say_range,
)
from havenward.records import TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet as Sheet

    from havenward.brief.content import Brief, Lesson
    from havenward.records import Standard

STANDARD_COLUMNS = (
    "standard",
    "sector",
    "item",
    "quantity",
    "unit",
    "for how many",
    "persons or households",
    "whole",
    "phase",
    "source",
    "section",
    "url",
    "how it was read",
    "note",
)
NEED_COLUMNS = (
    "location",
    "name",
    "pcode",
    "date",
    "days ahead",
    "sector",
    "item",
    "unit",
    "standard",
    "people low",
    "people central",
    "people high",
    "need low",
    "need central",
    "need high",
    "added low",
    "added central",
    "added high",
    "reason",
)
SIZE_NAME = "household_size"
EPSILON = 1e-9


def neutralise(value: object) -> object:
    """Put an apostrophe before text that a spreadsheet would take for a formula."""
    risky = isinstance(value, str) and (
        value.lstrip()[:1] in {"=", "+", "-", "@"} or value[:1] in {"\t", "\r"}
    )
    return f"'{value}" if risky else value


class _Book:
    """A workbook with the few kinds of cells that are used."""

    def __init__(self, path: Path, made: date) -> None:
        self.book = xlsxwriter.Workbook(
            str(path),
            {
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "in_memory": True,
            },
        )
        self.book.set_properties({"created": datetime.combine(made, time()), "title": "Havenward brief"})
        add = self.book.add_format
        self.head = add(
            {"bold": True, "bg_color": "#0B3A5B", "font_color": "#FFFFFF", "text_wrap": True, "valign": "top"}
        )
        self.text = add({"num_format": "@", "valign": "top"})
        self.wrap = add({"num_format": "@", "text_wrap": True, "valign": "top"})
        self.number = add({"num_format": "# ##0", "valign": "top"})
        self.rate = add({"num_format": "# ##0.###", "valign": "top"})
        self.input = add({"num_format": "# ##0.###", "bg_color": "#FFF3D6", "border": 1, "valign": "top"})
        self.day = add({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
        self.chance = add({"num_format": "0 %", "valign": "top"})
        self.title = add({"bold": True, "font_size": 14, "font_color": "#0B3A5B"})

    def put(self, sheet: Sheet, row: int, column: int, value: object, style: Format | None = None) -> None:
        """Write one cell by the type of its value; text is never a formula, a link or a number."""
        if value is None or value == "":
            sheet.write_blank(row, column, None, self.text)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, datetime.combine(value, time()), self.day)
        elif isinstance(value, bool):
            sheet.write_string(row, column, "yes" if value else "no", self.text)
        elif isinstance(value, (int, float)):
            whole = float(value).is_integer()
            sheet.write_number(row, column, value, style or (self.number if whole else self.rate))
        else:
            sheet.write_string(row, column, str(neutralise(value)), style or self.text)

    def table(
        self,
        name: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
        widths: dict[str, int] | None = None,
    ) -> Sheet:
        """Write a sheet with one header row that stays in view and can be filtered."""
        sheet = self.book.add_worksheet(name)
        last = 0
        for n, column in enumerate(columns):
            sheet.write_string(0, n, column, self.head)
            sheet.set_column(n, n, (widths or {}).get(column, max(12, len(column) + 2)))
        for last, row in enumerate(rows, start=1):
            for n, value in enumerate(row):
                self.put(sheet, last, n, value)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet


def write_workbook(brief: Brief, path: Path) -> None:
    """Write a brief as a workbook.

    `Needs` multiplies people by the standards with formulas, so that a standard changed in the sheet
    `Standards` changes every need. Totals of whole things add what rounding up at every place adds.
    """
    book = _Book(path, brief.origin_date)
    _write_readme(book, brief)
    _write_summary(book, brief)
    book.table("People", PEOPLE_COLUMNS, people_rows(brief), {"name": 28, "measure": 26, "reason": 22})
    _write_needs(book, brief)
    _write_gaps(book, brief)
    book.table(
        "Assumptions",
        (
            "mark",
            "assumption",
            "5 %",
            "50 %",
            "95 %",
            "5 % now",
            "50 % now",
            "95 % now",
            "unit",
            "basis",
            "reason",
            "sources",
            "figures",
        ),
        (
            (
                a.mark,
                a.name,
                *a.prior,
                *(a.posterior or ("", "", "")),
                a.unit,
                a.basis,
                a.reason,
                ", ".join(a.sources),
                ", ".join(a.figures),
            )
            for a in brief.assumptions
        ),
        {"assumption": 30, "reason": 80},
    )
    _write_standards(book, brief)
    book.table(
        "Sources",
        ("mark", "source", "title", "publisher", "url", "published", "licence"),
        ((s.mark, s.source, s.title, s.publisher, s.url, s.published, s.licence) for s in brief.sources),
        {"title": 60, "url": 50},
    )
    book.table(
        "Figures",
        (
            "mark",
            "figure",
            "value",
            "lowest",
            "highest",
            "point",
            "term",
            "speaker",
            "sentence",
            "wording",
            "report",
            "outlet",
            "published",
            "url",
            "fact group",
            "relation",
            "review",
        ),
        (
            (
                f.mark,
                f.figure,
                f.value,
                f.low,
                f.high,
                f.point,
                f.term,
                f.speaker,
                f.sentence,
                say("paraphrased") if f.paraphrase else say("quoted"),
                f.report_title,
                f.outlet,
                f.published,
                f.url,
                f.fact_group,
                f.relation,
                f.review,
            )
            for f in brief.figures
        ),
        {"sentence": 80, "report": 40},
    )
    book.book.close()


def _write_readme(book: _Book, brief: Brief) -> None:
    sheet = book.book.add_worksheet("README")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, str(neutralise(brief.title)), book.title)
    rows = [
        ("what", say_for("strap", brief.track)),
        ("audience", say(f"audience_{brief.audience}")),
        ("known on", say_date(brief.origin_date)),
        ("looks ahead to", say_date(brief.last_date)),
        ("do not use after", say_date(brief.valid_until)),
        ("information", say(f"track_{brief.track}", origin=say_date(brief.origin_date))),
        ("low, central, high", "5, 50 and 95 % quantiles; 9 chances in 10 lie between low and high"),
        (
            "empty numbers",
            (
                f"counts under {brief.suppress_below} people and what follows from them are left out; "
                "the column 'reason' says so. Empty never means zero."
            ),
        ),
        (
            "change a standard",
            (
                "In the sheet Standards change a yellow cell (15 litres to 20): the sheet Needs "
                "follows. Quantiles do not add up; totals: the rows 'All receiving places'."
            ),
        ),
        (
            "added",
            (
                "What rounding up at every place adds to the total of whole things, at the standards as "
                "published; after a change it is an approximation."
            ),
        ),
        ("withheld", "; ".join(brief.withheld)),
        *(
            ("limits", words)
            for words in (*limit_lines(brief.track, brief.origin_date, brief.learning), *MISUSE)
        ),
        *(("not known", words) for words in brief.unknown),
        *(("learned", _lesson_words(lesson)) for lesson in brief.lessons),
        *(("odd counts", words) for words in brief.learning.notes),
        ("marks", say("marks_note")),
        (
            "run",
            (
                f"{brief.members} members, seed {brief.seed}, rules {brief.rules}, priors {brief.priors}, "
                f"Havenward {brief.package_version}, case {brief.case_hash}"
            ),
        ),
    ]
    for n, (name, words) in enumerate(rows, start=2):
        book.put(sheet, n, 0, name, book.wrap)
        book.put(sheet, n, 1, words, book.wrap)


def _lesson_words(lesson: Lesson) -> str:
    before, after = (f"{b} ({a} to {c})" for a, b, c in (lesson.before, lesson.after))
    return (
        f"{lesson.name} ({lesson.mark}), {lesson.unit}: {before} before counts, {after} after: {lesson.words}"
    )


def _write_summary(book: _Book, brief: Brief) -> None:
    few = brief.suppress_below
    rows: list[tuple[object, ...]] = [("lead", brief.lead, None, None, None, "", brief.focal_day, "")]
    rows += [
        (
            item.label,
            "; ".join(item.lines),
            item.amount.low,
            item.amount.central,
            item.amount.high,
            item.unit,
            item.day,
            " ".join(note.mark for note in item.notes),
        )
        for item in brief.headlines
    ]
    for place in brief.places:
        amount = place.on(brief.focal_day)
        rows.append(
            (
                place.name,
                (
                    f"{say_people(amount.central, few)} ({say_range(amount, few)}); "
                    f"first day likely over capacity: {first_words(place) or 'no limit'}"
                ),
                amount.low,
                amount.central,
                amount.high,
                "people",
                brief.focal_day,
                "table of sites",
            )
        )
    book.table(
        "Summary",
        ("what", "words", "low", "central", "high", "unit", "date", "rests on"),
        rows,
        {"what": 32, "words": 90, "rests on": 20},
    )


def _write_standards(book: _Book, brief: Brief) -> None:
    rows = [
        (
            s.standard,
            s.sector,
            s.item,
            s.quantity,
            s.unit,
            s.people,
            f"{s.per}s",
            s.whole,
            s.phase,
            s.title,
            s.section,
            s.url,
            READ_LEVELS.get(s.read_level, s.read_level),
            s.note,
        )
        for s in _with_size(brief)
    ]
    sheet = book.table(
        "Standards", STANDARD_COLUMNS, rows, {"item": 40, "source": 40, "section": 40, "note": 60}
    )
    for n, row in enumerate(rows, start=1):
        book.put(sheet, n, 3, row[3], book.input)
        book.put(sheet, n, 5, row[5], book.input)


def _with_size(brief: Brief) -> list[Standard]:
    """Give the standards with the household size that was used."""
    from dataclasses import replace

    return [
        replace(s, quantity=brief.household_size) if s.standard == SIZE_NAME else s for s in brief.standards
    ]


def _write_needs(book: _Book, brief: Brief) -> None:
    """Write people and formulas; without the standards, the values."""
    where = {s.standard: n for n, s in enumerate(brief.standards, start=2)}
    table = {s.standard: s for s in brief.standards}
    sheet = book.table("Needs", NEED_COLUMNS, [], {"name": 28, "item": 40, "reason": 22})
    for n, need in enumerate(brief.needs, start=1):
        before = (
            *about_need(brief, need),
            need.standard,
            need.people.low,
            need.people.central,
            need.people.high,
        )
        for column, value in enumerate(before):
            book.put(sheet, n, column, value)
        people = (need.people.low, need.people.central, need.people.high)
        values = (need.amount.low, need.amount.central, need.amount.high)
        standard = table.get(need.standard)
        for k, (who, what) in enumerate(zip(people, values, strict=True)):
            if who is None or what is None:
                book.put(sheet, n, 12 + k, None)
            elif standard is None:
                book.put(sheet, n, 12 + k, what)
            else:
                added = what - apply_standard(who, standard, brief.household_size)
                has_extra = need.location == TOTAL and standard.whole
                extra = f"+{'PQR'[k]}{n + 1}" if has_extra else ""
                formula = _formula(f"{'JKL'[k]}{n + 1}", where[need.standard], standard, where.get(SIZE_NAME))
                style = book.number if standard.whole else book.rate
                sheet.write_formula(n, 12 + k, f"={formula}{extra}", style, what)
                if has_extra:
                    book.put(sheet, n, 15 + k, round(added))
        book.put(sheet, n, 18, need.reason)
    sheet.autofilter(0, 0, max(len(brief.needs), 1), len(NEED_COLUMNS) - 1)


def _formula(people: str, row: int, standard: Standard, size_row: int | None) -> str:
    """Write people x standard for one cell of people; a trillionth is taken off before rounding up."""
    per_size = f"/Standards!$D${size_row}" if standard.per == "household" and size_row else ""
    amount = f"{people}*Standards!$D${row}/Standards!$F${row}{per_size}"
    return f"ROUNDUP(MAX({amount}-{EPSILON:.9f},0),0)" if standard.whole else amount


def apply_standard(people: float, standard: Standard, household_size: float) -> float:
    """Do what the formula does."""
    amount = (
        people * standard.quantity / standard.people / (household_size if standard.per == "household" else 1)
    )
    return float(ceil(max(amount - EPSILON, 0))) if standard.whole else amount


def _write_gaps(book: _Book, brief: Brief) -> None:
    """Write people over capacity for every site with a limit, on every key day on which there is one."""
    rows = []
    for place in brief.places:
        for day, over in place.over:
            people, limit = place.on(day), place.limit_on(day)
            if limit is None:
                continue
            rows.append(
                (
                    place.location,
                    place.name,
                    place.pcode,
                    day,
                    (day - brief.origin_date).days,
                    people.low,
                    people.central,
                    people.high,
                    limit.persons.low,
                    limit.persons.central,
                    limit.persons.high,
                    limit.basis,
                    over.low,
                    over.central,
                    over.high,
                    place.chance_over,
                    first_words(place),
                    "persons",
                    say("why_small", n=brief.suppress_below) if over.suppressed or people.suppressed else "",
                )
            )
    book.table(
        "Gaps",
        (
            "location",
            "name",
            "pcode",
            "date",
            "days ahead",
            "people low",
            "people central",
            "people high",
            "places low",
            "places central",
            "places high",
            "capacity is",
            "people over capacity low",
            "people over capacity central",
            "people over capacity high",
            "chance of any day over",
            "first day likely over",
            "unit",
            "reason",
        ),
        rows,
        {"name": 28},
    )
