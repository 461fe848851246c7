"""Which addresses the workbench answers, and what it says when something goes wrong."""

from __future__ import annotations

import contextlib
import functools
import inspect
import logging
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from anyio import to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Route

from havenward.errors import HavenwardError, Problem
from havenward.workbench.assets import asset_route
from havenward.workbench.edits import ConflictError, recover
from havenward.workbench.jobs import Jobs
from havenward.workbench.layout import bench_of, make_bench, problem_page, render, words_of
from havenward.workbench.security import (
    OWN_HOSTS,
    TOKEN_FIELD,
    TOKEN_HEADER,
    Guard,
    Keys,
    TooLargeError,
    add_headers,
    own_path,
    session_cookie,
)
from havenward.workbench.workspace import NotFoundError, Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request
    from starlette.responses import Response

PAGES = (
    "assumptions", "cases", "compare", "forecast", "jobs", "needs", "places", "publish", "record", "reports",
)  # fmt: skip
MAX_FILES, MAX_FIELDS = 200, 5000
THREADS = 12
# how an answer that is no page is explained: key of the phrases, by status
FAULTS = {
    401: "web_error_login", 403: "web_error_forbidden", 404: "web_error_missing", 405: "web_error_method",
    413: "web_error_large", 429: "web_error_waiting", 500: "web_error_fault",
}  # fmt: skip
log = logging.getLogger(__name__)


def make_app(
    root: Path,
    *,
    hosts: tuple[str, ...] = OWN_HOSTS,
    port: int = 8000,
    token: str = "",
    workers: int = 1,
    cluster: str = "",
) -> Starlette:
    """Make the application that serves a folder of cases.

    Parameters
    ----------
    root
        The folder; see `workspace` for what lies where.
    hosts, port
        Names under which it may be asked.
    token
        Without it nobody is served, where one is given.
    workers
        Processes for jobs.
    cluster
        The address of a Dask cluster for forecasts; empty for none.
    """
    workspace = Workspace(root)
    recover(workspace)
    jobs = Jobs(workspace, workers, cluster)
    keys = Keys(token)

    @contextlib.asynccontextmanager
    async def live(_: Starlette) -> AsyncIterator[None]:
        # pages are work for the processor, and one at a time gets on: more threads only wait for each other
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        yield
        jobs.close()

    routes = [
        Route("/login", show_login, methods=["GET"]),
        Route("/login", _guarded(take_login, needs_token=False), methods=["POST"]),
        asset_route(Path(str(files("havenward.workbench") / "static"))),
    ]
    for page in PAGES:
        module = import_module(f"havenward.workbench.pages_{page}")
        routes += [_guard_route(route) for route in module.routes]
    app = Starlette(
        routes=routes,
        lifespan=live,
        middleware=[Middleware(Guard, keys=keys, hosts=hosts, port=port, tell=_tell)],
        exception_handlers={
            HTTPException: _tell_http,
            NotFoundError: _tell_missing,
            HavenwardError: _tell_problems,
            ConflictError: _tell_conflict,
            TooLargeError: _tell_too_large,
            ClientDisconnect: _tell_nobody,
            Exception: _tell_fault,
        },
    )
    app.state.bench = make_bench(workspace, jobs, keys)
    return app


# -- forms -----------------------------------------------------------------------------------------------


def _guard_route(route: Route) -> Route:
    """Let no form through that does not come from a page of the session; run slow work beside the loop."""
    posts = bool(route.methods and "POST" in route.methods)
    if posts and route.methods != {"POST"}:
        message = f"{route.path}: what changes something has a route of its own"
        raise ValueError(message)
    endpoint = _guarded(route.endpoint) if posts else _threaded(route.endpoint)
    return Route(route.path, endpoint, methods=["POST"] if posts else ["GET"])


