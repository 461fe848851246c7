"""The page of places: map and tables of one case, edited together; routes, events, counts and sources too."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from havenward.errors import CaseError, Problem
from havenward.workbench.edits import change_rows, digest_of
from havenward.workbench.layout import bench_of, render, words_of
from havenward.workbench.looks import look_at
from havenward.workbench.rows import make_fields, read_rows, say_choice, today
from havenward.workbench.workspace import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from havenward.records import Case, Location
    from havenward.words import Words
    from havenward.workbench.looks import Look
    from havenward.workbench.rows import TextRow, TextTable

# tables that are edited here, and which of their columns the list shows; the form shows all of them
TABLES: Mapping[str, tuple[str, ...]] = {
    "locations": ("name", "kind", "admin1", "population", "capacity", "opens", "closes", "published",
                  "source"),
    "routes": ("from", "to", "distance_km", "mode", "published", "source"),
    "events": ("date", "kind", "location", "from", "to", "value", "published", "source"),
    "observations": ("date", "scope", "location", "measure", "persons", "households", "series", "published",
                     "source"),
    "sources": ("source", "title", "publisher", "url", "published"),
}  # fmt: skip
NUMBERS = ("population", "capacity", "distance_km", "value", "persons", "households")
SHUT, OPENED = ("route_closes",), ("route_opens",)
NEW = "new"
_LONGEST = 2000  # characters of a cell; the longest column holds a sentence


class Asked(NamedTuple):
    """What the address asks for: table, row to edit (`new` adds one), day of the map."""

    table: str
    edit: str
    day: date

    def link(self, case: str, **changes: str) -> str:
        """Write the address of the page with something changed."""
        values = {"table": self.table, "edit": self.edit, "day": self.day.isoformat(), **changes}
        return f"/cases/{quote(case)}/places?{urlencode({k: v for k, v in values.items() if v})}"


def show_places(request: Request) -> Response:
    """Show map, list and, where a row is chosen, its form."""
    case = request.path_params["case"]
    look = look_at(request, case)
    return _show(request, case, look, _read_asked(request, look.case))


def save_row(request: Request) -> Response:
    """Save a row: correct it, add a version of it, add one, confirm drafted ones, or take it out."""
    case, table = request.path_params["case"], request.path_params["table"]
    if table not in TABLES:
        raise NotFoundError
    form = request.state.form
    look = look_at(request, case)
    action, row = str(form.get("action", "save")), str(form.get("row", ""))
    asked = Asked(table, row or NEW, _day_of(str(form.get("day", "")), look.case))
    number = int(row) if re.fullmatch(r"\d{1,9}", row) else None
    folder = bench_of(request).workspace.case_folder(case)
    held = read_rows(folder, table)
    cells = {name: str(form[name]).strip()[:_LONGEST] for name in held.columns if name in form}
    if action == "remove" and number is not None:
        changes: list[tuple[int | None, dict[str, str] | None]] = [(number, None)]
    elif action == "confirm" and number is not None:
        changes = [(number, {**cells, "published": cells.get("published") or today()})]
    elif action == "confirm-all" and table == "locations":
        drafted = [row.row for row in look.drafted]
        changes = [(waiting, {"published": today()}) for waiting in drafted]
    elif action == "version":
        changes = [(None, {**cells, "published": cells.get("published") or today()})]
    else:
        changes = [(number, cells)]
    try:
        change_rows(bench_of(request).workspace, case, table, changes, str(form.get("digest", "")))
    except CaseError as error:
        if _wants_json(request):
            return JSONResponse({"problems": [str(problem) for problem in error.problems]}, status_code=400)
        return _show(request, case, look, asked, typed=cells, refused=error.problems)
    saved = asked._replace(edit="")
    if _wants_json(request):
        return JSONResponse({"digest": digest_of(folder, f"{table}.csv")})
    name = f"{table}-{row or NEW}"
    target = saved.link(case) + f"&saved={quote(name)}#list"
    return RedirectResponse(target, status_code=303)


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


# -- the page ----------------------------------------------------------------------------------------------


def _show(
    request: Request,
    case: str,
    look: Look,
    asked: Asked,
    *,
    typed: Mapping[str, str] | None = None,
    refused: Sequence[Problem] = (),
) -> Response:
    words = words_of(request)
    folder = bench_of(request).workspace.case_folder(case)
    table = look.work_out(
        ("table", asked.table, digest_of(folder, f"{asked.table}.csv")),
        lambda: read_rows(folder, asked.table, look.problems),
    )
    form = _make_form(table, look, words, asked, typed, refused)
    named = {row.location: row.name for row in (*look.drafted, *look.case.locations)}
    return render(
        request,
        "places.html",
        status=400 if refused else 200,
        team_only=True,
        case=case,
        asked=asked,
        link=lambda **changes: asked.link(case, **changes),
        tables=list(TABLES),
        table=table,
        columns=TABLES[asked.table],
        numbers=NUMBERS,
        rows=look.work_out(
            ("rows", asked.table, table.digest, words.language),
            lambda: [_tell_row(asked.table, row, named, words) for row in _sorted(table)],
        ),
        row_link=asked.link(case, edit="") + "&edit=",
        picture=look.work_out(("map", asked, words.language, case), lambda: _draw(case, look, asked, words)),
        days=_days(look.case),
        form=form,
        drafted=len(look.drafted),
        locations_digest=digest_of(folder, "locations.csv"),
        counts={name: len(getattr(look.case, name)) for name in TABLES},
    )


def _read_asked(request: Request, case: Case) -> Asked:
    asked = request.query_params
    table = asked.get("table", "locations")
    return Asked(
        table if table in TABLES else "locations", asked.get("edit", ""), _day_of(asked.get("day", ""), case)
    )


def _day_of(text: str, case: Case) -> date:
    """Give the day that is asked for, else the last one of which the case says something."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return max([day for row in case.events if isinstance(day := row.date, date)], default=case.start)


