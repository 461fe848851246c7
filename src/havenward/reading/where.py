"""Where each figure applies, and where its people come from and go to: as written, or from the document."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from typing import TYPE_CHECKING

from havenward.reading.lexicon_places import KIND
from havenward.reading.names import even_out
from havenward.reading.parts import Where
from havenward.reading.roles import Site, read_roles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havenward.reading.parts import Layout, Meaning, PlaceMention, Quantity

# Terms whose people have moved or will: only they have an origin and a destination.
_MOVED = frozenset({"displaced", "expected_displaced", "refugee", "returned", "evacuated"})
_ARRIVED = frozenset({"refugee", "returned"})
# What begins a clause of its own, so that a place behind it says less about a figure before it.
_MARKER = re.compile(
    r"\b(?:who|whom|whose|which|where|when|as|after|because|following|since|before|living|while|although"
    r"|though"
    r"|leaving|until|if|once|amid|despite|ahead|says|said|told|whereas|but|(?:most|many|some|half|all"
    r"|majority) of (?:them|whom)|(?:mostly|mainly|particularly|especially"
    r"|including|notably|chiefly|largely) (?:in|from|around|near))\b|;|, and\b|\band (?:\w+ly )?(?:\w+ed"
    r"|led|left|sent)\b",
)
_STRONG_MARKER = re.compile(r"\bwhile\b|\bwhereas\b|;|\bbut\b|, with\b")
_APPOSITION = re.compile(r", (?:the|a|an|one|home|which|where|whose|who|its|their|now|once|formerly)\b")
_SAME_PEOPLE = re.compile(
    r"^[^;.]{0,60} [\u2013\u2014-]+ (?:about |nearly |some |roughly )?$|^[^,;.]{0,32}?(?:\(| or "
    r"| comprising | \u2013 or |, or |/|\u2013 or )[^.;]{0,16}$"
)
_ARRIVING = re.compile(
    r"\b(?:arriv\w*|cross\w*|enter\w*|reach\w*|return\w*|pour\w*|stream\w*|refuge|shelter\w*|host\w*"
    r"|settl\w*|came"
    r"|come|taken|brought|relocat\w*|transfer\w*|receiv\w*|resettl\w*|went|gone|go|way to|bound for"
    r"|head(?:ed|ing) (?:to|for)|route to|integrat\w*|repatriat\w*)\b",
    re.IGNORECASE,
)
_LEAVING = re.compile(
    r"\b(?:fle[ed]\w*|flee\w*|fled|displac\w*|evacuat\w*|left|leav\w*|escap\w*|uproot\w*|driven|forced"
    r"|evict\w*|expel\w*"
    r"|exodus|abandon\w*|vacat\w*)\b",
    re.IGNORECASE,
)
_FLED = re.compile(
    r"\b(?:fled|flee\w*|displac\w+|return(?:ed|ing)|cross(?:ed|ing)|deported|relocated|evacuated)\b"
)
# A new subject behind one of these moves, not the people of the figure.
_OTHERS = re.compile(r"\b(?:as|when|while|because|where|whereas|although|though)\b|;|\b(?:said|says)\b")
_RELATIVE = re.compile(r"\b(?:where|which|whose)\b")
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
    r"|More than half\b"
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
    r"|exodus|latest|group)s?)\b"
)
_NATION = re.compile(
    r"(?:[a-z]+ (?:of )?){0,2}(?:[A-Z][a-z]+(?:s|ese|i)\b(?! [a-z]*(?:refugee|famil|civilian|people|migrant"
    r"|national|resident|child|wom|men|troop|soldier|force|police)))"
)
# Between the name of a row and its figure.
_ROW = re.compile(r"[ )\t]*(?:[:|(–—-]|\bhas\b|\bhave\b|\bwith\b|\babout\b|\bsome\b)?[ \t(]*")
_SMALL = frozenset(
    "village villages camps communities places areas sites locations settlements neighbourhoods".split()
)
_FITTING = frozenset({"admin", "town", "site"})
_PART_OF_IT = ("the ", "this ", "several ", "some ", "many ", "parts ", "areas ")
_RANK = {
    "in": 0,
    "label": 0,
    "subject": 1,
    "to": 2,
    "reach": 2,
    "object": 2,
    "of": 3,
    "from": 4,
    "leave": 4,
}
_INFINITE = 99.0
_NOWHERE = frozenset({"dateline", "distance", "afar", "actor"})
# Only a share of the people: "most of them in X", "three quarters of whom live in X".
_SHARE_OF_THEM = re.compile(r"\bof (?:them|whom|these|those|which)\b")
_MAX_FIGURES = 25  # a sentence of more figures is a table: the name before is that of the row
_FAR = 900  # characters around a figure in which its place is looked for


def locate(
    layout: Layout,
    quantities: Sequence[Quantity],
    meanings: Sequence[Meaning | None],
    mentions: Sequence[PlaceMention],
) -> tuple[Where, ...]:
    """Say where each figure applies and where its people come from and go to.

    Parameters
    ----------
    layout
        The text in sentences.
    quantities, meanings
        Number expressions and what they count, one each; None where a quantity is no figure.
    mentions
        The places of the text, in order.

    Returns
    -------
    wheres
        One per quantity; empty for what is no figure. `location` is the place as written in the sentence of
        the figure, the sentence before or the governing heading; `context` is the place that the document is
        about, given where nothing nearer is written.
    """
    written = layout.text
    layout = even_out(layout)
    sites = read_roles(layout, mentions)
    by_sentence: dict[int, list[Site]] = {}
    for site in sites:
        by_sentence.setdefault(site.sentence, []).append(site)
    context = _find_context(layout, sites)
    figures: dict[int, list[int]] = {}
    for row, meaning in enumerate(meanings):
        if meaning is not None:
            figures.setdefault(quantities[row].sentence, []).append(row)
    focus: dict[int, Site | None] = {}
    wheres = [Where()] * len(quantities)
    for index in sorted(figures):
        rows = figures[index]
        here = by_sentence.get(index, [])
        starts = [site.start for site in here]
        if len(rows) > _MAX_FIGURES:
            for row in rows:
                name = bisect_left(starts, quantities[row].start) - 1
                label = None if name < 0 else written[here[name].start : here[name].end]
                wheres[row] = Where(label, None if label else context)
            continue
        spans = [(quantities[row].start, quantities[row].end) for row in rows]
        for at, row in enumerate(rows):
            meaning = meanings[row]
            if meaning is None:
                continue
            finder = _Finder(layout, _near(here, starts, spans[at]), spans, at, meaning)
            place = _settle(layout, index, finder, by_sentence, focus)
            origin, destination = finder.find_movement()
            focus[index] = place
            wheres[row] = Where(
                location=None if place is None else written[place.start : place.end],
                context=None if place is not None else context,
                origin=None if origin is None else written[origin.origin : origin.end],
                destination=None if destination is None else written[destination.start : destination.end],
            )
    return tuple(wheres)


def _near(sites: list[Site], starts: list[int], span: tuple[int, int]) -> list[Site]:
    """Give the first two places of a sentence and those around a figure; long sentences cost no more."""
    first = bisect_left(starts, span[0] - _FAR)
    last = bisect_right(starts, span[1] + _FAR)
    middle = bisect_left(starts, span[0])
    first, last = max(first, middle - 12), min(last, middle + 12)
    return [*sites[: min(2, first)], *sites[first:last]]


class _Finder:
    """The places of a sentence as seen from one of its figures."""

    def __init__(
        self, layout: Layout, sites: list[Site], spans: list[tuple[int, int]], row: int, meaning: Meaning
    ) -> None:
        self.text = layout.text
        self.sentence = layout.sentences[sites[0].sentence] if sites else None
        self.sites = [site for site in sites if site.role not in _NOWHERE]
        self.meaning = meaning
        self.moved = meaning.term in _MOVED
        if meaning.term == "other" and self.sentence is not None:
            text, bounds = (
                layout.text,
                (self.sentence.start, min(self.sentence.end, self.sentence.start + 600)),
            )
            self.moved = _FLED.search(text, *bounds) is not None
        first = last = row
        while first > 0 and self._same_people(spans[first - 1][1], spans[first][0]):
            first -= 1
        while last + 1 < len(spans) and self._same_people(spans[last][1], spans[last + 1][0]):
            last += 1
        self.start, self.end = spans[first][0], spans[last][1]
        self.next_start = spans[last + 1][0] if last + 1 < len(spans) else 10**9
        gap = self.text[self.end : self.next_start] if self.next_start - self.end < 26 else ","
        self._shared = "," not in gap and ";" not in gap  # "100 families and 300 men fled to X"
        self.previous_end = spans[first - 1][1] if first > 0 else -1

    def _same_people(self, end: int, start: int) -> bool:
        return start - end < 60 and _SAME_PEOPLE.match(self.text[end:start]) is not None

    def find_location(self) -> Site | None:
        """Choose the place of the sentence that governs the figure."""
        best, lowest = None, 5.5
        for site in self.sites:
            cost = self._cost_of_role(site) + self._cost_of_position(site)
            if cost < lowest:
                best, lowest = site, cost
        return best

    def _cost_of_role(self, site: Site) -> float:
        moved = self.moved
        cost = {
            "in": 0.0,
            "subject": 0.1,
            "label": 0.3,
            "of": 1.2,
            "named": 2.4,
            "landmark": 2.0,
            "object": 1.5,
            "acting": 3.0,
            "holder": 0.8,
            "way": 2.5,
            "office": 3.0,
        }.get(site.role, 7.0)
        if site.role in {"from", "leave"}:
            cost = (0.5 if moved else 1.8) + (3.0 if self._arrived() else 0.0)
            if self.meaning.term in _ARRIVED and not self._fled_before(site):
                cost += 3.0  # refugees from X are not in X
        elif site.role in {"to", "reach"}:
            cost = (1.0 if moved else 2.4) - (0.8 if self._arrived() else 0.0)
            if self.text.endswith(("border", "frontier"), site.start, site.end):
                cost += 2.0  # crossed, not a place to be
        elif site.role == "owner":
            cost = 4.5
        elif site.role == "seat":
            cost = 2.0 if site.end <= self.start else _INFINITE
        if site.end <= self.start and _ROW.fullmatch(self.text, site.end, self.start):
            cost = min(cost, 0.0)
        return cost + (0.0 if site.named else 0.7 if site.role in {"from", "leave"} else 0.2)

    def _arrived(self) -> bool:
        """Whether the figure counts people where they came to, not where they left."""
        if self.meaning.term in _ARRIVED:
            return True
        if not self.moved or self.sentence is None:
            return False
        stop = min(self.sentence.end, self.end + 90)
        arriving = _ARRIVING.search(self.text, self.end, stop)
        leaving = _LEAVING.search(self.text, self.end, stop)
        return arriving is not None and (leaving is None or arriving.start() < leaving.start())

    def _fled_before(self, site: Site) -> bool:
        begin, end = (
            (self.end, site.start) if site.start >= self.end else (max(0, site.start - 60), site.start)
        )
        return _LEAVING.search(self.text, begin, end) is not None

    def _cost_of_position(self, site: Site) -> float:
        text = self.text
        if site.start >= self.end:
            between = text[self.end : site.start]
            cost = len(between) * 0.003
            if site.start > self.next_start:
                cost += 4.0 if not _STRONG_MARKER.search(between) else 6.0
            elif _SHARE_OF_THEM.search(between) and not _SHARE_OF_THEM.match(text, self.end + 1):
                return _INFINITE
            elif _MARKER.search(between):
                cost += 3.0
            if between.count("(") > between.count(")") and between.strip(" (").count(" ") > 1:
                cost += 3.0  # within brackets that belong to something else
            return cost
        if site.end > self.start:
            return 0.0 if site.start > self.start else _INFINITE  # between the two numbers of one group
        between = text[site.end : self.start]
        opens = self.sentence is not None and site.start - self.sentence.start < 25
        fronted_origin = opens and site.role in {"from", "leave"} and not self._arrived()
        fronted = (
            self.sentence is not None
            and site.start - self.sentence.start < 25
            and site.role in {"in", "label"}
        )
        if fronted_origin:
            return 0.3
        cost = 2.2 if fronted else 2.0 + len(between) * 0.001
        if (
            site.role == "named"
            and not _ROW.fullmatch(text, site.end, self.start)
            and site.start > self.previous_end > 0
        ):
            cost += 2.0
        if not fronted and self._in_apposition(site):
            cost += 2.5
        return cost

    def _in_apposition(self, site: Site) -> bool:
        """Whether a place only describes a place before it: Mosul, the group's capital in Iraq."""
        for other in self.sites:
            if other.end < site.start and site.start - other.end < 80:
                between = self.text[other.end : site.start]
                if _APPOSITION.match(between) and "," not in between[2:]:
                    return True
        return False

    def find_movement(self) -> tuple[Site | None, Site | None]:
        """Find where the people of the figure come from and where they go, as far as it is said."""
        if not self.moved or self.sentence is None:
            return None, None
        origin = self._nearest({"from", "leave"})
        destination = self._nearest({"to", "reach"})
        return origin, destination

    def _nearest(self, roles: set[str]) -> Site | None:
        best, lowest = None, _INFINITE
        if self.sentence is None:
            return None
        for site in self.sites:
            if site.role not in roles or (
                not site.named and self.text[site.start : site.end].split(" ")[-1] in _SMALL
            ):
                continue
            if "border" in self.text[site.start : site.end] and not site.named:
                continue
            if site.start >= self.end:
                if site.start > self.next_start and not self._shared:
                    continue
                if _OTHERS.search(self.text, self.end, site.start):
                    continue
                distance = site.start - self.end + (200 if site.start > self.next_start else 0)
            else:
                if (
                    ";" in self.text[site.end : self.start]
                    or site.end > self.previous_end > 0
                    or _RELATIVE.search(self.text, max(self.sentence.start, site.start - 200), site.start)
                ):
                    continue
                distance = self.start - site.end + (150 if site.end < self.previous_end else 40)
            if distance < min(lowest, 320) or (best is None and distance < 320):
                best, lowest = site, distance
        return best


