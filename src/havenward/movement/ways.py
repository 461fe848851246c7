"""Which ways there are from whom to where on which day, each written down once.

Most ways stay as they are when the map changes, so a way is kept as it is on the first map, with a chain of
later versions where it differs. Cells of one group whose ways are alike on all days form a class and share
them. What is kept grows with classes times the sites that each can reach, and with what changes; not with
days times cells times sites.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from havenward.movement.paths import (
    EPOCH,
    FOOT,
    GATE,
    RIDE,
    SITE,
    STEADY_KM,
    Graph,
    Maps,
    Pace,
    find_nearest,
    follow_ways,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from havenward.movement.rules import Rules
    from havenward.records import Case, Location

NONE = -1


@dataclass(frozen=True)
class Ways:
    """Ways from classes of cells to sites.

    Class k knows the sites of its entries `first[k]` to `first[k + 1]` - 1, in rising order: those that it
    can reach on any day. Entry i is version i of itself; versions from the number of entries on are later
    ones, in the order of the maps on which they begin.

    Parameters
    ----------
    first
        Shape (class + 1,).
    site
        Shape (entry,).
    km, foot, ride, gate
        Length of the whole way, infinite where there is none; days of its first leg on foot and by vehicle;
        index of its first gate, -1 for none; shape (version,).
    later
        The next version of the same entry, -1 where there is none, shape (version,).
    first_change
        Versions that begin on map e are `first_change[e]` to `first_change[e + 1]` - 1, counted from the
        first later one, shape (epoch + 1,).
    change_entry, change_epoch
        The entry of a later version, and the map on which it begins, shape (later version,).
    """

    first: NDArray[np.int64]
    site: NDArray[np.int32]
    km: NDArray[np.float64]
    foot: NDArray[np.int32]
    ride: NDArray[np.int32]
    gate: NDArray[np.int32]
    later: NDArray[np.int32]
    first_change: NDArray[np.int64]
    change_entry: NDArray[np.int32]
    change_epoch: NDArray[np.int32]

    def spell_out(self, n_sites: int) -> dict[str, NDArray[Any]]:
        """Write every way of every class on every map, each of shape (epoch, class, site)."""
        shape = len(self.first_change) - 1, len(self.first) - 1, n_sites
        table: dict[str, NDArray[Any]] = {
            "km": np.full(shape, np.inf),
            "days_foot": np.zeros(shape, np.int64),
            "days_ride": np.zeros(shape, np.int64),
            "gate": np.full(shape, NONE, np.int64),
        }
        entries = len(self.site)
        classes = np.repeat(np.arange(shape[1]), np.diff(self.first))
        kept: tuple[NDArray[Any], ...] = (self.km, self.foot, self.ride, self.gate)
        for whole, versions in zip(table.values(), kept, strict=True):
            for e in range(shape[0]):
                if e:
                    whole[e] = whole[e - 1]
                else:
                    whole[0, classes, self.site] = versions[:entries]
                changed = slice(self.first_change[e], self.first_change[e + 1])
                entry = self.change_entry[changed]
                whole[e, classes[entry], self.site[entry]] = versions[entries:][changed]
        return table


@dataclass(frozen=True)
class Legs:
    """Ways from gates to sites; a row for each gate, and one more for each map on which they differ.

    Parameters
    ----------
    row
        Shape (epoch, gate).
    foot, ride
        Travel days, 0 where there is no way, shape (row, site).
    order
        Sites by distance, -1 ends the list, shape (row, site).
    """

    row: NDArray[np.int32]
    foot: NDArray[np.int32]
    ride: NDArray[np.int32]
    order: NDArray[np.int32]


# -- from a case to arrays ----------------------------------------------------------------------------------


def draw_graph(
    case: Case, by_key: dict[str, Location], index: dict[str, int], gates: Sequence[str], sites: Sequence[str]
) -> tuple[Graph, dict[frozenset[str], list[int]]]:
    """Put places and links into arrays; also say which links join which pair of places."""
    n = len(index)
    known = [route for route in case.routes if route.from_ in index and route.to in index]
    links: dict[frozenset[str], list[int]] = {}
    for number, route in enumerate(known):
        links.setdefault(frozenset((route.from_, route.to)), []).append(number)
    ends = np.array([(index[r.from_], index[r.to]) for r in known], np.int32).reshape(-1, 2)
    begin, end = np.concatenate([ends[:, 0], ends[:, 1]]), np.concatenate([ends[:, 1], ends[:, 0]])
    order = np.argsort(begin, kind="stable")
    place_of_arc = np.empty(len(order), np.int64)
    place_of_arc[order] = np.arange(len(order))
    road = np.array([route.mode != "foot" for route in known], np.int8)
    kinds = [by_key[key].kind for key in index]
    graph = Graph(
        first=np.searchsorted(begin[order], np.arange(n + 1)).astype(np.int64),
        begin=begin[order],
        end=end[order],
        km=np.tile([float(route.distance_km) for route in known], 2)[order],
        road=np.tile(road, 2)[order],
        arcs_of_link=np.ascontiguousarray(place_of_arc.reshape(2, -1).T),
        origin=np.array([kind == "origin" for kind in kinds], np.bool_),
        marker=np.array([kind == "marker" for kind in kinds], np.bool_),
        gate=number_places(gates, index),
        site=number_places(sites, index),
    )
    return graph, links


def number_places(names: Iterable[str], index: dict[str, int]) -> NDArray[np.int32]:
    """Give some of the places a number, shape (place,); -1 for the others."""
    numbers = np.full(len(index), NONE, np.int32)
    for number, name in enumerate(names):
        numbers[index[name]] = number
    return numbers


def list_changes(
    graph: Graph, open_links: NDArray[np.bool_], screening: NDArray[np.bool_], gates: NDArray[np.int64]
) -> Maps:
    """Say what changes from map to map.

    Parameters
    ----------
    graph
        The places and links.
    open_links
        Shape (epoch, link).
    screening
        Shape (epoch, gate); what screens once goes on.
    gates
        Index among the places, shape (gate,).
    """
    epochs = len(open_links)
    is_open = np.zeros(len(graph.end), np.bool_)
    is_open[graph.arcs_of_link] = open_links[0][:, None]
    changed = [np.flatnonzero(open_links[e] != open_links[e - 1]) for e in range(1, epochs)]
    begun = [np.flatnonzero(screening[e] & ~screening[e - 1]) for e in range(1, epochs)]
    nothing = np.zeros(0, np.int64)
    return Maps(
        open=is_open,
        screening=screening[0].copy(),
        first_link=_starts(changed),
        links=np.concatenate([nothing, *changed]).astype(np.int32),
        opens=np.concatenate([nothing, *(open_links[e + 1, c] for e, c in enumerate(changed))]).astype(
            np.bool_
        ),
        first_gate=_starts(begun),
        gates=gates[np.concatenate([nothing, *begun])].astype(np.int32),
    )


def _starts(parts: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Give where the part of each map begins; the first map has none."""
    return np.cumsum([0, 0, *(len(part) for part in parts)]).astype(np.int64)


