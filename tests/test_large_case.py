"""Whether large worlds are the same as small ones: ways found piece by piece, parcels on the road, many sites.

What makes ten thousand places bearable must not change a number. So ways that are mended when the map changes
are held against ways found from nothing and against every path tried one by one, and what is kept is measured
in bytes, not in seconds.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import cache
from math import ceil, inf
from pathlib import Path

import numpy as np
import pytest

from havenward.case.check import check_case
from havenward.case.known import as_of
from havenward.case.load import load_case
from havenward.case.write import write_case
from havenward.movement.day import ONE_BY_ONE_TO, _choose_shares, _choose_singly, _choose_together
from havenward.movement.draws import seat
from havenward.movement.network import Network, build_network
from havenward.movement.rules import HAVENWARD
from havenward.movement.simulate import Simulator, simulator
from havenward.movement.travellers import (
    COUNT,
    FREE,
    GROUP,
    NEXT,
    SITE,
    UNUSED,
    join_queue,
    make_parcels,
    send,
)
from havenward.randomness import Streams
from havenward.records import Case
from worlds import START, city, event, place, road

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
from country import Size, make_country, scale_people

DAYS = 30
KINDS = ("origin", "town", "camp", "host", "border", "marker")

# -- ways ------------------------------------------------------------------------------------------------


def make_world(seed: int, *, ties: bool, places: tuple[int, int]) -> Case:
    """Draw a small world whose map changes often; with ties, many ways are equally long."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(*places))
    kinds = ["origin", "camp", *rng.choice(KINDS, n - 2, p=[0.25, 0.25, 0.15, 0.15, 0.1, 0.1])]
    names = [f"place-{i:02d}" for i in rng.permutation(n)]
    routes = []
    for _ in range(int(rng.integers(n, 3 * n))):
        a, b = rng.choice(n, 2, replace=False)
        km = float(rng.integers(1, 4) * 10) if ties else float(rng.random() * 200 + 0.1)
        routes.append(road(names[a], names[b], km, str(rng.choice(["road", "road", "foot"]))))

    def some_day() -> object:
        return START + timedelta(days=int(rng.integers(-3, DAYS)))

    events = []
    for _ in range(int(rng.integers(2, 14))):
        ends = routes[int(rng.integers(len(routes)))]
        kind = str(rng.choice(["route_closes", "route_opens"]))
        events.append(event(some_day(), kind, from_=ends.to, to=ends.from_))
    for _ in range(int(rng.integers(0, 6))):
        kind = str(rng.choice(["border_closes", "border_opens"]))
        events.append(event(some_day(), kind, location=names[int(rng.integers(n))]))
    events += [
        event(some_day(), "screening", location=names[int(rng.integers(n))])
        for _ in range(int(rng.integers(0, 6)))
    ]
    locations = tuple(
        place(name, str(kind), group="ab"[i % 2])
        for i, (name, kind) in enumerate(zip(names, kinds, strict=True))
    )
    return city(locations=locations, routes=tuple(routes), events=tuple(events), attributes=())


def assert_same_ways(
    one: dict[str, np.ndarray], other: dict[str, np.ndarray], epoch: int, at: int = 0
) -> None:
    """Compare a map of one network with a map of another."""
    for name, table in one.items():
        assert np.array_equal(table[epoch], other[name][at]), name


@pytest.mark.parametrize("links", [None, 1, 3])
@pytest.mark.parametrize("ties", [False, True])
def test_ways_mended_are_ways_found_from_nothing(links: int | None, ties: bool) -> None:  # noqa: FBT001
    """Breaks if a closure, an opening or a new gate changes a way that was not looked at again."""
    rules = replace(HAVENWARD, awareness_links=links)
    maps = 0
    for seed in range(24):
        case = make_world(seed, ties=ties, places=(4, 30))
        whole = build_network(case, START, DAYS, rules)
        spelled, hosts = whole.spell_out(), whole.host_of_site
        for epoch in range(int(whole.epoch_of_day[-1]) + 1):
            day = int(np.flatnonzero(whole.epoch_of_day == epoch)[0])
            fresh = build_network(case, START + timedelta(days=day), 1, rules)
            assert_same_ways(spelled, fresh.spell_out(), epoch)
            assert np.array_equal(hosts[epoch], fresh.host_of_site[0])
            maps += 1
    assert maps > 150


