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
from havenward.records import QUANTILE_LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from havenward.records import Case

    FloatArray = NDArray[np.float64]
    Cells = Mapping[tuple[str, int], FloatArray]

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


def stock_quantiles(net: FloatArray, last_count: float) -> FloatArray:
    """Turn quantiles of net arrivals into those of the stock: never below nobody."""
    values: FloatArray = np.maximum(0.0, last_count + net)
    if values.shape[-1] != len(QUANTILE_LEVELS):
        message = "expected one value per quantile level"
        raise ValueError(message)
    return values
