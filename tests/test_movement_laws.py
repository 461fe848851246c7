"""Laws that hold in any world: people are conserved, closed ways carry no one, names and order mean nothing.

Worlds are drawn at random by hypothesis; every law says why it could break.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havenward.case.known import as_of
from havenward.case.load import load_case
from havenward.errors import CaseError
from havenward.movement.network import build_network
from havenward.movement.rules import HAVENWARD
from havenward.pipeline import bundled_case, simulate
from havenward.records import Case, Ensemble
from havenward.settings import ForecastSettings
from worlds import START, assume, attribute, city, event, place, road

DAYS = 40
ORIGIN = START


def run(case: Case, *, members: int = 20, days: int = DAYS, seed: int = 1, workers: int = 1) -> Ensemble:
    """Simulate a case from its first day."""
    return simulate(case, ForecastSettings(ORIGIN, days, members, seed), workers=workers)


def same(one: Ensemble, other: Ensemble, places: tuple[str, ...]) -> bool:
    """Tell whether two ensembles agree to the last person at these places."""
    for name in ("stock", "arrivals", "departures"):
        a, b = getattr(one, name), getattr(other, name)
        for key in places:
            if not np.array_equal(a[:, :, one.locations.index(key)], b[:, :, other.locations.index(key)]):
                return False
    return np.array_equal(one.displaced, other.displaced)


@st.composite
def worlds(draw: st.DrawFn) -> Case:
    """Draw a small world: one to three groups of cells, camps with and without room, hosts, gates, closures."""
    n_cells, n_camps, n_hosts = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(0, 2))
    cells = [
        place(
            f"cell-{i}",
            "origin",
            group=f"g{draw(st.integers(0, 2))}",
            population=draw(st.integers(0, 50_000)),
        )
        for i in range(n_cells)
    ]
    camps = [
        place(
            f"camp-{i}",
            "camp",
            capacity=draw(st.one_of(st.none(), st.integers(0, 20_000))),
            opens=draw(st.one_of(st.none(), st.integers(0, 30).map(lambda d: START + timedelta(days=d)))),
        )
        for i in range(n_camps)
    ]
    hosts = [place(f"host-{i}", "host") for i in range(n_hosts)]
    hubs = [place("hub-a", "town"), place("hub-b", "marker")]
    km = st.floats(1.0, 250.0)
    routes = [road("hub-a", "hub-b", draw(km))]
    routes += [road(c.location, draw(st.sampled_from(["hub-a", "hub-b"])), draw(km)) for c in cells]
    routes += [
        road(draw(st.sampled_from(["hub-a", "hub-b"])), s.location, draw(km)) for s in (*camps, *hosts)
    ]
    events = [event(START + timedelta(days=draw(st.integers(1, 10))), "operation_starts")]
    if draw(st.booleans()):
        events.append(
            event(START, "screening", location="hub-a", value=draw(st.sampled_from([None, 0.0, 500.0])))
        )
    if draw(st.booleans()):
        closing = draw(st.integers(2, 20))
        ends = draw(st.sampled_from(routes))
        events.append(event(START + timedelta(days=closing), "route_closes", from_=ends.from_, to=ends.to))
        events.append(event(START + timedelta(days=closing + 8), "route_opens", from_=ends.from_, to=ends.to))
    extra = [assume("opening_caseload.camp-0", "fixed", "persons", value=float(draw(st.integers(0, 9000))))]
    return city(
        locations=(*cells, *camps, *hosts, *hubs),
        routes=tuple(routes),
        events=tuple(events),
        attributes=(),
        assumptions=(assume("battle_days", "fixed", "days", value=20.0), *extra),
    )


@given(worlds(), st.integers(0, 2**40))
@settings(max_examples=40)
def test_people_are_conserved(case: Case, seed: int) -> None:
    """Breaks if any move forgets to subtract what it adds, or a slot of the road is overwritten."""
    result = run(case, seed=seed)
    origins = [i for i, p in enumerate(sorted(x.location for x in case.locations)) if p.startswith("cell")]
    others = [i for i, p in enumerate(result.locations) if i not in origins]
    inhabitants = sum(p.population or 0 for p in case.locations)
    assert (result.stock >= 0).all()
    assert (result.arrivals >= 0).all()
    assert (result.departures >= 0).all()
    at_home = result.stock[:, :, origins].sum(axis=2)
    assert (at_home + result.displaced == inhabitants).all()
    # on the road = displaced - waiting - received, the opening caseload left out; never negative
    received = result.stock[:, :, others].sum(axis=2) - result.opening.sum(axis=1)[:, None]
    assert (received <= result.displaced).all()
    # each place: today = yesterday + arrivals - departures
    change = np.diff(result.stock.astype(np.int64), axis=1)
    assert (change == (result.arrivals - result.departures)[:, 1:]).all()


@given(worlds())
@settings(max_examples=15)
def test_row_order_and_display_names_change_nothing(case: Case) -> None:
    """Breaks if a draw hangs on a row number or a name, or a sum is taken in the order of the file."""
    turned = replace(
        case,
        locations=tuple(replace(p, name=p.name[::-1]) for p in reversed(case.locations)),
        routes=tuple(replace(r, from_=r.to, to=r.from_) for r in reversed(case.routes)),
        events=tuple(reversed(case.events)),
        assumptions=tuple(reversed(case.assumptions)),
    )
    assert same(run(case), run(turned), tuple(p.location for p in case.locations))


@given(worlds())
@settings(max_examples=15)
def test_a_location_that_no_one_can_reach_changes_no_other(case: Case) -> None:
    """Breaks if draws are shared by position, or shares are scaled by all sites instead of those in reach."""
    island = (
        *case.locations,
        place("a-island", "camp", capacity=100_000),
        place("z-island", "host"),
        place("a-port", "town"),
    )
    far = replace(case, locations=island, routes=(*case.routes, road("a-island", "a-port", 5)))
    assert same(run(case), run(far), tuple(p.location for p in case.locations))


def test_new_keys_are_equal_in_distribution() -> None:
    """Breaks if a key (and not the place) decides how attractive a place is."""
    case = city()
    names = {p.location: f"renamed-{i}" for i, p in enumerate(reversed(case.locations))}
    renamed = replace(
        case,
        locations=tuple(replace(p, location=names[p.location]) for p in case.locations),
        routes=tuple(replace(r, from_=names[r.from_], to=names[r.to]) for r in case.routes),
        events=tuple(replace(e, location=names.get(e.location, e.location)) for e in case.events),
        attributes=tuple(replace(a, location=names[a.location]) for a in case.attributes),
    )
    one, other = run(case, members=1500), run(renamed, members=1500)
    for key, new in names.items():
        a = one.stock[:, -1, one.locations.index(key)].astype(float)
        b = other.stock[:, -1, other.locations.index(new)].astype(float)
        spread = np.sqrt((a.var() + b.var()) / 1500)
        # ten places at four standard errors: a false alarm once in 1,600 seeds
        assert abs(a.mean() - b.mean()) <= 4 * spread + 1e-9, key


@pytest.mark.parametrize("camp", ["camp-a", "camp-b"])
def test_more_capacity_never_means_fewer_arrivals_in_the_mean(camp: str) -> None:
    """Breaks if room is weighed the wrong way round or a full site pushes people away for good.

    The same seeds are used, so most of the sampling error cancels; what is left is allowed for.
    """
    arrived = []
    for places in (2_000, 10_000, 30_000, 90_000):
        case = city()
        case = replace(
            case,
            locations=tuple(replace(p, capacity=places) if p.location == camp else p for p in case.locations),
        )
        result = run(case, members=600, days=50)
        arrived.append(result.arrivals[:, :, result.locations.index(camp)].sum(axis=1).astype(float))
    for less, more in pairwise(arrived):
        difference = more - less
        assert difference.mean() > -3 * difference.std() / np.sqrt(len(difference))
    assert arrived[-1].mean() > 1.05 * arrived[0].mean()


def test_a_closed_route_carries_no_one() -> None:
    """Breaks if distances are worked out once for all days, or closures are read from one end only."""
    closed = city(
        events=(
            event(date(2020, 1, 5), "operation_starts"),
            event(date(2020, 1, 1), "route_closes", from_="camp-b", to="bridge"),
        )
    )
    result = run(closed)
    assert result.arrivals[:, :, result.locations.index("camp-b")].sum() == 0
    assert result.arrivals[:, :, result.locations.index("camp-a")].sum() > 0


def test_a_route_carries_no_new_traveller_from_the_day_it_closes() -> None:
    """Breaks if a closure acts a day late. People on the road that day still arrive (at most two days)."""
    day = date(2020, 1, 20)
    case = city(
        events=(
            event(date(2020, 1, 5), "operation_starts"),
            event(day, "route_closes", from_="bridge", to="camp-b"),
        )
    )
    result = run(case, members=50)
    index = result.locations.index("camp-b")
    closing = (day - result.first_date).days
    assert result.arrivals[:, :closing, index].sum() > 0
    # 45 km: two days on foot, so who left on the eve arrives on the day after the closure at the latest
    assert result.arrivals[:, closing + 2 :, index].sum() == 0


def test_all_ways_closed_keeps_everyone_home() -> None:
    """Breaks if people leave without a place to go to."""
    case = city(
        events=(
            event(date(2020, 1, 5), "operation_starts"),
            *(
                event(date(2020, 1, 1), "route_closes", from_=c, to="bridge")
                for c in ("east-1", "east-2", "west-1", "west-2")
            ),
        )
    )
    assert run(case).displaced.sum() == 0


def test_cores_members_and_chunks_change_no_number() -> None:
    """Breaks if a member's draws depend on who ran before it."""
    one, two = run(city(), members=120), run(city(), members=120, workers=2)
    assert same(one, two, one.locations)
    fewer = run(city(), members=70)
    assert np.array_equal(fewer.stock, one.stock[:70])
    assert all(np.array_equal(fewer.draws[name], one.draws[name][:70]) for name in fewer.draws)


