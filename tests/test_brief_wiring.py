"""What of a case and a run reaches the products: outlines, levels, chosen products, whom a need counts."""

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from composed_briefs import make
from havenward.brief.borders import BOUNDARIES_FILE, read_borders
from havenward.brief.check_files import check_files
from havenward.brief.check_text import check_rows, check_texts
from havenward.brief.explain import explain_name
from havenward.brief.guard import Guard
from havenward.brief.maps import draw_map
from havenward.brief.write import FILES, PRODUCTS, write_brief
from havenward.case.load import load_case
from havenward.case.write import BOUNDARIES_FILE as FILE_OF_CASES
from havenward.case.write import case_hash, write_case
from havenward.cli import main
from havenward.errors import CaseError
from toy_brief import toy_case, toy_run
from worlds import city

LARGE = [[42.012345, 35.012345], [44.512345, 35.012345], [44.512345, 37.512345], [42.012345, 35.012345]]
SMALL = [[43.01, 36.01], [43.05, 36.01], [43.05, 36.05], [43.01, 36.01]]


def feature(kind, coordinates, **properties):
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


OUTLINES = {
    "type": "FeatureCollection",
    "features": [
        feature("MultiPolygon", [[LARGE]], level=1, name="North"),
        feature("Polygon", [SMALL], level=2, name="Old quarter"),
        feature("Polygon", [LARGE], level=4, name="A neighbourhood"),
        feature("LineString", [[43.0, 36.0], [43.5, 36.5]], name="The road out"),
        feature("Point", [43.123456, 36.123456], name="The gap in the fence"),
        {"type": "Feature", "properties": None, "geometry": None},
    ],
}


@pytest.fixture(scope="module")
def case():
    return toy_case()


@pytest.fixture(scope="module")
def run(tmp_path_factory, case):
    return toy_run(tmp_path_factory.mktemp("wiring") / "run", case)


@pytest.fixture
def outlined(case, tmp_path):
    (tmp_path / BOUNDARIES_FILE).write_text(json.dumps(OUTLINES), encoding="utf-8")
    return replace(case, folder=tmp_path)


# -- outlines ----------------------------------------------------------------------------------------------


def test_the_public_sees_whole_large_areas_and_no_lines_points_or_quarters(outlined):
    found = json.loads(read_borders(outlined, "public"))
    assert found == {
        "type": "MultiLineString",
        "coordinates": [[[42.01, 35.01], [44.51, 35.01], [44.51, 37.51], [42.01, 35.01]]],
    }
    closer = json.loads(read_borders(outlined, "team"))["coordinates"]
    assert [len(line) for line in closer] == [4, 4]
    assert closer[0][0] == [42.012, 35.012]


def test_outlines_are_drawn_below_the_places(outlined, case, run):
    drawn, bare = (str(draw_map(make(one, run))[0]) for one in (outlined, case))
    assert "-clip" in drawn
    assert "-clip" not in bare
    assert "42.01" not in drawn  # degrees stay out of drawings
    assert "fence" not in drawn


