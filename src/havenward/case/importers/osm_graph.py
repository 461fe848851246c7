"""How roads become a coarse graph: where places meet the roads, and one piece between two junctions.

Nothing is lost on the way: the shortest distances between the nodes that are kept are those of the whole net.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from havenward.geography import EARTH_RADIUS_KM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from havenward.case.importers.osm_roads import Floats, Indices, Roads

# columns of the sums along a piece; driving and walking are infinite where a part of it forbids them
KM, DRIVE_H, DRIVE_KM, WALK_KM, TRACK_KM, BRIDGES, FERRIES = range(7)
KM_PER_DEGREE = 110.5  # the shortest degree of latitude
SMALL_NET_KM = 10.0  # roads that hang together for less than this are no net where a bigger one is near


@dataclass(frozen=True)
class Graph:
    """Pieces between nodes.

    Parameters
    ----------
    nodes
        How many nodes there are.
    start, end
        Node at each end of a piece.
    there, back
        Sums along it in both directions, shape (piece, 7); see the columns above.
    """

    nodes: int
    start: Indices
    end: Indices
    there: Floats
    back: Floats


@dataclass(frozen=True)
class Access:
    """Where places meet the roads: a node for each place (-1 for none), and how far it is, in km."""

    node: Indices
    km: Floats


def measure_pieces(roads: Roads) -> Graph:
    """Make the graph of all nodes, one piece for each piece of line."""
    # what the way of each piece says; a first row serves nets without any way
    words = np.array([tuple(use) for use in roads.uses] or np.zeros((1, 7)), np.float64)[roads.way]
    there_kmh, back_kmh, walked, track, bridge, ferry = words[:, :6].T
    there = np.zeros((len(roads.km), 7))
    there[:, KM] = roads.km
    there[:, WALK_KM] = np.where(walked > 0, roads.km, np.inf)
    there[:, TRACK_KM] = track * roads.km
    there[:, BRIDGES] = bridge * roads.first
    there[:, FERRIES] = ferry * roads.first
    back = there.copy()
    for sums, kmh in ((there, there_kmh), (back, back_kmh)):
        allowed = kmh > 0
        sums[:, DRIVE_KM] = np.where(allowed, roads.km, np.inf)
        sums[:, DRIVE_H] = np.where(allowed, roads.km / np.where(allowed, kmh, 1), np.inf)
    return Graph(len(roads.longitude), roads.start, roads.end, there, back)


def meet_roads(
    roads: Roads, graph: Graph, places: tuple[Floats, Floats], most_km: float, *, by_vehicle: bool
) -> Access:
    """Find the nearest node of the roads for each place, within a distance.

    A net of roads that is longer than `SMALL_NET_KM` is preferred to a nearer loose end; motorways and
    ferries are not entered between their ends.

    Parameters
    ----------
    roads, graph
        As laid and measured.
    places
        Longitude and latitude.
    most_km
        Places further off than this do not meet the roads.
    by_vehicle
        Only roads that vehicles may use count.
    """
    column = DRIVE_KM if by_vehicle else WALK_KM
    usable = np.isfinite(np.minimum(graph.there[:, column], graph.back[:, column]))
    start, end = graph.start[usable], graph.end[usable]
    _, net = connected_components(
        coo_array((np.ones(len(start), np.bool_), (start, end)), shape=(graph.nodes, graph.nodes)),
        directed=False,
    )
    net_km = np.bincount(net[start], graph.there[usable, KM], minlength=graph.nodes)
    entered = np.array([use.entered for use in roads.uses] or [False])[roads.way[usable]]
    is_open = np.zeros(graph.nodes, np.bool_)
    is_open[start[entered]] = is_open[end[entered]] = True
    is_open &= _lie_near(roads, places, most_km)
    open_nodes = np.flatnonzero(is_open)
    large = net_km[net[open_nodes]] >= SMALL_NET_KM
    node, km = np.full(len(places[0]), -1, np.int64), np.full(len(places[0]), np.inf)
    for nodes in (open_nodes[large], open_nodes[~large]):
        left = np.flatnonzero(node < 0)
        if not len(nodes) or not len(left):
            continue
        tree = cKDTree(_to_space(roads.longitude[nodes], roads.latitude[nodes]))
        # the chord is shorter than the arc by less than a millionth at these distances
        apart, found = tree.query(_to_space(places[0][left], places[1][left]), distance_upper_bound=most_km)
        near = np.isfinite(apart)
        node[left[near]], km[left[near]] = nodes[found[near]], apart[near]
    return Access(node, km)


def _lie_near(roads: Roads, places: tuple[Floats, Floats], most_km: float) -> NDArray[np.bool_]:
    """Tell which nodes lie in the rows of latitude and columns of longitude around some place.

    All nodes within `most_km` are among them; few others are, so that the search that follows is short.
    """
    north = most_km / KM_PER_DEGREE
    # a degree of longitude is shortest where the nodes come nearest to a pole
    widest = min(89.0, float(np.abs(roads.latitude).max(initial=0.0)) + north)
    cell = north, north / np.cos(np.radians(widest))
    corner = roads.latitude.min(initial=90.0) - cell[0], roads.longitude.min(initial=180.0) - cell[1]
    row, column = (
        ((axis - low) / size).astype(np.int64)
        for axis, low, size in zip((roads.latitude, roads.longitude), corner, cell, strict=True)
    )
    near = np.zeros((int(row.max(initial=0)) + 2, int(column.max(initial=0)) + 2), np.bool_)
    for longitude, latitude in zip(*places, strict=True):
        at = int((latitude - corner[0]) // cell[0]), int((longitude - corner[1]) // cell[1])
        near[max(0, at[0] - 1) : max(0, at[0] + 2), max(0, at[1] - 1) : max(0, at[1] + 2)] = True
    found: NDArray[np.bool_] = near[row, column]
    return found


def _to_space(longitude: Floats, latitude: Floats) -> Floats:
    """Put points on the sphere, in kilometres: one projection for the whole world."""
    east, north = np.radians(longitude), np.radians(latitude)
    axes = (np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north))
    return EARTH_RADIUS_KM * np.column_stack(axes)


def coarsen(graph: Graph, kept: Indices) -> tuple[Graph, Indices]:
    """Leave out what lies on no way between kept nodes, and join pieces where there is no choice.

    Dead ends go, of several pieces between the same two nodes only the shortest stay, and a node with two
    pieces becomes part of one piece.

    Returns
    -------
    coarse
        The graph of junctions and kept nodes.
    number
        Its number for each of the nodes of the old graph, -1 for those that are gone.
    """
    pinned = np.zeros(graph.nodes, np.bool_)
    pinned[kept] = True
    size = -1
    while size != len(graph.start):
        size = len(graph.start)
        graph = _take(graph, _not_longer(graph))
        graph = _take(graph, _no_dead_end(graph, pinned))
        graph = _join_pieces(graph, pinned)
    alive = pinned.copy()
    alive[graph.start] = alive[graph.end] = True
    number = np.where(alive, np.cumsum(alive) - 1, -1)
    coarse = Graph(int(alive.sum()), number[graph.start], number[graph.end], graph.there, graph.back)
    return coarse, number


def _take(graph: Graph, chosen: NDArray[np.bool_]) -> Graph:
    return Graph(graph.nodes, graph.start[chosen], graph.end[chosen], graph.there[chosen], graph.back[chosen])


def _not_longer(graph: Graph) -> NDArray[np.bool_]:
    """Tell which pieces are the shortest between their ends, for driving each way or for walking."""
    low, high = np.minimum(graph.start, graph.end), np.maximum(graph.start, graph.end)
    pair = low * graph.nodes + high
    turned = graph.start > graph.end
    up = np.where(turned, graph.back[:, DRIVE_KM], graph.there[:, DRIVE_KM])
    down = np.where(turned, graph.there[:, DRIVE_KM], graph.back[:, DRIVE_KM])
    chosen = np.zeros(len(pair), np.bool_)
    for km in (up, down, graph.there[:, WALK_KM]):
        order = np.lexsort((km, pair))
        best = np.ones(len(pair), np.bool_)
        best[1:] = pair[order][1:] != pair[order][:-1]
        chosen[order[best & np.isfinite(km[order])]] = True
    chosen &= low != high
    return chosen


def _no_dead_end(graph: Graph, pinned: NDArray[np.bool_]) -> NDArray[np.bool_]:
    pieces = np.bincount(graph.start, minlength=graph.nodes) + np.bincount(graph.end, minlength=graph.nodes)
    loose = (pieces == 1) & ~pinned
    chosen: NDArray[np.bool_] = ~(loose[graph.start] | loose[graph.end])
    return chosen


def _join_pieces(graph: Graph, pinned: NDArray[np.bool_]) -> Graph:
    """Join the two pieces at each node that has just two, along whole chains at once.

    Each piece is two arrows, one in each direction. At a node inside a chain each arrow that arrives is
    followed by one that leaves; arrows that follow each other hang together, and their sums are the chain's.
    """
    size = len(graph.start)
    tail = np.concatenate((graph.start, graph.end))
    head = np.concatenate((graph.end, graph.start))
    inner = (np.bincount(head, minlength=graph.nodes) == 2) & ~pinned
    order = np.argsort(head, kind="stable")
    arriving = order[inner[head[order]]].reshape(-1, 2)
    opposite = (arriving + size) % (2 * size)
    before, after = arriving.ravel(), opposite[:, ::-1].ravel()
    number, chain = connected_components(
        coo_array((np.ones(len(before), np.bool_), (before, after)), shape=(2 * size, 2 * size)),
        directed=False,
    )
    sums = np.concatenate((graph.there, graph.back))
    total: Floats = np.empty((number, sums.shape[1]))
    for column in range(sums.shape[1]):
        total[:, column] = np.bincount(chain, sums[:, column], minlength=number)
    start, end = np.full(number, -1, np.int64), np.full(number, -1, np.int64)
    opening, closing = ~inner[tail], ~inner[head]
    start[chain[opening]], end[chain[closing]] = tail[opening], head[closing]
    reverse = np.empty(number, np.int64)
    reverse[chain] = chain[(np.arange(2 * size) + size) % (2 * size)]
    # each chain once, by the smaller of its two numbers; rings without a junction have no ends
    once = np.flatnonzero((start >= 0) & (np.arange(number) < reverse))
    return Graph(graph.nodes, start[once], end[once], total[once], total[reverse[once]])
