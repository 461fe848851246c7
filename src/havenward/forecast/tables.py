"""Which tables a run folder holds and in which shape: members, forecast, assumptions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from havenward.distributions import weighted_quantiles
from havenward.forecast.ensemble import count_displaced
from havenward.records import QUANTILE_LEVELS, RECEIVING_KINDS, TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from numpy.typing import NDArray

    from havenward.records import Ensemble

    # a target, a location, and its values by member and day
    Series = tuple[str, str, NDArray[np.generic]]

_LEVEL_NAMES = [f"{level:g}" for level in QUANTILE_LEVELS]


def run_tables(
    ensemble: Ensemble,
    kinds: Mapping[str, str],
    origin_date: date,
    prior: Mapping[str, NDArray[np.float64]] | None = None,
    counted: NDArray[np.float64] | None = None,
) -> dict[str, pl.DataFrame]:
    """Make the four tables of a run folder.

    Parameters
    ----------
    ensemble
        What the members drew and did.
    kinds
        Kind of each location.
    origin_date
        Horizons count from it.
    prior
        What the members had drawn before any count, by assumption; by default what they draw.
    counted
        What the counting system would report of everybody displaced, shape (member, day), where counts have
        taught how it errs; by default its assumed coverage and family size alone.
    """
    return {
        "members": members_table(ensemble),
        "members_weights": pl.DataFrame(
            {"member": np.arange(len(ensemble.weights), dtype=np.int32), "weight": ensemble.weights}
        ),
        "forecast": forecast_table(ensemble, kinds, origin_date, counted),
        "assumptions": assumptions_table(ensemble, prior or {}),
    }


def assumptions_table(
    ensemble: Ensemble, prior: Mapping[str, NDArray[np.float64]] | None = None
) -> pl.DataFrame:
    """Lay out what each member drew: name, member, value, and prior: what it had drawn before any count."""
    schema = {"name": pl.String, "member": pl.Int32, "value": pl.Float64, "prior": pl.Float64}
    before = prior or {}
    return pl.concat(
        [
            pl.DataFrame(schema=schema),
            *(
                pl.DataFrame(
                    {
                        "member": np.arange(len(values), dtype=np.int32),
                        "value": values,
                        "prior": before.get(name, values),
                    }
                ).select(pl.lit(name).alias("name"), "member", "value", "prior")
                for name, values in sorted(ensemble.draws.items())
            ),
        ]
    )


def members_table(ensemble: Ensemble) -> pl.DataFrame:
    """Lay the ensemble out long: member, date, location, stock, arrivals, departures.

    Rows are sorted by location, member and date; the whole case stands under `total`: people displaced,
    newly displaced that day, returned that day.
    """
    members, days, _ = ensemble.stock.shape
    names = [*ensemble.locations, TOTAL]
    # one block per location: small runs of repeated values, which Parquet stores in next to nothing
    member = np.repeat(np.arange(members, dtype=np.int32), days)
    day = np.tile(np.arange(days, dtype=np.int32), members)
    dates = pl.Series("date", day + _day_number(ensemble.first_date)).cast(pl.Date)
    kind = pl.Enum(names)
    blocks = []
    for index, name in enumerate(names):
        triple = (
            (ensemble.displaced, ensemble.newly_displaced, ensemble.returned)
            if name == TOTAL
            else (
                ensemble.stock[:, :, index],
                ensemble.arrivals[:, :, index],
                ensemble.departures[:, :, index],
            )
        )
        stock, arrivals, departures = (np.ascontiguousarray(values).ravel() for values in triple)
        blocks.append(
            pl.DataFrame(
                [
                    pl.Series("member", member),
                    dates,
                    pl.Series("location", [name], dtype=kind).new_from_index(0, members * days),
                    pl.Series("stock", stock),
                    pl.Series("arrivals", arrivals),
                    pl.Series("departures", departures),
                ]
            )
        )
    return pl.concat(blocks, rechunk=False)


def forecast_table(
    ensemble: Ensemble,
    kinds: Mapping[str, str],
    origin_date: date,
    counted: NDArray[np.float64] | None = None,
) -> pl.DataFrame:
    """Give the quantiles of every target in hubverse columns, for the days after the origin date."""
    days = ensemble.stock.shape[1]
    dates = [ensemble.first_date + timedelta(days=d) for d in range(days)]
    ahead = np.array([(d - origin_date).days for d in dates], dtype=np.int32)
    use = ahead > 0
    end_dates = pl.Series("target_end_date", [d for d in dates if d > origin_date], dtype=pl.Date)
    blocks = []
    for target, location, values in _targets(ensemble, kinds, ahead, counted):
        levels = weighted_quantiles(values[:, use], ensemble.weights, QUANTILE_LEVELS)
        count = int(use.sum())
        blocks.append(
            pl.DataFrame(
                {
                    "horizon": np.tile(ahead[use], len(QUANTILE_LEVELS)),
                    "target_end_date": pl.concat([end_dates] * len(QUANTILE_LEVELS)),
                    "output_type_id": np.repeat(_LEVEL_NAMES, count),
                    "value": levels.ravel().astype(np.float64),
                }
            ).select(
                pl.lit(origin_date).alias("origin_date"),
                pl.lit(target).alias("target"),
                "horizon",
                "target_end_date",
                pl.lit(location).alias("location"),
                pl.lit("quantile").alias("output_type"),
                "output_type_id",
                "value",
            )
        )
    return pl.concat(blocks)


def site_net_arrivals(
    ensemble: Ensemble, kinds: Mapping[str, str], origin_date: date, horizons: Iterable[int]
) -> dict[tuple[str, int], NDArray[np.float64]]:
    """Give the quantiles of net arrivals since the origin date, by receiving place and days ahead."""
    first = (origin_date - ensemble.first_date).days
    ahead = np.arange(ensemble.stock.shape[1], dtype=np.int32) - first
    found = {}
    for index, name in enumerate(ensemble.locations):
        if kinds[name] not in RECEIVING_KINDS:
            continue
        net = ensemble.stock[:, :, index] - _stock_at_origin(ensemble, index, ahead)
        for horizon in horizons:
            values = net[:, first + horizon][:, None]
            levels = weighted_quantiles(values, ensemble.weights, QUANTILE_LEVELS)
            found[name, horizon] = levels.ravel().astype(np.float64)
    return found


def _targets(
    ensemble: Ensemble,
    kinds: Mapping[str, str],
    ahead: NDArray[np.int32],
    counted: NDArray[np.float64] | None,
) -> Iterator[Series]:
    """Name every target and give its values by member and day."""
    camps = np.zeros_like(ensemble.displaced)
    inside = np.zeros_like(ensemble.displaced)
    for index, name in enumerate(ensemble.locations):
        stock = ensemble.stock[:, :, index]
        yield "stock", name, stock
        if kinds[name] in RECEIVING_KINDS:
            yield "net_arrivals", name, stock - _stock_at_origin(ensemble, index, ahead)
        if kinds[name] == "camp":
            camps += stock - ensemble.opening[:, index][:, None]
        if kinds[name] == "origin":
            inside += stock
    yield "stock", TOTAL, ensemble.displaced
    yield "displaced_total", TOTAL, np.cumsum(ensemble.newly_displaced, axis=1)
    yield "remaining", TOTAL, inside - np.cumsum(ensemble.returned, axis=1)
    if counted is not None:
        yield "counted_displaced", TOTAL, counted
    elif "count_multiplier" in ensemble.draws:  # where it is known how counting differs from the people
        yield "counted_displaced", TOTAL, count_displaced(ensemble.displaced, camps, dict(ensemble.draws))


def _stock_at_origin(ensemble: Ensemble, index: int, ahead: NDArray[np.int32]) -> NDArray[np.int32]:
    """Give the stock at the end of the origin date, shape (member, 1); the opening one before day 0."""
    at = np.flatnonzero(ahead == 0)
    if at.size:
        return ensemble.stock[:, at[0], index][:, None]
    return ensemble.opening[:, index][:, None]


def _day_number(day: date) -> int:
    return day.toordinal() - 719163  # days since 1970-01-01, as polars counts them
