"""Protects the simple rules: what each says, that it sees nothing from the future, and its honest errors."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from havenward.distributions import Distribution
from havenward.forecast.baselines import ALL_RULE_NAMES, RULE_NAMES, RULES, ask_rules, planning_quantiles
from havenward.forecast.errors_of_rules import (
    SAID,
    LibraryRow,
    blind_quantiles,
    forecast_rules,
    make_library,
    measure_error,
    read_library,
    rule_quantiles,
    select_rows,
    undo_error,
    write_library,
)
from havenward.forecast.headline import HORIZONS, headline_pairs, report_dates
from havenward.records import QUANTILE_LEVELS, Assumption, Figure, Report
from toy_counts import START, count, crisis, day, fight, place, random_crisis, road


def answers(case, origin, horizon=14):
    """Give what every rule says at each site."""
    questions, _ = ask_rules(case, [day(on) for on in range(origin + 1)], [horizon])
    now = np.flatnonzero(questions.origin == day(origin).toordinal())
    return {
        questions.sites[questions.site[row]]: dict(zip(RULE_NAMES, questions.points[row], strict=True))
        for row in now
    }


# -- what each rule says -----------------------------------------------------------------------------------


def test_rules_say_what_their_words_say():
    rows = [count("p", on, 10 * on) for on in range(0, 41, 2)] + [count("q", 0, 100), count("q", 40, 100)]
    said = answers(crisis(rows, routes=(road("p", "q", 5),)), 40)
    p, q = said["p"], said["q"]
    assert p["b0_zero"] == p["b1_last_stock"] == q["b2_rate_28"] == 0
    for name in ("b2_rate_3", "b2_rate_7", "b2_rate_28", "b3_mean", "b4_linear"):
        assert p[name] == pytest.approx(140), name
    assert 0 < p["b4_damped"] < 140
    assert (p["b5_uniform"], q["b5_uniform"]) == pytest.approx((70, 70))
    assert q["b7_stock_shares"] == pytest.approx(140 * 100 / 500)
    assert (p["b7_inflow_shares"], q["b7_inflow_shares"]) == pytest.approx((140, 0))


def test_a_rate_runs_from_the_last_count_not_from_the_origin():
    rows = [count("p", on, 10 * on, on + 3) for on in range(41)]
    said = answers(crisis(rows), 40)
    assert said["p"]["b2_rate_7"] == pytest.approx(10 * 17)


def test_a_short_rate_uses_the_latest_count_that_is_old_enough():
    rows = [count("p", 0, 0), count("p", 30, 300), count("p", 36, 330)]
    said = answers(crisis(rows), 36)
    assert said["p"]["b2_rate_3"] == pytest.approx(5 * 14)
    assert said["p"]["b2_rate_28"] == pytest.approx(330 / 36 * 14)


def test_no_rule_takes_away_more_people_than_are_there():
    rows = [count("p", on, 100 - 3 * on) for on in range(0, 31, 5)] + [count("q", 0, 5), count("q", 30, 5)]
    for point in answers(crisis(rows), 30, 56)["p"].values():
        assert point >= -10


def test_the_middle_of_past_periods_is_the_median_of_what_was_known():
    rows = [count("p", on, persons) for on, persons in ((0, 0), (7, 10), (14, 40), (21, 41), (28, 42))]
    questions, _ = ask_rules(crisis(rows), [day(on) for on in (0, 7, 14, 21)], [7])
    assert questions.points[-1, RULE_NAMES.index("b3_median")] == 10  # of 10, 30 and 1


def test_people_go_to_near_places_from_where_there_was_fighting():
    places = ("p", "q", place("a", "origin", population=1000), place("b", "origin", population=1000))
    rows = [count("p", on, 10 * on) for on in range(0, 41, 4)] + [count("q", on, 0) for on in (0, 40)]
    roads = (road("a", "p", 10), road("a", "q", 90), road("b", "q", 10), road("b", "p", 90))
    case = crisis(rows, places, routes=roads, events=(fight("b", 5),))
    said = answers(case, 40)
    assert said["q"]["b6_gravity"] == pytest.approx(5 * said["p"]["b6_gravity"])
    later = replace(case, events=(fight("b", 5, published=50),))
    even = answers(later, 40)
    assert even["q"]["b6_gravity"] == pytest.approx(even["p"]["b6_gravity"])


def test_one_count_is_enough_to_say_something():
    for point in answers(crisis([count("p", 0, 40)]), 3)["p"].values():
        assert point == 0


# -- nothing from the future -------------------------------------------------------------------------------


def spoil(case, origin, random):
    """Change, add and remove what was published after a day."""
    rows = []
    for row in case.observations:
        if row.published <= origin:
            rows.append(row)
        elif random.random() < 0.6:
            rows.append(replace(row, persons=int(random.integers(0, 10_000))))
    late = (origin - START).days + 1
    for _ in range(20):
        on = int(random.integers(0, 130))
        row = count(str(random.choice(["p", "q", "r"])), on, int(random.integers(0, 9000)), max(late, on) + 1)
        if not any(
            o.location == row.location and o.date == row.date and o.published == row.published for o in rows
        ):
            rows.append(row)
    return replace(
        case,
        observations=tuple(rows),
        events=(*case.events, fight("p", 1, published=late)),
        locations=(*case.locations, place("s", published=late), place("p", published=late, capacity=5)),
        routes=(*case.routes, replace(road("source", "q", 1), published=day(late))),
    )


@pytest.mark.parametrize("seed", range(4))
def test_what_was_published_later_changes_nothing_that_a_rule_says(seed):
    case = random_crisis(seed)
    library = make_library([random_crisis(77, "other")])
    random = np.random.default_rng(seed)
    for origin in (day(20), day(60), day(90)):
        other = spoil(case, origin, random)
        before, after = (
            forecast_rules(one, origin, HORIZONS, "leave-one-out", library) for one in (case, other)
        )
        assert before.keys() == after.keys() == set(RULE_NAMES)
        for rule in before:
            assert before[rule].keys() == after[rule].keys()
            for key, values in before[rule].items():
                assert np.array_equal(values, after[rule][key]), (rule, key, origin)


def test_all_origins_at_once_say_the_same_as_each_alone():
    case = random_crisis(3)
    origins = report_dates(case)
    questions, past = ask_rules(case, origins, [14])
    together = rule_quantiles(questions, past, ())
    for origin in (origins[5], origins[-1]):
        alone = forecast_rules(case, origin, [14], "time-ordered", ())
        for row in np.flatnonzero(questions.origin == origin.toordinal()):
            site = questions.sites[questions.site[row]]
            for index, rule in enumerate(RULE_NAMES):
                assert np.array_equal(together[row, index], alone[rule][site, 14])


def test_row_order_means_nothing():
    case = random_crisis(5)
    turned = replace(
        case,
        locations=tuple(reversed(case.locations)),
        routes=tuple(reversed(case.routes)),
    )
    one, two = (forecast_rules(c, day(80), [28], "leave-one-out", ()) for c in (case, turned))
    for rule in RULE_NAMES:
        for key, values in one[rule].items():
            assert values == pytest.approx(two[rule][key])


# -- errors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", ["arrivals", "stock"])
def test_an_error_can_be_put_back(scale):
    point, last = np.array([0.0, 50.0, -20.0, 4000.0]), np.array([0.0, 100.0, 300.0, 10.0])
    observed = np.array([5.0, -100.0, 20.0, 1.0])
    error = measure_error(scale, observed, point, last)
    assert undo_error(scale, error, point, last) == pytest.approx(observed)


def test_quantiles_rise_and_never_empty_a_site_below_nobody():
    case = random_crisis(8)
    questions, past = ask_rules(case, report_dates(case), HORIZONS)
    values = rule_quantiles(questions, past, ())
    assert values.shape == (len(questions.origin), len(RULES), len(QUANTILE_LEVELS))
    assert (np.diff(values, axis=2) >= 0).all()
    assert (values >= -questions.last_count[:, None, None] - 1e-9).all()


def test_a_rule_learns_its_own_errors_and_its_intervals_hold():
    random = np.random.default_rng(2)
    rows, persons = [], 0
    for on in range(0, 900, 2):
        rows.append(count("p", on, persons))
        persons += int(random.lognormal(4, 0.7))
    case = crisis(rows, ("p",))
    origins = report_dates(case)
    questions, past = ask_rules(case, origins, [14])
    values = rule_quantiles(questions, past, ())
    inside = []
    at = {(p.origin.toordinal()): p.observed for p in headline_pairs(case, origins, [14])}
    for row in np.flatnonzero(questions.origin > day(200).toordinal()):
        if questions.origin[row] in at:
            low, high = values[row, 0, [3, -4]]  # the central 80 %
            inside.append(low <= at[questions.origin[row]] <= high)
    assert 0.70 < np.mean(inside) < 0.90


def test_where_nothing_is_known_of_errors_the_rule_is_wide():
    wide = forecast_rules(crisis([count("p", 0, 1000)]), day(0), [14], "time-ordered", ())["b0_zero"]["p", 14]
    assert wide[0] < -500
    assert wide[-1] > 1000


# -- the library -------------------------------------------------------------------------------------------


def row_of(crisis_name, country, last, rule="b0_zero", said="nothing"):
    errors = np.linspace(2, 3, 20)
    return LibraryRow(rule, crisis_name, country, 14, said, 30, date(2000, 1, 1), last, errors)


def test_the_crisis_itself_is_left_out_and_time_order_is_kept():
    before, during = date(2019, 12, 1), date(2020, 5, 1)
    rows = [
        row_of("toy", "XXX", before),
        row_of("same-land-same-time", "XXX", during),
        row_of("same-land-before", "XXX", before),
        row_of("elsewhere-later", "YYY", during),
    ]
    case = crisis([count("p", 0, 1)])
    names = {
        priors: {row.crisis for row in select_rows(rows, case, priors)}
        for priors in ("leave-one-out", "time-ordered")
    }
    assert names["leave-one-out"] == {"same-land-before", "elsewhere-later"}
    assert names["time-ordered"] == {"same-land-before"}


def test_errors_of_other_crises_stand_in_at_the_first_report():
    case = crisis([count("p", 0, 1000)])
    library = [row_of("other", "YYY", date(2010, 1, 1))]
    said = forecast_rules(case, day(0), [14], "leave-one-out", library)["b0_zero"]["p", 14]
    assert said[11] == pytest.approx(np.expm1(2.5), rel=0.02)
    assert blind_quantiles(library, 14)[11] == pytest.approx(np.expm1(2.5), rel=0.02)


def test_the_shipped_library_serves_every_rule_and_names_its_crises():
    rows = read_library()
    assert {row.rule for row in rows} == set(RULE_NAMES)
    assert {row.horizon for row in rows} == set(HORIZONS)
    assert all(
        row.said in SAID and len(row.errors) == 20 and (np.diff(row.errors) >= 0).all() for row in rows
    )
    assert "mosul-2016" not in {row.crisis for row in rows}


def test_a_library_can_be_written_and_made_again():
    made = make_library([random_crisis(1), random_crisis(2, "two")], [14])
    assert {row.crisis for row in made} == {"toy", "two"}
    assert write_library(made) == write_library(reversed(made))
    assert write_library(made).count("\n") == len(made) + 1


# -- planning figures --------------------------------------------------------------------------------------


def figure(name, report, low, high, point=None, **more):
    blank = {
        "sentence": "", "quantity_text": "", "quantifier": "", "unit": "persons", "group": "people",
        "term": "expected_displaced", "temporality": "expected", "location": "", "origin": "", "destination": "",
        "date_expression": "", "date_from": None, "date_to": None, "source_attribution": "", "fact_group": "",
        "relation": "", "review": "",
    } | more  # fmt: skip
    return Figure(figure=name, report=report, start=None, end=None, low=low, high=high, point=point, **blank)


def planned(**more):
    reports = tuple(Report(n, "", "", day(on), "", "original", "", "") for n, on in (("old", 0), ("new", 20)))
    figures = (
        figure("f1", "old", 90_000, 90_000, 90_000),
        figure("f2", "new", 180_000, 180_000),
        figure("f3", "new", None, None, 7e6, review="rejected"),
    )
    return crisis([], reports=reports, figures=figures, **more)


def test_the_latest_planning_figure_comes_evenly_and_is_split_as_people_are():
    sites = {"p": (day(10).toordinal(), 300.0), "q": (day(10).toordinal(), 100.0)}
    early = planning_quantiles(planned(), day(10), sites, [9])["b9_planning_figure"]
    assert early["p", 9][11] == pytest.approx(90_000 * 0.75 * 9 / 90)
    assert early["p", 9][-4] / early["p", 9][11] == pytest.approx(np.exp(0.7 * 1.2816), rel=1e-3)
    whole = {"total": (day(30).toordinal(), 5.0)}
    late = planning_quantiles(planned(), day(30), whole, [9])["b9_planning_figure"]
    assert late["total", 9][11] == pytest.approx(180_000 * 9 / 90)


def test_planning_rules_need_no_counts():
    found = planning_quantiles(planned(), day(10), {}, [9])["b9_planning_figure"]
    assert found["p", 9][11] == found["q", 9][11] == pytest.approx(90_000 / 2 * 9 / 90)


def test_the_expert_pool_is_the_distribution_of_the_case():
    pool = Assumption(
        "displaced_total", day(5), Distribution("lognormal", {"median": 9000.0, "sigma": 0.5}), "persons", ""
    )
    case = crisis([], assumptions=(pool,))
    assert planning_quantiles(case, day(4), {}, [9]) == {}
    assert planning_quantiles(case, day(6), {}, [9])["b10_expert_pool"]["p", 9][11] == pytest.approx(450)


def test_every_rule_has_a_name_of_its_own_and_words():
    assert len(set(ALL_RULE_NAMES)) == len(ALL_RULE_NAMES) == 15
    assert all(rule.words for rule in RULES)
