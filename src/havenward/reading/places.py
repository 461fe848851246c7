"""Which words of a text name a place: by the gazetteer, and by the way a name is used."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from havenward.reading.descriptions import add_described
from havenward.reading.gazetteer import fold
from havenward.reading.lexicon_places import (
    AMBIGUOUS,
    DIRECTION,
    EMPLOYED,
    GENERIC,
    KIND,
    MOVING,
    NO_PLACE,
    OPEN_PREPOSITIONS,
    ORGANISATION,
    PLACE_FIRST,
    PLACE_PREPOSITIONS,
    PLACE_VERBS,
    RESIDENTS,
    SPEAKING,
    TITLE,
    TRAILING_NOUN,
)
from havenward.reading.names import Name, even_out, find_names
from havenward.reading.parts import PlaceMention
from havenward.reading.phrases import read_left
from havenward.reading.rows import find_formal

if TYPE_CHECKING:
    from havenward.reading.gazetteer import Gazetteer, Known
    from havenward.reading.names import LookUp
    from havenward.reading.parts import Layout
    from havenward.reading.phrases import Left

_AFTER_BRACKET = re.compile(r" ?\(([A-Z]{2,6})\)")
_LIST_GAPS = frozenset({" and ", ", and ", " & ", "/", " / ", " or ", ", or "})
_LIST_GOES_ON = re.compile(r"(?:,? and |, |/|,? or )[A-Z]")
_LIST_OPENS = re.compile(r"(?:[(:,]|\bas|including|include|are|and)(?: the)? ?\Z")
# "Minova, Kalehe territory, ..."
_LARGER = re.compile(
    r"(?:the )?[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2} (?:[Tt]erritory|[Dd]istrict|[Pp]rovince|[Cc]ounty"
    r"|[Ss]tate|[Rr]egion)[,:]"
)
# "the largest site, Kanyaruchinya, ...", "a village called Ngala"
_APPOSED = re.compile(
    r"\b(?:[Tt]he|[Aa]n?|[Ii]ts|[Tt]heir|[Tt]his|[Aa]nother) (?:[a-z-]+ ){0,3}(?:site|camp|town|village"
    r"|city|district|settlement|hamlet|island"
    r"|neighbou?rhood|suburb|province|region|county|port|crossing|township|commune)(?:,| called| named) \Z"
)
# A building keeps the name of a person or an organisation: "the General Santander stadium".
_BUILDING = re.compile(
    r" (?:stadium|hospital|bridge|airport|school|camp|prison|square|road|barracks|mosque|church|clinic)\b"
)
_TAKES_IN = re.compile(
    r" (?:(?:has|have|had|alone|now|also) ){0,2}(?:saw|seen|sees|receiv\w+|hosts?|hosted|hosting"
    r"|took in|tak\w+ in|record\w*"
    r"|regist\w+|count(?:s|ed)|lost|shelter(?:s|ed)?|absorb\w*|accounts? for|accounted|is home|was home"
    r"|fell|fallen|emptied"
    r"|empties|welcom\w+|bore|suffered|reported)\b|, (?:whose|where|home to|once home|now home"
    r"|a (?:[a-z]+ )?(?:town|city|village|district))\b"
)
_LETTER = re.compile("[A-HJ-Z]|[IVX]{2,5}")
_STANDS = re.compile(
    r" (?:is|was|has been|had been|remains|remained|lies|stands) (?!said|told|quoted|a (?:doctor|mother"
    r"|father|farmer))"
)
# Lands whose towns are surnames in reports of any land.
_SURNAMES = frozenset("USA GBR CAN AUS NZL IRL DEU FRA ITA ESP ZAF".split())
_ROW_GAP = re.compile(r"(?: \([^)]{1,30}\))?(?: ?[:|]| [–—-] ?\d| \d)")
_SHORT = 4  # letters of a name that is trusted to be the same wherever it stands
_PAIR = 2
_BIG = 6  # digits of the population of a town that is known without its country
_KINDS = {"c": "country", "a": "admin", "r": "area", "t": "town", "s": "site"}


class _Scene(NamedTuple):
    """What a judgement on a name may look at: the text, the gazetteer, and what the whole text is about."""

    layout: Layout
    look_up: LookUp
    context: Counter[str]
    certain: set[str]


def find_places(layout: Layout, gazetteer: Gazetteer) -> tuple[PlaceMention, ...]:
    """Find the places that a text names or describes.

    Parameters
    ----------
    layout
        The text in sentences.
    gazetteer
        Known names, those of the case first.

    Returns
    -------
    mentions
        In order of the text, not overlapping; a span holds the words that belong to the name, such as
        `the northern province of Cabo Delgado`. A described place (`the country`, `17 prefectures`) has kind
        `area`. Names of people and organisations and adjectives of countries are left out.
    """
    layout = even_out(layout)
    text = layout.text
    cache: dict[str, tuple[Known, ...]] = {}

    def look_up(key: str) -> tuple[Known, ...]:
        if key not in cache:
            cache[key] = gazetteer.look_up(key)
        return cache[key]

    names = list(find_names(layout, look_up))
    certain = {name.key for name in names if not name.opens}
    scene = _Scene(layout, look_up, _count_countries(names, look_up), certain)
    found: list[PlaceMention] = []
    waiting: list[Name] = []  # names that only a neighbour in a list can make a place
    refused: list[Name] = []
    places = set()
    for name in names:
        mention = _judge(scene, name)
        if mention is None and _could_be_place(text, name):
            if found and _continues_list(text, found[-1].end, name):
                mention = _make(name, name.start, name.end, "", name.known, scene.context)
            else:
                waiting = [*waiting[-3:], name]
        if mention is None:
            refused.append(name)
            continue
        places.add(name.key)
        while found and found[-1].start >= mention.start:
            found.pop()  # "Assam" within "Assam's main city of Guwahati"
        if found and found[-1].end > mention.start:
            continue
        listed_before = []
        start = mention.start
        while waiting and not name.owner and _begins_list(text, waiting[-1], start):
            other = waiting.pop()
            start = other.start
            listed_before.append(_make(other, other.start, other.end, "", other.known, scene.context))
        found.extend(reversed(listed_before))
        found.append(mention)
        waiting = []
    again = [
        _make(n, n.start, n.end, "", n.known, scene.context) for n in refused if _recurs(scene, n, places)
    ]
    found = _merge(_merge(found, again), find_formal(layout, look_up))
    return tuple(add_described(layout, found, look_up))


def _recurs(scene: _Scene, name: Name, places: set[str]) -> bool:
    """Whether a name is used as a place elsewhere in the text, and is no person's here."""
    if name.key not in places or len(name.key) < _SHORT or name.key in AMBIGUOUS:
        return False
    left = read_left(scene.layout, name.start, name.sentence, scene.look_up)
    return not (left.before and left.before[-1].strip(".,").lower() in TITLE)