def test_ways_are_found_anew_where_lengths_are_next_to_nothing() -> None:
    """Breaks if ways are mended where adding a length does not lengthen a way."""
    case = make_world(3, ties=True, places=(12, 20))
    tiny = replace(case, routes=tuple(replace(r, distance_km=r.distance_km * 1e-9) for r in case.routes))
    one, other = (build_network(c, START, DAYS, HAVENWARD).spell_out() for c in (case, tiny))
    assert np.array_equal(np.isfinite(one["km"]), np.isfinite(other["km"]))
    assert len(one["km"]) > 3


def try_every_path(
    case: Case, network: Network, epoch: int, start: str, most: int | None
) -> dict[str, tuple]:
    """Walk every path from a place on the map of an epoch; give the shortest to each place.

    No heap and no labels: a path is (km, by road, gate, km to the gate, by road to it).
    """
    day = START + timedelta(days=int(np.flatnonzero(network.epoch_of_day == epoch)[0]))
    shut: dict[object, bool] = {}
    for e in sorted(case.events, key=lambda e: (e.date, e.kind.endswith("closes"))):
        if e.date <= day and e.kind.endswith(("closes", "opens")) and not e.kind.startswith("site"):
            shut[e.location or frozenset((e.from_, e.to))] = e.kind.endswith("closes")
    gates = {e.location for e in case.events if e.kind == "screening" and e.date <= day}
    kinds = {p.location: p.kind for p in case.locations}
    gates = {g for g in gates if kinds[g] in ("town", "border", "marker")}
    links: dict[str, list] = {name: [] for name in kinds}
    for r in case.routes:
        if not any(shut.get(x) for x in (frozenset((r.from_, r.to)), r.from_, r.to)):
            links[r.from_].append((r.to, r))
            links[r.to].append((r.from_, r))
    best: dict[str, tuple] = {}

    def walk(at: str, seen: frozenset[str], used: int, way: tuple) -> None:
        if at != start and (at not in best or way < best[at]):
            best[at] = way
        if at != start and kinds[at] == "origin":
            return
        km, by_road, gate, gate_km, gate_road = way
        if at != start and at in gates and not gate:
            gate, gate_km, gate_road = at, km, by_road
        for other, r in links[at]:
            steps = used + (kinds[other] != "marker")
            if other not in seen and (most is None or steps <= most):
                step = km + r.distance_km, by_road and r.mode != "foot", gate, gate_km, gate_road
                walk(other, seen | {other}, steps, step)

    walk(start, frozenset({start}), 0, (0.0, True, "", 0.0, True))
    return best


@pytest.mark.parametrize("links", [None, 1, 2, 4])
def test_ways_are_the_shortest_of_all_paths(links: int | None) -> None:
    """Breaks if a way is not the shortest, leads through an origin, or forgets its gate or its foot path."""
    rules = replace(HAVENWARD, awareness_links=links)
    found = gated = 0
    for seed in range(24):
        case = make_world(seed, ties=False, places=(5, 10))
        network = build_network(case, START, DAYS, rules)
        spelled = network.spell_out()
        for epoch in range(0, len(spelled["km"]), 3):
            for c, cell in enumerate(network.cell_names):
                best = try_every_path(case, network, epoch, cell, links)
                for s, site in enumerate(network.site_names):
                    km, by_road, gate, gate_km, gate_road = best.get(site, (inf, True, "", 0.0, True))
                    assert spelled["km"][epoch, c, s] == km
                    if km == inf:
                        continue
                    first, road_first = (gate_km, gate_road) if gate else (km, by_road)
                    foot = max(1, ceil(first / rules.foot_km_per_day))
                    ride = max(1, ceil(first / rules.ride_km_per_day)) if road_first else foot
                    expected = (network.gate_names.index(gate) if gate else -1, foot, ride)
                    told = tuple(
                        int(spelled[name][epoch, c, s]) for name in ("gate", "days_foot", "days_ride")
                    )
                    assert told == expected
                    found += 1
                    gated += bool(gate)
    assert found > 40
    assert gated > 3 or links == 1  # behind a gate one link is not enough


# -- what is kept -------------------------------------------------------------------------------------------


@cache
def country(places: int = 300) -> Case:
    return make_country(Size(places, 4 * places, 10_000 * places, 200))


