"""Which places a text writes by its form: first cells of rows, stamps of a running log, numbered camps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from havenward.reading.gazetteer import fold
from havenward.reading.lexicon_places import KIND, NO_PLACE, ORGANISATION, PEOPLE, ROW_HEADS
from havenward.reading.parts import PlaceMention

if TYPE_CHECKING:
    from collections.abc import Iterator

    from havenward.reading.gazetteer import Known
    from havenward.reading.names import LookUp
    from havenward.reading.parts import Layout

# "Ouest | 241,000", "Syunik / 7,164", "Goma: 12,000"; the first cell has no digit.
_ROW = re.compile(
    r"[•*·‣-]? ?([^\W\d_][^|/:\d(]{1,48}?) ?(?:\||/|:|–|—|- ) ?(?:about |some |approx\.? |est\. ?|around |~|≈)?\d"
)
_HEADER = re.compile(r"[•*·‣-]? ?([A-Za-z-]+)(?: [A-Za-z]+)? ?[|/:]")
# "14:32 Goris - The mayor says", "Mon 11:00, Tabqa:"
_STAMP = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]* )?\d{1,2}[:.h]\d\d(?: ?[ap]\.?m\.?| [A-Z]{3})?[ ,:–-]{1,3}"
    r"([A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2}) ?(?:-|–|—|:) "
)
# "Camp 5", "camps 8E and 14", "Region V", "Sector C"; a lone I is the speaker.
_CODE = r"(?:\d{1,3}[A-Z]?|[A-HJ-Z]|[IVX]{2,5}|V|X)(?![\w’'-]|[.,]\d)"
_NUMBERED = re.compile(
    r"\b((?:[Cc]amp|[Zz]one|[Ww]ard|[Ss]ector|Region|[Bb]lock|[Dd]istrict|[Ss]ite|[Aa]rea|[Bb]arangay|[Cc]luster"
    rf"|[Ss]helter|[Uu]nit|[Qq]uarter|[Cc]ommune)s?) (?:[Nn]o\. ?)?{_CODE}(?:(?:, | and | or |, and |[–-]){_CODE}){{0,6}}"
)
_JOINERS = frozenset("de la du des el al and of the da do y & e le les".split())


def find_formal(layout: Layout, look_up: LookUp) -> list[PlaceMention]:
    """Find the places that the form of a text marks as such.

    Parameters
    ----------
    layout
        The text, its blanks evened out.
    look_up
        Gives what a folded name is known as.

    Returns
    -------
    mentions
        In order of the text; where names are found as well, theirs may overlap these.
    """
    found = [*_read_rows(layout, look_up), *_read_stamps(layout), *_read_numbered(layout)]
    return sorted(found, key=lambda mention: mention.start)


def _read_rows(layout: Layout, look_up: LookUp) -> Iterator[PlaceMention]:
    """Read the first cells of each run of rows; an unknown one is a place by the header or its neighbours."""
    text = layout.text
    block: list[tuple[int, int, int, tuple[Known, ...]]] = []
    said = False
    for index, sentence in enumerate(layout.sentences):
        row = _ROW.match(text, sentence.start, min(sentence.end, sentence.start + 90))
        if row is None:
            yield from _take_block(block, said=said)
            block = []
            header = _HEADER.match(text, sentence.start, min(sentence.end, sentence.start + 40))
            said = header is not None and header[1].lower() in KIND | {"location": ""}
            continue
        cell = row[1].strip()
        if _could_be_place(cell):
            known = tuple(k for k in look_up(fold(cell)) if k.kind != "d")
            block.append((row.start(1), row.start(1) + len(cell), index, known))
    yield from _take_block(block, said=said)


def _take_block(
    block: list[tuple[int, int, int, tuple[Known, ...]]], *, said: bool
) -> Iterator[PlaceMention]:
    several = len(block) > 1 and sum(bool(known) for *_, known in block) * 2 >= len(block)
    for start, end, index, known in block:
        if known and (said or len(block) > 1):
            yield PlaceMention(start, end, index, "admin", known[0].location, known[0].country)
        elif not known and (said or several):
            yield PlaceMention(start, end, index, "area")


def _could_be_place(cell: str) -> bool:
    words = cell.split()
    if not words or not all(word[0].isupper() or word.lower() in _JOINERS for word in words):
        return False
    low = [word.lower().strip(".,") for word in words]
    return not any(
        word in ROW_HEADS or word in NO_PLACE or word in ORGANISATION or word in PEOPLE for word in low
    )


def _read_stamps(layout: Layout) -> Iterator[PlaceMention]:
    text = layout.text
    for index, sentence in enumerate(layout.sentences):
        if sentence.end - sentence.start < 9 or not text[sentence.start].isalnum():
            continue
        stamp = _STAMP.match(text, sentence.start, min(sentence.end, sentence.start + 70))
        if stamp is not None and not any(
            word in NO_PLACE or word in ORGANISATION for word in stamp[1].lower().split()
        ):
            yield PlaceMention(stamp.start(1), stamp.end(1), index, "town")


def _read_numbered(layout: Layout) -> Iterator[PlaceMention]:
    text = layout.text
    index = 0
    for match in _NUMBERED.finditer(text):
        while index + 1 < len(layout.sentences) and layout.sentences[index + 1].start <= match.start():
            index += 1
        if layout.sentences[index].start <= match.start() < match.end() <= layout.sentences[index].end:
            noun = match[1].lower()
            yield PlaceMention(match.start(), match.end(), index, KIND.get(noun, "area"))
