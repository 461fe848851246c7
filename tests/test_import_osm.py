"""Protects the import of roads: what becomes a route, what is told, what each setting does, what is refused."""

import bz2
import importlib.util
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from havenward.case.draft import read_draft
from havenward.case.importers.merge import merge_into_case
from havenward.case.importers.osm import SETTINGS, import_osm
from havenward.case.importers.osm_roads import read_extract
from havenward.case.importers.registry import find_importer
from havenward.case.importers.settings_file import read_settings_file
from havenward.case.write import write_case
from havenward.errors import HavenwardError
from osm_worlds import DAY, at_km, line_world, place, toy_case, write_osm

ROOT = Path(__file__).parents[1]


def said(imported, start, end):
    """Give the attributes of a route."""
    return {row.key: row.value for row in imported.attributes if (row.from_, row.to) == (start, end)}


def lengths(imported):
    return {(row.from_, row.to): (row.distance_km, row.mode) for row in imported.routes}


def message(source, case, settings=None):
    with pytest.raises(HavenwardError) as refused:
        import_osm(source, case, settings or {})
    (problem,) = refused.value.problems
    return str(problem), problem.slug


# -- what becomes a route ----------------------------------------------------------------------------------


def test_a_chain_of_places_on_a_road(tmp_path):
    path = line_world(tmp_path / "line.osm.pbf")
    case = toy_case(at_km("city", 5, "origin"), at_km("village", 12), at_km("camp", 30, "camp", north=2.0))
    imported = import_osm(path, case, {})
    # the camp lies 2 km beside the road: on foot at 4 km/h; the rest is a primary road at 65 km/h
    assert lengths(imported) == {("camp", "village"): (20.0, "road"), ("city", "village"): (7.0, "road")}
    assert said(imported, "camp", "village") == {
        "route_quality": "roads of OpenStreetMap",
        "travel_hours": f"{2 / 4 + 18 / 65:.1f}",
    }
    assert {row.published for row in imported.routes} == {date(2026, 5, 1)}
    assert imported.source.licence.startswith("ODbL 1.0")
    assert imported.source.published == DAY


def test_no_way_leads_through_an_origin_except_by_the_rules_of_flee(tmp_path):
    path = line_world(tmp_path / "line.osm.pbf")
    places = at_km("a", 2, "origin"), at_km("b", 10, "origin"), at_km("c", 30, "camp")
    assert set(lengths(import_osm(path, toy_case(*places), {}))) == {("a", "c"), ("b", "c")}
    assert set(lengths(import_osm(path, toy_case(*places, rules="flee"), {}))) == {("a", "b"), ("b", "c")}
    both = import_osm(path, toy_case(*places), {"between_origins": True})
    assert set(lengths(both)) == {("a", "b"), ("a", "c"), ("b", "c")}


def test_one_way_roads_are_driven_one_way_and_walked_both_ways(tmp_path):
    # a ring: 10 km one way, 30 km the other
    degree = 111.3195
    nodes = {1: (20, 0), 2: (20 + 10 / degree, 0), 3: (20 + 10 / degree, 10 / 110.574), 4: (20, 10 / 110.574)}
    ways = [(1, [1, 2, 3, 4, 1], {"highway": "primary", "oneway": "yes"})]
    path = write_osm(tmp_path / "ring.osm.pbf", nodes, ways)
    places = place("a", *nodes[1]), place("b", *nodes[2])
    imported = import_osm(path, toy_case(*places), {})
    assert lengths(imported) == {("a", "b"): (10.0, "road")}


