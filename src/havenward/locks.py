"""How two who want the same thing take turns: a lock that goes with its process, however that ends."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOOK_S = 0.05  # how often a waiting process looks again, where the system cannot wake it


class BusyError(Exception):
    """Somebody else holds the lock, and was not waited for."""


@contextmanager
def hold(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold a lock against other threads and other processes; the file stays, empty.

    Raises
    ------
    BusyError
        Somebody else holds it and `wait` is off.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as stream:  # each opening counts for itself, so that threads exclude each other too
        while not _took(stream, wait=wait):
            if not wait:
                raise BusyError
            time.sleep(LOOK_S)
        yield  # closing the file lets go


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
