"""What it costs to start, to compile, and to make a forecast and a brief: each in a process of its own."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from clocks import Findings, write_spread

HELP_LIMIT_S = 0.5
IMPORT_LIMIT_S = 0.3
MEMORY_LIMIT_GIB = 2.0

FIRST_DAY = """
import time
began = time.perf_counter()
import datetime as dt
from havenward.case.load import load_case
from havenward.pipeline import bundled_case, known_case, simulate
from havenward.settings import ForecastSettings
import havenward.forecast.tables, havenward.movement.simulate
settings = ForecastSettings(dt.date(2016, 10, 16), 30, 1, track="D")
simulate(known_case(load_case(bundled_case()), settings), settings, workers=1)
print(time.perf_counter() - began)
"""

# times the parts of a forecast by putting a clock around what `run_forecast` calls
FORECAST = """
import datetime as dt, json, sys, time
from pathlib import Path

def peak_mib():
    try:  # of this program alone; ru_maxrss also remembers the process that started it
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    except (OSError, StopIteration):
        import psutil
        memory = psutil.Process().memory_info()
        return getattr(memory, "peak_wset", memory.rss) / 2**20

clocks = {}
def clocked(name, function):
    def call(*args, **named):
        began = time.perf_counter()
        try:
            return function(*args, **named)
        finally:
            clocks[name] = time.perf_counter() - began
    return call

began = time.perf_counter()
from havenward import pipeline
from havenward.pipeline import forecasts
from havenward.case.load import load_case
from havenward.forecast import tables
from havenward.settings import BriefSettings, ForecastSettings
import havenward.movement.simulate, havenward.brief.card, havenward.case.write
clocks["load the libraries"] = time.perf_counter() - began
load = clocked("read the case", load_case)
forecasts.learn_and_simulate = clocked("simulate", forecasts.learn_and_simulate)
tables.run_tables = clocked("make the tables", tables.run_tables)
forecasts.write_run = clocked("write the run", forecasts.write_run)
folder, members = Path(sys.argv[1]), int(sys.argv[2])
settings = ForecastSettings(dt.date(2016, 10, 16), 270, members, track="D")
run = pipeline.run_forecast(load(pipeline.bundled_case()), settings, folder / "run")
peak = peak_mib()
clocked("make and write a brief", pipeline.make_brief)(run, folder / "brief", BriefSettings())
print(json.dumps({"clocks": clocks, "peak_mib": peak, "peak_with_brief_mib": peak_mib()}))
"""


def measure_start(*, quick: bool) -> Findings:
    """Time the start of the program, and the first simulated day with and without compiled code kept."""
    turns = 3 if quick else 7
    commands = {
        "python alone": ["-c", "pass"],
        "import havenward": ["-c", "import havenward"],
        "havenward --help": ["-m", "havenward", "--help"],
    }
    starts: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(turns + 1):
        for name, command in commands.items():
            starts[name].append(time_process(command))
    starts = {name: times[1:] for name, times in starts.items()}  # the first start warms the disk
    medians = {name: statistics.median(times) for name, times in starts.items()}
    rows = [[name, f"{medians[name]:.3f}", write_spread(times)] for name, times in starts.items()]
    first: dict[str, list[float]] = {"cold": [], "warm": []}
    for _ in range(0 if quick else 2):
        with tempfile.TemporaryDirectory() as cache:
            place = os.environ | {"NUMBA_CACHE_DIR": cache}
            for name in ("cold", "warm", "warm"):
                first[name].append(float(read_output(["-c", FIRST_DAY], place)))
    notes = []
    if not quick:
        cold, warm = (statistics.median(times) for times in first.values())
        rows.append(["first simulation, nothing compiled yet", f"{cold:.2f}", write_spread(first["cold"])])
        rows.append(["first simulation, compiled code kept", f"{warm:.2f}", write_spread(first["warm"])])
        notes.append(f"Compiling costs {cold - warm:.1f} s, once per installation.")
        medians |= {"first_cold_s": cold, "first_warm_s": warm}
    return Findings(
        "Start and compilation",
        f"Wall seconds, each in a new process, {turns} starts.",
        tables=[(["what", "median s", "range"], rows)],
        notes=notes,
        values=medians,
        limits=[
            ("havenward --help, seconds:", medians["havenward --help"], HELP_LIMIT_S),
            ("import havenward, seconds:", medians["import havenward"], IMPORT_LIMIT_S),
        ],
    )


def measure_forecast(*, quick: bool) -> Findings:
    """Time the parts of a forecast and a brief of the bundled case, and take the peak of its memory."""
    members, turns = (200, 1) if quick else (1000, 3)
    runs = []
    for _ in range(turns):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(json.loads(read_output(["-c", FORECAST, folder, str(members)])))
    clocks = {name: [run["clocks"][name] for run in runs] for name in runs[0]["clocks"]}
    medians = {name: statistics.median(times) for name, times in clocks.items()}
    peak = max(run["peak_mib"] for run in runs)
    both = max(run["peak_with_brief_mib"] for run in runs)
    return Findings(
        "A forecast and its brief",
        f"The bundled case, {members} members, 270 days, all cores; wall seconds, each in a new process.",
        tables=[
            (
                ["part", "median s", "range"],
                [[name, f"{medians[name]:.2f}", write_spread(times)] for name, times in clocks.items()],
            )
        ],
        notes=[f"Peak memory {peak:.0f} MiB for the forecast, {both:.0f} MiB with the brief."],
        values={"seconds": medians, "peak_mib": peak, "peak_with_brief_mib": both},
        # the limit is one for a full ensemble
        limits=[] if quick else [("peak memory, GiB:", both / 1024, MEMORY_LIMIT_GIB)],
    )


def time_process(command: list[str]) -> float:
    """Time one start of Python with this command, by the clock."""
    began = time.perf_counter()
    read_output(command)
    return time.perf_counter() - began


def read_output(command: list[str], environment: dict[str, str] | None = None) -> str:
    """Start Python with this command and give what it prints."""
    source = str(Path(__file__).resolve().parents[1] / "src")
    place = {**(environment or os.environ), "PYTHONPATH": source}
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False, env=place)
    if done.returncode:
        message = f"{command[:2]} ended with {done.returncode}:\n{done.stderr}"
        raise RuntimeError(message)
    return done.stdout
