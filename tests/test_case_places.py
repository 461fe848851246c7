"""Protects drafted places: found by name and distance, said to be drafts, and never used before confirmation."""

import gzip
from datetime import date
from pathlib import Path

import pytest

import havenward
from havenward.case.check import check_case
from havenward.case.draft import read_draft
from havenward.case.load import load_case
from havenward.case.new import case_from_workbook, new_case, write_template
from havenward.case.places_near import draft_places, fold, read_distance
from havenward.cli import main
from havenward.errors import SettingsError
from toy_case import TOY, write_files

DRAFT_ROW = "goma,Goma,,town,-1.674,29.228,Nord Kivu,,COD,,,,,,,geonames\n"


@pytest.mark.parametrize(
    ("text", "km"),
    [("150km", 150), ("150 km", 150), ("93mi", 149.67), ("93 miles", 149.67), ("150", 150), ("1,5 km", 1.5), ("20 Kilometres", 20)],
)  # fmt: skip
def test_distances_as_people_write_them(text, km):
    assert read_distance(text) == pytest.approx(km, abs=0.01)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("far", "--within: found 'far'; expected a distance such as 150km or 93mi; write the number and its unit"),
        ("150 m", "--within: found '150 m'; expected a distance such as 150km or 93mi; write the number and its unit"),
        ("0.2km", "--within: found 0 km; expected 1 to 2,000 km; choose the distance within which people may be received"),
    ],
)  # fmt: skip
def test_distances_that_are_none(text, said):
    with pytest.raises(SettingsError) as error:
        read_distance(text)
    assert str(error.value) == said


def test_the_table_is_small_and_complete():
    path = Path(havenward.__file__).parent / "tables" / "settlements.csv.gz"
    assert path.stat().st_size < 4_500_000
    lines = gzip.decompress(path.read_bytes()).decode("utf-8").split("\n")
    assert lines[0] == "country;admin1;name;latitude;longitude;population;geonameid"
    assert len(lines) > 200_000
    assert all(line.count(";") == 6 for line in lines[:1000])
    assert lines[1:] == sorted(lines[1:])


def test_the_largest_settlements_around_a_place_across_borders():
    drafted = draft_places("goma", "cod", 150, 10)
    assert (drafted.centre.name, drafted.centre.country) == ("Goma", "COD")
    assert len(drafted.others) == 10
    assert {town.country for town in drafted.others} >= {"COD", "RWA"}
    names = [town.name for town in drafted.others]
    assert names[0] == "Gisenyi"  # two kilometres away, across the border
    assert "Bukavu" in names
    everything = draft_places("Goma", "COD", 150, 500)
    assert len(everything.others) == 10 + drafted.left_out
    smallest = min(town.population or 0 for town in drafted.others)
    left = set(everything.others) - set(drafted.others)
    assert all((town.population or 0) <= smallest for town in left)


def test_spellings_do_not_count():
    assert fold("Sant Julià de Lòria") == fold("sant julia de loria")
    assert (
        draft_places("ar raqqah", "SYR", 20, 0).centre.name
        == draft_places("Ar-Raqqah", "SYR", 20, 0).centre.name
    )


def test_a_place_on_the_edge_of_the_map_has_neighbours_on_the_other_side():
    drafted = draft_places("Labasa", "FJI", 300, 300)  # near 180 degrees
    assert {town.longitude > 0 for town in drafted.others} == {True, False}


def said_of(*words):
    with pytest.raises(SettingsError) as error:
        draft_places(*words)
    return str(error.value)


def test_unknown_and_ambiguous_names_are_told_with_what_may_be_meant():
    assert said_of("mosull", "IRQ") == (
        "--place: 'mosull' is not in the table of settlements in IRQ; expected a settlement; perhaps you mean Mosul (Nineveh, IRQ, 1,683,000 people)"
    )
    assert said_of("goma") == (
        "--place: 'goma' stands for 2 places: Goma (Nord Kivu, COD, 432,587 people); Goma (Davao Region, PHL, 4,275 people); expected one place; add --country COD, for the first of them"
    )
    told = said_of("Springfield", "USA")
    assert told.startswith("--place: 'Springfield' stands for ")
    assert told.endswith('expected one place; write --place "Springfield, Missouri", for the first of them')
    assert draft_places("Springfield, Illinois", "USA", 10, 0).centre.admin1 == "Illinois"
    assert said_of("Goma", "CDO") == (
        "--country: found 'CDO'; expected a country code of three capital letters (ISO 3166-1 alpha-3); look the code up, for example COD for the Democratic Republic of the Congo"
    )
    assert said_of("Goma", "COD", 10.0, -1) == (
        "--at-most: found -1; expected a whole number from 0 to 500; correct the value"
    )


