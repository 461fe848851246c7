"""Protects the backtest: what is written, that it resumes to the same bytes, and what skill is measured against."""

import shutil
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from havenward.case.known import as_of
from havenward.errors import SettingsError
from havenward.forecast.backtest import backtest, observed_table
from havenward.forecast.backtest_scores import (
    RuleSkill,
    choose_rules,
    elsewhere,
    read_rule_skill,
    reliability_curve,
    summarise,
    write_rule_skill,
)
from havenward.forecast.baselines import RULE_NAMES
from havenward.forecast.headline import HORIZONS, report_dates
from havenward.forecast.measures import weighted_interval_score_log
from havenward.records import QUANTILE_LEVELS
from toy_counts import count, crisis, day, place, random_crisis

SPREAD = np.linspace(-1, 1, len(QUANTILE_LEVELS))


def narrow(case, origin, track):
    known = as_of(case, origin)
    return replace(known, observations=()) if track == "D" else known


def steady(known, origin, horizons, settings):
    """Forecast 50 people more or less everywhere, and check what was handed over."""
    assert known.known == origin
    assert all(row.published <= origin for row in known.observations)
    if settings.track == "D":
        assert not known.observations
    else:
        assert set(settings.rules) >= set(RULE_NAMES)
    sites = sorted(place.location for place in known.locations if place.kind == "camp")
    cells = {(site, h): 50 + 40 * SPREAD for site in sites for h in horizons}
    cells |= {("stock", "total", h): 900 + 400 * SPREAD for h in horizons}
    return {"havenward": cells, "twice": {key: 2 * values for key, values in cells.items()}}


def unsorted(known, origin, horizons, settings):  # noqa: ARG001
    return {"havenward": {("p", 7): -SPREAD}}


@pytest.fixture(scope="module")
def cases():
    return [random_crisis(1, "one", "AAA"), random_crisis(2, "two", "BBB", days=90)]


def run(cases, out, **more):
    settings = {
        "members": 5,
        "seed": 1,
        "track": "C",
        "forecaster": steady,
        "workers": 1,
        "narrow": narrow,
    } | more
    return backtest(cases, HORIZONS, out=out, **settings)


@pytest.fixture(scope="module")
def results(cases, tmp_path_factory):
    out = tmp_path_factory.mktemp("backtest")
    return out, run(cases, out)


def written(folder):
    return {
        name: (folder / name).read_bytes()
        for name in ("predictions.parquet", "observed.parquet", "scores.csv")
    }


# -- what is written ---------------------------------------------------------------------------------------


def test_predictions_have_the_columns_of_a_hub(results):
    table = pl.read_parquet(results[0] / "predictions.parquet")
    assert table.columns == [
        "case", "track", "model", "origin_date", "target", "horizon", "target_end_date", "location", "output_type",
        "output_type_id", "value",
    ]  # fmt: skip
    assert set(table["model"]) == {*RULE_NAMES, "havenward", "twice"}
    assert table.select(
        (pl.col("target_end_date") - pl.col("origin_date")).dt.total_days() == pl.col("horizon")
    )[:, 0].all()
    key = ["case", "model", "target", "location", "origin_date", "horizon"]
    per_key = table.group_by(key).agg("output_type_id", "value")
    assert set(per_key["output_type_id"].list.len()) == {23}
    one = per_key.row(0, named=True)
    assert one["output_type_id"] == [f"{level:g}" for level in QUANTILE_LEVELS]
    assert one["value"] == sorted(one["value"])


def test_every_report_date_is_an_origin_and_every_site_with_a_count_is_forecast(results, cases):
    table = results[1].predicted.filter((pl.col("model") == "b0_zero") & (pl.col("target") == "net_arrivals"))
    for case in cases:
        mine = table.filter(pl.col("case") == case.crisis)
        assert sorted(mine["origin_date"].unique()) == report_dates(case)


def test_every_pair_is_predicted_by_every_rule(results):
    _, found = results
    wanted = found.observed.filter(pl.col("target") == "net_arrivals").height
    for model in (*RULE_NAMES, "havenward"):
        mine = found.pairs.filter((pl.col("model") == model) & (pl.col("target") == "net_arrivals"))
        assert mine.height == wanted, model


def test_observed_is_the_headline_target(cases):
    table = observed_table(cases, [7])
    assert table.columns[:6] == ["case", "target", "location", "origin_date", "target_end_date", "observed"]
    assert set(table["target"]) == {"net_arrivals", "stock"}
    assert (table.filter(pl.col("target") == "net_arrivals")["observed"] < 0).any()


