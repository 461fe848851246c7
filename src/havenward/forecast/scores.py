"""How good a forecast was: interval scores and coverage against counts, on counts and on their logarithms."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from havenward.forecast.measures import CENTRAL, weighted_interval_score
from havenward.records import QUANTILE_LEVELS, TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl
    from numpy.typing import NDArray

    from havenward.records import Observation

    FloatArray = NDArray[np.float64]

# what a count of people displaced is held against: the people themselves, and those a counting system sees
TARGETS = ("stock", "counted_displaced")


@dataclass(frozen=True)
class Score:
    """How a target did at one location, or at all places together (`all`), over `n` counts.

    `wis` and `wis_log` are means of the weighted interval score of the count and of log(1 + count);
    `coverage_*` are shares of counts inside the central interval; `width_95` is its mean width.
    """

    target: str
    location: str
    series: str
    n: int
    wis: float
    wis_log: float
    coverage_50: float
    coverage_80: float
    coverage_95: float
    width_95: float


def score_counts(forecast: pl.DataFrame, observations: Iterable[Observation]) -> list[Score]:
    """Score the stock of a run against every count of a stock after its origin date.

    Parameters
    ----------
    forecast
        `forecast.parquet` of a run.
    observations
        Counts; those of a stock at a location or of the whole case are used, each series by itself.

    Returns
    -------
    scores
        One per location and series, then one per series over all its places (`all`, the total left out).
    """
    import polars as pl

    wanted = [
        (o.location if o.scope == "location" else TOTAL, o.date, o.series, float(o.persons))
        for o in observations
        if o.measure == "stock" and o.persons is not None and o.scope in ("location", "total")
    ]
    table = forecast.filter(pl.col("target").is_in(list(TARGETS)))
    keys = ("target", "location", "target_end_date")
    said = {
        (target, place, day): np.array(values)
        for target, place, day, values in table.sort(*keys, pl.col("output_type_id").cast(float))
        .group_by(*keys, maintain_order=True)
        .agg("value")
        .iter_rows()
    }
    rows: dict[tuple[str, str, str], list[tuple[FloatArray, float]]] = defaultdict(list)
    for place, day, series, persons in wanted:
        for target in TARGETS:
            if (target, place, day) in said:
                rows[series, target, place].append((said[target, place, day], persons))
    scores = [
        _summarise(target, place, series, pairs) for (series, target, place), pairs in sorted(rows.items())
    ]
    for name in sorted({series for series, _, _ in rows}):
        sites = [key for key in rows if key[:2] == (name, "stock") and key[2] != TOTAL]
        if len(sites) > 1:
            scores.append(_summarise("stock", "all", name, [pair for key in sites for pair in rows[key]]))
    return scores


def _summarise(target: str, place: str, series: str, pairs: list[tuple[FloatArray, float]]) -> Score:
    quantiles = np.stack([values for values, _ in pairs])
    observed = np.array([persons for _, persons in pairs])
    at = {level: index for index, level in enumerate(QUANTILE_LEVELS)}
    inside = {
        share: float(((observed >= quantiles[:, at[low]]) & (observed <= quantiles[:, at[high]])).mean())
        for share, (low, high) in CENTRAL.items()
    }
    logs = weighted_interval_score(np.log1p(np.maximum(quantiles, 0)), np.log1p(observed), QUANTILE_LEVELS)
    return Score(
        target=target,
        location=place,
        series=series,
        n=len(pairs),
        wis=float(weighted_interval_score(quantiles, observed, QUANTILE_LEVELS).mean()),
        wis_log=float(logs.mean()),
        coverage_50=inside[50],
        coverage_80=inside[80],
        coverage_95=inside[95],
        width_95=float((quantiles[:, at[0.975]] - quantiles[:, at[0.025]]).mean()),
    )