def _merge(found: list[PlaceMention], others: list[PlaceMention]) -> list[PlaceMention]:
    """Give both kinds of mentions in order; of two that overlap the longer one stays, the first of equals."""
    if not others:
        return found
    merged: list[PlaceMention] = []
    for mention in sorted([*found, *others], key=lambda m: (m.start, m.start - m.end)):
        if merged and merged[-1].end > mention.start:
            last = merged[-1]
            if mention.end - mention.start > last.end - last.start:
                merged[-1] = mention
            continue
        merged.append(mention)
    return merged


def _count_countries(names: list[Name], look_up: LookUp) -> Counter[str]:
    """Count the countries that a text is about, by their names, people and divisions."""
    context: Counter[str] = Counter()
    for name in names:
        known = name.known
        if not known and " " in name.key:
            known = look_up(name.key.split(" ", 1)[0])
            known = tuple(k for k in known if k.kind in "cd")
        if known and known[0].kind in "cd":
            context[known[0].country] += 3
        elif known and len({k.country for k in known}) == 1:
            context[known[0].country] += 1
    return context


def _judge(scene: _Scene, name: Name) -> PlaceMention | None:
    """Decide whether a name is a place, and how far its phrase reaches."""
    text = scene.layout.text
    parts = name.key.split(" ")
    known = tuple(k for k in name.known if k.kind != "d")
    if _is_other(text, name, parts, known):
        return None
    left = read_left(scene.layout, name.start, name.sentence, scene.look_up)
    if left.before[-2:] in {("State", "in"), ("State", "of")} and not left.typed:
        return None  # Islamic State in X
    if not known and len(parts) > 1:
        part = _known_part(scene, name, parts, left)
        if isinstance(part, Name):
            return _judge(scene, part)
        known = part
    trailing = TRAILING_NOUN.match(text, name.end, scene.layout.sentences[name.sentence].end)
    titled = left.before and left.before[-1].strip(".,").lower() in TITLE
    if titled and not (known and known[0].kind == "c") and trailing is None:
        return None
    if name.owner or (trailing is not None and text.startswith(" of ", trailing.end())):
        trailing = None  # "the Donetsk suburb of Yasynuvata"
    if trailing is not None:
        whole = scene.look_up(fold(text[name.start : trailing.end()]))
        known = whole if whole and whole[0].location else known  # a case may know it by "X camp" alone
    used = trailing is not None or _is_used_as_place(text, name, parts, left, known=bool(known))
    if not used and not (known and _stands_alone(scene, name, known, left)):
        return None
    if not known and len(parts) == 1 and text[name.start : name.end].isupper() and len(parts[0]) <= _BIG - 1:
        return None  # an abbreviation
    return _measure(scene, name, known, left, trailing)


