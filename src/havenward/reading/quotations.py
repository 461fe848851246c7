"""Who speaks in a quotation: named behind it, in front of it, or in the line or paragraph before."""

from __future__ import annotations

import re
from bisect import bisect_left
from operator import attrgetter
from typing import TYPE_CHECKING

from havenward.reading.speaker_phrases import Phrase, read_phrase
from havenward.reading.voices import is_post_header, named_in_line, opens_quotation

if TYPE_CHECKING:
    from havenward.reading.referents import Referents

FAR_SENTENCES = 12  # sentences of a paragraph that are looked through for quotation marks
FAR_QUOTES = 4  # how many sentences a quotation without a speaker may look on or back
_NAME_FIRST = re.compile(
    r"((?:(?:Dr|Mr|Ms|Mrs|Father|Sister)\.?\s)?(?:[A-ZÀ-Þ][\w’'-]+\s?){2,4}),\s(?:an?|the|who|head|\d{2})\b"
)


class Quotations:
    """The quotations of a text, as far as they are asked for."""

    def __init__(self, refer: Referents) -> None:
        self.refer = refer
        self.text = refer.text
        self.sentences = refer.sentences

    def speaker(self, index: int, start: int) -> Phrase | None:
        """Find the speaker of a quotation that holds the figure."""
        s = self.sentences[index]
        if not self.holds(index, start):
            return None
        for ahead in range(index + 1, min(len(self.sentences), index + 1 + FAR_QUOTES)):
            if self.sentences[ahead].paragraph != s.paragraph:
                break
            claims = self.refer.claims(ahead)
            if claims:
                if claims[0].reach == "back":
                    return self.refer.resolve(ahead, claims[0])
                break
        return self._introduced(index, start) or self._before(index)

    def _before(self, index: int) -> Phrase | None:
        """Find who spoke last before a quotation, in its paragraph or, where it opens one, further back."""
        s = self.sentences[index]
        opening = self._opens_paragraph(index)
        for back in range(index - 1, max(-1, index - 1 - 2 * FAR_QUOTES), -1):
            if self.sentences[back].paragraph != s.paragraph and not opening:
                break  # words in quotation marks, no speech that goes on
            if self.sentences[back].role in {"title", "heading"} or is_post_header(
                self.text, self.sentences[back]
            ):
                break
            for claim in reversed(self.refer.claims(back)):
                speaker = self.refer.resolve(back, claim)
                if speaker:
                    return speaker
            if (
                back == index - 1
                and self.sentences[back].paragraph == s.paragraph
                and not self.holds(back, s.start - 2)
            ):
                subject = self.refer.finder.subject_of(self.sentences[back], self.sentences[back].end)
                if subject and (subject.speaks or subject.kind == "person"):
                    return subject
        return None

    def _introduced(self, index: int, start: int) -> Phrase | None:
        """Read who is said to speak before a quotation: 'NAME, the mayor, went on: "N ..."', or a clip."""
        s = self.sentences[index]
        for back in range(index, max(-1, index - 1 - FAR_QUOTES), -1):
            other = self.sentences[back]
            if other.paragraph != s.paragraph:
                return None
            stop = start if back == index else other.end
            opened = max(self.text.rfind(mark, other.start, stop) for mark in '"“')
            if opened < 0:
                continue
            before = self.text[other.start : opened].rstrip()
            if before.endswith(":"):
                if any(c.end <= opened for c in self.refer.claims(back)):
                    return None
                named = _NAME_FIRST.match(self.text, other.start, opened)
                if named:
                    return read_phrase(self.text, named.start(1), named.end(1), strong=True)
                subject = self.refer.finder.subject_of(other, opened)
                return subject if subject and (subject.speaks or subject.kind == "person") else None
            if not before and back and opens_quotation(self.text, other.start):
                line = self.sentences[back - 1]
                if line.paragraph != other.paragraph or line.end - line.start < 160:
                    return named_in_line(self.text, line.start, line.end)
            return None
        return None

    def _opens_paragraph(self, index: int) -> bool:
        """Whether the paragraph of a sentence begins with a quotation."""
        first = bisect_left(self.sentences, self.sentences[index].paragraph, key=attrgetter("paragraph"))
        return opens_quotation(self.text, self.sentences[first].start)

    def holds(self, index: int, at: int) -> bool:
        """Whether a place lies in a quotation; a quotation that is not closed ends with its paragraph."""
        first = index
        paragraph = self.sentences[index].paragraph
        while (
            first > 0 and self.sentences[first - 1].paragraph == paragraph and index - first < FAR_SENTENCES
        ):
            first -= 1
        stretch = self.text[max(self.sentences[first].start, at - 3000) : at]
        opened = stretch.count("“") > stretch.count("”")
        return opened or stretch.count('"') % 2 == 1
