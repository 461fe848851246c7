"""How the workbook is built: sheets to filter, needs and gaps as live formulas, text that stays text.

Every data sheet begins with two rows of heads: names of columns as in the data files, the same in every
language, and under them what they are, in the language of the brief; a row of HXL tags may follow. The last
of these rows carries the filters, so that sorting moves data only.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

from havenward.brief.cells import neutralise
from havenward.brief.rows import PEOPLE_COLUMNS, about_need, gaps_of, people_rows, three
from havenward.brief.sheets import WIDTHS, Book
from havenward.brief.tables import first_words, read_level_words
from havenward.records import TOTAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from havenward.brief.content import Brief, Lesson
    from havenward.brief.rows import Gap
    from havenward.records import Standard
    from havenward.words import Words

SHEETS = (
    "README",
    "Summary",
    "People",
    "Needs",
    "Gaps",
    "Assumptions",
    "Standards",
    "Sources",
    "Figures",
)
ABOUT_COLUMNS = ("location", "name", "pcode", "date", "days_ahead", "sector", "item", "unit", "standard")
NEED_COLUMNS = (
    *ABOUT_COLUMNS,
    "people_low",
    "people_central",
    "people_high",
    "need_low",
    "need_central",
    "need_high",
    "added_low",
    "added_central",
    "added_high",
    "reason",
)
GAP_COLUMNS = (
    *ABOUT_COLUMNS,
    "requirement_low",
    "requirement_central",
    "requirement_high",
    "available_low",
    "available_central",
    "available_high",
    "available_is",
    "places_silent",
    "adjust_low",
    "adjust_central",
    "adjust_high",
    "gap_low",
    "gap_central",
    "gap_high",
    "chance",
    "first_likely",
    "reason",
)
STANDARD_COLUMNS = (
    "standard",
    "sector",
    "item",
    "quantity",
    "unit",
    "for_how_many",
    "per",
    "whole",
    "phase",
    "source",
    "section",
    "url",
    "how_read",
    "note",
    "published_quantity",
    "published_for",
)
SUMMARY_COLUMNS = ("part", "what", "low", "central", "high", "unit", "date", "rests_on", "words")
ASSUMPTION_COLUMNS = (
    "mark",
    "assumption",
    "before_05",
    "before_50",
    "before_95",
    "after_05",
    "after_50",
    "after_95",
    "unit",
    "basis",
    "why",
    "sources",
    "figures",
)
SOURCE_COLUMNS = ("mark", "source", "title", "publisher", "url", "published", "licence")
FIGURE_COLUMNS = (
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
    "fact_group",
    "relation",
    "review",
)
SIZE_NAME = "household_size"
EPSILON = 1e-9
STEP_DAYS = 7  # the sheet of people has weeks; every day stands in people.csv where it may be shown
README_WIDTH = 100  # characters
LINE_POINTS = 15


def write_workbook(brief: Brief, path: Path) -> None:
    """Write a brief as a workbook.

    `Needs` multiplies people by the standards, `Gaps` scales what is needed with them and `Summary` repeats
    both, all as formulas whose present values are stored too: a standard changed in the sheet `Standards`
    changes the others, and a viewer that does not calculate shows the values as published. What a formula
    cannot know (rounding up at every place of a total, supplies shared among places) stands in a column
    beside it and is added. Where nobody states what is there the gap of a place is its need, and stands in
    `gaps.csv` only.
    """
    book = Book(brief, path)
    words = book.words
    gaps = [gap for gap in gaps_of(brief) if gap.location == TOTAL or gap.available_is != "unknown"]
    _write_readme(book, brief)
    _write_summary(book, brief, gaps)
    people = book.table("People", PEOPLE_COLUMNS, people=True)
    weekly = (
        row
        for row in people_rows(brief)
        if row.days_ahead % STEP_DAYS == 0 or row.date in brief.key_days or row.date == brief.last_date
    )
    book.fill(people, weekly, PEOPLE_COLUMNS)
    _write_needs(book, brief)
    _write_gaps(book, brief, gaps)
    assumptions = (
        (
            a.mark,
            a.name,
            *a.prior,
            *(a.posterior or ("", "", "")),
            words.say_unit(a.unit),
            a.basis,
            a.reason,
            ", ".join(a.sources),
            ", ".join(a.figures),
        )
        for a in brief.assumptions
    )
    book.fill(book.table("Assumptions", ASSUMPTION_COLUMNS), assumptions, ASSUMPTION_COLUMNS)
    _write_standards(book, brief)
    sources = ((s.mark, s.source, s.title, s.publisher, s.url, s.published, s.licence) for s in brief.sources)
    book.fill(book.table("Sources", SOURCE_COLUMNS), sources, SOURCE_COLUMNS)
    figures = (
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
            words.say("paraphrased") if f.paraphrase else words.say("quoted"),
            f.report_title,
            f.outlet,
            f.published,
            f.url,
            f.fact_group,
            f.relation,
            f.review,
        )
        for f in brief.figures
    )
    book.fill(book.table("Figures", FIGURE_COLUMNS), figures, FIGURE_COLUMNS)
    book.book.close()


# -- words -----------------------------------------------------------------------------------------------


def _write_readme(book: Book, brief: Brief) -> None:
    words = book.words
    say = words.say
    sheet = book.open("README")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, README_WIDTH)
    sheet.write_string(0, 0, str(neutralise(brief.title)), book.big)
    rows = [
        ("what", words.say_for("strap", brief.track)),
        ("audience", say(f"audience_{brief.audience}")),
        ("known", words.say_date(brief.origin_date)),
        ("until", words.say_date(brief.last_date)),
        ("valid", words.say_date(brief.valid_until)),
        ("information", say(f"track_{brief.track}", origin=words.say_date(brief.origin_date))),
        ("range", say("book_range")),
        ("empty", say("book_empty", n=brief.suppress_below)),
        ("change", say("book_change", all=say("rows_all_receiving"))),
        *(("sheets", f"{name}: {_about_sheet(words, name, brief)}") for name in SHEETS[1:]),
        ("sheets", say("book_gaps")),
        ("columns", f"{book.heading('added_low')}: {say('book_added')}"),
        ("columns", f"{book.heading('adjust_low')}: {say('book_adjust')}"),
        ("withheld", words.join(brief.withheld)),
        *(
            ("limits", line)
            for line in (
                *words.limit_lines(brief.track, brief.origin_date, brief.learning),
                *words.misuse_lines(),
            )
        ),
        *(("unknown", line) for line in brief.unknown),
        *(("learned", _lesson_words(words, lesson)) for lesson in brief.lessons),
        *(("odd", line) for line in brief.learning.notes),
        ("marks", say("marks_note")),
        (
            "run",
            say(
                "book_run",
                members=brief.members,
                seed=brief.seed,
                rules=brief.rules,
                priors=brief.priors,
                version=brief.package_version,
                case=brief.case_hash,
            ),
        ),
    ]
    for n, (name, line) in enumerate(rows, start=2):
        book.put(sheet, n, 0, say(f"book_head_{name}"), book.wrap)
        book.put(sheet, n, 1, line, book.wrap)
        sheet.set_row(n, _height(line, README_WIDTH))


def _height(text: str, width: int) -> float:
    """Give the height of a row that holds a wrapped text; programs differ in whether they work it out."""
    return LINE_POINTS * max(1, ceil(len(text) * 1.05 / width))


def _about_sheet(words: Words, name: str, brief: Brief) -> str:
    return words.say(f"book_sheet_{name}", day=words.say_date(brief.focal_day))


def _lesson_words(words: Words, lesson: Lesson) -> str:
    before, after = (f"{b} ({words.join_range(a, c)})" for a, b, c in (lesson.before, lesson.after))
    return words.say(
        "book_lesson",
        name=lesson.name,
        mark=lesson.mark,
        unit=words.say_unit(lesson.unit),
        before=before,
        after=after,
        words=lesson.words,
    )


def _write_summary(book: Book, brief: Brief, gaps: Sequence[Gap]) -> None:
    """Write the main numbers; what depends on a standard repeats the cells of other sheets."""
    words, few = book.words, brief.suppress_below
    sheet = book.table("Summary", SUMMARY_COLUMNS)
    needs = {
        need.standard: (at, need)
        for at, need in enumerate(brief.needs, start=book.first + 1)
        if need.location == TOTAL and need.date == brief.focal_day
    }
    at = book.first

    def add(before: tuple[str, str], values: Sequence[object], after: Sequence[object]) -> None:
        nonlocal at
        for n, value in enumerate((*before, *values, *after)):
            book.put(sheet, at, n, value, book.wrap if n == len(SUMMARY_COLUMNS) - 1 else None)
        sheet.set_row(at, _height(str(after[-1]), WIDTHS["words"]))
        at += 1

    def link(name: str, columns: str, row: int, values: Sequence[float | None]) -> None:
        for n, (column, value) in enumerate(zip(columns, values, strict=True), start=2):
            if value is not None:
                style = book.number if float(value).is_integer() else book.rate
                sheet.write_formula(at, n, f"={name}!{column}{row}", style, value)

    nothing = (None, None, None)
    add((words.say("book_part_lead"), ""), nothing, ("", brief.focal_day, "", brief.lead))
    for item in brief.headlines:
        marks = " ".join(note.mark for note in item.notes)
        behind = next((needs[n.anchor[2:]] for n in item.notes if n.anchor[2:] in needs), None)
        unit, part = words.say_unit(item.unit), words.say("book_part_big")
        if behind is not None and behind[1].amount == item.amount:
            # its lines name the standard as published, which the reader may change
            link("Needs", "MNO", behind[0], three(item.amount))
            add((part, item.label), nothing, (unit, item.day, marks, ""))
        else:
            add((part, item.label), three(item.amount), (unit, item.day, marks, words.join(item.lines)))
    for key, (row, need) in needs.items():
        link("Needs", "MNO", row, three(need.amount))
        unit = words.say_unit(need.unit)
        add((words.say("book_part_need"), words.say_item(need.item)), nothing, (unit, need.date, key, ""))
    for row, gap in enumerate(gaps, start=book.first + 1):
        if gap.location == TOTAL and gap.date == brief.focal_day:
            link("Gaps", "UVW", row, three(gap.gap))
            unit, basis = words.say_unit(gap.unit), words.say(f"known_{gap.available_is}")
            add((words.say("book_part_gap"), words.say_item(gap.item)), nothing, (unit, gap.date, "", basis))
    for place in brief.places:
        amount = place.on(brief.focal_day)
        said = [f"{words.say_people(amount.central, few)} ({words.say_range(amount, few)})"]
        if place.capacity is not None:
            said.append(f"{words.say('col_first_likely')}: {first_words(place, words)}")
        add(
            (words.say("book_part_site"), place.name),
            three(amount),
            (words.say_unit("people"), brief.focal_day, "", words.join(said)),
        )
    book.filter(sheet, at - book.first, SUMMARY_COLUMNS)


# -- numbers ---------------------------------------------------------------------------------------------


def _write_standards(book: Book, brief: Brief) -> None:
    words = book.words
    rows = [
        (
            s.standard,
            words.say_sector(s.sector),
            words.say_item(s.item),
            s.quantity,
            words.say_unit(s.unit),
            s.people,
            s.per,
            s.whole,
            s.phase,
            s.title,
            s.section,
            s.url,
            read_level_words(s.read_level, words),
            s.note,
            s.quantity,
            s.people,
        )
        for s in _with_size(brief)
    ]
    sheet = book.table("Standards", STANDARD_COLUMNS)
    book.fill(sheet, rows, STANDARD_COLUMNS)
    for n, row in enumerate(rows, start=book.first):
        book.put(sheet, n, 3, row[3], book.input)
        book.put(sheet, n, 5, row[5], book.input)


def _with_size(brief: Brief) -> list[Standard]:
    """Give the standards with the household size that was used."""
    return [
        replace(s, quantity=brief.household_size) if s.standard == SIZE_NAME else s for s in brief.standards
    ]


def _where(book: Book, brief: Brief) -> Mapping[str, int]:
    """Give the row of the sheet Standards that every standard stands in."""
    return {row.standard: n for n, row in enumerate(brief.standards, start=book.first + 1)}


def _write_needs(book: Book, brief: Brief) -> None:
    """Write people and formulas; without the standards, the values."""
    words, where = book.words, _where(book, brief)
    table = {row.standard: row for row in brief.standards}
    names = _Names(words)
    sheet = book.table("Needs", NEED_COLUMNS)
    for n, need in enumerate(brief.needs, start=book.first):
        people, values = three(need.people), three(need.amount)
        for column, value in enumerate((*names.localised(about_need(brief, need)), need.standard, *people)):
            book.put(sheet, n, column, value)
        standard = table.get(need.standard)
        for k, (who, what) in enumerate(zip(people, values, strict=True)):
            if who is None or what is None or standard is None:
                book.put(sheet, n, 12 + k, what)
                continue
            formula = _formula(f"{'JKL'[k]}{n + 1}", where[need.standard], standard, where.get(SIZE_NAME))
            added = what - apply_standard(who, standard, brief.household_size)
            if abs(added) > EPSILON * max(1.0, abs(what)):
                formula += f"+{'PQR'[k]}{n + 1}"
                book.put(sheet, n, 15 + k, round(added) if standard.whole else added)
            style = book.number if standard.whole else book.rate
            sheet.write_formula(n, 12 + k, f"={formula}", style, what)
        book.put(sheet, n, 18, need.reason)
    book.filter(sheet, len(brief.needs), NEED_COLUMNS)


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


def _write_gaps(book: Book, brief: Brief, gaps: Sequence[Gap]) -> None:
    """Write what is needed, scaled with its standard, minus what is there."""
    words, where = book.words, _where(book, brief)
    table = {row.standard: row for row in brief.standards}
    names = _Names(words)
    sheet = book.table("Gaps", GAP_COLUMNS)
    for n, gap in enumerate(gaps, start=book.first):
        about = (*names.localised(about_need(brief, gap)), gap.standard)
        needed, there, missing = three(gap.requirement), three(gap.available), three(gap.gap)
        known = words.say(f"known_{gap.available_is}")
        for column, value in enumerate((*about, None, None, None, *there, known, gap.places_silent)):
            book.put(sheet, n, column, value)
        standard = table.get(gap.standard)
        for k, (need, stock, lack) in enumerate(zip(needed, there, missing, strict=True)):
            if need is None:
                continue
            style = book.number if float(need).is_integer() else book.rate
            if standard is None:
                book.put(sheet, n, 9 + k, need)
            else:
                scaled = _scaled(need, where[gap.standard], standard, where.get(SIZE_NAME))
                sheet.write_formula(n, 9 + k, f"={scaled}", style, need)
            if lack is None:
                continue
            adjust = lack - (need - (stock or 0.0))
            cell = n + 1
            formula = f"{'JKL'[k]}{cell}" + (f"-{'MNO'[k]}{cell}" if stock is not None else "")
            if max(need - (stock or 0.0), 0.0) != lack and abs(adjust) > EPSILON * max(1.0, lack):
                formula += f"+{'RST'[k]}{cell}"
                book.put(sheet, n, 17 + k, adjust)
            sheet.write_formula(n, 20 + k, f"=MAX({formula},0)", style, lack)
        book.put(sheet, n, 23, gap.chance, book.chance)
        book.put(sheet, n, 24, gap.first_likely)
        book.put(sheet, n, 25, gap.reason)
    book.filter(sheet, len(gaps), GAP_COLUMNS)


def _scaled(need: float, row: int, standard: Standard, size_row: int | None) -> str:
    """Write what is needed now that was `need` at the standard as published."""
    now = f"Standards!$D${row}/Standards!$O${row}*Standards!$P${row}/Standards!$F${row}"
    if standard.per == "household" and size_row:
        now += f"*Standards!$O${size_row}/Standards!$D${size_row}"
    return f"ROUNDUP(MAX({need!r}*{now}-{EPSILON:.9f},0),0)" if standard.whole else f"{need!r}*{now}"


class _Names:
    """Sectors, items and units in the language of the brief, looked up once each."""

    def __init__(self, words: Words) -> None:
        self.say = (words.say_sector, words.say_item, words.say_unit)
        self.known: dict[tuple[object, ...], tuple[str, ...]] = {}

    def localised(self, about: tuple[object, ...]) -> tuple[object, ...]:
        """Put the last three of what stands before a need into words."""
        key = about[5:]
        if key not in self.known:
            self.known[key] = tuple(say(str(value)) for say, value in zip(self.say, key, strict=True))
        return (*about[:5], *self.known[key])
