"""What number words are worth, and beside which words a small number counts people, homes or deaths."""

from __future__ import annotations

import re
from typing import NamedTuple

SMALL = {
    word: value
    for value, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen".split(),
        start=1,
    )
} | {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
SMALL["fourty"] = 40  # a frequent slip

SCALES = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
    "lakh": 100_000,
    "lac": 100_000,
    "crore": 10_000_000,
}
# The smallest literal reading of a plural: two of them.
PLURALS = {
    "tens": 20,
    "dozens": 24,
    "scores": 40,
    "hundreds": 200,
    "thousands": 2_000,
    "lakhs": 200_000,
    "lacs": 200_000,
    "millions": 2_000_000,
    "crores": 20_000_000,
    "billions": 2_000_000_000,
}
# Scales that are written right behind the digits or after a blank, never alone.
SHORT_SCALES = {
    "k": 1_000,
    "m": 1_000_000,
    "mn": 1_000_000,
    "mln": 1_000_000,
    "mil": 1_000_000,
    "mio": 1_000_000,
    "b": 1_000_000_000,
    "bn": 1_000_000_000,
    "bln": 1_000_000_000,
}
# How many of a scale a vague word stands for at the least; "a couple" is taken as two.
VAGUE = {"several": 3, "few": 3, "couple": 2}

PARTS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "thirds": 3,
    "quarter": 4,
    "quarters": 4,
    "fourths": 4,
    "fifth": 5,
    "fifths": 5,
    "sixth": 6,
    "sixths": 6,
    "seventh": 7,
    "sevenths": 7,
    "eighth": 8,
    "eighths": 8,
    "ninth": 9,
    "ninths": 9,
    "tenth": 10,
    "tenths": 10,
    "twentieth": 20,
}
# "every second child": one in two
EVERY = {"other": 2, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "tenth": 10}
SIGNS = {"\u00bd": 0.5, "\u00bc": 0.25, "\u00be": 0.75, "\u2153": 1 / 3, "\u2154": 2 / 3}


