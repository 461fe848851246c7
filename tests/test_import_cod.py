"""Protects what boundaries (COD-AB) and population (COD-PS) give to a case; every file here is constructed."""

import json
import shutil
from datetime import date

import pytest
import shapely

from constructed_imports import (
    NEWER,
    boxes,
    import_into,
    make_case,
    read_source,
    snapshot,
    write_areas,
    write_newer,
    write_older,
    write_text,
    write_workbook,
    write_zip,
)
from havenward.case.check import check_case
from havenward.case.draft import read_draft
from havenward.case.importers.outlines import OUTLINES_BYTES
from havenward.errors import CaseError

CODES = [("east", "IQ0101"), ("west", "IQ0102"), ("gate", "IQ0103"), ("camp-a", "IQ0103"), ("host", "IQ0104")]
PEOPLE = """\
ADM1_EN,ADM1_PCODE,ADM2_EN,ADM2_PCODE,F_TL,M_TL,T_TL
Ninewa,IQ01,Left Bank,IQ0101,300000,310000,610000
Ninewa,IQ01,Right Bank,IQ0102,290000,300000,590000
"""
YEAR_NOTE = "taken as published on 2016-01-01, the first day of its year; write published into a settings file if you know the day"


@pytest.fixture
def folder(tmp_path):
    return make_case(tmp_path / "case")


def codes(imported):
    return [(row.location, row.pcode) for row in imported.locations]


def refused(path, folder, **settings) -> str:
    with pytest.raises(CaseError) as error:
        read_source("cod", path, folder, **settings)
    return str(error.value)


# -- boundaries --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form", ["newer.gpkg", "older.gpkg", "newer.shp", "newer.geojson", "newer.fgb", "older.zip"]
)
def test_every_form_and_both_column_styles_fill_the_same_blanks(tmp_path, folder, form):
    path = tmp_path / f"constructed_{form}"
    if form.endswith("zip"):
        write_older(tmp_path / "o.shp")
        parts = {
            f"shapes/o{s}": (tmp_path / f"o{s}").read_bytes()
            for s in (".shp", ".dbf", ".shx", ".prj", ".cpg")
        }
        write_zip(path, parts)
    else:
        (write_newer if form.startswith("newer") else write_older)(path)
    imported = read_source("cod", path, folder)
    assert codes(imported) == CODES
    assert {row.admin1 for row in imported.locations} == {"Ninewa"}
    assert imported.notes == ()


def test_blanks_are_filled_in_the_user_s_rows_and_again_changes_no_byte(tmp_path, folder):
    path = write_newer(tmp_path / "constructed.gpkg")
    import_into("cod", path, folder)
    rows = read_draft(folder).case.locations
    assert [(row.location, row.pcode) for row in rows] == CODES
    assert {row.source for row in rows} == {"plan"}, "filling a cell takes no row over"
    before = snapshot(folder)
    assert import_into("cod", path, folder) == ["nothing new: the case holds all of it already"]
    assert snapshot(folder) == before


def test_what_the_case_says_otherwise_is_told_and_stays(tmp_path, folder):
    path = folder / "locations.csv"
    path.write_text(
        path.read_text().replace(
            "West Side,IQ0102,origin,36.34,43.60,,", "West Side,IQ0999,origin,36.34,43.60,Erbil,"
        )
    )
    imported = read_source("cod", write_newer(tmp_path / "constructed.gpkg"), folder)
    assert imported.notes == (
        "the case and the boundaries differ, nothing was changed: west has the P-code IQ0999 and lies in Right Bank (IQ0102); west has admin1 Erbil and lies in Ninewa",
    )
    west = next(row for row in imported.locations if row.location == "west")
    assert (west.pcode, west.admin1, west.admin2) == ("IQ0999", "Erbil", "Right Bank")


