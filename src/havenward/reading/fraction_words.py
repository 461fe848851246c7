"""What a fraction says: a share (`two-thirds`, `one in five`) or a part of a scale (`half a million`)."""

from __future__ import annotations

import re

from havenward.reading.number_words import EVERY, PARTS, SCALES, SIGNS, SMALL, Number

_ANY_SCALE = "|".join(SCALES)
_SCALE_WORD = re.compile(rf"[ -](?P<scale>{_ANY_SCALE})\b")
_OF_SCALE = re.compile(rf"[ -](?:(?:of )?an? |a-|of )?(?P<scale>{_ANY_SCALE})\b")

# Shares, and what looks like one.
_MONTH_NAMES = "january|february|march|april|may|june|july|august|september|october|november|december"
_PERIOD = (
    r" of (?:the (?:year|month|decade|century|week|day|season|(?:19|20)[0-9]{2})|(?:19|20)[0-9]{2}"
    rf"|an? (?:century|mile|hour|kilomet|year|day)|{_MONTH_NAMES})"
)
_NOT_HALF_AFTER = (
    "first ", "second ", "last ", "later ", "latter ", "early ", " in ", " by ", "other-", "and a ",
    "and one ", "-",
)  # fmt: skip
_NOT_HALF_BEFORE = re.compile(
    rf"-|{_PERIOD}|(?: an? | )(?:hours?|days?|years?|months?|weeks?|miles?|kilomet|km|met(?:re|er)|cent"
    r"|decade|ruined|destroyed|built|empty|full|dead|buried|finished|submerged|asleep|way|past|time|brother|sister|mast|moon|size|full|price)"
    r"| the (?:price|size|time|way|distance|year|battle|territory|land|area)\b"
)
_NOT_PART = re.compile(rf"{_PERIOD}| (?:century|finals?|hour|mile)")
_PART_NEXT = re.compile(r" (?:of|were|was|are|is|have|had|has|live|fled|more|in|as|who|to|or)\b|[,.;:)]|$")
# "of whom only a fifth carry a rifle": a share, whatever follows.
_OF_THEM = re.compile(r"\b(?:of|among) (?:whom|which|them|these|those),? (?:[a-z]+ ){0,3}$")
_EVERY_NEXT = re.compile(
    r" (?:one|person|child|family|household|house|home|woman|man|mother|girl|boy|adult|resident|inhabitant"
    r"|refugee|migrant|civilian|evacuee|returnee|arrival|newcomer|citizen|villager|displaced)\b"
    r"| of (?:them|these|those|whom|the)\b"
)
_RATIO = re.compile(
    r" (?P<how>in|out of|of)(?P<every> (?:every|each))?"
    rf" (?P<whole>[0-9]{{1,4}}|{'|'.join(sorted(SMALL, key=len, reverse=True))})\b(?![-,.]?[0-9])"
    r"(?! (?:million|thousand|hundred|dozen)|,000)"
)
_NOT_RATIO = re.compile(
    r" (?:[a-z]+ )?(?:days?|hours?|weeks?|months?|years?|minutes?|villages?|provinces?|districts?|towns?"
    r"|attacks?|incidents?|camps?|cit(?:y|ies)|states?|countries|areas?|regions?|locations?|sites?|separate"
    r"|different|municipalit\w*|communes?|count(?:y|ies)|zones?|governorates?|clashes|centres?|centers?"
    r"|shelters?|schools?|buildings?|blasts?|explosions?|accidents?|crashes|buses|neighbou?rhoods"
    r"|departments|houses|homes"
    rf"|prefectures|{_MONTH_NAMES})\b"
)
# "4 of 5 live with hosts", "two of three households"
_OF_ALL = re.compile(
    r" (?:are|were|is|have|had|has|live|lack|need|lost|fled|say|said|people|children|families|households"
    r"|women|refugees|residents|idps|displaced|returnees)\b"
)
# "one in four houses is rubble" is a share; "five died in four houses" is none
_OF_HOMES = re.compile(
    r" (?:of the )?(?:houses|homes|buildings) (?:is|are|was|were|has|have|had|lies|lie|stands)\b"
)


