"""Which places a text writes by its form: first cells of rows, stamps of a running log, numbered camps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from havenward.reading.gazetteer import Known, fold
from havenward.reading.lexicon_places import KIND, NO_PLACE, ORGANISATION, PEOPLE, ROW_HEADS
from havenward.reading.parts import PlaceMention

if TYPE_CHECKING:
    from collections.abc import Iterator

    from havenward.reading.names import LookUp
    from havenward.reading.parts import Layout

    _Cell = tuple[int, int, int, tuple[Known, ...]]  # start, end, sentence, what it is known as

# Before the figure of a row: "Ouest | 241,000", "Syunik / 7,164", "Goma: 12,000"; no digit in the first cell.
_CELL = re.compile(
    r"[•*·‣-]? ?([^\W\d_][^|/:\d(]{1,48}?) ?(?:\||/|:|–|—|- ) ?(?:about |some |approx\.? |est\. ?"
    r"|around |~|≈)?"
)
_SEPARATORS = frozenset("|/:–—-")
_MAX_CELL = 64  # characters of a row up to its figure
# Before one of several figures: "Metema 1,310, Kurmuk 220, Pagak 95".
_IN_RUN = re.compile(r"(?:[:;,] |\band )([A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2}):? \(?\Z")
_MIN_RUN = 3
_MAX_RUN = 60
_HEADER = re.compile(r"[•*·‣-]? ?([A-Za-z-]+)(?: [A-Za-z]+)? ?[|/:]")
_HEADS = frozenset(KIND) | {"location", "locations", "place"}
_DIGITS = re.compile(r"\d[\d,.]*")
# The hour and place of an entry of a running log, as in "14:32 Goris - The mayor says".
_STAMP = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]* )?\d{1,2}[:.h]\d\d(?: ?[ap]\.?m\.?| [A-Z]{3})?[ ,:–-]{1,3}"
    r"([A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2}) ?(?:-|–|—|:) "
)
# "Camp 5", "camps 8E and 14", read from the first digit on, and the noun before it.
_CODE = r"\d{1,3}[A-Z]?(?![\w’'-]|[.,]\d)"
_CODES = re.compile(rf"{_CODE}(?:(?:, {_CODE}){{0,6}},? (?:and|or|to) {_CODE}|[–-]{_CODE})?")
_NUMBERED = re.compile(
    r"\b(?:camp|zone|ward|sector|region|block|district|site|area|barangay|cluster|shelter|unit|quarter"
    r"|commune)s? "
    r"(?:no\. ?)?\Z",
    re.IGNORECASE,
)
_MAX_STAMP = 6  # characters before the hour of an entry of a log
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
    text = layout.text
    digits = _DIGITS.finditer(text)
    digit = next(digits, None)
    found: list[PlaceMention] = []
    block: list[_Cell] = []
    header = False
    for index, sentence in enumerate(layout.sentences):
        here: list[int] = []
        while digit is not None and digit.start() < sentence.end:
            if digit.start() >= sentence.start and len(here) < _MAX_RUN:
                here.append(digit.start())
            digit = next(digits, None)
        cell = _read_cell(text, sentence.start, here[0]) if here else None
        if cell is None:
            if block:
                found += _take_block(block, said=header)
                block = []
        else:
            if not block:
                header = _is_header(layout, index - 1)
            if _could_be_place(cell[1], said=header):
                known = tuple(k for k in look_up(fold(cell[1])) if k.kind != "d")
                if not known and cell[1].rsplit(" ", 1)[-1].lower() in KIND:
                    known = (Known("s", "", 0),)
                block.append((cell[0], cell[0] + len(cell[1]), index, known))
        if here:
            found += _read_digits(layout, index, here, look_up)
    found += _take_block(block, said=header)
    return sorted(found, key=lambda mention: mention.start)


def _read_cell(text: str, start: int, digit: int) -> tuple[int, str] | None:
    """Give start and words of the first cell of a row, from the start of its sentence to its first digit."""
    if not 2 < digit - start <= _MAX_CELL or _SEPARATORS.isdisjoint(text[start:digit]):
        return None
    cell = _CELL.fullmatch(text, start, digit)
    return None if cell is None else (cell.start(1), cell[1].rstrip())


def _is_header(layout: Layout, index: int) -> bool:
    """Whether a sentence heads a table of places: "Region | Affected"."""
    if index < 0:
        return False
    sentence = layout.sentences[index]
    header = _HEADER.match(layout.text, sentence.start, min(sentence.end, sentence.start + 40))
    return header is not None and header[1].lower() in _HEADS


def _read_digits(layout: Layout, index: int, here: list[int], look_up: LookUp) -> Iterator[PlaceMention]:
    """Read the numbered camps, the stamp and the run of rows that a sentence with digits may hold."""
    text = layout.text
    sentence = layout.sentences[index]
    past = 0
    for at in here:
        if at < past or text[at - 1 : at] != " ":
            continue
        noun = _NUMBERED.search(text, max(sentence.start, at - 16), at)
        codes = None if noun is None else _CODES.match(text, at, sentence.end)
        if noun is not None and codes is not None:
            past = codes.end()
            kind = KIND.get(noun[0].split(" ", 1)[0].lower(), "area")
            yield PlaceMention(noun.start(), past, index, kind)
    if here[0] - sentence.start < _MAX_STAMP:
        stamp = _STAMP.match(text, sentence.start, min(sentence.end, sentence.start + 70))
        if stamp is not None and not any(
            word in NO_PLACE or word in ORGANISATION for word in stamp[1].lower().split()
        ):
            yield PlaceMention(stamp.start(1), stamp.end(1), index, "town")
    if len(here) >= _MIN_RUN:
        yield from _read_run(layout, index, here, look_up)


def _take_block(block: list[_Cell], *, said: bool) -> Iterator[PlaceMention]:
    several = len(block) > 1 and any(known for *_, known in block)
    for start, end, index, known in block:
        if known and (said or len(block) > 1):
            yield PlaceMention(start, end, index, "admin", known[0].location, known[0].country)
        elif not known and (said or several):
            yield PlaceMention(start, end, index, "area")


def _read_run(layout: Layout, index: int, here: list[int], look_up: LookUp) -> Iterator[PlaceMention]:
    """Read rows that follow one another within a sentence; one of them must be a known place."""
    text = layout.text
    start = layout.sentences[index].start
    cells = []
    for at in here:
        item = _IN_RUN.search(text, max(start, at - 44), at) if text[at - 1] in " (" else None
        if item is not None and _could_be_place(item[1], said=False):
            places = [known for known in look_up(fold(item[1])) if known.kind != "d"]
            cells.append((item.start(1), item.end(1), places))
    if len(cells) >= _MIN_RUN and any(places for *_, places in cells):
        for begin, end, places in cells:
            best = places[0] if places else Known("t", "", 0)
            yield PlaceMention(begin, end, index, "town", best.location, best.country)


def _could_be_place(cell: str, *, said: bool) -> bool:
    words = cell.split()
    if not words or not all(word[0].isupper() or word.lower() in _JOINERS for word in words):
        return False
    low = [word.lower().strip(".,") for word in words]
    return not any(
        word in ROW_HEADS or word in PEOPLE or (not said and (word in NO_PLACE or word in ORGANISATION))
        for word in low
    )
