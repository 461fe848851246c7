"""How what was read is shown: a table, lines of JSON, CSV, a workbook, or the report with its figures marked.

Reports are text of strangers: everything is escaped in HTML, and no cell of a table can act as a formula.
"""

from __future__ import annotations

import csv
import html
import io
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from havenward.reading.parts import Movement, ReadFigure, Reading

COLUMNS = (
    "report", "start", "end", "sentence", "quantity_text", "low", "high", "point", "quantifier", "unit",
    "group", "term", "temporality", "location", "origin", "destination", "date_expression", "date_from",
    "date_to", "source_attribution", "fact_group", "relation", "review", "location_context", "resolved_low",
    "resolved_high", "resolved_point", "resolved_base", "reliability", "conditional", "negated", "higher",
)  # fmt: skip
MOVEMENT_COLUMNS = (
    "report",
    "start",
    "end",
    "group",
    "origin",
    "destination",
    "status",
    "source_attribution",
)
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
_CELL_LIMIT = 32_000  # characters that a spreadsheet cell holds
_COLOURS = {  # by what a planner asks first: will they come, are they out, are they in danger, who is armed
    "expected_displaced": "#fde3b0",
    "displaced": "#d6e8fa", "refugee": "#d6e8fa", "evacuated": "#d6e8fa", "returned": "#d8f0dc",
    "trapped": "#f8d7d3", "at_risk_population": "#f8d7d3", "in_need": "#f8d7d3",
    "killed": "#e4e0e8", "injured": "#e4e0e8", "homes_destroyed": "#e4e0e8",
    "forces": "#e6e6e6", "fighters": "#e6e6e6", "other": "#efefef",
}  # fmt: skip


def figure_row(figure: ReadFigure) -> dict[str, Any]:
    """Give a figure as plain values, in the order of the columns; days are text."""
    row = {name: getattr(figure, name) for name in COLUMNS}
    for name in ("date_from", "date_to"):
        row[name] = row[name].isoformat() if row[name] else None
    return row


def movement_row(report: str, movement: Movement) -> dict[str, Any]:
    """Give a movement without a number as plain values."""
    return {"report": report} | {name: getattr(movement, name) for name in MOVEMENT_COLUMNS[1:]}


