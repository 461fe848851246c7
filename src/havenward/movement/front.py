"""When the front reaches and passes each cell, in each member: known dates first, drawn ones after.

Cells are taken in the order of the plan (attribute `front_order`). With P the share of all people whose
cells have been passed, the front reaches the cell that begins at share p on the first day with P >= p:

    P(t) = ((t - start) / battle_days) ** front_shape

and it stands still once for `pause_days` at a random share. Area does not enter: a front is weighted by the
people it passes. A date that has been published is kept, and the schedule goes on from it. A group of cells
of which nothing has been reported by the origin date has not been reached, so members whose front would be
there wait for the day after it. Within a group that has been reached, cells without a report follow the drawn
schedule, unless the case says that every reached cell is reported (`front_by_cell`).

Where a case has conflict events instead of a front, a cell is reached on the day of its first conflict and
passed when the conflict ends. Cells without one may see it on any later day: how fast it spreads is drawn,
around the pace at which it has reached cells by the origin date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from havenward.dates import day_number
from havenward.movement.network import attribute_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from havenward.movement.network import Network
    from havenward.randomness import Streams
    from havenward.records import Case, Event

FAR = 1_000_000  # a day that no simulation reaches
# What is known of the spread of conflict before any of it: half a cell in fifty cell-years, which a single
# event outweighs.
_SPREAD_CELLS, _SPREAD_CELL_DAYS = 0.5, 50 * 365.0
_SPREAD_WINDOW_DAYS = 180  # pace is that of the last half year: wars do not spread evenly


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
    streams: Streams,
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
    streams
        All randomness of the run.
    """
    if any(event.kind == "conflict" for event in case.events):
        return _draw_conflict(case, network, people.shape[0], first_date, origin_day, streams)
    members = people.shape[0]
    sequence = _plan(case, network)
    reached = np.full(people.shape, FAR, np.int64)
    known_front = _known_days(case, network, "front_reaches", first_date)
    known_passed = _known_days(case, network, "retaken", first_date)
    planned = _planned_days(case, network, draws, origin_day)
    total = np.maximum(people.sum(axis=1), 1)
    seen = (known_front < FAR) | (known_passed < FAR)
    # groups of which something has been reported; in the others nothing has happened yet
    reported = {g for g in range(len(network.groups)) if seen[network.group_of_cell == g].any()}
    for cells, start in _battles(case, network, sequence, draws, first_date, members):
        own = people[:, cells].astype(np.float64)
        # length in proportion to the people of this part of the battle
        length = draws["battle_days"] * (own.sum(axis=1) / total)
        begun = np.cumsum(own, axis=1) - own
        share = begun / np.maximum(own.sum(axis=1, keepdims=True), 1.0)
        elapsed = length[:, None] * share ** (1.0 / draws["front_shape"][:, None])
        elapsed += np.where(share > draws["pause_share"][:, None], draws["pause_days"][:, None], 0.0)
        offset = np.zeros(members)
        before = np.full(members, -FAR, np.int64)
        for place, c in enumerate(cells):
            drawn = np.full(members, FAR, np.int64)
            if start is not None:
                drawn = np.floor(start + elapsed[:, place] + offset).astype(np.int64)
            if c in planned:
                drawn = planned[c]
            if known_front[c] < FAR:
                day = np.full(members, known_front[c])
            elif network.group_of_cell[c] not in reported or (case.front_by_cell and known_passed[c] == FAR):
                day = np.maximum(drawn, origin_day + 1)
            else:
                day = drawn
            # what is early or late carries over to the cells after it, and the order of the plan holds
            offset += np.where(drawn < FAR, day - drawn, 0)
            before = np.maximum(before, day)
            reached[:, c] = np.minimum(before, FAR)
    reached = np.where(known_front < FAR, known_front, np.minimum(reached, known_passed))
    contested = np.maximum(1, np.round(draws["contest_days"]).astype(np.int64))[:, None]
    passed = np.where(known_passed < FAR, known_passed, np.minimum(reached + contested, FAR))
    # a cell that is not reported passed by the origin date is still contested then
    passed = np.where((known_passed == FAR) & (passed <= origin_day), origin_day + 1, passed)
    return Front(reached=reached, passed=np.maximum(passed, reached))


