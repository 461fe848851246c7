"""A forecast is the same bytes on any number of cores, and what is published later touches no byte of it."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copytree, rmtree
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from havenward.case.load import load_case
from havenward.distributions import Distribution, weighted_quantiles
from havenward.errors import RunError, SettingsError
from havenward.forecast.ensemble import count_displaced, draw_assumptions
from havenward.pipeline import bundled_case, first_day, known_case, run_forecast, simulate
from havenward.randomness import Streams
from havenward.records import QUANTILE_LEVELS, Case
from havenward.runs import TABLES, Run, read_run
from havenward.settings import ForecastSettings
from worlds import START, assume, city

if TYPE_CHECKING:
    from collections.abc import Callable

EVE = date(2016, 10, 16)
MIDDLE = date(2016, 12, 20)
SMALL = ForecastSettings(EVE, 60, members=40)


@pytest.fixture(scope="module")
def mosul() -> Case:
    return load_case(bundled_case())


def table_bytes(run: Run) -> dict[str, bytes]:
    """Read every table of a run as bytes."""
    return {name: (run.folder / f"{name}.parquet").read_bytes() for name in TABLES}


# -- nothing from the future -----------------------------------------------------------------------------


def bend_rows(path: Path, is_later: Callable[[dict[str, str]], bool], columns: tuple[str, ...]) -> int:
    """Change the numbers (and the display name) of later rows of a table; count them."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    later = [row for row in rows if is_later(row)]
    for row in later:
        for column in columns:
            if re.fullmatch(r"[0-9.]+", row.get(column) or ""):
                row[column] = str(int(float(row[column]) * 3) + 7)
        if row.get("kind") in ("host", "camp"):
            row["name"] = "Another name"
    if rows:
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return len(later)


