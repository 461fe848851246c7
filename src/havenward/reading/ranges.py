"""Which neighbouring numbers are one range, and what its ends are: `from 300 to 400`, `1.2-1.5m`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from havenward.reading.number_words import Number

_NOUN = (
    r"(?: (?:people|persons|families|households|homes|houses|individuals|civilians|refugees|idps|migrants))?"
)
# Words between the ends of a range that change nothing.
_SOFTENER = (
    r"(?:(?:perhaps|possibly|maybe|probably|even|likely|as many as|up to|about|around|some|almost|nearly"
    r"|roughly|approximately|an estimated|over) ){0,3}"
)
_LINK = re.compile(rf"{_NOUN}(?: ?- ?| to {_SOFTENER}| and {_SOFTENER}|,? or (?:even )?{_SOFTENER}|-to-)$")
_BETWEEN = re.compile(
    r"\b(?:(?:anywhere |somewhere |ranging |from )?between|range of)"
    r" (?:(?:about|around|some|roughly|approximately|an estimated|at least|an?) )?$"
)
_FROM = re.compile(
    r"\bfrom (?:(?:about|around|some|just|nearly|almost|over|more than|an estimated|a low of"
    r"|fewer than) ){0,2}$"
)
# "rose from 5,000 to 6,000" is growth, not a range.
_GROWTH = re.compile(
    r"\b(?:r(?:ose|ise[ns]?|ising)|increas|gr(?:ew|ow)|jump|climb|f(?:ell|all)|drop|declin|decreas|soar|surg"
    r"|swell|swoll|shr[aiu]nk|reduc|went|go(?:es|ing|ne)?\b|up\b|down\b|cut\b|revis|br(?:ing|ought)|rais"
    r"|lower|doubl|tripl|expand|chang|upgrad|scal|escalat|slash)"
)
# "thousands but probably under 10,000", "more than 500,000 and up to a million": a floor and a ceiling.
_CEILING = re.compile(
    rf"{_NOUN},? (?:(?:and|but|or|to|though|yet),? )?"
    r"(?:(?:probably|possibly|perhaps|likely|maybe|even|still|almost certainly|most likely) )*"
    r"(?:(?P<up_to>up to|as many as|as high as|at most|no more than|not more than|a maximum of|a high of)"
    r"|under|below|fewer than|less than) (?:about |around |some |an estimated )?$"
)


_SHARES = ("share", "percent")


class Span(NamedTuple):
    """One expression: a number, or two joined; `quantifier` is None where the hedge decides."""

    start: int
    end: int
    low: float
    high: float
    quantifier: str | None
    number: Number
    hedge: tuple[int, int] | None = None


def join_ranges(low: str, numbers: list[Number], left: int) -> list[Span]:
    """Join neighbouring numbers into ranges; single numbers stay as they are.

    Parameters
    ----------
    low
        The text in lower case.
    numbers
        The numbers of one sentence in order.
    left
        Where the sentence begins.
    """
    spans: list[Span] = []
    place, before = 0, left
    while place < len(numbers):
        number = numbers[place]
        joined = None
        if place + 1 < len(numbers) and numbers[place + 1].start - number.end < 70:
            joined = _join(low, number, numbers[place + 1], max(before, number.start - 100))
        if joined:
            place += 1
        spans.append(joined or Span(number.start, number.end, number.value, number.value, None, number))
        before = spans[-1].end
        place += 1
    return spans


def _join(low: str, first: Number, second: Number, left: int) -> Span | None:
    """Join two numbers into a range, or a floor and a ceiling into one expression."""
    glue = low[first.end : second.start]
    if glue[:1] not in (" ", "-", ",") or (first.kind in _SHARES and second.kind not in _SHARES):
        return None
    ceiling = _CEILING.match(glue)
    if ceiling and second.kind != "many" and first.value < second.value:
        quantifier = "between" if ceiling.group("up_to") else "less_than"
        return Span(first.start, second.end, first.value, second.value, quantifier, second)
    if not _LINK.match(glue):
        return None
    if first.kind == second.kind == "many" and first.value < second.value and glue in (" to ", " or "):
        return Span(first.start, second.end, first.value, second.value, "unspecified_many", second)
    between = _BETWEEN.search(low, left, first.start)
    if " and " in glue and not between:
        return None
    value = _share_scale(low, first, second)
    if not value < second.value or not _is_range(
        low, first, second, value, left, glue, between=bool(between)
    ):
        return None
    hedge = (between.start(), first.start) if between else None
    return Span(first.start, second.end, value, second.value, "between", second, hedge)


def _is_range(
    low: str, first: Number, second: Number, value: float, left: int, glue: str, *, between: bool
) -> bool:
    """Tell a range from growth, from an alternative, and from numbers that merely follow each other."""
    if second.kind == "many" or (second.kind == "share" and first.kind != "share"):
        return False
    if first.kind == "many":
        return between or " to " in glue
    opened = _FROM.search(low, left, first.start)
    if opened and "to" in glue and _GROWTH.search(low, left, opened.start()):
        return False
    if " or " in glue and second.value > 2.5 * value:
        return False
    return between or opened is not None or second.value <= 1000 * value


def _share_scale(low: str, first: Number, second: Number) -> float:
    """Give the value of the first number of a range, whose scale may stand behind the second only."""
    value = first.value
    if first.scale > 1 or first.kind in ("percent", "share", "many") or value >= 1000:
        return value
    if second.scale > 1:
        if value < 10 and " hundred thousand" in low[second.start : second.end]:
            return value * 100 * second.scale  # "two to three hundred thousand"
        if value * second.scale < second.value:
            return value * second.scale
        return value * 1000 if second.scale > 1000 and value >= 100 and value * 1000 < second.value else value
    written = low[second.start : second.end]
    if written.endswith((",000", " 000", ",500")) and second.value < 1_000_000:  # "300-400,000"
        return value * 1000 if value * 1000 < second.value <= value * 5000 else value
    return value
