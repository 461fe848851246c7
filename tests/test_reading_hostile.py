"""No text makes the reader stumble or stall: any characters in, spans that are their words, time that is bounded."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenward.reading.documents import Document
from havenward.reading.gazetteer import load_gazetteer
from havenward.reading.read import MOST_CHARACTERS, read_report

GAZETTEER = load_gazetteer()
WORDS = [
    "about",
    "3,000",
    "people",
    "fled",
    "Goma",
    "to",
    "Rwanda",
    "up",
    "to",
    "half",
    "a",
    "million",
    "could",
    "be",
    "displaced",
    "UNHCR",
    "said",
    "on",
    "Friday",
    '"',
    ".",
    ",",
    "(",
    ")",
    "\n",
    "between",
    "2",
    "and",
    "3",
    "million",
    "families",
    "\xa0",
    "\xad",
    "22",
    "000",
    "one",
    "in",
    "five",
    "of",
    "them",
    "=",
    "<b>",
    "\u202e",
    "1,00,000",
    "killed",
    "in",
    "the",
    "attack",
]
# seconds of processor time for a megabyte; on a quiet machine most need under one
LIMIT_S = 8.0

HOSTILE = {
    "digits": "1" * 1_000_000,
    "thousands": "1," * 500_000,
    "between": "between 1 and " * 70_000,
    "quotes": '"' * 1_000_000,
    "open quotes": '"He said ' * 110_000,
    "stops": "." * 1_000_000,
    "newlines": "\n" * 1_000_000,
    "blanks": " " * 1_000_000,
    "capitals": "Aaaa " * 200_000,
    "places": "in Goma in " * 90_000,
    "brackets": "(" * 500_000 + ")" * 500_000,
    "figures": "Some 300 people fled Goma, UNHCR said. " * 25_000,
    "rows": "Goma | 300 | 20 | 1,400\n" * 40_000,
    "one word": "a" * 1_000_000,
    "hyphens": "twenty-" * 140_000,
    "million": "million " * 125_000,
}


def read(text: str):
    return read_report(Document("hostile.txt", text), GAZETTEER)


@given(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))
def test_any_words_in_any_order_are_read_and_twice_alike(text):
    reading = read(text)
    for figure in reading.figures:
        assert text[figure.start : figure.end] == figure.quantity_text
        assert figure.quantity_text in figure.sentence
        for place in (figure.location, figure.origin, figure.destination, figure.source_attribution):
            assert place is None or place.strip()
    assert reading == read(text)


@given(st.text(max_size=300))
def test_any_characters_are_read(text):
    for figure in read(text).figures:
        assert text[figure.start : figure.end] == figure.quantity_text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_nonsense_is_read_in_bounded_time(name):
    began = time.process_time()
    reading = read(HOSTILE[name])
    assert time.process_time() - began < LIMIT_S
    if len(HOSTILE[name]) > MOST_CHARACTERS and not reading.refused:
        assert "characters were read" in " ".join(reading.notes)
