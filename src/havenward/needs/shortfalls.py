"""How much is needed and how much is missing: in every member, at every place, on every day ahead.

Worked out place by place and in blocks of members that fit a processor's cache; nothing is held by member,
place, day and resource at once.

1. What a person needs becomes what a place needs: people x standard, whole things rounded up there.
2. What is bound to the place is taken off: what lasts or comes daily, then stores, which are used up.
3. What is bound to no place is shared on each day in proportion to what each place still lacks.
4. What is left is missing.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from havenward.distributions import weighted_quantiles
from havenward.needs.supplies import EVERYWHERE, PLACES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from havenward.needs.crowd import Crowd, Room
    from havenward.needs.supplies import Stated
    from havenward.records import Standard

    FloatArray = NDArray[np.float64]

RANGE = (0.05, 0.5, 0.95)
MISSING = (0.5, 0.8, 0.95)
EPSILON = 1e-9  # 0.1 x 30 must not become 4 pieces because of the last bit
MISSED = 1e-6  # less than this is no shortfall, only the end of a sum
LIKELY = 0.5 + 1e-9  # a day is the first likely one when the probability is above one half
BLOCK_CELLS = 1 << 16  # numbers that are worked on at once: half a megabyte
NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Resource:
    """Something that people need, and what is stated of it.

    Parameters
    ----------
    key
        Indicator, or `places`.
    standard
        None for places.
    counted
        `present`, `received` or `sites`: what the standard is multiplied by.
    factor
        Base units for each one counted, by member, shape (member,).
    whole
        Rounded up at every place.
    mask
        1 on days on which it counts, shape (day,); None for every day.
    kinds
        Kinds of places that need it.
    stated
        Supplies by place, `EVERYWHERE` for those bound to none.
    truck_units
        Base units that one truck brings; 0 where nobody says what they weigh.
    """

    key: str
    standard: Standard | None
    counted: str
    factor: FloatArray
    whole: bool
    mask: FloatArray | None
    kinds: tuple[str, ...]
    stated: Mapping[str, Stated]
    truck_units: float = 0.0

    @property
    def consumed(self) -> bool:
        """Tell whether it is used up, so that it is needed anew every day."""
        return self.standard is not None and self.standard.use == "consumed"

    @property
    def shared(self) -> Stated | None:
        """Give what is bound to no place."""
        return self.stated.get(EVERYWHERE)


@dataclass(frozen=True)
class Shortfall:
    """What one place is short of, in base units.

    Parameters
    ----------
    on_day, by_day
        Probability that it is short on a day, and on any day up to it, shape (day,).
    missing, spread
        At `MISSING` and at `RANGE` levels on the key days, shape (level, key day); quantities of one day.
    peak
        The same for the worst day of each member, shape (level,).
    worst_day
        Day with the highest expected shortfall; -1 where there is none.
    first
        First day short of each member, `NEVER` where it never is, shape (member,).
    people_days
        Expected days of people without.
    truck_days
        Expected people-days that one truck a day to this place would save.
    gains
        Expected people-days that each of the additional quantities would save here, shape (size,).
    """

    on_day: FloatArray
    by_day: FloatArray
    missing: FloatArray
    spread: FloatArray
    peak: FloatArray
    worst_day: int
    first: NDArray[np.int32]
    people_days: float
    truck_days: float
    gains: FloatArray

    @property
    def chance(self) -> float:
        """Give the probability of ever being short."""
        return float(self.by_day[-1])

    @property
    def first_likely(self) -> int:
        """Give the first day on which it is likelier short than not; -1 for none."""
        days = np.flatnonzero(self.on_day > LIKELY)
        return int(days[0]) if days.size else -1


class Required(NamedTuple):
    """What one place needs of one resource on the key days, at `RANGE`; `used` since the origin date."""

    amount: FloatArray
    used: FloatArray | None


@dataclass
class Totals:
    """Sums over places of one resource, by member: on key days, and over all days for what is used up.

    `short` counts the places that lack some of it on the key days.
    """

    required: FloatArray
    used: FloatArray
    missing: FloatArray
    missed: FloatArray
    short: FloatArray


@dataclass
class Outcome:
    """Everything that was worked out; by resource, then place."""

    required: dict[str, dict[str, Required]] = field(default_factory=dict)
    shortfalls: dict[str, dict[str, Shortfall]] = field(default_factory=dict)
    totals: dict[str, Totals] = field(default_factory=dict)
    people: dict[str, FloatArray] = field(default_factory=dict)
    households: dict[str, FloatArray] = field(default_factory=dict)
    total_people: FloatArray = field(default_factory=lambda: np.zeros(0))
    total_households: FloatArray = field(default_factory=lambda: np.zeros(0))
    over: FloatArray = field(default_factory=lambda: np.zeros(0))


class Extras(NamedTuple):
    """Which additional quantities are looked at, in base units, and the first day from which they count."""

    sizes: tuple[float, ...] = ()
    start: int = 0


@dataclass(frozen=True)
class Work:
    """What all places share while shortfalls are worked out."""

    crowd: Crowd
    rooms: Mapping[str, Room]
    resources: Sequence[Resource]
    key: NDArray[np.int64]
    per_household: FloatArray
    extras: Mapping[str, Extras]
    left: Mapping[str, FloatArray]


def find_shortfalls(
    crowd: Crowd,
    rooms: Mapping[str, Room],
    resources: Sequence[Resource],
    key: NDArray[np.int64],
    per_household: FloatArray,
    extras: Mapping[str, Extras],
    workers: int = 2,
) -> Outcome:
    """Work out what is needed and what is missing.

    Parameters
    ----------
    crowd, rooms
        People and the places for them.
    resources
        What is needed; `places` among them where shortfalls of room are wanted.
    key
        Indices of the days that ranges are given for.
    per_household
        People per household, shape (member,).
    extras
        For some resources, additional quantities whose gain at each place is wanted. Of a resource that is
        partly bound to no place, the gain is what placing such a quantity beforehand would save.
    workers
        Threads; changes nothing but the time.

    Returns
    -------
    outcome
        See `Outcome`.
    """
    outcome = Outcome()
    shape = (crowd.members, len(key))
    outcome.total_people, outcome.total_households = np.zeros(shape), np.zeros(shape)
    outcome.over = np.zeros((crowd.members, len(crowd.days)))
    for resource in resources:
        sums = (np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(crowd.members), np.zeros(shape))
        outcome.totals[resource.key] = Totals(*sums)
        outcome.required[resource.key], outcome.shortfalls[resource.key] = {}, {}
    left = {resource.key: _share_left(crowd, rooms, resource) for resource in resources if resource.shared}
    work = Work(crowd, rooms, resources, key, per_household, extras, left)
    lock = Lock()
    with ThreadPoolExecutor(max(1, workers)) as pool:
        list(pool.map(lambda place: _work_place(work, place, outcome, lock), range(len(crowd.places))))
    # whichever thread was first has put its place first, and rows of tables follow this order
    by_place: list[dict[str, Any]] = [outcome.people, outcome.households]
    by_place += [*outcome.required.values(), *outcome.shortfalls.values()]
    for places in by_place:
        for name in crowd.places:
            if name in places:
                places[name] = places.pop(name)
    return outcome


def missing_after(need: FloatArray, deliveries: FloatArray) -> FloatArray:
    """Let stores be used up day by day and give what is missing on each.

    What was missed on a day is not eaten later: only what is left of the store carries over.

    Parameters
    ----------
    need
        Per day, shape (..., day).
    deliveries
        What comes into the store at the beginning of each day, shape (day,).

    Returns
    -------
    missing
        Same shape as `need`.
    """
    short = np.cumsum(need, axis=-1)
    short -= np.cumsum(deliveries)
    np.maximum(short, 0.0, out=short)
    np.maximum.accumulate(short, axis=-1, out=short)
    missing = short.copy()
    missing[..., 1:] -= short[..., :-1]
    return missing


def needed(count: FloatArray, resource: Resource, members: slice) -> FloatArray:
    """Apply the standard to people of some members, shape (member, day) or (member, key day)."""
    need = count * resource.factor[members, None]
    if resource.whole:
        need -= EPSILON
        np.ceil(need, out=need)
        need += 0.0  # nobody needs nothing, not minus nothing
    return need


@njit(nogil=True, cache=True)
def tally_block(gap, weights, truck, by_day, first, by_member):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Add up what is missing in one pass, compiled: eight passes over the same numbers cost five times more.

    Parameters
    ----------
    gap
        What is missing, shape (member, day).
    weights
        Shape (member,).
    truck
        What a truck a day has brought by each day, shape (day,); empty where nobody asks.
    by_day
        Probability short and expected amount, each of shape (day,); added to.
    first
        First day short, shape (member,); set.
    by_member
        Worst day, sum over days, and sum of what trucks save, each of shape (member,); set.
    """
    on_day, expected = by_day
    peak, missed, trucked = by_member
    for m in range(gap.shape[0]):
        worst, total, saved, begun = 0.0, 0.0, 0.0, NEVER
        for d in range(gap.shape[1]):
            value = gap[m, d]
            if value > MISSED:
                if begun == NEVER:
                    begun = d
                on_day[d] += weights[m]
                expected[d] += weights[m] * value
                total += value
                worst = max(worst, value)
                if truck.size:
                    saved += min(value, truck[d])
        first[m], peak[m], missed[m], trucked[m] = begun, worst, total, saved