def test_scores_agree_with_scores_taken_from_the_files(results):
    out, _ = results
    scores = pl.read_csv(out / "scores.csv")
    assert scores.columns == [
        "case", "track", "model", "target", "horizon", "n", "wis", "wis_log", "skill", "coverage_50", "coverage_95",
        "width_95", "tvd",
    ]  # fmt: skip
    key = ["case", "target", "location", "origin_date", "target_end_date"]
    joined = (
        pl.read_parquet(out / "predictions.parquet")
        .filter(
            (pl.col("model") == "b3_mean")
            & (pl.col("case") == "one")
            & (pl.col("target") == "net_arrivals")
            & (pl.col("horizon") == 14)
        )
        .group_by(key, maintain_order=True)
        .agg("value")
        .join(pl.read_parquet(out / "observed.parquet"), on=key)
    )
    values = np.array(joined["value"].to_list())
    expected = weighted_interval_score_log(values, joined["observed"].to_numpy(), QUANTILE_LEVELS)
    row = scores.filter(
        (pl.col("case") == "one")
        & (pl.col("model") == "b3_mean")
        & (pl.col("target") == "net_arrivals")
        & (pl.col("horizon") == 14)
    ).row(0, named=True)
    assert row["n"] == len(expected)
    assert row["wis_log"] == pytest.approx(expected.mean(), abs=1e-3)


# -- the same bytes ----------------------------------------------------------------------------------------


def test_a_stopped_backtest_resumes_to_the_same_bytes(results, cases, tmp_path):
    out, _ = results
    shutil.copytree(out, tmp_path / "again")
    parts = sorted((tmp_path / "again" / "parts").rglob("*.parquet"))
    for part in parts[::3]:
        part.unlink()
    left = {part: part.stat().st_mtime_ns for part in parts if part.exists()}
    run(cases, tmp_path / "again")
    assert written(tmp_path / "again") == written(out)
    assert all(part.stat().st_mtime_ns == when for part, when in left.items())


def test_two_processes_write_the_same_bytes_as_one(tmp_path):
    few = [random_crisis(4, days=40)]
    for workers in (1, 2):
        run(few, tmp_path / str(workers), workers=workers)
    assert written(tmp_path / "1") == written(tmp_path / "2")


def test_other_settings_take_no_old_parts(results, cases, tmp_path):
    shutil.copytree(results[0], tmp_path / "again")
    old = {folder.name for folder in (tmp_path / "again" / "parts").iterdir()}
    run(cases[:1], tmp_path / "again", seed=2)
    new = {folder.name for folder in (tmp_path / "again" / "parts").iterdir()}
    assert len(new) == 1
    assert not old & new


# -- skill -------------------------------------------------------------------------------------------------


def test_the_rule_to_beat_is_chosen_on_the_other_crises_alone(results):
    _, found = results
    scores = found.scores.filter(pl.col("model").is_in(RULE_NAMES) & (pl.col("target") == "net_arrivals"))
    for case, other in (("one", "two"), ("two", "one")):
        for horizon in (7, 56):
            elsewhere_ = scores.filter((pl.col("case") == other) & (pl.col("horizon") == horizon))
            best = elsewhere_.sort("wis_log", "model")["model"][0]
            assert found.best_rules[case, "net_arrivals", horizon] == best
            row = found.scores.filter(
                (pl.col("case") == case)
                & (pl.col("horizon") == horizon)
                & (pl.col("target") == "net_arrivals")
            )
            log = dict(row.select("model", "wis_log").iter_rows())
            skill = dict(row.select("model", "skill").iter_rows())
            assert skill["havenward"] == pytest.approx(1 - log["havenward"] / log[best])


def test_a_single_crisis_takes_its_rule_from_the_shipped_table():
    means = pl.DataFrame(
        {"case": ["a"] * 2, "model": ["b0_zero", "b3_mean"], "target": ["net_arrivals"] * 2, "horizon": [10] * 2,
         "wis_log": [1.0, 2.0]}
    )  # fmt: skip
    rows = [
        RuleSkill("other", "X", date(2000, 1, 1), "net_arrivals", 7, rule, 9, value)
        for rule, value in (("b0_zero", 3.0), ("b3_mean", 2.0))
    ]
    assert choose_rules(means, {"a": rows}) == {("a", "net_arrivals", 10): "b3_mean"}


def test_the_shipped_table_is_never_used_for_its_own_crisis():
    rows = read_rule_skill()
    assert {row.rule for row in rows} == set(RULE_NAMES)
    own = replace(random_crisis(1), crisis="mali2012", country="MLI", start=date(2012, 1, 1))
    assert "mali2012" not in {row.crisis for row in elsewhere(own)}
    same = replace(own, crisis="another-name")
    assert "mali2012" not in {row.crisis for row in elsewhere(same)}


def test_the_table_of_rules_can_be_made_again(results, cases):
    text = write_rule_skill(results[1], cases)
    assert text.splitlines()[0] == "crisis,country,last_published,target,horizon,rule,n,wis_log"
    assert "havenward" not in text


