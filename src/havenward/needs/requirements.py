"""What people present need where and when: standards applied in every member, then summed up for a brief.

Whom a standard counts is as in `assess_needs`: people present, those at camps only, or everybody received.
Household size and shares of groups are their central values here, so that a sheet can multiply people by
standards; `assess_needs` draws them and looks at every day, supplies and decisions. Whole things are rounded
up at every place, and the total adds the rounded numbers of each member.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from havenward.dates import key_days
from havenward.distributions import summary, weighted_quantiles
from havenward.errors import Problem, SettingsError
from havenward.needs.crowd import read_crowd
from havenward.needs.season import season_mask, winter_months
from havenward.needs.standards import HOUSEHOLD_SIZE, per_person
from havenward.records import TOTAL, Need

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from havenward.needs.crowd import Crowd
    from havenward.records import Case, Standard
    from havenward.runs import Run

    FloatArray = NDArray[np.float64]

LEVELS = (0.05, 0.5, 0.95)
HANDED_OUT = "handed_out"  # for everybody who was received, not for those present
EPSILON = 1e-9  # 0.1 x 30 must not become 4 pieces because of the last bit


@dataclass(frozen=True)
class People:
    """People at receiving places on the key days, in every member.

    Parameters
    ----------
    kinds
        `camp` or `host` of each place.
    present, received
        People at the end of the day, and people for whom handed-out things are needed by then; shape
        (member, day, place), persons.
    weights
        Shape (member,), summing to one.
    """

    places: tuple[str, ...]
    kinds: tuple[str, ...]
    days: tuple[date, ...]
    present: FloatArray
    received: FloatArray
    weights: FloatArray


def estimate_needs(
    case: Case, run: Run, standards: tuple[Standard, ...], crowd: Crowd | None = None
) -> tuple[Need, ...]:
    """Turn people into requirements, for every receiving place and their total, on the key days.

    Parameters
    ----------
    case
        The case as the run knew it.
    run
        A complete run folder.
    standards
        From `load_standards`.
    crowd
        From `read_crowd`, where somebody has read it already.

    Returns
    -------
    needs
        Ordered by day, place (`total` last) and standard. Whole things are rounded up at every place;
        flows (litres per day) stay rates. What only camps need is given for camps and their total; what is
        handed out is for everybody who was received by then.

    Raises
    ------
    RunError
        The run holds no people for a receiving place and day that it should hold.
    SettingsError
        A standard is per household and there is no household size.
    """
    people = count_people(run, crowd or read_crowd(case, run))
    per_household, _ = household_size(case, standards)
    used = [per_person(row) for row in standards if HOUSEHOLD_SIZE not in (row.standard, row.indicator)]
    months = winter_months(case)[0] if any(row.season for row in used) else ()
    # of each place the quantiles of people are sorted out once: a rising rule keeps their order
    present, received = (
        weighted_quantiles(count, people.weights, LEVELS) for count in (people.present, people.received)
    )
    rows: dict[tuple[int, int], list[Need]] = {}
    for row in used:
        who = received if row.use == HANDED_OUT else present
        for at, need in _needs_of(people, row, per_household, months, who):
            rows.setdefault(at, []).append(need)
    return tuple(need for at in sorted(rows) for need in rows[at])


def count_people(run: Run, crowd: Crowd) -> People:
    """Count who is at the receiving places on the key days."""
    days = key_days(run.origin_date, run.last_date)
    key = [crowd.day_index(day) for day in days]
    present, received = (
        np.ascontiguousarray(np.moveaxis(values[:, :, key], 0, 2), np.float64)
        for values in (crowd.present, crowd.received)
    )
    return People(crowd.places, crowd.kinds, days, present, received, crowd.weights)


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
    people: People,
    standard: Standard,
    per_household: float,
    winter: Sequence[int],
    who: NDArray[np.generic],
) -> Iterator[tuple[tuple[int, int], Need]]:
    """Give the needs of one standard with their place in the order: day, then place, the total last."""
    asked = [p for p, kind in enumerate(people.kinds) if kind == "camp" or standard.places != "camp"]
    if not asked:
        return
    season = season_mask(winter, people.days) if standard.season else np.ones(len(people.days))
    count = (people.received if standard.use == HANDED_OUT else people.present)[:, :, asked]
    required = (rule(count, standard, per_household) * season[:, None]).sum(axis=2)
    together = weighted_quantiles(count.sum(axis=2), people.weights, LEVELS)
    needed = weighted_quantiles(required, people.weights, LEVELS)
    at_places = rule(np.asarray(who[:, :, asked], np.float64), standard, per_household) * season[:, None]
    for d, day in enumerate(people.days):
        for n, p in enumerate(asked):
            yield (d, p), _need(people.places[p], day, standard, who[:, d, p], at_places[:, d, n])
        yield (d, len(people.places)), _need(TOTAL, day, standard, together[:, d], needed[:, d])


def _need(
    place: str, day: date, standard: Standard, who: NDArray[np.generic], what: NDArray[np.generic]
) -> Need:
    few, half, many = (int(value) for value in who)
    low, central, high = (float(value) for value in what)
    return Need(
        place,
        day,
        standard.sector,
        standard.item,
        standard.unit,
        few,
        half,
        many,
        low,
        central,
        high,
        standard.standard,
    )
