"""What the job does that takes in a file of another office or tool."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from havenward.workbench.edits import change_copy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from havenward.workbench.kinds import Work

MAX_UNPLACED = 20  # places that are named; the rest is counted


def do_import(work: Work) -> Mapping[str, Any]:
    """Import files into the case, one after another; none stays where one cannot be used.

    Arguments: `source` (kind of source), `files` (paths of uploads), `settings` (path of a settings file in
    TOML; empty for none).
    """
    from havenward.pipeline.imports import import_source

    kind, files = str(work.arguments["source"]), [Path(path) for path in work.arguments["files"]]

    settings = Path(str(work.arguments["settings"])) if work.arguments.get("settings") else None

    def take(folder: Path) -> list[Any]:
        return [import_source(kind, path, folder, settings, work.progress) for path in files]

    reports = change_copy(work.workspace, work.case, take)
    unplaced = [place for report in reports for place in report.unplaced]
    told = [line for report in reports for line in (*report.notes, *report.changes)]
    told += [
        f"{place.name or place.pcode or 'a place without a name'}: no location of the case"
        + (f"; perhaps {', '.join(place.suggestions)}" if place.suggestions else "")
        for place in unplaced[:MAX_UNPLACED]
    ]
    if len(unplaced) > MAX_UNPLACED:
        told.append(f"and {len(unplaced) - MAX_UNPLACED} more places without a location")
    return {"told": [str(line) for line in told], "url": f"/cases/{quote(work.case)}#imported"}
