"""When two reports are one: the same text is one report, however many outlets carry it."""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

_BLANKS = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r" ?\n ?")
_GAPS = re.compile(r"\n{3,}")
# 96 bits: a collision by chance among a thousand million reports has a chance of one in 10^11
_REPORT_BYTES = 12
_APPEARANCE_BYTES = 8


def even_text(text: str) -> str:
    """Give a text with its blanks evened out: what a web page or a mail programme changes in a copy.

    Runs of blanks become one, blanks at line ends go, more than one empty line becomes one, and accents are
    written in one way. Words, stops, quotation marks and capitals stay. The desk keeps and reads this text,
    so that equal reports give equal figures with equal offsets.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", mend_text(text))
    text = _BLANKS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _GAPS.sub("\n\n", _LINE_ENDS.sub("\n", text)).strip()


def mend_text(text: str) -> str:
    """Replace halves of characters, which JSON can hold and no file can."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def name_report(text: str) -> str:
    """Name a report by its evened text, as 24 hexadecimal digits."""
    return blake2b(text.encode(), digest_size=_REPORT_BYTES).hexdigest()


def name_appearance(report: str, outlet: str, published: date | None, url: str, title: str) -> int:
    """Name one appearance of a report by who carried it, when, where and under which title (64 bits)."""
    words = "\x1f".join((report, outlet, published.isoformat() if published else "", url, title))
    digest = blake2b(words.encode(), digest_size=_APPEARANCE_BYTES).digest()
    return int.from_bytes(digest, "little")
