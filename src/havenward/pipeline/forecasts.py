"""From a case to a run: what a forecast may see, how its members are drawn, and what is kept."""

from __future__ import annotations

import os
import platform
import time
from dataclasses import replace
from datetime import date, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from havenward.errors import Problem, SettingsError
from havenward.pipeline.progress import SILENT, Progress
from havenward.records import START_KINDS
from havenward.runs import Run, check_free, write_run

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from havenward.forecast.posterior import Posterior
    from havenward.movement.simulate import Simulator
    from havenward.randomness import Streams
    from havenward.records import Case, Ensemble
    from havenward.settings import ForecastSettings
TRACK_WORDS = {
    "A": "track A: the observed totals were given to the model; a hindcast, not a forecast",
    "B": "track B: the schedule of conflict and access was given; counts after the origin date were not",
    "C": "track C: only what was published by the origin date",
    "D": "track D: only what was published by the origin date, and no counts",
}


def known_case(case: Case, settings: ForecastSettings) -> Case:
    """Narrow a case to what a forecast may see on its information track.

    C sees what was published by the origin date; D the same without counts; B also every event, whenever
    it was published. A sees all, counts that came later included: a hindcast, and only for the rule set
    `flee`, which cannot do without.
    """
    from havenward.case.known import as_of

    if (settings.track == "A") != (settings.rules == "flee"):
        raise SettingsError(
            Problem(
                "--track",
                f"found '{settings.track}' for the rule set {settings.rules}",
                "expected A for flee, and B, C or D for havenward",
                "the rule set flee is handed the observed totals (track A), havenward never is; choose one "
                "that fits",
                "track-not-ready",
            )
        )
    if settings.track == "A":
        return case
    known = as_of(case, settings.origin_date)
    if settings.track == "B":
        # of places and assumptions that are known by then; an assumed date of later is no schedule
        places = {place.location for place in known.locations} | {place.group for place in known.locations}
        dates = {a.name for a in known.assumptions}
        given = tuple(
            e
            for e in case.events
            if {e.location, e.from_, e.to} - {""} <= places
            and (not isinstance(e.date, str) or e.date in dates)
        )
        cited = {e.source for e in given} - {s.source for s in known.sources}
        sources = known.sources + tuple(s for s in case.sources if s.source in cited)
        known = replace(known, events=given, sources=sources)
    if settings.track == "D":
        known = replace(known, observations=())
    return known


def simulate(
    known: Case, settings: ForecastSettings, *, workers: int, progress: Progress = SILENT
) -> Ensemble:
    """Draw the assumptions, let the counts sharpen them where there are any, and run every member."""
    return learn_and_simulate(known, settings, workers=workers, progress=progress)[0]


def learn_and_simulate(
    known: Case, settings: ForecastSettings, *, workers: int, progress: Progress = SILENT
) -> tuple[Ensemble, Posterior | None]:
    """Draw the assumptions, let the counts sharpen them where there are any, and run every member.

    Returns
    -------
    ensemble
        Every member, of equal weight.
    posterior
        What the counts taught; None for the rule set `flee`, which is handed them.
    """
    from havenward.forecast.assimilate import assimilate
    from havenward.forecast.ensemble import draw_assumptions
    from havenward.randomness import Streams

    if settings.rules == "flee":
        return _simulate_flee(known, settings, workers=workers, progress=progress), None
    streams = Streams(settings.seed)
    simulated = as_simulated(known, settings.rules, settings.priors, settings.scenario)
    engine = prepare_engine(known, simulated, settings, streams)
    not_come = dates_not_come(simulated, settings.origin_date)

    def play(whose: Streams, members: int, days: int, threads: int = 1) -> Ensemble:
        draws = draw_assumptions(simulated.assumptions, whose, members, not_come)
        numbers = getattr(whose, "numbers", None)
        told = progress.step if days == engine.days else None
        mine = replace(engine, streams=whose)
        return mine.run(draws, numbers=numbers, days=days, workers=threads, told=told)

    screened = {event.location for event in known.events if event.kind == "screening"}
    progress.begin("members", settings.members)
    posterior = assimilate(
        play,
        simulated.assumptions,
        known.observations,
        known.locations,
        streams,
        settings.members,
        first_date=engine.first_date,
        origin_date=settings.origin_date,
        gates=screened,
        workers=workers,
    )
    return play(posterior.streams_for(engine.days), settings.members, engine.days, workers), posterior


