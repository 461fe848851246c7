"""What a text is about around a sentence: flight abroad or within, return, siege, death; and who is armed."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from havenward.reading.lexicon_groups import COUNTRIES

if TYPE_CHECKING:
    from havenward.reading.parts import Layout

# The peoples whose name is not that of their country with an ending.
PEOPLES = {
    "sudanese": "sudan",
    "congolese": "congo",
    "syrian": "syria",
    "afghan": "afghanistan",
    "iraqi": "iraq",
    "burundian": "burundi",
    "rwandan": "rwanda",
    "ukrainian": "ukraine",
    "venezuelan": "venezuela",
    "colombian": "colombia",
    "somali": "somalia",
    "ethiopian": "ethiopia",
    "eritrean": "eritrea",
    "malian": "mali",
    "nigerian": "nigeria",
    "cameroonian": "cameroon",
    "burmese": "myanmar",
    "rohingya": "myanmar",
    "armenian": "armenia",
    "haitian": "haiti",
    "turkish": "turkey",
    "lebanese": "lebanon",
    "palestinian": "palestine",
    "yemeni": "yemen",
    "libyan": "libya",
    "tanzanian": "tanzania",
    "ugandan": "uganda",
    "kenyan": "kenya",
    "chadian": "chad",
    "pakistani": "pakistan",
    "iranian": "iran",
    "polish": "poland",
    "russian": "russia",
    "burkinabe": "burkina",
    "honduran": "honduras",
    "nicaraguan": "nicaragua",
    "bangladeshi": "bangladesh",
    "ivorian": "ivory",
    "liberian": "liberia",
    "azerbaijani": "azerbaijan",
    "georgian": "georgia",
    "egyptian": "egypt",
    "jordanian": "jordan",
    "salvadoran": "salvador",
    "guatemalan": "guatemala",
    "mexican": "mexico",
    "indian": "india",
    "nepali": "nepal",
    "angolan": "angola",
    "mozambican": "mozambique",
    "zimbabwean": "zimbabwe",
    "bosnian": "bosnia",
    "moldovan": "moldova",
}

# The words that point to a term when they stand near a number that says nothing itself.
_SIGNS = {
    "refugee": """
        refugee refugees asylum border borders frontier migrants migrant moria lesbos lampedusa
        smugglers dinghy dinghies coastguard kutupalong dadaab kakuma zaatari azraq nyarugusu mbera
        kiryandongo bidi nakivale influx cross-border newcomers asylum-seekers unhcr
    """,
    "displaced": """
        idp idps displaced displacement displacements internally uprooted homeless evictions evicted
    """,
    "returned": """
        returnees returnee repatriation repatriated deport deported deportation deportations
        deportees expulsion expulsions repatriate deporting repatriations
    """,
    "evacuated": "evacuate evacuated evacuation evacuations evacuees evacuating",
    "killed": "killed dead died death deaths toll bodies corpses morgue casualties victims killing",
    "injured": "wounded injured wounds injuries",
    "trapped": "besieged siege trapped encircled surrounded blockade blockaded stranded hostages",
    "in_need": "hunger famine starvation malnutrition hungry insecure insecurity starved rations",
    "crisis": """
        fled flee flees fleeing exodus camp camps shelter shelters sheltering humanitarian relief
        tents msf unicef ocha wfp icrc rescuers rescued floods flood flooded cyclone typhoon
        hurricane earthquake quake shelling shelled offensive war ceasefire front drowned missing
        mattresses refuge uprooted landslide eruption settlement return returns returned returning
        sanctuary
    """,
    "forces": """
        army armies troops troop soldiers soldier police policemen officers peacekeepers battalion
        battalions garrison military gendarmes regiment conscripts mission reinforcements marines
        brigade brigades
    """,
    "fighters": """
        rebels rebel militants militant insurgents insurgent gang gangs guerrilla guerrillas
        fighters militia militias jihadists jihadist factions faction paramilitaries paramilitary
        terrorists gunmen insurgency extremists resistance m23 rsf isis isil taliban shabaab
        al-shabaab boko farc eln houthis houthi codeco adf tplf fano jnim iswap hezbollah hamas
        wagner cartel cartels
    """,
}
_TERM_OF = {word: term for term, words in _SIGNS.items() for word in words.split()}
# signs of the text as a whole, too weak to tell of a sentence (the Red Cross is none)
_WEAK = dict.fromkeys("crossed crossing crossings cross customs passports visas exile".split(), "refugee")
_LISTED = _TERM_OF.keys() | _WEAK.keys()
_BEGINNINGS = frozenset(re.split("[^a-z]", word)[0] for word in _LISTED)
_WORD = re.compile(r"[a-z][a-z0-9]*(?:-[a-z]+)?")
_HAZARDS = frozenset(
    """
    floods flood flooded cyclone typhoon hurricane earthquake quake landslide eruption
    """.split()
)
_NAME = re.compile(r"\b[A-Z][a-z]{3,}\b")
_TWO = 2
_FLIGHT = ("refugee", "displaced")
_ARMED = ("forces", "fighters")
# A word of a title or heading weighs as much as this many of the text.
_TITLE_WEIGHT = 3
# Flight, need and rescue: a text with fewer of these words is about something else.
_FEWEST_SIGNS = 2
# ... unless it has this many words of the causes and places of flight
_MANY = 3


class Topics:
    """The signs of one text, by sentence; looked up from the sentence outwards."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._signs: list[tuple[int, str]] | None = None
        self._begins = [sentence.start for sentence in layout.sentences]
        self._starts: list[int] = []
        self._whole: dict[str, int] = {}
        self._named = -1
        self._hazard = False
        self._paragraphs: list[int] = []
        self._weak: list[int] = []
        self._near: dict[int, tuple[float, float]] = {}

    def _all(self) -> list[tuple[int, str]]:
        """Give place and term of every sign, found when first asked for."""
        if self._signs is None:
            low = self.layout.text.lower()
            found = []
            for start, word in self._listed(low):
                term = _TERM_OF.get(word)
                if term is not None:
                    found.append((start, term))
                    self._hazard = self._hazard or word in _HAZARDS
                elif not low.endswith("red ", 0, start):
                    self._whole[_WEAK[word]] = self._whole.get(_WEAK[word], 0) + 1
                    self._weak.append(self._paragraph(start))
            self._signs = found
            self._starts = [start for start, _ in found]
            self._paragraphs = [self._paragraph(start) for start, term in found]
            for start, term in found:
                weight = 1
                if self.layout.sentences and start < self.layout.sentences[0].end:
                    weight = _TITLE_WEIGHT
                self._whole[term] = self._whole.get(term, 0) + weight
        return self._signs

    def _listed(self, low: str) -> list[tuple[int, str]]:
        """Give place and word of all that is in a list, from the sentences that hold any."""
        found = []
        for index, sentence in enumerate(self.layout.sentences):
            if not _BEGINNINGS.isdisjoint(self.layout.said(index)):
                words = _WORD.finditer(low, sentence.start, sentence.end)
                found += [(word.start(), word[0]) for word in words if word[0] in _LISTED]
        return found

    def _paragraph(self, place: int) -> int:
        """Give the paragraph of a place of the text."""
        sentences = self.layout.sentences
        index = bisect_right(self._begins, place) - 1
        return sentences[index].paragraph if index >= 0 else 0

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

    def beside(self, sentence: int) -> str:
        """Give the term that the sentence, or the one before, points to last; empty for none."""
        terms = self.of_sentence(sentence) or self.of_sentence(sentence - 1)
        return terms[-1] if terms else ""

    def weight(self, term: str) -> int:
        """Tell how often the whole text points to a term."""
        self._all()
        return self._whole.get(term, 0)

    def is_crisis(self) -> bool:
        """Whether the text as a whole is about flight, need, death or return."""
        armed = sum(self.weight(term) for term in _ARMED)
        weak = self.weight("crisis")
        return self.signs() >= _FEWEST_SIGNS or weak >= _MANY or self.signs() > 0 < weak + armed

    def signs(self) -> int:
        """Count the words of flight, need, death or return."""
        self._all()
        return sum(n for term, n in self._whole.items() if term not in (*_ARMED, "injured", "crisis"))

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

    def flight(self, sentence: int, refugees: int = 0, displaced: int = 0) -> str:
        """Tell whether people who move or shelter here have crossed a border; empty where nothing tells.

        `refugees` and `displaced` are how many figures of each were read before.
        """
        near = self._around(sentence, _FLIGHT, 1)
        if near:
            return near
        self._all()
        crossed = refugees + self._whole.get("refugee", 0)
        within = displaced + self._whole.get("displaced", 0)
        if self._whole.get("returned", 0) > crossed + within:
            return "returned"
        if not within and crossed < _FEWEST_SIGNS and (self._hazard or self._countries() < _TWO):
            return ""
        near_refugee, near_displaced = self._nearness(self.layout.sentences[sentence].paragraph)
        near_refugee += refugees
        near_displaced += displaced
        if near_refugee == near_displaced:
            return "displaced" if near_displaced else ""
        return "refugee" if near_refugee > near_displaced else "displaced"

    def _nearness(self, paragraph: int) -> tuple[float, float]:
        """Weigh the signs of crossing a border and of flight within by how few paragraphs away they are."""
        known = self._near.get(paragraph)
        if known is None:
            sums = dict.fromkeys(_FLIGHT, 0.0)
            for (_, term), where in zip(self._all(), self._paragraphs, strict=True):
                if term in sums:
                    sums[term] += 1.0 if where == 0 else 1 / (1 + abs(paragraph - where))
            for where in self._weak:
                sums["refugee"] += 0.5 / (1 + abs(paragraph - where))
            known = (sums["refugee"], sums["displaced"])
            self._near[paragraph] = known
        return known

    def _countries(self) -> int:
        """Count the countries a text names, by name or people, up to two."""
        if self._named < 0:
            named: set[str] = set()
            for match in _NAME.finditer(self.layout.text):
                word = match.group().lower()
                if word in COUNTRIES:
                    named.add(word)
                else:
                    stem = word.rstrip("s")
                    named.update(c for c in PEOPLES.get(stem, "").split() if c)
                if len(named) >= _TWO:
                    break
            self._named = len(named)
        return self._named

    def armed(self, sentence: int, start: int) -> str:
        """Tell which armed side was named last before a place of the text: forces, fighters, or none."""
        first = self.layout.sentences[max(0, sentence - 1)].start
        named = [term for term in self.between(first, start) if term in _ARMED]
        return named[-1] if named else ""

    def names_fighters(self, word: str) -> bool:
        """Whether a word names an armed group or its members."""
        return _TERM_OF.get(word.lower()) == "fighters"

    def leading(self, sentence: int, terms: tuple[str, ...]) -> str:
        """Give the term of a set that stands nearest before, else the one the whole text names most."""
        near = self._around(sentence, terms, 2)
        if near:
            return near
        self._all()
        best = max(terms, key=lambda term: self._whole.get(term, 0))
        return best if self._whole.get(best, 0) > 0 else ""
