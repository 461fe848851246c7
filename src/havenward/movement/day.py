"""What happens in one simulated day, in which order: the compiled heart of the movement model.

The order of a day. The code below follows it line by line; the state at the end of a day is what is
recorded, and everything within a day acts on the state that the steps before it left.

 1. The map of the day: which ways, gates and sites are open, and how many places each site has.
 2. Travellers whose days on the road are over arrive: at a gate they join those who wait, at a site they
    are received.
 3. Gates pass people: each person waiting passes with the same chance, min(1 / waiting days, throughput
    / people waiting); who was bound for a site that has closed turns to the nearest open one.
 4. Returns: from sites to the cells of their group, once the whole group has been passed and a way leads
    home, rising from then on.
 5. Onward moves: from camps to the nearest host community.
 6. The shock of the day for each group: a factor of mean one that all its cells share.
 7. Departures: each person who will leave does so with the chance that the phase of the cell gives.
 8. Destinations: those who left divide among the sites they know and can reach, by attraction, room and
    distance, around shares that vary from day to day. Cells of one group with the same ways (a *class*)
    divide together and share the day's shares.
 9. They walk or ride, and will arrive after whole days, tomorrow at the earliest.
10. The day is recorded.

Given shocks and shares, people of one cell are exchangeable, so all counts are binomial and multinomial, and
the result has exactly the law of a simulation of single people under the same rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit, uint64

from havenward.movement.draws import draw_binomial, draw_log_gamma, draw_unit, mix, seat
from havenward.movement.travellers import (
    COUNT,
    FREE,
    GROUP,
    NEXT,
    SITE,
    TOWARDS,
    UNUSED,
    free,
    join_queue,
    make_parcels,
    send,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

# one number per kind of decision; never reused, never renumbered
MOVERS = uint64(0x01)
PASS = uint64(0x02)
WALK_ON = uint64(0x03)
RETURN = uint64(0x04)
HOME = uint64(0x05)
ONWARD = uint64(0x06)
SHOCK = uint64(0x07)
DEPART = uint64(0x08)
SHARE = uint64(0x09)
CHOOSE = uint64(0x0A)
WALK = uint64(0x0B)

MULTINOMIAL_FROM = 1e9  # a concentration this high is a plain multinomial
# Up to this many people, one by one is quicker than shares first; where more sites are known, up to as many
# people as sites, since shares are drawn for every site and people mostly follow one of those before them.
ONE_BY_ONE_TO = 128


class World(NamedTuple):
    """What all members share; as in `Network` and `Ways`, with further constants of the rules."""

    keys: NDArray[np.uint64]
    cells: NDArray[np.int64]
    sites: NDArray[np.int64]
    gates: NDArray[np.int64]
    group_of_cell: NDArray[np.int64]
    class_of_cell: NDArray[np.int64]
    cell_of_class: NDArray[np.int64]
    group_keys: NDArray[np.uint64]
    epoch_of_day: NDArray[np.int64]
    cells_of_group: NDArray[np.int64]  # (cell,) cells in the order of their groups
    first_of_group: NDArray[np.int64]  # (group + 1,) where the cells of a group begin
    first_way: NDArray[np.int64]  # (class + 1,) as in `Ways`
    way_site: NDArray[np.int32]  # (entry,)
    km: NDArray[np.float64]  # (version,)
    days_foot: NDArray[np.int32]  # (version,)
    days_ride: NDArray[np.int32]  # (version,)
    gate: NDArray[np.int32]  # (version,)
    later_way: NDArray[np.int32]  # (version,)
    first_change: NDArray[np.int64]  # (epoch + 1,)
    change_entry: NDArray[np.int32]  # (later version,)
    change_epoch: NDArray[np.int32]  # (later version,)
    leg_row: NDArray[np.int32]  # (epoch, gate) as in `Legs`
    leg_foot: NDArray[np.int32]  # (row, site)
    leg_ride: NDArray[np.int32]
    site_order: NDArray[np.int32]
    host_of_site: NDArray[np.int32]  # (epoch, site)
    home_of_site: NDArray[np.int32]  # (epoch, site)
    homes: NDArray[np.bool_]  # (set, group)
    capacity: NDArray[np.float64]
    gate_capacity: NDArray[np.float64]
    opens_after: NDArray[np.int64]
    site_open: NDArray[np.bool_]  # (day, site) by published dates
    stay_order: NDArray[np.bool_]  # (day, cell)
    softening_km: float
    sharpness: float
    full_from: float
    early_days: float
    return_ramp_days: float
    slots: int  # days that the longest leg takes, plus one


class Draws(NamedTuple):
    """What each member has drawn; the first axis is the member."""

    people: NDArray[np.int64]  # (member, cell)
    release: NDArray[np.float64]  # (member, cell) share that will leave
    reached: NDArray[np.int64]  # (member, cell) day index
    passed: NDArray[np.int64]  # (member, cell) day index
    opening: NDArray[np.int64]  # (member, site) people there before
    capacity: NDArray[np.float64]  # (member, site) places where none are published; NaN: no limit
    open_from: NDArray[np.int64]  # (member, site) first day index, where the date is drawn
    open_until: NDArray[np.int64]  # (member, site) last day index, where the date is drawn
    attraction: NDArray[np.float64]  # (member, site)
    gate_capacity: NDArray[np.float64]  # (member, gate) where none is published
    hazard: NDArray[np.float64]  # (member,) per day, contested or passed
    blocking: NDArray[np.float64]  # (member,)
    early: NDArray[np.float64]  # (member,) per day
    exponent: NDArray[np.float64]  # (member,)
    concentration: NDArray[np.float64]  # (member,)
    shock: NDArray[np.float64]  # (member,) variance; 0: no shocks
    return_rate: NDArray[np.float64]  # (member,) per day
    onward_rate: NDArray[np.float64]  # (member,) per day
    walking: NDArray[np.float64]  # (member,)
    waiting_days: NDArray[np.float64]  # (member,)
    crowding: NDArray[np.float64]  # (member,)
    stay_factor: NDArray[np.float64]  # (member,)


@njit(cache=True, nogil=True)
def simulate_members(
    world: World,
    draws: Draws,
    run_key: np.uint64,
    numbers: NDArray[np.int64],
    first: int,
    last: int,
    stock: NDArray[np.int32],
    arrivals: NDArray[np.int32],
    departures: NDArray[np.int32],
    displaced: NDArray[np.int32],
    newly: NDArray[np.int32],
    returned: NDArray[np.int32],
) -> None:
    """Simulate members `first` to `last` - 1 into the rows of the output arrays.

    The outputs have shapes (member, day, place) and (member, day) and cover all members; no member looks
    at another, so any split over cores, machines or time gives the same bytes. `numbers`, of shape (member,
    day), says whose chance a member meets on a day; each its own where it holds the member itself.
    """
    n_days = world.epoch_of_day.shape[0]
    n_cells, n_sites, n_gates = world.cells.shape[0], world.sites.shape[0], world.gates.shape[0]
    n_groups, n_classes = world.group_keys.shape[0], world.cell_of_class.shape[0]
    n_ways, slots = world.way_site.shape[0], world.slots
    # helpers are handed single arrays and numbers: a tuple would be taken apart at every call
    cell_keys, site_keys = world.keys[world.cells], world.keys[world.sites]
    gate_keys, group_keys = world.keys[world.gates], world.group_keys
    most_ways = 0  # that any class has
    for k in range(n_classes):
        most_ways = max(most_ways, world.first_way[k + 1] - world.first_way[k])

    movers = np.zeros(n_cells, np.int64)
    others = np.zeros(n_cells, np.int64)
    hosted = np.zeros((n_groups + 1, n_sites), np.int64)  # the last row is the opening caseload
    present = np.zeros(n_sites, np.int64)  # hosted at each site, of all groups
    elsewhere = np.zeros(n_groups, np.int64)  # hosted of each group, at all sites
    parcels = make_parcels(1024)
    store = np.zeros(2, np.int64)
    on_road = np.zeros(slots, np.int64)  # chains of those who arrive on a day
    at_gate = np.zeros(n_gates, np.int64)  # chains of those who wait
    come = np.zeros(n_gates, np.int64)  # chains of those who have just come to a gate
    waiting = np.zeros(n_gates, np.int64)  # people who wait
    seen = np.full(n_sites * n_groups if n_gates > 0 else 0, -1, np.int64)
    bound = np.zeros(n_sites, np.int64)  # on the way to each site, waiting included
    pull = np.zeros(n_ways)
    room = np.zeros(n_sites)
    is_open = np.zeros(n_sites, np.bool_)
    weights = np.zeros(most_ways)
    shares = np.zeros(most_ways, np.int64)
    shock = np.zeros(n_groups)
    group_passed = np.zeros(n_groups, np.int64)
    group_people = np.zeros(n_groups, np.int64)
    arrived = np.zeros(n_sites, np.int64)
    left = np.zeros(n_sites, np.int64)
    gate_in = np.zeros(n_gates, np.int64)
    gate_out = np.zeros(n_gates, np.int64)
    home_in = np.zeros(n_cells, np.int64)
    gone = np.zeros(n_cells, np.int64)
    leaving = np.zeros(n_classes, np.int64)
    can_leave = np.zeros(n_classes, np.int8)  # -1 where nobody has asked yet

    for member in range(first, last):
        member_seat = seat(uint64(run_key), uint64(numbers[member, 0]))

        # the member's world before its first day
        hosted[:] = 0
        elsewhere[:] = 0
        store[FREE], store[UNUSED] = -1, 0
        on_road[:] = -1
        at_gate[:] = -1
        come[:] = -1
        waiting[:] = 0
        bound[:] = 0
        group_passed[:] = 0
        group_people[:] = 0
        for c in range(n_cells):
            people = draws.people[member, c]
            key = cell_keys[c]
            movers[c] = draw_binomial(people, draws.release[member, c], seat(member_seat ^ MOVERS, key))
            others[c] = people - movers[c]
            g = world.group_of_cell[c]
            group_passed[g] = max(group_passed[g], draws.passed[member, c])
            group_people[g] += people
        for s in range(n_sites):
            hosted[n_groups, s] = draws.opening[member, s]
            present[s] = draws.opening[member, s]
        for i in range(n_ways):
            pull[i] = _pull(
                world.km[i],
                draws.attraction[member, world.way_site[i]],
                draws.exponent[member],
                world.softening_km,
                world.sharpness,
            )
        epoch = 0
        away = 0

        for day in range(n_days):
            while epoch < world.epoch_of_day[day]:
                epoch += 1
                for change in range(world.first_change[epoch], world.first_change[epoch + 1]):
                    i = world.change_entry[change]
                    pull[i] = _pull(
                        world.km[n_ways + change],
                        draws.attraction[member, world.way_site[i]],
                        draws.exponent[member],
                        world.softening_km,
                        world.sharpness,
                    )
            slot = day % slots
            of_day = seat(uint64(run_key), uint64(numbers[member, day]))
            day_seat = seat(of_day, uint64(day) + uint64(1 << 32))
            arrived[:] = 0
            left[:] = 0
            gate_in[:] = 0
            gate_out[:] = 0
            home_in[:] = 0
            gone[:] = 0
            newly_gone = 0
            back = 0

            # 1. the map of the day
            for s in range(n_sites):
                opens = draws.open_from[member, s]
                after = world.opens_after[s]
                if after >= 0:
                    opens = max(opens, group_passed[after])
                is_open[s] = world.site_open[day, s] and opens <= day <= draws.open_until[member, s]

            # 2. travellers arrive
            at = on_road[slot]
            on_road[slot] = -1
            while at >= 0:
                following = parcels[at, NEXT]
                count = parcels[at, COUNT]
                g, s, h = parcels[at, TOWARDS], parcels[at, SITE], parcels[at, GROUP]
                if g >= 0:
                    waiting[g] += count
                    gate_in[g] += count
                    parcels[at, NEXT] = come[g]
                    come[g] = at
                else:
                    hosted[h, s] += count
                    present[s] += count
                    elsewhere[h] += count
                    bound[s] -= count
                    arrived[s] += count
                    free(parcels, store, at)
                at = following

            # 3. gates pass people
            for g in range(n_gates):
                if come[g] >= 0:
                    at_gate[g] = join_queue(parcels, store, come[g], at_gate[g], n_groups, seen)
                    come[g] = -1
                if waiting[g] == 0:
                    continue
                throughput = world.gate_capacity[day, g]
                if np.isnan(throughput):
                    throughput = draws.gate_capacity[member, g]
                chance = min(1.0 / draws.waiting_days[member], throughput / waiting[g])
                gate_seat = seat(day_seat ^ PASS, gate_keys[g])
                walk_seat = seat(day_seat ^ WALK_ON, gate_keys[g])
                row = world.leg_row[epoch, g]
                at, before = at_gate[g], -1
                while at >= 0:
                    following = parcels[at, NEXT]
                    s, h = parcels[at, SITE], parcels[at, GROUP]
                    target = s
                    if not is_open[s] or world.leg_foot[row, s] == 0:
                        target = _nearest_open(world.site_order, row, is_open)
                    count = 0
                    if target >= 0:  # else there is no open way on: they wait
                        pair = mix(site_keys[s] ^ mix(group_keys[h]))
                        count = draw_binomial(parcels[at, COUNT], chance, seat(gate_seat, pair))
                    if count > 0:
                        waiting[g] -= count
                        gate_out[g] += count
                        bound[s] -= count
                        bound[target] += count
                        on_foot = draw_binomial(count, draws.walking[member], seat(walk_seat, pair))
                        foot_slot = (day + world.leg_foot[row, target]) % slots
                        ride_slot = (day + world.leg_ride[row, target]) % slots
                        parcels = send(parcels, store, on_road, foot_slot, -1, target, h, on_foot)
                        parcels = send(parcels, store, on_road, ride_slot, -1, target, h, count - on_foot)
                        parcels[at, COUNT] -= count
                    if parcels[at, COUNT] == 0:
                        if before < 0:
                            at_gate[g] = following
                        else:
                            parcels[before, NEXT] = following
                        free(parcels, store, at)
                    else:
                        before = at
                    at = following

            # 4. returns
            for h in range(n_groups):
                since = day - group_passed[h]
                if since <= 0 or elsewhere[h] == 0:
                    continue
                rate = draws.return_rate[member] * (1.0 - np.exp(-since / world.return_ramp_days))
                going_back = 0
                for s in range(n_sites):
                    if hosted[h, s] == 0 or not world.homes[world.home_of_site[epoch, s], h]:
                        continue
                    pair = mix(site_keys[s] ^ mix(group_keys[h]))
                    count = draw_binomial(hosted[h, s], rate, seat(day_seat ^ RETURN, pair))
                    hosted[h, s] -= count
                    present[s] -= count
                    left[s] += count
                    going_back += count
                if going_back > 0:
                    elsewhere[h] -= going_back
                    cells = world.cells_of_group[world.first_of_group[h] : world.first_of_group[h + 1]]
                    _send_home(
                        draws.people,
                        member,
                        cells,
                        going_back,
                        group_people[h],
                        day_seat ^ HOME,
                        cell_keys,
                        home_in,
                    )
                    back += going_back
            for c in range(n_cells):
                others[c] += home_in[c]

            # 5. onward moves
            if draws.onward_rate[member] > 0.0:
                for s in range(n_sites):
                    target = world.host_of_site[epoch, s]
                    if target < 0 or not is_open[target] or present[s] == hosted[n_groups, s]:
                        continue
                    for h in range(n_groups):
                        if hosted[h, s] == 0:
                            continue
                        pair = mix(site_keys[s] ^ mix(group_keys[h]))
                        count = draw_binomial(
                            hosted[h, s], draws.onward_rate[member], seat(day_seat ^ ONWARD, pair)
                        )
                        hosted[h, s] -= count
                        present[s] -= count
                        hosted[h, target] += count
                        present[target] += count
                        left[s] += count
                        arrived[target] += count

            # 6. the shock of the day
            for h in range(n_groups):
                shock[h] = 1.0
                variance = draws.shock[member]
                if variance > 0.0:
                    shock[h] = variance * np.exp(
                        draw_log_gamma(1.0 / variance, seat(day_seat ^ SHOCK, group_keys[h]))
                    )

            # 7. departures
            for s in range(n_sites):
                room[s] = (
                    _room_left(
                        world.capacity[day, s],
                        draws.capacity[member, s],
                        world.full_from,
                        draws.crowding[member],
                        bound[s] + present[s],
                    )
                    ** world.sharpness
                )
            leaving[:] = 0
            can_leave[:] = -1
            for c in range(n_cells):
                if movers[c] == 0:
                    continue
                k = world.class_of_cell[c]
                if can_leave[k] < 0:
                    can_leave[k] = _can_leave(
                        pull, world.way_site, world.first_way[k], world.first_way[k + 1], room, is_open
                    )
                if can_leave[k] == 0:
                    continue
                hazard = _hazard(
                    day,
                    draws.reached[member, c],
                    draws.hazard[member],
                    draws.blocking[member],
                    draws.early[member],
                    world.early_days,
                )
                if world.stay_order[day, c]:
                    hazard *= draws.stay_factor[member]
                chance = -np.expm1(-hazard * shock[world.group_of_cell[c]])
                key = cell_keys[c]
                gone[c] = draw_binomial(movers[c], chance, seat(day_seat ^ DEPART, key))
                movers[c] -= gone[c]
                newly_gone += gone[c]
                leaving[k] += gone[c]

            # 8. destinations, and 9. the ways there
            for k in range(n_classes):
                if leaving[k] == 0:
                    continue
                c = world.cell_of_class[k]
                own = world.first_way[k]
                ways = world.first_way[k + 1] - own
                sites = world.way_site[own : own + ways]
                weight, going = weights[:ways], shares[:ways]
                for i in range(ways):
                    weight[i] = pull[own + i] * room[sites[i]] if is_open[sites[i]] else 0.0
                key = cell_keys[c]
                going[:] = 0
                if leaving[k] <= max(ONE_BY_ONE_TO, ways):
                    _choose_singly(
                        leaving[k], draws.concentration[member], weight, seat(day_seat ^ CHOOSE, key), going
                    )
                else:
                    _choose_shares(
                        draws.concentration[member], weight, seat(day_seat ^ SHARE, key), sites, site_keys
                    )
                    _choose_together(
                        leaving[k], weight, seat(day_seat ^ CHOOSE, key), sites, site_keys, going
                    )
                walk_seat = seat(day_seat ^ WALK, key)
                h = world.group_of_cell[c]
                for i in range(ways):
                    people = going[i]
                    if people == 0:
                        continue
                    s = sites[i]
                    way = own + i
                    while (
                        world.later_way[way] >= 0
                        and world.change_epoch[world.later_way[way] - n_ways] <= epoch
                    ):
                        way = int(world.later_way[way])
                    bound[s] += people
                    foot_slot = (day + world.days_foot[way]) % slots
                    ride_slot = (day + world.days_ride[way]) % slots
                    on_foot = people
                    if foot_slot != ride_slot:
                        on_foot = draw_binomial(people, draws.walking[member], seat(walk_seat, site_keys[s]))
                    g = world.gate[way]
                    parcels = send(parcels, store, on_road, foot_slot, g, s, h, on_foot)
                    parcels = send(parcels, store, on_road, ride_slot, g, s, h, people - on_foot)

            # 10. the day is recorded
            away += newly_gone - back
            displaced[member, day] = away
            newly[member, day] = newly_gone
            returned[member, day] = back
            for c in range(n_cells):
                place = world.cells[c]
                stock[member, day, place] = movers[c] + others[c]
                arrivals[member, day, place] = home_in[c]
                departures[member, day, place] = gone[c]
            for s in range(n_sites):
                place = world.sites[s]
                stock[member, day, place] = present[s]
                arrivals[member, day, place] = arrived[s]
                departures[member, day, place] = left[s]
            for g in range(n_gates):
                place = world.gates[g]
                stock[member, day, place] = waiting[g]
                arrivals[member, day, place] = gate_in[g]
                departures[member, day, place] = gate_out[g]


@njit(cache=True, nogil=True)
def _pull(km: float, attraction: float, exponent: float, softening_km: float, sharpness: float) -> float:
    """Weigh a site by its attraction and distance; nothing where there is no way."""
    if not np.isfinite(km):
        return 0.0
    near = (softening_km + km) ** -exponent
    return float((attraction * near) ** sharpness)


@njit(cache=True, nogil=True)
def _nearest_open(order: NDArray[np.int32], row: int, is_open: NDArray[np.bool_]) -> int:
    """Find the nearest open site from a gate; -1 where there is none."""
    for place in range(order.shape[1]):
        s = order[row, place]
        if s < 0:
            return -1
        if is_open[s]:
            return int(s)
    return -1


@njit(cache=True, nogil=True)
def _room_left(published: float, assumed: float, full_from: float, crowding: float, people: int) -> float:
    """Weigh a site by its room: 1 while it has some, falling to `crowding` as it fills, never to nothing.

    `people` are those who are there or on the way.
    """
    places = assumed if np.isnan(published) else published
    if np.isnan(places):
        return 1.0
    begins = full_from * places
    if people >= places:  # first, so that a site without any place is full from the start
        return crowding
    if people <= begins:
        return 1.0
    return 1.0 - (1.0 - crowding) * (people - begins) / (places - begins)


@njit(cache=True, nogil=True)
def _hazard(day: int, reached: int, hazard: float, blocking: float, early: float, early_days: float) -> float:
    """Give the daily hazard of leaving for those who will leave: held, or contested and after."""
    if day >= reached:
        return hazard
    fear = float(np.exp(-(reached - day) / early_days))
    return (1.0 - blocking) * (early + hazard * fear)


@njit(cache=True, nogil=True)
def _send_home(
    people: NDArray[np.int64],
    member: int,
    cells: NDArray[np.int64],
    going: int,
    of_group: int,
    start: np.uint64,
    cell_keys: NDArray[np.uint64],
    home_in: NDArray[np.int64],
) -> None:
    """Divide returning people among the cells of their group, by inhabitants."""
    rest = of_group
    for i in range(cells.shape[0]):
        c = cells[i]
        own = people[member, c]
        if own == 0:
            continue
        count = going
        if own < rest:
            count = draw_binomial(going, own / rest, seat(start, cell_keys[c]))
        home_in[c] += count
        going -= count
        rest -= own


@njit(cache=True, nogil=True)
def _can_leave(
    pull: NDArray[np.float64],
    way_site: NDArray[np.int32],
    first: int,
    last: int,
    room: NDArray[np.float64],
    is_open: NDArray[np.bool_],
) -> bool:
    """Tell whether any site is open to a class."""
    for i in range(first, last):
        s = way_site[i]
        if is_open[s] and pull[i] > 0.0 and room[s] > 0.0:
            return True
    return False


@njit(cache=True, nogil=True)
def _choose_singly(
    count: int,
    concentration: float,
    weight: NDArray[np.float64],
    start: np.uint64,
    going: NDArray[np.int64],
) -> None:
    """Divide a few people one by one (Polya's urn): the same law as shares first, cheaper for few.

    Person k + 1 follows one of the k before with chance k / (k + concentration) and else chooses by weight.
    """
    # the sites that can be chosen, with cumulated weights, so that a choice is a search by halves
    sites = np.empty(weight.shape[0], np.int64)
    edges = np.empty(weight.shape[0])
    total = 0.0
    n = 0
    for s in range(weight.shape[0]):
        if weight[s] > 0.0:
            total += weight[s]
            sites[n] = s
            edges[n] = total
            n += 1
    chosen = np.empty(count, np.int64)
    state = start
    for k in range(count):
        u, state = draw_unit(state)
        place = u * (concentration + k)
        if place < k and concentration < MULTINOMIAL_FROM:
            site = chosen[int(place)]
        else:
            u, state = draw_unit(state)
            target = u * total
            low, high = 0, n - 1
            while low < high:
                middle = (low + high) // 2
                if edges[middle] < target:
                    low = middle + 1
                else:
                    high = middle
            site = sites[low]
        chosen[k] = site
        going[site] += 1


@njit(cache=True, nogil=True)
def _choose_shares(
    concentration: float,
    weight: NDArray[np.float64],
    start: np.uint64,
    sites: NDArray[np.int32],
    site_keys: NDArray[np.uint64],
) -> None:
    """Replace weights by the shares of the day: Dirichlet around them, drawn in logarithms."""
    if concentration >= MULTINOMIAL_FROM:
        return
    total = weight.sum()
    highest = -np.inf
    for s in range(weight.shape[0]):
        if weight[s] > 0.0:
            shape = concentration * weight[s] / total
            weight[s] = draw_log_gamma(shape, seat(start, site_keys[sites[s]]))
            highest = max(highest, weight[s])
        else:
            weight[s] = -np.inf
    for s in range(weight.shape[0]):
        weight[s] = np.exp(weight[s] - highest) if weight[s] > -np.inf else 0.0


@njit(cache=True, nogil=True)
def _choose_together(
    count: int,
    weight: NDArray[np.float64],
    start: np.uint64,
    sites: NDArray[np.int32],
    site_keys: NDArray[np.uint64],
    going: NDArray[np.int64],
) -> None:
    """Divide many people by shares: a multinomial, one site at a time."""
    total = weight.sum()
    last = 0
    for s in range(weight.shape[0]):
        if weight[s] > 0.0:
            last = s
    for s in range(last + 1):
        if weight[s] <= 0.0:
            continue
        if s == last:
            going[s] = count
            return
        chance = min(1.0, weight[s] / total) if total > 0.0 else 0.0
        going[s] = draw_binomial(count, chance, seat(start, site_keys[sites[s]]))
        count -= going[s]
        total -= weight[s]
        if count == 0:
            return
