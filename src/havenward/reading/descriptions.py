"""Which places are described, not named: the country, 17 prefectures, rural areas, Iraq's Kurdish region."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from havenward.reading.lexicon_places import (
    COUNTED,
    DESCRIBED,
    MODIFIER,
    MODIFIER_ENDS,
    NO_ADJECTIVE,
    SPOT,
    words,
)
from havenward.reading.number_words import spell
from havenward.reading.parts import PlaceMention
from havenward.reading.phrases import is_demonym, is_place_word

if TYPE_CHECKING:
    from havenward.reading.names import LookUp
    from havenward.reading.parts import Layout

_NOUN = re.compile(rf"(?<![\w-]){spell(sorted(DESCRIBED | COUNTED | SPOT))}(?![\w-])")
# the runs of letters that such a noun begins with
_NOUN_BEGINS = frozenset(re.split("[^a-z]", noun)[0] for noun in DESCRIBED | COUNTED | SPOT)
_NUMBER = re.compile(
    r"(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen"
    r"|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|dozens|hundreds|dozen|several|many|some|various"
    r"|numerous|other|most|all|both|half|multiple|neighbouring|neighboring|nearby|adjacent|surrounding|these"
    r"|those)$",
    re.IGNORECASE,
)
_OWNED = re.compile("['’´`]s?$")
_ARTICLES = frozenset({"the", "this", "that", "same", "their", "its", "our", "his", "her", "my"})
_POSSESSIVES = _ARTICLES - {"the", "this", "that", "same"}
# Before an article, these put something in a place.
_PLACED = frozenset(
    "in at inside near to into around within from across on outside along reached left abandon"
    " abandoned fled leave"
    " under through toward towards behind beside".split()
)
_WORLD = frozenset({"world", "globe"})
# "the largest camp in the world" compares, it does not place.
_SUPERLATIVE = re.compile(
    r"\b(?:\w{2,20}est|most|only|first|highest|third|second|few|any|more|other) [^,;.]{0,40}$"
)
_MAX_STRANGE = 2
_OPENING = '[("“'
# Adjectives that make a plural a place: "rural areas", but not "some areas".
_QUALIFYING = words(
    "rural urban coastal northern southern eastern western central surrounding neighbouring neighboring"
    " nearby mountainous remote border low-lying affected adjacent occupied flooded recaptured retaken"
    " liberated kurdish"
)


def add_described(layout: Layout, found: list[PlaceMention], look_up: LookUp) -> list[PlaceMention]:
    """Give the named places and those that are described, in order of the text."""
    text = layout.text
    mentions: list[PlaceMention] = []
    waiting = iter(found)
    following = next(waiting, None)
    for index, sentence in enumerate(layout.sentences):
        if _NOUN_BEGINS.isdisjoint(layout.said(index)):
            continue
        for match in _NOUN.finditer(text, sentence.start, sentence.end):
            noun = match[0]
            while following is not None and following.start < match.end():
                mentions.append(following)
                following = next(waiting, None)
            if mentions and mentions[-1].end > match.start():
                continue
            start = _read_description(text, sentence.start, match.start(), noun, look_up)
            if start is None or (
                noun in _WORLD and _SUPERLATIVE.search(text, max(sentence.start, start - 60), start)
            ):
                continue
            country = ""
            if mentions and mentions[-1].start < start < mentions[-1].end:
                start = mentions[-1].start  # "the Democratic Republic of the Congo's east"
            while mentions and mentions[-1].start >= start:
                country = mentions.pop().country  # "Iraq" within "Iraq's Kurdish region"
            if not mentions or mentions[-1].end <= start:
                mentions.append(PlaceMention(start, match.end(), index, "area", country=country))
    while following is not None:
        mentions.append(following)
        following = next(waiting, None)
    return mentions


def _read_description(text: str, limit: int, at: int, noun: str, look_up: LookUp) -> int | None:
    """Give where the description that ends in a noun of place begins, None where it is none."""
    before = text[max(limit, at - 60) : at].split(" ")
    if before and before[-1] == "":
        before.pop()
    start = at
    counted = noun in COUNTED
    spot = noun in SPOT
    begin = at
    strange = 0  # words before the noun that are not known to be adjectives of places
    qualified = False
    national = False  # whether an adjective of a country was passed
    while before:
        word = before.pop()
        opening = len(word) - len(word.lstrip(_OPENING))
        low = word.lower().strip(_OPENING)
        earlier = before[-1].lower() if before else ""
        if low in _ARTICLES and (noun in DESCRIBED or spot) and not (low == "that" and strange):
            if (earlier.strip(_OPENING) not in _PLACED) if spot else low in _POSSESSIVES:
                return None
            return start - len(word) - 1 + opening - (4 if low == "same" and earlier == "the" else 0)
        if counted and low[-1:].isdigit() and low[0].isalpha():
            return start - 1 - len(low) + len(low.rstrip("0123456789"))  # "across14 provinces"
        if _NUMBER.match(low):
            article = len(earlier) + 1 if earlier in {"the", "these", "those"} else 0
            known = counted or (article and (noun in DESCRIBED or spot))
            return start - len(word) - 1 + opening - article if known else None
        owner = _OWNED.sub("", word[opening:])
        if len(owner) < len(word) - opening and is_place_word(owner, look_up):
            kept = 0 if "]" in text[at - 30 : at] else opening  # "[Iraq's Kurdish] region"
            return start - len(word) - 1 + kept - (4 if owner.islower() and earlier == "the" else 0)
        bare = low.rstrip("]")
        if low in {"a", "an"} and national and noun in DESCRIBED and not noun.endswith("s"):
            return start - len(word) - 1 + opening  # "a remote Nigerian village"
        people = is_demonym(word, look_up)
        national = national or people
        if not (bare in MODIFIER or bare.endswith(MODIFIER_ENDS) or people):
            if (
                (counted and noun not in DESCRIBED)
                or low in NO_ADJECTIVE
                or not low.replace("-", "").replace("'s", "").replace("’s", "").isalpha()
                or word[:1].isupper()
            ):
                break
            strange += 1
            if strange > _MAX_STRANGE:
                break
        start -= len(word) + 1
        if not strange:
            begin = start
            qualified = qualified or low in _QUALIFYING
    return begin if qualified and counted else None
