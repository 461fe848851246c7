"""How long a brief holds, and the English words of papers about a run that are written in English only."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from havenward.words import ENGLISH

if TYPE_CHECKING:
    from datetime import date

MISUSE = ENGLISH.misuse_lines()

limit_lines = ENGLISH.limit_lines
method_lines = ENGLISH.method_lines
say = ENGLISH.say
say_amount = ENGLISH.say_amount
say_date = ENGLISH.say_date
say_for = ENGLISH.say_for
say_number = ENGLISH.say_number


def valid_until(origin: date) -> date:
    """Give the day a brief runs out: four weeks after its origin date."""
    return origin + timedelta(days=28)
