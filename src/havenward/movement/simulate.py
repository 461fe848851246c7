"""Which people stand where before the first day: turns assumptions into members and runs the days.

`simulator` prepares what all members share and returns an object that simulates any range of members; who
calls it, on how many cores, decides nothing about the result.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from havenward.dates import day_number
from havenward.errors import CaseError, Problem
from havenward.movement.day import Draws, World, simulate_members
from havenward.movement.front import FAR, draw_front
from havenward.movement.network import Network, attribute_numbers, build_network
from havenward.movement.rules import HAVENWARD, Rules
from havenward.randomness import Streams, stable_key
from havenward.records import START_KINDS, Ensemble
from havenward.runners import Threads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from havenward.records import Assumption, Case

    FloatArray = NDArray[np.float64]

MAX_PEOPLE = 2**31 - 1  # what the 32-bit counts of the outputs can hold
_HIGHEST_SHARE = 0.98  # nobody has seen a place emptied to the last person
_LOGIT_STEPS = 60  # halvings of the shift that keeps the pooled total


@dataclass(frozen=True)
class Simulator:
    """A case, its network and its first day, ready to simulate members.

    Parameters
    ----------
    case
        The case as known at the origin date.
    network
        Places and ways.
    rules
        Constants of the rule set.
    streams
        All randomness of the run.
    first_date
        First simulated day (day index 0).
    origin_day
        Day index of the origin date; -1 where the simulation begins on the day after it.
    days
        Number of simulated days.
    after
        For assumptions in days after a date: that date.
    """

    case: Case
    network: Network
    rules: Rules
    streams: Streams
    first_date: date
    origin_day: int
    days: int
    after: Mapping[str, date]

    def run(
        self,
        draws: Mapping[str, FloatArray],
        *,
        numbers: NDArray[np.int64] | None = None,
        days: int | None = None,
        workers: int = 1,
        chunk: int = 50,
        told: Callable[[int], None] | None = None,
    ) -> Ensemble:
        """Simulate one member per element of the draws.

        Parameters
        ----------
        draws
            Value of each assumption, each of shape (member,).
        numbers
            Whose chance each member meets on each day, shape (member, day): a number stands for the same
            chance wherever it is met. By default as the streams say: that of the member itself.
        days
            Simulate only so many days, which are then the first days of the whole; by default all.
        workers
            Threads that share the members.
        chunk
            Members per piece of work.
        told
            Called with the number of members finished since the last call.

        Returns
        -------
        ensemble
            Every member with equal weight; its draws hold what was drawn here as well (people and release
            fraction by group, capacity of sites where it is assumed, effect of each destination).
        """
        members = len(next(iter(draws.values())))
        prepared, drawn = self._prepare(dict(draws), members)
        world = self._world()
        days = self.days if days is None else days
        world = world._replace(epoch_of_day=world.epoch_of_day[:days])
        if numbers is None:
            numbers = self.streams.numbers_of(members, days)
        shape = (members, days, len(self.network.places))
        stock, arrivals, departures = (np.zeros(shape, np.int32) for _ in range(3))
        displaced, newly, returned = (np.zeros(shape[:2], np.int32) for _ in range(3))
        run_key = np.uint64(self.streams.key("members"))

        def work(first: int) -> int:
            last = min(first + chunk, members)
            outputs = (stock, arrivals, departures, displaced, newly, returned)
            simulate_members(world, prepared, run_key, numbers, first, last, *outputs)
            return last - first

        for finished in Threads(workers).share(work, range(0, members, chunk)):
            if told is not None:
                told(finished)
        return Ensemble(
            locations=self.network.places,
            first_date=self.first_date,
            stock=stock,
            arrivals=arrivals,
            departures=departures,
            displaced=displaced,
            newly_displaced=newly,
            returned=returned,
            opening=self._opening(prepared, members),
            draws=drawn,
            weights=np.full(members, 1.0 / members),
        )

    def _opening(self, prepared: Draws, members: int) -> NDArray[np.int32]:
        opening = np.zeros((members, len(self.network.places)), np.int32)
        opening[:, self.network.sites] = prepared.opening
        return opening

    def _world(self) -> World:
        """Hand the network to the compiled code."""
        n, r = self.network, self.rules
        ways, legs = n.ways, n.legs
        longest = max([1, *(int(a.max()) for a in (ways.foot, ways.ride, legs.foot, legs.ride) if a.size)])
        return World(
            keys=n.keys,
            cells=n.cells,
            sites=n.sites,
            gates=n.gates,
            group_of_cell=n.group_of_cell,
            class_of_cell=n.class_of_cell,
            cell_of_class=n.cell_of_class,
            group_keys=np.array([stable_key("group", g) for g in n.groups], np.uint64),
            epoch_of_day=n.epoch_of_day,
            cells_of_group=np.concatenate([np.zeros(0, np.int64), *n.cells_of_group]),
            first_of_group=np.cumsum([0, *map(len, n.cells_of_group)]).astype(np.int64),
            first_way=ways.first,
            way_site=ways.site,
            km=ways.km,
            days_foot=ways.foot,
            days_ride=ways.ride,
            gate=ways.gate,
            later_way=ways.later,
            first_change=ways.first_change,
            change_entry=ways.change_entry,
            change_epoch=ways.change_epoch,
            leg_row=legs.row,
            leg_foot=legs.foot,
            leg_ride=legs.ride,
            site_order=legs.order,
            host_of_site=n.host_of_site,
            home_of_site=n.home_of_site,
            homes=n.homes,
            capacity=n.capacity,
            gate_capacity=n.gate_capacity,
            opens_after=n.opens_after,
            site_open=n.site_open,
            stay_order=_stay_orders(self.case, n, self.first_date, self.days),
            softening_km=r.softening_km,
            sharpness=r.choice_sharpness,
            full_from=r.full_from,
            early_days=r.early_days,
            return_ramp_days=r.return_ramp_days,
            slots=longest + 1,
        )

    def _prepare(self, draws: dict[str, FloatArray], members: int) -> tuple[Draws, dict[str, FloatArray]]:
        """Turn assumptions into the start of every member; also return all that was drawn."""
        n = self.network
        drawn = dict(draws)
        for name, day in self.after.items():  # from days after a date to day indices
            draws[name] = draws[name] + float(day_number(day, self.first_date))
        draws["pause_share"] = drawn["pause_share"] = self.streams.uniforms("pause_share", members)
        people = place_people(self.case, n, draws, members)
        opening = opening_caseload(self.case, n, draws, members)
        check_counts(people, opening)
        release = release_shares(n, people, draws, self.streams)
        front = draw_front(self.case, n, people, draws, self.first_date, self.origin_day, self.streams)
        places = assumed_capacity(self.case, n, draws, members)
        effect = np.zeros((members, len(n.site_names)))
        # a place that nobody can reach draws nothing, so that it takes no part in what is learned
        reachable = n.reachable
        for s, site in enumerate(n.site_names):
            if reachable[s]:
                normals = _normals(self.streams, f"destination_effect.{site}", members)
                effect[:, s] = draws["destination_spread"] * normals
        attraction = np.exp(effect) * np.where(n.is_host, draws["host_attraction"][:, None], 1.0)
        opens, closes = site_days(self.case, n, draws, members, self.days)
        prepared = Draws(
            people=people,
            release=release,
            reached=front.reached,
            passed=front.passed,
            opening=opening,
            capacity=places,
            open_from=opens,
            open_until=closes,
            attraction=attraction,
            gate_capacity=_by_place("screening_capacity", n.gate_names, draws, members),
            hazard=draws["contact_hazard"],
            blocking=draws["blocking"],
            early=draws["early_leaving"],
            exponent=draws["distance_exponent"],
            concentration=draws["destination_concentration"],
            shock=draws["day_shock"],
            return_rate=draws["return_rate"],
            onward_rate=draws["onward_rate"],
            walking=draws["walking_share"],
            waiting_days=np.maximum(1.0, draws["screening_days"]),
            crowding=draws["crowding"],
            stay_factor=draws["stay_order_effect"],
        )
        for g, group in enumerate(n.groups):
            mine = n.group_of_cell == g
            inside = people[:, mine].sum(axis=1)
            drawn[f"people.{group}"] = inside.astype(np.float64)
            leaving = (people[:, mine] * release[:, mine]).sum(axis=1)
            drawn[f"release_share.{group}"] = leaving / np.maximum(inside, 1)
            drawn[f"front_reaches.{group}"] = np.minimum(front.reached[:, mine].min(axis=1), FAR).astype(
                float
            )
        for s, site in enumerate(n.site_names):
            drawn[f"destination_effect.{site}"] = effect[:, s]
            if np.isfinite(places[:, s]).all() and np.isnan(n.capacity[:, s]).any():
                drawn[f"capacity.{site}"] = places[:, s]
        return prepared, drawn


def simulator(
    case: Case,
    assumptions: Sequence[Assumption],
    first_date: date,
    origin_date: date,
    last_date: date,
    streams: Streams,
    rules: Rules = HAVENWARD,
) -> Simulator:
    """Prepare a case for simulation.

    Parameters
    ----------
    case
        The case as known at the origin date.
    assumptions
        Every assumption that will be drawn, defaults included.
    first_date, origin_date, last_date
        First simulated day, origin date, last simulated day.
    streams
        All randomness of the run.
    rules
        Constants of the rule set.

    Raises
    ------
    CaseError
        The case cannot be simulated; every reason is named.
    """
    days = day_number(last_date, first_date) + 1
    if any(event.kind == "conflict" for event in case.events):
        # in a country people go on from town to town; in a city they know what lies around it
        rules = replace(rules, awareness_links=None)
    network = build_network(case, first_date, days, rules)
    problems = [
        *_check_origins(network),
        *_check_front(case, assumptions),
        *_check_caseload(case, assumptions),
    ]
    if problems:
        raise CaseError(problems)
    after = {a.name: a.after for a in assumptions if a.after is not None}
    return Simulator(
        case, network, rules, streams, first_date, day_number(origin_date, first_date), days, after
    )


# -- people before the first day ---------------------------------------------------------------------------


def place_people(
    case: Case, network: Network, draws: Mapping[str, FloatArray], members: int
) -> NDArray[np.int64]:
    """Share the population at risk among the cells, shape (member, cell).

    Groups with an assumption `group_share` divide the people by these shares (scaled to one); otherwise
    cells divide them by their populations or weights. Groups without a share divide what the stated shares
    leave. Without `population_at_risk` the populations in the case hold.

    Raises
    ------
    CaseError
        An origin has no population where it needs one, or nobody lives anywhere.
    """
    by_key = {place.location: place for place in case.locations}
    weights = attribute_numbers(case, "cell_weight")
    names = network.cell_names
    known = [by_key[name].population for name in names]
    if "population_at_risk" not in draws:
        missing = [name for name, number in zip(names, known, strict=True) if number is None]
        if missing:
            why = "there is no assumption population_at_risk"
            raise CaseError([_without_population(name, why) for name in missing])
        return np.tile(np.array([number or 0 for number in known], np.int64), (members, 1))
    if any(number is None for number in known) and any(known):
        missing = [name for name, number in zip(names, known, strict=True) if number is None]
        raise CaseError([_without_population(name, "other origins have one") for name in missing])
    base = np.array(
        [
            float(number) if number is not None else weights.get(name, 1.0)
            for name, number in zip(names, known, strict=True)
        ]
    )
    share = np.zeros((members, len(names)))
    stated = {g: draws[f"group_share.{g}"] for g in network.groups if f"group_share.{g}" in draws}
    # groups without a stated share divide what the others leave
    rest = np.clip(1.0 - sum(stated.values(), np.zeros(members)), 0.0, 1.0)
    unstated = sum(
        base[network.group_of_cell == g].sum() for g, name in enumerate(network.groups) if name not in stated
    )
    for g, group in enumerate(network.groups):
        mine = network.group_of_cell == g
        inside = base[mine].sum()
        if inside == 0.0:
            continue
        of_group = stated[group] if group in stated else rest * inside / unstated
        share[:, mine] = of_group[:, None] * base[mine] / inside
    whole = share.sum(axis=1, keepdims=True)
    if (whole <= 0.0).any():
        raise CaseError(
            Problem(
                "locations.csv",
                "nobody lives at any origin",
                "expected a population, a cell_weight or a group_share above 0 somewhere",
                "correct the populations, weights or shares",
                "nobody-inside",
            )
        )
    people: NDArray[np.int64] = np.round(share / whole * draws["population_at_risk"][:, None]).astype(
        np.int64
    )
    return people


def check_counts(people: NDArray[np.int64], opening: NDArray[np.int64]) -> None:
    """Refuse worlds with more people than the outputs can hold."""
    most = int((people.sum(axis=1) + opening.sum(axis=1)).max())
    if most > MAX_PEOPLE:
        raise CaseError(
            Problem(
                "assumptions.toml",
                f"a member draws {most:,} people in all",
                f"expected at most {MAX_PEOPLE:,}",
                "correct population_at_risk or opening_caseload, or give them a ceiling",
                "too-many-people",
            )
        )


def _without_population(name: str, why: str) -> Problem:
    return Problem(
        "locations.csv",
        f"origin '{name}' has no population and {why}",
        "expected a population for every origin, or for none and an assumption population_at_risk",
        "add it",
        "origin-without-population",
    )


def release_shares(
    network: Network, people: NDArray[np.int64], draws: Mapping[str, FloatArray], streams: Streams
) -> FloatArray:
    """Decide which share of each cell will leave, shape (member, cell).

    The share of the whole case is `displaced_total` / people, or `release_fraction` where no figure tells.
    Groups and cells vary around it in logits, and one shift per member keeps the people-weighted mean at
    that share, so that the total the figures speak of is kept. A group with an assumption of its own
    (`release_fraction.GROUP`) has that one.
    """
    members, cells = people.shape
    total = np.maximum(people.sum(axis=1), 1)
    whole = draws["displaced_total"] / total if "displaced_total" in draws else draws["release_fraction"]
    whole = np.clip(whole, 0.0, _HIGHEST_SHARE)
    spread = np.zeros((members, cells))
    fixed = np.full((members, cells), np.nan)
    names = network.cell_names
    for group, mine in zip(network.groups, network.cells_of_group, strict=True):
        of_group = draws["group_spread"] * _normals(streams, f"group_spread.{group}", members)
        for c in mine:
            of_cell = draws["cell_spread"] * _normals(streams, f"cell_spread.{names[c]}", members)
            spread[:, c] = of_group + of_cell
            if f"release_fraction.{group}" in draws:
                fixed[:, c] = draws[f"release_fraction.{group}"]
    # bisection on the shift: the mean share rises with it
    low, high = np.full(members, -30.0), np.full(members, 30.0)
    for _ in range(_LOGIT_STEPS):
        middle = (low + high) / 2
        share = np.where(np.isnan(fixed), _logistic(spread + middle[:, None]), fixed)
        too_high = (people * share).sum(axis=1) > whole * total
        high, low = np.where(too_high, middle, high), np.where(too_high, low, middle)
    return np.where(np.isnan(fixed), _logistic(spread + ((low + high) / 2)[:, None]), fixed)


def assumed_capacity(
    case: Case, network: Network, draws: Mapping[str, FloatArray], members: int
) -> FloatArray:
    """Give the places of each site where none are published, shape (member, site); NaN for no limit.

    `capacity.SITE` counts first; otherwise `ready_places` is shared among sites with a `capacity_weight` that
    anyone can reach and that have no published capacity.
    """
    weights = attribute_numbers(case, "capacity_weight")
    places = np.full((members, len(network.sites)), np.nan)
    reachable = network.reachable
    published = np.atleast_1d(np.isfinite(network.capacity).any(axis=0))
    sharing = [
        s
        for s, name in enumerate(network.site_names)
        if name in weights and reachable[s] and not published[s] and f"capacity.{name}" not in draws
    ]
    whole = sum(weights[network.site_names[s]] for s in sharing)
    shares = frozenset(sharing)
    for s, name in enumerate(network.site_names):
        if f"capacity.{name}" in draws:
            places[:, s] = np.round(draws[f"capacity.{name}"])
        elif s in shares and "ready_places" in draws:
            places[:, s] = np.round(draws["ready_places"] * weights[name] / whole)
    return places


def opening_caseload(
    case: Case, network: Network, draws: Mapping[str, FloatArray], members: int
) -> NDArray[np.int64]:
    """Give the people displaced earlier who are at each site already, shape (member, site)."""
    weights = attribute_numbers(case, "opening_weight")
    opening = np.zeros((members, len(network.sites)))
    whole = sum(weights.get(name, 0.0) for name in network.site_names)
    for s, name in enumerate(network.site_names):
        if f"opening_caseload.{name}" in draws:
            opening[:, s] = draws[f"opening_caseload.{name}"]
        elif "opening_caseload" in draws and name in weights:
            opening[:, s] = draws["opening_caseload"] * weights[name] / max(whole, 1e-300)
    return np.round(opening).astype(np.int64)


def site_days(
    case: Case, network: Network, draws: Mapping[str, FloatArray], members: int, days: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the first and last day of each site where a drawn date decides, each of shape (member, site)."""
    opens = np.zeros((members, len(network.sites)), np.int64)
    closes = np.full((members, len(network.sites)), days, np.int64)
    numbers = {name: s for s, name in enumerate(network.site_names)}
    for event in case.events:
        if event.location in numbers and not isinstance(event.date, date):
            s = numbers[event.location]
            day = np.floor(draws[event.date]).astype(np.int64)
            if event.kind == "site_opens":
                opens[:, s] = day
            elif event.kind == "site_closes":
                closes[:, s] = day - 1
    return opens, closes


