"""The front: known dates are kept, the plan's order holds, and what is not reported has not happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from havenward.movement.front import FAR, draw_front
from havenward.movement.network import build_network
from havenward.movement.rules import HAVENWARD
from havenward.randomness import Streams
from havenward.records import Case
from worlds import START, city, event

MEMBERS = 4


def draws(**changes: float) -> dict[str, np.ndarray]:
    values = {
        "battle_days": 40.0,
        "front_shape": 1.0,
        "pause_days": 0.0,
        "pause_share": 0.5,
        "contest_days": 5.0,
    } | changes
    return {name: np.full(MEMBERS, value) for name, value in values.items()}


def front(case: Case, origin_day: int = -1, **changes: float):
    """Draw the front of a city of four cells with 40, 60, 50 and 80 thousand people."""
    network = build_network(case, START, 100, HAVENWARD)
    people = np.tile(np.array([40_000, 60_000, 50_000, 80_000]), (MEMBERS, 1))
    return draw_front(case, network, people, draws(**changes), START, origin_day, Streams(1))


def test_cells_are_reached_by_the_people_before_them() -> None:
    """From day 4, 40 days over 230,000 people: shares 0, 40/230, 100/230, 150/230."""
    result = front(city())
    assert result.reached[0].tolist() == [4, 4 + 6, 4 + 17, 4 + 26]
    assert (result.passed - result.reached == 5).all()


def test_shape_and_pause_move_the_later_cells() -> None:
    assert front(city(), front_shape=2.0).reached[0].tolist() == [4, 4 + 16, 4 + 26, 4 + 32]
    assert front(city(), pause_days=10.0, pause_share=0.3).reached[0].tolist() == [4, 10, 31, 40]


def test_an_unknown_start_is_drawn() -> None:
    case = city(events=())
    assert (front(case).reached == FAR).all()
    assert front(case, operation_start=12.4).reached[0, 0] == 12


def test_known_dates_are_kept_in_every_member() -> None:
    known = city(
        events=(
            *city().events,
            event(date(2020, 1, 20), "front_reaches", location="east-2"),
            event(date(2020, 1, 30), "retaken", location="east-1"),
        )
    )
    result = front(known, origin_day=35)
    assert (result.reached[:, 1] == 19).all()
    assert (result.passed[:, 0] == 29).all()


def test_what_is_not_reported_by_the_origin_date_lies_after_it() -> None:
    """Origin on day 30, nothing reported: the first cell is reached on day 31, the others in step."""
    result = front(city(), origin_day=30)
    assert result.reached[0].tolist() == [31, 37, 48, 57]
    assert (result.passed > 30).all()


def test_a_reported_cell_sets_the_schedule_of_those_after_it() -> None:
    """The first cell was reported two days late: the others of its group follow two days late."""
    known = city(events=(*city().events, event(date(2020, 1, 7), "front_reaches", location="east-1")))
    assert front(known, origin_day=30).reached[0].tolist()[:2] == [6, 12]
    by_cell = replace(known, front_by_cell=True)
    assert front(by_cell, origin_day=30).reached[0].tolist()[:2] == [6, 31]


def test_a_group_of_which_nothing_is_reported_is_not_reached() -> None:
    known = city(events=(*city().events, event(date(2020, 1, 5), "front_reaches", location="east-1")))
    assert (front(known, origin_day=30).reached[:, 2:] > 30).all()


def test_an_assumed_arrival_is_no_report() -> None:
    """Its date has passed and nothing was reported: it lies after the origin date."""
    planned = city(events=(*city().events, event("plan", "front_reaches", location="east-1")))
    assert front(planned, origin_day=30, plan=10.0).reached[0, 0] == 31


def test_of_two_reports_the_later_word_counts() -> None:
    later = replace(event(date(2020, 1, 18), "front_reaches", location="east-1"), published=date(2020, 1, 20))
    first = event(date(2020, 1, 6), "front_reaches", location="east-1")
    assert front(city(events=(*city().events, first, later)), origin_day=30).reached[0, 0] == 17


def test_a_cell_known_to_be_reached_is_contested_until_reported_passed() -> None:
    known = city(events=(*city().events, event(date(2020, 1, 5), "front_reaches", location="east-1")))
    result = front(known, origin_day=30)
    assert (result.reached[:, 0] == 4).all()
    assert (result.passed[:, 0] == 31).all()


def test_no_cell_is_reached_before_one_earlier_in_the_plan() -> None:
    """A published date that is later than the draw holds back the cells after it."""
    known = city(events=(*city().events, event(date(2020, 2, 20), "front_reaches", location="east-1")))
    result = front(known)
    assert (np.diff(result.reached, axis=1) >= 0).all()
    assert (result.reached[:, 0] == 50).all()


def test_a_group_with_a_start_of_its_own_is_a_battle_of_its_own() -> None:
    case = city(events=(*city().events, event(date(2020, 3, 1), "operation_starts", location="west")))
    result = front(case)
    # west: 130 of 230 thousand people, so 40 * 130 / 230 days from day 60
    assert result.reached[0].tolist()[2:] == [60, 60 + int(40 * 130 / 230 * 50 / 130)]
    assert result.reached[0, 0] == 4


def test_the_latest_word_on_the_start_counts() -> None:
    later = replace(event(date(2020, 1, 9), "operation_starts"), published=date(2020, 1, 4))
    assert front(city(events=(later, *city().events))).reached[0, 0] == 8


@pytest.mark.parametrize("people", [0])
def test_empty_cells_do_no_harm(people: int) -> None:
    network = build_network(city(), START, 100, HAVENWARD)
    nobody = np.full((MEMBERS, 4), people)
    result = draw_front(city(), network, nobody, draws(), START, -1, Streams(1))
    assert (result.reached[:, 0] == 4).all()


def conflict_city(*events) -> Case:
    return city(events=events)


def test_conflict_reaches_a_cell_on_its_day_and_passes_when_it_ends() -> None:
    first, second = build_network(city(), START, 100, HAVENWARD).cell_names[:2]
    case = conflict_city(
        event(date(2020, 1, 11), "conflict", location=first),
        event(date(2020, 1, 31), "conflict_ends", location=first),
        event(date(2020, 1, 16), "conflict", location=second),
    )
    result = front(case, origin_day=40)
    days = [(when - START).days for when in (date(2020, 1, 11), date(2020, 1, 31), date(2020, 1, 16))]
    assert (result.reached[:, 0] == days[0]).all()
    assert (result.passed[:, 0] == days[1]).all()
    assert (result.reached[:, 1] == days[2]).all()
    assert (result.passed[:, 1] == FAR).all(), "a conflict goes on until something says that it ended"


def test_conflict_that_comes_again_is_one_that_began_at_first_and_goes_on() -> None:
    """The last word alone would lose those who left in the first spell."""
    first, second = build_network(city(), START, 100, HAVENWARD).cell_names[:2]
    spells = [
        (date(2020, 1, 11), "conflict"),
        (date(2020, 1, 21), "conflict_ends"),
        (date(2020, 2, 5), "conflict"),
    ]
    again = [event(day, kind, location=name) for name in (first, second) for day, kind in spells]
    case = conflict_city(*again, event(date(2020, 2, 15), "conflict_ends", location=second))
    result = front(case, origin_day=60)
    assert (result.reached[:, :2] == (date(2020, 1, 11) - START).days).all()
    assert (result.passed[:, 0] == FAR).all()
    assert (result.passed[:, 1] == (date(2020, 2, 15) - START).days).all()


def test_conflict_comes_to_calm_cells_only_after_the_origin_date_and_faster_where_it_spread_fast() -> None:
    def calm_days(*starts: int) -> np.ndarray:
        names = build_network(city(), START, 100, HAVENWARD).cell_names
        events = [
            event(date.fromordinal(START.toordinal() + day), "conflict", location=name)
            for day, name in zip(starts, names, strict=False)
        ]
        network = build_network(city(), START, 100, HAVENWARD)
        people = np.tile(np.array([40_000, 60_000, 50_000, 80_000]), (2000, 1))
        placed = draw_front(conflict_city(*events), network, people, draws(), START, 30, Streams(1))
        return placed.reached[:, -1]

    slow, fast = calm_days(5), calm_days(5, 10, 20)
    assert slow.min() > 30
    assert fast.min() > 30
    assert np.median(fast) < 0.6 * np.median(slow)
