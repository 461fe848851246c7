"""The first page: which cases there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from havenward.workbench.layout import bench_of, render

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def show_cases(request: Request) -> Response:
    """List the cases."""
    return render(request, "cases.html", cases=bench_of(request).workspace.list_cases())


routes = [Route("/", show_cases, methods=["GET"])]
