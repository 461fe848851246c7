"""Which place of its own sentence a figure applies to, and where its people come from and go to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from havenward.reading.parts import Layout, Meaning
    from havenward.reading.roles import Site

# Terms whose people have moved or will: only they have an origin and a destination.
_MOVED = frozenset({"displaced", "expected_displaced", "refugee", "returned", "evacuated"})
_ARRIVED = frozenset({"refugee", "returned"})
# What begins a clause of its own, so that a place behind it says less about a figure before it.
_MARKER = re.compile(
    r", with\b|"
    r"\b(?:who|whom|whose|which|where|when|as|after|because|following|since|before|living|while|although"
    r"|though"
    r"|leaving|until|if|once|amid|despite|ahead|says|said|told|whereas|but|(?:most|many|some|half|all"
    r"|majority) of (?:them|whom)|(?:mostly|mainly|particularly|especially"
    r"|including|notably|chiefly|largely) (?:in|from|around|near))\b|;|, and\b|\band (?:\w+ly )?(?:\w+ed"
    r"|led|left|sent)\b",
)
_STRONG_MARKER = re.compile(r"\bwhile\b|\bwhereas\b|;|\bbut\b|, with\b")
_APPOSITION = re.compile(r", (?:the|a|an|one|home|which|where|whose|who|its|their|now|once|formerly)\b")
_BESIDE = re.compile(r" ?, (?:(?:once|now|formerly|then|still) )?(?:the |a |an )?")
_NOUN_OF_PLACE = re.compile(
    r" (?:city|town|village|district|province|camp|capital|region|suburb|neighbou?rhood|island|port"
    r"|stronghold|settlement|county)$"
)
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
# Between the name of a row and its figure.
_ROW = re.compile(
    r"[ )\t]*(?:[:|(–—/-]|(?:has|have|had|with|saw|hosts|received|reported|counted)\b)?[ \t(]*"
    r"(?:(?:about|some|around|nearly|almost|over|more than|at least|only|just|another|up to"
    r"|roughly)\b)?[ \t(]*"
)
# "Türkiye, where 2.87 million remain": the place of a relative clause.
_RELATIVE_PLACE = re.compile(
    r"(?: ?,| ?--| [–—-])? ?(?:and )?(?:where|in which|(?:which|that) (?:has|had|hosts|shelters"
    r"|received|houses|holds|lost)|(?:once|now|still|already"
    r"|which is|which was|long) home to|whose population of|whose|(?:with )?(?:a )?population(?: of)?"
    r"|(?:a|an|the) (?:[a-z-]+ ){0,3}?"
    r"(?:city|town|village|camp|district|island|township|suburb|settlement|neighbou?rhood|community"
    r"|province|region|county|place)"
    r" (?:of|with|housing|that (?:is|was) home to|home to|sheltering|hosting))(?: [a-z]+){0,3} ?"
)
# Nothing but a noun that could be anywhere.
_BARE = re.compile(
    r"(?:the|these|those|their) (?:camps|areas|villages|sites|places|centres|centers|towns|hotels"
    r"|schools|shelters)",
    re.IGNORECASE,
)
_VAGUE = re.compile(r"\b(?:bush|forests?|mountains|hills|desert|countryside|swamps|marshes|jungle)$")
_CLAUSE_END = re.compile("[,;]")
_NEXT_CLAUSE = re.compile(r", and (?!\w+ (?:were|was|of))|; ")
# What goes somewhere is aid, not the people that it is for: "trucks entered Syria to help 3,000 people".
_FOR_PEOPLE = re.compile(
    r"\b(?:to (?:help|assist|aid|treat|feed|protect|support|save|rescue|relieve|supply)|(?:aid|food|supplies"
    r"|help|relief|assistance|water|medicine) (?:to|for))\b"
)
# "After 3,000 families return, the government will turn to those in X": the main clause is another matter.
_SUBORDINATE = re.compile(r"(?:After|Once|When|If|Although|Though|While|As|Before|Until|Unless|Whereas)\b")
_MAIN_CLAUSE = re.compile(
    r", (?:(?:the|a|an|its|their) (?:\w+ )?\w+|it|they|he|she|we|others|[A-Z]\w+) (?:will|would|is|are|was"
    r"|were|has|have|had|could|may|might|can|\w+ed)\b"
)
# The toll of a whole war, not of the place that the sentence is about.
_OF_WAR = re.compile(
    r"\b(?:war|conflict|insurgency|uprising|revolt)(?:, now in its \w+ year,)? (?:(?:that|which) )?"
    r"(?:has|have|had) (?:already |now |also |so far )?(?:killed|displaced|driven|forced|uprooted"
    r"|claimed|cost|left|made|sent|taken)\b(?:[^,;.]|,(?=\d)){0,90}$"
)
_OWNER = re.compile(
    r"[A-Z][\w-]+(?: [A-Z][\w-]+){0,3}"
    r"(?=['’]s (?:[\w-]+ ){0,3}(?:city|cities|town|capital|provinces?|region|port|coast|state|south|north"
    r"|east|west)\b)"
)
# "Shelters for 3,000 people fleeing X", "Y houses 3,000 who fled X": they are where they are received.
_RECEIVED = re.compile(
    r"\b(?:(?:built|build|set up|prepar\w+|room|space|beds|shelters?|tents|camps?|homes?|houses) for"
    r"|hous(?:es|ed|ing|e)|host(?:s|ed|ing)?|shelter(?:s|ed|ing)?|accommodat\w+|regist\w+|detain\w*|arrest\w*"
    r"|tak(?:en|es|e|ing) in|took in|receiv\w+|absorb\w*|welcom\w+) (?:[a-z]+ ){0,3}$"
)
# "people fleeing X had arrived at Y": they are counted where they came to.
_FLEEING_ARRIVED = re.compile(
    r"[^,.;]{0,40}\b(?:fleeing|escaping|who (?:have |had )?(?:fled|escaped)) [^,.;]{2,60}?"
    r" (?:have|had|has|are|were) (?:now |already |since )?(?:arrived|reached|crossed|gathered|massed"
    r"|entered|camped)\b"
)
_AT_THE_LINE = re.compile(
    r"\b(?:arriv\w+ at|reach\w*|(?:mass|gather|stranded|wait)\w* (?:at|on|along)) (?:the )?$"
)
_SOME_OF_THEM = re.compile(r"\b(?:many|some|several|few|half) of (?:whom|them)\b")
_RESIDENTS_OF = re.compile(r"\b(?:residents|population|inhabitants|people|citizens) of (?:the )?$")
_HAVE_FLED = re.compile(r"\b(?:has|have|had) (?:already |now |since )?(?:fled|left|escaped|been evacuated)\b")
_SURE = 5.5  # a place that costs more is not said of the figure
_OF_NO_ROLE = 7.0
_OF_ROLE = {
    "in": 0.0,
    "subject": 0.1,
    "label": 0.3,
    "holder": 0.8,
    "of": 1.2,
    "object": 1.5,
    "way": 1.8,
    "landmark": 2.0,
    "seat": 2.0,
    "named": 2.4,
    "acting": 3.0,
    "office": 3.0,
    "owner": 4.5,
}
LINES = ("border", "frontier", "borders")
_WATERS = ("River", "river", "Sea", "Mediterranean", "Strait", "Straits", "Channel")  # crossed, not reached
_CROSSINGS = (*LINES, "crossing", "crossings", "checkpoint", "border post")
# Places that could be anywhere.
_GENERIC = re.compile(r"(?:camps|sites|villages|areas|homes|towns|places|border|countries)$")
SMALL = frozenset(
    "village villages camps communities places areas sites locations settlements neighbourhoods".split()
)
_INFINITE = 99.0
_WAYS = frozenset({"from", "leave", "to", "reach"})
_NOWHERE = frozenset({"dateline", "distance", "afar", "actor"})
# Only a share of the people: "most of them in X", "three quarters of whom live in X".
_PART_OF = re.compile(
    r" of (?:the |its )?(?:[a-z]+ )?(?:population|people|residents|inhabitants|homes|houses"
    r"|families) of (?:the )?"
)
_OF_THEM = re.compile(r" of (?:them|whom|these|those)\b")
_SHARE_OF_THEM = re.compile(r"\bof (?:them|whom|these|those|which)\b")


class Finder:
    """The places of a sentence as seen from one of its figures."""

    def __init__(
        self, layout: Layout, sites: list[Site], spans: list[tuple[int, int]], row: int, meaning: Meaning
    ) -> None:
        self.text = layout.text
        self.sentence = layout.sentences[sites[0].sentence] if sites else None
        self.named = [site for site in sites if site.named]
        self.sites = [site for site in sites if site.role not in _NOWHERE]
        self.sentence_end = 0 if self.sentence is None else self.sentence.end
        self.short = self.sentence is not None and self.sentence.role in {"title", "heading"}
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
        self._arrived = self._find_arrived()
        self._subordinate = self.sentence is not None and (
            _SUBORDINATE.match(self.text, self.sentence.start) is not None
        )

    def _same_people(self, end: int, start: int) -> bool:
        return start - end < 60 and _SAME_PEOPLE.match(self.text[end:start]) is not None

    def counts_war(self) -> bool:
        """Whether the figure is the toll of a whole war: it applies to the country."""
        if self.sentence is None:
            return False
        return _OF_WAR.search(self.text, max(self.sentence.start, self.start - 220), self.start) is not None

    def find_country(self) -> Site | None:
        """Give the country that the sentence names, be it only as the owner of a place."""
        for site in self.sites:
            if site.kind == "country" or self.text[site.start : site.end] == "the country":
                return site
        for site in self.sites:
            owner = _OWNER.search(self.text, site.start, site.end) if site.country else None
            if owner is not None:
                return site._replace(start=owner.start(), end=owner.end())
        return None

    def find_location(self) -> Site | None:
        """Choose the place of the sentence that governs the figure."""
        best, lowest = None, _SURE
        for site in self.sites:
            cost = self._cost_of(site)
            if cost < lowest:
                best, lowest = site, cost
        return best if best is None else self._find_described(best)

    def _find_described(self, site: Site) -> Site:
        """Give the name that a description stands beside: Homs, once Syria's third city with ..."""
        if self.text[site.end - 1].islower() and _NOUN_OF_PLACE.search(self.text, site.start, site.end):
            for other in self.sites:
                if (
                    other.named
                    and other.end < site.start < other.end + 12
                    and _BESIDE.fullmatch(self.text, other.end, site.start)
                ):
                    return other
        return site

    def _cost_of(self, site: Site) -> float:
        """Give how unlikely a place is to be that of the figure."""
        before = site.end <= self.start
        if before and _RELATIVE_PLACE.fullmatch(self.text, site.end, self.start):
            return -2.0
        cost = self._cost_of_role(site)
        if not site.named:
            cost += self._cost_of_description(site, cost)
        if before and _ROW.fullmatch(self.text, site.end, self.start):
            cost = min(cost, 0.0)
        line = self.text.endswith(LINES, site.start, site.end) and not self._stops_at(site)
        if line and (not site.named or site.role in {"to", "reach"}):
            cost += 2.0 if site.named else 3.5  # crossed, not a place to be
        return cost + (self._cost_before(site) if before else self._cost_behind(site))

    def _cost_of_role(self, site: Site) -> float:
        """Give what the part of a place in its sentence costs."""
        role, moved, term = site.role, self.moved, self.meaning.term
        if role in {"from", "leave"}:
            cost = (0.5 if moved else 1.8) + (3.0 if self._arrived else 0.0)
            if moved and self._went_abroad(site):
                cost = 4.5
            back = term == "returned" and self.meaning.unit != "percent"
            if back or (term == "refugee" and not self._fled_before(site)):
                cost += 3.0  # refugees from X are not in X, nor are those who returned from it
            if _RECEIVED.search(self.text, max(0, self.start - 60), self.start):
                cost += 4.0
            if term == "expected_displaced" and any(other.role == "to" for other in self.sites):
                cost += 1.5  # who is expected is expected where they go
            return cost
        if role in {"to", "reach"}:
            fled = term == "displaced" and not self._arrived and self._fled_before(site)
            fled = fled and not self._is_abroad(site)
            return (1.0 if moved and not fled else 2.4) - (0.8 if self._arrived else 0.0)
        if role == "goal":
            return 2.5 if moved else _OF_NO_ROLE
        cost = _OF_ROLE.get(role, _OF_NO_ROLE)
        return cost + 1.0 if role == "seat" and site.kind == "country" else cost

    def _cost_of_description(self, site: Site, cost: float) -> float:
        """Give what a place costs for being described, not named."""
        text, start, end = self.text, site.start, site.end
        if _BARE.fullmatch(text, start, end) or (site.role == "named" and cost < _SURE):
            return _INFINITE  # "the camps"; "the village elders"
        if site.role == "from" and _GENERIC.search(text, start, end):
            return _INFINITE
        vague = 2.5 if _VAGUE.search(text, start, end) else 0.0
        return vague + (0.7 if site.role in {"from", "leave", "subject"} else 0.2)

    def _find_arrived(self) -> bool:
        """Whether the figure counts people where they came to, not where they left."""
        if self.meaning.term in _ARRIVED:
            return True
        if not self.moved or self.sentence is None:
            return False
        if _FLEEING_ARRIVED.match(self.text, self.end, min(self.sentence.end, self.end + 160)):
            return True
        stop = min(self.sentence.end, self.end + 90)
        arriving = _ARRIVING.search(self.text, self.end, stop)
        leaving = _LEAVING.search(self.text, self.end, stop)
        return arriving is not None and (leaving is None or arriving.start() < leaving.start())

    def _is_abroad(self, site: Site) -> bool:
        """Whether a place is a country to which people went from another: fled X and headed to Y."""
        return site.kind == "country" and any(
            other.kind == "country" and other.role in {"from", "leave"} and other.country != site.country
            for other in self.sites
        )

    def _went_abroad(self, site: Site) -> bool:
        """Whether the people of the figure left one country for another that the sentence names."""
        return site.kind == "country" and any(
            other.kind == "country"
            and other.role in {"to", "reach"}
            and other.country != site.country
            and site.end < other.start < self.next_start
            for other in self.sites
        )

    def _fled_before(self, site: Site) -> bool:
        begin, end = (
            (self.end, site.start) if site.start >= self.end else (max(0, site.start - 60), site.start)
        )
        return _LEAVING.search(self.text, begin, end) is not None

    def _cost_behind(self, site: Site) -> float:
        """Give what it costs a place to stand behind the figure, with other clauses and figures between."""
        text = self.text
        if site.start < self.end:
            return 0.0 if site.start > self.start else _INFINITE  # between the two numbers of one group
        between = text[self.end : site.start]
        if site.role == "of" and _PART_OF.fullmatch(between):
            return -2.0
        cost = len(between) * 0.003
        own = _OF_THEM.match(between)
        if own is not None:
            between = between[own.end() :]  # "18,000 of whom are in X"
        elif _SHARE_OF_THEM.search(between):
            return _INFINITE
        if site.start > self.next_start and site.role != "seat":
            joined = 2.5 if " and " in text[self.end : self.next_start] else 4.0
            cost += 6.0 if _STRONG_MARKER.search(between) else joined
        elif _MARKER.search(between):
            cost += 5.5 if _NEXT_CLAUSE.search(between) and self._is_of_next(site) else 3.0
        if self._subordinate and _MAIN_CLAUSE.search(between):
            return _INFINITE
        if self.short:
            return min(cost, 2.0)
        if between.count("(") > between.count(")") and between.strip(" (").count(" ") > 1:
            cost += 3.0  # within brackets that belong to something else
        return cost

    def _is_of_next(self, site: Site) -> bool:
        """Whether a place stands in the clause of the next figure."""
        return (
            site.end < self.next_start < self.sentence_end
            and _CLAUSE_END.search(self.text, site.end, self.next_start) is None
        )

    def _cost_before(self, site: Site) -> float:
        """Give what it costs a place to stand before the figure."""
        text = self.text
        between = text[site.end : self.start]
        opens = self.sentence is not None and site.start - self.sentence.start < 25
        fronted_origin = (
            opens and self.previous_end < 0 and site.role in {"from", "leave"} and not self._arrived
        )
        fronted = (
            self.sentence is not None
            and site.start - self.sentence.start < 25
            and site.role in {"in", "label"}
        )
        if fronted_origin:
            return 0.3
        cost = 2.2 if fronted else 2.0 + len(between) * 0.001
        if site.role in _WAYS and _FOR_PEOPLE.search(between):
            cost += 3.0
        if (
            site.role == "named"
            and not _ROW.fullmatch(text, site.end, self.start)
            and site.start > self.previous_end > 0
        ):
            cost += 2.0
        if site.start > self.previous_end > 0 and _NEXT_CLAUSE.search(between):
            cost += 1.6  # it belongs to the figure before
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
        origin = self._nearest({"from", "leave"}) or self._find_abandoned()
        destination = self._nearest({"to", "reach"})
        return origin, destination

    def _stops_at(self, site: Site) -> bool:
        """Whether people reached a border and are there, rather than across it."""
        return _AT_THE_LINE.search(self.text, max(0, site.start - 40), site.start) is not None

    def _find_abandoned(self) -> Site | None:
        """Give the place whose residents have fled it: "80 percent of the residents of X have fled"."""
        for site in self.sites:
            if (
                site.role == "of"
                and self.end < site.start < self.end + 60
                and _RESIDENTS_OF.search(self.text, self.end, site.start)
                and _HAVE_FLED.search(self.text, site.end, min(self.sentence_end, site.end + 100))
            ):
                return site
        return None

    def _nearest(self, roles: set[str]) -> Site | None:
        best, lowest = None, _INFINITE
        if self.sentence is None:
            return None
        for site in self.sites:
            if site.role not in roles or (
                not site.named and self.text[site.start : site.end].split(" ")[-1] in SMALL
            ):
                continue
            line = "border" in self.text[site.start : site.end] and not site.named
            if (line and not self._stops_at(site)) or self.text.endswith(_WATERS, site.start, site.end):
                continue
            if site.start >= self.end:
                if site.start > self.next_start and not self._shared:
                    continue
                if (
                    _OTHERS.search(self.text, self.end, site.start)
                    or _SOME_OF_THEM.search(self.text, self.end, site.start)
                ) or (self._subordinate and _MAIN_CLAUSE.search(self.text, self.end, site.start)):
                    continue
                distance = site.start - self.end + (200 if site.start > self.next_start else 0)
            else:
                if (
                    ";" in self.text[site.end : self.start]
                    or site.end > self.previous_end > 0
                    or _RELATIVE.search(self.text, max(self.sentence.start, site.start - 200), site.start)
                    or _FOR_PEOPLE.search(self.text, site.end, self.start)
                ):
                    continue
                distance = self.start - site.end + (150 if site.end < self.previous_end else 40)
            if self.text.endswith(_CROSSINGS, site.start, site.end):
                distance += 150  # people cross it on their way
            if distance < min(lowest, 320) or (best is None and distance < 320):
                best, lowest = site, distance
        return best
