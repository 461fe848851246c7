"""What the workbench does in the background: jobs, one after another, in processes that are kept warm.

A job is a file, `jobs/<id>.json`, from the moment it is asked for. Its state is one of queued, running, done,
failed (the data are wrong), broken (a fault of ours), cancelled, or interrupted (the server ended first).
"""

from __future__ import annotations

import asyncio
import atexit
import json
import logging
import multiprocessing
import os
import re
import secrets
import shutil
import signal
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenward.errors import Problem, SettingsError
from havenward.files import clear_beside, open_whole
from havenward.runs import clear_work
from havenward.workbench.kinds import KINDS
from havenward.workbench.worker import run_worker
from havenward.workbench.workspace import NotFoundError, is_name

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from havenward.workbench.workspace import Workspace

ENDED = ("done", "failed", "broken", "cancelled", "interrupted")
STATES = ("queued", "running", *ENDED)
QUICK_KINDS = ("whatif",)
KEPT_JOBS = 200
MAX_QUEUED = 50
# what a job tells on the way is held in memory only, and no more of it than a page can use
MAX_NEWS, MAX_NEWS_BYTES, KEPT_NEWS_JOBS = 200, 4_000_000, 20
QUIET_S = 1.5  # before a process is warmed up that nobody waits for yet
CANCEL_S = 5.0  # how long a person waits for the end of what was stopped
_ID = re.compile(r"[0-9a-f]{16}")
_IN_MEMORY = ("note", "news", "news_count", "news_bytes", "changes")
LOOK_S = 0.1  # how often a page that listens is told what is new
SILENCE_S = 15.0  # an empty line after so long keeps a connection open
log = logging.getLogger(__name__)


@dataclass
class Job:
    """One piece of work and how far it is.

    Parameters
    ----------
    what, done, steps
        What it is doing, and how much of how much.
    note
        What a person who waits should know beside that, such as a worker of a cluster that was lost.
    news
        What it told on the way, in order: number, values, size; the oldest go when there is too much.
    news_count, news_bytes
        How many there ever were, and the size of those that are kept.
    changes
        How often anything of this changed.
    result
        What it told in the end: `url` of what it made, `problems`; `resumed`, the job that takes its place.
    """

    id: str
    kind: str
    case: str
    arguments: dict[str, Any]
    asked: float
    state: str = "queued"
    what: str = ""
    done: int = 0
    steps: int = 0
    began: float = 0.0
    ended: float = 0.0
    result: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    news: list[tuple[int, dict[str, Any], int]] = field(default_factory=list)
    news_count: int = 0
    news_bytes: int = 0
    changes: int = 0

    def add_news(self, values: Mapping[str, Any]) -> None:
        """Keep what it told, within bounds."""
        size = len(json.dumps(values))
        self.news.append((self.news_count, dict(values), size))
        self.news_count += 1
        self.news_bytes += size
        while len(self.news) > 1 and (len(self.news) > MAX_NEWS or self.news_bytes > MAX_NEWS_BYTES):
            self.news_bytes -= self.news.pop(0)[2]


@dataclass(frozen=True)
class Worker:
    """A process that does jobs, and our end of the pipe to it."""

    process: BaseProcess
    connection: Connection

    def kill(self) -> None:
        """End it and whatever it started."""
        try:
            if hasattr(os, "killpg") and self.process.pid:
                os.killpg(self.process.pid, signal.SIGKILL)
        except OSError:
            pass  # it has gone, or had not come so far as to lead a group of its own
        self.process.kill()
        self.process.join(timeout=CANCEL_S)


