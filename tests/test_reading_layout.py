"""Layout: roles, headings, and where sentences end; and laws that hold for any text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenward.reading.layout import LONGEST_SENTENCE, lay_out

# A paragraph of body text, cut at every bar.
SENTENCES = [
    "The U.S. said so.|The U.N. Security Council met at 5 a.m. on Monday.|Mr. Smith left.",
    "Gov. J. Smith met Lt. Gen. A. B. Khan on Sept. 27 in St. Louis.|They talked.",
    "See No. 3 of approx. 20 items, e.g. Homes, i.e. Houses.|The rest follows.",
    "He lives in the U.S.|The others fled in Jan.|They came back.",
    "Some 1.2 million people fled.|About 22 000 stayed.|Prices rose 3.5 per cent.",
    "They left...|Nobody came back.",
    "But ... they ran.|Then it rained.",
    '"We left.|We ran!|Where to?" she said.|"Home," he said.',
    "\u201cThey fled,\u201d he said.|\u201cWe saw 300 of them.\u201d|The army came.",
    "They fled (it was raining. Hard) at night.|The end came.",
    "Houses burned (OCHA, 16 Aug. 2013).|The rest stood.",
    "They lost their homes.|The army came.",
    "Floodwaters receded on 5 Nov and rose again.|14 people died.",
    "Is it over?|No!|It goes on.",
    "He said no.|People fled to Bambari.",
    "By 6 p.m. Friday, 300 had fled.|Up to 1. 000 came.",
]

# A line, and the role it has below a headline and above a sentence.
ROLES = [
    ("VIET NAM", "heading"),
    ("Key figures:", "heading"),
    ("1.2 Background", "heading"),
    ("II. SITUATION OVERVIEW", "heading"),
    ("Most IDPs live in protracted displacement", "heading"),
    ("East Nusa Tenggara (West Timor)", "heading"),
    ("Millions of civilians at risk", "heading"),
    ("2.5 Million people displaced by floods in the north of the country this week", "body"),
    ("At least 300 people have been displaced in the north", "body"),
    ("The army said that it had left.", "body"),
    ("\u2022 300 families arrived on Friday", "item"),
    ("- 300 families arrived on Friday.", "item"),
    ("2) 300 families arrived on Friday.", "item"),
    ("Hasansham\t300\t1,800", "row"),
    ("Khazir | 200 | 1,200", "row"),
    ("Anbar 120 350", "row"),
    ("Langkat: 530 households (3,000 people)", "row"),
    ("People await rescue near the windows (Rafiq Maqbool/AP)", "caption"),
    ("Displaced children sit on the ground near Najaf. (Reuters)", "caption"),
    ("A child sits in a tent in Erbil. [Khalid Mohammed/AP]", "caption"),
    ("FILE - In this Oct. 3 photo, people flee Mosul.", "caption"),
    ("Photo: UNHCR/S. Perham", "caption"),
    ("Image caption Thousands fled", "caption"),
    ("Floods displaced 199K people. pic.twitter.com/abc (@PhilippineStar)", "caption"),
    ("READ ALSO: 300 dead in Aleppo", "related"),
    ("Read more: What next?", "related"),
    ("Related: Thousands flee", "related"),
]


def cut(text: str) -> list[str]:
    """Give the sentences of a text."""
    layout = lay_out(text)
    return [layout.words(index) for index in range(len(layout.sentences))]


@pytest.mark.parametrize("marked", SENTENCES)
def test_sentences_end_at_their_stops(marked: str) -> None:
    text = marked.replace("|", " ")
    assert cut(f"Headline\n\n{text}")[1:] == marked.split("|")


def test_a_missing_blank_after_a_stop() -> None:
    assert cut("Headline\n\nThey lost their homes.The army came.300 people fled.") == [
        "Headline", "They lost their homes.", "The army came.", "300 people fled.",
    ]  # fmt: skip
    assert len(cut("Headline\n\nSee bbc.com or p.16 of the U.S.A. today.")) == 2


@pytest.mark.parametrize(("line", "role"), ROLES)
def test_the_role_of_a_line(line: str, role: str) -> None:
    layout = lay_out(f"Headline\n\n{line}\n\nThe rest is text.")
    assert layout.sentences[0].role == "title"
    assert {sentence.role for sentence in layout.sentences[1:-1]} == {role}


def test_a_heading_governs_what_follows_to_the_next() -> None:
    layout = lay_out("Headline\n\nFirst words.\n\nKUNDUZ\n\nThey fled. They left.\n\nHERAT\n\nThey stayed.")
    assert [sentence.heading for sentence in layout.sentences] == [None, None, None, 2, 2, None, 5]
    assert [sentence.paragraph for sentence in layout.sentences] == [0, 1, 2, 3, 3, 4, 5]


def test_marks_of_items_are_left_out() -> None:
    assert cut("Headline\n\n\u2022 300 families fled.\n- They left.\n1.1 Access\n2. They stayed.") == [
        "Headline", "300 families fled.", "They left.", "Access", "They stayed.",
    ]  # fmt: skip


def test_a_text_without_headline_is_body() -> None:
    assert lay_out("Up to 300 people fled Mosul.").sentences[0].role == "body"


def test_one_paragraph_per_line() -> None:
    layout = lay_out("Headline\nThe army came to the town.\nThe people fled to the hills.\r\nNobody stayed.")
    assert [sentence.paragraph for sentence in layout.sentences] == [0, 1, 2, 3]


WRAPPED = """Headline

