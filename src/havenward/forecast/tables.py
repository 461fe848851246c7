"""Which tables a run folder holds and in which shape: members, forecast, assumptions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from havenward.distributions import weighted_quantiles
from havenward.forecast.ensemble import count_displaced
from havenward.records import QUANTILE_LEVELS, RECEIVING_KINDS, TOTAL
from havenward.runners import Threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date

    from numpy.typing import NDArray

    from havenward.records import Members
    from havenward.runners import Runner

    # a target, a location, and its values by member and day
    Series = tuple[str, str, NDArray[np.generic]]

ONE = Threads(1)
_LEVEL_NAMES = [f"{level:g}" for level in QUANTILE_LEVELS]


def run_tables(
    members: Members,
    kinds: Mapping[str, str],
    origin_date: date,
    prior: Mapping[str, NDArray[np.float64]] | None = None,
    counted: NDArray[np.float64] | None = None,
    amend: Callable[[pl.DataFrame], pl.DataFrame] = lambda table: table,
    runner: Runner = ONE,
) -> dict[str, pl.DataFrame | pl.LazyFrame]:
    """Make the four tables of a run folder; the two long ones are lazy and made while they are written.

    Parameters
    ----------
    members
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
    amend
        Changes the forecast of some places, one target of one place at a time.
    runner
        Threads that share the sorting; change no byte.
    """
    forecast = forecast_frames(members, kinds, origin_date, counted, runner)
    return {
        "members": _lazily(members_schema(members), members_frames(members)),
        "members_weights": pl.DataFrame(
            {"member": np.arange(len(members.weights), dtype=np.int32), "weight": members.weights}
        ),
        "forecast": _lazily(FORECAST_SCHEMA, map(amend, forecast)),
        "assumptions": assumptions_table(members, prior or {}),
    }


def _lazily(schema: Mapping[str, Any], frames: Iterator[pl.DataFrame]) -> pl.LazyFrame:
    """Make a table of frames that are made when it is their turn to be written; it can be read once."""
    from polars.io.plugins import register_io_source

    def give(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        assert with_columns is None  # noqa: S101 - written whole, so nothing is asked of it
        assert predicate is None  # noqa: S101
        assert n_rows is None  # noqa: S101
        del batch_size
        yield from frames

    return register_io_source(give, schema=schema)


def assumptions_table(
    members: Members, prior: Mapping[str, NDArray[np.float64]] | None = None
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
                for name, values in sorted(members.draws.items())
            ),
        ]
    )


def members_schema(members: Members) -> dict[str, Any]:
    """Name the columns of the members table and their types."""
    places = pl.Enum([*members.locations, TOTAL])
    counts = dict.fromkeys(("stock", "arrivals", "departures"), pl.Int32)
    return {"member": pl.Int32, "date": pl.Date, "location": places, **counts}


def members_frames(members: Members) -> Iterator[pl.DataFrame]:
    """Lay the ensemble out long, a place at a time: member, date, location, stock, arrivals, departures.

    Rows are sorted by location, member and date; the whole case stands under `total`: people displaced,
    newly displaced that day, returned that day.
    """
    size, days = members.displaced.shape
    schema = members_schema(members)
    # one block per location: small runs of repeated values, which Parquet stores in next to nothing
    member = pl.Series("member", np.repeat(np.arange(size, dtype=np.int32), days))
    day = np.tile(np.arange(days, dtype=np.int32), size)
    dates = pl.Series("date", day + _day_number(members.first_date)).cast(pl.Date)
    for index, name in enumerate([*members.locations, TOTAL]):
        triple = (
            (members.displaced, members.newly_displaced, members.returned)
            if name == TOTAL
            else members.at(index)
        )
        stock, arrivals, departures = (np.ascontiguousarray(values).ravel() for values in triple)
        yield pl.DataFrame(
            [
                member,
                dates,
                pl.Series("location", [name], dtype=schema["location"]).new_from_index(0, size * days),
                pl.Series("stock", stock),
                pl.Series("arrivals", arrivals),
                pl.Series("departures", departures),
            ]
        )


FORECAST_SCHEMA: Mapping[str, Any] = {
    "origin_date": pl.Date,
    "target": pl.String,
    "horizon": pl.Int32,
    "target_end_date": pl.Date,
    "location": pl.String,
    "output_type": pl.String,
    "output_type_id": pl.String,
    "value": pl.Float64,
}


def forecast_frames(
    members: Members,
    kinds: Mapping[str, str],
    origin_date: date,
    counted: NDArray[np.float64] | None = None,
    runner: Runner = ONE,
) -> Iterator[pl.DataFrame]:
    """Give the quantiles of every target in hubverse columns, for the days after the origin date.

    One frame per target and place, so that a table of many places never stands in memory.
    """
    days = members.displaced.shape[1]
    dates = [members.first_date + timedelta(days=d) for d in range(days)]
    ahead = np.array([(d - origin_date).days for d in dates], dtype=np.int32)
    use = ahead > 0
    end_dates = pl.Series("target_end_date", [d for d in dates if d > origin_date], dtype=pl.Date)
    count = int(use.sum())

    def sort(series: Series) -> pl.DataFrame:
        target, location, values = series
        levels = weighted_quantiles(values[:, use], members.weights, QUANTILE_LEVELS)
        return pl.DataFrame(
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

    return runner.share(sort, _targets(members, kinds, ahead, counted))


def site_net_arrivals(
    members: Members, kinds: Mapping[str, str], origin_date: date, horizons: Iterable[int]
) -> dict[tuple[str, int], NDArray[np.float64]]:
    """Give the quantiles of net arrivals since the origin date, by receiving place and days ahead."""
    first = (origin_date - members.first_date).days
    ahead = np.arange(members.displaced.shape[1], dtype=np.int32) - first
    found = {}
    for index, name in enumerate(members.locations):
        if kinds[name] not in RECEIVING_KINDS:
            continue
        stock = members.at(index)[0]
        net = stock - _stock_at_origin(members, index, stock, ahead)
        for horizon in horizons:
            values = net[:, first + horizon][:, None]
            levels = weighted_quantiles(values, members.weights, QUANTILE_LEVELS)
            found[name, horizon] = levels.ravel().astype(np.float64)
    return found


def _targets(
    members: Members,
    kinds: Mapping[str, str],
    ahead: NDArray[np.int32],
    counted: NDArray[np.float64] | None,
) -> Iterator[Series]:
    """Name every target and give its values by member and day."""
    camps = np.zeros_like(members.displaced)
    inside = np.zeros_like(members.displaced)
    for index, name in enumerate(members.locations):
        stock = members.at(index)[0]
        yield "stock", name, stock
        if kinds[name] in RECEIVING_KINDS:
            yield "net_arrivals", name, stock - _stock_at_origin(members, index, stock, ahead)
        if kinds[name] == "camp":
            camps += stock - members.opening[:, index][:, None]
        if kinds[name] == "origin":
            inside += stock
    yield "stock", TOTAL, members.displaced
    yield "displaced_total", TOTAL, np.cumsum(members.newly_displaced, axis=1)
    yield "remaining", TOTAL, inside - np.cumsum(members.returned, axis=1)
    if counted is not None:
        yield "counted_displaced", TOTAL, counted
    elif "count_multiplier" in members.draws:  # where it is known how counting differs from the people
        yield "counted_displaced", TOTAL, count_displaced(members.displaced, camps, dict(members.draws))


def _stock_at_origin(
    members: Members, index: int, stock: NDArray[np.int32], ahead: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Give the stock at the end of the origin date, shape (member, 1); the opening one before day 0."""
    at = np.flatnonzero(ahead == 0)
    if at.size:
        return stock[:, at[0]][:, None]
    return members.opening[:, index][:, None]


def _day_number(day: date) -> int:
    return day.toordinal() - 719163  # days since 1970-01-01, as polars counts them