def _draw_conflict(
    case: Case, network: Network, members: int, first_date: date, origin_day: int, streams: Streams
) -> Front:
    """Place conflict in time: known first days and ends, and a drawn day for each cell it may still reach."""
    from scipy.special import gammaincinv

    began, over = _spells(case, network, first_date)
    known = np.minimum(began, _known_days(case, network, "front_reaches", first_date))
    ended = np.minimum(over, _known_days(case, network, "retaken", first_date))
    window = min(_SPREAD_WINDOW_DAYS, max(1, origin_day + 1))
    begun = int(((known > origin_day - window) & (known <= origin_day)).sum())
    calm = int((known == FAR).sum())
    cell_days = window * (calm + begun / 2)  # a cell that was reached was calm for half the time
    pace = gammaincinv(_SPREAD_CELLS + begun, streams.uniforms("conflict_pace", members))
    pace /= _SPREAD_CELL_DAYS + cell_days
    reached = np.tile(known, (members, 1))
    names = network.cell_names
    for c in np.flatnonzero(known == FAR):
        waits = -np.log(streams.uniforms(f"conflict_comes.{names[c]}", members)) / pace
        reached[:, c] = np.minimum(origin_day + 1 + np.floor(waits), FAR).astype(np.int64)
    passed = np.tile(np.where(ended >= known, ended, FAR), (members, 1))
    return Front(reached=reached, passed=np.maximum(passed, reached))


def _plan(case: Case, network: Network) -> list[int]:
    """Order the cells as the plan reaches them; cells without a place in it come last, by key."""
    order = attribute_numbers(case, "front_order")
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
            rest = [c for c in rest if network.group_of_cell[c] != group]
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


def _known_days(case: Case, network: Network, kind: str, first_date: date) -> NDArray[np.int64]:
    """Give the reported day index by cell, shape (cell,), `FAR` for none; the latest word counts."""
    days = np.full(len(network.cells), FAR, np.int64)
    words = _dated_events(case, kind)
    for c, name in enumerate(network.cell_names):
        if name in words:
            days[c] = day_number(_latest(words[name]).date, first_date)  # type: ignore[arg-type]
    return days


def _dated_events(case: Case, kind: str) -> dict[str, list[Event]]:
    """Give the events of one kind that have a day, by location, in the order of the file."""
    found: dict[str, list[Event]] = {}
    for event in case.events:
        if event.kind == kind and isinstance(event.date, date):
            found.setdefault(event.location, []).append(event)
    return found


def _spells(case: Case, network: Network, first_date: date) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the first day of conflict by cell, and the day on which the last of its spells was over.

    Conflict at a place may come and go. What lies between two spells counts as one: people who left in the
    first must be seen, and those who stayed may leave in the second.
    """
    began = np.full(len(network.cells), FAR, np.int64)
    over = began.copy()
    begins, stops = _dated_events(case, "conflict"), _dated_events(case, "conflict_ends")
    for c, name in enumerate(network.cell_names):
        days, ends = (
            [day_number(e.date, first_date) for e in words.get(name, ())]  # type: ignore[arg-type]
            for words in (begins, stops)
        )
        began[c] = min(days, default=FAR)
        if ends and max(ends) > max(days, default=-FAR):
            over[c] = max(ends)
    return began, over


def _planned_days(
    case: Case, network: Network, draws: Mapping[str, NDArray[np.float64]], origin_day: int
) -> dict[int, NDArray[np.int64]]:
    """Give drawn days of cells whose arrival of the front is an assumption; none lies in the past."""
    planned: dict[int, NDArray[np.int64]] = {}
    numbers = {name: c for c, name in enumerate(network.cell_names)}
    for event in case.events:
        if event.kind == "front_reaches" and isinstance(event.date, str) and event.location in numbers:
            day = np.floor(draws[event.date]).astype(np.int64)
            planned[numbers[event.location]] = np.maximum(day, origin_day + 1)
    return planned
