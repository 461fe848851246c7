"""Protects the shares of the variance: against closed forms, and on the tables of a run."""

import datetime as dt
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from havenward.errors import RunError
from havenward.forecast.plots import draw_worries
from havenward.forecast.sensitivity import (
    WORDS,
    Outcome,
    bin_share,
    drawn_capacities,
    explain_outcomes,
    name_in_words,
    rank_worries,
    run_draws,
    run_outcomes,
    say_sensitivity,
)

DAY = dt.date(2016, 10, 17)


def outcome(values):
    return Outcome("displaced_total", "total", DAY, np.asarray(values, float))


def explain(draws, values, **settings):
    return explain_outcomes(draws, [outcome(values)], **{"logs": False, **settings})[0]


def by_name(sensitivity):
    return {share.name: share for share in sensitivity.shares}


def ishigami(members, seed=0):
    """Give draws and outcomes of a function whose shares are known (Ishigami & Homma 1990), a = 7, b = 0.1."""
    x = np.random.default_rng(seed).uniform(-np.pi, np.pi, (members, 3))
    values = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    return {"x1": x[:, 0], "x2": x[:, 1], "x3": x[:, 2]}, values


def ishigami_shares():
    a, b, pi = 7.0, 0.1, np.pi
    first = 0.5 * (1 + b * pi**4 / 5) ** 2
    second = a**2 / 8
    both = b**2 * pi**8 * (1 / 18 - 1 / 50)
    total = first + second + both
    return {
        "x1": (first / total, (first + both) / total),
        "x2": (second / total, second / total),
        "x3": (0.0, both / total),
    }


# -- closed forms ------------------------------------------------------------------------------------------


def test_shares_of_a_curved_function_with_an_interaction_agree_with_the_closed_form():
    found = by_name(explain(*ishigami(4000)))
    for name, (alone, together) in ishigami_shares().items():
        assert found[name].alone == pytest.approx(alone, abs=0.03)
        assert found[name].together == pytest.approx(together, abs=0.06)


def test_a_few_hundred_members_find_the_same_order():
    found = by_name(explain(*ishigami(300)))
    assert found["x3"].alone < 0.1 < min(found["x1"].alone, found["x2"].alone)
    assert found["x3"].together > 0.1, "what only works with others is seen too"


def test_shares_of_a_sum_are_its_squared_weights():
    weights = np.array([4.0, 3.0, 2.0, 1.0, 0.0])
    random = np.random.default_rng(1)
    x = random.normal(size=(4000, 5))
    values = x @ weights + 2.0 * random.normal(size=4000)
    one = explain({f"x{i}": x[:, i] for i in range(5)}, values)
    found = by_name(one)
    for i, share in enumerate(weights**2 / (weights @ weights + 4.0)):
        assert found[f"x{i}"].alone == pytest.approx(share, abs=0.03)
        assert found[f"x{i}"].together == pytest.approx(share, abs=0.04)
    assert one.explained == pytest.approx(30 / 34, abs=0.03)
    assert [share.name for share in one.shares[:3]] == ["x0", "x1", "x2"]


def test_chance_alone_explains_nothing_on_average():
    random = np.random.default_rng(2)
    shares = [bin_share(random.permutation(200) / 200, random.normal(size=200)) for _ in range(300)]
    assert abs(np.mean(shares)) < 4 * np.std(shares) / np.sqrt(len(shares))
    raw = 6 / 199  # what seven bins of noise would seem to explain without the correction
    assert abs(np.mean(shares)) < raw / 3


def test_the_standard_error_is_the_spread_over_samples():
    found = [by_name(explain(*ishigami(400, seed)))["x2"] for seed in range(25)]
    spread = np.std([share.alone for share in found])
    assert np.mean([share.error for share in found]) == pytest.approx(spread, rel=0.4)


def test_many_idle_assumptions_stay_idle():
    draws, values = ishigami(600)
    random = np.random.default_rng(3)
    idle = {f"idle{i}": random.normal(size=600) for i in range(30)}
    found = by_name(explain(draws | idle, values))
    assert max(found[name].alone - 3 * found[name].error for name in idle) < 0.03
    assert found["x2"].alone > 0.3


# -- laws --------------------------------------------------------------------------------------------------


def test_only_the_order_of_draws_matters():
    draws, values = ishigami(300)
    stretched = {name: np.exp(3 * x) for name, x in draws.items()}
    assert explain(draws, values).shares == explain(stretched, values).shares


def test_logs_make_factors_count_alike():
    random = np.random.default_rng(4)
    a, b = random.normal(size=(2, 3000))
    values = np.exp(8 + a + b)
    even, raw = explain({"a": a, "b": b}, values, logs=True), explain({"a": a, "b": b}, values)
    assert by_name(even)["a"].alone == pytest.approx(0.5, abs=0.05)
    assert sum(share.alone for share in raw.shares) < 0.8, "on people the two work together"


def test_fixed_assumptions_are_left_out_and_ties_are_borne():
    draws, values = ishigami(300)
    draws = {**draws, "fixed": np.full(300, 3.0), "coin": (np.arange(300) % 2).astype(float)}
    found = by_name(explain(draws, values + 5 * draws["coin"]))
    assert "fixed" not in found
    assert found["coin"].alone == pytest.approx(6.25 / np.var(values + 5 * draws["coin"]), abs=0.1)


