"""How two who want the same thing take turns: a lock that goes with its process, however that ends."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOOK_S = 0.05  # how often a waiting process looks again, where the system cannot wake it


class BusyError(Exception):
    """Somebody else holds the lock, and was not waited for."""


@contextmanager
def hold(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold a lock against other threads and other processes.

    The file stays, empty, unless its holder removes it.

    Raises
    ------
    BusyError
        Somebody else holds it and `wait` is off.
    """
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as stream:  # each opening counts for itself, so that threads exclude each other
            while not _took(stream, wait=wait):
                if not wait:
                    raise BusyError
                time.sleep(LOOK_S)
            if _is_there(path, stream):
                yield  # closing the file lets go
                return


def _is_there(path: Path, stream: IO[bytes]) -> bool:
    """Tell whether this is still the file of that name, and nobody has removed it while we waited."""
    try:
        return os.path.samestat(path.stat(), os.fstat(stream.fileno()))
    except FileNotFoundError:
        return False


if sys.platform == "win32":  # pragma: no cover - the other branch is what tests run on
    import msvcrt

    def _took(stream: IO[bytes], *, wait: bool) -> bool:  # noqa: ARG001 - the caller waits
        stream.seek(0)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _took(stream: IO[bytes], *, wait: bool) -> bool:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True


FOLDER_LOCK = ".lock"


@contextmanager
def hold_folder(folder: Path, wait_s: float = 0.0) -> Iterator[None]:
    """Hold a folder that is changed; the lock lies in it, hidden, and goes when it is let go.

    Parameters
    ----------
    wait_s
        How long to wait for somebody else, in seconds.

    Raises
    ------
    BusyError
        Somebody else still holds it then.
    """
    lock, until = folder / FOLDER_LOCK, time.monotonic() + wait_s
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(hold(lock, wait=False))
                break
            except BusyError:
                if time.monotonic() >= until:
                    raise
            time.sleep(LOOK_S)
        try:
            yield
        finally:
            with suppress(OSError):  # Windows removes no file that is open
                lock.unlink(missing_ok=True)


def is_free(path: Path) -> bool:
    """Tell whether nobody holds the lock on a file that is there."""
    with path.open("rb") as stream:
        return _took(stream, wait=False)
