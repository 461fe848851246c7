"""What was said held against what was counted: scores, backtests, and the audit of leaks."""

from __future__ import annotations

import os
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from havenward.pipeline.bundled import BUNDLED
from havenward.pipeline.forecasts import TRACK_WORDS, known_case
from havenward.pipeline.play import as_simulated, simulate
from havenward.pipeline.progress import SILENT, Progress
from havenward.settings import ForecastSettings

BACKTEST_BYTES = 20_000_000  # of the parts and tables of a case or two

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from havenward.flee_inputs import FleeInputs
    from havenward.forecast.backtest import OriginSettings
    from havenward.forecast.leak_audit import AuditRow, CapacityLeak
    from havenward.records import Case
    from havenward.runners import Runner
    from havenward.runs import Run


def score_run(run: Run, case: Case) -> dict[str, Any]:
    """Score a run against the counts of a case that were taken after its origin date.

    Returns
    -------
    report
        `scores` (see `forecast.scores.Score`), `flee_errors` (for runs of the rule set `flee`), and `notes`
        in words: the information track, and what the scores cannot say.
    """
    from havenward.forecast.scores import score_counts

    later = [count for count in case.observations if count.date > run.origin_date]
    notes = [TRACK_WORDS[run.meta["track"]]]
    if not later:
        notes.append("the case holds no count after the origin date; name a case that does with --case")
    if run.meta["case"] == BUNDLED:
        notes.append("the model was shaped on this crisis: these scores demonstrate and do not prove")
    scores = [asdict(score) for score in score_counts(run.table("forecast"), later)]
    errors = _flee_errors(run, case) if run.meta["rules"] == "flee" else {}
    return {"scores": scores, "flee_errors": errors, "notes": notes}


def _flee_errors(run: Run, case: Case) -> dict[str, dict[str, float]]:
    """Compute the measures of Flee's validation script for every member: mean and spread over members."""
    import numpy as np
    import polars as pl

    from havenward.case.importers.flee_case import flee_inputs
    from havenward.forecast.flee_measures import flee_errors
    from havenward.movement.flee.world import daily_counts

    counts = daily_counts(flee_inputs(case))
    camps = sorted(set(counts) & {place.location for place in case.locations if place.kind == "camp"})
    counted = np.stack([counts[camp] for camp in camps], axis=1).astype(np.float64)
    members = run.scan("members").filter(pl.col("location").cast(pl.String).is_in(camps))
    stock = members.sort("member", "date", pl.col("location").cast(pl.String)).collect()["stock"].to_numpy()
    simulated = stock.reshape(-1, len(counted), len(camps)).astype(np.float64)
    per_member = [flee_errors(one, counted) for one in simulated]
    return {
        name: {
            "mean": float(np.mean([errors[name] for errors in per_member])),
            "sd": float(np.std([errors[name] for errors in per_member])),
        }
        for name in per_member[0]
    }


def run_backtest(
    cases: Sequence[Case],
    folder: Path,
    *,
    horizons: Sequence[int] = (7, 14, 28, 56),
    members: int = 200,
    seed: int = 1,
    track: str = "C",
    priors: str = "leave-one-out",
    movement: bool = False,
    workers: int = 0,
    runner: Runner | None = None,
    progress: Progress = SILENT,
) -> dict[str, Any]:
    """Repeat history for whole cases: at every report date, what the model and all simple rules could say.

    Parameters
    ----------
    cases
        Whole cases; each origin date sees only what was published by then.
    folder
        For predictions.parquet, observed.parquet, scores.csv, the charts and the page; finished parts of an
        interrupted backtest in it are taken up.
    horizons
        Days ahead.
    members, seed
        Of the movement model, where it takes part.
    track
        C, or D without counts.
    priors
        `leave-one-out` (retrospective) or `time-ordered`.
    movement
        Whether the movement model forecasts as well, as a model of its own; takes far longer.
    workers
        Processes; 0 for one per core. Changes no byte.
    runner
        Who forecasts, where it is not processes of this machine. Changes no byte either.

    Returns
    -------
    summary
        As `forecast.backtest_scores.summarise` gives it.
    """
    from havenward.errors import Problem, SettingsError
    from havenward.files import check_target, open_whole
    from havenward.forecast.backtest import backtest
    from havenward.forecast.backtest_scores import summarise
    from havenward.forecast.plots import write_plots
    from havenward.forecast.track_record import write_track_record

    check_target(folder, BACKTEST_BYTES, SettingsError)
    begun = False

    def told(done: int, steps: int) -> None:
        nonlocal begun
        if not begun:
            progress.begin("parts of the backtest", steps)
            begun = True
            progress.step(done)
        else:
            progress.step(1)

    try:
        results = backtest(
            cases,
            horizons,
            members=members,
            seed=seed,
            track=track,
            forecaster=forecast_with_movement if movement else forecast_known_sites,
            workers=workers or os.cpu_count() or 1,
            out=folder,
            narrow=known_on_track,
            priors=priors,
            version=version("havenward"),
            pooled=pooled_total,
            runner=runner,
            told=told,
        )
        summary = summarise(results)
        write_plots(results, summary, folder)
        with open_whole(folder / "track-record.md") as stream:
            stream.write(write_track_record(results))
    except OSError as error:
        raise SettingsError(
            Problem(
                str(folder),
                f"cannot be written ({error.strerror or error})",
                "expected room and rights to write; the parts that are done are kept",
                "free some space or name another folder, then do this again",
                "output-not-written",
            )
        ) from error
    return summary