def _settle(
    layout: Layout,
    index: int,
    finder: _Finder,
    by_sentence: dict[int, list[Site]],
    focus: dict[int, Site | None],
) -> Site | None:
    """Take the place of the sentence, else that of the sentence before, else that of the heading."""
    text = layout.text
    sentence = layout.sentences[index]
    site = finder.find_location()
    if site is not None and site.named:
        return site
    heading = None
    if sentence.heading is not None:
        heading = next(iter(by_sentence.get(sentence.heading, [])), None)
    if site is not None:
        return _resolve(layout, site, index, finder, heading, by_sentence, focus)
    if _NATION.match(text[finder.end + 1 : finder.end + 40]):
        return None
    if _SHIFT.match(text, sentence.start):
        return heading
    return _inherit(layout, index, by_sentence, focus) or heading


def _resolve(
    layout: Layout,
    site: Site,
    index: int,
    finder: _Finder,
    heading: Site | None,
    by_sentence: dict[int, list[Site]],
    focus: dict[int, Site | None],
) -> Site:
    """Say what `the city`, `several districts of the region` or `30 villages` means, where a name says it."""
    phrase = layout.text[site.start : site.end].lower()
    noun = phrase.rsplit(" ", 1)[-1]
    kind = KIND.get(noun, "")
    definite = phrase == "the " + noun and noun != "country" and kind in _FITTING
    if definite:
        for other in finder.sites:
            if other.named and other.end < site.start and _fits(noun, other):
                return other
    if kind in _FITTING and noun != "country" and not noun.endswith("s") and phrase.startswith(_PART_OF_IT):
        if heading is not None and heading.named:
            return heading
        before = _inherit(layout, index, by_sentence, focus, anyway=True)
        if definite and before is not None and before.named and _fits(noun, before):
            return before
    if (noun in _SMALL or _COUNTED.match(phrase)) and not phrase.startswith("the "):
        before = _inherit(layout, index, by_sentence, focus)
        if before is not None and before.named:
            same = layout.sentences[before.sentence].paragraph == layout.sentences[index].paragraph
            return before if same else site
    return site


