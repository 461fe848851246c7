"""Events of ACLED: what is derived from them, what never enters a case, and what odd exports are answered with.

The files are constructed in ACLED's published columns.
"""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from havenward.case.importers.acled import import_acled
from havenward.case.importers.merge import merge_into_case
from havenward.case.load import load_case
from havenward.case.write import write_case
from havenward.errors import HavenwardError
from havenward.records import Event
from source_worlds import (
    EVENTS,
    NORLAND,
    PAGE,
    SECRET_WORDS,
    as_csv,
    bring,
    changed,
    event,
    news,
    outcome,
    put,
    put_workbook,
    renamed,
    settings,
)

DAY = date.fromisoformat


def turns(imported):
    return [(str(row.date), row.kind, row.location, row.value, str(row.published)) for row in imported.events]


def test_spells_begin_and_end_where_events_are(tmp_path):
    imported = bring("acled", put(tmp_path, "acled.csv", as_csv(EVENTS)))
    assert turns(imported) == [
        ("2024-01-05", "conflict", "arda", 0.14, "2024-01-12"),
        ("2024-01-09", "conflict", "belen", 0.14, "2024-01-17"),
        ("2024-01-07", "conflict_ends", "arda", None, "2024-02-10"),
        ("2024-01-11", "conflict_ends", "belen", None, "2024-02-14"),
    ]
    assert [(one.name, one.rows, one.suggestions) for one in imported.unplaced] == [
        ("Farland", 1, ("belen",))
    ]


@pytest.mark.parametrize(
    "how", ["csv", "semicolons", "json", "wrapped json", "xlsx", "old columns", "words for days"]
)
def test_every_export_gives_the_same(tmp_path, how):
    usual = bring("acled", put(tmp_path, "usual.csv", as_csv(EVENTS)))
    rows = EVENTS
    if how == "old columns":
        rows = [
            {
                "data_id": "7",
                "event_id_no_cnty": "1",
                "iso3": "XNO",
                **row,
                "inter1": "2",
                "interaction": "12",
            }
            for row in EVENTS
        ]
    if how == "words for days":
        rows = [{**row, "event_date": f"{DAY(row['event_date']):%d %B %Y}"} for row in EVENTS]
    if how == "json":
        path = put(tmp_path, "acled.json", json.dumps(rows))
    elif how == "wrapped json":
        path = put(tmp_path, "acled.json", json.dumps({"status": 200, "count": len(rows), "data": rows}))
    elif how == "xlsx":
        path = put_workbook(
            tmp_path, "acled.xlsx", {"Data": [list(rows[0]), *(list(row.values()) for row in rows)]}
        )
    else:
        text = as_csv(rows)
        path = put(tmp_path, "acled.csv", text.replace(",", ";") if how == "semicolons" else text)
    assert bring("acled", path).events == usual.events


def test_protests_never_count_unless_asked_for(tmp_path):
    path = put(
        tmp_path, "acled.csv", as_csv([event(n, f"2024-01-0{n}", kind="Protests") for n in range(1, 6)])
    )
    with pytest.raises(HavenwardError, match="none of its 5 rows is an event"):
        bring("acled", path)
    assert bring("acled", path, event_types=["Protests"]).events


@pytest.mark.parametrize(
    ("values", "begins"),
    [
        ({}, True),
        ({"geo_precision": "2"}, False),
        ({"time_precision": "2"}, False),
        ({"geo_precision": "3"}, None),
        ({"time_precision": "3"}, None),
    ],
)
def test_precision_is_weight(tmp_path, values, begins):
    """One exact event begins a spell, half an event does not, and an event of a region is not used at all."""
    path = put(tmp_path, "acled.csv", as_csv([event(1, "2024-01-05", **values)]))
    if begins is None:
        with pytest.raises(HavenwardError, match="known by region or by month only"):
            bring("acled", path)
    else:
        assert bool(bring("acled", path).events) == begins
        assert bring("acled", path, weight_near=1.0, weight_week=1.0).events


