"""What each part of the model is worth: the same forecasts with one part switched off, scored side by side.

A part is switched off by an assumption, never by other code, so that what is compared is what runs. The
forecaster is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from havenward.distributions import Distribution
from havenward.errors import Problem, SettingsError, nearest
from havenward.forecast.measures import (
    coverage,
    log_arrivals,
    weighted_interval_score,
    weighted_interval_score_log,
    width,
)
from havenward.records import QUANTILE_LEVELS, TOTAL, Assumption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import polars as pl
    from numpy.typing import NDArray

    from havenward.records import Case, Observation

    FloatArray = NDArray[np.float64]
    # (case as known and varied, origin date) -> table in the columns of forecast.parquet
    Forecast = Callable[[Case, date], pl.DataFrame]

AS_IT_IS = "as it is"
ALWAYS = date(1900, 1, 1)  # an assumption of a variation is known from the beginning
# more people than any gate meets in a day
NO_LIMIT = 2_000_000_000.0
# what each target is held against: measure of a count, and whether it is of single places
TARGETS = {
    "counted_displaced": ("stock", False),
    "displaced_total": ("cumulative_displaced", False),
    "stock": ("stock", True),
}


class Ablation(NamedTuple):
    """A part that is switched off: what that means, the values that are fixed, what is taken out."""

    words: str
    fixed: Mapping[str, float]
    without: tuple[str, ...] = ()


ABLATIONS: Mapping[str, Ablation] = {
    AS_IT_IS: Ablation("nothing is switched off", {}),
    "no front": Ablation(
        "the front reaches everybody on the first day that it may",
        {"battle_days": 1.0, "pause_days": 0.0, "contest_days": 1.0},
    ),
    "no gate": Ablation(
        "screening lets everybody pass within a day",
        {"screening_days": 1.0, "screening_capacity": NO_LIMIT},
    ),
    "no blocking": Ablation("nobody is kept from leaving", {"blocking": 0.0}),
    "no destination effects": Ablation(
        "places differ by distance, kind and room alone", {"destination_spread": 0.0}
    ),
    "no day shock": Ablation("departures do not come in bursts", {"day_shock": 0.0}),
    "no expert prior": Ablation(
        "published figures are not used; past crises say what share leaves", {}, ("displaced_total",)
    ),
    "no observation bias": Ablation(
        "counts are taken as the people there",
        {"count_multiplier": 1.0, "camp_coverage": 1.0, "host_coverage": 1.0},
    ),
}


@dataclass(frozen=True)
class AblationScore:
    """How a variation did from one origin date for one target, over `n` counts.

    `wis_log` and `wis` are means of the weighted interval score of log(1 + people) and of people; `inside_50`
    and `inside_95` shares of counts inside; `width_95` the mean width in people; `bias` the mean of
    log((1 + middle) / (1 + count)), above zero where too many were forecast; `change` is how much larger
    `wis_log` is than that of the model as it is: above zero, the part helps.
    """

    origin: date
    name: str
    target: str
    n: int
    wis_log: float
    wis: float
    inside_50: float
    inside_95: float
    width_95: float
    bias: float
    change: float


def ablate(assumptions: Iterable[Assumption], name: str) -> tuple[Assumption, ...]:
    """Switch a part of the model off in a list of assumptions.

    Parameters
    ----------
    assumptions
        Of a case; what a variation fixes need not be among them.
    name
        One of `ABLATIONS`.

    Returns
    -------
    assumptions
        Sorted by name; also assumptions about single groups and places (`NAME.part`) are fixed or taken out.

    Raises
    ------
    SettingsError
        There is no such variation.
    """
    chosen = _find(name)
    kept = {a.name: a for a in assumptions if _stem(a.name) not in chosen.without}
    for fixed, value in chosen.fixed.items():
        for each in {fixed, *(one for one in kept if _stem(one) == fixed)}:
            before = kept.get(each)
            kept[each] = Assumption(
                name=each,
                published=before.published if before else ALWAYS,
                distribution=Distribution("fixed", {"value": value}),
                unit=before.unit if before else "",
                reason=f"{name}: {chosen.words}.",
            )
    return tuple(kept[each] for each in sorted(kept))


def ablate_case(known: Case, name: str) -> Case:
    """Switch a part off in a case as known: its assumptions, and what published events say about the part."""
    events = known.events
    if "screening_capacity" in _find(name).fixed:
        events = tuple(replace(e, value=None) if e.kind == "screening" else e for e in events)
    return replace(known, assumptions=ablate(known.assumptions, name), events=events)


def _find(name: str) -> Ablation:
    if name in ABLATIONS:
        return ABLATIONS[name]
    close = nearest(name, list(ABLATIONS))
    raise SettingsError(
        Problem(
            "ablation",
            f"found '{name}'",
            f"expected one of {', '.join(ABLATIONS)}",
            f"did you mean '{close}'?" if close else "choose one of these",
            "unknown-choice",
        )
    )


def _stem(name: str) -> str:
    return name.partition(".")[0]


def score_ablations(
    case: Case,
    origins: Sequence[date],
    narrow: Callable[[Case, date], Case],
    forecast: Forecast,
    *,
    names: Sequence[str] = tuple(ABLATIONS),
    days: int = 56,
) -> tuple[AblationScore, ...]:
    """Forecast with each part switched off in turn and score against what was counted later.

    Parameters
    ----------
    case
        The whole case, later counts included.
    origins
        Origin dates.
    narrow
        Gives what of the case was known at an origin date.
    forecast
        Gives quantiles for a varied case as known; should draw the same chance each time, so that variations
        are compared in pairs.
    names
        Variations, `AS_IT_IS` always among them.
    days
        Counts up to so many days after the origin date are used.

    Returns
    -------
    scores
        By origin, variation and target; targets without counts are left out.
    """
    scores: list[AblationScore] = []
    for origin in origins:
        known = narrow(case, origin)
        later = _later_counts(case.observations, origin, origin + timedelta(days=days))
        basis: dict[str, float] = {}
        for name in (AS_IT_IS, *(each for each in names if each != AS_IT_IS)):
            table = forecast(ablate_case(known, name), origin)
            for target, (quantiles, observed) in sorted(_pair(table, later).items()):
                score = float(weighted_interval_score_log(quantiles, observed, QUANTILE_LEVELS).mean())
                basis.setdefault(target, score)
                scores.append(
                    AblationScore(
                        origin=origin,
                        name=name,
                        target=target,
                        n=len(observed),
                        wis_log=score,
                        wis=float(weighted_interval_score(quantiles, observed, QUANTILE_LEVELS).mean()),
                        inside_50=float(coverage(quantiles, observed, QUANTILE_LEVELS, 50).mean()),
                        inside_95=float(coverage(quantiles, observed, QUANTILE_LEVELS, 95).mean()),
                        width_95=float(width(quantiles, QUANTILE_LEVELS, 95).mean()),
                        bias=_bias(quantiles, observed),
                        change=score / basis[target] - 1.0 if basis[target] > 0 else 0.0,
                    )
                )
    return tuple(scores)


def _bias(quantiles: FloatArray, observed: FloatArray) -> float:
    middle = quantiles[:, QUANTILE_LEVELS.index(0.5)]
    return float((log_arrivals(middle) - log_arrivals(observed)).mean())


def _later_counts(observations: Iterable[Observation], after: date, until: date) -> list[Observation]:
    """Take the latest version of each count of the days after the origin date."""
    latest: dict[tuple[object, ...], Observation] = {}
    for row in observations:
        if row.persons is None or row.origin or not after < row.date <= until:
            continue
        key = (row.scope, row.location, row.measure, row.series, row.date, row.date_from)
        if key not in latest or latest[key].published <= row.published:
            latest[key] = row
    return list(latest.values())


def _pair(table: pl.DataFrame, counts: Sequence[Observation]) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Put quantiles beside counts, by target: shape (count, level) and (count,)."""
    import polars as pl

    keys = ("target", "location", "target_end_date")
    said = {
        (target, place, day): values
        for target, place, day, values in table.filter(pl.col("target").is_in(list(TARGETS)))
        .sort(*keys, pl.col("output_type_id").cast(pl.Float64))
        .group_by(*keys, maintain_order=True)
        .agg("value")
        .iter_rows()
    }
    pairs: dict[str, list[tuple[list[float], float]]] = {}
    for target, (measure, of_places) in TARGETS.items():
        for row in counts:
            if row.measure != measure or row.scope != ("location" if of_places else TOTAL):
                continue
            found = said.get((target, row.location if of_places else TOTAL, row.date))
            if found is not None and row.persons is not None:
                pairs.setdefault(target, []).append((found, float(row.persons)))
    return {
        target: (np.array([values for values, _ in rows]), np.array([seen for _, seen in rows]))
        for target, rows in pairs.items()
    }


def compose_ablations(runs: Sequence[Sequence[AblationScore]]) -> str:
    """Write scores as a Markdown table: means over runs, and how far changes spread from run to run.

    Parameters
    ----------
    runs
        Scores of `score_ablations`, one list per seed, alike in everything else.
    """
    lines = [
        "| origin | target | n | variation | WIS of log | change | over seeds | bias | in 50 % | in 95 % |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for rows in sorted(zip(*runs, strict=True), key=lambda rows: (rows[0].origin, rows[0].target)):
        one = rows[0]
        change = [row.change for row in rows]
        score, bias, half, most = (
            np.mean([getattr(row, what) for row in rows])
            for what in ("wis_log", "bias", "inside_50", "inside_95")
        )
        spread = "" if one.name == AS_IT_IS else f"{np.mean(change):+.0%}"
        reach = "" if one.name == AS_IT_IS else f"{min(change):+.0%} to {max(change):+.0%}"
        lines.append(
            f"| {one.origin} | {one.target} | {one.n} | {one.name} | {score:.3f} | {spread} | {reach} "
            f"| {np.expm1(bias):+.0%} | {half:.2f} | {most:.2f} |"
        )
    return "\n".join(lines) + "\n"
