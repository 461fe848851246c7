"""The stages in order, from a case to its brief: the only file that names two stages."""

from __future__ import annotations

import os
import platform
import shutil
import time
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenward.errors import Problem, SettingsError
from havenward.records import START_KINDS
from havenward.runs import Run, check_free, write_run
from havenward.settings import BriefSettings, ForecastSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from havenward.errors import CaseError
    from havenward.flee_inputs import FleeInputs
    from havenward.forecast.backtest import OriginSettings
    from havenward.forecast.leak_audit import AuditRow, CapacityLeak
    from havenward.forecast.posterior import Posterior
    from havenward.needs.assess import Assessment, NeedsSettings
    from havenward.randomness import Streams
    from havenward.reading.documents import Document
    from havenward.reading.parts import ReadFigure, Reading
    from havenward.records import Case, Ensemble, Figure, Need, Report, Standard

LOOKS = (date(2016, 7, 31), date(2016, 10, 16))
LOOK_BACK_UNTIL = date(2017, 6, 22)
BUNDLED = "mosul-2016"
TRACK_WORDS = {
    "A": "track A: the observed totals were given to the model; a hindcast, not a forecast",
    "B": "track B: the schedule of conflict and access was given; counts after the origin date were not",
    "C": "track C: only what was published by the origin date",
    "D": "track D: only what was published by the origin date, and no counts",
}
RECOUNT = (
    "After 22 June 2017 the counting system added about 380,000 people whom it had not counted before, most "
    "of them displaced for months and living in the east of the city. That is a change in counting, not "
    "movement, so the comparison ends there."
)


@dataclass(frozen=True)
class Progress:
    """Who is told what is going on: `begin(what, steps)`, then `step(finished)`; silent by default."""

    begin: Callable[[str, int], None] = lambda what, steps: None  # noqa: ARG005
    step: Callable[[int], None] = lambda finished: None  # noqa: ARG005


SILENT = Progress()


def bundled_case(name: str = BUNDLED) -> Path:
    """Find a case that comes with Havenward, installed or in a source tree."""
    here = Path(__file__).resolve()
    for folder in (here.parent / "cases" / name, here.parents[2] / "cases" / name):
        if (folder / "case.toml").is_file():
            return folder
    raise SettingsError(
        Problem(
            "the installation",
            f"the bundled case '{name}' is missing",
            "expected it beside the package",
            "install Havenward again",
            "no-bundled-case",
        )
    )


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
    from dataclasses import replace as changed

    from havenward.forecast.assimilate import assimilate
    from havenward.forecast.ensemble import draw_assumptions
    from havenward.movement.simulate import simulator
    from havenward.randomness import Streams

    if settings.rules == "flee":
        return _simulate_flee(known, settings, workers=workers, progress=progress), None
    streams = Streams(settings.seed)
    simulated = _as_simulated(known, settings.rules, settings.priors, settings.scenario)
    engine = simulator(
        simulated,
        simulated.assumptions,
        first_day(known, settings.origin_date),
        settings.origin_date,
        settings.origin_date + timedelta(days=settings.horizon_days),
        streams,
    )
    not_come = _dates_not_come(simulated, settings.origin_date)

    def play(whose: Streams, members: int, days: int, threads: int = 1) -> Ensemble:
        draws = draw_assumptions(simulated.assumptions, whose, members, not_come)
        numbers = getattr(whose, "numbers", None)
        told = progress.step if days == engine.days else None
        mine = changed(engine, streams=whose)
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


def _dates_not_come(known: Case, origin_date: date) -> dict[str, float]:
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
    from havenward.brief.card import write_model_card
    from havenward.case.write import case_hash, write_case
    from havenward.forecast.ahead import count_ahead
    from havenward.forecast.posterior import describe_learning
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
    shown = _as_simulated(known, settings.rules, settings.priors, settings.scenario)
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
        lambda run: write_model_card(shown, run),
        log,
        replace=replace_run,
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


def _as_simulated(known: Case, rules: str, priors: str, scenario: str) -> Case:
    """Put in what was really used: resolved assumptions, and what the scenario changes."""
    from havenward.case.assumptions import resolve_assumptions

    if rules == "flee":  # Flee's rules read settings, not assumptions
        return replace(known, assumptions=())
    resolved, added = resolve_assumptions(known, priors, scenario)
    return replace(known, assumptions=resolved, events=known.events + added)


def make_brief(run: Run, folder: Path, settings: BriefSettings) -> tuple[Path, ...]:
    """Turn a run into a brief for an audience; returns the files written."""
    from havenward.brief.compose import compose_brief
    from havenward.brief.write import write_brief

    known, needs, standards, size = _needed_by(run)
    return write_brief(compose_brief(known, run, needs, settings, standards, size), folder)


