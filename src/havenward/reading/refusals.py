"""Which numbers are no figures: money, measures, dates, ages, and texts about other matters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from havenward.reading.lexicon_groups import PERSONS

if TYPE_CHECKING:
    from havenward.reading.clauses import Clause, Phrase
    from havenward.reading.parts import Layout

_MONTHS = frozenset(
    """
    january february march april may june july august september october november december jan feb mar
    apr jun jul aug sep sept oct nov dec
    """.split()
)
_CURRENCY = frozenset("$ € £ ¥ usd eur chf gbp sh ksh us$ rs rs. kes aud cad birr naira cfa".split())
_UNITS_AFTER = frozenset(
    """
    % percent-of mph kph km kmh mm cm hpa utc gmt am pm a.m p.m st nd rd th bn-dollar hz kg kw mw gw °c
    degrees km/h dollars usd euros per-cent
    """.split()
)
_BEFORE_LABEL = frozenset(
    """
    resolution article section chapter phase level category page figure table region route highway room
    paragraph no no. number-plate issue volume version sitrep update day week year round stage ipc
    magnitude aged age around-age sector zone camp-no block grade term rule op part annex appendix iso
    wcag flight boeing airbus typhoon-no
    """.split()
)
# what is written against a number without a blank: ordinals, units, hours
_GLUED = frozenset("st nd rd th km mm cm kg am pm".split())
_BEFORE_YEAR = frozenset("in since until during from".split())
_YEARLIKE = re.compile(r"(?:1[89]|20)\d\d(?:[-–/]\d{2,4})?\Z")
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d\Z")

# Accidents of transport and buildings: their casualties are no figures of this reader.
_ACCIDENT = re.compile(
    r"\b(?:(?:bus|train|car|truck|lorry|minibus|road|traffic|plane|helicopter|rail|vehicle|motorway"
    r"|coach|tanker)"
    r"\s(?:crash|accident|collision|pile-up|crashes|accidents|derailment)|derail(?:ed|ment|s)?"
    r"|collided|collision"
    r"|plane crash(?:ed)?|crash[- ]land(?:ed|ing)|emergency landing|(?:bus|train|minibus|lorry|truck"
    r"|coach|plane)"
    r"\s(?:\w+\s){0,2}(?:plunged|overturned|crashed|veered|derailed|skidded|fell|hit|rammed|collided)"
    r"|(?:boeing|airbus|airliner|jet|plane|aircraft|helicopter|coach|bus|minibus|train|lorry"
    r"|truck)\s(?:[\w'-]+\s){0,5}"
    r"(?:crashed|overturned|plunged|derailed|skidded|collided)"
    r"|building collapsed?|(?:factory|hotel|nightclub|office building|apartment building|hospital"
    r"|school)\s(?:fire|blaze)"
    r"|blazing building|stampede|mine collapse|mine explosion|gas explosion|stadium crush"
    r"|ferry\s(?:\w+\s){0,2}"
    r"(?:capsized|sank|sinks|capsizes|disaster|sinking|accident)|building\scaught\sfire|mid-air"
    r"|runway|airliner"
    r"|shipwreck|air disaster|(?:boat|vessel) capsize[sd]?)\b",
    re.IGNORECASE,
)
# a text shorter than this may leave out what it is about
_SOME_LENGTH = 900
_CAUSE = re.compile(
    r"\b(?:flood\w*|storms?|cyclones?|typhoons?|hurricanes?|earthquakes?|quakes?|landslides?"
    r"|mudslides?|tsunami|drought"
    r"|volcan\w+|eruption|wildfires?|bushfires?|avalanches?|tornado\w*|monsoon|torrential"
    r"|heavy rains?|conflict|war"
    r"|fighting|clashes|offensive|attack\w*|air ?strikes?|shelling|shelled|bomb\w*|militants?|rebels?"
    r"|insurgents?"
    r"|gunmen|jihadists?|army|troops|militia\w*|violence|displaced|displacement|refugees?|migrants?"
    r"|humanitarian"
    r"|idps?|evacuees?|famine|food (?:aid|insecur\w+)|siege|besieged|returnees?|asylum|ceasefire"
    r"|massacre|genocide"
    r"|peacekeep\w+|fled|gangs?|persecut\w+|explosion|blast|smuggl\w+|isis|isil|taliban|boko haram"
    r"|al-shabaab|unhcr|ocha)"
    r"\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:polls?|re-?elect(?:ed|ion)|elections?|survey(?:ed)?|interview(?:ed|s)|respondents|polled"
    r"|opinion poll|voters?|ballots?|electorate"
    r"|enrol(?:led|ment)|tickets?|spectators|fans|shareholders|subscribers|without (?:power|electricity)"
    r"|power (?:cuts?|outages?)|trains?|railways?|commuters?|flights?|insured|insurance"
    r"|out of school|kept from school|kept out of school|miss(?:ed|ing) (?:out on )?school)\b",
    re.IGNORECASE,
)


def refuse_document(layout: Layout) -> bool:
    """Whether a text is about an accident of transport or building, by its title and opening sentences."""
    opening = layout.sentences[:4]
    if not opening:
        return False
    head = layout.text[opening[0].start : min(opening[-1].end, opening[0].start + 900)]
    if not _ACCIDENT.search(head):
        return False
    return not _CAUSE.search(head)


def refuse_text(layout: Layout, signs: int) -> bool:
    """Whether a text of some length names neither a cause nor flight, need or death: sport, trade, politics."""
    text = layout.text
    return len(text) >= _SOME_LENGTH and signs < 2 and not _CAUSE.search(text[:20_000])  # noqa: PLR2004


def refuse_sentence(words: str) -> bool:
    """Whether the dead, hurt or moved of this sentence are those of an accident."""
    return bool(_ACCIDENT.search(words)) and not _CAUSE.search(words)


def speaks_of_other(words: str) -> bool:
    """Whether a passage is about surveys, votes, schooling, power cuts or late trains."""
    return bool(_ELSEWHERE.search(words))


def has_cause(words: str) -> bool:
    """Whether a passage names conflict, disaster or flight."""
    return bool(_CAUSE.search(words))


def refuse_number(clause: Clause, at: int, phrase: Phrase, number: str) -> bool:
    """Whether the words beside a number make it a date, money, a measure, an age, an ordinal or a label."""
    before = clause.word(at - 1)
    after = clause.word(at + 1)
    text, start, end = clause.text, clause.starts[at], clause.ends[at]
    if before in _CURRENCY or after in _CURRENCY or (start and text[start - 1] in "$€£¥#"):
        return True
    # an age ("35-year-old", "aged 12"), a compound ("12-month", "three-day"), an ordinal ("28th")
    if end < len(text) and (text[end].isalpha() or (text[end] in "-–" and text[end + 1 : end + 2].isalpha())):
        tail = text[end : end + 12].lstrip("-–").casefold()
        if not tail.startswith(("strong", "people", "odd", "plus", "member")):
            return text[end] in "-–" or tail[:2] in _GLUED
    if start > 1 and text[start - 1] in "-/:.," and text[start - 2].isdigit():
        return True
    if start > 1 and text[start - 1] in "-/" and text[start - 2].isalnum():
        return True
    if after in _UNITS_AFTER and after != "%":
        return True
    if before in _BEFORE_LABEL and (phrase.kind not in PERSONS or before in {"aged", "age"}):
        return True
    if (after in _MONTHS and clause.capital[at + 1]) or (
        before in _MONTHS and phrase.kind in {"", "unknown", "thing"} and len(number) <= 4
    ):
        return True
    if _YEARLIKE.match(number):
        counted = phrase.kind in PERSONS or phrase.kind in {"household", "home"}
        if not counted or before in _BEFORE_YEAR:
            return True
    if _CLOCK.match(number):
        return True
    # "mother of five", "her three children": a family, not a figure
    if before == "of" and clause.word(at - 2) in {
        "mother",
        "father",
        "mothers",
        "grandmother",
        "widow",
        "parents",
    }:
        return True
    return after in {"-", "–"} and clause.word(at + 2) in {"year", "month", "day", "week", "hour", "point"}