def _threaded(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(endpoint):
        return endpoint

    @functools.wraps(endpoint)
    async def call(request: Request) -> Response:
        answer: Response = await run_in_threadpool(endpoint, request)
        return answer

    return call


def _guarded(endpoint: Callable[..., Any], *, needs_token: bool = True) -> Callable[..., Any]:
    """Read the form (`request.state.form`), and check its secret, before the endpoint sees anything."""

    @functools.wraps(endpoint)
    async def call(request: Request) -> Response:
        form = await request.form(max_files=MAX_FILES, max_fields=MAX_FIELDS, max_part_size=1_000_000)
        given = request.headers.get(TOKEN_HEADER) or str(form.get(TOKEN_FIELD, ""))
        session = request.scope.get("havenward.session", "")
        if needs_token and not bench_of(request).keys.is_form_token(session, given):
            raise HTTPException(403)
        request.state.form = form
        try:
            if inspect.iscoroutinefunction(endpoint):
                answer: Response = await endpoint(request)
            else:
                answer = await run_in_threadpool(endpoint, request)
        finally:
            await form.close()
        return answer

    return call


# -- the door --------------------------------------------------------------------------------------------


def show_login(request: Request) -> Response:
    """Ask for the token."""
    return render(request, "login.html", wrong=False, next=own_path(request.query_params.get("next", "")))


async def take_login(request: Request) -> Response:
    """Begin a session for who knows the token."""
    keys, form = bench_of(request).keys, request.state.form
    wanted = own_path(str(form.get("next", "")))
    knows = await keys.try_token(str(form.get("key", "")))
    if knows is None:
        return _tell(request, 429)
    if not knows:
        return render(request, "login.html", status=403, wrong=True, next=wanted)
    answer = RedirectResponse(wanted, status_code=303)
    answer.headers["set-cookie"] = session_cookie(keys.new_session())
    return answer


# -- what is said when something goes wrong ----------------------------------------------------------------


def wants_json(request: Request) -> bool:
    """Tell whether a script asked, which wants values and no page."""
    return "application/json" in request.headers.get("accept", "")


def _tell(request: Request, status: int) -> Response:
    words, key = words_of(request), FAULTS.get(status, "web_error_request")
    problem = Problem(
        words.say("web_problem_page"), words.say(f"{key}_found"), words.say(f"{key}_expected"),
        words.say(f"{key}_repair"), key.replace("_", "-"),
    )  # fmt: skip
    return _answer(request, [problem], status)


def _answer(request: Request, problems: list[Problem], status: int) -> Response:
    if wants_json(request):
        return JSONResponse({"problems": [str(problem) for problem in problems]}, status_code=status)
    return problem_page(request, problems, status=status, back=_came_from(request))


def _came_from(request: Request) -> str:
    """Give the page of ours whose form this was, to go back to; empty where it is not known."""
    came = urlsplit(request.headers.get("referer", ""))
    ours = request.method == "POST" and came.netloc == request.headers.get("host")
    return own_path(f"{came.path}?{came.query}" if came.query else came.path) if ours else ""


def _tell_http(request: Request, error: Exception) -> Response:
    return _tell(request, error.status_code if isinstance(error, HTTPException) else 500)


def _tell_missing(request: Request, _: Exception) -> Response:
    return _tell(request, 404)


def _tell_too_large(request: Request, _: Exception) -> Response:
    return _tell(request, 413)


def _tell_nobody(_: Request, __: Exception) -> Response:
    return PlainTextResponse("", status_code=400)  # whoever sent it has gone


def _tell_problems(request: Request, error: Exception) -> Response:
    return _answer(request, list(getattr(error, "problems", ())), 400)


def _tell_conflict(request: Request, error: Exception) -> Response:
    if not isinstance(error, ConflictError):  # pragma: no cover - it is registered for nothing else
        raise error
    if wants_json(request):
        return JSONResponse({"file": error.file, "digest": error.digest, "now": error.now}, status_code=409)
    mine = [(name, str(value)) for name, value in request.state.form.multi_items()]
    return render(request, "conflict.html", status=409, conflict=error, mine=mine, back=_came_from(request))


def _tell_fault(request: Request, error: Exception) -> Response:
    # what went wrong is printed by the server below this line; the browser never sees it
    log.error("%s %s broke: %s", request.method, request.url.path, type(error).__name__)
    answer = _tell(request, 500)
    add_headers(answer.headers, request.url.path)  # it is made outside of what adds them otherwise
    return answer
