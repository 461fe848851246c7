"""Where sentences, headings, captions, items and rows begin and end in a text; no character changes."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from havenward.reading.parts import Layout, Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

# No sentence is longer: later steps look through sentences more than once and must stay quick on any input.
LONGEST_SENTENCE = 3000
LONGEST_HEADING = 80
SHORTEST_WRAP = 40

# Blanks, control characters and marks without width, which no sentence begins or ends with.
_EDGE = "".join(
    chr(code)
    for first, last in (
        (0, 32),
        (0x7F, 0xA0),
        (0xAD, 0xAD),
        (0x2000, 0x200F),
        (0x2028, 0x202F),
        (0xFEFF, 0xFEFF),
    )
    for code in range(first, last + 1)
)
_EDGES = frozenset(_EDGE)
_LINE = re.compile("[^\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]+")
_VISIBLE = re.compile(r"[^\W_]")

# Marks before a list item or a numbered heading; they do not belong to the span of the sentence.
_MARK = re.compile(
    r"(?:[•·▪▫●○■□◦‣⁃∙➢➤✓*►▶]\s*|[-\u2013\u2014]\s+|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})\)\s+"
    r"|\d{1,2}\.\s+(?=\D))"
)
_NUMBERED = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2})+\.?|\d{1,2}\.|[IVX]{1,5}\.|[A-Z]\.)\s+(?=[A-Z])(?!(?:[Mm]|[Bb])illion|MILLION"
    r"|Thousand|Lakh|Crore|[MKB]n?\b)"
)

# Agencies whose name in brackets at the end marks a caption.
_AGENCY = (
    r"Reuters|AP|AFP|EPA|EFE|DPA|ANSA|TASS|PTI|UPI|AAP|AAR|Xinhua|Anadolu|AA|Bloomberg|Alamy|Shutterstock"
    r"|Getty|Getty Images|Associated Press|Agence France-Presse|Press Association|PA|PA Wire|CBC|BBC|CNN|NBC"
    r"|Al Jazeera|ABC News|ABC|Rex|Rex Features|NurPhoto|SOPA|Magnum|MSF"
    r"|file|File|FILE|file photo|File photo|Handout|handout"
)
_CREDIT = re.compile(
    rf"(?:[(\[](?:[^()\[\]]{{0,60}}[/,|\u2013-]\s*)?"
    rf"(?:{_AGENCY})(?:[/,]? ?[^()\[\]\d]{{0,40}})?[)\]]"
    r"|[(\[](?:Photo|Image|Picture|Credit|Courtesy)\b[^()\[\]]{0,80}[)\]]"
    r"|[(\[][A-Z][\w.'-]+(?: [\w.'-]+){1,4}/[^()\[\]/\d]{2,40}[)\]]"
    rf"|[A-Z][\w. ]{{2,30}}/(?:{_AGENCY})"
    r"|\u00a9 ?[\w./ ]{2,60}|\b(?:AP|EPA|AFP|REUTERS|Reuters) (?:PHOTO|Photo|photo))\.?$"
)
_CAPTION = re.compile(
    r"(?:photo(?:graph|s)?|image|picture|media caption|caption|pictured|file photo|file|credit|video|watch"
    r"|graphic|map)(?:\s*[:|\u2013\u2014]\s| - |\s*\()"
    r"|(?:media|image|photo|picture) (?:caption|copyright|credit|source|by)\b|file photo\b"
    r"|\[(?:AP|AFP|Reuters|EPA|Getty)|\u00a9|sorry, this video",
    re.IGNORECASE,
)
_CREDIT_INSIDE = re.compile(
    r"(?:\bphoto(?:graph)?s?(?: by| credit| courtesy)?: |\bAP Photo/|\bpic\.twitter\.com|\(@\w{1,20}\))",
    re.IGNORECASE,
)
_RELATED = re.compile(
    r"(?:(?:read|see|watch|click|listen)(?: (?:more|also|next|now|here|on|this|the full story))?|also read"
    r"|also see|related(?: (?:stories|story|articles?|links?|news|content|topics?|coverage))?"
    r"|more on this(?: story)?|more (?:stories|from|news|coverage)|recommended(?: for you)?"
    r"|you (?:may|might) (?:also )?like|don.?t miss|editors?.? picks?|opinion|explainer|in pictures"
    r"|further reading|most read|trending|advertisement)\s*[:|>\u00bb\u2013\u2014-]\s*\S"
    r"|(?:read|see) (?:more|also)\b|also read\b|related (?:stories|story|articles?|links?|content|coverage)\b"
    r"|more on this story|click here|you may also like|recommended for you"
    r"|(?:topics|tags|filed under|share|follow us)\b[^.]{0,20}:",
    re.IGNORECASE,
)
_ROW = re.compile(r"\S[ \t]*(?:\t|\||\s{3,})[ \t]*\S")
_DATE = re.compile(
    r"\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"|(?:uary|ch|ril|May|ne|ly|ust|ember|ober) \d{1,2}\b(?![,.]?\d)"
)
_NUMBER = re.compile(r"\d[\d,.]*%?")
_NAMED_NUMBER = re.compile(
    r"[^:]{2,60}:\s*(?:\(.{1,40}\):\s*)?(?:about|some|at least|over|approx\.?|~)?\s*\d[\d ,.]*"
)

# A stop, with what closes after it, before what can open a sentence; or a bracket, to know where we stand.
_STOP = re.compile(
    r"[.!?\u2026](?<=[\w\"'\u201d\u2019)\]%\u00bb].)[.!?\u2026]{0,5}[\"'\u201d\u2019)\]\u00bb]{0,3}"
    r"(?:\s+(?=[\"'\u201c\u2018\u00ab(\[]{0,3}[^\W_a-z])|(?=[A-Z\"\u201c][a-z]|\d))"
)
_WORD_AFTER = re.compile(r"[\"'\u201c\u2018\u00ab(\[]*([^\W\d_]+)")

# Written with a stop, and always followed by what they belong to.
_NEVER_LAST = frozenset(
    "mr mrs ms mx dr prof gen lt col maj brig capt cpt sgt cpl pte pvt adm cmdr cdr supt insp det gov"
    " sen rep hon rev fr sr st mt ft vs cf e.g i.e eg ie approx appr ca c"
    " ed eds est max min avg messrs pres amb atty sheikh"
    " sgt.maj lt.col lt.gen maj.gen brig.gen maj.-gen lt.-gen brig.-gen lt.-col".split()
)
# Written with a stop before a number.
_BEFORE_NUMBER = frozenset("no nos fig figs art sec para paras pp p vol vols ch chap tel ext".split())
# May end a sentence: the next word decides.
_PERHAPS_LAST = frozenset(
    "u.s u.n u.k u.s.a u.a.e d.c e.u a.m p.m am pm etc inc co corp ltd bros jr al dept govt jan feb"
    " mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun ave blvd"
    " rd n.y ph.d b.c a.d km hrs hr mins mio sq".split()
)
# Words that open a sentence and are rarely part of a name.
_OPENERS = frozenset(
    "the a an this that these those it its he she they we i you his her their our my there here in on"
    " at by for from with of to as and but or so if when while after before since until during"
    " between among although though because however meanwhile some many most more several both all"
    " each every another other others no not nearly almost about around over up under what who where"
    " why how which also according today yesterday tomorrow last next earlier later now then once"
    " still only even at despite following thousands hundreds dozens tens millions people residents"
    " officials authorities".split()
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|could|may|said|says|died|fled|been|left|remain|remains)\b"
)


class _Block(NamedTuple):
    """Lines that stand together: their span, and where the last line begins."""

    start: int
    end: int
    line: int


def lay_out(text: str) -> Layout:
    """Find the sentences of a text and the part that each plays.

    A single line break usually ends a paragraph; where the lines of a text are broken at a fixed width, as in
    text taken from PDF, they are read on across the break.

    Parameters
    ----------
    text
        Any text; it is not changed, and all offsets count its characters.

    Returns
    -------
    layout
        Sentences in order, not overlapping; each at most `LONGEST_SENTENCE` characters.
    """
    sentences: list[Sentence] = []
    heading: int | None = None
    for paragraph, block in enumerate(_find_blocks(text)):
        words = text[block.start : block.end]
        role, skip = _judge_block(words, first=paragraph == 0)
        start = block.start + skip
        if role in ("title", "heading", "row", "related"):
            spans = _cut_long(text, start, block.end)
        else:
            spans = _split_sentences(text, start, block.end)
        governing = heading if role not in ("title", "heading") else None
        if role == "heading" and spans:
            heading = len(sentences)
        for left, right in spans:
            sentences.append(Sentence(left, right, paragraph, role, governing))
    return Layout(text, tuple(sentences))


def _find_blocks(text: str) -> list[_Block]:
    """Find the paragraphs: lines, joined where a sentence runs on across the break."""
    lines: list[tuple[int, int, bool]] = []
    blank = True
    end_before = 0
    for match in _LINE.finditer(text):
        start, end = _trim(text, match.start(), match.end())
        gap = text[end_before : match.start()] if match.start() - end_before < 8 else "\n\n"
        blank = blank or gap.count("\n") > 1 or gap.count("\r") > 1 or "\f" in gap
        end_before = match.end()
        if start == end or not _VISIBLE.search(text, start, min(end, start + 200)):
            blank = True
            continue
        lines.append((start, end, blank))
        blank = False
    if len(lines) > 6 and all(blank for _, _, blank in lines):  # a blank line after every line says nothing
        wide = _measure_wrap(text, lines, 3)
        lines = [(start, end, False) for start, end, _ in lines] if wide else lines
    runs: list[list[tuple[int, int]]] = []
    for start, end, apart in lines:
        if apart or not runs:
            runs.append([])
        runs[-1].append((start, end))
    usual = _measure_wrap(text, [line for run in runs if len(run) > 1 for line in run], 2)
    return [block for run in runs for block in _join_lines(text, run, _measure_wrap(text, run, 1) or usual)]


def _measure_wrap(text: str, lines: Sequence[tuple[int, ...]], least: int) -> int:
    """Give the width at which lines are broken, 0 for one line per paragraph.

    At least `least` lines, and a quarter of all, are followed by one that begins in lower case.
    """
    pairs = 0
    lengths: list[int] = []
    for (start, end, *_), (next_start, *_) in pairwise(lines):
        if end - start < SHORTEST_WRAP:  # short lines are headings, items and cells
            continue
        pairs += 1
        if text[next_start].islower() and text[end - 1] not in "!?:;|":
            lengths.append(end - start)
    if len(lengths) < max(least, 0.25 * pairs):
        return 0
    lengths.sort()
    return lengths[len(lengths) // 2]


def _join_lines(text: str, lines: list[tuple[int, int]], width: int) -> list[_Block]:
    """Join the lines of one run, where none is blank, into paragraphs."""
    blocks: list[_Block] = []
    for start, end in lines:
        if blocks and _runs_on(text, blocks[-1], start, end, width):
            blocks[-1] = _Block(blocks[-1].start, end, start)
        else:
            blocks.append(_Block(start, end, start))
    return blocks


def _runs_on(text: str, block: _Block, start: int, end: int, width: int) -> bool:
    """Tell whether a line carries on the paragraph before it."""
    last = text[block.end - 1]
    if _MARK.match(text, start, end):
        return False
    length = block.end - block.line
    if text[start].islower() and last not in "!?:;|":
        # in any text a lower-case line after an open one carries on, unless what stands above is a heading
        return bool(width) or (last != "." and (last in ",-\u00ad" or length > SHORTEST_WRAP))
    if not width or last == ":" or "\t" in text[start:end] or _NUMBERED.match(text, start, end):
        return False
    return length > (0.8 if last in ".!?" else 0.7) * width


def _judge_block(words: str, *, first: bool) -> tuple[str, int]:
    """Give the role of a paragraph, and how many characters of list mark or number to leave out."""
    if first and words[-1] not in ".;" and len(words) <= 250:
        return "title", 0
    mark = _MARK.match(words)
    skip = mark.end() if mark and mark.end() < len(words) else 0
    if _is_related(words, skip):
        return "related", skip
    if _is_caption(words, skip):
        return "caption", skip
    if _is_row(words):
        return "row", skip
    number = _NUMBERED.match(words)
    if number and _is_heading(words[number.end() :]):
        return "heading", number.end()
    if skip:
        return "item", skip
    return ("heading" if _is_heading(words) else "body"), 0


def _is_related(words: str, skip: int) -> bool:
    return len(words) < 250 and _RELATED.match(words, skip) is not None and words[-1] != '"'


def _is_caption(words: str, skip: int) -> bool:
    if _CAPTION.match(words, skip):
        return True
    if len(words) > 700:
        return False
    tail = words[-140:]
    low = words.lower()
    credited = tail.rstrip(".").endswith((")", "]")) or "/" in tail or "\u00a9" in tail or "photo" in low
    if credited and _CREDIT.search(tail):
        return True
    inside = "photo" in low or "pic.twitter.com" in low or "(@" in low
    return inside and _CREDIT_INSIDE.search(words) is not None


def _is_row(words: str) -> bool:
    """Tell a row of a linearised table: cells between tabs, bars or wide gaps, or names and numbers only."""
    if len(words) > 400 or (words[-1] in ".!?" and words.count("|") < 2):
        return False
    if words.count("|") > 1 or "\t" in words:
        return True
    numbers = [] if _DATE.search(words) else _NUMBER.findall(words)
    if not numbers:
        return False
    if _ROW.search(words) or (len(words) <= 100 and _NAMED_NUMBER.match(words)):
        return True
    tokens = words.split()
    return len(numbers) > 1 and len(tokens) <= 12 and 2 * len(numbers) >= len(tokens)


def _is_heading(words: str) -> bool:
    """Tell a section heading: short, no final stop, not a sentence that merely lacks its stop."""
    if (
        len(words) > LONGEST_HEADING
        or words[-1] in '.!?;,"\u201d|'
        or not words[0].isupper() | (words[0] in "'\u2018")
    ):
        return words.isupper() and len(words) <= 2 * LONGEST_HEADING and words[-1] not in ".,"
    if words.startswith(("By ", "by ", '"', "\u201c")):
        return False
    tokens = words.split()
    if len(tokens) <= 3 or words.isupper():
        return True
    if len(tokens) > 10:
        return False
    titled = sum(token[0].isupper() for token in tokens if len(token) > 3)
    if titled == sum(len(token) > 3 for token in tokens):
        return True
    return len(tokens) <= 8 and not _FINITE.search(words)


def _split_sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Split a paragraph at the stops that end a sentence."""
    spans: list[tuple[int, int]] = []
    left = start
    for match in _STOP.finditer(text, start, end):
        if match.end() >= end:
            break
        if _ends_sentence(text, left, match):
            spans.extend(_cut_long(text, left, match.end()))
            left = match.end()
    spans.extend(_cut_long(text, left, end))
    return spans


