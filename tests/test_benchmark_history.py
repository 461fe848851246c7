"""Protects the history of measurements: what is kept, what is compared, and what is called out of line."""

from dataclasses import replace

import pytest

from release_scripts import ROOT, history

RESULT = {
    "machine": {
        "began": "2026-11-24", "cpus": "2", "processor": "Some CPU", "python": "3.11.7", "machine": "x86_64",
    },
    "quick": True,
    "parts": {
        "people": {"ratios": {"as it is": 1.0, "100 x people": 1.0823456}},
        "witness": {"ratio": 200.0, "us_per_person_day": 0.1, "load": "unknown"},
        "members": {"cpu_us_per_member_day": 10.0, "two_threads_gain": 1.9, "load": "3.2"},
    },
}  # fmt: skip


def test_followed_numbers_are_taken_out_of_a_result():
    rows = history.rows_of(RESULT, "abc1234", load=0.5)
    assert {(row.benchmark, row.value, row.unit) for row in rows} == {
        ("people", 1.082, "ratio"),
        ("witness", 200.0, "ratio"),
        ("members", 10.0, "us"),
        ("members", 1.9, "ratio"),
    }
    assert {row.load for row in rows} == {3.2}, "the higher load counts"
    assert {(row.commit, row.cores, row.processor, row.length) for row in rows} == {
        ("abc1234", 2, "Some CPU", "quick")
    }


def test_rows_are_added_and_read_back(tmp_path):
    path = tmp_path / "history.csv"
    rows = history.rows_of(RESULT, "abc1234", load=0.5)
    assert history.append_rows(rows[:1], path) == 1
    before = path.read_bytes()
    history.append_rows(rows[1:], path)
    assert path.read_bytes().startswith(before)
    assert history.read_history(path) == rows


def series(*values: float, quantity: str = "witness", load: float = 0.5) -> list:
    (row,) = [one for one in history.rows_of(RESULT, "abc", load) if one.benchmark == quantity][:1]
    return [replace(row, value=value, load=load) for value in values]


@pytest.mark.parametrize(
    ("values", "factor"),
    [
        ((200, 210, 190, 100), 2.0),  # half the ratio is twice as bad
        ((200, 210, 190, 400), 0.5),
        ((1, 1, 200, 210, 190, 205, 195, 200), 1.0),  # the last five decide
        ((200, 100), None),  # one row before it says nothing
    ],
)
def test_the_last_row_is_held_against_the_median_of_those_before(values, factor):
    (trend,) = history.find_trends(series(*values))
    assert trend.factor == (None if factor is None else pytest.approx(factor))


def test_more_is_worse_for_times():
    (trend,) = history.find_trends(series(10, 10, 15, quantity="members"))
    assert trend.factor == pytest.approx(1.5)


def test_other_machines_and_lengths_are_other_series():
    rows = series(200, 210, 190)
    rows += [replace(rows[0], value=100, cores=64), replace(rows[0], value=100, length="full")]
    rows += [replace(rows[0], value=100, python="3.13.0"), replace(rows[0], value=200, python="3.11.9")]
    trends = {trend.last.series: trend for trend in history.find_trends(rows)}
    assert len(trends) == 4
    assert [trend.factor for trend in trends.values() if trend.count == 1] == [None] * 3
    assert trends[rows[0].series].count == 4, "a repair of Python is the same Python"


def test_times_by_the_clock_need_a_free_core():
    gains = [one for one in history.rows_of(RESULT, "abc", 0.5) if one.quantity == "gain of two threads"]
    busy = replace(gains[0], value=0.9, load=12.0)
    free = replace(gains[0], value=1.9, load=0.4)
    (trend,) = history.find_trends([free, free, busy])
    assert trend.factor is None
    (trend,) = history.find_trends([free, busy, busy, free, replace(free, value=0.95)])
    assert (trend.median, trend.factor) == (1.9, pytest.approx(2.0))


def test_check_names_what_is_out_of_line(tmp_path, capsys):
    path = tmp_path / "history.csv"
    history.append_rows(series(200, 210, 190, 100), path)
    assert history.main(["--history", str(path)]) == 0
    assert "| **2.00** |" in capsys.readouterr().out
    assert history.main(["--history", str(path), "--check"]) == 1
    assert (
        "witness, speed against single people: 100 ratio at abc, 2.00 times worse" in capsys.readouterr().err
    )
    assert history.main(["--history", str(path), "--check", "--limit", "3"]) == 0


def test_our_history_can_be_read():
    rows = history.read_history()
    assert rows
    assert {row.quantity for row in rows} <= {one.name for one in history.QUANTITIES}
    text = (ROOT / "benchmarks" / "history.csv").read_text(encoding="utf-8")
    assert "\r" not in text
