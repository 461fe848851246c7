"""Who may write into a case folder now: one after another, and never over half of a change."""

from __future__ import annotations

import errno
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from havenward.errors import CaseError, Problem
from havenward.files import WAIT_S, finish_left
from havenward.locks import BusyError, hold_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NO_RIGHTS = frozenset((errno.EACCES, errno.EPERM, errno.EROFS))


@contextmanager
def take_turn(folder: Path, *, only_read: bool = False) -> Iterator[None]:
    """Hold a case folder while something is written into it; what a killed command left is finished first.

    Parameters
    ----------
    only_read
        Nothing will be written: a folder that nobody here may write to needs no turn.

    Raises
    ------
    CaseError
        Another still writes then, or the folder cannot be written to.
    """
    with ExitStack() as held:
        try:
            held.enter_context(hold_folder(folder, WAIT_S))
            finish_left(folder, held=True)
        except BusyError as error:
            raise CaseError(case_busy(folder)) from error
        except OSError as error:
            if not only_read or error.errno not in _NO_RIGHTS:
                raise not_written(folder, error) from error
        yield


def case_busy(folder: Path) -> Problem:
    """Say that somebody else writes into a case, so that nothing was written."""
    return Problem(
        str(folder),
        "another command is writing into this case",
        "expected one at a time; nothing was changed",
        "wait until it has finished, then do this again",
        "case-busy",
    )


def not_written(path: Path, error: OSError) -> CaseError:
    """Say that a case, or a file of it, could not be written."""
    what = "the case" if path.is_dir() else "the file"
    return CaseError(
        Problem(
            str(path),
            f"{what} could not be written ({error.strerror or error})",
            "expected room and rights to write",
            "free some space or correct the rights",
            "case-not-written",
        )
    )
