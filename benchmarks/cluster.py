"""What a cluster gains and costs: one run on one core, then the same by a scheduler and 1, 2 and 4 workers.

    python benchmarks/cluster.py                                    2,000 members, workers 1, 2 and 4
    python benchmarks/cluster.py --members 100000 --kill-every 15   and a worker killed every 15 seconds
    python benchmarks/cluster.py --workers 4 --store /shared/place  chunks left in a store

Scheduler and workers are processes of their own on loopback, started as an office would start them. The run
is made by the command line, and every file of its folder but the log is held against those of the single
core, byte for byte: it ends with status 1 where one differs. Times are of this machine: four workers on two
cores cannot be faster than two, so the number of cores and the load before are printed beside them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable

LOOK_S = 0.5  # between two looks at processor times and connections
START_S = 120.0  # for the scheduler and the first workers
LOSSES = re.compile(r"(\d+) workers? (?:was|were) lost; (\d+) pieces?")
SOCKETS = re.compile(r"bytes_(sent|received):(\d+)")
# numerical libraries must not start threads of their own beside the one of a worker
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass
class Measured:
    """One run: times in seconds, bytes in millions."""

    workers: int
    wall: float = 0.0
    members: float = 0.0  # of it until all members are played
    client_cpu: float = 0.0
    workers_cpu: float = 0.0
    scheduler_cpu: float = 0.0
    scheduler_mb: float | None = None  # into and out of the scheduler
    peers_mb: float | None = None  # between workers
    killed: int = 0
    given: int = 0  # pieces that others did instead
    same: bool = True
    load_before: float = 0.0


@dataclass
class Office:
    """A scheduler and its workers, watched while they work."""

    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    scheduler: subprocess.Popen[bytes] | None = None
    cpu: dict[int, float] = field(default_factory=dict)
    bytes: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    killed: int = 0
    _end: threading.Event = field(default_factory=threading.Event)

    @property
    def file(self) -> Path:
        """The scheduler file."""
        return self.folder / "scheduler.json"

    def open(self, workers: int) -> None:
        """Start everybody and wait until they have found each other."""
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0"
        )
        _wait_for(self.file.exists, "the scheduler did not start")
        self.workers = [self.hire() for _ in range(workers)]
        from distributed import Client

        with Client(scheduler_file=str(self.file), set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=START_S)

    def hire(self) -> subprocess.Popen[bytes]:
        """Start one worker of one thread, without anybody who would start it again."""
        return self._start("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")

    def _start(self, kind: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--scheduler-file", str(self.file)]
        with (self.folder / f"{kind}.log").open("ab") as log:
            return subprocess.Popen(
                [*command, *words], cwd=self.folder, env=os.environ | ONE_THREAD, stdout=log, stderr=log
            )

    def watch(self, kill_every: float, chance: random.Random) -> None:
        """Look at times and connections until told to stop, and kill a worker now and then."""
        due = time.monotonic() + kill_every
        while not self._end.wait(LOOK_S):
            for process in [self.scheduler, *self.workers]:
                if process is not None:
                    with contextlib.suppress(psutil.Error):
                        times = psutil.Process(process.pid).cpu_times()
                        self.cpu[process.pid] = times.user + times.system
            self._count_bytes()
            if kill_every and time.monotonic() >= due:
                at = chance.randrange(len(self.workers))
                self.workers[at].kill()
                self.workers[at].wait()
                self.workers[at] = self.hire()
                self.killed += 1
                due = time.monotonic() + kill_every

    def _count_bytes(self) -> None:
        """Note what each connection has carried so far, as the kernel counts it (Linux only)."""
        if shutil.which("ss") is None:
            return
        said = subprocess.run(["ss", "-Htinp"], capture_output=True, text=True, check=False).stdout
        lines = said.splitlines()
        for head, detail in zip(lines[::2], lines[1::2], strict=False):
            pid, words = re.search(r"pid=(\d+)", head), head.split()
            if pid and int(pid[1]) in self.cpu and len(words) > 4:
                found = {name: int(count) for name, count in SOCKETS.findall(detail)}
                key = (int(pid[1]), f"{words[3]} {words[4]}")
                self.bytes[key] = (found.get("sent", 0), found.get("received", 0))

    def close(self, into: Measured) -> None:
        """Stop everybody and say what they used."""
        self._end.set()
        whom = [process for process in [self.scheduler, *self.workers] if process is not None]
        for process in whom:
            process.kill()
        for process in whom:
            process.wait()
        boss = self.scheduler.pid if self.scheduler else 0
        into.scheduler_cpu = self.cpu.get(boss, 0.0)
        into.workers_cpu = sum(used for pid, used in self.cpu.items() if pid != boss)
        into.killed = self.killed
        if self.bytes:
            with_boss = sum(sent + got for (pid, _), (sent, got) in self.bytes.items() if pid == boss)
            ends = {key.split()[1] for (pid, key) in self.bytes if pid == boss}  # who the scheduler talks to
            theirs = {key.split()[0] for (pid, key) in self.bytes if pid == boss}
            peers = sum(
                sent
                for (pid, key), (sent, _) in self.bytes.items()
                if pid != boss and not {*key.split()} & (theirs | ends)
            )
            into.scheduler_mb, into.peers_mb = with_boss / 1e6, peers / 1e6


def measure(options: argparse.Namespace, folder: Path, workers: int) -> Measured:
    """Make the run with so many workers; 0 for the single core without a cluster."""
    found = Measured(workers, load_before=os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0)
    command = [
        sys.executable, "-m", "havenward", "forecast", str(options.case), "--as-of", options.as_of,
        "--horizon", str(options.horizon), "--members", str(options.members), "--seed", "1", "--replace",
        "--out", str(folder / f"run-{workers}"),
    ]  # fmt: skip
    if not workers:
        found.wall, found.client_cpu, said = _run([*command, "--workers", "1"])
    else:
        place = folder / f"office-{workers}"
        place.mkdir()
        office = Office(place)
        try:
            office.open(workers)
            chance = random.Random(workers)  # noqa: S311 - whom to kill is no secret
            threading.Thread(target=office.watch, args=(options.kill_every, chance), daemon=True).start()
            store = ["--store", options.store] if options.store else []
            found.wall, found.client_cpu, said = _run([*command, "--cluster", str(office.file), *store])
        finally:
            office.close(found)
    losses = LOSSES.findall(said)
    found.given = int(losses[-1][1]) if losses else 0
    log = json.loads((folder / f"run-{workers}" / "run.log").read_text(encoding="utf-8"))
    found.members = float(log.get("simulation_s", 0.0))
    return found


def _run(command: list[str]) -> tuple[float, float, str]:
    """Run a command; its wall time, the processor time of its own process, and what it told."""
    began = time.perf_counter()
    environment = os.environ | ONE_THREAD | {"NUMBA_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    told: list[bytes] = []
    reader = threading.Thread(target=lambda: told.extend(process.stderr or ()), daemon=True)
    reader.start()
    cpu = 0.0
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(process.pid).cpu_times()
            cpu = times.user + times.system
        time.sleep(0.1)
    reader.join()
    said = b"".join(told).decode()
    wall = time.perf_counter() - began
    if process.returncode:
        sys.exit(f"the forecast ended with status {process.returncode}:\n{said}")
    return wall, cpu, said


def _wait_for(there: Callable[[], bool], problem: str) -> None:
    deadline = time.monotonic() + START_S
    while not there():
        if time.monotonic() > deadline:
            sys.exit(problem)
        time.sleep(0.05)


def hash_run(folder: Path) -> dict[str, str]:
    """Name the content of every file of a run but its log, which says who made it and when."""
    return {
        path.relative_to(folder).as_posix(): blake2b(path.read_bytes(), digest_size=16).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.log"
    }


def say_table(found: list[Measured]) -> str:
    """Lay the findings out as Markdown."""
    single, cores = found[0], os.cpu_count() or 1
    head = (
        "workers", "wall s", "ideal s", "until all members are played s", "command cpu s", "workers cpu s",
        "scheduler cpu s", "scheduler MB", "between workers MB", "killed", "pieces given to others",
        "same bytes", "load before",
    )  # fmt: skip
    lines = [" | ".join(head), "|".join("---" for _ in head)]
    for one in found:
        ideal = single.wall / min(max(one.workers, 1), cores)
        cells = [
            str(one.workers) if one.workers else "no cluster, one core",
            f"{one.wall:.1f}",
            f"{ideal:.1f}",
            f"{one.members:.1f}",
            f"{one.client_cpu:.1f}",
            f"{one.workers_cpu:.1f}",
            f"{one.scheduler_cpu:.1f}",
            "" if one.scheduler_mb is None else f"{one.scheduler_mb:.1f}",
            "" if one.peers_mb is None else f"{one.peers_mb:.1f}",
            str(one.killed),
            str(one.given),
            "yes" if one.same else "NO",
            f"{one.load_before:.1f}",
        ]
        lines.append(" | ".join(cells))
    note = f"ideal: the single core divided by the workers, of which at most {cores} (cores) work at once"
    return "\n".join(f"| {line} |" for line in lines) + f"\n\n{note}\n"


def main() -> int:
    """Measure, compare, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--case", type=Path, default=Path(__file__).resolve().parents[1] / "cases" / "mosul-2016"
    )
    parser.add_argument("--as-of", default="2016-10-16")
    parser.add_argument("--horizon", type=int, default=120)
    parser.add_argument("--members", type=int, default=2000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument(
        "--kill-every", type=float, default=0.0, metavar="SECONDS", help="0: nobody is killed"
    )
    parser.add_argument("--store", default="", help="where workers leave chunks (empty: in the run folder)")
    parser.add_argument("--folder", type=Path, help="where runs go and stay (empty: they are removed)")
    parser.add_argument("--json", type=Path, help="also write the values here")
    options = parser.parse_args()
    with contextlib.ExitStack() as held:
        folder = options.folder or Path(held.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob("office-*"):
            shutil.rmtree(left)
        found = [measure(options, folder, 0)]
        expected = hash_run(folder / "run-0")
        print(f"{options.members} members; single core: {found[0].wall:.1f} s", file=sys.stderr)
        for workers in options.workers:
            one = measure(options, folder, workers)
            held_there = hash_run(folder / f"run-{workers}")
            names = {name for name in expected | held_there if expected.get(name) != held_there.get(name)}
            one.same = not names
            found.append(one)
            print(
                f"{workers} workers: {one.wall:.1f} s; {'same bytes' if one.same else names}", file=sys.stderr
            )
    print(f"{options.case.name} as of {options.as_of}, {options.horizon} days, {options.members} members\n")
    print(say_table(found))
    if options.json:
        values = {
            "cores": os.cpu_count(),
            "members": options.members,
            "found": [asdict(one) for one in found],
        }
        options.json.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    return 0 if all(one.same for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