# -- ways from cells ----------------------------------------------------------------------------------------


def find_ways(
    graph: Graph, maps: Maps, rules: Rules, cells: NDArray[np.int64], group_of_cell: NDArray[np.int64]
) -> tuple[Ways, NDArray[np.int64], NDArray[np.int64]]:
    """Find the ways from all cells, and the cells whose ways are alike.

    Returns
    -------
    ways
        One set for each class.
    class_of_cell, cell_of_class
        Class of each cell, and the first cell of each class.
    """
    pace = Pace(rules.foot_km_per_day, rules.ride_km_per_day)
    most = NONE if rules.awareness_links is None else rules.awareness_links
    steady = _is_steady(graph)
    found: dict[bytes, int] = {}
    class_of_cell = np.zeros(len(cells), np.int64)
    cell_of_class: list[int] = []
    versions: list[dict[str, NDArray[Any]]] = []
    changes: list[dict[str, NDArray[Any]]] = []
    sizes = [0]
    for c, (place, group) in enumerate(zip(cells.tolist(), group_of_cell.tolist(), strict=True)):
        known, later, later_km = follow_ways(graph, maps, pace, place, most, True, steady)
        reached = np.isfinite(known.km)
        reached[later[:, SITE]] = True
        site = np.flatnonzero(reached).astype(np.int32)
        base: dict[str, NDArray[Any]] = {
            "site": site,
            "km": known.km[site],
            "foot": known.foot[site],
            "ride": known.ride[site],
            "gate": known.gate[site],
        }
        mark = blake2b(group.to_bytes(8, "little", signed=True))
        for part in (*base.values(), later, later_km):
            mark.update(len(part).to_bytes(8, "little") + part.tobytes())
        number = found.setdefault(mark.digest(), len(found))
        class_of_cell[c] = number
        if number < len(cell_of_class):
            continue
        cell_of_class.append(c)
        versions.append(base)
        changes.append(
            {
                "entry": (sizes[-1] + np.searchsorted(site, later[:, SITE])).astype(np.int32),
                "epoch": later[:, EPOCH].copy(),
                "km": later_km,
                "foot": later[:, FOOT].copy(),
                "ride": later[:, RIDE].copy(),
                "gate": later[:, GATE].copy(),
            }
        )
        sizes.append(sizes[-1] + len(site))
    epochs = len(maps.first_link) - 1
    return _put_together(versions, changes, sizes, epochs), class_of_cell, np.array(cell_of_class, np.int64)