def known_on_track(case: Case, origin: date, track: str) -> Case:
    """Narrow a case for a backtest: a function of the module, so that other processes can be sent it."""
    return known_case(case, ForecastSettings(origin, 1, track=track, rules="havenward"))


def forecast_known_sites(
    known: Case, origin: date, horizons: tuple[int, ...], settings: OriginSettings
) -> dict[str, dict[tuple[str, int], NDArray[np.float64]]]:
    """Forecast the sites that have counts, from counts: the model `havenward` and its learned part."""
    from havenward.forecast.sites import pool_sites

    return pool_sites(known, origin, horizons, settings.rules, settings.priors)


def forecast_with_movement(
    known: Case, origin: date, horizons: tuple[int, ...], settings: OriginSettings
) -> dict[str, dict[tuple[str, int], NDArray[np.float64]]]:
    """Forecast as `forecast_known_sites` does, and by the movement model with its counts assimilated."""
    from havenward.errors import CaseError
    from havenward.forecast.tables import site_net_arrivals

    found = dict(forecast_known_sites(known, origin, horizons, settings))
    asked = ForecastSettings(
        origin, max(horizons), settings.members, settings.seed, settings.track, "havenward", settings.priors
    )
    try:
        ensemble = simulate(known, asked, workers=1)
    except CaseError:  # nobody knew yet where or when people would leave: movement has nothing to say
        return found
    kinds = {place.location: place.kind for place in known.locations}
    found["havenward_movement"] = site_net_arrivals(ensemble, kinds, origin, horizons)
    return found


def pooled_total(case: Case, origin: date) -> Sequence[float] | None:
    """Give the quantiles of the people displaced in all as the experts pool says; None without figures."""
    from havenward.case.known import as_of
    from havenward.distributions import summary
    from havenward.errors import CaseError
    from havenward.records import QUANTILE_LEVELS

    known = as_of(case, origin)
    if not any(row.name == "displaced_total" for row in known.assumptions):
        return None
    try:
        resolved = as_simulated(known, "havenward", "leave-one-out", "").assumptions
    except CaseError:
        return None
    chosen = next(row for row in resolved if row.name == "displaced_total")
    return None if chosen.distribution is None else summary(chosen.distribution, QUANTILE_LEVELS)


def audit_leaks(
    cases: Sequence[Case], *, members: int = 4, seed: int = 1, workers: int = 0, progress: Progress = SILENT
) -> tuple[list[AuditRow], list[CapacityLeak], str]:
    """Run imported Flee cases with what Flee is told and without it, beside rules that need no model.

    Parameters
    ----------
    cases
        Cases imported from Flee folders; all is seen, so this is track A.
    members
        Runs of each; their mean is what is held against the counts.

    Returns
    -------
    rows, leaks, page
        See `forecast.leak_audit`; the page holds both as tables.
    """
    from havenward.case.importers.flee_case import flee_inputs
    from havenward.forecast.leak_audit import audit_case, compose_audit
    from havenward.movement.flee.simulate import simulate_flee
    from havenward.movement.flee.world import daily_counts
    from havenward.randomness import Streams

    rows: list[AuditRow] = []
    leaks: list[CapacityLeak] = []
    progress.begin("cases", len(cases))

    def simulate_mean(given: FleeInputs) -> dict[str, NDArray[np.float64]]:
        ensemble = simulate_flee(
            given, members=members, streams=Streams(seed), workers=workers or os.cpu_count() or 1
        )
        means = ensemble.stock.mean(axis=0)
        return {name: means[:, index] for index, name in enumerate(ensemble.locations)}

    for case in cases:
        inputs = flee_inputs(case)
        found, leak = audit_case(case.crisis, inputs, daily_counts(inputs), simulate_mean)
        rows += found
        leaks.append(leak)
        progress.step(1)
    return rows, leaks, compose_audit(rows, leaks)
