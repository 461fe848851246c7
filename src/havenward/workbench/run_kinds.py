"""What jobs about a finished run do: ask what if, run all again that way, look at needs, publish."""

from __future__ import annotations

import os
from datetime import date, timedelta
from math import inf
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from havenward.records import Event
from havenward.runs import read_run
from havenward.settings import BriefSettings
from havenward.words import Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from havenward.pipeline.whatif import Answer, Otherwise
    from havenward.runs import Run
    from havenward.workbench.kinds import Work

# what a question may change about the map, and the events that say so; `capacity` has a number of places
CHANGES: Mapping[str, tuple[str, ...]] = {
    "opens": ("site_opens", "capacity"),
    "closes": ("site_closes",),
    "capacity": ("capacity",),
    "route_closes": ("route_closes",),
    "route_opens": ("route_opens",),
}
ROUGHLY_DRAWN = 2  # places of a rough answer that are drawn beside the total
ROUTE_CHANGES = ("route_closes", "route_opens")


def run_url(case: str, run: str, end: str = "") -> str:
    """Give the address of a page of a run."""
    return f"/cases/{quote(case, safe='')}/runs/{quote(run, safe='')}{end}"


def _run_of(work: Work) -> Run:
    return read_run(work.workspace.run_folder(work.case, str(work.arguments["run"])))


def read_question(run: Run, asked: Mapping[str, Any]) -> Otherwise:
    """Turn a question as a form puts it into what is to be otherwise.

    Parameters
    ----------
    asked
        `assumption` with `low`, `central`, `high` and, where there are any, `lowest` and `highest`; `change`
        (of `CHANGES`) with `place` or `route` (two keys with a bar between them), `day`, `places`. What is
        empty is not asked.
    """
    from havenward.pipeline.whatif import Otherwise, fit_three

    assumptions = {}
    if name := str(asked.get("assumption") or ""):
        lowest, highest = (asked.get(key) for key in ("lowest", "highest"))
        low, central, high = (float(asked[key]) for key in ("low", "central", "high"))
        assumptions[name] = fit_three(
            low, central, high, -inf if lowest is None else lowest, inf if highest is None else highest
        )
    events: list[Event] = []
    if change := str(asked.get("change") or ""):
        day = date.fromisoformat(str(asked["day"]))
        from_, _, to = (
            str(asked.get("route") or "").partition("|") if change in ROUTE_CHANGES else ("", "", "")
        )
        place = "" if change in ROUTE_CHANGES else str(asked.get("place") or "")
        for kind in CHANGES[change]:
            value = float(asked.get("places") or 0) if kind == "capacity" else None
            events.append(Event(day, kind, place, from_, to, value, run.origin_date, ""))
    return Otherwise(assumptions, tuple(events))


def do_whatif(work: Work) -> Mapping[str, Any]:
    """Play members of a run again with something otherwise, telling rough answers on the way."""
    from havenward.pipeline.run_questions import show_answer
    from havenward.pipeline.whatif import what_if
    from havenward.settings import QUICK_MEMBERS

    run, asked = _run_of(work), work.arguments
    words = Words(str(asked.get("language") or "en"))
    names = dict(asked["names"])

    def told(answer: Answer) -> None:
        if answer.members < answer.planned:
            work.send("answer", show_answer(run, answer, names, words, drawn=ROUGHLY_DRAWN))

    members = int(asked.get("members") or QUICK_MEMBERS)
    answer = what_if(run, read_question(run, asked), members=members, workers=os.cpu_count() or 1, told=told)
    url = run_url(work.case, str(asked["run"]), "/whatif")
    return {**show_answer(run, answer, names, words), "page": url}


def do_whole(work: Work) -> Mapping[str, Any]:
    """Make a whole run with something otherwise, which learns from the counts again."""
    from havenward.pipeline.bench import prepare_pages
    from havenward.pipeline.whatif import run_otherwise

    run, name = _run_of(work), str(work.arguments["name"])
    folder = work.workspace.new_run_folder(work.case, name)
    made = run_otherwise(run, read_question(run, work.arguments), folder, progress=work.progress)
    prepare_pages(made, work.arguments)
    return {"run": name, "url": run_url(work.case, name)}


def do_needs(work: Work) -> Mapping[str, Any]:
    """Work out needs, gaps and decisions of a run and write the tables."""
    from havenward.pipeline import look_at_needs

    asked = work.arguments
    folder = work.workspace.products_folder(work.case, str(asked["name"]))
    look_at_needs(
        _run_of(work),
        folder,
        budget_places=int(asked["places"]),
        truck_tonnes=float(asked["tonnes"]),
    )
    name = quote(str(asked["name"]), safe="")
    return {"url": f"{run_url(work.case, str(asked['run']), '/needs')}?name={name}"}


def do_publish(work: Work) -> Mapping[str, Any]:
    """Write the products of a run for an audience, behind the gate."""
    from havenward.pipeline import make_brief

    asked = work.arguments
    settings = BriefSettings(
        str(asked["audience"]),
        int(asked["suppress_below"]),
        str(asked["language"]),
        hxl=bool(asked.get("hxl")),
        reason=" ".join(str(asked.get("reason") or "").split()),
    )
    previous = str(asked.get("previous") or "")
    earlier = read_run(work.workspace.run_folder(work.case, previous)) if previous else None
    name = str(asked["name"])
    make_brief(_run_of(work), work.workspace.products_folder(work.case, name), settings, earlier)
    return {"url": f"{run_url(work.case, str(asked['run']), '/publish')}?name={quote(name, safe='')}"}


def do_backtest(work: Work) -> Mapping[str, Any]:
    """Repeat history for a case: what could have been said at each report date, against what was counted."""
    from havenward.case.load import load_case
    from havenward.pipeline import run_backtest

    case = load_case(work.workspace.case_folder(work.case))
    folder = work.workspace.products_folder(work.case, str(work.arguments["name"]))
    run_backtest([case], folder, priors="leave-one-out", workers=1, progress=work.progress)
    return {"url": f"/record?case={quote(work.case, safe='')}#own"}


def default_day(run: Run) -> date:
    """Give the day that a question stands at before anybody chose one: two weeks ahead."""
    return min(run.origin_date + timedelta(days=14), run.last_date)
