"""How a case folder becomes a case that every stage can trust, or is refused with every reason at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from havenward.case.check import check_draft, check_folder, require_folder
from havenward.case.draft import read_draft
from havenward.errors import CaseError

if TYPE_CHECKING:
    from havenward.records import Case


# what a case may lack as long as its reports have not been read
SUPPLIED_BY_READING = frozenset({"pooling-nothing", "unknown-figure"})


def load_case(folder: Path | str, *, before_reading: bool = False) -> Case:
    """Read a case folder, or a workbook (`.xlsx`) that holds a case.

    Parameters
    ----------
    folder
        Holds `case.toml`, `locations.csv`, `routes.csv`, and what else describes the crisis; or the workbook
        with a sheet for each of them.
    before_reading
        Its reports are about to be read into it, so that figures may still be missing; a workbook is refused,
        as nothing is ever written into one.

    Returns
    -------
    case
        Every published version of every row, in the order of the files.

    Raises
    ------
    CaseError
        The case has errors; carries all of them, file by file. Warnings do not stop it, `check_case`
        lists them.
    """
    folder = Path(folder)
    check_folder(folder)
    if before_reading:
        require_folder(folder)
    draft = read_draft(folder)
    check_draft(draft)
    allowed = SUPPLIED_BY_READING if before_reading else frozenset()
    errors = [
        problem
        for problem in draft.findings.problems()
        if problem.severity == "error" and problem.slug not in allowed
    ]
    if errors:
        raise CaseError(errors)
    return draft.case
