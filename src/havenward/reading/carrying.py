"""Which place a figure takes from the sentence before or the heading, and what "the city" means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from havenward.reading.choosing import LINES, SMALL
from havenward.reading.lexicon_places import KIND

if TYPE_CHECKING:
    from havenward.reading.choosing import Finder
    from havenward.reading.parts import Layout, Sentence
    from havenward.reading.roles import Site, Sites

_COUNTED = re.compile(
    r"(?:\d|(?:the )?(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|some|many"
    r"|various)\b|a dozen|dozens?)",
    re.IGNORECASE,
)
# A sentence that opens so no longer speaks of the place of the one before.
_SHIFT = re.compile(
    r"[\"“‘'(]*(?:Since |In total\b|Overall\b|Nationwide\b|Nationally\b|Elsewhere\b|Globally\b|Worldwide\b"
    r"|Altogether\b|In all\b"
    r"|By \d|By (?:early|late|mid|the end|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|Last (?:year"
    r"|month)|Previously\b"
    r"|In (?:\d{4}|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|recent|the past|the last|early|late|mid)"
    r"|Across the (?:country|region)|At (?:a|the) national|In other|In a separate|Separately\b|In addition\b)"
)
_BACK = re.compile(
    r"[\"“‘'(]*(?:They|There|These|Those|Them|Most of them|Some of them|Many of them|Among them|Of (?:them"
    r"|these|those)|It|Both|"
    r"(?:The|This|That) (?:[a-z-]+ ){0,2}?(?:landslide|floods?|flooding|attacks?|clash(?:es)?|fighting"
    r"|violence|conflict|incident"
    r"|quake|earthquake|storm|typhoon|cyclone|hurricane|fire|blast|explosion|camp|city|town|village"
    r"|district|province|region"
    r"|raids?|offensive|operation|displaced|refugees|families|victims|dead|figure|number|total|influx"
    r"|exodus|latest|group)s?|The (?:death )?toll|(?:Another|A further|An additional)"
    r" (?:\d|\w+ (?:people|were|others|more)\b)|Among (?:the|those) (?:dead|killed|wounded|injured|victims)"
    r"|(?:This|That) (?:means|meant|leaves|left|would|will|could|has|was|is))\b"
)
# A claim about the event of the sentence before: "The government claims the attack killed six".
_THE_EVENT = re.compile(
    r"\b(?:says?|said|claim(?:s|ed)?|report(?:s|ed)?|confirm(?:s|ed)?|state[sd]?|announce[sd]?) (?:that )?"
    r"(?:the|this|that) (?:attacks?|strikes?|blasts?|explosions?|raids?|assault|bombing|shelling|flood(?:s"
    r"|ing)?|earthquake|quake|storm|landslides?|clashes|incident|air ?strikes?|offensive)\b"
)
_NATION = re.compile(
    r"(?:[a-z]+ (?:of )?){0,2}(?:[A-Z][a-z]+(?:s|ese|i)\b(?! [a-z]*(?:refugee|famil|civilian|people|migrant"
    r"|national|resident|child|wom|men|troop|soldier|force|police)))"
)
# The same speaker goes on: "... are in camps," he said.
_GOES_ON = re.compile(r"[”\"’'],? (?:he|she|they) (?:said|says|added|adds|told|explained|noted)\b")
# An adjective or owner of a state that acts or speaks: its first letters are those of its land.
_CAPITAL_WORD = re.compile(r"\b[A-Z][a-z]{3,}")
_STEM = 4
# What a sentence says of the thing that the one before began with.
_ITS = re.compile(
    r"\b(?:it|its|there|here|they|their|(?:the|this|that) (?:[a-z]+ )?(?:city|town|village|camp|site"
    r"|district|province|region|island"
    r"|area|hospital|school|stadium|settlement|neighbou?rhood|country|state|compound|base|township|port"
    r"|suburb))\b",
    re.IGNORECASE,
)
_IT_HOSTS = re.compile(
    r"(?:It|The country|The nation) (?:(?:is|has|was|already|also|now|currently|been|had|still) ){0,3}"
    r"(?:hosts?|hosting|hosted|shelter\w*|home to|tak(?:en|ing) in|took in|hous(?:es|ing|ed)|receiv\w+"
    r"|absorb\w+|accommodat\w+|accept\w*|regist\w+|welcom\w+)\b"
)
_HEDGES = re.compile(
    r"(?:(?:[Aa]t|[Ll]east|[Ss]ome|[Aa]bout|[Aa]round|[Mm]ore|[Tt]han|[Oo]ver|[Nn]early|[Uu]p|to) )*"
)
_OPENING = " \"“‘'([0123456789/.•*-"
_DIGIT = re.compile(r"\d")
_QUOTES = frozenset("\"“'‘")
_PLURAL = re.compile(
    r"^(?:the |these |those |some |many |several |other )?(?:[a-z-]+ )?(?:areas|camps|sites|villages"
    r"|places|towns|homes)$"
)
# One spot of a place that the sentence before names.
_SPOT = re.compile(
    r"the (?:stadium|hospital|school|church|mosque|river|market|base|airport|bridge|port|square"
    r"|university|monastery)"
)
_FITTING = frozenset({"admin", "town", "site"})
_PART_OF_IT = ("the ", "this ", "several ", "some ", "many ", "parts ", "areas ")
_RANK = {
    "in": 0,
    "label": 0,
    "subject": 1,
    "acting": 1,
    "seat": 3,
    "to": 2,
    "reach": 2,
    "object": 2,
    "of": 3,
    "from": 4,
    "leave": 4,
}
_LINE = frozenset({"row", "item", "body"})
_MAX_LABEL = 30  # characters before the figure of a line
_MAX_SITES = 40  # of a sentence before that are looked at


class Carrier:
    """Carries places from sentence to sentence of a text.

    Parameters
    ----------
    layout, sites
        The text, its blanks evened out, and its places.
    """

    def __init__(self, layout: Layout, sites: Sites) -> None:
        self._layout = layout
        self._sites = sites
        self._focus: dict[int, Site | None] = {}  # of the last figure of each sentence: its place,
        self._terms: dict[int, str] = {}  # its term,
        self._moves: dict[int, tuple[Site | None, Site | None]] = {}  # and its origin and destination

    def settle(self, index: int, finder: Finder) -> tuple[Site | None, Site | None, Site | None]:
        """Give place, origin and destination of a figure; figures come in the order of the text.

        Parameters
        ----------
        index
            The sentence of the figure.
        finder
            The places of that sentence as seen from the figure.

        Returns
        -------
        place, origin, destination
            None for what is not said.
        """
        meaning = finder.meaning
        place = self._find_place(index, finder)
        if place is None and self._counts_same_people(index, finder):
            place = self._focus.get(index - 1)
        if place is None and finder.previous_end > 0:
            place = self._focus.get(index)
        moves = finder.find_movement()
        if (
            meaning.term == "expected_displaced" == self._terms.get(index - 1)
            and place is not None
            and not self._sites.of(index)
        ):
            moves = self._moves.get(index - 1, moves)  # another number of one plan
        self._focus[index], self._terms[index], self._moves[index] = place, meaning.term, moves
        return place, *moves

    def _counts_same_people(self, index: int, finder: Finder) -> bool:
        """Whether a line or list item gives a share or another count of the people of the line before."""
        before = self._layout.sentences[index - 1].role if index else ""
        if self._terms.get(index - 1) != finder.meaning.term or before not in _LINE:
            return False
        here = self._layout.sentences[index]
        if finder.start - here.start >= _MAX_LABEL:
            return False
        first = finder.previous_end < 0
        return finder.meaning.unit == "percent" or (here.role == before == "row" and first)

    def _find_place(self, index: int, finder: Finder) -> Site | None:
        """Take the place of the sentence, else that of the sentence before, else that of the heading."""
        text = self._layout.text
        sentence = self._layout.sentences[index]
        if finder.counts_war():
            return finder.find_country()
        site = finder.find_location()
        if site is not None and site.named:
            return site
        heading = None if sentence.heading is None else self._find_heading(sentence.heading)
        if site is not None:
            return self._resolve(site, index, finder, heading)
        host = self._find_host(index)
        if host is not None:
            return host
        if _NATION.match(text[finder.end + 1 : finder.end + 40]):
            return None
        if _SHIFT.match(text, sentence.start):
            return heading
        return (
            self._inherit(index, anyway=self._is_bare_toll(index, finder))
            or self._find_land(index)
            or heading
        )

    def _is_bare_toll(self, index: int, finder: Finder) -> bool:
        """Whether a sentence opens with a toll and names no place: that of the event told just before."""
        sentence = self._layout.sentences[index]
        return (
            finder.meaning.term in {"killed", "injured"}
            and sentence.role == "body"
            and not self._sites.of(index)
            and index - 1 not in self._focus
            and _HEDGES.fullmatch(self._layout.text, sentence.start, max(sentence.start, finder.start))
            is not None
        )

    def _find_host(self, index: int) -> Site | None:
        """Give the country before that "It is already sheltering ..." speaks of."""
        if not index or not _IT_HOSTS.match(self._layout.text, self._layout.sentences[index].start):
            return None
        sites = self._sites.of(index - 1)[:_MAX_SITES]
        topic = _find_topic(self._layout.text, self._layout.sentences[index - 1].start, sites)
        return topic if topic is not None and topic.kind == "country" else None

    def _find_land(self, index: int) -> Site | None:
        """Give the place before that lies in the land whose people or state this sentence names."""
        layout = self._layout
        sites = [site for site in self._sites.of(index - 1)[:_MAX_SITES] if site.named and site.role in _RANK]
        if not sites or layout.sentences[index - 1].role in {"title", "related"}:
            return None
        sentence = layout.sentences[index]
        stop = min(sentence.end, sentence.start + 400)
        stems = {word[:_STEM] for word in _CAPITAL_WORD.findall(layout.text, sentence.start, stop)}
        for site in sites:
            words = _CAPITAL_WORD.findall(layout.text, site.start, site.end)
            if any(word[:_STEM] in stems for word in words):
                return site
        return None

    def _find_heading(self, index: int) -> Site | None:
        """Give the place of a heading; one with a day, an hour or a figure beside it heads no section."""
        site = next(iter(self._sites.of(index)), None)
        if site is None:
            return None
        text, sentence = self._layout.text, self._layout.sentences[index]
        beside = text[sentence.start : site.start] + text[site.end : sentence.end]
        return None if _DIGIT.search(beside) else site

    def _resolve(self, site: Site, index: int, finder: Finder, heading: Site | None) -> Site:
        """Say what `the city`, `some districts of the region` or `30 villages` means, if a name says it."""
        phrase = self._layout.text[site.start : site.end].lower()
        noun = phrase.rsplit(" ", 1)[-1]
        kind = KIND.get(noun, "")
        if _SPOT.fullmatch(phrase):
            before = self._inherit(index)
            return before if before is not None and before.named and self._together(before, index) else site
        definite = phrase == "the " + noun and noun != "country" and kind in _FITTING
        if definite:
            for other in finder.named:
                if other.end < site.start and _fits(noun, other):
                    return other
        if (
            kind in _FITTING
            and noun != "country"
            and not noun.endswith("s")
            and phrase.startswith(_PART_OF_IT)
        ):
            if heading is not None and heading.named:
                return heading
            before = self._inherit(index, anyway=True)
            if definite and before is not None and before.named and _fits(noun, before):
                return before
        if (noun in SMALL or _COUNTED.match(phrase)) and not phrase.startswith("the "):
            before = self._inherit(index)
            if before is not None and before.named:
                return before if self._together(before, index) else site
        return site

    def _together(self, site: Site, index: int) -> bool:
        """Whether a place stands in the paragraph of a sentence."""
        sentences = self._layout.sentences
        return sentences[site.sentence].paragraph == sentences[index].paragraph

    def _inherit(self, index: int, *, anyway: bool = False) -> Site | None:
        """Give the place of the sentence before: of its figure, or where it says that something is."""
        before = index - 1
        if before < 0:
            return None
        text = self._layout.text
        sentence, here = self._layout.sentences[before], self._layout.sentences[index]
        if sentence.role in {"title", "related", "caption"} and sentence.role != here.role:
            return None
        same = sentence.paragraph == here.paragraph
        sites = self._sites.of(before)[:_MAX_SITES]
        topic = _find_topic(text, sentence.start, sites)
        if topic is not None and same and _ITS.search(text, here.start, min(here.end, here.start + 150)):
            return topic
        if not (same or anyway or self._goes_back(here) or self._speaks_on(before)):
            return None
        if before in self._focus:
            carried = self._focus[before]
            return carried if carried is not None and (same or carried.sentence == before) else None
        usable = [
            site
            for site in sites
            if site.role in _RANK and (site.named or (same and not _is_loose(text, site)))
        ]
        if usable:
            return min(usable, key=lambda site: (not site.named, _RANK[site.role]))
        return topic if same or topic is None or topic.named else None

    def _goes_back(self, here: Sentence) -> bool:
        """Whether a sentence speaks of what the one before said, though a new paragraph begins."""
        text = self._layout.text
        return (
            _BACK.match(text, here.start) is not None
            or _THE_EVENT.search(text, here.start, min(here.end, here.start + 150)) is not None
        )

    def _speaks_on(self, before: int) -> bool:
        """Whether a sentence and the next, of another paragraph, are the quoted words of one speaker."""
        text = self._layout.text
        first, second = self._layout.sentences[before], self._layout.sentences[before + 1]
        return (
            text[first.start] in _QUOTES
            and text[second.start] in _QUOTES
            and _GOES_ON.search(text, max(second.start, second.end - 60), second.end) is not None
        )


def _fits(noun: str, site: Site) -> bool:
    return noun != "capital" and KIND.get(noun, "area") == site.kind


def _is_loose(text: str, site: Site) -> bool:
    """Whether a described place is a border, a spot or a plural that is left where it stands."""
    return (
        text.endswith(LINES, site.start, site.end)
        or _PLURAL.search(text, site.start, site.end) is not None
        or _SPOT.match(text, site.start, site.end) is not None
    )


def _find_topic(text: str, start: int, sites: list[Site]) -> Site | None:
    """Give the place that a sentence is about: the one that it begins with."""
    if not sites or sites[0].role not in {"acting", "subject", "none", "named", "label"}:
        return None
    site = sites[0]
    if not site.named and text[site.start : site.start + 4].lower() not in {"the ", "this"}:
        return None
    return None if text[start : site.start].strip(_OPENING) else site
