"""Displacement updates of IDMC: flows and never stocks, versions, and what odd files are answered with.

The files are constructed in the columns that IDMC publishes.
"""

import json
from datetime import date

import pytest

from havenward.case.importers.idmc import import_idmc
from havenward.case.importers.merge import merge_into_case
from havenward.case.known import as_of
from havenward.case.load import load_case
from havenward.case.write import write_case
from source_worlds import (
    NORLAND,
    PAGE,
    UPDATES,
    as_csv,
    bring,
    changed,
    news,
    put,
    put_workbook,
    renamed,
    settings,
    update,
)

DAY = date.fromisoformat


def flows(imported):
    return [
        (row.location, str(row.date_from), str(row.date), row.measure, row.persons, str(row.published))
        for row in imported.observations
    ]


def test_updates_are_departures_and_add_up_as_they_become_known(tmp_path):
    imported = bring("idmc", put(tmp_path, "idu.csv", as_csv(UPDATES)))
    assert flows(imported) == [
        ("arda", "2024-01-10", "2024-01-14", "departures", 900, "2024-02-20"),
        ("arda", "2024-01-10", "2024-01-14", "departures", 1020, "2024-03-01"),
    ]
    assert not any(row.measure == "stock" for row in imported.observations)


def test_each_day_sees_the_sum_known_by_then(tmp_path):
    folder = tmp_path / "case"
    write_case(NORLAND, folder)
    path = put(tmp_path, "idu.csv", as_csv(UPDATES))
    merge_into_case(folder, import_idmc(path, load_case(folder), settings("idmc")))
    case = load_case(folder)
    seen = {
        day: [row.persons for row in as_of(case, DAY(day)).observations]
        for day in ("2024-02-25", "2024-03-05")
    }
    assert seen == {"2024-02-25": [900], "2024-03-05": [1020]}
    before = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    merge_into_case(folder, import_idmc(path, load_case(folder), settings("idmc")))
    assert before == {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def test_disasters_count_if_asked_for(tmp_path):
    path = put(tmp_path, "idu.csv", as_csv(UPDATES))
    assert [row[4] for row in flows(bring("idmc", path, types=["Disaster"]))] == [50]


def test_a_whole_country_can_be_counted_without_places(tmp_path):
    rows = [update(1, "2024-01-10", "2024-01-14", 900, longitude=29.0)]
    path = put(tmp_path, "idu.csv", as_csv(rows))
    (row,) = bring("idmc", path, country_total=True).observations
    assert (row.scope, row.location, row.persons) == ("total", "", 900)


@pytest.mark.parametrize("how", ["json", "geojson", "xlsx"])
def test_every_form_gives_the_same(tmp_path, how):
    usual = bring("idmc", put(tmp_path, "idu.csv", as_csv(UPDATES)))
    if how == "json":
        rows = [{**row, "figure": int(row["figure"]), "latitude": float(row["latitude"])} for row in UPDATES]
        path = put(tmp_path, "idu.json", json.dumps(rows))
    elif how == "geojson":
        features = [
            {
                "type": "Feature",
                "geometry": {
                    "type": "Point",
                    "coordinates": [float(row["longitude"]), float(row["latitude"])],
                },
                "properties": {
                    key: value for key, value in row.items() if key not in {"longitude", "latitude"}
                },
            }
            for row in UPDATES
        ]
        path = put(tmp_path, "idu.json", json.dumps({"type": "FeatureCollection", "features": features}))
    else:
        path = put_workbook(
            tmp_path, "idu.xlsx", {"IDU": [list(UPDATES[0]), *(list(row.values()) for row in UPDATES)]}
        )
    assert bring("idmc", path).observations == usual.observations


def test_an_area_can_be_given_to_an_origin_by_hand(tmp_path):
    rows = [update(1, "2024-01-10", "2024-01-14", 900, longitude=29.0, locations_name="Far, East")]
    imported = bring("idmc", put(tmp_path, "idu.csv", as_csv(rows)), places={"Far, East": "belen"})
    assert [row[0] for row in flows(imported)] == ["belen"]


ODD = {
    "a renamed column": (lambda: as_csv(renamed(UPDATES, figure="people")), {}, [
            "idu.csv: columns are missing among 'id', 'country', 'iso3', 'latitude', 'longitude', 'centroid', 'role', 'displacement_type', 'qualifier', 'people', 'displacement_date', 'displacement_start_date' and 6 more; expected a column for figure (#affected+displaced); rename the headings, or name the sheet",
        ],
    ),
    "days that can be read in two ways": (
        lambda: as_csv([{**row, "displacement_end_date": "03/04/2024"} for row in UPDATES]), {}, [
            "idu.csv: column 'displacement_end_date': '03/04/2024' can be read day first or month first, and no other row says which; expected one way to write days, or a setting that says which it is; write dates = \"day first\" or dates = \"month first\" into a settings file",
        ],
    ),
    "letters of another encoding": (
        lambda: as_csv(changed(UPDATES, 0, locations_name="Ardá")).encode("cp1252"), {}, [
            "idu.csv: the file is not UTF-8 and was read as Windows-1252; look whether names with accents came out right",
        ],
    ),
    "rows that stand twice": (lambda: as_csv([*UPDATES, UPDATES[0]]), {}, [
            "Rows that repeat an update; its latest version counts: 1 (first in row 6).",
        ],
    ),
    "a revised update": (
        lambda: as_csv([*UPDATES, update(1, "2024-01-10", "2024-01-14", 800, created_at="2024-04-01")]), {}, [
            "Rows that repeat an update; its latest version counts: 1 (first in row 6).",
        ],
    ),
    "swapped coordinates": (
        lambda: as_csv([{**row, "latitude": row["longitude"], "longitude": row["latitude"]} for row in UPDATES]),
        {}, [
            "idu.csv: latitude and longitude stand in each other's column; expected points around the places of the case, as these are when the two are swapped; swap the headings of the two columns",
        ],
    ),
    "a place far from every origin": (
        lambda: as_csv([*UPDATES, update(9, "2024-01-10", "2024-01-14", 5, longitude=28.0)]), {}, [
            "Rows that lie farther than 50 km from every origin, left out: 1 (first in row 6).",
            "unplaced: Arda, North , 1 rows, ('belen',)",
        ],
    ),
    "an update of another country": (
        lambda: as_csv([*UPDATES, update(9, "2024-01-10", "2024-01-14", 5, iso3="XSX")]), {}, [
            "Rows that are of other countries, left out: 1 (first in row 6).",
        ],
    ),
    "a period that ends before it begins": (
        lambda: as_csv([*UPDATES, update(9, "2024-02-10", "2024-01-14", 5)]), {}, [
            "Rows that have no days that can be read, left out: 1 (first in row 6).",
        ],
    ),
    "an update without a figure": (
        lambda: as_csv([*UPDATES, update(9, "2024-01-10", "2024-01-14", "")]), {}, [
            "Rows that have no figure above 0, left out: 1 (first in row 6).",
        ],
    ),
    "no rows": (lambda: as_csv(UPDATES).splitlines()[0], {}, [
            "idu.csv: there is no row below the headings; expected rows of data; download or save it again, or name another sheet",
        ],
    ),
    "a download that was cut off": (lambda: as_csv(UPDATES)[:-30], {}, [
            "idu.csv row 5: the last row has 16 of 18 cells, as if the file was cut off; expected whole rows; download it again, or complete the row",
        ],
    ),
    "an error page": (lambda: PAGE, {}, [
            "idu.csv: this is a web page ('Sign in'); expected a table; download it again: the address may need a login, or the service may be down",
        ],
    ),
    "a radius of nothing": (lambda: as_csv(UPDATES), {"radius_km": 0.0}, [
            "settings: radius_km is 0; expected a number from 0.1 to 1,000; correct the value, or remove the line for the usual one",
        ],
    ),
}  # fmt: skip


def odd_news(folder, what):
    make, changes, _ = ODD[what]
    return news(
        "idmc", put(folder, "idu.csv", as_csv(UPDATES)), put(folder / "odd", "idu.csv", make()), **changes
    )


@pytest.mark.parametrize("what", ODD)
def test_odd_inputs_are_answered_with_what_to_do(tmp_path, what):
    assert odd_news(tmp_path, what) == ODD[what][2]
