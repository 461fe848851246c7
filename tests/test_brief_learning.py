"""What a brief says of learning, skill and disagreement: what moved, what was lost, who says what."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from havenward.brief.disputes import find_disputes, name_origin, related_names, say_dispute
from havenward.brief.evidence import _movement
from havenward.brief.lessons import MOST_ALIKE, MOST_LESSONS, tell_lessons
from havenward.brief.skill import Record, read_track_record, skill_lines
from havenward.forecast.skill_table import COLUMNS, format_skill_table
from havenward.words import ENGLISH
from test_brief import make
from toy_brief import toy_case, toy_run

ORIGIN = date(2016, 10, 16)


# -- what the counts taught -----------------------------------------------------------------------------------


def learned_run(folder, case, change, **about):
    """Write a run whose members had drawn something else before they learned."""
    learned = {"counts": 3, "notes": ["dtm, River Gate, stock: left out"], "taught": []}
    run = toy_run(folder, case, learned=learned, **about)
    path = run.folder / "assumptions.parquet"
    table = pl.read_parquet(path)
    prior = table["value"].to_numpy().copy()
    for name, shift in change.items():
        rows = (table["name"] == name).to_numpy()
        prior[rows] = shift(prior[rows])
    table.with_columns(prior=pl.Series(prior)).write_parquet(path)
    return run


@pytest.fixture(scope="module")
def case():
    return toy_case()


def test_only_what_moved_is_a_lesson_the_most_moved_first(case, tmp_path):
    change = {
        "displaced_total": lambda v: v * 3,  # now lower by far
        "ready_places": lambda v: v * 1.02,  # hardly
        "operation_start": lambda v: v - 30,  # team only: now later
    }
    run = learned_run(tmp_path / "run", case, change)
    public, team = make(case, run), make(case, run, "team")
    assert [lesson.key for lesson in public.lessons] == ["displaced_total"]
    assert {lesson.key for lesson in team.lessons} == {"displaced_total", "operation_start"}
    (lesson,) = public.lessons
    assert lesson.words.startswith("lower than assumed")
    rows = {row.name: row for row in public.assumptions}
    assert (lesson.before, lesson.after) == (
        rows["displaced_total"].prior,
        rows["displaced_total"].posterior,
    )
    assert rows["opening_caseload"].posterior is None
    start = next(lesson for lesson in team.lessons if lesson.key == "operation_start")
    assert start.words.startswith("later than assumed")


def test_notes_of_learning_are_for_partners_and_name_nothing_that_is_withheld(case, tmp_path):
    run = learned_run(tmp_path / "run", case, {})
    assert make(case, run).learning.notes == ()
    assert make(case, run, "partner").learning.notes == ("dtm, River Gate, stock: left out",)
    hidden = dict(run.meta["learned"], notes=["dtm, Old Town north, stock: left out"])
    run = toy_run(tmp_path / "hidden", case, learned=hidden)
    (note,) = make(case, run, "partner").learning.notes
    assert "Old Town" not in note
    assert make(case, run, "team").learning.notes == ("dtm, Old Town north, stock: left out",)


def test_lessons_are_few_and_not_all_of_one_kind(case, tmp_path):
    brief = make(case, toy_run(tmp_path / "run", case))
    row = replace(brief.assumptions[0], posterior=("1", "2", "3"), level=0.9, kept=0.3)
    rows = [replace(row, name=f"destination_effect.{n}", level=0.9 + n / 1000) for n in range(10)]
    rows += [replace(row, name=f"other_{n}") for n in range(10)]

    lessons = tell_lessons(rows, SimpleNamespace(locations={}))
    assert len(lessons) == MOST_LESSONS
    assert sum(lesson.key.startswith("destination_effect") for lesson in lessons) == MOST_ALIKE
    assert lessons[0].key == "destination_effect.9"


def test_movement_is_told_in_shares_of_what_was_drawn():
    before = np.arange(1000.0)
    even = np.full(1000, 1e-3)
    level, kept = _movement(before, before, even)
    assert level == pytest.approx(0.5, abs=0.01)
    assert kept == pytest.approx(0.9, abs=0.01)
    level, kept = _movement(before, 900 + before / 100, even)
    assert level == pytest.approx(0.905, abs=0.01)
    assert kept == pytest.approx(0.01, abs=0.005)
    assert _movement(np.ones(5), np.ones(5), np.full(5, 0.2)) == (0.5, 1.0)


@pytest.mark.parametrize("track", ["B", "C"])
def test_method_and_limits_say_whether_counts_changed_the_forecast(case, tmp_path, track):
    values = {"members": "10", "origin": "today", "seed": 1, "version": "0"}
    for counts, sites in ((0, []), (4, []), (4, ["camp_a"])):
        meta = {"learned": {"counts": counts, "notes": [], "taught": []}, "sites_from_counts": sites}
        learning = make(case, toy_run(tmp_path / "run", case, members=5, track=track, **meta)).learning
        method = " ".join(ENGLISH.method_lines(track, "havenward", learning, **values))
        limits = " ".join(ENGLISH.limit_lines(track, ORIGIN, learning))
        assert ("Members learn from the 4 counts" in method) == (counts > 0)
        assert ("pooling their own counts with simple rules" in method) == bool(sites)
        assert ("Capacity, needs and all totals rest on the members" in method) == bool(sites)
        assert ("changed the forecast" in limits) == (counts > 0)
        assert ("could be learned from" in limits) == (counts == 0)


# -- skill on past crises ---------------------------------------------------------------------------------------


def test_the_shipped_record_has_the_columns_that_are_written():
    assert Record._fields == COLUMNS
    rows = read_track_record()
    assert {row.horizon for row in rows if row.target == "net_arrivals"} == {7, 14, 28, 56}
    for row in rows:
        assert row.skill_low <= row.skill <= row.skill_high
        assert 0 < row.coverage_50 < row.coverage_95 <= 1
        assert row.crises >= 5


def test_the_table_is_written_from_the_summary_of_a_backtest():
    ours = {"wis_log": 1.0, "coverage_50": 0.5, "coverage_95": 0.93, "tvd": 0.4, "width_95": 300.0}
    block = {
        "n": 10,
        "crises": 3,
        "models": {"havenward": ours},
        "best_rules": {"a": "zero", "b": "mean", "c": "mean"},
        "best_rule": {"wis_log": 1.25, "tvd": 0.5, "width_95": 200.0},
        "skill": {"value": 0.2, "low": -0.1, "high": 0.3},
    }
    unknown = block | {"models": {}, "skill": None}
    text = format_skill_table(
        {"targets": {"net_arrivals": {"28": block, "7": block}, "stock": {"7": unknown}}}, ORIGIN
    )
    head, *rows = text.splitlines()
    assert head == ",".join(COLUMNS)
    assert [row.split(",")[:4] for row in rows] == [
        ["net_arrivals", "7", "3", "10"],
        ["net_arrivals", "28", "3", "10"],
    ]
    assert '"mean, zero"' in rows[0]
    assert rows[0].endswith("2016-10-16,0.5000,1.5000")


def test_losses_are_said_in_words():
    good = Record(
        "net_arrivals", 14, 6, 100, 1.0, "b3", 1.3, 0.25, 0.2, 0.3, 0.5, 0.95, 0.3, "2026-01-01", 0.4, 1.0
    )
    words = " ".join(skill_lines([good]))
    assert "fell short" in words
    for loss in ("better", "aimed", "too narrow", "too wide", "wrong site", "as wide", "holds zero"):
        assert f"At 14 days {loss}" not in words
    assert "At 14" not in words
    bad = good._replace(
        skill=-0.05, skill_low=-0.1, coverage_50=0.3, coverage_95=0.999, tvd=0.5, width_ratio_95=2.0
    )
    words = " ".join(skill_lines([bad])).replace("\u00a0%", "%")
    assert "At 14 days the simple rule was better: our score was 5.0% higher." in words
    assert "our 50 % bands held 30.0% of outcomes: they are too narrow" in words
    assert "our 95 % bands held 99.9% of outcomes: they are too wide" in words
    assert "were 2 times as wide" in words
    assert "we sent 50.0% of arrivals to the wrong site; the rule did so with 40.0%" in words
    unsure = " ".join(skill_lines([good._replace(skill=0.05, skill_low=-0.01)])).replace("\u00a0%", "%")
    assert "holds zero" in unsure
    assert "aimed at a score 20% lower than the rule's and came to 5.0%" in unsure
    assert skill_lines([]) == [skill_lines([good])[0]]


# -- figures that disagree ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rows(case, tmp_path_factory):
    brief = make(case, toy_run(tmp_path_factory.mktemp("rows") / "run", case), "team")
    return {row.figure: row for row in brief.figures}


def test_repeats_and_roundings_are_no_dispute(rows):
    a = replace(rows["f_plan"], figure="a", fact_group="g", relation="")
    b = replace(a, figure="b", point=705_000, value="705 000 persons", relation="same_fact_as:g")
    c = replace(a, figure="c", point=900_000, value="900 000 persons", relation="conflicts_with:g;origin:h")
    assert find_disputes([a, b]) == ()
    (dispute,) = find_disputes([a, b, c])
    assert [row.figure for row in dispute.figures] == ["a", "b", "c"]
    # across fact groups by the relation alone
    d = replace(c, fact_group="h", relation="conflicts_with:g")
    assert len(find_disputes([a, d])) == 1


def test_a_dispute_says_each_value_once_with_all_who_say_it(rows):
    a = replace(rows["f_half"], speaker="The minister", published=date(2016, 7, 1))
    b = replace(a, figure="b", speaker="the minister")
    c = replace(a, figure="c", speaker="Reuters")
    d = replace(a, figure="d", value="up to 1 000 000 persons", speaker="the Red Cross")
    words = say_dispute([d, a, b, c])
    assert words.count(a.value) == 1
    assert "(the minister, Reuters)" in words
    assert "(the Red Cross)" in words


def test_relations_are_read_in_both_ways_of_writing():
    text = "repeats a; conflicts_with b;conflicts_with:c;origin:d;could_be_higher"
    assert related_names(text, "conflicts_with") == {"b", "c"}
    assert related_names(text, "repeats") == {"a"}
    assert name_origin("g", text) == "d"
    assert name_origin("g", "repeats a") == "g"
