"""A small Dask cluster for tests: a scheduler and workers as processes of their own on loopback, and work."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

TESTS = Path(__file__).parent
WAIT_S = 120  # a machine under load is slow to start a process; nothing waits so long where all is well


@dataclass
class Processes:
    """The scheduler and the workers that a test has started."""

    folder: Path
    started: list[subprocess.Popen] = field(default_factory=list)

    @property
    def address(self) -> str:
        return str(self.folder / "scheduler.json")

    def _start(self, *words: str, path: tuple[Path, ...] = ()) -> subprocess.Popen:
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([*map(str, path), str(TESTS), os.environ.get("PYTHONPATH", "")]),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",  # the first death already reaches us
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]],
            cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.started.append(process)
        return process

    def start_scheduler(self) -> subprocess.Popen:
        process = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0",
            "--scheduler-file", self.address,
        )  # fmt: skip
        deadline = time.monotonic() + WAIT_S
        while not Path(self.address).exists():
            assert process.poll() is None, "the scheduler ended"
            assert time.monotonic() < deadline, "the scheduler did not start"
            time.sleep(0.05)
        return process

    def start_worker(self, *path: Path) -> subprocess.Popen:
        """Start a worker; modules in `path` come before ours."""
        return self._start(
            "worker", "--scheduler-file", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
            "--host", "127.0.0.1", "--local-directory", str(self.folder), path=path,
        )  # fmt: skip

    def stop(self) -> None:
        for process in reversed(self.started):
            process.kill()
        for process in self.started:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)


# -- work, by functions of a module so that it can travel --------------------------------------------------


def square(number: int) -> int:
    return number * number


def who_squares(number: int) -> tuple[int, int]:
    """Take long enough to be killed meanwhile."""
    time.sleep(0.05)
    return number * number, os.getpid()


def fail_at_three(number: int) -> int:
    if number == 3:
        message = "three"
        raise ValueError(message)
    return number


def end_its_worker(number: int) -> int:
    os._exit(number)


def fail_with_a_problem(number: int) -> int:
    from havenward.errors import CaseError, Problem

    raise CaseError(Problem(f"row {number}", "found", "expected", "repair", "slug"))


@dataclass
class Counting:
    """Work that keeps what it prepares: how many pieces it has done here."""

    done: int = 0

    def __call__(self, _: int) -> int:
        self.done += 1
        return self.done
