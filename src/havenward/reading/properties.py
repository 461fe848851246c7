"""What a PDF or Word file says of itself: its day and author, used where neither text nor user gives them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, NamedTuple

from havenward.reading.calendar_words import days_meant

# What programs write there by themselves; it names nobody.
_PROGRAMS = re.compile(
    r"python-docx|microsoft|windows|libreoffice|openoffice|adobe|acrobat|typst|latex|google|unknown|user\d*|admin"
    r"|administrator|owner|author|default|pc|hp|dell|lenovo",
    re.IGNORECASE,
)
_EARLIEST = 1990  # a clock that was never set says 1970 or 1980
_LONGEST_AUTHOR = 80
# A line of the head of a report that holds its day and nothing else.
_DAY_LINE = re.compile(
    r"(?:(?:published|date|dated|issued|updated|released|report date|as of)(?: on)? ?:? )?"
    r"(?P<day>\d{4}-\d\d-\d\d"
    r"|(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?(?:\d{1,2}(?:st|nd|rd|th)? [a-z]{3,9}"
    r"|[a-z]{3,9} \d{1,2}(?:st|nd|rd|th)?),? \d{4})\.?",
    re.IGNORECASE,
)
_HEAD_LINES = 8
_LONGEST_LINE = 60


class Properties(NamedTuple):
    """The day and the author in the properties of a file, where they can be trusted; else None and empty."""

    day: date | None = None
    author: str = ""


NO_PROPERTIES = Properties()


def read_properties(author: object, *days: object) -> Properties:
    """Take author and day out of the properties of a file.

    Parameters
    ----------
    author
        As the file has it; the names of programs and standard users are nobody's.
    days
        Days or times in the order in which they are trusted: saved last, then made.

    Returns
    -------
    properties
        A file that a program made from its own template (its author is the program) has no day either.
    """
    name = " ".join(str(author or "").split())[:_LONGEST_AUTHOR]
    first = name.split(" ", 1)[0].lower()
    if _PROGRAMS.fullmatch(first):
        if first == "python-docx":
            return Properties()  # its days are those of the template
        name = ""
    known = (day.date() if isinstance(day, datetime) else day for day in days)
    trusted = (day for day in known if isinstance(day, date) and day.year >= _EARLIEST)
    return Properties(next(trusted, None), name)


def pdf_properties(metadata: Any) -> Properties:  # noqa: ANN401 - of a library that is loaded late
    """Read the properties of a PDF; days that no calendar has are none."""
    days = []
    for name in ("modification_date", "creation_date"):
        try:
            days.append(getattr(metadata, name, None))
        except (ValueError, TypeError, OverflowError, AttributeError):
            days.append(None)
    return read_properties(getattr(metadata, "author", ""), *days)


def day_of_text(text: str) -> date | None:
    """Give the day that the head of a text has in a line of its own: `24 March 2025`, `Date: 2025-03-24`."""
    lines = [line.strip() for line in text[:2000].split("\n") if line.strip()]
    for line in lines[:_HEAD_LINES]:
        match = _DAY_LINE.fullmatch(" ".join(line.split())) if len(line) <= _LONGEST_LINE else None
        if match is None:
            continue
        first, last = days_meant(match["day"], None)
        if first is not None and first == last:
            return first
    return None


def tell_properties(used: Properties) -> tuple[str, ...]:
    """Say what was taken from the properties of a file, and how to say otherwise."""
    told = []
    if used.day is not None:
        told.append(
            f"the date {used.day} is taken from the properties of the file, not from its text;"
            " give --published where it is another"
        )
    if used.author:
        told.append(
            f"the outlet '{used.author}' is taken from the author in the properties of the file;"
            " give --outlet where it is another"
        )
    return tuple(told)
