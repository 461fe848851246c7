"""Counts of IOM DTM: stocks and flows, units, vintages, and what odd files are answered with.

The files are constructed in the columns that DTM publishes.
"""

import json
from datetime import date

import pytest

from havenward.case.importers.dtm import import_dtm
from havenward.case.importers.merge import merge_into_case
from havenward.case.load import load_case
from havenward.case.write import write_case
from source_worlds import (
    FIGURES,
    MOVEMENTS,
    NORLAND,
    PAGE,
    SITES,
    as_csv,
    bring,
    changed,
    figure,
    news,
    outcome,
    put,
    put_workbook,
    renamed,
    settings,
)

DAY = date.fromisoformat
WIDE = (("Corin", "1,500"), ("Dorn", "700"))


def counts(imported):
    return [
        (
            row.location,
            str(row.date),
            row.measure,
            row.persons,
            row.households,
            row.series,
            str(row.published),
        )
        for row in imported.observations
    ]


def test_origins_are_added_and_operations_are_not(tmp_path):
    imported = bring("dtm", put(tmp_path, "dtm.csv", as_csv(FIGURES)))
    assert counts(imported) == [
        ("corin", "2024-01-31", "stock", 1500, None, "dtm-norland-conflict-ba", "2024-02-14"),
        ("corin", "2024-02-29", "stock", 1800, None, "dtm-norland-conflict-ba", "2024-03-14"),
        ("corin", "2024-02-29", "stock", 2500, None, "dtm-norland-flood-ba", "2024-03-14"),
    ]
    only = bring("dtm", put(tmp_path, "dtm.csv", as_csv(FIGURES)), operations=["Norland Flood"])
    assert [row[3] for row in counts(only)] == [2500]


def test_sites_have_persons_and_households(tmp_path):
    imported = bring("dtm", put(tmp_path, "sites.csv", as_csv(SITES)))
    assert counts(imported) == [("dorn-camp", "2024-02-10", "stock", 1050, 200, "dtm-sa", "2024-02-24")]
    assert [(one.name, one.rows) for one in imported.unplaced] == [("Old School", 1)]
    assert any("310 persons and 300 households" in note for note in imported.notes)


def test_movements_are_arrivals_in_a_period(tmp_path):
    imported = bring("dtm", put(tmp_path, "ett.csv", as_csv(MOVEMENTS)))
    assert counts(imported) == [("corin", "2024-02-03", "arrivals", 131, 24, "dtm-ett", "2024-02-06")]
    assert imported.observations[0].date_from == DAY("2024-02-01")


@pytest.mark.parametrize("how", ["xlsx", "tagged", "json", "wrapped json", "other order", "snake case"])
def test_every_form_gives_the_same(tmp_path, how):
    usual = bring("dtm", put(tmp_path, "usual.csv", as_csv(FIGURES)))
    if how == "xlsx":
        rows = [list(FIGURES[0]), *(list(row.values()) for row in FIGURES)]
        path = put_workbook(tmp_path, "dtm.xlsx", {"Read me": [["DTM round"], ["see terms"]], "Data": rows})
    elif how == "tagged":
        tags = {
            "operation": "#operation+name", "admin0Pcode": "#country+code", "admin1Name": "#adm1+name",
            "admin2Name": "#adm2+name", "admin2Pcode": "#adm2+code", "numPresentIdpInd": "#affected+idps",
            "reportingDate": "#date+reported", "roundNumber": "#round+code",
            "idpOriginAdmin1Name": "#adm1+name+origin", "assessmentType": "#assessment+type",
            "displacementReason": "#cause+type",
        }  # fmt: skip
        path = put(tmp_path, "dtm.csv", as_csv([tags, *FIGURES], list(tags)))
    elif how == "json":
        path = put(tmp_path, "dtm.json", json.dumps(FIGURES))
    elif how == "wrapped json":
        path = put(tmp_path, "dtm.json", json.dumps({"isSuccess": True, "result": FIGURES}))
    elif how == "snake case":
        names = {
            "admin2Name": "admin2_name",
            "admin2Pcode": "admin2_pcode",
            "reportingDate": "reporting_date",
        }
        path = put(tmp_path, "dtm.csv", as_csv(renamed(FIGURES, **names)))
    else:
        path = put(tmp_path, "dtm.csv", as_csv([dict(reversed(row.items())) for row in reversed(FIGURES)]))
    assert bring("dtm", path).observations == usual.observations


def test_rounds_of_one_day_are_versions(tmp_path):
    """A corrected round of the same reporting date: both are kept, the later one is published later."""
    rows = [figure("2024-01-31", "Corin", 1500), figure("2024-01-31", "Corin", 1650, roundNumber="2")]
    imported = bring("dtm", put(tmp_path, "dtm.csv", as_csv(rows)))
    assert [(row[3], row[6]) for row in counts(imported)] == [(1500, "2024-02-14"), (1650, "2024-02-15")]


