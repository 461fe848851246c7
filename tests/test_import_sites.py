"""Protects what a list of camps gives to a case; every list here is constructed from headings in use."""

from datetime import date

import pytest

from constructed_imports import import_into, make_case, read_source, snapshot, write_text, write_workbook
from havenward.case.check import check_case
from havenward.case.draft import read_draft
from havenward.errors import CaseError

DAY = date(2016, 8, 1)
LIST = """\
Site name,P-code,Latitude,Longitude,Planned capacity,Current population,Households,Opening date,Last update,Site type
Khazer M1,,36.1,43.3,12000,9000,1800,2016-07-01,2016-08-01,IDP camp
New Hill,S1,36.2,43.5,"8,000",<5,,15/08/2016,2016-08-02,Host community
"""
NO_CAPACITY = "no column of capacity; counts of people are never taken for it"


@pytest.fixture
def folder(tmp_path):
    return make_case(tmp_path / "case")


def listed(tmp_path, text, encoding="utf-8"):
    return write_text(tmp_path / "constructed_list.csv", text, encoding)


def test_known_sites_get_a_version_new_ones_a_place_and_people_are_counts(tmp_path, folder):
    path = listed(tmp_path, LIST)
    notes = import_into("sites", path, folder)
    case = read_draft(folder).case
    new = [r for r in case.locations if r.source == "sites-constructed-list"]
    assert [(r.location, r.kind, r.capacity, str(r.opens), str(r.published)) for r in new] == [
        ("camp-a", "camp", 12000, "2016-07-01", "2016-08-02"),
        ("new-hill", "host", 8000, "2016-08-15", "2016-08-02"),
    ]
    assert [(o.location, o.date, o.measure, o.persons, o.households) for o in case.observations] == [
        ("camp-a", DAY, "stock", 9000, 1800)
    ]
    assert notes == [
        "constructed_list.csv: taken as published on 2016-08-02, the latest day in it",
        "constructed_list.csv: new locations: new-hill",
        "constructed_list.csv: capacity differs; this list is seen from 2016-08-02 on, and the case before: camp-a: 10,000 in the case, 12,000 here",
        "constructed_list.csv row 3: Current population: '<5' stands for a number that was hidden",
        "constructed_list.csv: places found: 1 by name",
        "sources.csv: 1 added",
        "locations.csv: 2 added",
        "observations.csv: 1 added",
        "attributes.csv: 2 added",
    ]
    assert not {p.slug for p in check_case(folder)} & {"versions-on-one-day", "unknown-source", "row-twice"}
    before = snapshot(folder)
    import_into("sites", path, folder)
    assert snapshot(folder) == before


def test_the_list_is_given_back(tmp_path, folder):
    """Round trip: name, coordinates, capacity and count of the new site are those of the list."""
    import_into("sites", listed(tmp_path, LIST), folder)
    row = read_draft(folder).case.locations[-1]
    assert (row.name, row.pcode, row.latitude, row.longitude, row.capacity) == (
        "New Hill",
        "S1",
        36.2,
        43.5,
        8000,
    )


def test_a_later_list_adds_versions_of_what_changed_only(tmp_path, folder):
    import_into("sites", listed(tmp_path, LIST), folder)
    later = LIST.replace("2016-08-0", "2016-09-0").replace('"8,000"', "9000")
    import_into("sites", listed(tmp_path, later), folder)
    case = read_draft(folder).case
    assert [
        (r.location, r.capacity, str(r.published)) for r in case.locations if r.source.startswith("sites")
    ] == [
        ("camp-a", 12000, "2016-08-02"),
        ("new-hill", 8000, "2016-08-02"),
        ("new-hill", 9000, "2016-09-02"),
    ]
    assert [(o.location, str(o.date)) for o in case.observations] == [
        ("camp-a", "2016-08-01"),
        ("camp-a", "2016-09-01"),
    ]