def test_intensity_grows_with_events_and_stays_within_one(tmp_path):
    values = []
    for number in (1, 3, 7, 40):
        path = put(tmp_path, "acled.csv", as_csv([event(n, "2024-01-05") for n in range(number)]))
        values.append(bring("acled", path).events[0].value)
    assert values == [0.14, 0.43, 1.0, 1.0]


def test_events_are_known_by_their_timestamp_or_a_lag(tmp_path):
    stamp = {"timestamp": "1707955200"}  # 15 February 2024
    path = put(tmp_path, "acled.csv", as_csv([event(1, "2024-01-05", **stamp)]))
    assert turns(bring("acled", path))[0][-1] == "2024-02-15"
    assert turns(bring("acled", path, known="lag", lag_days=3))[0][-1] == "2024-01-08"
    assert turns(bring("acled", path, published=DAY("2024-03-01")))[0][-1] == "2024-03-01"


def test_no_row_rests_on_events_published_after_it(tmp_path):
    """Rows published by a day are the same when later events are not in the file at all."""
    rows = [
        event(n, str(DAY("2024-01-01") + timedelta(days=(n * 37) % 150)), timestamp=str(1704067200 + 86400 * ((n * 53) % 300)))
        for n in range(1, 60)
    ]  # fmt: skip
    rows = [
        row for row in rows if int(row["timestamp"]) // 86400 + 719163 >= DAY(row["event_date"]).toordinal()
    ]
    whole = bring("acled", put(tmp_path, "whole.csv", as_csv(rows)), last_day=DAY("2024-12-31"))
    for cut in (DAY("2024-03-01"), DAY("2024-05-15"), DAY("2024-08-01")):
        seen = [row for row in rows if int(row["timestamp"]) // 86400 + 719163 <= cut.toordinal()]
        part = bring("acled", put(tmp_path, "part.csv", as_csv(seen)), last_day=DAY("2024-12-31"))
        known = [row for row in whole.events if row.published <= cut]
        assert [row for row in part.events if row.published <= cut] == known
        assert known


def test_a_revised_event_moves_and_an_older_version_does_not_count(tmp_path):
    first = event(1, "2024-01-05", timestamp="1704900000")
    later = event(1, "2024-01-08", timestamp="1705900000")
    for rows in ([first, later], [later, first]):
        imported = bring("acled", put(tmp_path, "acled.csv", as_csv(rows)))
        assert [str(row.date) for row in imported.events if row.kind == "conflict"] == ["2024-01-08"]


def test_rows_that_a_newer_export_no_longer_gives_are_named(tmp_path):
    imported = bring("acled", put(tmp_path, "acled.csv", as_csv(EVENTS)))
    case = replace(NORLAND, events=imported.events)
    again = bring("acled", put(tmp_path, "acled.csv", as_csv(EVENTS[3:])), case)
    assert any(
        "conflict at arda on 2024-01-05" in note and "revised or removed" in note for note in again.notes
    )
    same = bring("acled", put(tmp_path, "acled.csv", as_csv(EVENTS)), case)
    assert not any("revised or removed" in note for note in same.notes)


def test_events_can_be_given_to_places_by_admin_2(tmp_path):
    far = event(1, "2024-01-05", longitude=20.6, admin2="belen")
    path = put(tmp_path, "acled.csv", as_csv([far]))
    assert not bring("acled", path).events
    assert [row.location for row in bring("acled", path, assign="admin2").events] == ["belen"]


@pytest.mark.parametrize("front", [True, False])
def test_a_front_that_events_would_replace_is_told(tmp_path, front):
    held = Event(DAY("2024-01-01"), "operation_starts", "", "", "", None, DAY("2024-01-01"), "")
    case = replace(NORLAND, events=(held,) if front else ())
    said = outcome("acled", put(tmp_path, "acled.csv", as_csv(EVENTS)), case)
    assert any("The case has a front already" in line for line in said) == front


def test_an_area_can_be_given_to_an_origin_by_hand(tmp_path):
    path = put(tmp_path, "acled.csv", as_csv([event(1, "2024-01-05", longitude=25.0, admin2="Farland")]))
    imported = bring("acled", path, places={"farland": "belen"})
    assert [row.location for row in imported.events] == ["belen"]
    assert not imported.unplaced
    with pytest.raises(HavenwardError, match="did you mean 'belen'"):
        bring("acled", path, places={"Farland": "belem"})


def test_nothing_of_a_row_but_day_place_and_intensity_enters_a_case(tmp_path):
    """ACLED's terms and the safety of people: no actor, note, identifier, source or place name of an event."""
    folder = tmp_path / "case"
    write_case(NORLAND, folder)
    path = put(tmp_path, "acled.csv", as_csv([*EVENTS, event(8, "2024-01-12", kind="Riots")]))
    merge_into_case(folder, import_acled(path, load_case(folder), settings("acled")))
    held = {file.name: file.read_text(encoding="utf-8") for file in folder.rglob("*") if file.is_file()}
    assert "conflict" in held["events.csv"]
    for name, text in held.items():
        for word in (*SECRET_WORDS, "Mill Street", "fatalit", "Farland"):
            assert word not in text, f"{name} holds '{word}'"


def test_importing_twice_changes_nothing(tmp_path):
    folder = tmp_path / "case"
    write_case(NORLAND, folder)
    path = put(tmp_path, "acled.csv", as_csv(EVENTS))
    merge_into_case(folder, import_acled(path, load_case(folder), settings("acled")))
    before = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    merge_into_case(folder, import_acled(path, load_case(folder), settings("acled")))
    assert before == {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def swapped(rows):
    return [{**row, "latitude": row["longitude"], "longitude": row["latitude"]} for row in rows]


ODD = {
    "a renamed column": (lambda rows: as_csv(renamed(rows, event_id_cnty="evt")), {}, [
            "acled.csv: columns are missing among 'evt', 'event_date', 'year', 'time_precision', 'disorder_type', 'event_type', 'sub_event_type', 'actor1', 'assoc_actor_1', 'inter1', 'actor2', 'assoc_actor_2' and 18 more; expected a column for event_id_cnty (event id cnty or event_id); rename the headings, or name the sheet",
        ],
    ),
    "days that can be read in two ways": (
        lambda rows: as_csv([{**row, "event_date": "03/04/2024"} for row in rows]), {}, [
            'acled.csv: column \'event_date\': \'03/04/2024\' can be read day first or month first, and no other row says which; expected one way to write days, or a setting that says which it is; write dates = "day first" or dates = "month first" into a settings file',
        ],
    ),
    "letters of another encoding": (
        lambda rows: as_csv(changed(rows, 0, admin2="Ardá")).encode("cp1252"), {}, [
            "acled.csv: the file is not UTF-8 and was read as Windows-1252; look whether names with accents came out right",
        ],
    ),
    "rows that stand twice": (lambda rows: as_csv([*rows, rows[0], rows[1]]), {}, [
            "Rows that repeat an event; its latest version counts: 2 (first in row 9).",
        ],
    ),
    "swapped coordinates": (lambda rows: as_csv(swapped(rows)), {}, [
            "acled.csv: latitude and longitude stand in each other's column; expected points around the places of the case, as these are when the two are swapped; swap the headings of the two columns",
        ],
    ),
    "a revised event": (
        lambda rows: as_csv([{**row, "timestamp": "1704900000"} for row in [*rows, event(1, "2024-01-04")]]), {}, [
            "Rows that repeat an event; its latest version counts: 1 (first in row 9).",
        ],
    ),
    "no rows": (lambda rows: as_csv(rows).splitlines()[0] + "\n", {}, [
            "acled.csv: there is no row below the headings; expected rows of data; download or save it again, or name another sheet",
        ],
    ),
    "a download that was cut off": (lambda rows: as_csv(rows)[:1500], {}, [
            "acled.csv row 6: the last row has 7 of 30 cells, as if the file was cut off; expected whole rows; download it again, or complete the row",
        ],
    ),
    "an error page": (lambda _rows: PAGE, {}, [
            "acled.csv: this is a web page ('Sign in'); expected a table; download it again: the address may need a login, or the service may be down",
        ],
    ),
    "sums instead of events": (
        lambda _rows: "WEEK,REGION,COUNTRY,ADMIN1,EVENT_TYPE,SUB_EVENT_TYPE,EVENTS,FATALITIES\n"
        "2024-01-06,Middle,Norland,North,Battles,Armed clash,12,3\n",
        {}, [
            "acled.csv: its rows are sums of events by week and region; expected single events with their places; export events with ACLED's Data Export Tool, not the aggregated files",
        ],
    ),
    "an error of the service as JSON": (
        lambda _rows: json.dumps({"success": False, "error": [{"message": "Unauthorized"}]}), {}, [
            "acled.json: the service sent an error: [{'message': 'Unauthorized'}]; expected a list of records; download it again as the service's page describes",
        ],
    ),
    "events without a day or a point": (
        lambda rows: as_csv(changed(changed(rows, 0, event_date="soon"), 1, latitude="", longitude="")), {}, [
            "Rows that have no day that can be read, left out: 1 (first in row 2).",
            "Rows that have no coordinates, left out: 1 (first in row 3).",
            "1 of 3 events lie farther than 25 km from every origin; they are left out.",
        ],
    ),
    "a wrong event type in the settings": (as_csv, {"event_types": ["Battle"]}, [
            "event_types: there is no event type 'Battle'; expected some of Battles, Explosions/Remote violence, Violence against civilians, Protests, Riots, Strategic developments; did you mean 'Battles'?",
        ],
    ),
    "numbers of the settings out of range": (
        as_csv, {"window_days": 0, "radius_km": -1.0}, [
            "settings: radius_km is -1; expected a number from 0.1 to 500; correct the value, or remove the line for the usual one",
            "settings: window_days is 0; expected a number from 1 to 365; correct the value, or remove the line for the usual one",
        ],
    ),
}  # fmt: skip


def odd_news(folder, what):
    make, changes, _ = ODD[what]
    content = make(EVENTS)
    name = "acled.json" if isinstance(content, str) and content.startswith("{") else "acled.csv"
    return news("acled", put(folder, "usual.csv", as_csv(EVENTS)), put(folder, name, content), **changes)


@pytest.mark.parametrize("what", ODD)
def test_odd_inputs_are_answered_with_what_to_do(tmp_path, what):
    assert odd_news(tmp_path, what) == ODD[what][2]


def test_a_case_without_origins_says_so(tmp_path):
    path = put(tmp_path, "acled.csv", as_csv(EVENTS))
    assert outcome("acled", path, replace(NORLAND, locations=NORLAND.locations[2:])) == [
        "locations.csv: no location of the kind origin has coordinates; expected the places where people live and may flee from; import or write the places of the case first"
    ]


def test_merged_cells_and_a_second_sheet_do_not_disturb(tmp_path):
    """Exports that somebody tidied up: a title in merged cells, and a sheet of notes before the data."""
    rows = [["ACLED export of Norland"], list(EVENTS[0]), *(list(row.values()) for row in EVENTS)]
    path = put_workbook(
        tmp_path, "acled.xlsx", {"Notes": [["read me"]], "Data": rows, "merge": {"Data": ["A1:F1"]}}
    )
    usual = bring("acled", put(tmp_path, "acled.csv", as_csv(EVENTS)))
    assert bring("acled", path).events == usual.events
