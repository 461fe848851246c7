"""What is over the line in words, numbers and tables, whatever kind of file they stand in."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from havenward.brief.audience import allows, cell_centre
from havenward.brief.guard import MIN_DECIMALS, PAIR_DECIMALS, is_cell_centre
from havenward.brief.redact import EMAIL, ID_NUMBER, LONGEST_QUOTE, PHONE, PHONE_DIGITS
from havenward.brief.suppress import LEVELS, sums_reveal
from havenward.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from havenward.brief.guard import Guard

FLOW_COLUMNS = ("arrivals", "departures", "newly_displaced", "returned", "remaining")
VALUE_COLUMNS = ("low", "central", "high", "value")
PERSON_COLUMNS = ("people", "persons")
ITEM_COLUMNS = ("item", "sector", "indicator", "standard", "level", "parameter", "assumption", "skill")
# columns whose values are small counts by nature, never of people
QUOTE_COLUMNS = ("sentence", "quote", "text as reported")
LATITUDE_COLUMNS = ("latitude", "lat", "y", "min_y", "max_y")
LONGITUDE_COLUMNS = ("longitude", "lon", "lng", "long", "x", "min_x", "max_x")
LOOKED_AT = frozenset(
    (
        *("unit", "date", "item", "location", "measure", *VALUE_COLUMNS, *LEVELS),
        *QUOTE_COLUMNS,
        *LATITUDE_COLUMNS,
        *LONGITUDE_COLUMNS,
    )
)
PART, WHOLE = "people_at_place", "people_at_receiving_places"
TOTAL = "total"
MOST_TOLD = 20  # of one kind in one file; a broken table would fill pages
GAP = 24  # characters between the two numbers of a position
_NUMBER = re.compile(r"(?<![\d.])-?\d{1,3}\.\d{2,17}(?![\d.])")
_DIGITS = re.compile(r"(?<![\d.])-?\d[\d.]*")
DEGREE_SIGNS = "\u00b0\u00ba"
_DEGREES = re.compile(
    r"\b\d{1,3}\s?[\u00b0\u00ba]\s?\d{1,2}(?:[.,]\d+)?\s?['\u2032\u2019](?:\s?\d{1,2}(?:[.,]\d+)?\s?[\"\u2033\u201d])?\s?[NSEW]\b"
)
_PLUS_CODE = re.compile(r"\b[23456789CFGHJMPQRVWX]{8}\+[23456789CFGHJMPQRVWX]{2,3}\b")
# Arabic is left to the tables: in a PDF its words and numbers are read in an order that is not theirs.
_PEOPLE = "people|persons|individuals|personnes|personas"
_FEW = re.compile(
    rf"(?<![\w.,/\u202f\u00a0-])(\d{{1,3}})[ \u00a0\u202f](?:{_PEOPLE})\b(?! (?:on|per|each)\b)"
)
_NO_COUNT = re.compile(
    r"(?:\bper|\bfor|\beach|\bevery|\bto|/|\bpour|\bpar|\bpor|\bcada|\bpara|\u0644\u0643\u0644|\bthan|\bde|\bque|\u0645\u0646)\s*$",
    re.IGNORECASE,
)


def release_problem(where: str, found: str, expected: str, slug: str) -> Problem:
    """Say what is over the line in a finished file."""
    return Problem(
        where,
        f"{found} is in it" if slug.startswith("release-") else found,
        expected,
        "nothing was published; report this fault, or choose the audience that may see it",
        slug,
    )


def cut_off(text: str, most: int = 60) -> str:
    """Give the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]}\u2026"


