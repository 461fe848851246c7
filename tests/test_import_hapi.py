"""Tables of HDX HAPI: which rows count, months of conflict, and what odd files are answered with.

The files are constructed in the columns of HAPI's published schema.
"""

import json
from dataclasses import replace
from datetime import date

import pytest

from havenward.case.importers.hapi import import_hapi
from havenward.case.importers.merge import merge_into_case
from havenward.case.known import as_of, latest_locations
from havenward.case.load import load_case
from havenward.case.write import write_case
from havenward.records import Observation
from source_worlds import (
    HAPI_EVENTS,
    HAPI_IDPS,
    NORLAND,
    PAGE,
    as_csv,
    bring,
    changed,
    hapi_row,
    idps,
    months,
    news,
    outcome,
    put,
    renamed,
    settings,
)

DAY = date.fromisoformat


def refugees(persons, **values):
    return hapi_row(
        "", "2023-01-01", "2023-12-31", origin_location_code="XNO", asylum_location_code="XSU",
        asylum_location_name="Sudria", population_group=values.pop("group", "REF"), gender=values.pop("gender", "all"),
        age_range=values.pop("age_range", "all"), min_age="", max_age="", population=str(persons), **values,
    )  # fmt: skip


def inhabitants(admin2, persons, **values):
    return hapi_row(
        admin2, "2023-01-01", "2023-12-31", gender=values.pop("gender", "all"), age_range="all", min_age="",
        max_age="", population=str(persons), **values,
    )  # fmt: skip


def counts(imported):
    return [
        (row.location, str(row.date), row.measure, row.persons, row.series) for row in imported.observations
    ]


def test_rounds_are_a_series_or_the_latest_one(tmp_path):
    path = put(tmp_path, "idps.csv", as_csv(HAPI_IDPS))
    assert [row[3] for row in counts(bring("hapi", path))] == [1500, 1800]
    assert [row[3] for row in counts(bring("hapi", path, rounds="latest"))] == [1800]


def test_the_table_of_displaced_people_says_if_dtm_is_there_already(tmp_path):
    held = Observation(
        DAY("2024-01-31"), None, "location", "corin", "", "stock", 1, None, "dtm-x", DAY("2024-02-01"), ""
    )
    path = put(tmp_path, "idps.csv", as_csv(HAPI_IDPS))
    said = outcome("hapi", path, replace(NORLAND, observations=(held,)))
    assert "The case has counts of IOM DTM already; those of HAPI repeat them." in said


def test_months_of_conflict_become_spells(tmp_path):
    imported = bring("hapi", put(tmp_path, "events.csv", as_csv(HAPI_EVENTS)))
    assert [
        (str(row.date), row.kind, row.location, row.value, str(row.published)) for row in imported.events
    ] == [
        ("2024-01-16", "conflict", "arda", 0.4, "2024-03-01"),
        ("2024-02-16", "conflict_ends", "arda", None, "2024-04-30"),
    ]


def test_refugees_are_counted_whole_and_by_group(tmp_path):
    rows = [refugees(5000), refugees(2400, gender="f"), refugees(700, group="ASY"), refugees(90, group="HST")]
    imported = bring("hapi", put(tmp_path, "refugees.csv", as_csv(rows)))
    assert counts(imported) == [
        ("sudria", "2023-12-31", "stock", 700, "hapi-refugees-asy"),
        ("sudria", "2023-12-31", "stock", 5000, "hapi-refugees-ref"),
    ]


def test_people_who_returned_are_a_flow_of_the_whole_crisis(tmp_path):
    rows = [refugees(300, group="RET"), {**refugees(200, group="RET"), "asylum_location_code": "XSW"}]
    imported = bring("hapi", put(tmp_path, "returnees.csv", as_csv(rows)))
    (row,) = imported.observations
    assert (row.scope, row.measure, row.persons, row.date_from) == (
        "total",
        "returns",
        500,
        DAY("2023-01-01"),
    )


def test_population_fills_only_what_is_not_known(tmp_path):
    rows = [inhabitants("Arda", 61000), inhabitants("Belen", 8000), inhabitants("Belen", 4100, gender="f")]
    imported = bring("hapi", put(tmp_path, "population.csv", as_csv(rows)))
    assert [(row.location, row.population) for row in imported.locations] == [("belen", 8000)]
    assert (
        "arda has 50,000 people in the case and 61,000 in HAPI; the case is left as it is." in imported.notes
    )


def test_population_is_seen_only_once_it_was_published(tmp_path):
    # the row of the place is older than the number: it must not hold it
    (row,) = bring("hapi", put(tmp_path, "population.csv", as_csv([inhabitants("Belen", 8000)]))).locations
    assert row.published == DAY("2024-01-30")  # 30 days after the end of 2023
    folder = tmp_path / "case"
    write_case(NORLAND, folder)
    path = put(tmp_path, "population.csv", as_csv([inhabitants("Belen", 8000)]))
    merge_into_case(folder, import_hapi(path, load_case(folder), settings("hapi")))
    notes = import_hapi(path, load_case(folder), settings("hapi")).notes
    assert any("only once they were published: belen from 2024-01-30" in note for note in notes)
    written = load_case(folder)
    for day, people in (("2024-01-29", None), ("2024-01-30", 8000)):
        known = latest_locations(as_of(written, DAY(day)))
        assert known["belen"].population == people, day
    before = (folder / "locations.csv").read_bytes()
    merge_into_case(folder, import_hapi(path, load_case(folder), settings("hapi")))
    assert (folder / "locations.csv").read_bytes() == before


