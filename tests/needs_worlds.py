"""Small crises whose needs can be worked out on paper: what the tests of shortfalls and decisions stand on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from havenward.records import Assumption, Attribute, Case, Location, Supply
from havenward.runs import Run, begin_run, write_run

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = date(2020, 1, 10)
EARLY = date(2020, 1, 1)


def place(key: str, kind: str = "camp", capacity: int | None = None, **other: object) -> Location:
    """Build a receiving place."""
    fields = {"latitude": 36.0, "longitude": 43.0, "opens": None, "closes": None} | other
    return Location(
        key, key.title(), "", kind, admin1="", admin2="", country="AAA", group="", population=None,
        capacity=capacity, published=EARLY, source="", **fields,
    )  # fmt: skip


def supply(item: str, quantity: float, unit: str, where: str = "", **other: object) -> Supply:
    """Build a row of stock.csv."""
    fields = {"available_from": None, "published": EARLY, "source": "", "row": 2} | other
    return Supply(item, where, quantity, unit=unit, **fields)


def world(*places: Location, stock: tuple[Supply, ...] = (), **other: object) -> Case:
    """Build a case of receiving places; its household is of five unless it says otherwise."""
    from havenward.distributions import Distribution

    five = Assumption(
        "household_size", EARLY, Distribution("fixed", {"value": 5.0}), "people per household", "counted"
    )
    fields = {
        "title": "Paper crisis", "crisis": "paper", "country": "AAA", "start": EARLY, "horizon_days": 30,
        "rules": "havenward", "residents_held": False, "front_by_cell": False, "publication_lag_days": 0,
        "audience": "team", "suppress_below": 10, "locations": places, "stock": stock, "assumptions": (five,),
    }  # fmt: skip
    return Case(**{**fields, **other})


def write_world(
    folder: Path,
    case: Case,
    stock: dict[str, np.ndarray],
    /,
    *,
    weights: np.ndarray | None = None,
    draws: dict[str, np.ndarray] | None = None,
    opening: dict[str, int] | None = None,
    **about: object,
) -> Run:
    """Write a run that begins the day after the origin date.

    `stock` gives people by place, shape (member, day); who is more than the day before has arrived.
    """
    members, days = next(iter(stock.values())).shape
    weights = np.full(members, 1 / members) if weights is None else weights
    blocks, quantiles = [], []
    for key in sorted(stock):
        people = stock[key].astype(np.int32)
        change = np.diff(people, axis=1, prepend=(opening or {}).get(key, 0))
        dates = [ORIGIN + timedelta(days=n + 1) for n in range(days)]
        blocks.append(
            pl.DataFrame(
                {
                    "member": np.repeat(np.arange(members, dtype=np.int32), days),
                    "date": pl.Series(dates * members, dtype=pl.Date),
                    "location": [key] * (members * days),
                    "stock": people.ravel(),
                    "arrivals": np.maximum(change, 0).ravel().astype(np.int32),
                    "departures": np.maximum(-change, 0).ravel().astype(np.int32),
                }
            )
        )
        quantiles.append(_forecast(key, people, weights))
    meta = {
        "package_version": "0", "case": case.crisis, "title": case.title, "track": "C", "scenario": "",
        "case_hash": "", "origin_date": ORIGIN.isoformat(),
        "first_date": (ORIGIN + timedelta(days=1)).isoformat(),
        "last_date": (ORIGIN + timedelta(days=days)).isoformat(), "horizon_days": days, "seed": 1,
        "members": members, "rules": "havenward", "priors": "time-ordered",
    }  # fmt: skip
    drawn = draws or {}
    tables = {
        "members": pl.concat(blocks),
        "members_weights": pl.DataFrame({"member": np.arange(members, dtype=np.int32), "weight": weights}),
        "forecast": pl.concat(quantiles),
        "assumptions": pl.DataFrame(
            {
                "name": [name for name in sorted(drawn) for _ in range(members)],
                "member": np.tile(np.arange(members, dtype=np.int32), len(drawn)),
                "value": np.concatenate([np.zeros(0), *(drawn[name] for name in sorted(drawn))]),
            },
            schema={"name": pl.String, "member": pl.Int32, "value": pl.Float64},
        ),
    }

    def snapshot(target: Path) -> None:
        from havenward.case.write import write_case

        write_case(case, target)

    with begin_run(folder) as draft:
        return write_run(draft, {**meta, **about}, tables, snapshot, lambda _: "", {})


def _forecast(key: str, people: np.ndarray, weights: np.ndarray) -> pl.DataFrame:
    """Give the quantiles of the stock of a place."""
    from havenward.distributions import weighted_quantiles
    from havenward.records import QUANTILE_LEVELS

    levels = weighted_quantiles(people, weights, QUANTILE_LEVELS)
    days = people.shape[1]
    return pl.DataFrame(
        {
            "origin_date": ORIGIN,
            "target": "stock",
            "horizon": np.tile(np.arange(1, days + 1, dtype=np.int32), len(QUANTILE_LEVELS)),
            "target_end_date": pl.Series(
                [ORIGIN + timedelta(days=n + 1) for n in range(days)] * len(QUANTILE_LEVELS), dtype=pl.Date
            ),
            "location": key,
            "output_type": "quantile",
            "output_type_id": np.repeat([f"{level:g}" for level in QUANTILE_LEVELS], days),
            "value": levels.ravel().astype(np.float64),
        }
    )


def with_attribute(case: Case, key: str, value: str, location: str = "") -> Case:
    """Add an attribute."""
    return replace(case, attributes=(*case.attributes, Attribute(location, "", "", key, value, EARLY, "", 2)))
