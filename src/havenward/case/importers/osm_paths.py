"""How far it is by the roads between places, and what lies on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from havenward.case.importers.osm_graph import DRIVE_KM

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from havenward.case.importers.osm_graph import Access, Graph
    from havenward.case.importers.osm_roads import Floats, Indices

SHORTEST_KM = 1e-9  # nodes at one point: an entry of 0 would mean that there is no piece
AT_ONCE = 4_000_000  # cells of distances held at a time: 32 MB


class Net(NamedTuple):
    """A graph as scipy reads it: the shortest piece for each pair of nodes in each direction.

    `arrow` gives the row in `sums` of each entry of `matrix`, in its order.
    """

    matrix: csr_array
    arrow: Indices
    sums: Floats


def make_net(graph: Graph, column: int = DRIVE_KM) -> Net:
    """Keep the pieces that may be driven (or, by another column, walked), each way."""
    sums = np.concatenate((graph.there, graph.back))
    tail, head = np.concatenate((graph.start, graph.end)), np.concatenate((graph.end, graph.start))
    order = np.lexsort((sums[:, column], head, tail))
    order = order[np.isfinite(sums[order, column])]
    best = np.ones(len(order), np.bool_)
    best[1:] = (tail[order][1:] != tail[order][:-1]) | (head[order][1:] != head[order][:-1])
    order = order[best]
    km = np.maximum(sums[order, column], SHORTEST_KM)
    matrix = coo_array((km, (tail[order], head[order])), shape=(graph.nodes, graph.nodes)).tocsr()
    matrix.sort_indices()  # by row and column, as `order` is
    return Net(matrix, order, sums)


def find_parts(net: Net) -> Indices:
    """Give each node the number of the part of the net that it hangs together with."""
    return np.asarray(connected_components(net.matrix, directed=False)[1], np.int64)


def measure_between(net: Net, access: Access, most_km: float, sources: int | None = None) -> Floats:
    """Measure the way from places to every place; infinite where none is.

    The ways from the place to the road at both ends are in it, and `most_km` limits the whole. Where one
    direction is shorter than the other it counts for both: a route is one row for both.

    Parameters
    ----------
    net, access
        Roads, and where each place meets them.
    most_km
        Longest way.
    sources
        How many places, from the first on, ways are measured from; None for all.

    Returns
    -------
    km
        Shape (sources, place); between the sources it is symmetric.
    """
    count = len(access.node) if sources is None else sources
    km = np.full((count, len(access.node)), np.inf)
    reached = np.flatnonzero(access.node >= 0)
    begun = reached[reached < count]
    nodes, column = np.unique(access.node[reached], return_inverse=True)
    starts, row = np.unique(access.node[begun], return_inverse=True)
    between = np.empty((len(starts), len(nodes)))
    chunk = max(1, AT_ONCE // max(1, net.matrix.shape[0]))
    for first in range(0, len(starts), chunk):
        some = starts[first : first + chunk]
        between[first : first + chunk] = dijkstra(net.matrix, indices=some, limit=most_km)[:, nodes]
    km[np.ix_(begun, reached)] = (
        between[np.ix_(row, column)] + access.km[begun][:, None] + access.km[reached][None, :]
    )
    km[:, :count] = np.minimum(km[:, :count], km[:, :count].T)
    km[km > most_km] = np.inf
    np.fill_diagonal(km, 0)
    return km


def follow_ways(net: Net, access: Access, pairs: list[tuple[int, int]], km: Floats) -> Floats:
    """Sum what lies on the shortest way of each pair, shape (pair, 7).

    The ways from the places to the road are not in it. A pair whose way back is the shorter one is followed
    that way.
    """
    found = np.zeros((len(pairs), net.sums.shape[1]))
    left = list(range(len(pairs)))
    for turned in (False, True):
        matrix = net.matrix.T.tocsr() if turned and left else net.matrix
        by_start: dict[int, list[int]] = {}
        for number in left:
            by_start.setdefault(pairs[number][0], []).append(number)
        left = []
        for a, numbers in by_start.items():
            # a little further than the longest, against rounding
            limit = max(float(km[pairs[number]]) for number in numbers) + 0.001
            far, before = dijkstra(matrix, indices=access.node[a], limit=limit, return_predecessors=True)
            for number in numbers:
                b = pairs[number][1]
                length = far[access.node[b]] + access.km[a] + access.km[b]
                if length <= km[a, b] + 1e-6:
                    found[number] = _sum_back(net, before, int(access.node[b]), turned=turned)
                else:
                    left.append(number)
    return found


def _sum_back(net: Net, before: Indices, node: int, *, turned: bool) -> Floats:
    """Follow a way back to where it began, and add up its pieces."""
    pointers, columns = net.matrix.indptr, net.matrix.indices
    arrows = []
    while before[node] >= 0:
        tail, head = (node, before[node]) if turned else (before[node], node)
        here = slice(pointers[tail], pointers[tail + 1])
        arrows.append(net.arrow[pointers[tail] + np.searchsorted(columns[here], head)])
        node = int(before[node])
    total: Floats = net.sums[np.array(arrows, np.int64)].sum(axis=0)
    return total
