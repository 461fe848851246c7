"""Room, plans, risks, residents and ways between places are told from people who moved; days from a file's own words."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from havenward.reading.documents import Document, open_document
from havenward.reading.gazetteer import load_gazetteer
from havenward.reading.parts import ReadFigure
from havenward.reading.properties import Properties, day_of_text, read_properties
from havenward.reading.read import read_report

GAZETTEER = load_gazetteer()
OPENING = "Fighting between the army and rebels went on around the town of Ostrin on Tuesday. "


def read(text: str) -> list[ReadFigure]:
    return list(read_report(Document("a.txt", text, published=date(2016, 10, 1)), GAZETTEER).figures)


def told(text: str) -> list[tuple[str, str, str]]:
    return [(figure.quantity_text, figure.term, figure.temporality) for figure in read(text)]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Around 1,300 people reached Brenik from Ostrin in three days.", [("1,300", "displaced", "past")]),
        ("Some 400 families came from Ostrin to Brenik.", [("400", "displaced", "past")]),
        ("19,000 people have passed the crossing.", [("19,000", "refugee", "past")]),
        (
            "The agency plans for 40,000 displaced people in the first month and for 90,000 in its worst case.",
            [("40,000", "expected_displaced", "expected"), ("90,000", "expected_displaced", "expected")],
        ),
        (
            "Preparations are under way to receive 40,000 families, the minister says.",
            [("40,000", "expected_displaced", "expected")],
        ),
        (
            "The government said it was ready to take in more than 40,000 refugees if fighting spreads.",
            [("40,000", "other", "current")],
        ),
        (
            "The city was home to 2 million people. Some 300,000 people live in the city now.",
            [("2 million", "at_risk_population", "past"), ("300,000", "at_risk_population", "current")],
        ),
        (
            "Some 200,000 people risk being displaced if the offensive goes ahead.",
            [("200,000", "expected_displaced", "expected")],
        ),
        (
            "About 75,000 people face displacement if the dam fails.",
            [("75,000", "expected_displaced", "expected")],
        ),
    ],
)
def test_people_who_did_not_move_are_told_from_those_who_did(text, figures):
    assert told(OPENING + text) == figures


def test_the_whole_of_a_share_is_who_lives_there():
    share, whole = read(OPENING + "A third of the 42,000 inhabitants have left.")
    assert (share.term, share.unit, share.resolved_point) == ("displaced", "percent", 14000.0)
    assert (whole.term, whole.temporality, whole.point) == ("at_risk_population", "current", 42000.0)
    # but who was displaced before may return: there the whole has fled
    share, whole = read(OPENING + "Half of the 3,000 people displaced in May have returned.")
    assert whole.term != "at_risk_population"


@pytest.mark.parametrize(
    "text",
    [
        "The agency plans for 40,000 displaced people and for $90,000 in aid.",
        "The agency plans for 40,000 displaced people and for 90,000 tents.",
        "The agency plans for 40,000 displaced people and waits for 90,000.",
    ],
)
def test_what_shares_no_verb_is_no_figure(text):
    assert [figure.quantity_text for figure in read(OPENING + text)] == ["40,000"]


def test_a_day_before_is_no_rate():
    now, before = read(OPENING + "The halls held 17,153 displaced people, against 8,036 a day before.")
    assert (now.unit, now.term, now.temporality) == ("persons", "displaced", "current")
    assert (before.unit, before.term, before.temporality) == ("persons", "displaced", "past")
    (rate,) = read(OPENING + "About 8,000 refugees a day cross the border.")
    assert rate.unit == "persons_per_day"


def test_a_lone_soft_hyphen_is_no_word():
    assert told(OPENING + "Some 300 \u00ad people fled to the hills.") == [("300", "displaced", "past")]


@pytest.mark.parametrize(
    ("author", "days", "properties"),
    [
        (
            "Aid  Alliance",
            (datetime(2025, 3, 30, 8, 0, tzinfo=UTC), None),
            Properties(date(2025, 3, 30), "Aid Alliance"),
        ),
        ("", (None, date(2025, 3, 24)), Properties(date(2025, 3, 24), "")),
        ("Microsoft Office User", (date(2025, 3, 24),), Properties(date(2025, 3, 24), "")),
        ("python-docx", (date(2013, 12, 23),), Properties()),
        ("OCHA", (date(1970, 1, 1),), Properties(None, "OCHA")),
        (None, ("yesterday",), Properties()),
    ],
)
def test_properties_are_taken_where_they_can_be_trusted(author, days, properties):
    assert read_properties(author, *days) == properties


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Note of the committee\n24 March 2025\nWords.", date(2025, 3, 24)),
        ("Note\nDate: 2025-03-24\n", date(2025, 3, 24)),
        ("Note\nPublished on Monday, March 24, 2025", date(2025, 3, 24)),
        ("Note\nOn 24 March 2025 some 300 people fled.", None),
        ("Note\nMarch 2025", None),
    ],
)
def test_the_head_of_a_text_may_hold_its_day(text, day):
    assert day_of_text(text) == day


def word_file(path: Path, *lines: str) -> Path:
    docx = pytest.importorskip("docx")
    word = docx.Document()
    for line in lines:
        word.add_paragraph(line)
    word.core_properties.author = "Reception Committee"
    word.core_properties.modified = datetime(2025, 3, 19, 12, 0, tzinfo=UTC)
    stream = io.BytesIO()
    word.save(stream)
    path.write_bytes(stream.getvalue())
    return path


def test_day_and_outlet_come_from_the_properties_last_and_are_told(tmp_path):
    plain = word_file(tmp_path / "a.docx", "Note of the committee", "About 12,000 people are displaced.")
    document = open_document(plain)
    assert (document.published, document.outlet) == (date(2025, 3, 19), "Reception Committee")
    first, second = document.notes
    assert first == (
        "the date 2025-03-19 is taken from the properties of the file, not from its text; give --published"
        " where it is another"
    )
    assert second == (
        "the outlet 'Reception Committee' is taken from the author in the properties of the file; give --outlet"
        " where it is another"
    )
    said = open_document(plain, date(2025, 3, 20), "Committee")
    assert (said.published, said.outlet, said.notes) == (date(2025, 3, 20), "Committee", ())
    dated = word_file(tmp_path / "b.docx", "Note of the committee", "18 March 2025", "Many people fled.")
    assert open_document(dated).published == date(2025, 3, 18)
