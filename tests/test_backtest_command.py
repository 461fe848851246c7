"""The command `backtest` on case folders: files as promised, the same for any number of processes, no leak."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from havenward.case.write import write_case
from havenward.cli import DONE, WRONG, main
from havenward.pipeline import run_backtest
from havenward.records import QUANTILE_LEVELS, Case
from toy_counts import random_crisis

FILES = ("predictions.parquet", "observed.parquet", "scores.csv")


def made() -> list[Case]:
    return [
        random_crisis(1, "toy-one", "XXA", days=90),
        random_crisis(2, "toy-two", "XXB", days=90),
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("backtest") / "out"
    run_backtest(made(), out, horizons=(7, 14), workers=1)
    return out


def test_the_files_are_those_that_are_promised(folder):
    predictions = pl.read_parquet(folder / "predictions.parquet")
    assert {
        "origin_date", "target", "horizon", "target_end_date", "location", "output_type", "output_type_id",
        "value", "case", "track", "model",
    } == set(predictions.columns)  # fmt: skip
    models = set(predictions["model"])
    assert {"havenward", "havenward_analogues", "b0_zero", "b3_mean", "b6_gravity"} <= models
    assert set(predictions["track"]) == {"C"}
    ours = predictions.filter((pl.col("model") == "havenward") & (pl.col("target") == "net_arrivals"))
    per_cell = ours.group_by("case", "location", "origin_date", "horizon").len()
    assert set(per_cell["len"]) == {len(QUANTILE_LEVELS)}
    scores = pl.read_csv(folder / "scores.csv")
    assert scores.columns == [
        "case", "track", "model", "target", "horizon", "n", "wis", "wis_log", "skill", "coverage_50",
        "coverage_95", "width_95", "tvd",
    ]  # fmt: skip
    assert (folder / "track-record.md").read_text(encoding="utf-8").startswith("# Track record")
    assert (folder / "skill.svg").exists()


def test_every_pair_that_is_scored_has_a_prediction_of_ours(folder):
    keys = ["case", "location", "origin_date", "horizon"]
    observed = pl.read_parquet(folder / "observed.parquet").filter(pl.col("target") == "net_arrivals")
    ours = pl.read_parquet(folder / "predictions.parquet").filter(
        (pl.col("model") == "havenward") & (pl.col("target") == "net_arrivals")
    )
    assert observed.height > 100
    assert observed.join(ours.select(keys).unique(), on=keys, how="anti").height == 0


def test_nothing_published_after_an_origin_changes_what_was_said_there(folder, tmp_path):
    cut = date(2020, 2, 20)
    bent = [
        replace(
            case,
            observations=tuple(
                replace(row, persons=row.persons * 3 + 11) if row.published > cut else row
                for row in case.observations
            ),
        )
        for case in made()
    ]
    run_backtest(bent, tmp_path / "bent", horizons=(7, 14), workers=1)
    before = pl.read_parquet(folder / "predictions.parquet")
    after = pl.read_parquet(tmp_path / "bent" / "predictions.parquet")
    known = pl.col("origin_date") <= cut
    ours = pl.col("model").str.starts_with("havenward")
    assert before.filter(known & ours).height > 0
    assert before.filter(known).equals(after.filter(known))
    assert not before.filter(~known & ours).equals(after.filter(~known & ours))


def test_the_command_prints_json_and_two_processes_write_the_same_bytes(folder, tmp_path, capsys):
    names = []
    for case in made():
        write_case(case, tmp_path / case.crisis)
        names.append(str(tmp_path / case.crisis))
    out = tmp_path / "out"
    options = ["--horizons", "14,7", "--workers", "2", "--format", "json", "--out", str(out)]
    assert main(["backtest", *names, *options]) == DONE
    block = json.loads(capsys.readouterr().out)["targets"]["net_arrivals"]["14"]
    assert {"wis", "wis_log", "coverage_50", "coverage_95", "tvd"} <= set(block["models"]["havenward"])
    assert {"value", "low", "high"} <= set(block["skill"])
    for name in FILES:
        assert (out / name).read_bytes() == (folder / name).read_bytes(), name


def test_the_movement_model_can_take_part(tmp_path):
    case = random_crisis(3, "toy-three", "XXC", sites=("p", "q"), days=40)
    run_backtest([case], tmp_path / "out", horizons=(7,), members=20, movement=True, workers=1)
    predictions = pl.read_parquet(tmp_path / "out" / "predictions.parquet")
    assert "havenward_movement" in set(predictions["model"])


@pytest.mark.parametrize("horizons", ["", "7,x", "0", "7;14", "-3", "99999"])
def test_horizons_that_are_no_days_are_told(horizons, tmp_path, capsys):
    out = str(tmp_path / "out")
    assert main(["backtest", str(tmp_path), f"--horizons={horizons}", "--out", out]) == WRONG
    assert capsys.readouterr().err == (
        f"--horizons: found '{horizons}'; expected whole numbers of days from 1 to 4000 with commas between "
        "them; write for example 7,14,28,56\n"
    )
