"""What each benchmark found before, on which machine, and whether the last measurement is out of line.

    python benchmarks/history.py                        the trend of every quantity
    python benchmarks/history.py --check --limit 1.25   exit status 1 where the last row is that much worse
    python benchmarks/history.py --add result.json --commit abc1234 --load 0.4   a result of `run.py --json`
    python benchmarks/history.py --page                 renew the table of docs/explanation/speed-history.md

`run.py --record` adds rows by itself. A row is compared with the median of the last five of the same
quantity, on the same kind of machine (cores, processor, Python), measured at the same length. Times by the
clock, and the speed of memory, count only where the load left a core free; all else counts always.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import statistics
import subprocess
import sys
from collections import defaultdict
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[1]
HISTORY = ROOT / "benchmarks" / "history.csv"
PAGE = ROOT / "docs" / "explanation" / "speed-history.md"
PAGE_MARKS = ("<!-- written by benchmarks/history.py --page -->", "<!-- end of what was written -->")
LAST = 5  # rows whose median is what a new one is held against
FEWEST = 2  # with fewer before it, nothing is said about a row
LIMIT = 1.25


@dataclass(frozen=True)
class Quantity:
    """One number that is followed: where it stands in a result, and which way is worse."""

    benchmark: str
    path: tuple[str, ...]
    name: str
    unit: str
    against: str  # what a ratio is taken against, or what the number is of
    clock: str  # `ratio`, `processor` and `memory` hold on a busy machine; `wall` needs a free core
    worse: str = "more"


# what is followed: the promises of the design, and the few numbers that say where a change came from
QUANTITIES = (
    Quantity(
        "people", ("ratios", "100 x people"), "time for 100 x people", "ratio", "the same world", "ratio"
    ),
    Quantity(
        "witness",
        ("ratio",),
        "speed against single people",
        "ratio",
        "plain Python in the same run",
        "ratio",
        "less",
    ),
    Quantity(
        "floor", ("share",), "share of the floor", "ratio", "memory speed in the same run", "wall", "less"
    ),
    Quantity("members", ("cpu_us_per_member_day",), "member-day", "us", "Mosul, 270 days", "processor"),
    Quantity("members", ("two_threads_gain",), "gain of two threads", "ratio", "one thread", "wall", "less"),
    Quantity("start", ("import havenward",), "import havenward", "s", "a new process", "wall"),
    Quantity("start", ("havenward --help",), "havenward --help", "s", "a new process", "wall"),
    Quantity("start", ("first_cold_s",), "first simulation, to compile", "s", "a new process", "wall"),
    Quantity("forecast", ("seconds", "simulate"), "simulate", "s", "Mosul, 1,000 members", "wall"),
    Quantity(
        "forecast", ("seconds", "make the tables"), "make the tables", "s", "Mosul, 1,000 members", "wall"
    ),
    Quantity("forecast", ("seconds", "write the run"), "write the run", "s", "Mosul, 1,000 members", "wall"),
    Quantity("forecast", ("peak_mib",), "peak memory of a forecast", "MiB", "Mosul, 1,000 members", "memory"),
)


@dataclass(frozen=True)
class Row:
    """One measured number, as a line of history.csv."""

    date: str
    commit: str
    cores: int
    processor: str
    python: str
    load: float  # average of the minute before, or of the run if that was higher
    length: str  # `quick` or `full`
    benchmark: str
    quantity: str
    value: float
    unit: str
    against: str

    @property
    def series(self) -> tuple[str, ...]:
        """Name what may be compared with each other."""
        machine = (str(self.cores), self.processor, ".".join(self.python.split(".")[:2]))
        return (self.benchmark, self.quantity, self.length, *machine)


@dataclass(frozen=True)
class Trend:
    """How the last row of a series stands beside those before it."""

    last: Row
    count: int
    median: float | None  # of the rows before; nothing where there are too few
    factor: float | None  # how many times worse than the median; below 1 is better
    values: tuple[float, ...]  # the last ones in the order in which they were added


def main(arguments: Sequence[str] | None = None) -> int:
    """Add, show, check or write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--history", type=Path, default=HISTORY, metavar="FILE")
    parser.add_argument("--add", type=Path, metavar="RESULT", help="a file written by run.py --json")
    parser.add_argument("--commit", help="with --add: what was measured")
    parser.add_argument("--load", type=float, help="with --add: load average of that time")
    parser.add_argument(
        "--check", action="store_true", help="exit status 1 where the last row is out of line"
    )
    parser.add_argument("--limit", type=float, default=LIMIT, help="times the median (default %(default)s)")
    parser.add_argument("--page", action="store_true", help=f"renew the table of {PAGE.name}")
    asked = parser.parse_args(arguments)
    if asked.add:
        if not asked.commit or asked.load is None:
            parser.error("--add needs --commit and --load")
        result = json.loads(asked.add.read_text(encoding="utf-8"))
        print(f"{append_rows(rows_of(result, asked.commit, asked.load), asked.history)} rows added")
        return 0
    trends = find_trends(read_history(asked.history))
    table = write_trends(trends, asked.limit)
    if asked.page:
        renew_page(table)
    print(table)
    worse = [trend for trend in trends if trend.factor is not None and trend.factor > asked.limit]
    for trend in worse if asked.check else []:
        last = trend.last
        print(
            f"{last.benchmark}, {last.quantity}: {last.value:g} {last.unit} at {last.commit}, "
            f"{trend.factor:.2f} times worse than the median {trend.median:g} of those before",
            file=sys.stderr,
        )
    return 1 if asked.check and worse else 0


