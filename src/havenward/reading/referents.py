"""Whom 'he', 'they', 'who' and 'its teams' stand for: a speaker named before, in this sentence or earlier."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from havenward.reading.claims import Claim, ClaimFinder
from havenward.reading.speaker_phrases import Phrase, noun_at_end, read_phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havenward.reading.parts import Layout

FAR_SENTENCES = 12  # how far back 'he' may look for a name
FAR_NAME = 2500  # characters of a sentence that are looked into for a name
_PRONOUNS = {
    "he": "person",
    "she": "person",
    "they": "group",
    "it": "group",
    "who": "same",
    "which": "same",
    "both": "group",
    "his": "person",
    "her": "person",
    "its": "group",
    "their": "group",
}
_PERSON = re.compile(
    r"\b(?P<first>[A-ZÀ-Þ][\w’'-]{2,})(?=,\s\d{2},\s)|"
    r"(?:(?<=Father\s)|(?<=Sister\s)|(?<=Dr\s)|(?<=Mr\s)|(?<=Ms\s)|(?<=Mrs\s))((?:[A-ZÀ-Þ][\w’'-]+\s?){1,3}\b)|"
    r"\b((?:[A-ZÀ-Þ][\w’'-]+)(?:\s(?:[A-ZÀ-Þ][\w’'-]+|al|el|bin|ibn|de|da|dos|van|von|der)){1,3})"
    r"(?=,\s(?:\d{2}|an?|the|who|whose|[a-z])|\s(?:has|had|is|was|runs?|ran|visited|met|lost|fled|arrived|left|lives|works|[a-z]+ed)\b"
    r"|,\s*$)"
)


class Referents:
    """The claims of a text, sentence by sentence as they are asked for, and whom their pronouns stand for.

    Parameters
    ----------
    layout
        The text with its sentences.
    spans
        Start and end of its figures.
    """

    def __init__(self, layout: Layout, spans: Sequence[tuple[int, int]]) -> None:
        self.text = layout.text
        self.sentences = layout.sentences
        self.finder = ClaimFinder(layout.text, spans)
        self.known: dict[int, list[Claim]] = {}
        self.persons: dict[int, list[Phrase]] = {}
        self.resolved: dict[tuple[int, int], Phrase | None] = {}

    def claims(self, index: int) -> list[Claim]:
        """Give the claims of a sentence in order."""
        if index not in self.known:
            self.known[index] = self.finder.find(self.sentences[index])
        return self.known[index]

    def resolve(self, index: int, claim: Claim) -> Phrase | None:
        """Find whom a pronoun stands for; a named speaker is itself."""
        if not claim.stands_for:
            return claim.speaker
        key = (index, claim.start)
        if key not in self.resolved:
            self.resolved[key] = self._look_back(index, claim)
        return self.resolved[key]

    def _look_back(self, index: int, claim: Claim) -> Phrase | None:
        if claim.stands_for in {"who", "which"}:
            first = max(self.sentences[index].start, claim.start - FAR_NAME)
            before = self.text[first : claim.start].rstrip(" ,")
            phrase = noun_at_end(self.text, first, first + len(before))
            if phrase:
                return phrase
        wanted = _PRONOUNS.get(claim.stands_for, "same")
        for back in range(index, max(-1, index - FAR_SENTENCES), -1):
            if back < index and self.sentences[back].role == "title":
                break
            for other in reversed(self.claims(back)):
                if back == index and other.start >= claim.start:
                    continue
                if other.speaker and _fits(other.speaker, wanted):
                    return other.speaker
            found = self._named_in(back, index, claim, wanted)
            if found:
                return found
        return None

    def _named_in(self, back: int, index: int, claim: Claim, wanted: str) -> Phrase | None:
        """Find a person or group that a sentence names without a word of saying."""
        s = self.sentences[back]
        if wanted == "person" and (back < index or claim.start > s.start + 8):
            named = self._person_in(back, claim.start)
            if named:
                return named
        if wanted == "same" or index - back > 1:
            return None
        subject = self.finder.subject_of(s, s.end if back < index else claim.start)
        if subject is None:
            return None
        if wanted == "person":
            return subject if back < index and subject.kind == "person" and subject.speaks else None
        if back < index:
            return subject if subject.kind == "group" else None
        # 'the rebels, it said, had ...': somebody else
        near = subject.end + 3 >= claim.start
        return subject if subject.speaks and subject.kind in {"group", "document"} and not near else None

    def _person_in(self, index: int, before: int) -> Phrase | None:
        """Find the first person named in a sentence, before a place."""
        if index not in self.persons:
            s = self.sentences[index]
            found: list[Phrase] = []
            for match in _PERSON.finditer(self.text, s.start, min(s.end, s.start + FAR_NAME)):
                which = match.lastindex or 0
                phrase = read_phrase(self.text, match.start(which), match.end(which), strong=False)
                if phrase and phrase.kind == "person":
                    found.append(phrase)
            self.persons[index] = found
        return next((p for p in self.persons[index] if p.end <= before), None)


def _fits(phrase: Phrase, wanted: str) -> bool:
    if wanted == "same":
        return True
    return (phrase.kind == "person") == (wanted == "person")