def test_an_outcome_that_never_changes_has_no_shares():
    draws, values = ishigami(100)
    one = explain(draws, np.zeros_like(values))
    assert [share.alone for share in one.shares] == [0.0, 0.0, 0.0]
    assert one.explained == 0.0
    assert "No single assumption stands out" in say_sensitivity(one)
    assert draw_worries(one) == ""


def test_too_few_members_are_refused():
    draws, values = ishigami(59)
    with pytest.raises(RunError) as caught:
        explain(draws, values)
    assert str(caught.value).startswith(
        "sensitivity: the run has 59 members; expected at least 60, better 1,000"
    )


# -- from the tables of a run --------------------------------------------------------------------------------


def run_tables(members=80, days=5):
    """Make the tables of a run in which a camp fills by what each member drew."""
    pace = np.linspace(10, 100, members)
    rows = []
    for place in ("camp", "total"):
        for member in range(members):
            for day in range(days):
                here = int(pace[member] * (day + 1))
                rows.append((member, DAY + dt.timedelta(days=day), place, here, int(pace[member]), 0))
    table = pl.DataFrame(
        rows, schema=["member", "date", "location", "stock", "arrivals", "departures"], orient="row"
    )
    draws = [("pace", m, pace[m]) for m in range(members)]
    draws += [("still", m, 0.5) for m in range(members)]
    draws += [("capacity.camp", m, 100.0 + m) for m in range(members)]
    return table, pl.DataFrame(draws, schema=["name", "member", "value"], orient="row")


def test_outcomes_of_a_run_are_what_its_members_did():
    members, assumptions = run_tables()
    days = [DAY + dt.timedelta(days=2), DAY + dt.timedelta(days=300)]
    found = run_outcomes(members, {"camp": "camp", "hill": "marker"}, DAY, days, {"camp": 150.0})
    assert [(one.target, one.location, one.date) for one in found] == [
        ("displaced_total", "total", days[0]),
        ("stock", "total", days[0]),
        ("stock", "camp", days[0]),
        ("days_over_capacity", "camp", None),
    ]
    total, _, camp, over = found
    assert total.values[0] == 30
    assert camp.values[-1] == 300
    assert over.values[0] == 0
    assert over.values[-1] == 4, "of the four days after the origin date"
    assert run_draws(assumptions).keys() == {"pace"}
    assert run_draws(assumptions, derived=True).keys() == {"pace", "capacity.camp"}
    assert drawn_capacities(assumptions)["camp"][3] == 103.0
    assert explain_outcomes(run_draws(assumptions), found)[0].shares[0].alone > 0.85


def test_the_order_of_rows_in_a_run_does_not_matter():
    members, assumptions = run_tables()
    mixed = members.sample(fraction=1.0, shuffle=True, seed=1)
    kinds, days = {"camp": "camp"}, [DAY + dt.timedelta(days=2)]
    a = run_outcomes(members, kinds, DAY, days)
    b = run_outcomes(mixed, kinds, DAY, days)
    assert all(np.array_equal(x.values, y.values) for x, y in zip(a, b, strict=True))
    shuffled = assumptions.sample(fraction=1.0, shuffle=True, seed=1)
    assert np.array_equal(run_draws(assumptions)["pace"], run_draws(shuffled)["pace"])


# -- in words ------------------------------------------------------------------------------------------------


def test_what_is_said_names_the_largest_first():
    random = np.random.default_rng(5)
    hazard, total = random.normal(size=(2, 1000))
    values = np.exp(10 + hazard + 0.5 * total)
    one = explain({"contact_hazard": hazard, "displaced_total": total}, values, logs=True)
    text = say_sensitivity(one)
    assert text.startswith("People displaced in all by 2016-10-17: ")
    assert "We are least sure about how fast people leave once they can: knowing it would take away" in text
    assert "then come how many will flee in all, by what was published (" in text
    picture = draw_worries(one)
    ET.fromstring(picture)  # noqa: S314 - made here
    assert picture.index("how fast people leave") < picture.index("how many will flee")
    assert "What we are least sure about" in picture
    assert "<script" not in draw_worries(replace(one, outcome=one.outcome._replace(location="<script>")))


def test_small_shares_are_not_worries():
    one = explain(*ishigami(1000))
    assert all(max(alone, whole) >= 0.02 for _, alone, whole in rank_worries(one))


def test_names_are_said_with_their_part():
    assert name_in_words("group_share.west") == "in which part of the area they live (west)"
    assert name_in_words("new_thing") == "new thing"


def test_every_assumption_that_moves_people_has_words():
    import csv
    from importlib.resources import files

    text = files("havenward").joinpath("tables", "parameters.csv").read_text(encoding="utf-8")
    names = {row["name"].partition(".")[0] for row in csv.DictReader(text.splitlines())}
    about_needs = {name for name in names if name.startswith("share_")} | {"household_size"}
    assert names - about_needs <= WORDS.keys()