def explain_number(run: Run, name: str) -> tuple[str, list[dict[str, Any]]]:
    """Follow a number of a brief back to what it rests on; for the team.

    Parameters
    ----------
    run
        A complete run folder.
    name
        As `brief.explain.explain_name` takes it: a mark (`A3`), or a name (`total`).

    Returns
    -------
    text, values
        The chain in words, and as plain values.
    """
    from havenward.brief.explain import explain_name, format_items, items_as_dicts

    known, needs, standards, size = _needed_by(run)
    items = explain_name(known, run, needs, name, standards, size)
    return format_items(items), items_as_dicts(items)


def _needed_by(run: Run) -> tuple[Case, tuple[Need, ...], tuple[Standard, ...], float]:
    """Give the case as a run simulated it, its needs, the standards, and the size of a household."""
    from havenward.case.load import load_case
    from havenward.needs.requirements import estimate_needs, household_size
    from havenward.needs.standards import load_standards

    known = load_case(run.case_folder)
    known = _as_simulated(known, run.meta["rules"], run.meta["priors"], run.meta["scenario"])
    standards = load_standards()
    return known, estimate_needs(known, run, standards), standards, household_size(known, standards)[0]


def look_at_needs(
    run: Run,
    folder: Path,
    *,
    standards: Path | None = None,
    profile: str | None = None,
    costs: Path | None = None,
    budget_places: int = 10_000,
    truck_tonnes: float = 10.0,
    workers: int = 0,
) -> tuple[Path, ...]:
    """Work out needs, gaps and decisions of a run and write them; returns the files written.

    Parameters
    ----------
    run
        A complete run folder.
    folder
        Where the tables go; never into a run.
    standards, profile
        Rows of the user, and the profile whose rows they replace (see `load_standards`).
    costs
        Unit costs, weights and lead times of the user.
    budget_places
        Places that may be added, and are placed where they do most.
    truck_tonnes
        What one truck carries.
    workers
        Threads; 0 for two. Changes nothing but the time.
    """
    from havenward.needs.assess import NeedsSettings
    from havenward.needs.report import write_needs

    settings = NeedsSettings(budget_places, truck_tonnes, workers)
    return write_needs(_assessed(run, standards, profile, costs, settings)[1], folder)


def compare_runs(
    runs: Sequence[Run],
    case: Case | None = None,
    *,
    standards: Path | None = None,
    profile: str | None = None,
    table: Path | None = None,
) -> tuple[str, dict[str, Any]]:
    """Put runs side by side, the others against the first.

    Parameters
    ----------
    runs
        Two or more of one crisis.
    case
        With counts published later, which update the weights of the runs.
    standards, profile
        As for `look_at_needs`.
    table
        CSV for every amount of every run.

    Returns
    -------
    text, values
        The comparison in words, and as plain values.
    """
    from havenward.needs.compare import (
        Side,
        compare_sides,
        comparison_as_dict,
        compose_comparison,
        name_runs,
        write_comparison,
    )

    names = name_runs(runs)
    sides = [Side(name, *_assessed(run, standards, profile)) for name, run in zip(names, runs, strict=True)]
    comparison = compare_sides(sides, case.observations if case else ())
    if table is not None:
        write_comparison(comparison, table)
    return compose_comparison(comparison), comparison_as_dict(comparison)


def _assessed(
    run: Run,
    standards: Path | None,
    profile: str | None,
    costs: Path | None = None,
    settings: NeedsSettings | None = None,
) -> tuple[Case, Assessment]:
    """Give the case as a run simulated it, and what that means for needs."""
    from havenward.case.load import load_case
    from havenward.needs.assess import assess_needs
    from havenward.needs.costs import read_costs
    from havenward.needs.standards import DEFAULT_PROFILE, load_standards

    known = load_case(run.case_folder)
    known = _as_simulated(known, run.meta["rules"], run.meta["priors"], run.meta["scenario"])
    rows = load_standards(standards, profile or DEFAULT_PROFILE)
    return known, assess_needs(known, run, rows, read_costs(costs, rows), settings)


