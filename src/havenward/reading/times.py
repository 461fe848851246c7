"""When a figure applies: the time words of its clause, as written, and the days they mean.

Days are counted from the date of the report; without one only full dates have days. `calendar_words` reads
the words, `date_quantities` chooses which of a sentence's time words belong to which figure.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from havenward.reading.calendar_words import FUTURE, days_meant
from havenward.reading.parts import When

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from havenward.reading.parts import Layout, Quantity, Sentence

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?"
)
_DAY = r"(?:[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d\d"
_WEEKDAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_PART = r"(?:\s+(?:morning|afternoon|evening|night|midnight|noon))?"
_UNIT = r"(?:hours?|days?|weeks?|months?|years?|decades?)"
_NUMBER = (
    r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|\d{1,3}"
    r"|few|several|couple\s+of|some|many)"
)
_THIS = (
    r"(?:last|this|next|past|previous|current|coming|the\s+same|that|the\s+previous|the\s+past|the\s+current)"
)
_PERIOD = r"(?:weekend|week|month|year|decade|century|spring|summer|autumn|winter|quarter)"
_EDGE = r"(?:early|mid|late|mid-to-late|early\s+to\s+mid)"
_OF_EDGE = r"(?:the\s+)?(?:very\s+)?(?:beginning|start|end|middle|close)\s+of\s+"
_CLOCK = (
    r"(?:(?:at|by|as\s+of|since|until|from|before|after)\s+)?\d{1,2}(?:[:.]\d\d)?\s?(?:a\.m\.|p\.m\.|am\b|pm\b|"
    r"UTC\b|GMT\b|hrs\b)"
)
# one date, from the longest way of writing it to the shortest
_DATE = (
    rf"(?:{_YEAR}-\d\d-\d\d\b|\d{{1,2}}[/.]\d{{1,2}}[/.](?:{_YEAR}|\d\d)\b"
    rf"|(?:{_WEEKDAY},?\s+)?(?:the\s+)?{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+(?:{_YEAR}|this\s+year|last\s+year)\b)?"
    rf"|(?:{_WEEKDAY},?\s+)?{_MONTH}\s+{_DAY}\b(?!\s*(?:,\d|%|per\s|people|famil|house))(?:,?\s+{_YEAR}\b)?"
    rf"|{_MONTH}(?:,?\s+(?:of\s+)?(?:{_YEAR}|this\s+year|last\s+year|the\s+same\s+year|that\s+year)\b)?"
    rf"|(?:the\s+)?(?:first|second|third|fourth|last)\s+(?:quarter|half)\s+of\s+(?:{_YEAR}|the\s+year|this\s+year|last\s+year)\b"
    rf"|(?:the\s+)?{_YEAR}s\b|(?:spring|summer|autumn|winter)\s+(?:of\s+)?{_YEAR}\b|{_YEAR}(?:[-–/]\d\d(?:\d\d)?)?\b(?![,.]?\d|\s*%)"
    rf"|{_THIS}\s+(?:{_PERIOD}|{_WEEKDAY}{_PART}|{_MONTH})\b|{_WEEKDAY}{_PART}\b|(?:the\s+)?day\s+before\s+yesterday"
    r"|(?:earlier|later)\s+(?:today|yesterday)|yesterday|today|tomorrow|tonight|last\s+night|this\s+(?:morning|afternoon|evening)"
    r"|the\s+(?:year|month|week)\b)"
)
_EDGED = rf"(?:(?:(?:the\s+)?{_EDGE}(?:-|\s+)(?:in\s+)?|{_OF_EDGE})?{_DATE}(?:['’]s\b)?)"
_RANGE = (
    rf"(?:(?:from|between)\s+(?:{_EDGED}|{_DAY})\s*(?:to|and|until|till|through|[-–])\s*{_EDGED}"
    rf"|{_DAY}\s*(?:-|–|to|and)\s*{_DAY}\s+{_MONTH}(?:,?\s+{_YEAR}\b)?"
    rf"|{_MONTH}\s+{_DAY}\s*(?:-|–|to|and)\s*{_DAY}\b(?:,?\s+{_YEAR}\b)?"
    rf"|{_EDGED}\s*(?:to|through|[-–])\s*{_EDGED})"
)
_PREFIX = (
    r"(?:on|in|at|by|since|until|till|up\s+to|up\s+until|as\s+of|as\s+at|as\s+from|from|during|before|after|"
    r"around|about|through|throughout|within|over|prior\s+to|towards?|starting|beginning|dated|ending|only|"
    r"late\s+on|early\s+on|so\s+far|already|earlier|later|for|back\s+in|ever\s+since)"
)
_SPAN = (
    rf"(?:(?:in|over|during|for|within|throughout)\s+)?(?:(?:(?:the|these)\s+)?(?:past|last|previous|next|coming)|the\s+"
    rf"(?:first|preceding|following|final))\s+(?:{_NUMBER}\s+)?{_UNIT}\b(?:\s+of\s+(?:{_YEAR}|the\s+year|this\s+year|last\s+year)\b)?"
)
_LOOSE = (
    rf"in\s+(?:recent|the\s+coming|coming|the\s+following|subsequent)\s+(?:days|weeks|months|years|decades)"
    rf"|{_NUMBER}\s+{_UNIT}\s+(?:ago|earlier|later|before|after|from\s+now)|(?:in|within)\s+(?:the\s+)?(?:next\s+)?{_NUMBER}\s+{_UNIT}\b"
    r"|so\s+far(?:\s+(?:this|in|since)\s+(?:year|month|week|season|" + _MONTH + rf"|{_YEAR}))?"
    rf"|to\s+date|until\s+now|till\s+now|up\s+to\s+now|since\s+then|by\s+then|right\s+now|now|currently|at\s+present|presently|at\s+the\s+moment"
    r"|overnight|(?:every|each)\s+(?:day|week|month|year|night)|at\s+one\s+point|(?:on\s+)?(?:the\s+)?same\s+(?:day|week|month|year)"
    r"|at\s+the\s+time|this\s+time\s+last\s+year|nowadays|these\s+days"
    rf"|in\s+the\s+(?:immediate\s+)?aftermath\s+of\s+the\s+\w+"
)
_SINCE_EVENT = (
    r"since\s+(?:the\s+)?(?:[\w’'-]+\s+){1,6}?(?:began|started|broke\s+out|erupted|resumed|escalated|intensified)\b"
    rf"(?:\s+(?:{_PREFIX}\s+)?{_EDGED})?|since\s+the\s+(?:start|beginning|outbreak|onset|resumption)\s+of\s+"
    rf"(?!(?:the\s+)?(?:year|month|week)\b|this\b|last\b|{_MONTH}|{_YEAR})(?:[\w’'-]+\s?){{1,5}}(?=[\s,.;)]|$)"
)
# in small letters, as the text is handed to it
_EXPRESSION = re.compile(
    rf"(?:{_SINCE_EVENT}|{_SPAN}|(?:during|in)\s+{_EDGED}\s+and\s+{_EDGED}|(?:{_PREFIX}\s+){{0,2}}(?:{_RANGE}|{_EDGED}(?:\s+(?:at|until|to)\s+{_CLOCK})?)|{_LOOSE}|{_CLOCK})".lower()
)
_BEGINS = frozenset(
    """on in at by since until till up as from during before after around about through throughout
    within over prior
    toward towards starting beginning dated ending only late early so already earlier later for back
    ever to between the
    this last next past previous current coming that these first second third fourth mid
    january february march april may june july august september october november december jan feb mar
    apr jun jul aug
    sept sep oct nov dec monday tuesday wednesday thursday friday saturday sunday spring summer autumn winter
    yesterday today tomorrow tonight day a an one two three four five six seven eight nine ten eleven
    twelve fifteen
    twenty thirty few several couple some many now currently right presently overnight every each same
    nowadays""".split()
)
_TOKEN = re.compile(r"[a-z]+|\d+")
_SMALL = {c: chr(c + 32) for c in range(ord("A"), ord("Z") + 1)}
_BARE_YEAR = re.compile(rf"{_YEAR}(?:[-–/]\d\d(?:\d\d)?)?$")
_MAY = re.compile(r"(?:may|march|mar|dec|jan|sun|sat)\b")
_ANCHOR = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|"
    r"Aug|Sept?|Oct|Nov|Dec|[MTWFS][a-z]{2,5}day|(?:19|20)\d\d(?:s)?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}"
    r"|(?i:hours?|days?|weeks?|weekend|months?|years?|decades?|century|quarter|half|spring|summer|autumn|winter|yesterday|today|"
    r"tomorrow|tonight|night|morning|evening|ago|far|date|now|then|currently|present|presently|moment|overnight|point|time|aftermath|"
    r"nowadays|since)|\d{1,2}\s?(?:a\.m|p\.m|am|pm|UTC|GMT))\b"
)
# what these begin with or are; a sentence that holds none has no time words
_ANCHOR_WORDS = frozenset(
    """
    january february march april may june july august september october november december jan feb mar
    apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday
    midday weekday hour hours day days week weeks weekend month months year years decade decades
    century quarter half spring summer autumn winter yesterday today tomorrow tonight night morning
    evening ago far date now then currently present presently moment overnight point time aftermath
    nowadays since am pm m utc gmt hrs
    """.split()
)
_ANCHOR_DIGITS = re.compile(r"\d(?:(?<=[12])[09]\d\d|[/.]\d)")
_FARTHEST_ANCHOR = 80  # characters from where time words begin to the word that makes them such
_SAID_BEFORE = re.compile(
    r"\b(?:said|says|told\s+[\w’' ]{2,40}?|announced|warned|added|confirmed|reported|stated|tweeted|wrote)\s+"
    r"(?:in\s+a\s+(?:statement|report|tweet|briefing)\s+)?(?:late\s+|early\s+|earlier\s+)?$"
)
_SAID_AFTER = re.compile(r",?\s+(?:said|says|told|announced|warned|added|confirmed|reported)\b")
_OPENS_SAYING = re.compile(r",?\s[^,.;]{2,60}?\s(?:said|reported|announced|warned|told|confirmed|stated)\b")
_DATELINE = re.compile(r"\s*(?:\([\w .,/]{2,30}\)\s*[-—–]|\s[-—–]{1,2}\s(?=[A-Z“\"]))")
_DAILY = re.compile(
    rf"(?:(?:late\s+|early\s+|earlier\s+|later\s+)?(?:on\s+)?(?:{_WEEKDAY}|today|yesterday)|on\s+\d)",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"[,—–]\s+(?:which|who|where|whose|when)\b[^,;—–]*$")
_STARTED = re.compile(
    r"\b(?:began|begun|started|erupted|broke\s+out|launched|seized|captured|founded|signed|elected|built|opened|"
    r"independence|established|census|ended|overthrown|invaded|ousted)\s+$"
)
_BREAK = re.compile(
    r"[;:]|,?\s(?:while|whereas|but|although)\s|,\s(?:and|including|of\s+which|compared)\s|—|–"
)
_OF_WHICH = re.compile(r",?\s(?:of\s+(?:which|whom|them)|some\s+of|and\s+we|half\s+of)\s")
_OPENS_BRACKET = re.compile(r"[(\[][^()\[\]]*$")
_FUTURE = re.compile(
    r"\b(?:will|would|could|may|might|shall|expects?|expected|plans?|planned|aims?|aimed|hopes?|intends?|set\s+to|due\s+to|"
    r"about\s+to|likely|forecast|predicts?|projected|anticipates?|anticipated|scheduled|prepar(?:e|es|ing))\b"
)
_CLAUSE_END = re.compile(r"[,;:.]\s|\s(?:and|but|while|although|which|who|after|before)\s")
AS_OF = re.compile(r"\b(?:[Aa]s\s+(?:of|at)|[Uu]pdated?(?:\s+on)?:?)\s+")
TOO_FAR = 160  # characters and penalties that part a figure from time words of another clause
DATELINE = 40  # characters from the beginning of a sentence within which a dateline has its day
MANY_TRIES = 120  # words of one sentence that may begin time words; what has more is no sentence
NEAR_SENTENCES = 40  # items of a list that share the date of its first line


def date_quantities(
    layout: Layout, quantities: Sequence[Quantity], published: date | None
) -> tuple[When, ...]:
    """Date every quantity by the time words of its clause.

    Parameters
    ----------
    layout
        The text with its sentences.
    quantities
        The figures, in text order.
    published
        Date of the report; None where unknown, so that only full dates have days.

    Returns
    -------
    whens
        One per quantity; without time words all its fields are None.
    """
    spans = [(q.start, q.end) for q in quantities]
    spans.sort()
    found: dict[int, list[tuple[int, int]]] = {}
    known: dict[tuple[str, str], When] = {}
    whens = []
    for quantity in quantities:
        index = quantity.sentence
        if not 0 <= index < len(layout.sentences):
            whens.append(When())
            continue
        if index not in found:
            found[index] = _find_expressions(layout.text, layout.sentences[index], layout.said(index), spans)
        chosen = _choose(layout.text, layout.sentences[index], found[index], quantity, spans)
        if chosen is None:
            chosen = _date_of_list(layout, index)
        whens.append(_resolve(layout.text, layout.sentences[index], chosen, published, known))
    return tuple(whens)


def _find_expressions(
    text: str, s: Sentence, said: frozenset[str], spans: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Find the time words of a sentence; those in citations and in numbers are none."""
    if _ANCHOR_WORDS.isdisjoint(said) and not _ANCHOR_DIGITS.search(text, s.start, s.end):
        return []
    anchors = [anchor.span() for anchor in _ANCHOR.finditer(text, s.start, s.end)]
    if not anchors:
        return []
    (first, _), (_, last) = anchors[0], anchors[-1]
    found = []
    low = max(s.start, first - 60)
    small = text[low : min(s.end, last + 40)].translate(_SMALL)  # keeps every character in its place
    reached = tries = 0
    tokens = list(_TOKEN.finditer(small))
    marks = [token.start() for token in tokens if token[0] in _ANCHOR_WORDS or token[0].isdigit()]
    for token in tokens:
        begin = token.start()
        if begin < reached or (token[0] not in _BEGINS and not token[0].isdigit()):
            continue
        if begin and small[begin - 1].isalnum():
            continue
        mark = bisect_left(marks, begin)
        if mark == len(marks) or marks[mark] - begin > _FARTHEST_ANCHOR:
            continue  # no word of time is near
        tries += 1
        if tries > MANY_TRIES:
            break
        match = _EXPRESSION.match(small, begin)
        if match is None:
            continue
        reached = match.end()
        start, end = low + begin, _trim(text, low + begin, low + reached)
        if _says_when(text, s, start, end) and not _overlaps(spans, start, end):
            found.append((start, end))
    return found


