"""Which runs of capitalised words are names: where each begins and ends, and what is known of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from havenward.reading.gazetteer import Known, fold
from havenward.reading.lexicon_places import CLOSED, FUNCTION, ORGANISATION, PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from havenward.reading.parts import Layout

    LookUp = Callable[[str], tuple[Known, ...]]

_WORD = (
    r"(?<![\w-])(?:(?:al|el|ez|ed|es|er|ar|as|ash|at|ad|az|an|um|umm)[- ](?=['‘’`]?[A-ZÀ-ÖØ-Þ][a-zà-ÿ]))?"
    r"['‘’`]?(?:(?:[A-Z]\.){2,}(?![a-z])|[A-ZÀ-ÖØ-Þ]\w*(?:['’‘`´-]\w+)*)"
)
# A name has at most ten words; what joins them is part of names in the languages of the world.
# Looking ahead at one letter spares the search most places.
_NAME = re.compile(
    rf"(?=[A-ZÀ-ÖØ-Þaeu'‘’`]){_WORD}"
    rf"(?:[ ](?:[dl]['’]|(?:de|la|las|los|del|da|do|dos|du|des|di|le|les|sur|y|e|et|al|el|ul"
    rf"|ibn|of the|of) )?{_WORD}){{0,9}}"
)
# "Islamic State in Iraq and the Levant" names a group, not its countries.
_GROUP_NAME = re.compile(
    r"Islamic State (?:in|of) (?:Iraq|Libya|Khorasan)(?: and (?:the Levant|al-Sham|Syria|Greater Syria))?"
)
_BLANKS = "\n\r\t\u00a0\u2007\u2009\u202f\u200a\u2002\u2003"
_SPEAKER = frozenset(
    f"I{end}" for end in ("", *(f"{mark}{verb}" for mark in "'’" for verb in ("ve", "m", "d", "ll")))
)
_MAX_NAMES = 150  # words; a sentence with more capitalised words is no prose
_HYPHENS = frozenset("-‑")
OWNER = frozenset({"'s", "’s", "´s", "`s", "‘s"})


class Name(NamedTuple):
    """A capitalised name: where, its words, whether it owns what follows, whether it opens a sentence."""

    start: int
    end: int
    sentence: int
    key: str
    known: tuple[Known, ...]
    owner: bool
    opens: bool


def even_out(layout: Layout) -> Layout:
    """Give a layout whose blanks of all kinds, and line ends, are plain blanks; offsets stay the same."""
    text = layout.text
    for blank in _BLANKS:
        if blank in text:
            text = text.replace(blank, " ")
    return layout.with_text(text)


def find_names(layout: Layout, look_up: LookUp) -> Iterator[Name]:
    """Give the names of a text in order, cut where a small word or an owner's 's parts them."""
    text = layout.text
    groups = [match.span() for match in _GROUP_NAME.finditer(text)] if "Islamic State" in text else []
    keys: dict[str, str] = {}
    group = 0
    for index, sentence in enumerate(layout.sentences):
        opening = sentence.start
        while opening < sentence.end and not text[opening].isalnum():
            opening += 1
        left = _MAX_NAMES
        for match in _NAME.finditer(text, sentence.start, sentence.end):
            run = match[0]
            left -= 1 + run.count(" ")
            if left < 0:
                break
            if " " not in run and (run in _SPEAKER or (low := run.lower()) in FUNCTION or low in CLOSED):
                continue
            for start, end, owner in _cut(text, match.start(), match.end(), look_up):
                while group < len(groups) and groups[group][1] <= start:
                    group += 1
                if (group < len(groups) and groups[group][0] <= start) or (
                    text[end : end + 1] in _HYPHENS and text[end + 1 : end + 2] != "-"
                ):
                    continue  # within the name of a group, or "Iraq-led"
                words = text[start:end]
                key = keys.get(words, "")
                if not key:
                    key = keys[words] = fold(words)
                yield Name(start, end, index, key, look_up(key), owner, start <= opening)


def _cut(text: str, start: int, end: int, look_up: LookUp) -> Iterator[tuple[int, int, bool]]:
    """Cut a run of capitalised words where a small word or an owner's 's parts it."""
    if text.find(" ", start, end) < 0 and text[start] not in "'‘’`":
        owned = text[end - 2 : end].lower() in OWNER
        yield start, end - 2 if owned else end, owned or text[end : end + 1] in {"'", "’"}
        return
    begin = start
    at = start
    while at < end:
        stop = text.find(" ", at, end)
        stop = end if stop < 0 else stop
        word = text[at:stop]
        low = word.lower()
        if (low in CLOSED and word[0].isupper()) or word in _SPEAKER:
            if begin < at:
                yield from _trim(text, begin, at - 1, owner=False)
            begin = stop + 1
        elif begin == at and low in FUNCTION:
            begin = stop + 1
        elif low == "of" and not _joined_by_of(text, begin, at, stop, end, look_up):
            if begin < at:
                yield from _trim(text, begin, at - 1, owner=False)
            begin = stop + 1
            if text.startswith("the ", begin):
                begin += 4
        elif (
            low[-2:] in OWNER and low[:-2] != "people" and not (stop < end and look_up(fold(text[begin:end])))
        ):
            yield from _trim(text, begin, stop - 2, owner=True)
            begin = stop + 1
        at = stop + 1
    if begin < end:
        yield from _trim(text, begin, end, owner=text[end : end + 1] in {"'", "’"})


def _joined_by_of(text: str, begin: int, at: int, stop: int, end: int, look_up: LookUp) -> bool:
    """Whether `of` belongs to the name: Gulf of Aden, Democratic Republic of the Congo, Ministry of X."""
    if begin >= at:
        return False
    whole = text[begin:end]
    if look_up(fold(whole[:-2] if whole[-2:] in OWNER else whole)):
        return True
    head = text[begin : at - 1].rsplit(" ", 1)[-1].lower()
    if head in ORGANISATION:
        return True
    second = text.find(" ", stop + 5, end)
    second = second if second > 0 else end
    first_words = text[begin:second]
    return bool(look_up(fold(first_words[:-2] if first_words[-2:] in OWNER else first_words)))


def _trim(text: str, start: int, end: int, *, owner: bool) -> Iterator[tuple[int, int, bool]]:
    while start < end and text[start] in " '‘’`":
        start += 1
    while end > start and text[end - 1] == " ":
        end -= 1
    cut = text.rfind(" ", start, end)
    while cut > 0 and text[cut + 1 : end].lower() in PEOPLE:
        end = cut
        cut = text.rfind(" ", start, end)
    if end > start:
        yield start, end, owner