# -- small parts -------------------------------------------------------------------------------------------


def _normals(streams: Streams, name: str, members: int) -> FloatArray:
    from scipy.special import ndtri

    values: FloatArray = ndtri(streams.uniforms(name, members))
    return values


def _logistic(x: FloatArray) -> FloatArray:
    return 1.0 / (1.0 + np.exp(-x))


def _by_place(name: str, places: Sequence[str], draws: Mapping[str, FloatArray], members: int) -> FloatArray:
    values = np.zeros((members, len(places)))
    for column, place in enumerate(places):
        values[:, column] = draws.get(f"{name}.{place}", draws[name])
    return values


def _stay_orders(case: Case, network: Network, first_date: date, days: int) -> NDArray[np.bool_]:
    """Mark the days on which the residents of a cell are told to stay, shape (day, cell)."""
    orders = np.zeros((days, len(network.cells)), np.bool_)
    dated = [
        (e.date, e.kind, e.location)
        for e in case.events
        if e.kind in ("order_to_stay", "order_to_leave") and isinstance(e.date, date)
    ]
    concerned: dict[str, list[int]] = {"": list(range(len(network.cells)))}
    for group, mine in zip(network.groups, network.cells_of_group, strict=True):
        concerned[group] = mine.tolist()
    for c, cell in enumerate(network.cell_names):
        if c not in concerned.get(cell, ()):
            concerned[cell] = [*concerned.get(cell, ()), c]
    for day, kind, where in sorted(dated):
        start = max(0, day_number(day, first_date))
        orders[start:, concerned.get(where, [])] = kind == "order_to_stay"
    return orders


