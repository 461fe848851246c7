"""How the counts of Flee's `source_data` are read, and how several files of one camp are added up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havenward.case.cells import show
from havenward.case.findings import Findings, Trouble
from havenward.case.importers.flee_rows import (
    DATA,
    INPUT,
    Places,
    allow_spare_commas,
    note_row,
    read_rows,
    to_day,
    to_whole,
)
from havenward.dates import day_number
from havenward.flee_inputs import FleeLocation, FleeSeries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

LONGEST_NAME = 200  # bytes of the name of a file; systems refuse to look for one of 256


def read_layout(
    src: Path, start: date | None, findings: Findings, places: Places
) -> tuple[FleeSeries | None, list[FleeSeries]]:
    """Read `data_layout.csv` and every file it names: the counts of `total` and of each camp."""
    file = f"{DATA}/data_layout.csv"
    if not (src / DATA).is_dir():
        return None, []
    if not (src / file).is_file():
        trouble = Trouble(
            "the file is missing",
            "expected it, as Flee does",
            "add it: a row `total,refugees.csv`, then a row `CAMP,FILE` for each camp",
            "flee-file-missing",
        )
        findings.add(file, "", trouble)
        return None, []
    read: list[FleeSeries] = []
    for row, cells in read_rows(src, file, findings).rows:
        name = cells[0].strip()
        if len(cells) < 2 or not cells[1].strip():
            if name:
                note_row(
                    findings,
                    file,
                    row,
                    f"{show(name)} has no file",
                    "expected the name of a file after it",
                    "add it, or remove the row",
                    "flee-layout-file",
                )
            continue
        if not name:
            note_row(
                findings,
                file,
                row,
                "the first cell is empty",
                "expected a name",
                "fill it in, or remove the row",
                "flee-cell-empty",
            )
            continue
        if name in places.series:
            note_row(
                findings,
                file,
                row,
                f"{show(name)} stands in row {places.series[name]} too",
                "expected each name once",
                "put all its files into one row",
                "flee-name-twice",
            )
            continue
        places.series[name] = row
        if len(places.series) == 1 and name != "total":
            note_row(
                findings,
                file,
                row,
                f"the first row is {show(name)}",
                "expected total, as Flee leaves the first row out of its sums",
                "write `total,refugees.csv` first",
                "flee-total-first",
            )
        if len(cells) > 2 and any(not cell.strip() for cell in cells[2:]):
            allow_spare_commas(file, row, cells, len([cell for cell in cells if cell.strip()]), findings)
        files = tuple(cell.strip() for cell in cells[1:] if cell.strip())
        parts = [_read_series(src, file, row, part, start, findings) for part in files]
        series = _join(file, row, name, files, parts, findings, places)
        if series is not None:
            read.append(series)
    total = next((one for one in read if one.name == "total"), None)
    if not places.series and not findings.has_errors(file):
        trouble = Trouble(
            "the file has no rows", "expected total and one row for each camp", "add them", "flee-no-rows"
        )
        findings.add(file, "", trouble)
    return total, [one for one in read if one.name != "total"]


def _read_series(
    src: Path, layout: str, layout_row: int, part: str, start: date | None, findings: Findings
) -> FleeSeries | None:
    """Read the counts of one file; None where it has errors."""
    file = f"{DATA}/{part}"
    path = src / DATA / part
    if len(part.encode()) > LONGEST_NAME or not path.resolve().is_relative_to((src / DATA).resolve()):
        note_row(
            findings,
            layout,
            layout_row,
            f"the file is {show(part)}",
            f"expected a file in {DATA}",
            "move the file there",
            "flee-layout-file",
        )
        return None
    if not path.is_file():
        there = sorted(one.name for one in (src / DATA).iterdir() if one.suffix == ".csv")
        repair = findings.offer(
            DATA, part, tuple(there), f"add it, or correct row {layout_row} of data_layout.csv"
        )
        note_row(
            findings,
            layout,
            layout_row,
            f"the file {show(part)} is missing",
            f"expected it in {DATA}",
            repair,
            "flee-series-missing",
        )
        return None
    errors = findings.errors
    days: list[int] = []
    counts: list[float] = []
    for row, cells in read_rows(src, file, findings).rows:
        if row == 1 and (not cells[0] or cells[0] in {"DateTime", "Date"}):
            continue
        if len(cells) < 2 or not cells[1].strip():
            if any(cell.strip() for cell in cells):
                note_row(
                    findings,
                    file,
                    row,
                    f"{show(cells[0])} has no count, and Flee skips the row",
                    "expected a date and a count",
                    "add the count, or remove the row",
                    "flee-count-empty",
                    "warning",
                )
            continue
        day, count = to_day(cells[0]), to_whole(cells[1].strip())
        if day is None:
            note_row(
                findings,
                file,
                row,
                f"the date is {show(cells[0])}",
                "expected a date written YYYY-MM-DD",
                "correct the date",
                "flee-date",
            )
        if count is None or count < 0:
            note_row(
                findings,
                file,
                row,
                f"the count is {show(cells[1].strip())}",
                "expected a whole number of people of 0 or more",
                "correct the count",
                "flee-count",
            )
        if day is not None and count is not None and start is not None:
            days.append(day_number(day, start))
            counts.append(float(count))
        if any(cell.strip() for cell in cells[2:]):
            note_row(
                findings,
                file,
                row,
                "Flee reads two cells, and the row has more",
                "expected a date and a count",
                "remove the further cells",
                "flee-row-long",
                "warning",
            )
    if findings.errors > errors or start is None:
        return None
    if not days:
        trouble = Trouble(
            "the file has no counts",
            "expected rows of a date and a count",
            f"add them, or remove it from row {layout_row} of data_layout.csv",
            "flee-series-empty",
        )
        findings.add(file, "", trouble)
        return None
    return FleeSeries(part, tuple(days), tuple(counts), (part,))


def _join(
    file: str,
    row: int,
    name: str,
    files: tuple[str, ...],
    parts: Sequence[FleeSeries | None],
    findings: Findings,
    places: Places,
) -> FleeSeries | None:
    sound = [part for part in parts if part is not None]
    if len(sound) < len(parts):
        return None
    if len(sound) == 1:
        return FleeSeries(name, sound[0].days, sound[0].counts, files)
    table = list(zip(sound[0].days, sound[0].counts, strict=True))
    for part in sound[1:]:
        if part.days[0] > table[0][0]:
            note_row(
                findings,
                file,
                row,
                f"the counts of {show(part.name)} begin after those of {show(files[0])}",
                "expected files of one camp to begin on the same day, as Flee stops otherwise",
                f"add a row with 0 to {part.name}",
                "flee-parts-begin",
            )
            return None
        lost = sum(day > part.days[-1] for day, _ in table)
        if lost:
            places.dropped[name] = (part.name, lost)
        table = add_counts(table, list(zip(part.days, part.counts, strict=True)))
    days, counts = zip(*table, strict=True)
    return FleeSeries(name, tuple(days), tuple(counts), files, tuple(sound))


def add_counts(one: list[tuple[int, float]], two: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Add the counts of a second file to those of a first, as Flee does.

    On days of one file only, the next count of the first file or the last one of the second stands in for
    the missing one; days of the first file after the end of the second are left out, and days of the second
    after the end of the first repeat the last sum.

    Parameters
    ----------
    one, two
        Pairs of day and count; `two` must not begin after `one`.

    Returns
    -------
    table
        Pairs of day and count.
    """
    table: list[tuple[int, float]] = []
    at, last = 0, 0.0
    for day, count in two:
        while day > one[at][0]:
            table.append((one[at][0], last + one[at][1]))
            if at == len(one) - 1:
                break
            at += 1
        if day == one[at][0]:
            table.append((day, count + one[at][1]))
            at = min(at + 1, len(one) - 1)
            last = count
        elif day < one[at][0]:
            table.append((day, count + one[at][1]))
            last = count
    return table


