"""Which ways lead from where to where on which day: places, open routes, gates and distances as arrays.

Everything that all members share is worked out once, here; the compiled kernel only looks it up. Days
between two changes of the map form an *epoch* with one set of distances.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from havenward.dates import day_number
from havenward.errors import CaseError, Problem
from havenward.randomness import stable_key
from havenward.records import FIXED_DATE_KINDS, RECEIVING_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from havenward.movement.rules import Rules
    from havenward.records import Case, Event, Location

UNREACHED = np.inf
_GATE_KINDS = ("town", "border", "marker")

# adjacency: place -> (neighbour, km, whether vehicles can pass), sorted by neighbour
Links = dict[str, list[tuple[str, float, bool]]]


@dataclass(frozen=True)
class Way:
    """The shortest known way from one place to another."""

    km: float
    by_road: bool
    gate: str  # first gate on it, empty where there is none
    km_to_gate: float
    road_to_gate: bool


@dataclass(frozen=True)
class Network:
    """Places and ways as arrays; all places in the order of their keys.

    Parameters
    ----------
    places
        Keys of all locations, sorted.
    cells, sites, gates
        Rows in `places` of origins, receiving places and gates.
    groups, group_of_cell
        Names of the groups of origins, sorted, and each cell's index among them.
    class_of_cell, cell_of_class
        Cells of one group with the same ways to all sites on all days form a class: who leaves them on one
        day divides together. Index of the class of each cell, and the first cell of each class.
    epoch_of_day
        Shape (day,).
    km, days_foot, days_ride
        Distance and travel days of the first leg from cell to site (to its gate where there is one),
        shape (epoch, cell, site); `km` is the whole way, infinite where there is none.
    gate
        Index in `gates` of the gate on that way, -1 for none, same shape.
    leg_foot, leg_ride
        Travel days from gate to site, shape (epoch, gate, site); 0 where there is no way.
    site_order
        Sites by distance from each gate, shape (epoch, gate, site); -1 ends the list.
    host_of_site
        Nearest host (index in `sites`) that people can move on to, shape (epoch, site); -1 for none.
    way_home
        Whether any cell of a group can be reached from a site, shape (epoch, group, site).
    capacity
        Published places per day, shape (day, site); NaN where none is published.
    gate_capacity
        People passed per day, shape (day, gate); NaN where unknown.
    site_open
        Whether a site receives people by published dates, shape (day, site).
    opens_after
        Index of the group after whose passing a site opens, -1 for none, shape (site,).
    is_host
        Shape (site,).
    keys
        Stable 64-bit key of each place, shape (place,).
    """

    places: tuple[str, ...]
    cells: NDArray[np.int64]
    sites: NDArray[np.int64]
    gates: NDArray[np.int64]
    groups: tuple[str, ...]
    group_of_cell: NDArray[np.int64]
    class_of_cell: NDArray[np.int64]
    cell_of_class: NDArray[np.int64]
    epoch_of_day: NDArray[np.int64]
    km: NDArray[np.float64]
    days_foot: NDArray[np.int64]
    days_ride: NDArray[np.int64]
    gate: NDArray[np.int64]
    leg_foot: NDArray[np.int64]
    leg_ride: NDArray[np.int64]
    site_order: NDArray[np.int64]
    host_of_site: NDArray[np.int64]
    way_home: NDArray[np.bool_]
    capacity: NDArray[np.float64]
    gate_capacity: NDArray[np.float64]
    site_open: NDArray[np.bool_]
    opens_after: NDArray[np.int64]
    is_host: NDArray[np.bool_]
    keys: NDArray[np.uint64]

    @property
    def cell_names(self) -> tuple[str, ...]:
        """Keys of the origins."""
        return tuple(self.places[i] for i in self.cells)

    @property
    def site_names(self) -> tuple[str, ...]:
        """Keys of the receiving places."""
        return tuple(self.places[i] for i in self.sites)

    @property
    def gate_names(self) -> tuple[str, ...]:
        """Keys of the gates."""
        return tuple(self.places[i] for i in self.gates)


def build_network(case: Case, first_date: date, days: int, rules: Rules) -> Network:
    """Work out the places and ways of a case for `days` days from `first_date`.

    Parameters
    ----------
    case
        A case as known at the origin date: one row per location and route.
    first_date
        The first simulated day.
    days
        Number of simulated days.
    rules
        Speeds and awareness.

    Returns
    -------
    network
        See `Network`.

    Raises
    ------
    CaseError
        An event that changes the map has no fixed date.
    """
    _check_dates(case.events)
    by_key = {place.location: place for place in case.locations}
    places = tuple(sorted(by_key))
    cells = [p for p in places if by_key[p].kind == "origin"]
    sites = [p for p in places if by_key[p].kind in RECEIVING_KINDS]
    screened = {e.location for e in case.events if e.kind == "screening"}
    gates = [p for p in places if p in screened and by_key[p].kind in _GATE_KINDS]
    groups = tuple(sorted({by_key[c].group or c for c in cells}))

    # one epoch per stretch of days with the same map
    changes = _map_changes(case.events, first_date, days)
    starts = [0, *(day for day in changes if 0 < day < days)]
    epoch_of_day = np.searchsorted(starts, np.arange(days), side="right") - 1
    shape = (len(starts), len(cells), len(sites))
    km = np.full(shape, UNREACHED)
    days_foot, days_ride = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    gate = np.full(shape, -1, np.int64)
    leg_foot = np.zeros((len(starts), len(gates), len(sites)), np.int64)
    leg_ride = np.zeros_like(leg_foot)
    site_order = np.full(leg_foot.shape, -1, np.int64)
    host_of_site = np.full((len(starts), len(sites)), -1, np.int64)
    way_home = np.zeros((len(starts), len(groups), len(sites)), np.bool_)
    group_of_cell = np.array([groups.index(by_key[c].group or c) for c in cells], np.int64)

    for epoch, start in enumerate(starts):
        links = _open_links(case, first_date, start)
        active = {g for g in gates if _gate_active(case.events, g, first_date, start)}
        for c, cell in enumerate(cells):
            ways = _find_ways(cell, links, by_key, active, rules.awareness_links)
            for s, site in enumerate(sites):
                way = ways.get(site)
                if way is None:
                    continue
                km[epoch, c, s] = way.km
                gate[epoch, c, s] = gates.index(way.gate) if way.gate else -1
                first_leg = (way.km_to_gate, way.road_to_gate) if way.gate else (way.km, way.by_road)
                days_foot[epoch, c, s], days_ride[epoch, c, s] = _travel_days(*first_leg, rules)
            # home by any length of way: people know where they came from
            for site in _find_ways(cell, links, by_key, set(), None):
                if site in sites:
                    way_home[epoch, group_of_cell[c], sites.index(site)] = True
        for g, name in enumerate(gates):
            ways = _find_ways(name, links, by_key, set(), None)
            reached = sorted((ways[site].km, s) for s, site in enumerate(sites) if site in ways)
            for place, (_, s) in enumerate(reached):
                site_order[epoch, g, place] = s
                way = ways[sites[s]]
                leg_foot[epoch, g, s], leg_ride[epoch, g, s] = _travel_days(way.km, way.by_road, rules)
        for s, site in enumerate(sites):
            if by_key[site].kind != "camp":
                continue
            ways = _find_ways(site, links, by_key, set(), None)
            hosts = sorted(
                (ways[h].km, sites.index(h)) for h in sites if by_key[h].kind == "host" and h in ways
            )
            host_of_site[epoch, s] = hosts[0][1] if hosts else -1

    class_of_cell, cell_of_class = _choice_classes(group_of_cell, km, gate, days_foot, days_ride)
    return Network(
        places=places,
        cells=_rows(cells, places),
        sites=_rows(sites, places),
        gates=_rows(gates, places),
        groups=groups,
        group_of_cell=group_of_cell,
        class_of_cell=class_of_cell,
        cell_of_class=cell_of_class,
        epoch_of_day=epoch_of_day.astype(np.int64),
        km=km,
        days_foot=days_foot,
        days_ride=days_ride,
        gate=gate,
        leg_foot=leg_foot,
        leg_ride=leg_ride,
        site_order=site_order,
        host_of_site=host_of_site,
        way_home=way_home,
        capacity=_daily_values(
            case.events, "capacity", sites, {s: by_key[s].capacity for s in sites}, first_date, days
        ),
        gate_capacity=_daily_values(case.events, "screening", gates, {}, first_date, days),
        site_open=np.stack([_open_days(case, by_key[s], first_date, days) for s in sites], axis=1)
        if sites
        else np.ones((days, 0), np.bool_),
        opens_after=np.array([_opening_group(case, s, groups) for s in sites], np.int64),
        is_host=np.array([by_key[s].kind == "host" for s in sites], np.bool_),
        keys=np.array([stable_key("location", p) for p in places], np.uint64),
    )


def attribute_numbers(case: Case, key: str) -> dict[str, float]:
    """Give the number that an attribute says of each location that has it."""
    return {a.location: float(a.value) for a in case.attributes if a.key == key}


# -- the map by day ---------------------------------------------------------------------------------------


def _check_dates(events: Iterable[Event]) -> None:
    problems = [
        Problem(
            f"events.csv row {event.row}",
            f"{event.kind} has the date '{event.date}'",
            "expected a fixed date for what changes the map or orders people",
            "give a date, or use a scenario per date",
            "event-needs-date",
        )
        for event in events
        if event.kind in FIXED_DATE_KINDS and not isinstance(event.date, date)
    ]
    if problems:
        raise CaseError(problems)


def _map_changes(events: Iterable[Event], first_date: date, days: int) -> list[int]:
    kinds = ("route_closes", "route_opens", "border_closes", "border_opens", "screening")
    numbers = {day_number(e.date, first_date) for e in events if e.kind in kinds and isinstance(e.date, date)}
    return sorted(n for n in numbers if n < days)


def _open_links(case: Case, first_date: date, day: int) -> Links:
    """List the links that are open on a day, from both ends."""
    closed_pairs: dict[frozenset[str], bool] = {}
    closed_places: dict[str, bool] = {}
    dated = [e for e in case.events if isinstance(e.date, date) and day_number(e.date, first_date) <= day]
    # the later word counts; on one day a closure counts over an opening
    for event in sorted(dated, key=lambda e: (e.date, e.kind.endswith("closes"))):
        if event.kind in ("route_closes", "route_opens"):
            closed_pairs[frozenset((event.from_, event.to))] = event.kind == "route_closes"
        elif event.kind in ("border_closes", "border_opens"):
            closed_places[event.location] = event.kind == "border_closes"
    links: Links = {place.location: [] for place in case.locations}
    for route in case.routes:
        ends = frozenset((route.from_, route.to))
        if closed_pairs.get(ends) or any(closed_places.get(end) for end in ends):
            continue
        if route.from_ in links and route.to in links:
            links[route.from_].append((route.to, route.distance_km, route.mode != "foot"))
            links[route.to].append((route.from_, route.distance_km, route.mode != "foot"))
    return {place: sorted(ends) for place, ends in links.items()}


def _gate_active(events: Iterable[Event], gate: str, first_date: date, day: int) -> bool:
    return any(
        e.kind == "screening"
        and e.location == gate
        and isinstance(e.date, date)
        and day_number(e.date, first_date) <= day
        for e in events
    )


def _find_ways(
    start: str, links: Links, by_key: Mapping[str, Location], gates: set[str], most_links: int | None
) -> dict[str, Way]:
    """Find the shortest way from `start` to every place within `most_links` links (None: any number).

    Markers do not count as a link. No way leads through another origin, or through a place without a
    further open link. Ties go to the smaller key, so the result does not depend on the order of rows.
    """
    settled: dict[str, Way] = {}
    fewest: dict[str, int] = {}
    # entries: km, place, links used, by road, gate, km to gate, road to gate
    heap: list[tuple[float, str, int, bool, str, float, bool]] = [(0.0, start, 0, True, "", 0.0, True)]
    while heap:
        km, place, used, by_road, gate, km_gate, road_gate = heappop(heap)
        # a longer way to the same place is of use only if it has used fewer links
        if place in fewest and fewest[place] <= used:
            continue
        fewest[place] = used
        if place not in settled:
            settled[place] = Way(km, by_road, gate, km_gate, road_gate)
        if place != start and by_key[place].kind == "origin":
            continue
        if place in gates and not gate and place != start:
            gate, km_gate, road_gate = place, km, by_road
        for neighbour, length, road in links[place]:
            steps = used + (by_key[neighbour].kind != "marker")
            if most_links is None or steps <= most_links:
                heappush(
                    heap,
                    (
                        km + length,
                        neighbour,
                        steps if most_links is not None else 0,
                        by_road and road,
                        gate,
                        km_gate,
                        road_gate,
                    ),
                )
    settled.pop(start, None)
    return settled


def _choice_classes(
    group_of_cell: NDArray[np.int64], *ways: NDArray[np.generic]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Put cells of one group with the same ways into one class; also give the first cell of each class."""
    found: dict[tuple[object, ...], int] = {}
    classes = [
        found.setdefault((int(group), *(way[:, c].tobytes() for way in ways)), len(found))
        for c, group in enumerate(group_of_cell)
    ]
    first = [classes.index(number) for number in range(len(found))]
    return np.array(classes, np.int64), np.array(first, np.int64)