def read_files(
    sources: Sequence[Path],
    *,
    published: date | None = None,
    outlet: str = "",
    case: Case | None = None,
    workers: int = 0,
    progress: Progress = SILENT,
) -> Iterator[tuple[Document | None, Reading | CaseError]]:
    """Read reports from files, folders and streams, one after another.

    Parameters
    ----------
    sources
        Files, folders, `.jsonl` streams, or `-` for standard input.
    published, outlet
        Said by the user for all of them.
    case
        Its places are looked for first, and its populations are the bases of shares.
    workers
        Processes; 0 for one per core. Changes nothing but the time.

    Yields
    ------
    document, reading
        The document and what was read in it, or None and why it could not be read.
    """
    from havenward.reading.bulk import list_reports, read_many

    progress.begin("reports", 0)
    yield from read_many(
        list_reports(sources),
        published=published,
        outlet=outlet,
        places=reading_places(case) if case else (),
        bases=_people_by_place(case) if case else {},
        workers=workers or os.cpu_count() or 1,
        told=progress.step,
    )


def read_report(
    source: Path, *, published: date | None = None, outlet: str = "", case: Case | None = None
) -> Reading:
    """Read one report; parameters as in `read_files`.

    Raises
    ------
    CaseError
        The file cannot be read. A report in another language is no error: the reading says `refused`.
    """
    from havenward.errors import CaseError

    (found,) = read_files([source], published=published, outlet=outlet, case=case, workers=1)
    if isinstance(found[1], CaseError):
        raise found[1]
    return found[1]


def reading_places(case: Case) -> tuple[tuple[str, str, str], ...]:
    """Give the places of a case as the reader looks for them: key, name, country."""
    return tuple(
        (place.location, place.name, place.country or case.country)
        for place in {row.location: row for row in case.locations}.values()
    )


def _people_by_place(case: Case) -> dict[str, float]:
    return {
        place.name: float(place.population)
        for place in sorted(case.locations, key=lambda row: row.published)
        if place.population
    }


def read_into_case(
    folder: Path,
    sources: Sequence[Path],
    *,
    published: date | None = None,
    outlet: str = "",
    workers: int = 0,
    progress: Progress = SILENT,
) -> tuple[Path, list[Reading], list[Problem]]:
    """Read reports into a case: texts to `reports/`, figures to `figures.csv`, reviews kept.

    Without sources the reports that the case already holds are read again.

    Returns
    -------
    path
        `figures.csv`.
    readings
        What was read, report by report.
    problems
        Reports that could not be taken in; nothing of them was written.
    """
    from havenward.case.figures_file import add_reports, merge_figures, write_figures
    from havenward.case.load import load_case
    from havenward.errors import CaseError
    from havenward.reading.across import link_reports
    from havenward.reading.order import forget_later

    case = load_case(folder, before_reading=True)
    readings: list[Reading] = []
    reports: list[Report] = []
    problems: list[Problem] = []
    held = {report.report for report in case.reports}
    chosen = list(sources) or [folder / "reports"]
    for document, reading in read_files(
        chosen, published=published, outlet=outlet, case=case, workers=workers, progress=progress
    ):
        if document is None or isinstance(reading, CaseError):
            problems += reading.problems if isinstance(reading, CaseError) else []
            continue
        report = _as_report(document)
        lacking = _lacking_header(document) if report.report not in held else []
        if lacking or reading.refused:
            problems += lacking or [_not_read(reading)]
            continue
        readings.append(replace(reading, report=report.report))
        if report.report not in held or sources:
            reports.append(report)
    earlier = _read_again(case, folder, {reading.report for reading in readings}, workers) if sources else []
    readings = list(forget_later(link_reports([*earlier, *readings]))[len(earlier) :])
    add_reports(folder, reports)
    read = [_as_figure(figure, reading.report) for reading in readings for figure in reading.figures]
    figures = merge_figures(case.figures, read, [reading.report for reading in readings])
    return write_figures(folder, figures), readings, problems


def list_unread(case: Case, day: date) -> tuple[str, ...]:
    """Name the reports known on a day of which the case holds no figure: not read yet, or there is none."""
    read = {figure.report for figure in case.figures}
    return tuple(r.report for r in case.reports if r.published <= day and r.report not in read)


def _read_again(case: Case, folder: Path, but: set[str], workers: int) -> list[Reading]:
    """Read what a case holds already, so that what a new report repeats counts once."""
    from havenward.errors import CaseError

    held = {report.report for report in case.reports} - but
    return [
        replace(reading, report=_as_report(document).report)
        for document, reading in read_files([folder / "reports"] if held else [], case=case, workers=workers)
        if document is not None
        and not isinstance(reading, CaseError)
        and not reading.refused
        and _as_report(document).report in held
    ]


def _as_report(document: Document) -> Report:
    from havenward.records import Report

    return Report(
        report=f"{Path(document.name).stem}.txt",
        title=document.title,
        outlet=document.outlet,
        published=document.published or date.min,
        url=document.url,
        kind=document.kind,
        source=document.source,
        text=document.text,
    )


