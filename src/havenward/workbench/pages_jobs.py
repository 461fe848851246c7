"""The page of what is done in the background: the queue, each job, and what it tells while it runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, RedirectResponse, StreamingResponse
from starlette.routing import Route

from havenward.workbench.jobs import ENDED
from havenward.workbench.layout import bench_of, render

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response


def show_jobs(request: Request) -> Response:
    """List the jobs."""
    return render(request, "jobs.html", jobs=bench_of(request).jobs.list(), ended=ENDED)


def show_job(request: Request) -> Response:
    """Show one job and follow it."""
    job = bench_of(request).jobs.get(request.path_params["job"])
    return render(request, "job.html", case=job.case, job=job, ended=ENDED)


async def follow_job(request: Request) -> Response:
    """Tell what changes about a job, as server-sent events."""
    jobs = bench_of(request).jobs
    job = jobs.get(request.path_params["job"])
    last = request.headers.get("last-event-id") or request.query_params.get("heard", "")
    heard = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else 0

    async def lines() -> AsyncIterator[str]:
        async for event in jobs.events(job.id, heard):
            if event:
                yield f"id: {event['heard']}\ndata: {json.dumps(event)}\n\n"
            else:
                yield ": still here\n\n"

    return StreamingResponse(
        lines(),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no", "cache-control": "no-store"},
    )


def cancel_job(request: Request) -> Response:
    """Stop a job."""
    bench_of(request).jobs.cancel(request.path_params["job"])
    return RedirectResponse(f"/jobs/{request.path_params['job']}", status_code=303)


def resume_job(request: Request) -> Response:
    """Ask again for what a job was to do."""
    job = bench_of(request).jobs.resume(request.path_params["job"])
    return RedirectResponse(f"/jobs/{job}", status_code=303)


def tell_job(request: Request) -> Response:
    """Give one job as plain values."""
    job = bench_of(request).jobs.get(request.path_params["job"])
    return JSONResponse({"id": job.id, "state": job.state, "done": job.done, "steps": job.steps})


routes = [
    Route("/jobs", show_jobs, methods=["GET"]),
    Route("/jobs/{job}", show_job, methods=["GET"]),
    Route("/jobs/{job}/state", tell_job, methods=["GET"]),
    Route("/jobs/{job}/events", follow_job, methods=["GET"]),
    Route("/jobs/{job}/cancel", cancel_job, methods=["POST"]),
    Route("/jobs/{job}/resume", resume_job, methods=["POST"]),
]