def _is_other(text: str, name: Name, parts: list[str], known: tuple[Known, ...]) -> bool:
    """Whether a name is a month, a group, an organisation, or an adjective of a country."""
    if name.key in DIRECTION or name.key in KIND:
        return True
    if parts[0] in GENERIC and all(part in DIRECTION or part in KIND or part in GENERIC for part in parts):
        return True
    if len(parts) > 1 and _LETTER.fullmatch(text, name.end - len(parts[-1]), name.end) is not None:
        parts = parts[:-1] if TRAILING_NOUN.match(text, name.end) is not None else parts  # Bulengo II camp
    if not NO_PLACE.isdisjoint(parts) and not (name.known and len(parts) > 1):
        return True
    if parts[0] in {"us", "uk"} and not text[name.start : name.end].replace(".", "").isupper():
        return len(parts) == 1
    if known:
        return False
    return bool(name.known) or (
        not ORGANISATION.isdisjoint(parts) and _BUILDING.match(text, name.end) is None
    )


def _is_used_as_place(text: str, name: Name, parts: list[str], left: Left, *, known: bool) -> bool:
    """Whether the words around a name make it a place."""
    if left.typed or left.governor in PLACE_PREPOSITIONS or left.governor in PLACE_VERBS:
        return True
    if parts[0] in PLACE_FIRST or (len(parts) > 1 and (parts[-1] in KIND or _is_coded(text, name, parts))):
        return True
    if left.governor == "at" and _is_at(text, name, parts, left):
        return True
    if known:
        return name.opens and (
            _ROW_GAP.match(text, name.end) is not None or _TAKES_IN.match(text, name.end) is not None
        )
    if left.governor in {"", "called", "named"} or left.governor.endswith(","):
        return _APPOSED.search(text, max(0, name.start - 70), name.start) is not None
    if left.governor == "of" and left.before[-2:-1] and left.before[-2].lower() in RESIDENTS:
        return True
    return _moves_there(left)