# -- rows --------------------------------------------------------------------------------------------------


def record(result: Mapping[str, Any], load: float, history: Path = HISTORY) -> int:
    """Append what a run of the benchmarks found at the present commit; give how many rows."""
    return append_rows(rows_of(result, present_commit(), load), history)


def rows_of(result: Mapping[str, Any], commit: str, load: float) -> list[Row]:
    """Take the followed numbers out of a result of `run.py --json`.

    Parameters
    ----------
    result
        What `run.py` wrote.
    commit
        What was measured.
    load
        Load average beside it; the higher of it and what the run itself saw is kept.
    """
    machine = result["machine"]
    told = [str(part.get("load", "")) for part in result["parts"].values()]
    seen = [float(text) for text in told if text.replace(".", "", 1).isdigit()]
    rows = []
    for one in QUANTITIES:
        value: Any = result["parts"].get(one.benchmark)
        for key in one.path:
            value = value.get(key) if isinstance(value, dict) else None
        if value is None:
            continue
        rows.append(
            Row(
                date=machine["began"],
                commit=commit,
                cores=int(machine["cpus"]),
                processor=machine.get("processor") or name_processor(),
                python=machine["python"],
                load=round(max([load, *seen]), 1),
                length="quick" if result["quick"] else "full",
                benchmark=one.benchmark,
                quantity=one.name,
                value=float(f"{value:.4g}"),
                unit=one.unit,
                against=one.against,
            )
        )
    return rows


def append_rows(rows: Iterable[Row], history: Path = HISTORY) -> int:
    """Add rows at the end; what stands there stays as it is."""
    added = [asdict(row) for row in rows]
    begins = not history.exists()
    with history.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Row)], lineterminator="\n")
        if begins:
            writer.writeheader()
        writer.writerows(added)
    return len(added)


def read_history(history: Path = HISTORY) -> list[Row]:
    """Read all rows, oldest first."""
    with history.open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    numbers = {"cores": int, "load": float, "value": float}
    return [Row(**{name: numbers.get(name, str)(text) for name, text in row.items()}) for row in rows]


def present_commit() -> str:
    """Name the commit that stands here; a `+` says that files differ from it."""
    git = ["git", "-C", str(ROOT)]
    named = subprocess.run(
        [*git, "rev-parse", "--short=7", "HEAD"], capture_output=True, text=True, check=False
    )
    changed = subprocess.run(
        [*git, "status", "--porcelain", "--untracked-files=no", "src"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return f"{named.stdout.strip() or 'unknown'}{'+' if changed.stdout.strip() else ''}"


def name_processor() -> str:
    """Give the model of the processor, as far as the system tells; never the name of the machine."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        found = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        found = platform.processor()
    return found or platform.machine()


def present_load() -> float:
    """Give the load average of the last minute; 0 where the system has none."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0.0


# -- trends ------------------------------------------------------------------------------------------------


def find_trends(rows: Iterable[Row]) -> list[Trend]:
    """Hold the last row of each series against the median of up to five before it."""
    series: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        series[row.series].append(row)
    kinds = {(one.benchmark, one.name): one for one in QUANTITIES}
    trends = []
    for measured in series.values():
        last, shown = measured[-1], tuple(row.value for row in measured[-LAST - 1 :])
        kind = kinds.get((last.benchmark, last.quantity))
        held = measured
        if kind and kind.clock == "wall":
            # on a machine without a free core, the clock measures the others
            held = [row for row in measured if row.load < row.cores]
        if not held or held[-1] is not last:
            trends.append(Trend(last, len(measured), None, None, shown))
            continue
        before = [row.value for row in held[:-1]][-LAST:]
        median = statistics.median(before) if len(before) >= FEWEST else None
        factor = None
        if median and last.value:
            factor = last.value / median
            factor = 1 / factor if kind and kind.worse == "less" else factor
        trends.append(Trend(last, len(held), median, factor, shown))
    return sorted(trends, key=lambda trend: trend.last.series)


def write_trends(trends: Iterable[Trend], limit: float = LIMIT) -> str:
    """Lay the trends out as a Markdown table."""
    head = ["benchmark", "quantity", "against", "last", "median before", "times worse", "in order", "commit"]
    head += ["date", "load", "machine"]
    lines = [head, ["---"] * len(head)]
    for trend in trends:
        row = trend.last
        factor = "-" if trend.factor is None else f"{trend.factor:.2f}"
        if trend.factor is not None and trend.factor > limit:
            factor = f"**{factor}**"
        median = "-" if trend.median is None else f"{trend.median:g}"
        machine = f"{row.cores} cores, {row.processor}, Python {row.python}, {row.length}"
        last = f"{row.value:g} {row.unit}"
        line = [row.benchmark, row.quantity, row.against, last, median, factor]
        line.append(", ".join(f"{value:g}" for value in trend.values))
        lines.append([*line, row.commit, row.date, f"{row.load:g}", machine])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def renew_page(table: str) -> None:
    """Put the table between the two marks of the page."""
    before, start, rest = PAGE.read_text(encoding="utf-8").partition(PAGE_MARKS[0])
    _, end, after = rest.partition(PAGE_MARKS[1])
    PAGE.write_text(f"{before}{start}\n\n{table}\n\n{end}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main())