def _trim(text: str, start: int, end: int) -> int:
    """Leave out stops and commas behind time words, the stop of 'p.m.' excepted."""
    while end > start and text[end - 1] in " ,." and text[end - 2 : end] != "m.":
        end -= 1
    return end


def _says_when(text: str, s: Sentence, start: int, end: int) -> bool:
    """Tell time words from what only looks like them, and from dates in citations."""
    words = text[start:end]
    if words == "now" and text[max(0, start - 8) : start] == "what is ":
        return False  # 'what is now South Sudan'
    if _MAY.search(words) or words.lower() in _NO_TIME:
        return False  # 'people may', 'a budget for the year'
    if start - s.start < DATELINE and _DATELINE.match(text, end, s.end):
        return False  # 'GENEVA, July 30 (Reuters) -'
    if _BARE_YEAR.match(words) and not (s.role in {"row", "item", "heading"} and start == s.start):
        return False
    return not _OPENS_BRACKET.search(text, max(s.start, start - 120), start)


def _overlaps(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    at = bisect_left(spans, (start, start))
    return any(a < end and b > start for a, b in spans[max(0, at - 1) : at + 2])


# words that look like a time and say nothing: 'a day' is a rate, 'for the year' a budget's
_NO_TIME = frozenset(
    {
        "the year", "the month", "the week", "in the year", "for the year", "about the year", "over the year",
        "for the week", "in the week", "before the week",
    }
)  # fmt: skip


def _choose(
    text: str, s: Sentence, found: list[tuple[int, int]], quantity: Quantity, spans: list[tuple[int, int]]
) -> tuple[int, int] | None:
    """Choose the time words that are nearest in the grammar of the sentence."""
    best: tuple[float, int, int] | None = None
    at = bisect_left(found, (quantity.start, 0))
    for start, end in found[max(0, at - 6) : at + 6]:
        if _is_speech_time(text, s, start, end):
            continue
        cost = _distance(text, s, (start, end), quantity, spans)
        if cost <= TOO_FAR and (best is None or cost < best[0]):
            best = (cost, start, end)
    return None if best is None else best[1:]


def _is_speech_time(text: str, s: Sentence, start: int, end: int) -> bool:
    """Whether a day says when somebody spoke, not when something happened."""
    if not _DAILY.match(text, start, end):
        return False
    return bool(
        _SAID_BEFORE.search(text, max(s.start, start - 70), start)
        or (_SAID_AFTER.match(text, end, s.end) and text[start:end][:2].lower() == "on")
    )


def _distance(
    text: str, s: Sentence, words: tuple[int, int], quantity: Quantity, spans: list[tuple[int, int]]
) -> float:
    start, end = words
    before = end <= quantity.start
    gap = (end, quantity.start) if before else (quantity.end, start)
    cost = float(gap[1] - gap[0])
    if cost > TOO_FAR and not (before and start - s.start <= 3):
        return cost
    breaks = sum(1 for _ in _BREAK.finditer(text, *gap))
    dashes = text.count("–", *gap) + text.count("—", *gap)
    breaks -= dashes - dashes % 2  # a pair of dashes is a bracket
    if before and start - s.start <= 3:
        cost = min(cost, 45.0) + 12 * breaks  # words that open a sentence hold for all of it
        if _OPENS_SAYING.match(text, end, quantity.start):
            cost += 40  # 'On Monday, the UN said': when it was said
    else:
        breaks += 1 if _OF_WHICH.search(text, *gap) else 0
        others = bisect_left(spans, (gap[1], 0)) - bisect_left(spans, (gap[0], 0))
        cost += 60 * breaks + 15 * max(0, others)
    if _STARTED.search(text, max(s.start, start - 30), start):
        cost += 60
    if (
        before
        and _ELSEWHERE.search(text, max(s.start, start - 80), start)
        and "," in text[end : quantity.start]
    ):
        cost += 120  # in a relative clause that the figure is not part of
    return cost


def _date_of_list(layout: Layout, index: int) -> tuple[int, int] | None:
    """Find 'as of DATE' in the line that introduces a list, or in the heading above it."""
    s = layout.sentences[index]
    if s.role not in {"item", "row"}:
        return None
    for back in range(index - 1, max(-1, index - NEAR_SENTENCES), -1):
        other = layout.sentences[back]
        if other.role in {"item", "row"}:
            continue
        match = AS_OF.search(layout.text, other.start, min(other.end, other.start + 300))
        if match:
            line = layout.text[match.start() : other.end].translate(_SMALL)
            words = _EXPRESSION.match(line)
            if words:
                return match.start(), match.start() + words.end()
        return None
    return None


def _clause_around(text: str, s: Sentence, words: tuple[int, int]) -> str:
    """Cut out the clause that time words belong to; words that open a sentence belong to what follows."""
    start = max(s.start, words[0] - 150)
    for cut in _CLAUSE_END.finditer(text, start, words[0]):
        start = cut.end()
    begin = words[1] + 1 if text[words[1] : words[1] + 1] == "," and words[0] - start < 4 else words[1]
    limit = min(s.end, words[1] + 150)
    end = _CLAUSE_END.search(text, begin, limit)
    return text[start : end.start() if end else limit]


def _resolve(
    text: str,
    s: Sentence,
    chosen: tuple[int, int] | None,
    published: date | None,
    known: dict[tuple[str, str], When],
) -> When:
    if chosen is None:
        return When()
    words = text[chosen[0] : chosen[1]].rstrip(" ,")
    tense = FUTURE if _FUTURE.search(_clause_around(text, s, chosen)) else ""
    key = words, tense
    if key not in known:
        known[key] = When(words, *days_meant(words, published, tense))
    return known[key]