def _ends_sentence(text: str, left: int, match: re.Match[str]) -> bool:
    """Tell whether a stop ends the sentence that began at `left`."""
    stop, after = match.start(), match.end()
    mark = text[stop:after].rstrip()
    spaced = text[after - 1].isspace()
    if _is_in_bracket(text, left, stop, after):
        return False
    if text[stop] == "\u2026" or mark.startswith(".."):
        return text[after].isupper() or not text[after].isalnum()
    if mark[0] != ".":
        return spaced or text[after].isupper()
    before = text[max(left, stop - 20) : stop].split()
    word = before[-1].lstrip("([\"'\u201c\u2018").rpartition("/")[2] if before else ""
    if not spaced:
        return _ends_without_space(text, word, after)
    low = word.lower().strip("\u00ad")
    if len(mark) > 1:  # something closes after the stop, which an abbreviation does not
        return low not in _NEVER_LAST or mark[1] not in ")]"
    if low in _NEVER_LAST or (low in _BEFORE_NUMBER and text[after].isdigit()):
        return False
    if text[after : after + 3] == "000" and word[-1:].isdigit():
        return False
    following = _WORD_AFTER.match(text, after)
    next_word = following.group(1).lower() if following else ""
    if low in _PERHAPS_LAST or _is_initial(word):
        return next_word in _OPENERS or (not next_word and low in ("u.s", "u.n", "u.k"))
    return True


