"""Protects a case that something is imported into: own rows stay, edits survive, nothing is half-written."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from constructed_imports import LOCATIONS, make_case, snapshot
from havenward.case.advice import list_steps
from havenward.case.draft import read_draft
from havenward.case.importers.imported import Imported
from havenward.case.importers.merge import merge_into_case
from havenward.errors import CaseError
from havenward.records import Attribute, Event, Location, Observation, Route, Source

DAY = date(2016, 7, 1)
SOURCE = Source("dtm", "DTM", "IOM", "", None, "")
SITE = Location(
    "debaga", "Debaga", "", "camp", 35.9, 43.7, "Erbil", "", "", "", None, 5000, None, None, DAY, "dtm"
)  # fmt: skip


def count(place="camp-a", persons=100, published=DAY, series="dtm", source="dtm"):
    return Observation(DAY, None, "location", place, "", "stock", persons, None, series, published, source)


def given(**rows) -> Imported:
    return Imported(source=SOURCE, **rows)


FULL = given(
    locations=(SITE,),
    routes=(Route("debaga", "gate", 55.5, "road", DAY, "dtm"),),
    events=(Event(DAY, "conflict", "east", "", "", 0.5, DAY, "dtm"),),
    observations=(count(), count("debaga", 200)),
    attributes=(Attribute("debaga", "", "", "coordinates", "centroid of the area", DAY, "dtm"),),
    boundaries='{"type":"FeatureCollection","features":[]}\n',
)


@pytest.fixture
def folder(tmp_path) -> Path:
    return make_case(tmp_path / "case")


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8", newline="")


def test_everything_is_added_and_importing_again_changes_no_byte(folder):
    notes = merge_into_case(folder, FULL)
    assert notes == (
        "sources.csv: 1 added",
        "locations.csv: 1 added",
        "routes.csv: 1 added",
        "events.csv: 1 added",
        "observations.csv: 2 added",
        "attributes.csv: 1 added",
        "boundaries.geojson: added",
    )
    before = snapshot(folder)
    assert merge_into_case(folder, FULL) == ("nothing new: the case holds all of it already",)
    assert snapshot(folder) == before


def test_what_was_imported_is_given_back(folder):
    """Round trip: the rows of the case that name the source are the rows of the source."""
    merge_into_case(folder, FULL)
    case = read_draft(folder).case
    for table in ("locations", "routes", "events", "observations", "attributes"):
        rows = tuple(row for row in getattr(case, table) if row.source == "dtm")
        assert rows == getattr(FULL, table), table
    assert (folder / "boundaries.geojson").read_text() == FULL.boundaries


def test_own_rows_keep_every_byte_and_their_order(folder):
    merge_into_case(folder, FULL)
    assert (folder / "locations.csv").read_text().startswith(LOCATIONS)


def test_a_new_state_of_the_source_updates_its_own_rows(folder):
    merge_into_case(folder, FULL)
    notes = merge_into_case(folder, replace(FULL, observations=(count(persons=150), count("debaga", 200))))
    assert notes == ("observations.csv: 1 updated, 1 as before",)
    assert [row.persons for row in read_draft(folder).case.observations] == [150, 200]


def test_a_revised_count_published_later_stands_beside_the_first(folder):
    merge_into_case(folder, FULL)
    merge_into_case(folder, given(observations=(count(persons=80, published=date(2016, 8, 1)),)))
    rows = [row for row in read_draft(folder).case.observations if row.location == "camp-a"]
    assert [(row.persons, row.published) for row in rows] == [(100, DAY), (80, date(2016, 8, 1))]


def test_rows_edited_by_hand_stay_and_are_told(folder):
    merge_into_case(folder, FULL)
    edit(folder, "observations.csv", "camp-a,,stock,100", "camp-a,,stock,111")
    newer = replace(FULL, observations=(count(persons=150), count("debaga", 250)))
    assert merge_into_case(folder, newer) == (
        "observations.csv: 1 updated",
        "observations.csv: kept as edited by hand: row 2 (camp-a 2016-07-01)",
    )
    assert [row.persons for row in read_draft(folder).case.observations] == [111, 250]


def test_rows_deleted_by_hand_stay_deleted(folder):
    merge_into_case(folder, FULL)
    path = folder / "observations.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if ",debaga," not in line), newline="")
    assert merge_into_case(folder, FULL) == (
        "observations.csv: left out because deleted by hand: debaga 2016-07-01",
    )
    assert len(read_draft(folder).case.observations) == 1


def test_a_source_that_rows_still_name_comes_back(folder):
    merge_into_case(folder, FULL)
    edit(folder, "sources.csv", "dtm,DTM,IOM,,,\n", "")
    assert merge_into_case(folder, FULL) == ("sources.csv: 1 added",)


def test_boundaries_changed_by_hand_stay(folder):
    merge_into_case(folder, FULL)
    (folder / "boundaries.geojson").write_text("mine")
    notes = merge_into_case(folder, replace(FULL, boundaries="other\n"))
    assert notes == (
        "boundaries.geojson: kept, because it is not as an import of dtm wrote it; remove it to take the new one",
    )
    assert (folder / "boundaries.geojson").read_text() == "mine"


def test_whole_files_are_written_inside_the_case_only(folder):
    given_file = given(files=(("forecasts_of_others/model.csv", "a,b\n1,2\n"),))
    assert "forecasts_of_others/model.csv: added" in merge_into_case(folder, given_file)
    assert (folder / "forecasts_of_others" / "model.csv").read_text() == "a,b\n1,2\n"
    assert merge_into_case(folder, given_file) == ("nothing new: the case holds all of it already",)
    newer = given(files=(("forecasts_of_others/model.csv", "a,b\n1,3\n"),))
    assert merge_into_case(folder, newer) == ("forecasts_of_others/model.csv: updated",)
    for name in ("../outside.csv", "/outside.csv", "locations.csv", "x\\y/z.csv"):
        with pytest.raises(CaseError) as error:
            merge_into_case(folder, given(files=((name, "x"),)))
        assert str(error.value) == (
            f"{name}: the source asks for a file of this name; expected a name inside the case that none of its own files has; rename what the source calls itself"
        )
    assert not (folder.parent / "outside.csv").exists()


def test_the_ledger_may_be_lost_and_is_written_again(folder):
    merge_into_case(folder, FULL)
    ledger = (folder / "imports.csv").read_bytes()
    (folder / "imports.csv").unlink()
    merge_into_case(folder, FULL)
    assert (folder / "imports.csv").read_bytes() == ledger


def test_blanks_of_own_rows_are_filled_and_what_differs_is_kept_beside_them(folder):
    row = read_draft(folder).case.locations[3]
    said = replace(row, pcode="IQ0103", capacity=12000, source="dtm")
    notes = merge_into_case(folder, given(locations=(said,)))
    assert notes == (
        "sources.csv: 1 added",
        "locations.csv: 1 filled in",
        "locations.csv: sources disagree, both are kept: camp-a capacity: 10000 in the case, 12000 here",
        "attributes.csv: 1 added",
    )
    case = read_draft(folder).case
    assert (case.locations[3].pcode, case.locations[3].capacity, case.locations[3].source) == (
        "IQ0103",
        10000,
        "plan",
    )
    (kept,) = case.attributes
    assert (kept.key, kept.value, kept.source) == ("dtm.capacity", "12000", "dtm")
    before = snapshot(folder)
    merge_into_case(folder, given(locations=(said,)))
    assert snapshot(folder) == before


def test_a_filled_cell_that_a_person_empties_or_corrects_stays_so(folder):
    row = read_draft(folder).case.locations[3]
    said = given(locations=(replace(row, pcode="IQ0103", admin1="Ninewa", source="dtm"),))
    merge_into_case(folder, said)
    edit(folder, "locations.csv", "Khazer M1,IQ0103", "Khazer M1,IQ0199")
    edit(folder, "locations.csv", "43.30,Ninewa", "43.30,")
    before = snapshot(folder)
    notes = merge_into_case(folder, said)
    assert "edited by hand: row 5 (camp-a), pcode; row 5 (camp-a), admin1" in notes[0]
    assert snapshot(folder) == before


def test_a_source_does_not_undo_what_another_filled_into_its_row(folder):
    merge_into_case(folder, FULL)
    row = next(row for row in read_draft(folder).case.locations if row.location == "debaga")
    other = Imported(
        Source("cod", "COD", "", "", None, ""), locations=(replace(row, pcode="IQ0201", source="cod"),)
    )
    merge_into_case(folder, other)
    before = snapshot(folder)
    merge_into_case(folder, FULL)
    assert snapshot(folder) == before
    merge_into_case(folder, replace(FULL, locations=(replace(SITE, capacity=7000),)))
    row = next(row for row in read_draft(folder).case.locations if row.location == "debaga")
    assert (row.pcode, row.capacity) == ("IQ0201", 7000)


def test_two_sources_that_disagree_are_both_kept(folder):
    merge_into_case(folder, FULL)
    other = Source("hapi", "HAPI", "", "", None, "")
    same_series = Imported(other, observations=(count(persons=90, source="hapi"),))
    notes = merge_into_case(folder, same_series)
    assert notes[2] == (
        "observations.csv: sources disagree, both are kept: camp-a 2016-07-01 persons: 100 in the case, 90 here"
    )
    own_series = Imported(other, observations=(count(persons=95, series="gov", source="hapi"),))
    notes = merge_into_case(folder, own_series)
    assert notes[-1] == (
        "observations.csv: two series count the same and differ, both are kept: camp-a on 2016-07-01: 100 in dtm, 95 in gov"
    )
    rows = [row for row in read_draft(folder).case.observations if row.location == "camp-a"]
    assert [(row.series, row.persons) for row in rows] == [("dtm", 100), ("dtm (hapi)", 90), ("gov", 95)]
    before = snapshot(folder)
    merge_into_case(folder, same_series)
    assert snapshot(folder) == before


def test_rows_of_one_thing_that_differ_within_a_source_are_told(folder):
    notes = merge_into_case(folder, given(observations=(count(persons=1), count(persons=2))))
    assert notes[-1] == (
        "observations.csv: rows (1) say something else of the same thing and day than a row before them in the source; the last was taken"
    )


@pytest.mark.parametrize(
    "form", ["semicolons", "carriage returns", "mark", "few columns", "no last line end"]
)
def test_files_keep_their_form(folder, form):
    path = folder / "locations.csv"
    text = LOCATIONS
    if form == "semicolons":
        text = LOCATIONS.replace(",", ";").replace("36.", "36,").replace("43.", "43,")
    elif form == "carriage returns":
        text = LOCATIONS.replace("\n", "\r\n")
    elif form == "mark":
        text = "\ufeff" + LOCATIONS
    elif form == "few columns":
        text = (
            "location,name,kind,published\ncamp-a,Khazer M1,camp,2016-06-01\n\ngate,Gate,border,2016-06-01\n"
        )
    elif form == "no last line end":
        text = LOCATIONS.rstrip("\n")
    path.write_bytes(text.encode())
    merge_into_case(folder, FULL)
    draft = read_draft(folder)
    assert draft.findings.problems() == []
    assert next(row for row in draft.case.locations if row.location == "debaga") == SITE
    written = path.read_bytes().decode()
    if form != "few columns":
        assert written.startswith(text)
    if form == "carriage returns":
        assert written.count("\r\n") == written.count("\n")
    before = snapshot(folder)
    merge_into_case(folder, FULL)
    assert snapshot(folder) == before


def test_no_case_and_a_case_with_errors_are_left_alone(folder, tmp_path):
    with pytest.raises(CaseError) as error:
        merge_into_case(tmp_path / "nowhere", FULL)
    assert str(error.value) == (
        f"{tmp_path / 'nowhere'}: there is no such folder; expected the folder of a case; make one first: havenward new, then fill in case.toml"
    )
    edit(folder, "locations.csv", "10000", "ten")
    before = snapshot(folder)
    with pytest.raises(CaseError, match=r"locations\.csv row 5: capacity is 'ten'"):
        merge_into_case(folder, FULL)
    assert snapshot(folder) == before


def test_a_broken_ledger_is_refused(folder):
    merge_into_case(folder, FULL)
    (folder / "imports.csv").write_text("a,b\n1,2\n")
    with pytest.raises(CaseError) as error:
        merge_into_case(folder, FULL)
    assert str(error.value) == (
        "imports.csv: the record of earlier imports cannot be read (its columns are others); expected the columns source, table, key, columns, digest, as the import wrote them; put back the file as it was, or remove it: rows are then told from yours by their source alone"
    )


def test_a_write_that_fails_half_way_leaves_the_case_as_it_was(folder, monkeypatch):
    before = snapshot(folder)
    real, moved = Path.replace, []

    def fail_at_third(self, target):
        moved.append(target)
        if len(moved) == 3:
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", fail_at_third)
    with pytest.raises(CaseError, match="No space left on device"):
        merge_into_case(folder, FULL)
    assert len(moved) > 3  # what was moved came back
    assert snapshot(folder) == before


def test_routes_that_the_source_no_longer_gives_are_named_and_stay(folder):
    """A new import after corrected coordinates: the straight lines of before would stay as shortcuts."""
    old = Route("debaga", "camp-a", 30.0, "foot", DAY, "dtm")
    line = Attribute("", "debaga", "camp-a", "route_quality", "straight line", DAY, "dtm")
    track = Attribute("", "debaga", "gate", "track_share", "0.4", DAY, "dtm")
    merge_into_case(folder, replace(FULL, routes=(*FULL.routes, old), attributes=(line, track)))
    before = snapshot(folder)
    told = (
        "routes.csv: 1 row of an earlier import is no longer in dtm and stays: row 7 (debaga-camp-a); people still take them; delete what is wrong, with its attributes",
        "attributes.csv: 1 row of an earlier import is no longer in dtm and stays: row 3 (debaga-gate track_share); delete what is no longer so",
    )
    again = replace(FULL, attributes=())
    assert merge_into_case(folder, again) == told
    assert snapshot(folder) == before
    # a version of a later day takes its place, and what a person changed or wrote is theirs
    later = replace(FULL.routes[0], published=DAY.replace(year=2017))
    assert merge_into_case(folder, replace(again, routes=(later,)))[-2:] == told
    edit(folder, "routes.csv", "debaga,camp-a,30", "debaga,camp-a,41")
    edit(folder, "attributes.csv", "track_share,0.4", "track_share,0.5")
    assert merge_into_case(folder, again) == ("nothing new: the case holds all of it already",)


def test_counts_of_another_file_are_not_missed(folder):
    merge_into_case(folder, FULL)
    assert merge_into_case(folder, given(observations=(count("host", 50),))) == ("observations.csv: 1 added",)


def test_a_position_corrected_by_hand_is_told_while_it_is_called_a_centroid(folder):
    merge_into_case(folder, FULL)

    def moved():
        return [
            str(step) for step in list_steps(read_draft(folder).case, DAY) if step.kind == "position-moved"
        ]

    edit(folder, "locations.csv", "debaga,Debaga,", "debaga,Debaga Camp,")
    assert moved() == []
    edit(folder, "locations.csv", "35.9,43.7", "35.85,43.71")
    assert moved() == [
        "attributes.csv row 2: coordinates of debaga are said to be the centroid of the area, and were changed since the import; a brief calls the position uncertain; write where it is from into value, such as town centre"
    ]
    edit(folder, "attributes.csv", "centroid of the area", "town centre")
    assert moved() == []
