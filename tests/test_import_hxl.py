"""Protects what tables with HXL tags give to a case; every table here is constructed from tags in use."""

from datetime import date

import pytest

from constructed_imports import import_into, make_case, read_source, snapshot, write_text, write_workbook
from havenward.case.draft import read_draft
from havenward.errors import CaseError

HEAD = "Area,Code,Date,IDPs\n#adm2+name,#adm2+code,#date+reported,#affected+idps\n"


@pytest.fixture
def folder(tmp_path):
    return make_case(tmp_path / "case")


def tagged(tmp_path, text, encoding="utf-8"):
    return write_text(tmp_path / "constructed.csv", text, encoding)


def counts(imported):
    return [
        (o.location, str(o.date), o.persons, o.households, o.origin, o.series) for o in imported.observations
    ]


def test_counts_become_observations_of_the_place_with_the_code(tmp_path, folder):
    path = tagged(
        tmp_path,
        HEAD + 'West Side,IQ0102,2016-07-01,"1,200"\nNowhere,IQ77,2016-07-01,5\nHost town,,2016-07-02,30\n',
    )
    imported = read_source("hxl", path, folder)
    assert counts(imported) == [
        ("west", "2016-07-01", 1200, None, "", "hxl-constructed idps"),
        ("host", "2016-07-02", 30, None, "", "hxl-constructed idps"),
    ]
    assert [(p.name, p.pcode, p.rows) for p in imported.unplaced] == [("Nowhere", "IQ77", 1)]
    assert {o.published for o in imported.observations} == {date(2016, 7, 4), date(2016, 7, 5)}
    import_into("hxl", path, folder)
    before = snapshot(folder)
    import_into("hxl", path, folder)
    assert snapshot(folder) == before


def test_the_counts_are_those_that_the_reference_library_reads(tmp_path, folder):
    hxl = pytest.importorskip("hxl")
    path = tagged(tmp_path, HEAD + "West Side,IQ0102,2016-07-01,1200\nHost town,,2016-07-02,30\n")
    with hxl.data(str(path), hxl.input.InputOptions(allow_local=True)) as source:
        theirs = [(row.get("#date"), int(row.get("#affected+idps"))) for row in source]
    import_into("hxl", path, folder)
    assert [(str(o.date), o.persons) for o in read_draft(folder).case.observations] == theirs


def test_idps_and_refugees_households_and_persons_stand_apart(tmp_path, folder):
    text = (
        "#loc+name,#date,#affected+idps+ind,#affected+idps+hh,#affected+refugees,#affected+idps+f\n"
        "Khazer M1,2016-07-01,100,20,7,55\n"
    )
    imported = read_source("hxl", tagged(tmp_path, text), folder)
    assert counts(imported) == [
        ("camp-a", "2016-07-01", 100, 20, "", "hxl-constructed idps"),
        ("camp-a", "2016-07-01", 7, None, "", "hxl-constructed refugees"),
    ]


def test_origins_of_the_counted_stay_apart(tmp_path, folder):
    text = "#adm2+code,#date,#affected+idps,#adm1+name+origin\nIQ0102,2016-07-01,7,Anbar\nIQ0102,2016-07-01,9,Ninewa\n"
    imported = read_source("hxl", tagged(tmp_path, text), folder)
    assert [(o.origin, o.persons) for o in imported.observations] == [("Anbar", 7), ("Ninewa", 9)]


def test_population_and_capacity(tmp_path, folder):
    text = "#loc+name,#date,#population,#capacity\nEast Side,2016-05-01,400000,9\nWest Side,2016-05-01,5,9\nKhazer M1,2016-09-01,8,9000\n"
    path = tagged(tmp_path, text)
    imported = read_source("hxl", path, folder)
    assert [(r.location, r.population, r.capacity, str(r.published)) for r in imported.locations] == [
        ("east", 400000, None, "2016-06-01"),
        ("camp-a", None, 9000, "2016-09-01"),
    ]
    assert (
        "constructed.csv: population differs, the case's own number stands: west: 600,000 in the case, 5 here"
        in imported.notes
    )
    import_into("hxl", path, folder)
    before = snapshot(folder)
    import_into("hxl", path, folder)
    assert snapshot(folder) == before


@pytest.mark.parametrize("day", ["2016-09-01", "2016-06-01"])
def test_new_places_where_asked_for(tmp_path, folder, day):
    text = f"#loc+name,#geo+lat,#geo+lon,#date,#capacity,#affected+idps\nNew place,36.3,43.5,{day},100,20\n"
    path = tagged(tmp_path, text)
    assert [p.name for p in read_source("hxl", path, folder).unplaced] == ["New place"]
    imported = read_source("hxl", path, folder, add="camp")
    assert imported.unplaced == ()
    assert {r.location for r in imported.locations} == {"new-place"}
    assert imported.locations[-1].capacity == 100
    import_into("hxl", path, folder, add="camp")
    before = snapshot(folder)
    import_into("hxl", path, folder, add="camp")
    assert snapshot(folder) == before


def test_a_workbook_with_a_title_above_merged_areas_and_revised_rounds(tmp_path, folder):
    rows = [
        ["Round 5"],
        ["Governorate", "Area", "Date", "IDPs"],
        ["#adm1+name", "#adm2+code", "#date", "#affected+idps"],
        ["Ninewa", "IQ0102", "2016-07-01", 100],
        [None, "IQ0102", "2016-08-01", 90],
    ]
    path = write_workbook(tmp_path / "constructed.xlsx", {"R5": rows}, {"R5": ["A1:D1", "A4:A5"]})
    import_into("hxl", path, folder)
    rows[3][3] = 110
    write_workbook(path, {"R5": rows}, {"R5": ["A1:D1", "A4:A5"]})
    notes = import_into("hxl", path, folder)
    assert "observations.csv: 1 updated, 1 as before" in notes
    assert [o.persons for o in read_draft(folder).case.observations] == [110, 90]