def _put_together(
    versions: list[dict[str, NDArray[Any]]],
    changes: list[dict[str, NDArray[Any]]],
    sizes: list[int],
    epochs: int,
) -> Ways:
    """Lay the ways of all classes one behind the other, and their changes in the order of the maps."""

    def join(parts: list[dict[str, NDArray[Any]]], name: str, kind: type) -> NDArray[Any]:
        # each list gives up its part as it is joined, so that nothing large is held twice
        return np.concatenate([np.zeros(0, kind), *(part.pop(name) for part in parts)])

    epoch = join(changes, "epoch", np.int32)
    order = np.argsort(epoch, kind="stable")
    entry = join(changes, "entry", np.int32)[order]
    entries = sizes[-1]
    later = np.full(entries + len(entry), NONE, np.int32)
    last = np.arange(entries, dtype=np.int32)  # the last version of each entry so far
    edges = np.searchsorted(epoch[order], np.arange(epochs + 1))
    for e in range(1, epochs):  # an entry changes at most once from map to map
        now = slice(edges[e], edges[e + 1])
        numbers = np.arange(entries + edges[e], entries + edges[e + 1], dtype=np.int32)
        later[last[entry[now]]] = numbers
        last[entry[now]] = numbers

    def join_both(name: str, kind: type) -> NDArray[Any]:
        return np.concatenate([join(versions, name, kind), join(changes, name, kind)[order]])

    return Ways(
        first=np.array(sizes, np.int64),
        site=join(versions, "site", np.int32),
        km=join_both("km", np.float64),
        foot=join_both("foot", np.int32),
        ride=join_both("ride", np.int32),
        gate=join_both("gate", np.int32),
        later=later,
        first_change=edges.astype(np.int64),
        change_entry=entry,
        change_epoch=epoch[order],
    )


def _is_steady(graph: Graph) -> bool:
    return bool((graph.km > STEADY_KM).all())


# -- ways from gates, camps and sites -----------------------------------------------------------------------


def find_legs(graph: Graph, maps: Maps, rules: Rules, gates: NDArray[np.int64], n_sites: int) -> Legs:
    """Find the ways from gates on, of any length; further gates on them count for nothing."""
    pace = Pace(rules.foot_km_per_day, rules.ride_km_per_day)
    epochs, steady = len(maps.first_link) - 1, _is_steady(graph)
    row = np.zeros((epochs, len(gates)), np.int32)
    foot, ride, order = [], [], []
    for g, place in enumerate(gates.tolist()):
        known, later, later_km = follow_ways(graph, maps, pace, place, NONE, False, steady)
        edges = np.searchsorted(later[:, EPOCH], np.arange(epochs + 1))
        for e in range(epochs):
            now = slice(edges[e], edges[e + 1])
            site = later[now, SITE]
            known.km[site], known.foot[site], known.ride[site] = (
                later_km[now],
                later[now, FOOT],
                later[now, RIDE],
            )
            if e == 0 or len(site):
                foot.append(known.foot.copy())
                ride.append(known.ride.copy())
                order.append(_order_sites(known.km))
            row[e, g] = len(foot) - 1
    shape = len(foot), n_sites
    return Legs(row, *(np.array(part, np.int32).reshape(shape) for part in (foot, ride, order)))