def _check_origins(network: Network) -> list[Problem]:
    problems = []
    if not len(network.cells):
        problems.append(
            Problem(
                "locations.csv",
                "there is no origin",
                "expected at least one place of kind origin",
                "add the places that people may leave",
                "no-origin",
            )
        )
    if not len(network.sites):
        problems.append(
            Problem(
                "locations.csv",
                "there is no receiving place",
                "expected at least one place of kind camp or host",
                "add the places that people may go to",
                "no-receiving-place",
            )
        )
    return problems


def _check_front(case: Case, assumptions: Sequence[Assumption]) -> list[Problem]:
    known = {a.name for a in assumptions}
    if "operation_start" in known or any(e.kind in START_KINDS for e in case.events):
        return []
    return [
        Problem(
            "events.csv",
            "nothing says when movement would begin",
            "expected an event operation_starts, front_reaches or conflict, or an assumption operation_start",
            "add one of these; the date may be an assumption",
            "no-start",
        )
    ]


def _check_caseload(case: Case, assumptions: Sequence[Assumption]) -> list[Problem]:
    if "opening_caseload" not in {a.name for a in assumptions}:
        return []
    if any(weight > 0 for weight in attribute_numbers(case, "opening_weight").values()):
        return []
    return [
        Problem(
            "assumptions.toml [opening_caseload]",
            "no site has an opening_weight",
            "expected at least one receiving place with the attribute opening_weight above 0",
            "add it to attributes.csv, or name the sites: opening_caseload.SITE",
            "caseload-nowhere",
        )
    ]