def test_chosen_areas_become_locations_at_a_point_inside(tmp_path, folder):
    path = write_newer(tmp_path / "constructed.gpkg")
    notes = import_into("cod", path, folder, areas=["makhmur", "IQ0103"], kind="host", group="south")
    case = read_draft(folder).case
    new = [row for row in case.locations if row.source == "cod-ab-irq"]
    assert [(row.location, row.pcode, row.kind, row.group, row.published) for row in new] == [
        ("makhmur", "IQ0104", "host", "south", date(2016, 5, 1)),
        ("al-hamdaniya", "IQ0103", "host", "south", date(2016, 5, 1)),
    ]
    for row, shape in zip(new, (boxes()[3], boxes()[2]), strict=True):
        assert shape.contains(shapely.Point(row.longitude, row.latitude))
    assert [(row.location, row.value) for row in case.attributes] == [
        ("makhmur", "centroid of the area"),
        ("al-hamdaniya", "centroid of the area"),
    ]
    assert notes[1] == "locations.csv: 2 added, 5 filled in"
    before = snapshot(folder)
    import_into("cod", path, folder, areas=["makhmur", "IQ0103"], kind="host", group="south")
    assert snapshot(folder) == before
    assert not {problem.slug for problem in check_case(folder)} & {
        "versions-on-one-day",
        "unknown-source",
        "name-twice",
        "row-twice",
        "row-before-source",
        "unknown-file",
    }


def test_arabic_names_where_asked_for(tmp_path, folder):
    path = write_older(tmp_path / "constructed.gpkg")
    imported = read_source("cod", path, folder, language="ar", areas=["مخمور"])
    assert imported.locations[-1].name == "مخمور"
    assert imported.locations[0].admin2 == "الساحل الأيسر"


def test_outlines_for_maps_stay_small_and_share_their_borders(tmp_path, folder):
    """120 areas with 400 points each are 1.3 MB as they are."""
    import numpy as np

    rng = np.random.default_rng(1)
    steps = np.linspace(0, 1, 101)
    wiggle = {}

    def edge(start, end):
        key = tuple(sorted((start, end)))
        if key not in wiggle:
            wiggle[key] = rng.normal(0, 0.004, 101) * np.sin(np.pi * steps)
        a, b = np.array(key[0]), np.array(key[1])
        aside = (b - a)[::-1] / 0.2
        line = a + steps[:, None] * (b - a) + wiggle[key][:, None] * aside
        return line if start == key[0] else line[::-1]

    shapes = []
    for x in range(12):
        for y in range(10):
            west, south = 43 + x * 0.2, 35 + y * 0.2
            corners = [
                (round(west + dx, 3), round(south + dy, 3))
                for dx, dy in ((0, 0), (0.2, 0), (0.2, 0.2), (0, 0.2))
            ]
            ring = np.concatenate([edge(corners[i], corners[(i + 1) % 4])[:-1] for i in range(4)])
            shapes.append(shapely.Polygon(ring))
    columns = {
        "adm2_name": [f"Area {n}" for n in range(120)],
        "adm2_pcode": [f"IQ{n:04d}" for n in range(120)],
    }
    path = write_areas(tmp_path / "constructed_large.geojson", columns, shapes)
    assert path.stat().st_size > 1_300_000
    text = read_source("cod", path, folder).boundaries
    assert len(text.encode()) <= OUTLINES_BYTES
    drawn = [shapely.geometry.shape(feature["geometry"]) for feature in json.loads(text)["features"]]
    assert len(drawn) == 120
    before, after = shapely.union_all(shapes).area, shapely.union_all(drawn).area
    assert after == pytest.approx(before, rel=0.01)
    assert sum(shape.area for shape in drawn) == pytest.approx(after, rel=1e-3), "no gaps, no overlaps"


# -- boundaries: malformed and surprising ------------------------------------------------------------------


def test_swapped_coordinates_are_put_right_and_told(tmp_path, folder):
    turned = [shapely.transform(box, lambda pairs: pairs[:, ::-1]) for box in boxes()]
    imported = read_source("cod", write_areas(tmp_path / "constructed.gpkg", NEWER, turned), folder)
    assert codes(imported) == CODES
    assert imported.notes == (
        "constructed.gpkg: latitude and longitude stood the other way round and were swapped",
    )


