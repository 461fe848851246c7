"""Nothing from the future, for every table and every command: random crises, and the same with a later history.

`later_rows` adds to each table new things and new versions of old ones, all published after the origin date;
what a command says as of that date must not change by a byte.
"""

from __future__ import annotations

import io
import json
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from havenward.case.check import check_case
from havenward.case.load import load_case
from havenward.case.write import write_case
from havenward.cli import DONE, main
from havenward.pipeline import run_backtest, run_forecast
from havenward.pipeline.advice import check_and_advise
from havenward.records import Case
from law_worlds import LATE, ORIGIN, SMALL, TABLES, contents, crises, differing, later_rows, tried


@st.composite
def histories(draw: st.DrawFn, *, counted_weeks: bool = False) -> tuple[Case, Case]:
    """Draw a crisis as known at the origin date, and the same with what was published later."""
    case = draw(crises(counted_weeks=counted_weeks))
    return case, draw(later_rows(case))


def saved(folder: Path, pair: tuple[Case, Case]) -> tuple[Path, Path]:
    """Write both as folders; both are sound, so that nothing is refused for another reason."""
    for name, case in zip(("as-known", "with-later"), pair, strict=True):
        write_case(case, folder / name)
        assert [str(one) for one in check_case(folder / name) if one.severity == "error"] == []
    return folder / "as-known", folder / "with-later"


def typed(*words: object) -> str:
    """Type a command that must succeed; give what it printed."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()) as err:
        assert main([str(word) for word in words]) == DONE, err.getvalue()
    return out.getvalue()


@given(histories())
@tried(4)
def test_every_table_of_the_later_history_has_rows(pair: tuple[Case, Case]) -> None:
    """Guards the tests below: a table that is not filled is a table that is not tested."""
    for table in TABLES:
        assert len(getattr(pair[1], table)) > len(getattr(pair[0], table)), table


@given(histories(), st.sampled_from(["C", "C", "D"]), st.sampled_from(["", "slow"]))
@tried(4)
def test_rows_published_later_change_no_byte_of_a_run(
    pair: tuple[Case, Case], track: str, scenario: str
) -> None:
    """Breaks if any table, the case that is kept, the card or the settings see past the origin date."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        cases = [load_case(path) for path in saved(folder, pair)]
        wanted = replace(SMALL, track=track, scenario=scenario)
        runs = [run_forecast(case, wanted, folder / f"run-{i}", workers=1) for i, case in enumerate(cases)]
        assert differing(*(contents(run.folder) for run in runs)) == []


@given(histories())
@tried(1)
def test_rows_published_later_change_no_byte_that_is_handed_over(pair: tuple[Case, Case]) -> None:
    """Breaks if `brief`, `needs`, `explain` or `compare` look at the case beside the run that they are given."""
    with tempfile.TemporaryDirectory() as scratch:
        handed, words = [], []
        for path in saved(Path(scratch), pair):
            out = path.parent / f"out-{path.name}"
            run = ["--as-of", ORIGIN, "--horizon", 9, "--members", 14, "--workers", 1, "--out"]
            typed("forecast", path, *run, out / "run")
            typed("forecast", path, *run, out / "slow", "--scenario", "slow")
            products = ["--products", "html,workbook,tables,star,plan", "--out", out / "brief"]
            typed("brief", out / "run", *products)
            typed("needs", out / "run", "--out", out / "needs", "--workers", 1)
            handed.append(contents(out))
            words.append([
                *(typed("explain", out / "run", name, "--format", "json") for name in ("total", "site-0", "A1", "S1")),
                typed("compare", out / "run", out / "slow", "--format", "json").replace(str(out), ""),
            ])  # fmt: skip
        assert differing(*handed) == []
        assert words[0] == words[1]


@given(histories())
@tried(2)
def test_what_check_measures_as_of_a_day_is_of_that_day(pair: tuple[Case, Case]) -> None:
    """Breaks if advice tries a forecast with rows that the forecast will not see."""
    with tempfile.TemporaryDirectory() as scratch:
        found = [check_and_advise(path, ORIGIN, day=ORIGIN).advice for path in saved(Path(scratch), pair)]
        one, other = (json.dumps([a.bases, repr(a.influences), a.outcome]) for a in found if a is not None)
        assert one == other


@given(histories(counted_weeks=True))
@tried(2)
def test_rows_published_later_change_no_prediction_of_a_backtest(pair: tuple[Case, Case]) -> None:
    """Breaks if a rule or our model is handed a later count, or rows of an origin depend on what came of them."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        told = []
        for path in saved(folder, pair):
            run_backtest([load_case(path)], folder / f"out-{path.name}", horizons=(7, 14), workers=1)
            told.append(pl.read_parquet(folder / f"out-{path.name}" / "predictions.parquet"))
        keys = ["model", "target", "location", "horizon", "origin_date", "output_type_id"]
        one, other = (table.filter(pl.col("origin_date") < LATE).sort(keys) for table in told)
        assert one.equals(other)
