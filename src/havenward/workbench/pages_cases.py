"""The pages of cases: which there are, and of each how fresh and complete it is and what is wrong with it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from havenward.errors import HavenwardError, Problem, SettingsError
from havenward.records import RECEIVING_KINDS
from havenward.workbench.edits import list_changes, redo, undo
from havenward.workbench.layout import bench_of, problem_page, render, words_of
from havenward.workbench.looks import look_at
from havenward.workbench.pages_assumptions import resolve, title_of
from havenward.workbench.rows import today
from havenward.workbench.workspace import is_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from starlette.requests import Request

    from havenward.pipeline.advice import Advice
    from havenward.records import Case
    from havenward.words import Words
    from havenward.workbench.looks import Look

# where a problem of a file is repaired: page, and whether its table is one of that page
REPAIRED = {
    "locations": "places", "routes": "places", "events": "places", "observations": "places",
    "sources": "places", "figures": "reports", "assumptions": "assumptions",
}  # fmt: skip
# kinds of sources that come as files into a case that exists
IMPORTED = ("acled", "cod", "dtm", "hapi", "hubverse", "hxl", "idmc", "osm", "sites", "unhcr")
TYPED = ("name", "title", "country", "start", "place", "within")
_WHERE = re.compile(r"(?P<file>\w+)\.(csv|toml)(?: row (?P<row>\d+))?")


class Share(NamedTuple):
    """How much of something is there."""

    key: str
    part: int
    whole: int
    url: str


# -- all of them -------------------------------------------------------------------------------------------


def show_cases(request: Request) -> Response:
    """List the cases, each with its state, and offer to begin one."""
    return _show_cases(request)


def _show_cases(
    request: Request, typed: dict[str, str] | None = None, problems: Sequence[Problem] = ()
) -> Response:
    words = words_of(request)
    cards = []
    for name in bench_of(request).workspace.list_cases():
        look = look_at(request, name)
        cards.append(
            {
                "name": name,
                "title": look.case.title or name,
                "country": look.case.country,
                "errors": look.errors,
                "warnings": len(look.problems) - look.errors,
                "open": sum(figure.review == "open" for figure in look.case.figures),
                "runs": len(bench_of(request).workspace.list_runs(name)),
                **_fresh(look.case, words),
            }
        )
    return render(
        request,
        "cases.html",
        status=400 if problems else 200,
        cards=cards,
        typed=typed or {},
        problems=problems,
    )


def _fresh(case: Case, words: Words) -> dict[str, str]:
    """Say what is newest in a case: its last report and its last count."""
    report = max(case.reports, key=lambda one: (one.published, one.report), default=None)
    count = max(case.observations, key=lambda one: (one.date, one.row), default=None)
    return {
        "last_report": words.say_short_date(report.published) if report else "",
        "last_outlet": report.outlet if report else "",
        "last_count": words.say_short_date(count.date) if count else "",
        "last_series": count.series if count else "",
    }


def add_case(request: Request) -> Response:
    """Begin a case: every file with its header, what is known filled in, places drafted around one."""
    from havenward.case.new import new_case
    from havenward.case.places_near import draft_places, read_distance

    form = request.state.form
    typed = {key: str(form.get(key, "")).strip() for key in TYPED}
    problems = _wrong_settings(typed)
    if not problems:
        try:
            folder = bench_of(request).workspace.new_case_folder(typed["name"])
            country = typed["country"].upper()
            near = read_distance(typed["within"] or "150 km") if typed["place"] else 0.0
            places = draft_places(typed["place"], country, near) if typed["place"] else None
            new_case(
                folder,
                title=typed["title"],
                crisis=re.sub(r"[^\w.-]+", "-", typed["name"]),
                country=country,
                places=places,
                start=date.fromisoformat(typed["start"]),
            )
        except HavenwardError as error:
            problems = list(error.problems)
    if problems:
        return _show_cases(request, typed, problems)
    return RedirectResponse(f"/cases/{quote(typed['name'])}?saved=new&from=/", status_code=303)


def _wrong_settings(typed: dict[str, str]) -> list[Problem]:
    problems = []
    if not is_name(typed["name"]):
        problems.append(
            Problem("name", f"found '{typed['name'][:60]}'", "expected letters, digits and hyphens",
                    "choose another name", "workbench-name")
        )  # fmt: skip
    if not typed["title"]:
        problems.append(
            Problem("title", "it is empty", "expected the name of the crisis as people read it",
                    "fill it in", "value-missing")
        )  # fmt: skip
    if not re.fullmatch(r"[A-Za-z]{3}", typed["country"]):
        problems.append(
            Problem("country", f"found '{typed['country'][:20]}'",
                    "expected a country code of three letters (ISO 3166-1 alpha-3)",
                    "write IRQ for Iraq, for example",
                    "country-code")
        )  # fmt: skip
    try:
        date.fromisoformat(typed["start"])
    except ValueError:
        problems.append(
            Problem("start", f"found '{typed['start'][:20]}'", "expected a date written YYYY-MM-DD",
                    "choose the first day of the case", "date-format")
        )  # fmt: skip
    return problems


# -- one of them -----------------------------------------------------------------------------------------


def show_case(request: Request) -> Response:
    """Show how fresh and complete a case is, what is wrong with it, and what to do next."""
    case, words = request.path_params["case"], words_of(request)
    look, bench = look_at(request, case), bench_of(request)
    done, undone = list_changes(bench.workspace, case)
    jobs = bench.jobs.list(case)
    imported = next((job for job in jobs if job.kind == "import" and job.state == "done"), None)
    runs = bench.workspace.list_runs(case)
    return render(
        request,
        "case.html",
        case=case,
        look=look,
        fresh=_fresh(look.case, words),
        start=words.say_date(look.case.start) if look.case.start.year > 1900 else "",
        shares=_complete(look, case),
        errors=[_placed(problem, case) for problem in look.problems if problem.severity == "error"],
        warnings=[_placed(problem, case) for problem in look.problems if problem.severity != "error"],
        advice=_advise(request, case, look, runs),
        parameter=lambda name: title_of(name, words),
        explained=set(resolve(look)[0]) if not look.errors else set(),
        kinds=[(kind, words.say(f"web_import_{kind}")) for kind in IMPORTED],
        imported=imported.result.get("told", []) if imported else [],
        running=[job for job in jobs if job.state in ("queued", "running")],
        runs=runs,
        change=done,
        undone=undone,
    )


def _complete(look: Look, case: str) -> list[Share]:
    """Measure what a case holds of what a forecast rests on."""
    rows, base = look.case, f"/cases/{quote(case)}"
    latest = {row.location: row for row in sorted(rows.locations, key=lambda one: (one.published, one.row))}
    places = list(latest.values())
    receiving = [row for row in places if row.kind in RECEIVING_KINDS]
    origins = [row for row in places if row.kind == "origin"]
    assumed = {row.name for row in rows.assumptions}
    groups = {name.partition(".")[2] for name in assumed if name.startswith("group_share.")}
    peopled = [
        row for row in origins
        if row.population or row.group in groups or "population_at_risk" in assumed
    ]  # fmt: skip
    with_room = [row for row in receiving if row.capacity or f"capacity.{row.location}" in assumed]
    read = {figure.report for figure in rows.figures}
    stated = [row for table in (rows.locations, rows.routes, rows.observations) for row in table]
    return [
        share
        for share in (
            Share(
                "positions", sum(row.latitude is not None for row in places), len(places), f"{base}/places"
            ),
            Share("people", len(peopled), len(origins), f"{base}/places"),
            Share("capacity", len(with_room), len(receiving), f"{base}/places"),
            Share(
                "read",
                sum(report.report in read for report in rows.reports),
                len(rows.reports),
                f"{base}/reports",
            ),
            Share(
                "reviewed",
                sum(row.review != "open" for row in rows.figures),
                len(rows.figures),
                f"{base}/reports",
            ),
            Share(
                "sources",
                sum(bool(row.source) for row in stated),
                len(stated),
                f"{base}/places?table=sources",
            ),
        )
        if share.whole
    ]


def _placed(problem: Problem, case: str) -> tuple[Problem, str]:
    """Give a problem with the address of the page where it is repaired, if there is one."""
    found = _WHERE.match(problem.where)
    page = REPAIRED.get(found["file"], "") if found else ""
    if not found or not page:
        return problem, f"/cases/{quote(case)}/reports" if problem.where.startswith("reports/") else ""
    end = (
        f"?table={found['file']}" + (f"&edit={found['row']}#form" if found["row"] else "")
        if page == "places"
        else ""
    )
    return problem, f"/cases/{quote(case)}/{page}{end}"


def _advise(request: Request, case: str, look: Look, runs: Sequence[str]) -> Advice | None:
    """Ask what is most worth doing next; what moves the forecast is read off the newest run, if any."""
    if look.errors:
        return None
    workspace = bench_of(request).workspace
    run = workspace.run_folder(case, runs[0]) if runs else None
    stamp = (run / "run.json").stat().st_mtime_ns if run else 0
    return look.work_out(
        ("advice", today(), run and run.name, stamp), lambda: _ask_advice(workspace.case_folder(case), run)
    )


def _ask_advice(folder: Path, run: Path | None) -> Advice | None:
    from havenward.pipeline.advice import check_and_advise

    day = date.fromisoformat(today())
    try:
        return check_and_advise(folder, day, run=run, quick=run is None).advice
    except HavenwardError:  # a run that cannot be read is told on its own page
        return check_and_advise(folder, day, quick=True).advice


def step_back(request: Request) -> Response:
    """Take back the last change of the case, whichever page made it."""
    case = request.path_params["case"]
    undo(bench_of(request).workspace, case, str(request.state.form.get("change", "")))
    return RedirectResponse(_back(request, case), status_code=303)


def step_again(request: Request) -> Response:
    """Make the change again that was taken back."""
    case = request.path_params["case"]
    redo(bench_of(request).workspace, case, str(request.state.form.get("change", "")))
    return RedirectResponse(_back(request, case), status_code=303)


def _back(request: Request, case: str) -> str:
    """Give the page of the case to return to; nothing outside of it."""
    own = f"/cases/{quote(case)}"
    end = str(request.state.form.get("page", ""))
    return f"{own}/{end}" if re.fullmatch(r"(reports|places|assumptions|facts)", end) else own


def import_files(request: Request) -> Response:
    """Have files of another office or tool taken into the case."""
    from havenward.workbench.uploads import keep_uploads

    case, form, bench = request.path_params["case"], request.state.form, bench_of(request)
    bench.workspace.case_folder(case)
    kind = str(form.get("source", ""))
    if kind not in IMPORTED:
        wrong = Problem("import", f"found '{kind[:40]}'", f"expected one of {', '.join(IMPORTED)}",
                        "choose what kind of file it is", "import-kind")  # fmt: skip
        return problem_page(request, [wrong], case=case, back=f"/cases/{quote(case)}")
    try:
        paths = keep_uploads(form.getlist("files"), folder := bench.workspace.new_uploads_folder())
    except SettingsError as error:
        return problem_page(request, error.problems, case=case, back=f"/cases/{quote(case)}")
    settings = import_settings(str(form.get("published", "")), str(form.get("settings", "")))
    if settings:
        (folder / "import").mkdir()  # a folder of its own, so that no upload can take its place
        (folder / "import" / "settings.toml").write_text(settings, encoding="utf-8")
    asked = {
        "source": kind,
        "files": [str(path) for path in paths],
        "settings": str(folder / "import" / "settings.toml") if settings else "",
    }
    job = bench.jobs.submit("import", case, asked)
    return RedirectResponse(f"/jobs/{job}", status_code=303)


def import_settings(published: str, text: str) -> str:
    """Write the settings of an import: what was typed, and the day of publication where it is silent."""
    said = re.search(r"^\s*published\s*=", text, re.MULTILINE)
    is_day = re.fullmatch(r"\d{4}-\d\d-\d\d", published)
    return (f"published = {published}\n" if is_day and not said else "") + text.replace("\r\n", "\n")[
        :100_000
    ]


def download_case(request: Request) -> Response:
    """Give the whole case as a ZIP archive, as it lies in its folder."""
    case = request.path_params["case"]
    folder = bench_of(request).workspace.case_folder(case)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and not path.is_symlink() and not any(part[0] == "." for part in inside.parts):
                archive.write(path, f"{case}/{inside.as_posix()}")
    name = quote(f"{case}.zip")
    return Response(
        held.getvalue(),
        media_type="application/zip",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"},
    )


routes = [
    Route("/", show_cases, methods=["GET"]),
    Route("/cases", add_case, methods=["POST"]),
    Route("/cases/{case}", show_case, methods=["GET"]),
    Route("/cases/{case}/download", download_case, methods=["GET"]),
    Route("/cases/{case}/import", import_files, methods=["POST"]),
    Route("/cases/{case}/undo", step_back, methods=["POST"]),
    Route("/cases/{case}/redo", step_again, methods=["POST"]),
]
