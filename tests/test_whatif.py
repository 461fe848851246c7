"""Protects what if: the same members before and after, what a whole run says, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from counted_worlds import ORIGIN, SMALL, with_sound_counts
from havenward.distributions import Distribution, summary
from havenward.errors import CaseError, SettingsError
from havenward.forecast.posterior import CHANCES_FILE
from havenward.pipeline import run_forecast
from havenward.pipeline.whatif import (
    LEVELS,
    Otherwise,
    _draw_otherwise,
    choose_members,
    fit_three,
    run_otherwise,
    what_if,
)
from havenward.records import TOTAL, Event
from havenward.runs import read_run
from synthetic_crises import SITES
from worlds import assume

if TYPE_CHECKING:
    from havenward.runs import Run

ALL = SMALL.members
LATER = ORIGIN + timedelta(days=3)


@pytest.fixture(scope="module")
def learned(tmp_path_factory) -> Run:
    return run_forecast(with_sound_counts(), SMALL, tmp_path_factory.mktemp("learned") / "run", workers=1)


@pytest.fixture(scope="module")
def blind(tmp_path_factory) -> Run:
    settings = replace(SMALL, track="D", members=300)
    return run_forecast(with_sound_counts(), settings, tmp_path_factory.mktemp("blind") / "run", workers=1)


def room(places: float, day: date = LATER, site: str = SITES[0]) -> Event:
    return Event(day, "capacity", site, "", "", places, ORIGIN, "")


def quantiles(run: Run, place: str) -> np.ndarray:
    rows = run.scan("members").filter(
        (pl.col("location").cast(pl.String) == place) & (pl.col("date") > run.origin_date)
    )
    stock = rows.collect().sort("member", "date")["stock"].to_numpy().reshape(run.meta["members"], -1)
    return np.quantile(stock.astype(float), LEVELS, axis=0)


def ask(run: Run, *events: Event, members: int = ALL, **assumptions: Distribution):
    return what_if(run, Otherwise(assumptions, events), members=members)


@pytest.mark.parametrize("kind", ["learned", "blind"])
def test_what_changes_nothing_gives_the_run_byte_for_byte(kind, request):
    """Room for everybody on the very last day moves nobody before it: members meet just the chance they had."""
    run = request.getfixturevalue(kind)
    answer = ask(run, room(1e7, run.last_date), members=40)
    assert answer.members == 40
    for place, before in answer.before.items():
        assert answer.after[place][:, :-1].tobytes() == before[:, :-1].tobytes()


def test_before_is_what_the_run_says(learned):
    answer = ask(learned, room(0))
    assert set(answer.before) == set(answer.after) >= {*SITES, TOTAL}
    for place in SITES:
        np.testing.assert_array_equal(answer.before[place], quantiles(learned, place))


@pytest.mark.parametrize("kind", ["learned", "blind"])
def test_an_event_ahead_is_what_the_whole_run_makes_of_it(kind, request, tmp_path):
    """It changes no count of the past, so that learning again learns the same."""
    run = request.getfixturevalue(kind)
    otherwise = Otherwise({}, (room(0),))
    answer = what_if(run, otherwise, members=run.meta["members"])
    whole = run_otherwise(run, otherwise, tmp_path / "whole")
    moved = 0
    for place in SITES:
        np.testing.assert_array_equal(answer.after[place], quantiles(whole, place))
        moved += not np.array_equal(answer.after[place], answer.before[place])
    assert moved, "nothing moved, so that nothing was tested"


def test_an_assumption_comes_near_the_whole_run(blind, tmp_path):
    """Members keep their ranks and a whole run draws anew: the middles agree within what 300 members can say."""
    otherwise = Otherwise({"release_fraction": fit_three(0.1, 0.2, 0.3, 0.0, 1.0)})
    answer = what_if(blind, otherwise, members=300)
    whole = run_otherwise(blind, otherwise, tmp_path / "whole")
    ours, theirs = answer.after[TOTAL][2, -1], quantiles(whole, TOTAL)[2, -1]
    assert abs(answer.before[TOTAL][2, -1] / theirs - 1) > 0.3, "the change is too small to tell anything"
    assert ours == pytest.approx(theirs, rel=0.15)


def test_rough_answers_come_first_and_say_their_members(learned):
    told = []
    last = what_if(learned, Otherwise({}, (room(0),)), members=40, told=told.append)
    assert [one.members for one in told] == [10, 20, 30, 40]
    assert {one.planned for one in told} == {40}
    for place, rows in last.after.items():
        assert rows.shape == (len(LEVELS), len(last.dates)) == told[0].after[place].shape


def test_workers_change_no_byte(learned):
    one, two = (what_if(learned, Otherwise({}, (room(0),)), members=40, workers=n) for n in (1, 2))
    assert all(one.after[place].tobytes() == two.after[place].tobytes() for place in one.after)


def test_members_are_spread_evenly():
    assert choose_members(1000, 200)[[0, -1]].tolist() == [0, 999]
    assert len(choose_members(1000, 200)) == 200
    assert choose_members(5, 200).tolist() == [0, 1, 2, 3, 4]


# -- draws ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("points", [(1.0, 2.0, 9.0), (0.2, 0.2, 0.4), (-5.0, 0.0, 5.0), (3.0, 7.0, 7.0)])
def test_three_points_become_a_distribution_with_them(points):
    assert summary(fit_three(*points)) == pytest.approx(points, rel=0.01, abs=0.01)


def test_three_points_stay_within_what_can_be():
    outer = summary(fit_three(0.01, 0.5, 0.99, 0.0, 1.0), (1e-6, 1 - 1e-6))
    assert 0.0 <= outer[0] <= outer[1] <= 1.0
    assert fit_three(2.0, 2.0, 2.0) == Distribution("fixed", {"value": 2.0})


def test_members_keep_their_order_in_a_mixture():
    before = {"a": np.random.default_rng(2).normal(size=200)}
    row = assume("a", "fixed", value=1.0)
    found = _draw_otherwise(before, (row,), {"a": fit_three(1.0, 2.0, 9.0)}, {})["a"]
    assert np.argsort(before["a"]).tolist() == np.argsort(found, kind="stable").tolist()


def test_limits_between_assumptions_hold():
    """Fewer people at risk than would have fled: nobody flees who is not there."""
    before = {"few": np.full(50, 100.0), "many": np.linspace(60.0, 90.0, 50)}
    rows = (assume("few", "fixed", value=100.0), replace(assume("many", "fixed", value=75.0), below="few"))
    found = _draw_otherwise(before, rows, {"few": Distribution("fixed", {"value": 70.0})}, {})
    assert found["many"].max() == 70.0
    assert found["many"].min() == 60.0
    found = _draw_otherwise(before, rows, {"many": fit_three(50.0, 150.0, 200.0)}, {})
    assert found["many"].max() == 100.0


def test_a_date_that_has_not_come_stays_ahead():
    before = {"start": np.linspace(10.0, 90.0, 50)}
    new = {"start": fit_three(0.0, 20.0, 60.0)}
    found = _draw_otherwise(before, (assume("start", "fixed", value=5.0),), new, {"start": 12.0})["start"]
    assert found.min() >= 12.0


# -- refusals ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "assumptions", "slug"),
    [
        ((), {}, "whatif-nothing"),
        ((room(5, site="nowhere"),), {}, "whatif-unknown"),
        ((room(5, ORIGIN),), {}, "whatif-day"),
        ((room(5, ORIGIN + timedelta(days=400)),), {}, "whatif-day"),
        ((), {"relaese_fraction": fit_three(0.1, 0.2, 0.3)}, "whatif-unknown"),
    ],
)
@pytest.mark.parametrize("whole", [False, True])
def test_what_cannot_be_asked_is_refused(events, assumptions, slug, whole, learned, tmp_path):
    otherwise = Otherwise(assumptions, events)
    ask_it = (
        (lambda: run_otherwise(learned, otherwise, tmp_path / "whole"))
        if whole
        else (lambda: what_if(learned, otherwise))
    )
    with pytest.raises(SettingsError) as refused:
        ask_it()
    assert [problem.slug for problem in refused.value.problems] == [slug]
    assert not (tmp_path / "whole").exists()


@pytest.mark.parametrize(
    ("event", "assumption"),
    [
        (replace(room(5), kind="opens"), {}),
        (replace(room(5), value=-1.0), {}),
        (replace(room(5), kind="route_closes"), {}),
        (None, {"release_fraction": fit_three(0.5, 1.5, 2.5)}),
    ],
)
def test_what_no_case_can_hold_is_refused_as_in_a_case(event, assumption, learned):
    with pytest.raises(CaseError):
        what_if(learned, Otherwise(assumption, (event,) if event else ()))


@pytest.mark.parametrize("points", [(3.0, 2.0, 9.0), (1.0, float("nan"), 2.0), (1.0, 2.0, float("inf"))])
def test_points_that_do_not_rise_are_refused(points):
    with pytest.raises(SettingsError) as refused:
        fit_three(*points)
    assert refused.value.problems[0].slug == "whatif-three"


def test_a_run_that_did_not_keep_its_chance_is_refused(tmp_path):
    run = run_forecast(with_sound_counts(), SMALL, tmp_path / "run", workers=1)
    (run.folder / CHANCES_FILE).unlink()
    with pytest.raises(SettingsError) as refused:
        what_if(read_run(run.folder), Otherwise({}, (room(0),)))
    assert refused.value.problems[0].slug == "whatif-chances"