def test_bridges_tracks_and_ferries_are_told(tmp_path):
    degree = 111.3195
    nodes = {n + 1: (20 + n / degree, 0.0) for n in range(31)}
    ways = [
        (1, list(range(1, 11)), {"highway": "track"}),
        (2, [10, 11, 12], {"highway": "primary", "bridge": "yes"}),
        (3, list(range(12, 22)), {"highway": "primary"}),
        (4, [21, 22, 23], {"route": "ferry"}),
        (5, list(range(23, 32)), {"highway": "primary"}),
    ]
    path = write_osm(tmp_path / "river.osm.pbf", nodes, ways)
    places = at_km("a", 0), at_km("b", 20), at_km("c", 30)
    imported = import_osm(path, toy_case(*places), {})
    assert lengths(imported) == {("a", "b"): (20.0, "road"), ("b", "c"): (10.0, "ferry")}
    assert said(imported, "a", "b")["bridges"] == "1"
    assert said(imported, "a", "b")["track_share"] == "0.45"
    assert said(imported, "a", "b")["travel_hours"] == f"{9 / 15 + 11 / 65:.1f}"
    assert said(imported, "b", "c")["ferries"] == "1"
    assert "bridges" not in said(imported, "b", "c")


def test_places_without_roads_get_straight_lines_that_are_marked(tmp_path):
    path = line_world(tmp_path / "line.osm.pbf")
    places = at_km("a", 5), at_km("b", 20), at_km("far", 10, "camp", north=20.0)
    imported = import_osm(path, toy_case(*places), {})
    assert set(lengths(imported)) == {("a", "b"), ("a", "far"), ("b", "far")}
    km, mode = lengths(imported)["a", "far"]
    assert mode == "foot"
    assert km == pytest.approx(1.3 * (20**2 + 5**2) ** 0.5, rel=0.01)
    assert said(imported, "a", "far") == {"route_quality": "straight line", "air_factor": "1.3"}
    assert said(imported, "a", "b")["route_quality"] == "roads of OpenStreetMap"
    assert "No road within 5 km (snap_km): far. Check the coordinates, or allow more." in imported.notes
    assert (
        "2 routes are straight lines, 1.3 times the air line and on foot, as no road leads to far. The "
        "attribute route_quality marks them; replace them by what is known on the ground."
    ) in imported.notes


def test_straight_lines_of_an_earlier_import_are_named_after_coordinates_were_corrected(tmp_path):
    path = line_world(tmp_path / "line.osm.pbf")
    far = at_km("far", 30, "camp", north=20.0)
    folder = tmp_path / "case"
    write_case(toy_case(at_km("a", 5, source=""), at_km("b", 20, source=""), replace(far, source="")), folder)
    merge_into_case(folder, import_osm(path, read_draft(folder).case, {}))
    text = (folder / "locations.csv").read_text()
    (folder / "locations.csv").write_text(text.replace(str(far.latitude), "0.0"))
    notes = merge_into_case(folder, import_osm(path, read_draft(folder).case, {}))
    assert [note for note in notes if "no longer" in note] == [
        "routes.csv: 1 row of an earlier import is no longer in osm and stays: row 3 (a-far); people still take them; delete what is wrong, with its attributes",
        "attributes.csv: 1 row of an earlier import is no longer in osm and stays: row 7 (b-far air_factor); delete what is no longer so",
    ]


def test_a_loose_end_of_road_does_not_catch_a_place(tmp_path):
    degree = 111.3195
    nodes = {n + 1: (20 + n / degree, 0.0) for n in range(21)}
    nodes |= {101: (20 + 5 / degree, 0.01), 102: (20 + 5.2 / degree, 0.01)}  # 200 m of road beside it
    ways = [(1, list(range(1, 22)), {"highway": "primary"}), (2, [101, 102], {"highway": "service"})]
    path = write_osm(tmp_path / "loose.osm.pbf", nodes, ways)
    places = place("a", 20 + 5 / degree, 0.011), at_km("b", 15)
    imported = import_osm(path, toy_case(*places), {})
    assert lengths(imported) == {("a", "b"): (11.2, "road")}


def test_parts_that_no_route_joins_are_told(tmp_path):
    degree = 111.3195
    nodes = {n + 1: (20 + n / degree, 0.0) for n in range(41)}
    ways = [(1, list(range(1, 19)), {"highway": "primary"}), (2, list(range(22, 42)), {"highway": "primary"})]
    path = write_osm(tmp_path / "parts.osm.pbf", nodes, ways)
    places = at_km("a", 1), at_km("b", 9), at_km("c", 16), at_km("x", 25), at_km("y", 35)
    imported = import_osm(path, toy_case(*places), {})
    assert set(lengths(imported)) == {("a", "b"), ("b", "c"), ("x", "y")}
    assert (
        "No route joins these to the other places: x, y. A border, a river without a bridge, or ways longer "
        "than 200 km (max_km) may part them."
    ) in imported.notes