The Government expects that at least half a
million people will be displaced. The U.N.
said 1.2 million people could be affected in
the north. Another long line of text stands
here. It ends at the width of the page, too.
A last line follows.

A new paragraph begins here, and its line is
broken as well."""


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("apart", [False, True])
def test_lines_broken_at_a_fixed_width_are_read_on(ending: str, *, apart: bool) -> None:
    text = WRAPPED.replace("\n\n", "\n") if apart else WRAPPED
    text = text.replace("\n", (2 if apart else 1) * ending)
    words = [" ".join(sentence.split()) for sentence in cut(text)]
    assert words[:4] == [
        "Headline",
        "The Government expects that at least half a million people will be displaced.",
        "The U.N. said 1.2 million people could be affected in the north.",
        "Another long line of text stands here.",
    ]
    assert words[-1] == "A new paragraph begins here, and its line is broken as well."


def test_control_characters_stand_at_no_edge() -> None:
    assert cut("\ufeffHeadline\x00\n\n\x07 They fled.\x1f\n\n\u00ad\u200b\n\n***\n\n\x96 They left. \x00") == [
        "Headline", "They fled.", "They left.",
    ]  # fmt: skip


def test_no_sentence_is_too_long_for_what_follows() -> None:
    layout = lay_out("Headline\n\n" + "a word and " * 2000)
    assert max(sentence.end - sentence.start for sentence in layout.sentences) <= LONGEST_SENTENCE


ALPHABET = "aAb .!?\"'\u201c\u201d()[]\n\r\t\u00ad\u2026-\u2022|:;,15%\u00e9U.S.\x00\u2028"


@given(st.one_of(st.text(max_size=300), st.text(ALPHABET, max_size=300)))
def test_any_text_gives_sentences_in_order(text: str) -> None:
    layout = lay_out(text)
    assert layout == lay_out(text)
    assert layout.text == text
    end = 0
    for index, sentence in enumerate(layout.sentences):
        assert end <= sentence.start < sentence.end <= len(text)
        end = sentence.end
        assert layout.words(index).strip() == layout.words(index)
        assert sentence.heading is None or layout.sentences[sentence.heading].role == "heading"
    # only marks of items, such as `a)` or `12.`, are left out
    rest = list(text)
    for sentence in layout.sentences:
        rest[sentence.start : sentence.end] = " " * (sentence.end - sentence.start)
    assert all(len(word) < 5 for word in re.findall(r"[^\W_]+", "".join(rest)))
