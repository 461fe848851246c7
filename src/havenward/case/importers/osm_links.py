"""Which pairs of places become routes: the links that the others cannot be put together from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from havenward.case.importers.osm_roads import Floats, Indices

    Pairs = list[tuple[int, int]]


def choose_links(km: Floats, wanted: NDArray[np.bool_], passed: NDArray[np.bool_], tolerance: float) -> Pairs:
    """Keep as few links as give every wanted pair a way within the tolerance of its shortest one.

    Pairs are looked at from the shortest on; one is left out where the links kept so far already lead there
    in at most `1 + tolerance` times its length. So no way in the case is longer than that, however many
    links it takes, and the nearest place to each place is always linked to it.

    Parameters
    ----------
    km
        Shortest ways, symmetric, infinite where there is none, shape (place, place).
    wanted
        Pairs that may become links, symmetric, same shape.
    passed
        Places that a way may lead through, shape (place,).
    tolerance
        0 keeps every pair whose shortest way passes no other place.
    """
    count = len(km)
    have = np.full((count, count), np.inf)
    np.fill_diagonal(have, 0)
    first, second = np.nonzero(np.triu(wanted & np.isfinite(km), 1))
    length = km[first, second]
    # rounded to a millimetre, so that ties are ties on every machine
    order = np.lexsort((second, first, length.round(6)))
    farthest = (1 + tolerance) * length.max(initial=0.0)
    links: Pairs = []
    for a, b, way in zip(first[order].tolist(), second[order].tolist(), length[order].tolist(), strict=True):
        if have[a, b] <= (1 + tolerance) * way + 1e-6:
            continue
        links.append((a, b))
        before, after = _reach(have, a, farthest - way, passed), _reach(have, b, farthest - way, passed)
        ways = have[before, a][:, None] + way + have[b, after][None, :]
        block = np.minimum(have[np.ix_(before, after)], ways)
        have[np.ix_(before, after)] = block
        have[np.ix_(after, before)] = np.minimum(have[np.ix_(after, before)], block.T)
    return links


def _reach(have: Floats, place: int, most_km: float, passed: NDArray[np.bool_]) -> Indices:
    """List the places from which a way can go on through a place: only itself where nobody passes it."""
    if not passed[place]:
        return np.array([place])
    return np.flatnonzero(have[place] <= most_km)


def choose_straight_links(
    air_km: Floats, wanted: NDArray[np.bool_], alone: Indices, most_km: float, each: int
) -> Pairs:
    """Link each place that no road reaches with the nearest few places by air.

    Parameters
    ----------
    air_km
        Air line between places, shape (place, place).
    wanted
        Pairs that may become links, same shape.
    alone
        Places without any link.
    most_km
        Farther places are not linked.
    each
        How many links each place gets at most.
    """
    links = set()
    for a in alone.tolist():
        near = np.flatnonzero(wanted[a] & (air_km[a] <= most_km) & (np.arange(len(air_km)) != a))
        for b in near[np.argsort(air_km[a, near].round(6), kind="stable")][:each].tolist():
            links.add((min(a, b), max(a, b)))
    return sorted(links)


def find_groups(count: int, links: Pairs) -> list[list[int]]:
    """Part places into groups that hang together by links, the largest first."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = np.array(links, np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(len(links), np.bool_), (ends[0], ends[1])), shape=(count, count))
    number, group = connected_components(graph, directed=False)
    groups = [np.flatnonzero(group == each).tolist() for each in range(number)]
    return sorted(groups, key=lambda rows: (-len(rows), rows))
