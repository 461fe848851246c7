"""Which movements a text states without a number: who, from where, to where, and whether they are armed."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from havenward.reading.lexicon_places import ARMED, BY_NOTHING, CIVILIAN, NUMBER_WORDS, words
from havenward.reading.names import even_out
from havenward.reading.parts import Movement
from havenward.reading.roles import Site, Sites

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from havenward.reading.parts import Layout, PlaceMention

# Verbs of going; a place that they leave or reach must stand beside them.
_VERB = re.compile(
    r"\b(?:fled|flee|flees|fleeing|left|leave|leaves|leaving|escap(?:e|es|ed|ing)|cross(?:ed|es|ing)?"
    r"|s(?:neak|neaks|neaked|nuck|neaking)(?: out| away| into| across)?|slip(?:ped|ping)(?: out| away| into"
    r"| across)?"
    r"|pour(?:ed|ing)?|stream(?:ed|ing)|head(?:ed|ing|s)?|mov(?:e|es|ed|ing)|return(?:ed|ing|s)?"
    r"|(?:go|goes|going|went|gone)(?: back| home)?|com(?:e|es|ing)|came|trek(?:ked|king)|depart(?:ed|ing)?"
    r"|abandon(?:ed|ing)?|vacat(?:e|ed|ing)|arriv(?:e|es|ed|ing)|(?:seek|sought|seeking|tak(?:e|en|ing)"
    r"|took|find|found"
    r"|finding) (?:refuge|shelter|safety|sanctuary|asylum)|withdr(?:ew|aw|awn|awing)|retreat(?:ed|ing)?"
    r"|travel(?:led|ing|ling|ed|s)?"
    r"|migrat(?:e|ed|ing)|relocat(?:e|ed|ing)|walk(?:ed|ing)?|r[ua]n(?:ning)?(?: away)?|pull(?:ed|ing) out"
    r"|evacuat(?:e|ed|ing)|displaced|driven|forced|deported|expelled|transferred|bused|bussed|enter(?:ed"
    r"|ing|s)?"
    r"|reach(?:ed|es|ing)?|uprooted|trickl(?:ed|ing)|flock(?:ed|ing)|flood(?:ed|ing) (?:into|across))\b",
)
# the words of these; a sentence without any of them tells of no going
_VERB_WORDS = words(
    "fled flee flees fleeing left leave leaves leaving escape escapes escaped escaping cross crossed"
    " crosses crossing sneak sneaks sneaked snuck sneaking slip slipped slipping pour poured pouring"
    " stream streamed streaming head headed heading heads move moves moved moving return returned"
    " returning returns go goes going went gone come comes coming came trek trekked trekking depart"
    " departed departing abandon abandoned abandoning vacate vacated vacating arrive arrives arrived"
    " arriving seek sought seeking take taken taking took find found finding withdrew withdraw withdrawn"
    " withdrawing retreat retreated retreating travel traveled travelled traveling travelling travels"
    " migrate migrated migrating relocate relocated relocating walk walked walking run running ran"
    " runing raning ranning pulled pulling evacuate evacuated evacuating displaced driven forced"
    " deported expelled transferred bused bussed enter entered entering enters reach reached reaches"
    " reaching uprooted trickled trickling flocked flocking flooded flooding"
)
_CONTINUES = re.compile(
    r"(?:moving|heading|going|crossing|travell?ing|returning|seeking|some|arriving|walking|making)"
)
_EXPECTED = re.compile(
    r"\b(?:will|would|could|may|might|should|can|shall|expect(?:s|ed|ing)?(?: to)?|likely to|set to"
    r"|plans? to|planning to"
    r"|prepar(?:e|es|ed|ing) to|about to|ready to|going to|hop(?:e|es|ing) to|wants? to|wish(?:es)? to"
    r"|intends? to|fear(?:s|ed)?"
    r"|forecast to|due to|poised to|urged to|ordered to|told to|if|once)\b"
)
_GOING_ON = re.compile(r"\b(?:begun|began|begins?|start(?:s|ed)?|continu\w+|keeps?|being)\b")
_DONE = re.compile(r"\b(?:were|was|had|have|has|tried|managed|attempted)\b")
_IS = re.compile(r"\bIS\b")
_BELONGING = re.compile(
    r" (?:of|linked to|belonging to|loyal to|affiliated with|associated with|allied with|with (?:alleged "
    r"|suspected )?"
    r"(?:ties|links) to) ((?:[\w'’-]+ ?){1,5})"
)
_UNCLEAR = words("leaders officials men commanders men")
_NEGATED = re.compile(
    r"\b(?:not|cannot|unable|never|refus(?:e|es|ed|ing)|prevent(?:s|ed|ing)?|barred|stopp(?:ed|ing)"
    r"|forbidden|banned|unwilling"
    r"|without|afraid to|fail(?:ed|s)? to|stop|den(?:y|ied))\b|n['’]t\b"
)
_PERSON_WORD = re.compile(r"[\w'’-]+")
_CLAUSE = re.compile(
    r"[;:]|\b(?:while|but|whereas|because|although|though)\b|(?:^|[\s,])(?:that|said|says|as)\s"
)
_DIGIT = re.compile(r"\d")
_INHERITS = words("segment some others part many most few rest they them those several all number")
_PARTS_OF_NAME_PHRASE = words(
    "many some most several other all more the a an of and these those their his her entire whole local"
    " young old displaced wounded elderly remaining trapped desperate terrified frightened foreign senior"
    " top poor rich christian muslim sunni shia yazidi yezidi kurdish arab armed unarmed rebel civilian"
    " newly hungry few large small ordinary suspected alleged former pregnant injured exhausted"
    " internally tribal rural urban stranded countless numerous ethnic minority vulnerable male female"
    " neighbouring"
)
_FLEEING = words("fleeing fled flee escaping escaped avoiding fighting")
# "many ethnic Javanese who", "some young Afghans are"
_WHO = re.compile(
    r"((?: (?!who|have|are|were|has|had|is|even|also|of)[\w-]+){1,2})(?= (?:who|have|has|are|were|had)\b)"
)
# "Islamic State in Iraq and Syria (ISIS) " before "leaders"
_NAMED_GROUP = re.compile(r"(?:(?:[A-Z][\w-]+|in|of|and|the|for) ){1,9}\([A-Z]{2,8}\) $")
# Verbs of which the people who move are the object, or the subject of the passive.
_CAUSED = re.compile(
    r"evacuated|displaced|driven|forced|deported|expelled|transferred|bused|bussed|uprooted|relocated|moved"
)
_HAS_DISPLACED = re.compile(
    r"\b(?:has|have|had|fighting|violence|clashes|conflict|offensive|floods?|flooding|attacks?|shelling|war"
    r"|storm|drought"
    r"|cyclone|typhoon|earthquake|insurgency|raids?|battles?|strikes|airstrikes|bombing) (?:also |already "
    r"|recently )?$"
)
_PASSIVE = re.compile(r"\b(?:be|been|being|were|was|are|is|got|get|getting)\b")
# "Some fled to X, others toward Y": the verb of the first movement is that of the others too.
_ELLIPSIS = re.compile(
    r"(?:,|;| and| while| but| [–—-]+) ?(?:and |while |but |or )?"
    r"((?:still |yet )?(?:(?:some |a few |many |several )?others|(?:most|many|some|several|more|a few"
    r"|the rest|the others|a handful)(?: of them)?|(?:some |many |most |the |young |old ){0,2}"
    r"(?:families|residents|people|men|women|children|villagers|civilians|refugees|traders|farmers|workers|students|fighters"
    r"|soldiers|militants|rebels)))"
    r" (?:\w+ly |back |on |also |even |out |further |north |south |east |west |south[- ]?east |home ){0,2}"
    r"(towards?|to|into|onto|for|from) (?:the )?"
)
_MAX_ELLIPSIS = 50  # characters between a movement and the next one without a verb
_FROM_THERE = re.compile(r" (?:to|towards?|into|for) (?:the )?")
_MAX_VERBS = 12  # a sentence of more verbs of going is no prose
_MAX_BACK = 170
_MAX_AHEAD = 160


def find_movements(
    layout: Layout,
    mentions: Sequence[PlaceMention],
    speaker_of: Callable[[tuple[int, int]], str | None],
    sites: Sites | None = None,
) -> tuple[Movement, ...]:
    """Find movements that are stated without a number.

    Parameters
    ----------
    layout, mentions
        The text in sentences, and its places in order.
    speaker_of
        Gives who says what stands in a span, None for the outlet.
    sites
        The phrases of the places, where they are already made.

    Returns
    -------
    movements
        In order of the text. Armed actors and people alleged to belong to them have status `armed`: their
        movements are context, never evidence of where civilians go.
    """
    written = layout.text
    layout = even_out(layout)
    sites = sites or Sites(layout, mentions)
    found: list[Movement] = []
    for index in sites.sentences():
        for step in _read_sentence(layout, index, sites):
            origin, destination = step.origin, step.destination
            found.append(
                Movement(
                    step.start,
                    step.end,
                    written[step.group[0] : step.group[1]],
                    None if origin is None else written[origin.origin : origin.end],
                    None if destination is None else written[destination.start : destination.end],
                    step.status,
                    speaker_of((step.start, step.end)),
                )
            )
    return tuple(found)


class _Step(NamedTuple):
    """A movement before its words are copied: spans and sites."""

    start: int
    end: int
    group: tuple[int, int]
    origin: Site | None
    destination: Site | None
    status: str

    def go_on(self, origin: Site | None, destination: Site | None) -> _Step:
        """Give the movement with what a further verb says of it."""
        ends = [site.end for site in (origin, destination) if site is not None]
        return self._replace(
            end=max(self.end, *ends),
            origin=self.origin or origin,
            destination=self.destination or destination,
        )


def _read_sentence(layout: Layout, index: int, places: Sites) -> list[_Step]:
    text = layout.text
    sentence = layout.sentences[index]
    if _VERB_WORDS.isdisjoint(layout.said(index)):
        return []
    verbs = list(islice(_VERB.finditer(text, sentence.start, sentence.end), _MAX_VERBS))
    if not verbs:
        return []
    sites = places.of(index)
    starts = [site.start for site in sites]
    steps: list[_Step] = []
    before = ""
    for row, verb in enumerate(verbs):
        ahead = min(sentence.end, verb.end() + _MAX_AHEAD)
        if row + 1 < len(verbs):
            ahead = min(ahead, verbs[row + 1].start())
        cut = _CLAUSE.search(text, verb.end(), ahead)
        ahead = ahead if cut is None else cut.start()
        others = _ELLIPSIS.search(text, verb.end(), ahead)
        ahead = ahead if others is None else others.start()
        reach = sites[bisect_left(starts, verb.end()) : bisect_right(starts, ahead)]
        origin = next((site for site in reach if site.role in {"from", "leave"}), None)
        destination = next((site for site in reach if site.role in {"to", "reach"}), None)
        if origin is None and destination is None:
            continue
        if steps and _CONTINUES.match(verb[0]) and _is_same_clause(text, steps[-1], verb):
            steps[-1] = steps[-1].go_on(origin, destination)
            steps += _read_ellipses(text, sites, starts, steps[-1])
            continue
        group = _find_movers(text, sentence.start, verb, origin, destination)
        if group is None:
            continue
        auxiliary = text[group[1] : verb.start()]
        if _NEGATED.search(auxiliary) or _counts(text[max(sentence.start, group[0] - 14) : group[1]]):
            continue
        kind = before = _find_kind(text, group, verb.start(), before)
        if steps and steps[-1].group == group and (destination is None or steps[-1].destination is None):
            steps[-1] = steps[-1].go_on(origin, destination)
            steps += _read_ellipses(text, sites, starts, steps[-1])
            continue
        ends = [site.end for site in (origin, destination) if site is not None]
        if origin is None:
            beside = sites[
                bisect_left(starts, group[1]) : bisect_left(starts, min(group[1] + 12, verb.start()))
            ]
            origin = next((site for site in beside if site.role in {"in", "from", "of"}), None)
        status = f"{kind} {_find_time(verb[0], auxiliary)}"
        steps.append(_Step(min(group[0], verb.start()), max(ends), group, origin, destination, status))
        steps += _read_ellipses(text, sites, starts, steps[-1])
    return steps


def _read_ellipses(text: str, sites: Sequence[Site], starts: Sequence[int], last: _Step) -> list[_Step]:
    """Read the movements behind one that share its verb: ", others toward X, and some to Y"."""
    found: list[_Step] = []
    kind, _, time = last.status.partition(" ")
    at = last.end
    for row in range(bisect_left(starts, last.end), len(sites)):
        site = sites[row]
        match = _ELLIPSIS.search(text, at, min(site.end, at + 2 * _MAX_BACK))
        if match is None or match.start() - at > _MAX_ELLIPSIS or _VERB.search(text, at, match.start()):
            break
        if not match.end(2) < site.start + 1 <= match.end() + 1:
            break
        group = match.span(1)
        origin, destination = (site, None) if match[2] == "from" else (None, site)
        end = site.end
        following = sites[row + 1] if row + 1 < len(sites) else None
        if origin is not None and following is not None and _FROM_THERE.fullmatch(text, end, following.start):
            destination, end = following, following.end
        found.append(
            _Step(group[0], end, group, origin, destination, f"{_find_kind(text, group, end, kind)} {time}")
        )
        at = end
        if destination is following and following is not None:
            break
    return found


def _is_same_clause(text: str, last: _Step, verb: re.Match[str]) -> bool:
    if verb.start() - last.end > 60:
        return False
    between = text[last.end : verb.start()]
    return _CLAUSE.search(between) is None and _find_group(between, 0, len(between)) is None


def _find_movers(
    text: str, begin: int, verb: re.Match[str], origin: Site | None, destination: Site | None
) -> tuple[int, int] | None:
    """Find who moves: the subject of the verb, or the object of a verb that makes others move."""
    group = _find_group(text, max(begin, verb.start() - _MAX_BACK), verb.start())
    if not _CAUSED.fullmatch(verb[0]):
        return group
    if group is not None and _PASSIVE.search(text, group[1], verb.start()):
        return group
    if verb[0] == "displaced" and not _HAS_DISPLACED.search(
        text, max(begin, verb.start() - 40), verb.start()
    ):
        return None  # "displaced persons from X" is a noun
    nearest = min(site.start for site in (origin, destination) if site is not None)
    moved = _find_group(text, verb.end(), nearest)
    return group if moved is None and verb[0] in {"moved", "relocated"} else moved


def _find_group(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Find the people before a verb: the last noun of people of its clause, with its own words."""
    for cut in _CLAUSE.finditer(text, start, end):
        start = cut.end()
    tokens = list(_PERSON_WORD.finditer(text, start, end))
    row = len(tokens) - 1
    while row >= 0:
        low = tokens[row][0].lower()
        if low not in CIVILIAN and low not in _INHERITS and not _is_armed(tokens[row][0]):
            row -= 1
            continue
        first = _find_first(text, tokens, row)
        before = tokens[first - 1][0].lower() if first else ""
        if before in BY_NOTHING or before in _FLEEING:
            row = first - 1  # "with their families", "villagers fleeing Boko Haram"
            continue
        stop = tokens[row].end()
        if low in _INHERITS:
            wider = _WHO.match(text, stop, end)
            stop = wider.end(1) if wider is not None else stop
        named = _NAMED_GROUP.search(text, max(start, tokens[first].start() - 90), tokens[first].start())
        return (tokens[first].start() if named is None else named.start()), stop
    return None


