"""How products are set with typst: our font and no other, data that cannot run, letters that can be shown."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import typst

if TYPE_CHECKING:
    from datetime import date

    from havenward.words import Words

ORDERS = ("kind", "least", "wishes")  # are for the template, not for readers
UNKNOWN = "\ufffd"  # stands where the font has no letter
LONGEST_RUN = 24  # letters without a space that are set on one line
LONG_RUN = re.compile(rf"\S{{{LONGEST_RUN + 1},}}")
# Marks that steer other programs and show nothing; the font knows none of them.
UNSEEN = re.compile("[\u00ad\u200b\u2060-\u2065\ufe00-\ufe0f\ufeff]")
SPACES = re.compile(r"[\x00-\x20\x7f-\x9f]+")


def compile_typst(
    template: bytes, data: object, form: str, *, day: date | None = None, dots_per_inch: float = 144.0
) -> list[bytes]:
    """Set a document.

    Parameters
    ----------
    template
        Typst code of ours; what a case brings is never part of it.
    data
        Plain values, handed over as JSON.
    form
        `pdf` (one tagged file that holds to PDF/UA-1), or `png` (one file per page).
    day
        Stands in the file as its date, so that the same brief gives the same bytes.
    dots_per_inch
        Of PNG.
    """
    folder = resources.files("havenward.brief") / "fonts"
    # what a machine has installed must not decide how a brief looks
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    compiler = typst.Compiler(template, root=str(folder), font_paths=fonts, sys_inputs=inputs)
    if form == "pdf":
        seconds = (day.toordinal() - 719_163) * 86_400 if day else 0  # 719163 is 1 January 1970
        made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=seconds)
    else:
        made = compiler.compile(format="png", ppi=dots_per_inch)
    return made if isinstance(made, list) else [made or b""]


def showable(value: object, words: Words) -> object:
    """Make every text in plain values one that our font can show, in one line, and that can be broken.

    In Arabic, a text in Latin letters is kept apart, so that its last stop does not jump to its front.
    """
    if isinstance(value, str):
        return words.isolate(LONG_RUN.sub(_break_run, show_letters(value)))
    if isinstance(value, dict):
        return {
            key: showable_drawing(it) if key == "svg" else it if key in ORDERS else showable(it, words)
            for key, it in value.items()
        }
    return [showable(it, words) for it in value] if isinstance(value, list | tuple) else value


def show_letters(text: str) -> str:
    """Replace what our font cannot show."""
    plain = SPACES.sub(" ", UNSEEN.sub("", unicodedata.normalize("NFC", text)))
    plain = plain.replace("\u2009", "\u202f")  # both ends of a range stay on one line
    known = _shown_letters()
    return "".join(letter if ord(letter) in known else UNKNOWN for letter in plain)


def showable_drawing(svg: str) -> str:
    """Leave marks above and below letters out of a drawing.

    Where one is not part of its letter, the text of a drawing loses its meaning on the way into the PDF,
    which then would not hold to PDF/UA. The words beside a drawing keep theirs.
    """
    return "".join(letter for letter in show_letters(svg) if unicodedata.category(letter) != "Mn")


def _break_run(found: re.Match[str]) -> str:
    run = found[0]
    return "\u200b".join(run[at : at + LONGEST_RUN] for at in range(0, len(run), LONGEST_RUN))


@cache
def _shown_letters() -> frozenset[int]:
    """Read which letters the font has; the table was written with it."""
    text = (resources.files("havenward.brief") / "fonts" / "coverage.txt").read_text("ascii")
    ends = (line.split("-") for line in text.split())
    return frozenset(code for first, last in ends for code in range(int(first, 16), int(last, 16) + 1))