def test_another_system_of_coordinates_is_turned_and_told(tmp_path, folder):
    import pyogrio

    write_areas(tmp_path / "degrees.gpkg", NEWER, boxes())
    warp = (
        f'<OGRVRTDataSource><OGRVRTWarpedLayer><OGRVRTLayer name="degrees"><SrcDataSource>{tmp_path / "degrees.gpkg"}'
        "</SrcDataSource></OGRVRTLayer><TargetSRS>EPSG:32638</TargetSRS></OGRVRTWarpedLayer></OGRVRTDataSource>"
    )
    _, _, shapes, _ = pyogrio.raw.read(warp)
    path = write_areas(tmp_path / "constructed.gpkg", NEWER, list(shapely.from_wkb(shapes)), crs="EPSG:32638")
    imported = read_source("cod", path, folder)
    assert codes(imported) == CODES
    assert imported.notes == (
        "constructed.gpkg: coordinates of layer 'constructed' were turned from EPSG:32638 to EPSG:4326",
    )


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_no_system_of_coordinates(tmp_path, folder):
    degrees = read_source("cod", write_areas(tmp_path / "a.shp", NEWER, boxes(), crs=None), folder)
    assert codes(degrees) == CODES
    assert degrees.notes == (
        "a.shp: it does not say in which system its coordinates are; they look like degrees",
    )
    metres = [shapely.transform(box, lambda pairs: pairs * 1e5) for box in boxes()]
    assert refused(write_areas(tmp_path / "b.shp", NEWER, metres, crs=None), folder) == (
        "b.shp: its coordinates run to 4,400,000 and it does not say in which system they are; expected longitude and latitude, or a file that names its system (.prj of a shapefile); add the .prj file, or save it again as GeoPackage in EPSG:4326"
    )


def test_renamed_columns_are_named_and_can_be_set(tmp_path, folder):
    columns = {"Bezirk": NEWER["adm2_name"], "Kode": NEWER["adm2_pcode"]}
    path = write_areas(tmp_path / "constructed.gpkg", columns, boxes())
    assert refused(path, folder) == (
        "constructed.gpkg: no column names areas; found 'Bezirk', 'Kode'; expected polygons with adm2_name and adm2_pcode, or ADM2_EN and ADM2_PCODE (or another level); name the columns in a settings file: name_column, pcode_column and level"
    )
    assert codes(read_source("cod", path, folder, name_column="bezirk", pcode_column="kode")) == CODES


def test_repeated_rows_are_joined(tmp_path, folder):
    island = shapely.box(42.5, 36.3, 42.6, 36.4)
    columns = {key: [*values, values[0]] for key, values in NEWER.items()}
    imported = read_source(
        "cod", write_areas(tmp_path / "constructed.gpkg", columns, [*boxes(), island]), folder
    )
    assert imported.notes == (
        "constructed.gpkg: areas that stand in several rows were joined: Left Bank (IQ0101)",
    )


def test_areas_of_the_past_beside_those_that_followed_are_left_out(tmp_path, folder):
    columns = {key: [*values, "Old" if "name" in key else "IQ0001"] for key, values in NEWER.items()}
    columns |= {"validOn": ["2016-01-01"] * 4 + ["2010-01-01"], "validTo": [""] * 4 + ["2015-12-31"]}
    path = write_areas(tmp_path / "constructed.gpkg", columns, [*boxes(), shapely.box(43, 36, 44, 36.7)])
    assert codes(read_source("cod", path, folder)) == CODES


def test_names_in_a_shapefile_without_its_encoding(tmp_path, folder):
    names = {**NEWER, "adm2_name": ["Kérouané", "Béoumi", "Dédougou", "N'Djaména"]}
    write_areas(tmp_path / "a.shp", names, boxes())
    (tmp_path / "a.cpg").unlink()
    imported = read_source("cod", tmp_path / "a.shp", folder)
    assert [row.admin2 for row in imported.locations[:2]] == ["Kérouané", "Béoumi"]


