"""Which cases are sound: the checks in order; each notes what it finds, and none stops the others.

A check is a named function of a draft. They stand beside what they concern: rows of one table in
`check_rows`, what a forecast needs to begin in `check_start`, events in `check_events`, versions in
`check_versions`, names in `check_names`, the map and its routes in `check_network`, figures, assumptions and
scenarios in `check_evidence`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from havenward.case.check_events import check_events
from havenward.case.check_evidence import (
    check_assumptions,
    check_figures,
    check_pooling,
    check_scenarios,
)
from havenward.case.check_names import (
    check_drafted,
    check_locations_named,
    check_names,
    check_sources_dated,
)
from havenward.case.check_network import (
    check_coordinates,
    check_distances,
    check_kinds,
    check_reach,
)
from havenward.case.check_rows import (
    check_attributes,
    check_locations,
    check_observations,
    check_pcodes,
    check_routes,
)
from havenward.case.check_start import check_start
from havenward.case.check_versions import check_versions
from havenward.case.draft import read_draft
from havenward.case.findings import Trouble
from havenward.case.from_workbook import is_workbook
from havenward.case.workbook_sheets import WORKBOOK_NAME
from havenward.errors import CaseError, Problem

if TYPE_CHECKING:
    from havenward.case.draft import Draft

CHECKS = (
    check_locations_named,
    check_locations,
    check_pcodes,
    check_coordinates,
    check_kinds,
    check_routes,
    check_distances,
    check_reach,
    check_events,
    check_observations,
    check_attributes,
    check_figures,
    check_assumptions,
    check_pooling,
    check_scenarios,
    check_start,
    check_versions,
    check_names,
    check_sources_dated,
    check_drafted,
)


def check_case(folder: Path | str) -> list[Problem]:
    """List every error and warning of a case folder or workbook; an empty list means that it is fine."""
    try:
        return checked_draft(Path(folder)).findings.problems()
    except CaseError as error:
        return list(error.problems)


def checked_draft(path: Path) -> Draft:
    """Read a case as far as it can be read, and check it; the problems are in its findings.

    Raises
    ------
    CaseError
        There is nothing to read: no such folder, or a workbook that cannot be opened.
    """
    check_folder(path)
    draft = read_draft(path)
    check_draft(draft)
    if path.is_dir():
        check_workbook_unread(draft, path)
    return draft


def require_folder(path: Path) -> None:
    """Refuse a workbook where something is to be written into the case.

    Raises
    ------
    CaseError
        It is a workbook; says how to make a folder of it.
    """
    if is_workbook(path):
        raise CaseError(
            Problem(
                str(path),
                "this case is a workbook, which is only read",
                "expected a case folder, as something is to be written into it",
                f"make one of it: havenward new DIR --from {path.name}",
                "workbook-only-read",
            )
        )


def check_workbook_unread(draft: Draft, folder: Path) -> None:
    """Warn where a person filled in the workbook that lies in a folder whose tables are empty."""
    path = folder / WORKBOOK_NAME
    if draft.case.locations or draft.drafted or not path.is_file():
        return
    try:
        rows = len(read_draft(path).case.locations)
    except CaseError:
        return  # a file that only has its name
    if rows:
        trouble = Trouble(
            f"the workbook has {rows} rows of locations, and locations.csv has none",
            "expected the case in one of them; a folder is read from its CSV files",
            f"check the workbook itself, or make a folder of it: havenward new DIR --from {WORKBOOK_NAME}",
            "workbook-unread",
            "warning",
        )
        draft.findings.add(WORKBOOK_NAME, "", trouble)


def check_folder(folder: Path) -> None:
    """Refuse what is neither a folder nor a workbook.

    Raises
    ------
    CaseError
        It does not exist, or is a file of another kind.
    """
    if not folder.is_dir() and not is_workbook(folder):
        found = "found a file" if folder.exists() else "there is no such folder"
        raise CaseError(
            Problem(
                str(folder),
                found,
                "expected the folder of a case, or its workbook (.xlsx)",
                "check the path, or make a case with 'havenward new'",
                "case-not-a-folder",
            )
        )


def check_draft(draft: Draft) -> None:
    """Run every check on a draft; problems are added to its findings."""
    for check in CHECKS:
        check(draft)
