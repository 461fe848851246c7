"""Which numbers are no figures: money, measures, dates, ages, and texts about other matters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from havenward.reading.grammar_words import BE
from havenward.reading.lexicon_groups import PERSONS
from havenward.reading.parts import said_in

if TYPE_CHECKING:
    from havenward.reading.clauses import Clause
    from havenward.reading.noun_phrases import Phrase
    from havenward.reading.parts import Layout

_ASKED = frozenset("asked polled surveyed interviewed questioned interviewing polling surveying".split())
_SAMPLES = frozenset("study sample survey poll".split())
_BODIES = frozenset(
    """
    commission committee council panel jury delegation cabinet board squad orchestra band team
    choir
    """.split()
)
_AGED = frozenset(
    """
    youngest oldest eldest aged age child children those people women men girls boys anyone
    """.split()
)
_OLDEST = 110
_LONGEST_AGE = 12
_DISEASES = frozenset(
    """
    cholera measles malaria dengue ebola hepatitis mpox diphtheria typhoid covid covid-19 polio
    """.split()
)
_CHANCES = frozenset("probability chance likelihood confidence odds humidity accuracy".split())
_MONEY = frozenset(
    """
    funded funding fund funds budget appeal donors gdp inflation price prices wages salaries output exports
    currency interest tax taxes unemployment turnout
    """.split()
)
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
    r"\s(?:\w+\s){0,2}(?:plung(?:ed|es|ing)|overturn(?:ed|s|ing)|crash(?:ed|es|ing)|veer(?:ed|s|ing)|derail(?:ed|s)"
    r"|skid(?:ded|s)|roll(?:ed|s)|fell|falls|hits?|ram(?:med|s)|collid(?:ed|es))"
    r"|(?:boeing|airbus|airliner|jet|plane|aircraft|helicopter|coach|bus|minibus|train|lorry"
    r"|truck)\s(?:[\w'-]+\s){0,5}"
    r"(?:crash(?:ed|es)|overturn(?:ed|s)|plung(?:ed|es)|derail(?:ed|s)|skid(?:ded|s)|collid(?:ed|es))"
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
    r"|power (?:cuts?|outages?)|cut (?:off )?(?:power|electricity)|commuters?|insured|insurance"
    r"|(?:trains?|railways?|flights?)\b[^.;]{0,30}\b(?:delay|cancel|late\b|disrupt)\w*"
    r"|(?:kept|keep|keeping) [^.;]{0,30}(?:pupils|students|schoolchildren)|out of school"
    r"|kept from school|kept out of school|miss(?:ed|ing) (?:out on )?school)\b",
    re.IGNORECASE,
)


_SPORT = re.compile(
    r"\b(?:lost|won|drew|beat|beaten|win|draw|defeat(?:ed)?|victory|triumph)\b[^.;]{0,50}"
    r"\b\d{1,2}[-\u2013]\d{1,2}\b"
    r"|\b(?:football derby|league match|cup final|quarter-finals?|semi-finals?|midfielder|goalkeeper"
    r"|striker)\b",
    re.IGNORECASE,
)


# a passage without any of these words holds neither; looking for them is quicker than for the patterns
_OF_ACCIDENTS = frozenset(
    """
    crash crashes crashed crashing accident accidents collision collided collides pile derail derailed
    derails derailment landing plunged plunges plunging overturned overturns overturning veered veers
    veering skidded skids rolled rolls fell falls hit hits rammed rams collapse collapsed fire blaze
    blazing stampede explosion crush capsize capsized capsizes sank sinks sinking disaster mid runway
    airliner shipwreck
    """.split()
)
_OF_SPORT = frozenset(
    """
    lost won drew beat beaten win draw defeat defeated victory triumph football league final finals midfielder
    goalkeeper striker
    """.split()
)
_OF_OTHER = frozenset(
    """
    poll polls polled reelect reelected reelection elect elected election elections survey surveyed
    interviewed interviews respondents voter voters ballot ballots electorate enrolled enrolment
    ticket tickets spectators fans shareholders subscribers power electricity commuter commuters
    insured insurance train trains railway railways flight flights pupils students schoolchildren
    school
    """.split()
)


def refuse_document(layout: Layout) -> bool:
    """Whether a text is about an accident of transport or building, by its title and opening sentences."""
    opening = layout.sentences[:4]
    if not opening:
        return False
    if all(_OF_ACCIDENTS.isdisjoint(layout.said(index)) for index in range(len(opening))):
        return False
    head = layout.text[opening[0].start : min(opening[-1].end, opening[0].start + 900)]
    if not _ACCIDENT.search(head):
        return False
    return not _CAUSE.search(head)


def refuse_text(layout: Layout, signs: int) -> bool:
    """Whether a text of some length names no cause, flight, need or death: sport, trade, politics."""
    text = layout.text
    return len(text) >= _SOME_LENGTH and signs < 2 and not _CAUSE.search(text[:20_000])


def refuse_sentence(words: str, said: frozenset[str]) -> bool:
    """Whether the dead, hurt or moved of this sentence are those of an accident, or its numbers of sport.

    `said` are the plain words of the sentence.
    """
    if not _OF_ACCIDENTS.isdisjoint(said) and _ACCIDENT.search(words) and not _CAUSE.search(words):
        return True
    return not _OF_SPORT.isdisjoint(said) and bool(_SPORT.search(words))


def speaks_of_other(words: str) -> bool:
    """Whether a passage is about surveys, votes, schooling, power cuts or late trains."""
    return not _OF_OTHER.isdisjoint(said_in(words)) and bool(_ELSEWHERE.search(words))


def has_cause(words: str) -> bool:
    """Whether a passage names conflict, disaster or flight."""
    return bool(_CAUSE.search(words))


def counts_cases(clause: Clause, phrase: Phrase) -> bool:
    """Whether deaths are those of a disease, told beside its cases."""
    return phrase.kind == "death" and any(w in _DISEASES for w in clause.words) and "cases" in clause.words


def refuse_share(clause: Clause, at: int, phrase: Phrase) -> bool:
    """Whether a percentage is one of money, goods or ground, a probability, or a rate of malnutrition."""
    words = clause.words
    if phrase.of and phrase.kind in {"unknown", "thing"} and not phrase.name:
        return True
    if clause.word(at + 1) in {"fewer", "less", "lower", "higher"} or words[at + 1 : at + 3] == [
        "more",
        "than",
    ]:
        return True  # growth
    before = words[max(0, at - 4) : at]
    if any(w in _CHANCES for w in before):
        return True
    near = words[max(0, at - 8) : at + 12]
    if phrase.kind in {"", "thing"} and any(w in _MONEY or w in _CURRENCY for w in near):
        return True
    return any(w.startswith("malnourish") or w == "malnutrition" for w in words[at : at + 16])


def _is_age(clause: Clause, at: int, phrase: Phrase, number: str) -> bool:
    """Whether a number is an age: "Claudine, 19, holds", "are under eighteen", "the youngest is six"."""
    if phrase.kind not in {"", "unknown"} or len(number) > _LONGEST_AGE or "," in number:
        return False
    words, before, after = clause.words, clause.word(at - 1), clause.word(at + 1)
    ends = after in {"", ",", ".", ")", ";", "and", "or", '"', "”"}
    if (
        before == ","
        and after in {",", ")", ".", ":"}
        and at > 1
        and clause.capital[at - 2]
        and number.isdigit()
    ):
        return int(number) <= _OLDEST
    if (
        ends
        and before in {"under", "over", "below", "above"}
        and any(w in _AGED or w in BE for w in words[max(0, at - 4) : at - 1])
    ):
        return True
    return before in BE and any(w in _AGED for w in words[max(0, at - 5) : at])


def refuse_number(clause: Clause, at: int, phrase: Phrase, number: str) -> bool:  # noqa: C901, PLR0912 - cases, read in order
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
    if _is_age(clause, at, phrase, number):
        return True
    if before in _ASKED and "to" not in clause.words[phrase.right : phrase.right + 8]:
        return True
    if before == "of" and (
        clause.word(at - 2) in _SAMPLES or (clause.word(at - 2) in _BODIES and phrase.kind == "")
    ):
        return True
    if (
        before in _BEFORE_LABEL
        and " " not in number
        and (phrase.kind not in PERSONS or before in {"aged", "age"})
    ):
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
