"""What a text is about around a sentence: flight abroad or within, return, siege, death; and who is armed."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from havenward.reading.parts import Layout

# The words that point to a term when they stand near a number that says nothing itself.
_SIGNS = {
    "refugee": """
        refugee refugees asylum border borders frontier crossed crossing crossings migrants migrant
        influx cross-border newcomers asylum-seekers unhcr
    """,
    "displaced": """
        idp idps displaced displacement displacements internally uprooted homeless iom evictions evicted
    """,
    "returned": """
        return returns returned returning returnees returnee repatriation repatriated deport deported
        deportation deportations deportees expulsion expulsions repatriate deporting
    """,
    "evacuated": "evacuate evacuated evacuation evacuations evacuees evacuating",
    "killed": "killed dead died death deaths toll bodies corpses morgue casualties victims killing",
    "injured": "wounded injured wounds injuries",
    "trapped": "besieged siege trapped encircled surrounded blockade blockaded stranded hostages",
    "in_need": "hunger famine starvation malnutrition hungry insecure insecurity",
    "forces": """
        army armies troops troop soldiers soldier police policemen officers peacekeepers battalion battalions
        garrison military gendarmes regiment conscripts mission reinforcements marines brigade brigades
    """,
    "fighters": """
        rebels rebel militants militant insurgents insurgent gang gangs guerrilla guerrillas fighters militia
        militias jihadists jihadist factions faction paramilitaries paramilitary terrorists gunmen insurgency
        extremists resistance
    """,
}
_TERM_OF = {word: term for term, words in _SIGNS.items() for word in words.split()}
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)?")
_FLIGHT = ("refugee", "displaced")
_ARMED = ("forces", "fighters")
# A word of a title or heading weighs as much as this many of the text.
_TITLE_WEIGHT = 3
# Flight, need and rescue: a text with fewer of these words is about something else.
_FEWEST_SIGNS = 2
# ... unless this many of its words are of armed men
_MANY_ARMED = 3


class Topics:
    """The signs of one text, by sentence; looked up from the sentence outwards."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._signs: list[tuple[int, str]] | None = None
        self._starts: list[int] = []
        self._whole: dict[str, int] = {}

    def _all(self) -> list[tuple[int, str]]:
        """Give place and term of every sign, found when first asked for."""
        if self._signs is None:
            low = self.layout.text.lower()
            found = []
            for match in _WORD.finditer(low):
                term = _TERM_OF.get(match.group())
                if term is not None:
                    found.append((match.start(), term))
            self._signs = found
            self._starts = [start for start, _ in found]
            for start, term in found:
                weight = 1
                if self.layout.sentences and start < self.layout.sentences[0].end:
                    weight = _TITLE_WEIGHT
                self._whole[term] = self._whole.get(term, 0) + weight
        return self._signs

    def between(self, start: int, end: int) -> list[str]:
        """Give the terms the words of a passage point to, in order."""
        signs = self._all()
        left, right = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [term for _, term in signs[left:right]]

    def of_sentence(self, index: int) -> list[str]:
        """Give the terms the words of a sentence point to."""
        if not 0 <= index < len(self.layout.sentences):
            return []
        sentence = self.layout.sentences[index]
        return self.between(sentence.start, sentence.end)

    def weight(self, term: str) -> int:
        """Tell how often the whole text points to a term."""
        self._all()
        return self._whole.get(term, 0)

    def is_crisis(self) -> bool:
        """Whether the text as a whole is about flight, need, death or return."""
        armed = sum(self.weight(term) for term in _ARMED)
        return self.signs() >= _FEWEST_SIGNS or (self.signs() > 0 and armed >= _MANY_ARMED)

    def signs(self) -> int:
        """Count the words of flight, need, death or return."""
        self._all()
        return sum(n for term, n in self._whole.items() if term not in _ARMED and term != "injured")

    def _around(self, sentence: int, terms: tuple[str, ...], back: int) -> str:
        """Find the term of a set that stands nearest: in the sentence, before it, or in its heading."""
        layout = self.layout
        own = layout.sentences[sentence]
        for index in range(sentence, max(-1, sentence - back - 1), -1):
            if index < sentence and layout.sentences[index].paragraph != own.paragraph:
                break
            counts = [term for term in self.of_sentence(index) if term in terms]
            if counts:
                return max(terms, key=counts.count)
        if own.heading is not None:
            counts = [term for term in self.of_sentence(own.heading) if term in terms]
            if counts:
                return max(terms, key=counts.count)
        return ""

    def flight(self, sentence: int) -> str:
        """Tell whether people who move or shelter here have crossed a border; empty where nothing tells."""
        near = self._around(sentence, _FLIGHT, 1)
        if near:
            return near
        self._all()
        refugee, displaced = (self._whole.get(term, 0) for term in _FLIGHT)
        if refugee == displaced:
            return ""
        return "refugee" if refugee > displaced else "displaced"

    def armed(self, sentence: int, start: int) -> str:
        """Tell which armed side was named last before a place of the text: forces, fighters, or none."""
        first = self.layout.sentences[max(0, sentence - 1)].start
        named = [term for term in self.between(first, start) if term in _ARMED]
        return named[-1] if named else ""

    def leading(self, sentence: int, terms: tuple[str, ...]) -> str:
        """Give the term of a set that stands nearest before, else the one the whole text names most."""
        near = self._around(sentence, terms, 2)
        if near:
            return near
        self._all()
        best = max(terms, key=lambda term: self._whole.get(term, 0))
        return best if self._whole.get(best, 0) >= _FEWEST_SIGNS else ""