@cache
def engine(places: int = 300) -> Simulator:
    case = country(places)
    last = START_OF_COUNTRY + timedelta(days=199)
    return simulator(case, (), START_OF_COUNTRY, START_OF_COUNTRY + timedelta(days=99), last, Streams(1))


START_OF_COUNTRY = make_country(Size(60, 240, 1000, 5)).start


def test_memory_grows_with_ways_and_with_what_changes_not_with_days() -> None:
    """Breaks if ways are written out for every map again."""
    n = engine().network
    ways, maps = n.ways, int(n.epoch_of_day[-1]) + 1
    entries, versions = len(ways.site), len(ways.km)
    assert maps > 4
    assert entries <= len(n.cell_of_class) * len(n.sites)
    kept = sum(getattr(ways, name).nbytes for name in ways.__dataclass_fields__)
    # 28 bytes for a way, 32 for a later version of it, and a number for each class and map
    assert kept == 28 * entries + 32 * (versions - entries) + 8 * (len(ways.first) + len(ways.first_change))
    assert kept < entries * maps * 32 / 4  # km, days and gate of every way on every map, as it was before
    # the same country over twice as long, with nothing new: not a byte more
    longer = build_network(country(), START_OF_COUNTRY, 400, replace(HAVENWARD, awareness_links=None))
    assert sum(getattr(longer.ways, name).nbytes for name in ways.__dataclass_fields__) == kept


def test_short_awareness_keeps_few_ways() -> None:
    """Breaks if sites that a cell does not know take room."""
    near = build_network(country(), START_OF_COUNTRY, 200, replace(HAVENWARD, awareness_links=2))
    known = np.isfinite(near.km).any(axis=0)
    assert len(near.ways.site) == known[near.cell_of_class].sum()
    assert known.mean() < 0.2


def test_a_version_holds_from_its_map_to_the_next() -> None:
    """Breaks if chains of versions skip one, or end too early."""
    ways = engine().network.ways
    entries = len(ways.site)
    reached = np.zeros(len(ways.km), np.bool_)
    for entry in range(entries):
        before, version = -1, ways.later[entry]
        while version >= 0:
            assert ways.change_entry[version - entries] == entry
            assert ways.change_epoch[version - entries] > before
            before, reached[version] = ways.change_epoch[version - entries], True
            version = ways.later[version]
    assert reached[entries:].all()
    assert not reached[:entries].any()
    assert len(ways.km) > entries


# -- parcels -------------------------------------------------------------------------------------------------


def count_chain(parcels: np.ndarray, at: int) -> Counter[tuple[int, int]]:
    people: Counter[tuple[int, int]] = Counter()
    while at >= 0:
        people[int(parcels[at, SITE]), int(parcels[at, GROUP])] += int(parcels[at, COUNT])
        at = int(parcels[at, NEXT])
    return people


def test_parcels_lose_nobody() -> None:
    """Breaks if a parcel is given back while it hangs on a chain, or growing forgets the old ones."""
    rng = np.random.default_rng(1)
    sites, groups = 5, 3
    parcels, store, chains = make_parcels(2), np.zeros(2, np.int64), np.full(4, -1, np.int64)
    store[FREE], store[UNUSED] = -1, 0
    queue, seen = -1, np.full(sites * groups, -1, np.int64)
    expected: list[Counter[tuple[int, int]]] = [Counter() for _ in range(4)]
    waiting: Counter[tuple[int, int]] = Counter()
    for _ in range(400):
        chain, site, group, people = (int(rng.integers(n)) for n in (4, sites, groups, 9))
        parcels = send(parcels, store, chains, chain, 0, site, group, people)
        expected[chain] += Counter({(site, group): people})
        if rng.random() < 0.1:  # those of one day come to the gate
            queue = join_queue(parcels, store, chains[chain], queue, groups, seen)
            chains[chain] = -1
            waiting += expected[chain]
            expected[chain] = Counter()
            assert (seen == -1).all()
    assert [count_chain(parcels, chain) for chain in chains] == expected
    assert count_chain(parcels, queue) == waiting
    pairs, at = 0, queue
    while at >= 0:
        pairs, at = pairs + 1, parcels[at, NEXT]
    assert pairs == len(waiting)  # one parcel for each site and group
    # room is used again: never more than were on chains at once
    assert store[UNUSED] < 200