def is_number(text: str) -> bool:
    """Tell whether a cell holds a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def check_texts(where: str, texts: Iterable[str], guard: Guard, prose: Iterable[str] = ()) -> list[Problem]:
    """Search texts for withheld names and positions, and prose for what tells of a person."""
    whole = " \n ".join(texts)
    expected = f"expected nothing that is withheld from the audience '{guard.audience}'"
    found = [f"the name '{name}'" for name in guard.names_in(whole)]
    found += [f"the position {point}" for point in _positions_in(whole, guard)]
    problems = [release_problem(where, what, expected, "release-name") for what in found[:MOST_TOLD]]
    return problems + check_contacts(where, prose, guard)


def check_contacts(where: str, prose: Iterable[str], guard: Guard) -> list[Problem]:
    """Search prose for phone numbers, addresses and numbers of documents; they are not repeated."""
    if allows(guard.audience, "persons"):
        return []
    text = " \n ".join(dict.fromkeys(prose))
    phones = sum(
        sum(char.isdigit() for char in found[0]) in PHONE_DIGITS
        and (found[0].lstrip("(")[:1] == "+" or re.search(r"\d{3}", found[0]) is not None)
        for found in PHONE.finditer(text)
    )
    kinds = {
        "a phone number": phones,
        "an e-mail address": len(EMAIL.findall(text)),
        "the number of a document": len(ID_NUMBER.findall(text)),
    }
    return [
        release_problem(where, what, "expected no mark of a person", "release-person")
        for what, times in kinds.items()
        if times
    ]


def check_html_text(where: str, text: str, guard: Guard) -> list[Problem]:
    """Search running text for counts of a few people: `3 people`."""
    if allows(guard.audience, "small"):
        return []
    found = [
        one[1]
        for one in _FEW.finditer(text)
        if guard.is_small(float(one[1]))
        and not _NO_COUNT.search(text[max(0, one.start() - 12) : one.start()])
    ]
    return [_small(where, value, guard) for value in found[:MOST_TOLD]]


def _small(where: str, value: str, guard: Guard) -> Problem:
    expected = f"expected no count under {guard.suppress_below}"
    return release_problem(where, f"a count of {value}", expected, "release-small-count")


# -- positions -----------------------------------------------------------------------------------------


def _positions_in(text: str, guard: Guard) -> Iterator[str]:
    """Find withheld positions: written anywhere to 100 m, or as a pair of numbers side by side to 1 km."""
    written = _written(text, guard)
    for pair in guard.coordinates:
        if all(not written.isdisjoint(writings) for writings in pair):
            yield f"{pair[0][0]}, {pair[1][0]}"
    if not guard.points:
        return
    numbers = [(found.start(), found.end(), found[0]) for found in _NUMBER.finditer(text)]
    for (_, end, first), (start, _, second) in pairwise(numbers):
        if start - end <= GAP and (gives_away(first, second, guard) or gives_away(second, first, guard)):
            yield f"{first}, {second}"
    if guard.box is not None:
        # few texts hold the sign of such a writing, and a search without it is slow
        if any(sign in text for sign in DEGREE_SIGNS):
            yield from (found[0] for found in _DEGREES.finditer(text))
        if "+" in text:
            yield from (found[0] for found in _PLUS_CODE.finditer(text))


def _written(text: str, guard: Guard) -> set[str]:
    """Give the beginnings of withheld numbers with which a number of a text begins."""
    wanted = {one for pair in guard.coordinates for writings in pair for one in writings}
    lengths = sorted({len(one) for one in wanted})
    numbers = set(_DIGITS.findall(text)) if wanted else set()
    numbers |= {number[1:] for number in numbers if number[0] == "-"}  # the sign may be a hyphen
    return wanted.intersection(number[:length] for length in lengths for number in numbers)


def gives_away(latitude: str, longitude: str, guard: Guard) -> bool:
    """Tell whether two numbers, as written, say where a withheld position is."""
    decimals = min(len(one.partition(".")[2]) for one in (latitude, longitude))
    lat, lon = float(latitude), float(longitude)
    if decimals < PAIR_DECIMALS or is_cell_centre(lat, lon):
        return False
    reach = 1.01 * 10.0 ** -min(decimals, MIN_DECIMALS)  # rounded or cut
    if any(abs(lat - one) < reach and abs(lon - other) < reach for one, other in guard.points):
        return True
    return decimals >= MIN_DECIMALS and is_position(lat, lon, guard)


def is_position(latitude: float, longitude: float, guard: Guard) -> bool:
    """Tell whether two numbers are a fine position in the area of a case whose positions are all coarse."""
    if guard.box is None or is_cell_centre(latitude, longitude):
        return False
    south, west, north, east = guard.box
    return south <= latitude <= north and west <= longitude <= east


def check_points(where: str, points: Iterable[tuple[float, float]], guard: Guard) -> list[Problem]:
    """Check positions (longitude, latitude); in coarse products each is the middle of a cell."""
    bad = [
        (lon, lat)
        for lon, lat in dict.fromkeys(points)
        if (guard.box is not None and not is_cell_centre(lat, lon))
        or any(abs(lat - one) < 1e-4 and abs(lon - other) < 1e-4 for one, other in guard.points)
    ]
    return [
        release_problem(
            where,
            f"the position {lat:.5f}, {lon:.5f}",
            f"expected nothing that is withheld from the audience '{guard.audience}'",
            "release-name",
        )
        for lon, lat in bad[:MOST_TOLD]
    ]


# -- tables --------------------------------------------------------------------------------------------


def check_rows(
    where: str, rows: Sequence[Sequence[str]], guard: Guard, *, all_people: bool = True
) -> list[Problem]:
    """Search a table for flows, small counts, sums that give them away, fine positions and long quotes.

    Parameters
    ----------
    where
        The file, and the sheet where there are several.
    rows
        Cells as text; the header is the first row with more than three of them.
    all_people
        Whether values without a unit are people (unless the table has a column of items).
    """
    header_at = next((n for n, row in enumerate(rows) if sum(bool(cell) for cell in row) > 3), None)
    if header_at is None:
        return []
    header = [str(cell).strip().casefold() for cell in rows[header_at]]
    looked_at = [(name, at) for at, name in enumerate(header) if _is_looked_at(name)]
    body = [
        (f"{where} row {number}", {name: row[at] for name, at in looked_at if at < len(row)})
        for number, row in enumerate(rows[header_at + 1 :], start=header_at + 2)
    ]
    problems = []
    if not allows(guard.audience, "flows"):
        problems += [
            release_problem(
                where, f"the column '{column}'", "expected no flows and nobody inside", "release-column"
            )
            for column in header
            if column in FLOW_COLUMNS
        ]
    if not allows(guard.audience, "small"):
        problems += _small_counts(body, header, guard, all_people=all_people)[:MOST_TOLD]
        problems += _telling_totals(where, [row for _, row in body], header, guard)[:MOST_TOLD]
    if not allows(guard.audience, "long_quotes"):
        problems += [
            release_problem(
                place,
                f"a quote of {len(row[column].split())} words",
                f"expected at most {LONGEST_QUOTE}",
                "release-long-quote",
            )
            for place, row in body
            for column in QUOTE_COLUMNS
            if len(row.get(column, "").split()) > LONGEST_QUOTE + 2
        ]
    return problems + _fine_positions(body, header, guard)[:MOST_TOLD]


def _small_counts(
    body: list[tuple[str, dict[str, str]]], header: list[str], guard: Guard, *, all_people: bool
) -> list[Problem]:
    """Find small counts of people, and amounts that go with people who are not shown."""
    named = [column for column in header if _is_people_column(column)]
    values = [column for column in header if column in VALUE_COLUMNS]
    bare = all_people and not any(column in ITEM_COLUMNS for column in header)
    problems = []
    for place, row in body:
        unit = row.get("unit", "").strip().casefold()
        counted = [*named, *(values if unit in PERSON_COLUMNS or (not unit and bare) else ())]
        for column in counted:
            value = row.get(column, "")
            if is_number(value) and guard.is_small(float(value)):
                problems.append(_small(place, value, guard))
        for level in LEVELS:
            people = row.get(f"people_{level}")
            if people is not None and not people.strip() and is_number(row.get(level, "")):
                problems.append(_small(place, f"few people (what they need is {row[level]})", guard))
    return problems


def _is_looked_at(column: str) -> bool:
    """Tell whether a rule for tables reads a column."""
    return column in LOOKED_AT or _is_people_column(column)


def _is_people_column(column: str) -> bool:
    words = re.split(r"[^a-z]+", column)
    return bool(set(words) & set(PERSON_COLUMNS)) and not {"per", "capacity", "share", "chance"} & set(words)


def _telling_totals(where: str, rows: list[dict[str, str]], header: list[str], guard: Guard) -> list[Problem]:
    """Find totals from which a count that is not shown follows by subtraction."""
    if not {"location", "date"} <= set(header):
        return []
    by_item = "item" in header
    parts: dict[tuple[str, str], list[dict[str, str]]] = {}
    wholes: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        key = (row.get("date", ""), row.get("item", ""))
        if row.get("location") == TOTAL and (by_item or row.get("measure") == WHOLE):
            wholes[key] = row
        elif row.get("location") != TOTAL and (by_item or row.get("measure") == PART):
            parts.setdefault(key, []).append(row)
    problems, told = [], set()
    for key, whole in wholes.items():
        for level in LEVELS:
            column = f"people_{level}" if by_item else level
            cells = [row.get(column, "") for row in parts.get(key, [])]
            shown = [float(cell) for cell in cells if is_number(cell)]
            total, missing = whole.get(column, ""), len(cells) - len(shown)
            if (key[0], level) in told or not is_number(total):
                continue  # every item of a day has the same people
            if sums_reveal(float(total), sum(shown), missing, guard.suppress_below):
                told.add((key[0], level))
                problems.append(
                    release_problem(
                        f"{where} {key[0]} {column}",
                        f"a total of {total} that gives {missing} small counts away",
                        "expected a total that leaves them out",
                        "release-total",
                    )
                )
    return problems


def _fine_positions(body: list[tuple[str, dict[str, str]]], header: list[str], guard: Guard) -> list[Problem]:
    """Find positions in the columns that hold them."""
    pairs = [
        (lat, lon)
        for lat, lon in zip(LATITUDE_COLUMNS, (LONGITUDE_COLUMNS[n] for n in (0, 1, 4, 5, 6)), strict=True)
        if lat in header and lon in header
    ]
    problems = []
    for place, row in body:
        points = [
            (float(row[lon]), float(row[lat]))
            for lat, lon in pairs
            if is_number(row.get(lat, "")) and is_number(row.get(lon, ""))
        ]
        problems += check_points(place, points, guard)
    return problems


def check_numbers(where: str, numbers: Sequence[float], guard: Guard) -> list[Problem]:
    """Search the numbers of a row for a withheld position, whatever the columns are called."""
    found = []
    for lat, lon in guard.points:
        if any(abs(one - lat) < 1e-5 for one in numbers) and any(abs(one - lon) < 1e-5 for one in numbers):
            found.append((lon, lat))
    fine = [point for point in found if any(abs(value - cell_centre(value)) > 1e-6 for value in point)]
    return check_points(where, fine, guard)