def _alternatives(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


def _hyphenated(word: str) -> str:
    """Let a hyphen of a broken line stand anywhere inside a word: `millio-n`."""
    return "-?".join(word)


SCALE_AFTER_DIGITS = (
    "(?:" + "|".join(f"(?P<{word}>{_hyphenated(word)}s?)" for word in SCALES if word != "dozen") + ")"
)


def spell(words: list[str]) -> str:
    """Give a pattern that matches the longest of some words, letter by letter."""
    rest: dict[str, list[str]] = {}
    for word in words:
        rest.setdefault(word[:1], []).append(word[1:])
    ends = rest.pop("", None) is not None
    branches = [letter + spell(tails) for letter, tails in sorted(rest.items())]
    if not branches:
        return ""
    pattern = branches[0] if len(branches) == 1 and not ends else "(?:" + "|".join(branches) + ")"
    return pattern + "?" if ends else pattern


# Words that a number token begins with; a sentence that holds none of them, and no digit, holds no number.
NUMBER_WORDS = frozenset((*SMALL, *SCALES, *PLURALS, *PARTS, *VAGUE, "every"))
_INITIALS = "".join(sorted({word[0] for word in NUMBER_WORDS}))
_SIGNED = "\u00bd\u00bc\u00be\u2153\u2154"
HAS_DIGIT = re.compile(f"[0-9{_SIGNED}]")

# One number token. Digits are grouped by comma, blank, stop or apostrophe, also in the Indian way (1,00,000).
# What looks ahead only spares the search most places.
TOKEN = re.compile(
    rf"(?=[0-9{_SIGNED}])(?:"
    r"(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]{1,2}(?![0-9]))?"
    r"|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?![0-9])|[0-9]{1,3}(?:\.[0-9]{3}){2,4}(?![0-9])"
    r"|[1-9][0-9]{0,2}(?:'[0-9]{3}){1,3}(?![0-9])|[1-9][0-9]{0,2}(?: [0-9]{3}){1,3}(?![0-9]|[,.][0-9])"
    r"|[1-9][0-9]{0,2} ?, ?000(?![0-9])|[0-9]{1,15}(?:\.[0-9]{1,9})?)(?P<sign>[\u00bd\u00bc\u00be])?"
    rf"|(?P<bare>[{_SIGNED}]))"
    rf"|(?=[{_INITIALS}])\b(?={spell(sorted(NUMBER_WORDS))}\b)"
    rf"(?:(?P<small>{_alternatives(SMALL)})|(?P<scale>{_alternatives(SCALES)})"
    rf"|(?P<plural>{_alternatives(PLURALS)})|(?P<part>{_alternatives(PARTS)})"
    r"|(?P<vague>several|few|couple)|(?P<every>every (?:second|other|third|fourth|fifth|tenth)))\b"
)


class Number(NamedTuple):
    """One number as written.

    `scale` is the scale word it carries, 1 for none; `kind` is `digits`, `word`, `small` (a word up to ten),
    `couple`, `many` (thousands, dozens), `share` or `percent`; `decimal` marks digits such as 6.7.
    """

    start: int
    end: int
    value: float
    scale: float
    kind: str
    decimal: bool = False


# Nouns for people, families, homes and deaths. Only numbers from one to ten need them: a larger number is
# handed on whatever it counts.
_PEOPLE = (
    "people|persons?|individuals?|men|man|women|woman|children|child|kids?|bab(?:y|ies)|infants?|toddlers?"
    "|boys?|girls?|teens?|teenagers?|youths?|adults?|adolescents?|minors?|pupils?|students?|elderly|orphans?"
    "|widows?|civilians?|residents?|inhabitants?|citizens?|nationals?|villagers?|locals?|natives?"
    "|townspeople|humans?|lives|souls|life|population|refugees?|idps?|pocs?|migrants?|asylum|asylum-seekers?"
    "|returnees?|evacuees?|escapees?|arrivals?|displaced|homeless|stranded|beneficiar(?:y|ies)|victims?"
    "|casualt(?:y|ies)|survivors?|dead|deaths?|fatalit(?:y|ies)|bod(?:y|ies)|corpses?|remains|killed"
    "|killings?|injured|injuries|wounded|missing|trapped|drowned|dying|rescued|evacuated|arrested|abducted"
    "|kidnapped|hostages?|captives?|prisoners?|detainees?|famil(?:y|ies)|households?|homes?|houses?"
    "|houseowners?|dwellings?|apartments?|huts?|shacks?|residences?|properties|housing|brothers?|sisters?"
    "|siblings?|sons?|daughters?|mothers?|fathers?|parents?|relatives?|members?|couples?|twins?"
    "|grand(?:mother|father|child|children|parents)|wives|husbands?|cousins?|others|soldiers?|troops?|forces"
    "|personnel|police|policemen|policewomen|officers?|officials?|fighters?|militants?|insurgents?|gunmen"
    "|rebels?|guerrillas?|militiamen|combatants?|airmen|servicemen|peacekeepers?|guards?|attackers?|bombers?"
    "|extremists?|jihadis?|jihadists?|terrorists?|recruits?|workers?|staff|employees?|volunteers?|rescuers?"
    "|firefighters?|firemen|medics?|doctors?|nurses?|paramedics?|journalists?|reporters?|teachers?|farmers?"
    "|fishermen|traders?|herders?|pastoralists?|miners?|laborers?|labourers?|drivers?|passengers?|tourists?"
    "|travellers?|travelers?|hikers?|climbers?|pilgrims?|worshippers?|shoppers?|motorists?|sailors?|crew"
    "|crewmen|fishers?|visitors?|holidaymakers?|patients?|nuns?|priests?|monks?|imams?|foreigners?"
    "|expatriates?|settlers?|protesters?|protestors?|demonstrators?|activists?|suspects?|muslims?"
    "|christians?|hindus?|jews?|yazidis?|yezidis?|kurds?|arabs?|turks?|turkmens?|hutus?|tutsis?|uzbeks?"
    "|rohingyas?|tribals?|tribesmen|nomads?|europeans?|africans?|asians?|americans?"
)
PERSON_WORD = re.compile(rf"(?:[a-z]+-)?(?:{_PEOPLE})")
# What befell someone, before or after a bare number: "killing three", "two were killed", "five dead".
BEFALL = re.compile(
    r"(?:kill|injur|wound|drown|displac|evacuat|rescu|arrest|detain|abduct|kidnap|execut|behead|shoot|shot"
    r"|murder|massacr|trap|strand|maim|hurt|bur(?:y|ied)|slay|slain|hospitali[sz]|die[ds]?$|dying|dead|death"
    r"|missing|claim|perish|fled|flee|homeless|casualt|toll|surviv|saved|saving|taking|took|including"
    r"|leaving|left$|among|them$|another|other$|whom$|fatal|victim|bodies|succumb|lost$|found$|swept|miss"
    r"|remains?$|remained|electrocut|burn|starv|freez|froze|crush|struck|bomb|torture|hang|lynch|stabb"
    r"|critical|serious|unaccounted|convict|sentenc)"
)


def counts_people(words: list[str]) -> bool:
    """Tell whether words that follow a number make it one of people, families, homes or deaths.

    The noun is the first to come within four words; adjectives and names of peoples stand before it.
    """
    return any(
        PERSON_WORD.fullmatch(word) or word.endswith(("ians", "ese", "men", "ees", "ists"))
        for word in words[:4]
    )
