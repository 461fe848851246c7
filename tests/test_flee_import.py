"""Protects the import of Flee folders: nothing is lost, what Flee ignores is told, what is wrong has a row."""

import dataclasses
import datetime as dt
import math
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havenward.case.check import check_case
from havenward.case.importers.flee_case import flee_inputs, import_flee, make_case
from havenward.case.importers.flee_counts import add_counts
from havenward.case.importers.flee_files import read_flee_folder
from havenward.case.importers.flee_settings import KEYS, find_setting
from havenward.case.importers.flee_write import export_flee, write_flee_folder
from havenward.case.known import as_of
from havenward.case.load import load_case
from havenward.errors import CaseError, Problem
from havenward.flee_inputs import FleeClosure, FleeInputs, FleeLocation, FleeRoute, FleeSeries

SHARED = Path(__file__).parents[1].parent / "shared" / "flee-cases"
CASES = ("burundi2015", "car2013", "mali2012", "nigeria2016", "ssudan2013", "syria2013")
needs_cases = pytest.mark.skipif(not SHARED.is_dir(), reason="the public Flee cases are not here")

TOY = {
    "input_csv/sim_period.csv": "StartDate,2020-01-01\nLength,4\n",
    "input_csv/locations.csv": (
        "#name,region,country,latitude,longitude,location_type,conflict_date,population\n"
        "Alpha,North,Mali,15.5,1.25,conflict_zone,0,1000\n"
        "Bravo,North,Mali,15.0,1.5,town,0,500\n"
        "Camp_One,East,Niger,14.5,2.0,camp,0,900\n"
        "Camp_Two,West,Burkina_Faso,14.0,0.5,camp,0,800\n"
    ),
    "input_csv/routes.csv": (
        "#name1,name2,distance,forced_redirection\n"
        "Alpha,Bravo,80,0\nBravo,Camp_One,90,\nBravo,Camp_Two,160.5,0\n"
    ),
    "input_csv/closures.csv": "#closure_type,name1,name2,closure_start,closure_end\ncountry,Mali,Niger,1,3\n",
    "input_csv/conflicts.csv": "#Day,Alpha,Bravo\n0,1,0\n1,1,0\n2,1,0\n3,1,0.5\n",
    "source_data/data_layout.csv": "total,refugees.csv\nCamp_One,one.csv\nCamp_Two,two.csv\n",
    "source_data/refugees.csv": "2020-01-01,0\n2020-01-04,300\n",
    "source_data/one.csv": "2020-01-01,0\n2020-01-03,100\n2020-01-05,150\n",
    "source_data/two.csv": "2019-12-30,0\n2020-01-01,0\n2020-01-02,50\n2020-01-04,120\n",
    "simsetting.yml": "move_rules:\n  softening: 50.0\n  awareness_level: 1\n",
}


def write_folder(folder: Path, edits=(), **changes: str | bytes | None) -> Path:
    """Write the toy folder; `edits` are (file, old, new), None for `old` replaces the file or removes it."""
    files: dict[str, str | bytes | None] = {**TOY, **changes}
    for name, old, new in edits:
        text = files.get(name)
        if old is None:
            files[name] = new
        else:
            assert isinstance(text, str)
            assert old in text, f"{old!r} is not in {name}"
            files[name] = text.replace(old, new, 1)
    for name, text in files.items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    return folder


def errors_of(folder: Path) -> list[str]:
    with pytest.raises(CaseError) as raised:
        read_flee_folder(folder)
    return [str(problem) for problem in raised.value.problems]


def notes_of(folder: Path) -> list[str]:
    """List the notes, that about absent settings left out."""
    return [str(note) for note in read_flee_folder(folder)[1] if note.slug != "flee-defaults"]


def test_the_toy_folder_has_nothing_to_tell(tmp_path: Path):
    inputs, _ = read_flee_folder(write_folder(tmp_path))
    assert notes_of(tmp_path) == []
    assert inputs.start_date == dt.date(2020, 1, 1)
    assert inputs.days == 4
    assert inputs.locations[0] == FleeLocation(
        "Alpha", "North", "Mali", 15.5, 1.25, "conflict_zone", 0.0, 1000
    )
    assert inputs.routes[2] == FleeRoute("Bravo", "Camp_Two", 160.5, 0)
    assert inputs.closures == (FleeClosure("country", "Mali", "Niger", 1, 3),)
    assert inputs.conflicts == {"Alpha": (1.0, 1.0, 1.0, 1.0), "Bravo": (0.0, 0.0, 0.0, 0.5)}
    assert inputs.series[1] == FleeSeries("Camp_Two", (-2, 0, 1, 3), (0.0, 0.0, 50.0, 120.0), ("two.csv",))
    assert inputs.total == FleeSeries("total", (0, 3), (0.0, 300.0), ("refugees.csv",))
    assert inputs.settings == {"move_rules": {"softening": 50.0, "awareness_level": 1}}


# -- what is wrong: exact words ----------------------------------------------------------------------------

L, R, C = "input_csv/locations.csv", "input_csv/routes.csv", "input_csv/conflicts.csv"
P, X, K = "input_csv/sim_period.csv", "input_csv/closures.csv", "input_csv/registration_corrections.csv"
D, S = "source_data/data_layout.csv", "simsetting.yml"

