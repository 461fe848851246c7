"""A run folder is whole or it is not there: killed at any moment, replaced, or met by a full disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from shutil import copytree

import pytest

from havenward.case.write import write_case
from havenward.errors import RunError
from havenward.pipeline import run_forecast
from havenward.records import SCHEMA_VERSION
from havenward.runs import OLD, RUN_FILE, read_run
from havenward.settings import ForecastSettings
from worlds import START, city

SETTINGS = ForecastSettings(START, 20, members=20)


def start_forecast(case: Path, out: Path, *extra: str) -> subprocess.Popen[bytes]:
    """Start a forecast as a program of its own."""
    words = [
        "forecast",
        str(case),
        "--as-of",
        START.isoformat(),
        "--horizon",
        "300",
        "--members",
        "400",
        "--out",
        str(out),
        *extra,
    ]
    return subprocess.Popen(
        [sys.executable, "-m", "havenward", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_a_killed_run_is_absent_or_complete(tmp_path: Path) -> None:
    """Kill a forecast at moments all over its life, most of them while it writes."""
    case = tmp_path / "case"
    write_case(city(), case)
    began = time.perf_counter()
    whole = start_forecast(case, tmp_path / "whole")
    assert whole.wait() == 0
    life = time.perf_counter() - began
    seen = set()
    for index, share in enumerate((0.3, 0.7, 0.8, 0.85, 0.9, 0.95)):
        out = tmp_path / f"run-{index}"
        process = start_forecast(case, out)
        time.sleep(life * share)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if out.exists():
            assert (out / "members.parquet").read_bytes() == (
                tmp_path / "whole" / "members.parquet"
            ).read_bytes()
            read_run(out)
        seen.add(out.exists())
    assert False in seen  # at least the early ones were stopped in time
    # and the same folder can be used afterwards
    again = start_forecast(case, tmp_path / "run-0")
    assert again.wait() == 0
    read_run(tmp_path / "run-0")


def test_a_run_that_was_being_replaced_comes_back(tmp_path: Path) -> None:
    """Killed between moving the old run aside and the new one in: the old one is found again."""
    run = run_forecast(city(), SETTINGS, tmp_path / "run")
    before = (run.folder / RUN_FILE).read_bytes()
    run.folder.rename(tmp_path / f".run{OLD}")
    assert (read_run(tmp_path / "run").folder / RUN_FILE).read_bytes() == before
    assert not (tmp_path / f".run{OLD}").exists()


def test_a_read_only_place_is_told_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(RunError, match="cannot be written to"):
        run_forecast(city(), SETTINGS, tmp_path / "run")


def test_too_little_room_is_told_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1000))
    with pytest.raises(RunError, match="free on the disk"):
        run_forecast(city(), SETTINGS, tmp_path / "run")


def test_a_run_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    run = run_forecast(city(), SETTINGS, tmp_path / "run")
    copytree(run.folder, tmp_path / "newer")
    path = tmp_path / "newer" / RUN_FILE
    newer = path.read_text(encoding="utf-8").replace(f'"schema": {SCHEMA_VERSION}', '"schema": 99')
    path.write_text(newer, encoding="utf-8")
    with pytest.raises(RunError, match=f"schema 99; expected at most {SCHEMA_VERSION}"):
        read_run(tmp_path / "newer")


def test_the_model_card_travels_with_the_run(tmp_path: Path) -> None:
    run = run_forecast(city(), SETTINGS, tmp_path / "run")
    card = (run.folder / "model_card.md").read_text(encoding="utf-8")
    assert "Purpose" in card
    assert START.isoformat() in card or "2020" in card