def test_same_file_and_case_give_the_same_rows(tmp_path):
    path = line_world(tmp_path / "line.osm.pbf")
    places = [at_km(f"p{n}", 3 * n, "origin" if n % 3 == 0 else "town") for n in range(12)]
    first = import_osm(path, toy_case(*places), {})
    assert import_osm(path, toy_case(*places), {}) == first
    assert import_osm(path, toy_case(*reversed(places)), {}).routes == first.routes


@pytest.mark.parametrize("ending", [".osm", ".osm.bz2", ".osm.gz", ".pbf"])
def test_every_format_gives_the_same_routes(tmp_path, ending):
    case = toy_case(at_km("a", 5), at_km("b", 20))
    path = line_world(tmp_path / f"line{ending}")
    assert lengths(import_osm(path, case, {"published": DAY})) == {("a", "b"): (15.0, "road")}


# -- what each setting does --------------------------------------------------------------------------------


def test_settings_come_from_a_file_and_unknown_ones_are_refused(tmp_path):
    known = find_importer("osm").settings()
    file = tmp_path / "roads.toml"
    file.write_text("max_km = 50\nadd_towns = true\npublished = 2026-04-30\n", encoding="utf-8")
    values = read_settings_file(file, known, "osm")
    assert (values["max_km"], values["add_towns"], values["snap_km"]) == (50, True, 5.0)
    imported = import_osm(line_world(tmp_path / "l.osm.pbf"), toy_case(at_km("a", 0), at_km("b", 9)), values)
    assert imported.routes[0].published == date(2026, 4, 30)
    file.write_text("walk_speed = 5\n", encoding="utf-8")
    with pytest.raises(HavenwardError) as refused:
        read_settings_file(file, known, "osm")
    assert str(refused.value) == (
        f"roads.toml: unknown key 'walk_speed'; expected keys among {', '.join(known)}; "
        "did you mean 'walking_speed'?"
    )


def test_longest_route(tmp_path):
    path = line_world(tmp_path / "line.osm.pbf")
    case = toy_case(at_km("a", 0), at_km("b", 10), at_km("c", 35))
    assert set(lengths(import_osm(path, case, {"max_km": 20.0}))) == {("a", "b")}
    assert set(lengths(import_osm(path, case, {"max_km": 30.0}))) == {("a", "b"), ("b", "c")}


def test_how_far_from_a_road(tmp_path):
    path = line_world(tmp_path / "line.osm.pbf")
    case = toy_case(at_km("a", 0), at_km("b", 20, north=3.0))
    assert lengths(import_osm(path, case, {})) == {("a", "b"): (23.0, "road")}
    assert lengths(import_osm(path, case, {"snap_km": 2.0}))["a", "b"][1] == "foot"


def test_walking_speed(tmp_path):
    path = line_world(tmp_path / "line.osm.pbf")
    case = toy_case(at_km("a", 0), at_km("b", 13, north=4.0))
    assert said(import_osm(path, case, {}), "a", "b")["travel_hours"] == "1.2"
    assert said(import_osm(path, case, {"walking_speed": 2.0}), "a", "b")["travel_hours"] == "2.2"


def test_paths_are_walked_where_there_is_no_road(tmp_path):
    path = line_world(tmp_path / "path.osm.pbf", {"highway": "path"})
    case = toy_case(at_km("a", 0), at_km("b", 20))
    assert message(path, case)[1] == "osm-no-roads"
    imported = import_osm(path, case, {"include_paths": True})
    assert lengths(imported) == {("a", "b"): (20.0, "foot")}
    assert said(imported, "a", "b") == {
        "route_quality": "paths of OpenStreetMap",
        "travel_hours": "5.0",
    }


