"""The audit says what it says: errors against closed forms, shares that add up, and inputs really withheld."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from havenward.flee_inputs import FleeInputs, FleeLocation, FleeRoute, FleeSeries
from havenward.forecast.leak_audit import (
    audit_case,
    compose_audit,
    fill_by_shares,
    from_conflict,
    gravity_shares,
    relative_difference,
    scale_to,
    without_capacity,
)


def inputs(capacity: int = 300) -> FleeInputs:
    """Make a city of 9,000 people, 90 km from one camp and 190 km from another, over 40 days."""

    def place(name: str, kind: str, size: int) -> FleeLocation:
        return FleeLocation(name, "", "X", 0.0, 0.0, kind, 0.0, size)

    return FleeInputs(
        start_date=date(2020, 1, 1),
        days=40,
        locations=(
            place("city", "conflict", 9000),
            place("near", "camp", capacity),
            place("far", "camp", 500),
        ),
        routes=(FleeRoute("city", "near", 90.0, 0), FleeRoute("city", "far", 190.0, 0)),
        closures=(),
        conflicts={"city": (1.0,) * 40},
        series=(FleeSeries("near", (0, 39), (100.0, 300.0)), FleeSeries("far", (0, 39), (0.0, 120.0))),
        total=None,
        corrections=(),
        changes=(),
        settings={"spawn_rules": {"insert_day0": True}},
    )


COUNTS = {"near": np.linspace(100, 300, 40).astype(np.int64), "far": np.linspace(0, 120, 40).astype(np.int64)}


def test_the_error_is_the_mean_over_days_of_the_relative_difference():
    counted = np.array([[100.0, 100.0], [50.0, 150.0]])
    simulated = np.array([[200.0, 0.0], [50.0, 150.0]])
    assert relative_difference(simulated, counted, first_day=0) == pytest.approx((200 / 200 + 0.0) / 2)
    assert np.isnan(relative_difference(simulated, counted, first_day=2))


def test_scaling_keeps_shares_and_reaches_the_total():
    scaled = scale_to(np.array([[30.0, 10.0], [0.0, 0.0]]), np.array([[100.0, 100.0], [5.0, 5.0]]))
    assert scaled.tolist() == [[150.0, 50.0], [0.0, 0.0]]


def test_shares_divide_all_or_what_came_after_the_first_day():
    counted = np.array([[100.0, 0.0], [160.0, 40.0]])
    assert fill_by_shares(counted, np.array([0.5, 0.5]), from_day0=False)[1].tolist() == [100.0, 100.0]
    assert fill_by_shares(counted, np.array([0.5, 0.5]), from_day0=True)[1].tolist() == [150.0, 50.0]


def test_gravity_prefers_the_nearer_camp_by_distance_and_softening():
    assert gravity_shares(inputs(), ["near", "far"]).tolist() == pytest.approx([2 / 3, 1 / 3])


def test_every_way_says_what_it_was_given_and_is_given_no_more():
    seen: list[FleeInputs] = []

    def simulate(given: FleeInputs):
        seen.append(given)
        return {"near": np.full(40, 200.0), "far": np.full(40, 60.0)}

    rows, leak = audit_case("toy", inputs(), COUNTS, simulate)
    assert (leak.camps, leak.equal_to_maximum) == (2, 1)
    shipped, withheld, conflict, neither = seen
    assert [p.size for p in shipped.locations] == [9000, 300, 500]
    assert [p.size for p in withheld.locations] == [9000, 0, 0]
    assert [p.size for p in neither.locations] == [9000, 0, 0]
    for given in (conflict, neither):
        assert given.settings["spawn_rules"]["conflict_driven_spawning"]["spawn_mode"] == "pop_ratio"
    assert "conflict_driven_spawning" not in shipped.settings["spawn_rules"]
    named = {row.way: row for row in rows}
    assert named["share by capacity"].total_given
    assert not named["counts of 30 days before"].total_given
    page = compose_audit(rows, [leak])
    assert "| share by capacity | yes | yes |" in page
    assert "- toy: 1 of 2" in page


def test_withholding_leaves_the_inputs_themselves_alone():
    given = inputs()
    without_capacity(given, ["near"])
    from_conflict(given)
    assert given == inputs()
