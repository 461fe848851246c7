"""When fighting begins and ends: the rule, and that nothing is told before it could be known."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import settings as laws
from hypothesis import strategies as st

from havenward.case.importers.spells import Incident, SpellRule, find_spells

RULE = SpellRule(start_weight=1.0, window_days=7, quiet_days=10, full_weight=7.0, lag_days=3)
START = date(2024, 1, 1).toordinal()


def told(incidents, covered=400, rule=RULE):
    days = [Incident(START + published, START + day, weight) for published, day, weight in incidents]
    return [
        (turn.published.toordinal() - START, turn.day.toordinal() - START, turn.value)
        for turn in find_spells(days, date.fromordinal(START + covered), rule)
    ]


def test_a_spell_begins_with_the_window_that_weighs_enough():
    assert told([(0, 0, 0.5), (3, 3, 0.5)], covered=5) == [(3, 0, 0.14)]
    assert told([(0, 0, 0.5), (8, 8, 0.5)], covered=9) == []  # eight days apart: two windows


def test_a_spell_ends_the_day_after_its_last_incident_once_it_can_be_known():
    assert told([(0, 0, 1.0), (4, 4, 1.0)]) == [(0, 0, 0.14), (17, 5, None)]
    assert told([(0, 0, 1.0), (4, 4, 1.0)], covered=13) == [(0, 0, 0.14)]  # not yet quiet for ten days


def test_fighting_that_comes_back_is_a_new_spell():
    assert [turn[1] for turn in told([(0, 0, 1.0), (40, 40, 1.0)])] == [0, 1, 40, 41]


def test_a_late_report_moves_the_start_in_a_row_of_its_own():
    assert told([(5, 5, 1.0), (9, 1, 1.0)], covered=10) == [(5, 5, 0.14), (9, 1, 0.29)]


def test_a_spell_that_is_over_is_not_told_anew():
    assert told([(0, 0, 1.0), (60, 0, 5.0)]) == told([(0, 0, 1.0)])


def test_reports_published_on_one_day_are_parted_by_the_quiet_between_them():
    assert told([(90, 0, 1.0), (90, 30, 1.0)], covered=95) == [
        (90, 0, 0.14), (90, 1, None), (90, 30, 0.14), (90, 31, None),
    ]  # fmt: skip


incidents = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 30), st.sampled_from((0.25, 0.5, 1.0))).map(
        lambda one: (one[0] + one[1], one[0], one[2])
    ),
    max_size=25,
)


@laws(max_examples=300, deadline=None, derandomize=True)
@given(incidents, st.integers(0, 90))
def test_what_is_told_by_a_day_rests_on_what_was_published_by_it(rows, cut):
    seen = [row for row in rows if row[0] <= cut]
    assert [turn for turn in told(rows) if turn[0] <= cut] == [turn for turn in told(seen) if turn[0] <= cut]


@laws(max_examples=300, deadline=None, derandomize=True)
@given(incidents)
def test_turns_are_sound(rows):
    turns = told(rows)
    assert told(list(reversed(rows))) == turns
    for published, day, value in turns:
        assert published >= day - (1 if value is None else 0)
        assert value is None or 0 < value <= 1
    assert len({(turn[0], turn[1], turn[2] is None) for turn in turns}) == len(turns)


@laws(max_examples=100, deadline=None, derandomize=True)
@given(incidents)
def test_a_heavier_threshold_never_begins_earlier(rows):
    first = min((turn[1] for turn in told(rows)), default=10**6)
    heavier = replace(RULE, start_weight=2.0)
    assert min((turn[1] for turn in told(rows, rule=heavier)), default=10**6) >= first