def _days(case: Case) -> list[str]:
    """Give the days on which ways and places open or close: the ones worth looking at."""
    days = {case.start}
    days |= {row.date for row in case.events if isinstance(row.date, date)}
    days |= {day for row in case.locations for day in (row.opens, row.closes) if day}
    return [day.isoformat() for day in sorted(days)]


def _sorted(table: TextTable) -> list[TextRow]:
    """Put versions of one place beside each other; days as they follow."""
    if table.table == "locations":
        return sorted(table.rows, key=lambda row: (row.get("location"), row.get("published"), row.row))
    if table.table in ("events", "observations"):
        return sorted(table.rows, key=lambda row: (row.get("date"), row.get("location"), row.row))
    return list(table.rows)


def _tell_row(table: str, row: TextRow, named: Mapping[str, str], words: Words) -> dict[str, Any]:
    """Give a row as the list shows it: names and coded words as people read them."""
    shown = {}
    for column in TABLES[table]:
        text = row.get(column)
        if column in ("kind", "mode", "measure", "scope") and text:
            text = say_choice(words, table, column, text)
        elif column in ("location", "from", "to"):
            text = named.get(text, text)
        elif column in NUMBERS and re.fullmatch(r"\d+", text):
            text = words.say_number(int(text))
        shown[column] = text
    title = shown.get("name") or row.get("location") or shown[TABLES[table][0]]
    drafted = table == "locations" and not row.get("published")
    return {"row": row.row, "cells": shown, "title": title, "problems": row.problems, "drafted": drafted,
            "kind": row.get("kind")}  # fmt: skip


def _make_form(
    table: TextTable,
    look: Look,
    words: Words,
    asked: Asked,
    typed: Mapping[str, str] | None,
    refused: Sequence[Problem],
) -> dict[str, Any] | None:
    """Make the form of the chosen row; None where none is chosen."""
    if not asked.edit:
        return None
    row = table.find(int(asked.edit)) if re.fullmatch(r"\d{1,9}", asked.edit) else None
    if row is None and asked.edit != NEW:
        return None
    cells = dict(row.cells) if row else {"published": today(), "country": look.case.country}
    cells |= typed or {}
    known = {
        "location": _names(look),
        "location or group": [*_names(look), *((group, group) for group in _groups(look.case))],
        "source": [(source.source, source.title) for source in look.case.sources],
    }
    problems = refused or (row.problems if row else ())
    # a table of its own may refuse the new row for another file: those stand above the form
    fields, others = make_fields(table.table, cells, words, known, problems)
    title = (cells.get("name") or cells.get("location") or "") if row else ""
    return {
        "row": str(row.row) if row else "",
        "name": f"{table.table}-{row.row if row else NEW}",
        "title": title,
        "fields": fields,
        "problems": others,
        "digest": table.digest,
        "versions": table.table in ("locations", "routes", "events") and row is not None,
        "drafted": bool(row) and table.table == "locations" and not cells.get("published"),
        "placed": table.table == "locations",
    }


