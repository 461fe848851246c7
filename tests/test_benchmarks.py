"""Protects the benchmarks: they still run and measure what they say; how fast anything is, no test says."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BENCHMARKS = ROOT / "benchmarks"


def run_python(*command: str) -> str:
    """Run Python beside the benchmarks, in a process of its own: their modules have short names."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(BENCHMARKS)])}
    done = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_part_prints_its_table_and_keeps_its_values(tmp_path: Path):
    kept = tmp_path / "speed.json"
    printed = run_python(str(BENCHMARKS / "run.py"), "--quick", "--only", "people", "--json", str(kept))
    assert "| 100 x people and places |" in printed
    found = json.loads(kept.read_text(encoding="utf-8"))
    assert list(found["parts"]) == ["people"]
    assert found["parts"]["people"]["ratios"]["100 x people"] > 0
    assert found["limits"][0]["limit"] == 1.2


def test_what_is_recorded_uncompiled_is_what_the_compiled_days_draw():
    """Breaks if the recording loses draws; it also compares the results of both."""
    code = (
        "import kernel\n"
        "world = kernel.prepare_invented(cells=4, sites=4, days=12, members=2)\n"
        "before = vars(kernel.one_day).copy()\n"
        "drawn = kernel.record_draws(world)\n"
        "assert vars(kernel.one_day) == before, 'the compiled functions are back in place'\n"
        "print(drawn.member_days, len(drawn.trials), len(drawn.shapes), int(drawn.choosing.sum()))\n"
    )
    member_days, binomials, gammas, choosing = map(int, run_python("-c", code).split())
    assert member_days == 24
    assert binomials > member_days
    assert gammas >= 4 * member_days  # a shock per group and day
    assert choosing > 0


def test_unknown_parts_are_refused():
    command = [sys.executable, str(BENCHMARKS / "run.py"), "--only", "pepole"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "unknown part pepole" in done.stderr
