"""Which ways lead from where to where on which day: places, open routes, gates and distances as arrays.

Everything that all members share is worked out once, here; the compiled kernel only looks it up. Days
between two changes of the map form an *epoch* with one set of distances.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from havenward.dates import day_number
from havenward.errors import CaseError, Problem
from havenward.movement.place_days import daily_values, open_days
from havenward.movement.ways import (
    Legs,
    Ways,
    draw_graph,
    find_hosts,
    find_legs,
    find_ways,
    find_ways_home,
    list_changes,
    number_places,
)
from havenward.randomness import stable_key
from havenward.records import FIXED_DATE_KINDS, RECEIVING_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from havenward.movement.rules import Rules
    from havenward.records import Case, Event

_GATE_KINDS = ("town", "border", "marker")


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
    ways
        From classes to sites.
    legs
        From gates to sites.
    host_of_site
        Nearest host (index in `sites`) that people can move on to, shape (epoch, site); -1 for none.
    home_of_site, homes
        Whether any cell of a group can be reached from a site: the set that holds for a site, shape (epoch,
        site), and the groups in a set, shape (set, group).
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
    ways: Ways
    legs: Legs
    host_of_site: NDArray[np.int32]
    home_of_site: NDArray[np.int32]
    homes: NDArray[np.bool_]
    capacity: NDArray[np.float64]
    gate_capacity: NDArray[np.float64]
    site_open: NDArray[np.bool_]
    opens_after: NDArray[np.int64]
    is_host: NDArray[np.bool_]
    keys: NDArray[np.uint64]

    @cached_property
    def cell_names(self) -> tuple[str, ...]:
        """Keys of the origins."""
        return tuple(self.places[i] for i in self.cells)

    @cached_property
    def site_names(self) -> tuple[str, ...]:
        """Keys of the receiving places."""
        return tuple(self.places[i] for i in self.sites)

    @cached_property
    def gate_names(self) -> tuple[str, ...]:
        """Keys of the gates."""
        return tuple(self.places[i] for i in self.gates)

    @cached_property
    def cells_of_group(self) -> tuple[NDArray[np.int64], ...]:
        """Cells of each group, in rising order."""
        order = np.argsort(self.group_of_cell, kind="stable")
        edges = np.searchsorted(self.group_of_cell[order], np.arange(1, len(self.groups)))
        return tuple(np.split(order, edges)) if self.groups else ()

    @property
    def reachable(self) -> NDArray[np.bool_]:
        """Whether anyone can reach a site on any day, shape (site,)."""
        reached = np.zeros(len(self.sites), np.bool_)
        reached[self.ways.site] = True
        return reached

    @property
    def km(self) -> NDArray[np.float64]:
        """Length of each way, infinite where there is none, shape (epoch, cell, site): for small worlds."""
        return self.spell_out()["km"]

    def spell_out(self) -> dict[str, NDArray[Any]]:
        """Write everything about ways for each epoch: what small worlds are looked at with.

        Returns
        -------
        tables
            `km`, `days_foot`, `days_ride` and `gate` of shape (epoch, cell, site); `leg_foot`, `leg_ride` and
            `site_order` of shape (epoch, gate, site); `way_home` of shape (epoch, group, site).
        """
        by_class = self.ways.spell_out(len(self.sites))
        return {
            **{name: table[:, self.class_of_cell] for name, table in by_class.items()},
            "leg_foot": self.legs.foot[self.legs.row],
            "leg_ride": self.legs.ride[self.legs.row],
            "site_order": self.legs.order[self.legs.row],
            "way_home": self.homes[self.home_of_site].transpose(0, 2, 1),
        }


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
    index = {place: number for number, place in enumerate(places)}
    cells = [p for p in places if by_key[p].kind == "origin"]
    sites = [p for p in places if by_key[p].kind in RECEIVING_KINDS]
    screened = {e.location for e in case.events if e.kind == "screening"}
    gates = [p for p in places if p in screened and by_key[p].kind in _GATE_KINDS]
    groups = tuple(sorted({by_key[c].group or c for c in cells}))
    number_of_group = {group: number for number, group in enumerate(groups)}
    group_of_cell = np.array([number_of_group[by_key[c].group or c] for c in cells], np.int64)
    rows_of_cells, rows_of_sites, rows_of_gates = (_rows(names, index) for names in (cells, sites, gates))

    # one epoch per stretch of days with the same map
    changes = _map_changes(case.events, first_date, days)
    starts = [0, *(day for day in changes if 0 < day < days)]
    epoch_of_day = np.searchsorted(starts, np.arange(days), side="right") - 1
    graph, links = draw_graph(case, by_key, index, gates, sites)
    open_links = _open_links(case, first_date, starts, links)
    screening = _screening(case.events, first_date, starts, gates)
    maps = list_changes(graph, open_links, screening, rows_of_gates)
    ways, class_of_cell, cell_of_class = find_ways(graph, maps, rules, rows_of_cells, group_of_cell)
    group_of_place = number_places((), index)
    group_of_place[rows_of_cells] = group_of_cell
    home_of_site, homes = find_ways_home(graph, open_links, rows_of_sites, group_of_place, len(groups))
    is_host = np.array([by_key[s].kind == "host" for s in sites], np.bool_)
    is_camp = np.array([by_key[s].kind == "camp" for s in sites], np.bool_)
    opening_groups = {
        a.location: number_of_group[a.value]
        for a in reversed(case.attributes)  # the first row counts
        if a.key == "opens_after_group" and a.value in number_of_group
    }
    return Network(
        places=places,
        cells=rows_of_cells,
        sites=rows_of_sites,
        gates=rows_of_gates,
        groups=groups,
        group_of_cell=group_of_cell,
        class_of_cell=class_of_cell,
        cell_of_class=cell_of_class,
        epoch_of_day=epoch_of_day.astype(np.int64),
        ways=ways,
        legs=find_legs(graph, maps, rules, rows_of_gates, len(sites)),
        host_of_site=find_hosts(graph, open_links, rows_of_sites, is_host, is_camp),
        home_of_site=home_of_site,
        homes=homes,
        capacity=daily_values(
            case.events, "capacity", sites, {s: by_key[s].capacity for s in sites}, first_date, days
        ),
        gate_capacity=daily_values(case.events, "screening", gates, {}, first_date, days),
        site_open=open_days(case.events, [by_key[s] for s in sites], first_date, days),
        opens_after=np.array([opening_groups.get(s, -1) for s in sites], np.int64),
        is_host=is_host,
        keys=np.array([stable_key("location", p) for p in places], np.uint64),
    )


def attribute_numbers(case: Case, key: str) -> dict[str, float]:
    """Give the number that an attribute says of each location that has it."""
    return {a.location: float(a.value) for a in case.attributes if a.key == key}


def _rows(names: Sequence[str], index: dict[str, int]) -> NDArray[np.int64]:
    return np.array([index[name] for name in names], np.int64)


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


def _open_links(
    case: Case, first_date: date, starts: Sequence[int], links: dict[frozenset[str], list[int]]
) -> NDArray[np.bool_]:
    """Tell which links are open on the first day of each epoch, shape (epoch, link)."""
    kinds = ("route_closes", "route_opens", "border_closes", "border_opens")
    dated = [
        (day_number(e.date, first_date), e.kind, e)
        for e in case.events
        if e.kind in kinds and isinstance(e.date, date)
    ]
    # the later word counts; on one day a closure counts over an opening
    dated.sort(key=lambda word: (word[0], word[1].endswith("closes")))
    count = sum(map(len, links.values()))
    pair_shut = np.zeros(count, np.bool_)
    ends_shut = np.zeros(count, np.int64)  # how many ends of the link are closed
    shut: dict[str, bool] = {}
    of_place: dict[str, list[int]] = {}
    for ends, numbers in links.items():
        for end in ends:
            of_place.setdefault(end, []).extend(numbers)
    is_open = np.ones((len(starts), count), np.bool_)
    at = 0
    for epoch, start in enumerate(starts):
        while at < len(dated) and dated[at][0] <= start:
            _, kind, event = dated[at]
            at += 1
            closes = kind.endswith("closes")
            if kind.startswith("route"):
                pair_shut[links.get(frozenset((event.from_, event.to)), [])] = closes
            elif closes != shut.get(event.location, False):
                shut[event.location] = closes
                ends_shut[of_place.get(event.location, [])] += 1 if closes else -1
        is_open[epoch] = ~pair_shut & (ends_shut == 0)
    return is_open


def _screening(
    events: Iterable[Event], first_date: date, starts: Sequence[int], gates: Sequence[str]
) -> NDArray[np.bool_]:
    """Tell which gates screen on the first day of each epoch, shape (epoch, gate)."""
    begins: dict[str, int] = {}
    for e in events:
        if e.kind == "screening" and isinstance(e.date, date):
            day = day_number(e.date, first_date)
            begins[e.location] = min(day, begins.get(e.location, day))
    first = np.array([begins[gate] for gate in gates], np.int64)
    return np.asarray(first[None, :] <= np.array(starts)[:, None], np.bool_)
