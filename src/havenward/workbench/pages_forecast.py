"""Pages of forecasts: runs of a case and the form for a new one, one run in full, and what if."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.routing import Route

from havenward.errors import Problem, SettingsError
from havenward.pipeline import explain_number
from havenward.pipeline.case_facts import case_facts
from havenward.pipeline.run_drawings import MOST_MEMBERS, draw_members
from havenward.pipeline.run_questions import list_choices
from havenward.pipeline.run_views import draw_day, people_on_day
from havenward.runs import read_run
from havenward.settings import (
    MAX_HORIZON_DAYS,
    MAX_MEMBERS,
    PRIOR_SETS,
    QUICK_MEMBERS,
    TRACKS,
    ForecastSettings,
)
from havenward.workbench.forms import read_choice, read_day, read_number, read_text, read_whole
from havenward.workbench.layout import bench_of, render, words_of
from havenward.workbench.run_kinds import CHANGES, ROUTE_CHANGES, default_day, run_url
from havenward.workbench.run_pages import (
    about_run,
    asked_day,
    case_of,
    kept_of,
    newest_of,
    run_of,
    stamp_of,
    view_of,
)
from havenward.workbench.workspace import NotFoundError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from havenward.pipeline.case_facts import CaseFacts
    from havenward.pipeline.run_questions import Choices
    from havenward.workbench.jobs import Job

OWN_TRACKS = tuple(track for track in TRACKS if track != "A")  # A is a hindcast, and not for this rule set
SHOWN_MEMBERS = 20
MOST_FANS = 24  # sites that are drawn before somebody asks for all
STEP_DAYS = 7
GOING = ("queued", "running")
QUESTION = ("assumption", "low", "central", "high", "change", "place", "route", "day", "places")


# -- runs -----------------------------------------------------------------------------------------------


def facts_of(request: Request) -> CaseFacts:
    """Give what forms need to know of the case of the address."""
    folder = bench_of(request).workspace.case_folder(case_of(request))
    return kept_of(request).get(("facts", folder, newest_of(folder)), lambda: case_facts(folder))


def show_runs(request: Request) -> Response:
    """List the runs of a case, with the form for a new one."""
    case, workspace, words = case_of(request), bench_of(request).workspace, words_of(request)
    runs = []
    for name in workspace.list_runs(case):
        run = read_run(workspace.run_folder(case, name))
        runs.append(
            (name, run.meta, words.say_short_date(run.origin_date), words.say_short_date(run.last_date))
        )
    facts = facts_of(request)
    return render(
        request, "runs.html", case=case, runs=runs, facts=facts, tracks=OWN_TRACKS, priors=PRIOR_SETS,
        most_members=MAX_MEMBERS, most_days=MAX_HORIZON_DAYS,
        free=free_name(workspace.list_runs(case), f"as-of-{facts.latest}"),
        busy=[
            job
            for job in bench_of(request).jobs.list()
            if (job.case, job.kind) in ((case, "forecast"), (case, "whole")) and job.state in GOING
        ],
    )  # fmt: skip


def free_name(taken: list[str], wanted: str) -> str:
    """Find a name that no run has."""
    return next(
        name for n in range(1, len(taken) + 2) if (name := wanted if n == 1 else f"{wanted}-{n}") not in taken
    )


def start_run(request: Request) -> Response:
    """Ask for a run; what cannot be run is refused here and not in the queue."""
    case, form, bench = case_of(request), request.state.form, bench_of(request)
    facts = facts_of(request)
    settings = ForecastSettings(
        read_day(form, "origin_date"),
        read_whole(form, "horizon_days", facts.horizon_days, low=1, high=MAX_HORIZON_DAYS),
        read_whole(form, "members", 1000, low=1, high=MAX_MEMBERS),
        read_whole(form, "seed", 1),
        read_choice(form, "track", OWN_TRACKS, "C"),
        facts.rules,
        read_choice(form, "priors", PRIOR_SETS, PRIOR_SETS[0]),
        read_choice(form, "scenario", ("", *(name for name, _ in facts.scenarios))),
    )
    name = read_text(form, "run")
    refuse_taken(request, case, name)
    job = bench.jobs.submit(
        "forecast",
        case,
        {
            "run": name,
            "origin_date": settings.origin_date.isoformat(),
            "horizon_days": settings.horizon_days,
            "members": settings.members,
            "seed": settings.seed,
            "track": settings.track,
            "priors": settings.priors,
            "scenario": settings.scenario,
            "language": words_of(request).language,
        },
    )
    return RedirectResponse(f"/jobs/{job}", status_code=303)


def refuse_taken(request: Request, case: str, name: str) -> None:
    """Refuse a name that is none, or that a run has already."""
    folder = bench_of(request).workspace.new_run_folder(case, name)
    if folder.exists():
        raise SettingsError(
            Problem(
                "name of the run",
                f"'{name}' is taken",
                "expected a name that is free",
                "choose another name",
                "workbench-name-taken",
            )
        )


# -- one run --------------------------------------------------------------------------------------------


def show_run(request: Request) -> Response:
    """Show one run: big numbers, map by day, fans, totals, first days over capacity."""
    view = view_of(request)
    day = asked_day(request, view.days, view.focal)
    everything = request.query_params.get("all") == "1"
    wanted = request.query_params.get("members", "")
    members = draw_members(run_of(request), view, wanted, SHOWN_MEMBERS) if wanted else ""
    if wanted and not members:
        raise NotFoundError
    places = view.places if everything else view.places[:MOST_FANS]
    over = sorted((place for place in view.places if place.first_day), key=lambda place: place.first_day)
    return render(
        request, "run.html", case=case_of(request), **about_run(request, ""), view=view, day=day,
        day_words=view.words.say_date(day), day_number=view.days.index(day), map_svg=draw_day(view, day),
        people=people_on_day(view, day), places=places, hidden=len(view.places) - len(places), over=over,
        wanted=wanted, members_svg=members, step=STEP_DAYS,
    )  # fmt: skip


def show_map(request: Request) -> Response:
    """Give the map of a day and who is where, for the slider."""
    view = view_of(request)
    day = asked_day(request, view.days, view.focal)
    return render(
        request, "run_day.html", map_svg=draw_day(view, day), people=people_on_day(view, day),
        day_words=view.words.say_date(day), view=view,
    )  # fmt: skip


def show_members(request: Request) -> Response:
    """Give the drawing of some members of a place."""
    asked = request.query_params
    count = read_whole(asked, "n", SHOWN_MEMBERS, low=1, high=MOST_MEMBERS)
    drawn = draw_members(run_of(request), view_of(request), asked.get("place", ""), count)
    if not drawn:
        raise NotFoundError
    return HTMLResponse(drawn)


def show_origins(request: Request) -> Response:
    """Show who may still leave from where; team only."""
    view = view_of(request)
    words, brief = view.words, view.brief
    remaining = [
        (words.say_short_date(day), words.say_people(amount.central, 0), words.say_range(amount, 0))
        for day, amount in brief.remaining
    ]
    origins = [
        (
            place.name,
            [(words.say_people(amount.central, 0), words.say_range(amount, 0)) for _, amount in place.people],
        )
        for place in brief.origins
    ]
    days = [words.say_short_date(day) for day in brief.key_days]
    return render(
        request, "origins.html", team_only=True, case=case_of(request), **about_run(request, "/origins"),
        remaining=remaining, origins=origins, days=days, events=brief.events,
    )  # fmt: skip


def show_why(request: Request) -> Response:
    """Follow a number back to what it rests on; team only."""
    name = request.query_params.get("name", "")[:200]
    run = run_of(request)
    items: list[dict[str, Any]] = []
    if name:
        key = ("why", run.folder, stamp_of(run.folder), name)
        items = kept_of(request).get(key, lambda: explain_number(run, name)[1])
    return render(
        request, "why.html", team_only=True, case=case_of(request), **about_run(request, "/why"),
        name=name, items=items,
    )  # fmt: skip


# -- what if --------------------------------------------------------------------------------------------


def _choices(request: Request) -> Choices:
    run, view = run_of(request), view_of(request)
    key = ("choices", run.folder, stamp_of(run.folder), view.words.language)
    return kept_of(request).get(key, lambda: list_choices(run, view))


def _job_of(request: Request, kind: str) -> Job | None:
    name = request.query_params.get("job", "")
    if not name:
        return None
    job = bench_of(request).jobs.get(name)
    if (job.kind, job.case, job.arguments.get("run")) != (kind, case_of(request), request.path_params["run"]):
        raise NotFoundError
    return job


def show_whatif(request: Request) -> Response:
    """Show the form of a question, and the answer to one that was asked."""
    bench_of(request).jobs.expect_quick()
    run, choices = run_of(request), _choices(request)
    job = _job_of(request, "whatif")
    asked: dict[str, Any] = dict(job.arguments) if job else dict(request.query_params)
    asked.setdefault("day", default_day(run).isoformat())
    chosen = next((row for row in choices.assumptions if row.name == asked.get("assumption")), None)
    return render(
        request, "whatif.html", case=case_of(request), **about_run(request, "/whatif"), choices=choices,
        asked={key: _shown(asked.get(key, "")) for key in QUESTION}, chosen=chosen, job=job,
        changes=tuple(CHANGES),
        ready=run.meta["rules"] == "havenward", answer=job.result if job and job.state == "done" else None,
        first=run.origin_date.isoformat(), final=run.last_date.isoformat(),
        free=free_name(bench_of(request).workspace.list_runs(case_of(request)), f"{run.folder.name}-if")[:80],
        counts=run.meta.get("learned", {}).get("counts", 0),
        quick=min(QUICK_MEMBERS, int(run.meta["members"])),
        from_counts=[place.name for place in view_of(request).brief.places if place.from_counts],
    )  # fmt: skip


def _shown(value: object) -> str:
    """Write what was asked as a person would."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def read_asked(request: Request) -> dict[str, Any]:
    """Read a question from its form, so far that nothing about it is left to be found out by the job."""
    form, choices = request.state.form, _choices(request)
    asked: dict[str, Any] = {
        "run": request.path_params["run"],
        "language": words_of(request).language,
        "names": dict(choices.sites),
    }
    names = ("", *(row.name for row in choices.assumptions))
    asked["assumption"] = read_choice(form, "assumption", names)
    if asked["assumption"]:
        asked |= {key: read_number(form, key) for key in ("low", "central", "high")}
        chosen = next(row for row in choices.assumptions if row.name == asked["assumption"])
        asked |= {"lowest": chosen.lowest, "highest": chosen.highest}
    asked["change"] = read_choice(form, "change", ("", *CHANGES))
    if asked["change"]:
        asked["day"] = read_day(form, "day").isoformat()
        if asked["change"] in ROUTE_CHANGES:
            asked["route"] = read_choice(form, "route", [f"{a}|{b}" for a, b, _ in choices.routes])
        else:
            asked["place"] = read_choice(form, "place", [key for key, _ in choices.sites])
        if "capacity" in CHANGES[asked["change"]]:
            asked["places"] = read_whole(form, "places", low=0, high=10_000_000)
    return asked


