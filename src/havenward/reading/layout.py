"""Where sentences, headings and captions begin and end in a text, without changing a character of it."""

from __future__ import annotations

import re

from havenward.reading.parts import Layout, Sentence

_LINE = re.compile(r"[^\n]+")
_STOP = re.compile(r"[.!?][\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9])")


def lay_out(text: str) -> Layout:
    """Split a text into sentences; a first, plain version that is being replaced."""
    sentences: list[Sentence] = []
    for paragraph, line in enumerate(_LINE.finditer(text)):
        start = line.start()
        cuts = [match.end() for match in _STOP.finditer(text, start, line.end())]
        for cut in [*cuts, line.end()]:
            end = cut
            while end > start and text[end - 1].isspace():
                end -= 1
            if end > start:
                role = "title" if not sentences else "body"
                sentences.append(Sentence(start, end, paragraph, role))
            start = cut
    return Layout(text, tuple(sentences))
