"""The page that hands a run over: who may read it, what is withheld from them, a preview, and the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from havenward.pipeline.case_facts import case_facts
from havenward.pipeline.run_release import refuse_reason, withheld_from
from havenward.settings import AUDIENCES, LANGUAGES
from havenward.workbench.forms import read_choice, read_text
from havenward.workbench.layout import LANGUAGE_NAMES, bench_of, give_file, render, words_of
from havenward.workbench.run_kinds import run_url
from havenward.workbench.run_pages import about_run, case_of, kept_of, run_of, stamp_of
from havenward.workbench.workspace import NotFoundError

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

PAGE = "brief.html"
# drawn by the browser inside our frame; everything else is handed over as a file


def find_publish(request: Request) -> Response:
    """Go to the newest run, or say that there is none."""
    case = case_of(request)
    runs = bench_of(request).workspace.list_runs(case)
    if runs:
        return RedirectResponse(run_url(case, runs[0], "/publish"), status_code=303)
    return render(request, "no_runs.html", case=case)


def show_publish(request: Request) -> Response:
    """Show the gate of an audience, and what was published."""
    case, run, words, bench = case_of(request), run_of(request), words_of(request), bench_of(request)
    asked = request.query_params
    facts = case_facts(run.case_folder)
    audience = asked.get("audience", facts.audience)
    language = asked.get("language", words.language)
    if audience not in AUDIENCES or language not in LANGUAGES:
        raise NotFoundError
    key = ("withheld", run.folder, stamp_of(run.folder), audience, words.language)
    withheld = kept_of(request).get(key, lambda: withheld_from(run, audience, words.language))
    name = asked.get("name", "")
    files = _list_files(bench.workspace.products_folder(case, name)) if name else []
    if name and not files:
        raise NotFoundError
    mine = [one for one in bench.workspace.list_products(case) if one.startswith(f"{run.folder.name}-")]
    return render(
        request, "publish.html", case=case, **about_run(request, "/publish"), audience=audience,
        audiences=AUDIENCES, language=language, withheld=withheld, names=LANGUAGE_NAMES, name=name,
        files=files, has_page=PAGE in [file for file, _ in files], page=PAGE, published=mine,
        earlier=[one for one in bench.workspace.list_runs(case) if one != run.folder.name],
    )  # fmt: skip


def _list_files(folder: Path) -> list[tuple[str, int]]:
    """List files of products with their sizes, pages first."""
    if not folder.is_dir():
        return []
    found = [
        (path.relative_to(folder).as_posix(), path.stat().st_size)
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    return sorted(found, key=lambda row: ("/" in row[0], row[0]))


def start_publish(request: Request) -> Response:
    """Publish; a missing reason is told at once."""
    case, run, form, bench = case_of(request), run_of(request), request.state.form, bench_of(request)
    audience = read_choice(form, "audience", AUDIENCES)
    language = read_choice(form, "language", LANGUAGES)
    earlier = [one for one in bench.workspace.list_runs(case) if one != run.folder.name]
    previous = read_choice(form, "previous", ("", *earlier))
    reason = read_text(form, "reason")
    refuse_reason(run, audience, reason)
    job = bench.jobs.submit(
        "brief",
        case,
        {
            "run": run.folder.name,
            "name": f"{run.folder.name[:60]}-{audience}-{language}",
            "audience": audience,
            "language": language,
            "reason": reason,
            "hxl": bool(read_text(form, "hxl")),
            "previous": previous,
            "suppress_below": case_facts(run.case_folder).suppress_below,
        },
    )
    return RedirectResponse(f"/jobs/{job}", status_code=303)


def give_product(request: Request) -> Response:
    """Give a file of products: the page to look at in a frame, all others to keep."""
    case, name, file = case_of(request), request.path_params["name"], request.path_params["file"]
    workspace = bench_of(request).workspace
    folder = workspace.products_folder(case, name)
    path = workspace.file_inside(folder, file)
    shown = request.query_params.get("show") == "1" and path.name == PAGE
    return give_file(path, shown=shown)


RUN = "/cases/{case}/runs/{run}"
routes = [
    Route("/cases/{case}/publish", find_publish, methods=["GET"]),
    Route(f"{RUN}/publish", show_publish, methods=["GET"]),
    Route(f"{RUN}/publish", start_publish, methods=["POST"]),
    Route("/cases/{case}/products/{name}/{file:path}", give_product, methods=["GET"]),
]
