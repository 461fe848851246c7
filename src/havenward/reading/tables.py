"""What a number in a table or a key-figure line stands under: the cell above it, or the label before it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from havenward.reading.parts import Layout

_CELL = re.compile(r"\s*(?:\||\t)\s*|\s{3,}|\s[/;]\s")
_BAR = re.compile(r"[|/;]")
_DIGIT = re.compile(r"\d")
_LABEL = re.compile(r"([^:.;()]{2,90}):\s*(?:\(.{1,40}\):\s*)?(?:[a-z]{2,6}\.? )?$")
_DASHED = re.compile(r"([^:\u2013\u2014\d]{2,60}?)\s[\u2013\u2014-]\s(?:[a-z]{2,6}\.? )?$")
# A table has no more rows than this between its head and a number.
_LONGEST_TABLE = 60
# A row of a table, or a line with a label, is short.
_LONGEST_ROW = 240
# Behind the number after a dash nothing follows but a noun.
_SHORT_REST = 26


class Cell(NamedTuple):
    """What is written above or before a number: `head` the words, `column` whether it heads a column.

    `start` and `end` are the span of these words in the text.
    """

    head: str
    start: int
    end: int
    column: bool


class Tables:
    """The lines of a text that are rows of a table, with the head of each."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._heads: dict[int, tuple[tuple[int, int], ...]] = {}
        head: tuple[tuple[int, int], ...] = ()
        size = since = 0
        for index, sentence in enumerate(layout.sentences):
            if sentence.end - sentence.start > _LONGEST_ROW:
                head = ()
                continue
            cells = self._cells(index)
            if len(cells) < 2:
                if head and since:
                    head = ()
                continue
            if not any(_DIGIT.search(layout.text, start, end) for start, end in cells):
                head, size, since = cells, len(cells), 0
            elif head and len(cells) == size and since < _LONGEST_TABLE:
                self._heads[index] = head
                since += 1

    def _cells(self, index: int) -> tuple[tuple[int, int], ...]:
        """Cut a line into the spans of its cells."""
        sentence = self.layout.sentences[index]
        words = self.layout.words(index)
        if _BAR.search(words) is None and len(words.split()) == words.count(" ") + 1:
            return ((sentence.start, sentence.end),)  # no mark between cells, and no wide gap
        spans, start = [], sentence.start
        for match in _CELL.finditer(self.layout.text, sentence.start, sentence.end):
            spans.append((start, match.start()))
            start = match.end()
        spans.append((start, sentence.end))
        return tuple(spans)

    def cell(self, sentence: int, start: int) -> Cell | None:
        """Give what a number stands under or behind; None for a number in running text."""
        text = self.layout.text
        heads = self._heads.get(sentence)
        if heads is not None:
            for (left, right), (head_start, head_end) in zip(self._cells(sentence), heads, strict=True):
                if left <= start <= right:
                    return Cell(text[head_start:head_end], head_start, head_end, column=True)
            return None
        line = self.layout.sentences[sentence]
        if line.end - line.start > _LONGEST_ROW:
            return None
        begin = max(line.start, start - 110)
        match = _LABEL.search(text, begin, start) if text.find(":", begin, start) >= 0 else None
        if match is None and line.role != "title" and line.end - start < _SHORT_REST:
            match = _DASHED.match(text, line.start, start)
        if match is None or (
            line.role == "body" and match.start() > line.start and text[match.start() - 1] not in ".;|"
        ):
            return None
        return Cell(match.group(1), match.start(1), match.end(1), column=False)