def format_jsonl(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Write one JSON object a line."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def format_csv(rows: Iterable[dict[str, Any]], columns: tuple[str, ...] = COLUMNS) -> Iterator[str]:
    """Write CSV with a header; no cell can act as a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_tame(row[name]) for name in columns])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _tame(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, str) and value.startswith(_DANGEROUS):
        return "'" + value
    return value


def write_workbook(readings: Iterable[Reading], path: Path) -> None:
    """Write a workbook: what it is, the figures, the movements without numbers, the conflicts."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        head = book.add_format({"bold": True, "bg_color": "#e9eef3", "border": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        about = book.add_worksheet("README")
        about.set_column(0, 0, 100, wrap)
        for number, line in enumerate(_ABOUT):
            about.write_string(number, 0, line)
        sheets = {
            name: book.add_worksheet(name) for name in ("Figures", "Movements", "Conflicts", "Not read")
        }
        columns = {
            "Figures": COLUMNS,
            "Movements": MOVEMENT_COLUMNS,
            "Conflicts": ("report", "words"),
            "Not read": ("report", "reason"),
        }
        rows = dict.fromkeys(sheets, 0)
        for name, sheet in sheets.items():
            sheet.freeze_panes(1, 0)
            for number, column in enumerate(columns[name]):
                sheet.write_string(0, number, column, head)

        def add(name: str, values: Iterable[object]) -> None:
            rows[name] += 1
            for number, value in enumerate(values):
                if isinstance(value, int | float) and not isinstance(value, bool):
                    sheets[name].write_number(rows[name], number, value)
                elif value not in (None, "", False):
                    text = "yes" if value is True else str(value)
                    sheets[name].write_string(rows[name], number, text[:_CELL_LIMIT])

        for reading in readings:
            for figure in reading.figures:
                add("Figures", figure_row(figure).values())
            for movement in reading.movements:
                add("Movements", movement_row(reading.report, movement).values())
            for conflict in reading.conflicts:
                add("Conflicts", (reading.report, conflict.words))
            if reading.refused:
                add("Not read", (reading.report, reading.refused))
        sheets["Figures"].autofilter(0, 0, max(1, rows["Figures"]), len(COLUMNS) - 1)
        sheets["Figures"].set_column(3, 3, 60, wrap)


_ABOUT = (
    "Figures read from reports by Havenward.",
    "Each row is one quantity as a report states it; start and end count characters of the text as read.",
    "Machine-read and unconfirmed until a person sets the column review to accepted, corrected or rejected.",
    "low, high and point follow the hedge: 'at least' has only low, 'up to' has only high.",
    "A percentage stays a percentage; what it comes to in people stands in the resolved columns.",
    "Movements are stated without a number; armed ones are context, never evidence of where civilians go.",
)


# -- for the eye -----------------------------------------------------------------------------------------


def format_table(reading: Reading, *, width: int = 110) -> str:
    """Lay the figures of a report out for a terminal, with its conflicts and movements below."""
    lines = [f"{reading.report}" + (f"  ({reading.published})" if reading.published else "")]
    lines += [f"  note: {note}" for note in reading.notes]
    if reading.refused:
        return "\n".join([*lines, f"  not read: {reading.refused}", ""])
    if not reading.figures:
        lines.append("  no figures")
    head = ("how many", "unit", "what", "when", "where", "who says", "fact")
    table = [head, *(_brief_cells(figure) for figure in reading.figures)]
    widths = [min(28, max(len(row[column]) for row in table)) for column in range(len(head))]
    for row in table if reading.figures else ():
        cells = (_cut(cell, size).ljust(size) for cell, size in zip(row, widths, strict=True))
        lines.append(("  " + "  ".join(cells)).rstrip())
    if reading.movements:
        lines.append("  movements stated without a number:")
    for movement in reading.movements:
        way = f"{movement.origin or '?'} -> {movement.destination or '?'}"
        lines.append(_cut(f"    {movement.group or 'people'}: {way} ({movement.status})", width))
    lines += [f"  sources differ: {conflict.words}" for conflict in reading.conflicts]
    return "\n".join([*lines, ""])


def _brief_cells(figure: ReadFigure) -> tuple[str, ...]:
    return (
        say_value(figure),
        figure.unit,
        figure.term,
        figure.temporality + (" (if)" if figure.conditional else "") + (" (not)" if figure.negated else ""),
        figure.location or (f"[{figure.location_context}]" if figure.location_context else ""),
        figure.source_attribution or "",
        figure.fact_group,
    )


def say_value(figure: ReadFigure) -> str:
    """Say the value with its hedge in a few characters, such as `>= 500,000`."""
    sign = {
        "at_least": ">= ", "more_than": "> ", "up_to": "<= ", "less_than": "< ", "approximately": "~ ",
        "unspecified_many": ">~ ",
    }.get(figure.quantifier, "")  # fmt: skip
    percent = " %" if figure.unit == "percent" else ""
    if figure.quantifier == "between" and figure.low is not None and figure.high is not None:
        return f"{figure.low:,.6g} - {figure.high:,.6g}{percent}"
    bounds = (figure.point, figure.low, figure.high)
    if figure.quantifier in ("up_to", "less_than"):
        bounds = (figure.high, figure.point, figure.low)
    value = next((bound for bound in bounds if bound is not None), None)
    text = "" if value is None else f"{value:,.12g}"
    return f"{sign}{text}{percent}" + (", may be higher" if figure.higher else "")


def _cut(text: str, size: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= size else line[: max(1, size - 1)] + "…"


def format_marked(reading: Reading) -> str:
    """Show the text with each figure in brackets and what was understood of it."""
    parts = [f"== {reading.report}\n"]
    at = 0
    for figure in reading.figures:
        parts.append(reading.text[at : figure.start])
        said = f"; {figure.source_attribution}" if figure.source_attribution else ""
        words = reading.text[figure.start : figure.end]
        parts.append(f"[[{words} | {figure.term} {say_value(figure)} {figure.temporality}{said}]]")
        at = figure.end
    parts.append(reading.text[at:])
    if reading.refused:
        parts.append(f"\n(not read: {reading.refused})")
    return "".join(parts) + "\n"


def format_html(readings: Iterable[Reading]) -> Iterator[str]:
    """Write one page, without a request to anywhere, that shows each report with its figures marked."""
    yield _PAGE_HEAD
    for reading in readings:
        yield f"<section><h2>{html.escape(reading.report)}</h2>\n"
        if reading.published:
            yield f"<p class='date'>{reading.published.isoformat()}</p>\n"
        if reading.refused:
            yield f"<p class='refused'>Not read: {html.escape(reading.refused)}.</p>\n"
        yield f"<div class='text'>{_marked_html(reading)}</div>\n"
        if reading.conflicts:
            items = "".join(f"<li>{html.escape(conflict.words)}</li>" for conflict in reading.conflicts)
            yield f"<h3>Where sources differ</h3><ul>{items}</ul>\n"
        yield "</section>\n"
    yield "</body></html>\n"


def _marked_html(reading: Reading) -> str:
    parts, at = [], 0
    for figure in reading.figures:
        parts.append(html.escape(reading.text[at : figure.start]))
        details = [figure.term, say_value(figure), figure.unit, figure.temporality]
        details += [figure.location or "", figure.source_attribution or "", figure.fact_group]
        title = html.escape(" · ".join(" ".join(part.split()) for part in details if part), quote=True)
        colour = _COLOURS.get(figure.term, "#efefef")
        words = html.escape(reading.text[figure.start : figure.end])
        label = html.escape(figure.term.replace("_", " "))
        parts.append(
            f"<mark style='background:{colour}' title=\"{title}\">{words}<small>{label}</small></mark>"
        )
        at = figure.end
    parts.append(html.escape(reading.text[at:]))
    return "".join(parts)


_PAGE_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Figures as read</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body{font:16px/1.6 system-ui,sans-serif;color:#1d2733;background:#fff;margin:0 auto}
body{max-width:46rem;padding:1rem}
section{border-top:3px solid #1f5f8b;padding:.5rem 0 2rem}
.text{white-space:pre-wrap;overflow-wrap:anywhere}
.date,.refused{color:#55606c}
mark{padding:.1em .25em;border-radius:.25em;color:inherit}
mark small{font-size:.68em;margin-left:.35em;color:#3b4652}
</style></head><body>
<h1>Figures as read</h1>
<p>Machine-read and unconfirmed. Point at a mark for what was understood.</p>
"""
