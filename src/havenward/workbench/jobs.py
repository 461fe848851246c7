"""What the workbench does in the background: jobs, one after another, in processes that are kept warm.

A job is a file, `jobs/<id>.json`, from the moment it is asked for. Its state is one of queued, running, done,
failed (the data are wrong), broken (a fault of ours), cancelled, or interrupted (the server ended first).
"""

from __future__ import annotations

import asyncio
import json
import logging
import multiprocessing
import secrets
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from havenward.files import open_whole
from havenward.workbench.worker import run_worker
from havenward.workbench.workspace import NotFoundError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from havenward.workbench.workspace import Workspace

ENDED = ("done", "failed", "broken", "cancelled", "interrupted")
KEPT_JOBS = 200
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
    news
        What it told on the way, in order.
    result
        What it told in the end: `url` of what it made, `problems`.
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
    news: list[dict[str, Any]] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)


class Jobs:
    """The queue, and the processes that work it off.

    Parameters
    ----------
    workspace
        Where cases, runs and the files of jobs lie.
    workers
        Processes; each uses every core where a forecast does, so one is usual.
    """

    def __init__(self, workspace: Workspace, workers: int = 1) -> None:
        self.workspace = workspace
        self.folder = workspace.root / "jobs"
        self.folder.mkdir(exist_ok=True)
        self._jobs: dict[str, Job] = {}
        self._queue: deque[str] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._running: dict[str, BaseProcess] = {}
        self._load()
        self._threads = [threading.Thread(target=self._work_off, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    # -- what pages ask for ------------------------------------------------------------------------------

    def submit(self, kind: str, case: str, arguments: Mapping[str, Any]) -> str:
        """Queue a job; returns its id. The file that keeps it is written before this returns."""
        job = Job(secrets.token_hex(8), kind, case, dict(arguments), time.time())
        with self._changed:
            self._jobs[job.id] = job
            self._write(job)
            self._queue.append(job.id)
            self._changed.notify_all()
        return job.id

    def get(self, job_id: str) -> Job:
        """Give a job.

        Raises
        ------
        NotFoundError
            There is none of this id.
        """
        if job_id not in self._jobs:
            raise NotFoundError
        return self._jobs[job_id]

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
                self._queue.remove(job_id)
                self._end(job, "cancelled", {})
            elif job.state == "running":
                job.state = "cancelled"  # before the process ends, so that its end is understood
                self._running[job_id].kill()

    def resume(self, job_id: str) -> str:
        """Ask again for what a job that did not come to its end was to do; returns the new id."""
        job = self.get(job_id)
        if job.state not in ENDED:
            return job_id
        return self.submit(job.kind, job.case, {**job.arguments, "replace": True})

    async def events(self, job_id: str) -> AsyncIterator[dict[str, Any]]:
        """Tell what changes about a job until it has ended; news are told once each, from the first."""
        job = self.get(job_id)
        told, heard, silent = "", 0, time.monotonic()
        while True:
            now = self._as_seen(job)
            text = json.dumps(now, sort_keys=True)
            fresh = job.news[heard:]
            if text != told or fresh:
                told, heard, silent = text, heard + len(fresh), time.monotonic()
                yield {**now, "news": fresh}
            if now["state"] in ENDED:
                return
            if time.monotonic() - silent > SILENCE_S:
                silent = time.monotonic()
                yield {}
            await asyncio.sleep(LOOK_S)

    def close(self) -> None:
        """End every process; what is running is interrupted and can be resumed."""
        with self._changed:
            self._closing = True
            for process in self._running.values():
                process.kill()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=5)

    # -- files -------------------------------------------------------------------------------------------

    def _load(self) -> None:
        """Read what earlier servers were asked for; what they had not finished is interrupted."""
        for path in sorted(self.folder.glob("*.json")):
            try:
                job = Job(**json.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError, TypeError):
                log.warning("%s is no job of ours and is left alone", path.name)
                continue
            if job.state not in ENDED:
                job.state = "interrupted"
                self._write(job)
            self._jobs[job.id] = job
        for job in self.list()[KEPT_JOBS:]:
            (self.folder / f"{job.id}.json").unlink(missing_ok=True)
            del self._jobs[job.id]

    def _write(self, job: Job) -> None:
        with open_whole(self.folder / f"{job.id}.json") as stream:
            json.dump(asdict(job), stream, indent=1)

    def _end(self, job: Job, state: str, result: Mapping[str, Any]) -> None:
        job.state, job.result, job.ended = state, dict(result), time.time()
        self._write(job)

    @staticmethod
    def _as_seen(job: Job) -> dict[str, Any]:
        return {
            "id": job.id,
            "kind": job.kind,
            "case": job.case,
            "state": job.state,
            "what": job.what,
            "done": job.done,
            "steps": job.steps,
            "result": {key: value for key, value in job.result.items() if key != "trace"},
        }

    # -- work --------------------------------------------------------------------------------------------

    def _work_off(self) -> None:
        """Keep one process warm and hand it job after job; a process that ends is replaced."""
        process, connection = self._start()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._closing)
                if self._closing:
                    process.kill()
                    return
                job = self._jobs[self._queue.popleft()]
                job.state, job.began = "running", time.time()
                self._running[job.id] = process
                self._write(job)
            try:
                connection.send((job.kind, job.case, job.arguments))
                self._listen(job, connection)
            except (EOFError, OSError):
                with self._changed:
                    ended = {"cancelled": "cancelled"}.get(job.state, "interrupted")
                    self._end(job, ended, {})
                process.join(timeout=5)
            with self._changed:
                self._running.pop(job.id, None)
                if self._closing:
                    process.kill()
                    return
            if not process.is_alive():
                process, connection = self._start()

    def _listen(self, job: Job, connection: Connection) -> None:
        """Take what the process tells until the job has ended."""
        while True:
            kind, values = connection.recv()
            if kind == "begin":
                job.what, job.steps, job.done = values["what"], values["steps"], 0
            elif kind == "step":
                job.done = values["done"]
            elif kind == "news":
                job.news.append(dict(values))
            elif kind in ("done", "failed", "broken"):
                if kind == "broken":
                    log.error("job %s (%s) broke:\n%s", job.id, job.kind, values["trace"])
                with self._changed:
                    self._end(job, kind if job.state == "running" else job.state, values)
                return

    def _start(self) -> tuple[BaseProcess, Connection]:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=run_worker, args=(theirs, str(self.workspace.root)), daemon=True)
        process.start()
        theirs.close()
        return process, ours
