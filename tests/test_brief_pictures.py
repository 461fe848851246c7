"""Charts and maps: labels in every language, no exact position for the public, readable without colour."""

import csv
import json
import re
import struct
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from composed_briefs import make
from havenward.brief import charts, maps
from havenward.brief.content import Amount, Fan
from havenward.brief.map_sheets import PRINT, SCREEN, SLIDE
from havenward.brief.pictures import COLUMNS, make_pictures, write_pictures
from havenward.brief.release import coarsen
from havenward.brief.svg import label
from havenward.settings import LANGUAGES
from havenward.words import Words
from toy_brief import ORIGIN, toy_case, toy_run

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def brief(tmp_path_factory):
    case = toy_case()
    return make(case, toy_run(tmp_path_factory.mktemp("pictures") / "run", case))


@pytest.fixture
def fan():
    dates = tuple(ORIGIN + timedelta(days=n) for n in range(100))
    rising = [float(100 * n) for n in range(100)]
    return Fan(dates, *(tuple(share * value for value in rising) for share in (0.2, 0.5, 1.0, 1.5, 3.0)))


def texts(svg):
    return [node.text or "" for node in ET.fromstring(str(svg)).iter(f"{SVG}text")]  # noqa: S314 - ours


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_come_from_the_catalogue(brief, fan, language):
    words = Words(language)
    beside = charts.FanSettings(
        Amount(9_000.0, 9_000.0, 9_000.0), "", (), ORIGIN + timedelta(days=50), None, None,
        [(ORIGIN, Amount(9_000.0, 9_000.0, 9_000.0))],
    )  # fmt: skip
    said = " ".join(texts(charts.fan_chart("k", fan, "t", "d", charts.LARGE, beside, words)))
    assert words.say("chart_central") in said
    assert words.say("chart_capacity", levels=words.say_people(9_000, 0)) in said
    assert words.say_short_month(12) in said
    drawn, _ = maps.draw_map(brief, words)
    assert words.say("map_people", n=words.say_number(50_000)) in " ".join(texts(drawn))
    assert words.say("map_title", day=words.say_date(brief.focal_day)) in str(drawn).replace("&#39;", "'")


def test_english_is_what_is_said_where_no_words_are_given(brief, fan):
    assert "central" in texts(charts.fan_chart("k", fan, "t", "d", charts.LARGE))
    assert maps.draw_map(brief)[0] == maps.draw_map(brief, Words("en"))[0]


def test_arabic_labels_are_set_right_to_left_and_drawings_left_to_right():
    assert label(0, 0, "12 people") == label(0, 0, "12 people", anchor="start")
    assert "\u2067" not in label(0, 0, "12 people")
    halo = label(0, 0, "\u0627\u0644\u0633\u0639\u0629 12", halo=True)
    # the halo lies below all letters: joined letters would otherwise cut into one another
    assert halo.count("<text") == 2
    assert halo.index("#fff") < halo.rindex("<text")
    assert halo.count("\u2067\u0627\u0644\u0633\u0639\u0629 12\u2069") == 2


def test_time_runs_left_to_right_in_arabic_too(fan):
    def line_of(language):
        drawn = str(charts.fan_chart("k", fan, "t", "d", charts.SMALL, None, Words(language)))
        return re.findall(r'<path d="([^"]*)"', drawn)

    assert line_of("ar") == line_of("en")
    assert 'direction="ltr"' in str(charts.fan_chart("k", fan, "t", "d", charts.SMALL, None, Words("ar")))


def circles(drawn):
    return sorted(
        (round(float(node.get("cx"))), round(float(node.get("cy"))))
        for node in ET.fromstring(str(drawn)).iter(f"{SVG}circle")  # noqa: S314
    )


def test_public_maps_show_cells_and_others_the_places(brief):
    def moved(places, audience):
        near = [
            replace(place, latitude=place.latitude + 0.004 * (-1) ** n) if place.latitude else place
            for n, place in enumerate(places)
        ]
        return maps.draw_map(replace(brief, places=tuple(near), audience=audience))[0]

    cells = {coarsen(place.latitude, place.longitude, "public") for place in brief.places if place.latitude}
    centred = tuple(
        replace(place, latitude=cell.latitude, longitude=cell.longitude) if place.latitude else place
        for place in brief.places
        for cell in [coarsen(place.latitude, place.longitude, "public")]
    )
    assert cells
    # inside a cell nothing can be told apart
    assert moved(centred, "public") == maps.draw_map(replace(brief, places=centred))[0]
    assert circles(moved(centred, "team")) != circles(
        maps.draw_map(replace(brief, places=centred, audience="team"))[0]
    )
    assert maps.draw_map(brief)[1].coarse
    assert not maps.draw_map(replace(brief, audience="team"))[1].coarse


