"""What people present need where and when: standards applied in every member, then summed up for a brief.

Only the key days are read. Household size and shares of groups are their central values, so that a sheet can
multiply people by standards; `assess_needs` draws them and looks at every day, supplies and decisions. The
rule is applied in each member before any quantile is taken; whole things are rounded up at every place, and
the total adds the rounded numbers of each member.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from havenward.dates import key_days
from havenward.distributions import summary, weighted_quantiles
from havenward.errors import Problem, RunError, SettingsError
from havenward.needs.season import season_mask, winter_months
from havenward.needs.standards import HOUSEHOLD_SIZE, per_person
from havenward.records import RECEIVING_KINDS, TOTAL, Need
from havenward.runs import told_if_damaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from havenward.records import Case, Standard
    from havenward.runs import Run

    FloatArray = NDArray[np.float64]

LEVELS = (0.05, 0.5, 0.95)
EPSILON = 1e-9  # 0.1 x 30 must not become 4 pieces because of the last bit


@dataclass(frozen=True)
class People:
    """People at receiving places on the key days, in every member.

    Parameters
    ----------
    count
        Shape (member, day, place), persons.
    weights
        Shape (member,), summing to one.
    """

    places: tuple[str, ...]
    days: tuple[date, ...]
    count: FloatArray
    weights: FloatArray


def estimate_needs(case: Case, run: Run, standards: tuple[Standard, ...]) -> tuple[Need, ...]:
    """Turn people into requirements, for every receiving place and their total, on the key days.

    Parameters
    ----------
    case
        The case as the run knew it.
    run
        Only the key days of `members.parquet` are read.
    standards
        From `load_standards`.

    Returns
    -------
    needs
        Ordered by day, place (`total` last) and standard. Whole things are rounded up at every place;
        flows (litres per day) stay rates.

    Raises
    ------
    RunError
        The run holds no people for a receiving place and day that it should hold.
    SettingsError
        A standard is per household and there is no household size.
    """
    people = read_people(case, run)
    per_household, _ = household_size(case, standards)
    used = [per_person(row) for row in standards if HOUSEHOLD_SIZE not in (row.standard, row.indicator)]
    months = winter_months(case)[0] if any(row.season for row in used) else ()
    by_standard = [list(_needs_of(people, row, per_household, months)) for row in used]
    return tuple(need for together in zip(*by_standard, strict=True) for need in together)


def read_people(case: Case, run: Run) -> People:
    """Read who is at the receiving places on the key days, without loading the other days."""
    import polars as pl

    days = key_days(run.origin_date, run.last_date)
    wanted = sorted({row.location for row in case.locations if row.kind in RECEIVING_KINDS})
    with told_if_damaged(run):
        rows = (
            run.scan("members")
            .with_columns(pl.col("location").cast(pl.String))
            .filter(pl.col("date").is_in(list(days)) & pl.col("location").is_in(wanted))
            .select("member", "date", "location", "stock")
            .sort("member", "date", "location")
            .collect()
        )
        weights = run.table("members_weights").sort("member")
        weight = weights.get_column("weight").to_numpy().astype(np.float64)
    places = tuple(rows.get_column("location").unique().sort().to_list())
    shape = (weights.height, len(days), len(places))
    if rows.height != shape[0] * shape[1] * shape[2] or not places:
        raise RunError(
            Problem(
                str(run.folder / "members.parquet"),
                f"{rows.height} rows on the key days",
                f"expected {shape[0]} members x {shape[1]} days x {len(wanted)} places",
                "run the forecast again",
                "run-damaged",
            )
        )
    count = rows.get_column("stock").to_numpy().astype(np.float64).reshape(shape)
    return People(places, days, count, weight / weight.sum())


def household_size(case: Case, standards: tuple[Standard, ...]) -> tuple[float, str]:
    """Give the people per household and why: the assumption of the case, else the row of the standards."""
    for row in case.assumptions:
        if row.name == HOUSEHOLD_SIZE and row.distribution is not None:
            return summary(row.distribution, (0.5,))[0], row.reason
    for standard in standards:
        if HOUSEHOLD_SIZE in (standard.standard, standard.indicator):
            return standard.quantity, f"{standard.title}. {standard.note}".strip()
    if any(standard.per == "household" for standard in standards):
        raise SettingsError(
            Problem(
                "standards",
                "there is no household size",
                "expected a row 'household_size' or an assumption of that name",
                "add one of them",
                "household-size-missing",
            )
        )
    return 1.0, ""


def rule(people: FloatArray, standard: Standard, per_household: float) -> FloatArray:
    """Apply one standard to numbers of people of any shape."""
    units_for = standard.people * (per_household if standard.per == "household" else 1.0)
    counted = (people > 0).astype(np.float64) if standard.per == "site" else people
    required = counted * standard.quantity / units_for
    return np.ceil(np.maximum(required - EPSILON, 0.0)) if standard.whole else required


def _needs_of(
    people: People, standard: Standard, per_household: float, winter: Sequence[int]
) -> Iterator[Need]:
    """Give the needs of one standard, day by day, the total last."""
    required = rule(people.count, standard, per_household)
    if standard.season:
        required *= season_mask(winter, people.days)[:, None]
    count = _with_total(people.count)
    who = weighted_quantiles(count, people.weights, LEVELS)
    what = weighted_quantiles(_with_total(required), people.weights, LEVELS)
    for d, day in enumerate(people.days):
        for p, place in enumerate((*people.places, TOTAL)):
            yield Need(
                place,
                day,
                standard.sector,
                standard.item,
                standard.unit,
                int(who[0, d, p]),
                int(who[1, d, p]),
                int(who[2, d, p]),
                float(what[0, d, p]),
                float(what[1, d, p]),
                float(what[2, d, p]),
                standard.standard,
            )


def _with_total(values: FloatArray) -> FloatArray:
    return np.concatenate([values, values.sum(axis=2, keepdims=True)], axis=2)