def ask_whatif(request: Request) -> Response:
    """Ask; a script gets the job and draws what it tells, a browser without scripts reads it when done."""
    most, asked = int(run_of(request).meta["members"]), read_asked(request)
    asked["members"] = read_whole(request.state.form, "members", min(QUICK_MEMBERS, most), low=1, high=most)
    case = case_of(request)
    job = bench_of(request).jobs.submit("whatif", case, asked)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"job": job})
    return RedirectResponse(f"{run_url(case, asked['run'], '/whatif')}?job={job}", status_code=303)


def ask_whole(request: Request) -> Response:
    """Ask for a whole run with what was supposed."""
    asked, name = read_asked(request), read_text(request.state.form, "name")
    case = case_of(request)
    refuse_taken(request, case, name)
    job = bench_of(request).jobs.submit("whole", case, {**asked, "name": name})
    return RedirectResponse(f"/jobs/{job}", status_code=303)


RUN = "/cases/{case}/runs/{run}"
routes = [
    Route("/cases/{case}/runs", show_runs, methods=["GET"]),
    Route("/cases/{case}/runs", start_run, methods=["POST"]),
    Route(RUN, show_run, methods=["GET"]),
    Route(f"{RUN}/map", show_map, methods=["GET"]),
    Route(f"{RUN}/members", show_members, methods=["GET"]),
    Route(f"{RUN}/origins", show_origins, methods=["GET"]),
    Route(f"{RUN}/why", show_why, methods=["GET"]),
    Route(f"{RUN}/whatif", show_whatif, methods=["GET"]),
    Route(f"{RUN}/whatif", ask_whatif, methods=["POST"]),
    Route(f"{RUN}/whatif/whole", ask_whole, methods=["POST"]),
]