def test_tracks_may_be_left_to_walkers(tmp_path):
    path = line_world(tmp_path / "track.osm.pbf", {"highway": "track"})
    case = toy_case(at_km("a", 0), at_km("b", 20))
    assert lengths(import_osm(path, case, {})) == {("a", "b"): (20.0, "road")}
    assert lengths(import_osm(path, case, {"use_tracks": False})) == {("a", "b"): (20.0, "foot")}


def test_how_much_longer_a_way_by_other_places_may_be(tmp_path):
    path = line_world(tmp_path / "line.osm.pbf")
    case = toy_case(at_km("a", 0), at_km("b", 20), at_km("beside", 10, north=2.0))  # 24 km by it
    assert ("a", "b") in lengths(import_osm(path, case, {}))
    assert ("a", "b") not in lengths(import_osm(path, case, {"detour": 0.25}))


def test_a_part_of_the_map(tmp_path):
    path = line_world(tmp_path / "line.osm.pbf")
    case = toy_case(at_km("a", 2), at_km("b", 30))
    imported = import_osm(path, case, {"bbox": "19.9,-0.1,20.2,0.1"})
    assert lengths(imported)["a", "b"][1] == "foot"  # the road ends at 20.2 degrees, 22 km on


# -- settlements of the extract ----------------------------------------------------------------------------

TOWNS = (
    (901, (20 + 15 / 111.3195, 0.002), {"place": "town", "name": "Gîda", "population": "12000"}),
    (902, (20 + 25 / 111.3195, 0.002), {"place": "town", "name": "قرية", "name:en": "Al Qarya"}),
    (903, (20 + 20 / 111.3195, 0.002), {"place": "hamlet", "name": "Few Huts"}),
    (904, (20 + 15 / 111.3195, 0.3), {"place": "town", "name": "Off the Road"}),
    (905, (20.0, 0.01), {"place": "city", "name": "The City"}),
)


def test_towns_on_the_way_are_offered(tmp_path):
    path = line_world(tmp_path / "line.osm.pbf", places=TOWNS)
    case = toy_case(at_km("city", 0, "origin"), at_km("camp", 40, "camp"))
    imported = import_osm(path, case, {})
    assert not imported.locations
    assert imported.notes[-2:] == (
        "Settlements around the case: 1 of kind city, 3 of kind town, 1 of kind hamlet.",
        (
            "2 cities and towns lie on the routes and are no location of the case: Gîda, Al Qarya. With "
            "add_towns = true in a settings file they are drafted as locations of kind town."
        ),
    )


def test_a_place_far_from_its_name_is_told(tmp_path):
    path = line_world(tmp_path / "line.osm.pbf", places=TOWNS)
    case = toy_case(at_km("a", 38, name="Gida"), at_km("city", 2, name="The City"), at_km("b", 10))
    assert not [note for note in import_osm(path, case, {}).notes if "settlement called" in note]
    away = toy_case(at_km("a", 41, name="Gida"), at_km("city", 2, name="The City"))
    assert (
        "a: the nearest settlement called 'Gîda' lies 26 km away, at latitude 0.0020, longitude 20.1347. Check "
        "its coordinates."
    ) in import_osm(path, away, {}).notes


def test_towns_on_the_way_are_drafted_on_request_and_again_the_same(tmp_path):
    path = line_world(tmp_path / "line.osm.pbf", places=TOWNS)
    case = toy_case(at_km("city", 0, "origin"), at_km("camp", 40, "camp"))
    imported = import_osm(path, case, {"add_towns": True})
    assert [(row.location, row.name, row.kind, row.source) for row in imported.locations] == [
        ("gida", "Gîda", "town", "osm"),
        ("al-qarya", "قرية", "town", "osm"),
    ]
    assert set(lengths(imported)) == {("city", "gida"), ("al-qarya", "gida"), ("al-qarya", "camp")}
    notes = {(row.location, row.key): row.value for row in imported.attributes if row.location}
    assert notes["gida", "coordinates"] == "point of OpenStreetMap node 901, place=town; not yet confirmed"
    assert notes["gida", "population_in_osm"] == "12000 (a tag without a date)"
    # the towns are in the case now: nothing is new
    grown = replace(case, locations=(*case.locations, *imported.locations), routes=imported.routes)
    assert import_osm(path, grown, {"add_towns": True}) == imported


