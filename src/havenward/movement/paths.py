"""How the shortest ways from one place are found, and what of them changes when the map does.

Everything here is compiled. A *label* says how a place is reached: kilometres, whether vehicles can pass all
the way, the first gate on it, and the same for the part up to that gate. Of all ways to a place the label
that comes first counts: the shortest, and among equally long ones that of the smaller road flag, gate and
length to it. So labels depend on the map alone, not on the order of rows, and not on how they were found:
from nothing, or from those of the day before.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

# below this length kilometres may stand still in floating point, and all ways are found anew on every map
STEADY_KM = 1e-6
# columns of a change: which map, which site, travel days, gate
CHANGE_COLUMNS = EPOCH, SITE, FOOT, RIDE, GATE = range(5)


class Graph(NamedTuple):
    """Places and the links between them; every link is two arcs, one from each end.

    Arcs of place p stand at `first[p]` to `first[p + 1]` - 1.
    """

    first: NDArray[np.int64]  # (place + 1,)
    begin: NDArray[np.int32]  # (arc,)
    end: NDArray[np.int32]  # (arc,)
    km: NDArray[np.float64]  # (arc,)
    road: NDArray[np.int8]  # (arc,) 1 where vehicles can pass
    arcs_of_link: NDArray[np.int64]  # (link, 2)
    origin: NDArray[np.bool_]  # (place,) ways end here, unless they begin here
    marker: NDArray[np.bool_]  # (place,) counts as no link
    gate: NDArray[np.int32]  # (place,) index among the gates, -1 for none
    site: NDArray[np.int32]  # (place,) index among the sites, -1 for none


class Maps(NamedTuple):
    """Which links and gates there are on one map after the other.

    What changes from map e - 1 to map e stands at `first_link[e]` to `first_link[e + 1]` - 1, and likewise
    for gates, which only come.
    """

    open: NDArray[np.bool_]  # (arc,) on the first map
    screening: NDArray[np.bool_]  # (gate,) on the first map
    first_link: NDArray[np.int64]  # (map + 1,)
    links: NDArray[np.int32]
    opens: NDArray[np.bool_]  # whether it opens or closes
    first_gate: NDArray[np.int64]  # (map + 1,)
    gates: NDArray[np.int32]  # index among the places


class Pace(NamedTuple):
    """Kilometres per day."""

    foot: float
    ride: float


class Labels(NamedTuple):
    """How each place is reached; infinite kilometres where it is not."""

    km: NDArray[np.float64]
    road: NDArray[np.int8]
    gate: NDArray[np.int32]
    gate_km: NDArray[np.float64]
    gate_road: NDArray[np.int8]


class Known(NamedTuple):
    """The ways from one place to each site on the map of the day, shape (site,)."""

    km: NDArray[np.float64]
    foot: NDArray[np.int32]
    ride: NDArray[np.int32]
    gate: NDArray[np.int32]


@njit(cache=True, nogil=True)
def follow_ways(
    graph: Graph,
    maps: Maps,
    pace: Pace,
    source: int,
    most_links: int,
    screened: bool,  # noqa: FBT001 - compiled code is handed values by place
    steady: bool,  # noqa: FBT001
) -> tuple[Known, NDArray[np.int32], NDArray[np.float64]]:
    """Find the shortest ways from one place to every site on the first map, and each change after it.

    No way leads through another origin. Only the part of the map that a change can touch is looked at again.

    Parameters
    ----------
    graph, maps, pace
        The places, what is open when, and speeds.
    source
        Where the ways begin.
    most_links
        How many links ahead places are known, markers left out; -1 for any number.
    screened
        Whether gates are looked for on the way.
    steady
        Whether every link is longer than `STEADY_KM`.

    Returns
    -------
    known
        The ways on the first map.
    changes
        Rows of `CHANGE_COLUMNS`, in the order of the maps.
    changed_km
        Kilometres of the changed ways, infinite where a way is lost.
    """
    n, n_sites = graph.origin.shape[0], 0
    for p in range(n):
        n_sites = max(n_sites, graph.site[p] + 1)
    is_open = maps.open.copy()
    screening = maps.screening.copy() if screened else np.zeros_like(maps.screening)
    labels = Labels(
        np.full(n, np.inf), np.zeros(n, np.int8), np.full(n, -1, np.int32), np.zeros(n), np.zeros(n, np.int8)
    )
    waits = np.zeros(n, np.bool_)
    touched = np.empty(n, np.int64)
    fewest = np.zeros(n, np.int32)
    now = Known(
        np.full(n_sites, np.inf),
        np.zeros(n_sites, np.int32),
        np.zeros(n_sites, np.int32),
        np.full(n_sites, -1, np.int32),
    )
    changes, changed_km = np.empty((16, 5), np.int32), np.empty(16)
    count = 0
    _find_all(graph, is_open, screening, source, most_links, labels, waits, fewest)
    for p in range(n):
        if graph.site[p] >= 0 and p != source:
            _tell(graph, labels, pace, p, now)
    first = Known(now.km.copy(), now.foot.copy(), now.ride.copy(), now.gate.copy())

    for e in range(1, maps.first_link.shape[0] - 1):
        links = maps.links[maps.first_link[e] : maps.first_link[e + 1]]
        opens = maps.opens[maps.first_link[e] : maps.first_link[e + 1]]
        gates = maps.gates[maps.first_gate[e] : maps.first_gate[e + 1]]
        if not screened:
            gates = gates[:0]
        if links.shape[0] == 0 and gates.shape[0] == 0:
            continue
        if most_links >= 0 or not steady:
            near = _is_near(graph, labels.km, links, gates)
            for i in range(links.shape[0]):
                for side in range(2):
                    is_open[graph.arcs_of_link[links[i], side]] = opens[i]
            for i in range(gates.shape[0]):
                screening[graph.gate[gates[i]]] = True
            if not near:
                continue
            _find_all(graph, is_open, screening, source, most_links, labels, waits, fewest)
            for p in range(n):
                touched[p] = p
            many = n
        else:
            many = _close(graph, is_open, screening, source, labels, waits, touched, links[~opens], gates)
            many = _open(graph, is_open, screening, source, labels, waits, touched, many, links[opens])
        for i in range(many):
            p = touched[i]
            site = graph.site[p]
            if site < 0 or p == source:
                continue
            before = now.km[site], now.foot[site], now.ride[site], now.gate[site]
            _tell(graph, labels, pace, p, now)
            if before != (now.km[site], now.foot[site], now.ride[site], now.gate[site]):
                if count == changes.shape[0]:
                    changes = np.concatenate((changes, np.empty_like(changes)))
                    changed_km = np.concatenate((changed_km, np.empty_like(changed_km)))
                changes[count, EPOCH], changes[count, SITE] = e, site
                changes[count, FOOT], changes[count, RIDE] = now.foot[site], now.ride[site]
                changes[count, GATE] = now.gate[site]
                changed_km[count] = now.km[site]
                count += 1
    return first, changes[:count].copy(), changed_km[:count].copy()


@njit(cache=True, nogil=True)
def find_nearest(
    graph: Graph, is_open: NDArray[np.bool_], wanted: NDArray[np.bool_], source: int, km: NDArray[np.float64]
) -> int:
    """Find the nearest wanted place, the smaller index where two are as near; -1 where there is none.

    `km` is room to work in, shape (place,), infinite before and after.
    """
    heap: list[Any] = [(0.0, source)]
    reached: list[Any] = [source]
    km[source] = 0.0
    found = -1
    while len(heap) > 0:
        far, p = heappop(heap)
        if far > km[p]:
            continue
        if wanted[p] and p != source:
            found = p
            break
        if graph.origin[p] and p != source:
            continue
        for a in range(graph.first[p], graph.first[p + 1]):
            q = graph.end[a]
            if is_open[a] and far + graph.km[a] < km[q]:
                km[q] = far + graph.km[a]
                reached.append(np.int64(q))
                heappush(heap, (km[q], np.int64(q)))
    for p in reached:
        km[p] = np.inf
    return found


@njit(cache=True, nogil=True)
def _is_near(
    graph: Graph, km: NDArray[np.float64], links: NDArray[np.int32], gates: NDArray[np.int32]
) -> bool:
    """Tell whether any end of these links, or any of these gates, is reached: else nothing can change."""
    for i in range(links.shape[0]):
        a = graph.arcs_of_link[links[i], 0]
        if np.isfinite(km[graph.begin[a]]) or np.isfinite(km[graph.end[a]]):
            return True
    for i in range(gates.shape[0]):  # noqa: SIM110 - compiled code has no generators
        if np.isfinite(km[gates[i]]):
            return True
    return False


# -- from nothing -----------------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _find_all(
    graph: Graph,
    is_open: NDArray[np.bool_],
    screening: NDArray[np.bool_],
    source: int,
    most_links: int,
    labels: Labels,
    waits: NDArray[np.bool_],
    fewest: NDArray[np.int32],
) -> None:
    """Label every place that can be reached from the source."""
    labels.km[:] = np.inf
    heap: list[Any] = [(0.0, source, 1, -1, 0.0, 1)]
    if most_links < 0:
        waits[:] = True
        _settle(graph, is_open, screening, source, labels, waits, heap)
        waits[:] = False
        return
    # a longer way to a place is of use only if it has used fewer links
    fewest[:] = most_links + 1
    ahead: list[Any] = [(0.0, source, 0, 1, -1, 0.0, 1)]
    while len(ahead) > 0:
        km, p, used, road, gate, gate_km, gate_road = heappop(ahead)
        if fewest[p] <= used:
            continue
        fewest[p] = used
        if not waits[p]:
            waits[p] = True
            labels.km[p], labels.road[p], labels.gate[p] = km, road, gate
            labels.gate_km[p], labels.gate_road[p] = gate_km, gate_road
        if p != source and graph.origin[p]:
            continue
        if gate < 0 and p != source and graph.gate[p] >= 0 and screening[graph.gate[p]]:
            gate, gate_km, gate_road = np.int64(graph.gate[p]), km, road
        for a in range(graph.first[p], graph.first[p + 1]):
            q = np.int64(graph.end[a])
            steps = used if graph.marker[q] else used + 1
            if is_open[a] and steps <= most_links:
                heappush(ahead, (km + graph.km[a], q, steps, road & graph.road[a], gate, gate_km, gate_road))
    waits[:] = False


@njit(cache=True, nogil=True)
def _settle(
    graph: Graph,
    is_open: NDArray[np.bool_],
    screening: NDArray[np.bool_],
    source: int,
    labels: Labels,
    waits: NDArray[np.bool_],
    heap: list[Any],
) -> None:
    """Label the places that wait, from the labels in the heap on: always the one that comes first."""
    while len(heap) > 0:
        km, p, road, gate, gate_km, gate_road = heappop(heap)
        if not waits[p]:
            continue
        waits[p] = False
        labels.km[p], labels.road[p], labels.gate[p] = km, road, gate
        labels.gate_km[p], labels.gate_road[p] = gate_km, gate_road
        if p != source and graph.origin[p]:
            continue
        if gate < 0 and p != source and graph.gate[p] >= 0 and screening[graph.gate[p]]:
            gate, gate_km, gate_road = np.int64(graph.gate[p]), km, road
        for a in range(graph.first[p], graph.first[p + 1]):
            q = np.int64(graph.end[a])
            far = km + graph.km[a]
            # kilometres of a place that waits are the shortest found so far
            if is_open[a] and waits[q] and far <= labels.km[q]:
                labels.km[q] = far
                heappush(heap, (far, q, road & np.int64(graph.road[a]), gate, gate_km, gate_road))


# -- from the labels of the map before ---------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _close(
    graph: Graph,
    is_open: NDArray[np.bool_],
    screening: NDArray[np.bool_],
    source: int,
    labels: Labels,
    waits: NDArray[np.bool_],
    touched: NDArray[np.int64],
    links: NDArray[np.int32],
    gates: NDArray[np.int32],
) -> int:
    """Close links and begin to screen; label anew what lies behind. Gives how many places were touched.

    Behind lies each place to which a way over the link or gate is as short as its own; as no way becomes
    shorter, no other label can change.
    """
    km = labels.km
    many = 0
    for i in range(links.shape[0]):
        for side in range(2):
            is_open[graph.arcs_of_link[links[i], side]] = False
    for i in range(links.shape[0]):
        for side in range(2):
            a = graph.arcs_of_link[links[i], side]
            many = _touch(graph, source, km, a, waits, touched, many)
    for i in range(gates.shape[0]):
        p = gates[i]
        screening[graph.gate[p]] = True
        if p == source or labels.gate[p] >= 0:
            continue  # behind an earlier gate this one is not the first
        for a in range(graph.first[p], graph.first[p + 1]):
            if is_open[a]:
                many = _touch(graph, source, km, a, waits, touched, many)
    at = 0
    while at < many:
        p = touched[at]
        at += 1
        for a in range(graph.first[p], graph.first[p + 1]):
            if is_open[a]:
                many = _touch(graph, source, km, a, waits, touched, many)
    _label_again(graph, is_open, screening, source, labels, waits, touched, many)
    return many


@njit(cache=True, nogil=True)
def _touch(
    graph: Graph,
    source: int,
    km: NDArray[np.float64],
    a: int,
    waits: NDArray[np.bool_],
    touched: NDArray[np.int64],
    many: int,
) -> int:
    """Touch the end of an arc if the way over the arc is as short as any."""
    p, q = graph.begin[a], graph.end[a]
    if waits[q] or (graph.origin[p] and p != source) or not np.isfinite(km[p]):
        return many
    if km[p] + graph.km[a] <= km[q]:
        waits[q] = True
        touched[many] = q
        many += 1
    return many


@njit(cache=True, nogil=True)
def _open(
    graph: Graph,
    is_open: NDArray[np.bool_],
    screening: NDArray[np.bool_],
    source: int,
    labels: Labels,
    waits: NDArray[np.bool_],
    touched: NDArray[np.int64],
    before: int,
    links: NDArray[np.int32],
) -> int:
    """Open links; label anew each place to which a way over them is as short as its own, or shorter."""
    if links.shape[0] == 0:
        return before
    km = labels.km
    heap: list[Any] = [(np.inf, 0)]
    for i in range(links.shape[0]):
        for side in range(2):
            is_open[graph.arcs_of_link[links[i], side]] = True
    for i in range(links.shape[0]):
        for side in range(2):
            a = graph.arcs_of_link[links[i], side]
            p, q = graph.begin[a], np.int64(graph.end[a])
            if (p == source or not graph.origin[p]) and np.isfinite(km[p]) and km[p] + graph.km[a] <= km[q]:
                heappush(heap, (km[p] + graph.km[a], q))
    # places that closures touched may be touched again; they stand in the list once more, which does no harm
    fresh = np.empty(touched.shape[0], np.int64)
    many = 0
    while len(heap) > 0:
        far, p = heappop(heap)
        if far == np.inf or waits[p]:
            continue
        waits[p] = True
        fresh[many] = p
        many += 1
        if graph.origin[p] and p != source:
            continue
        for a in range(graph.first[p], graph.first[p + 1]):
            q = np.int64(graph.end[a])
            if is_open[a] and not waits[q] and far + graph.km[a] <= km[q]:
                heappush(heap, (far + graph.km[a], q))
    _label_again(graph, is_open, screening, source, labels, waits, fresh, many)
    known = np.zeros(touched.shape[0], np.bool_)
    for i in range(before):
        known[touched[i]] = True
    for i in range(many):
        if not known[fresh[i]]:
            touched[before] = fresh[i]
            before += 1
    return before


@njit(cache=True, nogil=True)
def _label_again(
    graph: Graph,
    is_open: NDArray[np.bool_],
    screening: NDArray[np.bool_],
    source: int,
    labels: Labels,
    waits: NDArray[np.bool_],
    touched: NDArray[np.int64],
    many: int,
) -> None:
    """Forget the labels of the touched places, and find them again from the places around."""
    km = labels.km
    for i in range(many):
        km[touched[i]] = np.inf
    heap: list[Any] = [(np.inf, 0, 0, 0, 0.0, 0)]
    heappop(heap)
    for i in range(many):
        q = touched[i]
        for back in range(graph.first[q], graph.first[q + 1]):
            p = graph.end[back]
            if not is_open[back] or waits[p] or not np.isfinite(km[p]) or (graph.origin[p] and p != source):
                continue
            gate, gate_km = np.int64(labels.gate[p]), labels.gate_km[p]
            gate_road = np.int64(labels.gate_road[p])
            if gate < 0 and p != source and graph.gate[p] >= 0 and screening[graph.gate[p]]:
                gate, gate_km, gate_road = np.int64(graph.gate[p]), km[p], np.int64(labels.road[p])
            road = np.int64(labels.road[p]) & np.int64(graph.road[back])
            heappush(heap, (km[p] + graph.km[back], q, road, gate, gate_km, gate_road))
    _settle(graph, is_open, screening, source, labels, waits, heap)
    for i in range(many):
        waits[touched[i]] = False


@njit(cache=True, nogil=True)
def _tell(graph: Graph, labels: Labels, pace: Pace, p: int, known: Known) -> None:
    """Write down the way to the site at a place: the whole of it, and the days of its first leg."""
    site = graph.site[p]
    known.km[site], known.gate[site] = np.inf, -1
    known.foot[site], known.ride[site] = 0, 0
    if not np.isfinite(labels.km[p]):
        return
    known.km[site], known.gate[site] = labels.km[p], labels.gate[p]
    km, road = labels.km[p], labels.road[p]
    if labels.gate[p] >= 0:
        km, road = labels.gate_km[p], labels.gate_road[p]
    known.foot[site] = max(1, int(np.ceil(km / pace.foot)))
    known.ride[site] = max(1, int(np.ceil(km / pace.ride))) if road else known.foot[site]