def test_the_summary_weighs_crises_equally(results):
    _, found = results
    summary = summarise(found)
    block = summary["targets"]["net_arrivals"]["14"]
    rows = found.scores.filter(
        (pl.col("model") == "havenward") & (pl.col("target") == "net_arrivals") & (pl.col("horizon") == 14)
    )
    assert block["crises"] == 2
    ours = block["models"]["havenward"]
    assert ours["wis_log"] == pytest.approx(rows["wis_log"].mean())
    assert ours["tvd"] == pytest.approx(rows["tvd"].mean())
    assert ours["missing"] == 0
    assert block["skill"]["value"] == pytest.approx(1 - ours["wis_log"] / block["best_rule"]["wis_log"])
    assert block["skill"]["low"] <= block["skill"]["value"] <= block["skill"]["high"]
    assert set(ours) >= {
        "wis",
        "wis_log",
        "coverage_50",
        "coverage_80",
        "coverage_95",
        "width_95",
        "tvd_by_arrivals",
    }


def test_misplaced_arrivals_are_found_at_sites_with_counts(tmp_path):
    rows = [count(site, on, size * on) for site, size in (("p", 30), ("q", 10)) for on in range(0, 60, 7)]
    found = run([crisis(rows)], tmp_path)
    shares = found.shares.filter((pl.col("model") == "havenward") & (pl.col("horizon") == 7))
    # we say one half, three quarters came; shares are means over 400 joint draws
    assert shares["tvd"].to_list() == pytest.approx([0.25] * shares.height, abs=1e-3)


def test_chances_of_passing_a_capacity_are_scored(tmp_path):
    rows = [count("p", on, 10 * on) for on in range(0, 90, 7)]
    found = run([crisis(rows, (place("p", capacity=400),))], tmp_path)
    scores = summarise(found)["over_capacity"]["b3_mean"]
    assert 0 < scores["happened"] < 1
    assert scores["score"] < scores["uncertainty"]


def test_the_curve_of_reliability_has_a_point_per_level(results):
    curve = reliability_curve(results[1].pairs.filter(pl.col("model") == "b3_mean"))
    assert [level for level, _ in curve] == list(QUANTILE_LEVELS)
    assert all(0 <= share <= 1 for _, share in curve)


# -- tracks and refusals -----------------------------------------------------------------------------------


def test_before_the_event_no_rule_sees_a_count(cases, tmp_path):
    base, other = cases[0], random_crisis(9, "one", "AAA")
    dates = replace(base, observations=tuple(replace(o, persons=1) for o in base.observations))
    one, two = (run([c], tmp_path, track="D").predicted for c in (base, dates))
    assert set(one["model"]) == {"b0_zero", "havenward", "twice"}
    assert one.equals(two)
    assert other.observations != base.observations


def test_nothing_published_later_changes_a_prediction(cases, tmp_path):
    base = cases[0]
    until = day(50)
    later = tuple(
        replace(row, persons=5 * row.persons + 3) if row.published > until else row
        for row in base.observations
    )
    one, two = (run([c], tmp_path).predicted for c in (base, replace(base, observations=later)))
    kept = [table.filter(pl.col("origin_date") <= until) for table in (one, two)]
    assert kept[0].height > 100
    assert kept[0].equals(kept[1])
    assert not one.equals(two)


def test_other_tracks_and_doubled_crises_are_refused(cases, tmp_path):
    with pytest.raises(SettingsError) as caught:
        run([cases[0], cases[0]], tmp_path, track="A")
    assert [str(problem) for problem in caught.value.problems] == [
        "--track: found 'A'; expected C or D; history can be repeated honestly on these two only; choose one",
        "case one: stands twice among the cases; expected different crises; leave one out, or correct the crisis in its case.toml",
    ]


def test_a_forecast_that_is_no_row_of_quantiles_is_refused(cases, tmp_path):
    with pytest.raises(
        SettingsError, match="horizon 7: the forecast is no rising row of quantiles; expected 23"
    ):
        run(cases[:1], tmp_path, forecaster=unsorted)


def test_the_rules_can_be_tested_without_a_model(tmp_path, cases):
    found = run(cases, tmp_path, forecaster=None)
    assert set(found.predicted["model"]) == set(RULE_NAMES)
    assert summarise(found)["targets"]["net_arrivals"]["7"]["skill"] is None
    assert timedelta(days=7) == found.observed.filter(pl.col("horizon") == 7).select(
        pl.col("target_end_date") - pl.col("origin_date")
    ).item(0, 0)


def test_other_days_can_be_forecast_from(cases, tmp_path):
    days = [day(30), day(45)]
    found = run(cases[:1], tmp_path, origins={"one": days})
    assert sorted(found.predicted["origin_date"].unique()) == days
    assert sorted(found.observed["origin_date"].unique()) == days


def test_experts_speak_of_the_whole_case_too(cases, tmp_path):
    def pooled(case, origin):  # noqa: ARG001
        return 90_000 + 1000 * SPREAD

    found = run(cases[:1], tmp_path, track="D", forecaster=None, pooled=pooled, origins={"one": [day(30)]})
    said = found.predicted.filter((pl.col("model") == "b10_expert_pool") & (pl.col("target") == "stock"))
    assert said["location"].unique().to_list() == ["total"]
    seven = said.filter(pl.col("horizon") == 7)["value"][0]
    assert seven[11] == pytest.approx(90_000 * 7 / 90)