def _lacking_header(document: Document) -> list[Problem]:
    lacking = [
        option
        for option, value in (("--published DATE", document.published), ("--outlet NAME", document.outlet))
        if not value
    ]
    if not lacking:
        return []
    return [
        Problem(
            document.name,
            "its date or outlet is not known",
            "expected both for a report of a case: they decide what a forecast may see",
            f"give {' and '.join(lacking)}, or a header with published and outlet",
            "report-without-header",
        )
    ]


def _not_read(reading: Reading) -> Problem:
    return Problem(
        reading.report,
        reading.refused,
        "expected a report in English",
        "give a translation, or enter its figures in figures.csv",
        "report-language",
    )


def _as_figure(read: ReadFigure, report: str) -> Figure:
    """Turn what was read into a row of `figures.csv`."""
    from havenward.case.assumptions import COULD_BE_HIGHER
    from havenward.records import Figure

    higher = read.higher and COULD_BE_HIGHER not in read.relation
    relation = ";".join(part for part in (read.relation, COULD_BE_HIGHER if higher else "") if part)
    return Figure(
        figure=f"{Path(report).stem}-{read.start}",
        report=report,
        start=read.start,
        end=read.end,
        sentence=read.sentence,
        quantity_text=read.quantity_text,
        low=read.low,
        high=read.high,
        point=read.point,
        quantifier=read.quantifier,
        unit=read.unit,
        group=read.group,
        term=read.term,
        temporality=read.temporality,
        location=read.location or read.location_context or "",
        origin=read.origin or "",
        destination=read.destination or "",
        date_expression=read.date_expression or "",
        date_from=read.date_from,
        date_to=read.date_to,
        source_attribution=read.source_attribution or "",
        fact_group=read.fact_group,
        relation=relation,
        review=read.review,
    )


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

    Returns
    -------
    summary
        As `forecast.backtest_scores.summarise` gives it.
    """
    from havenward.files import open_whole
    from havenward.forecast.backtest import backtest
    from havenward.forecast.backtest_scores import summarise
    from havenward.forecast.plots import write_plots
    from havenward.forecast.track_record import write_track_record

    begun = False

    def told(done: int, steps: int) -> None:
        nonlocal begun
        if not begun:
            progress.begin("parts of the backtest", steps)
            begun = True
            progress.step(done)
        else:
            progress.step(1)

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
        told=told,
    )
    summary = summarise(results)
    write_plots(results, summary, folder)
    with open_whole(folder / "track-record.md") as stream:
        stream.write(write_track_record(results))
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
        resolved = _as_simulated(known, "havenward", "leave-one-out", "").assumptions
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


def run_demo(
    folder: Path,
    *,
    members: int = 1000,
    seed: int = 1,
    workers: int = 0,
    replace_run: bool = False,
    progress: Progress = SILENT,
) -> dict[str, Path]:
    """Run the bundled case from two origin dates, brief each, and look back at what was counted.

    The case is copied beside the runs, and its reports are read there: forecasts rest on what was read, and
    on what a person decided where reading errs (the rows that `figures.csv` of the bundled case holds).

    Returns
    -------
    pages
        The pages to open, by what they are.
    """
    from havenward.brief.lookback import write_look_back
    from havenward.case.load import load_case

    for origin in LOOKS:  # before any work is done
        check_free(folder / origin.isoformat() / "run", replace=replace_run)
    _copy_case(bundled_case(), folder / "case")
    read_into_case(folder / "case", [], workers=workers, progress=progress)
    case = load_case(folder / "case")
    pages: dict[str, Path] = {}
    runs: list[Run] = []
    for origin in LOOKS:
        target = folder / origin.isoformat()
        settings = ForecastSettings(origin, (LOOK_BACK_UNTIL - origin).days, members, seed, "D")
        run = run_forecast(
            case, settings, target / "run", workers=workers, replace_run=replace_run, progress=progress
        )
        make_brief(run, target / "brief", BriefSettings(suppress_below=case.suppress_below))
        pages[f"brief from {origin}"] = target / "brief" / "brief.html"
        runs.append(run)
    pages["look back"] = write_look_back(case, runs, folder / "look-back", LOOK_BACK_UNTIL, note=RECOUNT)
    return pages


def _copy_case(source: Path, folder: Path) -> None:
    """Copy a case; files of the same name are replaced, and nothing is removed."""
    try:
        shutil.copytree(source, folder, dirs_exist_ok=True)
    except OSError as error:
        raise SettingsError(
            Problem(
                str(folder),
                f"cannot be written ({error.strerror or error})",
                "expected a writable place",
                "name another folder with --out",
                "output-not-written",
            )
        ) from error