def test_another_seed_gives_other_numbers() -> None:
    """Guards the tests above against comparing constants."""
    assert not np.array_equal(run(city(), seed=1).stock, run(city(), seed=2).stock)


def test_a_full_gate_lets_through_what_it_can() -> None:
    """Breaks if throughput is ignored: with 100 a day at the most a queue builds up."""
    case = city(
        events=(
            event(date(2020, 1, 5), "operation_starts"),
            event(date(2020, 1, 1), "screening", location="check", value=100.0),
        )
    )
    result = run(case, members=100)
    gate = result.locations.index("check")
    assert result.departures[:, :, gate].mean(axis=0).max() < 110
    assert result.stock[:, -1, gate].mean() > 1000


def test_people_return_only_after_their_group_is_passed() -> None:
    """Breaks if returns look at another group or at the front instead of its passing."""
    case = city(
        events=(
            event(date(2020, 1, 5), "operation_starts"),
            *(event(date(2020, 1, 15), "retaken", location=c) for c in ("east-1", "east-2")),
            event(date(2020, 3, 1), "retaken", location="west-1"),
            event(date(2020, 3, 1), "retaken", location="west-2"),
        ),
        attributes=(),
        assumptions=(
            assume("battle_days", "fixed", "days", value=10.0),
            assume("return_rate", "fixed", "per day", value=0.2),
        ),
    )
    result = run(case, members=50)
    east = [result.locations.index(c) for c in ("east-1", "east-2")]
    west = [result.locations.index(c) for c in ("west-1", "west-2")]
    passed = (date(2020, 1, 15) - result.first_date).days
    assert result.arrivals[:, : passed + 1, east].sum() == 0
    assert result.arrivals[:, passed + 1 :, east].sum() > 0
    assert result.arrivals[:, :, west].sum() == 0


