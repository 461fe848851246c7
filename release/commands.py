"""How release scripts start other programs: words, not shell lines; a failure told by its last lines."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parents[1]
LAST_LINES = 30


class ReleaseError(Exception):
    """What a person must see and repair before a release goes on."""


def run_program(
    command: Sequence[str | Path],
    *,
    folder: Path | None = None,
    changes: Mapping[str, str] | None = None,
    text: str = "",
) -> str:
    """Run a program to its end and give what it printed.

    Parameters
    ----------
    command
        The program and its words; never a line for a shell.
    folder
        Where it runs; here by default.
    changes
        Environment variables to set on top of those of this process.
    text
        What it reads from standard input; the input is closed after it.

    Raises
    ------
    ReleaseError
        It ended with another status than 0; the message holds its last lines.
    """
    words = [str(word) for word in command]
    place = {**os.environ, **(changes or {})}
    done = subprocess.run(
        words, cwd=folder, env=place, input=text, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-LAST_LINES:])
        message = f"{' '.join(words[:4])} ... ended with status {done.returncode}:\n{last}"
        raise ReleaseError(message)
    return done.stdout


def find_program(name: str) -> str:
    """Find a program beside this Python or on PATH.

    Raises
    ------
    ReleaseError
        It is in neither place.
    """
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        message = (
            f"{name}: not found beside {Path(sys.executable).name} or on PATH; install it, then run again"
        )
        raise ReleaseError(message)
    return found


def export_commit(folder: Path, commit: str = "HEAD", repository: Path = ROOT) -> str:
    """Unpack a commit, and nothing that is not in it, into a new folder; give the full name of the commit."""
    named = run_program(["git", "rev-parse", "--verify", f"{commit}^{{commit}}"], folder=repository).strip()
    folder.mkdir(parents=True)
    packed = folder.with_name(f"{folder.name}.tar")
    run_program(["git", "archive", "--format=tar", f"--output={packed}", named], folder=repository)
    shutil.unpack_archive(packed, folder, filter="data")
    packed.unlink()
    return named


def tell(words: str) -> None:
    """Say how far it is, without touching what is printed as the result."""
    print(words, file=sys.stderr, flush=True)