def read_every(low: str, token: re.Match[str], right: int) -> tuple[Number | None, int]:
    """Read `every second child`, `every third of them`; not `every second day`."""
    start, end = token.span()
    if not _EVERY_NEXT.match(low, end, right):
        return None, end
    return Number(start, end, 100.0 / EVERY[token.group()[6:]], 1.0, "share"), end


def read_part(low: str, token: re.Match[str], left: int, right: int) -> tuple[Number | None, int]:
    """Read `half`, `a third`, `half a million`, `a quarter of a million`."""
    start, end = token.span()
    name = token.group()
    article = start
    if start - 2 >= left and low.startswith("a ", start - 2):
        article = start - 2 if start - 2 == left or not low[start - 3].isalnum() else start
    if name.endswith(("s", "lves")) or (article == start and name not in ("half", "quarter", "third")):
        return None, end
    times = _OF_SCALE.match(low, end, right)
    if times:
        return _scale_part(low, article, times, 1 / PARTS[name], right)
    if name != "half":
        if article == start or _NOT_PART.match(low, end, right):
            return None, end
        if not (_PART_NEXT.match(low, end, right) or _OF_THEM.search(low, max(left, article - 40), article)):
            return None, end
        return Number(article, end, 100.0 / PARTS[name], 1.0, "share"), end
    lead = " " + low[max(left, start - 10) : start]
    if lead.endswith(_NOT_HALF_AFTER) or _NOT_HALF_BEFORE.match(low, end, right):
        return None, end
    if article < start and not low.startswith(" of", end):
        return None, end
    return Number(article, end, 50.0, 1.0, "share"), end


def _scale_part(low: str, start: int, times: re.Match[str], part: float, right: int) -> tuple[Number, int]:
    """Read the scale of a part: `half a million`, `half a hundred thousand`."""
    scale, end = float(SCALES[times.group("scale")]), times.end()
    again = _SCALE_WORD.match(low, end, right)
    if again and SCALES[again.group("scale")] > scale:
        scale, end = scale * SCALES[again.group("scale")], again.end()
    return Number(start, end, part * scale, scale, "word"), end


def read_share(
    low: str, start: int, part: re.Match[str], numerator: float, left: int, right: int
) -> tuple[Number | None, int]:
    """Read `two-thirds`, `one fifth`, `three quarters of a million`."""
    end = part.end()
    below = PARTS[part.group()]
    if numerator >= below or _NOT_PART.match(low, end, right):
        return None, end
    times = _OF_SCALE.match(low, end, right)
    if times:
        return _scale_part(low, start, times, numerator / below, right)
    if numerator == 1 and not (
        _PART_NEXT.match(low, end, right) or _OF_THEM.search(low, max(left, start - 40), start)
    ):
        return None, end
    return Number(start, end, 100.0 * numerator / below, 1.0, "share"), end


def read_sign(low: str, token: re.Match[str], right: int) -> tuple[Number | None, int]:
    """Read a fraction sign before a scale, or as a share."""
    end = token.end()
    value = SIGNS[token.group()]
    times = _OF_SCALE.match(low, end, right)
    if times:
        return _scale_part(low, token.start(), times, value, right)
    if low.startswith(" of ", end):
        return Number(token.start(), end, 100 * value, 1.0, "share"), end
    return None, end


def read_ratio(low: str, start: int, end: int, value: float, right: int) -> Number | None:
    """Read `one in five`, `nine out of ten`, `2 of every 3`."""
    match = _RATIO.match(low, end, right)
    if not match:
        return None
    word = match.group("whole")
    whole = float(SMALL[word] if word in SMALL else int(word))
    every = match.group("every")
    if whole <= value or (
        match.group("how") == "of"
        and not every
        and not (whole <= 20 and _OF_ALL.match(low, match.end(), right))
    ):
        return None
    if (
        match.group("how") == "in"
        and not every
        and (
            whole > 100
            or (_NOT_RATIO.match(low, match.end(), right) and not _OF_HOMES.match(low, match.end(), right))
        )
    ):
        return None
    return Number(start, match.end(), 100.0 * value / whole, 1.0, "share")
