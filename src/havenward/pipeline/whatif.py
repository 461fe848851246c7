"""What a run would say if one thing were otherwise: a part of its members played again, in a second or two.

The members keep all that they have learned and all their chance; only what is asked about changes. Nothing is
learned again, so that a change which counts speak against is not punished for it: a full run does that.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from havenward.distributions import Distribution
from havenward.errors import Problem, SettingsError, nearest
from havenward.pipeline.forecasts import run_forecast
from havenward.pipeline.play import as_simulated, dates_not_come, prepare_engine
from havenward.pipeline.progress import SILENT, Progress
from havenward.randomness import Streams
from havenward.records import RECEIVING_KINDS, TOTAL, Source
from havenward.settings import QUICK_MEMBERS, ForecastSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from havenward.records import Assumption, Case, Ensemble, Event
    from havenward.runs import Run

    FloatArray = NDArray[np.float64]

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
PARTS = 4  # a rougher answer is told after each part
SOURCE = "what-if"  # what a supposed event rests on, in the case of a run that takes it for true
REASON = "Supposed, to see what would come of it."
# 5, 50 and 95 % points leave both ends open: they reach so far beyond, in distances from the middle
TAIL = 0.25


@dataclass(frozen=True)
class Otherwise:
    """What is to be otherwise.

    Parameters
    ----------
    assumptions
        New distributions by name of the assumption, in its unit. Members keep their order: who drew high
        before draws high now.
    events
        Dated events that are added, published on the origin date.
    """

    assumptions: Mapping[str, Distribution]
    events: tuple[Event, ...] = ()


CHANCES_SINCE = 3  # schema of runs that keep them


@dataclass(frozen=True)
class Answer:
    """The run and its other, side by side, for the same members.

    Parameters
    ----------
    members
        How many members stand behind it, of `planned` in the end.
    dates
        Days ahead of the origin date.
    before, after
        Quantiles at `LEVELS` of the people at each receiving place (by key) and of those displaced by this
        crisis (`total`), shape (level, day).
    """

    members: int
    planned: int
    dates: tuple[date, ...]
    before: Mapping[str, FloatArray]
    after: Mapping[str, FloatArray]


def what_if(
    run: Run,
    otherwise: Otherwise,
    *,
    members: int = QUICK_MEMBERS,
    workers: int = 1,
    told: Callable[[Answer], None] | None = None,
) -> Answer:
    """Play a part of the members of a run again with something otherwise.

    Parameters
    ----------
    run
        A complete run folder of the rule set `havenward`.
    otherwise
        What changes.
    members
        How many of its members are played again, spread evenly over them.
    workers
        Threads.
    told
        Called with a rougher answer of fewer members, and with finer ones, while the work goes on.

    Returns
    -------
    answer
        The finished one.

    Raises
    ------
    SettingsError
        Nothing is asked, an assumption or a place has another name, an event is not ahead, the run is a
        hindcast, or it does not hold what its members have learned.
    CaseError
        A value or an event that no case can hold.
    """
    from havenward.case.load import load_case
    from havenward.forecast.ensemble import draw_assumptions
    from havenward.forecast.posterior import read_chances

    settings = settings_of(run)
    known = load_case(run.case_folder)
    _check(run, known, otherwise)
    simulated = as_simulated(known, settings.rules, settings.priors, settings.scenario)
    _check_names(simulated, otherwise)
    _case_otherwise(known, simulated, settings, otherwise)
    changed = replace(simulated, events=simulated.events + otherwise.events)
    chosen = choose_members(settings.members, members)
    kept = read_chances(run.folder, settings.seed)
    before = _read_members(run, simulated, chosen)
    after: dict[str, list[FloatArray]] = {}
    not_come = dates_not_come(simulated, settings.origin_date)
    engine = prepare_engine(known, changed, settings, kept)
    draws = _draw_otherwise(
        draw_assumptions(simulated.assumptions, kept, settings.members, not_come),
        simulated.assumptions,
        otherwise.assumptions,
        not_come,
    )
    dates = tuple(settings.origin_date + timedelta(days=n + 1) for n in range(settings.horizon_days))
    answer: Answer | None = None
    for part in np.array_split(chosen, min(PARTS, len(chosen))):
        ensemble = replace(engine, streams=PartOfStreams(kept.seed, kept, settings.members, part)).run(
            {name: values[part] for name, values in draws.items()},
            numbers=_numbers(kept.numbers, part, engine.days),
            workers=workers,
            chunk=-(-len(part) // max(1, workers)),
        )
        _hold(after, ensemble, simulated, settings.origin_date)
        done = sum(len(rows) for rows in after[TOTAL])
        answer = Answer(
            done,
            len(chosen),
            dates,
            {place: np.quantile(rows[:done], LEVELS, axis=0) for place, rows in before.items()},
            {place: np.quantile(np.concatenate(rows), LEVELS, axis=0) for place, rows in after.items()},
        )
        if told is not None:
            told(answer)
    if answer is None:  # pragma: no cover - there is at least one member
        raise AssertionError
    return answer


def settings_of(run: Run) -> ForecastSettings:
    """Give the settings that a run was made with."""
    meta = run.meta
    return ForecastSettings(
        run.origin_date,
        int(meta["horizon_days"]),
        int(meta["members"]),
        int(meta["seed"]),
        str(meta["track"]),
        str(meta["rules"]),
        str(meta["priors"]),
        str(meta["scenario"]),
    )


def choose_members(of: int, members: int) -> NDArray[np.int64]:
    """Choose members spread evenly over a run."""
    return np.unique(np.linspace(0, of - 1, min(of, max(1, members))).round().astype(np.int64))


@dataclass(frozen=True)
class PartOfStreams(Streams):
    """The streams of some members of a run: each gets just the numbers that it has in the whole.

    Parameters
    ----------
    whole
        Streams of all members.
    members
        How many all are.
    rows
        Which of them, shape (part,).
    """

    whole: Streams
    members: int
    rows: NDArray[np.int64]

    def uniforms(self, name: str, members: int) -> FloatArray:
        """Give the numbers of the chosen members, shape (members,)."""
        assert members == len(self.rows)  # noqa: S101 - the engine asks for those it plays
        return self.whole.uniforms(name, self.members)[self.rows]


def _numbers(learned: NDArray[np.int64] | None, part: NDArray[np.int64], days: int) -> NDArray[np.int64]:
    """Say whose chance each chosen member meets: the learned one in the past, its own ahead."""
    numbers = np.repeat(part, days).reshape(len(part), days)
    if learned is not None:
        past = min(days, learned.shape[1])
        numbers[:, :past] = learned[part, :past]
    return numbers


def _draw_otherwise(
    draws: Mapping[str, FloatArray],
    assumptions: Sequence[Assumption],
    new: Mapping[str, Distribution],
    not_come: Mapping[str, float],
) -> dict[str, FloatArray]:
    """Replace the draws of some assumptions, within the limits that others set them."""
    found = dict(draws)
    for row in sorted(assumptions, key=lambda row: bool(row.below)):
        if row.name in new:
            found[row.name] = _redraw(draws[row.name], new[row.name], not_come.get(row.name))
        if row.below and (row.name in new or row.below in new):
            found[row.name] = np.minimum(found[row.name], found[row.below])
    return found


def _redraw(before: FloatArray, distribution: Distribution, above: float | None) -> FloatArray:
    """Draw from another distribution with evenly spread ranks, in the order in which members stood."""
    from havenward.distributions import level_of, quantile, summary

    ranks = np.empty(len(before))
    ranks[np.argsort(before, kind="stable")] = (np.arange(len(before)) + 0.5) / len(before)
    if distribution.shape != "mixture":
        return quantile(distribution, ranks, above=above)
    # a component picked by chance would break the order: the quantiles of the whole are asked for
    if above is not None:
        parts = distribution.components
        all_weights = sum(weight for weight, _ in parts)
        reached = sum(weight * level_of(part, above) for weight, part in parts) / all_weights
        ranks = reached + ranks * (1.0 - reached)
    return np.array(summary(distribution, tuple(ranks.tolist())))


def fit_three(
    low: float, central: float, high: float, lowest: float = -np.inf, highest: float = np.inf
) -> Distribution:
    """Make a distribution with these 5, 50 and 95 % points, even between them.

    Parameters
    ----------
    low, central, high
        In rising order, and alike where the value is known.
    lowest, highest
        What the assumption can be at all; the outermost twentieths end there at the latest.

    Raises
    ------
    SettingsError
        They do not rise, or are no numbers.
    """
    points = (low, central, high)
    if not (np.isfinite(points).all() and low <= central <= high):
        raise SettingsError(
            Problem(
                "what if",
                f"found {low:g}, {central:g} and {high:g}",
                "expected three numbers that rise: 1 in 20 below, the middle, 1 in 20 above",
                "correct the three values",
                "whatif-three",
            )
        )
    if low == high:
        return Distribution("fixed", {"value": central})
    first, last = low - TAIL * (central - low), high + TAIL * (high - central)
    if low >= 0.0:
        first = max(first, low / 2)  # what is above zero stays there
    first, last = max(first, min(lowest, low)), min(last, max(highest, high))
    edges = (first, low, central, high, last)
    parts = tuple(
        (weight, Distribution("uniform", {"low": a, "high": b}) if a < b else _at(a))
        for weight, a, b in zip((0.05, 0.45, 0.45, 0.05), edges, edges[1:], strict=False)
    )
    return Distribution("mixture", components=parts)


def _at(value: float) -> Distribution:
    return Distribution("fixed", {"value": value})


# -- the whole run, with learning ---------------------------------------------------------------------------


def run_otherwise(run: Run, otherwise: Otherwise, folder: Path, *, progress: Progress = SILENT) -> Run:
    """Forecast again with something otherwise: every member learns anew from the counts.

    Parameters
    ----------
    run, otherwise
        As for `what_if`.
    folder
        Where the new run goes; its case holds what was supposed.
    progress
        Who is told.

    Raises
    ------
    SettingsError, CaseError, RunError
        As `what_if` and `run_forecast` say.
    """
    from havenward.case.load import load_case

    settings = settings_of(run)
    known = load_case(run.case_folder)
    _check(run, known, otherwise, learns=True)
    simulated = as_simulated(known, settings.rules, settings.priors, settings.scenario)
    _check_names(simulated, otherwise)
    changed = _case_otherwise(known, simulated, settings, otherwise)
    return run_forecast(changed, settings, folder, progress=progress)


def _case_otherwise(known: Case, simulated: Case, settings: ForecastSettings, otherwise: Otherwise) -> Case:
    """Give the case of a run as it would be, written and read again: so it is checked as any case is."""
    from havenward.case.load import load_case
    from havenward.case.write import write_case

    names = set(otherwise.assumptions)
    rows = tuple(
        replace(
            row, distribution=otherwise.assumptions[row.name], published=settings.origin_date, reason=REASON,
            sources=(), figures=(), pool_term="", pool_places=(), below="", basis="case",
        )
        for row in simulated.assumptions
        if row.name in names
    )  # fmt: skip
    about = Source(SOURCE, "A question asked in the workbench", "", "", settings.origin_date, "")
    sources = () if not otherwise.events or SOURCE in {row.source for row in known.sources} else (about,)
    changed = replace(
        known,
        assumptions=tuple(row for row in known.assumptions if row.name not in names) + rows,
        scenarios=tuple(
            replace(one, assumptions=tuple(row for row in one.assumptions if row.name not in names))
            for one in known.scenarios
        ),
        events=known.events + tuple(replace(event, source=SOURCE) for event in otherwise.events),
        sources=known.sources + sources,
    )
    with tempfile.TemporaryDirectory(prefix="havenward-") as place:
        folder = Path(place) / "what-if"
        write_case(changed, folder)
        return load_case(folder)


def _read_members(run: Run, case: Case, chosen: NDArray[np.int64]) -> dict[str, FloatArray]:
    """Read the days ahead of the chosen members as the run has them, shape (member, day) for each place."""
    import polars as pl

    wanted = {place.location for place in case.locations if place.kind in RECEIVING_KINDS}
    rows = (
        run.scan("members")
        .filter(pl.col("member").is_in(chosen.tolist()) & (pl.col("date") > run.origin_date))
        .select("member", "date", pl.col("location").cast(pl.String), "stock")
        .filter(pl.col("location").is_in([*sorted(wanted), TOTAL]))
        .collect()
        .sort("location", "member", "date")
    )
    return {
        str(place): table["stock"].to_numpy().reshape(len(chosen), -1).astype(np.float64)
        for (place,), table in rows.group_by("location", maintain_order=True)
    }


def _hold(held: dict[str, list[FloatArray]], ensemble: Ensemble, case: Case, origin: date) -> None:
    """Add the days ahead of some members."""
    first = (origin - ensemble.first_date).days + 1
    kinds = {place.location: place.kind for place in case.locations}
    held.setdefault(TOTAL, []).append(ensemble.displaced[:, first:].astype(np.float64))
    for index, location in enumerate(ensemble.locations):
        if kinds.get(location) in RECEIVING_KINDS:
            held.setdefault(location, []).append(ensemble.stock[:, first:, index].astype(np.float64))


# -- what cannot be asked ----------------------------------------------------------------------------------


def _check(run: Run, known: Case, otherwise: Otherwise, *, learns: bool = False) -> None:
    from havenward.forecast.posterior import CHANCES_FILE

    if run.meta["rules"] != "havenward":
        raise SettingsError(
            Problem(
                str(run.folder),
                f"the run follows the rule set {run.meta['rules']}",
                "expected a run of the rule set havenward",
                "a hindcast has no assumptions to change; make a run on track C or D",
                "whatif-rules",
            )
        )
    if not otherwise.assumptions and not otherwise.events:
        raise SettingsError(
            Problem(
                "what if",
                "nothing is changed",
                "expected an assumption or an event",
                "change one",
                "whatif-nothing",
            )
        )
    # without it the members would meet another chance than the one they learned from
    if run.meta["schema"] < CHANCES_SINCE and not learns:
        raise SettingsError(
            Problem(
                str(run.folder),
                "the run was made before a run kept what its members have learned",
                "expected a run of which the same members can be played again",
                "run the forecast again with this version",
                "whatif-chances",
            )
        )
    if run.meta.get("learned", {}).get("counts") and not learns and not (run.folder / CHANCES_FILE).is_file():
        raise SettingsError(
            Problem(
                str(run.folder),
                f"the run does not hold {CHANCES_FILE}",
                "expected a run that keeps what its members have learned",
                "run the forecast again with this version",
                "whatif-chances",
            )
        )
    _refuse_past(run, otherwise.events)
    places = {place.location for place in known.locations}
    named = [(event, one) for event in otherwise.events for one in (event.location, event.from_, event.to)]
    _refuse_unknown([one for _, one in named if one], places, "location")


def _refuse_past(run: Run, events: Sequence[Event]) -> None:
    problems = [
        Problem(
            "what if",
            f"{event.kind} on {event.date}",
            f"expected a day from {run.origin_date + timedelta(days=1)} to {run.last_date}",
            "choose a day that the run looks ahead to",
            "whatif-day",
        )
        for event in events
        if not (isinstance(event.date, date) and run.origin_date < event.date <= run.last_date)
    ]
    if problems:
        raise SettingsError(problems)


def _check_names(simulated: Case, otherwise: Otherwise) -> None:
    names = {row.name for row in simulated.assumptions if row.distribution is not None}
    _refuse_unknown(list(otherwise.assumptions), names, "assumption")


def _refuse_unknown(named: Sequence[str], known: set[str], what: str) -> None:
    problems = []
    for name in named:
        if name not in known:
            close = nearest(name, sorted(known))
            problems.append(
                Problem(
                    "what if",
                    f"the run has no {what} '{name}'",
                    f"expected {what}s of the run",
                    f"did you mean '{close}'?" if close else "choose one of the run",
                    "whatif-unknown",
                )
            )
    if problems:
        raise SettingsError(problems)