def test_a_town_is_ruled_out_by_hand(tmp_path):
    path = line_world(tmp_path / "line.osm.pbf", places=TOWNS)
    case = toy_case(at_km("city", 0, "origin"), at_km("camp", 40, "camp"))
    imported = import_osm(path, case, {"add_towns": True, "places": {"Gida": ""}})
    assert [row.location for row in imported.locations] == ["al-qarya"]


# -- malformed and surprising input: exact words -----------------------------------------------------------

CASE = toy_case(at_km("a", 0), at_km("b", 20))
GET = "download it again, for example from download.geofabrik.de, and compare its size"


def test_truncated_download(tmp_path):
    whole = line_world(tmp_path / "whole.osm.pbf").read_bytes()
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(whole[:-30])
    assert message(path, CASE) == (
        (
            "cut.osm.pbf: the file breaks off or is damaged (PBF error: unexpected EOF); expected a whole extract "
            f"of OpenStreetMap; {GET}"
        ),
        "osm-damaged",
    )


def test_truncated_archive(tmp_path):
    text = line_world(tmp_path / "whole.osm").read_bytes()
    path = tmp_path / "cut.osm.bz2"
    path.write_bytes(bz2.compress(text)[:-40])
    assert message(path, CASE)[1] == "osm-damaged"


def test_error_page_named_pbf(tmp_path):
    path = tmp_path / "country.osm.pbf"
    path.write_text("<!DOCTYPE html>\n<html><body>503 Service Unavailable</body></html>", encoding="utf-8")
    assert message(path, CASE) == (
        (
            "country.osm.pbf: the file is a web page, which a server sends when it refuses a download; expected an "
            "extract of OpenStreetMap; open it in a browser to see why, then download again"
        ),
        "osm-web-page",
    )


def test_empty_file(tmp_path):
    path = tmp_path / "country.osm.pbf"
    path.write_bytes(b"")
    assert message(path, CASE) == (
        f"country.osm.pbf: the file is empty; expected an extract of OpenStreetMap; {GET}",
        "osm-empty",
    )


def test_extract_without_anything_and_with_nodes_only(tmp_path):
    whole = "expected ways with the tag highway that people may use; take a whole extract, for example from download.geofabrik.de"
    path = write_osm(tmp_path / "none.osm.pbf", {}, [])
    assert message(path, CASE) == (f"none.osm.pbf: the extract holds no roads; {whole}", "osm-no-roads")
    path = write_osm(tmp_path / "nodes.osm.pbf", {1: (20, 0)}, [], TOWNS)
    assert message(path, CASE) == (
        f"nodes.osm.pbf: the extract holds no roads and 5 settlements; {whole}",
        "osm-no-roads",
    )


def test_extract_of_another_country(tmp_path):
    path = line_world(tmp_path / "line.osm.pbf")
    case = toy_case(place("a", 43.1, 36.3), place("b", 44.0, 36.2))
    assert message(path, case) == (
        (
            "line.osm.pbf: no location lies near its roads; expected locations at latitude 0.0 to 0.0, longitude "
            "20.0 to 20.4; take the extract of the country of the case, or correct the coordinates or bbox"
        ),
        "osm-elsewhere",
    )


def test_swapped_coordinates(tmp_path):
    path = line_world(tmp_path / "line.osm.pbf")
    case = toy_case(place("a", 0.0, 20.1), place("b", 0.0, 20.3))
    assert message(path, case) == (
        (
            "line.osm.pbf: no location lies near its roads, but all would with latitude and longitude swapped; "
            "expected locations at latitude 0.0 to 0.0, longitude 20.0 to 20.4; swap latitude and longitude in "
            "locations.csv"
        ),
        "osm-swapped",
    )


