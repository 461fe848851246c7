"""How much of a Flee run's accuracy is what it was told: inputs are withheld, beside rules of thumb.

Flee is handed the observed totals, and in many of its published cases capacities equal to the highest
later count of each camp. Every row here says which of both it was given. Errors are means over days, from
day 30, of the summed absolute differences over camps divided by the summed counts (averaged relative
difference).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from havenward.flee_inputs import FleeInputs

    FloatArray = NDArray[np.float64]

FIRST_DAY = 30
KNOWN_DAYS_AGO = 30  # a forecast of a month ahead: the last counts are those of a month before
SOFTENING_KM = 10.0


@dataclass(frozen=True)
class AuditRow:
    """One way to fill the camps of one case, and how far it was off.

    Parameters
    ----------
    total_given, capacity_given
        Whether it was handed the observed totals, and the capacities of the folder.
    error
        Averaged relative difference from day 30 on; 0 is perfect, 2 puts everybody into the wrong camp.
    error_shares
        The same after scaling each day to the observed total: only the shares count.
    """

    case: str
    way: str
    total_given: bool
    capacity_given: bool
    error: float
    error_shares: float


@dataclass(frozen=True)
class CapacityLeak:
    """How many camps of a case have a capacity equal to the highest count of their own validation series."""

    case: str
    camps: int
    equal_to_maximum: int


def relative_difference(simulated: FloatArray, counted: FloatArray, first_day: int = FIRST_DAY) -> float:
    """Compute the averaged relative difference.

    Parameters
    ----------
    simulated, counted
        People by day and camp, shape (day, camp).

    Returns
    -------
    error
        Mean over the days from `first_day` with anybody counted; NaN without such a day.
    """
    later, total = np.abs(simulated - counted)[first_day:].sum(axis=1), counted[first_day:].sum(axis=1)
    return float((later[total > 0] / total[total > 0]).mean()) if (total > 0).any() else float("nan")


def scale_to(simulated: FloatArray, counted: FloatArray) -> FloatArray:
    """Scale each day to the observed total; a day without anybody stays as it is."""
    own = simulated.sum(axis=1, keepdims=True)
    factor: FloatArray = np.divide(
        counted.sum(axis=1, keepdims=True), own, out=np.ones_like(own), where=own > 0
    )
    return simulated * factor


def fill_by_shares(counted: FloatArray, shares: FloatArray, *, from_day0: bool) -> FloatArray:
    """Divide the observed total by fixed shares: all of it, or what came after day 0.

    Parameters
    ----------
    counted
        Shape (day, camp).
    shares
        Shape (camp,), summing to one.
    from_day0
        Day-0 counts stay where they are, and only the change of the total is divided.
    """
    total: FloatArray = counted.sum(axis=1, keepdims=True)
    if not from_day0:
        return total * shares
    return np.maximum(0.0, counted[:1] + (total - total[:1]) * shares)


def gravity_shares(inputs: FleeInputs, camps: Sequence[str]) -> FloatArray:
    """Share people by population over distance: from each place of conflict to each camp by the shortest way.

    Closures are left out: a rule of thumb does not follow them.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    names = [place.name for place in inputs.locations]
    at = {name: number for number, name in enumerate(names)}
    ends = [(at[r.name1], at[r.name2], r.distance) for r in inputs.routes if {r.name1, r.name2} <= at.keys()]
    rows, columns, km = (np.array(part) for part in zip(*ends, strict=True))
    graph = coo_array((np.maximum(km, 1e-6), (rows, columns)), shape=(len(names), len(names)))
    sources = [p for p in inputs.locations if p.name in inputs.conflicts and p.size > 0]
    if not sources:
        return np.full(len(camps), 1.0 / len(camps))
    distance: FloatArray = dijkstra(graph.tocsr(), directed=False, indices=[at[p.name] for p in sources])
    people = np.array([float(p.size) for p in sources])
    near = 1.0 / (SOFTENING_KM + distance[:, [at[camp] for camp in camps]])  # unreachable: 1/inf = 0
    weight: FloatArray = (people[:, None] * near / np.maximum(near.sum(axis=1, keepdims=True), 1e-300)).sum(
        axis=0
    )
    if weight.sum() == 0:
        return np.full(len(camps), 1.0 / len(camps))
    shares: FloatArray = weight / weight.sum()
    return shares