def test_a_host_in_the_city_opens_once_its_half_is_passed() -> None:
    """Breaks if the safe half receives people while it is fought over."""
    case = city()
    case = replace(
        case,
        locations=(*case.locations, place("east-host", "host")),
        routes=(*case.routes, road("bridge", "east-host", 3)),
        attributes=(*case.attributes, attribute("east-host", "opens_after_group", "east")),
        events=(
            *case.events,
            *(event(date(2020, 1, 20), "retaken", location=c) for c in ("east-1", "east-2")),
        ),
    )
    result = run(case, members=50)
    host = result.locations.index("east-host")
    opened = (date(2020, 1, 20) - result.first_date).days
    assert result.arrivals[:, :opened, host].sum() == 0
    assert result.arrivals[:, opened:, host].sum() > 0


def test_a_stay_order_slows_leaving() -> None:
    """Breaks if orders are read but not used."""
    calm = run(city(), members=300, days=20)
    ordered = run(city(events=(*city().events, event(START, "order_to_stay"))), members=300, days=20)
    assert ordered.displaced[:, -1].mean() < 0.9 * calm.displaced[:, -1].mean()


def test_openings_follow_the_latest_word_and_can_be_undone() -> None:
    """A camp opened later than planned, closed, and opened again."""
    words = (
        event(date(2020, 1, 8), "site_opens", location="camp-b"),
        replace(event(date(2020, 1, 12), "site_opens", location="camp-b"), published=date(2020, 1, 7)),
        event(date(2020, 1, 20), "site_closes", location="camp-b"),
        event(date(2020, 1, 26), "site_opens", location="camp-b"),
    )
    ways = build_network(city(events=(*city().events, *words)), START, 40, HAVENWARD)
    is_open = ways.site_open[:, ways.site_names.index("camp-b")]
    assert [d for d in range(40) if is_open[d] != is_open[d - 1] and d] == [11, 19, 25]
    assert not is_open[0]
    assert is_open[39]


