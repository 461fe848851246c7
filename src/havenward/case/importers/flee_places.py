"""How the files of Flee's `input_csv` are read: places, routes, closures, the conflict schedule, changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havenward.case.cells import MAX_KEY, show
from havenward.case.findings import Findings, Trouble, offer
from havenward.case.importers.flee_rows import (
    INPUT,
    Places,
    allow_spare_commas,
    check_known,
    fit_header,
    is_long_enough,
    note_row,
    read_rows,
    to_number,
    to_plain,
    to_whole,
)
from havenward.flee_inputs import FleeClosure, FleeLocation, FleeRoute

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MAX_DAYS, MAX_INTENSITY = 20_000, 1e9  # far above anything that is meant
NO_CONFLICT = 1e-6  # Flee's limit: what is below it is no conflict

_TYPES = ("camp", "conflict", "forward", "marker", "flood_zone", "default", "town")


def read_locations(src: Path, findings: Findings, places: Places) -> tuple[list[FleeLocation], str]:
    """Read `locations.csv`, and tell whether its fourth column is the latitude."""
    file = f"{INPUT}/locations.csv"
    rows = read_rows(src, file, findings)
    if not fit_header("locations.csv", rows, findings):
        return [], "latitude"
    header = rows.header[1] if rows.header else []
    extra = [cell.strip() for cell in header[8:]]
    found: list[FleeLocation] = []
    first: dict[str, int] = {}
    for row, cells in rows.rows:
        if cells[0].strip():
            places.names.add(cells[0].strip())
        if not is_long_enough(file, row, cells, 8, findings) or not allow_spare_commas(
            file, row, cells, 8 + len(extra), findings
        ):
            continue
        location = _read_location(file, row, cells, extra, findings)
        if location is None:
            continue
        if location.name in first:
            note_row(
                findings,
                file,
                row,
                f"{show(location.name)} stands in row {first[location.name]} too",
                "expected each name once",
                "rename or remove one of them",
                "flee-name-twice",
            )
            continue
        first[location.name] = row
        found.append(location)
        places.locations.append(row)
    if not rows.rows and not findings.has_errors(file) and (src / file).is_file():
        trouble = Trouble(
            "the file has no locations", "expected one row for each", "add them", "flee-no-rows"
        )
        findings.add(file, "", trouble)
    return found, _tell_axis(header, found)


def _tell_axis(header: Sequence[str], locations: Sequence[FleeLocation]) -> str:
    """Tell whether x is the latitude: by the header, or else by numbers that no latitude can be."""
    word = to_plain(header[3]) if len(header) > 3 else ""
    if word.startswith(("lat", "lon")):
        return "latitude" if word.startswith("lat") else "longitude"
    return "longitude" if any(abs(location.x) > 90 for location in locations) else "latitude"


def _read_location(
    file: str, row: int, cells: list[str], extra: list[str], findings: Findings
) -> FleeLocation | None:
    name = cells[0].strip()
    kind = cells[5].strip()
    sound = _check_name(file, row, name, findings)
    if not any(word in kind.lower() for word in _TYPES):
        repair = offer(kind, (*_TYPES, "conflict_zone", "idpcamp", "forwarding_hub"), "choose one of these")
        note_row(
            findings,
            file,
            row,
            f"location_type is {show(kind)}",
            "expected a word with camp, conflict, forward, marker, flood_zone, town or default in it",
            repair,
            "flee-location-type",
        )
        sound = False
    size = _read_size(file, row, cells[7].strip(), kind, findings)
    day = _read_conflict_date(file, row, cells[6].strip(), kind, findings)
    at: list[float | None] = []
    for position, word in ((3, "x (column 4)"), (4, "y (column 5)")):
        text = cells[position].strip()
        at.append(0.0 if not text else to_number(text))
        if at[-1] is None:
            note_row(
                findings,
                file,
                row,
                f"{word} is {show(text)}",
                "expected degrees as a number",
                "correct it",
                "flee-number",
            )
    x, y = at
    if not sound or size is None or day is None or x is None or y is None:
        return None
    attributes = {
        key: text.strip() for key, text in zip(extra, cells[8:], strict=False) if key or text.strip()
    }
    return FleeLocation(name, cells[1].strip(), cells[2].strip(), x, y, kind, day, size, attributes)


def _check_name(file: str, row: int, name: str, findings: Findings) -> bool:
    wrong = next((c for c in name if c in ',;"|' or not c.isprintable()), None)
    if wrong is None and len(name) <= MAX_KEY and name.lower() != "total":
        return True
    expected = (
        f"expected a name of at most {MAX_KEY} characters without commas, semicolons, quotes, bars or tabs"
    )
    if name.lower() == "total":
        expected = "expected another name, as results use this one for the whole case"
    note_row(
        findings, file, row, f"the name is {show(name)}", expected, "rename it in every file", "flee-name"
    )
    return False


def _read_size(file: str, row: int, text: str, kind: str, findings: Findings) -> int | None:
    if not text:
        return 0
    size = to_whole(text)
    camp = "camp" in kind.lower()
    if size is None or (size < 0 and not camp):
        note_row(
            findings,
            file,
            row,
            f"{'capacity' if camp else 'population'} (column 8) is {show(text)}",
            "expected a whole number of people of 0 or more",
            "round or correct it",
            "flee-population",
        )
        return None
    return size


def _read_conflict_date(file: str, row: int, text: str, kind: str, findings: Findings) -> float | None:
    if "conflict" in kind.lower():
        day = to_whole(text)
        if day is None:
            note_row(
                findings,
                file,
                row,
                f"conflict_date is {show(text)}",
                "expected a whole number of days",
                "write 0 if the conflict is there from the start",
                "flee-conflict-date",
            )
            return None
        return float(day)
    number = to_number(text) if text else 0.0
    if number is None:
        note_row(
            findings,
            file,
            row,
            f"conflict_date is {show(text)}, which Flee does not read here",
            "expected a number of days",
            "write 0",
            "flee-conflict-date",
            "warning",
        )
    return number or 0.0


def read_routes(src: Path, names: set[str], findings: Findings, places: Places) -> list[FleeRoute]:
    """Read `routes.csv`; both ends must be locations."""
    file = f"{INPUT}/routes.csv"
    rows = read_rows(src, file, findings)
    if not fit_header("routes.csv", rows, findings):
        return []
    extra = [cell.strip() for cell in (rows.header[1] if rows.header else [])[4:]]
    found: list[FleeRoute] = []
    for row, cells in rows.rows:
        if not is_long_enough(file, row, cells, 3, findings) or not allow_spare_commas(
            file, row, cells, 4 + len(extra), findings
        ):
            continue
        ends = [check_known(file, row, cell.strip(), names, findings) for cell in cells[:2]]  # tells both
        sound = all(ends)
        distance = to_number(cells[2].strip())
        if distance is None or distance < 0:
            note_row(
                findings,
                file,
                row,
                f"distance is {show(cells[2].strip())}",
                "expected kilometres of 0 or more",
                "correct it",
                "flee-distance",
            )
            sound = False
        text = cells[3].strip() if len(cells) > 3 else ""
        forced = to_whole(text) if text else 0
        if forced is None:
            note_row(
                findings,
                file,
                row,
                f"forced_redirection is {show(text)}",
                "expected 0, 1 or 2",
                "write 0, or leave it empty",
                "flee-forced",
            )
        if not sound or forced is None or distance is None:
            continue
        attributes = {
            key: text.strip() for key, text in zip(extra, cells[4:], strict=False) if key or text.strip()
        }
        found.append(FleeRoute(cells[0].strip(), cells[1].strip(), distance, forced, attributes))
        places.routes.append(row)
        if found[-1].name1 == found[-1].name2:
            note_row(
                findings,
                file,
                row,
                f"both ends are {show(found[-1].name1)}",
                "expected two locations",
                "correct one end, or remove the row",
                "flee-route-to-itself",
            )
    if not rows.rows and not findings.has_errors(file) and (src / file).is_file():
        trouble = Trouble("the file has no routes", "expected one row for each", "add them", "flee-no-rows")
        findings.add(file, "", trouble)
    return found


def read_closures(src: Path, findings: Findings, places: Places) -> list[FleeClosure]:
    """Read `closures.csv`; names are kept as they stand."""
    file = f"{INPUT}/closures.csv"
    rows = read_rows(src, file, findings, empty=True)
    if not fit_header("closures.csv", rows, findings):
        return []
    found: list[FleeClosure] = []
    for row, cells in rows.rows:
        if not is_long_enough(file, row, cells, 5, findings):
            continue
        days = []
        for position, word in ((3, "closure_start"), (4, "closure_end")):
            day = to_whole(cells[position].strip())
            if day is None:
                note_row(
                    findings,
                    file,
                    row,
                    f"{word} is {show(cells[position].strip())}",
                    "expected a day number, counted from the start of the period",
                    "correct it",
                    "flee-day",
                )
            else:
                days.append(day)
        if len(days) == 2:
            # names are kept as they stand: Flee compares them letter by letter, spaces included
            found.append(FleeClosure(cells[0], cells[1], cells[2], days[0], days[1]))
            places.closures.append(row)
    return found


def read_conflicts(
    src: Path, names: set[str], findings: Findings, places: Places
) -> dict[str, tuple[float, ...]]:
    """Read `conflicts.csv`: one intensity per row and location, rows being days."""
    file = f"{INPUT}/conflicts.csv"
    rows = read_rows(src, file, findings, header=False).rows
    if not rows:
        return {}
    (head_row, head), *body = rows
    head = [cell.strip() for cell in head]
    while head and not head[-1]:
        head.pop()
    if not _check_conflict_header(file, head_row, head, names, findings):
        return {}
    if len(body) > MAX_DAYS:
        note_row(
            findings,
            file,
            body[MAX_DAYS][0],
            f"the file has {len(body):,} days",
            f"expected at most {MAX_DAYS:,}",
            "remove the days after the period",
            "flee-length",
        )
        return {}
    schedule: dict[str, list[float]] = {name: [] for name in head[1:]}
    previous: int | None = None
    for row, cells in body:
        if cells[0].startswith("#") and len(cells) == 1:
            continue
        if len(cells) < len(head):
            note_row(
                findings,
                file,
                row,
                f"the row has {len(cells)} of {len(head)} cells",
                "expected one value for each location",
                "complete the row; it may have been cut off",
                "flee-row-short",
            )
        previous = _check_day(file, row, cells[0].strip(), previous, findings)
        if len(cells) < len(head) or not allow_spare_commas(file, row, cells, len(head), findings):
            continue
        places.conflict_days.append(row)
        for name, text in zip(head[1:], cells[1:], strict=False):
            value = to_number(text.strip())
            if value is None or not 0 <= value <= MAX_INTENSITY:
                note_row(
                    findings,
                    file,
                    row,
                    f"the value of {name} is {show(text.strip())}",
                    "expected a conflict intensity of 0 or more",
                    "write 0 where there is none",
                    "flee-intensity",
                )
            schedule[name].append(value or 0.0)
    if not body and not findings.has_errors(file):
        trouble = Trouble("the file has no days", "expected one row for each day", "add them", "flee-no-rows")
        findings.add(file, "", trouble)
    for name, values in schedule.items():
        used = any(value >= NO_CONFLICT for value in values)
        check_known(file, head_row, name, names, findings, "error" if used else "warning")
    return {name: tuple(values) for name, values in schedule.items()}


def _check_conflict_header(file: str, row: int, head: list[str], names: set[str], findings: Findings) -> bool:
    if head and head[0] in names:
        note_row(
            findings,
            file,
            row,
            f"the first column is {show(head[0])}, and Flee never reads that column",
            "expected #Day there",
            "put a column with the number of the day before it",
            "flee-conflict-header",
        )
        return False
    if len(head) < 2 or (to_number(head[0]) is not None and to_number(head[1]) is not None):
        note_row(
            findings,
            file,
            row,
            "the first row names no locations",
            "expected #Day and the names of locations",
            "add the header",
            "flee-conflict-header",
        )
        return False
    seen: set[str] = set()
    for position, name in enumerate(head[1:], start=2):
        if not name:
            note_row(
                findings,
                file,
                row,
                f"column {position} has no name",
                "expected the name of a location",
                "fill it in, or remove the column",
                "flee-conflict-header",
            )
            return False
        if name in seen:
            note_row(
                findings,
                file,
                row,
                f"{show(name)} has two columns",
                "expected one",
                "remove one of them",
                "flee-name-twice",
            )
            return False
        seen.add(name)
    return True


def _check_day(file: str, row: int, text: str, previous: int | None, findings: Findings) -> int | None:
    day = to_whole(text)
    if day is None:
        note_row(
            findings,
            file,
            row,
            f"the day is {show(text)}, and Flee counts rows instead",
            "expected the number of the day",
            "number the rows from 0",
            "flee-day-unread",
            "warning",
        )
        return None
    if previous is None and day != 0 and not findings.has_errors(file):
        note_row(
            findings,
            file,
            row,
            f"the days begin with {day}, and Flee takes the first row as day 0",
            "expected day 0",
            "number the rows from 0",
            "flee-day-unread",
            "warning",
        )
    if previous is not None and day != previous + 1:
        note_row(
            findings,
            file,
            row,
            f"day {day} follows day {previous}",
            f"expected day {previous + 1}, as Flee counts rows and would shift all later days",
            "add the missing day, or remove the row that is too many",
            "flee-day-gap",
        )
    return day


def read_changes(
    src: Path, names: set[str], findings: Findings, places: Places
) -> list[tuple[str, str, int]]:
    """Read `location_changes.csv`, which stands beside `input_csv`."""
    file = "location_changes.csv"
    found: list[tuple[str, str, int]] = []
    if (src / INPUT / file).is_file() and not (src / file).is_file():
        trouble = Trouble(
            "Flee looks for this file in the folder that it is started in, and does not read it here",
            f"expected it beside {INPUT}",
            "move it there if it is to count",
            "flee-changes-place",
            "warning",
        )
        findings.add(f"{INPUT}/{file}", "", trouble)
    for row, cells in read_rows(src, file, findings, empty=True).rows:
        if not is_long_enough(file, row, cells, 3, findings):
            continue
        day = to_whole(cells[2].strip())
        if day is None:
            note_row(
                findings,
                file,
                row,
                f"the day is {show(cells[2].strip())}",
                "expected a day number",
                "correct it",
                "flee-day",
            )
        if check_known(file, row, cells[0].strip(), names, findings) and day is not None:
            found.append((cells[0].strip(), cells[1].strip(), day))
            places.changes.append(row)
    return found
