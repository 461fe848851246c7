"""What happens in one simulated day of Flee, in which order: its rules on counts of people.

The order of a day. The code below follows it line by line; the state at the end of a day is what is recorded.

 1. People appear at the conflict zones, as many as the counts ask for or as the conflicts drive out.
 2. Links close and open; whoever is on a link that closes will be put back where the link began.
 3. Phase A: everybody who is at a place decides, with the chance of that place, whether to leave; who has
    no route left draws one by weight; who is bound for a camp that is more than half of its buffer full
    stays and forgets the route; all others step onto the first link of their route.
 4. Phase B: everybody on a link moves on by a day's distance. Who arrives with distance of the day left
    decides again, at once, and a further hop has a whole day's distance again. People are taken in the
    order of the kilometres they have moved today, so that those who meet at a place merge.
 5. What people moved today enters their memory of recent travel; the memory of the past is halved.
 6. In camps that are sinks, some people stop moving for good.
 7. The day is recorded.

How full each camp is, is looked at twice a day: before phase A and before phase B, as in Flee on several
processors. On days on which a site may fill, phase B is walked in slices, and it is looked at before each of
them: that is nearer to Flee on one processor. Given that, people of one *cohort* (same place, rest of the
route, class, memory) are exchangeable, so all counts are binomial and multinomial. Memory is a number, so
cohorts whose memory lies in the same bin are merged and keep their mean; likewise the kilometres moved today.
Memory and today's kilometres drive people on only until they make up a day's top speed: those under way who
are past that share one bin of memory.
Nothing else is approximated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit, uint64

from havenward.movement.draws import draw_binomial, draw_log_gamma, draw_unit, mix, seat

if TYPE_CHECKING:
    from numpy.typing import NDArray

# one number per kind of decision; never reused, never renumbered
ORIGIN = uint64(0x21)
COHORT_CLASS = uint64(0x22)
OPENING_CLASS = uint64(0x23)
POISSON = uint64(0x24)
LEAVE = uint64(0x25)
ROUTE = uint64(0x26)
HOP_LEAVE = uint64(0x27)
HOP_ROUTE = uint64(0x28)
WALK = uint64(0x29)
SINK = uint64(0x2A)
SLICE = uint64(0x2B)

CONSTANT, POP_RATIO, DRIVEN_POISSON = 1, 2, 3  # spawn modes; 0: from counts
ONE_BY_ONE_TO = 5  # up to this many people per route, one by one is quicker than binomials
LINE_UP_TO = 8  # up to this many routes, comparing with each is quicker than halving
SLICED_FROM = 0.002  # share of all people
SPREAD = uint64(0x9E3779B97F4A7C15)  # times which neighbouring keys lie far apart (Knuth 1973)
GENERATIONS = 64  # hops within one bin of kilometres, after which people rest: links of no length end there
DONE, FULL, EXHAUSTED = 0, 1, 2  # how a simulation ends


class World(NamedTuple):
    """What all members share; places in sorted order of names."""

    keys: NDArray[np.uint64]  # (place,)
    row_of_day: NDArray[np.int64]  # (day,) row of the five tables that follow
    movechance: NDArray[np.float64]  # (row, place)
    score: NDArray[np.float64]  # (row, place)
    town: NDArray[np.bool_]  # (row, place)
    camp: NDArray[np.bool_]  # (row, place)
    conflict: NDArray[np.float64]  # (row, place) intensity when people appear
    spawn_factor: NDArray[np.float64]  # (row, place) intensity and decay when people appear
    epoch_of_day: NDArray[np.int64]  # (day,) state of the roads
    closing: NDArray[np.bool_]  # (epoch, link) closed as the epoch begins
    link_from: NDArray[np.int64]  # (link,) place
    link_to: NDArray[np.int64]
    link_km: NDArray[np.float64]
    link_speed: NDArray[np.float64]  # km per day
    link_walk: NDArray[np.float64]  # chance that a day is walked
    link_keys: NDArray[np.uint64]
    link_first: NDArray[np.int64]  # (epoch, place + 1) into link_list
    link_list: NDArray[np.int64]  # open links in Flee's order
    path_first: NDArray[np.int64]  # (epoch, place + 1) into the routes
    path_dest: NDArray[np.int64]  # (route,) place
    path_factor: NDArray[np.float64]  # what multiplies the destination's score
    path_nearness: NDArray[np.float64]  # (softening + km) ** -distance_power
    path_link: NDArray[np.int64]
    path_trail: NDArray[np.int64]
    path_keys: NDArray[np.uint64]
    trail_head: NDArray[np.int64]  # (trail,) next place of the rest of a route; trail 0 is empty
    trail_tail: NDArray[np.int64]
    trail_end: NDArray[np.int64]
    trail_keys: NDArray[np.uint64]
    pop: NDArray[np.int64]  # (place,)
    capacity: NDArray[np.float64]
    capacity_per_day: NDArray[np.float64]
    opening: NDArray[np.int64]
    new: NDArray[np.int64]  # (day,) people who appear, from counts
    sink: NDArray[np.float64]  # (place,) chance per day
    class_exponent: NDArray[np.float64]  # (class,)
    class_share: NDArray[np.float64]  # (class, place)
    spawn_mode: int
    spawn_rate: float
    take: bool
    sinks: bool
    short_stints: bool
    on_foot: bool
    top_km: float
    walk_km: float
    pop_base: float
    pop_power: float
    weight_softening: float
    weight_power: float
    buffer: float
    scaling: float
    pruning: float
    fixed: bool
    ride_days: int  # most whole days that people ride on one link, plus one
    walk_days: int
    km_bins: int
    memory_bins: int
    onward_bins: int  # bins of memory of those on whom no short stint can end today any more
    slices: int  # most slices of phase B; 1: how full camps are is looked at before it only


# columns of the whole numbers of a cohort, and of a hop
KEY, COUNT, NEXT, SPOT, PLACE, TRAIL, KIND, FOOT, RODE, WALKED, DOOMED, ROAD, BIN = range(13)
SEAT = KEY  # hops have no key; they carry the seat of their draw
MEMORY, KM = 0, 1  # columns of the numbers of a cohort (sums over its people) and of a hop (of each of them)


class Sizes(NamedTuple):
    """What turns the fields of a cohort into one whole number and back, and how memory is kept."""

    places: int
    trails: int
    classes: int
    ride_days: int
    walk_days: int
    memory_bins: int
    memory_scale: float  # bins per km
    km_bins: int
    top_km: float
    walk_km: float
    short_stints: bool
    onward_bins: int
    onward_scale: float  # bins per km


class Book(NamedTuple):
    """Cohorts and how to find the one with a given key (open addressing)."""

    slots: NDArray[np.int32]  # power of two; -1: free
    whole: NDArray[np.int64]  # (cohort, column)
    sums: NDArray[np.float64]  # (cohort, column) memory in km, and km moved today
    size: NDArray[np.int64]  # (2,) cohorts, and whether it ran over


class Scratch(NamedTuple):
    """Weights of routes, worked out where and when first needed."""

    edges: NDArray[np.float64]  # (class, route) cumulated weights
    total: NDArray[np.float64]  # (class, place)
    stamp: NDArray[np.int64]  # (class, place) phase in which they were worked out
    room: NDArray[np.float64]  # (place,) capacity multiplier of the phase
    going: NDArray[np.int64]  # people per route of one place


class Day(NamedTuple):
    """What one day counts, and who waits for the next step."""

    here: NDArray[np.int64]  # (place,)
    came: NDArray[np.int64]
    left: NDArray[np.int64]
    pop: NDArray[np.int64]
    capacity: NDArray[np.float64]
    came_before: NDArray[np.int64]  # yesterday
    head: NDArray[np.int64]  # (km bin,) first cohort of those who are under way
    order: NDArray[np.int64]  # cohorts that decide now
    direct: NDArray[np.int64]  # (place,) people who are sure to arrive today


class Hops(NamedTuple):
    """People who step onto a link or move on along one."""

    whole: NDArray[np.int64]  # (hop, column)
    sums: NDArray[np.float64]  # (hop, column) of each of the people


@njit(cache=True)
def _new_book(room: int) -> Book:
    slots = 16
    while slots < 2 * room:
        slots *= 2
    return Book(
        np.full(slots, -1, np.int32),
        np.zeros((room, 13), np.int64),
        np.zeros((room, 2)),
        np.zeros(2, np.int64),
    )


@njit(cache=True)
def _empty(book: Book) -> None:
    slots, whole = book.slots, book.whole
    for cohort in range(book.size[0]):
        slots[whole[cohort, SPOT]] = -1
    book.size[0] = 0


@njit(cache=True, inline="always")
def _enter(
    slots: NDArray[np.int32],
    whole: NDArray[np.int64],
    sums: NDArray[np.float64],
    size: NDArray[np.int64],
    key: int,
    count: int,
    memory: float,
    km: float,
) -> int:
    """Add people to the cohort with this key; tell its number where it is new, else -1."""
    mask = slots.shape[0] - 1
    slot = int((uint64(key) * SPREAD) >> uint64(32)) & mask
    cohort = slots[slot]
    while cohort >= 0 and whole[cohort, KEY] != key:
        slot = (slot + 1) & mask
        cohort = slots[slot]
    new = -1
    if cohort >= 0:
        whole[cohort, COUNT] += count
        sums[cohort, MEMORY] += count * memory
        sums[cohort, KM] += count * km
    elif size[0] == whole.shape[0]:
        size[1] = 1
    else:
        new = size[0]
        size[0] += 1
        slots[slot] = new
        whole[new, SPOT] = slot
        whole[new, KEY] = key
        whole[new, COUNT] = count
        sums[new, MEMORY] = count * memory
        sums[new, KM] = count * km
    return new


@njit(cache=True)
def _rest(
    sizes: Sizes,
    slots: NDArray[np.int32],
    whole: NDArray[np.int64],
    sums: NDArray[np.float64],
    size: NDArray[np.int64],
    place: int,
    trail: int,
    kind: int,
    foot: int,
    count: int,
    memory: float,
) -> None:
    """Let people be at a place at the end of the day."""
    bin_ = 0
    if sizes.short_stints:
        bin_ = min(int(memory * sizes.memory_scale), sizes.memory_bins - 1)
    else:
        memory = 0.0
    key = (((place * sizes.trails + trail) * sizes.classes + kind) * 2 + foot) * sizes.memory_bins + bin_
    cohort = _enter(slots, whole, sums, size, 2 * key, count, memory, 0.0)
    if cohort >= 0:
        whole[cohort, PLACE] = place
        whole[cohort, TRAIL] = trail
        whole[cohort, KIND] = kind
        whole[cohort, FOOT] = foot
        whole[cohort, ROAD] = 0
        whole[cohort, BIN] = bin_


@njit(cache=True)
def _stay_on_link(
    sizes: Sizes,
    slots: NDArray[np.int32],
    whole: NDArray[np.int64],
    sums: NDArray[np.float64],
    size: NDArray[np.int64],
    link: int,
    rode: int,
    walked: int,
    doomed: int,
    trail: int,
    kind: int,
    foot: int,
    count: int,
    memory: float,
) -> None:
    """Let people be on a link at the end of the day."""
    bin_ = 0
    if sizes.short_stints:
        bin_ = min(int(memory * sizes.memory_scale), sizes.memory_bins - 1)
    else:
        memory = 0.0
    key = ((link * sizes.ride_days + rode) * sizes.walk_days + walked) * 2 + doomed
    key = (((key * sizes.trails + trail) * sizes.classes + kind) * 2 + foot) * sizes.memory_bins + bin_
    cohort = _enter(slots, whole, sums, size, 2 * key + 1, count, memory, 0.0)
    if cohort >= 0:
        whole[cohort, PLACE] = link
        whole[cohort, TRAIL] = trail
        whole[cohort, KIND] = kind
        whole[cohort, FOOT] = foot
        whole[cohort, RODE] = rode
        whole[cohort, WALKED] = walked
        whole[cohort, DOOMED] = doomed
        whole[cohort, ROAD] = 1
        whole[cohort, BIN] = bin_


@njit(cache=True)
def _decide(
    world: World,
    sizes: Sizes,
    scratch: Scratch,
    day: Day,
    queue: Hops,
    book: Book,
    tomorrow: Book,
    deciding: int,
    row: int,
    epoch: int,
    phase: int,
    stretch: int,
    generation: int,
    leave_seat: np.uint64,
    route_seat: np.uint64,
) -> int:
    """Let the first `deciding` cohorts of `day.order` leave or stay; tell how many hops the queue then holds.

    `stretch` is the bin of kilometres moved today, -1 in phase A; `generation` how often it was emptied.
    """
    keys, trail_keys, movechance, town, camp = (
        world.keys, world.trail_keys, world.movechance, world.town, world.camp,
    )  # fmt: skip
    path_first, path_dest, path_link, path_trail, path_keys = (
        world.path_first, world.path_dest, world.path_link, world.path_trail, world.path_keys,
    )  # fmt: skip
    link_first, link_list, link_to = world.link_first, world.link_list, world.link_to
    order, room, going, stamp = day.order, scratch.room, scratch.going, scratch.stamp
    edges, totals = scratch.edges, scratch.total
    whole, sums, hops, hop_sums = book.whole, book.sums, queue.whole, queue.sums
    slots, rests, rest_sums, size = tomorrow.slots, tomorrow.whole, tomorrow.sums, tomorrow.size
    trail_head, trail_tail, trail_end = world.trail_head, world.trail_tail, world.trail_end
    score, nearness, factors, exponents = (
        world.score, world.path_nearness, world.path_factor, world.class_exponent,
    )  # fmt: skip
    left, pop, capacity = day.left, day.pop, day.capacity
    pop_power, pop_base, short_stints, top_km = (
        world.pop_power, world.pop_base, world.short_stints, world.top_km,
    )  # fmt: skip
    softening, power, pruning, fixed = (
        world.weight_softening, world.weight_power, world.pruning, world.fixed,
    )  # fmt: skip
    hopping, most = 0, hops.shape[0]
    for k in range(deciding):
        cohort = order[k]
        count = whole[cohort, COUNT]
        if count == 0:
            continue
        place, trail, kind = whole[cohort, PLACE], whole[cohort, TRAIL], whole[cohort, KIND]
        foot, bin_ = whole[cohort, FOOT], whole[cohort, BIN]
        memory, km = sums[cohort, MEMORY] / count, sums[cohort, KM] / count

        # who leaves
        leave = count
        pack = (bin_ * (sizes.km_bins + 1) + stretch + 1) * (GENERATIONS + 1) + generation
        cohort_key = mix(keys[place] ^ uint64((pack * 2 + foot) * sizes.classes + kind))
        if trail > 0:
            cohort_key = mix(cohort_key ^ trail_keys[trail])
        elif not (stretch >= 0 and short_stints and town[row, place] and memory + km < top_km):
            chance = movechance[row, place]
            if pop_power != 0.0:
                lives = max(float(pop[place]), capacity[place])
                chance *= (lives / pop_base) ** pop_power
            if chance < 1.0:
                leave = draw_binomial(count, chance, seat(leave_seat, cohort_key))
        later = 0.5 * (memory + km)
        if leave < count:
            _rest(sizes, slots, rests, rest_sums, size, place, trail, kind, foot, count - leave, later)
        if leave == 0:
            continue
        start = seat(route_seat, cohort_key)

        # where to: the route they have, if its next link is still there and the camp at its end has room ...
        first, last = path_first[epoch, place], path_first[epoch, place + 1]
        if trail > 0:
            dest, follow = trail_end[trail], -1
            for n in range(link_first[epoch, place], link_first[epoch, place + 1]):
                if link_to[link_list[n]] == trail_head[trail]:
                    follow = link_list[n]
                    break
            if follow < 0 or (camp[row, dest] and room[dest] < 0.5):
                _rest(sizes, slots, rests, rest_sums, size, place, 0, kind, foot, leave, later)
                continue
            first, last = 0, 1
            going[0] = leave
        # ... or one drawn by weight
        elif first < last:
            if stamp[kind, place] != phase:
                stamp[kind, place] = phase
                totals[kind, place] = _weigh(
                    edges, kind, first, last, exponents[kind], score, row, path_dest, factors, nearness, room,
                    softening, power, pruning, fixed,
                )  # fmt: skip
            _choose(edges, kind, path_keys, going, first, last, totals[kind, place], leave, start)
        else:
            _rest(sizes, slots, rests, rest_sums, size, place, 0, kind, foot, leave, later)
            continue
        for path in range(first, last):
            people = going[path - first]
            if people == 0:
                continue
            if trail == 0:
                dest = path_dest[path]
                if camp[row, dest] and room[dest] < 0.5:
                    _rest(sizes, slots, rests, rest_sums, size, place, 0, kind, foot, people, later)
                    continue
            if hopping == most:
                size[1] = 1
                return hopping
            left[place] += people
            hops[hopping, SEAT] = np.int64(start if trail > 0 else start ^ path_keys[path])
            hops[hopping, COUNT] = people
            hops[hopping, PLACE] = follow if trail > 0 else path_link[path]
            hops[hopping, TRAIL] = trail_tail[trail] if trail > 0 else path_trail[path]
            hops[hopping, KIND] = kind
            hops[hopping, FOOT] = foot
            hops[hopping, RODE] = 0
            hops[hopping, WALKED] = 0
            hops[hopping, DOOMED] = 0
            hop_sums[hopping, MEMORY] = memory
            hop_sums[hopping, KM] = km
            hopping += 1
    return hopping


@njit(cache=True)
def _muster(
    world: World,
    sizes: Sizes,
    queue: Hops,
    book: Book,
    hopping: int,
    epoch: int,
    closes: bool,  # noqa: FBT001 - compiled functions take positions
    day_seat: np.uint64,
) -> int:
    """Queue all who began the day on a link; whoever is on a link that closes now is doomed to return."""
    whole, sums, hops, hop_sums = book.whole, book.sums, queue.whole, queue.sums
    most = hops.shape[0]
    for cohort in range(book.size[0]):
        count = whole[cohort, COUNT]
        if whole[cohort, ROAD] == 0 or count == 0:
            continue
        if hopping == most:
            book.size[1] = 1
            return hopping
        link = whole[cohort, PLACE]
        for column in range(COUNT, DOOMED + 1):
            hops[hopping, column] = whole[cohort, column]
        if closes and world.closing[epoch, link]:
            hops[hopping, DOOMED] = 1
        pack = (whole[cohort, RODE] * sizes.walk_days + whole[cohort, WALKED]) * 2 + whole[cohort, DOOMED]
        pack = (pack * sizes.memory_bins + whole[cohort, BIN]) * sizes.classes + whole[cohort, KIND]
        start = mix(world.link_keys[link] ^ uint64(pack * 2 + whole[cohort, FOOT]))
        start = seat(day_seat ^ WALK, start ^ world.trail_keys[whole[cohort, TRAIL]])
        hops[hopping, SEAT] = np.int64(start)
        hop_sums[hopping, MEMORY] = sums[cohort, MEMORY] / count
        hop_sums[hopping, KM] = 0.0
        hopping += 1
    return hopping


@njit(cache=True)
def _count_slices(world: World, day: Day, queue: Hops, hopping: int, people: int) -> int:
    """Decide in how many slices phase B is walked: more than one where it may fill a site.

    Each slice should fill no more than half of the band in which a site turns people away. Arrivals of the
    day are those who are sure to come and as many again as came yesterday, or one in 32 of all who are
    under way, by further hops. Sites at which fewer arrive than `SLICED_FROM` of all people are let be.
    """
    hops, direct = queue.whole, day.direct
    under_way = 0
    for hop in range(hopping):
        link = hops[hop, PLACE]
        under_way += hops[hop, COUNT]
        speed = world.walk_km if hops[hop, FOOT] == 1 else world.link_speed[link]
        done = hops[hop, RODE] * world.link_speed[link] + hops[hop, WALKED] * world.walk_km
        if done + speed > world.link_km[link] and hops[hop, DOOMED] == 0:
            direct[world.link_to[link]] += hops[hop, COUNT]
    slices = 1
    for place in range(day.here.shape[0]):
        places = day.capacity[place] * world.scaling
        expected = direct[place] + max(day.came_before[place], under_way / 32.0)
        direct[place] = 0
        inside = day.here[place] - day.left[place]
        if places < 1.0 or inside >= places or inside + expected <= world.buffer * places:
            continue
        if expected < SLICED_FROM * people:
            continue
        band = max(0.02, 1.0 - world.buffer) * places
        slices = max(slices, int(min(float(world.slices), np.ceil(2.0 * expected / band))))
    return slices


@njit(cache=True)
def _take_slice(waiting: Hops, queue: Hops, hopping: int, left: int, round_: int) -> int:
    """Move a random share, one in `left`, of all who wait into the queue; tell how many hops that makes."""
    here, there = waiting.whole, queue.whole
    taken = 0
    for hop in range(hopping):
        count = here[hop, COUNT]
        if count == 0:
            continue
        start = uint64(here[hop, SEAT])
        people = count
        if left > 1:
            people = draw_binomial(count, 1.0 / left, seat(start ^ SLICE, uint64(round_)))
            if people == 0:
                continue
        here[hop, COUNT] -= people
        for column in range(NEXT, DOOMED + 1):
            there[taken, column] = here[hop, column]
        there[taken, COUNT] = people
        there[taken, SEAT] = np.int64(seat(start, uint64(round_)))
        queue.sums[taken, MEMORY] = waiting.sums[hop, MEMORY]
        queue.sums[taken, KM] = waiting.sums[hop, KM]
        taken += 1
    return taken


@njit(cache=True)
def _move(
    world: World,
    sizes: Sizes,
    day: Day,
    queue: Hops,
    moving: Book,
    tomorrow: Book,
    hopping: int,
    source: int,
    generation: int,
) -> None:
    """Move the people of the first `hopping` hops by a day each.

    `source` is the bin of kilometres they were taken from (-1: none), `generation` how often it was emptied.
    """
    link_walk, link_speed, link_km = world.link_walk, world.link_speed, world.link_km
    link_from, link_to = world.link_from, world.link_to
    slots, rests, rest_sums, size = tomorrow.slots, tomorrow.whole, tomorrow.sums, tomorrow.size
    next_slots, whole, next_sums, next_size = moving.slots, moving.whole, moving.sums, moving.size
    walk_km, km_bins, top_km, places = sizes.walk_km, sizes.km_bins, sizes.top_km, sizes.places
    hops, sums, head, came = queue.whole, queue.sums, day.head, day.came
    trails, classes, short_stints = sizes.trails, sizes.classes, sizes.short_stints
    memory_bins, memory_scale = sizes.memory_bins, sizes.memory_scale
    onward_bins, onward_scale = sizes.onward_bins, sizes.onward_scale
    all_bins = memory_bins + onward_bins
    for hop in range(hopping):
        link, trail, kind = hops[hop, PLACE], hops[hop, TRAIL], hops[hop, KIND]
        rode, walked, doomed = hops[hop, RODE], hops[hop, WALKED], hops[hop, DOOMED]
        memory, km = sums[hop, MEMORY], sums[hop, KM]
        on_foot = 0
        if hops[hop, FOOT] == 1:
            on_foot = hops[hop, COUNT]
        elif link_walk[link] > 0.0:
            on_foot = draw_binomial(hops[hop, COUNT], link_walk[link], seat(uint64(hops[hop, SEAT]), WALK))
        done = rode * link_speed[link] + walked * walk_km
        length = link_km[link]
        for walks in range(2):
            people = on_foot if walks == 1 else hops[hop, COUNT] - on_foot
            if people == 0:
                continue
            speed = walk_km if walks == 1 else link_speed[link]
            if done + speed <= length:
                _stay_on_link(
                    sizes, slots, rests, rest_sums, size, link, rode + 1 - walks, walked + walks, doomed,
                    trail, kind, hops[hop, FOOT], people, 0.5 * (memory + km + speed),
                )  # fmt: skip
                continue
            moved = km + length - done
            place = link_from[link] if doomed == 1 else link_to[link]
            came[place] += people
            stretch = min(int(moved * km_bins / top_km), km_bins - 1)
            again = generation if stretch == source else 0
            onward = memory + moved >= top_km
            if doomed == 1 or moved >= speed or again >= GENERATIONS:
                _rest(
                    sizes, slots, rests, rest_sums, size, place, trail, kind, 0, people,
                    0.5 * (memory + moved),
                )  # fmt: skip
                continue
            bin_ = 0
            if short_stints and onward:
                # whatever they remember, it no longer drives them on today
                bin_ = min(int(memory * onward_scale), onward_bins - 1)
            elif short_stints:
                bin_ = onward_bins + min(int(memory * memory_scale), memory_bins - 1)
            key = ((stretch * places + place) * trails + trail) * classes + kind
            key = (key * (GENERATIONS + 1) + again) * all_bins + bin_
            cohort = _enter(next_slots, whole, next_sums, next_size, key, people, memory, moved)
            if cohort >= 0:
                whole[cohort, NEXT] = head[stretch]
                whole[cohort, PLACE] = place
                whole[cohort, TRAIL] = trail
                whole[cohort, KIND] = kind
                whole[cohort, FOOT] = 0
                whole[cohort, BIN] = bin_
                head[stretch] = cohort


@njit(cache=True)
def _weigh(
    edges: NDArray[np.float64],
    kind: int,
    first: int,
    last: int,
    exponent: float,
    scores: NDArray[np.float64],
    row: int,
    dests: NDArray[np.int64],
    factors: NDArray[np.float64],
    nearness: NDArray[np.float64],
    room: NDArray[np.float64],
    softening: float,
    power: float,
    pruning: float,
    fixed: bool,  # noqa: FBT001 - compiled functions take positions
) -> float:
    """Cumulate the weights of the routes from a place; give their sum."""
    highest = 0.0
    for path in range(first, last):
        dest = dests[path]
        score = scores[row, dest]
        own = score
        if exponent != 1.0:
            own = score**exponent
        own *= factors[path]
        if fixed:
            # capacity is not looked at, and the score counts twice
            weight = ((softening + score) * nearness[path]) ** power * own
        else:
            weight = (softening + own) * nearness[path] * room[dest]
            if power != 1.0:
                weight **= power
        edges[kind, path] = weight
        highest = max(highest, weight)
    total = 0.0
    least = highest / pruning if pruning >= 1.001 else 0.0
    for path in range(first, last):
        if edges[kind, path] >= least:
            total += edges[kind, path]
        edges[kind, path] = total
    if total <= 0.0:
        # where every route weighs nothing, all are alike
        for path in range(first, last):
            total += 1.0
            edges[kind, path] = total
    return total


@njit(cache=True)
def _choose(
    edges: NDArray[np.float64],
    kind: int,
    keys: NDArray[np.uint64],
    going: NDArray[np.int64],
    first: int,
    last: int,
    total: float,
    count: int,
    start: np.uint64,
) -> None:
    """Divide people among the routes `first` to `last` - 1, whose weights `edges` cumulates."""
    for k in range(last - first):
        going[k] = 0
    if count <= ONE_BY_ONE_TO * (last - first):
        state = start
        for _ in range(count):
            u, state = draw_unit(state)
            target = u * total
            low = first
            if last - first <= LINE_UP_TO:
                for path in range(first, last - 1):
                    low += edges[kind, path] <= target
            else:
                high = last - 1
                while low < high:
                    middle = (low + high) // 2
                    if edges[kind, middle] <= target:
                        low = middle + 1
                    else:
                        high = middle
            going[low - first] += 1
        return
    before = 0.0
    for path in range(first, last):
        weight = edges[kind, path] - before
        rest = total - before
        before = edges[kind, path]
        if weight <= 0.0:
            continue
        taken = count
        if weight < rest * (1.0 - 1e-14):
            taken = draw_binomial(count, weight / rest, seat(start, keys[path]))
        going[path - first] = taken
        count -= taken
        if count == 0:
            return


@njit(cache=True)
def _look_at_room(
    world: World, scratch: Scratch, inside: NDArray[np.int64], capacity: NDArray[np.float64]
) -> bool:
    """Work out the capacity multiplier of every place; a capacity below one is no limit. Tell of changes."""
    room, changed = scratch.room, False
    for place in range(inside.shape[0]):
        now = 1.0
        places = capacity[place] * world.scaling
        begins = world.buffer * places
        if places >= 1.0 and inside[place] > begins:
            if inside[place] >= places:
                now = 0.0
            else:
                now = 1.0 - (inside[place] - begins) / (places * (1.0 - world.buffer))
        if room[place] != now:
            room[place] = now
            changed = True
    return changed


@njit(cache=True)
def draw_poisson(mean: float, start: np.uint64) -> int:
    """Draw a Poisson number: halved by gamma numbers until it is small (Ahrens & Dieter 1974, method PG)."""
    count, step = 0, uint64(0)
    while mean > 20.0:
        # the time of event number m tells whether more than m happened
        step += uint64(1)
        m = int(mean * 0.875)
        time = np.exp(draw_log_gamma(float(m), seat(start, step)))
        if time > mean:
            return count + draw_binomial(m - 1, mean / time, seat(start ^ POISSON, step))
        count += m
        mean -= time
    floor, product, state = np.exp(-mean), 1.0, seat(start, uint64(0))
    while True:
        u, state = draw_unit(state)
        product *= u
        if product <= floor:
            return count
        count += 1


@njit(cache=True)
def _appear(
    world: World,
    sizes: Sizes,
    tomorrow: Book,
    day: Day,
    place: int,
    count: int,
    member_seat: np.uint64,
    kind_seat: np.uint64,
) -> None:
    """Put people at a place, divided by class."""
    day.here[place] += count
    classes = world.class_exponent.shape[0]
    rest = 1.0
    foot = 1 if world.on_foot else 0
    for kind in range(classes):
        own = world.class_share[kind, place]
        people = count
        if kind < classes - 1 and own < rest:
            start = seat(member_seat ^ kind_seat, world.keys[place] ^ uint64(kind))
            people = draw_binomial(count, own / rest, start)
        if people > 0:
            _rest(
                sizes, tomorrow.slots, tomorrow.whole, tomorrow.sums, tomorrow.size, place, 0, kind, foot,
                people, 0.0,
            )  # fmt: skip
        count -= people
        rest -= own
        if count == 0:
            return


@njit(cache=True)
def _spawn(
    world: World,
    sizes: Sizes,
    tomorrow: Book,
    day: Day,
    today: int,
    row: int,
    day_seat: np.uint64,
) -> int:
    """Let people appear (step 1); tell how many, or less than zero where nobody is left to appear."""
    places, pop = world.keys.shape[0], day.pop
    if world.spawn_mode == 0:
        left = world.new[today]
        total = 0.0
        for place in range(places):
            total += world.spawn_factor[row, place] * pop[place]
        if left == 0:
            return 0
        if total <= 0.0:
            return -1
    else:
        left, total = 0, 1.0
    newly = 0
    for place in range(places):
        start = seat(day_seat ^ ORIGIN, world.keys[place])
        if world.spawn_mode == 0:
            weight = world.spawn_factor[row, place] * pop[place]
            if weight <= 0.0:
                continue
            chance = weight / total
            count = left if chance > 1.0 - 1e-12 else draw_binomial(left, chance, start)
            total -= weight
            left -= count
        else:
            conflict = world.conflict[row, place]
            if conflict <= 0.0:
                continue
            if world.spawn_mode == CONSTANT:
                count = int(world.spawn_rate * conflict)
            elif world.spawn_mode == POP_RATIO:
                count = int(world.spawn_rate * pop[place] * conflict)
            else:
                count = draw_poisson(world.spawn_rate * conflict, seat(start, POISSON))
        if count == 0:
            continue
        if world.take and world.conflict[row, place] > 0.0:
            if count > pop[place]:
                return -1
            pop[place] -= count
        newly += count
        _appear(world, sizes, tomorrow, day, place, count, day_seat, COHORT_CLASS)
    return newly


@njit(cache=True, nogil=True)
def simulate_members(
    world: World,
    run_key: np.uint64,
    first: int,
    last: int,
    room: int,
    stock: NDArray[np.int32],
    arrivals: NDArray[np.int32],
    departures: NDArray[np.int32],
    displaced: NDArray[np.int32],
    newly: NDArray[np.int32],
) -> tuple[int, int]:
    """Simulate members `first` to `last` - 1 into the output arrays.

    The outputs have shapes (member, day, place) and (member, day) and hold just these members; no member
    looks at another, so any split over cores, machines or time gives the same bytes. `room` is how many
    cohorts fit. Returns how it ended (`DONE`, `FULL`: call again with more room, `EXHAUSTED`: nobody left to
    appear) and the day.
    """
    n_days, places = world.row_of_day.shape[0], world.keys.shape[0]
    classes, routes = world.class_exponent.shape[0], world.path_dest.shape[0]
    # a memory of a whole day at top speed or more drives nobody on: one bin holds all of these
    scale = (world.memory_bins - 1) / world.top_km
    sizes = Sizes(
        places, world.trail_head.shape[0], classes, world.ride_days, world.walk_days, world.memory_bins,
        scale, world.km_bins, world.top_km, world.walk_km, world.short_stints,
        world.onward_bins, world.onward_bins / (2.0 * world.top_km),
    )  # fmt: skip
    widest = 1
    for epoch in range(world.path_first.shape[0]):
        for place in range(places):
            widest = max(widest, world.path_first[epoch, place + 1] - world.path_first[epoch, place])
    today, tomorrow, moving = _new_book(room), _new_book(room), _new_book(room)
    scratch = Scratch(
        np.zeros((classes, routes)),
        np.zeros((classes, places)),
        np.zeros((classes, places), np.int64),
        np.ones(places),
        np.zeros(widest, np.int64),
    )
    count_of = Day(
        np.zeros(places, np.int64),
        np.zeros(places, np.int64),
        np.zeros(places, np.int64),
        np.zeros(places, np.int64),
        np.zeros(places),
        np.zeros(places, np.int64),
        np.full(world.km_bins, -1, np.int64),
        np.zeros(room, np.int64),
        np.zeros(places, np.int64),
    )
    waiting = Hops(np.zeros((4 * room, 13), np.int64), np.zeros((4 * room, 2)))
    queue = Hops(np.zeros((4 * room, 13), np.int64), np.zeros((4 * room, 2)))
    here, came, left, head, order = count_of.here, count_of.came, count_of.left, count_of.head, count_of.order
    capacity, inside = count_of.capacity, np.zeros(places, np.int64)
    phase, weighed_row, weighed_epoch = 0, -1, -1

    for member in range(first, last):
        out = member - first  # its place in the outputs
        member_seat = seat(uint64(run_key), uint64(member))

        # before the first day: the people who are in the camps already
        _empty(today)
        _empty(tomorrow)
        here[:] = 0
        came[:] = 0
        people = 0
        count_of.pop[:] = world.pop
        capacity[:] = world.capacity
        for place in range(places):
            opening = world.opening[place]
            if opening > 0:
                people += opening
                _appear(world, sizes, tomorrow, count_of, place, opening, member_seat, OPENING_CLASS)

        for day in range(n_days):
            row, epoch = world.row_of_day[day], world.epoch_of_day[day]
            day_seat = seat(member_seat, uint64(day) + uint64(1 << 32))
            count_of.came_before[:] = came
            came[:] = 0
            left[:] = 0

            # 1. people appear
            fresh = _spawn(world, sizes, tomorrow, count_of, day, row, day_seat)
            if fresh < 0:
                return EXHAUSTED, day
            people += fresh
            today, tomorrow = tomorrow, today
            _empty(tomorrow)

            # 2. links close and open
            closes = day > 0 and epoch != world.epoch_of_day[day - 1]

            # 3. phase A: those who are at a place decide and step onto links
            for place in range(places):
                capacity[place] += world.capacity_per_day[place]
            changed = _look_at_room(world, scratch, here, capacity)
            if changed or row != weighed_row or epoch != weighed_epoch:
                phase, weighed_row, weighed_epoch = phase + 1, row, epoch  # weights of routes are out of date
            deciding = 0
            for cohort in range(today.size[0]):
                if today.whole[cohort, ROAD] == 0:
                    order[deciding] = cohort
                    deciding += 1
            hopping = _decide(
                world, sizes, scratch, count_of, waiting, today, tomorrow, deciding, row, epoch, phase, -1, 0,
                day_seat ^ LEAVE, day_seat ^ ROUTE,
            )  # fmt: skip

            # 4. phase B: everybody on a link moves on, and whoever has some of the day left decides again
            hopping = _muster(world, sizes, waiting, today, hopping, epoch, closes, day_seat)
            slices = _count_slices(world, count_of, waiting, hopping, people) if world.slices > 1 else 1
            for slice_ in range(slices):
                for place in range(places):
                    inside[place] = here[place] + came[place] - left[place]
                if _look_at_room(world, scratch, inside, capacity):
                    phase += 1
                round_seat = seat(day_seat ^ SLICE, uint64(slice_))
                taken = _take_slice(waiting, queue, hopping, slices - slice_, slice_)
                _move(world, sizes, count_of, queue, moving, tomorrow, taken, -1, 0)
                for stretch in range(world.km_bins):
                    generation = 0
                    while head[stretch] >= 0:
                        deciding = 0
                        cohort = head[stretch]
                        head[stretch] = -1
                        while cohort >= 0:
                            order[deciding] = cohort
                            deciding += 1
                            cohort = moving.whole[cohort, NEXT]
                        generation += 1
                        taken = _decide(
                            world, sizes, scratch, count_of, queue, moving, tomorrow, deciding, row, epoch,
                            phase, stretch, generation, round_seat ^ HOP_LEAVE, round_seat ^ HOP_ROUTE,
                        )  # fmt: skip
                        _move(world, sizes, count_of, queue, moving, tomorrow, taken, stretch, generation)
                _empty(moving)

            # 5. the memory of recent travel was halved wherever people came to rest

            # 6. sinks: people stop moving but stay counted
            if world.sinks:
                _sink(world, tomorrow, row, day_seat)

            # 7. the day is recorded
            for place in range(places):
                here[place] += came[place] - left[place]
                stock[out, day, place] = here[place]
                arrivals[out, day, place] = came[place]
                departures[out, day, place] = left[place]
            displaced[out, day] = people
            newly[out, day] = fresh
            if today.size[1] + tomorrow.size[1] + moving.size[1] > 0:
                return FULL, day
    return DONE, n_days


@njit(cache=True)
def _sink(world: World, book: Book, row: int, day_seat: np.uint64) -> None:
    """Take people in camps out of all further movement."""
    whole = book.whole
    for cohort in range(book.size[0]):
        count, place = whole[cohort, COUNT], whole[cohort, PLACE]
        if whole[cohort, ROAD] == 1 or count == 0 or not world.camp[row, place] or world.sink[place] <= 0.0:
            continue
        pack = (whole[cohort, KIND] * 2 + whole[cohort, FOOT]) * world.memory_bins + whole[cohort, BIN]
        start = seat(
            day_seat ^ SINK, mix(world.keys[place] ^ uint64(pack)) ^ world.trail_keys[whole[cohort, TRAIL]]
        )
        gone = draw_binomial(count, world.sink[place], start)
        book.sums[cohort, MEMORY] *= (count - gone) / count
        whole[cohort, COUNT] -= gone