def prepare_engine(known: Case, simulated: Case, settings: ForecastSettings, streams: Streams) -> Simulator:
    """Prepare what all members share: the case as simulated, its network, and its days."""
    from havenward.movement.simulate import simulator

    return simulator(
        simulated,
        simulated.assumptions,
        first_day(known, settings.origin_date),
        settings.origin_date,
        settings.origin_date + timedelta(days=settings.horizon_days),
        streams,
    )


def _simulate_flee(known: Case, settings: ForecastSettings, *, workers: int, progress: Progress) -> Ensemble:
    """Run an imported Flee case by Flee's rules over the whole of its period."""
    from havenward.case.importers.flee_case import flee_inputs
    from havenward.movement.flee.simulate import simulate_flee
    from havenward.randomness import Streams

    inputs = flee_inputs(known)
    ahead = max(1, inputs.days - 1)
    if (settings.origin_date, settings.horizon_days) != (inputs.start_date, ahead):
        raise SettingsError(
            Problem(
                "--as-of, --horizon",
                f"found {settings.origin_date} and {settings.horizon_days} days",
                f"expected {inputs.start_date} and {ahead} days, the period of the Flee case",
                "leave both options out",
                "flee-period",
            )
        )
    progress.begin("members", settings.members)
    return simulate_flee(
        inputs,
        members=settings.members,
        streams=Streams(settings.seed),
        workers=workers,
        told=progress.step,
    )


def dates_not_come(known: Case, origin_date: date) -> dict[str, float]:
    """Name the assumed dates that have not come by the origin date: nothing that is known says they have."""
    started = any(
        e.kind == "operation_starts" and isinstance(e.date, date) and not e.location for e in known.events
    )
    return {
        a.name: float((origin_date - a.after).days)
        for a in known.assumptions
        if a.after is not None and not (started and a.name == "operation_start")
    }


def first_day(known: Case, origin_date: date) -> date:
    """Decide where the simulation begins: with the operation, or the day after the origin date before it."""
    started = [e.date for e in known.events if e.kind in START_KINDS and isinstance(e.date, date)]
    return max(known.start, min([origin_date + timedelta(days=1), *started]))


