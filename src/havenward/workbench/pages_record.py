"""The page of the track record: how forecasts did, ours on many crises and the user's own, losses too."""

from __future__ import annotations

import csv
import functools
import io
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse
from starlette.routing import Route

from havenward.errors import HavenwardError
from havenward.pipeline.case_facts import place_names, score_folder
from havenward.records import TOTAL
from havenward.workbench.layout import bench_of, render, words_of
from havenward.workbench.run_pages import kept_of, newest_of, stamp_of
from havenward.workbench.workspace import NotFoundError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from havenward.words import Words

BACKTEST = "backtest"
MOST_RUNS = 40


def show_record(request: Request) -> Response:
    """Show the record of the package, and of the runs of this workspace against counts published later."""
    bench, words = bench_of(request), words_of(request)
    cases = bench.workspace.list_cases()
    only = request.query_params.get("case", "")
    if only and only not in cases:
        raise NotFoundError
    own = [score for case in ([only] if only else cases) for score in _scores(request, case)][:MOST_RUNS]
    backtests = [
        (case, sorted(path.name for path in folder.iterdir() if path.is_file()))
        for case in cases
        if (folder := bench.workspace.root / "briefs" / case / BACKTEST).is_dir()
    ]
    return render(
        request, "record.html", rows=_record(words), own=own, cases=cases, only=only, backtests=backtests
    )  # fmt: skip


def _record(words: Words) -> list[dict[str, Any]]:
    """Read the table that is shipped: skill above 0 is better than the best simple rule, below it worse."""
    text = (files("havenward") / "tables" / "track_record.csv").read_text(encoding="utf-8")
    rows = []
    for row in csv.DictReader(io.StringIO(text)):
        skill, low, high = (float(row[key]) for key in ("skill", "skill_low", "skill_high"))
        rows.append(
            {
                **row,
                "days": int(row["horizon"]),
                "counts": words.say_number(float(row["n"])),
                "skill_words": words.say_percent(skill, 1),
                "range_words": words.join_range(words.say_percent(low, 1), words.say_percent(high, 1)),
                "best": words.join([words.name("web_rule", rule) for rule in row["best_rule"].split(", ")]),
                "verdict": "better" if low > 0 else "worse" if high < 0 else "even",
                "cover_50": words.say_percent(float(row["coverage_50"])),
                "cover_95": words.say_percent(float(row["coverage_95"])),
            }
        )
    return rows


def _scores(request: Request, case: str) -> list[dict[str, Any]]:
    """Score the runs of a case against its counts of later; what cannot be scored says why."""
    workspace, words, kept = bench_of(request).workspace, words_of(request), kept_of(request)
    folder = workspace.case_folder(case)
    state = newest_of(folder)
    found = []
    for name in workspace.list_runs(case)[:MOST_RUNS]:
        run = workspace.run_folder(case, name)
        key = ("score", run, stamp_of(run), state)
        try:
            report = kept.get(key, functools.partial(score_folder, run, folder))
        except HavenwardError as error:
            found.append({"case": case, "run": name, "rows": [], "problems": list(error.problems)})
            continue
        names = kept.get(("names", folder, state), functools.partial(place_names, folder))
        rows = [
            {
                **row,
                "name": words.say("web_all_places")
                if row["location"] == TOTAL
                else names.get(row["location"], row["location"]),
                "series": row["series"].replace("-", " ").replace("_", " "),
                "missed": row["n"] - round(row["coverage_95"] * row["n"]),
                "cover_50": words.say_percent(row["coverage_50"]),
                "cover_95": words.say_percent(row["coverage_95"]),
                "error": words.say_number(row["wis"]),
            }
            for row in report["scores"]
        ]
        found.append({"case": case, "run": name, "rows": rows, "problems": [], "notes": report["notes"]})
    return found


def start_backtest(request: Request) -> Response:
    """Ask for the history of a case to be repeated."""
    case = str(request.state.form.get("case", ""))
    bench = bench_of(request)
    bench.workspace.case_folder(case)
    job = bench.jobs.submit("backtest", case, {"name": BACKTEST})
    return RedirectResponse(f"/jobs/{job}", status_code=303)


routes = [
    Route("/record", show_record, methods=["GET"]),
    Route("/record", start_backtest, methods=["POST"]),
]
