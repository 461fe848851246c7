"""What the text of one cell means: numbers and dates as spreadsheets write them, or why they are refused."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from havenward.case.findings import Trouble, offer
from havenward.dates import parse_date

if TYPE_CHECKING:
    from collections.abc import Callable

    from havenward.case.tables import Column

    Cell = tuple[Any, Trouble | None]

FIRST_YEAR, LAST_YEAR = 1900, 2200
MAX_KEY = 100

_PLAIN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?\Z")
_WHOLE = re.compile(r"[+-]?[0-9]+(\.0{1,2})?\Z")
_SPACED = re.compile(r"[+-]?[0-9]{1,3}([ '][0-9]{3})+([.,][0-9]+)?\Z")
_COMMAS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?\Z")
_POINTS = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?\Z")
_ONE_POINT = re.compile(r"[+-]?[0-9]{1,3}\.[0-9]{3}\Z")
_ONE_COMMA = re.compile(r"[+-]?[0-9]{1,3},[0-9]{3}\Z")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+\Z")
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'", "\u2212": "-"})
_UNKNOWN = {
    "n/a",
    "na",
    "n.a.",
    "-",
    "--",
    "\u2013",
    "\u2014",
    "nan",
    "null",
    "none",
    "nil",
    "unknown",
    "?",
    "tbd",
    "tbc",
}

_DAY_PARTS = re.compile(r"([0-9]{1,4})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{2,4})\Z")
_DAY_WORDS = re.compile(r"([0-9]{1,2})[ \-./]?([A-Za-z]{3,9})\.?[ \-./,]*([0-9]{2,4})\Z")
_DAY_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9:.]+(Z|[+-][0-9:]+)?\Z")
_SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?\Z")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SERIAL_ZERO = date(1899, 12, 30)  # day 0 of the spreadsheets' count of days (from March 1900 on)


def show(text: str, limit: int = 60) -> str:
    """Show a found text on one line, quoted and cut where it is long."""
    line = "".join(c if c.isprintable() else " " for c in text[: limit + 1])
    return f"'{line[:limit]}...'" if len(line) > limit else f"'{line}'"


def cell_reader(column: Column, *, required: bool, decimal_comma: bool) -> Callable[[str], Cell]:
    """Make the function that reads the cells of one column.

    Parameters
    ----------
    column
        What belongs into it.
    required
        An empty cell is refused.
    decimal_comma
        The file writes `1,5` for one and a half: its columns are parted by semicolons.

    Returns
    -------
    reader
        Takes the text of a cell without spaces around it; gives the value and None, or None and the
        trouble. Empty cells give the default, None, or an empty text.
    """
    base = column.base
    empty: Any = None if base in {"date", "number", "integer"} else ""
    if column.default:
        empty = _read(column, column.default, decimal_comma=False)[0]

    def read(text: str) -> Cell:
        if not text:
            if required:
                return None, Trouble(
                    f"{column.name} is empty", column.expected(), "fill it in", "value-missing"
                )
            return empty, None
        return _read(column, text, decimal_comma=decimal_comma)

    return read


def _read(column: Column, text: str, *, decimal_comma: bool) -> Cell:
    base = column.base
    if base in {"number", "integer"}:
        return _read_number(column, text, decimal_comma=decimal_comma)
    if base == "date" or (base == "date or assumption" and not _may_be_key(text)):
        return read_day(column.name, text, column.expected())
    if base == "choice":
        return _read_choice(column, text)
    if base == "country":
        return _read_country(column, text)
    if base == "flag":
        return _read_flag(column, text)
    if base == "key":
        return _read_key(column, text)
    return text.replace("\r\n", "\n").replace("\r", "\n"), None


def _may_be_key(text: str) -> bool:
    """Tell the name of an assumption from a date: it starts with a letter and is no day in words."""
    return text[0].isalpha() and not _DAY_WORDS.match(text)


def _read_key(column: Column, text: str) -> Cell:
    wrong = next((c for c in text if c in ',;"|' or not c.isprintable()), None)
    if wrong is not None:
        return None, Trouble(
            f"{column.name} is {show(text)}",
            "expected a short name without commas, quotes or line breaks",
            "choose a plain name and use it in every file",
            "key-not-plain",
        )
    if len(text) > MAX_KEY:
        return None, Trouble(
            f"{column.name} has {len(text)} characters",
            f"expected a short name of at most {MAX_KEY} characters",
            "choose a shorter name and use it in every file",
            "key-too-long",
        )
    return text, None


def _read_choice(column: Column, text: str) -> Cell:
    if text in column.choices:
        return text, None
    repair = offer(text, column.choices, "choose one of these")
    return None, Trouble(f"{column.name} is {show(text)}", column.expected(), repair, "unknown-choice")


def _read_country(column: Column, text: str) -> Cell:
    if len(text) == 3 and text.isascii() and text.isalpha():
        if text.isupper():
            return text, None
        return None, Trouble(
            f"{column.name} is {show(text)}",
            column.expected(),
            f"did you mean '{text.upper()}'?",
            "country-code",
        )
    return None, Trouble(
        f"{column.name} is {show(text)}",
        column.expected(),
        "look the code up, for example IRQ for Iraq",
        "country-code",
    )


def _read_flag(column: Column, text: str) -> Cell:
    flags = {"yes": True, "true": True, "no": False, "false": False}
    if text.lower() in flags:
        return flags[text.lower()], None
    return None, Trouble(f"{column.name} is {show(text)}", column.expected(), "write yes or no", "flag-value")


# -- numbers -------------------------------------------------------------------------------------------


def _read_number(column: Column, text: str, *, decimal_comma: bool) -> Cell:
    plain, trouble = _plain_number(column, text.translate(_SPACES), decimal_comma=decimal_comma)
    if trouble is not None:
        return None, trouble
    found = f"{column.name} is {show(text)}"
    if column.base == "integer":
        if not _WHOLE.match(plain):
            if _ONE_POINT.match(plain):
                whole = plain.replace(".", "")
                return None, Trouble(
                    found,
                    column.expected(),
                    f"write {whole} if the point parts thousands, otherwise round it",
                    "number-ambiguous",
                )
            if "e" in plain.lower():
                return None, Trouble(
                    found,
                    column.expected(),
                    "write all its digits, which this form may drop",
                    "number-scientific",
                )
            return None, Trouble(
                found, column.expected(), "round it, or correct the value", "number-not-whole"
            )
        value: float = int(plain.split(".")[0])
    else:
        value = float(plain)
    return check_range(column, value, found)


def check_range(column: Column, value: float, found: str) -> Cell:
    """Refuse a number outside the range of its column, infinite ones included."""
    if column.holds(value) and abs(value) != float("inf"):
        return value, None
    if column.low == 0 and value < 0:
        repair = (
            "correct the value"
            if column.required
            else "correct the value, or leave it empty if it is not known"
        )
    elif column.unit in {"persons", "households"}:
        repair = "correct the value, which may hold digits of another column"
    elif column.name in {"latitude", "longitude"}:
        repair = "correct it: latitude and longitude may be swapped, or the decimal point lost"
    else:
        repair = "correct the value, or its unit" if column.unit == "km" else "correct the value"
    return None, Trouble(found, column.expected(), repair, "number-out-of-range")


def _plain_number(column: Column, text: str, *, decimal_comma: bool) -> tuple[str, Trouble | None]:
    """Bring a number into the form `-1234.5`, whatever marks its thousands."""
    if len(text) > 60:
        return "", Trouble(
            f"{column.name} is {show(text)}", column.expected(), "write the number alone", "number-words"
        )
    if _SPACED.match(text):
        text = text.replace(" ", "").replace("'", "")
    if decimal_comma:
        return _plain_number_with_comma(column, text)
    if _PLAIN.match(text):
        return text, None
    if _COMMAS.match(text):
        return text.replace(",", ""), None
    if _POINTS.match(text):
        return "", Trouble(
            f"{column.name} is {show(text)}",
            column.expected(),
            f"write {text.replace('.', '').replace(',', '.')}",
            "number-thousands-points",
        )
    if _DECIMAL_COMMA.match(text):
        return "", Trouble(
            f"{column.name} is {show(text)}",
            column.expected(),
            f"write a decimal point: {text.replace(',', '.')}",
            "number-decimal-comma",
        )
    return "", _no_number(column, text)


def _plain_number_with_comma(column: Column, text: str) -> tuple[str, Trouble | None]:
    """Read a number of a file with decimal commas, where a single point may mean either."""
    found = f"{column.name} is {show(text)}"
    if _ONE_POINT.match(text):
        readings = [text.replace(".", ""), text]
        fitting = [
            r for r in readings if column.holds(float(r)) and (column.base == "number" or "." not in r)
        ]
        if len(fitting) == 1 and column.base == "number":
            return fitting[0], None
        both = f"write {readings[0]} or {text.replace('.', ',')}"
        return "", Trouble(found, column.expected(), f"{both}, whichever is meant", "number-ambiguous")
    if column.base == "integer" and _ONE_COMMA.match(text):
        whole = text.replace(",", "")
        return "", Trouble(
            found,
            column.expected(),
            f"write {whole} if the comma parts thousands, otherwise round it",
            "number-ambiguous",
        )
    if _POINTS.match(text):
        return text.replace(".", "").replace(",", "."), None
    if _DECIMAL_COMMA.match(text):
        return text.replace(",", "."), None
    if _PLAIN.match(text):
        return text, None
    return "", _no_number(column, text)


def _no_number(column: Column, text: str) -> Trouble:
    found, lower = f"{column.name} is {show(text)}", text.lower()
    if lower in _UNKNOWN or lower.startswith("#"):
        return Trouble(
            found,
            column.expected(),
            "leave the cell empty where the number is not known",
            "number-unknown-mark",
        )
    if lower.lstrip("+-") in {"inf", "infinity", "\u221e"}:
        return Trouble(
            found, column.expected(), "leave the cell empty where there is no limit", "number-infinite"
        )
    if "%" in text:
        return Trouble(found, column.expected(), "write the number without a percent sign", "number-percent")
    return Trouble(found, column.expected(), "write the number alone, in digits", "number-words")


# -- days ----------------------------------------------------------------------------------------------


def read_day(name: str, text: str, expected: str = "expected a date written YYYY-MM-DD") -> Cell:
    """Read a day; every other way to write one is refused with the days that it may stand for."""
    found = f"{name} is {show(text)}"
    try:
        day = parse_date(text)
    except ValueError:
        meant = [day.isoformat() for day in _days_meant(text)]
        repair = f"write {' or '.join(meant)}" if meant else "correct the date"
        if len(meant) > 1:
            repair += ", whichever is meant"
        return None, Trouble(found, expected, repair, "date-format")
    if text != day.isoformat():  # Python also reads 2016-W30-7
        return None, Trouble(found, expected, f"write {day.isoformat()}", "date-format")
    return check_year(found, day)


def check_year(found: str, day: date) -> Cell:
    """Refuse days that no case can mean."""
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day, None
    return None, Trouble(
        found, f"expected a year from {FIRST_YEAR} to {LAST_YEAR}", "correct the year", "date-out-of-range"
    )


def _days_meant(text: str) -> list[date]:
    """List the days that a text in another form may stand for, the most usual reading first."""
    numbers: list[tuple[int, int, int]] = []
    if match := _DAY_PARTS.match(text):
        a, b, c = (int(part) for part in match.groups())
        if len(match[1]) >= 3:
            numbers = [(a, b, c)]
        else:
            year = c if len(match[3]) == 4 else 2000 + c
            numbers = [(year, b, a), (year, a, b)]
    elif match := _DAY_WORDS.match(text):
        month = match[2][:3].lower()
        if month in _MONTHS:
            year = int(match[3]) if len(match[3]) == 4 else 2000 + int(match[3])
            numbers = [(year, _MONTHS.index(month) + 1, int(match[1]))]
    elif match := _DAY_TIME.match(text):
        numbers = [(int(text[:4]), int(text[5:7]), int(text[8:10]))]
    elif _SERIAL.match(text) and 20_000 <= float(text) <= 80_000:
        day = _SERIAL_ZERO + timedelta(days=int(float(text)))
        numbers = [(day.year, day.month, day.day)]
    elif len(text) == 8 and text.isascii() and text.isdigit():
        numbers = [(int(text[:4]), int(text[4:6]), int(text[6:]))]
    days = []
    for parts in numbers:
        try:
            day = date(*parts)
        except ValueError:
            continue
        if FIRST_YEAR <= day.year <= LAST_YEAR and day not in days:
            days.append(day)
    return days
