"""Which addresses the workbench answers, and what it says when something goes wrong."""

from __future__ import annotations

import contextlib
import functools
import inspect
import logging
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from havenward.errors import HavenwardError, Problem
from havenward.workbench.edits import ConflictError
from havenward.workbench.jobs import Jobs
from havenward.workbench.layout import bench_of, make_bench, problem_page, render, words_of
from havenward.workbench.security import (
    OWN_HOSTS,
    TOKEN_FIELD,
    TOKEN_HEADER,
    Guard,
    Keys,
    TooLargeError,
    session_cookie,
)
from havenward.workbench.workspace import NotFoundError, Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

PAGES = (
    "cases", "jobs",
)  # fmt: skip
MAX_FILES, MAX_FIELDS = 200, 5000
log = logging.getLogger(__name__)


def make_app(
    root: Path, *, hosts: tuple[str, ...] = OWN_HOSTS, port: int = 8000, token: str = "", workers: int = 1
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
    """
    workspace = Workspace(root)
    jobs = Jobs(workspace, workers)

    @contextlib.asynccontextmanager
    async def live(_: Starlette) -> AsyncIterator[None]:
        yield
        jobs.close()

    routes: list[Route | Mount] = [
        Route("/login", show_login, methods=["GET"]),
        Route("/login", _guarded(take_login, needs_token=False), methods=["POST"]),
        Mount("/static", StaticFiles(directory=str(files("havenward.workbench") / "static"))),
    ]
    for page in PAGES:
        module = import_module(f"havenward.workbench.pages_{page}")
        routes += [_guard_route(route) for route in module.routes]
    app = Starlette(
        routes=routes,
        lifespan=live,
        middleware=[Middleware(Guard, keys=(keys := Keys(token)), hosts=hosts, port=port)],
        exception_handlers={
            HTTPException: _tell_http,
            NotFoundError: _tell_missing,
            HavenwardError: _tell_problems,
            ConflictError: _tell_conflict,
            TooLargeError: _tell_too_large,
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
    return render(request, "login.html", wrong=False)


def take_login(request: Request) -> Response:
    """Begin a session for who knows the token."""
    keys = bench_of(request).keys
    if not keys.is_token(str(request.state.form.get("key", ""))):
        return render(request, "login.html", status=403, wrong=True)
    answer = RedirectResponse("/", status_code=303)
    answer.headers["set-cookie"] = session_cookie(keys.new_session())
    return answer


# -- what is said when something goes wrong ----------------------------------------------------------------


def wants_json(request: Request) -> bool:
    """Tell whether a script asked, which wants values and no page."""
    return "application/json" in request.headers.get("accept", "")


def _tell(request: Request, status: int, key: str) -> Response:
    words = words_of(request)
    problem = Problem(
        words.say("web_problem_page"), words.say(f"{key}_found"), words.say(f"{key}_expected"),
        words.say(f"{key}_repair"), key.replace("_", "-"),
    )  # fmt: skip
    return _answer(request, [problem], status)


def _answer(request: Request, problems: list[Problem], status: int) -> Response:
    if wants_json(request):
        return JSONResponse({"problems": [str(problem) for problem in problems]}, status_code=status)
    return problem_page(request, problems, status=status)


def _tell_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    keys = {403: "web_error_forbidden", 404: "web_error_missing", 405: "web_error_method"}
    return _tell(request, status, keys.get(status, "web_error_request"))


def _tell_missing(request: Request, _: Exception) -> Response:
    return _tell(request, 404, "web_error_missing")


def _tell_too_large(request: Request, _: Exception) -> Response:
    return _tell(request, 413, "web_error_large")


def _tell_problems(request: Request, error: Exception) -> Response:
    return _answer(request, list(getattr(error, "problems", ())), 400)


def _tell_conflict(request: Request, error: Exception) -> Response:
    if not isinstance(error, ConflictError):  # pragma: no cover - it is registered for nothing else
        raise error
    if wants_json(request):
        return JSONResponse({"file": error.file, "digest": error.digest, "now": error.now}, status_code=409)
    return render(request, "conflict.html", status=409, conflict=error, form=dict(request.state.form))


def _tell_fault(request: Request, error: Exception) -> Response:
    log.error("%s %s broke", request.method, request.url.path, exc_info=error)
    return _tell(request, 500, "web_error_fault")
