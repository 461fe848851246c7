"""The page that puts runs side by side: what comes out, what was assumed, and which signs tell them apart."""

from __future__ import annotations

import functools
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from havenward.pipeline import compare_runs
from havenward.pipeline.run_views import draw_totals, view_run
from havenward.records import TOTAL
from havenward.runs import read_run
from havenward.workbench.layout import bench_of, render, words_of
from havenward.workbench.run_pages import case_of, kept_of, stamp_of
from havenward.workbench.workspace import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from havenward.words import Words

MOST_RUNS = 4
MOST_SIGNS = 8
MOST_PLACES = 8
SETTINGS = ("origin_date", "last_date", "track", "scenario", "members", "seed", "priors", "package_version")


def show_compare(request: Request) -> Response:
    """Choose runs, and see those that the address names side by side."""
    case, bench = case_of(request), bench_of(request)
    names = bench.workspace.list_runs(case)
    asked = request.query_params.getlist("run") or request.query_params.get("runs", "").split(",")
    chosen = list(dict.fromkeys(name for name in asked if name))[:MOST_RUNS]
    if not set(chosen) <= set(names):
        raise NotFoundError
    found = _compare(request, case, chosen) if len(chosen) > 1 else None
    return render(
        request, "compare.html", team_only=bool(found), case=case, names=names, chosen=chosen, found=found,
        most=MOST_RUNS,
    )  # fmt: skip


def _compare(request: Request, case: str, chosen: list[str]) -> dict[str, Any]:
    workspace, words, kept = bench_of(request).workspace, words_of(request), kept_of(request)
    runs = [read_run(workspace.run_folder(case, name)) for name in chosen]
    stamps = tuple((run.folder, stamp_of(run.folder)) for run in runs)
    values = kept.get(("compare", stamps), lambda: compare_runs(runs)[1])
    views = [
        kept.get(("view", *stamp, words.language), functools.partial(view_run, run, words.language))
        for run, stamp in zip(runs, stamps, strict=True)
    ]
    return {
        "settings": [
            (key, [str(run.meta.get(key, "")) for run in runs], len({str(run.meta.get(key)) for run in runs}))
            for key in SETTINGS
        ],
        "titles": [run.meta["title"] for run in runs],
        "charts": [
            draw_totals(views[0], view, (chosen[0], name), f"totals-{n}")
            for n, (name, view) in enumerate(zip(chosen[1:], views[1:], strict=True))
        ],
        "people": _table(values["amounts"], words, len(runs)),
        "differences": [
            (name, [_difference(row, words) for row in rows])
            for name, rows in zip(chosen[1:], values["differences"], strict=True)
        ],
        "signs": [
            (name, [_sign(row, words, _names(values["amounts"])) for row in rows[:MOST_SIGNS]])
            for name, rows in zip(chosen[1:], values["signs"], strict=True)
        ],
    }


def _names(amounts: list[Mapping[str, Any]]) -> dict[str, str]:
    return {str(row["location"]): str(row["name"]) for row in amounts}


def _table(amounts: list[Mapping[str, Any]], words: Words, runs: int) -> list[dict[str, Any]]:
    """Give people by day and place: all places together first, then places whose middle differs most."""
    people = [row for row in amounts if row["what"] == "people"]
    keyed = sorted(people, key=lambda row: (row["location"] != TOTAL, row["location"], row["date"]))
    lines = []
    for (place, day), group in groupby(keyed, key=lambda row: (row["location"], row["date"])):
        rows = list(group)
        if len(rows) != runs:
            continue
        middles = [float(row["central"]) for row in rows]
        lines.append(
            {
                "place": place,
                "name": words.say("web_all_places") if place == TOTAL else rows[0]["name"],
                "day": words.say_short_date(date.fromisoformat(str(day))),
                "cells": [
                    (
                        words.say_people(float(row["central"]), 0),
                        words.join_range(
                            words.say_people(float(row["low"]), 0), words.say_people(float(row["high"]), 0)
                        ),
                    )
                    for row in rows
                ],
                "moved": max(abs(middle - middles[0]) for middle in middles),
            }
        )
    totals = [line for line in lines if line["place"] == TOTAL]
    moved: dict[str, float] = {}
    for line in lines:
        moved[line["place"]] = max(moved.get(line["place"], 0.0), line["moved"])
    most = sorted(moved.keys() - {TOTAL}, key=lambda place: (-moved[place], place))[:MOST_PLACES]
    return totals + [line for place in most for line in lines if line["place"] == place]


def _difference(row: Mapping[str, str], words: Words) -> dict[str, str]:
    """Name what differs in the language of the page; values stay as the comparison says them."""
    what = str(row["what"])
    kind, _, name = what.partition(" ")
    if what.replace(" ", "_") in SETTINGS:
        return {**row, "shown": words.say(f"web_set_{what.replace(' ', '_')}")}
    if kind != "assumption":
        return {**row, "shown": what}
    shown = f"{words.say('web_compare_assumption')}: {words.say_parameter(name)}"
    place = name.partition(".")[2]
    return {**row, "shown": f"{shown} ({place})" if place else shown}


def _sign(row: Mapping[str, Any], words: Words, names: Mapping[str, str]) -> dict[str, str]:
    """Say a sign: how often each run has more people there on that day than the threshold."""
    return {
        "name": names.get(str(row["location"]), str(row["location"])),
        "day": words.say_short_date(date.fromisoformat(str(row["day"]))),
        "threshold": words.say_people(float(row["threshold"]), 0),
        "first": words.say_chance(min(1.0, max(0.0, float(row["above_first"])))),
        "second": words.say_chance(min(1.0, max(0.0, float(row["above_second"])))),
    }


routes = [Route("/cases/{case}/compare", show_compare, methods=["GET"])]
