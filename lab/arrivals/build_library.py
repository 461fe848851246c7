"""Make `tables/past_arrivals.csv`: situations at sites of past crises, and what came of them.

    python lab/arrivals/build_library.py CASE... > src/havenward/tables/past_arrivals.csv

CASE are folders made by `havenward import flee`. Each situation is described by what was published by its
origin; its outcome is a pair of the headline score. Rows are thinned evenly over time.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from havenward.case.known import as_of
from havenward.case.load import load_case
from havenward.forecast.analogues import site_features
from havenward.forecast.headline import HORIZONS, headline_pairs, report_dates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havenward.records import Case

ROWS = 160  # of each crisis and horizon at most; twice as many change no score by more than 0.005
DESCRIBED = ("level", "fall_level", "spread", "evidence", "rises", "falls")
FIELDS = (
    *("crisis", "country", "last_published", "location", "origin_date", "horizon", "gap_days"),
    *DESCRIBED,
    "observed",
)


def list_rows(case: Case) -> list[dict[str, str | int]]:
    """List all situations of a case with an outcome, in order of time."""
    origins = report_dates(case)
    pairs = {(p.location, p.series, p.origin, p.horizon): p for p in headline_pairs(case, origins, HORIZONS)}
    last = max(p.published for p in pairs.values()).isoformat()
    rows: list[dict[str, str | int]] = []
    for origin in origins:
        for one in site_features(as_of(case, origin), origin, HORIZONS):
            pair = pairs.get((one.location, one.series, origin, one.horizon))
            if pair:
                rows.append(
                    {
                        "crisis": case.crisis,
                        "country": case.country,
                        "last_published": last,
                        "location": one.location,
                        "origin_date": origin.isoformat(),
                        "horizon": one.horizon,
                        "gap_days": one.gap_days,
                        **{name: f"{getattr(one, name):.3g}" for name in DESCRIBED},
                        "observed": pair.observed,
                    }
                )
    return rows


def thin_rows(rows: Sequence[dict[str, str | int]], most: int = ROWS) -> list[dict[str, str | int]]:
    """Keep at most so many rows of each horizon, evenly over time."""
    kept = []
    for horizon in HORIZONS:
        mine = [row for row in rows if row["horizon"] == horizon]
        take = np.unique(np.linspace(0, len(mine) - 1, min(most, len(mine))).round().astype(int))
        kept += [mine[at] for at in take]
    return kept


if __name__ == "__main__":
    out = csv.DictWriter(sys.stdout, FIELDS, lineterminator="\n")
    out.writeheader()
    for folder in sys.argv[1:]:
        out.writerows(thin_rows(list_rows(load_case(Path(folder)))))