# -- drafts in a case ------------------------------------------------------------------------------------


def test_drafts_wait_until_a_person_confirms_them(tmp_path):
    places = draft_places("Goma", "COD", 150, 12)
    folder = new_case(tmp_path / "goma", title="Goma", crisis="goma", start=date(2025, 1, 1), places=places)
    draft = read_draft(folder)
    assert draft.case.locations == ()
    assert draft.case.country == "COD"
    assert [row.kind for row in draft.drafted] == ["origin"] + ["town"] * 12
    assert all(row.capacity is None for row in draft.drafted)
    assert [row.population for row in draft.drafted] == [432587] + [None] * 12
    assert draft.case.sources[0].licence == "CC BY 4.0"
    said = [str(p) for p in check_case(folder) if p.slug == "drafted-places"]
    assert said == [
        (
            "locations.csv: 13 drafted places wait for confirmation (goma, gisenyi, musanze, ...); expected each to be confirmed or deleted; until then no forecast uses it; look at its kind, position and population, and fill in published; or delete the row"
        )
    ]
    # confirmed by its day of publication
    path = folder / "locations.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",432587,,,,,geonames", ",432587,,,,2025-01-01,geonames"), encoding="utf-8")
    assert [row.location for row in read_draft(folder).case.locations] == ["goma"]
    assert len(read_draft(folder).drafted) == 12


def test_a_sound_case_with_a_draft_loads_without_it(tmp_path):
    files = {**TOY, "locations.csv": TOY["locations.csv"] + DRAFT_ROW}
    files["sources.csv"] += "geonames,GeoNames,,,,CC BY 4.0\n"
    case = load_case(write_files(tmp_path / "case", files))
    assert case.locations == load_case(write_files(tmp_path / "toy", TOY)).locations
    files["routes.csv"] += "gate,goma,10,road,2016-06-01,\n"
    problems = [str(p) for p in check_case(write_files(tmp_path / "linked", files)) if p.severity == "error"]
    assert problems == [
        (
            "routes.csv row 8: to is 'goma', a drafted place that waits for confirmation; expected a confirmed place; fill in published of 'goma' in locations.csv, or leave the row out until then"
        )
    ]


def test_other_rows_without_a_day_are_refused_as_before(tmp_path):
    files = {**TOY, "locations.csv": TOY["locations.csv"] + DRAFT_ROW.replace("geonames", "plan")}
    assert [p.slug for p in check_case(write_files(tmp_path, files))] == ["value-missing"]


def test_drafts_survive_a_workbook(tmp_path):
    places = draft_places("Goma", "COD", 100, 5)
    folder = new_case(tmp_path / "goma", title="Goma", crisis="goma", start=date(2025, 1, 1), places=places)
    path = write_template(tmp_path / "goma.xlsx", places)
    assert read_draft(path).drafted == read_draft(folder).drafted
    import openpyxl

    opened = openpyxl.load_workbook(path)
    assert opened["settings"]["B4"].value == "COD"
    for cell, value in (("B2", "Goma"), ("B3", "goma"), ("B5", date(2025, 1, 1))):
        opened["settings"][cell] = value
    opened.save(path)
    made = case_from_workbook(tmp_path / "made", path)
    for name in ("locations.csv", "attributes.csv", "sources.csv"):
        assert (made / name).read_bytes() == (folder / name).read_bytes()


def test_the_command_drafts_and_says_so(tmp_path, capsys):
    command = [
        "new",
        str(tmp_path / "goma"),
        "--place",
        "Goma",
        "--country",
        "COD",
        "--within",
        "93mi",
        "--at-most",
        "4",
    ]
    assert main(command) == 0
    told = capsys.readouterr()
    assert told.out == f"{tmp_path / 'goma'}\n"
    assert told.err.splitlines()[0] == (
        "drafted from GeoNames (CC BY 4.0): Goma (Nord Kivu, COD, 432,587 people) as origin"
    )
    assert "none is used before you confirm it" in told.err
    assert (tmp_path / "goma" / "case.xlsx").exists()
    assert main(["new", str(tmp_path / "no"), "--place", "goma"]) == 1
    assert not (tmp_path / "no").exists()
    assert main(["new", str(tmp_path / "no"), "--country", "COD"]) == 2
