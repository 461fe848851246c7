"""What decisions would change: more places, a truck a day, an earlier opening, a budget placed over sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from havenward.distributions import weighted_quantiles
from havenward.needs.costs import kg_of
from havenward.needs.placement import Plan, compare_plans
from havenward.needs.shortfalls import MISSING, NEVER, Extras
from havenward.needs.supplies import PLACES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from havenward.needs.costs import UnitCost
    from havenward.needs.crowd import Crowd, Room
    from havenward.needs.shortfalls import Outcome, Resource
    from havenward.records import Case

    FloatArray = NDArray[np.float64]

EXTRA_PLACES = 1000
EARLIER_DAYS = 7
LOTS = 20  # lots that a budget is divided into
MOST_PLACES = "extra_places_most"  # attribute of a location: how many places can be added there
NO_LIMIT = 1e12


class Decision(NamedTuple):
    """What one decision would change: expected people-days saved, of how many without it."""

    action: str
    location: str
    key: str
    quantity: float
    saved: float
    before: float


class Placement(NamedTuple):
    """A budget of one resource placed over sites: plans to compare, the best one first."""

    key: str
    lot: float
    places: tuple[str, ...]
    before: float
    plans: tuple[Plan, ...]


class Logistics(NamedTuple):
    """Quantity, weight and cost of one resource in all, `P50, P80, P95` of each; None where not known."""

    key: str
    required: FloatArray
    missing: FloatArray | None
    kg: float | None
    cost: float | None


def choose_extras(resources: Mapping[str, Resource], budget_places: int) -> dict[str, Extras]:
    """Say which additional quantities are looked at: 1,000 places, lots of the budget, lots of a pool."""
    lot = budget_places / LOTS
    sizes = tuple(lot * n for n in range(1, LOTS + 1)) if lot else ()
    found = {PLACES: Extras((float(EXTRA_PLACES), *sizes))}
    for key, resource in resources.items():
        shared = resource.shared
        if key == PLACES or shared is None or resource.consumed or shared.level[-1] <= 0:
            continue
        lot = shared.level[-1] / LOTS
        start = int(np.argmax(shared.level >= shared.level[-1]))
        found[key] = Extras(tuple(lot * n for n in range(1, LOTS + 1)), start)
    return found


def find_binding(outcome: Outcome, crowd: Crowd) -> dict[tuple[str, str], float]:
    """Find which resource runs short first at each place, in every member."""
    found: dict[tuple[str, str], float] = {}
    for place in crowd.places:
        keys = [key for key, rows in outcome.shortfalls.items() if place in rows]
        if not keys:
            continue
        first = np.stack([outcome.shortfalls[key][place].first for key in keys])
        earliest = first.min(axis=0)
        binding = (first == earliest) & (earliest < NEVER)
        shares = binding / np.maximum(binding.sum(axis=0), 1)
        found |= {(place, key): float(share @ crowd.weights) for key, share in zip(keys, shares, strict=True)}
    return found


# -- decisions -----------------------------------------------------------------------------------------------


def weigh_decisions(
    outcome: Outcome,
    resources: Mapping[str, Resource],
    rooms: Mapping[str, Room],
    crowd: Crowd,
) -> list[Decision]:
    """Work out what single decisions would change, those that save most first."""
    found = [
        Decision("extra places", place, PLACES, float(EXTRA_PLACES), float(row.gains[0]), row.people_days)
        for place, row in outcome.shortfalls[PLACES].items()
    ]
    found += [
        Decision("a truck a day", place, key, resources[key].truck_units, row.truck_days, row.people_days)
        for key, rows in outcome.shortfalls.items()
        if resources[key].truck_units > 0.0
        for place, row in rows.items()
    ]
    before = float(crowd.weights @ outcome.over.sum(axis=1))
    for place, room in rooms.items():
        if room.opens > 0:
            saved = _opened_earlier(outcome.over, room, crowd.weights, len(crowd.days))
            found.append(Decision("open a week earlier", place, PLACES, float(EARLIER_DAYS), saved, before))
    shown = [decision for decision in found if decision.saved >= 1.0]
    return sorted(shown, key=lambda row: (-row.saved, row.action, row.location, row.key))


def _opened_earlier(over: FloatArray, room: Room, weights: FloatArray, days: int) -> float:
    """Give the people-days saved if a site took those who are over capacity elsewhere for a week more.

    Distance is left aside, so this is the most that it can save.
    """
    start, stop = max(0, room.opens - EARLIER_DAYS), min(room.opens, days)
    if stop >= days:  # what it will hold when it opens
        return 0.0
    held = room.by_day(days)[:, stop]
    taken = np.minimum(over[:, start:stop], np.where(np.isfinite(held), held, 0.0)[:, None])
    return float(weights @ taken.sum(axis=1))


def place_budgets(
    case: Case,
    outcome: Outcome,
    rooms: Mapping[str, Room],
    crowd: Crowd,
    extras: Mapping[str, Extras],
) -> list[Placement]:
    """Place the budget of places, and every pool that is bound to no place, over the sites."""
    most = {
        row.location: float(row.value)
        for row in case.attributes
        if row.key == MOST_PLACES and row.value.replace(".", "", 1).isdecimal()
    }
    found = []
    for key, extra in extras.items():
        rows = outcome.shortfalls[key]
        sizes = extra.sizes[1:] if key == PLACES else extra.sizes
        if not rows or not sizes:
            continue
        places, lot = tuple(sorted(rows)), sizes[0]
        gains = np.stack([rows[place].gains[-len(sizes) :] for place in places])
        if gains.max() < 1.0:
            continue
        if key == PLACES:
            held = [rooms[place].base if place in rooms else np.zeros(1) for place in places]
            shares = np.array([float(np.nanmean(base)) if np.isfinite(base).any() else 0.0 for base in held])
            limit = np.array([int(most.get(place, NO_LIMIT) // lot) for place in places])
        else:
            shares = np.array(
                [float(crowd.weights @ crowd.present[crowd.places.index(p), :, -1]) for p in places]
            )
            limit = np.full(len(places), LOTS)
        plans = compare_plans(gains, LOTS, shares, np.minimum(limit, LOTS))
        before = float(sum(row.people_days for row in rows.values())) if key == PLACES else 0.0
        found.append(Placement(key, lot, places, before, tuple(plans)))
    return found


# -- weight and cost -----------------------------------------------------------------------------------------


def sum_logistics(
    outcome: Outcome,
    resources: Mapping[str, Resource],
    crowd: Crowd,
    costs: Mapping[str, UnitCost],
) -> tuple[tuple[Logistics, ...], FloatArray | None]:
    """Sum up quantities over all places, and what they weigh and cost where the user says so.

    What lasts is counted at the key day on which most is needed; what is consumed, over all days.
    """
    rows, cost_by_member = [], np.zeros(crowd.members)
    for key, resource in resources.items():
        if key == PLACES or resource.standard is None:
            continue
        totals, cost = outcome.totals[key], costs.get(key)
        required = totals.used[:, -1] if resource.consumed else totals.required.max(axis=1)
        missing = totals.missed if resource.consumed else totals.missing.max(axis=1)
        stated = bool(outcome.shortfalls[key])
        each = cost.unit_cost if cost else None
        rows.append(
            Logistics(
                key,
                np.asarray(weighted_quantiles(required, crowd.weights, MISSING), np.float64),
                np.asarray(weighted_quantiles(missing, crowd.weights, MISSING), np.float64)
                if stated
                else None,
                kg_of(key, resource.standard.unit, costs),
                each,
            )
        )
        cost_by_member += required * (each or 0.0)
    if not any(row.cost is not None for row in rows):
        return tuple(rows), None
    return tuple(rows), np.asarray(weighted_quantiles(cost_by_member, crowd.weights, MISSING), np.float64)
