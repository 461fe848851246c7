"""Small counts stay hidden from anybody who adds and subtracts what is shown."""

from datetime import date, timedelta
from itertools import product

import numpy as np
import pytest

from havenward.brief.content import Amount
from havenward.brief.release import guard_for
from havenward.brief.suppress import (
    counts_to_omit,
    leave_out,
    leave_out_small,
    sums_reveal,
    suppress_days,
    suppress_nested,
    suppress_table,
)
from havenward.records import Need, Observation

BELOW = 4  # small enough to try every table that somebody could think of


def possible_values(cells, parents, hidden, primary, most):
    """Try every table of whole numbers that agrees with what is shown; give the values of each small count.

    What is known: shown numbers, that totals are sums, that a hidden part that is called small is under the
    limit and one that is not is at or above it. A hidden total says nothing.
    """
    totals = set(parents.values())
    leaves = [name for name in cells if name not in totals]
    choices = [
        (cells[name],) if name not in hidden else range(BELOW) if name in primary else range(BELOW, most + 1)
        for name in leaves
    ]
    found = {name: set() for name in primary}
    for values in product(*choices):
        table = dict(zip(leaves, values, strict=True))
        for total in sorted(totals, key=lambda name: -depth(name, parents)):
            table[total] = sum(table[child] for child, parent in parents.items() if parent == total)
        if all(table[name] == cells[name] for name in cells if name not in hidden):
            for name in primary:
                found[name].add(table[name])
    return found


def depth(name, parents):
    return 0 if name not in parents else 1 + depth(parents[name], parents)


def random_table(rng):
    """Draw two districts of two or three sites each, and the whole."""
    parents, cells = {}, {}
    for district in ("d1", "d2"):
        for site in range(int(rng.integers(1, 4))):
            name = f"{district}s{site}"
            parents[name] = district
            cells[name] = int(rng.choice([0, 1, 2, 3, 4, 5, 7, 9]))
    for district in ("d1", "d2"):
        cells[district] = sum(cells[name] for name, up in parents.items() if up == district)
        parents[district] = "total"
    cells["total"] = cells["d1"] + cells["d2"]
    return cells, parents


def test_no_small_count_of_nested_totals_can_be_worked_out():
    rng = np.random.default_rng(4)
    needed = 0
    for _ in range(150):
        cells, parents = random_table(rng)
        hidden = suppress_nested(cells, parents, BELOW)
        primary = {name for name, value in cells.items() if value < BELOW}
        assert primary <= hidden
        needed += hidden != primary
        leaves = primary - {"d1", "d2", "total"}
        for name, values in possible_values(cells, parents, hidden, leaves, 14).items():
            assert values == set(range(BELOW)), (name, cells, hidden)
    assert needed > 50


def test_the_brute_force_finds_what_is_given_away():
    cells, parents = {"a": 2, "b": 9, "total": 11}, {"a": "total", "b": "total"}
    assert possible_values(cells, parents, {"a"}, {"a"}, 14) == {"a": {2}}


def test_a_count_of_three_and_the_total_that_gives_it_away():
    parts = {"camp": 3, "hill": 40, "lake": 700}
    assert suppress_table(parts, 743, 10) == {"camp", "hill"}
    assert suppress_table(parts, None, 10) == {"camp"}
    assert suppress_table({"hill": 40, "lake": 700}, 740, 10) == frozenset()
    # hill alone would leave 13, of which one who knows the rule works out that the camp has at most 3
    assert suppress_table({"camp": 3, "hill": 10, "lake": 700}, 713, 10) == {"camp", "lake"}
    assert "total" in suppress_table({"camp": 3, "hill": 4}, 7, 10)


def test_nothing_goes_where_nothing_is_small():
    cells, parents = {"a": 10, "b": 30, "total": 40}, {"a": "total", "b": "total"}
    assert suppress_nested(cells, parents, 10) == frozenset()


def test_days_lose_the_same_place():
    parents = dict.fromkeys(("camp", "hill", "lake"), "total")
    days = {
        date(2016, 10, 1) + timedelta(days=n): {
            "camp": camp,
            "hill": hill,
            "lake": 60,
            "total": camp + hill + 60,
        }
        for n, (camp, hill) in enumerate([(3, 50), (4, 70), (5, 80), (40, 90)])
    }
    hidden = list(suppress_days(days, parents, 10).values())
    assert hidden[3] == frozenset()
    assert hidden[0] == {"camp", "hill"}
    assert all(one == hidden[0] for one in hidden[:3])


@pytest.mark.parametrize(
    ("total", "shown", "missing", "told"),
    [
        (743, 740, 1, True),
        (740, 740, 2, False),
        (900, 740, 1, False),
        (700, 740, 1, False),
        (743, 743, 0, False),
    ],
)
def test_a_difference_that_could_be_the_missing_counts_tells(total, shown, missing, told):
    assert sums_reveal(total, shown, missing, 10) is told


def need(location, people, amounts, item="water"):
    return Need(location, date(2016, 10, 23), "water", item, "litres", *people, *amounts, "water_supply")


def test_totals_leave_small_counts_out_with_what_they_need():
    rows = (
        need("camp", (3, 12, 20), (45, 180, 300)),
        need("hill", (40, 50, 60), (600, 750, 900)),
        need("total", (43, 62, 80), (645, 930, 1200)),
    )
    guard = guard_for((), "x", "public", 10)
    total = leave_out_small(rows, guard)[-1]
    assert (total.people_low, total.people_central, total.people_high) == (40, 62, 80)
    assert (total.low, total.central, total.high) == (600, 930, 1200)
    assert leave_out_small(rows, guard)[:2] == rows[:2]
    assert leave_out_small(rows, guard_for((), "x", "team", 10)) == rows


def test_what_is_left_of_a_total_does_not_depend_on_the_small_count():
    guard = guard_for((), "x", "public", 10)
    left = {
        leave_out(Amount(40 + n, 50 + n, 60 + n), [Amount(n, n, n), Amount(40, 50, 60)], guard)
        for n in range(10)
    }
    assert left == {Amount(40, 50, 60)}


def observation(place, persons, day=date(2016, 10, 1), scope="location", series="tracking"):
    return Observation(day, None, scope, place, "", "stock", persons, None, series, day, "list")


def test_counts_that_give_a_small_one_away_are_omitted_on_every_day():
    days = [date(2016, 10, 1), date(2016, 10, 8)]
    rows = []
    for day, camp in zip(days, (3, 5), strict=True):
        rows += [
            observation("camp", camp, day),
            observation("hill", 50, day),
            observation("lake", 700, day),
            observation("", camp + 750, day, "total"),
        ]
    guard = guard_for((), "x", "public", 10)
    expected = {("tracking", day, place) for day in days for place in ("camp", "hill")}
    assert counts_to_omit(rows, guard) == expected
    assert counts_to_omit(rows, guard_for((), "x", "team", 10)) == frozenset()
    # a total that counts other places too gives nothing away
    rows[3] = observation("", 5_000, days[0], "total")
    assert ("tracking", days[0], "hill") not in counts_to_omit(rows, guard)
