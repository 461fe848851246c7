"""What stands in the annex of the PDF, as plain values: everything that the two pages have no room for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from havenward.brief.charts import RangeBar, range_chart
from havenward.brief.drawings import draw_days, draw_place, shown_places, standing_alone
from havenward.brief.pdf_pages import (
    as_values,
    fan_values,
    page_one,
    page_two,
    people_cell,
    quantity_cell,
)
from havenward.records import TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from havenward.brief.content import Amount, Brief, Place
    from havenward.records import Standard
    from havenward.words import Words

HOUSEHOLD = "household_size"
MOST_ITEMS = 6  # kinds of needs for each place that a page is wide enough for
BROADEST = 300  # points; charts of ranges are no wider on paper


def write_annex(brief: Brief, words: Words) -> list[dict[str, Any]]:
    """Give the parts of the annex in their order; those with nothing to say are left out."""
    parts = [
        _sites(brief, words),
        _fans(brief, words),
        _days(brief, words),
        *_rest_of_pages(brief, words),
        _place_needs(brief, words),
        *_more_people(brief, words),
        _events(brief, words),
        *_lessons(brief, words),
        _assumptions(brief, words),
        _planned(brief, words),
        *_disputes(brief, words),
        _figures(brief, words),
        _standards(brief, words),
        _sources(brief, words),
        _listed(words.say("print_withheld_heading"), _withheld(brief, words)),
    ]
    return [part for part in parts if part["rows"]]


def _table(
    heading: str,
    head: Sequence[str],
    columns: Sequence[float],
    rows: Iterable[Sequence[Any]],
    numeric: Sequence[int] = (),
    note: str = "",
) -> dict[str, Any]:
    return {
        "kind": "table", "heading": heading, "note": note, "head": list(head), "columns": list(columns),
        "numeric": list(numeric), "rows": [list(row) for row in rows],
    }  # fmt: skip


def _listed(heading: str, rows: Iterable[str], note: str = "") -> dict[str, Any]:
    return {"kind": "list", "heading": heading, "note": note, "rows": list(rows)}


def _drawn(heading: str, rows: Sequence[dict[str, Any]], across: int, note: str = "") -> dict[str, Any]:
    return {
        "kind": "drawings", "heading": heading, "note": note, "rows": list(rows), "across": across,
        "width": BROADEST,
    }  # fmt: skip


def _bare(drawing: dict[str, Any]) -> dict[str, Any]:
    return {"name": "", "summary": "", **drawing}


def shown_days(brief: Brief) -> list[date]:
    """Choose the three key days that a table has room for: first, focal and last, or one between."""
    days = {brief.key_days[0], brief.focal_day, brief.key_days[-1]}
    between = [day for day in brief.key_days if day not in days]
    if len(days) < 3 and between:
        days.add(between[len(between) // 2])
    return sorted(days)


def _sites(brief: Brief, words: Words) -> dict[str, Any]:
    few, days = brief.suppress_below, shown_days(brief)
    rows = []
    for number, place in enumerate(brief.places, start=1):
        where = words.join(list(dict.fromkeys(part for part in (place.admin2, place.admin1) if part)))
        kind = words.say(f"kind_{place.kind}")
        if place.from_counts:
            kind += f"; {words.say('from_counts')}"
        likely = words.say_short_date(place.first_likely) if place.first_likely else ""
        rows.append(
            [
                words.say_number(number),
                {"central": place.name, "spread": words.join([kind, where]) if where else kind},
                *(people_cell(place.on(day), few, words) for day in days),
                _capacity_cell(place, words),
                _over_cell(place, brief.focal_day, few, words),
                "" if place.chance_over is None else words.say_chance(place.chance_over),
                likely,
            ]
        )
    dated = [words.say_short_date(day) for day in days]
    heads = ["", words.say("print_place"), *dated, words.say("print_capacity")]
    heads += [words.say(key) for key in ("print_over", "print_chance", "print_likely")]
    columns = [0.35, 1.9, *[1.5] * len(days), 1.2, 1.15, 1.0, 1.25]
    numeric = [0, *range(2, 4 + len(days))]
    note = words.say("print_sites_note")
    if brief.learning.places:
        note += f" {words.say('from_counts_note')}"
    note = " ".join([note, *(place.jump for place in brief.places if place.jump)])
    return _table(words.say("print_sites"), heads, columns, rows, numeric, note)


def _capacity_cell(place: Place, words: Words) -> dict[str, str]:
    if place.capacity is None or place.capacity.central is None:
        return {"central": words.say("no_limit"), "spread": ""}
    cell = people_cell(place.capacity, 0, words)
    basis = words.say(f"capacity_{place.capacity_basis}")
    return {"central": cell["central"], "spread": f"{cell['spread']} {basis}".strip()}


def _over_cell(place: Place, day: date, few: int, words: Words) -> dict[str, str]:
    if place.closes is not None and day >= place.closes:
        return {"central": words.say("closed"), "spread": ""}
    over = place.over_on(day)
    return {"central": "", "spread": ""} if over is None else people_cell(over, few, words)


def _fans(brief: Brief, words: Words) -> dict[str, Any]:
    rows = [
        fan_values(brief, draw_place(brief, number, place, words), number, place, words)
        for number, place in shown_places(brief)
    ]
    return _drawn(words.say("print_places"), rows, 3, words.say("print_fans_note"))


def _days(brief: Brief, words: Words) -> dict[str, Any]:
    drawing = draw_days(brief, words)
    rows = [_bare(as_values(drawing)) | {"width": 0}] if drawing else []
    part = _drawn(words.say("map_days_title"), rows, 1, words.say("disclaimer"))
    return part | {"width": 520}


def _rest_of_pages(brief: Brief, words: Words) -> Iterator[dict[str, Any]]:
    """Repeat in full what the two pages may have shown in part."""
    one, two = page_one(brief, words), page_two(brief, words)
    changes, short, gaps = one["changes"], one["short"], two["gaps"]
    yield _table(changes["heading"], changes["head"], [1.2, 0.8, 0.8, 1.5], changes["rows"], [1, 2])
    yield _table(short["heading"], short["head"], [1.6, 1.6, 1, 1, 1], short["rows"], [4])
    rows = [row["cells"] for row in gaps["rows"]]
    yield _table(gaps["heading"], gaps["head"], gaps["columns"], rows, gaps["numeric"], gaps["notes"])
    scenarios = [
        ": ".join(part for part in (row.title, row.words) if part)
        + "".join(
            f" {words.say('print_signs_first', signs=words.join(row.triggers))}" for _ in row.triggers[:1]
        )
        for row in brief.scenarios
    ]
    yield _listed(words.say("print_scenarios"), scenarios)
    yield _listed(words.say("print_mind"), brief.signs)
    yield _listed(words.say("print_unknown"), brief.unknown)
    yield _listed(words.say("print_method"), two["method"]["rows"])
    yield _listed(words.say("print_limits"), two["limits"]["rows"])


def _place_needs(brief: Brief, words: Words) -> dict[str, Any]:
    few, day = brief.suppress_below, brief.focal_day
    table = {(row.location, row.item): row for row in brief.needs if row.date == day}
    ranked = page_two(brief, words)["gaps"]["rows"]
    listed = [row for row in brief.needs if row.location == TOTAL and row.date == day]
    names = [row.item for row in listed]
    chosen = [
        names[at] for at in sorted(range(min(len(names), len(ranked))), key=lambda at: ranked[at]["rank"])
    ][:MOST_ITEMS]
    rows = []
    for place in brief.places:
        cells = []
        for item in chosen:
            row = table.get((place.location, item))
            cells.append(quantity_cell(row.amount, row.unit, few, words) if row else "")
        if any(cells):
            rows.append([place.name, *cells])
    units = {row.item: words.say_quantity(1, row.unit)[1] for row in listed}
    heads = [words.say("print_place"), *(f"{words.say_item(item)}, {units[item]}" for item in chosen)]
    heading = words.say("print_place_needs", day=words.say_date(day))
    return _table(heading, heads, [1.8, *[1] * len(chosen)], rows, range(1, len(heads)))


def _more_people(brief: Brief, words: Words) -> Iterator[dict[str, Any]]:
    """Give the tables over the key days; an audience has rows in those that it may see."""
    few, days = brief.suppress_below, brief.key_days
    everybody = words.say("print_every_place")

    def cells(rows: Iterable[tuple[date, Amount]]) -> list[Any]:
        known = dict(rows)
        return [people_cell(known[day], few, words) if day in known else "" for day in days]

    tables: list[tuple[str, list[tuple[str, Iterable[tuple[date, Amount]]]]]] = [
        ("print_total", [(everybody, brief.total_people)]),
        ("print_ever", [(everybody, brief.displaced_total)]),
        ("print_waiting", [(place.name, place.people) for place in brief.gates]),
        ("print_inside", [(everybody, brief.remaining)]),
        ("print_leaving", [(place.name, place.people) for place in brief.origins]),
    ]
    for key, rows in tables:
        shown = [[words.say_short_date(day)] for day in days]
        filled = [(name, cells(people)) for name, people in rows if people]
        for n, row in enumerate(shown):
            row += [values[n] for _, values in filled]
        # days go down the page: a page is wide enough for few days, and few places are listed here
        if filled and len(filled) <= 5:
            heads = [words.say("print_date"), *(name for name, _ in filled)]
            yield _table(words.say(key), heads, [1] * len(heads), shown, range(1, len(heads)))
        elif filled:
            some = [days.index(day) for day in shown_days(brief)]
            heads = [words.say("print_place"), *(words.say_short_date(days[n]) for n in some)]
            body = [[name, *(values[n] for n in some)] for name, values in filled]
            yield _table(words.say(key), heads, [1] * len(heads), body, range(1, len(heads)))


def _events(brief: Brief, words: Words) -> dict[str, Any]:
    rows = [
        [row.date, row.kind, row.where, row.value, words.say_short_date(row.published)]
        for row in brief.events
    ]
    heads = ("print_date", "print_item", "print_place", "print_value", "print_published")
    return _table(words.say("print_access"), [words.say(key) for key in heads], [1] * 5, rows)


def _lessons(brief: Brief, words: Words) -> Iterator[dict[str, Any]]:
    if not brief.learning.counts:
        return
    origin = words.say_short_date(brief.origin_date)
    note = words.say("lessons_from", n=words.say_number(brief.learning.counts), origin=origin)
    rows = [
        [row.name, _three(row.before, words), _three(row.after, words), row.unit, row.words, row.mark]
        for row in brief.lessons
    ]
    heads = ("print_assumption", "print_before", "print_after", "print_unit", "print_taught", "print_mark")
    columns = [1.6, 1, 1, 0.8, 1.4, 0.5]
    yield _table(words.say("lessons"), [words.say(key) for key in heads], columns, rows, [1, 2], note)
    yield _listed(words.say("notes_heading"), brief.learning.notes)


def _three(values: Sequence[str], words: Words) -> dict[str, str]:
    low, central, high = values
    return {"central": central, "spread": words.join_range(low, high) if low != high else ""}


def _assumptions(brief: Brief, words: Words) -> dict[str, Any]:
    marks = {row.source: row.mark for row in brief.sources} | {row.figure: row.mark for row in brief.figures}
    rows = []
    for row in brief.assumptions:
        if "." in row.name:
            continue  # what is said of single places stands in the workbook
        basis = words.phrases.get(f"basis_{row.basis}", row.basis)
        behind = " ".join(marks[name] for name in (*row.sources, *row.figures) if name in marks)
        values = row.posterior or row.prior
        rows.append(
            [row.mark, row.name.replace("_", " "), _three(values, words), row.unit, row.reason,
             {"central": basis, "spread": behind}]
        )  # fmt: skip
    heads = ("print_mark", "print_assumption", "print_value", "print_unit", "print_why", "print_basis")
    note = words.say("marks_note")
    columns = [0.45, 1.3, 1.1, 0.9, 2.6, 1.1]
    heading = words.say("print_assumptions")
    return _table(heading, [words.say(key) for key in heads], columns, rows, [2], note)


def _planned(brief: Brief, words: Words) -> dict[str, Any]:
    bars = [
        RangeBar(
            str(words.isolate(row.speaker or row.outlet)),
            f"{words.say_short_date(row.published)}: {words.isolate(row.value)}",
            row.low,
            row.point,
            row.high,
        )
        for row in brief.planned
        if max(row.low or 0, row.high or 0, row.point or 0) >= 100
    ]
    title, note = words.say("print_planned"), words.say("print_planned_note")
    alt = words.join([f"{bar.words}, {bar.detail}" for bar in bars])
    drawn = (
        {"svg": standing_alone(range_chart("planned", bars, title, alt, words=words)), "alt": alt}
        if bars
        else {}
    )
    return _drawn(title, [_bare(drawn)] if bars else [], 1, note) | {"width": 460}


def _disputes(brief: Brief, words: Words) -> Iterator[dict[str, Any]]:
    for row in brief.disputes:
        said = [
            words.join(
                [
                    figure.mark,
                    figure.value,
                    figure.speaker or figure.outlet,
                    words.say_short_date(figure.published),
                ]
            )
            for figure in row.figures
        ]
        yield _listed(f"{words.say('print_conflicts')}: {row.heading}", said, row.words)


def _figures(brief: Brief, words: Words) -> dict[str, Any]:
    rows = []
    for row in brief.figures:
        about = words.join([row.outlet, words.say_short_date(row.published), row.report_title])
        if row.paraphrase:
            about = f"{words.say('paraphrased')} {about}"
        state = words.say("print_unreviewed") if row.review == "open" else ""
        sentence = row.sentence if row.paraphrase else f"\u201c{row.sentence}\u201d"
        term = row.term.replace("_", " ")
        rows.append(
            [row.mark, {"central": row.value, "spread": term}, sentence, row.speaker,
             {"central": about, "spread": state}]
        )  # fmt: skip
    heads = ["print_mark", "print_value", "print_sentence", "print_who", "print_report"]
    columns = [0.45, 1.1, 2.7, 1, 1.9]
    return _table(words.say("print_figures"), [words.say(key) for key in heads], columns, rows)


def _standards(brief: Brief, words: Words) -> dict[str, Any]:
    rows = [
        [
            words.say_item(row.item),
            _asked(row, brief, words),
            {"central": row.title, "spread": row.section},
            {"central": words.say(f"read_level_{row.read_level}"), "spread": row.note},
        ]
        for row in brief.standards
    ]
    heads = [words.say(key) for key in ("print_item", "print_standard", "print_source", "print_read")]
    return _table(words.say("print_standards"), heads, [1.3, 1.2, 1.6, 2], rows)


def _asked(row: Standard, brief: Brief, words: Words) -> str:
    """Say what a standard asks; the size of a household asks for nothing and is a bare number."""
    if row.standard == HOUSEHOLD:
        return words.say_decimal(row.quantity)
    return words.say_standard(row.quantity, row.unit, row.people, row.per, brief.household_size)


def _sources(brief: Brief, words: Words) -> dict[str, Any]:
    rows = []
    for row in brief.sources:
        published = words.say_short_date(row.published) if row.published else ""
        parts = [part for part in (row.publisher, row.title, published, row.licence, row.url) if part]
        rows.append(f"{row.mark}. {words.join(parts)}")
    return _listed(words.say("print_sources"), rows)


def _withheld(brief: Brief, words: Words) -> list[str]:
    lines = list(brief.withheld)
    return [*lines, words.say("print_reason", reason=brief.reason)] if brief.reason else lines
