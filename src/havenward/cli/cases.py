"""Commands that make, check and convert cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from havenward.cli.words import DONE, WRONG, add_command, say, show_progress

if TYPE_CHECKING:
    import argparse

    from havenward.cli.words import Commands

MAX_UNPLACED = 20  # places that the import lists; the rest is counted


def add_new(commands: Commands) -> None:
    """Describe `havenward new`."""
    parser = add_command(
        commands,
        "new",
        "make an empty, commented case folder to fill in",
        "havenward new cases/my-city",
        _run_new,
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder to make; must be new or empty")


def _run_new(chosen: argparse.Namespace) -> int:
    from havenward.case.new import new_case

    new_case(chosen.folder)
    say("made; fill in the files and then: havenward check")
    print(chosen.folder)
    return DONE


def add_check(commands: Commands) -> None:
    """Describe `havenward check`."""
    parser = add_command(
        commands, "check", "name every problem in a case", "havenward check cases/my-city", _run_check
    )
    parser.add_argument("case", type=Path, metavar="CASE", help="case folder")


def _run_check(chosen: argparse.Namespace) -> int:
    from havenward.case.check import check_case

    problems = check_case(chosen.case)
    errors = [problem for problem in problems if problem.severity == "error"]
    for problem in problems:
        print(problem if problem.severity == "error" else f"warning: {problem}")
    say(f"{len(errors)} problems, {len(problems) - len(errors)} warnings")
    return WRONG if errors else DONE


def add_import(commands: Commands) -> None:
    """Describe `havenward import`."""
    from havenward.case.importers.registry import IMPORTERS

    parser = add_command(
        commands,
        "import",
        "take in what another tool or office has: boundaries, roads, camps, counts, events",
        "havenward import sites camps.xlsx cases/my-city",
        _run_import,
    )
    kinds = "; ".join(f"{kind}: {importer.words}" for kind, importer in IMPORTERS.items())
    parser.add_argument("format", choices=tuple(IMPORTERS), help=f"what SRC is. {kinds}")
    parser.add_argument(
        "src",
        type=Path,
        metavar="SRC",
        help="a file (for flee a folder), or the word online where the source can be fetched with your token",
    )
    parser.add_argument("case", type=Path, metavar="CASE", help="case folder; for flee a new or empty one")
    parser.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="settings in TOML, such as sheet, published and [places]; for flee a settings file of Flee "
        "(empty: SRC/simsetting.yml)",
    )


def _run_import(chosen: argparse.Namespace) -> int:
    from havenward.pipeline.imports import import_source

    with show_progress() as progress:
        report = import_source(chosen.format, chosen.src, chosen.case, chosen.settings, progress)
    for note in (*report.notes, *report.changes):
        say(f"note: {note}")
    if report.unplaced:
        many = "1 place" if len(report.unplaced) == 1 else f"{len(report.unplaced)} places"
        say(f"{many} of the source found no location in the case; rows left out:")
        for place in report.unplaced[:MAX_UNPLACED]:
            code = f" ({place.pcode})" if place.pcode else ""
            likely = f"; perhaps {', '.join(place.suggestions)}" if place.suggestions else ""
            rows = "1 row" if place.rows == 1 else f"{place.rows} rows"
            say(f"  {place.name or 'without a name'}{code}, {rows}{likely}")
        if len(report.unplaced) > MAX_UNPLACED:
            say(f"  and {len(report.unplaced) - MAX_UNPLACED} more")
        say(
            'to place them, write "name in the source" = "location" below [places] in a file: --settings FILE'
        )
    print(chosen.case)
    return DONE


def add_export(commands: Commands) -> None:
    """Describe `havenward export`."""
    parser = add_command(
        commands,
        "export",
        "write a case in the format of another tool",
        "havenward export flee cases/from-flee flee-folder",
        _run_export,
    )
    parser.add_argument("format", choices=("flee",), help="flee: an input folder of Flee")
    parser.add_argument("case", type=Path, metavar="CASE", help="case folder, made by import")
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder to make")


def _run_export(chosen: argparse.Namespace) -> int:
    from havenward.case.importers.flee_write import export_flee
    from havenward.case.load import load_case

    for path in export_flee(load_case(chosen.case), chosen.folder):
        print(path)
    return DONE
