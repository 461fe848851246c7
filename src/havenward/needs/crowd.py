"""Who is at every receiving place on every day ahead, in every member; and how many each place can take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from havenward.errors import Problem, RunError
from havenward.records import RECEIVING_KINDS
from havenward.runs import told_if_damaged

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl
    from numpy.typing import NDArray

    from havenward.records import Case, Location
    from havenward.runs import Run

    FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Crowd:
    """People at receiving places on the days after the origin date, in every member.

    Parameters
    ----------
    places, kinds
        Keys in sorted order; `camp` or `host` of each.
    days
        Every day after the origin date.
    present
        People at the end of the day, shape (place, member, day), int32. Those who were there before the
        crisis are among them, once.
    received
        People for whom handed-out things are needed by then, same shape: those present at the end of the
        origin date, once, and everybody who arrived since.
    weights
        Shape (member,), summing to one.
    """

    places: tuple[str, ...]
    kinds: tuple[str, ...]
    days: tuple[date, ...]
    present: NDArray[np.int32]
    received: NDArray[np.int32]
    weights: FloatArray

    @property
    def members(self) -> int:
        """Count the members."""
        return len(self.weights)

    def day_index(self, day: date) -> int:
        """Give the position of a day."""
        return (day - self.days[0]).days


@dataclass(frozen=True)
class Room:
    """How many people one place can take, by member and day.

    Parameters
    ----------
    base
        What holds from the first day, shape (member,); NaN where nobody knows.
    changes
        Places published for a day (its index) and all later ones, in the order of days.
    basis
        `published` or `assumed`.
    opens, closes
        Index of the first day on which it receives people, and of the first on which it no longer does; 0
        and the number of days where it always does.
    """

    base: FloatArray
    changes: tuple[tuple[int, float], ...]
    basis: str
    opens: int
    closes: int

    def by_day(self, days: int, members: slice = slice(None)) -> FloatArray:
        """Give the places by member and day, shape (member, day); infinite where nobody knows any limit."""
        values = np.repeat(self.base[members, None], days, axis=1)
        for start, value in self.changes:
            values[:, start:] = value
        values[:, : self.opens] = 0.0
        return np.where(np.isfinite(values), values, np.inf)


def read_crowd(case: Case, run: Run) -> Crowd:
    """Read the people at receiving places from a run.

    Raises
    ------
    RunError
        A receiving place, member or day is missing.
    """
    import polars as pl

    kinds = {row.location: row.kind for row in case.locations if row.kind in RECEIVING_KINDS}
    with told_if_damaged(run):
        table = run.table("members_weights").sort("member")
        weights = table.get_column("weight").to_numpy().astype(np.float64)
        rows = (
            run.scan("members")
            .select("member", "date", "location", pl.col("stock", "arrivals").cast(pl.Int32))
            .filter(pl.col("location").is_in(_written(run, kinds)))
            .collect()
        )
        places = tuple(sorted(str(place) for place in rows.get_column("location").unique()))
        count = (run.last_date - run.first_date).days + 1
        shape = (len(places), len(weights), count)
        if not places or rows.height != shape[0] * shape[1] * shape[2]:
            raise RunError(_not_whole(run, rows.height, shape))
        rows = _in_order(rows, shape)
        stock = rows.get_column("stock").to_numpy().reshape(shape)
        arrivals = rows.get_column("arrivals").to_numpy().reshape(shape)
        ahead = (run.origin_date - run.first_date).days + 1  # index of the first day after the origin date
        if ahead > 0:
            before = stock[:, :, ahead - 1]
        else:  # the run begins after the origin date: who was there before it is its stock without its flows
            departures = _departures(run, places)
            before = stock[:, :, 0] - arrivals[:, :, 0] + departures.reshape(shape[:2])
            ahead = 0
    present = np.ascontiguousarray(stock[:, :, ahead:])
    received = np.cumsum(arrivals[:, :, ahead:], axis=2, dtype=np.int32)
    received += before[:, :, None]
    first = run.first_date + timedelta(days=ahead)
    days = tuple(first + timedelta(days=n) for n in range(present.shape[2]))
    return Crowd(
        places, tuple(kinds[place] for place in places), days, present, received, weights / weights.sum()
    )


def _written(run: Run, kinds: Mapping[str, str]) -> list[str]:
    """List the receiving places that the table of members can name: an enumeration knows its words only."""
    import polars as pl

    kind = run.scan("members").collect_schema()["location"]
    known = set(kind.categories.to_list()) if isinstance(kind, pl.Enum) else set(kinds)
    return sorted(known & set(kinds))


def _in_order(rows: pl.DataFrame, shape: tuple[int, int, int]) -> pl.DataFrame:
    """Sort by place, member and day, unless a forecast has written it so already."""
    import polars as pl

    member = rows.get_column("member").to_numpy().reshape(shape)
    day = rows.get_column("date").to_physical().to_numpy().reshape(shape)
    names = rows.get_column("location")
    blocks = names.gather_every(shape[1] * shape[2]).cast(pl.String)
    last = names.gather_every(shape[1] * shape[2], shape[1] * shape[2] - 1).cast(pl.String)
    sorted_already = (
        bool((np.diff(day, axis=2) == 1).all())
        and bool((np.diff(member[:, :, 0], axis=1) > 0).all())
        and bool((member == member[:, :, :1]).all())
        and blocks.is_sorted()
        and blocks.n_unique() == shape[0]
        and blocks.equals(last)
    )
    if sorted_already:
        return rows
    return rows.with_columns(names.cast(pl.String)).sort("location", "member", "date")


def _departures(run: Run, places: tuple[str, ...]) -> NDArray[np.int32]:
    import polars as pl

    return (
        run.scan("members")
        .with_columns(pl.col("location").cast(pl.String))
        .filter((pl.col("date") == run.first_date) & pl.col("location").is_in(list(places)))
        .sort("location", "member")
        .select(pl.col("departures").cast(pl.Int32))
        .collect()
        .get_column("departures")
        .to_numpy()
    )


def _not_whole(run: Run, found: int, shape: tuple[int, int, int]) -> Problem:
    return Problem(
        str(run.folder / "members.parquet"),
        f"{found:,} rows of receiving places",
        f"expected {shape[0]} places x {shape[1]} members x {shape[2]} days",
        "run the forecast again",
        "run-damaged",
    )


def read_drawn(run: Run, members: int) -> dict[str, FloatArray]:
    """Read what every member drew, by name, each of shape (member,)."""
    import polars as pl

    with told_if_damaged(run):
        table = run.table("assumptions").with_columns(pl.col("name").cast(pl.String)).sort("name", "member")
        parts = table.select("name", "value").partition_by("name", as_dict=True)
    return {
        str(key[0]): rows.get_column("value").to_numpy().astype(np.float64)
        for key, rows in parts.items()
        if rows.height == members
    }


def latest_locations(case: Case) -> dict[str, Location]:
    """Give the row of every location that was published last."""
    return {row.location: row for row in sorted(case.locations, key=lambda row: row.published)}


def read_rooms(case: Case, drawn: Mapping[str, FloatArray], crowd: Crowd) -> dict[str, Room]:
    """Give the places of every receiving place whose number is published or assumed.

    The published number holds, else what members drew; events change it from their day on. It is never
    taken from counts.
    """
    rooms = {}
    for key, row in latest_locations(case).items():
        if key not in crowd.places:
            continue
        base, basis = np.full(crowd.members, np.nan), "published"
        if row.capacity is not None:
            base = np.full(crowd.members, float(row.capacity))
        elif f"capacity.{key}" in drawn:
            base, basis = drawn[f"capacity.{key}"], "assumed"
        changes = _changes(case, key, crowd)
        if not changes and not np.isfinite(base).any():
            continue
        opens, closes = _open_days(case, row, crowd)
        rooms[key] = Room(base, changes, basis, opens, closes)
    return rooms


def _changes(case: Case, location: str, crowd: Crowd) -> tuple[tuple[int, float], ...]:
    """Give the places published by events, by day; on one day the event published last counts."""
    told = [
        (event.date, event.published, event.value)
        for event in case.events
        if event.kind == "capacity"
        and event.location == location
        and isinstance(event.date, date)
        and event.value is not None
    ]
    by_day = {max(0, crowd.day_index(day)): value for day, _, value in sorted(told)}
    return tuple((day, value) for day, value in sorted(by_day.items()) if day < len(crowd.days))


def _open_days(case: Case, row: Location, crowd: Crowd) -> tuple[int, int]:
    """Give the first day open and the first day closed for good; the closure published last counts."""
    told = [
        (event.kind, event.published, event.date)
        for event in case.events
        if event.location == row.location and isinstance(event.date, date)
    ]
    told += [("site_closes", row.published, row.closes)] if row.closes else []
    told += [("site_opens", row.published, row.opens)] if row.opens else []
    openings = [(known, day) for kind, known, day in told if kind == "site_opens"]
    opened = max(openings)[1] if openings else None
    closed = [
        (known, day) for kind, known, day in told if kind == "site_closes" and (not opened or day >= opened)
    ]
    last = len(crowd.days)
    # what opens again after it was closed has held people before
    again = opened is not None and any(kind == "site_closes" and day < opened for kind, _, day in told)
    opens = 0 if opened is None or again else min(last, max(0, crowd.day_index(opened)))
    closes = last if not closed else min(last, max(0, crowd.day_index(max(closed)[1])))
    return opens, closes
