"""How files are written whole or not at all, and outlast a power cut: beside their place, then into it.

One file takes its place by one rename (`replace_whole`). Several files of a folder take theirs together
(`replace_together`): all are laid ready first, then the change is committed by one rename, then each file is
moved. A process that is killed before the commit has changed nothing; what one that was killed after it left
undone is carried out by `finish_left`, which whoever reads or writes such a folder calls first. No clock
takes part in any of this: what is left over is told from what is in use by locks.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from glob import escape as glob_escape
from pathlib import Path
from typing import IO, TYPE_CHECKING

from havenward.errors import HavenwardError, Problem
from havenward.locks import BusyError, hold, hold_folder, is_free

if TYPE_CHECKING:
    from collections.abc import Iterator

PART = ".part-"  # in the hidden names of what is being written
READY, UNDO = ".ready", ".undo"  # hidden folders: a change that is committed, one that is taken back
NEW, OLD, NAMES = "new", "old", "names.json"
WAIT_S = 10.0  # for somebody else who writes to the same folder, which takes a moment
LEFT_WAIT_S = 2.0
PLAIN_MODE = 0o644
# how libraries say that the disk failed, where not in the words of the system
_DISK_FAILS = {
    errno.ENOSPC: ("disk is full",),
    errno.EIO: ("disk I/O error",),
    errno.EROFS: ("readonly database",),
}


@contextmanager
def replace_whole(path: Path, *, lasting: bool = True) -> Iterator[Path]:
    """Give a path to write to; it takes the place of `path` when the block ends without an error.

    Parameters
    ----------
    lasting
        Whether it is on the disk when the block has ended, so that a power cut leaves either the old file or
        the new one. Off for what can be made again.
    """
    _clear_parts(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}{PART}", suffix=path.suffix, dir=path.parent)
    part = Path(name)
    try:
        with _in_use(handle), _said_as_os_error():
            yield part
            part.chmod(_mode_of(path))
            if lasting:
                _sync_file(part)
        part.replace(path)
        if lasting:
            sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def open_whole(path: Path, *, lasting: bool = True) -> Iterator[IO[str]]:
    """Open a text file (UTF-8, newlines as written) that appears under its name only when complete."""
    with (
        replace_whole(path, lasting=lasting) as part,
        part.open("w", encoding="utf-8", newline="\n") as stream,
    ):
        yield stream


@contextmanager
def _said_as_os_error() -> Iterator[None]:
    """Say that the disk failed as Python does where a library has errors of its own: polars, SQLite, GDAL.

    They are told by the words of the system, so that no other fault of theirs is taken for it.
    """
    try:
        yield
    except (OSError, HavenwardError):
        raise
    except Exception as error:
        said = str(error)
        for number, words in _DISK_FAILS.items():
            if os.strerror(number) in said or any(word in said for word in words):
                raise OSError(number, os.strerror(number)) from error
        raise


def _mode_of(path: Path) -> int:
    """Give the rights of the file that stands there: a folder may be shared by several people."""
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        return PLAIN_MODE


@contextmanager
def _in_use(handle: int) -> Iterator[None]:
    """Keep the first handle of a part open and locked while it is written, so that nobody clears it away."""
    if sys.platform == "win32":  # an open file cannot be moved there
        os.close(handle)
        yield
        return
    import fcntl

    try:
        with contextlib.suppress(OSError):  # a file system without locks: then nothing is cleared there
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _clear_parts(path: Path) -> None:
    """Take away what writers of this file left who were killed."""
    if sys.platform == "win32":
        return
    for part in path.parent.glob(f".{glob_escape(path.name)}{PART}*"):
        with contextlib.suppress(OSError):
            if part.is_file() and is_free(part):
                part.unlink()


# -- onto the disk ---------------------------------------------------------------------------------------


def _sync_file(path: Path) -> None:
    """Wait until a file is on the disk."""
    # Windows syncs only what is open for writing; elsewhere the file may be one that nobody may write to
    with path.open("rb+" if sys.platform == "win32" else "rb") as stream:
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk; some systems do that by themselves."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP, errno.EBADF}:  # network drives know no such thing
            raise
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Wait until everything in a folder is on the disk."""
    for path in sorted(folder.rglob("*"), reverse=True):  # what is in a folder before the folder
        if path.is_symlink():
            continue
        if path.is_dir():
            sync_folder(path)
        else:
            _sync_file(path)
    sync_folder(folder)


