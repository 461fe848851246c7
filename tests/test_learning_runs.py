"""Protects runs that learn from counts: same bytes, nothing from the future, and better than not learning."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from counted_worlds import (
    ORIGIN,
    SMALL,
    day_of,
    expect_count,
    learn,
    with_sound_counts,
)
from havenward.forecast.measures import weighted_interval_score_log
from havenward.forecast.tables import run_tables
from havenward.pipeline import Progress, run_forecast
from havenward.records import QUANTILE_LEVELS
from havenward.runs import TABLES
from synthetic_crises import FIRST, count
from worlds import assume, event, place

if TYPE_CHECKING:
    from havenward.records import Case
    from havenward.runs import Run

FUTURES = (
    "later counts are others",
    "later counts are missing",
    "an early count is corrected",
    "an early day is counted late",
    "capacity is the later maximum",
    "capacity rises by an event",
    "a closure is told late",
    "a camp is planned late",
    "an assumption is revised",
)
BLIND = replace(SMALL, track="D")
LATE = ORIGIN + timedelta(days=1)


@pytest.fixture(scope="module")
def counted() -> Case:
    return with_sound_counts()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, counted: Case) -> Run:
    """Forecast on track C with one worker."""
    return run_forecast(counted, SMALL, tmp_path_factory.mktemp("learned") / "run", workers=1)


@pytest.fixture(scope="module")
def blind(tmp_path_factory: pytest.TempPathFactory, counted: Case) -> Run:
    """Forecast on track D, that is the prior."""
    return run_forecast(counted, BLIND, tmp_path_factory.mktemp("blind") / "run", workers=1)


def contents(run: Run) -> dict[str, bytes]:
    """Read every file of a run but its log, which is outside of the law."""
    return {
        path.relative_to(run.folder).as_posix(): path.read_bytes()
        for path in sorted(run.folder.rglob("*"))
        if path.is_file() and path.name != "run.log"
    }


def same_files(one: Run, other: Run) -> None:
    mine, theirs = contents(one), contents(other)
    assert mine.keys() == theirs.keys()
    assert [name for name in mine if mine[name] != theirs[name]] == []


# -- the same bytes ----------------------------------------------------------------------------------------


def test_a_learned_run_is_the_same_bytes_on_one_core_and_on_two(tmp_path, counted, run):
    same_files(run, run_forecast(counted, SMALL, tmp_path / "two", workers=2))


def test_a_run_stopped_after_it_learned_leaves_nothing_and_can_be_repeated(tmp_path, counted, run):
    def stop(finished: int) -> None:
        raise KeyboardInterrupt(finished)

    target = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        run_forecast(counted, SMALL, target, workers=1, progress=Progress(step=stop))
    assert not target.exists()
    same_files(run, run_forecast(counted, SMALL, target, workers=1))


def test_a_forecast_from_the_kept_snapshot_is_the_same(tmp_path, run):
    from havenward.case.load import load_case

    again = run_forecast(load_case(run.case_folder), SMALL, tmp_path / "again", workers=1)
    for name in TABLES:
        path = f"{name}.parquet"
        assert (again.folder / path).read_bytes() == (run.folder / path).read_bytes(), name
    assert again.meta["learned"] == run.meta["learned"]


# -- nothing from the future -------------------------------------------------------------------------------


def largest_counted_later(case: Case, site: str) -> int:
    return max(row.persons or 0 for row in case.observations if row.location == site and row.date > ORIGIN)


def with_later_capacity(case: Case, published: date) -> Case:
    """Let the capacity of a camp become what was counted there in the end, as some cases are written."""
    camp = next(row for row in case.locations if row.location == "camp-a")
    size = largest_counted_later(case, "camp-a")
    return replace(case, locations=(*case.locations, replace(camp, capacity=size, published=published)))


def futures(case: Case) -> dict[str, Case]:
    """Name cases that differ only in what was published after the origin date."""
    early = next(row for row in case.observations if row.scope == "total" and day_of(row) == 20)
    later = tuple(
        replace(row, persons=7 * (row.persons or 0)) if row.published > ORIGIN else row
        for row in case.observations
    )
    return {
        "later counts are others": replace(case, observations=later),
        "later counts are missing": replace(
            case, observations=tuple(row for row in case.observations if row.published <= ORIGIN)
        ),
        "an early count is corrected": replace(
            case, observations=(*case.observations, replace(early, persons=999_999, published=LATE))
        ),
        "an early day is counted late": replace(
            case, observations=(*case.observations, count(30, 5, published=LATE, series="other"))
        ),
        "capacity is the later maximum": with_later_capacity(case, LATE),
        "capacity rises by an event": replace(
            case,
            events=(
                *case.events,
                event(FIRST, "capacity", location="camp-b", value=90_000, published=LATE),
            ),
        ),
        "a closure is told late": replace(
            case,
            events=(*case.events, event(FIRST, "route_closes", from_="check", to="camp-a", published=LATE)),
        ),
        "a camp is planned late": replace(
            case, locations=(*case.locations, place("camp-c", "camp", capacity=50_000, published=LATE))
        ),
        "an assumption is revised": replace(
            case,
            assumptions=(
                *case.assumptions,
                replace(assume("battle_days", "fixed", "days", value=3.0), published=LATE),
                replace(assume("count_multiplier", "fixed", value=4.0), published=LATE),
            ),
        ),
    }


@pytest.mark.parametrize("name", FUTURES)
def test_what_is_published_later_changes_no_byte_of_a_learned_run(tmp_path, counted, run, name):
    same_files(run, run_forecast(futures(counted)[name], SMALL, tmp_path / "run", workers=2))


def test_what_is_published_later_changes_no_byte_without_counts_either(tmp_path, counted, blind):
    together = counted
    assert tuple(futures(counted)) == FUTURES
    for name in FUTURES:
        together = futures(together)[name] if name != "later counts are missing" else together
    same_files(blind, run_forecast(together, BLIND, tmp_path / "run", workers=2))


@pytest.mark.parametrize(
    "name",
    [
        "an early count is corrected",
        "capacity is the later maximum",
        "a closure is told late",
        "an assumption is revised",
    ],
)
def test_the_same_rows_published_in_time_do_change_a_learned_run(counted, run, name):
    changed = futures(counted)[name]
    early = {
        table: tuple(
            replace(row, published=FIRST + timedelta(days=40)) if row.published == LATE else row
            for row in getattr(changed, table)
        )
        for table in ("observations", "locations", "events", "assumptions")
    }
    ensemble, _ = learn(replace(changed, **early))
    said = run.table("members").filter(pl.col("location") == "total")["stock"].to_numpy()
    assert not np.array_equal(ensemble.displaced.ravel(), said)


# -- without counts ----------------------------------------------------------------------------------------


def test_track_d_ignores_counts(tmp_path, counted, blind):
    same_files(blind, run_forecast(replace(counted, observations=()), BLIND, tmp_path / "none", workers=1))
    same_files(
        blind,
        run_forecast(with_sound_counts(seed=1, error=0.5), BLIND, tmp_path / "others", workers=1),
    )
    assert blind.meta["learned"]["counts"] == 0
    assert blind.meta["sites_from_counts"] == []


@pytest.mark.parametrize(
    "rows",
    [
        (),
        (count(-2, 500),),  # what the case opens with
        (count(20, 5, scope="location", location="bridge"),),  # where nobody stays
        (count(20, 5, origin="east"),),
        (count(20, 5, published=LATE),),
        (count(20, None, households=None),),
    ],
    ids=["none", "before", "marker", "by-origin", "published-late", "empty"],
)
def test_without_a_usable_count_the_prior_comes_out_number_by_number(counted, blind, rows):
    case = replace(counted, observations=rows)
    ensemble, posterior = learn(case)
    prior, _ = learn(case, BLIND)
    assert np.array_equal(ensemble.stock, prior.stock)
    assert np.array_equal(ensemble.displaced, prior.displaced)
    assert ensemble.draws.keys() == prior.draws.keys()
    assert all(np.array_equal(values, prior.draws[name]) for name, values in ensemble.draws.items())
    assert posterior.taught == ()
    said = blind.table("members").filter(pl.col("location") == "total")["stock"].to_numpy()
    assert np.array_equal(prior.displaced.ravel(), said)


# -- better than not learning ------------------------------------------------------------------------------


def test_learned_members_are_nearer_to_later_counts_than_the_prior():
    scores: dict[str, list[float]] = {"learned": [], "prior": []}
    for seed in range(8):
        case = with_sound_counts(seed=100 + seed, error=0.1)
        later = [row for row in case.observations if row.scope == "total" and row.date > ORIGIN]
        assert len(later) == 2
        for name, settings in (("learned", SMALL), ("prior", BLIND)):
            ensemble, _ = learn(case, replace(settings, seed=seed))
            for row in later:
                said = expect_count(ensemble, case, day_of(row))
                quantiles = np.quantile(said, QUANTILE_LEVELS)[None, :]
                outcome = np.array([float(row.persons or 0)])
                scores[name].append(
                    float(weighted_interval_score_log(quantiles, outcome, QUANTILE_LEVELS)[0])
                )
    gained = np.mean(np.array(scores["learned"]) < np.array(scores["prior"]))
    assert np.mean(scores["learned"]) < 0.7 * np.mean(scores["prior"])
    assert gained > 0.6


# -- what is told ------------------------------------------------------------------------------------------


def test_run_json_says_all_that_was_learned(counted, run):
    told = json.loads((run.folder / "run.json").read_text(encoding="utf-8"))["learned"]
    assert told.keys() == {"counts", "log_evidence", "kept", "notes", "taught"}
    known = [row for row in counted.observations if row.published <= ORIGIN]
    assert told["counts"] == len(told["taught"]) == len(known)
    keys = {"label", "date", "persons", "level", "size", "parts"}
    assert all(one.keys() == keys for one in told["taught"])
    assert [one["date"] for one in told["taught"]] == sorted(one["date"] for one in told["taught"])
    assert sorted((one["date"], one["persons"]) for one in told["taught"]) == sorted(
        (row.date.isoformat(), float(row.persons or 0)) for row in known
    )
    assert all(0.0 <= one["level"] <= 1.0 for one in told["taught"])
    assert all(1.0 <= one["size"] <= SMALL.members for one in told["taught"])
    assert 0.0 < told["kept"] < 1.0
    assert np.isfinite(told["log_evidence"])
    labels = {one["label"] for one in told["taught"]}
    assert labels == {"registry, total, stock"} | {
        f"camps, {site}, stock" for site in ("camp-a", "camp-b", "town")
    }


def test_assumptions_of_a_learned_run_stand_beside_those_of_the_prior(run, blind):
    learned = run.table("assumptions")
    prior = blind.table("assumptions")
    assert_frame_equal(
        learned.select("name", "member", value="prior"), prior.select("name", "member", "value")
    )
    moved = learned.filter(pl.col("value") != pl.col("prior"))["name"].unique()
    assert {"contact_hazard", "battle_days"} <= set(moved)


def test_forecasts_from_counts_change_only_what_is_said_of_their_sites(counted, run):
    ensemble, posterior = learn(counted)
    kinds = {row.location: row.kind for row in counted.locations}
    # counts to come carry the last error on, which is another matter
    apart = pl.col("target") != "counted_displaced"
    moved = run_tables(ensemble, kinds, ORIGIN, posterior.prior)["forecast"].collect().filter(apart)
    said = run.table("forecast").filter(apart)
    sites = run.meta["sites_from_counts"]
    assert sites == ["camp-a", "camp-b", "town"]
    keys = ["target", "location", "horizon", "output_type_id"]
    assert_frame_equal(said.select(keys), moved.select(keys))
    changed = said.filter(said["value"] != moved["value"])
    assert set(changed["location"]) == set(sites)
    assert set(changed["target"]) == {"stock", "net_arrivals"}
    assert_frame_equal(run.table("members"), run_tables(ensemble, kinds, ORIGIN)["members"].collect())


def test_sites_with_few_counts_are_left_to_movement(tmp_path, counted):
    few = tuple(row for row in counted.observations if row.location != "camp-b" or day_of(row) < 25)
    assert sum(row.location == "camp-b" for row in few) == 3
    found = run_forecast(replace(counted, observations=few), SMALL, tmp_path / "run", workers=1)
    assert found.meta["sites_from_counts"] == ["camp-a", "town"]
