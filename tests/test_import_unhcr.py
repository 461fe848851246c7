"""Series of UNHCR: verification, own country codes, missing numbers, and what odd files are answered with.

The files are constructed in the columns that UNHCR publishes.
"""

import json
from datetime import date

import pytest

from havenward.case.importers.merge import merge_into_case
from havenward.case.importers.unhcr import import_unhcr
from havenward.case.load import load_case
from havenward.case.write import write_case
from havenward.forecast.counts import enumerated_after
from source_worlds import (
    NORLAND,
    PAGE,
    REGISTERED,
    YEARS,
    as_csv,
    bring,
    changed,
    news,
    outcome,
    put,
    put_workbook,
    renamed,
    settings,
    year_row,
)

DAY = date.fromisoformat


def counts(imported):
    return [(row.location, str(row.date), row.persons, row.series) for row in imported.observations]


def test_counts_after_a_verification_are_a_series_of_their_own(tmp_path):
    imported = bring("unhcr", put(tmp_path, "series.csv", as_csv(REGISTERED)))
    after = "unhcr-portal-after-2024-04-01"
    assert counts(imported) == [
        ("dorn-camp", "2024-02-01", 4000, "unhcr-portal"),
        ("dorn-camp", "2024-03-01", 5000, "unhcr-portal"),
        ("dorn-camp", "2024-04-01", 3500, after),
        ("dorn-camp", "2024-05-01", 3600, after),
    ]
    assert enumerated_after(after) == ("unhcr-portal", DAY("2024-04-01"))  # as forecasts read it


def test_people_who_leave_are_no_verification(tmp_path):
    path = put(tmp_path, "series.csv", as_csv(REGISTERED))
    assert {row.series for row in bring("unhcr", path, counts="present").observations} == {"unhcr-portal"}
    said = bring("unhcr", path, counts="present", verified=["2024-03-01"])
    assert [row.series for row in said.observations] == [
        "unhcr-portal",
        *["unhcr-portal-after-2024-03-01"] * 3,
    ]


def test_the_split_of_a_count_rests_on_counts_before_it(tmp_path):
    """Cutting the file changes no earlier row: nothing is told from what came later."""
    whole = counts(bring("unhcr", put(tmp_path, "series.csv", as_csv(REGISTERED))))
    for rows in range(1, 4):
        assert counts(bring("unhcr", put(tmp_path, "part.csv", as_csv(REGISTERED[:rows])))) == whole[:rows]


def test_a_file_without_places_is_of_one_place(tmp_path):
    rows = [{"date": row["date"], "individuals": row["individuals"]} for row in REGISTERED[:2]]
    by_name = bring("unhcr", put(tmp_path, "Dorn Camp.csv", as_csv(rows)))
    said = bring("unhcr", put(tmp_path, "export (1).csv", as_csv(rows)), location="dorn-camp")
    assert counts(by_name) == counts(said)
    assert [row[0] for row in counts(said)] == ["dorn-camp"] * 2


@pytest.mark.parametrize("how", ["xlsx", "json of the portal", "semicolons"])
def test_every_form_gives_the_same(tmp_path, how):
    usual = bring("unhcr", put(tmp_path, "usual.csv", as_csv(REGISTERED)), location="dorn-camp")
    if how == "xlsx":
        rows = [list(REGISTERED[0]), *(list(row.values()) for row in REGISTERED)]
        path = put_workbook(tmp_path, "series.xlsx", {"Sheet1": rows})
    elif how == "semicolons":
        rows = [[row["date"], row["location"], row["individuals"].replace(",", ".")] for row in REGISTERED]
        text = "\n".join(";".join(row) for row in [list(REGISTERED[0]), *rows])
        path = put(tmp_path, "series.csv", text)
    else:
        rows = [
            {
                "data_date": row["date"],
                "unix_timestamp": 1,
                "individuals": int(row["individuals"].replace(",", "")),
            }
            for row in REGISTERED
        ]
        path = put(tmp_path, "series.json", json.dumps({"data": {"timeseries": rows}}))
    assert counts(bring("unhcr", path, location="dorn-camp")) == counts(usual)


def test_yearly_refugees_by_country_of_asylum(tmp_path):
    imported = bring("unhcr", put(tmp_path, "population.csv", as_csv(YEARS)))
    assert [
        (row.location, str(row.date), row.persons, str(row.published)) for row in imported.observations
    ] == [
        ("sudria", "2022-12-31", 1200, "2023-06-14"),
        ("sudria", "2023-12-31", 6000, "2024-06-13"),
    ]