WRONG = [
    (
        "no input_csv, as in folders of stubs",
        [(name, None, None) for name in TOY if name.startswith("input_csv")],
        ["input_csv/: the folder is missing; expected FOLDER/input_csv; add the folder input_csv"],
    ),
    (
        "another name for input_csv",
        [
            *[(name, None, None) for name in TOY if name.startswith("input_csv")],
            ("input_files/locations.csv", None, TOY[L]),
        ],
        [
            ("input_csv/: the folder is missing; expected FOLDER/input_csv; "
            "rename the folder 'input_files' to input_csv")
        ],
    ),
    (
        "no source_data",
        [(name, None, None) for name in TOY if name.startswith("source_data")],
        ["source_data/: the folder is missing; expected FOLDER/source_data; add the folder source_data"],
    ),
    (
        "the layout of 2020, without period and conflicts",
        [(P, None, None), (C, None, None)],
        [
            ("input_csv/sim_period.csv: the file is missing; expected it, as Flee does; add it with the rows "
            "`StartDate,YYYY-MM-DD` and `Length,DAYS`, which folders from before 2021 lack"),
            ("input_csv/conflicts.csv: the file is missing; expected it, as Flee does; add it with a row per day "
            "and a column of intensities per location, which folders from before 2021 lack"),
        ],
    ),
    (
        "no closures",
        [(X, None, None)],
        ["input_csv/closures.csv: the file is missing; expected it, as Flee does; add it; it may be empty"],
    ),
    (
        "no data layout",
        [(D, None, None)],
        [
            ("source_data/data_layout.csv: the file is missing; expected it, as Flee does; add it: a row "
            "`total,refugees.csv`, then a row `CAMP,FILE` for each camp")
        ],
    ),
    (
        "a file of counts that is not there",
        [("source_data/refugees.csv", None, None)],
        [
            ("source_data/data_layout.csv row 1: the file 'refugees.csv' is missing; expected it in source_data; "
            "add it, or correct row 1 of data_layout.csv")
        ],
    ),
    (
        "a mistyped file of counts",
        [(D, "two.csv", "twoo.csv")],
        [
            ("source_data/data_layout.csv row 3: the file 'twoo.csv' is missing; expected it in source_data; "
            "did you mean 'two.csv'?")
        ],
    ),
    (
        "a file outside the folder",
        [(D, "two.csv", "../input_csv/routes.csv")],
        [
            ("source_data/data_layout.csv row 3: the file is '../input_csv/routes.csv'; expected a file in "
            "source_data; move the file there")
        ],
    ),
    (
        "a route to a place that is not there",
        [(R, "Camp_One,90", "Camp_Onne,90")],
        [
            ("input_csv/routes.csv row 3: 'Camp_Onne' is not in locations.csv; expected the name of a location; "
            "did you mean 'Camp_One'?")
        ],
    ),
    (
        "two unknown ends and a length in words, all told",
        [(R, "Alpha,Bravo,80", "Yankee,Zulu,far")],
        [
            ("input_csv/routes.csv row 2: 'Yankee' is not in locations.csv; expected the name of a location; "
            "add 'Yankee' to locations.csv, or correct it"),
            ("input_csv/routes.csv row 2: 'Zulu' is not in locations.csv; expected the name of a location; "
            "add 'Zulu' to locations.csv, or correct it"),
            "input_csv/routes.csv row 2: distance is 'far'; expected kilometres of 0 or more; correct it",
        ],
    ),
    (
        "a route to itself",
        [(R, "Alpha,Bravo,80", "Alpha,Alpha,80")],
        [
            ("input_csv/routes.csv row 2: both ends are 'Alpha'; expected two locations; "
            "correct one end, or remove the row")
        ],
    ),
    (
        "a forced redirection in words",
        [(R, "80,0", "80,yes")],
        [
            ("input_csv/routes.csv row 2: forced_redirection is 'yes'; expected 0, 1 or 2; "
            "write 0, or leave it empty")
        ],
    ),
    (
        "a population with a fraction",
        [(L, "zone,0,1000", "zone,0,1000.5")],
        [
            ("input_csv/locations.csv row 2: population (column 8) is '1000.5'; expected a whole number of people "
            "of 0 or more; round or correct it")
        ],
    ),
    (
        "a capacity in words",
        [(L, "camp,0,900", "camp,0,unknown")],
        [
            ("input_csv/locations.csv row 4: capacity (column 8) is 'unknown'; expected a whole number of people "
            "of 0 or more; round or correct it")
        ],
    ),
    (
        "a conflict zone without a date",
        [(L, "conflict_zone,0,1000", "conflict_zone,,1000")],
        [
            ("input_csv/locations.csv row 2: conflict_date is ''; expected a whole number of days; "
            "write 0 if the conflict is there from the start")
        ],
    ),
    (
        "a type that Flee does not know",
        [(L, "14.5,2.0,camp", "14.5,2.0,cmap")],
        [
            ("input_csv/locations.csv row 4: location_type is 'cmap'; expected a word with camp, conflict, forward, "
            "marker, flood_zone, town or default in it; did you mean 'camp'?")
        ],
    ),
    (
        "coordinates in words",
        [(L, "15.5,1.25", "15.5 N,east")],
        [
            "input_csv/locations.csv row 2: x (column 4) is '15.5 N'; expected degrees as a number; correct it",
            "input_csv/locations.csv row 2: y (column 5) is 'east'; expected degrees as a number; correct it",
        ],
    ),
    (
        "the same place twice",
        [(L, "Bravo,North", "Alpha,North"), (R, None, TOY[R].replace("Bravo", "Alpha").replace("Alpha,Alpha,80,0\n", ""))],
        [
            ("input_csv/locations.csv row 3: 'Alpha' stands in row 2 too; expected each name once; "
            "rename or remove one of them"),
            ("input_csv/conflicts.csv row 1: 'Bravo' is not in locations.csv; expected the name of a location; "
            "add 'Bravo' to locations.csv, or correct it"),
        ],
    ),
    (
        "a name that a case cannot hold",
        [(L, None, TOY[L] + '"Gate; east",East,Mali,14,1,town,0,0\n')],
        [
            ("input_csv/locations.csv row 6: the name is 'Gate; east'; expected a name of at most 100 characters "
            "without commas, semicolons, quotes, bars or tabs; rename it in every file")
        ],
    ),
    (
        "a place called total",
        [(L, None, TOY[L] + "total,East,Mali,14,1,town,0,0\n")],
        [
            ("input_csv/locations.csv row 6: the name is 'total'; expected another name, as results use this one "
            "for the whole case; rename it in every file")
        ],
    ),
    (
        "columns in another order",
        [(L, "location_type,conflict_date,population", "conflict_date,location_type,population")],
        [
            ("input_csv/locations.csv row 1: column 6 is 'conflict_date'; expected location_type there, as Flee reads "
            "columns by their position; put the columns in the order name, region, country, latitude, longitude, "
            "location_type, conflict_date, population")
        ],
    ),
    (
        "a header without its mark",
        [(L, "#name", "name")],
        [
            ("input_csv/locations.csv row 1: the header does not begin with #, so that Flee takes it for data; "
            "expected a header such as #name; write it as #name")
        ],
    ),
    (
        "a row that breaks off",
        [(L, ",camp,0,900", "")],
        [
            ("input_csv/locations.csv row 4: the row has 5 cells; expected at least 8; "
            "complete the row, or remove it")
        ],
    ),
    (
        "a row that is too long",
        [(L, "camp,0,900", "camp,0,900,extra")],
        [
            ("input_csv/locations.csv row 4: the row has 9 cells; expected 8 as in the header; "
            "name the further columns in the header, or remove the cells")
        ],
    ),
    (
        "a row without a name",
        [(L, "Camp_One,East", ",East")],
        [
            "input_csv/locations.csv row 4: the first cell is empty; expected a name; fill it in, or remove the row",
            ("input_csv/routes.csv row 3: 'Camp_One' is not in locations.csv; expected the name of a location; "
            "did you mean 'Camp_Two'?"),
        ],
    ),
    (
        "a quotation mark that never closes",
        [(R, "Bravo,Camp_One", '"Bravo,Camp_One')],
        [
            ("input_csv/routes.csv row 3: a quotation mark opens a cell that runs on to row 4; expected cells parted "
            "by commas; close or remove the quotation mark")
        ],
    ),
    (
        "no locations at all",
        [(L, None, TOY[L].splitlines()[0] + "\n")],
        ["input_csv/locations.csv: the file has no locations; expected one row for each; add them"],
    ),
    (
        "an empty file",
        [(R, None, "")],
        [
            ("input_csv/routes.csv: the file is empty; expected at least its first line; "
            "copy the file again, or remove it if it is not needed")
        ],
    ),
    (
        "a file in an old encoding",
        [(L, None, TOY[L].replace("Bravo,North", "Bravo,N\u00f6rd").encode("latin-1"))],
        [
            ("input_csv/locations.csv row 3: byte 0xf6 at offset 134 is not UTF-8; expected UTF-8 text; "
            "save the file again as 'CSV UTF-8'")
        ],
    ),
    (
        "a start that is no date",
        [(P, "2020-01-01", "01/01/2020")],
        [
            ("input_csv/sim_period.csv row 1: StartDate is '01/01/2020'; expected a date written YYYY-MM-DD; "
            "correct the date")
        ],
    ),
    (
        "a length in words, and no start",
        [(P, None, "Length,four\n")],
        [
            "input_csv/sim_period.csv: the row StartDate is missing; expected StartDate and Length; add it",
            ("input_csv/sim_period.csv row 1: Length is 'four'; expected a whole number of days from 1 to 20,000; "
            "correct it"),
        ],
    ),
    (
        "a missing day",
        [(C, "2,1,0\n", "")],
        [
            ("input_csv/conflicts.csv row 4: day 3 follows day 1; expected day 2, as Flee counts rows and would shift "
            "all later days; add the missing day, or remove the row that is too many")
        ],
    ),
    (
        "a day twice",
        [(C, "2,1,0\n", "1,1,0\n2,1,0\n")],
        [
            ("input_csv/conflicts.csv row 4: day 1 follows day 1; expected day 2, as Flee counts rows and would shift "
            "all later days; add the missing day, or remove the row that is too many")
        ],
    ),
    (
        "an intensity in words, and one below 0",
        [(C, "1,1,0\n2,1,0", "1,yes,0\n2,1,-1")],
        [
            ("input_csv/conflicts.csv row 3: the value of Alpha is 'yes'; expected a conflict intensity of 0 or more; "
            "write 0 where there is none"),
            ("input_csv/conflicts.csv row 4: the value of Bravo is '-1'; expected a conflict intensity of 0 or more; "
            "write 0 where there is none"),
        ],
    ),
    (
        "a short row of conflicts",
        [(C, "2,1,0\n", "2,1\n")],
        [
            ("input_csv/conflicts.csv row 4: the row has 2 of 3 cells; expected one value for each location; "
            "complete the row; it may have been cut off"),
        ],
    ),
    (
        "conflicts without the column of days",
        [(C, None, "Alpha,Bravo\n1,0\n1,0\n1,0\n1,0\n")],
        [
            ("input_csv/conflicts.csv row 1: the first column is 'Alpha', and Flee never reads that column; expected "
            "#Day there; put a column with the number of the day before it")
        ],
    ),
    (
        "conflicts without a header",
        [(C, "#Day,Alpha,Bravo\n", "")],
        [
            ("input_csv/conflicts.csv row 1: the first row names no locations; expected #Day and the names of "
            "locations; add the header")
        ],
    ),
    (
        "conflict at a place that is not there",
        [(C, "#Day,Alpha", "#Day,Alfa")],
        [
            ("input_csv/conflicts.csv row 1: 'Alfa' is not in locations.csv; expected the name of a location; "
            "did you mean 'Alpha'?")
        ],
    ),
    (
        "a column of conflicts twice",
        [(C, "#Day,Alpha,Bravo", "#Day,Alpha,Alpha")],
        ["input_csv/conflicts.csv row 1: 'Alpha' has two columns; expected one; remove one of them"],
    ),
    (
        "a closure on no day",
        [(X, "1,3", "soon,3")],
        [
            ("input_csv/closures.csv row 2: closure_start is 'soon'; expected a day number, counted from the start of "
            "the period; correct it")
        ],
    ),
    (
        "a closure that breaks off",
        [(X, ",1,3", "")],
        [
            "input_csv/closures.csv row 2: the row has 3 cells; expected at least 5; complete the row, or remove it"
        ],
    ),
    (
        "a camp without counts",
        [(D, "Camp_Two,two.csv\n", "")],
        [
            ("input_csv/locations.csv row 5: the camp 'Camp_Two' has no counts in data_layout.csv; expected a row "
            "there for every camp, as Flee does; add a row `Camp_Two,FILE` to data_layout.csv, or make it a town")
        ],
    ),
    (
        "total not first",
        [(D, "total,refugees.csv\nCamp_One,one.csv\n", "Camp_One,one.csv\ntotal,refugees.csv\n")],
        [
            ("source_data/data_layout.csv row 1: the first row is 'Camp_One'; expected total, as Flee leaves the "
            "first row out of its sums; write `total,refugees.csv` first")
        ],
    ),
    (
        "a camp twice in the layout",
        [(D, "Camp_Two,two.csv\n", "Camp_Two,two.csv\nCamp_Two,one.csv\n")],
        [
            ("source_data/data_layout.csv row 4: 'Camp_Two' stands in row 3 too; expected each name once; "
            "put all its files into one row")
        ],
    ),
    (
        "a row of the layout without a file",
        [(D, "Camp_Two,two.csv\n", "Camp_Two,\nCamp_Two,two.csv\n")],
        [
            ("source_data/data_layout.csv row 3: 'Camp_Two' has no file; expected the name of a file after it; "
            "add it, or remove the row")
        ],
    ),
    (
        "dates and counts that are none",
        [("source_data/one.csv", "2020-01-03,100", "03.01.2020,many")],
        [
            ("source_data/one.csv row 2: the date is '03.01.2020'; expected a date written YYYY-MM-DD; "
            "correct the date"),
            ("source_data/one.csv row 2: the count is 'many'; expected a whole number of people of 0 or more; "
            "correct the count"),
        ],
    ),
    (
        "counts below 0 and with a fraction",
        [("source_data/one.csv", "100", "-100"), ("source_data/one.csv", "150", "150.5")],
        [
            ("source_data/one.csv row 2: the count is '-100'; expected a whole number of people of 0 or more; "
            "correct the count"),
            ("source_data/one.csv row 3: the count is '150.5'; expected a whole number of people of 0 or more; "
            "correct the count"),
        ],
    ),
    (
        "a file without counts",
        [("source_data/one.csv", None, "Date,count\n")],
        [
            ("source_data/one.csv: the file has no counts; expected rows of a date and a count; "
            "add them, or remove it from row 2 of data_layout.csv")
        ],
    ),
    (
        "files of one camp that begin on different days",
        [(D, "Camp_One,one.csv", "Camp_One,two.csv,one.csv")],
        [
            ("source_data/data_layout.csv row 2: the counts of 'one.csv' begin after those of 'two.csv'; expected "
            "files of one camp to begin on the same day, as Flee stops otherwise; add a row with 0 to one.csv")
        ],
    ),
    (
        "corrections of nobody, on no date, on no count and on the first one",
        [
            (
                K,
                None,
                ("Camp_Onne,2020-01-03\nCamp_One,later\nCamp_One,2020-01-04\nCamp_Two,2019-12-30\n"
                "Camp_Two,2020-01-02\n"),
            )
        ],
        [
            ("input_csv/registration_corrections.csv row 1: 'Camp_Onne' is not in data_layout.csv; expected a camp "
            "with counts; did you mean 'Camp_One'?"),
            ("input_csv/registration_corrections.csv row 2: the date is 'later'; expected a date written YYYY-MM-DD; "
            "correct the date"),
            ("input_csv/registration_corrections.csv row 3: 2020-01-04 is the day of no count of 'Camp_One'; expected "
            "the day of a later count, as Flee divides it by the one before; write the date as it stands in its file"),
            ("input_csv/registration_corrections.csv row 4: 2019-12-30 is the day of the first count of 'Camp_Two'; "
            "expected the day of a later count, as Flee divides it by the one before; "
            "write the date as it stands in its file"),
            ("input_csv/registration_corrections.csv row 5: the count of 'Camp_Two' before 2020-01-02 is 0; expected "
            "people, as Flee divides by it; choose a later day, or remove the row"),
        ],
    ),
    (
        "changes of a place that is not there, on no day",
        [("location_changes.csv", None, "Zulu,camp,soon\n")],
        [
            "location_changes.csv row 1: the day is 'soon'; expected a day number; correct it",
            ("location_changes.csv row 1: 'Zulu' is not in locations.csv; expected the name of a location; "
            "add 'Zulu' to locations.csv, or correct it"),
        ],
    ),
    (
        "settings that are no YAML",
        [(S, None, "move_rules:\n  softening: [1\n")],
        [
            ("simsetting.yml line 3: the file is not valid YAML (expected ',' or ']', but got '<stream end>'); "
            "expected lines such as `key: value`; correct the file")
        ],
    ),
    (
        "settings with aliases",
        [(S, None, "a: &a [1, 1]\nb: [*a, *a]\n")],
        ["simsetting.yml: the file uses an alias (*name); expected every value written out; correct the file"],
    ),
    (
        "settings in a list",
        [(S, None, "- 1\n- 2\n")],
        [
            "simsetting.yml: the file is no list of settings; expected lines such as `key: value`; correct the file"
        ],
    ),
    (
        "settings of the wrong kind",
        [(S, None, "move_rules:\n  softening: far\n  awareness_level: 1.5x\nspawn_rules: all\noptimisations:\n  hasten: 0\n")],
        [
            "simsetting.yml line 2: softening is 'far'; expected a number; correct the value",
            "simsetting.yml line 3: awareness_level is '1.5x'; expected a whole number; correct the value",
            ("simsetting.yml line 4: spawn_rules is 'all'; expected settings under it, set in by two spaces; "
            "write them on lines of their own"),
        ],
    ),
    (
        "nobody scaled",
        [(S, None, "optimisations:\n  hasten: 0\n")],
        ["simsetting.yml: hasten is 0; expected a whole number of 1 or more; write 1 for all people"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "expected"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_is_wrong_is_told_with_file_and_row(tmp_path: Path, edits, expected):
    folder = write_folder(tmp_path / "folder", edits)
    told = [line.replace("expected folder/", "expected FOLDER/") for line in errors_of(folder)]
    assert sorted(told) == sorted(expected)


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path):
    edits = [
        (L, "camp,0,900", "camp,0,x"),
        (R, "80", "x"),
        (C, "3,1", "9,1"),
        (P, "4", "x"),
        (X, "1,3", "x,3"),
    ]
    edits += [("source_data/one.csv", "100", "x"), (K, None, "Nobody,2020-01-01\n")]
    files = {line.split(" row ")[0] for line in errors_of(write_folder(tmp_path, edits))}
    assert files == {L, R, C, P, X, K, "source_data/one.csv"}


@pytest.mark.parametrize("path", ["nowhere", "file"])
def test_a_path_that_is_no_folder(tmp_path: Path, path: str):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(CaseError, match="expected a Flee folder with input_csv and source_data"):
        read_flee_folder(tmp_path / path)


def test_a_settings_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(CaseError, match=r"the file does not exist; expected a settings file"):
        read_flee_folder(write_folder(tmp_path), tmp_path / "other.yml")


# -- what Flee does silently: exact words ------------------------------------------------------------------------

SILENT = [
    (
        "a byte order mark",
        [(D, None, "\ufeff" + TOY[D])],
        [
            ("source_data/data_layout.csv row 1: the file begins with a byte order mark, which Flee takes for part of "
            "the first name; expected plain UTF-8; save it as UTF-8 without signature before Flee reads it")
        ],
    ),
    (
        "spare commas",
        [(L, "camp,0,900", "camp,0,900,")],
        [
            ("input_csv/locations.csv row 4: the row ends in 1 spare comma, at which Flee stops; expected 8 cells; "
            "remove it before Flee reads the file")
        ],
    ),
    (
        "a closure of a link, of no country, of no place, of a place with two names, of no kind",
        [
            (
                X,
                "country,Mali,Niger,1,3\n",
                ("link,Bravo,Camp_One,1,3\ncountry,Mali,Chad,1,3\nlocation,Zulu,,1,3\nlocation,Camp_One,Niger,1,3\n"
                "border,Mali,Niger,1,3\ncamp,Zulu,,1,3\ncountry,Niger,Burkina_Faso,1,3\n"),
            )
        ],
        [
            ("input_csv/closures.csv row 2: the closure link,Bravo,Camp_One never acts, because Flee compares names in "
            "a way that never matches; expected closures that act as written; close the location or the border instead"),
            ("input_csv/closures.csv row 3: the closure country,Mali,Chad closes nothing, as no location lies in "
            "'Chad'; expected closures that act as written; correct the name"),
            ("input_csv/closures.csv row 4: the closure location,Zulu, closes nothing, as there is no location 'Zulu'; "
            "expected closures that act as written; correct the name"),
            ("input_csv/closures.csv row 5: the closure location,Camp_One,Niger closes every route of the first place, "
            "as Flee does not read the second; expected closures that act as written; "
            "leave the second name empty, if this is meant"),
            ("input_csv/closures.csv row 6: the closure border,Mali,Niger is of a kind that Flee does not know, and "
            "does nothing; expected closures that act as written; write country, location, camp or idpcamp"),
            ("input_csv/closures.csv row 7: the closure camp,Zulu, acts on 'Alpha', the first location, as there is no "
            "'Zulu'; expected closures that act as written; correct the name"),
            ("input_csv/closures.csv row 8: the closure country,Niger,Burkina_Faso closes nothing, as no route links "
            "these countries; expected closures that act as written; correct the name"),
        ],
    ),
    (
        "closures that never come, and one that never ends",
        [(X, "1,3\n", "9,3\ncountry,Mali,Niger,9,12\ncountry,Mali,Niger,2,1\n")],
        [
            ("input_csv/closures.csv row 2: the closure begins on day 9, which never comes, and Flee only opens; "
            "expected a day from 0 to 3; correct the days"),
            ("input_csv/closures.csv row 3: the closure begins on day 9, which never comes, and Flee does nothing; "
            "expected a day from 0 to 3; correct the days"),
            ("input_csv/closures.csv row 4: the closure ends on day 1 and begins on day 2: Flee acts on both days as "
            "they come, and nothing opens again after the beginning; expected an end after the beginning; "
            "correct the days"),
        ],
    ),
    (
        "forced redirections",
        [(R, "80,0", "80,1"), (R, "160.5,0", "160.5,2")],
        [
            ("input_csv/routes.csv row 2: routes with a forced redirection, which Flee stores and never consults: "
            "Alpha - Bravo, Bravo - Camp_Two; expected routes that act as they are marked; set column 4 to 0"),
            ("input_csv/routes.csv row 2: routes with forced redirection 1, which Flee makes twice, so that they count "
            "double: Alpha - Bravo; expected one route; set column 4 to 0"),
        ],
    ),
    (
        "a second road",
        [(R, None, TOY[R] + "Camp_One,Bravo,20,0\n")],
        [
            ("input_csv/routes.csv row 5: routes between places that are linked already, so that Flee draws among all "
            "rows: Camp_One - Bravo; expected each pair once; remove the row if it is no second road")
        ],
    ),
    (
        "sinks under the name that Flee documents",
        [(S, None, "spawn_rules:\n  camps_are_sinks: True\n")],
        [
            ("simsetting.yml line 2: Flee does not read camps_are_sinks, because its code spells it camps_are_sicks; "
            "expected a setting that Flee reads in spawn_rules; "
            "write camps_are_sicks if people are to be taken out of camps")
        ],
    ),
    (
        "unknown, misplaced, double and odd settings",
        [
            (
                S,
                None,
                ("random_seed: 3\nmax_move_speed: 200\nmove_rules:\n  softning: 2\n  start_on_foot: 'False'\n"
                "  camp_weight: 1\n  camp_weight: 2\n  awareness_level: 0\n  two_system_decision_making: True\n"
                "  max_crossing_speed: 5\nlog_levels:\n  agent: 1\nspawn_rules:\n  conflict_driven_spawning:\n"),
            )
        ],
        [
            ("simsetting.yml line 1: Flee does not read 'random_seed', and says nothing about it; expected a setting "
            "that Flee reads; remove it, or correct the name"),
            ("simsetting.yml line 2: Flee does not read 'max_move_speed', and says nothing about it; expected a "
            "setting that Flee reads; move it to move_rules"),
            ("simsetting.yml line 4: Flee does not read 'softning', and says nothing about it; expected a setting "
            "that Flee reads in move_rules; did you mean 'softening'?"),
            ("simsetting.yml line 5: start_on_foot is 'False', which Flee takes for True; expected True or False; "
            "write True, or what you mean"),
            ("simsetting.yml line 7: camp_weight is given twice; expected it once; "
            "remove one of the lines; the last one counts"),
            ("simsetting.yml line 14: conflict_driven_spawning is empty, which Flee takes as absent; expected settings "
            "under it; fill in its settings, or remove the line conflict_driven_spawning"),
            ("simsetting.yml: awareness_level is 0: in Flee nobody ever moves at level 0; expected settings that do "
            "what they say; write 1 or more"),
            ("simsetting.yml: log_levels asks for agent, which changes no result; expected none, as people are counted "
            "here and not followed; set them to 0"),
            ("simsetting.yml: max_crossing_speed is set, and Flee uses it nowhere; expected settings that act; "
            "remove the line"),
            ("simsetting.yml: two_system_decision_making is True: Flee can never switch it on from a file; expected "
            "settings that do what they say; remove the line"),
        ],
    ),
    (
        "intensities that change",
        [(C, "2,1,0", "2,0.2,0")],
        [
            ("input_csv/conflicts.csv row 4: changes between two intensities above 0, which Flee ignores, so that the "
            "first one holds: Alpha (day 2: 1 to 0.2); expected changes to count; "
            "put a day with 0 between them, if Flee is to see the change")
        ],
    ),
    (
        "conflicts that end before the period",
        [(P, "4", "9"), ("source_data/one.csv", None, "2020-01-01,0\n2020-02-03,9\n"),
         ("source_data/two.csv", None, "2020-01-01,0\n2020-02-03,9\n"),
         ("source_data/refugees.csv", None, "2020-01-01,0\n2020-02-03,18\n")],
        [
            ("input_csv/conflicts.csv row 5: the file ends on day 3, and the period has 9 days; Flee stops at day 4; "
            "expected 9 rows of days; complete it, or write Length,4 into sim_period.csv")
        ],
    ),
    (
        "conflicts that go on after the period",
        [(P, "4", "2")],
        [
            ("input_csv/conflicts.csv row 4: 2 rows lie after the period and are not read; expected 2 rows of days; "
            "remove them, or make the period longer")
        ],
    ),
    (
        "days that do not begin with 0",
        [(C, "0,1,0\n1,1,0\n2,1,0\n3,1,0.5", "1,1,0\n2,1,0\n3,1,0\n4,1,0.5")],
        [
            ("input_csv/conflicts.csv row 2: the days begin with 1, and Flee takes the first row as day 0; expected "
            "day 0; number the rows from 0")
        ],
    ),
    (
        "nobody to leave on a day with arrivals",
        [(C, "1,1,0\n2,1,0\n3,1,0.5", "1,1,0\n2,0,0\n3,0,0")],
        [
            ("input_csv/conflicts.csv row 4: no place with people is in conflict on day 2, while the counts grow by "
            "85; Flee stops there; expected a place that they can come from; "
            "add one, or write Length,2 into sim_period.csv")
        ],
    ),
    (
        "a conflict zone without people, and one that starts by its type alone",
        [(L, "town,0,500", "conflict_zone,0,"), (C, "3,1,0.5", "3,1,0")],
        [
            ("input_csv/locations.csv row 3: places in conflict from the start by their type, although conflicts.csv "
            "has 0 on day 0: Bravo; expected both files to agree; make them towns, or correct conflicts.csv"),
            ("input_csv/locations.csv row 3: places that come into conflict without a population, so that nobody "
            "leaves: Bravo; expected the number of people; fill in column 8"),
        ],
    ),
    (
        "a later conflict, no limit, and coordinates off the map",
        [
            (L, "town,0,500", "conflict_zone,3,500"),
            (L, "camp,0,900", "camp,0,0"),
            (L, "14.0,0.5", "104.0,0.5"),
        ],
        [
            ("input_csv/locations.csv row 3: places with a conflict_date above 0, which Flee starts as towns, as "
            "conflicts.csv has the days: Bravo; expected dates to count; look into conflicts.csv for the dates"),
            ("input_csv/locations.csv row 4: camps with a capacity below 1, which Flee takes for unlimited: Camp_One; "
            "expected a number of places; write the capacity, if there is one"),
            ("input_csv/locations.csv row 5: coordinates that lie nowhere on Earth, which Flee does not notice: "
            "Camp_Two; expected degrees within 90 and 180; correct columns 4 and 5"),
        ],
    ),
    (
        "a capacity known from later counts, and one that day 0 lowers",
        [(L, "camp,0,900", "camp,0,150"), ("source_data/two.csv", "2020-01-01,0", "2020-01-01,30")],
        [
            ("input_csv/locations.csv row 4: capacities that equal the highest later count of the same camp, and were "
            "not known in advance: Camp_One; expected planned or published places; treat every result as a hindcast"),
            ("input_csv/locations.csv row 5: capacities that Flee lowers by the people of day 0, although it counts "
            "the same people inside (below 1 it takes them for unlimited): Camp_Two (800 becomes 770); expected "
            "capacities to stay; nothing, if Flee's results are wanted"),
        ],
    ),
    (
        "counts of strangers and towns, that begin late, end early, fall back or are 0",
        [
            (D, None, TOY[D] + "Zulu,zulu.csv\nBravo,bravo.csv\n"),
            ("source_data/zulu.csv", None, "2020-01-02,5\n2020-01-03,6\n"),
            ("source_data/bravo.csv", None, "2020-01-01,0\n2020-01-09,0\n2020-01-05,0\n"),
        ],
        [
            ("source_data/data_layout.csv row 4: names that are no locations, whose counts Flee adds to the people who "
            "are displaced: Zulu; expected names of camps; remove the rows, or add the locations"),
            ("source_data/data_layout.csv row 4: counts that begin after day 0, so that Flee takes the first one for "
            "all days before: Zulu (day 1, 5); expected a count on day 0 or earlier; add one"),
            ("source_data/data_layout.csv row 4: counts that end before the period does, so that Flee takes the last "
            "one for all days after: Zulu (day 2 of 3); expected counts to the end of the period; add the later ones"),
            ("source_data/data_layout.csv row 5: places that are no camps, whose counts Flee adds to the people who "
            "are displaced, and compares with nothing: Bravo; expected names of camps; "
            "make them camps, or remove the rows"),
            ("source_data/data_layout.csv row 5: counts whose dates do not rise from row to row, which Flee reads as "
            "they come: Bravo (bravo.csv); expected each date after the one before; "
            "sort the rows, and remove double dates"),
            "source_data/data_layout.csv row 5: counts that are 0 throughout: Bravo; expected people; check the files",
        ],
    ),
    (
        "files of one camp of which one ends before the other",
        [(D, "Camp_One,one.csv", "Camp_One,one.csv,more.csv"),
         ("source_data/more.csv", None, "2020-01-01,0\n2020-01-04,2\n")],
        [
            ("source_data/data_layout.csv row 2: 1 count of Camp_One after the last one of more.csv left out, as "
            "Flee adds files only while both go on; expected files that end on the same day; "
            "add a last count to more.csv")
        ],
    ),
    (
        "rows and files that nobody reads",
        [
            (P, None, TOY[P] + "Seed,3\n"),
            ("source_data/one.csv", "2020-01-03,100", "2020-01-03,100,checked\n2020-01-04,"),
            ("source_data/notes.md", None, "n"),
            ("input_csv/location_changes.csv", None, "Bravo,camp,2\n"),
            ("location_changes.csv", None, None),
            ("input_csv/agents.csv", None, "location\nAlpha\n"),
        ],
        [
            ("input_csv/sim_period.csv row 3: Flee does not read 'Seed'; expected StartDate or Length; "
            "correct the word, or remove the row"),
            ("source_data/one.csv row 2: Flee reads two cells, and the row has more; expected a date and a count; "
            "remove the further cells"),
            ("source_data/one.csv row 3: '2020-01-04' has no count, and Flee skips the row; expected a date and a "
            "count; add the count, or remove the row"),
            ("source_data/: files that Flee does not read, and that are left out: source_data/notes.md; expected files "
            "that are used; keep them elsewhere"),
            ("input_csv/location_changes.csv: Flee looks for this file in the folder that it is started in, and does "
            "not read it here; expected it beside input_csv; move it there if it is to count"),
            ("input_csv/agents.csv: input_csv/agents.csv acts only with a setting that is off; expected files that are "
            "used; switch it on, or remove the file"),
        ],
    ),
    (
        "a rule about age, and nobody's age",
        [(S, None, "move_rules:\n  ChildrenAvoidHazards: True\n")],
        [
            ("simsetting.yml: ChildrenAvoidHazards need a demographics_*.csv, and input_csv has none; expected the "
            "shares of age, gender or faith; add the file, or switch the rules off")
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "expected"), [c[1:] for c in SILENT], ids=[c[0] for c in SILENT])
def test_what_flee_does_silently_is_told(tmp_path: Path, edits, expected):
    assert sorted(notes_of(write_folder(tmp_path, edits))) == sorted(expected)


def test_defaults_are_told_aloud(tmp_path: Path):
    _, notes = read_flee_folder(write_folder(tmp_path, [(S, None, None)]))
    line = next(str(note) for note in notes if note.slug == "flee-defaults")
    assert line.startswith(
        "simsetting.yml: there is no settings file, so that the defaults of Flee's code hold: "
    )
    assert "max_move_speed 360" in line
    assert "conflict_weight 0.3162" in line
    assert line.endswith("name the file with --settings, or go on with the defaults; Flee itself stops")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    name=st.sampled_from(sorted(TOY)),
    at=st.floats(0, 1),
    cut=st.integers(0, 12),
    put=st.text(alphabet=st.sampled_from(list(",\n\r#\"'0-1.9eE\t;:{}[]&*aN\u00e9 \ufeff")), max_size=6),
)
def test_no_damage_makes_a_fault(name: str, at: float, cut: int, put: str):
    """Whatever is damaged: a refusal with problems, or inputs that come back from their case."""
    text = TOY[name]
    start = int(at * len(text))
    damaged = text[:start] + put + text[start + cut :]
    with TemporaryDirectory() as place:
        folder = write_folder(Path(place) / "toy", [(name, None, damaged)])
        told: tuple[Problem, ...] = ()
        try:
            inputs, _ = read_flee_folder(folder)
        except CaseError as error:
            told = error.problems
        if told:
            assert all(one.where and one.slug.startswith(("flee-", "file-")) for one in told)
            return
        import_flee(folder, Path(place) / "case")
        case = load_case(Path(place) / "case")
        assert same(inputs, flee_inputs(case)) == []
        export_flee(case, Path(place) / "back")
        assert same(inputs, read_flee_folder(Path(place) / "back")[0]) == []


# -- forms that are allowed ---------------------------------------------------------------------------------------


def test_spaces_line_ends_and_marks_change_nothing(tmp_path: Path):
    plain, _ = read_flee_folder(write_folder(tmp_path / "plain"))
    loose = {
        name: ("\ufeff" if name.endswith("locations.csv") else "")
        + text.replace("\n", "\r\n").replace(",", ", " if name != X else ",")
        for name, text in TOY.items()
        if name != S
    }
    other, _ = read_flee_folder(write_folder(tmp_path / "loose", **loose))
    assert other == plain


def test_short_dates_are_read_as_flee_reads_them(tmp_path: Path):
    edits = [("source_data/one.csv", "2020-01-03", "2020-1-3"), (P, "2020-01-01", "2020-1-1")]
    assert (
        read_flee_folder(write_folder(tmp_path / "a", edits))[0]
        == read_flee_folder(write_folder(tmp_path / "b"))[0]
    )


def test_empty_closures_and_first_words_of_counts(tmp_path: Path):
    edits = [
        (X, None, ""),
        ("source_data/one.csv", None, "Date,people\n# seen\n" + TOY["source_data/one.csv"]),
    ]
    inputs, _ = read_flee_folder(write_folder(tmp_path, edits))
    assert inputs.closures == ()
    assert inputs.series[0].days == (0, 2, 4)


def test_settings_are_found_as_flee_finds_them(tmp_path: Path):
    inputs, _ = read_flee_folder(write_folder(tmp_path))
    assert find_setting(inputs.settings, "move_rules", "softening") == 50.0
    assert find_setting(inputs.settings, "move_rules", "max_move_speed") == 360.0
    assert find_setting(inputs.settings, "spawn_rules", "conflict_driven_spawning") is None
    assert find_setting({"spawn_rules": None}, "spawn_rules", "insert_day0") is True
    assert math.isclose(KEYS["move_rules"]["conflict_weight"].default, 10**-0.5)


def test_longitude_first_is_seen_by_the_header(tmp_path: Path):
    edits = [(L, "latitude,longitude", "longitude,latitude")]
    inputs, _ = read_flee_folder(write_folder(tmp_path, edits))
    assert inputs.x_is == "longitude"
    case, _ = make_case(inputs, "toy")
    assert (case.locations[0].latitude, case.locations[0].longitude) == (1.25, 15.5)


def test_files_are_added_as_flee_adds_them():
    one, two = [(0, 10.0), (5, 20.0), (9, 30.0)], [(0, 1.0), (3, 2.0), (5, 3.0), (12, 4.0)]
    # day 3: the next count of the first file stands in; after its end its last sum is repeated
    assert add_counts(one, two) == [(0, 11.0), (3, 22.0), (5, 23.0), (9, 33.0)]
    assert add_counts(two, one) == [(0, 11.0), (3, 12.0), (5, 23.0), (9, 34.0)]


# -- nothing is lost -------------------------------------------------------------------------------------------------


def same(one: FleeInputs, other: FleeInputs) -> list[str]:
    """Name the parts that differ."""
    return [f.name for f in dataclasses.fields(one) if getattr(one, f.name) != getattr(other, f.name)]


RICH = [
    (L, None, TOY[L].replace("population\n", "population,deactivation_probability,hdi\n").replace("camp,0,900", "camp,0,-1,0.1,")
        + "Gate,,,,,marker,0,\nHill,North,Atlantis,200,3,forwarding_hub,7.5,40\n"),
    (R, None, TOY[R].replace("redirection\n", "redirection,walk_probability\n") + "Bravo,Alpha,0,1,0.25\nGate,Bravo,0,2\nHill,Gate,12.345,\n"),
    (X, None, TOY[X] + "country,Mali, Niger,0,2\nlink,Alpha,Bravo,0,99\n"),
    (C, "#Day,Alpha,Bravo", "#Day, Alpha, Bravo,"),
    (C, "2,1,0", "2,0.2,0"),
    (D, None, TOY[D].replace("one.csv", "one.csv,more.csv") + "Zulu,zulu.csv\n"),
    ("source_data/more.csv", None, "2020-01-01,0\n2020-01-02,2\n2020-01-05,2\n"),
    ("source_data/zulu.csv", None, "2020-01-02,5\n2020-01-02,6\n2019-01-02,6\n"),
    (K, None, "Camp_Two,2020-01-04,normalize\n"),
    ("location_changes.csv", None, "Bravo,camp,2\n"),
    ("input_csv/demographics_age.csv", None, "age,Default\n3,1\n30,2\n"),
    ("input_csv/flood_level.csv", None, "#Day,Alpha\n" + "0,1\n" * 40_000),
    (S, None, ("a.b: 1\nmove_rules:\n  softening: 1.0e-05\n  x: {}\n  y: 'yes'\n  z: '1'\n  t: ' #x'\n  n:\n"
        "spawn_rules:\n  conflict_spawn_decay: [1.0, 0.5]\n")),
]  # fmt: skip


@pytest.mark.parametrize("edits", [[], RICH, [*RICH, (S, None, None)]], ids=["toy", "rich", "no settings"])
def test_a_folder_comes_back_from_its_case_and_from_its_export(tmp_path: Path, edits):
    folder = write_folder(tmp_path / "toy", edits)
    inputs, _ = read_flee_folder(folder)
    import_flee(folder, tmp_path / "case")
    case = load_case(tmp_path / "case")
    assert same(inputs, flee_inputs(case)) == []
    files = export_flee(case, tmp_path / "back")
    assert all(path.is_file() for path in files)
    assert same(inputs, read_flee_folder(tmp_path / "back")[0]) == []
    write_flee_folder(inputs, tmp_path / "direct")
    assert (tmp_path / "direct" / L).read_bytes() == (tmp_path / "back" / L).read_bytes()


@needs_cases
@pytest.mark.parametrize("name", CASES)
def test_the_public_cases_lose_nothing(tmp_path: Path, name: str):
    file = SHARED / "simsetting.yml"
    inputs, _ = read_flee_folder(SHARED / name, file)
    import_flee(SHARED / name, tmp_path / "case", file)
    assert [p for p in check_case(tmp_path / "case") if p.severity == "error"] == []
    case = load_case(tmp_path / "case")
    assert same(inputs, flee_inputs(case)) == []
    export_flee(case, tmp_path / "flee")
    assert same(inputs, read_flee_folder(tmp_path / "flee")[0]) == []
    assert case.rules == "flee"
    assert case.horizon_days == inputs.days - 1
    assert {one.location for one in case.locations} == {one.name for one in inputs.locations}


@needs_cases
def test_several_files_of_one_camp_are_added_in_car():
    inputs, notes = read_flee_folder(SHARED / "car2013", SHARED / "simsetting.yml")
    mboti = next(one for one in inputs.series if one.name == "Mboti")
    assert [part.name for part in mboti.parts] == ["dcon-mboti.csv", "dcon-mboti-outside.csv"]
    assert mboti.counts[:2] == (0.0, 6505.0)
    assert any("names that are no locations" in str(note) and "Bossobolo" in str(note) for note in notes)


@needs_cases
def test_capacities_taken_from_later_counts_are_told():
    _, notes = read_flee_folder(SHARED / "ssudan2013", SHARED / "simsetting.yml")
    leak = next(str(note) for note in notes if note.slug == "flee-capacity-leak")
    assert leak.startswith("input_csv/locations.csv row 43: ")
    assert "Tierkidi, Pugnido, Jewi, Kule, Kakuma, Khartoum and 4 more" in leak


# -- the case that is made -------------------------------------------------------------------------------------------


def toy_case(tmp_path: Path, edits=()):
    import_flee(write_folder(tmp_path / "toy", edits), tmp_path / "case")
    return load_case(tmp_path / "case")


def test_the_case_says_what_it_is(tmp_path: Path):
    case = toy_case(tmp_path)
    assert check_case(tmp_path / "case") == []
    assert (case.title, case.crisis, case.country) == ("toy (from a Flee folder)", "toy", "MLI")
    assert [one.kind for one in case.locations] == ["origin", "origin", "camp", "camp"]
    assert [one.country for one in case.locations] == ["MLI", "MLI", "NER", "BFA"]
    assert [one.population for one in case.locations] == [1000, 500, None, None]
    assert [one.capacity for one in case.locations] == [None, None, 900, 800]
    assert [(str(e.date), e.kind, e.location, e.value) for e in case.events] == [
        ("2020-01-01", "conflict", "Alpha", 1.0),
        ("2020-01-04", "conflict", "Bravo", 0.5),
    ]
    two = [row for row in case.observations if row.location == "Camp_Two"]
    assert [(str(row.date), row.persons, str(row.published)) for row in two] == [
        ("2019-12-30", 0, "2020-01-02"),
        ("2020-01-01", 0, "2020-01-04"),
        ("2020-01-02", 50, "2020-01-05"),
        ("2020-01-04", 120, "2020-01-07"),
    ]
    assert {row.series for row in case.observations} == {"flee-source-data", "flee-total"}


def test_the_future_stays_hidden(tmp_path: Path):
    known = as_of(toy_case(tmp_path), dt.date(2020, 1, 2))
    assert [row.location for row in known.events] == ["Alpha"]
    assert [(row.location, row.persons) for row in known.observations] == [("Camp_Two", 0)]


def test_corrections_made_in_the_case_reach_flee(tmp_path: Path):
    toy_case(tmp_path)
    for file, old, new in (
        ("observations.csv", "stock,50,", "stock,55,"),
        ("events.csv", "conflict,Bravo,,,0.5", "conflict,Bravo,,,0.75"),
        ("locations.csv", ",900,", ",950,"),
        ("routes.csv", "Bravo,Camp_Two,160.5", "Bravo,Camp_Two,170"),
        ("attributes.csv", "flee.setting.move_rules.softening,50", "flee.setting.move_rules.softening,20"),
    ):
        path = tmp_path / "case" / file
        text = path.read_text(encoding="utf-8")
        assert old in text, (file, text)
        path.write_text(text.replace(old, new), encoding="utf-8")
    inputs = flee_inputs(load_case(tmp_path / "case"))
    assert inputs.series[1].counts == (0.0, 0.0, 55.0, 120.0)
    assert inputs.conflicts["Bravo"] == (0.0, 0.0, 0.0, 0.75)
    assert inputs.locations[2].size == 950
    assert inputs.routes[2].distance == 170.0
    assert inputs.settings["move_rules"]["softening"] in (20, 20.0)


def test_a_country_without_a_name_gets_a_code_and_is_told(tmp_path: Path):
    folder = write_folder(tmp_path / "toy", [(L, "Niger", "Atlantis"), (X, "Niger", "Atlantis")])
    notes = [str(note) for note in import_flee(folder, tmp_path / "case")]
    assert notes[-1] == (
        "input_csv/locations.csv: no country is called Atlantis, so that codes made up with X stand for them; "
        "expected names of countries; correct the column country of locations.csv in the case"
    )
    case = load_case(tmp_path / "case")
    assert case.locations[2].country == "XAA"
    assert flee_inputs(case).locations[2].country == "Atlantis"


def test_nothing_is_overwritten(tmp_path: Path):
    folder = write_folder(tmp_path / "toy")
    case = toy_case(tmp_path)
    with pytest.raises(CaseError, match="the folder holds something"):
        import_flee(folder, tmp_path / "case")
    with pytest.raises(CaseError, match="the folder holds something"):
        export_flee(case, folder)


def test_a_case_of_another_kind_is_refused(tmp_path: Path):
    case = dataclasses.replace(toy_case(tmp_path), attributes=())
    with pytest.raises(CaseError) as raised:
        flee_inputs(case)
    assert str(raised.value) == (
        "attributes.csv: the case has no attribute flee.days; expected a case made from a Flee folder; "
        "import the folder with `havenward import flee`"
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("flee.days,4", "flee.days,many", "flee.days is 'many'; expected a whole number"),
        ("flee.days,4", "flee.days,99999999", "expected a number of days from 1 to 20,000"),
        ('"[""country"",""Mali"",""Niger"",1,3]"', "[1]", "expected [kind, name, name, first day, last day]"),
        (
            '"[""Camp_Two"",""two.csv""]"',
            "two.csv",
            "flee.layout.002 is 'two.csv'; expected a list in square",
        ),
    ],
)
def test_attributes_that_cannot_be_read_are_refused(tmp_path: Path, old: str, new: str, expected: str):
    toy_case(tmp_path)
    path = tmp_path / "case" / "attributes.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text, text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CaseError) as raised:
        flee_inputs(load_case(tmp_path / "case"))
    assert expected in str(raised.value)
    assert str(raised.value).startswith("attributes.csv row ")


def test_files_are_never_written_outside_the_folder(tmp_path: Path):
    inputs, _ = read_flee_folder(write_folder(tmp_path / "toy"))
    for name in ("../out.csv", "/out.csv", "C:\\out.csv"):
        with pytest.raises(CaseError, match="expected a plain file name"):
            write_flee_folder(dataclasses.replace(inputs, other_files={name: "x"}), tmp_path / "back")
    assert not (tmp_path / "back").exists()
