"""Who is on the way: one small parcel for each number of people who set out together.

A parcel holds how many people of which group go to which site, and the gate that they head for or wait at.
Parcels that arrive on one day hang on one chain, those that wait at a gate on another; so a day costs what
the parcels cost that move, and not all that could. In which order they hang on a chain decides nothing:
chance belongs to gate, site and group, never to a parcel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

# columns of a parcel; the last is the number of the next parcel on the chain
TOWARDS, SITE, GROUP, COUNT, NEXT = range(5)
END = -1  # of a chain; as a gate: bound for the site itself
# two numbers about the store of parcels: the first of those that are free again, and the first never used
FREE, UNUSED = range(2)


@njit(cache=True, nogil=True)
def make_parcels(size: int) -> NDArray[np.int64]:
    """Make room for parcels; it grows as needed."""
    return np.empty((size, 5), np.int64)


@njit(cache=True, nogil=True)
def send(
    parcels: NDArray[np.int64],
    store: NDArray[np.int64],
    chains: NDArray[np.int64],
    chain: int,
    gate: int,
    site: int,
    group: int,
    count: int,
) -> NDArray[np.int64]:
    """Hang a parcel on a chain; gives the parcels, which have moved where they had no room."""
    if count <= 0:
        return parcels
    at = store[FREE]
    if at >= 0:
        store[FREE] = parcels[at, NEXT]
    else:
        at = store[UNUSED]
        store[UNUSED] += 1
        if at == parcels.shape[0]:
            larger = np.empty((2 * at, 5), np.int64)
            larger[:at] = parcels
            parcels = larger
    parcels[at, TOWARDS], parcels[at, SITE], parcels[at, GROUP] = gate, site, group
    parcels[at, COUNT], parcels[at, NEXT] = count, chains[chain]
    chains[chain] = at
    return parcels


@njit(cache=True, nogil=True)
def free(parcels: NDArray[np.int64], store: NDArray[np.int64], at: int) -> None:
    """Give a parcel back that is on no chain any more."""
    parcels[at, NEXT] = store[FREE]
    store[FREE] = at


@njit(cache=True, nogil=True)
def join_queue(
    parcels: NDArray[np.int64],
    store: NDArray[np.int64],
    come: int,
    queue: int,
    n_groups: int,
    seen: NDArray[np.int64],
) -> int:
    """Add the chain of those who have come to the chain of those who wait, one parcel per site and group.

    Parameters
    ----------
    parcels, store
        All parcels.
    come, queue
        First parcels of the two chains.
    n_groups
        Number of groups.
    seen
        Room to work in, shape (site times group,), -1 before and after.

    Returns
    -------
    queue
        First parcel of all who wait.
    """
    at = queue
    while at >= 0:
        seen[parcels[at, SITE] * n_groups + parcels[at, GROUP]] = at
        at = parcels[at, NEXT]
    while come >= 0:
        following = parcels[come, NEXT]
        pair = parcels[come, SITE] * n_groups + parcels[come, GROUP]
        if seen[pair] >= 0:
            parcels[seen[pair], COUNT] += parcels[come, COUNT]
            free(parcels, store, come)
        else:
            seen[pair] = come
            parcels[come, NEXT] = queue
            queue = come
        come = following
    at = queue
    while at >= 0:
        seen[parcels[at, SITE] * n_groups + parcels[at, GROUP]] = -1
        at = parcels[at, NEXT]
    return queue
