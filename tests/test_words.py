"""The catalogue: every phrase in four languages, none idle, and numbers as each language writes them."""

import re
from datetime import date
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import NamedTuple

import pytest

from havenward.needs.standards import load_standards
from havenward.settings import LANGUAGES
from havenward.words import ARABIC, END, NAME_START, RANGE_START, Words, read_catalogue, round_people

SOURCE = Path(str(resources.files("havenward")))
CATALOGUE = read_catalogue()
# keys that code puts together: what stands before the part that varies
OTHERS = ("web_", "position_")  # named by what a page of the workbench or a position is at the moment
BUILT = ("page_ever", "page_gates", "page_inside", "page_origins")


class Spread(NamedTuple):
    """A range."""

    low: float | None
    central: float | None
    high: float | None


@pytest.fixture(params=LANGUAGES)
def words(request):
    return Words(request.param)


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_phrase_has_four_languages_with_the_same_fields():
    faults = [
        (row["key"], language)
        for row in CATALOGUE
        for language in LANGUAGES
        if not row[language].strip() or fields(row[language]) != fields(row["en"])
    ]
    assert faults == []


def test_the_table_is_sorted_and_says_nothing_twice():
    keys = [row["key"] for row in CATALOGUE]
    assert keys == sorted(set(keys))


def test_arabic_is_arabic_and_its_latin_digits_are_kept():
    bare = {
        row["key"]
        for row in CATALOGUE
        if not ARABIC.search(row["ar"]) and re.search(r"[A-Za-z]{4}", re.sub(r"{[a-z_0-9]*}", "", row["ar"]))
    }
    assert bare <= {"print_title", "hxl"}
    assert not [row["key"] for row in CATALOGUE if re.search("[\u0660-\u0669\u06f0-\u06f9]", row["ar"])]


def test_translations_differ_from_the_english():
    """A row that was copied and not translated is found; short words may be the same in two languages."""
    same = [
        (row["key"], language)
        for row in CATALOGUE
        for language in ("fr", "es")
        if row[language] == row["en"] and len(re.sub(r"{[a-z_0-9]*}", "", row["en"]).split()) > 2
    ]
    assert same == []