def audit_case(
    case: str,
    inputs: FleeInputs,
    counts: Mapping[str, NDArray[np.int64]],
    simulate: Callable[[FleeInputs], Mapping[str, FloatArray]],
) -> tuple[list[AuditRow], CapacityLeak]:
    """Audit one case.

    Parameters
    ----------
    case
        Its name.
    inputs
        The Flee folder.
    counts
        Daily counts by camp, as Flee's validation has them, in people.
    simulate
        Runs Flee's rules: mean daily people by place, each of shape (day,).

    Returns
    -------
    rows
        One for each way.
    leak
        What the capacities are.
    """
    places = {place.name: place for place in inputs.locations}
    camps = sorted(set(counts) & set(places))
    counted = np.stack([counts[camp] for camp in camps], axis=1).astype(np.float64)
    capacity = np.array([float(max(places[camp].size, 0)) for camp in camps])
    rows = []

    def add(way: str, simulated: FloatArray, *, total: bool, places_given: bool) -> None:
        shares = relative_difference(scale_to(simulated, counted), counted)
        rows.append(AuditRow(case, way, total, places_given, relative_difference(simulated, counted), shares))

    def run(given: FleeInputs) -> FloatArray:
        said = simulate(given)
        return np.stack([said[camp] for camp in camps], axis=1)

    withheld = without_capacity(inputs, camps)
    add("Flee as shipped", run(inputs), total=True, places_given=True)
    add("Flee, capacities withheld", run(withheld), total=True, places_given=False)
    add("Flee, totals from conflict", run(from_conflict(inputs)), total=False, places_given=True)
    add("Flee, both withheld", run(from_conflict(withheld)), total=False, places_given=False)
    if capacity.sum() > 0:
        filled = fill_by_shares(counted, capacity / capacity.sum(), from_day0=False)
        add("share by capacity", filled, total=True, places_given=True)
    even = np.full(len(camps), 1.0 / len(camps))
    add("day 0 + uniform", fill_by_shares(counted, even, from_day0=True), total=True, places_given=False)
    gravity = fill_by_shares(counted, gravity_shares(inputs, camps), from_day0=True)
    add("day 0 + gravity", gravity, total=True, places_given=False)
    if counted[0].sum() > 0:
        frozen = fill_by_shares(counted, counted[0] / counted[0].sum(), from_day0=False)
        add("day-0 shares", frozen, total=True, places_given=False)
    known = counted[np.maximum(np.arange(len(counted)) - KNOWN_DAYS_AGO, 0)]
    add("counts of 30 days before", known, total=False, places_given=False)
    # as in the files, before Flee rescales the past by later registrations
    highest = {series.name: max(series.counts, default=0.0) for series in inputs.series}
    equal = sum(0 < places[camp].size == round(highest.get(camp, 0.0)) for camp in camps)
    return rows, CapacityLeak(case, len(camps), equal)


def without_capacity(inputs: FleeInputs, camps: Sequence[str]) -> FleeInputs:
    """Withhold the capacity of every camp: Flee takes 0 for no limit."""
    from dataclasses import replace

    locations = tuple(replace(p, size=0) if p.name in camps else p for p in inputs.locations)
    return replace(inputs, locations=locations)


def from_conflict(inputs: FleeInputs) -> FleeInputs:
    """Withhold the totals: 1 % of the people of a conflict zone leave a day, Flee's own leak-free mode."""
    from dataclasses import replace

    spawn = dict(inputs.settings.get("spawn_rules") or {})
    spawn["conflict_driven_spawning"] = {"spawn_mode": "pop_ratio", "displaced_per_conflict_day": 0.01}
    return replace(inputs, settings={**inputs.settings, "spawn_rules": spawn})


def compose_audit(rows: Sequence[AuditRow], leaks: Sequence[CapacityLeak]) -> str:
    """Write the page: a table of errors by case and way, and what the capacities are."""
    cases = list(dict.fromkeys(row.case for row in rows))
    ways = list(dict.fromkeys(row.way for row in rows))
    found = {(row.case, row.way): row for row in rows}
    lines = [
        "| way | total given | capacities given | " + " | ".join(cases) + " | mean |",
        "|---|---|---|" + "---|" * (len(cases) + 1),
    ]
    for way in ways:
        mine = [found[case, way] for case in cases if (case, way) in found]
        cells = [f"{found[case, way].error:.2f}" if (case, way) in found else "" for case in cases]
        mean = f"{np.mean([row.error for row in mine]):.2f}" if len(mine) == len(cases) else ""
        given = ("yes" if mine[0].total_given else "no", "yes" if mine[0].capacity_given else "no")
        lines.append(f"| {way} | {given[0]} | {given[1]} | " + " | ".join(cells) + f" | {mean} |")
    lines += ["", "Camps whose capacity equals the highest count of their own series:", ""]
    lines += [f"- {leak.case}: {leak.equal_to_maximum} of {leak.camps}" for leak in leaks]
    return "\n".join(lines) + "\n"