def test_files_that_are_damaged_or_something_else(tmp_path, folder):
    good = write_older(tmp_path / "good.gpkg")
    cut = tmp_path / "cut.gpkg"
    cut.write_bytes(good.read_bytes()[:20_000])
    damaged = "the file is damaged or was cut off while it was copied; expected a whole file; download or copy it again"
    assert refused(cut, folder) == f"cut.gpkg: {damaged}"
    geojson = tmp_path / "cut.geojson"
    geojson.write_bytes(write_newer(tmp_path / "n.geojson").read_bytes()[:600])
    assert refused(geojson, folder) == f"cut.geojson: {damaged}"
    page = tmp_path / "page.geojson"
    page.write_bytes(b"<html><head><title>Sign in</title></head></html>")
    assert refused(page, folder) == (
        "page.geojson: this is a web page ('Sign in'); expected a table; download it again: the address may need a login, or the service may be down"
    )
    write_newer(tmp_path / "s.shp")
    (tmp_path / "alone").mkdir()
    shutil.copy(tmp_path / "s.shp", tmp_path / "alone" / "s.shp")
    assert refused(tmp_path / "alone" / "s.shp", folder) == (
        "s.shp: the files s.dbf and s.shx are missing; expected the parts of a shapefile side by side; copy all of its files, or use the ZIP as it was downloaded"
    )


@pytest.mark.parametrize("form", ["file", "archive", "folder"])
def test_a_file_that_points_to_other_files_is_never_followed(tmp_path, folder, form):
    """GDAL would read what such a file describes, an address in the net included."""
    secret = write_newer(tmp_path / "secret.gpkg")
    text = (
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>'
        "</OGRVRTDataSource>"
    )
    path = {
        "file": lambda: write_text(tmp_path / "a.geojson", text),
        "archive": lambda: write_zip(tmp_path / "a.zip", {"a.shp": text.encode()}),
        "folder": lambda: (tmp_path / "f").mkdir() or write_text(tmp_path / "f" / "a.geojson", text).parent,
    }[form]()
    assert "this is XML, which services also send in place of an error" in refused(path, folder)


def test_areas_levels_and_days_that_the_file_does_not_have(tmp_path, folder):
    path = write_areas(tmp_path / "constructed.gpkg", NEWER, boxes())
    assert refused(path, folder, areas=["Makmur"]) == (
        "constructed.gpkg: there is no area 'Makmur'; expected names or P-codes of areas in this file; did you mean 'Makhmur'?"
    )
    assert refused(path, folder, areas=["Makhmur"]) == (
        "constructed.gpkg: it does not say from which day its areas hold; expected that day for locations made of areas: forecasts see them from then on; write published = 2024-05-13, with its day, into a settings file"
    )
    assert refused(path, folder, level=1) == (
        "constructed.gpkg: it holds areas of level 2; expected areas of level 1 or above; write level = 2 into a settings file, or take the file of another level"
    )


# -- population --------------------------------------------------------------------------------------------


def people(folder):
    return [
        (r.location, r.population, str(r.published), r.source)
        for r in read_draft(folder).case.locations
        if r.kind == "origin"
    ]


def test_population_goes_to_origins_by_code_and_own_numbers_stand(tmp_path, folder):
    import_into("cod", write_newer(tmp_path / "constructed.gpkg"), folder)
    path = write_text(tmp_path / "constructed_admpop_2016.csv", PEOPLE)
    notes = import_into("cod", path, folder)
    assert people(folder) == [("east", 610000, "2016-06-01", "plan"), ("west", 600000, "2016-06-01", "plan")]
    assert notes == [
        f"constructed_admpop_2016.csv: {YEAR_NOTE}",
        "constructed_admpop_2016.csv: population differs, the case's own number stands: west: 600,000 in the case, 590,000 here",
        "sources.csv: 1 added",
        "locations.csv: 1 filled in",
        "attributes.csv: 3 added",
    ]
    values = {(row.location, row.key): row.value for row in read_draft(folder).case.attributes}
    assert values["east", "population"] == "COD-PS: people of Left Bank (IQ0101), admin 2, 2016"
    before = snapshot(folder)
    import_into("cod", path, folder)
    import_into("cod", tmp_path / "constructed.gpkg", folder)
    assert snapshot(folder) == before