def test_hand_edits_of_imported_sites_survive(tmp_path, folder):
    path = listed(tmp_path, LIST)
    import_into("sites", path, folder)
    places = folder / "locations.csv"
    places.write_text(places.read_text().replace("36.2,43.5", "36.25,43.55"))
    before = snapshot(folder)
    assert "locations.csv: kept as edited by hand: row 8 (new-hill)" in import_into("sites", path, folder)
    assert snapshot(folder) == before


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Nom du site;Capacité d'accueil;Population actuelle;Ménages;Date d'ouverture;Mise à jour\nÉtang;2 500;1 200;240;01/07/2016;13/07/2016\n", "cp1252"),
        ("Nombre del sitio,Capacidad,Población actual,Hogares,Apertura,Fecha\nÉtang,2.500,1.200,240,2016-07-01,2016-07-13\n", "utf-8"),
        ("اسم المخيم,السعة,عدد الأفراد,عدد الأسر,تاريخ الافتتاح,التاريخ\nÉtang,٢٥٠٠,1200,240,1 تموز 2016,2016-07-13\n", "utf-16"),
        ("x,,,,,\n#loc+name,#capacity+ind,#affected+idps+ind,#affected+idps+hh,#date+start,#date+reported\nÉtang,2500,1200,240,2016-07-01,2016-07-13\n", "utf-8"),
    ],
    ids=["French", "Spanish", "Arabic", "tags"],
)  # fmt: skip
def test_headings_in_other_languages(tmp_path, folder, text, encoding):
    imported = read_source("sites", listed(tmp_path, text, encoding), folder)
    (site,), (count,) = imported.locations, imported.observations
    assert (site.name, site.capacity, site.opens) == ("Étang", 2500, date(2016, 7, 1))
    assert (count.persons, count.households, count.date) == (1200, 240, date(2016, 7, 13))


def test_a_count_never_becomes_a_capacity(tmp_path, folder):
    imported = read_source(
        "sites", listed(tmp_path, "Site name,Individuals\nElm,500\n"), folder, published=DAY
    )
    assert imported.locations[0].capacity is None
    assert imported.observations[0].persons == 500
    assert f"constructed_list.csv: {NO_CAPACITY}" in imported.notes


