"""Commands that make, check and convert cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from havenward.cli.words import DONE, WRONG, add_command, say

if TYPE_CHECKING:
    import argparse

    from havenward.cli.words import Commands


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
    parser = add_command(
        commands,
        "import",
        "make a case of what another tool or office has",
        "havenward import flee flee-folder cases/from-flee",
        _run_import,
    )
    parser.add_argument("format", choices=("flee",), help="what SRC is: flee, an input folder of Flee")
    parser.add_argument("src", type=Path, metavar="SRC", help="what to import")
    parser.add_argument("case", type=Path, metavar="CASE", help="case folder to make; new or empty")
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help="settings file of Flee (empty: SRC/simsetting.yml)"
    )


def _run_import(chosen: argparse.Namespace) -> int:
    from havenward.case.importers.flee_case import import_flee

    for note in import_flee(chosen.src, chosen.case, chosen.settings):
        say(f"note: {note}")
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