def test_a_later_vintage_is_a_later_version_and_nothing_from_the_future(tmp_path, folder):
    path = folder / "locations.csv"
    path.write_text(path.read_text().replace("East Side,,", "East Side,IQ0101,"))
    table = "adm2_pcode,adm2_name,t_tl,Reference_year\nIQ0101,Left,600000,2016\nIQ0101,Left,650000,2018\nIQ0102,R,700000,2018\n"
    notes = import_into("cod", write_text(tmp_path / "constructed_years.csv", table), folder)
    assert people(folder) == [
        ("east", 600000, "2016-06-01", "plan"),
        ("west", 600000, "2016-06-01", "plan"),
        ("east", 650000, "2018-01-01", "cod-ps-irq"),
    ]
    before = snapshot(folder)
    import_into("cod", tmp_path / "constructed_years.csv", folder)
    assert snapshot(folder) == before
    assert (
        "constructed_years.csv: population differs, the case's own number stands: west: 600,000 in the case, 700,000 here"
        in notes
    )
    kept = {
        (row.location, row.key, row.value, str(row.published)) for row in read_draft(folder).case.attributes
    }
    assert ("west", "cod-ps-irq.population", "700000", "2018-01-01") in kept


def test_a_vintage_after_the_place_is_seen_from_its_day_on(tmp_path, folder):
    path = folder / "locations.csv"
    path.write_text(path.read_text().replace("East Side,,", "East Side,IQ0101,"))
    table = write_text(tmp_path / "constructed_2017.csv", PEOPLE)
    import_into("cod", table, folder)
    assert people(folder) == [
        ("east", None, "2016-06-01", "plan"),
        ("west", 600000, "2016-06-01", "plan"),
        ("east", 610000, "2017-01-01", "cod-ps-irq"),
    ]
    write_text(table, PEOPLE.replace("610000", "620000"))
    import_into("cod", table, folder)
    assert people(folder)[-1] == ("east", 620000, "2017-01-01", "cod-ps-irq")
    before = snapshot(folder)
    import_into("cod", table, folder)
    assert snapshot(folder) == before


@pytest.mark.parametrize(
    "form", ["lower case", "utf-16", "workbook", "long", "by name", "added up", "settings"]
)
def test_population_in_every_form(tmp_path, folder, form):
    settings = {}
    path = folder / "locations.csv"
    if form != "by name":
        path.write_text(path.read_text().replace("East Side,,", "East Side,IQ0101,"))
    table = tmp_path / "constructed_2016.csv"
    if form == "workbook":
        rows = [line.split(",") for line in PEOPLE.splitlines()]
        table = write_workbook(
            tmp_path / "constructed_2016.xlsx", {"adm1": [["ADM1_PCODE", "T_TL"], ["IQ01", 9]], "adm2": rows}
        )
    elif form == "long":
        text = "ADM2_PCODE,ADM2_NAME,Gender,Age_range,Population,Reference_year\nIQ0101,L,all,all,610000,2016\nIQ0101,L,f,all,9,2016\nIQ0101,L,all,0-4,9,2016\n"
        write_text(table, text)
    elif form == "added up":
        text = "ADM3_PCODE,ADM2_PCODE,T_TL\nIQ010101,IQ0101,600000\nIQ010102,IQ0101,10000\n"
        write_text(table, text)
    elif form == "settings":
        text = PEOPLE.replace("T_TL", "Everybody").replace("ADM2_PCODE", "Kode")
        write_text(table, text)
        settings = {"population_column": "Everybody", "pcode_column": "Kode"}
    else:
        text = {"lower case": PEOPLE.lower(), "by name": PEOPLE.replace("Left Bank", "EAST side")}.get(
            form, PEOPLE
        )
        write_text(table, text, "utf-16" if form == "utf-16" else "utf-8")
    imported = read_source("cod", table, folder, **settings)
    assert ("east", 610000) in [(row.location, row.population) for row in imported.locations]