@pytest.mark.parametrize("wrap", [False, True])
def test_json_gives_the_same(tmp_path, wrap):
    usual = bring("hapi", put(tmp_path, "idps.csv", as_csv(HAPI_IDPS)))
    rows = [{**row, "population": int(row["population"]), "error": None} for row in HAPI_IDPS]
    path = put(tmp_path, "idps.json", json.dumps({"data": rows} if wrap else rows))
    assert bring("hapi", path).observations == usual.observations


def test_importing_twice_changes_nothing(tmp_path):
    folder = tmp_path / "case"
    write_case(NORLAND, folder)
    for name, rows in (
        ("idps", HAPI_IDPS),
        ("events", HAPI_EVENTS),
        ("population", [inhabitants("Belen", 8000)]),
    ):
        path = put(tmp_path, f"{name}.csv", as_csv(rows))
        merge_into_case(folder, import_hapi(path, load_case(folder), settings("hapi")))
        before = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
        merge_into_case(folder, import_hapi(path, load_case(folder), settings("hapi")))
        assert before == {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


ODD = {
    "a renamed column": (lambda: as_csv(renamed(HAPI_IDPS, reference_period_end="until")), {}, [
            "table.csv: its columns are of no table of HAPI that is known here; expected a reference period and the columns of one of humanitarian-needs, conflict-events, refugees, returnees, idps, population; download the table as HAPI gives it, or name it in the settings as table",
        ],
    ),
    "days that can be read in two ways": (
        lambda: as_csv([{**row, "reference_period_end": "03/04/2024"} for row in HAPI_IDPS]), {}, [
            "table.csv: column 'reference_period_end': '03/04/2024' can be read day first or month first, and no other row says which; expected one way to write days, or a setting that says which it is; write dates = \"day first\" or dates = \"month first\" into a settings file",
        ],
    ),
    "letters of another encoding": (
        lambda: as_csv(changed(HAPI_IDPS, 0, admin1_name="Nörth")).encode("cp1252"), {}, [
            "table.csv: the file is not UTF-8 and was read as Windows-1252; look whether names with accents came out right",
            "table.csv: places found: 2 by P-code",
        ],
    ),
    "rows that stand twice": (lambda: as_csv([*HAPI_IDPS, HAPI_IDPS[0]]), {}, [
            "Rows that stand twice in table.csv, each counted once: 1.",
        ],
    ),
    "a row with an error": (lambda: as_csv([*HAPI_IDPS, idps("Corin", 99, error="Negative population")]), {}, [
            "Rows that have an error of HAPI ('Negative population'), left out: 1 (first in row 4).",
        ],
    ),
    "a row with a warning": (
        lambda: as_csv(changed(HAPI_IDPS, 0, warning="Unknown admin 2 code")), {}, [
            "Rows used with the warning of HAPI 'Unknown admin 2 code': 1.",
        ],
    ),
    "a revised round": (lambda: as_csv([*HAPI_IDPS, idps("Corin", 1550)]), {}, [
            "Rows 2 and 4 give 1,500 and 1,550 for Corin on 2024-01-31; the lower row counts. If they were published on different days, import them one by one with the setting published.",
        ],
    ),
    "figures of several levels": (
        lambda: as_csv([*HAPI_IDPS, idps("", 9000, admin_level="1")]), {}, [
            "Rows that are figures of admin1, not of admin2, and may count the same, left out: 1 (first in row 4).",
        ],
    ),
    "rows of another country": (lambda: as_csv([*HAPI_IDPS, {**idps("Corin", 5), "location_code": "XSX"}]), {}, [
            "Rows that are of other countries, left out: 1 (first in row 4).",
        ],
    ),
    "figures of need": (
        lambda: as_csv([hapi_row("Corin", sector_code="SHL", population_status="INN", category="", population="9")]), {}, [
            "table.csv: its figures are of people in need, by sector; expected counts of displaced people, events or population; leave them: one person is in need in several sectors, and Havenward works out needs itself",
        ],
    ),
    "a table of something else": (lambda: "location_code,price\nXNO,3\n", {}, [
            "table.csv: its columns are of no table of HAPI that is known here; expected a reference period and the columns of one of humanitarian-needs, conflict-events, refugees, returnees, idps, population; download the table as HAPI gives it, or name it in the settings as table",
        ],
    ),
    "no rows": (lambda: as_csv(HAPI_IDPS).splitlines()[0], {}, [
            "table.csv: there is no row below the headings; expected rows of data; download or save it again, or name another sheet",
        ],
    ),
    "a download that was cut off": (lambda: as_csv(HAPI_IDPS)[:-60], {}, [
            "table.csv row 3: the last row has 9 of 20 cells, as if the file was cut off; expected whole rows; download it again, or complete the row",
        ],
    ),
    "an error page": (lambda: PAGE, {}, [
            "table.csv: this is a web page ('Sign in'); expected a table; download it again: the address may need a login, or the service may be down",
        ],
    ),
    "events that are no fighting": (
        lambda: as_csv([months("Arda", 12, "2024-01-01", "2024-01-31", kind="demonstration")]), {}, [
            "Rows that are of the type demonstration, which overlaps with it or is no fighting, left out: 1 (first in row 2).",
        ],
    ),
    "a period that ends before it begins": (
        lambda: as_csv([*HAPI_IDPS, {**HAPI_IDPS[0], "reference_period_start": "2025-01-01"}]), {}, [
            "Rows that have no period that can be read, left out: 1 (first in row 4).",
        ],
    ),
}  # fmt: skip


def odd_news(folder, what):
    make, changes, _ = ODD[what]
    usual = put(folder, "table.csv", as_csv(HAPI_IDPS))
    return news("hapi", usual, put(folder / "odd", "table.csv", make()), **changes)


@pytest.mark.parametrize("what", ODD)
def test_odd_inputs_are_answered_with_what_to_do(tmp_path, what):
    assert odd_news(tmp_path, what) == ODD[what][2]
