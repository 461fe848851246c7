"""People are conserved, and the model answers to changes as people would: laws of random worlds.

Exact laws hold in each member, number by number. Laws in distribution compare two ensembles and say how many
standard errors they allow; seeds are fixed, so that a test that passes keeps passing.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenward.pipeline import known_case, run_forecast, simulate
from havenward.records import Case, Ensemble
from havenward.settings import ForecastSettings
from law_worlds import SMALL, START, crises, day, tried
from worlds import assume, attribute, city, event, road

BLIND = replace(SMALL, track="D")


def play(case: Case, settings: ForecastSettings = BLIND) -> Ensemble:
    """Simulate what a forecast may see."""
    return simulate(known_case(case, settings), settings, workers=1)


def on_the_road(ensemble: Ensemble) -> np.ndarray:
    """Give who has left one place and has not come to the next, shape (member, day)."""
    left = (ensemble.departures.astype(np.int64) - ensemble.arrivals).sum(axis=2)
    return left.cumsum(axis=1)


@given(crises(), st.sampled_from(["C", "C", "D"]), st.booleans())
@tried(8)
def test_people_in_are_people_out_and_present_on_every_day(case: Case, track: str, returning: bool) -> None:  # noqa: FBT001
    """Breaks if a move forgets whom it moves: who is at home, waits, is received or on the road adds up.

    The road is told by departures and arrivals alone, so that all three tables of the members are held
    against each other; with counts, too, which draw members anew.
    """
    if returning:
        back = (
            assume("return_rate", "fixed", "per day", value=0.1),
            assume("onward_rate", "fixed", value=0.05),
        )
        passed = tuple(
            event(day(18), "retaken", location=p.location) for p in case.locations if p.kind == "origin"
        )
        case = replace(case, assumptions=case.assumptions + back, events=case.events + passed)
    ensemble = play(case, replace(SMALL, track=track))
    kinds = {one.location: one.kind for one in case.locations}
    home = [i for i, name in enumerate(ensemble.locations) if kinds[name] == "origin"]
    away = [i for i, name in enumerate(ensemble.locations) if kinds[name] != "origin"]
    road_now = on_the_road(ensemble)
    there = ensemble.stock[:, :, away].sum(axis=2) - ensemble.opening[:, away].sum(axis=1)[:, None]
    at_home = ensemble.stock[:, :, home].sum(axis=2)
    assert (road_now >= 0).all()
    assert (there + road_now == ensemble.displaced).all()
    assert (at_home + there + road_now == at_home[:, :1] + ensemble.displaced[:, :1]).all()
    for name in ("stock", "arrivals", "departures", "displaced", "newly_displaced", "returned", "opening"):
        values = getattr(ensemble, name)
        assert np.issubdtype(values.dtype, np.integer), name
        assert (values >= 0).all(), name
    flows = ensemble.newly_displaced.astype(np.int64) - ensemble.returned
    assert (flows.cumsum(axis=1) == ensemble.displaced).all()


@given(crises())
@tried(4)
def test_tables_of_a_run_keep_the_people_and_quantiles_rise(case: Case) -> None:
    """Breaks if a table is written from another state than the members, or levels cross anywhere."""
    with tempfile.TemporaryDirectory() as scratch:
        run = run_forecast(case, SMALL, Path(scratch) / "run", workers=1)
        members, forecast = run.table("members"), run.table("forecast")
        weights = run.table("members_weights")["weight"]
    assert members.select(pl.min_horizontal(pl.col("stock", "arrivals", "departures").min())).item() >= 0
    one = members.filter(pl.col("location") != "total").sort("location", "member", "date")
    moved = one.with_columns(
        (pl.col("stock") - pl.col("stock").shift(1).over("location", "member")).alias("change")
    ).drop_nulls()
    assert (moved["change"] == moved["arrivals"] - moved["departures"]).all()
    assert weights.min() >= 0  # type: ignore[operator]
    assert weights.sum() == pytest.approx(1.0)
    keys = ["target", "location", "target_end_date"]
    rising = (
        forecast.with_columns(pl.col("output_type_id").cast(pl.Float64).alias("level"))
        .sort(*keys, "level")
        .group_by(keys, maintain_order=True)
        .agg(pl.col("value").diff().min().alias("step"), pl.col("value").min().alias("least"), pl.len())
    )
    assert rising["step"].min() >= 0  # type: ignore[operator]
    assert set(rising["len"]) == {23}
    stocks = rising.filter(pl.col("target") != "net_arrivals")
    assert stocks["least"].min() >= 0  # type: ignore[operator]


@given(crises(), st.integers(10, 25), st.sampled_from(["C", "D"]))
@tried(5)
def test_a_longer_horizon_leaves_the_days_before_alone(case: Case, days: int, track: str) -> None:
    """Breaks if what lies ahead reaches back, in the draws, the front or the counts. Exact."""
    short, long = (play(case, replace(SMALL, track=track, horizon_days=n)) for n in (9, days))
    for name in ("stock", "arrivals", "departures", "displaced"):
        assert np.array_equal(getattr(short, name), getattr(long, name)[:, : short.displaced.shape[1]]), name


@given(crises())
@tried(8)
def test_where_nobody_will_leave_nobody_does(case: Case) -> None:
    """Breaks if anything but those who will leave is moved. Exact."""
    nobody = replace(case, assumptions=(*case.assumptions, assume("release_fraction", "fixed", value=0.0)))
    ensemble = play(nobody)
    assert ensemble.displaced.max() == 0
    empty = replace(case, locations=tuple(
        replace(p, population=0) if p.kind == "origin" else p for p in case.locations))  # fmt: skip
    assert play(empty).displaced.max() == 0


@given(crises(), st.data())
@tried(10)
def test_a_way_that_is_closed_from_the_start_carries_no_one(case: Case, data: st.DataObject) -> None:
    """Breaks if a closure is read for one direction or one leg only. Exact; each site has a single way."""
    way = data.draw(st.sampled_from([r for r in case.routes if r.to.startswith("site-")]))
    closed = replace(case, events=(
        *(e for e in case.events if e.kind != "route_closes"),
        event(START, "route_closes", from_=way.to, to=way.from_)))  # fmt: skip
    ensemble = play(closed)
    assert ensemble.arrivals[:, :, ensemble.locations.index(way.to)].max() == 0


@given(crises(), st.data())
@tried(10)
def test_two_words_for_one_thing_are_one(case: Case, data: st.DataObject) -> None:
    """Breaks if a second row with the same content, published later but known, counts twice. Exact."""
    on = day(data.draw(st.integers(1, 20)))
    again = replace(
        case,
        locations=case.locations + tuple(replace(p, published=on) for p in case.locations),
        routes=case.routes + tuple(replace(r, from_=r.to, to=r.from_, published=on) for r in case.routes),
        stock=case.stock + tuple(replace(s, published=on) for s in case.stock),
    )
    one, other = play(case), play(again)
    assert np.array_equal(one.stock, other.stock)
    assert np.array_equal(one.displaced, other.displaced)


# -- in distribution ---------------------------------------------------------------------------------------

MEMBERS = 800
AHEAD = ForecastSettings(START, 40, MEMBERS, 3, "D")
PLAIN = (
    assume("battle_days", "fixed", "days", value=20.0),
    assume("release_fraction", "beta", alpha=4.0, beta=4.0),
    assume("cell_spread", "fixed", value=0.0),
    assume("group_spread", "fixed", value=0.0),
)


def dated(**changes: object) -> Case:
    """Make the city of two banks with the day of the front known for each cell."""
    cells = ("east-1", "east-2", "west-1", "west-2")
    reached = tuple(event(day(6 + 4 * i), "front_reaches", location=cell) for i, cell in enumerate(cells))
    return city(assumptions=PLAIN, events=(*city().events, *reached), **changes)


def near(one: np.ndarray, other: np.ndarray, errors: float = 4.0) -> bool:
    """Tell whether two samples have the same mean and spread, within so many standard errors."""
    one, other = one.astype(float), other.astype(float)
    n = len(one)
    mean = abs(one.mean() - other.mean()) <= errors * np.sqrt((one.var() + other.var()) / n) + 1e-9
    # of a spread the relative standard error is about 1 / sqrt(2 n), and more for long tails
    wide = abs(np.log((one.std() + 1) / (other.std() + 1))) <= errors * 1.5 / np.sqrt(n)
    return bool(mean and wide)


def received(ensemble: Ensemble, name: str) -> np.ndarray:
    """Give the arrivals of each member at a place, all days together."""
    return ensemble.arrivals[:, :, ensemble.locations.index(name)].sum(axis=1)


def test_more_people_inside_never_displace_fewer() -> None:
    """In distribution: every quantile of the displaced rises with the people inside, and the mean in proportion.

    The front is weighted by people, so all cells grow by the same factor.
    """
    levels = np.linspace(0.05, 0.95, 19)
    before = None
    for factor in (1, 2, 5):
        case = dated()
        grown = tuple(
            replace(p, population=p.population * factor if p.population else None) for p in case.locations
        )
        out = play(replace(case, locations=grown), AHEAD).displaced[:, -1].astype(float)
        if before is not None:
            assert (np.quantile(out, levels) > np.quantile(before[0], levels)).all()
            share, other = out / factor, before[0] / before[1]
            assert near(share, other)
        before = out, factor


def test_a_cell_split_in_two_of_the_same_kind_changes_no_distribution() -> None:
    """In distribution: totals and arrivals do not depend on how finely people are mapped."""
    case = dated()
    cell = next(p for p in case.locations if p.location == "west-2")
    way = next(r for r in case.routes if r.from_ == "west-2")
    halves = replace(
        case,
        locations=(*(replace(p, population=50_000) if p is cell else p for p in case.locations),
                   replace(cell, location="west-3", population=30_000)),
        routes=(*case.routes, replace(way, from_="west-3")),
        events=(*case.events, event(day(18), "front_reaches", location="west-3")),
        attributes=(*case.attributes, attribute("west-3", "front_order", "4")),
    )  # fmt: skip
    one, other = play(case, AHEAD), play(halves, replace(AHEAD, seed=4))
    for at in (15, 25, 39):
        assert near(one.displaced[:, at], other.displaced[:, at])
    for name in ("camp-a", "camp-b", "town"):
        assert near(received(one, name), received(other, name)), name


@pytest.mark.parametrize("way", [("bridge", "camp-b"), ("check", "camp-a"), ("check", "town")])
def test_a_way_that_closes_never_raises_arrivals_behind_it(way: tuple[str, str]) -> None:
    """In distribution: fewer come to the place behind it, and those who cannot go there go elsewhere or stay."""
    case = dated(routes=(
        *(road(c, "bridge", 4) for c in ("east-1", "east-2", "west-1", "west-2")), road("bridge", "check", 20),
        road("check", "camp-a", 10), road("bridge", "camp-b", 40), road("check", "town", 60)))  # fmt: skip
    closed = replace(case, events=(*case.events, event(day(16), "route_closes", from_=way[0], to=way[1])))
    one, other = play(case, AHEAD), play(closed, AHEAD)
    fewer = received(one, way[1]).astype(float) - received(other, way[1])
    assert fewer.mean() > 3 * fewer.std() / np.sqrt(MEMBERS)
    # until the day before, nothing differs: exact
    assert np.array_equal(one.stock[:, :15], other.stock[:, :15])
    rest = [name for name in ("camp-a", "camp-b", "town") if name != way[1]]
    gained = sum(received(other, name).astype(float) - received(one, name) for name in rest)
    assert np.mean(gained) > -3 * np.std(gained) / np.sqrt(MEMBERS)


def test_a_front_that_comes_later_never_means_more_people_by_then() -> None:
    """In distribution: each day by which the front is late leaves as many people or more at home."""
    by_then = []
    for late in (0, 5, 10):
        case = dated()
        moved = tuple(
            replace(e, date=e.date + timedelta(days=late)) if e.kind == "front_reaches" else e  # type: ignore[operator]
            for e in case.events
        )
        by_then.append(play(replace(case, events=moved), AHEAD).displaced[:, 25].astype(float))
    for early, late_one in pairwise(by_then):
        fewer = early - late_one
        assert fewer.mean() > 3 * fewer.std() / np.sqrt(MEMBERS)


def test_these_laws_notice_a_difference() -> None:
    """Guards the comparisons above: 15 in a hundred more people are seen."""
    case = dated()
    more = tuple(
        replace(p, population=int(p.population * 1.15)) if p.population else p for p in case.locations
    )
    one, other = play(case, AHEAD), play(replace(case, locations=more), replace(AHEAD, seed=4))
    assert not near(one.displaced[:, -1], other.displaced[:, -1])
