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
from havenward.case.check_names import check_locations_named, check_names, check_sources_dated
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
)


def check_case(folder: Path | str) -> list[Problem]:
    """List every error and warning of a case folder; an empty list means that it is fine."""
    folder = Path(folder)
    try:
        check_folder(folder)
    except CaseError as error:
        return list(error.problems)
    draft = read_draft(folder)
    check_draft(draft)
    return draft.findings.problems()


def check_folder(folder: Path) -> None:
    """Refuse what is no folder.

    Raises
    ------
    CaseError
        The folder does not exist or is a file.
    """
    if not folder.is_dir():
        found = "found a file" if folder.exists() else "there is no such folder"
        raise CaseError(
            Problem(
                str(folder),
                found,
                "expected the folder of a case",
                "check the path, or make a case with 'havenward new'",
                "case-not-a-folder",
            )
        )


def check_draft(draft: Draft) -> None:
    """Run every check on a draft; problems are added to its findings."""
    for check in CHECKS:
        check(draft)