REFUSED = {
    "no tags": (
        "Area,IDPs,Date\nWest,5,2016-07-01\n",
        "constructed.csv: no column is known among 'Area', 'IDPs', 'Date'",
    ),
    "renamed tags": (
        "#adm2+code,#date,#people\nIQ0102,2016-07-01,5\n",
        "constructed.csv: its tags are #adm2+code, #date, #people; expected a column of numbers (#affected+idps, #affected+refugees, #population or #capacity, of all people); correct the tags",
    ),
    "parts only": (
        HEAD.replace("+idps", "+idps+m") + "West,IQ0102,2016-07-01,7\n",
        "constructed.csv: its tags are #adm2+code, #adm2+name, #date+reported, #affected+idps+m; expected a column of numbers (#affected+idps, #affected+refugees, #population or #capacity, of all people); correct the tags",
    ),
    "no place": (
        "#date,#affected+idps\n2016-07-01,7\n",
        "constructed.csv: its tags are #affected+idps, #date; expected a column of a place (#loc or #adm1 to #adm4); correct the tags",
    ),
    "no day": (
        "#adm2+code,#affected+idps\nIQ0102,7\n",
        "constructed.csv: no column says of which day its numbers are; expected a column with the tag #date; write day = 2024-05-13, with its day, into a settings file",
    ),
    "unclear dates": (
        HEAD + "West,IQ0102,01/07/2016,7\nWest,IQ0102,02/07/2016,7\n",
        "constructed.csv: column '#date+reported': '01/07/2016' can be read day first or month first, and no other row says which; expected one way to write days, or a setting that says which it is; write dates = \"day first\" or dates = \"month first\" into a settings file",
    ),
    "truncated": (
        HEAD + "West,IQ0102,2016-07-01,7\nWest,IQ01",
        "constructed.csv row 4: the last row has 2 of 4 cells, as if the file was cut off; expected whole rows; download it again, or complete the row",
    ),
    "error page": (
        "<html><head><title>502 Bad Gateway</title>",
        "constructed.csv: this is a web page ('502 Bad Gateway'); expected a table; download it again: the address may need a login, or the service may be down",
    ),
    "tags and nothing else": (
        HEAD,
        "constructed.csv: there is no row below the headings; expected rows of data; download or save it again, or name another sheet",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_tables_that_cannot_be_used(tmp_path, folder, case):
    text, message = REFUSED[case]
    with pytest.raises(CaseError) as error:
        read_source("hxl", tagged(tmp_path, text), folder)
    if case == "no tags":
        assert "there is no row of HXL tags in its first 25 rows" in str(error.value)
    else:
        assert str(error.value) == message


SURPRISES = {
    "repeated rows": (
        HEAD + "W,IQ0102,2016-07-01,7\nW,IQ0102,2016-07-01,7\nW,IQ0102,2016-08-01,1\nW,IQ0102,2016-08-01,2\n",
        [("2016-07-01", 7)],
        [
            "counts that stand twice were taken once: west 2016-07-01 idps (rows 3, 4)",
            "several rows of one place and day differ and were left out; say with repeated whether to add them or to take the last: west 2016-08-01 idps (rows 5, 6)",
        ],
    ),
    "hidden numbers": (
        HEAD + "W,IQ0102,2016-07-01,*\nW,IQ0102,2016-07-02,<5\nW,IQ0102,2016-07-03,8\n",
        [("2016-07-03", 8)],
        [
            "numbers that are not plain: row 3 ('*' stands for a number that was hidden); row 4 ('<5' stands for a number that was hidden)"
        ],
    ),
    "years for days": (
        HEAD + "W,IQ0102,2016,7\nW,IQ0102,2016-07-03,8\n,,2016-07-03,9\n",
        [("2016-07-03", 8)],
        ["rows without a day, left out: row 3 ('2016')", "rows that name no place, left out: row 5"],
    ),
    "mixed dates that tell": (
        HEAD + "W,IQ0102,02/07/2016,7\nW,IQ0102,13/07/2016,8\n",
        [("2016-07-02", 7), ("2016-07-13", 8)],
        [],
    ),
}


@pytest.mark.parametrize("case", SURPRISES)
def test_tables_with_surprises(tmp_path, folder, case):
    text, expected, notes = SURPRISES[case]
    imported = read_source("hxl", tagged(tmp_path, text), folder)
    assert [(str(o.date), o.persons) for o in imported.observations] == expected
    for note in notes:
        assert f"constructed.csv: {note}" in imported.notes


def test_rows_of_one_place_and_day_as_the_settings_say(tmp_path, folder):
    path = tagged(tmp_path, HEAD + "W,IQ0102,2016-08-01,1\nW,IQ0102,2016-08-01,2\n")
    assert [o.persons for o in read_source("hxl", path, folder, repeated="add").observations] == [3]
    assert [o.persons for o in read_source("hxl", path, folder, repeated="last").observations] == [2]


def test_another_encoding_and_swapped_coordinates(tmp_path, folder):
    text = "#loc+name,#geo+lat,#geo+lon,#date,#affected+idps\nÉtang,43.5,36.3,2016-07-01,20\n"
    imported = read_source("hxl", tagged(tmp_path, text, "cp1252"), folder, add="host")
    assert [(r.name, r.latitude, r.longitude) for r in imported.locations] == [("Étang", 36.3, 43.5)]
    assert imported.notes[:2] == (
        "constructed.csv: the file is not UTF-8 and was read as Windows-1252; look whether names with accents came out right",
        "constructed.csv: latitude and longitude were swapped back in 1 of 1 rows: row 2",
    )