def _names(look: Look) -> list[tuple[str, str]]:
    return sorted({(row.location, row.name) for row in (*look.case.locations, *look.drafted)})


def _groups(case: Case) -> list[str]:
    return sorted({row.group for row in case.locations if row.group})


# -- the map -----------------------------------------------------------------------------------------------


def _draw(case: str, look: Look, asked: Asked, words: Words) -> Any:  # noqa: ANN401 - markup
    from havenward.pipeline.case_pictures import Spot, Way, draw_case_map

    latest = _latest(look.case.locations)
    for drafted in look.drafted:
        latest.setdefault(drafted.location, drafted)
    chosen_row = asked.edit if asked.table == "locations" else ""
    spots = [
        Spot(
            row.location,
            row.name,
            row.kind,
            row.longitude,
            row.latitude,
            asked.link(case, table="locations", edit=str(row.row)) + "#form",
            _tell_spot(row, words),
            any(str(one.row) == chosen_row for one in look.case.locations if one.location == row.location),
        )
        for row in latest.values()
        if row.longitude is not None and row.latitude is not None
    ]
    shut = closed_on(look.case, asked.day)
    ways = [
        Way(
            route.from_,
            route.to,
            frozenset((route.from_, route.to)) not in shut,
            asked.link(case, table="routes", edit=str(route.row)) + "#form",
            words.say(
                "web_places_way" if frozenset((route.from_, route.to)) not in shut else "web_places_way_shut",
                start=latest[route.from_].name if route.from_ in latest else route.from_,
                end=latest[route.to].name if route.to in latest else route.to,
                km=words.say_number(route.distance_km),
            ),
            asked.table == "routes" and asked.edit == str(route.row),
        )
        for route in {frozenset((row.from_, row.to)): row for row in _by_day(look.case.routes)}.values()
    ]
    title = words.say("web_places_map", day=words.say_date(asked.day))
    told = words.say("web_places_map_told", places=len(spots), ways=len(ways), shut=len(shut))
    boundaries = getattr(look.case, "boundaries", "")
    return draw_case_map(spots, ways, title, told, boundaries if isinstance(boundaries, str) else "")


def _by_day(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: (row.published, row.row))


def _latest(rows: Iterable[Location]) -> dict[str, Location]:
    return {row.location: row for row in _by_day(rows)}


def _tell_spot(row: Location, words: Words) -> str:
    parts = [row.name, words.say_kind(row.kind)]
    if row.capacity is not None:
        parts.append(words.say("web_places_takes", n=words.say_number(row.capacity)))
    return words.signs.comma.join(parts)


def closed_on(case: Case, day: date) -> set[frozenset[str]]:
    """Give the routes that the events of a case have closed by a day; the last word on each counts."""
    shut: dict[frozenset[str], bool] = {}
    events = [row for row in case.events if isinstance(row.date, date) and row.date <= day]
    for event in sorted(events, key=lambda row: (row.date, row.row)):
        if event.kind in SHUT + OPENED:
            shut[frozenset((event.from_, event.to))] = event.kind in SHUT
        elif event.kind in ("border_closes", "border_opens"):
            for route in case.routes:
                if event.location in (route.from_, route.to):
                    shut[frozenset((route.from_, route.to))] = event.kind == "border_closes"
    return {way for way, closed in shut.items() if closed}


routes = [
    Route("/cases/{case}/places", show_places, methods=["GET"]),
    Route("/cases/{case}/places/{table}", save_row, methods=["POST"]),
]
