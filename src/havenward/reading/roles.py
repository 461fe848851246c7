"""What part a place plays in its sentence: where something is, where people leave or go, a mere landmark."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from havenward.reading import role_words as rw
from havenward.reading.lexicon_places import ACTOR_NOUN, METONYM, MOVE_VERB, PEOPLE_OF, SPEAKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havenward.reading.parts import Layout, PlaceMention

_MAX_PHRASE = 240  # characters; longer lists are cut
_MAX_GAP = 40
_SIZE = {"site": 0, "town": 1, "admin": 2, "area": 1, "country": 3}
_OPENING = ' "“‘(['
_DATELINES = 6  # a dateline stands in one of the first sentences


class Site(NamedTuple):
    """A phrase of one or several places, and the part that it plays.

    Parameters
    ----------
    start, end, sentence
        Its span and sentence.
    role
        `in` (something is there), `from`, `to`, `leave` (fled X), `reach` (entered X), `object` (struck X),
        `subject` (X hosts), `acting` (X is), `label` (a name before a colon), `of` (people of X),
        `goal` (, to X), `holder` (X's camps), `way` (through X), `office` (the mayor of X), `seat` (officials
        in X said), `named` (X residents), `owner` (X's), `actor` (the X government), `landmark` (south of
        X), `distance` (10 km from X), `afar` (the ministry in X said), `dateline`, `none`.
    kind, country, named
        Of its first place; `named` is false for `the city`, `17 provinces`.
    origin
        Start of the words that make it an origin ("their homes in X"), or its own start.
    """

    start: int
    end: int
    sentence: int
    role: str
    kind: str
    country: str
    named: bool
    origin: int


class Sites:
    """The phrases of places of a text by sentence; a sentence is read when it is first asked for.

    Parameters
    ----------
    layout, mentions
        The text (its blanks evened out) and its places in order.
    """

    def __init__(self, layout: Layout, mentions: Sequence[PlaceMention]) -> None:
        self._layout = layout
        self._mentions: dict[int, list[PlaceMention]] = {}
        for mention in mentions:
            self._mentions.setdefault(mention.sentence, []).append(mention)
        self._read: dict[int, list[Site]] = {}

    def sentences(self) -> list[int]:
        """Give the sentences that have a place, in order."""
        return list(self._mentions)

    def of(self, index: int) -> list[Site]:
        """Give the phrases of a sentence, in order."""
        found = self._read.get(index)
        if found is None:
            found = self._read[index] = _read_sentence(self._layout, self._mentions.get(index, []))
        return found


def _read_sentence(layout: Layout, mentions: Sequence[PlaceMention]) -> list[Site]:
    """Join places of a sentence that form one phrase and say what part each phrase plays."""
    text = layout.text
    sites: list[Site] = []
    row = 0
    while row < len(mentions):
        first = last = mentions[row]
        end = first.end
        row += 1
        while row < len(mentions):
            following = mentions[row]
            if following.start - end > _MAX_GAP or end - first.start > _MAX_PHRASE:
                break
            if not _joined(text[end : following.start], last, following, text):
                break
            end = following.end
            last = following
            row += 1
        if text[end : end + 1] == ")" and text.count("(", first.start, end) > text.count(
            ")", first.start, end
        ):
            end += 1
        role, origin = _find_role(layout, first, end)
        named = is_named(text, first.start, end)
        sites.append(Site(first.start, end, first.sentence, role, first.kind, first.country, named, origin))
    return sites


def is_named(text: str, start: int, end: int) -> bool:
    """Whether a phrase holds a name; a capital that only opens a sentence is none."""
    rest = text[start + 1 : end]
    if rest != rest.lower():
        return True
    return text[start].isupper() and not text.startswith(("The ", "This ", "That ", "These "), start)


def _joined(gap: str, last: PlaceMention, following: PlaceMention, text: str) -> bool:
    """Whether two places form one phrase: a list, or a place with the larger one that it lies in."""
    if gap == ", ":
        if text[following.end : following.end + 2] in {"'s", "’s", "´s"}:
            return False  # "across Iraq, the country's ministry said"
        ahead = rw.NEXT_WORD.match(text, following.end)
        return ahead is None or ahead[1].lower() not in ACTOR_NOUN
    if "-" in gap and gap != "-":
        return False
    if rw.WITHIN_GAP.match(gap):
        if gap.startswith((" in", ", in")) and last.kind == following.kind == "area":
            return False
        larger = _SIZE[following.kind] >= _SIZE[last.kind] or following.kind == "area"
        return larger or gap.endswith(("including ", "("))
    if is_named(text, last.start, last.end) != is_named(text, following.start, following.end):
        return False
    return rw.LIST_GAP.match(gap) is not None and not text.startswith("the same", following.start)


def _find_role(layout: Layout, mention: PlaceMention, end: int) -> tuple[str, int]:
    """Give the role of a phrase, and where the words begin that make it an origin."""
    text = layout.text
    sentence = layout.sentences[mention.sentence]
    start = mention.start
    after = text[end : min(sentence.end, end + 120)]
    if mention.sentence <= _DATELINES and _is_dateline(layout, mention, after):
        return "dateline", start
    following = rw.NEXT_WORD.match(after)
    next_word = following[1].lower() if following else ""
    owner = after[:2] in {"'s", "’s", "´s", "`s"} or (after[:1] in {"'", "’"} and text[end - 1] == "s")
    if next_word in ACTOR_NOUN and not owner:
        return "actor", start
    capital = text[start:end].lower() in METONYM
    if capital and rw.SPOKEN.match(after) and mention.kind != "country":
        return "actor", start
    if rw.STAMP.search(text, max(sentence.start, start - 9), start):
        return "dateline" if capital else "label", start
    if capital and owner and not rw.HOLDS.match(after):
        return "actor", start
    begin = max(sentence.start, start - 90)
    before, tokens = _read_before(text[begin:start])
    word = tokens[-1].lstrip(_OPENING) if tokens else ""
    if word in rw.DISTANCE_END and rw.DISTANCE.search(before.rstrip(" [(")):
        return "distance", start
    if word in rw.HOME_END and (home := _find_home(before, tokens)) is not None:
        return home[0], begin + home[1] if home[1] < len(before) else start
    if rw.LANDMARK.match(text, start):
        return (
            "in" if word in rw.IN or word in {"camps", "camp", "villages", "areas"} else "landmark"
        ), start
    role = _role_by_word(word, before, tokens)
    if role == "in" and len(tokens) > 1 and tokens[-2] == "elsewhere":
        return "none", start
    if role == "none" and word.replace("-", "").isalpha() and len(tokens) > 1:
        # "to war-weary Aleppo": a word between a preposition and a name is an adjective
        earlier = tokens[-2].lstrip(_OPENING)
        if earlier in rw.IN or earlier in rw.TOWARD or earlier in {"from", "to"}:
            shorter = before[: len(before.rstrip(_OPENING)) - len(tokens[-1])]
            role = _role_by_word(earlier, shorter, tokens[:-1])
    return _correct(role, before, tokens, after, next_word, owner=owner, capital=capital), start


def _read_before(before: str) -> tuple[str, list[str]]:
    """Give the words before a place without hedges, articles and counts, as text and in small letters."""
    bare = before.rstrip(_OPENING)
    tokens = bare.lower().split(" ")
    count = _skip_hedges(tokens)
    if count == len(tokens):
        return before, tokens
    return bare[: len(bare) - sum(len(token) + 1 for token in tokens[count:])] + " ", tokens[:count]


def _correct(
    role: str, before: str, tokens: list[str], after: str, next_word: str, *, owner: bool, capital: bool
) -> str:
    """Correct a role by the words behind the place; find one where no word before gives it."""
    if role == "none":
        return _role_without_word(before, after, next_word, owner=owner)
    owned = rw.OWNED.match(after) if owner and role in {"in", "from", "to", "leave"} else None
    if owned is not None and owned[1].lower() in ACTOR_NOUN:
        return "owner"
    if role == "in" and (rw.SPEAKS.match(after) or not rw.SPOKE.isdisjoint(tokens[-4:-1])):
        return _tell_seat(tokens, capital=capital)
    if role == "in" and not rw.SPEAKER.isdisjoint(tokens[-5:-1]) and rw.SPOKEN.match(after):
        return _tell_seat(tokens, capital=capital)
    return role


def _tell_seat(tokens: list[str], *, capital: bool) -> str:
    """Say whether who speaks in a place speaks of it; those of a state or of the world only sit there."""
    who = tokens[-5:-1]
    afar = not rw.FAR_SPEAKER.isdisjoint(who) or (capital and not rw.STATE_SPEAKER.isdisjoint(who))
    return "afar" if afar else "seat"


def _skip_hedges(tokens: list[str]) -> int:
    """Give how many words are left before the hedges, articles and counts that stand before a place."""
    count = len(tokens)
    while count and len(tokens) - count < 6:
        word = tokens[count - 1]
        if word in rw.HEDGE:
            if word == "least" and tokens[max(0, count - 2)] == "at":
                count -= 1
        elif not (word == "as" and tokens[max(0, count - 2) : count - 1] == ["many"]) and not (
            word == "of" and count > 1 and tokens[count - 2] in rw.HEDGE and tokens[count - 2].endswith("s")
        ):
            break
        count -= 1
    return count


def _find_home(before: str, tokens: list[str]) -> tuple[str, int] | None:
    """Read "fled their homes in X" and "fled the fighting in X": the role, and where its words begin."""
    if len(tokens) > 1 and tokens[-2] in rw.HOMES and (home := rw.HOME.search(before)):
        lead = before[: home.start()].rstrip().rsplit(" ", 1)[-1].lower()
        if lead in rw.LEAVING_VERB or lead in {"from", "of"}:
            return "leave", home.start()
        if lead in {"to", "into"}:
            return "to", home.start()
    if ("fle" in before or "escap" in before) and rw.FLED_EVENT.search(before):
        return "leave", len(before)
    return None


def _role_by_word(word: str, before: str, tokens: list[str]) -> str:
    """Give the role that the word before a place gives it; `tokens` ends with that word."""
    if word in rw.IN:
        return _role_of_in(word, before, tokens)
    if word in {"from", *rw.TOWARD}:
        return "from" if word == "from" else "to"
    if word in {"to", "for"}:
        return _role_of_to(word, before, tokens)
    if word in rw.LEAVING_VERB:
        return "leave"
    if word in rw.REACHING_VERB:
        return "reach"
    if word in rw.HITTING:
        return "object"
    earlier = tokens[-2] if len(tokens) > 1 else ""
    if word == "of":
        if earlier in rw.OFFICE:
            return "office"
        if earlier in ACTOR_NOUN:
            return "actor"  # "the Government of Syria claims"
        return "of" if earlier in PEOPLE_OF else "from" if earlier == "out" else "none"
    if word == "by":
        return "in" if earlier in {"hosted", "sheltered"} else "none"
    if word == "via" and _moves(tokens[-9:]):
        return "way"
    if word == "between":
        lead = before.rstrip()[: -len("between")].rstrip()
        return "in" if not lead or lead.endswith(rw.FROM_AREA) else "none"
    return "none"


def _role_of_in(word: str, before: str, tokens: list[str]) -> str:
    if word == "through" and _moves(tokens[-9:]):
        return "way"
    noun = len(tokens) - 2
    if noun > 1 and tokens[noun - 1] == "and":
        noun -= 2  # "from camps and villages in X"
    if noun > 0 and tokens[noun] in rw.VIA_NOUN:
        for row in range(noun - 1, max(-1, noun - 5), -1):
            if tokens[row] in rw.VIA_WORD:
                if tokens[row + 1 : noun] == ["the"] and tokens[noun] == "camp":
                    break
                lead = " ".join(tokens[: row + 1]) + " "
                return _role_by_word(tokens[row], lead, tokens[: row + 1])
    arrived = any(stem == "refuge" or stem.startswith(rw.ARRIVING_STEM) for stem in tokens[-3:-1])
    if arrived and word not in {"near", "along"}:
        return "to"
    if before.rstrip().endswith("border with"):
        return "none"
    return "in"


def _role_of_to(word: str, before: str, tokens: list[str]) -> str:
    earlier = tokens[-13:-1]
    if earlier and earlier[-1] in rw.NOT_GOING:
        return "none"
    if word == "to":
        if earlier and earlier[-1] in {"road", "highway", "route"}:
            return "in"
        if "from" in earlier and rw.FROM_TO.search(before):
            return "to"
        if _moves(earlier) or earlier[-1:] == ["out"]:
            return "to"
        return "goal" if earlier and (earlier[-1].endswith(",") or earlier[-1] in rw.GOERS) else "none"
    left = any(
        token.strip(",") in rw.LEAVING_VERB or token in {"bound", "headed", "heading"} for token in earlier
    )
    return "to" if left else "none"


def _moves(tokens: list[str]) -> bool:
    return any(word.strip(',;()"“') in MOVE_VERB or word.startswith("enter") for word in tokens)


def _role_without_word(before: str, after: str, next_word: str, *, owner: bool) -> str:
    """Give the role of a place that no preposition or verb governs: a subject, a label, an owner."""
    lead = before.rstrip(" \"“‘'([")
    clause = not lead or lead[-1] in ",;:.–—" or lead.endswith(rw.CLAUSE_ENDS)
    after = after.lstrip(")")
    if after[:2] in {" |", " /"} and not lead:
        return "label"
    if lead[-1:] == ":" and after[:1] in {",", ";"} and len(before) < _MAX_GAP:
        return "label"
    if after[:1] == ":" or after[:3] in {" – ", " - ", " — "}:
        row = clause or (after[:1] == ":" and len(before) < _MAX_GAP)
        return "label" if row else "none"
    if owner:
        return "holder" if rw.HOLDS.match(after) else "owner"
    if clause and rw.HOSTING.match(after):
        return "subject"
    if clause and (next_word in rw.BEING or (not lead and after[:1] == ",")) and next_word not in SPEAKING:
        return "acting"
    if next_word and next_word not in rw.CLOSED_AFTER:
        return "named"
    return "label" if not lead and not after.strip(" .") else "none"


def _is_dateline(layout: Layout, mention: PlaceMention, after: str) -> bool:
    """Whether a place only says where the report was written: "GOMA, DRC (Agency) - "."""
    sentence = layout.sentences[mention.sentence]
    if sentence.role not in {"body", "caption"}:
        return False
    match = rw.DATELINE.match(after)
    if match is None:
        return False
    opening = layout.text[sentence.start : min(mention.start, sentence.start + 60)]
    if opening.strip(_OPENING) and not opening.isupper() and not rw.DATELINE_BEFORE.fullmatch(opening):
        return False
    name = layout.text[mention.start : mention.end]
    return name.isupper() or match[1] != ":"
