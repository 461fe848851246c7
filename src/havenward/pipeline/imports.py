"""From what another office has into a case: read by its kind, merged, and told row by row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.files import check_target
from havenward.pipeline.progress import SILENT, Progress

ROOM_BYTES = 5_000_000  # that a case may grow by

if TYPE_CHECKING:
    from havenward.case.importers.imported import Unplaced


@dataclass(frozen=True)
class ImportReport:
    """What an import did.

    Parameters
    ----------
    source
        Name of the source in `sources.csv`; empty for a Flee folder, which makes a whole case.
    changes
        What was added, updated, kept and left out in the files of the case, in sentences.
    notes
        What a person should know about the source.
    unplaced
        Places of the source that the case does not have.
    """

    source: str
    changes: tuple[str, ...]
    notes: tuple[str, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()


def import_source(
    kind: str,
    source: Path | str,
    case_folder: Path | str,
    settings: Path | None = None,
    progress: Progress = SILENT,
) -> ImportReport:
    """Import a source into a case; doing it again updates what came from it and keeps what a person changed.

    Parameters
    ----------
    kind
        A kind of `case.importers.registry.IMPORTERS`.
    source
        A file, or the word `online` for kinds that can be fetched.
    case_folder
        The case; for `flee` a new or empty folder.
    settings
        A settings file in TOML (for `flee` one of Flee).
    progress
        Who is told how far it has come.

    Raises
    ------
    CaseError
        The source or the case cannot be used; nothing was changed then.
    SettingsError
        There is no such kind, it cannot be fetched, or the settings file is wrong.
    """
    from havenward.case.importers.merge import merge_into_case, open_case
    from havenward.case.importers.registry import ONLINE, find_importer
    from havenward.case.importers.settings_file import read_settings_file
    from havenward.errors import CaseError, Problem, SettingsError

    importer = find_importer(kind)
    folder = Path(case_folder)
    if kind == "flee":
        from havenward.case.importers.flee_case import import_flee

        return ImportReport("", tuple(str(note) for note in import_flee(Path(source), folder, settings)))
    fetched = str(source) == ONLINE
    if fetched and not importer.online:
        raise SettingsError(
            Problem(
                "havenward import",
                f"SRC is '{ONLINE}', but {kind} is read from files only",
                f"expected {importer.takes}",
                "download the file first and name it",
                "import-not-online",
            )
        )
    steps = ("reading the case", "reading the source", "writing the case")
    progress.begin(f"import {kind}", len(steps))
    case = open_case(folder).case
    check_target(folder, ROOM_BYTES, CaseError)
    values = read_settings_file(settings, importer.settings(), kind)
    progress.step(1)
    online = None
    if fetched:
        from havenward.case.importers.online import Online

        online = Online()
    imported = importer.load()(None if fetched else Path(source), case, values, online)
    progress.step(1)
    changes = merge_into_case(folder, imported)
    progress.step(1)
    return ImportReport(imported.source.source, changes, imported.notes, imported.unplaced)