def test_an_order_for_one_cell_stops_only_that_cell() -> None:
    calm, ordered = (
        run(city(events=(*city().events, *more)), members=200, days=20)
        for more in ((), (event(START, "order_to_stay", location="east-1"),))
    )
    for cell, slower in (("east-1", True), ("east-2", False)):
        index = calm.locations.index(cell)
        before, after = (r.departures[:, :, index].sum(axis=1).mean() for r in (calm, ordered))
        assert bool(after < 0.9 * before) is slower, cell


def test_a_site_without_places_draws_as_a_full_one() -> None:
    case = city(assumptions=(*city().assumptions, assume("crowding", "fixed", value=0.0)))
    none = replace(
        case, locations=tuple(replace(p, capacity=0) if p.location == "camp-a" else p for p in case.locations)
    )
    result = run(none, members=30)
    assert result.arrivals[:, :, result.locations.index("camp-a")].sum() == 0


def test_too_many_people_are_refused_and_not_turned_over() -> None:
    many = assume("population_at_risk", "fixed", "persons", value=3e9)
    with pytest.raises(CaseError, match="expected at most 2,147,483,647"):
        run(city(assumptions=(*city().assumptions, many)))


def test_groups_without_people_do_no_harm() -> None:
    case = city(
        assumptions=(*city().assumptions, assume("population_at_risk", "fixed", "persons", value=1000.0))
    )
    empty = replace(
        case, locations=tuple(replace(p, population=0) if p.group == "west" else p for p in case.locations)
    )
    result = run(empty)
    at = [result.locations.index(c) for c in ("east-1", "east-2", "west-1", "west-2")]
    assert (result.stock[:, 0, at].sum(axis=1) + result.displaced[:, 0] == 1000).all()
    nobody = replace(
        case, locations=tuple(replace(p, population=0) if p.kind == "origin" else p for p in case.locations)
    )
    with pytest.raises(CaseError, match="nobody lives at any origin"):
        run(nobody)


