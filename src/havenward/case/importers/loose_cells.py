"""What a cell of somebody else's table says: days and counts in every usual way to write them.

Files of a case are read strictly (`case/cells.py`), because a person can correct them. What other offices
send cannot be corrected, so it is read as it is meant; what is not certain is left out with the reason.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from havenward.errors import CaseError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

FIRST_YEAR, LAST_YEAR = 1900, 2200
MAX_COUNT = 2_000_000_000
DAY_FIRST, MONTH_FIRST = "day first", "month first"

_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ][0-9:.]+ ?(?:Z|[+-][0-9:]+|UTC)?)?\Z")
_COMPACT = re.compile(r"(19|20|21)([0-9]{2})([0-9]{2})([0-9]{2})\Z")
_PARTS = re.compile(
    r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4}|[0-9]{2})(?: [0-9:.]+ ?(?:[AaPp][Mm])?)?\Z"
)
_DAY_WORD = re.compile(r"(?:[^\W\d]+,? )?([0-9]{1,2})(?:st|nd|rd|th|er)?[ \-./]*(?:de )?([^\W\d]+)\.?,?[ \-./]*(?:de )?([0-9]{4}|[0-9]{2})\Z")  # fmt: skip  # noqa: E501 - one pattern
_WORD_DAY = re.compile(r"(?:[^\W\d]+,? )?([^\W\d]+)\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})\Z")
_SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?\Z")
_SERIAL_ZERO = date(1899, 12, 30)  # day 0 of the spreadsheets' count of days (from March 1900 on)
# first letters that tell the months apart in English, French and Spanish, without accents
_MONTHS = (
    ("jan", "ene"),
    ("feb", "fev"),
    ("mar",),
    ("apr", "avr", "abr"),
    ("may", "mai"),
    ("jun", "juin"),
    ("jul", "juil"),
    ("aug", "aou", "ago"),
    ("sep", "set"),
    ("oct",),
    ("nov",),
    ("dec", "dic"),
)
# the same in Arabic, as used in the east (Levant, Iraq) and in the west (Egypt, Sudan)
_ARABIC_MONTHS = (
    ("كانون الثاني", "يناير"),
    ("شباط", "فبراير"),
    ("آذار", "مارس"),
    ("نيسان", "أبريل"),
    ("أيار", "مايو"),
    ("حزيران", "يونيو"),
    ("تموز", "يوليو"),
    ("آب", "أغسطس"),
    ("أيلول", "سبتمبر"),
    ("تشرين الأول", "أكتوبر"),
    ("تشرين الثاني", "نوفمبر"),
    ("كانون الأول", "ديسمبر"),
)
_ARABIC_DAY = re.compile(r"([0-9]{1,2}) (.+) ([0-9]{4})\Z")

_SPACES = re.compile(r"(?<=[0-9])[\s\u00a0\u202f\u2009'\u2019](?=[0-9]{3}(?![0-9]))")
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE]\+?[0-9]{1,2})?\Z")
_COMMAS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?\Z")
_POINTS = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?\Z")
_DECIMAL_COMMA = re.compile(r"-?[0-9]+,[0-9]{1,2}\Z")
_BELOW = re.compile(r"(?:<|less than |under |moins de |menos de )\s*=?\s*[0-9]+\Z", re.IGNORECASE)
_UNKNOWN = frozenset(
    "- -- \u2013 \u2014 n/a na n.a. nan null none nil unknown ? tbd tbc nd n.d. inconnu desconocido"  # noqa: SIM905 - read as a line of words
    " s/d .. ...".split()
)


class Count(NamedTuple):
    """A whole number that a cell states, or None; `reason` says why it is none, or what was done to it."""

    value: int | None
    reason: str = ""


class DayOrder(NamedTuple):
    """How the days of one column are written; `note` says what is not certain about it.

    `day_first` is None where every day is written in a way that needs no order, or where none can be told.
    `undecided` are texts that can be read in two ways although no other row says which.
    """

    day_first: bool | None
    note: str = ""
    undecided: tuple[str, ...] = ()


def read_count(text: str) -> Count:
    """Read a whole number: `1,234`, `1 234`, `1.234`, `1.234,0`; suppressed and unknown ones are None.

    A point followed by three digits parts thousands, because people are whole. Parts of a person, as
    projections have them, are rounded, and the reason says so.
    """
    text = _western_digits(text.strip())
    if not text:
        return Count(None, "empty")
    if text == "*" or _BELOW.match(text):
        return Count(None, f"'{text}' stands for a number that was hidden")
    if text.casefold() in _UNKNOWN or text.startswith("#"):
        return Count(None, f"'{text}' stands for an unknown number")
    plain = _SPACES.sub("", text)
    pointed = _POINTS.match(plain) and "," not in plain and plain.count(".") == 1
    if _COMMAS.match(plain):
        plain = plain.replace(",", "")
    elif _POINTS.match(plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif _DECIMAL_COMMA.match(plain):
        plain = plain.replace(",", ".")
    if not _PLAIN.match(plain):
        return Count(None, f"'{text[:40]}' is no number")
    value = float(plain)
    if value < 0:
        return Count(None, f"'{text}' is below zero")
    if value > MAX_COUNT:
        return Count(None, f"'{text}' is more than there are people")
    whole = int(value + 0.5)
    if pointed:
        return Count(whole, f"'{text}' was read as {whole:,}")
    return Count(whole, "" if whole == value else f"'{text}' was rounded")


def read_degrees(text: str) -> float | None:
    """Read a coordinate in decimal degrees, with a decimal point or comma; None for anything else."""
    plain = _western_digits(text.strip()).replace("\u2212", "-").removesuffix("\u00b0")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if abs(value) <= 180 else None


# -- days ----------------------------------------------------------------------------------------------


def read_day(text: str, day_first: bool | None = None) -> date | None:  # noqa: FBT001 - three answers, no switch
    """Read a day in any usual way to write it.

    Parameters
    ----------
    text
        `2024-05-13`, with or without a time; `13/05/2024`, `05/13/2024`; `13 May 2022`, also in French,
        Spanish and Arabic; `20240513`; the day number of a spreadsheet.
    day_first
        Whether `03/04/2024` is 3 April (True) or 4 March (False); with None such a text is not read.

    Returns
    -------
    day
        None where the text is no day, or leaves open which.
    """
    readings = _read_days(text)
    if len(readings) == 2:
        return None if day_first is None else readings[0 if day_first else 1]
    return readings[0] if readings else None


def decide_day_order(texts: Iterable[str]) -> DayOrder:
    """Decide once for a column how its days are written, from those that can be read in one way only."""
    first: dict[bool, str] = {}
    open_texts = []
    for text in dict.fromkeys(texts):
        readings = _read_days(text)
        if len(readings) == 2:
            open_texts.append(text.strip())
            continue
        match = _PARTS.match(_western_digits(text.strip())) if readings else None
        if match and int(match[1]) != int(match[2]):
            first.setdefault(int(match[1]) > 12, text.strip())
    if not open_texts:
        return DayOrder(next(iter(first)) if len(first) == 1 else None)
    if len(first) == 1:
        return DayOrder(next(iter(first)))
    if first:
        note = (
            f"some days are written day first ('{first[True]}') and some month first ('{first[False]}'), so "
            f"that others such as '{open_texts[0]}' can be read in two ways"
        )
    else:
        note = f"'{open_texts[0]}' can be read day first or month first, and no other row says which"
    return DayOrder(None, note, tuple(open_texts))


def settle_days(
    where: str, heading: str, texts: Iterable[str], wish: str = "", others: Iterable[str] = ()
) -> bool | None:
    """Give the order of a column, as the user says or as its rows tell.

    Parameters
    ----------
    where, heading
        File and column, for the message.
    texts
        The cells of the column.
    wish
        Setting `dates`: `day first`, `month first` or empty.
    others
        Cells of other columns of days, which speak where these leave it open.

    Raises
    ------
    CaseError
        The order cannot be told and nobody said it.
    """
    if wish:
        return wish == DAY_FIRST
    listed = list(texts)
    order = decide_day_order(listed)
    if order.undecided and (found := decide_day_order([*listed, *others])).day_first is not None:
        return found.day_first
    if order.undecided:
        raise CaseError(
            Problem(
                where,
                f"column '{heading}': {order.note}",
                "expected one way to write days, or a setting that says which it is",
                'write dates = "day first" or dates = "month first" into a settings file',
                "import-dates-undecided",
            )
        )
    return order.day_first


def _read_days(text: str) -> list[date]:
    """List the days that a text may stand for: two where day and month can change places, day first."""
    text = " ".join(_western_digits(text).split())
    if match := _ISO.match(text):
        return _days((int(match[1]), int(match[2]), int(match[3])))
    if match := _COMPACT.match(text):
        return _days((int(match[1] + match[2]), int(match[3]), int(match[4])))
    if match := _PARTS.match(text):
        a, b, year = int(match[1]), int(match[2]), _full_year(match[3])
        return _days((year, b, a), (year, a, b))
    if match := _DAY_WORD.match(text):
        return _days((_full_year(match[3]), _month_number(match[2]), int(match[1])))
    if match := _WORD_DAY.match(text):
        return _days((int(match[3]), _month_number(match[1]), int(match[2])))
    if match := _ARABIC_DAY.match(text):
        month = next((n for n, names in enumerate(_ARABIC_MONTHS, 1) if match[2].strip() in names), 0)
        return _days((int(match[3]), month, int(match[1])))
    if _SERIAL.match(text) and 20_000 <= float(text) <= 80_000:
        return [_SERIAL_ZERO + timedelta(days=int(float(text)))]
    return []


def _days(*parts: tuple[int, int, int]) -> list[date]:
    days = []
    for year, month, day in parts:
        try:
            read = date(year, month, day)
        except ValueError:
            continue
        if FIRST_YEAR <= year <= LAST_YEAR and read not in days:
            days.append(read)
    return days


def _full_year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _month_number(word: str) -> int:
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    found = [n for n, starts in enumerate(_MONTHS, start=1) if plain.startswith(starts)]
    if found:
        return found[0]
    return next((n for n, names in enumerate(_ARABIC_MONTHS, start=1) if word in names), 0)


def _western_digits(text: str) -> str:
    """Write the digits of other scripts as 0 to 9, as spreadsheets in Arabic and Persian hold them."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and c not in "²³¹" else c for c in text)
