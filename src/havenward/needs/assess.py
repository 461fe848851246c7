"""What a run means for a plan: what is needed, what is missing, and what decisions would change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from havenward.dates import key_days
from havenward.errors import Problem, SettingsError
from havenward.needs.costs import kg_of
from havenward.needs.crowd import latest_locations, read_crowd, read_drawn, read_rooms
from havenward.needs.decisions import (
    choose_extras,
    find_binding,
    place_budgets,
    sum_logistics,
    weigh_decisions,
)
from havenward.needs.groups import GROUPS, SHARE, draw_basis, usual_household, usual_share
from havenward.needs.season import season_mask, winter_months
from havenward.needs.shortfalls import Resource, find_shortfalls
from havenward.needs.standards import HOUSEHOLD_SIZE
from havenward.needs.supplies import PLACES, read_supplies
from havenward.needs.units import parse_unit
from havenward.randomness import Streams
from havenward.records import RECEIVING_KINDS

UNITS_SINCE = 2  # schema of runs whose stock.csv has the column unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from havenward.needs.costs import UnitCost
    from havenward.needs.crowd import Crowd, Room
    from havenward.needs.decisions import Decision, Logistics, Placement
    from havenward.needs.groups import Basis
    from havenward.needs.shortfalls import Outcome
    from havenward.needs.supplies import Supplies
    from havenward.records import Case, Location, Standard
    from havenward.runs import Run

    FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class NeedsSettings:
    """Settings of one look at needs.

    Parameters
    ----------
    budget_places
        Places that may be added, and are placed where they do most; 0 for none.
    truck_tonnes
        What one truck carries.
    workers
        Threads; 0 for two. Changes nothing but the time.
    """

    budget_places: int = 10_000
    truck_tonnes: float = 10.0
    workers: int = 0

    def __post_init__(self) -> None:
        """Refuse values that make no sense."""
        problems = []
        if not 0 <= self.budget_places <= 10_000_000:
            problems.append(
                _out_of_range("--places", self.budget_places, "a whole number from 0 to 10,000,000")
            )
        if not 0 < self.truck_tonnes <= 1000:
            problems.append(
                _out_of_range("--truck-tonnes", self.truck_tonnes, "tonnes above 0 and up to 1,000")
            )
        if problems:
            raise SettingsError(problems)


@dataclass(frozen=True)
class Assessment:
    """Everything about needs that is told of one run.

    `binds` gives, by place and resource, the probability that this one runs short first there (shared where
    several begin on one day). `left_out` names standards that could not be used, and why.
    """

    run: Run
    title: str
    locations: Mapping[str, Location]
    crowd: Crowd
    rooms: Mapping[str, Room]
    days: tuple[date, ...]
    standards: Mapping[str, Standard]
    resources: Mapping[str, Resource]
    supplies: Supplies
    outcome: Outcome
    basis: Mapping[str, Basis]
    winter: tuple[tuple[int, ...], str]
    binds: Mapping[tuple[str, str], float]
    decisions: tuple[Decision, ...]
    placements: tuple[Placement, ...]
    costs: Mapping[str, UnitCost]
    logistics: tuple[Logistics, ...]
    total_cost: FloatArray | None
    left_out: Mapping[str, str]
    settings: NeedsSettings


def assess_needs(
    case: Case,
    run: Run,
    standards: Sequence[Standard],
    costs: Mapping[str, UnitCost] | None = None,
    settings: NeedsSettings | None = None,
    days: Sequence[date] = (),
) -> Assessment:
    """Work out needs, gaps, decisions and placements of a run.

    Parameters
    ----------
    case
        As the run knew it, with the assumptions and events of its scenario.
    run
        A complete run folder.
    standards
        One row for each indicator, from `load_standards`.
    costs
        Unit costs, weights and lead times by indicator, from `read_costs`.
    settings
        What decisions are looked at.
    days
        Days after the origin date that ranges are given for; the key days of the run where none are named.

    Returns
    -------
    assessment
        See `Assessment`.

    Raises
    ------
    CaseError
        Supplies without a unit, or with one that does not fit.
    RunError
        The run is damaged.
    SettingsError
        A standard is per household and there is no household size.
    """
    settings, costs = settings or NeedsSettings(), costs or {}
    crowd = read_crowd(case, run)
    drawn = read_drawn(run, crowd.members)
    rooms = read_rooms(case, drawn, crowd)
    used = {row.indicator: row for row in standards}
    basis = _draw_bases(case, run, used, drawn, crowd.members)
    supplies = read_supplies(
        case.stock,
        [row for row in used.values() if row.unit],
        crowd,
        units_asked=run.meta["schema"] >= UNITS_SINCE,
    )
    winter = winter_months(case)
    resources, left_out = make_resources(used, supplies, crowd, basis, winter[0], costs, settings)
    wanted = days or key_days(run.origin_date, run.last_date)
    days = tuple(day for day in wanted if day in crowd.days)
    key = np.array([crowd.day_index(day) for day in days])
    size = basis[HOUSEHOLD_SIZE].values if HOUSEHOLD_SIZE in basis else np.ones(crowd.members)
    extras = choose_extras(resources, settings.budget_places)
    outcome = find_shortfalls(
        crowd, rooms, tuple(resources.values()), key, size, extras, settings.workers or 2
    )
    locations = latest_locations(case)
    logistics, total_cost = sum_logistics(outcome, resources, crowd, costs)
    return Assessment(
        run=run,
        title=case.title,
        locations=locations,
        crowd=crowd,
        rooms=rooms,
        days=days,
        standards=used,
        resources=resources,
        supplies=supplies,
        outcome=outcome,
        basis=basis,
        winter=winter,
        binds=find_binding(outcome, crowd),
        decisions=tuple(weigh_decisions(outcome, resources, rooms, crowd)),
        placements=tuple(place_budgets(case, outcome, rooms, crowd, extras)),
        costs=costs,
        logistics=logistics,
        total_cost=total_cost,
        left_out=left_out,
        settings=settings,
    )


def make_resources(
    standards: Mapping[str, Standard],
    supplies: Supplies,
    crowd: Crowd,
    basis: Mapping[str, Basis],
    winter: Sequence[int],
    costs: Mapping[str, UnitCost],
    settings: NeedsSettings,
) -> tuple[dict[str, Resource], dict[str, str]]:
    """Turn standards into what is multiplied: units for each person counted, in every member.

    Returns
    -------
    resources
        By indicator, `places` first.
    left_out
        Indicators that cannot be worked out, and why.
    """
    ones = np.ones(crowd.members)
    places = Resource(
        PLACES,
        None,
        "present",
        ones,
        whole=False,
        mask=None,
        kinds=RECEIVING_KINDS,
        stated=supplies.stated.get(PLACES, {}),
    )
    resources, left_out = {PLACES: places}, {}
    mask = season_mask(winter, crowd.days)
    for key, row in standards.items():
        if key == HOUSEHOLD_SIZE:
            continue
        name = {"household": HOUSEHOLD_SIZE, "person": "", "site": ""}.get(row.per, f"{SHARE}{row.per}")
        if name and name not in basis:
            left_out[key] = f"nobody says {name.replace('_', ' ')}; add the assumption {name} to the case"
            continue
        unit = parse_unit(row.unit)
        factor = np.full(crowd.members, row.quantity * (unit.factor if unit else 1.0) / row.people)
        if name:
            values = basis[name].values
            factor = factor / values if name == HOUSEHOLD_SIZE else factor * values
        counted = "sites" if row.per == "site" else "received" if row.use == "handed_out" else "present"
        kg = kg_of(key, row.unit, costs)
        resources[key] = Resource(
            key,
            row,
            counted,
            factor,
            row.whole,
            mask if row.season else None,
            ("camp",) if row.places == "camp" else RECEIVING_KINDS,
            supplies.stated.get(key, {}),
            1000.0 * settings.truck_tonnes / kg if kg else 0.0,
        )
    return resources, left_out


def _draw_bases(
    case: Case, run: Run, standards: Mapping[str, Standard], drawn: Mapping[str, FloatArray], members: int
) -> dict[str, Basis]:
    """Draw household size and shares of groups for every member."""
    streams = Streams(int(run.meta["seed"]))
    size = standards.get(HOUSEHOLD_SIZE)
    usual = {HOUSEHOLD_SIZE: usual_household(size) if size else None}
    usual |= {f"{SHARE}{group}": usual_share(group) for group in GROUPS}
    found = {}
    for name, shape in usual.items():
        basis = draw_basis(name, case.assumptions, drawn, shape, streams, members)
        if basis is not None:
            found[name] = basis
    if HOUSEHOLD_SIZE not in found and any(row.per == "household" for row in standards.values()):
        raise SettingsError(
            Problem(
                "standards",
                "there is no household size",
                "expected a row 'household_size' or an assumption of that name",
                "add one of them",
                "household-size-missing",
            )
        )
    return found


def _out_of_range(option: str, value: float, expected: str) -> Problem:
    return Problem(option, f"found {value}", f"expected {expected}", "correct the value", "out-of-range")
