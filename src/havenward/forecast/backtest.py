"""How history is repeated: at every report date the model and all rules say what they can know.

What a forecast may see is decided by the function `narrow`, which the pipeline hands in; what it is scored
against comes from `headline.py` and is never handed to it. Work is cut in parts, one per case and block of
origins, for a runner to share out. A part is written whole, under a name that holds the settings, so that a
rerun takes up where the last one stopped and ends with the same bytes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from hashlib import blake2b
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from havenward import __version__
from havenward.cluster import sees_folder
from havenward.errors import Problem, SettingsError
from havenward.files import replace_together, replace_whole
from havenward.forecast.backtest_scores import Results, elsewhere, score_backtest
from havenward.forecast.baselines import ALL_RULE_NAMES, RULES, ask_rules, planning_quantiles
from havenward.forecast.errors_of_rules import blind_quantiles, read_library, rule_quantiles, select_rows
from havenward.forecast.headline import HORIZONS, headline_pairs, report_dates
from havenward.records import QUANTILE_LEVELS, RECEIVING_KINDS, TOTAL, Case
from havenward.runners import Processes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from havenward.forecast.baselines import Questions
    from havenward.forecast.errors_of_rules import LibraryRow
    from havenward.runners import Runner

    FloatArray = NDArray[np.float64]

BLOCK = 8  # origins per part: a few minutes of work at most are lost
DECIMALS = 2  # of people; keeps predictions.parquet small
PARTS = "parts"
# target, scope and measure of the counts behind it; whether the count before is taken off
TARGETS = (
    ("net_arrivals", "location", "stock", True),
    ("stock", "total", "stock", False),
    ("displaced_total", "total", "cumulative_displaced", False),
)
RULES_FOR_TOTALS = 9  # b0 to b4; the others split an inflow over sites

Quantiles = Mapping[str, Mapping[Any, "FloatArray"]]
Narrow = Callable[[Case, date, str], Case]
Pooled = Callable[[Case, date], Sequence[float] | None]


@dataclass(frozen=True)
class OriginSettings:
    """What a forecaster is told at an origin.

    Parameters
    ----------
    members, seed, track, priors
        As in `ForecastSettings`.
    rules
        What the simple rules say at this origin: by rule, then by location and horizon, quantiles of net
        arrivals. A combination may use them.
    """

    members: int
    seed: int
    track: str
    priors: str
    rules: Quantiles = field(default_factory=dict)


# known case, origin, horizons, settings -> by model, then by (location, horizon) or (target, location,
# horizon): 23 quantiles. With two words the target is the net arrivals.
Forecaster = Callable[[Case, date, tuple[int, ...], OriginSettings], Quantiles]


@dataclass(frozen=True)
class _Part:
    """One part: the rules of a case (`origins` is empty), or the forecasts of a block of origins.

    `rules` holds what the rules said at these origins, once they have spoken.
    """

    crisis: str
    origins: tuple[date, ...]
    path: Path
    rules: pl.DataFrame | None = None


@dataclass(frozen=True)
class _History:
    """Everything that any part needs; a piece of work for any hands.

    `seen` tells that whoever does a part writes it in its place; otherwise it is handed back.
    """

    cases: Mapping[str, Case]
    origins: Mapping[str, tuple[date, ...]]
    horizons: tuple[int, ...]
    settings: OriginSettings
    forecaster: Forecaster | None
    narrow: Narrow
    pooled: Pooled | None
    seen: bool

    def __call__(self, part: _Part) -> bytes:
        """Do a part; its bytes, or none where they were written."""
        table = _forecast_block(self, part) if part.origins else _forecast_rules(self, part.crisis)
        if not self.seen:
            held = BytesIO()
            table.write_parquet(held, compression="zstd")
            return held.getvalue()
        with replace_whole(part.path) as whole:
            table.write_parquet(whole, compression="zstd")
        return b""


def backtest(
    cases: Sequence[Case],
    horizons: Sequence[int] = HORIZONS,
    *,
    members: int,
    seed: int,
    track: str,
    forecaster: Forecaster | None,
    workers: int = 1,
    out: Path,
    narrow: Narrow,
    priors: str = "leave-one-out",
    version: str = "",
    pooled: Pooled | None = None,
    origins: Mapping[str, Sequence[date]] | None = None,
    runner: Runner | None = None,
    told: Callable[[int, int], None] = lambda done, steps: None,  # noqa: ARG005
) -> Results:
    """Repeat history for whole cases and score every model and rule against what was then counted.

    Parameters
    ----------
    cases
        Whole cases with different crisis names.
    horizons
        Days ahead.
    members, seed, track, priors
        Settings of each forecast; track C or D.
    forecaster
        The model, a function that can be sent to other processes; None for the rules alone.
    workers
        Processes; with 1 everything runs in this one.
    out
        Folder for predictions.parquet, observed.parquet, scores.csv and the parts.
    narrow
        Case, origin, track -> what the forecaster may see.
    version
        Anything else that a change of must make parts worthless, such as the version of the model.
    pooled
        Case, day -> quantiles of the pooled expert figures, None where there are none.
    origins
        By crisis, other days to forecast from than the report dates of its sites (weekly, or those of the
        totals).
    runner
        Who does the parts; by default as many processes as `workers` says. Changes no byte.
    told
        Called with parts done and parts in all.

    Returns
    -------
    results
        What was predicted, what was counted, and the scores.

    Raises
    ------
    SettingsError
        The track is neither C nor D, or two cases have the same crisis name.
    """
    _check(cases, track)
    ahead = tuple(sorted(set(horizons)))
    settings = OriginSettings(members, seed, track, priors)
    others = {case.crisis: elsewhere(case) for case in cases}
    parts = (out / PARTS).resolve()
    parts.mkdir(parents=True, exist_ok=True)
    runner = runner or Processes(workers)
    days = {
        case.crisis: tuple(sorted(origins[case.crisis])) if origins else tuple(report_dates(case))
        for case in sorted(cases, key=lambda one: one.crisis)
    }
    by_name = {case.crisis: case for case in cases}
    history = _History(
        by_name, days, ahead, settings, forecaster, narrow, pooled, seen=sees_folder(runner, parts)
    )
    first: list[_Part] = []
    second: list[_Part] = []
    for crisis, all_days in days.items():
        name = f"{crisis}-{_fingerprint(by_name[crisis], ahead, settings, version, forecaster, all_days)}"
        folder = parts / name
        folder.mkdir(exist_ok=True)
        first.append(_Part(crisis, (), folder / "rules.parquet"))
        if forecaster:
            blocks = [all_days[at : at + BLOCK] for at in range(0, len(all_days), BLOCK)]
            second += [_Part(crisis, block, folder / f"{block[0]}.parquet") for block in blocks]
    kept = {part.path.parent.name for part in first}
    for folder in parts.iterdir():
        if folder.name not in kept and folder.is_dir():
            shutil.rmtree(folder)  # parts of other settings
    _run(history, first, runner, lambda done: told(done, len(first) + len(second)))
    _run(history, second, runner, lambda done: told(len(first) + done, len(first) + len(second)))
    predicted = pl.concat([pl.read_parquet(part.path) for part in [*first, *second]]).sort(_KEYS)
    observed = observed_table(cases, ahead, origins)
    results = score_backtest(predicted, observed, track=track, seed=seed, others=others)
    write_results(results, out)
    return results


def observed_table(
    cases: Sequence[Case], horizons: Sequence[int], origins: Mapping[str, Sequence[date]] | None = None
) -> pl.DataFrame:
    """Lay out what forecasts are scored against, one row per pair of counts.

    Parameters
    ----------
    cases, horizons, origins
        As in `backtest`.

    Returns
    -------
    table
        case, target, location, origin_date, target_end_date (origin and horizon, the day that a prediction is
        for), observed, horizon, series, counted_on (the day of the count), last_count, revised,
        capacity (as published by the origin; null where none was).
    """
    rows = []
    for case in cases:
        days = sorted(origins[case.crisis]) if origins else report_dates(case)
        for target, scope, measure, net in TARGETS:
            capacity = _capacities(case) if net else {}
            rows += [
                {
                    "case": case.crisis,
                    "target": target,
                    "location": pair.location,
                    "origin_date": pair.origin,
                    "target_end_date": pair.origin + timedelta(days=pair.horizon),
                    "observed": float(pair.observed if net else pair.end_count),
                    "horizon": pair.horizon,
                    "series": pair.series,
                    "counted_on": pair.end_date,
                    "last_count": float(pair.last_count),
                    "revised": pair.revised,
                    "capacity": _known_capacity(capacity.get(pair.location, ()), pair.origin),
                }
                for pair in headline_pairs(case, days, horizons, scope, measure)
            ]
    schema = {
        "case": pl.String, "target": pl.String, "location": pl.String, "origin_date": pl.Date,
        "target_end_date": pl.Date, "observed": pl.Float64, "horizon": pl.Int32, "series": pl.String,
        "counted_on": pl.Date, "last_count": pl.Float64, "revised": pl.Boolean, "capacity": pl.Int64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema).sort("case", "target", "location", "origin_date", "horizon")


def _capacities(case: Case) -> dict[str, list[tuple[date, int | None]]]:
    """Give the published capacities of each place, in order of publication."""
    found: dict[str, list[tuple[date, int | None]]] = {}
    for place in sorted(case.locations, key=lambda row: row.published):
        found.setdefault(place.location, []).append((place.published, place.capacity))
    return found


def _known_capacity(versions: Sequence[tuple[date, int | None]], day: date) -> int | None:
    known = [capacity for published, capacity in versions if published <= day]
    return known[-1] if known else None


def write_results(results: Results, out: Path) -> None:
    """Write predictions.parquet (hubverse, long), observed.parquet and scores.csv."""
    levels = [f"{level:g}" for level in QUANTILE_LEVELS]
    long = (
        results.predicted.with_columns(
            pl.lit("quantile").alias("output_type"),
            (pl.col("origin_date") + pl.duration(days=pl.col("horizon"))).alias("target_end_date"),
            pl.lit(results.track).alias("track"),
            pl.lit([levels]).list.first().alias("output_type_id"),
        )
        .explode("value", "output_type_id")
        .select(
            "case", "track", "model", "origin_date", "target", "horizon", "target_end_date", "location",
            "output_type", "output_type_id", "value",
        )
    )  # fmt: skip
    with replace_together(out) as part:  # tables of two different backtests never lie side by side
        for name, table in (("predictions", long), ("observed", results.observed)):
            table.write_parquet(part / f"{name}.parquet", compression="zstd")
        results.scores.write_csv(part / "scores.csv", float_precision=4)


# -- the parts ---------------------------------------------------------------------------------------------

_KEYS = ("case", "model", "target", "location", "origin_date", "horizon")
_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "case": pl.String, "model": pl.String, "target": pl.String, "location": pl.String,
    "origin_date": pl.Date, "horizon": pl.Int32, "value": pl.List(pl.Float64),
}  # fmt: skip


def _run(history: _History, parts: Sequence[_Part], runner: Runner, told: Callable[[int], None]) -> None:
    """Have the parts done that are not there yet."""
    missing = [part for part in parts if not _is_whole(part.path)]
    done = len(parts) - len(missing)
    told(done)
    if not missing:
        return
    for part, content in zip(missing, runner.share(history, _with_rules(missing)), strict=True):
        if content:
            with replace_whole(part.path) as whole:
                whole.write_bytes(content)
        done += 1
        told(done)


def _is_whole(path: Path) -> bool:
    """Tell whether a part is there and can be read; one that a disk has lost is made again."""
    try:
        pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return False
    return True


def _with_rules(parts: Sequence[_Part]) -> Iterator[_Part]:
    """Give each part what the rules said at its origins, since whoever does it may not see our files."""
    for part in parts:
        if part.origins:
            rules = pl.read_parquet(part.path.with_name("rules.parquet")).filter(
                pl.col("origin_date").is_in(list(part.origins)) & (pl.col("target") == TARGETS[0][0])
            )
            yield replace(part, rules=rules)
        else:
            yield part


def _forecast_block(history: _History, part: _Part) -> pl.DataFrame:
    """Ask the forecaster at each origin of a block."""
    rules = pl.DataFrame(schema=_SCHEMA) if part.rules is None else part.rules
    case, s = history.cases[part.crisis], history.settings
    said: dict[date, dict[str, dict[tuple[str, int], FloatArray]]] = {day: {} for day in part.origins}
    for row in rules.iter_rows(named=True):
        cells = said[row["origin_date"]].setdefault(row["model"], {})
        cells[row["location"], row["horizon"]] = np.array(row["value"])
    frames = [pl.DataFrame(schema=_SCHEMA)]
    for origin in part.origins:
        settings = OriginSettings(s.members, s.seed, s.track, s.priors, said[origin])
        known = history.narrow(case, origin, s.track)
        if history.forecaster is not None:
            found = history.forecaster(known, origin, history.horizons, settings)
            frames += [_lay_out(part.crisis, origin, model, cells) for model, cells in found.items()]
    return pl.concat(frames).sort(_KEYS)


def _forecast_rules(history: _History, crisis: str) -> pl.DataFrame:
    """Let every rule speak at every origin of a case."""
    case, horizons, track = history.cases[crisis], history.horizons, history.settings.track
    all_origins = history.origins[crisis]
    library = select_rows(read_library(), case, history.settings.priors)
    frames = [pl.DataFrame(schema=_SCHEMA)]
    if track == "D":
        frames += [_forecast_blind(case, origin, horizons, library) for origin in all_origins]
    for target, scope, measure, net in TARGETS:
        last: dict[date, dict[str, tuple[int, float]]] = {}
        if track != "D":
            questions, past = ask_rules(case, all_origins, horizons, scope, measure)
            values = rule_quantiles(questions, past, library)
            frames += _lay_out_rules(case.crisis, target, questions, values, net=net)
            last = _last_counts(questions)
        for origin in all_origins:
            # without a count of the whole, all who are expected since the beginning
            counts = last.get(origin, {} if net else {TOTAL: (date.min.toordinal(), 0.0)})
            for rule, cells in planning_quantiles(case, origin, counts, horizons, history.pooled).items():
                said = {
                    (target, *key): values if net else values + counts[key[0]][1]
                    for key, values in cells.items()
                }
                frames.append(_lay_out(case.crisis, origin, rule, said))
    return pl.concat(frames).sort(_KEYS)


def _forecast_blind(
    case: Case, origin: date, horizons: tuple[int, ...], library: Sequence[LibraryRow]
) -> pl.DataFrame:
    """Let the one rule that needs no counts speak for every receiving place."""
    places = {p.location for p in case.locations if p.published <= origin and p.kind in RECEIVING_KINDS}
    cells = {(place, h): blind_quantiles(library, h) for place in sorted(places) for h in horizons}
    return _lay_out(case.crisis, origin, "b0_zero", cells)


def _last_counts(questions: Questions) -> dict[date, dict[str, tuple[int, float]]]:
    found: dict[date, dict[str, tuple[int, float]]] = {}
    for at in range(len(questions.origin)):
        there = found.setdefault(date.fromordinal(int(questions.origin[at])), {})
        last = (int(questions.last_day[at]), float(questions.last_count[at]))
        there[questions.sites[questions.site[at]]] = last
    return found


def _lay_out_rules(
    crisis: str, target: str, questions: Questions, values: FloatArray, *, net: bool
) -> list[pl.DataFrame]:
    """Lay out what the rules say of a target; of a whole case only those that do not split it."""
    days = [date.fromordinal(day) for day in questions.origin]
    places = [questions.sites[at] for at in questions.site]
    base = 0.0 if net else questions.last_count[:, None]
    return [
        pl.DataFrame(
            {
                "location": places,
                "origin_date": days,
                "horizon": questions.horizon,
                "value": np.round(values[:, index] + base, DECIMALS),
            }
        ).select(
            pl.lit(crisis).alias("case"),
            pl.lit(rule.name).alias("model"),
            pl.lit(target).alias("target"),
            pl.col("location").cast(pl.String),
            pl.col("origin_date").cast(pl.Date),
            pl.col("horizon").cast(pl.Int32),
            pl.col("value").cast(pl.List(pl.Float64)),
        )
        for index, rule in enumerate(RULES)
        if net or index < RULES_FOR_TOTALS
    ]


def _lay_out(crisis: str, origin: date, model: str, cells: Mapping[Any, FloatArray]) -> pl.DataFrame:
    """Lay out what a model said at an origin, one row per target, location and horizon."""
    rows = []
    for key, values in cells.items():
        target, location, horizon = (TARGETS[0][0], *key) if len(key) == 2 else key
        said = np.asarray(values, np.float64)
        if said.shape != (len(QUANTILE_LEVELS),) or not np.isfinite(said).all() or (np.diff(said) < 0).any():
            raise SettingsError(
                Problem(
                    f"backtest: {crisis}, {model}, {origin}, {location}, horizon {horizon}",
                    "the forecast is no rising row of quantiles",
                    f"expected {len(QUANTILE_LEVELS)} finite numbers in rising order",
                    "correct the model",
                    "bad-quantiles",
                )
            )
        rows.append((crisis, model, target, location, origin, horizon, np.round(said, DECIMALS).tolist()))
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


# -- what makes two backtests the same ---------------------------------------------------------------------


def _fingerprint(
    case: Case,
    horizons: tuple[int, ...],
    settings: OriginSettings,
    version: str,
    forecaster: Forecaster | None,
    days: Sequence[date],
) -> str:
    """Name in twelve letters all that decides about the parts of a case."""
    name = f"{forecaster.__module__}.{forecaster.__qualname__}" if forecaster else ""
    library = [[r.rule, r.crisis, r.horizon, r.said, r.errors.tolist()] for r in read_library()]
    words = [
        __version__, [*horizons], settings.members, settings.seed, settings.track, settings.priors, version,
        name, [str(day) for day in days], ALL_RULE_NAMES, BLOCK, DECIMALS, library,
    ]  # fmt: skip
    content = {name: getattr(case, name) for name in case.__dataclass_fields__ if name != "folder"}
    text = json.dumps(words) + repr(sorted(content.items()))
    return blake2b(text.encode(), digest_size=6).hexdigest()


def _check(cases: Sequence[Case], track: str) -> None:
    problems = []
    if track not in {"C", "D"}:
        problems.append(
            Problem(
                "--track",
                f"found '{track}'",
                "expected C or D",
                "history can be repeated honestly on these two only; choose one",
                "backtest-track",
            )
        )
    names = [case.crisis for case in cases]
    problems += [
        Problem(
            f"case {name}",
            "stands twice among the cases",
            "expected different crises",
            "leave one out, or correct the crisis in its case.toml",
            "crisis-twice",
        )
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if problems:
        raise SettingsError(problems)
