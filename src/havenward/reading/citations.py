"""Citations in brackets and signatures of posts: '(OCHA, 12 May)', '(ibid.)', '- Relief Aid (@relief)'."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property
from operator import attrgetter

from havenward.reading import speaker_words as words
from havenward.reading.speaker_phrases import Phrase

_CITATION = re.compile(r"[(\[]([^()\[\]]{2,120}|[^()\[\]]{0,80}\([^()]{1,20}\)[^()\[\]]{0,40})[)\]]")
_IBID = re.compile(r"(?:ibid|ib|idem|op\.\s*cit|loc\.\s*cit)\b", re.IGNORECASE)
_TWEET = re.compile(r"[—–-]\s*([^@()\n—–]{2,60}?)\s*\(@\w{2,20}\)")
_DATED = re.compile(rf"\b(?:(?:19|20)\d\d|{words.MONTHS}|{words.DAYS})\b")
_CITED = re.compile(r"(?:Source|source|Sources|sources|Src|Data|via|From|from)\s*:?\s+")
_CITATION_NAME = re.compile(r"[^,;:]{2,90}?(?=\s*[,;:]|\s+(?:interviews?|report|sitrep|update)\b|\s+\d|\s*$)")
_PHOTO = re.compile(
    r"\b(?:photo|photograph|image|picture|file|getty|epa|afp photo|map|table|figure|see|video)\b",
    re.IGNORECASE,
)


class Citations:
    """The citations of a text, read when the first one is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def found(self) -> list[Phrase]:
        """All of them in order; each phrase is the name, where it stands."""
        found: list[Phrase] = []
        for match in _CITATION.finditer(self.text):
            cited = read_citation(self.text, match.start(1), match.end(1))
            if cited is None and found and _IBID.match(match[1]):
                cited = found[-1]._replace(start=match.start(1), end=match.end(1))
            if cited:
                found.append(cited)
        if "(@" in self.text:
            found += [
                Phrase(match.start(1), match.end(1), match[1], "media", speaks=True)
                for match in _TWEET.finditer(self.text)
            ]
            found.sort(key=attrgetter("start"))
        return found

    def between(self, start: int, end: int) -> Phrase | None:
        """Give the first citation that begins between two places."""
        at = bisect_left(self.found, start, key=attrgetter("start"))
        return self.found[at] if at < len(self.found) and self.found[at].start <= end else None


def read_citation(text: str, start: int, end: int) -> Phrase | None:
    """Read a citation in brackets: who, and a date or the word 'source'."""
    inner = text[start:end]
    source = _CITED.match(inner)
    if _PHOTO.search(inner) or not any(c.isalpha() for c in inner):
        return None
    if not source and not _DATED.search(inner):
        return None
    offset = source.end() if source else 0
    name = _CITATION_NAME.match(inner, offset)
    if not name:
        return None
    who = name[0].strip()
    if not who or not (who[0].isupper() or source) or _DATED.match(who) or who[0].isdigit():
        return None
    if any(c.isdigit() for c in who) or len(who.split()) > 12:
        return None
    at = start + name.start()
    return Phrase(at, at + len(who), who, "group", speaks=True)