def test_two_files_of_one_day_are_both_kept_when_their_publication_is_said(tmp_path):
    folder = tmp_path / "case"
    write_case(NORLAND, folder)
    for number, (persons, published) in enumerate(
        [(1500, "2024-02-10"), (1650, "2024-03-10"), (1500, "2024-02-10")]
    ):
        path = put(tmp_path, f"round{number}.csv", as_csv([figure("2024-01-31", "Corin", persons)]))
        values = settings("dtm", published=DAY(published))
        merge_into_case(folder, import_dtm(path, load_case(folder), values))
    held = load_case(folder).observations
    assert [(row.persons, str(row.published)) for row in held] == [(1500, "2024-02-10"), (1650, "2024-03-10")]


def test_figures_of_a_country_count_only_if_they_are_all_of_this_crisis(tmp_path):
    rows = [{**figure("2024-01-31", "", 9000), "admin1Name": "", "admin1Pcode": ""}]
    path = put(tmp_path, "dtm.csv", as_csv(rows))
    assert "country_total = true" in outcome("dtm", path)[0]
    (row,) = bring("dtm", path, country_total=True).observations
    assert (row.scope, row.location, row.persons) == ("total", "", 9000)


def test_places_without_a_code_are_not_one_place(tmp_path):
    """DTM writes 'Not available' where it has no P-code; the names then tell places apart."""
    rows = [
        figure("2024-01-31", name, n, admin2Pcode="Not available")
        for name, n in (("Corin", 700), ("Dorn", 300))
    ]
    imported = bring("dtm", put(tmp_path, "dtm.csv", as_csv(rows)))
    assert [(row[0], row[3]) for row in counts(imported)] == [("corin", 700)]
    assert [(one.name, one.pcode, one.rows) for one in imported.unplaced] == [("Dorn", "", 1)]


def test_levels_are_never_mixed(tmp_path):
    rows = [*FIGURES[:1], {**figure("2024-01-31", "", 4000), "admin2Pcode": ""}]
    imported = bring("dtm", put(tmp_path, "dtm.csv", as_csv(rows)))
    assert [row[3] for row in counts(imported)] == [1200]
    assert any("are figures of admin1, not of admin2" in note for note in imported.notes)


