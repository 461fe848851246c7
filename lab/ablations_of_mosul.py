"""Switch parts of the model off on the bundled case and score: `python lab/ablations_of_mosul.py`.

Prints the table of docs/explanation/sensitivity.md. Mosul shaped the model: this shows what parts do, and
proves nothing. By the movement model alone; sites that a run forecasts from their counts are not put in.
"""

from __future__ import annotations

import argparse
import os
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from havenward.case.load import load_case
from havenward.forecast.ablations import compose_ablations, score_ablations
from havenward.forecast.tables import forecast_frames
from havenward.pipeline import bundled_case, known_case, simulate
from havenward.settings import ForecastSettings

if TYPE_CHECKING:
    from havenward.records import Case

ORIGINS = (date(2016, 10, 16), date(2016, 12, 20), date(2017, 2, 19))


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--days", type=int, default=56)
    parser.add_argument("--track", default="C", choices=("C", "D"))
    parser.add_argument("--origins", type=date.fromisoformat, nargs="+", default=ORIGINS)
    options = parser.parse_args()
    case = load_case(bundled_case())

    def asked(origin: date, seed: int) -> ForecastSettings:
        return ForecastSettings(origin, options.days, options.members, seed, options.track)

    runs = []
    for seed in options.seeds:

        def narrow(whole: Case, origin: date, seed: int = seed) -> Case:
            return known_case(whole, asked(origin, seed))

        def forecast(known: Case, origin: date, seed: int = seed) -> pl.DataFrame:
            ensemble = simulate(known, asked(origin, seed), workers=os.cpu_count() or 1)
            kinds = {place.location: place.kind for place in known.locations}
            return pl.concat(forecast_frames(ensemble, kinds, origin))

        runs.append(score_ablations(case, options.origins, narrow, forecast, days=options.days))
    print(compose_ablations(runs))


if __name__ == "__main__":
    main()
