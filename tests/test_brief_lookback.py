"""The look back: forecasts beside counts, said plainly where they missed."""

import re
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from havenward.brief.facts import read_fans
from havenward.brief.lookback import compare_with_counts, write_look_back
from havenward.errors import ReleaseError, RunError
from havenward.records import Source
from havenward.words import ENGLISH
from toy_brief import HIDDEN, figure, toy_case, toy_run

UNTIL = date(2017, 1, 31)


@pytest.fixture(scope="module")
def case():
    return toy_case()


@pytest.fixture(scope="module")
def runs(tmp_path_factory, case):
    where = tmp_path_factory.mktemp("look")
    return [
        toy_run(where / "early", case, origin=date(2016, 7, 31), horizon=200),
        toy_run(where / "eve", case),
    ]


@pytest.fixture(scope="module")
def page(tmp_path_factory, case, runs):
    path = write_look_back(
        case, runs, tmp_path_factory.mktemp("look") / "out", until=UNTIL, note="A recount."
    )
    assert path.name == "look-back.html"
    return path.read_text(encoding="utf-8")


def test_every_count_is_compared_with_the_forecast_for_its_day(case, runs):
    fan = read_fans(runs[1], ("counted_displaced",))["counted_displaced", "total"]
    rows = compare_with_counts(case, fan, runs[1], "counted_displaced", UNTIL)
    assert [row.counted for row in rows] == [41_000, 99_000, 150_000]
    forecast = runs[1].table("forecast").filter(pl.col("target") == "counted_displaced")
    for row in rows:
        low, high, q25, q75 = (
            forecast.filter((pl.col("target_end_date") == row.day) & (pl.col("output_type_id") == level))[
                "value"
            ][0]
            for level in ("0.05", "0.95", "0.25", "0.75")
        )
        expected = 50 if q25 <= row.counted <= q75 else 90 if low <= row.counted <= high else 0
        assert row.band == expected


def test_stock_counts_after_the_break_are_left_out_and_told(page):
    assert "5\u00a0Feb\u00a02017" not in page
    assert "31\u00a0January\u00a02017" in page
    assert "A break in the counts" in page
    assert "A recount." in page


def test_it_says_where_it_missed(page):
    assert "Fewer people were counted than the whole range allowed on 3 of 4 dates" in page
    assert re.search(r"The count lies (inside|outside)", page)
    assert "1 of 4 counts lay inside the 90 % range (25\u00a0%)" in page


def test_planning_figures_and_both_forecasts_stand_together(page):
    assert "What published reports expected" in page
    assert page.count(">Forecast of ") >= 2
    assert ENGLISH.say_people(500_000) in page


def test_the_page_is_public(page):
    for name in HIDDEN:
        assert name not in page
    assert "7,654" not in page


def test_a_withheld_name_in_the_note_is_refused(case, runs, tmp_path):
    with pytest.raises(ReleaseError):
        write_look_back(case, runs, tmp_path, until=UNTIL, note="Recounted at River Gate.")
    assert list(tmp_path.iterdir()) == []


def test_a_series_is_called_by_its_publisher_where_that_is_one_of_its_own(case, runs, tmp_path, page):
    assert "tracking: " in page
    office = Source("office", "Counts", "Office of statistics", "", date(2016, 9, 1), "")
    counts = tuple(
        replace(row, source="office") if row.series == "tracking" else row for row in case.observations
    )
    own = replace(case, observations=counts, sources=(*case.sources, office))
    text = write_look_back(own, runs, tmp_path, until=UNTIL).read_text(encoding="utf-8")
    assert "Office of statistics: " in text
    assert "tracking: " not in text
    assert "<bdi>tracking</bdi>" in text


def test_counts_of_days_before_the_forecast_are_left_out(case, tmp_path):
    run = toy_run(tmp_path / "run", case, members=5, horizon=60, before=20)
    fan = read_fans(run, ("counted_displaced",))["counted_displaced", "total"]
    assert run.first_date <= date(2016, 10, 10) < run.origin_date
    assert [row.day for row in compare_with_counts(case, fan, run, "counted_displaced")] == [
        date(2016, 11, 12),
        date(2016, 12, 12),
    ]


def test_reports_from_after_the_forecasts_are_left_out(case, runs, page, tmp_path):
    late = figure("f_late", "late.txt", "It was more.", point=2_345_678)
    text = write_look_back(
        replace(case, figures=(*case.figures, late)), runs, tmp_path, until=UNTIL, note="A recount."
    ).read_text(encoding="utf-8")
    assert text == page


def test_a_look_back_at_a_damaged_run_or_into_a_run_is_refused(case, runs, tmp_path):
    with pytest.raises(ReleaseError, match="the folder holds a run"):
        write_look_back(case, runs, runs[0].folder, until=UNTIL)
    run = toy_run(tmp_path / "run", case, members=5, horizon=20)
    (run.folder / "forecast.parquet").write_bytes(b"PAR1")
    with pytest.raises(RunError):
        write_look_back(case, [run], tmp_path / "out", until=UNTIL)


def test_only_the_series_asked_for_are_compared(case, runs):
    fan = read_fans(runs[1], ("counted_displaced",))["counted_displaced", "total"]
    assert compare_with_counts(case, fan, runs[1], "counted_displaced", UNTIL, ("other",)) == []
    rows = compare_with_counts(case, fan, runs[1], "counted_displaced", None, ("tracking",))
    assert rows[-1].day == date(2017, 2, 5)
    assert rows[-1].day <= runs[1].origin_date + timedelta(days=120)
