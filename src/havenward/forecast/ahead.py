"""What the counting system of the case would report next: it errs at first the way its last count erred."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from havenward.forecast.counts import Count, main_series
from havenward.records import TOTAL

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from havenward.forecast.posterior import Posterior
    from havenward.randomness import Streams
    from havenward.records import Members


def count_ahead(
    posterior: Posterior, ensemble: Members, origin_date: date, streams: Streams
) -> NDArray[np.float64] | None:
    """Draw the counts of everybody displaced that are still to come, in the main series.

    Parameters
    ----------
    posterior
        What the counts taught.
    ensemble
        Its members, up to the last day.
    origin_date
        Days after it are drawn.
    streams
        All randomness of the run.

    Returns
    -------
    counted
        Shape (member, day) with NaN up to the origin date, or None where the series has no count of
        everybody displaced yet.
    """
    model = posterior.latest
    series = main_series(posterior.model.counts)
    known = [c for c in model.counts if (c.series, c.measure, c.scope) == (series, "stock", TOTAL)]
    if not known:
        return None
    like = known[-1]
    members, days = ensemble.displaced.shape
    first = max(0, (origin_date - ensemble.first_date).days + 1)
    wanted = [
        Count(
            series, "stock", TOTAL, "", day, day, 0.0,
            flow=False, families=like.families, counted=like.counted, rounding=0.0,
        )
        for day in range(first, days)
    ]  # fmt: skip
    generator = np.random.Generator(np.random.PCG64(streams.key("counts to come")))
    counted = np.full((members, days), np.nan)
    if wanted:
        counted[:, first:] = model.draw_ahead(ensemble, posterior.counting, wanted, generator)
    return counted