def _measure(
    scene: _Scene, name: Name, known: tuple[Known, ...], left: Left, trailing: re.Match[str] | None
) -> PlaceMention:
    """Give the phrase of a place: with the nouns and adjectives before and behind that belong to it."""
    text = scene.layout.text
    start, end, kind = left.start, name.end, left.typed
    last = name.key.rsplit(" ", 1)
    if trailing is not None:
        end = trailing.end()
        kind = KIND.get(trailing[1].lower().rsplit(" ", 1)[-1], kind)
    elif not kind and len(last) > 1 and last[1] in KIND:
        kind = KIND[last[1]]
    elif not kind and not known:
        kind = "town"
    elif known and (bracket := _AFTER_BRACKET.match(text, end)) and bracket[1][0] == text[name.start]:
        end = bracket.end()
    if text[start : name.start].lower() == "the " and trailing is None and not name.key.endswith("s"):
        start = name.start  # "the Iraq army"; but "the Philippines", "the Bago region"
    return _make(name, start, end, kind, known, scene.context)


def _make(
    name: Name,
    start: int,
    end: int,
    kind: str,
    known: tuple[Known, ...],
    context: Counter[str],
) -> PlaceMention:
    best = _choose(known, context)
    if best is None:
        return PlaceMention(start, end, name.sentence, kind or "town")
    own = _KINDS.get(best.kind, "town")
    if own in {"country", "town"} or not kind:
        kind = own if kind in {"", "area"} or own == "country" else kind
    if own == "country" and name.end < end and kind != "country":
        return PlaceMention(start, end, name.sentence, kind)  # the Congo River
    return PlaceMention(start, end, name.sentence, kind, best.location, best.country)


def _choose(known: tuple[Known, ...], context: Counter[str]) -> Known | None:
    """Choose among places of one name: the case, then the country that the text is about, then size."""
    places = [k for k in known if k.kind != "d"]
    if len(places) < _PAIR:
        return places[0] if places else None
    return max(places, key=lambda k: (bool(k.location), k.kind == "c", context[k.country], k.size))


def _is_coded(text: str, name: Name, parts: list[str]) -> bool:
    """Whether a name is a noun of place with a letter or Roman number: Region V, Sector C."""
    return parts[-2] in KIND and _LETTER.fullmatch(text, name.end - len(parts[-1]), name.end) is not None


def _is_at(text: str, name: Name, parts: list[str], left: Left) -> bool:
    """Whether an unknown name after `at` is a place: "At Belladère, ...", "trucks at the Kamanyola post"."""
    if len(parts) > _SHORT - 1 or text[name.start : name.end].isupper():
        return False
    before = [word.strip(".,;:()[]\"'“”‘’").lower() for word in left.before[-4:-1]]
    if any(word in EMPLOYED for word in before):
        return False
    return not before or before[-1] in KIND or text[name.end : name.end + 1] in {",", ".", ";", ")"}


def _moves_there(left: Left) -> bool:
    """Whether an unknown name after `from`, `to` or `at` is where people come from or go."""
    if left.governor == "of" and left.before[-2:-1] == ("out",):
        return True
    if left.governor not in {"from", "to", "via", "between"}:
        return False
    if left.before[-2:-1] and left.before[-2][-1:].isdigit():
        return True  # "and 4,803 from X"
    return any(word.strip(".,;:()[]\"'“”").lower() in MOVING for word in left.before[-7:-1])


def _stands_alone(scene: _Scene, name: Name, known: tuple[Known, ...], left: Left) -> bool:
    """Whether a known name is a place without a word of place beside it."""
    best = _choose(known, scene.context)
    if best is None:
        return False
    if best.kind == "c" or best.location:
        return True
    single = " " not in name.key
    familiar = scene.context[best.country] > 0
    if left.governor in OPEN_PREPOSITIONS and name.key not in AMBIGUOUS:
        return best.kind in "ar" or best.size >= _BIG - 1 or familiar
    if single and (name.key in AMBIGUOUS or len(name.key) <= 3):
        return False
    if best.kind in "ar":
        return len(name.key) > 4 or familiar
    after = scene.layout.text[name.end : name.end + 12].split(" ")
    if best.size < _BIG and len(after) > 1 and after[1].strip(".,") in SPEAKING:
        return False
    stands = _STANDS.match(scene.layout.text, name.end) is not None
    if best.size < _BIG and name.opens and single and name.key not in scene.certain:
        return stands and len(name.key) >= _BIG and (familiar or best.country not in _SURNAMES)
    if stands and not single and best.country not in _SURNAMES:
        return True
    return familiar or (best.size >= _BIG and len(name.key) > 4)