def _fits(noun: str, site: Site) -> bool:
    return KIND.get(noun, "area") == site.kind or (noun == "capital" and site.kind == "town")


def _inherit(
    layout: Layout,
    index: int,
    by_sentence: dict[int, list[Site]],
    focus: dict[int, Site | None],
    *,
    anyway: bool = False,
) -> Site | None:
    """Give the place of the sentence before: of its figure, or where it says that something is."""
    before = index - 1
    if before < 0:
        return None
    sentence = layout.sentences[before]
    if sentence.role in {"title", "related", "caption"}:
        return None
    here = layout.sentences[index]
    if sentence.paragraph != here.paragraph and not anyway and _BACK.match(layout.text, here.start) is None:
        return None
    if before in focus:
        carried = focus[before]
        same = sentence.paragraph == layout.sentences[index].paragraph
        if carried is not None and (same or carried.sentence == before):
            return carried
        return None
    usable = [site for site in by_sentence.get(before, [])[:40] if site.role in _RANK and site.named]
    if not usable:
        return None
    return min(usable, key=lambda site: _RANK[site.role])


def _find_context(layout: Layout, sites: list[Site]) -> str | None:
    """Give the place that the document is about: by its title, its dateline, and how often it is named."""
    weight: Counter[str] = Counter()
    first: dict[str, Site] = {}
    for site in sites:
        if not site.named or site.role in {"distance", "actor"}:
            continue
        name = layout.text[site.start : site.end]
        key = name.casefold().removeprefix("the ")
        role = layout.sentences[site.sentence].role
        weight[key] += 4 if role == "title" else 2 if role == "heading" or site.role == "dateline" else 1
        first.setdefault(key, site)
    if not weight:
        return None
    best = max(weight, key=lambda key: (weight[key], -first[key].start))
    return layout.text[first[best].start : first[best].end]
