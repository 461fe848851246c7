"""The page that puts runs side by side: what comes out, what was assumed, and which signs tell them apart."""

from __future__ import annotations

import re
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from havenward.pipeline.case_facts import place_names
from havenward.pipeline.kept_briefs import kept_comparison, kept_folder
from havenward.pipeline.run_drawings import draw_totals
from havenward.records import TOTAL
from havenward.runs import read_run
from havenward.workbench.layout import bench_of, render, words_of
from havenward.workbench.run_pages import case_of, kept_of, stamp_of, view_in
from havenward.workbench.workspace import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from havenward.words import Words

MOST_RUNS = 4
MOST_SIGNS = 8
MOST_PLACES = 8
EVERY_DAY = "all"
TO_PLACE = "\u2013"  # between the ends of a route, in any direction of reading
# how a comparison writes the range of an assumption, and a day
RANGED = re.compile(r"(\S+) ?(.*) \((\S+) to (\S+)\)")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
SETTINGS = (
    "origin_date",
    "last_date",
    "track",
    "scenario",
    "members",
    "seed",
    "priors",
    "rules",
    "package_version",
)


def show_compare(request: Request) -> Response:
    """Choose runs, and see those that the address names side by side."""
    case, bench = case_of(request), bench_of(request)
    names = bench.workspace.list_runs(case)
    asked = request.query_params.getlist("run") or request.query_params.get("runs", "").split(",")
    chosen = list(dict.fromkeys(name for name in asked if name))[:MOST_RUNS]
    if not set(chosen) <= set(names):
        raise NotFoundError
    # the earlier run first: changes are read from it to the later one, whose reasons are told
    chosen.sort(key=lambda name: read_run(bench.workspace.run_folder(case, name)).origin_date)
    found = _compare(request, case, chosen) if len(chosen) > 1 else None
    return render(
        request, "compare.html", team_only=bool(found), case=case, names=names, chosen=chosen, found=found,
        most=MOST_RUNS,
    )  # fmt: skip


def _compare(request: Request, case: str, chosen: list[str]) -> dict[str, Any]:
    workspace, words, kept = bench_of(request).workspace, words_of(request), kept_of(request)
    runs = [read_run(workspace.run_folder(case, name)) for name in chosen]
    stamps = tuple((run.folder, stamp_of(run.folder)) for run in runs)
    values = kept.get(("compare", stamps), lambda: kept_comparison(runs, kept_folder(runs[0].folder)))
    views = [view_in(request, run, words.language) for run in runs]
    names = kept.get(
        ("names", stamps), lambda: {k: v for run in runs for k, v in place_names(run.case_folder).items()}
    )
    told = [[str(run.meta.get(key, "")) for run in runs] for key in SETTINGS]
    return {
        "settings": [
            (key, [_say_setting(value, words) for value in row], len(set(row)))
            for key, row in zip(SETTINGS, told, strict=True)
        ],
        "titles": [run.meta["title"] for run in runs],
        "charts": [
            draw_totals(views[0], view, (chosen[0], name), f"totals-{n}")
            for n, (name, view) in enumerate(zip(chosen[1:], views[1:], strict=True))
        ],
        **_people(request.query_params.get("day", ""), _table(values["amounts"], words, len(runs)), words),
        "differences": [
            (name, [_difference(row, words, names) for row in rows])
            for name, rows in zip(chosen[1:], values["differences"], strict=True)
        ],
        "signs": [
            (
                name,
                [
                    _sign(row, words, {TOTAL: words.say("web_all_places"), **names})
                    for row in rows[:MOST_SIGNS]
                ],
            )
            for name, rows in zip(chosen[1:], values["signs"], strict=True)
        ],
    }


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
                "iso": str(day),
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


def _people(asked: str, lines: list[dict[str, Any]], words: Words) -> dict[str, Any]:
    """Choose the lines of a day: that asked for, else that on which the runs differ most; `all` is every."""
    days = list(dict.fromkeys(line["iso"] for line in lines))
    if asked and asked not in (*days, EVERY_DAY):
        raise NotFoundError
    totals = [line for line in lines if line["place"] == TOTAL] or lines
    day = asked or max(totals, key=lambda line: line["moved"], default={"iso": ""})["iso"]
    return {
        "day": day,
        "days": [(iso, words.say_date(date.fromisoformat(iso))) for iso in days],
        "people": [line for line in lines if day in (line["iso"], EVERY_DAY)],
    }


def _difference(row: Mapping[str, str], words: Words, names: Mapping[str, str]) -> dict[str, str]:
    """Say what differs in the language of the page; only the reason stays as the case has it."""
    what, sides = str(row["what"]), (str(row["first"]), str(row["second"]))
    kind, _, name = what.partition(" ")
    if what.replace(" ", "_") in SETTINGS:
        shown = words.say(f"web_set_{what.replace(' ', '_')}")
        first, second = (_say_setting(side, words) for side in sides)
    elif kind == "assumption":
        place = name.partition(".")[2]
        shown = f"{words.say('web_compare_assumption')}: {words.say_parameter(name)}"
        shown = f"{shown} ({words.isolate(names.get(place, place))})" if place else shown
        first, second = (_say_value(side, words) for side in sides)
    elif kind == "event":
        shown = words.say("web_compare_event")
        first, second = (_say_event(side, words, names) for side in sides)
    else:  # rows of a table: so many that only one run has
        shown = words.say("web_compare_rows", file=what.rpartition(" ")[2])
        first, second = (words.say("web_compare_own", n=side.partition(" ")[0]) for side in sides)
    return {**row, "shown": shown, "first": first, "second": second}


def _say_setting(value: str, words: Words) -> str:
    if value == "none":
        return ""
    try:
        return words.say_short_date(date.fromisoformat(value))
    except ValueError:
        return value


def _say_value(text: str, words: Words) -> str:
    """Say the range of an assumption: `12,000 persons (9,000 to 15,000)`."""
    found = RANGED.fullmatch(text)
    if found is None:
        return text
    central, unit, low, high = found.groups()
    if DAY.fullmatch(central):
        central, low, high = (_say_setting(one, words) for one in (central, low, high))
        return f"{central} ({words.join_range(low, high)})"
    return f"{central} {words.say_unit(unit)} ({words.join_range(low, high)})"


def _say_event(text: str, words: Words, names: Mapping[str, str]) -> str:
    """Say an event: `2016-10-16 route closes mosul to qayyarah`; its kind is the longest that fits."""
    day, _, rest = text.partition(" ")
    kinds = (
        key.removeprefix("event_").replace("_", " ") for key in words.phrases if key.startswith("event_")
    )
    kind = max((one for one in kinds if f"{rest} ".startswith(f"{one} ")), key=len, default="")
    if not kind:
        return text
    places = rest.removeprefix(kind).strip()
    said = [
        TO_PLACE if part == "to" else str(words.isolate(names.get(part, part))) for part in places.split(" ")
    ]
    said_day = _say_setting(day, words)
    return f"{said_day}{words.signs.semicolon}{words.name('event', kind)} {' '.join(said)}".strip()


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
