"""Who goes where, one person at a time: the slow witness that the compiled movement model must agree with.

Every person is an object that decides alone, in plain Python with `random.Random`. The code follows the
words at the top of `havenward/movement/day.py` and shares nothing with what is compiled but its inputs: the
network and the values that one member has drawn. `Fault` names rules that are wrong on purpose, so that a
comparison can show what it would notice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from enum import Enum
from itertools import accumulate
from random import Random
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from havenward.movement.day import MULTINOMIAL_FROM
from havenward.movement.rules import HAVENWARD, Rules
from havenward.movement.simulate import Simulator, simulator
from havenward.randomness import Streams
from havenward.records import Case
from worlds import START

# one setting without chance in the parameters: spreads are zero, so all members are alike
FIXED = {
    "release_fraction": 0.7,
    "group_spread": 0.0,
    "cell_spread": 0.0,
    "battle_days": 4.0,
    "front_shape": 1.0,
    "pause_days": 0.0,
    "contest_days": 2.0,
    "contact_hazard": 0.25,
    "blocking": 0.3,
    "early_leaving": 0.02,
    "distance_exponent": 0.8,
    "host_attraction": 1.5,
    "destination_spread": 0.0,
    "destination_concentration": 1e12,
    "day_shock": 0.0,
    "return_rate": 0.0,
    "onward_rate": 0.0,
    "walking_share": 0.6,
    "screening_capacity": 1e9,
    "screening_days": 1.0,
    "crowding": 0.2,
    "stay_order_effect": 1.0,
}


class Fault(Enum):
    """A rule that is wrong on purpose."""

    LATE_CAPACITY = "a change of capacity takes effect one day late"
    NO_CROWDING = "a full site draws as many people as an empty one"
    CROWDED_IN_TURN = "each person sees the choices of those who left before on the same day"
    ROUNDED_DEPARTURES = "the mean number leaves, rounded, instead of a random number"
    ROUNDED_PASSING = "the mean number passes a gate, rounded, instead of a random number"
    SLOW_TRAVEL = "every journey takes one day more"
    GATE_FIRST = "gates pass people before the travellers of the day arrive"
    EARLY_RETURNS = "returns begin one day early"
    OWN_SHOCK = "every cell has a shock of its own instead of that of its group"
    FIXED_SHARES = "destination shares do not vary from day to day"
    COMMON_SHARES = "all cells of a group share one set of varying destination shares"
    OWN_SHARES = "every cell has varying shares of its own, even where another has the same ways"


@dataclass(frozen=True)
class Setting:
    """The world and what one member has drawn, as plain lists; axes as in `World` and `Draws`."""

    group_of_cell: list[int]
    class_of_cell: list[int]  # the first cell of the same group with the same ways
    cell_places: list[int]
    site_places: list[int]
    gate_places: list[int]
    places: int
    groups: int
    epoch_of_day: list[int]
    pull: list[list[list[float]]]  # (epoch, cell, site): attraction over distance, 0 without a way
    days_foot: list[list[list[int]]]
    days_ride: list[list[list[int]]]
    gate: list[list[list[int]]]
    leg_foot: list[list[list[int]]]
    leg_ride: list[list[list[int]]]
    site_order: list[list[list[int]]]
    host_of_site: list[list[int]]
    way_home: list[list[list[bool]]]
    capacity: list[list[float]]  # (day, site)
    throughput: list[list[float]]  # (day, gate)
    stay_order: list[list[bool]]
    site_open: list[list[bool]]  # (day, site) by published dates
    opens: list[int]  # (site,) first day, that of a group that must be passed included
    closes: list[int]  # (site,) last day
    people: list[int]
    release: list[float]
    reached: list[int]
    group_passed: list[int]
    opening: list[int]
    hazard: float
    blocking: float
    early: float
    concentration: float
    shock: float
    return_rate: float
    onward_rate: float
    walking: float
    waiting_days: float
    crowding: float
    stay_factor: float
    sharpness: float
    full_from: float
    early_days: float
    return_ramp_days: float


@dataclass(frozen=True)
class Record:
    """What happened, shapes (run, day, place) and (run, day), as in `Ensemble`."""

    stock: NDArray[np.int64]
    arrivals: NDArray[np.int64]
    departures: NDArray[np.int64]
    displaced: NDArray[np.int64]
    newly_displaced: NDArray[np.int64]
    returned: NDArray[np.int64]


def prepare_simulator(case: Case, days: int, seed: int = 1, rules: Rules = HAVENWARD) -> Simulator:
    """Prepare the compiled simulation of a toy case from its first day, all of it foreseen."""
    origin, last = START - timedelta(days=1), START + timedelta(days=days - 1)
    return simulator(case, (), START, origin, last, Streams(seed), rules)


def repeat_draws(members: int, changes: Mapping[str, float]) -> dict[str, NDArray[np.float64]]:
    """Give every member the same values: those of `FIXED` with these changes."""
    return {name: np.full(members, float(value)) for name, value in (FIXED | dict(changes)).items()}


def read_setting(prepared: Simulator, changes: Mapping[str, float]) -> Setting:
    """Take the inputs of the compiled simulation, for one member, as plain lists."""
    # ways are kept once for all days; the witness reads them spelled out for each
    world = SimpleNamespace(**prepared._world()._asdict() | prepared.network.spell_out())
    both, _ = prepared._prepare(repeat_draws(2, changes), 2)
    # identical members are what makes one setting of two
    assert all(np.array_equal(value[0], value[1], equal_nan=value.dtype.kind == "f") for value in both)
    drawn = {name: value[0].tolist() for name, value in zip(both._fields, both, strict=True)}
    reach = (world.softening_km + world.km) ** -drawn["exponent"]
    pull = np.where(np.isfinite(world.km), np.array(drawn["attraction"]) * reach, 0.0)
    cells, days = range(len(world.cells)), range(len(world.epoch_of_day))
    passed = [
        max(drawn["passed"][c] for c in cells if world.group_of_cell[c] == g)
        for g in range(len(world.group_keys))
    ]
    opens = [
        first if after < 0 else max(first, passed[after])
        for first, after in zip(drawn["open_from"], world.opens_after.tolist(), strict=True)
    ]
    ways = [
        (
            int(world.group_of_cell[c]),
            *(table[:, c].tobytes() for table in (world.km, world.days_foot, world.days_ride, world.gate)),
        )
        for c in cells
    ]
    same_names = {f.name for f in fields(Setting)}
    return Setting(
        class_of_cell=[ways.index(way) for way in ways],
        cell_places=world.cells.tolist(),
        site_places=world.sites.tolist(),
        gate_places=world.gates.tolist(),
        places=len(world.keys),
        groups=len(world.group_keys),
        pull=pull.tolist(),
        capacity=[_fill(world.capacity[d].tolist(), drawn["capacity"]) for d in days],
        throughput=[_fill(world.gate_capacity[d].tolist(), drawn["gate_capacity"]) for d in days],
        opens=opens,
        closes=drawn["open_until"],
        group_passed=passed,
        **{
            name: getattr(world, name).tolist()
            for name in (
                "group_of_cell",
                "epoch_of_day",
                "days_foot",
                "days_ride",
                "gate",
                "leg_foot",
                "leg_ride",
                "site_order",
                "host_of_site",
                "way_home",
                "stay_order",
                "site_open",
            )
        },
        **{
            name: getattr(world, name)
            for name in ("sharpness", "full_from", "early_days", "return_ramp_days")
        },
        **{name: value for name, value in drawn.items() if name in same_names - {"capacity"}},
    )


def _fill(published: list[float], assumed: list[float]) -> list[float]:
    return [a if math.isnan(p) else p for p, a in zip(published, assumed, strict=True)]


def simulate_people(setting: Setting, runs: int, seed: int, fault: Fault | None = None) -> Record:
    """Live the same days `runs` times, every person for themselves."""
    rng = Random(seed)  # noqa: S311 - chance of a simulation, no secret
    lives = [Life(setting, rng, fault).live() for _ in range(runs)]
    return Record(*(np.array(part) for part in zip(*lives, strict=True)))


@dataclass(slots=True)
class Person:
    """Someone who will leave: the group of their home, where they are bound, the gate they head for or -1."""

    group: int
    site: int = -1
    gate: int = -1


class Life:
    """One run: lists of people by where they are."""

    def __init__(self, setting: Setting, rng: Random, fault: Fault | None) -> None:
        s = setting
        self.setting, self.rng, self.fault = s, rng, fault
        self.willing: list[list[Person]] = [[] for _ in s.people]
        self.at_home = [0] * len(s.people)  # those who stay for good, and those who came back
        for c, inhabitants in enumerate(s.people):
            for _ in range(inhabitants):
                if rng.random() < s.release[c]:
                    self.willing[c].append(Person(s.group_of_cell[c]))
                else:
                    self.at_home[c] += 1
        self.road: dict[int, list[Person]] = {}  # by day of arrival
        self.queues: list[list[Person]] = [[] for _ in s.gate_places]
        self.hosted: list[list[Person]] = [[] for _ in s.site_places]

    def live(self) -> tuple[list[list[int]], ...]:
        """Go through all days; give stock, arrivals, departures by day and place, and three totals by day."""
        by_day = []
        for day, epoch in enumerate(self.setting.epoch_of_day):
            self.day, self.epoch = day, epoch
            self.came, self.went = [0] * self.setting.places, [0] * self.setting.places
            # 1. the map of the day
            self.open = [
                published and a <= day <= b
                for published, a, b in zip(
                    self.setting.site_open[day], self.setting.opens, self.setting.closes, strict=True
                )
            ]
            if self.fault is Fault.GATE_FIRST:
                self.pass_gates()
            self.arrive()
            if self.fault is not Fault.GATE_FIRST:
                self.pass_gates()
            back = self.return_home()
            self.move_onward()
            new = self.leave()
            by_day.append((self.count_stock(), self.came, self.went, self.count_away(), new, back))
        return tuple(map(list, zip(*by_day, strict=True)))

    # 2. travellers whose days on the road are over arrive
    def arrive(self) -> None:
        for person in self.road.pop(self.day, ()):
            if person.gate >= 0:
                self.queues[person.gate].append(person)
                self.came[self.setting.gate_places[person.gate]] += 1
            else:
                self.hosted[person.site].append(person)
                self.came[self.setting.site_places[person.site]] += 1

    # 3. gates pass people; who was bound for a closed site turns to the nearest open one
    def pass_gates(self) -> None:
        s, random = self.setting, self.rng.random
        for g, queue in enumerate(self.queues):
            if not queue:
                continue
            chance = min(1 / s.waiting_days, s.throughput[self.day][g] / len(queue))
            legs_foot, legs_ride = s.leg_foot[self.epoch][g], s.leg_ride[self.epoch][g]
            nearest = next((t for t in s.site_order[self.epoch][g] if t >= 0 and self.open[t]), None)
            let_through = None
            if self.fault is Fault.ROUNDED_PASSING:
                let_through = set(self.rng.sample(range(len(queue)), self.round_evenly(len(queue) * chance)))
            left = []
            for i, person in enumerate(queue):
                target = person.site if self.open[person.site] and legs_foot[person.site] else nearest
                lucky = random() < chance if let_through is None else i in let_through
                if target is None or not lucky:
                    left.append(person)
                    continue
                self.went[s.gate_places[g]] += 1
                person.site, person.gate = target, -1
                legs = legs_foot if random() < s.walking else legs_ride
                self.set_out(person, legs[target])
            self.queues[g] = left

    # 4. returns to the cells of the group, once all of it is passed, rising from then on
    def return_home(self) -> int:
        s, random = self.setting, self.rng.random
        early = self.fault is Fault.EARLY_RETURNS
        since = [self.day - passed + early for passed in s.group_passed]
        rates = [s.return_rate * -math.expm1(-d / s.return_ramp_days) if d > 0 else 0.0 for d in since]
        if not any(rates):
            return 0
        back = 0
        for site, people in enumerate(self.hosted):
            stay = []
            for person in people:
                rate = rates[person.group] if s.way_home[self.epoch][person.group][site] else 0.0
                if random() >= rate:
                    stay.append(person)
                    continue
                back += 1
                inhabitants = [
                    n if g == person.group else 0 for n, g in zip(s.people, s.group_of_cell, strict=True)
                ]
                cell = self.rng.choices(range(len(inhabitants)), inhabitants)[0]
                self.at_home[cell] += 1
                self.came[s.cell_places[cell]] += 1
                self.went[s.site_places[site]] += 1
            self.hosted[site] = stay
        return back

    # 5. onward moves from camps to the nearest host community
    def move_onward(self) -> None:
        s, random = self.setting, self.rng.random
        if s.onward_rate <= 0:
            return
        for site, host in enumerate(s.host_of_site[self.epoch]):
            if host < 0 or not self.open[host]:
                continue
            stay = []
            for person in self.hosted[site]:
                if random() < s.onward_rate:
                    self.hosted[host].append(person)
                    self.went[s.site_places[site]] += 1
                    self.came[s.site_places[host]] += 1
                else:
                    stay.append(person)
            self.hosted[site] = stay

    # 6. shocks, 7. departures, 8. destinations, 9. on foot or by vehicle
    def leave(self) -> int:
        s, random = self.setting, self.rng.random
        shocks = [self.draw_shock() for _ in range(s.groups)]
        shares: dict[int, list[float]] = {}  # by class: shares vary around the weights for a day
        occupied = self.count_bound()
        room = [self.weigh_room(site, n) for site, n in enumerate(occupied)]
        new = 0
        for c, willing in enumerate(self.willing):
            weights = self.weigh_sites(c, room)
            if not willing or not any(weights):
                continue
            group = s.group_of_cell[c]
            shock = self.draw_shock() if self.fault is Fault.OWN_SHOCK else shocks[group]
            chance = 1 - math.exp(-self.find_hazard(c) * shock)
            if self.fault is Fault.ROUNDED_DEPARTURES:
                k = self.round_evenly(len(willing) * chance)
                leaving, self.willing[c] = willing[:k], willing[k:]
            else:
                leaving, self.willing[c] = [], []
                for person in willing:
                    (leaving if random() < chance else self.willing[c]).append(person)
            if not leaving:
                continue
            vary = {Fault.COMMON_SHARES: group, Fault.OWN_SHARES: c}.get(self.fault, s.class_of_cell[c])
            if vary not in shares:
                shares[vary] = self.vary_shares(weights)
            sums = list(accumulate(shares[vary]))
            foot, ride, gate = (table[self.epoch][c] for table in (s.days_foot, s.days_ride, s.gate))
            for person in leaving:
                if self.fault is Fault.CROWDED_IN_TURN:
                    room = [self.weigh_room(site, n) for site, n in enumerate(occupied)]
                    sums = list(accumulate(self.weigh_sites(c, room)))
                point = random() * sums[-1]
                site = next(i for i, top in enumerate(sums) if point < top)
                occupied[site] += 1
                person.site, person.gate = site, gate[site]
                self.set_out(person, (foot if random() < s.walking else ride)[site])
            new += len(leaving)
            self.went[s.cell_places[c]] += len(leaving)
        return new

    def draw_shock(self) -> float:
        """Draw a factor of mean one."""
        s = self.setting
        return self.rng.gammavariate(1 / s.shock, s.shock) if s.shock > 0 else 1.0

    def find_hazard(self, c: int) -> float:
        """Before the front, fear of it grows and some are held back; from its arrival on, the full hazard."""
        s = self.setting
        told = s.stay_factor if s.stay_order[self.day][c] else 1.0
        ahead = s.reached[c] - self.day
        if ahead <= 0:
            return told * s.hazard
        return told * (1 - s.blocking) * (s.early + s.hazard * math.exp(-ahead / s.early_days))

    def count_bound(self) -> list[int]:
        """Count who is at each site or on the way there."""
        counts = [n + len(here) for n, here in zip(self.setting.opening, self.hosted, strict=True)]
        for people in (*self.road.values(), *self.queues):
            for person in people:
                counts[person.site] += 1
        return counts

    def weigh_room(self, site: int, people: int) -> float:
        """Weigh the room of a site: whole up to nine tenths, then falling to `crowding` when it is full."""
        s = self.setting
        day = max(0, self.day - 1) if self.fault is Fault.LATE_CAPACITY else self.day
        places = s.capacity[day][site]
        begins = s.full_from * places
        if math.isnan(places) or people <= begins or self.fault is Fault.NO_CROWDING:
            return 1.0
        if people >= places:
            return s.crowding
        return 1 - (1 - s.crowding) * (people - begins) / (places - begins)

    def weigh_sites(self, c: int, room: list[float]) -> list[float]:
        """Weigh the sites that people of a cell can choose; 0 for the others."""
        pull, sharpness = self.setting.pull[self.epoch][c], self.setting.sharpness
        return [(p * r) ** sharpness if can else 0.0 for p, r, can in zip(pull, room, self.open, strict=True)]

    def vary_shares(self, weights: list[float]) -> list[float]:
        """Draw Dirichlet shares around the weights; a concentration without bound leaves them as they are."""
        s = self.setting
        if s.concentration >= MULTINOMIAL_FROM or self.fault is Fault.FIXED_SHARES:
            return weights
        whole = sum(weights)
        return [self.rng.gammavariate(s.concentration * w / whole, 1.0) if w > 0 else 0.0 for w in weights]

    def set_out(self, person: Person, days: int) -> None:
        arrival = self.day + days + (self.fault is Fault.SLOW_TRAVEL)
        self.road.setdefault(arrival, []).append(person)

    def round_evenly(self, mean: float) -> int:
        """Round up or down so that the mean stays; the variance all but disappears."""
        return math.floor(mean + self.rng.random())

    # 10. the day is recorded
    def count_stock(self) -> list[int]:
        s, stock = self.setting, [0] * self.setting.places
        for place, willing, rest in zip(s.cell_places, self.willing, self.at_home, strict=True):
            stock[place] = len(willing) + rest
        for place, here, earlier in zip(s.site_places, self.hosted, s.opening, strict=True):
            stock[place] = len(here) + earlier
        for place, queue in zip(s.gate_places, self.queues, strict=True):
            stock[place] = len(queue)
        return stock

    def count_away(self) -> int:
        return sum(map(len, (*self.road.values(), *self.queues, *self.hosted)))
