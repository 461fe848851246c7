"""The PDF of a brief: two pages and an annex in four languages, tagged, same bytes, nothing in it runs."""

import io
from dataclasses import replace
from datetime import timedelta

import pypdf
import pytest

from composed_briefs import make
from havenward.brief.content import Amount, Change, FirstShortfall, GapRow, ScenarioRow
from havenward.brief.pdf import pdf_values, set_pdf, write_pdf
from havenward.brief.typeset import UNKNOWN, show_letters, showable, showable_drawing
from havenward.settings import LANGUAGES
from havenward.words import Words
from toy_brief import toy_case, toy_run

RUNNING = '#panic("ran") $x$ @ref // "q" [*b*] \\ `c` <l> #read("/etc/passwd")'
LONG = "Reception and transit centre of the northern district, second extension of the winter phase, number"


@pytest.fixture(scope="module")
def brief(tmp_path_factory):
    case = toy_case()
    return make(case, toy_run(tmp_path_factory.mktemp("pdf") / "run", case))


def full(brief, places=60, name=LONG):
    """Give a brief that has more of everything than two pages can hold."""
    some = Amount(1_000.0, 20_000.0, 300_000.0)
    first = brief.places[0]
    many = [
        replace(
            first,
            location=f"p{n}",
            name=f"{name} {n}",
            latitude=35 + n % 7 / 3,
            longitude=43 + n % 11 / 5,
            first_likely=brief.origin_date + timedelta(days=n + 1),
        )
        for n in range(places)
    ]
    sectors = ("water", "sanitation", "food", "shelter", "health", "household items", "education")
    return replace(
        brief,
        places=tuple(many),
        previous_date=brief.origin_date - timedelta(days=28),
        changes=tuple(
            Change(row.label, row.day, row.amount, row.amount, row.unit, "New counts. " * 20)
            for row in brief.headlines * 2
        ),
        gaps=tuple(
            GapRow("total", "", "", brief.focal_day, sector, f"Thing {n}", "sets", some, 5.0, some, 0.7)
            for n, sector in enumerate(sectors * 5)
        ),
        shortfalls=tuple(
            FirstShortfall(place.location, place.name, "Family tents", "tents", 0.8, None, (9.0, 99.0, 999.0))
            for place in many
        ),
        scenarios=tuple(
            ScenarioRow(
                f"s{n}", f"Scenario {n}", 0.2, "Something else happens. " * 20, ("a sign",) * 5, False
            )
            for n in range(9)
        ),
        signs=tuple(f"If number {n} is passed, think again. " * 9 for n in range(30)),
        unknown=tuple(f"Nobody knows thing {n}. " * 9 for n in range(30)),
    )


def read(data):
    return pypdf.PdfReader(io.BytesIO(data))


