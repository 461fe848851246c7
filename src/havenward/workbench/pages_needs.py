"""The page of needs: what is needed and missing by sector, place and day, and what more room would change."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from havenward.pipeline.run_needs import list_needs, need_days, need_lines
from havenward.records import TOTAL
from havenward.workbench.forms import read_number, read_whole
from havenward.workbench.layout import bench_of, render
from havenward.workbench.run_kinds import run_url
from havenward.workbench.run_pages import about_run, asked_day, case_of, view_of
from havenward.workbench.workspace import NotFoundError

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

MOST_PLACES, MOST_TONNES = 10_000_000, 1000
USUAL_PLACES, USUAL_TONNES = 10_000, 10.0
MOST_ROWS = 30  # of each table of decisions; the files have all
# tables of a look at needs: file, and which columns the page shows with the end of their phrase
TABLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("decisions.csv", ("decision", "name", "item", "quantity", "unit", "people_days_saved", "share_saved")),
    ("placement.csv", ("item", "plan", "name", "quantity", "unit", "people_days_saved_in_all")),
    (
        "logistics.csv",
        ("item", "unit", "required_p50", "required_p80", "missing_p80", "tonnes_p80", "trucks_p80"),
    ),
)
NUMBERS = frozenset(
    {"quantity", "people_days_saved", "people_days_saved_in_all", "required_p50", "required_p80",
     "missing_p80", "tonnes_p80", "trucks_p80", "share_saved"}
)  # fmt: skip


def find_needs(request: Request) -> Response:
    """Go to the needs of the newest run, or say that there is none."""
    case = case_of(request)
    runs = bench_of(request).workspace.list_runs(case)
    if runs:
        return RedirectResponse(run_url(case, runs[0], "/needs"), status_code=303)
    return render(request, "no_runs.html", case=case)


def show_needs(request: Request) -> Response:
    """Show needs and gaps of a day, or of one thing over all key days."""
    view, asked = view_of(request), request.query_params
    day = asked_day(request, view.brief.key_days, view.focal)
    sectors, standards, places = list_needs(view)
    place, sector, item = asked.get("place", TOTAL), asked.get("sector", ""), asked.get("item", "")
    if (sector and sector not in dict(sectors)) or (item and item not in dict(standards)):
        raise NotFoundError
    if places and place and place not in dict(places):
        raise NotFoundError
    words, case = view.words, case_of(request)
    name = asked.get("name", "")
    folder = bench_of(request).workspace.products_folder(case, name) if name else None
    if folder is not None and not (folder / TABLES[0][0]).is_file():
        raise NotFoundError
    return render(
        request, "needs.html", case=case, **about_run(request, "/needs"), day=day.isoformat(),
        day_words=words.say_date(day),
        days=[(one.isoformat(), words.say_date(one)) for one in view.brief.key_days],
        sectors=sectors, standards=standards, places=places, place=place, sector=sector, item=item,
        lines=[] if item else need_lines(view, day, place=place, sector=sector),
        over_days=need_days(view, item) if item else [],
        heads=[words.say_short_date(one) for one in view.brief.key_days],
        name=name, tables=_read_tables(folder) if folder else [],
        files=sorted(path.name for path in folder.iterdir() if path.is_file()) if folder else [],
        numbers=NUMBERS, usual=(USUAL_PLACES, USUAL_TONNES), most=(MOST_PLACES, MOST_TONNES),
    )  # fmt: skip


def _read_tables(folder: Path) -> list[tuple[str, tuple[str, ...], list[list[tuple[str, bool]]]]]:
    found = []
    for file, columns in TABLES:
        path = folder / file
        if not path.is_file():
            continue
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
        shown = [
            [(_short(row.get(column) or "", column), column in NUMBERS) for column in columns] for row in rows
        ]
        found.append((file, columns, shown[:MOST_ROWS]))
    return found


def _short(text: str, column: str) -> str:
    """Round numbers of a table for reading."""
    if column not in NUMBERS or not text:
        return text
    try:
        value = float(text)
    except ValueError:
        return text
    if column == "share_saved":
        return f"{100 * value:.0f}\u202f%"
    return f"{value:,.0f}".replace(",", "\u202f") if abs(value) >= 10 else f"{value:.2g}"


def start_needs(request: Request) -> Response:
    """Ask what more places and trucks would change."""
    case, run, form = case_of(request), request.path_params["run"], request.state.form
    bench_of(request).workspace.run_folder(case, run)
    places = read_whole(form, "places", USUAL_PLACES, low=0, high=MOST_PLACES)
    tonnes = read_number(form, "tonnes", USUAL_TONNES, low=0.1, high=MOST_TONNES)
    name = f"needs-{run}"[:60] + f"-{places}-{tonnes:g}"
    job = bench_of(request).jobs.submit(
        "needs", case, {"run": run, "places": places, "tonnes": tonnes, "name": name}
    )
    return RedirectResponse(f"/jobs/{job}", status_code=303)


def download_needs(request: Request) -> Response:
    """Give the needs of every day and place as one table."""
    view = view_of(request)
    stream = io.StringIO()
    stream.write("\ufeff")  # without it a spreadsheet does not read the table as UTF-8
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ("date", "location", "name", "sector", "item", "unit", "people_low", "people_central", "people_high",
         "low", "central", "high", "standard")
    )  # fmt: skip
    for need in view.brief.needs:
        writer.writerow(
            [plain_cell(value) for value in (
                need.date, need.location, need.name, need.sector, need.item, need.unit, need.people.low,
                need.people.central, need.people.high, need.amount.low, need.amount.central, need.amount.high,
                need.standard,
            )]
        )  # fmt: skip
    return Response(
        stream.getvalue(), media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="needs.csv"'},
    )  # fmt: skip


def plain_cell(value: object) -> object:
    """Keep a text from being taken for a formula by a spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


RUN = "/cases/{case}/runs/{run}"
routes = [
    Route("/cases/{case}/needs", find_needs, methods=["GET"]),
    Route(f"{RUN}/needs", show_needs, methods=["GET"]),
    Route(f"{RUN}/needs", start_needs, methods=["POST"]),
    Route(f"{RUN}/needs.csv", download_needs, methods=["GET"]),
]