def test_locations_without_coordinates(tmp_path):
    path = line_world(tmp_path / "line.osm.pbf")
    bare = replace(place("x", 0, 0), latitude=None, longitude=None)
    imported = import_osm(path, toy_case(at_km("a", 0), at_km("b", 20), bare), {})
    assert imported.notes[0] == (
        "Without coordinates, and so without routes: x. Fill in latitude and longitude."
    )
    assert message(path, toy_case(at_km("a", 0), bare)) == (
        (
            "locations.csv: 1 of 2 locations have coordinates; expected at least two, to be linked by roads; fill "
            "in latitude and longitude, or import boundaries or a list of sites first"
        ),
        "osm-few-places",
    )


def test_ways_that_refer_to_missing_nodes(tmp_path):
    degree = 111.3195
    nodes = {n + 1: (20 + n / degree, 0.0) for n in range(21)}
    refs = [*range(1, 11), 777, 778, *range(11, 22)]
    path = write_osm(tmp_path / "clipped.osm.pbf", nodes, [(1, refs, {"highway": "primary"})])
    imported = import_osm(path, toy_case(at_km("a", 0), at_km("b", 9), at_km("c", 20)), {})
    assert lengths(imported)["a", "b"] == (9.0, "road")
    assert lengths(imported)["b", "c"] == (14.3, "foot")  # 1.3 times the air line
    assert (
        "Ways refer to 2 nodes that the file lacks, as in extracts that were cut at a border; roads end there."
    ) in imported.notes
    path = write_osm(tmp_path / "ways.osm.pbf", {}, [(1, refs, {"highway": "primary"})])
    assert message(path, CASE) == (
        (
            "ways.osm.pbf: no node of its roads has coordinates in the file; expected nodes before the ways that "
            "use them; sort the file by type and number (osmium sort), or take a whole extract"
        ),
        "osm-no-nodes",
    )


def test_no_date_of_the_data(tmp_path):
    path = line_world(tmp_path / "undated.osm.pbf", stamp="")
    assert message(path, CASE) == (
        (
            "undated.osm.pbf: the header has no date of the data; expected to know the day from which a forecast "
            "may use the routes; give it in a settings file, for example: published = 2024-05-13"
        ),
        "osm-no-date",
    )


def test_ways_that_are_there_twice(tmp_path):
    degree = 111.3195
    nodes = {n + 1: (20 + n / degree, 0.0) for n in range(21)}
    way = (1, list(nodes), {"highway": "primary"})
    path = write_osm(tmp_path / "twice.osm.pbf", nodes, [way, way, (2, list(nodes), {"highway": "primary"})])
    imported = import_osm(path, CASE, {})
    assert lengths(imported) == {("a", "b"): (20.0, "road")}
    assert "1 ways are in the file more than once; the first of each was taken." in imported.notes


def test_other_formats(tmp_path):
    path = tmp_path / "roads.shp"
    path.write_bytes(b"\x00\x00\x27\x0a")
    assert message(path, CASE) == (
        (
            "roads.shp: files ending in '.shp' are not read as roads; expected an extract of OpenStreetMap (.pbf, "
            ".osm, .osm.bz2, .osm.gz); take the .osm.pbf of the country, for example from download.geofabrik.de"
        ),
        "osm-format",
    )
    path = tmp_path / "roads.osm.pbf"
    path.write_bytes(b"PK\x03\x04 a zip archive under another name")
    assert message(path, CASE) == (
        (
            "roads.osm.pbf: the file does not begin as a .pbf file does; expected an extract of OpenStreetMap "
            f"(.pbf, .osm, .osm.bz2, .osm.gz) under its own ending; rename it if it is of another format, or {GET}"
        ),
        "osm-not-an-extract",
    )


def test_numbers_that_are_none(tmp_path):
    path = tmp_path / "odd.osm"
    path.write_text('<osm version="0.6"><node id="3x" lat="0" lon="20"/></osm>', encoding="utf-8")
    assert message(path, CASE) == (
        (
            "odd.osm: the file breaks off or is damaged (illegal id: '3x'); expected a whole extract of "
            f"OpenStreetMap; {GET}"
        ),
        "osm-damaged",
    )