def _known_part(scene: _Scene, name: Name, parts: list[str], left: Left) -> Name | tuple[Known, ...]:
    """Look for known places within a longer name; give what the whole is, or the part to judge instead."""
    pieces = scene.layout.text[name.start : name.end].split(" ")
    if len(pieces) != len(parts):
        return ()
    found = _cover(parts, scene.look_up)
    places = [part for part in found if any(k.kind != "d" for k in part[2])]
    if not places:
        return ()
    if found[0][2][0].kind == "d" and len(places) == 1 and parts[0].endswith("s") and not left.governor:
        begin, stop, known = places[0]
        return _sub_name(name, pieces, begin, stop, known)  # "many Venezuelans Colombia has"
    inside = {row for begin, stop, _ in found for row in range(begin, stop)}
    loose = [part for row, part in enumerate(parts) if row not in inside]
    if all(part in DIRECTION or part in KIND or part in PLACE_FIRST for part in loose):
        return places[-1][2]
    in_title = scene.layout.sentences[name.sentence].role in {"title", "heading"}
    begin, stop, known = places[0]
    if len(places) == 1 and known[0].kind in "car" and not left.governor:
        opens_with_adjective = name.opens and begin == 1 and stop == len(parts)
        if opens_with_adjective or in_title:
            return _sub_name(name, pieces, begin, stop, known)
    if in_title or len(inside) * 2 >= len(parts) + 2:
        for begin, stop, known in places:
            if (known[0].kind in "car" or known[0].size >= _BIG) and len(" ".join(parts[begin:stop])) > 3:
                return _sub_name(name, pieces, begin, stop, known)
    return ()


def _cover(parts: list[str], look_up: LookUp) -> list[tuple[int, int, tuple[Known, ...]]]:
    """Give the known names within a run of words, the longest first at each word."""
    found: list[tuple[int, int, tuple[Known, ...]]] = []
    at = 0
    while at < len(parts):
        for stop in range(min(len(parts), at + 4), at, -1):
            known = look_up(" ".join(parts[at:stop]))
            if known:
                found.append((at, stop, known))
                at = stop - 1
                break
        at += 1
    return found


def _sub_name(name: Name, pieces: list[str], begin: int, stop: int, known: tuple[Known, ...]) -> Name:
    start = name.start + sum(len(piece) + 1 for piece in pieces[:begin])
    end = start + sum(len(piece) + 1 for piece in pieces[begin:stop]) - 1
    owner = name.owner and stop == len(pieces)
    key = fold(" ".join(pieces[begin:stop]))
    return Name(start, end, name.sentence, key, known, owner, name.opens and begin == 0)


def _could_be_place(text: str, name: Name) -> bool:
    """Whether a name may be a place if its neighbours in a list are."""
    words = name.key.split(" ")
    if text[name.start : name.end].isupper() or name.key in DIRECTION:
        return False
    if name.known and all(k.kind == "d" for k in name.known):
        return False
    return len(words) <= 4 and not any(word in NO_PLACE or word in ORGANISATION for word in words)


def _continues_list(text: str, end: int, name: Name) -> bool:
    """Whether an unknown name goes on with the list that a place before it begins."""
    if not end < name.start <= end + 6:
        return False
    gap = text[end : name.start]
    if gap == ", ":
        return bool(name.known) or _LIST_GOES_ON.match(text, name.end) is not None
    return gap in _LIST_GAPS


def _begins_list(text: str, name: Name, start: int) -> bool:
    """Whether an unknown name begins a list that goes on with the place at `start`."""
    if not name.end < start <= name.end + 6:
        return False
    gap = text[name.end : start]
    if gap == ", " and name.opens and _LARGER.match(text, start):
        return True
    if gap == ", ":
        return bool(name.known) or _LIST_OPENS.search(text, max(0, name.start - 12), name.start) is not None
    return gap in _LIST_GAPS
