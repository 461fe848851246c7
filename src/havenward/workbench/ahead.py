"""What is worked out before anybody asks: pages of the newest runs, in a process that yields to all."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.errors import HavenwardError
from havenward.pipeline.bench import load_pages
from havenward.settings import LANGUAGES
from havenward.workbench.workspace import NotFoundError, Workspace

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

NICENESS = 10  # as jobs: pages come first, and it still gets on while a forecast runs
NEWEST = 2  # runs of each case: the page that compares begins with them
MOST_CASES = 8  # with the newest runs; each takes some seconds and, in all languages, some megabytes


def start_ahead(root: Path) -> BaseProcess:
    """Begin to work out what the first look at each case would wait for; ends by itself, or with us.

    A process and no thread: composing holds the interpreter, and pages would wait for it. Only what they
    are drawn with is loaded here, some tenths of a second beside other work.
    """
    threading.Thread(target=load_pages, daemon=True).start()
    process = multiprocessing.get_context("spawn").Process(
        target=work_ahead, args=(str(root), LANGUAGES), daemon=True
    )
    process.start()
    return process


def work_ahead(root: str, languages: tuple[str, ...]) -> int:
    """Compose what pages show of the newest runs of each case, and compare them.

    Returns
    -------
    made
        Briefs that were not kept yet.
    """
    from havenward.pipeline.kept_briefs import kept_comparison, kept_folder, prepare_briefs
    from havenward.runs import read_run

    if multiprocessing.parent_process() is not None and hasattr(os, "nice"):
        os.nice(NICENESS)
    made, newest = 0, newest_runs(Workspace(Path(root)))
    # the newest of every case before what stands beside it, one language of all before the next of any
    ranked = [[folders[n] for folders in newest if n < len(folders)] for n in range(NEWEST)]
    for folder, language in ((one, words) for rank in ranked for words in languages for one in rank):
        # a run may be damaged, or go while it is read: its page says so when somebody asks
        with contextlib.suppress(HavenwardError, OSError):
            kept = kept_folder(folder)
            made += prepare_briefs(read_run(folder), (language,), kept) if kept else 0
    for folders in newest:
        with contextlib.suppress(HavenwardError, OSError):
            if len(folders) > 1:
                kept_comparison([read_run(folder) for folder in folders], kept_folder(folders[0]))
    return made


def newest_runs(workspace: Workspace) -> list[list[Path]]:
    """Give the newest runs of each case, the cases with the newest runs first."""
    found = []
    for case in workspace.list_cases():
        with contextlib.suppress(NotFoundError, OSError):
            folders = [workspace.run_folder(case, run) for run in workspace.list_runs(case)[:NEWEST]]
            if folders:
                found.append((folders[0].stat().st_mtime, folders))
    return [folders for _, folders in sorted(found, key=lambda one: -one[0])][:MOST_CASES]
