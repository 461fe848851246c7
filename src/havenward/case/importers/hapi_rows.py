"""Which rows of a table of HDX HAPI are used, and of which area each one is.

A row says in `error` or `warning` what is wrong with it: rows with an error are left out, those with a
warning are used and told.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from havenward.case.importers.matching import Asked
from havenward.case.importers.open_table import read_day, settle_days
from havenward.case.known import latest_locations

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from havenward.case.importers.counted import Omissions
    from havenward.records import Case


class HapiRow(NamedTuple):
    """A row with its period; `cells` by canonical name."""

    number: int
    cells: dict[str, str]
    start: date
    end: date


def use_rows(
    where: str,
    rows: list[tuple[int, dict[str, str]]],
    case: Case,
    settings: Mapping[str, Any],
    left: Omissions,
    notes: list[str],
) -> list[HapiRow]:
    """Choose the rows of the case's countries that have a period and no error."""
    order = {
        name: settle_days(
            where, f"reference_period_{name}", [row[name] for _, row in rows], settings["dates"]
        )
        for name in ("start", "end")
    }
    countries = {case.country, *(place.country for place in latest_locations(case).values())}
    warned: Counter[str] = Counter()
    used = []
    for number, row in rows:
        start, end = read_day(row["start"], order["start"]), read_day(row["end"], order["end"])
        if row.get("error"):
            left.add(f"have an error of HAPI ('{row['error'][:80]}'), left out", number)
        elif row.get("country") and row["country"] not in countries:
            left.add("are of other countries, left out", number)
        elif start is None or end is None or start > end:
            left.add("have no period that can be read, left out", number)
        elif (settings["first_day"] and end < settings["first_day"]) or (
            settings["last_day"] and end > settings["last_day"]
        ):
            left.add("lie outside first_day and last_day, left out", number)
        else:
            if row.get("warning"):
                warned[row["warning"][:80]] += 1
            used.append(HapiRow(number, row, start, end))
    notes += [f"Rows used with the warning of HAPI '{text}': {n:,}." for text, n in warned.most_common(8)]
    return used


def keep_level(rows: list[HapiRow], settings: Mapping[str, Any], left: Omissions) -> list[HapiRow]:
    """Keep the rows of one level: those of the others count the same people again."""
    wanted = settings["level"] or max((tell_level(row) for row in rows), default="admin2")
    kept = []
    for row in rows:
        if tell_level(row) == wanted:
            kept.append(row)
        else:
            left.add(
                f"are figures of {tell_level(row)}, not of {wanted}, and may count the same, left out",
                row.number,
            )
    return kept


def tell_level(row: HapiRow) -> str:
    """Tell the level of the area of a row: admin0, admin1 or admin2."""
    said = row.cells.get("level", "")
    if said in {"0", "1", "2"}:
        return f"admin{said}"
    if row.cells.get("admin2_pcode") or row.cells.get("admin2"):
        return "admin2"
    return "admin1" if row.cells.get("admin1_pcode") or row.cells.get("admin1") else "admin0"


def ask_area(row: HapiRow) -> Asked | None:
    """Give the area of a row; None for the whole country."""
    cells, level = row.cells, tell_level(row)
    if level == "admin2":
        return Asked(cells.get("admin2_pcode", ""), cells.get("admin2", ""), cells.get("admin1", ""))
    if level == "admin1":
        return Asked(cells.get("admin1_pcode", ""), cells.get("admin1", ""))
    return None


def is_whole(row: HapiRow) -> bool:
    """Tell whether a row is about everybody, not about one sex or age."""
    return row.cells.get("gender", "all") in {"all", ""} and row.cells.get("age_range", "all") in {"all", ""}
