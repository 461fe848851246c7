"""Protects the target of the headline score: which two counts make a pair, and that nothing is made up."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from havenward.case.importers.flee_case import import_flee
from havenward.case.load import load_case
from havenward.forecast.headline import HORIZONS, count_series, headline_pairs, outcomes, report_dates
from havenward.records import Case, Location, Observation

START = date(2020, 1, 1)
SHARED = Path(__file__).resolve().parents[1].parent / "shared"


def day(number):
    return START + timedelta(days=number)


def place(name, kind="camp", published=0):
    return Location(
        name, name, "", kind, None, None, "", "", "", "", None, None, None, None, day(published), ""
    )


def count(location, on, persons, published=None, series="a", measure="stock", scope="location", origin=""):
    seen = day(on if published is None else published)
    return Observation(day(on), None, scope, location, origin, measure, persons, None, series, seen, "")


def case(*observations, places=("p", "q")):
    return Case(
        "T", "toy", "XXX", START, 60, "havenward", False, False, 0, "public", 10,
        locations=tuple(place(name) if isinstance(name, str) else name for name in places),
        observations=observations,
    )  # fmt: skip


def only(pairs):
    assert len(pairs) == 1
    return pairs[0]


def test_a_pair_is_the_first_count_in_the_window_minus_the_last_count_known():
    pair = only(headline_pairs(case(count("p", 0, 10), count("p", 5, 30), count("p", 6, 99)), [day(0)], [7]))
    assert (pair.last_date, pair.last_count, pair.end_date, pair.observed) == (day(0), 10, day(5), 20)
    assert pair.end_count == 30


@pytest.mark.parametrize(
    ("horizon", "first", "last"), [(7, 5, 10), (14, 12, 17), (28, 26, 35), (56, 54, 70)], ids=str
)
def test_the_window_opens_two_days_before_and_closes_a_quarter_after(horizon, first, last):
    for on, inside in ((first - 1, False), (first, True), (last, True), (last + 1, False)):
        found = headline_pairs(case(count("p", 0, 10), count("p", on, 30)), [day(0)], [horizon])
        assert bool(found) == inside


def test_falls_are_kept():
    assert only(headline_pairs(case(count("p", 0, 50), count("p", 7, 20)), [day(0)], [7])).observed == -30


def test_the_last_count_is_the_version_published_by_the_origin_and_the_outcome_the_first_one():
    rows = (
        count("p", 0, 10),
        count("p", 0, 12, published=2),
        count("p", 0, 17, published=4),
        count("p", 10, 40, published=11),
        count("p", 10, 90, published=30),
    )
    pair = only(headline_pairs(case(*rows), [day(3)], [7]))
    assert (pair.last_count, pair.end_count, pair.published, pair.revised) == (12, 40, day(11), True)
    assert only(headline_pairs(case(*rows[:4]), [day(3)], [7])).revised is False


def test_a_count_that_is_not_published_yet_is_not_the_last_one():
    rows = (count("p", 0, 10), count("p", 2, 20, published=6), count("p", 10, 40))
    assert only(headline_pairs(case(*rows), [day(4)], [7])).last_count == 10


def test_series_are_never_spliced():
    rows = (count("p", 0, 10, series="a"), count("p", 7, 5000, series="b"))
    assert headline_pairs(case(*rows), [day(0)], [7]) == []


def test_a_site_is_followed_in_the_series_with_the_latest_count():
    rows = (
        count("p", 0, 10, series="a"),
        count("p", 1, 500, series="b"),
        count("p", 8, 15, series="a"),
        count("p", 8, 600, series="b"),
    )
    assert only(headline_pairs(case(*rows), [day(1)], [7])).series == "b"


def test_only_stock_counts_of_sites_are_used():
    rows = (
        count("p", 0, 10),
        count("p", 7, 12, measure="arrivals"),
        count("p", 7, 13, origin="q"),
        count("", 7, 14, scope="total"),
        replace(count("p", 7, 15), persons=None, households=3),
        count("source", 0, 10),
        count("source", 7, 5),
    )
    toy = case(*rows, places=("p", "q", place("source", "origin")))
    assert headline_pairs(toy, [day(0)], [7]) == []
    assert report_dates(toy) == [day(0)]


def test_totals_can_be_paired_as_well():
    rows = (count("", 0, 10, scope="total"), count("", 7, 14, scope="total"))
    pair = only(headline_pairs(case(*rows), report_dates(case(*rows), "total"), [7], "total"))
    assert (pair.location, pair.observed) == ("total", 4)


def test_a_count_is_not_seen_before_its_place_is():
    toy = case(count("p", 0, 10), count("p", 10, 20), places=(place("p", published=5),))
    assert report_dates(toy) == [day(10)]
    assert headline_pairs(toy, [day(3)], [7]) == []
    assert len(headline_pairs(toy, [day(5)], [7])) == 1


def test_a_report_that_comes_in_late_is_the_outcome_only_for_those_who_know_it():
    series = count_series(case(count("p", 0, 10), count("p", 7, 20, published=40), count("p", 9, 30)))[0]
    found = outcomes(series, START.toordinal(), 7)
    asked = {
        ask: [series.persons[o.row] for o in found if o.known_from <= day(ask).toordinal() < o.known_until]
        for ask in (8, 9, 39, 40)
    }
    assert asked == {8: [], 9: [30], 39: [30], 40: [20]}


def brute_force(toy, origin, horizon):
    """Read the definition of the headline target word by word, for one series."""
    found = {}
    for name in ("p", "q"):
        rows = [o for o in toy.observations if o.location == name]
        before = [o for o in rows if o.published <= origin and o.date <= origin]
        low, high = (
            origin + timedelta(days=horizon - 2),
            origin + timedelta(days=max(3, horizon / 4) + horizon),
        )
        after = [o for o in rows if low <= o.date <= high]
        if before and after:
            last = max(before, key=lambda o: (o.date, o.published))
            end = min(after, key=lambda o: (o.date, o.published))
            found[name] = end.persons - last.persons
    return found


def test_pairs_agree_with_a_brute_force_reading_of_the_definition():
    random = np.random.default_rng(5)
    for _ in range(60):
        rows = {}
        for _ in range(25):
            name, on = random.choice(["p", "q"]), int(random.integers(0, 60))
            row = count(str(name), on, int(random.integers(0, 99)), on + int(random.integers(0, 9)))
            rows[row.location, row.date, row.published] = row
        toy = case(*rows.values())
        for origin in (day(3), day(10), day(25)):
            for horizon in HORIZONS:
                pairs = headline_pairs(toy, [origin], [horizon])
                assert {p.location: p.observed for p in pairs} == brute_force(toy, origin, horizon)


def test_the_order_of_rows_means_nothing():
    rows = [count("p", on, on * 3, on + 2) for on in range(0, 60, 4)] + [count("q", 3, 1), count("q", 10, 9)]
    toy = case(*rows)
    assert headline_pairs(toy, report_dates(toy)) == headline_pairs(
        replace(toy, observations=tuple(reversed(rows))), report_dates(toy)
    )


def test_a_shared_case_has_the_pairs_that_its_counts_allow(tmp_path):
    folder = SHARED / "flee-cases" / "mali2012"
    if not folder.is_dir():
        pytest.skip("the shared cases are not here")
    import_flee(folder, tmp_path / "mali")
    toy = load_case(tmp_path / "mali")
    pairs = headline_pairs(toy, report_dates(toy))
    assert {h: sum(p.horizon == h for p in pairs) for h in HORIZONS} == {7: 90, 14: 96, 28: 162, 56: 204}
