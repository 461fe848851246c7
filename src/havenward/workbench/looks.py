"""What pages know of a case: read once for each state of its files, whatever is wrong with them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from havenward.workbench.kept import Kept
from havenward.workbench.layout import bench_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from starlette.requests import Request

    from havenward.errors import Problem
    from havenward.records import Case, Location

    Stamp = tuple[tuple[str, int, int], ...]

_Found = TypeVar("_Found")
WORKED_OUT = 64  # things worked out from one state of a case that are held
KEPT = 24  # cases held in memory; a large one takes some tens of megabytes


@dataclass(frozen=True)
class Look:
    """A case as its files stand.

    Parameters
    ----------
    case
        What could be read; rows with errors are left out.
    problems
        What `havenward check` says, errors and warnings.
    drafted
        Places that wait for a person to confirm them.
    stamp
        Differs whenever a file differs.
    """

    case: Case
    problems: tuple[Problem, ...]
    drafted: tuple[Location, ...]
    stamp: Stamp
    _worked_out: Kept = field(default_factory=lambda: Kept(WORKED_OUT), compare=False, repr=False)

    def work_out(self, key: Hashable, make: Callable[[], _Found]) -> _Found:
        """Work something out from this state of the case once; `key` names it and all else it depends on."""
        return self._worked_out.get(key, make)

    @property
    def errors(self) -> int:
        """Count what stops a forecast."""
        return sum(problem.severity == "error" for problem in self.problems)


class Looks:
    """The looks that are held, those used last kept longest."""

    def __init__(self) -> None:
        self._held: OrderedDict[Path, Look] = OrderedDict()
        self._lock = threading.Lock()

    def look(self, folder: Path) -> Look:
        """Read a case, or give what was read where no file has changed since."""
        stamp = stamp_of(folder)
        with self._lock:
            held = self._held.get(folder)
            if held is not None and held.stamp == stamp:
                self._held.move_to_end(folder)
                return held
        fresh = _read(folder, stamp)
        with self._lock:
            self._held[folder] = fresh
            self._held.move_to_end(folder)
            while len(self._held) > KEPT:
                self._held.popitem(last=False)
        return fresh


def look_at(request: Request, case: str) -> Look:
    """Give a case of the workspace as its files stand; where no case has this name, nothing is found."""
    folder = bench_of(request).workspace.case_folder(case)
    state = request.app.state
    if not hasattr(state, "looks"):
        state.looks = Looks()
    looks: Looks = state.looks
    return looks.look(folder)


def stamp_of(folder: Path) -> Stamp:
    """Give name, time and size of every file of a case."""
    found = []
    for path in sorted([*folder.iterdir(), *folder.glob("reports/*")]):
        if path.is_file() and not path.name.startswith("."):
            state = path.stat()
            found.append((path.relative_to(folder).as_posix(), state.st_mtime_ns, state.st_size))
    return tuple(found)


def _read(folder: Path, stamp: Stamp) -> Look:
    from havenward.case.check import check_draft
    from havenward.case.draft import read_draft

    draft = read_draft(folder)
    check_draft(draft)
    return Look(draft.case, tuple(draft.findings.problems()), draft.drafted, stamp)
