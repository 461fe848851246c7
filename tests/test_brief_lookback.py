"""The look back: forecasts beside counts, said plainly where they missed."""

import re
from datetime import date, timedelta

import polars as pl
import pytest

from havenward.brief.facts import read_fans
from havenward.brief.lookback import compare_with_counts, write_look_back
from havenward.brief.wording import say_people
from havenward.errors import ReleaseError
from toy_brief import HIDDEN, toy_case, toy_run

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
    assert "1 of 4 counts lay inside the 90 % range (25 %)" in page


def test_planning_figures_and_both_forecasts_stand_together(page):
    assert "What published reports expected" in page
    assert page.count(">Forecast of ") >= 2
    assert say_people(500_000) in page


def test_the_page_is_public(page):
    for name in HIDDEN:
        assert name not in page
    assert "7,654" not in page


def test_a_withheld_name_in_the_note_is_refused(case, runs, tmp_path):
    with pytest.raises(ReleaseError):
        write_look_back(case, runs, tmp_path, until=UNTIL, note="Recounted at River Gate.")
    assert list(tmp_path.iterdir()) == []


def test_only_the_series_asked_for_are_compared(case, runs):
    fan = read_fans(runs[1], ("counted_displaced",))["counted_displaced", "total"]
    assert compare_with_counts(case, fan, runs[1], "counted_displaced", UNTIL, ("other",)) == []
    rows = compare_with_counts(case, fan, runs[1], "counted_displaced", None, ("tracking",))
    assert rows[-1].day == date(2017, 2, 5)
    assert rows[-1].day <= runs[1].origin_date + timedelta(days=120)