def _is_initial(word: str) -> bool:
    """Tell `J`, `S.N` and `J.-P`: capital letters with stops between them."""
    if len(word) == 1:
        return word.isupper()
    return len(word) < 8 and word.isupper() and all(len(part.strip("-")) == 1 for part in word.split("."))


def _ends_without_space(text: str, word: str, after: int) -> bool:
    """Tell `homes.The` from `bbc.Com`, `p.16` and `U.S.A`: a plain word before, a word or a number after."""
    if len(word) < 3 or not word[-3:].isalpha() or not word[-1].islower():
        return False
    low = word.lower()
    if "." in word or low in _NEVER_LAST or low in _BEFORE_NUMBER or low in _PERHAPS_LAST:
        return False
    if text[after].isdigit():
        return True
    rest = _WORD_AFTER.match(text, after)
    follows = text[rest.end() : rest.end() + 1] if rest else ""
    return follows in (" ", ",", "\u2019", "'", "\n", "")


def _is_in_bracket(text: str, left: int, stop: int, after: int) -> bool:
    """Tell whether the stop stands inside a short bracket that closes later."""
    opened = text.rfind("(", max(left, stop - 150), stop)
    if opened < 0 or text.find(")", opened, after) >= 0:
        return False
    closes = text.find(")", after, after + 150)
    return opened > left and closes >= 0


def _cut_long(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Trim a span, and cut it at blanks where it is longer than any sentence."""
    if end - start <= LONGEST_SENTENCE:
        span = _trim(text, start, end)
        return [span] if _VISIBLE.search(text, *span) else []
    spans: list[tuple[int, int]] = []
    while end - start > LONGEST_SENTENCE:
        cut = text.rfind(" ", start + LONGEST_SENTENCE // 2, start + LONGEST_SENTENCE)
        cut = cut if cut > start else start + LONGEST_SENTENCE
        spans.append(_trim(text, start, cut))
        start = cut
    spans.append(_trim(text, start, end))
    return [(left, right) for left, right in spans if _VISIBLE.search(text, left, right)]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out blanks and control characters at both ends."""
    if start < end and text[start] not in _EDGES and text[end - 1] not in _EDGES:
        return start, end
    piece = text[start:end]
    right = len(piece.rstrip(_EDGE))
    left = len(piece) - len(piece.lstrip(_EDGE))
    return (start + left, start + right) if left < right else (start, start)