# -- before any work is done ------------------------------------------------------------------------------


def check_target(target: Path, needed_bytes: int, error: type[HavenwardError]) -> None:
    """Refuse a place that nothing could be written to, before any work is done for it.

    Parameters
    ----------
    target
        The folder or file to be; it need not be there yet.
    needed_bytes
        Room on the disk that it may need.
    error
        What is raised.

    Raises
    ------
    HavenwardError
        Of that kind: a folder on the way is a file, cannot be written to, or the disk has less room.
    """
    place = target.resolve()
    while not place.exists():
        place = place.parent
    if target.is_file():
        place = target.resolve().parent
    elif not place.is_dir():
        raise error(
            Problem(
                str(target),
                "found a file",
                "expected a folder",
                "name another folder with --out",
                "target-not-a-folder",
            )
        )
    if not os.access(place, os.W_OK):
        raise error(
            Problem(
                str(place),
                "the folder cannot be written to",
                "expected a writable folder",
                "name another folder, or correct the rights",
                "target-read-only",
            )
        )
    free = shutil.disk_usage(place).free
    if free < needed_bytes:
        raise error(
            Problem(
                str(place),
                f"{free / 1e6:,.1f} MB are free on the disk",
                f"expected room for what is written, up to {needed_bytes / 1e6:,.0f} MB",
                "free some space, or name another folder",
                "disk-full",
            )
        )


# -- several files at once -------------------------------------------------------------------------------


@contextmanager
def replace_together(folder: Path, *, held: bool = False, lasting: bool = True) -> Iterator[Path]:
    """Give a folder to write files to; all of them take their places in `folder` when the block ends.

    Files of the same names are replaced, others stay. A folder that is not there yet appears whole.

    Parameters
    ----------
    folder
        Where they go.
    held
        The caller has its lock (`locks.hold_folder`) already.
    lasting
        As in `replace_whole`.

    Raises
    ------
    OSError
        It cannot be written, or somebody else writes there (`EBUSY`); the folder is as before.
    """
    folder = Path(folder)
    lock = folder.with_name(f".{folder.name}.lock")  # while there is no folder that could hold it
    if folder.is_dir():
        _clear_lock(lock)
        with ExitStack() as taken:
            if not held:
                taken.enter_context(_own(folder))
            finish_left(folder, held=True)
            yield from _replace_in(folder, lasting=lasting)
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with hold(lock, wait=False):
            try:
                for left in folder.parent.glob(f".{glob_escape(folder.name)}{PART}*"):
                    shutil.rmtree(left, ignore_errors=True)  # of one who was killed: nobody else is here
                yield from _make_folder(folder, lasting=lasting)
            finally:
                _remove_lock(lock)
    except BusyError as error:
        raise _busy(folder) from error


def clear_beside(parent: Path) -> None:
    """Take away what killed writers of folders left beside them; those who still write hold a lock."""
    for left in parent.glob(f".*{PART}*"):
        name = left.name[1:].rpartition(PART)[0]
        lock = left.with_name(f".{name}.lock")
        with contextlib.suppress(OSError):
            if left.is_dir() and (not lock.exists() or is_free(lock)):
                shutil.rmtree(left)