def _order_sites(km: NDArray[np.float64]) -> NDArray[np.int32]:
    """List reached sites by distance, the smaller index first where two are as far; -1 ends the list."""
    order = np.argsort(km, kind="stable").astype(np.int32)
    order[np.isfinite(km).sum() :] = NONE
    return order


def find_hosts(
    graph: Graph, open_links: NDArray[np.bool_], sites: NDArray[np.int64], is_host: NDArray[np.bool_],
    is_camp: NDArray[np.bool_],
) -> NDArray[np.int32]:  # fmt: skip
    """Find the host nearest to each camp, shape (epoch, site); -1 where there is none, and for hosts."""
    hosts = np.full((len(open_links), len(sites)), NONE, np.int32)
    wanted = np.zeros(len(graph.origin), np.bool_)
    wanted[sites[is_host]] = True
    room = np.full(len(graph.origin), np.inf)
    is_open = np.zeros(len(graph.end), np.bool_)
    for e, links in enumerate(open_links):
        if e and (links == open_links[e - 1]).all():
            hosts[e] = hosts[e - 1]
            continue
        is_open[graph.arcs_of_link] = links[:, None]
        for s in np.flatnonzero(is_camp):
            place = find_nearest(graph, is_open, wanted, int(sites[s]), room)
            hosts[e, s] = graph.site[place] if place >= 0 else NONE
    return hosts


def find_ways_home(
    graph: Graph, open_links: NDArray[np.bool_], sites: NDArray[np.int64], group_of_place: NDArray[np.int32],
    n_groups: int,
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:  # fmt: skip
    """Find which groups have a way home from where, of any length: people know where they came from.

    All sites that hang together without an origin between them have the same ways home, so that few sets of
    groups stand for all.

    Parameters
    ----------
    graph, open_links, sites
        The places, the links by epoch, and which places are sites.
    group_of_place
        The group of an origin, -1 for other places.
    n_groups
        Number of groups.

    Returns
    -------
    home_of_site
        Which set holds for a site, shape (epoch, site).
    homes
        Whether a group is in a set, shape (set, group).
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(graph.origin)
    ends = graph.begin[graph.arcs_of_link[:, 0]], graph.end[graph.arcs_of_link[:, 0]]
    inside = ~graph.origin[ends[0]] & ~graph.origin[ends[1]]
    found: dict[bytes, int] = {}
    homes: list[NDArray[np.bool_]] = []
    home_of_site = np.zeros((len(open_links), len(sites)), np.int32)
    for e, links in enumerate(open_links):
        if e and (links == open_links[e - 1]).all():
            home_of_site[e] = home_of_site[e - 1]
            continue
        a, b = ends[0][links & inside], ends[1][links & inside]
        joined = coo_array((np.ones(len(a)), (a, b)), shape=(n, n))
        part = connected_components(joined, directed=False)[1]
        of_sites, number = np.unique(part[sites], return_inverse=True)
        column = np.full(part.max(initial=0) + 1, NONE)
        column[of_sites] = np.arange(len(of_sites))
        reached = np.zeros((len(of_sites), n_groups), np.bool_)
        for one, other in (ends, ends[::-1]):
            out = links & graph.origin[one] & ~graph.origin[other]
            where = column[part[other[out]]]
            reached[where[where >= 0], group_of_place[one[out]][where >= 0]] = True
        for k, groups in enumerate(reached):
            mark = groups.tobytes()
            if mark not in found:
                found[mark] = len(homes)
                homes.append(groups.copy())
            home_of_site[e, number == k] = found[mark]
    return home_of_site, np.array(homes, np.bool_).reshape(-1, n_groups)
