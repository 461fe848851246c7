"""What all pages of a run share: the run that an address names, and what was worked out of it before."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from havenward.runs import RUN_FILE, read_run
from havenward.workbench.kept import Kept
from havenward.workbench.layout import bench_of, words_of
from havenward.workbench.workspace import NotFoundError

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from havenward.pipeline.run_views import RunView
    from havenward.runs import Run

KEPT = 48  # things worked out of runs that are held at once, the largest some megabytes


def kept_of(request: Request) -> Kept:
    """Give what the application holds."""
    state = request.app.state
    if not hasattr(state, "kept"):
        state.kept = Kept(KEPT)
    kept: Kept = state.kept
    return kept


def case_of(request: Request) -> str:
    """Give the name of the case in the address; there is one of this name."""
    case: str = request.path_params["case"]
    bench_of(request).workspace.case_folder(case)
    return case


def run_of(request: Request) -> Run:
    """Read the run that the address names."""
    case, run = case_of(request), request.path_params["run"]
    return read_run(bench_of(request).workspace.run_folder(case, run))


def stamp_of(folder: Path) -> int:
    """Tell one version of a run folder from the next."""
    return (folder / RUN_FILE).stat().st_mtime_ns


def newest_of(folder: Path) -> tuple[int, int]:
    """Tell one version of a case folder from the next: the newest change in it, and how many files it has."""
    times = [path.stat().st_mtime_ns for path in (folder, *folder.glob("*"), *folder.glob("reports/*"))]
    return max(times), len(times)


def view_of(request: Request) -> RunView:
    """Give what pages show of the run of the address, in the chosen language."""
    run, language = run_of(request), words_of(request).language
    return view_in(request, run, language)


def view_in(request: Request, run: Run, language: str) -> RunView:
    """Give what pages show of a run; its composed brief is kept as a file too, for the next server."""
    from havenward.pipeline.kept_briefs import kept_folder
    from havenward.pipeline.run_views import view_run

    key = ("view", run.folder, stamp_of(run.folder), language)
    return kept_of(request).get(key, lambda: view_run(run, language, kept_folder(run.folder)))


def about_run(request: Request, here: str) -> dict[str, Any]:
    """Give what the head of every page of a run says; `here` is the end of its address."""
    run = run_of(request)
    return {
        "run": request.path_params["run"],
        "meta": run.meta,
        "here": here,
        "origin": words_of(request).say_short_date(run.origin_date),
        "last": words_of(request).say_short_date(run.last_date),
    }


def asked_day(request: Request, days: tuple[date, ...], default: date) -> date:
    """Give the day that the address asks for; one that the run does not have is none."""
    text = request.query_params.get("day", "")
    if not text:
        return default
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotFoundError from None
    if day not in days:
        raise NotFoundError
    return day