def bend_the_future(folder: Path, origin: date) -> dict[str, int]:
    """Change every row of a case folder that was published after the origin date; count them by file."""
    day = origin.isoformat()
    numbers = ("capacity", "persons", "value", "quantity", "distance_km", "households")
    tables = ("locations", "routes", "events", "observations", "attributes", "stock")
    bent = {
        f"{name}.csv": bend_rows(folder / f"{name}.csv", lambda row: row["published"] > day, numbers)
        for name in tables
    }
    later = set()
    for path in sorted((folder / "reports").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        published = re.search(r"^published: (\S+)$", text, re.MULTILINE)
        assert published is not None
        if published[1] > day:
            later.add(path.name)
            path.write_text(text.rstrip("\n") + "\nOne more sentence.\n", encoding="utf-8", newline="\n")
    bent["reports"] = len(later)
    bent["figures.csv"] = bend_rows(
        folder / "figures.csv", lambda row: row["report"] in later, ("low", "high", "point")
    )
    return bent | bend_toml(folder / "assumptions.toml", origin)


def bend_toml(path: Path, origin: date, *, later: bool = True) -> dict[str, int]:
    """Triple the medians of assumptions published after (or up to) the origin date."""
    blocks = re.split(r"(?=^\[\[assumption\]\])", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    count = 0
    for index, block in enumerate(blocks):
        published = re.search(r"^published = (\S+)$", block, re.MULTILINE)
        if published and (published[1] > origin.isoformat()) == later:
            changed = re.sub(
                r"^(median|mean|value) = ([0-9.]+)$",
                lambda m: f"{m[1]} = {float(m[2]) * 3}",
                block,
                flags=re.MULTILINE,
            )
            count += changed != block
            blocks[index] = changed
    path.write_text("".join(blocks), encoding="utf-8", newline="\n")
    return {path.name: count}


@pytest.mark.parametrize("origin", [EVE, MIDDLE])
def test_what_is_published_later_changes_no_byte(tmp_path: Path, mosul: Case, origin: date) -> None:
    """Breaks if any stage reads past `as_of`: the law of tracks C and D."""
    changed = tmp_path / "case"
    copytree(bundled_case(), changed)
    bent = bend_the_future(changed, origin)
    for name in ("locations.csv", "events.csv", "observations.csv", "figures.csv", "reports"):
        assert bent[name] > 0, name
    assert bent["assumptions.toml"] > 0 or origin == MIDDLE
    settings = replace(SMALL, origin_date=origin)
    one = run_forecast(mosul, settings, tmp_path / "one")
    other = run_forecast(load_case(changed), settings, tmp_path / "other")
    assert table_bytes(one) == table_bytes(other)
    assert one.meta == other.meta


def test_an_assumption_known_by_then_changes_the_forecast(tmp_path: Path, mosul: Case) -> None:
    """Guards the test above: what is known does matter."""
    changed = tmp_path / "case"
    copytree(bundled_case(), changed)
    assert bend_toml(changed / "assumptions.toml", EVE, later=False)["assumptions.toml"] > 0
    one = run_forecast(mosul, SMALL, tmp_path / "one")
    other = run_forecast(load_case(changed), SMALL, tmp_path / "other")
    assert table_bytes(one)["members"] != table_bytes(other)["members"]
    assert one.meta["case_hash"] != other.meta["case_hash"]


def test_a_forecast_from_the_snapshot_is_the_same(tmp_path: Path, mosul: Case) -> None:
    """Breaks if the run folder does not keep all that the forecast used."""
    one = run_forecast(mosul, SMALL, tmp_path / "one")
    again = run_forecast(load_case(one.case_folder), SMALL, tmp_path / "again")
    assert table_bytes(one) == table_bytes(again)
    assert one.meta == again.meta


def test_tracks_see_what_they_may(mosul: Case) -> None:
    """C hides later events and counts, D hides all counts, B shows every event, A is refused."""
    settings = replace(SMALL, origin_date=MIDDLE)
    on_c, on_d = known_case(mosul, settings), known_case(mosul, replace(settings, track="D"))
    on_b = known_case(mosul, replace(settings, track="B"))
    assert on_c.observations
    assert not on_d.observations
    assert max(e.published for e in on_c.events) <= MIDDLE < max(e.published for e in on_b.events)
    assert max(o.published for o in on_b.observations) <= MIDDLE
    with pytest.raises(SettingsError, match="track A"):
        known_case(mosul, replace(settings, track="A"))


# -- the same bytes --------------------------------------------------------------------------------------


def test_one_core_and_two_give_the_same_bytes(tmp_path: Path, mosul: Case) -> None:
    """Breaks if a member looks at another, or work is split by what is free."""
    settings = replace(SMALL, members=130)
    one = run_forecast(mosul, settings, tmp_path / "one", workers=1)
    two = run_forecast(mosul, settings, tmp_path / "two", workers=2)
    assert table_bytes(one) == table_bytes(two)
    assert (one.folder / "run.json").read_bytes() == (two.folder / "run.json").read_bytes()


def test_another_seed_gives_other_bytes(tmp_path: Path, mosul: Case) -> None:
    """Guards the test above."""
    one = run_forecast(mosul, SMALL, tmp_path / "one")
    two = run_forecast(mosul, replace(SMALL, seed=2), tmp_path / "two")
    assert table_bytes(one)["members"] != table_bytes(two)["members"]


# -- the tables ------------------------------------------------------------------------------------------


def test_the_forecast_is_the_quantiles_of_the_members(tmp_path: Path) -> None:
    """An independent reading of members.parquet gives the numbers of forecast.parquet."""
    run = run_forecast(city(), ForecastSettings(START, 30, members=99), tmp_path / "run")
    members, forecast = run.table("members"), run.table("forecast")
    day = date(2020, 1, 25)
    for target, location, column in (("stock", "camp-a", "stock"), ("stock", "total", "stock")):
        values = members.filter((pl.col("location") == location) & (pl.col("date") == day))[column].to_numpy()
        said = forecast.filter(
            (pl.col("target") == target)
            & (pl.col("location") == location)
            & (pl.col("target_end_date") == day)
        )
        assert said["output_type_id"].to_list() == [f"{level:g}" for level in QUANTILE_LEVELS]
        np.testing.assert_allclose(
            said["value"].to_numpy(), np.quantile(values, QUANTILE_LEVELS, method="inverted_cdf"), rtol=1e-12
        )
        assert said["horizon"].unique().to_list() == [(day - START).days]
    ever = members.filter(pl.col("location") == "total").group_by("member").agg(pl.col("arrivals").sum())
    said = forecast.filter(
        (pl.col("target") == "displaced_total")
        & (pl.col("output_type_id") == "0.5")
        & (pl.col("target_end_date") == date(2020, 1, 31))
    )
    assert said["value"].item() == pytest.approx(ever["arrivals"].median())


def test_people_remaining_are_those_who_never_left(tmp_path: Path) -> None:
    """Remaining + ever displaced = inhabitants, in every quantile of a single member."""
    run = run_forecast(city(), ForecastSettings(START, 30, members=1), tmp_path / "run")
    forecast = run.table("forecast").filter(pl.col("output_type_id") == "0.5")
    ends = forecast.filter(pl.col("target_end_date") == date(2020, 1, 31))
    values = dict(zip(ends["target"].to_list(), ends["value"].to_list(), strict=True))
    assert values["remaining"] + values["displaced_total"] == 230_000


def test_weighted_quantiles_agree_with_repetition() -> None:
    """A member of weight 3 in 10 counts like three members of weight 1."""
    values = np.array([[5.0], [1.0], [9.0], [4.0]])
    weights = np.array([0.3, 0.2, 0.1, 0.4])
    repeated = np.sort(np.array([5.0] * 3 + [1.0] * 2 + [9.0] + [4.0] * 4))
    for level in (0.05, 0.2, 0.5, 0.65, 0.9, 0.99):
        expected = repeated[max(0, int(np.ceil(level * 10 - 1e-9)) - 1)]
        assert weighted_quantiles(values, weights, [level])[0, 0] == expected
        # and equal weights, which take a shorter way, agree with the same members written out
        alike = np.full(10, 0.1)
        assert weighted_quantiles(repeated[::-1, None], alike, [level])[0, 0] == expected


def test_counting_covers_camps_and_hosts_differently() -> None:
    draws = {
        "count_multiplier": np.array([1.2]),
        "camp_coverage": np.array([1.0]),
        "host_coverage": np.array([0.5]),
    }
    counted = count_displaced(np.array([[1000]]), np.array([[600]]), draws)
    assert counted[0, 0] == pytest.approx(1.2 * (600 + 0.5 * 400))


# -- draws -----------------------------------------------------------------------------------------------


def test_one_assumption_moves_only_itself() -> None:
    """Breaks if draws are taken from one shared stream."""
    base = (assume("alpha", "normal", mean=0.0, sd=1.0), assume("beta", "lognormal", median=2.0, sigma=0.5))
    more = (*base, assume("gamma", "uniform", low=0.0, high=1.0))
    one, other = (draw_assumptions(a, Streams(5), 200) for a in (base, more))
    for name in one:
        np.testing.assert_array_equal(one[name], other[name])


def test_draws_have_their_distribution() -> None:
    """Sample quantiles of 20,000 draws lie within four standard errors of the true ones."""
    drawn = draw_assumptions((assume("x", "beta", alpha=2.0, beta=6.0),), Streams(1), 20_000)["x"]
    from scipy.stats import beta

    for level in (0.05, 0.5, 0.95):
        true = beta(2, 6).ppf(level)
        error = np.sqrt(level * (1 - level) / 20_000) / beta(2, 6).pdf(true)
        assert abs(np.quantile(drawn, level) - true) < 4 * error


def test_a_limited_assumption_stays_below_its_limit() -> None:
    """The people displaced are never more than the people inside, member by member."""
    inside = assume("population_at_risk", "lognormal", median=1e6, sigma=0.3)
    leaving = replace(
        assume("displaced_total", "lognormal", median=2e6, sigma=0.7), below="population_at_risk"
    )
    draws = draw_assumptions((leaving, inside), Streams(1), 5000)
    assert (draws["displaced_total"] <= draws["population_at_risk"]).all()
    # truncated, not heaped up at the limit
    assert (draws["displaced_total"] > 0.999 * draws["population_at_risk"]).mean() < 0.02


def test_a_mixture_draws_each_component_by_weight() -> None:
    parts = ((3.0, Distribution("fixed", {"value": 1.0})), (1.0, Distribution("fixed", {"value": 2.0})))
    mixed = replace(assume("x", "fixed", value=0.0), distribution=Distribution("mixture", components=parts))
    drawn = draw_assumptions((mixed,), Streams(1), 40_000)["x"]
    assert abs((drawn == 1.0).mean() - 0.75) < 4 * np.sqrt(0.75 * 0.25 / 40_000)


# -- settings and folders --------------------------------------------------------------------------------


def test_bad_settings_are_refused_all_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        ForecastSettings(START, 0, members=0, seed=-1, track="E", priors="time-orderd")
    words = str(refused.value)
    assert len(refused.value.problems) == 5
    assert "did you mean 'time-ordered'?" in words


def test_an_origin_before_the_case_is_refused(tmp_path: Path, mosul: Case) -> None:
    with pytest.raises(SettingsError, match="--as-of: found 2015-01-01; expected 2016"):
        run_forecast(mosul, replace(SMALL, origin_date=date(2015, 1, 1)), tmp_path / "run")


def test_an_unknown_scenario_is_refused_with_the_nearest(mosul: Case) -> None:
    known = known_case(mosul, SMALL)
    name = known.scenarios[0].name
    with pytest.raises(SettingsError, match=f"did you mean '{name}'"):
        simulate(known, replace(SMALL, scenario=name[:-1]), workers=1)


def test_every_scenario_of_the_bundled_case_runs_and_changes_something(mosul: Case) -> None:
    known = known_case(mosul, SMALL)
    base = simulate(known, SMALL, workers=1)
    for scenario in known.scenarios:
        varied = simulate(known, replace(SMALL, scenario=scenario.name), workers=1)
        assert not np.array_equal(varied.stock, base.stock), scenario.name


def test_the_first_day_is_the_operation_or_the_day_after_the_origin(mosul: Case) -> None:
    before = known_case(mosul, SMALL)
    assert first_day(before, EVE) == date(2016, 10, 17)
    during = known_case(mosul, replace(SMALL, origin_date=MIDDLE))
    assert first_day(during, MIDDLE) == date(2016, 10, 17)


def test_a_run_is_never_overwritten_unasked(tmp_path: Path) -> None:
    settings = ForecastSettings(START, 5, members=3)
    run = run_forecast(city(), settings, tmp_path / "run")
    before = table_bytes(run)
    with pytest.raises(RunError, match="holds a run already"):
        run_forecast(city(), replace(settings, seed=9), tmp_path / "run")
    assert table_bytes(run) == before
    again = run_forecast(city(), replace(settings, seed=9), tmp_path / "run", replace_run=True)
    assert table_bytes(again) != before


def test_a_folder_that_is_no_run_is_never_removed(tmp_path: Path) -> None:
    target = tmp_path / "letters"
    target.mkdir()
    (target / "dear.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(RunError, match="files that are no run"):
        run_forecast(city(), ForecastSettings(START, 5, members=3), target, replace_run=True)
    assert (target / "dear.txt").read_text(encoding="utf-8") == "keep me"


def test_a_fault_while_writing_leaves_no_half_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fills up while the third table is written: no half run, and what is finished is kept."""
    real = pl.LazyFrame.sink_parquet

    def full(frame: pl.LazyFrame, path: Path, **options: object) -> None:
        if Path(path).name.startswith("forecast"):
            raise OSError(28, "No space left on device")
        real(frame, path, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(pl.LazyFrame, "sink_parquet", full)
        with pytest.raises(RunError, match="No space left on device"):
            run_forecast(city(), ForecastSettings(START, 5, members=3), tmp_path / "run")
    assert [path.name for path in tmp_path.iterdir()] == [".run.work"]
    assert sorted(path.name for path in (tmp_path / ".run.work").iterdir() if path.name != "lock") == [
        "chunks",
        "job.json",
        "learned",
    ]
    run_forecast(city(), ForecastSettings(START, 5, members=3), tmp_path / "run")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("missing", ["run.json", "members.parquet", "case"])
def test_an_incomplete_run_is_refused(tmp_path: Path, missing: str) -> None:
    run = run_forecast(city(), ForecastSettings(START, 5, members=3), tmp_path / "run")
    victim = run.folder / missing
    rmtree(victim) if victim.is_dir() else victim.unlink()
    with pytest.raises(RunError):
        read_run(run.folder)


# -- origin dates in the middle ----------------------------------------------------------------------------


def test_track_b_runs_and_its_snapshot_loads(tmp_path: Path, mosul: Case) -> None:
    """Events of later bring the sources they cite, and no date that is only assumed later."""
    run = run_forecast(mosul, replace(SMALL, track="B"), tmp_path / "run")
    known = load_case(run.case_folder)
    assert max(e.published for e in known.events) > EVE


def test_a_start_that_has_not_come_lies_after_the_origin_date() -> None:
    """Conditioned on the future, not heaped up on tomorrow; kept in its own unit."""
    start = assume("operation_start", "lognormal", "days after", after=START, median=75.0, sigma=0.6)
    case = city(events=(), assumptions=(start,))
    late = ForecastSettings(date(2020, 4, 1), 200, members=2000)
    drawn = simulate(case, late, workers=2).draws["operation_start"]
    origin = (late.origin_date - START).days
    assert drawn.min() > origin
    from scipy.stats import lognorm

    prior = lognorm(0.6, scale=75.0)
    for level in (0.1, 0.5, 0.9):
        true = prior.ppf(prior.cdf(origin) + level * prior.sf(origin))
        share = (drawn <= true).mean()
        assert abs(share - level) < 4 * np.sqrt(level * (1 - level) / 2000)


def test_a_reported_group_goes_on_by_its_schedule(mosul: Case) -> None:
    """Four months into the west only its first contact is reported; most of the west has been reached."""
    settings = ForecastSettings(date(2017, 6, 15), 5, members=60)
    ensemble = simulate(known_case(mosul, settings), settings, workers=2)
    west = [i for i, p in enumerate(ensemble.locations) if p.startswith("mosul-west-") and p[-1].isdigit()]
    day = (settings.origin_date - ensemble.first_date).days
    left = ensemble.departures[:, : day + 1, west].sum(axis=1)
    inside = ensemble.draws["people.west"] * ensemble.draws["release_share.west"]
    assert np.median(left.sum(axis=1) / inside) > 0.5
    assert (np.median(left, axis=0) > 0).sum() >= len(west) - 2
