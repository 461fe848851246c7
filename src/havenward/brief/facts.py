"""What a run says, as arrays and ranges: fans over time, capacities, and people above them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

import numpy as np

from havenward.brief.content import Amount, Fan
from havenward.distributions import weighted_quantiles
from havenward.records import RECEIVING_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

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
LIKELY = (
    0.5 + 1e-9
)  # a day is the first likely one when the probability is above one half; sums are not exact


class Capacity(NamedTuple):
    """How many people a site can take.

    Parameters
    ----------
    persons
        What holds from the start, one value per member, shape (member,); NaN where nobody knows.
    basis
        Where that comes from: `published`, `assumed` or `none`.
    changes
        Places published for a day and all later ones, by day.
    closes
        First day on which nobody is received any more; None where the site stays open.
    """

    persons: FloatArray
    basis: str
    changes: tuple[tuple[date, float], ...] = ()
    closes: date | None = None

    def changed(self, day: date) -> float | None:
        """Give the places published last for a day; None where what holds from the start still holds."""
        return next((value for start, value in reversed(self.changes) if start <= day), None)

    def is_open(self, day: date) -> bool:
        """Tell whether the site is not closed for good by a day."""
        return self.closes is None or day < self.closes


class Pressure(NamedTuple):
    """People over capacity.

    Parameters
    ----------
    chance_over, first_likely
        By site: probability of any day over capacity up to the end, and the first day with one above a half.
        Days up to the origin date and days on which a site is closed do not count.
    over
        By site: people over capacity on key days, shape (member, day); none where a site is closed.
    sites_over, people_over
        Over all sites on key days, shape (member, day).
    """

    chance_over: Mapping[str, float]
    first_likely: Mapping[str, date | None]
    over: Mapping[str, FloatArray]
    sites_over: FloatArray
    people_over: FloatArray


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


def read_capacities(case: Case, draws: Mapping[str, FloatArray], count: int) -> dict[str, Capacity]:
    """Give the capacity of every receiving place that has one.

    The published one holds, else what members drew; events change it from their day on.
    """
    found = {}
    for key, row in current_locations(case).items():
        if row.kind not in RECEIVING_KINDS:
            continue
        persons, basis = np.full(count, np.nan), "none"
        if row.capacity is not None:
            persons, basis = np.full(count, float(row.capacity)), "published"
        elif f"capacity.{key}" in draws:
            persons, basis = draws[f"capacity.{key}"], "assumed"
        changes = _capacity_changes(case, key)
        if changes or np.isfinite(persons).any():
            found[key] = Capacity(persons, basis, changes, _closing_day(case, row))
    return found


def _capacity_changes(case: Case, location: str) -> tuple[tuple[date, float], ...]:
    """Give the places published by events, by day; on one day the event published last counts."""
    events = [
        (event.date, event.published, event.value)
        for event in case.events
        if event.kind == "capacity"
        and event.location == location
        and isinstance(event.date, date)
        and event.value is not None
    ]
    return tuple(sorted({day: value for day, _, value in sorted(events)}.items()))


def _closing_day(case: Case, row: Location) -> date | None:
    """Give the day from which a site is closed and not opened again; the closure published last counts."""
    told = [
        (event.kind, event.published, event.date)
        for event in case.events
        if event.location == row.location and isinstance(event.date, date)
    ]
    told += [("site_closes", row.published, row.closes)] if row.closes else []
    told += [("site_opens", row.published, row.opens)] if row.opens else []
    opened = max((day for kind, _, day in told if kind == "site_opens"), default=date.min)
    closed = [(known, day) for kind, known, day in told if kind == "site_closes" and day >= opened]
    return max(closed)[1] if closed else None


def measure_pressure(
    run: Run,
    capacities: Mapping[str, Capacity],
    members: Sequence[int],
    weights: FloatArray,
    days: Sequence[date],
) -> Pressure:
    """Compare people with capacity in every member, on every day after the origin date.

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
    ahead = [run.origin_date + timedelta(days=n + 1) for n in range((run.last_date - run.origin_date).days)]
    daily_limits = pl.DataFrame(
        [
            (site, day, capacities[site].changed(day), capacities[site].is_open(day))
            for site in sites
            for day in ahead
        ],
        schema={"location": pl.String, "date": pl.Date, "changed": pl.Float64, "open": pl.Boolean},
        orient="row",
    )
    lazy = run.scan("members")
    schema = lazy.collect_schema()
    left = pl.col("stock") - pl.coalesce("changed", pl.col("capacity").fill_nan(None))
    rows = (
        lazy.filter(pl.col("location").cast(pl.String).is_in(sites) & (pl.col("date") > run.origin_date))
        .select("member", "date", "stock", location=pl.col("location").cast(pl.String))
        .join(limits.lazy().with_columns(pl.col("member").cast(schema["member"])), on=["location", "member"])
        .join(daily_limits.lazy(), on=["location", "date"])
        .with_columns(over=pl.when("open").then(left.clip(lower_bound=0)).otherwise(0).fill_null(0))
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