class Jobs:
    """The queue, and the processes that work it off.

    Parameters
    ----------
    workspace
        Where cases, runs and the files of jobs lie.
    workers
        Processes for long jobs; each uses every core where a forecast does, so one is usual. Quick jobs have
        a process of their own.
    cluster
        The address of a Dask cluster for forecasts; empty for none.
    """

    def __init__(self, workspace: Workspace, workers: int = 1, cluster: str = "") -> None:
        self.workspace = workspace
        self.cluster = cluster
        self.folder = workspace.root / "jobs"
        self.folder.mkdir(exist_ok=True)
        self._jobs: dict[str, Job] = {}
        self._queue: deque[str] = deque()
        self._quick: deque[str] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._running: dict[str, Worker] = {}
        self._stopped: set[str] = set()
        with self._changed:
            self._load()
        self._quick_expected = False
        lanes = [(self._queue, QUIET_S)] * workers + [(self._quick, None)]
        self._threads = [threading.Thread(target=self._work_off, args=lane, daemon=True) for lane in lanes]
        for thread in self._threads:
            thread.start()
        atexit.register(self.close)  # a process of ours that lives on would keep this one from ending

    # -- what pages ask for ------------------------------------------------------------------------------

    def submit(self, kind: str, case: str, arguments: Mapping[str, Any]) -> str:
        """Queue a job; returns its id. The file that keeps it is written before this returns.

        Raises
        ------
        SettingsError
            Too many are waiting.
        """
        if kind not in KINDS:
            message = f"'{kind}' is no kind of job"
            raise ValueError(message)
        job = Job(secrets.token_hex(8), kind, case, dict(arguments), time.time())
        with self._changed:
            if len(self._queue) + len(self._quick) >= MAX_QUEUED:
                raise SettingsError(_queue_is_full())
            self._write(job)
            self._jobs[job.id] = job
            self._lane_of(job).append(job.id)
            self._forget_old()
            self._changed.notify_all()
        return job.id

    def expect_quick(self) -> None:
        """Have a process warm for quick jobs: somebody looks at a page that asks for one."""
        with self._changed:
            self._quick_expected = True
            self._changed.notify_all()

    def get(self, job_id: str) -> Job:
        """Give a job.

        Raises
        ------
        NotFoundError
            There is none of this id.
        """
        job = self._jobs.get(job_id)
        if job is None:
            raise NotFoundError
        return job

    def list(self, case: str = "") -> list[Job]:
        """Give the jobs of a case (empty: of all), the newest first."""
        with self._changed:
            jobs = [job for job in self._jobs.values() if not case or job.case == case]
        return sorted(jobs, key=lambda job: (-job.asked, job.id))

    def cancel(self, job_id: str) -> None:
        """Stop a job, or take it out of the queue. What it had half done goes with it."""
        job = self.get(job_id)
        with self._changed:
            if job.state == "queued":
                self._lane_of(job).remove(job_id)
                self._end(job, "cancelled", {})
            elif job.id in self._running:
                self._stopped.add(job_id)  # before the process ends, so that its end is understood
                self._running[job_id].kill()
                self._changed.wait_for(lambda: job.state in ENDED, timeout=CANCEL_S)

    def resume(self, job_id: str) -> str:
        """Ask again for what a job that did not come to its end was to do; returns the new id.

        Asking twice gives one job: the first that was made for it.
        """
        job = self.get(job_id)
        with self._changed:
            if job.state not in ENDED or job.state == "done":
                return job_id
            made = str(job.result.get("resumed", ""))
            if made in self._jobs:
                return made
            made = self.submit(job.kind, job.case, {**job.arguments, "replace": True})
            job.result["resumed"] = made
            self._write(job)
            return made

    async def events(self, job_id: str, heard: int = 0) -> AsyncIterator[dict[str, Any]]:
        """Tell what changes about a job until it has ended; news are told once each, from the first.

        Parameters
        ----------
        heard
            How many news a page heard before its connection broke.

        Yields
        ------
        event
            The job as it stands, `news` since the last event and how many there were so far (`heard`); empty
            where nothing has changed for a while.
        """
        job, told, spoken = self.get(job_id), -1, time.monotonic()
        while True:
            if job.changes != told:
                told, spoken = job.changes, time.monotonic()
                event, heard = self._as_event(job, heard)
                yield event
                if event["state"] in ENDED:
                    return
            elif time.monotonic() - spoken > SILENCE_S:
                spoken = time.monotonic()
                yield {}
            await asyncio.sleep(LOOK_S)

    def close(self) -> None:
        """End every process; what is running is interrupted and can be resumed."""
        atexit.unregister(self.close)
        with self._changed:
            self._closing = True
            for worker in self._running.values():
                worker.kill()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=CANCEL_S)

    # -- files -------------------------------------------------------------------------------------------

    def _load(self) -> None:
        """Read what earlier servers were asked for; what they had begun and not finished is interrupted."""
        for path in sorted(self.folder.glob("*.json")):
            try:
                job = Job(**json.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError, TypeError, RecursionError):
                job = None
            if job is None or not _is_ours(job, path.stem):
                log.warning("%s is no job of ours and is left alone", path.name)
                continue
            self._jobs[job.id] = job
            if job.state == "running":
                self._clear_leftovers(job)
                self._end(job, "interrupted", {})
        waiting = [job for job in self._jobs.values() if job.state == "queued"]
        for job in sorted(waiting, key=lambda job: job.asked):
            self._lane_of(job).append(job.id)
        self._forget_old()
        held = {folder for job in self._jobs.values() for folder in self._uploads_of(job)}
        uploads = self.workspace.root / "uploads"
        for folder in uploads.iterdir() if uploads.is_dir() else ():
            if folder not in held:  # its job is done, or was never asked for
                shutil.rmtree(folder, ignore_errors=True)

    def _forget_old(self) -> None:
        """Let go of the oldest jobs that have ended, and of what all but the newest told on the way."""
        ended = [job for job in self.list() if job.state in ENDED]
        for job in ended[KEPT_NEWS_JOBS:]:
            job.news, job.news_bytes = [], 0
        for job in ended[KEPT_JOBS:]:
            (self.folder / f"{job.id}.json").unlink(missing_ok=True)
            for folder in self._uploads_of(job):
                shutil.rmtree(folder, ignore_errors=True)
            del self._jobs[job.id]

    def _write(self, job: Job) -> None:
        kept = {name: value for name, value in asdict(job).items() if name not in _IN_MEMORY}
        with open_whole(self.folder / f"{job.id}.json") as stream:
            json.dump(kept, stream, indent=1)

    def _end(self, job: Job, state: str, result: Mapping[str, Any]) -> None:
        job.result, job.ended = dict(result), time.time()
        job.state = state
        job.changes += 1
        self._write(job)
        if state == "done":
            for folder in self._uploads_of(job):
                shutil.rmtree(folder, ignore_errors=True)
        self._changed.notify_all()

    def _uploads_of(self, job: Job) -> set[Path]:
        """Give the folders of uploads that the arguments of a job name."""
        uploads = self.workspace.root / "uploads"
        found = set()
        for value in job.arguments.values():
            for text in value if isinstance(value, list | tuple) else [value]:
                path = Path(text) if isinstance(text, str) and "\0" not in text else Path()
                if ".." not in path.parts and path != uploads and path.is_relative_to(uploads):
                    found.add(uploads / path.relative_to(uploads).parts[0])
        return found

    def _clear_leftovers(self, job: Job) -> None:
        """Take away what a killed process had half written, where nobody else writes it now."""
        for place in ("runs", "briefs"):
            clear_beside(self.workspace.root / place / job.case)
        for name in job.arguments.values():  # a run that is made again from a page has another name
            if isinstance(name, str) and is_name(name):
                clear_work(self.workspace.root / "runs" / job.case / name)

    @staticmethod
    def _as_event(job: Job, heard: int) -> tuple[dict[str, Any], int]:
        held = list(job.news)  # in one step: another thread adds to it
        total = held[-1][0] + 1 if held else job.news_count
        fresh = [values for number, values, _ in held if number >= min(heard, total)]
        event = {
            "id": job.id,
            "kind": job.kind,
            "case": job.case,
            "state": job.state,
            "what": job.what,
            "done": job.done,
            "steps": job.steps,
            "note": job.note,
            "result": {key: value for key, value in job.result.items() if key != "trace"},
            "news": fresh,
            "heard": total,
        }
        return event, total

    # -- work --------------------------------------------------------------------------------------------

    def _lane_of(self, job: Job) -> deque[str]:
        """Give the queue of a job: somebody waits for a quick one, who must not wait for a long one."""
        return self._quick if job.kind in QUICK_KINDS else self._queue

    def _work_off(self, queue: deque[str], quiet_s: float | None) -> None:
        """Keep one process warm and hand it job after job; a process that ends is replaced.

        Parameters
        ----------
        queue
            The lane.
        quiet_s
            The process starts after so long, since the first page comes first; None: when it is expected.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: queue or self._closing or (quiet_s is None and self._quick_expected), timeout=quiet_s
            )
            if self._closing:
                return
        worker = self._start()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: queue or self._closing)
                if self._closing:
                    worker.kill()
                    return
                if not worker.process.is_alive():  # the system may end what idles
                    worker = self._start()
                job = self._jobs[queue.popleft()]
                job.state, job.began = "running", time.time()
                job.changes += 1
                self._running[job.id] = worker
                self._write(job)
            state, result = self._have_done(job, worker)
            with self._changed:
                del self._running[job.id]
                stopped = job.id in self._stopped
                self._stopped.discard(job.id)
            if stopped or state == "interrupted":
                worker.kill()
                self._clear_leftovers(job)
            with self._changed:
                self._end(job, "cancelled" if stopped and state == "interrupted" else state, result)
                if self._closing:
                    worker.kill()
                    return
            if stopped or not worker.process.is_alive():
                worker = self._start()

    def _have_done(self, job: Job, worker: Worker) -> tuple[str, dict[str, Any]]:
        """Hand a job over and take what the process tells until its end; gives how it ended and with what."""
        try:
            worker.connection.send((job.kind, job.case, job.arguments))
            while True:
                kind, values = worker.connection.recv()
                if kind == "begin":
                    job.what, job.steps, job.done = values["what"], values["steps"], 0
                elif kind == "step":
                    job.done = values["done"]
                elif kind == "note":
                    job.note = values["words"]
                elif kind == "news":
                    job.add_news(values)
                elif kind == "broken":
                    log.error("job %s (%s) broke:\n%s", job.id, job.kind, values["trace"])
                    return kind, {}
                elif kind in ("done", "failed"):
                    return kind, values | ({"note": job.note} if job.note else {})
                job.changes += 1
        except (EOFError, OSError):
            return "interrupted", {}

    def _start(self) -> Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        # no daemon, since those may start no processes; `close` ends it, and it ends when we are gone
        process = context.Process(
            target=run_worker, args=(theirs, str(self.workspace.root), self.cluster), daemon=False
        )
        process.start()
        theirs.close()
        return Worker(process, ours)


def _is_ours(job: Job, name: str) -> bool:
    """Tell whether what a file says can be a job that this server wrote."""
    shapes: tuple[tuple[Any, Any], ...] = (
        *((text, str) for text in (job.id, job.kind, job.case, job.state, job.what)),
        *((number, int | float) for number in (job.asked, job.began, job.ended, job.done, job.steps)),
        (job.arguments, dict),
        (job.result, dict),
        (job.news, list),
    )
    if not all(isinstance(value, shape) for value, shape in shapes):
        return False
    url = job.result.get("url", "/")
    return (
        job.id == name
        and bool(_ID.fullmatch(name))
        and job.kind in KINDS
        and job.state in STATES
        and isinstance(url, str)
        and url.startswith("/")
        and not url.startswith("//")
    )


def _queue_is_full() -> Problem:
    return Problem(
        "jobs",
        f"{MAX_QUEUED} are waiting already",
        "expected fewer",
        "wait until some are done, or stop some of them on the page of jobs",
        "jobs-full",
    )
