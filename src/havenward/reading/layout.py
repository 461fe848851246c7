"""Where sentences, headings, captions, items and rows begin and end in a text, without changing a character of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from havenward.reading.parts import Layout, Sentence

# No sentence is longer: what follows looks through sentences more than once, and must stay quick on any input.
LONGEST_SENTENCE = 3000
LONGEST_HEADING = 80

# Blanks, control characters and marks without width, which no sentence begins or ends with.
_EDGE = "".join(
    map(
        chr,
        (
            *range(33),
            *range(0x7F, 0xA1),
            0xAD,
            0xFEFF,
            *range(0x2000, 0x2010),
            0x2028,
            0x2029,
            0x202F,
            0x3000,
        ),
    )
)
_LINE = re.compile("[^\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]+")
_VISIBLE = re.compile(r"[^\W_]")

# Marks before a list item or a numbered heading; they do not belong to the span of the sentence.
_MARK = re.compile(
    r"(?:[•·▪▫●○■□◦‣⁃∙➢➤✓*►▶]\s*|[-\u2013\u2014]\s+|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})\)\s+|\d{1,2}\.\s+(?=\D))"
)
_NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})+\.?|\d{1,2}\.|[IVX]{1,5}\.|[A-Z]\.)\s+(?=[A-Z])")

# Agencies whose name in brackets at the end marks a caption.
_AGENCY = (
    r"Reuters|AP|AFP|EPA|EFE|DPA|ANSA|TASS|PTI|UPI|AAP|AAR|Xinhua|Anadolu|AA|Bloomberg|Alamy|Shutterstock|Getty"
    r"|Getty Images|Associated Press|Agence France-Presse|Press Association|PA|PA Wire|CBC|BBC|CNN|NBC|Al Jazeera"
    r"|ABC News|ABC|Rex|Rex Features|NurPhoto|SOPA|Magnum|MSF|file|File|FILE|file photo|File photo|Handout|handout"
)
_CREDIT = re.compile(
    rf"(?:[(\[](?:[^()\[\]]{{0,60}}[/,|\u2013-]\s*)?(?:{_AGENCY})(?:[/,]? ?[^()\[\]\d]{{0,40}})?[)\]]"
    r"|[(\[](?:Photo|Image|Picture|Credit|Courtesy)\b[^()\[\]]{0,80}[)\]]"
    r"|[(\[][^()\[\]/\d]{2,40}/[^()\[\]/\d]{2,40}[)\]]"
    rf"|[A-Z][\w. ]{{2,30}}/(?:{_AGENCY})"
    r"|\u00a9 ?[\w./ ]{2,60}|\b(?:AP|EPA|AFP|REUTERS|Reuters) (?:PHOTO|Photo|photo))\.?$"
)
_CAPTION = re.compile(
    r"(?:photo(?:graph|s)?|image|picture|media caption|caption|pictured|file photo|file|credit|video|watch|graphic|map)"
    r"(?:\s*[:|\u2013\u2014]\s| - |\s*\()|(?:media|image|photo|picture) (?:caption|copyright|credit|source|by)\b|file photo\b"
    r"|\[(?:AP|AFP|Reuters|EPA|Getty)|\u00a9|sorry, this video",
    re.IGNORECASE,
)
_CREDIT_INSIDE = re.compile(
    r"(?:\bphoto(?:graph)?s?(?: by| credit| courtesy)?: |\bAP Photo/|\bpic\.twitter\.com|\(@\w{1,20}\))",
    re.IGNORECASE,
)
_RELATED = re.compile(
    r"(?:(?:read|see|watch|click|listen)(?: (?:more|also|next|now|here|on|this|the full story))?|also read|also see"
    r"|related(?: (?:stories|story|articles?|links?|news|content|topics?|coverage))?|more on this(?: story)?"
    r"|more (?:stories|from|news|coverage)|recommended(?: for you)?|you (?:may|might) (?:also )?like|don.?t miss|editors?.? picks?"
    r"|opinion|explainer|in pictures|further reading|most read|trending|advertisement)\s*[:|>\u00bb\u2013\u2014-]\s*\S"
    r"|(?:read|see) (?:more|also)\b|also read\b|related (?:stories|story|articles?|links?|content|coverage)\b|more on this story"
    r"|click here|you may also like|recommended for you|(?:topics|tags|filed under|share|follow us)\b[^.]{0,20}:",
    re.IGNORECASE,
)
_ROW = re.compile(r"\S[ \t]*(?:\t|\||\s{3,})[ \t]*\S")
_DATE = re.compile(
    r"\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|(?:uary|ch|ril|May|ne|ly|ust|ember|ober) \d{1,2}\b(?![,.]?\d)"
)
_NUMBER = re.compile(r"\d[\d,.]*%?")
_NAMED_DATE = re.compile(
    r"\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|(?:uary|ch|ril|May|ne|ly|ust|ember|ober) \d{1,2}\b(?![,.]?\d)"
)
_NUMBER = re.compile(
    r"[^:]{2,60}:\s*(?:\(.{1,40}\):\s*)?(?:about|some|at least|over|approx\.?|~)?\s*\d[\d ,.]*"
)

# A stop, with what closes after it, before what can open a sentence; or a bracket, to know where we stand.
_STOP = re.compile(
    r"(?<=[\w\"'\u201d\u2019)\]%\u00bb])[.!?\u2026]{1,6}[\"'\u201d\u2019)\]\u00bb]{0,3}"
    r"(?:\s+(?=[\"'\u201c\u2018\u00ab(\[]{0,3}[^\W_a-z])|(?=[A-Z\"\u201c][a-z]|\d))"
)
_WORD_BEFORE = re.compile(r"(?:^|[\s(\[\"'\u201c\u2018/])([^\s(\[\"'\u201c\u2018/]{1,20})\Z")
_WORD_AFTER = re.compile(r"[\"'\u201c\u2018\u00ab(\[]*([^\W\d_]+)")

# Written with a stop, and always followed by what they belong to.
_NEVER_LAST = frozenset(
    "mr mrs ms mx dr prof gen lt col maj brig capt cpt sgt cpl pte pvt adm cmdr cdr supt insp det gov sen rep hon rev fr sr"
    " st mt ft no nos vs cf e.g i.e eg ie approx appr ca c fig figs art sec para paras pp p vol vols ch chap ed eds est max min"
    " avg tel ext messrs pres amb atty sheikh sgt.maj lt.col lt.gen maj.gen brig.gen maj.-gen lt.-gen brig.-gen lt.-col".split()
)
# May end a sentence: the next word decides.
_PERHAPS_LAST = frozenset(
    "u.s u.n u.k u.s.a u.a.e d.c e.u a.m p.m am pm etc inc co corp ltd bros jr al dept govt jan feb mar apr jun jul aug sep sept"
    " oct nov dec mon tue tues wed thu thur thurs fri sat sun ave blvd rd n.y ph.d b.c a.d km hrs hr mins mio sq".split()
)
# Words that open a sentence and are rarely part of a name.
_OPENERS = frozenset(
    "the a an this that these those it its he she they we i you his her their our my there here in on at by for from with of to"
    " as and but or so if when while after before since until during between among although though because however meanwhile"
    " some many most more several both all each every another other others no not nearly almost about around over up under what"
    " who where why how which also according today yesterday tomorrow last next earlier later now then once still only even"
    " at despite following thousands hundreds dozens tens millions people residents officials authorities".split()
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|could|may|said|says|died|fled|been|left|remain|remains)\b"
)


@dataclass(frozen=True)
class _Block:
    """Lines that stand together: their span, and whether a blank line precedes them."""

    start: int
    end: int


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
        sentences.extend(Sentence(left, right, paragraph, role, governing) for left, right in spans)
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
    apart = len(lines) > 6 and all(gap for _, _, gap in lines)  # a blank line after every line says nothing
    width = _measure_wrap(text, lines, apart=apart)
    blocks: list[_Block] = []
    for start, end, blank in lines:
        if blocks and (not blank or (apart and width)) and _runs_on(text, blocks[-1], start, end, width):
            blocks[-1] = _Block(blocks[-1].start, end)
        else:
            blocks.append(_Block(start, end))
    return blocks


def _measure_wrap(text: str, lines: list[tuple[int, int, bool]], *, apart: bool) -> int:
    """Give the width at which lines of a hard-wrapped text are broken, 0 for a text of one line per paragraph."""
    pairs = broken = 0
    lengths: list[int] = []
    for (start, end, _), (next_start, _, blank) in zip(lines, lines[1:], strict=False):
        if blank and not apart:
            continue
        pairs += 1
        if text[next_start].islower() and text[end - 1] not in ".!?:;|":
            broken += 1
            lengths.append(end - start)
    if broken < 2 or broken < 0.25 * pairs:
        return 0
    lengths.sort()
    return lengths[len(lengths) // 2]


def _runs_on(text: str, block: _Block, start: int, end: int, width: int) -> bool:
    """Tell whether a line carries on the paragraph before it."""
    last = text[block.end - 1]
    if _MARK.match(text, start, end):
        return False
    if text[start].islower() and last not in ".!?:;|":
        # one lower-case line after an open one carries on in any text, unless what stands above is a heading
        return bool(width) or last in ",-\u00ad" or block.end - block.start > LONGEST_HEADING // 2
    if not width:
        return False
    line_start = max(text.rfind("\n", block.start, block.end), text.rfind("\r", block.start, block.end)) + 1
    length = block.end - max(line_start, block.start)
    if last in ".!?:":
        return length > 0.8 * width and not _NUMBERED.match(text, start, end) and last != ":"
    return length > 0.7 * width and "\t" not in text[start:end]


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
    return _CREDIT.search(tail) is not None or _CREDIT_INSIDE.search(words) is not None


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
    before = _WORD_BEFORE.search(text, max(left, stop - 20), stop)
    word = before.group(1) if before else ""
    low = word.lower().strip("\u00ad")
    if not spaced:
        return _ends_without_space(text, word, after)
    if len(mark) > 1:  # something closes after the stop, which an abbreviation does not
        return low not in _NEVER_LAST or mark[1] not in ")]"
    if low in _NEVER_LAST:
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
    return len(word) < 8 and word.isupper() and all(len(part.strip("-")) == 1 for part in word.split("."))


def _ends_without_space(text: str, word: str, after: int) -> bool:
    """Tell `homes.The` from `bbc.Com`, `p.16` and `U.S.A`: a plain word before, a word or a number after."""
    if len(word) < 3 or not word[-3:].isalpha() or not word[-1].islower():
        return False
    if "." in word or word.lower() in _NEVER_LAST or word.lower() in _PERHAPS_LAST:
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
    return opened > left and 0 <= closes


def _cut_long(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Trim a span, and cut it at blanks where it is longer than any sentence."""
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
    piece = text[start:end]
    right = len(piece.rstrip(_EDGE))
    left = len(piece) - len(piece.lstrip(_EDGE))
    return (start + left, start + right) if left < right else (start, start)
