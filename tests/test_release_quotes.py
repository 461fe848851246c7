"""Quotes outside the team hold no person, no number of a person and few words; figures and places stay."""

import csv
from pathlib import Path

import pytest

from havenward.brief.redact import (
    LONGEST_QUOTE,
    find_contacts,
    names_kept,
    public_speaker,
    quote_for,
    redact_quote,
    shorten_quote,
)
from havenward.case.load import load_case

MOSUL = Path(__file__).parents[1] / "cases" / "mosul-2016"


@pytest.fixture(scope="module")
def mosul():
    return load_case(MOSUL)


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Call +964 770 123 4567 now.", "Call [phone] now."),
        ("Call 0770-123-4567 or (0770) 123 45 67.", "Call [phone] or [phone]."),
        ("Call 00964.770.1234567.", "Call [phone]."),
        ("Appelez le 06 12 34 56 78.", "Appelez le [phone]."),
        ("Write to a.b@example.org or @someone.", "Write to [address] or [address]."),
        ("Passport A12345678 was taken.", "Passport [number of a person] was taken."),
        ("Registration no. 123-45C67890 is hers.", "Registration no. [number of a person] is hers."),
        ("Her ID 198877665544 was lost.", "Her ID [number of a person] was lost."),
        ("Ahmed Hassan, 34, fled with four children.", "[name], 34, fled with four children."),
        ("Umm Mahmoud said 3,000 people came.", "[name] said 3,000 people came."),
        ("Colonel Farhad Rostami told AFP 250 families came.", "Colonel [name] told AFP 250 families came."),
        ("Defence Minister Khaled al-Obeidi expects 500,000.", "Defence Minister [name] expects 500,000."),
        ("Yunis Tahir, a farmer, lost 3 sons.", "[name], a farmer, lost 3 sons."),
    ],
)
def test_persons_go_and_figures_stay(text, redacted):
    assert redact_quote(text, "public") == redacted
    assert redact_quote(text, "partner") == redacted
    assert redact_quote(text, "team") == text


@pytest.mark.parametrize(
    "text",
    [
        "The Red Crescent said 500 left Tal Afar for Hasansham U3.",
        "Some 10,000 - 20,000 people; 1 000 000 at most; 0.5 to 0.7.",
        "On 2016-10-16 and 16/10/2016 UNHCR said so.",
        "P-code IQ0412003, file 3f0012ab0099.",
        "Some 1.2 million people, or 650 families, or 5-7 per cent.",
        "The Ministry of Displacement and Migration says 3,000 came.",
        "In recent months people fled in different parts of the country.",
    ],
)
def test_figures_dates_places_and_organisations_stay(text):
    assert redact_quote(text, "public") == text


def test_almost_no_sentence_of_the_bundled_case_is_harmed(mosul):
    keep = names_kept(mosul)
    changed = {
        row.sentence for row in mosul.figures if redact_quote(row.sentence, "public", keep) != row.sentence
    }
    # one by a minister's name, one by that of an official
    assert all(sentence.startswith(("Obeidi puts", "Geddo hopes")) for sentence in changed)
    for row in mosul.figures:
        quote = quote_for(row.sentence, row.quantity_text, "public", keep)
        assert row.quantity_text in quote
        assert len(quote.split()) <= LONGEST_QUOTE + 2


def test_who_speaks_stays_as_organisation_or_office(mosul):
    keep = names_kept(mosul)
    assert public_speaker("Obeidi", "public", keep) == "a named person"
    assert public_speaker("Obeidi", "team", keep) == "Obeidi"
    assert public_speaker("Lise Grande, UN coordinator", "partner", keep) == "UN coordinator"
    lost = {row.source_attribution for row in mosul.figures} - {"Obeidi"}
    assert {speaker: public_speaker(speaker, "public", keep) for speaker in lost} == {
        name: name for name in lost
    }


def test_a_long_quote_is_cut_around_its_figure():
    words = [f"w{n}" for n in range(60)]
    words[50] = "9,000"
    cut = shorten_quote(" ".join(words), "9,000", "public")
    assert len(cut.split()) <= LONGEST_QUOTE + 2
    assert "9,000" in cut
    assert cut.startswith("\u2026 ")
    assert shorten_quote(" ".join(words), "9,000", "team") == " ".join(words)
    assert shorten_quote("A short one.", "", "public") == "A short one."


def test_words_for_what_went_follow_the_language():
    assert redact_quote("Call 0770 123 4567.", "public", language="fr") == "Call [t\u00e9l\u00e9phone]."


def test_no_row_of_the_bundled_tables_looks_like_a_contact():
    for name in ("figures.csv", "locations.csv"):
        with (MOSUL / name).open(encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                assert [span for value in row.values() for span in find_contacts(value or "")] == []
