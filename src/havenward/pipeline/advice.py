"""What is most worth doing next for a case: what looks odd, what rests on defaults, what moves the forecast.

What moves the forecast is measured: a small ensemble is run as a forecast would be (without counts), and each
assumption is held against the people displaced at its end. Where a run exists, its members are taken instead.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import sqrt
from typing import TYPE_CHECKING

from havenward.case.advice import Step, choose_day, explain_day, list_steps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from havenward.errors import HavenwardError, Problem
    from havenward.records import Assumption, Case
    from havenward.settings import ForecastSettings

    FloatArray = NDArray[np.float64]

MEMBERS = 200
MAX_DAYS = 60  # looked ahead, so that the answer comes in seconds
# 200 members: chance alone gives a correlation of 0.07, above 0.2 one time in two hundred; fewer give more
LEAST_CORRELATION = 0.2
LEAST_ERRORS = 2.83  # standard errors of chance, which is 0.2 with 200 members
MOST = 5
FIFTH = 0.2
BASIS_WORDS = {
    "case": "your own",
    "figures": "from figures of reports",
    "past crises": "default from past crises",
    "convention": "default by convention",
}
# what narrows an assumption, by its name before the point
HELP: Mapping[str, str] = {
    "population_at_risk": "look for a population estimate of this year, and give its range",
    "group_share": "find the population of single parts of the area",
    "displaced_total": "read more reports: what agencies and officials expect, each with its source",
    "release_fraction": "read reports for what agencies expect, and add displaced_total",
    "operation_start": "date the start more closely, or keep scenarios with one date each",
    "battle_days": "give your own range of how long it may take",
    "front_shape": "write the order of places as front_order, and dates where they are announced",
    "pause_days": "say how long pauses may last, if anybody knows",
    "pause_share": "say when pauses may come, if anybody knows",
    "contest_days": "say how long single places may be fought over",
    "contact_hazard": "add counts as soon as people arrive: the first weeks tell it",
    "blocking": "ask whether people are kept from leaving, and set residents_held",
    "early_leaving": "count those who leave already, at any checkpoint or camp",
    "stay_order_effect": "ask how far orders to stay are followed; a few interviews narrow it",
    "day_shock": "nothing does: departures come in bursts",
    "group_spread": "give release_fraction for single groups where parts of the area differ",
    "cell_spread": "give release_fraction for single groups where parts of the area differ",
    "screening_capacity": "ask how many pass the gates in a day, and write it as an event screening",
    "screening_days": "ask how long screening takes",
    "opening_caseload": "count who is at camps and hosts already",
    "return_rate": "ask whether and when people could go back",
    "onward_rate": "ask how many move on from camps",
    "walking_share": "ask how people travel",
    "host_attraction": "ask how many stay with families; earlier arrivals tell it",
    "destination_effect": "count arrivals by place: a week of them tells where people go",
    "destination_spread": "count arrivals by place: a week of them tells where people go",
    "ready_places": "ask site planners how many places are ready, site by site",
}


@dataclass(frozen=True)
class Influence:
    """How much one assumption moves the outcome.

    `correlation` is of ranks (Spearman); `low` and `high` are the middle outcomes in the fifth of members
    that drew it lowest and highest.
    """

    name: str
    words: str
    basis: str
    correlation: float
    low: float
    high: float
    how: str


@dataclass(frozen=True)
class Advice:
    """A guide for one case.

    Parameters
    ----------
    day
        Origin date that it looks ahead from.
    steps
        What to look at.
    bases
        How many assumptions rest on what: `case`, `figures`, `past crises`, `convention`.
    influences
        What moves the outcome most, largest first; empty where nothing could be measured.
    outcome
        What was measured, in words; or why nothing was.
    """

    day: date
    steps: tuple[Step, ...]
    bases: Mapping[str, int]
    influences: tuple[Influence, ...]
    outcome: str


@dataclass(frozen=True)
class Checked:
    """What is wrong with a case, and the guide for it."""

    problems: tuple[Problem, ...]
    advice: Advice | None


def check_and_advise(
    path: Path, today: date, *, day: date | None = None, run: Path | None = None, quick: bool = False
) -> Checked:
    """Check a case and say what to do next.

    Parameters
    ----------
    path
        Case folder or workbook.
    today
        The planner's own day.
    day
        Origin date of the forecast that is prepared; None to choose it (`havenward.case.advice.choose_day`).
    run
        A run folder of the case: what moves its forecast is read off its members.
    quick
        Measure nothing.

    Raises
    ------
    RunError
        The run cannot be read.
    """
    from havenward.case.check import checked_draft
    from havenward.errors import CaseError

    try:
        draft = checked_draft(path)
    except CaseError as error:
        return Checked(error.problems, None)
    case = draft.case
    problems = (*draft.findings.problems(), *(_told_in(path, one) for one in _refused_later(case)))
    if any(problem.severity == "error" for problem in problems):
        return Checked(problems, None)
    chosen = [] if case.known or day else explain_day(case, today)
    day = case.known or day or choose_day(case, today)
    bases, influences, outcome, hindrances = _look_ahead(case, day, run, quick=quick)
    told = {problem.slug for problem in problems}
    hindrances = [step for step in hindrances if step.kind not in told]
    steps = [*chosen, *hindrances, *list_steps(case, day), *_unread(case, day)]
    if path.is_file():
        steps = [_in_workbook(step, path.name) for step in steps]
    return Checked(problems, Advice(day, tuple(steps), bases, tuple(influences), outcome))


def _in_workbook(step: Step, name: str) -> Step:
    """Name the sheets of a workbook in place of files."""
    from havenward.case.from_workbook import name_sheets

    return replace(step, where=f"{name} {name_sheets(step.where)}", how=name_sheets(step.how))


def _told_in(path: Path, problem: Problem) -> Problem:
    """Name the sheets of a workbook in place of files, where the case is one."""
    if not path.is_file():
        return problem
    from havenward.case.from_workbook import name_sheets

    return replace(problem, where=f"{path.name} {name_sheets(problem.where)}")


def _refused_later(case: Case) -> list[Problem]:
    """Warn of what a forecast accepts and `needs` or `brief` would refuse after it."""
    return [*_stock_units(case), *_withheld_words(case)]


def _stock_units(case: Case) -> list[Problem]:
    """Warn of rows of stock.csv whose unit is missing, or fits no standard of the item; in the same words."""
    if not case.stock:
        return []
    import numpy as np

    from havenward.errors import CaseError
    from havenward.needs.crowd import Crowd
    from havenward.needs.standards import load_standards
    from havenward.needs.supplies import read_supplies

    nobody = np.zeros((0, 0, 0), np.int32)
    standards = [row for row in load_standards() if row.unit]
    try:
        read_supplies(case.stock, standards, Crowd((), (), (case.start,), nobody, nobody, np.zeros(0)))
    except CaseError as error:
        return [replace(problem, severity="warning") for problem in error.problems]
    return []


def _withheld_words(case: Case) -> list[Problem]:
    """Warn where the title or the crisis holds a name that a brief has to withhold from its audience.

    The brief is searched for such names, and those two stand on it.
    """
    from havenward.brief.guard import guard_for, normalise
    from havenward.errors import Problem

    names = guard_for(case.locations, "", case.audience, case.suppress_below, "en").names
    rows: dict[str, tuple[int, str, str]] = {}
    for row in case.locations:
        for word, text in (("group", row.group), (row.kind, row.name), (row.kind, row.location)):
            if normalise(text) in names:
                rows.setdefault(normalise(text), (row.row, word, text))
    found = []
    for key, text in (("title", case.title), ("crisis", case.crisis)):
        for name, (number, word, written) in rows.items():
            if f" {name} " not in f" {normalise(text)} ":
                continue
            other = f", or rename the group, such as '{written}-area'" if word == "group" else ""
            found.append(
                Problem(
                    f"locations.csv row {number}",
                    f"{word} '{written}' is also a word of the {key} '{text}'",
                    f"expected other words: a brief for the audience {case.audience} withholds names of "
                    f"{word}s, and may be refused where one stands in it",
                    f"write another {key} into case.toml{other}",
                    "withheld-word",
                    "warning",
                )
            )
    return found


def _unread(case: Case, day: date) -> list[Step]:
    from havenward.pipeline.reports import list_unread

    unread = list_unread(case, day)
    if not unread:
        return []
    many = "1 report has" if len(unread) == 1 else f"{len(unread)} reports have"
    return [
        Step(
            "reports/",
            f"{many} no figures ({', '.join(unread[:2])}{', ...' if len(unread) > 2 else ''})",
            "what they say is in no assumption",
            "read them: havenward read --case CASE; reports without numbers may stay",
            "reports-unread",
        )
    ]


def _look_ahead(
    case: Case, day: date, run: Path | None, *, quick: bool
) -> tuple[dict[str, int], list[Influence], str, list[Step]]:
    """Tell what assumptions rest on, which of them move the outcome, and what keeps that from being told."""
    from havenward.errors import HavenwardError
    from havenward.pipeline.forecasts import known_case
    from havenward.pipeline.play import as_simulated
    from havenward.settings import ForecastSettings

    if case.rules != "havenward":
        return {}, [], "not measured: the rule set flee reads settings, no assumptions", []
    ahead = min(case.horizon_days, MAX_DAYS)
    settings = ForecastSettings(max(day, case.start), ahead, members=MEMBERS, track="D")
    try:
        known = known_case(case, settings)
        assumptions = as_simulated(known, settings.rules, settings.priors, "").assumptions
    except HavenwardError as error:
        return {}, [], f"not measured: {error.problems[0]}", _hindrances(error, day)
    bases: dict[str, int] = {}
    for row in assumptions:
        bases[row.basis] = bases.get(row.basis, 0) + 1
    if run is not None:
        draws, people, outcome = _from_run(run)
    elif quick:
        return bases, [], "not measured, as --quick asks", []
    else:
        try:
            draws, people, outcome = _from_members(known, settings)
        except HavenwardError as error:
            return bases, [], f"not measured: {error.problems[0]}", _hindrances(error, day)
    return bases, rank_influences(draws, people, assumptions), outcome, []


def _hindrances(error: HavenwardError, day: date) -> list[Step]:
    """Say as steps what a forecast from the day lacks."""
    return [
        Step(
            problem.where,
            f"{problem.found}, as known on {day}",
            f"no forecast from {day} can be made: {problem.expected}",
            problem.repair,
            problem.slug,
        )
        for problem in error.problems
    ]


def _from_members(known: Case, settings: ForecastSettings) -> tuple[dict[str, FloatArray], FloatArray, str]:
    """Run a small ensemble; give what members drew and the people displaced at its end."""
    import numpy as np

    from havenward.forecast.sensitivity import DERIVED
    from havenward.pipeline.play import simulate

    ensemble = simulate(known, settings, workers=os.cpu_count() or 1)
    people = ensemble.newly_displaced.sum(axis=1, dtype=np.int64).astype(np.float64)
    draws = {
        name: np.asarray(values, np.float64)
        for name, values in ensemble.draws.items()
        if name.partition(".")[0] not in DERIVED
    }
    end = settings.origin_date + timedelta(days=settings.horizon_days)
    return draws, people, f"people displaced in all by {end}, {settings.members} quick members without counts"


def _from_run(folder: Path) -> tuple[dict[str, FloatArray], FloatArray, str]:
    """Take what the members of a run drew, and the people displaced at its end."""
    import polars as pl

    from havenward.forecast.sensitivity import run_draws
    from havenward.records import TOTAL
    from havenward.runs import read_run

    run = read_run(folder)
    # only the rows of the total: a run may have tens of thousands of members, and its table gigabytes
    total = run.scan("members").filter(pl.col("location") == TOTAL).group_by("member")
    summed = total.agg(pl.col("arrivals").sum()).collect().sort("member")
    people = summed["arrivals"].to_numpy().astype(float)
    return (
        run_draws(run.table("assumptions")),
        people,
        f"people displaced in all by {run.last_date}, {len(people)} members of the run",
    )


def rank_influences(
    draws: Mapping[str, FloatArray], people: FloatArray, assumptions: Sequence[Assumption]
) -> list[Influence]:
    """Rank assumptions by how their draws go with the outcome (rank correlation), the strongest first.

    Parameters
    ----------
    draws
        By name, each of shape (member,).
    people
        The outcome, shape (member,).
    assumptions
        Resolved assumptions, which say what each rests on.

    Returns
    -------
    influences
        At most `MOST`, none that chance gives more often than one time in two hundred. Effects that are not
        monotone are missed.
    """
    import numpy as np

    from havenward.forecast.sensitivity import name_in_words

    if not len(people) or np.ptp(people) == 0.0:
        return []
    basis = {row.name: row.basis for row in assumptions}
    outcome = _ranks(people)
    edge = max(1, round(FIFTH * len(people)))
    least = max(LEAST_CORRELATION, LEAST_ERRORS / sqrt(len(people)))
    found = []
    for name, values in draws.items():
        if values.shape != people.shape or np.ptp(values) == 0.0:
            continue
        correlation = float(np.corrcoef(_ranks(values), outcome)[0, 1])
        if abs(correlation) < least:
            continue
        order = np.argsort(values, kind="stable")
        stem = name.partition(".")[0]
        rests = basis.get(name, basis.get(stem, "convention"))
        found.append(
            Influence(
                name,
                name_in_words(name),
                rests,
                correlation,
                float(np.median(people[order[:edge]])),
                float(np.median(people[order[-edge:]])),
                HELP.get(stem, "give your own range with a reason"),
            )
        )
    return sorted(found, key=lambda one: (-abs(one.correlation), one.name))[:MOST]


def _ranks(values: FloatArray) -> FloatArray:
    """Rank values from 1; equal ones share their middle. Loading scipy.stats for it would take a second."""
    import numpy as np

    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    middles: FloatArray = np.cumsum(counts) - (counts - 1) / 2.0
    return middles[place]
