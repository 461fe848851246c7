"""From a case to a run: what a forecast may see, how its members are drawn, and what is kept."""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import asdict, replace
from datetime import timedelta
from hashlib import blake2b
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from havenward.errors import Problem, SettingsError
from havenward.pipeline.play import Play, learn, play_chunks
from havenward.pipeline.progress import SILENT, Progress
from havenward.runners import Threads
from havenward.runs import Run, begin_run, check_free, write_run

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from havenward.records import Case
    from havenward.runners import Runner
    from havenward.settings import ForecastSettings
    from havenward.stores import Store

TRACK_WORDS = {
    "A": "track A: the observed totals were given to the model; a hindcast, not a forecast",
    "B": "track B: the schedule of conflict and access was given; counts after the origin date were not",
    "C": "track C: only what was published by the origin date",
    "D": "track D: only what was published by the origin date, and no counts",
}


_HELD_PER_DAY = 120  # bytes per member and day, measured
_HELD_PER_MEMBER = 4_000  # bytes: two hundred draws, prior and learned
_BYTES_PER_CELL = 6  # per member, day and place, on disk


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


def run_forecast(
    case: Case,
    settings: ForecastSettings,
    folder: Path,
    *,
    workers: int = 0,
    replace_run: bool = False,
    progress: Progress = SILENT,
    runner: Runner | None = None,
    store: Store | None = None,
) -> Run:
    """Forecast from an origin date and keep everything in a run folder.

    Interrupted, it goes on where it stopped when it is called again with the same case, settings, folder
    and software; the result has the same bytes.

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
    runner
        Who simulates; by default as many threads as `workers` says. Does not change a byte either.
    store
        Where the runner leaves chunks of members; by default beside the run if the runner says that it sees
        that folder, and else they are handed back.

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
    from havenward.cluster import sees_folder
    from havenward.forecast.ahead import count_ahead
    from havenward.forecast.journal import Journal
    from havenward.forecast.posterior import describe_learning, write_chances
    from havenward.forecast.sites import put_in_sites
    from havenward.forecast.tables import run_tables
    from havenward.randomness import Streams
    from havenward.stores import open_store

    needed_bytes = check_size(case, settings)
    check_free(folder, replace=replace_run, needed_bytes=needed_bytes)
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
    threads = Threads(workers or os.cpu_count() or 1)
    hands = runner or threads
    began = time.perf_counter()
    known = known_case(case, settings)
    play = Play(known, settings)
    hashed = case_hash(known)
    fingerprint = fingerprint_run(hashed, settings)
    with begin_run(folder, fingerprint, replace=replace_run, needed_bytes=needed_bytes) as draft:
        journal = Journal(draft.learned)
        posterior = learn(play, hands, journal=journal, progress=progress)
        left = store
        if left is None and sees_folder(hands, draft.chunks):
            left = open_store(draft.chunks)
        prefix = f"{fingerprint[:16]}-"  # many runs may share a store
        members = play_chunks(play, posterior, draft.chunks, hands, left, prefix, progress=progress)
        simulated = time.perf_counter()
        kinds = {place.location: place.kind for place in known.locations}
        counted = (
            count_ahead(posterior, members, settings.origin_date, Streams(settings.seed))
            if posterior
            else None
        )
        sites = _forecast_counted_sites(known, settings)
        tables = run_tables(
            members,
            kinds,
            settings.origin_date,
            posterior.prior if posterior else None,
            counted,
            lambda table: put_in_sites(table, sites),
            threads,
        )
        meta: dict[str, Any] = {
            "package_version": version("havenward"),
            "case": case.crisis,
            "title": case.title,
            "track": settings.track,
            "scenario": settings.scenario,
            "case_hash": hashed,
            "origin_date": settings.origin_date.isoformat(),
            "first_date": members.first_date.isoformat(),
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
            "workers": hands.workers,
            "python": platform.python_version(),
            "simulation_s": round(simulated - began, 3),
        }
        return write_run(
            draft,
            meta,
            tables,
            lambda target: write_case(known, target),
            lambda run: write_cards(play.simulated, run),
            log,
            write_more=lambda target: write_chances(posterior.streams, target) if posterior else None,
        )


def fingerprint_run(hashed: str, settings: ForecastSettings) -> str:
    """Name what a run is made of and by what: two runs with the same name have the same bytes.

    Parameters
    ----------
    hashed
        Hash of the case as known.
    settings
        Of the forecast.
    """
    import numpy as np

    from havenward.sameness import describe_software

    # another processor may round differently
    processor = np.show_config(mode="dicts")["SIMD Extensions"]
    made_of = [hashed, asdict(settings), dict(describe_software()), processor]
    return blake2b(json.dumps(made_of, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()


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

    Members are played in chunks that go to the disk. Held are what concerns all of them together, and the
    place that is being written or sorted. On disk there are for a while both the chunks and the tables, which
    shrink to a third or less.
    """
    days = settings.horizon_days + max(0, (settings.origin_date - case.start).days)
    places = len({place.location for place in case.locations}) + 1
    # totals, two blocks of a place, and a few places being sorted; the opening caseload; the draws
    held = settings.members * (_HELD_PER_DAY * days + 4 * places + _HELD_PER_MEMBER)
    memory = _memory_bytes()
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
    return _BYTES_PER_CELL * settings.members * days * places


def _memory_bytes() -> int:
    """Give the memory of the machine, 0 where it does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows
        return 0
