"""Who says each figure: the speaker as written, in the sentence, in a quotation, a citation, or carried over.

A text is read once for claims: places where somebody says something. A claim in front of its words
('the UN says N fled') reaches forward, one behind them ('N fled, the UN says') backward, too. A figure
belongs to the claim that reaches it; without one, to the quotation, list or paragraph it stands in. An actor
is no speaker: 'the army evacuated N' has none, and the outlet itself is told.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING

from havenward.reading import speaker_words as words
from havenward.reading.citations import Citations
from havenward.reading.quotations import Quotations
from havenward.reading.referents import FAR_SENTENCES, Referents
from havenward.reading.speaker_phrases import Phrase, phrase_after, read_phrase
from havenward.reading.voices import continues, find_turns, goes_on_with_plan, speaks_of_itself

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from havenward.reading.claims import Claim
    from havenward.reading.parts import Layout, Sentence

FAR_CITATION = 2500  # characters between a figure and the citation that closes its paragraph
_FIGURE_OF = re.compile(
    r"\s(?:estimates?|figures?|tally|count|number|projections?|forecast|toll)\s+(?:of|at|is|was)\s+"
    r"(?:about|around|some|more\s+than|over|nearly|almost|up\s+to|at\s+least|between|only|roughly|an?\s+estimated)?"
    r"\s*$"
)
_UNNAMED = frozenset({"official", "an official", "the official", "the chief", "the head", "a head"})
_NEW_PHRASE = re.compile(
    r"(?:.*\b(?:of|from|to|than|with|by|and|is|was|were|are|that|on|in|for|or|above|below|exceeds|gave|gives|put|puts|estimates|has|had|"
    r"have|raised|revised|cited|quoted|reported|using|against)\s|.*[,;:(]\s)\s*"
)
_BASED_ON_NEXT = re.compile(
    r"(?:This|That|These|Those|The|Both|All)\s+(?:\w+\s+){0,3}?(?:figures?|numbers?|estimates?|data|totals?)\s+"
    r"(?:is|are|was|were|comes?|came|originates?)\s+(?:\w+\s+){0,2}?(?:based\s+(?:up)?on|from|by|taken\s+from)\s+"
)
_BACKGROUND = re.compile(
    rf"(?:Last\s+(?:year|month)|In\s+(?:{words.MONTHS}\s+)?\d{{4}}|In\s+(?:early|late)\s|Ear(?:ly|lier)\s+(?:this|last)|"
    r"Previously|In\s+recent|In\s+the\s+past|Historically|Meanwhile|Elsewhere|Separately)\b"
)
_LIST_INTRO = re.compile(
    r"\b(?:gave|gives|released|releases|provided|provides|published|publishes|issued|shared|lists|listed|"
    r"reports?|reported|following|figures|says?|said)\b"
)
_ITEM = re.compile(r"\s*(?:[-*•‣·▪◦–—o]|\(?\d{1,2}[.)]|\(?[a-z]\))\s")
_ANAPHORA = re.compile(
    r"(?:Of\s+(?:these|those|them|this|whom)|Among\s+(?:them|these|those)|(?:They|These|Those|This|It)\s+"
    r"(?:\w+\s+)?(?:includes?|included|comprises?)|The\s+\w+\s+(?:comprise|include|consist)s?\b)"
)
_HEADLINE_END = re.compile(r"(?:[:–—]|\s-)\s*([^:–—\n]{2,60})$")
_HEADLINE_START = re.compile(r"([^:\n]{2,60}):\s")
_BREAK = re.compile(r"[;]|,\s*(?:and|but|while|although|though|whereas)\b|\bwhile\b|\bwhereas\b")
_TURNS = re.compile(
    r",?\s(?:while|whereas)\s(?=the\b|an?\b|[A-Z\d]|its\b|their\b|another\b|about\b|some\b|only\b)"
)
_GAPPED = re.compile(
    r"[,;]\s+(?:(?:and|but|while)\s+)?((?:the|an?|one|[A-ZÀ-Þ]|rebels|officials|residents|witnesses|activists)[^,;:.()]{1,70}?)"
    r"(?:,\s+by\s+contrast,|\s+only)?(?:\s+(?:at|of|about|around|some|only|just|over|under|below|above|nearly|almost|more\s+than|at\s+least|up\s+to|as\s+many\s+as|"
    r"fewer\s+than|less\s+than|close\s+to|roughly|an\s+estimated|twice))*\s*$"
)
_TOWN_OF = re.compile(
    r"\b(?:a|the)\s+(?:\w+\s+){0,2}?(?:city|town|village|district|island|community|municipality|province|territory|country|"
    r"nation|settlement)\s+of\s+(?:about\s+|around\s+|some\s+|more\s+than\s+|over\s+|nearly\s+|almost\s+|roughly\s+|only\s+|just\s+)?$"
)
_REJECTED = re.compile(
    r"\b(?:calls?|called|dismiss(?:es|ed)?|rejects?|rejected|disputes?|disputed|den(?:y|ies|ied)|questions?|questioned|contests?|"
    r"contested)\s+(?:\w+\s+){0,3}?(predictions?|forecasts?|estimates?|reports?|claims?|figures?|talk|warnings?|fears|rumou?rs|suggestions)\s+"
    r"(?:of|that)\s+(?:\w+\s+){0,3}?$"
)
_OUTSIDE = frozenset({"they", "it", "he", "she"})
_WITH = re.compile(r"(?:With|Given|Citing)\b")


def attribute(layout: Layout, spans: Sequence[tuple[int, int]]) -> tuple[str | None, ...]:
    """Name the speaker of every figure, as written.

    Parameters
    ----------
    layout
        The text with its sentences.
    spans
        Start and end of each figure, in characters of the text.

    Returns
    -------
    speakers
        One per span: the words that name the speaker, copied; None where the outlet itself speaks.
    """
    speaker_of = listen(layout, spans)
    return tuple(speaker_of(span) for span in spans)


def listen(layout: Layout, spans: Sequence[tuple[int, int]]) -> Callable[[tuple[int, int]], str | None]:
    """Read a text for its claims once, and answer who says what stands at a place.

    Parameters
    ----------
    layout
        The text with its sentences.
    spans
        Start and end of its figures: words that are a figure are no speaker.

    Returns
    -------
    speaker_of
        Takes start and end of a figure or movement and gives its speaker as written, None for the outlet.
    """
    reader = _Reader(layout, spans)

    def speaker_of(span: tuple[int, int]) -> str | None:
        speaker = reader.speaker_of(*span)
        return speaker.words if speaker else None

    return speaker_of


class _Reader:
    """One text while it is read: claims are found sentence by sentence, when they are asked for."""

    def __init__(self, layout: Layout, spans: Sequence[tuple[int, int]]) -> None:
        self.text = layout.text
        self.layout = layout
        self.sentences = layout.sentences
        self.starts = [s.start for s in layout.sentences]
        self.spans = sorted(spans)
        self.going_on: dict[int, bool] = {}
        refer = Referents(layout, spans)
        self.claims, self.resolve, self.finder = refer.claims, refer.resolve, refer.finder
        self.quotations = Quotations(refer)
        self.citations = Citations(layout.text)

    # -- from a figure to its speaker --------------------------------------------------------------------

    def speaker_of(self, start: int, end: int) -> Phrase | None:
        index = bisect_right(self.starts, start) - 1
        if index < 0:
            return None
        sentence = self.sentences[index]
        behind = max(sentence.start, start - 90)
        words = self.text[behind:start]
        if " of " in words[-24:] and _TOWN_OF.search(words):
            return None  # 'a city of N': what everybody knows
        linked = " of " in words or " that " in words
        rejected = _REJECTED.search(self.text, behind, start) if linked else None
        if rejected:
            told = rejected[1].startswith(("report", "claim", "rumo"))
            return Phrase(*rejected.span(1), rejected[1], "document", carries=False) if told else None
        named = self._figure_of(start, sentence) or self._gapped(index, start)
        if named:
            return named
        found, claim = self._in_sentence(index, start, end)
        if found:
            cited = self._cited(sentence, end) if claim and claim.faint else None
            return cited or (self.resolve(index, claim) if claim else None)
        if sentence.role == "title":
            return self._headline(sentence, start)
        cited = self._cited(sentence, end)
        if cited:
            return cited
        return (
            self.quotations.speaker(index, start)
            or self._earlier_in_paragraph(index)
            or self._list_intro(index)
            or self._closing_citation(index, start, end)
            or self._named_next(index)
            or self._anaphora(index)
            or self.turns.get(sentence.paragraph)
        )

    @cached_property
    def turns(self) -> dict[int, Phrase | None]:
        """Whose turn each paragraph of a transcript is."""
        return find_turns(self.layout)

    def _gapped(self, index: int, start: int) -> Phrase | None:
        """Read 'the UN puts it at N, the government at M': the verb is left out the second time."""
        s = self.sentences[index]
        claims = self.claims(index)
        if not claims or claims[0].end > start:
            return None
        match = _GAPPED.search(self.text, max(s.start, start - 110), start)
        if match is None or not any(c.end <= match.start() for c in claims):
            return None
        if any(match.start(1) <= c.end <= start for c in claims):
            return None
        phrase = read_phrase(self.text, match.start(1), match.end(1), strong=False)
        return phrase if phrase and phrase.speaks and phrase.kind != "document" else None

    def _in_sentence(self, index: int, start: int, end: int) -> tuple[bool, Claim | None]:
        """Choose the claim of the sentence that reaches a figure."""
        claims = self.claims(index)
        if not claims:
            return False, None
        at = bisect_right(claims, start, key=attrgetter("start"))
        earlier = (claims[n] for n in range(at - 1, -1, -1))
        later = (claims[n] for n in range(at, len(claims)))
        before = next((c for c in earlier if c.end <= start and c.reach != "by"), None)
        after = next((c for c in later if c.start >= end), None)
        if after and after.reach == "by" and self._too_far(end, after.start):
            after = None
        if after and after.reach == "front":
            opening = self.text[self.sentences[index].start : start]
            after = after if before is None and _WITH.match(opening) else None
        if before and before.stands_for in _OUTSIDE and self._within_quote(index, before.start, start):
            before = None  # '"They say there are N behind us," she shrugs'
        if before and self._turns_away(before, start):
            before = None
        chosen = self._nearer(before, after, start)
        if chosen is None or (chosen.speaker and chosen.speaker.kind == "media"):
            # whom an outlet quotes speaks before the outlet
            chosen = next((c for c in claims if c.reach == "quoting" and c.speaker), chosen)
        if (
            chosen
            and chosen is before
            and before.reach == "front"
            and _TURNS.search(self.text, before.end, start)
        ):
            chosen = None  # 'India says N came, while the agency has registered M'
        return chosen is not None, chosen

    def _within_quote(self, index: int, first: int, start: int) -> bool:
        """Whether two places stand in one quotation."""
        return self.quotations.holds(index, first) and not re.search('["”]', self.text[first:start])

    def _turns_away(self, claim: Claim, start: int) -> bool:
        """Whether a new main clause with a subject of its own begins between a claim and a figure."""
        at = self.text.rfind("; ", claim.end, start)
        return at >= 0 and not continues(self.text, at + 2, start + 40)

    def _too_far(self, end: int, start: int) -> bool:
        """Whether words lie between a figure and 'given by X' that part them, another figure for one."""
        if start - end > 90 or _BREAK.search(self.text, end, start):
            return True
        at = bisect_right(self.spans, (end, 0))
        return at < len(self.spans) and self.spans[at][0] < start

    def _nearer(self, before: Claim | None, after: Claim | None, start: int) -> Claim | None:
        if before is None or after is None:
            return before or after
        if after.reach == "by":
            return after
        if after.speaker and after.speaker.kind == "media":
            return before
        if before.speaker and before.speaker.kind == "media":
            return after
        if before.reach == "back" or before.faint or _BREAK.search(self.text, before.end, start):
            return after
        return before

    def _figure_of(self, start: int, sentence: Sentence) -> Phrase | None:
        """Read 'the UN estimate of N'."""
        match = _FIGURE_OF.search(self.text, max(sentence.start, start - 45), start)
        if not match:
            return None
        left = max(sentence.start, match.start() - 60)
        fresh = _NEW_PHRASE.match(self.text, left, match.start())
        stop = match.start()
        owner = self.text[stop - 2 : stop] in {"'s", "’s"}
        phrase = read_phrase(self.text, fresh.end() if fresh else left, stop - 2 * owner, strong=False)
        if (
            phrase
            and phrase.kind != "document"
            and phrase.words not in _UNNAMED
            and len(phrase.words.split()) <= 5
        ):
            return phrase
        return None

    # -- outside the sentence ----------------------------------------------------------------------------

    def _headline(self, s: Sentence, start: int) -> Phrase | None:
        """Read 'N could flee: UN', 'N dead - Red Cross' and 'UN: N could flee'."""
        match = _HEADLINE_END.search(self.text, max(s.start, s.end - 70), s.end)
        if match and match.start() > start:
            phrase = read_phrase(self.text, match.start(1), match.end(1), strong=False)
            if phrase and phrase.speaks:
                return phrase
        match = _HEADLINE_START.match(self.text, s.start, s.end)
        if match and match.end() <= start:
            phrase = read_phrase(self.text, match.start(1), match.end(1), strong=False)
            if phrase and phrase.speaks:
                return phrase
        return None

    def _cited(self, s: Sentence, end: int) -> Phrase | None:
        """Read a citation in brackets behind a figure, in its own sentence."""
        return self.citations.between(end, min(s.end + 1, end + 600))

    def _earlier_in_paragraph(self, index: int) -> Phrase | None:
        """Carry over the speaker of the sentences before, as long as each goes on with the last."""
        paragraph = self.sentences[index].paragraph
        item = self.sentences[index].role in {"item", "row"}
        for back in range(index - 1, max(-1, index - FAR_SENTENCES), -1):
            here, there = self.sentences[back + 1], self.sentences[back]
            if there.paragraph != paragraph or (item and _ITEM.match(self.text, here.start, here.start + 8)):
                return None
            if not self._goes_on(back + 1):
                return None
            for claim in reversed(self.claims(back)):
                if claim.reach == "by":
                    continue
                if self._turns_away(claim, there.end):
                    return None
                speaker = self.resolve(back, claim)
                if speaker and speaker.kind == "document" and not speaker.carries:
                    return speaker if goes_on_with_plan(self.text, here.start, here.end) else None
                if speaker:
                    return speaker
        return None

    def _goes_on(self, index: int) -> bool:
        """Whether a sentence goes on with what the one before says; if not, the outlet speaks again."""
        if index not in self.going_on:
            s = self.sentences[index]
            self.going_on[index] = (
                not _BACKGROUND.match(self.text, s.start, s.end)
                and continues(self.text, s.start, s.end)
                and not speaks_of_itself(self.text, s.start, s.end)
            )
        return self.going_on[index]

    def _list_intro(self, index: int) -> Phrase | None:
        """Carry the speaker of the line that introduces a list to its items."""
        s = self.sentences[index]
        if s.role not in {"item", "row"} and not _ITEM.match(self.text, s.start, min(s.end, s.start + 8)):
            return None
        for back in range(index - 1, max(-1, index - 40), -1):
            other = self.sentences[back]
            if other.role in {"item", "row"} or _ITEM.match(
                self.text, other.start, min(other.end, other.start + 8)
            ):
                continue
            if not self.text[other.start : other.end].rstrip().endswith(":"):
                return None
            for claim in self.claims(back):
                if claim.reach != "by":
                    return self.resolve(back, claim)
            if _LIST_INTRO.search(self.text, other.start, other.end):
                return self.finder.subject_of(other, other.end)
            return None
        return None

    def _closing_citation(self, index: int, start: int, end: int) -> Phrase | None:
        """Read the citation that closes the paragraph, or this part of it."""
        earlier = self.citations.between(self.sentences[index].start, start)
        if earlier:
            return earlier  # 'of the N displaced (the UN, May 2024), M are in the north alone'
        cited = self.citations.between(end, end + FAR_CITATION)
        if cited is None:
            return None
        paragraph = self.sentences[index].paragraph
        for ahead in range(index, min(len(self.sentences), index + FAR_SENTENCES)):
            if self.sentences[ahead].paragraph != paragraph:
                return None
            if any(c.speaker for c in self.claims(ahead)):
                return None
            if cited.start < self.sentences[ahead].end:
                return cited
        return None

    def _named_next(self, index: int) -> Phrase | None:
        """Read 'This figure is based on estimates by X' in the next sentence."""
        if index + 1 >= len(self.sentences):
            return None
        s = self.sentences[index + 1]
        match = _BASED_ON_NEXT.match(self.text, s.start, min(s.end, s.start + 120))
        return phrase_after(self.text, match.end(), s.end) if match else None

    def _anaphora(self, index: int) -> Phrase | None:
        """Carry a speaker over to a paragraph that goes on about the same people ('Of these, ...')."""
        s = self.sentences[index]
        if index == 0 or not _ANAPHORA.match(self.text, s.start, min(s.end, s.start + 60)):
            return None
        if self.sentences[index - 1].role in {"title", "heading"}:
            return None
        for claim in reversed(self.claims(index - 1)):
            if claim.reach != "by":
                return self.resolve(index - 1, claim)
        return None