# -- many sites ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("concentration", [20.0, 1e12])
def test_one_by_one_and_by_shares_have_one_law(concentration: float) -> None:
    """Breaks if people who choose one by one among many sites spread otherwise than by shares drawn first.

    The law is Dirichlet-multinomial: mean n w, variance n w (1 - w) (n + a) / (1 + a).
    """
    rng = np.random.default_rng(5)
    n_sites, people, runs = 3 * ONE_BY_ONE_TO, 2 * ONE_BY_ONE_TO, 4000
    share = rng.random(n_sites) ** 4
    share /= share.sum()
    keys = rng.integers(0, 2**63, n_sites).astype(np.uint64)
    sites = np.arange(n_sites, dtype=np.int32)
    counts = np.zeros((2, runs, n_sites), np.int64)
    for k in range(runs):
        start, one, two = (np.uint64(seat(np.uint64(i), np.uint64(k))) for i in range(3))
        _choose_singly(people, concentration, share.copy(), start, counts[0, k])
        weight = share.copy()
        _choose_shares(concentration, weight, one, sites, keys)
        _choose_together(people, weight, two, sites, keys, counts[1, k])
    assert (counts.sum(axis=2) == people).all()
    a = concentration
    variance = people * share * (1 - share) * (people + a) / (1 + a)
    large = variance > 0.5
    for way in counts:
        z = ((way.mean(axis=0) - people * share) / np.sqrt(variance / runs))[large]
        # of up to 384 normal numbers the largest is above 4.5 once in 400 seeds
        assert np.abs(z).max() < 4.5
        assert np.median(way.var(axis=0)[large] / variance[large]) == pytest.approx(1.0, abs=0.05)


# -- a country of some hundred places ---------------------------------------------------------------------------


def draws_of(members: int) -> dict[str, np.ndarray]:
    from havenward.case.assumptions import resolve_assumptions
    from havenward.forecast.ensemble import draw_assumptions

    resolved, _ = resolve_assumptions(country(), "leave-one-out")
    return draw_assumptions(resolved, Streams(1), members)


def test_a_country_keeps_its_people_on_any_number_of_threads() -> None:
    """Breaks if the road, a gate or a new map loses people, or if threads share what they should not."""
    n = engine().network
    one = engine().run(draws_of(3), chunk=1)
    two = engine().run(draws_of(3), chunk=2, workers=2)
    for name in ("stock", "arrivals", "departures", "displaced", "returned"):
        assert np.array_equal(getattr(one, name), getattr(two, name)), name
    people = sum(p.population or 0 for p in country().locations)
    assert (one.stock[:, :, n.cells].sum(axis=2) + one.displaced == people).all()
    change = np.diff(one.stock.astype(np.int64), axis=1)
    assert (change == (one.arrivals - one.departures)[:, 1:]).all()
    assert (one.stock >= 0).all()
    assert (one.displaced[:, -1] > people / 100).all()
    assert one.stock[:, :, n.gates].sum() > 0


def test_a_member_of_a_country_is_the_same_alone() -> None:
    """Breaks if a member finds what the one before it left behind: parcels, queues, or ways of a late map."""
    all_three = engine().run(draws_of(3))
    numbers = np.repeat(np.arange(3), 200).reshape(3, 200)
    again = engine().run(draws_of(3), numbers=numbers[:, :120], days=120)
    assert np.array_equal(all_three.stock[:, :120], again.stock)
    first = engine().run(draws_of(1))
    assert np.array_equal(all_three.stock[0], first.stock[0])


def test_the_country_is_a_sound_case(tmp_path: Path) -> None:
    """Breaks if the generator misses its sizes, or makes what no check lets through."""
    case = country()
    assert (len(case.locations), len(case.routes)) == (300, 1200)
    assert sum(p.population or 0 for p in case.locations) == 3_000_000
    assert case == make_country(Size(300, 1200, 3_000_000, 200))
    write_case(case, tmp_path / "case")
    assert [p for p in check_case(tmp_path / "case") if p.severity == "error"] == []
    read = load_case(tmp_path / "case")
    assert (read.locations, read.routes, read.events) == (case.locations, case.routes, case.events)
    known = as_of(read, START_OF_COUNTRY + timedelta(days=100))
    assert len(known.routes) == 1200
    assert 0 < len(known.events) < len(read.events)
    more = scale_people(case, 10)
    assert sum(p.population or 0 for p in more.locations) == 30_000_000
