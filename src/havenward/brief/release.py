"""How products are handed over: written aside, checked, put in place, and noted in a log.

The names that the rest of the package uses are gathered here: the policy (`audience`), what a file is
searched for (`guard`), what of a quote is said (`redact`), what is held back beside small counts
(`suppress`) and the check of finished files (`check_files`).
"""

from __future__ import annotations

import csv
import hashlib
import io
from contextlib import contextmanager
from typing import TYPE_CHECKING

from havenward.brief.audience import (
    ARMED_TERMS,
    GRID_DEGREES,
    RULES,
    SHOWN_ASSUMPTIONS,
    SHOWN_OF_PLACES,
    Position,
    Rule,
    allows,
    coarsen,
    withheld_words,
)
from havenward.brief.check_files import Page, check_files
from havenward.brief.guard import Guard, assumption_allowed, guard_for, normalise, safe_text
from havenward.brief.redact import names_kept, public_speaker, quote_for, redact_quote, shorten_quote
from havenward.brief.suppress import (
    counts_to_omit,
    leave_out,
    leave_out_small,
    suppress_days,
    suppress_nested,
    suppress_table,
)
from havenward.errors import Problem, ReleaseError
from havenward.files import open_whole, replace_together
from havenward.runs import RUN_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from havenward.brief.content import Brief

__all__ = [
    "ARMED_TERMS",
    "GRID_DEGREES",
    "LOG_FILE",
    "RULES",
    "SHOWN_ASSUMPTIONS",
    "SHOWN_OF_PLACES",
    "Guard",
    "Page",
    "Position",
    "Rule",
    "allows",
    "assumption_allowed",
    "check_files",
    "coarsen",
    "counts_to_omit",
    "guard_for",
    "hand_over",
    "leave_out",
    "leave_out_small",
    "log_release",
    "names_kept",
    "normalise",
    "public_speaker",
    "quote_for",
    "redact_quote",
    "refuse_leaks",
    "require_reason",
    "safe_text",
    "shorten_quote",
    "suppress_days",
    "suppress_nested",
    "suppress_table",
    "withheld_words",
]

LOG_FILE = "release-log.csv"
LOG_COLUMNS = (
    "released",
    "audience",
    "language",
    "crisis",
    "origin_date",
    "run",
    "reason",
    "file",
    "sha256",
    "bytes",
    "withheld",
)
LEAST_REASON = 10  # letters; shorter is no reason


@contextmanager
def hand_over(
    folder: Path, names: Sequence[str], guard: Guard, note: Callable[[Path], None] | None = None
) -> Iterator[Path]:
    """Give a place to write files to; when all pass the check, they are put into the folder, or none is.

    Parameters
    ----------
    folder
        Is made where it does not exist; files of these names are replaced.
    names
        The files that will be written.
    guard
        What they may not hold.
    note
        Called with the place when they have passed; what it adds there goes with them.

    Raises
    ------
    ReleaseError
        The folder cannot be used, or a file holds too much; nothing was put in place.
    """
    if (folder / RUN_FILE).exists():
        raise ReleaseError(
            _target_problem(
                folder,
                "the folder holds a run",
                "expected a folder that may be handed over",
                "brief-into-run",
            )
        )
    try:
        with replace_together(folder) as part:
            yield part
            refuse_leaks([part / name for name in names], guard)
            if note is not None:
                note(part)
    except (FileExistsError, NotADirectoryError) as error:
        raise ReleaseError(
            _target_problem(folder, "found a file", "expected a folder", "target-not-a-folder")
        ) from error
    except OSError as error:
        raise ReleaseError(_not_written(folder, error)) from error


def _target_problem(folder: Path, found: str, expected: str, slug: str) -> Problem:
    return Problem(str(folder), found, expected, "name another folder with --out", slug)


def _not_written(folder: Path, error: OSError) -> Problem:
    found = f"the files could not be written ({error.strerror or error})"
    return _target_problem(folder, found, "expected room and rights to write", "brief-not-written")


def refuse_leaks(paths: Iterable[Path], guard: Guard) -> None:
    """Refuse files that hold more than their audience may see.

    Raises
    ------
    ReleaseError
        With every finding of `check_files`.
    """
    problems = check_files(paths, guard)
    if problems:
        raise ReleaseError(problems)


# -- the log -------------------------------------------------------------------------------------------


def require_reason(audience: str, reason: str, guard: Guard) -> str:
    """Give the reason for a release finer than public, as it may stand in the log.

    Parameters
    ----------
    audience
        The public needs no reason.
    reason
        As typed. Persons in it are redacted.
    guard
        Its names may not stand in the log, which lies beside products of every audience.

    Raises
    ------
    ReleaseError
        No reason is given, or it names a place that the public may not see.
    """
    text = " ".join(reason.split())
    if audience != "public" and sum(char.isalpha() for char in text) < LEAST_REASON:
        raise ReleaseError(
            Problem(
                "--reason",
                f"found {text!r} for the audience '{audience}'",
                f"expected a reason of at least {LEAST_REASON} letters",
                "say in a few words why this audience needs more than the public; it is logged",
                "release-no-reason",
            )
        )
    names = guard.names_for_team_in(text)
    if names:
        raise ReleaseError(
            Problem(
                "--reason",
                f"it names {', '.join(names)}",
                "expected no place that the public may not see, since the log lies beside the products",
                "say the reason without the name",
                "release-reason-name",
            )
        )
    return redact_quote(text, "public")


def log_release(
    folder: Path, brief: Brief, files: Iterable[Path], day: date, into: Path | None = None
) -> Path:
    """Append a release to the log beside the products, a row per file; nothing secret stands in it.

    Parameters
    ----------
    folder
        Of the products.
    brief
        What was handed over.
    files
        The products, each below `folder` (or `into`); they are read for their fingerprint.
    day
        Of the release. Only the log knows it: the products are the same bytes on any day.
    into
        Where the log is written that takes the place of the one in `folder`, together with the products.

    Returns
    -------
    path
        The log; rows of earlier releases stay.

    Raises
    ------
    ReleaseError
        As `require_reason`.
    """
    reason = require_reason(brief.audience, brief.reason, brief.guard)
    held, path = folder / LOG_FILE, (into or folder) / LOG_FILE
    earlier = held.read_text(encoding="utf-8") if held.exists() else ""
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    if not earlier:
        writer.writerow(LOG_COLUMNS)
    for file in files:
        content = file.read_bytes()
        writer.writerow(
            (
                day.isoformat(),
                brief.audience,
                brief.language,
                brief.crisis,
                brief.origin_date.isoformat(),
                brief.case_hash,
                # a spreadsheet must not take it for a formula
                f"'{reason}" if reason[:1] in {"=", "+", "-", "@"} else reason,
                file.relative_to(into or folder).as_posix(),
                hashlib.sha256(content).hexdigest(),
                len(content),
                "; ".join(withheld_words(brief.audience)),
            )
        )
    with open_whole(path) as log:
        log.write(earlier + rows.getvalue())
    return path
