"""How a sentence is built around a number: its words, the noun phrase it counts in, and groups of verbs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from havenward.reading.grammar_words import DETERMINERS, PREPOSITIONS
from havenward.reading.lexicon_terms import CUES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havenward.reading.lexicon_terms import Cue
    from havenward.reading.parts import Quantity

_HEDGE_AFTER = re.compile(r" ?\+|[ -]plus\b|-odd\b| (?:or (?:so|more|thereabouts|above|over|fewer|less))\b")
_HEDGE_OF = re.compile(
    r"(?:(?:[a-z]+ ){1,5}of|(?:well |now )?(?:above|beyond)|(?:no|not) [a-z]+ than|not (?:over|above)) ",
    re.IGNORECASE,
)
# First come plain words between blanks and stops, which most are; the rest is what may be joined to others.
_TOKEN = re.compile(
    r"[a-z]+(?![^\s,.;:()\"])"
    r"|(?:[A-Z]\.){2,}|[^\W\d_]+(?:['’\-\u00ad][^\W\d_]+)*|\d[\d,.:]*|[^\w\s\u00ad]|\w"
)


@dataclass
class Clause:
    """The tokens of a sentence; a quantity is one token however many words it has.

    `qty` is the index of the quantity among those handed in, -1 for other tokens; `cues` holds the cue that
    begins at a token and `span` how many tokens it has; `hedged` is where the hedge of a quantity begins that
    is no part of its number ("upwards of").
    """

    text: str
    words: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    qty: list[int] = field(default_factory=list)
    cues: list[Cue | None] = field(default_factory=list)
    span: list[int] = field(default_factory=list)
    capital: list[bool] = field(default_factory=list)
    hedged: dict[int, int] = field(default_factory=dict)

    def word(self, index: int) -> str:
        """Give the word at an index, empty beyond the ends."""
        return self.words[index] if 0 <= index < len(self.words) else ""


def split_words(text: str, start: int, end: int, found: Sequence[tuple[int, Quantity]]) -> Clause:
    """Cut a sentence into words, with each quantity as one token, and look every word up among the cues."""
    clause = Clause(text)
    words, starts, ends, qty = clause.words, clause.starts, clause.ends, clause.qty
    capital = clause.capital
    at = start
    for index, quantity in [*found, (-1, None)]:
        stop = end if quantity is None else quantity.start
        tokens = list(_TOKEN.finditer(text, at, stop))
        written = [token[0] for token in tokens]
        words += [_plain(word) for word in written]
        starts += [token.start() for token in tokens]
        ends += [token.end() for token in tokens]
        qty += [-1] * len(tokens)
        capital += [word[0].isupper() for word in written]
        if quantity is not None:
            words.append("#")
            starts.append(quantity.start)
            ends.append(quantity.end)
            qty.append(index)
            capital.append(False)
            at = max(at, quantity.end)
            left, right = quantity.hedge
            if right > quantity.end and _HEDGE_AFTER.match(text, quantity.end, right):
                at = max(at, right)  # "350,000 or so Armenians", "150+ dead"
            elif left < quantity.start and _HEDGE_OF.fullmatch(text, left, quantity.start):
                clause.hedged[len(words) - 1] = left
    _find_cues(clause)
    return clause


def _plain(word: str) -> str:
    """Give a word in small letters, without soft hyphens, with plain apostrophes."""
    if word.isascii():
        return "isis" if word == "IS" else word.lower()
    return word.lower().replace("\u00ad", "").replace("’", "'")


# verbs whose base form is also the noun of the event ("the return of 70,000 people")
_EVENT_NOUNS = frozenset("return rescue escape murder arrest massacre need".split())


def _find_cues(clause: Clause) -> None:
    words = clause.words
    count = len(words)
    cues: list[Cue | None] = [None] * count
    span = [1] * count
    reached = 0
    for at in [at for at, word in enumerate(words) if word in CUES or "-" in word]:
        if at < reached:
            continue  # within the cue before
        word = words[at]
        tails = CUES.get(word) or CUES.get(word.replace("-", ""))
        if tails is None:
            continue
        # an adverb may stand within a phrase: "depend entirely on aid"
        skip = 1 if at + 1 < count and words[at + 1].endswith("ly") else 0
        following = words[at + 1 : at + 2 + skip]
        for tail, cue in tails:
            size = len(tail)
            if size and tail[0] not in following:
                continue
            if size == 0 or (size < count - at and words[at + 1 : at + 1 + size] == list(tail)):
                cues[at] = cue
                span[at] = size + 1
                break
            if skip and words[at + 2 : at + 2 + size] == list(tail):
                cues[at] = cue
                span[at] = size + 2
                break
        found = cues[at]
        if (
            found is not None
            and span[at] == 1
            and found.form in {"s", "base"}
            and at > 0
            and word not in _EVENT_NOUNS
            and ((words[at - 1] in PREPOSITIONS and words[at - 1] != "to") or words[at - 1] in DETERMINERS)
        ):
            cues[at] = None  # "out of camps", "the shelter": a noun here
        reached = at + span[at]
    clause.cues, clause.span = cues, span