@pytest.mark.parametrize("ending", [".osm.pbf", ".osm", ".osm.gz"])
def test_damaged_files_are_refused_or_read(tmp_path, ending):
    whole = line_world(tmp_path / f"whole{ending}", places=TOWNS).read_bytes()
    path, rng, refused = tmp_path / f"hurt{ending}", np.random.default_rng(7), 0
    for _ in range(60):
        hurt = bytearray(whole)
        for at in rng.integers(0, len(whole), int(rng.integers(1, 6))):
            hurt[at] = int(rng.integers(256))
        path.write_bytes(hurt)
        try:
            import_osm(path, CASE, {"published": DAY})
        except HavenwardError:
            refused += 1
    assert refused > 20


def test_no_file(tmp_path):
    assert message(tmp_path / "gone.osm.pbf", CASE) == (
        "gone.osm.pbf: there is no such file; expected an extract; correct the path",
        "osm-no-file",
    )
    assert message(None, CASE) == (
        (
            "havenward import osm: there is no file; expected an extract of OpenStreetMap; download the .osm.pbf of "
            "the country, for example from download.geofabrik.de"
        ),
        "import-not-online",
    )


@pytest.mark.parametrize("bbox", ["20,0,19,1", "a,b,c,d", "1,2,3", "0,80,10,100"])
def test_a_box_that_is_none(tmp_path, bbox):
    assert message(line_world(tmp_path / "l.osm.pbf"), CASE, {"bbox": bbox}) == (
        (
            f"settings: bbox is '{bbox}'; expected 'west,south,east,north' in degrees; write the smaller longitude "
            'first, for example "41.5,34.8,44.6,37.2"'
        ),
        "osm-bbox",
    )


def test_numbers_out_of_range(tmp_path):
    assert message(line_world(tmp_path / "l.osm.pbf"), CASE, {"walking_speed": 40.0})[0] == (
        "settings: walking_speed is 40; expected a number from 0.5 to 8; correct the value, or remove the line "
        "for the usual one"
    )


# -- a made country, in small ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def make_country():
    spec = importlib.util.spec_from_file_location("make_osm", ROOT / "lab" / "make_osm.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_osm"] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module.make_country


def test_a_made_country_is_imported_whole(tmp_path, make_country):
    path = tmp_path / "country.osm.pbf"
    country = make_country(path, settlements=300, seed=4, width_km=80)
    extract = read_extract(path, paths=False, tracks=True)
    assert len(extract.settlements) == 300
    assert len(set(extract.refs.tolist())) == country.road_nodes
    case = toy_case(
        *(
            place(f"p{row}", x, y, ("origin", "town", "camp")[row % 3])
            for row, (x, y) in enumerate(zip(country.longitude[::12], country.latitude[::12], strict=True))
        )
    )
    imported = import_osm(path, case, {"max_km": 60.0})
    linked = {end for row in imported.routes for end in (row.from_, row.to)}
    assert linked == {row.location for row in case.locations}
    # a few places may hang together with no other one by road
    straight = {(r.from_, r.to) for r in imported.attributes if r.value == "straight line"}
    assert {(r.from_, r.to) for r in imported.routes if r.mode == "foot"} == straight
    assert len(straight) < 0.1 * len(imported.routes)
    assert any(row.key == "bridges" for row in imported.attributes)
    make_country(tmp_path / "again.osm.pbf", settlements=300, seed=4, width_km=80)
    again = import_osm(tmp_path / "again.osm.pbf", case, {"max_km": 60.0})
    assert again.routes == imported.routes


def test_the_benchmark_runs():
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "osm.py"), "--settlements", "150", "--locations", "20"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "routes among 20 locations" in done.stdout
    assert "at the peak" in done.stdout


def test_every_setting_is_explained():
    assert all(setting.words.endswith(".") for setting in SETTINGS.values())