def tags(node, found):
    """Collect the kinds of elements in the tree of tags, and the alt texts."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for part in node:
            tags(part, found)
    elif isinstance(node, dict):
        if "/S" in node:
            found.append((node["/S"], node.get("/Alt")))
        if "/K" in node:
            tags(node["/K"], found)
    return found


@pytest.fixture(scope="module")
def files(brief):
    """Set each language once, with far more than two pages hold; in English with names that try to run."""
    return {
        language: set_pdf(
            replace(
                full(brief, 14, RUNNING if language == "en" else LONG),
                language=language,
                lead=f"{brief.lead} {RUNNING}",
            )
        )
        for language in LANGUAGES
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_pages_hold_with_more_than_they_can_show(files, brief, language):
    document = read(files[language])
    assert str(document.pages[0].mediabox.width).startswith("595")
    annex = next(
        entry for entry in document.outline if not isinstance(entry, list) and is_annex(entry, language)
    )
    assert document.get_destination_page_number(annex) == 2
    assert document.trailer["/Root"]["/Lang"] == language
    assert document.metadata.title.strip("\u2068\u2069").startswith(brief.title)
    assert document.metadata.author == "Havenward"
    fonts = {font["/BaseFont"].partition("+")[2] for page in document.pages for font in fonts_of(page)}
    assert fonts == {"HavenwardSans-Regular", "HavenwardSans-Bold"}
    assert min(round(size, 1) for page in document.pages[:2] for size in sizes_of(page)) >= 9


def is_annex(entry, language):
    return entry.title == Words(language).say("print_annex")


def fonts_of(page):
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


def sizes_of(page):
    """Give the sizes of letters on a page; drawings, which are scaled as a whole, stand in forms of their own."""
    sizes = []

    def see(text, _cm, matrix, _font, size):
        if text.strip():
            sizes.append(abs(size * matrix[3] or size * matrix[0]))

    page.extract_text(visitor_text=see)
    return sizes


def test_same_brief_gives_the_same_bytes_and_the_date_is_the_origin_date(brief, tmp_path):
    small = replace(brief, places=brief.places[:1], figures=())
    write_pdf(small, tmp_path / "brief.pdf")
    data = (tmp_path / "brief.pdf").read_bytes()
    assert data == set_pdf(small)
    assert read(data).metadata.creation_date.date() == brief.origin_date


def test_every_drawing_has_an_alt_text_and_tables_have_heads(files):
    document = read(files["fr"])
    root = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    found = tags(root["/StructTreeRoot"]["/K"], [])
    drawings = [alt for kind, alt in found if kind == "/Figure"]
    assert len(drawings) > 14
    assert all(alt and len(alt) > 30 for alt in drawings)
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/LI"} <= {kind for kind, _ in found}
    assert b"pdfuaid:part" in document.xmp_metadata.stream.get_data()


def test_nothing_that_a_case_says_is_run(files):
    text = "".join(page.extract_text() for page in read(files["en"]).pages[:4])
    plain = "".join(text.replace("\u200b", "").split())
    assert plain.count('#panic("ran")$x$@ref//"q"[*b*]') >= 2  # in the lead, and as names of places
    assert "root:" not in plain


def test_letters_that_the_font_lacks_are_replaced_and_lines_can_break():
    words = Words("en")
    assert show_letters("Mosul \u6469\u82cf\u5c14 \U0001f600\ufeff\x07") == f"Mosul {UNKNOWN * 3} {UNKNOWN} "
    assert (
        show_letters("e\u0301\u0627\u0644\u0645\u0648\u0635\u0644")
        == "\u00e9\u0627\u0644\u0645\u0648\u0635\u0644"
    )
    assert "\u200b" in showable("x" * 60, words)
    assert showable({"kind": "table", "rows": ["A"]}, Words("ar")) == {
        "kind": "table",
        "rows": ["\u2068A\u2069"],
    }
    # a mark that is no part of its letter would cost the file its standing as PDF/UA
    assert showable_drawing("<text>\u062c\u0651 q\u0323</text>") == "<text>\u062c q</text>"


def test_pages_say_what_the_brief_says(brief):
    values = pdf_values(full(brief))
    one, two = values["one"], values["two"]
    assert one["lead"] == brief.lead
    assert [it["label"] for it in one["big"]] == [row.label for row in brief.headlines]
    assert len(one["changes"]["rows"]) == len(brief.headlines) * 2
    assert one["short"]["rows"][0][3] == Words("en").say_chance(0.8)
    # one thing of each sector is shown before a second of any
    ranked = sorted(two["gaps"]["rows"], key=lambda row: row["rank"])
    assert len({row["cells"][0] for row in ranked[:7]}) == 7
    assert two["gaps"]["rows"][0]["cells"][3] == "5"


def test_empty_parts_vanish(brief):
    bare = replace(
        brief, changes=(), gaps=(), shortfalls=(), scenarios=(), signs=(), unknown=(), disputes=(), figures=(),
        places=(), needs=(), planned=(), previous_date=None,
    )  # fmt: skip
    values = pdf_values(bare)
    assert "svg" not in values["one"]["map"]
    assert values["one"]["changes"]["none"] == Words("en").say("print_changed_first")
    assert all(part["rows"] for part in values["annex"])
    assert len(read(set_pdf(bare)).pages) >= 3
