"""The same case, seed and version give the same bytes: whatever the order of rows, the machine and the folder."""

from __future__ import annotations

import ast
import csv
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import havenward
from havenward.case.load import load_case
from havenward.case.write import write_case
from havenward.pipeline import known_case, look_at_needs, make_brief, run_forecast, simulate
from havenward.records import Case
from havenward.settings import BriefSettings, ForecastSettings
from law_worlds import ORIGIN, SMALL, contents, crises, differing, tried
from worlds import START, city

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SOURCE = Path(havenward.__file__).parent


def shuffled(folder: Path, order: random.Random) -> None:
    """Put the rows of every table of a case into another order; and those of its TOML files."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            head, *rows = list(csv.reader(stream))
        order.shuffle(rows)
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([head, *rows])
    path = folder / "assumptions.toml"
    head, *blocks = path.read_text(encoding="utf-8").split("[[assumption]]")
    order.shuffle(blocks)
    parts = [head, *(block.rstrip("\n") + "\n\n" for block in blocks)]
    path.write_text("[[assumption]]".join(parts), encoding="utf-8", newline="\n")


@given(crises(), st.randoms(use_true_random=False))
@tried(2)
def test_the_order_of_rows_changes_no_byte(case: Case, order: random.Random) -> None:
    """Breaks if a draw, a mark, a sum or a tie is decided by where a row stands in its file.

    The snapshot in the run keeps the order of the files, so it is compared by its content hash (`run.json`).
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in ("one", "other"):
            write_case(case, folder / name)
        shuffled(folder / "other", order)
        assert differing(contents(folder / "one"), contents(folder / "other"))
        for name in ("one", "other"):
            run = run_forecast(load_case(folder / name), SMALL, folder / f"{name}-run", workers=1)
            make_brief(
                run, folder / f"{name}-brief", BriefSettings(), products=("html", "workbook", "tables")
            )
        runs = [contents(folder / f"{name}-run") for name in ("one", "other")]
        assert [name for name in differing(*runs) if not name.startswith("case/")] == []
        assert differing(*(contents(folder / f"{name}-brief") for name in ("one", "other"))) == []


@given(crises(), st.integers(15, 60), st.integers(0, 2**40))
@tried(6)
def test_members_do_not_depend_on_how_many_there_are(case: Case, more: int, seed: int) -> None:
    """Breaks if a member's numbers come from its place in a block. Without counts: those weigh all members."""
    settings = [ForecastSettings(ORIGIN, 9, members, seed, "D") for members in (14, more)]
    few, many = (simulate(known_case(case, one), one, workers=1) for one in settings)
    for name in ("stock", "arrivals", "departures", "displaced"):
        assert np.array_equal(getattr(few, name), getattr(many, name)[:14]), name
    assert few.draws.keys() == many.draws.keys()
    assert all(np.array_equal(values, many.draws[name][:14]) for name, values in few.draws.items())


COMMANDS = """
import sys
from havenward.cli import main
case, out, workers = sys.argv[1:]
run = f"{out}/run"
for words in (
    ["forecast", case, "--as-of", "2020-01-20", "--horizon", "12", "--members", "70", "--out", run, "--workers", workers],
    ["needs", run, "--out", f"{out}/needs", "--workers", workers],
    ["brief", run, "--out", f"{out}/brief", "--products", "html,workbook,tables,geodata,forecast,plan"],
):
    assert main(words) == 0, words
"""  # fmt: skip


def test_machine_folder_and_workers_change_no_byte(tmp_path: Path) -> None:
    """Breaks if hashing, the time zone, the language, the mask for files or the folder reach into a file."""
    write_case(city(), tmp_path / "case")
    # a link stands for the case on another disk; paths are relative in one and whole in the other
    plain = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C", "LANG": "C"}
    odd = {"PYTHONHASHSEED": "31", "TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "LANG": "ar_EG.UTF-8",
           "COLUMNS": "33", "PYTHONUTF8": "1"}  # fmt: skip
    elsewhere = tmp_path / "another folder \u00e9"
    elsewhere.mkdir()
    made = []
    for name, environment, workers, at, case, mask in (
        ("one", plain, "1", tmp_path, tmp_path / "case", 0o022),
        ("other", odd, "2", elsewhere, Path("..", "case"), 0o077),
    ):
        out = tmp_path / name
        done = subprocess.run(
            [sys.executable, "-c", COMMANDS, str(case), str(out), workers],
            cwd=at, env=os.environ | environment, capture_output=True, text=True, check=False,
            **({} if os.name == "nt" else {"umask": mask}),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        made.append(contents(out))
    assert len(made[0]) > 20
    assert differing(*made) == []


class Backwards:
    """Threads of which the last always comes first."""

    def __init__(self, workers: int) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, work: Callable[[int], None], pieces: Iterable[int]) -> list[None]:
        return [work(one) for one in reversed(list(pieces))]


def test_which_thread_is_first_changes_no_byte_of_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Breaks if rows of a table stand in the order in which threads happened to finish."""
    run = run_forecast(city(), ForecastSettings(START, 20, 30, 1), tmp_path / "run", workers=1)
    look_at_needs(run, tmp_path / "one", workers=1)
    monkeypatch.setattr("havenward.needs.shortfalls.ThreadPoolExecutor", Backwards)
    look_at_needs(run, tmp_path / "other", workers=2)
    assert differing(contents(tmp_path / "one"), contents(tmp_path / "other")) == []


# who may ask for the day, and why no product can tell
CLOCKS = {
    "pipeline/products.py": "the release log beside the products",
    "cli/products.py": "the origin date where none is named; it stands in the product",
    "cli/forecasts.py": "likewise",
    "cli/cases.py": "the day of the planner, for advice",
    "case/importers/acled.py": "until when an online service is asked",
    "case/importers/hapi.py": "likewise",
    "case/importers/dtm.py": "likewise",
    "case/importers/online.py": "how long a service asks us to wait",
    "runs.py": "how old a half-written folder is",
    "desk/folder.py": "when a store of reports was changed; never in a case",
}


def test_the_clock_is_read_where_no_product_can_tell() -> None:
    """Breaks if a stage asks for today's date. The workbench logs and queues, so it may."""
    found = set()
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if name.startswith("workbench/"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                asked = node.func.attr in {"today", "now", "utcnow"}
                asked |= node.func.attr in {"time", "time_ns"} and ast.unparse(node.func.value) == "time"
                found |= {name} if asked else set()
    assert found <= set(CLOCKS), f"these ask for the day: {sorted(found - set(CLOCKS))}"


def test_chance_comes_from_seeds_alone() -> None:
    """Breaks if a stage draws from a generator that nobody seeded. Names that nobody must guess are no stage."""
    loose = []
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        plain = any(
            isinstance(node, ast.Import) and any(a.name == "random" for a in node.names)
            for node in ast.walk(tree)
        )
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                unseeded = name.endswith(("default_rng", "PCG64", "Philox", "SeedSequence")) and not node.args
                old_style = re.fullmatch(r"(np|numpy)\.random\.[a-z]\w*", name) and not name.endswith(
                    "default_rng"
                )
                if (
                    unseeded
                    or old_style
                    or (plain and name.startswith("random.") and name != "random.Random")
                ):
                    loose.append(f"{path.relative_to(SOURCE).as_posix()} line {node.lineno}: {name}")
    assert loose == []
