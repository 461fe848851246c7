"""What a run says, as arrays and ranges: fans over time, sums over places, and what members hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from havenward.brief.content import Amount, Fan, Quantiles
from havenward.distributions import weighted_quantiles
from havenward.records import QUANTILE_LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from havenward.records import Case, Location
    from havenward.runs import Run

    FloatArray = NDArray[np.float64]


class _Published(Protocol):
    @property
    def published(self) -> date: ...


Row = TypeVar("Row", bound=_Published)

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
RANGE = (0.05, 0.5, 0.95)


def latest(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> dict[Hashable, Row]:
    """Give the row that was published last of each thing, by its key."""
    return {key(row): row for row in sorted(rows, key=lambda row: row.published)}


def current_locations(case: Case) -> dict[str, Location]:
    """Give the last published row of every location."""
    return {row.location: row for row in latest(case.locations, lambda row: row.location).values()}


def name_series(case: Case) -> dict[str, str]:
    """Name each series of counts by its publisher, where it has one of its own; else by its key."""
    publisher = {row.source: row.publisher for row in case.sources}
    found: dict[str, set[str]] = {}
    for row in case.observations:
        found.setdefault(row.series, set()).add(publisher.get(row.source, ""))
    single = {series: next(iter(names)) for series, names in found.items() if len(names) == 1}
    own = [name for name in single.values() if name]
    return {s: single[s] if own.count(single.get(s, "")) == 1 else s for s in found}


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


def read_quantiles(run: Run, places: Mapping[str, Sequence[str]]) -> list[Quantiles]:
    """Read the forecast at all its levels.

    Parameters
    ----------
    places
        The locations to read, by target.
    """
    import polars as pl

    wanted = [
        (pl.col("target") == target) & pl.col("location").is_in(list(keys)) for target, keys in places.items()
    ]
    names = [f"{level:g}" for level in QUANTILE_LEVELS]
    table = (
        run.scan("forecast")
        .with_columns(pl.col("target", "location", "output_type", "output_type_id").cast(pl.String))
        .filter((pl.col("output_type") == "quantile") & pl.any_horizontal(wanted))
        .collect()
        .pivot(on="output_type_id", index=["target", "location", "target_end_date"], values="value")
        .sort("target", "location", "target_end_date")
    )
    return [
        Quantiles(
            str(key[0]),
            str(key[1]),
            tuple(rows.get_column("target_end_date")),
            tuple(rows.select(names).rows()),
        )
        for key, rows in table.partition_by("target", "location", as_dict=True, maintain_order=True).items()
    ]


def at_day(fan: Fan, day: date) -> Amount:
    """Give the range of a fan on one of its days."""
    at = fan.dates.index(day)
    return Amount(fan.q05[at], fan.q50[at], fan.q95[at])


def read_weights(run: Run) -> tuple[list[int], FloatArray]:
    """Read the members in order and their weights."""
    table = run.table("members_weights").sort("member")
    weights = table.get_column("weight").to_numpy().astype(np.float64)
    return table.get_column("member").to_list(), weights / weights.sum()


def read_draws(run: Run, members: Sequence[int]) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """Read what every member holds for each assumption, and what it had drawn before any count.

    Returns
    -------
    draws, priors
        By name, each of shape (member,). Runs of a version that did not learn hold no priors: the same.
    """
    import polars as pl

    table = (
        run.scan("assumptions").with_columns(pl.col("name").cast(pl.String)).sort("name", "member").collect()
    )
    parts = {
        str(key[0]): rows
        for key, rows in table.partition_by("name", as_dict=True).items()
        if rows.height == len(members)
    }
    before = "prior" if "prior" in table.columns else "value"
    draws, priors = (
        {name: rows.get_column(column).to_numpy().astype(np.float64) for name, rows in parts.items()}
        for column in ("value", before)
    )
    return draws, priors


def amounts(values: FloatArray, weights: FloatArray) -> list[Amount]:
    """Give the range of each column, shape (member, day)."""
    low, central, high = weighted_quantiles(values, weights, RANGE)
    return [Amount(float(a), float(b), float(c)) for a, b, c in zip(low, central, high, strict=True)]


def opening_total(run: Run, places: Sequence[str], weights: FloatArray) -> Amount | None:
    """Give the people at receiving places before the first simulated day: its stock without its flows.

    None where nobody is said to have been there, which a range of nothing would only repeat.
    """
    import polars as pl

    rows = (
        run.scan("members")
        .filter((pl.col("date") == run.first_date) & pl.col("location").cast(pl.String).is_in(list(places)))
        .group_by("member")
        .agg(before=(pl.col("stock").cast(pl.Int64) - pl.col("arrivals") + pl.col("departures")).sum())
        .sort("member")
        .collect()
    )
    if rows.height != len(weights) or (rows.get_column("before") == 0).all():
        return None
    return amounts(rows.get_column("before").to_numpy().astype(np.float64)[:, None], weights)[0]


def people_on(run: Run, places: Sequence[str], days: Sequence[date]) -> FloatArray:
    """Add up the people at some places (one of them may be `total`) in every member on some days.

    Returns
    -------
    people
        Shape (member, day).
    """
    import polars as pl

    table = (
        run.scan("members")
        .filter(pl.col("date").is_in(list(days)) & pl.col("location").cast(pl.String).is_in(list(places)))
        .group_by("member", "date")
        .agg(pl.col("stock").cast(pl.Int64).sum())
        .sort("member", "date")
        .collect()
    )
    people = table.get_column("stock").to_numpy().astype(np.float64)
    return people.reshape(-1, len(days))
