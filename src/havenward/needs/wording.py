"""In which words needs are told: likelihoods with their numbers, amounts rounded to what is known of them."""

from __future__ import annotations

from math import floor, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

# From this probability on the word is used; the number always stands beside it.
LIKELIHOODS = (
    (0.99, "almost certain"),
    (0.9, "very likely"),
    (0.66, "likely"),
    (0.33, "about as likely as not"),
    (0.1, "unlikely"),
    (0.01, "very unlikely"),
    (0.0, "almost excluded"),
)
SIGNS = ("=", "+", "-", "@")  # a spreadsheet would take such a text for a formula
DIGITS = 3


def say_likelihood(chance: float) -> str:
    """Say a probability in words, with its number."""
    word = next(word for least, word in LIKELIHOODS if chance >= least)
    return f"{word} ({say_percent(chance)})"


def say_percent(chance: float) -> str:
    """Write a probability; never 0 % or 100 % for what is not certain."""
    if 0 < chance < 0.01:
        return "under 1 %"
    if 0.99 < chance < 1:
        return "over 99 %"
    return f"{100 * chance:.0f} %"


def round_amount(value: float, *, whole: bool = False) -> float | int:
    """Round an amount for a table: pieces are whole, small amounts keep three digits."""
    if whole or abs(value) >= 100:
        return round(value)
    if value == 0:
        return 0
    digits = DIGITS - 1 - floor(log10(abs(value)))
    rounded = round(value, max(0, digits))
    return int(rounded) if float(rounded).is_integer() else rounded


def say_number(value: float) -> str:
    """Write an amount for reading: three digits that count, with commas."""
    if abs(value) < 1000:
        return f"{round_amount(value):g}"
    size = 10 ** (floor(log10(abs(value))) - DIGITS + 1)
    return f"{round(value / size) * size:,.0f}"


def say_date(day: date | None) -> str:
    """Write a date, or that there is none."""
    return day.isoformat() if day else ""


def join_parts(parts: Iterable[str]) -> str:
    """Make a page: the lines of a list together, an empty line between everything else."""
    text, listed = "", False
    for part in parts:
        line = part.startswith("- ")
        text += ("" if not text else "\n" if line and listed else "\n\n") + part
        listed = line
    return f"{text}\n"


def plain_cell(value: object) -> object:
    """Take from a text what a spreadsheet would run as a formula."""
    risky = isinstance(value, str) and (value.lstrip().startswith(SIGNS) or value.startswith(("\t", "\r")))
    return f"'{value}" if risky else value