def test_importing_twice_changes_nothing(tmp_path):
    folder = tmp_path / "case"
    write_case(NORLAND, folder)
    path = put(tmp_path, "dtm.csv", as_csv(FIGURES))
    merge_into_case(folder, import_dtm(path, load_case(folder), settings("dtm")))
    before = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    merge_into_case(folder, import_dtm(path, load_case(folder), settings("dtm")))
    assert before == {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def test_another_day_of_publication_is_told_as_another_version(tmp_path):
    folder = tmp_path / "case"
    write_case(NORLAND, folder)
    path = put(tmp_path, "dtm.csv", as_csv(FIGURES))
    merge_into_case(folder, import_dtm(path, load_case(folder), settings("dtm", published=DAY("2024-04-01"))))
    again = settings("dtm", published=DAY("2024-04-09"))
    told = "3 counts are in the case already as published on 2024-04-01, and now as published on 2024-04-09 too: both stay, and a forecast takes the last version that was published by its day. If the first day was wrong, delete its rows: observations.csv rows 2, 3, 4."
    imported = import_dtm(path, load_case(folder), again)
    assert [note for note in imported.notes if "already" in note] == [told]
    merge_into_case(folder, imported)
    assert not [note for note in import_dtm(path, load_case(folder), again).notes if "already" in note]


ODD = {
    "a renamed column": (lambda rows: as_csv(renamed(rows, numPresentIdpInd="caseload")), {}, [
            "dtm.csv: there is no column of individuals or households; expected a table of displaced people by place and day; name another sheet, rename the headings, or write the day into the settings as reported",
        ],
    ),
    "days that can be read in two ways": (
        lambda rows: as_csv([{**row, "reportingDate": "03/04/2024"} for row in rows]), {}, [
            "dtm.csv: column 'reportingDate': '03/04/2024' can be read day first or month first, and no other row says which; expected one way to write days, or a setting that says which it is; write dates = \"day first\" or dates = \"month first\" into a settings file",
        ],
    ),
    "letters of another encoding": (
        lambda rows: as_csv(changed(rows, 0, admin1Name="Nörth")).encode("cp1252"), {}, [
            "dtm.csv: the file is not UTF-8 and was read as Windows-1252; look whether names with accents came out right",
            "dtm.csv: places found: 2 by P-code",
        ],
    ),
    "rows that stand twice": (lambda rows: as_csv([*rows, rows[0]]), {}, [
            "Rows that stand twice, each counted once: 1.",
        ],
    ),
    "rows that differ in the number alone": (
        lambda rows: as_csv([*rows, {**rows[0], "numPresentIdpInd": "1300"}]), {}, [
            "Rows 2 and 6 differ although place, day, round, origin and reason are the same (1,200 and 1,300); the lower row counts.",
        ],
    ),
    "numbers that are not available": (
        lambda rows: as_csv(changed(rows, 3, numPresentIdpInd="Not available")), {}, [
            "Rows that have no number, left out as missing is not 0: 1 (first in row 5).",
        ],
    ),
    "places of another country": (lambda rows: as_csv(changed(rows, 3, admin0Pcode="XSX")), {}, [
            "Rows that are of other countries, left out: 1 (first in row 5).",
        ],
    ),
    "a place that the case does not have": (
        lambda rows: as_csv(changed(rows, 3, admin2Name="Elsewhere", admin2Pcode="XN0901")), {}, [
            "unplaced: Elsewhere XN0901, 1 rows, ()",
        ],
    ),
    "people counted at an origin": (
        lambda rows: as_csv(changed(rows, 3, admin2Name="Arda", admin2Pcode="XN0101")), {}, [
            "dtm.csv: places found: 2 by P-code",
            "People displaced to places that are origins of the case were counted (arda). A forecast learns from counts at camps and host communities: add a location of the kind host there, and name it in [places].",
        ],
    ),
    "several reasons": (lambda rows: as_csv(changed(rows, 3, displacementReason="Disaster")), {}, [
            "People displaced for all reasons are counted: Conflict (3), Disaster (1). The setting reasons chooses.",
        ],
    ),
    "a download that was cut off": (lambda rows: as_csv(rows)[:-40], {}, [
            "dtm.csv row 5: the last row has 16 of 20 cells, as if the file was cut off; expected whole rows; download it again, or complete the row",
        ],
    ),
    "an error page": (lambda _rows: PAGE, {}, [
            "dtm.csv: this is a web page ('Sign in'); expected a table; download it again: the address may need a login, or the service may be down",
        ],
    ),
    "no rows": (lambda rows: as_csv(rows).splitlines()[0], {}, [
            "dtm.csv: there is no row below the headings; expected rows of data; download or save it again, or name another sheet",
        ],
    ),
    "families in the column of persons": (
        lambda rows: as_csv([{**row, "households": row["numPresentIdpInd"]} for row in rows]), {}, [
            "dtm-norland-conflict-ba, rows with fewer than 2 or more than 12 persons a household: 2. Row 3 has 1,500 persons and 1,500 households. Are families given as persons, or are the columns swapped?",
            "dtm-norland-flood-ba, rows with fewer than 2 or more than 12 persons a household: 1. Row 5 has 2,500 persons and 2,500 households. Are families given as persons, or are the columns swapped?",
        ],
    ),
    "arrivals without a period": (as_csv, {"measure": "arrivals"}, [
            "dtm.csv: none of its 4 rows is a count that can be used; expected displaced people by place and day; Rows that are arrivals without a period, or with one that ends before it begins, left out: 4 (first in row 2).",
        ],
    ),
    "a lag below zero": (as_csv, {"lag_days": -3}, [
            "settings: lag_days is -3; expected a number from 0 to 1,000; correct the value, or remove the line for the usual one",
        ],
    ),
}  # fmt: skip


def odd_news(folder, what):
    make, changes, _ = ODD[what]
    return news(
        "dtm",
        put(folder, "dtm.csv", as_csv(FIGURES)),
        put(folder / "odd", "dtm.csv", make(FIGURES)),
        **changes,
    )


@pytest.mark.parametrize("what", ODD)
def test_odd_inputs_are_answered_with_what_to_do(tmp_path, what):
    assert odd_news(tmp_path, what) == ODD[what][2]


def test_empty_sheets_and_merged_cells(tmp_path):
    """A round as offices send it: an empty sheet first, the area of several rows in one merged cell."""
    rows = [["Area", "", "", ""], ["Admin 2", "Operation", "Individuals", "Reporting date"]]
    rows += [["Corin", "A", 900, "2024-01-31"], [None, "B", 400, "2024-01-31"]]
    path = put_workbook(tmp_path, "dtm.xlsx", {"Cover": [], "Data": rows, "merge": {"Data": ["A3:A4"]}})
    assert [(row[0], row[3], row[5]) for row in counts(bring("dtm", path, level="admin2"))] == [
        ("corin", 900, "dtm-a"),
        ("corin", 400, "dtm-b"),
    ]