def read_corrections(
    src: Path,
    start: date | None,
    total: FleeSeries | None,
    series: Sequence[FleeSeries],
    findings: Findings,
    places: Places,
) -> list[tuple[str, int]]:
    """Read `registration_corrections.csv`: pairs of camp and day, each the day of one of its counts."""
    file = f"{INPUT}/registration_corrections.csv"
    known = {one.name: one for one in (*series, *((total,) if total else ()))}
    found: list[tuple[str, int]] = []
    for row, cells in read_rows(src, file, findings, header=False, empty=True).rows:
        if len(cells) < 2:
            continue
        name, day = cells[0].strip(), to_day(cells[1])
        if name not in places.series:
            repair = findings.offer(file, name, tuple(places.series), "correct the name, or remove the row")
            note_row(
                findings,
                file,
                row,
                f"{show(name)} is not in data_layout.csv",
                "expected a camp with counts",
                repair,
                "flee-unknown-name",
            )
        if day is None:
            note_row(
                findings,
                file,
                row,
                f"the date is {show(cells[1])}",
                "expected a date written YYYY-MM-DD",
                "correct the date",
                "flee-date",
            )
        if day is None or start is None or name not in known:
            continue
        number = day_number(day, start)
        rows = [index for index, one in enumerate(known[name].days) if one == number]
        if not rows or rows[0] == 0:
            what = "the first count" if rows else "no count"
            note_row(
                findings,
                file,
                row,
                f"{day.isoformat()} is the day of {what} of {show(name)}",
                "expected the day of a later count, as Flee divides it by the one before",
                "write the date as it stands in its file",
                "flee-correction-day",
            )
            continue
        if known[name].counts[rows[0] - 1] == 0:
            note_row(
                findings,
                file,
                row,
                f"the count of {show(name)} before {day.isoformat()} is 0",
                "expected people, as Flee divides by it",
                "choose a later day, or remove the row",
                "flee-correction-zero",
            )
            continue
        found.append((name, number))
        places.corrections.append(row)
    return found


def check_camps(locations: Sequence[FleeLocation], findings: Findings, places: Places) -> None:
    """Every camp needs counts: Flee compares each day of each camp with them, whatever the settings."""
    if not places.series:
        return
    for location, row in zip(locations, places.locations, strict=True):
        if "camp" in location.location_type.lower() and location.name not in places.series:
            repair = f"add a row `{location.name},FILE` to data_layout.csv, or make it a town"
            note_row(
                findings,
                f"{INPUT}/locations.csv",
                row,
                f"the camp {show(location.name)} has no counts in data_layout.csv",
                "expected a row there for every camp, as Flee does",
                repair,
                "flee-camp-without-counts",
            )