def run_forecast(
    case: Case,
    settings: ForecastSettings,
    folder: Path,
    *,
    workers: int = 0,
    replace_run: bool = False,
    progress: Progress = SILENT,
) -> Run:
    """Forecast from an origin date and keep everything in a run folder.

    Parameters
    ----------
    case
        The whole case; what was published later is hidden here.
    settings
        Origin date, horizon, members, seed, track, priors, scenario.
    folder
        Where the run goes; new or empty unless `replace_run`.
    workers
        Threads; 0 for one per core. Does not change a byte of the result.
    replace_run
        Replace an older run in the folder.
    progress
        Who is told.

    Returns
    -------
    run
        The finished run folder.

    Raises
    ------
    CaseError, SettingsError, RunError
        With every reason why it cannot be done.
    """
    from havenward.brief.card import write_cards
    from havenward.case.write import case_hash, write_case
    from havenward.forecast.ahead import count_ahead
    from havenward.forecast.posterior import describe_learning, write_chances
    from havenward.forecast.sites import put_in_sites
    from havenward.forecast.tables import run_tables
    from havenward.randomness import Streams

    check_free(folder, replace=replace_run, needed_bytes=check_size(case, settings))
    if settings.origin_date < case.start:
        raise SettingsError(
            Problem(
                "--as-of",
                f"found {settings.origin_date}",
                f"expected {case.start} or later",
                "the case starts then",
                "before-case",
            )
        )
    workers = workers or os.cpu_count() or 1
    began = time.perf_counter()
    known = known_case(case, settings)
    ensemble, posterior = learn_and_simulate(known, settings, workers=workers, progress=progress)
    simulated = time.perf_counter()
    kinds = {place.location: place.kind for place in known.locations}
    shown = as_simulated(known, settings.rules, settings.priors, settings.scenario)
    prior = posterior.prior if posterior else None
    counted = (
        count_ahead(posterior, ensemble, settings.origin_date, Streams(settings.seed)) if posterior else None
    )
    tables = run_tables(ensemble, kinds, settings.origin_date, prior, counted)
    sites = _forecast_counted_sites(known, settings)
    tables["forecast"] = put_in_sites(tables["forecast"], sites)
    meta: dict[str, Any] = {
        "package_version": version("havenward"),
        "case": case.crisis,
        "title": case.title,
        "track": settings.track,
        "scenario": settings.scenario,
        "case_hash": case_hash(known),
        "origin_date": settings.origin_date.isoformat(),
        "first_date": ensemble.first_date.isoformat(),
        "last_date": (settings.origin_date + timedelta(days=settings.horizon_days)).isoformat(),
        "horizon_days": settings.horizon_days,
        "seed": settings.seed,
        "members": settings.members,
        "rules": settings.rules,
        "priors": settings.priors,
        "learned": describe_learning(posterior) if posterior else {},
        "sites_from_counts": sorted({location for location, _ in sites}),
    }
    log = {
        "host": platform.node(),
        "workers": workers,
        "python": platform.python_version(),
        "simulation_s": round(simulated - began, 3),
    }
    return write_run(
        folder,
        meta,
        tables,
        lambda target: write_case(known, target),
        lambda run: write_cards(shown, run),
        log,
        replace=replace_run,
        write_more=lambda target: write_chances(posterior.streams, target) if posterior else None,
    )


def _forecast_counted_sites(
    known: Case, settings: ForecastSettings
) -> dict[tuple[str, int], NDArray[np.float64]]:
    """Forecast the stock of sites that were counted often enough for counts to say more than movement."""
    from havenward.forecast.errors_of_rules import forecast_rules
    from havenward.forecast.sites import ask_days, counted_stocks, pool_sites

    if settings.rules != "havenward" or not known.observations:
        return {}
    days = ask_days(settings.horizon_days)
    rules = forecast_rules(known, settings.origin_date, days, settings.priors)
    pooled = pool_sites(known, settings.origin_date, days, rules, settings.priors)
    return counted_stocks(known, settings.origin_date, pooled)


def check_size(case: Case, settings: ForecastSettings) -> int:
    """Refuse an ensemble that the machine cannot hold; return an upper bound of the bytes it writes.

    Three counts of four bytes are held per member, day and place, and about as much again while the tables
    are made; on disk they shrink to a third or less.
    """
    days = settings.horizon_days + max(0, (settings.origin_date - case.start).days)
    cells = settings.members * days * (len({place.location for place in case.locations}) + 1)
    held, memory = 24 * cells, _memory_bytes()
    if memory and held > 0.8 * memory:
        raise SettingsError(
            Problem(
                "--members",
                f"{settings.members} members of this case need about {held / 1e9:,.0f} GB of memory",
                f"expected at most {0.8 * memory / 1e9:,.0f} GB",
                "ask for fewer members or a shorter horizon",
                "too-large",
            )
        )
    return 4 * cells


def _memory_bytes() -> int:
    """Give the memory of the machine, 0 where it does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows
        return 0


def as_simulated(known: Case, rules: str, priors: str, scenario: str) -> Case:
    """Put in what was really used: resolved assumptions, and what the scenario changes."""
    from havenward.case.assumptions import resolve_assumptions

    if rules == "flee":  # Flee's rules read settings, not assumptions
        return replace(known, assumptions=())
    resolved, added = resolve_assumptions(known, priors, scenario)
    return replace(known, assumptions=resolved, events=known.events + added)
