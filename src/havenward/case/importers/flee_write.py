"""How a Flee folder is written, so that Flee and this importer read the same from it."""

from __future__ import annotations

import csv
import io
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from havenward.case.importers.flee_case import flee_inputs
from havenward.case.importers.flee_settings import FILE as SETTINGS_FILE
from havenward.dates import day_date
from havenward.errors import CaseError, Problem
from havenward.files import replace_together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from havenward.flee_inputs import FleeInputs, FleeSeries
    from havenward.records import Case

INPUT, DATA = "input_csv", "source_data"


def export_flee(case: Case, folder: Path) -> tuple[Path, ...]:
    """Write an imported case as a Flee input folder again.

    Parameters
    ----------
    case
        Made by `import_flee`; corrections made in its tables are written.
    folder
        New or empty.

    Returns
    -------
    files
        What was written.

    Raises
    ------
    CaseError
        The case was not made from a Flee folder, the folder holds something, or it cannot be written.
    """
    return write_flee_folder(flee_inputs(case), Path(folder))


def write_flee_folder(inputs: FleeInputs, folder: Path) -> tuple[Path, ...]:
    """Write `input_csv/`, `source_data/` and `simsetting.yml`; reading them gives equal inputs."""
    if folder.exists() and (folder.is_file() or any(folder.iterdir())):
        raise CaseError(
            Problem(
                str(folder),
                "the folder holds something",
                "expected a new or empty folder",
                "name another folder, so that nothing is overwritten",
                "case-folder-taken",
            )
        )
    texts = dict(_compose_files(inputs))
    _check_names(texts)
    try:
        with replace_together(folder) as part:
            for name, text in texts.items():
                path = part / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CaseError(
            Problem(
                str(folder),
                f"the Flee folder could not be written ({error.strerror or error})",
                "expected room and rights to write",
                "free some space or name another folder",
                "case-not-written",
            )
        ) from error
    return tuple(folder / name for name in texts)


def _check_names(names: Iterable[str]) -> None:
    """Refuse names that lead out of the folder; a case from elsewhere may hold any."""
    wrong = [
        name
        for name in names
        if PurePosixPath(name).is_absolute()
        or ".." in PurePosixPath(name).parts
        or "\\" in name
        or ":" in name
    ]
    if wrong:
        raise CaseError(
            [
                Problem(
                    "attributes.csv",
                    f"a file is called '{name}'",
                    "expected a plain file name",
                    "correct it, or import the Flee folder again",
                    "flee-file-name",
                )
                for name in wrong
            ]
        )


def _compose_files(inputs: FleeInputs) -> Iterable[tuple[str, str]]:
    period = [("StartDate", inputs.start_date.isoformat()), ("Length", str(inputs.days))]
    yield f"{INPUT}/sim_period.csv", _table([], period)
    yield f"{INPUT}/locations.csv", _compose_locations(inputs)
    yield f"{INPUT}/routes.csv", _compose_routes(inputs)
    closures = [
        (one.closure_type, one.name1, one.name2, str(one.start), str(one.end)) for one in inputs.closures
    ]
    head = ["#closure_type", "name1", "name2", "closure_start", "closure_end"]
    yield f"{INPUT}/closures.csv", _table(head, closures)
    columns = list(inputs.conflicts.values())
    days = max((len(values) for values in columns), default=0)
    rows = [[str(day), *(_number(values[day]) for values in columns)] for day in range(days)]
    yield f"{INPUT}/conflicts.csv", _table(["#Day", *inputs.conflicts], rows)
    if inputs.corrections:
        corrections = [
            (name, day_date(day, inputs.start_date).isoformat(), "normalize")
            for name, day in inputs.corrections
        ]
        yield f"{INPUT}/registration_corrections.csv", _table([], corrections)
    if inputs.changes:
        changes = [(name, kind, str(day)) for name, kind, day in inputs.changes]
        yield "location_changes.csv", _table(["#name", "location_type", "day"], changes)
    for name, text in inputs.demographics.items():
        yield f"{INPUT}/{name}", text
    yield from inputs.other_files.items()
    yield from _compose_counts(inputs)
    yield SETTINGS_FILE, _compose_settings(inputs)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    if header:
        writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _further(rows: Sequence[Mapping[str, str]]) -> list[str]:
    return list(dict.fromkeys(key for row in rows for key in row))


def _cells(names: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Write the further columns of a row, those after its last one left out."""
    width = max((names.index(name) + 1 for name in values), default=0)
    return [values.get(name, "") for name in names[:width]]


def _compose_locations(inputs: FleeInputs) -> str:
    names = _further([one.attributes for one in inputs.locations])
    axes = ["latitude", "longitude"] if inputs.x_is == "latitude" else ["longitude", "latitude"]
    header = ["#name", "region", "country", *axes, "location_type", "conflict_date", "population", *names]
    rows = [
        [
            one.name,
            one.region,
            one.country,
            _number(one.x),
            _number(one.y),
            one.location_type,
            _number(one.conflict_date),
            str(one.size),
            *_cells(names, one.attributes),
        ]
        for one in inputs.locations
    ]
    return _table(header, rows)


def _compose_routes(inputs: FleeInputs) -> str:
    names = _further([one.attributes for one in inputs.routes])
    rows = [
        [
            one.name1,
            one.name2,
            _number(one.distance),
            str(one.forced_redirection),
            *_cells(names, one.attributes),
        ]
        for one in inputs.routes
    ]
    return _table(["#name1", "name2", "distance", "forced_redirection", *names], rows)


def _compose_counts(inputs: FleeInputs) -> Iterable[tuple[str, str]]:
    series = (*((inputs.total,) if inputs.total else ()), *inputs.series)
    yield f"{DATA}/data_layout.csv", _table([], [[one.name, *one.files] for one in series])
    for one in series:
        for part in one.parts or (one,):
            name = part.name if one.parts else one.files[0]
            yield f"{DATA}/{name}", _compose_series(part, inputs)


def _compose_series(one: FleeSeries, inputs: FleeInputs) -> str:
    rows = [
        (day_date(day, inputs.start_date).isoformat(), _number(count))
        for day, count in zip(one.days, one.counts, strict=True)
    ]
    return _table([], rows)


def _compose_settings(inputs: FleeInputs) -> str:
    import yaml

    if not inputs.settings:
        return "# no settings: the defaults of Flee's code hold\n"
    return str(yaml.safe_dump(dict(inputs.settings), sort_keys=False, allow_unicode=True))
