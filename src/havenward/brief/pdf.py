"""How a brief becomes a PDF: two pages, full and no fuller, and an annex; tagged, same bytes each time."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

from havenward.brief.pdf_annex import write_annex
from havenward.brief.pdf_pages import page_one, page_two
from havenward.brief.typeset import compile_typst, showable
from havenward.files import replace_whole
from havenward.words import Words

if TYPE_CHECKING:
    from pathlib import Path

    from havenward.brief.content import Brief

AUTHOR = "Havenward"
SETTINGS = ("author", "language", "hyphenate", "words")  # are for the template, not for readers


def write_pdf(brief: Brief, path: Path) -> None:
    """Write the PDF of a brief: A4, two pages and an annex, PDF/UA-1.

    Parameters
    ----------
    brief
        From `compose_brief`; its language decides words and direction.
    path
        Is replaced whole.
    """
    with replace_whole(path) as part:
        part.write_bytes(set_pdf(brief))


def set_pdf(brief: Brief) -> bytes:
    """Set the PDF of a brief; its date is the origin date, so that the same brief gives the same bytes."""
    template = (resources.files("havenward.brief") / "typst" / "brief.typ").read_bytes()
    values = pdf_values(brief)
    words = Words(brief.language)
    shown = {name: it if name in SETTINGS else showable(it, words) for name, it in values.items()}
    return compile_typst(template, shown, "pdf", day=brief.origin_date)[0]


def pdf_values(brief: Brief) -> dict[str, Any]:
    """Give everything that the PDF says, as plain values; the template decides where it stands."""
    words = Words(brief.language)
    known = words.say("print_known", day=words.say_date(brief.origin_date))
    return {
        "title": f"{brief.title}: {words.say_for('heading', brief.track)}. {known}",
        "author": AUTHOR,
        "subject": words.say("print_subject"),
        "language": brief.language,
        # typst breaks words of these languages; Arabic words are not broken
        "hyphenate": words.direction == "ltr",
        "header": f"{brief.title}. {known}",
        "audience": words.say(f"audience_{brief.audience}"),
        "expires": words.say("print_expires", day=words.say_date(brief.valid_until)),
        "words": {
            "page": words.phrases["print_page"],
            "more": words.phrases["print_more"],
            "method_more": words.say("print_method_more"),
            "annex": words.say("print_annex"),
        },
        "one": page_one(brief, words),
        "two": page_two(brief, words),
        "annex": write_annex(brief, words),
    }