def _travel_days(km: float, by_road: bool, rules: Rules) -> tuple[int, int]:  # noqa: FBT001
    foot = max(1, int(np.ceil(km / rules.foot_km_per_day)))
    ride = max(1, int(np.ceil(km / rules.ride_km_per_day))) if by_road else foot
    return foot, ride


# -- places by day ----------------------------------------------------------------------------------------


def _rows(names: list[str], places: tuple[str, ...]) -> NDArray[np.int64]:
    return np.array([places.index(name) for name in names], np.int64)


def _daily_values(
    events: Iterable[Event],
    kind: str,
    names: list[str],
    base: Mapping[str, int | None],
    first_date: date,
    days: int,
) -> NDArray[np.float64]:
    """Spread values over days: the base from the start, then each event from its date on."""
    values = np.full((days, len(names)), np.nan)
    for column, name in enumerate(names):
        if base.get(name) is not None:
            values[:, column] = base[name]
        mine = [
            (e.date, e.published, e.value)
            for e in events
            if e.kind == kind and e.location == name and isinstance(e.date, date) and e.value is not None
        ]
        for day, _, value in sorted(mine):
            values[max(0, day_number(day, first_date)) :, column] = value
    return values


def _open_days(case: Case, site: Location, first_date: date, days: int) -> NDArray[np.bool_]:
    """Tell on which days a site receives people: openings and closings in the order of their dates.

    Of several words on the same opening (or closing), with nothing of the other kind between them, the one
    published last counts; so a site can be opened later than planned, and be opened again after it closed.
    """
    words = [
        (e.date, e.kind == "site_opens", e.published)
        for e in case.events
        if e.kind in ("site_opens", "site_closes")
        and e.location == site.location
        and isinstance(e.date, date)
    ]
    words += [
        (day, opens, site.published) for day, opens in ((site.opens, True), (site.closes, False)) if day
    ]
    said: list[tuple[date, bool, date]] = []
    for word in sorted(words):
        if said and said[-1][1] == word[1]:
            if word[2] >= said[-1][2]:
                said[-1] = word
        else:
            said.append(word)
    # before the first word a site is what that word changes
    is_open = np.full(days, not said or not said[0][1], np.bool_)
    for day, opens, _ in said:
        is_open[max(0, day_number(day, first_date)) :] = opens
    return is_open


def _opening_group(case: Case, site: str, groups: tuple[str, ...]) -> int:
    for attribute in case.attributes:
        if attribute.location == site and attribute.key == "opens_after_group" and attribute.value in groups:
            return groups.index(attribute.value)
    return -1