def test_a_case_without_a_folder_or_outlines_has_none(case, tmp_path):
    assert read_borders(case, "public") == ""
    assert read_borders(replace(case, folder=tmp_path), "public") == ""


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '{"type": "Polygon", "coordinates": [[["a", 1]]]}',
        '{"type": "FeatureCollection", "features": [3]}',
    ],
)
def test_outlines_that_cannot_be_read_are_refused(case, tmp_path, text):
    (tmp_path / BOUNDARIES_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        read_borders(replace(case, folder=tmp_path), "public")
    assert re.fullmatch(
        r"boundaries\.geojson: it cannot be read \(\w+\); expected GeoJSON with areas in degrees; import the "
        r"boundaries again, or remove the file",
        str(caught.value),
    )
    assert caught.value.problems[0].slug == "boundaries-unreadable"


def test_outlines_go_with_a_case_and_are_no_part_of_its_hash(tmp_path):
    assert FILE_OF_CASES == BOUNDARIES_FILE
    write_case(city(), tmp_path / "first")
    bare = load_case(tmp_path / "first")
    content = json.dumps(OUTLINES).encode()
    (tmp_path / "first" / BOUNDARIES_FILE).write_bytes(content)
    outlined = load_case(tmp_path / "first")
    write_case(outlined, tmp_path / "second")
    assert (tmp_path / "second" / BOUNDARIES_FILE).read_bytes() == content
    write_case(outlined, tmp_path / "first")  # onto itself
    assert (tmp_path / "first" / BOUNDARIES_FILE).read_bytes() == content
    assert case_hash(outlined) == case_hash(bare) == case_hash(load_case(tmp_path / "second"))


# -- what is said beside numbers -----------------------------------------------------------------------------


def test_totals_say_where_they_leave_few_people_out(case, run):
    line = "Places with fewer than 4000 people are left out of the totals."
    assert line in make(case, run, suppress_below=4000).unknown
    assert not any("left out of the totals" in told for told in make(case, run, "team").unknown)


def test_a_need_says_whom_it_counts(case, run):
    from composed_briefs import basis

    needs, standards, size, shortages = basis(case, run)
    told = {
        name: "\n".join(explain_name(case, run, needs, name, standards, size, shortages)[0].lines)
        for name in ("water_supply", "kitchen_sets")
    }
    assert "the people are those of 'received', place by place" in told["water_supply"]
    assert "the people are everybody who was received by that day" in told["kitchen_sets"]


# -- which products ------------------------------------------------------------------------------------------


def test_the_help_names_every_product(capsys):
    with pytest.raises(SystemExit):
        main(["brief", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert ", ".join(PRODUCTS) in told
    for name in PRODUCTS:
        assert f"\n    {name} " in write_brief.__doc__, name


def test_files_are_told_in_one_order_whatever_was_ready_first(case, run, tmp_path):
    paths = write_brief(make(case, run), tmp_path / "out")
    names = [path.relative_to(tmp_path / "out").as_posix() for path in paths]
    assert [name for name in names if not name.startswith("pictures/")] == list(FILES)
    pictures = [at for at, name in enumerate(names) if name.startswith("pictures/")]
    assert pictures == list(range(pictures[0], pictures[-1] + 1))
    assert names[pictures[-1] + 1 :] == list(FILES[FILES.index("datapackage.json") :])


# -- the check, quick and as strict --------------------------------------------------------------------------


def guarding(**changes):
    plain = Guard("public", ("old town",), (), ((("36.335", "36.336"), ("43.118",)),), 10, frozenset())
    return replace(plain, **changes)


@pytest.mark.parametrize(
    "text",
    [
        "36.335 and 43.118",
        "(36.3359;43.1187)",
        "lat-36.336 lon-43.118",
        "n36.335e43.118",
        "36.335.1|43.118,2",
    ],
)
def test_positions_are_found_as_beginnings_of_numbers(text):
    assert [problem.slug for problem in check_texts("x", [text], guarding())] == ["release-name"]


@pytest.mark.parametrize("text", ["136.335 and 43.118", "36.33 43.118", "0.36.335 43.118", "36.335", ""])
def test_other_numbers_are_no_positions(text):
    assert check_texts("x", [text], guarding()) == []


def test_a_column_that_stands_twice_is_read_where_the_row_has_it():
    header = ["place", "date", "people", "note", "people"]
    found = check_rows("x", [header, ["a", "b", "500", "", "3"], ["a", "b", "4"]], guarding())
    assert {problem.found for problem in found} == {"a count of 3 is in it", "a count of 4 is in it"}


def test_the_axes_of_a_database_are_no_names(tmp_path):
    axes = 'GEOGCS["WGS 84",AXIS["Latitude",NORTH],AXIS["Longitude",EAST]]'
    path = tmp_path / "places.gpkg"
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE gpkg_spatial_ref_sys (definition TEXT)")
        base.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (?)", (axes,))
        base.commit()
    guard = guarding(names=("east", "north"), coordinates=())
    assert check_files([path], guard) == []
    with closing(sqlite3.connect(path)) as base:
        base.execute("INSERT INTO gpkg_spatial_ref_sys VALUES ('from the north')")
        base.commit()
    assert {problem.slug for problem in check_files([path], guard)} == {"release-name"}
