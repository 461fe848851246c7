"""What a run says, as arrays and ranges: fans over time, capacities, and people above them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from havenward.brief.content import Amount, Fan
from havenward.distributions import weighted_quantiles
from havenward.records import RECEIVING_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from havenward.records import Case, Location
    from havenward.runs import Run

    FloatArray = NDArray[np.float64]

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
RANGE = (0.05, 0.5, 0.95)
LIKELY = (
    0.5 + 1e-9
)  # a day is the first likely one when the probability is above one half; sums are not exact


class Capacity(NamedTuple):
    """How many people a site can take: one value per member, shape (member,), and where it comes from."""

    persons: FloatArray
    basis: str


class Pressure(NamedTuple):
    """People over capacity.

    Parameters
    ----------
    chance_over, first_likely
        By site: probability of any day over capacity up to the end, and the first day with one above a half.
    over
        By site: people over capacity on key days, shape (member, day).
    sites_over, people_over
        Over all sites on key days, shape (member, day).
    """

    chance_over: Mapping[str, float]
    first_likely: Mapping[str, date | None]
    over: Mapping[str, FloatArray]
    sites_over: FloatArray
    people_over: FloatArray


def current_locations(case: Case, day: date) -> dict[str, Location]:
    """Give the latest row of every location that was published by a day."""
    rows = sorted((row for row in case.locations if row.published <= day), key=lambda row: row.published)
    return {row.location: row for row in rows}


def read_fans(run: Run, targets: Sequence[str]) -> dict[tuple[str, str], Fan]:
    """Read the forecast as fans, by (target, location)."""
    import polars as pl

    names = [f"{level:g}" for level in LEVELS]
    table = (
        run.scan("forecast")
        .with_columns(
            pl.col("target", "location", "output_type").cast(pl.String),
            level=pl.col("output_type_id").cast(pl.String).cast(pl.Float64),
        )
        .filter(
            (pl.col("output_type") == "quantile")
            & pl.col("target").is_in(list(targets))
            & pl.col("level").is_in(LEVELS)
        )
        .select(
            "target",
            "location",
            "target_end_date",
            "value",
            level=pl.col("level").map_elements(lambda level: f"{level:g}", return_dtype=pl.String),
        )
        .collect()
        .pivot(on="level", index=["target", "location", "target_end_date"], values="value")
        .sort("target", "location", "target_end_date")
    )
    fans = {}
    for key, rows in table.partition_by("target", "location", as_dict=True).items():
        columns = [tuple(float(v) for v in rows.get_column(name)) for name in names]
        fans[str(key[0]), str(key[1])] = Fan(tuple(rows.get_column("target_end_date")), *columns)
    return fans


def at_day(fan: Fan, day: date) -> Amount:
    """Give the range of a fan on one of its days."""
    at = fan.dates.index(day)
    return Amount(fan.q05[at], fan.q50[at], fan.q95[at])


def read_weights(run: Run) -> tuple[list[int], FloatArray]:
    """Read the members in order and their weights."""
    table = run.table("members_weights").sort("member")
    weights = table.get_column("weight").to_numpy().astype(np.float64)
    return table.get_column("member").to_list(), weights / weights.sum()


def read_draws(run: Run, members: Sequence[int]) -> dict[str, FloatArray]:
    """Read what every member drew, each of shape (member,)."""
    import polars as pl

    table = (
        run.scan("assumptions").with_columns(pl.col("name").cast(pl.String)).sort("name", "member").collect()
    )
    parts = table.partition_by("name", as_dict=True)
    return {
        str(key[0]): rows.get_column("value").to_numpy().astype(np.float64)
        for key, rows in parts.items()
        if rows.height == len(members)
    }


def read_capacities(
    locations: Mapping[str, Location], draws: Mapping[str, FloatArray], count: int
) -> dict[str, Capacity]:
    """Give the capacity of every receiving place that has one: the published one, else what members drew."""
    found = {}
    for key, row in locations.items():
        if row.kind not in RECEIVING_KINDS:
            continue
        if row.capacity is not None:
            found[key] = Capacity(np.full(count, float(row.capacity)), "published")
        elif f"capacity.{key}" in draws:
            found[key] = Capacity(draws[f"capacity.{key}"], "assumed")
    return {key: value for key, value in found.items() if np.isfinite(value.persons).any()}


def measure_pressure(
    run: Run,
    capacities: Mapping[str, Capacity],
    members: Sequence[int],
    weights: FloatArray,
    days: Sequence[date],
) -> Pressure:
    """Compare people with capacity in every member, on every day of the run.

    Members are compared one site at a time inside the query, so the daily table is never held whole.
    """
    import polars as pl

    empty = np.zeros((len(members), len(days)))
    if not capacities:
        return Pressure({}, {}, {}, empty, empty)
    sites = sorted(capacities)
    limits = pl.DataFrame(
        {
            "location": np.repeat(sites, len(members)),
            "member": np.tile(np.array(members), len(sites)),
            "capacity": np.concatenate([capacities[site].persons for site in sites]),
            "weight": np.tile(weights, len(sites)),
        }
    )
    lazy = run.scan("members")
    schema = lazy.collect_schema()
    rows = (
        lazy.filter(pl.col("location").cast(pl.String).is_in(sites))
        .select("member", "date", "stock", location=pl.col("location").cast(pl.String))
        .join(limits.lazy().with_columns(pl.col("member").cast(schema["member"])), on=["location", "member"])
        .with_columns(over=(pl.col("stock") - pl.col("capacity")).clip(lower_bound=0))
    )
    daily, ever, key = pl.collect_all(
        [
            rows.group_by("location", "date").agg(chance=pl.col("weight").filter(pl.col("over") > 0).sum()),
            rows.group_by("location", "member")
            .agg(over=(pl.col("over") > 0).any(), weight=pl.col("weight").first())
            .group_by("location")
            .agg(chance=pl.col("weight").filter(pl.col("over")).sum()),
            rows.filter(pl.col("date").is_in(list(days)))
            .select("location", "member", "date", "over")
            .sort("location", "member", "date"),
        ]
    )
    first = daily.filter(pl.col("chance") > LIKELY).group_by("location").agg(pl.col("date").min())
    first_likely: dict[str, date | None] = dict.fromkeys(sites)
    first_likely.update(dict(zip(first["location"], first["date"], strict=True)))
    over = {
        str(name[0]): part["over"].to_numpy().reshape(len(members), len(days))
        for name, part in key.partition_by("location", as_dict=True).items()
    }
    stacked = np.stack(list(over.values())) if over else empty[None]
    # sums run in no fixed order: the last digits are cut so that the same run gives the same file
    chance = {
        str(name): round(float(value), 9)
        for name, value in zip(ever["location"], ever["chance"], strict=True)
    }
    return Pressure(
        chance, first_likely, over, (stacked > 0).sum(axis=0).astype(np.float64), stacked.sum(axis=0)
    )


def amounts(values: FloatArray, weights: FloatArray) -> list[Amount]:
    """Give the range of each column, shape (member, day)."""
    low, central, high = weighted_quantiles(values, weights, RANGE)
    return [Amount(float(a), float(b), float(c)) for a, b, c in zip(low, central, high, strict=True)]


def opening_total(run: Run, places: Sequence[str], weights: FloatArray) -> Amount | None:
    """Give the people at receiving places before the first simulated day: its stock without its flows."""
    import polars as pl

    rows = (
        run.scan("members")
        .filter((pl.col("date") == run.first_date) & pl.col("location").cast(pl.String).is_in(list(places)))
        .group_by("member")
        .agg(before=(pl.col("stock").cast(pl.Int64) - pl.col("arrivals") + pl.col("departures")).sum())
        .sort("member")
        .collect()
    )
    if rows.height != len(weights):
        return None
    return amounts(rows.get_column("before").to_numpy().astype(np.float64)[:, None], weights)[0]
