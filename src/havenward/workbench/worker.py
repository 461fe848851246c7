"""What a worker process does: one job after another, telling how far it is, gone when its server is gone."""

from __future__ import annotations

import os
import signal
import threading
import traceback
from multiprocessing import parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenward.errors import HavenwardError
from havenward.pipeline import Progress
from havenward.workbench.kinds import KINDS, Work, problem_as_dict
from havenward.workbench.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from multiprocessing.connection import Connection

NICENESS = 10  # a page that somebody waits for comes before a forecast that takes every core


def run_worker(connection: Connection, root: str, cluster: str = "") -> None:
    """Take jobs from the server until it is gone; forecasts are made on a cluster where one is named."""
    from havenward.pipeline.bench import warm_up

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is meant for the server, which tells us in its way
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)  # so that what a job starts ends with it
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    warm_up()
    connection.send(("ready", {}))
    while True:
        try:
            kind, case, arguments = connection.recv()
        except (EOFError, OSError):
            return
        work = _work(connection, Workspace(Path(root)), case, arguments, cluster)
        try:
            connection.send(("done", dict(KINDS[kind](work))))
        except HavenwardError as error:
            connection.send(
                ("failed", {"problems": [problem_as_dict(problem) for problem in error.problems]})
            )
        except Exception:  # noqa: BLE001 - a fault of ours must reach the page as one, and the worker go on
            connection.send(("broken", {"trace": traceback.format_exc()}))


def _leave_with_parent() -> None:
    """End with the server, however it ends: what is half done is written under hidden names only."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(1)


def _work(
    connection: Connection, workspace: Workspace, case: str, arguments: Mapping[str, Any], cluster: str
) -> Work:
    done = 0

    def begin(what: str, steps: int) -> None:
        nonlocal done
        done = 0
        connection.send(("begin", {"what": what, "steps": steps}))

    def step(finished: int) -> None:
        nonlocal done
        done += finished
        connection.send(("step", {"done": done}))

    def send(kind: str, values: Mapping[str, Any]) -> None:
        connection.send(("news", {"kind": kind, **values}))

    def note(words: str) -> None:
        connection.send(("note", {"words": words}))

    return Work(workspace, case, arguments, Progress(begin, step, note), send, cluster)