def _counted(crowd: Crowd, resource: Resource, place: int, members: slice) -> FloatArray:
    source = crowd.received if resource.counted == "received" else crowd.present
    count = source[place, members].astype(np.float64)
    return (count > 0).astype(np.float64) if resource.counted == "sites" else count


def _lacking(
    work_rooms: Mapping[str, Room],
    crowd: Crowd,
    resource: Resource,
    place: int,
    need: FloatArray,
    members: slice,
) -> FloatArray:
    """Take off what is bound to the place; overwrites `need`."""
    name = crowd.places[place]
    own = resource.stated.get(name)
    if resource.key == PLACES:
        room = work_rooms.get(name)
        if room is not None:
            level = room.by_day(len(crowd.days), members)
            need -= level if own is None else level + own.level
            need[:, room.closes :] = 0.0
        elif own is not None:
            need -= own.level
    elif own is not None:
        need -= own.level
    np.maximum(need, 0.0, out=need)
    if own is not None and own.deliveries.any():
        return missing_after(need, own.deliveries)
    return need


def _blocks(crowd: Crowd) -> list[slice]:
    size = max(1, BLOCK_CELLS // max(1, len(crowd.days)))
    return [slice(start, min(start + size, crowd.members)) for start in range(0, crowd.members, size)]


def _asked_at(crowd: Crowd, rooms: Mapping[str, Room], resource: Resource, place: int) -> bool:
    """Tell whether shortfalls can be told at a place: people there need it, and something is stated."""
    name = crowd.places[place]
    if crowd.kinds[place] not in resource.kinds:
        return False
    if resource.key == PLACES:
        return name in rooms or name in resource.stated
    return name in resource.stated or resource.shared is not None


def _share_left(crowd: Crowd, rooms: Mapping[str, Room], resource: Resource) -> FloatArray:
    """Give the share of what places lack that is still missing when what is bound to none is shared out."""
    shared = resource.shared
    assert shared is not None  # noqa: S101 - only asked for resources that have some
    left = np.zeros((crowd.members, len(crowd.days)))
    for members in _blocks(crowd):
        total = left[members]
        for place in range(len(crowd.places)):
            if _asked_at(crowd, rooms, resource, place):
                need = needed(_counted(crowd, resource, place, members), resource, members)
                if resource.mask is not None:
                    need *= resource.mask
                total += _lacking(rooms, crowd, resource, place, need, members)
        rest = np.maximum(total - shared.level, 0.0)
        if shared.deliveries.any():
            rest = missing_after(rest, shared.deliveries)
        np.divide(rest, total, out=total, where=total > 0.0)
    return left


class _Tally:
    """What is added up of one resource at one place over the blocks of members."""

    def __init__(self, work: Work, resource: Resource) -> None:
        days = len(work.crowd.days)
        self.extras = work.extras.get(resource.key, Extras())
        self.on_day, self.expected = np.zeros(days), np.zeros(days)
        self.first = np.full(work.crowd.members, NEVER, np.int32)
        self.missing = np.zeros((work.crowd.members, len(work.key)))
        self.peak, self.missed = np.zeros(work.crowd.members), np.zeros(work.crowd.members)
        self.trucked = np.zeros(work.crowd.members)
        self.gains = np.zeros(len(self.extras.sizes))
        # what trucks bring has come every day where it lasts, and is gone by evening where it is consumed
        brought = np.ones(days) if resource.consumed else np.arange(1.0, days + 1.0)
        self.truck = resource.truck_units * brought if resource.truck_units > 0.0 else np.zeros(0)
        self.worth = work.crowd.weights / resource.factor  # people for whom a unit is, times the weight

    def add(self, work: Work, gap: FloatArray, members: slice) -> None:
        """Add a block, shape (member, day)."""
        tally_block(
            gap,
            work.crowd.weights[members],
            self.truck,
            (self.on_day, self.expected),
            self.first[members],
            (self.peak[members], self.missed[members], self.trucked[members]),
        )
        self.missing[members] = gap[:, work.key]

    def add_gains(self, lacking: FloatArray, members: slice) -> None:
        """Add what more of it at this place would save, shape (member, day)."""
        struck = np.flatnonzero(lacking.max(axis=1) > MISSED)
        if not struck.size or not self.extras.sizes:
            return
        lacking = lacking[struck, self.extras.start :]
        worth = self.worth[members][struck]
        for n, size in enumerate(self.extras.sizes):
            self.gains[n] += float(worth @ np.minimum(lacking, size).sum(axis=1))

    def result(self, work: Work) -> Shortfall:
        """Close the sums."""
        weights = work.crowd.weights
        ever = self.first < NEVER
        begun = np.bincount(self.first[ever], weights[ever], minlength=len(self.on_day))
        struck = self.expected.max() > MISSED
        return Shortfall(
            self.on_day,
            np.minimum(np.cumsum(begun), 1.0),
            np.asarray(weighted_quantiles(self.missing, weights, MISSING), np.float64),
            np.asarray(weighted_quantiles(self.missing, weights, RANGE), np.float64),
            np.asarray(weighted_quantiles(self.peak, weights, MISSING), np.float64),
            int(self.expected.argmax()) if struck else -1,
            self.first,
            float(self.worth @ self.missed),
            float(self.worth @ self.trucked),
            self.gains,
        )


def _work_place(work: Work, place: int, outcome: Outcome, lock: Lock) -> None:
    """Work out everything about one place."""
    crowd, name, key = work.crowd, work.crowd.places[place], work.key
    everybody = slice(0, crowd.members)
    at_key = crowd.present[place][:, key].astype(np.float64)
    homes = np.ceil(at_key / work.per_household[:, None] - EPSILON)
    people = np.asarray(weighted_quantiles(at_key, crowd.weights, RANGE), np.float64)
    households = np.asarray(weighted_quantiles(homes, crowd.weights, RANGE), np.float64)
    with lock:
        outcome.people[name], outcome.households[name] = people, households
        outcome.total_people += at_key
        outcome.total_households += homes
    counts = {
        "present": at_key,
        "received": crowd.received[place][:, key].astype(np.float64),
        "sites": (at_key > 0).astype(np.float64),
    }
    stays = _days_stayed(work, place)
    for resource in work.resources:
        if crowd.kinds[place] in resource.kinds and resource.key != PLACES:
            amount = needed(counts[resource.counted], resource, everybody)
            if resource.mask is not None:
                amount *= resource.mask[key]
            used = _used(work, resource, stays, place) if resource.consumed else None
            required = Required(
                np.asarray(weighted_quantiles(amount, crowd.weights, RANGE), np.float64),
                None
                if used is None
                else np.asarray(weighted_quantiles(used, crowd.weights, RANGE), np.float64),
            )
            with lock:
                outcome.required[resource.key][name] = required
                outcome.totals[resource.key].required += _exact(amount)
                if used is not None:
                    outcome.totals[resource.key].used += _exact(used)
    asked = [resource for resource in work.resources if _asked_at(crowd, work.rooms, resource, place)]
    tallies = {resource.key: _Tally(work, resource) for resource in asked}
    for members in _blocks(crowd):
        blocks: dict[str, FloatArray] = {}
        for resource in asked:
            if resource.counted not in blocks:
                blocks[resource.counted] = _counted(crowd, resource, place, members)
            need = needed(blocks[resource.counted], resource, members)
            if resource.mask is not None:
                need *= resource.mask
            gap = _lacking(work.rooms, crowd, resource, place, need, members)
            tallies[resource.key].add_gains(gap, members)
            if resource.key in work.left:
                gap *= work.left[resource.key][members]
            tallies[resource.key].add(work, gap, members)
            if resource.key == PLACES:
                with lock:
                    outcome.over[members] += _exact(gap)
    for resource in asked:
        tally = tallies[resource.key]
        result = tally.result(work)
        with lock:
            outcome.shortfalls[resource.key][name] = result
            outcome.totals[resource.key].missing += _exact(tally.missing)
            outcome.totals[resource.key].missed += _exact(tally.missed)
            outcome.totals[resource.key].short += tally.missing > MISSED


def _days_stayed(work: Work, place: int) -> FloatArray:
    """Give the days that people have stayed since the origin date, up to each key day."""
    return np.cumsum(work.crowd.present[place], axis=1, dtype=np.float64)[:, work.key]


def _used(work: Work, resource: Resource, stays: FloatArray, place: int) -> FloatArray:
    """Give what is used up from the origin date to each key day, not rounded."""
    if resource.counted == "sites":
        stays = np.cumsum(work.crowd.present[place] > 0, axis=1, dtype=np.float64)[:, work.key]
    if resource.mask is not None:
        stays = np.cumsum(work.crowd.present[place] * resource.mask, axis=1)[:, work.key]
    return stays * resource.factor[:, None]


def _exact(values: FloatArray) -> FloatArray:
    """Round to parts of a thousand that add up exactly, so that the order of threads changes no sum."""
    rounded: FloatArray = np.rint(values * 1024.0) / 1024.0
    return rounded