def _make_folder(folder: Path, *, lasting: bool) -> Iterator[Path]:
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}{PART}", dir=folder.parent))
    try:
        with _said_as_os_error():
            yield part
        part.chmod(0o755)
        if lasting:
            sync_tree(part)
        part.rename(folder)
        if lasting:
            sync_folder(folder.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _replace_in(folder: Path, *, lasting: bool) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=PART, dir=folder, ignore_cleanup_errors=True) as place:
        part = Path(place) / "change"
        new = part / NEW
        new.mkdir(parents=True)
        with _said_as_os_error():
            yield new
        names = sorted(path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file())
        for name in names:
            _keep_old(folder / name, part / OLD / name)
            (new / name).chmod(_mode_of(folder / name))
        (part / NAMES).write_text(json.dumps(names), encoding="utf-8")
        if lasting:
            sync_tree(part)
        part.replace(folder / READY)
    try:
        _carry_out(folder, lasting=lasting)
    except OSError:
        with contextlib.suppress(OSError):  # where nothing can be moved any more, the next one finishes it
            _take_back(folder)
        raise


def _keep_old(path: Path, kept: Path) -> None:
    """Keep what stands at a place, so that it can come back."""
    if not path.exists():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, kept)
    except OSError:  # a file system without links
        shutil.copy2(path, kept)


def _carry_out(folder: Path, *, lasting: bool = True) -> None:
    """Move the files of a committed change; once more after a kill comes to the same."""
    ready = folder / READY
    for name in _names_in(ready):
        source, target = ready / NEW / name, folder / name
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
    if lasting:
        for parent in {(folder / name).parent for name in _names_in(ready)}:
            sync_folder(parent)
        sync_folder(folder)
    _drop(ready)


def _take_back(folder: Path) -> None:
    """Bring back what a change replaced before it failed."""
    undo = folder / UNDO
    if (folder / READY).is_dir():
        (folder / READY).replace(undo)
    for name in _names_in(undo):
        if (undo / NEW / name).exists():
            continue  # was not moved
        if (undo / OLD / name).exists():
            (undo / OLD / name).replace(folder / name)
        else:
            (folder / name).unlink(missing_ok=True)
    _drop(undo)


def _names_in(change: Path) -> list[str]:
    try:
        return [str(name) for name in json.loads((change / NAMES).read_text(encoding="utf-8"))]
    except ValueError as error:
        message = "a change that was cut off cannot be finished: its list is damaged"
        raise OSError(errno.EIO, message, str(change)) from error


def _drop(change: Path) -> None:
    done = change.with_name(f"{PART}done")
    shutil.rmtree(done, ignore_errors=True)
    change.replace(done)  # in one step: half of a change must not be taken for one
    shutil.rmtree(done, ignore_errors=True)


def finish_left(folder: Path, *, held: bool = False) -> None:
    """Carry out, or take back, what somebody who was killed had begun to change in a folder.

    Parameters
    ----------
    held
        The caller has its lock; then what was not committed is cleared away, too.

    Raises
    ------
    OSError
        It cannot be finished: the folder cannot be written to, or somebody else is at it.
    """
    if held:
        for left in folder.glob(f"{PART}*"):
            shutil.rmtree(left, ignore_errors=True)
    if not (folder / READY).is_dir() and not (folder / UNDO).is_dir():
        return
    with ExitStack() as taken:
        if not held:
            taken.enter_context(_own(folder, LEFT_WAIT_S))
        if (folder / UNDO).is_dir():
            _take_back(folder)
        if (folder / READY).is_dir():
            _carry_out(folder)


@contextmanager
def _own(folder: Path, wait_s: float = 0.0) -> Iterator[None]:
    with ExitStack() as taken:
        try:
            taken.enter_context(hold_folder(folder, wait_s))
        except BusyError as error:
            raise _busy(folder) from error
        yield


def _busy(folder: Path) -> OSError:
    return OSError(errno.EBUSY, "another command is writing there", str(folder))


def _clear_lock(lock: Path) -> None:
    """Take away the lock of one who was killed after the folder had appeared."""
    with contextlib.suppress(OSError):
        if lock.is_file() and is_free(lock):
            lock.unlink()


def _remove_lock(lock: Path) -> None:
    with contextlib.suppress(OSError):  # held open elsewhere on Windows
        lock.unlink(missing_ok=True)
