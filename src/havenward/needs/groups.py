"""How many people are in a household or a group, and how sure that is: one draw for every member."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from havenward.distributions import Distribution
    from havenward.randomness import Streams
    from havenward.records import Assumption, Standard

    FloatArray = NDArray[np.float64]

USUAL_HOUSEHOLD = 5.0  # what most kits assume; only for comparing rows, never for planning
SHARE = "share_"  # assumptions of a case about a group bear its name after this
GROUPS = (
    "infants",
    "children_under_five",
    "school_age_children",
    "adolescent_girls",
    "women_of_reproductive_age",
    "pregnant_women",
    "lactating_women",
    "severely_malnourished_children",
)


@dataclass(frozen=True)
class Group:
    """A group of the population: its share, range and source; None where only a survey knows."""

    group: str
    title: str
    share: float | None
    low: float | None
    high: float | None
    source: str
    edition: str
    section: str
    url: str
    read_level: str
    note: str


@dataclass(frozen=True)
class Basis:
    """What one number that people are divided by rests on: drawn values, and where they come from.

    Parameters
    ----------
    values
        Of every member, shape (member,).
    reason
        In words.
    """

    name: str
    values: FloatArray
    reason: str


@cache
def load_groups() -> tuple[Group, ...]:
    """Read the groups of the population that come with the package."""
    text = (resources.files("havenward") / "tables" / "population_groups.csv").read_text(encoding="utf-8")

    def number(cell: str) -> float | None:
        return float(cell) if cell else None

    return tuple(
        Group(
            row["group"],
            row["title"],
            number(row["share"]),
            number(row["low"]),
            number(row["high"]),
            row["source"],
            row["edition"],
            row["section"],
            row["url"],
            row["read_level"],
            row["note"],
        )
        for row in csv.DictReader(io.StringIO(text))
    )


def range_of(value: float, low: float | None, high: float | None) -> Distribution:
    """Turn a value with a range into a distribution: a triangle with its peak at the value."""
    from havenward.distributions import Distribution

    low, high = min(value, low or value), max(value, high or value)
    if low == high:
        return Distribution("fixed", {"value": value})
    return Distribution("triangular", {"low": low, "mode": value, "high": high})


def draw_basis(
    name: str,
    assumptions: Sequence[Assumption],
    drawn: Mapping[str, FloatArray],
    usual: tuple[Distribution, str] | None,
    streams: Streams,
    members: int,
) -> Basis | None:
    """Draw one number for every member: as the run drew it, else by the case, else by the usual range.

    Parameters
    ----------
    name
        `household_size`, or `share_` and a group.
    assumptions
        Of the case as the run knew it.
    drawn
        What the members of the run drew, by name.
    usual
        Distribution and reason where the case says nothing; None where nobody knows.
    streams
        Of the run's seed; the stream bears the name, so one more group changes no other.
    members
        How many.

    Returns
    -------
    basis
        None where nothing is known.
    """
    from havenward.distributions import quantile

    stated = next((row for row in assumptions if row.name == name and row.distribution), None)
    if name in drawn:
        reason = stated.reason if stated else "as drawn by the run"
        return Basis(name, drawn[name], reason)
    uniform = streams.uniforms(f"needs.{name}", members)
    if stated is not None and stated.distribution is not None:
        component = streams.uniforms(f"needs.{name}.component", members)
        return Basis(name, quantile(stated.distribution, uniform, component), stated.reason)
    if usual is None:
        return None
    return Basis(name, quantile(usual[0], uniform), usual[1])


def usual_share(group: str) -> tuple[Distribution, str] | None:
    """Give the usual share of a group and why; None where only a survey knows it."""
    row = next(row for row in load_groups() if row.group == group)
    if row.share is None:
        return None
    return range_of(row.share, row.low, row.high), f"{row.source}. {row.note}".strip()


def usual_household(row: Standard) -> tuple[Distribution, str]:
    """Give the usual size of a household and why, from its row of the standards."""
    return range_of(row.quantity, row.low, row.high), f"{row.title}. {row.note}".strip()
