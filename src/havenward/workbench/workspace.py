"""Where a workbench keeps what: cases, runs, products, jobs and earlier versions, all under one folder.

    ROOT/<case>/                 a case folder
    ROOT/runs/<case>/<run>/      its run folders
    ROOT/briefs/<case>/<name>/   products
    ROOT/jobs/<id>.json          what was asked for, and how far it came
    ROOT/history/<case>/         earlier versions of edited files
    ROOT/uploads/<id>/           files that came from a browser, until the job that reads them is done

A name that comes from outside becomes a path only here, and no path leaves the root.
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from havenward.errors import Problem, SettingsError
from havenward.runs import RUN_FILE

if TYPE_CHECKING:
    from pathlib import Path

CASE_FILE = "case.toml"
RESERVED = ("runs", "briefs", "jobs", "history", "uploads", "cache")
MAX_NAME = 80
# Letters of any script, digits, blank, point, hyphen and underscore inside; what Windows cannot take as the
# name of a file is left out on purpose.
_NAME = re.compile(r"\w[\w .-]*(?<![ .])")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


class NotFoundError(LookupError):
    """There is no such case, run or file; the name is not echoed, since it came from outside."""


@dataclass(frozen=True)
class Workspace:
    """The folder that a workbench serves."""

    root: Path

    def list_cases(self) -> list[str]:
        """Name the cases, sorted."""
        return sorted(folder.name for folder in self.root.iterdir() if self._is_case(folder.name))

    def case_folder(self, case: str) -> Path:
        """Give the folder of a case.

        Raises
        ------
        NotFoundError
            The name is none, leads out of the root, or no case lies there.
        """
        if not self._is_case(case) or self._leads_out(self.root / case):
            raise NotFoundError
        return self.root / case

    def _is_case(self, name: str) -> bool:
        folder = self.root / name
        return (
            is_name(name)
            and name.casefold() not in RESERVED
            and (folder / CASE_FILE).is_file()
            and folder.resolve().is_relative_to(self.root.resolve())
        )

    def _leads_out(self, folder: Path) -> bool:
        """Tell whether a link in a folder leads out of the root: pages would show what lies there."""
        with os.scandir(folder) as entries:
            for entry in entries:
                path = folder / entry.name
                if entry.is_symlink():
                    if not path.resolve().is_relative_to(self.root.resolve()):
                        return True
                elif entry.is_dir() and self._leads_out(path):
                    return True
        return False

    def new_case_folder(self, case: str) -> Path:
        """Give the folder that a new case may take.

        Raises
        ------
        SettingsError
            The name is none or taken.
        """
        if not is_name(case) or case.casefold() in RESERVED:
            raise SettingsError(_bad_name(case))
        folder = self.root / case
        if folder.exists():
            raise SettingsError(
                Problem(
                    "name of the case",
                    f"'{case}' is taken",
                    "expected a name that is free",
                    "choose another name",
                    "workbench-name-taken",
                )
            )
        return folder

    def list_runs(self, case: str) -> list[str]:
        """Name the runs of a case, the one that was finished last first."""
        self.case_folder(case)
        folder = self.root / "runs" / case
        if not folder.is_dir():
            return []
        runs = [run for run in folder.iterdir() if is_name(run.name) and (run / RUN_FILE).is_file()]
        return [
            run.name for run in sorted(runs, key=lambda run: (-(run / RUN_FILE).stat().st_mtime, run.name))
        ]

    def run_folder(self, case: str, run: str) -> Path:
        """Give the folder of a finished run."""
        folder = self._inside(self._runs(case), run)
        if not (folder / RUN_FILE).is_file() or self._leads_out(folder):
            raise NotFoundError
        return folder

    def new_run_folder(self, case: str, run: str) -> Path:
        """Give the folder that a run may take or replace; its parent is made."""
        if not is_name(run):
            raise SettingsError(_bad_name(run))
        runs = self._runs(case)
        runs.mkdir(parents=True, exist_ok=True)
        return self._inside(runs, run)

    def list_products(self, case: str) -> list[str]:
        """Name the folders of products of a case, the newest first."""
        self.case_folder(case)
        folder = self.root / "briefs" / case
        found = (
            [one for one in folder.iterdir() if is_name(one.name) and one.is_dir()] if folder.is_dir() else []
        )
        return [one.name for one in sorted(found, key=lambda one: (-one.stat().st_mtime, one.name))]

    def products_folder(self, case: str, name: str) -> Path:
        """Give the folder of products that a publication writes to or was written to; its parent is made."""
        if not is_name(name):
            raise NotFoundError
        self.case_folder(case)
        folder = self.root / "briefs" / case
        folder.mkdir(parents=True, exist_ok=True)
        return self._inside(folder, name)

    def new_uploads_folder(self) -> Path:
        """Give a folder for files that come from a browser; it is not made yet."""
        return self.root / "uploads" / secrets.token_hex(8)

    def file_inside(self, folder: Path, name: str) -> Path:
        """Give a file that lies in a folder of the workspace, by a path with slashes."""
        path = folder
        for part in name.split("/"):
            path = self._inside(path, part)
        if not path.is_file():
            raise NotFoundError
        return path

    def _runs(self, case: str) -> Path:
        self.case_folder(case)
        return self.root / "runs" / case

    def _inside(self, folder: Path, name: str) -> Path:
        """Join a name to a folder; a link that leads out of the root is no way in."""
        if not is_name(name):
            raise NotFoundError
        path = folder / name
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise NotFoundError
        return path


def is_name(name: str) -> bool:
    """Tell whether a text may name a case, a run or a file on every system."""
    stem = name.partition(".")[0].casefold()
    return len(name) <= MAX_NAME and bool(_NAME.fullmatch(name)) and stem not in _DEVICES


def _bad_name(name: str) -> Problem:
    return Problem(
        "name",
        f"found '{name[:MAX_NAME]}'",
        f"expected letters, digits, blanks, points, hyphens or underscores, {MAX_NAME} at most",
        "choose another name",
        "workbench-name",
    )