def test_shortfall_is_marked_by_a_shape(brief):
    day = brief.focal_day

    def with_over(people):
        over = ((day, Amount(0.0, people, 2 * people + 1)),)
        return replace(brief, places=tuple(replace(place, over=over) for place in brief.places))

    def marks(drawn):
        return len(re.findall(r'<path [^>]*fill="#a63c06"', str(drawn)))

    full, notes = maps.draw_map(with_over(500.0))
    calm, none = maps.draw_map(with_over(0.0))
    placed = sum(place.latitude is not None for place in brief.places)
    assert marks(full) == placed + 1  # one in the key
    assert marks(calm) == 0
    assert notes.short
    assert not none.short


def test_small_multiples_have_one_map_for_each_key_day(brief):
    words = Words("en")
    drawn = maps.draw_small_multiples(brief, words)
    said = texts(drawn)
    assert [words.say_short_date(day) in said for day in brief.key_days] == [True] * len(brief.key_days)
    # the first day stands where reading begins
    at = [
        re.findall(r'<g transform="translate\((\d+) ', str(maps.draw_small_multiples(brief, Words(it))))
        for it in ("en", "ar")
    ]
    assert int(at[0][0]) == 0 < int(at[1][0])
    assert maps.draw_small_multiples(replace(brief, places=()), words) is None


def test_boundaries_are_thin_grey_lines_below_the_places(brief, monkeypatch):
    area = {"type": "Polygon", "coordinates": [[[43.0, 36.0], [44.5, 36.0], [44.5, 36.5], [43.0, 36.0]]]}
    text = json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": area}]})
    bare = str(maps.draw_map(brief)[0])
    monkeypatch.setattr(type(brief), "boundaries", text, raising=False)
    if "boundaries" in brief.__dict__:
        brief = replace(brief, boundaries=text)
    drawn = str(maps.draw_map(brief)[0])
    assert 'stroke="#b3bcc5"' in drawn
    assert 'stroke="#b3bcc5"' not in bare
    assert drawn.index("#b3bcc5") < drawn.index("<circle")
    assert "44.5" not in drawn


def test_many_places_leave_out_numbers_that_find_no_room(brief):
    place = next(place for place in brief.places if place.latitude)
    many = tuple(
        replace(
            place, location=f"p{n}", name=f"Place {n}", latitude=36 + n % 6 / 10, longitude=43 + n // 6 / 10
        )
        for n in range(60)
    )
    crowded = replace(brief, places=many)
    drawn, notes = maps.draw_map(crowded, sheet=PRINT)
    assert notes.crowded
    assert len(texts(drawn)) < 60 * 2
    assert not maps.draw_map(brief, sheet=PRINT)[1].crowded


def test_a_long_capacity_label_is_shortened_until_it_fits(fan):
    levels = [(ORIGIN + timedelta(days=20 * n), Amount(9e3, 9e3 + n, 9e3)) for n in range(5)]
    beside = charts.FanSettings(
        levels[0][1], "assumed by planners of the cluster", (), None, None, None, levels
    )
    said = [
        text
        for text in texts(charts.fan_chart("k", fan, "t", "d", charts.PRINT_SMALL, beside, Words("fr")))
        if "capacit" in text
    ]
    assert said == ["capacit\u00e9 9\u202f000\u2026"]


def test_pictures_are_written_at_print_size_with_titles_and_alt_texts(brief, tmp_path):
    small = replace(brief, places=brief.places[:2], key_days=brief.key_days[:2], focal_day=brief.key_days[1])
    paths = write_pictures(small, tmp_path)
    names = {path.name for path in paths}
    assert {"map.svg", "map.png", "map-days.png", "map-slide.png", "displaced.svg", "pictures.csv"} <= names
    assert all(re.fullmatch(r"[a-z0-9.-]+", name) for name in names)
    with (tmp_path / "pictures.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert all(row["title"] and len(row["alt"]) > 20 for row in rows)
    slide = (tmp_path / "map-slide.png").read_bytes()
    assert struct.unpack(">II", slide[16:24]) == (1920, 1080)
    assert struct.unpack(">IIB", slide[41:50]) == (11811, 11811, 1)  # 300 dots per inch, in dots per metre
    for row in rows:
        drawn = ET.parse(tmp_path / row["file"].replace(".png", ".svg")).getroot()  # noqa: S314
        assert drawn.find(f"{SVG}title").text == row["title"].lstrip("'")
        assert drawn.get("width")


def test_pictures_say_when_they_run_out_and_for_whom(brief):
    words = Words("en")
    slide = make_pictures(brief)[-1]
    said = " ".join(texts(slide.svg))
    assert words.say("print_expires", day=words.say_date(brief.valid_until)) in said
    assert words.say("audience_public") in said
    assert words.say("disclaimer") in said


def test_sheets_keep_their_shape():
    assert SLIDE.width > SCREEN.width > PRINT.width
    assert PRINT.size >= 9