REFUSED = {
    "renamed columns": (
        "Where,How many fit\nElm,5\n",
        {"published": DAY},
        "constructed_list.csv: columns are missing among 'Where', 'How many fit'; expected a column for name (site name or camp name); rename the headings, or name the sheet",
    ),
    "mixed dates": (
        "Site name,Last update\nElm,03/04/2016\nOak,25/04/2016\nAsh,04/26/2016\n",
        {},
        "constructed_list.csv: column 'Last update': some days are written day first ('25/04/2016') and some month first ('04/26/2016'), so that others such as '03/04/2016' can be read in two ways; expected one way to write days, or a setting that says which it is; write dates = \"day first\" or dates = \"month first\" into a settings file",
    ),
    "no day at all": (
        "Site name,Capacity\nElm,5\n",
        {},
        "constructed_list.csv: nothing says when the list was published; expected a column such as 'last update', or the day in a settings file; write published = 2024-05-13, with its day, into a settings file",
    ),
    "truncated": (
        "Site name,Capacity,Last update\nElm,5,2016-08-01\nOak,6,2016-08-01\nAsh,",
        {},
        "constructed_list.csv row 4: the last row has 2 of 3 cells, as if the file was cut off; expected whole rows; download it again, or complete the row",
    ),
    "error page": (
        "<!doctype html><title>Session expired</title>",
        {},
        "constructed_list.csv: this is a web page ('Session expired'); expected a table; download it again: the address may need a login, or the service may be down",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_lists_that_cannot_be_used(tmp_path, folder, case):
    text, settings, message = REFUSED[case]
    with pytest.raises(CaseError) as error:
        read_source("sites", listed(tmp_path, text), folder, **settings)
    assert str(error.value) == message


SURPRISES = {
    "repeated rows and totals": (
        "Site name,Capacity\nElm,5\nElm,5\nOak,6\nOak,7\nTotal,18\n,9\n",
        {"elm": 5, "oak": 7},
        [
            "sites that stand twice were taken once: Elm (rows 2 and 3)",
            "one site, rows that differ; the lower one was taken: Oak (rows 4 and 5)",
            "rows without a name, left out: row 7",
        ],
    ),
    "swapped and odd coordinates": (
        "Site name,Capacity,Lat,Lon\nElm,5,43.3,36.1\nOak,6,36.2,43.4\nAsh,7,0,0\nFir,8,36 12 N,43 E\nYew,9,-140,36\n",
        {"elm": 5, "oak": 6, "ash": 7, "fir": 8, "yew": 9},
        [
            "coordinates that are no decimal degrees, left out: row 5 (36 12 N 43 E)",
            "latitude and longitude were swapped back in 1 of 2 rows: row 2",
            "latitudes beyond 90 degrees, left out: row 6",
            "sites without coordinates: ash; fir; yew",
        ],
    ),
    "wrong encoding": (
        "Site name,Capacity\nÉtang,5\n",
        {"etang": 5},
        [
            "the file is not UTF-8 and was read as Windows-1252; look whether names with accents came out right"
        ],
    ),
    "capacity in households": (
        "Site name,Capacity (households),Individuals,Families\nElm,50,100,100\nOak,60,99,100\n",
        {"elm": None, "oak": None},
        [
            "most sites have hardly more persons than households; look whether 'Individuals' counts families",
            "'Capacity (households)' counts households and was left out; capacity is persons",
        ],
    ),
    "two rows of one place": (
        "Site name,Capacity\nKhazir M1,5\nKhazer M1 camp,7\n",
        {"camp-a": 7},
        [
            "'Khazir M1' was taken for camp-a because the names are alike (89 of 100); if that is wrong, set it in [places] of a settings file",
        ],
    ),
    "numbers in words": (
        "Site name,Capacity\nElm,about 500\nOak,-\nAsh,1.500\n",
        {"elm": None, "oak": None, "ash": 1500},
        [
            "numbers that were not plain (1), such as constructed_list.csv row 4: Capacity: '1.500' was read as 1,500"
        ],
    ),
}


@pytest.mark.parametrize("case", SURPRISES)
def test_lists_with_surprises(tmp_path, folder, case):
    text, capacities, notes = SURPRISES[case]
    encoding = "cp1252" if case == "wrong encoding" else "utf-8"
    imported = read_source("sites", listed(tmp_path, text, encoding), folder, published=DAY)
    assert {row.location: row.capacity for row in imported.locations} == capacities
    for note in notes:
        assert f"constructed_list.csv: {note}" in imported.notes
    before_write = import_into("sites", tmp_path / "constructed_list.csv", folder, published=DAY)
    before = snapshot(folder)
    assert before_write
    import_into("sites", tmp_path / "constructed_list.csv", folder, published=DAY)
    assert snapshot(folder) == before


def test_merged_districts_and_an_empty_sheet(tmp_path, folder):
    rows = [
        ["List of sites, August"],
        ["District", "Site name", "Capacity"],
        ["Hamdaniya", "Elm", 10],
        [None, "Oak", 20],
    ]
    path = write_workbook(tmp_path / "constructed.xlsx", {"Notes": [], "S": rows}, {"S": ["A1:C1", "A3:A4"]})
    imported = read_source("sites", path, folder, published=DAY)
    assert [(row.location, row.admin2, row.capacity) for row in imported.locations] == [
        ("elm", "Hamdaniya", 10),
        ("oak", "Hamdaniya", 20),
    ]
    with pytest.raises(CaseError) as error:
        read_source("sites", path, folder, sheet="notes")
    assert str(error.value) == (
        "constructed.xlsx sheet 'notes': the sheet is empty; expected a row of headings and rows of data; name another sheet, or save the table again"
    )


def test_only_known_sites_where_asked_for(tmp_path, folder):
    path = listed(tmp_path, "Site name,Capacity\nKhazir M2,5\nKhazer M1,7\n")
    imported = read_source("sites", path, folder, published=DAY, add=False)
    assert [row.location for row in imported.locations] == ["camp-a"]
    assert [(p.name, p.rows, p.suggestions) for p in imported.unplaced] == [("Khazir M2", 1, ("camp-a",))]


def test_a_site_placed_by_hand(tmp_path, folder):
    path = listed(tmp_path, "Site name,Capacity\nSite 12,7\nSite 13,8\n")
    imported = read_source("sites", path, folder, published=DAY, places={"Site 12": "camp-a", "Site 13": ""})
    assert [(row.location, row.capacity) for row in imported.locations] == [("camp-a", 7)]
    assert imported.unplaced == ()
