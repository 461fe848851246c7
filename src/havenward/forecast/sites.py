"""What is said of a site with counts: the learned part pooled with simple rules.

This is the model `havenward` of the backtest. The movement model is held beside it as `havenward_movement`
and not pooled in where counts of a site exist: on crises that it had not seen it added nothing to them
(docs/explanation/site-forecasts.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from havenward.forecast.analogues import forecast_sites, read_library
from havenward.forecast.combine import WEIGHTS, combine
from havenward.forecast.headline import count_series, followed_series
from havenward.records import QUANTILE_LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import polars as pl
    from numpy.typing import NDArray

    from havenward.records import Case

    FloatArray = NDArray[np.float64]
    Cells = Mapping[tuple[str, int], FloatArray]

ASKED = (1, 3, 7, 14, 21, 28, 42, 56, 70, 84)
# Counts say more than movement where there are some of the last year; the backtest reaches 56 days ahead.
LEAST_COUNTS = 4
LONGEST_GAP_DAYS = 365
FADE_FROM, FADE_UNTIL = 56, 84
SITE_TARGETS = ("stock", "net_arrivals")
MODEL = "havenward"
LEARNED = "havenward_analogues"


def pool_sites(
    known: Case, origin: date, horizons: Sequence[int], rules: Mapping[str, Cells], prior_set: str
) -> dict[str, dict[tuple[str, int], FloatArray]]:
    """Forecast the net arrivals of each site that has a count.

    Parameters
    ----------
    known
        The case as it was known at the origin.
    origin
        Day of the forecast.
    horizons
        Days ahead.
    rules
        What the simple rules say, by rule, then by site and horizon.
    prior_set
        `time-ordered` or `leave-one-out`.

    Returns
    -------
    forecasts
        For `havenward` and `havenward_analogues`, by site and horizon: 23 quantiles of net arrivals.
    """
    learned = {
        (location, horizon): values
        for (location, _, horizon), values in forecast_sites(
            known, origin, horizons, read_library(), prior_set
        ).items()
    }
    if not learned:
        return {MODEL: {}, LEARNED: {}}
    keys = sorted(learned)
    parts = {"analogues": np.stack([learned[key] for key in keys])}
    for name in WEIGHTS:
        said = rules.get(name, {})
        if name != "analogues" and all(key in said for key in keys):
            parts[name] = np.stack([said[key] for key in keys])
    pooled = combine(parts)
    return {MODEL: dict(zip(keys, pooled, strict=True)), LEARNED: learned}


def ask_days(horizon_days: int) -> tuple[int, ...]:
    """Name the days ahead that are asked for; the days between them are interpolated."""
    return tuple(sorted({day for day in ASKED if day < horizon_days} | {min(horizon_days, ASKED[-1])}))


def counted_stocks(
    known: Case, origin: date, pooled: Mapping[str, Cells]
) -> dict[tuple[str, int], FloatArray]:
    """Turn pooled net arrivals into quantiles of the stock, at sites with counts enough.

    Returns
    -------
    stocks
        By site and days ahead, shape (2, level): quantiles of the stock and of the net arrivals; where they
        come from movement again after `FADE_UNTIL` days, `put_in_sites` sees to it.
    """
    today = origin.toordinal()
    counted = {}
    for series in followed_series(count_series(known), today):
        days, people = series.known(today)
        if len(days) >= LEAST_COUNTS and today - days[-1] <= LONGEST_GAP_DAYS:
            counted[series.location] = float(people[-1])
    return {
        (location, horizon): np.stack([np.maximum(0.0, counted[location] + net), net])
        for (location, horizon), net in pooled[MODEL].items()
        if location in counted
    }


def put_in_sites(table: pl.DataFrame, stocks: Mapping[tuple[str, int], FloatArray]) -> pl.DataFrame:
    """Put the forecasts of counted sites into a table of forecasts, day by day.

    Up to `FADE_FROM` days ahead they replace what movement says of the stock and of the net arrivals; from
    then on quantiles are mixed, and after `FADE_UNTIL` days movement speaks alone.
    """
    import polars as pl

    if not stocks:
        return table
    places = {location for location, _ in stocks}
    mine = pl.col("location").is_in(sorted(places)) & pl.col("target").is_in(list(SITE_TARGETS))
    order = table.with_row_index("row")
    rows = order.filter(mine & (pl.col("horizon") < FADE_UNTIL))
    levels = {f"{level:g}": index for index, level in enumerate(QUANTILE_LEVELS)}
    lines: dict[str, tuple[FloatArray, FloatArray]] = {}
    for place in sorted(places):
        asked = sorted(horizon for location, horizon in stocks if location == place)
        lines[place] = np.array(asked, np.float64), np.stack([stocks[place, horizon] for horizon in asked])
    changed = []
    for place, target, horizon, level, value in rows.select(
        "location", "target", "horizon", "output_type_id", "value"
    ).iter_rows():
        days, said = lines[place]
        column = said[:, SITE_TARGETS.index(target), levels[level]]
        counted = float(np.interp(horizon, days, column))
        share = min(1.0, max(0.0, (FADE_UNTIL - horizon) / (FADE_UNTIL - FADE_FROM)))
        changed.append(share * counted + (1.0 - share) * value)
    rows = rows.with_columns(pl.Series("value", changed, dtype=pl.Float64))
    return (
        pl.concat([order.filter(~pl.col("row").is_in(rows["row"].to_list())), rows]).sort("row").drop("row")
    )
