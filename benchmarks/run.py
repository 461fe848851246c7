"""Which measurements `make bench` makes: one run prints every table, every ratio and every limit.

    python benchmarks/run.py                          everything, under six minutes
    python benchmarks/run.py --quick                  a short form, under a minute
    python benchmarks/run.py --only people,floor      some parts
    python benchmarks/run.py --json result.json       values for a program to read
    python benchmarks/run.py --record                 and add what is followed to benchmarks/history.csv
    python benchmarks/run.py --page                   everything, and renew docs/explanation/speed.md

The tables are Markdown. The page shows those of one run and says what they mean.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

# also found when this file is loaded from elsewhere, as a test does
sys.path.insert(0, str(Path(__file__).resolve().parent))
from history import name_processor, present_load, record
from kernel import (
    measure_floor,
    measure_members,
    measure_people,
    measure_sizes,
    measure_witness,
    measure_work,
)
from program import measure_forecast, measure_start

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clocks import Findings

PARTS: dict[str, Callable[..., Findings]] = {
    "start": measure_start,
    "forecast": measure_forecast,
    "members": measure_members,
    "people": measure_people,
    "sizes": measure_sizes,
    "floor": measure_floor,
    "work": measure_work,
    "witness": measure_witness,
}

PAGE = Path(__file__).resolve().parents[1] / "docs" / "explanation" / "speed.md"
PAGE_MARKS = ("<!-- measured by benchmarks/run.py --page -->", "<!-- end of what was measured -->")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for, print it, and keep it where asked."""
    parser = argparse.ArgumentParser(description="Measure how fast Havenward is, and why not faster.")
    parser.add_argument("--quick", action="store_true", help="fewer members and turns; under a minute")
    parser.add_argument("--only", metavar="PARTS", default=",".join(PARTS), help="parts, joined by commas")
    parser.add_argument("--page", action="store_true", help="put the tables into docs/explanation/speed.md")
    parser.add_argument("--record", action="store_true", help="add a row per quantity to the history")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write all values here")
    asked = parser.parse_args(arguments)
    chosen = asked.only.split(",")
    if unknown := sorted(set(chosen) - set(PARTS)):
        parser.error(f"unknown part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if asked.page and (asked.quick or chosen != list(PARTS)):
        parser.error("--page shows a whole run; leave out --quick and --only")
    began, load = time.perf_counter(), present_load()
    machine = describe_machine()
    about = "{cpus} cores, {machine}, {system}, Python {python}, numba {numba}, {began}.".format(**machine)
    print(f"# Speed of Havenward {machine['havenward']}\n\n{about}\n")
    found = {}
    for name in chosen:
        found[name] = PARTS[name](quick=asked.quick)
        print(found[name].write(), end="\n\n", flush=True)
    limits = [limit for findings in found.values() for limit in findings.limits]
    held = sum(value <= limit for _, value, limit in limits)
    seconds = time.perf_counter() - began
    end = f"{held} of {len(limits)} limits held; measured in {seconds:.0f} s."
    print(end)
    if asked.page:
        renew_page([about, *(findings.write().replace("## ", "### ") for findings in found.values()), end])
    values = {name: findings.values for name, findings in found.items()}
    kept: dict[str, Any] = {"machine": machine, "quick": asked.quick, "parts": values, "seconds": seconds}
    if asked.record:
        # what ran beside it shows in the higher of the loads before and after
        print(f"{record(kept, max(load, present_load()))} rows added to the history")
    if asked.json:
        kept["limits"] = [
            {"what": words, "found": value, "limit": limit, "held": value <= limit}
            for words, value, limit in limits
        ]
        asked.json.write_text(f"{json.dumps(kept, indent=1)}\n", encoding="utf-8", newline="\n")
    return 0


def renew_page(blocks: Sequence[str]) -> None:
    """Put what was measured between the two marks of the page."""
    before, start, rest = PAGE.read_text(encoding="utf-8").partition(PAGE_MARKS[0])
    _, end, after = rest.partition(PAGE_MARKS[1])
    text = "\n\n".join([before + start, *blocks, end + after])
    PAGE.write_text(text, encoding="utf-8", newline="\n")


def describe_machine() -> dict[str, str]:
    """Say on what and when this was measured; names of machines and people stay out."""
    return {
        "havenward": version("havenward"),
        "cpus": str(os.cpu_count()),
        "machine": platform.machine(),
        "processor": name_processor(),
        "system": platform.system(),
        "python": platform.python_version(),
        "numba": version("numba"),
        "began": datetime.now(UTC).date().isoformat(),
    }


if __name__ == "__main__":
    sys.exit(main())
