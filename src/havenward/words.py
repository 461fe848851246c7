"""How things are said: every fixed phrase of the products, and how numbers, dates and chances are written.

The catalogue is `tables/phrases.csv`: a row per phrase, a column per language. What a case brings (names of
places, reasons, quotes) stays in the language in which it was written.
"""

from __future__ import annotations

import csv
import io
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

RIGHT_TO_LEFT = ("ar",)


class Words:
    """The phrases of one language, and its numbers and dates.

    Parameters
    ----------
    language
        `en`, `fr`, `es` or `ar`.
    """

    def __init__(self, language: str = "en") -> None:
        self.language = language

    @property
    def direction(self) -> str:
        """Give `ltr` or `rtl`."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    @cached_property
    def phrases(self) -> Mapping[str, str]:
        """Give every phrase by its key."""
        table = (resources.files("havenward") / "tables" / "phrases.csv").read_text("utf-8")
        return {row["key"]: row[self.language] or row["en"] for row in csv.DictReader(io.StringIO(table))}

    def say(self, key: str, **values: object) -> str:
        """Give a phrase of the catalogue, filled in."""
        return self.phrases[key].format(**values)

    def say_date(self, day: date) -> str:
        """Write a date in words: 16 October 2016."""
        raise NotImplementedError

    def say_short_date(self, day: date) -> str:
        """Write a date in few letters: 16 Oct 2016."""
        raise NotImplementedError

    def say_number(self, value: float) -> str:
        """Write a whole number with groups of three digits."""
        raise NotImplementedError

    def say_names(self, names: Sequence[str], most: int = 6) -> str:
        """List names, the first few of them; they may hold commas."""
        raise NotImplementedError