POPULATION_SURPRISES = {
    "renamed columns": (
        PEOPLE.replace("T_TL", "Everybody"),
        "constructed_2016.csv: columns are missing among 'ADM1_EN', 'ADM1_PCODE', 'ADM2_EN', 'ADM2_PCODE', 'F_TL', 'M_TL', 'Everybody'; expected a column for people (T_TL or total_population); rename the headings, or name the sheet",
    ),
    "no codes": (
        PEOPLE.replace("_PCODE", "_X"),
        "constructed_2016.csv: no column holds P-codes among ADM1_EN, ADM2_EN, T_TL; expected a column such as ADM2_PCODE; rename the heading, or name it with pcode_column and level in a settings file",
    ),
    "no numbers": (
        PEOPLE.replace("610000", "*").replace("590000", "n/a"),
        "constructed_2016.csv: no row has both a P-code and a number of people in 'T_TL'; expected the totals of areas; name another sheet, or the column of totals with population_column",
    ),
    "an error page": (
        "<html><title>Not found</title></html>",
        "constructed_2016.csv: this is a web page ('Not found'); expected a table; download it again: the address may need a login, or the service may be down",
    ),
}


@pytest.mark.parametrize("case", POPULATION_SURPRISES)
def test_population_that_cannot_be_used(tmp_path, folder, case):
    text, message = POPULATION_SURPRISES[case]
    assert refused(write_text(tmp_path / "constructed_2016.csv", text), folder) == message


def test_population_without_a_year_needs_a_day(tmp_path, folder):
    path = write_text(tmp_path / "constructed.csv", PEOPLE)
    assert refused(path, folder) == (
        "constructed.csv: it does not say of which year its numbers are; expected a year in the file's name, its sheet or a column reference_year; write published = 2024-01-01, with the day of publication, into a settings file"
    )
    imported = read_source("cod", path, folder, published=date(2016, 3, 1))
    assert {row.published for row in imported.attributes} == {date(2016, 3, 1)}


def test_repeated_differing_and_hidden_numbers_and_shared_codes_are_told(tmp_path, folder):
    path = folder / "locations.csv"
    path.write_text(
        path.read_text()
        + "left,Left,IQ0105,origin,,,,,,,,,,,2016-06-01,\nright,Right,IQ0105,origin,,,,,,,,,,,2016-06-01,\n"
    )
    table = PEOPLE + (
        "Ninewa,IQ01,Left Bank,IQ0101,1,1,610000\nNinewa,IQ01,Right Bank,IQ0102,1,1,5\n"
        'Ninewa,IQ01,C,IQ0103,1,1,*\nNinewa,IQ01,D,IQ0104,1,1,"1,000.5"\nNinewa,IQ01,E,IQ0105,1,1,77\n'
    )
    imported = read_source("cod", write_text(tmp_path / "constructed_2016.csv", table), folder)
    assert imported.notes == (
        "constructed_2016.csv: rows that stand twice were counted once: IQ0101",
        "constructed_2016.csv: without a P-code or a number, left out: row 6 ('*' stands for a number that was hidden)",
        "constructed_2016.csv: numbers that were not whole (1), such as '1,000.5' was rounded",
        "constructed_2016.csv: two numbers of one area, neither was taken: IQ0102",
        f"constructed_2016.csv: {YEAR_NOTE}",
        "constructed_2016.csv: origins that share one P-code got nothing, as the number is of all of them: left; right",
        "constructed_2016.csv: origins without population here: east; west",
    )
