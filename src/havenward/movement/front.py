"""When the front reaches and passes each cell, in each member: known dates first, drawn ones after.

Cells are taken in the order of the plan (attribute `front_order`). With P the share of all people whose
cells have been passed, the front reaches the cell that begins at share p on the first day with P >= p:

    P(t) = ((t - start) / battle_days) ** front_shape

and it stands still once for `pause_days` at a random share. Area does not enter: a front is weighted by the
people it passes. A date that has been published is kept; what has not been reported by the origin date
has not happened, so a member whose front would be ahead of the reports waits for the day after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from havenward.dates import day_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from havenward.movement.network import Network
    from havenward.records import Case, Event

FAR = 1_000_000  # a day that no simulation reaches


@dataclass(frozen=True)
class Front:
    """Day index on which each cell is reached and passed, shape (member, cell); `FAR` for never."""

    reached: NDArray[np.int64]
    passed: NDArray[np.int64]


def draw_front(
    case: Case,
    network: Network,
    people: NDArray[np.int64],
    draws: Mapping[str, NDArray[np.float64]],
    first_date: date,
    origin_day: int,
) -> Front:
    """Place the front in time for every member.

    Parameters
    ----------
    case
        The case as known.
    network
        Its cells and groups.
    people
        Inhabitants of each cell, shape (member, cell).
    draws
        Needs `battle_days`, `front_shape`, `pause_days`, `pause_share`, `contest_days`, and where the start
        is not known `operation_start` (as a day index).
    first_date
        Day index 0.
    origin_day
        Day index of the origin date: what is not reported by then lies after it.
    """
    members = people.shape[0]
    sequence = _plan(case, network)
    reached = np.full(people.shape, FAR, np.int64)
    known_front = _known_days(case, network, "front_reaches", draws, first_date, members)
    known_passed = _known_days(case, network, "retaken", draws, first_date, members)
    total = np.maximum(people.sum(axis=1, keepdims=True), 1)
    for cells, start in _battles(case, network, sequence, draws, first_date, members):
        if start is None:
            continue
        own = people[:, cells].astype(np.float64)
        # length in proportion to the people of this part of the battle
        length = draws["battle_days"] * (own.sum(axis=1) / total[:, 0])
        begun = np.cumsum(own, axis=1) - own
        share = begun / np.maximum(own.sum(axis=1, keepdims=True), 1.0)
        elapsed = length[:, None] * share ** (1.0 / draws["front_shape"][:, None])
        elapsed += np.where(share > draws["pause_share"][:, None], draws["pause_days"][:, None], 0.0)
        days = np.floor(start[:, None] + elapsed).astype(np.int64)
        unknown = (known_front[:, cells] == FAR) & (known_passed[:, cells] == FAR)
        first_open = np.where(unknown, days, FAR).min(axis=1)
        late = np.maximum(0, origin_day + 1 - first_open)
        days = np.where(unknown, days + late[:, None], days)
        days = np.where(known_front[:, cells] < FAR, known_front[:, cells], days)
        # the plan holds: no cell is reached before one that comes earlier in it
        reached[:, cells] = np.maximum.accumulate(days, axis=1)
    reached = np.where(known_front < FAR, known_front, np.minimum(reached, known_passed))
    contested = np.maximum(1, np.round(draws["contest_days"]).astype(np.int64))[:, None]
    passed = np.where(known_passed < FAR, known_passed, np.minimum(reached + contested, FAR))
    # a cell that is not reported passed by the origin date is still contested then
    open_still = (known_passed == FAR) & (passed <= origin_day)
    passed = np.where(open_still, origin_day + 1, passed)
    return Front(reached=reached, passed=np.maximum(passed, reached))


def _plan(case: Case, network: Network) -> list[int]:
    """Order the cells as the plan reaches them; cells without a place in it come last, by key."""
    order = {a.location: float(a.value) for a in case.attributes if a.key == "front_order"}
    names = network.cell_names
    return sorted(range(len(names)), key=lambda c: (order.get(names[c], np.inf), names[c]))


def _battles(
    case: Case,
    network: Network,
    sequence: list[int],
    draws: Mapping[str, NDArray[np.float64]],
    first_date: date,
    members: int,
) -> list[tuple[list[int], NDArray[np.float64] | None]]:
    """Split the cells into battles with a start each: groups with a start of their own, and the rest."""
    starts = [e for e in case.events if e.kind == "operation_starts"]
    battles: list[tuple[list[int], NDArray[np.float64] | None]] = []
    rest = list(sequence)
    for group, name in enumerate(network.groups):
        own = [e for e in starts if e.location == name]
        if own:
            cells = [c for c in sequence if network.group_of_cell[c] == group]
            battles.append((cells, _day_of(_latest(own), draws, first_date, members)))
            rest = [c for c in rest if c not in cells]
    common = [e for e in starts if not e.location]
    if common:
        battles.append((rest, _day_of(_latest(common), draws, first_date, members)))
    else:
        battles.append((rest, draws.get("operation_start")))
    return [(cells, start) for cells, start in battles if cells]


def _latest(events: list[Event]) -> Event:
    """Pick what was published last; a later row of the file counts among those of one day."""
    return max(enumerate(events), key=lambda pair: (pair[1].published, pair[0]))[1]


def _day_of(
    event: Event, draws: Mapping[str, NDArray[np.float64]], first_date: date, members: int
) -> NDArray[np.float64]:
    if isinstance(event.date, date):
        return np.full(members, float(day_number(event.date, first_date)))
    return draws[event.date]


def _known_days(
    case: Case,
    network: Network,
    kind: str,
    draws: Mapping[str, NDArray[np.float64]],
    first_date: date,
    members: int,
) -> NDArray[np.int64]:
    days = np.full((members, len(network.cells)), FAR, np.int64)
    names = network.cell_names
    for event in case.events:
        if event.kind == kind and event.location in names:
            day = np.floor(_day_of(event, draws, first_date, members)).astype(np.int64)
            column = names.index(event.location)
            days[:, column] = np.minimum(days[:, column], day)
    return days
