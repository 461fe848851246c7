"""How a Flee input folder is read: every file by Flee's own rules, all problems with file and row."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenward.case.cells import show
from havenward.case.findings import Findings, Trouble
from havenward.case.importers.flee_counts import check_camps, read_corrections, read_layout
from havenward.case.importers.flee_notes import note_silences
from havenward.case.importers.flee_places import (
    MAX_DAYS,
    read_changes,
    read_closures,
    read_conflicts,
    read_locations,
    read_routes,
)
from havenward.case.importers.flee_rows import DATA, INPUT, Places, note_row, read_rows, to_day, to_whole
from havenward.case.importers.flee_settings import FILE as SETTINGS_FILE
from havenward.case.importers.flee_settings import parse_settings
from havenward.case.sheets import read_text
from havenward.errors import CaseError, Problem
from havenward.flee_inputs import FleeInputs

if TYPE_CHECKING:
    from collections.abc import Sequence


_NEEDED = ("sim_period.csv", "locations.csv", "routes.csv", "closures.csv", "conflicts.csv")
_EXTRA = (
    "flood_level*.csv",
    "region_attributes_*.csv",
    "location_attributes_*.csv",
    "major_routes.csv",
    "agents.csv",
    "ipc*.csv",
    "economic*.csv",
    "trade*.csv",
)


def read_flee_folder(src: Path, settings: Path | None = None) -> tuple[FleeInputs, tuple[Problem, ...]]:
    """Read a Flee input folder.

    Parameters
    ----------
    src
        Holds `input_csv/`, `source_data/` and mostly `simsetting.yml`.
    settings
        Another settings file; the one in the folder is then not read.

    Returns
    -------
    inputs
        Everything the folder says, values as they stand.
    notes
        Warnings: what Flee ignores, takes otherwise than it looks, or stops at during a run.

    Raises
    ------
    CaseError
        Something cannot be read as Flee reads it; carries every problem with file and row.
    """
    src = Path(src)
    findings, places = Findings(), Places()
    _check_layout(src, findings)
    start, days = _read_period(src, findings)
    values = _read_settings(src, settings, findings, places)
    locations, x_is = read_locations(src, findings, places)
    names = places.names
    routes = read_routes(src, names, findings, places)
    closures = read_closures(src, findings, places)
    conflicts = read_conflicts(src, names, findings, places)
    total, series = read_layout(src, start, findings, places)
    check_camps(locations, findings, places)
    corrections = read_corrections(src, start, total, series, findings, places)
    changes = read_changes(src, names, findings, places)
    errors = [problem for problem in findings.problems() if problem.severity == "error"]
    if errors:
        raise CaseError(errors)
    inputs = FleeInputs(
        start_date=start or date.min,
        days=days,
        locations=tuple(locations),
        routes=tuple(routes),
        closures=tuple(closures),
        conflicts=conflicts,
        series=tuple(series),
        total=total,
        corrections=tuple(corrections),
        changes=tuple(changes),
        settings=values,
        demographics=_read_texts(src, ("demographics_*.csv",), findings, bare=True),
        x_is=x_is,
        other_files=_read_texts(src, _EXTRA, findings),
    )
    places.unread = _list_unread(src, inputs)
    note_silences(inputs, places, findings)
    problems = findings.problems()
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise CaseError(errors)
    return inputs, tuple(problems)


def _check_layout(src: Path, findings: Findings) -> None:
    if not src.is_dir():
        found = "the path is a file" if src.exists() else "the folder does not exist"
        problem = Problem(
            str(src),
            found,
            "expected a Flee folder with input_csv and source_data",
            "check the path",
            "flee-folder-missing",
        )
        raise CaseError(problem)
    present = sorted(path.name for path in src.iterdir() if path.is_dir())
    for name, wording in ((INPUT, ("input_files", "input", "inputs", "csv")), (DATA, ("data", "validation"))):
        if (src / name).is_dir():
            continue
        near = next((word for word in present if word in wording or word.lower() == name), None)
        repair = f"rename the folder '{near}' to {name}" if near else f"add the folder {name}"
        if not near and name == INPUT and (src / "locations.csv").is_file():
            repair = "name the folder above this one"
        findings.add(
            f"{name}/",
            "",
            Trouble("the folder is missing", f"expected {src.name}/{name}", repair, "flee-folder-missing"),
        )
    if not (src / INPUT).is_dir():
        return
    hints = {
        "sim_period.csv": "add it with the rows `StartDate,YYYY-MM-DD` and `Length,DAYS`, which folders from "
        "before 2021 lack",
        "conflicts.csv": "add it with a row per day and a column of intensities per location, which folders "
        "from before 2021 lack",
        "closures.csv": "add it; it may be empty",
    }
    for name in _NEEDED:
        if not (src / INPUT / name).is_file():
            repair = hints.get(name, "add it")
            trouble = Trouble("the file is missing", "expected it, as Flee does", repair, "flee-file-missing")
            findings.add(f"{INPUT}/{name}", "", trouble)


def _read_period(src: Path, findings: Findings) -> tuple[date | None, int]:
    file = f"{INPUT}/sim_period.csv"
    if not (src / file).is_file():
        return None, 0
    start: date | None = None
    days, seen = 0, set()
    rows = read_rows(src, file, findings).rows
    for row, cells in rows:
        word = cells[0].strip().lower()
        value = cells[1].strip() if len(cells) > 1 else ""
        seen.add(word)
        if word == "startdate":
            start = to_day(value)
            if start is None:
                note_row(
                    findings,
                    file,
                    row,
                    f"StartDate is {show(value)}",
                    "expected a date written YYYY-MM-DD",
                    "correct the date",
                    "flee-date",
                )
        elif word == "length":
            days = to_whole(value) or 0
            if not 1 <= days <= MAX_DAYS:
                note_row(
                    findings,
                    file,
                    row,
                    f"Length is {show(value)}",
                    f"expected a whole number of days from 1 to {MAX_DAYS:,}",
                    "correct it",
                    "flee-length",
                )
        elif cells[0].strip():
            note_row(
                findings,
                file,
                row,
                f"Flee does not read {show(cells[0])}",
                "expected StartDate or Length",
                "correct the word, or remove the row",
                "flee-unread-row",
                "warning",
            )
    for word in ("StartDate", "Length"):
        if rows and word.lower() not in seen:
            trouble = Trouble(
                f"the row {word} is missing", "expected StartDate and Length", "add it", "flee-period-row"
            )
            findings.add(file, "", trouble)
    return start, days


def _read_settings(src: Path, other: Path | None, findings: Findings, places: Places) -> dict[str, Any]:
    path = Path(other) if other is not None else src / SETTINGS_FILE
    if not path.is_file():
        if other is not None:
            trouble = Trouble(
                "the file does not exist",
                "expected a settings file",
                "check the path after --settings",
                "flee-file-missing",
            )
            findings.add(str(other), "", trouble)
        return {}
    places.has_settings = True
    text = read_text(path, SETTINGS_FILE, findings)
    return parse_settings(text, findings) if text is not None else {}


def _read_texts(
    src: Path, patterns: Sequence[str], findings: Findings, *, bare: bool = False
) -> dict[str, str]:
    found: dict[str, str] = {}
    for pattern in patterns:
        for path in sorted((src / INPUT).glob(pattern)):
            name = f"{INPUT}/{path.name}"
            text = read_text(path, name, findings) if path.is_file() else None
            if text is not None:
                found[path.name if bare else name] = text.replace("\r\n", "\n").replace("\r", "\n")
    return dict(sorted(found.items()))


def _list_unread(src: Path, inputs: FleeInputs) -> tuple[str, ...]:
    """List the files of the folder that neither Flee nor this importer reads."""
    series = (*inputs.series, *((inputs.total,) if inputs.total else ()))
    read = {f"{DATA}/{file}" for one in series for file in one.files}
    read |= {f"{INPUT}/{name}" for name in (*_NEEDED, "registration_corrections.csv", *inputs.demographics)}
    read |= {f"{DATA}/data_layout.csv", SETTINGS_FILE, "location_changes.csv", *inputs.other_files}
    read.add(f"{INPUT}/location_changes.csv")  # has a message of its own
    there = (f"{folder}/{path.name}" for folder in (INPUT, DATA) for path in (src / folder).iterdir())
    return tuple(sorted(name for name in there if name not in read))
