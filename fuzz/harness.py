"""What every parser owes to any bytes, and how that is watched while one input after another is tried.

An input gives a result, or a `HavenwardError` made of problems; nothing else. Trying it again gives the same.
Meanwhile nothing is written outside of the folder that was given, nothing is started, and nobody is asked over
the network: a hook of Python itself stops the act and tells. What a library in C does is out of its sight; the
time and the memory that it takes are not.
"""

from __future__ import annotations

import csv
import os
import resource
import shutil
import signal
import sys
import time
import traceback
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenward.errors import HavenwardError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
WORLDS, SEEDS, CORPUS = HERE / "worlds", HERE / "seeds", HERE / "corpus"

SLOW_S = 3.0  # of processor time for one input of at most 200 kB
STOPPED_S = 20  # likewise: it hangs
MOST_GROWN = 400_000_000  # bytes that one input may add to the peak of memory

_OTHER_WRITES = frozenset(
    "os.remove os.rename os.mkdir os.rmdir os.link os.symlink os.truncate os.chmod os.utime shutil.rmtree shutil.move".split()  # noqa: SIM905 - read as a line of words
)
_OF_TWO = ("os.rename", "os.link", "os.symlink", "shutil.move")
_NEVER = (
    "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind", "subprocess.Popen",
    "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "pickle.find_class", "webbrowser.open",
)  # fmt: skip


class GuardError(BaseException):
    """An act that no parser may do; no `except Exception` takes it for a broken file."""


class HangError(BaseException):
    """An input took longer than any."""


@dataclass(frozen=True)
class Target:
    """A parser that is tried.

    Parameters
    ----------
    name
        Of its folders among seeds and corpus.
    words
        What it reads.
    run
        Reads an input: an empty folder to work in, the name of the file, its bytes. Gives anything whose `repr`
        tells what was read.
    world
        Folder of `worlds` whose files stand around the one that is changed; they are its seeds too.
    alike
        Whether the same input gives the same result; not where names are drawn by chance.
    """

    name: str
    words: str
    run: Callable[[Path, str, bytes], object]
    world: str = ""
    alike: bool = True


@dataclass(frozen=True)
class Finding:
    """An input that a parser did not stand."""

    kind: str  # `exception`, `hang`, `slow`, `memory`, `guard`, `problem`, `unlike`
    key: str  # the same for all inputs that show the same
    told: str


@dataclass
class Outcome:
    """What came of one input."""

    shape: str
    seconds: float
    findings: list[Finding] = field(default_factory=list)


@contextmanager
def guarded(*allowed: Path) -> Iterator[list[str]]:
    """Stop what leaves the allowed folders, starts a program or opens a connection; tell each."""
    roots = tuple(os.path.realpath(path) + os.sep for path in allowed)
    seen: list[str] = []
    state = {"on": True}

    def outside(path: object, folder: object = -1) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        inside = f"/proc/self/fd/{folder}" if isinstance(folder, int) and folder >= 0 else ""
        real = os.path.realpath(os.path.join(inside, os.fsdecode(path))) + os.sep  # noqa: PTH118 - it may be bytes
        return not real.startswith(roots) and not real.startswith("/dev/") and "__pycache__" not in real

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if not state["on"]:
            return
        if event == "open":
            path, mode, flags = args
            wants = (
                flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
                if isinstance(flags, int)
                else any(sign in str(mode) for sign in "wax+")
            )
            bad = bool(wants) and outside(path)
        elif event in _OTHER_WRITES:
            # the folders that paths are told from stand last: of one path, or of two
            pairs = (
                [(args[0], args[2] if len(args) > 3 else -1), (args[1], args[-1])]
                if event in _OF_TWO
                else [(args[0], args[-1])]
            )
            bad = any(outside(*pair) for pair in pairs)
        else:
            # urllib3 looks once, while it is imported, whether this machine knows IPv6; nobody is asked
            bad = event.startswith(_NEVER) and "('::1', 0)" not in repr(args)
        if bad:
            seen.append(f"{event} {args!r}"[:300])
            raise GuardError(seen[-1])

    sys.addaudithook(hook)  # cannot be taken away again, only told to look away
    try:
        yield seen
    finally:
        state["on"] = False


def try_input(
    target: Target, folder: Path, name: str, data: bytes, seen: list[str], *, twice: bool = False
) -> Outcome:
    """Try one input, twice if it is asked whether both come to the same.

    Parameters
    ----------
    folder
        Emptied here.
    seen
        What the guard has told so far; it is emptied too.
    """
    findings: list[Finding] = []
    results = []
    seconds = 0.0
    for _ in range(2 if twice and target.alike else 1):
        empty(folder)
        del seen[:]
        _forget_peak()
        before, began = _peak(), time.process_time()
        shape, told, problems = _run_once(target, folder, name, data)
        seconds = time.process_time() - began
        grown = _peak() - before
        results.append(told)
        findings += problems
        if seen and not any(one.kind == "guard" for one in findings):
            findings.append(Finding("guard", f"guard {seen[0].split(' ')[0]}", seen[0]))
        if seconds > SLOW_S:
            findings.append(Finding("slow", f"slow {shape}", f"{seconds:.1f} s of processor time"))
        if grown > MOST_GROWN:
            findings.append(Finding("memory", f"memory {shape}", f"{grown / 1e6:,.0f} MB more at the peak"))
        if findings:
            break
    if len(results) == 2 and results[0] != results[1]:
        findings.append(
            Finding("unlike", f"unlike {shape}", f"{results[0][:2000]}\n-- and then --\n{results[1][:2000]}")
        )
    return Outcome(shape, seconds, findings)


