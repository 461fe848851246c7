"""How places are linked by the roads of an extract: by vehicle, on foot, or else by a straight line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from havenward.case.importers.osm_graph import (
    BRIDGES,
    DRIVE_H,
    DRIVE_KM,
    FERRIES,
    KM,
    TRACK_KM,
    WALK_KM,
    Access,
    coarsen,
    measure_pieces,
    meet_roads,
)
from havenward.case.importers.osm_links import choose_links, choose_straight_links
from havenward.case.importers.osm_paths import Net, find_parts, follow_ways, make_net, measure_between
from havenward.case.importers.osm_roads import measure_km
from havenward.case.importers.osm_towns import pick_on_the_way

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from havenward.case.importers.osm_links import Pairs
    from havenward.case.importers.osm_roads import Floats, Roads, Settlement
    from havenward.records import Case, Location

    Flags = NDArray[np.bool_]

# Roads are longer than the air line: 1.26 times in South Korea as a whole, 1.22 to 1.44 by province, more in
# mountains (Kim, Shin, Lee and Suh 2015, J. Korean Soc. Agric. Eng. 57(4), 39-49). A round middle.
AIR_FACTOR = 1.3
STRAIGHT_LINKS = 2  # for each place that no road reaches: one of them may be closed
LEAST_KM = 0.1  # every route has a length


@dataclass(frozen=True)
class Ways:
    """Ways between places by the roads, and what it takes to follow them.

    Parameters
    ----------
    km
        The shortest by vehicle, or on foot where vehicles have none, shape (place, place).
    on_foot
        Which of them are on foot, same shape.
    drive, walk
        The net of each, and where places meet it.
    """

    km: Floats
    on_foot: Flags
    drive: tuple[Net, Access]
    walk: tuple[Net, Access]


class Link(NamedTuple):
    """A route between two places, by their rows, and what its attributes say."""

    first: int
    second: int
    km: float
    mode: str
    said: dict[str, str]


def read_rules(case: Case, places: Sequence[Location], *, between_origins: bool) -> tuple[Flags, Flags]:
    """Tell which pairs may be linked, and which places a way may lead through.

    By the rules of Havenward no way leads through an origin, so a link between two origins leads nowhere;
    by those of Flee people pass through every place.
    """
    origin = np.array([place.kind == "origin" for place in places], np.bool_)
    if case.rules == "flee":
        return np.ones((len(places), len(places)), np.bool_), np.ones(len(places), np.bool_)
    wanted = ~(origin[:, None] & origin[None, :]) | between_origins
    return wanted, ~origin


def measure_ways(
    roads: Roads,
    places: Sequence[Location],
    towns: Sequence[Settlement],
    wanted: Flags,
    settings: Mapping[str, Any],
) -> tuple[Ways, list[Settlement]]:
    """Measure the ways between places, and find the towns on them.

    Parameters
    ----------
    roads
        As laid.
    places
        Locations with coordinates.
    towns
        Settlements that might lie on a way.
    wanted
        Pairs of places that may be linked.
    settings
        Of the import.

    Returns
    -------
    ways, on_the_way
        Ways between places, and those of the towns that lie on a link between two of them.
    """
    points = (
        np.array([*(p.longitude for p in places), *(t.longitude for t in towns)], np.float64),
        np.array([*(p.latitude for p in places), *(t.latitude for t in towns)], np.float64),
    )
    graph = measure_pieces(roads)
    by_vehicle = meet_roads(roads, graph, points, settings["snap_km"], by_vehicle=True)
    by_foot = meet_roads(roads, graph, points, settings["snap_km"], by_vehicle=False)
    met = np.concatenate((by_vehicle.node, by_foot.node))
    coarse, number = coarsen(graph, met[met >= 0])
    drive, walk = (
        (make_net(coarse, column), Access(np.where(access.node >= 0, number[access.node], -1), access.km))
        for column, access in ((DRIVE_KM, by_vehicle), (WALK_KM, by_foot))
    )
    all_km = measure_between(*drive, settings["max_km"], sources=len(places))
    km = all_km[:, : len(places)]
    on_foot = _needs_feet(drive, walk, len(places))
    if on_foot.any():
        own = Access(walk[1].node[: len(places)], walk[1].km[: len(places)])
        on_foot &= ~np.isfinite(km)
        km = np.where(on_foot, measure_between(walk[0], own, settings["max_km"]), km)
    ways = Ways(km, on_foot, drive, walk)
    if not towns:
        return ways, []
    # before towns are places, every place may be passed: what lies on a way does not depend on who may pass
    links = choose_links(km, wanted, np.ones(len(places), np.bool_), settings["detour"])
    own_km = drive[1].km[len(places) :]
    rows = pick_on_the_way(km, all_km[:, len(places) :], own_km, links, settings["detour"])
    return ways, [towns[row] for row in rows]


def _needs_feet(drive: tuple[Net, Access], walk: tuple[Net, Access], count: int) -> Flags:
    """Tell which pairs hang together on foot and not by vehicle."""

    def joined(net: Net, access: Access) -> Flags:
        node = access.node[:count]
        part = np.full(count, -1)
        part[node >= 0] = find_parts(net)[node[node >= 0]]  # a net that no place meets has no parts at all
        both: Flags = (part[:, None] == part[None, :]) & (part >= 0)[:, None]
        return both

    needs = joined(*walk) & ~joined(*drive)
    np.fill_diagonal(needs, val=False)
    return needs


def describe_links(pairs: Pairs, ways: Ways, walking_speed: float) -> list[Link]:
    """Follow each way, and say how long it takes and what lies on it."""
    links = []
    for on_foot, (net, access) in ((False, ways.drive), (True, ways.walk)):
        chosen = [pair for pair in pairs if bool(ways.on_foot[pair]) == on_foot]
        for (a, b), sums in zip(chosen, follow_ways(net, access, chosen, ways.km), strict=True):
            legs_km = float(access.km[a] + access.km[b])
            hours = legs_km / walking_speed + (sums[KM] / walking_speed if on_foot else sums[DRIVE_H])
            said = {
                "route_quality": "paths of OpenStreetMap" if on_foot else "roads of OpenStreetMap",
                "travel_hours": f"{hours:.1f}",
            }
            share = f"{sums[TRACK_KM] / max(sums[KM], LEAST_KM):.2f}"
            said |= {"track_share": share} if share != "0.00" else {}
            said |= {
                name: f"{sums[column]:.0f}"
                for name, column in (("bridges", BRIDGES), ("ferries", FERRIES))
                if sums[column] > 0
            }
            mode = "foot" if on_foot else "ferry" if sums[FERRIES] > 0 else "road"
            links.append(Link(a, b, _round_km(ways.km[a, b]), mode, said))
    return links


def link_straight(places: Sequence[Location], pairs: Pairs, wanted: Flags, max_km: float) -> list[Link]:
    """Link places without any way by road to their nearest places, by a straight line that is marked."""
    longitude = np.array([place.longitude for place in places], np.float64)
    latitude = np.array([place.latitude for place in places], np.float64)
    linked = np.zeros(len(places), np.bool_)
    linked[np.array(pairs, np.int64).ravel()] = True
    alone = np.flatnonzero(~linked)
    air = measure_km(longitude[:, None], latitude[:, None], longitude[None, :], latitude[None, :])
    return [
        Link(
            a,
            b,
            _round_km(AIR_FACTOR * air[a, b]),
            "foot",
            {"route_quality": "straight line", "air_factor": f"{AIR_FACTOR:g}"},
        )
        for a, b in choose_straight_links(air, wanted, alone, max_km / AIR_FACTOR, STRAIGHT_LINKS)
    ]


def _round_km(km: float) -> float:
    return max(LEAST_KM, round(float(km), 1))
