"""Which words before a name belong to its phrase (`the northern town of`), and which word governs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from havenward.reading.gazetteer import fold
from havenward.reading.lexicon_places import DIRECTION, KIND, MODIFIER, MODIFIER_ENDS, PART
from havenward.reading.names import OWNER

if TYPE_CHECKING:
    from havenward.reading.names import LookUp
    from havenward.reading.parts import Layout

_MAX_LEFT = 90  # characters before a name that are looked at


class Left(NamedTuple):
    """What stands before a name.

    Parameters
    ----------
    start
        Where the phrase of the name begins.
    governor
        The word before the phrase, in small letters.
    typed
        Kind of place said by a noun before the name ("the town of X"), empty for none.
    before
        The words up to the governor.
    """

    start: int
    governor: str
    typed: str
    before: tuple[str, ...]


def read_left(layout: Layout, start: int, sentence: int, look_up: LookUp) -> Left:
    """Walk to the left over what belongs to the phrase of a name, up to the word that governs it."""
    begin = max(layout.sentences[sentence].start, start - _MAX_LEFT)
    before = layout.text[begin:start].split(" ")
    if before.pop() != "":
        return Left(start, "", "", tuple(before))  # glued to something: a quotation mark, a bracket
    at = phrase = start
    typed = ""
    parted = False  # whether an `of` was passed
    while before:
        taken = _take(before, look_up, parted=parted, first=at == start)
        if taken is None:
            break
        at -= taken.width
        if taken.closes:
            phrase = at
        typed = typed or taken.typed
        parted = parted or taken.parts
        if taken.plural:  # "the regions Samegrelo and Guria": no part of the name
            before.append("in")
            break
    governor = before[-1].lower() if before else ""
    return Left(phrase, governor.strip('("“‘[—–-'), typed, tuple(before))


class _Taken(NamedTuple):
    width: int
    closes: bool = True  # whether the phrase may begin with what was taken
    typed: str = ""
    parts: bool = False
    plural: bool = False


def _take(before: list[str], look_up: LookUp, *, parted: bool, first: bool) -> _Taken | None:
    """Take the last words off `before` where they belong to the phrase; None where they do not."""
    word = before[-1]
    low = word.lower()
    earlier = before[-2].lower() if len(before) > 1 else ""
    width = len(word) + 1
    taken = None
    if not word:
        taken = _Taken(1, closes=False)
    elif low in MODIFIER or low.endswith(MODIFIER_ENDS) or is_demonym(word, look_up):
        taken = _Taken(width)
    elif low in KIND and not parted:
        plural = low.endswith("s")
        taken = _Taken(width, not plural, KIND[low], plural=plural)
    elif low == "capital,":
        taken = _Taken(width, typed="town")
    elif low == "of" and earlier in PART:
        taken = _Taken(width + len(before.pop(-2)) + 1, typed=KIND.get(earlier, "area"), parts=True)
    elif low == "now" and before[-3:-1] == ["what", "is"]:
        del before[-3:-1]
        taken = _Taken(width + len("what is "))
    elif not first and low in {"and", "or"} and earlier in DIRECTION:
        taken = _Taken(width, closes=False)
    elif (not first and low in {"a", "an"}) or _belongs(
        word, low, earlier, look_up, parted=parted, first=first
    ):
        taken = _Taken(width)
    if taken is not None:
        before.pop()
    return taken


def _belongs(word: str, low: str, earlier: str, look_up: LookUp, *, parted: bool, first: bool) -> bool:
    """Whether a place or an adjective before a name belongs to it: China's X, the Donetsk suburb of X."""
    if word[-2:] in OWNER:
        return (word[0].isupper() or not first) and is_place_word(word[:-2], look_up)
    if not parted:
        return False
    if word[0].isupper():
        return is_place_word(word, look_up)
    return low == word and word.isalpha() and (earlier in {"the", "a"} or earlier[-2:] in OWNER)


def is_demonym(word: str, look_up: LookUp) -> bool:
    """Whether a word is an adjective or the people of a country."""
    if not word[:1].isupper():
        return False
    known = look_up(fold(word))
    return bool(known) and known[0].kind == "d"


def is_place_word(word: str, look_up: LookUp) -> bool:
    """Whether a word is a noun of place or a known place."""
    if word in KIND:
        return True
    known = look_up(fold(word)) if word[:1].isupper() else ()
    return bool(known) and known[0].kind != "d"