def test_importing_twice_changes_nothing(tmp_path):
    folder = tmp_path / "case"
    write_case(NORLAND, folder)
    path = put(tmp_path, "series.csv", as_csv(REGISTERED))
    merge_into_case(folder, import_unhcr(path, load_case(folder), settings("unhcr")))
    before = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    merge_into_case(folder, import_unhcr(path, load_case(folder), settings("unhcr")))
    assert before == {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


ODD = {
    "a renamed column": (lambda: as_csv(renamed(REGISTERED, individuals="heads")), {}, [
            "series.csv: columns are missing among 'date', 'location', 'heads'; expected a column for persons (individuals or number of individuals); rename the headings, or name the sheet",
        ],
    ),
    "days that can be read in two ways": (
        lambda: as_csv([{**row, "date": "01/02/2024"} for row in REGISTERED]), {}, [
            "series.csv: column 'date': '01/02/2024' can be read day first or month first, and no other row says which; expected one way to write days, or a setting that says which it is; write dates = \"day first\" or dates = \"month first\" into a settings file",
        ],
    ),
    "mixed ways to write days": (
        lambda: as_csv([{**row, "date": day} for row, day in zip(REGISTERED, ["13/01/2024", "02/14/2024", "03/04/2024", "2024-05-01"], strict=True)]), {}, [
            "series.csv: column 'date': some days are written day first ('13/01/2024') and some month first ('02/14/2024'), so that others such as '03/04/2024' can be read in two ways; expected one way to write days, or a setting that says which it is; write dates = \"day first\" or dates = \"month first\" into a settings file",
        ],
    ),
    "letters of another encoding": (
        lambda: as_csv(changed(REGISTERED, 0, location="Dörn Camp")).encode("cp1252"), {}, [
            "series.csv: the file is not UTF-8 and was read as Windows-1252; look whether names with accents came out right",
            'Dörn Camp: from 5,000 on 2024-03-01 to 3,500 on 2024-04-01. Registrations fall when they are verified, so counts from then on are a series of their own; if people left, set counts = "present".',
            "series.csv: places found: 2 by name",
        ],
    ),
    "rows that stand twice": (lambda: as_csv([*REGISTERED, REGISTERED[3]]), {}, [
            "Rows that stand twice in series.csv, each counted once: 1.",
        ],
    ),
    "a revised count of one day": (
        lambda: as_csv([*REGISTERED, {**REGISTERED[3], "individuals": "3650"}]), {}, [
            "Rows 5 and 6 give 3,600 and 3,650 for Dorn Camp on 2024-05-01; the lower row counts. If they were published on different days, import them one by one with the setting published.",
        ],
    ),
    "numbers that are hidden or missing": (lambda: as_csv(changed(REGISTERED, 0, individuals="*")), {}, [
            "Rows that have no number, left out as missing is not 0: 1 (first in row 2).",
        ],
    ),
    "a place that the case does not have": (
        lambda: as_csv(changed(REGISTERED, 0, location="Elsewhere")), {}, [
            "unplaced: Elsewhere , 1 rows, ()",
        ],
    ),
    "no rows": (lambda: "date,individuals\n", {}, [
            "series.csv: there is no row below the headings; expected rows of data; download or save it again, or name another sheet",
        ],
    ),
    "a download that was cut off": (lambda: as_csv(REGISTERED)[:-12], {}, [
            "series.csv row 5: the last row has 2 of 3 cells, as if the file was cut off; expected whole rows; download it again, or complete the row",
        ],
    ),
    "an error page": (lambda: PAGE, {}, [
            "series.csv: this is a web page ('Sign in'); expected a table; download it again: the address may need a login, or the service may be down",
        ],
    ),
    "UNHCR's own country codes only": (
        lambda: as_csv([{"year": "2023", "coo": "NOR", "coa": "SUD", "refugees": "12"}]), {}, [
            "series.csv: it has no columns coo_iso and coa_iso; expected countries by ISO code; coo and coa hold UNHCR's own codes, which differ; download it again with ISO codes, or add the two columns",
        ],
    ),
    "people of another country": (
        lambda: as_csv([year_row(2023, "10", "5", **{"Country of origin (ISO)": "XSX"})]), {}, [
            "series.csv: none of its 1 rows is a count that can be used; expected people by place and day; Rows that are of people who did not flee from XNO, left out: 1 (first in row 2).",
        ],
    ),
    "a year in words": (lambda: as_csv([year_row("mid-2023", "10", "5")]), {}, [
            "series.csv: none of its 1 rows is a count that can be used; expected people by place and day; Rows that have no year that can be read, left out: 1 (first in row 2).",
        ],
    ),
    "groups that the file does not have": (lambda: as_csv(YEARS), {"groups": ["ooc"]}, [
            "series.csv: it has none of the groups ooc; expected columns among refugees, asylum_seekers, oip, ooc, returned_refugees, idps, returned_idps; write the groups that the file has into the settings",
        ],
    ),
    "a share above one": (lambda: as_csv(REGISTERED), {"fall_share": 1.5}, [
            "settings: fall_share is 1.5; expected a number from 0 to 1; correct the value, or remove the line for the usual one",
        ],
    ),
}  # fmt: skip


def odd_news(folder, what):
    make, changes, _ = ODD[what]
    usual = put(folder, "series.csv", as_csv(REGISTERED))
    return news("unhcr", usual, put(folder / "odd", "series.csv", make()), **changes)


@pytest.mark.parametrize("what", ODD)
def test_odd_inputs_are_answered_with_what_to_do(tmp_path, what):
    assert odd_news(tmp_path, what) == ODD[what][2]


def test_a_location_that_the_case_does_not_have(tmp_path):
    rows = [{"date": "2024-02-01", "individuals": "10"}]
    said = outcome("unhcr", put(tmp_path, "export.csv", as_csv(rows)), location="nowhere")
    assert "export.csv has no column of places; its counts are of nowhere, as the settings say." in said
    imported = bring("unhcr", put(tmp_path, "export.csv", as_csv(rows)), location="nowhere")
    assert [one.name for one in imported.unplaced] == ["nowhere"]
