"""Which people do not move (yet) though the verbs sound so: room, plans, risks, the whole of a share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from havenward.reading.parts import Meaning, Quantity
    from havenward.reading.tenses import Done

_MOVED = frozenset({"displaced", "refugee", "evacuated"})
_COUNTED = _MOVED | {"expected_displaced", "at_risk_population", "other"}
# Between the words that govern a number and the number itself.
HEDGED = (
    r"(?: (?:some|about|around|nearly|almost|over|more than|at least|up to|as many as|an estimated"
    r"|approximately|close to|roughly|well over|just over|the|another|a further|all))* ?[\"“]?$"
)
_TAKE_IN = (
    r"(?:take in|take|receive|host|accommodate|shelter|house|absorb|accept|admit|welcome|lodge)"
    r"(?: and (?:\w+ )?\w+)?"
)
# "ready to take in more than 40,000": what a place can hold, whether or not they come
_ROOM = re.compile(
    r"\b(?:ready|prepared|able|willing|equipped|in a position|capacity|room|space|places|beds)"
    rf"(?: \w+)? to {_TAKE_IN}{HEDGED}",
    re.IGNORECASE,
)
# "preparations are under way to receive 40,000 families": a planning figure
_PREPARES = re.compile(
    rf"\b(?:prepar(?:es|ing|ations?)|(?:is|are) planning|plans?)\b[^.;]{{0,40}} to {_TAKE_IN}{HEDGED}",
    re.IGNORECASE,
)
# "200,000 people risk being displaced", "are in danger of displacement"
_AT_RISK = re.compile(
    r"[^.;,]{0,60}?\b(?:risk|risks|risked|risking|at (?:\w+ )?risk of|in danger of|threatened (?:with|by)"
    r"|fac(?:e|es|ed|ing)(?: the (?:risk|threat|danger|prospect) of)?)"
    r" (?:further |renewed |new |repeated |secondary |mass |imminent |forced )?"
    r"(?:(?:being|becoming|getting|having to be) (?:\w+ly )?(?:displaced|uprooted|homeless|evicted|expelled"
    r"|driven (?:out|from)|forced (?:out|from|to (?:flee|leave)))|(?:displacement|eviction|expulsion)s?\b)",
    re.IGNORECASE,
)
# "a third of the 42,000 inhabitants have left": the share left, the whole is who lives there
_OF_WHOLE = re.compile(
    r"\bof (?:the|its|their|his|her|our|[\w'’ -]{1,40}['’]s?)(?: (?:town|city|camp|village|island|estimated"
    rf"|original|former|total|some))*{HEDGED}"
)
_RESIDENTS = re.compile(
    r"(?: [\w-]+){0,2}? (?:inhabitants|residents|citizens|villagers|townspeople|townsfolk|islanders)\b"
    r"|(?:[- ]strong)? population\b"
    r"| people (?:(?:who|that) (?:live|lived)|living)\b"
    r"| people (?:have|has|had|were|are) (?:\w+ly |now |already |since |been )*(?:left|fled|gone|evacuated"
    r"|displaced|escaped|moved)\b"
)
# "was home to 2 million people": how many lived there once
_WAS_HOME = re.compile(
    r"\b(?:(?:was|were|had been|used to be)(?: (?:once|then|still|also|long|formerly|previously))?"
    rf"|once|formerly|previously) home to{HEDGED}",
    re.IGNORECASE,
)
# "plans for 55,000 people displaced ..., and for 90,000 in its worst case": one verb, two numbers
_FOR_BEFORE = re.compile(r"\bfor (?:[a-z]+ ){0,4}(?:\d|(?:hundred|thousand|million|dozen|ten)s?\b)")
_AND_FOR = re.compile(rf"(?:,|,? (?:and|or|but|then|later))(?: even| possibly| perhaps)* for{HEDGED}")
_ENDS = re.compile(
    r"(?: (?:people|persons|more|others))?(?:[.,;:)]|$| (?:in|by|at|under|if|over|within|during|for|once|when"
    r"|should|from|as|and|or|after|next|this|later)\b)"
)
# "17,153 people, against 8,036 a day before": the same people, earlier
_AGAINST = re.compile(
    rf"\b(?:against|compared (?:with|to)|up from|down from)(?: only| just)?{HEDGED}", re.IGNORECASE
)
_EARLIER = re.compile(
    r" (?:(?:an?|one|two|three|the) (?:day|week|fortnight|month|year)s? (?:before|earlier|ago|previously)"
    r"|yesterday|last (?:week|month|year))\b"
)
# "reached Brenik from Ostrin", "came from Ostrin to Brenik": a way from one named place to another
_PLACE = r"(?:the (?:[a-z]+ ){1,3}(?:of )?)?[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2}"
_WENT = (
    r"(?:reached|entered|(?:arrived|came|come|went|gone|got|moved|walked|travelled|traveled|trekked|crossed)"
    r"(?: (?:in|at|to|into|over to))?)"
)
_CAME_FROM = re.compile(
    r"(?: (?:people|persons|civilians|families|households|residents|villagers|women|men|children|others))?"
    r"(?: (?:have|has|had))?(?: (?:now|already|also|since))?"
    rf" {_WENT} (?:{_PLACE} (?:on foot |by \w+ )?from {_PLACE}|from {_PLACE} (?:to|into|in) {_PLACE})"
)


def settle_plan(meaning: Meaning, before: str, after: str, last: Done | None) -> Meaning:
    """Tell room, plans, risk and residents from people who moved.

    Parameters
    ----------
    meaning
        What was understood of a number so far.
    before, after
        The words of its sentence on either side.
    last
        The figure before it in the sentence, None for none.

    Returns
    -------
    meaning
        With another term and time where the words say so.
    """
    term = meaning.term
    of_share = term in _MOVED and last is not None and last.meaning.unit == "percent"
    if of_share and _OF_WHOLE.search(before) and _RESIDENTS.match(after):
        return meaning._replace(term="at_risk_population", temporality="current")
    if term in _MOVED and _AT_RISK.match(after):
        return meaning._replace(term="expected_displaced", temporality="expected", conditional=True)
    if term in _COUNTED and _ROOM.search(before):
        return meaning._replace(term="other", temporality="current", conditional=False)
    if term in _COUNTED and _PREPARES.search(before):
        return meaning._replace(term="expected_displaced", temporality="expected")
    if term == "at_risk_population" and meaning.temporality == "current" and _WAS_HOME.search(before):
        return meaning._replace(temporality="past")
    return meaning


def share_verb(quantity: Quantity, before: str, after: str, last: Done | None) -> Meaning | None:
    """Read a bare number that shares its verb with the figure before it in the sentence.

    It goes on with "for" ("plans for 55,000 ... and for 90,000"), or tells of an earlier day ("17,153 people,
    against 8,036 a day before").
    """
    if last is None or quantity.kind == "percent" or last.meaning.unit == "percent":
        return None
    if _AGAINST.search(before) and _EARLIER.match(after):
        return last.meaning._replace(temporality="past", evidence=((quantity.start, quantity.end),))
    joint = _AND_FOR.search(before)
    if joint is None or not _ENDS.match(after) or not _FOR_BEFORE.search(before[: joint.start()]):
        return None
    return last.meaning._replace(evidence=((quantity.start, quantity.end),))


def came_from(after: str) -> bool:
    """Whether the counted went from one named place to another."""
    return _CAME_FROM.match(after) is not None
