"""How every page of the workbench is laid out: navigation, words, the secret of its forms, and problems."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import FileResponse, HTMLResponse

from havenward.settings import LANGUAGES
from havenward.words import Words
from havenward.workbench.security import PRODUCT_POLICY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from starlette.requests import Request

    from havenward.errors import Problem
    from havenward.workbench.jobs import Jobs
    from havenward.workbench.security import Keys
    from havenward.workbench.workspace import Workspace

LANGUAGE_COOKIE = "havenward-language"
LANGUAGE_NAMES = {"en": "English", "fr": "Français", "es": "Español", "ar": "العربية"}
# pages of a case, in the order of the work: end of the address, key of the phrase
CASE_PAGES = (
    ("", "web_nav_overview"),
    ("/reports", "web_nav_reports"),
    ("/places", "web_nav_places"),
    ("/assumptions", "web_nav_assumptions"),
    ("/runs", "web_nav_forecast"),
    ("/compare", "web_nav_compare"),
    ("/needs", "web_nav_needs"),
    ("/publish", "web_nav_publish"),
)


@dataclass(frozen=True)
class Bench:
    """What every page works with; it lives in `app.state.bench`."""

    workspace: Workspace
    jobs: Jobs
    keys: Keys
    words: Mapping[str, Words]
    templates: Environment


def make_bench(workspace: Workspace, jobs: Jobs, keys: Keys) -> Bench:
    """Gather what pages work with."""
    environment = Environment(
        loader=PackageLoader("havenward.workbench"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["path"] = lambda text: quote(str(text), safe="")
    return Bench(workspace, jobs, keys, {one: Words(one) for one in LANGUAGES}, environment)


def bench_of(request: Request) -> Bench:
    """Give what the page works with."""
    bench: Bench = request.app.state.bench
    return bench


def words_of(request: Request) -> Words:
    """Give the words of the chosen language: that in the address, else the kept one, else the browser's."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE, "")
    if asked not in LANGUAGES:
        accepted = [
            part.split(";")[0].strip()[:2] for part in request.headers.get("accept-language", "").split(",")
        ]
        asked = next((one for one in accepted if one in LANGUAGES), "en")
    return bench_of(request).words[asked]


def render(
    request: Request,
    template: str,
    /,
    *,
    status: int = 200,
    team_only: bool = False,
    case: str = "",
    **values: Any,  # noqa: ANN401
) -> HTMLResponse:
    """Render a page.

    Parameters
    ----------
    template
        Name in `templates`; it extends `base.html`.
    team_only
        Whether the page shows what only the team may see: it then says so.
    case
        Name of the case that the page is about; its pages stand in the navigation.
    values
        For the template, which also has `words`, `say`, `form_token`, `path` (of this page).
    """
    bench, words = bench_of(request), words_of(request)
    text = bench.templates.get_template(template).render(
        words=words,
        say=words.say,
        form_token=bench.keys.form_token(request.scope.get("havenward.session", "")),
        path=request.url.path,
        case=case,
        case_pages=[(f"/cases/{quote(case)}{end}", words.say(key)) for end, key in CASE_PAGES]
        if case
        else [],
        languages=LANGUAGE_NAMES,
        team_only=team_only,
        **values,
    )
    answer = HTMLResponse(text, status_code=status)
    if request.query_params.get("lang") in LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE, request.query_params["lang"], samesite="strict", max_age=31_536_000
        )
    return answer


def problem_page(
    request: Request, problems: Iterable[Problem], *, status: int = 400, case: str = "", back: str = ""
) -> HTMLResponse:
    """Say what is wrong and how to repair it; `back` is the page to go on from."""
    return render(request, "problems.html", status=status, case=case, problems=list(problems), back=back)


def give_file(path: Path, *, name: str = "", shown: bool = False) -> FileResponse:
    """Hand over a file of the workspace, which can run nothing and load nothing where it is opened.

    Parameters
    ----------
    path
        As `Workspace.file_inside` gave it.
    name
        Under which it is saved; whatever signs it holds, it stays within its header.
    shown
        Whether a frame of ours shows it; else it is saved.
    """
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    saved_as = None if shown else name or path.name
    headers = {"content-security-policy": PRODUCT_POLICY}
    return FileResponse(path, media_type=kind, filename=saved_as, headers=headers)