def _run_once(target: Target, folder: Path, name: str, data: bytes) -> tuple[str, str, list[Finding]]:
    try:
        with _alarm(STOPPED_S):
            told = repr(target.run(folder, name, data)).replace(str(folder), "FOLDER")
    except HavenwardError as error:
        told = str(error).replace(str(folder), "FOLDER")
        slugs = sorted({problem.slug for problem in error.problems})
        return f"refused {' '.join(slugs)[:200]}", told, list(_check_problems(error))
    except (KeyboardInterrupt, SystemExit):
        raise
    except GuardError as error:
        return (
            "guard",
            str(error),
            [Finding("guard", f"guard {str(error).split(' ')[0]} {_place(error)}", _trace(error))],
        )
    except HangError as error:
        return "hang", "hang", [Finding("hang", f"hang {_place(error)}", _trace(error))]
    except BaseException as error:  # noqa: BLE001 - this is what is looked for; panics are no Exception
        return (
            "exception",
            repr(error),
            [Finding("exception", f"{type(error).__name__} {_place(error)}", _trace(error))],
        )
    return f"result {len(told).bit_length()}", told, []


def _check_problems(error: HavenwardError) -> Iterator[Finding]:
    """Check that a refusal is made of problems in one line each, whose message is listed."""
    if not error.problems:
        yield Finding("problem", f"problem none {_place(error)}", _trace(error))
    for problem in error.problems:
        if not isinstance(problem, Problem):
            yield Finding("problem", f"problem type {_place(error)}", repr(problem))
            continue
        parts = (problem.where, problem.found, problem.expected, problem.repair)
        if not all(parts):
            yield Finding("problem", f"problem empty {problem.slug}", str(problem))
        elif problem.slug not in known_slugs():
            yield Finding("problem", f"problem unlisted {problem.slug}", str(problem))
        elif any(sign in part for part in parts for sign in "\n\r\0"):
            yield Finding("problem", f"problem lines {problem.slug}", repr(str(problem)))
        elif len(str(problem)) > 20_000:
            yield Finding("problem", f"problem long {problem.slug}", str(problem)[:500])
        else:
            try:
                str(problem).encode()
            except UnicodeEncodeError:
                yield Finding("problem", f"problem surrogate {problem.slug}", repr(str(problem)))


@cache
def known_slugs() -> frozenset[str]:
    """List the messages that are documented."""
    text = (files("havenward") / "tables" / "messages.csv").read_text(encoding="utf-8")
    return frozenset(row["slug"] for row in csv.DictReader(text.splitlines()))


def _place(error: BaseException) -> str:
    """Name our innermost line, and the line of a library where it broke."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(str(HERE))
    ]
    ours = next((f for f in reversed(frames) if "/havenward/" in f.filename), None)
    last = frames[-1] if frames else None
    own = f"{Path(ours.filename).name}:{ours.name}" if ours else "?"
    there = f" <- {Path(last.filename).name}:{last.name}" if last is not None and last is not ours else ""
    return own + there


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))[-3000:]


def _peak() -> int:
    """Give the peak of memory since `_forget_peak`; elsewhere than on Linux since the process began."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def _open_reset() -> int | None:
    try:
        return os.open("/proc/self/clear_refs", os.O_WRONLY)
    except OSError:
        return None


_RESET = _open_reset()  # opened before any guard, which would take it for a file of somebody else


def _forget_peak() -> None:
    if _RESET is not None:
        os.write(_RESET, b"5")


@contextmanager
def _alarm(seconds: int) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise HangError

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def empty(folder: Path) -> None:
    """Empty a folder that holds one input."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def copy_world(world: str, folder: Path, name: str, data: bytes) -> Path:
    """Lay out a world with one of its files changed."""
    shutil.copytree(WORLDS / world, folder, dirs_exist_ok=True)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return folder


def list_seeds(target: Target) -> list[tuple[str, bytes]]:
    """Give the sound files that inputs are made from, and their names."""
    found = []
    for folder in (SEEDS / target.name, *((WORLDS / target.world,) if target.world else ())):
        found += [(path.relative_to(folder).as_posix(), path.read_bytes()) for path in _walk(folder)]
    return found


def list_corpus(target: Target) -> list[tuple[str, str, bytes]]:
    """Give the inputs that once showed something: what it was, the name of the file, its bytes."""
    folder = CORPUS / target.name
    return [
        (case.name, path.relative_to(case).as_posix(), path.read_bytes())
        for case in (sorted(folder.iterdir()) if folder.is_dir() else ())
        for path in _walk(case)
    ]


def _walk(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