def code_of_the_package():
    files = [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_no_phrase_is_idle():
    """Each key is named in code or a template, whole or by the part before what varies."""
    code = code_of_the_package()
    named = set(re.findall(r"\w+", code))
    stems = {stem for stem in re.findall(r"""["']([a-z_]+_)\{""", code) if len(stem) > 2}
    stems |= {f"{kind}_" for kind in re.findall(r"""\.name\(\s*["']([a-z]+)["']""", code)}
    stems |= {f"{name}_" for name in re.findall(r"""_lines\(f?["']([a-z_]+)""", code)}
    stems |= set(re.findall(r"""["']([a-z]+_)["'] \+""", code))
    numbered = tuple(f"{key}_note" for key in BUILT)
    for_track = set(re.findall(r"""say_for\(\s*["']([a-z_]+)["']""", code))
    idle = [
        row["key"]
        for row in CATALOGUE
        if row["key"] not in named
        and not row["key"].startswith(OTHERS)
        and not any(row["key"].startswith(stem) for stem in stems)
        and row["key"] not in numbered
        and row["key"].rpartition("_")[0] not in for_track
    ]
    assert idle == []


def test_templates_name_only_phrases_that_exist():
    keys = {row["key"] for row in CATALOGUE}
    for template in (SOURCE / "brief" / "templates").glob("*.html"):
        text = template.read_text(encoding="utf-8")
        used = set(re.findall(r"\bt\.([a-z_0-9A-Z]+)", text)) | set(
            re.findall(r'w\.say\("([a-z_0-9]+)"', text)
        )
        assert used
        assert used <= keys


def test_templates_hold_no_words_of_their_own():
    """What a reader sees comes from the catalogue; the name of the program and its command may stand."""
    for template in (SOURCE / "brief" / "templates").glob("*.html"):
        text = template.read_text(encoding="utf-8")
        text = re.sub(r"<(style|head)>.*?</\1>", " ", text, flags=re.DOTALL)
        seen = re.findall(r'(?:aria-label|alt|title)="([^"]*)"', text)
        text = re.sub(r"{%.*?%}|{{.*?}}", " ", text, flags=re.DOTALL)
        seen.append(re.sub(r"<[^>]*>", " ", text))
        left = re.sub(r"{%.*?%}|{{.*?}}", " ", " ".join(seen), flags=re.DOTALL)
        assert re.findall(r"[A-Za-z]{2,}", left.replace("havenward explain RUN", "")) == []


def test_names_of_the_table_of_standards_are_in_the_catalogue(words):
    for row in load_standards():
        assert words.say_item(row.item) != ""
        if words.language == "ar":
            assert ARABIC.search(words.say_item(row.item))
            assert ARABIC.search(words.say_sector(row.sector))
            assert ARABIC.search(words.say_unit(row.unit))
    if words.language == "en":
        assert all(words.say_item(row.item) == row.item for row in load_standards())
        assert all(words.say_sector(row.sector) == row.sector for row in load_standards())


def test_what_the_catalogue_does_not_know_stays_as_written(words):
    assert words.say_item("Solar lamps") == "Solar lamps"
    assert words.say_unit("lamps") == "lamps"
    assert words.say_parameter("new_rule.camp_a") == "new rule"


@pytest.mark.parametrize(
    ("language", "number", "amount", "percent", "day", "first"),
    [
        (
            "en",
            "1\u202f234\u202f567",
            "2.5",
            "12.5\u00a0%",
            "16\u00a0October\u00a02016",
            "1\u00a0May\u00a02017",
        ),
        (
            "fr",
            "1\u202f234\u202f567",
            "2,5",
            "12,5\u00a0%",
            "16\u00a0octobre\u00a02016",
            "1er\u00a0mai\u00a02017",
        ),
        ("es", "1\u202f234\u202f567", "2,5", "12,5\u00a0%", "16 de octubre de 2016", "1 de mayo de 2017"),
        (
            "ar",
            "1,234,567",
            "2.5",
            f"{RANGE_START}12.5%{END}",
            "16\u00a0تشرين الأول/أكتوبر\u00a02016",
            "1\u00a0أيار/مايو\u00a02017",  # noqa: RUF001 - Arabic
        ),
    ],
)
def test_numbers_and_dates_are_those_of_the_language(language, number, amount, percent, day, first):
    words = Words(language)
    assert words.say_number(1_234_567) == number
    assert words.say_amount(2.5) == amount
    assert words.say_percent(0.125, 1) == percent
    assert words.say_date(date(2016, 10, 16)) == day
    assert words.say_date(date(2017, 5, 1)) == first


def test_ranges_keep_their_order_in_arabic():
    arabic = Words("ar")
    assert arabic.say_range(Spread(1200, 2000, 35_000)) == f"{RANGE_START}1,200\u2009\u2013\u200935,000{END}"
    assert arabic.say_signed(-300) == f"{RANGE_START}\u2212300{END}"
    assert Words("fr").say_range(Spread(1200, 2000, 35_000)) == "1\u202f200\u2009\u2013\u200935\u202f000"


def test_latin_names_are_set_apart_in_arabic_and_nowhere_else(words):
    told = words.say_names(["Debaga, camps", "مخيم"], 1)
    assert "Debaga, camps" in told
    assert (f"{NAME_START}Debaga, camps{END}" in told) == (words.language == "ar")
    dated = words.isolate("2016-10-16")
    assert dated == (f"{NAME_START}2016-10-16{END}" if words.language == "ar" else "2016-10-16")
    assert words.isolate("مخيم Debaga") == "مخيم Debaga"  # a sentence in Arabic has its own order
    assert words.isolate(12) == 12


def test_small_counts_and_chances_are_words(words):
    assert "10" in words.say_people(None, 10)
    assert words.say_range(Spread(None, None, None), 10) == words.say_people(None, 10)
    said = [words.say_chance(p) for p in (0.001, 0.03, 0.3, 0.97, 0.999)]
    assert len(set(said)) == 5
    assert "3" in said[2]


def test_a_standard_is_said_with_one_or_many(words):
    one = words.say_standard(1, "toilets", 50, "person", 5)
    many = words.say_standard(2, "tarpaulins", 1, "household", 4.5)
    assert "50" in one
    assert {"en": "1 toilet for 50 people", "fr": "1 latrine pour 50 personnes"}.get(
        words.language, one
    ) == one
    assert ("4,5" if words.language in {"fr", "es"} else "4.5") in many


def test_large_amounts_get_a_larger_unit(words):
    number, unit = words.say_quantity(4_200_000, "litres per day")
    assert number == words.say_number(4200)
    assert "m\u00b3" in unit or "م\u00b3" in unit


def test_rounding_says_no_more_than_is_known():
    assert [round_people(n) for n in (7, 104, 105, 1_249, 1_251, 96_543)] == [
        7,
        100,
        110,
        1_200,
        1_300,
        97_000,
    ]
