"""Whether a movement crosses a border or ends in a shelter, by the words that follow its verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havenward.reading.grammar_words import PREPOSITIONS
from havenward.reading.lexicon_groups import COUNTRIES, COUNTRY_PAIRS, SHELTERS
from havenward.reading.noun_phrases import Phrase

if TYPE_CHECKING:
    from collections.abc import Callable

    from havenward.reading.clauses import Clause
    from havenward.reading.noun_phrases import Phrase


class Borders:
    """The sentence around one number, asked where people go and whose they are.

    `known` says whether anything was understood before, `unit` the unit of that, `before` its term and group;
    `flight` tells whether people on the move here have crossed a border, as far as the text around tells.
    """

    def __init__(
        self,
        clause: Clause,
        phrase: Phrase,
        at: int,
        unit: str,
        before: str,
        flight: Callable[..., str],
        *,
        known: bool,
    ) -> None:
        self.clause = clause
        self.phrase = phrase
        self.at = at
        self.unit = unit
        self.before = before
        self.known = known
        self.flight = flight

    def ends(self, end: int) -> bool:
        """Whether no object follows a verb."""
        words = self.clause.words
        return end >= len(words) or not words[end][0].isalpha() or words[end] in PREPOSITIONS

    def abroad(self, at: int, end: int) -> bool:
        """Whether a movement crosses a border: "into Chad", "across the border", "left Syria"."""
        clause = self.clause
        words = clause.words
        stop = min(len(words), end + 14)
        for k in range(max(0, at), stop):
            word = words[k]
            if k >= end and (
                word in {";", ".", ":", "(", '"', "”", "while", "when", "after", "who"}
                or (clause.qty[k] >= 0)
            ):
                break
            if k >= end and clause.cues[k] is not None and clause.cues[k].role in "SOB" and k > end + 1:  # type: ignore[union-attr]
                break
            if word in {"border", "frontier", "borders"} and any(
                w in {"across", "crossed", "over", "cross", "crossing", "crosses"}
                for w in words[max(0, k - 5) : k]
            ):
                return True
            if word in {"abroad", "overseas"}:
                return True
            if (
                word in {"neighbouring", "neighboring", "other"}
                and words[k + 1 : k + 2]
                and (words[k + 1] in {"countries", "states", "country", "nations"} or self.country(k + 1))
            ):
                return words[k - 1] != "in" or clause.words[at] != "displaced"
            if word in {
                "to",
                "into",
                "in",
                "for",
                "reach",
                "reached",
                "entered",
                "enter",
                "entering",
                "reaching",
                "towards",
            }:
                name = self.country(k + 1) and words[k - 1] != "according"
                direct = word != "in" or words[at].startswith(
                    ("arriv", "land", "pour", "shelter", "sought", "seek", "took", "tak", "found")
                )
                if word == "for" and not words[at].startswith(("left", "leav", "head", "fl", "depart")):
                    direct = False
                if (
                    name
                    and direct
                    and words[at] not in {"displaced", "displaces", "displacing"} | {"displace"}
                ):
                    return True
                if name and words[at].startswith("displac") and word in {"to", "into"}:
                    return True
            if (
                word == "country"
                and words[k - 1] == "the"
                and words[at].startswith(("fle", "fled", "leav", "left", "escap"))
            ):
                return k <= end + 2
        if words[at].startswith(("fled", "flee", "left", "leav", "escap", "quit")) and self.country(end):
            return not words[end].endswith("'s")
        return False

    def country(self, k: int) -> bool:
        """Whether a country is named at a token."""
        words = self.clause.words
        if k >= len(words):
            return False
        if words[k] in {
            "the",
            "neighbouring",
            "neighboring",
            "northern",
            "southern",
            "eastern",
            "western",
            "nearby",
            "north-eastern",
        } and k + 1 < len(words):
            k += 1
        word = words[k].removesuffix("'s") if k < len(words) else ""
        if self.country_pair(k):
            return True
        if word not in COUNTRIES:
            return False
        return word not in {"chad", "turkey", "jordan", "georgia", "guinea"} or self.clause.capital[k]

    def country_pair(self, k: int) -> bool:
        """Whether a country of two words is named at a token."""
        words = self.clause.words
        return tuple(words[k : k + 2]) in COUNTRY_PAIRS

    def sheltered(self, start: int) -> bool:
        """Whether a place of shelter follows in the same phrase."""
        words = self.clause.words
        for k in range(start, min(len(words), start + 9)):
            word = words[k]
            if word in {
                ".",
                ";",
                ":",
                "who",
                "which",
                "while",
                "after",
                "when",
                "but",
                "because",
                "from",
                "outside",
                "near",
            }:
                return False
            if word == "," and k > start + 3:
                return False
            if word in SHELTERS:
                return True
        return False

    def settled_abroad(self, start: int) -> bool:
        """Whether "in" and a country follow in the same phrase."""
        words = self.clause.words
        for k in range(start, min(len(words) - 1, start + 11)):
            if words[k] in {".", ";", ",", "who", "which", "while"}:
                return False
            if words[k] == "in" and self.country(k + 1):
                return True
        return False

    def foreign(self) -> bool:
        """Whether the counted are named by their nation: "Burundians", "Syrian families"."""
        words = self.clause.words
        for k in range(self.at + 1, self.phrase.right):
            if self.clause.capital[k] and words[k].endswith(
                ("ans", "an", "is", "ese", "ians", "ian", "rians", "hans", "rohingya", "i", "ish")
            ):
                return True
        return False