def test_a_group_without_a_share_gets_what_the_others_leave() -> None:
    shares = (
        assume("population_at_risk", "fixed", "persons", value=1000.0),
        assume("group_share.east", "fixed", value=0.9),
    )
    result = run(city(assumptions=(*city().assumptions, *shares)))
    assert (result.draws["people.east"] == 900).all()
    assert (result.draws["people.west"] == 100).all()


# -- the same laws on the bundled case -------------------------------------------------------------------


@pytest.fixture(scope="module")
def mosul() -> Case:
    """Load the bundled case as known in the middle: closures, openings, gates, retaken cells."""
    return as_of(load_case(bundled_case()), MIDDLE)


MIDDLE = date(2017, 3, 1)


def run_mosul(case: Case, members: int = 30) -> Ensemble:
    return simulate(case, ForecastSettings(MIDDLE, 60, members), workers=2)


def test_mosul_conserves_people(mosul: Case) -> None:
    result = run_mosul(mosul)
    kinds = {p.location: p.kind for p in mosul.locations}
    origins = [i for i, p in enumerate(result.locations) if kinds[p] == "origin"]
    at_home = result.stock[:, :, origins].astype(np.int64).sum(axis=2)
    everyone = at_home + result.displaced
    assert (everyone == everyone[:, :1]).all()
    inside = sum(result.draws[f"people.{group}"] for group in ("belt", "east", "west"))
    assert (everyone[:, 0] == inside).all()
    assert min(result.stock.min(), result.arrivals.min(), result.departures.min()) >= 0


def test_mosul_in_another_order_is_the_same(mosul: Case) -> None:
    turned = replace(
        mosul,
        **{
            name: tuple(reversed(getattr(mosul, name)))
            for name in ("locations", "routes", "attributes", "figures", "sources", "reports", "assumptions")
        },
    )
    assert same(run_mosul(mosul), run_mosul(turned), tuple({p.location for p in mosul.locations}))


def test_mosul_with_an_island_is_the_same(mosul: Case) -> None:
    far = replace(mosul, locations=(*mosul.locations, place("an-island", "camp", capacity=9)))
    assert same(run_mosul(mosul), run_mosul(far), tuple({p.location for p in mosul.locations}))


def test_mosul_known_dates_hold_in_every_member(mosul: Case) -> None:
    """Breaks if a published front date is drawn anew: both banks' starts and the east's passing are known."""
    result = run_mosul(mosul)
    east = (result.draws["front_reaches.east"]).astype(int)
    assert set(east) == {(date(2016, 11, 1) - result.first_date).days}
    # published on 5 March: from 1 March it is only known that the west began on 19 February
    west = result.draws["front_reaches.west"].astype(int)
    assert west.min() > (MIDDLE - result.first_date).days


def test_mosul_has_nobody_on_a_closed_bridge(mosul: Case) -> None:
    """The bridges are known to be gone: nobody from the west is received in the east by them."""
    closed = [e for e in mosul.events if e.kind == "route_closes" and e.to == "mosul-east-host"]
    assert closed
    ways = build_network(mosul, date(2016, 10, 17), 130, HAVENWARD)
    host = ways.site_names.index("mosul-east-host")
    bridge = next(r for r in mosul.routes if {r.from_, r.to} == {"mosul-west-exit", "mosul-east-host"})
    before, after = ways.epoch_of_day[10], ways.epoch_of_day[129]
    for c, name in enumerate(ways.cell_names):
        if name.startswith("mosul-west"):
            assert ways.km[before, c, host] <= 5 + bridge.distance_km
            assert ways.km[after, c, host] > 5 + bridge.distance_km