def _bare(word: str) -> str:
    """Give a word without the ending of an owner."""
    return word[:-2] if word[-2:] in {"'s", "’s"} else word.rstrip("'’")


def _is_armed(word: str) -> bool:
    return word.lower() in ARMED or word == "IS"


def _find_first(text: str, tokens: list[re.Match[str]], row: int) -> int:
    """Walk back from a noun of people over the words of its phrase."""
    first = row
    while first:
        word = _bare(tokens[first - 1][0])
        low = word.lower()
        if text[tokens[first - 1].end() : tokens[first].start()] != " ":
            break
        known = (
            low in _PARTS_OF_NAME_PHRASE or low in CIVILIAN or low in NUMBER_WORDS or low.endswith("-held")
        )
        name = word[:1].isupper() and low not in BY_NOTHING and low not in _FLEEING
        if not (known or name or _is_armed(word) or _DIGIT.search(low)):
            break
        first -= 1
    while first < row and tokens[first][0].lower() in {"and", "of", "as", "but", "on", "in", "that", "when"}:
        first += 1
    return first


def _counts(group: str) -> bool:
    return _DIGIT.search(group) is not None or any(word in NUMBER_WORDS for word in group.lower().split())


def _find_kind(text: str, span: tuple[int, int], verb: int, before: str) -> str:
    start, stop = span
    group = [_bare(word).lower() for word in _PERSON_WORD.findall(text[start:stop])]
    # those who belong to armed actors: "families of fighters", "relatives of Daesh members"
    belonging = _BELONGING.match(text, stop, max(stop, verb))
    if belonging is not None:
        group += [word.lower() for word in belonging[1].split()]
    if any(word in ARMED for word in group) or _IS.search(text, start, stop):
        return "armed"
    civilian = any(word in CIVILIAN and word not in _UNCLEAR for word in group)
    if group and group[-1] in _INHERITS and not civilian:
        return before or "unclear"
    return "civilian" if civilian else "unclear"


def _find_time(verb: str, auxiliary: str) -> str:
    if _EXPECTED.search(auxiliary):
        return "expected"
    if _GOING_ON.search(auxiliary):
        return "current"
    if _DONE.search(auxiliary):
        return "past"
    first = verb.split(maxsplit=1)[0]
    return "current" if first.endswith("ing") or first in _BASE else "past"


_BASE = words(
    "flee flees leave leaves escape escapes cross crosses sneak sneaks head heads move moves return"
    " returns go goes come comes arrive arrives seek take travel travels migrate walk run enter enters"
    " reach reaches evacuate vacate abandon withdraw retreat relocate pour"
)
